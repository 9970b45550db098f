"""What the front office's module reads and reports: beds, other rooms, check-in and check-out."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_login import current_user
from sqlalchemy.orm import joinedload

from models.base import db
from models.beds import Bed, BedState, DischargeOutcome
from models.errors import N_, Refused
from models.facilities import missing_facilities, unfit_devices
from models.operations.core.approvals import perform
from models.operations.rooms import free_beds
from models.organisation import Status
from models.places import InpatientRoom, Room, RoomClass, RoomState, Ward
from models.rights import may
from models.settings import setting
from portal.api.calls import PAGE, body_values, call, paged, query_values
from portal.api.fields import LARGEST, code, moment, number, one_of, switch, text

_WITH = (joinedload(Bed.inpatient_room).options(
    joinedload(InpatientRoom.ward).joinedload(Ward.building), *free_beds.FITNESS),)


def _bed(bed: Bed, now: free_beds.Standing | None = None) -> dict[str, Any]:
    """A bed as the front office reads it. Who lies in it is only for those who may see stays."""
    room, now = bed.inpatient_room, now or free_beds.standing()
    missing = [str(wanted.item or wanted.asset_model) for wanted in missing_facilities(room)]
    missing += [str(device) for device in unfit_devices(room)]
    missing += [report.fault[:60] for key in (("inpatient_room", room.id), ("bed", bed.id))
                for report in now.faults.get(key, ())]
    shown: dict[str, Any] = {
        "id": bed.id, "name": str(bed), "number": bed.number, "room": room.number, "floor": room.floor,
        "is_isolation": room.is_isolation, "ward": {"code": room.ward.code, "name": room.ward.name},
        "building": room.ward.building.name, "class": {"code": room.room_class.code,
        "name": room.room_class.name},
        "state": bed.state.value, "since": bed.state_since.isoformat(),
        "is_free": bed.id in now.free, "is_reserved": bed.id in now.kept, "missing": missing,
        "version": bed.version}
    if may(current_user, "read", "stay"):
        shown["guest"] = bed.guest
    return shown


def _room(room: Room) -> dict[str, Any]:
    return {"id": room.id, "code": room.code, "name": room.name, "kind": room.kind.value, "floor": room.floor,
            "building": room.building.name, "state": room.state.value, "version": room.version}


def _step(thing: Any, name: str) -> None:
    """Take a step of the workflow with what the body says."""
    body = body_values()
    given = {GIVEN.get(field, field): value for field, value in body.items()
             if field not in STEP and value is not None}
    if "outcome" in given:
        given["outcome"] = DischargeOutcome(given["outcome"])
    if "to_bed" in given:
        given["to_bed"] = db.session.get(Bed, given["to_bed"])
    if "guest" in body:
        given["guest"] = body["guest"] or ""
    try:
        perform(thing, name, by=current_user._get_current_object(), reason=body["reason"] or "",
                version=body["version"], given=given or None)
    except Refused as refusal:
        back = {attribute: field for field, attribute in GIVEN.items()}
        refusal.field = back.get(refusal.field or "", refusal.field)
        raise
    db.session.flush()


#: What fields of a body are called on the bed.
GIVEN = {"confirmed": "is_confirmed", "at": "happened_at"}


STEP = {"version": number(N_("The version that was read; another one meanwhile is answered with 409."), 0,
                          LARGEST),
        "reason": text(N_("Why, for the history."), 2000)}


AT = moment(N_("When it happened, if not now; then say why in `reason`."))
CONFIRMED = switch(N_("True: a number or name that is no patient's is meant as a reference, and a reserved "
                      "bed is taken all the same."))


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
    now = free_beds.standing()
    return paged(statement, Bed.id, lambda bed: _bed(bed, now))


@call("GET", "/bed-availability",
      N_("How many beds there are, are taken and are free, by class and by ward. Without a token."),
      is_open=True)
def bed_availability() -> dict[str, Any]:
    """The same figures as the public page, for a regional display."""
    sums = free_beds.summary()
    def shown(entry: Any, found: dict[str, int]) -> dict[str, Any]:
        return {"code": entry.code, "name": entry.name, **figures(found)}

    def figures(found: dict[str, int]) -> dict[str, int]:
        return {"capacity": found["all"], "occupied": found["taken"], "free": found["free"]}

    classes = db.session.scalars(sa.select(RoomClass).where(RoomClass.id.in_(sums["by_class"]))
                                 .order_by(RoomClass.code))
    wards = db.session.scalars(sa.select(Ward).where(Ward.id.in_(sums["by_ward"])).order_by(Ward.code))
    return {"hospital": setting("hospital.name"), "total": figures(sums["total"]),
            "classes": [shown(entry, sums["by_class"][entry.id]) for entry in classes],
            "wards": [shown(entry, sums["by_ward"][entry.id]) for entry in wards]}


@call("GET", "/beds/<int:id>", N_("One bed."), table="bed", row=Bed, loading=_WITH)
def bed(found: Bed) -> dict[str, Any]:
    return _bed(found)


@call("POST", "/beds/<int:id>/check-in", N_("Somebody takes the bed."), table="bed", row=Bed, loading=_WITH,
      body={
    "guest": text(N_("A medical record number, or the front office's own reference."), 60, needed=True),
    "confirmed": CONFIRMED, "at": AT, **STEP})
def check_in(found: Bed) -> dict[str, Any]:
    _step(found, "check_in")
    return _bed(found)


@call("POST", "/beds/<int:id>/check-out", N_("The bed is left; its cleaning is asked for."), table="bed",
      row=Bed,
      loading=_WITH, body={
    "outcome": one_of(N_("How the stay ended; home, unless said."), DischargeOutcome), "at": AT, **STEP})
def check_out(found: Bed) -> dict[str, Any]:
    _step(found, "check_out")
    return _bed(found)


@call("POST", "/beds/<int:id>/transfer", N_("The guest goes on to another bed; the stay stays one."),
      table="bed", row=Bed, loading=_WITH, body={
    "to_bed": number(N_("The other bed, by its id."), 1, LARGEST, needed=True), "confirmed": CONFIRMED,
    "at": AT, **STEP})
def transfer(found: Bed) -> dict[str, Any]:
    _step(found, "transfer")
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
