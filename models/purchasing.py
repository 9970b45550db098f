"""Buying: purchase request (PR), purchase order (PO), goods receipt (RCV) and the supplier's invoice."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship, synonym

from models import clock
from models.base import ExactDecimal, Factor, Id, Money, Name, Quantity, db, reference, seeded
from models.documents import Area, Document, Posts, author, state_column
from models.errors import N_
from models.line_quantities import MeasuredLine, measured, plain, vat
from models.roles import Role
from models.settings import setting
from models.workflow import (
    Condition,
    Transition,
    Workflow,
    another_person,
    approval_steps,
    author_steps,
    has_lines,
    not_own,
    own_document,
)

if TYPE_CHECKING:
    from models.items import Item, Supplier, UnitConversion
    from models.journal import Account
    from models.people import User
    from models.returns import SupplierReturn
    from models.stock import StockBatch, Store

SEN = Decimal("0.01")


def net(quantity: Decimal, price: Decimal, discount: Decimal) -> Decimal:
    """Rupiah for `quantity` units at `price` less `discount` percent, to the sen."""
    return (quantity * price * (100 - discount) / 100).quantize(SEN, ROUND_HALF_UP)


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
    workflow = Workflow(
        R.DRAFT,
        *approval_steps(R, author=BUYERS, approver=Role.FACILITIES_HEAD),
        Transition("close", (R.APPROVED,), R.DONE, Role.FACILITIES_STAFF, needs_reason=fully_ordered),
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
    def ordered_by_line(self) -> dict[int, Decimal]:
        """Base units on orders that went to their supplier, by line id. One statement."""
        session = object_session(self)
        if session is None:
            return {}
        sums: dict[int, Decimal] = {}
        for line_id, quantity, factor in session.execute(
                sa.select(PurchaseRequestLine.id, PurchaseOrderLine.quantity, PurchaseOrderLine.factor)
                .join(PurchaseOrderLine, PurchaseRequestLine.id == PurchaseOrderLine.purchase_request_line_id)
                .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.purchase_order_id)
                .where(PurchaseRequestLine.purchase_request_id == self.id,
                       PurchaseOrder.state.in_((O.SENT, O.DONE)))):
            sums[line_id] = sums.get(line_id, Decimal(0)) + quantity * factor
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


class PurchaseOrder(Document, db.Model):
    """PO: an order to one supplier, made of purchase request lines."""

    __tablename__ = "purchase_order"
    #: VAT (PPN), percent of the net total.
    vat_percent: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2), default=Decimal(11))
    __table_args__ = (
        sa.CheckConstraint((vat_percent >= 0) & (vat_percent <= 100), name="vat_percent_is_percent"),
        sa.CheckConstraint("expected_on >= ordered_on", name="expected_after_ordered"),
        sa.Index("ix_purchase_order_state_ordered_on", "state", "ordered_on"),
        {"info": {"seed": "tb_po"}},
    )
    prefix, dated = "PO", "ordered_on"
    area, icon, rank = Area.PURCHASING, "file-invoice", 40
    posts, process = Posts.NOTHING, "purchasing"
    signs = (N_("Head of facilities"), N_("Accounts payable"), N_("Supplier"))
    workflow = Workflow(
        O.DRAFT,
        Transition("submit", (O.DRAFT,), O.SUBMITTED, Role.FACILITIES_STAFF, when=has_lines, numbers=True),
        Transition("approve", (O.SUBMITTED,), O.APPROVED, Role.FACILITIES_HEAD, when=not_own),
        Transition("approve_payment", (O.APPROVED,), O.PAYMENT_APPROVED, Role.PAYABLES,
                   when=(not_own, another_person)),
        Transition("approve_limit", (O.PAYMENT_APPROVED,), O.LIMIT_APPROVED, Role.DIRECTOR,
                   when=(above_limit, not_own, another_person)),
        Transition("reject", (O.SUBMITTED,), O.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("reject", (O.APPROVED,), O.REJECTED, Role.PAYABLES, needs_reason=True),
        Transition("reject", (O.PAYMENT_APPROVED,), O.REJECTED, Role.DIRECTOR, when=above_limit,
                   needs_reason=True),
        Transition("send", (O.PAYMENT_APPROVED, O.LIMIT_APPROVED), O.SENT, Role.FACILITIES_STAFF,
                   when=limit_settled),
        Transition("close", (O.SENT,), O.DONE, Role.FACILITIES_STAFF, needs_reason=fully_received),
        Transition("open_again", (O.DONE,), O.SENT),
        Transition("reopen", (O.REJECTED,), O.DRAFT, Role.FACILITIES_STAFF, when=own_document),
        Transition("cancel", (O.DRAFT, O.SUBMITTED, O.APPROVED, O.PAYMENT_APPROVED, O.LIMIT_APPROVED),
                   O.CANCELLED, Role.FACILITIES_STAFF, needs_reason=True),
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
            if receipt.state == GoodsReceiptState.POSTED and receipt.supplier_return_id is None:
                for line in receipt.lines:
                    key = line.purchase_order_line_id
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


class GoodsReceiptState(StrEnum):
    DRAFT = "draft"
    POSTED = "posted"
    REVERSED = "reversed"
    CANCELLED = "cancelled"


G = GoodsReceiptState

order_sent = Condition("order_sent", lambda receipt, _user: (receipt.supplier_return_id is not None
                                                             or receipt.purchase_order.state == O.SENT),
                       N_("The order is not sent to the supplier, or it is already closed."),
                       "purchase_order")


class GoodsReceipt(Document, db.Model):
    """RCV: what a supplier delivered against an order. Posting it brings the stock in."""

    __tablename__ = "goods_receipt"
    __table_args__ = (
        sa.Index("ix_goods_receipt_state_received_on", "state", "received_on"),
        {"info": {"seed": "tb_rcv"}},
    )
    prefix, dated = "RCV", "received_on"
    area, icon, rank = Area.PURCHASING, "package-import", 50
    posts, process = Posts.STOCK, "purchasing"
    may_be_backdated = True
    signs = (N_("Received by (store)"), N_("Supplier"))
    paper_title = N_("Receiving report (RR)")
    workflow = Workflow(
        G.DRAFT,
        Transition("post", (G.DRAFT,), G.POSTED, Role.STORE_STAFF, when=(has_lines, order_sent),
                   numbers=True),
        Transition("reverse", (G.POSTED,), G.REVERSED, Role.STORE_HEAD, needs_reason=True),
        Transition("cancel", (G.DRAFT,), G.CANCELLED, Role.STORE_STAFF, needs_reason=True),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_rcv.rcv_id"))
    created_by_id: Mapped[int] = author("tb_rcv.user_id")
    account_id: Mapped[int | None] = reference("account", "tb_rcv.akun_kode")
    purchase_order_id: Mapped[int] = reference("purchase_order", "tb_rcv.po_id")
    #: The return whose goods it replaces; it counts for no order then.
    supplier_return_id: Mapped[int | None] = reference("supplier_return")
    supplier_id: Mapped[int] = reference("supplier", "tb_rcv.supplier_id")
    store_id: Mapped[int] = reference("store")
    ordered_on: Mapped[date | None] = mapped_column(info=seeded("tb_rcv.tgl_po"))
    received_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_rcv.tgl_rcv"))
    #: The supplier's own delivery order.
    delivery_order_number: Mapped[str | None] = mapped_column(sa.String(60))
    state: Mapped[GoodsReceiptState] = state_column(G.DRAFT)

    account: Mapped[Account | None] = relationship("Account")
    purchase_order: Mapped[PurchaseOrder] = relationship(back_populates="receipts", lazy="joined",
                                                         innerjoin=True)
    supplier_return: Mapped[SupplierReturn | None] = relationship(back_populates="replacements")
    supplier: Mapped[Supplier] = relationship("Supplier")
    store: Mapped[Store] = relationship("Store")
    lines: Mapped[list[GoodsReceiptLine]] = relationship(
        back_populates="goods_receipt", cascade="all, delete-orphan", order_by="GoodsReceiptLine.id")

    @property
    def net_total(self) -> Decimal:
        """Rupiah before VAT."""
        return sum((line.net_amount for line in self.lines), Decimal(0))


class GoodsReceiptLine(MeasuredLine, db.Model):
    """One item of a receipt, with the batch it came in."""

    __tablename__ = "goods_receipt_line"
    names_by = ("goods_receipt", "item")
    discount: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2), default=Decimal(0))
    __table_args__ = (
        *measured("received_quantity"),
        sa.CheckConstraint((discount >= 0) & (discount <= 100), name="discount_is_percent"),
        sa.CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        sa.CheckConstraint("ordered_quantity >= 0", name="ordered_quantity_not_negative"),
        sa.CheckConstraint("rejected_quantity >= 0", name="rejected_quantity_not_negative"),
        {"info": {"seed": "tb_detRcv"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detRcv.detRcv_id"))
    goods_receipt_id: Mapped[int] = reference("goods_receipt", "tb_detRcv.rcv_id", ondelete="CASCADE")
    purchase_order_line_id: Mapped[int] = reference("purchase_order_line")
    #: Of goods that came in place of others: the line that the order's goods came with, which is what is
    #: invoiced.
    origin_line_id: Mapped[int | None] = reference("goods_receipt_line")
    item_id: Mapped[int] = reference("item", "tb_detRcv.barang_id")
    unit_id: Mapped[int] = reference("unit_conversion", "tb_detRcv.unit_konversi_id")
    #: Rupiah per unit of measure, before discount and VAT.
    unit_price: Mapped[Money] = mapped_column(info=seeded("tb_detRcv.harga_beli"))
    ordered_quantity: Mapped[Quantity | None] = mapped_column(info=seeded("tb_detRcv.jumlah_po"))
    received_quantity: Mapped[Quantity] = mapped_column(info=seeded("tb_detRcv.jumlah_rcv"))
    quantity: Mapped[Decimal] = synonym("received_quantity")
    #: Delivered and handed back at the door (broken, wrong, expired): it never enters stock and stays
    #: outstanding.
    rejected_quantity: Mapped[Quantity | None]
    rejection_reason: Mapped[str | None] = mapped_column(sa.String(200))
    #: Kept at posting, in units of the order line; below zero when the tolerance was used.
    outstanding_quantity: Mapped[Quantity | None] = mapped_column(info=seeded("tb_detRcv.jumlah_sisa"))
    factor: Mapped[Factor]
    batch_number: Mapped[str | None] = mapped_column(sa.String(40))
    expires_on: Mapped[date | None]
    batch_id: Mapped[int | None] = reference("stock_batch")

    goods_receipt: Mapped[GoodsReceipt] = relationship(back_populates="lines")
    purchase_order_line: Mapped[PurchaseOrderLine] = relationship("PurchaseOrderLine")
    origin_line: Mapped[GoodsReceiptLine | None] = relationship(remote_side="GoodsReceiptLine.id")
    item: Mapped[Item] = relationship("Item", lazy="joined", innerjoin=True)
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])
    batch: Mapped[StockBatch | None] = relationship("StockBatch")

    @property
    def net_amount(self) -> Decimal:
        """Rupiah, discount taken, before VAT: what the stock comes in at."""
        return net(self.received_quantity, self.unit_price, self.discount)

    def __str__(self) -> str:
        return f"{self.goods_receipt} · {self.item}"
