"""Nothing typed is lost: drafts of forms with lines, phone pages without a line, nothing for the next person.

The line is cut in the browser; the worker of the phone pages is the real one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Request, expect

from models.form_drafts import FormDraft
from models.housekeeping import Cleaning
from models.roles import Role
from models.stocktakes import Stocktake, StocktakeLine
from tests.browser.conftest import follow
from tests.browser.test_box import choose

pytestmark = pytest.mark.once

#: Comes true when the worker answers for the page.
WORKER = """navigator.serviceWorker.ready.then(() => new Promise(done => {
    const look = () => navigator.serviceWorker.controller ? done(true) : setTimeout(look, 50)
    look()
}))"""
#: Addresses of the pages that the phone keeps, whosever they are.
KEPT = """caches.keys().then(names => Promise.all(names.filter(name => name.startsWith("phone-")).map(
    name => caches.open(name).then(pages => pages.keys())))).then(all => all.flat().map(page => page.url))"""
WAITING = "person => RawatPhone.of(person).then(rows => rows.map(row => row.path))"


def is_kept(answer: Any) -> bool:
    return bool(answer.url.endswith("/drafts") and answer.request.method == "POST" and answer.status == 204)


def typed(page: Page) -> list[str]:
    """What stands in the fields of the form, as a person reads it."""
    return page.locator("form.admin-form").evaluate(
        "form => Array.from(form.elements).filter(each => /^(purpose|lines-)/.test(each.name)).map(each =>"
        " each.name + ' ' + (each.selectedOptions ? each.selectedOptions[0].text.trim() : each.value))")


def test_a_form_with_lines_is_offered_again_and_gone_once_it_is_sent(
        open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection, accessible: Any,
        shot: Any) -> None:
    page = open_browser()
    log_in(page, Role.UNIT_USER)
    page.goto("/admin/store_request/new/")
    page.fill("[name=purpose]", "Persediaan bangsal")
    choose(page, "lines-0-item", "Bantal pasien")
    page.fill("[name=lines-0-quantity]", "3")
    page.click("[data-add-line]")
    choose(page, "lines-1-item", "Sarung bantal")
    with page.expect_response(is_kept):
        page.fill("[name=lines-1-quantity]", "6")
    page.wait_for_load_state("networkidle")
    before, unit = typed(page), page.locator("[name=lines-1-unit]").input_value()
    page.goto("/admin/home/")  # everything is with the server: nothing is asked
    page.goto("/admin/store_request/new/")
    begun = page.locator("#begun")
    expect(begun).to_be_visible()
    accessible(page)
    shot(page, "begun")
    begun.locator("[data-begun-take]").click()
    expect(page.locator("[name=lines-1-quantity]")).to_have_value("6")
    expect(page.locator("[name=lines-1-unit]")).to_have_value(unit)  # once the item's units have come
    page.wait_for_load_state("networkidle")
    assert typed(page) == before

    # the line breaks: the form stays, says so, and what is not stored is asked about
    page.context.set_offline(True)
    page.fill("[name=purpose]", "Persediaan bangsal dan poli")
    page.click("button[name=_save]")
    expect(page.locator("#trouble")).to_be_visible()
    expect(page.locator("[name=purpose]")).to_have_value("Persediaan bangsal dan poli")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("setTimeout(() => location.assign('/admin/inbox/'), 0)")
    expect(page.locator("[name=purpose]")).to_have_value("Persediaan bangsal dan poli")
    with page.expect_response(is_kept):
        page.context.set_offline(False)
    assert asked == ["beforeunload"]
    follow(page, "button[name=_save]")
    page.goto("/admin/store_request/new/")
    page.wait_for_load_state("networkidle")
    expect(begun).to_be_hidden()
    assert rows.scalar(sa.select(sa.func.count()).select_from(FormDraft).where(
        FormDraft.about == "store_request")) == 0


def test_the_work_list_without_a_line_and_the_next_person_on_the_same_phone(
        open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection, accessible: Any,
        shot: Any) -> None:
    phone, desk = open_browser(phone=True), open_browser()
    log_in(phone, Role.HOUSEKEEPING)
    phone.goto("/admin/housekeeping/")
    assert phone.evaluate(WORKER)
    phone.reload()
    tasks = phone.locator("form[action$='/start']")
    first, second = (str(tasks.nth(place).get_attribute("action")) for place in (0, 1))
    person = phone.locator("body").get_attribute("data-person")

    phone.context.set_offline(True)
    for action in (first, second):
        follow(phone, f"form[action='{action}'] button")
        expect(phone.locator("#phone-kept")).to_be_visible()
        expect(phone.locator(f"form[action='{action}'] button")).to_be_disabled()
    shot(phone, "housekeeping-offline", full=True)
    accessible(phone)
    assert phone.evaluate(WAITING, person) == [first, second]

    log_in(desk, Role.HOUSEKEEPING)  # meanwhile somebody took the second task
    desk.goto("/admin/housekeeping/")
    follow(desk, f"form[action='{second}'] button")
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.url) if _is_entry(request) else None)
    phone.context.set_offline(False)
    expect(phone.locator(f"form[action='{first}']")).to_have_count(0)
    expect(phone.locator("#phone-kept button")).to_have_count(1)  # what was refused is said, and kept to read
    assert sorted(url.rpartition(":")[2].partition("/")[2] for url in sent) == sorted(
        (first.lstrip("/"), second.lstrip("/")))
    shot(phone, "housekeeping-refused", full=True)
    accessible(phone)
    state = sa.select(Cleaning.state).where(Cleaning.id == int(first.split("/")[3]))
    assert rows.scalar(state) == "in_progress"
    phone.click("#phone-kept button")
    expect(phone.locator("#phone-kept")).to_be_hidden()

    # other pages are never kept; a sign-out leaves nothing that the next person could see
    phone.goto("/admin/cleaning/")
    assert [url.partition("/admin/")[2] for url in phone.evaluate(KEPT)] == ["housekeeping/"]
    phone.click("summary.rw-user")
    follow(phone, "form[action='/logout'] button")
    assert phone.evaluate(KEPT) == []
    phone.context.set_offline(True)
    phone.goto("/admin/housekeeping/")
    expect(phone.locator("h1")).to_have_text("Tidak ada koneksi")
    accessible(phone)
    phone.context.set_offline(False)
    log_in(phone, Role.DOCTOR)
    phone.goto("/admin/consultation/")
    assert phone.evaluate(KEPT) == []
    assert phone.evaluate(WAITING, person) == []


def _is_entry(request: Request) -> bool:
    return request.method == "POST" and "/admin/cleaning/" in request.url


def test_figures_of_a_count_wait_on_the_phone_and_are_written_once(
        open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection, shot: Any,
        accessible: Any) -> None:
    phone = open_browser(phone=True, dark=True)
    log_in(phone, Role.STORE_STAFF)
    number = rows.execute(
        sa.select(Stocktake.id, sa.func.count()).join(StocktakeLine).where(
            Stocktake.state == "counting", StocktakeLine.counted_quantity.is_(None))
        .group_by(Stocktake.id).having(sa.func.count() > 2).limit(1)).one().id
    phone.goto(f"/admin/stocktake/{number}/count")
    assert phone.evaluate(WORKER)
    phone.reload()
    figures = phone.locator("[data-count-rows] input.num")
    names = [str(figures.nth(place).get_attribute("name")) for place in range(figures.count())]
    first = next(name for name in names)
    other = next(name for name in names if name.split("-")[0] != first.split("-")[0])
    phone.context.set_offline(True)
    phone.fill(f"[name='{first}']", "5")
    phone.fill(f"[name='{other}']", "8")
    follow(phone, "[data-count-rows] button[type=submit]")
    expect(phone.locator("#phone-kept li")).to_contain_text("5")
    expect(phone.locator(f"[name='{first}']")).to_have_value("5")
    expect(phone.locator(f"[name='{first}']")).to_be_disabled()
    shot(phone, "count-offline", full=True)
    accessible(phone)
    phone.route("**/count", lambda route: (route.fetch(), route.abort("connectionreset")), times=1)
    with phone.expect_response(lambda answer: answer.url.endswith("/count") and answer.status == 204):
        phone.context.set_offline(False)  # the first answer is lost: the entry is sent again
    expect(phone.locator(f"[name='{first}']")).to_have_count(0, timeout=45_000)
    lines = rows.execute(sa.select(StocktakeLine.id, StocktakeLine.counted_quantity).where(
        StocktakeLine.stocktake_id == number, StocktakeLine.counted_quantity.is_not(None))).all()
    assert {line.id for line in lines} >= {int(name[1:].split("-")[0]) for name in (first, other)}
    expect(phone.locator("#phone-kept")).to_be_hidden()
