"""Finding a patient by what people have at hand, in any usual writing: the NIK, a telephone number, a birth
date, a record number."""

from __future__ import annotations

import re
from datetime import date

import sqlalchemy as sa

from models import clock
from models.activity import Activity
from models.base import db
from models.clinic import Patient
from models.errors import Refused
from models.operations.core import activity
from models.operations.people import nik
from models.operations.people.contacts import clean_phone

NIK_DIGITS, RECORD_DIGITS, LEAST_PHONE = 16, 8, 8
#: Months by their first three letters, Indonesian and English; Agustus is shortened to Ags and Agt as well.
MONTHS = {"jan": 1, "feb": 2, "peb": 2, "mar": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6, "jul": 7, "agu": 8,
          "ags": 8, "agt": 8, "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "nop": 11, "des": 12,
          "dec": 12}
_DATE = re.compile(r"(\d{1,2})(?:[./-]|\s+)(\d{1,2}|[a-z]{3,9})\.?(?:[./-]|\s+)(\d{4}|\d{2})", re.ASCII)
_ISO = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})", re.ASCII)
_CLOSE = re.compile(r"(\d{2})(\d{2})(\d{4})", re.ASCII)
_RECORD = re.compile(r"(?:no\.?\s*)?(?:rm|mrn?|rekam medis)?[\s.:#-]*([\d][\d\s.-]*)", re.ASCII)


def _digits(text: str) -> str:
    """The digits of a number written with blanks, dots, dashes or brackets; empty for another text."""
    bare = re.sub(r"[\s.()+-]", "", text)
    return bare if bare.isascii() and bare.isdigit() else ""


def nik_in(text: str) -> str | None:
    """The 16 digits, if the whole text is a NIK."""
    digits = _digits(text)
    return digits if len(digits) == NIK_DIGITS else None


def phone_in(text: str) -> str | None:
    """The number as it is kept (+62812…), if the text is one: 0812…, 62812…, 812…, with blanks and dashes."""
    digits = _digits(text)
    if not LEAST_PHONE <= len(digits) < NIK_DIGITS:
        return None
    if "+" not in text and digits.startswith("62"):
        text = f"+{digits}"
    try:
        return clean_phone(text)
    except Refused:
        return None


def birth_date_in(text: str) -> date | None:
    """The day, if the text is one: 17-5-1990, 17/05/90, 17.05.1990, 1990-05-17, 17 Mei 1990, 17051990."""
    text = text.strip().lower()
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _DATE.fullmatch(text) or _CLOSE.fullmatch(text):
        day, year = int(found[1]), int(found[3])
        month = int(found[2]) if found[2].isdigit() else MONTHS.get(found[2][:3], 0)
    else:
        return None
    if year < 100:  # of the two centuries the one that is over
        year += 2000 if year <= clock.today().year % 100 else 1900
    try:
        result = date(year, month, day)
    except ValueError:
        return None
    return result if date(1900, 1, 1) <= result <= clock.today() else None


def record_number_in(text: str) -> str | None:
    """The medical record number with its zeros: 32, 0000-0032, 00.00.00.32 and RM 32 are 00000032."""
    found = _RECORD.fullmatch(text.strip().lower())
    digits = _digits(found[1]) if found else ""
    return digits.zfill(RECORD_DIGITS) if 0 < len(digits) <= RECORD_DIGITS and int(digits) else None


def meant(text: str, *, by_nik: bool = False) -> list[sa.ColumnElement[bool]]:
    """What patients the whole text may mean, beside names; `by_nik` for who may look for one by the NIK."""
    result: list[sa.ColumnElement[bool]] = []
    if by_nik and (number := nik_in(text)):
        result.append(Patient.nik_index == nik.index(number))
    if phone := phone_in(text):
        result.append(Patient.phone == phone)
    if born := birth_date_in(text):
        result.append(Patient.birth_date == born)
    if record := record_number_in(text):
        result.append(Patient.medical_record_number == record)
    return result


def note_search(text: str) -> None:
    """Write into the activity log that somebody looked for a patient by the NIK, and whom it found."""
    number = nik_in(text)
    if number is None:
        return
    found = db.session.scalar(sa.select(Patient.id).where(Patient.nik_index == nik.index(number)))
    activity.record(Activity.READ, table_name="patient", changed_id=found, properties={"searched_by": "nik"})
