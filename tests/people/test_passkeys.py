"""Passkeys: beside the password and instead of it, and every way in which an answer can be a lie."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask

from models import clock
from models.accounts import TicketKind
from models.base import db, one_transaction
from models.operations.people import accounts, passkeys, second_factor
from models.operations.people.passkeys import Challenge, Party
from models.outbox import Outbox
from models.people import User
from models.roles import Role
from models.second_factor import Authenticator, Passkey
from portal.web import passkey_door, passwords
from tests.support.factories import make_patient, make_user
from tests.support.passkeys import THERE, Device, text

pytestmark = pytest.mark.once

PASSWORD = "melati putih 12 di taman"
CODES = re.compile(r"<li><code>([a-z2-9-]{19})</code></li>")
HERE = Party("localhost", "http://localhost", "Rawat")
ASKED = re.compile(r'data-passkey-make="([^"]+)"')


@pytest.fixture(autouse=True)
def _stands(client: Any) -> None:
    clock.freeze(clock.now())
    client.set_cookie("language", "en")


@pytest.fixture
def nurse(session: Any) -> User:
    return make_user(Role.UNIT_USER, email="nurse@rs.test", password_hash=passwords.hashed(PASSWORD))


def password(client: Any) -> Any:
    return client.post("/login", data={"email": "nurse@rs.test", "password": PASSWORD})


def asked(client: Any, **data: str) -> Any:
    return client.post("/login/passkey/options", data=data).json


def proof(client: Any, device: Device) -> dict[str, str]:
    return {"current": PASSWORD, "passkey": device.sign(asked(client))}


def add(client: Any, device: Device, name: str = "Office laptop", **data: str) -> Any:
    """Two pages: the proof, then what the device made."""
    page = client.post("/account/factor/passkey", data={"current": PASSWORD, "name": name, **data})
    assert page.status_code == 200, page.text
    options = json.loads(html.unescape(ASKED.search(page.text)[1]))
    return client.post("/account/factor/passkey/made", data={"answer": device.make(options)})


@pytest.fixture
def device(client: Any, nurse: User, sign_in: Any) -> Device:
    """The nurse's passkey, beside the password; nobody is signed in."""
    sign_in(client, nurse)
    made = Device()
    assert len(CODES.findall(add(client, made).text)) == 10
    client.post("/logout")
    return made


@pytest.fixture
def key(client: Any, nurse: User, sign_in: Any) -> Device:
    """A passkey that opens the nurse's account alone; nobody is signed in."""
    sign_in(client, nurse)
    made = Device()
    add(client, made, is_sign_in="1")
    client.post("/logout")
    return made


def is_in(client: Any) -> bool:
    return client.get("/account/").status_code == 200


def templates() -> list[str]:
    return list(db.session.scalars(sa.select(Outbox.template).order_by(Outbox.id)))


# ---------------------------------------------------------------- adding one

def test_the_first_one_makes_a_second_factor_and_ends_other_sessions(
        client: Any, nurse: User, sign_in: Any, app: Flask) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, nurse)
    sign_in(client, nurse)
    codes = CODES.findall(add(client, Device()).text)
    assert len(codes) == 10
    assert nurse.factor_since is not None
    assert (is_in(client), is_in(elsewhere)) == (True, False)
    assert templates()[-1] == "passkey_added"


@pytest.mark.parametrize("wrong", [{"current": "wrong"}, {"name": ""}, {"name": "x" * 61 + "é" * 200}])
def test_adding_asks_for_the_password_and_a_name(client: Any, nurse: User, sign_in: Any,
                                                 wrong: dict[str, str]) -> None:
    sign_in(client, nurse)
    given = {"current": PASSWORD, "name": "Phone", **wrong}
    answer = client.post("/account/factor/passkey", data=given)
    if len(given["name"]) <= 60:
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Passkey)) == 0


