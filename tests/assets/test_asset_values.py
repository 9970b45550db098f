"""Capitalised repair, revaluation, impairment: what they make of books, schedule and journal; and the way
back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_register import Asset, BookKind, TaxGroup
from models.asset_values import AssetValueChange, AssetValueChangeLine, ValueChangeKind
from models.errors import Refused
from models.journal import JournalEntry, JournalLine, Period, Posting
from models.operations.assets import books
from models.operations.assets.entry import accounts_of
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.operations.ledger import days, journal
from models.operations.ledger.journal import JournalLeg
from models.people import User
from models.roles import Role
from tests.assets.test_depreciation import asset_of, book_of, posted
from tests.support import factories as make

IMPROVEMENT, REVALUATION, IMPAIRMENT = ValueChangeKind


@pytest.fixture(autouse=True)
def _in_april(session: Any) -> None:
    clock.freeze(datetime(2026, 4, 20, 5, tzinfo=UTC))
    make.make_chart()
    days.begin_books(date(2026, 1, 1))


@pytest.fixture
def staff(session: Any) -> User:
    return make.make_user(Role.FACILITIES_STAFF)


def owned(by: User, **fields: Any) -> Asset:
    """12 million over 60 months from January, in the journal too; three runs are posted: 600,000 are gone."""
    asset = asset_of(group=TaxGroup.GROUP_2, **fields)
    asset.account_id = accounts_of((asset,))[asset.id].cost
    journal.post_entry(date(2026, 1, 10), [JournalLeg(Posting.ASSET, asset.acquisition_cost,
    asset.account_id), JournalLeg(Posting.ASSET_OPENING, -asset.acquisition_cost)],
                       asset, by, description="opening")
    for month in (1, 2, 3):
        posted(by, date(2026, month, 1))
    make.db.session.expire_all()
    return asset


def paper(by: User, kind: ValueChangeKind, asset: Asset, amount: int, months: int = 0,
          on: date = date(2026, 4, 15)) -> AssetValueChange:
    made = make.saved(AssetValueChange(created_by=by, kind=kind, changed_on=on, lines=[
        AssetValueChangeLine(asset=asset, amount=Decimal(amount), added_months=months)]))
    opened(made, by=by)
    return made


def post(made: AssetValueChange) -> AssetValueChange:
    for step, by in (("submit", made.created_by), ("approve", make.make_user(Role.FACILITIES_HEAD)),
                     ("approve_receivables", make.make_user(Role.RECEIVABLES))):
        perform(made, step, by=by)
    make.db.session.expire_all()
    return made


def reverse(made: AssetValueChange) -> None:
    perform(made, "reverse", by=make.make_user(Role.FACILITIES_HEAD), reason="The wrong asset")
    make.db.session.expire_all()


def entry_of(made: AssetValueChange) -> set[tuple[Posting, Decimal]]:
    return {(line.purpose, line.debit - line.credit) for line in make.db.session.scalars(
        sa.select(JournalLine).join(JournalEntry).where(JournalEntry.document_type == "asset_value_change",
                                                        JournalEntry.document_id == made.id))}


def broken() -> list[str]:
    return [name for name, row in checks.verify(make.db.session) if row is not None]


def test_a_repair_adds_cost_and_life_to_every_book(session: Any, staff: User) -> None:
    """11.4 million left of 57 months; 1,200,000 and 6 months are added on 15 April: 12.6 million over 63."""
    asset = owned(staff)
    made = post(paper(staff, IMPROVEMENT, asset, 1_200_000, 6))
    book = book_of(asset)
    assert (book.cost, asset.acquisition_cost, book.useful_life, book.book_value) == (
        13_200_000, 13_200_000, 66, 12_600_000)
    schedule = books.schedule_of(book)
    assert (len(schedule), schedule[0].period_start, schedule[0].amount) == (63, date(2026, 4, 1), 200_000)
    assert sum(line.amount for line in schedule) == 12_600_000
    assert {each.cost for each in asset.books} == {Decimal(13_200_000)}
    lives = [book_of(asset, kind).useful_life for kind in (BookKind.TAX, BookKind.STATE_PROPERTY)]
    assert lives == [99, 63], "of the tax group and of the type at most, from now"
    assert entry_of(made) == {(Posting.ASSET, 1_200_000), (Posting.ASSET_PAYABLE, -1_200_000)}
    assert broken() == []


def test_a_revaluation_sets_off_what_is_accumulated(session: Any, staff: User) -> None:
    """11.4 million become 17.1 million over the 57 months that are left: 300,000 a month, 5.7 million of
    surplus."""
    asset = owned(staff)
    made = post(paper(staff, REVALUATION, asset, 17_100_000))
    book = book_of(asset)
    assert (book.cost, book.accumulated, asset.acquisition_cost) == (17_100_000, 0, 17_100_000)
    assert {line.amount for line in books.schedule_of(book)} == {Decimal(300_000)}
    assert entry_of(made) == {(Posting.ACCUMULATED_DEPRECIATION, 600_000), (Posting.ASSET, 5_100_000),
                              (Posting.REVALUATION_SURPLUS, -5_700_000)}
    assert book_of(asset, BookKind.TAX).cost == 12_000_000, "the law sets the other books"
    assert broken() == []
    run = posted(staff, date(2026, 4, 1)) if clock.today() > date(2026, 4, 30) else None
    assert run is None


def test_an_impairment_is_a_loss(session: Any, staff: User) -> None:
    asset = owned(staff)
    made = post(paper(staff, IMPAIRMENT, asset, 5_700_000))
    book = book_of(asset)
    assert (book.cost, book.accumulated) == (12_000_000, 6_300_000)
    assert {line.amount for line in books.schedule_of(book)} == {Decimal(100_000)}
    assert entry_of(made) == {(Posting.ACCUMULATED_DEPRECIATION, -5_700_000),
                              (Posting.VALUE_LOSS, 5_700_000)}
    assert broken() == []


def test_a_fall_takes_the_surplus_first_and_a_rise_gives_the_loss_back(session: Any, staff: User) -> None:
    """Up by 5.7, down by 6.7, up by 2 million: the surplus of 5.7 goes, 1 is expensed, comes back, 1 is
    surplus."""
    asset = owned(staff)
    found = []
    for value in (17_100_000, 10_400_000, 12_400_000):
        line = post(paper(staff, REVALUATION, asset, value)).lines[0]
        found.append((line.surplus, line.loss))
    assert found == [(5_700_000, 0), (-5_700_000, 1_000_000), (1_000_000, -1_000_000)]
    assert broken() == []


@pytest.mark.parametrize(("kind", "amount", "months"), [
    (IMPROVEMENT, 1_200_000, 6), (REVALUATION, 17_100_000, 0), (IMPAIRMENT, 5_700_000, 0)])
def test_what_is_reversed_leaves_all_as_it_was(session: Any, staff: User, kind: ValueChangeKind, amount: int,
                                               months: int) -> None:
    asset = owned(staff)
    before = {book.id: books.terms_of(book) for book in asset.books}
    made = post(paper(staff, kind, asset, amount, months))
    reverse(made)
    hospital = book_of(asset)
    assert books.terms_of(hospital) == before[hospital.id]
    assert (asset.acquisition_cost, asset.book_value) == (12_000_000, 11_400_000)
    assert broken() == []


def test_a_run_that_followed_is_reversed_first(session: Any, staff: User) -> None:
    asset = owned(staff)
    made = post(paper(staff, REVALUATION, asset, 17_100_000))
    clock.freeze(datetime(2026, 5, 4, 5, tzinfo=UTC))
    run = posted(staff, date(2026, 4, 1))
    assert run.total == 300_000
    session.expire_all()
    with pytest.raises(Refused, match="changed since"):
        reverse(made)
    perform(run, "reverse", by=make.make_user(Role.FACILITIES_HEAD), reason="Too early")
    session.expire_all()
    reverse(made)
    assert broken() == []


def test_a_change_whose_month_was_closed_meanwhile_is_of_the_first_open_day(session: Any,
                                                                            staff: User) -> None:
    """Submitted in April and posted in May, when April is closed: what is over by then counts first."""
    made = paper(staff, IMPROVEMENT, owned(staff), 1_200_000)
    perform(made, "submit", by=staff)
    perform(made, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    clock.freeze(datetime(2026, 5, 20, 5, tzinfo=UTC))
    posted(staff, date(2026, 4, 1))
    journal.close_period(2026, 4, by=make.make_user(Role.PAYABLES))
    perform(made, "approve_receivables", by=make.make_user(Role.RECEIVABLES))
    days_of = set(session.scalars(sa.select(JournalEntry.posted_on).where(
        JournalEntry.document_type == "asset_value_change", JournalEntry.document_id == made.id)))
    assert (made.changed_on, days_of) == (date(2026, 5, 1), {date(2026, 5, 1)})
    assert broken() == []


def test_a_closed_month_keeps_its_change(session: Any, staff: User) -> None:
    asset = owned(staff)
    made = post(paper(staff, IMPAIRMENT, asset, 5_700_000))
    session.execute(sa.update(Period).where(Period.month == 4).values(
        closed_at=clock.now(), closed_by_id=make.make_user(Role.PAYABLES).id))
    with pytest.raises(Refused, match="closed"):
        reverse(made)


@pytest.mark.parametrize(("kind", "amount", "months", "field"), [
    (IMPROVEMENT, 0, 6, "amount"), (IMPAIRMENT, 11_400_000, 0, "amount"),
    (REVALUATION, 12_000_000, 6, "added_months")])
def test_what_is_refused(session: Any, staff: User, kind: ValueChangeKind, amount: int, months: int,
                         field: str) -> None:
    with pytest.raises(Refused) as refusal:
        perform(paper(staff, kind, owned(staff), amount, months), "submit", by=staff)
    assert refusal.value.field == field
