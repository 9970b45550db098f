"""Nobody is booked twice: no doctor and no patient, at no minute and length, whoever writes it and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from models import clock, intervals, triggers
from models.base import db, one_transaction
from models.clinic import Doctor, DoctorSchedule, ExceptionKind, Patient, ScheduleException
from models.consultations import HOLDS_SLOT, Consultation, ConsultationState
from models.errors import Refused, SlotTaken
from models.operations.clinic import absences, schedules, slots
from models.operations.clinic import checks as clinic_checks
from models.operations.clinic.consultations import request, reschedule
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.organisation import Setting
from models.roles import Role
from tests.support import factories as make
from tests.support import races

#: A Sunday, midnight in Jakarta; the doctors of these tests work every day.
DAY = date(2026, 3, 1)
NOW = datetime(2026, 2, 28, 17, 0, tzinfo=UTC)
MIDNIGHT = NOW + timedelta(days=2)


@pytest.fixture(autouse=True)
def _sunday(session: Any) -> Iterator[None]:
    """One patient books many times here: how many one may have is asked elsewhere."""
    session.add_all(Setting(key=f"consultation.{key}", value="100")
                    for key in ("most_open", "most_open_per_doctor"))
    clock.freeze(NOW)
    yield
    clock.freeze(None)


def at(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    """An instant by the hospital's clock."""
    return datetime.combine(day, time(hour, minute), clock.zone()).astimezone(UTC)


def booked(**fields: Any) -> Consultation:
    """10:03 to 10:13 unless said."""
    return make.make_consultation(**{"starts_at": at(10, 3), "slot_minutes": 10, **fields})


def refused(act: Callable[[], Any]) -> str:
    """The constraint by which the database refuses."""
    with pytest.raises(IntegrityError) as error, db.session.begin_nested():
        act()
    found = re.search(r"ex_consultation_(doctor|patient)_time", str(error.value.orig))
    assert found is not None
    return found[1]


def offering(doctor: Doctor, starts: time, ends: time, minutes: int, on: date = DAY) -> None:
    make.saved(ScheduleException(doctor_id=doctor.id, on=on, kind=ExceptionKind.EXTRA, starts_at=starts,
                                 ends_at=ends,
                                 slot_minutes=minutes))


def idle_doctor(**fields: Any) -> Doctor:
    return make.make_doctor(schedules=[], **fields)


# ---------------------------------------------------------------- in the database

def one_of(first: Consultation, whose: str) -> dict[str, Any]:
    return {whose: getattr(first, whose)}


@pytest.mark.parametrize("whose", ["doctor", "patient"])
@pytest.mark.parametrize(("starts", "minutes", "meets"), [
    (at(10, 10), 10, True),  # the case of the finding: by ticks of five minutes they did not meet
    (at(10, 12), 1, True), (at(9, 54), 10, True), (at(10, 4), 1, True), (at(9), 240, True),
    (at(10, 3), 10, True),
    (at(10, 13), 10, False), (at(9, 53), 10, False), (at(10, 2), 1, False), (at(10, 13), 1, False)])
def test_half_open_intervals(session: Any, whose: str, starts: datetime, minutes: int, meets: bool) -> None:
    second = partial(booked, **one_of(booked(), whose), starts_at=starts, slot_minutes=minutes)
    if meets:
        assert refused(second) == whose
    else:
        second()


@pytest.mark.parametrize("state", list(ConsultationState))
def test_every_state_that_holds_its_time(session: Any, state: ConsultationState) -> None:
    first = booked(state=state)
    second = partial(booked, doctor=first.doctor, starts_at=at(10, 12))
    if state in HOLDS_SLOT:
        assert refused(second) == "doctor"
    else:
        second()


@pytest.mark.parametrize("whose", ["doctor", "patient"])
def test_over_midnight(session: Any, whose: str) -> None:
    first = booked(starts_at=MIDNIGHT - timedelta(minutes=7), slot_minutes=23)
    assert clock.local(first.starts_at).date() != clock.local(first.ends_at).date()
    assert refused(partial(booked, **one_of(first, whose),
                           starts_at=MIDNIGHT + timedelta(minutes=15))) == whose
    booked(**one_of(first, whose), starts_at=MIDNIGHT + timedelta(minutes=16))


