"""Depreciation in three books: examples worked by hand, and formulas of their own against random books."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.asset_register import BookKind, DepreciationMethod, TaxGroup
from models.depreciation_rules import (
    TAX_LIFE,
    Line,
    Terms,
    accumulated_at,
    accumulated_on,
    amount_of,
    next_period,
    period_of,
    schedule,
)

STRAIGHT, DECLINING = DepreciationMethod.STRAIGHT_LINE, DepreciationMethod.DECLINING_BALANCE
MILLION = Decimal(1_000_000)


def terms(cost: Any, life: int, starts_on: date = date(2026, 1, 1), **fields: Any) -> Terms:
    return Terms(fields.pop("method", STRAIGHT), Decimal(cost), starts_on, life, **fields)


def by_year(lines: list[Line]) -> dict[int, Decimal]:
    years: dict[int, Decimal] = {}
    for line in lines:
        years[line.period_start.year] = years.get(line.period_start.year, Decimal(0)) + line.amount
    return years


# ---------------------------------------------------------------- worked by hand

def test_straight_line_of_the_hospital() -> None:
    """12,000,000 less 10 % residual over 5 years: 10,800,000 / 60 = 180,000 a month."""
    lines = schedule(terms(12_000_000, 60, date(2026, 3, 20), residual_value=Decimal(1_200_000)))
    assert len(lines) == 60
    assert {line.amount for line in lines} == {Decimal(180_000)}
    assert (lines[0].period_start, lines[0].period_end) == (date(2026, 3, 1), date(2026, 3, 31))
    assert lines[-1].period_end == date(2031, 2, 28)
    assert lines[-1].closing_value == Decimal(1_200_000)


def test_what_is_gone_is_rounded_not_each_month() -> None:
    """100.00 over three months: 33.33, 66.67 and 100.00 are gone: 33.33 + 33.34 + 33.33."""
    assert [line.amount for line in schedule(terms(100, 3))] == [Decimal("33.33"), Decimal("33.34"),
                                                                 Decimal("33.33")]


def test_double_declining_of_the_hospital() -> None:
    """100,000,000, 5 years, residual 10,000,000, from July: 40 % a year on the book value of 1 January, six
    months of it in the first year: 20,000,000 · 32,000,000 · 19,200,000 · 11,520,000 · 6,912,000, then the
    rest, 368,000."""
    years = by_year(schedule(terms(100 * MILLION, 60, date(2026, 7, 10), method=DECLINING,
                                   residual_value=10 * MILLION)))
    assert list(years.values()) == [20 * MILLION, 32 * MILLION, Decimal(19_200_000), Decimal(11_520_000),
                                    Decimal(6_912_000), Decimal(368_000)]


def test_book_value_stops_at_the_residual() -> None:
    """100 with a residual of 45 over 4 years at 50 %: 50, then only 5."""
    lines = schedule(terms(100, 48, method=DECLINING, residual_value=Decimal(45)))
    assert by_year(lines) == {2026: Decimal(50), 2027: Decimal(5)}
    assert lines[-1].closing_value == 45


def test_tax_book_of_the_law_declining_from_january() -> None:
    """Income tax law, explanation of article 11 (1): a machine of 150,000,000 bought in January 2009, 4
    years, 50 %: 75,000,000 · 37,500,000 · 18,750,000, and the last year the rest at once, 18,750,000."""
    lines = schedule(terms(150 * MILLION, TAX_LIFE[TaxGroup.GROUP_1], date(2009, 1, 1), method=DECLINING,
                           book=BookKind.TAX))
    assert by_year(lines) == {2009: 75 * MILLION, 2010: Decimal("37.5") * MILLION,
                              2011: Decimal("18.75") * MILLION,
                              2012: Decimal("18.75") * MILLION}


def test_tax_book_of_the_law_declining_from_july() -> None:
    """Income tax law, explanation of article 11 (3): 100,000,000 in July 2009, 4 years, 50 %: 6/12 × 50 % =
    25,000,000, then 37,500,000 · 18,750,000 · 9,375,000, and in 2013 the rest at once, 9,375,000."""
    lines = schedule(terms(100 * MILLION, TAX_LIFE[TaxGroup.GROUP_1], date(2009, 7, 18), method=DECLINING,
                           book=BookKind.TAX))
    assert by_year(lines) == {2009: 25 * MILLION, 2010: Decimal("37.5") * MILLION,
                              2011: Decimal("18.75") * MILLION,
                              2012: Decimal("9.375") * MILLION, 2013: Decimal("9.375") * MILLION}


def test_tax_book_of_the_law_building() -> None:
    """Income tax law, explanation of article 11 (1): a building of 1,000,000,000, 20 years: 50,000,000 a
    year."""
    years = by_year(schedule(terms(1000 * MILLION, TAX_LIFE[TaxGroup.PERMANENT_BUILDING], book=BookKind.TAX)))
    assert list(years.values()) == [50 * MILLION] * 20


@pytest.mark.parametrize(("group", "years", "straight", "declining"), [
    (TaxGroup.GROUP_1, 4, "25", "50"), (TaxGroup.GROUP_2, 8, "12.5", "25"),
    (TaxGroup.GROUP_3, 16, "6.25", "12.5"),
    (TaxGroup.GROUP_4, 20, "5", "10"), (TaxGroup.PERMANENT_BUILDING, 20, "5", None),
    (TaxGroup.OTHER_BUILDING, 10, "10", None),
])
def test_rates_of_pmk_72_2023(group: TaxGroup, years: int, straight: str, declining: str | None) -> None:
    """The first whole year of an asset of 100,000,000 is the table's percentage."""
    first = by_year(schedule(terms(100 * MILLION, TAX_LIFE[group], book=BookKind.TAX)))
    assert len(first) == years
    assert first[2026].quantize(Decimal(1)) == Decimal(straight) * MILLION
    if declining:
        assert by_year(schedule(terms(100 * MILLION, TAX_LIFE[group], book=BookKind.TAX,
                                      method=DECLINING)))[2026] == \
            Decimal(declining) * MILLION


