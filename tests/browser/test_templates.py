"""What a ward asks for every week, begun from its template; stock that is short is told while it is typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from models.roles import Role
from tests.browser.conftest import follow
from tests.browser.test_scanning import scan

pytestmark = pytest.mark.once


def test_a_request_begins_from_the_template_of_the_ward(
        page: Page, log_in: Callable[..., None], accessible: Callable[[Page], None]) -> None:
    log_in(page, Role.UNIT_USER)
    page.goto("/admin/store_request/")
    follow(page, "a[href='/admin/request_template/']")
    follow(page, "text=Persediaan bangsal mingguan")
    accessible(page)
    follow(page, "form[action$='/use'] button")
    expect(page.locator("input[name='lines-7-quantity']")).to_have_value("10")
    assert "/admin/store_request/edit/" in page.url


def test_short_stock_is_told_on_other_documents_too(page: Page, log_in: Callable[..., None]) -> None:
    log_in(page, Role.STORE_STAFF)
    page.goto("/admin/spoilage/new/")
    box = page.locator("select[name='store'] + .ts-wrapper")
    box.click()
    box.locator("input").press_sequentially("Gudang Farmasi", delay=20)
    page.locator("#store-ts-dropdown .option", has_text="Gudang Farmasi").click()
    page.locator("h1").click()
    scan(page, "OBT-P-001")
    expect(page.locator("input[name='lines-0-quantity']")).to_have_value("1")  # the line is filled in
    page.fill("input[name='lines-0-quantity']", "99999")
    expect(page.locator(".rw-note")).to_contain_text("Stok tidak cukup")
