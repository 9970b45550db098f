"""What daily tasks cost: those of the benchmark, a request of three lines, ten papers approved. Clicks are
counted, not seconds; `python -m tests.benchmarks.clicks` prints the whole table."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from models.documents import DocumentEvent
from models.items import Item, UnitConversion
from models.roles import Role
from models.store_requests import StoreRequest, StoreRequestLine
from tests.benchmarks import clicks, daily

pytestmark = pytest.mark.once


def hand(page: Page, log_in: Callable[..., None], who: Role) -> clicks.Hand:
    log_in(page, who)
    return clicks.Hand(page)


#: Those that make their own papers; beds, rooms, visits and patients have tests of their own.
OWN = [task for task in daily.DAILY if task.play in (
    daily.ask_for_one, daily.approve_one, daily.deliver_one, daily.receive_one, daily.stock_card)]


@pytest.mark.parametrize("task", OWN, ids=[task.play.__name__ for task in OWN])
def test_a_daily_task_costs_no_more_than_it_did(
        open_browser: Callable[..., Page], log_in: Callable[..., None], live_server: object,
        task: daily.Daily) -> None:
    known: dict[str, Page] = {}

    def opens(who: str, phone: bool) -> Page:
        if who not in known:
            known[who] = open_browser(phone=phone)
            log_in(known[who], Role(who))
        return known[who]

    cost = task.play(opens, str(live_server))
    most, _signs, pages = task.before  # of which one is the page begun from
    assert (cost.clicks <= most, cost.pages < pages) == (True, True), (cost.clicks, cost.pages)


def test_a_request_of_three_lines_takes_six_clicks_at_most(
        open_browser: Callable[..., Page], log_in: Callable[..., None], live_server: object) -> None:
    nurse = hand(open_browser(), log_in, Role.UNIT_USER)
    clicks.request_of_three(nurse, str(live_server))
    assert nurse.clicks <= 6
    assert nurse.pages <= 3
    lines = nurse.page.locator("main table tbody tr")
    expect(lines.filter(has_text="Spuit disposabel 3 ml")).to_contain_text("20")
    expect(lines.filter(has_text="Masker bedah 3 ply")).to_contain_text("50")


def test_ten_are_approved_with_three_clicks(
        open_browser: Callable[..., Page], log_in: Callable[..., None], live_server: object,
        rows: sa.Connection, accessible: Callable[[Page], None]) -> None:
    nurse, head = hand(open_browser(), log_in, Role.UNIT_USER), hand(open_browser(), log_in, Role.STORE_HEAD)
    clicks.ten_requests(nurse, str(live_server))
    approved = sa.select(sa.func.count()).select_from(DocumentEvent).where(
        DocumentEvent.transition == "approve", DocumentEvent.document_type == "store_request")
    before = rows.scalar(approved)
    clicks.approve_ten(head, str(live_server))
    assert head.clicks <= 3
    assert (rows.scalar(approved) or 0) - (before or 0) >= 10
    accessible(head.page)


def test_the_enter_key_of_a_reason_approves_nothing(
        open_browser: Callable[..., Page], log_in: Callable[..., None], live_server: object,
        rows: sa.Connection) -> None:
    nurse, head = (hand(open_browser(phone=who is Role.STORE_HEAD), log_in, who)
                   for who in (Role.UNIT_USER, Role.STORE_HEAD))
    clicks.ten_requests(nurse, str(live_server))
    waiting = sa.select(sa.func.count()).select_from(StoreRequest).where(StoreRequest.state == "submitted")
    head.page.goto("/admin/inbox/")
    before = rows.scalar(waiting)
    head.page.locator(".action-checkbox").first.check()
    head.page.fill("[name=reason]", "Tidak perlu")
    head.press("Enter")
    head.page.reload()
    assert rows.scalar(waiting) == before


def test_the_unit_of_a_line_is_the_one_that_the_ward_asks_in(
        page: Page, log_in: Callable[..., None], rows: sa.Connection) -> None:
    """What was last asked for by the box is asked for by the box again."""
    log_in(page, Role.UNIT_USER)
    line, unit = StoreRequestLine, UnitConversion
    last = sa.select(sa.func.max(line.id)).where(StoreRequest.work_unit_id == 1).join(
        StoreRequest, StoreRequest.id == line.store_request_id).group_by(line.item_id)
    asked = rows.execute(sa.select(Item.name, unit.id).join(line, line.item_id == Item.id)
                         .join(unit, unit.id == line.unit_id)
                         .where(line.id.in_(last), unit.factor > 1).limit(1)).one()
    page.goto("/admin/store_request/new/")
    person = clicks.Hand(page)
    if page.locator("select[name=store]").input_value():
        person.pick("lines-0-item", asked.name)
    else:
        page.locator("select[name='lines-0-item'] + .ts-wrapper").click()
        person.pick("lines-0-item", asked.name)
    expect(page.locator("select[name='lines-0-unit']")).to_have_value(str(asked.id))


@pytest.mark.parametrize(("quantity", "price", "discount", "said"), [
    ("12", "1.000,50", "7,5", "11.105,55"),  # 12 × 1.000,50 less 7.5 %, to the sen
    ("1.250", "1000.5", "", "1.250.625"),  # a lone point before three figures: thousands, in Indonesian
    ("1,5", "3.333", "0", "4.999,5"),
])
def test_a_line_and_all_lines_say_what_they_come_to_while_they_are_typed(
        page: Page, log_in: Callable[..., None], quantity: str, price: str, discount: str,
        said: str) -> None:
    log_in(page, Role.FACILITIES_STAFF)
    page.goto("/admin/purchase_order/new/")
    for name, text in (("quantity", quantity), ("unit_price", price), ("discount", discount)):
        page.fill(f"[name='lines-0-{name}']", text)
    expect(page.locator("[data-line-total]").first).to_have_text(said)
    expect(page.locator("[data-total=net] dd")).to_have_text(f"Rp{said}")
    page.fill("[name='lines-0-unit_price']", "1,2,3")
    expect(page.locator("[data-line-total]").first).to_have_text("")
