"""A room looked through: found, misplaced, missing; the register brought into line; from the screens, on a
phone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models.asset_history import AssetMovement
from models.asset_register import AssetState
from models.errors import Refused
from models.inventory_rounds import InventoryRound
from models.operations.assets.inventory_rounds import say_empty, see
from models.operations.core.approvals import by_system, opened, perform
from models.places import PhysicalCondition
from models.roles import Role
from tests.support import factories as make


@pytest.fixture
def staff(session: Any) -> Any:
    return make.make_user(Role.FACILITIES_STAFF)


@pytest.fixture
def head(session: Any) -> Any:
    return make.make_user(Role.FACILITIES_HEAD)


def in_use(name: str, **place: Any) -> Any:
    asset = make.make_asset(name=name, work_unit=make.make_work_unit(), **place)
    perform(asset, "put_into_use", by=make.make_user(Role.FACILITIES_STAFF))
    return asset


def started(session: Any, staff: Any, **place: Any) -> InventoryRound:
    round_ = InventoryRound(created_by_id=staff.id, **place)
    session.add(round_)
    opened(round_, by=staff)
    perform(round_, "start", by=staff)
    return round_


def results(round_: InventoryRound) -> dict[str, str]:
    return {line.asset.name: line.result.value for line in round_.lines}


def test_found_misplaced_and_missing(session: Any, staff: Any, head: Any) -> None:
    room, elsewhere = make.make_room(), make.make_inpatient_room(1)
    bed, pump = in_use("Bed", room=room), in_use("Pump", room=room)
    stray = in_use("Stray", inpatient_room=elsewhere)
    gone = in_use("Gone", room=room)
    perform(gone, "report_lost", by=head, reason="Stolen")
    round_ = started(session, staff, room=room)
    assert results(round_) == {"Bed": "expected", "Pump": "expected"}
    assert round_.number.startswith("IVT/")
    see(round_, bed.tag.lower(), by=staff, condition=PhysicalCondition.SLIGHTLY_DAMAGED)
    see(round_, f"https://rawat.example/asset/{stray.qr_code}", by=staff)
    see(round_, bed.qr_code, by=staff)
    perform(round_, "submit", by=staff)
    session.refresh(round_)
    assert results(round_) == {"Bed": "found", "Pump": "missing", "Stray": "misplaced"}
    perform(round_, "approve", by=head)
    assert (bed.state, bed.condition) == (AssetState.IN_USE, PhysicalCondition.SLIGHTLY_DAMAGED)
    assert pump.state == AssetState.LOST
    assert (stray.room_id, stray.inpatient_room_id, stray.state) == (room.id, None, AssetState.IN_USE)
    moved = session.scalars(sa.select(AssetMovement)).one()
    assert (moved.asset_id, moved.from_inpatient_room_id, moved.to_room_id, moved.reason) == (
        stray.id, elsewhere.id, room.id, round_.number)


def test_look_again_keeps_what_was_seen(session: Any, staff: Any, head: Any) -> None:
    room = make.make_room()
    one, two = in_use("One", room=room), in_use("Two", room=room)
    round_ = started(session, staff, room=room)
    see(round_, one.tag, by=staff)
    perform(round_, "submit", by=staff)
    perform(round_, "recount", by=head, reason="Look under the desk")
    assert results(round_) == {"One": "found", "Two": "expected"}
    see(round_, two.tag, by=staff)
    perform(round_, "submit", by=staff)
    perform(round_, "approve", by=head)
    assert two.state == AssetState.IN_USE


def test_what_is_refused(session: Any, staff: Any, head: Any) -> None:
    room = make.make_room()
    asset = in_use("One", room=room)
    lost = in_use("Lost", room=room)
    perform(lost, "report_lost", by=head, reason="Stolen")
    gone = in_use("Gone", room=room)
    by_system(gone, "retire", by=head)
    draft = InventoryRound(created_by_id=staff.id, room=room)
    session.add(draft)
    opened(draft, by=staff)
    with pytest.raises(Refused, match="not being counted"):
        see(draft, asset.tag, by=staff)
    perform(draft, "start", by=staff)
    with pytest.raises(Refused, match="scanned"):
        perform(draft, "submit", by=staff)
    for code in ("", "AST-1999-000001", "\x00", "https://rawat.example/asset/"):
        with pytest.raises(Refused, match="No asset"):
            see(draft, code, by=staff)
    with pytest.raises(Refused, match="not in the register"):
        see(draft, gone.tag, by=staff)
    both = make.make_user(Role.FACILITIES_STAFF, Role.FACILITIES_HEAD)
    see(draft, asset.tag, by=both)
    perform(draft, "submit", by=staff)
    with pytest.raises(Refused, match="looked yourself"):
        perform(draft, "approve", by=both)


def test_from_the_phones_page(session: Any, client: Any, sign_in: Any, staff: Any) -> None:
    room = make.make_inpatient_room(1)
    asset, stray = in_use("Monitor pasien", inpatient_room=room), in_use("Kursi roda", room=make.make_room())
    round_ = started(session, staff, inpatient_room=room)
    sign_in(client, staff)
    client.post("/language/en")
    address = f"/admin/inventory_round/{round_.id}"
    page = client.get(f"{address}/look").text
    assert "Monitor pasien" in page
    assert "0 of 1 found" in page
    wrong = client.post(f"{address}/see", data={"code": "AST-0000"})
    assert wrong.status_code == 422
    assert 'value="AST-0000"' in wrong.text
    assert "1 of 1 found" in client.post(f"{address}/see", data={"code": asset.tag}).text
    assert "belongs to another place" in client.post(f"{address}/see",
                                                     data={"code": stray.tag, "condition": "x"}).text
    details = client.get(f"/admin/inventory_round/details/?id={round_.id}").text
    assert "Kursi roda" in details
    assert f'href="{address}/look"' in details
    sign_in(client, Role.DIRECTOR)
    assert client.get(f"{address}/look").status_code == 200
    assert client.post(f"{address}/see", data={"code": asset.tag}).status_code == 403
    sign_in(client, Role.STORE_STAFF)
    assert client.get(f"{address}/look").status_code == 403
    assert client.get("/admin/inventory_round/999999/look").status_code in {403, 404}


def test_a_round_is_of_one_room(client: Any, sign_in: Any, staff: Any) -> None:
    sign_in(client, staff)
    answer = client.post("/admin/inventory_round/new/", data={"counted_on": "2026-11-20"})
    assert answer.status_code == 422


def test_an_empty_room_is_handed_in(client: Any, session: Any, sign_in: Any, staff: Any, head: Any) -> None:
    room = make.make_room()
    pump = in_use("Pump", room=room)
    round_ = started(session, staff, room=room)
    with pytest.raises(Refused, match="empty"):
        perform(round_, "submit", by=staff)
    sign_in(client, staff)
    page = client.post(f"/admin/inventory_round/{round_.id}/empty", data={"empty": "y"})
    assert page.status_code == 200
    assert round_.found_empty
    client.post(f"/admin/inventory_round/{round_.id}/see", data={"code": pump.tag})
    assert not round_.found_empty, "something was seen after all"
    with pytest.raises(Refused, match="seen"):
        say_empty(round_, True)
    empty = started(session, staff, room=room)
    say_empty(empty, True)
    perform(empty, "submit", by=staff)
    perform(empty, "approve", by=head)
    assert pump.state == AssetState.LOST


def test_what_was_lost_and_is_seen_is_found(session: Any, staff: Any, head: Any) -> None:
    room = make.make_room()
    pump = in_use("Pump", room=make.make_room())
    perform(pump, "report_lost", by=head, reason="Stolen")
    round_ = started(session, staff, room=room)
    see(round_, pump.tag, by=staff)
    perform(round_, "submit", by=staff)
    perform(round_, "approve", by=head)
    assert (pump.state, pump.room) == (AssetState.REGISTERED, room)


@pytest.mark.parametrize("state", ["registered", "under_maintenance", "held_for_sale"])
def test_what_is_missing_is_lost_whatever_its_state(session: Any, staff: Any, head: Any, state: str) -> None:
    room = make.make_room()
    kept = in_use("Kept", room=room)
    gone = make.make_asset(name="Gone", room=room) if state == "registered" else in_use("Gone", room=room)
    if state != "registered":
        by_system(gone, "maintain" if state == "under_maintenance" else "hold_for_sale", by=head)
    round_ = started(session, staff, room=room)
    see(round_, kept.tag, by=staff)
    perform(round_, "submit", by=staff)
    perform(round_, "approve", by=head)
    assert gone.state == AssetState.LOST


def test_the_director_decides_where_the_head_looked_and_a_round_handed_in_is_given_up(
        session: Any, staff: Any) -> None:
    both = make.make_user(Role.FACILITIES_STAFF, Role.FACILITIES_HEAD)
    room = make.make_room()
    asset = in_use("One", room=room)
    for end in ("approve", "cancel"):
        round_ = started(session, both, room=room)
        see(round_, asset.tag, by=both)
        perform(round_, "submit", by=both)
        if end == "approve":
            with pytest.raises(Refused, match="looked yourself"):
                perform(round_, "approve", by=both)
            perform(round_, "approve", by=make.make_user(Role.DIRECTOR))
        else:
            perform(round_, "cancel", by=staff, reason="The wrong room")


def test_a_thing_on_its_way_elsewhere_that_is_seen_here_is_awaited_no_more(
        session: Any, staff: Any, head: Any) -> None:
    from models.operations.assets import moves
    room = make.make_room()
    pump = in_use("Pump", room=make.make_room())
    taker = make.make_user(Role.UNIT_USER)
    moves.move(pump, make.make_room(), taker.work_unit, by=staff)
    round_ = started(session, staff, room=room)
    see(round_, pump.tag, by=staff)
    perform(round_, "submit", by=staff)
    perform(round_, "approve", by=head)
    assert moves.last_awaited(pump) is None
    assert pump.room == room
