"""The room board: every bed with icon and word, no patient's name, one answer while nothing changes."""

from __future__ import annotations

from typing import Any

from models.beds import Bed, BedState
from models.facilities import ClassFacility
from models.rights import PAGES
from models.roles import Role
from tests import factories as make
from tests.test_backoffice_views import statements


def test_who_may_open_it(client: Any, sign_in: Any) -> None:
    for role in Role:
        sign_in(client, role)
        for address in ("/admin/rooms/", "/admin/rooms/?wall=1", "/admin/rooms/board"):
            assert client.get(address).status_code == (200 if role in PAGES["rooms"] else 403), (role, address)


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
