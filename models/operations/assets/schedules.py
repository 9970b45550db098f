"""Schedules of maintenance: when each falls due, what moves it on, what frees it for another order.

A due day has one order. Only a service that was done to the very asset moves its schedule; an order that is
rejected or cancelled, or did nothing to the asset, frees the day.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import clock
from models.asset_history import MaintenanceSchedule, ScheduleKind
from models.asset_register import Asset
from models.base import db
from models.errors import N_, Refused
from models.maintenance import (
    Maintenance,
    MaintenanceLine,
    MaintenanceLineState,
    MaintenanceState,
)
from models.operations.assets.calibration import add_months
from models.operations.core.approvals import effect
from models.operations.core.checks import check
from models.organisation import Status
from models.people import User
from models.upkeep import MeterReading

#: Orders that stand for no due day (any more).
GIVEN_UP = (MaintenanceState.REJECTED, MaintenanceState.CANCELLED)
LAST_YEAR = 2200


# ---------------------------------------------------------------- when it falls due

def step_on(schedule: MaintenanceSchedule, day: date, times: int = 1) -> date | None:
    """The day that lies `times` intervals after `day`; None where the meter alone says when. Past the year
    2200 it stays at that year's end."""
    try:
        if schedule.every_months:
            return add_months(day, schedule.every_months * times)
        days = 7 * (schedule.every_weeks or 0) or schedule.every_days
        return day + timedelta(days=days * times) if days else None
    except (ValueError, OverflowError):
        return date(LAST_YEAR, 12, 31)


def next_day(schedule: MaintenanceSchedule, done_on: date) -> date | None:
    """When it falls due after a service on `done_on`: by its fixed calendar the first of its days that lies
    after both the service and the day that was served, else one interval after the service."""
    if schedule.fixed_from is None:
        return step_on(schedule, done_on)
    served = max(done_on, schedule.next_due_on or done_on)
    times, day = 0, step_on(schedule, schedule.fixed_from, 0)
    while day is not None and day <= served and day.year < LAST_YEAR:
        times += 1
        day = step_on(schedule, schedule.fixed_from, times)
    return day


def move_on(schedule: MaintenanceSchedule, done_on: date) -> None:
    """The service was done: what is due next, by day and by meter."""
    following = next_day(schedule, done_on)
    schedule.last_done_on, schedule.next_due_on = done_on, following
    schedule.ordered_for = schedule.not_before = None
    if schedule.every_meter:
        schedule.next_due_meter = (last_reading(schedule.asset_id) or Decimal(0)) + schedule.every_meter


def next_due(asset_id: int | None) -> date | None:
    """The earliest day on which something is due again."""
    if asset_id is None:
        return None
    return db.session.scalar(sa.select(sa.func.min(MaintenanceSchedule.next_due_on)).where(
        MaintenanceSchedule.asset_id == asset_id, MaintenanceSchedule.status == Status.ACTIVE))


def prepare(schedule: MaintenanceSchedule) -> None:
    """What a schedule needs before it is kept: an interval, and a day or a reading to begin with. Raises
    `Refused`."""
    spans = [name for name in ("every_months", "every_weeks", "every_days") if getattr(schedule, name)]
    if len(spans) > 1:
        raise Refused(N_("Choose months, weeks or days: one of them."), field=spans[-1])
    if not spans and not schedule.every_meter:
        raise Refused(N_("Say how often: every so many months, weeks or days, or by the meter."),
                      field="every_months")
    if schedule.fixed_from is not None and not spans:
        raise Refused(N_("A fixed calendar needs months, weeks or days."), field="fixed_from")
    if schedule.kind == ScheduleKind.CALIBRATION and not schedule.every_months:
        raise Refused(N_("Calibrations are due by months."), field="every_months")
    if spans and schedule.next_due_on is None:
        schedule.next_due_on = schedule.fixed_from or step_on(schedule, clock.today())
    asset_id = schedule.asset.id if schedule.asset is not None else schedule.asset_id
    if schedule.every_meter and schedule.next_due_meter is None and asset_id:
        with db.session.no_autoflush:
            schedule.next_due_meter = (last_reading(asset_id) or Decimal(0)) + schedule.every_meter


# ---------------------------------------------------------------- what orders do to it

def served(order: Maintenance, today: date) -> None:
    """Move the order's schedule on, if its asset was served; else free it. A thing that was mended is looked
    after again."""
    schedule = order.maintenance_schedule
    done = {line.asset_id for line in order.lines if line.state == MaintenanceLineState.DONE}
    failed = {line.asset_id for line in order.lines if line.state == MaintenanceLineState.FAILED}
    if schedule is not None and schedule.kind == ScheduleKind.PREVENTIVE:
        if schedule.asset_id in done:
            move_on(schedule, today)
        elif schedule.asset_id not in failed:
            free(schedule, today + timedelta(days=1))
    if done:
        for other in db.session.scalars(sa.select(MaintenanceSchedule).where(
                MaintenanceSchedule.asset_id.in_(done - {None}),
                MaintenanceSchedule.ordered_for == MaintenanceSchedule.next_due_on)):
            if other is not schedule and not _has_order(other, order):
                free(other)


def free(schedule: MaintenanceSchedule, not_before: date | None = None) -> None:
    """Its due day has no order any more: the next run of the job makes one, or that of `not_before`."""
    schedule.ordered_for, schedule.not_before = None, not_before


