"""Goods that a supplier sends in place of those that went back: how many are still owed, at which price they
come in, and what that does to goods received not invoiced."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, NotAllowed, Refused, blame_line
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.core.approvals import opened
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import journal, stock
from models.operations.ledger.journal import JournalLeg
from models.operations.purchasing.received_lines import counted, free
from models.operations.purchasing.supplier_returns import away, lock_receipts, origin_of, share_away, sums
from models.people import User
from models.purchasing import SEN
from models.returns import Resolution, SupplierReturn, SupplierReturnState
from models.roles import Role

ZERO = Decimal(0)
UNIT = Decimal("0.001")


def _owed(document: SupplierReturn) -> dict[int, Decimal]:
    """Base units that the supplier still has to replace, by origin line."""
    owed = sums((origin_of(line.goods_receipt_line).id, line.gone_quantity) for line in document.lines)
    came = sums(db.session.execute(
        sa.select(GoodsReceiptLine.origin_line_id, GoodsReceiptLine.received_quantity,
                  GoodsReceiptLine.factor)
        .join(GoodsReceipt, GoodsReceipt.id == GoodsReceiptLine.goods_receipt_id)
        .where(GoodsReceipt.supplier_return_id == document.id,
               GoodsReceipt.state == GoodsReceiptState.POSTED)))
    return {key: quantity - came.get(key, ZERO) for key, quantity in owed.items()}


def is_replaced(document: SupplierReturn) -> bool:
    """Whether the supplier said to send others."""
    return document.state == SupplierReturnState.DONE and document.resolution == Resolution.REPLACED


def make_replacement(document: SupplierReturn, *, by: User) -> GoodsReceipt:
    """Draft a receipt of what the supplier sends in place of what went back; of one order at a time.

    Raises `NotAllowed` or `Refused`.
    """
    if not by.has_role(Role.STORE_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    if not is_replaced(document):
        raise Refused(N_("The supplier did not say that what went back with %(number)s is replaced."),
                      number=str(document))
    origins = {origin.id: origin for line in document.lines
               for origin in [origin_of(line.goods_receipt_line)]}
    left = {key: quantity for key, quantity in _owed(document).items() if quantity > 0}
    if not left:
        raise Refused(N_("Everything on %(number)s was replaced already."), number=str(document))
    first = origins[min(left)].goods_receipt
    order = first.purchase_order
    lines = []
    for key, owed in sorted(left.items()):
        origin = origins[key]
        if origin.goods_receipt.purchase_order_id == first.purchase_order_id:
            unit, factor, quantity = counted(owed, origin)
            lines.append(GoodsReceiptLine(
                purchase_order_line_id=origin.purchase_order_line_id, origin_line_id=key,
                item_id=origin.item_id, unit=unit, factor=factor,
                unit_price=(origin.unit_price * factor / origin.factor).quantize(SEN, ROUND_HALF_UP),
                discount=origin.discount, ordered_quantity=quantity, received_quantity=quantity))
    receipt = GoodsReceipt(purchase_order=order, supplier_return=document, supplier_id=document.supplier_id,
                           store_id=document.store_id, ordered_on=order and order.ordered_on, created_by=by,
                           source=first.source, source_name=first.source_name, lines=lines)
    db.session.add(receipt)
    opened(receipt, by=by)
    return receipt


def check_replacement(receipt: GoodsReceipt) -> None:
    """Never more than went back and was not replaced, at the price it went back at. Raises `Refused`."""
    document = receipt.supplier_return
    assert document is not None
    lock(document)
    if not is_replaced(document):
        raise Refused(N_("The supplier did not say that what went back with %(number)s is replaced."),
                      number=str(document))
    lock_receipts(document)
    left = _owed(document)
    origins = [origin_of(line.goods_receipt_line) for line in document.lines]
    for line in receipt.lines:
        if line.is_bonus:
            free(line)
            line.net_value = ZERO
            continue
        with blame_line(line):
            origin = _replaced(line, origins, left)
            if origin is None:
                raise Refused(N_("%(item)s did not go back with %(number)s."), item=line.item.name,
                              number=str(document), field="item")
            _as_of(line, origin)
            before = left[origin.id]
            left[origin.id] = before - line.base_quantity
            if left[origin.id] < 0:
                raise Refused(N_("%(item)s: at most %(left)s %(unit)s of %(number)s are still to be "
                                 "replaced."),
                              item=line.item.name, left=before, unit=line.item.base_unit,
                              number=str(document),
                              field="received_quantity")
            line.ordered_quantity = (before / line.factor).quantize(UNIT)
            line.outstanding_quantity = (left[origin.id] / line.factor).quantize(UNIT)


def _replaced(line: GoodsReceiptLine, origins: list[GoodsReceiptLine],
              left: dict[int, Decimal]) -> GoodsReceiptLine | None:
    """The line whose goods these replace: the one that it names, else the first of its item that is owed."""
    named = line.origin_line
    if named is not None and named.id in left and named.item_id == line.item_id:
        return named
    same = (origin for origin in origins if origin.item_id == line.item_id)
    return next((origin for origin in same if left[origin.id] > 0), None)


def _as_of(line: GoodsReceiptLine, origin: GoodsReceiptLine) -> None:
    """Order line, price and value of what it replaces, in its own unit."""
    line.origin_line, line.purchase_order_line = origin, origin.purchase_order_line
    if line.unit_id == origin.unit_id:
        line.factor = origin.factor
    line.unit_price = (origin.unit_price * line.factor / origin.factor).quantize(SEN, ROUND_HALF_UP)
    line.discount = origin.discount
    line.net_value = (origin.net_amount * line.base_quantity / origin.base_quantity).quantize(
        SEN, ROUND_HALF_UP)


def clearing(receipt: GoodsReceipt) -> stock.CounterEntries:
    """The other side of a replacement: what the return took off goods received not invoiced comes back on
    them."""
    document = receipt.supplier_return
    assert document is not None
    gone = away({line.origin_line.id for line in receipt.lines if line.origin_line is not None})
    price = ZERO
    for line in receipt.lines:
        origin = line.origin_line
        if origin is None:  # a bonus
            continue
        before = gone[origin.id]
        gone[origin.id] = before - line.base_quantity
        price += share_away(origin, gone[origin.id], before)

    def sides(moved: Iterable[stock.PostedMove]) -> list[JournalLeg]:
        worth = sum((move.value for move in moved), ZERO)
        return [JournalLeg(Posting.RECEIVED_NOT_INVOICED, -price, document.account_id),
                JournalLeg(Posting.PRICE_VARIANCE, price - worth)]
    return sides


def settle_reversal(receipt: GoodsReceipt, *, by: User) -> None:
    """After the journal of a replacement was taken back: a sen that rounding put elsewhere meanwhile."""
    document = receipt.supplier_return
    assert document is not None
    lock_rows(GoodsReceipt, {line.origin_line.goods_receipt_id for line in receipt.lines
                             if line.origin_line is not None})
    gone = away({line.origin_line.id for line in receipt.lines if line.origin_line is not None})
    price = ZERO
    for line in receipt.lines:
        origin = line.origin_line
        if origin is None:  # a bonus
            continue
        after = gone[origin.id]  # the receipt still counts
        gone[origin.id] = after + line.base_quantity
        price += share_away(origin, after, gone[origin.id])
    side = JournalLine.credit - JournalLine.debit
    booked = db.session.scalar(
        sa.select(sa.type_coerce(sa.func.coalesce(sa.func.sum(side), 0), JournalLine.credit.type))
        .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .where(JournalEntry.document_type == receipt.__tablename__, JournalEntry.document_id == receipt.id,
               JournalLine.purpose == Posting.RECEIVED_NOT_INVOICED, JournalLine.credit > 0))
    less = price - (booked or ZERO)
    journal.post_entry(clock.today(), [JournalLeg(Posting.RECEIVED_NOT_INVOICED, less, document.account_id),
                                       JournalLeg(Posting.PRICE_VARIANCE, -less)], receipt, by,
                       description="rounding")
