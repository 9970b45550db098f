"""Depreciation runs: a period of a book is computed in chunks, submitted, and posted by set.

A run of 100,000 assets takes seconds. Computing is repeatable: it brings the lines of a draft to what the
books say, so it can be cut anywhere and begun again, and nothing is doubled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.asset_register import Asset, AssetBook, AssetType, BookKind, DepreciationMethod
from models.base import db
from models.depreciation import (
    AssetBookChange,
    BookChangeKind,
    DepreciationRun,
    DepreciationRunLine,
    DepreciationRunState,
)
from models.depreciation_rules import due_of, next_period, period_of
from models.errors import N_, Conflict, Refused
from models.journal import Posting
from models.operations.assets.books import DEPRECIATES, insert_missing, terms_of
from models.operations.core.approvals import effect
from models.operations.core.locking import insert_rows
from models.operations.ledger import days, journal
from models.operations.ledger.journal import JournalLeg
from models.operations.ledger.periods import OUTSTANDING, Outstanding
from models.people import User

ZERO = Decimal(0)
#: Books per chunk: a fraction of a second, and a transaction of its own where a page or a job computes.
CHUNK = 10_000
LINE, BOOK = DepreciationRunLine.__table__, AssetBook.__table__


# ---------------------------------------------------------------- which period

def last_posted(book: BookKind) -> date | None:
    """The last day that a posted run of the book counted."""
    return db.session.scalar(sa.select(sa.func.max(DepreciationRun.period_end)).where(
        DepreciationRun.book == book, DepreciationRun.state == DepreciationRunState.POSTED))


def first_period(book: BookKind) -> tuple[date, date] | None:
    """The first period that is run: where the openings of the book's assets end; None without any."""
    ends = db.session.scalar(
        sa.select(sa.func.min(AssetBook.anchored_on)).join(Asset, Asset.id == AssetBook.asset_id)
        .where(AssetBook.book == book, AssetBook.depreciated_until.is_(None), Asset.state.in_(DEPRECIATES)))
    return None if ends is None else next_period(book, ends)


def due_period(book: BookKind) -> tuple[date, date]:
    """First and last day of the period that is run next: the one after the last posted; of a new book where
    its openings end, or the last that is over."""
    last = last_posted(book)
    if last is not None:
        return next_period(book, last)
    return first_period(book) or period_of(book, period_of(book, clock.today())[0] - timedelta(days=1))


def counted_until(book: BookKind) -> date:
    """The last day that the runs of the book have counted, or that they leave to openings: an asset that was
    there before enters with what it lost until then."""
    return due_period(book)[0] - timedelta(days=1)


def set_period(run: DepreciationRun) -> None:
    """Widen the day that was typed to its period: the whole month, or the semester in the state-property
    book. Its entry is dated the last day."""
    run.period_start, run.period_end = period_of(run.book, run.period_start)
    run.run_on = run.period_end


def entry_day(run: DepreciationRun) -> date:
    """The day of the run's entry: the last of its period; of one whose month was closed without it, the first
    open day. Books that have no journal know no closed month."""
    if run.book != BookKind.HOSPITAL or days.is_open(run.period_end):
        return run.period_end
    return days.first_open_day(run.period_end)


def check_period(run: DepreciationRun) -> None:
    """Raises `Refused` unless the run's period is whole, over, and next in its book."""
    start, end = period_of(run.book, run.period_start)
    if (run.period_start, run.period_end) != (start, end):
        raise Refused(N_("The period goes from %(start)s until %(end)s in this book."), field="period_start",
                      start=start, end=end)
    if end >= clock.today():
        raise Refused(N_("The period is not over before %(end)s; it is run after that."),
                      field="period_start", end=end)
    last = last_posted(run.book)
    following = first_period(run.book) if last is None else next_period(run.book, last)
    if following is None:
        return
    due, until = following
    if start < due and last is None:
        raise Refused(N_("The assets entered this book with what they lost until %(end)s. The first period "
                         "that is run begins on %(start)s."), field="period_start",
                      start=due, end=due - timedelta(days=1))
    if start < due:
        raise Refused(N_("The period until %(end)s of this book is posted already."), field="period_start",
                      end=end)
    if start > due:
        raise Refused(N_("Run the period %(start)s until %(end)s of this book first."), field="period_start",
                      start=due,
                      end=until)


