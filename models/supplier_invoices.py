"""The supplier's invoice (INV): matched with order and receipt before payables approves it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Factor, Id, Money, Quantity, db, reference
from models.documents import Area, Document, Posts, author, state_column
from models.line_quantities import MeasuredLine, measured
from models.purchasing import net
from models.roles import Role
from models.workflow import Transition, Workflow, approval_steps, author_steps

if TYPE_CHECKING:
    from models.items import Item, Supplier, UnitConversion
    from models.purchasing import GoodsReceiptLine, PurchaseOrder


class SupplierInvoiceState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PAID = "paid"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


I = SupplierInvoiceState  # noqa: E741 - one letter for states, as in every workflow table


class SupplierInvoice(Document, db.Model):
    """INV: what a supplier asks us to pay for one order."""

    __tablename__ = "supplier_invoice"
    __table_args__ = (
        sa.UniqueConstraint("supplier_id", "supplier_number"),
        sa.CheckConstraint("vat_amount >= 0", name="vat_amount_not_negative"),
        sa.CheckConstraint("set_off_amount >= 0", name="set_off_amount_not_negative"),
        sa.CheckConstraint("due_on >= invoiced_on", name="due_after_invoiced"),
        sa.Index("ix_supplier_invoice_state_invoiced_on", "state", "invoiced_on"),
    )
    prefix, dated = "INV", "invoiced_on"
    follows = ("purchase_order",)
    area, icon, rank = Area.PURCHASING, "receipt", 60
    posts, process = Posts.JOURNAL, "purchasing"
    also_final_in = (I.APPROVED,)  # approving is posting
    workflow = Workflow(
        I.DRAFT,
        *approval_steps(I, author=Role.FACILITIES_STAFF, approver=Role.PAYABLES),
        Transition("pay", (I.APPROVED,), I.PAID, Role.PAYABLES,
                   asks=("paid_on", "payment_reference", "set_off_amount")),
        *author_steps(I, author=Role.FACILITIES_STAFF),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    supplier_id: Mapped[int] = reference("supplier")
    purchase_order_id: Mapped[int] = reference("purchase_order")
    #: The number the supplier gave it.
    supplier_number: Mapped[str] = mapped_column(sa.String(60))
    #: Faktur pajak.
    tax_invoice_number: Mapped[str | None] = mapped_column(sa.String(30))
    invoiced_on: Mapped[date] = mapped_column(default=clock.today)
    due_on: Mapped[date | None]
    #: Rupiah.
    vat_amount: Mapped[Money] = mapped_column(default=Decimal(0))
    paid_on: Mapped[date | None]
    payment_reference: Mapped[str | None] = mapped_column(sa.String(100))
    #: Rupiah paid with the supplier's credit notes; the rest is paid in money.
    set_off_amount: Mapped[Money] = mapped_column(default=Decimal(0))
    state: Mapped[SupplierInvoiceState] = state_column(I.DRAFT)

    supplier: Mapped[Supplier] = relationship("Supplier")
    purchase_order: Mapped[PurchaseOrder] = relationship("PurchaseOrder")
    lines: Mapped[list[SupplierInvoiceLine]] = relationship(
        back_populates="supplier_invoice", cascade="all, delete-orphan", order_by="SupplierInvoiceLine.id")

    @property
    def net_total(self) -> Decimal:
        return sum((line.net_amount for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """Rupiah to pay, VAT included."""
        return self.net_total + self.vat_amount


class SupplierInvoiceLine(MeasuredLine, db.Model):
    """One received line that the invoice charges."""

    __tablename__ = "supplier_invoice_line"
    __table_args__ = (
        *measured(),
        sa.CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
    )

    id: Mapped[Id]
    supplier_invoice_id: Mapped[int] = reference("supplier_invoice", ondelete="CASCADE")
    goods_receipt_line_id: Mapped[int] = reference("goods_receipt_line")
    item_id: Mapped[int] = reference("item")
    unit_id: Mapped[int] = reference("unit_conversion")
    quantity: Mapped[Quantity]
    factor: Mapped[Factor]
    #: Rupiah per unit of measure, discount taken, before VAT.
    unit_price: Mapped[Money]

    supplier_invoice: Mapped[SupplierInvoice] = relationship(back_populates="lines")
    goods_receipt_line: Mapped[GoodsReceiptLine] = relationship("GoodsReceiptLine")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])

    @property
    def net_amount(self) -> Decimal:
        """Rupiah before VAT."""
        return net(self.quantity, self.unit_price, Decimal(0))
