"""A real server with the demo hospital, and Chromium in front of it.

The server is the one that `python app.py` starts, in a process and on a database of its own. Every page that
a test opens is watched: a script error or a report of the content policy fails the test.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Locator,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from models import clock
from models.roles import Role
from tests.support import days

#: A loaded machine answers late; what is right is seen as soon as it is there.
expect.set_options(timeout=15_000)

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PASSWORD = "rawat-demo-2026"
#: The headless shell first: the same engine without the windows around it, which cost three times as much.
CHROMIUM = next(filter(None, map(shutil.which, (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]
START_SECONDS = 120


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium all of it is skipped."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed (Debian: apt-get install "
                                                        "chromium)"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
        item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport,
                                                                     pytest.TestReport]:
    """A failed test tells what its pages said and what the server logged last: not everybody can repeat
    it."""
    report = yield
    given = getattr(item, "funcargs", {})
    if call.when == "call" and report.failed and "open_browser" in given:
        report.sections.append(("pages", "\n".join(told(page) for page in given["open_browser"].pages)))
        report.sections.append(("server", given["live_server"].log.read_text(errors="replace")[-2000:]))
    return report


def told(page: Page) -> str:
    """Address, title and the sentences of trouble that a page shows."""
    try:
        said = page.locator(
            "h1, [role=alert]:visible, .invalid-feedback:visible, .err:visible"
        ).all_inner_texts()
        return f"{page.url}: {' | '.join(said)}"
    except Error as gone:
        return f"{page.url}: {gone.message}"


# ---------------------------------------------------------------- the server


@dataclass
class LiveServer:
    url: str
    #: What the server reads: for tests that look at the rows behind a page.
    database_url: str
    #: What the server was started with: for commands that a test runs beside it.
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def __str__(self) -> str:
        return self.url

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=self.environment,
                                            stdout=output,
                                            stderr=subprocess.STDOUT)
        _wait_for(self.url, self.process, self.log)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.process = None

    def go_to(self, day: date) -> None:
        """Start again with the clock at `day`; who is signed in may have to sign in again."""
        self.stop()
        days.ahead(self.environment, clock.ahead() + (day - clock.today()))
        self.start()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')[-4000:]}", pytrace=False)


@pytest.fixture(scope="session")
def demo(template: str, database_server: Any,
         tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a server, with the demo hospital loaded; copy its database, never write to it."""
    database_url = database_server.copy(template)
    environment = os.environ | {
        "DATABASE_URL": database_url, "RAWAT_ENV": "demo", "HOST": "127.0.0.1",
        "SECRET_KEY": "only-for-tests-0123456789abcdef0123456789abcdef", "NIK_KEY": "11" * 32,
        "NIK_INDEX_KEY": "22" * 32, "PUSH_KEY": "rawat" * 8 + "abc",
        "RAWAT_INSTANCE": str(tmp_path_factory.mktemp("instance")),
        "SANDBOX_PORT": "off", "PYTHONUNBUFFERED": "1"}
    environment.pop("MIGRATION_DATABASE_URL", None)
    loaded = subprocess.run([sys.executable, "-m", "flask", "--app", "app", "demo", "--scale", "1"], cwd=ROOT,
                            env=environment, capture_output=True, text=True, check=False)
    if loaded.returncode:
        pytest.fail(f"flask demo failed:\n{loaded.stdout[-2000:]}{loaded.stderr[-4000:]}", pytrace=False)
    database_server.seal(database_url)
    yield environment
    database_server.drop(database_url)


@pytest.fixture(scope="session")
def start_server(
    demo: dict[str, str], database_server: Any, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], AbstractContextManager[LiveServer]]:
    """`with start_server() as server:` a server on a demo hospital of its own."""

    @contextmanager
    def start_server() -> Iterator[LiveServer]:
        database_url, port = database_server.copy(demo["DATABASE_URL"]), str(_free_port())
        server = LiveServer(f"http://127.0.0.1:{port}", database_url,
                            demo | {"DATABASE_URL": database_url, "PORT": port},
                            tmp_path_factory.mktemp("server") / "log.txt")
        try:
            server.start()
            yield server
        finally:
            server.stop()
            database_server.drop(database_url)

    return start_server


@pytest.fixture(scope="session")
def live_server(start_server: Callable[[], AbstractContextManager[LiveServer]]) -> Iterator[LiveServer]:
    with start_server() as server:
        yield server


