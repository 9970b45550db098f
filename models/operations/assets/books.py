"""The books of an asset: opened, entered with what was depreciated before, changed, depreciated up to a
disposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_register import (
    Asset,
    AssetBook,
    AssetState,
    AssetType,
    BookKind,
    DepreciationMethod,
    Ownership,
    TaxGroup,
)
from models.base import db
from models.depreciation import (
    AssetBookChange,
    BookChangeKind,
    DepreciationRun,
    DepreciationRunLine,
    DepreciationRunState,
)
from models.depreciation_rules import (
    BUILDINGS,
    SEN,
    TAX_LIFE,
    Line,
    Terms,
    accumulated_on,
    period_of,
    schedule,
)
from models.errors import N_, NotAllowed, Refused
from models.journal import Posting
from models.operations.core.approvals import after
from models.operations.core.locking import insert_rows
from models.operations.ledger import journal
from models.operations.ledger.journal import JournalLeg
from models.operations.ledger.ledger import share
from models.people import User
from models.roles import Role
from models.settings import setting

ZERO = Decimal(0)
#: States in which an asset loses value: it is there and could be used. What is held for sale stands still
#: (PSAK 58).
DEPRECIATES = (AssetState.REGISTERED, AssetState.IN_USE, AssetState.UNDER_MAINTENANCE)


def terms_of(book: Any) -> Terms:
    """What the schedule of a book depends on; `book` is an `AssetBook` or a row with its columns."""
    return Terms(book.method, book.cost, book.starts_on, book.useful_life, book.residual_value,
                 book.anchored_on, book.anchored_accumulated, book.book)


def schedule_of(book: AssetBook) -> list[Line]:
    """Every period of the book that is still to come."""
    return schedule(terms_of(book), book.accumulated, book.depreciated_until or book.anchored_on)


# ---------------------------------------------------------------- opening

def open_books(asset: Asset) -> list[AssetBook]:
    """Open the books that an owned asset of its type lacks: the hospital's, the tax and the state-property
    book.

    A type that is not depreciated has none. Flushes.
    """
    db.session.flush()
    insert_missing(Asset.id == asset.id)
    db.session.expire(asset, ["books"])
    return asset.books


def insert_missing(*criteria: Any, kinds: Sequence[BookKind] = tuple(BookKind)) -> int:
    """Open the missing books of many assets by set; how many were opened."""
    opened = 0
    for kind in kinds:
        there = sa.exists().where(AssetBook.asset_id == Asset.id, AssetBook.book == kind)
        query = (sa.select(Asset.id, Asset.acquisition_cost, Asset.acquired_on, AssetType.method,
                           AssetType.useful_life, AssetType.residual_percent, AssetType.tax_group)
                 .join(AssetType, AssetType.id == Asset.asset_type_id)
                 .where(~there, AssetType.method != DepreciationMethod.NONE,
                        Asset.ownership == Ownership.OWNED,
                        Asset.state.in_(DEPRECIATES), *criteria).order_by(Asset.id))
        if kind == BookKind.TAX:
            query = query.where(AssetType.tax_group.is_not(None))
        declared = DepreciationMethod(setting("depreciation.tax_method"))
        rows = [_new_book(kind, row, declared) for row in db.session.execute(query)]
        insert_rows(AssetBook.__table__, rows, once=True)
        opened += len(rows)
    return opened


def _new_book(kind: BookKind, row: Any, tax_method: DepreciationMethod) -> dict[str, Any]:
    method, life, group, residual, cost = row.method, row.useful_life, None, ZERO, row.acquisition_cost
    if kind == BookKind.HOSPITAL:
        residual = (cost * row.residual_percent / 100).quantize(SEN, ROUND_HALF_UP)
    elif kind == BookKind.TAX:
        group, life = row.tax_group, TAX_LIFE[row.tax_group]
        method = DepreciationMethod.STRAIGHT_LINE if group in BUILDINGS else tax_method
    else:
        method, cost = DepreciationMethod.STRAIGHT_LINE, cost.quantize(Decimal(1), ROUND_DOWN)
    return {"asset_id": row.id, "book": kind, "method": method, "useful_life": life, "tax_group": group,
            "cost": cost, "residual_value": residual, "opening_accumulated": ZERO, "accumulated": ZERO,
            "anchored_accumulated": ZERO, "starts_on": row.acquired_on}


def would_open(kind: BookKind, asset_type: AssetType, cost: Decimal, acquired_on: date) -> Any:
    """The book, as a row, that an owned asset of this type gets; None where it gets none."""
    if (asset_type.method == DepreciationMethod.NONE
            or (kind == BookKind.TAX and asset_type.tax_group is None)):
        return None
    row = SimpleNamespace(id=0, acquisition_cost=cost, acquired_on=acquired_on, method=asset_type.method,
                          useful_life=asset_type.useful_life, residual_percent=asset_type.residual_percent,
                          tax_group=asset_type.tax_group)
    declared = DepreciationMethod(setting("depreciation.tax_method"))
    return SimpleNamespace(**{**_new_book(kind, row, declared), "anchored_on": None})


@after(Asset, "put_into_use")
def _open_its_books(asset: Asset, *, by: User, reason: str) -> None:
    open_books(asset)


def enter_opening(book: AssetBook, accumulated: Decimal, until: date, *, by: User, reason: str = "") -> None:
    """The asset came with `accumulated` rupiah of depreciation, counted until the day `until`; the rest is
    spread over the life that is left. Only before the book's first run. Raises `Refused`.
    """
    _may(by)
    _lock(book)
    if book.accumulated != book.opening_accumulated:
        raise Refused(N_("This book was depreciated already; what it came with can no longer be entered."))
    if not ZERO <= accumulated <= book.cost - book.residual_value:
        raise Refused(N_("Accumulated depreciation is between 0 and %(most)s, the cost less the residual "
                         "value."),
                      field="accumulated", most=book.cost - book.residual_value)
    if not book.starts_on <= until <= clock.today():
        raise Refused(N_("The day lies between %(start)s and today."), field="until", start=book.starts_on)
    until = period_of(book.book, until)[1]
    change = accumulated - book.opening_accumulated
    book.opening_accumulated = book.accumulated = book.anchored_accumulated = accumulated
    book.anchored_on = until
    change_book(book, BookChangeKind.OPENING, by, until, change, reason=reason)
    if book.book == BookKind.HOSPITAL:
        account = book.asset.asset_type.accumulated_account_id
        journal.post_entry(clock.today(), [JournalLeg(Posting.ACCUMULATED_DEPRECIATION, -change, account),
                                           JournalLeg(Posting.ASSET_OPENING, change)], book.asset, by,
                           description="opening")


def change_life(book: AssetBook, useful_life: int, residual: Decimal, *, by: User, reason: str) -> None:
    """From the next period on: the book value that is there less `residual` over the rest of `useful_life`
    (months from the start). What was posted stays (PSAK 25). Raises `Refused`.
    """
    _may(by)
    _lock(book)
    if book.book != BookKind.HOSPITAL:
        raise Refused(N_("Life and residual value of this book are set by law; only those of the hospital's "
                         "own book "
                         "change."))
    if not reason.strip():
        raise Refused(N_("Please write the reason; the person who made the document will read it."),
                      field="reason")
    if useful_life <= 0:
        raise Refused(N_("Must be more than 0, for example 6."), field="useful_life")
    if not ZERO <= residual <= book.cost - book.accumulated:
        raise Refused(N_("The residual value is between 0 and the book value, %(most)s."),
                      field="residual_value",
                      most=book.cost - book.accumulated)
    before: dict[str, Any] = {"useful_life_before": book.useful_life, "residual_before": book.residual_value}
    book.useful_life, book.residual_value = useful_life, residual
    if book.depreciated_until is not None:
        book.anchored_on, book.anchored_accumulated = period_of(book.book,
                                                                book.depreciated_until)[1], book.accumulated
    change_book(book, BookChangeKind.LIFE, by, clock.today(), reason=reason, useful_life_after=useful_life,
             residual_after=residual, **before)


def change_tax(book: AssetBook, group: TaxGroup, useful_life: int | None = None, *, by: User,
               reason: str) -> None:
    """Put an asset into another tax group, or depreciate a permanent building over its true life.

    The law sets the life by the group. A permanent building whose true life is longer than its 20 years may
    be depreciated over that (PMK 72/2023 article 6(2)): `useful_life` in months from the start. What was
    posted stays; the book value that is there goes over the rest of the new life, as the transitional
    article says. Raises `Refused`.
    """
    _may(by)
    _lock(book)
    if book.book != BookKind.TAX:
        raise Refused(N_("Only the tax book has a tax group."))
    if not reason.strip():
        raise Refused(N_("Please write the reason; the person who made the document will read it."),
                      field="reason")
    by_law = TAX_LIFE[group]
    life = useful_life or by_law
    if life != by_law and (group != TaxGroup.PERMANENT_BUILDING or life < by_law):
        raise Refused(N_("The life of this group is %(life)s months by law. Only a permanent building whose "
                         "true life is longer than 240 months may be depreciated over that."),
                      field="useful_life",
                      life=by_law)
    if (group, life) == (book.tax_group, book.useful_life):
        raise Refused(N_("The book has this group and this life already."), field="tax_group")
    change_book(book, BookChangeKind.LIFE, by, clock.today(), reason=reason,
                useful_life_before=book.useful_life,
             useful_life_after=life, tax_group_before=book.tax_group, tax_group_after=group)
    book.tax_group, book.useful_life = group, life
    if group in BUILDINGS:
        book.method = DepreciationMethod.STRAIGHT_LINE
    if book.depreciated_until is not None:
        book.anchored_on, book.anchored_accumulated = period_of(book.book, book.depreciated_until)[1], \
            book.accumulated
    db.session.flush()


# ---------------------------------------------------------------- on the way out

def depreciate_to(asset: Asset, on: date, *, document: Any, by: User,
                  posted_on: date | None = None) -> Decimal:
    """Depreciate every book of `asset` up to and with the day `on`, for `document` (a disposal).

    The period of `on` counts by its days. What a run has counted beyond `on` already stays. Posts the
    hospital's part to the journal, dated `posted_on` or `on`, and returns the hospital's book value then.
    Raises
    `PeriodClosed`. Flushes.
    """
    db.session.flush()
    books = db.session.scalars(
        sa.select(AssetBook).where(AssetBook.asset_id == asset.id).order_by(AssetBook.id)
        .with_for_update().execution_options(populate_existing=True)).all()
    if not books:
        books = open_books(asset)
    for book in books:
        amount = accumulated_on(terms_of(book), on) - book.accumulated
        if amount <= 0 or (book.depreciated_until is not None and book.depreciated_until >= on):
            continue
        book.accumulated += amount
        book.depreciated_until = on
        change_book(book, BookChangeKind.DISPOSAL, by, on, amount, document=document)
        if book.book == BookKind.HOSPITAL:
            kind = asset.asset_type
            journal.post_entry(posted_on or on,
                               [JournalLeg(Posting.DEPRECIATION, amount, kind.expense_account_id),
                                    JournalLeg(Posting.ACCUMULATED_DEPRECIATION, -amount,
                                               kind.accumulated_account_id)],
                               document, by, description=str(asset))
    db.session.flush()
    db.session.expire(asset, ["books"])
    return asset.book_value


@dataclass(frozen=True, slots=True)
class Part:
    """What left the books with a part of a group asset, rupiah."""

    cost: Decimal
    accumulated: Decimal

    @property
    def book_value(self) -> Decimal:
        return self.cost - self.accumulated


def take_part(asset: Asset, quantity: int, *, on: date, document: Any, by: User) -> Part:
    """Take `quantity` of a group asset out of all its books, cost and accumulated depreciation by their
    share; the asset's quantity and cost become those of the rest. Depreciate first. Returns the hospital's
    part. Flushes."""
    if not 0 < quantity < asset.quantity:
        raise Refused(N_("Take at least 1 and fewer than %(all)s of this asset."), field="quantity",
                      all=asset.quantity)
    part, whole = Decimal(quantity), Decimal(asset.quantity)
    taken = Part(share(asset.acquisition_cost, part, whole), ZERO)
    for book in db.session.scalars(sa.select(AssetBook).where(AssetBook.asset_id
                                                              == asset.id).order_by(AssetBook.id)
                                   .with_for_update().execution_options(populate_existing=True)).all():
        step = Decimal(1) if book.book == BookKind.STATE_PROPERTY else SEN

        def left(value: Decimal, step: Decimal = step) -> Decimal:
            return (value * (whole - part) / whole).quantize(step, ROUND_HALF_UP)

        cost, accumulated = book.cost, book.accumulated
        book.cost, book.residual_value = left(cost), left(book.residual_value)
        book.accumulated = min(left(accumulated), book.cost - book.residual_value)
        book.opening_accumulated = min(left(book.opening_accumulated), book.accumulated)
        book.anchored_accumulated = min(left(book.anchored_accumulated), book.accumulated)
        change_book(book, BookChangeKind.PART, by, on, book.accumulated - accumulated, document=document,
                 cost_change=book.cost - cost)
        if book.book == BookKind.HOSPITAL:
            taken = Part(cost - book.cost, accumulated - book.accumulated)
    asset.acquisition_cost -= taken.cost
    asset.quantity -= quantity
    db.session.flush()
    db.session.expire(asset, ["books"])
    return taken


# ---------------------------------------------------------------- what happened to a book

def history_of(book: AssetBook) -> list[tuple[date, str, Decimal]]:
    """(last day, what, rupiah) of all that was posted to the book, oldest first; the number of the run, or
    the kind."""
    runs = db.session.execute(
        sa.select(DepreciationRun.period_end, DepreciationRun.number, DepreciationRunLine.amount)
        .join(DepreciationRun, DepreciationRun.id == DepreciationRunLine.depreciation_run_id)
        .where(DepreciationRunLine.asset_book_id == book.id,
               DepreciationRun.state == DepreciationRunState.POSTED))
    changes = db.session.execute(
        sa.select(AssetBookChange.changed_on, AssetBookChange.kind, AssetBookChange.amount)
        .where(AssetBookChange.asset_book_id == book.id))
    return sorted([(row[0], str(row[1]), row[2]) for row in (*runs, *changes)], key=lambda row: row[0])


def _may(by: User) -> None:
    if not by.has_role(Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not change this."))


def _lock(book: AssetBook) -> None:
    db.session.flush()
    db.session.refresh(book, with_for_update=True)


def change_book(book: AssetBook, kind: BookChangeKind, by: User, on: date, amount: Decimal = ZERO, *,
                document: Any = None, reason: str = "", **fields: Any) -> None:
    """Write down what changes a book beside the runs; the book itself is the caller's. Flushes."""
    db.session.add(AssetBookChange(
        asset_book=book, kind=kind, changed_on=on, amount=amount, user_id=by.id,
        reason=reason.strip() or None,
        document_type=document.__tablename__ if document is not None else None,
        document_id=document.id if document is not None else None, **fields))
    db.session.flush()
