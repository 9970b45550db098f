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
from sqlalchemy.orm import joinedload, selectinload

from backoffice.panel.pages import Page
from backoffice.panel.views import unless_known
from models import clock
from models.base import db
from models.beds import Bed, BedState
from models.facilities import ClassFacility, RoomFacility, missing_facilities, unfit_devices
from models.fault_reports import FaultReport, holding_by_place
from models.organisation import Status
from models.places import Building, InpatientRoom, Room, RoomClass, RoomState, Ward
from models.roles import Role
from models.workflow import Transition
from portal.web.locale import day, hour

HELD = "held"
#: What a bed is shown as: class of its colour, icon, word. A ready bed of an unfit room is held, never green.
LOOKS: dict[str, tuple[str, str, Any]] = {
    BedState.READY: ("ready", "circle-check", lazy_gettext("Ready")),
    HELD: ("held", "alert-triangle", lazy_gettext("Held, room unfit")),
    BedState.OCCUPIED: ("occupied", "bed", lazy_gettext("Occupied")),
    BedState.NEEDS_CLEANING: ("dirty", "spray", lazy_gettext("Needs cleaning")),
    BedState.CLEANING: ("cleaning", "loader-2", lazy_gettext("Being cleaned")),
    BedState.NEEDS_INSPECTION: ("inspect", "eye-check", lazy_gettext("Needs inspection")),
    BedState.OUT_OF_SERVICE: ("off", "ban", lazy_gettext("Out of service")),
}
#: The same for rooms that nobody stays in overnight.
ROOM_LOOKS: dict[str, tuple[str, str, Any]] = {
    RoomState.READY: LOOKS[BedState.READY],
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


def columns(class_code: str = "") -> list[Column]:
    """The wards in use with their rooms, of one class where it is named; a fixed number of statements."""
    rooms = sa.select(InpatientRoom).join(InpatientRoom.ward).join(InpatientRoom.room_class).options(
        joinedload(InpatientRoom.ward).joinedload(Ward.building),
        joinedload(InpatientRoom.room_class).selectinload(RoomClass.facilities).options(
            joinedload(ClassFacility.item), joinedload(ClassFacility.asset_model)),
        selectinload(InpatientRoom.facilities).joinedload(RoomFacility.asset),
        selectinload(InpatientRoom.assets),
        selectinload(InpatientRoom.beds)).where(Ward.status == Status.ACTIVE).order_by(
            Ward.name, Ward.id, InpatientRoom.number)
    if class_code:
        rooms = rooms.where(RoomClass.code == class_code)
    faults = holding_by_place()
    result: dict[int, Column] = {}
    for room in db.session.scalars(rooms).unique():
        missing = [str(wanted.item or wanted.asset_model) for wanted in missing_facilities(room)]
        missing += [gettext("%(device)s: calibration", device=str(device)) for device in unfit_devices(room)]
        missing += [fault_words(report) for report in faults.get(("inpatient_room", room.id), ())]
        of_beds = {bed.id: faults.get(("bed", bed.id), []) for bed in room.beds}
        beds = [(bed, HELD if (missing or of_beds[bed.id]) and bed.state == BedState.READY
                 else bed.state.value) for bed in room.beds]
        missing += [f"{bed}: {fault_words(report)}" for bed in room.beds for report in of_beds[bed.id]]
        result.setdefault(room.ward_id, Column(room.ward)).tiles.append(Tile(room, missing, beds))
    return list(result.values())


def fault_words(report: FaultReport) -> str:
    """A reported fault among what a room lacks."""
    return gettext("fault: %(fault)s", fault=report.fault[:60])


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
                 and not step.is_refusal and not step.needs_reason and current_user.has_role(*step.roles)
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

            def look_of(room: Room) -> str:
                held = room.state == RoomState.READY and ("room", room.id) in faults
                return HELD if held else room.state.value

            return {**given, "groups": groups, "looks": ROOM_LOOKS, "board": groups, "look_of": look_of,
                    "faults_of": lambda room: [fault_words(report) for report in
                                               faults.get(("room", room.id), ())],
                    "counts": {look: sum(look_of(room) == look for _b, rooms in groups for room in rooms)
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
                           classes=classes, now=clock.now(), **given)

    @expose("/board")
    def board(self) -> Any:
        """The beds alone: 204 while nothing changed since the answer whose ETag the script names."""
        return unless_known(self.render("backoffice/rooms/rooms_board.html", **self._given()))
