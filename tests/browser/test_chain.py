"""The paper's chain in Chromium, each step by the person whose it is: from an empty shelf to spoiled boxes.

Store request, approval, a delivery in part, the shortage list, purchase request, order with its approvals,
receipt in two parts, a box back to the supplier, a count with a variance, spoilage: then `flask verify`, and
the stock card that tells the story.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from models.goods_receipts import GoodsReceipt, GoodsReceiptLine
from models.items import Item, UnitConversion
from models.purchasing import PurchaseOrder, PurchaseOrderLine, PurchaseRequest, PurchaseRequestLine
from models.roles import Role
from models.stock import StockBalance, Store, StoreItem
from models.stocktakes import Stocktake, StocktakeLine
from tests.browser.conftest import ROOT, follow, step
from tests.browser.test_box import choose

PEOPLE = {"nurse": Role.UNIT_USER, "keeper": Role.STORE_STAFF, "store_head": Role.STORE_HEAD,
          "buyer": Role.FACILITIES_STAFF, "chief": Role.FACILITIES_HEAD, "payables": Role.PAYABLES,
          "director": Role.DIRECTOR}


@pytest.fixture
def scarce(rows: sa.Connection) -> Any:
    """An item bought by the box, with no expired batch, of which nothing is asked for or on order."""
    ordered = (sa.select(PurchaseOrderLine.item_id)
               .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.purchase_order_id)
               .where(PurchaseOrder.state.not_in(("done", "cancelled"))))
    requested_items = (sa.select(PurchaseRequestLine.item_id)
             .join(PurchaseRequest, PurchaseRequest.id == PurchaseRequestLine.purchase_request_id)
             .where(PurchaseRequest.state.in_(("draft", "submitted", "approved"))))
    batches = (sa.select(sa.func.count()).where(StockBalance.item_id == Item.id, StockBalance.quantity > 0)
               .scalar_subquery())
    return rows.execute(
        sa.select(Item.id, Item.code, Item.name, Item.minimum_stock, Store.id.label("store_id"),
                  Store.name.label("store"), StoreItem.quantity, GoodsReceiptLine.factor,
                  GoodsReceiptLine.unit_id, UnitConversion.unit_name)
        .join(StoreItem, StoreItem.item_id == Item.id).join(Store, Store.id == StoreItem.store_id)
        .join(GoodsReceiptLine, GoodsReceiptLine.item_id == Item.id)
        .join(GoodsReceipt, GoodsReceipt.id == GoodsReceiptLine.goods_receipt_id)
        .join(UnitConversion, UnitConversion.id == GoodsReceiptLine.unit_id)
        .where(Item.precision == 0, Item.controlled.is_(False), GoodsReceiptLine.factor > 1,
               GoodsReceipt.state == "posted", GoodsReceipt.store_id == Store.id, Item.minimum_stock > 0,
               StoreItem.quantity >= 8, Item.stock_on_hand == StoreItem.quantity, batches == 1,
               Item.id.not_in(requested_items), Item.id.not_in(ordered))
        .order_by(StoreItem.quantity, Item.id, GoodsReceiptLine.id.desc()).limit(1)).one()


def number(page: Page) -> str:
    return page.locator("h1").inner_text()


def last_of(rows: sa.Connection, line: Any, parent: Any, item_id: int) -> int:
    """The newest document that has a line of the item."""
    return rows.execute(sa.select(sa.func.max(parent)).where(line.item_id == item_id)).scalar_one()


def fill_line(page: Page, item_id: int, rows: sa.Connection, line: Any, values: dict[str, str]) -> None:
    """Type into the fields of the line of an item, wherever the form shows it."""
    for entry in page.locator(".inline-field[id^='lines-']:not(.is-spare)").all():
        key = (
            entry.locator("input[name$='-id']").input_value()
            if entry.locator("input[name$='-id']").count()
            else ""
        )
        if key and rows.scalar(sa.select(line.item_id).where(line.id == int(key))) == item_id:
            for name, value in values.items():
                entry.locator(f"[name$='-{name}']").fill(value)
            return
    pytest.fail("the item has no line on the form")


def test_the_chain_of_the_paper(
        open_browser: Callable[..., Page], log_in: Any, shot: Any, accessible: Any, rows: sa.Connection,
        scarce: Any,
        live_server: Any) -> None:
    who = {name: open_browser() for name in PEOPLE}
    for name, role in PEOPLE.items():
        log_in(who[name], role)
    nurse, keeper, buyer, chief = who["nurse"], who["keeper"], who["buyer"], who["chief"]
    story: list[tuple[str, Decimal]] = []  # document, change: what the card must say
    box, held = scarce.factor, scarce.quantity

    def on_hand() -> Decimal:
        return rows.execute(sa.select(StoreItem.quantity).where(
            StoreItem.store_id == scarce.store_id, StoreItem.item_id == scarce.id)).scalar_one()

    # ------------------------------------------------ asked for more than there is, delivered in part
    requested, given = held + box, held - 5
    nurse.goto("/admin/store_request/new/")
    choose(nurse, "store", scarce.store)
    choose(nurse, "lines-0-item", scarce.name)
    nurse.fill("[name='lines-0-quantity']", f"{requested:.0f}")
    follow(nurse, "[name=_submit]")
    request = nurse.url
    who["store_head"].goto(request)
    step(who["store_head"], "approve")
    keeper.goto(request)
    step(keeper, "make_delivery")
    delivery = keeper.url
    follow(keeper, ".rw-actions a[href*='/edit/']")
    keeper.fill("[name='lines-0-quantity']", f"{given:.0f}")
    follow(keeper, "[name=_submit]")
    chief.goto(delivery)
    step(chief, "approve")
    keeper.goto(delivery)
    step(keeper, "deliver")
    story.append((number(keeper), -given))
    nurse.goto(delivery)
    follow(nurse, "a[href$='/acknowledge']")
    nurse.fill("[name=shortage_note]", "Sisanya menyusul, stok gudang habis.")
    follow(nurse, ".submit-row .btn-primary")
    nurse.goto(request)
    expect(nurse.locator(".rw-chain")).to_contain_text(story[0][0])
    assert on_hand() == 5

    # ------------------------------------------------ the shortage becomes a purchase request
    keeper.goto("/admin/reports/shortages/")
    row = keeper.locator("tr", has_text=scarce.name)
    expect(row.first).to_be_visible()
    accessible(keeper)
    shot(keeper, "panel-shortages")
    row.first.locator("input[name=item]").check()
    follow(keeper, "form[action*='/shortages/requests'] button")
    keeper.wait_for_url(re.compile("/purchase_request/"))
    wish_id = last_of(rows, PurchaseRequestLine, PurchaseRequestLine.purchase_request_id, scarce.id)
    wish = f"/admin/purchase_request/details/?id={wish_id}"
    keeper.goto(wish)
    step(keeper, "submit")
    chief.goto(wish)
    step(chief, "approve")

    # ------------------------------------------------ the order, and everybody who must agree to it
    buyer.goto(wish)
    follow(buyer, "form[action$='/make_order'] button")
    order = buyer.url
    shot(buyer, "panel-purchase-order-draft")
    step(buyer, "submit")
    chief.goto(order)
    step(chief, "approve")
    who["payables"].goto(order)
    step(who["payables"], "approve_payment")
    who["director"].goto(order)
    if who["director"].locator("form[action$='/approve_limit']").count():
        step(who["director"], "approve_limit")
    buyer.goto(order)
    step(buyer, "send")
    accessible(buyer)
    shot(buyer, "panel-purchase-order", full=True)

    # ------------------------------------------------ received in two parts, one box goes back
    order_id = int(order.rpartition("=")[2])
    line = rows.execute(sa.select(PurchaseOrderLine).where(
        PurchaseOrderLine.purchase_order_id == order_id, PurchaseOrderLine.item_id == scarce.id)).one()
    first = max(Decimal(1), (line.quantity / 2).quantize(Decimal(1)))
    for batch, quantity in (("UJI-A", first), ("UJI-B", line.quantity - first)):
        if not quantity:
            continue
        keeper.goto(order)
        follow(keeper, "form[action$='/make_receipt'] button")
        fill_line(keeper, scarce.id, rows, GoodsReceiptLine, {
            "received_quantity": f"{quantity:.0f}", "batch_number": batch, "expires_on": "2031-12-31"})
        for entry in keeper.locator("[name$='-batch_number']").all():
            if not entry.input_value() and entry.is_visible():
                entry.fill("LAIN-1")
                entry.locator("xpath=ancestor::*[contains(@class,'inline-field')][1]").locator(
                    "[name$='-expires_on']").fill("2031-12-31")
        follow(keeper, "[name=_submit]")
        expect(keeper.locator("h1")).to_have_text(re.compile(r"RCV/\d{4}/\d{6}"))
        story.append((number(keeper), quantity * line.factor))
    receipt = keeper.url
    shot(keeper, "panel-goods-receipt")
    buyer.goto(receipt)
    follow(buyer, "form[action$='/make_return'] button")
    back = buyer.url
    follow(buyer, ".rw-actions a[href*='/edit/']")
    for entry in buyer.locator(".inline-field[id^='lines-']:not(.is-spare)").all():
        entry.locator("[name$='-quantity']").fill("1")
        entry.locator("[name$='-reason']").fill("Segel kotak rusak")
    follow(buyer, "[name=_submit]")
    chief.goto(back)
    step(chief, "approve")
    keeper.goto(back)
    step(keeper, "send")
    story.append((number(keeper), -line.factor))
    buyer.goto(back)
    follow(buyer, "a[href$='/confirm']")
    buyer.select_option("[name=resolution]", "credited")
    buyer.fill("[name=supplier_reference]", "NK-2026-118")
    follow(buyer, ".submit-row .btn-primary")
    assert on_hand() == held + sum(change for _, change in story)

    # ------------------------------------------------ counted with two missing, one more found broken
    keeper.goto("/admin/stocktake/new/")
    choose(keeper, "store", scarce.store)
    choose(keeper, "lines-0-item", scarce.name)
    follow(keeper, "[name=_submit]")
    count = keeper.url
    story.append((number(keeper), Decimal(-2)))
    follow(keeper, "a[href$='/count']")
    lying = sa.select(sa.func.sum(StockBalance.quantity)).where(
        StockBalance.store_id == Stocktake.store_id, StockBalance.item_id == StocktakeLine.item_id,
        sa.or_(StocktakeLine.batch_id.is_(None),
               StockBalance.batch_id == StocktakeLine.batch_id)).scalar_subquery()
    lines = rows.execute(sa.select(StocktakeLine.id, lying.label("lying"))
                         .join(Stocktake, Stocktake.id == StocktakeLine.stocktake_id)
                         .where(Stocktake.id
                                == int(count.rpartition("=")[2])).order_by(StocktakeLine.id)).all()
    shot(keeper, "panel-count")
    for place, counted in enumerate(lines):
        keeper.goto(f"{count.partition('/details/')[0]}/{count.rpartition('=')[2]}/count?line={counted.id}")
        missing = 2 if place == 0 else 0
        keeper.locator(".rw-count-units input").last.fill(f"{counted.lying - missing:.0f}")
        follow(keeper, ".rw-count-go button")
    keeper.goto(count)
    step(keeper, "submit")
    chief.goto(count)
    accessible(chief)
    step(chief, "approve")

    keeper.goto("/admin/spoilage/new/")
    choose(keeper, "store", scarce.store)
    choose(keeper, "lines-0-item", scarce.name)
    keeper.fill("[name='lines-0-quantity']", "1")
    keeper.fill("[name='lines-0-cause']", "Pecah saat dipindahkan")
    follow(keeper, "[name=_submit]")
    chief.goto(keeper.url)
    step(chief, "approve")
    story.append((number(chief), Decimal(-1)))
    assert on_hand() == held + sum(change for _, change in story)

    # ------------------------------------------------ the books agree, and the card tells the story
    verified = subprocess.run([sys.executable, "-m", "flask", "--app", "app", "verify"], cwd=ROOT, text=True,
                              env=os.environ | live_server.environment, capture_output=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    keeper.goto(f"/admin/reports/stock_card/?item={scarce.id}")
    accessible(keeper)
    shot(keeper, "panel-stock-card", full=True)
    told = []
    heads = [head.inner_text() for head in keeper.locator("table.rw-report thead th").all()]
    for row in keeper.locator("table.rw-report tbody tr").all()[:len(story)]:
        cells = dict(zip(heads, [cell.inner_text() for cell in row.locator("td").all()], strict=True))
        came, went = amount(cells["Masuk"]), amount(cells["Keluar"])
        told.append((cells["Dokumen"], came - went, amount(cells["Saldo"])))
    running, expected = held, []
    for document, change in story:
        running += change
        expected.append((document, change, running))
    assert told == expected[::-1]


def amount(text: str) -> Decimal:
    """A number as an Indonesian reader writes it."""
    return Decimal(re.sub(r"[^0-9,−-]", "", text).replace(",", ".").replace("−", "-") or "0")
