"""What goes wrong at the gate: each refused with a sentence, nothing lost, nothing half done."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db, one_transaction
from models.goods_receipts import GoodsReceipt
from models.journal import Period
from models.operations.core.approvals import perform
from models.operations.purchasing import receipts
from models.operations.stores import stores
from models.people import User
from models.returns import SupplierReturn
from models.roles import Role
from models.stock import StockMove
from models.store_requests import DeliveryRequest
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make
from tests.support.races import at_once, won


def form_of(order: Any, **changes: str) -> dict[str, str]:
    line = order.lines[0]
    data = {"purchase_order": str(order.id), "supplier": str(order.supplier_id), "store": str(order.store_id),
            "received_on": clock.today().isoformat(), "delivery_order_number": "SJ-77", "_submit": "1",
            "lines-0-item": str(line.item_id), "lines-0-received_quantity": "10",
            "lines-0-unit": str(line.unit_id),
            "lines-0-unit_price": "100", "lines-0-discount": "0", "lines-0-purchase_order_line": str(line.id)}
    return {**data, **changes}


def moves() -> int:
    return db.session.scalar(sa.select(sa.func.count(StockMove.id)))


def test_wrong_receipts_are_refused_and_keep_what_was_typed(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item({"box": "100"}), 10, 100)))
    other = make.make_item()
    sign_in(client, cast.keeper)
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    quantity, unit, rejected = "lines-0-received_quantity", "lines-0-unit", "lines-0-rejected_quantity"
    for field, changes in (
            (quantity, {quantity: "0"}), (quantity, {quantity: "-4"}), (quantity, {quantity: "banyak"}),
            (quantity, {quantity: "11"}), (quantity, {quantity: "0,5"}), (quantity, {quantity: "9" * 20}),
            (unit, {unit: str(make.unit_of(other).id)}),
            ("lines-0-item", {"lines-0-item": str(other.id), unit: ""}),
            (quantity, {unit: str(make.unit_of(order.lines[0].item, "box").id)}),
            ("purchase_order", {"purchase_order": ""}),
            ("purchase_order", {"purchase_order": str(cast.order((order.lines[0].item, 10, 100)).id)}),
            (rejected, {rejected: "-1"}),
            ("lines-0-rejection_reason", {rejected: "1"}),
            ("lines-0-expires_on", {"lines-0-expires_on": yesterday, "lines-0-batch_number": "B1"}),
            ("lines-0-batch_number", {"lines-0-expires_on": "2030-01-01"}),
            ("received_on", {"received_on": "2031-01-01"}), ("received_on", {"received_on": "soon"})):
        answer = client.post("/admin/goods_receipt/new/", data=form_of(order, **changes))
        assert answer.status_code == 422, changes
        assert 'value="SJ-77"' in answer.text, changes
        assert 'role="alert"' in answer.text, changes
        assert f'id="e-{field}"' in answer.text, changes
    assert moves() == 0
    assert db.session.scalar(sa.select(sa.func.count(GoodsReceipt.id))) == 0
    assert client.post("/admin/goods_receipt/new/", data=form_of(order)).status_code == 303


def test_a_batch_is_asked_for_where_the_item_needs_one(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(batch_tracked=True), 10, 100)))
    sign_in(client, cast.keeper)
    answer = client.post("/admin/goods_receipt/new/", data=form_of(order))
    assert answer.status_code == 422
    assert moves() == 0
    later = (clock.today() + timedelta(days=400)).isoformat()
    assert client.post("/admin/goods_receipt/new/", data=form_of(
        order, **{"lines-0-batch_number": "B1", "lines-0-expires_on": later})).status_code == 303


def test_a_second_click_does_not_receive_twice(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    sign_in(client, cast.keeper)
    assert client.post("/admin/goods_receipt/new/", data=form_of(order)).status_code == 303
    assert client.post("/admin/goods_receipt/new/", data=form_of(order)).status_code == 422
    assert moves() == 1


def test_two_tabs_post_a_receipt_once(client: Any, sign_in: Any, cast: Cast) -> None:
    receipt = receipts.make_receipt(cast.sent(cast.order((make.make_item(), 10, 100))), by=cast.keeper)
    sign_in(client, cast.keeper)
    data = {"version": receipt.version}
    assert client.post(f"/admin/goods_receipt/{receipt.id}/post", data=data).status_code == 303
    assert client.post(f"/admin/goods_receipt/{receipt.id}/post", data=data).status_code == 409
    assert moves() == 1


@pytest.mark.commits
def test_two_people_receive_the_same_goods_at_once(app: Any) -> None:
    with one_transaction():
        cast = Cast()
        order = cast.sent(cast.order((make.make_item(), 10, 100)))
        papers = [receipts.make_receipt(order, by=person).id
                  for person in (cast.keeper, make.make_user(Role.STORE_STAFF))]
        keeper = cast.keeper.id

    def post(key: int) -> None:
        with one_transaction() as session:
            perform(session.get(GoodsReceipt, key), "post", by=session.get(User, keeper))

    assert len(won(at_once(app, [partial(post, key) for key in papers]))) == 1
    assert db.session.scalar(sa.select(sa.func.sum(StockMove.quantity))) == Decimal(10)


def test_what_was_received_already_is_told_at_the_quantity(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    cast.received(order, 7)
    sign_in(client, cast.keeper)
    answer = client.post("/admin/goods_receipt/new/",
                         data=form_of(order, **{"lines-0-received_quantity": "4"}))
    assert answer.status_code == 422
    assert 'id="e-lines-0-received_quantity"' in answer.text
    assert "paling banyak 3" in answer.text
    assert 'value="SJ-77"' in answer.text
    assert moves() == 1


def test_the_second_of_two_who_write_one_receipt_is_told(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    receipt = receipts.make_receipt(order, by=cast.keeper)
    address, line = f"/admin/goods_receipt/edit/?id={receipt.id}", str(receipt.lines[0].id)
    seen = {"version": str(receipt.version), "lines-0-id": line}
    sign_in(client, cast.keeper)
    first = form_of(order, **seen, **{"lines-0-received_quantity": "6", "delivery_order_number": "SJ-1"})
    first.pop("_submit")
    assert client.post(address, data=first).status_code == 303
    sign_in(client, make.make_user(Role.STORE_STAFF))
    second = client.post(address, data=form_of(order, **seen, **{"lines-0-received_quantity": "5"}))
    assert second.status_code == 409
    assert 'value="SJ-77"' in second.text
    db.session.expire_all()
    assert (receipt.state, receipt.lines[0].received_quantity, receipt.delivery_order_number) == ("draft", 6,
                                                                                                  "SJ-1")
    assert moves() == 0


def test_a_receipt_dated_in_a_closed_month_is_refused_at_its_date(client: Any, sign_in: Any,
                                                                  cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    last = clock.today().replace(day=1) - timedelta(days=1)
    make.saved(Period(year=last.year, month=last.month, closed_at=clock.now(), closed_by_id=cast.payables.id))
    sign_in(client, cast.keeper)
    answer = client.post("/admin/goods_receipt/new/", data=form_of(order, received_on=last.isoformat()))
    assert answer.status_code == 422
    assert 'id="e-received_on"' in answer.text
    assert 'value="SJ-77"' in answer.text
    assert moves() == 0


def test_more_than_came_does_not_go_back(client: Any, sign_in: Any, cast: Cast) -> None:
    receipt = cast.received(cast.sent(cast.order((make.make_item(), 10, 100))))
    line = receipt.lines[0]
    sign_in(client, cast.buyer)
    data = {"supplier": str(receipt.supplier_id), "store": str(receipt.store_id), "note": "robek",
            "_submit": "1", "returned_on": clock.today().isoformat(), "lines-0-item": str(line.item_id),
            "lines-0-quantity": "11", "lines-0-unit": str(line.unit_id),
            "lines-0-goods_receipt": str(receipt.id),
            "lines-0-goods_receipt_line": str(line.id)}
    answer = client.post("/admin/supplier_return/new/", data=data)
    assert answer.status_code == 422
    assert 'id="e-lines-0-quantity"' in answer.text
    assert "robek" in answer.text
    foreign = client.post("/admin/supplier_return/new/", data={
        **data, "lines-0-quantity": "1", "supplier": str(make.make_supplier().id)})
    assert foreign.status_code == 422
    assert 'id="e-lines-0-goods_receipt_line"' in foreign.text
    assert db.session.scalar(sa.select(sa.func.count(SupplierReturn.id))) == 0
    assert client.post("/admin/supplier_return/new/",
                       data={**data, "lines-0-quantity": "10"}).status_code == 303


def heads(client: Any, address: str) -> list[str]:
    """The headings of the lines of a document's page."""
    return re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', client.get(address).text.partition("</thead>")[0])


