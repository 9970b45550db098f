"""The words of lists that people bring: headings and values in both languages, templates with the codes to
choose from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from babel.dates import get_day_names
from flask import current_app
from flask_babel import force_locale, get_locale, gettext

from models.errors import N_, Refused
from models.imports import OPENING_STOCK
from models.operations.core import list_files
from models.operations.core.list_files import Row
from models.operations.setup import list_layouts
from models.operations.setup.imports import Found
from models.operations.setup.list_cells import CLEARS
from models.operations.setup.list_references import handles
from models.organisation import Status
from models.people import AccountStatus, User
from models.rights import may, model_of, scope
from portal.web import words

#: Headings of first stock, which is no table of its own, by name; the last four are worked out.
OPENING = {"store": N_("Store"), "item": N_("Item"), "batch_number": N_("Batch number"),
           "expires_on": N_("Expires on"),
           "quantity": N_("Quantity"), "unit": N_("Unit"), "unit_price": N_("Unit price"),
           "base_quantity": N_("Quantity in the base unit"), "base_unit": N_("Base unit"),
           "base_price": N_("Price per base unit"), "value": N_("Value")}
#: Records that the sheet of codes names of one table.
MOST_CODES = 2_000


def title(kind: str) -> str:
    """What the list holds, in the reader's language."""
    return gettext("Opening stock") if kind == OPENING_STOCK else words.table_word(kind, True)


def heading(kind: str, name: str) -> str:
    """What stands over a column."""
    if kind == OPENING_STOCK:
        return gettext(OPENING[name])
    column = list_layouts.attributes(kind).get(name)
    return str(words.label(column if column is not None else name))


def known_heads(kind: str) -> dict[str, str]:
    """What may stand in the first row, in small letters: the heading in either language, the attribute's or
    the column's own name."""
    layout = list_layouts.layout(kind)
    result: dict[str, str] = {}
    panel = current_app.extensions.get("rawat_panel", {}).get(kind)
    for names in (layout.kept, layout.names):  # where two are called alike, the one that is written
        for language in ("en", "id"):
            with force_locale(language):
                if panel is not None:  # exports have the panel's words
                    result |= {str(panel.label(name)).lower(): name for name in names}
                result |= {heading(kind, name).lower(): name for name in names}
    for name in (*layout.kept, *layout.names):
        result[name] = name
    if kind != OPENING_STOCK:
        result |= {f"{name}_id": f"{name}_id" for name in list_layouts.references(kind)
                   if name in layout.names}
        result |= {column.name: name for name, column in list_layouts.attributes(kind).items()
                   if column.name not in result}
    return result


def _words_of(kind: str) -> dict[str, dict[str, str]]:
    """For columns of a few words: what people write, in either language, and what is kept."""
    result: dict[str, dict[str, str]] = {}
    if kind == OPENING_STOCK:
        return result
    for name, column in list_layouts.attributes(kind).items():
        if isinstance(column.type, sa.Enum) and column.type.enum_class:
            for language in ("en", "id"):
                with force_locale(language):
                    result.setdefault(name, {}).update(
                        {str(words.state_word(member)).lower(): member.value
                         for member in column.type.enum_class})
    for name, members in _several(kind).items():
        for language in ("en", "id"):
            with force_locale(language):
                result.setdefault(name, {}).update(
                    {str(words.state_word(member)).lower(): member.value for member in members})
    if "weekday" in list_layouts.attributes(kind):
        result["weekday"] = {day.lower(): str(number) for language in ("en", "id")
                             for number, day in get_day_names("wide", "format", language).items()}
    return result


def _several(kind: str) -> Mapping[str, Any]:
    """Columns that hold several words, by their enumeration."""
    return list_layouts.DECLARED.get(kind, list_layouts.Declared()).several


def _meant(cell: Any, known: Mapping[str, str], *, is_several: bool) -> Any:
    """A cell with the words that people write as what is kept for them."""
    if not isinstance(cell, str):
        return cell
    if is_several:
        return ", ".join(known.get(part.strip().lower(), part.strip()) for part in re.split(r"[,;\n]", cell)
                         if part.strip())
    return known.get(cell.strip().lower(), cell)


