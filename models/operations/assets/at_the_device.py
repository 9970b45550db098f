"""What a person at the device needs to know: what is due next, what is open of it, how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.asset_history import Calibration, MaintenanceSchedule, ScheduleKind
from models.asset_register import Asset
from models.base import db
from models.documents import Attachment
from models.fault_reports import OPEN_FAULTS, FaultReport
from models.maintenance import Maintenance, MaintenanceLine, MaintenanceState
from models.organisation import Status

#: Orders that are not over yet.
OPEN = (MaintenanceState.DRAFT, MaintenanceState.SUBMITTED, MaintenanceState.APPROVED,
        MaintenanceState.PAYMENT_APPROVED, MaintenanceState.IN_PROGRESS)


@dataclass(frozen=True)
class Due:
    """When an asset is next looked after; None where nothing is planned."""

    maintenance: date | None
    calibration: date | None
    calibrated_until: date | None
    is_fit: bool | None


def due(asset: Asset) -> Due:
    """What is planned for the asset, and until when its last calibration holds."""
    rows = dict(db.session.execute(
        sa.select(MaintenanceSchedule.kind, sa.func.min(MaintenanceSchedule.next_due_on))
        .where(MaintenanceSchedule.asset_id == asset.id, MaintenanceSchedule.status == Status.ACTIVE)
        .group_by(MaintenanceSchedule.kind)).all())
    last = db.session.scalar(sa.select(Calibration).where(Calibration.asset_id == asset.id)
                             .order_by(Calibration.calibrated_on.desc(), Calibration.id.desc()).limit(1))
    return Due(rows.get(ScheduleKind.PREVENTIVE), rows.get(ScheduleKind.CALIBRATION),
               last.valid_until if last is not None else None,
               last.result == "fit" if last is not None else None)


def open_orders(asset: Asset) -> list[Maintenance]:
    """Maintenance of the asset that is not over yet, newest first."""
    return list(db.session.scalars(
        sa.select(Maintenance).join(MaintenanceLine, MaintenanceLine.maintenance_id == Maintenance.id)
        .where(MaintenanceLine.asset_id == asset.id,
               Maintenance.state.in_(OPEN)).order_by(Maintenance.id.desc())))


def photo_of(asset: Asset) -> Attachment | None:
    """The newest picture that is kept with the asset."""
    return db.session.scalar(
        sa.select(Attachment).where(Attachment.document_type == Asset.__tablename__,
                                    Attachment.document_id == asset.id,
                                    Attachment.media_type.in_(("image/jpeg", "image/png")))
        .order_by(Attachment.id.desc()).limit(1))


def open_reports(asset: Asset) -> list[FaultReport]:
    """Faults of the asset that are reported and not over yet, newest first."""
    return list(db.session.scalars(
        sa.select(FaultReport).where(FaultReport.asset_id == asset.id, FaultReport.state.in_(OPEN_FAULTS))
        .order_by(FaultReport.id.desc())))