def test_lines_show_no_column_that_says_nothing(client: Any, sign_in: Any, cast: Cast) -> None:
    """No discount anywhere, no batch, and an order that the head names: the sum is in sight instead."""
    sign_in(client, cast.keeper)
    client.set_cookie("language", "en")
    plain = cast.received(cast.sent(cast.order((make.make_item(), 10, 100))))
    assert heads(client, f"/admin/goods_receipt/details/?id={plain.id}") == [
        "Item", "Received quantity", "Unit", "Unit price", "Ordered quantity", "Outstanding quantity",
        "Amount"]
    order = cast.order((make.make_item(), 10, 100))
    order.lines[0].discount = Decimal(5)
    less = cast.received(cast.sent(order))
    assert "Discount" in heads(client, f"/admin/goods_receipt/details/?id={less.id}")


def test_a_line_of_another_document_is_named_by_that_document(client: Any, sign_in: Any, cast: Cast) -> None:
    receipt = cast.received(cast.sent(cast.order((make.make_item(), 10, 100))))
    invoice = make.saved(SupplierInvoice(
        created_by=cast.buyer, supplier=receipt.supplier, purchase_order=receipt.purchase_order,
        supplier_number="F-1", lines=[SupplierInvoiceLine(
            goods_receipt_line=receipt.lines[0], item=receipt.lines[0].item, unit=receipt.lines[0].unit,
            quantity=Decimal(10), unit_price=Decimal(100))]))
    sign_in(client, cast.payables)
    page = client.get(f"/admin/supplier_invoice/details/?id={invoice.id}").text
    assert f'<a href="/admin/goods_receipt/details/?id={receipt.id}">{receipt.number}</a></td>' in page


