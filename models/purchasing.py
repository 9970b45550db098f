"""Buying: purchase request (PR) and purchase order (PO)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, object_session, relationship

from models import clock
from models.base import ExactDecimal, Factor, Id, Money, Name, Quantity, db, reference, seeded
from models.documents import Area, Document, Posts, Signed, author, state_column
from models.errors import N_
from models.line_quantities import SEN as SEN
from models.line_quantities import MeasuredLine, measured, plain, vat
from models.line_quantities import net as net
from models.roles import Role
from models.settings import setting
from models.step_ups import above_step_up_limit
from models.workflow import (
    Condition,
    Transition,
    Workflow,
    another_person,
    approval_steps,
    author_steps,
    has_lines,
    not_own,
)

if TYPE_CHECKING:
    from models.goods_receipts import GoodsReceipt
    from models.items import Item, Supplier, UnitConversion
    from models.people import User
    from models.stock import Store

class PurchaseRequestState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


R = PurchaseRequestState
BUYERS = (Role.STORE_STAFF, Role.FACILITIES_STAFF)

fully_ordered = Condition("fully_ordered", lambda request, _user: request.is_fully_ordered, "")
not_all_ordered = Condition("not_all_ordered", lambda request, _user: not request.is_fully_ordered,
                            N_("Everything on it was ordered; there is nothing left to order."))


class PurchaseRequest(Document, db.Model):
    """PR: the store asks purchasing to buy. Its lines are ordered line by line."""

    __tablename__ = "purchase_request"
    __table_args__ = (
        sa.CheckConstraint("needed_on >= requested_on", name="needed_after_requested"),
        sa.Index("ix_purchase_request_state_requested_on", "state", "requested_on"),
        {"info": {"seed": "tb_pr"}},
    )
    prefix, dated = "PR", "requested_on"
    area, icon, rank = Area.PURCHASING, "shopping-cart", 30
    posts, process = Posts.NOTHING, "purchasing"
    decides_on = ("estimate",)
    workflow = Workflow(
        R.DRAFT,
        *approval_steps(R, author=BUYERS, approver=Role.FACILITIES_HEAD, step_up=above_step_up_limit),
        Transition("close", (R.APPROVED,), R.DONE, Role.FACILITIES_STAFF, needs_reason=fully_ordered),
        Transition("open_again", (R.DONE,), R.APPROVED, Role.FACILITIES_HEAD, when=not_all_ordered,
                   needs_reason=True),
        *author_steps(R, author=BUYERS),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_pr.pr_id"))
    created_by_id: Mapped[int] = author("tb_pr.user_id")
    store_id: Mapped[int] = reference("store")
    requested_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_pr.pr_tgl"))
    needed_on: Mapped[date | None]
    approved_by_id: Mapped[int | None] = reference("user", "tb_pr.approve")
    state: Mapped[PurchaseRequestState] = state_column(R.DRAFT, "tb_pr.status")

    store: Mapped[Store] = relationship("Store")
    approved_by: Mapped[User | None] = relationship("User", foreign_keys=[approved_by_id])
    lines: Mapped[list[PurchaseRequestLine]] = relationship(
        back_populates="purchase_request", cascade="all, delete-orphan", order_by="PurchaseRequestLine.id")

    @property
    def estimate(self) -> Decimal:
        """Rupiah of the lines that say what a unit may cost."""
        return sum((line.quantity * (line.estimated_price or Decimal(0)) for line in self.lines), Decimal(0))

    @property
    def ordered_by_line(self) -> dict[int, Decimal]:
        """Base units that orders which went to their supplier take, by line id; a closed one takes only what
        came."""
        session = object_session(self)
        if session is None:
            return {}
        sums: dict[int, Decimal] = {}
        for line in session.scalars(
                sa.select(PurchaseOrderLine).join(PurchaseOrderLine.purchase_order)
                .where(PurchaseOrderLine.purchase_request_line_id.in_([line.id for line in self.lines]),
                       PurchaseOrder.state.in_((O.SENT, O.DONE)))
                .options(contains_eager(PurchaseOrderLine.purchase_order))):
            order, key = line.purchase_order, line.purchase_request_line_id
            came = order.received_by_line if order.state == O.DONE else {line.id: line.base_quantity}
            sums[key] = sums.get(key, Decimal(0)) + came.get(line.id, Decimal(0))  # type: ignore[index,arg-type]
        return sums

    @property
    def is_fully_ordered(self) -> bool:
        gone = self.ordered_by_line
        return all(gone.get(line.id, Decimal(0)) >= line.base_quantity for line in self.lines)


class PurchaseRequestLine(MeasuredLine, db.Model):
    """One item of a PR."""

    __tablename__ = "purchase_request_line"
    names_by = ("purchase_request", "item")
    __table_args__ = (
        *measured(),
        sa.CheckConstraint("estimated_price >= 0", name="estimated_price_not_negative"),
        {"info": {"seed": "tb_detPr"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detPr.detPr_id"))
    purchase_request_id: Mapped[int] = reference("purchase_request", "tb_detPr.pr_id", ondelete="CASCADE")
    item_id: Mapped[int] = reference("item", "tb_detPr.barang_id")
    supplier_id: Mapped[int | None] = reference("supplier", "tb_detPr.supplier_id")
    unit_id: Mapped[int] = reference("unit_conversion", "tb_detPr.unit_konversi_id")
    quantity: Mapped[Quantity] = mapped_column(info=seeded("tb_detPr.jumlah_pr"))
    factor: Mapped[Factor]
    #: Rupiah per unit of measure.
    estimated_price: Mapped[Money | None] = mapped_column(info=seeded("tb_detPr.harga"))

    purchase_request: Mapped[PurchaseRequest] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    supplier: Mapped[Supplier | None] = relationship("Supplier")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])

    def __str__(self) -> str:
        return f"{self.purchase_request} · {self.item}"


class PurchaseOrderState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PAYMENT_APPROVED = "payment_approved"
    LIMIT_APPROVED = "limit_approved"
    SENT = "sent"
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


O = PurchaseOrderState  # noqa: E741 - one letter for states, as in every workflow table

above_limit = Condition("above_limit", lambda order, _user: order.needs_director,
                        N_("The total is not above the limit that needs the director."), is_kept=True,
                        rows=lambda model, _user: model.needs_director, about="document")
limit_settled = Condition(
    "limit_settled", lambda order, _user: order.state == O.LIMIT_APPROVED or not order.needs_director,
    N_("The total is above the limit: the director must approve it first."), about="document",
    rows=lambda model, _user: sa.or_(model.state == O.LIMIT_APPROVED, ~model.needs_director))
fully_received = Condition("fully_received", lambda order, _user: order.is_fully_received, "")
not_all_received = Condition("not_all_received", lambda order, _user: not order.is_fully_received,
                             N_("Everything on it was received; there is nothing left to wait for."))


class PurchaseOrder(Document, db.Model):
    """PO: an order to one supplier, made of purchase request lines."""

    __tablename__ = "purchase_order"
    usual_vat: ClassVar[Decimal] = Decimal(11)
    #: VAT (PPN), percent of the net total.
    vat_percent: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2), default=usual_vat)
    __table_args__ = (
        sa.CheckConstraint((vat_percent >= 0) & (vat_percent <= 100), name="vat_percent_is_percent"),
        sa.CheckConstraint("expected_on >= ordered_on", name="expected_after_ordered"),
        sa.Index("ix_purchase_order_state_ordered_on", "state", "ordered_on"),
        {"info": {"seed": "tb_po"}},
    )
    prefix, dated = "PO", "ordered_on"
    follows = ("lines.purchase_request_line.purchase_request",)
    area, icon, rank = Area.PURCHASING, "file-invoice", 40
    posts, process = Posts.NOTHING, "purchasing"
    decides_on = ("total",)
    signs = (Signed(N_("Head of facilities"), "approve"), Signed(N_("Accounts payable"), "approve_payment"),
             Signed(N_("Director"), "approve_limit", only_if=above_limit), N_("Supplier"))
    workflow = Workflow(
        O.DRAFT,
        Transition("submit", (O.DRAFT,), O.SUBMITTED, Role.FACILITIES_STAFF, when=has_lines, numbers=True),
        Transition("approve", (O.SUBMITTED,), O.APPROVED, Role.FACILITIES_HEAD, when=not_own,
                   step_up=above_step_up_limit),
        Transition("approve_payment", (O.APPROVED,), O.PAYMENT_APPROVED, Role.PAYABLES,
                   when=(not_own, another_person), step_up=above_step_up_limit),
        Transition("approve_limit", (O.PAYMENT_APPROVED,), O.LIMIT_APPROVED, Role.DIRECTOR,
                   when=(above_limit, not_own, another_person), step_up=True),
        Transition("reject", (O.SUBMITTED,), O.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("reject", (O.APPROVED,), O.REJECTED, Role.PAYABLES, needs_reason=True),
        Transition("reject", (O.PAYMENT_APPROVED,), O.REJECTED, Role.DIRECTOR, when=above_limit,
                   needs_reason=True),
        Transition("send", (O.PAYMENT_APPROVED, O.LIMIT_APPROVED), O.SENT, Role.FACILITIES_STAFF,
                   when=limit_settled),
        Transition("close", (O.SENT,), O.DONE, Role.FACILITIES_STAFF, needs_reason=fully_received),
        Transition("open_again", (O.DONE,), O.SENT, Role.FACILITIES_HEAD, when=not_all_received,
                   needs_reason=True),
        *author_steps(O, author=Role.FACILITIES_STAFF,
                      cancels=(O.APPROVED, O.PAYMENT_APPROVED, O.LIMIT_APPROVED)),
        amendable=(O.APPROVED, O.PAYMENT_APPROVED, O.LIMIT_APPROVED),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_po.po_id"))
    created_by_id: Mapped[int] = author("tb_po.user_id")
    supplier_id: Mapped[int] = reference("supplier", "tb_po.supplier_id")
    store_id: Mapped[int] = reference("store")
    ordered_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_po.po_tgl"))
    expected_on: Mapped[date | None]
    state: Mapped[PurchaseOrderState] = state_column(O.DRAFT, "tb_po.status")
    payment_terms: Mapped[Name | None]
    #: Whether the total was above the limit when it was submitted; a later limit changes no order.
    needs_director: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"),
                                                 info={"derived": True})

    supplier: Mapped[Supplier] = relationship("Supplier")
    store: Mapped[Store] = relationship("Store")
    lines: Mapped[list[PurchaseOrderLine]] = relationship(
        back_populates="purchase_order", cascade="all, delete-orphan", order_by="PurchaseOrderLine.id")
    receipts: Mapped[list[GoodsReceipt]] = relationship(back_populates="purchase_order")

    @property
    def amounts(self) -> list[tuple[str, str]]:
        """What approvals are given for, each with its words; a change takes the approvals back."""
        return [("Pemasok", self.supplier.name), ("PPN", f"{plain(self.vat_percent)}%"),
                *((str(line.item), line.amount_text) for line in self.lines)]

    @property
    def net_total(self) -> Decimal:
        """Rupiah before VAT."""
        return sum((line.net_amount for line in self.lines), Decimal(0))

    @property
    def vat_amount(self) -> Decimal:
        return vat(self.net_total, self.vat_percent)

    @property
    def total(self) -> Decimal:
        """Rupiah with VAT."""
        return (amount := self.net_total) + vat(amount, self.vat_percent)

    @property
    def is_above_limit(self) -> bool:
        """Whether the total needs the director (setting `purchase_order.limit`)."""
        return self.total > setting("purchase_order.limit")

    @property
    def received_by_line(self) -> dict[int, Decimal]:
        """Base units received so far, by order line id; computed from the posted receipts."""
        received: dict[int, Decimal] = {}
        for receipt in self.receipts:
            for line in receipt.lines if receipt.fills_order else ():
                key = line.purchase_order_line_id
                if key is not None:
                    received[key] = received.get(key, Decimal(0)) + line.base_quantity
        return received

    @property
    def is_fully_received(self) -> bool:
        received = self.received_by_line
        return all(received.get(line.id, Decimal(0)) >= line.base_quantity for line in self.lines)


class PurchaseOrderLine(MeasuredLine, db.Model):
    """One item of a PO."""

    __tablename__ = "purchase_order_line"
    names_by = ("purchase_order", "item")
    discount: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2), default=Decimal(0),
                                              info=seeded("tb_detPo.diskon"))
    __table_args__ = (
        *measured(),
        sa.CheckConstraint((discount >= 0) & (discount <= 100), name="discount_is_percent"),
        sa.CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        {"info": {"seed": "tb_detPo"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detPo.detPo_id"))
    purchase_order_id: Mapped[int] = reference("purchase_order", "tb_detPo.po_id", ondelete="CASCADE")
    purchase_request_line_id: Mapped[int | None] = reference("purchase_request_line", "tb_detPo.detPr_id")
    item_id: Mapped[int] = reference("item", "tb_detPo.barang_id")
    unit_id: Mapped[int] = reference("unit_conversion", "tb_detPo.unit_konversi_id")
    quantity: Mapped[Quantity] = mapped_column(info=seeded("tb_detPo.jumlah"))
    factor: Mapped[Factor]
    #: Rupiah per unit of measure, before discount and VAT.
    unit_price: Mapped[Money] = mapped_column(info=seeded("tb_detPo.harga"))

    purchase_order: Mapped[PurchaseOrder] = relationship(back_populates="lines")
    purchase_request_line: Mapped[PurchaseRequestLine | None] = relationship("PurchaseRequestLine")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])

    @property
    def net_amount(self) -> Decimal:
        """Rupiah, discount taken, before VAT."""
        return net(self.quantity, self.unit_price, self.discount)

    @property
    def amount_text(self) -> str:
        """``10 box × Rp12.500 −5%``."""
        less = f" −{plain(self.discount)}%" if self.discount else ""
        return f"{plain(self.quantity)} {self.unit.unit_name} × Rp{plain(self.unit_price)}{less}"

    def __str__(self) -> str:
        return f"{self.purchase_order} · {self.item}"
