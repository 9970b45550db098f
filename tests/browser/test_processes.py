"""Drawings of processes and the journey of a document in a browser: open to everybody, on a phone too, and no
word runs over its box whatever the fonts are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from models.roles import Role
from tests.browser.conftest import follow

pytestmark = pytest.mark.once

PAGES = ["/learn/processes", "/learn/processes?part=inventory", "/learn/processes?part=telemedicine",
         "/learn/processes/purchase_order", "/learn/processes/bed", "/learn/journey", "/learn/cases",
         "/learn/cases/fever"]

#: Texts that leave their box, and texts that lie on another text, as the browser drew them.
RUNS_OVER = """() => {
    const found = []
    const rect = at => at.getBoundingClientRect()
    const texts = [...document.querySelectorAll("figure.flow svg text")]
    const meets = (a, b) => a.left + 1 < b.right && b.left + 1 < a.right && a.top + 3 < b.bottom &&
        b.top + 3 < a.bottom
    for (const text of texts) {
        const group = text.closest("a, g")
        const box = group && group.querySelector(".box, .chipbox, .hit")
        if (box && (rect(text).left < rect(box).left - 1 || rect(text).right > rect(box).right + 1))
            found.push("leaves its box: " + text.textContent)
    }
    texts.forEach((one, place) => texts.slice(place + 1).forEach(other => {
        if (meets(rect(one), rect(other)))
            found.push("lies on: " + one.textContent.trim() + " | " + other.textContent.trim())
    }))
    return found.slice(0, 5)
}"""


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_pages_are_open_to_everybody(open_browser: Callable[..., Page], log_in: Any, accessible: Any,
                                     phone: bool) -> None:
    page = open_browser(phone=phone)
    log_in(page, Role.STUDENT)
    for path in PAGES:
        page.goto(path)
        accessible(page)


def test_no_word_runs_over_in_any_drawing(open_browser: Callable[..., Page], log_in: Any) -> None:
    page = open_browser()
    log_in(page, Role.STUDENT)
    page.goto("/learn/processes")
    parts = page.locator(".chips a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    workflows = page.locator(".wraps a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(parts) >= 7
    assert len(workflows) >= 28
    found = {}
    for address in [*parts, *workflows]:
        page.goto(address)
        trouble = page.evaluate(RUNS_OVER)
        if trouble:
            found[address] = trouble
    assert found == {}


def test_a_phone_gets_the_list_instead_of_the_drawing(open_browser: Callable[..., Page], log_in: Any) -> None:
    page = open_browser(phone=True)
    log_in(page, Role.STUDENT)
    page.goto("/learn/processes?part=inventory")
    expect(page.locator("figure.flow")).to_be_hidden()
    expect(page.locator("#as-list")).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_document_is_followed_from_the_list_to_what_it_came_from(
        open_browser: Callable[..., Page], log_in: Any, accessible: Any, phone: bool) -> None:
    page = open_browser(phone=phone)
    log_in(page, Role.STUDENT)
    page.goto("/learn/processes/delivery_request")
    follow(page, "a[href='/learn/journey#delivery_request']")
    follow(page, "#delivery_request a")
    assert "/learn/journey/delivery_request/" in page.url
    accessible(page)
    expect(page.locator("table.journal").first).to_be_visible()
    follow(page, "aside a[href*='/learn/journey/store_request/']")
    accessible(page)