def read(kind: str, content: bytes, name: str, sheet: str | None = None) -> Found:
    """A file with its rows under the names of their columns; without rows while its sheet is to be chosen.

    Raises `Refused` for what is no such list, `list_files.WhichSheet` for a sheet that is not there.
    """
    try:
        listed = list_files.read(content, name, sheet)
    except list_files.WhichSheet as several:
        if sheet is not None:
            raise
        return Found(None, sheets=several.sheets)
    heads = _heads(kind, listed.heads)
    chosen, several = _words_of(kind), _several(kind)

    def cells(row: Row) -> dict[str, Any]:
        return {column: _meant(cell, chosen[column], is_several=column in several)
                if column in chosen else cell
                for head, cell in row.cells.items() if (column := heads.get(head)) is not None}

    return Found(tuple(Row(row.number, cells(row)) for row in listed.rows), listed.sheet or None,
                 listed.sheets, tuple(head for head in listed.heads if head not in heads))


def _heads(kind: str, heads: tuple[str, ...]) -> dict[str, str]:
    """The columns that the headings name. A column that knows the records must be there; of first stock each
    that must be filled in."""
    known, layout = known_heads(kind), list_layouts.layout(kind)
    result = {head: known[head.lower().rstrip(" *")] for head in heads if head.lower().rstrip(" *") in known}
    columns = [column.removesuffix("_id") if column not in layout.names else column
               for column in result.values()]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise Refused(N_("The column “%(head)s” stands there twice."), field="file",
                      head=heading(kind, twice[0]))
    needed = layout.required if kind == OPENING_STOCK else layout.keys
    missing = [column for column in layout.names if column in needed and column not in columns]
    unknown = [head for head in heads if head not in result]
    if missing and unknown:
        raise Refused(N_("There is no column “%(head)s” in this list. Take the headings of the template."),
                      field="file", head=unknown[0][:60])
    if missing:
        raise Refused(N_("The column “%(head)s” is missing. Take the headings of the template."),
                      field="file", head=heading(kind, missing[0]))
    return result


# ---------------------------------------------------------------- templates

def template(session: Any, kind: str, by: User) -> tuple[list[str], list[list[Any]], list[list[Any]]]:
    """Headings, the row that shows how they are filled in, and the sheet of what may be chosen, which is
    never read."""
    layout = list_layouts.layout(kind)
    heads = [heading(kind, name) + (" *" if name in layout.required else "") for name in layout.names]
    return heads, [[layout.example.get(name, "") for name in layout.names]], _codes(session, kind, by)


def _codes(session: Any, kind: str, by: User) -> list[list[Any]]:
    result: list[list[Any]] = [
        [gettext("An empty cell leaves the value as it is; write %(word)s to empty it.",
                 word=" / ".join(sorted(CLEARS)))],
        [gettext("Column"), gettext("Write"), gettext("Meaning")]]
    for name in list_layouts.layout(kind).names:
        label = heading(kind, name)
        result += [[label, code, meaning] for code, meaning in _choices(session, kind, name, by)]
    return result


def _choices(session: Any, kind: str, name: str, by: User) -> Iterable[tuple[str, str]]:
    """What may be written into a column: what is kept or a record's code, and what it means."""
    if kind == OPENING_STOCK:
        model = {"store": "store"}.get(name)
        return _records(session, model_of(model), by) if model else ()
    relation = list_layouts.references(kind).get(name)
    if relation is not None:
        return _records(session, relation.mapper.class_, by)
    if name in _several(kind):
        return [(member.value, str(words.state_word(member))) for member in _several(kind)[name]]
    if name == "weekday":
        return [(str(number), str(day)) for number, day in get_day_names("wide", "format", str(get_locale())
                                                                          ).items()]
    column = list_layouts.attributes(kind)[name].type
    if isinstance(column, sa.Enum) and column.enum_class:
        return [(member.value, str(words.state_word(member))) for member in column.enum_class]
    if isinstance(column, sa.Boolean):
        return [("ya", gettext("Yes")), ("tidak", gettext("No"))]
    return ()


def _records(session: Any, model: Any, by: User) -> Iterable[tuple[str, str]]:
    """Code and name of the records in use that the person sees."""
    if not may(by, "read", model.__tablename__):
        return
    names = handles(model)
    if not names:
        return
    name = names[0]
    statement = sa.select(model).order_by(getattr(model, name)).limit(MOST_CODES)
    status = model.__table__.columns.get("status")
    if status is not None and isinstance(status.type, sa.Enum) and status.type.enum_class in {
            Status, AccountStatus}:
        statement = statement.where(model.status == "active")
    seen = scope(by, model.__tablename__)
    for record in session.scalars(statement if seen is None else statement.where(seen)):
        yield getattr(record, name) or str(record), str(record)
