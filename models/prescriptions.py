"""What the doctor gives the patient on paper: prescriptions, which a store dispenses, and letters."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Code, Factor, Id, Name, Quantity, Text, db, reference
from models.documents import Area, Document, Posts, Stateful, author, state_column
from models.errors import N_
from models.line_quantities import MeasuredLine, measured
from models.roles import Role
from models.workflow import Condition, Transition, Workflow, has_lines

if TYPE_CHECKING:
    from models.clinic import Doctor, Patient
    from models.consultations import Consultation
    from models.items import Item, UnitConversion
    from models.people import User
    from models.stock import Store


class PrescriptionState(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    DISPENSED = "dispensed"
    CANCELLED = "cancelled"


R = PrescriptionState

own_prescription = Condition(
    "own_prescription", lambda prescription, user: prescription.consultation.doctor.user_id == user.id,
    N_("This prescription belongs to another doctor's consultation."), about="person")
not_for_self = Condition(
    "not_for_self", lambda prescription, user: user.id not in prescription.consultation.patient.owner_ids,
    N_("This prescription is your own; somebody else must dispense it."), about="person")


class Prescription(Document, db.Model):
    """RX: items of the store that the doctor prescribes in a consultation."""

    __tablename__ = "prescription"
    __table_args__ = ({"info": {"masked": ("note",)}},)
    prefix, dated = "RX", "prescribed_on"
    area, icon, rank = Area.TELEMEDICINE, "pill", 220
    posts, process = Posts.STOCK_THAT_DAY, "telemedicine"
    is_begun_by_people = False
    signs = (N_("Doctor"), N_("Dispensed by"), N_("Received by"))
    workflow = Workflow(
        R.DRAFT,
        Transition("issue", (R.DRAFT,), R.ISSUED, Role.DOCTOR, when=(own_prescription, has_lines),
                   numbers=True),
        Transition("dispense", (R.ISSUED,), R.DISPENSED, Role.STORE_STAFF, when=not_for_self,
                   asks=("store", "received_by")),
        Transition("cancel", (R.DRAFT, R.ISSUED), R.CANCELLED, Role.DOCTOR, when=own_prescription,
                   needs_reason=True),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    consultation_id: Mapped[int] = reference("consultation")
    prescribed_on: Mapped[date] = mapped_column(default=clock.today)
    state: Mapped[PrescriptionState] = state_column(R.DRAFT)
    #: The store that dispensed it, when, and to whom: the patient or who came for them.
    store_id: Mapped[int | None] = reference("store")
    received_by: Mapped[Name | None]
    dispensed_at: Mapped[datetime | None]

    consultation: Mapped[Consultation] = relationship(back_populates="prescriptions")
    store: Mapped[Store | None] = relationship("Store")
    lines: Mapped[list[PrescriptionLine]] = relationship(
        back_populates="prescription", cascade="all, delete-orphan", order_by="PrescriptionLine.id")

    @property
    def patient(self) -> Patient:
        return self.consultation.patient

    @property
    def doctor(self) -> Doctor:
        return self.consultation.doctor


class PrescriptionLine(MeasuredLine, db.Model):
    """One medicine: how much of it, and how to take it."""

    __tablename__ = "prescription_line"
    __table_args__ = (
        *measured(),
        sa.CheckConstraint("duration_days BETWEEN 1 AND 366", name="duration_known"),
    )

    id: Mapped[Id]
    prescription_id: Mapped[int] = reference("prescription", ondelete="CASCADE")
    item_id: Mapped[int] = reference("item", info={"masked": True})
    unit_id: Mapped[int] = reference("unit_conversion", info={"masked": True})
    quantity: Mapped[Quantity] = mapped_column(info={"masked": True})
    factor: Mapped[Factor] = mapped_column(info={"masked": True})
    #: "1 tablet", "3 x sehari", five days; `directions` is what the label says (signa).
    dose: Mapped[str | None] = mapped_column(sa.String(60), info={"masked": True})
    frequency: Mapped[str | None] = mapped_column(sa.String(60), info={"masked": True})
    duration_days: Mapped[int | None] = mapped_column(info={"masked": True})
    directions: Mapped[Name] = mapped_column(info={"masked": True})
    #: Why the doctor prescribes it although the patient's allergies name it or its group.
    allergy_reason: Mapped[Name | None] = mapped_column(info={"masked": True})

    prescription: Mapped[Prescription] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])


class LetterKind(StrEnum):
    SICK = "sick"
    REFERRAL = "referral"


class LetterState(StrEnum):
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


L = LetterState


def _may_take_back(letter: Letter, user: User) -> bool:
    """Its author and the doctor of its consultation; an administrator once both are gone."""
    doctor = letter.consultation.doctor.user
    if user.id in (letter.author_id, doctor.id if doctor is not None else None):
        return True
    return user.has_role(Role.ADMIN) and not any(
        person is not None and person.is_active for person in (letter.author, doctor))


own_letter = Condition(
    "own_letter", _may_take_back,
    N_("This letter belongs to another doctor. An administrator can withdraw it once its doctor is gone."),
    about="person")


class Letter(Stateful, db.Model):
    """A sick letter (from, until) or a referral (to whom) that the doctor wrote; printed as PDF. Never
    changed: a wrong one is withdrawn, or replaced by another with a number of its own."""

    __tablename__ = "letter"
    prefix: ClassVar[str] = "SKT"
    workflow = Workflow(
        L.ISSUED,
        Transition("withdraw", (L.ISSUED,), L.WITHDRAWN, (Role.DOCTOR, Role.ADMIN), when=own_letter,
                   needs_reason=True),
        Transition("replace", (L.ISSUED,), L.REPLACED, Role.DOCTOR, when=own_letter, needs_reason=True),
    )
    __table_args__ = (
        sa.CheckConstraint("kind <> 'sick' OR (sick_from IS NOT NULL AND sick_until >= sick_from)",
                           name="sick_days"),
        sa.CheckConstraint("kind <> 'referral' OR referred_to IS NOT NULL", name="referral_to"),
    )

    id: Mapped[Id]
    consultation_id: Mapped[int] = reference("consultation")
    #: Its own, gapless in each year; letters of earlier releases have none.
    number: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    kind: Mapped[LetterKind] = mapped_column(info={"masked": True})
    state: Mapped[LetterState] = mapped_column(default=L.ISSUED, server_default="issued", index=True)
    #: The letter in whose place it was written.
    replaces_id: Mapped[int | None] = reference("letter", unique=True, index=False)
    decided_reason: Mapped[Text | None] = mapped_column(info={"masked": True})
    verify_code: Mapped[Code] = mapped_column(unique=True)
    issued_on: Mapped[date] = mapped_column(default=clock.today)
    sick_from: Mapped[date | None] = mapped_column(info={"masked": True})
    sick_until: Mapped[date | None] = mapped_column(info={"masked": True})
    referred_to: Mapped[Name | None] = mapped_column(info={"masked": True})
    body: Mapped[Text] = mapped_column(default="", info={"masked": True})
    author_id: Mapped[int] = reference("user")

    consultation: Mapped[Consultation] = relationship(back_populates="letters")
    author: Mapped[User] = relationship("User")
    replaces: Mapped[Letter | None] = relationship("Letter", remote_side="Letter.id")

    @property
    def document_date(self) -> date:
        return self.issued_on

    @property
    def own_number(self) -> str:
        """Its number; of a letter of an earlier release its consultation's, with what tells them apart."""
        return self.number or f"{self.consultation.number}/{self.id}"

    def __str__(self) -> str:
        return self.own_number
