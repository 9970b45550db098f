"""The consultation: asked for by a patient, approved, held, and closed with a note, a diagnosis and
papers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Code, Id, Text, UtcDateTime, db, reference, seeded
from models.clinic import Patient, PatientState, Payer
from models.documents import Area, Document, Posts, author, state_column
from models.errors import N_, SlotTaken, told_by
from models.roles import Role
from models.workflow import Condition, Transition, Workflow, not_own

if TYPE_CHECKING:
    from models.clinic import Doctor, Specialization
    from models.documents import Attachment
    from models.people import User
    from models.prescriptions import Letter, Prescription

#: The longest that one takes; whoever looks for what overlaps looks back this far.
LONGEST = timedelta(days=1)


class ConsultationState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    RESCHEDULED = "rescheduled"
    EXPIRED = "expired"


C = ConsultationState

#: States in which the consultation holds its time, for its doctor and its patient: see `models.intervals`.
HOLDS_SLOT = (C.REQUESTED, C.APPROVED, C.IN_PROGRESS, C.COMPLETED)
#: States that the doctor sees: from the approval on.
SEEN_BY_DOCTOR = (C.APPROVED, C.IN_PROGRESS, C.COMPLETED, C.NO_SHOW)
#: So long before its time a consultation can be started.
EARLY = timedelta(minutes=15)
#: So long a "did not come" can be taken back, and so long after its time one that was not begun ends.
UNDO = timedelta(hours=24)


class Triage(StrEnum):
    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"


#: Who is seen first: lower goes before.
URGENCY = {Triage.URGENT: 0, Triage.SOON: 1, Triage.ROUTINE: 2}


class VisitKind(StrEnum):
    """How a consultation came about: at a time that was chosen, or at once, by the doctor on duty."""

    APPOINTMENT = "appointment"
    NOW = "now"


own_doctor = Condition(
    "own_doctor", lambda consultation, user: consultation.doctor.user_id == user.id,
    N_("This consultation belongs to another doctor."), about="person")
own_side = Condition(
    "own_side",
    lambda consultation, user: user.has_role(Role.ADMIN) or consultation.doctor.user_id == user.id
    or user.id in consultation.patient.owner_ids,
    N_("This consultation belongs to somebody else."), about="person")
own_doctor_or_admin = Condition(
    "own_doctor_or_admin",
    lambda consultation, user: user.has_role(Role.ADMIN) or consultation.doctor.user_id == user.id,
    N_("This consultation belongs to another doctor."), about="person")
has_note_and_diagnosis = Condition(
    "has_note_and_diagnosis",
    lambda consultation, _user: bool(consultation.notes and consultation.live_diagnoses),
    N_("Write the note (SOAP) and at least one diagnosis first, then complete the consultation."),
    about="document")
nothing_signed = Condition(
    "nothing_signed", lambda consultation, _user: not consultation.notes,
    N_("A note is signed already. Complete the consultation instead."), about="document")
nothing_given = Condition(
    "nothing_given", lambda consultation, _user: not consultation.has_papers,
    N_("Something is signed or issued in it already. Complete the consultation instead."), about="document")
#: The moment at which a statement is asked, whenever it was made.
NOW = sa.bindparam("now", callable_=lambda: clock.now(), type_=UtcDateTime())

active_patient = Condition(
    "active_patient", lambda consultation, _user: consultation.patient.state == PatientState.ACTIVE,
    N_("The patient's registration is not active."), rows=lambda model, _user: model.patient_id.in_(
        sa.select(Patient.id).where(Patient.state == PatientState.ACTIVE)))
time_to_come = Condition(
    "time_to_come", lambda consultation, _user: consultation.starts_at > clock.now(),
    N_("The time asked for is already over. Move the consultation or reject it."),
    rows=lambda model, _user: model.starts_at > NOW, about="time")
at_its_time = Condition(
    "at_its_time", lambda consultation, _user: consultation.starts_at - EARLY <= clock.now()
    < clock.day_bounds(clock.local(consultation.ends_at).date())[1],
    N_("A consultation is started from 15 minutes before its time until the end of its day."), about="time")
within_a_day = Condition(
    "within_a_day", lambda consultation, _user: clock.now() <= consultation.since + UNDO,
    N_("This can be taken back for 24 hours. Ask the patient to choose a new time."), about="time")
after_its_time = Condition(
    "after_its_time", lambda consultation, _user: clock.now() >= consultation.ends_at,
    N_("The time of the consultation is not over yet; wait for the patient until then."), about="time")


class Consultation(Document, db.Model):
    """KON: a patient asks a doctor for a slot. Fees are shown, never charged. Not for emergencies.

    While its state is one of `HOLDS_SLOT` it takes up [starts_at, ends_at) of its doctor and of its patient;
    the database lets no other overlap (`models.intervals`).
    """

    __tablename__ = "consultation"
    __table_args__ = (
        sa.CheckConstraint("slot_minutes BETWEEN 1 AND 1440", name="slot_minutes_within_a_day"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating_known"),
        sa.Index("ix_consultation_state_starts_at", "state", "starts_at"),
        sa.Index("ix_consultation_doctor_starts_at", "doctor_id", "starts_at"),
        sa.Index("ix_consultation_patient_starts_at", "patient_id", "starts_at"),
        sa.CheckConstraint("held_beside_id IS NULL OR (held_beside_id <> id AND state = 'completed')",
                           name="held_beside_another"),
        {"info": {"seed": "Halaman Konsultasi Pasien", "masked": ("note",)}},
    )
    prefix, dated = "KON", "requested_on"
    area, icon, rank = Area.TELEMEDICINE, "messages", 210
    posts, process = Posts.NOTHING, "telemedicine"
    is_begun_by_people = False
    also_final_in = (C.EXPIRED,)
    late_columns = ("rating", "rating_comment", "rated_at", "patient_id", "held_beside_id")
    workflow = Workflow(
        C.REQUESTED,
        Transition("approve", (C.REQUESTED,), C.APPROVED, Role.ADMIN,
                   when=(not_own, active_patient, time_to_come)),
        Transition("reject", (C.REQUESTED,), C.REJECTED, Role.ADMIN, needs_reason=True),
        Transition("expire", (C.REQUESTED, C.APPROVED), C.EXPIRED),
        Transition("start", (C.APPROVED,), C.IN_PROGRESS, Role.DOCTOR, when=(own_doctor, at_its_time)),
        Transition("undo_start", (C.IN_PROGRESS,), C.APPROVED, Role.DOCTOR,
                   when=(own_doctor, nothing_given), needs_reason=True),
        Transition("complete", (C.IN_PROGRESS,), C.COMPLETED, Role.DOCTOR,
                   when=(own_doctor, has_note_and_diagnosis)),
        Transition("cancel", (C.REQUESTED, C.APPROVED), C.CANCELLED, (Role.PATIENT, Role.DOCTOR, Role.ADMIN),
                   when=own_side, needs_reason=True),
        Transition("cancel", (C.IN_PROGRESS,), C.CANCELLED, (Role.DOCTOR, Role.ADMIN),
                   when=(own_doctor_or_admin, nothing_signed), needs_reason=True),
        Transition("no_show", (C.APPROVED,), C.NO_SHOW, (Role.DOCTOR, Role.ADMIN),
                   when=(own_doctor_or_admin, after_its_time)),
        Transition("no_show", (C.IN_PROGRESS,), C.NO_SHOW, (Role.DOCTOR, Role.ADMIN),
                   when=(own_doctor_or_admin, nothing_given, after_its_time)),
        Transition("undo_no_show", (C.NO_SHOW,), C.APPROVED, (Role.DOCTOR, Role.ADMIN),
                   when=(own_doctor_or_admin, within_a_day), needs_reason=True, asks=("moved_to",),
                   may_skip=True),
        Transition("reschedule", (C.REQUESTED, C.APPROVED), C.RESCHEDULED,
                   (Role.PATIENT, Role.DOCTOR, Role.ADMIN), when=own_side,
                   asks=("moved_to", "moved_to_doctor")),
        Transition("reassign", (C.APPROVED, C.IN_PROGRESS), C.APPROVED, Role.ADMIN, needs_reason=True,
                   asks=("moved_to_doctor", "moved_to")),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    requested_on: Mapped[date] = mapped_column(default=clock.today)
    patient_id: Mapped[int] = reference("patient", "Halaman Konsultasi Pasien.pasien", index=False)
    specialization_id: Mapped[int] = reference("specialization")
    doctor_id: Mapped[int] = reference("doctor", "Halaman Konsultasi Pasien.dokter", index=False)
    complaint: Mapped[Text] = mapped_column(info=seeded("Halaman Konsultasi Pasien.keluhan", masked=True))
    state: Mapped[ConsultationState] = state_column(C.REQUESTED)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    slot_minutes: Mapped[int] = mapped_column(default=15)
    kind: Mapped[VisitKind] = mapped_column(default=VisitKind.APPOINTMENT, server_default="appointment")
    payer: Mapped[Payer] = mapped_column(default=Payer.SELF)
    triage: Mapped[Triage] = mapped_column(default=Triage.ROUTINE)
    video_url: Mapped[str | None] = mapped_column(sa.String(500))
    decided_reason: Mapped[Text | None] = mapped_column(info={"masked": True})
    #: The new start that a rescheduling asked for; the linked new request holds it.
    moved_to: Mapped[datetime | None]
    #: Another doctor to whom the hospital moved it; empty for the same.
    moved_to_doctor_id: Mapped[int | None] = reference("doctor", index=False)
    rescheduled_from_id: Mapped[int | None] = reference("consultation", unique=True, index=False)
    #: Two records of one person that were merged each had one at this time: the other one. It holds its
    #: doctor's time alone then; nothing can be booked in the past.
    held_beside_id: Mapped[int | None] = reference("consultation", index=False)
    approved_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    rating: Mapped[int | None]
    rating_comment: Mapped[Text | None] = mapped_column(info={"masked": True})
    rated_at: Mapped[datetime | None]

    patient: Mapped[Patient] = relationship("Patient")
    doctor: Mapped[Doctor] = relationship("Doctor", foreign_keys=[doctor_id])
    moved_to_doctor: Mapped[Doctor | None] = relationship("Doctor", foreign_keys=[moved_to_doctor_id])
    specialization: Mapped[Specialization] = relationship("Specialization")
    rescheduled_from: Mapped[Consultation | None] = relationship(
        "Consultation", remote_side="Consultation.id", foreign_keys=[rescheduled_from_id])
    held_beside: Mapped[Consultation | None] = relationship(
        "Consultation", remote_side="Consultation.id", foreign_keys=[held_beside_id])
    triage_answers: Mapped[list[TriageAnswer]] = relationship(
        back_populates="consultation", order_by="TriageAnswer.id")
    messages: Mapped[list[ConsultationMessage]] = relationship(
        back_populates="consultation", order_by="ConsultationMessage.id")
    notes: Mapped[list[ClinicalNote]] = relationship(
        back_populates="consultation", order_by="ClinicalNote.revision")
    draft: Mapped[NoteDraft | None] = relationship(back_populates="consultation")
    diagnoses: Mapped[list[Diagnosis]] = relationship(back_populates="consultation", order_by="Diagnosis.id")
    prescriptions: Mapped[list[Prescription]] = relationship(
        back_populates="consultation", order_by="Prescription.id")
    letters: Mapped[list[Letter]] = relationship(back_populates="consultation", order_by="Letter.id")

    @classmethod
    def waits_as(cls) -> dict[str, Any]:
        """What lists of waiting papers say of a request, as SQL: how urgent it is (higher goes first), its
        appointment, its triage level and its doctor."""
        from models.clinic import Doctor
        return {"urgency": sa.case(*((cls.triage == level, 2 - rank) for level, rank in URGENCY.items()),
                                   else_=0),
                "at": cls.starts_at, "level": sa.cast(cls.triage, sa.String(20)),
                "whose": sa.select(Doctor.name).where(Doctor.id == cls.doctor_id).scalar_subquery()}

    @property
    def holds_slot(self) -> bool:
        """Whether its time is taken by it."""
        return self.state in HOLDS_SLOT

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.slot_minutes)

    @property
    def has_papers(self) -> bool:
        """Whether something was signed or issued in it that still stands."""
        from models.prescriptions import LetterState, PrescriptionState
        gone = (PrescriptionState.DRAFT, PrescriptionState.CANCELLED, LetterState.WITHDRAWN)
        return bool(self.notes) or any(paper.state not in gone
                                       for paper in (*self.prescriptions, *self.letters))

    @property
    def is_seen_by_doctor(self) -> bool:
        """Whether it was ever approved: before that it is between the patient and the administrator."""
        return self.state in SEEN_BY_DOCTOR or self.approved_at is not None

    @property
    def current_note(self) -> ClinicalNote | None:
        """The last version of the doctor's note."""
        return self.notes[-1] if self.notes else None

    @property
    def live_diagnoses(self) -> list[Diagnosis]:
        """The diagnoses that were not withdrawn."""
        return [diagnosis for diagnosis in self.diagnoses if diagnosis.withdrawn_at is None]


