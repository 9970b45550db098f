"""The switch "Notify this device", and the worker that is woken by an empty sign.

No service of the open net takes part: the browser's subscription is played, and DevTools hand the sign to the
real worker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from models import clock
from models.outbox import Notice
from models.people import User
from models.push_subscriptions import PushSubscription
from models.roles import Role
from tests.browser.conftest import follow

pytestmark = pytest.mark.once

#: The browser subscribes as at Mozilla's service, whatever the net; it keeps the subscription until it is
#: taken back, also for the next page.
PLAYED = """(() => {
    const played = () => localStorage.played ? {endpoint: localStorage.played, unsubscribe: async () => {
        delete localStorage.played
        return true
    }} : null
    Object.defineProperty(Notification, "permission", {get: () => "granted"})
    Notification.requestPermission = async () => "granted"
    PushManager.prototype.getSubscription = async () => played()
    PushManager.prototype.subscribe = async options => {
        localStorage.options = JSON.stringify([options.userVisibleOnly, options.applicationServerKey.length])
        localStorage.played = "https://updates.push.services.mozilla.com/wpush/v2/" + Math.random()
        return played()
    }
})()"""
#: The headless engine has no notifications: the worker notes what it would show.
NOTED = """() => {
    self.noted = []
    self.registration.showNotification = async (title, options) => {
        self.noted.push({title, body: options.body, tag: options.tag, url: options.data.url})
    }
}"""
SHOWN = """async () => {
    const look = done => self.noted.length ? done() : setTimeout(look, 50, done)
    await new Promise(look)
    return self.noted.splice(0)
}"""


class Signs:
    """DevTools of a page: they hand the device's worker a sign without content, and hear what it shows."""

    def __init__(self, page: Page) -> None:
        self.page, self.tools = page, page.context.new_cdp_session(page)
        self.found: dict[str, str] = {}
        self.tools.on("ServiceWorker.workerRegistrationUpdated", lambda told: self.found.update(
            {each["scopeURL"]: each["registrationId"] for each in told["registrations"]}))
        self.tools.send("ServiceWorker.enable")
        self.worker, = (each for each in page.context.service_workers if "/push/worker.js" in each.url)
        self.worker.evaluate(NOTED)

    def woken(self) -> list[dict[str, str]]:
        """What the worker shows after it."""
        origin = self.page.evaluate("location.origin")
        while f"{origin}/push/" not in self.found:
            self.page.evaluate("new Promise(done => setTimeout(done, 20))")
        self.tools.send("ServiceWorker.deliverPushMessage", {
            "origin": origin, "registrationId": self.found[f"{origin}/push/"], "data": ""})
        return list(self.worker.evaluate(SHOWN))


def account(rows: sa.Connection, who: Role) -> Any:
    return rows.scalar(sa.select(User.id).where(User.email == f"{who}@demo.rawat"))


def kept(rows: sa.Connection, person: int) -> list[str]:
    return list(rows.scalars(sa.select(PushSubscription.endpoint).where(PushSubscription.user_id == person)))


@pytest.mark.parametrize(("who", "address"), [(Role.STORE_HEAD, "/admin/notices/"),
                                              (Role.PATIENT, "/portal/notices")])
def test_a_device_is_turned_on_by_its_switch_woken_and_off_after_the_sign_out(
        open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection, accessible: Any,
        shot: Any, who: Role, address: str) -> None:
    page = open_browser(phone=who == Role.PATIENT)
    me = account(rows, who)
    page.add_init_script(PLAYED)
    log_in(page, who)
    page.goto(address)
    switch = page.get_by_role("switch", name="Beri tahu perangkat ini")
    expect(switch).to_be_visible()
    expect(switch).not_to_be_checked()
    accessible(page)
    switch.focus()
    page.keyboard.press("Space")
    said = page.locator("[data-push] [role=status]")
    expect(said).to_have_text("Mulai sekarang perangkat ini diberi tahu.")
    assert kept(rows, me) == [page.evaluate("localStorage.played")]
    assert page.evaluate("localStorage.options") == "[true,65]"
    shot(page, f"push-{who}")

    rows.execute(sa.update(Notice).where(Notice.user_id == me).values(read_at=clock.now()))
    rows.execute(sa.insert(Notice).values(
        user_id=me, event="consultation_offered", params={"number": "KON/2026/000777"}, address="/account/"))
    signs = Signs(page)
    assert signs.woken() == [{"title": "Waktu kosong terdekat", "body": "", "tag": "rawat-news",
                              "url": "/account/"}]

    page.goto(address)
    expect(switch).to_be_checked()
    switch.click()
    expect(said).to_have_text("Perangkat ini tidak diberi tahu lagi.")
    assert kept(rows, me) == []
    switch.click()
    expect(said).to_have_text("Mulai sekarang perangkat ini diberi tahu.")
    page.goto("/account/")
    expect(page.locator("#pushed li")).to_have_count(1)
    follow(page, "form[action='/logout'] button >> visible=true")
    assert kept(rows, me) == []
    assert signs.woken() == [{"title": "Ada hal baru di Rawat", "body": "Masuk untuk melihatnya.",
                              "tag": "rawat-news", "url": "/"}]


def test_who_does_not_allow_notifications_is_told_how_and_the_switch_stays_off(
        open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection) -> None:
    page, me = open_browser(), account(rows, Role.STORE_STAFF)
    page.add_init_script(f"{PLAYED}; Notification.requestPermission = async () => 'denied'")
    log_in(page, Role.STORE_STAFF)
    page.goto("/admin/notices/")
    page.locator("[data-push] input[role=switch]").click()
    expect(page.locator("[data-push] [role=status]")).to_contain_text("tidak mengizinkan notifikasi")
    expect(page.locator("[data-push] input[role=switch]")).not_to_be_checked()
    assert kept(rows, me) == []
    page.add_init_script("delete window.PushManager")
    page.reload()
    expect(page.locator("[data-push]")).to_be_hidden()
