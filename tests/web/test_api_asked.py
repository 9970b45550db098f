"""What a caller sends is read or refused, never passed over: types of bodies, JSON, names, kinds, keys,
methods.

Everything runs over the declared calls, so that a new one is held to it at once.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.api import ApiAnswer
from models.base import db
from models.beds import Bed, BedState, Stay
from models.operations.core import api_answers, jobs
from models.operations.core.api_answers import LIFE
from models.roles import Role
from portal.api.calls import CALLS, Call
from portal.api.document import DOCUMENT
from portal.web import passwords
from tests.support import factories as make
from tests.web.test_api import key_of

EVERY = [*CALLS, DOCUMENT]
IDS = [f"{call.method} {call.path}" for call in EVERY]
FORM = "application/x-www-form-urlencoded"
#: Rows of the models that calls name in their path.
ROWS = {"bed": make.make_bed, "room": make.make_room}


@pytest.fixture
def head(session: Any) -> dict[str, str]:
    return key_of(*Role)


def address(call: Call) -> str:
    """The call's address, with the id of a row that is there."""
    if call.row is None:
        return f"/api/v1{call.path}"
    return "/api/v1" + call.path.replace("<int:id>", str(ROWS[call.row.__tablename__]().id))


def needed_of(call: Call) -> dict[str, Any]:
    """Something of the right kind for each field of the body that must be there."""
    return {name: 1 if field.kind == "number" else "x" for name, field in call.body.items() if field.needed}


def problem(answer: Any, status: int, field: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["detail"]
    assert answer.json.get("field") == field
    if field:
        assert field in answer.json["detail"]


def states() -> list[Any]:
    return list(db.session.scalars(sa.select(Bed.state)))


# ---------------------------------------------------------------- the type of a body

@pytest.mark.parametrize("kind",
                         [None, FORM, "text/plain", "multipart/form-data; boundary=x", "application/xml",
                                  "application/vnd.rawat+json", "application/merge-patch+json", "text/json",
                          "nonsense",
                                  "application/json; charset=utf-16", "application/json; charset=latin-1"])
@pytest.mark.parametrize("call", EVERY, ids=IDS)
def test_a_body_of_another_type_is_refused(client: Any, head: Any, call: Call, kind: str | None) -> None:
    answer = client.open(address(call), method=call.method, headers=head, data=b'{"version": 9999}',
                         content_type=kind)
    problem(answer, 415)
    assert answer.headers["Accept"] == "application/json"
    assert set(states()) <= {BedState.READY}


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8",
                                  "application/json;charset=UTF-8",
                                  'Application/JSON; Charset="utf-8"', "application/json; profile=x"])
def test_json_is_read_whatever_stands_beside_its_type(client: Any, head: Any, kind: str) -> None:
    bed = make.make_bed()
    answer = client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head, data='{"guest": "FO-é"}'.encode(),
                         content_type=kind)
    assert (answer.status_code, answer.json.get("guest")) == (200, "FO-é")


def test_a_body_in_another_coding_is_refused(client: Any, head: Any) -> None:
    bed = make.make_bed()
    answer = client.post(f"/api/v1/beds/{bed.id}/check-in", data=b"\x1f\x8b", content_type="application/json",
                         headers={**head, "Content-Encoding": "gzip"})
    problem(answer, 415)
    assert answer.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("kind", [None, FORM, "text/plain", "application/json"])
@pytest.mark.parametrize("call", EVERY, ids=IDS)
def test_no_body_is_no_fault_where_none_is_needed(client: Any, head: Any, call: Call,
                                                  kind: str | None) -> None:
    if any(field.needed for field in call.body.values()):
        pytest.skip("needs one")
    where = address(call)
    if call.path == "/beds/<int:id>/check-out":
        assert client.post(where.replace("out", "in"), headers=head, json={"guest": "A"}).status_code == 200
    if call.path == "/rooms/<int:id>/leave":
        assert client.post(where.replace("leave", "use"), headers=head).status_code == 200
    answer = client.open(where, method=call.method, headers=head, data=b"", content_type=kind)
    assert answer.status_code == call.status


def test_the_version_guards_whatever_type_was_named(client: Any, head: Any) -> None:
    bed = make.make_bed()
    assert client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head,
                       json={"guest": "A"}).status_code == 200
    for kind, status in ((None, 415), (FORM, 415), ("application/json", 409)):
        answer = client.post(f"/api/v1/beds/{bed.id}/check-out", headers=head, data=b'{"version": 9999}',
                             content_type=kind)
        assert answer.status_code == status
    assert states() == [BedState.OCCUPIED]


# ---------------------------------------------------------------- JSON

