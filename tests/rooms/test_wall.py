"""The screen on the wall: a token of its own, no session, no names; it ends at once when it is revoked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.beds import BedState
from models.operations.core.approvals import perform
from models.operations.rooms import displays
from models.roles import Role
from models.wall_displays import WallDisplay
from tests.panel.test_views import statements
from tests.support import factories as make
from tests.support.specified_rights import who_may


def make_display(**fields: Any) -> tuple[WallDisplay, str]:
    admin = make.make_user(Role.ADMIN)
    display = WallDisplay(name=make.unique("Nurses' desk"), **fields)
    token = displays.prepare(display, by=admin)
    return make.saved(display), token


def test_an_administrator_makes_a_screen_and_its_address_is_told_once(session: Any, client: Any,
                                                                      sign_in: Any) -> None:
    assert who_may("create", "wall_display") == {Role.ADMIN}
    sign_in(client, Role.ADMIN)
    client.post("/language/en")
    made = client.post("/admin/wall_display/new/", data={"name": "Lobby"})
    told = client.get(made.headers["Location"]).text
    token = re.search(r"/wall/([\w-]{20,})", told)
    assert token is not None
    display = session.scalars(sa.select(WallDisplay)).one()
    assert token[1] not in (display.token_hash, display.name)
    assert token[1] not in client.get(made.headers["Location"]).text
    client.post("/logout")
    assert client.get(f"/wall/{token[1]}").status_code == 200


def test_it_shows_beds_without_a_session_and_without_names(client: Any) -> None:
    room = make.make_inpatient_room(2, number="204")
    other = make.make_inpatient_room(1, number="777")
    room.beds[0].state, room.beds[0].guest = BedState.OCCUPIED, "RM-SECRET"
    make.saved(room)
    _display, token = make_display()
    for address in (f"/wall/{token}", f"/wall/{token}/board"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "204" in answer.text
        assert "bed-occupied" in answer.text
        assert "RM-SECRET" not in answer.text
        assert "Set-Cookie" not in answer.headers
        assert "/admin/" not in answer.text
    _display, token = make_display(ward=other.ward)
    page = client.get(f"/wall/{token}").text
    assert ("777" in page, "204" in page) == (True, False)


def test_it_goes_on_for_months_with_nobody_signed_in(session: Any, client: Any) -> None:
    display, token = make_display()
    tag = client.get(f"/wall/{token}/board").headers["ETag"]
    assert client.get(f"/wall/{token}/board", headers={"If-None-Match": tag}).status_code == 204
    clock.freeze(clock.now() + timedelta(days=200))
    assert client.get(f"/wall/{token}/board").status_code == 200
    session.refresh(display)
    assert display.seen_at == clock.now()


def test_it_ends_at_once_when_it_is_revoked(session: Any, client: Any) -> None:
    display, token = make_display()
    assert client.get(f"/wall/{token}/board").status_code == 200
    perform(display, "revoke", by=make.make_user(Role.ADMIN))
    session.commit()
    assert client.get(f"/wall/{token}/board").status_code == 410
    assert client.get(f"/wall/{token}").status_code == 410


def test_what_is_no_token_is_not_there(client: Any) -> None:
    for token in ("x", "0" * 64, "a" * 500, "%00"):
        assert client.get(f"/wall/{token}").status_code == 404
        assert client.get(f"/wall/{token}/board").status_code == 404


def test_a_look_costs_the_same_however_many_beds(app: Any, client: Any) -> None:
    _display, token = make_display()
    counts = []
    for rooms in (1, 6):
        for _ in range(rooms):
            make.make_inpatient_room(3)
        client.get(f"/wall/{token}/board")
        with statements(app) as seen:
            client.get(f"/wall/{token}/board")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10
