"""What `flask verify` proves of the clinic and of the activity log; registered in `checks.CHECKS` by being
imported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models.clinic import Consent, Patient, PatientState
from models.consultations import HOLDS_SLOT, ClinicalNote, Consultation, ConsultationState, Diagnosis
from models.documents import WORKFLOWS, Attachment
from models.operations.core.checks import check
from models.operations.core.log_proofs import verify_log


@check("activity log: every row is as it was written and sealed, none is missing, none was put in")
def log(session: Any) -> Any:
    return verify_log(session)


@check("consultations: no doctor and no patient is booked twice at one time")
def booked_once(session: Any) -> Any:
    """The later one of two that overlap: its number, whose time it is, and the number of the earlier."""
    for whose in (Consultation.doctor_id, Consultation.patient_id):
        before, until = None, None
        for row in session.execute(sa.select(
                whose.label("key"), Consultation.number, Consultation.starts_at, Consultation.slot_minutes)
                .where(Consultation.state.in_(HOLDS_SLOT), *(
                    [Consultation.held_beside_id.is_(None)] if whose is Consultation.patient_id else []))
                .order_by(whose, Consultation.starts_at, Consultation.id)):
            if before is not None and until is not None and before.key == row.key and row.starts_at < until:
                return {"number": row.number, whose.key: row.key, "overlaps": before.number}
            ends = row.starts_at + timedelta(minutes=row.slot_minutes)
            if before is None or until is None or before.key != row.key or ends > until:
                before, until = row, ends
    return None


@check("consultations: a completed one has a note and a diagnosis")
def completed(session: Any) -> Any:
    return session.execute(
        sa.select(Consultation.id, Consultation.number).where(
            Consultation.state == ConsultationState.COMPLETED,
            sa.or_(~sa.exists().where(ClinicalNote.consultation_id == Consultation.id),
                   ~sa.exists().where(Diagnosis.consultation_id == Consultation.id,
                                      Diagnosis.withdrawn_at.is_(None)))).limit(1)).first()


@check("patients: an active one has a record number and agreed to the texts, and one person reaches it")
def patients(session: Any) -> Any:
    return session.execute(
        sa.select(Patient.id, Patient.state).where(sa.or_(
            sa.and_(Patient.state.in_((PatientState.ACTIVE, PatientState.SUSPENDED)), sa.or_(
                Patient.medical_record_number.is_(None),
                ~sa.exists().where(Consent.patient_id == Patient.id))),
            sa.and_(Patient.user_id.is_(None), Patient.guardian_id.is_(None),
                    Patient.registered_by_id.is_(None)))).limit(1)).first()


@check("patients: record numbers are gapless")
def record_numbers(session: Any) -> Any:
    numbers = session.scalars(sa.select(Patient.medical_record_number).where(
        Patient.medical_record_number.is_not(None)).order_by(Patient.medical_record_number))
    return next((number for due, number in enumerate(numbers, start=1) if number != f"{due:08d}"), None)


@check("attachments: none without the document that it belongs to")
def orphans(session: Any) -> Any:
    for kind in session.scalars(sa.select(Attachment.document_type).distinct()).all():
        model = WORKFLOWS.get(kind)
        if model is None:
            continue
        row = session.execute(
            sa.select(Attachment.id, Attachment.document_type, Attachment.document_id)
            .outerjoin(model, model.id == Attachment.document_id)
            .where(Attachment.document_type == kind, model.id.is_(None)).limit(1)).first()
        if row:
            return row
    return None
