"""Depreciation runs to the day and the sen: which books are in a period, what is next, what stops it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_register import Asset, AssetBook, AssetType, BookKind, DepreciationMethod, TaxGroup
from models.depreciation import DepreciationRun, DepreciationRunLine
from models.depreciation_rules import Terms, accumulated_at, accumulated_on, amount_of, outlook, schedule
from models.errors import Conflict, Refused
from models.journal import JournalEntry, Posting
from models.operations.assets import depreciation
from models.operations.core.approvals import perform
from models.organisation import Setting
from models.people import User
from models.roles import Role
from tests.assets.test_depreciation import asset_of, book_of, close, posted, run_of
from tests.support import factories as make

JANUARY = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def _in_april(session: Any) -> None:
    clock.freeze(datetime(2026, 4, 20, 5, tzinfo=UTC))
    make.make_chart()


@pytest.fixture
def staff(session: Any) -> User:
    return make.make_user(Role.FACILITIES_STAFF)


def lines(run: DepreciationRun) -> list[tuple[Decimal, Decimal, Decimal]]:
    return [(line.opening_value, line.amount, line.closing_value)
            for line in make.db.session.scalars(sa.select(DepreciationRunLine).filter_by(
                depreciation_run_id=run.id).order_by(DepreciationRunLine.asset_book_id))]


# ---------------------------------------------------------------- which books

@pytest.mark.parametrize(("acquired_on", "amount"), [
    (date(2025, 12, 31), 400), (JANUARY, 200), (date(2026, 1, 31), 200), (date(2026, 2, 1), None)])
def test_an_asset_loses_value_from_its_month_on(session: Any, staff: User, acquired_on: date,
                                                amount: int | None) -> None:
    """12,000 over 60 months, run for January; a month that was left out is made up for."""
    asset_of(cost=12_000, acquired_on=acquired_on)
    run = run_of(staff, JANUARY)
    depreciation.compute_all(run)
    assert lines(run) == ([] if amount is None else [(12_000, amount, 12_000 - amount)])


@pytest.mark.parametrize("compute", [depreciation.compute_all, depreciation.compute_next])
@pytest.mark.parametrize(("acquired_on", "opens"), [(date(2026, 1, 31), True), (date(2026, 2, 1), False)])
def test_an_asset_of_the_last_day_gets_its_book_with_the_run(session: Any, staff: User, compute: Any,
                                                             acquired_on: date, opens: bool) -> None:
    asset = make.make_asset(acquired_on=acquired_on, acquisition_cost=Decimal(600))
    run = run_of(staff, JANUARY)
    compute(run)
    session.expire_all()
    assert [book.book for book in asset.books] == [BookKind.HOSPITAL] * opens
    assert lines(run) == [(600, 10, 590)] * opens


@pytest.mark.parametrize(("changes", "is_run"), [
    ({"version": 2}, True), ({"method": DepreciationMethod.NONE}, False),
    ({"residual_value": Decimal(2_000), "accumulated": Decimal("9999.99")}, True),
    ({"residual_value": Decimal(2_000), "accumulated": Decimal(10_000)}, False)])
def test_a_book_is_run_until_its_residual_is_left(session: Any, staff: User, changes: dict[str, Any],
                                                  is_run: bool) -> None:
    asset = asset_of(cost=12_000, life=1)
    session.execute(sa.update(AssetBook).where(AssetBook.id == book_of(asset).id).values(**changes))
    run = run_of(staff, JANUARY)
    assert len(depreciation._living(run.book, run.period_end)) == 5
    total = depreciation.compute_next(run, 0).total
    assert total == is_run
    assert len(lines(run)) == is_run


def test_a_book_of_another_kind_is_not_in_the_run(session: Any, staff: User) -> None:
    asset_of(cost=12_000)
    run = run_of(staff, JANUARY, BookKind.STATE_PROPERTY)
    depreciation.compute_all(run)
    books = session.scalars(sa.select(AssetBook.book).join(
        DepreciationRunLine, DepreciationRunLine.asset_book_id == AssetBook.id)).all()
    assert books == [BookKind.STATE_PROPERTY]


@pytest.mark.parametrize("group", list(TaxGroup))
@pytest.mark.parametrize("setting", ["straight_line", "declining_balance"])
def test_the_tax_book_follows_the_setting_and_buildings_are_straight(session: Any, group: TaxGroup,
                                                                     setting: str) -> None:
    """Article 11 of the income tax law: declining balance is not for buildings."""
    make.saved(Setting(key="depreciation.tax_method", value=setting))
    is_building = group in (TaxGroup.PERMANENT_BUILDING, TaxGroup.OTHER_BUILDING)
    book = book_of(asset_of(cost=12_000, group=group), BookKind.TAX)
    assert (book.method, book.tax_group) == ("straight_line" if is_building else setting, group)


# ---------------------------------------------------------------- what is to come, without a database

TERMS = Terms(DepreciationMethod.STRAIGHT_LINE, Decimal(1_000), date(2026, 2, 1), 3, Decimal(100))


@pytest.mark.parametrize(("gone", "expected"), [
    (0, [(0, 1000), (300, 700), (300, 400), (300, 100), (0, 100)]),
    (450, [(0, 550), (0, 550), (150, 400), (300, 100), (0, 100)]),
    (900, [(0, 100)] * 5)])
def test_the_outlook_says_what_each_month_takes_and_leaves(gone: int,
                                                           expected: list[tuple[int, int]]) -> None:
    months = [date(2026, month, 28) for month in range(1, 6)]
    assert outlook(TERMS, Decimal(gone), months) == expected


@pytest.mark.parametrize(("day", "gone"), [
    (date(2026, 1, 31), 0), (date(2026, 2, 1), "10.71"), (date(2026, 2, 28), 300),
    (date(2026, 3, 1), "309.68"), (date(2026, 4, 29), 890), (date(2026, 4, 30), 900),
    (date(2026, 5, 1), 900)])
def test_a_disposal_takes_the_days_of_its_month(day: date, gone: Any) -> None:
    assert accumulated_on(TERMS, day) == Decimal(gone)


@pytest.mark.parametrize(("after", "first"), [
    (None, date(2026, 2, 1)), (date(2026, 1, 31), date(2026, 2, 1)), (date(2026, 2, 28), date(2026, 3, 1)),
    (date(2025, 6, 30), date(2026, 2, 1))])
def test_a_schedule_begins_after_what_is_in_it(after: date | None, first: date) -> None:
    found = schedule(TERMS, None if after is None else accumulated_at(TERMS, after), after)
    assert found[0].period_start == first
    assert sum(line.amount for line in found) == 900 - (300 if first.month == 3 else 0)
    assert found[-1].closing_value == 100


def test_what_is_made_up_for_is_never_below_nothing() -> None:
    ends = [date(2026, 2, 28), date(2026, 3, 31)]
    assert [amount_of(TERMS, end, Decimal(0)) for end in ends] == [300, 600]
    assert [amount_of(TERMS, end, Decimal(400)) for end in ends] == [0, 200]


def test_within_a_year_of_declining_balance_every_month_is_alike() -> None:
    """12 million over four years from January: half in the first year, half of the rest in the second."""
    terms = Terms(DepreciationMethod.DECLINING_BALANCE, Decimal(12_000_000), date(2026, 1, 1), 48)
    assert [line.amount for line in schedule(terms)[:24]] == [500_000] * 12 + [250_000] * 12


# ---------------------------------------------------------------- which period

@pytest.mark.parametrize(("now", "is_over"), [((2026, 1, 31), False), ((2026, 2, 1), True)])
def test_a_period_is_run_from_the_day_after_it_on(session: Any, staff: User, now: tuple[int, ...],
                                                  is_over: bool) -> None:
    close(1)
    run = run_of(staff, JANUARY)
    clock.freeze(datetime(*now, 5, tzinfo=UTC))
    if is_over:
        depreciation.check_period(run)
    else:
        with pytest.raises(Refused, match="not over"):
            depreciation.check_period(run)


@pytest.mark.parametrize(("book", "closed", "day"), [
    (BookKind.HOSPITAL, (), date(2026, 1, 31)), (BookKind.HOSPITAL, (1,), date(2026, 2, 1)),
    (BookKind.HOSPITAL, (1, 2), date(2026, 3, 1)), (BookKind.STATE_PROPERTY, (), date(2026, 6, 30)),
    (BookKind.STATE_PROPERTY, (1, 2, 3, 4, 5, 6), date(2026, 6, 30)),
    (BookKind.TAX, (1,), date(2026, 1, 31))])
def test_an_entry_is_dated_the_last_day_or_the_first_that_is_open(session: Any, staff: User, book: BookKind,
                                                                  closed: tuple[int, ...], day: date) -> None:
    clock.freeze(datetime(2026, 8, 3, 5, tzinfo=UTC))
    close(*closed)
    assert depreciation.entry_day(run_of(staff, JANUARY, book)) == day


@pytest.mark.parametrize(("book", "due"), [
    (BookKind.HOSPITAL, (date(2026, 3, 1), date(2026, 3, 31))),
    (BookKind.STATE_PROPERTY, (date(2025, 7, 1), date(2025, 12, 31)))])
def test_the_first_period_is_the_last_that_is_over(session: Any, book: BookKind,
                                                   due: tuple[date, date]) -> None:
    assert depreciation.last_posted(book) is None
    assert depreciation.due_period(book) == due


def test_each_book_has_its_own_order(session: Any, staff: User) -> None:
    asset_of(cost=12_000)
    run = posted(staff, JANUARY)
    assert depreciation.last_posted(BookKind.HOSPITAL) == date(2026, 1, 31)
    assert depreciation.last_posted(BookKind.TAX) is None
    assert depreciation.due_period(BookKind.HOSPITAL) == (date(2026, 2, 1), date(2026, 2, 28))
    run_of(staff, date(2026, 2, 1))
    assert depreciation.last_posted(BookKind.HOSPITAL) == date(2026, 1, 31), "a draft is not posted"
    assert run.total == 200


@pytest.mark.parametrize(("book", "day", "period"), [
    (BookKind.HOSPITAL, date(2028, 2, 29), (date(2028, 2, 1), date(2028, 2, 29))),
    (BookKind.STATE_PROPERTY, date(2026, 6, 30), (JANUARY, date(2026, 6, 30))),
    (BookKind.STATE_PROPERTY, date(2026, 7, 1), (date(2026, 7, 1), date(2026, 12, 31)))])
def test_a_day_is_widened_to_its_period(session: Any, book: BookKind, day: date,
                                        period: tuple[date, date]) -> None:
    run = DepreciationRun(book=book, period_start=day)
    depreciation.set_period(run)
    assert (run.period_start, run.period_end) == period


@pytest.mark.parametrize("off", [(1, 0), (0, -1), (0, 1)])
def test_a_part_of_a_period_is_refused(session: Any, staff: User, off: tuple[int, int]) -> None:
    close(1)
    run = DepreciationRun(created_by=staff, book=BookKind.HOSPITAL,
                          period_start=JANUARY + timedelta(days=off[0]),
                          period_end=date(2026, 1, 31) + timedelta(days=off[1]))
    with pytest.raises(Refused, match="goes from"):
        depreciation.check_period(run)


# ---------------------------------------------------------------- computing

def test_progress_by_chunks(session: Any, staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 6):
        asset_of(cost=600 * number)
    run = run_of(staff, JANUARY)
    whole = depreciation.compute
    monkeypatch.setattr(depreciation, "compute", lambda run, after=0, size=2: whole(run, after, size))
    found = [depreciation.compute_next(run) for _ in range(3)]
    assert [(each.done, each.total, each.percent, each.after is None) for each in found] == [
        (2, 5, 40, False), (4, 5, 80, False), (5, 5, 100, True)]
    assert [amount for _, amount, _ in lines(run)] == [10, 20, 30, 40, 50]
    assert depreciation.Progress(5, 5, 7).percent == 99, "not done before the last chunk says so"
    assert depreciation.Progress(0, 0, 7).percent == 0
    monkeypatch.undo()
    assert depreciation.CHUNK == 10_000


def test_computing_again_keeps_what_holds_and_mends_what_does_not(session: Any, staff: User) -> None:
    kept, changed, gone, new = (asset_of(cost=600 * number) for number in range(1, 5))
    session.execute(sa.update(AssetBook).where(AssetBook.asset_id == new.id)
                    .values(starts_on=date(2026, 2, 1)))
    run = run_of(staff, JANUARY)
    assert depreciation.compute(run) is None
    ids = dict(session.execute(sa.select(DepreciationRunLine.asset_id, DepreciationRunLine.id)).all())
    assert set(ids) == {kept.id, changed.id, gone.id}
    for asset, values in ((changed, {"cost": 6_000}), (gone, {"starts_on": date(2026, 2, 1)}),
                          (new, {"starts_on": JANUARY})):
        session.execute(sa.update(AssetBook).where(AssetBook.asset_id == asset.id).values(**values))
    depreciation.compute(run)
    again = dict(session.execute(sa.select(DepreciationRunLine.asset_id, DepreciationRunLine.id)).all())
    assert set(again) == {kept.id, changed.id, new.id}
    assert again[kept.id] == ids[kept.id]
    assert [amount for _, amount, _ in lines(run)] == [10, 100, 40]


def test_a_part_that_is_computed_again_leaves_the_lines_of_the_others(session: Any, staff: User) -> None:
    for number in range(1, 6):
        asset_of(cost=600 * number)
    run = run_of(staff, JANUARY)
    depreciation.compute_all(run)
    before = session.scalars(sa.select(DepreciationRunLine.id).order_by(DepreciationRunLine.id)).all()
    assert len(before) == 5
    books = session.scalars(sa.select(DepreciationRunLine.asset_book_id)
                            .order_by(DepreciationRunLine.asset_book_id)).all()
    for after in (0, books[1], books[3]):
        depreciation.compute(run, after, size=2)
    assert session.scalars(sa.select(DepreciationRunLine.id).order_by(DepreciationRunLine.id)).all() == before


def test_however_many_lines_do_not_hold_all_go(session: Any, staff: User) -> None:
    first = asset_of(cost=600)
    row = session.execute(sa.select(Asset.__table__).where(Asset.id == first.id)).mappings().one()
    same = {name: value for name, value in row.items() if name not in ("id", "qr_code")}
    session.execute(sa.insert(Asset.__table__),
                    [{**same, "tag": f"MANY-{number}"} for number in range(1001)])
    run = run_of(staff, JANUARY)
    depreciation.compute_all(run)
    assert len(lines(run)) == 1002
    session.execute(sa.update(AssetBook).values(starts_on=date(2026, 2, 1)))
    depreciation.compute_all(run)
    assert lines(run) == []


# ---------------------------------------------------------------- posting

@pytest.mark.parametrize(("changes", "posts"), [
    ({"version": 2}, True), ({"cost": Decimal("12000.01")}, False), ({"accumulated": Decimal("0.01")}, False),
    ({"residual_value": Decimal(11_800)}, True), ({"residual_value": Decimal("11800.01")}, False),
    ({"depreciated_until": date(2025, 12, 31)}, True), ({"depreciated_until": date(2026, 1, 30)}, True),
    ({"depreciated_until": date(2026, 1, 31)}, False)])
def test_a_book_that_changed_stops_the_posting(session: Any, staff: User, changes: dict[str, Any],
                                               posts: bool) -> None:
    asset, other = asset_of(cost=12_000), asset_of(cost=6_000)
    close(1)
    run, head = run_of(staff, JANUARY), make.make_user(Role.FACILITIES_HEAD)
    perform(run, "submit", by=staff)
    session.execute(sa.update(AssetBook).where(AssetBook.id == book_of(asset).id).values(**changes))
    session.expire_all()
    if not posts:
        with pytest.raises(Conflict, match="changed since"):
            perform(run, "approve", by=head)
        return
    version = book_of(asset).version
    perform(run, "approve", by=head)
    book = book_of(asset)
    assert (book.accumulated, book.depreciated_until, book.version) == (200, date(2026, 1, 31), version + 1)
    assert book_of(other).accumulated == 100
    assert book_of(asset, BookKind.TAX if len(asset.books) == 3 else BookKind.STATE_PROPERTY).accumulated == 0


def test_what_is_posted_goes_to_the_accounts_of_each_type(session: Any, staff: User) -> None:
    mine = [make.make_account().id for _ in range(2)]
    first, second = asset_of(cost=12_000), asset_of(cost=6_000)
    session.execute(sa.update(AssetType).where(AssetType.id == first.asset_type_id).values(
        expense_account_id=mine[0], accumulated_account_id=mine[1]))
    session.expire_all()
    run = posted(staff, JANUARY)
    entry = session.scalars(sa.select(JournalEntry).filter_by(document_id=run.id)).one()
    found = {(line.purpose, line.account_id if line.account_id in mine else None, line.debit, line.credit)
             for line in entry.lines}
    assert found == {
        (Posting.DEPRECIATION, mine[0], 200, 0), (Posting.ACCUMULATED_DEPRECIATION, mine[1], 0, 200),
        (Posting.DEPRECIATION, None, 100, 0), (Posting.ACCUMULATED_DEPRECIATION, None, 0, 100)}
    assert entry.description == "2026-01"
    assert second.id
