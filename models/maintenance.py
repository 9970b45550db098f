"""Maintenance orders: repair, preventive maintenance and calibration of assets and buildings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.asset_register import Asset, Vendor
from models.base import Factor, Id, Money, Quantity, Text, db, reference, seeded
from models.documents import Area, Document, Posts, Stateful, author, state_column
from models.errors import N_
from models.line_quantities import MeasuredLine, measured
from models.places import Building, PhysicalCondition
from models.roles import Role
from models.workflow import Condition, Transition, Workflow, another_person, author_steps, has_lines, not_own

if TYPE_CHECKING:
    from models.asset_history import MaintenanceSchedule
    from models.items import Item, UnitConversion
    from models.journal import Account
    from models.organisation import Employee, WorkUnit
    from models.stock import Store


class MaintenanceKind(StrEnum):
    REPAIR = "repair"
    PREVENTIVE = "preventive"
    CALIBRATION = "calibration"


class MaintenanceState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PAYMENT_APPROVED = "payment_approved"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


S = MaintenanceState
ASKERS = (Role.UNIT_USER, Role.FACILITIES_STAFF)


#: A sparing hospital starts nothing that payables has not agreed to pay.
payment_settled = Condition(
    "payment_settled", lambda order, _user: order.state == S.PAYMENT_APPROVED or order.estimated_cost == 0,
    N_("This order costs money: payables approves the payment first."), about="document")
lines_finished = Condition(
    "lines_finished", lambda order, _user: all(line.state in (L.DONE, L.FAILED) for line in order.lines),
    N_("Finish every line first: each is done, or could not be mended."), about="document")
costs_money = Condition("costs_money", lambda order, _user: order.estimated_cost > 0,
                        N_("The estimated cost is zero; no approval of payment is needed."), about="document")


class Maintenance(Document, db.Model):
    """MNT: what is to be mended, serviced or calibrated, by whom and at what cost."""

    __tablename__ = "maintenance"
    __table_args__ = (
        sa.CheckConstraint("estimated_cost >= 0", name="estimated_cost_not_negative"),
        sa.CheckConstraint("finished_at >= started_at", name="finished_after_start"),
        sa.Index("ix_maintenance_state_requested_on", "state", "requested_on"),
        {"info": {"seed": "tb_pemeliharaan"}},
    )
    prefix, dated = "MNT", "requested_on"
    area, icon, rank = Area.ASSETS, "tool", 160
    posts, process = Posts.STOCK, "care"
    menu_rank = 125
    workflow = Workflow(
        S.DRAFT,
        Transition("submit", (S.DRAFT,), S.SUBMITTED, ASKERS, when=has_lines, numbers=True),
        Transition("approve", (S.SUBMITTED,), S.APPROVED, Role.FACILITIES_HEAD, when=not_own),
        Transition("approve_payment", (S.APPROVED,), S.PAYMENT_APPROVED, Role.PAYABLES,
                   when=(costs_money, not_own, another_person)),
        Transition("start", (S.APPROVED, S.PAYMENT_APPROVED), S.IN_PROGRESS, Role.FACILITIES_STAFF,
                   when=payment_settled),
        Transition("finish", (S.IN_PROGRESS,), S.DONE, Role.FACILITIES_STAFF, when=lines_finished),
        Transition("reject", (S.SUBMITTED,), S.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("reject", (S.APPROVED,), S.REJECTED, Role.PAYABLES, needs_reason=True),
        *author_steps(S, author=ASKERS),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_pemeliharaan.pemeliharaan_id"))
    created_by_id: Mapped[int] = author("tb_pemeliharaan.user_id")
    account_id: Mapped[int | None] = reference("account", "tb_pemeliharaan.akun_kode")
    requested_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_pemeliharaan.tgl"))
    state: Mapped[MaintenanceState] = state_column(S.DRAFT, "tb_pemeliharaan.status")
    kind: Mapped[MaintenanceKind] = mapped_column(default=MaintenanceKind.REPAIR)
    work_unit_id: Mapped[int] = reference("work_unit")
    vendor_id: Mapped[int | None] = reference("vendor")
    maintenance_schedule_id: Mapped[int | None] = reference("maintenance_schedule")
    estimated_cost: Mapped[Money] = mapped_column(default=Decimal(0))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    account: Mapped[Account | None] = relationship("Account")
    work_unit: Mapped[WorkUnit] = relationship("WorkUnit")
    vendor: Mapped[Vendor | None] = relationship(Vendor)
    maintenance_schedule: Mapped[MaintenanceSchedule | None] = relationship("MaintenanceSchedule")
    lines: Mapped[list[MaintenanceLine]] = relationship(
        back_populates="maintenance", cascade="all, delete-orphan", order_by="MaintenanceLine.id")

    @property
    def downtime(self) -> timedelta | None:
        """From its start until its end, or until now; None before it started."""
        return (self.finished_at or clock.now()) - self.started_at if self.started_at else None

    @property
    def total(self) -> Decimal:
        """What the lines cost, rupiah, without spare parts out of stock."""
        return sum((line.cost for line in self.lines), Decimal(0))


class MaintenanceLineState(StrEnum):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILED = "failed"


L = MaintenanceLineState

order_in_progress = Condition("order_in_progress",
                              lambda line, _user: line.maintenance.state == S.IN_PROGRESS,
                              N_("The maintenance order is not in progress yet. Start the order first."))


class MaintenanceLine(Stateful, db.Model):
    """One asset, or one building, of a maintenance order. `cost` in rupiah; `employee` is the technician."""

    __tablename__ = "maintenance_line"
    names_by = ("asset", "building")
    late_columns = ("state", "version", "cost", "result", "condition_after", "next_due_on",
                    "employee_id")
    __table_args__ = (
        sa.CheckConstraint("(asset_id IS NULL) <> (building_id IS NULL)", name="one_thing"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("cost >= 0", name="cost_not_negative"),
        {"info": {"seed": "tb_detPemeliharaan"}},
    )
    workflow = Workflow(
        L.PLANNED,
        Transition("start", (L.PLANNED,), L.IN_PROGRESS, Role.FACILITIES_STAFF, when=order_in_progress),
        Transition("finish", (L.IN_PROGRESS,), L.DONE, Role.FACILITIES_STAFF,
                   asks=("result", "cost", "condition_after")),
        Transition("fail", (L.IN_PROGRESS,), L.FAILED, Role.FACILITIES_STAFF, needs_reason=True),
        rests_on=dict.fromkeys((L.PLANNED, L.IN_PROGRESS), "maintenance"),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detPemeliharaan.detPemeliharaan_id"))
    maintenance_id: Mapped[int] = reference("maintenance", "tb_detPemeliharaan.pemeliharaan_id",
                                            ondelete="CASCADE")
    asset_id: Mapped[int | None] = reference("asset", "tb_detPemeliharaan.aset_id")
    building_id: Mapped[int | None] = reference("building", "tb_detPemeliharaan.gedung_id")
    employee_id: Mapped[int | None] = reference("employee", "tb_detPemeliharaan.pegawai_id")
    quantity: Mapped[int] = mapped_column(default=1, info=seeded("tb_detPemeliharaan.jumlah"))
    cost: Mapped[Money] = mapped_column(default=Decimal(0), info=seeded("tb_detPemeliharaan.biaya"))
    state: Mapped[MaintenanceLineState] = state_column(L.PLANNED, "tb_detPemeliharaan.status")
    fault: Mapped[Text | None]
    result: Mapped[Text | None]
    condition_after: Mapped[PhysicalCondition | None]
    next_due_on: Mapped[date | None]

    maintenance: Mapped[Maintenance] = relationship(back_populates="lines")
    asset: Mapped[Asset | None] = relationship(Asset)
    building: Mapped[Building | None] = relationship(Building)
    employee: Mapped[Employee | None] = relationship("Employee")
    parts: Mapped[list[MaintenancePart]] = relationship(
        back_populates="maintenance_line", cascade="all, delete-orphan", order_by="MaintenancePart.id")

    def __str__(self) -> str:
        return str(self.asset or self.building)


class MaintenancePart(MeasuredLine, db.Model):
    """A spare part used on a line, out of a store."""

    __tablename__ = "maintenance_part"
    changes_in = (S.IN_PROGRESS,)
    refusal = N_("Spare parts are written while their order is in progress: neither before nor afterwards.")
    __table_args__ = measured()

    id: Mapped[Id]
    maintenance_line_id: Mapped[int] = reference("maintenance_line", ondelete="CASCADE")
    store_id: Mapped[int] = reference("store")
    item_id: Mapped[int] = reference("item")
    unit_id: Mapped[int] = reference("unit_conversion")
    quantity: Mapped[Quantity]
    factor: Mapped[Factor]

    maintenance_line: Mapped[MaintenanceLine] = relationship(back_populates="parts")
    store: Mapped[Store] = relationship("Store")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])
