"""The account: address confirmed and changed by mail, forgotten password, sessions; links that work once."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.accounts import AccountTicket, TicketKind
from models.base import db, one_transaction
from models.operations.people import accounts
from models.outbox import Outbox
from models.people import User, UserSession
from models.roles import Role
from portal import account as pages
from portal.web import passwords
from portal.web.notices import words_of
from portal.web.outbox_job import composed
from tests.support import factories
from tests.support.races import at_once, won

PASSWORD = "melati putih 12"
NEW = "kamboja kuning 7"
FORM = {"name": "Siti Aminah", "email": "siti@example.org", "password": PASSWORD, "birth_date": "1991-08-14",
        "sex": "female", "consent_privacy": "2026-1", "consent_telemedicine": "2026-1"}


@pytest.fixture(scope="module")
def kept() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture
def person(session, kept) -> User:
    patient = factories.make_patient()
    patient.user.password_hash = kept
    session.flush()
    return patient.user


@pytest.fixture(autouse=True)
def _english(client):
    client.set_cookie("language", "en")


def mails(template: str) -> list[Outbox]:
    return list(db.session.scalars(sa.select(Outbox).where(Outbox.template == template).order_by(Outbox.id)))


def token_in(mail: Outbox) -> str:
    return re.search(r"/account/\w+\?ticket=(\S+)", composed(mail, "rs@example.org").text)[1]


def opens(client: Any, email: str, password: str) -> bool:
    return client.post("/login", data={"email": email, "password": password}).status_code == 303


# ---------------------------------------------------------------- confirming the address

def test_registering_sends_a_link_that_confirms(client, session):
    client.post("/register", data=FORM)
    client.post("/login", data={"email": FORM["email"], "password": FORM["password"]})
    user = db.session.scalar(sa.select(User))
    assert client.get("/portal/profile").status_code == 200  # the account works meanwhile
    assert "Not confirmed yet" in client.get("/account/").text
    (mail,) = mails("email_confirm")
    assert mail.to_address == "siti@example.org"
    token = token_in(mail)
    assert client.get(f"/account/confirm?ticket={token}").status_code == 200
    assert user.email_confirmed_at is None  # programs that look into mail open links too
    assert client.post("/account/confirm", data={"ticket": token}).status_code == 303
    assert user.email_confirmed_at is not None
    assert "Confirmed" in client.get("/account/").text
    for again in (client.get(f"/account/confirm?ticket={token}"),
                  client.post("/account/confirm", data={"ticket": token})):
        assert again.status_code == 422
        assert "used already" in again.text


def test_neither_database_nor_outbox_holds_the_token(client, person, sign_in):
    sign_in(client, person)
    client.post("/account/confirmation")
    (mail,) = mails("email_confirm")
    token = token_in(mail)
    ticket = db.session.scalar(sa.select(AccountTicket))
    assert token not in f"{mail.params} {ticket.token_hash} {ticket.token_seed}"


@pytest.mark.parametrize("token", ["", "x", "a" * 5000, "\0", "%"])
def test_an_invented_link_is_told_kindly(client, session, token):
    for path in ("/account/confirm", "/account/password"):
        assert client.get(path, query_string={"ticket": token}).status_code == 422
        answer = client.post(path, data={"ticket": token, "password": NEW, "repeated": NEW})
        assert answer.status_code == 422
        assert "used already or is too old" in answer.text


def test_sending_it_again_has_limits_and_ends_the_older_link(client, person, sign_in):
    sign_in(client, person)
    assert client.post("/account/confirmation").status_code == 303
    old = token_in(mails("email_confirm")[0])
    assert client.post("/account/confirmation").status_code == 422
    now = clock.now()
    for minute in range(2, 9, 2):
        clock.freeze(now + timedelta(minutes=minute))
        assert client.post("/account/confirmation").status_code == 303
    clock.freeze(now + timedelta(minutes=20))
    assert client.post("/account/confirmation").status_code == 422
    assert len(mails("email_confirm")) == 5
    assert client.get(f"/account/confirm?ticket={old}").status_code == 422
    assert client.get(f"/account/confirm?ticket={token_in(mails('email_confirm')[-1])}").status_code == 200


def test_a_link_of_one_kind_does_nothing_else(client, person, sign_in):
    sign_in(client, person)
    client.post("/account/confirmation")
    token = token_in(mails("email_confirm")[0])
    assert client.post("/account/password", data={"ticket": token, "password": NEW,
                                                  "repeated": NEW}).status_code == 422
    assert not opens(client, person.email, NEW)


# ---------------------------------------------------------------- another address

def test_a_new_address_counts_once_confirmed(client, person, sign_in):
    sign_in(client, person)
    old = person.email
    # password missing
    assert client.post("/account/email", data={"email": "new@example.org"}).status_code == 422
    assert client.post("/account/email",
                       data={"email": "new@example.org", "current": PASSWORD}).status_code == 303
    assert person.email == old
    (mail,) = mails("email_change")
    assert mail.to_address == "new@example.org"
    client.post("/account/confirm", data={"ticket": token_in(mail)})
    assert person.email == "new@example.org"
    assert person.email_confirmed_at is not None
    assert mails("email_changed")[0].to_address == old


def test_an_address_that_has_an_account_is_answered_the_same(client, person, sign_in):
    other = factories.make_user(Role.PATIENT)
    sign_in(client, person)
    answer = client.post("/account/email", data={"email": other.email.upper(), "current": PASSWORD})
    assert answer.status_code == 303
    assert mails("email_change") == []
    assert mails("registration_repeated")[0].user_id == other.id


def test_an_address_taken_meanwhile_is_refused(client, person, sign_in):
    sign_in(client, person)
    client.post("/account/email", data={"email": "new@example.org", "current": PASSWORD})
    factories.make_user(Role.PATIENT, email="New@example.org")
    before = person.email
    assert client.post("/account/confirm",
                       data={"ticket": token_in(mails("email_change")[0])}).status_code == 422
    assert person.email == before


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "x" * 300 + "@example.org", "\0@example.org"])
def test_a_wrong_address_is_told_at_the_field(client, person, sign_in, email):
    sign_in(client, person)
    answer = client.post("/account/email", data={"email": email, "current": PASSWORD})
    assert answer.status_code == 422
    assert 'id="email-err"' in answer.text


# ---------------------------------------------------------------- forgotten

def _forget(client: Any, email: str) -> Any:
    return client.post("/account/forgotten", data={"email": email})


def test_known_and_unknown_addresses_get_one_answer(client, person):
    known, unknown = (_forget(client, email) for email in (person.email, "nobody@example.org"))
    strip = re.compile(r'value="[^"]*"|[\w.-]+@example\.org')
    assert known.status_code == unknown.status_code == 200
    assert strip.sub("", known.text) == strip.sub("", unknown.text)
    assert len(mails("password_reset")) == 1


def test_a_forgotten_password_is_set_anew_and_every_session_ends(client, person, sign_in, app):
    elsewhere = app.test_client()
    sign_in(elsewhere, person)
    _forget(client, person.email.upper())
    token = token_in(mails("password_reset")[0])
    page = client.get(f"/account/password?ticket={token}")
    assert page.status_code == 200
    for wrong in ({"password": "short", "repeated": "short"}, {"password": NEW, "repeated": PASSWORD},
                  {"password": person.email, "repeated": person.email}, {"password": "p" * 201}, {}):
        answer = client.post("/account/password", data={"ticket": token, **wrong})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert client.post("/account/password",
                       data={"ticket": token, "password": NEW, "repeated": NEW}).status_code == 303
    assert elsewhere.get("/portal/profile").status_code == 302
    assert not opens(client, person.email, PASSWORD)
    assert opens(client, person.email, NEW)
    assert client.post("/account/password", data={"ticket": token, "password": PASSWORD,
                                                  "repeated": PASSWORD}).status_code == 422
    assert "bukan Anda" in composed(mails("password_reset")[0], "a@b.org").text
    assert len(mails("password_changed")) == 1


def test_the_link_expires_after_an_hour(client, person):
    _forget(client, person.email)
    token = token_in(mails("password_reset")[0])
    clock.freeze(clock.now() + timedelta(minutes=59))
    assert client.get(f"/account/password?ticket={token}").status_code == 200
    clock.freeze(clock.now() + timedelta(minutes=2))
    assert client.get(f"/account/password?ticket={token}").status_code == 422
    assert client.post("/account/password",
                       data={"ticket": token, "password": NEW, "repeated": NEW}).status_code == 422


def test_one_account_gets_few_mails(client, person):
    for _ in range(4):
        assert _forget(client, person.email).status_code == 200
    assert len(mails("password_reset")) == 1


def test_one_address_of_the_network_causes_few_mails(client, session, app):
    app.config["RATELIMIT_ENABLED"] = True
    try:
        answers = [_forget(client, f"nobody{number}@example.org").status_code for number in range(11)]
    finally:
        pages.mails.forget("127.0.0.1")
    assert answers == [200] * 10 + [429]


def test_staff_need_a_longer_password(client, session, kept):
    nurse = factories.make_user(Role.UNIT_USER, password_hash=kept)
    _forget(client, nurse.email)
    token = token_in(mails("password_reset")[0])
    answer = client.post("/account/password", data={"ticket": token, "password": "fourteen long.",
                                                    "repeated": "fourteen long."})
    assert answer.status_code == 422
    assert "at least 15" in answer.text


def test_links_never_follow_a_forged_host(app, person):
    """In production the address of the hospital is configured; without it no link is sent."""
    app.config["RAWAT_ENV"] = "production"
    client = app.test_client()
    client.set_cookie("language", "en")
    answer = client.post("/account/forgotten", data={"email": person.email}, headers={"Host": "evil.example"})
    assert answer.status_code == 422
    assert mails("password_reset") == []
    app.config["PUBLIC_URL"] = "https://rs.example.org"
    client.post("/account/forgotten", data={"email": person.email}, headers={"Host": "evil.example"})
    text = composed(mails("password_reset")[0], "rs@example.org").text
    assert "https://rs.example.org/account/password?ticket=" in text
    assert "evil" not in text
    assert "ticket=" not in words_of(mails("password_reset")[0]).body  # what an administrator sees of it


@pytest.mark.commits
def test_two_at_once_use_a_link_once(app, session, kept):
    user = factories.make_user(Role.PATIENT, password_hash=kept)
    ticket = accounts.issue(user, TicketKind.RESET_PASSWORD, template="password_reset")
    token = accounts.token_of(ticket)
    db.session.commit()

    def use(number: int) -> int:
        with one_transaction():
            accounts.reset_password(token, f"hash {number}")
        return number

    (winner,) = won(at_once(app, [partial(use, number) for number in range(8)]))
    assert db.session.get(User, user.id).password_hash == f"hash {winner}"


# ---------------------------------------------------------------- password and sessions

def test_changing_the_password_signs_other_devices_out(client, person, sign_in, app):
    elsewhere = app.test_client()
    sign_in(elsewhere, person)
    sign_in(client, person)
    assert client.post("/account/password/change", data={"current": "wrong", "password": NEW,
                                                         "repeated": NEW}).status_code == 422
    answer = client.post("/account/password/change",
                         data={"current": PASSWORD, "password": NEW, "repeated": NEW})
    assert answer.status_code == 303
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert passwords.verified(NEW, person.password_hash)


def test_the_present_password_cannot_be_tried_out(client, person, sign_in, app):
    app.config["RATELIMIT_ENABLED"] = True
    sign_in(client, person)
    answers = [client.post("/account/password/change", data={"current": "wrong"}).status_code
               for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_sessions_are_listed_and_ended(client, person, sign_in, app):
    browser = app.test_client()
    browser.post("/login", data={"email": person.email, "password": PASSWORD}, headers={
        "User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"})
    third = app.test_client()
    sign_in(third, person)
    sign_in(client, person)
    page = client.get("/account/").text
    assert "Chrome, Android" in page
    assert page.count("This device") == 1
    chosen = db.session.scalar(sa.select(UserSession.id).where(UserSession.device == "Chrome, Android"))
    assert client.post(f"/account/sessions/{chosen}/end").status_code == 303
    assert browser.get("/account/").status_code == 302
    assert client.post(f"/account/sessions/{chosen}/end").status_code == 404
    assert client.post("/account/sessions/end").status_code == 303
    assert third.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200


def test_anothers_session_cannot_be_ended(client, person, sign_in, app):
    other = app.test_client()
    somebody = sign_in(other, Role.ADMIN)
    row = db.session.scalar(sa.select(UserSession.id).where(UserSession.user_id == somebody.id))
    sign_in(client, person)
    assert client.post(f"/account/sessions/{row}/end").status_code == 404
    assert client.post(f"/account/sessions/{10**30}/end").status_code == 404
    assert other.get("/account/").status_code == 200


def test_nothing_of_it_stands_in_the_log(client, person, sign_in):
    """The log says that an address was confirmed and a password set, never with which token or hash."""
    _forget(client, person.email)
    ticket = db.session.scalar(sa.select(AccountTicket))
    client.post("/account/password", data={"ticket": token_in(mails("password_reset")[0]), "password": NEW,
                                           "repeated": NEW})
    rows = " ".join(str(each) for each in db.session.scalars(sa.text("SELECT properties FROM activity_log")))
    for secret in (ticket.token_hash, ticket.token_seed, NEW, person.password_hash):
        assert secret not in rows
