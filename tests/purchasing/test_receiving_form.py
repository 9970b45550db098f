"""The form of what came: it asks what a clerk decides, the order says the rest; a date that needs the head
of store is kept and put before the head; only what drew on a receipt stands in the way of its reversal."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import Refused
from models.goods_receipts import GoodsReceipt
from models.journal import Posting
from models.operations.core.approvals import perform
from models.operations.ledger import backdating
from models.operations.purchasing import receipts
from models.operations.stores import stores
from models.roles import Role
from models.stock import StockMove, StoreItem
from tests.purchasing.test_receipts import Cast, balance
from tests.support import factories as make

LATER = clock.today().replace(year=clock.today().year + 2)


def opened_form(client: Any, order: Any) -> tuple[str, str]:
    """Pressing "Receive" on the order: the address that opens, and the page."""
    answer = client.post(f"/admin/purchase_order/{order.id}/make_receipt", data={})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    return address, client.get(address).text


def sent_from(page: str) -> dict[str, str]:
    """What a browser without script sends of the form that it shows."""
    form = page[page.index('class="admin-form"'):]
    fields = {name: value for name, value in re.findall(
        r'<input(?=[^>]*\bname="([^"]+)")(?![^>]*type="checkbox")[^>]*?\bvalue="([^"]*)"', form)
        if "__n__" not in name}
    for name, body in re.findall(r'<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        if "__n__" not in name:
            fields[name] = chosen[1] if chosen else ""
    return fields


def test_receive_opens_the_form_and_ten_lines_are_posted_with_one_batch(client: Any, sign_in: Any,
                                                                        cast: Cast) -> None:
    """Without script: what the page shows is sent back, with a batch for all lines."""
    items = [make.make_item(batch_tracked=place % 2 == 0) for place in range(10)]
    order = cast.sent(cast.order(*((item, 10, 100) for item in items)))
    sign_in(client, cast.keeper)
    address, page = opened_form(client, order)
    assert address.startswith("/admin/goods_receipt/edit/")
    assert order.number in page
    assert order.supplier.name in page
    data = sent_from(page)
    assert sum(name.endswith("-received_quantity") and bool(value) for name, value in data.items()) == 10
    assert not any(name.endswith(("unit_price", "discount", "purchase_order_line")) for name in data)
    assert not {"supplier", "store", "purchase_order"} & data.keys()
    answer = client.post(address, data={**data, "same_batch_number": "B-7", "_submit": "1",
                                        "same_expires_on": LATER.isoformat()})
    assert answer.status_code == 303, answer.text
    receipt = db.session.scalars(sa.select(GoodsReceipt)).one()
    assert receipt.state == "posted"
    assert {line.batch_number for line in receipt.lines if line.item.batch_tracked} == {"B-7"}
    assert {line.batch_number for line in receipt.lines if not line.item.batch_tracked} == {None}
    assert balance(db.session, Posting.INVENTORY) == 10_000


def test_what_is_sent_for_what_the_order_says_is_not_taken_and_told(client: Any, sign_in: Any,
                                                                    cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 12_500)))
    sign_in(client, cast.keeper)
    address, page = opened_form(client, order)
    answer = client.post(address, data={**sent_from(page), "lines-0-unit_price": "15000", "_submit": "1",
                                        "supplier": str(make.make_supplier().id)}, follow_redirects=True)
    assert answer.status_code == 200
    assert "tidak dipakai" in answer.text
    receipt = db.session.scalars(sa.select(GoodsReceipt)).one()
    assert (receipt.lines[0].unit_price, receipt.supplier_id) == (12_500, order.supplier_id)
    assert receipt.state == "posted"


def test_a_bonus_is_a_line_with_a_tick(client: Any, sign_in: Any, cast: Cast) -> None:
    item = make.make_item()
    order = cast.sent(cast.order((item, 10, 100)))
    sign_in(client, cast.keeper)
    address, page = opened_form(client, order)
    data = {**sent_from(page), "lines-1-item": str(item.id), "lines-1-received_quantity": "1",
            "lines-1-is_bonus": "y", "_submit": "1"}
    assert client.post(address, data=data).status_code == 303
    assert item.stock_on_hand == 11
    assert db.session.scalars(sa.select(StoreItem.value)).one() == 1000


def test_nothing_typed_is_lost_when_it_is_refused(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(batch_tracked=True), 10, 100)))
    sign_in(client, cast.keeper)
    address, page = opened_form(client, order)
    answer = client.post(address, data={**sent_from(page), "lines-0-received_quantity": "118",
                                        "lines-0-rejected_quantity": "2", "same_batch_number": "B-7",
                                        "lines-0-rejection_reason": "pecah",
                                        "same_expires_on": LATER.isoformat(), "_submit": "1"})
    assert answer.status_code == 422
    for typed in ("118", "B-7", "pecah", LATER.isoformat(), "2"):
        assert f'value="{typed}"' in answer.text
    assert 'id="e-lines-0-received_quantity"' in answer.text


def test_the_expiry_of_all_lines_is_typed_as_it_stands_on_the_box(client: Any, sign_in: Any,
                                                                  cast: Cast) -> None:
    """A month and a year are the month's last day; what is no date is told at its field and stays there."""
    order = cast.sent(cast.order(*((make.make_item(batch_tracked=True), 10, 100) for _ in range(2))))
    sign_in(client, cast.keeper)
    address, page = opened_form(client, order)
    data = {**sent_from(page), "same_batch_number": "B-7", "_submit": "1"}
    wrong = client.post(address, data={**data, "same_expires_on": "besok"})
    assert wrong.status_code == 422
    assert 'id="e-same_expires_on"' in wrong.text
    assert 'value="besok"' in wrong.text
    assert client.post(address, data={**data, "same_expires_on": "02/2032"}).status_code == 303
    receipt = db.session.scalars(sa.select(GoodsReceipt)).one()
    assert {line.expires_on for line in receipt.lines} == {date(2032, 2, 29)}


