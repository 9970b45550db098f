"""Buying: requests become orders, orders become receipts, receipts bring stock in; invoices clear them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.journal import Posting
from models.operations import journal, stock
from models.operations.approvals import after, by_system, effect, opened
from models.operations.journal import Leg
from models.operations.once import lock, lock_rows
from models.organisation import Status
from models.people import User
from models.purchasing import (
    GoodsReceipt,
    GoodsReceiptLine,
    GoodsReceiptState,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderState,
    PurchaseRequest,
    PurchaseRequestLine,
    PurchaseRequestState,
)
from models.returns import SupplierReturn, SupplierReturnLine, SupplierReturnState
from models.roles import Role
from models.settings import setting
from models.stock import MoveKind
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceState

ZERO = Decimal(0)
#: Orders that do not take their request's lines (yet, or any more).
OPEN_ORDERS = (PurchaseOrderState.DRAFT, PurchaseOrderState.REJECTED, PurchaseOrderState.CANCELLED)


# ---------------------------------------------------------------- request and order

@effect(PurchaseRequest, "approve")
def _keep_approver(request: PurchaseRequest, *, by: User, reason: str) -> None:
    request.approved_by_id = by.id


def taken(line_ids: Iterable[int], but: PurchaseOrder | None = None) -> set[int]:
    """Those of these request lines that stand on a living order other than `but`."""
    return set(db.session.scalars(
        sa.select(PurchaseOrderLine.purchase_request_line_id)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.purchase_order_id)
        .where(PurchaseOrderLine.purchase_request_line_id.in_(list(line_ids)),
               PurchaseOrder.state.not_in(OPEN_ORDERS), PurchaseOrder.id != (but.id if but is not None else 0))))


def make_order(request: PurchaseRequest, supplier_id: int | None = None, *, by: User) -> PurchaseOrder:
    """Draft an order to a supplier with the request's open lines that propose it or nobody.

    Without `supplier_id`, to the first supplier that an open line proposes.
    Raises `NotAllowed`, or `Refused` when the request is not approved or no line is left.
    """
    if not by.has_role(Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    if request.state != PurchaseRequestState.APPROVED:
        raise Refused(N_("The purchase request %(number)s is not approved."), number=str(request))
    done = taken(line.id for line in request.lines)
    if supplier_id is None:
        proposed = [line.supplier_id for line in request.lines if line.id not in done and line.supplier_id is not None]
        if not proposed:
            raise Refused(N_("No open line of %(number)s proposes a supplier. Draft the order by hand."),
                          number=str(request))
        supplier_id = proposed[0]
    order = PurchaseOrder(supplier_id=supplier_id, store_id=request.store_id, created_by=by, lines=[
        PurchaseOrderLine(purchase_request_line_id=line.id, item_id=line.item_id, unit_id=line.unit_id,
                          quantity=line.quantity, factor=line.factor, unit_price=line.estimated_price or ZERO)
        for line in request.lines if line.id not in done and line.supplier_id in (None, supplier_id)])
    if not order.lines:
        raise Refused(N_("No line of %(number)s is left to order from this supplier."), number=str(request))
    db.session.add(order)
    opened(order, by=by)
    return order


@effect(PurchaseOrder, "submit")
def _check_order(order: PurchaseOrder, *, by: User, reason: str) -> None:
    """A request line is ordered once; the request is approved; the supplier is in use."""
    lock(order)
    if order.supplier.status != Status.ACTIVE:
        raise Refused(N_("The supplier %(supplier)s is no longer used."), supplier=order.supplier.name,
                      field="supplier")
    named = [line for line in order.lines if line.purchase_request_line_id is not None]
    ids = [line.purchase_request_line_id for line in named if line.purchase_request_line_id is not None]
    lock_rows(PurchaseRequestLine, set(ids))
    twice = taken(ids, but=order) | {line_id for line_id in ids if ids.count(line_id) > 1}
    for line in named:
        wanted = line.purchase_request_line
        assert wanted is not None
        if line.purchase_request_line_id in twice:
            raise Refused(N_("%(item)s of %(request)s is ordered already; a line is ordered once."),
                          item=line.item.name, request=str(wanted.purchase_request))
        if wanted.purchase_request.state != PurchaseRequestState.APPROVED:
            raise Refused(N_("The purchase request %(number)s is not approved."), number=str(wanted.purchase_request))
        if wanted.item_id != line.item_id:
            raise Refused(N_("%(item)s is not what %(request)s asks for on this line."), item=line.item.name,
                          request=str(wanted.purchase_request))


@after(PurchaseOrder, "send")
def _close_requests(order: PurchaseOrder, *, by: User, reason: str) -> None:
    """Requests close by themselves when every line went to a supplier."""
    requests = {line.purchase_request_line.purchase_request for line in order.lines if line.purchase_request_line}
    for request in sorted(requests, key=lambda request: request.id):
        lock(request)
        if request.state == PurchaseRequestState.APPROVED and request.is_fully_ordered:
            by_system(request, "close", by=by)


# ---------------------------------------------------------------- receipt

def received(order: PurchaseOrder) -> dict[int, Decimal]:
    """Base units received so far, by order line id."""
    line = GoodsReceiptLine
    rows = db.session.execute(
        sa.select(line.purchase_order_line_id, line.received_quantity, line.factor)
        .join(GoodsReceipt, GoodsReceipt.id == line.goods_receipt_id)
        .where(GoodsReceipt.purchase_order_id == order.id, GoodsReceipt.state == GoodsReceiptState.POSTED))
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
                purchase_order_line_id=line.id, item_id=line.item_id, unit_id=line.unit_id, factor=line.factor,
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
    lock(receipt)
    order = db.session.scalars(
        sa.select(PurchaseOrder).where(PurchaseOrder.id == receipt.purchase_order_id)
        .with_for_update(key_share=True).execution_options(populate_existing=True)).one()
    if order.state != PurchaseOrderState.SENT:
        raise Refused(N_("The order %(number)s is not sent to the supplier, or it is already closed."),
                      number=str(order))
    if receipt.supplier_id != order.supplier_id or receipt.store_id != order.store_id:
        raise Refused(N_("Supplier and store must be those of the order %(number)s."), number=str(order))
    receipt.ordered_on = order.ordered_on
    _check_quantities(receipt, order)
    for line in receipt.lines:
        _check_batch(receipt, line)
    batch_ids = stock.batches(
        (line.item_id, (line.batch_number or "").strip(), line.expires_on) for line in receipt.lines)
    base = stock.in_base(receipt.lines)
    for line in receipt.lines:
        line.batch_id = batch_ids[line.item_id, (line.batch_number or "").strip()]
    stock.receive(
        receipt, receipt.store_id,
        [stock.In(line.id, line.item_id, base[line.id], line.batch_id, line.net_amount)
         for line in receipt.lines if line.batch_id is not None],
        kind=MoveKind.RECEIPT, on=receipt.received_on, by=by, reason=reason,
        against=stock.against(Posting.RECEIVED_NOT_INVOICED, receipt.account_id))


def _check_quantities(receipt: GoodsReceipt, order: PurchaseOrder) -> None:
    ordered = {line.id: line for line in order.lines}
    so_far = received(order)
    tolerance = 1 + Decimal(setting("goods_receipt.tolerance")) / 100
    for line in receipt.lines:
        wanted = ordered.get(line.purchase_order_line_id)
        if wanted is None or wanted.item_id != line.item_id or wanted.unit_id != line.unit_id:
            raise Refused(N_("%(item)s, in this unit, is not on the order %(number)s."), item=line.item.name,
                          number=str(order))
        # The order says the price and the unit's factor; who counts the boxes does not.
        line.unit_price, line.discount, line.factor = wanted.unit_price, wanted.discount, wanted.factor
        line.ordered_quantity = wanted.quantity
        so_far[wanted.id] = so_far.get(wanted.id, ZERO) + line.base_quantity
        if so_far[wanted.id] > wanted.base_quantity * tolerance:
            left = wanted.base_quantity - so_far[wanted.id] + line.base_quantity
            raise Refused(N_("%(item)s: at most %(left)s %(unit)s are outstanding on %(number)s."),
                          item=line.item.name, left=left, unit=line.item.base_unit,
                          number=str(order), field="received_quantity")
        line.outstanding_quantity = wanted.quantity - (so_far[wanted.id] / wanted.factor).quantize(Decimal("0.001"))


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
            (SupplierInvoiceState.DRAFT, SupplierInvoiceState.REJECTED, SupplierInvoiceState.CANCELLED))).limit(1))
    returned = db.session.scalar(
        sa.select(SupplierReturn).join(SupplierReturnLine, SupplierReturnLine.supplier_return_id == SupplierReturn.id)
        .where(SupplierReturnLine.goods_receipt_id == receipt.id, SupplierReturn.state.not_in(
            (SupplierReturnState.DRAFT, SupplierReturnState.REJECTED, SupplierReturnState.CANCELLED))).limit(1))
    for built_on in (invoice, returned):
        if built_on is not None:
            raise Refused(N_("%(document)s builds on this document; it cannot be reversed."), document=str(built_on))
    stock.reverse(receipt, on=clock.today(), by=by, reason=reason)


# ---------------------------------------------------------------- back to the supplier

def sent_back(receipt_line_ids: Iterable[int]) -> dict[int, Decimal]:
    """Base units sent back to suppliers, by receipt line id."""
    line = SupplierReturnLine
    rows = db.session.execute(
        sa.select(line.goods_receipt_line_id, line.quantity, line.factor)
        .join(SupplierReturn, SupplierReturn.id == line.supplier_return_id)
        .where(SupplierReturn.state.in_((SupplierReturnState.SENT, SupplierReturnState.DONE)),
               line.goods_receipt_line_id.in_(list(receipt_line_ids))))
    sums: dict[int, Decimal] = {}
    for line_id, quantity, factor in rows:
        sums[line_id] = sums.get(line_id, ZERO) + quantity * factor
    return sums


@effect(SupplierReturn, "submit")
@effect(SupplierReturn, "send")
def _check_return(document: SupplierReturn, *, by: User, reason: str) -> None:
    """Never more than received less returned, of this supplier's receipts into this store."""
    lock(document)
    lock_rows(GoodsReceipt, {line.goods_receipt_line.goods_receipt_id for line in document.lines})
    back = sent_back({line.goods_receipt_line_id for line in document.lines})
    for line in document.lines:
        source = line.goods_receipt_line
        receipt = source.goods_receipt
        db.session.refresh(receipt, ["state"])
        if (source.item_id != line.item_id or receipt.id != line.goods_receipt_id
                or receipt.supplier_id != document.supplier_id or receipt.store_id != document.store_id
                or receipt.state != GoodsReceiptState.POSTED):
            raise Refused(N_("%(item)s did not come from this supplier into this store with %(receipt)s."),
                          item=line.item.name, receipt=str(receipt))
        back[source.id] = back.get(source.id, ZERO) + line.base_quantity
        if back[source.id] > source.base_quantity:
            left = source.base_quantity - back[source.id] + line.base_quantity
            raise Refused(N_("%(item)s: at most %(left)s %(unit)s of %(receipt)s can still go back."),
                          item=line.item.name, left=left, unit=line.item.base_unit,
                          receipt=str(receipt))


