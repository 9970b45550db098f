"""What payables look at: goods that came in and no invoice charged yet, and what is to be paid, to the sen of
the accounts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from models import clock
from models.base import ExactDecimal
from models.errors import N_
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState, value_of
from models.items import Item, Supplier, UnitConversion
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.core.checks import check
from models.operations.core.report_kit import (
    STORE,
    SUPPLIER,
    Column,
    ParameterValues,
    Report,
    Section,
    Statement,
    base_units,
    declare,
    quantity,
    rupiah,
    where,
)
from models.operations.ledger.ledger import share
from models.operations.purchasing.reports_purchasing import SUPPLIER_COLUMN
from models.operations.purchasing.supplier_returns import WENT, gone_of
from models.operations.stores.reports_stock import ITEM_COLUMN, NAMED
from models.returns import SupplierReturn, SupplierReturnLine
from models.rights import OWED
from models.supplier_invoices import CHARGED, SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceState
from models.supplier_refunds import SupplierRefund, SupplierRefundState

#: Days after which goods without an invoice deserve a question to the supplier.
OLD = 30
ZERO = Decimal(0)


def received_not_invoiced(values: ParameterValues) -> Statement:
    """Lines of posted receipts that invoices and returns do not cover, oldest first; quantities in the line's
    unit.

    What was sent back counts until it is replaced or credited; goods that replaced others have no row of
    their own.
    """
    line, charged, sent_back = GoodsReceiptLine, SupplierInvoiceLine, SupplierReturnLine
    came_with, new = sa.orm.aliased(GoodsReceiptLine), sa.orm.aliased(GoodsReceiptLine)
    invoiced = (sa.select(charged.goods_receipt_line_id.label("line_id"),
                          quantity(sa.func.sum(charged.quantity)).label("quantity"),
                          rupiah(sa.func.sum(charged.cleared_amount)).label("amount"))
                .join(SupplierInvoice, SupplierInvoice.id == charged.supplier_invoice_id)
                .where(SupplierInvoice.state.in_(CHARGED))
                .group_by(charged.goods_receipt_line_id).subquery())
    origin = sa.func.coalesce(came_with.origin_line_id, came_with.id)
    gone_back = quantity(gone_of(sent_back)) - quantity(sent_back.credited_quantity)
    replaced = (sa.select(new.origin_line_id.label("line_id"),
                          quantity(sa.func.sum(base_units(new.received_quantity,
                                                          new.factor))).label("quantity"))
                .join(GoodsReceipt, GoodsReceipt.id == new.goods_receipt_id)
                .where(GoodsReceipt.state == GoodsReceiptState.POSTED, new.origin_line_id.is_not(None))
                .group_by(new.origin_line_id).subquery())
    returned = (sa.select(origin.label("line_id"), quantity(sa.func.sum(gone_back)).label("quantity"))
                .join(came_with, came_with.id == sent_back.goods_receipt_line_id)
                .join(SupplierReturn, SupplierReturn.id == sent_back.supplier_return_id)
                .where(WENT).group_by(origin).subquery())
    away = quantity(quantity(returned.c.quantity) - quantity(replaced.c.quantity))
    came = base_units(line.received_quantity, line.factor)
    gone = base_units(sa.type_coerce(sa.func.coalesce(invoiced.c.quantity, 0), ExactDecimal(14, 3)),
                      line.factor)
    left = quantity(came - gone - away)
    return (sa.select(
        GoodsReceipt.id.label("receipt_id"), GoodsReceipt.number.label("document"), GoodsReceipt.received_on,
        Supplier.id.label("supplier_id"),
        Supplier.name.label("supplier"), line.item_id, NAMED, UnitConversion.unit_name,
        line.received_quantity, line.factor, line.unit_price, line.discount, line.net_value,
        quantity(invoiced.c.quantity).label("invoiced"), rupiah(invoiced.c.amount).label("cleared"),
        away.label("returned_base"))
        .join(line, line.goods_receipt_id == GoodsReceipt.id).join(Item, Item.id == line.item_id)
        .join(UnitConversion, UnitConversion.id == line.unit_id)
        .join(Supplier, Supplier.id == GoodsReceipt.supplier_id)
        .outerjoin(invoiced, invoiced.c.line_id == line.id).outerjoin(returned, returned.c.line_id == line.id)
        .outerjoin(replaced, replaced.c.line_id == line.id)
        .where(GoodsReceipt.state == GoodsReceiptState.POSTED, line.origin_line_id.is_(None),
               line.is_bonus.is_(False), left != 0,
               *where(values, supplier=GoodsReceipt.supplier_id, store=GoodsReceipt.store_id))
        .order_by(GoodsReceipt.received_on, GoodsReceipt.id, line.id))


def returned(row: Any) -> Decimal:
    """In the line's unit."""
    return (row.returned_base / row.factor).quantize(Decimal("0.001"))


