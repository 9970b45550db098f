"""How an asset loses its value: the arithmetic of the three books. Pure: no database, no clock.

Sums are whole steps of a book (sen, or rupiah in the state-property book). A period takes what is gone by its
end, rounded, less what was taken before: twelve months make the year to the sen, and nothing is lost.
Sources: PMK 72/2023 and article 11 of the income tax law (tax book); PMK 65/PMK.06/2017 (state-property
book: by semester, without residual, whole rupiah).

A period is a month, or a semester in the state-property book. The period of `starts_on` counts whole (PMK
72/2023: from the month of the expenditure); only a disposal cuts a period, by days.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from models.asset_register import BookKind, DepreciationMethod, TaxGroup

#: Months of life by tax group (PMK 72/2023). The yearly rate is 1/life straight (25, 12.5, 6.25, 5 %;
#: buildings 5, 10) and 2/life declining (50, 25, 12.5, 10 %).
TAX_LIFE = {
    TaxGroup.GROUP_1: 48, TaxGroup.GROUP_2: 96, TaxGroup.GROUP_3: 192, TaxGroup.GROUP_4: 240,
    TaxGroup.PERMANENT_BUILDING: 240, TaxGroup.OTHER_BUILDING: 120,
}
SEN = Decimal("0.01")
BUILDINGS = frozenset({TaxGroup.PERMANENT_BUILDING, TaxGroup.OTHER_BUILDING})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a book says of an asset. Money in rupiah, `useful_life` in months from `starts_on`.

    From `anchored_on` (the last day counted) the rest is spread over the remaining life: an asset that
    entered with accumulated depreciation, or whose life was changed. Without it the whole is spread over the
    whole life.
    """

    method: DepreciationMethod
    cost: Decimal
    starts_on: date
    useful_life: int | None
    residual_value: Decimal = Decimal(0)
    anchored_on: date | None = None
    anchored_accumulated: Decimal = Decimal(0)
    book: BookKind = BookKind.HOSPITAL


@dataclass(frozen=True, slots=True)
class Line:
    """One period of a schedule, rupiah."""

    period_start: date
    period_end: date
    opening_value: Decimal
    amount: Decimal
    closing_value: Decimal


# ---------------------------------------------------------------- periods

def months_of(book: BookKind) -> int:
    """Months in a period of the book."""
    return 6 if book == BookKind.STATE_PROPERTY else 1


def period_of(book: BookKind, day: date) -> tuple[date, date]:
    """First and last day of the period that `day` lies in."""
    return _bounds(_index(day, months_of(book)), months_of(book))


def next_period(book: BookKind, end: date) -> tuple[date, date]:
    """First and last day of the period after the one that ends on `end`."""
    return period_of(book, end + timedelta(days=1))


def _index(day: date, months: int) -> int:
    return (day.year * 12 + day.month - 1) // months


