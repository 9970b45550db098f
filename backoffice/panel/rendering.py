"""How a value is written on a page and in a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from flask import g
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape

from backoffice.panel import lookups
from backoffice.panel.columns import Column, key_of
from models import clock
from models.rights import may
from portal.web import locale, words
from portal.web.macros import badge, look_of, symbol

#: Columns that hold the name of a table.
TABLE_NAMES = frozenset({"document_type", "table_name"})
#: How a value of each kind of column is written.
WRITERS: dict[str, Callable[[Any], str]] = {
    "enum": words.state_word, "bool": lambda value: gettext("Yes") if value else gettext("No"),
    "money": locale.rupiah, "percent": locale.percent,
    **dict.fromkeys(("quantity", "factor", "area", "measure"), locale.quantity),
    "date": locale.day, "moment": locale.moment, "time": locale.hour}
BLANK = Markup('<span class="muted">–</span>')


def written(column: Column, value: Any) -> str:
    """The value in the reader's language, as plain text; empty for nothing."""
    if value is None:
        return ""
    if column.kind in WRITERS:
        return WRITERS[column.kind](value)
    if column.name in TABLE_NAMES:
        return words.table_word(value)
    return lookups.text_of(value) if column.relation is not None else str(value)


def shown(column: Column, value: Any) -> Markup:
    """The value as a page shows it: states as badges, references as links where the person may follow
    them."""
    if value is None or value == "":
        return BLANK
    if column.name in {"state", "status"}:
        return once_a_request("badge", value, badge)
    text = escape(written(column, value))
    return _linked(column.target, value, text) if column.relation is not None else text


def shown_in_line(column: Column, value: Any) -> Markup:
    """As `shown`, in a line that names its item already: the line of another document as that document."""
    parent = lookups.parent_of(column.target) if column.relation is not None and value is not None else None
    if parent is None:
        return shown(column, value)
    document = getattr(value, parent[0].key)
    return _linked(parent[1], document, escape(lookups.text_of(document)))


def _linked(model: Any, record: Any, text: Markup) -> Markup:
    table = model.__tablename__
    if not once_a_request("may_read", table, lambda name: may(current_user, "read", name)):
        return text
    key = escape(getattr(record, key_of(model).key))
    return Markup(f'<a href="/admin/{table}/details/?id={key}">{text}</a>')  # noqa: S704 (all parts escaped)


def once_a_request(kind: str, value: Any, make: Callable[[Any], Any]) -> Any:
    """`make(value)`, worked out once a request: lists repeat the same few states and tables."""
    known = g.setdefault("panel_cells", {})
    if (kind, value) not in known:
        known[kind, value] = make(value)
    return known[kind, value]


def kind_of_state(state: Any) -> str:
    """Which of the eight colours a state has."""
    return look_of(state)[0]


def icon(name: str, size: str = "") -> Markup:
    """A picture of the sprite; it never carries meaning alone."""
    return symbol(name, f"rw-ic{f' is-{size}' if size else ''}")


def plain(value: Any) -> Any:
    """The value for a spreadsheet: numbers and dates stay what they are, the rest is text."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return clock.local(value).replace(tzinfo=None)
    if value is None or isinstance(value, (bool, int, float, Decimal, date, time)):
        return value
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
