"""What `flask verify` proves of beds, rooms and their cleaning."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models.beds import NOT_CLEAN, Bed, BedState, CleaningKind, Stay
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
