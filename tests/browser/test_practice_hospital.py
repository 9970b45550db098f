"""A learner makes a practice hospital, plays a role, looks at what a page did, makes it anew: on a phone and
on a desk, by what `python app.py` starts."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from subprocess import STDOUT, Popen

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, expect

from models.roles import Role
from tests.browser.conftest import PASSWORD, ROOT, follow
from tests.learn.conftest import small_hospital  # noqa: F401  (a fixture)
from tests.support.applications import CONFIG

pytestmark = pytest.mark.once


def free_ports() -> list[str]:
    probes = [socket.socket(), socket.socket()]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [str(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def wait_for(url: str, log: Path) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{url} does not answer:\n{log.read_text(errors='replace')[-3000:]}", pytrace=False)


@pytest.fixture(scope="module")
def house(small_hospital: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: F811
    """The address of a small house that serves practice hospitals beside it."""
    folder = tmp_path_factory.mktemp("practice")
    shutil.copyfile(small_hospital, folder / "rawat.sqlite3")
    with closing(sqlite3.connect(folder / "rawat.sqlite3")) as connection:
        stored = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1).hash(PASSWORD)
        connection.execute("UPDATE user SET password_hash = ? WHERE email LIKE '%@demo.rawat'", (stored,))
        connection.commit()
    (port, beside), log = free_ports(), folder / "log.txt"
    given = os.environ | {
        "RAWAT_ENV": "demo", "RAWAT_INSTANCE": str(folder), "HOST": "127.0.0.1", "PORT": port,
        "SANDBOX_PORT": beside, "DATABASE_URL": f"sqlite:///{folder / 'rawat.sqlite3'}",
        **{name: CONFIG[name] for name in ("SECRET_KEY", "NIK_KEY", "NIK_INDEX_KEY")}}
    with log.open("wb") as output:
        process = Popen([sys.executable, "app.py"], cwd=ROOT, env=given, stdout=output, stderr=STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}", log)
        wait_for(f"http://127.0.0.1:{beside}", log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize(("width", "dark"), [(1366, False), (360, True)])
def test_from_the_lessons_into_a_role_and_back(
        browser: Browser, house: str, accessible: Callable[[Page], None], width: int, dark: bool) -> None:
    context = browser.new_context(viewport={"width": width, "height": 740}, locale="en-GB",
                                  color_scheme="dark" if dark else "light")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{house}/login")
    page.fill("[name=email]", f"{Role.TEACHER if dark else Role.STUDENT}@demo.rawat")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/learn/")

    page.goto(f"{house}/learn/sandbox")
    accessible(page)
    follow(page, "form[action='/learn/sandbox'] button")
    accessible(page)
    follow(page, "a[href*='role=store_head']")
    expect(page.locator(".box-bar")).to_be_visible()
    accessible(page)

    page.click(".box-menu summary >> nth=0")
    accessible(page)
    follow(page, "button[value=admin]")
    page.click("#box-drawer summary")
    expect(page.locator(".box-pages")).to_contain_text("GET /admin/")
    accessible(page)
    follow(page, ".box-pages a[href^='/box/source/']")
    accessible(page)
    page.go_back()

    before = [cookie["value"] for cookie in context.cookies() if cookie["name"] == "rawat_box"]
    page.click(".box-menu summary >> nth=1")
    follow(page, "form[action='/box/reset'] button")
    expect(page.locator(".box-bar")).to_be_visible()
    assert [cookie["value"] for cookie in context.cookies() if cookie["name"] == "rawat_box"] != before
    follow(page, ".box-bar > a")
    expect(page).to_have_url(f"{house}/learn/sandbox")
    context.close()
    assert wrong == []


@pytest.mark.parametrize(("width", "dark"), [(1366, True), (360, False)])
def test_a_document_of_ones_own_from_the_form_to_the_first_paper(
        browser: Browser, house: str, accessible: Callable[[Page], None], width: int, dark: bool) -> None:
    """A learner takes an example, keeps it, goes in as the role that makes one, writes one and submits it."""
    context = browser.new_context(viewport={"width": width, "height": 740}, locale="en-GB",
                                  color_scheme="dark" if dark else "light")
    page = context.new_page()
    page.goto(f"{house}/login")
    page.fill("[name=email]", f"{Role.TEACHER if dark else Role.STUDENT}@demo.rawat")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/learn/")
    page.goto(f"{house}/learn/sandbox")
    follow(page, "form[action='/learn/sandbox'] button")
    page.goto(f"{house}/learn/own-document")
    accessible(page)
    follow(page, "a[href*='example=vehicle_request']")
    follow(page, "form[action='/learn/own-document'] .btn.primary")
    accessible(page)
    follow(page, "a[href*='role=unit_user']")
    follow(page, ".rw-actions a.btn-primary")
    accessible(page)
    page.fill("[name=destination]", "RSUD Banyumas")
    page.fill("[name=needed_on]", "2026-12-01")
    follow(page, "main button[type=submit]")
    expect(page.locator("#e-purpose")).to_be_visible()
    expect(page.locator("[name=destination]")).to_have_value("RSUD Banyumas")
    page.select_option("[name=purpose]", "goods")
    follow(page, "main button[type=submit]")
    follow(page, ".rw-actions form[action$='/submit'] button")
    expect(page.locator("h1")).to_have_text(re.compile(r"VR/\d{4}/000001"))
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
