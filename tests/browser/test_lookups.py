"""Choice lists whose answers fail or come late: "there is none" is said only where there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from models.roles import Role
from tests.browser.conftest import LiveServer

pytestmark = pytest.mark.once


LOOKUP = "**/admin/store_request/ajax/lookup/?name=lines-item*"
UNITS = "**/admin/store_request/ajax/lookup/?name=lines-unit*"


@pytest.fixture
def nurse(browser: Browser, live_server: LiveServer, log_in: Any) -> Iterator[Page]:
    """A new store request. Its log is not looked at: answers that fail are what these tests are about."""
    context = browser.new_context(base_url=live_server.url, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(15_000)
    log_in(page, Role.UNIT_USER)
    page.goto("/admin/store_request/new/")
    yield page
    context.close()


def _answer(route: Route, *names: str) -> None:
    rows = [{"id": 900_000 + place, "text": name} for place, name in enumerate(names)]
    route.fulfill(status=200, content_type="application/json", body=json.dumps(rows))


def _item(page: Page) -> Any:
    return page.locator("select[name='lines-0-item'] + .ts-wrapper")


def test_a_list_that_cannot_be_asked_says_so_and_the_same_words_ask_again(nurse: Page) -> None:
    nurse.route(LOOKUP, lambda route: route.abort())
    _item(nurse).click()
    _item(nurse).locator("input").fill("bandage")
    none = _item(nurse).locator(".no-results")
    expect(none).to_contain_text(nurse.locator("#trouble").get_attribute("data-lost") or "?")
    nurse.unroute(LOOKUP)
    nurse.route(LOOKUP, lambda route: route.fulfill(status=500, body="broken"))
    _item(nurse).locator("input").fill("gauze")
    expect(none).to_contain_text(nurse.locator("#trouble").get_attribute("data-again") or "?")
    nurse.unroute(LOOKUP)
    nurse.route(LOOKUP, lambda route: _answer(route, "Gauze"))
    _item(nurse).locator("input").fill("")
    _item(nurse).locator("input").fill("gauze")
    expect(_item(nurse).locator(".option")).to_have_text(["Gauze"])


def test_the_answer_to_earlier_words_does_not_replace_the_answer_to_later_ones(nurse: Page) -> None:
    held: list[Route] = []

    def slow_first(route: Route) -> None:
        if route.request.headers.get("x-query") == "later":
            _answer(route, "Later")
        else:
            held.append(route)

    nurse.route(LOOKUP, slow_first)
    with nurse.expect_request(lambda request: request.headers.get("x-query") == "earlier"):
        _item(nurse).click()
        _item(nurse).locator("input").fill("earlier")
    _item(nurse).locator("input").fill("later")
    expect(_item(nurse).locator(".option")).to_have_text(["Later"])
    for route in held:
        with nurse.expect_response(lambda answer, route=route: answer.request
                                   == route.request):  # type: ignore[misc]
            _answer(route, "Earlier")
    nurse.evaluate("() => new Promise(done => setTimeout(done))")  # what the answer starts has run
    expect(_item(nurse).locator(".option")).to_have_text(["Later"])


def test_units_that_cannot_be_asked_are_not_those_of_the_item_before(nurse: Page) -> None:
    nurse.route(LOOKUP, lambda route: _answer(route, "First", "Second"))
    nurse.route(UNITS, lambda route: _answer(route, "box of first"))
    _item(nurse).click()
    _item(nurse).locator(".option", has_text="First").click()
    unit = nurse.locator("select[name='lines-0-unit']")
    expect(unit.locator("option")).to_have_text(["box of first"])
    nurse.unroute(UNITS)
    nurse.route(UNITS, lambda route: route.abort())
    _item(nurse).click()
    _item(nurse).locator(".option", has_text="Second").click()
    expect(nurse.locator("#trouble")).to_be_visible()
    expect(unit.locator("option")).to_have_count(0)
    nurse.unroute(UNITS)
    nurse.route(UNITS, lambda route: _answer(route, "box of second"))
    unit.focus()  # asks once more
    expect(unit.locator("option")).to_have_text(["box of second"])
    expect(nurse.locator("#trouble")).to_be_hidden()


def test_a_list_without_such_a_thing_says_so(nurse: Page) -> None:
    nurse.route(LOOKUP, lambda route: _answer(route))
    _item(nurse).click()
    _item(nurse).locator("input").fill("zzz")
    none = nurse.locator("#trouble").get_attribute("data-none") or "?"
    expect(_item(nurse).locator(".no-results")).to_have_text(none)


def test_a_form_that_was_stopped_can_be_sent_again(nurse: Page) -> None:
    nurse.clock.install()
    methods: list[str] = []

    def stopped(route: Route) -> None:
        methods.append(route.request.method)
        route.abort("aborted")  # as when somebody stops it

    nurse.route("**/admin/store_request/new/", stopped)
    press = "times => { for (; times; times--) { document.querySelector('button[name=_save]').click() } }"
    with nurse.expect_event("requestfailed"):
        nurse.evaluate(press, 2)  # the second press is no second request
    nurse.clock.run_for(25_000)
    with nurse.expect_event("requestfailed"):
        nurse.evaluate(press, 1)
    assert methods == ["POST", "POST"]
