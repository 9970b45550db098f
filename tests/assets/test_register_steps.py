"""A thing leaves use and comes back: put aside, lost and found, taken back from a sale, withdrawn; papers
that write off, are taken back, cancelled, paid and not paid."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_exits import (
    AssetAuctionState,
    AssetDisposal,
    AssetDisposalLine,
    AssetDisposalState,
    DisposalRoute,
)
from models.asset_history import AssetMovement, MaintenanceSchedule, MovementState
from models.asset_register import AssetState
from models.base import db
from models.errors import NotAllowed, Refused
from models.facilities import RoomFacility
from models.journal import Posting
from models.operations.assets import auctions, life, moves
from models.operations.assets.books import DEPRECIATES, schedule_of
from models.operations.core import checks
from models.operations.core.approvals import by_system, opened, perform
from models.operations.ledger import journal
from models.organisation import Status
from models.outbox import Notice
from models.roles import Role
from tests.assets.test_asset_exits import Cast, balance
from tests.support import factories as make


@pytest.fixture
def cast(session):
    return Cast()


def in_use(cast, **fields):
    asset = cast.asset(room=make.make_room(), work_unit=make.make_work_unit(), **fields)
    perform(asset, "put_into_use", by=cast.staff)
    return asset


def lost(cast, **fields):
    asset = in_use(cast, **fields)
    perform(asset, "report_lost", by=cast.head, reason="Dicuri dari gudang")
    return asset


def written_off(cast, *assets, **claim):
    """A disposal of the kind lost, posted."""
    document = make.saved(AssetDisposal(created_by=cast.staff, route=DisposalRoute.LOST, **claim, lines=[
        AssetDisposalLine(asset=asset, quantity=asset.quantity, reason="Hilang") for asset in assets]))
    opened(document, by=cast.staff)
    return cast.posted(document)


def sound(session):
    db.session.flush()
    for name, function in checks.CHECKS:
        assert function(session) is None, name


def told(session, event):
    return {notice.user_id for notice in session.scalars(sa.select(Notice).where(Notice.event == event))}


# ---------------------------------------------------------------- put aside

def test_what_is_put_aside_stands_in_no_room_and_still_loses_value(session, cast):
    asset = in_use(cast)
    unit, room = asset.work_unit, asset.room
    place = make.saved(RoomFacility(room=room, asset=asset))
    with pytest.raises(Refused) as refusal:
        perform(asset, "put_aside", by=cast.staff)
    assert refusal.value.field == "reason"
    perform(asset, "put_aside", by=cast.staff, reason="Diganti yang baru")
    assert (asset.state, asset.place, asset.work_unit) == (AssetState.REGISTERED, None, unit)
    assert place.status == Status.INACTIVE
    assert [move.from_room for move in asset.movements] == [room]
    assert life.elsewhere()[0] == 1
    assert asset.state in DEPRECIATES
    with pytest.raises(Refused):
        perform(asset, "put_into_use", by=cast.staff)
    perform(asset, "put_into_use", by=cast.staff, given={"room": room})
    assert asset.state == AssetState.IN_USE


# ---------------------------------------------------------------- lost and found

@pytest.mark.parametrize("step", [None, "maintain", "hold_for_sale"])
def test_a_thing_is_reported_lost_whatever_its_state(session, cast, step):
    asset = in_use(cast)
    schedule = make.saved(MaintenanceSchedule(asset=asset, name="Servis", every_months=3,
                                              next_due_on=clock.today()))
    if step:
        by_system(asset, step, by=cast.staff)
    payables = make.make_user(Role.PAYABLES)
    with pytest.raises(NotAllowed):
        perform(asset, "report_lost", by=cast.staff, reason="Hilang")
    with pytest.raises(Refused) as refusal:
        perform(asset, "report_lost", by=cast.head)
    assert refusal.value.field == "reason"
    perform(asset, "report_lost", by=cast.head, reason="Dicuri")
    assert asset.state == AssetState.LOST
    assert schedule.status == Status.INACTIVE
    assert {payables.id, cast.receivables.id} <= told(session, "asset_lost")


def test_what_is_lost_stays_on_the_books_and_is_shown_with_its_value(session, cast, client, sign_in):
    asset = lost(cast)
    assert balance(session, Posting.ASSET) == 12_000_000
    assert life.lost() == (1, asset.book_value)
    sign_in(client, cast.head)
    page = client.get("/admin/asset/tree/").text
    assert "/admin/asset/?state=lost" in page
    sound(session)


def test_what_was_lost_is_found_where_somebody_says(session, cast):
    asset = lost(cast)
    schedule = make.saved(MaintenanceSchedule(asset=asset, name="Servis", every_months=3,
                                              next_due_on=clock.today(), status=Status.INACTIVE))
    with pytest.raises(Refused) as refusal:
        perform(asset, "find", by=cast.staff, given={"room": None})
    assert refusal.value.field == "room"
    db.session.refresh(asset)
    elsewhere = make.make_inpatient_room()
    perform(asset, "find", by=cast.staff, given={"room": None, "inpatient_room": elsewhere})
    assert (asset.state, asset.place) == (AssetState.REGISTERED, elsewhere)
    assert schedule.status == Status.ACTIVE
    [move] = asset.movements
    assert (move.to_inpatient_room, move.state) == (elsewhere, MovementState.ACKNOWLEDGED)
    assert cast.receivables.id in told(session, "asset_found")
    sound(session)


def test_what_is_lost_is_written_off_with_the_claim_on_who_answers(session, cast):
    asset, keeper = lost(cast), make.make_employee()
    with pytest.raises(Refused) as refusal:
        cast.posted(cast.disposal((asset, 1)))
    assert refusal.value.field == "route"
    document = written_off(cast, asset, responsible=keeper, claim_amount=Decimal(4_000_000),
                           claim_decision="SKTJM-7/2026")
    value = document.lines[0].book_value
    assert (asset.state, asset.retired_on) == (AssetState.RETIRED, clock.today())
    assert balance(session, Posting.DISPOSAL_LOSS) == value > 0
    assert balance(session, Posting.ASSET) == balance(session, Posting.ACCUMULATED_DEPRECIATION) == 0
    assert life.lost() == (0, 0)
    sound(session)


def test_what_was_never_reported_lost_is_not_written_off_as_lost(session, cast):
    with pytest.raises(Refused, match="was not reported lost"):
        written_off(cast, in_use(cast))


def test_a_lost_thing_stands_on_one_disposal(session, cast):
    asset = lost(cast)
    for again in (False, True):
        document = make.saved(AssetDisposal(created_by=cast.staff, route=DisposalRoute.LOST, lines=[
            AssetDisposalLine(asset=asset, quantity=1, reason="Hilang")]))
        opened(document, by=cast.staff)
        if again:
            with pytest.raises(Refused, match="already"):
                perform(document, "submit", by=cast.staff)
        else:
            perform(document, "submit", by=cast.staff)


@pytest.mark.parametrize("fields", [
    {"route": DisposalRoute.SCRAP, "claim_amount": Decimal(5), "claim_decision": "X"},
    {"route": DisposalRoute.LOST, "claim_amount": Decimal(5)},
    {"route": DisposalRoute.LOST, "claim_amount": Decimal(-5), "claim_decision": "X"}])
def test_the_database_knows_what_a_claim_is(session, cast, fields):
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        make.saved(AssetDisposal(created_by=cast.staff, **fields))


# ---------------------------------------------------------------- back from a sale, back from a disposal

def test_what_is_held_for_sale_goes_back_into_use(session, cast):
    asset = cast.held(in_use(cast))
    with pytest.raises(NotAllowed):
        perform(asset, "take_back", by=cast.staff, reason="Masih perlu")
    auction = cast.auction(asset)
    perform(auction, "submit", by=cast.staff)
    with pytest.raises(Refused, match="on its way"):
        perform(asset, "take_back", by=cast.head, reason="Masih perlu")
    perform(auction, "cancel", by=cast.staff, reason="Masih perlu")
    before, room = asset.room, make.make_room()
    perform(asset, "take_back", by=cast.head, reason="Masih perlu", given={"room": room})
    assert (asset.state, asset.room) == (AssetState.IN_USE, room)
    [move] = asset.movements
    assert (move.from_room, move.to_room, move.reason) == (before, room, "Masih perlu")
    sound(session)


def test_days_held_for_sale_are_depreciated_after_all(session, cast):
    asset = cast.held(in_use(cast))
    book = next(each for each in asset.books if each.book == "hospital")
    clock.freeze(clock.now() + timedelta(days=70))
    perform(asset, "take_back", by=cast.head, reason="Masih perlu")
    first = schedule_of(book)[0]
    # sixty months of life: what a sixtieth of each month since the start comes to, the days held included
    begun, end = book.starts_on, first.period_end
    months = (end.year - begun.year) * 12 + end.month - begun.month + 1
    assert first.closing_value == book.cost - book.cost * months / 60


@pytest.mark.parametrize("route", [DisposalRoute.SCRAP, DisposalRoute.AUCTION])
def test_a_disposal_is_taken_back_with_place_keeper_and_books(session, cast, route):
    asset = in_use(cast)
    room, unit = asset.room, asset.work_unit
    document = cast.posted(cast.disposal((asset, 1), route=route))
    value = document.lines[0].book_value
    with pytest.raises(NotAllowed):
        perform(document, "reverse", by=cast.staff, reason="Salah aset")
    with pytest.raises(Refused) as refusal:
        perform(document, "reverse", by=cast.head)
    assert refusal.value.field == "reason"
    perform(document, "reverse", by=cast.head, reason="Salah aset")
    assert document.state == AssetDisposalState.REVERSED
    assert (asset.state, asset.retired_on, asset.room, asset.work_unit) == (
        AssetState.REGISTERED, None, room, unit)
    assert asset.book_value == value
    assert balance(session, Posting.DISPOSAL_LOSS) == 0
    assert balance(session, Posting.ASSET) == 12_000_000
    sound(session)


def test_a_part_of_a_group_comes_back_too(session, cast):
    group = in_use(cast, cost="100.01", quantity=3)
    document = cast.posted(cast.disposal((group, 1)))
    part = document.lines[0].held_asset
    assert (part.split_from, part.state, group.quantity) == (group, AssetState.RETIRED, 2)
    perform(document, "reverse", by=cast.head, reason="Salah hitung")
    assert (part.state, part.quantity) == (AssetState.REGISTERED, 1)
    assert balance(session, Posting.ASSET) == Decimal("100.01")
    sound(session)


def test_what_was_sold_or_is_offered_does_not_come_back_by_the_disposal(session, cast):
    asset = in_use(cast)
    document = cast.posted(cast.disposal((asset, 1), route=DisposalRoute.AUCTION))
    auction = cast.approved(auctions.make_auction(document, by=cast.staff))
    with pytest.raises(Refused, match="was sold"):
        perform(document, "reverse", by=cast.head, reason="Salah aset")
    cast.sold(cast.opened(auction, 10), 11)
    with pytest.raises(Refused, match="was sold"):
        perform(document, "reverse", by=cast.head, reason="Salah aset")


def test_an_approved_disposal_is_given_up(session, cast):
    asset = in_use(cast)
    document = cast.disposal((asset, 1))
    perform(document, "submit", by=cast.staff)
    perform(document, "approve", by=cast.head)
    perform(document, "cancel", by=cast.staff, reason="Masih dipakai")
    cast.posted(cast.disposal((asset, 1)))
    assert asset.state == AssetState.RETIRED


def test_a_disposal_of_a_closed_month_is_posted_today(session, cast):
    document = cast.disposal((in_use(cast, months=5), 1), disposed_on=clock.today())
    perform(document, "submit", by=cast.staff)
    perform(document, "approve", by=cast.head)
    day = document.disposed_on
    clock.freeze(clock.now() + timedelta(days=40))
    journal.close_period(day.year, day.month, by=make.make_user(Role.PAYABLES))
    perform(document, "approve_receivables", by=cast.receivables)
    assert document.disposed_on == clock.today()


# ---------------------------------------------------------------- entered by mistake

def test_an_entry_by_mistake_is_withdrawn_without_a_loss(session, cast):
    asset = cast.asset()
    with pytest.raises(NotAllowed):
        perform(asset, "withdraw", by=cast.staff, reason="Dobel")
    perform(asset, "withdraw", by=cast.head, reason="Dobel")
    assert asset.state == AssetState.RETIRED
    for purpose in (Posting.ASSET, Posting.ASSET_OPENING, Posting.DISPOSAL_LOSS):
        assert balance(session, purpose) == 0
    sound(session)


def test_what_was_built_on_is_not_withdrawn(session, cast):
    asset = cast.asset()
    make.make_maintenance(asset)
    with pytest.raises(Refused, match="built on"):
        perform(asset, "withdraw", by=cast.head, reason="Dobel")


# ---------------------------------------------------------------- auctions

def test_what_is_awarded_leaves_the_books_when_the_money_came(session, cast):
    asset = cast.held(in_use(cast))
    value = asset.book_value
    auction = cast.awarded(cast.opened(cast.approved(cast.auction(asset)), 10), 9_500_000)
    assert (auction.state, asset.state) == (AssetAuctionState.AWARDED, AssetState.HELD_FOR_SALE)
    assert balance(session, Posting.CASH) == 0
    assert cast.receivables.id in told(session, "auction_awarded")
    with pytest.raises(NotAllowed):
        perform(auction, "settle", by=cast.staff)
    for given, field in (({}, "paid_on"), ({"paid_on": clock.today()}, "payment_reference"),
                         ({"paid_on": clock.today() + timedelta(days=1), "payment_reference": "T"},
                          "paid_on")):
        with pytest.raises(Refused) as refusal, session.no_autoflush:
            perform(auction, "settle", by=cast.receivables, given=given)
        assert refusal.value.field == field
        session.expire(auction)
    cast.settled(auction)
    assert (auction.state, asset.state) == (AssetAuctionState.SOLD, AssetState.RETIRED)
    assert balance(session, Posting.CASH) == 9_500_000
    assert balance(session, Posting.DISPOSAL_GAIN) == value - 9_500_000
    sound(session)


def test_a_buyer_who_does_not_pay_loses_the_lot_to_the_next_bid(session, cast):
    asset = cast.held(in_use(cast))
    auction = cast.opened(cast.approved(cast.auction(asset)), 10)
    first, second = cast.bid(auction.lines[0], 30, "Ali"), cast.bid(auction.lines[0], 20, "Budi")
    perform(auction, "sell", by=cast.staff, given={"minutes_number": "RL-1"})
    perform(auction, "default", by=cast.staff, reason="Tidak membayar dalam lima hari")
    assert (auction.state, auction.buyer_name, auction.total) == (AssetAuctionState.FAILED, None, 0)
    assert (first.is_valid, first.note) == (False, "Tidak membayar dalam lima hari")
    cast.opened(auction, 10)
    assert auction.round == 1
    perform(auction, "sell", by=cast.staff, given={"minutes_number": "RL-2"})
    assert (auction.buyer_name, auction.total, second.is_valid) == ("Budi", 20, True)
    perform(auction, "default", by=cast.staff, reason="Juga tidak membayar")
    cast.opened(auction, 5)
    assert auction.round == 2
    sound(session)


def test_of_two_buyers_one_pays(session, cast):
    paper = cast.posted(cast.disposal((in_use(cast), 1), (in_use(cast), 1), route=DisposalRoute.AUCTION))
    auction = cast.opened(cast.approved(auctions.make_auction(paper, by=cast.staff)), 10)
    cast.bid(auction.lines[0], 20, "Ali")
    bad = cast.bid(auction.lines[1], 30, "Budi")
    perform(auction, "sell", by=cast.staff, given={"minutes_number": "RL-1"})
    bad.amount = Decimal(40)
    with pytest.raises(Refused, match="awarded"), session.no_autoflush:
        auctions.check_bid(bad, is_new=False)
    session.expire(bad)
    with session.no_autoflush:
        bad.is_valid, bad.note = False, "Tidak membayar"
        auctions.check_bid(bad, is_new=False)
    cast.settled(auction)
    assert [line.sale_price for line in auction.lines] == [20, None]
    assert [line.asset.state for line in auction.lines] == [AssetState.RETIRED, AssetState.HELD_FOR_SALE]
    assert balance(session, Posting.CASH) == 20
    assert [line.asset for line in auctions.make_auction(paper, by=cast.staff).lines] == [
        auction.lines[1].asset]
    sound(session)


@pytest.mark.parametrize("steps", [("submit", "approve"), ("submit", "approve", "approve_receivables")])
def test_an_auction_on_its_way_is_given_up_and_its_lots_are_free(session, cast, steps):
    asset = cast.held(in_use(cast))
    auction = cast.auction(asset)
    by = {"submit": cast.staff, "approve": cast.head, "approve_receivables": cast.receivables}
    for step in steps:
        perform(auction, step, by=by[step])
    perform(auction, "cancel", by=cast.staff, reason="Tidak jadi")
    assert cast.posted(cast.disposal((asset, 1))).state == AssetDisposalState.POSTED


def test_an_open_auction_is_given_up_only_without_a_valid_bid(session, cast):
    auction = cast.opened(cast.approved(cast.auction(cast.held(in_use(cast)))), 10)
    bid = cast.bid(auction.lines[0], 20)
    with pytest.raises(Refused, match="valid bid"):
        perform(auction, "cancel", by=cast.staff, reason="Tidak jadi")
    bid.is_valid, bid.note = False, "Jaminan kurang"
    perform(auction, "cancel", by=cast.staff, reason="Tidak jadi")
    assert auction.state == AssetAuctionState.CANCELLED


def test_lots_that_are_gone_are_dropped_when_a_round_opens(session, cast):
    kept, gone = cast.held(in_use(cast)), cast.held(in_use(cast))
    auction = cast.approved(cast.auction(kept, gone))
    perform(gone, "report_lost", by=cast.head, reason="Dicuri")
    cast.opened(auction, 10)
    assert [line.is_dropped for line in auction.lines] == [False, True]
    assert [line.asset for line in auction.lots] == [kept]
    cast.bid(auction.lines[0], 20)
    perform(auction, "sell", by=cast.staff, given={"minutes_number": "RL-1"})
    cast.settled(auction)
    only = cast.approved(cast.auction(cast.held(in_use(cast))))
    perform(only.lines[0].asset, "report_lost", by=cast.head, reason="Dicuri")
    with pytest.raises(Refused, match="for sale any more"):
        cast.opened(only, 10)


def test_a_lot_without_a_bid_is_free_while_the_others_wait_for_their_money(session, cast):
    sold, left = cast.held(in_use(cast)), cast.held(in_use(cast))
    auction = cast.opened(cast.approved(cast.auction(sold, left)), 10)
    cast.bid(auction.lines[0], 20)
    perform(auction, "sell", by=cast.staff, given={"minutes_number": "RL-1"})
    perform(cast.auction(left), "submit", by=cast.staff)
    with pytest.raises(Refused, match="already"):
        perform(cast.auction(sold), "submit", by=cast.staff)


# ---------------------------------------------------------------- what verify finds

def test_verify_finds_what_is_held_without_a_disposal_and_what_is_claimed_twice(session, cast):
    named = dict(checks.CHECKS)
    held = named["assets: what is held for sale was put there by a disposal, and stands on one living "
                 "auction at most"]
    once = named["assets: a thing is claimed by one disposal on its way at most"]
    asset = in_use(cast)
    one, two = cast.disposal((asset, 1)), cast.disposal((asset, 1))
    perform(one, "submit", by=cast.staff)
    assert held(session) is once(session) is None
    with session.begin_nested() as point:
        session.execute(sa.update(AssetDisposal).where(AssetDisposal.id == two.id).values(state="approved"))
        assert once(session)[0] == asset.id
        point.rollback()
    by_system(asset, "hold_for_sale", by=cast.staff)
    assert held(session)[0] == asset.id


# ---------------------------------------------------------------- movements

@pytest.fixture
def moved(session, cast):
    asset = in_use(cast)
    giver = make.make_user(Role.UNIT_USER, work_unit=asset.work_unit)
    taker = make.make_user(Role.UNIT_USER)
    movement = moves.move(asset, make.make_room(), taker.work_unit, by=giver)
    return asset, movement, giver, taker


def test_what_did_not_come_is_refused_and_stands_with_the_giver(session, cast, moved):
    asset, movement, giver, taker = moved
    before = movement.from_room
    with pytest.raises(Refused) as refusal:
        perform(movement, "refuse", by=taker)
    assert refusal.value.field == "reason"
    perform(movement, "refuse", by=taker, reason="Bukan pesanan kami")
    assert (movement.state, asset.work_unit, asset.room) == (MovementState.REFUSED, giver.work_unit, before)
    assert told(session, "movement_refused") == {giver.id}
    moves.move(asset, make.make_room(), taker.work_unit, by=giver)


@pytest.mark.parametrize("who", ["giver", "staff"])
def test_who_gave_it_takes_it_back_or_facilities_staff(session, cast, moved, who):
    asset, movement, giver, taker = moved
    with pytest.raises(Refused):
        perform(movement, "recall", by=taker, reason="Salah")
    perform(movement, "recall", by=giver if who == "giver" else cast.staff, reason="Salah unit")
    assert (movement.state, asset.work_unit) == (MovementState.RECALLED, giver.work_unit)
    [notice] = session.scalars(sa.select(Notice).where(Notice.event == "movement_awaited"))
    assert notice.read_at is not None
    with pytest.raises(Refused):
        perform(movement, "acknowledge", by=taker)


def test_the_giver_sees_it_until_it_is_acknowledged_and_is_told(session, client, sign_in, moved):
    asset, movement, giver, taker = moved
    sign_in(client, giver)
    page = client.get(f"/admin/asset/details/?id={asset.id}")
    assert page.status_code == 200
    assert f"/admin/asset_movement/{movement.id}/recall" in page.text
    perform(movement, "acknowledge", by=taker)
    assert told(session, "movement_acknowledged") == {giver.id}
    assert client.get(f"/admin/asset/details/?id={asset.id}").status_code == 404
    assert client.get(f"/admin/asset_movement/details/?id={movement.id}").status_code == 200


def test_after_moving_it_away_the_giver_stands_on_a_page(session, client, sign_in, cast):
    asset = in_use(cast)
    giver, taker = make.make_user(Role.UNIT_USER, work_unit=asset.work_unit), make.make_user(Role.UNIT_USER)
    sign_in(client, giver)
    answer = client.post(f"/admin/asset/{asset.id}/movement", follow_redirects=True,
                         data={"to_room": make.make_room().id, "to_work_unit": taker.work_unit_id})
    assert answer.status_code == 200
    assert asset.tag in answer.text


def test_the_receiver_finds_it_in_the_inbox(session, client, sign_in, moved):
    _asset, movement, giver, taker = moved
    sign_in(client, taker)
    assert f"/admin/asset_movement/details/?id={movement.id}" in client.get("/admin/inbox/").text
    sign_in(client, giver)
    assert f"/admin/asset_movement/details/?id={movement.id}" not in client.get("/admin/inbox/").text


def test_nobody_holds_a_thing_for_ever_by_saying_nothing(session, cast, moved):
    asset, movement, giver, taker = moved
    assert moves.remind() == ""
    clock.freeze(clock.now() + timedelta(days=30))
    moves.remind()
    assert told(session, "movement_late") == {giver.id, taker.id, cast.staff.id}
    count = session.scalar(sa.select(sa.func.count()).select_from(Notice))
    moves.remind()
    assert session.scalar(sa.select(sa.func.count()).select_from(Notice)) == count
    perform(movement, "recall", by=cast.staff, reason="Unit tidak punya pengguna")
    assert asset.work_unit == giver.work_unit


def test_one_movement_of_a_thing_is_awaited(session, moved):
    asset, _movement, giver, _taker = moved
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        make.saved(AssetMovement(asset=asset, moved_by=giver, state=MovementState.AWAITED))
