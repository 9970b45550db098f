"""The doctor on duty and the line: patients who want to be seen now, by urgency, then by arrival.

All doctors on duty share one line; the row of the one who is taken is locked, so each is taken once. The line
ends with the duty of the last doctor: who still waits is told kindly, with the next free times.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, joinedload

from models import clock, database_roles
from models.base import db
from models.clinic import Doctor, Patient, PatientState, Payer
from models.consultations import URGENCY, Consultation, ConsultationState, VisitKind
from models.duty import DoctorDuty, WalkIn, WalkInState, on_duty
from models.errors import N_, NotAllowed, Refused
from models.operations.clinic import slots, which_doctor
from models.operations.clinic import triage as triaging
from models.operations.clinic.absences import require_schedule
from models.operations.core.approvals import after, by_system, effect, opened, perform
from models.operations.core.jobs import job
from models.operations.core.locking import lock_rows
from models.operations.core.system import the_system
from models.operations.people.notices import Declared, declare, tell, the_account
from models.organisation import Status
from models.people import User
from models.roles import Role
from models.settings import setting

#: Hours of one duty.
LONGEST_DUTY = 16

declare(Declared(
    "walk_in_taken", lambda walk_in: the_account(walk_in.patient), N_("It is your turn"),
    (N_("%(doctor)s sees you now. Open the consultation in the portal."),),
    lambda walk_in: {"doctor": walk_in.consultation.doctor.name}, "/portal/now", icon="user-check"))
declare(Declared(
    "walk_in_back", lambda walk_in: the_account(walk_in.patient), N_("You are in the line again"),
    (N_("The doctor had to give your place back. You keep the place that you had; the next doctor takes "
        "you."),), lambda _walk_in: {}, "/portal/now", icon="clock"))
declare(Declared(
    "walk_in_expired", lambda walk_in: the_account(walk_in.patient), N_("The duty of today has ended"),
    (N_("We are sorry that no doctor could see you any more. If it gets worse, call 119 or go to the nearest "
        "emergency department."), N_("Next free times: %(slots)s.")), lambda _walk_in: {}, "/portal/now",
    icon="clock-exclamation"))


# ---------------------------------------------------------------- the duty

def duty_of(doctor: Doctor) -> DoctorDuty | None:
    """The duty that the doctor is on."""
    return db.session.scalar(sa.select(DoctorDuty).where(DoctorDuty.doctor_id == doctor.id, on_duty()))


def doctors_on_duty() -> list[DoctorDuty]:
    """Who sees whoever waits, the longest first."""
    return list(db.session.scalars(sa.select(DoctorDuty).where(on_duty())
                                   .order_by(DoctorDuty.ends_at.desc(), DoctorDuty.id)))


def switch_on(doctor: Doctor, until: time | None, *, by: User) -> DoctorDuty:
    """Begin a duty until an hour of the hospital's clock, the next time that it comes. Raises `Refused`."""
    require_schedule(doctor, by)
    if until is None:
        raise Refused(N_("Give the hour at which the duty ends, for example 20:00."), field="until")
    if doctor.status != Status.ACTIVE or not doctor.licensed_on(clock.today()):
        raise Refused(N_("Who is on duty is active and has a licence that has not run out."), field="until")
    ends = datetime.combine(clock.today(), until, clock.zone())
    if ends <= clock.now():
        ends = datetime.combine(clock.today() + timedelta(days=1), until, clock.zone())
    if ends - clock.now() > timedelta(hours=LONGEST_DUTY):
        raise Refused(N_("This hour is over today, and tomorrow it is too far away. Choose a later one."),
                      field="until")
    lock_rows(Doctor, {doctor.id})
    end_what_is_over()
    if duty_of(doctor) is not None:
        raise Refused(N_("The duty is switched on already."), field="until")
    duty = DoctorDuty(doctor_id=doctor.id, ends_at=ends, starts_at=clock.now())
    db.session.add(duty)
    db.session.flush()
    return duty


def switch_off(doctor: Doctor, *, by: User) -> None:
    """End the duty now; the line goes on while another doctor is on duty, and ends with the last one."""
    require_schedule(doctor, by)
    lock_rows(Doctor, {doctor.id})
    duty = duty_of(doctor)
    if duty is None:
        raise Refused(N_("The duty is switched off already."))
    duty.ended_at = clock.now()
    db.session.flush()
    _end_line_without_doctor()


