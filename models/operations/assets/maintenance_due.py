"""What falls due for assets: orders made from schedules, reminders of calibrations and of months not
depreciated."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.asset_history import MaintenanceSchedule, ScheduleKind
from models.asset_register import Asset, AssetBook, BookKind
from models.base import db
from models.depreciation import DepreciationRun, DepreciationRunState
from models.depreciation_rules import next_period
from models.errors import N_
from models.maintenance import Maintenance, MaintenanceKind, MaintenanceLine
from models.operations.assets.books import DEPRECIATES
from models.operations.assets.depreciation import last_posted
from models.operations.core.approvals import by_system, opened
from models.operations.core.jobs import each_day, job
from models.operations.people.notices import Declared, declare, holders, tell
from models.organisation import Status, WorkUnit
from models.outbox import Channel
from models.people import AccountStatus, User, UserRole
from models.roles import Role

#: Orders made by one run of the job; the rest waits for the next, a few minutes later.
MOST_ORDERS = 200
KINDS = {ScheduleKind.PREVENTIVE: MaintenanceKind.PREVENTIVE,
         ScheduleKind.CALIBRATION: MaintenanceKind.CALIBRATION}


# ---------------------------------------------------------------- orders from schedules

def without_order() -> sa.Select[Any]:
    """Active schedules of assets in the register whose next due day has no order yet, the earliest first."""
    table = MaintenanceSchedule
    return (sa.select(table).join(Asset, Asset.id == table.asset_id)
            .where(table.status == Status.ACTIVE, Asset.state.in_(DEPRECIATES),
                   table.next_due_on.is_not(None),
                   sa.or_(table.not_before.is_(None), table.not_before <= clock.today()),
                   sa.or_(table.ordered_for.is_(None), table.ordered_for != table.next_due_on))
            .order_by(table.next_due_on, table.id))


def make_orders(*, by: User, today: date | None = None) -> list[Maintenance]:
    """Make and submit an order for every schedule that falls due within its lead days; one for each due day,
    whatever runs at once. Flushes."""
    day = today or clock.today()
    longest = db.session.scalar(sa.select(sa.func.max(MaintenanceSchedule.lead_days))) or 0
    result = db.session.scalars(
        without_order().where(MaintenanceSchedule.next_due_on <= day + timedelta(days=longest))
        .options(joinedload(MaintenanceSchedule.asset)).limit(MOST_ORDERS * 5)).all()
    made: list[Maintenance] = []
    for schedule in result:
        if schedule.next_due_on - timedelta(days=schedule.lead_days) > day or len(made) >= MOST_ORDERS:
            continue
        order = order_from(schedule, by=by)
        if order is not None:
            made.append(order)
    return made


def order_from(schedule: MaintenanceSchedule, *, by: User) -> Maintenance | None:
    """The order of a schedule for its next due day, submitted; None when there is one already."""
    table = MaintenanceSchedule.__table__
    claimed = db.session.execute(  # type: ignore[attr-defined]
        sa.update(table).values(ordered_for=table.c.next_due_on, not_before=None)
        .where(table.c.id == schedule.id, sa.or_(table.c.ordered_for.is_(None),
                                                 table.c.ordered_for != table.c.next_due_on))).rowcount
    db.session.expire(schedule, ["ordered_for", "not_before"])
    asset = schedule.asset
    unit = asset.work_unit_id or by.work_unit_id or db.session.scalar(
        sa.select(sa.func.min(WorkUnit.id)).where(WorkUnit.status == Status.ACTIVE))
    if not claimed or unit is None:
        return None
    order = Maintenance(
        created_by_id=by.id, kind=KINDS[schedule.kind], work_unit_id=unit, vendor_id=schedule.vendor_id,
        maintenance_schedule=schedule, estimated_cost=schedule.estimated_cost,
        lines=[MaintenanceLine(asset=asset, fault=schedule.name, checklist=schedule.checklist)])
    db.session.add(order)
    opened(order, by=by)
    by_system(order, "submit", by=by)
    return order


def somebody(role: Role) -> User | None:
    """The first account of a role that can sign in: in its name the system drafts what falls due."""
    return db.session.scalar(
        sa.select(User).where(User.status == AccountStatus.ACTIVE, User.id.in_(
            sa.select(UserRole.user_id).where(UserRole.role == role))).order_by(User.id).limit(1))


@job("maintenance_orders")
def _orders() -> str:
    by = somebody(Role.FACILITIES_STAFF)
    made = make_orders(by=by) if by is not None else []
    return f"{len(made)} orders made" if made else ""


# ---------------------------------------------------------------- reminders

declare(
    Declared(
        "calibration_due",
        holders(Role.FACILITIES_STAFF), N_("The calibration of %(asset)s is due"),
        (
            N_(
                "%(asset)s may be used until %(day)s. Have it calibrated before; its room is not ready "
                "without it."
            ),
        ),
        lambda asset: {"asset": str(asset), "day": asset.calibration_due_on},
        "/admin/asset/details/?id={id}",
        channels=(Channel.MAIL,),
        icon="certificate",
    )
)
declare(Declared(
    "depreciation_due", holders(Role.FACILITIES_STAFF), N_("Depreciation of %(period)s waits to be run"),
    (N_("The period %(period)s of the hospital's book is over and was not depreciated yet."),),
    lambda _run: {}, "/admin/depreciation_run/", channels=(Channel.MAIL,), icon="trending-down"))


@job("calibration_reminder", due=each_day())
def remind_of_calibrations() -> str:
    """Once for each day on which a device's calibration ends: when it ends today, or did before."""
    notified = 0
    for asset in db.session.scalars(
            sa.select(Asset).where(Asset.calibration_due_on <= clock.today(), Asset.state.in_(DEPRECIATES))
            .order_by(Asset.calibration_due_on, Asset.id).limit(1000)):
        notified += bool(tell("calibration_due", asset, key=f"{asset.id}:{asset.calibration_due_on}"))
    return f"{notified} devices" if notified else ""


def missing_period(book: BookKind = BookKind.HOSPITAL) -> tuple[date, date] | None:
    """The period of a book that is over and was not run yet, after the last posted one; None when there is
    none, or when nothing was ever run or could be."""
    last = last_posted(book)
    if last is None:
        return None
    start, end = next_period(book, last)
    return (start, end) if end < clock.today() else None


@job("depreciation_reminder", due=each_day())
def remind_of_depreciation() -> str:
    """From the first day after a month on, once for each month."""
    missing = missing_period()
    if missing is None or db.session.scalar(sa.select(AssetBook.id).limit(1)) is None:
        return ""
    start, _end = missing
    last = db.session.scalars(
        sa.select(DepreciationRun).where(DepreciationRun.state == DepreciationRunState.POSTED)
        .order_by(DepreciationRun.period_end.desc(), DepreciationRun.id.desc()).limit(1)).one()
    notified = tell("depreciation_due", last, key=f"{start:%Y-%m}", period=f"{start:%Y-%m}")
    return f"{notified} told of {start:%Y-%m}" if notified else ""