UNREADABLE = [b"{", b"nul", b"\xff\xfe", b'{"version": "\xff"}', '{"version": 1}'.encode("utf-16"),
              b"[" * 500_000,
              b'{"a":' * 100_000, b'{"version": NaN}', b'{"version": Infinity}', b'{"version": -Infinity}',
              b'{"version": ' + b"9" * 10_000 + b"}", b'{"version": 1} {"version": 2}', b"[]", b'"x"', b"5",
              b"null",
              b"true", b" ", b"\x00", b'{"version": 01}', b"{'version': 1}"]


@pytest.mark.parametrize("raw", UNREADABLE, ids=range(len(UNREADABLE)))
@pytest.mark.parametrize("call", EVERY, ids=IDS)
def test_what_is_no_json_object_is_told(client: Any, head: Any, call: Call, raw: bytes) -> None:
    answer = client.open(address(call), method=call.method, headers=head, data=raw,
                         content_type="application/json")
    problem(answer, 400)
    assert answer.json["title"] not in ("The form has expired", "Formulir kedaluwarsa")


def test_a_byte_order_mark_is_no_fault(client: Any, head: Any) -> None:
    bed = make.make_bed()
    answer = client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head, data=b'\xef\xbb\xbf{"guest": "A"}',
                         content_type="application/json")
    assert answer.status_code == 200


def test_a_name_that_stands_twice_is_refused(client: Any, head: Any) -> None:
    bed = make.make_bed()
    for raw in (b'{"guest": "A", "guest": "B"}', b'{"guest": "A", "guest": "A"}'):
        problem(client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head, data=raw,
                            content_type="application/json"), 422, "guest")
    assert states() == [BedState.READY]


def test_a_huge_body_is_too_large(client: Any, head: Any) -> None:
    answer = client.post("/api/v1/tokens", data=b" " * 1_100_000, content_type="application/json")
    problem(answer, 413)


@pytest.mark.parametrize("call", EVERY, ids=IDS)
def test_an_unknown_field_is_refused_by_its_name(client: Any, head: Any, call: Call) -> None:
    needed = needed_of(call)
    for name in ("versions", "Version", "état"):
        problem(client.open(address(call), method=call.method, headers=head, json={**needed, name: 1}), 422,
                name)
    for name in ("\x00", "\ud800", "x" * 5000, ""):
        answer = client.open(address(call), method=call.method, headers=head, content_type="application/json",
                             data=json.dumps({name: 1}).encode())
        assert answer.status_code == 422, name
    assert set(states()) <= {BedState.READY}


WRONG = ["\x00", "a\x00b", "\ud800", "a\udfff", "x" * 5000, 5, -1, 1.5, True, [], {}, ["x"], {"x": 1}, 1e400,
         2**70]


@pytest.mark.parametrize("call", [call for call in CALLS if call.body],
                         ids=[f"{call.method} {call.path}" for call in CALLS if call.body])
def test_a_value_of_another_kind_is_refused_at_its_field(client: Any, head: Any, call: Call) -> None:
    where = address(call)
    for name, field in call.body.items():
        wrong = WRONG if field.kind == "text" else ["5", "", "x", -1, 1.0, 1.5, True, False, [], {}, 2**31,
                                                    2**70]
        if field.kind == "switch":  # true and false are its values
            wrong = [value for value in wrong if not isinstance(value, bool)]
        for value in wrong:
            raw = json.dumps(value) if value != 1e400 else "1e400"
            needed = {other: each for other, each in needed_of(call).items() if other != name}
            text = json.dumps(needed)[:-1] + (", " if needed else "") + f"{json.dumps(name)}: {raw}}}"
            answer = client.open(where, method=call.method, headers=head, data=text,
                                 content_type="application/json")
            problem(answer, 422, name)
    assert set(states()) <= {BedState.READY}


def test_a_password_is_taken_as_it_is(client: Any, session: Any) -> None:
    person = make.make_user(Role.FRONT_OFFICE, password_hash=passwords.hashed(" with spaces around it "))
    body = {"email": f" {person.email} ", "password": " with spaces around it "}
    assert client.post("/api/v1/tokens", json=body).status_code == 201
    assert client.post("/api/v1/tokens",
                       json={**body, "password": body["password"].strip()}).status_code == 422


# ---------------------------------------------------------------- the query

@pytest.mark.parametrize("call", EVERY, ids=IDS)
def test_an_unknown_parameter_is_refused_by_its_name(client: Any, head: Any, call: Call) -> None:
    where = address(call)
    needed = needed_of(call)
    for name in ("foo", "State", "id"):
        answer = client.open(f"{where}?{name}=1", method=call.method, headers=head, json=needed)
        problem(answer, 422, name)
    assert client.open(f"{where}?%00=%ff&a", method=call.method, headers=head, json=needed).status_code == 422
    assert set(states()) <= {BedState.READY}