@effect(SupplierReturn, "send")
def _send_back(document: SupplierReturn, *, by: User, reason: str) -> None:
    """Stock out at the average; what the receipt price differs goes to price variance."""
    base = stock.in_base(document.lines)
    back = sent_back({line.goods_receipt_line_id for line in document.lines})
    legs: list[Leg] = []
    for line in document.lines:
        source = line.goods_receipt_line
        before = back.get(source.id, ZERO)
        price = stock.share(source.net_amount, base[line.id], source.base_quantity, before)
        back[source.id] = before + base[line.id]
        legs += [Leg(Posting.RECEIVED_NOT_INVOICED, price, document.account_id), Leg(Posting.PRICE_VARIANCE, -price)]

    def sides(moved: Iterable[stock.Moved]) -> list[Leg]:
        return [*legs, *(Leg(Posting.PRICE_VARIANCE, -move.value) for move in moved)]

    stock.issue(document, document.store_id,
                [stock.Out(line.id, line.item_id, base[line.id], line.goods_receipt_line.batch_id)
                 for line in document.lines],
                kind=MoveKind.SUPPLIER_RETURN, on=document.returned_on, by=by, reason=reason, against=sides,
                expired_too=True)


@effect(SupplierReturn, "confirm")
def _check_answer(document: SupplierReturn, *, by: User, reason: str) -> None:
    if document.resolution is None or not (document.supplier_reference or "").strip():
        raise Refused(N_("Write what the supplier did (replaced or credited) and the supplier's reference."),
                      field="supplier_reference")


