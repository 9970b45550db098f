"""Rows of a spreadsheet that are pasted into a document's lines: what their cells mean, all in one answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import abort, jsonify, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from wtforms.fields import BooleanField

from backoffice.panel import fields, lookups
from backoffice.panel.columns import columns_of, key_of
from backoffice.panel.forms import MOST_LINES, make_line_form
from models.base import db
from models.rights import may, scope

#: Characters of a cell that are read; no code, name or number is longer.
MOST_OF_A_CELL = 400
TRUE = frozenset({"1", "y", "yes", "ya", "true", "x", "✓"})


class Pasting:
    """Mixed into the views whose form has lines."""

    model: Any
    table: str
    lines: tuple[str, ...]
    typed_lines: tuple[str, ...]
    typed_in: Any

    @expose("/ajax/pasted/", methods=("POST",))
    def pasted_view(self) -> Any:
        """What pasted cells mean. Sent and answered as JSON::

            {"collection": "lines", "columns": ["item", "quantity"], "items": [""],
             "rows": [["OBT-P-086", "10"]]}
            {"rows": [{"cells": [{"value": "12", "text": "OBT-P-086 …"}, {"value": "10"}],
                       "units": {"value": 3, "options": [{"id": 3, "text": "box (100)"}]}}]}

        `items` are the ids of what the rows name already. A cell that means nothing has a `message`, and its
        `value` is what was pasted. Statements: one for each column of references, two for units.
        """
        if not (may(current_user, "create", self.table) or may(current_user, "edit", self.table)):
            abort(403)
        asked = request.get_json(silent=True)
        if not isinstance(asked, dict) or asked.get("collection") not in self.typed_lines:
            abort(404)
        columns, rows = _texts(asked.get("columns")), [_texts(row) for row in _list(asked.get("rows"))]
        pasted = Pasted(self, asked["collection"], columns, rows[:MOST_LINES])
        return jsonify(rows=pasted.answer(_texts(asked.get("items"))))

    def usual_units(self, collection: str, item_ids: Iterable[int]) -> dict[int, int]:
        """By item the unit of measure in which it stands on the last document of this type that the person
        may see: a nurse's own ward asks by the box, another by the piece. One statement."""
        wanted = set(item_ids)
        if collection not in self.lines or not wanted:
            return {}
        lines = sa.inspect(self.model).relationships[collection]
        line = lines.mapper.class_
        if not (hasattr(line, "item_id") and hasattr(line, "unit_id")):
            return {}
        last = lookups.within(
            sa.select(sa.func.max(line.id)).join(self.model, lines.primaryjoin)
            .where(line.item_id.in_(wanted)), scope(current_user, self.table)).group_by(line.item_id)
        return {row.item_id: row.unit_id for row in db.session.execute(
            sa.select(line.item_id, line.unit_id).where(line.id.in_(last)))}


