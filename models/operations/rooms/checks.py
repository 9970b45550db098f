"""What `flask verify` proves of beds, rooms and their cleaning."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models.bed_reservations import BedReservation, ReservationState
from models.beds import NOT_CLEAN, Bed, BedState, CleaningKind, Stay, StayBed
from models.housekeeping import OPEN_TASKS, Cleaning, CleaningState
from models.operations.core.checks import check
from models.operations.rooms.rooms import summary
from models.places import InpatientRoom, Room, RoomState

#: The state of a place that is not clean, by the state of its one open task.
TASK_OF = {BedState.NEEDS_CLEANING: CleaningState.WAITING, BedState.CLEANING: CleaningState.IN_PROGRESS,
           BedState.NEEDS_INSPECTION: CleaningState.TO_INSPECT}
#: States in which somebody is there, and one task made by hand may be open.
PEOPLED = (BedState.OCCUPIED, RoomState.IN_USE)


@check("rooms: the state of each room sums up its beds")
def summaries(session: Any) -> Any:
    states: dict[int, set[str]] = {}
    for room_id, state in session.execute(sa.select(Bed.inpatient_room_id, Bed.state)):
        states.setdefault(room_id, set()).add(state)
    for room_id, state in session.execute(sa.select(InpatientRoom.id,
                                                    InpatientRoom.state).order_by(InpatientRoom.id)):
        if room_id in states and state != summary(states[room_id]):
            return room_id, state
    return None


@check("rooms: a bed is occupied exactly while a stay is open in it")
def stays(session: Any) -> Any:
    occupied = set(session.scalars(sa.select(Bed.id).where(Bed.state == BedState.OCCUPIED)))
    lain_in = set(session.scalars(sa.select(Stay.bed_id).where(Stay.ended_at.is_(None))))
    return min(occupied ^ lain_in, default=None)


@check("rooms: an open stay is in the bed that it says, a closed one in none, a struck out one never was")
def beds_of_stays(session: Any) -> Any:
    """The first stay of which that is not so: its id."""
    beds: dict[int, list[tuple[int, Any]]] = {}
    for stay_id, bed_id, ended_at in session.execute(sa.select(
            StayBed.stay_id, StayBed.bed_id, StayBed.ended_at).order_by(StayBed.started_at, StayBed.id)):
        beds.setdefault(stay_id, []).append((bed_id, ended_at))
    for stay in session.execute(sa.select(Stay.id, Stay.bed_id, Stay.ended_at, Stay.voided_at).order_by(
            Stay.id)):
        mine = beds.get(stay.id, [])
        if (stay.voided_at is not None) == bool(mine) or any(ended is None for _bed, ended in mine[:-1]) \
                or (mine and mine[-1] != (stay.bed_id, stay.ended_at)):
            return stay.id
    return None


@check("rooms: a reservation is used exactly when a stay came of it")
def reservations_used(session: Any) -> Any:
    return session.scalar(sa.select(BedReservation.id).where(
        (BedReservation.state == ReservationState.USED) != BedReservation.stay_id.is_not(None)).limit(1))


@check("rooms: what is not clean has exactly one open cleaning, of the kind that is due; what is ready none")
def cleanings(session: Any) -> Any:
    """The first place of which that is not so: table, id, its state, and kind and state of its open tasks."""
    for model, column, kind in ((Bed, Cleaning.bed_id, Bed.cleaning_due),
                                (Room, Cleaning.room_id, sa.literal(CleaningKind.ROUTINE.value))):
        result: dict[int, list[tuple[CleaningKind, CleaningState]]] = {}
        for place_id, *task in session.execute(sa.select(column, Cleaning.kind, Cleaning.state).where(
                column.is_not(None), Cleaning.state.in_(OPEN_TASKS)).order_by(Cleaning.id)):
            result.setdefault(place_id, []).append(tuple(task))
        for place_id, state, due in session.execute(
                sa.select(model.id, model.state, kind).order_by(model.id)):
            tasks = result.get(place_id, [])
            if not (_needs(state, due, tasks) if state in NOT_CLEAN else len(tasks) <= (state in PEOPLED)):
                return (model.__tablename__, place_id, str(state), *((str(a), str(b)) for a, b in tasks))
    return None


def _needs(state: str, due: str | None, tasks: list[tuple[CleaningKind, CleaningState]]) -> bool:
    """Whether these are the open tasks of a place that is not clean."""
    return due is not None and len(tasks) == 1 and tasks[0][1] == TASK_OF[BedState(state)] \
        and tasks[0][0].rank >= CleaningKind(due).rank


@check("rooms: a bed that is ready or occupied has no cleaning due")
def nothing_due(session: Any) -> Any:
    return session.scalar(sa.select(Bed.id).where(
        Bed.state.in_((BedState.READY, BedState.OCCUPIED)), Bed.cleaning_due.is_not(None)).limit(1))
