"""The three-way match of an invoice, line by line: ordered, received, charged; and what is still to be
charged.

Amounts are matched, not unit prices: what is due of a received line is what it is worth up to the quantity
charged, less what invoices that live took of it already. So the invoices of a line make its worth exactly,
in whatever parts and order, also when one of them was taken back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from models.base import db
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState
from models.line_quantities import vat
from models.operations.ledger.ledger import share
from models.operations.purchasing import supplier_returns
from models.purchasing import SEN, PurchaseOrder
from models.settings import setting
from models.supplier_invoices import (
    CHARGED,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceState,
)

#: What an invoice is about.
Bought = PurchaseOrder | GoodsReceipt
ZERO = Decimal(0)
UNIT = Decimal("0.001")
HALF_A_SEN = Decimal("0.005")
#: States in which it is not decided yet what the invoice takes.
OPEN = (SupplierInvoiceState.DRAFT, SupplierInvoiceState.SUBMITTED, SupplierInvoiceState.REJECTED)


@dataclass(frozen=True)
class Taken:
    """What invoices that live took of a received line: units of the receipt line, and rupiah."""

    quantity: Decimal = ZERO
    amount: Decimal = ZERO


def taken(receipt_line_ids: Iterable[int]) -> dict[int, Taken]:
    """What approved and paid invoices took, by receipt line id. One statement."""
    line = SupplierInvoiceLine
    rows = db.session.execute(
        sa.select(line.goods_receipt_line_id, line.quantity, line.cleared_amount)
        .join(SupplierInvoice, SupplierInvoice.id == line.supplier_invoice_id)
        .where(SupplierInvoice.state.in_(CHARGED), line.goods_receipt_line_id.in_(list(receipt_line_ids))))
    result: dict[int, Taken] = {}
    for key, quantity, amount in rows:
        was = result.get(key, Taken())
        result[key] = Taken(was.quantity + quantity, was.amount + (amount or ZERO))
    return result


def rounding(quantity: Decimal) -> Decimal:
    """Rupiah by which a unit price rounded to the sen changes the amount of a line: no difference."""
    return max(SEN, (quantity * HALF_A_SEN).quantize(SEN, ROUND_DOWN))


def due_of(source: GoodsReceiptLine, quantity: Decimal, before: Taken) -> Decimal:
    """Rupiah before VAT that `quantity` units more of a received line cost."""
    upto = before.quantity + quantity
    if upto <= source.received_quantity:
        return share(source.net_amount, upto, source.received_quantity) - before.amount
    return (source.net_amount / source.received_quantity * quantity).quantize(SEN)


@dataclass(frozen=True)
class Match:
    """One line of an invoice beside its receipt and order; quantities in the line's unit, rupiah before
    VAT."""

    line: SupplierInvoiceLine
    source: GoodsReceiptLine
    ordered: Decimal
    #: Without what went back and is not charged.
    received: Decimal
    #: Charged by approved invoices before this one.
    before: Decimal
    due: Decimal
    tolerance: Decimal

    @property
    def too_many(self) -> Decimal:
        """How much more is charged than was received and is not invoiced yet."""
        return max(ZERO, self.before + self.line.quantity - self.received)

    @property
    def charged(self) -> Decimal:
        """Rupiah before VAT: the amount that was typed; reckoned from a rounded unit price, it is what is
        due."""
        line = self.line
        if line.amount is not None:
            return line.amount
        return self.due if abs(line.reckoned - self.due) <= rounding(line.quantity) else line.reckoned

    @property
    def difference(self) -> Decimal:
        """Rupiah charged beyond what order and receipt say."""
        return self.charged - self.due

    @property
    def is_close(self) -> bool:
        return abs(self.difference) <= max(abs(self.due) * self.tolerance, rounding(self.line.quantity))

    @property
    def fits(self) -> bool:
        return not self.too_many and self.is_close


def tolerance() -> Decimal:
    """The part by which amounts and VAT of an invoice may differ."""
    return setting("supplier_invoice.tolerance") / 100


def matches(invoice: SupplierInvoice) -> list[Match]:
    """The lines of an invoice against receipt and order, in a fixed number of statements."""
    ids = {line.goods_receipt_line_id for line in invoice.lines}
    sources = {source.id: source for source in db.session.scalars(
        sa.select(GoodsReceiptLine).where(GoodsReceiptLine.id.in_(ids)))}
    is_open = invoice.state in OPEN
    before, waived = (taken(ids), supplier_returns.waived(ids)) if is_open else ({}, {})
    part = tolerance()
    result = []
    for line in invoice.lines:
        source = sources[line.goods_receipt_line_id]
        gone = before.get(source.id, Taken())
        due = line.cleared_amount
        if due is None or is_open:
            due = due_of(source, line.quantity, gone)
        stored = source.received_quantity - (waived.get(source.id, ZERO) / source.factor).quantize(UNIT)
        ordered = source.ordered_quantity if source.ordered_quantity is not None else stored
        result.append(Match(line, source, ordered, stored, gone.quantity, due, part))
        before[source.id] = Taken(gone.quantity + line.quantity, gone.amount + due)
    return result


# ---------------------------------------------------------------- VAT

def _receipts_of(bought: Bought) -> sa.ColumnElement[bool]:
    """The receipts of an order; of goods that were bought without one, theirs."""
    return GoodsReceipt.id == bought.id if isinstance(bought, GoodsReceipt) \
        else GoodsReceipt.purchase_order_id == bought.id


def bought_of(invoice: SupplierInvoice) -> Bought | None:
    """What the invoice charges: its order, else the receipt of what was bought without one."""
    if invoice.purchase_order is not None:
        return invoice.purchase_order
    return invoice.lines[0].goods_receipt_line.goods_receipt if invoice.lines else None


def _living(bought: Bought, but: int = 0) -> list[SupplierInvoice]:
    """Invoices of the same goods that live, without the one of that id."""
    line = SupplierInvoiceLine
    mine = SupplierInvoice.purchase_order_id == bought.id if not isinstance(bought, GoodsReceipt) \
        else SupplierInvoice.id.in_(
            sa.select(line.supplier_invoice_id)
            .join(GoodsReceiptLine, GoodsReceiptLine.id == line.goods_receipt_line_id)
            .where(GoodsReceiptLine.goods_receipt_id == bought.id))
    return list(db.session.scalars(
        sa.select(SupplierInvoice).where(mine, SupplierInvoice.state.in_(CHARGED), SupplierInvoice.id != but)
        .options(selectinload(SupplierInvoice.lines))))


def vat_of(rate: Decimal, net: Decimal, others: Iterable[SupplierInvoice]) -> Decimal:
    """The VAT (PPN) of `net` rupiah at `rate` percent, so that it and all `others` make the VAT of their
    sum."""
    others = list(others)
    so_far = sum((other.net_total for other in others), ZERO)
    given = vat(so_far, rate) if any(other.freight_amount for other in others) \
        else sum((other.vat_amount for other in others), ZERO)
    most = vat(net, rate)
    due = vat(so_far + net, rate) - given
    return due if abs(due - most) < 1 else most  # what another charged wrongly is not made good here


def vat_due(invoice: SupplierInvoice, found: Iterable[Match]) -> Decimal:
    """The VAT (PPN) of what is charged for goods, at the order's rate; `found` are its `matches`."""
    bought = bought_of(invoice)
    if bought is None:
        return ZERO
    others = _living(bought, invoice.id) if invoice.state in OPEN else []
    return vat_of(bought.vat_percent, sum((match.charged for match in found), ZERO), others)


