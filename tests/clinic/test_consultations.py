"""Asking for a slot, many at once; the decision, moving, the conversation, and whose it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db, one_transaction
from models.clinic import Doctor, ExceptionKind, Patient, ScheduleException
from models.consultations import Consultation, time_to_come
from models.documents import Attachment
from models.errors import NotAllowed, Refused, SlotTaken
from models.operations.clinic import slots
from models.operations.clinic.consultations import (
    add_diagnosis,
    mark_read,
    messages_after,
    rate,
    request,
    reschedule,
    send_message,
    sent_with,
    unread_counts,
    unread_total,
    withdraw_diagnosis,
    write_note,
)
from models.operations.clinic.prescriptions import Medicine, prescribe
from models.operations.core import owned
from models.operations.core.approvals import perform
from models.organisation import Holiday, HolidayKind, Setting
from models.outbox import Outbox
from models.people import User
from models.roles import Role
from tests.support.factories import make_consultation, make_doctor, make_patient, make_user, saved
from tests.support.races import at_once

#: A Monday, 7 in the morning by the hospital's clock.
MONDAY = date(2026, 3, 2)
NOW = datetime.combine(MONDAY, time(7), clock.zone()).astimezone(UTC)


@pytest.fixture(autouse=True)
def _monday():
    clock.freeze(NOW)
    yield
    clock.freeze(None)


def at(hour: int, minute: int = 0, *, day: date = MONDAY) -> datetime:
    """An instant by the hospital's clock."""
    return datetime.combine(day, time(hour, minute), clock.zone()).astimezone(UTC)


def book(**fields) -> Consultation:
    patient = fields.pop("patient", None) or make_patient()
    doctor = fields.pop("doctor", None) or make_doctor()
    return request(patient, doctor, fields.pop("starts_at", at(9)), "A cough for three days",
                   by=fields.pop("by", patient.user), **fields)


def approved(**fields) -> Consultation:
    consultation = book(**fields)
    perform(consultation, "approve", by=make_user(Role.ADMIN))
    return consultation


def holds(consultation: Consultation) -> bool:
    """Whether another of that doctor is refused at its time, by the database."""
    try:
        with db.session.begin_nested() as tried:
            make_consultation(doctor=consultation.doctor, starts_at=consultation.starts_at)
            tried.rollback()
    except sa.exc.IntegrityError:
        return True
    return False


# ---------------------------------------------------------------- slots

def test_free_slots_follow_hours_absences_extra_hours_and_bookings(session):
    doctor = make_doctor()
    assert [slot.starts_at for slot in slots.free_slots(doctor, MONDAY)][:2] == [at(8), at(8, 15)]
    assert len(slots.free_slots(doctor, MONDAY)) == 32
    book(doctor=doctor, starts_at=at(8, 15))
    session.add(ScheduleException(doctor_id=doctor.id, on=MONDAY, starts_at=time(9), ends_at=time(15, 50)))
    session.add(ScheduleException(doctor_id=doctor.id, on=MONDAY, kind=ExceptionKind.EXTRA,
                                  starts_at=time(19),
                                  ends_at=time(20), slot_minutes=30))
    assert [clock.local(slot.starts_at).strftime("%H:%M") for slot in slots.free_slots(doctor, MONDAY)] == [
        "08:00", "08:30", "08:45", "19:00", "19:30"]
    session.add(ScheduleException(doctor_id=doctor.id, on=MONDAY))
    assert slots.free_slots(doctor, MONDAY) == []


def test_no_slots_on_holidays_after_a_licence_or_by_an_inactive_doctor(session):
    session.add(Holiday(on=MONDAY, kind=HolidayKind.NATIONAL, name="Libur", name_en="Holiday"))
    assert slots.free_slots(make_doctor(), MONDAY) == []
    tuesday = MONDAY + timedelta(days=1)
    assert slots.free_slots(make_doctor(), tuesday)
    assert slots.free_slots(make_doctor(sip_expires_on=MONDAY), tuesday) == []
    assert slots.free_slots(make_doctor(status="inactive"), tuesday) == []


def test_what_is_over_or_booked_by_the_patient_elsewhere_is_not_free(session):
    patient, doctor = make_patient(), make_doctor()
    book(patient=patient, starts_at=at(10))
    clock.freeze(at(9))
    assert next(slot.starts_at for slot in slots.free_slots(doctor, MONDAY, patient=patient)) == at(10, 15)
    assert next(slot.starts_at for slot in slots.free_slots(doctor, MONDAY)) == at(10)


