"""Keeping what a person chose of the panel. Nobody else's choices are read or changed, but for filters that
a colleague shares."""

from __future__ import annotations

import re

import sqlalchemy as sa

from models.base import db
from models.errors import N_, Refused
from models.panel_choices import PART, ROW, ChoiceKind, PanelChoice, SavedFilter
from models.people import User
from models.roles import Role

#: What one person keeps at most, of each kind and of filters for each list.
MOST = 300
MOST_FILTERS = 50


def choose(user: User, kind: ChoiceKind, about: str, value: str = "") -> None:
    """Keep a choice; the earlier one about the same goes. Raises `Refused` beyond `MOST`."""
    kept = _one(user, kind, about)
    if kept is None:
        count = sa.select(sa.func.count()).select_from(PanelChoice).where(PanelChoice.user_id == user.id,
                                                                          PanelChoice.kind == kind)
        if (db.session.scalar(count) or 0) >= MOST:
            raise Refused(N_("You keep as many of these as there is room for. Take one away first."))
        kept = PanelChoice(user_id=user.id, kind=kind, about=about)
        db.session.add(kept)
    kept.value = value
    db.session.flush()


def forget(user: User, kind: ChoiceKind, about: str) -> None:
    """As if the person had never chosen."""
    db.session.execute(sa.delete(PanelChoice).where(
        PanelChoice.user_id == user.id, PanelChoice.kind == kind, PanelChoice.about == about))


def _one(user: User, kind: ChoiceKind, about: str) -> PanelChoice | None:
    return db.session.scalar(sa.select(PanelChoice).where(
        PanelChoice.user_id == user.id, PanelChoice.kind == kind, PanelChoice.about == about))


def told(user: User, list_name: str) -> sa.ScalarSelect[str]:
    """The filters of a list that a person sees, as one text: the own ones, and those shared with a role of
    theirs. A row is: 1 for an own one, 1 for the default, role, query, name, id."""
    parts = (sa.case((SavedFilter.user_id == user.id, "1"), else_="0"),
             sa.case((SavedFilter.is_default, "1"), else_="0"),
             sa.func.coalesce(sa.cast(SavedFilter.shared_with, sa.String(40)), ""), SavedFilter.query,
             SavedFilter.name, sa.cast(SavedFilter.id, sa.String(40)))
    row: sa.ColumnElement[str] = parts[0]
    for part in parts[1:]:
        row = row + PART + part
    return sa.select(sa.func.aggregate_strings(row, ROW)).where(
        SavedFilter.list_name == list_name,
        sa.or_(SavedFilter.user_id == user.id, SavedFilter.shared_with.in_(sorted(user.roles)))
    ).scalar_subquery()


def save_filter(user: User, list_name: str, name: str, query: str, *, is_default: bool = False,
                shared_with: Role | None = None) -> SavedFilter:
    """Keep what a list is asked under a name; the own filter of that name becomes this one.

    Raises `Refused` for a missing or long name, a role that is not the person's, and too many."""
    name = re.sub(r"\s+", " ", name.replace("\x00", "")).strip()
    if not name:
        raise Refused(N_("Write a name for the filter, for example “My unit, urgent”."), field="name")
    if len(name) > 60:
        raise Refused(N_("A name has at most 60 characters."), field="name")
    if shared_with is not None and not user.has_role(shared_with):
        raise Refused(N_("A filter can be shared with your own role only."), field="shared_with")
    own = db.session.scalars(sa.select(SavedFilter).where(
        SavedFilter.user_id == user.id, SavedFilter.list_name == list_name)).all()
    kept = next((saved for saved in own if saved.name == name), None)
    if kept is None:
        if len(own) >= MOST_FILTERS:
            raise Refused(N_("You keep as many of these as there is room for. Take one away first."))
        kept = SavedFilter(user_id=user.id, list_name=list_name, name=name)
        db.session.add(kept)
    kept.query, kept.shared_with = query, shared_with
    set_default(user, list_name, kept if is_default else None, of=kept)
    return kept


def set_default(user: User, list_name: str, chosen: SavedFilter | None,
                of: SavedFilter | None = None) -> None:
    """The list opens with `chosen` from now on. With None it opens whole; where `of` is named, only if it
    opened with that one."""
    for saved in db.session.scalars(sa.select(SavedFilter).where(
            SavedFilter.user_id == user.id, SavedFilter.list_name == list_name)):
        if saved is not chosen and (chosen is not None or of is None or saved is of):
            saved.is_default = False
    db.session.flush()
    if chosen is not None:
        chosen.is_default = True
        db.session.flush()