ASKED = [(call, name) for call in CALLS for name in call.query]


@pytest.mark.parametrize(("call", "name"), ASKED, ids=[f"{call.path} {name}" for call, name in ASKED])
def test_a_wrong_value_of_a_parameter_is_refused_by_its_name(client: Any, head: Any, call: Call,
                                                             name: str) -> None:
    field = call.query[name]
    for value in ("nonsense", "%00", "%ff", "-1", "abc", "1.5", "x" * 3000, "+5", "%20", "9" * 30,
                  "%F0%9F%98%80", "%D9%A3", *([] if field.kind == "cursor" else [""]),
                  *(["0", "201"] if name == "limit" else [])):
        problem(client.get(f"{address(call)}?{name}={value}", headers=head), 422, name)
    good = field.choices[0] if field.choices else "1"
    problem(client.get(f"{address(call)}?{name}={good}&{name}={good}", headers=head), 422, name)


def test_a_code_that_is_there_is_no_fault_without_rows(client: Any, head: Any) -> None:
    room_class, ward = make.make_room_class(), make.make_inpatient_room(1).ward
    assert client.get(f"/api/v1/beds?class={room_class.code}", headers=head).json["items"] == []
    assert client.get(f"/api/v1/beds?ward={ward.code}&state=occupied", headers=head).json["items"] == []
    assert client.get("/api/v1/beds?limit=200&cursor=", headers=head).status_code == 200


# ---------------------------------------------------------------- methods and headers

@pytest.mark.parametrize("call", EVERY, ids=IDS)
def test_another_method_says_which_there_are(app: Any, client: Any, head: Any, call: Call) -> None:
    where = address(call)
    there = {each.method for each in EVERY if each.path == call.path} | {"OPTIONS"}
    there |= {"HEAD"} if "GET" in there else set()
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - there:
        answer = client.open(where, method=method, headers=head)
        problem(answer, 405)
        assert {word.strip() for word in answer.headers["Allow"].split(",")} == there


@pytest.mark.parametrize("path", ["/login", "/logout", "/portal/doctors", "/admin/", "/learn/", "/healthz"])
def test_pages_say_which_methods_there_are(client: Any, sign_in: Any, path: str) -> None:
    sign_in(client, make.make_user(*Role))
    answer = client.put(path)
    assert answer.status_code == 405
    assert answer.mimetype == "text/html"
    allowed = {word.strip() for word in answer.headers["Allow"].split(",")}
    assert allowed & {"GET", "POST"}
    assert "PUT" not in allowed


def test_a_head_request_answers_as_a_get_without_its_body(client: Any, head: Any) -> None:
    make.make_bed()
    full, bare = client.get("/api/v1/beds", headers=head), client.head("/api/v1/beds", headers=head)
    assert (bare.status_code, bare.data) == (200, b"")
    assert bare.headers["ETag"] == full.headers["ETag"]


@pytest.mark.parametrize("number", [2**31, 2**63 - 1, 2**63, 10**40])
def test_an_id_beyond_every_row_is_not_there(client: Any, head: Any, number: int) -> None:
    for call in CALLS:
        if call.row is not None:
            where = "/api/v1" + call.path.replace("<int:id>", str(number))
            problem(client.open(where, method=call.method, headers=head, json={}), 404)


# ---------------------------------------------------------------- the document says the same

def test_the_document_declares_all_that_is_taken_and_no_more(client: Any) -> None:
    paths = client.get("/api/v1/openapi.json").json["paths"]
    for call in CALLS:
        entry = paths[call.path.replace("<int:id>", "{id}")][call.method.lower()]
        query = {each["name"]: each["schema"] for each in entry["parameters"] if each["in"] == "query"}
        assert set(query) == set(call.query)
        for name, field in call.query.items():
            if field.choices:
                assert query[name]["enum"] == list(field.choices)
            if field.kind == "number":
                assert (query[name]["type"], query[name]["minimum"], query[name]["maximum"]) == (
                    "integer", field.least, field.most)
        assert {"400", "415", "422", "503"} <= set(entry["responses"])
        if call.body:
            schema = entry["requestBody"]["content"]["application/json"]["schema"]
            assert schema["additionalProperties"] is False
            assert set(schema["properties"]) == set(call.body)
            needed = {name for name, field in call.body.items() if field.needed}
            assert set(schema.get("required", [])) == needed
            assert entry["requestBody"]["required"] == bool(needed)


