"""A CT scanner and forty chairs through their whole life, each step by the person of its role, on the panel's
pages."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_documents import (
    AssetPlan,
    AssetPlanState,
    AssetProcurement,
    AssetProcurementState,
    AssetReceipt,
)
from models.asset_exits import AssetAuction, AssetAuctionState, AssetDisposal
from models.asset_register import Asset, AssetState
from models.base import db
from models.depreciation import DepreciationRun
from models.journal import JournalLine, Posting
from models.operations.assets import life
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.roles import Role
from tests.support import factories as make


class House:
    """People who sign in when their step comes."""

    def __init__(self, client: Any, sign_in: Any) -> None:
        make.make_chart()
        self.client, self._sign_in = client, sign_in
        self.unit = make.make_work_unit(name="Radiologi")
        self.people = {
            "staff": make.make_user(Role.FACILITIES_STAFF), "head": make.make_user(Role.FACILITIES_HEAD),
            "payables": make.make_user(Role.PAYABLES), "director": make.make_user(Role.DIRECTOR),
            "receivables": make.make_user(Role.RECEIVABLES),
            "nurse": make.make_user(Role.UNIT_USER, work_unit=self.unit)}

    def post(self, who: str, address: str, **data: Any) -> Any:
        """A form that `who` sends; it is taken (303)."""
        self._sign_in(self.client, self.people[who])
        answer = self.client.post(address, data=data)
        assert answer.status_code == 303, answer.text[:3000]
        return answer

    def step(self, who: str, record: Any, name: str, **data: Any) -> None:
        db.session.expire_all()
        self.post(who, f"/admin/{record.__tablename__}/{record.id}/{name}", version=str(record.version),
                  **data)
        db.session.expire_all()

    def day(self, on: date) -> None:
        clock.freeze(datetime(on.year, on.month, on.day, 3, tzinfo=UTC))


def only(model: Any, **criteria: Any) -> Any:
    return db.session.scalars(sa.select(model).filter_by(**criteria).order_by(model.id.desc()).limit(1)).one()


@pytest.fixture
def house(client: Any, session: Any, sign_in: Any) -> House:
    return House(client, sign_in)


def bought(house: House) -> tuple[Asset, Asset]:
    """Planned, approved three times, ordered, received in two parts: the scanner and the chairs."""
    scanner, chairs = (
        make.make_asset_model(name="CT scanner 64 slice"),
        make.make_asset_model(name="Kursi tunggu"),
    )
    vendor, room, yard = (
        make.make_vendor(),
        make.make_room(name="Ruang CT"), make.make_room(name="Ruang Tunggu"),
    )
    house.post("nurse", "/admin/asset_plan/new/", **{
        "planned_on": clock.today(), "budget_year": "2026", "_submit": "1",
        "lines-0-asset_model": scanner.id, "lines-0-quantity": "1", "lines-0-work_unit": house.unit.id,
        "lines-0-estimated_price": "9.850.000.000", "lines-1-asset_model": chairs.id,
        "lines-1-quantity": "40", "lines-1-work_unit": house.unit.id, "lines-1-estimated_price": "3.450.000"})
    plan = only(AssetPlan)
    house.step("head", plan, "approve")
    first, second = (line.id for line in plan.lines)
    house.post("staff", "/admin/asset_procurement/plans/", **{
        "line": [first, second], f"quantity-{first}": "1", f"quantity-{second}": "40",
        f"price-{first}": "9.700.000.000", f"price-{second}": "3.400.000", "vendor": vendor.id,
        "tax_percent": "11"})
    order = only(AssetProcurement)
    house.step("staff", order, "submit")
    for who, name in (("head", "approve"), ("payables", "approve_payment"), ("director", "approve_limit"),
                      ("staff", "send")):
        house.step(who, order, name)
    assert only(AssetPlan).state == AssetPlanState.DONE
    for part, (count, place) in enumerate(((25, room), (15, yard))):
        house.step("staff", order, "make_receipt")
        receipt = only(AssetReceipt, state="draft")
        form: dict[str, Any] = {"version": receipt.version, "asset_procurement": order.id,
                                "received_on": clock.today(), "_submit": "1"}
        for number, line in enumerate(receipt.lines):
            mine = {"id": line.id, "asset_model": line.asset_model_id, "unit_price": "1",
                    "work_unit": house.unit.id, "asset_procurement_line": line.asset_procurement_line_id,
                    "room": place.id, "received_quantity": 1 if line.ordered_quantity == 1 else count}
            if line.ordered_quantity == 40:
                mine["as_group"] = "y"
            form |= {f"lines-{number}-{name}": value for name, value in mine.items()}
        house.post("staff", f"/admin/asset_receipt/edit/?id={receipt.id}", **form)
        assert order.state == (AssetProcurementState.DONE if part else AssetProcurementState.SENT)
    return only(Asset, asset_model_id=scanner.id), db.session.scalars(
        sa.select(Asset).filter_by(asset_model_id=chairs.id).order_by(Asset.id)).first()


def depreciated(house: House, year: int, month: int) -> None:
    """Payables closes the month; staff runs it, the head posts it."""
    house.day(date(year, month, calendar.monthrange(year, month)[1]) + timedelta(days=2))
    run = make.saved(DepreciationRun(created_by=house.people["staff"], period_start=date(year, month, 1),
                                     period_end=date(year, month, calendar.monthrange(year, month)[1])))
    opened(run, by=house.people["staff"])
    perform(run, "submit", by=house.people["staff"])
    perform(run, "approve", by=house.people["head"])


def test_a_scanner_and_forty_chairs(house: House, session: Any) -> None:
    house.day(date(2026, 1, 8))
    scanner, chairs = bought(house)
    assert (scanner.acquisition_cost, chairs.acquisition_cost) == (Decimal("10767000000"),
                                                                   Decimal("94350000"))
    labels = house.client.get(f"/admin/asset/labels/pdf?ids={scanner.id},{chairs.id}&sheet=3x7")
    assert labels.mimetype == "application/pdf"

    house.step("staff", scanner, "put_into_use", room=scanner.room_id, work_unit=house.unit.id)
    house.step("staff", chairs, "put_into_use", room=chairs.room_id, work_unit=house.unit.id)
    other = make.make_work_unit(name="IGD")
    house.people["other"] = make.make_user(Role.UNIT_USER, work_unit=other)
    house.post("staff", f"/admin/asset/{chairs.id}/movement", to_room=make.make_room().id,
               to_work_unit=other.id)
    house.post("other", f"/admin/asset/{chairs.id}/acknowledge")
    house.post("nurse", f"/asset/{scanner.qr_code}/fault", fault="Gantri berbunyi")

    for month in (1, 2, 3):
        depreciated(house, 2026, month)
    db.session.expire_all()
    assert scanner.book_value == Decimal("10228650000")  # three months of sixty are gone

    house.day(date(2026, 4, 20))
    house.post("staff", "/admin/asset_disposal/new/", **{
        "disposed_on": clock.today(), "route": "scrap", "_submit": "1", "lines-0-asset": chairs.id,
        "lines-0-quantity": "5", "lines-0-reason": "Patah"})
    scrap = only(AssetDisposal)
    house.step("head", scrap, "approve")
    house.step("receivables", scrap, "approve_receivables")
    assert (chairs.quantity, chairs.state) == (20, AssetState.IN_USE)

    house.post("staff", "/admin/asset_disposal/new/", **{
        "disposed_on": clock.today(), "route": "auction", "_submit": "1",
        "lines-0-asset": scanner.id, "lines-0-quantity": "1", "lines-0-reason": "Diganti alat baru",
        "lines-1-asset": chairs.id, "lines-1-quantity": "10", "lines-1-reason": "Berlebih"})
    exit_paper = only(AssetDisposal)
    house.step("head", exit_paper, "approve")
    house.step("receivables", exit_paper, "approve_receivables")
    house.step("staff", exit_paper, "make_auction")
    auction = only(AssetAuction)
    assert [line.quantity for line in auction.lines] == [1, 10]
    house.step("staff", auction, "submit")
    house.step("head", auction, "approve")
    house.step("receivables", auction, "approve_receivables")
    one, ten = (f"lines-{line.id}" for line in auction.lines)
    appraisal = {"appraiser": "KJPP Andalan", "appraised_on": clock.today(),
                 f"{one}-appraised_value": "9000000000",
                 f"{ten}-appraised_value": "12000000"}
    house.step("staff", auction, "open", **appraisal, **{f"{one}-reserve_price": "9500000000",
                                                        f"{ten}-reserve_price": "15000000"})
    house.step("staff", auction, "fail")
    house.step("staff", auction, "open", **appraisal, **{f"{one}-reserve_price": "8500000000",
                                                        f"{ten}-reserve_price": "11000000"})
    for line, amounts in zip(auction.lines, (("8550000000", "8600000000"), ("11000000",)), strict=True):
        for number, amount in enumerate(amounts):
            house.post("staff", "/admin/asset_auction_bid/new/", asset_auction_line=line.id, amount=amount,
                       bidder_name=f"RS Sehat {number}", bidder_identity=f"NIB {number}", is_valid="y")
    house.step("staff", auction, "sell", minutes_number="RL-7/2026")
    house.step("receivables", auction, "settle", paid_on=clock.today(), payment_reference="TRF-9")
    assert auction.buyer_name == "RS Sehat 1; RS Sehat 0"
    assert (auction.state, auction.round, scanner.state) == (AssetAuctionState.SOLD, 2, AssetState.RETIRED)
    assert (chairs.quantity, chairs.state) == (10, AssetState.IN_USE)
    told = [each.what for each in life.timeline(scanner)]
    assert told[:4] == ["Planned", "Ordered", "Received", "Put into use"]

    cash = session.scalar(sa.select(sa.func.sum(JournalLine.debit)).filter_by(purpose=Posting.CASH))
    assert cash == 8_611_000_000
    db.session.flush()
    for name, function in checks.CHECKS:
        assert function(session) is None, name
