"""Maintenance: an order takes its assets out of use and brings them back, with what it cost and what is due
next."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_exits import AssetDisposal, AssetDisposalLine
from models.asset_history import Calibration, MaintenanceSchedule, ScheduleKind
from models.asset_register import Asset, AssetState
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.facilities import RoomFacility
from models.items import Item, UnitConversion
from models.journal import Posting
from models.maintenance import (
    Maintenance,
    MaintenanceKind,
    MaintenanceLine,
    MaintenanceLineState,
    MaintenancePart,
    MaintenanceState,
)
from models.operations.assets.calibration import add_months, recalibrate
from models.operations.core.approvals import after, by_system, effect, opened, perform
from models.operations.ledger import journal, stock
from models.operations.ledger.journal import JournalLeg
from models.operations.ledger.stock import Outgoing
from models.organisation import Employee, Status
from models.people import User
from models.places import PhysicalCondition
from models.roles import Role
from models.stock import MoveKind, Store

#: States of an asset that nothing is mended in any more.
GONE = (AssetState.RETIRED, AssetState.LOST, AssetState.HELD_FOR_SALE)
#: Disposals that already propose an asset.
PROPOSED = ("draft", "submitted", "approved", "posted")


# ---------------------------------------------------------------- the order

@effect(Maintenance, "submit", "start")
def _of_living_assets(order: Maintenance, *, by: User, reason: str) -> None:
    for line in order.lines:
        if line.asset is not None and line.asset.state in GONE:
            raise Refused(N_("%(asset)s is %(state)s; nothing is mended in it any more. Take the line out."),
                          asset=str(line.asset), state=line.asset.state)


@effect(Maintenance, "start")
def _out_of_use(order: Maintenance, *, by: User, reason: str) -> None:
    """The downtime begins. An asset that another order still works on waits for that one."""
    order.started_at = clock.now()
    assets = [line.asset_id for line in order.lines if line.asset_id is not None]
    other = db.session.execute(
        sa.select(Maintenance.number, MaintenanceLine.asset_id)
        .join(MaintenanceLine, MaintenanceLine.maintenance_id == Maintenance.id)
        .where(Maintenance.state == MaintenanceState.IN_PROGRESS, Maintenance.id != order.id,
               MaintenanceLine.asset_id.in_(assets),
               MaintenanceLine.state.in_((MaintenanceLineState.PLANNED, MaintenanceLineState.IN_PROGRESS)))
        .limit(1)).first()
    if other is not None:
        asset = next(line.asset for line in order.lines if line.asset_id == other.asset_id)
        raise Refused(N_("%(asset)s is still being worked on by order %(number)s. Finish that one first."),
                      asset=str(asset), number=other.number)
    for line in order.lines:
        if line.asset is not None and line.asset.state == AssetState.IN_USE:
            by_system(line.asset, "maintain", by=by)


@after(Maintenance, "start")
def _begin_the_only_line(order: Maintenance, *, by: User, reason: str) -> None:
    """Who starts an order of one thing starts that thing."""
    if len(order.lines) == 1 and by.has_role(Role.FACILITIES_STAFF):
        perform(order.lines[0], "start", by=by)


@effect(Maintenance, "finish")
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
    schedule = order.maintenance_schedule
    if schedule is not None and schedule.kind == ScheduleKind.PREVENTIVE:
        schedule.last_done_on = today
        schedule.next_due_on = add_months(today, schedule.every_months)
    for line in order.lines:
        asset = line.asset
        if asset is None or line.state != MaintenanceLineState.DONE:
            continue
        _now_in(asset, line.condition_after)
        if asset.state == AssetState.UNDER_MAINTENANCE:
            by_system(asset, "return", by=by)
        if order.kind == MaintenanceKind.REPAIR:
            recalibrate(asset, today)
    db.session.flush()
    for line in order.lines:
        line.next_due_on = _next_due(line.asset_id)


def _refuse_without_certificate(order: Maintenance) -> None:
    lines = [line for line in order.lines
             if line.state == MaintenanceLineState.DONE and line.asset is not None]
    known = set(db.session.scalars(sa.select(Calibration.maintenance_line_id).where(
        Calibration.maintenance_line_id.in_([line.id for line in lines]))))
    for line in lines:
        if line.id not in known:
            raise Refused(N_("Enter the calibration certificate of %(asset)s first."), asset=str(line.asset))


def _now_in(asset: Asset, condition: PhysicalCondition | None) -> None:
    """The condition of an asset, and of the place that it has among a room's facilities."""
    if condition is None:
        return
    asset.condition = condition
    for place in db.session.scalars(sa.select(RoomFacility).where(
            RoomFacility.asset_id == asset.id, RoomFacility.status == Status.ACTIVE)):
        place.condition = condition


def _next_due(asset_id: int | None) -> Any:
    """The earliest day on which something is due again."""
    if asset_id is None:
        return None
    return db.session.scalar(sa.select(sa.func.min(MaintenanceSchedule.next_due_on)).where(
        MaintenanceSchedule.asset_id == asset_id, MaintenanceSchedule.status == Status.ACTIVE))


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


@effect(MaintenanceLine, "fail")
def _propose_disposal(line: MaintenanceLine, *, by: User, reason: str) -> None:
    """What cannot be mended is heavily damaged, and proposed for disposal unless it is already."""
    line.condition_after = PhysicalCondition.BADLY_DAMAGED
    line.result = line.result or reason.strip()
    asset = line.asset
    if asset is None:
        return
    _now_in(asset, line.condition_after)
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
