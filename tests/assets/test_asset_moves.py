"""Assets go from place to place, and another unit says that they came; the page of an asset tells its
life."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_exits import DisposalRoute
from models.asset_history import AssetMovement
from models.asset_register import Asset, AssetState, BookKind, TaxGroup
from models.errors import NotAllowed, Refused
from models.facilities import RoomFacility
from models.operations.assets import books as asset_books
from models.operations.assets import life, moves
from models.operations.core import checks
from models.operations.core.approvals import by_system, perform
from models.operations.core.report_kit import REPORTS
from models.operations.people.notices import unread
from models.organisation import Status
from models.outbox import Notice, Outbox
from models.roles import Role
from portal.web.print import document_pdf
from tests.assets.test_asset_exits import Cast as Exits
from tests.assets.test_asset_exits import _months_ago
from tests.assets.test_asset_receipts import Cast as Receipts
from tests.support import factories as make


@pytest.fixture
def exits(session):
    return Exits()


@pytest.fixture
def asset(exits):
    """In use in a room of a unit."""
    asset = exits.asset(room=make.make_room(name="Gudang alat"), work_unit=make.make_work_unit(name="IGD"))
    perform(asset, "put_into_use", by=exits.staff)
    return asset


def nurse_of(unit):
    return make.make_user(Role.UNIT_USER, work_unit=unit)


# ---------------------------------------------------------------- into use

def test_put_into_use_asks_for_place_and_unit(session, exits):
    asset = exits.asset()
    with pytest.raises(Refused) as refusal:
        perform(asset, "put_into_use", by=exits.staff)
    assert refusal.value.field == "room"
    with pytest.raises(Refused) as refusal:
        perform(asset, "put_into_use", by=exits.staff, given={"room": make.make_room()})
    assert refusal.value.field == "work_unit"
    with pytest.raises(Refused), session.no_autoflush:
        perform(asset, "put_into_use", by=exits.staff, given={"building": make.make_building()})
    asset.building = None
    unit, keeper = make.make_work_unit(), make.make_employee()
    perform(asset, "put_into_use", by=exits.staff, given={"work_unit": unit, "employee": keeper})
    assert (asset.state, asset.work_unit, asset.employee) == (AssetState.IN_USE, unit, keeper)


# ---------------------------------------------------------------- movements

def test_another_unit_acknowledges_what_came(session, exits, asset):
    before, unit = asset.place, make.make_work_unit(name="ICU")
    ward_room = make.make_inpatient_room()
    movement = moves.move(asset, ward_room, unit, by=exits.staff, reason="Dipinjam")
    assert (movement.from_room, movement.to_inpatient_room, movement.to_work_unit) == (before, ward_room,
                                                                                       unit)
    assert (asset.place, asset.work_unit) == (ward_room, unit)
    assert movement.is_awaited
    with pytest.raises(Refused, match="acknowledged the last movement"):
        moves.move(asset, before, unit, by=exits.staff)
    for other in (exits.staff, nurse_of(make.make_work_unit())):
        with pytest.raises((NotAllowed, Refused)):
            moves.acknowledge(movement, by=other)
    nurse = nurse_of(unit)
    moves.acknowledge(movement, by=nurse)
    assert (movement.acknowledged_by, movement.is_awaited) == (nurse, False)
    with pytest.raises(Refused):
        moves.acknowledge(movement, by=nurse)


def test_within_a_unit_nobody_has_to_acknowledge(session, asset):
    nurse = nurse_of(asset.work_unit)
    movement = moves.move(asset, make.make_room(), None, by=nurse)
    assert not movement.is_awaited
    with pytest.raises(NotAllowed):
        moves.move(asset, make.make_room(), None, by=nurse_of(make.make_work_unit()))


def test_what_equips_a_room_equips_the_next(session, exits, asset):
    make.saved(RoomFacility(room=asset.room, asset=asset))
    room = make.make_room()
    moves.move(asset, room, None, by=exits.staff)
    rows = session.execute(sa.select(RoomFacility.room_id, RoomFacility.status).where(
        RoomFacility.asset_id == asset.id).order_by(RoomFacility.id)).all()
    assert rows[0].status == Status.INACTIVE
    assert rows[1] == (room.id, Status.ACTIVE)
    moves.move(asset, make.make_building(), None, by=exits.staff)
    assert not session.scalar(sa.select(sa.exists().where(
        RoomFacility.asset_id == asset.id, RoomFacility.status == Status.ACTIVE)))


@pytest.mark.parametrize(("cost", "quantity", "part"), [(100, 3, 1), (94_350_000, 25, 10), (1_000_001, 7, 6)])
def test_a_part_of_a_group_moves_and_nothing_of_its_books_is_lost(session, exits, cost, quantity, part):
    names = ("cost", "residual_value", "accumulated", "opening_accumulated", "anchored_accumulated")

    def books(*assets):
        return {book: tuple(sum(getattr(each, name) for asset in assets for each in asset.books
                                if each.book == book)
                            for name in names) for book in BookKind}

    room, unit = make.make_room(name="Ruang tunggu"), make.make_work_unit(name="Poli")
    model = make.make_asset_model()
    model.asset_type.tax_group, model.asset_type.residual_percent = TaxGroup.GROUP_1, Decimal("7.5")
    group = exits.asset(cost, quantity=quantity, room=room, work_unit=unit, asset_model=model)
    assert len(group.books) == 3
    perform(group, "put_into_use", by=exits.staff)
    for book in group.books:
        if book.book == BookKind.HOSPITAL:
            third = (book.cost / 3).quantize(Decimal("0.01"))
            asset_books.enter_opening(book, third, group.acquired_on, by=exits.staff)
    session.expire(group, ["books"])
    whole = books(group)
    place = make.saved(RoomFacility(room=room, asset=group, quantity=Decimal(quantity)))
    movement = moves.move(group, make.make_room(), make.make_work_unit(), by=exits.staff, quantity=part)
    moved = movement.asset
    assert (moved.split_from, moved.quantity, group.quantity, movement.quantity) == (group, part,
                                                                                     quantity - part, part)
    assert (moved.state, moved.acquired_on, moved.name) == (AssetState.IN_USE, group.acquired_on, group.name)
    assert moved.tag != group.tag
    assert moved.acquisition_cost + group.acquisition_cost == cost
    assert books(group, moved) == whole
    assert (group.place, place.quantity, group.movements) == (room, quantity - part, [])
    for name, function in checks.CHECKS:
        assert function(session) is None, name


def test_more_than_there_is_does_not_move_and_what_is_mended_moves_whole(session, exits):
    group = exits.asset(quantity=4, room=make.make_room(), work_unit=make.make_work_unit())
    perform(group, "put_into_use", by=exits.staff)
    for wrong in (0, -1, 5):
        with pytest.raises(Refused) as refusal:
            moves.move(group, make.make_room(), None, by=exits.staff, quantity=wrong)
        assert refusal.value.field == "quantity"
    by_system(group, "maintain", by=exits.staff)
    with pytest.raises(Refused, match="as a whole"):
        moves.move(group, make.make_room(), None, by=exits.staff, quantity=2)
    assert moves.move(group, make.make_room(), None, by=exits.staff, quantity=4).asset is group


def test_the_receiving_unit_is_told_until_it_acknowledges(session, exits, asset):
    unit = make.make_work_unit(name="ICU")
    nurse, stranger = nurse_of(unit), nurse_of(make.make_work_unit())
    movement = moves.move(asset, make.make_room(), unit, by=exits.staff)
    [told] = session.scalars(sa.select(Notice).where(Notice.event == "movement_awaited"))
    assert (told.user_id, told.address) == (nurse.id, f"/admin/asset/details/?id={asset.id}")
    assert session.scalar(sa.select(unread(stranger.id))) == 0
    moves.acknowledge(movement, by=nurse)
    session.refresh(told)
    assert told.read_at is not None


def test_a_part_is_moved_in_the_panel(client, session, sign_in, exits):
    group = exits.asset(quantity=25, room=make.make_room(), work_unit=make.make_work_unit())
    perform(group, "put_into_use", by=exits.staff)
    unit, room = make.make_work_unit(), make.make_room()
    sign_in(client, exits.staff)
    address = f"/admin/asset/{group.id}/movement"
    assert 'name="quantity"' in client.get(address).text
    form = {"to_room": room.id, "to_work_unit": unit.id}
    answer = client.post(address, data=form | {"quantity": "26"})
    assert (answer.status_code, group.quantity) == (422, 25)
    assert client.post(address, data=form | {"quantity": "10"}).status_code == 303
    part = session.scalars(sa.select(Asset).where(Asset.split_from_id == group.id)).one()
    assert (part.quantity, part.room, group.quantity) == (10, room, 15)
    sign_in(client, nurse_of(unit))
    assert part.tag in client.get("/admin/asset_movement/?only=awaited").text
    assert f"/admin/asset/details/?id={part.id}" in client.get(
        f"/admin/asset_movement/details/?id={part.movements[0].id}").text
    assert client.post(f"/admin/asset/{part.id}/acknowledge").status_code == 303
    assert part.tag not in client.get("/admin/asset_movement/?only=awaited").text


def test_what_cannot_be_moved_and_where_to(session, exits, asset):
    for place, unit, words in ((asset.room, asset.work_unit, "stands there already"),
                               (make.make_building(status=Status.INACTIVE), None, "no longer in use"),
                               (make.make_room(), make.make_work_unit(status=Status.INACTIVE),
                                "no longer in use")):
        with pytest.raises(Refused, match=words):
            moves.move(asset, place, unit, by=exits.staff)
    nowhere = exits.asset()
    with pytest.raises(Refused) as refusal:
        moves.move(nowhere, None, make.make_work_unit(), by=exits.staff)
    assert refusal.value.field == "to_room"
    for step in ("retire", "hold_for_sale"):
        gone = exits.asset(room=make.make_room(), work_unit=make.make_work_unit())
        by_system(gone, step, by=exits.staff)
        with pytest.raises(Refused, match="goes nowhere"):
            moves.move(gone, make.make_room(), None, by=exits.staff)
    assert session.scalar(sa.select(sa.func.count()).select_from(AssetMovement)) == 0


def test_the_panel_moves_and_the_unit_acknowledges(client, session, sign_in, exits, asset):
    room, unit = make.make_room(name="Ruang Tindakan"), make.make_work_unit(name="Bedah")
    sign_in(client, exits.staff)
    page = client.get(f"/admin/asset/details/?id={asset.id}").text
    assert f"/admin/asset/{asset.id}/movement" in page
    address = f"/admin/asset/{asset.id}/movement"
    assert client.get(address).status_code == 200
    answer = client.post(address, data={"to_room": room.id, "to_building": make.make_building().id})
    assert answer.status_code == 422
    assert client.post(address, data={"to_room": room.id, "to_work_unit": unit.id}).status_code == 303
    assert asset.room == room
    assert client.post(f"/admin/asset/{asset.id}/acknowledge").status_code == 403
    sign_in(client, nurse_of(unit))
    page = client.get(f"/admin/asset/details/?id={asset.id}").text
    assert f"/admin/asset/{asset.id}/acknowledge" in page
    assert client.post(f"/admin/asset/{asset.id}/acknowledge").status_code == 303
    assert client.post(f"/admin/asset/{asset.id}/acknowledge").status_code == 422
    assert "Bedah" in client.get("/admin/asset_movement/").text
    sign_in(client, Role.UNIT_USER)
    assert client.get(address).status_code == 404
    assert "Bedah" not in client.get("/admin/asset_movement/").text


# ---------------------------------------------------------------- the life of an asset

def test_the_page_tells_the_life_of_an_asset(client, session, sign_in):
    cast, exits = Receipts(), Exits()
    order = cast.sent((make.make_asset_model(name="CT scanner"), 1, 9_850_000_000))
    assert session.scalars(sa.select(Outbox)).all() == []  # no address, no mail
    receipt = cast.received(order, room=make.make_room(), work_unit=make.make_work_unit())
    asset = session.get(Asset, receipt.lines[0].assets[0].id)
    perform(asset, "put_into_use", by=cast.buyer)
    moves.move(asset, make.make_room(name="Radiologi 2"), None, by=cast.buyer)
    session.expire(asset)
    exits.posted(exits.disposal((asset, 1), route=DisposalRoute.AUCTION))
    words = [each.what for each in life.timeline(asset)]
    assert words == ["Ordered", "Received", "Put into use", "Moved", "Disposed of"]
    sign_in(client, cast.buyer)
    assert f"/admin/asset/{asset.id}/life" in client.get(f"/admin/asset/details/?id={asset.id}").text
    page = client.get(f"/admin/asset/{asset.id}/life").text
    assert order.number in page
    assert receipt.number in page
    assert "Radiologi 2" in page
    sign_in(client, Role.UNIT_USER)
    assert client.get(f"/admin/asset/{asset.id}/life").status_code == 404


def test_the_schedule_loses_everything_by_its_last_year(session, exits):
    asset = exits.asset(months=20)
    plan = life.schedule(asset)
    assert plan is not None
    assert plan.rows[-1][2] == 0
    assert sum(lost for _year, lost, _left in plan.rows) == asset.book_value
    assert plan.points.split()[-1] == "600.0,200.0"
    by_system(asset, "retire", by=exits.staff)
    assert life.schedule(asset).rows == []


def test_the_tree_counts_what_stands_below(session, exits):
    room = make.make_room()
    bed = make.make_inpatient_room()
    exits.asset(1000, months=0, room=room)
    exits.asset(2000, months=0, quantity=40, inpatient_room=bed)
    exits.asset(4000, months=0, building=room.building)
    exits.asset(8000, months=0)
    gone = exits.asset(9000, months=0, room=room)
    by_system(gone, "retire", by=exits.staff)
    found = {node.record.id: node for node in life.tree()}
    first, second = found[room.building.land_id], found[bed.ward.building.land_id]
    assert (first.total_count, first.total_value) == (2, 5000)
    assert (second.total_count, second.total_value) == (40, 2000)
    assert first.below[0].count == 1
    assert life.elsewhere() == (1, 8000)


def test_the_tree_page_is_for_those_who_see_everything(client, session, sign_in, exits, asset):
    sign_in(client, exits.staff)
    assert "Gudang alat" in client.get("/admin/asset/tree/").text
    sign_in(client, Role.UNIT_USER)
    assert client.get("/admin/asset/tree/").status_code == 403


# ---------------------------------------------------------------- reports

def rows(session, key, **values):
    return session.execute(REPORTS[key].select({"from": None, "to": None, **values})).all()


def test_the_register_as_of_a_day(session, exits):
    old, group = exits.asset(6_000_000, months=6), exits.asset("100.01", months=6, quantity=3)
    exits.posted(exits.disposal((group, 1)))
    exits.posted(exits.disposal((old, 1)))
    today, before = clock.today(), clock.today() - timedelta(days=1)
    now = rows(session, "asset_register", to=today)
    assert [(row.asset_id, row.quantity, row.cost) for row in now] == [(group.id, 2, group.acquisition_cost)]
    assert now[0].book_value == group.book_value
    earlier = {row.asset_id: row for row in rows(session, "asset_register", to=before)}
    assert earlier[old.id].cost == earlier[old.id].book_value == 6_000_000
    assert earlier[group.id].cost == Decimal("100.01")
    assert rows(session, "asset_register", to=_months_ago(7)) == []
    summary = session.execute(REPORTS["asset_register"].summary({"to": today})).one()
    assert (summary.assets, summary.cost) == (1, group.acquisition_cost)


def test_additions_disposals_and_auctions(session, exits):
    asset = exits.asset()
    value = exits.posted(exits.disposal((asset, 1), route=DisposalRoute.AUCTION)).lines[0].book_value
    exits.sold(exits.opened(exits.approved(exits.auction(asset)), 5_000_000), 5_100_000)
    assert [row.asset_id for row in rows(session, "asset_additions")] == [asset.id]
    assert [row.book_value for row in rows(session, "asset_disposals")] == [value]
    [lot] = rows(session, "asset_auctions")
    assert (lot.sale_price, lot.reserve_price, lot.round) == (5_100_000, 5_000_000, 1)
    cast = Receipts()
    receipt = cast.received(cast.sent((make.make_asset_model(), 1, 100)))
    perform(receipt, "reverse", by=cast.head, reason="wrong")
    assert len(rows(session, "asset_additions")) == 1
    for name, function in checks.CHECKS:
        assert function(session) is None, name


@pytest.mark.parametrize("key", ["asset_register", "asset_additions", "asset_disposals", "asset_auctions",
                                 "asset_auction_bids", "room_gaps"])
def test_each_report_answers_on_screen_and_as_files(client, session, sign_in, exits, asset, key):
    exits.posted(exits.disposal((exits.asset(), 1)))
    exits.opened(exits.approved(exits.auction(exits.held(exits.asset()))), 10)
    sign_in(client, Role.DIRECTOR)
    for part in ("", "csv/", "xlsx/", "pdf/"):
        assert client.get(f"/admin/reports/{key}/{part}").status_code == 200
    sign_in(client, Role.STORE_STAFF)
    assert client.get(f"/admin/reports/{key}/").status_code == 403


def test_the_order_is_mailed_to_its_vendor_once(session):
    cast = Receipts()
    vendor = make.make_vendor(email="jual@alkes.example")
    procurement = make.make_asset_procurement(created_by=cast.buyer, vendor=vendor)
    perform(procurement, "submit", by=cast.buyer)
    perform(procurement, "approve", by=cast.head)
    perform(procurement, "approve_payment", by=cast.payables)
    perform(procurement, "send", by=cast.buyer)
    [message] = session.scalars(sa.select(Outbox).where(Outbox.to_address == "jual@alkes.example"))
    assert (message.template, message.document_id) == ("asset_procurement_sent", procurement.id)
    assert document_pdf(procurement).startswith(b"%PDF")
