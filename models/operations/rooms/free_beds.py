"""Which beds are free: one definition for board, public page, home page and API.

A bed is free when it is ready, stands in a ward that is in use, its room has all that its class promises with
every device in it fit, no reported fault holds the bed or its room, and it is not kept for somebody now. A
reservation of a class, not of a certain bed,
keeps the first free bed of that class, by ward, room and bed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from models.base import db
from models.bed_reservations import BedReservation, is_running
from models.beds import Bed, BedState
from models.facilities import ClassFacility, RoomFacility, missing_facilities, unfit_devices
from models.fault_reports import FaultReport, holding_by_place
from models.organisation import Status
from models.places import InpatientRoom, RoomClass, Ward

#: What a look at a room's fitness needs, in a fixed number of statements.
FITNESS = (
    joinedload(InpatientRoom.room_class).selectinload(RoomClass.facilities).options(
        joinedload(ClassFacility.item), joinedload(ClassFacility.asset_model)),
    selectinload(InpatientRoom.facilities).joinedload(RoomFacility.asset),
    selectinload(InpatientRoom.assets), selectinload(InpatientRoom.beds))


@dataclass
class Standing:
    """How the ready beds stand: those that are free, and those kept for somebody, by id."""

    free: dict[int, Bed] = field(default_factory=dict)
    kept: dict[int, BedReservation] = field(default_factory=dict)
    #: The rooms of these beds: held here, so that a bed finds its room without asking again.
    rooms: list[InpatientRoom] = field(default_factory=list)
    #: Reported faults that hold a place, by table and id.
    faults: dict[tuple[str, int], list[FaultReport]] = field(default_factory=dict)

    def is_held(self, bed: Bed) -> bool:
        """Whether a fault of the bed or of its room is reported that keeps it from being used."""
        return ("bed", bed.id) in self.faults or ("inpatient_room", bed.inpatient_room_id) in self.faults


def rooms_in_use(*criteria: sa.ColumnElement[bool]) -> list[InpatientRoom]:
    """The rooms of the wards in use, by ward and number, with what their fitness needs."""
    return list(db.session.scalars(
        sa.select(InpatientRoom).join(InpatientRoom.ward).options(joinedload(InpatientRoom.ward).joinedload(
            Ward.building), *FITNESS)
        .where(Ward.status == Status.ACTIVE, *criteria)
        .order_by(Ward.name, Ward.id, InpatientRoom.number, InpatientRoom.id)).unique())


def is_fit(room: InpatientRoom) -> bool:
    """Whether the room is fit for its class: nothing that is promised lacks, no device in it is unfit."""
    return not missing_facilities(room) and not unfit_devices(room)


def standing(rooms: list[InpatientRoom] | None = None) -> Standing:
    """How the ready beds of the house stand. `rooms`: all of `rooms_in_use`, where the caller has them."""
    if rooms is None:
        rooms = rooms_in_use(InpatientRoom.beds.any(Bed.state == BedState.READY))
    result = Standing(rooms=rooms, faults=holding_by_place())
    result.free = {bed.id: bed for room in rooms if is_fit(room) for bed in room.beds
                   if bed.state == BedState.READY and not result.is_held(bed)}
    running = list(db.session.scalars(sa.select(BedReservation).where(is_running()).options(
        joinedload(BedReservation.patient)).order_by(BedReservation.id)))
    for reservation in running:
        if reservation.bed_id is not None:
            result.kept.setdefault(reservation.bed_id, reservation)
            result.free.pop(reservation.bed_id, None)
    for reservation in running:
        bed = next((bed for bed in result.free.values() if reservation.room_class_id is not None
                    and bed.inpatient_room.room_class_id == reservation.room_class_id), None)
        if bed is not None:
            result.kept[bed.id] = reservation
            del result.free[bed.id]
    return result


def free_ids() -> list[int]:
    return list(standing().free)


def is_spare(bed: Bed, now: Standing) -> bool:
    """Whether somebody else may have the bed although it is kept: it is kept for its class, and another bed
    of the class is free."""
    reservation = now.kept.get(bed.id)
    return reservation is not None and reservation.bed_id is None and any(
        other.inpatient_room.room_class_id == reservation.room_class_id for other in now.free.values())


def summary() -> dict[str, Any]:
    """Beds in service by class and by ward, and all together: how many there are, are taken, and are free.

    ``{"by_class": {id: {"all": 12, "taken": 8, "free": 3}}, "by_ward": {…}, "total": {…}}``; two statements
    beside those of `standing`.
    """
    groups: dict[str, Any] = {"by_class": {}, "by_ward": {}, "total": {"all": 0, "taken": 0, "free": 0}}

    def sums(room_class: int, ward: int) -> list[dict[str, int]]:
        return [groups["by_class"].setdefault(room_class, {"all": 0, "taken": 0, "free": 0}),
                groups["by_ward"].setdefault(ward, {"all": 0, "taken": 0, "free": 0}), groups["total"]]

    for room_class, ward, state, number in db.session.execute(
            sa.select(InpatientRoom.room_class_id, InpatientRoom.ward_id, Bed.state, sa.func.count())
            .join(InpatientRoom, InpatientRoom.id == Bed.inpatient_room_id)
            .join(Ward, Ward.id == InpatientRoom.ward_id)
            .where(Bed.state != BedState.OUT_OF_SERVICE, Ward.status == Status.ACTIVE)
            .group_by(InpatientRoom.room_class_id, InpatientRoom.ward_id, Bed.state)):
        for group in sums(room_class, ward):
            group["all"] += number
            group["taken"] += number if state == BedState.OCCUPIED else 0
    now = standing()
    for bed in now.free.values():
        for group in sums(bed.inpatient_room.room_class_id, bed.inpatient_room.ward_id):
            group["free"] += 1
    return groups