def test_the_tax_book_knows_no_residual() -> None:
    lines = schedule(terms(48_000, 48, book=BookKind.TAX, residual_value=Decimal(4_800)))
    assert lines[-1].closing_value == 0
    assert lines[0].amount == 1000


def test_state_property_by_semester_in_whole_rupiah() -> None:
    """A car of 100,000,000 over 7 years (KMK 295/2019), from 18 May: 14 semesters, the first one whole;
    each to what is gone by then, 7,142,857.14… a semester: 7,142,857 or 7,142,858."""
    lines = schedule(terms(100 * MILLION, 84, date(2026, 5, 18), book=BookKind.STATE_PROPERTY,
                           residual_value=MILLION))
    gone = [(100 * MILLION * number / 14).quantize(Decimal(1), ROUND_HALF_UP) for number in range(15)]
    assert [line.amount for line in lines] == [after - before for before, after in itertools.pairwise(gone)]
    assert {line.amount for line in lines} == {Decimal(7_142_857), Decimal(7_142_858)}
    assert (lines[0].period_start, lines[0].period_end) == (date(2026, 1, 1), date(2026, 6, 30))
    assert (lines[-1].period_start, lines[-1].closing_value) == (date(2032, 7, 1), 0)


def test_an_asset_enters_with_accumulated_depreciation() -> None:
    """60,000,000 over 60 months, entered at the end of month 24 with 30,000,000: 10,000,000 a year for three
    more."""
    entered = terms(60 * MILLION, 60, date(2024, 1, 5), anchored_on=date(2025, 12, 31),
                    anchored_accumulated=30 * MILLION)
    lines = schedule(entered)
    assert (lines[0].period_start, lines[0].opening_value) == (date(2026, 1, 1), 30 * MILLION)
    assert [line.amount for line in lines[:3]] == [Decimal("833333.33"), Decimal("833333.34"),
                                                   Decimal("833333.33")]
    assert by_year(lines) == dict.fromkeys((2026, 2027, 2028), 10 * MILLION)