def _outstanding(first: date, last: date) -> dict[tuple[int, int], list[Outstanding]]:
    """The months of the hospital's book that are over, have something to depreciate and no run on its way."""
    due = due_period(BookKind.HOSPITAL)
    begins = db.session.scalar(sa.select(sa.func.min(AssetBook.starts_on)).join(
        Asset, Asset.id == AssetBook.asset_id).where(*_living(BookKind.HOSPITAL, last)))
    ended = (DepreciationRunState.CANCELLED, DepreciationRunState.REVERSED, DepreciationRunState.REJECTED)
    begun = set(db.session.scalars(sa.select(DepreciationRun.period_start).where(
        DepreciationRun.book == BookKind.HOSPITAL, DepreciationRun.state.not_in(ended))))
    result: dict[tuple[int, int], list[Outstanding]] = {}
    while begins is not None and due[1] <= last and due[1] < clock.today():
        if due[1] >= first and begins <= due[1] and due[0] not in begun:
            result[due[1].year, due[1].month] = [Outstanding(
                DepreciationRun.__tablename__, BookKind.HOSPITAL, f"period_start={due[0]}")]
        due = next_period(BookKind.HOSPITAL, due[1])
    return result


OUTSTANDING.append(_outstanding)


# ---------------------------------------------------------------- computing

