"""An exercise on a phone, from the list to the next one: what is typed stays, the answer is told beside it,
and nothing is wider than the screen; without script the same by whole pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from models.learning import ExerciseProgress
from models.roles import Role
from portal.learn.exercises import files

pytestmark = pytest.mark.once

EXERCISE = files.exercises()["stock-per-store"]
BEGUN = "SELECT s.name AS store FROM store s"


def put(page: Page, sql: str) -> None:
    """Type a query in place of what is there; Escape closes what the editor offers."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(sql)
    page.keyboard.press("Escape")
    expect(page.locator("#sql")).to_have_value(sql)


def test_an_exercise_on_a_phone(open_browser: Callable[..., Page], log_in: Any, accessible: Any,
                                rows: sa.Connection) -> None:
    # the demo's class was given this exercise and may have solved it: here nobody has
    rows.execute(sa.delete(ExerciseProgress).where(ExerciseProgress.key == EXERCISE.key))
    page = open_browser(phone=True)
    log_in(page, Role.STUDENT)
    page.goto("/learn/exercises")
    accessible(page)
    page.get_by_role("link", name="Stok per gudang").click()
    count = page.locator("#exercise-count")
    solved = int(re.findall(r"selesai (\d+)", count.inner_text())[0])
    put(page, BEGUN)
    page.click("#check")
    check = page.locator("#exercise-check")
    expect(check).to_contain_text("Yang diminta 3 kolom, kueri Anda menghasilkan 1.")
    accessible(page)
    page.click("#hint")
    expect(page.locator(".ex-hints li")).to_have_count(1)
    expect(check).to_be_visible()
    expect(page.locator(".cm-content")).to_contain_text("SELECT s.name")
    put(page, EXERCISE.wrong[0])
    page.click("#check")
    expect(check).to_contain_text("Benar di sini, salah pada data lain.")
    put(page, EXERCISE.solution)
    page.click("#check")
    expect(check).to_contain_text("Benar, pada data yang Anda lihat")
    expect(count).to_contain_text(f"selesai {solved + 1}")
    expect(page.locator("#h-solution")).to_be_visible()
    accessible(page)
    check.get_by_role("link", name="Lanjut: Nilai stok per kategori").click()
    expect(page.locator("#h-story")).to_have_text("Nilai stok per kategori")


def test_an_exercise_without_script_in_the_dark(open_browser: Callable[..., Page], log_in: Any) -> None:
    page = open_browser(script=False, dark=True, language="en-GB")
    log_in(page, Role.TEACHER)
    page.goto("/learn/exercises/value-per-category")
    page.fill("#sql", BEGUN)
    page.click("#run")
    expect(page.locator("#sql-result")).to_contain_text("Gudang Farmasi")
    expect(page.locator("#sql")).to_have_value(BEGUN)
    page.click("#check")
    expect(page.locator("#exercise-check")).to_be_visible()
    expect(page.locator("#sql")).to_have_value(BEGUN)