# ---------------------------------------------------------------- asking

def test_a_request_is_numbered_and_holds_its_time(session):
    consultation = book()
    assert consultation.number == "KON/2026/000001"
    assert consultation.state == "requested"
    assert holds(consultation)
    assert [event.transition for event in consultation.events] == ["create"]


def test_a_taken_slot_is_refused_and_the_next_free_ones_are_named(session):
    doctor = make_doctor()
    book(doctor=doctor)
    with pytest.raises(SlotTaken, match="02/03 09:15, 02/03 09:30"):
        book(doctor=doctor)
    patient = make_patient()
    book(patient=patient)
    with pytest.raises(SlotTaken, match="another consultation"):
        book(patient=patient)


def test_overlap_of_different_slot_lengths_is_refused(session):
    doctor = make_doctor(schedules=[])
    for starts, ends, minutes in ((time(8), time(9), 30), (time(8, 20), time(9, 20), 20)):
        session.add(ScheduleException(doctor_id=doctor.id, on=MONDAY, kind=ExceptionKind.EXTRA,
                                      starts_at=starts,
                                      ends_at=ends, slot_minutes=minutes))
    book(doctor=doctor, starts_at=at(8, 0))
    first, second = make_consultation(starts_at=at(8)), make_patient()
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        make_consultation(doctor=first.doctor, patient=second, starts_at=at(8, 10), slot_minutes=20)


@pytest.mark.parametrize("when", [at(7), at(9, 5), at(16), datetime(2026, 3, 1, 2, tzinfo=UTC),
                                  datetime(2027, 3, 1, 2, tzinfo=UTC)])
def test_only_offered_times_can_be_asked_for(session, when):
    with pytest.raises(Refused):
        book(starts_at=when)


def test_only_an_active_patient_and_its_own_account_may_ask(session):
    with pytest.raises(Refused, match="approved"):
        book(patient=make_patient(state="pending"))
    with pytest.raises(NotAllowed):
        book(by=make_user(Role.PATIENT))
    guardian = make_patient()
    child = make_patient(guardian=guardian)
    assert book(patient=child, by=guardian.user).patient is child


def test_by_setting_a_request_is_approved_at_once(session):
    session.add(Setting(key="consultation.auto_approve", value="yes"))
    assert book().state == "approved"


@pytest.mark.commits
def test_a_hundred_people_ask_for_one_slot_and_one_gets_it(app):
    with one_transaction():
        doctor = make_doctor().id
        patients = [make_patient().id for _ in range(100)]

    def ask(patient_id: int) -> None:
        with one_transaction() as session:
            patient = session.get(Patient, patient_id)
            request(patient, session.get(Doctor, doctor), at(9), "A cough", by=patient.user)

    results = at_once(app, [partial(ask, patient) for patient in patients], told=SlotTaken)
    # the next free times
    told = [(result.field, result.params["slots"]) for result in results if result is not None]
    assert told == [("starts_at", "02/03 09:15, 02/03 09:30, 02/03 09:45")] * 99
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Consultation)) == 1


# ---------------------------------------------------------------- deciding, holding, moving

def test_the_patient_and_the_doctor_are_told_of_the_approval(session):
    consultation = approved()
    told = dict(session.execute(sa.select(Outbox.user_id, Outbox.template)).all())
    assert told == {consultation.patient.user_id: "consultation_approved",
                    consultation.doctor.user_id: "consultation_planned"}
    assert "cough" not in str(session.scalars(sa.select(Outbox.params)).all())


@pytest.mark.parametrize("step", ["reject", "cancel"])
def test_a_refused_or_cancelled_request_frees_its_time(session, step):
    consultation = book()
    perform(consultation, step, by=make_user(Role.ADMIN), reason="The doctor is ill")
    assert not holds(consultation)
    assert consultation.decided_reason == "The doctor is ill"
    assert book(doctor=consultation.doctor, patient=consultation.patient).state == "requested"


def test_a_patient_cancels_until_the_deadline_and_only_the_own(session):
    consultation = approved()
    with pytest.raises(Refused, match="somebody else"):
        perform(consultation, "cancel", by=make_patient().user, reason="x")
    clock.freeze(at(7, 30))
    with pytest.raises(Refused, match="2 hours"):
        perform(consultation, "cancel", by=consultation.patient.user, reason="x")
    clock.freeze(at(6, 30))
    perform(consultation, "cancel", by=consultation.patient.user, reason="I feel better")
    assert consultation.state == "cancelled"


