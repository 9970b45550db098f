"""The ten commonest tasks, from the page where the person stands to the end, as a person plays them.

The figures beside them were taken by hand before: clicks, signs typed, pages with the one begun from.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.benchmarks.hand import Hand, csrf

#: Makes a page for an account, on a telephone of 360 px where that is said; the account is signed in.
Opens = Callable[[str, bool], Page]


def asked(page: Page, url: str, item: str = "OBT-P-086") -> str:
    """A submitted store request of a line; gives its page's address."""
    page.goto(f"{url}/admin/store_request/new/")
    answer = page.request.post(f"{url}/admin/store_request/new/", form={
        "csrf_token": csrf(page), "store": "GF", "urgency": "normal", "lines-0-item": item,
        "lines-0-quantity": "10", "_submit": "1"}, headers={"Referer": f"{url}/admin/"})
    assert "/details/" in answer.url, answer.url
    return answer.url


def press(page: Page, address: str, step: str) -> None:
    """Somebody else's step in between, which is not counted."""
    page.goto(address)
    with page.expect_navigation():
        page.locator(f"form[action$='/{step}'] button[type=submit]").first.click()


def look_for(hand: Hand, words: str, address: str) -> None:
    """Type what is looked for into the field above every page; the one that was found is opened by itself."""
    hand.press("/")
    hand.type(words)
    with hand.page.expect_navigation():
        hand.press("Enter")
    if address not in hand.page.url:
        hand.click(f"main a[href*='{address}']", leads=True)


def ask_for_one(opens: Opens, url: str) -> Hand:
    hand = Hand(opens("unit_user", False))
    hand.page.goto(f"{url}/admin/")
    hand.begin()
    hand.click("main a[href='/admin/store_request/new/']", leads=True)
    if hand.page.locator("select[name=store]").input_value() == "":
        hand.pick("store", "Gudang Farmasi")
        hand.click("select[name='lines-0-item'] + .ts-wrapper")
    hand.pick("lines-0-item", "Ringer Laktat")
    hand.focus_is_in("lines-0-quantity")
    hand.type("10")
    hand.click("[name=_submit]", leads=True)
    assert "/details/" in hand.page.url
    return hand


def approve_one(opens: Opens, url: str) -> Hand:
    asked(opens("unit_user", False), url)
    hand = Hand(opens("store_head", False))
    hand.page.goto(f"{url}/admin/")
    hand.begin()
    hand.click("main a[href='/admin/inbox/']", leads=True)
    row = hand.page.locator("[name=one][value^='yes:store_request:']").first
    key = row.get_attribute("value")
    hand.click(row)
    expect(hand.page.locator(f"[name=one][value='{key}']")).to_have_count(0)
    return hand


def deliver_one(opens: Opens, url: str) -> Hand:
    """From the list of requests to goods that left; the head of facilities approves in between."""
    address = asked(opens("unit_user", False), url)
    press(opens("store_head", False), address, "approve")
    number = address.rpartition("=")[2]
    hand = Hand(opens("store_staff", False))
    hand.page.goto(f"{url}/admin/store_request/")
    hand.begin()
    hand.click(f"td a[href$='/store_request/details/?id={number}']", leads=True)
    hand.click("form[action$='/make_delivery'] button", leads=True)
    hand.click("form[action$='/submit'] button, [name=_submit]", leads=True)
    with hand.aside():
        delivery = hand.page.url
        press(opens("facilities_head", False), delivery, "approve")
        hand.page.goto(delivery)
    hand.click("form[action$='/deliver'] button[type=submit], a[href*='/deliver']", leads=True)
    if hand.page.url.partition("?")[0].endswith("/deliver"):
        hand.click(".submit-row button[type=submit]", leads=True)
    assert hand.page.locator("form[action$='/deliver']").count() == 0
    return hand


def receive_one(opens: Opens, url: str) -> Hand:
    """An order of an item that has no batch, from home to goods in stock. Its number is on the supplier's
    paper, and typed where everything is looked for."""
    buyer = opens("facilities_staff", False)
    buyer.goto(f"{url}/admin/purchase_order/new/")
    answer = buyer.request.post(f"{url}/admin/purchase_order/new/", form={
        "csrf_token": csrf(buyer), "supplier": "PMS-002", "store": "GU", "vat_percent": "11", "_submit": "1",
        "ordered_on": buyer.input_value("[name=ordered_on]"), "lines-0-item": "RT-A-001",
        "lines-0-quantity": "10", "lines-0-unit_price": "200"}, headers={"Referer": f"{url}/admin/"})
    assert "/details/" in answer.url, answer.url
    for who, step in (("facilities_head", "approve"), ("payables", "approve_payment"),
                      ("facilities_staff", "send")):
        press(opens(who, False), answer.url, step)
    number = opens("facilities_staff", False).locator("h1").inner_text().split()[0]
    hand = Hand(opens("store_staff", False))
    hand.page.goto(f"{url}/admin/")
    hand.begin()
    look_for(hand, number, "/admin/purchase_order/details/")
    hand.click("form[action$='/make_receipt'] button", leads=True)
    hand.click("form[action$='/post'] button[type=submit], [name=_submit]", leads=True)
    assert hand.page.locator("form[action$='/post'], [name=_submit]").count() == 0
    return hand


