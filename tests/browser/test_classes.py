"""A class in Chromium: the teacher at a desk makes it and gives something to do, a student on a telephone
joins with the code, does it without script, and the teacher sees it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from models import clock
from models.roles import Role
from tests.browser.conftest import PASSWORD, follow

pytestmark = pytest.mark.once


def test_a_class_from_its_code_to_its_marks(open_browser: Callable[..., Page], log_in: Any, accessible: Any,
                                            shot: Any) -> None:
    teacher, mark = open_browser(), secrets.token_hex(4)
    log_in(teacher, Role.TEACHER)
    teacher.goto("/learn/classes")
    accessible(teacher)
    teacher.fill("#name", f"Basis Data {mark}")
    follow(teacher, "form[action='/learn/classes'] button")
    accessible(teacher)
    address = teacher.locator("#invitation code").inner_text()

    student = open_browser(phone=True)
    student.goto(address)
    accessible(student)
    follow(student, "form button.primary")
    expect(student.locator("#form-errors")).to_be_visible()
    accessible(student)
    student.fill("#name", f"Ani {mark}")
    student.fill("#email", f"ani.{mark}@example.org")
    student.fill("#password", PASSWORD)
    follow(student, "form button.primary")
    accessible(student)
    log_in(student, f"ani.{mark}@example.org")
    student.goto("/learn/join")
    expect(student.locator("main")).to_contain_text(f"Basis Data {mark}")
    accessible(student)

    teacher.locator("#subject details").first.locator("summary").click()
    teacher.check("[value='exercise:ready-beds']")
    teacher.fill("#due_on", (clock.today() + timedelta(days=30)).isoformat())
    follow(teacher, "#form-assign button.primary")
    accessible(teacher)

    plain = open_browser(phone=True, script=False)
    log_in(plain, f"ani.{mark}@example.org")
    plain.goto("/learn/")
    follow(plain, ".due a.item")
    plain.fill("#sql", "SELECT 1")
    follow(plain, "#check")
    student.goto("/learn/")
    expect(student.locator(".due .badge")).to_have_count(1)
    accessible(student)

    address = teacher.url.split("#")[0] + "/progress"
    at_night = open_browser(dark=True)
    log_in(at_night, Role.TEACHER)
    for page in (at_night, teacher):
        page.goto(address)
        expect(page.locator(".matrix tbody")).to_contain_text(f"Ani {mark}")
        expect(page.locator(".stumble")).to_contain_text("1 percobaan, belum terpecahkan")
        accessible(page)
    shot(teacher, "learn-class-progress")
    follow(teacher, ".matrix thead a")
    expect(teacher.locator(".matrix pre")).to_have_text("SELECT 1")
    accessible(teacher)
    teacher.goto(address)
    with teacher.expect_download() as download:
        teacher.click("a[href$='/marks.xlsx']")
    assert download.value.suggested_filename.endswith(".xlsx")


def test_a_teacher_reads_progress_on_a_phone(open_browser: Callable[..., Page], log_in: Any,
                                             accessible: Any) -> None:
    page = open_browser(phone=True)
    log_in(page, Role.TEACHER)
    for path in ("/learn/classes", "/learn/classes/exercises", "/learn/classes/exercises/new"):
        page.goto(path)
        accessible(page)