def owed(row: Any) -> Decimal:
    """Rupiah that the account holds for the row: received less invoiced less sent back, below zero where the
    supplier owes a credit."""
    value = value_of(row.net_value, row.received_quantity, row.unit_price, row.discount)
    base = row.received_quantity * row.factor
    return share(value, base - row.returned_base, base) - row.cleared


def _on_the_account(_asked: ParameterValues) -> Statement:
    return sa.select(rupiah(sa.func.sum(JournalLine.credit - JournalLine.debit)).label("account")).where(
        JournalLine.purpose == Posting.RECEIVED_NOT_INVOICED)


declare(Report(
    "received_not_invoiced", N_("Goods received, not invoiced"), "purchasing", received_not_invoiced,
    icon="receipt",
    roles=frozenset(OWED), about=N_("Posted receipts whose invoice is not approved yet, oldest first."),
    columns=(Column("document", N_("Receiving report"), "code", links=("=goods_receipt", "receipt_id")),
             Column("received_on", N_("Date"), "date"),
             Column("days", N_("Days"), "number", lambda row: (clock.today() - row.received_on).days),
             SUPPLIER_COLUMN, ITEM_COLUMN,
             Column("received_quantity", N_("Received"), "quantity"),
             Column("invoiced", N_("Invoiced"), "quantity"),
             Column("returned", N_("Sent back"), "quantity", returned), Column("unit_name", N_("Unit")),
             Column("owed", N_("Value"), "money", owed)),
    parameters=(SUPPLIER, STORE), summary=_on_the_account,
    tiles=(Column("account", N_("On the account, all suppliers"), "money"),),
    is_late=lambda row: (clock.today() - row.received_on).days > OLD))


@check("purchasing: goods received and not invoiced are what the journal says")
def _as_the_journal(session: Any) -> Any:
    listed = sum((owed(row) for row in session.execute(received_not_invoiced({}))), ZERO)
    booked = session.execute(
        _on_the_account({}).join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .where(JournalEntry.document_type.in_(("goods_receipt", "supplier_invoice",
                                               "supplier_return")))).one().account
    return None if listed == booked else (listed, booked)


# ---------------------------------------------------------------- to be paid

def _on_payables(table: str, key: Any) -> Any:
    """Rupiah that a document holds on payables, above zero where the hospital owes."""
    return rupiah(sa.select(sa.func.sum(JournalLine.credit - JournalLine.debit))
                  .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
                  .where(JournalEntry.document_type == table, JournalEntry.document_id == key,
                         JournalLine.purpose == Posting.PAYABLES).scalar_subquery())


def _credits() -> Any:
    """Rupiah of credit notes by supplier that no payment used yet and that did not come back in money, where
    there are any."""
    given = (sa.select(SupplierReturn.supplier_id, sa.func.sum(CREDIT).label("given"))
             .where(SupplierReturn.credit_net.is_not(None)).group_by(SupplierReturn.supplier_id).subquery())
    used = (sa.select(SupplierInvoice.supplier_id, sa.func.sum(SupplierInvoice.set_off_amount).label("used"))
            .where(SupplierInvoice.state
                   == SupplierInvoiceState.PAID).group_by(SupplierInvoice.supplier_id).subquery())
    back = (sa.select(SupplierRefund.supplier_id, sa.func.sum(SupplierRefund.amount).label("back"))
            .where(SupplierRefund.state
                   == SupplierRefundState.POSTED).group_by(SupplierRefund.supplier_id).subquery())
    left = rupiah(given.c.given - sa.func.coalesce(used.c.used, 0) - sa.func.coalesce(back.c.back, 0))
    return (sa.select(given.c.supplier_id, left.label("left"))
            .outerjoin(used, used.c.supplier_id == given.c.supplier_id)
            .outerjoin(back, back.c.supplier_id == given.c.supplier_id).where(left != 0).subquery())


CREDIT = SupplierReturn.credit_net + SupplierReturn.credit_vat


def payables(values: ParameterValues) -> Statement:
    """Approved invoices that are not paid, and each supplier's credit that can be set off."""
    bill, credit = SupplierInvoice, _credits()
    none = sa.null()
    owed = (sa.select(bill.id.label("invoice_id"), bill.number.label("document"), bill.supplier_id,
                      Supplier.name.label("supplier"), bill.supplier_number, bill.invoiced_on, bill.due_on,
                      _on_payables("supplier_invoice", bill.id).label("amount"))
            .join(Supplier, Supplier.id == bill.supplier_id)
            .where(bill.state == SupplierInvoiceState.APPROVED, *where(values, supplier=bill.supplier_id)))
    less = (sa.select(sa.cast(none, sa.Integer), sa.cast(none, sa.String), credit.c.supplier_id,
                      Supplier.name, sa.cast(none, sa.String), sa.cast(none, sa.Date), sa.cast(none, sa.Date),
                      rupiah(-credit.c.left)).join(Supplier, Supplier.id == credit.c.supplier_id)
            .where(*where(values, supplier=credit.c.supplier_id)))
    both = sa.union_all(owed, less).subquery()
    return sa.select(*both.c).order_by(both.c.supplier, both.c.supplier_id, both.c.invoice_id.is_(None),
                                       both.c.due_on.is_(None), both.c.due_on, both.c.invoice_id)