def check_in(opens: Opens, url: str) -> Hand:
    hand = Hand(opens("front_office", False))
    hand.page.goto(f"{url}/admin/")
    hand.begin()
    hand.click("a[href$='/check_in?next=rooms']:visible", leads=True)
    hand.focus_is_in("guest")
    hand.type("FO-2026-0187")
    hand.click(".submit-row button[type=submit]", leads=True)
    assert "/admin/rooms/" in hand.page.url
    return hand


def finish_cleaning(opens: Opens, url: str) -> Hand:
    """On a telephone, from home: begun, ticked and finished."""
    hand = Hand(opens("housekeeping", True))
    hand.page.goto(f"{url}/admin/")
    hand.begin()
    start = hand.page.locator("form[action$='/start']:visible").first
    task = (start.get_attribute("action") or "").split("/")[-2]
    hand.click(start.locator("button"))
    ends = hand.page.locator(f"form[action='/admin/cleaning/{task}/finish'], "
                             f"form[action='/admin/cleaning/{task}/hand_over']")
    expect(ends).to_be_visible()
    hand.click(ends.locator("[name=checklist_done]"))
    hand.click(ends.locator("button[type=submit]"))
    expect(ends).to_have_count(0)
    return hand


def report_a_fault(opens: Opens, url: str) -> Hand:
    """On a telephone, from the label that was scanned."""
    staff = opens("facilities_staff", False)
    staff.goto(f"{url}/admin/asset/")
    staff.goto(url + (staff.locator("td a[href*='/admin/asset/details/']").first.get_attribute("href") or ""))
    label = staff.locator("main a[href^='/asset/']").first.get_attribute("href") or ""
    hand = Hand(opens("unit_user", True))
    hand.page.goto(url + label)
    hand.begin()
    words = hand.page.locator("form textarea[required], form textarea").first
    words.scroll_into_view_if_needed()
    hand.click(words)
    hand.type("Layar tidak menyala.")
    hand.click(hand.page.locator("form:has(textarea) button[type=submit]"), leads=True)
    assert hand.page.locator("h1").inner_text().startswith("FLT/")
    return hand


def book_a_consultation(opens: Opens, url: str) -> Hand:
    """On a telephone, from the patient's home."""
    hand = Hand(opens("patient", True))
    hand.page.goto(f"{url}/portal/")
    hand.begin()
    hand.click(".quick a[href='/portal/consultations/new']", leads=True)
    hand.click("#complaint")
    hand.type("Badan lemas sejak kemarin, demam")
    for name, value in (("onset", "days"), ("severity", "4")):
        hand.click(hand.page.locator("label.chip", has=hand.page.locator(f"[name={name}][value='{value}']")))
    hand.click("#form-consultation .actions .primary", leads=True)
    hand.click(hand.page.locator("button[name=pick]").first, leads=True)
    for name in ("consent_record", "consent"):
        hand.click(hand.page.locator("label.check", has=hand.page.locator(f"[name={name}]")))
    hand.click("#form-consultation .actions .primary", leads=True)
    hand.page.wait_for_url(re.compile(r"/portal/consultations/\d+$"))
    return hand


def stock_card(opens: Opens, url: str) -> Hand:
    hand = Hand(opens("store_staff", False))
    hand.page.goto(f"{url}/admin/")
    hand.begin()
    look_for(hand, "spuit 3 ml", "/admin/item/details/")
    hand.click("a[href*='/admin/reports/stock_card/']", leads=True)
    assert "stock_card" in hand.page.url
    return hand


def admit_patients(opens: Opens, url: str) -> Hand:
    """All that wait, at once."""
    hand = Hand(opens("admin", False))
    hand.page.goto(f"{url}/admin/inbox/")
    hand.begin()
    hand.click("a[href='/admin/inbox/?type=patient']", leads=True)
    hand.click("[data-tick-all]")
    hand.click("[name=answer][value=yes]", leads=True)
    assert hand.page.locator(".alert-success").count() == 1
    return hand


@dataclass(frozen=True)
class Daily:
    name: str
    play: Callable[[Opens, str], Hand]
    #: Clicks, signs typed and pages before; None where it was not counted.
    before: tuple[int, int | None, int]


DAILY = (
    Daily("ask the store for one item", ask_for_one, (5, 20, 3)),
    Daily("approve a request", approve_one, (2, 0, 3)),
    Daily("deliver what was asked for (from the list)", deliver_one, (4, 0, 5)),
    Daily("receive an order of one item, booked", receive_one, (4, 0, 5)),
    Daily("check a guest in", check_in, (3, 12, 4)),
    Daily("begin and finish a cleaning (telephone)", finish_cleaning, (4, 0, 3)),
    Daily("report a fault (telephone, label scanned)", report_a_fault, (2, None, 2)),
    Daily("book a consultation (telephone)", book_a_consultation, (12, 32, 5)),
    Daily("find the stock card of an item", stock_card, (2, 16, 4)),
    Daily("admit all patients that wait", admit_patients, (3, 0, 3)),
)
