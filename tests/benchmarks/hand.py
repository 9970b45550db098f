"""A hand at the pages of a demo hospital, for scripts that count what a task costs it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

PASSWORD = "rawat-demo-2026"
expect.set_options(timeout=30_000)


@dataclass
class Hand:
    """A person at the page; counts what the hand does, and the seconds until the page had answered."""

    page: Page
    clicks: int = 0
    fields: int = 0
    #: Signs that were typed.
    keys: int = 0
    pages: int = 0
    began: float = field(default=0.0, repr=False)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.page.on("domcontentloaded", lambda _page: setattr(self, "pages", self.pages + 1))

    def begin(self) -> None:
        """From here on it counts."""
        self.clicks = self.fields = self.keys = self.pages = 0
        self.began = time.perf_counter()

    def done(self) -> None:
        """Up to here."""
        self.seconds = time.perf_counter() - self.began

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What somebody else does in between, and the way back to the page: not counted."""
        counted, since = (self.clicks, self.pages), time.perf_counter()
        yield
        self.clicks, self.pages = counted
        self.began += time.perf_counter() - since

    def click(self, target: str | Locator, *, leads: bool = False) -> None:
        self.clicks += 1
        place = (self.page.locator(target) if isinstance(target, str) else target).first
        if leads:
            with self.page.expect_navigation():
                place.click()
        else:
            place.click()

    def type(self, text: str) -> None:
        """Into the field that has the focus."""
        self.fields += 1
        self.keys += len(text)
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def focus_is_in(self, name: str) -> None:
        """Wait until the field has the focus: the page put it there, no click did."""
        self.page.wait_for_function(
            """name => {
                const at = document.activeElement;
                const box = at && at.closest(".ts-wrapper"), list = box && box.previousElementSibling;
                return at && (at.name === name || list && list.name === name);
            }""", arg=name)

    def pick(self, name: str, words: str) -> None:
        """Type into the list that has the focus, see what is offered, take it by the Enter key."""
        self.focus_is_in(name)
        self.type(words)
        expect(self.page.locator(".ts-dropdown:visible .option.active", has_text=words)).to_be_visible()
        self.press("Enter")
        taken = self.page.locator(f"select[name='{name}'] + .ts-wrapper .item", has_text=words)
        expect(taken).to_be_visible()


def sign_in(page: Page, url: str, who: str) -> Hand:
    page.goto(f"{url}/login")
    page.fill("[name=email]", f"{who}@demo.rawat")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login" not in address)
    return Hand(page)


def csrf(page: Page) -> str:
    return page.locator("[name=csrf_token]").first.get_attribute("value") or ""