# ---------------------------------------------------------------- one key, one request

def test_a_key_names_one_body_address_and_method(session: Any, client: Any) -> None:
    room, bed = make.make_room(), make.make_bed()
    head = {**key_of(Role.FRONT_OFFICE), "Idempotency-Key": "k-1"}
    first = client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head, json={"guest": "FO-1"})
    again = client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head, json={"guest": "FO-1"})
    assert (again.status_code, again.data) == (200, first.data)
    other = [("POST", f"/beds/{bed.id}/check-in", b'{"guest": "FO-2"}'),
             ("POST", f"/beds/{bed.id}/check-in", b'{"guest":"FO-1"}'),
             ("POST", f"/beds/{bed.id}/check-out", b'{"guest": "FO-1"}'),
             ("POST", f"/beds/{bed.id}/check-in?x=1", b'{"guest": "FO-1"}'),
             ("POST", f"/rooms/{room.id}/use", b""), ("DELETE", "/tokens/current", b"")]
    for method, path, raw in other:
        answer = client.open(f"/api/v1{path}", method=method, headers=head, data=raw,
                             content_type="application/json")
        problem(answer, 422, "Idempotency-Key")
    assert session.scalar(sa.select(sa.func.count()).select_from(Stay)) == 1
    assert client.get("/api/v1/beds", headers=head).status_code == 200  # the token lives


def test_a_key_with_two_bodies_of_another_type_is_never_one_request(session: Any, client: Any) -> None:
    bed = make.make_bed()
    head = {**key_of(Role.FRONT_OFFICE), "Idempotency-Key": "k-2"}
    for guest in ("FO-1", "FO-2"):
        answer = client.post(f"/api/v1/beds/{bed.id}/check-in", headers=head,
                             data=json.dumps({"guest": guest}),
                             content_type=FORM)
        problem(answer, 415)
    assert session.scalar(sa.select(sa.func.count()).select_from(ApiAnswer)) == 0


def test_another_accounts_key_is_another_key(session: Any, client: Any) -> None:
    bed = make.make_bed()
    mine, theirs = key_of(Role.FRONT_OFFICE), key_of(Role.FRONT_OFFICE)
    body = {"guest": "FO-1"}
    where = f"/api/v1/beds/{bed.id}/check-in"
    assert client.post(where, headers={**mine, "Idempotency-Key": "same"}, json=body).status_code == 200
    answer = client.post(where, headers={**theirs, "Idempotency-Key": "same"}, json=body)
    assert answer.status_code == 422  # done as a request of its own: the bed is taken
    assert answer.json.get("field") != "Idempotency-Key"


@pytest.mark.parametrize("key", ["", "  ", "x" * 81, "a\x7fb", "a\x9fb"])
def test_a_key_that_is_none_is_refused(session: Any, client: Any, key: str) -> None:
    bed = make.make_bed()
    answer = client.post(f"/api/v1/beds/{bed.id}/check-in", json={"guest": "A"},
                         headers={**key_of(Role.FRONT_OFFICE), "Idempotency-Key": key})
    problem(answer, 422, "Idempotency-Key")
    assert states() == [BedState.READY]


def test_a_key_is_as_new_when_its_time_is_over(session: Any, client: Any) -> None:
    bed = make.make_bed()
    head = {**key_of(Role.FRONT_OFFICE), "Idempotency-Key": "old"}
    where = f"/api/v1/beds/{bed.id}/check-in"
    assert client.post(where, headers=head, json={"guest": "A"}).status_code == 200
    session.execute(sa.update(ApiAnswer).values(created_at=clock.now() - LIFE + timedelta(minutes=5)))
    assert client.post(where, headers=head, json={"guest": "A"}).status_code == 200
    session.execute(sa.update(ApiAnswer).values(created_at=clock.now() - LIFE - timedelta(minutes=1)))
    # asked anew: the bed is taken
    assert client.post(where, headers=head, json={"guest": "A"}).status_code == 422
    assert client.post(where.replace("-in", "-out"), headers=head).status_code == 200


def test_old_answers_are_forgotten_each_day(session: Any) -> None:
    person = make.make_user()
    for name, age in (("new", timedelta(0)), ("old", LIFE + timedelta(minutes=1))):
        make.saved(ApiAnswer(user_id=person.id, key=name, request_hash="x", status=200, body="{}",
                             created_at=clock.now() - age))
    assert jobs.JOBS["old_api_answers"].run() == "1 forgotten"
    assert session.scalars(sa.select(ApiAnswer.key)).all() == ["new"]
    assert api_answers.forget_old() == ""