@dataclass(frozen=True, slots=True)
class Progress:
    """How far the computing came. `after` is the last book that is done; None when all are."""

    done: int
    total: int
    after: int | None

    @property
    def percent(self) -> int:
        return 100 if self.after is None else min(99, 100 * self.done // max(self.total, 1))


def _living(book: BookKind, end: date) -> list[Any]:
    """The criteria of books that lose value in the period that ends on `end`."""
    return [AssetBook.book == book, AssetBook.starts_on <= end,
            AssetBook.method != DepreciationMethod.NONE,
            AssetBook.accumulated < AssetBook.cost - AssetBook.residual_value, Asset.state.in_(DEPRECIATES)]


def compute(run: DepreciationRun, after: int = 0, size: int = CHUNK) -> int | None:
    """Bring the lines of the next `size` books behind the book `after` to what the books say; the last book's
    id, or None when no more follow. The run is a draft. Flushes; each chunk may be a transaction of its
    own."""
    books = db.session.execute(
        sa.select(AssetBook.id, AssetBook.asset_id, AssetBook.book, AssetBook.method, AssetBook.cost,
                  AssetBook.starts_on, AssetBook.useful_life, AssetBook.residual_value, AssetBook.anchored_on,
                  AssetBook.anchored_accumulated, AssetBook.accumulated, AssetBook.depreciated_until)
        .join(Asset, Asset.id == AssetBook.asset_id)
        .where(AssetBook.id > after, *_living(run.book, run.period_end))
        .order_by(AssetBook.id).limit(size)).all()
    last = books[-1].id if len(books) == size else None
    there = (LINE.c.depreciation_run_id == run.id) & (LINE.c.asset_book_id > after)
    if last is not None:
        there &= LINE.c.asset_book_id <= last
    known = {row.asset_book_id: row for row in db.session.execute(
        sa.select(LINE.c.id, LINE.c.asset_book_id, LINE.c.opening_value, LINE.c.amount, LINE.c.periods)
        .where(there))}
    fresh = []
    for book in books:
        value = book.cost - book.accumulated
        due = due_of(terms_of(book), run.period_end, book.accumulated, book.depreciated_until)
        line = known.get(book.id)
        if line is not None and (line.opening_value, line.amount, line.periods) == (value, due.amount,
                                                                                    due.periods):
            del known[book.id]
        elif due.amount:
            fresh.append({"depreciation_run_id": run.id, "asset_id": book.asset_id, "asset_book_id": book.id,
                          "opening_value": value, "amount": due.amount, "closing_value": value - due.amount,
                          "periods": due.periods, "caught_up": due.caught_up})
    wrong = [row.id for row in known.values()]
    for start in range(0, len(wrong), 500):
        db.session.execute(sa.delete(LINE).where(LINE.c.id.in_(wrong[start:start + 500])))
    insert_rows(LINE, fresh)
    return last


def compute_next(run: DepreciationRun, after: int | None = None) -> Progress:
    """One chunk more of a draft; without `after` it goes on where its lines end."""
    if run.state != DepreciationRunState.DRAFT:
        raise Refused(N_("Only a draft can be changed. Reject or reverse the document instead."))
    if after is None:
        after = db.session.scalar(sa.select(sa.func.max(LINE.c.asset_book_id))
                                  .where(LINE.c.depreciation_run_id == run.id)) or 0
        insert_missing(Asset.acquired_on <= run.period_end, kinds=(run.book,))
    last = compute(run, after)
    counted = sa.select(sa.func.count()).select_from(AssetBook).join(Asset).where(
        *_living(run.book, run.period_end))
    total = db.session.scalar(counted) or 0
    done = total if last is None else db.session.scalar(counted.where(AssetBook.id <= last)) or 0
    return Progress(done, total, last)


def compute_all(run: DepreciationRun) -> None:
    """Every line of the run: what was computed before and still holds stays."""
    insert_missing(Asset.acquired_on <= run.period_end, kinds=(run.book,))
    after: int | None = 0
    while after is not None:
        after = compute(run, after)
    db.session.expire(run, ["lines"])


#: Lines that the page of a run shows; a report has all.
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """The lines of a run that make up for periods that were left out: how many, their rupiah, the first."""

    count: int
    amount: Decimal
    lines: list[DepreciationRunLine]


def caught_up(run: DepreciationRun) -> CaughtUp:
    """What the run makes up for, the largest first; two statements."""
    line = DepreciationRunLine
    mine = (line.depreciation_run_id == run.id, line.periods > 1)
    count, amount = db.session.execute(
        sa.select(sa.func.count(), sa.type_coerce(sa.func.coalesce(sa.func.sum(line.caught_up), 0),
                                                  line.caught_up.type)).where(*mine)).one()
    lines = db.session.scalars(
        sa.select(line).where(*mine).order_by(line.caught_up.desc(), line.id).limit(MOST_SHOWN)
        .options(joinedload(line.asset))).all()
    return CaughtUp(count, amount, list(lines))


# ---------------------------------------------------------------- steps

@effect(DepreciationRun, "submit")
def _compute_lines(run: DepreciationRun, *, by: User, reason: str) -> None:
    check_period(run)
    run.run_on = entry_day(run)
    compute_all(run)


@effect(DepreciationRun, "approve")
def _post(run: DepreciationRun, *, by: User, reason: str) -> None:
    """Accumulated depreciation grows by set: a book that changed since the run was computed stops the
    posting. The entry is dated the last day of the period."""
    check_period(run)
    run.run_on = entry_day(run)
    ours = LINE.c.depreciation_run_id == run.id
    count = db.session.scalar(sa.select(sa.func.count()).select_from(LINE).where(ours)) or 0
    changed = db.session.execute(  # type: ignore[attr-defined]
        sa.update(BOOK).values(accumulated=BOOK.c.accumulated + LINE.c.amount,
                               depreciated_until=run.period_end,
                               version=BOOK.c.version + 1)
        .where(BOOK.c.id == LINE.c.asset_book_id, ours,
               BOOK.c.cost - BOOK.c.accumulated == LINE.c.opening_value,
               BOOK.c.accumulated + LINE.c.amount <= BOOK.c.cost - BOOK.c.residual_value,
               sa.or_(BOOK.c.depreciated_until.is_(None), BOOK.c.depreciated_until < run.period_end))
        .execution_options(synchronize_session=False)).rowcount
    if changed != count:
        raise Conflict(N_("Assets changed since this run was computed. Reject it; it is computed anew when "
                          "it is "
                          "submitted again."))
    _read_books_again()
    if run.book == BookKind.HOSPITAL:
        journal.post_entry(run.run_on, legs_of(run), run, by, description=f"{run.period_start:%Y-%m}")


def _read_books_again() -> None:
    for record in db.session.identity_map.values():
        if isinstance(record, AssetBook):
            db.session.expire(record)


@effect(DepreciationRun, "reverse")
def _take_back(run: DepreciationRun, *, by: User, reason: str) -> None:
    """The books are as before the run, and its entry has an opposite one of the same day."""
    ours = LINE.c.depreciation_run_id == run.id
    count = db.session.scalar(sa.select(sa.func.count()).select_from(LINE).where(ours)) or 0
    changed = db.session.execute(  # type: ignore[attr-defined]
        sa.update(BOOK).values(accumulated=BOOK.c.accumulated - LINE.c.amount,
                               depreciated_until=_counted_before(run), version=BOOK.c.version + 1)
        .where(BOOK.c.id == LINE.c.asset_book_id, ours, BOOK.c.depreciated_until == run.period_end,
               BOOK.c.cost - BOOK.c.accumulated == LINE.c.closing_value)
        .execution_options(synchronize_session=False)).rowcount
    if changed != count:
        raise Conflict(N_("Somebody else changed this record meanwhile. Look at it again, then repeat your "
                          "step."))
    _read_books_again()
    if run.book == BookKind.HOSPITAL:
        journal.reverse_entries(run, on=run.run_on, by=by)


def _counted_before(run: DepreciationRun) -> sa.ColumnElement[Any]:
    """The last day that a run or a disposal counted in a book before the run did."""
    line, other = LINE.alias("earlier_line"), DepreciationRun.__table__.alias("earlier_run")
    change = AssetBookChange.__table__
    runs = (sa.select(sa.func.max(other.c.period_end)).select_from(other)
            .join(line, line.c.depreciation_run_id == other.c.id)
            .where(line.c.asset_book_id == BOOK.c.id, other.c.id != run.id,
                   other.c.state == DepreciationRunState.POSTED).correlate(BOOK).scalar_subquery())
    disposals = (sa.select(sa.func.max(change.c.changed_on)).where(
        change.c.asset_book_id == BOOK.c.id, change.c.kind == BookChangeKind.DISPOSAL)
        .correlate(BOOK).scalar_subquery())
    return sa.case((sa.or_(runs.is_(None), disposals > runs), disposals), else_=runs)


def legs_of(run: DepreciationRun) -> list[JournalLeg]:
    """Depreciation to the expense account of each type, against its accumulated depreciation."""
    total = sa.type_coerce(sa.func.sum(LINE.c.amount), LINE.c.amount.type)
    legs = []
    for expense, accumulated, amount in db.session.execute(
            sa.select(AssetType.expense_account_id, AssetType.accumulated_account_id, total)
            .select_from(LINE).join(Asset, Asset.id == LINE.c.asset_id)
            .join(AssetType, AssetType.id == Asset.asset_type_id)
            .where(LINE.c.depreciation_run_id == run.id)
            .group_by(AssetType.expense_account_id, AssetType.accumulated_account_id)):
        legs += [JournalLeg(Posting.DEPRECIATION, amount, expense),
                 JournalLeg(Posting.ACCUMULATED_DEPRECIATION, -amount, accumulated)]
    return legs
