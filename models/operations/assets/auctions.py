"""Auctions of what is held for sale, and of land: offered in rounds, awarded, paid, or without a buyer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_claims import AssetAuctionState, offers
from models.asset_exits import AssetAuction, AssetAuctionBid, AssetAuctionLine, AssetDisposal, winner_of
from models.asset_register import Asset, AssetState
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.journal import Posting
from models.operations.assets.entry import accounts_of
from models.operations.assets.exits import ZERO, locked_assets, value_land
from models.operations.core.approvals import by_system, effect, opened
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import days, journal
from models.operations.ledger.journal import JournalLeg
from models.operations.people.notices import Declared, declare, holders
from models.organisation import Status
from models.people import User
from models.places import Building, Land
from models.roles import Role


def make_auction(disposal: AssetDisposal, *, by: User) -> AssetAuction:
    """Draft an auction of what a disposal holds for sale and no living auction offers. Raises `NotAllowed` or
    `Refused`."""
    if not by.has_role(Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    # what a draft names waits for that draft
    offered = set(db.session.scalars(
        sa.select(AssetAuctionLine.asset_id).join(AssetAuction,
                                                  AssetAuction.id == AssetAuctionLine.asset_auction_id)
        .where(sa.or_(offers(), AssetAuction.state == AssetAuctionState.DRAFT),
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
    assets = _locked_lots(auction)
    things = [(line.asset_id, line.land_id) for line in auction.lots]
    for line in auction.lots:
        if things.count((line.asset_id, line.land_id)) > 1:
            raise Refused(N_("%(thing)s stands on this auction twice."), thing=str(line))
        _check_lot(line, str(line), assets)
        other = _other_offer(line)
        if other is not None:
            raise Refused(N_("%(asset)s stands on %(document)s already."), asset=str(line),
                          document=str(other))
    return assets


def _locked_lots(auction: AssetAuction) -> dict[int, Asset]:
    lock_rows(Land, {line.land_id for line in auction.lots if line.land_id is not None})
    return locked_assets(line.asset_id for line in auction.lots if line.asset_id is not None)


def _other_offer(line: AssetAuctionLine) -> AssetAuction | None:
    """Another living auction that offers the same thing."""
    same = (AssetAuctionLine.asset_id == line.asset_id if line.asset_id
            else AssetAuctionLine.land_id == line.land_id)
    return db.session.scalar(
        sa.select(AssetAuction).join(AssetAuctionLine, AssetAuctionLine.asset_auction_id == AssetAuction.id)
        .where(same, AssetAuction.id != line.asset_auction_id, offers()).limit(1))


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
    """A round begins with an appraisal and a reserve price for each lot that is still for sale; the others
    are dropped. After a failed one it is the next round, unless a valid bid of that one is left: then whoever
    made it may have the lot."""
    with db.session.no_autoflush:
        _check_appraisal(auction)
    lock(auction)
    _drop_what_is_gone(auction)
    _check_lots(auction)
    if auction.state == AssetAuctionState.FAILED and not _has_next_bid(auction):
        auction.round += 1


def _has_next_bid(auction: AssetAuction) -> bool:
    """Whether the buyer did not pay, and somebody else's bid of the round reaches the reserve price."""
    return auction.events[-1].transition == "default" and any(line.winner is not None
                                                              for line in auction.lots)


def _drop_what_is_gone(auction: AssetAuction) -> None:
    """Lots that are not for sale any more leave the round. Raises `Refused` when none is left."""
    assets = _locked_lots(auction)
    for line in auction.lots:
        try:
            _check_lot(line, str(line), assets)
        except Refused:
            line.is_dropped = True
            continue
        line.is_dropped = _other_offer(line) is not None
    if not auction.lots:
        raise Refused(N_("Nothing of this auction is for sale any more. Cancel it, with the reason."))


def _check_appraisal(auction: AssetAuction) -> None:
    """Raises `Refused` for a round without appraisal or reserve prices."""
    if not (auction.appraiser or "").strip():
        raise Refused(N_("Say who appraised the things."), field="appraiser")
    if auction.appraised_on is None or auction.appraised_on > clock.today():
        raise Refused(N_("Say when the things were appraised, today at the latest."), field="appraised_on")
    for line in auction.lots:
        for name in ("appraised_value", "reserve_price"):
            if (getattr(line, name) or ZERO) <= 0:
                raise Refused(N_("%(thing)s needs an appraised value and a reserve price above zero."),
                              thing=str(line.asset or line.land), field=name)


@effect(AssetAuction, "sell")
def _award(auction: AssetAuction, *, by: User, reason: str) -> None:
    """Each lot is promised to its winning bid. A lot without one stays for sale and is free for another
    auction."""
    with db.session.no_autoflush:
        if not (auction.minutes_number or "").strip():
            raise Refused(N_("Write the number of the auction's minutes."), field="minutes_number")
    lock(auction)
    _check_lots(auction)
    for line, bid in _winners(auction):
        line.sale_price = bid.amount


declare(Declared(
    "auction_awarded", holders(Role.RECEIVABLES), N_("%(document)s was awarded to %(buyer)s"),
    (N_("Write down when the money came; then it is out of the books."),),
    lambda auction: {"document": str(auction), "buyer": auction.buyer_name or ""},
    "/admin/asset_auction/details/?id={id}", channels=(), on=(AssetAuction, ("sell",)), icon="discount"))