# ---------------------------------------------------------------- the browser


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for all: a second cannot run in the same process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def open_browser(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """`open_browser(phone=True, dark=True, script=False, language="en-GB")`: a page with cookies of its own.

    Fails the test at its end when a page had a script error or broke the content policy.
    """
    contexts: list[BrowserContext] = []
    pages: list[Page] = []
    problems: list[str] = []

    def open_browser(*, phone: bool = False, dark: bool = False, script: bool = True,
                     language: str = "id-ID") -> Page:
        context = browser.new_context(
            base_url=live_server.url, locale=language, timezone_id="Asia/Jakarta", java_script_enabled=script,
            viewport={"width": 360, "height": 740} if phone else {"width": 1366, "height": 820},
            has_touch=phone, color_scheme="dark" if dark else "light")
        contexts.append(context)
        page = context.new_page()
        pages.append(page)
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        # An answer of 422 is logged as a failed resource too: the test looks at those itself.
        page.on("console", lambda line: problems.append(f"{page.url}: {line.text}")
                if line.type == "error" and "Failed to load resource" not in line.text else None)
        return page

    open_browser.pages = pages  # type: ignore[attr-defined]
    yield open_browser
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(open_browser: Callable[..., Page]) -> Page:
    """A desk screen, Indonesian, light."""
    return open_browser()


@pytest.fixture
def phone(open_browser: Callable[..., Page]) -> Page:
    """A phone of 360 px, Indonesian, light."""
    return open_browser(phone=True)


def scanner_types(page: Page, code: str) -> None:
    """All keys of a scanner, and its Enter, in one go: on a busy machine real ones come as slowly as a
    person's."""
    page.evaluate(
        """code => {
        const at = document.activeElement
        const press = key => at.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable:
          true}))
        for (const letter of code) {
            if (press(letter) && at.tagName === "INPUT") {
                at.value += letter
                at.dispatchEvent(new Event("input", {bubbles: true}))
            }
        }
        press("Enter")
    }""",
        code,
    )


def follow(page: Page, target: str | Locator) -> None:
    """Press what leads to a page, and be there: a click alone may end before the browser has asked for it,
    and what is read next would be the page before."""
    with page.expect_navigation():
        (page.locator(target) if isinstance(target, str) else target).first.click()


def step(page: Page, name: str) -> None:
    """Press the button of a transition, on the page that asks first if there is one, and come back to the
    document."""
    document = page.url
    asks = page.locator(f"a[href$='/{name}']")
    if asks.count():
        follow(page, asks)
    follow(page, f"form[action$='/{name}'] button[type=submit]")
    if name != "make_delivery":
        expect(page).to_have_url(document)


@pytest.fixture
def log_in() -> Callable[[Page, Role | str], None]:
    """`log_in(page, Role.STORE_HEAD)`, `log_in(page, "patient2")`: by the form, as the demo account of that
    name."""

    def log_in(page: Page, who: Role | str) -> None:
        name = str(who)
        page.goto("/login")
        page.fill("[name=email]", name if "@" in name else f"{name}@demo.rawat")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)

    return log_in


@pytest.fixture
def shot() -> Callable[..., None]:
    """`shot(page, "store-request")`: a picture into the folder RAWAT_SCREENSHOTS, when that is set."""
    folder = os.environ.get("RAWAT_SCREENSHOTS")

    def shot(page: Page, name: str, *, full: bool = False) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=full)

    return shot


@pytest.fixture
def rows(live_server: LiveServer) -> Iterator[sa.Connection]:
    """The server's database, read beside it."""
    engine = sa.create_engine(live_server.database_url)
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")
    engine.dispose()


AXE = "async tags => (await axe.run(document, {runOnly: tags, resultTypes: ['violations']})).violations"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """`accessible(page)`: no violation of WCAG 2.2 AA, and nothing wider than the screen."""
    source = (HERE / "vendor" / "axe.min.js").read_text(encoding="utf-8")

    def accessible(page: Page) -> None:
        # else the bar on top may cover half of what a jump to an anchor left under it
        page.evaluate("scrollTo(0, 0)")
        page.evaluate(source + ";null")
        found = [(page.url, rule["id"], rule["help"], [node["html"][:160] for node in rule["nodes"][:3]])
                 for rule in page.evaluate(AXE, WCAG)]
        assert found == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} scrolls sideways by {wide} px"

    return accessible
