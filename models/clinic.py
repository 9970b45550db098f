"""The clinic: specialisations, doctors and their hours, patients and their consents."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Code, ExactDecimal, Id, Money, Name, Phone, Text, db, reference, seeded
from models.documents import Stateful, state_column
from models.errors import N_
from models.organisation import Status
from models.people import Language
from models.roles import Role
from models.workflow import Condition, Transition, Workflow

if TYPE_CHECKING:
    from models.documents import Attachment
    from models.organisation import Region
    from models.patient_allergies import PatientAllergy
    from models.people import User

#: Centimetres or kilograms, one decimal.
BodyMeasure = Annotated[Decimal, mapped_column(ExactDecimal(4, 1))]


class Specialization(db.Model):
    """A medical specialisation, e.g. paediatrics; `code` is its title's short form (Sp.A)."""

    __tablename__ = "specialization"
    text_columns = ("name",)
    __table_args__ = ({"info": {"seed": "Halaman Daftar Spesialisasi Dokter"}},)

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(unique=True,
                                       info=seeded("Halaman Daftar Spesialisasi Dokter.Spesialisasi"))
    name_en: Mapped[Name | None]
    description: Mapped[Text | None]
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    doctors: Mapped[list[Doctor]] = relationship(back_populates="specialization", order_by="Doctor.name")


class Doctor(db.Model):
    """A doctor who consults. One who had consultations is made inactive, never deleted.

    `str_number` is the registration (STR), `sip_number` the licence to practise (SIP). `languages` holds ISO
    639-1 codes separated by commas. The fee is shown, never charged.
    """

    __tablename__ = "doctor"
    text_columns = ("name",)
    __table_args__ = (
        sa.CheckConstraint("fee >= 0", name="fee_not_negative"),
        sa.Index("ix_doctor_status_name", "status", "name"),
        {"info": {"seed": "Halaman Daftar Dokter"}},
    )

    id: Mapped[Id]
    user_id: Mapped[int | None] = reference("user", unique=True, index=False)
    name: Mapped[Name] = mapped_column(info=seeded("Halaman Daftar Dokter.Dokter"))
    specialization_id: Mapped[int] = reference("specialization", "Halaman Daftar Dokter.Spesialisasi")
    str_number: Mapped[Code | None] = mapped_column(unique=True)
    str_expires_on: Mapped[date | None]
    sip_number: Mapped[Code | None] = mapped_column(unique=True)
    sip_expires_on: Mapped[date | None]
    biography: Mapped[Text | None]
    languages: Mapped[str] = mapped_column(sa.String(100), default="id")
    fee: Mapped[Money] = mapped_column(default=Decimal(0))
    phone: Mapped[Phone | None]
    photo_id: Mapped[int | None] = reference("attachment")
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    user: Mapped[User | None] = relationship("User")
    specialization: Mapped[Specialization] = relationship(back_populates="doctors")
    photo: Mapped[Attachment | None] = relationship("Attachment")
    schedules: Mapped[list[DoctorSchedule]] = relationship(
        back_populates="doctor", cascade="all, delete-orphan",
        order_by="DoctorSchedule.weekday, DoctorSchedule.starts_at")

    def licensed_on(self, day: date) -> bool:
        """Whether neither STR nor SIP has run out by `day`; a licence without an expiry is for life."""
        return all(expiry is None or expiry >= day for expiry in (self.str_expires_on, self.sip_expires_on))