def test_a_second_one_asks_for_the_first(client: Any, nurse: User, device: Device) -> None:
    password(client)
    client.post("/login/code", data={"passkey": device.sign(asked(client))})
    given = {"current": PASSWORD, "name": "Phone"}
    assert client.post("/account/factor/passkey", data=given).status_code == 422
    other = Device()
    assert add(client, other, "Phone", passkey=device.sign(asked(client))).status_code == 303
    assert [row.name for row in passkeys.of_account(nurse)] == ["Office laptop", "Phone"]
    assert other.handle == device.handle, "one account is one person on the device"


def test_without_the_proof_before_it_nothing_is_kept(client: Any, nurse: User, sign_in: Any) -> None:
    sign_in(client, nurse)
    made = Device().make({"user": {"id": "AAAA"}, "challenge": "AAAA"})
    assert client.post("/account/factor/passkey/made", data={"answer": made}).status_code == 422
    page = client.post("/account/factor/passkey", data={"current": PASSWORD, "name": "Phone"})
    options = json.loads(html.unescape(ASKED.search(page.text)[1]))
    clock.freeze(clock.now() + timedelta(minutes=6))
    late = client.post("/account/factor/passkey/made", data={"answer": Device().make(options)})
    assert (late.status_code, passkeys.has_any(nurse)) == (422, False)


@pytest.mark.parametrize("made", [Device(origin="https://rawat.evil.test"), Device(host="evil.test")])
def test_a_key_made_elsewhere_is_not_kept(client: Any, nurse: User, sign_in: Any, made: Device) -> None:
    sign_in(client, nurse)
    assert add(client, made).status_code == 422
    assert not passkeys.has_any(nurse)


def test_one_that_shall_open_alone_has_to_look_at_the_person(client: Any, nurse: User, sign_in: Any) -> None:
    sign_in(client, nurse)
    assert add(client, Device(looks=False), is_sign_in="1").status_code == 422
    assert add(client, Device(looks=False)).status_code == 200


def test_a_key_is_kept_for_one_account_only(client: Any, nurse: User, sign_in: Any, device: Device) -> None:
    other = make_user(Role.UNIT_USER, password_hash=nurse.password_hash)
    sign_in(client, other)
    refused = add(client, device)
    assert refused.status_code == 422
    assert "This passkey is kept already." in refused.text


def test_names_are_each_ones_own_and_ten_are_the_most(client: Any, nurse: User, sign_in: Any) -> None:
    for place in range(passkeys.MOST):
        assert passkeys.check_name(nurse, f" Key  {place} ") == f"Key {place}"
        db.session.add(Passkey(user_id=nurse.id, name=f"Key {place}", credential_hash=f"{place}",
                               key_secret="x"))
        db.session.flush()
    sign_in(client, nurse)
    answer = client.post("/account/factor/passkey", data={"current": PASSWORD, "name": "key 1"})
    assert "You have a passkey of this name." in html.unescape(answer.text)
    answer = client.post("/account/factor/passkey", data={"current": PASSWORD, "name": "another"})
    assert "at most 10 passkeys" in answer.text


def test_neither_table_nor_log_shows_the_key(client: Any, device: Device) -> None:
    row = db.session.scalars(sa.select(Passkey)).one()
    point = device.key.public_key().public_numbers().x.to_bytes(32, "big")
    assert text(device.id) not in row.key_secret + row.credential_hash
    assert text(point)[:20] not in row.key_secret
    logged = db.session.execute(sa.text("SELECT properties FROM activity_log")).scalars()
    assert not any(row.key_secret in str(entry) for entry in logged)


# ---------------------------------------------------------------- signing in

def test_beside_the_password_it_is_the_second_step(client: Any, nurse: User, device: Device) -> None:
    assert password(client).location == "/login/code"
    options = asked(client)
    assert [each["id"] for each in options["allowCredentials"]] == [text(device.id)]
    assert client.post("/login/code", data={"passkey": device.sign(options)}).status_code == 303
    assert is_in(client)
    row = db.session.scalars(sa.select(Passkey)).one()
    assert (row.last_used_at, row.sign_count) == (clock.now(), 2)
    assert "last used" in client.get("/account/factor").text


