"""Changes of value: what a capitalised repair adds, what a revaluation or an impairment makes of the
books."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

import sqlalchemy as sa

from models.asset_register import Asset, AssetBook, BookKind, Ownership, TaxGroup
from models.asset_values import (
    KEPT_OF_BOOK,
    AssetValueChange,
    AssetValueChangeLine,
    AssetValueChangeState,
    ValueChangeKind,
    state_of,
)
from models.base import db
from models.depreciation import BookChangeKind
from models.depreciation_rules import TAX_LIFE, period_of
from models.errors import N_, Refused, blame_line
from models.journal import Posting
from models.operations.assets.books import DEPRECIATES, change_book, depreciate_to
from models.operations.assets.entry import accounts_of
from models.operations.core.approvals import effect
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import days, journal
from models.operations.ledger.journal import JournalLeg
from models.people import User

ZERO = Decimal(0)


@effect(AssetValueChange, "submit")
@effect(AssetValueChange, "approve")
def _check(paper: AssetValueChange, *, by: User, reason: str) -> None:
    """Raises `Refused` for an asset whose value cannot change so."""
    lock(paper)
    for line in paper.lines:
        with blame_line(line):
            _check_line(paper, line)


def _check_line(paper: AssetValueChange, line: AssetValueChangeLine) -> None:
    asset = line.asset
    if asset.ownership != Ownership.OWNED or asset.state not in DEPRECIATES:
        raise Refused(N_("%(asset)s is %(state)s, or not ours: its value does not change."), asset=str(asset),
                      state=asset.state, field="asset")
    if paper.changed_on < asset.acquired_on:
        raise Refused(N_("%(asset)s was acquired on %(day)s; its value cannot change before."),
                      asset=str(asset), day=asset.acquired_on, field="changed_on")
    if paper.kind == ValueChangeKind.IMPROVEMENT and line.amount <= 0:
        raise Refused(N_("Must be more than 0, for example 6."), field="amount")
    if paper.kind != ValueChangeKind.IMPROVEMENT and line.added_months:
        raise Refused(N_("Only a repair prolongs the life."), field="added_months")
    if paper.kind == ValueChangeKind.IMPAIRMENT and line.amount >= asset.book_value:
        raise Refused(N_("%(asset)s stands at %(value)s in the books; an impairment lowers it."),
                      asset=str(asset), value=asset.book_value, field="amount")


@effect(AssetValueChange, "approve_receivables")
def _post(paper: AssetValueChange, *, by: User, reason: str) -> None:
    """Counted up to the period before; then the books change, and the rest goes over the life that is
    left. A paper whose month was closed meanwhile is of the first open day."""
    lock(paper)
    if not days.is_open(paper.changed_on):
        paper.changed_on = days.first_open_day(paper.changed_on)
    journal.open_period(paper.changed_on)
    ids = {line.asset_id for line in paper.lines}
    lock_rows(Asset, ids)
    legs: list[JournalLeg] = []
    for line in sorted(paper.lines, key=lambda line: line.asset_id):
        with blame_line(line):
            _check_line(paper, line)
            legs += _change(paper, line, by)
    journal.post_entry(paper.changed_on, legs, paper, by, description=paper.kind)


def _change(paper: AssetValueChange, line: AssetValueChangeLine, by: User) -> list[JournalLeg]:
    asset = line.asset
    before = {str(book.id): state_of(book) for book in _books(asset)}
    until = period_of(BookKind.HOSPITAL, paper.changed_on)[0] - timedelta(days=1)
    depreciate_to(asset, until, document=paper, by=by, posted_on=paper.changed_on)
    books = _books(asset)
    line.books_before = {str(book.id): before.get(str(book.id)) or state_of(book) for book in books}
    if paper.kind == ValueChangeKind.IMPROVEMENT:
        legs = _improve(paper, line, books, by)
    else:
        own = [book for book in books if book.book == BookKind.HOSPITAL]
        legs = _revalue(paper, line, own[0] if own else None, by)
    db.session.flush()
    line.books_after = {str(book.id): state_of(book) for book in books}
    return legs


def _books(asset: Asset) -> list[AssetBook]:
    return list(db.session.scalars(sa.select(AssetBook).where(AssetBook.asset_id == asset.id).order_by(
        AssetBook.id).with_for_update().execution_options(populate_existing=True)))


def _anchor(book: AssetBook) -> None:
    """What is counted so far stands; the rest goes over the life that is left."""
    until = max((day for day in (book.depreciated_until, book.anchored_on) if day is not None), default=None)
    if until is not None:
        book.anchored_on, book.anchored_accumulated = period_of(book.book, until)[1], book.accumulated


def _improve(paper: AssetValueChange, line: AssetValueChangeLine, books: list[AssetBook],
             by: User) -> list[JournalLeg]:
    """Added to the cost of every book. The tax book's life grows to that of its group from now at most (PMK
    72/2023), the state-property book's to the life of the type (KMK 295/2019)."""
    asset = line.asset
    line.surplus = line.loss = ZERO
    for book in books:
        added = line.amount.quantize(Decimal(1), ROUND_DOWN) if book.book == BookKind.STATE_PROPERTY \
            else line.amount
        _anchor(book)
        life = _prolonged(book, line.added_months, paper.changed_on, asset)
        change_book(book, BookChangeKind.VALUE, by, paper.changed_on, document=paper, cost_change=added,
                    useful_life_before=book.useful_life, useful_life_after=life)
        book.cost += added
        book.useful_life = life
    asset.acquisition_cost += line.amount
    return [JournalLeg(Posting.ASSET, line.amount, accounts_of((asset,))[asset.id].cost),
            JournalLeg(Posting.ASSET_PAYABLE, -line.amount, paper.account_id)]


