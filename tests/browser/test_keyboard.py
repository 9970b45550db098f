"""By keys alone: a request, its approval, a booking, a check-in, a count. The address of the first page is
typed too; the mouse is never touched. After each save the focus is on what was saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from models.items import Item, UnitConversion
from models.roles import Role
from models.stocktakes import Stocktake, StocktakeLine

pytestmark = pytest.mark.once

SAVED = "main .alert-success, main .note.flash"
INSIDE = "target => document.activeElement !== document.body && document.activeElement.closest(target)"


class Keys:
    """Ten fingers on the keys of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def has(self, target: str) -> bool:
        return bool(self.page.evaluate("target => document.activeElement.matches(target)", target))

    def tab_to(self, target: str, most: int = 90) -> int:
        """Press Tab until the focus is there; how often."""
        for pressed in range(most):
            if self.has(target):
                return pressed
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.page.url}: {most} Tabs do not lead to {target}")

    def press(self, key: str, target: str = "") -> None:
        if target:
            self.tab_to(target)
        self.page.keyboard.press(key)

    def type(self, text: str, target: str = "") -> None:
        if target:
            self.tab_to(target)
        self.page.keyboard.type(text)

    def go(self, target: str) -> None:
        """To a link or button, and there by Enter."""
        self.tab_to(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def is_at(self, target: str) -> None:
        expect(self.page.locator(target).first).to_be_focused()

    def pick(self, name: str, words: str) -> None:
        """In the list that has the focus."""
        self.page.wait_for_function(
            """name => {
                const box = document.activeElement.closest(".ts-wrapper");
                return box && box.previousElementSibling.name === name;
            }""", arg=name)
        self.type(words)
        expect(self.page.locator(".ts-dropdown:visible .option.active", has_text=words)).to_be_visible()
        self.press("Enter")
        taken = self.page.locator(f"select[name='{name}'] + .ts-wrapper .item", has_text=words)
        expect(taken).to_be_visible()


def test_a_request_is_made_and_approved(open_browser: Callable[..., Page],
                                        log_in: Callable[..., None]) -> None:
    nurse, head = Keys(open_browser()), Keys(open_browser())
    log_in(nurse.page, Role.UNIT_USER)
    nurse.page.goto("/admin/store_request/")
    nurse.go("a[href$='/admin/store_request/new/']")
    if nurse.page.locator("select[name=store]").input_value() == "":
        nurse.pick("store", "Gudang Farmasi")
        nurse.tab_to("select[name='lines-0-item'] + .ts-wrapper input")
    nurse.pick("lines-0-item", "Spuit disposabel 3 ml")
    nurse.type("20", "[name='lines-0-quantity']")
    nurse.go("[name=_submit]")
    expect(nurse.page.locator("h1")).to_contain_text("SR/")
    nurse.is_at(SAVED)

    log_in(head.page, Role.STORE_HEAD)
    head.page.goto("/admin/inbox/")
    rows = head.page.locator(".rw-inbox > li")
    before = rows.count()
    head.press("Enter", "a[href='#content']")
    head.press("Enter", "button[name=one]")
    expect(rows).to_have_count(before - 1)
    expect(head.page.locator("#inbox-said")).to_contain_text("1 dokumen selesai")
    head.page.wait_for_function(INSIDE, arg=".rw-answers")


def test_a_consultation_is_booked(open_browser: Callable[..., Page], log_in: Callable[..., None]) -> None:
    patient = Keys(open_browser())
    log_in(patient.page, "patient2")
    patient.page.goto("/portal/")
    patient.go(".quick a[href='/portal/consultations/new']")
    patient.type("Badan lemas dan tidak enak sejak kemarin.", "#complaint")
    patient.press("Space", "[name=onset]")
    patient.press("Space", "[name=severity]")
    patient.press("Enter", "#form-consultation .actions .primary")
    expect(patient.page.locator("button[name=pick]").first).to_be_visible()
    patient.page.wait_for_function(INSIDE, arg="#wizard")
    patient.press("Enter", "button[name=pick]")
    expect(patient.page.locator("[name=consent]")).to_be_visible()
    patient.page.wait_for_function(INSIDE, arg="#wizard")
    patient.press("Space", "[name=consent_record]")
    patient.press("Space", "[name=consent]")
    patient.press("Enter", "#form-consultation .actions .primary")
    patient.page.wait_for_url(re.compile(r"/portal/consultations/\d+$"))
    patient.is_at(SAVED)


def test_the_board_is_one_stop_and_arrows_lead_to_the_bed(open_browser: Callable[..., Page],
                                                          log_in: Callable[..., None]) -> None:
    office = Keys(open_browser())
    log_in(office.page, Role.FRONT_OFFICE)
    office.page.goto("/admin/rooms/")
    office.tab_to(".rw-board a")
    first = office.page.evaluate("document.activeElement.href")
    office.press("Tab")
    assert not office.has(".rw-board a"), "the board is one stop of the Tab key"
    office.press("Shift+Tab")
    assert office.page.evaluate("document.activeElement.href") == first
    top = office.page.evaluate("document.activeElement.getBoundingClientRect().top")
    office.press("ArrowDown")
    assert office.page.evaluate("document.activeElement.getBoundingClientRect().top") > top
    office.press("Home")
    for _ in range(600):
        if office.has("a.rw-do[href*='/check_in']"):
            break
        office.press("ArrowRight")
    office.go("a.rw-do[href*='/check_in']")
    office.type("FO-KEYS-1", "[name=guest]")
    office.go(".submit-row button[type=submit]")
    expect(office.page).to_have_url(re.compile("/admin/rooms/"))
    office.is_at(SAVED)


def test_an_item_is_counted(open_browser: Callable[..., Page], log_in: Callable[..., None],
                            rows: sa.Connection) -> None:
    line = rows.execute(
        sa.select(StocktakeLine.stocktake_id, StocktakeLine.id, Item.barcode,
                  UnitConversion.id.label("unit_id"))
        .join(Stocktake, Stocktake.id == StocktakeLine.stocktake_id)
        .join(Item, Item.id == StocktakeLine.item_id)
        .join(UnitConversion, UnitConversion.item_id == Item.id)
        .where(Stocktake.state == "counting", StocktakeLine.counted_quantity.is_(None),
               Item.barcode.is_not(None), Item.batch_tracked.is_(False), UnitConversion.factor == 1)
        .order_by(StocktakeLine.id.desc()).limit(1)).one()
    counter = Keys(open_browser())
    log_in(counter.page, Role.STORE_STAFF)
    counter.page.goto(f"/admin/stocktake/{line.stocktake_id}/count")
    assert counter.has("input[autofocus]"), "what the scanner types arrives"
    counter.type(line.barcode)
    with counter.page.expect_navigation():
        counter.press("Enter")
    counter.type("7", f"#q{line.unit_id}")
    with counter.page.expect_navigation():
        counter.press("Enter")
    assert rows.scalar(sa.select(StocktakeLine.counted_quantity).where(StocktakeLine.id == line.id)) == 7
    assert counter.has("input[autofocus]"), "ready for the next"


def test_the_next_week_of_a_doctor_keeps_the_place(open_browser: Callable[..., Page],
                                                   log_in: Callable[..., None]) -> None:
    """What a press swaps out takes no focus with it: the new part has it."""
    patient: Any = Keys(open_browser())
    log_in(patient.page, "patient2")
    patient.page.goto("/portal/doctors")
    patient.go("main a[href*='/portal/doctors/']")
    patient.tab_to("[hx-push-url][hx-get*=week]")
    with patient.page.expect_response(lambda answer: "week=" in answer.url):
        patient.press("Enter")
    patient.page.wait_for_function(INSIDE, arg="main")
