"""Beds and rooms: who comes and goes, and the cleaning that makes them ready again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm.attributes import get_history, set_committed_value
from sqlalchemy.orm.util import identity_key

from models import clock
from models.base import db
from models.beds import Bed, BedState, Stay
from models.clinic import Patient
from models.errors import N_, Refused
from models.housekeeping import Cleaning, CleaningKind, CleaningState
from models.operations.approvals import after, by_system, effect, opened
from models.operations.checks import check
from models.organisation import Employee
from models.people import User
from models.places import InpatientRoom, InpatientRoomState, Room, RoomState, WardKind
from models.settings import setting

#: What a room with beds is, by the first of these states that one of its beds is in: a free bed counts most.
SUMMARY = (
    (BedState.READY, InpatientRoomState.READY),
    (BedState.OCCUPIED, InpatientRoomState.OCCUPIED),
    (BedState.CLEANING, InpatientRoomState.CLEANING),
    (BedState.NEEDS_INSPECTION, InpatientRoomState.CLEANING),
    (BedState.NEEDS_CLEANING, InpatientRoomState.NEEDS_CLEANING),
)
OPEN_TASKS = (CleaningState.WAITING, CleaningState.IN_PROGRESS)


# ---------------------------------------------------------------- beds

@effect(Bed, "check_in")
def _open_stay(bed: Bed, *, by: User, reason: str) -> None:
    """A medical record number of ours names a patient; anything else is the front office's own reference."""
    guest = (bed.guest or "").strip()
    if not guest:
        raise Refused(N_("Say who lies in the bed: a medical record number or the front office's reference."),
                      field="guest")
    patient_id = db.session.scalar(sa.select(Patient.id).where(Patient.medical_record_number == guest))
    if patient_id is not None and db.session.scalar(
            sa.select(Stay.id).where(Stay.patient_id == patient_id, Stay.ended_at.is_(None)).limit(1)):
        raise Refused(N_("This patient already lies in another bed. Check the patient out there first."), field="guest")
    bed.guest = guest
    db.session.add(Stay(bed=bed, patient_id=patient_id, outside_reference=None if patient_id else guest,
                        checked_in_by_id=by.id))


@effect(Bed, "check_out")
def _close_stay(bed: Bed, *, by: User, reason: str) -> None:
    stay = db.session.scalar(sa.select(Stay).where(Stay.bed_id == bed.id, Stay.ended_at.is_(None)))
    if stay is not None:
        stay.ended_at, stay.checked_out_by_id = clock.now(), by.id
    bed.guest = None


@after(Bed, "check_out")
def _ask_for_cleaning(bed: Bed, *, by: User, reason: str) -> None:
    """The cleaning clock starts when the patient has left."""
    room = bed.inpatient_room
    isolation = room.is_isolation or room.ward.kind == WardKind.ISOLATION
    make_cleaning(CleaningKind.ISOLATION if isolation else CleaningKind.TERMINAL, bed=bed, by=by)


@after(Room, "leave")
def _ask_for_room_cleaning(room: Room, *, by: User, reason: str) -> None:
    make_cleaning(CleaningKind.ROUTINE, room=room, by=by)


# ---------------------------------------------------------------- cleaning

def make_cleaning(kind: CleaningKind, *, by: User, bed: Bed | None = None, room: Room | None = None) -> Cleaning:
    """A waiting task for a bed or a room; the one that already waits there, if one does."""
    place = Cleaning.bed_id == bed.id if bed is not None else Cleaning.room_id == room.id if room is not None else None
    if place is None:
        raise ValueError("a cleaning needs a bed or a room")
    task = db.session.scalar(sa.select(Cleaning).where(place, Cleaning.state.in_(OPEN_TASKS)))
    if task is None:
        task = Cleaning(kind=kind, bed=bed, inpatient_room=bed.inpatient_room if bed else None, room=room,
                        checklist=setting(f"cleaning.checklist.{kind.value}"))
        db.session.add(task)
        opened(task, by=by)
    return task


