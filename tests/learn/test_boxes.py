"""A learner's own hospital: made in a moment, played in every role, made anew, thrown away in time; nothing
of it reaches another box or the house."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from models import clock
from models.base import ask_as_before, ask_hospital, db, hospital
from models.operations.clinic.conversation_news import Board
from models.people import User
from models.roles import Role
from portal.learn.boxes import Box, box_of, configure, pool, settings, store, template
from portal.web.config import Unsafe
from tests.learn.conftest import HOUSE
from tests.learn.test_learn import statements

pytestmark = pytest.mark.once


def count(box: Box, table: str) -> int:
    with closing(box.read_only()) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def change(file: Path, statement: str, *values: Any) -> None:
    """Write into a box as somebody at its file would."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement, values)
        connection.commit()


@pytest.fixture
def student(user: Callable[..., User]) -> User:
    return user(Role.STUDENT, language="en")


@pytest.fixture
def other(user: Callable[..., User]) -> User:
    return user(Role.STUDENT, language="en")


# ---------------------------------------------------------------- in the house

@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER, Role.ADMIN])
def test_a_learner_makes_a_hospital_and_finds_the_way_into_every_role(
        house: Flask, client: Any, sign_in: Any, role: Role) -> None:
    person = sign_in(client, role)
    assert "/box/enter" not in client.get("/learn/sandbox").text
    assert client.post("/learn/sandbox").location == "/learn/sandbox"
    page = client.get("/learn/sandbox").text
    box = box_of(person)
    assert box is not None
    assert box.path.exists()
    for played in set(Role) - {Role.STUDENT, Role.TEACHER}:
        assert f"role={played.value}" in page


def test_the_pages_ask_the_database_for_the_person_alone(house: Flask, client: Any, sign_in: Any,
                                                         student: User, new_box: Any) -> None:
    sign_in(client, student)
    new_box(student)
    client.get("/learn/")
    for address in ("/learn/sandbox", "/learn/break"):
        assert statements(client, address) == 1


def test_whoever_does_not_learn_makes_none(house: Flask, client: Any, sign_in: Any) -> None:
    assert client.post("/learn/sandbox").location.startswith("/login")
    sign_in(client, Role.DOCTOR)
    assert client.post("/learn/sandbox").status_code == 403
    assert list(settings.folder().glob("*.json")) == []


def test_a_learner_has_one_hospital_and_the_new_one_takes_its_place(
        student: User, new_box: Any, boxes: Flask) -> None:
    first, second = new_box(student), new_box(student)
    assert [box_of(student), first.path.exists(), second.path.exists()] == [second, False, True]
    assert boxes.test_client().get(first.address("/").partition(":5001")[2]).status_code == 404


def test_without_a_template_a_sentence_says_what_is_missing(
        house: Flask, client: Any, sign_in: Any, student: User) -> None:
    store.template().unlink()
    sign_in(client, student)
    answer = client.post("/learn/sandbox")
    assert (answer.status_code, "flask sandbox build" in answer.text) == (422, True)
    assert box_of(student) is None


def test_where_boxes_are_off_none_is_made(house: Flask, client: Any, sign_in: Any, student: User) -> None:
    house.config[settings.PORT] = 0
    sign_in(client, student)
    assert "SANDBOX_PORT" in client.get("/learn/sandbox").text
    assert client.post("/learn/sandbox").status_code == 422
    assert list(settings.folder().glob("*.json")) == []


@pytest.mark.parametrize(("name", "value"), [(settings.MOST, 1), (settings.MOST_MB, 0)])
def test_there_are_only_so_many_and_not_too_large_together(
        house: Flask, client: Any, sign_in: Any, student: User, other: User, new_box: Any,
        name: str, value: int) -> None:
    new_box(other)
    house.config[name] = value
    sign_in(client, student)
    assert client.post("/learn/sandbox").status_code == 422
    assert (box_of(student), box_of(other) is not None) == (None, True)


