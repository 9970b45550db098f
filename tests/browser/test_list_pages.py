"""Lists in Chromium with the demo's rows: nothing is cut at 1366 px, no page scrolls sideways; keys, the box
that opens pages, and the way back to the list as it was left."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from models.roles import Role

pytestmark = pytest.mark.once
#: What is wider than its box, and by how much: the table, the tabs, the page.
WIDER = """() => ({
  table: (t => t ? t.scrollWidth - t.parentElement.clientWidth : 0)(
    document.querySelector('table.model-list')),
  tabs: (t => t ? t.scrollWidth - t.clientWidth : 0)(document.querySelector('.rw-tabs')),
  page: document.documentElement.scrollWidth - window.innerWidth,
})"""
LISTS = "links => [...new Set(links.map(link => link.getAttribute('href')))].filter(at => at !== '/admin/')"


@pytest.mark.parametrize(("role", "shown"), [(Role.ADMIN, 80)])
def test_nothing_is_cut_and_no_page_scrolls_sideways(open_browser: Any, log_in: Any, role: Role,
                                                     shown: int) -> None:
    page: Page = open_browser(script=False)
    log_in(page, role)
    addresses = page.eval_on_selector_all(".rw-nav a", LISTS)
    assert len(addresses) > shown
    wrong: dict[str, Any] = {}
    for address in addresses:
        page.set_viewport_size({"width": 1366, "height": 800})
        page.goto(address, wait_until="load")
        found = page.evaluate(WIDER)
        if any(value > 0 for value in found.values()):
            wrong[address] = found
        for width in (1100, 860, 683):
            page.set_viewport_size({"width": width, "height": 800})
            found = page.evaluate(WIDER)
            if found["page"] > 0 or found["tabs"] > 0:
                wrong[f"{address} at {width}"] = found
    assert wrong == {}


def test_a_box_that_scrolls_is_reached_by_the_keyboard(page: Page, log_in: Any) -> None:
    log_in(page, Role.FACILITIES_STAFF)
    page.goto("/admin/purchase_order/")
    box = page.locator(".table-responsive[data-scrolls]")
    expect(box).not_to_have_attribute("tabindex", "0")
    page.set_viewport_size({"width": 683, "height": 800})
    expect(box).to_have_attribute("tabindex", "0")
    expect(box).to_have_attribute("role", "region")
    box.focus()
    expect(box).to_be_focused()


def test_keys_open_pages_and_do_nothing_while_somebody_types(page: Page, log_in: Any) -> None:
    log_in(page, Role.STORE_STAFF)
    page.goto("/admin/purchase_request/")
    page.keyboard.press("Shift+?")
    sheet = page.locator("#keys")
    expect(sheet).to_be_visible()
    expect(sheet.locator("dd")).to_contain_text(["Baru: Permintaan pembelian"])
    page.keyboard.press("n")  # the sheet is open: nothing below it is pressed
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("gin?")
    expect(page.locator("#search")).to_have_value("gin?")
    assert page.url.endswith("/admin/purchase_request/")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+n")
    page.keyboard.press("n")
    page.wait_for_url("**/admin/purchase_request/new/")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/admin/home/")


def test_the_search_box_goes_to_a_page_by_its_name(page: Page, log_in: Any) -> None:
    log_in(page, Role.STORE_STAFF)
    page.keyboard.press("Control+k")
    page.keyboard.type("permintaan pem")
    options = page.locator("#places li")
    expect(options).to_have_text(["Permintaan pembelian", "Baru: Permintaan pembelian"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/purchase_request/new/")


def test_a_list_is_left_and_come_back_to_as_it_was(page: Page, log_in: Any) -> None:
    """After a record's page, after its form was saved, and after the sign-in that an ended session asks
    for."""
    log_in(page, Role.FACILITIES_STAFF)
    page.goto("/admin/supplier/?status=active&sort=name")
    asked = page.url
    for save in (False, True):
        page.locator("td.is-title a").first.click()
        if save:
            page.locator("a[href*='/edit/']").first.click()
            page.locator(".submit-row button[type=submit]").last.click()
            page.wait_for_url("**/details/**")
        page.locator(".rw-crumb a").first.click()
        expect(page).to_have_url(asked)
    page.context.clear_cookies()
    page.reload()
    page.fill("[name=email]", "facilities_staff@demo.rawat")
    page.fill("[name=password]", "rawat-demo-2026")
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(asked)


def test_columns_move_by_their_buttons_and_the_menu_remembers(page: Page, log_in: Any) -> None:
    log_in(page, Role.ADMIN)
    page.goto("/admin/work_unit/")
    names = "heads => heads.map(head => head.className.match(/col-(\\w+)/)[1])"
    before = page.eval_on_selector_all("th.column-header", names)
    page.locator("[data-column-choice] > summary").click()
    page.locator("[data-column-choice] li").first.locator("[data-move='1']").click()
    page.locator("[data-column-choice] button[type=submit]").first.click()
    page.wait_for_load_state()
    after = page.eval_on_selector_all("th.column-header", names)
    assert after == [before[0], before[2], before[1], *before[3:]]
    with page.expect_response("**/admin/choices/"):
        page.locator("[data-group=assets] > summary").click()
    page.goto("/admin/")
    expect(page.locator("[data-group=assets]")).to_have_attribute("open", "")
