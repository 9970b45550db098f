"""From what rooms lack to a plan, from approved plans of units to one vendor's order: never more than
planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from models import clock
from models.asset_documents import (
    AssetPlan,
    AssetPlanLine,
    AssetPlanState,
    AssetProcurement,
    AssetProcurementLine,
    AssetProcurementState,
    AssetReceipt,
    AssetReceiptLine,
    AssetReceiptState,
)
from models.asset_register import Asset, AssetModel, AssetState, Vendor
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.facilities import ClassFacility, RoomFacility
from models.operations.core.approvals import after, by_system, effect, opened
from models.operations.core.locking import lock, lock_rows
from models.operations.people.mail import post_to
from models.organisation import Status, WorkUnit
from models.people import User
from models.places import InpatientRoom, PhysicalCondition, RoomClass, Ward
from models.roles import Role
from models.settings import setting

ZERO = Decimal(0)
#: Plans whose quantities still count as coming.
COMING = (AssetPlanState.DRAFT, AssetPlanState.SUBMITTED, AssetPlanState.APPROVED)
DEAD_ORDERS = (AssetProcurementState.REJECTED, AssetProcurementState.CANCELLED)
#: Where an asset serves the room it stands in.
PRESENT = (AssetState.REGISTERED, AssetState.IN_USE, AssetState.UNDER_MAINTENANCE)


# ---------------------------------------------------------------- what rooms lack

@dataclass
class Gap:
    """What the rooms of one unit lack of one model, against the standard of their classes."""

    unit: WorkUnit | None
    model: AssetModel
    wanted: Decimal = ZERO
    present: Decimal = ZERO
    missing: Decimal = ZERO
    coming: int = 0
    rooms: list[str] = field(default_factory=list)

    @property
    def to_plan(self) -> int:
        """Whole things that no plan asks for yet."""
        return max(int(self.missing.to_integral_value(ROUND_CEILING)) - self.coming, 0)

    @property
    def key(self) -> str:
        return f"{self.unit.id if self.unit else 0}-{self.model.id}"


def gaps(unit_id: int | None = None) -> list[Gap]:
    """Every model that some room lacks, by unit and name; of one unit when it is given. Four statements."""
    have = _present()
    result: dict[tuple[int | None, int], Gap] = {}
    statement = (
        sa.select(InpatientRoom.id, InpatientRoom.number, WorkUnit, AssetModel, ClassFacility.quantity)
        .join(Ward, Ward.id == InpatientRoom.ward_id).outerjoin(WorkUnit, WorkUnit.id == Ward.work_unit_id)
        .join(RoomClass, RoomClass.id == InpatientRoom.room_class_id)
        .join(ClassFacility,
              (ClassFacility.room_class_id == RoomClass.id) & (ClassFacility.status == Status.ACTIVE))
        .join(AssetModel, AssetModel.id == ClassFacility.asset_model_id)
        .where(Ward.status == Status.ACTIVE).order_by(WorkUnit.name, AssetModel.name, InpatientRoom.number))
    if unit_id is not None:
        statement = statement.where(WorkUnit.id == unit_id)
    for room_id, number, unit, model, wanted in db.session.execute(statement):
        gap = result.setdefault((unit.id if unit else None, model.id), Gap(unit, model))
        there = have.get((room_id, model.id), ZERO)
        gap.wanted += wanted
        gap.present += min(there, wanted)
        if there < wanted:
            gap.missing += wanted - there
            gap.rooms.append(number)
    coming = _coming()
    for key, gap in result.items():
        gap.coming = coming.get(key, 0)
    return [gap for gap in result.values() if gap.missing > 0]


def _present() -> dict[tuple[int, int], Decimal]:
    """Good things by room and model: what is placed as a facility, and what simply stands there."""
    placed = db.session.execute(
        sa.select(RoomFacility.inpatient_room_id, Asset.asset_model_id, sa.func.sum(RoomFacility.quantity))
        .join(Asset, Asset.id == RoomFacility.asset_id)
        .where(RoomFacility.inpatient_room_id.is_not(None), RoomFacility.status == Status.ACTIVE,
               RoomFacility.condition == PhysicalCondition.GOOD, Asset.asset_model_id.is_not(None),
               Asset.state.in_(PRESENT))
        .group_by(RoomFacility.inpatient_room_id, Asset.asset_model_id))
    result: dict[Any, Decimal] = {(room, model): Decimal(quantity) for room, model, quantity in placed}
    standing = db.session.execute(
        sa.select(Asset.inpatient_room_id, Asset.asset_model_id, sa.func.sum(Asset.quantity))
        .where(Asset.inpatient_room_id.is_not(None), Asset.asset_model_id.is_not(None),
               Asset.state.in_(PRESENT), Asset.condition == PhysicalCondition.GOOD,
               ~sa.exists().where(RoomFacility.asset_id == Asset.id, RoomFacility.status == Status.ACTIVE))
        .group_by(Asset.inpatient_room_id, Asset.asset_model_id))
    for room, model, quantity in standing:
        result[room, model] = result.get((room, model), ZERO) + int(quantity)
    return result


def _coming() -> dict[tuple[int | None, int], int]:
    """Things planned or ordered and not received yet, by unit and model."""
    line, order = AssetPlanLine, AssetProcurementLine
    came = sa.func.sum(AssetReceiptLine.received_quantity)
    got = (sa.select(order.asset_plan_line_id.label("line_id"), came.label("n"))
           .join(AssetReceiptLine, AssetReceiptLine.asset_procurement_line_id == order.id)
           .join(AssetReceipt, AssetReceipt.id == AssetReceiptLine.asset_receipt_id)
           .where(AssetReceipt.state
                  == AssetReceiptState.POSTED).group_by(order.asset_plan_line_id).subquery())
    bought = (sa.select(order.asset_plan_line_id.label("line_id"), sa.func.sum(order.quantity).label("n"))
              .join(AssetProcurement, AssetProcurement.id == order.asset_procurement_id)
              .where(AssetProcurement.state.not_in((*DEAD_ORDERS, AssetProcurementState.DONE)))
              .group_by(order.asset_plan_line_id).subquery())
    requested = sa.case((AssetPlan.state.in_(COMING), line.quantity), else_=sa.func.coalesce(bought.c.n, 0))
    rows = db.session.execute(
        sa.select(line.work_unit_id, line.asset_model_id,
                  sa.func.sum(requested - sa.func.coalesce(got.c.n, 0)))
        .join(AssetPlan, AssetPlan.id == line.asset_plan_id)
        .outerjoin(got, got.c.line_id == line.id).outerjoin(bought, bought.c.line_id == line.id)
        .where(sa.or_(AssetPlan.state.in_(COMING), sa.and_(AssetPlan.state == AssetPlanState.DONE,
                                                           bought.c.n > sa.func.coalesce(got.c.n, 0))))
        .group_by(line.work_unit_id, line.asset_model_id))
    return {(unit, model): max(int(quantity), 0) for unit, model, quantity in rows}


def plan_gaps(*, by: User, keys: Iterable[str] | None = None,
              budget_year: int | None = None) -> list[AssetPlan]:
    """Draft one plan per unit with what its rooms lack and nobody plans yet; of the chosen `keys` only where
    given.

    A unit's own person plans for the own unit. Raises `NotAllowed`, or `Refused` when nothing is left to
    plan.
    """
    if not by.has_role(Role.UNIT_USER, Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    chosen = set(keys) if keys is not None else None
    own = None if by.has_role(Role.FACILITIES_STAFF) else by.work_unit_id or 0
    lock_rows(AssetModel, set(db.session.scalars(sa.select(ClassFacility.asset_model_id).where(
        ClassFacility.asset_model_id.is_not(None)))))  # two people at once plan a gap once
    year = budget_year or clock.today().year + 1
    grouped: dict[int, list[Gap]] = {}
    for gap in gaps(own):
        if gap.unit is not None and gap.to_plan and (chosen is None or gap.key in chosen):
            grouped.setdefault(gap.unit.id, []).append(gap)
    if not grouped:
        raise Refused(N_("Nothing is left to plan: what rooms lack is planned or ordered already."))
    plans = []
    for unit_id, rows in grouped.items():
        plan = AssetPlan(created_by=by, work_unit_id=unit_id, budget_year=year, lines=[
            AssetPlanLine(work_unit_id=unit_id, asset_model=gap.model, quantity=gap.to_plan, budget_year=year,
                          estimated_price=gap.model.estimated_price,
                          justification=", ".join(gap.rooms)[:2000])
            for gap in rows])
        db.session.add(plan)
        opened(plan, by=by)
        plans.append(plan)
    return plans


@effect(AssetPlan, "submit")
def _check_plan(plan: AssetPlan, *, by: User, reason: str) -> None:
    """A line is for the plan's year, of a model in use; a unit's own person plans for the own unit alone."""
    for line in plan.lines:
        line.budget_year = plan.budget_year
        if line.asset_model.status != Status.ACTIVE:
            raise Refused(N_("%(thing)s is no longer bought. Choose another model."),
                          thing=line.asset_model.name,
                          field="asset_model")
        if line.work_unit_id != plan.work_unit_id and not by.has_role(Role.FACILITIES_STAFF):
            raise Refused(N_("This document belongs to another work unit."), field="work_unit")


# ---------------------------------------------------------------- from plans to an order

def open_lines(year: int | None = None, unit_id: int | None = None) -> list[tuple[AssetPlanLine, int]]:
    """Lines of approved plans with what may still be ordered of each, oldest plan first."""
    statement = (
        sa.select(AssetPlanLine).join(AssetPlan, AssetPlan.id == AssetPlanLine.asset_plan_id)
        .where(AssetPlan.state == AssetPlanState.APPROVED).order_by(AssetPlan.planned_on, AssetPlanLine.id)
        .options(joinedload(AssetPlanLine.asset_plan), joinedload(AssetPlanLine.work_unit),
                 joinedload(AssetPlanLine.asset_model)))
    if year is not None:
        statement = statement.where(AssetPlanLine.budget_year == year)
    if unit_id is not None:
        statement = statement.where(AssetPlanLine.work_unit_id == unit_id)
    lines = list(db.session.scalars(statement).unique())
    left = open_quantities([line.id for line in lines])
    return [(line, line.quantity - left.get(line.id, 0)) for line in lines
            if line.quantity > left.get(line.id, 0)]


def open_quantities(line_ids: Iterable[int], but: AssetProcurement | None = None) -> dict[int, int]:
    """Things ordered of each plan line by living procurements other than `but`; of a closed one only what
    came."""
    line, order = AssetProcurementLine, AssetProcurement
    came = (sa.select(AssetReceiptLine.asset_procurement_line_id.label("line_id"),
                      sa.func.sum(AssetReceiptLine.received_quantity).label("n"))
            .join(AssetReceipt, AssetReceipt.id == AssetReceiptLine.asset_receipt_id)
            .where(AssetReceipt.state == AssetReceiptState.POSTED)
            .group_by(AssetReceiptLine.asset_procurement_line_id).subquery())
    counted = sa.case((order.state == AssetProcurementState.DONE, sa.func.coalesce(came.c.n, 0)),
                      else_=line.quantity)
    rows = db.session.execute(
        sa.select(line.asset_plan_line_id, sa.func.sum(counted))
        .join(order, order.id == line.asset_procurement_id).outerjoin(came, came.c.line_id == line.id)
        .where(line.asset_plan_line_id.in_(list(line_ids)), order.state.not_in(DEAD_ORDERS),
               order.id != (but.id if but is not None else 0))
        .group_by(line.asset_plan_line_id))
    return {key: int(quantity) for key, quantity in rows}


def make_procurement(vendor_id: int, wanted: dict[int, tuple[int, Decimal | None]], *, by: User,
                     tax_percent: Decimal = Decimal(11)) -> AssetProcurement:
    """Draft an order to one vendor from plan lines: quantity and price by line id, the planned price where
    none is given. Raises `NotAllowed` or `Refused`."""
    if not by.has_role(Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    if not wanted:
        raise Refused(N_("Tick at least one line of a plan, and say how many."))
    vendor = db.session.get(Vendor, vendor_id)
    if vendor is None or vendor.status != Status.ACTIVE:
        raise Refused(N_("Choose a vendor that is in use."), field="vendor")
    lines = {line.id: line for line in db.session.scalars(
        sa.select(AssetPlanLine).where(AssetPlanLine.id.in_(wanted)).options(
            joinedload(AssetPlanLine.asset_model), joinedload(AssetPlanLine.asset_plan)))}
    procurement = AssetProcurement(created_by=by, vendor=vendor, tax_percent=tax_percent)
    for key, (quantity, price) in sorted(wanted.items()):
        line = lines.get(key)
        if line is None:
            raise Refused(N_("A line of a plan is gone. Look at the list again."))
        cost = (
            price if price is not None else line.estimated_price or line.asset_model.estimated_price or ZERO
        )
        procurement.lines.append(AssetProcurementLine(
            asset_plan_line=line, asset_plan_id=line.asset_plan_id, asset_model_id=line.asset_model_id,
            vendor=vendor,
            quantity=quantity, unit_price=cost))
    _check_lines(procurement)
    db.session.add(procurement)
    opened(procurement, by=by)
    return procurement


def _check_lines(procurement: AssetProcurement) -> None:
    """Raises `Refused` for a line beyond its plan. Locks the plan lines, so that two orders share what is
    open."""
    planned = [line for line in procurement.lines if line.asset_plan_line is not None]
    with db.session.no_autoflush:
        lock_rows(AssetPlanLine, {line.asset_plan_line.id for line in planned if line.asset_plan_line})
        gone = open_quantities([line.asset_plan_line.id for line in planned if line.asset_plan_line],
                               but=procurement if procurement.id else None)
    for line in planned:
        wanted = line.asset_plan_line
        assert wanted is not None
        if wanted.asset_plan.state != AssetPlanState.APPROVED:
            raise Refused(N_("The asset plan %(number)s is not approved."), number=str(wanted.asset_plan))
        if line.asset_model_id != wanted.asset_model_id:
            raise Refused(N_("%(thing)s is not what %(plan)s plans on this line."),
                          plan=str(wanted.asset_plan),
                          thing=line.asset_model.name, field="asset_model")
        left = wanted.quantity - gone.get(wanted.id, 0)
        if not 0 < line.quantity <= left:
            raise Refused(N_("%(thing)s: between 1 and %(left)s can still be ordered on %(plan)s."),
                          left=left,
                          thing=wanted.asset_model.name, plan=str(wanted.asset_plan), field="quantity")
        gone[wanted.id] = gone.get(wanted.id, 0) + line.quantity


@effect(AssetProcurement, "submit")
def _check_procurement(procurement: AssetProcurement, *, by: User, reason: str) -> None:
    lock(procurement)
    procurement.needs_director = procurement.is_above_limit
    if procurement.vendor.status != Status.ACTIVE:
        raise Refused(N_("Choose a vendor that is in use."), field="vendor")
    if setting("asset_procurement.needs_plan") == "yes":
        loose = next((line for line in procurement.lines if line.asset_plan_line_id is None), None)
        if loose is not None:
            raise Refused(N_("%(thing)s stands on no plan. Plan it first."), thing=loose.asset_model.name,
                          field="asset_plan_line")
    _check_lines(procurement)


def _plans_of(procurement: AssetProcurement) -> list[AssetPlan]:
    """The plans that the order answers, locked in one order."""
    ids = {line.asset_plan_line.asset_plan_id for line in procurement.lines
           if line.asset_plan_line is not None}
    lock_rows(AssetPlan, ids)
    return list(db.session.scalars(
        sa.select(AssetPlan).where(AssetPlan.id.in_(ids)).order_by(AssetPlan.id)
        .options(selectinload(AssetPlan.lines)).execution_options(populate_existing=True)))


@after(AssetProcurement, "send", "open_again")
def _close_plans(procurement: AssetProcurement, *, by: User, reason: str) -> None:
    """A plan closes by itself once all of it went to vendors."""
    for plan in _plans_of(procurement):
        sent = _sent([line.id for line in plan.lines])
        if plan.state == AssetPlanState.APPROVED and all(sent.get(line.id, 0) >= line.quantity
                                                         for line in plan.lines):
            by_system(plan, "close", by=by)


@after(AssetProcurement, "close")
def open_plans_again(procurement: AssetProcurement, *, by: User, reason: str) -> None:
    """What an order that is closed did not bring is open again on its plans."""
    for plan in _plans_of(procurement):
        taken = open_quantities([line.id for line in plan.lines])
        if plan.state == AssetPlanState.DONE and any(taken.get(line.id, 0) < line.quantity
                                                     for line in plan.lines):
            by_system(plan, "open_again", by=by, reason=reason)


def ordered_elsewhere(procurement: AssetProcurement) -> AssetProcurementLine | None:
    """A line of a closed order whose things another order took up meanwhile: opened again, they would come
    twice. Locks the lines of the plans."""
    planned = {line.asset_plan_line_id: line for line in procurement.lines if line.asset_plan_line_id}
    lock_rows(AssetPlanLine, {key for key in planned if key is not None})
    taken = open_quantities([key for key in planned if key is not None], but=procurement)
    return next((line for key, line in planned.items() if key is not None and line.asset_plan_line is not None
                 and taken.get(key, 0) + line.quantity > line.asset_plan_line.quantity), None)


@effect(AssetProcurement, "open_again")
def _check_still_open(procurement: AssetProcurement, *, by: User, reason: str) -> None:
    line = ordered_elsewhere(procurement)
    if line is not None:
        raise Refused(N_("%(thing)s of %(plan)s was ordered elsewhere meanwhile. Make a new order for what "
                         "is still missing."), thing=line.asset_model.name, plan=str(line.asset_plan))


@after(AssetProcurement, "send")
def _to_the_vendor(procurement: AssetProcurement, *, by: User, reason: str) -> None:
    """The order goes to its vendor by mail with the printed paper, once: the message's key is the order's."""
    vendor = procurement.vendor
    if not vendor.email:
        return
    hospital = setting("hospital.name")
    post_to(vendor.email, "asset_procurement_sent", prints=procurement,
            key=f"asset_procurement-{procurement.id}",
            name=vendor.name, number=procurement.number, hospital=hospital, person=by.name,
            expected_on=procurement.expected_on.isoformat() if procurement.expected_on else "")


def _sent(line_ids: list[int]) -> dict[int, Any]:
    line = AssetProcurementLine
    return dict(db.session.execute(  # type: ignore[arg-type]
        sa.select(line.asset_plan_line_id, sa.func.sum(line.quantity))
        .join(AssetProcurement, AssetProcurement.id == line.asset_procurement_id)
        .where(line.asset_plan_line_id.in_(line_ids),
               AssetProcurement.state.in_((AssetProcurementState.SENT, AssetProcurementState.DONE)))
        .group_by(line.asset_plan_line_id)).all())
