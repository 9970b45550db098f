"""Loading what belongs to a person, with the owner in the query: somebody else's is as absent as what never
was."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models.base import BigId, db
from models.clinic import Doctor, Patient
from models.consultations import Consultation, seen_by_doctor
from models.documents import Attachment
from models.people import User


def _is_key(number: int) -> bool:
    """Whether it can be a row's key at all; an address can hold any number, a column cannot."""
    return 0 < number < 2**63


def patient_of(user: User) -> Patient | None:
    """The person's own registration."""
    return db.session.scalar(sa.select(Patient).where(Patient.user_id == user.id))


def patients_of(user: User) -> list[Patient]:
    """The person's own registration first, then those kept as guardian, by name."""
    return list(db.session.scalars(_patients(), {"me": user.id}))


@cache
def _patients() -> sa.Select[Any]:
    return sa.select(Patient).where(_owned_by(sa.bindparam("me", type_=BigId))).order_by(
        Patient.user_id.is_(None), Patient.name, Patient.id)


def own_patient(user: User, patient_id: int) -> Patient | None:
    """The registration `patient_id` if the person may act for it."""
    if not _is_key(patient_id):
        return None
    return db.session.scalar(sa.select(Patient).where(Patient.id == patient_id, _owned(user)))


def _owned(user: User) -> sa.ColumnElement[bool]:
    return _owned_by(user.id)


def _owned_by(user_id: Any) -> sa.ColumnElement[bool]:
    guardian = sa.orm.aliased(Patient)
    return sa.or_(Patient.user_id == user_id,
                  Patient.guardian_id.in_(sa.select(guardian.id).where(guardian.user_id == user_id)))


def _own(user: User) -> sa.ColumnElement[bool]:
    """The consultations of the person's patients, and those that the person holds as doctor once approved."""
    patients = sa.select(Patient.id).where(_owned(user))
    doctors = sa.select(Doctor.id).where(Doctor.user_id == user.id)
    return sa.or_(Consultation.patient_id.in_(patients),
                  Consultation.doctor_id.in_(doctors) & seen_by_doctor())


def consultations_of(user: User) -> sa.Select[Any]:
    """The person's consultations as a statement to filter and page; patient, doctor and specialisation come
    along."""
    return (sa.select(Consultation).where(_own(user))
            .options(joinedload(Consultation.patient), joinedload(Consultation.doctor),
                     joinedload(Consultation.specialization)))


def own_consultation(user: User, consultation_id: int) -> Consultation | None:
    """The consultation if it is the person's, as patient, guardian or doctor."""
    if not _is_key(consultation_id):
        return None
    return db.session.scalar(consultations_of(user).where(Consultation.id == consultation_id))


def own_attachment(user: User, attachment_id: int) -> Attachment | None:
    """A file of one of the person's consultations."""
    if not _is_key(attachment_id):
        return None
    return db.session.scalar(
        sa.select(Attachment).join(Consultation, Consultation.id == Attachment.document_id)
        .where(Attachment.id == attachment_id, Attachment.document_type == "consultation", _own(user)))
