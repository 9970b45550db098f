"""Beds and who stays in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship
from sqlalchemy.orm.attributes import get_history

from models import clock
from models.base import Code, Id, Name, db, reference
from models.documents import Stateful, state_column
from models.errors import N_
from models.places import InpatientRoom, label_code
from models.roles import Role
from models.workflow import Condition, Transition, Workflow

if TYPE_CHECKING:
    from models.clinic import Patient
    from models.people import User


class BedState(StrEnum):
    READY = "ready"
    OCCUPIED = "occupied"
    NEEDS_CLEANING = "needs_cleaning"
    CLEANING = "cleaning"
    NEEDS_INSPECTION = "needs_inspection"
    OUT_OF_SERVICE = "out_of_service"


S = BedState

#: States of a bed or a room in which exactly one cleaning of it is open.
NOT_CLEAN = (S.NEEDS_CLEANING, S.CLEANING, S.NEEDS_INSPECTION)


class CleaningKind(StrEnum):
    """Routine in between, terminal after a patient left, isolation after one left an isolation room: each
    does what the one before it does, and more."""

    ROUTINE = "routine"
    TERMINAL = "terminal"
    ISOLATION = "isolation"

    @property
    def rank(self) -> int:
        return list(type(self)).index(self)


def _fit_for_class(bed: Bed, _user: User) -> bool:
    from models.facilities import missing_facilities, unfit_devices
    from models.fault_reports import holding

    return (not missing_facilities(bed.inpatient_room) and not unfit_devices(bed.inpatient_room)
            and not holding(bed, bed.inpatient_room))


fit_for_class = Condition("fit_for_class", _fit_for_class,
                          N_("The room lacks something that its class promises, a device in it is unfit, or "
                             "a fault of the bed or the room is reported. Look at the room board first."))


#: So long after the press a wrong check-in, and a wrong check-out or transfer, is taken back.
UNDO_ARRIVAL, UNDO_DEPARTURE = timedelta(minutes=30), timedelta(minutes=60)
#: Steps by which somebody leaves a bed.
DEPARTURES = ("check_out", "transfer")


came_just_now = Condition(
    "came_just_now", lambda bed, _user: bed.just_took("check_in", within=UNDO_ARRIVAL),
    N_("A check-in can be taken back within 30 minutes, while nothing followed."), about="time")
came_by_check_in = Condition(
    "came_by_check_in", lambda bed, _user: bed.stay is not None and len(bed.stay.beds) == 1,
    N_("The guest came from another bed. Take the transfer back at that bed, or transfer the guest again."))
somebody_lies_there = Condition(
    "somebody_lies_there", lambda bed, _user: bed.stay is not None,
    N_("No stay is open in this bed. Check it out."))
left_just_now = Condition(
    "left_just_now", lambda bed, _user: bed.just_took(*DEPARTURES, within=UNDO_DEPARTURE),
    N_("A check-out can be taken back within 60 minutes, until the cleaning is started."), about="time")
can_come_back = Condition(
    "can_come_back", lambda bed, _user: bed.left is not None and bed.left.can_come_back,
    N_("The guest is in another bed by now, or was moved on. Look at the stay first."))


class Bed(Stateful, db.Model):
    """One bed of an inpatient room. The front office fills and empties it, housekeeping makes it ready
    again."""

    __tablename__ = "bed"
    names_by = ("inpatient_room",)
    __table_args__ = (sa.UniqueConstraint("inpatient_room_id", "number"),)
    workflow = Workflow(
        S.READY,
        Transition("check_in", (S.READY,), S.OCCUPIED, Role.FRONT_OFFICE, when=fit_for_class,
                   asks=("guest", "is_confirmed", "happened_at")),
        Transition("check_out", (S.OCCUPIED,), S.NEEDS_CLEANING, Role.FRONT_OFFICE,
                   asks=("outcome", "happened_at")),
        Transition("transfer", (S.OCCUPIED,), S.NEEDS_CLEANING, Role.FRONT_OFFICE,
                   when=somebody_lies_there, asks=("to_bed", "is_confirmed", "happened_at")),
        Transition("undo_check_in", (S.OCCUPIED,), S.READY, Role.FRONT_OFFICE,
                   when=(came_just_now, came_by_check_in), needs_reason=True),
        Transition("undo_check_out", (S.NEEDS_CLEANING,), S.OCCUPIED, Role.FRONT_OFFICE,
                   when=(left_just_now, can_come_back), needs_reason=True),
        Transition("start_cleaning", (S.NEEDS_CLEANING,), S.CLEANING),
        Transition("release", (S.CLEANING, S.NEEDS_INSPECTION), S.READY),
        Transition("await_inspection", (S.CLEANING,), S.NEEDS_INSPECTION),
        Transition("clean_again", (S.CLEANING, S.NEEDS_INSPECTION), S.NEEDS_CLEANING),
        Transition("take_out", (S.READY, S.NEEDS_CLEANING, S.NEEDS_INSPECTION), S.OUT_OF_SERVICE,
                   Role.FACILITIES_STAFF,
                   needs_reason=True),
        Transition("put_back", (S.OUT_OF_SERVICE,), S.NEEDS_CLEANING, Role.FACILITIES_STAFF),
        rests_on=dict.fromkeys((S.NEEDS_CLEANING, S.CLEANING, S.NEEDS_INSPECTION), "cleaning"),
    )

    id: Mapped[Id]
    #: The room that it leaves is always known, so that its summary is kept too.
    inpatient_room_id: Mapped[int] = reference("inpatient_room", active_history=True)
    number: Mapped[Code]
    state: Mapped[BedState] = state_column(S.READY)
    #: When it came into this state; kept by the mapper, so that the board says it without walking the
    #: history.
    state_since: Mapped[datetime] = mapped_column(default=clock.now)
    #: Who lies in it: a medical record number of ours, or the front office's reference. Empty when nobody
    #: does.
    guest: Mapped[Code | None] = mapped_column(info={"masked": True})
    #: The kind of cleaning that has to be done before it is ready: kept from the day it became due, whatever
    #: the room is made into meanwhile. Empty while it is ready or occupied.
    cleaning_due: Mapped[CleaningKind | None]
    qr_code: Mapped[str | None] = label_code()

    #: Typed with a step, and nowhere kept: that the front office means what it was asked about, when it
    #: happened (now, unless said), the bed that the guest goes to, how the stay ended.
    is_confirmed = False
    happened_at = None
    to_bed = None
    outcome = None

    inpatient_room: Mapped[InpatientRoom] = relationship(back_populates="beds")
    stays: Mapped[list[Stay]] = relationship(back_populates="bed", order_by="Stay.started_at")

    @property
    def stay(self) -> Stay | None:
        """The open stay of the bed."""
        session = object_session(self)
        return None if session is None else session.scalar(
            sa.select(Stay).where(Stay.bed_id == self.id, Stay.ended_at.is_(None)))

    @property
    def left(self) -> StayBed | None:
        """The last time that somebody left the bed, by check-out or transfer."""
        session = object_session(self)
        return None if session is None else session.scalar(
            sa.select(StayBed).where(StayBed.bed_id == self.id, StayBed.ended_at.is_not(None))
            .order_by(StayBed.ended_at.desc(), StayBed.id.desc()).limit(1))

    def __str__(self) -> str:
        return f"{self.inpatient_room.number}-{self.number}" if self.inpatient_room else self.number

    @classmethod
    def text_sql(cls, row: Any) -> sa.ColumnElement[str]:
        return sa.func.coalesce(cls.reference_text_sql(row, "inpatient_room") + "-" + row.number, row.number)


@event.listens_for(Bed, "before_update")
def _since(_mapper: Any, _connection: Any, bed: Bed) -> None:
    if get_history(bed, "state").has_changes():
        bed.state_since = clock.now()


class DischargeOutcome(StrEnum):
    """How a stay ended. Whether death came before or after 48 hours follows from the times."""

    HOME = "went_home"
    REFERRED = "referred"
    OWN_WISH = "own_wish"
    DIED = "died"


OPEN = "ended_at IS NULL"
#: A check-in that was taken back is no stay.
COUNTS = "voided_at IS NULL"


class Stay(db.Model):
    """Somebody in the hospital, from check-in to check-out: a patient of ours, or a reference of the front
    office's system. `bed` is the one of now, or the last; `beds` are all of them."""

    __tablename__ = "stay"
    names_by = ("patient",)
    __table_args__ = (
        sa.CheckConstraint("patient_id IS NOT NULL OR outside_reference IS NOT NULL", name="somebody"),
        sa.CheckConstraint("ended_at >= started_at", name="ends_after_start"),
        sa.CheckConstraint("voided_at IS NULL OR ended_at IS NOT NULL", name="voided_is_ended"),
        sa.CheckConstraint("outcome IS NULL OR (ended_at IS NOT NULL AND voided_at IS NULL)",
                           name="outcome_of_ended"),
        *(sa.Index(f"uq_stay_open_{name}", column, unique=True, sqlite_where=sa.text(where),
                   postgresql_where=sa.text(where))
          for name, column, where in (("bed", "bed_id", OPEN),
                                      ("patient", "patient_id", f"{OPEN} AND patient_id IS NOT NULL"),
                                      ("reference", "outside_reference",
                                       f"{OPEN} AND outside_reference IS NOT NULL"))),
        sa.Index("ix_stay_started_at", "started_at"),
    )

    id: Mapped[Id]
    bed_id: Mapped[int] = reference("bed")
    patient_id: Mapped[int | None] = reference("patient")
    outside_reference: Mapped[Name | None]
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    #: Empty while it goes on, and for stays of before this was asked.
    outcome: Mapped[DischargeOutcome | None]
    #: When the check-in was taken back: it never was, and counts nowhere.
    voided_at: Mapped[datetime | None]
    checked_in_by_id: Mapped[int] = reference("user", index=False)
    checked_out_by_id: Mapped[int | None] = reference("user", index=False)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    bed: Mapped[Bed] = relationship(back_populates="stays")
    patient: Mapped[Patient | None] = relationship("Patient")
    beds: Mapped[list[StayBed]] = relationship(back_populates="stay", cascade="all, delete-orphan",
                                               order_by="StayBed.started_at, StayBed.id")
    checked_in_by: Mapped[User] = relationship("User", foreign_keys=[checked_in_by_id])
    checked_out_by: Mapped[User | None] = relationship("User", foreign_keys=[checked_out_by_id])

    @property
    def guest(self) -> str:
        """Whom the bed is told to hold: the record number, or the outside reference."""
        if self.patient is not None and self.patient.medical_record_number:
            return self.patient.medical_record_number
        return self.outside_reference or ""

    def __str__(self) -> str:
        return str(self.patient or self.outside_reference)

    @classmethod
    def text_sql(cls, row: Any) -> sa.ColumnElement[str]:
        return sa.func.coalesce(cls.reference_text_sql(row, "patient"), row.outside_reference)


