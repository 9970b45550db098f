"""Buying: orders become receipts, receipts bring stock in; invoices clear them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, NotAllowed, Refused, blame_line
from models.journal import Posting
from models.operations.core.approvals import after, by_system, effect, opened
from models.operations.core.bulk import update_all
from models.operations.core.locking import lock
from models.operations.ledger import stock
from models.operations.purchasing import supplier_returns
from models.operations.purchasing.ordering import make_order, open_requests_again
from models.operations.purchasing.supplier_returns import make_replacement, make_return, sent_back
from models.people import User
from models.purchasing import (
    GoodsReceipt,
    GoodsReceiptLine,
    GoodsReceiptState,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderState,
)
from models.returns import SupplierReturn, SupplierReturnLine, SupplierReturnState
from models.roles import Role
from models.settings import setting_of, worth
from models.stock import MoveKind
from models.supplier_invoices import GIVEN_UP, SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceState

ZERO = Decimal(0)


# ---------------------------------------------------------------- receipt

def received(order: PurchaseOrder) -> dict[int, Decimal]:
    """Base units received so far, by order line id."""
    return received_of([order.id])


def received_of(order_ids: Iterable[int]) -> dict[int, Decimal]:
    """Base units received so far of all these orders, by order line id. One statement."""
    line = GoodsReceiptLine
    rows = db.session.execute(
        sa.select(line.purchase_order_line_id, line.received_quantity, line.factor)
        .join(GoodsReceipt, GoodsReceipt.id == line.goods_receipt_id)
        .where(GoodsReceipt.purchase_order_id.in_(list(order_ids)),
               GoodsReceipt.state == GoodsReceiptState.POSTED,
               GoodsReceipt.supplier_return_id.is_(None)))
    sums: dict[int, Decimal] = {}
    for line_id, quantity, factor in rows:
        sums[line_id] = sums.get(line_id, ZERO) + quantity * factor
    return sums


def make_receipt(order: PurchaseOrder, *, by: User) -> GoodsReceipt:
    """Draft a receipt with all that is outstanding on a sent order. Raises `NotAllowed` or `Refused`."""
    if not by.has_role(Role.STORE_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    if order.state != PurchaseOrderState.SENT:
        raise Refused(N_("The order %(number)s is not sent to the supplier, or it is already closed."),
                      number=str(order))
    so_far = received(order)
    lines: list[GoodsReceiptLine] = []
    for line in order.lines:
        left = line.quantity - so_far.get(line.id, ZERO) / line.factor
        if left > 0:
            lines.append(GoodsReceiptLine(
                purchase_order_line_id=line.id, item_id=line.item_id, unit_id=line.unit_id,
                factor=line.factor,
                unit_price=line.unit_price, discount=line.discount, ordered_quantity=line.quantity,
                received_quantity=left.quantize(Decimal("0.001"))))
    if not lines:
        raise Refused(N_("Everything on %(number)s is received already."), number=str(order))
    receipt = GoodsReceipt(purchase_order=order, supplier_id=order.supplier_id, store_id=order.store_id,
                           ordered_on=order.ordered_on, created_by=by, lines=lines)
    db.session.add(receipt)
    opened(receipt, by=by)
    return receipt


@effect(GoodsReceipt, "post")
def _post_receipt(receipt: GoodsReceipt, *, by: User, reason: str) -> None:
    """Stock in at the order's net price, by batch; the other side is goods received not invoiced."""
    order = receipt.purchase_order
    lock(receipt, order)
    replaces = receipt.supplier_return_id is not None
    if order.state != PurchaseOrderState.SENT and not replaces:
        raise Refused(N_("The order %(number)s is not sent to the supplier, or it is already closed."),
                      number=str(order), field="purchase_order")
    if receipt.supplier_id != order.supplier_id or receipt.store_id != order.store_id:
        raise Refused(N_("Supplier and store must be those of the order %(number)s."), number=str(order),
                      field="supplier" if receipt.supplier_id != order.supplier_id else "store")
    if receipt.ordered_on != order.ordered_on:
        receipt.ordered_on = order.ordered_on
    stock.load_items(receipt.lines)
    outstanding: dict[int, Decimal] = {}
    if replaces:
        with db.session.no_autoflush:  # all that changes on the lines goes out together
            supplier_returns.check_replacement(receipt)
    else:
        outstanding = _check_quantities(receipt, order)
    for line in receipt.lines:
        with blame_line(line):
            _check_batch(receipt, line)
            if line.rejected_quantity and not (line.rejection_reason or "").strip():
                raise Refused(N_("%(item)s: write why part of it was handed back."), item=line.item.name,
                              field="rejection_reason")
    batch_ids = stock.batches(
        (line.item_id, (line.batch_number or "").strip(), line.expires_on) for line in receipt.lines)
    base = stock.in_base(receipt.lines)
    update_all(receipt.lines, [
        {"batch_id": batch_ids[line.item_id, (line.batch_number or "").strip()],
         **({} if replaces else {"outstanding_quantity": outstanding[line.id]})} for line in receipt.lines])
    stock.receive(
        receipt, receipt.store_id,
        [stock.Incoming(line.id, line.item_id, base[line.id], line.batch_id, line.net_amount)
         for line in receipt.lines if line.batch_id is not None],
        kind=MoveKind.RECEIPT, on=receipt.received_on, by=by, reason=reason,
        against=supplier_returns.clearing(receipt) if replaces
        else stock.against(Posting.RECEIVED_NOT_INVOICED, receipt.account_id))


