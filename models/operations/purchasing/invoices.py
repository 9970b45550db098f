"""Supplier invoices in the books: matched with order and receipt, approved, paid, and taken back."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, PeriodClosed, Refused, blame_line
from models.goods_receipts import GoodsReceipt, GoodsReceiptState
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.core.approvals import after, effect
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import days, journal
from models.operations.ledger.journal import JournalLeg
from models.operations.people.notices import Declared, declare, holders
from models.operations.purchasing import matching, supplier_returns
from models.operations.purchasing.matching import Match
from models.outbox import Channel
from models.people import User
from models.roles import Role
from models.settings import setting
from models.supplier_invoices import SupplierInvoice

#: What the entries of a payment, and of one that was taken back, are called in the journal.
PAYMENT, TAKEN_BACK = "payment", "payment taken back"


# ---------------------------------------------------------------- what is charged

@effect(SupplierInvoice, "submit")
def _reckon(invoice: SupplierInvoice, *, by: User, reason: str) -> None:
    """Every line gets its amount; the sum is what the supplier's paper asks."""
    lock(invoice)
    for match in matching.matches(invoice):
        match.line.amount = match.charged
    db.session.flush()
    _check_paper(invoice)


@after(SupplierInvoice, "recall", "reopen")
def _reckon_again(invoice: SupplierInvoice, *, by: User, reason: str) -> None:
    """An amount that the system reckoned goes with a quantity or price that is changed now."""
    for line in invoice.lines:
        if line.amount is not None and abs(line.amount - line.reckoned) <= matching.rounding(line.quantity):
            line.amount = None


def _check_paper(invoice: SupplierInvoice) -> None:
    """The sum is what the paper says, and what stands beside the goods is within its limits. Raises
    `Refused` at the field."""
    if invoice.paper_total is not None and invoice.paper_total != invoice.total:
        raise Refused(N_("Lines, freight, rounding and VAT make %(total)s rupiah; the supplier's paper says "
                         "%(paper)s: a difference of %(difference)s. Correct what differs, or write it as "
                         "rounding."), total=invoice.total, paper=invoice.paper_total,
                      difference=invoice.paper_total - invoice.total, field="paper_total")
    for name, amount in (("freight", invoice.freight_amount), ("rounding", abs(invoice.rounding_amount))):
        most = setting(f"supplier_invoice.{name}_limit")
        if amount > most:
            raise Refused(N_("At most %(most)s rupiah can stand here without an order. An administrator "
                             "changes the limit under Settings."), most=most, field=f"{name}_amount")


def _check_match(invoice: SupplierInvoice, match: Match) -> None:
    """Raises `Refused` unless the line charges goods of a posted receipt of this order, no more than came, at
    the amount of order and receipt."""
    line, source = match.line, match.source
    receipt = source.goods_receipt
    db.session.refresh(receipt, ["state"])
    if (receipt.purchase_order_id != invoice.purchase_order_id or receipt.supplier_id != invoice.supplier_id
            or receipt.state != GoodsReceiptState.POSTED or source.item_id != line.item_id
            or source.unit_id != line.unit_id or source.origin_line_id is not None):
        raise Refused(N_("%(item)s does not match a posted receipt of this order and supplier, in its "
                         "unit."), item=line.item.name, field="goods_receipt_line")
    if match.too_many:
        raise Refused(N_("%(item)s: only %(left)s of what was received is not invoiced yet."),
                      item=line.item.name, left=match.received - match.before, field="quantity")
    if not match.is_close:
        raise Refused(N_("%(item)s is charged %(charged)s rupiah; by order and receipt it is %(due)s."),
                      item=line.item.name, charged=match.charged, due=match.due, field="amount")


@effect(SupplierInvoice, "approve")
def _match_invoice(invoice: SupplierInvoice, *, by: User, reason: str) -> None:
    """Three-way match with order and receipt, then goods received not invoiced becomes payable."""
    lock(invoice)
    _lock_receipts(invoice)
    legs = [JournalLeg(Posting.VAT, invoice.vat_amount), JournalLeg(Posting.FREIGHT, invoice.freight_amount),
            JournalLeg(Posting.ROUNDING, invoice.rounding_amount)]
    matches = matching.matches(invoice)
    for match in matches:
        with blame_line(match.line):
            _check_match(invoice, match)
        match.line.amount, match.line.cleared_amount = match.charged, match.due
        legs += [JournalLeg(Posting.RECEIVED_NOT_INVOICED, match.due, match.source.goods_receipt.account_id),
                 JournalLeg(Posting.PRICE_VARIANCE, match.difference)]
    due = matching.vat_due(invoice, matches)
    if not matching.vat_fits(invoice, due):
        raise Refused(N_("The invoice says %(charged)s rupiah of VAT; by its amounts it is %(due)s."),
                      charged=invoice.vat_amount, due=due, field="vat_amount")
    _check_paper(invoice)
    journal.post_entry(clock.today(), [*legs, JournalLeg(Posting.PAYABLES, -invoice.total)], invoice, by)


