"""A CT scanner and forty chairs in Chromium through their whole life: planned, ordered, received in two
parts, put into use, moved, mended, calibrated, depreciated for a month, held for sale and sold to the highest
bid, each step by the person of its role; the books agree at the end."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from models import clock
from models.asset_exits import AssetAuction
from models.asset_register import Asset, AssetBook, AssetState, BookKind
from models.depreciation import DepreciationRun
from models.roles import Role
from tests.browser.conftest import ROOT, LiveServer, follow, step
from tests.browser.test_box import choose

pytestmark = pytest.mark.once

ROLES = {"staff": Role.FACILITIES_STAFF, "head": Role.FACILITIES_HEAD, "payables": Role.PAYABLES,
         "director": Role.DIRECTOR, "receivables": Role.RECEIVABLES}


@pytest.fixture(scope="module")
def live_server(start_server: Any) -> Iterator[LiveServer]:
    """A hospital of its own, whose clock goes on: closing a month would stop the other tests' papers."""
    with start_server() as server:
        yield server


def press(page: Page, name: str) -> str:
    """Press a button that makes another document; its address."""
    follow(page, f"form[action$='/{name}'] button[type=submit]")
    return page.url


def planned(people: dict[str, Page], accessible: Any, shot: Any) -> str:
    staff = people["staff"]
    staff.goto("/admin/asset_plan/gaps/")
    accessible(staff)
    shot(staff, "assets-gaps")
    staff.goto("/admin/asset_plan/new/")
    choose(staff, "work_unit", "Radiologi")
    choose(staff, "lines-0-asset_model", "CT scanner")
    staff.fill("[name='lines-0-quantity']", "1")
    choose(staff, "lines-0-work_unit", "Radiologi")
    staff.fill("[name='lines-0-estimated_price']", "9850000000")
    staff.click("[data-add-line]")
    choose(staff, "lines-1-asset_model", "Kursi tunggu")
    staff.fill("[name='lines-1-quantity']", "40")
    choose(staff, "lines-1-work_unit", "Radiologi")
    staff.fill("[name='lines-1-estimated_price']", "3450000")
    follow(staff, "[name=_submit]")
    number = staff.locator("h1").inner_text()
    assert re.fullmatch(r"PLN/\d{4}/\d{6}", number)
    people["head"].goto(staff.url)
    step(people["head"], "approve")
    return number


def ordered(people: dict[str, Page], plan: str, accessible: Any, shot: Any) -> str:
    staff = people["staff"]
    staff.goto("/admin/asset_procurement/plans/")
    rows = staff.locator("tr", has_text=plan)
    expect(rows).to_have_count(2)
    for row in rows.all():
        row.locator("input[name=line]").check()
    choose(staff, "vendor", "PT Surya Medika")
    accessible(staff)
    shot(staff, "assets-plan-lines")
    follow(staff, ".submit-row button")
    order = staff.url
    step(staff, "submit")
    for who, name in (("head", "approve"), ("payables", "approve_payment"), ("director", "approve_limit"),
                      ("staff", "send")):
        people[who].goto(order)
        step(people[who], name)
    return order


def received(people: dict[str, Page], order: str, accessible: Any, shot: Any) -> str:
    """Twenty-five chairs beside the scanner, fifteen later; each time as one group."""
    staff = people["staff"]
    receipt = ""
    for chairs, line, room in (("25", 1, "Poli Penyakit Dalam"), ("15", 0, "Poli Kebidanan")):
        staff.goto(order)
        receipt = press(staff, "make_receipt")
        follow(staff, "main a[href*='/edit/']")
        if line:
            choose(staff, "lines-0-room", "Ruang CT Scan")
        staff.fill(f"[name='lines-{line}-received_quantity']", chairs)
        staff.check(f"[name='lines-{line}-as_group']")
        choose(staff, f"lines-{line}-room", room)
        accessible(staff)
        follow(staff, "[name=_submit]")
        expect(staff.locator("h1")).to_have_text(re.compile(r"PNR/\d{4}/\d{6}"))
    follow(staff, "a[href*='/admin/asset/labels/']")
    accessible(staff)
    shot(staff, "assets-labels")
    answer = staff.request.get(f"/admin/asset/labels/pdf?receipt={receipt.rpartition('=')[2]}&sheet=3x8")
    assert answer.headers["content-type"].startswith("application/pdf")
    staff.goto(order)
    expect(staff.locator(".rw-head .rw-badge").first).to_have_text(re.compile("Selesai|Done"))
    return receipt