_ORDERED = (
    sa.select(
        PurchaseOrderLine.__table__.c["id", "item_id", "unit_id", "quantity", "factor", "unit_price",
                                      "discount"],
        GoodsReceiptLine.received_quantity.label("came"), GoodsReceiptLine.factor.label("came_by"),
        setting_of("goods_receipt.tolerance").label("tolerance"))
    .outerjoin(sa.join(GoodsReceiptLine.__table__, GoodsReceipt.__table__, sa.and_(
        GoodsReceipt.id == GoodsReceiptLine.goods_receipt_id, GoodsReceipt.state == GoodsReceiptState.POSTED,
        # else all that was ever posted is walked through
        GoodsReceipt.purchase_order_id == sa.bindparam("key"),
        GoodsReceipt.supplier_return_id.is_(None))),
        GoodsReceiptLine.purchase_order_line_id == PurchaseOrderLine.id)
    .where(PurchaseOrderLine.purchase_order_id == sa.bindparam("key")))


def _check_quantities(receipt: GoodsReceipt, order: PurchaseOrder) -> dict[int, Decimal]:
    """What is outstanding after the receipt, by its line id, in units of the order; refuses more than was
    ordered."""
    ordered: dict[int, Any] = {}
    so_far: dict[int, Decimal] = {}
    # a row for each time that it came in
    for row in db.session.connection().execute(_ORDERED, {"key": order.id}):
        ordered[row.id] = row
        so_far[row.id] = so_far.get(row.id, ZERO) + (row.came * row.came_by if row.came else ZERO)
    outstanding: dict[int, Decimal] = {}
    for line in receipt.lines:
        with blame_line(line):
            wanted = ordered.get(line.purchase_order_line_id)
            if wanted is None or wanted.item_id != line.item_id or wanted.unit_id != line.unit_id:
                raise Refused(N_("%(item)s, in this unit, is not on the order %(number)s."),
                              item=line.item.name,
                              number=str(order))
            # The order says the price and the unit's factor; who counts the boxes does not.
            for name, value in (("unit_price", wanted.unit_price), ("discount", wanted.discount),
                                ("factor", wanted.factor), ("ordered_quantity", wanted.quantity)):
                if getattr(line, name) != value:
                    setattr(line, name, value)
            so_far[wanted.id] += line.base_quantity
            most = wanted.quantity * wanted.factor
            if so_far[wanted.id] > most * (1 + worth("goods_receipt.tolerance", wanted.tolerance) / 100):
                raise Refused(N_("%(item)s: at most %(left)s %(unit)s are outstanding on %(number)s."),
                              item=line.item.name, left=most - so_far[wanted.id] + line.base_quantity,
                              unit=line.item.base_unit, number=str(order), field="received_quantity")
            outstanding[line.id] = wanted.quantity - (so_far[wanted.id]
                                                      / wanted.factor).quantize(Decimal("0.001"))
    return outstanding


def _check_batch(receipt: GoodsReceipt, line: GoodsReceiptLine) -> None:
    number = (line.batch_number or "").strip()
    if line.item.batch_tracked and not (number and line.expires_on):
        raise Refused(N_("%(item)s needs a batch number and an expiry date."), item=line.item.name,
                      field="batch_number")
    if line.expires_on is not None and not number:
        raise Refused(N_("%(item)s has an expiry date but no batch number."), item=line.item.name,
                      field="batch_number")
    if line.expires_on is not None and line.expires_on < receipt.received_on:
        raise Refused(N_("Batch %(batch)s of %(item)s is already expired. Do not accept it."), batch=number,
                      item=line.item.name, field="expires_on")


@after(GoodsReceipt, "post")
def _close_order(receipt: GoodsReceipt, *, by: User, reason: str) -> None:
    """The order closes by itself when everything is received."""
    order = receipt.purchase_order
    if receipt.supplier_return_id is not None or any(
            line.outstanding_quantity is None or line.outstanding_quantity > 0 for line in receipt.lines):
        return
    so_far = received(order)
    if order.state == PurchaseOrderState.SENT and all(
            so_far.get(line.id, ZERO) >= line.base_quantity for line in order.lines):
        by_system(order, "close", by=by)


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
            (SupplierReturnState.DRAFT, SupplierReturnState.REJECTED,
             SupplierReturnState.CANCELLED))).limit(1))
    for built_on in (invoice, returned):
        if built_on is not None:
            raise Refused(N_("%(document)s builds on this document; it cannot be reversed."),
                          document=str(built_on))
    stock.reverse(receipt, on=clock.today(), by=by, reason=reason)
    if receipt.supplier_return_id is not None:
        supplier_returns.settle_reversal(receipt, by=by)
        return
    order = db.session.scalars(
        sa.select(PurchaseOrder).where(PurchaseOrder.id == receipt.purchase_order_id)
        .with_for_update(key_share=True).execution_options(populate_existing=True)).one()
    came = received(order)
    if order.state == PurchaseOrderState.DONE and all(  # by receipts; one that was closed short stays closed
            came.get(line.id, ZERO) >= line.base_quantity for line in order.lines):
        by_system(order, "open_again", by=by, reason=reason)


@after(GoodsReceipt, "reverse")
def _ask_again(receipt: GoodsReceipt, *, by: User, reason: str) -> None:
    """What came with a receipt of an order that was closed short is open on the request again."""
    if receipt.supplier_return_id is None and receipt.purchase_order.state == PurchaseOrderState.DONE:
        open_requests_again(receipt.purchase_order, by=by, reason=reason)


__all__ = ["make_order", "make_receipt", "make_replacement", "make_return", "received",
           "sent_back"]
