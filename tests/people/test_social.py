"""Sign-in with another provider: the real redirect and exchange with a local one, and every way it can
fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import sqlalchemy as sa

from models.accounts import AccountIdentity, AccountTicket
from models.activity import Activity, ActivityLog
from models.base import db
from models.clinic import ConsentKind, Patient, PatientState
from models.outbox import Outbox
from models.people import AccountStatus, User, UserSession
from models.roles import Role
from portal.web import passwords
from portal.web.outbox_job import composed
from tests.support import factories
from tests.support.openid import Provider

PASSWORD = "melati putih 12"
PERSON = {"name": "Siti Aminah", "birth_date": "1991-08-14", "sex": "female", "consent_privacy": "2026-1",
          "consent_telemedicine": "2026-1"}


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    found = Provider()
    yield found
    found.stop()


@pytest.fixture
def provider(running, app, session) -> Iterator[Provider]:
    fresh = {"sub": "248289761001", "email": "siti@example.org", "email_verified": True,
             "name": "Siti Aminah"}
    running.claims, running.code_lives, running.denies, running.wrong = fresh, 60, False, ""
    app.config.update(OIDC_DISCOVERY_URL=running.discovery, OIDC_CLIENT_ID=running.client_id,
                      OIDC_CLIENT_SECRET=running.client_secret, OIDC_NAME="Tirta ID")
    yield running
    app.extensions.pop("rawat_providers", None)


def there(client: Any, key: str = "oidc", query: str = "") -> str:
    """The provider's answer to the browser that we sent to it: the address to come back to."""
    out = client.get(f"/login/{key}{query}")
    assert out.status_code == 302, out.text
    back = requests.get(out.location, allow_redirects=False, timeout=5).headers["Location"]
    return re.sub(r"^http://localhost", "", back)


def round_trip(client: Any, key: str = "oidc", query: str = "") -> Any:
    return client.get(there(client, key, query))


def signed_in(client: Any) -> bool:
    return client.get("/account/").status_code == 200


@pytest.fixture(scope="module")
def kept() -> str:
    return passwords.hashed(PASSWORD)


def account(kept: str, *roles: Role, **fields: Any) -> User:
    return factories.make_user(*(roles or (Role.PATIENT,)),
                               **{"email": "siti@example.org", "password_hash": kept,
                                                               **fields})


# ---------------------------------------------------------------- the button and the way out

def test_a_button_shows_only_when_set(client, app, session, monkeypatch):
    """Outside of the demonstration, where a page of our own stands in; see test_social_demo.py."""
    monkeypatch.setitem(app.config, "RAWAT_ENV", "production")
    assert "/login/oidc" not in client.get("/login").text
    assert client.get("/login/oidc").status_code == client.get("/login/nobody").status_code == 404
    app.config.update(GOOGLE_CLIENT_ID="one", GOOGLE_CLIENT_SECRET="two")
    for page in ("/login", "/register"):
        assert "/login/google" in client.get(page).text
        assert "/login/facebook" not in client.get(page).text


def test_it_asks_with_code_pkce_state_and_nonce(client, provider):
    query = parse_qs(urlsplit(client.get("/login/oidc").location).query)
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert "openid" in query["scope"][0]
    assert len(query["state"][0]) >= 20
    assert len(query["nonce"][0]) >= 20
    again = parse_qs(urlsplit(client.get("/login/oidc").location).query)
    assert not {again[name][0] for name in ("state", "nonce", "code_challenge")} & {
        query[name][0] for name in ("state", "nonce", "code_challenge")}


# ---------------------------------------------------------------- somebody new

def test_first_sign_up_asks_the_consents(client, provider):
    assert round_trip(client).location == "/login/new"
    page = client.get("/login/new")
    assert "siti@example.org" in page.text
    assert 'name="consent_privacy"' in page.text
    assert not signed_in(client)
    refused = client.post("/login/new", data={**PERSON, "consent_telemedicine": ""})
    assert refused.status_code == 422
    assert 'id="consent_telemedicine-err"' in refused.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Patient)) == 0
    done = client.post("/login/new", data={**PERSON, "email": "other@example.org"})
    assert (done.status_code, done.location) == (303, "/portal/")
    patient = db.session.scalar(sa.select(Patient))
    assert (patient.state, patient.user.email, patient.user.password_hash) == (
        PatientState.PENDING, "siti@example.org", None)
    assert patient.user.email_confirmed_at is not None
    assert {each.kind for each in patient.consents} == set(ConsentKind)
    assert signed_in(client)


def test_the_second_time_opens_the_account(client, provider, app):
    round_trip(client)
    client.post("/login/new", data=PERSON)
    client.post("/logout")
    assert not signed_in(client)
    answer = round_trip(client, query="?next=/portal/profile")
    assert (answer.status_code, answer.location) == (303, "/portal/profile")
    assert signed_in(client)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Patient)) == 1