def test_a_doctor_starts_writes_and_completes_the_own_consultation(session):
    consultation = approved()
    doctor = consultation.doctor.user
    with pytest.raises(Refused, match="another doctor"):
        perform(consultation, "start", by=make_doctor().user)
    with pytest.raises(Refused, match="Start"):
        add_diagnosis(consultation, "J06.9", by=doctor)
    clock.freeze(consultation.starts_at)
    perform(consultation, "start", by=doctor)
    with pytest.raises(Refused, match="note"):
        perform(consultation, "complete", by=doctor)
    write_note(consultation, by=doctor, subjective="s", objective="o", assessment="a", plan="p")
    diagnosis = add_diagnosis(consultation, "j069", by=doctor)
    assert (diagnosis.code, diagnosis.name) == ("J06.9", "Acute upper respiratory infection, unspecified")
    with pytest.raises(Refused, match="ICD-10"):
        add_diagnosis(consultation, "nonsense", by=doctor)
    perform(consultation, "complete", by=doctor)
    assert holds(consultation)
    with pytest.raises(Refused, match="at least one"):
        withdraw_diagnosis(diagnosis, by=doctor)
    assert write_note(consultation, by=doctor, subjective="s2", objective="o", assessment="a",
                      plan="p").revision == 2
    rate(consultation, 5, by=consultation.patient.user)
    with pytest.raises(Refused, match="once"):
        rate(consultation, 1, by=consultation.patient.user)


def test_an_empty_prescription_is_not_issued(session):
    consultation = approved()
    clock.freeze(consultation.starts_at)
    perform(consultation, "start", by=consultation.doctor.user)
    prescription = prescribe(consultation, list[Medicine](), by=consultation.doctor.user)
    assert prescription.number is None
    with pytest.raises(Refused, match="no lines"):
        perform(prescription, "issue", by=consultation.doctor.user)


def test_no_show_only_after_its_time_and_frees_it(session):
    consultation = approved()
    with pytest.raises(Refused, match="not over"):
        perform(consultation, "no_show", by=consultation.doctor.user)
    clock.freeze(at(9, 15))
    perform(consultation, "no_show", by=consultation.doctor.user)
    assert not holds(consultation)


def test_rescheduling_is_a_new_linked_request_that_overlaps_its_own_old_time(session):
    consultation = approved()
    with pytest.raises(Refused, match="new time"):
        perform(consultation, "reschedule", by=consultation.patient.user)
    with pytest.raises(Refused, match="new time"):
        perform(consultation, "reschedule", by=consultation.patient.user, given={"moved_to": "soon"})
    moved = reschedule(consultation, "2026-03-02T09:15", by=consultation.patient.user)
    assert (consultation.state, holds(consultation)) == ("rescheduled", False)
    assert (moved.state, holds(moved), moved.rescheduled_from_id) == ("requested", True, consultation.id)
    assert moved.complaint == consultation.complaint
    perform(moved, "approve", by=make_user(Role.ADMIN))
    assert moved.state == "approved"


def test_what_was_sent_with_the_request_goes_along_and_what_was_said_stays(session):
    consultation = approved()
    patient = consultation.patient.user
    sent, said = (saved(Attachment(document_type="consultation", document_id=consultation.id,
                                   file_name=f"{name}.pdf",
                                   media_type="application/pdf", size=1, sha256="", content=b"x",
                                   user_id=patient.id))
                  for name in ("sent", "said"))
    send_message(consultation, "", by=patient, client_id="a", attachment=said)
    moved = reschedule(consultation, at(10), by=patient)
    assert sent_with(moved) == [sent]
    assert owned.own_attachment(moved.doctor.user, sent.id) is None  # not before the approval
    perform(moved, "approve", by=make_user(Role.ADMIN))
    assert owned.own_attachment(moved.doctor.user, sent.id) is sent
    assert (said.document_id, sent_with(consultation)) == (consultation.id, [])


def test_moving_onto_a_taken_time_changes_nothing(session):
    consultation = approved()
    book(doctor=consultation.doctor, starts_at=at(10))
    with pytest.raises(SlotTaken), session.begin_nested():
        reschedule(consultation, at(10), by=consultation.patient.user)
    session.expire_all()
    assert (consultation.state, holds(consultation)) == ("approved", True)


# ---------------------------------------------------------------- the conversation

