"""Maintenance, calibration, what falls due: out of use and back, what it costs, what it asks for next."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.asset_exits import AssetDisposal
from models.asset_history import (
    AssetMovement,
    Calibration,
    CalibrationResult,
    MaintenanceSchedule,
    MovementState,
    ScheduleKind,
)
from models.asset_register import Asset, AssetState, AssetType
from models.beds import Bed
from models.depreciation import DepreciationRun
from models.errors import NotAllowed, NotEnoughStock, Refused
from models.facilities import RoomFacility, missing_facilities, unfit_devices
from models.journal import JournalEntry, JournalLine, Posting
from models.maintenance import Maintenance, MaintenanceKind, MaintenanceLineState, MaintenanceState
from models.operations.assets import calibration, maintenance, maintenance_due
from models.operations.assets.ownership import cost_of_ownership
from models.operations.core import checks, jobs
from models.operations.core.approvals import by_system, perform
from models.outbox import Notice
from models.people import User
from models.places import PhysicalCondition
from models.roles import Role
from models.stock import MoveKind, StockMove
from tests.support import factories as make

TODAY = date(2026, 4, 20)


@pytest.fixture(autouse=True)
def in_april(session: Any) -> None:
    clock.freeze(datetime(2026, 4, 20, 5, tzinfo=UTC))
    make.make_chart()


@pytest.fixture
def staff(session: Any) -> User:
    return make.make_user(Role.FACILITIES_STAFF)


def used(staff: User, *, months: int | None = None, acquired_on: date = date(2026, 1, 10),
         **fields: Any) -> Asset:
    """An asset in use in a room; with `months`, a medical device that is calibrated so often."""
    kind = AssetType(code=make.unique("T"), name=make.unique("Type"), useful_life=60,
                     calibration_months=months,
                     is_medical_device=months is not None, is_portable=fields.pop("portable", False))
    asset = make.saved(Asset(
        tag=make.unique("AST"), name="Pump", asset_type=kind, acquisition_cost=Decimal(600),
        acquired_on=acquired_on,
        work_unit=make.make_work_unit(), room=fields.pop("room", None) or make.make_room(), **fields))
    perform(asset, "put_into_use", by=staff)
    return asset


def approved(asset: Asset, **fields: Any) -> Maintenance:
    order = make.make_maintenance(asset, **fields)
    perform(order, "submit", by=order.created_by)
    perform(order, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    if order.estimated_cost:
        perform(order, "approve_payment", by=make.make_user(Role.PAYABLES))
    return order


def mended(order: Maintenance, staff: User, cost: int = 0, condition: Any = None) -> Maintenance:
    perform(order, "start", by=staff)
    for line in order.lines:
        if line.state == MaintenanceLineState.PLANNED:
            perform(line, "start", by=staff)
        perform(line, "finish", by=staff, given={
            "result": "Baut dikencangkan", "cost": Decimal(cost), "condition_after": condition})
    if order.is_above_approved:
        perform(order, "approve_cost", by=make.make_user(Role.PAYABLES))
    perform(order, "finish", by=staff)
    return order


def certificate(asset: Asset, on: date, months: int = 12, result: CalibrationResult = CalibrationResult.FIT,
                **fields: Any) -> Calibration:
    return make.saved(Calibration(asset=asset, calibrated_on=on,
                                  valid_until=calibration.add_months(on, months),
                                  certificate_number=make.unique("KAL"), result=result, **fields))


def broken(session: Any) -> set[str]:
    return {name for name, row in checks.verify(session)
            if row is not None and name.startswith(("assets", "journal", "stock"))}


# ---------------------------------------------------------------- orders

def test_an_order_takes_its_asset_out_of_use_and_back(session: Any, staff: User) -> None:
    asset = used(staff, condition=PhysicalCondition.SLIGHTLY_DAMAGED)
    place = make.saved(RoomFacility(room=asset.room, asset=asset,
                                    condition=PhysicalCondition.SLIGHTLY_DAMAGED))
    order = approved(asset)
    perform(order, "start", by=staff)
    assert (order.state, asset.state) == (MaintenanceState.IN_PROGRESS, AssetState.UNDER_MAINTENANCE)
    assert order.lines[0].state == MaintenanceLineState.IN_PROGRESS  # the only line begins with its order
    with pytest.raises(Refused, match="Finish every line"):
        perform(order, "finish", by=staff)
    clock.freeze(clock.now() + timedelta(hours=30))
    assert order.downtime == timedelta(hours=30)
    perform(order.lines[0], "finish", by=staff, given={
        "result": "Done", "cost": Decimal(0), "condition_after": PhysicalCondition.GOOD})
    perform(order, "finish", by=staff)
    assert (order.state, asset.state, asset.condition) == (
        MaintenanceState.DONE, AssetState.IN_USE, PhysicalCondition.GOOD)
    assert place.condition == PhysicalCondition.GOOD
    assert order.downtime == timedelta(hours=30)
    assert session.scalar(sa.select(sa.func.count()).select_from(JournalEntry)) == 0


def test_what_costs_is_paid_for_first(session: Any, staff: User) -> None:
    order = make.make_maintenance(used(staff), estimated_cost=Decimal(100))
    perform(order, "submit", by=order.created_by)
    perform(order, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    with pytest.raises(Refused, match="payables approves the payment first"):
        perform(order, "start", by=staff)
    perform(order, "approve_payment", by=make.make_user(Role.PAYABLES))
    perform(order, "start", by=staff)
    assert order.state == MaintenanceState.IN_PROGRESS


@pytest.mark.parametrize(("with_vendor", "paid"), [(True, Posting.PAYABLES), (False, Posting.CASH)])
def test_the_cost_is_posted(session: Any, staff: User, with_vendor: bool, paid: Posting) -> None:
    """A vendor's bill is owed; own work was paid in cash. The account is the order's, or the setting's."""
    account = make.make_account()
    order = approved(used(staff), estimated_cost=Decimal(5), account=account,
                     vendor=make.make_vendor() if with_vendor else None)
    mended(order, staff, cost=250_000)
    assert order.total == 250_000
    lines = session.scalars(sa.select(JournalLine).join(JournalEntry).where(
        JournalEntry.document_type == "maintenance", JournalEntry.document_id == order.id)).all()
    assert {(line.purpose, line.debit, line.credit) for line in lines} == {
        (Posting.MAINTENANCE, 250_000, 0), (paid, 0, 250_000)}
    assert {line.account_id for line in lines if line.debit} == {account.id}
    assert broken(session) == set()


