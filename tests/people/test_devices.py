"""The page of one's own sessions and tokens, and what its owner is told of a device that is new."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models.base import db
from models.outbox import Outbox
from models.people import Language, User
from models.roles import Role
from portal.web import devices, passwords
from portal.web.outbox_job import composed
from tests.support.factories import make_user

PASSWORD = "melati putih 12 di taman"
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def nurse(session: Any) -> User:
    return make_user(Role.UNIT_USER, email="nurse@rs.test", language=Language.EN,
                     password_hash=passwords.hashed(PASSWORD))


def enter(browser: Any, **headers: str) -> None:
    answer = browser.post("/login", data={"email": "nurse@rs.test", "password": PASSWORD},
                          headers=FIREFOX | headers)
    assert answer.status_code == 303


def mails(template: str) -> list[str]:
    rows = db.session.scalars(sa.select(Outbox).where(Outbox.template == template).order_by(Outbox.id))
    return [composed(row, "rs@example.org").text for row in rows]


def test_a_device_is_told_of_once(app: Any, client: Any, nurse: User) -> None:
    enter(client)
    assert mails("new_device") == [], "the first sign-in of all is no news"
    client.post("/logout")
    enter(client)
    assert mails("new_device") == [], "the same browser came back"
    enter(app.test_client())
    (told,) = mails("new_device")
    assert "Firefox, Linux" in told
    assert "127.0.0.1" in told


def test_it_is_told_in_the_owners_language(app: Any, client: Any, nurse: User) -> None:
    nurse.language = Language.ID
    enter(client)
    enter(app.test_client())
    assert "perangkat" in mails("new_device")[0].lower()


def test_a_device_is_new_again_after_another_password(client: Any, nurse: User) -> None:
    enter(client)
    nurse.password_hash = passwords.hashed(PASSWORD)
    db.session.commit()
    enter(client)
    assert len(mails("new_device")) == 1


def test_the_own_change_of_the_password_keeps_the_device(client: Any, nurse: User) -> None:
    enter(client)
    new = "kamboja kuning 7 di taman"
    assert client.post("/account/password/change", data={
        "current": PASSWORD, "password": new, "repeated": new}).status_code == 303
    client.post("/logout")
    assert client.post("/login", data={"email": nurse.email, "password": new}).status_code == 303
    assert mails("new_device") == []


def test_several_people_share_a_device(client: Any, nurse: User) -> None:
    enter(client)
    other = make_user(Role.UNIT_USER, email="other@rs.test", password_hash=nurse.password_hash)
    for person in (other, nurse):
        client.post("/logout")
        client.post("/login", data={"email": person.email, "password": PASSWORD})
    assert mails("new_device") == []


def test_a_made_up_cookie_makes_no_device_known(client: Any, nurse: User) -> None:
    enter(client)
    own = client.get_cookie("device").value
    device, _, mark = own.partition(".")
    for text in ("", "x", device, f"{device}.", f"{device}.{'A' * 22}", f"{'B' * 22}.{mark}",
                 own + "." * 500):
        with client.application.test_request_context(headers={"Cookie": f"device={text}"}):
            assert devices.known(nurse) is None, text
    with client.application.test_request_context(headers={"Cookie": f"device={own}"}):
        assert devices.known(nurse) == device
        assert devices.known(make_user(Role.UNIT_USER)) is None


def test_a_new_token_is_told_of(client: Any, nurse: User) -> None:
    made = client.post("/api/v1/tokens", json={"email": nurse.email, "password": PASSWORD, "name": "till"})
    (told,) = mails("new_token")
    assert "till" in told
    assert made.json["token"] not in told


@pytest.mark.parametrize(("role", "frame"), [(Role.STORE_HEAD, "rw-shell"), (Role.PATIENT, "emergency"),
                                             (Role.STUDENT, "emergency")])
def test_staff_see_the_page_in_the_panels_frame_and_others_in_the_portals(
        client: Any, sign_in: Any, role: Role, frame: str) -> None:
    sign_in(client, role)
    client.set_cookie("language", "en")
    page = client.get("/account/")
    assert page.status_code == 200
    assert f'class="{frame}"' in page.text
    assert "This device" in page.text