def _has_order(schedule: MaintenanceSchedule, apart: Maintenance) -> bool:
    """Whether another order stands for its due day: one that lives."""
    return bool(db.session.scalar(sa.select(sa.exists().where(
        Maintenance.maintenance_schedule_id == schedule.id, Maintenance.id != apart.id,
        Maintenance.state.not_in((*GIVEN_UP, MaintenanceState.DONE))))))


@effect(Maintenance, "reject", "cancel")
def _is_free(order: Maintenance, *, by: User, reason: str) -> None:
    """Nothing was done: another order follows on the day that the head names, else at the next run."""
    schedule = order.maintenance_schedule
    if schedule is None or order.state == MaintenanceState.REJECTED:
        return
    if order.order_again_on is not None and order.order_again_on < clock.today():
        raise Refused(N_("Name a day to come, or none."), field="order_again_on")
    if not _has_order(schedule, order):
        free(schedule, order.order_again_on)


@effect(Maintenance, "reopen")
def _stands_for_it_again(order: Maintenance, *, by: User, reason: str) -> None:
    """It takes its due day back; where another order was made meanwhile it goes on without the schedule."""
    schedule = order.maintenance_schedule
    order.order_again_on = None
    if schedule is None:
        return
    if _has_order(schedule, order):
        order.maintenance_schedule = None
    elif schedule.next_due_on is not None:
        schedule.ordered_for, schedule.not_before = schedule.next_due_on, None


# ---------------------------------------------------------------- meters

def last_reading(asset_id: int) -> Decimal | None:
    """What the asset's meter said last."""
    return db.session.scalar(sa.select(MeterReading.value).where(MeterReading.asset_id == asset_id)
                             .order_by(MeterReading.read_on.desc(), MeterReading.id.desc()).limit(1))


def record_reading(asset: Asset, value: Decimal, *, by: User, on: date | None = None,
                   reason: str = "") -> MeterReading:
    """Write down what the meter says; schedules that it reaches fall due. Raises `Refused`. Flushes."""
    reading = MeterReading(asset=asset, value=value, read_on=on or clock.today(), user_id=by.id,
                           reason=reason.strip() or None)
    check_reading(reading)
    db.session.add(reading)
    db.session.flush()
    reached(asset.id)
    return reading


def check_reading(reading: MeterReading) -> None:
    """Raises `Refused` when a reading is of a day to come, or lower than an earlier one without a reason."""
    if reading.value is None or reading.value < 0:
        raise Refused(N_("Must be 0 or more, for example 6."), field="value")
    if reading.read_on > clock.today():
        raise Refused(N_("This day has not come yet."), field="read_on")
    later = sa.select(sa.func.max(MeterReading.value)).where(
        MeterReading.asset_id == (reading.asset.id if reading.asset is not None else reading.asset_id),
        MeterReading.read_on <= reading.read_on)
    with db.session.no_autoflush:
        before = db.session.scalar(later)
    if before is not None and reading.value < before and not (reading.reason or "").strip():
        raise Refused(N_("The meter said more before: %(before)s. Write the reason, for example a new "
                         "meter."),
                      field="reason", before=f"{before.normalize():f}")


def reached(asset_id: int, today: date | None = None) -> None:
    """Schedules of the asset whose reading is reached are due today, unless they were before."""
    value, day = last_reading(asset_id), today or clock.today()
    for schedule in db.session.scalars(sa.select(MaintenanceSchedule).where(
            MaintenanceSchedule.asset_id == asset_id, MaintenanceSchedule.status == Status.ACTIVE,
            MaintenanceSchedule.next_due_meter.is_not(None))):
        if value is not None and schedule.next_due_meter is not None and value >= schedule.next_due_meter \
                and (schedule.next_due_on is None or schedule.next_due_on > day):
            if schedule.ordered_for is not None and schedule.ordered_for == schedule.next_due_on:
                schedule.ordered_for = day  # its order is there already
            schedule.next_due_on = day
    db.session.flush()


# ---------------------------------------------------------------- what verify proves

def _of(state_criterion: Any) -> Any:
    return sa.exists().where(Maintenance.maintenance_schedule_id == MaintenanceSchedule.id, state_criterion)


@check("assets: a schedule says that its day is ordered exactly when an order stands for it")
def ordered_days(session: Session) -> Any:
    """Schedules that wait for an order which nobody made, and living orders whose schedule does not know
    them."""
    plan = MaintenanceSchedule
    silent = session.execute(sa.select(plan.id, plan.name, plan.ordered_for).where(
        plan.ordered_for == plan.next_due_on, ~_of(Maintenance.state.not_in(GIVEN_UP))).limit(1)).first()
    if silent is not None:
        return silent
    return session.execute(sa.select(plan.id, plan.name, plan.next_due_on).where(
        plan.ordered_for.is_(None), plan.kind == ScheduleKind.PREVENTIVE,
        _of(Maintenance.state.not_in((*GIVEN_UP, MaintenanceState.DONE)))).limit(1)).first()


@check("assets: what an order in progress works on is under maintenance")
def taken_out(session: Session) -> Any:
    """The first asset in use of which a line that took it out is open: (id, tag)."""
    line = MaintenanceLine
    return session.execute(
        sa.select(Asset.id, Asset.tag).join(line, line.asset_id == Asset.id)
        .join(Maintenance, Maintenance.id == line.maintenance_id)
        .where(Maintenance.state == MaintenanceState.IN_PROGRESS, line.took_out,
               line.state.in_((MaintenanceLineState.PLANNED, MaintenanceLineState.IN_PROGRESS)),
               Asset.state.in_(("registered", "in_use"))).limit(1)).first()
