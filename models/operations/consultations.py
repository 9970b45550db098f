"""Consultations: asking for a slot, the decision, holding it, moving it. Talking is in `conversations`, the doctor's
papers in `clinical`; both are re-exported here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models import clock
from models.base import db
from models.clinic import Doctor, Patient, PatientState, Payer
from models.consultations import Consultation, ConsultationState, SlotTick, Triage
from models.errors import N_, NotAllowed, Refused, SlotTaken
from models.operations import slots
from models.operations.approvals import after, by_system, effect, opened, perform
from models.operations.clinical import (
    add_diagnosis,
    prescribe,
    rate,
    withdraw_diagnosis,
    write_letter,
    write_note,
)
from models.operations.conversations import (
    mark_read,
    messages_after,
    send_message,
    unread_counts,
    unread_total,
)
from models.operations.mail import post
from models.people import User
from models.roles import Role
from models.settings import setting

__all__ = ["add_diagnosis", "mark_read", "messages_after", "prescribe", "rate", "request", "reschedule",
           "send_message", "unread_counts", "unread_total", "withdraw_diagnosis", "write_letter", "write_note"]

C = ConsultationState


def request(patient: Patient, doctor: Doctor, starts_at: datetime, complaint: str, *, by: User,
            payer: Payer | None = None, triage: Triage = Triage.ROUTINE) -> Consultation:
    """Ask for the doctor's slot that begins at the aware instant `starts_at`. Flushes.

    Raises `NotAllowed` (somebody else's patient), `SlotTaken` naming the next free slots, or `Refused`. By setting
    the request is approved at once.
    """
    if by.id not in patient.owner_ids and not by.has_role(Role.ADMIN):
        raise NotAllowed(N_("This is somebody else's registration."))
    if patient.state != PatientState.ACTIVE:
        raise Refused(N_("A consultation can be asked for once the registration is approved."))
    text = complaint.strip()
    if not 3 <= len(text) <= 4000:
        raise Refused(N_("Please describe the complaint in 3 to 4000 letters."), field="complaint")
    if doctor.user_id is not None and doctor.user_id in patient.owner_ids:
        raise Refused(N_("Doctors do not consult themselves. Please choose another doctor."), field="doctor")
    consultation = _book(patient, doctor, starts_at, created_by_id=by.id, complaint=text, triage=triage,
                         payer=payer or patient.payer)
    opened(consultation, by=by)
    if setting("consultation.auto_approve") == "yes":
        by_system(consultation, "approve", by=by)
    return consultation


def _book(patient: Patient, doctor: Doctor, starts_at: datetime, **fields: Any) -> Consultation:
    """A consultation that holds its ticks. The keys of `slot_tick` decide who was first, whatever runs at once."""
    day = clock.local(starts_at).date()
    if starts_at <= clock.now():
        raise Refused(N_("This time is already over. Please choose a later one."), field="starts_at")
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
            # In ascending order, so that two bookings wait for each other, never both.
            db.session.execute(sa.insert(SlotTick), [
                {"consultation_id": consultation.id, "doctor_id": doctor.id, "patient_id": patient.id, "tick": tick}
                for tick in slot.ticks])
    except IntegrityError as error:
        if "slot_tick" not in str(error.orig):
            raise
        raise _taken(patient, doctor, slot) from error
    return consultation


def _taken(patient: Patient, doctor: Doctor, slot: slots.Slot) -> SlotTaken:
    mine = db.session.scalar(sa.select(sa.literal(1)).where(
        SlotTick.patient_id == patient.id, SlotTick.tick.in_(slot.ticks)).limit(1))
    free = slots.next_free(doctor, after=slot.starts_at, patient=patient)
    if mine:
        message = N_("You have another consultation at this time. Next free times: %(slots)s.")
    else:
        message = N_("This time was just taken. Next free times: %(slots)s.")
    return SlotTaken(message, field="starts_at", slots=", ".join(map(str, free)) or "–")


def _release(consultation: Consultation) -> None:
    db.session.execute(sa.delete(SlotTick).where(SlotTick.consultation_id == consultation.id)
                       .execution_options(synchronize_session=False))
    db.session.expire(consultation, ["ticks"])


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

def _tell_patient(consultation: Consultation, template: str, **params: Any) -> None:
    patient = consultation.patient
    account = patient.user or (patient.guardian.user if patient.guardian else None)
    if account is not None:
        post(account, template, number=consultation.number, doctor=consultation.doctor.name,
             starts_at=consultation.starts_at, **params)


def _tell_doctor(consultation: Consultation, template: str) -> None:
    if consultation.doctor.user is not None:
        post(consultation.doctor.user, template, number=consultation.number, starts_at=consultation.starts_at)


@effect(Consultation, "approve")
def _approve(consultation: Consultation, *, by: User, reason: str) -> None:
    if consultation.patient.state != PatientState.ACTIVE:
        raise Refused(N_("The patient's registration is not active."))
    if consultation.starts_at <= clock.now():
        raise Refused(N_("The time asked for is already over. Move the consultation or reject it."))
    consultation.approved_at = clock.now()


@after(Consultation, "approve")
def _tell_approved(consultation: Consultation, *, by: User, reason: str) -> None:
    _tell_patient(consultation, "consultation_approved")
    _tell_doctor(consultation, "consultation_planned")


@effect(Consultation, "reject")
def _reject(consultation: Consultation, *, by: User, reason: str) -> None:
    consultation.decided_reason = reason.strip()
    _release(consultation)


@after(Consultation, "reject")
def _tell_rejected(consultation: Consultation, *, by: User, reason: str) -> None:
    _tell_patient(consultation, "consultation_rejected")


@effect(Consultation, "start")
def _start(consultation: Consultation, *, by: User, reason: str) -> None:
    consultation.started_at = clock.now()


@effect(Consultation, "complete")
def _complete(consultation: Consultation, *, by: User, reason: str) -> None:
    consultation.completed_at = clock.now()


@after(Consultation, "complete")
def _tell_completed(consultation: Consultation, *, by: User, reason: str) -> None:
    """Only that the summary can be read in the portal; nothing clinical goes by mail."""
    _tell_patient(consultation, "consultation_completed")


def can_still_change(consultation: Consultation, user: User) -> bool:
    """Whether the deadline for cancelling and moving leaves this person the choice; it binds patients only."""
    if user.has_role(Role.ADMIN) or consultation.doctor.user_id == user.id or consultation.state == C.REQUESTED:
        return True
    return clock.now() <= consultation.starts_at - timedelta(hours=int(setting("consultation.cancel_hours")))


def _require_in_time(consultation: Consultation, by: User) -> None:
    if not can_still_change(consultation, by):
        raise Refused(N_("A consultation can be cancelled or moved until %(hours)s hours before it starts. "
                         "Please call the hospital."), hours=setting("consultation.cancel_hours"))


@effect(Consultation, "cancel")
def _cancel(consultation: Consultation, *, by: User, reason: str) -> None:
    _require_in_time(consultation, by)
    consultation.decided_reason = reason.strip()
    _release(consultation)


@after(Consultation, "cancel")
def _tell_cancelled(consultation: Consultation, *, by: User, reason: str) -> None:
    _tell_patient(consultation, "consultation_cancelled")
    if consultation.approved_at is not None:
        _tell_doctor(consultation, "consultation_cancelled")


@effect(Consultation, "no_show")
def _no_show(consultation: Consultation, *, by: User, reason: str) -> None:
    _release(consultation)


@effect(Consultation, "reschedule")
def _move(consultation: Consultation, *, by: User, reason: str) -> None:
    """Free the old slot and book the new one for the same patient; the request stays its author's."""
    consultation.moved_to = target = _as_instant(consultation.moved_to)
    _require_in_time(consultation, by)
    consultation.decided_reason = reason.strip() or None
    _release(consultation)
    request = _book(consultation.patient, consultation.doctor, target, created_by_id=consultation.created_by_id,
                    complaint=consultation.complaint, triage=consultation.triage, payer=consultation.payer,
                    rescheduled_from_id=consultation.id)
    opened(request, by=by)


@after(Consultation, "reschedule")
def _tell_moved(consultation: Consultation, *, by: User, reason: str) -> None:
    _tell_patient(consultation, "consultation_moved", moved_to=consultation.moved_to)
    if consultation.approved_at is not None:
        _tell_doctor(consultation, "consultation_cancelled")


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
    """Nobody waits for a patient who is gone."""
    open_ones = db.session.scalars(sa.select(Consultation).where(
        Consultation.patient_id == patient.id, Consultation.state.in_((C.REQUESTED, C.APPROVED))))
    for consultation in open_ones.all():
        by_system(consultation, "cancel", by=by, reason=reason or "–")
