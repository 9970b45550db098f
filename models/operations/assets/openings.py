"""What an asset came with: its cost and what it lost before it was entered, in its three books at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_register import (
    Asset,
    AssetBook,
    AssetType,
    BookKind,
    DepreciationMethod,
    Ownership,
)
from models.base import db
from models.depreciation import AssetBookChange, BookChangeKind
from models.depreciation_rules import accumulated_at, period_of
from models.documents import DocumentEvent
from models.errors import N_, Refused
from models.journal import Posting
from models.operations.assets.books import (
    enter_opening,
    insert_missing,
    terms_of,
    would_open,
)
from models.operations.assets.depreciation import counted_until
from models.operations.core.approvals import by_system
from models.operations.core.bulk import insert_all, update_seen
from models.operations.ledger import journal
from models.operations.ledger.journal import JournalLeg
from models.people import User

ZERO = Decimal(0)
#: The attributes of an asset that hold what it came with, by book: accumulated depreciation, until when.
ATTRIBUTES: dict[BookKind, tuple[str, str]] = {
    BookKind.HOSPITAL: ("hospital_accumulated", "hospital_until"),
    BookKind.TAX: ("tax_accumulated", "tax_until"),
    BookKind.STATE_PROPERTY: ("state_accumulated", "state_until")}
#: Rows of one statement.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an asset lost by its terms until the day up to which the runs of a book have counted, rupiah."""

    book: BookKind
    accumulated: Decimal
    until: date
    most: Decimal


class Proposals:
    """What assets that are entered now lost before; asks the database once for the days of the books."""

    def __init__(self) -> None:
        self.until = {book: counted_until(book) for book in BookKind}

    def of(self, kind: AssetType, cost: Decimal, acquired_on: date, ownership: Ownership) -> list[Proposal]:
        """One for each book in which the asset lost value before; none for what is not depreciated, not ours,
        or acquired in a period that is still to be run."""
        if kind.method == DepreciationMethod.NONE or ownership != Ownership.OWNED:
            return []
        result = []
        for book in BookKind:
            opened = would_open(book, kind, cost, acquired_on)
            if opened is not None and acquired_on <= self.until[book]:
                result.append(Proposal(book, accumulated_at(terms_of(opened), self.until[book]),
                                       self.until[book], opened.cost - opened.residual_value))
        return result


def check(asset: Asset, proposals: Sequence[Proposal]) -> list[Refused]:
    """What is missing or impossible of what an asset came with, each at its field. A day that is not said is
    that of the proposal."""
    wrong = []
    for proposal in proposals:
        amount, until = (getattr(asset, name) for name in ATTRIBUTES[proposal.book])
        field, day = ATTRIBUTES[proposal.book]
        if amount is None:
            wrong.append(Refused(
                N_("Acquired before the runs of this book began: write what it had lost until %(until)s. By "
                   "its life it is %(amount)s."), field=field, until=proposal.until,
                amount=proposal.accumulated))
        elif not ZERO <= amount <= proposal.most:
            wrong.append(Refused(N_("Accumulated depreciation is between 0 and %(most)s, the cost less the "
                                    "residual value."), field=field, most=proposal.most))
        if until is None and amount is not None:
            setattr(asset, day, proposal.until)
        elif until is not None and not asset.acquired_on <= until <= clock.today():
            wrong.append(Refused(N_("The day lies between %(start)s and today."), field=day,
                                 start=asset.acquired_on))
    return wrong


def enter(asset: Asset, *, by: User) -> None:
    """Put what waits in `asset.entering` into its books; where it stands there already nothing changes.
    Raises `Refused`."""
    wanted = dict(asset.entering)
    for book in asset.books:
        field, day = ATTRIBUTES[book.book]
        amount, until = wanted.get((book.book, "accumulated")), wanted.get((book.book, "until"))
        amount = book.opening_accumulated if amount is None else amount
        until = until or book.anchored_on
        if until is None or (amount, period_of(book.book, until)[1]) == (book.opening_accumulated,
                                                                         book.anchored_on):
            continue
        try:
            enter_opening(book, amount, until, by=by)
        except Refused as refusal:
            refusal.field = {"accumulated": field, "until": day}.get(refusal.field or "", field)
            raise
    asset.entering.clear()


# ---------------------------------------------------------------- many at once

def enter_many(assets: Sequence[Asset], *, by: User) -> None:
    """Enter new assets of ours by set, as making each would: history, books, cost and openings against the
    opening account. Each names the account of its cost; what it came with was checked. Flushes."""
    today, now = clock.today(), clock.now()
    ids = [asset.id for asset in assets]
    insert_all(DocumentEvent, [
        {"document_type": Asset.__tablename__, "document_id": key, "transition": "create", "from_state": None,
         "to_state": asset.state, "user_id": by.id, "note": None, "occurred_at": now}
        for key, asset in zip(ids, assets, strict=True)])
    for start in range(0, len(ids), CHUNK):
        insert_missing(Asset.id.in_(ids[start:start + CHUNK]))
    entries = [(asset, [JournalLeg(Posting.ASSET, asset.acquisition_cost, asset.account_id),
                        JournalLeg(Posting.ASSET_OPENING, -asset.acquisition_cost)])
               for asset in assets if asset.ownership == Ownership.OWNED]
    by_id = {asset.id: asset for asset in assets}
    changes: list[dict[str, Any]] = []
    written: list[tuple[AssetBook, dict[str, Any]]] = []
    for book in _books(ids):
        asset = by_id[book.asset_id]
        amount = asset.entering.get((book.book, "accumulated"))
        if amount is None:
            continue
        until = period_of(book.book, asset.entering[book.book, "until"])[1]
        written.append((book, {"opening_accumulated": amount, "accumulated": amount,
                               "anchored_accumulated": amount, "anchored_on": until}))
        changes.append({"asset_book_id": book.id, "kind": BookChangeKind.OPENING, "changed_on": until,
                        "amount": amount, "cost_change": ZERO, "user_id": by.id, "occurred_at": now})
        if book.book == BookKind.HOSPITAL and amount:
            account = asset.asset_type.accumulated_account_id
            entries.append((asset, [JournalLeg(Posting.ACCUMULATED_DEPRECIATION, -amount, account),
                                    JournalLeg(Posting.ASSET_OPENING, amount)]))
    if changes:
        update_seen(written)
        insert_all(AssetBookChange, changes)
    journal.post_many(today, entries, by, description="opening")
    for asset in assets:
        asset.entering.clear()
        db.session.expire(asset, ["books"])


def _books(ids: list[int]) -> Iterable[AssetBook]:
    for start in range(0, len(ids), CHUNK):
        # a list that was looked at before had the same ids, and was rolled back
        yield from db.session.scalars(sa.select(AssetBook).where(
            AssetBook.asset_id.in_(ids[start:start + CHUNK])).order_by(AssetBook.id)
            .execution_options(populate_existing=True))


def withdraw(assets: Sequence[Asset], *, by: User, reason: str) -> None:
    """Take assets that were entered by mistake out of the register and the journal again, as a reversed
    receipt does; their tags are free then. Raises `Refused` when a run counted one of them."""
    for asset in assets:
        if any(book.depreciated_until is not None for book in asset.books):
            raise Refused(N_("%(asset)s was depreciated since. Reverse the run first."), asset=str(asset))
    for asset in assets:
        former = asset.tag
        asset.tag = f"{former[:19 - len(str(asset.id))]}~{asset.id}"
        by_system(asset, "retire", by=by, reason=f"{former}: {reason}")
        journal.reverse_entries(asset, on=clock.today(), by=by)
    db.session.flush()