def test_spare_parts_leave_their_store(session: Any, staff: User) -> None:
    """Two boxes of ten at 7 rupiah a piece: 140 out of stock, to maintenance."""
    store, item = make.make_store(), make.make_item({"box": "10"})
    make.stock_up(store, item, 30, 210)
    order = approved(used(staff))
    line, box = order.lines[0], next(unit for unit in item.units if unit.unit_name == "box")
    with pytest.raises(Refused, match="while their order is in progress"):
        maintenance.add_part(line, store=store, item=item, unit=box, quantity=Decimal(1), by=staff)
    perform(order, "start", by=staff)
    maintenance.add_part(line, store=store, item=item, unit=box, quantity=Decimal(2), by=staff)
    session.expire(line, ["parts"])
    perform(line, "finish", by=staff, given={"result": "Parts changed", "cost": Decimal(0)})
    perform(order, "finish", by=staff)
    move = session.scalars(sa.select(StockMove).where(StockMove.document_type == "maintenance")).one()
    assert (move.kind, move.quantity, move.value, move.line_id) == (MoveKind.MAINTENANCE, -20, -140,
                                                                    line.parts[0].id)
    assert broken(session) == set()
    with pytest.raises(Refused, match="while their order is in progress"):
        maintenance.add_part(line, store=store, item=item, unit=box, quantity=Decimal(1), by=staff)


def test_an_order_is_not_finished_with_parts_that_are_not_there(session: Any, staff: User) -> None:
    store, item = make.make_store(), make.make_item()
    order = approved(used(staff))
    perform(order, "start", by=staff)
    maintenance.add_part(order.lines[0], store=store, item=item, unit=None, quantity=Decimal(1), by=staff)
    session.expire(order.lines[0], ["parts"])
    perform(order.lines[0], "finish", by=staff, given={"result": "Parts changed", "cost": Decimal(0)})
    with pytest.raises(NotEnoughStock):
        perform(order, "finish", by=staff)
    with pytest.raises(NotAllowed):
        maintenance.add_part(order.lines[0], store=store, item=item, unit=None, quantity=Decimal(1),
                             by=make.make_user(Role.STORE_HEAD))
    for unit, quantity, field in ((make.make_item().units[0], 1, "unit"), (None, 0, "quantity")):
        with pytest.raises(Refused) as refusal:
            maintenance.add_part(order.lines[0], store=store, item=item, unit=unit,
                                 quantity=Decimal(quantity),
                                 by=staff)
        assert refusal.value.field == field