def mended(people: dict[str, Page], order: str) -> None:
    """An order that costs nothing: approved, worked on, finished."""
    staff = people["staff"]
    people["head"].goto(order)
    step(people["head"], "approve")
    staff.goto(order)
    step(staff, "start")
    line_step(staff, order, "finish", result="Tiga sandaran dilas dan dicat ulang", cost="0",
              condition_after="good")
    step(staff, "finish")
    expect(staff.locator(".rw-head .rw-badge").first).to_have_text(re.compile("Selesai|Done"))


def line_step(page: Page, order: str, name: str, **typed: str) -> None:
    """A step of an order's only line, with what it asks."""
    page.goto(order)
    follow(page, f"a[href*='/lines/'][href$='/{name}']")
    for field, text in typed.items():
        box = page.locator(f"[name={field}]")
        if box.evaluate("each => each.tagName") == "SELECT":
            box.select_option(text)
        else:
            box.fill(text)
    follow(page, f"form[action$='/{name}'] button[type=submit]")
    page.goto(order)


def calibrated(people: dict[str, Page], scanner: Any, accessible: Any, shot: Any) -> None:
    """The scanner came new and is calibrated by a laboratory, with its certificate."""
    staff = people["staff"]
    staff.goto("/admin/maintenance/new/")
    staff.select_option("[name=kind]", "calibration")
    choose(staff, "work_unit", "Radiologi")
    choose(staff, "vendor", "Balai Pengamanan")
    staff.fill("[name=estimated_cost]", "2.750.000")
    choose(staff, "lines-0-asset", scanner.tag)
    follow(staff, "[name=_submit]")
    order = staff.url
    for who, name in (("head", "approve"), ("payables", "approve_payment"), ("staff", "start")):
        people[who].goto(order)
        step(people[who], name)
    line_step(staff, order, "finish", result="Semua keluaran dalam toleransi", cost="2.750.000",
              condition_after="good")
    follow(staff, "a[href*='/admin/calibration/new/']")
    staff.select_option("[name=result]", "fit")
    staff.fill("[name=certificate_number]", "KAL.CT.0001")
    follow(staff, "[type=submit][name=_save], .submit-row button >> nth=0")
    staff.goto(order)
    accessible(staff)
    shot(staff, "assets-calibration")
    step(staff, "finish")
    expect(staff.locator(".rw-head .rw-badge").first).to_have_text(re.compile("Selesai|Done"))


def depreciated(people: dict[str, Page], log_in: Any, server: LiveServer, rows: sa.Connection,
                accessible: Any,
                shot: Any) -> None:
    """The clock goes on to the next month; payables closes what is over, staff runs it, the head posts it:
    first the demo's own run that waits, computed anew because assets left since, then every month up to that
    of the assets."""
    arrived = clock.today().replace(day=1)
    server.go_to((arrived + timedelta(days=31)).replace(day=3))
    for name in ("staff", "head", "payables", "receivables"):
        log_in(people[name], ROLES[name])
    payables, staff, head = people["payables"], people["staff"], people["head"]
    run, waits = DepreciationRun, sa.select(DepreciationRun.id).where(
        DepreciationRun.book == BookKind.HOSPITAL, DepreciationRun.state == "submitted")
    for key in rows.scalars(waits).all():
        for page in (head, staff):
            page.goto(f"/admin/depreciation_run/details/?id={key}")
        follow(head, "a[href$='/reject']")
        head.fill("[name=reason]", "Ada aset yang keluar sejak dihitung")
        follow(head, "form[action$='/reject'] button[type=submit]")
        staff.reload()
        step(staff, "reopen")
        step(staff, "submit")
        head.reload()
        step(head, "approve")
    payables.goto("/admin/period/closing")
    while payables.locator("form [name=month]").count():
        oldest = payables.locator("form:has([name=month])").last
        if oldest.locator("[name=anyway]").count():
            oldest.locator("[name=anyway]").check()
        follow(payables, oldest.locator("button"))
    while not rows.scalar(sa.select(run.id).where(
            run.book == BookKind.HOSPITAL, run.period_start == arrived, run.state == "posted")):
        staff.goto("/admin/depreciation_run/new/")
        follow(staff, ".submit-row button[name=_save]")
        document = staff.url
        staff.click("form[action$='/compute'] button")
        expect(staff.locator("#preview tfoot")).to_be_visible()
        accessible(staff)
        shot(staff, "assets-depreciation")
        staff.goto(document)
        step(staff, "submit")
        head.goto(document)
        step(head, "approve")
        expect(head.locator(".rw-head .rw-badge").first).to_have_text(
            re.compile("Dibukukan|Posted|Diposting")
        )


