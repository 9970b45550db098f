"""Buying: orders become receipts, receipts bring stock in; invoices clear them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState
from models.journal import Posting
from models.operations.core.approvals import after, by_system, effect, opened
from models.operations.core.locking import lock
from models.operations.ledger import stock
from models.operations.purchasing import received_lines, replacements
from models.operations.purchasing.ordering import make_order, open_requests_again
from models.operations.purchasing.replacements import make_replacement
from models.operations.purchasing.supplier_returns import CAME_BACK, make_return, sent_back
from models.people import User
from models.purchasing import SEN, PurchaseOrder, PurchaseOrderLine, PurchaseOrderState
from models.returns import SupplierReturn, SupplierReturnLine, SupplierReturnState
from models.roles import Role
from models.stock import MoveKind
from models.supplier_invoices import GIVEN_UP, SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceState

ZERO = Decimal(0)
UNIT = Decimal("0.001")


# ---------------------------------------------------------------- receipt

def received(order: PurchaseOrder) -> dict[int, Decimal]:
    """Base units received so far, by order line id."""
    return received_of([order.id])


def received_of(order_ids: Iterable[int]) -> dict[int, Decimal]:
    """Base units received so far of all these orders, by order line id. One statement."""
    sums: dict[int, Decimal] = {}
    for line_id, quantity, factor in db.session.execute(_received(), {"orders": list(order_ids)}):
        if line_id is not None:
            sums[line_id] = sums.get(line_id, ZERO) + quantity * factor
    return sums


@cache
def _received() -> sa.Select[Any, Any, Any]:
    line = GoodsReceiptLine
    return (sa.select(line.purchase_order_line_id, line.received_quantity, line.factor)
            .join(GoodsReceipt, GoodsReceipt.id == line.goods_receipt_id)
            .where(GoodsReceipt.purchase_order_id.in_(sa.bindparam("orders", expanding=True)),
                   GoodsReceipt.state == GoodsReceiptState.POSTED,
                   GoodsReceipt.supplier_return_id.is_(None), line.purchase_order_line_id.is_not(None)))


def make_receipt(order: PurchaseOrder, *, by: User) -> GoodsReceipt:
    """The receipt of all that is outstanding on a sent order: a new draft, or the one that `by` has of it
    already. Raises `NotAllowed` or `Refused`."""
    if not by.has_role(Role.STORE_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    lock(order)
    if order.state != PurchaseOrderState.SENT:
        raise Refused(N_("The order %(number)s is not sent to the supplier, or it is already closed."),
                      number=str(order))
    begun = open_draft(order, by)
    if begun is not None:
        return begun
    lines = outstanding_lines(order)
    if not lines:
        raise Refused(N_("Everything on %(number)s is received already."), number=str(order))
    receipt = GoodsReceipt(purchase_order=order, supplier_id=order.supplier_id, store_id=order.store_id,
                           ordered_on=order.ordered_on, created_by=by, lines=lines)
    db.session.add(receipt)
    opened(receipt, by=by)
    return receipt


def open_draft(order: PurchaseOrder, by: User) -> GoodsReceipt | None:
    """The draft that the person has of the order already; not one of goods that replace others."""
    return db.session.scalars(
        sa.select(GoodsReceipt).where(
            GoodsReceipt.purchase_order_id == order.id, GoodsReceipt.created_by_id == by.id,
            GoodsReceipt.state == GoodsReceiptState.DRAFT, GoodsReceipt.supplier_return_id.is_(None))
        .order_by(GoodsReceipt.id.desc()).limit(1)).first()


def outstanding(order: PurchaseOrder) -> list[tuple[PurchaseOrderLine, Decimal]]:
    """The lines of an order that are not received whole, and how many base units are still to come."""
    so_far = received(order)
    left = [(line, line.base_quantity - so_far.get(line.id, ZERO)) for line in order.lines]
    return [(line, rest) for line, rest in left if rest > 0]


def outstanding_lines(order: PurchaseOrder) -> list[GoodsReceiptLine]:
    """A new line for each line of the order that is not received whole: in the order's unit where the rest
    comes out in it, else in the base unit."""
    lines: list[GoodsReceiptLine] = []
    for line, rest in outstanding(order):
        unit, factor, quantity = received_lines.counted(rest, line)
        lines.append(GoodsReceiptLine(
            purchase_order_line=line, item_id=line.item_id, unit=unit, factor=factor,
            unit_price=(line.unit_price * factor / line.factor).quantize(SEN, ROUND_HALF_UP),
            discount=line.discount, ordered_quantity=(line.base_quantity / factor).quantize(UNIT),
            received_quantity=quantity))
    return lines


@effect(GoodsReceipt, "post")
def _post_receipt(receipt: GoodsReceipt, *, by: User, reason: str) -> None:
    """Stock in at the order's net price, by batch; the other side is goods received not invoiced."""
    order = receipt.purchase_order
    lock(receipt, *([order] if order is not None else []))
    replaces = receipt.supplier_return_id is not None
    if order is not None:
        _take_from_order(receipt, order, replaces)
    stock.load_items(receipt.lines)
    if replaces:
        with db.session.no_autoflush:  # all that changes on the lines goes out together
            replacements.check_replacement(receipt)
        kept: dict[int, dict[str, Any]] = {}
    else:
        assert order is not None
        kept = received_lines.against_order(receipt, order)
    received_lines.check_lines(receipt)
    stock.receive(
        receipt, receipt.store_id, received_lines.take_in(receipt, kept), kind=MoveKind.RECEIPT,
        on=receipt.received_on, by=by, reason=reason,
        against=replacements.clearing(receipt) if replaces
        else stock.against(Posting.RECEIVED_NOT_INVOICED, receipt.account_id))


