"""What goes on after a consultation: the day of the next one with its reminder, and the answer to a
referral."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.base import db
from models.clinic import Patient, PatientState
from models.consultations import Consultation, ConsultationState
from models.errors import N_, NotAllowed, Refused
from models.follow_up import FollowUp, LetterAnswer
from models.operations.clinic import vital_signs
from models.operations.clinic.clinical import require_own
from models.operations.core.jobs import each_day, job
from models.operations.people.notices import Declared, declare, tell, the_account, the_doctor
from models.outbox import Channel
from models.people import User
from models.prescriptions import Letter, LetterKind
from models.roles import Role

C = ConsultationState
#: Days before the follow-up on which the patient is reminded; 0 is the day itself.
REMIND_DAYS = (7, 1)
#: A follow-up lies within this.
LONGEST = timedelta(days=3 * 366)
MOST_LETTERS = 4000


def _of_patient(follow_up: FollowUp) -> list[Any]:
    return the_account(follow_up.consultation.patient)


def _said(follow_up: FollowUp) -> dict[str, Any]:
    return {"doctor": follow_up.consultation.doctor.name, "day": follow_up.due_on,
            "patient": follow_up.consultation.patient.name}


declare(Declared(
    "follow_up_near", _of_patient, N_("Your follow-up is near"),
    (N_("%(doctor)s wants to see %(patient)s again on %(day)s."),
     N_("Choose a time in the portal: the day and the doctor stand there already.")),
    _said, "/portal/follow-ups/{id}", icon="calendar-time"))
ANSWERED = (N_("The answer to the referral of consultation %(number)s was recorded. It stands in the "
               "record."),)
declare(Declared(
    "referral_answered", lambda letter: the_account(letter.consultation.patient),
    N_("A referral was answered"), ANSWERED, lambda letter: {"number": letter.consultation.number or ""},
    "/portal/record", icon="mail"))
declare(Declared(
    "referral_answered_doctor", lambda letter: the_doctor(letter.consultation),
    N_("A referral was answered"), ANSWERED, lambda letter: {"number": letter.consultation.number or ""},
    "/admin/letter/details/?id={id}", channels=(Channel.MAIL,), icon="mail"))


def live(consultation: Consultation) -> FollowUp | None:
    """The follow-up that stands."""
    return db.session.scalar(sa.select(FollowUp).where(
        FollowUp.consultation_id == consultation.id, FollowUp.withdrawn_at.is_(None)))


def set_day(consultation: Consultation, due_on: date | None, *, by: User,
            reason: str = "") -> FollowUp | None:
    """The doctor wants to see the patient again on a day; None takes it back. Another day takes the old one's
    place. Flushes. Raises `NotAllowed` or `Refused` at ``due_on``."""
    require_own(consultation, by)
    db.session.execute(sa.select(Consultation.id).where(Consultation.id == consultation.id)
                       .with_for_update(key_share=True))
    before, text = live(consultation), reason.replace("\0", "").strip()[:500]
    if due_on is not None and not clock.today() < due_on <= clock.today() + LONGEST:
        raise Refused(N_("Choose a day after today, within three years."), field="due_on")
    if before is not None and (before.due_on, before.reason) == (due_on, text):
        return before
    if before is not None:
        before.withdrawn_at = clock.now()
        db.session.flush()
    if due_on is None:
        return None
    made = FollowUp(consultation_id=consultation.id, due_on=due_on, reason=text, set_by_id=by.id)
    db.session.add(made)
    db.session.flush()
    return made


def booked(follow_up: FollowUp) -> Consultation | None:
    """The consultation with the same doctor that the patient asked for since, if there is one."""
    first = follow_up.consultation
    return db.session.scalar(sa.select(Consultation).where(
        Consultation.patient_id == first.patient_id, Consultation.doctor_id == first.doctor_id,
        Consultation.id != first.id, Consultation.created_at >= follow_up.set_at,
        Consultation.state.in_((C.REQUESTED, C.APPROVED, C.IN_PROGRESS, C.COMPLETED)))
        .order_by(Consultation.id).limit(1))


@job("follow_ups", due=each_day())
def remind() -> str:
    """Remind patients a week and a day before the day that the doctor set, where nothing was asked for
    yet."""
    today, notified = clock.today(), 0
    rows = db.session.scalars(
        sa.select(FollowUp).join(Consultation, Consultation.id == FollowUp.consultation_id)
        .join(Patient, Patient.id == Consultation.patient_id)
        .where(FollowUp.withdrawn_at.is_(None), FollowUp.due_on >= today,
               FollowUp.due_on <= today + timedelta(days=max(REMIND_DAYS)),
               Consultation.state == C.COMPLETED, Patient.state == PatientState.ACTIVE)
        .order_by(FollowUp.id)).all()
    for follow_up in rows:
        if booked(follow_up) is not None:
            continue
        left = (follow_up.due_on - today).days
        lead = min(days for days in REMIND_DAYS if left <= days)
        notified += tell("follow_up_near", follow_up, key=f"follow_up:{follow_up.id}:{lead}")
    return f"{notified} told" if notified else ""


# ---------------------------------------------------------------- referrals

def may_answer(letter: Letter, by: User) -> bool:
    """Whether the person may record what came back: its doctor, a doctor who treats the patient, the
    office."""
    consultation = letter.consultation
    return (by.has_role(Role.ADMIN) or consultation.doctor.user_id == by.id
            or vital_signs.treats(by, consultation.patient)) and by.id not in consultation.patient.owner_ids


def record_answer(letter: Letter, body: str, *, answered_by: str, by: User,
                  answered_on: date | None = None) -> LetterAnswer:
    """Record the answer to a referral; patient and doctor are told that it is there. Flushes. Raises
    `NotAllowed`, or `Refused` at ``answer``, ``answered_by`` or ``answered_on``."""
    if not may_answer(letter, by):
        raise NotAllowed(N_("Only the treating doctors and the office record an answer."))
    text, who = body.replace("\0", "").strip(), answered_by.replace("\0", "").strip()
    if letter.kind != LetterKind.REFERRAL:
        raise Refused(N_("Only a referral is answered."))
    if not text:
        raise Refused(N_("Write what the receiving doctor answered."), field="answer")
    if len(text) > MOST_LETTERS:
        raise Refused(N_("An answer has at most %(most)s letters."), field="answer", most=MOST_LETTERS)
    if not who or len(who) > 200:
        raise Refused(N_("Write who answered: the doctor or the place."), field="answered_by")
    day = answered_on or clock.today()
    if not letter.issued_on <= day <= clock.today():
        raise Refused(N_("The answer is of a day between the letter and today."), field="answered_on")
    answer = LetterAnswer(letter_id=letter.id, body=text, answered_by=who, answered_on=day,
                          recorded_by_id=by.id)
    db.session.add(answer)
    db.session.flush()
    tell("referral_answered", letter, key=f"referral_answered:{answer.id}")
    if letter.consultation.doctor.user_id != by.id:
        tell("referral_answered_doctor", letter, key=f"referral_answered:{answer.id}")
    return answer


def answers_to(letter_ids: list[int]) -> dict[int, list[LetterAnswer]]:
    """The answers by letter, oldest first; one statement."""
    found: dict[int, list[LetterAnswer]] = {}
    if letter_ids:
        for answer in db.session.scalars(
                sa.select(LetterAnswer).where(LetterAnswer.letter_id.in_(letter_ids))
                .options(joinedload(LetterAnswer.recorded_by).lazyload("*")).order_by(LetterAnswer.id)):
            found.setdefault(answer.letter_id, []).append(answer)
    return found
