"""The SQL lab in a browser: the editor works under the content policy, a typed query is answered in
place, and all of it is there on a phone and without script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from models.roles import Role

pytestmark = pytest.mark.once

QUERY = ("SELECT w.name AS unit, count(*) AS requests FROM store_request r "
         "JOIN work_unit w ON w.id = r.work_unit_id GROUP BY w.id, w.name")


def editor(page: Page) -> Locator:
    """What is typed into; it lies in a shadow root, which locators look through."""
    return page.locator(".sql-box .cm-content")


def type_query(page: Page, text: str) -> None:
    """Written in one go: the editor closes brackets and completes words of what comes key by key."""
    editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
    expect(page.locator("#sql")).to_have_value(text)


def test_a_typed_query_is_answered_in_place_and_has_an_address(page: Page, log_in: Any, accessible: Any,
                                                               shot: Any) -> None:
    log_in(page, Role.STUDENT)
    page.goto("/learn/sql")
    expect(editor(page)).to_be_visible()
    expect(page.locator("#sql")).to_be_hidden()
    accessible(page)
    type_query(page, QUERY)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#h-result")).to_be_visible()
    expect(page.locator("#sql-result tbody")).to_contain_text("Rawat Inap Melati")
    expect(page.locator("#h-chart")).to_be_visible()
    expect(page.locator("#h-plan")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/learn/sql\?sql=SELECT"))
    accessible(page)
    shot(page, "sql-lab", full=True)
    page.reload()
    expect(page.locator("#h-result")).to_be_visible()
    expect(page.locator("#sql")).to_have_value(QUERY)
    expect(page.locator("#sql-history li").first).to_contain_text("SELECT w.name")


def test_tables_and_columns_are_completed(page: Page, log_in: Any) -> None:
    log_in(page, Role.STUDENT)
    page.goto("/learn/sql")
    type_query(page, "SELECT i. FROM item i")
    page.keyboard.press("Home")
    for _key in range(9):
        page.keyboard.press("ArrowRight")
    page.keyboard.type("minim", delay=20)
    offered = page.locator(".cm-tooltip-autocomplete li")
    expect(offered.first).to_contain_text("minimum_stock")
    offered.first.click()
    expect(page.locator("#sql")).to_have_value("SELECT i.minimum_stock FROM item i")


def test_a_parameter_gets_its_field_while_typing_and_a_mistake_its_place(page: Page, log_in: Any,
                                                                         accessible: Any) -> None:
    log_in(page, Role.STUDENT)
    page.goto("/learn/sql")
    type_query(page, "SELECT name FROM item\nWHERE minimum_stok >= :least AND name <> ':none'")
    field = page.locator("#sql-parameters input")
    expect(field).to_have_count(1)
    field.fill("50")
    page.locator("#sql-editor button.primary").click()
    said = page.locator("#sql-said")
    expect(said).to_contain_text("minimum_stock")
    expect(said).to_contain_text("2")
    expect(page.locator("#p_least")).to_have_value("50")
    accessible(page)
    type_query(page, "SELECT name FROM item\nWHERE minimum_stock >= :least ORDER BY name")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#h-result")).to_be_visible()
    expect(said).to_have_count(0)


def test_the_lab_fits_a_phone_in_the_dark(open_browser: Callable[..., Page], log_in: Any,
                                          accessible: Any) -> None:
    phone = open_browser(phone=True, dark=True)
    log_in(phone, Role.STUDENT)
    phone.goto("/learn/sql")
    type_query(phone, QUERY)
    phone.locator("#sql-editor button.primary").click()
    expect(phone.locator("#h-plan")).to_be_visible()
    accessible(phone)


def test_the_lab_works_without_script(open_browser: Callable[..., Page], log_in: Any) -> None:
    plain = open_browser(script=False)
    log_in(plain, Role.STUDENT)
    plain.goto("/learn/sql")
    plain.fill("#sql", "SELECT count(*) AS many FROM item WHERE minimum_stock >= :least")
    plain.click("#sql-editor button.primary")
    plain.fill("#p_least", "50")
    plain.click("#sql-editor button.primary")
    expect(plain.locator("#sql-result tbody td")).to_have_text(re.compile(r"^\d+$"))


def test_normal_forms_run_a_changed_query_in_place(page: Page, log_in: Any, accessible: Any,
                                                   shot: Any) -> None:
    log_in(page, Role.STUDENT)
    page.goto("/learn/normal-forms?step=1")
    accessible(page)
    outcome = page.locator("#r-item")
    expect(outcome.locator(".badge.green")).to_be_visible()
    page.locator("#sql-item").fill("SELECT request_no FROM paper_1 GROUP BY request_no HAVING count(*) > 1")
    page.locator("#item button").click()
    expect(outcome.locator(".badge.red")).to_be_visible()
    expect(outcome).to_contain_text("SR-102")
    shot(page, "normal-forms", full=True)


def test_normal_forms_fit_a_phone(phone: Page, log_in: Any, accessible: Any) -> None:
    log_in(phone, Role.STUDENT)
    for step in range(4):
        phone.goto(f"/learn/normal-forms?step={step}")
        accessible(phone)
