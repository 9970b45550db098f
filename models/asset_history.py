"""What happens to an asset over time: moves between places, calibration, schedules of preventive
maintenance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.asset_register import Asset, Vendor
from models.base import Code, Id, Money, Name, Quantity, Text, db, reference
from models.documents import Stateful, state_column
from models.errors import N_
from models.organisation import Status
from models.roles import Role
from models.workflow import Condition, Transition, Workflow, own_work_unit

if TYPE_CHECKING:
    from models.maintenance import MaintenanceLine
    from models.organisation import WorkUnit
    from models.people import User
    from models.places import Building, InpatientRoom, Room, Ward


class MovementState(StrEnum):
    """Awaited until the other unit says whether it came; what stays in one unit is acknowledged at once."""

    AWAITED = "awaited"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    RECALLED = "recalled"


V = MovementState

moved_by_another = Condition(
    "moved_by_another", lambda movement, user: movement.moved_by_id != user.id,
    N_("You moved the asset yourself; somebody else of the unit acknowledges."), about="person",
    rows=lambda model, user: model.moved_by_id != user.id)
who_moved_it = Condition(
    "who_moved_it",
    lambda movement, user: movement.moved_by_id == user.id or user.has_role(Role.FACILITIES_STAFF),
    N_("Who moved the asset takes it back, or facilities staff."), about="person")
to_own_unit = replace(
    own_work_unit, rows=lambda model, user: model.to_work_unit_id == (user.work_unit_id or 0))


class AssetMovement(Stateful, db.Model):
    """An asset went from one place or custodian to another; another unit that gets it acknowledges that it
    came, or refuses it, and until then the giver can take it back."""

    __tablename__ = "asset_movement"
    names_by = ("asset",)
    __table_args__ = (
        sa.CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by_id IS NULL)",
                           name="acknowledged_by_somebody"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"), sa.Index("ix_asset_movement_moved_at",
        "moved_at"),
        sa.CheckConstraint("state <> 'awaited' OR acknowledged_at IS NULL",
                           name="awaited_until_acknowledged"),
        sa.Index("uq_asset_movement_awaited", "asset_id", unique=True,
                 sqlite_where=sa.text("state = 'awaited'"), postgresql_where=sa.text("state = 'awaited'")),
        sa.Index("ix_asset_movement_awaited", "to_work_unit_id",
                 sqlite_where=sa.text("state = 'awaited'"), postgresql_where=sa.text("state = 'awaited'")),
    )
    workflow = Workflow(
        V.AWAITED,
        Transition("acknowledge", (V.AWAITED,), V.ACKNOWLEDGED, Role.UNIT_USER,
                   when=(to_own_unit, moved_by_another)),
        Transition("refuse", (V.AWAITED,), V.REFUSED, Role.UNIT_USER, when=(to_own_unit, moved_by_another),
                   needs_reason=True),
        Transition("recall", (V.AWAITED,), V.RECALLED, (Role.UNIT_USER, Role.FACILITIES_STAFF),
                   when=who_moved_it, needs_reason=True),
    )

    id: Mapped[Id]
    asset_id: Mapped[int] = reference("asset")
    quantity: Mapped[int] = mapped_column(default=1, server_default="1")
    moved_at: Mapped[datetime] = mapped_column(default=clock.now)
    moved_by_id: Mapped[int] = reference("user", index=False)
    from_building_id: Mapped[int | None] = reference("building", index=False)
    from_room_id: Mapped[int | None] = reference("room", index=False)
    from_ward_id: Mapped[int | None] = reference("ward", index=False)
    from_inpatient_room_id: Mapped[int | None] = reference("inpatient_room", index=False)
    from_work_unit_id: Mapped[int | None] = reference("work_unit", index=False)
    to_building_id: Mapped[int | None] = reference("building", index=False)
    to_room_id: Mapped[int | None] = reference("room", index=False)
    to_ward_id: Mapped[int | None] = reference("ward", index=False)
    to_inpatient_room_id: Mapped[int | None] = reference("inpatient_room", index=False)
    to_work_unit_id: Mapped[int | None] = reference("work_unit", index=False)
    state: Mapped[MovementState] = state_column(V.AWAITED)
    reason: Mapped[Name | None]
    acknowledged_by_id: Mapped[int | None] = reference("user", index=False)
    acknowledged_at: Mapped[datetime | None]

    asset: Mapped[Asset] = relationship(back_populates="movements")
    moved_by: Mapped[User] = relationship("User", foreign_keys=[moved_by_id])
    acknowledged_by: Mapped[User | None] = relationship("User", foreign_keys=[acknowledged_by_id])
    from_building: Mapped[Building | None] = relationship("Building", foreign_keys=[from_building_id])
    from_room: Mapped[Room | None] = relationship("Room", foreign_keys=[from_room_id])
    from_ward: Mapped[Ward | None] = relationship("Ward", foreign_keys=[from_ward_id])
    from_inpatient_room: Mapped[InpatientRoom | None] = relationship(
        "InpatientRoom", foreign_keys=[from_inpatient_room_id])
    from_work_unit: Mapped[WorkUnit | None] = relationship("WorkUnit", foreign_keys=[from_work_unit_id])
    to_building: Mapped[Building | None] = relationship("Building", foreign_keys=[to_building_id])
    to_room: Mapped[Room | None] = relationship("Room", foreign_keys=[to_room_id])
    to_ward: Mapped[Ward | None] = relationship("Ward", foreign_keys=[to_ward_id])
    to_inpatient_room: Mapped[InpatientRoom | None] = relationship("InpatientRoom",
                                                                   foreign_keys=[to_inpatient_room_id])
    to_work_unit: Mapped[WorkUnit | None] = relationship("WorkUnit", foreign_keys=[to_work_unit_id])

    @property
    def is_awaited(self) -> bool:
        """Whether another unit still has to say that it came."""
        return self.state == V.AWAITED

    @property
    def work_unit_id(self) -> int | None:
        """The unit that says whether it came."""
        return self.to_work_unit_id

    def __str__(self) -> str:
        return f"{self.asset.tag} {self.moved_at:%Y-%m-%d}"


class CalibrationResult(StrEnum):
    FIT = "fit"
    UNFIT = "unfit"


class Calibration(db.Model):
    """A calibration and its certificate (Permenkes 54/2015). An unfit or overdue device blocks its room."""

    __tablename__ = "calibration"
    names_by = ("asset",)
    __table_args__ = (
        sa.CheckConstraint("valid_until > calibrated_on", name="valid_after_calibration"),
        sa.CheckConstraint("cost >= 0", name="cost_not_negative"), sa.Index("ix_calibration_valid_until",
        "valid_until"),
    )

    id: Mapped[Id]
    asset_id: Mapped[int] = reference("asset")
    calibrated_on: Mapped[date] = mapped_column(default=clock.today)
    valid_until: Mapped[date] = mapped_column(default=lambda: clock.today() + timedelta(days=364))
    result: Mapped[CalibrationResult]
    certificate_number: Mapped[Code | None] = mapped_column(unique=True)
    vendor_id: Mapped[int | None] = reference("vendor")
    maintenance_line_id: Mapped[int | None] = reference("maintenance_line")
    cost: Mapped[Money | None]
    note: Mapped[Text | None]
    #: Whether the device was repaired or moved after it, whatever its day is: then it says nothing more.
    is_superseded: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    asset: Mapped[Asset] = relationship(back_populates="calibrations")
    vendor: Mapped[Vendor | None] = relationship()
    maintenance_line: Mapped[MaintenanceLine | None] = relationship("MaintenanceLine")

    def is_fit_on(self, day: date) -> bool:
        return self.result == CalibrationResult.FIT and self.calibrated_on <= day <= self.valid_until

    def __str__(self) -> str:
        return self.certificate_number or f"{self.asset.tag} {self.calibrated_on}"


class ScheduleKind(StrEnum):
    PREVENTIVE = "preventive"
    CALIBRATION = "calibration"


#: Longest intervals: whatever is longer is a slip of the hand.
MOST = {"every_months": 240, "every_weeks": 520, "every_days": 3650, "every_meter": 10_000_000}


class MaintenanceSchedule(db.Model):
    """What an asset needs every so many months, weeks or days, or after so much on its meter, or what comes
    first. An order is made `lead_days` before `next_due_on`.

    With `fixed_from` it falls due on a calendar that counts from that day, whenever it is done; else so long
    after it was last done. A schedule by the meter alone has no day until the meter says so.
    """

    __tablename__ = "maintenance_schedule"
    text_columns = ("name",)
    __table_args__ = (
        sa.UniqueConstraint("asset_id", "kind", "name"),
        *(sa.CheckConstraint(f"{name} BETWEEN 1 AND {most}", name=f"{name}_sane")
          for name, most in MOST.items() if name != "every_meter"),
        sa.CheckConstraint(
            " + ".join(f"(CASE WHEN {name} IS NULL THEN 0 ELSE 1 END)"
                       for name in ("every_months", "every_weeks", "every_days")) + " <= 1",
            name="one_interval"),
        sa.CheckConstraint("every_months IS NOT NULL OR every_weeks IS NOT NULL OR every_days IS NOT NULL OR "
                           "every_meter IS NOT NULL", name="some_interval"),
        sa.CheckConstraint("next_due_on IS NOT NULL OR every_meter IS NOT NULL", name="due_some_day"),
        sa.CheckConstraint("lead_days BETWEEN 0 AND 365", name="lead_days_sane"),
        sa.CheckConstraint("estimated_cost >= 0", name="estimated_cost_not_negative"),
        sa.Index("ix_maintenance_schedule_next_due_on", "next_due_on"),
    )

    id: Mapped[Id]
    asset_id: Mapped[int] = reference("asset")
    kind: Mapped[ScheduleKind] = mapped_column(default=ScheduleKind.PREVENTIVE)
    name: Mapped[Name]
    every_months: Mapped[int | None]
    every_weeks: Mapped[int | None]
    every_days: Mapped[int | None]
    every_meter: Mapped[Quantity | None]
    fixed_from: Mapped[date | None]
    lead_days: Mapped[int] = mapped_column(default=14)
    vendor_id: Mapped[int | None] = reference("vendor")
    estimated_cost: Mapped[Money] = mapped_column(default=Decimal(0), server_default="0")
    #: The points of the service, one a line; an order's line takes them over.
    checklist: Mapped[Text | None]
    last_done_on: Mapped[date | None]
    next_due_on: Mapped[date | None]
    #: The reading of the meter at which it falls due.
    next_due_meter: Mapped[Quantity | None]
    #: The due day that an order was made for: each gets one.
    ordered_for: Mapped[date | None]
    #: No order before this day: the head rejected one and named it.
    not_before: Mapped[date | None]
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    asset: Mapped[Asset] = relationship()
    vendor: Mapped[Vendor | None] = relationship()


MaintenanceSchedule.__table__.append_constraint(sa.CheckConstraint(
    sa.and_(MaintenanceSchedule.__table__.c.every_meter > 0,
            MaintenanceSchedule.__table__.c.every_meter <= MOST["every_meter"]), name="every_meter_sane"))
