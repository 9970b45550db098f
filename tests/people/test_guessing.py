"""Guessing secrets: limited for an account, an address and the house, whatever process is asked; nobody is
locked out of a device that they use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from limits.strategies import MovingWindowRateLimiter

from models import clock
from models.base import db, will_write
from models.guesses import SecretTry
from models.outbox import Outbox
from models.people import User
from models.roles import Role
from portal import account, social
from portal.api import sessions
from portal.web import guessing, passwords, signin, throttle
from portal.web.counted_together import DatabaseStorage
from tests.support.factories import make_user
from tests.support.races import at_once
from tests.support.trying import count_by

PASSWORD = "melati putih 12 di taman"
FIVE = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _counted(app: Flask, session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries are counted by the hospital's clock, which stands until a test moves it."""
    app.config["RATELIMIT_ENABLED"] = True
    clock.freeze(clock.now())
    count_by(monkeypatch, lambda: clock.now().timestamp())


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were looked at, all wrong."""
    seen: list[str] = []

    def look(password: str, _kept: str | None) -> bool:
        seen.append(password)
        return False

    monkeypatch.setattr(passwords, "verified", look)
    return seen


@pytest.fixture
def nurse(session: Any) -> User:
    return make_user(Role.UNIT_USER, email="nurse@rs.test", password_hash=passwords.hashed(PASSWORD))


def later(by: timedelta) -> None:
    clock.freeze(clock.now() + by)


def guess(client: Any, email: str = "nurse@rs.test", address: str = "10.0.0.1",
          password: str = "wrong") -> Any:
    return client.post("/login", data={"email": email, "password": password},
                       environ_overrides={"REMOTE_ADDR": address})


def test_of_ten_thousand_guesses_ten_are_looked_at_in_five_minutes(app: Flask, nurse: User) -> None:
    """From as many addresses, over half an hour, counted as the sign-in counts them."""
    looked_at = []
    for number in range(10_000):
        if number % 1000 == 0:
            later(timedelta(minutes=3))
        address = f"10.{number % 250}.{number // 250 % 250}.7"
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            try:
                guessing.password_guesses.begin("nurse@rs.test", nurse)
                looked_at.append(clock.now())
            except guessing.TooManyRequests:
                pass
    assert len(looked_at) == 10 * 5  # at 3, 9, 15, 21 and 27 minutes
    for at in looked_at:
        assert sum(at - FIVE < other <= at for other in looked_at) <= 10


@pytest.mark.parametrize("email", ["nurse@rs.test", "nobody@rs.test", "NURSE@rs.test"])
def test_an_account_is_guessed_ten_times_from_everywhere_together(client: Any, nurse: User,
                                                                  evaluated: list[str], email: str) -> None:
    answers = [guess(client, email, f"10.0.0.{number}") for number in range(40)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 30
    assert len(evaluated) == 10
    assert answers[-1].headers["Retry-After"] == "300"
    client.set_cookie("language", "en")
    assert "Wait a few minutes, then try again." in guess(client, email).text


def test_sixty_accounts_from_one_address_are_ten_guesses(client: Any, evaluated: list[str]) -> None:
    codes = [guess(client, f"person{number}@rs.test").status_code for number in range(60)]
    assert codes == [422] * 10 + [429] * 50
    assert len(evaluated) == 10
    assert guess(client, "person59@rs.test", "10.0.0.2").status_code == 422, "refused tries counted nothing"


def test_the_house_has_a_limit_whatever_the_address_and_the_account(app: Flask, session: Any) -> None:
    few = guessing.Guesses("house-test", house=7)
    refused = 0
    for number in range(20):
        with app.test_request_context(environ_base={"REMOTE_ADDR": f"10.0.0.{number}"}):
            try:
                few.begin(f"person{number}@rs.test")
            except guessing.TooManyRequests:
                refused += 1
    assert refused == 13


def test_a_known_device_keeps_its_way_while_others_guess(app: Flask, client: Any, nurse: User) -> None:
    assert guess(client, password=PASSWORD).status_code == 303
    client.post("/logout")
    thief = app.test_client()
    assert [guess(thief, address=f"10.9.0.{number}").status_code for number in range(12)][-1] == 429
    assert guess(app.test_client(), password=PASSWORD).status_code == 429, "the right one from elsewhere"
    assert guess(client, password=PASSWORD).status_code == 303


def test_a_known_device_has_ten_guesses_too(client: Any, nurse: User) -> None:
    guess(client, password=PASSWORD)
    client.post("/logout")
    assert [guess(client).status_code for _ in range(12)] == [422] * 10 + [429] * 2
    later(FIVE)
    assert guess(client, password=PASSWORD).status_code == 303


def test_what_was_right_counts_for_nothing(client: Any, app: Flask, nurse: User) -> None:
    for _ in range(15):
        assert guess(app.test_client(), password=PASSWORD).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SecretTry)) == 0


def test_a_restart_forgets_no_guess(client: Any, nurse: User, evaluated: list[str],
                                    monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(10):
        guess(client)
    throttle.here.storage.reset()
    monkeypatch.setattr(throttle, "together", MovingWindowRateLimiter(DatabaseStorage()))  # another process
    assert guess(client).status_code == 429
    later(FIVE)
    assert guess(client).status_code == 422


def test_old_tries_leave_the_table(client: Any, nurse: User, evaluated: list[str]) -> None:
    guess(client)
    later(timedelta(days=1, minutes=1))
    guess(client)
    left = db.session.scalar(sa.select(sa.func.count()).select_from(SecretTry))
    assert left == 3, "account, address and house of the second"


def test_neither_account_nor_address_is_in_the_table(client: Any, nurse: User, evaluated: list[str]) -> None:
    guess(client)
    for row in db.session.scalars(sa.select(SecretTry)):
        assert len(row.key) == 64
        assert not {"nurse", "10.0"} & set(row.key)


def test_every_door_of_a_password_counts_together(app: Flask, client: Any, nurse: User,
                                                  evaluated: list[str]) -> None:
    for number in range(5):
        guess(client, address=f"10.0.0.{number}")
        client.post("/api/v1/tokens", json={"email": nurse.email, "password": "wrong"},
                    environ_overrides={"REMOTE_ADDR": f"10.1.0.{number}"})
    answer = client.post("/api/v1/tokens", json={"email": nurse.email, "password": "wrong"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json["detail"] == "Tunggu beberapa menit, lalu coba lagi."
    assert guess(client).status_code == 429
    assert len(evaluated) == 10
    used = {module.__name__: module.password_guesses for module in (signin, sessions, social)}
    assert set(used.values()) == {guessing.password_guesses}, used


def test_who_sits_at_an_open_session_locks_nobody_out(app: Flask, client: Any, nurse: User,
                                                      sign_in: Any) -> None:
    sign_in(client, nurse)
    codes = [client.post("/account/password/change", data={"current": "wrong"}).status_code
             for _ in range(12)]
    assert codes == [422] * 10 + [429] * 2
    assert guess(app.test_client(), password=PASSWORD, address="10.0.0.9").status_code == 303


def test_mails_for_a_new_password_are_counted_by_address_and_house(
        app: Flask, client: Any, nurse: User, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["PUBLIC_URL"] = "https://rs.example"

    def ask(address: str) -> int:
        return client.post("/account/forgotten", data={"email": nurse.email},
                           environ_overrides={"REMOTE_ADDR": address}).status_code
    assert [ask("10.0.0.1") for _ in range(12)] == [200] * 10 + [429] * 2
    assert ask("10.0.0.2") == 200
    monkeypatch.setattr(account, "all_mails", throttle.Throttle(
        "mail-house-test", limit=2, window=timedelta(minutes=15), together=True))
    assert [ask(f"10.0.1.{number}") for number in range(4)] == [200, 200, 429, 429]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 1, "one a minute"


@pytest.mark.commits
def test_several_at_once_get_no_more_than_the_limit(app: Flask) -> None:
    few = throttle.Throttle("race-test", limit=5, window=FIVE, together=True)

    def take() -> int:
        will_write()
        return few.take("a")
    waits = at_once(app, [take] * 12)
    assert sum(wait == 0 for wait in waits) == 5, waits