@pytest.mark.parametrize("whose", ["doctor", "patient"])
def test_a_whole_day_meets_what_lies_far_in_it(session: Any, whose: str) -> None:
    first = booked(starts_at=at(10, 3), slot_minutes=1440)
    assert refused(partial(booked, **one_of(first, whose),
                           starts_at=first.ends_at - timedelta(minutes=1))) == whose
    assert refused(partial(booked, **one_of(first, whose), starts_at=at(10, 2), slot_minutes=2)) == whose
    booked(**one_of(first, whose), starts_at=first.ends_at)


def test_a_guardian_and_two_children_are_three_people(session: Any) -> None:
    guardian = make.make_patient()
    for patient in (guardian, make.make_patient(guardian=guardian), make.make_patient(guardian=guardian)):
        booked(patient=patient)


@pytest.mark.parametrize("values", [
    {"state": "approved"}, {"doctor_id": "first"}, {"patient_id": "first"}, {"starts_at": at(10, 5)},
    {"slot_minutes": 30}])
@pytest.mark.parametrize("way", ["orm", "core", "sql"])
def test_each_way_back_into_a_taken_time_is_refused(session: Any, values: dict[str, Any], way: str) -> None:
    first = booked()
    fields: dict[str, Any] = {
        "state": {"doctor": first.doctor, "state": "rejected"}, "doctor_id": {}, "patient_id": {},
        "starts_at": {"doctor": first.doctor, "starts_at": at(11)},
        "slot_minutes": {"patient": first.patient, "starts_at": at(9, 50)}}[next(iter(values))]
    second = booked(**fields)
    given = {name: getattr(first, name) if value == "first" else value for name, value in values.items()}

    def write() -> None:
        if way == "orm":
            for name, value in given.items():
                setattr(second, name, ConsultationState(value) if name == "state" else value)
            session.flush()
        elif way == "core":
            session.execute(sa.update(Consultation).where(Consultation.id == second.id).values(given))
        else:
            (name, value), = given.items()
            text = value.replace(tzinfo=None) if isinstance(value, datetime) else value
            if isinstance(value, datetime) and session.get_bind().dialect.name == "postgresql":
                text = f"{text}+00"
            session.execute(sa.text(f"UPDATE consultation SET {name} = :value WHERE id = :id"),
                            {"value": str(text) if isinstance(value, datetime) else value, "id": second.id})

    refused(write)


def test_many_rows_in_one_statement_are_compared_with_each_other(session: Any) -> None:
    doctor, patients = idle_doctor(), [make.make_patient() for _ in range(2)]
    rows = [{"doctor_id": doctor.id, "patient_id": patient.id, "specialization_id": doctor.specialization_id,
             "complaint": "Cough", "created_by_id": patient.user_id, "starts_at": at(10, minute),
             "slot_minutes": 10, "requested_on": DAY, "state": ConsultationState.REQUESTED}
            for patient, minute in zip(patients, (3, 12), strict=True)]
    assert refused(lambda: session.execute(sa.insert(Consultation).values(rows))) == "doctor"


@pytest.mark.parametrize("words", ["INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE", "INSERT OR FAIL"])
@pytest.mark.parametrize("starts", ["2026-03-01 03:12:00.000000", "2026-03-01 03:12", "2026-03-01T03:12:00",
                                    "2026-03-01 10:12:00+07:00", "2026-03-01 03:12:59.999", "tomorrow",
                                    "2461100.6"])
def test_sqlite_has_no_way_around(session: Any, words: str, starts: str) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("SQLite's own ways to write")
    first = booked()
    columns = ", ".join(column.name for column in Consultation.__table__.columns
                        if column.name not in {"id", "starts_at", "number"})
    assert refused(
        lambda: session.execute(
            sa.text(
                f"{words} INTO consultation ({columns}, starts_at) "
                f"SELECT {columns}, :starts FROM consultation WHERE id = :id"
            ),
            {"starts": starts, "id": first.id},
        )
    ) in {"doctor", "patient"}  # it meets the first one in both
    second = booked(doctor=first.doctor, starts_at=at(12))
    assert refused(lambda: session.execute(sa.text(
        f"UPDATE {words[7:]} consultation SET starts_at = :starts WHERE id = :id"),
        # what is no instant meets nobody and is refused
        {"starts": starts, "id": second.id})) in {"doctor", "patient"}


