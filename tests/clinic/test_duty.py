"""A doctor now: the duty, the line by urgency and arrival, each patient taken once, and the end of the
duty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db, one_transaction
from models.clinic import Doctor, Patient, Specialization
from models.consultations import Consultation, ConsultationState, VisitKind
from models.duty import DoctorDuty, WalkIn, WalkInState
from models.errors import NotAllowed, Refused
from models.operations.clinic import duty, which_doctor
from models.operations.clinic.clinical import write_note
from models.operations.core.approvals import perform
from models.operations.people import notices
from models.people import User
from models.roles import Role
from tests.support import factories as make
from tests.support.races import at_once

#: A Monday, ten in the morning in Jakarta.
TEN = datetime(2026, 3, 2, 3, tzinfo=UTC)
C, W = ConsultationState, WalkInState


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    clock.freeze(TEN)
    yield
    clock.freeze(None)


def on_duty(until: time = time(14)) -> Doctor:
    doctor = make.make_doctor()
    duty.switch_on(doctor, until, by=doctor.user)
    return doctor


def waits(**answers: str) -> WalkIn:
    """A patient who joins the line a minute after the one before."""
    clock.freeze(clock.now() + timedelta(minutes=1))
    patient = make.make_patient()
    return duty.join(patient, "A cough", by=patient.user, answers=answers)


def told(user: Any) -> list[str]:
    return [notice.event for notice in notices.latest(user)]


# ---------------------------------------------------------------- the line

def test_the_line_goes_by_urgency_then_by_arrival(session: Any) -> None:
    doctor = on_duty()
    first, second = waits(), waits()
    soon, urgent = waits(severity="8"), waits(breath="1")
    assert duty.waiting() == [urgent, soon, first, second]
    assert [duty.place_of(each).number for each in (urgent, soon, first, second)] == [1, 2, 3, 4]
    assert duty.place_of(second).minutes == 40  # ten minutes for each
    on_duty()
    assert duty.place_of(second).minutes == 20  # two doctors share it
    visit = duty.take_next(doctor, by=doctor.user)
    assert (visit.patient, visit.state, visit.kind) == (urgent.patient, C.IN_PROGRESS, VisitKind.NOW)
    assert visit.number is not None
    assert [answer.question for answer in visit.triage_answers] == ["breath"]
    assert told(urgent.patient.user) == ["walk_in_taken"]
    assert duty.place_of(second).number == 3


def test_a_consultation_now_meets_no_appointment(session: Any) -> None:
    """The doctor's and the patient's planned times stay theirs; the next is taken when one ended."""
    doctor = on_duty()
    patient = make.make_patient()
    for whose in ({"doctor": doctor}, {"patient": patient}):
        make.make_consultation(starts_at=TEN, state=C.APPROVED, **whose)
    duty.join(patient, "A cough", by=patient.user)
    waits()
    for _ in range(2):
        visit = duty.take_next(doctor, by=doctor.user)
        write_note(visit, by=doctor.user, subjective="s", objective="o", assessment="a", plan="p")
    session.flush()
    with pytest.raises(Refused, match="Nobody waits"):
        duty.take_next(doctor, by=doctor.user)


def test_who_waits_waits_once_and_may_leave(session: Any) -> None:
    on_duty()
    walk_in = waits()
    with pytest.raises(Refused, match="already"):
        duty.join(walk_in.patient, "A cough", by=walk_in.patient.user)
    with pytest.raises(Refused, match="somebody else"):
        perform(walk_in, "leave", by=make.make_patient().user)
    perform(walk_in, "leave", by=walk_in.patient.user)
    assert duty.waiting() == []
    duty.join(walk_in.patient, "A cough", by=walk_in.patient.user)


def test_the_line_is_for_registered_people_while_a_doctor_is_on_duty(session: Any) -> None:
    patient = make.make_patient()
    with pytest.raises(Refused, match="No doctor is on duty"):
        duty.join(patient, "A cough", by=patient.user)
    on_duty()
    with pytest.raises(NotAllowed):
        duty.join(patient, "A cough", by=make.make_patient().user)
    with pytest.raises(Refused, match="approved"):
        duty.join(make.make_patient(state="pending"), "A cough", by=make.make_user(Role.ADMIN))


def test_a_doctor_takes_from_the_line_on_duty_alone_and_not_the_own_family(session: Any) -> None:
    doctor, idle = on_duty(), make.make_doctor()
    own = make.make_patient(user=doctor.user)
    duty.join(own, "A cough", by=doctor.user)
    with pytest.raises(Refused, match="Nobody waits"):
        duty.take_next(doctor, by=doctor.user)
    waits()
    with pytest.raises(Refused, match="duty on first"):
        duty.take_next(idle, by=idle.user)
    session.rollback()


def test_taken_by_mistake_the_patient_keeps_the_place(session: Any) -> None:
    doctor = on_duty()
    first, _second = waits(), waits()
    visit = duty.take_next(doctor, by=doctor.user)
    with pytest.raises(Refused, match="reason"):
        perform(first, "give_back", by=doctor.user)
    perform(first, "give_back", by=doctor.user, reason="An emergency")
    assert (first.state, visit.state) == (W.WAITING, C.CANCELLED)
    assert duty.waiting()[0] is first
    assert told(first.patient.user)[0] == "walk_in_back"
    again = duty.take_next(doctor, by=doctor.user)
    write_note(again, by=doctor.user, subjective="s", objective="o", assessment="a", plan="p")
    session.expire_all()
    with pytest.raises(Refused, match="signed"):
        perform(first, "give_back", by=doctor.user, reason="Again")


# ---------------------------------------------------------------- the duty

def test_a_duty_may_pass_midnight_and_is_not_switched_on_twice(session: Any) -> None:
    doctor = on_duty(time(2))
    assert duty.duty_of(doctor).ends_at == TEN + timedelta(hours=16)
    with pytest.raises(Refused, match="already"):
        duty.switch_on(doctor, time(12), by=doctor.user)
    with pytest.raises(NotAllowed):
        duty.switch_off(doctor, by=make.make_doctor().user)
    with pytest.raises(Refused, match="too far"):
        duty.switch_on(make.make_doctor(), time(9), by=make.make_user(Role.ADMIN))
    with pytest.raises(Refused, match="licence"):
        duty.switch_on(make.make_doctor(str_expires_on=clock.today() - timedelta(days=1)), time(12),
                       by=make.make_user(Role.ADMIN))


def test_the_line_ends_with_the_last_duty_and_says_the_next_times(session: Any) -> None:
    one, other = on_duty(time(11)), on_duty(time(12))
    walk_in = waits()
    duty.switch_off(other, by=other.user)
    assert walk_in.state == W.WAITING
    clock.freeze(TEN + timedelta(hours=1))
    assert duty.duty_of(one) is None
    assert duty.end_duties() == "1 duties ended, 1 patients told"
    assert walk_in.state == W.EXPIRED
    notice = notices.latest(walk_in.patient.user)[0]
    assert notice.event == "walk_in_expired"
    duty.switch_on(one, time(14), by=one.user)  # the one before has ended


# ---------------------------------------------------------------- many at once

@pytest.mark.commits
def test_two_doctors_take_two_patients_and_each_once(app: Any) -> None:
    with one_transaction():
        doctors = [on_duty() for _ in range(3)]
        patients = [waits().patient_id for _ in range(2)]
    keys = [(doctor.id, doctor.user_id) for doctor in doctors]

    def take(doctor_id: int, user_id: int) -> int:
        with one_transaction():
            return duty.take_next(db.session.get_one(Doctor, doctor_id),
                                  by=db.session.get_one(User, user_id)).patient_id

    taken = at_once(app, [lambda key=key: take(*key) for key in keys])
    assert sorted(each for each in taken if isinstance(each, int)) == sorted(patients)
    assert len([each for each in taken if isinstance(each, Refused)]) == 1
    assert sorted(db.session.scalars(sa.select(Consultation.patient_id).where(
        Consultation.kind == VisitKind.NOW))) == sorted(patients)


@pytest.mark.commits
def test_one_patient_joins_once_however_often_the_button_is_pressed(app: Any) -> None:
    with one_transaction():
        on_duty()
        patient = make.make_patient()
    key = (patient.id, patient.user_id)

    def join() -> int:
        with one_transaction():
            return duty.join(db.session.get_one(Patient, key[0]), "A cough",
                             by=db.session.get_one(User, key[1])).id

    at_once(app, [join] * 4)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(WalkIn)) == 1


# ---------------------------------------------------------------- pages

def test_from_the_line_to_the_room_through_the_pages(client: Any, sign_in: Any) -> None:
    doctor, patient = make.make_doctor(), make.make_patient()
    db.session.commit()
    sign_in(client, patient.user)
    assert "No doctor is on duty" in client.get("/portal/now").text \
        or "Tidak ada dokter jaga" in client.get("/portal/now").text
    sign_in(client, doctor.user)
    client.post("/admin/desk/duty", data={"go": "on", "until": "14:00"})
    sign_in(client, patient.user)
    page = client.get("/portal/now").text
    assert doctor.name in page
    assert client.post("/portal/now", data={"complaint": ""}).status_code == 422
    danger = client.post("/portal/now", data={"complaint": "Sesak", "breath": "1", "severity_shown": "1",
                                              "onset": "today", "severity": "9"})
    assert danger.status_code == 422
    assert "119" in danger.text
    form = {"complaint": "Batuk rahasia", "onset": "today", "severity": "4", "severity_shown": "1"}
    assert client.post("/portal/now", data=form).status_code == 303
    assert client.post("/portal/now", data=form).status_code == 303  # pressed twice
    waiting = client.get("/portal/now").text
    assert "next" in waiting or "berikutnya" in waiting
    sign_in(client, Role.ADMIN)
    assert "rahasia" not in client.get("/admin/walk_in/").text
    sign_in(client, doctor.user)
    desk = client.get("/admin/desk/").text
    assert patient.name in desk
    taken = client.post("/admin/desk/duty", data={"go": "next"})
    assert taken.status_code == 303
    assert "/admin/consultation/details/" in taken.location
    assert "Batuk rahasia" in client.get(taken.location).text
    sign_in(client, patient.user)
    assert doctor.name in client.get("/portal/now").text
    assert db.session.scalars(sa.select(DoctorDuty)).one().ended_at is None


def test_somebody_elses_place_is_not_left(client: Any, sign_in: Any) -> None:
    on_duty()
    walk_in = waits()
    db.session.commit()
    sign_in(client, make.make_patient().user)
    client.post("/portal/now/leave")
    db.session.expire_all()
    assert db.session.get_one(WalkIn, walk_in.id).state == W.WAITING


# ---------------------------------------------------------------- which doctor

@pytest.mark.parametrize(("complaint", "code"), [
    ("Mata kiri merah dan belekan", "SpM"), ("Gatal di kulit tangan", "SpDVE"),
    ("Sakit gigi geraham", "drg"), ("Kencing manis sudah lama", "SpPD"), ("Kencing sakit", "SpU"),
    ("My knee hurts since a fall", "SpOT")])
def test_words_of_patients_lead_to_one_doctor(complaint: str, code: str) -> None:
    assert which_doctor.codes(complaint) == [code]


@pytest.mark.parametrize("complaint", ["Demam dua hari", "Badan lemas, tidak enak", "Pusing dan mual"])
def test_whatever_is_not_plain_goes_to_nobody_special(complaint: str) -> None:
    assert which_doctor.codes(complaint) == []


def test_a_general_practitioner_where_unsure_and_a_childrens_doctor_for_children(session: Any) -> None:
    def doctor_of(code: str) -> Doctor:
        kind = make.saved(Specialization(code=code, name=f"Spesialisasi {code}"))
        return make.make_doctor(specialization=kind)
    adult = make.make_patient(birth_date=clock.today() - timedelta(days=40 * 366))
    child = make.make_patient(birth_date=clock.today() - timedelta(days=5 * 366))
    assert which_doctor.suggested("Demam", adult) is None
    for code in ("dr.", "Sp.A", "Sp.M"):
        doctor_of(code)
    found = [(hint.specialization.code, hint.is_general) for hint in (
        which_doctor.suggested("Demam", adult), which_doctor.suggested("Mata merah dan sakit gigi", adult),
        which_doctor.suggested("Mata merah", adult), which_doctor.suggested("Demam", child))]
    assert found == [("dr.", True), ("dr.", True), ("Sp.M", False), ("Sp.A", False)]
