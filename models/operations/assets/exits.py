"""How assets leave: written off at book value, or held for sale and sold at auction; land too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from models import clock
from models.asset_exits import (
    AssetAuction,
    AssetAuctionBid,
    AssetAuctionLine,
    AssetAuctionState,
    AssetDisposal,
    AssetDisposalLine,
    AssetDisposalState,
    DisposalRoute,
    routes_of,
    winner_of,
)
from models.asset_history import MaintenanceSchedule
from models.asset_register import Asset, AssetState, Ownership
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.facilities import RoomFacility
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.assets.books import depreciate_to, take_part
from models.operations.assets.entry import accounts_of
from models.operations.assets.splits import split
from models.operations.core.approvals import after, by_system, effect, opened
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import journal
from models.operations.ledger.journal import JournalLeg
from models.organisation import Status
from models.people import User
from models.places import Building, Land
from models.roles import Role

ZERO = Decimal(0)
#: States in which an asset can be written off; what is held for sale and found no buyer can still be
#: scrapped.
LEAVES = (AssetState.REGISTERED, AssetState.IN_USE, AssetState.UNDER_MAINTENANCE, AssetState.HELD_FOR_SALE)
#: Documents that do not claim an asset (yet, or any more).
IDLE_DISPOSALS = (AssetDisposalState.DRAFT, AssetDisposalState.REJECTED, AssetDisposalState.CANCELLED,
                  AssetDisposalState.POSTED)
IDLE_AUCTIONS = (AssetAuctionState.DRAFT, AssetAuctionState.REJECTED, AssetAuctionState.CANCELLED,
                 AssetAuctionState.SOLD)


def _locked(ids: Iterable[int]) -> dict[int, Asset]:
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
    assets = _locked(line.asset_id for line in document.lines)
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


def _check_line(document: AssetDisposal, line: AssetDisposalLine, asset: Asset) -> None:
    if asset.state not in LEAVES or (asset.state == AssetState.HELD_FOR_SALE
                                     and document.route == DisposalRoute.AUCTION):
        raise Refused(N_("%(asset)s is %(state)s; it cannot be disposed of this way."), asset=str(asset),
                      state=asset.state, field="asset")
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
    """Depreciated up to the day; then out at book value with the loss, or held for sale."""
    lock(document)
    journal.open_period(document.disposed_on)
    assets = _locked(line.asset_id for line in document.lines)
    legs: list[JournalLeg] = []
    for line in sorted(document.lines, key=lambda line: line.asset_id):
        asset = assets[line.asset_id]
        _check_line(document, line, asset)
        if asset.ownership == Ownership.OWNED and asset.state != AssetState.HELD_FOR_SALE:
            depreciate_to(asset, document.disposed_on, document=document, by=by)
        if document.route == DisposalRoute.AUCTION:
            held = asset if line.quantity == asset.quantity else split(
                asset, line.quantity, on=document.disposed_on, document=document, by=by)
            line.held_asset, line.book_value = held, held.book_value
            by_system(held, "hold_for_sale", by=by, reason=line.reason)
        else:
            line.book_value = _write_off(document, asset, line.quantity, legs, by, line.reason)
    loss = sum((line.book_value or ZERO for line in document.lines), ZERO) \
        if document.route != DisposalRoute.AUCTION else ZERO
    journal.post_entry(document.disposed_on,
                       [*legs, JournalLeg(Posting.DISPOSAL_LOSS, loss, document.account_id)]
                       if legs else [], document, by)


def _write_off(document: AssetDisposal, asset: Asset, quantity: int, legs: list[JournalLeg], by: User,
               reason: str) -> Decimal:
    """Take the whole, or a part of a group, out of the register; its legs are added to `legs`. Returns what
    the books lose by it."""
    accounts = accounts_of((asset,))[asset.id]
    if quantity < asset.quantity:
        part = take_part(asset, quantity, on=document.disposed_on, document=document, by=by)
        cost, gone = part.cost, part.accumulated
    else:
        cost, gone = asset.acquisition_cost, asset.acquisition_cost - asset.book_value
        asset.retired_on = document.disposed_on
        by_system(asset, "retire", by=by, reason=reason)
    if asset.ownership != Ownership.OWNED:
        return ZERO
    legs += [JournalLeg(Posting.ASSET, -cost, accounts.cost),
             JournalLeg(Posting.ACCUMULATED_DEPRECIATION, gone, accounts.accumulated)]
    return cost - gone


@after(Asset, "retire", "hold_for_sale")
def _leave_the_room(asset: Asset, *, by: User, reason: str) -> None:
    """What is gone equips no room and is looked after no more."""
    listing: tuple[Any, ...] = (RoomFacility, MaintenanceSchedule)
    for model in listing:
        for row in db.session.scalars(sa.select(model).where(model.asset_id == asset.id,
                                                             model.status == Status.ACTIVE)):
            row.status = Status.INACTIVE


# ---------------------------------------------------------------- auction

def make_auction(disposal: AssetDisposal, *, by: User) -> AssetAuction:
    """Draft an auction of what a disposal holds for sale and no living auction offers. Raises `NotAllowed` or
    `Refused`."""
    if not by.has_role(Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    offered = set(db.session.scalars(
        sa.select(AssetAuctionLine.asset_id).join(AssetAuction,
                                                  AssetAuction.id == AssetAuctionLine.asset_auction_id)
        .where(AssetAuction.state.not_in((AssetAuctionState.REJECTED, AssetAuctionState.CANCELLED)),
               # What found no bid where other lots were sold can be offered again.
               sa.or_(AssetAuction.state != AssetAuctionState.SOLD, AssetAuctionLine.sale_price.is_not(None)),
               AssetAuctionLine.asset_id.is_not(None))))
    lots = [line.held_asset for line in disposal.lines if line.held_asset is not None
            and line.held_asset.state == AssetState.HELD_FOR_SALE and line.held_asset_id not in offered]
    if not lots:
        raise Refused(N_("Nothing of %(document)s waits for an auction."), document=str(disposal))
    auction = AssetAuction(created_by=by, lines=[
        AssetAuctionLine(asset=asset, quantity=asset.quantity) for asset in lots])
    db.session.add(auction)
    opened(auction, by=by)
    return auction


@effect(AssetAuction, "submit")
@effect(AssetAuction, "approve")
def _check_auction(auction: AssetAuction, *, by: User, reason: str) -> None:
    lock(auction)
    _check_lots(auction)


def _check_lots(auction: AssetAuction) -> dict[int, Asset]:
    """Each thing stands on one living auction, once, whole, and can be sold. Returns the assets by id."""
    assets = _locked(line.asset_id for line in auction.lines if line.asset_id is not None)
    lands = {line.land_id for line in auction.lines if line.land_id is not None}
    lock_rows(Land, lands)
    things = [(line.asset_id, line.land_id) for line in auction.lines]
    for line in auction.lines:
        name = str(line.asset or line.land)
        if things.count((line.asset_id, line.land_id)) > 1:
            raise Refused(N_("%(thing)s stands on this auction twice."), thing=name)
        _check_lot(line, name, assets)
        same = (
            AssetAuctionLine.asset_id == line.asset_id
            if line.asset_id
            else AssetAuctionLine.land_id == line.land_id
        )
        other = db.session.scalar(
            sa.select(AssetAuction).join(AssetAuctionLine,
                                         AssetAuctionLine.asset_auction_id == AssetAuction.id)
            .where(same, AssetAuction.id != auction.id, AssetAuction.state.not_in(IDLE_AUCTIONS)).limit(1))
        if other is not None:
            raise Refused(N_("%(asset)s stands on %(document)s already."), asset=name, document=str(other))
    return assets


def _check_lot(line: AssetAuctionLine, name: str, assets: dict[int, Asset]) -> None:
    if line.asset_id is not None:
        asset = assets[line.asset_id]
        if asset.state != AssetState.HELD_FOR_SALE:
            raise Refused(N_("%(thing)s is not held for sale. Dispose of it first, by the route of an "
                             "auction."),
                          thing=name, field="asset")
        if line.quantity != asset.quantity:
            raise Refused(N_("%(thing)s is sold whole: its quantity is %(quantity)s."), thing=name,
                          quantity=asset.quantity, field="quantity")
        return
    land = line.land
    assert land is not None
    db.session.refresh(land)
    if land.status != Status.ACTIVE:
        raise Refused(N_("%(thing)s is sold already, or no longer in use."), thing=name, field="land")
    building = db.session.scalar(sa.select(Building).where(Building.land_id == land.id,
                                                           Building.status == Status.ACTIVE).limit(1))
    if building is not None:
        raise Refused(N_("%(building)s stands on %(thing)s; the land cannot be sold."),
                      building=str(building),
                      thing=name, field="land")
    if line.quantity != 1:
        raise Refused(N_("%(thing)s is sold whole: its quantity is %(quantity)s."), thing=name, quantity=1,
                      field="quantity")


@effect(AssetAuction, "open")
def _open(auction: AssetAuction, *, by: User, reason: str) -> None:
    """A round begins with an appraisal and a reserve price for each lot; after a failed one it is the next
    round."""
    with db.session.no_autoflush:
        _check_appraisal(auction)
    lock(auction)
    _check_lots(auction)
    if auction.state == AssetAuctionState.FAILED:
        auction.round += 1


def _check_appraisal(auction: AssetAuction) -> None:
    """Raises `Refused` for a round without appraisal or reserve prices."""
    if not (auction.appraiser or "").strip():
        raise Refused(N_("Say who appraised the things."), field="appraiser")
    if auction.appraised_on is None or auction.appraised_on > clock.today():
        raise Refused(N_("Say when the things were appraised, today at the latest."), field="appraised_on")
    for line in auction.lines:
        for name in ("appraised_value", "reserve_price"):
            if (getattr(line, name) or ZERO) <= 0:
                raise Refused(N_("%(thing)s needs an appraised value and a reserve price above zero."),
                              thing=str(line.asset or line.land), field=name)


@effect(AssetAuction, "sell")
def _sell(auction: AssetAuction, *, by: User, reason: str) -> None:
    """Each lot goes to its winning bid, out of the books against the proceeds; the difference to the book
    value is gain or loss, lot by lot. A lot without one stays for sale."""
    with db.session.no_autoflush:
        if not (auction.minutes_number or "").strip():
            raise Refused(N_("Write the number of the auction's minutes."), field="minutes_number")
    lock(auction)
    assets = _check_lots(auction)
    won = _winners(auction)
    today, legs = clock.today(), []
    accounts = accounts_of(assets.values())
    for line, bid in won:
        line.sale_price = bid.amount
        if line.asset_id is not None:
            asset = assets[line.asset_id]
            worth = asset.book_value
            legs += [JournalLeg(Posting.ASSET, -asset.acquisition_cost, accounts[asset.id].cost),
                     JournalLeg(Posting.ACCUMULATED_DEPRECIATION, asset.acquisition_cost - worth,
                                accounts[asset.id].accumulated)]
            asset.retired_on = today
            by_system(asset, "retire", by=by, reason=reason)
        else:
            assert line.land is not None
            worth = value_land(line.land, by=by)
            legs.append(JournalLeg(Posting.LAND, -worth, line.land.account_id))
            line.land.status = Status.INACTIVE
        gain = bid.amount - worth
        legs += [JournalLeg(Posting.CASH, bid.amount, auction.account_id),
                 JournalLeg(Posting.DISPOSAL_GAIN if gain > 0 else Posting.DISPOSAL_LOSS, -gain)]
    journal.post_entry(today, legs, auction, by)


def _winners(auction: AssetAuction) -> list[tuple[AssetAuctionLine, AssetAuctionBid]]:
    """The lots that somebody won, and the buyers' names on the auction. Raises `Refused` when there is
    none."""
    for line in auction.lines:
        db.session.expire(line, ["bids"])
    won = [(line, line.winner) for line in auction.lines if line.winner is not None]
    if not won:
        raise Refused(N_("No lot has a valid bid at or above its reserve price. Write the bids down, or "
                         "close the "
                         "round without a sale."))
    buyers = {bid.bidder_identity: bid.bidder_name for _line, bid in won}
    auction.buyer_name = "; ".join(buyers.values())[:200]
    auction.buyer_identity = next(iter(buyers)) if len(buyers) == 1 else None
    return won


def winning(auction: AssetAuction, bids: Iterable[AssetAuctionBid]) -> list[AssetAuctionBid]:
    """Which of `bids` win a lot of the auction's round."""
    return [bid for line in auction.lines if (bid := winner_of(line, bids)) is not None]


def check_bid(bid: AssetAuctionBid, *, is_new: bool) -> None:
    """A bid is of the round that is open; a new one is put into it. Raises `Refused`."""
    line = bid.asset_auction_line
    if is_new:
        bid.round = line.asset_auction.round
    elif bid.round != line.asset_auction.round:
        raise Refused(N_("This bid is of an earlier round; it stays as it is."))
    moment: datetime | None = bid.offered_at
    if moment is not None and moment > clock.now() + timedelta(minutes=5):
        raise Refused(N_("This moment is still to come."), field="offered_at")
    if bid.is_valid is False and not (bid.note or "").strip():
        raise Refused(N_("Write why the bid is not valid."), field="note")


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
