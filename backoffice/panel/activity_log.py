"""The activity log's pages, as the paper's Figure 9 draws them: who did what, to which row, by which door,
from what to what. Nobody writes here; `flask verify` proves that nobody did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape

from backoffice.panel import rendering
from backoffice.panel.base import LedgerView
from backoffice.panel.columns import mapped_tables
from backoffice.panel.export_rows import ExportColumn
from models import clock
from models.activity import ActivityLog
from models.base import ExactDecimal, UtcDateTime, db
from models.operations.core.activity import MASK, shown_today
from models.rights import may
from portal.web import locale, words

#: Tables of which the log kept columns in clear before they were masked.
OPEN_BEFORE = ("prescription", "prescription_line", "letter", "comment", "document_event", "attachment",
               "stock_move", "consultation")


@dataclass(frozen=True)
class Change:
    """One column of a row in words: what stood there before, what stands there after."""

    word: str
    old: str
    new: str


class ActivityLogView(LedgerView):
    """Who did what, newest first."""

    model = ActivityLog
    searches_people = True
    #: Millions of rows without an index of words: it would cost each write of the house.
    search_days = ("occurred_at", 30)
    column_list = ("id", "occurred_at", "user", "access", "activity", "table_name", "changed_id",
                   "properties")
    column_details_list = ("occurred_at", "user", "access", "activity", "table_name", "changed_id", "address")
    column_filters = ("user", "access", "activity", "table_name", "changed_id", "occurred_at", "address")
    column_default_sort = (None, True)
    details_template = "backoffice/panel/activity.html"

    def label(self, name: str) -> str:
        return {"changed_id": gettext("Changed ID"), "access": gettext("Door"),
                "properties": gettext("What changed"),
                "table_name": gettext("Table")}.get(name) or super().label(name)

    def name_of(self, record: Any) -> str:
        return f"{words.state_word(record.activity)} #{record.id}"

    def searched_too(self) -> tuple[Any, ...]:
        """What changed, but of tables that were masked later: a search must not find what the page does not
        show."""
        return (sa.case((ActivityLog.table_name.in_(OPEN_BEFORE), ""),
                        else_=sa.cast(ActivityLog.properties, sa.Text)),)

    def export_column(self, column: ExportColumn) -> ExportColumn:
        if column.name != "properties":
            return column
        return replace(column, finish=lambda row: rendering.plain(
            shown_today(row.table_name, row.properties)))

    @property
    def column_export_list(self) -> frozenset[str]:
        return super().column_export_list | {"properties"}

    def cell_table_name(self, record: Any) -> Markup:
        return escape(words.table_word(record.table_name)) if record.table_name else rendering.BLANK

    def cell_changed_id(self, record: Any) -> Markup:
        """The row's id, a link where there is a page of it."""
        if not record.changed_id:
            return rendering.BLANK
        table = record.table_name or ""
        if table not in mapped_tables() or not may(current_user, "read",
                                                   table) or record.activity == "deleted":
            return escape(_key_words(record.changed_id))
        return Markup('<a href="/admin/{}/details/?id={}">{}</a>').format(table, record.changed_id,
                                                                          _key_words(record.changed_id))

    def cell_properties(self, record: Any) -> Markup:
        """What changed, from what to what, in short."""
        parts = [f"{change.word}: {change.old} → {change.new}" if change.old
                 else f"{change.word}: {change.new}"
                 for change in changes(record)]
        text = "; ".join(parts)
        return escape((text if len(text) <= 160 else text[:160] + "…") or "–")

    def extra(self, record: Any) -> dict[str, Any]:
        return {"changes": changes(record), "mask": MASK, "table": record.table_name}


def changes(record: ActivityLog) -> list[Change]:
    """Every column that the row says something about."""
    properties = shown_today(record.table_name, record.properties)
    old, new = properties.get("old") or {}, properties.get("new") or {}
    names = [*old, *(name for name in new if name not in old)]
    known = db.metadata.tables.get(record.table_name or "")
    columns = known.columns if known is not None else {}
    result = [Change(words.label(name), _text(columns.get(name), old.get(name)),
                     _text(columns.get(name), new.get(name))) for name in names]
    return result + [Change(words.label(name), "", _text(None, value)) for name, value in properties.items()
                     if name not in {"old", "new"}]


def _key_words(key: str) -> str:
    """A row's key; what is a word in a key of several parts is a role or another value."""
    return ", ".join(words.state_word(part) if part.isidentifier() else part for part in key.split(","))


def _text(column: Any, value: Any) -> str:
    """A value as the pages write it; the log keeps days and numbers as text. What does not read as the column
    of today stands as it is."""
    if value is None or value == MASK:
        return value or ""
    if isinstance(value, dict | list):
        return ", ".join(_text(None, each) for each in (value.values() if isinstance(value, dict) else value))
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    kind = column.type if column is not None else None
    try:
        if isinstance(kind, sa.Enum):
            return words.state_word(kind.enum_class(value) if kind.enum_class else value)
        if isinstance(kind, ExactDecimal):
            return locale.quantity(Decimal(str(value)))
        if isinstance(kind, sa.Date):
            return locale.day(date.fromisoformat(str(value)))
        if isinstance(kind, sa.DateTime | UtcDateTime):
            return locale.moment(clock.aware(datetime.fromisoformat(str(value))))
    except (ValueError, ArithmeticError):
        pass
    return str(value)