@effect(Cleaning, "start")
def _begin(task: Cleaning, *, by: User, reason: str) -> None:
    """Whoever starts is the cleaner unless somebody was named. A routine cleaning between stays moves nothing."""
    if task.employee is None:
        task.employee = db.session.scalar(sa.select(Employee).where(Employee.user_id == by.id))
    task.checklist = task.checklist or setting(f"cleaning.checklist.{task.kind.value}")
    task.started_at = clock.now()
    place = task.bed or task.room
    if place is None:
        return
    if place.state in (BedState.OUT_OF_SERVICE, RoomState.OUT_OF_SERVICE):
        raise Refused(N_("%(place)s is out of service. Put it back first, or cancel this cleaning."), place=str(place))
    _move(task, by, (BedState.NEEDS_CLEANING, RoomState.NEEDS_CLEANING), "start_cleaning")


@effect(Cleaning, "finish")
def _end(task: Cleaning, *, by: User, reason: str) -> None:
    if not task.checklist_done:
        raise Refused(N_("Do every point of the checklist, then tick it."), field="checklist_done")
    if task.cost is None or task.cost < 0:
        raise Refused(N_("The cost is zero rupiah or more."), field="cost")
    task.cleaned_at = clock.now()
    inspected = task.bed is not None and task.needs_inspection
    _move(task, by, (BedState.CLEANING, RoomState.CLEANING), "await_inspection" if inspected else "release")


@effect(Cleaning, "inspect")
def _accept(task: Cleaning, *, by: User, reason: str) -> None:
    task.inspected_at = clock.now()
    _move(task, by, (BedState.NEEDS_INSPECTION,), "release")


@effect(Cleaning, "redo")
def _again(task: Cleaning, *, by: User, reason: str) -> None:
    """The bed keeps waiting for its inspection meanwhile."""
    place = Cleaning.bed_id == task.bed_id if task.bed_id else Cleaning.room_id == task.room_id
    if (task.bed_id or task.room_id) and db.session.scalar(
            sa.select(Cleaning.id).where(place, Cleaning.state.in_(OPEN_TASKS)).limit(1)):
        raise Refused(N_("Another cleaning of this place is already open."))
    task.started_at = task.cleaned_at = None
    task.checklist_done = False


def _move(task: Cleaning, by: User, states: tuple[Any, ...], step: str) -> None:
    place = task.bed or task.room
    if place is not None and place.state in states:
        by_system(place, step, by=by)


# ---------------------------------------------------------------- the kept summary of a room

def _summary(states: set[str]) -> InpatientRoomState:
    return next((room for bed, room in SUMMARY if bed in states), InpatientRoomState.OUT_OF_SERVICE)


@event.listens_for(Bed, "after_insert")
@event.listens_for(Bed, "after_update")
@event.listens_for(Bed, "after_delete")
def _keep_summary(_mapper: Any, connection: sa.Connection, bed: Bed) -> None:
    """Beds of one room change one after the other: the room's row is locked before they are counted."""
    rooms, beds = InpatientRoom.__table__, Bed.__table__
    for room_id in sorted({bed.inpatient_room_id, *get_history(bed, "inpatient_room_id").deleted} - {None}):
        connection.execute(sa.select(rooms.c.id).where(rooms.c.id == room_id).with_for_update(key_share=True))
        states = set(connection.scalars(sa.select(beds.c.state).where(beds.c.inpatient_room_id == room_id)))
        connection.execute(sa.update(rooms).where(rooms.c.id == room_id).values(state=_summary(states)))
        room = db.session.identity_map.get(identity_key(InpatientRoom, room_id))
        if room is not None:
            set_committed_value(room, "state", _summary(states))


# ---------------------------------------------------------------- what verify proves

@check("rooms: the state of each room sums up its beds")
def summaries(session: Any) -> Any:
    states: dict[int, set[str]] = {}
    for room_id, state in session.execute(sa.select(Bed.inpatient_room_id, Bed.state)):
        states.setdefault(room_id, set()).add(state)
    for room_id, state in session.execute(sa.select(InpatientRoom.id, InpatientRoom.state).order_by(InpatientRoom.id)):
        if room_id in states and state != _summary(states[room_id]):
            return room_id, state
    return None


@check("rooms: a bed is occupied exactly while a stay is open in it")
def stays(session: Any) -> Any:
    occupied = set(session.scalars(sa.select(Bed.id).where(Bed.state == BedState.OCCUPIED)))
    lain_in = set(session.scalars(sa.select(Stay.bed_id).where(Stay.ended_at.is_(None))))
    return min(occupied ^ lain_in, default=None)
