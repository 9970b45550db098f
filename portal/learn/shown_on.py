"""Where the panel shows a column: in the list, in the form, or among the facts of a record. Read off the
views, which the panel leaves in the application."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from models import rights

LIST, FORM, FACTS = _l("List"), _l("Form"), _l("Details")


@dataclass(frozen=True)
class Place:
    """A page of the panel: the table whose page it is, and which part of it."""

    table: str
    part: Any

    @property
    def address(self) -> str:
        """The page, for who may read the table; empty for others."""
        return address(self.table)


def _views() -> dict[str, Any]:
    return current_app.extensions.get("rawat_panel", {})


def address(table: str) -> str:
    """The list of a table's rows in the panel; empty for who may not read it, and where there is none."""
    has_page = table in _views()
    return f"/admin/{table}/" if has_page and rights.may(current_user, "read", table) else ""


def places(table: str) -> dict[str, list[Place]]:
    """By column, where the panel shows it. Lines stand on the page of their document."""
    result: dict[str, list[Place]] = {}
    for name, place in _all_of(table):
        if place not in result.setdefault(name, []):
            result[name].append(place)
    return result


def _all_of(table: str) -> Iterator[tuple[str, Place]]:
    view = _views().get(table)
    if view is not None:
        for part, names in ((LIST, view.column_list), (FORM, view.form_columns if view.can_create else ()),
                            (FACTS, view.column_details_list)):
            for name in _columns(view.model, names):
                yield name, Place(table, part)
    for owner in _views().values():
        for name, relation in sa.inspect(owner.model).relationships.items():
            if relation.mapper.local_table.name == table and name in getattr(owner, "lines", ()):
                part = FORM if name in owner.typed_lines else FACTS
                for column in _columns(relation.mapper.class_, owner.typed_in(name)):
                    yield column, Place(owner.table, part)


def _columns(model: Any, names: Iterable[str]) -> Iterator[str]:
    """The columns behind attributes: a reference is named by its relationship."""
    mapper = sa.inspect(model)
    for name in names:
        if name in mapper.columns:
            yield mapper.columns[name].name
        elif name in mapper.relationships:
            yield from (column.name for column in mapper.relationships[name].local_columns
                        if not column.primary_key)
