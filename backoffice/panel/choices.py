"""What a person chose of the panel, as pages read it, and the addresses that change it: columns and saved
filters of a list, pinned pages and folded groups of the menu."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, g, redirect, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user

from backoffice.panel import group_sums, lists
from backoffice.panel.columns import HIDDEN, Column, is_key, kept_key
from models.base import db, one_transaction
from models.errors import Refused
from models.operations.core.activity import is_masked
from models.operations.people import panel_choices
from models.panel_choices import PART, ROW, ChoiceKind, SavedFilter
from models.roles import STAFF_ROLES
from portal.web import words
from portal.web.links import safe_next
from portal.web.locale import refusal_text

#: Columns that a list shows at most, the title counted.
MOST_COLUMNS = 14


@dataclass(frozen=True)
class Choices:
    """All choices of one person. `text` is what they were read from: what is kept for a person has it in its
    key."""

    text: str
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    favourites: tuple[str, ...] = ()
    folds: dict[str, bool] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)


@functools.lru_cache(maxsize=2000)
def read(text: str) -> Choices:
    rows = sorted((row.split(PART) for row in text.split(ROW) if row), key=lambda row: int(row[-1]))
    of = {kind: {row[1]: row[2] for row in rows if row[0] == kind}
          for kind in (*(kind.value for kind in ChoiceKind if kind != ChoiceKind.FAVOURITE), "default")}
    return Choices(text, {about: tuple(value.split(",")) for about, value in of["columns"].items()},
                   tuple(row[1] for row in rows if row[0] == ChoiceKind.FAVOURITE),
                   {about: value == "1" for about, value in of["folded"].items()}, of["default"])


def mine() -> Choices:
    """The choices of the person who is signed in."""
    return read(g.get("panel_choices") or "") if current_user.is_authenticated else read("")


@dataclass(frozen=True)
class Saved:
    """A saved filter as the list offers it; `role` is whom it is shared with, "" for nobody."""

    id: int
    name: str
    query: str
    role: str
    is_own: bool
    is_default: bool


def _saved(row: str) -> Saved:
    own, default, role, query, name, key = row.split(PART)
    return Saved(int(key), name, query, role, own == "1", own == default == "1")


def may_stand_in_lists(name: str, column: Column) -> bool:
    """Whether people may choose a column for a list: no key, secret, long text or what the log masks."""
    return (name not in HIDDEN and not is_key(column) and not kept_key(column)
            and column.kind not in {"long", "json", "binary", "other"} and not is_masked(column.column))


class ListChoices:
    """The part of a view that is the person's own. Mixed into `StaffView`."""

    @functools.cached_property
    def offered_columns(self) -> tuple[str, ...]:
        """Every column that this list can show, its own first."""
        return (*self.column_list, *(name for name, column in self.every.items()
                                     if name not in self.column_list and may_stand_in_lists(name, column)))

    def shown_columns(self) -> tuple[str, ...]:
        """The columns that the list shows to this person, in order; the title is always the first."""
        chosen = mine().columns.get(self.table)
        if chosen is None:
            return self.seen(self.column_list)
        title, offered = self.column_list[0], self.seen(self.offered_columns)
        return (title, *(name for name in chosen if name in offered and name != title))

    def column_choices(self) -> list[tuple[str, bool]]:
        """What the person may choose from, without the title: those that are shown first, in their order."""
        shown = self.shown_columns()[1:]
        rest = (name for name in self.seen(self.offered_columns[1:]) if name not in shown)
        return [*((name, True) for name in shown), *((name, False) for name in rest)]

    @property
    def groupable(self) -> tuple[str, ...]:
        """Columns by which the person can count and sum the list."""
        return group_sums.offered(self)

    def default_query(self) -> str:
        """What the list is asked when its address asks nothing."""
        return mine().defaults.get(self.table, "")

    @expose("/columns", methods=("POST",))
    def choose_columns(self) -> Any:
        """`column` in order; `reset` goes back to the list's own."""
        user = current_user._get_current_object()
        names = [name for name in dict.fromkeys(request.form.getlist("column"))
                 if name in self.seen(self.offered_columns)]
        with one_transaction():
            if "reset" in request.form or not names:
                panel_choices.forget(user, ChoiceKind.COLUMNS, self.table)
            else:
                panel_choices.choose(user, ChoiceKind.COLUMNS, self.table,
                                     ",".join(names[:MOST_COLUMNS - 1]))
        if len(names) > MOST_COLUMNS - 1:
            flash(gettext("A list shows at most %(most)s columns; the rest was left out.", most=MOST_COLUMNS),
                  "warning")
        return self.back_to_list()

    # ------------------------------------------------------------ saved filters

    def saved_filters(self) -> list[Saved]:
        """The filters of this list that the person sees, the own ones first, by name; the page's counts read
        them."""
        return sorted((_saved(row) for row in (g.get("saved_filters") or "").split(ROW) if row),
                      key=lambda saved: (not saved.is_own, saved.name.lower()))

    def sharing_roles(self) -> list[tuple[str, str]]:
        """The own roles that a filter can be shared with: those that open this list."""
        return [(role.value, str(words.role_word(role))) for role in sorted(current_user.roles & STAFF_ROLES)]

    @expose("/filters", methods=("POST",))
    def keep_filter(self) -> Any:
        """`save` the query under a name; `delete`, `default` or `whole` (no default) a saved one."""
        user = current_user._get_current_object()
        query = self.storable(request.form.get("query", ""))
        role = next((role for role in STAFF_ROLES if role.value == request.form.get("shared_with")), None)
        name = request.form.get("name", "")
        try:
            with one_transaction():
                if "save" in request.form:
                    saved = panel_choices.save_filter(user, self.table, name, query, shared_with=role,
                                                      is_default="is_default" in request.form)
                    said = gettext("The filter “%(name)s” was saved.", name=saved.name)
                else:
                    said = self._change_filter(user)
        except Refused as refusal:
            flash(refusal_text(refusal), "error")
            return self.back_to_list()
        flash(said, "success")
        return self.back_to_list()

    def _change_filter(self, user: Any) -> str:
        """What was done with one of the own filters. Answers 404 for another's, and for none."""
        act = next((act for act in ("delete", "default", "whole") if act in request.form), "")
        key = request.form.get(act, "")
        saved = db.session.get(SavedFilter, int(key)) if key.isdecimal() and len(key) < 19 else None
        if saved is None or saved.user_id != user.id or saved.list_name != self.table:
            abort(404)
        if act == "delete":
            db.session.delete(saved)
            return gettext("The filter “%(name)s” was deleted.", name=saved.name)
        panel_choices.set_default(user, self.table, saved if act == "default" else None)
        return (gettext("The list opens with “%(name)s” from now on.", name=saved.name) if act == "default"
                else gettext("The list opens whole from now on."))

    def storable(self, query: str) -> str:
        """What of an address can be kept: filters, order, group; words only where they name no patient."""
        wanted = lists.list_query(self, dict(parse_qsl(query[:2000])))
        plain = wanted.url(search=None if self.is_private else wanted.words or None).partition("?")[2]
        return urlencode([(name, value) for name, value in parse_qsl(plain) if name != "all"])

    def back_address(self) -> str:
        """The list as it was left, where the form says how."""
        back = safe_next(request.form.get("back")) or ""
        return back if back.startswith(f"{self.url}/?") else f"{self.url}/"

    def back_to_list(self) -> Any:
        return redirect(self.back_address(), 303)
