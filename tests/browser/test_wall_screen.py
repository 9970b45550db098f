"""The screen on the wall in Chromium at 1080p: every bed is seen whole on one of its pages, however many
there are; it says when the line is lost, and otherwise when it was switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from models.base import db
from models.operations.core.approvals import perform
from models.operations.rooms import displays
from models.places import Ward, WardKind
from models.roles import Role
from models.wall_displays import WallDisplay
from tests.support import factories as make

pytestmark = pytest.mark.once
HOUSE = "http://wall.example"
#: The beds that stand whole inside the screen and inside of what is shown of the wards.
WHOLE = """() => {
  const box = document.querySelector('[data-wall-flow]').getBoundingClientRect();
  return Array.from(document.querySelectorAll('[data-wall-flow] .rw-bed')).map((bed, place) => {
    const at = bed.getBoundingClientRect();
    return at.left >= box.left - 1 && at.right <= box.right + 1 && at.top >= box.top - 1
      && at.bottom <= Math.min(box.bottom, window.innerHeight) + 1 && at.width > 30 ? place : -1;
  }).filter((place) => place >= 0);
}"""


@pytest.fixture
def screen(session: Any, client: Any, browser: Browser) -> Iterator[tuple[Page, WallDisplay, str, Any]]:
    """A screen of 1080p whose requests are answered by the application; `line` is cut by `line["up"]`."""
    display = WallDisplay(name="Lobby")
    token = displays.prepare(display, by=make.make_user(Role.ADMIN))
    make.saved(display)
    line = {"up": True}

    def answer(route: Route) -> None:
        if not line["up"]:
            route.abort()
            return
        parts = urlsplit(route.request.url)
        given = client.get(parts.path, query_string=parts.query, headers={
            name: value for name, value in route.request.headers.items() if name == "if-none-match"})
        route.fulfill(status=given.status_code, headers=dict(given.headers), body=given.data)

    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="id-ID",
                                  timezone_id="Asia/Jakarta")
    page = context.new_page()
    page.route("**/*", answer)
    page.clock.install()
    yield page, display, token, line
    context.close()


def fill(beds: int) -> None:
    """So many beds in wards of some twenty, rooms of one to six."""
    left, number = beds, 0
    while left:
        ward = make.saved(Ward(code=f"W{left}", name=f"Sal {left}", building=make.make_building(),
                               kind=WardKind.GENERAL))
        for size in (1, 2, 6, 4, 3, 2, 4, 1):
            number += 1
            if left:
                make.make_inpatient_room(min(size, left), ward=ward, number=str(100 + number))
                left -= min(size, left)
    db.session.commit()


@pytest.mark.parametrize("beds", [68, 300])
def test_every_bed_is_seen_whole_on_one_of_its_pages(screen: Any, beds: int) -> None:
    page, _display, token, _line = screen
    fill(beds)
    page.goto(f"{HOUSE}/wall/{token}")
    expect(page.locator(".rw-wall-flow .rw-bed")).to_have_count(beds)
    seen: set[int] = set()
    for _turn in range(12):
        seen |= set(page.evaluate(WHOLE))
        assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
        if len(seen) == beds:
            break
        page.clock.run_for(12_500)
    assert len(seen) == beds


def test_a_lost_line_and_a_revoked_display_are_told_apart(session: Any, screen: Any) -> None:
    page, display, token, line = screen
    fill(3)
    page.goto(f"{HOUSE}/wall/{token}")
    lost, off = page.locator("[data-wall-lost]"), page.locator("[data-wall-off]")
    page.clock.run_for(2_500)
    expect(lost).to_be_hidden()
    line["up"] = False
    page.clock.run_for(2_500)
    expect(lost).to_contain_text("Tidak ada sambungan sejak")
    assert page.locator(".rw-bed").count() == 3
    line["up"] = True
    page.clock.run_for(2_500)
    expect(lost).to_be_hidden()
    perform(display, "revoke", by=make.make_user(Role.ADMIN))
    session.commit()
    page.clock.run_for(2_500)
    expect(off).to_contain_text("dinonaktifkan")
    expect(lost).to_be_hidden()
    expect(page.locator(".rw-bed:visible")).to_have_count(0)
