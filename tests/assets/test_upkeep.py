"""Upkeep of assets: who decides on the cost, what frees and moves a schedule, meters, certificates,
contracts, spare parts, and how reliable things are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_exits import AssetDisposal
from models.asset_history import Calibration, CalibrationResult, MaintenanceSchedule
from models.asset_register import Asset, AssetState, AssetType
from models.errors import Refused
from models.maintenance import Maintenance, MaintenanceKind, MaintenanceLine, MaintenanceLineState
from models.operations.assets import (
    calibration,
    contracts,
    faults,
    maintenance,
    maintenance_due,
    reports_reliability,
    schedules,
)
from models.operations.core import checks
from models.operations.core.approvals import by_system, perform
from models.outbox import Notice
from models.people import User
from models.places import PhysicalCondition
from models.roles import Role
from models.upkeep import ModelPart, ServiceContract, ServiceContractLine
from tests.support import factories as make

TODAY = date(2026, 4, 20)
NOON = datetime(2026, 4, 20, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_april(session: Any) -> None:
    clock.freeze(NOON)
    make.make_chart()


@pytest.fixture
def staff(session: Any) -> User:
    return make.make_user(Role.FACILITIES_STAFF)


@pytest.fixture
def head(session: Any) -> User:
    return make.make_user(Role.FACILITIES_HEAD)


@pytest.fixture
def payables(session: Any) -> User:
    return make.make_user(Role.PAYABLES)


def used(staff: User, *, months: int | None = None, **fields: Any) -> Asset:
    kind = AssetType(code=make.unique("T"), name=make.unique("Type"), useful_life=60,
                     calibration_months=months)
    asset = make.saved(Asset(tag=make.unique("AST"), name="Pump", asset_type=kind,
                             acquisition_cost=Decimal(600),
                             acquired_on=fields.pop("acquired_on", date(2026, 1, 10)),
                             work_unit=make.make_work_unit(), room=make.make_room(), **fields))
    perform(asset, "put_into_use", by=staff)
    return asset


def approved(head: User, *assets: Asset, cost: int = 0, **fields: Any) -> Maintenance:
    order = make.make_maintenance(assets[0], **fields)
    for other in assets[1:]:
        order.lines.append(MaintenanceLine(asset=other))
    perform(order, "submit", by=order.created_by)
    perform(order, "approve", by=head, given={"estimated_cost": Decimal(cost)})
    return order


def line_done(line: Any, staff: User, cost: int = 0) -> None:
    if line.state == MaintenanceLineState.PLANNED:
        perform(line, "start", by=staff)
    perform(line, "finish", by=staff, given={"result": "Selesai", "cost": Decimal(cost)})


def told(person: User) -> list[str]:
    return list(make.db.session.scalars(sa.select(Notice.event).where(
        Notice.user_id == person.id).order_by(Notice.id)))


def broken(session: Any) -> set[str]:
    return {name for name, row in checks.verify(session) if row is not None and name.startswith("assets")}


# ---------------------------------------------------------------- who decides on the cost

def test_the_head_confirms_the_cost_also_zero(session: Any, staff: User, head: User) -> None:
    order = make.make_maintenance(used(staff))
    perform(order, "submit", by=order.created_by)
    with pytest.raises(Refused) as refusal:
        perform(order, "approve", by=head, given={"estimated_cost": None})
    assert refusal.value.field == "estimated_cost"


def test_payables_decide_when_it_becomes_dearer_than_they_approved(session: Any, staff: User, head: User,
                                                                   payables: User) -> None:
    order = approved(head, used(staff))
    assert told(payables) == []  # an order that costs nothing is not theirs
    perform(order, "start", by=staff)
    line_done(order.lines[0], staff, cost=12_500_000)
    assert told(payables) == ["maintenance_cost_waits"]
    with pytest.raises(Refused, match="Payables approves the cost first"):
        perform(order, "finish", by=staff)
    perform(order, "approve_cost", by=payables)
    with pytest.raises(Refused, match="no more than was approved"):
        perform(order, "approve_cost", by=payables)
    perform(order, "finish", by=staff)
    assert (order.state, order.approved_cost) == ("done", 12_500_000)


def test_the_head_finishes_above_the_approved_cost_with_a_reason(session: Any, staff: User, head: User,
                                                                 payables: User) -> None:
    director = make.make_user(Role.DIRECTOR)
    order = approved(head, used(staff))
    perform(order, "start", by=staff)
    line_done(order.lines[0], staff, cost=5)
    with pytest.raises(Refused):
        perform(order, "finish_unapproved", by=head)
    perform(order, "finish_unapproved", by=head, reason="Vendor sudah pulang")
    assert order.state == "done"
    assert "maintenance_above_approved" in told(payables)
    assert "maintenance_above_approved" in told(director)


def test_what_costs_waits_for_payables_and_what_does_not_for_the_technician(session: Any, staff: User,
                                                                            head: User,
                                                                            payables: User) -> None:
    order = approved(head, used(staff), cost=100)
    assert told(payables) == ["document_waits"]
    with pytest.raises(Refused, match="payables approves the payment first"):
        perform(order, "start", by=staff)
    perform(order, "approve_payment", by=payables)
    assert order.approved_cost == 100
    perform(order, "start", by=staff)


# ---------------------------------------------------------------- the ways back

@pytest.mark.parametrize("started", [False, True])
def test_an_order_is_given_up_and_its_assets_are_as_they_were(session: Any, staff: User, head: User,
                                                              started: bool) -> None:
    asset = used(staff)
    order = approved(head, asset)
    if started:
        perform(order, "start", by=staff)
        assert asset.state == AssetState.UNDER_MAINTENANCE
        with pytest.raises(Refused, match="only facilities staff"):
            perform(order, "cancel", by=make.make_user(Role.UNIT_USER), reason="x")
    perform(order, "cancel", by=staff, reason="Salah alat")
    assert (order.state, asset.state) == ("cancelled", AssetState.IN_USE)
    assert [line.state for line in order.lines] == [MaintenanceLineState.DROPPED]
    assert broken(session) == set()


def test_work_that_was_done_is_not_given_up(session: Any, staff: User, head: User) -> None:
    order = approved(head, used(staff), used(staff))
    perform(order, "start", by=staff)
    line_done(order.lines[0], staff)
    with pytest.raises(Refused, match="done already"):
        perform(order, "cancel", by=staff, reason="x")
    perform(order.lines[1], "drop", by=staff, reason="Tidak ditemukan")
    assert order.lines[1].asset.state == AssetState.IN_USE
    perform(order, "finish", by=staff)
    assert order.state == "done"


def test_noted_parts_are_taken_off_before_an_order_is_given_up(session: Any, staff: User, head: User) -> None:
    store, item = make.make_store(), make.make_item()
    make.stock_up(store, item, 10, 70)
    order = approved(head, used(staff))
    perform(order, "start", by=staff)
    line = order.lines[0]
    maintenance.add_part(line, store=store, item=item, unit=None, quantity=Decimal(1), by=staff)
    session.expire(line, ["parts"])
    with pytest.raises(Refused, match="spare parts are noted"):
        perform(order, "cancel", by=staff, reason="x")
    perform(line, "drop", by=staff, reason="Keliru")
    assert line.parts == []
    perform(order, "cancel", by=staff, reason="x")


def test_a_wrong_press_on_failed_is_taken_back_with_the_disposal(session: Any, staff: User,
                                                                 head: User) -> None:
    asset = used(staff)
    order = approved(head, asset)
    perform(order, "start", by=staff)
    line = order.lines[0]
    perform(line, "fail", by=staff, reason="Rangka patah")
    disposal = session.scalars(sa.select(AssetDisposal)).one()
    perform(line, "reopen", by=staff, reason="Salah tekan")
    assert (line.state, asset.condition, disposal.state) == (
        MaintenanceLineState.IN_PROGRESS, PhysicalCondition.GOOD, "cancelled")
    perform(line, "fail", by=staff, reason="Rangka patah")
    by_system(line.asset_disposal, "submit", by=staff)
    with pytest.raises(Refused, match="under way"):
        perform(line, "reopen", by=staff, reason="Salah tekan")


def test_lines_of_what_is_gone_are_dropped_when_the_order_starts(session: Any, staff: User,
                                                                 head: User) -> None:
    lost, there = used(staff), used(staff)
    order = approved(head, lost, there)
    by_system(lost, "retire", by=staff)
    perform(order, "start", by=staff)
    assert [line.state for line in order.lines] == [MaintenanceLineState.DROPPED,
                                                    MaintenanceLineState.IN_PROGRESS]


# ---------------------------------------------------------------- schedules

def schedule_of(asset: Asset, due: date | None = TODAY, **fields: Any) -> MaintenanceSchedule:
    spans = {"every_months": 3} if not {"every_months", "every_weeks", "every_days", "every_meter"} & set(
        fields) else {}
    return make.saved(MaintenanceSchedule(asset=asset, name=make.unique("Servis"), next_due_on=due,
                                          **spans, **fields))


def ordered(staff: User) -> Maintenance:
    (order,) = maintenance_due.make_orders(by=staff)
    return order


def test_a_rejected_order_is_made_again_on_the_day_that_the_head_names(session: Any, staff: User,
                                                                       head: User) -> None:
    schedule = schedule_of(used(staff))
    perform(ordered(staff), "reject", by=head, reason="Bulan depan saja",
            given={"order_again_on": TODAY + timedelta(days=30)})
    assert maintenance_due.make_orders(by=staff) == []
    clock.freeze(NOON + timedelta(days=30))
    assert ordered(staff).maintenance_schedule is schedule
    assert broken(session) == set()


def test_a_cancelled_order_is_made_again_at_the_next_run(session: Any, staff: User) -> None:
    schedule_of(used(staff))
    perform(ordered(staff), "cancel", by=staff, reason="Keliru")
    ordered(staff)
    assert broken(session) == set()


def test_a_reopened_order_stands_for_its_day_again(session: Any, staff: User, head: User) -> None:
    schedule = schedule_of(used(staff))
    order = ordered(staff)
    perform(order, "reject", by=head, reason="Belum")
    perform(order, "reopen", by=staff)
    assert maintenance_due.make_orders(by=staff) == []
    assert schedule.ordered_for == schedule.next_due_on


def test_only_a_service_of_that_very_asset_moves_its_schedule(session: Any, staff: User, head: User) -> None:
    asset, other = used(staff), used(staff)
    schedule = schedule_of(asset)
    wrong = approved(head, other, kind=MaintenanceKind.PREVENTIVE, maintenance_schedule=schedule)
    perform(wrong, "start", by=staff)
    line_done(wrong.lines[0], staff)
    perform(wrong, "finish", by=staff)
    assert (schedule.last_done_on, schedule.next_due_on) == (None, TODAY)
    failed = approved(head, asset, kind=MaintenanceKind.PREVENTIVE, maintenance_schedule=schedule)
    perform(failed, "start", by=staff)
    perform(failed.lines[0], "fail", by=staff, reason="Patah")
    perform(failed, "finish", by=staff)
    assert (schedule.last_done_on, schedule.next_due_on) == (None, TODAY)


@pytest.mark.parametrize(("fields", "done_on", "expected"), [
    ({"every_months": 3}, date(2026, 4, 12), date(2026, 7, 12)),
    ({"every_weeks": 2}, date(2026, 4, 12), date(2026, 4, 26)),
    ({"every_days": 10}, date(2026, 4, 12), date(2026, 4, 22)),
    # a fixed calendar does not drift: early, late, or by shorter months
    ({"every_months": 3, "fixed_from": date(2026, 1, 20)}, date(2026, 4, 12), date(2026, 7, 20)),
    ({"every_months": 3, "fixed_from": date(2026, 1, 20)}, date(2026, 5, 2), date(2026, 7, 20)),
    ({"every_months": 1, "fixed_from": date(2026, 1, 31)}, date(2026, 4, 20), date(2026, 4, 30)),
    ({"every_weeks": 1, "fixed_from": date(2026, 4, 6)}, date(2026, 4, 20), date(2026, 4, 27)),
])
def test_when_it_is_due_again(session: Any, staff: User, fields: dict[str, Any], done_on: date,
                              expected: date) -> None:
    schedule = schedule_of(used(staff), **fields)
    schedules.move_on(schedule, done_on)
    assert (schedule.last_done_on, schedule.next_due_on) == (done_on, expected)


@pytest.mark.parametrize("fields", [{"every_months": 241}, {"every_weeks": 0}, {"every_days": 3651},
                                    {"every_meter": Decimal(10_000_001)}, {"every_months": 100_000},
                                    {"every_months": 1, "every_days": 1}, {"lead_days": 366}])
def test_the_database_knows_no_other_interval(session: Any, staff: User, fields: dict[str, Any]) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        schedule_of(used(staff), **fields)


@pytest.mark.parametrize(("fields", "field"), [
    ({"every_months": 1, "every_weeks": 1}, "every_weeks"), ({"every_months": None}, "every_months"),
    ({"every_meter": Decimal(5), "fixed_from": TODAY}, "fixed_from"),
    ({"every_weeks": 1, "kind": "calibration"}, "every_months")])
def test_a_schedule_that_cannot_be_is_told_at_its_field(session: Any, staff: User, fields: dict[str, Any],
                                                        field: str) -> None:
    with pytest.raises(Refused) as refusal:
        schedules.prepare(MaintenanceSchedule(asset=used(staff), **fields))
    assert refusal.value.field == field


def test_a_meter_makes_it_due(session: Any, staff: User, head: User) -> None:
    """Every 500 hours: at 510 an order is made; done, the next is due at 1010."""
    asset = used(staff)
    schedule = MaintenanceSchedule(asset=asset, name="Servis 500 jam", every_meter=Decimal(500))
    schedules.prepare(schedule)
    make.saved(schedule)
    assert (schedule.next_due_meter, schedule.next_due_on) == (500, None)
    schedules.record_reading(asset, Decimal(499), by=staff)
    assert maintenance_due.make_orders(by=staff) == []
    with pytest.raises(Refused) as refusal:
        schedules.record_reading(asset, Decimal(400), by=staff)
    assert refusal.value.field == "reason"
    schedules.record_reading(asset, Decimal(510), by=staff)
    order = ordered(staff)
    perform(order, "approve", by=head, given={"estimated_cost": Decimal(0)})
    perform(order, "start", by=staff)
    line_done(order.lines[0], staff)
    perform(order, "finish", by=staff)
    assert (schedule.next_due_meter, schedule.next_due_on) == (1010, None)
    schedules.record_reading(asset, Decimal(3), by=staff, reason="Meteran diganti")


def test_the_points_of_the_schedule_are_ticked_before_its_line_is_done(session: Any, staff: User,
                                                                       head: User) -> None:
    schedule_of(used(staff), checklist="Filter dibersihkan\nTekanan diukur")
    order = ordered(staff)
    assert order.lines[0].checklist == "Filter dibersihkan\nTekanan diukur"
    perform(order, "approve", by=head, given={"estimated_cost": Decimal(0)})
    perform(order, "start", by=staff)
    with pytest.raises(Refused) as refusal:
        line_done(order.lines[0], staff)
    assert refusal.value.field == "checklist_done"
    perform(order.lines[0], "finish", by=staff, given={"result": "Selesai", "cost": Decimal(0),
                                                       "checklist_done": True})


def test_verify_names_a_schedule_whose_order_is_not_there(session: Any, staff: User) -> None:
    schedule_of(used(staff), ordered_for=TODAY)
    assert broken(session) == {
        "assets: a schedule says that its day is ordered exactly when an order stands for it"}


# ---------------------------------------------------------------- certificates

def certificate(asset: Asset, on: date, until: date, **fields: Any) -> Calibration:
    return make.saved(Calibration(asset=asset, calibrated_on=on, valid_until=until,
                                  **{"result": CalibrationResult.FIT,
                                     "certificate_number": make.unique("KAL"), **fields}))


@pytest.mark.parametrize(("on", "until", "fields", "field"), [
    (date(2027, 3, 1), date(2028, 2, 28), {}, "calibrated_on"),
    (date(2024, 12, 31), date(2025, 12, 31), {}, "calibrated_on"),
    (TODAY, date(2056, 4, 20), {}, "valid_until"),
    (TODAY, TODAY, {}, "valid_until"),
    (TODAY, date(2027, 4, 20), {"certificate_number": " "}, "certificate_number"),
])
def test_a_certificate_is_of_the_past_for_no_longer_than_its_type_says_and_has_a_number(
        session: Any, staff: User, on: date, until: date, fields: dict[str, Any], field: str) -> None:
    asset = used(staff, months=12, acquired_on=date(2025, 1, 10))
    with pytest.raises(Refused) as refusal:
        certificate(asset, on, until, **fields)
    assert refusal.value.field == field


def test_no_day_on_a_certificate_outlives_a_repair(session: Any, staff: User, head: User) -> None:
    """A certificate of the very day of the repair, written before it, says nothing any more."""
    asset = used(staff, months=12)
    certificate(asset, TODAY, date(2027, 4, 20))
    assert asset.is_fit_on(TODAY)
    order = approved(head, asset)
    perform(order, "start", by=staff)
    line_done(order.lines[0], staff)
    perform(order, "finish", by=staff)
    assert not asset.is_fit_on(TODAY)
    certificate(asset, TODAY, date(2027, 4, 20))
    assert asset.is_fit_on(TODAY)
    assert broken(session) == set()


def test_verify_names_a_certificate_of_earlier_releases(session: Any, staff: User) -> None:
    asset = used(staff, months=12)
    session.execute(sa.insert(Calibration.__table__).values(
        asset_id=asset.id, calibrated_on=date(2027, 3, 1), valid_until=date(2056, 1, 1), result="fit",
        is_superseded=False))
    calibration.keep(session.connection(), asset.id)
    assert any("certificate" in name for name in broken(session))


# ---------------------------------------------------------------- warranties and contracts

def test_an_order_says_what_covers_its_assets(session: Any, staff: User) -> None:
    model = make.make_asset_model()
    guarded = used(staff, warranty_until=TODAY)
    named, of_model, bare = used(staff), used(staff, asset_model=model), used(staff, warranty_until=TODAY -
                                                                               timedelta(days=1))
    by_line = make.saved(ServiceContract(
        number="SC-1", vendor=make.make_vendor(), starts_on=TODAY, ends_on=TODAY, covers="Suku cadang",
        lines=[ServiceContractLine(asset=named)]))
    by_model = make.saved(ServiceContract(number="SC-2", vendor=make.make_vendor(), asset_model=model,
                                          starts_on=TODAY, ends_on=TODAY, covers="Tenaga"))
    make.saved(ServiceContract(number="SC-3", vendor=make.make_vendor(), asset_model=model,
                               starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31), covers="Habis"))
    order = make.make_maintenance(guarded)
    order.lines += [MaintenanceLine(asset=asset) for asset in (named, of_model, bare)]
    session.flush()
    found = {cover.asset: (cover.warranty_until, cover.contracts) for cover in contracts.covers(order)}
    assert found == {guarded: (TODAY, []), named: (None, [by_line]), of_model: (None, [by_model])}


def test_staff_is_told_once_before_a_contract_or_a_warranty_ends(session: Any, staff: User) -> None:
    used(staff, warranty_until=TODAY + timedelta(days=60))
    used(staff, warranty_until=TODAY + timedelta(days=61))
    make.saved(ServiceContract(number="SC-1", vendor=make.make_vendor(), covers="Semua",
                               asset_model=make.make_asset_model(), starts_on=date(2026, 1, 1),
                               ends_on=TODAY + timedelta(days=60)))
    contracts.tell_of_ends()
    contracts.tell_of_ends()
    assert sorted(told(staff)) == ["service_contract_ends", "warranty_ends"]


# ---------------------------------------------------------------- spare parts, reliability

def test_parts_of_the_model_stand_on_the_order_and_run_short(session: Any, staff: User) -> None:
    model, store = make.make_asset_model(), make.make_store()
    enough, short = make.make_item(), make.make_item()
    make.stock_up(store, enough, 5, 50)
    make.stock_up(store, short, 1, 10)
    for item in (enough, short):
        make.saved(ModelPart(asset_model=model, item=item, minimum=Decimal(2)))
    order = make.make_maintenance(used(staff, asset_model=model))
    assert {entry.part.item: (entry.on_hand, entry.is_short) for entry in contracts.parts_of(order)} == {
        enough: (5, False), short: (1, True)}
    rows = session.execute(reports_reliability.spare_parts_short({"which": "short"})).all()
    assert [(row.item_id, row.held, row.minimum, row.lacks, row.things) for row in rows] == [
        (short.id, 1, 2, 1, 1)]


def test_reliability_is_reckoned_as_the_report_says(session: Any, staff: User, head: User) -> None:
    """Ten days; one failure of 24 hours from the report: MTBF 216 h, MTTR 24 h, 90 % available."""
    model = make.make_asset_model()
    asset = used(staff, asset_model=model, acquired_on=date(2026, 1, 1))
    clock.freeze(datetime(2026, 4, 21, 17, tzinfo=UTC))  # midnight of the 22nd in Jakarta
    report = faults.report(asset, "Mati", by=staff)
    perform(report, "order", by=staff)
    order = report.maintenance
    perform(order, "submit", by=staff)
    perform(order, "approve", by=head, given={"estimated_cost": Decimal(0)})
    clock.freeze(datetime(2026, 4, 22, 12, tzinfo=UTC))
    perform(order, "start", by=staff)
    clock.freeze(datetime(2026, 4, 22, 17, tzinfo=UTC))
    line_done(order.lines[0], staff)
    perform(order, "finish", by=staff)
    clock.freeze(datetime(2026, 6, 1, tzinfo=UTC))
    asked = {"from": date(2026, 4, 21), "to": date(2026, 4, 30)}
    for by, key in (("asset", asset.id), ("asset_model", model.id), ("asset_type", asset.asset_type_id)):
        row = next(row for row in session.execute(reports_reliability.reliability({**asked, "by": by}))
                   if row.key == key)
        assert (row.assets, row.failures, reports_reliability._between(row),
                reports_reliability._to_repair(row)) == (1, 1, 216, 24)
        assert reports_reliability.availability_of(row) == 90
    (row,) = session.execute(reports_reliability.fault_answers(asked)).all()
    assert (row.priority, row.reports, row.answered, row.late) == ("normal", 1, 1, 0)