@event.listens_for(Stay, "after_insert")
def _in_its_bed(_mapper: Any, connection: sa.Connection, stay: Stay) -> None:
    """A stay that is entered whole, by a list or the demo, was in its one bed."""
    if stay.voided_at is None and not stay.__dict__.get("beds"):
        connection.execute(sa.insert(StayBed).values(stay_id=stay.id, bed_id=stay.bed_id,
                                                     started_at=stay.started_at, ended_at=stay.ended_at))


class StayBed(db.Model):
    """One bed of a stay, and from when until when it was that: what reports by bed, class and ward count."""

    __tablename__ = "stay_bed"
    names_by = ("bed",)
    __table_args__ = (
        sa.CheckConstraint("ended_at >= started_at", name="ends_after_start"),
        *(sa.Index(f"uq_stay_bed_open_{name}", f"{name}_id", unique=True, sqlite_where=sa.text(OPEN),
                   postgresql_where=sa.text(OPEN)) for name in ("bed", "stay")),
        sa.Index("ix_stay_bed_bed_id_ended_at", "bed_id", "ended_at"),
    )

    id: Mapped[Id]
    stay_id: Mapped[int] = reference("stay", ondelete="CASCADE")
    bed_id: Mapped[int] = reference("bed", index=False)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    stay: Mapped[Stay] = relationship(back_populates="beds")
    bed: Mapped[Bed] = relationship()

    @property
    def can_come_back(self) -> bool:
        """Whether the guest who left here can be put back: the last to lie here, who went home from here and
        lies nowhere else, or went to one other bed a short time ago and is there still."""
        stay, later = self.stay, self.stay.beds[self.stay.beds.index(self) + 1:]
        if stay.voided_at is not None:
            return False
        if not later:
            return stay.ended_at is not None and not self._is_back
        return (len(later) == 1 and later[0].ended_at is None
                and later[0].bed.just_took("check_in", within=UNDO_ARRIVAL))

    @property
    def _is_back(self) -> bool:
        """Whether the same guest has another open stay."""
        session, stay = object_session(self), self.stay
        assert session is not None
        same = (Stay.patient_id == stay.patient_id if stay.patient_id is not None
                else Stay.outside_reference == stay.outside_reference)
        return session.scalar(sa.select(Stay.id).where(same, Stay.ended_at.is_(None)).limit(1)) is not None

    def __str__(self) -> str:
        return str(self.bed)
