"""What happens to a scanner and forty chairs beside the straight way, through the screens: a repair that is
refused and asked for again, one that costs more than was approved, a fault that a nurse reports, a thing that
is lost, found and lost for good."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models.asset_register import Asset, AssetState
from models.base import db
from models.fault_reports import FaultReport, FaultState
from models.journal import JournalLine, Posting
from models.maintenance import Maintenance, MaintenanceState
from models.operations.core import checks
from models.places import PhysicalCondition
from models.roles import Role
from tests.support import factories as make
from tests.support.screens import Desk

PEOPLE = {"nurse": Role.UNIT_USER, "staff": Role.FACILITIES_STAFF, "chief": Role.FACILITIES_HEAD,
          "payables": Role.PAYABLES, "receivables": Role.RECEIVABLES}


@pytest.fixture
def desk(client: Any, sign_in: Any, session: Any) -> Desk:
    make.make_chart()
    return Desk(client, sign_in, {name: make.make_user(role) for name, role in PEOPLE.items()})


def thing(desk: Desk, **more: Any) -> Asset:
    """In use at the nurse's unit."""
    asset = make.make_asset(work_unit=desk.people["nurse"].work_unit, room=make.make_room(), **more)
    return desk.step("staff", asset, "put_into_use", room=asset.room_id)


def the_books_agree() -> None:
    db.session.flush()
    assert [name for name, check in checks.CHECKS if check(db.session) is not None
            and not name.startswith("register:")] == []  # the things here were never bought


def line_step(desk: Desk, order: Maintenance, name: str, **typed: Any) -> None:
    line = order.lines[0]
    desk.send("staff", f"/admin/maintenance/{order.id}/lines/{line.id}/{name}",
              {"version": str(line.version), **{key: str(value) for key, value in typed.items()}})


def test_a_repair_is_refused_and_asked_for_again(desk: Desk) -> None:
    asset = thing(desk)
    order = desk.new("nurse", "maintenance", kind="repair", work_unit=asset.work_unit_id,
                     estimated_cost="250.000", lines__0__asset=asset.id, lines__0__fault="Layar mati")
    desk.step("chief", order, "reject", reason="Masih garansi: hubungi penjualnya")
    assert (order.state, asset.state) == (MaintenanceState.REJECTED, AssetState.IN_USE)
    number = order.number
    desk.step("nurse", order, "reopen")
    desk.change("nurse", order, note="Garansi habis bulan lalu, lihat kartu garansi")
    desk.step("chief", order, "approve", estimated_cost="250.000")
    assert (order.state, order.number) == (MaintenanceState.APPROVED, number)
    the_books_agree()


def test_a_repair_that_costs_more_than_was_approved_waits_for_payables(desk: Desk) -> None:
    asset, vendor = thing(desk), make.make_vendor()
    order = desk.new("staff", "maintenance", kind="repair", work_unit=asset.work_unit_id, vendor=vendor.id,
                     estimated_cost="2.000.000", lines__0__asset=asset.id, lines__0__fault="Tabung bocor")
    desk.step("chief", order, "approve", estimated_cost="2.000.000")
    desk.step("payables", order, "approve_payment")
    desk.step("staff", order, "start")
    assert asset.state == AssetState.UNDER_MAINTENANCE
    line_step(desk, order, "finish", result="Tabung dan selang diganti", cost="2.350.000",
              condition_after="good")
    desk.send("staff", f"/admin/maintenance/{order.id}/finish", {"version": str(order.version)}, refused=True)
    desk.step("payables", order, "approve_cost")
    desk.step("staff", order, "finish")
    assert (order.state, asset.state) == (MaintenanceState.DONE, AssetState.IN_USE)
    assert db.session.scalar(sa.select(sa.func.sum(JournalLine.debit)).where(
        JournalLine.purpose == Posting.MAINTENANCE)) == Decimal(2_350_000)
    the_books_agree()


def test_a_nurse_reports_the_fault_and_hears_when_it_is_mended(desk: Desk) -> None:
    asset = thing(desk)
    desk.send("nurse", f"/asset/{asset.qr_code}/fault", {"fault": "Roda depan lepas", "priority": "urgent"})
    report = db.session.scalars(sa.select(FaultReport)).one()
    assert asset.condition == PhysicalCondition.SLIGHTLY_DAMAGED
    order = desk.at(desk.send("staff", f"/admin/fault_report/{report.id}/order",
                              {"version": str(report.version)}).headers["Location"])
    if isinstance(order, FaultReport):  # its page, with the way to the order
        order = report.maintenance
    desk.change("staff", order)
    desk.step("chief", order, "approve", estimated_cost="0")
    desk.step("staff", order, "start")
    line_step(desk, order, "finish", result="Roda dipasang kembali", cost="0", condition_after="good")
    desk.step("staff", order, "finish")
    assert (report.state, asset.condition) == (FaultState.CLOSED, PhysicalCondition.GOOD)
    assert "Roda dipasang kembali" in desk.look("nurse", f"/fault/{report.code}")
    the_books_agree()


def test_what_is_lost_is_found_or_leaves_the_books(desk: Desk) -> None:
    asset = thing(desk)
    desk.step("chief", asset, "report_lost", reason="Tidak ada saat opname")
    assert asset.state == AssetState.LOST
    desk.step("staff", asset, "find", room=make.make_room().id)
    assert asset.state == AssetState.REGISTERED
    desk.step("staff", asset, "put_into_use", room=asset.room_id)
    desk.step("chief", asset, "report_lost", reason="Hilang lagi, dilaporkan ke polisi")
    paper = desk.new("staff", "asset_disposal", route="lost", lines__0__asset=asset.id, lines__0__quantity=1,
                     lines__0__reason="Hilang, laporan polisi LP/12/2026")
    desk.step("chief", paper, "approve")
    desk.step("receivables", paper, "approve_receivables")
    assert asset.state == AssetState.RETIRED
    the_books_agree()
