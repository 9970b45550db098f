"""The door: who gets in, for how long, how often one may guess."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from models import clock
from models.activity import Activity, ActivityLog
from models.people import AccountStatus, UserSession
from models.roles import Role
from portal.web import passwords, signin, throttle, tokens
from portal.web.links import safe_next
from tests.support.factories import make_user
from tests.support.trying import count_by

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def kept():
    return passwords.hashed(PASSWORD)


@pytest.fixture
def nurse(session, kept):
    return make_user(Role.UNIT_USER, email="Nurse@rs.test", password_hash=kept)


@pytest.fixture
def enter(client):
    def enter(email="nurse@rs.test", password=PASSWORD, **more):
        return client.post("/login", data={"email": email, "password": password, **more})
    return enter


@pytest.fixture
def limited(app):
    app.config["RATELIMIT_ENABLED"] = True
    throttle.here.storage.reset()
    yield
    throttle.here.storage.reset()


def token(client):
    with client.session_transaction() as cookie:
        return cookie.get(signin.TOKEN)


def test_the_right_password_opens_and_the_table_keeps_only_a_hash(client, session, nurse, enter):
    answer = enter()
    assert (answer.status_code, answer.location) == (303, "/admin/")
    row = session.scalar(sa.select(UserSession).where(UserSession.user_id == nurse.id))
    assert row.token_hash == hashlib.sha256(token(client).encode()).hexdigest()
    assert token(client) not in row.token_hash
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(("role", "home"), [(Role.PATIENT, "/portal/"), (Role.STUDENT, "/learn/"),
                                            (Role.DOCTOR, "/admin/"), (Role.ADMIN, "/admin/")])
def test_each_role_is_sent_home(client, sign_in, role, home):
    sign_in(client, role)
    assert client.get("/").location == home


def test_the_door_shows_what_is_open_without_an_account(client):
    door = client.get("/", follow_redirects=True).text
    for address in ("/portal/doctors", "/portal/facilities"):
        assert f'href="{address}"' in door
        assert client.get(address).status_code == 200


def test_a_visitor_is_sent_to_the_door_and_back(client, nurse, enter):
    answer = client.get("/admin/store_request/?search=gauze")
    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=")
    assert enter(next="/admin/store_request/?search=gauze").location == "/admin/store_request/?search=gauze"


@pytest.mark.parametrize("target",
                         ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "",
                                    "/\tevil", "admin/", "/\r\nSet-Cookie: x=1"])
def test_nobody_is_sent_to_another_site(target, nurse, enter):
    assert safe_next(target) is None
    assert enter(next=target).location == "/admin/"


@pytest.mark.parametrize(("email", "password"), [("nurse@rs.test", "wrong"), ("nobody@rs.test", PASSWORD)])
def test_a_wrong_guess_tells_nothing_and_is_noted(client, session, nurse, enter, email, password):
    answer = enter(email, password)
    assert answer.status_code == 422
    assert email.encode() in answer.data, "what was typed stays"
    assert password.encode() not in answer.data
    assert token(client) is None
    assert session.scalar(sa.select(sa.func.count()).where(ActivityLog.activity
                                                           == Activity.LOGIN_FAILED)) == 1


def test_unknown_people_and_wrong_passwords_read_alike(nurse, enter):
    bodies = [re.sub(rf'{email}|name="csrf_token" value="[^"]*"', "", enter(email, "wrong").text)
              for email in ("nurse@rs.test", "other@rs.test")]
    assert bodies[0] == bodies[1]


def test_unknown_people_cost_a_verification_too(monkeypatch, session, enter):
    seen = []
    monkeypatch.setattr(signin.passwords, "verified", lambda password, kept: seen.append(kept) or False)
    enter("nobody@rs.test", "guess")
    assert seen == [None]


def test_a_closed_account_stays_out(client, session, nurse, enter):
    nurse.status = AccountStatus.INACTIVE
    assert enter().status_code == 422


def test_a_closed_account_is_out_at_once(client, session, nurse, sign_in):
    sign_in(client, nurse)
    nurse.status = AccountStatus.INACTIVE
    assert client.get("/admin/").status_code == 302


def test_a_login_takes_a_new_token_and_ends_the_old(client, session, nurse, enter):
    enter()
    first = token(client)
    enter()
    assert token(client) != first
    ended = session.scalar(sa.select(UserSession.ended_at).where(
        UserSession.token_hash == hashlib.sha256(first.encode()).hexdigest()))
    assert ended is not None


def test_signing_out_ends_the_session_on_the_server(client, app, session, nurse, enter):
    enter()
    copied = token(client)
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").location == "/login"
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie[signin.TOKEN] = copied
    assert thief.get("/admin/").status_code == 302
    told = session.scalars(sa.select(ActivityLog.activity).where(ActivityLog.changed_id == str(nurse.id),
                                                                ActivityLog.table_name == "user")).all()
    assert {Activity.LOGGED_IN, Activity.LOGGED_OUT} <= set(told)


def test_staff_are_out_after_a_quarter_of_an_hour_of_nothing(client, nurse, sign_in):
    start = clock.now()
    clock.freeze(start)
    sign_in(client, nurse)
    clock.freeze(start + timedelta(minutes=14))
    assert client.get("/admin/").status_code == 200
    clock.freeze(start + timedelta(minutes=28))
    assert client.get("/admin/").status_code == 200
    clock.freeze(start + timedelta(minutes=44))
    assert client.get("/admin/").status_code == 302


def test_nobody_stays_longer_than_twelve_hours(client, nurse, sign_in):
    start = clock.now()
    clock.freeze(start)
    sign_in(client, nurse)
    for minutes in range(10, 12 * 60 + 1, 10):
        clock.freeze(start + timedelta(minutes=minutes))
        assert client.get("/admin/inbox/").status_code == 200
    clock.freeze(start + timedelta(hours=12, minutes=1))
    assert client.get("/admin/inbox/").status_code == 302


def test_being_there_is_written_once_a_minute(client, session, nurse, sign_in):
    start = clock.now()
    clock.freeze(start)
    sign_in(client, nurse)
    seen = sa.select(UserSession.seen_at).where(UserSession.user_id == nurse.id)
    clock.freeze(start + timedelta(seconds=50))
    client.get("/admin/")
    assert session.scalar(seen) == start
    clock.freeze(start + timedelta(seconds=70))
    client.get("/admin/")
    assert session.scalar(seen) == start + timedelta(seconds=70)


@pytest.mark.parametrize("poll", [{"query_string": {"have": "x"}}, {"headers": {"If-None-Match": ""}},
                                  {"headers": {"If-None-Match": '"tag"'}}])
def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(client, nurse, sign_in, poll):
    """A board that refreshes itself for an hour is no sign of anybody sitting there; a click is."""
    start = clock.now()
    clock.freeze(start)
    sign_in(client, nurse)
    for minutes in range(1, 15):
        clock.freeze(start + timedelta(minutes=minutes))
        assert client.get("/admin/inbox/", **poll).status_code == 200
    clock.freeze(start + timedelta(minutes=16))
    assert client.get("/admin/inbox/", **poll).status_code == 302


def test_ten_guesses_are_looked_at_in_five_minutes(monkeypatch, limited, nurse, enter):
    looked = []
    monkeypatch.setattr(signin.passwords, "verified", lambda *_: looked.append(1) or False)
    start = clock.now()
    count_by(monkeypatch, lambda: clock.now().timestamp())
    for second in range(30):
        clock.freeze(start + timedelta(seconds=second))
        answer = enter(password=f"guess {second}")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert len(looked) == 10
    clock.freeze(start + timedelta(minutes=5, seconds=1))
    assert enter(password="guess").status_code == 422
    assert len(looked) == 11


def test_success_starts_the_count_anew(limited, nurse, enter, client):
    for _ in range(9):
        enter(password="")  # nothing typed is no guess
    assert enter().status_code == 303
    client.post("/logout")
    assert enter().status_code == 303


def test_the_door_asks_for_the_token(client, csrf, nurse, enter):
    assert enter().status_code == 400


def test_demo_accounts_stand_at_the_door_in_demo_only(app, client, session):
    make_user(Role.ADMIN, email="admin@demo.rawat", is_demo=True, password_hash="x")
    page = client.get("/login?email=admin@demo.rawat").text
    assert "/login?email=admin%40demo.rawat" in page
    assert 'value="admin@demo.rawat"' in page
    app.config["RAWAT_ENV"] = "production"
    assert "admin%40demo.rawat" not in client.get("/login").text


def test_the_chosen_theme_is_the_panels_too(client, sign_in):
    sign_in(client, Role.STORE_STAFF)
    assert "data-theme" not in client.get("/admin/").text.partition("<head>")[0]
    client.post("/theme/dark")
    assert 'data-theme="dark"' in client.get("/admin/").text.partition("<head>")[0]


@pytest.mark.parametrize(("came", "target"), [
    ("http://localhost/portal/profile/edit?x=1", "/portal/profile/edit?x=1"),
    # shows nothing by itself
    ("http://localhost/portal/consultations/7/messages", "/portal/consultations/7"),
    ("http://localhost/admin/consultation/7/medicine", "/admin/consultation/details/?id=7"),
    ("http://localhost/admin/consultation/7/cancel", "/admin/consultation/7/cancel"),
    ("http://localhost/portal/nothing/here", None),
    ("http://elsewhere.example/portal/", None),
    ("http://localhost//elsewhere.example/", None), ("javascript:alert(1)", None), ("", None)])
def test_who_sends_a_form_after_the_session_ended_comes_back_to_its_page(client, session, came, target):
    plain = client.post("/portal/profile/edit", headers={"Referer": came})
    assert plain.status_code == 302
    block = client.post("/portal/profile/edit", headers={"HX-Request": "true", "HX-Current-URL": came})
    assert block.status_code == 401
    for address in (plain.location, block.headers["HX-Redirect"]):
        assert parse_qs(urlsplit(address).query).get("next", [None])[0] == target


# ---------------------------------------------------------------- hashes of other days

@pytest.fixture
def weak() -> str:
    """A hash made with less memory than today's."""
    return PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)


