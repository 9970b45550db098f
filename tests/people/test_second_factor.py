"""The second factor: asked for at every door, each code once, and what happens when it is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask

from models import clock
from models.base import db, one_transaction
from models.errors import NotAllowed
from models.operations.people import second_factor
from models.outbox import Outbox
from models.people import User
from models.roles import Role
from models.second_factor import Authenticator, RecoveryCode
from portal.web import passwords
from tests.support.factories import make_user

PASSWORD = "melati putih 12 di taman"
KEY = re.compile(r"<code>([A-Z2-7]{32})</code>")
CODES = re.compile(r"<li><code>([a-z2-9-]{19})</code></li>")


@pytest.fixture(autouse=True)
def _stands(client: Any) -> None:
    clock.freeze(clock.now())
    client.set_cookie("language", "en")


@pytest.fixture
def nurse(session: Any) -> User:
    return make_user(Role.UNIT_USER, email="nurse@rs.test", password_hash=passwords.hashed(PASSWORD))


def shown(secret: str, steps: int = 0) -> str:
    """What the app shows, so many times thirty seconds from now."""
    return pyotp.HOTP(secret).at(second_factor.step_now() + steps)


def password(client: Any) -> Any:
    return client.post("/login", data={"email": "nurse@rs.test", "password": PASSWORD})


def code(client: Any, text: str) -> int:
    return client.post("/login/code", data={"code": text}).status_code


@pytest.fixture
def app_of(client: Any, nurse: User, sign_in: Any) -> tuple[str, list[str]]:
    """The secret of the nurse's app and the recovery codes; nobody is signed in, the first code was used."""
    sign_in(client, nurse)
    secret = KEY.search(client.get("/account/factor").text)[1]
    done = client.post("/account/factor", data={"current": PASSWORD, "code": shown(secret)})
    assert done.status_code == 200
    client.post("/logout")
    clock.freeze(clock.now() + timedelta(minutes=2))
    return secret, CODES.findall(done.text)


def templates() -> list[str]:
    return list(db.session.scalars(sa.select(Outbox.template).order_by(Outbox.id)))


def test_setting_it_up_asks_for_password_and_code_and_shows_ten_codes_once(
        client: Any, nurse: User, sign_in: Any, app: Flask) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, nurse)
    sign_in(client, nurse)
    secret = KEY.search(client.get("/account/factor").text)[1]
    assert secret in client.get("/account/factor").text, "looking again changes nothing"
    for wrong in ({"current": PASSWORD, "code": "000000" if shown(secret) != "000000" else "111111"},
                  {"current": "wrong", "code": shown(secret)}, {"current": PASSWORD}):
        assert client.post("/account/factor", data=wrong).status_code == 422
    assert nurse.factor_since is None
    done = client.post("/account/factor", data={"current": PASSWORD, "code": shown(secret)})
    assert len(CODES.findall(done.text)) == 10
    assert CODES.findall(client.get("/account/factor").text) == []
    assert client.get("/account/").status_code == 200, "the own browser stays in"
    assert elsewhere.get("/account/").status_code == 302
    assert templates()[-1] == "factor_on"


def test_the_table_holds_neither_secret_nor_codes(app_of: Any) -> None:
    secret, codes = app_of
    assert secret not in db.session.scalar(sa.select(Authenticator.secret))
    kept = " ".join(db.session.scalars(sa.select(RecoveryCode.code_hash)))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_the_password_alone_opens_nothing(client: Any, app_of: Any) -> None:
    assert password(client).location == "/login/code"
    assert client.get("/account/").status_code == 302
    assert client.get("/login/code").status_code == 200
    assert code(client, "") == 422
    assert code(client, shown(app_of[0])) == 303
    assert client.get("/account/").status_code == 200


def test_without_the_password_there_is_no_second_step(client: Any, app_of: Any) -> None:
    assert client.post("/login/code", data={"code": shown(app_of[0])}).location == "/login"
    password(client)
    clock.freeze(clock.now() + timedelta(minutes=11))
    assert client.post("/login/code", data={"code": shown(app_of[0])}).location == "/login"


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_a_code_counts_half_a_minute_before_and_after(client: Any, app_of: Any, steps: int,
                                                      status: int) -> None:
    password(client)
    assert code(client, shown(app_of[0], steps)) == status


def test_a_code_is_taken_once_and_none_before_it(client: Any, app_of: Any) -> None:
    password(client)
    assert code(client, shown(app_of[0])) == 303
    client.post("/logout")
    password(client)
    assert [code(client, shown(app_of[0], steps)) for steps in (0, -1)] == [422, 422]
    assert code(client, shown(app_of[0], 1)) == 303


def test_a_recovery_code_opens_once_and_the_owner_is_told(client: Any, app_of: Any) -> None:
    recovery = app_of[1][3]
    password(client)
    assert code(client, recovery.upper().replace("-", " ")) == 303
    assert "recovery_code_used" in templates()
    assert "9 recovery codes are left" in client.get("/account/factor").text
    client.post("/logout")
    password(client)
    assert code(client, recovery) == 422


