"""The NIK: checked, kept encrypted, found again by a keyed hash, shown masked.

The number is AES-256-GCM under `NIK_KEY`; its index an HMAC-SHA256 under `NIK_INDEX_KEY`, so that it can be
unique and searched for while a stolen table tells nothing without the keys. A NIK is never reissued, so a
mismatch with birth date or sex is a doubt that a person can confirm, not an error.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from stdnum.exceptions import ValidationError
from stdnum.id import nik as standard

from models import database_roles
from models.base import db
from models.clinic import Patient, PatientState, Sex
from models.errors import N_, Refused

_VERSION = "1:"
_CONTEXT = b"patient.nik"
_FILE = b"list_import.content"


@dataclass(frozen=True)
class _Keys:
    cipher: AESGCM
    index: bytes


_keys: _Keys | None = None


class NikDoubt(Refused):
    """The NIK does not fit the birth date or the sex; saying so again with `confirmed` keeps it."""


def _derived(secret: str | bytes, purpose: bytes) -> bytes:
    raw = secret.encode() if isinstance(secret, str) else secret
    if len(raw) < 32:
        raise ValueError(f"{purpose.decode()} needs at least 32 characters")
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"rawat " + purpose).derive(raw)


def configure(keys: Mapping[str, str | bytes]) -> None:
    """Take `NIK_KEY` and `NIK_INDEX_KEY`. Raises KeyError when one is missing, ValueError when short or
    equal."""
    global _keys
    if keys["NIK_KEY"] == keys["NIK_INDEX_KEY"]:
        raise ValueError("NIK_KEY and NIK_INDEX_KEY must differ")
    _keys = _Keys(AESGCM(_derived(keys["NIK_KEY"], b"NIK_KEY")),
                  _derived(keys["NIK_INDEX_KEY"], b"NIK_INDEX_KEY"))


def _configured() -> _Keys:
    if _keys is None:
        raise RuntimeError("models.operations.people.nik.configure() was not called")
    return _keys


def encrypt(number: str) -> str:
    """The number as the database keeps it; another text each time."""
    nonce = secrets.token_bytes(12)
    sealed = _configured().cipher.encrypt(nonce, number.encode(), _CONTEXT)
    return _VERSION + base64.b64encode(nonce + sealed).decode()


def decrypt(kept: str) -> str:
    """The number that `encrypt` was given. Raises ValueError when the text was tampered with or the key is
    another."""
    try:
        raw = base64.b64decode(kept.removeprefix(_VERSION), validate=True)
        return _configured().cipher.decrypt(raw[:12], raw[12:], _CONTEXT).decode()
    except (InvalidTag, ValueError) as error:
        raise ValueError("this NIK cannot be decrypted with the key at hand") from error


def seal(content: bytes) -> bytes:
    """A file that holds NIKs as the database keeps it."""
    nonce = secrets.token_bytes(12)
    return nonce + _configured().cipher.encrypt(nonce, content, _FILE)


def unseal(kept: bytes) -> bytes:
    """The file that `seal` was given. Raises ValueError when it was tampered with or the key is another."""
    try:
        return _configured().cipher.decrypt(kept[:12], kept[12:], _FILE)
    except InvalidTag as error:
        raise ValueError("this file cannot be read with the key at hand") from error


def index(number: str) -> str:
    """The keyed hash (hex) that finds a number again."""
    return hmac.new(_configured().index, number.encode(), hashlib.sha256).hexdigest()


def masked(number: str | None) -> str:
    """Only the last four digits: ``************1234``; empty without a number."""
    return f"{'*' * 12}{number[-4:]}" if number else ""


def check(number: str) -> str:
    """The 16 digits without blanks and dots. Raises `Refused` at the field nik when it cannot be a NIK."""
    try:
        return str(standard.validate(number))
    except ValidationError as error:
        raise Refused(N_("This is not a valid NIK. It has 16 digits: region, birth date (day plus 40 for "
                         "women), "
                         "serial number."), field="nik") from error


def doubts(number: str, birth_date: date, sex: Sex) -> list[str]:
    """Messages about what does not fit; empty when all does. The region is not compared with the address."""
    result = []
    day = int(number[6:8])
    if (day % 40, int(number[8:10]), int(number[10:12])) != (birth_date.day, birth_date.month,
                                                             birth_date.year % 100):
        result.append(N_("The birth date in the NIK is another than the one given."))
    if (day > 40) != (sex == Sex.FEMALE):
        result.append(N_("The sex in the NIK is another than the one given."))
    return result


def keep(patient: Patient, number: str | None, *, confirmed: bool = False, told: bool = False) -> bool:
    """Give the patient this NIK, or none; whether the number is this record's alone.

    A number that another record holds is kept without its index: nobody but the hospital may learn of it, and
    it looks into both. Raises `Refused` (not a NIK; with `told`, another record's) or `NikDoubt` (does not
    fit, and not
    `confirmed`).
    """
    if not number:
        patient.nik = patient.nik_index = None
        return True
    digits = check(number)
    if not confirmed and (result := doubts(digits, patient.birth_date, patient.sex)):
        raise NikDoubt(result[0], field="nik")
    hashed = index(digits)
    if hashed == patient.nik_index:
        return True
    holder = None
    with db.session.no_autoflush:
        is_held = _is_held(hashed, patient)
        if is_held and told:
            holder = _holder(hashed, patient)
    if holder is not None:
        raise Refused(N_("Another record has this NIK: %(record)s. Merge the two, or correct one of them."),
                      field="nik", record=holder.medical_record_number or holder.name)
    is_free = not is_held and patient.state != PatientState.REJECTED
    patient.nik, patient.nik_index = encrypt(digits), hashed if is_free else None
    return not is_held


def _is_held(hashed: str, patient: Patient) -> bool:
    """Whether another record holds the number, whoever asks."""
    held = database_roles.everybodys("patient")
    return db.session.scalar(sa.select(held.id).where(held.nik_index == hashed,
                                                      held.id != (patient.id or 0))) is not None


def _holder(hashed: str, patient: Patient) -> Patient | None:
    """The other record that holds the number."""
    return db.session.scalar(sa.select(Patient).where(Patient.nik_index == hashed,
                                                      Patient.id != (patient.id or 0)))


def holder_of(patient: Patient) -> Patient | None:
    """The record that holds the number which this one only claims; None when nothing is in question."""
    number = of(patient) if patient.nik_index is None else None
    return _holder(index(number), patient) if number else None


def claim(patient: Patient) -> None:
    """Let the record hold its number from now on. Raises `Refused` when another one does."""
    if patient.nik is None or patient.nik_index is not None:
        return
    holder = holder_of(patient)
    if holder is not None:
        raise Refused(N_("Another record has this NIK now: %(record)s. Merge the two, or correct the NIK "
                         "first."),
                      record=holder.medical_record_number or holder.name)
    patient.nik_index = index(decrypt(patient.nik))


def release(patient: Patient) -> None:
    """Let others register with the number; this record still says it."""
    patient.nik_index = None


def of(patient: Patient) -> str | None:
    """The patient's NIK in full; only for those who may read it."""
    return decrypt(patient.nik) if patient.nik else None


def masked_of(patient: Patient) -> str:
    """The patient's NIK as pages show it."""
    return masked(of(patient))


def find(number: str) -> Patient | None:
    """The patient who has this NIK."""
    return db.session.scalar(sa.select(Patient).where(Patient.nik_index == index(standard.compact(number))))