def test_the_last_line_is_a_sentence_at_the_field(session: Any) -> None:
    """Whatever writes without looking (a step that goes back, say) is told at the edge."""
    first = booked()
    second = booked(doctor=first.doctor, state="rejected")
    with pytest.raises(SlotTaken, match="just taken") as told, one_transaction():
        second.state = ConsultationState.APPROVED
    assert told.value.field == "starts_at"
    third = booked(patient=first.patient, state="rejected")
    with pytest.raises(SlotTaken, match="another consultation"), one_transaction():
        third.state = ConsultationState.APPROVED


# ---------------------------------------------------------------- flask verify

def drop_rules(session: Any) -> None:
    for rule in intervals.APART:
        if session.get_bind().dialect.name == "sqlite":
            for does in ("insert", "update"):
                session.execute(sa.text(f"DROP TRIGGER {rule.name}_{does}"))
        else:
            session.execute(sa.text(f"ALTER TABLE {rule.table} DROP CONSTRAINT {rule.name}"))


@pytest.mark.owner
@pytest.mark.parametrize("whose", ["doctor", "patient"])
def test_verify_sees_an_overlap_and_that_the_rule_is_gone(session: Any, whose: str) -> None:
    first = booked(slot_minutes=60)
    booked(**one_of(first, whose), starts_at=at(11, 3))  # ends and begins at one minute
    booked(starts_at=at(11, 2))  # of two others
    assert clinic_checks.booked_once(session) is None
    assert triggers.missing(session.connection()) == []
    drop_rules(session)
    booked(**one_of(first, whose), starts_at=at(10, 20), slot_minutes=5, state="cancelled")
    assert clinic_checks.booked_once(session) is None
    second = booked(**one_of(first, whose), starts_at=at(10, 30), slot_minutes=5, number="KON/2026/009999")
    found = clinic_checks.booked_once(session)
    assert (found["number"], found[f"{whose}_id"]) == (second.number, getattr(first, f"{whose}_id"))
    named = dict(checks.verify(session))
    assert named["consultations: no doctor and no patient is booked twice at one time"] == found
    assert set(triggers.missing(session.connection())) >= {
        f"ex_consultation_{whose}_time{'_insert' if session.get_bind().dialect.name == 'sqlite' else ''}"}


# ---------------------------------------------------------------- hours and free times

def test_any_minute_and_length_of_hours(session: Any) -> None:
    doctor = idle_doctor()
    schedules.add_hours(doctor, by=doctor.user, weekday=DAY.weekday(), starts=time(10, 3), ends=time(10, 41),
                        minutes=7)
    free = slots.free_slots(doctor, DAY)
    assert [clock.local(slot.starts_at).strftime("%H:%M") for slot in free] == [
        "10:03", "10:10", "10:17", "10:24", "10:31"]
    patient = make.make_patient()
    for slot in free:
        request(patient, doctor, slot.starts_at, "A cough", by=patient.user)
    assert slots.free_slots(doctor, DAY) == []


def test_hours_of_one_doctor_do_not_overlap_and_those_of_two_may(session: Any) -> None:
    doctor, other = idle_doctor(), idle_doctor()
    add = partial(schedules.add_hours, weekday=DAY.weekday(), starts=time(10, 3), ends=time(10, 33),
                  minutes=10)
    add(doctor, by=doctor.user)
    add(other, by=other.user)
    for starts, ends in ((time(10, 32), time(11)), (time(9), time(10, 4)), (time(10, 10), time(10, 20))):
        extra = partial(schedules.add_extra, doctor, by=doctor.user, on=DAY, starts=starts, ends=ends,
                        minutes=10)
        with pytest.raises(Refused, match="10:03–10:33") as told:
            extra()
        assert told.value.field == "starts_at"
    schedules.add_extra(doctor, by=doctor.user, on=DAY, starts=time(10, 33), ends=time(10, 43), minutes=10)
    with pytest.raises(Refused, match="10:33–10:43"):
        schedules.add_extra(doctor, by=doctor.user, on=DAY, starts=time(10, 42), ends=time(10, 52),
                            minutes=10)


