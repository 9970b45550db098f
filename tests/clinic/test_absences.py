"""A doctor's hours, and the day on which the doctor cannot come: released or moved as a whole, or not at
all."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import Doctor, ScheduleException
from models.consultations import HOLDS_SLOT, Consultation, ConsultationState
from models.errors import Conflict, NotAllowed, Refused, SlotTaken
from models.operations.clinic import absences, schedules, slots
from models.operations.clinic.consultations import request
from models.operations.core.approvals import perform
from models.outbox import Outbox
from models.roles import Role
from tests.support import factories as make

C = ConsultationState
#: A Monday, 7 in the morning in Jakarta.
MONDAY = date(2026, 3, 2)
NOW = datetime.combine(MONDAY, time(7), clock.zone()).astimezone(UTC)
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _monday() -> Any:
    clock.freeze(NOW)
    yield
    clock.freeze(None)


def at(hour: int, minute: int = 0, day: date = TUESDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), clock.zone()).astimezone(UTC)


@pytest.fixture
def doctor(session: Any) -> Doctor:
    return make.make_doctor()


def booked(doctor: Doctor, hour: int, *, approve: bool = True) -> Consultation:
    patient = make.make_patient()
    found = request(patient, doctor, at(hour), "A cough for three days", by=patient.user)
    if approve:
        perform(found, "approve", by=make.make_user(Role.ADMIN))
    return found


def versions(*rows: Consultation) -> dict[int, int]:
    return {row.id: row.version for row in rows}


def test_a_day_is_released_moved_and_told_in_one_step(doctor: Doctor) -> None:
    colleague = make.make_doctor(specialization=doctor.specialization)
    one, two, waiting = booked(doctor, 9), booked(doctor, 10), booked(doctor, 11, approve=False)
    other = booked(colleague, 9)
    day = absences.day_of(doctor, TUESDAY)
    assert day == [one, two, waiting]
    offers = absences.proposed(day, absences.colleagues(doctor), TUESDAY)
    firsts = [offers[each.id][0] for each in day]
    assert len({target.key for target in firsts}) == 3  # none proposed twice
    assert all(target.doctor.id == colleague.id or clock.local(target.slot.starts_at).date() != TUESDAY
               for targets in offers.values() for target in targets)
    later = slots.next_free(doctor, after=at(9, day=TUESDAY + timedelta(days=1)))[0]
    plan = {one.id: offers[one.id][0], two.id: absences.Target(doctor, later), waiting.id: None}
    absences.away(doctor, TUESDAY, plan, "Dokter sakit", by=doctor.user, versions=versions(*day))
    assert [each.state for each in (one, two, waiting, other)] == [C.RESCHEDULED, C.RESCHEDULED, C.CANCELLED,
                                                                 C.APPROVED]
    moved = {each.rescheduled_from_id: each for each in db.session.scalars(
        sa.select(Consultation).where(Consultation.rescheduled_from_id.is_not(None)))}
    assert (moved[one.id].doctor_id, moved[one.id].state) == (colleague.id, C.REQUESTED)
    assert (moved[two.id].doctor_id, moved[two.id].starts_at) == (doctor.id, later.starts_at)
    assert waiting.decided_reason == "Dokter sakit"
    held = set(db.session.scalars(sa.select(Consultation.id).where(Consultation.state.in_(HOLDS_SLOT))))
    assert held == {moved[one.id].id, moved[two.id].id, other.id}
    assert slots.free_slots(doctor, TUESDAY) == []
    told = {tuple(row) for row in db.session.execute(sa.select(Outbox.user_id, Outbox.template))}
    assert {(waiting.patient.user_id, "consultation_cancelled"),
            (waiting.patient.user_id, "consultation_offered"),
            (one.patient.user_id, "consultation_moved")} <= told


def test_some_hours_of_a_day_leave_the_rest(doctor: Doctor) -> None:
    early, late = booked(doctor, 9), booked(doctor, 14)
    assert absences.day_of(doctor, TUESDAY, time(13), time(16)) == [late]
    absences.away(doctor, TUESDAY, {late.id: None}, "Rapat", by=doctor.user, starts=time(13), ends=time(16))
    assert early.state == C.APPROVED
    assert [clock.local(slot.starts_at).hour for slot in slots.free_slots(doctor, TUESDAY)][-1] == 12


def test_all_or_nothing(doctor: Doctor) -> None:
    """The second cannot go where the first went: the first stays too, and so does the absence's row."""
    one, two = booked(doctor, 9), booked(doctor, 10)
    target = absences.Target(doctor, slots.next_free(doctor, after=at(9, day=TUESDAY + timedelta(days=1)))[0])
    one_id, two_id = one.id, two.id
    with pytest.raises(Refused) as refusal, db.session.begin_nested():
        absences.away(doctor, TUESDAY, {one_id: target, two_id: target}, "Sakit", by=doctor.user)
    assert refusal.value.field == f"plan-{two_id}"
    db.session.expire_all()
    assert [db.session.get(Consultation, key).state for key in (one_id, two_id)] == [C.APPROVED, C.APPROVED]
    assert db.session.scalar(sa.select(sa.func.count(ScheduleException.id))) == 0