@pytest.mark.parametrize("step", ["retire", "hold_for_sale"])
def test_nothing_is_mended_in_what_is_gone(session: Any, staff: User, step: str) -> None:
    asset = used(staff)
    later = approved(asset)
    by_system(asset, step, by=staff)
    order = make.make_maintenance(asset)
    with pytest.raises(Refused, match="nothing is mended"):
        perform(order, "submit", by=order.created_by)
    with pytest.raises(Refused, match="nothing is mended"):
        perform(later, "start", by=staff)


def test_two_orders_do_not_work_on_one_asset(session: Any, staff: User) -> None:
    asset = used(staff)
    first, second = approved(asset), approved(asset)
    perform(first, "start", by=staff)
    with pytest.raises(Refused, match="still being worked on"):
        perform(second, "start", by=staff)
    perform(first.lines[0], "finish", by=staff, given={"result": "x", "cost": Decimal(0)})
    perform(first, "finish", by=staff)
    perform(second, "start", by=staff)


def test_what_cannot_be_mended_is_proposed_for_disposal(session: Any, staff: User) -> None:
    asset = used(staff)
    order = approved(asset)
    perform(order, "start", by=staff)
    perform(order.lines[0], "fail", by=staff, reason="The frame is broken")
    perform(order, "finish", by=staff)
    assert (asset.state, asset.condition) == (AssetState.UNDER_MAINTENANCE, PhysicalCondition.BADLY_DAMAGED)
    disposal = session.scalars(sa.select(AssetDisposal)).one()
    assert (disposal.state, disposal.created_by_id) == ("draft", staff.id)
    assert [(line.asset, line.reason) for line in disposal.lines] == [(asset, "The frame is broken")]
    again = approved(asset)
    perform(again, "start", by=staff)
    perform(again.lines[0], "fail", by=staff, reason="Still broken")
    assert session.scalar(sa.select(sa.func.count()).select_from(AssetDisposal)) == 1


# ---------------------------------------------------------------- calibration

def test_a_new_device_is_due_after_its_first_period(session: Any, staff: User) -> None:
    asset = used(staff, months=12)
    assert (asset.calibration_due_on, asset.calibration_failed) == (date(2027, 1, 9), False)
    schedule = session.scalars(sa.select(MaintenanceSchedule)).one()
    assert (schedule.kind, schedule.next_due_on, schedule.every_months) == (
        ScheduleKind.CALIBRATION, date(2027, 1, 9), 12)
    assert used(staff).calibration_due_on is None


def test_a_certificate_says_until_when(session: Any, staff: User) -> None:
    asset = used(staff, months=12, acquired_on=date(2024, 1, 1))
    assert not asset.is_fit_on(TODAY)
    paper = certificate(asset, date(2026, 2, 1))
    assert asset.is_fit_on(date(2027, 2, 1))
    assert not asset.is_fit_on(date(2027, 2, 2))
    schedule = session.scalars(sa.select(MaintenanceSchedule)).one()
    assert (schedule.last_done_on, schedule.next_due_on) == (date(2026, 2, 1), date(2027, 2, 1))
    certificate(asset, date(2026, 3, 1), result=CalibrationResult.UNFIT)
    assert asset.calibration_failed
    assert not asset.is_fit_on(TODAY)
    certificate(asset, date(2026, 4, 1), 6)
    assert asset.is_fit_on(TODAY)
    paper.valid_until = date(2026, 3, 1)  # an earlier certificate decides nothing
    session.flush()
    assert asset.calibration_due_on == date(2026, 10, 1)
    assert broken(session) == set()


def test_a_repaired_device_is_calibrated_again(session: Any, staff: User) -> None:
    asset = used(staff, months=12)
    certificate(asset, date(2026, 2, 1))
    mended(approved(asset, kind=MaintenanceKind.PREVENTIVE), staff)
    assert asset.is_fit_on(TODAY)
    order = mended(approved(asset), staff)
    assert asset.state == AssetState.IN_USE
    assert (asset.calibration_due_on, asset.is_fit_on(TODAY)) == (date(2026, 4, 19), False)
    assert order.lines[0].next_due_on == date(2026, 4, 19)
    certificate(asset, TODAY)
    assert asset.is_fit_on(TODAY)
    assert broken(session) == set()


