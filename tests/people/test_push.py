"""Devices are woken for news: whose, by which service, with what, and until when."""

from __future__ import annotations

import base64
import http.client
import http.server
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from joserfc import jwt
from joserfc.jwk import ECKey

from models import clock
from models.base import db
from models.operations.people import credentials, notices, push
from models.outbox import Notice
from models.people import AccountStatus, User, UserSession
from models.push_subscriptions import PushSubscription
from models.roles import Role
from portal.web import config, passwords, push_job, push_service
from portal.web.config import Unsafe
from tests.support import factories as make

HOST = "push.example.org"
PASSWORD = "melati putih 12"
KEY = secrets.token_urlsafe(32)


@pytest.fixture(autouse=True)
def _on(app: Any, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PUSH_KEY", KEY)
    monkeypatch.setitem(app.config, "PUSH_HOSTS", (HOST,))
    client.set_cookie("language", "en")


class Service:
    """A push service of this machine: it keeps what it is asked, and answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any, bytes]] = []
        self.status = 201
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                service.asked.append((self.path, self.headers, body))
                self.send_response(service.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def line(self, host: str) -> http.client.HTTPConnection:
        assert host == HOST
        return http.client.HTTPConnection("127.0.0.1", self.server.server_address[1], timeout=10)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    found = Service()
    monkeypatch.setattr(push_service, "line", found.line)
    yield found
    found.server.shutdown()
    found.server.server_close()


def place(name: str = "a") -> str:
    return f"https://{HOST}/send/{name}"


def turns_on(browser: Any, name: str = "a") -> Any:
    return browser.post("/push/on", data={"endpoint": place(name)})


def told(person: User, **fields: Any) -> Notice:
    return make.saved(Notice(**{"user_id": person.id, "event": "document_waits", "address": "/admin/inbox/",
                                "params": {"table": "store_request", "number": "PB/1"}} | fields))


def kept() -> list[PushSubscription]:
    return list(db.session.scalars(sa.select(PushSubscription).order_by(PushSubscription.id)
                                   .execution_options(populate_existing=True)))


# ---------------------------------------------------------------- which services

@pytest.mark.once
@pytest.mark.parametrize("endpoint", [
    "https://fcm.googleapis.com/fcm/send/abc:def", "https://updates.push.services.mozilla.com/wpush/v2/x",
    "https://web.push.apple.com/QGu", "https://wns2-sg2p.notify.windows.com/w/?token=BQ%2b", place(),
    "https://fcm.googleapis.com:443/x"])
def test_the_services_of_browsers_and_those_that_the_hospital_names_are_asked(endpoint: str) -> None:
    assert push.is_allowed(endpoint, (HOST,))


@pytest.mark.once
@pytest.mark.parametrize("endpoint", [
    "", "http://fcm.googleapis.com/x", "https://example.com/x", "https://evil-push.apple.com.example.com/x",
    "https://evilfcm.googleapis.com/x", "https://push.apple.com/x", "https://fcm.googleapis.com@10.0.0.1/x",
    "https://10.0.0.1/x", "https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x",
    "https://fcm.googleapis.com:8443/x", "https://fcm.googleapis.com\\@intern/x",
    "https://fcm.googleapis.com/a b",
    "https://fcm.googleapis.com.internal/x", "https://fcm.googleapis.com:x/", "https://fcm.googleapis.com/\n",
    "https://fcm.googleapis.com/" + "x" * 1000, "javascript:alert(1)"])
def test_nothing_else_is_and_never_an_address_inside(endpoint: str) -> None:
    assert not push.is_allowed(endpoint, (HOST,))


@pytest.mark.once
@pytest.mark.parametrize("named", ["10.0.0.1", "localhost", "intern", "push.local", "[::1]", "a b.org"])
def test_the_hospital_cannot_name_one_either(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSH_HOSTS", f"push.example.org, {named}")
    with pytest.raises(Unsafe, match="PUSH_HOSTS"):
        config.read({"RAWAT_ENV": "demo", "PUSH_KEY": KEY})


@pytest.mark.once
@pytest.mark.parametrize("inside", ["10.1.2.3", "127.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_a_name_that_leads_inside_is_not_followed(
        app: Any, inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = socket.AF_INET6 if ":" in inside else socket.AF_INET
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_where, **_how: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443)),
        (kind, socket.SOCK_STREAM, 6, "", (inside, 443))])
    asked: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *where, **_how: asked.append(where))
    with app.app_context(), pytest.raises(push_service.Undelivered):
        push_service.wake("https://fcm.googleapis.com/x")
    assert asked == []


@pytest.mark.parametrize("key", ["abc", "A" * 43, "_" * 43, KEY + "x", "ä" * 43],
                         ids=["short", "zero", "too large", "long", "other letters"])
@pytest.mark.once
def test_what_is_no_key_stops_the_start(key: str) -> None:
    with pytest.raises(Unsafe, match="PUSH_KEY"):
        config.read({"RAWAT_ENV": "demo", "PUSH_KEY": key, **dict.fromkeys(config.SECRETS, "x" * 40)})


@pytest.mark.once
def test_the_demo_makes_a_key_once_and_an_older_demo_gets_one(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("RAWAT_INSTANCE", str(tmp_path))
    for name in (*config.SECRETS, "PUSH_KEY"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "secrets.json"
    file.write_text('{"SECRET_KEY": "a", "NIK_KEY": "b", "NIK_INDEX_KEY": "c"}')
    file.chmod(0o600)
    first = config.read({"RAWAT_ENV": "demo"})
    assert (first["SECRET_KEY"], len(first["PUSH_KEY"])) == ("a", 43)
    assert config.read({"RAWAT_ENV": "demo"})["PUSH_KEY"] == first["PUSH_KEY"]
    assert file.stat().st_mode & 0o077 == 0


# ---------------------------------------------------------------- what is sent

def test_the_sign_is_empty_and_says_by_our_key_who_asks_this_service(
        client: Any, sign_in: Any, service: Service) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    assert turns_on(client).json == {"on": True}
    told(person)
    assert push_job.send_news() == {"woken": 1}
    (path, heads, body), = service.asked
    assert (path, body, heads["Content-Length"]) == ("/send/a", b"", "0")
    assert 0 < int(heads["TTL"]) <= 28 * 24 * 3600
    assert 0 < len(heads["Topic"]) <= 32
    assert "Content-Encoding" not in heads
    scheme, _, rest = heads["Authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    point = base64.urlsafe_b64decode(parts["k"] + "=")
    assert (scheme, len(point), point[0]) == ("vapid", 65, 4)
    x, y = (base64.urlsafe_b64encode(half).decode().rstrip("=") for half in (point[1:33], point[33:]))
    public = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
    token = jwt.decode(parts["t"], public, algorithms=["ES256"])
    assert token.header["alg"] == "ES256"
    assert token.claims["aud"] == f"https://{HOST}"
    assert time.time() < token.claims["exp"] <= time.time() + 24 * 3600
    assert token.claims["sub"].startswith(("mailto:", "https://"))


def test_the_key_is_the_one_that_the_page_gives_to_browsers(client: Any, sign_in: Any, app: Any) -> None:
    sign_in(client, Role.STORE_HEAD)
    page = client.get("/admin/notices/").text
    assert f'data-push="{push_service.public_key()}"' in page
    assert len(push_service.public_key()) == 87
    assert "Notify this device" in page
    patient = make.make_patient()
    sign_in(client, patient.user)
    assert "data-push=" in client.get("/portal/notices").text


def test_without_a_key_nothing_is_offered_taken_or_sent(
        client: Any, sign_in: Any, app: Any, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    turns_on(client)
    told(person)
    monkeypatch.setitem(app.config, "PUSH_KEY", "")
    assert "data-push" not in client.get("/admin/notices/").text
    assert turns_on(client, "b").status_code == 404
    assert not push_job.send_news()
    assert service.asked == []


def test_a_device_is_woken_once_for_what_is_new_and_unread(
        client: Any, sign_in: Any, service: Service) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    told(person)  # before it was turned on
    turns_on(client)
    assert not push_job.send_news()
    for _ in range(3):
        told(person)
    assert push_job.send_news() == {"woken": 1}
    assert not push_job.send_news()
    told(person)
    notices.mark_read(person)
    told(make.make_user(Role.STORE_HEAD))  # somebody else's
    assert not push_job.send_news()
    told(person)
    assert push_job.send_news() == {"woken": 1}
    assert len(service.asked) == 2
    assert kept()[0].last_ok_at is not None


def test_each_device_of_a_person_is_woken_and_nobody_without_one(
        client: Any, app: Any, sign_in: Any, service: Service) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    turns_on(client)
    other = app.test_client()
    sign_in(other, person)
    turns_on(other, "b")
    told(person)
    told(make.make_user(Role.STORE_HEAD))
    assert push_job.send_news() == {"woken": 2}
    assert sorted(path for path, _heads, _body in service.asked) == ["/send/a", "/send/b"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_the_service_no_longer_knows_is_removed(
        client: Any, sign_in: Any, service: Service, status: int) -> None:
    turns_on(client) if sign_in(client, Role.STORE_HEAD) else None
    told(db.session.get_one(User, kept()[0].user_id))
    service.status = status
    assert push_job.send_news() == {"ended": 1}
    assert kept() == []


@pytest.mark.parametrize("status", [400, 403, 429, 500, 302])
def test_what_the_service_does_not_take_is_tried_again_later_and_later(
        client: Any, sign_in: Any, service: Service, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    turns_on(client)
    told(person)
    service.status, now = status, clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    pauses = []
    for _ in range(3):
        assert push_job.send_news() == {"postponed": 1}
        assert not push_job.send_news(), "not before its time"
        pauses.append(kept()[0].next_attempt_at - now)
        now = kept()[0].next_attempt_at
    assert pauses == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    service.status = 201
    assert push_job.send_news() == {"woken": 1}
    assert kept()[0].failures == 0


def test_after_days_of_refusals_the_device_is_given_up(client: Any, sign_in: Any, service: Service) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    turns_on(client)
    told(person)
    db.session.execute(sa.update(PushSubscription).values(failures=push_job.GIVE_UP - 1))
    service.status = 500
    assert push_job.send_news() == {"ended": 1}
    assert kept() == []


def test_a_service_that_does_not_answer_is_waited_for_once_in_a_run(
        client: Any, app: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    turns_on(client)
    other = app.test_client()
    sign_in(other, person)
    turns_on(other, "b")
    told(person)
    asked: list[str] = []

    def silent(host: str) -> Any:
        assert not db.session().in_transaction(), "nothing is held while a sign is on its way"
        asked.append(host)
        raise TimeoutError

    monkeypatch.setattr(push_service, "line", silent)
    assert push_job.send_news() == {"postponed": 1}
    assert asked == [HOST]


def test_a_service_that_is_named_no_more_is_not_asked(
        client: Any, app: Any, sign_in: Any, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    turns_on(client)
    told(person)
    monkeypatch.setitem(app.config, "PUSH_HOSTS", ())
    assert push_job.send_news() == {"ended": 1}
    assert (service.asked, kept()) == ([], [])


def test_jobs_send_them(app: Any, client: Any, sign_in: Any, service: Service) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    turns_on(client)
    told(person)
    db.session.commit()
    assert "devices: 1 woken" in app.test_cli_runner().invoke(args=["run-jobs"]).output


# ---------------------------------------------------------------- the news

def test_the_news_are_the_newest_unread_notice_of_whoever_is_signed_in(client: Any, sign_in: Any) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    told(person)
    told(person, address="/admin/store_request/details/?id=1",
         params={"table": "store_request", "number": "PB/2"})
    told(make.make_user(Role.STORE_HEAD), params={"table": "store_request", "number": "PB/3"})
    answer = client.get("/push/news")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "PB/2" in answer.json["title"]
    assert answer.json["url"] == "/admin/store_request/details/?id=1"
    assert answer.json["body"] == "2 unread notices"


def test_nobodys_news_say_nothing_of_anybody(client: Any, sign_in: Any) -> None:
    neutral = {"title": "There is something new in Rawat", "body": "Sign in to see it.", "url": "/"}
    assert client.get("/push/news").json == neutral
    client.set_cookie("language", "id")
    assert client.get("/push/news").json["title"] == "Ada hal baru di Rawat"


def test_asking_for_news_does_not_keep_anybody_signed_in(client: Any, sign_in: Any) -> None:
    sign_in(client, Role.STORE_HEAD)
    before = clock.now() - timedelta(minutes=5)
    db.session.execute(sa.update(UserSession).values(seen_at=before))
    assert client.get("/push/news", headers={"X-Poll": "1"}).status_code == 200
    assert db.session.scalar(sa.select(UserSession.seen_at)) == before


# ---------------------------------------------------------------- whose, and until when

def test_an_address_of_no_known_service_is_refused_with_a_sentence(client: Any, sign_in: Any) -> None:
    sign_in(client, Role.STORE_HEAD)
    answer = client.post("/push/on", data={"endpoint": "https://10.0.0.1/x"})
    assert answer.status_code == 422
    assert "push service is not known" in answer.json["said"]
    assert kept() == []


def test_nobody_takes_anothers_address(client: Any, app: Any, sign_in: Any) -> None:
    first = sign_in(client, Role.STORE_HEAD)
    turns_on(client)
    other = app.test_client()
    sign_in(other, Role.STORE_STAFF)
    assert turns_on(other).status_code == 422
    assert [row.user_id for row in kept()] == [first.id]


def test_the_own_devices_are_listed_and_ended_and_others_are_not_there(
        client: Any, app: Any, sign_in: Any) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    turns_on(client)
    key = kept()[0].id
    stranger = app.test_client()
    sign_in(stranger, Role.STORE_HEAD)
    assert f"/push/{key}/end" not in stranger.get("/account/").text
    assert stranger.post(f"/push/{key}/end").status_code == 404
    assert stranger.post("/push/off").json == {"on": False}
    assert [each.id for each in kept()] == [key]
    assert f"/push/{key}/end" in client.get("/account/").text
    assert client.get("/push/here").json == {"on": True}
    assert client.post(f"/push/{key}/end").status_code == 303
    assert client.post(f"/push/{key}/end").status_code == 404
    assert client.post(f"/push/{10**30}/end").status_code == 404
    assert client.get("/push/here").json == {"on": False}
    assert credentials.sessions_and_devices(person)[1] == []


def test_an_administrator_sees_and_ends_those_of_an_account(client: Any, app: Any, sign_in: Any) -> None:
    person = sign_in(client, Role.STORE_HEAD)
    turns_on(client)
    office = app.test_client()
    sign_in(office, Role.ADMIN)
    assert 'name="push"' in office.get(f"/admin/user/details/?id={person.id}").text

    def ends(browser: Any, whose: User) -> int:
        return int(browser.post(f"/admin/user/{whose.id}/access/end",
                                data={"push": kept()[0].id}).status_code)

    assert ends(office, make.make_user()) == 404
    assert ends(client, person) in (403, 404)
    assert ends(office, person) == 303
    assert kept() == []
    assert client.get("/account/").status_code == 200, "the sign-in stays"


@pytest.fixture
def person(session: Any) -> User:
    return make.make_user(Role.STORE_HEAD, password_hash=passwords.hashed(PASSWORD))


def enters(browser: Any, person: User) -> None:
    assert browser.post("/login", data={"email": person.email, "password": PASSWORD}).status_code == 303


def test_signing_out_ends_it(client: Any, person: User) -> None:
    enters(client, person)
    turns_on(client)
    client.post("/logout")
    assert kept() == []


def test_a_sign_in_that_fell_asleep_keeps_it_and_the_next_one_takes_it_over(
        client: Any, person: User) -> None:
    enters(client, person)
    turns_on(client)
    db.session.execute(sa.update(UserSession).values(seen_at=clock.now() - timedelta(hours=3)))
    assert client.get("/push/news").json["title"] == "There is something new in Rawat"
    assert len(kept()) == 1
    enters(client, person)
    assert client.get("/push/here").json == {"on": True}
    client.post("/logout")
    assert kept() == []


def test_who_signs_in_on_the_device_after_another_ends_the_others(
        client: Any, person: User, session: Any) -> None:
    enters(client, person)
    turns_on(client)
    db.session.execute(sa.update(UserSession).values(seen_at=clock.now() - timedelta(hours=3)))
    enters(client, make.make_user(Role.STORE_STAFF, password_hash=person.password_hash))
    assert kept() == []


def test_a_sign_in_that_proves_itself_again_keeps_it(client: Any, app: Any, person: User) -> None:
    from portal.web import signin
    enters(client, person)
    turns_on(client)
    with client.session_transaction() as cookie:
        token = cookie["sid"]
    with app.test_request_context():
        from flask import session as browser
        browser["sid"] = token
        signin.renew_session(person)
        db.session.flush()
        assert push.is_on(person, signin.token_hash())
    assert len(kept()) == 1


@pytest.mark.parametrize("ends", [
    lambda person: credentials.end_sessions(person),
    lambda person: credentials.set_password(person, passwords.hashed("kamboja kuning 7")),
    lambda person: credentials.end_access(person)])
def test_it_goes_with_all_sign_ins(client: Any, person: User, ends: Any) -> None:
    enters(client, person)
    turns_on(client)
    ends(person)
    assert kept() == []


def test_a_closed_account_is_not_woken_whoever_closed_it(
        client: Any, person: User, service: Service) -> None:
    enters(client, person)
    turns_on(client)
    told(person)
    db.session.execute(sa.update(User).where(User.id == person.id).values(status=AccountStatus.INACTIVE))
    assert push_job.send_news() == {"ended": 1}
    assert (service.asked, kept()) == ([], [])


def test_an_account_has_ten_devices_and_the_oldest_makes_room(app: Any, person: User, sign_in: Any) -> None:
    for number in range(push.MOST + 2):
        browser = app.test_client()
        sign_in(browser, person)
        turns_on(browser, str(number))
    assert [row.endpoint for row in kept()] == [place(str(number)) for number in range(2, push.MOST + 2)]


@pytest.mark.parametrize("fields", [{"endpoint": "http://push.example.org/x"}, {"failures": -1}])
def test_the_database_refuses_what_cannot_be(client: Any, person: User, fields: dict[str, Any]) -> None:
    row = make.saved(UserSession(user_id=person.id, token_hash="c" * 64))
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        db.session.execute(sa.insert(PushSubscription).values(
            {"user_id": person.id, "session_id": row.id, "endpoint": place()} | fields))
