"""The store request (SR): a unit asks a store for items, and the delivery (DR) that answers it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from models import clock, worths
from models.base import Factor, Id, Name, Quantity, db, reference, seeded
from models.documents import Area, Document, Posts, Signed, author, state_column
from models.errors import N_
from models.line_quantities import MeasuredLine, measured
from models.people import AccountStatus, User, UserRole
from models.roles import Role
from models.step_ups import above_step_up_limit
from models.workflow import (
    Condition,
    Transition,
    Workflow,
    approval_steps,
    author_steps,
    has_lines,
    own_work_unit,
)

if TYPE_CHECKING:
    from models.items import Item, UnitConversion
    from models.journal import Account
    from models.organisation import WorkUnit
    from models.stock import Store


class StoreRequestState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


S = StoreRequestState


class Urgency(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"


fully_delivered = Condition("fully_delivered", lambda request, _user: request.is_fully_delivered, "")
not_fully_delivered = Condition(
    "not_fully_delivered", lambda request, _user: not request.is_fully_delivered,
    N_("Everything on it was delivered; there is nothing left to deliver."))


class StoreRequest(Document, db.Model):
    """SR: what a unit asks of a store. How much is delivered is computed from its deliveries."""

    __tablename__ = "store_request"
    __table_args__ = (
        sa.CheckConstraint("needed_on >= requested_on", name="needed_after_requested"),
        sa.Index("ix_store_request_state_requested_on", "state", "requested_on"),
        {"info": {"seed": "tb_sr"}},
    )
    prefix, dated = "SR", "requested_on"
    area, icon, rank = Area.INVENTORY, "clipboard-list", 10
    posts, process = Posts.NOTHING, "requests"
    signs = (Signed(N_("Asked for by"), "create", "submit"), Signed(N_("Head of the store"), "approve"))
    workflow = Workflow(
        S.DRAFT,
        *approval_steps(S, author=Role.UNIT_USER, approver=Role.STORE_HEAD, may_skip=True,
                        line_asks=("granted_quantity",),
                        line_hint=N_("What stays as it is, is granted as it was asked for. 0 grants nothing "
                                     "of a line.")),
        Transition("close", (S.APPROVED,), S.DONE, (Role.STORE_HEAD, Role.UNIT_USER),
                   needs_reason=fully_delivered),
        Transition("open_again", (S.DONE,), S.APPROVED, Role.STORE_HEAD, when=not_fully_delivered,
                   needs_reason=True),
        *author_steps(S, author=Role.UNIT_USER),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_sr.sr_id"))
    created_by_id: Mapped[int] = author("tb_sr.user_id")
    work_unit_id: Mapped[int] = reference("work_unit", "tb_sr.unit_kerja_id")
    requested_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_sr.sr_tgl"))
    state: Mapped[StoreRequestState] = state_column(S.DRAFT)
    store_id: Mapped[int] = reference("store")
    needed_on: Mapped[date | None]
    purpose: Mapped[Name | None]
    urgency: Mapped[Urgency] = mapped_column(default=Urgency.NORMAL)

    work_unit: Mapped[WorkUnit] = relationship("WorkUnit")
    store: Mapped[Store] = relationship("Store")
    lines: Mapped[list[StoreRequestLine]] = relationship(
        back_populates="store_request", cascade="all, delete-orphan", order_by="StoreRequestLine.id")
    deliveries: Mapped[list[DeliveryRequest]] = relationship(back_populates="store_request")

    @hybrid_property
    def is_urgent(self) -> bool:
        """Whether it goes before the others."""
        return self.urgency == Urgency.URGENT

    @property
    def delivered_by_item(self) -> dict[int, Decimal]:
        """Base units that the unit was given so far, by item id; computed, never stored."""
        delivered: dict[int, Decimal] = {}
        for delivery in self.deliveries:
            if delivery.state in (DeliveryState.DELIVERED, DeliveryState.DONE):
                for line in delivery.lines:
                    delivered[line.item_id] = delivered.get(line.item_id, Decimal(0)) + line.given
        return delivered

    @property
    def is_fully_delivered(self) -> bool:
        requested: dict[int, Decimal] = {}
        for line in self.lines:
            requested[line.item_id] = requested.get(line.item_id, Decimal(0)) + line.granted
        delivered = self.delivered_by_item
        return all(delivered.get(item_id, Decimal(0)) >= quantity for item_id, quantity in requested.items())


class StoreRequestLine(MeasuredLine, db.Model):
    """One item of an SR. `quantity` counts units of measure; `factor`, frozen here, makes base units of
    it."""

    __tablename__ = "store_request_line"
    late_columns = ("granted_quantity",)
    __table_args__ = (
        *measured(),
        sa.CheckConstraint("granted_quantity >= 0 AND granted_quantity <= quantity",
                           name="granted_is_asked_for"),
        {"info": {"seed": "tb_detSr"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detSr.detSr_id"))
    store_request_id: Mapped[int] = reference("store_request", "tb_detSr.sr_id", ondelete="CASCADE")
    item_id: Mapped[int] = reference("item", "tb_detSr.barang_id")
    unit_id: Mapped[int] = reference("unit_conversion", "tb_detSr.unit_konversi_id")
    quantity: Mapped[Quantity] = mapped_column(info=seeded("tb_detSr.jumlah"))
    factor: Mapped[Factor]
    #: What the head of store grants, in the unit that was asked in; empty means all of it.
    granted_quantity: Mapped[Quantity | None] = mapped_column(info={"derived": True})

    store_request: Mapped[StoreRequest] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])

    @property
    def granted(self) -> Decimal:
        """What the unit may have, in base units."""
        asked = self.quantity if self.granted_quantity is None else self.granted_quantity
        return asked * self.factor


class DeliveryState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DELIVERED = "delivered"
    DONE = "done"
    REJECTED = "rejected"
    REVERSED = "reversed"
    CANCELLED = "cancelled"


D = DeliveryState

#: What the unit says of each line that came.
ARRIVING = ("arrived_quantity", "missing")
HOW_MUCH_ARRIVED = N_("In base units. A line that says nothing arrived whole. What did not arrive goes "
                      "back into stock, or to the loss account when it is lost.")
#: So long a delivery waits for its unit; then the head of store may acknowledge it.
UNITS_TIME = timedelta(days=7)


def _may_go_at_once(delivery: DeliveryRequest, _user: User) -> bool:
    return delivery.is_urgent and delivery.store_request.state == S.APPROVED


its_request_is_urgent = Condition(
    "its_request_is_urgent", _may_go_at_once,
    N_("Its store request is not urgent, or not approved: submit the delivery for approval."))


def _nobody_acknowledges(delivery: DeliveryRequest, _user: User) -> bool:
    if delivery.delivered_on <= clock.today() - UNITS_TIME:
        return True
    session = object_session(delivery)
    return session is not None and session.scalar(sa.select(~_has_user(delivery.work_unit_id))) is True


def _has_user(unit_id: Any) -> sa.ColumnElement[bool]:
    """Whether somebody of the unit can acknowledge."""
    return sa.exists().where(User.work_unit_id == unit_id, User.status == AccountStatus.ACTIVE,
                             UserRole.user_id == User.id, UserRole.role == Role.UNIT_USER)


def _left_waiting(model: Any, _user: User) -> sa.ColumnElement[bool]:
    unit = sa.select(StoreRequest.work_unit_id).where(
        StoreRequest.id == model.store_request_id).correlate(model)
    return sa.or_(model.delivered_on <= clock.today() - UNITS_TIME, ~_has_user(unit.scalar_subquery()))


nobody_acknowledges = Condition(
    "nobody_acknowledges", _nobody_acknowledges,
    N_("The unit itself acknowledges what came. A week after the delivery you can do it for the unit."),
    rows=_left_waiting, about="time")


class DeliveryRequest(Document, db.Model):
    """DR: the store issues items against an SR. Delivering takes stock out by batch, first expiry first."""

    __tablename__ = "delivery_request"
    __table_args__ = (
        sa.Index("ix_delivery_request_state_delivered_on", "state", "delivered_on"),
        sa.Index("ix_delivery_request_state_id", "state", "id"),
        {"info": {"seed": "tb_dr"}},
    )
    prefix, dated = "DR", "delivered_on"
    follows = ("store_request",)
    area, icon, rank = Area.INVENTORY, "truck-delivery", 20
    posts, process = Posts.STOCK, "requests"
    decides_on = ("worth",)
    signs = (Signed(N_("Delivered by (store)"), "create", "deliver"),
             Signed(N_("Received by (unit)"), "acknowledge"))
    is_sorted_by_shelf = True
    workflow = Workflow(
        D.DRAFT,
        *approval_steps(D, author=Role.STORE_STAFF, approver=Role.FACILITIES_HEAD,
                        step_up=above_step_up_limit),
        Transition("submit_urgent", (D.DRAFT,), D.APPROVED, Role.STORE_STAFF,
                   when=(has_lines, its_request_is_urgent), numbers=True),
        Transition("deliver", (D.APPROVED,), D.DELIVERED, Role.STORE_STAFF, may_skip=True,
                   line_asks=("delivered_quantity",),
                   line_hint=N_("In base units. A line that says nothing gives as much as is there; what "
                                "does not leave is open again on the store request.")),
        Transition("acknowledge", (D.DELIVERED,), D.DONE, Role.UNIT_USER, when=own_work_unit, may_skip=True,
                   asks=("shortage_note",), line_asks=ARRIVING, line_hint=HOW_MUCH_ARRIVED),
        Transition("acknowledge_for", (D.DELIVERED,), D.DONE, Role.STORE_HEAD, when=nobody_acknowledges,
                   needs_reason=True, line_asks=ARRIVING, line_hint=HOW_MUCH_ARRIVED),
        Transition("reverse", (D.DELIVERED, D.DONE), D.REVERSED, Role.STORE_HEAD, needs_reason=True),
        *author_steps(D, author=Role.STORE_STAFF, canceller=(Role.STORE_STAFF, Role.STORE_HEAD),
                      cancels=(D.APPROVED,)),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_dr.dr_id"))
    created_by_id: Mapped[int] = author("tb_dr.user_id")
    store_request_id: Mapped[int] = reference("store_request", "tb_dr.sr_id")
    account_id: Mapped[int | None] = reference("account", "tb_dr.akun_kode")
    state: Mapped[DeliveryState] = state_column(D.DRAFT, "tb_dr.status")
    store_id: Mapped[int] = reference("store")
    delivered_on: Mapped[date] = mapped_column(default=clock.today)
    shortage_note: Mapped[str | None] = mapped_column(sa.Text)

    store_request: Mapped[StoreRequest] = relationship(back_populates="deliveries")
    account: Mapped[Account | None] = relationship("Account")
    store: Mapped[Store] = relationship("Store")
    lines: Mapped[list[DeliveryRequestLine]] = relationship(
        back_populates="delivery_request", cascade="all, delete-orphan", order_by="DeliveryRequestLine.id")

    @property
    def work_unit_id(self) -> int:
        return self.store_request.work_unit_id

    @property
    def worth(self) -> Decimal:
        """Rupiah of what goes to the unit, at the store's average."""
        return worths.in_store(self, ((line.item_id, line.base_quantity) for line in self.lines))

    @hybrid_property
    def is_urgent(self) -> bool:
        """Whether its request is urgent."""
        return self.store_request.is_urgent

    @is_urgent.inplace.expression
    @classmethod
    def _is_urgent(cls) -> sa.ColumnElement[bool]:
        return sa.exists().where(StoreRequest.id == cls.store_request_id, StoreRequest.is_urgent)