def _prolonged(book: AssetBook, months: int, on: date, asset: Asset) -> int | None:
    if book.useful_life is None or not months:
        return book.useful_life
    gone = (on.year - book.starts_on.year) * 12 + on.month - book.starts_on.month
    most = {BookKind.TAX: TAX_LIFE[book.tax_group or TaxGroup.GROUP_1],
            BookKind.STATE_PROPERTY: asset.asset_type.useful_life or 0}.get(book.book)
    life = book.useful_life + months
    return life if most is None else max(min(life, gone + most), book.useful_life)


def _revalue(paper: AssetValueChange, line: AssetValueChangeLine, book: AssetBook | None,
             by: User) -> list[JournalLeg]:
    """The hospital's own book goes to the new value: a revaluation sets off what is accumulated (PSAK 216),
    an impairment adds to it (PSAK 236). A fall takes the asset's surplus first, a rise gives back an earlier
    loss."""
    asset = line.asset
    if book is None:
        raise Refused(N_("%(asset)s is not depreciated; it has no book whose value changes."),
                      asset=str(asset), field="asset")
    delta = line.amount - book.book_value
    surplus, loss = _earlier(line)
    if delta >= 0:
        line.loss = -min(delta, loss)
        line.surplus = delta + line.loss
    else:
        line.surplus = -min(-delta, surplus)
        line.loss = -delta + line.surplus
    accounts = accounts_of((asset,))[asset.id]
    if paper.kind == ValueChangeKind.IMPAIRMENT:
        gone, cost = -delta, ZERO
    else:
        gone, cost = -book.accumulated, line.amount - book.cost
    _anchor(book)
    change_book(book, BookChangeKind.VALUE, by, paper.changed_on, gone, document=paper, cost_change=cost,
                residual_before=book.residual_value, residual_after=min(book.residual_value, line.amount))
    book.residual_value = min(book.residual_value, line.amount)
    book.cost += cost
    book.accumulated += gone
    book.opening_accumulated = min(book.opening_accumulated, book.accumulated)
    if book.anchored_on is not None:
        book.anchored_accumulated = book.accumulated
    asset.acquisition_cost += cost
    return [JournalLeg(Posting.ASSET, cost, accounts.cost),
            JournalLeg(Posting.ACCUMULATED_DEPRECIATION, -gone, accounts.accumulated),
            JournalLeg(Posting.REVALUATION_SURPLUS, -line.surplus), JournalLeg(Posting.VALUE_LOSS, line.loss)]


def _earlier(line: AssetValueChangeLine) -> tuple[Decimal, Decimal]:
    """Surplus and losses of the asset's earlier papers that stand, rupiah."""
    other, money = AssetValueChangeLine, AssetValueChangeLine.amount.type
    surplus, loss = db.session.execute(
        sa.select(*(sa.type_coerce(sa.func.coalesce(sa.func.sum(column), 0), money)
                    for column in (other.surplus, other.loss)))
        .join(AssetValueChange, AssetValueChange.id == other.asset_value_change_id)
        .where(other.asset_id == line.asset_id, AssetValueChange.state == AssetValueChangeState.POSTED)).one()
    return max(surplus, ZERO), max(loss, ZERO)


# ---------------------------------------------------------------- reversing

@effect(AssetValueChange, "reverse")
def _reverse(paper: AssetValueChange, *, by: User, reason: str) -> None:
    """Books and journal as before."""
    lock(paper)
    lock_rows(Asset, {line.asset_id for line in paper.lines})
    for line in paper.lines:
        for book in _books(line.asset):
            before = (line.books_before or {}).get(str(book.id))
            if before is not None:
                _restore(paper, line, book, before, by)
    db.session.flush()
    journal.reverse_entries(paper, on=paper.changed_on, by=by)


def _restore(paper: AssetValueChange, line: AssetValueChangeLine, book: AssetBook, before: dict[str, Any],
             by: User) -> None:
    values = {name: _typed(name, before[name]) for name in KEPT_OF_BOOK}
    cost = values["cost"] - book.cost
    change_book(book, BookChangeKind.RESTORED, by, paper.changed_on, values["accumulated"] - book.accumulated,
                document=paper, cost_change=cost, useful_life_before=book.useful_life,
                useful_life_after=values["useful_life"])
    for name, value in values.items():
        setattr(book, name, value)
    if book.book == BookKind.HOSPITAL:
        line.asset.acquisition_cost += cost


def _typed(name: str, value: Any) -> Any:
    if value is None or name == "useful_life":
        return value
    return date.fromisoformat(value) if name in ("anchored_on", "depreciated_until") else Decimal(value)