def test_it_opens_the_account_alone_where_the_person_wants_it(client: Any, key: Device) -> None:
    options = asked(client, alone="1")
    assert (options["allowCredentials"], options["userVerification"]) == ([], "required")
    answer = client.post("/login/passkey", data={"passkey": key.sign(options), "next": "/account/factor"})
    assert (answer.status_code, answer.location) == (303, "/account/factor")
    assert is_in(client)


def test_else_it_does_not(client: Any, device: Device) -> None:
    answer = client.post("/login/passkey", data={"passkey": device.sign(asked(client))})
    assert answer.status_code == 422
    assert not is_in(client)


def test_a_closed_account_stays_closed(client: Any, nurse: User, key: Device) -> None:
    options = asked(client)
    nurse.status = "inactive"
    db.session.commit()
    assert client.post("/login/passkey", data={"passkey": key.sign(options)}).status_code == 422
    assert not is_in(client)


def test_who_may_sign_in_is_not_told_by_what_is_asked(client: Any, key: Device) -> None:
    stranger = asked(client)
    assert stranger.keys() == {"rpId", "challenge", "timeout", "allowCredentials", "userVerification"}
    assert stranger["allowCredentials"] == []


# ---------------------------------------------------------------- lies

def lies(client: Any, device: Device, other: Device) -> dict[str, str]:
    """Each kind of answer that is not one, to the challenge that waits."""
    options = asked(client)
    elsewhere, phished = Device(), Device()
    for copy in (elsewhere, phished):
        copy.key, copy.id, copy.handle, copy.count = device.key, device.id, device.handle, 100
    elsewhere.host, phished.origin = "evil.test", "https://rawat.evil.test"
    stolen = json.loads(other.sign(options))
    stolen["id"] = stolen["rawId"] = text(device.id)
    return {
        "another origin": phished.sign(options), "another host": elsewhere.sign(options),
        "another challenge": device.sign(options | {"challenge": "AAAA"}),
        "another's key": other.sign(options), "another's signature": json.dumps(stolen),
        "another's handle": device.sign(options, userHandle=other.handle),
        "no signature": device.sign(options, signature=""), "nobody there": device.sign(options, flags=0),
        "a making": device.make(options | {"user": {"id": device.handle}}),
        "no JSON": "{", "a list": "[]", "a number": "1", "nothing in it": "{}", "no text": "\x00\ud7ff",
        "no key": json.dumps({"rawId": 5, "response": None}), "deep": "[" * 9_000,
        "long": json.dumps({"rawId": "A" * 30_000}),
        "wrong letters": json.dumps({"rawId": "é%", "response": {}})}


LIES = ("another origin", "another host", "another challenge", "another's key", "another's signature",
        "another's handle", "no signature", "nobody there", "a making", "no JSON", "a list", "a number",
        "nothing in it", "no text", "no key", "deep", "long", "wrong letters")


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_opens_nothing(client: Any, nurse: User, sign_in: Any, device: Device, lie: str) -> None:
    other, patient = Device(), make_user(Role.UNIT_USER, password_hash=nurse.password_hash)
    sign_in(client, patient)
    add(client, other, is_sign_in="1")
    client.post("/logout")
    password(client)
    answers = lies(client, device, other)
    assert tuple(answers) == LIES
    assert client.post("/login/code", data={"passkey": answers[lie]}).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize("lie", [each for each in LIES if each != "another's key"])
def test_nor_without_a_password(client: Any, nurse: User, sign_in: Any, key: Device, lie: str) -> None:
    other = Device()
    sign_in(client, make_user(Role.UNIT_USER, password_hash=nurse.password_hash))
    add(client, other)
    client.post("/logout")
    assert client.post("/login/passkey", data={"passkey": lies(client, key, other)[lie]}).status_code == 422
    assert not is_in(client)