def test_a_changed_life_spreads_the_rest() -> None:
    """120,000,000 over 60 months; after 24 (48,000,000) the life becomes 84: 72,000,000 / 60 = 1,200,000.
    Shorter than what is gone already: the rest at once."""
    changed = {"anchored_on": date(2027, 12, 31), "anchored_accumulated": 48 * MILLION}
    lines = schedule(terms(120 * MILLION, 84, **changed))
    assert [line.amount for line in lines] == [Decimal(1_200_000)] * 60
    assert lines[-1].period_end == date(2032, 12, 31)
    assert [line.amount for line in schedule(terms(120 * MILLION, 12, **changed))] == [72 * MILLION]


def test_a_disposal_counts_the_days_of_its_month() -> None:
    """31,000 a month: on 10 March two months and 10/31 are gone; on its last day the whole month."""
    book = terms(31_000 * 12, 12)
    assert accumulated_on(book, date(2026, 3, 10)) == 62_000 + 10_000
    assert accumulated_on(book, date(2026, 3, 31)) == accumulated_at(book, date(2026, 3, 1)) == 93_000
    assert accumulated_on(terms(31_000, 1, date(2026, 3, 5)), date(2026, 3, 4)) == 0
    assert amount_of(book, date(2026, 3, 31), Decimal(72_000)) == 21_000


def test_what_was_left_out_is_made_up_for() -> None:
    """Registered two months late at 1,000 a month: the third run takes 3,000, as its schedule says in
    advance."""
    book = terms(12_000, 12)
    assert amount_of(book, date(2026, 3, 31), Decimal(0)) == 3000
    assert [line.amount for line in schedule(book, Decimal(0), after=date(2026, 2, 28))][:2] == [3000, 1000]


def test_what_never_loses_value() -> None:
    assert schedule(terms(500 * MILLION, 60, method=DepreciationMethod.NONE)) == []
    assert amount_of(terms(500 * MILLION, 60, method=DepreciationMethod.NONE), date(2050, 1, 1),
                     Decimal(0)) == 0


def test_periods() -> None:
    assert period_of(BookKind.HOSPITAL, date(2028, 2, 11)) == (date(2028, 2, 1), date(2028, 2, 29))
    assert period_of(BookKind.STATE_PROPERTY, date(2026, 7, 1)) == (date(2026, 7, 1), date(2026, 12, 31))
    assert next_period(BookKind.TAX, date(2026, 12, 31)) == (date(2027, 1, 1), date(2027, 1, 31))
    assert next_period(BookKind.STATE_PROPERTY, date(2026, 12, 31)) == (date(2027, 1, 1), date(2027, 6, 30))


# ---------------------------------------------------------------- any book

amounts = st.decimals(min_value=0, max_value=10**12, places=2)


@st.composite
def books(draw: Any, **fixed: Any) -> Terms:
    book = fixed.get("book") or draw(st.sampled_from(BookKind))
    cost = draw(amounts)
    if book == BookKind.STATE_PROPERTY:
        cost = cost.quantize(Decimal(1), ROUND_HALF_UP)
    residual = draw(st.integers(0, 100)) * cost / 100 if book == BookKind.HOSPITAL else Decimal(0)
    residual = residual.quantize(Decimal("0.01"))
    starts_on = draw(st.dates(date(2000, 1, 1), date(2030, 12, 31)))
    fields: dict[str, Any] = {}
    if fixed.get("entered", draw(st.booleans())):
        fields["anchored_on"] = starts_on + timedelta(days=draw(st.integers(0, 4000)))
        fields["anchored_accumulated"] = (draw(st.integers(0, 100)) * (cost - residual) / 100).quantize(
            Decimal(1) if book == BookKind.STATE_PROPERTY else Decimal("0.01"), "ROUND_DOWN")
    return Terms(fixed.get("method") or draw(st.sampled_from([STRAIGHT, DECLINING])), cost, starts_on,
                 draw(st.integers(1, 300)), residual, book=book, **fields)


