"""Housekeeping's work list: one card a task, for a phone. Isolation first, then what waits longest."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_admin import expose
from flask_babel import lazy_gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload

from backoffice.panel.pages import Page
from backoffice.panel.views import etag, unless_known
from models import clock
from models.base import db
from models.beds import Bed
from models.housekeeping import OPEN_TASKS, Cleaning, CleaningKind, CleaningState, not_who_cleaned
from models.places import InpatientRoom, Room, Ward
from portal.web import phone_app

S = CleaningState
#: Parts of the list: their tasks' states, and the heading.
PARTS = (
    ("mine", lazy_gettext("I am cleaning")),
    ("waiting", lazy_gettext("Waits for cleaning")),
    ("others", lazy_gettext("Others are cleaning")),
    ("inspect", lazy_gettext("Waits for inspection")),
    ("handed", lazy_gettext("My work, waits for somebody else's inspection")),
    ("done", lazy_gettext("Finished today")),
)
MOST = 200


def tasks() -> list[Cleaning]:
    """What is open, waits for inspection, or was finished today; four statements at most, whatever their
    number."""
    today = clock.day_bounds(clock.today())[0]
    requested = (sa.select(Cleaning).options(
        joinedload(Cleaning.bed).joinedload(Bed.inpatient_room),
        joinedload(Cleaning.room).joinedload(Room.building),
        joinedload(Cleaning.inpatient_room).options(joinedload(InpatientRoom.ward).joinedload(Ward.building),
                                                    joinedload(InpatientRoom.room_class)),
        joinedload(Cleaning.employee)).where(sa.or_(
            Cleaning.state.in_(OPEN_TASKS),
            sa.and_(Cleaning.state.in_((S.FINISHED, S.INSPECTED)), Cleaning.cleaned_at >= today)))
        .order_by(sa.case((Cleaning.kind == CleaningKind.ISOLATION, 0), else_=1), Cleaning.requested_at,
                  Cleaning.id)
        .limit(MOST))
    return list(db.session.scalars(requested).unique())


def parted(found: list[Cleaning]) -> dict[str, list[Cleaning]]:
    """The tasks by part of the list; whose own work it is is what the step of inspecting says."""
    able = not_who_cleaned.rows
    assert able is not None
    others = set(db.session.scalars(sa.select(Cleaning.id).where(
        Cleaning.id.in_([task.id for task in found] or [0]), able(Cleaning, current_user))))
    parts: dict[str, list[Cleaning]] = {name: [] for name, _word in PARTS}
    for task in found:
        mine = task.id not in others
        if task.state == S.WAITING:
            parts["waiting"].append(task)
        elif task.state == S.IN_PROGRESS:
            parts["mine" if mine else "others"].append(task)
        elif task.state == S.TO_INSPECT:
            parts["handed" if mine else "inspect"].append(task)
        else:
            parts["done"].append(task)
    return parts


class HousekeepingView(Page):
    """`/admin/housekeeping/`: take a task, finish it or hand it over with its checklist, inspect
    another's."""

    page = "housekeeping"

    def _given(self) -> dict[str, Any]:
        parts = parted(tasks())
        stands = repr([(name, [(task.id, task.version, task.state.value) for task in rows])
                       for name, rows in parts.items()])
        return {"parts": parts, "words": PARTS, "stands": stands, "tag": etag(stands)}

    @expose("/")
    def index(self) -> Any:
        phone_app.keep_on_phone()
        return self.render("backoffice/rooms/housekeeping.html", **self._given())

    @expose("/board")
    def board(self) -> Any:
        """The cards alone: 204 while nothing changed since the answer whose ETag the script names."""
        given = self._given()
        return unless_known(self.render("backoffice/rooms/housekeeping_cards.html", **given), given["stands"])