def test_alone_it_has_to_look_at_the_person_and_say_who(client: Any, key: Device) -> None:
    key.looks = False
    assert client.post("/login/passkey", data={"passkey": key.sign(asked(client))}).status_code == 422
    key.looks = True
    anonymous = key.sign(asked(client), userHandle="")
    assert client.post("/login/passkey", data={"passkey": anonymous}).status_code == 422
    assert client.post("/login/passkey", data={"passkey": key.sign(asked(client))}).status_code == 303


def test_the_same_answer_opens_once_even_with_the_cookie_of_before(client: Any, key: Device) -> None:
    answer = key.sign(asked(client))
    with client.session_transaction() as cookie:
        before = dict(cookie)
    assert client.post("/login/passkey", data={"passkey": answer}).status_code == 303
    client.post("/logout")
    assert client.post("/login/passkey", data={"passkey": answer}).status_code == 422
    with client.session_transaction() as cookie:
        cookie.update(before)
    assert client.post("/login/passkey", data={"passkey": answer}).status_code == 422
    assert not is_in(client)


def test_a_device_without_a_counter_cannot_be_replayed_either(client: Any, nurse: User, sign_in: Any) -> None:
    sign_in(client, nurse)
    key = Device(count=None)
    add(client, key, is_sign_in="1")
    client.post("/logout")
    challenge = Challenge.new()
    answer = key.sign(passkeys.asking(HERE, challenge, None))
    assert passkeys.used(answer, HERE, challenge, user=None) is not None
    assert passkeys.used(answer, HERE, challenge, user=None) is None
    assert "passkey_copied" not in templates()


def test_a_wrong_answer_uses_the_challenge_up(client: Any, device: Device) -> None:
    password(client)
    options = asked(client)
    client.post("/login/code", data={"passkey": "{}"})
    assert client.post("/login/code", data={"passkey": device.sign(options)}).status_code == 422


def test_a_challenge_is_answered_within_five_minutes(client: Any, device: Device, nurse: User,
                                                     monkeypatch: Any) -> None:
    challenge = Challenge.new()
    answer = device.sign(passkeys.asking(HERE, challenge, nurse))
    later = challenge.made * 1000 + (passkeys.LIFE + 1) * 1_000_000_000
    monkeypatch.setattr(passkeys.time, "time_ns", lambda: later)
    assert passkeys.used(answer, HERE, challenge, user=nurse) is None


def test_the_challenge_of_the_sign_in_answers_no_other_question(client: Any, nurse: User, sign_in: Any,
                                                                key: Device) -> None:
    """What was asked of anybody is not taken for the second step of somebody, nor the other way round."""
    alone = asked(client, alone="1")
    password(client)
    with client.session_transaction() as cookie:
        cookie[passkey_door.CHALLENGE] = [alone["challenge"], Challenge.new().made, 0]
    assert client.post("/login/code", data={"passkey": key.sign(alone)}).status_code == 422
    second = asked(client)
    assert client.post("/login/passkey", data={"passkey": key.sign(second)}).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize("count", [1, 2, 0])
def test_a_counter_that_does_not_go_on_is_refused_and_the_owner_told(client: Any, device: Device,
                                                                     count: int) -> None:
    password(client)
    client.post("/login/code", data={"passkey": device.sign(asked(client))})
    client.post("/logout")
    device.count = count
    password(client)
    assert client.post("/login/code", data={"passkey": device.sign(asked(client))}).status_code == 422
    assert templates()[-1] == "passkey_copied"


def test_a_forged_row_opens_nothing(client: Any, nurse: User, key: Device) -> None:
    """Who writes into the table gives another account the own key, and gets nowhere."""
    other = make_user(Role.ADMIN)
    row = db.session.scalars(sa.select(Passkey)).one()
    row.user_id = other.id
    db.session.commit()
    assert client.post("/login/passkey", data={"passkey": key.sign(asked(client))}).status_code == 422


# ---------------------------------------------------------------- limits, and who helps

