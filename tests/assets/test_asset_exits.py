"""Assets leave at book value, whole or in part; held for sale they go at auction, never under the reserve
price."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
import sqlalchemy as sa

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
)
from models.asset_history import MaintenanceSchedule
from models.asset_register import Asset, AssetBook, AssetState, BookKind, Ownership
from models.base import db, one_transaction
from models.errors import NotAllowed, Refused
from models.facilities import RoomFacility
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.assets import auctions, exits
from models.operations.core.approvals import by_system, opened, perform
from models.organisation import Status
from models.people import User
from models.places import FundingSource, Land
from models.roles import Role
from tests.support import factories as make
from tests.support.races import at_once, won

ZERO = Decimal(0)


class Cast:
    """Who writes off and sells."""

    def __init__(self) -> None:
        make.make_chart()
        self.staff = make.make_user(Role.FACILITIES_STAFF)
        self.head = make.make_user(Role.FACILITIES_HEAD)
        self.receivables = make.make_user(Role.RECEIVABLES)

    def asset(self, cost=12_000_000, months=20, **fields):
        """An asset of so many months' age, five years' life, in the books."""
        fields.setdefault("acquired_on", _months_ago(months))
        asset = make.make_asset(acquisition_cost=Decimal(cost), **fields)
        opened(asset, by=self.staff)
        return asset

    def disposal(self, *wanted, route=DisposalRoute.SCRAP, **fields):
        document = make.saved(AssetDisposal(created_by=self.staff, route=route, lines=[
            AssetDisposalLine(asset=asset, quantity=quantity, reason="Rusak berat")
            for asset, quantity in wanted],
            **fields))
        opened(document, by=self.staff)
        return document

    def posted(self, document):
        perform(document, "submit", by=self.staff)
        perform(document, "approve", by=self.head)
        perform(document, "approve_receivables", by=self.receivables)
        return document

    def held(self, asset, quantity=None):
        document = self.posted(self.disposal((asset, quantity or asset.quantity),
                                             route=DisposalRoute.AUCTION))
        return document.lines[0].held_asset

    def auction(self, *things):
        auction = make.saved(AssetAuction(created_by=self.staff, lines=[
            AssetAuctionLine(**({"land": thing} if isinstance(thing, Land) else
                                {"asset": thing, "quantity": thing.quantity})) for thing in things]))
        opened(auction, by=self.staff)
        return auction

    def approved(self, auction):
        perform(auction, "submit", by=self.staff)
        perform(auction, "approve", by=self.head)
        perform(auction, "approve_receivables", by=self.receivables)
        return auction

    def opened(self, auction, reserve):
        perform(auction, "open", by=self.staff,
                given={"appraiser": "KJPP Andi", "appraised_on": clock.today()},
                given_lines={line.id: {"appraised_value": Decimal(reserve), "reserve_price": Decimal(reserve)}
                             for line in auction.lines})
        return auction

    def bid(self, line, amount, name="CV Barang Bekas", **fields):
        with db.session.no_autoflush:
            bid = AssetAuctionBid(asset_auction_line=line, bidder_name=name, bidder_identity=f"NIB {name}",
                                  amount=Decimal(amount), **fields)
            db.session.add(bid)
            auctions.check_bid(bid, is_new=True)
        return make.saved(bid)

    def awarded(self, auction, price, **given):
        for line in auction.lines:
            self.bid(line, price)
        perform(auction, "sell", by=self.staff, given={"minutes_number": "RL-12/2026", **given})
        return auction

    def settled(self, auction):
        """The money came today."""
        perform(auction, "settle", by=self.receivables,
                given={"paid_on": clock.today(), "payment_reference": "TRF-77"})
        return auction

    def sold(self, auction, price, **given):
        return self.settled(self.awarded(auction, price, **given))


def _months_ago(months):
    day = clock.today().replace(day=1)
    for _ in range(months):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def balance(session, purpose, document=None):
    query = sa.select(sa.func.sum(JournalLine.debit),
                      sa.func.sum(JournalLine.credit)).filter_by(purpose=purpose)
    if document is not None:
        query = query.join(JournalEntry).where(JournalEntry.document_type == document.__tablename__,
                                               JournalEntry.document_id == document.id)
    debit, credit = session.execute(query).one()
    return (debit or ZERO) - (credit or ZERO)


# ---------------------------------------------------------------- disposal

def test_scrapped_at_book_value_with_the_loss(session, cast):
    asset = cast.asset()
    room = make.make_room()
    place = make.saved(RoomFacility(room=room, asset=asset))
    schedule = make.saved(MaintenanceSchedule(asset=asset, name="Servis", every_months=3,
                                              next_due_on=clock.today()))
    document = cast.posted(cast.disposal((asset, 1)))
    assert document.state == AssetDisposalState.POSTED
    assert document.number.startswith("WO/")
    value = document.lines[0].book_value
    assert 7_800_000 <= value <= 8_000_000  # 20 whole months and some days of sixty
    assert (asset.state, asset.retired_on, asset.book_value) == (AssetState.RETIRED, clock.today(), value)
    assert balance(session, Posting.DISPOSAL_LOSS) == value
    assert balance(session, Posting.DEPRECIATION) == 12_000_000 - value
    assert balance(session, Posting.ASSET) == balance(session, Posting.ACCUMULATED_DEPRECIATION) == 0
    assert (place.status, schedule.status) == (Status.INACTIVE, Status.INACTIVE)


@pytest.mark.parametrize(("cost", "quantity", "part"),
                         [("153180014.65", 40, 7), ("100.00", 3, 1), ("0.07", 5, 4)])
def test_a_part_of_a_group_leaves_to_the_last_sen(session, cast, cost, quantity, part):
    group = cast.asset(cost, quantity=quantity)
    document = cast.posted(cast.disposal((group, part)))
    assert (group.state, group.quantity) == (AssetState.REGISTERED, quantity - part)
    assert group.acquisition_cost == (Decimal(cost) * (quantity - part) / quantity).quantize(Decimal("0.01"))
    gone = document.lines[0].book_value
    assert group.book_value + gone + balance(session, Posting.DEPRECIATION) == Decimal(cost)
    assert balance(session, Posting.DISPOSAL_LOSS) == gone
    assert balance(session, Posting.ASSET) == group.acquisition_cost
    rest = cast.posted(cast.disposal((group, quantity - part)))
    assert balance(session, Posting.ASSET) == balance(session, Posting.ACCUMULATED_DEPRECIATION) == 0
    assert rest.lines[0].book_value + gone + balance(session, Posting.DEPRECIATION) == Decimal(cost)


def test_for_auction_it_is_held_for_sale_at_its_book_value(session, cast):
    asset = cast.asset()
    document = cast.posted(cast.disposal((asset, 1), route=DisposalRoute.AUCTION))
    assert asset.state == AssetState.HELD_FOR_SALE
    assert document.lines[0].book_value == asset.book_value
    assert balance(session, Posting.DISPOSAL_LOSS) == 0
    assert balance(session, Posting.ASSET) == 12_000_000


def test_a_part_held_for_sale_becomes_an_asset_of_its_own(session, cast):
    group = cast.asset("100.01", quantity=3)
    part = cast.held(group, 1)
    assert part is not group
    assert (part.split_from, part.quantity, part.state) == (group, 1, AssetState.HELD_FOR_SALE)
    assert (group.quantity, group.state) == (2, AssetState.REGISTERED)
    assert part.acquisition_cost + group.acquisition_cost == Decimal("100.01")
    books = session.scalars(sa.select(AssetBook).filter_by(asset_id=part.id)).all()
    assert {book.book for book in books} == {BookKind.HOSPITAL, BookKind.STATE_PROPERTY}
    assert part.book_value + group.book_value + balance(session, Posting.DEPRECIATION) == Decimal("100.01")


def test_what_found_no_buyer_can_still_be_scrapped(session, cast):
    asset = cast.held(cast.asset())
    value = asset.book_value
    with pytest.raises(Refused):
        perform(cast.disposal((asset, 1), route=DisposalRoute.AUCTION), "submit", by=cast.staff)
    assert cast.posted(cast.disposal((asset, 1))).lines[0].book_value == value
    assert asset.state == AssetState.RETIRED


@pytest.mark.parametrize(("source", "route", "fits"), [
    (FundingSource.APBN, DisposalRoute.AUCTION, True),
    (FundingSource.APBN, DisposalRoute.RETURN_TO_OWNER, False),
    (FundingSource.GRANT, DisposalRoute.AUCTION, False),
    (FundingSource.GRANT, DisposalRoute.RETURN_TO_OWNER, True),
    (FundingSource.LOAN, DisposalRoute.GRANT, False), (FundingSource.BLU, DisposalRoute.GRANT, True),
])
def test_who_paid_fixes_the_route(session, cast, source, route, fits):
    asset = cast.asset(funding_source=source)
    document = cast.disposal((asset, 1), route=route)
    assert (route in routes_of(asset)) is fits
    if fits:
        assert cast.posted(document).state == AssetDisposalState.POSTED
    else:
        with pytest.raises(Refused) as refusal:
            perform(document, "submit", by=cast.staff)
        assert refusal.value.field == "route"


def test_what_is_borrowed_only_goes_back_and_costs_nothing(session, cast):
    asset = cast.asset(ownership=Ownership.BORROWED)
    assert balance(session, Posting.ASSET) == 0
    with pytest.raises(Refused):
        perform(cast.disposal((asset, 1)), "submit", by=cast.staff)
    document = cast.posted(cast.disposal((asset, 1), route=DisposalRoute.RETURN_TO_OWNER))
    assert (asset.state, document.lines[0].book_value) == (AssetState.RETIRED, 0)


def test_more_than_there_is_twice_gone_and_lost(session, cast):
    group, lost = cast.asset(quantity=4), cast.asset()
    for asset, quantity in ((group, 5), (lost, 2)):
        with pytest.raises(Refused) as refusal:
            perform(cast.disposal((asset, quantity)), "submit", by=cast.staff)
        assert refusal.value.field == "quantity"
    waiting = cast.disposal((group, 4))
    perform(waiting, "submit", by=cast.staff)
    with pytest.raises(Refused, match="already"):
        perform(cast.disposal((group, 1)), "submit", by=cast.staff)
    perform(waiting, "reject", by=cast.head, reason="still good")
    by_system(group, "retire", by=cast.staff)
    perform(waiting, "reopen", by=cast.staff)
    with pytest.raises(Refused) as refusal:
        perform(waiting, "submit", by=cast.staff)
    assert refusal.value.field == "asset"
    group.acquisition_cost = ZERO  # out of the books by hand, so that the rest still agrees
    for line in session.scalars(sa.select(JournalEntry).filter_by(document_type="asset",
                                                                  document_id=group.id)):
        exits.journal.reverse_entries(group, on=line.posted_on, by=cast.staff)


def test_not_before_it_was_acquired(session, cast):
    asset = cast.asset(months=1)
    with pytest.raises(Refused):
        perform(cast.disposal((asset, 1), disposed_on=_months_ago(2)), "submit", by=cast.staff)


def test_nobody_approves_twice_nor_the_own_document(session, cast):
    both = make.make_user(Role.FACILITIES_HEAD, Role.RECEIVABLES, Role.FACILITIES_STAFF)
    document = cast.disposal((cast.asset(), 1))
    perform(document, "submit", by=cast.staff)
    perform(document, "approve", by=both)
    with pytest.raises(Refused):
        perform(document, "approve_receivables", by=both)
    with pytest.raises(NotAllowed):
        perform(document, "approve_receivables", by=cast.head)


# ---------------------------------------------------------------- auction

def test_sold_above_book_value_with_the_gain(session, cast):
    asset = cast.held(cast.asset())
    value = asset.book_value
    auction = cast.sold(cast.opened(cast.approved(cast.auction(asset)), 9_000_000), 9_500_000)
    assert (auction.state, auction.round, auction.total) == (AssetAuctionState.SOLD, 1, 9_500_000)
    assert (asset.state, asset.retired_on) == (AssetState.RETIRED, clock.today())
    assert balance(session, Posting.CASH) == 9_500_000
    assert balance(session, Posting.DISPOSAL_GAIN) == value - 9_500_000
    assert balance(session, Posting.ASSET) == balance(session, Posting.ACCUMULATED_DEPRECIATION) == 0
    auction.buyer_name = "Somebody else"
    with pytest.raises(Refused):
        session.flush()
    session.expire(auction)


def test_sold_below_book_value_with_the_loss_in_the_second_round(session, cast):
    asset = cast.held(cast.asset())
    value = asset.book_value
    auction = cast.opened(cast.approved(cast.auction(asset)), 9_000_000)
    perform(auction, "fail", by=cast.staff)
    assert (auction.state, auction.round) == (AssetAuctionState.FAILED, 1)
    cast.opened(auction, 5_000_000)
    assert auction.round == 2
    cast.sold(auction, 5_000_000)
    assert balance(session, Posting.DISPOSAL_LOSS) == value - 5_000_000


def test_land_is_sold_too(session, cast):
    land = make.saved(Land(code="L1", name="Parkir timur", total_area=Decimal("100.50"),
                           price_per_m2=Decimal(2_000_000), funding_source=FundingSource.BLU))
    exits.value_land(land, by=cast.staff)
    assert balance(session, Posting.LAND) == 201_000_000
    land.price_per_m2 = Decimal(3_000_000)
    assert exits.value_land(land, by=cast.staff) == balance(session, Posting.LAND) == 301_500_000
    auction = cast.sold(cast.opened(cast.approved(cast.auction(land)), 350_000_000), 360_000_000)
    assert land.status == Status.INACTIVE
    assert balance(session, Posting.LAND) == 0
    assert balance(session, Posting.DISPOSAL_GAIN, auction) == -58_500_000
    with pytest.raises(Refused):
        perform(cast.auction(land), "submit", by=cast.staff)


def test_land_under_a_building_is_not_sold(session, cast):
    building = make.make_building()
    with pytest.raises(Refused, match=building.name):
        perform(cast.auction(building.land), "submit", by=cast.staff)


def test_what_is_not_held_for_sale_is_not_auctioned(session, cast):
    asset = cast.asset()
    with pytest.raises(Refused) as refusal:
        perform(cast.auction(asset), "submit", by=cast.staff)
    assert refusal.value.field == "asset"


def test_a_lot_stands_once_on_one_auction(session, cast):
    asset = cast.held(cast.asset())
    with pytest.raises(Refused, match="twice"):
        perform(cast.auction(asset, asset), "submit", by=cast.staff)
    perform(cast.auction(asset), "submit", by=cast.staff)
    with pytest.raises(Refused, match="already"):
        perform(cast.auction(asset), "submit", by=cast.staff)


def test_a_held_group_is_sold_whole(session, cast):
    group = cast.held(cast.asset(quantity=4))
    auction = cast.auction(group)
    auction.lines[0].quantity = 3
    with pytest.raises(Refused) as refusal:
        perform(auction, "submit", by=cast.staff)
    assert refusal.value.field == "quantity"


@pytest.mark.parametrize(("given", "price", "field"), [
    ({"appraiser": " "}, 1, "appraiser"),
    ({"appraised_on": None}, 1, "appraised_on"),
    ({"appraised_on": "tomorrow"}, 1, "appraised_on"),
    ({}, 0, "appraised_value"),
    ({}, None, "appraised_value"),
])
def test_a_round_needs_appraisal_and_reserve_price(session, cast, given, price, field):
    auction = cast.approved(cast.auction(cast.held(cast.asset())))
    given = {"appraiser": "KJPP Andi", "appraised_on": clock.today(), **given}
    if given["appraised_on"] == "tomorrow":
        given["appraised_on"] = clock.today() + timedelta(days=1)
    prices = {"appraised_value": price if price is None else Decimal(price), "reserve_price": Decimal(1)}
    with pytest.raises(Refused) as refusal:
        perform(auction, "open", by=cast.staff, given=given, given_lines={auction.lines[0].id: prices})
    assert refusal.value.field == field


@pytest.mark.parametrize(("given", "price", "field"),
                         [({"minutes_number": None}, 10, "minutes_number"), ({}, 9, None)])
def test_a_sale_needs_minutes_and_a_bid_at_the_reserve_price(session, cast, given, price, field):
    auction = cast.opened(cast.approved(cast.auction(cast.held(cast.asset()))), 10)
    with pytest.raises(Refused) as refusal, session.no_autoflush:
        cast.sold(auction, price, **given)
    assert refusal.value.field == field
    assert auction.lines[0].sale_price is None
    session.expire(auction)


# ---------------------------------------------------------------- bids

def test_the_highest_valid_bid_of_the_round_wins_and_the_first_of_equal_ones(session, cast):
    asset = cast.held(cast.asset())
    auction = cast.opened(cast.approved(cast.auction(asset)), 9_000_000)
    line, now = auction.lines[0], clock.now()
    cast.bid(line, 8_000_000, "Ali")
    assert line.winner is None
    perform(auction, "fail", by=cast.staff)
    cast.opened(auction, 7_000_000)
    assert line.winner is None  # what was offered in the first round is of the first round
    cast.bid(line, 7_500_000, "Budi", offered_at=now - timedelta(minutes=2))
    cast.bid(line, 7_500_000, "Citra", offered_at=now - timedelta(minutes=5))
    cast.bid(line, 9_900_000, "Dodi", is_valid=False, note="Uang jaminan tidak disetor")
    with pytest.raises(Refused) as refusal:
        perform(auction, "fail", by=cast.staff)
    assert "bid" in str(refusal.value)
    perform(auction, "sell", by=cast.staff, given={"minutes_number": "RL-1"})
    assert (auction.buyer_name, auction.buyer_identity, auction.total) == ("Citra", "NIB Citra", 7_500_000)
    assert line.winner.round == 2


def test_land_goes_to_the_highest_bid_and_a_lot_without_one_stays_for_sale(session, cast):
    land = make.saved(Land(code="L1", name="Parkir timur", total_area=Decimal(100),
                           price_per_m2=Decimal(2_000_000),
                           funding_source=FundingSource.BLU))
    exits.value_land(land, by=cast.staff)
    paper = cast.posted(cast.disposal((cast.asset(), 1), (cast.asset(), 1), route=DisposalRoute.AUCTION))
    kept, gone = (line.held_asset for line in paper.lines)
    auction = cast.opened(cast.approved(cast.auction(kept, gone, land)), 5_000_000)
    cast.bid(auction.lines[1], 6_000_000, "Ali")
    cast.bid(auction.lines[2], 200_000_000, "Budi")
    cast.bid(auction.lines[2], 250_000_000, "Citra")
    perform(auction, "sell", by=cast.staff, given={"minutes_number": "RL-2"})
    cast.settled(auction)
    assert [line.sale_price for line in auction.lines] == [None, 6_000_000, 250_000_000]
    assert (auction.buyer_name, auction.buyer_identity, auction.total) == ("Ali; Citra", None, 256_000_000)
    assert (kept.state, gone.state, land.status) == (
        AssetState.HELD_FOR_SALE, AssetState.RETIRED, Status.INACTIVE)
    assert balance(session, Posting.CASH) == 256_000_000
    again = auctions.make_auction(paper, by=cast.staff)
    assert [line.asset for line in again.lines] == [kept]


def test_bids_are_written_while_the_auction_is_open_and_of_its_round(session, cast):
    auction = cast.approved(cast.auction(cast.held(cast.asset())))
    with pytest.raises(Refused, match="while their auction is open"):
        cast.bid(auction.lines[0], 1)
    session.expunge_all()
    auction, cast.staff = session.get(AssetAuction, auction.id), session.get(User, cast.staff.id)
    cast.opened(auction, 10)
    bid = cast.bid(auction.lines[0], 5)
    for name, value in (("is_valid", False), ("offered_at", clock.now() + timedelta(hours=1))):
        setattr(bid, name, value)
        with pytest.raises(Refused) as refusal, session.no_autoflush:
            auctions.check_bid(bid, is_new=False)
        assert refusal.value.field == {"is_valid": "note"}.get(name, name)
        session.expire(bid)
    perform(auction, "fail", by=cast.staff)
    cast.opened(auction, 4)
    with pytest.raises(Refused, match="earlier round"):
        auctions.check_bid(bid, is_new=False)


def test_a_step_takes_only_what_it_asks_of_lines(session, cast):
    auction = cast.approved(cast.auction(cast.held(cast.asset())))
    line = auction.lines[0]
    for given in ({line.id: {"quantity": 3}}, {line.id + 1: {"reserve_price": Decimal(1)}}):
        with pytest.raises(Refused):
            perform(auction, "open", by=cast.staff, given_lines=given)


@pytest.mark.commits
def test_the_same_chairs_are_not_written_off_twice_at_once(app, session):
    with one_transaction():
        cast = Cast()
        group = cast.asset(quantity=5)
        papers = [cast.disposal((group, 3)) for _ in range(2)]
        perform(papers[0], "submit", by=cast.staff)
        perform(papers[0], "approve", by=cast.head)
        perform(papers[0], "reject", by=cast.receivables, reason="again")
        keys, group_id = [paper.id for paper in papers], group.id
        perform(papers[0], "reopen", by=cast.staff)
        staff = cast.staff.id

    def submit(key):
        with one_transaction() as own:
            perform(own.get(AssetDisposal, key), "submit", by=own.get(User, staff))

    assert len(won(at_once(app, [partial(submit, key) for key in keys]))) == 1
    assert session.get(Asset, group_id).quantity == 5
