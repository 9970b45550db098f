"""What the database itself refuses about patients, hours and booked times."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models import clock
from models.clinic import Doctor, DoctorSchedule, ExceptionKind, Patient, ScheduleException
from models.consultations import ClinicalNote, ConsultationMessage, Diagnosis, MessageSide
from tests.support.factories import make_consultation, make_doctor, make_patient, make_user


def refused(session, record) -> str:
    """The database's own words for why it does not take the record."""
    with pytest.raises(IntegrityError) as error, session.begin_nested():
        session.add(record)
    return str(error.value.orig)


@pytest.mark.parametrize("fields", [
    {"weekday": 7}, {"slot_minutes": 4}, {"slot_minutes": 241}, {"starts_at": time(9), "ends_at": time(9)},
    {"valid_from": date(2026, 2, 1), "valid_until": date(2026, 1, 1)},
])
def test_impossible_hours_are_refused(session, fields):
    doctor = make_doctor(schedules=[])
    refused(session, DoctorSchedule(**{
        "doctor_id": doctor.id, "weekday": 0, "starts_at": time(8), "ends_at": time(9), **fields}))


@pytest.mark.parametrize("fields", [
    {"kind": ExceptionKind.EXTRA}, {"starts_at": time(8)}, {"starts_at": time(9), "ends_at": time(9)}])
def test_impossible_exceptions_are_refused(session, fields):
    refused(session, ScheduleException(doctor_id=make_doctor().id, on=date(2026, 1, 5), **fields))


@pytest.mark.parametrize("fields", [{"nik_index": "x"}, {"nik": "1:x", "nik_index": "x", "state": "rejected"},
                                    {"height_cm": Decimal(0)},
                                    {"weight_kg": Decimal(-1)}, {"state": "gone"}, {"sex": "x"}])
def test_impossible_patients_are_refused(session, fields):
    with pytest.raises((IntegrityError, LookupError, sa.exc.StatementError)), session.begin_nested():
        make_patient(**fields)


def test_two_patients_cannot_share_a_nik_or_a_record_number(session):
    make_patient(nik="1:a", nik_index="same", medical_record_number="A1")
    for fields in ({"nik": "1:b", "nik_index": "same"}, {"medical_record_number": "A1"}):
        with pytest.raises(IntegrityError), session.begin_nested():
            make_patient(**fields)


def test_a_message_is_kept_once_per_author(session):
    consultation = make_consultation()
    fields = {"consultation_id": consultation.id, "author_id": consultation.created_by_id, "client_id": "a",
              "side": MessageSide.PATIENT}
    session.add(ConsultationMessage(**fields, body="hello"))
    session.flush()
    refused(session, ConsultationMessage(**fields, body="hello"))
    refused(session, ConsultationMessage(**{**fields, "client_id": "b"}, body=""))


def test_one_primary_diagnosis_lives_and_revisions_are_unique(session):
    consultation = make_consultation(state="in_progress")
    by = make_user()
    one = {"consultation_id": consultation.id, "recorded_by_id": by.id, "name": "x"}
    withdrawn = Diagnosis(**one, code="J00", withdrawn_at=clock.now())
    session.add_all([withdrawn, Diagnosis(**one, code="J00")])
    session.flush()
    refused(session, Diagnosis(**one, code="J06"))
    note = {"consultation_id": consultation.id, "author_id": by.id, "revision": 1, "subjective": "s",
            "objective": "o", "assessment": "a", "plan": "p"}
    session.add(ClinicalNote(**note))
    session.flush()
    refused(session, ClinicalNote(**note))


def test_body_mass_index_age_and_licence():
    patient = Patient(height_cm=Decimal("170"), weight_kg=Decimal("65"), birth_date=date(2000, 2, 29))
    assert patient.bmi == Decimal("22.5")
    assert (patient.age_on(date(2026, 2, 28)), patient.age_on(date(2026, 3, 1))) == (25, 26)
    doctor = Doctor(str_expires_on=None, sip_expires_on=date(2026, 5, 1))
    assert doctor.licensed_on(date(2026, 5, 1))
    assert not doctor.licensed_on(date(2026, 5, 2))