def test_a_full_disk_is_left_alone(house: Flask, student: User, new_box: Any,
                                   monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    with pytest.raises(store.Refused):
        new_box(student)
    assert box_of(student) is None


# ---------------------------------------------------------------- inside

@pytest.mark.parametrize("role", list(Role))
def test_one_press_makes_the_learner_somebody_of_the_hospital(
        student: User, new_box: Any, go_in: Any, role: Role) -> None:
    browser = go_in(new_box(student), role)
    if role in (Role.STUDENT, Role.TEACHER):  # lessons are in the house
        assert browser.get("/learn/").location == f"{HOUSE}/learn/"
        return
    page = browser.get("/account/" if role in (Role.DOCTOR, Role.PATIENT) else "/", follow_redirects=True)
    assert (page.status_code, page.text.count('class="box-bar"')) == (200, 1)
    assert f'value="{role.value}" aria-current="true"' in page.text


def test_the_bar_changes_the_role(student: User, new_box: Any, go_in: Any) -> None:
    browser = go_in(new_box(student), Role.STORE_HEAD)
    assert browser.get("/admin/activity_log/").status_code == 403
    assert browser.post("/box/role", data={"role": "admin"}).location == "/admin/"
    assert browser.get("/admin/activity_log/").status_code == 200
    assert browser.post("/box/role", data={"role": "nobody"}).status_code == 404


def test_a_link_opens_a_screen_as_a_role(student: User, new_box: Any, go_in: Any, boxes: Flask) -> None:
    box = new_box(student)
    link = box.address("/admin/store/", Role.STORE_HEAD)
    assert link.startswith("http://localhost:5001/box/enter?")
    assert boxes.test_client().get(link.partition(":5001")[2]).location == "/admin/store/"
    away = box.address("//evil.example/", Role.STORE_HEAD).partition(":5001")[2]
    assert boxes.test_client().get(away).location == "/admin/"


def test_the_bar_makes_the_hospital_anew(student: User, new_box: Any, go_in: Any) -> None:
    box = new_box(student)
    browser = go_in(box, Role.ADMIN)
    assert count(box, "activity_log") == 1  # the sign-in
    change(box.path, "UPDATE user SET name = 'Broken'")
    answer = browser.post("/box/reset")
    again = box_of(student)
    assert again is not None
    assert again.key != box.key
    browser.get(answer.location)
    assert browser.get("/admin/").status_code == 200
    with closing(again.read_only()) as connection:
        assert connection.execute("SELECT count(*) FROM user WHERE name = 'Broken'").fetchone() == (0,)


def test_pages_without_a_box_lead_back_to_the_lessons(boxes: Flask, student: User, new_box: Any) -> None:
    browser = boxes.test_client()
    for address in ("/", "/admin/", "/login", "/portal/", "/readyz"):
        assert browser.get(address).status_code == 404
    assert browser.post("/box/reset").status_code == 404
    assert browser.get("/healthz").status_code == 200
    forged = new_box(student).address("/").partition(":5001")[2].replace("ticket=", "ticket=x")
    assert browser.get(forged).status_code == 404


# ---------------------------------------------------------------- apart

def test_a_session_of_one_box_is_nothing_in_another(
        student: User, other: User, new_box: Any, go_in: Any, boxes: Flask) -> None:
    mine, theirs = new_box(student), new_box(other)
    browser = go_in(mine, Role.ADMIN)
    assert browser.get("/admin/").status_code == 200
    browser.set_cookie("rawat_box", store.sign(theirs.key, "cookie"))
    assert browser.get("/admin/").location.startswith("/login")
    browser.set_cookie("rawat_box", store.sign(theirs.key, "enter"))  # a ticket is no cookie
    assert browser.get("/admin/").status_code == 404


def test_a_sign_in_of_the_house_opens_no_box_and_the_other_way_round(
        house: Flask, boxes: Flask, client: Any, sign_in: Any, student: User, new_box: Any,
        go_in: Any) -> None:
    assert house.config["SESSION_COOKIE_NAME"] != boxes.config["SESSION_COOKIE_NAME"]
    assert house.config["SECRET_KEY"] != boxes.config["SECRET_KEY"]
    browser = go_in(new_box(student), Role.ADMIN)
    cookie = browser.get_cookie(boxes.config["SESSION_COOKIE_NAME"])
    client.set_cookie(house.config["SESSION_COOKIE_NAME"], cookie.value)
    assert client.get("/admin/").location.startswith("/login")


def test_what_happens_in_a_box_stays_there(
        session: Any, student: User, other: User, new_box: Any, go_in: Any) -> None:
    mine, theirs = new_box(student), new_box(other)
    session.commit()
    before = {name: session.execute(store_count(name)).scalar()
              for name in ("user", "work_unit", "activity_log", "outbox")}
    browser = go_in(mine, Role.ADMIN)
    unit = {"code": "BOX", "name": "Unit of the box", "status": "active"}
    assert browser.post("/admin/work_unit/new/", data=unit).status_code in (302, 303)
    assert count(mine, "work_unit") == count(theirs, "work_unit") + 1
    assert {name: session.execute(store_count(name)).scalar() for name in before} == before


def store_count(table: str) -> Any:
    return sa.text(f'SELECT count(*) FROM "{table}"')


def test_each_request_reads_the_box_that_it_asks(
        student: User, other: User, new_box: Any, go_in: Any) -> None:
    browsers = []
    for owner, name in ((student, "Alpha"), (other, "Beta")):
        box = new_box(owner)
        change(box.path, "UPDATE user SET name = ?", name)
        browsers.append(go_in(box, Role.ADMIN))
    for _ in range(2):
        pages = [browser.get("/admin/user/").text for browser in browsers]
        assert [("Alpha" in page, "Beta" in page) for page in pages] == [(True, False), (False, True)]


def test_an_answer_that_nobody_read_to_its_end_leaves_no_box_behind(
        student: User, new_box: Any, boxes: Flask) -> None:
    """A thread that serves one box after another asks nobody's hospital in between."""
    first = FlaskClient(boxes)
    first.get(new_box(student).address("/", Role.ADMIN).partition(":5001")[2])
    open_answer = first.get("/admin/")
    assert open_answer.status_code == 200
    assert FlaskClient(boxes).get("/admin/", buffered=True).status_code == 404
    assert FlaskClient(boxes).get("/login", buffered=True).status_code == 404
    open_answer.close()


def test_connections_rest_for_a_few_boxes_only(student: User, other: User, new_box: Any, go_in: Any,
                                               boxes: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MOST_RESTING", 1)
    opened: list[str] = []
    monkeypatch.setattr(pool, "hospital", lambda: opened.append(hospital()) or hospital())
    browsers = [go_in(new_box(owner), Role.ADMIN) for owner in (student, other)]
    for _ in range(2):
        assert [browser.get("/admin/user/").status_code for browser in browsers] == [200, 200]
    with boxes.app_context():
        resting = db.engine.pool
        assert len(resting.resting) == 1
        db.engine.dispose()
        assert len(db.engine.pool.resting) == 0
    assert len(set(opened)) == 2


def test_guesses_in_one_box_lock_nobody_out_of_another(
        student: User, other: User, new_box: Any, go_in: Any, boxes: Flask) -> None:
    boxes.config["RATELIMIT_ENABLED"] = True
    mine, theirs = go_in(new_box(student)), go_in(new_box(other))
    guess = {"email": "admin@demo.rawat", "password": "wrong"}
    assert {mine.post("/login", data=guess).status_code for _ in range(10)} == {422}
    assert [mine.post("/login", data=guess).status_code, theirs.post("/login", data=guess).status_code] == [
        429, 422]


def test_a_bell_rings_in_its_own_hospital_only() -> None:
    board, seen = Board(), []
    for name in ("one", "two", ""):
        token = ask_hospital(name)
        if name == "one":
            board.types(7, "doctor")
        seen.append((board.is_typing(7, "doctor"), board.number(7, "patient") == board.number(8, "patient")))
        ask_as_before(token)
    assert seen == [(True, False), (False, True), (False, True)]


def test_the_process_of_the_boxes_knows_no_way_out(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = {"DATABASE_URL": "postgresql://house", "READ_DATABASE_URL": "postgresql://copy",
               "LISTEN_DATABASE_URL": "postgresql://house", "TRUSTED_HOSTS": "house",
               "REDIS_URL": "redis://house", "MAIL_URL": "smtp://house", "WHATSAPP_URL": "https://house",
               "SMS_URL": "https://house", "GOOGLE_CLIENT_SECRET": "house", "PUBLIC_URL": "https://house"}
    for name, value in outside.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SECRET_KEY", "of the house")
    given = template.environment()
    assert set(outside) & set(given) == set()
    assert [name for name, value in given.items() if "house" in value] == []
    found = {"RAWAT_ENV": "demo", "SANDBOX_SERVER": True, "MAIL_URL": "smtp://house",
             "SQLALCHEMY_DATABASE_URI": "postgresql://house", "REDIS_URL": "redis://house",
             "INSTANCE": "boxes"}
    configure(found)
    assert "house" not in repr(found)


def test_a_production_box_reads_no_nik_of_the_house(house: Flask) -> None:
    house.config["RAWAT_ENV"] = "production"
    assert not {house.config[name] for name in ("SECRET_KEY", "NIK_KEY", "NIK_INDEX_KEY")} & set(
        settings.secrets_of_boxes().values())
    assert not template.is_at_hand()


# ---------------------------------------------------------------- bounds

def test_a_large_upload_and_a_box_that_grows_without_end_are_refused(
        student: User, new_box: Any, go_in: Any, boxes: Flask) -> None:
    box = new_box(student)
    browser = go_in(box, Role.ADMIN)
    boxes.config["MAX_FORM_MEMORY_SIZE"] = None
    assert browser.post("/login", data={"email": "x" * (settings.MOST_UPLOAD + 1)}).status_code == 413
    with closing(sqlite3.connect(box.path)) as connection:
        settings.tame(connection, None)
        assert connection.execute("PRAGMA max_page_count").fetchone() == (settings.MOST_PAGES,)
        assert connection.execute("PRAGMA cache_size").fetchone() == (-2000,)


def test_a_box_whose_time_is_over_is_closed_and_its_file_goes(
        app: Flask, student: User, other: User, new_box: Any, go_in: Any) -> None:
    box = new_box(student)
    browser = go_in(box, Role.ADMIN)
    clock.run_ahead(clock.ahead() + timedelta(hours=23))
    young = new_box(other)
    assert browser.get("/login").status_code == 200  # the session was idle too long, the box lives
    clock.run_ahead(clock.ahead() + timedelta(hours=2))
    assert (browser.get("/admin/").status_code, box_of(student)) == (404, None)
    ran = app.test_cli_runner().invoke(args=["run-jobs"])
    assert "sandboxes: 1 thrown away" in ran.output
    assert [box.path.exists(), young.path.exists()] == [False, True]


def test_what_no_record_names_is_taken_away(house: Flask, student: User, new_box: Any,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    box = new_box(student)
    left = settings.folder() / "9-0123456789abcdef.sqlite3"
    left.write_bytes(b"")
    store.clean_up()
    assert left.exists()  # somebody may be making it
    monkeypatch.setattr(store, "ORPHAN", -1)
    store.clean_up()
    assert [left.exists(), box.path.exists()] == [False, True]


def test_a_look_at_a_box_changes_nothing(student: User, new_box: Any) -> None:
    with closing(new_box(student).read_only()) as connection:
        assert connection.execute("SELECT count(*) FROM user").fetchone()[0] >= len(Role)
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("DELETE FROM user")


# ---------------------------------------------------------------- the template, and who switches it on

def test_the_template_is_without_the_log_and_unused_villages_and_keeps_its_rules(
        house: Flask, tmp_path: Path) -> None:
    file = tmp_path / "demo.sqlite3"
    shutil.copyfile(store.template(), file)
    triggers = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"
    with closing(sqlite3.connect(file)) as connection:
        rules = connection.execute(triggers).fetchall()
        for code, parent, level in (
                ("31", None, "province"), ("31.71", "31", "regency"), ("31.71.01", "31.71", "district"),
                ("31.71.01.1001", "31.71.01", "village")):
            connection.execute("INSERT INTO region VALUES (?, ?, ?, 'x')", (code, parent, level))
        connection.commit()
    template.reduce(file)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute(triggers).fetchall() == rules
        assert connection.execute("SELECT code FROM region ORDER BY code").fetchall() == [("31",), ("31.71",)]
        for table in ("activity_log", "user_session", "api_token"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.commits
def test_the_command_makes_the_template_of_an_embedded_demo(
        app: Flask, house: Flask, session: Any, user: Callable[..., User]) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("elsewhere a demo hospital is loaded first, which takes minutes")
    user(Role.ADMIN, email="admin@demo.rawat", is_demo=True)
    session.commit()
    store.template().unlink()
    ran = app.test_cli_runner().invoke(args=["sandbox", "build"])
    assert ran.exit_code == 0, ran.output
    assert template.is_current()
    with closing(sqlite3.connect(store.template())) as connection:
        assert connection.execute("SELECT email FROM user").fetchall() == [("admin@demo.rawat",)]


@pytest.mark.parametrize(("environment", "port", "url", "expected"), [
    ("demo", "", "", 5001), ("demo", "off", "", 0), ("demo", "7000", "", 7000),
    ("production", "", "", 0), ("production", "7000", "", 0), ("production", "", "https://train.example", 0),
    ("production", "7000", "https://train.example", 7000)])
def test_a_hospital_has_boxes_only_where_its_training_host_is_named(
        monkeypatch: pytest.MonkeyPatch, environment: str, port: str, url: str, expected: int) -> None:
    monkeypatch.setenv("PORT", "5000")
    monkeypatch.setenv("SANDBOX_PORT", port)
    monkeypatch.setenv("SANDBOX_URL", url)
    found: dict[str, Any] = {"RAWAT_ENV": environment}
    configure(found)
    assert found["SANDBOX_PORT"] == expected


def test_a_number_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_HOURS", "soon")
    with pytest.raises(Unsafe):
        configure({"RAWAT_ENV": "demo"})