class Missing(StrEnum):
    """What became of goods that left the store and did not arrive."""

    STILL_IN_STORE = "still_in_store"
    LOST = "lost"


class DeliveryRequestLine(MeasuredLine, db.Model):
    """One item of a DR. `quantity` is what was approved; what left the store and what arrived of it stand
    beside it, in base units."""

    __tablename__ = "delivery_request_line"
    names_by = ("delivery_request", "item")
    late_columns = ("delivered_quantity", "arrived_quantity", "missing")
    late_in = (D.DELIVERED,)
    __table_args__ = (
        *measured(),
        sa.CheckConstraint("delivered_quantity >= 0 AND delivered_quantity <= quantity * factor",
                           name="delivered_is_approved"),
        sa.CheckConstraint("arrived_quantity >= 0 AND arrived_quantity <= delivered_quantity",
                           name="arrived_is_delivered"),
        {"info": {"seed": "tb_detDr"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detDr.detDr_id"))
    delivery_request_id: Mapped[int] = reference("delivery_request", "tb_detDr.dr_id", ondelete="CASCADE")
    item_id: Mapped[int] = reference("item", "tb_detDr.barang_id")
    unit_id: Mapped[int] = reference("unit_conversion", "tb_detDr.unit_konversi_id")
    quantity: Mapped[Quantity] = mapped_column(info=seeded("tb_detDr.jumlah"))
    factor: Mapped[Factor]
    #: Base units; empty in deliveries of the time before they were kept: all that was approved.
    delivered_quantity: Mapped[Quantity | None] = mapped_column(info={"derived": True})
    arrived_quantity: Mapped[Quantity | None] = mapped_column(info={"derived": True})
    missing: Mapped[Missing | None] = mapped_column(info={"derived": True})

    delivery_request: Mapped[DeliveryRequest] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])

    @property
    def delivered(self) -> Decimal:
        """What left the store with this line, in base units; before that what is to leave it."""
        return self.base_quantity if self.delivered_quantity is None else self.delivered_quantity

    @property
    def given(self) -> Decimal:
        """What the unit has of it, in base units: what arrived, as soon as the unit said so."""
        return self.delivered if self.arrived_quantity is None else self.arrived_quantity

    @property
    def lost(self) -> Decimal:
        """What left the store and never arrived, in base units."""
        return self.delivered - self.given if self.missing == Missing.LOST else Decimal(0)
