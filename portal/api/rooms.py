"""What the front office's module reads and reports: beds, other rooms, check-in and check-out."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import g
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from models.base import db
from models.beds import Bed, BedState
from models.errors import N_
from models.facilities import ClassFacility, RoomFacility, missing_facilities
from models.fault_reports import holding_by_place
from models.operations.core.approvals import perform
from models.organisation import Status
from models.places import InpatientRoom, Room, RoomClass, RoomState, Ward
from models.rights import may
from portal.api.calls import PAGE, body_values, call, paged, query_values
from portal.api.fields import LARGEST, code, number, one_of, text

_WITH = (joinedload(Bed.inpatient_room).options(
    joinedload(InpatientRoom.ward).joinedload(Ward.building),
    joinedload(InpatientRoom.room_class).selectinload(RoomClass.facilities).options(
        joinedload(ClassFacility.item), joinedload(ClassFacility.asset_model)),
    selectinload(InpatientRoom.facilities).joinedload(RoomFacility.asset)),)


def _bed(bed: Bed) -> dict[str, Any]:
    """A bed as the front office reads it. Who lies in it is only for those who may see stays."""
    room = bed.inpatient_room
    missing = [str(wanted.item or wanted.asset_model) for wanted in missing_facilities(room)]
    if "place_faults" not in g:  # once for all beds of an answer
        g.place_faults = holding_by_place()
    missing += [report.fault[:60] for key in (("inpatient_room", room.id), ("bed", bed.id))
                for report in g.place_faults.get(key, ())]
    shown: dict[str, Any] = {
        "id": bed.id, "name": str(bed), "number": bed.number, "room": room.number, "floor": room.floor,
        "is_isolation": room.is_isolation, "ward": {"code": room.ward.code, "name": room.ward.name},
        "building": room.ward.building.name, "class": {"code": room.room_class.code,
        "name": room.room_class.name},
        "state": bed.state.value, "since": bed.state_since.isoformat(),
        "is_free": bed.state == BedState.READY and not missing, "missing": missing, "version": bed.version}
    if may(current_user, "read", "stay"):
        shown["guest"] = bed.guest
    return shown


def _room(room: Room) -> dict[str, Any]:
    return {"id": room.id, "code": room.code, "name": room.name, "kind": room.kind.value, "floor": room.floor,
            "building": room.building.name, "state": room.state.value, "version": room.version}


def _step(thing: Any, name: str) -> None:
    """Take a step of the workflow with what the body says."""
    body = body_values()
    perform(thing, name, by=current_user._get_current_object(), reason=body["reason"] or "",
            version=body["version"],
            given={field: value or "" for field, value in body.items() if field not in STEP} or None)
    db.session.flush()


STEP = {"version": number(N_("The version that was read; another one meanwhile is answered with 409."), 0,
                          LARGEST),
        "reason": text(N_("Why, for the history."), 2000)}


@call("GET", "/beds", N_("Beds in use, with state, room, ward and class."), table="bed", query={
    "state": one_of(N_("Only beds in this state, for example ready."), BedState),
    "class": code(N_("Only this class, by its code."), RoomClass.code),
    "ward": code(N_("Only this ward, by its code."), Ward.code), **PAGE})
def beds() -> dict[str, Any]:
    statement = (
        sa.select(Bed)
        .join(Bed.inpatient_room)
        .join(InpatientRoom.ward)
        .join(InpatientRoom.room_class)
        .where(Ward.status == Status.ACTIVE)
        .options(*_WITH)
    )
    for name, column in (("state", Bed.state), ("class", RoomClass.code), ("ward", Ward.code)):
        if query_values()[name] is not None:
            statement = statement.where(column == query_values()[name])
    return paged(statement, Bed.id, _bed)


@call("GET", "/beds/<int:id>", N_("One bed."), table="bed", row=Bed, loading=_WITH)
def bed(found: Bed) -> dict[str, Any]:
    return _bed(found)


@call("POST", "/beds/<int:id>/check-in", N_("Somebody takes the bed."), table="bed", row=Bed, loading=_WITH,
      body={
    "guest": text(N_("A medical record number, or the front office's own reference."), 60, needed=True),
    **STEP})
def check_in(found: Bed) -> dict[str, Any]:
    _step(found, "check_in")
    return _bed(found)


@call("POST", "/beds/<int:id>/check-out", N_("The bed is left; its cleaning is asked for."), table="bed",
      row=Bed,
      loading=_WITH, body=STEP)
def check_out(found: Bed) -> dict[str, Any]:
    _step(found, "check_out")
    return _bed(found)


@call("GET", "/rooms", N_("Rooms without beds: polyclinics, theatres, offices."), table="room", query={
    "state": one_of(N_("Only rooms in this state."), RoomState), **PAGE})
def rooms() -> dict[str, Any]:
    statement = sa.select(Room).options(joinedload(Room.building))
    if query_values()["state"] is not None:
        statement = statement.where(Room.state == query_values()["state"])
    return paged(statement, Room.id, _room)


_BUILDING = (joinedload(Room.building),)


@call("GET", "/rooms/<int:id>", N_("One room."), table="room", row=Room, loading=_BUILDING)
def room(found: Room) -> dict[str, Any]:
    return _room(found)


@call("POST", "/rooms/<int:id>/use", N_("The room is in use from now on."), table="room", row=Room,
      loading=_BUILDING,
      body=STEP)
def use(found: Room) -> dict[str, Any]:
    _step(found, "use")
    return _room(found)


@call("POST", "/rooms/<int:id>/leave", N_("The room was left; its cleaning is asked for."), table="room",
      row=Room,
      loading=_BUILDING, body=STEP)
def leave(found: Room) -> dict[str, Any]:
    _step(found, "leave")
    return _room(found)
