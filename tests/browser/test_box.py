"""Journey one in Chromium: a store request, from the nurse's form to the acknowledged box."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, TimeoutError, expect

from models.items import Item, UnitConversion
from models.roles import Role
from models.stock import Store, StoreItem
from tests.browser.conftest import follow, step

pytestmark = pytest.mark.once


@pytest.fixture
def stocked(rows: sa.Connection) -> Any:
    return rows.execute(
        sa.select(Store.name.label("store"), Store.id.label("store_id"), Item.code, Item.id.label("item_id"),
                  UnitConversion.id.label("unit_id"), UnitConversion.unit_name, UnitConversion.factor)
        .join(StoreItem, StoreItem.store_id == Store.id).join(Item, Item.id == StoreItem.item_id)
        .join(UnitConversion, UnitConversion.item_id == Item.id)
        .where(Item.controlled.is_(False), UnitConversion.factor == 10, StoreItem.quantity >= 100)
        .order_by(StoreItem.quantity.desc(), Item.id).limit(1)).one()


def on_hand(rows: sa.Connection, stocked: Any) -> Any:
    return rows.scalar(sa.select(StoreItem.quantity).where(
        StoreItem.store_id == stocked.store_id, StoreItem.item_id == stocked.item_id))


def choose(page: Page, field: str, words: str) -> None:
    """Pick a reference by typing into its field, as a person does; what stands there already is left."""
    box = page.locator(f"select[name='{field}'] + .ts-wrapper")
    if box.locator(".item", has_text=words).count():
        return
    box.click()
    box.locator("input").fill(words)
    # A whole code is taken at once; anything else is offered. A list that is renewed between press and
    # release swallows the click: one presses again.
    offered = page.locator(".ts-dropdown:visible .option", has_text=words).first
    taken = box.locator(".item", has_text=words)
    expect(offered.or_(taken).first).to_be_visible()
    for _ in range(5):
        with contextlib.suppress(TimeoutError, AssertionError):
            if not taken.count():
                offered.click(timeout=3000)
            expect(taken).to_be_visible(timeout=3000)
            return
    expect(taken).to_be_visible()


def write_request(page: Page, stocked: Any, quantity: str) -> str:
    page.goto("/admin/store_request/new/")
    choose(page, "store", stocked.store)
    choose(page, "lines-0-item", stocked.code)
    units = page.locator("select[name='lines-0-unit']")
    expect(units.locator(f"option[value='{stocked.unit_id}']")).to_have_count(1)
    units.select_option(str(stocked.unit_id))
    page.fill("[name='lines-0-quantity']", quantity)
    return page.url


def test_a_request_becomes_a_delivered_box(
        open_browser: Callable[..., Page], log_in: Any, shot: Any, accessible: Any, rows: sa.Connection,
        stocked: Any) -> None:
    nurse, head, clerk, chief = (open_browser() for _ in range(4))
    for page, role in ((nurse, Role.UNIT_USER), (head, Role.STORE_HEAD), (clerk, Role.STORE_STAFF),
                       (chief, Role.FACILITIES_HEAD)):
        log_in(page, role)
    before = on_hand(rows, stocked)

    write_request(nurse, stocked, "2")
    accessible(nurse)
    shot(nurse, "panel-store-request-form")
    follow(nurse, "[name=_submit]")
    number = nurse.locator("h1").inner_text()
    assert re.fullmatch(r"SR/\d{4}/\d{6}", number)
    request = nurse.url

    head.goto("/admin/")
    shot(head, "panel-home")
    head.goto("/admin/inbox/")
    accessible(head)
    follow(head, head.locator(".rw-inbox > li", has_text=number).locator("a.rw-inbox-t"))
    step(head, "approve")

    clerk.goto(request)
    step(clerk, "make_delivery")
    step(clerk, "submit")
    delivery, delivery_number = clerk.url, clerk.locator("h1").inner_text()
    assert re.fullmatch(r"DR/\d{4}/\d{6}", delivery_number)
    chief.goto(delivery)
    step(chief, "approve")
    assert on_hand(rows, stocked) == before
    clerk.goto(delivery)
    step(clerk, "deliver")
    assert on_hand(rows, stocked) == before - 2 * stocked.factor

    printed = clerk.request.get(clerk.locator("a[href$='/print']").get_attribute("href"))
    assert printed.ok
    assert printed.body().startswith(b"%PDF-")
    code = rows.scalar(sa.text("SELECT verify_code FROM document_number WHERE number = :number").bindparams(
        number=delivery_number))
    visitor = open_browser(phone=True)
    visitor.goto(f"/verify/{code}")
    expect(visitor.locator("main")).to_contain_text(delivery_number)

    nurse.goto(delivery)
    step(nurse, "acknowledge")
    nurse.goto(request)
    expect(nurse.locator(".rw-chain")).to_contain_text(delivery_number)
    accessible(nurse)
    shot(nurse, "panel-store-request")


def test_a_refusal_says_why(open_browser: Callable[..., Page], log_in: Any, stocked: Any) -> None:
    nurse, head = open_browser(phone=True), open_browser()
    log_in(nurse, Role.UNIT_USER)
    log_in(head, Role.STORE_HEAD)
    write_request(nurse, stocked, "1,5,")
    follow(nurse, "[name=_submit]")
    expect(nurse.locator("[role=alert]")).to_be_visible()
    assert nurse.input_value("[name='lines-0-quantity']") == "1,5,"
    nurse.fill("[name='lines-0-quantity']", "3")
    follow(nurse, "[name=_submit]")
    request = nurse.url
    head.goto(request)
    follow(head, "a[href$='/reject']")
    follow(head, ".submit-row .btn-danger")
    expect(head.locator("[role=alert]")).to_be_visible()
    head.fill("[name=reason]", "Stok opname hari ini; ajukan besok.")
    follow(head, ".submit-row .btn-danger")
    nurse.goto(request)
    expect(nurse.locator(".rw-time")).to_contain_text("Stok opname hari ini")


def test_lines_added_after_a_refused_form_overwrite_none(
        open_browser: Callable[..., Page], log_in: Any, stocked: Any) -> None:
    nurse = open_browser()
    log_in(nurse, Role.UNIT_USER)
    write_request(nurse, stocked, "2")
    quantities = nurse.locator(".inline-field-list [name$='-quantity']")
    for count in (2, 3):
        nurse.click("[data-add-line]")
        expect(quantities).to_have_count(count)
        quantities.last.fill("0")
    follow(nurse, "[name=_submit]")
    expect(nurse.locator("[role=alert]")).to_be_visible()
    for count in (4, 5):
        nurse.click("[data-add-line]")
        expect(quantities).to_have_count(count)
    names = [field.get_attribute("name") for field in quantities.all()]
    assert len(set(names)) == 5, names


@pytest.mark.parametrize(("role", "path"), [
    (Role.STORE_HEAD, "/admin/"), (Role.STORE_HEAD, "/admin/store_request/"),
    (Role.STORE_HEAD, "/admin/stock_move/"),
    (Role.FACILITIES_STAFF, "/admin/purchase_order/"), (Role.FACILITIES_STAFF, "/admin/purchase_order/new/"),
    (Role.ADMIN, "/admin/user/"), (Role.ADMIN, "/admin/activity_log/"), (Role.DOCTOR, "/admin/consultation/"),
    (Role.HOUSEKEEPING, "/admin/cleaning/")])
@pytest.mark.parametrize("look", ["desk", "dark phone"])
def test_pages_of_the_panel_are_open_to_everybody(
        open_browser: Callable[..., Page], log_in: Any, accessible: Any, role: Role, path: str,
        look: str) -> None:
    page = open_browser(phone="phone" in look, dark="dark" in look)
    log_in(page, role)
    page.goto(path)
    accessible(page)
