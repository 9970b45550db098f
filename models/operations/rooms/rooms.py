"""Beds: who comes and goes, and the kept summary of their rooms. What makes them ready again is in
`cleaning`."""

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
from models.operations.core.approvals import effect
from models.operations.rooms.cleaning import make_cleaning as make_cleaning
from models.people import User
from models.places import InpatientRoom, InpatientRoomState

#: What a room with beds is, by the first of these states that one of its beds is in: a free bed counts most.
SUMMARY = (
    (BedState.READY, InpatientRoomState.READY),
    (BedState.OCCUPIED, InpatientRoomState.OCCUPIED),
    (BedState.CLEANING, InpatientRoomState.CLEANING),
    (BedState.NEEDS_INSPECTION, InpatientRoomState.CLEANING),
    (BedState.NEEDS_CLEANING, InpatientRoomState.NEEDS_CLEANING),
)


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
        raise Refused(N_("This patient already lies in another bed. Check the patient out there first."),
                      field="guest")
    bed.guest = guest
    db.session.add(Stay(bed=bed, patient_id=patient_id, outside_reference=None if patient_id else guest,
                        checked_in_by_id=by.id))


@effect(Bed, "check_out")
def _close_stay(bed: Bed, *, by: User, reason: str) -> None:
    stay = db.session.scalar(sa.select(Stay).where(Stay.bed_id == bed.id, Stay.ended_at.is_(None)))
    if stay is not None:
        stay.ended_at, stay.checked_out_by_id = clock.now(), by.id
    bed.guest = None


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
