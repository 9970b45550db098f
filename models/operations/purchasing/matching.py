"""The three-way match of an invoice, line by line: ordered, received, charged; and what is still to be
charged."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models.base import db
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState
from models.operations.ledger.ledger import share
from models.operations.purchasing import supplier_returns
from models.operations.purchasing.receipts import invoiced
from models.purchasing import SEN, PurchaseOrder
from models.settings import setting
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceState

ZERO = Decimal(0)
UNIT = Decimal("0.001")


@dataclass(frozen=True)
class Match:
    """One line of an invoice beside its receipt and order; quantities in the line's unit, rupiah before
    VAT."""

    line: SupplierInvoiceLine
    ordered: Decimal
    #: Without what went back and is not charged.
    received: Decimal
    #: Charged by approved invoices before this one.
    before: Decimal
    due: Decimal
    is_close: bool

    @property
    def too_many(self) -> Decimal:
        """How much more is charged than was received and is not invoiced yet."""
        return max(ZERO, self.before + self.line.quantity - self.received)

    @property
    def difference(self) -> Decimal:
        """Rupiah charged beyond what order and receipt say."""
        return self.line.net_amount - self.due

    @property
    def fits(self) -> bool:
        return not self.too_many and self.is_close


def matches(invoice: SupplierInvoice) -> list[Match]:
    """The lines of an invoice against receipt and order, in a fixed number of statements."""
    ids = [line.goods_receipt_line_id for line in invoice.lines]
    sources = {source.id: source for source in db.session.scalars(
        sa.select(GoodsReceiptLine).where(GoodsReceiptLine.id.in_(ids)))}
    is_open = invoice.state in (SupplierInvoiceState.DRAFT, SupplierInvoiceState.SUBMITTED,
                                SupplierInvoiceState.REJECTED)
    before, waived = (invoiced(ids), supplier_returns.waived(ids)) if is_open else ({}, {})
    tolerance = setting("supplier_invoice.tolerance") / 100
    result = []
    for line in invoice.lines:
        source = sources[line.goods_receipt_line_id]
        gone = before.get(source.id, ZERO)
        due = share(source.net_amount, line.quantity, source.received_quantity, gone) \
            if gone + line.quantity <= source.received_quantity \
            else (source.net_amount / source.received_quantity * line.quantity).quantize(SEN, ROUND_HALF_UP)
        stored = source.received_quantity - (waived.get(source.id, ZERO) / source.factor).quantize(UNIT)
        ordered = source.ordered_quantity if source.ordered_quantity is not None else stored
        result.append(Match(line, ordered, stored, gone, due,
                            abs(line.net_amount - due) <= abs(due) * tolerance))
        before[source.id] = gone + line.quantity
    return result


def vat_due(invoice: SupplierInvoice) -> Decimal:
    """The VAT (PPN) of what is charged, at the order's rate."""
    return (invoice.net_total * invoice.purchase_order.vat_percent / 100).quantize(SEN, ROUND_HALF_UP)


@dataclass(frozen=True)
class Chargeable:
    """A received line that no approved invoice charged whole; `quantity` is what is left, returns taken
    off."""

    goods_receipt_line: GoodsReceiptLine
    quantity: Decimal

    @property
    def unit_price(self) -> Decimal:
        """Discount taken, before VAT."""
        source = self.goods_receipt_line
        return (source.unit_price * (100 - source.discount) / 100).quantize(SEN, ROUND_HALF_UP)


def chargeable(order: PurchaseOrder) -> list[Chargeable]:
    """What the supplier can still charge of an order."""
    lines = list(db.session.scalars(
        sa.select(GoodsReceiptLine).join(GoodsReceipt, GoodsReceipt.id == GoodsReceiptLine.goods_receipt_id)
        .where(GoodsReceipt.purchase_order_id == order.id, GoodsReceipt.state == GoodsReceiptState.POSTED,
               GoodsReceiptLine.origin_line_id.is_(None), GoodsReceiptLine.is_bonus.is_(False))
        .options(joinedload(GoodsReceiptLine.item), joinedload(GoodsReceiptLine.unit),
                 joinedload(GoodsReceiptLine.goods_receipt)).order_by(GoodsReceiptLine.id)))
    ids = [line.id for line in lines]
    charged, back = invoiced(ids), supplier_returns.away(ids)
    result = []
    for line in lines:
        left = line.received_quantity - charged.get(line.id, ZERO) - back.get(line.id, ZERO) / line.factor
        if left > 0:
            result.append(Chargeable(line, left.quantize(Decimal("0.001"))))
    return result
