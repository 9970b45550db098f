"""Goods receipt (RCV): what came in, against an order or without one, with its batches."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from models import clock
from models.base import AS_ON_BOXES, ExactDecimal, Factor, Id, Money, Name, Quantity, db, reference, seeded
from models.documents import Area, Document, Posts, Signed, author, state_column
from models.errors import N_
from models.line_quantities import MeasuredLine, measured, net
from models.purchasing import PurchaseOrder, PurchaseOrderState
from models.roles import Role
from models.step_ups import above_step_up_limit
from models.workflow import (
    Condition,
    Transition,
    Workflow,
    author_or_colleague,
    has_lines,
    not_own,
    own_document,
)

if TYPE_CHECKING:
    from models.items import Item, Supplier, UnitConversion
    from models.journal import Account
    from models.purchasing import PurchaseOrderLine
    from models.returns import SupplierReturn
    from models.stock import StockBatch, Store


class GoodsReceiptState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    POSTED = "posted"
    REJECTED = "rejected"
    REVERSED = "reversed"
    CANCELLED = "cancelled"


class GoodsSource(StrEnum):
    """Where goods come from that nobody ordered."""

    DONATION = "donation"
    PROGRAMME = "programme"
    #: Bought on the spot: the supplier's invoice follows.
    EMERGENCY = "emergency"


G, S = GoodsReceiptState, GoodsSource

order_sent = Condition("order_sent", lambda receipt, _user: (
    receipt.supplier_return_id is not None or receipt.purchase_order is None
    or receipt.purchase_order.state == PurchaseOrderState.SENT),
    N_("The order is not sent to the supplier, or it is already closed."), "purchase_order")


def _decided_on(model: type[GoodsReceipt]) -> sa.ColumnElement[bool]:
    return sa.and_(model.source.is_not(None), model.supplier_return_id.is_(None))


with_order = Condition("with_order", lambda receipt, _user: not receipt.is_decided_on,
                       N_("Goods without an order are submitted: the head of facilities decides on them."),
                       rows=lambda model, _user: sa.not_(_decided_on(model)), is_kept=True, about="document")
without_order = Condition("without_order", lambda receipt, _user: receipt.is_decided_on,
                          N_("Goods of an order are posted; nobody has to approve them."),
                          rows=lambda model, _user: _decided_on(model), is_kept=True, about="document")


class GoodsReceipt(Document, db.Model):
    """RCV: what a supplier delivered against an order, or what came without one. Posting brings the stock
    in."""

    __tablename__ = "goods_receipt"
    __table_args__ = (
        sa.CheckConstraint("(source IS NULL) = (purchase_order_id IS NOT NULL)", name="order_or_source"),
        sa.CheckConstraint("supplier_id IS NOT NULL OR source IS NOT NULL", name="order_has_supplier"),
        sa.CheckConstraint("supplier_id IS NULL OR source IS NULL OR source = 'emergency'",
                           name="given_by_no_supplier"),
        sa.Index("ix_goods_receipt_state_received_on", "state", "received_on"),
        {"info": {"seed": "tb_rcv"}},
    )
    prefix, dated = "RCV", "received_on"
    follows = ("purchase_order", "supplier_return")
    area, icon, rank = Area.PURCHASING, "package-import", 50
    posts, process = Posts.STOCK, "purchasing"
    decides_on = ("net_total",)
    may_be_backdated = True
    signs = (Signed(N_("Received by (store)"), "create", "post"), N_("Supplier"))
    paper_title = N_("Receiving report (RR)")
    workflow = Workflow(
        G.DRAFT,
        Transition("post", (G.DRAFT,), G.POSTED, Role.STORE_STAFF, when=(has_lines, with_order, order_sent),
                   numbers=True),
        Transition("submit", (G.DRAFT,), G.SUBMITTED, Role.STORE_STAFF,
                   when=(has_lines, without_order), numbers=True),
        Transition("approve", (G.SUBMITTED,), G.POSTED, Role.FACILITIES_HEAD, when=(not_own, without_order),
                   step_up=above_step_up_limit),
        Transition("reject", (G.SUBMITTED,), G.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("recall", (G.SUBMITTED,), G.DRAFT, Role.STORE_STAFF, when=own_document),
        Transition("reopen", (G.REJECTED,), G.DRAFT, Role.STORE_STAFF,
                   when=author_or_colleague((Role.STORE_STAFF,))),
        Transition("reverse", (G.POSTED,), G.REVERSED, Role.STORE_HEAD, needs_reason=True),
        Transition("cancel", (G.DRAFT, G.REJECTED), G.CANCELLED, Role.STORE_STAFF, needs_reason=True),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_rcv.rcv_id"))
    created_by_id: Mapped[int] = author("tb_rcv.user_id")
    account_id: Mapped[int | None] = reference("account", "tb_rcv.akun_kode")
    purchase_order_id: Mapped[int | None] = reference("purchase_order", "tb_rcv.po_id")
    #: Of goods without an order: where they come from, and who gave them or which programme it is.
    source: Mapped[GoodsSource | None]
    source_name: Mapped[Name | None]
    #: The return whose goods it replaces; it counts for no order then.
    supplier_return_id: Mapped[int | None] = reference("supplier_return")
    supplier_id: Mapped[int | None] = reference("supplier", "tb_rcv.supplier_id")
    store_id: Mapped[int] = reference("store")
    ordered_on: Mapped[date | None] = mapped_column(info=seeded("tb_rcv.tgl_po"))
    received_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_rcv.tgl_rcv"))
    #: The supplier's own delivery order.
    delivery_order_number: Mapped[str | None] = mapped_column(sa.String(60))
    state: Mapped[GoodsReceiptState] = state_column(G.DRAFT)

    account: Mapped[Account | None] = relationship("Account")
    purchase_order: Mapped[PurchaseOrder | None] = relationship(back_populates="receipts", lazy="joined")
    supplier_return: Mapped[SupplierReturn | None] = relationship(back_populates="replacements")
    supplier: Mapped[Supplier | None] = relationship("Supplier")
    store: Mapped[Store] = relationship("Store")
    lines: Mapped[list[GoodsReceiptLine]] = relationship(
        back_populates="goods_receipt", cascade="all, delete-orphan", order_by="GoodsReceiptLine.id")

    @property
    def net_total(self) -> Decimal:
        """Rupiah before VAT."""
        return sum((line.net_amount for line in self.lines), Decimal(0))

    @property
    def vat_percent(self) -> Decimal:
        """Of what is charged for it: the order's; without one, the usual."""
        order = self.purchase_order
        return order.vat_percent if order is not None else PurchaseOrder.usual_vat

    @property
    def is_decided_on(self) -> bool:
        """Whether the head of facilities decides on it: nobody ordered it, and it replaces nothing."""
        return self.source is not None and self.supplier_return_id is None

    @property
    def fills_order(self) -> bool:
        """Whether its lines count as received of an order."""
        return self.state == G.POSTED and self.supplier_return_id is None and self.source is None


