"""Who a guest is: what the front office typed, held against the patients."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.clinic import Patient
from models.errors import N_, AsksBack, Refused

#: Digits, and what people write between them.
NUMBER = re.compile(r"[\d .\-/]+")
MOST_FOUND = 8


@dataclass(frozen=True)
class Guest:
    """A patient of ours, or a reference of the front office's system."""

    patient: Patient | None
    reference: str | None

    @property
    def text(self) -> str:
        return (self.patient.medical_record_number if self.patient is not None else self.reference) or ""

    def is_of(self, model: type, reference: Any) -> sa.ColumnElement[bool]:
        """That a row of `model` is about this guest; `reference` is its column of outside references."""
        if self.patient is not None:
            return model.patient_id == self.patient.id  # type: ignore[attr-defined]
        return sa.func.lower(reference) == (self.reference or "").lower()


def guest_of(text: str, *, is_confirmed: bool = False, field: str = "guest") -> Guest:
    """The guest that `text` means: a medical record number of ours names a patient, anything else is the
    front office's own reference.

    Raises `AsksBack` for what looks like a record number and is none, and for a patient's name, unless that
    was confirmed; `Refused` for nothing.
    """
    text = " ".join((text or "").split())
    if not text:
        raise Refused(N_("Say who lies in the bed: a medical record number or the front office's reference."),
                      field=field)
    patient = _of_number(text)
    if patient is not None:
        return Guest(patient, None)
    if NUMBER.fullmatch(text) and not is_confirmed:
        raise AsksBack(N_("No patient has the medical record number %(number)s. Look for the patient, or "
                          "confirm that it is the front office's own reference."), field=field, number=text)
    if not is_confirmed and not re.search(r"\d", text) and found(text):
        raise AsksBack(N_("%(text)s is the name of a patient. Look for the patient, or confirm that it is "
                          "the front office's own reference."), field=field, text=text)
    if len(text) > 40:
        raise Refused(N_("At most 40 characters."), field=field)
    return Guest(None, text)


def _of_number(text: str) -> Patient | None:
    """The patient of a record number, however its digits are grouped; of a merged record the kept one."""
    digits = re.sub(r"\D", "", text) if NUMBER.fullmatch(text) else text
    patients = list(db.session.scalars(sa.select(Patient).where(
        Patient.medical_record_number.in_({text, digits}))))
    patients.sort(key=lambda each: each.medical_record_number != text)
    patient = patients[0] if patients else None
    return patient.merged_into or patient if patient is not None else None


def found(text: str) -> list[Patient]:
    """Patients whose record number or name has every word of `text`, at most eight."""
    words = [word for word in (text or "").replace("\x00", "").split() if word][:6]
    if not words or len("".join(words)) < 2:
        return []
    digits = re.sub(r"\D", "", text)
    number = Patient.medical_record_number
    named = sa.and_(*(sa.func.lower(Patient.name).contains(word.lower(), autoescape=True) for word in words))
    numbered = number.contains(digits, autoescape=True) if len(digits) >= 2 and NUMBER.fullmatch(text) \
        else sa.false()
    return list(db.session.scalars(
        sa.select(Patient).where(number.is_not(None), Patient.merged_into_id.is_(None), named | numbered)
        .order_by(Patient.name, Patient.id).limit(MOST_FOUND)))
