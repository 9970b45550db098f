"""What the doctor writes in a consultation: note, diagnoses, letters; and the patient's rating. Prescriptions
are in
`prescriptions`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import date, timedelta

import sqlalchemy as sa

from models import clock
from models.base import db
from models.consultations import (
    ClinicalNote,
    Consultation,
    ConsultationState,
    Diagnosis,
    DiagnosisKind,
    NoteDraft,
)
from models.errors import N_, NN_, NotAllowed, Refused
from models.operations.clinic import icd
from models.operations.core.approvals import effect, opened, perform
from models.people import User
from models.prescriptions import Letter, LetterKind, PrescriptionState
from models.settings import setting

_OPEN = (ConsultationState.IN_PROGRESS, ConsultationState.COMPLETED)


def require_own(consultation: Consultation, by: User) -> None:
    """Raises unless `by` is its doctor and it was begun."""
    if consultation.doctor.user_id != by.id:
        raise NotAllowed(N_("Only the doctor of this consultation writes here."))
    if consultation.state not in _OPEN:
        raise Refused(N_("Start the consultation first; then you can write its papers."))


PARTS = ("subjective", "objective", "assessment", "plan")
#: Letters of one part of the note.
LONGEST_PART = 8000


def _parts(texts: Mapping[str, str]) -> dict[str, str]:
    parts = {name: texts.get(name, "").replace("\0", "").strip() for name in PARTS}
    for field, text in parts.items():
        if len(text) > LONGEST_PART:
            raise Refused(N_("A part of the note has at most %(most)s letters."), field=field,
                          most=LONGEST_PART)
    return parts


def save_draft(consultation: Consultation, *, by: User, **texts: str) -> NoteDraft | None:
    """Keep what was typed of the note. Nothing typed beyond the signed note: no draft, None. Flushes."""
    require_own(consultation, by)
    parts, draft, note = _parts(texts), consultation.draft, consultation.current_note
    if not any(parts.values()) or (note is not None and all(getattr(note, name) == parts[name]
                                                            for name in PARTS)):
        if draft is not None:
            db.session.delete(draft)
            consultation.draft = None
    elif draft is None:
        consultation.draft = NoteDraft(**parts)
    else:
        for name, text in parts.items():
            setattr(draft, name, text)
        draft.saved_at = clock.now()
    db.session.flush()
    return consultation.draft


def write_note(consultation: Consultation, *, by: User, **texts: str) -> ClinicalNote:
    """Sign the doctor's note (SOAP). A second one is a correction: a new revision, the first stays."""
    require_own(consultation, by)
    parts = _parts(texts)
    for field, text in parts.items():
        if not text:
            raise Refused(N_("Please fill in all four parts of the note."), field=field)
    last = db.session.scalar(sa.select(sa.func.max(ClinicalNote.revision)).where(
        ClinicalNote.consultation_id == consultation.id))
    note = ClinicalNote(consultation=consultation, revision=(last or 0) + 1, author_id=by.id, **parts)
    db.session.add(note)
    if consultation.draft is not None:
        db.session.delete(consultation.draft)
        consultation.draft = None
    db.session.flush()
    return note


def missing(consultation: Consultation) -> list[str]:
    """What "complete" still lacks: ``note``, ``draft`` (typed, not signed), ``diagnosis``, ``primary`` (only
    secondary ones), ``prescription`` (begun, not issued)."""
    lacks = []
    if consultation.draft is not None:
        lacks.append("draft")
    elif not consultation.notes:
        lacks.append("note")
    live = consultation.live_diagnoses
    if not live:
        lacks.append("diagnosis")
    elif all(entry.kind != DiagnosisKind.PRIMARY for entry in live):
        lacks.append("primary")
    if any(prescription.state == PrescriptionState.DRAFT and prescription.lines
           for prescription in consultation.prescriptions):
        lacks.append("prescription")
    return lacks


#: Why the consultation is not completed yet, by what is missing.
LACKS = {
    "note": N_("The note is not written yet: fill in its four parts and sign it."),
    "draft": N_("The note has changes that are not signed. Sign it first."),
    "diagnosis": N_("There is no diagnosis yet. Record at least the primary one."),
    "primary": N_("None of the diagnoses is the primary one. Record the primary diagnosis."),
    "prescription": N_("The prescription is begun and not issued. Issue it, or take its lines out."),
}


@effect(Consultation, "complete")
def _nothing_missing(consultation: Consultation, *, by: User, reason: str) -> None:
    for lack in missing(consultation):
        raise Refused(LACKS[lack])