@pytest.mark.parametrize(("portable", "fit"), [(False, False), (True, True)])
def test_a_device_installed_elsewhere_is_calibrated_again(session: Any, staff: User, portable: bool,
                                                          fit: bool) -> None:
    asset, room = used(staff, months=12, portable=portable), make.make_room()
    move = {"asset": asset, "moved_by": staff, "state": MovementState.ACKNOWLEDGED}
    make.saved(AssetMovement(to_room_id=asset.room_id, **move))
    make.saved(AssetMovement(from_room_id=room.id, to_room_id=room.id, to_work_unit_id=asset.work_unit_id,
                             **move))
    assert asset.is_fit_on(TODAY)
    make.saved(AssetMovement(from_room_id=asset.room_id, to_room_id=room.id, **move))
    assert asset.is_fit_on(TODAY) == fit
    assert broken(session) == set()


def test_an_unfit_device_blocks_its_room(session: Any, staff: User) -> None:
    room = make.make_room()
    asset = used(staff, months=12, acquired_on=date(2024, 1, 1), room=room)
    desk = make.make_user(Role.FRONT_OFFICE)
    session.expire(room)
    assert unfit_devices(room) == [asset]
    with pytest.raises(Refused, match="calibration is overdue"):
        perform(room, "use", by=desk)
    certificate(asset, date(2026, 4, 1))
    perform(room, "use", by=desk)


def test_an_unfit_device_keeps_an_inpatient_room_from_taking_anybody(session: Any, staff: User) -> None:
    asset = used(staff, months=12, acquired_on=date(2024, 1, 1))
    room = make.make_inpatient_room()
    make.saved(RoomFacility(inpatient_room=room, asset=asset))
    session.expire_all()
    bed, desk = room.beds[0], make.make_user(Role.FRONT_OFFICE)
    with pytest.raises(Refused, match="device in it is unfit"):
        perform(bed, "check_in", by=desk, given={"guest": "FO-1"})
    certificate(asset, date(2026, 4, 1))
    perform(bed, "check_in", by=desk, given={"guest": "FO-1"})


def test_a_device_away_for_repair_is_missing_not_unfit(session: Any, staff: User) -> None:
    from models.facilities import ClassFacility
    asset = used(staff, asset_model=make.make_asset_model())
    room = make.make_inpatient_room()
    make.saved(RoomFacility(inpatient_room=room, asset=asset))
    make.saved(ClassFacility(room_class=room.room_class, asset_model=asset.asset_model))
    session.expire_all()
    assert missing_facilities(room) == []
    perform(approved(asset), "start", by=staff)
    assert [str(each) for each in missing_facilities(room)] == [asset.asset_model.name]
    assert unfit_devices(room) == []


def test_a_calibration_order_wants_the_certificate(session: Any, staff: User) -> None:
    asset = used(staff, months=12, acquired_on=date(2024, 1, 1))
    order = approved(asset, kind=MaintenanceKind.CALIBRATION)
    perform(order, "start", by=staff)
    perform(order.lines[0], "finish", by=staff, given={"result": "Calibrated", "cost": Decimal(0)})
    with pytest.raises(Refused, match="Enter the calibration certificate"):
        perform(order, "finish", by=staff)
    certificate(asset, TODAY, maintenance_line_id=order.lines[0].id)
    perform(order, "finish", by=staff)
    assert asset.is_fit_on(TODAY)
    assert order.lines[0].next_due_on == date(2027, 4, 20)


# ---------------------------------------------------------------- what falls due

def schedule_of(asset: Asset, due: date, **fields: Any) -> MaintenanceSchedule:
    return make.saved(MaintenanceSchedule(
        asset=asset, name=make.unique("Service"), every_months=6, next_due_on=due, **fields))


def orders(session: Any) -> list[Maintenance]:
    return list(session.scalars(sa.select(Maintenance).order_by(Maintenance.id).options(
        joinedload(Maintenance.maintenance_schedule))))