class DoctorSchedule(db.Model):
    """Weekly hours of a doctor on the hospital's wall clock; `weekday` 0 is Monday. Hours that end before
    they begin end on the next day; 00:00 is its midnight."""

    __tablename__ = "doctor_schedule"
    __table_args__ = (
        sa.UniqueConstraint("doctor_id", "weekday", "starts_at"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        sa.CheckConstraint("ends_at <> starts_at", name="hours_not_empty"),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 240", name="slot_minutes_5_to_240"),
        sa.CheckConstraint("valid_until IS NULL OR valid_from IS NULL OR valid_until >= valid_from",
                           name="valid_until_after_from"),
    )

    id: Mapped[Id]
    doctor_id: Mapped[int] = reference("doctor", ondelete="CASCADE")
    weekday: Mapped[int]
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    slot_minutes: Mapped[int] = mapped_column(default=15)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    #: Whether the doctor comes at these hours on national holidays too.
    on_holidays: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    doctor: Mapped[Doctor] = relationship(back_populates="schedules")

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class ExceptionKind(StrEnum):
    AWAY = "away"
    EXTRA = "extra"


class ScheduleException(db.Model):
    """A day unlike the weekly hours: the doctor is away (all day when no hours are named; until a last day
    where one is), or has extra hours, which may pass midnight."""

    __tablename__ = "schedule_exception"
    text_columns = ("on", "kind")
    __table_args__ = (
        sa.Index("ix_schedule_exception_doctor_on", "doctor_id", "on"),
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="both_hours"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at <> starts_at", name="hours_not_empty"),
        sa.CheckConstraint("until IS NULL OR (until >= \"on\" AND kind = 'away' AND starts_at IS NULL)",
                           name="until_of_whole_days"),
        sa.CheckConstraint("kind <> 'extra' OR starts_at IS NOT NULL", name="extra_has_hours"),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 240", name="slot_minutes_5_to_240"),
    )

    id: Mapped[Id]
    doctor_id: Mapped[int] = reference("doctor", ondelete="CASCADE", index=False)
    on: Mapped[date]
    #: The last day of a leave of several days.
    until: Mapped[date | None]
    kind: Mapped[ExceptionKind] = mapped_column(default=ExceptionKind.AWAY)
    starts_at: Mapped[time | None]
    ends_at: Mapped[time | None]
    slot_minutes: Mapped[int] = mapped_column(default=15)
    reason: Mapped[Name | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    doctor: Mapped[Doctor] = relationship("Doctor")


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


class MaritalStatus(StrEnum):
    SINGLE = "single"
    MARRIED = "married"
    DIVORCED = "divorced"
    WIDOWED = "widowed"


class BloodType(StrEnum):
    A = "A"
    B = "B"
    AB = "AB"
    O = "O"  # noqa: E741 - the blood group's name
    A_POSITIVE = "A+"
    A_NEGATIVE = "A-"
    B_POSITIVE = "B+"
    B_NEGATIVE = "B-"
    AB_POSITIVE = "AB+"
    AB_NEGATIVE = "AB-"
    O_POSITIVE = "O+"
    O_NEGATIVE = "O-"
    UNKNOWN = "unknown"


class Payer(StrEnum):
    """Who pays; recorded, never charged here."""

    SELF = "self"
    BPJS = "bpjs"
    INSURANCE = "insurance"


class Relation(StrEnum):
    """What a dependant is to the guardian."""

    CHILD = "child"
    SPOUSE = "spouse"
    PARENT = "parent"
    SIBLING = "sibling"
    OTHER_PERSON = "other_person"


#: Age from which a person consents alone; a child's profile is then handed over.
OF_AGE = 18


class PatientState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    CLOSED = "closed"


P = PatientState

not_self = Condition("not_self", lambda patient, user: user.id not in patient.owner_ids,
                     N_("This is your own registration; another administrator must decide on it."),
                     about="person")
own_patient = Condition(
    "own_patient", lambda patient, user: user.has_role(Role.ADMIN) or user.id in patient.owner_ids,
    N_("This is somebody else's registration."), about="person")

not_merged = Condition(
    "not_merged", lambda patient, _user: patient.merged_into_id is None,
    N_("This record was merged into another. Take the merge back, or go on with the record that stayed."),
    about="document")


def years_between(born: date, day: date) -> int:
    """Completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class Patient(Stateful, db.Model):
    """A person who is treated. The record stays when the account is closed.

    `nik` is encrypted, `nik_index` a keyed hash of it that finds it again and keeps it unique; both are
    written by `models.operations.people.nik` alone. A NIK without its index holds nothing: the registration
    was rejected, or another record holds the number and the hospital has to look. The medical record number
    is ours and permanent, given on approval. A child has no account of its own: `guardian` is the patient
    whose account keeps its profile.
    """

    __tablename__ = "patient"
    text_columns = ("name",)
    __table_args__ = (
        sa.Index("ix_patient_name", "name"),
        sa.CheckConstraint("nik_index IS NULL OR nik IS NOT NULL", name="nik_with_index"),
        sa.CheckConstraint("nik_index IS NULL OR state <> 'rejected'", name="rejected_holds_no_nik"),
        sa.CheckConstraint("guardian_id IS NULL OR guardian_id <> id", name="guardian_is_another"),
        sa.CheckConstraint("guardian_id IS NULL OR relation IS NOT NULL", name="guardian_has_relation"),
        sa.CheckConstraint("merged_into_id IS NULL OR (merged_into_id <> id AND state = 'closed')",
                           name="merged_is_closed"),
        sa.CheckConstraint("height_cm > 0", name="height_cm_positive"),
        sa.CheckConstraint("weight_kg > 0", name="weight_kg_positive"),
        {"info": {"seed": "Halaman Pasien"}},
    )
    workflow = Workflow(
        P.PENDING,
        Transition("approve", (P.PENDING,), P.ACTIVE, Role.ADMIN, when=not_self),
        Transition("reject", (P.PENDING,), P.REJECTED, Role.ADMIN, when=not_self, needs_reason=True),
        Transition("suspend", (P.ACTIVE,), P.SUSPENDED, Role.ADMIN, needs_reason=True),
        Transition("reinstate", (P.SUSPENDED, P.REJECTED), P.ACTIVE, Role.ADMIN, when=not_self,
                   asks=("guardian",),
                   may_skip=True),
        Transition("close", (P.PENDING, P.ACTIVE, P.SUSPENDED, P.REJECTED), P.CLOSED,
                   (Role.PATIENT, Role.ADMIN),
                   when=own_patient),
        Transition("readmit", (P.CLOSED,), P.ACTIVE, Role.ADMIN, when=(not_self, not_merged),
                   asks=("guardian", "identity_checked", "consents_given")),
        # no person's step: a list that approved it is taken back
        former=(("reject", P.ACTIVE, P.REJECTED),),
    )

    id: Mapped[Id]
    user_id: Mapped[int | None] = reference("user", unique=True, index=False)
    medical_record_number: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    name: Mapped[Name] = mapped_column(info=seeded("Halaman Pasien.Nama"))
    nik: Mapped[str | None] = mapped_column(sa.String(120), info=seeded("Halaman Pasien.NIK", masked=True))
    nik_index: Mapped[str | None] = mapped_column(sa.String(64), unique=True, info={"masked": True})
    birth_date: Mapped[date]
    sex: Mapped[Sex] = mapped_column(info=seeded("Halaman Pasien.Jenis Kelamin"))
    height_cm: Mapped[BodyMeasure | None] = mapped_column(info=seeded("Halaman Pasien.TB"))
    weight_kg: Mapped[BodyMeasure | None] = mapped_column(info=seeded("Halaman Pasien.BB"))
    address: Mapped[Text | None] = mapped_column(info=seeded("Halaman Pasien.Alamat"))
    region_code: Mapped[str | None] = mapped_column(sa.ForeignKey("region.code"), index=True)
    phone: Mapped[Phone | None]
    marital_status: Mapped[MaritalStatus | None]
    blood_type: Mapped[BloodType | None]
    allergies: Mapped[Text | None] = mapped_column(info={"masked": True})
    payer: Mapped[Payer] = mapped_column(default=Payer.SELF)
    payer_name: Mapped[Name | None]
    payer_number: Mapped[Code | None] = mapped_column(info={"masked": True})
    guardian_id: Mapped[int | None] = reference("patient")
    #: What the person is to the guardian; kept when the profile was handed over.
    relation: Mapped[Relation | None]
    #: The record that this one was merged into: it is closed then, and only points there.
    merged_into_id: Mapped[int | None] = reference("patient")
    state: Mapped[PatientState] = state_column(P.PENDING, "Halaman Pasien.Status")
    registered_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    decided_reason: Mapped[Text | None]
    #: Who of the office registered the person; empty for whoever did it alone in the portal.
    registered_by_id: Mapped[int | None] = reference("user", index=False)

    #: True only while `models.operations.clinic.merging` closes it.
    is_merging = False
    #: What readmitting asks of who does it; kept as the step's event and the new consents, not here.
    identity_checked = False
    consents_given = False

    user: Mapped[User | None] = relationship("User", foreign_keys=[user_id])
    registered_by: Mapped[User | None] = relationship("User", foreign_keys=[registered_by_id])
    guardian: Mapped[Patient | None] = relationship(
        "Patient", remote_side="Patient.id", foreign_keys=[guardian_id], back_populates="dependants")
    dependants: Mapped[list[Patient]] = relationship(
        "Patient", foreign_keys=[guardian_id], back_populates="guardian")
    merged_into: Mapped[Patient | None] = relationship(
        "Patient", remote_side="Patient.id", foreign_keys=[merged_into_id])
    region: Mapped[Region | None] = relationship("Region")
    consents: Mapped[list[Consent]] = relationship(back_populates="patient", order_by="Consent.id")
    #: Chosen allergies, ended ones too, beside the free text of `allergies`.
    allergy_rows: Mapped[list[PatientAllergy]] = relationship(
        "PatientAllergy", back_populates="patient", order_by="PatientAllergy.id")

    @property
    def living_allergies(self) -> list[PatientAllergy]:
        """Chosen allergies that hold."""
        return [row for row in self.allergy_rows if row.ended_at is None]

    @property
    def allergy_words(self) -> str:
        """All that is said of allergies, chosen and free; empty for nothing."""
        said = list(dict.fromkeys(str(row) for row in self.living_allergies))
        return "; ".join([*said, *([self.allergies] if self.allergies else [])])

    @property
    def owner_ids(self) -> frozenset[int]:
        """The accounts that may act for this person: the own one and the guardian's."""
        owners = {self.user_id, self.guardian.user_id if self.guardian else None}
        return frozenset(owner for owner in owners if owner is not None)

    @property
    def bmi(self) -> Decimal | None:
        """Body mass index, kg/m², one decimal."""
        if not self.height_cm or not self.weight_kg:
            return None
        return (self.weight_kg * 10000 / (self.height_cm * self.height_cm)).quantize(Decimal("0.1"))

    def age_on(self, day: date) -> int:
        """Completed years."""
        return years_between(self.birth_date, day)

    def outgrew_guardian(self, day: date) -> bool:
        """Whether this is a child's profile and the child is of age: it can be handed over, and asks
        alone."""
        return self.guardian_id is not None and self.relation == Relation.CHILD and self.age_on(day) >= OF_AGE


class ConsentKind(StrEnum):
    PRIVACY = "privacy"
    TELEMEDICINE = "telemedicine"


class ConsentWay(StrEnum):
    """How a consent was given: ticked in the portal, signed on paper, or said to the office."""

    PORTAL = "portal"
    PAPER = "on_paper"
    ORAL = "orally"


class Consent(db.Model):
    """Which text a person agreed to, and when; a child by its guardian. Withdrawn, never deleted.

    `given_by` is the account that wrote it down. Where that is the office, `said_by` names who agreed.
    """

    __tablename__ = "consent"
    text_columns = ("kind", "text_version")
    __table_args__ = (
        sa.CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= given_at", name="withdrawn_after_given"),
        sa.CheckConstraint("way = 'portal' OR said_by IS NOT NULL", name="said_by_somebody"),
    )

    id: Mapped[Id]
    patient_id: Mapped[int] = reference("patient")
    kind: Mapped[ConsentKind]
    text_version: Mapped[Code]
    language: Mapped[Language] = mapped_column(default=Language.ID)
    given_by_id: Mapped[int] = reference("user")
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]
    way: Mapped[ConsentWay] = mapped_column(default=ConsentWay.PORTAL,
                                            server_default=ConsentWay.PORTAL.value)
    said_by: Mapped[Name | None]

    patient: Mapped[Patient] = relationship(back_populates="consents")
    given_by: Mapped[User] = relationship("User")