def test_after_another_key_of_the_house_the_recovery_codes_still_open(client: Any, app: Flask,
                                                                      app_of: Any) -> None:
    second_factor.configure({"NIK_KEY": "another key of thirty-two characters"})
    try:
        password(client)
        assert [code(client, each) for each in (shown(app_of[0]), app_of[1][0])] == [422, 303]
    finally:
        second_factor.configure(app.config)


def test_codes_are_guessed_five_times_in_five_minutes(client: Any, app: Flask, app_of: Any) -> None:
    password(client)
    client.delete_cookie("device")
    app.config["RATELIMIT_ENABLED"] = True
    assert [code(client, "x") for _ in range(7)] == [422] * 5 + [429] * 2


def test_a_token_of_the_api_needs_the_code_too(client: Any, app_of: Any) -> None:
    body = {"email": "nurse@rs.test", "password": PASSWORD}
    assert client.post("/api/v1/tokens", json=body).json["field"] == "code"
    assert client.post("/api/v1/tokens", json=body | {"code": shown(app_of[0])}).status_code == 201
    assert client.post("/api/v1/tokens", json=body | {"code": shown(app_of[0])}).status_code == 422


def test_taking_it_off_asks_for_password_and_code(client: Any, nurse: User, app_of: Any) -> None:
    password(client)
    code(client, shown(app_of[0]))
    for wrong in ({"current": PASSWORD, "code": "x"}, {"code": shown(app_of[0], 1)}):
        assert client.post("/account/factor/off", data=wrong).status_code == 422
    right = {"current": PASSWORD, "code": shown(app_of[0], 1)}
    assert client.post("/account/factor/off", data=right).status_code == 303
    assert (nurse.factor_since, templates()[-1]) == (None, "factor_off")
    client.post("/logout")
    assert password(client).location == "/admin/"


def test_new_recovery_codes_ask_for_a_code_and_end_the_old_ones(client: Any, app_of: Any) -> None:
    password(client)
    code(client, shown(app_of[0]))
    old = app_of[1][0]
    for wrong in ({"current": PASSWORD}, {"current": PASSWORD, "code": "x"}, {"code": old}):
        refused = client.post("/account/factor/codes", data=wrong)
        assert (refused.status_code, CODES.findall(refused.text)) == (422, [])
    made = CODES.findall(client.post("/account/factor/codes", data={"current": PASSWORD, "code": old}).text)
    assert len(made) == 10
    client.post("/logout")
    password(client)
    assert [code(client, each) for each in (app_of[1][1], made[0])] == [422, 303]


@pytest.mark.parametrize("has_boss", [True, False])
def test_the_code_page_says_who_helps_when_app_and_codes_are_lost(client: Any, app_of: Any,
                                                                  has_boss: bool) -> None:
    if has_boss:
        make_user(Role.ADMIN, name="Ibu Ratna")
    password(client)
    page = client.get("/login/code").text
    assert ("Ibu Ratna" in page, "flask user reset-factor nurse@rs.test" in page) == (has_boss, not has_boss)


def test_another_administrator_takes_it_off_and_never_the_own(client: Any, nurse: User, sign_in: Any,
                                                              app_of: Any) -> None:
    boss = sign_in(client, Role.ADMIN)
    assert client.post(f"/admin/user/{nurse.id}/factor/reset").status_code == 303
    assert (nurse.factor_since, templates()[-1]) == (None, "factor_off")
    for person in (boss, make_user(Role.DIRECTOR)):
        with pytest.raises(NotAllowed), one_transaction():
            second_factor.reset(boss, by=person)


def test_the_operator_takes_it_off(app: Flask, nurse: User, app_of: Any) -> None:
    assert app.test_cli_runner().invoke(args=["user", "reset-factor", nurse.email]).exit_code == 0
    assert db.session.scalar(sa.select(User.factor_since).where(User.email == "nurse@rs.test")) is None
    assert app.test_cli_runner().invoke(args=["user", "reset-factor", "nurse@rs.test"]).exit_code != 0


def test_staff_without_it_can_do_nothing_else_where_it_is_wanted(app: Flask, client: Any, nurse: User,
                                                                 sign_in: Any) -> None:
    app.config["SECOND_FACTOR"] = "staff"
    sign_in(client, nurse)
    for path in ("/admin/", "/account/", "/portal/doctors", "/admin/store_request/"):
        assert client.get(path).location == "/account/factor", path
    assert client.post("/account/password/change").location == "/account/factor"
    body = {"email": nurse.email, "password": PASSWORD}
    assert client.post("/api/v1/tokens", json=body).status_code == 403
    page = client.get("/account/factor")
    assert page.status_code == 200
    secret = KEY.search(page.text)[1]
    client.post("/account/factor", data={"current": PASSWORD, "code": shown(secret)})
    assert client.get("/admin/").status_code == 200


def test_patients_and_demo_accounts_are_not_led(app: Flask, client: Any, session: Any, sign_in: Any) -> None:
    app.config["SECOND_FACTOR"] = "staff"
    for person in (make_user(Role.PATIENT), make_user(Role.STORE_HEAD, is_demo=True)):
        sign_in(client, person)
        assert client.get("/account/").status_code == 200