def end_what_is_over() -> int:
    """Close duties whose hour came; returns how many."""
    rows = db.session.scalars(sa.select(DoctorDuty).where(
        DoctorDuty.ended_at.is_(None), DoctorDuty.ends_at <= clock.now())).all()
    for duty in rows:
        duty.ended_at = duty.ends_at
    db.session.flush()
    return len(rows)


@job("duty")
def end_duties() -> str:
    """End duties whose hour came, and the line once no doctor is on duty."""
    ended = end_what_is_over()
    gone = _end_line_without_doctor()
    return f"{ended} duties ended, {gone} patients told" if ended or gone else ""


def _end_line_without_doctor() -> int:
    if doctors_on_duty():
        return 0
    gone = 0
    for walk_in in waiting(locked=True):
        by_system(walk_in, "expire", by=the_system())
        tell("walk_in_expired", walk_in, slots=_next_times(walk_in.patient))
        gone += 1
    return gone


def _next_times(patient: Patient) -> str:
    """The three next free times of general practitioners, of any doctor where there is none."""
    doctors = list(db.session.scalars(sa.select(Doctor).where(Doctor.status == Status.ACTIVE)))
    general = [doctor for doctor in doctors if which_doctor.is_general(doctor.specialization)]
    free = slots.first_frees(general or doctors, patient=patient, count=2)
    names = {doctor.id: doctor.name for doctor in doctors}
    times = sorted((slot, names[key]) for key, found in free.items() for slot in found)
    return "; ".join(f"{slot} {name}" for slot, name in times[:3]) or "–"


# ---------------------------------------------------------------- the line

def _in_line(line: Any = WalkIn) -> tuple[Any, ...]:
    """The order of the line."""
    rank = sa.case(*((line.triage == level, place) for level, place in URGENCY.items()), else_=len(URGENCY))
    return rank, line.arrived_at, line.id


def waiting(*, locked: bool = False, with_patients: bool = False) -> list[WalkIn]:
    """Who waits, in the order in which they are taken."""
    rows = sa.select(WalkIn).where(WalkIn.state == WalkInState.WAITING).order_by(*_in_line())
    if with_patients:
        rows = rows.options(joinedload(WalkIn.patient))
    return list(db.session.scalars(rows.with_for_update() if locked else rows))


@dataclass(frozen=True)
class Place:
    """Where somebody stands: 1 is next; `minutes` is what is expected until the turn."""

    number: int
    minutes: int


def place_of(walk_in: WalkIn) -> Place:
    """The place in the line and the minutes expected, by the doctors on duty."""
    line = database_roles.everybodys("walk_in")
    ids = list(db.session.scalars(sa.select(line.id).where(
        line.state == WalkInState.WAITING).order_by(*_in_line(line))))
    number = ids.index(walk_in.id) + 1 if walk_in.id in ids else len(ids) + 1
    doctors = max(1, len(doctors_on_duty()))
    return Place(number, -(-number * setting("duty.minutes") // doctors) if number > 1 else setting(
        "duty.minutes"))


def join(patient: Patient, complaint: str, *, by: User, answers: Mapping[str, str] | None = None,
         payer: Payer | None = None) -> WalkIn:
    """Wait for the doctor on duty. Raises `NotAllowed` or `Refused`, also when no doctor is on duty or the
    patient waits already. Flushes."""
    if by.id not in patient.owner_ids and not by.has_role(Role.ADMIN):
        raise NotAllowed(N_("This is somebody else's registration."))
    if patient.state != PatientState.ACTIVE:
        raise Refused(N_("A consultation can be asked for once the registration is approved."))
    text = complaint.strip()
    if not 3 <= len(text) <= 4000:
        raise Refused(N_("Please describe the complaint in 3 to 4000 letters."), field="complaint")
    if not doctors_on_duty():
        raise Refused(N_("No doctor is on duty now. Please choose one of the free times."), field="complaint")
    walk_in = WalkIn(created_by_id=by.id, patient_id=patient.id, complaint=text,
                     answers=json.dumps(dict(answers or {})), triage=triaging.level(answers or {}),
                     payer=payer or patient.payer)
    try:
        with db.session.begin_nested():
            db.session.add(walk_in)
            db.session.flush()
    except IntegrityError as error:
        raise Refused(N_("%(patient)s waits in the line already."), field="complaint",
                      patient=patient.name) from error
    opened(walk_in, by=by)
    return walk_in