class Pasted:
    """Pasted rows of one collection of lines."""

    def __init__(self, view: Any, collection: str, columns: list[str], rows: list[list[str]]) -> None:
        self.view, self.collection, self.rows = view, collection, rows
        self.model = sa.inspect(view.model).relationships[collection].mapper.class_
        asked = view.typed_in(collection)
        self.columns = [name if name in asked else "" for name in columns]
        self.form = make_line_form(self.model, tuple(dict.fromkeys(filter(None, self.columns))), "")
        self.every = columns_of(self.model)

    def answer(self, items: list[str]) -> list[dict[str, Any]]:
        """The meaning of each row; `items` are the keys of what each row names so far."""
        known = {place: self._known(place) for place, name in enumerate(self.columns) if self._refers(name)}
        result = [{"cells": [self._cell(place, text, known) for place, text in
                             zip(range(len(self.columns)), row, strict=False)]} for row in self.rows]
        self._add_units(result, items)
        return result

    def _refers(self, name: str) -> bool:
        return bool(name) and self.every[name].relation is not None and not self._is_unit(name)

    def _is_unit(self, name: str) -> bool:
        return bool(name) and self.every[name].target is lookups.UnitConversion and "item" in self.every

    def _texts_at(self, place: int) -> set[str]:
        return {row[place] for row in self.rows if place < len(row) and row[place]}

    def _known(self, place: int) -> dict[str, list[Any]]:
        return lookups.called(self.every[self.columns[place]].target, self._texts_at(place))

    def _cell(self, place: int, text: str, known: dict[int, dict[str, list[Any]]]) -> dict[str, Any]:
        name = self.columns[place]
        if not name or self._is_unit(name):
            return {"value": text}
        if place in known:
            return _chosen(text, known[place].get(text.lower(), []))
        return self._plain(name, text)

    def _plain(self, name: str, text: str) -> dict[str, Any]:
        """A cell of a field that names no record, as its control holds it."""
        field = self.form(MultiDict())[name]
        if isinstance(field, BooleanField):
            return {"value": "y" if text.lower() in TRUE else ""}
        if isinstance(field, fields.EnumField):
            said = {str(word).lower(): value for value, word, *_ in field.iter_choices()}
            text = said.get(text.lower(), text.lower())
        field = self.form(MultiDict({name: text}))[name]
        if field.process_errors:
            return {"value": text, "message": str(field.process_errors[0])}
        holds_a_day = isinstance(field, fields.DayField | fields.ClockField) and field.data is not None
        return {"value": field.data.isoformat() if holds_a_day else text}

    def _add_units(self, result: list[dict[str, Any]], items: list[str]) -> None:
        """The units of each row's item, and the one that the cell, or the last paper, names."""
        if "unit" not in self.view.typed_in(self.collection) or not self._is_unit("unit"):
            return
        if not {"item", "unit"} & set(self.columns):
            return
        at_item = self.columns.index("item") if "item" in self.columns else -1
        at_unit = self.columns.index("unit") if "unit" in self.columns else -1
        keys = [self._item(row["cells"], at_item, items[place] if place < len(items) else "")
                for place, row in enumerate(result)]
        wanted = {key for key in keys if key is not None}
        units, usual = lookups.units_of(wanted), self.view.usual_units(self.collection, wanted)
        for row, key in zip(result, keys, strict=True):
            cell = row["cells"][at_unit] if 0 <= at_unit < len(row["cells"]) else {"value": ""}
            options = units[key] if key is not None else []
            row["units"] = {"options": [{"id": unit.id, "text": lookups.unit_text(unit)} for unit in options],
                            "value": _unit(cell, options, usual.get(key) if key is not None else None)}

    @staticmethod
    def _item(cells: list[dict[str, Any]], place: int, before: str) -> int | None:
        if 0 <= place < len(cells):
            return cells[place].get("id")
        return lookups.identity(lookups.Item, before)


def _chosen(text: str, found: list[Any]) -> dict[str, Any]:
    if not text:
        return {"value": "", "text": ""}
    if len(found) == 1:
        record = found[0]
        key = getattr(record, key_of(type(record)).key)
        return {"value": str(key), "id": key, "text": lookups.text_of(record)}
    message = gettext("More than one is called “%(text)s”. Choose one.", text=text) if found else \
        gettext("“%(text)s” is not in the list. Choose one.", text=text)
    return {"value": text, "text": text, "message": message}


def _unit(cell: dict[str, Any], options: list[Any], usual: int | None) -> int | None:
    """The unit that the cell means; none, with a message, where the item has no such unit."""
    text = cell["value"].lower()
    if not text or not options:
        return usual if options else None
    found = next((unit for unit in options
                  if text in (unit.unit_name.lower(), lookups.unit_text(unit).lower())), None)
    if found is None:
        cell["message"] = gettext("“%(text)s” is no unit of measure of this item. Choose one.",
                                  text=cell["value"])
    return found.id if found is not None else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    """The texts of a list, trimmed; what is no text is left empty."""
    return [text[:MOST_OF_A_CELL].replace("\x00", "").strip() if isinstance(text, str) else ""
            for text in _list(value)]