def test_a_day_that_changed_meanwhile_is_looked_at_again(doctor: Doctor) -> None:
    one = booked(doctor, 9)
    seen = versions(one)
    new = booked(doctor, 10)
    with pytest.raises(Conflict), db.session.begin_nested():
        absences.away(doctor, TUESDAY, {one.id: None}, "Sakit", by=doctor.user, versions=seen)
    with pytest.raises(Conflict), db.session.begin_nested():
        absences.away(doctor, TUESDAY, {one.id: None, new.id: None}, "Sakit", by=doctor.user,
                      versions={one.id: 0, new.id: new.version})


@pytest.mark.parametrize(("on", "reason", "field"),
                         [(MONDAY - timedelta(days=1), "x", "on"), (TUESDAY, " ", "reason")])
def test_what_an_absence_needs(doctor: Doctor, on: date, reason: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        absences.away(doctor, on, {}, reason, by=doctor.user)
    assert refusal.value.field == field


def test_only_the_doctor_and_the_administrator_keep_the_hours(doctor: Doctor) -> None:
    given = {"weekday": 0, "starts": time(17), "ends": time(19)}
    with pytest.raises(NotAllowed):
        schedules.add_hours(doctor, by=make.make_doctor().user, **given)
    with pytest.raises(NotAllowed):
        absences.away(doctor, TUESDAY, {}, "x", by=make.make_doctor().user)
    schedules.add_hours(doctor, by=make.make_user(Role.ADMIN), **given)
    with pytest.raises(Refused, match="overlap"):
        schedules.add_hours(doctor, by=doctor.user, weekday=0, starts=time(18), ends=time(20))


@pytest.mark.parametrize(("wrong", "field"), [
    ({"weekday": 9}, "weekday"), ({"starts": None}, "starts_at"), ({"ends": time(16, 30)}, "ends_at"),
    ({"minutes": 4}, "slot_minutes"), ({"minutes": -1}, "slot_minutes"), ({"minutes": 180}, "ends_at")])
def test_wrong_hours_are_said_at_the_field(doctor: Doctor, wrong: dict[str, Any], field: str) -> None:
    given = {"weekday": 0, "starts": time(17), "ends": time(19), "minutes": 15} | wrong
    with pytest.raises(Refused) as refusal:
        schedules.add_hours(doctor, by=doctor.user, **given)
    assert refusal.value.field == field


def test_extra_hours_are_offered_and_stay_while_somebody_is_booked(doctor: Doctor) -> None:
    extra = schedules.add_extra(doctor, by=doctor.user, on=TUESDAY, starts=time(18), ends=time(20),
                                minutes=20)
    assert at(18, 20) in [slot.starts_at for slot in slots.free_slots(doctor, TUESDAY)]
    patient = make.make_patient()
    request(patient, doctor, at(18, 20), "A cough", by=patient.user)
    with pytest.raises(Refused, match="1 consultation is booked"):
        schedules.remove_exception(extra, by=doctor.user)
    other = make.make_patient()
    with pytest.raises(SlotTaken):
        request(other, doctor, at(18, 20), "A cough", by=other.user)
