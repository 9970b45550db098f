"""The same through the screens: who sees what, which button leads where, and what a page says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models.base import db
from models.operations.core.approvals import perform
from models.operations.stores import stores
from models.organisation import Setting
from models.people import AccountStatus
from models.purchasing import PurchaseRequest
from models.roles import Role
from models.store_requests import DeliveryState, StoreRequestState, Urgency
from tests.stores.test_delivering import House
from tests.support import factories as make


@pytest.fixture
def house(session: Any) -> House:
    return House()


def press(client: Any, record: Any, step: str, **fields: Any) -> Any:
    address = f"/admin/{record.__tablename__}/{record.id}/{step}"
    return client.post(address, data={"version": record.version, **fields})


def page(client: Any, record: Any, step: str = "") -> str:
    table = record.__tablename__
    return client.get(f"/admin/{table}/{record.id}/{step}" if step
                      else f"/admin/{table}/details/?id={record.id}").text


def submitted(house: House, *lines: Any) -> Any:
    request = make.make_store_request(*lines, created_by=house.nurse, store=house.store)
    perform(request, "submit", by=house.nurse)
    return request


def test_the_head_approves_with_one_press_or_grants_less_on_a_page(client: Any, sign_in: Any,
                                                                  house: House) -> None:
    first, second = submitted(house, (house.tablet, 40)), submitted(house, (house.tablet, 40))
    sign_in(client, house.head)
    text = page(client, first)
    assert f'action="/admin/store_request/{first.id}/approve"' in text
    assert f'href="/admin/store_request/{first.id}/approve"' in text
    assert press(client, first, "approve").status_code == 303
    asked = page(client, second, "approve")
    field = f"lines-{second.lines[0].id}-granted_quantity"
    assert f'name="{field}"' in asked
    assert 'value="40"' in asked
    assert "tersedia: 60" in asked  # the first ward's 40 are promised
    refused = press(client, second, "approve", **{field: "41"})
    assert refused.status_code == 422
    assert press(client, second, "approve", **{field: "25"}).status_code == 303
    db.session.expire_all()
    assert [(request.state, request.lines[0].granted) for request in (first, second)] == [
        (StoreRequestState.APPROVED, 40), (StoreRequestState.APPROVED, 25)]
    sign_in(client, house.nurse)
    assert "Jumlah disetujui" in page(client, second)
    assert "25 / 40" in client.get("/admin/notices/").text or "SR/" in client.get("/admin/notices/").text


def test_ten_requests_are_approved_at_once(client: Any, sign_in: Any, house: House) -> None:
    made = [submitted(house, (house.glove, 1)) for _ in range(3)]
    sign_in(client, house.head)
    answer = client.post("/admin/store_request/action/", data={
        "action": "approve", "rowid": [request.id for request in made]})
    assert answer.status_code == 303
    db.session.expire_all()
    assert {request.state for request in made} == {StoreRequestState.APPROVED}


def test_the_clerk_finds_approved_requests_in_the_inbox_until_all_is_under_way(client: Any, sign_in: Any,
                                                                              house: House) -> None:
    request = submitted(house, (house.tablet, 40))
    sign_in(client, house.keeper)
    assert request.number not in client.get("/admin/inbox/").text
    perform(request, "approve", by=house.head)
    db.session.commit()
    assert request.number in client.get("/admin/inbox/").text
    assert "Permintaan" in client.get("/admin/notices/").text
    delivery = stores.make_delivery(request, by=house.keeper)
    perform(delivery, "submit", by=house.keeper)
    db.session.commit()
    assert request.number not in client.get("/admin/inbox/").text
    perform(delivery, "approve", by=house.facilities)
    perform(delivery, "deliver", by=house.keeper,
            **house.said(delivery, delivered_quantity=Decimal(30)))
    db.session.commit()
    assert request.number in client.get("/admin/inbox/").text


def test_what_the_stock_does_not_cover_is_delivered_in_part_or_bought(client: Any, sign_in: Any,
                                                                     house: House) -> None:
    request = house.request((house.tablet, 40))
    delivery = house.approved(request)
    house.takes(house.tablet, 94)
    sign_in(client, house.keeper)
    text = page(client, delivery)
    assert f'href="/admin/delivery_request/{delivery.id}/deliver"' in text  # looked at first
    assert f'action="/admin/delivery_request/{delivery.id}/make_purchase"' in text
    asked = page(client, delivery, "deliver")
    assert f'name="lines-{delivery.lines[0].id}-delivered_quantity"' in asked
    assert 'value="6"' in asked
    answer = press(client, delivery, "make_purchase")
    assert answer.status_code == 303
    bought = db.session.scalars(sa.select(PurchaseRequest)).one()
    assert [(line.item_id, line.quantity) for line in bought.lines] == [(house.tablet.id, 34)]
    assert request.number in bought.note
    assert press(client, request, "make_purchase").status_code == 422  # somebody asked already
    answer = press(client, delivery, "deliver")
    assert answer.status_code == 303
    said = client.get(answer.location).text
    assert "Tidak semua yang disetujui keluar" in said
    assert request.number in said
    db.session.expire_all()
    assert (delivery.state, delivery.lines[0].delivered_quantity) == (DeliveryState.DELIVERED, 6)


def test_the_ward_says_what_arrived_line_by_line(client: Any, sign_in: Any, house: House) -> None:
    delivery = house.delivered(house.request((house.tablet, 40)))
    sign_in(client, house.nurse)
    asked = page(client, delivery, "acknowledge")
    field = f"lines-{delivery.lines[0].id}-"
    assert f'name="{field}arrived_quantity"' in asked
    assert press(client, delivery, "acknowledge", **{f"{field}arrived_quantity": "41"}).status_code == 422
    answer = press(client, delivery, "acknowledge", **{f"{field}arrived_quantity": "39",
                                                       f"{field}missing": "lost"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert (delivery.state, delivery.lines[0].arrived_quantity) == (DeliveryState.DONE, 39)
    assert "Jumlah sampai" in page(client, delivery)


def test_urgent_papers_stand_first_with_a_sign(client: Any, sign_in: Any, house: House) -> None:
    usual = submitted(house, (house.tablet, 1))
    pressing = submitted(house, (house.tablet, 2))
    pressing.urgency = Urgency.URGENT
    later = submitted(house, (house.tablet, 3))
    db.session.commit()
    sign_in(client, house.head)
    for address in ("/admin/inbox/", "/admin/store_request/?state=submitted"):
        text = client.get(address).text
        assert text.index(pressing.number) < text.index(usual.number), address
        assert text.index(pressing.number) < text.index(later.number), address
        assert "mendesak" in text


@pytest.mark.parametrize("allowed", [True, False])
def test_the_short_way_of_an_urgent_request(client: Any, sign_in: Any, house: House, allowed: bool) -> None:
    if not allowed:
        make.saved(Setting(key="delivery_request.urgent", value="no"))
    delivery = stores.make_delivery(house.request((house.tablet, 4), urgency=Urgency.URGENT),
                                    by=house.keeper)
    db.session.commit()
    sign_in(client, house.keeper)
    assert ("submit_urgent" in page(client, delivery)) == allowed
    assert press(client, delivery, "submit_urgent").status_code == (303 if allowed else 422)
    sign_in(client, house.facilities)
    report = client.get("/admin/reports/urgent_deliveries/").text
    db.session.expire_all()
    assert (delivery.number is not None and delivery.number in report) == allowed


def test_a_submitted_request_says_what_is_not_there(client: Any, sign_in: Any, house: House) -> None:
    request = make.make_store_request((house.tablet, 140), created_by=house.nurse, store=house.store)
    db.session.commit()
    sign_in(client, house.nurse)
    answer = press(client, request, "submit")
    assert "Belum semuanya tersedia" in client.get(answer.location).text


def test_nobody_else_cancels_an_approved_delivery(client: Any, sign_in: Any, house: House) -> None:
    delivery = house.approved(house.request((house.tablet, 4)))
    for person, status in ((house.nurse, 403), (house.facilities, 403), (make.make_user(Role.ADMIN), 403),
                           (house.keeper, 303)):
        sign_in(client, person)
        answer = press(client, delivery, "cancel", reason="wet")
        assert answer.status_code == status, person.roles


def test_the_heads_inbox_holds_what_a_ward_without_people_cannot_acknowledge_and_nothing_else(
        client: Any, sign_in: Any, house: House) -> None:
    """Of deliveries to several wards each is judged by its own ward's people."""
    answered = [house.delivered(house.request((house.tablet, 5))) for _ in range(2)]
    other = make.make_user(Role.UNIT_USER, work_unit=make.make_work_unit())
    request = make.make_store_request((house.glove, 3), created_by=other, store=house.store,
                                      work_unit=other.work_unit)
    perform(request, "submit", by=other)
    perform(request, "approve", by=house.head)
    left = house.delivered(request)
    other.status = AccountStatus.INACTIVE
    db.session.flush()
    sign_in(client, house.head)
    waiting = client.get("/admin/inbox/").text
    assert left.number in waiting
    assert not [delivery for delivery in answered if delivery.number in waiting]
    assert client.get("/admin/").status_code == 200
