"""The prescription on paper, as doctors write it: R/, how many in Roman numerals, signa; for the pharmacy and
for the patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale, gettext, ngettext
from sqlalchemy.orm import joinedload, selectinload

from models.base import db
from models.clinic import Doctor, Patient
from models.consultations import Consultation
from models.documents import DocumentNumber
from models.errors import N_
from models.operations.clinic import prescription_checks
from models.operations.clinic.prescription_checks import About
from models.prescriptions import OPEN_TO_FETCH, Prescription, PrescriptionLine, PrescriptionState
from models.settings import setting
from portal.web import links, locale, pdf, words
from portal.web.letterhead import Letterhead, letterhead
from portal.web.letterhead import printed as printed_by

_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
#: The pharmacist's review of a prescription (Permenkes 72/2016: administrative, pharmaceutical, clinical) and
#: the steps until it is given out.
CHECKS = (N_("Review: complete and signed"), N_("Review: dose, form, stable"),
          N_("Review: allergy, interaction"), N_("Prepared and labelled"), N_("Checked by another"),
          N_("Given out and explained"))
#: Below this age the weight decides the dose, so it stands on the paper.
CHILD = 18


@dataclass
class Written:
    """One R/: the medicine, "XV" (empty where there is no Roman numeral), "15 kapsul", the signa, what was
    checked and why it is given all the same."""

    name: str
    roman: str
    amount: str
    signa: str
    notes: list[str] = field(default_factory=list)


@dataclass
class RxSheet:
    head: Letterhead
    doctor: str
    specialization: str
    licence: str
    number: str
    place_and_day: str
    state: str
    lines: list[Written]
    patient: list[tuple[str, str]]
    allergies: str
    note: str
    fetch: list[str]
    address: str = ""
    qr: str = ""
    printed: str = ""
    #: What the pharmacist checks and does, with room to initial each.
    checks: list[str] = field(default_factory=list)


def language_of(patient: Patient) -> str:
    """The language of a patient's papers (id, en): of the account that is the patient's, else the
    guardian's; whoever prints has no say in it. Indonesian where nobody has an account."""
    of = next((person.user for person in (patient, patient.guardian)
               if person is not None and person.user is not None), None)
    return of.language.value if of is not None else "id"


def roman(number: Decimal) -> str:
    """15 as XV; empty for what has no numeral (parts, nothing, too many)."""
    if number != number.to_integral_value() or not 0 < number < 4000:
        return ""
    left, text = int(number), ""
    for worth, sign in _ROMAN:
        text += sign * (left // worth)
        left %= worth
    return text


def licence(doctor: Doctor) -> str:
    """"SIP 446/0123/…": once, however the number was typed."""
    number = (doctor.sip_number or "").strip()
    if not number or number.upper().startswith("SIP"):
        return number
    return f"SIP {number}"


def age_text(patient: Patient, day: Any) -> str:
    """Years; of a small child months too, because doses hang on them."""
    years = patient.age_on(day)
    if years >= 3:
        return gettext("%(years)s years", years=years)
    born = patient.birth_date
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    return ngettext("%(num)s month", "%(num)s months", max(months, 0))


def where_to_fetch() -> str:
    return setting("prescription.place") or gettext("The hospital's pharmacy")


def how_to_fetch(prescription: Prescription) -> list[str]:
    """What to do with it: where, until when, what to bring. Nothing once it is given out or over."""
    if prescription.state not in OPEN_TO_FETCH:
        return []
    said = [gettext("Fetch it here: %(place)s.", place=where_to_fetch())]
    if prescription.valid_until:
        said.append(gettext("Until %(day)s.", day=locale.day(prescription.valid_until, "long")))
    said.append(gettext("Bring this number or paper and an identity card (KTP or the child's). Somebody else "
                        "may come for you with them."))
    if phone := setting("hospital.phone"):
        said.append(gettext("Questions: %(phone)s.", phone=phone))
    return said


def _written(line: PrescriptionLine) -> Written:
    notes = [gettext("Despite the allergy: %(why)s", why=line.allergy_reason)] if line.allergy_reason else []
    if line.interaction_reason:
        beside = ", ".join(each.other for each in prescription_checks.of(line)
                           if each.about in (About.INTERACTION, About.TWICE) and each.reason_field)
        notes.append(gettext("Together with %(other)s: %(why)s", other=beside, why=line.interaction_reason))
    return Written(line.item.name, roman(line.quantity),
                   f"{locale.quantity(line.quantity)} {line.unit.unit_name}", line.directions, notes)


def _patient(prescription: Prescription, is_veiled: bool) -> list[tuple[str, str]]:
    patient, day = prescription.patient, prescription.prescribed_on
    is_child = patient.age_on(day) < CHILD
    weight = f"{locale.quantity(patient.weight_kg)} kg" if patient.weight_kg and is_child and not is_veiled \
        else ""
    return [(label, text) for label, text in (
        ("Pro", patient.name), (gettext("Age"), age_text(patient, day)),
        (words.label("birth_date"), locale.day(patient.birth_date)), (gettext("Weight"), weight),
        (words.label("medical_record_number"), patient.medical_record_number or ""),
        (words.label("address"), patient.address or "")) if text]


def sheet(prescription: Prescription, hides: frozenset[str] = frozenset()) -> RxSheet:
    """What is printed; without medicines and allergies for who only ends it (`hides`)."""
    record = db.session.scalars(
        sa.select(Prescription).where(Prescription.id == prescription.id).options(
            joinedload(Prescription.consultation).options(
                joinedload(Consultation.patient).selectinload(Patient.allergy_rows),
                joinedload(Consultation.doctor), joinedload(Consultation.specialization)),
            selectinload(Prescription.lines).options(joinedload(PrescriptionLine.item),
                                                     joinedload(PrescriptionLine.unit)))).unique().one()
    doctor, is_veiled = record.doctor, "lines.item" in hides
    head = letterhead()
    result = RxSheet(
        head, doctor.name,
        record.consultation.specialization.name, licence(doctor), record.number or "",
        head.place_and_date(record.prescribed_on),
        "" if record.state == PrescriptionState.ISSUED else words.state_word(record.state),
        [] if is_veiled else [_written(line) for line in record.lines], _patient(record, is_veiled),
        "" if is_veiled else record.patient.allergy_words or gettext("none on record"),
        "" if "note" in hides else record.note or "", how_to_fetch(record), printed=printed_by(),
        checks=[gettext(check) for check in CHECKS])
    code = db.session.scalar(sa.select(DocumentNumber.verify_code).where(
        DocumentNumber.document_type == "prescription", DocumentNumber.document_id == record.id))
    if code:
        result.address = f"{links.public_url() or ''}/verify/{code}"
        result.qr = pdf.qr_data_uri(result.address)
    return result


def printed(prescription: Prescription, language: str | None = None,
            hides: frozenset[str] = frozenset()) -> bytes:
    """The PDF, in `language` (id, en) or the patient's."""
    with force_locale(language or language_of(prescription.patient)):
        return pdf.rendered("print/prescription.html", sheet=sheet(prescription, hides))
