"""Cleaning: a bed or room that is not clean has exactly one open task, of the kind that is due; a ready one
has none.

Whoever leaves a place, or puts it back into service, asks for its cleaning; the task moves its place. Every
step here locks the place before its task, so that two people who meet at one bed come one after the other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm.attributes import get_history

from models import clock
from models.base import db
from models.beds import Bed, BedState
from models.errors import N_, Refused, told_by
from models.housekeeping import OPEN_TASKS, Cleaning, CleaningKind, CleaningState
from models.operations.core.approvals import after, by_system, effect, opened
from models.organisation import Employee
from models.people import User
from models.places import Room, WardKind
from models.settings import setting

Place = Bed | Room
ANOTHER = N_("Another cleaning of this place is already open.")
for _column in ("bed", "room"):  # by the constraint's name, and as SQLite names it
    told_by(f"uq_cleaning_open_{_column}", Refused, ANOTHER, field=_column)
    told_by(f"UNIQUE constraint failed: cleaning.{_column}_id", Refused, ANOTHER, field=_column)


# ---------------------------------------------------------------- what is due

def due_at(place: Place) -> CleaningKind:
    """The kind of cleaning that the place needs when somebody leaves it now."""
    if isinstance(place, Room):
        return CleaningKind.ROUTINE
    room = place.inpatient_room
    isolation = room.is_isolation or room.ward.kind == WardKind.ISOLATION
    return CleaningKind.ISOLATION if isolation else CleaningKind.TERMINAL


@effect(Bed, "check_out", "transfer", "put_back")
def _is_due(bed: Bed, *, by: User, reason: str) -> None:
    """What was due when it went out of service stays due."""
    kinds = {due_at(bed), bed.cleaning_due or CleaningKind.ROUTINE}
    bed.cleaning_due = max(kinds, key=lambda kind: kind.rank)


@effect(Bed, "release")
def _is_clean(bed: Bed, *, by: User, reason: str) -> None:
    bed.cleaning_due = None


@after(Bed, "check_out", "transfer")
def _ask_after(bed: Bed, *, by: User, reason: str) -> None:
    """The cleaning clock starts when the guest has left, which may have been typed later."""
    _ask(bed, by=by, reason=reason, since=bed.left.ended_at if bed.left is not None else None)


@after(Bed, "put_back")
@after(Room, "leave", "put_back")
def _ask(place: Place, *, by: User, reason: str, since: datetime | None = None) -> None:
    """A task that waits becomes the one that is due; one that is under way is cancelled, for it began while
    somebody was there."""
    task = open_task(place)
    if task is not None and task.state != CleaningState.WAITING:
        by_system(task, "cancel", by=by, reason=reason)
        task = None
    kind = place.cleaning_due if isinstance(place, Bed) else CleaningKind.ROUTINE
    assert kind is not None
    if task is None:
        task = _make(kind, place, by=by)
    else:
        _raise(task, kind)
    task.requested_at = since or clock.now()
    db.session.flush()


@after(Bed, "take_out", "undo_check_in", "undo_check_out")
@after(Room, "take_out", "undo_use")
def _cancel_tasks(place: Place, *, by: User, reason: str) -> None:
    task = open_task(place)
    if task is not None:
        by_system(task, "cancel", by=by, reason=reason)


# ---------------------------------------------------------------- making tasks

def open_task(place: Place) -> Cleaning | None:
    """The open task of the place, locked."""
    column = Cleaning.bed_id if isinstance(place, Bed) else Cleaning.room_id
    return db.session.scalar(
        sa.select(Cleaning).where(column == place.id,
                                  Cleaning.state.in_(OPEN_TASKS)).with_for_update(key_share=True)
        .execution_options(populate_existing=True))


def make_cleaning(kind: CleaningKind, *, by: User, bed: Bed | None = None,
                  room: Room | None = None) -> Cleaning:
    """The open task of a bed or a room: the one that is there, raised to `kind` while it waits, or a new one.

    Raises `Refused` where there is nothing to clean (`check_place`).
    """
    place = bed or room
    if place is None:
        raise ValueError("a cleaning needs a bed or a room")
    task = open_task(place)
    if task is None:
        check_place(place)
        return _make(kind, place, by=by)
    if task.state == CleaningState.WAITING and task.kind.rank < kind.rank:
        _raise(task, kind)
        db.session.flush()
    return task


def check_place(place: Place) -> None:
    """Lock the place, and look whether somebody may ask for a cleaning of it by hand. Raises `Refused`."""
    lock(place)
    field = place.__tablename__
    if place.state == BedState.READY:
        raise Refused(N_("%(place)s is ready, there is nothing to clean. If it is dirty after all, have it "
                         "taken out "
                         "of service and put back: that asks for its cleaning."), field=field,
                      place=str(place))
    if place.state == BedState.OUT_OF_SERVICE:
        raise Refused(N_("%(place)s is out of service. Putting it back asks for its cleaning."), field=field,
                      place=str(place))
    if open_task(place) is not None:
        raise Refused(ANOTHER, field=field)


def _make(kind: CleaningKind, place: Place, *, by: User) -> Cleaning:
    bed, room = (place, None) if isinstance(place, Bed) else (None, place)
    task = Cleaning(kind=kind, bed=bed, inpatient_room=bed.inpatient_room if bed else None, room=room,
                    checklist=_points(kind))
    db.session.add(task)
    opened(task, by=by)
    return task


def _points(kind: CleaningKind) -> str:
    return setting(f"cleaning.checklist.{kind.value}")


def _raise(task: Cleaning, kind: CleaningKind) -> None:
    """A waiting task becomes one of a higher kind, with the points of that; a kind never falls."""
    task.kind = max((task.kind, kind), key=lambda entry: entry.rank)
    task.checklist, task.checklist_done = _points(task.kind), False
    if task.bed is not None:
        task.needs_inspection = task.needs_inspection or task.bed.inpatient_room.room_class.needs_inspection


# ---------------------------------------------------------------- what a task does to its place

@effect(Cleaning, "start")
def _begin(task: Cleaning, *, by: User, reason: str) -> None:
    """Whoever starts is the cleaner unless somebody was named. A routine cleaning between stays moves
    nothing."""
    place = _place_of(task)
    if task.employee is None:
        task.employee = db.session.scalar(sa.select(Employee).where(Employee.user_id == by.id))
    task.checklist = task.checklist or _points(task.kind)
    task.started_at = clock.now()
    if place is None:
        return
    if place.state == BedState.OUT_OF_SERVICE:
        raise Refused(N_("%(place)s is out of service. Put it back first, or cancel this cleaning."),
                      place=str(place))
    _move(place, by, (BedState.NEEDS_CLEANING,), "start_cleaning")


@effect(Cleaning, "finish", "hand_over")
def _end(task: Cleaning, *, by: User, reason: str) -> None:
    place = _place_of(task)
    if not task.checklist_done:
        raise Refused(N_("Do every point of the checklist, then tick it."), field="checklist_done")
    if task.cost is None or task.cost < 0:
        raise Refused(N_("The cost is zero rupiah or more."), field="cost")
    task.cleaned_at = clock.now()
    inspected = isinstance(place, Bed) and task.needs_inspection
    _move(place, by, (BedState.CLEANING,), "await_inspection" if inspected else "release")


@effect(Cleaning, "give_back", "redo")
def _again(task: Cleaning, *, by: User, reason: str) -> None:
    """Who comes next cleans."""
    place = _place_of(task)
    task.started_at = task.cleaned_at = task.employee = None
    task.checklist_done = False
    _move(place, by, (BedState.CLEANING, BedState.NEEDS_INSPECTION), "clean_again", reason)


@effect(Cleaning, "inspect", "waive")
def _accept(task: Cleaning, *, by: User, reason: str) -> None:
    place = _place_of(task)
    task.inspected_at = clock.now()
    _move(place, by, (BedState.NEEDS_INSPECTION,), "release", reason)


def _place_of(task: Cleaning) -> Place | None:
    """What is cleaned, as it stands now, locked."""
    with db.session.no_autoflush:
        place = task.bed or task.room
        if place is not None:
            lock(place)
    return place


def lock(place: Place) -> None:
    """Lock the row of a bed or room, and read it as it stands now."""
    kind = type(place)
    with db.session.no_autoflush:
        db.session.scalars(sa.select(kind).where(kind.id == place.id).with_for_update(key_share=True)
                           .execution_options(populate_existing=True)).one()


def _move(place: Place | None, by: User, states: tuple[BedState, ...], step: str, reason: str = "") -> None:
    if place is not None and place.state in states:
        by_system(place, step, by=by, reason=reason)


# ---------------------------------------------------------------- a bed that is carried to another room

@event.listens_for(Bed, "after_update")
def _room_of_open_task(_mapper: Any, connection: sa.Connection, bed: Bed) -> None:
    """Its open cleaning goes with it; what was cleaned before was cleaned in the former room."""
    if get_history(bed, "inpatient_room_id").has_changes():
        tasks = Cleaning.__table__
        connection.execute(sa.update(tasks).where(tasks.c.bed_id == bed.id, tasks.c.state.in_(OPEN_TASKS))
                           .values(inpatient_room_id=bed.inpatient_room_id))