def test_a_scanner_and_forty_chairs(
        open_browser: Callable[..., Page], log_in: Any, shot: Any, accessible: Any, rows: sa.Connection,
        live_server: LiveServer) -> None:
    people = {name: open_browser() for name in ROLES}
    for name, role in ROLES.items():
        log_in(people[name], role)
    staff, nurse = people["staff"], open_browser(phone=True)
    log_in(nurse, Role.UNIT_USER)
    received(people, ordered(people, planned(people, accessible, shot), accessible, shot), accessible, shot)
    fresh = rows.execute(sa.select(Asset.id, Asset.tag, Asset.qr_code, Asset.quantity).where(
        Asset.state == AssetState.REGISTERED, Asset.asset_receipt_line_id.is_not(None))
        .order_by(Asset.id.desc()).limit(3)).all()
    assert [row.quantity for row in fresh] == [15, 25, 1]
    later, chairs, scanner = fresh

    for thing in fresh:
        staff.goto(f"/admin/asset/details/?id={thing.id}")
        step(staff, "put_into_use")
    staff.goto(f"/admin/asset/{chairs.id}/movement")
    choose(staff, "to_room", "Poli Kebidanan")
    choose(staff, "to_work_unit", "Rawat Inap Melati")
    staff.fill("[name=quantity]", "10")
    accessible(staff)
    follow(staff, ".submit-row button")
    moved = rows.execute(sa.select(Asset.id, Asset.quantity, Asset.qr_code).where(
        Asset.split_from_id == chairs.id)).one()
    assert (moved.quantity, rows.scalar(sa.select(Asset.quantity).where(Asset.id == chairs.id))) == (10, 15)
    nurse.goto("/admin/notices/")
    follow(nurse, nurse.locator("a, button", has_text="Kursi tunggu").first)
    press(nurse, "acknowledge")

    nurse.goto(f"/asset/{moved.qr_code}")
    accessible(nurse)
    shot(nurse, "assets-phone")
    nurse.fill("#fault", "Sandaran tiga kursi patah")
    follow(nurse, "form[action$='/fault'] button")
    staff.goto(nurse.url)  # what she reported; facilities make the order of it
    step(staff, "order")
    follow(staff, "main a[href*='/admin/maintenance/details/']")
    step(staff, "submit")
    mended(people, staff.url)
    calibrated(people, scanner, accessible, shot)
    stranger = open_browser(phone=True)
    stranger.goto(f"/asset/{moved.qr_code}")
    accessible(stranger)
    expect(stranger.locator("main")).not_to_contain_text("Kursi")

    depreciated(people, log_in, live_server, rows, accessible, shot)
    lost = dict(rows.execute(sa.select(AssetBook.asset_id, AssetBook.accumulated).where(
        AssetBook.asset_id.in_([thing.id for thing in fresh]), AssetBook.book == BookKind.HOSPITAL)).all())
    assert set(lost) == {thing.id for thing in fresh}
    assert min(lost.values()) > 0

    staff.goto(f"/admin/asset/{scanner.id}/life")
    expect(staff.locator("svg.rw-plot polyline")).to_have_count(1)
    accessible(staff)
    shot(staff, "assets-life", full=True)
    staff.goto("/admin/asset/tree/")
    accessible(staff)
    shot(staff, "assets-tree")
    sold(people, scanner, later, accessible, shot, rows)
    assert rows.scalar(sa.select(Asset.state).where(Asset.id == scanner.id)) == AssetState.RETIRED
    assert rows.scalar(sa.select(Asset.quantity).where(Asset.id == later.id)) == 12

    done = subprocess.run([sys.executable, "-m", "flask", "--app", "app", "verify"], cwd=ROOT,
                          env=live_server.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def sold(people: dict[str, Page], scanner: Any, chairs: Any, accessible: Any, shot: Any,
         rows: sa.Connection) -> None:
    """The scanner and three chairs are held for sale and find a buyer in the first round."""
    staff, head, receivables = people["staff"], people["head"], people["receivables"]
    staff.goto("/admin/asset_disposal/new/")
    staff.select_option("[name=route]", "auction")
    choose(staff, "lines-0-asset", scanner.tag)
    staff.fill("[name='lines-0-quantity']", "1")
    staff.fill("[name='lines-0-reason']", "Diganti alat baru")
    staff.click("[data-add-line]")
    choose(staff, "lines-1-asset", chairs.tag)
    staff.fill("[name='lines-1-quantity']", "16")
    staff.fill("[name='lines-1-reason']", "Berlebih")
    follow(staff, "[name=_submit]")
    expect(staff.locator("main")).to_contain_text("15")
    staff.fill("[name='lines-1-quantity']", "3")
    follow(staff, "[name=_submit]")
    disposal = staff.url
    for page, name in ((head, "approve"), (receivables, "approve_receivables")):
        page.goto(disposal)
        step(page, name)
    staff.goto(disposal)
    auction = press(staff, "make_auction")
    step(staff, "submit")
    for page, name in ((head, "approve"), (receivables, "approve_receivables")):
        page.goto(auction)
        step(page, name)
    staff.goto(auction)
    follow(staff, "a[href$='/open']")
    staff.fill("[name=appraiser]", "KJPP Andalan dan Rekan")
    staff.fill("[name=appraised_on]", clock.today().isoformat())
    for name, price in (("appraised_value", "9000000000"), ("reserve_price", "8500000000")):
        for field in staff.locator(f"[name$='-{name}']").all():
            field.fill(price)
    accessible(staff)
    shot(staff, "assets-auction-open")
    follow(staff, ".submit-row button")
    for lot in range(2):
        for bidder, amount in (("PT Medika Jaya", "8.550.000.000"), ("RS Sehat Sentosa", "8.600.000.000")):
            staff.goto(auction)
            follow(staff, staff.locator("a[href*='/admin/asset_auction_bid/new/']").nth(lot))
            for name, text in (("bidder_name", bidder), ("bidder_identity", f"NIB {bidder}"),
                               ("amount", amount)):
                staff.fill(f"[name={name}]", text)
            follow(staff, ".submit-row button >> nth=0")
    staff.goto(auction)
    accessible(staff)
    shot(staff, "assets-auction-bids")
    follow(staff, "a[href$='/sell']")
    staff.fill("[name=minutes_number]", "RL-7/2026")
    follow(staff, ".submit-row button")
    expect(staff.locator("main")).to_contain_text("RS Sehat Sentosa")
    receivables.goto(auction)
    follow(receivables, "a[href$='/settle']")
    held_on = rows.scalar(sa.select(sa.func.max(AssetAuction.auctioned_on)))  # of this hospital's own clock
    receivables.fill("[name=paid_on]", held_on.isoformat())
    receivables.fill("[name=payment_reference]", "TRF 0712-44")
    follow(receivables, ".submit-row button")
    expect(receivables.locator(".rw-head .rw-badge").first).to_have_text(re.compile("Terjual|Sold"))