def test_an_address_that_is_not_vouched_for_is_confirmed_by_mail(client, provider):
    provider.claims["email_verified"] = False
    assert round_trip(client).location == "/login/new"
    assert client.post("/login/new", data={**PERSON, "email": "Mine@Example.org"}).status_code == 303
    user = db.session.scalar(sa.select(User).where(User.email == "mine@example.org"))
    assert user.email_confirmed_at is None
    assert db.session.scalar(sa.select(AccountTicket).where(AccountTicket.user_id == user.id)) is not None


def test_without_an_address_it_is_asked_for(client, provider):
    del provider.claims["email"]
    round_trip(client)
    assert client.post("/login/new", data=PERSON).status_code == 422
    assert client.post("/login/new", data={**PERSON, "email": "siti@example.org"}).status_code == 303


def test_facebook_is_asked_for_its_profile_and_never_vouches(client, provider, app, kept):
    mine = account(kept)
    app.config.update(FACEBOOK_CLIENT_ID=provider.client_id, FACEBOOK_CLIENT_SECRET=provider.client_secret,
                      FACEBOOK_URL=provider.url, FACEBOOK_GRAPH_URL=provider.url)
    out = client.get("/login/facebook")
    assert urlsplit(out.location).path == "/v23.0/dialog/oauth"
    back = re.sub(r"^http://localhost", "", provider.authorize(
        {name: values[0] for name, values in parse_qs(urlsplit(out.location).query).items()}))
    assert client.get(back).location == "/login/new"
    refused = client.post("/login/new", data={**PERSON, "email": mine.email})
    assert (refused.status_code, refused.location) == (303, "/register/done")
    assert client.post("/login/new", data={**PERSON, "email": "fb@example.org"}).status_code == 303
    row = db.session.scalar(sa.select(AccountIdentity))
    assert (row.issuer, row.subject) == ("https://www.facebook.com", "248289761001")


# ---------------------------------------------------------------- an address that has an account

def test_a_password_account_is_not_taken_over(client, provider, kept):
    mine = account(kept)
    assert round_trip(client).location == "/login/link"
    assert not signed_in(client)
    assert client.get("/login/new").location == "/login/link"
    assert client.post("/login/new", data=PERSON).location == "/login/link"
    wrong = client.post("/login/link", data={"password": "not it", "how": "password"})
    assert wrong.status_code == 422
    assert not signed_in(client)
    assert db.session.scalar(sa.select(AccountIdentity)) is None
    assert db.session.scalar(sa.select(ActivityLog.id).where(ActivityLog.activity
                                                             == Activity.LOGIN_FAILED)) is not None
    right = client.post("/login/link", data={"password": PASSWORD, "how": "password"})
    assert right.status_code == 303
    assert signed_in(client)
    assert db.session.scalar(sa.select(AccountIdentity.user_id)) == mine.id
    assert db.session.scalar(sa.select(Outbox.id).where(Outbox.template == "identity_linked")) is not None


def test_or_it_is_linked_by_a_mail_to_its_address(client, provider, kept, app):
    mine = account(kept, email_confirmed_at=factories.clock.now())
    round_trip(client)
    assert client.post("/login/link", data={"how": "mail"}).status_code == 200
    assert not signed_in(client)
    mail = db.session.scalar(sa.select(Outbox).where(Outbox.template == "identity_confirm"))
    address = urlsplit(re.search(r"http\S+", composed(mail, "rs@example.org").text)[0])
    elsewhere = app.test_client()
    assert elsewhere.get(f"{address.path}?{address.query}").status_code == 200
    assert db.session.scalar(sa.select(AccountIdentity)) is None  # looking is not confirming
    token = parse_qs(address.query)["ticket"][0]
    assert elsewhere.post("/account/confirm", data={"ticket": token}).status_code == 303
    assert not signed_in(elsewhere)
    db.session.expire_all()
    assert mine.password_hash == kept
    round_trip(client)
    assert signed_in(client)


def test_who_made_the_account_with_anothers_address_loses_it(client, provider, kept, sign_in, app):
    """Made with an address that was never confirmed: once its real owner confirms, the old password opens
    nothing."""
    mine = account(kept)
    intruder = app.test_client()
    sign_in(intruder, mine)
    round_trip(client)
    client.post("/login/link", data={"how": "mail"})
    mail = db.session.scalar(sa.select(Outbox).where(Outbox.template == "identity_confirm"))
    token = re.search(r"ticket=(\S+)", composed(mail, "rs@example.org").text)[1]
    client.post("/account/confirm", data={"ticket": token})
    assert not signed_in(intruder)
    assert intruder.post("/login", data={"email": mine.email, "password": PASSWORD}).status_code == 422