def test_free_times_leave_out_what_overlaps_by_a_minute(session: Any) -> None:
    """Hours that were changed after somebody booked, and a patient who is with another doctor then."""
    doctor, patient = idle_doctor(), make.make_patient()
    offering(doctor, time(10), time(11), 10)
    booked(doctor=doctor, starts_at=at(10, 9), slot_minutes=12)  # meets 10:00, 10:10 and 10:20
    booked(patient=patient, starts_at=at(10, 39), slot_minutes=1)  # meets 10:30
    times = [clock.local(slot.starts_at).minute for slot in slots.free_slots(doctor, DAY)]
    assert times == [30, 40, 50]
    assert [clock.local(slot.starts_at).minute
            for slot in slots.free_slots(doctor, DAY, patient=patient)] == [40, 50]
    assert slots.first_free([doctor])[doctor.id].starts_at == at(10, 30)
    assert slots.first_free([doctor], patient=patient)[doctor.id].starts_at == at(10, 40)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])  # an hour left out, an hour twice
def test_days_on_which_the_clock_is_changed(session: Any, day: date) -> None:
    zone = clock.zone()
    clock.set_zone("America/New_York")
    clock.freeze(datetime.combine(day, time(), clock.zone()) - timedelta(hours=9))
    try:
        doctor, patient = idle_doctor(), make.make_patient()
        offering(doctor, time(0, 31), time(4, 7), 17, on=day)
        offered = slots.offered(doctor, day, day)
        hours = 3.6 + (-1 if day.month == 3 else 1)
        assert len(offered) == int(hours * 60 // 17)
        assert all(one.ends_at == other.starts_at for one, other in pairwise(offered))
        for slot in offered:
            request(patient, doctor, slot.starts_at, "A cough", by=patient.user)
        assert slots.free_slots(doctor, day) == []
    finally:
        clock.set_zone(zone.key)


def test_the_refusal_says_whose_time_it_is_and_what_is_free(session: Any) -> None:
    doctor, other = idle_doctor(), idle_doctor()
    offering(doctor, time(10, 3), time(10, 33), 10)
    offering(other, time(10, 10), time(10, 40), 10)
    guardian = make.make_patient()
    child = make.make_patient(name="Budi", guardian=guardian)
    request(guardian, doctor, at(10, 3), "A cough", by=guardian.user)
    request(child, doctor, at(10, 13), "A cough", by=guardian.user)
    with pytest.raises(SlotTaken, match=r"^You have .*01/03 10:20, 01/03 10:30\.$") as told:
        request(guardian, other, at(10, 10), "A cough", by=guardian.user)
    assert (told.value.field, told.value.is_patients) == ("starts_at", True)
    with pytest.raises(SlotTaken, match=r"^Budi has another .*01/03 10:30\.$"):
        request(child, other, at(10, 20), "A cough", by=guardian.user)
    third = make.make_user(Role.PATIENT)
    other_patient = make.make_patient(user=third)
    with pytest.raises(SlotTaken, match=r"^This time was just taken.*01/03 10:23\.$") as told:
        request(other_patient, doctor, at(10, 13), "A cough", by=third)
    assert not told.value.is_patients


def test_moving_may_overlap_the_own_old_time_and_no_other(session: Any) -> None:
    doctor = idle_doctor()
    offering(doctor, time(10, 3), time(10, 23), 10)
    patient = make.make_patient()
    first = request(patient, doctor, at(10, 13), "A cough", by=patient.user)
    session.execute(sa.update(ScheduleException).values(starts_at=time(10, 8), ends_at=time(10, 28)))
    session.expire_all()
    moved = reschedule(first, at(10, 18), by=patient.user)  # 10:13–10:23 gives way to 10:18–10:28
    assert (first.state, moved.starts_at) == ("rescheduled", at(10, 18))
    booked(patient=patient, starts_at=at(10, 17), slot_minutes=1)
    with pytest.raises(SlotTaken), session.begin_nested():
        reschedule(moved, at(10, 8), by=patient.user)


def test_nothing_is_proposed_that_its_patient_cannot_take(session: Any) -> None:
    """A day is released: each proposed time can be carried out, the patient's other consultations minded."""
    special = (
        make.make_specialization()
        if hasattr(make, "make_specialization")
        else make.make_doctor().specialization
    )
    doctor, colleague = (idle_doctor(specialization=special) for _ in range(2))
    offering(colleague, time(10, 3), time(10, 33), 10)
    patient = make.make_patient()
    mine = booked(doctor=doctor, patient=patient, starts_at=at(10), state="approved")
    booked(patient=patient, starts_at=at(10, 15), slot_minutes=5)
    offers = absences.proposed([mine], [doctor, colleague], DAY)
    assert [clock.local(target.slot.starts_at).minute for target in offers[mine.id]] == [3, 23]
    absences.away(doctor, DAY, {mine.id: offers[mine.id][0]}, "Sakit", by=doctor.user)
    assert mine.state == "rescheduled"


# ---------------------------------------------------------------- the finding, as people do it

def test_one_patient_and_two_doctors_off_the_five_minutes(client: Any, session: Any, sign_in: Any) -> None:
    """Hours 10:03–10:33 of one doctor and 10:10–10:40 of another: both may be, one patient takes not both."""
    one, two = idle_doctor(name="dr. Satu"), idle_doctor(name="dr. Dua")
    for doctor, starts, ends in ((one, "10:03", "10:33"), (two, "10:10", "10:40")):
        sign_in(client, doctor.user)
        answer = client.post("/admin/desk/schedule", data={
            "go": "add_extra", "on": DAY.isoformat(), "starts_at": starts, "ends_at": ends,
            "slot_minutes": "10"})
        assert answer.status_code == 302 or answer.status_code == 303
    patient = make.make_patient()
    sign_in(client, patient.user)
    client.set_cookie("language", "en")
    fields = {"complaint": "Batuk tiga hari", "consent": "1", "consent_record": "1"}
    first = client.post("/portal/consultations/new", data=fields | {
        "doctor": one.id, "starts_at": at(10, 3).isoformat()})
    assert first.status_code == 303
    second = client.post("/portal/consultations/new", data=fields | {
        "doctor": two.id, "starts_at": at(10, 10).isoformat()})
    assert second.status_code == 422
    assert "You have another consultation at 10:10" in second.text
    assert "Batuk tiga hari" in second.text  # nothing typed is lost
    assert at(10, 20).isoformat() in second.text  # and what is free is offered
    assert session.scalar(sa.select(sa.func.count()).select_from(Consultation)) == 1
    third = client.post("/portal/consultations/new", data=fields | {
        "doctor": two.id, "starts_at": at(10, 20).isoformat()})
    assert third.status_code == 303


# ---------------------------------------------------------------- any hours, minutes and lengths

ASKED = st.lists(st.tuples(
    st.integers(0, 1), st.integers(0, 1), st.integers(-90, 90), st.integers(1, 100), st.booleans()),
    min_size=2, max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ASKED)
def test_the_database_agrees_with_a_simple_oracle(session: Any,
                                                  attempts: list[tuple[int, int, int, int, bool]]) -> None:
    """Two doctors, two patients, random minutes about midnight and lengths; some give their time up again."""
    outer = session.begin_nested()
    try:
        doctors, patients = [idle_doctor() for _ in range(2)], [make.make_patient() for _ in range(2)]
        held: list[tuple[int, int, int, int]] = []
        for doctor, patient, start, minutes, ends_it in attempts:
            meets = any((doctor == d or patient == p) and start < s + m and s < start + minutes
                        for d, p, s, m in held)
            make_it = partial(booked, doctor=doctors[doctor], patient=patients[patient],
                              starts_at=MIDNIGHT + timedelta(minutes=start), slot_minutes=minutes)
            if meets:
                refused(make_it)
            else:
                made = make_it()
                if ends_it:
                    made.state = ConsultationState.CANCELLED
                    session.flush()
                else:
                    held.append((doctor, patient, start, minutes))
        assert clinic_checks.booked_once(session) is None
    finally:
        outer.rollback()
        session.expire_all()


HOURS = st.tuples(st.integers(0, 23 * 60), st.integers(5, 120), st.integers(5, 240))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(HOURS, min_size=1, max_size=4), st.lists(HOURS, min_size=1, max_size=4),
       st.randoms(use_true_random=False))