# ---------------------------------------------------------------- invoice

def invoiced(receipt_line_ids: Iterable[int]) -> dict[int, Decimal]:
    """Units of the receipt line that approved invoices charged, by receipt line id."""
    line = SupplierInvoiceLine
    rows = db.session.execute(
        sa.select(line.goods_receipt_line_id, line.quantity)
        .join(SupplierInvoice, SupplierInvoice.id == line.supplier_invoice_id)
        .where(SupplierInvoice.state.in_((SupplierInvoiceState.APPROVED, SupplierInvoiceState.PAID)),
               line.goods_receipt_line_id.in_(list(receipt_line_ids))))
    sums: dict[int, Decimal] = {}
    for line_id, quantity in rows:
        sums[line_id] = sums.get(line_id, ZERO) + quantity
    return sums


@effect(SupplierInvoice, "approve")
def _match_invoice(invoice: SupplierInvoice, *, by: User, reason: str) -> None:
    """Three-way match with order and receipt, then goods received not invoiced becomes payable."""
    lock(invoice)
    lines = invoice.lines
    lock_rows(GoodsReceipt, {line.goods_receipt_line.goods_receipt_id for line in lines})
    before = invoiced({line.goods_receipt_line_id for line in lines})
    tolerance = Decimal(setting("supplier_invoice.tolerance")) / 100
    legs = [Leg(Posting.VAT, invoice.vat_amount), Leg(Posting.PAYABLES, -invoice.total)]
    for line in lines:
        source = line.goods_receipt_line
        receipt = source.goods_receipt
        db.session.refresh(receipt, ["state"])
        if (receipt.purchase_order_id != invoice.purchase_order_id or receipt.supplier_id != invoice.supplier_id
                or receipt.state != GoodsReceiptState.POSTED or source.item_id != line.item_id
                or source.unit_id != line.unit_id):
            raise Refused(N_("%(item)s does not match a posted receipt of this order and supplier, in its unit."),
                          item=line.item.name)
        gone = before.get(source.id, ZERO)
        if gone + line.quantity > source.received_quantity:
            raise Refused(N_("%(item)s: only %(left)s of what was received is not invoiced yet."), item=line.item.name,
                          left=source.received_quantity - gone)
        due = stock.share(source.net_amount, line.quantity, source.received_quantity, gone)
        before[source.id] = gone + line.quantity
        if abs(line.net_amount - due) > abs(due) * tolerance:
            raise Refused(N_("%(item)s is charged %(charged)s rupiah; by order and receipt it is %(due)s."),
                          item=line.item.name, charged=line.net_amount, due=due)
        legs += [Leg(Posting.RECEIVED_NOT_INVOICED, due, receipt.account_id),
                 Leg(Posting.PRICE_VARIANCE, line.net_amount - due)]
    journal.post_entry(clock.today(), legs, invoice, by)


@effect(SupplierInvoice, "pay")
def _pay(invoice: SupplierInvoice, *, by: User, reason: str) -> None:
    lock(invoice)
    if invoice.paid_on is None or not (invoice.payment_reference or "").strip():
        raise Refused(N_("Write the date and the reference of the payment."), field="payment_reference")
    journal.post_entry(invoice.paid_on, [Leg(Posting.PAYABLES, invoice.total), Leg(Posting.CASH, -invoice.total)],
                       invoice, by)
