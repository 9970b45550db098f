"""`python -m tests.benchmarks.clicks`: what the ten commonest tasks and a store's long ones cost.

A scripted browser plays them on a demo hospital of its own, as a person with a keyboard does: a click is a
press of the mouse (a tap on a telephone), a field is one that was typed into or chosen in, a page is one that
was loaded. The seconds are the machine's, without thinking. Goals are those of the specification.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.daily import DAILY
from tests.benchmarks.hand import Hand, csrf, sign_in

ROOT = Path(__file__).parents[2]


# ---------------------------------------------------------------- the tasks

def request_of_three(hand: Hand, url: str) -> None:
    """From the menu to the submitted store request of three lines."""
    items = [("Spuit disposabel 3 ml", "20"), ("Ringer Laktat infus 500 ml", "10"),
             ("Masker bedah 3 ply", "50")]
    hand.page.goto(f"{url}/admin/")
    hand.begin()
    hand.click("#menu a[href='/admin/store_request/']", leads=True)
    hand.click("a[href$='/admin/store_request/new/']", leads=True)
    for place, (name, quantity) in enumerate(items):
        if place == 0 and hand.page.locator("select[name=store]").input_value() == "":
            hand.pick("store", "Gudang Farmasi")
            hand.click("select[name='lines-0-item'] + .ts-wrapper")
        hand.pick(f"lines-{place}-item", name)
        hand.focus_is_in(f"lines-{place}-quantity")
        hand.type(quantity)
        if place < len(items) - 1:
            hand.press("Enter")
    hand.click("[name=_submit]", leads=True)
    assert "/details/" in hand.page.url, hand.page.locator("[role=alert]").all_inner_texts()
    assert hand.page.locator("h1").inner_text().startswith("SR/")


def ten_requests(hand: Hand, url: str) -> None:
    """Ten submitted store requests of a ward, for whoever approves them."""
    hand.page.goto(f"{url}/admin/store_request/new/")
    token = csrf(hand.page)
    for _ in range(10):
        answer = hand.page.request.post(f"{url}/admin/store_request/new/", form={
            "csrf_token": token, "store": "GF", "urgency": "normal", "lines-0-item": "OBT-P-086",
            "lines-0-quantity": "10", "_submit": "1"}, headers={"Referer": f"{url}/admin/"})
        assert "/details/" in answer.url, answer.url


def approve_ten(hand: Hand, url: str) -> None:
    """Ten store requests and more wait; from any page to all of them approved."""
    hand.page.goto(f"{url}/admin/")
    hand.begin()
    hand.click("a[href='/admin/inbox/']", leads=True)
    hand.click("[data-tick-all]")
    assert hand.page.locator(".action-checkbox:checked").count() >= 10
    hand.click("[name=answer][value=yes]", leads=True)
    done = hand.page.locator(".alert-success").inner_text()
    assert int(done.split()[0]) >= 10, done


def receive_ten(hand: Hand, url: str) -> None:
    """An order of ten lines came: from its page to goods in stock, each batch typed as it stands on the
    box."""
    hand.begin()
    hand.click("form[action$='/make_receipt'] button", leads=True)
    if "/edit/" not in hand.page.url:
        hand.click("a[href*='/goods_receipt/edit/']", leads=True)
    for place in range(10):
        for name, text in (("batch_number", f"LOT{place}A"), ("expires_on", "2030-12-31")):
            field = hand.page.locator(f"[name='lines-{place}-{name}']")
            if field.count():
                field.fill(text)
                hand.fields += 1
    hand.click("[name=_submit]", leads=True)
    assert hand.page.locator("[role=alert]").count() == 0


def order_of_ten(buyer: Hand, others: dict[str, Hand], url: str) -> str:
    """A sent order of ten items with batches; gives its address."""
    codes = [f"OBT-P-{number:03d}" for number in range(1, 11)]
    buyer.page.goto(f"{url}/admin/purchase_order/new/")
    form = {"csrf_token": csrf(buyer.page), "supplier": "PMS-002", "store": "GF", "vat_percent": "11",
            "_submit": "1", "ordered_on": buyer.page.input_value("[name=ordered_on]")}
    for place, code in enumerate(codes):
        form |= {f"lines-{place}-item": code, f"lines-{place}-quantity": "100",
                 f"lines-{place}-unit_price": "200"}
    answer = buyer.page.request.post(f"{url}/admin/purchase_order/new/", form=form,
                                     headers={"Referer": f"{url}/admin/"})
    assert "/details/" in answer.url, answer.url
    for who, step in (("facilities_head", "approve"), ("payables", "approve_payment"),
                      ("facilities_staff", "send")):
        page = others[who].page
        page.goto(answer.url)
        with page.expect_navigation():
            page.locator(f"form[action$='/{step}'] button[type=submit]").first.click()
    return answer.url


def begun_count(hand: Hand, url: str) -> None:
    """A count of twenty items of the general store, started; the page of it is open."""
    codes = [f"RT-{number:03d}" for number in range(1, 6)] + [f"RT-A-{number:03d}" for number in range(1, 16)]
    hand.page.goto(f"{url}/admin/stocktake/new/")
    form = {"csrf_token": csrf(hand.page), "store": "GU", "_save": "1",
            "counted_on": hand.page.input_value("[name=counted_on]")}
    form |= {f"lines-{place}-item": code for place, code in enumerate(codes)}
    answer = hand.page.request.post(f"{url}/admin/stocktake/new/", form=form,
                                    headers={"Referer": f"{url}/admin/"})
    assert "/details/" in answer.url, answer.url
    hand.page.goto(answer.url)
    with hand.page.expect_navigation():
        hand.page.locator("form[action$='/start'] button[type=submit]").first.click()


def count_twenty(hand: Hand, url: str) -> None:
    """A count of twenty items that was begun: from its page to handed in. Where the page lists the lines they
    are filled one under the other; where it asks for one after the other, each is a page."""
    hand.begin()
    document = hand.page.url
    hand.click("a[href$='/count']", leads=True)
    boxes = hand.page.locator(".rw-count-boxes")
    if boxes.count():
        for row in boxes.all():
            row.locator("input").first.fill("5")
            hand.fields += 1
        hand.click("[name=hand_in]", leads=True)
        return
    for _ in range(20):
        hand.page.locator("form[action*='/count'] input[inputmode=decimal]").first.fill("5")
        hand.fields += 1
        with hand.page.expect_navigation():
            hand.press("Enter")
    hand.page.goto(document)
    hand.click("form[action$='/submit'] button[type=submit]", leads=True)


@dataclass
class Task:
    name: str
    #: Clicks, fields and pages as they were measured before, and the goal in words.
    before: tuple[int, int, int]
    goal: str


TASKS = (
    Task("store request of 3 lines (menu → submitted)", (9, 7, 3), "≤ 6 clicks"),
    Task("approve 10 from the inbox", (4, 0, 3), "≤ 3 clicks"),
    Task("receive an order of 10 lines, batches typed", (5, 22, 5), "≤ 4 clicks"),
    Task("count 20 items", (11, 21, 29), "≤ 6 pages"),
)


def play(open_page: Callable[[], Page], url: str) -> Iterator[tuple[Task, Hand | str]]:
    """Every task with what it cost, or with why it could not be played."""
    hands = {who: sign_in(open_page(), url, who) for who in (
        "unit_user", "store_head", "store_staff", "facilities_staff", "facilities_head", "payables")}

    def first() -> Hand:
        request_of_three(hands["unit_user"], url)
        return hands["unit_user"]

    def second() -> Hand:
        ten_requests(hands["unit_user"], url)
        approve_ten(hands["store_head"], url)
        return hands["store_head"]

    def third() -> Hand:
        hands["store_staff"].page.goto(order_of_ten(hands["facilities_staff"], hands, url))
        receive_ten(hands["store_staff"], url)
        return hands["store_staff"]

    def fourth() -> Hand:
        begun_count(hands["store_staff"], url)
        count_twenty(hands["store_staff"], url)
        return hands["store_staff"]

    for task, run in zip(TASKS, (first, second, third, fourth), strict=True):
        try:
            hand = run()
            hand.done()
            yield task, hand
        except Exception as wrong:  # one task that fails leaves the others to be measured
            yield task, f"not played: {(str(wrong) or repr(wrong)).splitlines()[0]}"


# ---------------------------------------------------------------- a demo hospital and a browser

@contextmanager
def hospital() -> Iterator[str]:
    """The address of a demo hospital of its own."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = os.environ | {"RAWAT_ENV": "demo", "RAWAT_INSTANCE": folder, "HOST": "127.0.0.1",
                                    "DATABASE_URL": f"sqlite:///{folder}/clicks.sqlite3", "PORT": str(port),
                                    "SANDBOX_PORT": "off"}
        server = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """The first start loads the demo: minutes on a slow machine."""
    for _ in range(1200):
        if server.poll() is not None:
            sys.exit("the server did not start")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("the server did not start in ten minutes")