def test_unread_counts_are_right_on_both_sides(session):
    consultation = approved()
    patient, doctor = consultation.patient.user, consultation.doctor.user
    first = send_message(consultation, "Hello", by=patient, client_id="p1")
    send_message(consultation, "Are you there?", by=patient, client_id="p2")
    send_message(consultation, "Yes", by=doctor, client_id="d1")
    assert unread_counts(doctor) == {consultation.id: 2}
    assert unread_counts(patient) == {consultation.id: 1}
    assert unread_total(make_user(Role.ADMIN)) == unread_total(make_patient().user) == 0
    assert mark_read(consultation, by=make_user(Role.ADMIN)) == 0
    assert mark_read(consultation, by=doctor, up_to=first.id) == 1
    assert mark_read(consultation, by=doctor, up_to=first.id) == 0
    assert unread_counts(doctor) == {consultation.id: 1}
    assert mark_read(consultation, by=doctor) == 1
    assert (unread_counts(doctor), unread_counts(patient)) == ({}, {consultation.id: 1})
    assert first.read_at == NOW


def test_a_message_sent_twice_is_kept_once_and_reading_resumes_after_the_last(session):
    consultation = approved()
    patient = consultation.patient.user
    first = send_message(consultation, "Hello", by=patient, client_id="same")
    assert send_message(consultation, "Hello", by=patient, client_id="same") is first
    second = send_message(consultation, "More", by=consultation.doctor.user, client_id="same")
    assert messages_after(consultation, first.id) == [second]
    assert messages_after(consultation, second.id) == []


def test_nobody_else_and_not_before_the_approval(session):
    consultation = book()
    with pytest.raises(Refused, match="not open"):
        send_message(consultation, "Hello", by=consultation.patient.user, client_id="a")
    for stranger in (consultation.doctor.user, make_patient().user, make_user(Role.ADMIN),
                     make_doctor().user):
        with pytest.raises(NotAllowed):
            send_message(consultation, "Hello", by=stranger, client_id="b")


@pytest.mark.parametrize(("body", "client_id"), [("  ", "a"), ("x" * 4001, "a"), ("x", ""), ("x", "y" * 65)])
def test_empty_and_overlong_messages_are_refused(session, body, client_id):
    consultation = approved()
    with pytest.raises(Refused):
        send_message(consultation, body, by=consultation.patient.user, client_id=client_id)


# ---------------------------------------------------------------- whose it is

def test_somebody_elses_is_as_absent_as_what_never_was(session):
    consultation = book()
    patient, doctor = consultation.patient.user, consultation.doctor.user
    assert owned.own_consultation(patient, consultation.id) is consultation
    assert owned.own_consultation(doctor, consultation.id) is None
    for stranger in (make_patient().user, make_doctor().user, make_user(Role.ADMIN)):
        assert owned.own_consultation(stranger, consultation.id) is None
    assert owned.own_consultation(patient, 10**30) is None
    assert owned.own_patient(patient, -1) is owned.own_attachment(patient, 10**30) is None
    perform(consultation, "approve", by=make_user(Role.ADMIN))
    assert owned.own_consultation(doctor, consultation.id) is consultation


def test_a_guardian_reaches_the_dependant_and_nobody_elses(session):
    guardian = make_patient()
    child = make_patient(guardian=guardian)
    assert owned.patients_of(guardian.user) == [guardian, child]
    assert owned.own_patient(guardian.user, child.id) is child
    assert owned.own_patient(make_patient().user, child.id) is None


def test_a_request_cancelled_before_its_approval_never_reaches_the_doctor(session):
    consultation = book()
    perform(consultation, "cancel", by=consultation.patient.user, reason="I feel better")
    assert owned.own_consultation(consultation.doctor.user, consultation.id) is None


def test_nobody_approves_what_they_asked_for(session):
    admin = make_user(Role.ADMIN)
    consultation = book(by=admin)
    with pytest.raises(Refused, match="yourself"):
        perform(consultation, "approve", by=admin)
    assert isinstance(consultation.created_by, User)


def test_a_statement_that_is_kept_asks_for_the_moment_at_which_it_is_asked(session):
    """Whether a time is still to come: the panel makes the statement once a day."""
    consultation = make_consultation()
    session.flush()
    to_come = sa.select(sa.func.count()).select_from(Consultation).where(
        Consultation.id == consultation.id, time_to_come.rows(Consultation, None))
    for minutes, number in ((-1, 1), (1, 0), (-1, 1)):
        clock.freeze(consultation.starts_at + timedelta(minutes=minutes))
        assert session.scalar(to_come) == number
