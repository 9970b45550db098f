"""Consultations: asking for a slot, the decision, holding it, moving it. Talking is in `conversations`, the
doctor's papers in `clinical`; both are re-exported here."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models import clock
from models.base import db
from models.clinic import Doctor, Patient, PatientState, Payer
from models.consultations import (
    Consultation,
    ConsultationMessage,
    ConsultationState,
    NoteDraft,
    Triage,
)
from models.documents import Attachment
from models.errors import N_, NN_, NotAllowed, Refused, SlotTaken, told_of
from models.operations.clinic import conversation_news, slots
from models.operations.clinic import triage as triaging
from models.operations.clinic.clinical import (
    PARTS,
    add_diagnosis,
    rate,
    withdraw_diagnosis,
    write_letter,
    write_note,
)
from models.operations.clinic.conversations import (
    mark_read,
    messages_after,
    send_message,
    unread_counts,
    unread_total,
)
from models.operations.clinic.prescriptions import prescribe
from models.operations.core.approvals import after, by_system, effect, opened, perform
from models.operations.core.locking import lock_rows
from models.operations.people import form_drafts, notices
from models.organisation import Status
from models.people import User
from models.prescriptions import PrescriptionState
from models.roles import Role
from models.settings import setting

__all__ = ["add_diagnosis", "mark_read", "messages_after", "prescribe", "rate", "request", "reschedule",
           "send_message", "unread_counts", "unread_total", "withdraw_diagnosis", "write_letter",
           "write_note"]

C = ConsultationState


def request(patient: Patient, doctor: Doctor, starts_at: datetime, complaint: str, *, by: User,
            payer: Payer | None = None, triage: Triage | None = None,
            answers: Mapping[str, str] | None = None) -> Consultation:
    """Ask for the doctor's slot that begins at the aware instant `starts_at`. Flushes.

    Raises `NotAllowed` (somebody else's patient), `SlotTaken` naming the next free slots, or `Refused`. By
    setting the request is approved at once. `answers` are those of `triage.QUESTIONS`; how urgent it is
    follows from them.
    """
    if by.id not in patient.owner_ids and not by.has_role(Role.ADMIN):
        raise NotAllowed(N_("This is somebody else's registration."))
    if patient.state != PatientState.ACTIVE:
        raise Refused(N_("A consultation can be asked for once the registration is approved."))
    if by.id != patient.user_id and patient.outgrew_guardian(clock.today()):
        raise Refused(N_("%(name)s is of age now and asks alone. Hand the profile over on the page of this "
                         "profile."),
                      name=patient.name)
    text = complaint.strip()
    if not 3 <= len(text) <= 4000:
        raise Refused(N_("Please describe the complaint in 3 to 4000 letters."), field="complaint")
    if doctor.user_id is not None and doctor.user_id in patient.owner_ids:
        raise Refused(N_("Doctors do not consult themselves. Please choose another doctor."), field="doctor")
    consultation = _book(patient, doctor, starts_at, by=by, created_by_id=by.id, complaint=text,
                         triage=triage or triaging.level(answers or {}),
                         payer=payer or patient.payer)
    triaging.keep(consultation, answers or {})
    opened(consultation, by=by)
    _approve_by_itself(consultation, by)
    return consultation


def _approve_by_itself(consultation: Consultation, by: User) -> None:
    """Where the setting says so: every request, or every one that is not urgent, at which a person looks."""
    automatic = setting("consultation.auto_approve")
    if automatic == "yes" or (automatic == "not_urgent" and consultation.triage != Triage.URGENT):
        by_system(consultation, "approve", by=by)


def _require_room(patient: Patient, doctor: Doctor, by: User) -> None:
    """Raises `Refused` where a patient has as many consultations to come as one may; the office may go
    on."""
    if by.id not in patient.owner_ids:
        return
    coming = db.session.execute(
        sa.select(Consultation.doctor_id, sa.func.count()).where(
            Consultation.patient_id == patient.id, Consultation.state.in_((C.REQUESTED, C.APPROVED)),
            Consultation.starts_at > clock.now()).group_by(Consultation.doctor_id)).all()
    open_ones: dict[int, int] = {row[0]: row[1] for row in coming}
    most, of_one = setting("consultation.most_open"), setting("consultation.most_open_per_doctor")
    if open_ones.get(doctor.id, 0) >= of_one:
        raise Refused(NN_("You have %(count)s consultation to come with this doctor. Hold, move or cancel it "
                          "first.",
                          "You have %(count)s consultations to come with this doctor. Hold, move or cancel "
                          "one first."), field="doctor", count=of_one)
    if sum(open_ones.values()) >= most:
        raise Refused(NN_("You have %(count)s consultation to come. Hold, move or cancel it first.",
                          "You have %(count)s consultations to come. Hold, move or cancel one first."),
                      field="doctor", count=most)


def _book(patient: Patient, doctor: Doctor, starts_at: datetime, *, by: User, **fields: Any) -> Consultation:
    """A consultation that holds its time. The database decides who was first (`models.intervals`)."""
    # Held a little by everybody who books, the doctor first: two who want one time wait for each other, never
    # both, and nobody slips past an absence that is just being written.
    lock_rows(Doctor, {doctor.id})
    lock_rows(Patient, {patient.id})
    day = clock.local(starts_at).date()
    _require_room(patient, doctor, by)
    if starts_at <= clock.now():
        raise Refused(N_("This time is already over. Please choose a later one."), field="starts_at")
    if by.id in patient.owner_ids and starts_at < clock.now() + slots.least_notice():
        raise Refused(N_("This time is too near to be approved before it begins. Please choose a later one."),
                      field="starts_at")
    if day > slots.last_day():
        raise Refused(N_("Times can be booked until %(day)s."), field="starts_at", day=slots.last_day())
    slot = next((slot for slot in slots.offered(doctor, day, day) if slot.starts_at == starts_at), None)
    if slot is None:
        raise Refused(N_("The doctor has no hours at this time. Please choose one of the times shown."),
                      field="starts_at")
    consultation = Consultation(
        patient_id=patient.id, doctor_id=doctor.id, specialization_id=doctor.specialization_id,
        starts_at=slot.starts_at, slot_minutes=slot.minutes, **fields)
    try:
        with db.session.begin_nested():
            db.session.add(consultation)
            db.session.flush()
    except IntegrityError as error:
        if not isinstance(told_of(error), SlotTaken):
            raise
        raise _taken(patient, doctor, slot, by) from error
    return consultation


def _taken(patient: Patient, doctor: Doctor, slot: slots.Slot, by: User) -> SlotTaken:
    """Whose time it is that was taken, and the next times that are free for both."""
    free = slots.next_free(doctor, after=slot.starts_at, patient=patient)
    is_patients = bool(slots.booked(slot.starts_at, slot.ends_at, patients=[patient.id]))
    if not is_patients:
        message = N_("This time was just taken. Next free times: %(slots)s.")
    elif by.id == patient.user_id:
        message = N_("You have another consultation at this time. Next free times: %(slots)s.")
    else:
        message = N_("%(patient)s has another consultation at this time. Next free times: %(slots)s.")
    refusal = SlotTaken(message, field="starts_at", slots=", ".join(map(str, free)) or "–",
                        patient=patient.name)
    refusal.is_patients = is_patients
    return refusal


def reschedule(consultation: Consultation, starts_at: datetime | str, *, by: User, reason: str = "",
               version: int | None = None) -> Consultation:
    """Move to another slot of the same doctor: a new linked request, which is returned; the old one ends.

    `starts_at` is an instant, or wall-clock time of the hospital as a form gives it (ISO 8601).
    Raises what `perform` and `request` raise.
    """
    perform(consultation, "reschedule", by=by, reason=reason, given={"moved_to": starts_at}, version=version)
    return db.session.scalars(
        sa.select(Consultation).where(Consultation.rescheduled_from_id == consultation.id)).one()


# ---------------------------------------------------------------- effects

@effect(Consultation, "approve")
def _approve(consultation: Consultation, *, by: User, reason: str) -> None:
    consultation.approved_at = clock.now()


@effect(Consultation, "reject")
def _reject(consultation: Consultation, *, by: User, reason: str) -> None:
    consultation.decided_reason = reason.strip()


@effect(Consultation, "start")
def _start(consultation: Consultation, *, by: User, reason: str) -> None:
    consultation.started_at = clock.now()


@effect(Consultation, "undo_start")
def _undo_start(consultation: Consultation, *, by: User, reason: str) -> None:
    consultation.started_at = None


@effect(Consultation, "undo_no_show")
def _undo_no_show(consultation: Consultation, *, by: User, reason: str) -> None:
    """Its own time is free, or a new one is named (`_take_time`)."""
    if not consultation.moved_to and slots.booked(
            consultation.starts_at, consultation.ends_at, doctors=[consultation.doctor_id],
            patients=[consultation.patient_id]):
        raise Refused(N_("Its time is taken by another consultation now. Choose a new time."),
                      field="moved_to")


@after(Consultation, "undo_no_show")
def _back_again(consultation: Consultation, *, by: User, reason: str) -> None:
    if consultation.moved_to:
        _take_time(consultation, consultation.doctor, _as_instant(consultation.moved_to))
        consultation.moved_to = None
        db.session.flush()


def _take_time(consultation: Consultation, doctor: Doctor, starts_at: datetime) -> None:
    """Let a consultation stand at another time, or with another doctor. Raises `Refused`."""
    lock_rows(Doctor, {consultation.doctor_id, doctor.id})
    if starts_at != consultation.starts_at:
        day = clock.local(starts_at).date()
        slot = next((slot for slot in slots.offered(doctor, day, day) if slot.starts_at == starts_at), None)
        if starts_at <= clock.now() or slot is None:
            raise Refused(N_("The doctor has no hours at this time. Please choose one of the times shown."),
                          field="moved_to")
        consultation.slot_minutes = slot.minutes
    consultation.starts_at, consultation.doctor_id = starts_at, doctor.id
    consultation.specialization_id = doctor.specialization_id
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        if not isinstance(told_of(error), SlotTaken):
            raise
        raise Refused(N_("%(doctor)s or the patient has another consultation at this time. Choose a new "
                         "time."), field="moved_to", doctor=doctor.name) from error


@effect(Consultation, "reassign")
def _may_reassign(consultation: Consultation, *, by: User, reason: str) -> None:
    doctor = consultation.moved_to_doctor
    if doctor is None or doctor.id == consultation.doctor_id:
        raise Refused(N_("Choose another doctor."), field="moved_to_doctor")
    day = max(clock.today(), clock.local(consultation.starts_at).date())
    if doctor.status != Status.ACTIVE or doctor.user is None or not doctor.licensed_on(day):
        raise Refused(N_("%(doctor)s does not consult on that day: inactive, without an account or without a "
                         "licence."), field="moved_to_doctor", doctor=doctor.name)
    if doctor.user_id in consultation.patient.owner_ids:
        raise Refused(N_("Doctors do not consult themselves. Please choose another doctor."),
                      field="moved_to_doctor")


@after(Consultation, "reassign")
def _hand_over(consultation: Consultation, *, by: User, reason: str) -> None:
    """The other doctor takes it over; what the one before typed and did not sign stays with that one."""
    doctor, before = consultation.moved_to_doctor, consultation.doctor
    assert doctor is not None
    if consultation.draft is not None:
        draft = consultation.draft
        if before.user is not None:
            form_drafts.keep(before.user, "note", f"consultation:{consultation.id}",
                             {name: getattr(draft, name) for name in PARTS})
        db.session.delete(draft)
        consultation.draft = None
        db.session.flush()
    _own_draft_back(consultation, doctor)
    for paper in consultation.prescriptions:
        if paper.state == PrescriptionState.DRAFT:
            by_system(paper, "cancel", by=by, reason=reason)
    starts_at = _as_instant(consultation.moved_to) if consultation.moved_to else consultation.starts_at
    consultation.moved_to = consultation.moved_to_doctor = consultation.started_at = None
    consultation.approved_at = consultation.approved_at or clock.now()
    _take_time(consultation, doctor, starts_at)
    db.session.expire(consultation, ["doctor", "specialization"])
    notices.tell("consultation_reassigned", consultation)
    notices.tell("consultation_planned", consultation)
    notices.tell("consultation_handed_over", consultation, to=[before.user])
    conversation_news.changed(consultation.id)


def _own_draft_back(consultation: Consultation, doctor: Doctor) -> None:
    """Who had the consultation before finds the own unsigned note again."""
    about = f"consultation:{consultation.id}"
    if doctor.user is None:
        return
    if kept := form_drafts.kept_of(doctor.user, about).get("note"):
        consultation.draft = NoteDraft(**{name: kept.get(name, "") for name in PARTS})
        form_drafts.forget(doctor.user, "note", about)


@effect(Consultation, "complete")
def _complete(consultation: Consultation, *, by: User, reason: str) -> None:
    consultation.completed_at = clock.now()


def can_still_change(consultation: Consultation, user: User) -> bool:
    """Whether the deadline for cancelling and moving leaves this person the choice; it binds patients
    only."""
    if (
        user.has_role(Role.ADMIN)
        or consultation.doctor.user_id == user.id
        or consultation.state == C.REQUESTED
    ):
        return True
    return clock.now() <= consultation.starts_at - timedelta(hours=setting("consultation.cancel_hours"))


#: Set while a patient leaves: a consent can be withdrawn at any time, no deadline holds it.
_leaving: ContextVar[bool] = ContextVar("leaving", default=False)


def _require_in_time(consultation: Consultation, by: User) -> None:
    if _leaving.get():
        return
    if not can_still_change(consultation, by):
        raise Refused(N_("A consultation can be cancelled or moved until %(hours)s hours before it starts. "
                         "Please contact the hospital."), hours=setting("consultation.cancel_hours"))


@effect(Consultation, "cancel")
def _cancel(consultation: Consultation, *, by: User, reason: str) -> None:
    _require_in_time(consultation, by)
    consultation.decided_reason = reason.strip()


@effect(Consultation, "reschedule")
def _give_up(consultation: Consultation, *, by: User, reason: str) -> None:
    consultation.moved_to = _as_instant(consultation.moved_to)
    _require_in_time(consultation, by)
    doctor = consultation.moved_to_doctor or consultation.doctor
    if doctor is not consultation.doctor and by.id in consultation.patient.owner_ids:
        raise NotAllowed(N_("Another doctor needs a request of its own."))
    consultation.decided_reason = reason.strip() or None


@after(Consultation, "reschedule")
def _move(consultation: Consultation, *, by: User, reason: str) -> None:
    """Book the new time for the same patient once the old one is free; the request stays its author's."""
    assert consultation.moved_to is not None
    doctor = consultation.moved_to_doctor or consultation.doctor
    request = _book(consultation.patient, doctor, consultation.moved_to, by=by,
                    created_by_id=consultation.created_by_id, complaint=consultation.complaint,
                    triage=consultation.triage, payer=consultation.payer, rescheduled_from_id=consultation.id)
    triaging.keep(request, {answer.question: answer.answer for answer in consultation.triage_answers})
    opened(request, by=by)
    # whoever holds it then needs them; what was said stays where it was said
    for file in sent_with(consultation):
        file.document_id = request.id
    _approve_by_itself(request, by)


def sent_with(consultation: Consultation) -> list[Attachment]:
    """The files that the patient sent with the request, not in the conversation."""
    said = sa.select(ConsultationMessage.attachment_id).where(
        ConsultationMessage.consultation_id == consultation.id,
        ConsultationMessage.attachment_id.is_not(None))
    return list(db.session.scalars(sa.select(Attachment).where(
        Attachment.document_type == "consultation", Attachment.document_id == consultation.id,
        Attachment.id.not_in(said)).order_by(Attachment.id)))


def _as_instant(value: object) -> datetime:
    """Forms give hospital wall-clock time without a zone, or its ISO text."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            value = None
    if not isinstance(value, datetime):
        raise Refused(N_("Please choose the new time."), field="moved_to")
    return (value if value.tzinfo else value.replace(tzinfo=clock.zone())).astimezone(UTC)


@effect(Patient, "close", "suspend")
def _end_open_requests(patient: Patient, *, by: User, reason: str) -> None:
    """Nobody waits for a patient who is gone; what is being held ends too, what was signed in it stays."""
    open_ones = db.session.scalars(sa.select(Consultation).where(
        Consultation.patient_id == patient.id,
        Consultation.state.in_((C.REQUESTED, C.APPROVED, C.IN_PROGRESS))))
    token = _leaving.set(True)
    try:
        for consultation in open_ones.all():
            by_system(consultation, "cancel", by=by, reason=reason or "–")
    finally:
        _leaving.reset(token)
