"""Receiving assets: from an order that was sent to registered, labelled things with books and a journal
entry."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from models import clock
from models.asset_documents import (
    AssetProcurement,
    AssetProcurementState,
    AssetReceipt,
    AssetReceiptLine,
    AssetReceiptState,
)
from models.asset_exits import AssetAuctionLine, AssetDisposalLine
from models.asset_history import AssetMovement, Calibration, MaintenanceSchedule
from models.asset_register import Asset, AssetState
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.facilities import RoomFacility
from models.journal import Posting
from models.maintenance import MaintenanceLine
from models.operations.assets import entry, plans
from models.operations.assets.books import insert_missing
from models.operations.core.approvals import after, by_system, effect, opened
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import journal
from models.operations.ledger.journal import JournalLeg
from models.organisation import Status
from models.people import User
from models.roles import Role
from models.settings import setting

ZERO, SEN = Decimal(0), Decimal("0.01")
#: What names an asset once somebody has done something with it.
TOUCHES: tuple[Any, ...] = (AssetMovement, MaintenanceLine, Calibration, MaintenanceSchedule,
                            AssetDisposalLine, AssetAuctionLine, RoomFacility)


def received(procurement: AssetProcurement) -> dict[int, int]:
    """Things received so far by line of the procurement, as the database knows now."""
    line = AssetReceiptLine
    rows = db.session.execute(
        sa.select(line.asset_procurement_line_id, sa.func.sum(line.received_quantity))
        .join(AssetReceipt, AssetReceipt.id == line.asset_receipt_id)
        .where(AssetReceipt.asset_procurement_id == procurement.id,
               AssetReceipt.state == AssetReceiptState.POSTED)
        .group_by(line.asset_procurement_line_id))
    return {line_id: int(quantity) for line_id, quantity in rows}


def make_receipt(procurement: AssetProcurement, *, by: User) -> AssetReceipt:
    """Draft a receipt with all that is outstanding on a procurement that was sent; each line goes to the unit
    that planned it. Raises `NotAllowed` or `Refused`."""
    if not by.has_role(Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    _must_be_sent(procurement)
    so_far = received(procurement)
    lines = []
    for line in procurement.lines:
        left = line.quantity - so_far.get(line.id, 0)
        if left > 0:
            planned = line.asset_plan_line
            lines.append(AssetReceiptLine(
                asset_procurement_line_id=line.id, asset_model_id=line.asset_model_id,
                ordered_quantity=line.quantity,
                received_quantity=left, unit_price=line.unit_price,
                work_unit_id=planned.work_unit_id if planned is not None else None))
    if not lines:
        raise Refused(N_("Everything on %(number)s is received already."), number=str(procurement))
    receipt = AssetReceipt(asset_procurement=procurement, created_by=by, lines=lines)
    db.session.add(receipt)
    opened(receipt, by=by)
    return receipt


def _must_be_sent(procurement: AssetProcurement) -> None:
    if procurement.state != AssetProcurementState.SENT:
        raise Refused(N_("The procurement %(number)s is not sent to the vendor, or it is already closed."),
                      number=str(procurement), field="asset_procurement")


# ---------------------------------------------------------------- posting

@effect(AssetReceipt, "post")
def _post(receipt: AssetReceipt, *, by: User, reason: str) -> None:
    """One registered asset per unit, or one group asset a line; their cost against the vendor's account."""
    lock(receipt)
    procurement = db.session.scalars(
        sa.select(AssetProcurement).where(AssetProcurement.id == receipt.asset_procurement_id)
        .with_for_update(key_share=True).execution_options(populate_existing=True)).one()
    _must_be_sent(procurement)
    journal.open_period(receipt.received_on)
    _check_quantities(receipt, procurement)
    for line in receipt.lines:
        _check_line(receipt, line)
    legs: list[JournalLeg] = []
    owed = ZERO
    capitalised = setting("asset_receipt.capitalise_vat") == "yes"
    for line in receipt.lines:
        net = line.unit_price * line.received_quantity
        tax = (net * procurement.tax_percent / 100).quantize(SEN, ROUND_HALF_UP)
        assets = _register(receipt, line, procurement, net + tax if capitalised else net, by)
        accounts = entry.accounts_of(assets)
        for asset in assets:
            asset.account_id = accounts[asset.id].cost
            legs.append(JournalLeg(Posting.ASSET, asset.acquisition_cost, asset.account_id))
        if not capitalised:
            legs.append(JournalLeg(Posting.VAT, tax))
        owed += net + tax
    journal.post_entry(receipt.received_on,
                       [*legs, JournalLeg(Posting.ASSET_PAYABLE, -owed, receipt.account_id)],
                       receipt, by)


def _check_quantities(receipt: AssetReceipt, procurement: AssetProcurement) -> None:
    """The order says model and price; who opens the crates says how many, never more than are outstanding."""
    ordered = {line.id: line for line in procurement.lines}
    so_far = received(procurement)
    for line in receipt.lines:
        wanted = ordered.get(line.asset_procurement_line_id)
        if wanted is None or wanted.asset_model_id != line.asset_model_id:
            raise Refused(N_("%(thing)s is not on this line of the procurement %(number)s."),
                          thing=line.asset_model.name, number=str(procurement))
        line.unit_price, line.ordered_quantity = wanted.unit_price, wanted.quantity
        left = wanted.quantity - so_far.get(wanted.id, 0)
        if line.received_quantity > left:
            raise Refused(N_("%(thing)s: at most %(left)s are outstanding on %(number)s."),
                          thing=line.asset_model.name,
                          left=left, number=str(procurement), field="received_quantity")
        so_far[wanted.id] = so_far.get(wanted.id, 0) + line.received_quantity
        line.outstanding_quantity = wanted.quantity - so_far[wanted.id]