@given(books())
def test_every_schedule_is_whole(book: Terms) -> None:
    """The lines sum to cost less residual less what was there, exactly; periods follow each other without a
    gap or a double; values only fall, and never below the residual."""
    lines = schedule(book)
    depreciable = book.cost - book.residual_value
    assert sum((line.amount for line in lines), Decimal(0)) == depreciable - book.anchored_accumulated
    assert all(line.amount >= 0
               and line.closing_value == line.opening_value - line.amount >= book.residual_value
               for line in lines)
    for before, after in itertools.pairwise(lines):
        assert (after.period_start, after.period_end) == next_period(book.book, before.period_end)
        assert after.opening_value == before.closing_value


@given(books())
def test_running_period_by_period_follows_the_schedule(book: Terms) -> None:
    gone = book.anchored_accumulated
    for line in schedule(book):
        assert amount_of(book, line.period_end, gone) == line.amount
        gone += line.amount
        assert accumulated_at(book, line.period_start) == gone
        assert gone - line.amount <= accumulated_on(book, line.period_start) <= gone
        assert accumulated_on(book, line.period_end) == gone


@given(books(method=STRAIGHT))
def test_straight_line_against_its_formula(book: Terms) -> None:
    """Each line is the depreciable rest through the periods left, to the step of the book; what is gone
    after so many periods is their share, rounded, so a year's lines are what the year takes."""
    months = 6 if book.book == BookKind.STATE_PROPERTY else 1
    step = Decimal(1) if months == 6 else Decimal("0.01")
    number = -(-(book.useful_life or 0) // months)
    if book.anchored_on:
        begin, at = book.starts_on, book.anchored_on
        gone = (at.year * 12 + at.month - 1) // months - (begin.year * 12 + begin.month - 1) // months + 1
        number = max(number - max(gone, 0), 1)
    rest = Fraction(book.cost - book.residual_value - book.anchored_accumulated)
    lines = schedule(book)
    each = Fraction(rest, number)
    assert len(lines) <= number
    assert all(abs(Fraction(line.amount) - each) < Fraction(step) for line in lines)
    gone = Fraction(0)
    for place, line in enumerate(lines, start=1):
        gone += Fraction(line.amount)
        if each >= step:  # else periods without an amount end the schedule before its life
            assert gone == _rounded(each * place, Fraction(step))


def _rounded(value: Fraction, step: Fraction) -> Fraction:
    """Halves up."""
    return (value / step + Fraction(1, 2)).__floor__() * step


@given(books(entered=False, method=STRAIGHT))
def test_twelve_months_make_the_year(book: Terms) -> None:
    """The amounts of calendar years are what the years take, rounded once: none drifts from the others by
    rounded months."""
    years = by_year(schedule(book))
    whole = [amount for year, amount in years.items() if year not in (min(years), max(years))]
    assert not whole or max(whole) - min(whole) <= (1 if book.book == BookKind.STATE_PROPERTY
                                                    else Decimal("0.01"))


@given(books(method=DECLINING, book=BookKind.TAX, entered=False))
def test_declining_against_its_formula(book: Terms) -> None:
    """Year by year in fractions: 2 / life of the book value at the start of the year, by months; the rest
    last."""
    life, value = book.useful_life or 0, Fraction(book.cost)
    year, left = book.starts_on.year, life
    months = min(13 - book.starts_on.month, left)
    found = by_year(schedule(book))
    while left:
        due = value if months == left else min(value, value * Fraction(2 * months, life))
        # half a sen a year
        assert abs(Fraction(found.get(year, Decimal(0))) - due) <= Fraction(life // 12 + 3, 200)
        value, left, year = value - due, left - months, year + 1
        months = min(12, left)
