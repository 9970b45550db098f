"""Expiry dates as boxes print them: one reader for forms, lists and counts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from models import clock
from models.base import db
from models.errors import Refused
from models.expiry_dates import full_year, gs1_day, last_of_month, read_expiry
from models.goods_receipts import GoodsReceiptLine
from models.operations.ledger import stock
from tests.purchasing.test_receipts import Cast
from tests.purchasing.test_receiving import form_of
from tests.support import factories as make

MONTHS = [("JAN", "Januari", "January"), ("FEB", "Pebruari", "February"), ("MAR", "Maret", "March"),
          ("APR", "April", "Apr"), ("MEI", "Mei", "May"), ("JUN", "Juni", "June"), ("JUL", "Juli", "July"),
          ("AGU", "Agustus", "Aug"), ("SEP", "September", "Sept"), ("OKT", "Oktober", "Oct"),
          ("NOP", "Nopember", "November"), ("DES", "Desember", "Dec")]


@pytest.mark.parametrize(("text", "day"), [
    ("12/2027", "2027-12-31"), ("12-27", "2027-12-31"), ("DES 2027", "2027-12-31"), ("Dec-27", "2027-12-31"),
    ("EXP 31.12.27", "2027-12-31"), ("2027-12", "2027-12-31"), ("ED 08/28", "2028-08-31"),
    ("03/04/27", "2027-04-03"), ("31122027", "2027-12-31"), ("20271231", "2027-12-31"),
    ("MFG 01/25 EXP 12/27", "2027-12-31"), ("Kedaluwarsa: 12 Desember 2027", "2027-12-12"),
    ("Feb 28", "2028-02-29"), ("29/02/2028", "2028-02-29"), ("E.D. mei 28", "2028-05-31"),
    ("12/31/2027", "2027-12-31"), ("2027-12-31 00:00:00", "2027-12-31"), ("EXP.08/2028", "2028-08-31"),
    (datetime(2027, 12, 31), "2027-12-31"), (date(2027, 12, 1), "2027-12-01"), (122027.0, "2027-12-31"),
])
def test_what_stands_on_boxes_is_read(text: Any, day: str) -> None:
    assert read_expiry(text) == date.fromisoformat(day)


@pytest.mark.parametrize("text", [
    "", "EXP", "2027", "27-12", "27 DES", "31/06/27", "30.02.2027", "29-02-2027", "2207-01-01", "1999-12-31",
    "311227", "13/2027", "MFG 12/27", "JU 27", "12/27 13/28", "-12/27", "46387", "x" * 500, None])
def test_what_is_no_day_or_could_be_two_is_refused(text: Any) -> None:
    with pytest.raises(Refused) as refused:
        read_expiry(text)
    assert refused.value.field == "expires_on"


def test_the_order_of_day_and_month_is_the_houses() -> None:
    assert read_expiry("03/04/27", day_first=False) == date(2027, 3, 4)
    assert read_expiry("31/12/27", day_first=False) == date(2027, 12, 31)  # no other order can be meant


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2000, 1, 1), date(2075, 12, 31)), st.data())
def test_every_way_of_writing_a_day_or_a_month_gives_it_back(day: date, data: Any) -> None:
    name = data.draw(st.sampled_from(MONTHS[day.month - 1]))
    head = data.draw(st.sampled_from(["", "EXP ", "Exp. Date: ", "ED:", "KED. ", "Baik digunakan sebelum "]))
    between = data.draw(st.sampled_from("/-. "))
    short = f"{day:%y}" if full_year(day.year % 100) == day.year else f"{day.year}"
    whole = data.draw(st.sampled_from([
        f"{day:%d}{between}{day:%m}{between}{short}", f"{day.day}{between}{day.month}{between}{day.year}",
        f"{day:%Y}{between}{day:%m}{between}{day:%d}", f"{day:%d}{between}{name}{between}{day:%Y}",
        f"{name} {day.day}, {day.year}", f"{day:%d}{name}{day.year}"]))
    assert read_expiry(data.draw(st.sampled_from([str.upper, str.lower]))(head + whole)) == day
    month = data.draw(st.sampled_from([
        f"{day:%m}{between}{short}", f"{day.month}{between}{day.year}", f"{day.year}{between}{day:%m}",
        f"{name}{between}{short}", f"{name}{day.year}", f"{day.year}{between}{name}"]))
    assert read_expiry(head + month) == last_of_month(day.year, day.month)


def test_two_digits_of_a_year_are_the_nearest_year() -> None:
    now = clock.today().year
    assert full_year((now + 50) % 100) == now + 50
    assert full_year((now - 49) % 100) == now - 49
    assert gs1_day("280200") == date(2028, 2, 29)
    for wrong in ("281300", "280230", "28013", "２８０１０１", "28-1-1"):
        with pytest.raises(ValueError, match=wrong):
            gs1_day(wrong)


def test_a_receipt_takes_the_expiry_of_the_box_and_keeps_what_cannot_be_read(client: Any, sign_in: Any,
                                                                               cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(batch_tracked=True), 10, 100)))
    sign_in(client, cast.keeper)
    typed = {"lines-0-batch_number": "BX-1"}
    refused = client.post("/admin/goods_receipt/new/",
                          data=form_of(order, **typed, **{"lines-0-expires_on": "31/06/27"}))
    assert refused.status_code == 422
    assert 'id="e-lines-0-expires_on"' in refused.text
    assert 'value="31/06/27"' in refused.text
    taken = client.post("/admin/goods_receipt/new/",
                        data=form_of(order, **typed, **{"lines-0-expires_on": "EXP DES 27"}))
    assert taken.status_code == 303
    assert db.session.scalars(sa.select(GoodsReceiptLine)).one().expires_on == date(2027, 12, 31)


def test_stock_with_the_same_month_on_the_box_is_one_batch(session: Any) -> None:
    item = make.make_item()
    key = stock.batches([(item.id, "BX-1", read_expiry("12/2027"))])
    assert stock.batches([(item.id, "BX-1", read_expiry("31.12.27"))]) == key
