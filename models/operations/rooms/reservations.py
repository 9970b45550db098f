"""Beds kept for somebody: made and cancelled by the front office, used up by the check-in, ended by time."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from models import clock
from models.base import db
from models.bed_reservations import BedReservation, ReservationState
from models.beds import Bed, BedState, Stay
from models.errors import N_, Refused
from models.operations.core.approvals import by_system
from models.operations.core.jobs import job
from models.operations.rooms.cleaning import lock
from models.operations.rooms.guests import Guest, guest_of
from models.people import User
from models.places import InpatientRoom, RoomClass

#: A bed is kept for a month at most; longer is no reservation.
LONGEST = timedelta(days=31)
#: A guest who comes so much before the time still uses the reservation up.
EARLY = timedelta(hours=24)


def prepare(reservation: BedReservation, *, by: User) -> None:
    """Check a new reservation and say whose it is. Raises `Refused` at the field to blame.

    A record number of ours names the patient; anything else, a name too, is kept as it was typed.
    """
    guest = guest_of(reservation.guest_name or "", is_confirmed=True, field="guest_name")
    reservation.patient, reservation.guest_name = guest.patient, guest.reference
    reservation.created_by_id = by.id
    reserved_from = reservation.reserved_from = reservation.reserved_from or clock.now()
    if (reservation.bed is None) == (reservation.room_class is None):
        raise Refused(N_("Choose a bed, or a class of which any bed will do."), field="bed")
    if reservation.reserved_until is None or reservation.reserved_until <= max(reserved_from, clock.now()):
        raise Refused(N_("Until when is the bed kept? Write a time after the start that is still to come."),
                      field="reserved_until")
    if reservation.reserved_until - reserved_from > LONGEST:
        raise Refused(N_("A bed is kept for 31 days at most."), field="reserved_until")
    _is_there(reservation)


def _is_there(reservation: BedReservation) -> None:
    """Raises `Refused` when the bed, or every bed of the class, is kept for others at some time of it."""
    with db.session.no_autoflush:
        others = list(db.session.scalars(sa.select(BedReservation).where(
            BedReservation.state == ReservationState.HELD, BedReservation.id != (reservation.id or 0),
            BedReservation.reserved_until > reservation.reserved_from,
            BedReservation.reserved_from < reservation.reserved_until)))
        if reservation.bed is not None:
            _bed_is_there(reservation.bed, others)
        elif reservation.room_class is not None:
            _class_is_there(reservation.room_class, others)


def _bed_is_there(bed: Bed, others: list[BedReservation]) -> None:
    lock(bed)
    if bed.state == BedState.OUT_OF_SERVICE:
        raise Refused(N_("%(bed)s is out of service. Choose another bed."), field="bed", bed=str(bed))
    for other in others:
        if other.bed_id == bed.id:
            raise Refused(N_("%(bed)s is kept for %(guest)s from %(start)s until %(end)s."), field="bed",
                          bed=str(bed), guest=str(other), start=other.reserved_from, end=other.reserved_until)


def _class_is_there(room_class: RoomClass, others: list[BedReservation]) -> None:
    beds = set(db.session.scalars(
        sa.select(Bed.id).join(InpatientRoom, InpatientRoom.id == Bed.inpatient_room_id)
        .where(InpatientRoom.room_class_id == room_class.id, Bed.state != BedState.OUT_OF_SERVICE)))
    if sum(each.bed_id in beds or each.room_class_id == room_class.id for each in others) >= len(beds):
        raise Refused(N_("All beds of this class are kept for others at that time."), field="room_class")


def is_for(reservation: BedReservation, guest: Guest) -> bool:
    if guest.patient is not None or reservation.patient_id is not None:
        return guest.patient is not None and reservation.patient_id == guest.patient.id
    return (reservation.guest_name or "").lower() == (guest.reference or "").lower()


def use_up(guest: Guest, bed: Bed, stay: Stay, *, by: User) -> None:
    """The guest is here: the reservation that fits best is used up (of this bed, of its class, another)."""
    now = clock.now()
    found = list(db.session.scalars(sa.select(BedReservation).where(
        BedReservation.state == ReservationState.HELD, guest.is_of(BedReservation, BedReservation.guest_name),
        BedReservation.reserved_until > now, BedReservation.reserved_from <= now + EARLY)
        .order_by(BedReservation.id)))
    found.sort(key=lambda each: (each.bed_id != bed.id,
                                 each.room_class_id != bed.inpatient_room.room_class_id))
    for reservation in found[:1]:
        reservation.stay = stay
        by_system(reservation, "use", by=by)


def hold_again(stay: Stay, *, by: User) -> None:
    """The check-in was taken back, so the bed is kept again."""
    for reservation in db.session.scalars(sa.select(BedReservation).where(BedReservation.stay_id == stay.id)):
        by_system(reservation, "hold_again", by=by)
        reservation.stay = None


@job("bed_reservations")
def lapse() -> str:
    """Reservations whose time is over keep no bed; their maker is named, nobody did anything."""
    over = list(db.session.scalars(sa.select(BedReservation).where(
        BedReservation.state == ReservationState.HELD,
        BedReservation.reserved_until <= clock.now()).limit(1000)))
    for reservation in over:
        by_system(reservation, "lapse", by=reservation.created_by)
    return f"{len(over)} reservations lapsed" if over else ""
