"""Which days a paper may bear and a posting may be dated: the one rule, for forms, steps and postings alike.

Nothing is dated after today, in a closed month, before the first open month, or before the paper that it
follows. A month that the books have no row of is open only after the last closed month and not before the
books' first month.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import Document
from models.errors import N_, PeriodClosed, Refused
from models.journal import FIRST_YEAR, LAST_YEAR, Period
from models.operations.core.locking import insert_once
from models.settings import setting

#: Months before the first one of the books that are open too while the hospital says nothing: what was
#: written by hand until the first day is brought in.
BEFORE_THE_FIRST = 3
_INDEX = Period.year * 12 + Period.month - 1


def check_year(year: int, kind: type[Refused] = Refused, field: str | None = None) -> None:
    """Raises `kind` when the books do not know the year."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise kind(N_("The books know the years %(first)s to %(last)s. Use a date of these years."),
                   first=str(FIRST_YEAR), last=str(LAST_YEAR), field=field)


def check_not_ahead(on: date, field: str | None = None) -> None:
    """Raises `PeriodClosed` for a day that has not come yet."""
    if on > clock.today():
        raise PeriodClosed(N_("The date %(on)s lies in the future. Use today's date or an earlier one."),
                           on=on, field=field)


def _index(on: date) -> int:
    return on.year * 12 + on.month - 1


def _first_day(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def _first_month() -> int:
    """The first month that may be open though the books have no row of it."""
    first, closed = db.session.execute(sa.select(
        sa.func.min(_INDEX), sa.func.max(sa.case((Period.closed_at.is_not(None), _INDEX))))).one()
    said = setting("books.first_month")
    begun = _index(clock.today()) if first is None else first
    opening = _index(said) if said else min(begun - begun % 12, begun - BEFORE_THE_FIRST)
    return max(opening, -1 if closed is None else closed + 1)


def may_be_begun(on: date) -> bool:
    """Whether the month of `on`, of which the books have no row, is open."""
    return _index(on) >= _first_month()


def is_open(on: date) -> bool:
    """Whether the month of `on` takes postings."""
    is_closed = db.session.scalar(sa.select(Period.closed_at.is_not(None)).where(
        Period.year == on.year, Period.month == on.month))
    return may_be_begun(on) if is_closed is None else not is_closed


def first_open_day(since: date) -> date:
    """The first day from the month of `since` on that may be dated."""
    first = _first_month()
    rows = {row.month: row.closed for row in db.session.execute(
        sa.select(_INDEX.label("month"), Period.closed_at.is_not(None).label("closed"))
        .where(_index(since) <= _INDEX))}
    index = max(_index(since), min([first, *rows]))
    while index < _index(clock.today()) and rows.get(index, index < first):
        index += 1
    return _first_day(index)


def closed(on: date, field: str | None = None) -> PeriodClosed:
    """What is said of a day in a closed month."""
    return PeriodClosed(N_("The period %(period)s is closed. The first open day is %(first)s."),
                        period=f"{on:%Y-%m}", first=first_open_day(on), field=field)


def check(on: date, field: str | None = None) -> None:
    """Raises `PeriodClosed` when nothing may be dated `on`, whatever it is."""
    check_not_ahead(on, field)
    check_year(on.year, PeriodClosed, field)
    if not is_open(on):
        raise closed(on, field)


# ---------------------------------------------------------------- the papers that a paper follows

def followed(document: Any) -> Iterator[Any]:
    """The papers that the document names in `follows`, each once."""
    known: set[int] = set()
    for path in getattr(document, "follows", ()):
        found = [document]
        for name in path.split("."):
            values = [getattr(record, name) for record in found]
            found = [value for each in values for value in (each if isinstance(each, list) else [each])
                     if value is not None]
        for paper in found:
            if id(paper) not in known:
                known.add(id(paper))
                yield paper


def check_follows(document: Any, on: date, field: str | None = None) -> None:
    """Raises `PeriodClosed` when `on` lies before a paper that the document follows. A paper that is itself
    dated ahead holds nobody up."""
    for paper in followed(document):
        day = paper.document_date
        if day is not None and on < day <= clock.today():
            raise PeriodClosed(N_("%(paper)s, which this follows, is of %(day)s. Use that day or a later "
                                  "one."), paper=str(paper), day=day, field=field)


def check_day(document: Any, on: date, field: str | None = None) -> None:
    """Raises `PeriodClosed` when the document may not be dated `on`, or post something dated so."""
    if isinstance(document, Document) and document.is_planned_ahead:
        check_year(on.year, PeriodClosed, field)
        if on > clock.today():
            return
    check(on, field)
    check_follows(document, on, field)


def begin_books(on: date) -> None:
    """Open the month of `on` and so all from there on: the history of a hospital that is brought in whole."""
    db.session.execute(insert_once(Period.__table__).values(year=on.year, month=on.month))
