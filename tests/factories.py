"""The smallest valid record of each kind; a test states only what matters to it.

Every function adds the record to `db.session`, flushes, and returns it. Fields are given by name.
"""

from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta
from typing import Any

from models import clock
from models.base import db
from models.clinic import Doctor, DoctorSchedule, Patient, PatientState, Sex, Specialization
from models.consultations import HOLDS_SLOT, Consultation, SlotTick
from models.operations.slots import ticks_of
from models.organisation import WorkUnit
from models.people import User, UserRole
from models.roles import Role

_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """A code that no other record of this run has: `unique("WU")` is WU-0001, WU-0002 …"""
    return f"{prefix}-{next(_numbers):04d}"


def saved(record: Any) -> Any:
    """`record`, added and flushed."""
    db.session.add(record)
    db.session.flush()
    return record


# ---------------------------------------------------------------- people and organisation


def make_work_unit(**fields: Any) -> WorkUnit:
    code = fields.pop("code", None) or unique("WU")
    return saved(WorkUnit(code=code, name=fields.pop("name", f"Unit {code}"), **fields))


def make_user(*roles: Role, **fields: Any) -> User:
    """An active account with `roles`. A unit user gets a new work unit unless one is given."""
    code = unique("user")
    if Role.UNIT_USER in roles and not {"work_unit", "work_unit_id"} & fields.keys():
        fields["work_unit"] = make_work_unit()
    fields.setdefault("name", f"Person {code}")
    fields.setdefault("email", f"{code}@example.org")
    return saved(User(user_roles=[UserRole(role=role) for role in roles], **fields))


# ---------------------------------------------------------------- clinic


def make_specialization(**fields: Any) -> Specialization:
    code = fields.pop("code", None) or unique("Sp")
    return saved(Specialization(code=code, name=fields.pop("name", f"Specialisation {code}"), **fields))


def make_doctor(**fields: Any) -> Doctor:
    """A doctor with an account, who consults every day from 8 to 16 hours, 15 minutes each."""
    if "user" not in fields:
        fields["user"] = make_user(Role.DOCTOR)
    fields.setdefault("specialization", None)
    fields["specialization"] = fields["specialization"] or make_specialization()
    if "schedules" not in fields:
        fields["schedules"] = [DoctorSchedule(weekday=day, starts_at=time(8), ends_at=time(16)) for day in range(7)]
    return saved(Doctor(name=fields.pop("name", unique("Doctor")), **fields))


def make_patient(**fields: Any) -> Patient:
    """A patient whose registration is approved, with an account unless a guardian keeps the profile."""
    if not {"user", "guardian"} & fields.keys():
        fields["user"] = make_user(Role.PATIENT)
    fields.setdefault("birth_date", date(1990, 5, 17))
    fields.setdefault("sex", Sex.FEMALE)
    fields.setdefault("state", PatientState.ACTIVE)
    return saved(Patient(name=fields.pop("name", unique("Patient")), **fields))


def make_consultation(**fields: Any) -> Consultation:
    """A consultation asked for by the patient, tomorrow at 9 unless said; it holds its ticks."""
    doctor = fields.pop("doctor", None) or make_doctor()
    patient = fields.pop("patient", None) or make_patient()
    tomorrow = datetime.combine(clock.today() + timedelta(days=1), time(9), clock.zone())
    fields.setdefault("starts_at", tomorrow)
    fields.setdefault("complaint", "A cough for three days")
    fields.setdefault("created_by_id", min(patient.owner_ids))
    consultation = saved(Consultation(
        doctor=doctor, patient=patient, specialization_id=doctor.specialization_id, **fields))
    if consultation.state in HOLDS_SLOT:
        for tick in ticks_of(consultation.starts_at, consultation.slot_minutes):
            db.session.add(SlotTick(consultation=consultation, doctor_id=doctor.id, patient_id=patient.id, tick=tick))
        db.session.flush()
    return consultation
