"""What the doctor gives the patient on paper: prescriptions, which a store dispenses, and letters."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Code, Factor, Id, Name, Quantity, Text, as_text, db, reference
from models.documents import Area, Document, Posts, Stateful, author, state_column
from models.errors import N_
from models.line_quantities import MeasuredLine, measured
from models.organisation import Status
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
    PARTLY_DISPENSED = "partly_dispensed"
    DISPENSED = "dispensed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


R = PrescriptionState
#: What the doctor gave out and nobody took back, fetched or not.
GIVEN_OUT = (R.ISSUED, R.PARTLY_DISPENSED, R.DISPENSED, R.EXPIRED)
#: Something can still be fetched.
OPEN_TO_FETCH = (R.ISSUED, R.PARTLY_DISPENSED)


def _is_own(prescription: Any, user: Any) -> bool:
    return bool(prescription.consultation.doctor.user_id == user.id)


def _is_not_for_self(prescription: Any, user: Any) -> bool:
    return user.id not in prescription.consultation.patient.owner_ids


own_prescription = Condition(
    "own_prescription", _is_own, N_("This prescription belongs to another doctor's consultation."),
    about="person")
own_or_doctor_gone = Condition(
    "own_or_doctor_gone",
    lambda prescription, user: _is_own(prescription, user) or (
        user.has_role(Role.ADMIN) and prescription.is_doctor_gone),
    N_("This prescription is another doctor's. The office ends it only when that doctor is gone."),
    about="person")
not_for_self = Condition(
    "not_for_self", _is_not_for_self,
    N_("This prescription is your own; somebody else must dispense it."), about="person")
own_or_stores = Condition(
    "own_or_stores",
    lambda prescription, user: _is_own(prescription, user) or (
        user.has_role(Role.STORE_STAFF) and _is_not_for_self(prescription, user)),
    N_("This prescription is another doctor's, or your own."), about="person")
within_days = Condition(
    "within_days", lambda prescription, _user: not prescription.is_past,
    N_("The days of this prescription have passed. The doctor writes a new one."), about="time")
given_today = Condition(
    "given_today",
    lambda prescription, _user: prescription.dispensed_at is not None
    and clock.local(clock.aware(prescription.dispensed_at)).date() == clock.today(),
    N_("Only what was given out today is taken back here."), about="time")


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
        Transition("dispense", OPEN_TO_FETCH, R.DISPENSED, Role.STORE_STAFF,
                   when=(not_for_self, within_days), asks=("store", "received_by")),
        Transition("dispense_part", OPEN_TO_FETCH, R.PARTLY_DISPENSED, Role.STORE_STAFF,
                   when=(not_for_self, within_days), asks=("store", "received_by"),
                   line_asks=("giving",), line_hint=N_("How much of it is given out now; the rest is fetched "
                                                       "later, or elsewhere.")),
        Transition("close", (R.PARTLY_DISPENSED,), R.DISPENSED, (Role.STORE_STAFF, Role.DOCTOR),
                   when=own_or_stores, needs_reason=True),
        Transition("reverse", (R.PARTLY_DISPENSED, R.DISPENSED), R.ISSUED, Role.STORE_HEAD,
                   when=(not_for_self, given_today), needs_reason=True),
        Transition("cancel", (R.DRAFT, R.ISSUED), R.CANCELLED, (Role.DOCTOR, Role.ADMIN),
                   when=own_or_doctor_gone, needs_reason=True),
        Transition("expire", OPEN_TO_FETCH, R.EXPIRED),
    )
    also_final_in = (R.EXPIRED,)
    late_columns = ("store_id", "received_by", "dispensed_at")

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    consultation_id: Mapped[int] = reference("consultation")
    prescribed_on: Mapped[date] = mapped_column(default=clock.today)
    #: The last day on which it is given out; kept when it is issued.
    valid_until: Mapped[date | None]
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

    @property
    def is_past(self) -> bool:
        """Whether its days have passed, expired already or not yet."""
        return self.valid_until is not None and self.valid_until < clock.today()

    @property
    def is_doctor_gone(self) -> bool:
        """Whether its doctor left: nobody could take it back."""
        doctor = self.doctor
        return doctor.status != Status.ACTIVE or doctor.user is None or not doctor.user.is_active


class Meal(StrEnum):
    BEFORE = "before_meal"
    AFTER = "after_meal"
    WITH = "with_meal"
    MORNING = "morning"
    BEDTIME = "bedtime"


class PrescriptionLine(MeasuredLine, db.Model):
    """One medicine: how much of it, and how to take it."""

    __tablename__ = "prescription_line"
    __table_args__ = (
        *measured(),
        sa.CheckConstraint("duration_days BETWEEN 1 AND 366", name="duration_known"),
        sa.CheckConstraint("dose_quantity > 0", name="dose_quantity_positive"),
        sa.CheckConstraint("(dose_quantity IS NULL) = (dose_unit IS NULL)", name="dose_has_unit"),
        sa.CheckConstraint("times_a_day BETWEEN 1 AND 24", name="times_a_day_known"),
        sa.CheckConstraint("every_hours BETWEEN 1 AND 168", name="every_hours_known"),
        sa.CheckConstraint("most_a_day BETWEEN 1 AND 24", name="most_a_day_known"),
        sa.CheckConstraint("times_a_day IS NULL OR every_hours IS NULL", name="one_rhythm"),
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
    #: The same as data, what `directions` is written from; lines from before have the words alone.
    dose_quantity: Mapped[Quantity | None] = mapped_column(info={"masked": True})
    dose_unit: Mapped[str | None] = mapped_column(sa.String(40), info={"masked": True})
    times_a_day: Mapped[int | None] = mapped_column(info={"masked": True})
    every_hours: Mapped[int | None] = mapped_column(info={"masked": True})
    meal: Mapped[Meal | None] = mapped_column(info={"masked": True})
    is_if_needed: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"),
                                               info={"masked": True})
    #: At most so often a day, where it is taken if needed.
    most_a_day: Mapped[int | None] = mapped_column(info={"masked": True})
    #: Why the doctor prescribes it although the patient's allergies name it or its group.
    allergy_reason: Mapped[Name | None] = mapped_column(info={"masked": True})
    #: Why it is given beside a medicine with which it does harm.
    interaction_reason: Mapped[Name | None] = mapped_column(info={"masked": True})
    #: What the checks found when it was written and again when it was issued, as JSON; see
    #: `prescription_checks`.
    warnings: Mapped[Text | None] = mapped_column(info={"masked": True})

    #: What `dispense_part` gives out now, in the line's unit; kept as a `Dispensing`, not here.
    giving = None

    prescription: Mapped[Prescription] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])
    dispensings: Mapped[list[Dispensing]] = relationship(back_populates="line", order_by="Dispensing.id")

    @property
    def given_quantity(self) -> Decimal:
        """Base units that were given out and not taken back."""
        return sum((row.quantity for row in self.dispensings if row.reversed_at is None), Decimal(0))

    @property
    def left_quantity(self) -> Decimal:
        """Base units that can still be fetched."""
        return self.base_quantity - self.given_quantity


class Dispensing(db.Model):
    """A medicine was handed over: how much of a line, out of which store, to whom. The moves of the ledger
    name it as their line."""

    __tablename__ = "dispensing"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("reversed_at IS NULL OR reversed_at >= given_at", name="reversed_after_given"),
    )

    id: Mapped[Id]
    prescription_line_id: Mapped[int] = reference("prescription_line")
    store_id: Mapped[int] = reference("store")
    #: Base units.
    quantity: Mapped[Quantity] = mapped_column(info={"masked": True})
    received_by: Mapped[Name | None]
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    given_by_id: Mapped[int] = reference("user")
    reversed_at: Mapped[datetime | None]

    line: Mapped[PrescriptionLine] = relationship(back_populates="dispensings")
    store: Mapped[Store] = relationship("Store")
    given_by: Mapped[User] = relationship("User")


class PrescriptionTemplate(db.Model):
    """A prescription that a doctor writes often: its lines are put on a new one by its name."""

    __tablename__ = "prescription_template"
    text_columns = ("name",)
    __table_args__ = (sa.UniqueConstraint("doctor_id", "name"),)

    id: Mapped[Id]
    doctor_id: Mapped[int] = reference("doctor", index=False)
    name: Mapped[Name]
    #: The paper whose lines are used; it was issued, so they stand still.
    prescription_id: Mapped[int] = reference("prescription")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    doctor: Mapped[Doctor] = relationship("Doctor")
    prescription: Mapped[Prescription] = relationship("Prescription")


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

    @classmethod
    def text_sql(cls, row: Any) -> sa.ColumnElement[str]:
        consultation = cls.reference_text_sql(row, "consultation")
        return sa.func.coalesce(row.number, consultation + "/" + as_text(row.id))