def test_an_expired_batch_does_not_leave_for_a_ward(client: Any, sign_in: Any, cast: Cast) -> None:
    item = make.make_item()
    make.stock_up(cast.store, item, 5, 50, "OLD", clock.today() - timedelta(days=1))
    make.stock_up(cast.store, item, 2, 20, "NEW", clock.today() + timedelta(days=90))
    nurse = make.make_user(Role.UNIT_USER)
    request = make.make_store_request((item, 3), created_by=nurse, store=cast.store)
    perform(request, "submit", by=nurse)
    perform(request, "approve", by=cast.store_head)
    delivery = stores.make_delivery(request, by=cast.keeper)
    perform(delivery, "submit", by=cast.keeper)
    perform(delivery, "approve", by=cast.head)
    sign_in(client, cast.keeper)
    answer = client.post(f"/admin/delivery_request/{delivery.id}/deliver", data={"version": delivery.version})
    assert answer.status_code == 303
    db.session.expire_all()
    gone = {move.batch.number: -move.quantity for move in db.session.scalars(
        sa.select(StockMove).where(StockMove.document_type == "delivery_request"))}
    assert (delivery.state, gone) == ("delivered", {"NEW": 2}), "one of three is open again on the request"


def test_more_than_was_asked_for_is_not_delivered(client: Any, sign_in: Any, cast: Cast) -> None:
    item = make.make_item()
    make.stock_up(cast.store, item, 50)
    nurse = make.make_user(Role.UNIT_USER)
    request = make.make_store_request((item, 3), created_by=nurse, store=cast.store)
    perform(request, "submit", by=nurse)
    perform(request, "approve", by=cast.store_head)
    sign_in(client, cast.keeper)
    answer = client.post("/admin/delivery_request/new/", data={
        "store_request": str(request.id), "store": str(cast.store.id),
        "delivered_on": clock.today().isoformat(),
        "note": "lewat lift", "lines-0-item": str(item.id), "lines-0-quantity": "4",
        "lines-0-unit": str(make.unit_of(item).id), "_submit": "1"})
    assert answer.status_code == 422
    assert 'id="e-lines-0-quantity"' in answer.text
    assert "lewat lift" in answer.text
    assert db.session.scalar(sa.select(sa.func.count(DeliveryRequest.id))) == 0