#: What people are told when the database refuses a second booking, wherever it was written.
told_by("ex_consultation_doctor_time", SlotTaken, N_("This time was just taken. Please choose another one."),
        field="starts_at")
told_by("ex_consultation_patient_time", SlotTaken,
        N_("The patient has another consultation at this time. Please choose another one."),
        field="starts_at")


def seen_by_doctor() -> sa.ColumnElement[bool]:
    """`Consultation.is_seen_by_doctor` as a criterion."""
    return Consultation.state.in_(SEEN_BY_DOCTOR) | Consultation.approved_at.is_not(None)


class TriageAnswer(db.Model):
    """What the patient answered to a question before the consultation; the questions are those of
    `models/operations/clinic/triage.py`."""

    __tablename__ = "triage_answer"
    __table_args__ = (sa.UniqueConstraint("consultation_id", "question"),)

    id: Mapped[Id]
    consultation_id: Mapped[int] = reference("consultation", index=False)
    question: Mapped[Code]
    answer: Mapped[Code] = mapped_column(info={"masked": True})
    is_danger: Mapped[bool] = mapped_column(default=False, info={"masked": True})

    consultation: Mapped[Consultation] = relationship(back_populates="triage_answers")


class MessageSide(StrEnum):
    PATIENT = "patient"
    DOCTOR = "doctor"