def test_guesses_at_passkeys_count_with_those_at_codes(client: Any, app: Flask, device: Device) -> None:
    password(client)
    client.delete_cookie("device")
    app.config["RATELIMIT_ENABLED"] = True
    tries = [{"passkey": "{}"}, {"code": "x"}] * 3
    assert [client.post("/login/code", data=each).status_code for each in tries] == [422] * 5 + [429]


def test_guesses_without_an_account_are_counted_too(client: Any, app: Flask, session: Any) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    tries = [client.post("/login/passkey", data={"passkey": "{}"}).status_code for _ in range(7)]
    assert tries == [422] * 5 + [429] * 2


def test_a_recovery_code_opens_when_the_device_is_lost(client: Any, nurse: User, sign_in: Any) -> None:
    sign_in(client, nurse)
    codes = CODES.findall(add(client, Device()).text)
    client.post("/logout")
    password(client)
    assert client.post("/login/code", data={"code": codes[0]}).status_code == 303


def test_after_another_key_of_the_house_only_recovery_codes_open(client: Any, app: Flask, nurse: User,
                                                                 sign_in: Any) -> None:
    sign_in(client, nurse)
    device = Device()
    codes = CODES.findall(add(client, device).text)
    client.post("/logout")
    second_factor.configure({"NIK_KEY": "another key of thirty-two characters"})
    try:
        password(client)
        answers = ({"passkey": device.sign(asked(client))}, {"code": codes[0]})
        assert [client.post("/login/code", data=each).status_code for each in answers] == [422, 303]
    finally:
        second_factor.configure(app.config)


def test_an_app_that_was_only_begun_is_no_factor(client: Any, nurse: User, device: Device) -> None:
    """Its secret was shown to whoever sat there; only its confirmation makes it count."""
    password(client)
    client.post("/login/code", data={"passkey": device.sign(asked(client))})
    page = client.get("/account/factor").text
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    shown = pyotp.HOTP(secret).at(second_factor.step_now())
    assert client.post("/account/factor/codes", data={"current": PASSWORD, "code": shown}).status_code == 422
    given = {"current": PASSWORD, "digits": shown, "passkey": device.sign(asked(client))}
    assert client.post("/account/factor", data=given).status_code == 200
    assert db.session.scalars(sa.select(Authenticator)).one().confirmed_at is not None


def test_removing_asks_for_password_and_factor_and_the_last_ends_it(client: Any, nurse: User,
                                                                    device: Device) -> None:
    password(client)
    client.post("/login/code", data={"passkey": device.sign(asked(client))})
    row = db.session.scalars(sa.select(Passkey)).one()
    address = f"/account/factor/passkey/{row.id}/remove"
    for wrong in ({"current": PASSWORD}, {"passkey": device.sign(asked(client))}):
        assert client.post(address, data=wrong).status_code == 422
    assert client.post(address, data=proof(client, device)).status_code == 303
    assert (nurse.factor_since, passkeys.has_any(nurse), templates()[-1]) == (None, False, "factor_off")
    assert is_in(client)


def test_with_another_factor_left_it_stays(client: Any, nurse: User, device: Device) -> None:
    password(client)
    client.post("/login/code", data={"passkey": device.sign(asked(client))})
    add(client, Device(), "Phone", passkey=device.sign(asked(client)))
    phone = passkeys.of_account(nurse)[1]
    client.post(f"/account/factor/passkey/{phone.id}/remove", data=proof(client, device))
    assert nurse.factor_since is not None
    assert templates()[-1] == "passkey_removed"


def test_anothers_passkey_is_not_there(client: Any, nurse: User, sign_in: Any, device: Device) -> None:
    row = db.session.scalars(sa.select(Passkey)).one()
    sign_in(client, make_user(Role.UNIT_USER, password_hash=nurse.password_hash))
    for key in (row.id, 2**63, 2**64):
        address = f"/account/factor/passkey/{key}/remove"
        assert client.post(address, data={"current": PASSWORD}).status_code == 404
    assert passkeys.has_any(nurse)


