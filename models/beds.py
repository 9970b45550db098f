"""Beds and who stays in them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship
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


class Bed(Stateful, db.Model):
    """One bed of an inpatient room. The front office fills and empties it, housekeeping makes it ready
    again."""

    __tablename__ = "bed"
    names_by = ("inpatient_room",)
    __table_args__ = (sa.UniqueConstraint("inpatient_room_id", "number"),)
    workflow = Workflow(
        S.READY,
        Transition("check_in", (S.READY,), S.OCCUPIED, Role.FRONT_OFFICE, when=fit_for_class,
                   asks=("guest",)),
        Transition("check_out", (S.OCCUPIED,), S.NEEDS_CLEANING, Role.FRONT_OFFICE),
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

    inpatient_room: Mapped[InpatientRoom] = relationship(back_populates="beds")
    stays: Mapped[list[Stay]] = relationship(back_populates="bed", order_by="Stay.started_at")

    def __str__(self) -> str:
        return f"{self.inpatient_room.number}-{self.number}" if self.inpatient_room else self.number


@event.listens_for(Bed, "before_update")
def _since(_mapper: Any, _connection: Any, bed: Bed) -> None:
    if get_history(bed, "state").has_changes():
        bed.state_since = clock.now()


class Stay(db.Model):
    """Somebody in a bed, from check-in to check-out: a patient of ours, or a reference of the front office's
    system."""

    __tablename__ = "stay"
    names_by = ("patient",)
    __table_args__ = (
        sa.CheckConstraint("patient_id IS NOT NULL OR outside_reference IS NOT NULL", name="somebody"),
        sa.CheckConstraint("ended_at >= started_at", name="ends_after_start"),
        sa.Index("uq_stay_open_bed", "bed_id", unique=True,
                 sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")),
        sa.Index("ix_stay_started_at", "started_at"),
    )

    id: Mapped[Id]
    bed_id: Mapped[int] = reference("bed")
    patient_id: Mapped[int | None] = reference("patient")
    outside_reference: Mapped[Name | None]
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    checked_in_by_id: Mapped[int] = reference("user", index=False)
    checked_out_by_id: Mapped[int | None] = reference("user", index=False)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    bed: Mapped[Bed] = relationship(back_populates="stays")
    patient: Mapped[Patient | None] = relationship("Patient")
    checked_in_by: Mapped[User] = relationship("User", foreign_keys=[checked_in_by_id])
    checked_out_by: Mapped[User | None] = relationship("User", foreign_keys=[checked_out_by_id])

    def __str__(self) -> str:
        return str(self.patient or self.outside_reference)
