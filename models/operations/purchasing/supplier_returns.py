"""Goods that went back to their supplier, and what came of it: others in their place, or a credit note.

All that happens to a received line afterwards is counted on the line of the order's own goods, its origin:
sent back, replaced, credited. What is *away* of it (sent back less replaced less credited) and what is
invoiced together say what goods received not invoiced still hold, to the sen, in whatever order it happens.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, NotAllowed, Refused, blame_line
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState
from models.items import Supplier
from models.journal import Posting
from models.operations.core.approvals import after, effect, opened
from models.operations.core.locking import lock, lock_rows
from models.operations.core.report_kit import base_units
from models.operations.ledger import journal, stock
from models.operations.ledger.journal import JournalLeg
from models.operations.people.mail import post_to
from models.operations.purchasing.received_lines import counted
from models.people import User
from models.purchasing import SEN
from models.returns import Resolution, SupplierReturn, SupplierReturnLine, SupplierReturnState
from models.roles import Role
from models.settings import setting
from models.stock import MoveKind
from models.supplier_invoices import CHARGED, SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceState
from models.supplier_refunds import SupplierRefund, SupplierRefundState

ZERO = Decimal(0)
UNIT = Decimal("0.001")
#: What the entry of a credit note is called in the journal.
CREDIT_NOTE = "credit note"
OUT = (SupplierReturnState.SENT, SupplierReturnState.DONE)


# ---------------------------------------------------------------- what happened to a received line

#: What left and did not come back because the supplier refused it.
WENT = sa.and_(SupplierReturn.state.in_(OUT),
               SupplierReturn.resolution.is_distinct_from(Resolution.REFUSED))
#: The supplier refused it, and it lies in the store as before.
CAME_BACK = sa.and_(SupplierReturn.state == SupplierReturnState.DONE, SupplierReturn.goods_lost.is_(False),
                    SupplierReturn.resolution.is_not_distinct_from(Resolution.REFUSED))


def gone_of(line: Any) -> sa.ColumnElement[Any]:
    """Base units of a return's line that left."""
    return sa.type_coerce(sa.func.coalesce(line.moved_quantity, base_units(line.quantity, line.factor)),
                          line.moved_quantity.type)


def origin_of(line: GoodsReceiptLine) -> GoodsReceiptLine:
    """The line that the order's own goods came with: the line itself unless its goods replaced others."""
    return line.origin_line or line


