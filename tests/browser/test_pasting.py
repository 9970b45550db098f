"""Rows copied from a spreadsheet, pasted into the lines of a document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from models.roles import Role

pytestmark = pytest.mark.once

PASTE = """(field, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def paste(field: Locator, text: str) -> None:
    field.evaluate(PASTE, text)


def item_of(rows: Locator, place: int) -> Locator:
    return rows.nth(place).locator(".is-item .ts-wrapper .item")


def test_rows_of_a_spreadsheet_fill_the_lines(
    page: Page, log_in: Callable[..., None], accessible: Callable[[Page], None]
) -> None:
    log_in(page, Role.UNIT_USER)
    page.goto("/admin/store_request/new/")
    rows = page.locator(".inline-field-list > .inline-field")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/ajax/" in request.url else None)
    first = rows.first.locator(".is-item .ts-control input")
    paste(first, "OBT-P-001\t12,5\r\n\"spuit disposabel 3 ml\"\t20\r\nBarang tak dikenal\t3\r\n")
    expect(rows).to_have_count(3)
    expect(item_of(rows, 0)).to_contain_text("OBT-P-001")
    expect(item_of(rows, 1)).to_contain_text("Spuit disposabel 3 ml")
    expect(item_of(rows, 2)).to_have_text("Barang tak dikenal")
    expect(rows.nth(2).locator(".invalid-feedback")).to_contain_text(
        "“Barang tak dikenal” tidak ada dalam daftar."
    )
    expect(page.locator("[name='lines-0-quantity']")).to_have_value("12,5")
    assert [url.rpartition("/admin/")[2] for url in asked if "pasted" in url] == [
        "store_request/ajax/pasted/"
    ]
    assert not [url for url in asked if "lines-unit" in url]  # the units came with the same answer
    expect(page.locator("[data-pasted-lines]")).to_have_text("3")
    accessible(page)
    page.click("[data-undo-paste]")
    expect(rows).to_have_count(1)
    expect(item_of(rows, 0)).to_have_count(0)
    expect(page.locator("[name='lines-0-quantity']")).to_have_value("")


def test_heads_say_where_their_columns_go_and_a_key_takes_it_back(
    page: Page, log_in: Callable[..., None]
) -> None:
    log_in(page, Role.UNIT_USER)
    page.goto("/admin/store_request/new/")
    rows = page.locator(".inline-field-list > .inline-field")
    heads = page.locator(".rw-lines-head > span").all_inner_texts()
    quantity, item = heads[2].replace("*", "").strip(), heads[1].replace("*", "").strip()
    page.fill("[name='lines-0-quantity']", "7")
    paste(page.locator("[name='lines-0-quantity']"), f"{quantity}\t{item}\n5\tOBT-P-001\n6\tOBT-P-002")
    expect(rows).to_have_count(2)
    expect(page.locator("[name='lines-0-quantity']")).to_have_value("5")
    expect(item_of(rows, 1)).to_contain_text("OBT-P-002")
    page.locator("[name='lines-0-quantity']").press("Control+z")
    expect(rows).to_have_count(1)
    expect(page.locator("[name='lines-0-quantity']")).to_have_value("7")


def test_the_line_that_broke_leaves_the_form_as_it_was(page: Page, log_in: Callable[..., None]) -> None:
    log_in(page, Role.UNIT_USER)
    page.goto("/admin/store_request/new/")
    page.route("**/ajax/pasted/", lambda route: route.abort())
    rows = page.locator(".inline-field-list > .inline-field")
    paste(page.locator("[name='lines-0-quantity']"), "1\n2\n3")
    expect(page.locator("#trouble")).to_be_visible()
    expect(rows).to_have_count(1)


def test_too_many_rows_change_nothing(page: Page, log_in: Callable[..., None]) -> None:
    log_in(page, Role.UNIT_USER)
    page.goto("/admin/store_request/new/")
    paste(page.locator("[name='lines-0-quantity']"), "1\n" * 501)
    expect(page.locator("#trouble")).to_contain_text("500")
    expect(page.locator(".inline-field-list > .inline-field")).to_have_count(1)


def test_the_sum_follows_what_was_pasted(page: Page, log_in: Callable[..., Any]) -> None:
    log_in(page, Role.FACILITIES_STAFF)
    page.goto("/admin/purchase_order/new/")
    head = page.locator(".rw-lines-head")
    expect(head).to_be_visible()
    paste(page.locator(".inline-field-list .is-item .ts-control input").first, "OBT-P-001\t2\nOBT-P-002\t3")
    expect(page.locator(".inline-field-list > .inline-field")).to_have_count(2)
    for place, price in enumerate(("1000", "2000")):
        page.fill(f"[name='lines-{place}-unit_price']", price)
    expect(page.locator("[data-total=total] dd")).to_have_text("Rp8.880")  # 2.000 and 6.000, with 11 %
