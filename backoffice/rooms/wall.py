"""The room board on a wall: `/wall/<token>`, opened by the screen's own token, with nobody signed in and no
patient's name. It works until an administrator revokes the screen."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template

from backoffice.panel.views import unless_known
from backoffice.rooms import rooms
from models import clock
from models.base import one_transaction
from models.operations.rooms import displays
from models.settings import setting
from models.wall_displays import WallDisplay

bp = Blueprint("wall", __name__, url_prefix="/wall")


@bp.get("/<token>")
def screen(token: str) -> Any:
    """The screen. 404 for a token that was never given, 410 for one that was revoked."""
    display = _of(token)
    if not displays.is_on(display):
        return render_template("backoffice/rooms/rooms_wall_off.html"), 410
    return render_template("backoffice/rooms/rooms_wall.html", display=display, back="",
                           source=f"/wall/{token}/board", **_board(display))


@bp.get("/<token>/board")
def board(token: str) -> Any:
    """The beds alone: 204 while nothing changed since the answer whose ETag the script names."""
    display = _of(token)
    if not displays.is_on(display):
        return "", 410
    if displays.is_to_be_noted(display):
        with one_transaction():
            displays.note(display)
    return unless_known(render_template("backoffice/rooms/rooms_wall_board.html", **_board(display)))


def _of(token: str) -> WallDisplay:
    display = displays.of_token(token)
    if display is None:
        abort(404)
    return display


def _board(display: WallDisplay) -> dict[str, Any]:
    found = rooms.columns(ward_id=display.ward_id)
    return {"board": found, "looks": rooms.LOOKS, "now": clock.now(), "house": setting("hospital.name"),
            "counts": {look: sum(column.count(look) for column in found) for look in rooms.LOOKS}}