class ConsultationMessage(db.Model):
    """A message between patient and doctor. `read_at`: when the other side read it.

    `client_id` is chosen by the writer's browser, so that a message sent twice after a lost connection is
    kept once. Within a consultation `id` grows in the order in which messages became visible.
    """

    __tablename__ = "consultation_message"
    __table_args__ = (
        sa.UniqueConstraint("author_id", "client_id"),
        sa.CheckConstraint("body <> '' OR attachment_id IS NOT NULL", name="not_empty"),
        sa.Index("ix_consultation_message_consultation_id_id", "consultation_id", "id"),
        sa.Index("ix_consultation_message_unread", "consultation_id", "side",
                 sqlite_where=sa.text("read_at IS NULL"), postgresql_where=sa.text("read_at IS NULL")),
        {"info": {"seed": "Percakapan konsultasi"}},
    )

    id: Mapped[Id]
    consultation_id: Mapped[int] = reference("consultation", index=False)
    author_id: Mapped[int] = reference("user", index=False)
    side: Mapped[MessageSide]
    client_id: Mapped[str] = mapped_column(sa.String(64))
    body: Mapped[Text] = mapped_column(default="", info={"masked": True})
    attachment_id: Mapped[int | None] = reference("attachment")
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]

    consultation: Mapped[Consultation] = relationship(back_populates="messages")
    author: Mapped[User] = relationship("User")
    attachment: Mapped[Attachment | None] = relationship("Attachment")


