"""Papers of consultations, for the patient and the guardian alone: all of them on a page, and each as PDF."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound

from models.base import db
from models.clinic import Patient
from models.consultations import Consultation, ConsultationState
from models.prescriptions import GIVEN_OUT, Letter, Prescription, PrescriptionLine
from portal import access
from portal.consultations import OUTCOME
from portal.web import patient_papers, pdf, prescription_paper, print

#: Of each kind; older ones stand at their consultations.
MOST = 50


def _of(patients: list[Patient], model: Any, *criteria: Any) -> Any:
    """The newest papers of completed consultations, with whom they are from and for."""
    return db.session.scalars(
        sa.select(model).join(Consultation, Consultation.id == model.consultation_id)
        .where(Consultation.patient_id.in_([patient.id for patient in patients]),
               Consultation.state == ConsultationState.COMPLETED, *criteria)
        .options(joinedload(model.consultation).options(joinedload(Consultation.patient),
                                                        joinedload(Consultation.doctor)),
                 *((selectinload(Prescription.lines).joinedload(PrescriptionLine.item),)
                   if model is Prescription else ()))
        .order_by(model.id.desc()).limit(MOST)).all()


@access.patients_only
def index() -> Any:
    people = access.people()
    patients = access.shown(people)
    return render_template("portal/papers.html", people=people, patients=patients, most=MOST,
                           prescriptions=_of(patients, Prescription, Prescription.state.in_(GIVEN_OUT)),
                           letters=_of(patients, Letter))


def _own(model: Any, key: int, *criteria: Any, options: tuple[Any, ...] = ()) -> Any:
    """A paper of one of the person's consultations; 404 in every other case."""
    result = (
        db.session.scalar(
            sa.select(model)
            .join(Consultation, Consultation.id == model.consultation_id)
            .where(model.id == key, Consultation.patient_id.in_(access.own_people()), *criteria)
            .options(
                joinedload(model.consultation).options(
                    joinedload(Consultation.patient).joinedload(Patient.region),
                    joinedload(Consultation.doctor),
                ),
                *options,
            )
        )
        if key < 2**63
        else None
    )
    if result is None:
        raise NotFound
    return result


@access.patients_only
def summary(consultation_id: int) -> Any:
    """There once the doctor completed the consultation."""
    result = access.own_consultation(consultation_id, *OUTCOME)
    if result.state != ConsultationState.COMPLETED:
        raise NotFound
    return pdf.answer(patient_papers.printed(patient_papers.summary_sheet, result), f"{result.number}.pdf")


@access.patients_only
def prescription(prescription_id: int) -> Any:
    """A draft, or one that the doctor took back, is not the patient's to print."""
    result = _own(Prescription, prescription_id, Prescription.state.in_(GIVEN_OUT))
    return pdf.answer(print.document_pdf(result), f"{result.number}.pdf")


@access.patients_only
def fetch(prescription_id: int) -> Any:
    """What to do with a prescription: where it is fetched, until when, with what."""
    result = _own(Prescription, prescription_id, Prescription.state.in_(GIVEN_OUT),
                  Consultation.state == ConsultationState.COMPLETED,
                  options=(selectinload(Prescription.lines).options(
                      joinedload(PrescriptionLine.item), joinedload(PrescriptionLine.unit),
                      selectinload(PrescriptionLine.dispensings)),))
    return render_template("portal/prescription.html", rx=result,
                           how=prescription_paper.how_to_fetch(result))


@access.patients_only
def letter(letter_id: int) -> Any:
    result = _own(Letter, letter_id)
    return pdf.answer(patient_papers.printed(patient_papers.letter_sheet, result),
                      f"{result.own_number}.pdf")


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/papers", "papers", index)
    bp.add_url_rule("/consultations/<int:consultation_id>/summary", "summary", summary)
    bp.add_url_rule("/prescriptions/<int:prescription_id>", "prescription", prescription)
    bp.add_url_rule("/prescriptions/<int:prescription_id>/fetch", "prescription_fetch", fetch)
    bp.add_url_rule("/letters/<int:letter_id>", "letter", letter)