def test_an_administrator_or_the_operator_takes_all_of_them_off(client: Any, app: Flask, nurse: User,
                                                                sign_in: Any, device: Device) -> None:
    sign_in(client, Role.ADMIN)
    assert "Passkeys: Office laptop" in client.get(f"/admin/user/details/?id={nurse.id}").text
    assert client.post(f"/admin/user/{nurse.id}/factor/reset").status_code == 303
    assert (nurse.factor_since, passkeys.has_any(nurse)) == (None, False)
    sign_in(client, nurse)
    add(client, Device())
    assert app.test_cli_runner().invoke(args=["user", "reset-factor", nurse.email]).exit_code == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Passkey)) == 0


def test_after_a_password_by_mail_it_opens_nothing_alone(client: Any, nurse: User, key: Device) -> None:
    """Who may have added it is not known then; beside the new password it still counts."""
    with one_transaction():
        ticket = accounts.issue(nurse, TicketKind.RESET_PASSWORD, template="password_reset")
        accounts.reset_password(accounts.token_of(ticket), passwords.hashed(PASSWORD))
    assert client.post("/login/passkey", data={"passkey": key.sign(asked(client))}).status_code == 422
    password(client)
    assert client.post("/login/code", data={"passkey": key.sign(asked(client))}).status_code == 303


def test_staff_who_have_to_set_a_factor_up_may_take_a_passkey(app: Flask, client: Any, nurse: User,
                                                              sign_in: Any) -> None:
    app.config["SECOND_FACTOR"] = "staff"
    sign_in(client, nurse)
    assert client.get("/admin/").location == "/account/factor"
    add(client, Device())
    assert client.get("/admin/").status_code == 200


def test_patients_may_have_one(client: Any, session: Any, sign_in: Any) -> None:
    patient = make_patient(user=make_user(Role.PATIENT, password_hash=passwords.hashed(PASSWORD)))
    sign_in(client, patient.user)
    assert client.get("/portal/").status_code == 200
    assert len(CODES.findall(add(client, Device()).text)) == 10


# ---------------------------------------------------------------- whose address counts

@pytest.mark.parametrize(("config", "host", "counts"), [
    ({"PUBLIC_URL": "https://rs.test:8443"}, "other.test", ("rs.test", "https://rs.test:8443")),
    ({"TRUSTED_HOSTS": ["rs.test"], "RAWAT_ENV": "production"}, "rs.test", ("rs.test", "http://rs.test")),
    ({"RAWAT_ENV": "demo"}, "localhost:5000", ("localhost", "http://localhost:5000")),
    ({"RAWAT_ENV": "production"}, "evil.test", None), ({"RAWAT_ENV": "demo"}, "127.0.0.1:5000", None),
    ({"PUBLIC_URL": "http://[::1]:5000"}, "localhost", None)])
def test_keys_are_made_for_the_hospitals_own_address(app: Flask, session: Any, config: dict[str, Any],
                                                     host: str, counts: tuple[str, str] | None) -> None:
    before = {name: app.config[name] for name in config}
    app.config.update(config)
    try:
        with app.test_request_context("/login", base_url=f"http://{host}"):
            found = passkey_door.party()
    finally:
        app.config.update(before)
    assert (found and (found.host, found.origin)) == counts


def test_at_an_address_in_numbers_nothing_is_offered(client: Any, nurse: User, sign_in: Any) -> None:
    there = {"base_url": "http://127.0.0.1:5000"}
    assert "/login/passkey" not in client.get("/login", **there).text
    assert "/login/passkey" in client.get("/login").text
    assert client.post("/login/passkey/options", **there).status_code == 404


def test_the_touch_of_a_key_that_looks_at_nobody_is_enough_beside_the_password(client: Any, nurse: User,
                                                                               sign_in: Any) -> None:
    sign_in(client, nurse)
    touch = Device(looks=False)
    add(client, touch)
    client.post("/logout")
    password(client)
    answer = touch.sign(asked(client), flags=THERE)
    assert client.post("/login/code", data={"passkey": answer}).status_code == 303
