"""The room board: wards as columns, rooms as tiles, beds by state. It updates itself, and knows no patient's name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import request
from flask_admin import expose
from flask_babel import lazy_gettext
from sqlalchemy.orm import joinedload, selectinload

from backoffice.pages import Page
from models import clock
from models.base import db
from models.beds import Bed, BedState
from models.facilities import ClassFacility, RoomFacility, missing_facilities
from models.organisation import Status
from models.places import InpatientRoom, RoomClass, Ward

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
        selectinload(InpatientRoom.beds)).where(Ward.status == Status.ACTIVE).order_by(
            Ward.name, Ward.id, InpatientRoom.number)
    if class_code:
        rooms = rooms.where(RoomClass.code == class_code)
    found: dict[int, Column] = {}
    for room in db.session.scalars(rooms).unique():
        missing = [str(wanted.item or wanted.asset_model) for wanted in missing_facilities(room)]
        beds = [(bed, HELD if missing and bed.state == BedState.READY else bed.state.value) for bed in room.beds]
        found.setdefault(room.ward_id, Column(room.ward)).tiles.append(Tile(room, missing, beds))
    return list(found.values())


class RoomsView(Page):
    """`/admin/rooms/`; with ``?wall=1`` for a screen on the wall, with ``?class=`` for one class."""

    page = "rooms"

    def _given(self) -> dict[str, Any]:
        chosen = request.args.get("class", "")[:40].replace("\x00", "")
        board = columns(chosen)
        return {"board": board, "chosen": chosen, "looks": LOOKS, "wall": request.args.get("wall") == "1",
                "counts": {look: sum(column.count(look) for column in board) for look in LOOKS}}

    @expose("/")
    def index(self) -> Any:
        given = self._given()
        classes = db.session.execute(sa.select(RoomClass.code, RoomClass.name).where(
            sa.exists().where(InpatientRoom.room_class_id == RoomClass.id)).order_by(RoomClass.name)).all()
        return self.render("backoffice/rooms_wall.html" if given["wall"] else "backoffice/rooms.html",
                           classes=classes, now=clock.now(), **given)

    @expose("/board")
    def board(self) -> Any:
        """The beds alone: 204 while nothing changed since the answer whose ETag the script names."""
        text = self.render("backoffice/rooms_board.html", **self._given())
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "no-store"}
        return ("", 204, headers) if request.headers.get("If-None-Match") == tag else (text, 200, headers)
