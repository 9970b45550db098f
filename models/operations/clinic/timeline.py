"""A patient's history in one line of time: visits, diagnoses, medicines, letters with their answers,
measurements and allergies, as far as the reader may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from models import clock
from models.base import db
from models.clinic import Patient
from models.consultations import Consultation, ConsultationState
from models.follow_up import FollowUp
from models.operations.clinic import follow_ups, vital_signs
from models.people import User
from models.prescriptions import Prescription, PrescriptionLine, PrescriptionState
from models.scopes import history_for, own_consultations

C = ConsultationState
GIVEN = (PrescriptionState.ISSUED, PrescriptionState.DISPENSED)
#: Kinds in the order in which the page offers to see one alone.
KINDS = ("visit", "diagnosis", "medicine", "letter", "measured", "follow_up")


@dataclass(frozen=True)
class Entry:
    """One thing that happened: of which `kind`, when, in which consultation, and the rows that say more."""

    kind: str
    at: datetime
    consultation: Consultation | None
    rows: list[Any] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)


def _visits(criterion: Any) -> list[Consultation]:
    return list(db.session.scalars(
        sa.select(Consultation).where(criterion).order_by(Consultation.starts_at.desc()).limit(200)
        .options(joinedload(Consultation.doctor).lazyload("*"), joinedload(Consultation.specialization),
                 joinedload(Consultation.patient).lazyload("*"),
                 selectinload(Consultation.diagnoses), selectinload(Consultation.letters),
                 selectinload(Consultation.prescriptions).selectinload(Prescription.lines).options(
                     joinedload(PrescriptionLine.item), joinedload(PrescriptionLine.unit)))).unique())


def of_patient(patient: Patient) -> list[Entry]:
    """What the patient and the guardian see, newest first; a fixed number of statements."""
    visits = _visits(sa.and_(Consultation.patient_id == patient.id,
                             Consultation.state.in_((C.COMPLETED, C.IN_PROGRESS, C.NO_SHOW))))
    return _entries(visits, vital_signs.of(patient))


def for_doctor(patient: Patient, by: User) -> list[Entry]:
    """What a treating doctor sees: the own visits, and the earlier ones of others while treating."""
    visits = _visits(sa.and_(
        Consultation.patient_id == patient.id,
        Consultation.state.in_((C.COMPLETED, C.IN_PROGRESS, C.NO_SHOW)),
        sa.or_(own_consultations(by, Consultation), history_for(by, Consultation))))
    measured = vital_signs.of(patient) if vital_signs.treats(by, patient) else []
    return _entries(visits, measured)


def _entries(visits: list[Consultation], measured: Iterable[Any]) -> list[Entry]:
    letters = [letter for visit in visits for letter in visit.letters]
    answers = follow_ups.answers_to([letter.id for letter in letters])
    found: list[Entry] = []
    for visit in visits:
        at = clock.aware(visit.started_at or visit.starts_at)
        found.append(Entry("visit", at, visit))
        if visit.state == C.COMPLETED and visit.live_diagnoses:
            found.append(Entry("diagnosis", at, visit, visit.live_diagnoses))
        found += [Entry("medicine", _noon(rx.prescribed_on), visit, [rx]) for rx in visit.prescriptions
                  if rx.state in GIVEN]
        found += [Entry("letter", _noon(letter.issued_on), visit, [letter], answers.get(letter.id, []))
                  for letter in visit.letters]
    if visits:
        for day in db.session.scalars(
                sa.select(FollowUp).where(FollowUp.consultation_id.in_([visit.id for visit in visits]),
                                          FollowUp.withdrawn_at.is_(None))):
            visit = next(entry for entry in visits if entry.id == day.consultation_id)
            if visit.state == C.COMPLETED:
                found.append(Entry("follow_up", _noon(day.due_on), visit, [day]))
    by_day: dict[Any, list[Any]] = {}
    for sign in measured:
        by_day.setdefault(clock.local(sign.measured_at).date(), []).append(sign)
    found += [Entry("measured", clock.aware(signs[0].measured_at), None, signs) for signs in by_day.values()]
    return sorted(found, key=lambda entry: (entry.at, KINDS.index(entry.kind)), reverse=True)


def _noon(day: Any) -> datetime:
    """A day as a place in the line of time."""
    return datetime.combine(day, time(12), clock.zone())