class ClinicalNote(db.Model):
    """One version of the doctor's note (SOAP). A correction is a new revision; none is ever changed."""

    __tablename__ = "clinical_note"
    __table_args__ = (
        sa.UniqueConstraint("consultation_id", "revision"),
        sa.CheckConstraint("revision > 0", name="revision_positive"),
    )

    id: Mapped[Id]
    consultation_id: Mapped[int] = reference("consultation", index=False)
    revision: Mapped[int] = mapped_column(default=1)
    subjective: Mapped[Text] = mapped_column(info={"masked": True})
    objective: Mapped[Text] = mapped_column(info={"masked": True})
    assessment: Mapped[Text] = mapped_column(info={"masked": True})
    plan: Mapped[Text] = mapped_column(info={"masked": True})
    author_id: Mapped[int] = reference("user")
    written_at: Mapped[datetime] = mapped_column(default=clock.now)

    consultation: Mapped[Consultation] = relationship(back_populates="notes")
    author: Mapped[User] = relationship("User")


class NoteDraft(db.Model):
    """What the doctor typed of the note and has not signed: saved while typing, gone with the signature."""

    __tablename__ = "note_draft"

    id: Mapped[Id]
    consultation_id: Mapped[int] = reference("consultation", unique=True, index=False)
    subjective: Mapped[Text] = mapped_column(default="", info={"masked": True})
    objective: Mapped[Text] = mapped_column(default="", info={"masked": True})
    assessment: Mapped[Text] = mapped_column(default="", info={"masked": True})
    plan: Mapped[Text] = mapped_column(default="", info={"masked": True})
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)

    consultation: Mapped[Consultation] = relationship(back_populates="draft")


class DiagnosisKind(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"


class Diagnosis(db.Model):
    """A diagnosis by its ICD-10 code. A wrong one is withdrawn, not deleted; one primary lives per
    consultation."""

    __tablename__ = "diagnosis"
    text_columns = ("code", "name")
    __table_args__ = (
        sa.Index("uq_diagnosis_consultation_id_code_live", "consultation_id", "code", unique=True,
                 sqlite_where=sa.text("withdrawn_at IS NULL"),
                 postgresql_where=sa.text("withdrawn_at IS NULL")),
        sa.Index("uq_diagnosis_consultation_id_primary", "consultation_id", unique=True,
                 sqlite_where=sa.text("withdrawn_at IS NULL AND kind = 'primary'"),
                 postgresql_where=sa.text("withdrawn_at IS NULL AND kind = 'primary'")),
    )

    id: Mapped[Id]
    consultation_id: Mapped[int] = reference("consultation")
    code: Mapped[str] = mapped_column(sa.String(8), info={"masked": True})
    name: Mapped[str] = mapped_column(sa.String(300), info={"masked": True})
    kind: Mapped[DiagnosisKind] = mapped_column(default=DiagnosisKind.PRIMARY)
    recorded_by_id: Mapped[int] = reference("user")
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]

    consultation: Mapped[Consultation] = relationship(back_populates="diagnoses")
    recorded_by: Mapped[User] = relationship("User")
