"""A stocktake counted on a phone: scan, quantity, next; a second counter at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from models.items import Item, UnitConversion
from models.roles import Role
from models.stock import StockBatch, Store, StoreItem
from models.stocktakes import Stocktake, StocktakeLine
from tests.browser.conftest import follow, scanner_types, step
from tests.browser.test_box import choose

pytestmark = pytest.mark.once

#: Another test may have received a batch of the item: then a scan asks which one is counted.
BATCHED = sa.exists().where(StockBatch.item_id == Item.id, StockBatch.number != "")


@pytest.fixture
def few(rows: sa.Connection) -> Any:
    """The store of linen and one of its items, without batches."""
    return rows.execute(
        sa.select(Store.name, Store.id, Item.id.label("item_id"), Item.barcode, Item.name.label("item"),
                  UnitConversion.id.label("unit_id"))
        .join(StoreItem, StoreItem.store_id == Store.id).join(Item, Item.id == StoreItem.item_id)
        .join(UnitConversion, UnitConversion.item_id == Item.id)
        .where(StoreItem.quantity > 0, Item.batch_tracked.is_(False), Item.barcode.is_not(None),
               UnitConversion.factor == 1, Store.code == "GL",
               ~BATCHED).order_by(Item.id.desc()).limit(1)).one()


def test_scan_quantity_next_on_a_phone(
        open_browser: Callable[..., Page], log_in: Callable[..., None], rows: sa.Connection, few: Any,
        shot: Callable[..., None], accessible: Callable[[Page], None]) -> None:
    phone, desk = open_browser(phone=True), open_browser()
    log_in(phone, Role.STORE_STAFF)
    # The demo counts there already: of two counts of one item the second waits.
    for other in rows.scalars(sa.select(Stocktake.id).join(Store, Store.id == Stocktake.store_id).where(
            Store.code == "GL", Stocktake.state == "counting")).all():
        phone.goto(f"/admin/stocktake/{other}/cancel")
        phone.fill("[name=reason]", "Dihitung ulang hari ini")
        follow(phone, "form.admin-form button[type=submit]")
    phone.goto("/admin/stocktake/new/")
    choose(phone, "store", few.name)
    follow(phone, "button[name='_save']")
    follow(phone, "a[href$='/choose']")
    shot(phone, "count-choose", full=True)
    accessible(phone)
    follow(phone, ".submit-row button[type=submit]")
    step(phone, "start")
    follow(phone, "a[href$='/count']")
    count = phone.url
    accessible(phone)
    shot(phone, "count-next", full=True)
    number = int(count.split("/")[-2])

    def counted(item_id: int) -> Any:
        return rows.scalar(sa.select(StocktakeLine.counted_quantity).where(
            StocktakeLine.stocktake_id == number, StocktakeLine.item_id == item_id))

    # the scanner finds the item, the keyboard of the phone has the figure
    phone.locator("h1").click()
    with phone.expect_navigation():
        scanner_types(phone, few.barcode)
    expect(phone.locator("#h-now")).to_contain_text(few.item)
    phone.fill(f"#q{few.unit_id}", "7")
    shot(phone, "count-line")
    # the next scan saves what stands there
    other = rows.execute(
        sa.select(Item.id, Item.barcode, Item.name).join(StocktakeLine, StocktakeLine.item_id == Item.id)
        .where(StocktakeLine.stocktake_id == number, Item.id != few.item_id, Item.barcode.is_not(None),
               Item.batch_tracked.is_(False), ~BATCHED).order_by(Item.id).limit(1)).one()
    phone.focus(f"#q{few.unit_id}")
    with phone.expect_navigation():
        scanner_types(phone, other.barcode)
    expect(phone.locator(".rw-saved")).to_contain_text("7")
    expect(phone.locator("#h-now")).to_contain_text(other.name)
    assert counted(few.item_id) == 7

    # a second counter writes the same line first
    log_in(desk, Role.FACILITIES_STAFF)
    desk.goto(phone.url.partition("?")[0] + f"?code={other.barcode}")
    desk.locator(".rw-count-units input").last.fill("3")
    follow(desk, ".rw-count-go button")
    phone.locator(".rw-count-units input").last.fill("4")
    follow(phone, ".rw-count-go button")
    expect(phone.locator(".alert-danger")).to_contain_text("3")
    expect(phone.locator(".rw-count-units input").last).to_have_value("4")
    shot(phone, "count-conflict", full=True)
    accessible(phone)
    assert counted(other.id) == 3
    follow(phone, ".rw-count-go button")
    assert counted(other.id) == 4

    desk.goto(count.replace("/count", "/sheet"))
    shot(desk, "count-sheets")
    accessible(desk)
    with desk.expect_download() as sheet:
        desk.click("a[href$='sheet.pdf']")
    assert sheet.value.suggested_filename.endswith(".pdf")