def add_diagnosis(consultation: Consultation, code: str, *, by: User,
                  kind: DiagnosisKind = DiagnosisKind.PRIMARY) -> Diagnosis:
    """Record an ICD-10 diagnosis. Raises `Refused` when the code is none, or a primary one is there
    already."""
    require_own(consultation, by)
    known, name = icd.known(code)
    for live in consultation.live_diagnoses:
        if live.code == known:
            raise Refused(N_("%(code)s is already recorded."), field="code", code=known)
        if live.kind == kind == DiagnosisKind.PRIMARY:
            raise Refused(N_("There is already a primary diagnosis; record this one as secondary, or "
                             "withdraw the "
                             "other."), field="kind")
    diagnosis = Diagnosis(consultation=consultation, code=known, name=name[:300], kind=kind,
                          recorded_by_id=by.id)
    db.session.add(diagnosis)
    db.session.flush()
    return diagnosis


def withdraw_diagnosis(diagnosis: Diagnosis, *, by: User) -> None:
    """Take a wrong diagnosis back; it stays in the record as withdrawn."""
    consultation = diagnosis.consultation
    require_own(consultation, by)
    if consultation.state == ConsultationState.COMPLETED and consultation.live_diagnoses == [diagnosis]:
        raise Refused(
            N_("A completed consultation keeps at least one diagnosis. Record the right one first.")
        )
    diagnosis.withdrawn_at = diagnosis.withdrawn_at or clock.now()
    db.session.flush()


# ---------------------------------------------------------------- video, letters and rating

def set_video(consultation: Consultation, address: str, *, by: User) -> None:
    """Where doctor and patient see each other; empty takes the link away. Only https, never an address of a
    script."""
    if consultation.doctor.user_id != by.id:
        raise NotAllowed(N_("Only the doctor of this consultation writes here."))
    text = address.strip()
    if text and not (re.fullmatch(r"https://[^\s<>\"']+", text) and len(text) <= 500):
        raise Refused(N_("Write the whole address of the video room, beginning with https://."),
                      field="video_url")
    consultation.video_url = text or None
    db.session.flush()


def write_letter(consultation: Consultation, kind: LetterKind, *, by: User, body: str = "",
                 sick_from: date | None = None, sick_until: date | None = None,
                 referred_to: str | None = None, replaces: Letter | None = None) -> Letter:
    """A sick letter (from, until) or a referral (to whom and why), with a number of its own. Printed by the
    edges; never changed. `replaces` is the letter in whose place it stands."""
    require_own(consultation, by)
    if kind == LetterKind.SICK:
        _check_days(sick_from, sick_until)
    if kind == LetterKind.REFERRAL and not (referred_to and referred_to.strip() and body.strip()):
        raise Refused(N_("Please write to whom the patient is referred, and why."), field="referred_to")
    sick = kind == LetterKind.SICK
    letter = Letter(consultation=consultation, kind=kind, verify_code=secrets.token_urlsafe(12),
                    body=body.strip(),
                    sick_from=sick_from if sick else None, sick_until=sick_until if sick else None,
                    referred_to=None if sick else (referred_to or "").strip(), author_id=by.id,
                    replaces=replaces)
    db.session.add(letter)
    opened(letter, by=by)
    return letter


def _check_days(sick_from: date | None, sick_until: date | None) -> None:
    """Raises `Refused` for days that no sick letter has: too many, or beginning too long ago or ahead."""
    if sick_from is None or sick_until is None or sick_from > sick_until:
        raise Refused(N_("Please give the first and the last day of the sick leave."), field="sick_until")
    back, most = setting("letter.days_back"), setting("letter.most_sick_days")
    if sick_from < clock.today() - timedelta(days=back):
        raise Refused(NN_("A sick letter begins %(count)s day ago at the earliest.",
                          "A sick letter begins %(count)s days ago at the earliest."), field="sick_from",
                      count=back)
    if sick_from > clock.today() + timedelta(days=most):
        raise Refused(N_("The first day lies too far ahead."), field="sick_from")
    if (sick_until - sick_from).days >= most:
        raise Refused(NN_("A sick letter is for %(count)s day at most. Who needs longer is seen again.",
                          "A sick letter is for %(count)s days at most. Who needs longer is seen again."),
                      field="sick_until", count=most)


def replace_letter(letter: Letter, reason: str, *, by: User, version: int | None = None, body: str = "",
                   sick_from: date | None = None, sick_until: date | None = None,
                   referred_to: str | None = None) -> Letter:
    """Write another letter of the same kind in the place of this one, which is not valid any more. Raises
    what `perform` and `write_letter` raise."""
    perform(letter, "replace", by=by, reason=reason, version=version)
    return write_letter(letter.consultation, letter.kind, by=by, body=body, sick_from=sick_from,
                        sick_until=sick_until, referred_to=referred_to, replaces=letter)


@effect(Letter, "withdraw", "replace")
def _taken_back(letter: Letter, *, by: User, reason: str) -> None:
    letter.decided_reason = reason.strip()


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
