"""Passkeys with the browser's own dialog: Chromium's virtual authenticator answers in the person's place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, LiveServer, follow

pytestmark = pytest.mark.once

ADD = "form[action='/account/factor/passkey']"


@pytest.fixture
def home(live_server: LiveServer) -> str:
    """A key is made for a name: the same server under one."""
    return live_server.url.replace("127.0.0.1", "localhost")


def device(page: Page) -> tuple[Any, str]:
    """A device in front of the page that keeps keys, and whose owner always nods; session and id of it."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})
    return tools, made["authenticatorId"]


def signs_in(page: Page, home: str, who: str) -> None:
    page.goto(f"{home}/login")
    page.fill("[name=email]", f"{who}@demo.rawat")
    page.fill("[name=password]", PASSWORD)
    follow(page, "form[action='/login'] button[type=submit]")


def signs_out(page: Page, home: str) -> None:
    page.goto(f"{home}/account/")
    follow(page, "form[action='/logout'] button >> visible=true")


def adds_key(page: Page, home: str, name: str, *, alone: bool) -> None:
    page.goto(f"{home}/account/factor")
    page.locator("details[data-passkey-shown] > summary").first.click()
    page.fill("#new_current", PASSWORD)
    page.fill("#new_name", name)
    if alone:
        page.check("[name=is_sign_in]")
    follow(page, f"{ADD} button.primary")
    follow(page, "[data-passkey-make]")


@pytest.mark.parametrize(("who", "phone", "lands"), [("store_head", False, "/admin/"),
                                                     ("patient2", True, "/portal/")])
def test_a_passkey_is_added_opens_and_is_removed(open_browser: Callable[..., Page], home: str, shot: Any,
                                                 who: str, phone: bool, lands: str) -> None:
    page = open_browser(phone=phone)
    device(page)
    signs_in(page, home, who)
    adds_key(page, home, "Laptop kantor", alone=True)
    expect(page.locator(".codes li")).to_have_count(10)
    signs_out(page, home)
    signs_in(page, home, who)
    expect(page).to_have_url(f"{home}/login/code")
    shot(page, f"passkey-code-{who}")
    follow(page, "[data-passkey-use]")
    expect(page).to_have_url(f"{home}{lands}")
    signs_out(page, home)
    page.goto(f"{home}/login")
    follow(page, "[data-passkey-use]")
    expect(page).to_have_url(f"{home}{lands}")
    page.goto(f"{home}/account/factor")
    page.locator("section.card > details > summary").first.click()
    shot(page, f"passkey-on-{who}", full=True)
    change = page.locator("form[action='/account/factor/codes']")
    change.locator("[name=current]").fill(PASSWORD)
    change.locator("[data-passkey-use]").click()
    expect(change.locator("[data-passkey-said]")).to_be_visible()
    follow(page, change.locator("button[formaction$='/remove']"))
    expect(page).to_have_url(f"{home}/account/")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_key_that_was_copied_is_refused(open_browser: Callable[..., Page], home: str) -> None:
    """The copy says a number that the first one said before."""
    page = open_browser()
    tools, where = device(page)
    signs_in(page, home, "payables")
    adds_key(page, home, "Laptop kantor", alone=True)
    held, = tools.send("WebAuthn.getCredentials", {"authenticatorId": where})["credentials"]
    signs_out(page, home)
    page.goto(f"{home}/login")
    follow(page, "[data-passkey-use]")
    signs_out(page, home)
    tools.send("WebAuthn.removeCredential", {"authenticatorId": where, "credentialId": held["credentialId"]})
    tools.send("WebAuthn.addCredential", {"authenticatorId": where, "credential": held})
    page.goto(f"{home}/login")
    follow(page, "[data-passkey-use]")
    expect(page.locator("[role=alert]")).to_be_visible()
    expect(page).to_have_url(f"{home}/login/passkey")


def test_without_a_key_or_without_scripts_the_password_does(open_browser: Callable[..., Page],
                                                            home: str) -> None:
    plain = open_browser(script=False)
    plain.goto(f"{home}/login")
    expect(plain.locator("[data-passkey-use]")).to_be_hidden()
    page = open_browser()
    device(page)
    page.goto(f"{home}/login")
    page.click("[data-passkey-use]")
    expect(page.locator("[data-passkey-said]")).to_be_visible()
    signs_in(page, home, "store_staff")
    expect(page).to_have_url(f"{home}/admin/")
