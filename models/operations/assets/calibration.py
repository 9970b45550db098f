"""Calibration (Permenkes 54/2015): until when a device may serve a patient, kept on the device itself.

A medical device is calibrated every so many months, again after a repair, and again where it is installed
anew. Its certificates say until when; a new device has until its first period is over. `keep` sums that up on
the asset and moves its calibration schedule; whatever changes it calls `keep`.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from models import clock
from models.asset_history import (
    AssetMovement,
    Calibration,
    CalibrationResult,
    MaintenanceSchedule,
    ScheduleKind,
)
from models.asset_register import Asset, AssetType
from models.base import db
from models.errors import N_, Refused
from models.operations.core.approvals import effect
from models.operations.core.checks import check
from models.operations.core.locking import insert_once
from models.organisation import Status
from models.people import User

#: What the schedule of a device is called that nobody gave one: a name of data, in the hospital's own
#: language.
SCHEDULE = "Kalibrasi"
LEAD_DAYS = 30
PLACES = ("building_id", "room_id", "ward_id", "inpatient_room_id")


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def standing(latest: Any, asset: Any, months: int | None) -> tuple[date | None, bool]:
    """(last day that it may be used, whether it failed) from its latest calibration and its own row."""
    if latest is None and not months:
        return None, False
    if latest is not None and (asset.recalibrate_from is None
                               or latest.calibrated_on >= asset.recalibrate_from):
        return latest.valid_until, latest.result == CalibrationResult.UNFIT
    if asset.recalibrate_from is not None:
        return asset.recalibrate_from - timedelta(days=1), False
    return add_months(asset.acquired_on, months or 0) - timedelta(days=1), False


def keep(connection: Any, asset_id: int) -> None:
    """Write the standing of a device on its row, and its calibration schedule to go with it."""
    assets, kinds, schedules = Asset.__table__, AssetType.__table__, MaintenanceSchedule.__table__
    asset = connection.execute(
        sa.select(assets.c.id, assets.c.acquired_on, assets.c.recalibrate_from, kinds.c.calibration_months)
        .join(kinds, kinds.c.id == assets.c.asset_type_id).where(assets.c.id == asset_id)).one()
    latest = _latest(connection, asset_id)
    due, failed = standing(latest, asset, asset.calibration_months)
    connection.execute(sa.update(assets).where(assets.c.id == asset_id)
                       .values(calibration_due_on=due, calibration_failed=failed))
    loaded = db.session.identity_map.get(identity_key(Asset, asset_id))
    if loaded is not None:
        set_committed_value(loaded, "calibration_due_on", due)
        set_committed_value(loaded, "calibration_failed", failed)
    if due is None:
        return
    last = latest.calibrated_on if latest is not None else None
    if failed and latest is not None:
        due = latest.calibrated_on
    ours = (schedules.c.asset_id == asset_id) & (schedules.c.kind == ScheduleKind.CALIBRATION)
    changed = connection.execute(
        sa.update(schedules).where(ours, schedules.c.status == Status.ACTIVE)
        .values(last_done_on=last, next_due_on=due)).rowcount
    if not changed and asset.calibration_months:
        connection.execute(insert_once(schedules).values(
            asset_id=asset_id, kind=ScheduleKind.CALIBRATION, name=SCHEDULE,
            every_months=asset.calibration_months,
            lead_days=LEAD_DAYS, last_done_on=last, next_due_on=due, status=Status.ACTIVE))
    for schedule in db.session.identity_map.values():
        if isinstance(schedule, MaintenanceSchedule) and schedule.asset_id == asset_id \
                and schedule.kind == ScheduleKind.CALIBRATION and schedule.status == Status.ACTIVE:
            set_committed_value(schedule, "last_done_on", last)
            set_committed_value(schedule, "next_due_on", due)


def _latest(connection: Any, asset_id: int) -> Any:
    table = Calibration.__table__
    return connection.execute(
        sa.select(table.c.calibrated_on, table.c.valid_until, table.c.result)
        .where(table.c.asset_id == asset_id, ~table.c.is_superseded)
        .order_by(table.c.calibrated_on.desc(), table.c.id.desc()).limit(1)).first()


def recalibrate(asset: Asset, on: date | None = None, line_id: int | None = None) -> None:
    """From `on` (today) the certificates of a device say nothing more: it was repaired, or moved. Flushes.

    Those that are there already say nothing whatever day stands on them, but for that of the order's own line
    (`line_id`): the repair ended with it.
    """
    if asset.asset_type.calibration_months:
        asset.recalibrate_from = on or clock.today()
        db.session.flush()
        _supersede(db.session.connection(), asset.id, line_id)
        keep(db.session.connection(), asset.id)


def _supersede(connection: Any, asset_id: int, line_id: int | None = None) -> None:
    """What was calibrated before the repair or the move holds no longer."""
    table = Calibration.__table__
    connection.execute(
        sa.update(table).where(table.c.asset_id == asset_id, ~table.c.is_superseded,
                               table.c.maintenance_line_id.is_distinct_from(line_id)
                               if line_id is not None else sa.true())
        .values(is_superseded=True))
    for certificate in db.session.identity_map.values():
        if isinstance(certificate, Calibration) and certificate.asset_id == asset_id \
                and (line_id is None or certificate.maintenance_line_id != line_id):
            set_committed_value(certificate, "is_superseded", True)


# ---------------------------------------------------------------- what a certificate may say

def refusal_of(certificate: Any, asset: Any, months: int | None, today: date) -> Refused | None:
    """Why a certificate cannot be one of that asset; None when it can. `months`: how often its type is
    calibrated."""
    on, until = certificate.calibrated_on, certificate.valid_until
    if on > today:
        return Refused(N_("A certificate is of a day that has been: %(day)s is still to come."),
                       field="calibrated_on", day=on)
    if on < asset.acquired_on:
        return Refused(N_("The device came on %(day)s; it was not calibrated before."), field="calibrated_on",
                       day=asset.acquired_on)
    if until <= on:
        return Refused(N_("A certificate is valid longer than its own day."), field="valid_until")
    if months and until > add_months(on, months):
        return Refused(N_("This type is calibrated every %(months)s months: at most until %(day)s."),
                       field="valid_until", months=months, day=add_months(on, months))
    if certificate.result == CalibrationResult.FIT and not (certificate.certificate_number or "").strip():
        return Refused(N_("A device is fit by its certificate: write the number."),
                       field="certificate_number")
    return None


@event.listens_for(Calibration, "before_insert")
@event.listens_for(Calibration, "before_update")
def _is_possible(_mapper: Any, connection: Any, certificate: Calibration) -> None:
    """Whoever writes it: form, order, list."""
    certificate.calibrated_on = certificate.calibrated_on or clock.today()
    certificate.valid_until = certificate.valid_until or certificate.calibrated_on + timedelta(days=364)
    assets, kinds = Asset.__table__, AssetType.__table__
    asset = connection.execute(
        sa.select(assets.c.acquired_on, kinds.c.calibration_months)
        .join(kinds, kinds.c.id == assets.c.asset_type_id).where(assets.c.id == certificate.asset_id)).first()
    refusal = asset and refusal_of(certificate, asset, asset.calibration_months, clock.today())
    if refusal:
        raise refusal


# ---------------------------------------------------------------- what changes the standing

@event.listens_for(Calibration, "after_insert")
@event.listens_for(Calibration, "after_update")
@event.listens_for(Calibration, "after_delete")
def _certificate(_mapper: Any, connection: Any, certificate: Calibration) -> None:
    for asset_id in sorted({certificate.asset_id,
                            *sa.inspect(certificate).attrs.asset_id.history.deleted} - {None}):
        keep(connection, asset_id)


@event.listens_for(AssetMovement, "after_insert")
def _installed_anew(_mapper: Any, connection: Any, movement: AssetMovement) -> None:
    """A device that is no portable one and went from one place to another; its first place is none of
    that."""
    before, after = ([getattr(movement, f"{side}_{name}") for name in PLACES] for side in ("from", "to"))
    if before == after or not any(before):
        return
    assets, kinds = Asset.__table__, AssetType.__table__
    installed = sa.select(kinds.c.id).join(assets, assets.c.asset_type_id == kinds.c.id).where(
        assets.c.id == movement.asset_id, kinds.c.calibration_months.is_not(None), ~kinds.c.is_portable)
    if connection.scalar(installed) is None:
        return
    day = clock.local(movement.moved_at).date()
    connection.execute(sa.update(assets).where(assets.c.id == movement.asset_id).values(recalibrate_from=day))
    loaded = db.session.identity_map.get(identity_key(Asset, movement.asset_id))
    if loaded is not None:
        set_committed_value(loaded, "recalibrate_from", day)
    _supersede(connection, movement.asset_id)
    keep(connection, movement.asset_id)


@effect(Asset, "put_into_use")
def _first_due(asset: Asset, *, by: User, reason: str) -> None:
    if asset.asset_type.calibration_months:
        db.session.flush()
        keep(db.session.connection(), asset.id)


# ---------------------------------------------------------------- what verify proves

@check("assets: each device stands as its latest calibration says")
def standings(session: Session) -> Any:
    """Assets whose kept day or result differs from what their certificates and their own row say."""
    ranked = sa.select(
        Calibration.asset_id, Calibration.calibrated_on, Calibration.valid_until, Calibration.result,
        sa.func.row_number().over(partition_by=Calibration.asset_id, order_by=(
            Calibration.calibrated_on.desc(), Calibration.id.desc())).label("place")
    ).where(~Calibration.is_superseded).subquery()
    latest = {row.asset_id: row for row in session.execute(sa.select(ranked).where(ranked.c.place == 1))}
    for asset in session.execute(
            sa.select(Asset.id, Asset.tag, Asset.acquired_on, Asset.recalibrate_from,
                      Asset.calibration_due_on, Asset.calibration_failed, AssetType.calibration_months)
            .join(AssetType, AssetType.id == Asset.asset_type_id)
            .where(sa.or_(Asset.calibration_due_on.is_not(None), Asset.calibration_failed,
                          Asset.id.in_(list(latest)))).order_by(Asset.id)):
        due, failed = standing(latest.get(asset.id), asset, asset.calibration_months)
        if (asset.calibration_due_on, asset.calibration_failed) != (due, failed):
            return asset.tag, asset.calibration_due_on, due
    return None


@check("assets: no certificate is of a day to come, before its device, for too long, or without number")
def certificates(session: Session) -> Any:
    """The first certificate that could not be written today: (tag, number, day, valid until)."""
    for row in session.execute(
            sa.select(Asset.tag, Asset.acquired_on, AssetType.calibration_months, Calibration.calibrated_on,
                      Calibration.valid_until, Calibration.result, Calibration.certificate_number)
            .join(Asset, Asset.id == Calibration.asset_id)
            .join(AssetType, AssetType.id == Asset.asset_type_id)
            .order_by(Calibration.id)):
        if refusal_of(row, row, row.calibration_months, clock.today()) is not None:
            return row.tag, row.certificate_number, row.calibrated_on, row.valid_until
    return None
