"""Beds that are kept for somebody until a time."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Name, Text, db, reference
from models.beds import Bed, Stay
from models.documents import Stateful, state_column
from models.places import RoomClass
from models.roles import Role
from models.workflow import Transition, Workflow

if TYPE_CHECKING:
    from models.clinic import Patient
    from models.people import User


class ReservationState(StrEnum):
    HELD = "held"
    USED = "used"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


S = ReservationState
#: In SQL, of a row of the table: whether it is still to be reckoned with.
HELD = "state = 'held'"


class BedReservation(Stateful, db.Model):
    """A bed, or some bed of a class, kept for somebody from a time until a time. The bed's own state does not
    know of it: a reserved bed that is ready is ready, and is not counted as free."""

    __tablename__ = "bed_reservation"
    names_by = ("patient",)
    __table_args__ = (
        sa.CheckConstraint("(bed_id IS NULL) <> (room_class_id IS NULL)", name="bed_or_class"),
        sa.CheckConstraint("patient_id IS NOT NULL OR guest_name IS NOT NULL", name="somebody"),
        sa.CheckConstraint("reserved_until > reserved_from", name="ends_after_start"),
        sa.Index("ix_bed_reservation_held_until", "reserved_until", sqlite_where=sa.text(HELD),
                 postgresql_where=sa.text(HELD)),
    )
    workflow = Workflow(
        S.HELD,
        Transition("use", (S.HELD,), S.USED),
        Transition("lapse", (S.HELD,), S.LAPSED),
        Transition("hold_again", (S.USED,), S.HELD),
        Transition("cancel", (S.HELD,), S.CANCELLED, Role.FRONT_OFFICE, needs_reason=True),
    )

    id: Mapped[Id]
    bed_id: Mapped[int | None] = reference("bed")
    room_class_id: Mapped[int | None] = reference("room_class")
    patient_id: Mapped[int | None] = reference("patient")
    #: Who is no patient of ours: a name or the front office's reference.
    guest_name: Mapped[Name | None] = mapped_column(info={"masked": True})
    reserved_from: Mapped[datetime] = mapped_column(default=clock.now)
    reserved_until: Mapped[datetime]
    note: Mapped[Text | None]
    state: Mapped[ReservationState] = state_column(S.HELD)
    #: The stay that it became.
    stay_id: Mapped[int | None] = reference("stay")
    created_by_id: Mapped[int] = reference("user", index=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    bed: Mapped[Bed | None] = relationship(Bed)
    room_class: Mapped[RoomClass | None] = relationship(RoomClass)
    patient: Mapped[Patient | None] = relationship("Patient")
    stay: Mapped[Stay | None] = relationship(Stay)
    created_by: Mapped[User] = relationship("User")

    def __str__(self) -> str:
        return str(self.patient or self.guest_name)


def is_running() -> sa.ColumnElement[bool]:
    """Reservations that keep a bed at this moment, whether or not the job already noted that one lapsed."""
    now = clock.now()
    return sa.and_(BedReservation.state == S.HELD, BedReservation.reserved_from <= now,
                   BedReservation.reserved_until > now)
