"""The room board: wards as columns, rooms as tiles, beds by state. It updates itself, and knows no patient's
name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload

from backoffice.panel.pages import Page
from backoffice.panel.views import unless_known
from models import clock
from models.base import db
from models.beds import Bed, BedState
from models.facilities import missing_facilities, unfit_devices
from models.fault_reports import FaultReport, holding_by_place
from models.operations.rooms import free_beds
from models.organisation import Status
from models.places import Building, InpatientRoom, Room, RoomClass, RoomState, Ward
from models.roles import Role
from models.settings import setting
from models.workflow import Transition
from portal.web.locale import day, hour

HELD, KEPT = "held", "kept"
#: What a bed is shown as: class of its colour, icon, word. A ready bed of an unfit room is held, one that is
#: reserved is kept; green is what is free (`models.operations.rooms.free_beds`).
LOOKS: dict[str, tuple[str, str, Any]] = {
    BedState.READY: ("ready", "circle-check", lazy_gettext("Free")),
    KEPT: ("kept", "calendar-event", lazy_gettext("Reserved")),
    HELD: ("held", "alert-triangle", lazy_gettext("Held, room unfit")),
    BedState.OCCUPIED: ("occupied", "bed", lazy_gettext("Occupied")),
    BedState.NEEDS_CLEANING: ("dirty", "spray", lazy_gettext("Needs cleaning")),
    BedState.CLEANING: ("cleaning", "loader-2", lazy_gettext("Being cleaned")),
    BedState.NEEDS_INSPECTION: ("inspect", "eye-check", lazy_gettext("Needs inspection")),
    BedState.OUT_OF_SERVICE: ("off", "ban", lazy_gettext("Out of service")),
}
#: The same for rooms that nobody stays in overnight.
ROOM_LOOKS: dict[str, tuple[str, str, Any]] = {
    RoomState.READY: ("ready", "circle-check", lazy_gettext("Ready")),
    HELD: LOOKS[HELD],
    RoomState.IN_USE: ("occupied", "door-enter", lazy_gettext("In use")),
    RoomState.NEEDS_CLEANING: LOOKS[BedState.NEEDS_CLEANING],
    RoomState.CLEANING: LOOKS[BedState.CLEANING],
    RoomState.OUT_OF_SERVICE: LOOKS[BedState.OUT_OF_SERVICE],
}


@dataclass
class Tile:
    room: InpatientRoom
    missing: list[str]
    beds: list[tuple[Bed, str]]


@dataclass
class Column:
    ward: Ward
    tiles: list[Tile] = field(default_factory=list)

    def count(self, *looks: str) -> int:
        return sum(look in looks for tile in self.tiles for _bed, look in tile.beds)

    @property
    def total(self) -> int:
        return sum(len(tile.beds) for tile in self.tiles)


def columns(class_code: str = "", ward_id: int | None = None) -> list[Column]:
    """The wards in use with their rooms, of one class or ward where it is named; a fixed number of
    statements. What is free is reckoned for the whole house, whatever is shown of it."""
    rooms = free_beds.rooms_in_use()
    now = free_beds.standing(rooms)
    result: dict[int, Column] = {}
    for room in rooms:
        if class_code not in ("", room.room_class.code) or ward_id not in (None, room.ward_id):
            continue
        missing = [str(wanted.item or wanted.asset_model) for wanted in missing_facilities(room)]
        missing += [gettext("%(device)s: calibration", device=str(device)) for device in unfit_devices(room)]
        missing += [fault_words(report) for report in now.faults.get(("inpatient_room", room.id), ())]
        missing += [f"{bed}: {fault_words(report)}" for bed in room.beds
                    for report in now.faults.get(("bed", bed.id), ())]
        beds = [(bed, look_of(bed, now)) for bed in room.beds]
        result.setdefault(room.ward_id, Column(room.ward)).tiles.append(Tile(room, missing, beds))
    return list(result.values())


def fault_words(report: FaultReport) -> str:
    """A reported fault among what a room lacks."""
    return gettext("fault: %(fault)s", fault=report.fault[:60])


def look_of(bed: Bed, now: free_beds.Standing) -> str:
    """What the bed is shown as, a key of `LOOKS`."""
    if bed.state != BedState.READY or bed.id in now.free:
        return bed.state.value
    return KEPT if bed.id in now.kept else HELD


def only_free(board: list[Column]) -> list[Column]:
    """The rooms with a bed that somebody can be checked in to now."""
    stored = [Column(column.ward,
                     [tile for tile in column.tiles if any(look == BedState.READY for _, look in tile.beds)])
              for column in board]
    return [column for column in stored if column.tiles]


def other_rooms() -> list[tuple[Building, list[Room]]]:
    """Rooms that nobody stays in overnight, by building."""
    rooms = db.session.scalars(sa.select(Room).join(Room.building).options(joinedload(Room.building)).where(
        Building.status == Status.ACTIVE).order_by(Building.name, Building.id, Room.floor, Room.name))
    return [(building, list(entry)) for building, entry in groupby(rooms, lambda room: room.building)]


def step_of(place: Bed | Room, look: str) -> Transition | None:
    """What the reader does with this place next, if it is theirs to do."""
    if look == HELD or place.state in (BedState.OUT_OF_SERVICE, RoomState.OUT_OF_SERVICE):
        return None
    return next((step for step in place.workflow if place.state in step.sources and step.roles
                 and not step.is_refusal and not step.needs_reason and current_user.acts_in(*step.roles)
                 and (not isinstance(place, Room) or not current_user.has_role(Role.UNIT_USER)
                      or current_user.has_role(Role.FRONT_OFFICE)
                      or place.work_unit_id == current_user.work_unit_id)), None)


def since(moment: datetime) -> str:
    """Since when: the hour on the same day, else the day."""
    return hour(moment) if clock.local(moment).date() == clock.today() else day(moment).rsplit(" ", 1)[0]


class RoomsView(Page):
    """`/admin/rooms/`: ``?class=`` one class, ``?free=1`` rooms with a free bed, ``?kind=other`` rooms
    without beds,
    ``?wall=1`` for a screen on the wall."""

    page = "rooms"

    def _given(self) -> dict[str, Any]:
        requested = {name: request.args.get(name, "")[:40].replace("\x00", "")
                     for name in ("class", "free", "kind", "wall")}
        wall, other = requested["wall"] == "1", requested["kind"] == "other" and requested["wall"] != "1"
        stored = {name: value for name, value in requested.items() if value}

        def address(base: str = "/admin/rooms/", **changed: str) -> str:
            result = urlencode({name: value for name, value in {**stored, **changed}.items() if value})
            return f"{base}?{result}" if result else base

        given = {"chosen": requested["class"], "free": requested["free"] == "1", "bedless": other,
                 "wall": wall,
                 "address": address, "since": since, "step_of": step_of}
        if other:
            groups, faults = other_rooms(), holding_by_place()

            def room_look(room: Room) -> str:
                held = room.state == RoomState.READY and ("room", room.id) in faults
                return HELD if held else room.state.value

            return {**given, "groups": groups, "looks": ROOM_LOOKS, "board": groups, "look_of": room_look,
                    "faults_of": lambda room: [fault_words(report) for report in
                                               faults.get(("room", room.id), ())],
                    "counts": {look: sum(room_look(room) == look for _b, rooms in groups for room in rooms)
                               for look in ROOM_LOOKS}}
        board = columns(requested["class"])
        counts = {look: sum(column.count(look) for column in board) for look in LOOKS}
        return {**given, "board": only_free(board) if given["free"] else board, "looks": LOOKS,
                "counts": counts}

    @expose("/")
    def index(self) -> Any:
        given = self._given()
        classes = db.session.execute(sa.select(RoomClass.code, RoomClass.name).where(
            sa.exists().where(InpatientRoom.room_class_id == RoomClass.id)).order_by(RoomClass.name)).all()
        return self.render("backoffice/rooms/rooms_wall.html" if given["wall"]
                           else "backoffice/rooms/rooms.html",
                           classes=classes, now=clock.now(), source=given["address"]("/admin/rooms/board"),
                           back=given["address"](wall=""),
                           house=setting("hospital.name") if given["wall"] else "", **given)

    @expose("/board")
    def board(self) -> Any:
        """The beds alone: 204 while nothing changed since the answer whose ETag the script names."""
        given = self._given()
        return unless_known(self.render("backoffice/rooms/rooms_wall_board.html" if given["wall"]
                                        else "backoffice/rooms/rooms_board.html", now=clock.now(), **given))