def sums(rows: Iterable[Any]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for key, *parts in rows:
        amount = parts[0] if len(parts) == 1 else parts[0] * parts[1]
        sums[key] = sums.get(key, ZERO) + amount
    return sums


def sent_back(receipt_line_ids: Iterable[int]) -> dict[int, Decimal]:
    """Base units sent back to suppliers, by the receipt line that they came with."""
    line = SupplierReturnLine
    return sums(db.session.execute(
        sa.select(line.goods_receipt_line_id, gone_of(line))
        .join(SupplierReturn, SupplierReturn.id == line.supplier_return_id)
        .where(WENT, line.goods_receipt_line_id.in_(list(receipt_line_ids)))))


def away(origin_ids: Iterable[int]) -> dict[int, Decimal]:
    """Base units sent back less replaced less credited, by origin line."""
    ids, back, came, new = list(origin_ids), SupplierReturnLine, GoodsReceiptLine, GoodsReceipt
    origin = sa.func.coalesce(came.origin_line_id, came.id)
    gone = sums(db.session.execute(
        sa.select(origin, gone_of(back)).join(came, came.id == back.goods_receipt_line_id)
        .join(SupplierReturn, SupplierReturn.id == back.supplier_return_id)
        .where(WENT, origin.in_(ids))))
    credited = sums(db.session.execute(
        sa.select(origin, back.credited_quantity).join(came, came.id == back.goods_receipt_line_id)
        .where(back.credited_quantity.is_not(None), origin.in_(ids))))
    replaced = sums(db.session.execute(
        sa.select(came.origin_line_id, came.received_quantity,
                  came.factor).join(new, new.id == came.goods_receipt_id)
        .where(new.state == GoodsReceiptState.POSTED, came.origin_line_id.in_(ids))))
    return {key: quantity - credited.get(key, ZERO) - replaced.get(key, ZERO)
            for key, quantity in gone.items()}


def waived(origin_ids: Iterable[int]) -> dict[int, Decimal]:
    """Base units that went back and that the supplier will not charge, by origin line."""
    back, came = SupplierReturnLine, GoodsReceiptLine
    origin = sa.func.coalesce(came.origin_line_id, came.id)
    rows = db.session.execute(
        sa.select(origin, gone_of(back), back.credited_quantity)
        .join(came, came.id == back.goods_receipt_line_id)
        .where(back.credited_quantity.is_not(None), origin.in_(list(origin_ids))))
    return sums((key, gone - (credited or ZERO)) for key, gone, credited in rows)


def share_away(origin: GoodsReceiptLine, before: Decimal, after: Decimal) -> Decimal:
    """Rupiah that `after` base units away instead of `before` take off goods received not invoiced.

    Counted from the line's far end: what is invoiced and what is away then add up to the line exactly.
    """
    whole = origin.base_quantity
    return stock.share(origin.net_amount, after - before, whole, whole - after)


# ---------------------------------------------------------------- out

def make_return(receipt: GoodsReceipt, *, by: User) -> SupplierReturn:
    """Draft a return of all that can still go back of a posted receipt. Raises `NotAllowed` or `Refused`."""
    if not by.has_role(Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    if receipt.state != GoodsReceiptState.POSTED:
        raise Refused(N_("The goods receipt %(number)s is not posted, so nothing can go back."),
                      number=str(receipt))
    if receipt.supplier_id is None:
        raise Refused(N_("The goods of %(number)s came from no supplier, so they cannot go back to one."),
                      number=str(receipt))
    back = sent_back(line.id for line in receipt.lines)
    lines = []
    for line in receipt.lines:
        left = line.base_quantity - back.get(line.id, ZERO)
        if left > 0:
            unit, factor, quantity = counted(left, line)
            lines.append(SupplierReturnLine(
                item_id=line.item_id, goods_receipt_id=receipt.id, goods_receipt_line_id=line.id, unit=unit,
                factor=factor, quantity=quantity))
    if not lines:
        raise Refused(N_("Everything on %(number)s went back already."), number=str(receipt))
    document = SupplierReturn(supplier_id=receipt.supplier_id, store_id=receipt.store_id, created_by=by,
                              lines=lines)
    db.session.add(document)
    opened(document, by=by)
    return document


def lock_receipts(document: SupplierReturn) -> None:
    """Keep what the amounts are counted from, until the transaction ends."""
    sources = [line.goods_receipt_line for line in document.lines]
    lock_rows(GoodsReceipt,
              {line.goods_receipt_id for source in sources for line in (source, origin_of(source))})


@effect(SupplierReturn, "submit")
@effect(SupplierReturn, "send")
def _check_return(document: SupplierReturn, *, by: User, reason: str) -> None:
    """Never more than received less returned, of this supplier's receipts into this store."""
    stock.check_said(document.lines, "moved_quantity", lambda line: line.base_quantity)
    lock(document)
    lock_receipts(document)
    back = sent_back({line.goods_receipt_line_id for line in document.lines})
    for line in document.lines:
        with blame_line(line):
            source = line.goods_receipt_line
            receipt = source.goods_receipt
            db.session.refresh(receipt, ["state"])
            if (source.item_id != line.item_id or receipt.id != line.goods_receipt_id
                    or receipt.supplier_id != document.supplier_id or receipt.store_id != document.store_id
                    or receipt.state != GoodsReceiptState.POSTED):
                raise Refused(
                    N_("%(item)s did not come from this supplier into this store with %(receipt)s."),
                    item=line.item.name,
                    receipt=str(receipt),
                    field="goods_receipt_line",
                )
            back[source.id] = back.get(source.id, ZERO) + line.gone_quantity
            if back[source.id] > source.base_quantity:
                left = source.base_quantity - back[source.id] + line.gone_quantity
                raise Refused(N_("%(item)s: at most %(left)s %(unit)s of %(receipt)s can still go back."),
                              item=line.item.name, left=left, unit=line.item.base_unit,
                              receipt=str(receipt), field="quantity")


@effect(SupplierReturn, "send")
def _send_back(document: SupplierReturn, *, by: User, reason: str) -> None:
    """Stock out at the average, today, as much as is there or as the clerk says; what the receipt price
    differs goes to price variance."""
    gone = away({origin_of(line.goods_receipt_line).id for line in document.lines})

    def sides(moved: Iterable[stock.PostedMove]) -> list[JournalLeg]:
        stock.keep_moved(document.lines, moved)
        price = ZERO
        for line in document.lines:
            origin = origin_of(line.goods_receipt_line)
            before = gone.get(origin.id, ZERO)
            gone[origin.id] = before + line.gone_quantity
            price += share_away(origin, before, gone[origin.id])
        worth = sum((move.value for move in moved), ZERO)
        return [JournalLeg(Posting.RECEIVED_NOT_INVOICED, price, document.account_id),
                JournalLeg(Posting.PRICE_VARIANCE, -price - worth)]

    stock.issue(document, document.store_id,
                stock.going(document.lines, lambda line: line.goods_receipt_line.batch_id),
                kind=MoveKind.SUPPLIER_RETURN, on=stock.posting_day(document), by=by, reason=reason,
                against=sides, expired_too=True)


@after(SupplierReturn, "send")
def _tell_supplier(document: SupplierReturn, *, by: User, reason: str) -> None:
    """What comes back goes to the supplier by mail with the printed paper, once."""
    supplier = document.supplier
    if supplier.email:
        post_to(supplier.email, "supplier_return_sent", language=supplier.language, prints=document,
                key=f"supplier_return-{document.id}", name=supplier.contact_name or supplier.name,
                number=document.number, hospital=setting("hospital.name"), person=by.name)


# ---------------------------------------------------------------- the supplier's answer: credited

@effect(SupplierReturn, "confirm")
def _answered(document: SupplierReturn, *, by: User, reason: str) -> None:
    """Credited: what was invoiced becomes a credit note against payables; what was not is not charged any
    more."""
    if document.resolution is None or not (document.supplier_reference or "").strip():
        raise Refused(N_("Write what the supplier did (replaced, credited or refused) and the supplier's "
                         "reference."),
                      field="resolution" if document.resolution is None else "supplier_reference")
    if document.resolution != Resolution.CREDITED:
        return
    lock(document)
    lock_receipts(document)
    origins = {line.id: origin_of(line.goods_receipt_line) for line in document.lines}
    ids = {origin.id for origin in origins.values()}
    gone, charged = away(ids), _charged(ids)
    taxed: dict[Decimal, Decimal] = {}
    net = ZERO
    for line in document.lines:
        origin = origins[line.id]
        before = gone.get(origin.id, ZERO)
        over = charged.get(origin.id, ZERO) + before - origin.base_quantity
        line.credited_quantity = min(max(over, ZERO), line.gone_quantity)
        gone[origin.id] = before - line.credited_quantity
        amount = share_away(origin, gone[origin.id], before)
        rate = origin.goods_receipt.vat_percent
        taxed[rate] = taxed.get(rate, ZERO) + amount
        net += amount
    document.credit_net = net
    document.credit_vat = sum(((amount * rate / 100).quantize(SEN, ROUND_HALF_UP)
                               for rate, amount in taxed.items()), ZERO)
    journal.post_entry(clock.today(), [
        JournalLeg(Posting.PAYABLES, document.credit_net + document.credit_vat),
        JournalLeg(Posting.VAT, -document.credit_vat), JournalLeg(Posting.RECEIVED_NOT_INVOICED, -net,
        document.account_id)], document, by, description=CREDIT_NOTE)


def _charged(origin_ids: Iterable[int]) -> dict[int, Decimal]:
    """Base units that approved invoices charged."""
    line = SupplierInvoiceLine
    return sums(db.session.execute(
        sa.select(line.goods_receipt_line_id, line.quantity, line.factor)
        .join(SupplierInvoice, SupplierInvoice.id == line.supplier_invoice_id)
        .where(SupplierInvoice.state.in_(CHARGED), line.goods_receipt_line_id.in_(list(origin_ids)))))


def open_credit(supplier_id: int) -> Decimal:
    """Rupiah of the supplier's credit notes that no payment used yet and that did not come back in money."""
    credited = (sa.select(sa.func.coalesce(sa.func.sum(SupplierReturn.credit_net
                                                       + SupplierReturn.credit_vat), 0))
                .where(SupplierReturn.supplier_id == supplier_id, SupplierReturn.credit_net.is_not(None))
                .scalar_subquery())
    used = (sa.select(sa.func.coalesce(sa.func.sum(SupplierInvoice.set_off_amount), 0))
            .where(SupplierInvoice.supplier_id == supplier_id,
                   SupplierInvoice.state == SupplierInvoiceState.PAID)
            .scalar_subquery())
    refunded = (sa.select(sa.func.coalesce(sa.func.sum(SupplierRefund.amount), 0))
                .where(SupplierRefund.supplier_id == supplier_id,
                       SupplierRefund.state == SupplierRefundState.POSTED)
                .scalar_subquery())
    left = sa.type_coerce(credited - used - refunded, SupplierInvoice.set_off_amount.type)
    return db.session.execute(sa.select(left)).scalar_one()


def check_set_off(invoice: SupplierInvoice) -> None:
    """Raises `Refused` when a payment uses more credit than the supplier gave, or than it pays."""
    if not invoice.set_off_amount:
        return
    lock_rows(Supplier, {invoice.supplier_id})
    most = min(open_credit(invoice.supplier_id), invoice.total)
    if invoice.set_off_amount > most:
        raise Refused(N_("At most %(most)s rupiah of this supplier's credit notes can be set off here."),
                      most=most,
                      field="set_off_amount")
