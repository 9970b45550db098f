"""Answering in the rows of the inbox: the row goes, the numbers follow, the focus goes to the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from models.roles import Role

pytestmark = pytest.mark.once


def test_a_row_is_answered_where_it_stands(
    page: Page, log_in: Callable[..., None], accessible: Callable[[Page], None]
) -> None:
    log_in(page, Role.STORE_HEAD)
    page.goto("/admin/inbox/")
    rows = page.locator(".rw-inbox > li")
    before = rows.count()
    assert before >= 3
    row = page.locator(".rw-inbox > li:has(button.btn-danger)").first
    row.locator("details.rw-menu > summary").first.click()
    row.locator("button.btn-danger").click()
    expect(page.locator(".rw-inbox [role=alert]")).to_be_visible()
    expect(row.locator("[name=reason]")).to_be_focused()
    accessible(page)
    page.keyboard.type("Terlalu banyak")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(before - 1)
    expect(page.locator("#inbox-said")).to_contain_text("1 dokumen selesai")
    expect(page.locator("#count-inbox")).to_have_text(str(before - 1))
    assert page.evaluate("Boolean(document.activeElement.closest('.rw-answers'))")
    first = rows.first
    first.locator("details:has([value=tomorrow]) > summary").click()
    first.locator("button[value=tomorrow]").click()
    expect(rows).to_have_count(before - 2)
    page.goto("/admin/inbox/?type=later")
    expect(rows).to_have_count(1)
    page.set_viewport_size({"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_home_on_a_phone_begins_with_what_waits(page: Page, log_in: Callable[..., None]) -> None:
    log_in(page, Role.FACILITIES_HEAD)
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto("/admin/home/")
    strip = page.locator(".rw-strip").bounding_box()
    inbox = page.locator(".rw-inbox").bounding_box()
    assert strip
    assert inbox
    assert strip["height"] <= 90
    assert inbox["y"] < 420
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