def take_next(doctor: Doctor, *, by: User) -> Consultation:
    """Take the first of the line, who is nobody's own family; returns the consultation, which has begun.

    Of two doctors at once each takes another patient: the row is locked, who is locked is passed over.
    """
    if doctor.user_id != by.id:
        raise NotAllowed(N_("This consultation belongs to another doctor."))
    guardian = aliased(Patient)
    family = sa.select(Patient.id).outerjoin(guardian, guardian.id == Patient.guardian_id).where(
        sa.or_(Patient.user_id == by.id, guardian.user_id == by.id))
    walk_in = db.session.scalar(
        sa.select(WalkIn).where(WalkIn.state == WalkInState.WAITING, WalkIn.patient_id.not_in(family))
        .order_by(*_in_line()).limit(1)  # one: whom this locks the others pass over
        .with_for_update(skip_locked=True, of=WalkIn).execution_options(populate_existing=True))
    if walk_in is None:
        raise Refused(N_("Nobody waits in the line now."))
    perform(walk_in, "take", by=by)
    assert walk_in.consultation is not None
    return walk_in.consultation


@effect(WalkIn, "take")
def _take(walk_in: WalkIn, *, by: User, reason: str) -> None:
    doctor = db.session.scalars(sa.select(Doctor).where(Doctor.user_id == by.id)).one()
    walk_in.consultation = _begin(walk_in, doctor, by)


@after(WalkIn, "take")
def _tell_taken(walk_in: WalkIn, *, by: User, reason: str) -> None:
    tell("walk_in_taken", walk_in)


def _begin(walk_in: WalkIn, doctor: Doctor, by: User) -> Consultation:
    consultation = Consultation(
        patient_id=walk_in.patient_id, doctor_id=doctor.id, specialization_id=doctor.specialization_id,
        starts_at=clock.now(), slot_minutes=setting("duty.minutes"), kind=VisitKind.NOW,
        created_by_id=walk_in.created_by_id, complaint=walk_in.complaint, triage=walk_in.triage,
        payer=walk_in.payer)
    db.session.add(consultation)
    db.session.flush()
    triaging.keep(consultation, triaging.valid_answers(json.loads(walk_in.answers)))
    opened(consultation, by=by)
    by_system(consultation, "approve", by=by)
    perform(consultation, "start", by=by)
    return consultation


def line_of(consultation: Consultation) -> WalkIn | None:
    """The place in the line that the consultation came of."""
    if consultation.kind != VisitKind.NOW:
        return None
    return db.session.scalar(sa.select(WalkIn).where(WalkIn.consultation_id == consultation.id))


@effect(WalkIn, "give_back")
def _give_back(walk_in: WalkIn, *, by: User, reason: str) -> None:
    """The consultation ends without anything written; the patient keeps the place."""
    consultation = walk_in.consultation
    assert consultation is not None
    if consultation.state == ConsultationState.IN_PROGRESS:
        by_system(consultation, "cancel", by=by, reason=reason)


@after(WalkIn, "give_back")
def _back_in_line(walk_in: WalkIn, *, by: User, reason: str) -> None:
    walk_in.consultation = None
    tell("walk_in_back", walk_in)


def of_patients(patients: list[Patient]) -> WalkIn | None:
    """The place in the line of one of these people."""
    return db.session.scalar(sa.select(WalkIn).where(
        WalkIn.patient_id.in_([patient.id for patient in patients]), WalkIn.state == WalkInState.WAITING)
        .order_by(WalkIn.id).limit(1))


@effect(Patient, "close", "suspend")
def _leave_line(patient: Patient, *, by: User, reason: str) -> None:
    for walk_in in db.session.scalars(sa.select(WalkIn).where(
            WalkIn.patient_id == patient.id, WalkIn.state == WalkInState.WAITING)).all():
        by_system(walk_in, "leave", by=by)
