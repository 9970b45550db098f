"""The doctor on duty, and the line of patients who want to be seen now, without an appointment."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Text, db, reference
from models.clinic import Payer
from models.consultations import ConsultationState, Triage
from models.documents import Stateful, author, state_column
from models.errors import N_
from models.roles import Role
from models.workflow import Condition, Transition, Workflow

if TYPE_CHECKING:
    from models.clinic import Doctor, Patient
    from models.consultations import Consultation
    from models.people import User


class DoctorDuty(db.Model):
    """A time in which a doctor sees whoever waits: from `starts_at` until `ends_at`, or until `ended_at`,
    when the doctor went before."""

    __tablename__ = "doctor_duty"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.Index("uq_doctor_duty_doctor_id_open", "doctor_id", unique=True,
                 sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")),
    )

    id: Mapped[Id]
    doctor_id: Mapped[int] = reference("doctor")
    starts_at: Mapped[datetime] = mapped_column(default=clock.now)
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    doctor: Mapped[Doctor] = relationship("Doctor")

    def __str__(self) -> str:
        return str(self.doctor)


def on_duty() -> sa.ColumnElement[bool]:
    """Rows of `DoctorDuty` that stand now."""
    return DoctorDuty.ended_at.is_(None) & (DoctorDuty.starts_at <= clock.now()) \
        & (DoctorDuty.ends_at > clock.now())


class WalkInState(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    LEFT = "left"
    EXPIRED = "expired"


W = WalkInState


def _is_on_duty(walk_in: WalkIn, user: User) -> bool:
    from models.clinic import Doctor
    return db.session.scalar(sa.select(DoctorDuty.id).join(Doctor).where(
        Doctor.user_id == user.id, on_duty())) is not None


doctor_on_duty = Condition("doctor_on_duty", _is_on_duty,
                           N_("Switch your duty on first; then you take the next of the line."))
not_oneself = Condition(
    "not_oneself", lambda walk_in, user: user.id not in walk_in.patient.owner_ids,
    N_("Doctors do not consult themselves. Another doctor on duty takes this one."), about="person")
own_place = Condition(
    "own_place", lambda walk_in, user: user.has_role(Role.ADMIN) or user.id in walk_in.patient.owner_ids,
    N_("This place in the line belongs to somebody else."), about="person")
taken_by_self = Condition(
    "taken_by_self", lambda walk_in, user: walk_in.consultation is not None
    and walk_in.consultation.doctor.user_id == user.id,
    N_("Another doctor took this patient."), about="person")
not_begun = Condition(
    "not_begun", lambda walk_in, _user: walk_in.consultation is None
    or (walk_in.consultation.state == ConsultationState.IN_PROGRESS and not walk_in.consultation.has_papers),
    N_("Something is signed or issued in it already. Complete the consultation instead."))


class WalkIn(Stateful, db.Model):
    """A patient who wants to be seen now: waits in one line for all doctors on duty, by urgency, then by
    arrival. Who takes it opens a consultation of the kind "now"."""

    __tablename__ = "walk_in"
    __table_args__ = (
        sa.Index("uq_walk_in_patient_id_waiting", "patient_id", unique=True,
                 sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'")),
        sa.CheckConstraint("state <> 'taken' OR consultation_id IS NOT NULL", name="taken_has_consultation"),
    )
    workflow = Workflow(
        W.WAITING,
        Transition("take", (W.WAITING,), W.TAKEN, Role.DOCTOR, when=(doctor_on_duty, not_oneself)),
        Transition("leave", (W.WAITING,), W.LEFT, (Role.PATIENT, Role.ADMIN), when=own_place),
        Transition("expire", (W.WAITING,), W.EXPIRED),
        Transition("give_back", (W.TAKEN,), W.WAITING, Role.DOCTOR, when=(taken_by_self, not_begun),
                   needs_reason=True),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    patient_id: Mapped[int] = reference("patient")
    complaint: Mapped[Text] = mapped_column(info={"masked": True})
    #: The answers to the questions before it, as JSON.
    answers: Mapped[Text] = mapped_column(default="{}", info={"masked": True})
    triage: Mapped[Triage] = mapped_column(default=Triage.ROUTINE)
    payer: Mapped[Payer] = mapped_column(default=Payer.SELF)
    state: Mapped[WalkInState] = state_column(W.WAITING)
    arrived_at: Mapped[datetime] = mapped_column(default=clock.now)
    #: What came of it, once a doctor took it.
    consultation_id: Mapped[int | None] = reference("consultation", unique=True, index=False)

    patient: Mapped[Patient] = relationship("Patient")
    consultation: Mapped[Consultation | None] = relationship("Consultation")
    created_by: Mapped[User] = relationship("User")

    def __str__(self) -> str:
        return f"#{self.id}"
