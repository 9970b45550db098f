"""The entity diagram in a browser: zoom, pull, keyboard, search, a phone, and without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from models.roles import Role

pytestmark = pytest.mark.once

WHOLE = "/learn/diagram?process=all"


def width(page: Page) -> float:
    return page.locator("#erd > svg").evaluate("svg => svg.getBoundingClientRect().width")


def is_seen(box: Locator) -> bool:
    """Whether the middle of a box is inside the frame."""
    return box.evaluate("""box => {
        const frame = document.getElementById("erd").getBoundingClientRect()
        const rect = box.querySelector("rect").getBoundingClientRect()
        const [x, y] = [rect.left + rect.width / 2, rect.top + rect.height / 2]
        return x > frame.left && x < frame.right && y > frame.top && y < frame.bottom
    }""")


def table(page: Page, name: str) -> Locator:
    return page.locator(f"#erd a[data-table={name}]")


def test_the_whole_opens_on_the_chosen_table_and_is_zoomed(
        page: Page, log_in: Callable[..., None], accessible: Callable[[Page], None],
        shot: Callable[..., None]) -> None:
    log_in(page, Role.STUDENT)
    page.goto(f"{WHOLE}&table=patient")
    expect(page.locator("html.has-script")).to_be_attached()
    assert is_seen(table(page, "patient"))
    accessible(page)
    shot(page, "learn-diagram")
    before = width(page)
    page.click("[data-zoom=in]")
    assert width(page) > before
    assert is_seen(table(page, "patient"))
    page.click("[data-zoom=all]")
    frame = page.locator("#erd").evaluate("frame => frame.clientWidth")
    assert width(page) <= frame + 1
    page.click("[data-zoom=near]")
    assert is_seen(table(page, "patient"))


def test_the_keyboard_walks_through_the_boxes_and_changes_the_size(
        page: Page, log_in: Callable[..., None]) -> None:
    log_in(page, Role.STUDENT)
    page.goto("/learn/diagram?process=requests&table=store_request")
    table(page, "store_request").focus()
    page.keyboard.press("ArrowRight")
    name = page.evaluate("document.activeElement.dataset.table")
    assert name != "store_request"
    assert is_seen(table(page, name))
    page.keyboard.press("ArrowLeft")
    before = width(page)
    page.keyboard.press("+")
    assert width(page) > before
    page.keyboard.press("-")
    page.keyboard.press("-")
    assert width(page) < before
    page.keyboard.press("0")
    assert width(page) <= page.locator("#erd").evaluate("frame => frame.clientWidth") + 1
    table(page, "item").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#erd-detail h2").first).to_have_text("item")
    expect(table(page, "item")).to_have_attribute("aria-current", "true")
    assert "table=item" in page.url


def test_a_click_chooses_and_leads_to_dictionary_and_rows(page: Page, log_in: Callable[..., None]) -> None:
    log_in(page, Role.ADMIN)
    page.goto("/learn/diagram?process=rooms&table=bed")
    table(page, "ward").click()
    card = page.locator("#erd-detail")
    expect(card.locator("h2").first).to_have_text("ward")
    expect(card.locator("a[href='/learn/dictionary/ward']").first).to_be_visible()
    expect(card.locator("a[href='/admin/ward/']")).to_be_visible()
    lit = page.locator("#erd .ln.on").evaluate_all(
        "lines => lines.every(line => [line.dataset.from, line.dataset.to].includes('ward'))")
    assert lit


def test_the_drawing_is_pulled_with_the_mouse_without_choosing(
        page: Page, log_in: Callable[..., None]) -> None:
    log_in(page, Role.STUDENT)
    page.goto(f"{WHOLE}&table=item")
    at = page.locator("#erd")
    at.evaluate("frame => frame.scrollIntoView({block: 'center'})")  # clear of the bar on top
    before = at.evaluate("frame => frame.scrollLeft")
    place = table(page, "item").locator("rect").bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 20, place["y"] + 20)
    page.mouse.down()
    page.mouse.move(place["x"] - 100, place["y"] + 20, steps=4)
    page.mouse.up()
    assert at.evaluate("frame => frame.scrollLeft") > before
    assert "table=item" in page.url


def test_search_goes_to_a_box_and_asks_the_server_for_what_the_drawing_has_not(
        page: Page, log_in: Callable[..., None]) -> None:
    log_in(page, Role.STUDENT)
    page.goto(f"{WHOLE}&table=item")
    page.fill("#erd-find", "consultation")
    expect(table(page, "consultation")).to_have_class("hit")
    page.press("#erd-find", "Enter")
    expect(page.locator("#erd-detail h2").first).to_have_text("consultation")
    assert is_seen(table(page, "consultation"))
    page.goto("/learn/diagram?process=rooms")
    page.fill("#erd-find", "tb_po")
    with page.expect_navigation():
        page.press("#erd-find", "Enter")
    expect(page.locator("#erd-detail h2").first).to_have_text("purchase_order")


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_opens_on_the_processes_and_the_chosen_table(
        open_browser: Callable[..., Page], log_in: Callable[..., None], accessible: Callable[[Page], None],
        dark: bool) -> None:
    page = open_browser(phone=True, dark=dark)
    log_in(page, Role.STUDENT)
    page.goto("/learn/diagram")
    card, frame = page.locator("#erd-detail").bounding_box(), page.locator("#erd-frame").bounding_box()
    assert card is not None
    assert frame is not None
    assert card["y"] < frame["y"]
    assert is_seen(table(page, "store_request"))
    accessible(page)
    for address in (WHOLE, "/learn/dictionary", "/learn/dictionary?q=TB", "/learn/dictionary/patient"):
        page.goto(address)
        accessible(page)


def test_without_a_script_boxes_and_search_are_plain_links(
        open_browser: Callable[..., Page], log_in: Callable[..., None]) -> None:
    page = open_browser(script=False)
    log_in(page, Role.STUDENT)
    page.goto("/learn/diagram?process=requests&table=store_request")
    expect(page.locator("[data-zoom=in]")).to_be_hidden()
    href = table(page, "item").get_attribute("href")
    assert href is not None
    page.goto(href)
    expect(page.locator("#erd-detail h2").first).to_have_text("item")
    page.fill("#erd-find", "TB")
    with page.expect_navigation():
        page.press("#erd-find", "Enter")
    expect(page.locator("#erd-detail h2").first).to_have_text("patient")


def test_print_shows_the_whole_drawing_and_no_tools(page: Page, log_in: Callable[..., None]) -> None:
    log_in(page, Role.STUDENT)
    page.goto("/learn/diagram?process=rooms")
    page.emulate_media(media="print")
    expect(page.locator(".erd-tools")).to_be_hidden()
    expect(page.locator(".lnav")).to_be_hidden()
    fits = page.locator("#erd").evaluate(
        "frame => frame.scrollWidth <= frame.clientWidth + 1 && frame.scrollHeight <= frame.clientHeight + 1")
    assert fits
