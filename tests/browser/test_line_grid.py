"""The lines of a document as a grid: heads once, a row a line, sums exact, keys between the rows, a removed
line put back."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from models.line_quantities import net, vat
from models.roles import Role

pytestmark = pytest.mark.once


def comma(number: Decimal) -> str:
    return f"{number:f}".replace(".", ",")


def test_an_order_is_typed_as_a_grid(
    page: Page, log_in: Callable[..., None], accessible: Callable[[Page], None]
) -> None:
    log_in(page, Role.FACILITIES_STAFF)
    page.goto("/admin/purchase_order/new/")
    heads, rows = page.locator(".rw-lines-head"), page.locator(".inline-field-list > .inline-field")
    expect(heads).to_have_count(1)
    expect(heads).to_contain_text("Harga satuan")
    price = page.locator("[name$='-unit_price']")
    for place, text in enumerate(("1.000,50", "2000", "3000")):
        page.fill(f"[name='lines-{place}-quantity']", "2")
        price.nth(place).fill(text)
        if place < 2:
            price.nth(place).press("Enter")  # in the last row it makes a row
            expect(rows).to_have_count(place + 2)
    tall = rows.evaluate_all("rows => Math.max(...rows.map(row => row.getBoundingClientRect().height))")
    assert tall <= 36
    accessible(page)
    page.fill("[name=vat_percent]", "11")
    total = page.locator("[data-total=total] dd")
    expect(total).to_have_text("Rp13.321,11")  # 12.001 and 11 %
    price.nth(2).press("ArrowUp")
    expect(price.nth(1)).to_be_focused()
    price.nth(1).press("ArrowDown")
    expect(price.nth(2)).to_be_focused()
    rows.nth(1).locator("[data-remove-line]").click()
    expect(rows).to_have_count(2)
    expect(total).to_have_text("Rp8.881,11")
    page.click("[data-add-line]")  # a new line takes no name of the removed one
    page.click("[data-undo-line]")
    expect(rows).to_have_count(4)
    expect(price.nth(1)).to_have_value("2000")
    expect(total).to_have_text("Rp13.321,11")
    names = price.evaluate_all("fields => fields.map(field => field.name)")
    assert len(set(names)) == 4
    page.set_viewport_size({"width": 360, "height": 780})
    expect(heads).to_be_hidden()
    expect(rows.first.locator("label", has_text="Harga satuan")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_page_reckons_as_the_server_does(page: Page, log_in: Callable[..., None]) -> None:
    log_in(page, Role.FACILITIES_STAFF)
    page.goto("/admin/purchase_order/new/")
    chance = random.Random(6)
    cases = [
        (
            Decimal(chance.randrange(1, 10**9)).scaleb(-chance.randrange(4)),
            Decimal(chance.randrange(10**12)).scaleb(-2),
            Decimal(chance.randrange(10001)).scaleb(-2),
        )
        for _ in range(2000)
    ]
    cases += [
        (Decimal("0.5"), Decimal("0.01"), Decimal(0)),
        (Decimal("0.1"), Decimal("0.05"), Decimal(0)),
        (Decimal("0.499"), Decimal("0.01"), Decimal(0)),
    ]
    reckoned = page.evaluate(
        """cases => cases.map(([count, price, less, amount]) =>
            [String(rawatSums.net(count, price, less)), String(rawatSums.part(BigInt(amount), less))])""",
        [
            [comma(count), comma(price), comma(less), str(int(net(count, price, less) * 100))]
            for count, price, less in cases
        ],
    )
    for (count, price, less), (amount, part) in zip(cases, reckoned, strict=True):
        expected = net(count, price, less)
        assert Decimal(amount) == expected * 100, (count, price, less)
        assert Decimal(part) == vat(expected, less) * 100, (expected, less)
