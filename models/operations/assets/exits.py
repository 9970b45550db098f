"""How assets leave: written off at book value, or held for sale and sold at auction; land too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from models import clock
from models.asset_claims import AssetDisposalState, offers
from models.asset_exits import (
    AssetAuction,
    AssetAuctionLine,
    AssetDisposal,
    AssetDisposalLine,
    DisposalRoute,
    routes_of,
)
from models.asset_register import Asset, AssetState, Ownership
from models.base import db
from models.errors import N_, Refused
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.assets.books import depreciate_to
from models.operations.assets.entry import accounts_of
from models.operations.assets.splits import split
from models.operations.core.approvals import after, by_system, effect
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import days, journal
from models.operations.ledger.journal import JournalLeg
from models.operations.people.notices import Declared, declare, holders, tell
from models.people import User
from models.places import Land
from models.roles import Role

ZERO = Decimal(0)
#: States in which an asset can be written off; what is held for sale and found no buyer can still be
#: scrapped.
LEAVES = (AssetState.REGISTERED, AssetState.IN_USE, AssetState.UNDER_MAINTENANCE, AssetState.HELD_FOR_SALE,
          AssetState.LOST)
#: Disposals that do not claim an asset (yet, or any more).
IDLE_DISPOSALS = (AssetDisposalState.DRAFT, AssetDisposalState.REJECTED, AssetDisposalState.CANCELLED,
                  AssetDisposalState.POSTED, AssetDisposalState.REVERSED)


def locked_assets(ids: Iterable[int]) -> dict[int, Asset]:
    """The assets by id, theirs alone until the transaction ends, as the database knows them now."""
    keys = set(ids)
    db.session.flush()
    lock_rows(Asset, keys)
    return {asset.id: asset for asset in db.session.scalars(
        sa.select(Asset).where(Asset.id.in_(keys)).options(selectinload(Asset.books))
        .execution_options(populate_existing=True))}


# ---------------------------------------------------------------- disposal

@effect(AssetDisposal, "submit")
@effect(AssetDisposal, "approve")
def _check_disposal(document: AssetDisposal, *, by: User, reason: str) -> None:
    """Raises `Refused` for a thing that cannot go this way, or not so many of it."""
    lock(document)
    assets = locked_assets(line.asset_id for line in document.lines)
    claimed: dict[int, AssetDisposal] = dict(db.session.execute(
        sa.select(AssetDisposalLine.asset_id, AssetDisposal)
        .join(AssetDisposal, AssetDisposal.id == AssetDisposalLine.asset_disposal_id)
        .where(AssetDisposalLine.asset_id.in_(assets), AssetDisposal.id != document.id,
               AssetDisposal.state.not_in(IDLE_DISPOSALS))).all())
    for line in document.lines:
        asset = assets[line.asset_id]
        _check_line(document, line, asset)
        if asset.id in claimed:
            raise Refused(N_("%(asset)s stands on %(document)s already."), asset=str(asset),
                          document=str(claimed[asset.id]), field="asset")
        offered = _offered_by(asset)
        if offered is not None:
            raise Refused(N_("%(asset)s stands on %(document)s already."), asset=str(asset),
                          document=str(offered), field="asset")


def _offered_by(asset: Asset) -> AssetAuction | None:
    """The living auction that offers it."""
    return db.session.scalar(
        sa.select(AssetAuction).join(AssetAuctionLine, AssetAuctionLine.asset_auction_id == AssetAuction.id)
        .where(AssetAuctionLine.asset_id == asset.id, offers()).limit(1))


def _check_line(document: AssetDisposal, line: AssetDisposalLine, asset: Asset) -> None:
    if asset.state not in LEAVES or (asset.state == AssetState.HELD_FOR_SALE
                                     and document.route == DisposalRoute.AUCTION):
        raise Refused(N_("%(asset)s is %(state)s; it cannot be disposed of this way."), asset=str(asset),
                      state=asset.state, field="asset")
    if document.route == DisposalRoute.LOST and asset.state != AssetState.LOST:
        raise Refused(N_("%(asset)s was not reported lost. The head of facilities reports it on its page, or "
                         "an inventory round does."), asset=str(asset), field="asset")
    if asset.state == AssetState.LOST and document.route != DisposalRoute.LOST:
        raise Refused(N_("%(asset)s is lost. Write it off by the route “Lost”, or say on its page that it "
                         "was found."), asset=str(asset), field="route")
    if line.quantity > asset.quantity:
        raise Refused(N_("%(asset)s: at most %(left)s can be disposed of."), asset=str(asset),
                      left=asset.quantity,
                      field="quantity")
    if document.route not in routes_of(asset):
        raise Refused(N_("%(asset)s was paid by %(source)s; it cannot leave by the route %(route)s."),
                      asset=str(asset),
                      source=asset.funding_source, route=document.route, field="route")
    if document.disposed_on < asset.acquired_on:
        raise Refused(N_("%(asset)s was acquired on %(day)s; it cannot leave before."), asset=str(asset),
                      day=asset.acquired_on, field="disposed_on")


@effect(AssetDisposal, "approve_receivables")
def _dispose(document: AssetDisposal, *, by: User, reason: str) -> None:
    """Depreciated up to the day; then out at book value with the loss, or held for sale. Where the month of
    the day was closed meanwhile, the day is that of this step."""
    lock(document)
    if not days.is_open(document.disposed_on):
        document.disposed_on = clock.today()
    on = document.disposed_on
    journal.open_period(on)
    assets = locked_assets(line.asset_id for line in document.lines)
    legs: list[JournalLeg] = []
    for line in sorted(document.lines, key=lambda line: line.asset_id):
        asset = assets[line.asset_id]
        _check_line(document, line, asset)
        if asset.ownership == Ownership.OWNED and asset.state != AssetState.HELD_FOR_SALE:
            depreciate_to(asset, on, document=document, by=by)
        # a part of a group is an asset of its own from here on, so that it can come back
        gone = asset if line.quantity == asset.quantity else split(asset, line.quantity, on=on,
                                                                   document=document, by=by)
        line.held_asset = gone
        if document.route == DisposalRoute.AUCTION:
            line.book_value = gone.book_value
            by_system(gone, "hold_for_sale", by=by, reason=line.reason)
        else:
            line.book_value = _write_off(gone, on, legs, by, line.reason)
    loss = sum((line.book_value or ZERO for line in document.lines), ZERO)
    if legs:
        journal.post_entry(on, [*legs, JournalLeg(Posting.DISPOSAL_LOSS, loss, document.account_id)],
                           document, by)


def _write_off(asset: Asset, on: date, legs: list[JournalLeg], by: User, reason: str) -> Decimal:
    """Take the asset out of the register; its legs are added to `legs`. Returns what the books lose by it."""
    accounts = accounts_of((asset,))[asset.id]
    cost, worth = asset.acquisition_cost, asset.book_value
    asset.retired_on = on
    by_system(asset, "retire", by=by, reason=reason)
    if asset.ownership != Ownership.OWNED:
        return ZERO
    legs += [JournalLeg(Posting.ASSET, -cost, accounts.cost),
             JournalLeg(Posting.ACCUMULATED_DEPRECIATION, cost - worth, accounts.accumulated)]
    return worth


declare(Declared(
    "assets_to_auction", holders(Role.FACILITIES_STAFF), N_("%(document)s is approved: make the auction"),
    (N_("What is held for sale loses no value meanwhile, and waits for bids."),),
    lambda document: {"document": str(document)}, "/admin/asset_disposal/details/?id={id}", channels=(),
    icon="discount"))


@after(AssetDisposal, "approve_receivables")
def _tell_to_auction(document: AssetDisposal, *, by: User, reason: str) -> None:
    if document.route == DisposalRoute.AUCTION:
        tell("assets_to_auction", document)


@effect(AssetDisposal, "reverse")
def _bring_back(document: AssetDisposal, *, by: User, reason: str) -> None:
    """Things come back with place, custodian and books as they were on the day; the loss is taken back by an
    opposite entry of today. What they lost in value until that day stays counted, as the month's run would
    have counted it."""
    lock(document)
    things = [thing for line in document.lines if (thing := line.held_asset or line.asset) is not None]
    locked_assets(thing.id for thing in things)
    rows = db.session.execute(
        sa.select(JournalLine.purpose, JournalLine.account_id, sa.func.sum(JournalLine.debit),
                  sa.func.sum(JournalLine.credit))
        .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .where(JournalEntry.document_type == document.__tablename__, JournalEntry.document_id == document.id,
               JournalEntry.description.is_(None))
        .group_by(JournalLine.purpose, JournalLine.account_id)).all()
    journal.post_entry(clock.today(), [JournalLeg(purpose, credit - debit, account)
                                       for purpose, account, debit, credit in rows],
                       document, by, description="reversal")
    for thing in things:
        thing.retired_on = None
        by_system(thing, "restore", by=by, reason=reason)


# ---------------------------------------------------------------- land

def value_land(land: Land, *, by: User, on: date | None = None) -> Decimal:
    """Bring the journal to what the register says land is worth, against the opening account; returns the
    worth.

    Land is never depreciated; its value is area times price.
    """
    db.session.flush()
    worth = land_value(land)
    account = land.account_id or journal.accounts((Posting.LAND,))[Posting.LAND]
    rows = db.session.execute(
        sa.select(JournalLine.account_id, sa.func.sum(JournalLine.debit), sa.func.sum(JournalLine.credit))
        .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .where(JournalEntry.document_type == Land.__tablename__, JournalEntry.document_id == land.id,
               JournalLine.purpose == Posting.LAND).group_by(JournalLine.account_id))
    stored = {key: debit - credit for key, debit, credit in rows}
    legs = [JournalLeg(Posting.LAND, -value, key) for key, value in stored.items() if key != account]
    legs.append(JournalLeg(Posting.LAND, worth - stored.get(account, ZERO), account))
    legs.append(JournalLeg(Posting.ASSET_OPENING, -sum((leg.amount for leg in legs), ZERO)))
    journal.post_entry(on or clock.today(), legs, land, by, description="opening")
    return worth


def land_value(land: Any) -> Decimal:
    """Rupiah of the whole parcel."""
    return (land.total_area * land.price_per_m2).quantize(Decimal("0.01"))
