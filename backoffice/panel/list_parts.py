"""The kept parts of a list page: what stands above its table, and the table to the end of its head."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from backoffice.panel import kept
from backoffice.panel.columns import Column
from models.workflow import Transition

TOOLS = kept.part(
    "list_tools.html", "view filters named groupable group column_choices saved sharing_roles",
    "searched typed whole grouped token back asked")
TABLE = kept.part(
    "list_table.html", "view columns sort descending ticks marked steps may_change", "token back sorting")

HIDDEN_INPUT = Markup('<input type="hidden" name="search" value="{}">')
CHOSEN = Markup('<option value="{}" selected>{}</option>')


def tools(view: Any, query: Any) -> Markup:
    """The buttons above a list: filters, groups, columns, saved filters."""
    filters: list[tuple[str, Enum | bool | None]] = []
    typed: dict[str, Any] = {}
    for name in view.seen(view.column_filters):
        column, value = view.column(name), query.values.get(name)
        filters.append((name, value if column.kind in {"enum", "bool"} else None))
        typed |= _typed(view, query, name, column, value)
    groupable, back = view.groupable, query.url()
    return kept.written(
        TOOLS,
        {"searched": HIDDEN_INPUT.format(query.search) if query.search else "", "typed": typed,
         "whole": query.whole(), "grouped": {name: query.url(group=name) for name in groupable},
         "token": generate_csrf(), "back": back, "asked": back.partition("?")[2]},
        view=view, filters=tuple(filters), named=query.only, groupable=groupable, group=query.group,
        column_choices=tuple(view.column_choices()), saved=tuple(view.saved_filters()),
        sharing_roles=tuple(view.sharing_roles()))


def _typed(view: Any, query: Any, name: str, column: Column, value: Any) -> dict[str, Any]:
    """What stands in the fields of a filter into which anything can be typed; of a reference, its option."""
    if column.kind in {"enum", "bool"}:
        return {}
    if column.kind in {"date", "moment"}:
        return {f"{name}_{end}": query.values.get(f"{name}_{end}", "") for end in ("from", "to")}
    if column.kind == "text":
        return {name: query.values.get(name, "")}
    return {name: CHOSEN.format(query._raw(value), view.written(column, value)) if value else ""}


def table(view: Any, query: Any, bulk: Sequence[Transition], ticks: Any, marked: Sequence[tuple[str, Any]],
          fields: Any) -> Markup:
    """The steps for ticked rows, and the table to the end of its head."""
    columns = view.shown_columns()
    return kept.written(
        TABLE,
        {"token": generate_csrf(), "back": query.url(),
         "sorting": {name: query.url(sort=name, desc="1" if query.sort == name and not query.descending
                                     else None)
                     for name in columns if name in view.column_sortable_list}},
        view=view, columns=columns, sort=query.sort, descending=query.descending, ticks=bool(ticks),
        marked=tuple((name, str(word)) for name, word in marked),
        steps=tuple((step.name, bool(step.needs_reason)) for step in bulk), may_change=bool(fields))
