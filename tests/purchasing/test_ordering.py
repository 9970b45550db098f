"""Ordering lines of several purchase requests in one step, and the prices beside a line."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db, one_transaction
from models.operations.core.approvals import opened, perform
from models.operations.purchasing import ordering, prices, receipts
from models.operations.purchasing.ordering import Pick
from models.organisation import Status
from models.people import User
from models.purchasing import PurchaseOrder, PurchaseRequest, PurchaseRequestLine, PurchaseRequestState
from models.roles import Role
from tests.panel.test_views import statements
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make
from tests.support.races import at_once

ADDRESS = "/admin/purchase_order/open_lines"


def approved(cast: Cast, *lines: tuple[Any, str], store: Any = None, supplier: Any = None) -> PurchaseRequest:
    """An approved request for (item, quantity)."""
    request = make.saved(PurchaseRequest(created_by=cast.keeper, store=store or cast.store, lines=[
        PurchaseRequestLine(item=item, unit=make.unit_of(item), quantity=Decimal(quantity),
                            supplier=supplier or cast.supplier, estimated_price=Decimal(900))
        for item, quantity in lines]))
    opened(request, by=cast.keeper)
    perform(request, "submit", by=cast.keeper)
    perform(request, "approve", by=cast.head)
    return request


def orders() -> list[PurchaseOrder]:
    return list(db.session.scalars(sa.select(PurchaseOrder).order_by(PurchaseOrder.id)))


def ticked(*lines: Any, **data: str) -> dict[str, Any]:
    found: dict[str, Any] = {"line": [str(line.id) for line in lines]}
    for line in lines:
        found[f"quantity-{line.id}"] = f"{line.quantity.normalize():f}"
        found[f"supplier-{line.id}"] = str(line.supplier_id or "")
    return {**found, **data}


def test_lines_of_two_requests_become_one_order(client: Any, sign_in: Any, cast: Cast) -> None:
    first = approved(cast, (make.make_item(), "10"), (make.make_item(), "4"))
    second = approved(cast, (make.make_item(), "6"))
    sign_in(client, cast.buyer)
    page = client.get(ADDRESS)
    assert page.status_code == 200
    assert page.text.count('name="line"') == 3
    answer = client.post(ADDRESS, data=ticked(first.lines[0], second.lines[0]))
    assert answer.status_code == 303
    (order,) = orders()
    assert answer.location == f"/admin/purchase_order/details/?id={order.id}"
    assert (order.state, order.supplier_id, order.created_by_id) == ("draft", cast.supplier.id, cast.buyer.id)
    assert [(line.purchase_request_line_id, line.quantity, line.unit_price) for line in order.lines] == [
        (first.lines[0].id, 10, 900), (second.lines[0].id, 6, 900)]


def test_one_order_for_each_supplier_and_store(client: Any, sign_in: Any, cast: Cast) -> None:
    other = make.make_supplier(charges_vat=False, lead_time_days=3)
    first = approved(cast, (make.make_item(), "1"))
    second = approved(cast, (make.make_item(), "2"), supplier=other)
    third = approved(cast, (make.make_item(), "3"), store=make.make_store())
    lines = [first.lines[0], second.lines[0], third.lines[0]]
    sign_in(client, cast.buyer)
    answer = client.post(ADDRESS, data=ticked(*lines))
    assert answer.location == "/admin/purchase_order/?state=draft"
    assert {(order.supplier_id, order.store_id) for order in orders()} == {
        (cast.supplier.id, cast.store.id), (other.id, cast.store.id), (cast.supplier.id, third.store_id)}
    untaxed = next(order for order in orders() if order.supplier_id == other.id)
    assert untaxed.vat_percent == 0
    assert untaxed.expected_on == clock.today() + timedelta(days=3)


def test_one_supplier_for_all(client: Any, sign_in: Any, cast: Cast) -> None:
    other = make.make_supplier()
    lines = [approved(cast, (make.make_item(), "1")).lines[0],
             approved(cast, (make.make_item(), "2")).lines[0]]
    sign_in(client, cast.buyer)
    client.post(ADDRESS, data=ticked(*lines, one_supplier=str(other.id)))
    assert [(order.supplier_id, len(order.lines)) for order in orders()] == [(other.id, 2)]


def test_part_of_a_line_leaves_the_rest_open(client: Any, sign_in: Any, cast: Cast) -> None:
    request = approved(cast, (make.make_item(), "10"))
    line = request.lines[0]
    sign_in(client, cast.buyer)
    assert client.post(ADDRESS, data=ticked(line, **{f"quantity-{line.id}": "4"})).status_code == 303
    cast.sent(orders()[0])
    assert request.state == PurchaseRequestState.APPROVED
    assert [(each.left, each.drafted) for each in ordering.open_lines()] == [(6, 0)]
    answer = client.post(ADDRESS, data=ticked(line, **{f"quantity-{line.id}": "7"}))
    assert answer.status_code == 422
    assert "hanya 6" in answer.text
    assert 'value="7"' in answer.text
    assert client.post(ADDRESS, data=ticked(line, **{f"quantity-{line.id}": "6"})).status_code == 303
    cast.sent(orders()[1])
    assert request.state == PurchaseRequestState.DONE
    assert ordering.open_lines() == []


def test_a_double_click_makes_one_order(client: Any, sign_in: Any, cast: Cast) -> None:
    line = approved(cast, (make.make_item(), "10")).lines[0]
    sign_in(client, cast.buyer)
    data = ticked(line)
    assert client.post(ADDRESS, data=data).status_code == 303
    again = client.post(ADDRESS, data=data)
    assert again.status_code == 422
    assert "dipesan satu kali" in again.text
    assert len(orders()) == 1
    assert "/admin/purchase_order/?state=draft" in client.get(ADDRESS).text  # where the line is


def test_wrong_input_keeps_what_was_typed(client: Any, sign_in: Any, cast: Cast) -> None:
    line = approved(cast, (make.make_item(), "10")).lines[0]
    retired = make.make_supplier(status=Status.INACTIVE)
    sign_in(client, cast.buyer)
    for name, text in (("quantity", "0"), ("quantity", "-3"), ("quantity", "lots"), ("quantity", ""),
                       ("quantity", "0,5"), ("quantity", "9" * 25), ("quantity", "1,23456"), ("price", "-1"),
                       ("price", "free"), ("price", "9" * 25), ("price", "1,234567"),
                       ("supplier", ""), ("supplier", str(retired.id)), ("supplier", "999999"),
                       ("supplier", "abc")):
        answer = client.post(ADDRESS, data=ticked(line, **{f"{name}-{line.id}": text}))
        assert answer.status_code == 422, (name, text)
        assert f'id="e-{name}-{line.id}"' in answer.text, (name, text)
        assert "checked" in answer.text
        if text and name != "supplier":
            assert f'value="{text}"' in answer.text, (name, text)
    assert client.post(ADDRESS, data={}).status_code == 422
    assert client.post(ADDRESS, data={"line": "999999"}).status_code == 409
    assert orders() == []


def test_only_the_buyer_orders(client: Any, sign_in: Any, cast: Cast) -> None:
    line = approved(cast, (make.make_item(), "10")).lines[0]
    for person in (cast.keeper, cast.head, cast.payables, cast.director):
        sign_in(client, person)
        assert client.get(ADDRESS).status_code == 403
        assert client.post(ADDRESS, data=ticked(line)).status_code == 403
        assert client.get("/admin/purchase_order/prices?item=1").status_code == 403


def test_the_list_is_narrowed(client: Any, sign_in: Any, cast: Cast) -> None:
    wanted, other = make.make_item(name="Kasa steril"), make.make_item(name="Infus set")
    first, _second = approved(cast, (wanted, "10")), approved(cast, (other, "3"), store=make.make_store())
    sign_in(client, cast.buyer)
    for query in (f"item={wanted.id}", f"store={cast.store.id}", f"request={first.id}"):
        page = client.get(f"{ADDRESS}?{query}").text
        assert "Kasa steril" in page
        assert "Infus set" not in page
    assert client.get(f"{ADDRESS}?item=abc&supplier=999999").status_code == 200


def test_the_request_leads_to_the_screen(client: Any, sign_in: Any, cast: Cast) -> None:
    request = approved(cast, (make.make_item(), "10"))
    sign_in(client, cast.buyer)
    assert (
        f"{ADDRESS}?request={request.id}"
        in client.get(f"/admin/purchase_request/details/?id={request.id}").text
    )
    assert ADDRESS in client.get("/admin/purchase_order/").text
    sign_in(client, cast.head)
    assert ADDRESS not in client.get(f"/admin/purchase_request/details/?id={request.id}").text


def test_the_screen_costs_the_same_for_many_lines(app: Any, client: Any, sign_in: Any, cast: Cast) -> None:
    approved(cast, (make.make_item(), "1"))
    sign_in(client, cast.buyer)

    def cost() -> int:
        client.get(ADDRESS)
        with statements(app) as seen:
            client.get(ADDRESS)
        return len(seen)

    few = cost()
    for _ in range(3):
        approved(cast, *((make.make_item(), "2") for _ in range(4)))
    assert cost() == few <= 8


@pytest.mark.commits
def test_two_buyers_at_once_order_a_line_once(app: Any) -> None:
    with one_transaction():
        cast = Cast()
        line = approved(cast, (make.make_item(), "10")).lines[0]
        pick, buyers = Pick(line.id, Decimal(10), cast.supplier.id), [cast.buyer.id, make.make_user(
            Role.FACILITIES_STAFF).id]

    def buy(user_id: int) -> str:
        with one_transaction() as session:
            ordering.make_orders([pick], by=session.get(User, user_id))
        return "made"

    results = at_once(app, [partial(buy, user_id) for user_id in buyers])
    assert sorted(getattr(result, "message", result) for result in results) == [
        "%(item)s of %(request)s is ordered already; a line is ordered once.", "made"]
    assert len(orders()) == 1


# ---------------------------------------------------------------- prices

def bought(cast: Cast, item: Any, supplier: Any, price: str, discount: str = "0",
           expected_in: int | None = None) -> None:
    order = make.make_purchase_order((item, 10, price), created_by=cast.buyer, store=cast.store,
                                     supplier=supplier)
    order.lines[0].discount = Decimal(discount)
    if expected_in is not None:
        order.ordered_on = order.expected_on = clock.today() + timedelta(days=expected_in)
    cast.received(cast.sent(order))


def test_the_best_supplier_is_the_cheapest_that_is_mostly_in_time(cast: Cast) -> None:
    item, late, dear, cheap = make.make_item(), *(make.make_supplier() for _ in range(3))
    bought(cast, item, late, "80", expected_in=-1)
    bought(cast, item, dear, "100", expected_in=0)
    bought(cast, item, cheap, "100", discount="5")
    found = prices.offers([item.id])[item.id]
    assert [(offer.supplier_id, offer.last.net, offer.is_best) for offer in found] == [
        (cheap.id, 95, True), (dear.id, 100, False), (late.id, 80, False)]
    assert [offer.on_time_rate for offer in found] == [None, 1, 0]


def test_the_last_price_counts_and_retired_suppliers_do_not(cast: Cast) -> None:
    item, first, second = make.make_item(), make.make_supplier(), make.make_supplier()
    for price in ("50", "60", "70", "120"):
        bought(cast, item, first, price)
    bought(cast, item, second, "100")
    found = prices.offers([item.id])[item.id]
    assert [offer.supplier_id for offer in found] == [second.id, first.id]
    assert [paid.net for paid in found[1].paid] == [120, 70, 60]
    second.status = Status.INACTIVE
    db.session.flush()
    assert [offer.supplier_id for offer in prices.offers([item.id])[item.id]] == [first.id]


def test_a_price_of_two_years_ago_is_shown_and_is_not_the_best(cast: Cast) -> None:
    item, supplier = make.make_item(), make.make_supplier()
    bought(cast, item, supplier, "50")
    assert prices.offers([item.id])[item.id][0].is_best
    clock.freeze(clock.now() + timedelta(days=prices.RECENT + 1))
    (offer,) = prices.offers([item.id])[item.id]
    assert (offer.last.net, offer.is_best) == (50, False)


def test_the_fragment_beside_a_line(app: Any, client: Any, sign_in: Any, cast: Cast) -> None:
    item, supplier = make.make_item({"box": "100"}), make.make_supplier(name="PT Murah Sekali")
    bought(cast, item, supplier, "150")
    bought(cast, item, cast.supplier, "170")
    sign_in(client, cast.buyer)
    box = make.unit_of(item, "box").id
    address = f"/admin/purchase_order/prices?item={item.id}&supplier={supplier.id}&unit={box}"
    page = client.get(address)
    assert page.status_code == 200
    assert "PT Murah Sekali" in page.text
    assert 'data-take-price="15.000"' in page.text
    assert "<html" not in page.text
    with statements(app) as seen:
        client.get(address)
    few = len(seen)
    for _ in range(4):
        bought(cast, item, make.make_supplier(), "200")
    client.get(address)  # writes what the test made
    with statements(app) as seen:
        client.get(address)
    assert len(seen) == few
    assert client.get("/admin/purchase_order/prices?item=abc").status_code == 204
    assert client.get(f"/admin/purchase_order/prices?item={make.make_item().id}&unit=x").status_code == 200


def test_an_empty_price_takes_what_the_supplier_took_last(client: Any, sign_in: Any, cast: Cast) -> None:
    item = make.make_item()
    bought(cast, item, cast.supplier, "150", discount="10")
    first, second = approved(cast, (item, "10")).lines[0], approved(cast, (item, "5")).lines[0]
    sign_in(client, cast.buyer)
    client.post(ADDRESS, data=ticked(first, second, **{f"price-{second.id}": "1.250,50"}))
    lines = {line.purchase_request_line_id: line for line in orders()[-1].lines}
    assert (lines[first.id].unit_price, lines[first.id].discount) == (150, 10)
    assert (lines[second.id].unit_price, lines[second.id].discount) == (Decimal("1250.50"), 0)


# ---------------------------------------------------------------- the list of orders

def row_of(page: str, order: PurchaseOrder) -> str:
    return next(row for row in page.split("<tr ") if f"purchase_order/details/?id={order.id}\"" in row)


def test_a_sent_order_is_held_to_the_suppliers_usual_time(cast: Cast) -> None:
    cast.supplier.lead_time_days = 4
    agreed, silent = (cast.order((make.make_item(), 1, 1)) for _ in range(2))
    agreed.expected_on = clock.today() + timedelta(days=30)
    for order in (agreed, silent):
        cast.sent(order)
    assert agreed.expected_on == clock.today() + timedelta(days=30)
    assert silent.expected_on == clock.today() + timedelta(days=4)


def test_the_list_tells_what_came_and_what_is_late(client: Any, sign_in: Any, cast: Cast) -> None:
    today = clock.today()
    half, late, draft, over = (cast.order((make.make_item(), 4, 300), (make.make_item(), 4, 100))
                               for _ in range(4))
    for order, days in ((half, 3), (late, -1), (draft, -1), (over, -1)):
        order.ordered_on, order.expected_on = today - timedelta(days=1), today + timedelta(days=days)
    for order in (half, late, over):
        cast.sent(order)
    receipt = receipts.make_receipt(half, by=cast.keeper)
    receipt.lines = receipt.lines[:1]  # the dear line: three quarters of the worth
    perform(receipt, "post", by=cast.keeper)
    cast.received(over)
    sign_in(client, cast.buyer)
    page = client.get("/admin/purchase_order/").text
    rows = {order: row_of(page, order) for order in (half, late, draft, over)}
    assert [' value="75"' in rows[half], ' value="0"' in rows[late],
            ' value="100"' in rows[over]] == [True] * 3
    assert "<progress" not in rows[draft]
    assert ["is-late" in row for row in rows.values()] == [False, True, False, False]
    assert "is-overdue" in rows[late]
    assert over.state == "done"


def test_an_unnumbered_draft_says_what_it_is(client: Any, sign_in: Any, cast: Cast) -> None:
    sign_in(client, cast.buyer)
    client.set_cookie("language", "en")
    page = client.get(f"/admin/purchase_order/details/?id={cast.order((make.make_item(), 1, 1)).id}").text
    assert "<title>Purchase order (not numbered yet) · " in page
