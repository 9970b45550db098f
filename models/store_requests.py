"""The store request (SR): a unit asks a store for items, and the delivery (DR) that answers it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Factor, Id, Name, Quantity, db, reference, seeded
from models.documents import Area, Document, Posts, author, state_column
from models.errors import N_
from models.line_quantities import MeasuredLine, measured
from models.roles import Role
from models.workflow import Condition, Transition, Workflow, approval_steps, author_steps, own_work_unit

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
    signs = (N_("Asked for by"), N_("Head of the store"))
    workflow = Workflow(
        S.DRAFT,
        *approval_steps(S, author=Role.UNIT_USER, approver=Role.STORE_HEAD),
        Transition("close", (S.APPROVED,), S.DONE, (Role.STORE_HEAD, Role.UNIT_USER),
                   needs_reason=fully_delivered),
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

    @property
    def delivered_by_item(self) -> dict[int, Decimal]:
        """Base units that the unit was given so far, by item id; computed, never stored."""
        delivered: dict[int, Decimal] = {}
        for delivery in self.deliveries:
            if delivery.state in (DeliveryState.DELIVERED, DeliveryState.DONE):
                for line in delivery.lines:
                    delivered[line.item_id] = delivered.get(line.item_id, Decimal(0)) + line.base_quantity
        return delivered

    @property
    def is_fully_delivered(self) -> bool:
        requested: dict[int, Decimal] = {}
        for line in self.lines:
            requested[line.item_id] = requested.get(line.item_id, Decimal(0)) + line.base_quantity
        delivered = self.delivered_by_item
        return all(delivered.get(item_id, Decimal(0)) >= quantity for item_id, quantity in requested.items())


class StoreRequestLine(MeasuredLine, db.Model):
    """One item of an SR. `quantity` counts units of measure; `factor`, frozen here, makes base units of
    it."""

    __tablename__ = "store_request_line"
    __table_args__ = (
        *measured(),
        {"info": {"seed": "tb_detSr"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detSr.detSr_id"))
    store_request_id: Mapped[int] = reference("store_request", "tb_detSr.sr_id", ondelete="CASCADE")
    item_id: Mapped[int] = reference("item", "tb_detSr.barang_id")
    unit_id: Mapped[int] = reference("unit_conversion", "tb_detSr.unit_konversi_id")
    quantity: Mapped[Quantity] = mapped_column(info=seeded("tb_detSr.jumlah"))
    factor: Mapped[Factor]

    store_request: Mapped[StoreRequest] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])


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


class DeliveryRequest(Document, db.Model):
    """DR: the store issues items against an SR. Delivering takes stock out by batch, first expiry first."""

    __tablename__ = "delivery_request"
    __table_args__ = (
        sa.Index("ix_delivery_request_state_delivered_on", "state", "delivered_on"),
        {"info": {"seed": "tb_dr"}},
    )
    prefix, dated = "DR", "delivered_on"
    follows = ("store_request",)
    area, icon, rank = Area.INVENTORY, "truck-delivery", 20
    posts, process = Posts.STOCK, "requests"
    signs = (N_("Delivered by (store)"), N_("Received by (unit)"))
    is_sorted_by_shelf = True
    workflow = Workflow(
        D.DRAFT,
        *approval_steps(D, author=Role.STORE_STAFF, approver=Role.FACILITIES_HEAD),
        Transition("deliver", (D.APPROVED,), D.DELIVERED, Role.STORE_STAFF),
        Transition("acknowledge", (D.DELIVERED,), D.DONE, Role.UNIT_USER, when=own_work_unit,
                   asks=("shortage_note",)),
        Transition("reverse", (D.DELIVERED, D.DONE), D.REVERSED, Role.STORE_HEAD, needs_reason=True),
        *author_steps(D, author=Role.STORE_STAFF, canceller=(Role.STORE_STAFF, Role.STORE_HEAD)),
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


class DeliveryRequestLine(MeasuredLine, db.Model):
    """One item of a DR."""

    __tablename__ = "delivery_request_line"
    names_by = ("delivery_request", "item")
    __table_args__ = (
        *measured(),
        {"info": {"seed": "tb_detDr"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detDr.detDr_id"))
    delivery_request_id: Mapped[int] = reference("delivery_request", "tb_detDr.dr_id", ondelete="CASCADE")
    item_id: Mapped[int] = reference("item", "tb_detDr.barang_id")
    unit_id: Mapped[int] = reference("unit_conversion", "tb_detDr.unit_konversi_id")
    quantity: Mapped[Quantity] = mapped_column(info=seeded("tb_detDr.jumlah"))
    factor: Mapped[Factor]

    delivery_request: Mapped[DeliveryRequest] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])
