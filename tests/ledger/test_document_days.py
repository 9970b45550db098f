"""One rule for every date that somebody types: not after today, not in a closed month, not before the first
open one, not before the paper that it follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models import clock
from models.base import db
from models.errors import PeriodClosed
from models.goods_receipts import GoodsReceipt
from models.journal import Period
from models.operations.core.approvals import perform
from models.operations.ledger import days, journal
from models.operations.purchasing import receipts
from models.organisation import Setting
from models.roles import Role
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make

TODAY = date(2026, 11, 29)


@pytest.fixture
def cast(session: Any) -> Cast:
    clock.freeze(datetime(2026, 11, 29, 3, tzinfo=UTC))
    return Cast()


def month(text: str, closed: bool = False) -> Period:
    year, number = map(int, text.split("-"))
    payables = make.make_user(Role.PAYABLES)
    return make.saved(Period(year=year, month=number, closed_at=clock.now() if closed else None,
                             closed_by_id=payables.id if closed else None))


# ---------------------------------------------------------------- which months are open

@pytest.mark.parametrize(("on", "first"), [
    ("2020-01-01", "2026-01-01"), ("2024-03-02", "2026-01-01"), ("2025-12-31", "2026-01-01"),
    ("2026-01-01", None), ("2026-11-29", None)])
def test_an_empty_house_begins_with_this_year(cast: Cast, on: str, first: str | None) -> None:
    """The refusal names the first open day; what a form checks and what a posting checks is the same."""
    day = date.fromisoformat(on)
    if first is None:
        days.check(day)
        assert not journal.open_period(day).is_closed
        return
    for check in (days.check, journal.open_period):
        with pytest.raises(PeriodClosed) as refusal:
            check(day)
        assert refusal.value.params["first"] == date.fromisoformat(first)


def test_what_was_posted_first_does_not_close_the_months_before_it(cast: Cast) -> None:
    journal.open_period(TODAY)
    journal.open_period(date(2026, 2, 1))


@pytest.mark.parametrize("said", ["2024-07", " 2024-07 "])
def test_a_hospital_says_where_its_books_begin(cast: Cast, said: str) -> None:
    make.saved(Setting(key="books.first_month", value=said))
    days.check(date(2024, 7, 1))
    with pytest.raises(PeriodClosed, match="The first open day is 2024-07-01"):
        days.check(date(2024, 6, 30))


def test_in_a_closed_month_the_next_open_day_is_named(cast: Cast) -> None:
    month("2026-08"), month("2026-09", closed=True), month("2026-10", closed=True)
    days.check(date(2026, 8, 31))
    for on in (date(2026, 9, 1), date(2026, 10, 31)):
        with pytest.raises(PeriodClosed, match="The first open day is 2026-11-01"):
            days.check(on)
    with pytest.raises(PeriodClosed, match="The first open day is 2026-08-01"):
        days.check(date(2026, 7, 31))


def test_tomorrow_is_refused(cast: Cast) -> None:
    with pytest.raises(PeriodClosed, match="future"):
        days.check(TODAY + timedelta(days=1))


# ---------------------------------------------------------------- the paper that it follows

def receipt_of(cast: Cast, ordered_on: date) -> GoodsReceipt:
    order = cast.order((make.make_item(), 10, 100))
    order.ordered_on = ordered_on
    return receipts.make_receipt(cast.sent(order), by=cast.keeper)


@pytest.mark.parametrize(("on", "said"), [
    ("2024-03-02", "Hari pertama yang terbuka"), ("2020-01-01", "Hari pertama yang terbuka"),
    ("2026-11-19", "tanggal 20 Nov 2026"), ("2026-11-30", "belum terjadi"), ("2026-11-20", "")])
def test_goods_are_received_from_the_day_of_their_order_until_today(
        client: Any, sign_in: Any, cast: Cast, on: str, said: str) -> None:
    """At the field, on the form; the step refuses the same."""
    receipt = receipt_of(cast, date(2026, 11, 20))
    sign_in(client, cast.keeper)
    line = receipt.lines[0]
    answer = client.post(f"/admin/goods_receipt/edit/?id={receipt.id}", data={
        "version": str(receipt.version), "purchase_order": receipt.purchase_order_id,
        "supplier": receipt.supplier_id, "store": receipt.store_id, "received_on": on,
        "ordered_on": "2026-11-20", "lines-0-id": line.id, "lines-0-item": line.item_id,
        "lines-0-received_quantity": "10", "lines-0-unit": line.unit_id,
        "lines-0-purchase_order_line": line.purchase_order_line_id, "lines-0-unit_price": "100",
        "lines-0-discount": "0", "lines-0-rejected_quantity": "0", "_save": "1"})
    assert answer.status_code == (422 if said else 303), answer.text
    if said:
        assert said in answer.text
        assert 'href="#received_on"' in answer.text
        receipt = db.session.get(GoodsReceipt, receipt.id)
        receipt.received_on = date.fromisoformat(on)
        db.session.flush()
        with pytest.raises(PeriodClosed):
            perform(receipt, "post", by=cast.keeper)


def test_an_order_that_is_dated_ahead_holds_nobody_up(cast: Cast) -> None:
    receipt = receipt_of(cast, TODAY + timedelta(days=3))
    perform(receipt, "post", by=cast.keeper)
    assert receipt.state == "posted"


# ---------------------------------------------------------------- what the head of store must allow

def late_receipt(cast: Cast) -> GoodsReceipt:
    """A draft of five, ordered on the 15th, of an item of which ten came in today."""
    item = make.make_item()
    cast.received(cast.sent(cast.order((item, 10, 100))))
    order = cast.order((item, 5, 200))
    order.ordered_on = date(2026, 11, 15)
    return receipts.make_receipt(cast.sent(order), by=cast.keeper)


def form(receipt: GoodsReceipt, on: str, **more: str) -> dict[str, Any]:
    line = receipt.lines[0]
    return {"version": str(receipt.version), "purchase_order": receipt.purchase_order_id,
            "supplier": receipt.supplier_id, "store": receipt.store_id, "received_on": on,
            "ordered_on": "2026-11-15", "lines-0-id": line.id, "lines-0-item": line.item_id,
            "lines-0-received_quantity": "5", "lines-0-unit": line.unit_id,
            "lines-0-purchase_order_line": line.purchase_order_line_id, "lines-0-unit_price": "200",
            "lines-0-discount": "0", "lines-0-rejected_quantity": "0", **more}


def post_at_once(client: Any, sign_in: Any, cast: Cast, **more: str) -> GoodsReceipt:
    """The clerk types 20 November and posts: it is kept, not posted."""
    receipt = late_receipt(cast)
    sign_in(client, cast.keeper)
    answer = client.post(f"/admin/goods_receipt/edit/?id={receipt.id}",
                         data=form(receipt, "2026-11-20", _submit="1", **more))
    assert answer.status_code == 303, answer.text
    assert "menunggu kepala gudang" in client.get(answer.headers["Location"]).text
    db.session.expire_all()
    receipt = db.session.get(GoodsReceipt, receipt.id)
    assert (receipt.state, receipt.received_on) == ("draft", date(2026, 11, 20))
    return receipt


def inbox_has(client: Any, sign_in: Any, person: Any, receipt: GoodsReceipt) -> bool:
    sign_in(client, person)
    return f"/admin/goods_receipt/details/?id={receipt.id}" in client.get("/admin/inbox/").text


def test_a_typed_day_is_kept_and_waits_for_the_head_who_allows_it(client: Any, sign_in: Any,
                                                                  cast: Cast) -> None:
    receipt = post_at_once(client, sign_in, cast, reason="Surat jalan terselip")
    assert inbox_has(client, sign_in, cast.store_head, receipt)
    assert not inbox_has(client, sign_in, cast.head, receipt)
    sign_in(client, cast.store_head)
    assert "Surat jalan terselip" in client.get(f"/admin/goods_receipt/details/?id={receipt.id}").text
    assert client.post(f"/admin/goods_receipt/{receipt.id}/allow_date",
                       data={"version": receipt.version, "reason": "Benar"}).status_code == 303
    assert not inbox_has(client, sign_in, cast.store_head, receipt)
    sign_in(client, cast.keeper)
    assert "diizinkan" in client.get("/admin/notices/").text
    db.session.expire_all()
    receipt = db.session.get(GoodsReceipt, receipt.id)
    assert client.post(f"/admin/goods_receipt/{receipt.id}/post",
                       data={"version": receipt.version}).status_code == 303
    assert (receipt.state, receipt.received_on) == ("posted", date(2026, 11, 20))


def test_the_head_refuses_and_another_day_is_typed(client: Any, sign_in: Any, cast: Cast) -> None:
    receipt = post_at_once(client, sign_in, cast)
    address = f"/admin/goods_receipt/{receipt.id}/refuse_date"
    assert client.post(address, data={"version": receipt.version, "reason": "x"}).status_code == 403
    sign_in(client, cast.store_head)
    assert client.get(address).status_code == 200
    assert client.post(address, data={"version": receipt.version, "reason": " "}).status_code == 422
    assert client.post(address, data={"version": receipt.version, "reason": "Salah hari"}).status_code == 303
    assert not inbox_has(client, sign_in, cast.store_head, receipt)
    assert client.post(address, data={"version": receipt.version, "reason": "again"}).status_code == 422
    sign_in(client, cast.keeper)
    assert "Salah hari" in client.get("/admin/notices/").text
    db.session.expire_all()
    receipt = db.session.get(GoodsReceipt, receipt.id)
    assert client.post(f"/admin/goods_receipt/edit/?id={receipt.id}",
                       data=form(receipt, "2026-11-29", _submit="1")).status_code == 303
    assert (receipt.state, receipt.received_on) == ("posted", TODAY)


def test_the_button_asks_too_and_once(client: Any, sign_in: Any, cast: Cast) -> None:
    receipt = late_receipt(cast)
    receipt.received_on = date(2026, 11, 20)
    db.session.commit()
    sign_in(client, cast.keeper)
    for _time in range(2):
        assert client.post(f"/admin/goods_receipt/{receipt.id}/post",
                           data={"version": receipt.version}).status_code == 303
    assert [event.transition for event in receipt.events] == ["create", "ask_date"]
    assert inbox_has(client, sign_in, cast.store_head, receipt)
    receipt.received_on = date(2026, 11, 21)
    db.session.commit()
    assert not inbox_has(client, sign_in, cast.store_head, receipt), "nobody asked for the 21st"


def test_a_day_that_nobody_can_allow_is_refused_at_once(client: Any, sign_in: Any, cast: Cast) -> None:
    month("2026-10", closed=True)
    receipt = late_receipt(cast)
    sign_in(client, cast.keeper)
    answer = client.post(f"/admin/goods_receipt/edit/?id={receipt.id}",
                         data=form(receipt, "2026-10-20", _submit="1"))
    assert answer.status_code == 422
    assert "1 Nov 2026" in answer.text
    assert not inbox_has(client, sign_in, cast.store_head, receipt)
