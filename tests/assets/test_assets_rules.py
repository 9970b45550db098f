"""Assets and their documents: what the tables refuse, and how plans, procurements and maintenance are
approved."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models import clock
from models.asset_documents import (
    AssetPlanState,
    AssetProcurement,
    AssetProcurementLine,
    AssetProcurementState,
)
from models.asset_exits import AssetAuction, AssetAuctionLine, AssetDisposal, AssetDisposalLine
from models.asset_history import Calibration, CalibrationResult
from models.asset_register import Asset, AssetBook, AssetState, AssetType, BookKind, DepreciationMethod
from models.beds import Bed, Stay
from models.errors import NotAllowed, Refused
from models.facilities import ClassFacility, RoomFacility
from models.housekeeping import Cleaning
from models.maintenance import MaintenanceLine, MaintenanceState
from models.operations.core.approvals import by_system, perform
from models.organisation import Setting
from models.places import Building, FundingSource, Land
from models.roles import Role
from tests.support import factories as make


def refuses(session: Any, record: Any, constraint: str) -> None:
    """Adding `record` breaks the named constraint; PostgreSQL and SQLite both name it (uniques on SQLite do
    not)."""
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        make.saved(record)


# ---------------------------------------------------------------- what the tables refuse


@pytest.mark.parametrize(("fields", "constraint"), [
    ({"built_area": Decimal(1001)}, "built_area_fits"),
    ({"built_area": Decimal(-1)}, "built_area_not_negative"),
    ({"total_area": Decimal(0)}, "total_area_positive"),
    ({"price_per_m2": Decimal("-0.01")}, "price_per_m2_not_negative"),
])
def test_land(session: Any, fields: dict[str, Any], constraint: str) -> None:
    whole = {"code": "L", "name": "Parcel", "total_area": Decimal(1000), "price_per_m2": Decimal(1),
             "funding_source": FundingSource.BLU}
    refuses(session, Land(**whole | fields), constraint)


def test_a_building_is_not_finished_before_it_is_begun(session: Any) -> None:
    land = make.make_building().land
    refuses(session, Building(code="X", name="X", land_id=land.id, floor_area=Decimal(1),
                              construction_started_on=date(2026, 2, 1), completed_on=date(2026, 1, 31)),
            "completed_after_start")


def test_a_facility_is_one_thing_in_one_place(session: Any) -> None:
    room, item, asset = make.make_room(), make.make_item(), make.make_asset()
    inpatient = make.make_inpatient_room()
    refuses(session, RoomFacility(room_id=room.id, item_id=item.id, asset_id=asset.id), "one_thing")
    refuses(session, RoomFacility(room_id=room.id), "one_thing")
    refuses(session, RoomFacility(item_id=item.id), "one_place")
    refuses(session, RoomFacility(room_id=room.id, inpatient_room_id=inpatient.id, item_id=item.id),
            "one_place")
    refuses(session, ClassFacility(room_class_id=inpatient.room_class_id), "one_thing")
    make.saved(RoomFacility(room_id=room.id, asset_id=asset.id))
    refuses(session, RoomFacility(inpatient_room_id=inpatient.id, asset_id=asset.id), "asset")


def test_a_bed_holds_one_open_stay_of_somebody(session: Any) -> None:
    bed, desk = make.make_bed(), make.make_user(Role.FRONT_OFFICE)
    refuses(session, Stay(bed_id=bed.id, checked_in_by_id=desk.id), "somebody")
    make.saved(Stay(bed_id=bed.id, outside_reference="FO-1", checked_in_by_id=desk.id))
    refuses(session, Stay(bed_id=bed.id, outside_reference="FO-2", checked_in_by_id=desk.id), "bed")
    refuses(session, Bed(inpatient_room_id=bed.inpatient_room_id, number=bed.number), "number")


def test_a_cleaning_is_of_one_place_and_waits_once(session: Any) -> None:
    room, bed = make.make_room(), make.make_bed()
    refuses(session, Cleaning(), "one_place")
    refuses(session, Cleaning(room_id=room.id, inpatient_room_id=bed.inpatient_room_id), "one_place")
    task = make.saved(Cleaning(bed=bed))
    assert task.inpatient_room_id == bed.inpatient_room_id
    refuses(session, Cleaning(bed_id=bed.id, inpatient_room_id=bed.inpatient_room_id), "bed")


def test_an_asset_stands_in_one_place(session: Any) -> None:
    asset, room = make.make_asset(), make.make_room()
    fields = {"asset_type_id": asset.asset_type_id, "name": "Pump", "acquisition_cost": Decimal(1)}
    refuses(session, Asset(tag="A", room_id=room.id, building_id=room.building_id, **fields), "one_place")
    refuses(session, Asset(tag="A", quantity=0, **fields), "quantity_positive")
    refuses(session, Asset(tag="A", acquired_on=date(2026, 2, 1), retired_on=date(2026, 1, 1), **fields),
            "retired_after_acquired")
    refuses(session, Asset(tag=asset.tag, **fields), "tag")
    assert make.make_asset().qr_code != asset.qr_code


@pytest.mark.parametrize(("percent", "fine"),
                         [("0", True), ("100", True), ("100.01", False), ("-0.01", False)])
def test_residual_is_a_percentage_on_both_databases(session: Any, percent: str, fine: bool) -> None:
    kind = AssetType(code="T", name="T", useful_life=12, residual_percent=Decimal(percent))
    if fine:
        assert make.saved(kind).residual_percent == Decimal(percent)
    else:
        refuses(session, kind, "residual_percent_in_range")


def test_book_value_never_falls_below_the_residual(session: Any) -> None:
    asset = make.make_asset()
    fields = {"asset_id": asset.id, "method": DepreciationMethod.STRAIGHT_LINE, "useful_life": 60,
              "starts_on": date(2026, 1, 1), "cost": Decimal(100), "residual_value": Decimal(10)}
    refuses(session, AssetBook(**fields, accumulated=Decimal("90.01")), "accumulated_fits")
    refuses(session, AssetBook(**fields, accumulated=Decimal(1), opening_accumulated=Decimal(2)),
            "accumulated_grows")
    refuses(session, AssetBook(**fields | {"useful_life": None}), "life_when_depreciated")
    assert make.saved(AssetBook(**fields, accumulated=Decimal(90))).book_value == 10
    session.expire(asset)
    assert asset.book_value == 10
    refuses(session, AssetBook(**fields, book=BookKind.HOSPITAL), "book")


def test_a_line_is_about_one_thing(session: Any) -> None:
    order, asset = make.make_maintenance(), make.make_asset()
    refuses(session, MaintenanceLine(maintenance_id=order.id), "one_thing")
    refuses(session,
            MaintenanceLine(maintenance_id=order.id, asset_id=asset.id, building_id=make.make_building().id),
            "one_thing")
    auction = make.saved(AssetAuction(created_by=order.created_by))
    refuses(session, AssetAuctionLine(asset_auction_id=auction.id), "one_thing")
    refuses(session,
            AssetAuctionLine(asset_auction_id=auction.id, asset_id=asset.id, reserve_price=Decimal(10),
                                      sale_price=Decimal("9.99")), "sale_price_over_reserve")
    disposal = make.saved(AssetDisposal(created_by=order.created_by))
    make.saved(AssetDisposalLine(asset_disposal=disposal, asset=asset, reason="Worn out"))
    refuses(session, AssetDisposalLine(asset_disposal_id=disposal.id, asset_id=asset.id, reason="Again"),
            "asset")


def test_a_device_is_fit_between_its_calibrations(session: Any) -> None:
    asset = make.make_asset(acquired_on=date(2026, 1, 5))
    fields = {"calibrated_on": date(2026, 1, 10), "result": CalibrationResult.FIT,
              "certificate_number": "KAL.2026.1"}
    certificate = make.saved(Calibration(asset=asset, valid_until=date(2027, 1, 9), **fields))
    assert certificate.is_fit_on(date(2026, 1, 10))
    assert not certificate.is_fit_on(date(2027, 1, 10))
    with pytest.raises(Refused, match="longer than its own day"), session.begin_nested():
        make.saved(Calibration(asset=asset, valid_until=date(2026, 1, 10), **fields))
    with pytest.raises(IntegrityError, match="valid_after_calibration"), session.begin_nested():
        session.execute(sa.insert(Calibration).values(asset_id=asset.id, valid_until=date(2026, 1, 10),
                                                      **fields))


# ---------------------------------------------------------------- how documents are approved


def test_a_procurement_line_has_its_headers_vendor(session: Any) -> None:
    order = make.make_asset_procurement()
    assert order.lines[0].vendor_id == order.vendor_id
    order.vendor = make.make_vendor()
    session.flush()
    session.expire_all()
    assert order.lines[0].vendor_id == order.vendor_id
    with pytest.raises(IntegrityError, match=r"vendor_of_procurement|FOREIGN KEY"), session.begin_nested():
        session.execute(sa.update(AssetProcurementLine).values(vendor_id=make.make_vendor().id))


def approved_for_payment(price: int, **fields: Any) -> AssetProcurement:
    order = make.make_asset_procurement(price, **fields)
    perform(order, "submit", by=order.created_by)
    perform(order, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    perform(order, "approve_payment", by=make.make_user(Role.PAYABLES))
    return order


def test_a_procurement_within_the_limit_is_sent_without_the_director(session: Any) -> None:
    order = approved_for_payment(100_000_000)
    with pytest.raises(Refused, match="not above the limit"):
        perform(order, "approve_limit", by=make.make_user(Role.DIRECTOR))
    perform(order, "send", by=order.created_by)
    assert order.state == AssetProcurementState.SENT
    assert order.number.startswith("PNG/")


def test_a_procurement_above_the_limit_needs_the_director(session: Any) -> None:
    order = approved_for_payment(100_000_000, tax_percent=Decimal("0.01"))
    with pytest.raises(Refused, match="director must approve"):
        perform(order, "send", by=order.created_by)
    perform(order, "approve_limit", by=make.make_user(Role.DIRECTOR))
    perform(order, "send", by=order.created_by)
    assert order.state == AssetProcurementState.SENT


def test_the_limit_is_a_setting(session: Any) -> None:
    make.saved(Setting(key="asset_procurement.limit", value="5"))
    with pytest.raises(Refused, match="director must approve"):
        perform(order := approved_for_payment(6), "send", by=order.created_by)


def test_one_person_does_not_approve_twice(session: Any) -> None:
    both = make.make_user(Role.FACILITIES_HEAD, Role.PAYABLES, Role.FACILITIES_STAFF)
    order = make.make_asset_procurement()
    perform(order, "submit", by=order.created_by)
    perform(order, "approve", by=both)
    with pytest.raises(Refused, match="already approved"):
        perform(order, "approve_payment", by=both)
    own = make.make_asset_procurement(created_by=both)
    perform(own, "submit", by=both)
    with pytest.raises(Refused, match="yourself"):
        perform(own, "approve", by=both)


def test_only_whose_turn_it_is_rejects(session: Any) -> None:
    order = make.make_asset_procurement()
    perform(order, "submit", by=order.created_by)
    with pytest.raises(NotAllowed):
        perform(order, "reject", by=make.make_user(Role.PAYABLES), reason="Too dear")
    perform(order, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    perform(order, "reject", by=make.make_user(Role.PAYABLES), reason="Too dear")
    assert order.state == AssetProcurementState.REJECTED


def test_a_plan_is_closed_with_a_reason_until_all_is_procured(session: Any) -> None:
    plan = make.make_asset_plan()
    perform(plan, "submit", by=plan.created_by)
    perform(plan, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    staff = make.make_user(Role.FACILITIES_STAFF)
    with pytest.raises(Refused) as refusal:
        perform(plan, "close", by=staff)
    assert refusal.value.field == "reason"
    order = make.make_asset_procurement()
    line = order.lines[0]
    line.asset_plan_line, line.quantity = plan.lines[0], 2
    session.flush()
    session.expire_all()
    assert line.asset_plan_id == plan.id
    assert plan.lines[0].open_quantity == 0
    perform(plan, "close", by=staff)
    assert plan.state == AssetPlanState.DONE


def test_maintenance_asks_for_payment_only_when_it_costs(session: Any) -> None:
    free, dear = make.make_maintenance(), make.make_maintenance(estimated_cost=Decimal(500_000))
    for order in (free, dear):
        perform(order, "submit", by=order.created_by)
        perform(order, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    payables = make.make_user(Role.PAYABLES)
    with pytest.raises(Refused, match="no approval of payment"):
        perform(free, "approve_payment", by=payables)
    perform(dear, "approve_payment", by=payables)
    assert dear.state == MaintenanceState.PAYMENT_APPROVED


def test_an_asset_is_put_into_use_somewhere_by_somebody(session: Any) -> None:
    asset, staff = make.make_asset(), make.make_user(Role.FACILITIES_STAFF)
    with pytest.raises(Refused, match="where the asset stands"):
        perform(asset, "put_into_use", by=staff)
    asset.room, asset.work_unit = make.make_room(), make.make_work_unit()
    perform(asset, "put_into_use", by=staff)
    assert asset.state == AssetState.IN_USE
    with pytest.raises(NotAllowed):
        perform(asset, "maintain", by=make.make_user(*Role))
    by_system(asset, "maintain", by=staff)
    assert asset.state == AssetState.UNDER_MAINTENANCE


def test_an_asset_without_a_tag_gets_the_next_free_one(session: Any) -> None:
    year = clock.today().year
    kind = make.make_asset().asset_type
    make.make_asset(tag=f"AST-{year}-000002")
    fields = {"asset_type_id": kind.id, "acquisition_cost": Decimal(1)}
    made = [make.saved(Asset(name="Pump", tag=tag, **fields)).tag for tag in (None, "")]
    assert made == [f"AST-{year}-000001", f"AST-{year}-000003"]
    session.execute(sa.insert(Asset).values(name="Pump", qr_code="q", **fields))
    assert session.scalar(sa.select(Asset.tag).where(Asset.qr_code == "q")) == f"AST-{year}-000004"