def test_what_is_offered_can_be_booked(session: Any, first: list[Any], second: list[Any],
                                       random: Any) -> None:
    """Random hours of two doctors, also such that overlap: each free time that is shown is not refused, to
    the end."""
    outer = session.begin_nested()
    try:
        doctors, patient = [idle_doctor() for _ in range(2)], make.make_patient()
        for doctor, spans in zip(doctors, (first, second), strict=True):
            for start, minutes, length in spans:
                end = min(start + length, 23 * 60 + 59)
                if end > start:
                    offering(doctor, time(start // 60, start % 60), time(end // 60, end % 60), minutes)
        clock.freeze(NOW - timedelta(minutes=1))
        for _ in range(8):
            doctor = random.choice(doctors)
            if free := slots.free_slots(doctor, DAY, patient=patient):
                request(patient, doctor, random.choice(free).starts_at, "A cough", by=patient.user)
        assert clinic_checks.booked_once(session) is None
    finally:
        outer.rollback()
        session.expire_all()
        clock.freeze(NOW)


# ---------------------------------------------------------------- races

def ask(doctor: int, patient: int, starts: datetime) -> int:
    with one_transaction() as session:
        person = session.get_one(Patient, patient)
        return request(person, session.get_one(Doctor, doctor), starts, "A cough", by=person.user).id


@pytest.mark.commits
def test_twenty_patients_for_overlapping_times(app: Any) -> None:
    """Half of them see the hours as they were, half as they were just changed: one alone gets the doctor."""
    with one_transaction():
        doctor = make.make_doctor(schedules=[DoctorSchedule(weekday=day, starts_at=time(10, 3),
                                                            ends_at=time(10, 13),
                                                            slot_minutes=10) for day in range(7)])
        patients = [make.make_patient() for _ in range(20)]
        keys = [(doctor.id, patient.id, doctor.specialization_id, patient.user_id) for patient in patients]

    def take(place: int) -> int:
        doctor, patient, special, person = keys[place]
        if place % 2:
            return ask(doctor, patient, at(10, 3))
        with one_transaction() as session:
            row = Consultation(doctor_id=doctor, patient_id=patient, specialization_id=special,
                               created_by_id=person,
                               starts_at=at(10, 12), slot_minutes=10, complaint="A cough")
            session.add(row)
            session.flush()
            return row.id

    results = races.at_once(app, [partial(take, place) for place in range(20)])
    assert len(races.won(results)) == 1
    assert all(isinstance(each, Refused) for each in results if not isinstance(each, int))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Consultation)) == 1
    assert clinic_checks.booked_once(db.session) is None


