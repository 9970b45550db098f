"""What `flask verify` proves of the asset books; registered in `checks.CHECKS` by being imported."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models.asset_register import AssetBook, BookKind
from models.depreciation import AssetBookChange, DepreciationRun, DepreciationRunLine, DepreciationRunState
from models.depreciation_rules import next_period
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.core.checks import check


def _posted() -> Any:
    return (sa.select(DepreciationRunLine.asset_book_id.label("book_id"),
                      DepreciationRunLine.amount.label("amount"))
            .join(DepreciationRun, DepreciationRun.id == DepreciationRunLine.depreciation_run_id)
            .where(DepreciationRun.state == DepreciationRunState.POSTED))


@check("assets: accumulated depreciation of each book is the sum of its runs and changes")
def accumulated(session: Any) -> Any:
    # Book by book through the indexes: grouped and joined, a planner without statistics takes minutes.
    parts = (_posted().where(DepreciationRunLine.asset_book_id == AssetBook.id),
             sa.select(AssetBookChange.amount).where(AssetBookChange.asset_book_id == AssetBook.id))
    runs, changes = (query.with_only_columns(sa.func.coalesce(sa.func.sum(amount), 0)).scalar_subquery()
                     for query, amount in zip(parts, (DepreciationRunLine.amount, AssetBookChange.amount),
                                              strict=True))
    return session.execute(
        sa.select(AssetBook.id, AssetBook.asset_id, AssetBook.book, AssetBook.accumulated)
        .where(AssetBook.accumulated != runs + changes).limit(1)).first()


@check("assets: one depreciation line per asset, book and period")
def one_line(session: Any) -> Any:
    line, run = DepreciationRunLine, DepreciationRun
    return session.execute(
        sa.select(line.asset_id, run.book, run.period_start, sa.func.count())
        .join(run, run.id == line.depreciation_run_id)
        .where(run.state.not_in((DepreciationRunState.CANCELLED, DepreciationRunState.REVERSED)))
        .group_by(line.asset_id, run.book, run.period_start).having(sa.func.count() > 1).limit(1)).first()


@check("assets: runs of a book follow each other without a gap")
def no_gap(session: Any) -> Any:
    last: dict[str, Any] = {}
    run = DepreciationRun
    for run_id, book, start, end in session.execute(
            sa.select(run.id, run.book, run.period_start, run.period_end)
            .where(run.state == DepreciationRunState.POSTED).order_by(run.period_start)):
        if book in last and next_period(book, last[book])[0] != start:
            return run_id, book, start
        last[book] = end
    return None


@check("journal: accumulated depreciation is what the hospital's book lost, document by document")
def in_the_journal(session: Any) -> Any:
    """Credits of accumulated depreciation by document, against the lines of runs and the changes of
    disposals."""
    posted = {(kind, key): amount for kind, key, amount in session.execute(
        sa.select(JournalEntry.document_type, JournalEntry.document_id, sa.func.sum(JournalLine.credit))
        .join(JournalLine, JournalLine.entry_id == JournalEntry.id)
        .where(JournalLine.purpose == Posting.ACCUMULATED_DEPRECIATION, JournalLine.credit > 0,
               sa.func.coalesce(JournalEntry.description, "").not_in(("reversal", "opening")))
        .group_by(JournalEntry.document_type, JournalEntry.document_id))}
    lost = {("depreciation_run", key): amount for key, amount in session.execute(
        sa.select(DepreciationRunLine.depreciation_run_id, sa.func.sum(DepreciationRunLine.amount))
        .join(DepreciationRun, DepreciationRun.id == DepreciationRunLine.depreciation_run_id)
        .where(DepreciationRun.state.in_((DepreciationRunState.POSTED, DepreciationRunState.REVERSED)),
               DepreciationRun.book == BookKind.HOSPITAL)
        .group_by(DepreciationRunLine.depreciation_run_id))}
    for kind, key, amount in session.execute(
            sa.select(AssetBookChange.document_type, AssetBookChange.document_id,
                      sa.func.sum(AssetBookChange.amount))
            .join(AssetBook, AssetBook.id == AssetBookChange.asset_book_id)
            .where(sa.or_(AssetBookChange.kind == "disposal",
                          (AssetBookChange.kind == "value") & (AssetBookChange.amount > 0)),
                   AssetBook.book == BookKind.HOSPITAL)
            .group_by(AssetBookChange.document_type, AssetBookChange.document_id)):
        lost[kind, key] = lost.get((kind, key), 0) + amount
    wrong = posted.items() ^ lost.items()
    return min(wrong, key=str) if wrong else None