def test_staff_are_reached_only_when_they_linked(client, provider, kept, sign_in, app):
    nurse = account(kept, Role.UNIT_USER)
    assert round_trip(client).location == "/login/link"
    assert 'value="mail"' not in client.get("/login/link").text
    assert client.post("/login/link", data={"how": "mail"}).status_code == 422
    assert not signed_in(client)
    inside = app.test_client()
    sign_in(inside, nurse)
    assert round_trip(inside).location == "/login/link"
    assert db.session.scalar(sa.select(AccountIdentity)) is None  # asks first
    assert inside.post("/login/link").status_code == 303
    assert round_trip(client).location == "/admin/"


def test_anothers_identity_cannot_be_linked(client, provider, sign_in):
    round_trip(client)
    client.post("/login/new", data=PERSON)
    client.post("/logout")
    other = sign_in(client, Role.PATIENT)
    round_trip(client)
    assert client.post("/login/link").status_code == 422
    assert db.session.scalar(sa.select(AccountIdentity).where(AccountIdentity.user_id == other.id)) is None


def test_a_closed_account_stays_closed(client, provider):
    round_trip(client)
    client.post("/login/new", data=PERSON)
    client.post("/logout")
    db.session.scalar(sa.select(User)).status = AccountStatus.INACTIVE
    assert round_trip(client).status_code == 422
    assert not signed_in(client)


def test_taken_off_it_opens_nothing_but_the_last_way_in_stays(client, provider):
    round_trip(client)
    client.post("/login/new", data=PERSON)
    row = db.session.scalar(sa.select(AccountIdentity))
    path = f"/account/identities/{row.id}/unlink"
    assert client.post(path).status_code == 422
    assert client.post("/account/password/change",
                       data={"password": PASSWORD, "repeated": PASSWORD}).status_code == 303
    assert client.post(path).status_code == 303
    client.post("/logout")
    assert round_trip(client).location == "/login/link"


def test_another_persons_identity_cannot_be_taken_off(client, provider, sign_in):
    round_trip(client)
    client.post("/login/new", data=PERSON)
    row = db.session.scalar(sa.select(AccountIdentity))
    sign_in(client, Role.PATIENT)
    assert client.post(f"/account/identities/{row.id}/unlink").status_code == 404


# ---------------------------------------------------------------- what goes wrong

def refused(client: Any, answer: Any, words: str) -> None:
    assert answer.status_code == 422
    assert words in answer.text
    assert not signed_in(client)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(UserSession)) == 0


@pytest.fixture(autouse=True)
def _english(client):
    client.set_cookie("language", "en")


def test_the_person_says_no(client, provider):
    provider.denies = True
    refused(client, round_trip(client), "did not allow")


def test_a_wrong_state(client, provider):
    refused(client, client.get(re.sub(r"state=[^&]+", "state=forged", there(client))),
            "could not be completed")


def test_anothers_state(client, provider, app):
    """A code that somebody else fetched does not sign this browser in."""
    refused(client, client.get(there(app.test_client())), "could not be completed")


@pytest.mark.parametrize("wrong", ["nonce", "audience", "issuer", "expiry", "signature"])
def test_a_token_that_is_not_for_us(client, provider, wrong):
    provider.wrong = wrong
    refused(client, round_trip(client), "could not be completed")


def test_an_expired_code(client, provider):
    provider.code_lives = 0
    refused(client, round_trip(client), "could not be completed")


def test_a_code_works_once(client, provider):
    back = there(client)
    assert client.get(back).status_code == 302
    refused(client, client.get(back), "could not be completed")


def test_the_provider_is_down(client, app, session):
    stopped = Provider()
    app.config.update(OIDC_DISCOVERY_URL=stopped.discovery, OIDC_CLIENT_ID="x", OIDC_CLIENT_SECRET="y")
    stopped.stop()
    refused(client, client.get("/login/oidc"), "does not answer")


def test_the_provider_goes_down_in_between(client, app, session):
    leaving = Provider()
    app.config.update(OIDC_DISCOVERY_URL=leaving.discovery, OIDC_CLIENT_ID=leaving.client_id,
                      OIDC_CLIENT_SECRET=leaving.client_secret)
    back = there(client)
    leaving.stop()
    refused(client, client.get(back), "does not answer")


@pytest.mark.parametrize("rest", ["", "?code=x", "?state=x", "?code=x&state=y", "?error=server_error"])
def test_a_callback_out_of_nowhere(client, provider, rest):
    assert client.get(f"/login/oidc/callback{rest}").status_code == 422
    for path in ("/login/link", "/login/new"):
        assert client.get(path).status_code == client.post(path, data=PERSON).status_code == 422
