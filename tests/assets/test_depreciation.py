"""Depreciation runs and asset books: what is run when, what is posted, what a disposal and a changed life
do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models import clock
from models.asset_register import Asset, AssetBook, AssetType, BookKind, DepreciationMethod, TaxGroup
from models.depreciation import DepreciationRun, DepreciationRunLine, DepreciationRunState
from models.depreciation_rules import period_of
from models.errors import Conflict, NotAllowed, Refused
from models.journal import JournalEntry, JournalLine, Period, Posting
from models.operations.assets import books, depreciation
from models.operations.core import checks
from models.operations.core.approvals import by_system, opened, perform
from models.operations.ledger import journal, periods
from models.operations.ledger.journal import JournalLeg
from models.people import User
from models.roles import Role
from tests.support import factories as make


@pytest.fixture(autouse=True)
def in_april(session: Any) -> None:
    clock.freeze(datetime(2026, 4, 20, 5, tzinfo=UTC))
    make.make_chart()


@pytest.fixture
def staff(session: Any) -> User:
    return make.make_user(Role.FACILITIES_STAFF)


def asset_of(cost: int = 12_000_000, life: int = 60, acquired_on: date = date(2026, 1, 10), group: Any = None,
             **fields: Any) -> Asset:
    kind = AssetType(code=make.unique("T"), name=make.unique("Type"), useful_life=life, tax_group=group,
                     residual_percent=fields.pop("residual", Decimal(0)),
                     method=fields.pop("method", DepreciationMethod.STRAIGHT_LINE))
    asset = make.saved(Asset(tag=make.unique("AST"), name="Pump", asset_type=kind,
                             acquisition_cost=Decimal(cost),
                             acquired_on=acquired_on, **fields))
    books.open_books(asset)
    return asset


def close(*months: int) -> None:
    by = make.make_user(Role.PAYABLES)
    for month in months:
        period = make.db.session.scalar(sa.select(Period).filter_by(year=2026, month=month))
        period = period or make.saved(Period(year=2026, month=month))
        period.closed_at, period.closed_by = clock.now(), by
    make.db.session.flush()


def run_of(by: User, day: date, book: BookKind = BookKind.HOSPITAL) -> DepreciationRun:
    start, end = period_of(book, day)
    run = make.saved(DepreciationRun(created_by=by, book=book, run_on=end, period_start=start,
                                     period_end=end))
    opened(run, by=by)
    return run


def posted(by: User, day: date, book: BookKind = BookKind.HOSPITAL) -> DepreciationRun:
    run = run_of(by, day, book)
    perform(run, "submit", by=by)
    perform(run, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    return run


def book_of(asset: Asset, kind: BookKind = BookKind.HOSPITAL) -> AssetBook:
    return next(book for book in asset.books if book.book == kind)


def broken(session: Any) -> set[str]:
    return {name for name, row in checks.verify(session)
            if row is not None and name.startswith(("assets", "journal"))}


# ---------------------------------------------------------------- books

def test_an_asset_has_three_books(session: Any) -> None:
    asset = asset_of(cost=10_000_000, residual=Decimal("12.5"), group=TaxGroup.GROUP_2)
    hospital, tax, state = (book_of(asset, kind) for kind in BookKind)
    assert (hospital.useful_life, hospital.residual_value, hospital.starts_on) == (60, 1_250_000,
                                                                                   date(2026, 1, 10))
    assert (tax.useful_life, tax.residual_value, tax.tax_group) == (96, 0, TaxGroup.GROUP_2)
    assert (state.useful_life, state.residual_value, state.method) == (60, 0,
                                                                       DepreciationMethod.STRAIGHT_LINE)
    assert books.open_books(asset) == asset.books
    assert len(asset.books) == 3


def test_what_is_not_depreciated_or_not_ours_has_no_book(session: Any) -> None:
    assert asset_of(method=DepreciationMethod.NONE).books == []
    assert asset_of(ownership="borrowed").books == []


def test_an_asset_entered_by_hand_gets_its_books_with_the_run(session: Any, staff: User) -> None:
    asset = make.make_asset(acquired_on=date(2026, 3, 2), acquisition_cost=Decimal(600))
    assert asset.books == []
    run = posted(staff, date(2026, 3, 1))
    session.expire_all()
    assert [line.amount for line in run.lines] == [10]
    assert book_of(asset).accumulated == 10


# ---------------------------------------------------------------- runs

def test_a_posted_run(session: Any, staff: User) -> None:
    """12,000,000 over 60 months from January: 200,000 each month, into the journal and the register."""
    asset, done = asset_of(), asset_of(cost=1, life=1, acquired_on=date(2026, 1, 1))
    for month in (1, 2):
        run = posted(staff, date(2026, month, 1))
    assert run.number == "DEP/2026/000002"
    assert run.state == DepreciationRunState.POSTED
    assert [(line.asset, line.opening_value, line.amount, line.closing_value) for line in run.lines] == [
        (asset, 11_800_000, 200_000, 11_600_000)]
    assert run.total == 200_000
    session.expire_all()
    assert (book_of(asset).accumulated, asset.book_value) == (400_000, 11_600_000)
    assert book_of(asset).depreciated_until == date(2026, 2, 28)
    assert book_of(done).book_value == 0
    entry = session.scalars(sa.select(JournalEntry).filter_by(
        document_type="depreciation_run", document_id=run.id)).one()
    assert entry.posted_on == run.run_on == date(2026, 2, 28), "the last day of its period"
    assert {(line.purpose, line.debit, line.credit) for line in entry.lines} == {
        (Posting.DEPRECIATION, 200_000, 0), (Posting.ACCUMULATED_DEPRECIATION, 0, 200_000)}
    assert broken(session) == set()


def test_the_accounts_are_those_of_the_type(session: Any, staff: User) -> None:
    asset = asset_of()
    expense, gone = make.make_account(), make.make_account()
    asset.asset_type.expense_account, asset.asset_type.accumulated_account = expense, gone
    asset_of(cost=600)
    run = posted(staff, date(2026, 1, 1))
    lines = session.scalars(sa.select(JournalLine).join(JournalEntry).where(
        JournalEntry.document_id == run.id, JournalLine.account_id.in_((expense.id, gone.id)))).all()
    assert {(line.account_id, line.debit, line.credit) for line in lines} == {
        (expense.id, 200_000, 0), (gone.id, 0, 200_000)}
    assert run.total == 200_010


def test_the_other_books_stay_out_of_the_journal(session: Any, staff: User) -> None:
    asset = asset_of(group=TaxGroup.GROUP_1)
    run = posted(staff, date(2026, 1, 1), BookKind.TAX)
    session.expire_all()
    assert run.total == book_of(asset, BookKind.TAX).accumulated == 250_000
    assert book_of(asset).accumulated == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(JournalEntry)) == 0
    assert broken(session) == set()


def test_the_state_property_book_runs_by_semester(session: Any, staff: User) -> None:
    clock.freeze(clock.now().replace(month=7))
    asset = asset_of(cost=1000, life=42)
    run = posted(staff, date(2026, 6, 9), BookKind.STATE_PROPERTY)
    session.expire_all()
    assert (run.period_start, run.period_end) == (date(2026, 1, 1), date(2026, 6, 30))
    assert book_of(asset, BookKind.STATE_PROPERTY).accumulated == 143


def test_a_period_is_over_and_whole_before_it_is_run(session: Any, staff: User) -> None:
    asset_of()
    with pytest.raises(Refused, match="not over") as refusal:
        perform(run_of(staff, date(2026, 4, 1)), "submit", by=staff)
    assert refusal.value.field == "period_start"
    part = make.saved(DepreciationRun(created_by=staff, period_start=date(2026, 2, 2),
                                      period_end=date(2026, 2, 28)))
    with pytest.raises(Refused, match="The period goes from"):
        perform(part, "submit", by=staff)


def test_a_month_that_was_closed_without_its_run_is_dated_on_the_first_open_day(session: Any,
                                                                                staff: User) -> None:
    """As books of before have it: January to March are closed, nothing was run; the run of January is dated 1
    April, that of the tax book, which has no journal, 31 January."""
    asset_of(group=TaxGroup.GROUP_1)
    close(1, 2, 3)
    assert posted(staff, date(2026, 1, 1)).run_on == date(2026, 4, 1)
    assert posted(staff, date(2026, 1, 1), BookKind.TAX).run_on == date(2026, 1, 31)
    session.expire_all()
    assert broken(session) == set()


def test_the_first_run_begins_where_the_openings_end(session: Any, staff: User) -> None:
    asset = asset_of(acquired_on=date(2024, 1, 5))
    books.enter_opening(book_of(asset), Decimal(5_000_000), date(2026, 1, 31), by=staff)
    assert depreciation.due_period(BookKind.HOSPITAL) == (date(2026, 2, 1), date(2026, 2, 28))
    for month, words in ((1, "what they lost until 2026-01-31"), (3, "first")):
        with pytest.raises(Refused, match=words):
            perform(run_of(staff, date(2026, month, 1)), "submit", by=staff)
    assert posted(staff, date(2026, 2, 1)).total == Decimal("200000.00"), "7,000,000 in 35 months"


# ---------------------------------------------------------------- catching up

def test_what_is_caught_up_stands_apart_on_the_line(session: Any, staff: User) -> None:
    """600 million over 5 years, acquired in January 2023 and registered now: 37 of its months are over with
    January 2026, 36 of them are made up for."""
    late, usual = asset_of(cost=600_000_000, acquired_on=date(2023, 1, 10)), asset_of()
    run = posted(staff, date(2026, 1, 1))
    assert {(line.asset, line.amount, line.periods, line.caught_up) for line in run.lines} == {
        (late, 370_000_000, 37, 360_000_000), (usual, 200_000, 1, 0)}
    found = depreciation.caught_up(run)
    assert (found.count, found.amount, [line.asset for line in found.lines]) == (1, 360_000_000, [late])
    following = posted(staff, date(2026, 2, 1))
    assert {line.periods for line in following.lines} == {1}
    assert depreciation.caught_up(following).count == 0


def test_a_life_that_is_over_makes_up_for_no_more_than_its_months(session: Any, staff: User) -> None:
    asset_of(cost=1200, life=12, acquired_on=date(2020, 5, 1))
    (line,) = posted(staff, date(2026, 1, 1)).lines
    assert (line.amount, line.periods, line.caught_up) == (1200, 12, 1200)


# ---------------------------------------------------------------- taking back

def test_a_run_is_reversed_and_run_again(session: Any, staff: User) -> None:
    """The books are as before it, the entry has an opposite one of that day, the period can be run anew."""
    asset = asset_of()
    posted(staff, date(2026, 1, 1))
    run, head = posted(staff, date(2026, 2, 1)), make.make_user(Role.FACILITIES_HEAD)
    perform(run, "reverse", by=head, reason="One asset was entered twice")
    session.expire_all()
    assert run.state == DepreciationRunState.REVERSED
    assert (book_of(asset).accumulated, book_of(asset).depreciated_until) == (200_000, date(2026, 1, 31))
    entries = session.scalars(sa.select(JournalEntry).filter_by(document_id=run.id).order_by(
        JournalEntry.id)).all()
    assert [(entry.posted_on, {(line.purpose, line.debit, line.credit) for line in entry.lines})
            for entry in entries] == [
        (date(2026, 2, 28), {(Posting.DEPRECIATION, 200_000, 0),
                             (Posting.ACCUMULATED_DEPRECIATION, 0, 200_000)}),
        (date(2026, 2, 28), {(Posting.DEPRECIATION, 0, 200_000),
                             (Posting.ACCUMULATED_DEPRECIATION, 200_000, 0)})]
    assert broken(session) == set()
    again = posted(staff, date(2026, 2, 1))
    session.expire_all()
    assert (again.total, book_of(asset).accumulated) == (200_000, 400_000)
    assert broken(session) == set()


def test_the_first_run_is_reversed_to_a_book_without_any(session: Any, staff: User) -> None:
    asset = asset_of()
    run = posted(staff, date(2026, 1, 1))
    perform(run, "reverse", by=make.make_user(Role.FACILITIES_HEAD), reason="Openings were missing")
    session.expire_all()
    assert (book_of(asset).accumulated, book_of(asset).depreciated_until) == (0, None)
    books.enter_opening(book_of(asset), Decimal(100_000), date(2026, 1, 31), by=staff)
    assert depreciation.due_period(BookKind.HOSPITAL)[0] == date(2026, 2, 1)


def test_only_the_last_run_in_an_open_month_is_reversed(session: Any, staff: User) -> None:
    asset_of(group=TaxGroup.GROUP_1)
    head = make.make_user(Role.FACILITIES_HEAD)
    first, second = posted(staff, date(2026, 1, 1)), posted(staff, date(2026, 2, 1))
    tax = posted(staff, date(2026, 1, 1), BookKind.TAX)
    with pytest.raises(Refused, match="later period"):
        perform(first, "reverse", by=head, reason="x")
    with pytest.raises(NotAllowed):
        perform(second, "reverse", by=staff, reason="x")
    close(1, 2)
    with pytest.raises(Refused, match="closed"):
        perform(second, "reverse", by=head, reason="x")
    perform(tax, "reverse", by=head, reason="It has no journal, so no month is closed for it")


@pytest.mark.parametrize("what", ["life", "gone"])
def test_a_run_stays_when_a_book_changed_after_it(session: Any, staff: User, what: str) -> None:
    asset = asset_of()
    run = posted(staff, date(2026, 1, 1))
    session.expire_all()
    if what == "life":
        books.change_life(book_of(asset), 119, Decimal(0), by=staff, reason="Overhauled")
    else:
        by_system(asset, "retire", by=staff)
    with pytest.raises(Refused, match="changed after this run"):
        perform(run, "reverse", by=make.make_user(Role.FACILITIES_HEAD), reason="x")


def test_nobody_reverses_an_own_run(session: Any) -> None:
    both = make.make_user(Role.FACILITIES_STAFF, Role.FACILITIES_HEAD)
    asset_of()
    run = posted(both, date(2026, 1, 1))
    with pytest.raises(Refused, match="yourself"):
        perform(run, "reverse", by=both, reason="x")


# ---------------------------------------------------------------- closing the month

def test_a_month_is_not_closed_quietly_before_its_depreciation(session: Any, staff: User) -> None:
    asset_of()
    payables = make.make_user(Role.PAYABLES)
    assert {month: [entry.given for entry in rows] for month, rows in periods.outstanding(
        date(2026, 1, 1), date(2026, 4, 30)).items()} == {(2026, 3): ["period_start=2026-03-01"]}
    posted(staff, date(2026, 1, 1))
    assert set(periods.outstanding(date(2026, 1, 1), date(2026, 4, 30))) == {(2026, 2), (2026, 3)}
    with pytest.raises(Refused, match="depreciation of 2026-02"), session.begin_nested():
        periods.close(2026, 2, by=payables)
    run = run_of(staff, date(2026, 2, 1))
    with pytest.raises(Refused, match="1 document"), session.begin_nested():
        periods.close(2026, 2, by=payables)
    depreciation.set_period(run)
    perform(run, "submit", by=staff)
    perform(run, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    periods.close(2026, 2, by=payables)
    periods.close(2026, 3, by=payables, anyway=True)
    assert posted(staff, date(2026, 3, 1)).run_on == date(2026, 4, 1)


def test_periods_are_run_in_order_and_once(session: Any, staff: User) -> None:
    asset_of()
    posted(staff, date(2026, 1, 1))
    march = run_of(staff, date(2026, 3, 1))
    with pytest.raises(Refused, match="first"):
        perform(march, "submit", by=staff)
    december = run_of(staff, date(2025, 12, 1))
    with pytest.raises(Refused, match="posted already"):
        perform(december, "submit", by=staff)
    with pytest.raises(IntegrityError), session.begin_nested():
        run_of(staff, date(2026, 1, 1))
    february = run_of(staff, date(2026, 2, 1))
    perform(february, "submit", by=staff)
    with pytest.raises(Refused, match="first"):
        perform(march, "submit", by=staff)
    assert depreciation.due_period(BookKind.HOSPITAL) == (date(2026, 2, 1), date(2026, 2, 28))


def test_nobody_approves_an_own_run(session: Any) -> None:
    both = make.make_user(Role.FACILITIES_STAFF, Role.FACILITIES_HEAD)
    asset_of()
    run = run_of(both, date(2026, 1, 1))
    perform(run, "submit", by=both)
    with pytest.raises(Refused, match="yourself"):
        perform(run, "approve", by=both)


def test_a_rejected_run_is_computed_anew(session: Any, staff: User) -> None:
    """A book that changed after the submission stops the posting; after a new submission it does not."""
    asset, gone = asset_of(), asset_of(cost=600)
    run, head = run_of(staff, date(2026, 1, 1)), make.make_user(Role.FACILITIES_HEAD)
    perform(run, "submit", by=staff)
    book_of(asset).cost = Decimal(6_000_000)
    by_system(gone, "retire", by=staff)
    session.flush()
    with pytest.raises(Conflict, match="changed since"), session.begin_nested():
        perform(run, "approve", by=head)
    session.expire_all()
    perform(run, "reject", by=head, reason="The cost was wrong")
    perform(run, "reopen", by=staff)
    perform(run, "submit", by=staff)
    assert [line.amount for line in run.lines] == [100_000]
    perform(run, "approve", by=head)
    session.expire_all()
    assert book_of(asset).accumulated == 100_000


def test_computing_goes_on_where_it_was_cut(session: Any, staff: User) -> None:
    assets = [asset_of(cost=600 * number) for number in range(1, 8)]
    run = run_of(staff, date(2026, 1, 1))
    after = depreciation.compute(run, 0, 3)
    assert after == book_of(assets[2]).id
    session.commit()
    progress = depreciation.compute_next(run)
    assert (progress.done, progress.total, progress.after, progress.percent) == (7, 7, None, 100)
    session.expire_all()
    assert [line.amount for line in run.lines] == [10 * number for number in range(1, 8)]
    perform(run, "submit", by=staff)
    assert session.scalar(sa.select(sa.func.count()).select_from(DepreciationRunLine)) == 7
    with pytest.raises(Refused, match="Only a draft"):
        depreciation.compute_next(run)


def test_what_is_held_for_sale_stands_still(session: Any, staff: User) -> None:
    by_system(asset_of(), "hold_for_sale", by=staff)
    assert posted(staff, date(2026, 1, 1)).lines == []


# ---------------------------------------------------------------- openings, changes, disposals

def test_an_asset_enters_with_what_it_lost_before(session: Any, staff: User) -> None:
    """24 months of 60 gone with 5,000,000 of 12,000,000: the rest over 36 months, 194,444.44."""
    asset = asset_of(acquired_on=date(2024, 1, 5))
    books.enter_opening(book_of(asset), Decimal(5_000_000), date(2025, 12, 10), by=staff)
    assert asset.book_value == 7_000_000
    run = posted(staff, date(2026, 1, 1))
    assert [line.amount for line in run.lines] == [Decimal("194444.44")]
    session.expire_all()
    assert broken(session) == set()
    with pytest.raises(Refused, match="depreciated already"):
        books.enter_opening(book_of(asset), Decimal(1), date(2025, 12, 31), by=staff)


def test_a_life_is_changed_for_the_future(session: Any, staff: User) -> None:
    """11,800,000 left after one month; a life of 119 months leaves 118: 100,000 each."""
    asset = asset_of()
    posted(staff, date(2026, 1, 1))
    session.expire_all()
    books.change_life(book_of(asset), 119, Decimal(0), by=staff, reason="Overhauled")
    schedule = books.schedule_of(book_of(asset))
    assert (len(schedule), schedule[0].amount, schedule[0].period_start) == (118, 100_000, date(2026, 2, 1))
    assert [line.amount for line in posted(staff, date(2026, 2, 1)).lines] == [100_000]
    session.expire_all()
    assert [row[1:] for row in books.history_of(book_of(asset))] == [
        ("DEP/2026/000001", 200_000), ("DEP/2026/000002", 100_000), ("life", 0)]
    assert broken(session) == set()


@pytest.mark.parametrize(("life", "residual", "reason", "field"), [
    (0, 0, "x", "useful_life"), (12, -1, "x", "residual_value"), (12, 12_000_001, "x", "residual_value"),
    (12, 0, " ", "reason")])
def test_what_a_changed_life_refuses(session: Any, staff: User, life: int, residual: int, reason: str,
                                     field: str) -> None:
    with pytest.raises(Refused) as refusal:
        books.change_life(book_of(asset_of()), life, Decimal(residual), by=staff, reason=reason)
    assert refusal.value.field == field


def test_only_staff_changes_books_and_only_the_hospitals(session: Any, staff: User) -> None:
    asset = asset_of(group=TaxGroup.GROUP_1)
    with pytest.raises(NotAllowed):
        books.change_life(book_of(asset), 12, Decimal(0), by=make.make_user(Role.FACILITIES_HEAD), reason="x")
    with pytest.raises(Refused, match="law"):
        books.change_life(book_of(asset, BookKind.TAX), 12, Decimal(0), by=staff, reason="x")


def test_a_disposal_is_depreciated_to_its_day(session: Any, staff: User) -> None:
    """200,000 a month, January posted; to 14 February: 14/28 of it, in the books and in the journal of the
    paper."""
    asset, paper = asset_of(group=TaxGroup.GROUP_1), make.make_maintenance()
    posted(staff, date(2026, 1, 1))
    session.expire_all()
    period = session.scalars(sa.select(Period).filter_by(year=2026, month=2)).one_or_none()
    assert period is None or not period.is_closed
    assert books.depreciate_to(asset, date(2026, 2, 14), document=paper, by=staff) == 11_700_000
    assert book_of(asset).accumulated == 300_000
    assert book_of(asset, BookKind.TAX).accumulated == 250_000 + 125_000  # its January was not run yet
    entry = session.scalars(sa.select(JournalEntry).filter_by(document_type="maintenance")).one()
    assert entry.posted_on == date(2026, 2, 14)
    assert {line.debit + line.credit for line in entry.lines} == {Decimal(100_000)}
    assert books.depreciate_to(asset, date(2026, 2, 14), document=paper, by=staff) == 11_700_000
    assert broken(session) == set()
    # half of February is left for the run, if the asset stays after all
    assert [line.amount for line in posted(staff, date(2026, 2, 1)).lines] == [100_000]
    session.expire_all()
    assert books.depreciate_to(asset, date(2026, 2, 20), document=paper, by=staff) == 11_600_000
    assert broken(session) == set()


def test_a_part_of_a_group_leaves_with_its_share(session: Any, staff: User) -> None:
    """Three of ten chairs of 1,000,000.01 after one month: 30 % of cost and of what was depreciated, no sen
    lost."""
    asset, paper = asset_of(cost=1, quantity=10, residual=Decimal(10)), make.make_maintenance()
    asset.acquisition_cost = book_of(asset).cost = Decimal("1000000.01")
    posted(staff, date(2026, 1, 1))
    session.expire_all()
    before = book_of(asset).accumulated
    part = books.take_part(asset, 3, on=date(2026, 4, 20), document=paper, by=staff)
    assert part.cost == Decimal("300000.00")
    assert part.accumulated == before - book_of(asset).accumulated
    assert (asset.quantity, asset.acquisition_cost, book_of(asset).cost) == (7, Decimal("700000.01"),
                                                                            Decimal("700000.01"))
    assert broken(session) == set()
    for quantity in (0, 7):
        with pytest.raises(Refused):
            books.take_part(asset, quantity, on=date(2026, 4, 20), document=paper, by=staff)


# ---------------------------------------------------------------- verify

def test_verify_finds_a_book_that_no_run_made(session: Any, staff: User) -> None:
    asset = asset_of()
    book_of(asset).accumulated = Decimal(5)
    session.flush()
    assert broken(session) == {("assets: accumulated depreciation of each book is the sum of its runs and "
                               "changes")}


def test_verify_finds_depreciation_without_a_run(session: Any, staff: User) -> None:
    legs = [JournalLeg(Posting.DEPRECIATION, Decimal(1)),
            JournalLeg(Posting.ACCUMULATED_DEPRECIATION, Decimal(-1))]
    journal.post_entry(clock.today(), legs, make.make_maintenance(), staff)
    assert broken(session) == {
        "journal: accumulated depreciation is what the hospital's book lost, document by document"}
