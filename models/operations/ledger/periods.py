"""Closing the books: what still stands in a month, and closing it. A closed month stays closed.

Nothing reopens a period: what was forgotten is dated in the open one, what was wrong is reversed there. So
reports of a closed month say the same for ever.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import Document, document_types
from models.errors import N_, NN_, Refused
from models.finality import papers
from models.journal import JournalEntry, Period
from models.operations.ledger import journal
from models.people import User


def posting() -> list[tuple[str, type[Document]]]:
    """Types whose posting writes to the journal or the ledger by their own date, by table name (a stocktake
    does by the day of approval, so it is not among them)."""
    return sorted((table, model) for table, model in document_types().items() if model.posts.is_by_date)


@dataclass(frozen=True)
class OpenPapers:
    """Papers of one type and state that are dated in a month and not posted."""

    table: str
    state: str
    dated: str
    count: int


@dataclass(frozen=True)
class Outstanding:
    """Work of a month that nobody has begun: of which book, the table of the paper that does it, and how its
    form is filled (the part of the address after `?`)."""

    table: str
    book: str
    given: str


#: Areas above say what a month still lacks: ``def f(first, last) -> {(year, month): [Outstanding, …]}`` of
#: the months from `first` to `last`.
OUTSTANDING: list[Callable[[date, date], dict[tuple[int, int], list[Outstanding]]]] = []


def outstanding(first: date, last: date) -> dict[tuple[int, int], list[Outstanding]]:
    """What no paper was begun for of the months from `first` to `last`, by (year, month)."""
    found: dict[tuple[int, int], list[Outstanding]] = {}
    for ask in OUTSTANDING:
        for month, rows in ask(first, last).items():
            found.setdefault(month, []).extend(rows)
    return found


def bounds(year: int, month: int) -> tuple[date, date]:
    """First and last day of a month."""
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def standing(first: date, last: date) -> dict[tuple[int, int], list[OpenPapers]]:
    """What is not posted of the months from `first` to `last`, by (year, month); one statement."""
    final = {paper.table: paper.final for paper in papers()}
    parts = []
    for table, model in posting():
        dated: Any = getattr(model, model.dated)
        year, month = sa.extract("year", dated), sa.extract("month", dated)
        parts.append(sa.select(
            sa.literal(table).label("table"), sa.cast(model.state, sa.String(32)).label("state"),
            sa.literal(model.dated).label("dated"), year.label("year"), month.label("month"),
            sa.func.count().label("count"))
            .where(dated.between(first, last), sa.cast(model.state, sa.String(32)).not_in(
                [*final[table], "rejected", "cancelled", "reversed"]))
            .group_by(model.state, year, month))
    result: dict[tuple[int, int], list[OpenPapers]] = {}
    for row in db.session.execute(sa.union_all(*parts)):
        result.setdefault((int(row.year), int(row.month)), []).append(
            OpenPapers(row.table, row.state, row.dated, row._mapping["count"]))
    return result


def months() -> list[tuple[int, int, Period | None]]:
    """The months that are over and not closed, oldest first, and the closed ones of a year, newest of them
    last."""
    today = clock.today()
    known = {(period.year, period.month): period for period in db.session.scalars(
        sa.select(Period).options(sa.orm.joinedload(Period.closed_by)))}
    earliest = db.session.scalar(sa.select(sa.func.min(JournalEntry.posted_on))) or today
    result = []
    at = max(earliest.replace(day=1), today.replace(year=today.year - 2, day=1))
    while (at.year, at.month) < (today.year, today.month):
        result.append((at.year, at.month, known.get((at.year, at.month))))
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    return result


def close(year: int, month: int, *, by: User, anyway: bool = False) -> Period:
    """Close a month that is over. Raises `NotAllowed`, or `Refused` while papers of it are not posted, unless
    `anyway` (their dates must then be moved before they can be)."""
    period = journal.close_period(year, month, by=by)
    if not anyway and (year, month) in outstanding(*bounds(year, month)):
        raise Refused(N_("The depreciation of %(period)s is not posted. Facilities runs it first; or tick "
                         "that you close the month all the same, and it is dated in the next one."),
                      period=str(period), field="anyway")
    left = sum(row.count for rows in standing(*bounds(year, month)).values() for row in rows)
    if left and not anyway:
        raise Refused(NN_("%(count)s document dated in %(period)s is not posted. Post it or change its "
                          "date, or tick that you close it all the same.",
                          "%(count)s documents dated in %(period)s are not posted. Post them or change their "
                          "date, or tick that you close it all the same."), count=left, period=str(period),
                      field="anyway")
    return period