def vat_fits(invoice: SupplierInvoice, due: Decimal) -> bool:
    """Whether the invoice's VAT is that of its amounts, freight taxed or not: to the rounding of its lines,
    or to whole rupiah as a tax invoice has it, or within the tolerance."""
    charged, bought = invoice.vat_amount, bought_of(invoice)
    by_lines = max(SEN, (len(invoice.lines) * HALF_A_SEN).quantize(SEN))
    freight = vat(invoice.freight_amount, bought.vat_percent) if bought is not None else ZERO
    for right in {due, due + freight}:
        away = abs(charged - right)
        is_whole = charged == charged.to_integral_value()
        if away <= max(by_lines, right * tolerance()) or (away < 1 and is_whole):
            return True
    return False


# ---------------------------------------------------------------- what can still be charged

@dataclass(frozen=True)
class Chargeable:
    """A received line that no approved invoice charged whole; `quantity` is what is left, returns taken
    off, `amount` what that is worth before VAT."""

    goods_receipt_line: GoodsReceiptLine
    quantity: Decimal
    amount: Decimal

    @property
    def unit_price(self) -> Decimal:
        """Before discount and VAT."""
        return self.goods_receipt_line.unit_price

    @property
    def discount(self) -> Decimal:
        return self.goods_receipt_line.discount


def chargeable(bought: Bought) -> list[Chargeable]:
    """What the supplier can still charge of an order, or of a receipt without one."""
    lines = list(db.session.scalars(
        sa.select(GoodsReceiptLine).join(GoodsReceipt, GoodsReceipt.id == GoodsReceiptLine.goods_receipt_id)
        .where(_receipts_of(bought), GoodsReceipt.state == GoodsReceiptState.POSTED,
               GoodsReceiptLine.origin_line_id.is_(None), GoodsReceiptLine.is_bonus.is_(False))
        .options(joinedload(GoodsReceiptLine.item), joinedload(GoodsReceiptLine.unit),
                 joinedload(GoodsReceiptLine.goods_receipt)).order_by(GoodsReceiptLine.id)))
    ids = [line.id for line in lines]
    charged, back = taken(ids), supplier_returns.away(ids)
    result = []
    for line in lines:
        before = charged.get(line.id, Taken())
        left = line.received_quantity - before.quantity - back.get(line.id, ZERO) / line.factor
        left = left.quantize(UNIT)
        if left > 0:
            result.append(Chargeable(line, left, due_of(line, left, before)))
    return result


def proposed_vat(bought: Bought, lines: Iterable[Chargeable]) -> Decimal:
    """The VAT that belongs to what is proposed."""
    return vat_of(bought.vat_percent, sum((line.amount for line in lines), ZERO), _living(bought))