@effect(AssetAuction, "settle")
def _settle(auction: AssetAuction, *, by: User, reason: str) -> None:
    """The money came: what was paid leaves the books against the proceeds; the difference to the book value
    is gain or loss, lot by lot. A lot whose bid was marked as not valid since stays for sale."""
    with db.session.no_autoflush:
        _check_payment(auction)
    lock(auction)
    assets = _locked_lots(auction)
    for line in auction.lots:
        db.session.expire(line, ["bids"])
        if line.sale_price is not None and (line.winner is None or line.winner.amount != line.sale_price):
            line.sale_price = None
    paid = [line for line in auction.lots if line.sale_price is not None]
    if not paid:
        raise Refused(N_("No winning bid is valid any more: nobody paid. Close it as not paid."))
    for line in paid:
        _check_lot(line, str(line), assets)
    accounts = accounts_of(assets.values())
    legs: list[JournalLeg] = []
    for line in paid:
        legs += _out(line, auction, assets, accounts, by)
    journal.post_entry(clock.today(), legs, auction, by)


def _check_payment(auction: AssetAuction) -> None:
    if auction.paid_on is None:
        raise Refused(N_("Say on which day the money came."), field="paid_on")
    days.check_not_ahead(auction.paid_on, field="paid_on")
    if auction.paid_on < auction.auctioned_on:
        raise Refused(N_("The auction was on %(day)s; the money came then or later."), field="paid_on",
                      day=auction.auctioned_on)
    if not (auction.payment_reference or "").strip():
        raise Refused(N_("Write the number of the transfer or of the receipt."), field="payment_reference")


def _out(line: AssetAuctionLine, auction: AssetAuction, assets: dict[int, Asset], accounts: dict[int, Any],
         by: User) -> list[JournalLeg]:
    """What is sold leaves the register; the legs of its entry."""
    price = line.sale_price or ZERO
    if line.asset_id is not None:
        asset = assets[line.asset_id]
        worth = asset.book_value
        legs = [JournalLeg(Posting.ASSET, -asset.acquisition_cost, accounts[asset.id].cost),
                JournalLeg(Posting.ACCUMULATED_DEPRECIATION, asset.acquisition_cost - worth,
                           accounts[asset.id].accumulated)]
        asset.retired_on = clock.today()
        by_system(asset, "retire", by=by, reason=str(auction))
    else:
        assert line.land is not None
        worth = value_land(line.land, by=by)
        legs = [JournalLeg(Posting.LAND, -worth, line.land.account_id)]
        line.land.status = Status.INACTIVE
    gain = price - worth
    return [*legs, JournalLeg(Posting.CASH, price, auction.account_id),
            JournalLeg(Posting.DISPOSAL_GAIN if gain > 0 else Posting.DISPOSAL_LOSS, -gain)]


@effect(AssetAuction, "default")
def _not_paid(auction: AssetAuction, *, by: User, reason: str) -> None:
    """The buyers lose their lots: their bids are not valid any more, with the reason."""
    lock(auction)
    for line in auction.lots:
        winner = line.winner
        if line.sale_price is not None and winner is not None and winner.amount == line.sale_price:
            winner.is_valid, winner.note = False, reason.strip()
        line.sale_price = None
    auction.buyer_name = auction.buyer_identity = None


def _winners(auction: AssetAuction) -> list[tuple[AssetAuctionLine, AssetAuctionBid]]:
    """The lots that somebody won, and the buyers' names on the auction. Raises `Refused` when there is
    none."""
    for line in auction.lots:
        db.session.expire(line, ["bids"])
    won = [(line, line.winner) for line in auction.lots if line.winner is not None]
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
    return [bid for line in auction.lots if (bid := winner_of(line, bids)) is not None]


def check_bid(bid: AssetAuctionBid, *, is_new: bool) -> None:
    """A bid is of the round that is open; a new one is put into it. Raises `Refused`."""
    line = bid.asset_auction_line
    if line.asset_auction.state == AssetAuctionState.AWARDED and (is_new or _is_more_than_a_mark(bid)):
        raise Refused(N_("The lots are awarded: a bid can only be marked as not valid now, with the reason."))
    if is_new:
        bid.round = line.asset_auction.round
    elif bid.round != line.asset_auction.round:
        raise Refused(N_("This bid is of an earlier round; it stays as it is."))
    moment: datetime | None = bid.offered_at
    if moment is not None and moment > clock.now() + timedelta(minutes=5):
        raise Refused(N_("This moment is still to come."), field="offered_at")
    if bid.is_valid is False and not (bid.note or "").strip():
        raise Refused(N_("Write why the bid is not valid."), field="note")


def _is_more_than_a_mark(bid: AssetAuctionBid) -> bool:
    """Whether a form changes more of the bid than that it is not valid, and why."""
    state: Any = sa.inspect(bid)
    changed = {attribute.key for attribute in state.mapper.column_attrs
               if state.attrs[attribute.key].history.has_changes()}
    return bool(changed - {"is_valid", "note"}) or bid.is_valid
