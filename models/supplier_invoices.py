"""The supplier's invoice (INV): matched with order and receipt before payables approves it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import ExactDecimal, Factor, Id, Money, Quantity, db, reference
from models.documents import Area, Document, DocumentEvent, Posts, author, state_column
from models.errors import N_
from models.line_quantities import MeasuredLine, measured
from models.purchasing import net
from models.roles import Role
from models.step_ups import above_step_up_limit
from models.workflow import Condition, Transition, Workflow, approval_steps, author_steps

if TYPE_CHECKING:
    from models.goods_receipts import GoodsReceiptLine
    from models.items import Item, Supplier, UnitConversion
    from models.purchasing import PurchaseOrder


class SupplierInvoiceState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PAID = "paid"
    REVERSED = "reversed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


I = SupplierInvoiceState  # noqa: E741 - one letter for states, as in every workflow table

#: States in which the invoice counts as what its supplier charged.
CHARGED = (I.APPROVED, I.PAID)
#: States in which nothing is asked any more: the supplier's number is free for the right invoice.
GIVEN_UP = (I.CANCELLED, I.REVERSED)

not_who_paid = Condition("not_who_paid", lambda invoice, user: invoice.paid_by_id != user.id,
                         N_("You recorded this payment yourself; somebody else must take it back."),
                         about="person")


class SupplierInvoice(Document, db.Model):
    """INV: what a supplier asks us to pay for one order, or for what was bought without one."""

    __tablename__ = "supplier_invoice"
    __table_args__ = (
        sa.Index("uq_supplier_invoice_supplier_id_supplier_number", "supplier_id", "supplier_number",
                 unique=True, sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"),
                 postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')")),
        sa.CheckConstraint("freight_amount >= 0", name="freight_amount_not_negative"),
        sa.CheckConstraint("paper_total >= 0", name="paper_total_not_negative"),
        sa.CheckConstraint("vat_amount >= 0", name="vat_amount_not_negative"),
        sa.CheckConstraint("set_off_amount >= 0", name="set_off_amount_not_negative"),
        sa.CheckConstraint("due_on >= invoiced_on", name="due_after_invoiced"),
        sa.Index("ix_supplier_invoice_state_invoiced_on", "state", "invoiced_on"),
    )
    prefix, dated = "INV", "invoiced_on"
    follows = ("purchase_order",)
    area, icon, rank = Area.PURCHASING, "receipt", 60
    posts, process = Posts.JOURNAL, "purchasing"
    decides_on = ("total", "net_total")
    also_final_in = (I.APPROVED,)  # approving is posting
    workflow = Workflow(
        I.DRAFT,
        *approval_steps(I, author=Role.FACILITIES_STAFF, approver=Role.PAYABLES,
                        step_up=above_step_up_limit),
        Transition("pay", (I.APPROVED,), I.PAID, Role.PAYABLES,
                   asks=("paid_on", "payment_reference", "set_off_amount"), step_up=above_step_up_limit),
        Transition("reverse", (I.APPROVED,), I.REVERSED, Role.PAYABLES, needs_reason=True),
        Transition("reverse_payment", (I.PAID,), I.APPROVED, Role.RECEIVABLES, when=not_who_paid,
                   needs_reason=True, step_up=above_step_up_limit),
        *author_steps(I, author=Role.FACILITIES_STAFF),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    supplier_id: Mapped[int] = reference("supplier")
    #: None where it charges goods that were bought on the spot, without an order.
    purchase_order_id: Mapped[int | None] = reference("purchase_order")
    #: The number the supplier gave it.
    supplier_number: Mapped[str] = mapped_column(sa.String(60))
    #: Faktur pajak.
    tax_invoice_number: Mapped[str | None] = mapped_column(sa.String(30))
    invoiced_on: Mapped[date] = mapped_column(default=clock.today)
    due_on: Mapped[date | None]
    #: Rupiah.
    vat_amount: Mapped[Money] = mapped_column(default=Decimal(0))
    #: Rupiah for bringing the goods, before VAT; an expense of its own, not of the goods.
    freight_amount: Mapped[Money] = mapped_column(default=Decimal(0), server_default="0")
    #: Rupiah by which the supplier rounded the sum, up or down.
    rounding_amount: Mapped[Money] = mapped_column(default=Decimal(0), server_default="0")
    #: Rupiah that the supplier's paper asks in all; held against the sum where it is typed.
    paper_total: Mapped[Money | None]
    paid_on: Mapped[date | None]
    payment_reference: Mapped[str | None] = mapped_column(sa.String(100))
    #: Rupiah paid with the supplier's credit notes; the rest is paid in money.
    set_off_amount: Mapped[Money] = mapped_column(default=Decimal(0))
    state: Mapped[SupplierInvoiceState] = state_column(I.DRAFT)

    supplier: Mapped[Supplier] = relationship("Supplier")
    purchase_order: Mapped[PurchaseOrder | None] = relationship("PurchaseOrder")
    lines: Mapped[list[SupplierInvoiceLine]] = relationship(
        back_populates="supplier_invoice", cascade="all, delete-orphan", order_by="SupplierInvoiceLine.id")

    @property
    def net_total(self) -> Decimal:
        return sum((line.net_amount for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """Rupiah to pay, VAT, freight and rounding included."""
        return (self.net_total + (self.vat_amount or Decimal(0)) + (self.freight_amount or Decimal(0))
                + (self.rounding_amount or Decimal(0)))

    def last_step(self, name: str) -> DocumentEvent | None:
        """The last time that the step was taken."""
        return next((event for event in reversed(self.events) if event.transition == name), None)

    @property
    def paid_by_id(self) -> int | None:
        """Who recorded the payment."""
        event = self.last_step("pay")
        return event.user_id if event is not None else None


class SupplierInvoiceLine(MeasuredLine, db.Model):
    """One received line that the invoice charges."""

    __tablename__ = "supplier_invoice_line"
    late_columns = ("amount", "cleared_amount")
    discount: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2), default=Decimal(0), server_default="0")
    __table_args__ = (
        *measured(),
        sa.CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        sa.CheckConstraint((discount >= 0) & (discount <= 100), name="discount_is_percent"),
        sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
    )

    id: Mapped[Id]
    supplier_invoice_id: Mapped[int] = reference("supplier_invoice", ondelete="CASCADE")
    goods_receipt_line_id: Mapped[int] = reference("goods_receipt_line")
    item_id: Mapped[int] = reference("item")
    unit_id: Mapped[int] = reference("unit_conversion")
    quantity: Mapped[Quantity]
    factor: Mapped[Factor]
    #: Rupiah per unit of measure, before `discount` (percent) and VAT; for show where `amount` says more.
    unit_price: Mapped[Money]
    #: Rupiah before VAT that the line charges: as typed, else reckoned when the invoice is submitted.
    amount: Mapped[Money | None]
    #: Rupiah that the line took off goods received not invoiced, kept at approval.
    cleared_amount: Mapped[Money | None]

    supplier_invoice: Mapped[SupplierInvoice] = relationship(back_populates="lines")
    goods_receipt_line: Mapped[GoodsReceiptLine] = relationship("GoodsReceiptLine")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])

    @property
    def net_amount(self) -> Decimal:
        """Rupiah before VAT."""
        return self.reckoned if self.amount is None else self.amount

    @property
    def reckoned(self) -> Decimal:
        """Rupiah before VAT by quantity, price and discount."""
        return net(self.quantity, self.unit_price, self.discount or Decimal(0))
