"""The API: every call held to its rights and its document; the front office's journey; sent twice, done
once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.api import ApiAnswer, ApiToken
from models.base import db, one_transaction
from models.beds import Bed, BedState, Stay
from models.facilities import ClassFacility
from models.housekeeping import Cleaning
from models.people import User
from models.roles import Role
from portal.api.calls import CALLS
from portal.web import passwords, tokens
from tests.panel.test_views import statements
from tests.support import factories as make
from tests.support.races import at_once
from tests.support.specified_rights import readers

CLOSED = [call for call in CALLS if not call.is_open]
IDS = [f"{call.method} {call.path}" for call in CLOSED]


def key_of(*roles: Role, user: User | None = None) -> dict[str, str]:
    """The header of a new token."""
    text, _row = tokens.issue(user or make.make_user(*roles), "test")
    return {"Authorization": f"Bearer {text}"}


def address(call: Any) -> str:
    return "/api/v1" + call.path.replace("<int:id>", "999999")


# ---------------------------------------------------------------- every call

@pytest.mark.parametrize("call", CLOSED, ids=IDS)
def test_who_may(client: Any, call: Any) -> None:
    for role in Role:
        status = client.open(address(call), method=call.method, headers=key_of(role), json={}).status_code
        allowed = not call.table or role in readers(call.table)
        assert (status == 403) != allowed, (role, status)
        if allowed and "<" in call.path:
            assert status == 404


@pytest.mark.parametrize("call", CLOSED, ids=IDS)
def test_a_cookie_or_a_wrong_token_is_nobody(session: Any, client: Any, sign_in: Any, call: Any) -> None:
    person = sign_in(client, make.make_user(*Role))
    text, old = tokens.issue(person, "old")
    old.expires_at = old.created_at + timedelta(microseconds=1)
    gone, ended = tokens.issue(person, "ended")
    ended.revoked_at = clock.now()
    session.flush()
    for head in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {text}"},
                 {"Authorization": f"Bearer {gone}"}, {"Authorization": f"Basic {text}"}):
        answer = client.open(address(call), method=call.method, headers=head, json={})
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_account_that_was_closed_has_no_token(session: Any, client: Any) -> None:
    person = make.make_user(Role.FRONT_OFFICE)
    head = key_of(user=person)
    assert client.get("/api/v1/beds", headers=head).status_code == 200
    person.status = "inactive"
    session.flush()
    assert client.get("/api/v1/beds", headers=head).status_code == 401


def test_the_document_names_every_call(app: Any, client: Any) -> None:
    paths = client.get("/api/v1/openapi.json").json["paths"]
    documented = {(method.upper(), path) for path, entry in paths.items() for method in entry}
    routed = {(method, rule.rule.removeprefix("/api/v1").replace("<int:id>", "{id}"))
              for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")
              for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}} - {("GET", "/openapi.json")}
    assert documented == routed
    assert all(entry["summary"] and entry["responses"] for path in paths.values() for entry in path.values())


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe", b'{"guest": 5}', b'{"version": "x"}',
                                  b'{"guest": "\\u0000"}',
                                  b'{"version": 99999999999999999999999, "guest": "A"}'])
def test_no_body_breaks_it(client: Any, body: bytes) -> None:
    bed = make.make_bed()
    answer = client.post(f"/api/v1/beds/{bed.id}/check-in", data=body, headers=key_of(Role.FRONT_OFFICE),
                         content_type="application/json")
    assert answer.status_code in {400, 409, 422}
    assert answer.mimetype == "application/problem+json"


# ---------------------------------------------------------------- tokens

def test_a_token_is_asked_for_used_and_ended(session: Any, client: Any) -> None:
    person = make.make_user(Role.FRONT_OFFICE, password_hash=passwords.hashed("correct horse battery staple"))
    wrong = client.post("/api/v1/tokens", json={"email": person.email, "password": "wrong"})
    assert wrong.status_code == 422
    made = client.post("/api/v1/tokens",
                       json={"email": person.email, "password": "correct horse battery staple",
                                               "name": "SIMRS"})
    assert made.status_code == 201
    text = made.json["token"]
    row = session.scalars(sa.select(ApiToken)).one()
    assert row.name == "SIMRS"
    assert text not in row.token_hash
    head = {"Authorization": f"Bearer {text}"}
    assert client.get("/api/v1/beds", headers=head).status_code == 200
    assert client.delete("/api/v1/tokens/current", headers=head).status_code == 204
    assert client.get("/api/v1/beds", headers=head).status_code == 401


def test_guesses_are_counted(app: Any, client: Any) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    try:
        for _ in range(10):
            client.post("/api/v1/tokens", json={"email": "guess@example.org", "password": "x"})
        answer = client.post("/api/v1/tokens", json={"email": "guess@example.org", "password": "x"})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
    finally:
        app.config["RATELIMIT_ENABLED"] = False


# ---------------------------------------------------------------- the front office

def test_check_in_and_check_out(session: Any, client: Any) -> None:
    bed = make.make_bed()
    head = key_of(Role.FRONT_OFFICE)
    seen = client.get(f"/api/v1/beds/{bed.id}", headers=head).json
    assert (seen["state"], seen["is_free"], seen["guest"]) == ("ready", True, None)
    assert client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head, json={}).status_code == 422
    taken = client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head,
                        json={"guest": "FO-9", "version": seen["version"]})
    assert (taken.status_code, taken.json["state"], taken.json["guest"]) == (200, "occupied", "FO-9")
    stale = client.post(f"/api/v1/beds/{bed.id}/check-out", headers=head, json={"version": seen["version"]})
    assert stale.status_code == 409
    left = client.post(f"/api/v1/beds/{bed.id}/check-out", headers=head,
                       json={"version": taken.json["version"]})
    assert left.json["state"] == "needs_cleaning"
    assert session.scalar(sa.select(sa.func.count()).select_from(Cleaning)) == 1
    again = client.post(f"/api/v1/beds/{bed.id}/check-out", headers=head, json={})
    assert again.status_code == 422
    assert again.json["detail"]


def test_who_lies_there_is_for_the_front_office(client: Any) -> None:
    bed = make.make_bed()
    assert "guest" in client.get(f"/api/v1/beds/{bed.id}", headers=key_of(Role.FRONT_OFFICE)).json
    assert "guest" not in client.get(f"/api/v1/beds/{bed.id}", headers=key_of(Role.HOUSEKEEPING)).json
    assert client.post(f"/api/v1/beds/{bed.id}/check-in", headers=key_of(Role.HOUSEKEEPING),
                       json={"guest": "X"}).status_code == 403


def test_an_unfit_room_has_no_free_bed(client: Any) -> None:
    room = make.make_inpatient_room(1)
    item = make.make_item(name="Nurse call")
    make.saved(ClassFacility(room_class=room.room_class, item=item, quantity=1))
    head = key_of(Role.FRONT_OFFICE)
    seen = client.get(f"/api/v1/beds/{room.beds[0].id}", headers=head).json
    assert (seen["is_free"], seen["missing"]) == (False, [str(item)])
    assert client.post(f"/api/v1/beds/{room.beds[0].id}/check-in", headers=head,
                       json={"guest": "FO-1"}).status_code == 422


def test_lists_filter_turn_pages_and_are_not_sent_twice(app: Any, client: Any) -> None:
    rooms = [make.make_inpatient_room(2) for _ in range(3)]
    rooms[0].beds[0].state = BedState.OUT_OF_SERVICE
    make.saved(rooms[0])
    head = key_of(Role.FRONT_OFFICE)
    found, cursor = [], ""
    while True:
        page = client.get(f"/api/v1/beds?limit=2&cursor={cursor}", headers=head).json
        found += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == sorted(bed.id for room in rooms for bed in room.beds)
    ready = client.get("/api/v1/beds?state=ready", headers=head).json["items"]
    assert len(ready) == 5
    only = client.get(f"/api/v1/beds?class={rooms[1].room_class.code}", headers=head).json["items"]
    assert {row["id"] for row in only} == {bed.id for bed in rooms[1].beds}
    first = client.get("/api/v1/beds", headers=head)
    same = client.get("/api/v1/beds", headers={**head, "If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    with statements(app) as few:
        client.get("/api/v1/beds", headers=head)
    for _ in range(3):
        make.make_inpatient_room(3)
    client.get("/api/v1/beds", headers=head)  # writes what the test itself left for the log
    with statements(app) as many:
        client.get("/api/v1/beds", headers=head)
    assert len(few) == len(many)


def test_other_rooms_are_used_and_left(client: Any) -> None:
    room = make.make_room()
    head = key_of(Role.FRONT_OFFICE)
    assert client.get(f"/api/v1/rooms/{room.id}", headers=head).json["state"] == "ready"
    assert client.post(f"/api/v1/rooms/{room.id}/use", headers=head, json={}).json["state"] == "in_use"
    assert client.post(f"/api/v1/rooms/{room.id}/leave", headers=head,
                       json={}).json["state"] == "needs_cleaning"
    left = client.get("/api/v1/rooms?state=needs_cleaning", headers=head).json["items"]
    assert [row["id"] for row in left] == [room.id]


# ---------------------------------------------------------------- sent twice

def test_the_same_key_is_answered_again_and_done_once(session: Any, client: Any) -> None:
    bed = make.make_bed()
    head = {**key_of(Role.FRONT_OFFICE), "Idempotency-Key": "once-1"}
    first = client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head, json={"guest": "FO-1"})
    second = client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head, json={"guest": "FO-1"})
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json == second.json
    assert session.scalar(sa.select(sa.func.count()).select_from(Stay)) == 1
    other = client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head, json={"guest": "FO-2"})
    assert other.status_code == 422


def test_a_refusal_uses_no_key_up(session: Any, client: Any) -> None:
    bed = make.make_bed()
    head = {**key_of(Role.FRONT_OFFICE), "Idempotency-Key": "once-2"}
    assert client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head, json={}).status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(ApiAnswer)) == 0
    assert client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head,
                       json={"guest": "A"}).status_code == 200


@pytest.mark.commits
def test_ten_at_once_with_one_key_take_the_bed_once(app: Any) -> None:
    with one_transaction():
        bed = make.make_bed().id
        head = {**key_of(Role.FRONT_OFFICE), "Idempotency-Key": "race"}

    def ask() -> int:
        return app.test_client().post(f"/api/v1/beds/{bed}/check-in", headers=head,
                                      json={"guest": "FO-1"}).status_code

    assert at_once(app, [ask] * 10) == [200] * 10
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Stay)) == 1
    assert db.session.get(Bed, bed).state == BedState.OCCUPIED
