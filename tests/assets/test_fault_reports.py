"""Faults reported by anybody: what follows for the thing, its room and the order; who is told, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.beds import Bed
from models.errors import NotAllowed, Refused
from models.facilities import ClassFacility, RoomFacility
from models.fault_reports import FaultPriority, FaultReport, FaultState
from models.maintenance import MaintenanceState
from models.operations.assets import fault_notices, faults
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.organisation import Setting
from models.outbox import Notice, Outbox
from models.people import User
from models.places import PhysicalCondition
from models.roles import STAFF_ROLES, Role
from tests.support import factories as make

GOOD, DAMAGED = PhysicalCondition.GOOD, PhysicalCondition.SLIGHTLY_DAMAGED
MORNING = datetime(2026, 4, 20, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_april(session: Any) -> None:
    clock.freeze(MORNING)
    make.make_chart()


@pytest.fixture
def staff(session: Any) -> User:
    return make.make_user(Role.FACILITIES_STAFF)


@pytest.fixture
def cleaner(session: Any) -> User:
    return make.make_user(Role.HOUSEKEEPING)


def told(person: User) -> list[str]:
    return list(make.db.session.scalars(sa.select(Notice.event).where(
        Notice.user_id == person.id, ~Notice.waits).order_by(Notice.id)))


def started(report: FaultReport, staff: User) -> Any:
    """The order of the report, in progress."""
    perform(report, "order", by=staff)
    order = report.maintenance
    perform(order, "submit", by=order.created_by)
    perform(order, "approve", by=make.make_user(Role.FACILITIES_HEAD),
            given={"estimated_cost": order.estimated_cost})
    perform(order, "start", by=staff)
    return order


# ---------------------------------------------------------------- who reports, of what

@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_everybody_on_the_staff_reports(session: Any, role: Role) -> None:
    person = make.make_user(role)
    report = faults.report(make.make_room(), "Keran bocor", by=person)
    assert (report.state, report.created_by) == (FaultState.REPORTED, person)
    assert report.number.startswith("FLT/2026/")


@pytest.mark.parametrize("role", [Role.PATIENT, Role.STUDENT, Role.TEACHER])
def test_other_people_say_who_they_are(session: Any, role: Role) -> None:
    person = make.make_user(role, phone=None)
    with pytest.raises(Refused) as refusal:
        faults.report(make.make_room(), "Keran bocor", by=person)
    assert refusal.value.field == "phone"
    report = faults.report(make.make_room(), "Keran bocor", by=person, phone="0812 3456 789")
    assert report.created_by == person


def test_a_guest_says_name_and_telephone(session: Any) -> None:
    room = make.make_room()
    for name, phone, field in (("", "081234567", "name"), ("Ibu Ani", "12", "phone")):
        with pytest.raises(Refused) as refusal:
            faults.report(room, "AC menetes", by=None, name=name, phone=phone)
        assert refusal.value.field == field
    first = faults.report(room, "AC menetes", by=None, name="Ibu Ani", phone="081234567")
    second = faults.report(room, "Lampu mati", by=None, name="Pak Budi", phone="081234568")
    assert first.created_by_id == second.created_by_id
    assert not first.created_by.is_active
    assert (first.reporter_name, second.reporter_name) == ("Ibu Ani", "Pak Budi")


def test_a_report_says_what_is_wrong_with_one_thing(session: Any, cleaner: User) -> None:
    with pytest.raises(Refused) as refusal:
        faults.report(make.make_room(), "  \x00 ", by=cleaner)
    assert refusal.value.field == "fault"
    with pytest.raises(sa.exc.IntegrityError):
        make.saved(FaultReport(created_by=cleaner, fault="x", answer_due_at=clock.now()))


# ---------------------------------------------------------------- what follows for the thing and its room

def test_a_reported_thing_is_damaged_and_its_room_lacks_it(session: Any, staff: User, cleaner: User) -> None:
    asset = make.make_asset(asset_model=make.make_asset_model())
    room = make.make_inpatient_room()
    make.saved(RoomFacility(inpatient_room=room, asset=asset))
    make.saved(ClassFacility(room_class=room.room_class, asset_model=asset.asset_model))
    session.expire_all()
    report = faults.report(asset, "Tidak menyala", by=cleaner)
    assert asset.condition == DAMAGED
    desk = make.make_user(Role.FRONT_OFFICE)
    with pytest.raises(Refused, match="lacks something"):
        perform(room.beds[0], "check_in", by=desk, given={"guest": "FO-1"})
    perform(report, "dismiss", by=staff, reason="Kabelnya lepas")
    assert asset.condition == GOOD
    perform(room.beds[0], "check_in", by=desk, given={"guest": "FO-1"})


def test_a_broken_bed_takes_nobody_and_its_neighbour_does(session: Any, staff: User, cleaner: User) -> None:
    room = make.make_inpatient_room(beds=2)
    broken, whole = room.beds
    desk = make.make_user(Role.FRONT_OFFICE)
    report = faults.report(broken, "Roda macet", by=cleaner)
    with pytest.raises(Refused, match="fault of the bed"):
        perform(broken, "check_in", by=desk, given={"guest": "FO-1"})
    perform(whole, "check_in", by=desk, given={"guest": "FO-2"})
    perform(report, "close", by=staff, given={"result": "Roda diganti"})
    perform(broken, "check_in", by=desk, given={"guest": "FO-1"})


@pytest.mark.parametrize(("priority", "held"), [(FaultPriority.NORMAL, False), (FaultPriority.URGENT, True),
                                                (FaultPriority.DANGER, True)])
def test_a_room_is_held_when_it_cannot_be_used(session: Any, cleaner: User, priority: FaultPriority,
                                              held: bool) -> None:
    inpatient, room, desk = make.make_inpatient_room(), make.make_room(), make.make_user(Role.FRONT_OFFICE)
    faults.report(inpatient, "AC menetes", by=cleaner, priority=priority)
    faults.report(room, "Plafon retak", by=cleaner, priority=priority)
    for place, step, given in ((inpatient.beds[0], "check_in", {"guest": "FO-1"}), (room, "use", None)):
        if held:
            with pytest.raises(Refused):
                perform(place, step, by=desk, given=given)
        else:
            perform(place, step, by=desk, given=given)


def test_of_two_reports_the_last_one_puts_the_thing_back(session: Any, staff: User, cleaner: User) -> None:
    asset = make.make_asset()
    first, second = (faults.report(asset, words, by=cleaner) for words in ("Bunyi", "Bau"))
    perform(first, "close", by=staff, given={"result": "Kipas dibersihkan"})
    assert asset.condition == DAMAGED
    perform(second, "close", by=staff, given={"result": "Kabel diganti"})
    assert asset.condition == GOOD


# ---------------------------------------------------------------- the order

def test_the_order_mends_it_counts_downtime_from_the_report_and_ends_the_report(
        session: Any, staff: User, cleaner: User) -> None:
    asset = make.make_asset(work_unit=make.make_work_unit(), room=make.make_room())
    perform(asset, "put_into_use", by=staff)
    report = faults.report(asset, "Mati total", by=cleaner)
    clock.freeze(MORNING + timedelta(hours=5))
    perform(report, "order", by=staff)
    order = report.maintenance
    assert (order.state, order.work_unit, order.created_by) == ("draft", asset.work_unit, staff)
    assert [(line.asset, line.fault) for line in order.lines] == [(asset, "Mati total")]
    perform(order, "submit", by=staff)
    perform(order, "approve", by=make.make_user(Role.FACILITIES_HEAD), given={"estimated_cost": Decimal(0)})
    clock.freeze(MORNING + timedelta(hours=8))
    perform(order, "start", by=staff)
    clock.freeze(MORNING + timedelta(hours=10))
    perform(order.lines[0], "finish", by=staff, given={"result": "Sekering diganti", "cost": Decimal(0)})
    perform(order, "finish", by=staff)
    assert order.downtime == timedelta(hours=10)  # since the report, not since the work began
    assert (report.state, report.result, asset.condition) == (FaultState.CLOSED, "Sekering diganti", GOOD)
    assert told(cleaner) == ["fault_ordered", "fault_closed"]


def test_a_second_report_goes_to_the_repair_that_is_under_way(session: Any, staff: User,
                                                              cleaner: User) -> None:
    make.make_work_unit()
    bed = make.make_inpatient_room().beds[0]
    first, second = (faults.report(bed, words, by=cleaner) for words in ("Roda macet", "Rem macet"))
    for report in (first, second):
        perform(report, "order", by=staff)
    assert first.maintenance is second.maintenance
    assert [line.bed for line in first.maintenance.lines] == [bed]


@pytest.mark.parametrize("kind", ["room", "inpatient_room", "bed", "building"])
def test_places_are_mended_too(session: Any, staff: User, cleaner: User, kind: str) -> None:
    inpatient = make.make_inpatient_room()
    about = {"room": make.make_room(), "inpatient_room": inpatient, "bed": inpatient.beds[0],
             "building": make.make_building()}[kind]
    make.make_work_unit()
    report = faults.report(about, "Bocor", by=cleaner, detail="Tangga lantai 2")
    order = started(report, staff)
    assert getattr(order.lines[0], kind) is about
    assert order.lines[0].fault == "Bocor\nTangga lantai 2"
    perform(order.lines[0], "finish", by=staff, given={"result": "Ditambal", "cost": Decimal(0)})
    perform(order, "finish", by=staff)
    assert report.state == FaultState.CLOSED


def test_a_given_up_order_frees_its_report(session: Any, staff: User, cleaner: User) -> None:
    report = faults.report(make.make_asset(work_unit=make.make_work_unit()), "Mati", by=cleaner)
    perform(report, "order", by=staff)
    perform(report.maintenance, "cancel", by=staff, reason="Salah alat")
    assert (report.state, report.maintenance) == (FaultState.ACKNOWLEDGED, None)
    perform(report, "order", by=staff)


def test_a_bed_that_could_not_be_mended_stays_unfit(session: Any, staff: User, cleaner: User) -> None:
    make.make_work_unit()
    report = faults.report(make.make_inpatient_room().beds[0], "Rangka patah", by=cleaner)
    order = started(report, staff)
    perform(order.lines[0], "fail", by=staff, reason="Tidak dapat dilas")
    perform(order, "finish", by=staff)
    assert (order.state, report.state) == (MaintenanceState.DONE, FaultState.ACKNOWLEDGED)
    assert report.holds_place


# ---------------------------------------------------------------- the time to answer, the way back

@pytest.mark.parametrize(("priority", "hours"), [(FaultPriority.NORMAL, 72), (FaultPriority.URGENT, 4),
                                                 (FaultPriority.DANGER, 1)])
def test_the_time_to_answer_is_the_setting_of_that_day(session: Any, cleaner: User, priority: FaultPriority,
                                                      hours: int) -> None:
    make.saved(Setting(key="fault_report.answer_hours.urgent", value="4"))
    report = faults.report(make.make_room(), "Bocor", by=cleaner, priority=priority)
    assert report.answer_due_at == MORNING + timedelta(hours=hours)
    clock.freeze(report.answer_due_at + timedelta(minutes=1))
    assert report.is_late


def test_the_head_is_told_once_of_what_nobody_answers(session: Any, staff: User, cleaner: User) -> None:
    head = make.make_user(Role.FACILITIES_HEAD)
    report = faults.report(make.make_room(), "Bocor", by=cleaner)
    fault_notices.tell_of_unanswered()
    assert "fault_unanswered" not in told(head)
    clock.freeze(MORNING + timedelta(hours=73))
    fault_notices.tell_of_unanswered()
    fault_notices.tell_of_unanswered()
    assert told(head).count("fault_unanswered") == 1
    perform(report, "acknowledge", by=staff, given={"priority": FaultPriority.URGENT})
    assert (report.acknowledged_at, report.is_late) == (clock.now(), False)
    assert told(cleaner) == ["fault_acknowledged"]


def test_danger_rings_at_once(session: Any, staff: User, cleaner: User) -> None:
    faults.report(make.make_room(), "Kabel terkelupas", by=cleaner, priority=FaultPriority.DANGER)
    assert "fault_danger" in told(staff)


def test_a_guest_is_told_by_telephone_where_the_hospital_does_so(session: Any, staff: User) -> None:
    room = make.make_room()
    perform(faults.report(room, "Bocor", by=None, name="Ani", phone="081234567"), "dismiss", by=staff,
            reason="Sudah kering")
    assert session.scalars(sa.select(Outbox)).all() == []
    make.saved(Setting(key="notices.whatsapp", value="yes"))
    perform(faults.report(room, "Bocor", by=None, name="Ani", phone="081234567"), "dismiss", by=staff,
            reason="Sudah kering")
    message = session.scalars(sa.select(Outbox)).one()
    assert (message.to_address, message.channel, message.template) == ("081234567", "whatsapp",
                                                                       "fault_dismissed")


def test_what_is_over_is_taken_up_again_within_thirty_days(session: Any, staff: User, cleaner: User) -> None:
    asset = make.make_asset()
    report = faults.report(asset, "Bunyi", by=cleaner)
    perform(report, "dismiss", by=staff, reason="Tidak terdengar")
    with pytest.raises(NotAllowed):
        faults.say_again(report, "Masih bunyi", by=make.make_user(Role.HOUSEKEEPING))
    faults.say_again(report, "Masih bunyi", by=cleaner)
    assert (report.state, asset.condition, report.acknowledged_at) == (FaultState.REPORTED, DAMAGED, None)
    perform(report, "close", by=staff, given={"result": "Baut dikencangkan"})
    clock.freeze(clock.now() + timedelta(days=31))
    with pytest.raises(Refused, match="30 days"):
        perform(report, "reopen", by=staff, reason="Masih bunyi")


def test_nobody_closes_without_saying_what_was_found(session: Any, staff: User, cleaner: User) -> None:
    report = faults.report(make.make_room(), "Bocor", by=cleaner)
    with pytest.raises(Refused) as refusal:
        perform(report, "close", by=staff)
    assert refusal.value.field == "result"
    perform(report, "close", by=staff, given={"result": "Sudah kering"})
    assert [row for name, row in checks.verify(session) if row is not None] == []


def test_of_a_bed_nothing_is_left_when_its_report_is_over(session: Any, staff: User, cleaner: User) -> None:
    bed = make.make_inpatient_room().beds[0]
    perform(faults.report(bed, "Bocor", by=cleaner), "dismiss", by=staff, reason="Keliru kamar")
    assert session.get(Bed, bed.id).workflow.step("check_in", bed.state).conditions[0].test(bed, staff)
