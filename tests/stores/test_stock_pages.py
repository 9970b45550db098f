"""The request form tells what the store has: a help while typing, never in the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.roles import Role
from models.stock import Shelf, StockBatch
from tests.panel.test_views import statements
from tests.support import factories as make


@pytest.fixture
def shelf(session: Any) -> dict[str, Any]:
    """A store with 100 tablets of an item whose minimum is 40, sold in boxes of 10."""
    make.make_chart()
    store, item = make.make_store(), make.make_item({"box": "10"}, minimum_stock=40)
    make.stock_up(store, item, 100)
    return {"store": store, "item": item, "box": make.unit_of(item, "box")}


def warning(client: Any, shelf: dict[str, Any], **more: Any) -> Any:
    query = {"store": shelf["store"].id, "item": shelf["item"].id, "quantity": "", "unit": ""} | more
    return client.get("/admin/store_request/stock", query_string=query)


@pytest.mark.parametrize(("quantity", "in_boxes", "warned", "short"), [
    ("", False, False, False), ("60", False, False, False), ("61", False, True, False),
    ("6,1", True, True, False),
    ("101", False, True, True), ("11", True, True, True), ("many", False, False, False),
    ("-5", True, False, False),
    ("1e30", False, False, False)])
def test_what_the_store_has(client: Any, sign_in: Any, shelf: Any, quantity: str, in_boxes: bool,
                            warned: bool,
                            short: bool) -> None:
    sign_in(client, Role.UNIT_USER)
    answer = warning(client, shelf, quantity=quantity, unit=shelf["box"].id if in_boxes else "")
    assert answer.status_code == 200
    assert ">100</b> tablet" in answer.text
    assert ("is-overdue" in answer.text) == warned
    assert ("Stok tidak cukup" in answer.text) == short


@pytest.mark.parametrize(("also", "short"), [
    (["40"], False), (["41"], True), (["2", "2"], False), (["20", "2 boxes"], False),
    (["4 boxes", "1"], True),
    (["many", "-50"], False), ([";;;"], False)])
def test_lines_of_one_item_are_counted_together(client: Any, sign_in: Any, shelf: Any, also: list[str],
                                                short: bool
                                                ) -> None:
    sign_in(client, Role.STORE_STAFF)
    box = shelf["box"].id
    others = [f"{each.split()[0]};{box if 'boxes' in each else make.unit_of(shelf['item']).id}"
              for each in also]
    query = {"store": shelf["store"].id, "item": shelf["item"].id, "quantity": "6", "unit": box,
             "also": others}
    text = client.get("/admin/spoilage/stock", query_string=query).text
    assert ("Stok tidak cukup" in text) == short
    assert ("bersama" in text) == (also[0] not in ("many", ";;;"))  # 36 or less remain, the minimum is 40


def test_nothing_to_say(client: Any, sign_in: Any, shelf: Any) -> None:
    sign_in(client, Role.UNIT_USER)
    for wrong in ({"item": ""}, {"item": "999999"}, {"item": "1,2"}, {"store": ""}, {"store": "9" * 30}):
        assert warning(client, shelf, **wrong).status_code == 204, wrong
    assert ">0</b>" in warning(client, shelf, store=make.make_store().id).text


def test_for_those_who_write_requests(client: Any, sign_in: Any, shelf: Any) -> None:
    for role in (Role.STORE_HEAD, Role.HOUSEKEEPING, Role.PATIENT):
        sign_in(client, role)
        assert warning(client, shelf).status_code == 403, role


def test_costs_little_and_the_form_names_it(app: Any, client: Any, sign_in: Any, shelf: Any) -> None:
    sign_in(client, Role.UNIT_USER)
    assert 'data-stock="/admin/store_request/stock"' in client.get("/admin/store_request/new/").text
    warning(client, shelf)
    with statements(app) as seen:
        warning(client, shelf, quantity="3")
    assert len(seen) <= 5, seen  # session, roles, role rows, item, stock with factor


TAKING = ("store_request", "delivery_request", "spoilage", "stock_transfer", "supplier_return")


@pytest.mark.parametrize("table", TAKING)
def test_every_document_that_takes_stock_warns_while_it_is_typed(client: Any, sign_in: Any, shelf: Any,
                                                                 table: str
                                                                  ) -> None:
    sign_in(client, make.make_user(Role.UNIT_USER, Role.STORE_STAFF, Role.FACILITIES_STAFF))
    assert f'data-stock="/admin/{table}/stock"' in client.get(f"/admin/{table}/new/").text
    query = {"store": shelf["store"].id, "item": shelf["item"].id, "quantity": "10,1",
             "unit": shelf["box"].id}
    answer = client.get(f"/admin/{table}/stock", query_string=query)
    assert "Stok tidak cukup" in answer.text
    assert ("dikirim" in answer.text) == (table == "store_request")  # the others are refused as a whole
    assert "Stok tidak cukup" not in client.get(f"/admin/{table}/stock",
                                                query_string=query | {"quantity": "10"}).text


def test_documents_that_bring_stock_in_do_not_warn(client: Any, sign_in: Any) -> None:
    sign_in(client, make.make_user(Role.UNIT_USER, Role.STORE_STAFF))
    for table in ("goods_receipt", "unit_return", "purchase_request"):
        assert "data-stock" not in client.get(f"/admin/{table}/new/").text


def test_a_batch_is_asked_for_alone_and_a_delivery_leaves_expired_stock(client: Any, sign_in: Any,
                                                                        session: Any
                                                                        ) -> None:
    store, item = make.make_store(), make.make_item()
    make.stock_up(store, item, 40, 40, "OLD", clock.today() - timedelta(days=1))
    make.stock_up(store, item, 7, 7, "NEW", clock.today() + timedelta(days=90))
    old = session.scalars(sa.select(StockBatch).where(StockBatch.number == "OLD")).one()
    sign_in(client, Role.STORE_STAFF)

    def has(table: str, **more: Any) -> str:
        query = {"store": store.id, "item": item.id, "quantity": "1"} | more
        return client.get(f"/admin/{table}/stock", query_string=query).text

    assert ">7</b>" in has("delivery_request")
    assert ">47</b>" in has("spoilage")
    assert ">40</b>" in has("spoilage", batch=old.id)


def lies(client: Any, item: Any) -> str:
    page = client.get(f"/admin/item/details/?id={item.id}")
    assert page.status_code == 200
    return page.text.partition('id="h-held"')[2].partition("</section>")[0]


def test_the_page_of_an_item_tells_where_it_lies(app: Any, client: Any, sign_in: Any, shelf: Any) -> None:
    make.saved(Shelf(store=shelf["store"], item=shelf["item"], location="B-02-1"))
    sign_in(client, Role.STORE_STAFF)
    with statements(app) as before:
        one = lies(client, shelf["item"])
    assert [word in one for word in (shelf["store"].name, "B-02-1", "100 tablet")] == [True] * 3
    assert "kedaluwarsa" not in one
    make.stock_up(make.make_store(), shelf["item"], 7, batch="OLD",
                  expires_on=clock.today() - timedelta(days=1))
    with statements(app) as after:
        two = lies(client, shelf["item"])
    assert [word in two for word in ("100 tablet", "7 tablet", "OLD", "kedaluwarsa")] == [True] * 4
    assert len(after) == len(before)


def test_who_reads_no_stock_sees_no_place(client: Any, sign_in: Any, shelf: Any) -> None:
    sign_in(client, Role.UNIT_USER)
    assert lies(client, shelf["item"]) == ""
