"""Maintenance orders: repair, preventive maintenance and calibration of assets and buildings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.asset_register import Asset, Vendor
from models.base import Factor, Id, Money, Quantity, Text, db, reference, seeded
from models.beds import Bed
from models.documents import Area, Document, Posts, Stateful, author, state_column
from models.errors import N_
from models.line_quantities import MeasuredLine, measured
from models.places import Building, InpatientRoom, PhysicalCondition, Room
from models.roles import Role
from models.step_ups import above_step_up_limit
from models.workflow import (
    Condition,
    Transition,
    Workflow,
    another_person,
    author_or_colleague,
    has_lines,
    not_own,
    own_document,
)

if TYPE_CHECKING:
    from models.asset_exits import AssetDisposal
    from models.asset_history import MaintenanceSchedule
    from models.fault_reports import FaultReport
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


class MaintenanceLineState(StrEnum):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


L = MaintenanceLineState
#: What a line may be when its order is finished, and while somebody still works on its thing.
LINE_OVER = (L.DONE, L.FAILED, L.DROPPED)
LINE_OPEN = (L.PLANNED, L.IN_PROGRESS)
#: What a line may be about, by its attribute: exactly one.
THINGS = ("asset", "bed", "inpatient_room", "room", "building")


#: A sparing hospital starts nothing that payables has not agreed to pay.
payment_settled = Condition(
    "payment_settled", lambda order, _user: order.state == S.PAYMENT_APPROVED or order.estimated_cost == 0,
    N_("This order costs money: payables approves the payment first."), about="document",
    rows=lambda model, _user: (model.state == S.PAYMENT_APPROVED) | (model.estimated_cost == 0))
lines_finished = Condition(
    "lines_finished", lambda order, _user: all(line.state in LINE_OVER for line in order.lines),
    N_("Finish every line first: each is done, dropped, or could not be mended."), about="document",
    rows=lambda model, _user: ~sa.exists().where(MaintenanceLine.maintenance_id == model.id,
                                                 MaintenanceLine.state.not_in(LINE_OVER)))
costs_money = Condition("costs_money", lambda order, _user: order.estimated_cost > 0,
                        N_("The estimated cost is zero; no approval of payment is needed."), about="document",
                        rows=lambda model, _user: model.estimated_cost > 0)
cost_approved = Condition(
    "cost_approved", lambda order, _user: not order.is_above_approved,
    N_("The lines cost more than was approved. Payables approves the cost first."), about="document",
    rows=lambda model, _user: _cost_of(model) <= _approved_of(model))
cost_above_approved = Condition(
    "cost_above_approved", lambda order, _user: order.is_above_approved,
    N_("The lines cost no more than was approved; there is nothing to approve."), about="document",
    rows=lambda model, _user: _cost_of(model) > _approved_of(model))
is_technician = Condition(
    "is_technician", lambda _order, user: user.has_role(Role.FACILITIES_STAFF),
    N_("Work has begun: only facilities staff stop it."), about="person")
nothing_done = Condition(
    "nothing_done", lambda order, _user: all(
        line.state not in (L.DONE, L.FAILED) and not line.parts for line in order.lines),
    N_("A line is done already, or spare parts are noted. Reopen the line or take the parts off first, or "
       "finish the order."), about="document")


def _cost_of(model: Any) -> Any:
    """What the lines of an order cost, in SQL."""
    return sa.func.coalesce(sa.select(sa.func.sum(MaintenanceLine.cost)).where(
        MaintenanceLine.maintenance_id == model.id).correlate(model).scalar_subquery(), 0)


def _approved_of(model: Any) -> Any:
    return sa.func.coalesce(model.approved_cost, model.estimated_cost)


class Maintenance(Document, db.Model):
    """MNT: what is to be mended, serviced or calibrated, by whom and at what cost."""

    __tablename__ = "maintenance"
    __table_args__ = (
        sa.CheckConstraint("estimated_cost >= 0", name="estimated_cost_not_negative"),
        sa.CheckConstraint("approved_cost >= 0", name="approved_cost_not_negative"),
        sa.CheckConstraint("finished_at >= started_at", name="finished_after_start"),
        sa.Index("ix_maintenance_state_requested_on", "state", "requested_on"),
        {"info": {"seed": "tb_pemeliharaan"}},
    )
    prefix, dated = "MNT", "requested_on"
    area, icon, rank = Area.ASSETS, "tool", 160
    posts, process = Posts.STOCK, "care"
    decides_on = ("total", "estimated_cost")
    menu_rank = 125
    workflow = Workflow(
        S.DRAFT,
        Transition("submit", (S.DRAFT,), S.SUBMITTED, ASKERS, when=has_lines, numbers=True),
        Transition("approve", (S.SUBMITTED,), S.APPROVED, Role.FACILITIES_HEAD, when=not_own,
                   asks=("estimated_cost",), step_up=above_step_up_limit),
        Transition("approve_payment", (S.APPROVED,), S.PAYMENT_APPROVED, Role.PAYABLES,
                   when=(costs_money, not_own, another_person), step_up=above_step_up_limit),
        Transition("start", (S.APPROVED, S.PAYMENT_APPROVED), S.IN_PROGRESS, Role.FACILITIES_STAFF,
                   when=payment_settled),
        Transition("approve_cost", (S.IN_PROGRESS,), S.IN_PROGRESS, Role.PAYABLES,
                   when=(cost_above_approved, not_own), step_up=above_step_up_limit),
        Transition("finish", (S.IN_PROGRESS,), S.DONE, Role.FACILITIES_STAFF,
                   when=(lines_finished, cost_approved)),
        Transition("finish_unapproved", (S.IN_PROGRESS,), S.DONE, Role.FACILITIES_HEAD,
                   when=(lines_finished, cost_above_approved, not_own), needs_reason=True),
        Transition("reject", (S.SUBMITTED,), S.REJECTED, Role.FACILITIES_HEAD, needs_reason=True,
                   asks=("order_again_on",)),
        Transition("reject", (S.APPROVED,), S.REJECTED, Role.PAYABLES, needs_reason=True),
        Transition("recall", (S.SUBMITTED,), S.DRAFT, ASKERS, when=own_document),
        Transition("reopen", (S.REJECTED,), S.DRAFT, ASKERS, when=author_or_colleague(ASKERS)),
        Transition("cancel", (S.DRAFT, S.SUBMITTED, S.APPROVED, S.PAYMENT_APPROVED, S.REJECTED), S.CANCELLED,
                   ASKERS, needs_reason=True),
        Transition("cancel", (S.IN_PROGRESS,), S.CANCELLED, ASKERS, when=(is_technician, nothing_done),
                   needs_reason=True),
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
    #: Up to this the lines may cost; empty before anybody approved, and in orders of earlier releases.
    approved_cost: Mapped[Money | None]
    #: The day that the head names for another order of its schedule, when this one is rejected.
    order_again_on: Mapped[date | None]
    #: Since when its things could not be used: the first report of a fault, else its start.
    down_since: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    account: Mapped[Account | None] = relationship("Account")
    work_unit: Mapped[WorkUnit] = relationship("WorkUnit")
    vendor: Mapped[Vendor | None] = relationship(Vendor)
    maintenance_schedule: Mapped[MaintenanceSchedule | None] = relationship("MaintenanceSchedule")
    lines: Mapped[list[MaintenanceLine]] = relationship(
        back_populates="maintenance", cascade="all, delete-orphan", order_by="MaintenanceLine.id")
    fault_reports: Mapped[list[FaultReport]] = relationship(
        "FaultReport", back_populates="maintenance", order_by="FaultReport.id")

    @property
    def downtime(self) -> timedelta | None:
        """From the report of the fault, else its start, until its end or until now; None before it
        started."""
        began = self.down_since or self.started_at
        return (self.finished_at or clock.now()) - began if began and self.started_at else None

    @property
    def is_above_approved(self) -> bool:
        """Whether the lines cost more than payables approved."""
        return self.total > (self.estimated_cost if self.approved_cost is None else self.approved_cost)

    @property
    def total(self) -> Decimal:
        """What the lines cost, rupiah, without spare parts out of stock."""
        return sum((line.cost for line in self.lines), Decimal(0))


order_in_progress = Condition("order_in_progress",
                              lambda line, _user: line.maintenance.state == S.IN_PROGRESS,
                              N_("The maintenance order is not in progress yet. Start the order first."))


class MaintenanceLine(Stateful, db.Model):
    """One asset or one place of a maintenance order. `cost` in rupiah; `employee` is the technician."""

    __tablename__ = "maintenance_line"
    names_by = THINGS
    late_columns = ("state", "version", "cost", "result", "condition_before", "condition_after",
                    "next_due_on", "employee_id", "checklist_done", "took_out", "asset_disposal_id")
    __table_args__ = (
        sa.CheckConstraint(
            " + ".join(f"(CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END)" for name in THINGS) + " = 1",
            name="one_thing"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("cost >= 0", name="cost_not_negative"),
        {"info": {"seed": "tb_detPemeliharaan"}},
    )
    workflow = Workflow(
        L.PLANNED,
        Transition("start", (L.PLANNED,), L.IN_PROGRESS, Role.FACILITIES_STAFF, when=order_in_progress),
        Transition("finish", (L.IN_PROGRESS,), L.DONE, Role.FACILITIES_STAFF,
                   asks=("result", "cost", "condition_after", "checklist_done")),
        Transition("fail", (L.IN_PROGRESS,), L.FAILED, Role.FACILITIES_STAFF, needs_reason=True),
        Transition("reopen", (L.DONE, L.FAILED), L.IN_PROGRESS, Role.FACILITIES_STAFF, when=order_in_progress,
                   needs_reason=True),
        Transition("drop", LINE_OPEN, L.DROPPED, Role.FACILITIES_STAFF, when=order_in_progress,
                   needs_reason=True),
        rests_on=dict.fromkeys(LINE_OPEN, "maintenance"),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detPemeliharaan.detPemeliharaan_id"))
    maintenance_id: Mapped[int] = reference("maintenance", "tb_detPemeliharaan.pemeliharaan_id",
                                            ondelete="CASCADE")
    asset_id: Mapped[int | None] = reference("asset", "tb_detPemeliharaan.aset_id")
    building_id: Mapped[int | None] = reference("building", "tb_detPemeliharaan.gedung_id")
    room_id: Mapped[int | None] = reference("room")
    inpatient_room_id: Mapped[int | None] = reference("inpatient_room")
    bed_id: Mapped[int | None] = reference("bed")
    employee_id: Mapped[int | None] = reference("employee", "tb_detPemeliharaan.pegawai_id")
    quantity: Mapped[int] = mapped_column(default=1, info=seeded("tb_detPemeliharaan.jumlah"))
    cost: Mapped[Money] = mapped_column(default=Decimal(0), info=seeded("tb_detPemeliharaan.biaya"))
    state: Mapped[MaintenanceLineState] = state_column(L.PLANNED, "tb_detPemeliharaan.status")
    fault: Mapped[Text | None]
    result: Mapped[Text | None]
    #: What the thing was before a line failed, so that the step can be taken back.
    condition_before: Mapped[PhysicalCondition | None]
    condition_after: Mapped[PhysicalCondition | None]
    next_due_on: Mapped[date | None]
    #: The points to do, one a line, as the schedule had them; all are ticked when the line is done.
    checklist: Mapped[Text | None]
    checklist_done: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    #: Whether the order took the asset out of use, so that it puts it back.
    took_out: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    #: The disposal that a failed line proposed.
    asset_disposal_id: Mapped[int | None] = reference("asset_disposal")

    maintenance: Mapped[Maintenance] = relationship(back_populates="lines")
    asset: Mapped[Asset | None] = relationship(Asset)
    building: Mapped[Building | None] = relationship(Building)
    room: Mapped[Room | None] = relationship(Room)
    inpatient_room: Mapped[InpatientRoom | None] = relationship(InpatientRoom)
    bed: Mapped[Bed | None] = relationship(Bed)
    asset_disposal: Mapped[AssetDisposal | None] = relationship("AssetDisposal")
    employee: Mapped[Employee | None] = relationship("Employee")
    parts: Mapped[list[MaintenancePart]] = relationship(
        back_populates="maintenance_line", cascade="all, delete-orphan", order_by="MaintenancePart.id")

    @property
    def thing(self) -> Any:
        """What is worked on."""
        return next((thing for name in THINGS if (thing := getattr(self, name)) is not None), None)

    def __str__(self) -> str:
        return str(self.thing)

    @classmethod
    def text_sql(cls, row: Any) -> sa.ColumnElement[str]:
        return sa.func.coalesce(*(cls.reference_text_sql(row, name) for name in THINGS))


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
