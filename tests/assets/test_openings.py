"""An asset that was there before: one form says what it lost in each book; a wrong figure is corrected."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_register import Asset, AssetType, BookKind, DepreciationMethod, TaxGroup
from models.base import db
from models.journal import JournalLine, Posting
from models.operations.assets import books, depreciation
from models.operations.core import checks
from models.roles import Role
from tests.assets.test_depreciation import book_of, posted
from tests.support import factories as make


@pytest.fixture(autouse=True)
def _in_november(session: Any) -> None:
    clock.freeze(datetime(2026, 11, 19, 5, tzinfo=UTC))
    make.make_chart()


@pytest.fixture
def kind(session: Any) -> AssetType:
    return make.saved(AssetType(code="ALKES", name="Alat kedokteran", useful_life=60,
                                tax_group=TaxGroup.GROUP_2, method=DepreciationMethod.STRAIGHT_LINE))


@pytest.fixture
def staff(client: Any, sign_in: Any) -> Any:
    user = make.make_user(Role.FACILITIES_STAFF)
    sign_in(client, user)
    client.set_cookie("language", "en")
    return user


def form(kind: AssetType, **fields: Any) -> dict[str, Any]:
    return {"asset_type": kind.id, "name": "USG 4D", "acquisition_cost": "600.000.000",
            "acquired_on": "2023-01-10", "ownership": "owned", "funding_source": "blu", "condition": "good",
            "quantity": "1", **fields}


OPENING = {"hospital_accumulated": "460.000.000", "hospital_until": "2026-10-31",
           "tax_accumulated": "287.500.000", "tax_until": "2026-10-31",
           "state_accumulated": "420.000.000", "state_until": "2026-06-30"}


def test_what_it_lost_before_is_asked_and_proposed(client: Any, session: Any, staff: Any,
                                                   kind: AssetType) -> None:
    """600 million from January 2023 over five years, nothing was run yet, so October is the first period: 45
    months until then are 450 million; of 8 years in the tax book 281.25 million; six semesters of ten in the
    state-property book 360 million."""
    answer = client.post("/admin/asset/new/", data=form(kind))
    assert answer.status_code == 422
    for value in ("450000000", "281250000", "360000000", "2026-09-30", "2025-12-31"):
        assert f'value="{value}"' in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Asset)) == 0
    assert client.post("/admin/asset/new/", data=form(kind, **OPENING)).status_code == 303
    asset = session.scalars(sa.select(Asset)).one()
    assert {book.book: (book.accumulated, book.anchored_on) for book in asset.books} == {
        BookKind.HOSPITAL: (460_000_000, date(2026, 10, 31)), BookKind.TAX: (287_500_000, date(2026, 10, 31)),
        BookKind.STATE_PROPERTY: (420_000_000, date(2026, 6, 30))}
    assert asset.book_value == 140_000_000
    balance = sa.func.sum(JournalLine.debit) - sa.func.sum(JournalLine.credit)
    sums = dict(session.execute(sa.select(JournalLine.purpose, balance).group_by(JournalLine.purpose)).all())
    assert {purpose: Decimal(str(value)) for purpose, value in sums.items()} == {
        Posting.ASSET: 600_000_000, Posting.ACCUMULATED_DEPRECIATION: -460_000_000,
        Posting.ASSET_OPENING: -140_000_000}
    assert [name for name, row in checks.verify(db.session) if row is not None] == []
    assert depreciation.due_period(BookKind.HOSPITAL)[0] == date(2026, 11, 1), "where the opening ends"


def test_the_first_run_takes_no_more_than_its_month(client: Any, session: Any, staff: Any,
                                                    kind: AssetType) -> None:
    client.post("/admin/asset/new/", data=form(kind, **OPENING))
    clock.freeze(datetime(2026, 12, 2, 5, tzinfo=UTC))
    run = posted(staff, date(2026, 11, 1))
    assert [(line.amount, line.periods, line.caught_up) for line in run.lines] == [(10_000_000, 1, 0)]


@pytest.mark.parametrize("fields", [
    {"acquired_on": "2026-11-02"}, {"acquired_on": "2023-01-10", "ownership": "borrowed"}])
def test_what_came_now_or_is_not_ours_is_not_asked(client: Any, session: Any, staff: Any, kind: AssetType,
                                                   fields: dict[str, Any]) -> None:
    assert client.post("/admin/asset/new/", data=form(kind, **fields)).status_code == 303
    asset = session.scalars(sa.select(Asset)).one()
    assert all(book.accumulated == 0 and book.anchored_on is None for book in asset.books)


@pytest.mark.parametrize(("name", "value", "words"), [
    ("hospital_accumulated", "600.000.000,01", "between 0 and"), ("tax_until", "2026-12-31", "lies between"),
    ("state_until", "2022-12-31", "lies between")])
def test_what_cannot_be_is_refused_at_its_field(client: Any, session: Any, staff: Any, kind: AssetType,
                                                name: str, value: str, words: str) -> None:
    answer = client.post("/admin/asset/new/", data=form(kind, **OPENING | {name: value}))
    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{name}"' in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Asset)) == 0


def test_the_assets_page_leads_to_its_books_and_a_wrong_opening_is_corrected(
        client: Any, session: Any, staff: Any, sign_in: Any, kind: AssetType) -> None:
    client.post("/admin/asset/new/", data=form(kind, **OPENING))
    asset = session.scalars(sa.select(Asset)).one()
    book = book_of(asset)
    page = client.get(f"/admin/asset/details/?id={asset.id}").text
    assert all(f"/admin/asset_book/details/?id={each.id}" in page for each in asset.books)
    address = f"/admin/asset_book/{book.id}/opening"
    assert address in page
    assert client.post(address, data={"accumulated": "300.000.000", "anchored_on": "2026-10-31",
                                      "reason": "Salah ketik"}).status_code == 303
    session.expire_all()
    assert (book.accumulated, asset.book_value) == (300_000_000, 300_000_000)
    assert [name for name, row in checks.verify(db.session) if row is not None] == []
    clock.freeze(datetime(2026, 12, 2, 5, tzinfo=UTC))
    posted(staff, date(2026, 11, 1))
    sign_in(client, staff)
    assert client.post(address, data={"accumulated": "1", "anchored_on": "2026-10-31",
                                      "reason": "Salah"}).status_code == 422
    assert books.schedule_of(book)[0].period_start == date(2026, 12, 1)