def credit_notes(values: ParameterValues) -> Statement:
    """The credit notes of the suppliers that have credit left, newest first."""
    credit = _credits()
    return (sa.select(SupplierReturn.id.label("return_id"), SupplierReturn.number.label("document"),
                      Supplier.id.label("supplier_id"), Supplier.name.label("supplier"),
                      SupplierReturn.supplier_reference, SupplierReturn.returned_on,
                      SupplierReturn.credit_net, SupplierReturn.credit_vat, rupiah(CREDIT).label("total"))
            .join(credit, credit.c.supplier_id == SupplierReturn.supplier_id)
            .join(Supplier, Supplier.id == SupplierReturn.supplier_id)
            .where(SupplierReturn.credit_net > 0, *where(values, supplier=SupplierReturn.supplier_id))
            .order_by(SupplierReturn.returned_on.desc(), SupplierReturn.id.desc()))


def refunds(values: ParameterValues) -> Statement:
    """What suppliers paid back in money within a year, newest first."""
    refund = SupplierRefund
    return (sa.select(refund.id.label("refund_id"), refund.number.label("document"),
                      Supplier.id.label("supplier_id"), Supplier.name.label("supplier"), refund.refunded_on,
                      refund.payment_reference, refund.amount)
            .join(Supplier, Supplier.id == refund.supplier_id)
            .where(refund.state == SupplierRefundState.POSTED,
                   refund.refunded_on > clock.today() - timedelta(days=365),
                   *where(values, supplier=refund.supplier_id))
            .order_by(refund.refunded_on.desc(), refund.id.desc()))


def _to_pay(values: ParameterValues) -> Statement:
    both = payables(values).order_by(None).subquery()
    owed, less = (sa.func.sum(sa.case((which, both.c.amount), else_=0)) for which in
                  (both.c.invoice_id.is_not(None), both.c.invoice_id.is_(None)))
    return sa.select(rupiah(owed).label("owed"), rupiah(less).label("credit"),
                     rupiah(sa.func.sum(both.c.amount)).label("account"))


declare(Report(
    "payables", N_("To be paid to suppliers"), "purchasing", payables, icon="cash", roles=frozenset(OWED),
    about=N_("Approved invoices that are not paid, less the unused credit notes of returned goods."),
    columns=(SUPPLIER_COLUMN, Column("document", N_("Invoice"), "code", lambda row: row.document or "–",
                                     links=("=supplier_invoice", "invoice_id")),
             Column("supplier_number", N_("Supplier number")), Column("invoiced_on", N_("Date"), "date"),
             Column("due_on", N_("Due on"), "date"), Column("amount", N_("To pay"), "money")),
    parameters=(SUPPLIER,), summary=_to_pay,
    tiles=(Column("owed", N_("Invoices"), "money"), Column("credit", N_("Credit notes"), "money"),
           Column("account", N_("To pay"), "money")),
    heading=N_("Invoices"), sections=(Section(
        "credit_notes", N_("Credit notes"), credit_notes, (
            Column("document", N_("Supplier return"), "code", links=("=supplier_return", "return_id")),
            SUPPLIER_COLUMN, Column("supplier_reference", N_("Supplier reference")),
            Column("returned_on", N_("Date"), "date"), Column("credit_net", N_("Sum"), "money"),
            Column("credit_vat", N_("VAT"), "money"), Column("total", N_("Total"), "money"))), Section(
        "refunds", N_("Refunds within a year"), refunds, (
            Column("document", N_("Supplier refund"), "code", links=("=supplier_refund", "refund_id")),
            SUPPLIER_COLUMN, Column("refunded_on", N_("Date"), "date"),
            Column("payment_reference", N_("Payment reference")), Column("amount", N_("Amount"), "money")))),
    is_late=lambda row: row.due_on is not None and row.due_on < clock.today()))


@check("purchasing: what is to be paid to suppliers is what the journal says")
def _payables_as_the_journal(session: Any) -> Any:
    bills = session.scalars(sa.select(SupplierInvoice).where(SupplierInvoice.state
                                                             == SupplierInvoiceState.APPROVED)
                            .options(selectinload(SupplierInvoice.lines)))
    credit = session.scalar(sa.select(rupiah(sa.func.sum(_credits().c.left))))
    listed = sum((bill.total for bill in bills), ZERO) - credit
    booked = session.scalar(
        sa.select(rupiah(sa.func.sum(JournalLine.credit - JournalLine.debit)))
        .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .where(JournalLine.purpose == Posting.PAYABLES,
               JournalEntry.document_type.in_(("supplier_invoice", "supplier_return", "supplier_refund"))))
    return None if listed == booked else (listed, booked)


@check("purchasing: no supplier's credit is used beyond what it gave")
def _credit_is_used_once(session: Any) -> Any:
    credit = _credits()
    return session.execute(sa.select(credit).where(credit.c.left < 0).limit(1)).first()