def _check_line(receipt: AssetReceipt, line: AssetReceiptLine) -> None:
    if len([place for place in (line.building, line.room, line.ward, line.inpatient_room)
            if place is not None]) > 1:
        raise Refused(N_("%(thing)s: name one place: a building, a room, a ward or an inpatient room."),
                      thing=line.asset_model.name, field="room")
    closed = next((place for place in (line.building, line.ward)
                   if place is not None and place.status != Status.ACTIVE), None)
    if closed is not None:
        raise Refused(N_("%(place)s is no longer in use. Choose another place."), place=str(closed))
    if line.warranty_until is not None and line.warranty_until < receipt.received_on:
        raise Refused(N_("%(thing)s: the warranty ends before the day of receipt."),
                      thing=line.asset_model.name,
                      field="warranty_until")
    serials = line.serials
    if len(serials) > (1 if line.as_group else line.received_quantity):
        raise Refused(N_("%(thing)s: there are more serial numbers than things."),
                      thing=line.asset_model.name,
                      field="serial_numbers")
    if len(set(serials)) < len(serials):
        raise Refused(N_("%(thing)s: a serial number stands there twice."), thing=line.asset_model.name,
                      field="serial_numbers")
    for serial in serials:
        other = entry.same_serial(serial, line.asset_model)
        if other is not None:
            raise Refused(N_("%(serial)s is already on %(asset)s. Correct it; if both things have it, leave "
                             "it out here and write it on the asset."), serial=serial, asset=str(other),
                          field="serial_numbers")


def _register(receipt: AssetReceipt, line: AssetReceiptLine, procurement: AssetProcurement, worth: Decimal,
              by: User) -> list[Asset]:
    """The assets of a line, with tag, QR code and books; their costs add up to `worth`."""
    model, serials = line.asset_model, line.serials
    count = 1 if line.as_group else line.received_quantity
    assets = [Asset(
        name=model.name, asset_type=model.asset_type, asset_model=model, brand=model.brand, model=model.model,
        serial_number=serials[place] if place < len(serials) else None, acquisition_cost=cost,
        acquired_on=receipt.received_on, quantity=line.received_quantity if line.as_group else 1,
        funding_source=procurement.funding_source, vendor_id=procurement.vendor_id,
        warranty_until=line.warranty_until,
        work_unit_id=line.work_unit_id, building_id=line.building_id, room_id=line.room_id,
        ward_id=line.ward_id,
        inpatient_room_id=line.inpatient_room_id, asset_receipt_line_id=line.id)
        for place, cost in enumerate(entry.shares(worth, count))]
    db.session.add_all(assets)
    db.session.flush()
    insert_missing(Asset.id.in_([asset.id for asset in assets]))
    for asset in assets:
        opened(asset, by=by)
    return assets


@after(AssetReceipt, "post")
def _close_procurement(receipt: AssetReceipt, *, by: User, reason: str) -> None:
    """The procurement closes by itself when everything is received."""
    procurement = receipt.asset_procurement
    so_far = received(procurement)
    if procurement.state == AssetProcurementState.SENT and all(
            so_far.get(line.id, 0) >= line.quantity for line in procurement.lines):
        by_system(procurement, "close", by=by)


# ---------------------------------------------------------------- reversing

@effect(AssetReceipt, "reverse")
def _reverse(receipt: AssetReceipt, *, by: User, reason: str) -> None:
    """The assets are withdrawn, unless somebody has done something with one of them since."""
    lock(receipt)
    ids = set(db.session.scalars(
        sa.select(Asset.id).join(AssetReceiptLine, AssetReceiptLine.id == Asset.asset_receipt_line_id)
        .where(AssetReceiptLine.asset_receipt_id == receipt.id)))
    lock_rows(Asset, ids)
    assets = db.session.scalars(sa.select(Asset).where(Asset.id.in_(ids)).order_by(Asset.id)
                                .options(selectinload(Asset.books)).execution_options(populate_existing=True)).all()
    touched = {asset_id for model in TOUCHES for asset_id in db.session.scalars(
        sa.select(model.asset_id).where(model.asset_id.in_(ids)))}
    for asset in assets:
        if asset.state != AssetState.REGISTERED or asset.id in touched or any(
                book.accumulated for book in asset.books):
            raise Refused(N_("%(asset)s was put to use, moved or otherwise touched since; the receipt "
                             "stays. Dispose "
                             "of what is to leave the register."), asset=str(asset))
    for asset in assets:
        asset.retired_on = clock.today()
        by_system(asset, "retire", by=by, reason=reason)
    journal.reverse_entries(receipt, on=clock.today(), by=by)


@after(AssetReceipt, "reverse")
def _open_procurement(receipt: AssetReceipt, *, by: User, reason: str) -> None:
    """What came with it can be received again; what was ordered elsewhere meanwhile is not waited for
    twice."""
    procurement = receipt.asset_procurement
    lock(procurement)
    if procurement.state != AssetProcurementState.DONE:
        return
    if plans.ordered_elsewhere(procurement) is None:
        by_system(procurement, "open_again", by=by, reason=reason)
    else:
        plans.open_plans_again(procurement, by=by, reason=reason)
