"""Closing months, dates in closed ones, and dates before later movements."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import NotAllowed, PeriodClosed, Refused
from models.goods_receipts import GoodsReceipt
from models.journal import Period
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.ledger import backdating, journal, periods
from models.operations.purchasing import receipts
from models.operations.stores.reports_stock import stock_on_hand
from models.purchasing import PurchaseOrder
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make

CLOSING = "/admin/period/closing"


@pytest.fixture
def cast(session: Any) -> Cast:
    clock.freeze(datetime(2026, 10, 20, 3, tzinfo=UTC))
    return Cast()


def draft(cast: Cast, on: date | None = None) -> GoodsReceipt:
    """A draft receipt of ten of a new item."""
    receipt = receipts.make_receipt(cast.sent(cast.order((make.make_item(), 10, 100))), by=cast.keeper)
    receipt.received_on = on or clock.today()
    db.session.flush()
    return receipt


def november() -> None:
    clock.freeze(datetime(2026, 11, 20, 3, tzinfo=UTC))


def closed(month: str) -> bool:
    year, number = month.split("-")
    return bool(db.session.scalar(sa.select(sa.func.count(Period.id)).where(
        Period.year == int(year), Period.month == int(number), Period.closed_at.is_not(None))))


# ---------------------------------------------------------------- closing

def test_payables_close_a_month_that_is_over(client: Any, sign_in: Any, cast: Cast) -> None:
    perform(draft(cast), "post", by=cast.keeper)
    november()
    sign_in(client, cast.payables)
    page = client.get(CLOSING)
    assert page.status_code == 200
    assert "Okt 2026" in page.text
    assert "Nov 2026" not in page.text  # not over yet
    assert CLOSING in client.get("/admin/period/").text
    assert client.post(CLOSING, data={"month": "2026-10"}).status_code == 303
    assert closed("2026-10")
    assert f"Ditutup oleh {cast.payables.name}" in client.get(CLOSING).text
    assert client.post(CLOSING, data={"month": "2026-10"}).status_code == 422  # once


def test_what_is_not_posted_stands_in_the_way(client: Any, sign_in: Any, cast: Cast) -> None:
    perform(draft(cast), "post", by=cast.keeper)
    draft(cast)
    november()
    sign_in(client, cast.payables)
    address = (
        "/admin/goods_receipt/?state=draft&amp;received_on_from=2026-10-01&amp;received_on_to=2026-10-31"
    )
    assert address in client.get(CLOSING).text
    answer = client.post(CLOSING, data={"month": "2026-10"})
    assert answer.status_code == 422
    assert "1 dokumen bertanggal 2026-10" in answer.text
    assert not closed("2026-10")
    assert client.post(CLOSING, data={"month": "2026-10", "anyway": "1"}).status_code == 303
    assert closed("2026-10")


def test_wrong_months_are_refused(client: Any, sign_in: Any, cast: Cast) -> None:
    sign_in(client, cast.payables)
    for month in ("", "2026-13", "abc", "2026-10", "2031-01", "0000-00", "2026-10-01"):
        assert client.post(CLOSING, data={"month": month}).status_code == 422, month
    assert db.session.scalar(sa.select(sa.func.count(Period.id)).where(Period.closed_at.is_not(None))) == 0
    for person in (cast.buyer, cast.head, cast.store_head, cast.director):
        sign_in(client, person)
        assert client.get(CLOSING).status_code == 403
        assert client.post(CLOSING, data={"month": "2026-09"}).status_code == 403


def test_a_date_in_a_closed_month_is_refused_at_its_field(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    line = order.lines[0]
    november()
    journal.close_period(2026, 10, by=cast.payables)
    sign_in(client, cast.keeper)
    data = {"purchase_order": str(order.id), "supplier": str(order.supplier_id), "store": str(order.store_id),
            "received_on": "2026-10-20", "delivery_order_number": "SJ-77", "lines-0-item": str(line.item_id),
            "lines-0-received_quantity": "10", "lines-0-unit": str(line.unit_id), "lines-0-unit_price": "100",
            "lines-0-purchase_order_line": str(line.id), "lines-0-discount": "0"}
    for button in ("_save", "_submit"):
        answer = client.post("/admin/goods_receipt/new/", data={**data, button: "1"})
        assert answer.status_code == 422
        assert 'id="e-received_on"' in answer.text
        assert 'value="SJ-77"' in answer.text
    future = client.post("/admin/goods_receipt/new/",
                         data={**data, "received_on": "2030-01-01", "_submit": "1"})
    assert future.status_code == 422
    assert 'id="e-received_on"' in future.text
    assert db.session.scalar(sa.select(sa.func.count(GoodsReceipt.id))) == 0
    assert client.post("/admin/goods_receipt/new/", data={
        **data, "received_on": "2026-11-19", "_submit": "1"}).status_code == 303


def test_a_closed_month_does_not_stop_other_changes_of_its_papers(client: Any, sign_in: Any,
                                                                  cast: Cast) -> None:
    order = cast.order((make.make_item(), 10, 100))
    november()
    journal.close_period(2026, 10, by=cast.payables)
    sign_in(client, cast.buyer)
    line = order.lines[0]
    answer = client.post(f"/admin/purchase_order/edit/?id={order.id}", data={
        "version": str(order.version), "supplier": str(order.supplier_id), "store": str(order.store_id),
        "ordered_on": "2026-10-20", "vat_percent": "11", "note": "Telepon dulu", "lines-0-id": str(line.id),
        "lines-0-item": str(line.item_id), "lines-0-unit": str(line.unit_id), "lines-0-quantity": "10",
        "lines-0-unit_price": "100", "lines-0-discount": "0", "_save": "1"})
    assert answer.status_code == 303
    assert db.session.get(PurchaseOrder, order.id).note == "Telepon dulu"


# ---------------------------------------------------------------- dates before later movements

def with_later_move(cast: Cast) -> tuple[Any, GoodsReceipt]:
    """An item received today, and a draft receipt of five of it dated five days ago."""
    item = make.make_item()
    cast.received(cast.sent(cast.order((item, 10, 100))))
    order = cast.order((item, 5, 200))
    order.ordered_on = clock.today() - timedelta(days=7)
    receipt = receipts.make_receipt(cast.sent(order), by=cast.keeper)
    receipt.received_on = clock.today() - timedelta(days=5)
    db.session.flush()
    return item, receipt


def held(item: Any, on: date) -> Decimal:
    rows = db.session.execute(stock_on_hand({"as_of": on}))
    return sum((row.quantity for row in rows if row.item_id == item.id), Decimal(0))


def test_the_head_of_store_allows_a_date_with_a_reason(client: Any, sign_in: Any, cast: Cast) -> None:
    item, receipt = with_later_move(cast)
    with pytest.raises(Refused, match="later movements"):
        perform(receipt, "post", by=cast.keeper)
    address = f"/admin/goods_receipt/{receipt.id}/allow_date"
    sign_in(client, cast.keeper)
    assert address not in client.get(f"/admin/goods_receipt/details/?id={receipt.id}").text
    assert client.post(address, data={"version": receipt.version, "reason": "x"}).status_code == 403
    sign_in(client, cast.store_head)
    assert address in client.get(f"/admin/goods_receipt/details/?id={receipt.id}").text
    assert client.get(address).status_code == 200
    empty = client.post(address, data={"version": receipt.version, "reason": " "})
    assert empty.status_code == 422
    assert client.post(address, data={"version": "99", "reason": "x"}).status_code == 409
    assert client.post(address,
                       data={"version": receipt.version, "reason": "Surat jalan terselip"}).status_code == 303
    assert "Surat jalan terselip" in client.get(f"/admin/goods_receipt/details/?id={receipt.id}").text
    receipt = db.session.get(GoodsReceipt, receipt.id)
    perform(receipt, "post", by=cast.keeper)
    today = clock.today()
    assert [held(item, today - timedelta(days=days)) for days in (6, 5, 1, 0)] == [0, 5, 5, 15]
    assert all(bad is None for _name, bad in checks.verify(db.session))


def test_the_permission_is_for_that_date_alone(cast: Cast) -> None:
    _item, receipt = with_later_move(cast)
    backdating.allow(receipt, by=cast.store_head, reason="Surat jalan terselip")
    receipt.received_on -= timedelta(days=1)
    db.session.flush()
    with pytest.raises(Refused, match="later movements"):
        perform(receipt, "post", by=cast.keeper)


def test_no_permission_for_a_closed_month_or_by_another_role(cast: Cast) -> None:
    _item, receipt = with_later_move(cast)
    for person in (cast.keeper, cast.head, cast.payables):
        with pytest.raises(NotAllowed):
            backdating.allow(receipt, by=person, reason="x")
    november()
    journal.close_period(2026, 10, by=cast.payables)
    with pytest.raises(PeriodClosed):
        backdating.allow(receipt, by=cast.store_head, reason="x")


def test_a_permission_does_not_reach_before_a_count(cast: Cast) -> None:
    item, receipt = with_later_move(cast)
    backdating.allow(receipt, by=cast.store_head, reason="Surat jalan terselip")
    from models.operations.stores import corrections
    from models.stocktakes import Stocktake
    count = make.saved(Stocktake(created_by=cast.keeper, store=cast.store, counted_on=clock.today()))
    corrections.choose_items(count, [item.id])
    db.session.flush()
    perform(count, "start", by=cast.keeper)
    make.write_counts(count, cast.keeper)
    perform(count, "submit", by=cast.keeper)
    perform(count, "approve", by=cast.head)
    with pytest.raises(PeriodClosed, match="was counted"):
        perform(receipt, "post", by=cast.keeper)


def test_what_stands_is_read_in_one_statement_for_all_months(cast: Cast) -> None:
    draft(cast)
    draft(cast, date(2026, 9, 30))
    found = periods.standing(date(2026, 9, 1), date(2026, 10, 31))
    assert {month: [(each.table, each.state, each.count) for each in rows]
            for month, rows in found.items()} == {
        (2026, 9): [("goods_receipt", "draft", 1)], (2026, 10): [("goods_receipt", "draft", 1)]}
