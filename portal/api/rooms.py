"""What the front office's module reads and reports: beds, other rooms, check-in and check-out."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort, request
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from models.base import db
from models.beds import Bed, BedState
from models.errors import N_
from models.facilities import ClassFacility, RoomFacility, missing_facilities
from models.operations.approvals import perform
from models.organisation import Status
from models.places import InpatientRoom, Room, RoomClass, RoomState, Ward
from models.rights import may, scope
from portal.api.calls import call, given, paged, text_of, version_of

_WITH = (joinedload(Bed.inpatient_room).options(
    joinedload(InpatientRoom.ward).joinedload(Ward.building),
    joinedload(InpatientRoom.room_class).selectinload(RoomClass.facilities).options(
        joinedload(ClassFacility.item), joinedload(ClassFacility.asset_model)),
    selectinload(InpatientRoom.facilities).joinedload(RoomFacility.asset)),)


def _bed(bed: Bed) -> dict[str, Any]:
    """A bed as the front office reads it. Who lies in it is only for those who may see stays."""
    room = bed.inpatient_room
    missing = [str(wanted.item or wanted.asset_model) for wanted in missing_facilities(room)]
    shown: dict[str, Any] = {
        "id": bed.id, "name": str(bed), "number": bed.number, "room": room.number, "floor": room.floor,
        "is_isolation": room.is_isolation, "ward": {"code": room.ward.code, "name": room.ward.name},
        "building": room.ward.building.name, "class": {"code": room.room_class.code, "name": room.room_class.name},
        "state": bed.state.value, "since": bed.state_since.isoformat(),
        "is_free": bed.state == BedState.READY and not missing, "missing": missing, "version": bed.version}
    if may(current_user, "read", "stay"):
        shown["guest"] = bed.guest
    return shown


def _room(room: Room) -> dict[str, Any]:
    return {"id": room.id, "code": room.code, "name": room.name, "kind": room.kind.value, "floor": room.floor,
            "building": room.building.name, "state": room.state.value, "version": room.version}


def _own(model: Any, id: int, *options: Any) -> Any:
    """The row, if it is there and the caller's to see. Raises 404."""
    statement = sa.select(model).where(model.id == id).options(*options)
    criterion = scope(current_user, model.__tablename__)
    if criterion is not None:
        statement = statement.where(criterion)
    found = db.session.scalars(statement).unique().one_or_none()
    return found if found is not None else abort(404)


def _step(thing: Any, name: str, **fields: Any) -> None:
    body = given()
    perform(thing, name, by=current_user._get_current_object(), reason=text_of(body, "reason", 2000),
            given={field: text_of(body, field, most) for field, most in fields.items()} or None,
            version=version_of(body))
    db.session.flush()


PAGE = {"cursor": N_("From where on: `next` of the page before."), "limit": N_("At most so many, 50 by default.")}
VERSION = {"version": N_("The version that was read; another one meanwhile is answered with 409.")}


@call("GET", "/beds", N_("Beds in use, with state, room, ward and class."), table="bed", query={
    "state": N_("Only beds in this state, for example ready."), "class": N_("Only this class, by its code."),
    "ward": N_("Only this ward, by its code."), **PAGE})
def beds() -> dict[str, Any]:
    asked = {name: request.args.get(name, "").replace("\x00", "")[:60] for name in ("state", "class", "ward")}
    statement = sa.select(Bed).join(Bed.inpatient_room).join(InpatientRoom.ward).join(InpatientRoom.room_class).where(
        Ward.status == Status.ACTIVE).options(*_WITH)
    if asked["state"]:
        statement = statement.where(Bed.state == asked["state"]) if asked["state"] in set(BedState) else \
            statement.where(sa.false())
    for name, column in (("class", RoomClass.code), ("ward", Ward.code)):
        if asked[name]:
            statement = statement.where(column == asked[name])
    return paged(statement, Bed.id, _bed)


@call("GET", "/beds/<int:id>", N_("One bed."), table="bed")
def bed(id: int) -> dict[str, Any]:
    return _bed(_own(Bed, id, *_WITH))


@call("POST", "/beds/<int:id>/check-in", N_("Somebody takes the bed."), table="bed", body={
    "guest": N_("A medical record number, or the front office's own reference."), **VERSION})
def check_in(id: int) -> dict[str, Any]:
    found = _own(Bed, id, *_WITH)
    _step(found, "check_in", guest=60)
    return _bed(found)


@call("POST", "/beds/<int:id>/check-out", N_("The bed is left; its cleaning is asked for."), table="bed", body=VERSION)
def check_out(id: int) -> dict[str, Any]:
    found = _own(Bed, id, *_WITH)
    _step(found, "check_out")
    return _bed(found)


@call("GET", "/rooms", N_("Rooms without beds: polyclinics, theatres, offices."), table="room", query={
    "state": N_("Only rooms in this state."), **PAGE})
def rooms() -> dict[str, Any]:
    state = request.args.get("state", "")
    statement = sa.select(Room).options(joinedload(Room.building))
    if state:
        statement = statement.where(Room.state == state) if state in set(RoomState) else statement.where(sa.false())
    return paged(statement, Room.id, _room)


@call("GET", "/rooms/<int:id>", N_("One room."), table="room")
def room(id: int) -> dict[str, Any]:
    return _room(_own(Room, id, joinedload(Room.building)))


@call("POST", "/rooms/<int:id>/use", N_("The room is in use from now on."), table="room", body=VERSION)
def use(id: int) -> dict[str, Any]:
    found = _own(Room, id, joinedload(Room.building))
    _step(found, "use")
    return _room(found)


@call("POST", "/rooms/<int:id>/leave", N_("The room was left; its cleaning is asked for."), table="room", body=VERSION)
def leave(id: int) -> dict[str, Any]:
    found = _own(Room, id, joinedload(Room.building))
    _step(found, "leave")
    return _room(found)