def test_receiving_again_opens_the_draft_that_is_there(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    sign_in(client, cast.keeper)
    assert opened_form(client, order)[0] == opened_form(client, order)[0]
    assert db.session.scalar(sa.select(sa.func.count(GoodsReceipt.id))) == 1


def test_drafts_of_an_order_end_with_it(session: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    colleague = make.make_user(Role.STORE_STAFF)
    slower = receipts.make_receipt(order, by=colleague)
    cast.received(order, 10)
    assert (order.state, slower.state) == ("done", "cancelled")


# ---------------------------------------------------------------- a date that needs the head of store


def test_the_date_that_was_typed_is_kept_and_waits_for_the_head(client: Any, sign_in: Any,
                                                                cast: Cast) -> None:
    """The item moved today; the goods came five days ago, of an order of last week."""
    item, day = make.make_item(), clock.today() - timedelta(days=5)
    make.stock_up(cast.store, item, 5, 50)
    order = cast.order((item, 10, 100))
    order.ordered_on = clock.today() - timedelta(days=7)
    cast.sent(order)
    sign_in(client, cast.keeper)
    address, page = opened_form(client, order)
    data = {**sent_from(page), "received_on": day.isoformat(), "lines-0-received_quantity": "9"}
    assert client.post(address, data={**data, "_submit": "1"}).status_code == 303
    receipt = db.session.scalars(sa.select(GoodsReceipt)).one()
    assert (receipt.state, receipt.received_on, receipt.lines[0].received_quantity) == ("draft", day, 9)
    assert backdating.is_asked(receipt)
    sign_in(client, cast.store_head)
    assert f"/admin/goods_receipt/details/?id={receipt.id}" in client.get("/admin/inbox/").text
    backdating.allow(receipt, by=cast.store_head, reason="Surat jalan terselip")
    perform(receipt, "post", by=cast.keeper)
    assert db.session.scalars(sa.select(StockMove.moved_on).where(
        StockMove.document_type == "goods_receipt")).one() == day


# ---------------------------------------------------------------- what stands in the way of a reversal


def delivered(cast: Cast, item: Any, quantity: int) -> Any:
    nurse = make.make_user(Role.UNIT_USER)
    request = make.make_store_request((item, quantity), created_by=nurse, store=cast.store)
    perform(request, "submit", by=nurse)
    perform(request, "approve", by=cast.store_head)
    delivery = stores.make_delivery(request, by=cast.keeper)
    for step, by in (("submit", cast.keeper), ("approve", cast.head), ("deliver", cast.keeper)):
        perform(delivery, step, by=by)
    return delivery


def test_only_what_drew_on_its_own_batch_stands_in_the_way(session: Any, cast: Cast) -> None:
    """Ten of L1 left; L2 is untouched. L1 is refused by the delivery's number, and goes after it."""
    item = make.make_item(batch_tracked=True)
    first = cast.received(cast.sent(cast.order((item, 10, 100))), 10, "L1", LATER)
    second = cast.received(cast.sent(cast.order((item, 10, 500))), 10, "L2", LATER + timedelta(days=1))
    delivery = delivered(cast, item, 10)
    with pytest.raises(Refused, match=re.escape(delivery.number)), session.begin_nested():
        perform(first, "reverse", by=cast.store_head, reason="wrong box")
    perform(second, "reverse", by=cast.store_head, reason="wrong box")
    # ten went out at the average of 300: 2,000 of L2's 5,000 went with them, which is price variance
    assert session.scalars(sa.select(StoreItem)).one().value == 0
    assert balance(session, Posting.INVENTORY) == 0
    assert balance(session, Posting.PRICE_VARIANCE) == -2000
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == -1000
    perform(delivery, "reverse", by=cast.store_head, reason="wrong ward")
    perform(first, "reverse", by=cast.store_head, reason="wrong box")
    assert item.stock_on_hand == 0
    assert balance(session, Posting.INVENTORY) == 0


def test_without_batches_only_what_would_be_missing_stands_in_the_way(session: Any, cast: Cast) -> None:
    """Thirty came in three times ten; fifteen left. One of them can go back, a second one not."""
    item = make.make_item()
    parts = [cast.received(cast.sent(cast.order((item, 10, 100)))) for _ in range(3)]
    delivery = delivered(cast, item, 15)
    perform(parts[0], "reverse", by=cast.store_head, reason="wrong box")
    with pytest.raises(Refused, match=re.escape(delivery.number)), session.begin_nested():
        perform(parts[1], "reverse", by=cast.store_head, reason="wrong box")
    assert item.stock_on_hand == Decimal(5)
