"""What every learning page stands on: its blueprint, who may open it, and the parts that the top line and the
home list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, current_app, request, url_for
from flask_login import current_user
from markupsafe import Markup

from models import rights
from portal.web.signin import unauthorized

bp = Blueprint("learn", __name__, url_prefix="/learn")


@dataclass(frozen=True)
class Part:
    """A part of the laboratory: its first page, what it is called, an icon of the sprite, what one does there
    in one sentence, the label of the home's button, and its place in the order (from left to right)."""

    endpoint: str
    word: Any
    icon: str
    about: Any
    button: Any
    order: int
    #: Who sees it: those who may open this page of `models.rights.PAGES`.
    page: str = "learn"
    #: The word of the configuration that switches it off.
    switch: str = ""

    @property
    def is_offered(self) -> bool:
        """Whether this server has it, for the person who asks."""
        return (current_user.is_authenticated and rights.may_open(current_user, self.page)
                and current_app.config.get(self.switch, True))


_parts: list[Part] = []
#: Endpoints that open without a sign-in; their views look themselves who asks.
OPEN: set[str] = set()


def add_part(part: Part) -> Part:
    """Called by the module that serves it; the top line and the home list it from then on."""
    _parts.append(part)
    _parts.sort(key=lambda entry: entry.order)
    return part


@bp.before_request
def _gate() -> Any:
    if request.endpoint in OPEN:
        return None
    if not current_user.is_authenticated:
        return unauthorized()
    if not rights.may_open(current_user, "learn"):
        abort(403)
    return None


def _icon(name: str, _large: bool = False) -> Markup:
    """An icon of the sprite in the size of the portal's style; called as the portal's own where a refusal
    stands in the portal's frame."""
    return Markup('<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(
        url_for("static", filename="icons.svg"), name)


def is_training() -> bool:
    """Whether every person and number in this database was made by a program."""
    return current_app.config["RAWAT_ENV"] == "demo"


@bp.context_processor
def _given() -> dict[str, Any]:
    return {"ic": _icon, "is_training": is_training(), "parts": [part for part in _parts if part.is_offered]}
