"""Worked examples that others published: each year is what the source says, to the sen. The first years are
posted run by run, those after are read off the schedule, which runs follow (`test_depreciation_rules`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_register import Asset, AssetBook, AssetType, BookKind, DepreciationMethod, TaxGroup
from models.depreciation import DepreciationRun, DepreciationRunLine
from models.depreciation_rules import next_period, period_of
from models.errors import Refused
from models.operations.assets import books
from models.operations.core.approvals import opened, perform
from models.operations.ledger import days
from models.people import User
from models.roles import Role
from tests.support import factories as make

STRAIGHT, DECLINING = DepreciationMethod.STRAIGHT_LINE, DepreciationMethod.DECLINING_BALANCE
HOSPITAL, TAX, STATE = BookKind.HOSPITAL, BookKind.TAX, BookKind.STATE_PROPERTY
MILLION = Decimal(1_000_000)


@pytest.fixture(autouse=True)
def _much_later(session: Any) -> None:
    clock.freeze(datetime(2060, 1, 4, 5, tzinfo=UTC))
    make.make_chart()
    days.begin_books(date(2000, 1, 1))


@pytest.fixture
def people(session: Any) -> tuple[User, User]:
    return make.make_user(Role.FACILITIES_STAFF), make.make_user(Role.FACILITIES_HEAD)


def book_of(kind: BookKind, cost: Any, start: date, life: int, *, method: DepreciationMethod = STRAIGHT,
            residual: Any = 0, group: TaxGroup | None = None) -> AssetBook:
    asset = make.saved(Asset(tag=make.unique("AST"), name="Thing", acquisition_cost=Decimal(cost),
                             acquired_on=start, asset_type=AssetType(
                                 code=make.unique("T"), name=make.unique("Type"), useful_life=life)))
    return make.saved(AssetBook(asset=asset, book=kind, method=method, useful_life=life, tax_group=group,
                                cost=Decimal(cost), residual_value=Decimal(residual), starts_on=start))


def run(people: tuple[User, User], kind: BookKind, first: date, last: date) -> None:
    """Every period of the book from that of `first` to that of `last`, submitted and posted."""
    staff, head = people
    start, end = period_of(kind, first)
    while end <= period_of(kind, last)[1]:
        each = make.saved(DepreciationRun(created_by=staff, book=kind, period_start=start, period_end=end))
        opened(each, by=staff)
        perform(each, "submit", by=staff)
        perform(each, "approve", by=head)
        start, end = next_period(kind, end)
    make.db.session.expire_all()


def years(book: AssetBook) -> dict[int, Decimal]:
    """What was posted by calendar year, and what the schedule says of the years after."""
    found: dict[int, Decimal] = {}
    posted = make.db.session.execute(
        sa.select(DepreciationRun.period_end, DepreciationRunLine.amount).join(DepreciationRunLine)
        .where(DepreciationRunLine.asset_book_id == book.id).order_by(DepreciationRun.period_end)).all()
    for end, amount in (*posted, *((line.period_end, line.amount) for line in books.schedule_of(book))):
        found[end.year] = found.get(end.year, Decimal(0)) + amount
    return found


#: What a source says: the book, and its years in rupiah.
Example = tuple[Callable[[], AssetBook], dict[int, Any]]

#: Income tax law, explanation of article 11: a building, a machine of January, one of July.
IN_THE_TAX_BOOK: dict[str, Example] = {
    "building": (lambda: book_of(TAX, 1000 * MILLION, date(2009, 1, 1), 240,
                                 group=TaxGroup.PERMANENT_BUILDING),
                 dict.fromkeys(range(2009, 2029), 50 * MILLION)),
    "machine of January": (lambda: book_of(TAX, 150 * MILLION, date(2009, 1, 1), 48, method=DECLINING,
                                           group=TaxGroup.GROUP_1),
                           {2009: 75 * MILLION, 2010: "37500000", 2011: "18750000", 2012: "18750000"}),
    "machine of July": (lambda: book_of(TAX, 100 * MILLION, date(2009, 7, 1), 48, method=DECLINING,
                                        group=TaxGroup.GROUP_1),
                        {2009: 25 * MILLION, 2010: "37500000", 2011: "18750000", 2012: "9375000",
                         2013: "9375000"}),
}

#: christianyudya19.blogspot.com, PT Indojaya: its last year is a sen short, ours makes the sum; coursehero
#: dep-example1a and 2a, smartsolve: they round to whole units; scribd 426994791.
IN_THE_HOSPITALS_BOOK: dict[str, Example] = {
    "PT Indojaya": (lambda: book_of(HOSPITAL, 200 * MILLION, date(2007, 12, 1), 120, residual="2500000"),
                    {2007: "1645833.33", **dict.fromkeys(range(2008, 2017), 19_750_000),
                     2017: "18104166.67"}),
    "straight from March": (lambda: book_of(HOSPITAL, 110_000, date(2008, 3, 1), 60, residual=20_000),
                            {2008: 15_000, **dict.fromkeys(range(2009, 2013), 18_000), 2013: 3_000}),
    "declining from March": (lambda: book_of(HOSPITAL, 110_000, date(2008, 3, 1), 60, method=DECLINING,
                                             residual=20_000),
                             {2008: "36666.67", 2009: "29333.33", 2010: 17_600, 2011: 6_400}),
    "twice of it": (lambda: book_of(HOSPITAL, 220_000, date(2008, 3, 1), 60, method=DECLINING,
                                    residual=38_000),
                    {2008: "73333.33", 2009: "58666.67", 2010: 35_200, 2011: 14_800}),
    "declining from October": (lambda: book_of(HOSPITAL, 163_000, date(2008, 10, 1), 60, method=DECLINING),
                               {2008: 16_300, 2009: 58_680}),
    "truck": (lambda: book_of(HOSPITAL, 1_103_103_272, date(2008, 1, 1), 84),
              {2008: "157586181.71", 2009: "157586181.72", 2014: "157586181.71"}),
}


@pytest.mark.parametrize(("examples", "kind", "first", "last"), [
    (IN_THE_TAX_BOOK, TAX, date(2009, 1, 1), date(2010, 12, 31)),
    (IN_THE_HOSPITALS_BOOK, HOSPITAL, date(2007, 12, 1), date(2009, 12, 31))])
def test_each_year_is_what_the_source_says(session: Any, people: tuple[User, User],
                                           examples: dict[str, Example], kind: BookKind, first: date,
                                           last: date) -> None:
    made = {name: (make_book(), says) for name, (make_book, says) in examples.items()}
    run(people, kind, first, last)
    for name, (book, says) in made.items():
        found = years(book)
        wanted = {year: Decimal(value) for year, value in says.items()}
        assert {year: found[year] for year in says} == wanted, name
        assert sum(found.values()) == book.cost - book.residual_value, name


def test_a_building_of_the_state_property_book(session: Any, people: tuple[User, User]) -> None:
    """scribd 426994791: 1,461,600,000 over 20 years, by semester: 36,540,000 each, 73,080,000 a year."""
    book = book_of(STATE, 1_461_600_000, date(2017, 1, 1), 240)
    run(people, STATE, date(2017, 1, 1), date(2020, 12, 31))
    assert years(book) == dict.fromkeys(range(2017, 2037), Decimal(73_080_000))


def test_an_estimate_that_changed(session: Any, people: tuple[User, User]) -> None:
    """Kaplan F3, example 5: 103,000 over 4 years to 28,000, the residual becomes 15,000 after two: 18,750,
    then 25,250 a year. Wiley: 15 million over 15 years, after three years 10 are left: 1,200,000 a year."""
    kaplan = book_of(HOSPITAL, 103_000, date(2010, 1, 1), 48, residual=28_000)
    wiley = book_of(HOSPITAL, 15 * MILLION, date(2009, 1, 1), 180)
    books.enter_opening(wiley, MILLION, date(2009, 12, 31), by=people[0])
    run(people, HOSPITAL, date(2010, 1, 1), date(2011, 12, 31))
    books.change_life(kaplan, 48, Decimal(15_000), by=people[0], reason="Sold for less")
    books.change_life(wiley, 36 + 120, Decimal(0), by=people[0], reason="Used more")
    run(people, HOSPITAL, date(2012, 1, 1), date(2012, 12, 31))
    assert years(kaplan) == {2010: 18_750, 2011: 18_750, 2012: 25_250, 2013: 25_250}
    assert [years(wiley)[year] for year in (2010, 2011, 2012, 2014)] == [
        MILLION, MILLION, 1_200_000, 1_200_000]


# ---------------------------------------------------------------- PMK 72/2023

def test_an_asset_is_put_into_another_tax_group(session: Any, people: tuple[User, User]) -> None:
    """Annex X: 1,200 million of January 2021 in group 3 (16 years, 75 million a year), regrouped into group 2
    in 2023: 1,050 million over the six years that are left of eight, 175 million a year."""
    book = book_of(TAX, 1200 * MILLION, date(2021, 1, 1), 192, group=TaxGroup.GROUP_3)
    run(people, TAX, date(2021, 1, 1), date(2022, 12, 31))
    books.change_tax(book, TaxGroup.GROUP_2, by=people[0], reason="PMK 72/2023")
    run(people, TAX, date(2023, 1, 1), date(2023, 12, 31))
    assert years(book) == {2021: 75 * MILLION, 2022: 75 * MILLION,
                           **dict.fromkeys(range(2023, 2029), 175 * MILLION)}


def test_a_permanent_building_goes_over_its_true_life(session: Any, people: tuple[User, User]) -> None:
    """jstax on article 6(2): a building of 1,000 million, five of its 20 years gone when its owner takes the
    true life of 30 years in 2023: 750 million over the 25 years that are left, 30 million a year."""
    book = book_of(TAX, 1000 * MILLION, date(2018, 1, 1), 240, group=TaxGroup.PERMANENT_BUILDING)
    books.enter_opening(book, 200 * MILLION, date(2021, 12, 31), by=people[0])
    run(people, TAX, date(2022, 1, 1), date(2022, 12, 31))
    books.change_tax(book, TaxGroup.PERMANENT_BUILDING, 360, by=people[0], reason="True life of 30 years")
    run(people, TAX, date(2023, 1, 1), date(2023, 12, 31))
    assert years(book) == {2022: 50 * MILLION, **dict.fromkeys(range(2023, 2048), 30 * MILLION)}
    assert books.schedule_of(book)[-1].period_end == date(2047, 12, 31)


@pytest.mark.parametrize(("group", "life", "field"), [
    (TaxGroup.PERMANENT_BUILDING, 180, "useful_life"), (TaxGroup.OTHER_BUILDING, 360, "useful_life"),
    (TaxGroup.GROUP_2, 95, "useful_life"), (TaxGroup.PERMANENT_BUILDING, None, "tax_group")])
def test_otherwise_the_law_sets_the_tax_book(session: Any, people: tuple[User, User], group: TaxGroup,
                                             life: int | None, field: str) -> None:
    book = book_of(TAX, MILLION, date(2018, 1, 1), 240, group=TaxGroup.PERMANENT_BUILDING)
    with pytest.raises(Refused) as refusal:
        books.change_tax(book, group, life, by=people[0], reason="x")
    assert refusal.value.field == field


def test_a_building_is_never_declining(session: Any, people: tuple[User, User]) -> None:
    book = book_of(TAX, MILLION, date(2018, 1, 1), 240, method=DECLINING, group=TaxGroup.GROUP_4)
    books.change_tax(book, TaxGroup.PERMANENT_BUILDING, by=people[0], reason="It is a building")
    assert (book.method, book.useful_life) == (STRAIGHT, 240)
