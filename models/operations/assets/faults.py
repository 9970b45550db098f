"""What a person at the device needs: what is due next, and a fault reported from the telephone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.asset_history import Calibration, MaintenanceSchedule, ScheduleKind
from models.asset_register import Asset, AssetState
from models.base import db
from models.documents import Attachment
from models.errors import N_, NotAllowed, Refused
from models.maintenance import Maintenance, MaintenanceLine, MaintenanceState
from models.operations.core import files
from models.operations.core.approvals import opened
from models.organisation import Status
from models.people import User
from models.rights import may
from models.roles import Role

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


def report_fault(asset: Asset, fault: str, *, by: User, photo: files.Checked | None = None) -> Maintenance:
    """Draft a request to mend the asset, for the unit of the person who found the fault.

    `photo` is kept with it. Raises `NotAllowed` or `Refused`.
    """
    if not may(by, "create", Maintenance.__tablename__):
        raise NotAllowed(N_("Your role may not do this step."))
    text = fault.replace("\x00", "").strip()
    if not text:
        raise Refused(N_("Write what is wrong with it, so that the technician knows what to bring."),
                      field="fault")
    if asset.state in (AssetState.RETIRED, AssetState.LOST):
        raise Refused(N_("%(asset)s is no longer in use; nothing is mended on it."), asset=str(asset))
    unit_id = by.work_unit_id if by.has_role(Role.UNIT_USER) else asset.work_unit_id or by.work_unit_id
    if unit_id is None:
        raise Refused(N_("Say first which work unit keeps %(asset)s; the request is made in its name."),
                      asset=str(asset))
    order = Maintenance(created_by=by, work_unit_id=unit_id, lines=[
        MaintenanceLine(asset=asset, quantity=1, fault=text[:2000])])
    db.session.add(order)
    opened(order, by=by)
    if photo is not None:
        files.attach(photo, document_type=Maintenance.__tablename__, document_id=order.id, by=by)
    return order