def _take_from_order(receipt: GoodsReceipt, order: PurchaseOrder, replaces: bool) -> None:
    """Supplier, store and day of the order; who counts the boxes does not decide them."""
    if order.state != PurchaseOrderState.SENT and not replaces:
        raise Refused(N_("The order %(number)s is not sent to the supplier, or it is already closed."),
                      number=str(order), field="purchase_order")
    if receipt.supplier_id != order.supplier_id or receipt.store_id != order.store_id:
        raise Refused(N_("Supplier and store must be those of the order %(number)s."), number=str(order),
                      field="supplier" if receipt.supplier_id != order.supplier_id else "store")
    if receipt.ordered_on != order.ordered_on:
        receipt.ordered_on = order.ordered_on


@after(GoodsReceipt, "post")
def _close_order(receipt: GoodsReceipt, *, by: User, reason: str) -> None:
    """The order closes by itself when everything is received."""
    order = receipt.purchase_order
    if order is None or receipt.supplier_return_id is not None:
        return
    if order.state == PurchaseOrderState.SENT and all(
            line.came >= line.whole for line in received_lines.of_order(order).values()):
        by_system(order, "close", by=by)


#: Why the system cancels a draft; documents are in the hospital's own language.
ENDED = "Pesanan sudah ditutup atau dibatalkan."


@after(PurchaseOrder, "close", "cancel")
def _cancel_drafts(order: PurchaseOrder, *, by: User, reason: str) -> None:
    """What was begun to receive an order that takes nothing more ends with it; what somebody posts just now
    is told by itself."""
    begun = db.session.scalars(
        sa.select(GoodsReceipt).where(
            GoodsReceipt.purchase_order_id == order.id, GoodsReceipt.supplier_return_id.is_(None),
            GoodsReceipt.state.in_((GoodsReceiptState.DRAFT, GoodsReceiptState.SUBMITTED,
                                    GoodsReceiptState.REJECTED)))
        .order_by(GoodsReceipt.id).with_for_update(skip_locked=True, of=GoodsReceipt)).all()
    for receipt in begun:
        if receipt.state == GoodsReceiptState.SUBMITTED:
            by_system(receipt, "recall", by=by)
        by_system(receipt, "cancel", by=by, reason=ENDED)


@effect(GoodsReceipt, "reverse")
def _reverse_receipt(receipt: GoodsReceipt, *, by: User, reason: str) -> None:
    """Reversing moves, unless an invoice or a return stands on the receipt, or its stock was used."""
    lock(receipt)
    invoice = db.session.scalar(
        sa.select(SupplierInvoice)
        .join(SupplierInvoiceLine, SupplierInvoiceLine.supplier_invoice_id == SupplierInvoice.id)
        .join(GoodsReceiptLine, GoodsReceiptLine.id == SupplierInvoiceLine.goods_receipt_line_id)
        .where(GoodsReceiptLine.goods_receipt_id == receipt.id, SupplierInvoice.state.not_in(
            (SupplierInvoiceState.DRAFT, SupplierInvoiceState.REJECTED, *GIVEN_UP))).limit(1))
    returned = db.session.scalar(
        sa.select(SupplierReturn).join(SupplierReturnLine,
                                       SupplierReturnLine.supplier_return_id == SupplierReturn.id)
        .where(SupplierReturnLine.goods_receipt_id == receipt.id, SupplierReturn.state.not_in(
            (SupplierReturnState.DRAFT, SupplierReturnState.REJECTED, SupplierReturnState.CANCELLED)),
            ~CAME_BACK).limit(1))
    for built_on in (invoice, returned):
        if built_on is not None:
            raise Refused(N_("%(document)s builds on this document; it cannot be reversed."),
                          document=str(built_on))
    stock.reverse(receipt, on=clock.today(), by=by, reason=reason)
    if receipt.supplier_return_id is not None:
        replacements.settle_reversal(receipt, by=by)
        return
    if receipt.purchase_order_id is None:
        return
    order = db.session.scalars(
        sa.select(PurchaseOrder).where(PurchaseOrder.id == receipt.purchase_order_id)
        .with_for_update(key_share=True).execution_options(populate_existing=True)).one()
    came, goes = received(order), dict[int, Decimal]()
    for line in receipt.lines:
        if line.purchase_order_line_id is not None:
            key = line.purchase_order_line_id
            goes[key] = goes.get(key, ZERO) + line.base_quantity
    was_full = all(came.get(line.id, ZERO) >= line.base_quantity for line in order.lines)
    lacks = any(came.get(line.id, ZERO) - goes.get(line.id, ZERO) < line.base_quantity
                for line in order.lines)
    # closed by receipts; one that was closed short stays closed
    if order.state == PurchaseOrderState.DONE and was_full and lacks:
        by_system(order, "open_again", by=by, reason=reason)


@after(GoodsReceipt, "reverse")
def _ask_again(receipt: GoodsReceipt, *, by: User, reason: str) -> None:
    """What came with a receipt of an order that was closed short is open on the request again."""
    order = receipt.purchase_order
    if order is not None and receipt.supplier_return_id is None and order.state == PurchaseOrderState.DONE:
        open_requests_again(order, by=by, reason=reason)


__all__ = ["make_order", "make_receipt", "make_replacement", "make_return", "received",
           "sent_back"]