def browser_of(playwright: Any) -> Browser:
    known = ("chromium-headless-shell", "chromium", "google-chrome")
    path = next(filter(None, map(shutil.which, known)), None)
    if path is None:
        sys.exit("Chromium is not installed (Debian: apt-get install chromium)")
    return playwright.chromium.launch(executable_path=path, args=["--headless", "--no-sandbox",
                                                                  "--disable-gpu", "--disable-quic"])


def each_of_ten(browser: Browser, url: str) -> Iterator[tuple[str, Hand | str, str]]:
    """Each with what it cost, or with why it could not be played, and with what it cost before."""
    known: dict[tuple[str, bool], Page] = {}

    def opens(who: str, phone: bool) -> Page:
        if (who, phone) not in known:
            size = {"width": 360, "height": 740} if phone else {"width": 1366, "height": 800}
            context = browser.new_context(viewport=size, locale="id-ID", is_mobile=phone, has_touch=phone)
            known[who, phone] = sign_in(context.new_page(), url, who).page
        return known[who, phone]

    for task in DAILY:
        before = "/".join("–" if figure is None else str(figure) for figure in task.before)
        try:
            hand = task.play(opens, url)
            hand.done()
        except Exception as wrong:  # one task that fails leaves the others to be measured
            yield task.name, f"not played: {(str(wrong) or repr(wrong)).splitlines()[0]}", before
        else:
            yield task.name, hand, before


def line(name: str, cost: Hand | str, before: str, goal: str = "") -> str:
    if isinstance(cost, str):
        return f"{name:48}{'–':>8}{'–':>8}{'–':>7}{'–':>7}{'–':>9}   {before:12}{goal}  ({cost})"
    return (f"{name:48}{cost.clicks:8}{cost.fields:8}{cost.keys:7}{cost.pages:7}{cost.seconds:9.1f}   "
            f"{before:12}{goal}")


def main() -> None:
    head = f"{'clicks':>8}{'fields':>8}{'signs':>7}{'pages':>7}{'seconds':>9}   before: clicks/"
    with hospital() as url, sync_playwright() as playwright:
        browser = browser_of(playwright)
        print(f"{'the ten commonest':48}{head}signs/pages")
        for name, cost, before in each_of_ten(browser, url):
            print(line(name, cost, before), flush=True)

        def open_page() -> Page:
            return browser.new_context(viewport={"width": 1366, "height": 800}, locale="id-ID").new_page()

        print(f"\n{'long ones':48}{head}fields/pages, goal")
        for task, cost in play(open_page, url):
            print(line(task.name, cost, "/".join(map(str, task.before)), task.goal), flush=True)


if __name__ == "__main__":
    main()
