"""Beside a line while it is typed: who sells the item best, and what the store has of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from models.goods_receipts import GoodsReceipt, GoodsReceiptLine
from models.items import Item, Supplier
from models.purchasing import PurchaseOrder
from models.roles import Role
from models.stock import Store, StoreItem
from tests.browser.test_box import choose

pytestmark = pytest.mark.once


@pytest.fixture
def bought(rows: sa.Connection) -> Any:
    """An item that more than one punctual supplier brought, and the one who brought it last."""
    orders = (sa.select(PurchaseOrder.supplier_id, PurchaseOrder.expected_on,
                        sa.func.max(GoodsReceipt.received_on).label("last_on"))
              .join(GoodsReceipt, GoodsReceipt.purchase_order_id == PurchaseOrder.id)
              .where(PurchaseOrder.state == "done").group_by(PurchaseOrder.id).subquery())
    in_time = sa.case((orders.c.last_on <= orders.c.expected_on, 1.0), else_=0.0)
    punctual = sa.select(orders.c.supplier_id).group_by(orders.c.supplier_id).having(sa.func.avg(in_time)
                                                                                     >= 0.6)
    sellers = sa.func.count(GoodsReceipt.supplier_id.distinct())
    item = rows.execute(
        sa.select(Item.id, Item.code).join(GoodsReceiptLine, GoodsReceiptLine.item_id == Item.id)
        .join(GoodsReceipt, GoodsReceipt.id == GoodsReceiptLine.goods_receipt_id)
        .where(GoodsReceipt.state == "posted", GoodsReceipt.supplier_id.in_(punctual))
        .group_by(Item.id, Item.code).order_by(sellers.desc(), Item.id).limit(1)).one()
    last = rows.execute(
        sa.select(Supplier.name).join(GoodsReceipt, GoodsReceipt.supplier_id == Supplier.id)
        .join(GoodsReceiptLine, GoodsReceiptLine.goods_receipt_id == GoodsReceipt.id)
        .where(GoodsReceiptLine.item_id == item.id, GoodsReceipt.state == "posted")
        .order_by(GoodsReceipt.received_on.desc(), GoodsReceiptLine.id.desc()).limit(1)).scalar_one()
    return {"code": item.code, "supplier": last}


def test_the_best_supplier_stands_beside_an_order_line_and_a_price_is_taken(
        open_browser: Callable[..., Page], log_in: Any, accessible: Any, bought: Any) -> None:
    buyer = open_browser()
    log_in(buyer, Role.FACILITIES_STAFF)
    buyer.goto("/admin/purchase_order/new/")
    choose(buyer, "lines-0-item", bought["code"])
    offers = buyer.locator(".inline-field-list > .inline-field .rw-prices")
    expect(offers).to_contain_text(bought["supplier"])
    expect(offers.locator(".rw-badge.is-approved")).to_have_count(1)  # one of them is the best
    choose(buyer, "supplier", bought["supplier"])
    here = offers.locator("tr.is-here")
    expect(here).to_contain_text(bought["supplier"])
    expect(offers.locator("[data-take-price]")).to_have_count(1)  # nobody else's price fits this order
    price = here.locator("[data-take-price]").get_attribute("data-take-price")
    here.locator("[data-take-price]").click()
    expect(buyer.locator("[name='lines-0-unit_price']")).to_have_value(price or "-")
    accessible(buyer)


def test_two_lines_of_one_item_warn_together(open_browser: Callable[..., Page], log_in: Any,
                                             rows: sa.Connection
                                             ) -> None:
    held = rows.execute(
        sa.select(Store.name.label("store"), Item.code, StoreItem.quantity)
        .join(Store, Store.id == StoreItem.store_id).join(Item, Item.id == StoreItem.item_id)
        .where(StoreItem.quantity >= 10, Item.minimum_stock > 0).order_by(StoreItem.quantity,
                                                                          Item.id).limit(1)).one()
    clerk = open_browser()
    log_in(clerk, Role.STORE_STAFF)
    clerk.goto("/admin/spoilage/new/")
    choose(clerk, "store", held.store)
    lines = clerk.locator(".inline-field-list > .inline-field")
    missing = clerk.locator(".rw-note", has_text="Stok tidak cukup")
    choose(clerk, "lines-0-item", held.code)
    clerk.fill("[name='lines-0-quantity']", f"{held.quantity.normalize():f}".replace(".", ","))
    expect(lines.nth(0).locator(".rw-stock")).to_be_visible()
    expect(missing).to_have_count(0)
    clerk.click("[data-add-line]")
    choose(clerk, "lines-1-item", held.code)
    clerk.fill("[name='lines-1-quantity']", "1")
    expect(missing).to_have_count(2)  # said at both lines
    expect(missing.first).to_contain_text("bersama-sama")
    lines.nth(1).locator("[data-remove-line]").click()
    expect(missing).to_have_count(0)