def _bounds(index: int, months: int) -> tuple[date, date]:
    first, last = index * months, index * months + months - 1
    end = date(last // 12, last % 12 + 1, calendar.monthrange(last // 12, last % 12 + 1)[1])
    return date(first // 12, first % 12 + 1, 1), end


# ---------------------------------------------------------------- how much is gone by when

def accumulated_at(terms: Terms, end: date) -> Decimal:
    """Accumulated depreciation in rupiah at the end of the period that `end` lies in."""
    months = months_of(terms.book)
    return _rupiah(_Course(terms).upto(_index(end, months)), terms.book)


def accumulated_on(terms: Terms, day: date) -> Decimal:
    """Accumulated depreciation in rupiah with `day` as the last one: its own period counts by days."""
    months = months_of(terms.book)
    index, course = _index(day, months), _Course(terms)
    before, after = course.upto(index - 1), course.upto(index)
    start, end = _bounds(index, months)
    part = _share(after - before, (day - start).days + 1,
                  (end - start).days + 1) if day >= terms.starts_on else 0
    return _rupiah(before + part, terms.book)


def schedule(terms: Terms, accumulated: Decimal | None = None, after: date | None = None) -> list[Line]:
    """Every period still to come, one line each; the sum of the lines is exactly what is left to depreciate.

    `accumulated` is what the book has by now, `after` the last day that is already in it; both as anchored
    unless given.
    """
    course, months = _Course(terms), months_of(terms.book)
    index = course.first if after is None else max(_index(after, months) + 1, course.first)
    gone = course.gone if accumulated is None else _steps(accumulated, terms.book)
    cost = _steps(terms.cost, terms.book)
    lines = []
    while gone < course.whole:
        upto = max(course.upto(index), gone)
        start, end = _bounds(index, months)
        lines.append(Line(start, end,
                          *(_rupiah(part, terms.book) for part in (cost - gone, upto - gone, cost - upto))))
        gone, index = upto, index + 1
    return lines


def outlook(terms: Terms, accumulated: Decimal, periods: list[date]) -> list[tuple[Decimal, Decimal]]:
    """(amount, book value after it) in rupiah for each of `periods` (a day in each, in order), after
    `accumulated`."""
    course, months = _Course(terms), months_of(terms.book)
    gone, cost, result = _steps(accumulated, terms.book), _steps(terms.cost, terms.book), []
    for day in periods:
        upto = max(course.upto(_index(day, months)), gone)
        result.append((_rupiah(upto - gone, terms.book), _rupiah(cost - upto, terms.book)))
        gone = upto
    return result


def amount_of(terms: Terms, end: date, accumulated: Decimal) -> Decimal:
    """What the book loses in the period that `end` lies in, rupiah, when `accumulated` is in it already.

    Periods that were left out before are made up for here: an asset registered late, a book opened late.
    """
    return max(accumulated_at(terms, end) - accumulated, Decimal(0))


@dataclass(frozen=True, slots=True)
class Due:
    """What a book loses in a period, rupiah. `periods` are in it, this one too; `caught_up` is the part of
    those that were left out before."""

    amount: Decimal
    periods: int
    caught_up: Decimal


def due_of(terms: Terms, end: date, accumulated: Decimal, until: date | None) -> Due:
    """What the book loses in the period that `end` lies in: `accumulated` is in it already, `until` is the
    last day that a run counted."""
    amount, course = amount_of(terms, end, accumulated), _Course(terms)
    months = months_of(terms.book)
    index = _index(end, months)
    begins = course.first
    if until is not None:
        begins = max(begins, _index(until + timedelta(days=1), months))
    periods = max(min(index, course.last - 1) - begins + 1, 1)
    alone = max(course.upto(index) - course.upto(index - 1), 0)
    late = max(amount - _rupiah(alone, terms.book), Decimal(0)) if periods > 1 else Decimal(0)
    return Due(amount, periods, late)


class _Course:
    """The way of one book from its anchor to its end, in steps; `upto(index)` is what is gone after a
    period."""

    __slots__ = ("first", "gone", "last", "life", "months", "straight", "whole", "worth")

    def __init__(self, terms: Terms) -> None:
        self.months = months_of(terms.book)
        begins = _index(terms.starts_on, self.months)
        self.life = -(-(terms.useful_life or 0) // self.months)
        ends = begins + self.life
        self.first = begins
        self.gone = 0
        if terms.anchored_on is not None:
            self.first = max(begins, _index(terms.anchored_on, self.months) + 1)
            self.gone = _steps(terms.anchored_accumulated, terms.book)
        self.last = max(ends, self.first + 1)
        self.worth = _steps(terms.cost, terms.book)
        residual = 0 if terms.book != BookKind.HOSPITAL else _steps(terms.residual_value, terms.book)
        self.whole = max(self.worth - residual, self.gone)
        if terms.method == DepreciationMethod.NONE or not terms.useful_life:
            self.whole = self.gone
        self.straight = (
            terms.method != DepreciationMethod.DECLINING_BALANCE or terms.book == BookKind.STATE_PROPERTY
        )

    def upto(self, index: int) -> int:
        if index < self.first:
            return self.gone
        if index >= self.last - 1:
            return self.whole
        if self.straight:
            return self.gone + _share(self.whole - self.gone, index - self.first + 1,
                                      self.last - self.first)
        return self._declining(index)

    def _declining(self, index: int) -> int:
        """Year by year on the book value at the start of the calendar year; the year in which the life ends
        takes the rest. Within a year every month is alike."""
        gone, begin, year = self.gone, self.first, 12 // self.months
        while True:
            until = min((begin // year + 1) * year, self.last)
            count, left = until - begin, self.whole - gone
            worth = left if until == self.last else min(
                _share(self.worth - gone, 2 * count, self.life), left)
            if index < until:
                return gone + _share(worth, index - begin + 1, count)
            gone, begin = gone + worth, until


def _share(whole: int, part: int, parts: int) -> int:
    """`part` of `parts` of a sum, halves up."""
    return (2 * whole * part + parts) // (2 * parts)


def _steps(value: Decimal, book: BookKind) -> int:
    """In sen; in the state-property book in whole rupiah (a book value never falls below zero)."""
    return int(value.quantize(Decimal(1), ROUND_DOWN) if book == BookKind.STATE_PROPERTY else value.scaleb(2))


def _rupiah(steps: int, book: BookKind) -> Decimal:
    return Decimal(steps) if book == BookKind.STATE_PROPERTY else Decimal(steps).scaleb(-2)
