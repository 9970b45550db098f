"""What did this page do: in a practice hospital each page says which statements it made, which rights it
asked for, what it called and what the log notes; in the house it says nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from models.people import User
from models.roles import Role
from portal.learn.inspecting import words
from portal.learn.inspecting.record import Statement, Trace

pytestmark = pytest.mark.once


@pytest.fixture
def student(user: Any) -> User:
    return user(Role.STUDENT, language="en")


@pytest.fixture
def box(student: User, new_box: Any) -> Any:
    box = new_box(student)
    with closing(sqlite3.connect(box.path)) as connection:
        connection.execute("UPDATE user SET language = 'en'")
        connection.commit()
    return box


def request_id(box: Any, state: str) -> int:
    with closing(box.read_only()) as connection:
        return int(connection.execute("SELECT id FROM store_request WHERE state = ?", (state,)).fetchone()[0])


def test_a_page_tells_its_statements_rights_and_function(box: Any, go_in: Any) -> None:
    page = go_in(box, Role.STORE_HEAD).get("/admin/store_request/").text
    drawer = page[page.index('id="box-drawer"'):page.index('class="rw-shell"')]
    assert "store_request" in drawer
    assert "GET /admin/store_request/" in drawer
    assert "Which rows of store_request? only where" in drawer
    assert "Statements" in drawer
    assert "backoffice/panel/" in drawer
    assert "one row by its key" in drawer or "finds rows by the index" in drawer


def test_the_page_after_a_step_tells_the_operation_and_the_log(box: Any, go_in: Any) -> None:
    browser = go_in(box, Role.STORE_HEAD)
    key = request_id(box, "submitted")
    answer = browser.post(f"/admin/store_request/{key}/approve", data={"version": "2"})
    assert answer.status_code == 303, answer.text
    page = browser.get(answer.location).text
    assert "Before this page: what you sent" in page
    assert f"POST /admin/store_request/{key}/approve" in page
    assert "perform(store_request, &#39;approve&#39;)" in page
    assert "models/operations/core/approvals.py" in page
    assert "<b>updated</b><code>store_request</code>" in page.replace("</b> <code>", "</b><code>")
    assert "Before this page" not in browser.get(answer.location).text  # told once


def test_rows_that_are_asked_one_by_one_are_warned_of(box: Any, boxes: Flask) -> None:
    one = "SELECT name FROM user WHERE id = ?"
    trace = Trace("GET", "/", 0.0, [Statement(one, (key,), 0.001) for key in range(1, 7)]
                  + [Statement("SELECT count(*) FROM user", (), 0.002)])
    with boxes.app_context(), force_locale("en"):
        first, second = words.groups(trace, box)
    assert (first.count, "N+1" in first.warning, second.warning) == (6, True, "")
    assert [line for _depth, line in first.plan] == ["user: one row by its key"]
    assert round(first.seconds, 3) == 0.006


@pytest.mark.parametrize(("detail", "expected"), [
    ("SEARCH item USING INDEX ix_item_code (code=?)", "item: finds rows by the index ix_item_code"),
    ("SCAN item", "item: reads the whole table"),
    ("USE TEMP B-TREE FOR ORDER BY", "sorts in memory (ORDER BY)"),
    ("CO-ROUTINE anything", "CO-ROUTINE anything")])
def test_plans_are_told_in_words(app: Flask, detail: str, expected: str) -> None:
    with force_locale("en"):
        assert words.in_words(detail) == expected


def test_source_of_this_repository_is_shown_and_no_other_file(box: Any, go_in: Any, boxes: Flask) -> None:
    browser = go_in(box, Role.ADMIN)
    page = browser.get("/box/source/models/workflow.py?line=3")
    assert page.status_code == 200
    assert '<div id="L3" class="is-chosen">' in page.text
    for name in ("requirements.txt", "instance/secrets.json", "../etc/passwd", "models/", "static/box.css",
                 "tests/conftest.py", "models/none.py", "models/../../etc/passwd"):
        assert browser.get(f"/box/source/{name}").status_code in (404, 308), name
    assert boxes.test_client().get("/box/source/models/workflow.py").status_code == 404


def test_the_house_tells_nothing(house: Flask, client: Any, sign_in: Any) -> None:
    sign_in(client, Role.STORE_HEAD)
    assert "box-drawer" not in client.get("/admin/store_request/").text
    assert client.get("/box/source/models/workflow.py").status_code == 404
    assert client.post("/box/role", data={"role": "admin"}).status_code == 404