@pytest.mark.commits
def test_one_patient_at_two_doctors_at_once(app: Any) -> None:
    """10:03–10:13 here, 10:12–10:22 there; from two browsers, ten times over."""
    with one_transaction():
        one, two = idle_doctor(), idle_doctor()
        offering(one, time(10, 3), time(10, 13), 10)
        offering(two, time(10, 12), time(10, 22), 10)
        patients = [make.make_patient().id for _ in range(5)]
        wanted = [(one.id, patients[0], at(10, 3)), (two.id, patients[0], at(10, 12))]
    results = races.at_once(app, [partial(ask, *each) for each in wanted * 4])
    assert len(races.won(results)) == 1
    assert {each.field for each in results if isinstance(each, SlotTaken)} <= {"starts_at"}
    held = db.session.scalars(sa.select(Consultation)).all()
    assert [each.patient_id for each in held] == patients[:1]
    assert clinic_checks.booked_once(db.session) is None


@pytest.mark.commits
def test_two_move_to_one_time_and_a_third_asks_for_it(app: Any) -> None:
    with one_transaction():
        doctor = make.make_doctor()
        movers = [booked(doctor=doctor, starts_at=at(hour), state="approved", approved_at=NOW).id
                  for hour in (12, 13)]
        third, key = make.make_patient().id, doctor.id

    def move(consultation: int) -> int:
        with one_transaction() as session:
            mine = session.get_one(Consultation, consultation)
            perform(mine, "reschedule", by=mine.patient.user, given={"moved_to": at(10)})
            return mine.id

    results = races.at_once(app, [*(partial(move, each) for each in movers),
                                  partial(ask, key, third, at(10))])
    assert len(races.won(results)) == 1
    assert clinic_checks.booked_once(db.session) is None
