"""What a patient takes home on paper: letters and the summary of a consultation, as PDF that a code
verifies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale, gettext, ngettext

from models import clock
from models.base import db
from models.consultations import Consultation
from models.documents import DocumentNumber
from models.prescriptions import GIVEN_OUT, Letter, LetterKind, LetterState
from portal.web import links, locale, pdf, prescription_paper, words
from portal.web.letterhead import Letterhead, letterhead
from portal.web.letterhead import printed as printed_by


@dataclass
class Sheet:
    """A paper of the clinic: facts about whom, sections of text, who signs."""

    title: str
    head: Letterhead
    number: str
    place_and_date: str
    facts: list[tuple[str, str]]
    #: Heading (may be empty) and paragraphs.
    sections: list[tuple[str, list[str]]] = field(default_factory=list)
    doctor: str = ""
    licence: str = ""
    address: str = ""
    qr: str = ""
    printed: str = ""


def _facts(consultation: Consultation) -> list[tuple[str, str]]:
    patient = consultation.patient
    age = patient.age_on(clock.local(consultation.starts_at).date())
    return [(label, text) for label, text in (
        (gettext("Patient"), patient.name),
        (words.label("medical_record_number"), patient.medical_record_number or ""),
        (words.label("birth_date"),
         f"{locale.day(patient.birth_date)} ({gettext('%(years)s years', years=age)})"),
        (words.label("sex"), words.state_word(patient.sex)), (words.label("address"), patient.address or ""))
            if text]


def _sheet(consultation: Consultation, title: str, number: str, on: Any, code: str | None) -> Sheet:
    doctor = consultation.doctor
    head = letterhead()
    on = clock.local(on).date() if isinstance(on, datetime) else on
    sheet = Sheet(title, head, number, head.place_and_date(on), _facts(consultation), doctor=doctor.name,
                  licence=prescription_paper.licence(doctor), printed=printed_by())
    if code:
        sheet.address = links.printed_address(f"/verify/{code}")
        sheet.qr = pdf.qr_data_uri(sheet.address) if sheet.address else ""
    return sheet


def letter_word(letter: Letter) -> str:
    """What the letter is called."""
    return gettext("Sick letter") if letter.kind == LetterKind.SICK else gettext("Referral letter")


def letter_sheet(letter: Letter) -> Sheet:
    """A sick letter says from when until when, never why; a referral says to whom and what the doctor
    wrote."""
    consultation = letter.consultation
    sheet = _sheet(consultation, letter_word(letter), letter.own_number, letter.issued_on,
                   letter.verify_code)
    if letter.state != LetterState.ISSUED:
        sheet.sections.append(("", [gettext("NOT VALID ANY MORE: this letter was withdrawn or replaced.")]))
    if letter.kind == LetterKind.SICK:
        assert letter.sick_from is not None
        assert letter.sick_until is not None
        days = (letter.sick_until - letter.sick_from).days + 1
        said = [ngettext("The patient named above was examined at a distance and needs rest because of "
                         "illness for %(num)s day, from %(first)s until %(last)s.",
                         "The patient named above was examined at a distance and needs rest because of "
                         "illness for %(num)s days, from %(first)s until %(last)s.", days,
                         first=locale.day(letter.sick_from), last=locale.day(letter.sick_until))]
    else:
        sheet.facts.append((gettext("Referred to"), letter.referred_to or ""))
        said = [gettext("Dear colleague, please examine and treat the patient named above further.")]
    sheet.sections.append(("", said + letter.body.splitlines()))
    sheet.sections.append(("", [gettext("This letter was made for whoever needs it to know.")
                                if letter.kind == LetterKind.SICK
                                else gettext("Thank you for your cooperation.")]))
    return sheet


def summary_sheet(consultation: Consultation) -> Sheet:
    """What the doctor found and advised, in one visit."""
    code = db.session.scalar(sa.select(DocumentNumber.verify_code).where(
        DocumentNumber.document_type == "consultation", DocumentNumber.document_id == consultation.id))
    sheet = _sheet(consultation, gettext("Summary of the consultation"), consultation.number or "",
                   consultation.completed_at or consultation.starts_at, code)
    sheet.facts += [(gettext("Doctor"), f"{consultation.doctor.name}, {consultation.specialization.name}"),
                    (words.label("starts_at"), locale.moment(consultation.starts_at))]
    if consultation.patient.allergy_words:
        sheet.facts.append((words.label("allergies"), consultation.patient.allergy_words))
    sheet.sections.append((gettext("Complaint"), consultation.complaint.splitlines()))
    if consultation.live_diagnoses:
        sheet.sections.append((gettext("Diagnosis"), [words.diagnosis_word(diagnosis)
                                                      for diagnosis in consultation.live_diagnoses]))
    note = consultation.current_note
    if note is not None:
        sheet.sections += [(title, text.splitlines()) for title, text in (
            (gettext("What you told"), note.subjective), (gettext("What was found"), note.objective),
            (gettext("Assessment"), note.assessment), (gettext("Advice"), note.plan)) if text.strip()]
    for rx in consultation.prescriptions:
        if rx.state in GIVEN_OUT:
            sheet.sections.append((f"{gettext('Prescription')} {rx.number}", [
                f"{line.item.name}, {locale.quantity(line.quantity)} {line.unit.unit_name}: {line.directions}"
                for line in rx.lines]))
    if consultation.letters:
        sheet.sections.append((gettext("Letters"), [f"{letter_word(letter)}, {locale.day(letter.issued_on)}"
                                                    for letter in consultation.letters
                                                    if letter.state == LetterState.ISSUED]))
    return sheet


def printed(sheet_of: Any, record: Any, language: str | None = None) -> bytes:
    """The PDF of `sheet_of(record)`, in `language` (id, en) or the patient's."""
    consultation = record if isinstance(record, Consultation) else record.consultation
    with force_locale(language or prescription_paper.language_of(consultation.patient)):
        return pdf.rendered("print/clinical.html", sheet=sheet_of(record))