def _lock_receipts(invoice: SupplierInvoice) -> None:
    """Keep what is counted of the received lines, until the transaction ends."""
    lock_rows(GoodsReceipt, {line.goods_receipt_line.goods_receipt_id for line in invoice.lines})


@effect(SupplierInvoice, "reverse")
def _reverse(invoice: SupplierInvoice, *, by: User, reason: str) -> None:
    """Approved by mistake: the goods can be charged again, by an invoice of the same number too."""
    lock(invoice)
    _lock_receipts(invoice)
    journal.reverse_entries(invoice, on=clock.today(), by=by)


# ---------------------------------------------------------------- payment

@effect(SupplierInvoice, "pay")
def _pay(invoice: SupplierInvoice, *, by: User, reason: str) -> None:
    lock(invoice)
    if invoice.paid_on is None or not (invoice.payment_reference or "").strip():
        raise Refused(N_("Write the date and the reference of the payment."),
                      field="paid_on" if invoice.paid_on is None else "payment_reference")
    days.check(invoice.paid_on, "paid_on")
    approved = invoice.last_step("approve")
    approved_on = clock.local(approved.occurred_at).date() if approved is not None else invoice.invoiced_on
    if invoice.paid_on < approved_on:
        raise PeriodClosed(N_("The invoice was approved on %(day)s; its payment is dated from that day on."),
                           day=approved_on, field="paid_on")
    supplier_returns.check_set_off(invoice)
    paid = invoice.total - invoice.set_off_amount
    journal.post_entry(invoice.paid_on,
                       [JournalLeg(Posting.PAYABLES, paid), JournalLeg(Posting.CASH, -paid)], invoice, by,
                       description=PAYMENT)


@effect(SupplierInvoice, "reverse_payment")
def _reverse_payment(invoice: SupplierInvoice, *, by: User, reason: str) -> None:
    """The opposite of what the payment wrote, dated today."""
    lock(invoice)
    line, paid = JournalLine, sa.orm.aliased(JournalLine)
    rows = db.session.execute(
        sa.select(line.purpose, line.account_id, line.debit, line.credit)
        .join(JournalEntry, JournalEntry.id == line.entry_id)
        .where(JournalEntry.document_type == invoice.__tablename__, JournalEntry.document_id == invoice.id,
               sa.exists().where(paid.entry_id == line.entry_id, paid.purpose == Posting.CASH)))
    journal.post_entry(clock.today(), [JournalLeg(purpose, credit - debit, account)
                                       for purpose, account, debit, credit in rows], invoice, by,
                       description=TAKEN_BACK)


@after(SupplierInvoice, "reverse_payment")
def _unpaid(invoice: SupplierInvoice, *, by: User, reason: str) -> None:
    """Credit that was set off is free again; date and reference are asked anew."""
    invoice.paid_on, invoice.payment_reference, invoice.set_off_amount = None, None, Decimal(0)


# ---------------------------------------------------------------- who is told

def _told(invoice: SupplierInvoice) -> dict[str, str]:
    return {"number": invoice.number or "", "supplier": invoice.supplier.name}


ADDRESS = "/admin/supplier_invoice/details/?id={id}"
declare(Declared(
    "invoice_reversed", holders(Role.FACILITIES_HEAD), N_("Supplier invoice %(number)s was reversed"),
    (N_("%(supplier)s: the goods can be charged again. The reason: %(reason)s"),), _told, ADDRESS,
    channels=(Channel.MAIL,), on=(SupplierInvoice, ("reverse",)), icon="arrow-back-up"))
declare(Declared(
    "payment_reversed", holders(Role.DIRECTOR),
    N_("The payment of supplier invoice %(number)s was taken back"),
    (N_("%(supplier)s: the invoice waits for its payment again. The reason: %(reason)s"),), _told, ADDRESS,
    channels=(Channel.MAIL,), on=(SupplierInvoice, ("reverse_payment",)), icon="arrow-back-up"))
