"""Maintenance: an order takes its assets out of use and brings them back, with what it cost and what is due
next."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_claims import AssetDisposalState
from models.asset_exits import AssetDisposal, AssetDisposalLine
from models.asset_history import Calibration
from models.asset_register import AssetState
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.items import Item, UnitConversion
from models.journal import Posting
from models.line_quantities import plain
from models.maintenance import (
    LINE_OPEN,
    Maintenance,
    MaintenanceKind,
    MaintenanceLine,
    MaintenanceLineState,
    MaintenancePart,
    MaintenanceState,
)
from models.operations.assets import faults, schedules
from models.operations.assets.calibration import recalibrate
from models.operations.core.approvals import after, by_system, effect, opened, perform
from models.operations.ledger import journal, stock
from models.operations.ledger.journal import JournalLeg
from models.operations.ledger.stock import Outgoing
from models.operations.people.notices import Declared, declare, holders, tell
from models.organisation import Employee
from models.outbox import Channel
from models.people import User
from models.places import PhysicalCondition
from models.roles import Role
from models.stock import MoveKind, Store

#: States of an asset that nothing is mended in any more.
GONE = (AssetState.RETIRED, AssetState.LOST, AssetState.HELD_FOR_SALE)
#: Disposals that already propose an asset.
PROPOSED = ("draft", "submitted", "approved", "posted")


# ---------------------------------------------------------------- what is approved

@effect(Maintenance, "approve")
def _cost_is_known(order: Maintenance, *, by: User, reason: str) -> None:
    """Who approves confirms the cost, also zero: what costs nothing needs no payables."""
    if order.estimated_cost is None:
        raise Refused(N_("Confirm the estimated cost; 0 if it costs nothing."), field="estimated_cost")
    order.approved_cost = Decimal(0)


@effect(Maintenance, "approve_payment")
def _cost_is_approved(order: Maintenance, *, by: User, reason: str) -> None:
    order.approved_cost = order.estimated_cost


@effect(Maintenance, "approve_cost")
def _what_it_became(order: Maintenance, *, by: User, reason: str) -> None:
    """What the lines cost by now; more than that asks again."""
    order.approved_cost = order.total


declare(Declared(
    "maintenance_cost_waits", holders(Role.PAYABLES), N_("%(number)s costs more than was approved"),
    (N_("Approved: %(approved)s. The lines cost %(amount)s. Approve it, or have it talked over."),),
    lambda order: _amounts(order), "/admin/maintenance/details/?id={id}", channels=(Channel.MAIL,),
    icon="cash"))
declare(Declared(
    "maintenance_above_approved", holders(Role.PAYABLES, Role.DIRECTOR),
    N_("%(number)s was finished above the approved cost"),
    (N_("Approved: %(approved)s. It cost %(amount)s. Reason: %(reason)s"),),
    lambda order: _amounts(order), "/admin/maintenance/details/?id={id}",
    on=(Maintenance, ("finish_unapproved",)), channels=(Channel.MAIL,), icon="cash"))


def _amounts(order: Maintenance) -> dict[str, Any]:
    approved = order.estimated_cost if order.approved_cost is None else order.approved_cost
    return {"number": str(order), "approved": f"Rp{plain(approved)}", "amount": f"Rp{plain(order.total)}"}


@after(MaintenanceLine, "finish")
def _costs_more(line: MaintenanceLine, *, by: User, reason: str) -> None:
    """Payables are told once for each amount that goes beyond what they approved."""
    order = line.maintenance
    if order.is_above_approved:
        tell("maintenance_cost_waits", order, key=f"maintenance_cost:{order.id}:{order.total}")


# ---------------------------------------------------------------- the order

@effect(Maintenance, "submit")
def _of_living_assets(order: Maintenance, *, by: User, reason: str) -> None:
    for line in order.lines:
        if line.asset is not None and line.asset.state in GONE:
            raise Refused(N_("%(asset)s is %(state)s; nothing is mended in it any more. Take the line out."),
                          asset=str(line.asset), state=line.asset.state)


@effect(Maintenance, "start")
def _out_of_use(order: Maintenance, *, by: User, reason: str) -> None:
    """The downtime begins, or began when the fault was reported. An asset that another order still works on
    waits for that one; what is gone meanwhile is dropped."""
    gone = {line: line.asset.state for line in order.lines
            if line.asset is not None and line.asset.state in GONE}
    living = [line for line in order.lines if line not in gone]
    if not living:
        raise Refused(N_("%(asset)s is %(state)s; nothing is mended in it any more. Cancel the order."),
                      asset=str(order.lines[0].asset), state=gone[order.lines[0]])
    order.started_at = clock.now()
    order.down_since = faults.first_report(order) or order.started_at
    assets = [line.asset_id for line in living if line.asset_id is not None]
    other = db.session.execute(
        sa.select(Maintenance.number, MaintenanceLine.asset_id)
        .join(MaintenanceLine, MaintenanceLine.maintenance_id == Maintenance.id)
        .where(Maintenance.state == MaintenanceState.IN_PROGRESS, Maintenance.id != order.id,
               MaintenanceLine.asset_id.in_(assets), MaintenanceLine.state.in_(LINE_OPEN))
        .limit(1)).first()
    if other is not None:
        asset = next(line.asset for line in order.lines if line.asset_id == other.asset_id)
        raise Refused(N_("%(asset)s is still being worked on by order %(number)s. Finish that one first."),
                      asset=str(asset), number=other.number)
    for line in order.lines:
        if line in gone:
            by_system(line, "drop", by=by, reason=gone[line].value)
        elif line.asset is not None and line.asset.state == AssetState.IN_USE:
            by_system(line.asset, "maintain", by=by)
            line.took_out = True


@after(Maintenance, "start")
def _begin_the_only_line(order: Maintenance, *, by: User, reason: str) -> None:
    """Who starts an order of one thing starts that thing."""
    planned = [line for line in order.lines if line.state == MaintenanceLineState.PLANNED]
    if len(planned) == 1 and by.acts_in(Role.FACILITIES_STAFF):
        perform(planned[0], "start", by=by)


@effect(Maintenance, "finish", "finish_unapproved")
def _back_into_use(order: Maintenance, *, by: User, reason: str) -> None:
    """Assets come back as they are now; parts leave the stores; the cost is posted; what is due next is
    written down.

    What could not be mended stays out of use until it is disposed of, or another order mends it.
    """
    order.finished_at = clock.now()
    today = clock.today()
    if order.kind == MaintenanceKind.CALIBRATION:
        _refuse_without_certificate(order)
    _use_parts(order, by)
    paid = Posting.PAYABLES if order.vendor_id is not None else Posting.CASH
    journal.post_entry(today,
                       [JournalLeg(Posting.MAINTENANCE, order.total, order.account_id),
                        JournalLeg(paid, -order.total)],
                       order, by)
    schedules.served(order, today)
    for line in order.lines:
        asset = line.asset
        if asset is None or line.state != MaintenanceLineState.DONE:
            continue
        faults.now_in(asset, line.condition_after)
        if asset.state == AssetState.UNDER_MAINTENANCE:
            by_system(asset, "return", by=by)
        if order.kind == MaintenanceKind.REPAIR:
            recalibrate(asset, today, line.id)
    db.session.flush()
    for line in order.lines:
        line.next_due_on = schedules.next_due(line.asset_id)


@effect(Maintenance, "cancel")
def _as_it_was(order: Maintenance, *, by: User, reason: str) -> None:
    """What the order took out of use goes back."""
    for line in order.lines:
        if line.state in LINE_OPEN:
            by_system(line, "drop", by=by, reason=reason)


def _put_back(line: MaintenanceLine, by: User) -> None:
    if line.took_out and line.asset is not None and line.asset.state == AssetState.UNDER_MAINTENANCE:
        by_system(line.asset, "return", by=by)
    line.took_out = False


def _refuse_without_certificate(order: Maintenance) -> None:
    lines = [line for line in order.lines
             if line.state == MaintenanceLineState.DONE and line.asset is not None]
    known = set(db.session.scalars(sa.select(Calibration.maintenance_line_id).where(
        Calibration.maintenance_line_id.in_([line.id for line in lines]))))
    for line in lines:
        if line.id not in known:
            raise Refused(N_("Enter the calibration certificate of %(asset)s first."), asset=str(line.asset))


# ---------------------------------------------------------------- its lines

@effect(MaintenanceLine, "start")
def _by_whom(line: MaintenanceLine, *, by: User, reason: str) -> None:
    """Whoever starts it is the technician, unless somebody was named."""
    if line.employee is None:
        line.employee = db.session.scalar(sa.select(Employee).where(Employee.user_id == by.id))


@effect(MaintenanceLine, "finish")
def _says_what_was_done(line: MaintenanceLine, *, by: User, reason: str) -> None:
    if not (line.result or "").strip():
        raise Refused(N_("Write first what was done and what it cost."), field="result")
    if (line.checklist or "").strip() and not line.checklist_done:
        raise Refused(N_("Do every point of the checklist, then tick it."), field="checklist_done")


@effect(MaintenanceLine, "fail")
def _propose_disposal(line: MaintenanceLine, *, by: User, reason: str) -> None:
    """What cannot be mended is heavily damaged, and proposed for disposal unless it is already."""
    line.condition_after = PhysicalCondition.BADLY_DAMAGED
    line.result = line.result or reason.strip()
    asset = line.asset
    if asset is None:
        return
    line.condition_before = asset.condition
    faults.now_in(asset, line.condition_after)
    proposed = db.session.scalar(
        sa.select(AssetDisposalLine.id).join(AssetDisposal,
                                             AssetDisposal.id == AssetDisposalLine.asset_disposal_id)
        .where(AssetDisposalLine.asset_id == asset.id, AssetDisposal.state.in_(PROPOSED)).limit(1))
    if proposed is None:
        disposal = AssetDisposal(created_by_id=by.id, note=str(line.maintenance), lines=[AssetDisposalLine(
            asset=asset, quantity=asset.quantity, building_id=asset.building_id, ward_id=asset.ward_id,
            reason=reason.strip())])
        db.session.add(disposal)
        opened(disposal, by=by)
        line.asset_disposal = disposal


@effect(MaintenanceLine, "reopen")
def _not_over_after_all(line: MaintenanceLine, *, by: User, reason: str) -> None:
    """A wrong press is taken back, with the disposal that it proposed while nobody has seen that."""
    disposal = line.asset_disposal
    if disposal is not None and disposal.state == AssetDisposalState.DRAFT:
        by_system(disposal, "cancel", by=by, reason=reason)
    elif disposal is not None and disposal.state != AssetDisposalState.CANCELLED:
        raise Refused(N_("Its disposal %(number)s is under way. Have that one cancelled first."),
                      number=str(disposal))
    if line.state == MaintenanceLineState.FAILED and line.asset is not None:
        faults.now_in(line.asset, line.condition_before)
    line.asset_disposal, line.condition_before, line.condition_after = None, None, None
    line.checklist_done = False


@effect(MaintenanceLine, "drop")
def _left_alone(line: MaintenanceLine, *, by: User, reason: str) -> None:
    """Nothing was done to it: it is what it was, and no part is used on it."""
    _put_back(line, by)
    for part in list(line.parts):
        db.session.delete(part)
    line.cost, line.result = Decimal(0), reason.strip()
    db.session.flush()
    db.session.expire(line, ["parts"])


# ---------------------------------------------------------------- spare parts

def add_part(line: MaintenanceLine, *, store: Store, item: Item, unit: UnitConversion | None,
             quantity: Decimal,
             by: User) -> MaintenancePart:
    """Note a spare part that the line uses; it leaves the store when the order is finished. Raises
    `Refused`."""
    _may_change_parts(line, by)
    unit = unit or next((unit for unit in item.units if unit.factor == 1), None)
    if unit is None or unit.item_id != item.id:
        raise Refused(N_("The chosen record does not fit, or is gone. Choose another."), field="unit")
    if quantity <= 0:
        raise Refused(N_("Must be more than 0, for example 6."), field="quantity")
    item.in_base(quantity, unit.factor)
    part = MaintenancePart(maintenance_line=line, store=store, item=item, unit=unit, quantity=quantity,
                           factor=unit.factor)
    db.session.add(part)
    db.session.flush()
    return part


def _may_change_parts(line: MaintenanceLine, by: User) -> None:
    if not by.has_role(Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not change this."))
    if line.maintenance.state != MaintenanceState.IN_PROGRESS:
        raise Refused(MaintenancePart.refusal)


def _use_parts(order: Maintenance, by: User) -> None:
    """Every part leaves its store at the moving average, to the account of the order."""
    by_store: dict[int, list[MaintenancePart]] = defaultdict(list)
    for line in order.lines:
        for part in line.parts:
            by_store[part.store_id].append(part)
    for store_id, parts in sorted(by_store.items()):
        base = stock.in_base(parts)
        stock.issue(order, store_id, [Outgoing(part.id, part.item_id, base[part.id]) for part in parts],
                    kind=MoveKind.MAINTENANCE, on=clock.today(), by=by,
                    against=stock.against(Posting.MAINTENANCE, order.account_id))
