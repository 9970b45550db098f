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

from models import clock
from models.asset_register import Asset, AssetBook, AssetType, BookKind, DepreciationMethod
from models.base import db
from models.depreciation import DepreciationRun, DepreciationRunLine, DepreciationRunState
from models.depreciation_rules import amount_of, months_of, next_period, period_of
from models.errors import N_, Conflict, Refused
from models.journal import Period, Posting
from models.operations.assets.books import DEPRECIATES, insert_missing, terms_of
from models.operations.core.approvals import effect
from models.operations.core.locking import insert_rows
from models.operations.ledger import journal
from models.operations.ledger.journal import JournalLeg
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


def due_period(book: BookKind) -> tuple[date, date]:
    """First and last day of the period that is run next: the one after the last posted, or the last that is
    over."""
    last = last_posted(book)
    if last is not None:
        return next_period(book, last)
    return period_of(book, period_of(book, clock.today())[0] - timedelta(days=1))


def set_period(run: DepreciationRun) -> None:
    """Widen the day that was typed to its period: the whole month, or the semester in the state-property
    book."""
    run.period_start, run.period_end = period_of(run.book, run.period_start)


def check_period(run: DepreciationRun) -> None:
    """Raises `Refused` unless the run's period is whole, closed, and next in its book."""
    start, end = period_of(run.book, run.period_start)
    if (run.period_start, run.period_end) != (start, end):
        raise Refused(N_("The period goes from %(start)s until %(end)s in this book."), field="period_start",
                      start=start, end=end)
    if end >= clock.today():
        raise Refused(N_("The period is not over before %(end)s; it is run after that."),
                      field="period_start", end=end)
    months = [(day.year, day.month) for day in _months(start, months_of(run.book))]
    closed = set(map(tuple, db.session.execute(sa.select(Period.year, Period.month).where(
        Period.closed_at.is_not(None), sa.tuple_(Period.year, Period.month).in_(months)))))
    for year, month in months:
        if (year, month) not in closed:
            raise Refused(N_("The period %(period)s is still open. Payables closes it first, so that no "
                             "asset is "
                             "entered into it after the run."), field="period_start",
                          period=f"{year:04}-{month:02}")
    last = last_posted(run.book)
    if last is None:
        return
    due, until = next_period(run.book, last)
    if start < due:
        raise Refused(N_("The period until %(end)s of this book is posted already."), field="period_start",
                      end=end)
    if start > due:
        raise Refused(N_("Run the period %(start)s until %(end)s of this book first."), field="period_start",
                      start=due,
                      end=until)


def _months(start: date, count: int) -> list[date]:
    first = start.year * 12 + start.month - 1
    return [date(index // 12, index % 12 + 1, 1) for index in range(first, first + count)]


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


def _living(run: DepreciationRun) -> list[Any]:
    """The criteria of books that lose value in the period of the run."""
    return [AssetBook.book == run.book, AssetBook.starts_on <= run.period_end,
            AssetBook.method != DepreciationMethod.NONE,
            AssetBook.accumulated < AssetBook.cost - AssetBook.residual_value, Asset.state.in_(DEPRECIATES)]


def compute(run: DepreciationRun, after: int = 0, size: int = CHUNK) -> int | None:
    """Bring the lines of the next `size` books behind the book `after` to what the books say; the last book's
    id, or None when no more follow. The run is a draft. Flushes; each chunk may be a transaction of its
    own."""
    books = db.session.execute(
        sa.select(AssetBook.id, AssetBook.asset_id, AssetBook.book, AssetBook.method, AssetBook.cost,
                  AssetBook.starts_on, AssetBook.useful_life, AssetBook.residual_value, AssetBook.anchored_on,
                  AssetBook.anchored_accumulated, AssetBook.accumulated)
        .join(Asset, Asset.id == AssetBook.asset_id)
        .where(AssetBook.id > after, *_living(run)).order_by(AssetBook.id).limit(size)).all()
    last = books[-1].id if len(books) == size else None
    there = (LINE.c.depreciation_run_id == run.id) & (LINE.c.asset_book_id > after)
    if last is not None:
        there &= LINE.c.asset_book_id <= last
    known = {row.asset_book_id: row for row in db.session.execute(
        sa.select(LINE.c.id, LINE.c.asset_book_id, LINE.c.opening_value, LINE.c.amount).where(there))}
    fresh = []
    for book in books:
        value = book.cost - book.accumulated
        amount = amount_of(terms_of(book), run.period_end, book.accumulated)
        line = known.get(book.id)
        if line is not None and (line.opening_value, line.amount) == (value, amount):
            del known[book.id]
        elif amount:
            fresh.append({"depreciation_run_id": run.id, "asset_id": book.asset_id, "asset_book_id": book.id,
                          "opening_value": value, "amount": amount, "closing_value": value - amount})
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
    counted = sa.select(sa.func.count()).select_from(AssetBook).join(Asset).where(*_living(run))
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


# ---------------------------------------------------------------- steps

@effect(DepreciationRun, "submit")
def _compute_lines(run: DepreciationRun, *, by: User, reason: str) -> None:
    check_period(run)
    compute_all(run)


@effect(DepreciationRun, "approve")
def _post(run: DepreciationRun, *, by: User, reason: str) -> None:
    """Accumulated depreciation grows by set: a book that changed since the run was computed stops the
    posting."""
    check_period(run)
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
    for record in db.session.identity_map.values():
        if isinstance(record, AssetBook):
            db.session.expire(record)
    if run.book == BookKind.HOSPITAL:
        journal.post_entry(run.run_on, legs_of(run), run, by, description=f"{run.period_start:%Y-%m}")


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
