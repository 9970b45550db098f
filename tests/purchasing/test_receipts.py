"""From a purchase request to paid goods, and back to the supplier."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
import sqlalchemy as sa

from models import clock
from models.errors import NotAllowed, Refused, WrongState
from models.goods_receipts import GoodsReceiptState
from models.journal import JournalLine, Posting
from models.operations.core.approvals import opened, perform
from models.operations.purchasing import receipts
from models.organisation import Setting, Status
from models.purchasing import (
    PurchaseOrderLine,
    PurchaseOrderState,
    PurchaseRequest,
    PurchaseRequestLine,
    PurchaseRequestState,
)
from models.returns import Resolution, SupplierReturn, SupplierReturnLine
from models.roles import Role
from models.stock import StockBalance, StoreItem
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceState
from tests.support import factories as make


class Cast:
    """Who buys, and for which store."""

    def __init__(self) -> None:
        make.make_chart()
        self.buyer = make.make_user(Role.FACILITIES_STAFF)
        self.keeper = make.make_user(Role.STORE_STAFF)
        self.store_head = make.make_user(Role.STORE_HEAD)
        self.head = make.make_user(Role.FACILITIES_HEAD)
        self.payables = make.make_user(Role.PAYABLES)
        self.director = make.make_user(Role.DIRECTOR)
        self.store = make.make_store()
        self.supplier = make.make_supplier()

    def order(self, *lines):
        return make.make_purchase_order(*lines, created_by=self.buyer, store=self.store,
                                        supplier=self.supplier)

    def sent(self, order):
        perform(order, "submit", by=self.buyer)
        perform(order, "approve", by=self.head)
        perform(order, "approve_payment", by=self.payables)
        perform(order, "send", by=self.buyer)
        return order

    def received(self, order, quantity=None, batch=None, expires_on=None):
        receipt = receipts.make_receipt(order, by=self.keeper)
        for line in receipt.lines:
            line.received_quantity = line.received_quantity if quantity is None else Decimal(quantity)
            line.batch_number, line.expires_on = batch, expires_on
        perform(receipt, "post", by=self.keeper)
        return receipt

    def request(self, *items):
        request = make.saved(PurchaseRequest(created_by=self.keeper, store=self.store, lines=[
            PurchaseRequestLine(item=item, unit=make.unit_of(item), quantity=Decimal(5),
                                estimated_price=Decimal(100))
            for item in items]))
        opened(request, by=self.keeper)
        perform(request, "submit", by=self.keeper)
        perform(request, "approve", by=self.head)
        return request


def balance(session, purpose):
    debit, credit = session.execute(sa.select(
        sa.func.sum(JournalLine.debit), sa.func.sum(JournalLine.credit)).filter_by(purpose=purpose)).one()
    return (debit or 0) - (credit or 0)


def test_a_request_is_ordered_once_and_closes_by_itself(session, cast):
    item = make.make_item()
    request = cast.request(item)
    assert request.approved_by_id == cast.head.id
    order = receipts.make_order(request, cast.supplier.id, by=cast.buyer)
    assert (order.net_total, order.vat_amount, order.total) == (500, 55, 555)
    again = receipts.make_order(request, cast.supplier.id, by=cast.buyer)
    perform(order, "submit", by=cast.buyer)
    with pytest.raises(Refused):
        perform(again, "submit", by=cast.buyer)
    with pytest.raises(Refused):
        receipts.make_order(request, cast.supplier.id, by=cast.buyer)
    perform(order, "reject", by=cast.head, reason="another supplier")
    assert request.state == PurchaseRequestState.APPROVED
    cast.sent(again)
    assert request.state == PurchaseRequestState.DONE


def test_without_a_name_the_order_goes_to_the_supplier_that_the_request_proposes(session, cast):
    request = cast.request(make.make_item())
    with pytest.raises(Refused):
        receipts.make_order(request, by=cast.buyer)
    other = make.make_supplier()
    request = make.saved(PurchaseRequest(created_by=cast.keeper, store=cast.store, lines=[
        PurchaseRequestLine(item=item, unit=make.unit_of(item), quantity=Decimal(5), supplier=other)
        for item in (make.make_item(), make.make_item())]))
    opened(request, by=cast.keeper)
    perform(request, "submit", by=cast.keeper)
    perform(request, "approve", by=cast.head)
    order = receipts.make_order(request, by=cast.buyer)
    assert (order.supplier_id, len(order.lines)) == (other.id, 2)


def test_one_order_does_not_name_a_request_line_twice(session, cast):
    request = cast.request(make.make_item())
    order = receipts.make_order(request, cast.supplier.id, by=cast.buyer)
    line = request.lines[0]
    order.lines.append(PurchaseOrderLine(purchase_request_line_id=line.id, item=line.item, unit=line.unit,
                                         quantity=Decimal(1), unit_price=Decimal(1)))
    with pytest.raises(Refused):
        perform(order, "submit", by=cast.buyer)


def test_a_supplier_that_is_out_of_use_gets_no_order(session, cast):
    cast.supplier.status = Status.INACTIVE
    with pytest.raises(Refused):
        perform(cast.order(), "submit", by=cast.buyer)


def test_an_order_above_the_limit_waits_for_the_director(session, cast):
    make.saved(Setting(key="purchase_order.limit", value="1000"))
    order = cast.order((make.make_item(), 10, 100))
    perform(order, "submit", by=cast.buyer)
    perform(order, "approve", by=cast.head)
    perform(order, "approve_payment", by=cast.payables)
    with pytest.raises(Refused):
        perform(order, "send", by=cast.buyer)
    perform(order, "approve_limit", by=cast.director)
    perform(order, "send", by=cast.buyer)
    assert order.state == PurchaseOrderState.SENT


def test_an_order_under_the_limit_is_no_matter_of_the_director(session, cast):
    order = cast.order((make.make_item(), 1, 100))
    perform(order, "submit", by=cast.buyer)
    perform(order, "approve", by=cast.head)
    perform(order, "approve_payment", by=cast.payables)
    with pytest.raises(Refused):
        perform(order, "approve_limit", by=cast.director)
    with pytest.raises(Refused):
        perform(order, "reject", by=cast.director, reason="no")


def test_nobody_approves_twice(session, cast):
    both = make.make_user(Role.FACILITIES_HEAD, Role.PAYABLES)
    order = cast.order()
    perform(order, "submit", by=cast.buyer)
    perform(order, "approve", by=both)
    with pytest.raises(Refused):
        perform(order, "approve_payment", by=both)


def test_a_receipt_brings_stock_in_at_the_net_price_by_batch(session, cast):
    item = make.make_item(batch_tracked=True)
    order = cast.order((item, 10, "33.33"))
    order.lines[0].discount = Decimal("12.5")
    cast.sent(order)
    expires_on = clock.today() + timedelta(days=400)
    first = cast.received(order, 4, "L-1", expires_on)
    assert first.number.startswith("RCV/")
    assert (first.lines[0].ordered_quantity, first.lines[0].outstanding_quantity) == (10, 6)
    assert item.stock_on_hand == 4
    assert item.last_received_on == clock.today()
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == Decimal("-116.66")
    assert order.state == PurchaseOrderState.SENT
    cast.received(order, 6, "L-2", expires_on)
    assert order.state == PurchaseOrderState.DONE
    assert session.scalar(sa.select(sa.func.count()).select_from(StockBalance)) == 2
    assert session.scalars(sa.select(StoreItem)).one().value == balance(session, Posting.INVENTORY)


@pytest.mark.parametrize(("batch", "days"), [(None, 30), ("L-1", None), ("L-1", -1)])
def test_a_tracked_item_needs_a_batch_that_is_not_expired(session, cast, batch, days):
    order = cast.sent(cast.order((make.make_item(batch_tracked=True), 10, 1)))
    with pytest.raises(Refused), session.begin_nested():
        cast.received(order, 1, batch, None if days is None else clock.today() + timedelta(days=days))


@pytest.mark.parametrize(("tolerance", "quantity", "fits"),
                         [("0", "10", True), ("0", "11", False), ("10", "11", True),
                                                             ("9.9", "11", False)])
def test_over_receipt_is_refused_beyond_the_tolerance(session, cast, tolerance, quantity, fits):
    make.saved(Setting(key="goods_receipt.tolerance", value=tolerance))
    order = cast.sent(cast.order((make.make_item(), 10, 1)))
    if fits:
        assert cast.received(order, quantity).state == GoodsReceiptState.POSTED
    else:
        with pytest.raises(Refused), session.begin_nested():
            cast.received(order, quantity)


def test_the_price_is_the_orders_whoever_counts_the_boxes(session, cast):
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    receipt = receipts.make_receipt(order, by=cast.keeper)
    receipt.lines[0].unit_price = Decimal(1)
    perform(receipt, "post", by=cast.keeper)
    assert balance(session, Posting.INVENTORY) == 1000


def test_nothing_is_received_on_an_order_that_was_not_sent(session, cast):
    with pytest.raises(Refused):
        receipts.make_receipt(cast.order(), by=cast.keeper)
    order = cast.sent(cast.order())
    with pytest.raises(NotAllowed):
        receipts.make_receipt(order, by=cast.buyer)
    draft = receipts.make_receipt(order, by=cast.keeper)
    perform(order, "close", by=cast.buyer, reason="the supplier cannot deliver")
    with pytest.raises(Refused):
        perform(draft, "post", by=cast.keeper)


def test_a_reversed_receipt_leaves_nothing_and_can_be_received_again(session, cast):
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    receipt = cast.received(order, 4)
    perform(receipt, "reverse", by=cast.store_head, reason="counted the wrong box")
    assert balance(session, Posting.INVENTORY) == 0
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0
    assert receipts.make_receipt(order, by=cast.keeper).lines[0].received_quantity == 10


def invoice(cast, receipt, quantity, price, vat=None):
    """A submitted invoice of the receipt's first line, with its order's VAT unless another is given."""
    line = receipt.lines[0]
    if vat is None:
        net = (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        vat = (net * receipt.purchase_order.vat_percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    document = make.saved(SupplierInvoice(
        created_by=cast.buyer, supplier=cast.supplier, purchase_order=receipt.purchase_order,
        vat_amount=Decimal(vat),
        supplier_number=make.unique("INV"), lines=[SupplierInvoiceLine(
            goods_receipt_line_id=line.id, item=line.item, unit=line.unit, quantity=Decimal(quantity),
            unit_price=Decimal(price))]))
    opened(document, by=cast.buyer)
    perform(document, "submit", by=cast.buyer)
    return document


def test_an_invoice_that_matches_clears_what_was_received(session, cast):
    receipt = cast.received(cast.sent(cast.order((make.make_item(), 10, 100))))
    document = invoice(cast, receipt, 10, 100, "110")
    perform(document, "approve", by=cast.payables)
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0
    assert balance(session, Posting.PAYABLES) == -1110
    with pytest.raises(Refused):
        perform(document, "pay", by=cast.payables)
    perform(document, "pay", by=cast.payables, given={"paid_on": clock.today(), "payment_reference": "TRX-1"})
    assert document.state == SupplierInvoiceState.PAID
    assert balance(session, Posting.PAYABLES) == 0
    assert balance(session, Posting.CASH) == -1110


@pytest.mark.parametrize(("quantity", "price", "tolerance", "fits"), [
    ("11", "100", "0", False), ("10", "101", "0", False), ("10", "101", "1", True),
    ("10", "102", "1", False)])
def test_an_invoice_is_matched_with_the_receipt(session, cast, quantity, price, tolerance, fits):
    make.saved(Setting(key="supplier_invoice.tolerance", value=tolerance))
    receipt = cast.received(cast.sent(cast.order((make.make_item(), 10, 100))))
    document = invoice(cast, receipt, quantity, price)
    if fits:
        perform(document, "approve", by=cast.payables)
        assert balance(session, Posting.PRICE_VARIANCE) == 10
    else:
        with pytest.raises(Refused), session.begin_nested():
            perform(document, "approve", by=cast.payables)


def test_nothing_is_invoiced_twice_nor_reversed_under_an_invoice(session, cast):
    receipt = cast.received(cast.sent(cast.order((make.make_item(), 10, 100))))
    perform(invoice(cast, receipt, 6, 100), "approve", by=cast.payables)
    with pytest.raises(Refused), session.begin_nested():
        perform(invoice(cast, receipt, 5, 100), "approve", by=cast.payables)
    with pytest.raises(Refused):
        perform(receipt, "reverse", by=cast.store_head, reason="a mistake")


def back(cast, receipt, quantity):
    line = receipt.lines[0]
    document = make.saved(SupplierReturn(
        created_by=cast.buyer, supplier=cast.supplier, store=cast.store, lines=[SupplierReturnLine(
            item=line.item, unit=line.unit, quantity=Decimal(quantity), goods_receipt_id=receipt.id,
            goods_receipt_line_id=line.id, reason="broken")]))
    opened(document, by=cast.buyer)
    perform(document, "submit", by=cast.buyer)
    perform(document, "approve", by=cast.head)
    return document


def test_goods_go_back_at_the_average_and_the_difference_is_variance(session, cast):
    item = make.make_item()
    make.stock_up(cast.store, item, 10, 3000)
    receipt = cast.received(cast.sent(cast.order((item, 10, 100))))
    document = back(cast, receipt, 4)
    perform(document, "send", by=cast.keeper)
    assert session.scalars(sa.select(StoreItem)).one().value == 3200
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == -600
    # Out at 200 each, 100 each of it against the supplier.
    assert balance(session, Posting.PRICE_VARIANCE) == 400
    with pytest.raises(Refused):
        perform(document, "confirm", by=cast.buyer)
    perform(document, "confirm", by=cast.buyer,
            given={"resolution": Resolution.CREDITED, "supplier_reference": "CN-1"})
    with pytest.raises(Refused):
        back(cast, receipt, 7)
    with pytest.raises(Refused):
        perform(receipt, "reverse", by=cast.store_head, reason="a mistake")


def test_a_posted_receipt_is_not_posted_again(session, cast):
    receipt = cast.received(cast.sent(cast.order()))
    with pytest.raises(WrongState):
        perform(receipt, "post", by=cast.keeper)


@pytest.mark.parametrize(("quantity", "price"), [(999_999_999, 999_999_999), ("0.001", 9_999_999_999_999)])
def test_a_price_that_slipped_is_refused_before_it_runs_over_a_column(session, cast, quantity, price):
    make.saved(Setting(key="purchase_order.limit", value="9" * 30))
    order = cast.sent(cast.order((make.make_item(precision=3), quantity, price)))
    receipt = receipts.make_receipt(order, by=cast.keeper)
    with pytest.raises(Refused, match="Check"), session.begin_nested():
        perform(receipt, "post", by=cast.keeper)


def test_a_quantity_that_slipped_is_refused_on_its_line(session, cast):
    item = make.make_item({"box": "1000"})
    request = PurchaseRequest(created_by=cast.keeper, store=cast.store, lines=[
        PurchaseRequestLine(item=item, unit=make.unit_of(item, "box"), quantity=Decimal(1_000_001))])
    with pytest.raises(Refused) as refusal, session.begin_nested():
        make.saved(request)
    assert refusal.value.field == "quantity"