def test_a_weak_hash_is_made_anew_at_the_next_sign_in(client, session, enter, weak):
    person = make_user(Role.UNIT_USER, email="weak@rs.test", password_hash=weak)
    session.add(UserSession(user_id=person.id, token_hash="elsewhere"))
    _token, row = tokens.issue(person, "a till")
    session.flush()
    assert enter(email=person.email).status_code == 303
    session.refresh(person)
    assert person.password_hash != weak
    assert "m=47104" in person.password_hash
    assert passwords.verified(PASSWORD, person.password_hash)
    assert client.get("/admin/").status_code == 200
    session.refresh(row)
    assert row.revoked_at is None, "another system stays signed in"
    assert session.scalar(sa.select(UserSession.ended_at).where(
        UserSession.token_hash == "elsewhere")) is None
    again = person.password_hash
    client.post("/logout")
    enter(email=person.email)
    session.refresh(person)
    assert person.password_hash == again


def test_a_wrong_password_changes_no_hash(session, enter, weak):
    person = make_user(Role.UNIT_USER, email="weak@rs.test", password_hash=weak)
    assert enter(email=person.email, password="another password entirely").status_code == 422
    session.refresh(person)
    assert person.password_hash == weak


def test_a_token_for_another_system_renews_the_hash_too(client, session, weak):
    person = make_user(Role.UNIT_USER, email="weak@rs.test", password_hash=weak)
    made = client.post("/api/v1/tokens", json={"email": person.email, "password": PASSWORD})
    assert made.status_code in (200, 201)
    session.refresh(person)
    assert person.password_hash != weak
    answer = client.get("/api/v1/rooms", headers={"Authorization": f"Bearer {made.json['token']}"})
    assert answer.status_code == 200
