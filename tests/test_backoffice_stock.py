"""The request form tells what the store has: a help while typing, never in the way."""

from __future__ import annotations

from typing import Any

import pytest

from models.roles import Role
from tests import factories as make
from tests.test_backoffice_views import statements


@pytest.fixture
def shelf(session: Any) -> dict[str, Any]:
    """A store with 100 tablets of an item whose minimum is 40, sold in boxes of 10."""
    make.make_chart()
    store, item = make.make_store(), make.make_item({"box": "10"}, minimum_stock=40)
    make.stock_up(store, item, 100)
    return {"store": store, "item": item, "box": make.unit_of(item, "box")}


def asked(client: Any, shelf: dict[str, Any], **more: Any) -> Any:
    query = {"store": shelf["store"].id, "item": shelf["item"].id, "quantity": "", "unit": ""} | more
    return client.get("/admin/store_request/stock", query_string=query)


@pytest.mark.parametrize(("quantity", "in_boxes", "warned", "short"), [
    ("", False, False, False), ("60", False, False, False), ("61", False, True, False), ("6,1", True, True, False),
    ("101", False, True, True), ("11", True, True, True), ("many", False, False, False), ("-5", True, False, False),
    ("1e30", False, False, False)])
def test_what_the_store_has(client: Any, sign_in: Any, shelf: Any, quantity: str, in_boxes: bool, warned: bool,
                            short: bool) -> None:
    sign_in(client, Role.UNIT_USER)
    answer = asked(client, shelf, quantity=quantity, unit=shelf["box"].id if in_boxes else "")
    assert answer.status_code == 200
    assert ">100</b> tablet" in answer.text
    assert ("is-overdue" in answer.text) == warned
    assert ("Stok tidak cukup" in answer.text) == short


def test_nothing_to_say(client: Any, sign_in: Any, shelf: Any) -> None:
    sign_in(client, Role.UNIT_USER)
    for wrong in ({"item": ""}, {"item": "999999"}, {"item": "1,2"}, {"store": ""}, {"store": "9" * 30}):
        assert asked(client, shelf, **wrong).status_code == 204, wrong
    assert ">0</b>" in asked(client, shelf, store=make.make_store().id).text


def test_for_those_who_write_requests(client: Any, sign_in: Any, shelf: Any) -> None:
    for role in (Role.STORE_HEAD, Role.HOUSEKEEPING, Role.PATIENT):
        sign_in(client, role)
        assert asked(client, shelf).status_code == 403, role


def test_costs_little_and_the_form_names_it(app: Any, client: Any, sign_in: Any, shelf: Any) -> None:
    sign_in(client, Role.UNIT_USER)
    assert 'data-stock="/admin/store_request/stock"' in client.get("/admin/store_request/new/").text
    asked(client, shelf)
    with statements(app) as seen:
        asked(client, shelf, quantity="3")
    assert len(seen) <= 5, seen  # session, roles, role rows, item, stock with factor
