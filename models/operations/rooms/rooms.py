"""The kept summary of rooms with beds. Who comes and goes is in `stays`, what makes beds ready again in
`cleaning`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm.attributes import get_history, set_committed_value
from sqlalchemy.orm.util import identity_key

from models.base import db
from models.beds import Bed, BedState
from models.errors import N_
from models.operations.people.notices import Declared, declare, holders
from models.operations.rooms.cleaning import make_cleaning as make_cleaning
from models.places import InpatientRoom, InpatientRoomState
from models.roles import Role

#: What a room with beds is, by the first of these states that one of its beds is in: a free bed counts most.
SUMMARY = (
    (BedState.READY, InpatientRoomState.READY),
    (BedState.OCCUPIED, InpatientRoomState.OCCUPIED),
    (BedState.CLEANING, InpatientRoomState.CLEANING),
    (BedState.NEEDS_INSPECTION, InpatientRoomState.CLEANING),
    (BedState.NEEDS_CLEANING, InpatientRoomState.NEEDS_CLEANING),
)


# ---------------------------------------------------------------- the kept summary of a room

def summary(states: set[str]) -> InpatientRoomState:
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
        connection.execute(sa.update(rooms).where(rooms.c.id == room_id).values(state=summary(states)))
        room = db.session.identity_map.get(identity_key(InpatientRoom, room_id))
        if room is not None:
            set_committed_value(room, "state", summary(states))


# ---------------------------------------------------------------- who is told

declare(Declared(
    "bed_out", holders(Role.FRONT_OFFICE), N_("%(bed)s is out of service"),
    (N_("Bed %(bed)s cannot be given to anybody until it is put back. The reason: %(reason)s"),),
    lambda bed: {"bed": str(bed)}, "/admin/bed/details/?id={id}", on=(Bed, ("take_out",)), channels=(),
    icon="ban"))
