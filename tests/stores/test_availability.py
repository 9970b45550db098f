"""What two wards may both be promised: on hand, not expired, less what approved requests wait for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import clock
from models.operations.core.approvals import perform
from models.operations.ledger import availability
from models.operations.stores import stores
from models.roles import Role
from tests.support import factories as make


@pytest.fixture
def house(session: Any) -> dict[str, Any]:
    """A store with 100 tablets, 20 of them expired yesterday, and who works with it."""
    make.make_chart()
    store, item = make.make_store(), make.make_item({"box": "10"}, minimum_stock=90)
    make.stock_up(store, item, 80)
    make.stock_up(store, item, 20, 20, "OLD", clock.today() - timedelta(days=1))
    return {"store": store, "item": item, "nurse": make.make_user(Role.UNIT_USER),
            "head": make.make_user(Role.STORE_HEAD), "keeper": make.make_user(Role.STORE_STAFF),
            "facilities": make.make_user(Role.FACILITIES_HEAD)}


def request_of(house: dict[str, Any], quantity: int | str, step: str = "approve") -> Any:
    request = make.make_store_request((house["item"], quantity), created_by=house["nurse"],
                                      store=house["store"])
    perform(request, "submit", by=house["nurse"])
    if step == "approve":
        perform(request, "approve", by=house["head"])
    return request


def stock(house: dict[str, Any], **more: Any) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    found = availability.available(house["store"].id, [house["item"].id], **more)[house["item"].id]
    return found.usable, found.expired, found.reserved, found.available


def test_expired_stock_is_none_and_approved_requests_hold_theirs(session: Any, house: Any) -> None:
    assert stock(house) == (80, 20, 0, 80)
    asked = request_of(house, 30, step="submit")
    assert stock(house) == (80, 20, 0, 80)  # asked for is not granted yet
    perform(asked, "approve", by=house["head"])
    assert stock(house) == (80, 20, 30, 50)
    assert stock(house, but=asked) == (80, 20, 0, 80)  # its own part is not in its way
    request_of(house, 70)
    assert stock(house) == (80, 20, 100, 0)  # more is promised than there is: nothing is left to promise
    assert stock(house, but=asked) == (80, 20, 70, 10)


def test_what_is_given_or_given_up_holds_nothing(session: Any, house: Any) -> None:
    request = request_of(house, 30)
    delivery = stores.make_delivery(request, by=house["keeper"])
    perform(delivery, "submit", by=house["keeper"])
    perform(delivery, "approve", by=house["facilities"])
    assert stock(house) == (80, 20, 30, 50)  # the delivery is the request's own part, not a second one
    perform(delivery, "deliver", by=house["keeper"])
    assert stock(house) == (50, 20, 0, 50)
    other = request_of(house, 10)
    perform(other, "close", by=house["head"], reason="the ward moved")
    assert stock(house) == (50, 20, 0, 50)


def test_today_is_the_last_day_of_a_batch(session: Any, house: Any) -> None:
    make.stock_up(house["store"], house["item"], 5, 5, "TODAY", clock.today())
    assert stock(house)[:2] == (85, 20)
    assert stock(house, on=clock.today() + timedelta(days=1))[:2] == (80, 25)


def test_a_store_that_holds_nothing_and_another_stores_stock(session: Any, house: Any) -> None:
    empty, unknown = make.make_store(), make.make_item()
    assert availability.available(empty.id, [house["item"].id])[house["item"].id] == availability.Available()
    assert availability.available(empty.id, []) == {}
    make.stock_up(empty, house["item"], 7)
    request_of(house, 30)
    everywhere = availability.in_all_stores([house["item"].id, unknown.id])
    assert everywhere[house["item"].id] == availability.Available(Decimal(87), Decimal(20), Decimal(30))
    assert everywhere[unknown.id].available == 0
    assert [(row.store, row.usable, row.expired, row.reserved, row.available)
            for row in availability.store_by_store(house["item"].id)] == [
        (house["store"].name, 80, 20, 30, 50), (empty.name, 7, 0, 0, 7)]


def test_the_second_ward_sees_what_the_first_left_and_no_name(client: Any, sign_in: Any, house: Any) -> None:
    request = request_of(house, 30)
    sign_in(client, Role.UNIT_USER)
    text = client.get("/admin/store_request/stock", query_string={
        "store": house["store"].id, "item": house["item"].id, "quantity": "51"}).text
    assert ">50</b>" in text
    assert "Stok tidak cukup" in text
    assert "30" in text
    assert request.number not in text
    assert request.work_unit.name not in text


def test_lists_and_pages_count_no_expired_stock(client: Any, sign_in: Any, house: Any) -> None:
    item = house["item"]
    request_of(house, 30)
    sign_in(client, Role.STORE_STAFF)
    row = client.get("/admin/item/?only=short").text  # 100 lie there, 80 can be used, the minimum is 90
    assert item.code in row
    assert "50 tersedia" in row
    assert "20 kedaluwarsa" in row
    page = client.get(f"/admin/item/details/?id={item.id}").text
    assert "80 tablet" in page
    assert "50 tersedia" in page
    assert item.name in client.get("/admin/").text