def test_a_schedule_makes_its_order_before_it_is_due_and_once(session: Any, staff: User) -> None:
    asset = used(staff)
    due = schedule_of(asset, TODAY + timedelta(days=14), estimated_cost=Decimal(50))
    schedule_of(asset, TODAY + timedelta(days=15))
    schedule_of(asset, TODAY, status="inactive")
    assert len(maintenance_due.make_orders(by=staff)) == 1
    assert maintenance_due.make_orders(by=staff) == []
    (order,) = orders(session)
    assert (order.state, order.kind, order.maintenance_schedule, order.estimated_cost) == (
        MaintenanceState.SUBMITTED, MaintenanceKind.PREVENTIVE, due, 50)
    assert [line.asset for line in order.lines] == [asset]
    perform(order, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    perform(order, "approve_payment", by=make.make_user(Role.PAYABLES))
    mended(order, staff)
    assert (due.last_done_on, due.next_due_on) == (TODAY, date(2026, 10, 20))
    assert maintenance_due.make_orders(by=staff, today=date(2026, 10, 6)) != []
    assert len(orders(session)) == 3


def test_a_schedule_of_what_is_gone_makes_nothing(session: Any, staff: User) -> None:
    asset = used(staff)
    schedule_of(asset, TODAY)
    by_system(asset, "retire", by=staff)
    assert maintenance_due.make_orders(by=staff) == []


def test_the_job_orders_in_the_name_of_the_staff(session: Any, staff: User) -> None:
    asset = used(staff, months=12, acquired_on=date(2025, 5, 1))  # due on 30 April, 30 days of lead
    assert jobs.JOBS["maintenance_orders"].run() == "1 orders made"
    (order,) = orders(session)
    assert (order.created_by_id, order.kind, order.lines[0].asset) == (staff.id, MaintenanceKind.CALIBRATION,
                                                                       asset)


def test_staff_is_reminded_of_a_calibration_once(session: Any, staff: User) -> None:
    used(staff, months=12)
    asset = used(staff, months=12, acquired_on=date(2025, 4, 1))
    assert maintenance_due.remind_of_calibrations() == "1 devices"
    assert maintenance_due.remind_of_calibrations() == ""
    notice = session.scalars(sa.select(Notice).where(Notice.event == "calibration_due")).one()
    assert (notice.user_id, notice.record_id) == (staff.id, asset.id)


def test_staff_is_reminded_of_a_month_that_was_not_run(session: Any, staff: User) -> None:
    used(staff)
    # nothing was ever run: the hospital begins when it likes
    assert maintenance_due.remind_of_depreciation() == ""
    make.saved(DepreciationRun(created_by=staff, period_start=date(2026, 2, 1), period_end=date(2026, 2, 28),
                               state="posted"))
    assert maintenance_due.remind_of_depreciation() == "1 told of 2026-03"
    assert maintenance_due.remind_of_depreciation() == ""
    make.saved(DepreciationRun(created_by=staff, period_start=date(2026, 3, 1), period_end=date(2026, 3, 31),
                               state="posted"))
    assert maintenance_due.missing_period() is None


def test_months_are_added_as_a_calendar_does() -> None:
    assert calibration.add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert calibration.add_months(date(2026, 10, 31), 4) == date(2027, 2, 28)
    assert calibration.add_months(date(2026, 12, 5), 1) == date(2027, 1, 5)


def test_beds_know_their_rooms_assets(session: Any, staff: User) -> None:
    """What stands in an inpatient room by its own place counts too, not only what is written among its
    facilities."""
    room = make.make_inpatient_room()
    asset = used(staff, months=12, acquired_on=date(2024, 1, 1))
    asset.room_id, asset.inpatient_room_id = None, room.id
    session.flush()
    session.expire_all()
    assert unfit_devices(session.get(Bed, room.beds[0].id).inpatient_room) == [asset]


# ---------------------------------------------------------------- what it all cost

def test_cost_of_ownership(session: Any, staff: User) -> None:
    """600 bought, 250 mended, 14 of parts, 100 for a certificate of its own; three hours out of use."""
    asset, other = used(staff, months=12), used(staff)
    store, item = make.make_store(), make.make_item()
    make.stock_up(store, item, 10, 70)
    certificate(asset, date(2026, 2, 1), cost=Decimal(100))
    order = approved(asset)
    certificate(asset, date(2026, 2, 2), cost=Decimal(90), maintenance_line_id=order.lines[0].id)
    perform(order, "start", by=staff)
    maintenance.add_part(order.lines[0], store=store, item=item, unit=None, quantity=Decimal(2), by=staff)
    session.expire(order.lines[0], ["parts"])
    clock.freeze(clock.now() + timedelta(hours=3))
    perform(order.lines[0], "finish", by=staff, given={"result": "x", "cost": Decimal(250)})
    perform(order, "approve_cost", by=make.make_user(Role.PAYABLES))
    perform(order, "finish", by=staff)
    found = cost_of_ownership([asset, other])
    cost = found[asset.id]
    assert (cost.acquisition, cost.maintenance, cost.parts, cost.calibration) == (600, 250, 14, 100)
    assert (cost.upkeep, cost.total, cost.orders, cost.downtime) == (364, 964, 1, timedelta(hours=3))
    assert (found[other.id].upkeep, found[other.id].downtime) == (0, timedelta(0))
    assert cost_of_ownership([]) == {}