class GoodsReceiptLine(MeasuredLine, db.Model):
    """One item of a receipt, with the batch it came in."""

    __tablename__ = "goods_receipt_line"
    names_by = ("goods_receipt", "item")
    late_columns = ("batch_id",)  # of what waits for its approval
    discount: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2), default=Decimal(0))
    __table_args__ = (
        *measured("received_quantity"),
        sa.CheckConstraint((discount >= 0) & (discount <= 100), name="discount_is_percent"),
        sa.CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        sa.CheckConstraint("net_value >= 0", name="net_value_not_negative"),
        sa.CheckConstraint("NOT is_bonus OR (purchase_order_line_id IS NULL AND unit_price = 0)",
                           name="bonus_is_free"),
        sa.CheckConstraint("ordered_quantity >= 0", name="ordered_quantity_not_negative"),
        sa.CheckConstraint("rejected_quantity >= 0", name="rejected_quantity_not_negative"),
        {"info": {"seed": "tb_detRcv"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detRcv.detRcv_id"))
    goods_receipt_id: Mapped[int] = reference("goods_receipt", "tb_detRcv.rcv_id", ondelete="CASCADE")
    #: None of a bonus and of goods without an order.
    purchase_order_line_id: Mapped[int | None] = reference("purchase_order_line")
    #: Of goods that came in place of others: the line that the order's goods came with, which is what is
    #: invoiced.
    origin_line_id: Mapped[int | None] = reference("goods_receipt_line")
    item_id: Mapped[int] = reference("item", "tb_detRcv.barang_id")
    unit_id: Mapped[int] = reference("unit_conversion", "tb_detRcv.unit_konversi_id")
    #: Rupiah per unit of measure, before discount and VAT; to the sen, so `net_value` is what counts.
    unit_price: Mapped[Money] = mapped_column(default=Decimal(0), info=seeded("tb_detRcv.harga_beli"))
    #: Came at no charge beside what was ordered: in stock at nothing, on no order's account.
    is_bonus: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    #: The three quantities of the order are in the line's unit, to three decimals; what counts is computed
    #: in base units.
    ordered_quantity: Mapped[Quantity | None] = mapped_column(info=seeded("tb_detRcv.jumlah_po"))
    received_quantity: Mapped[Quantity] = mapped_column(info=seeded("tb_detRcv.jumlah_rcv"))
    quantity: Mapped[Decimal] = synonym("received_quantity")
    #: Delivered and handed back at the door (broken, wrong, expired): it never enters stock and stays
    #: outstanding.
    rejected_quantity: Mapped[Quantity | None]
    rejection_reason: Mapped[str | None] = mapped_column(sa.String(200))
    #: Kept at posting; below zero when the tolerance was used.
    outstanding_quantity: Mapped[Quantity | None] = mapped_column(info=seeded("tb_detRcv.jumlah_sisa"))
    factor: Mapped[Factor]
    batch_number: Mapped[str | None] = mapped_column(sa.String(40))
    expires_on: Mapped[date | None] = mapped_column(info=AS_ON_BOXES)
    batch_id: Mapped[int | None] = reference("stock_batch")
    #: Rupiah before VAT that the stock comes in at, kept at posting: all receipts of an order line make its
    #: amount exactly, in whatever units and parts. None of receipts of before.
    net_value: Mapped[Money | None]

    goods_receipt: Mapped[GoodsReceipt] = relationship(back_populates="lines")
    purchase_order_line: Mapped[PurchaseOrderLine | None] = relationship("PurchaseOrderLine")
    origin_line: Mapped[GoodsReceiptLine | None] = relationship(remote_side="GoodsReceiptLine.id")
    item: Mapped[Item] = relationship("Item", lazy="joined", innerjoin=True)
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])
    batch: Mapped[StockBatch | None] = relationship("StockBatch")

    @property
    def net_amount(self) -> Decimal:
        """Rupiah, discount taken, before VAT: what the stock comes in at."""
        return value_of(self.net_value, self.received_quantity, self.unit_price, self.discount)

    def __str__(self) -> str:
        return f"{self.goods_receipt} · {self.item}"


def value_of(net_value: Decimal | None, quantity: Decimal, price: Decimal, discount: Decimal) -> Decimal:
    """Rupiah of a received line: what was kept at posting, else by its price."""
    return net(quantity, price, discount) if net_value is None else net_value
