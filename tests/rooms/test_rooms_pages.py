"""The room board: every bed with icon and word, no patient's name, one answer while nothing changes."""

from __future__ import annotations

from typing import Any

from models.beds import Bed, BedState
from models.facilities import ClassFacility
from models.operations.core.approvals import perform
from models.roles import Role
from portal.web.locale import hour
from tests.panel.test_views import statements
from tests.support import factories as make
from tests.support.specified_rights import openers


def test_who_may_open_it(client: Any, sign_in: Any) -> None:
    for role in Role:
        sign_in(client, role)
        for address in ("/admin/rooms/", "/admin/rooms/?wall=1", "/admin/rooms/board"):
            assert client.get(address).status_code == (200 if role in openers("rooms")
                                                       else 403), (role, address)


def test_beds_by_state_and_class(client: Any, sign_in: Any) -> None:
    room, other = make.make_inpatient_room(2, number="401"), make.make_inpatient_room(1, number="777")
    room.beds[0].state, room.beds[0].guest = BedState.OCCUPIED, "RM-SECRET"
    make.saved(room)
    sign_in(client, Role.FRONT_OFFICE)
    client.post("/language/en")
    for address in ("/admin/rooms/", "/admin/rooms/?wall=1"):
        page = client.get(address).text
        assert "bed-occupied" in page
        assert "bed-ready" in page
        assert "401" in page
        assert "777" in page
        assert "RM-SECRET" not in page
    only = client.get(f"/admin/rooms/?class={room.room_class.code}").text
    assert ">401<" in only
    assert ">777<" not in only
    assert client.get("/admin/rooms/?class=nowhere%00").status_code == 200
    assert other.number in client.get("/admin/rooms/board").text


def test_a_ready_bed_of_an_unfit_room_is_held(client: Any, sign_in: Any) -> None:
    room = make.make_inpatient_room(1)
    item = make.make_item(name="Nurse call")
    make.saved(ClassFacility(room_class=room.room_class, item=item, quantity=1))
    sign_in(client, Role.FRONT_OFFICE)
    board = client.get("/admin/rooms/board").text
    assert '<li class="rw-bed bed-held">' in board
    assert '<li class="rw-bed bed-ready">' not in board
    assert "Nurse call" in board


def test_nothing_new_is_no_content(client: Any, sign_in: Any) -> None:
    bed: Bed = make.make_bed()
    sign_in(client, Role.HOUSEKEEPING)
    tag = client.get("/admin/rooms/board").headers["ETag"]
    assert client.get("/admin/rooms/board", headers={"If-None-Match": tag}).status_code == 204
    bed.state = BedState.OUT_OF_SERVICE
    make.saved(bed)
    changed = client.get("/admin/rooms/board", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_it_costs_the_same_however_many_rooms(app: Any, client: Any, sign_in: Any) -> None:
    make.make_inpatient_room(2)
    sign_in(client, Role.ADMIN)
    counts = []
    for _ in range(2):
        client.get("/admin/rooms/")
        with statements(app) as seen:
            client.get("/admin/rooms/")
        counts.append(len(seen))
        for _ in range(5):
            make.make_inpatient_room(3)
    assert counts[0] == counts[1] <= 10


def test_only_free_leaves_out_rooms_without_a_free_bed(client: Any, sign_in: Any) -> None:
    full, free = make.make_inpatient_room(1, number="F-1"), make.make_inpatient_room(2, number="E-1")
    full.beds[0].state = BedState.NEEDS_CLEANING
    free.beds[0].state = BedState.OUT_OF_SERVICE
    make.saved(full)
    sign_in(client, Role.FRONT_OFFICE)
    page = client.get("/admin/rooms/?free=1").text
    assert ">E-1<" in page
    assert ">F-1<" not in page


def test_a_bed_says_since_when(session: Any, client: Any, sign_in: Any) -> None:
    bed = make.make_bed()
    before = bed.state_since
    desk = make.make_user(Role.FRONT_OFFICE)
    bed.number = "7"
    session.flush()
    assert bed.state_since == before
    perform(bed, "check_in", by=desk, given={"guest": "FO-1"})
    session.flush()
    assert bed.state_since > before
    sign_in(client, desk)
    assert hour(bed.state_since) in client.get("/admin/rooms/board").text


def test_check_in_from_the_board_returns_to_it(session: Any, client: Any, sign_in: Any) -> None:
    bed = make.make_bed()
    sign_in(client, Role.FRONT_OFFICE)
    address = f"/admin/bed/{bed.id}/check_in"
    assert f'href="{address}?next=rooms"' in client.get("/admin/rooms/").text
    assert '<input type="hidden" name="next" value="rooms">' in client.get(f"{address}?next=rooms").text
    form = {"version": bed.version, "guest": "", "next": "rooms"}
    refused = client.post(address, data=form)
    assert refused.status_code == 422
    assert '<input type="hidden" name="next" value="rooms">' in refused.text
    answer = client.post(address, data={**form, "guest": "FO-77"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/rooms/")
    session.refresh(bed)
    assert bed.state == BedState.OCCUPIED
    away = client.post(f"/admin/bed/{bed.id}/check_out",
                       data={"version": bed.version, "next": "https://elsewhere"})
    assert away.headers["Location"] == f"/admin/bed/details/?id={bed.id}"


def test_other_rooms_are_used_and_left_from_the_board(session: Any, client: Any, sign_in: Any) -> None:
    room = make.make_room(name="Poli Gigi")
    sign_in(client, Role.FRONT_OFFICE)
    page = client.get("/admin/rooms/?kind=other").text
    assert "Poli Gigi" in page
    assert f'href="/admin/room/{room.id}/use?next=other_rooms"' in page
    answer = client.post(f"/admin/room/{room.id}/use", data={"version": room.version, "next": "other_rooms"})
    assert answer.headers["Location"] == "/admin/rooms/?kind=other"
    assert (
        f'href="/admin/room/{room.id}/leave?next=other_rooms"'
        in client.get("/admin/rooms/board?kind=other").text
    )
    sign_in(client, Role.HOUSEKEEPING)
    assert "rw-do" not in client.get("/admin/rooms/?kind=other").text


def test_a_refused_step_says_so_at_the_field(client: Any, sign_in: Any) -> None:
    bed = make.make_bed()
    sign_in(client, Role.FRONT_OFFICE)
    page = client.post(f"/admin/bed/{bed.id}/check_in", data={"version": bed.version, "guest": ""}).text
    assert "is-invalid" in page
