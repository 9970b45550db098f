"""What a list will write, in the reader's words: the rows of a plan for the page and for a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from babel.dates import get_day_names
from flask_babel import get_locale, gettext

from backoffice.panel.columns import Column, columns_of, kind_of
from backoffice.panel.rendering import written
from models.imports import OPENING_STOCK, ListImport
from models.operations.setup import asset_list, import_plan, list_layouts, patient_list
from models.rights import model_of
from portal.web import locale, words
from portal.web.list_heads import OPENING, heading

#: Rows of each kind on a page; the file holds all.
SHOWN = 20
_READ: dict[str, Callable[[str], Any]] = {
    "expires_on": date.fromisoformat, "quantity": Decimal, "unit_price": Decimal, "base_quantity": Decimal,
    "base_price": Decimal, "value": Decimal}
_WRITTEN: dict[str, Callable[[Any], str]] = {
    "expires_on": locale.day, "quantity": locale.quantity, "base_quantity": locale.quantity,
    "unit_price": locale.rupiah, "base_price": locale.rupiah, "value": locale.rupiah}


def _column(kind: str, name: str) -> Column:
    """A column of the table, or one that a list has beside it."""
    every = columns_of(model_of(kind))
    if name in every:
        return every[name]
    beside = list_layouts.attributes(kind)[name]
    return Column(name, kind_of(beside), beside)


def typed(kind: str, name: str, value: Any) -> Any:
    """A kept value as what it is: a decimal, a day, a member of its enumeration; a record as its words."""
    if isinstance(value, dict):
        return value["text"]
    if value is None:
        return None
    if kind == OPENING_STOCK:
        return _READ.get(name, str)(value)
    column = _column(kind, name)
    if column.kind == "enum":
        return column.column.type.enum_class(value)
    if column.kind in {"money", "quantity", "factor", "percent", "area", "measure"}:
        return Decimal(value)
    if column.kind == "time":
        return time.fromisoformat(value)
    return date.fromisoformat(value) if column.kind == "date" else value


def shown(kind: str, name: str, value: Any) -> str:
    """A kept value in the reader's language; empty for nothing."""
    known = typed(kind, name, value)
    if known is None or isinstance(value, dict):
        return known or ""
    if kind == OPENING_STOCK:
        return _WRITTEN.get(name, str)(known)
    if name in list_layouts.DECLARED.get(kind, list_layouts.Declared()).several:
        return ", ".join(str(words.state_word(word)) for word in known.split(", "))
    if name == "weekday":
        return str(get_day_names("wide", "format", str(get_locale()))[known])
    column = _column(kind, name)
    return written(Column(name, column.kind, column.column), known)


def _texts(row: Mapping[str, Any]) -> str:
    """All that a row of a plan says, in small letters."""
    def words_in(values: Iterable[Any]) -> Iterator[str]:
        for value in values:
            yield str(value["text"] if isinstance(value, dict) else value)
    return " ".join((row["name"], *words_in(row["values"].values()),
                     *words_in(row.get("before", {}).values()))).casefold()


class Preview:
    """The plan of one list for its page."""

    def __init__(self, brought: ListImport, before: Mapping[str, Any] | None = None, *,
                 query: str = "", page: int = 1) -> None:
        """`before` is the plan that the person saw, where the list does something else now. Of each kind of
        row those are shown that hold the words of `query`, from `page` on."""
        self.kind, self.query = brought.kind, query.strip()
        self.plan: Mapping[str, Any] = brought.plan or {"rows": [], "asks": []}
        self.new = [row for row in self.plan["rows"] if row["word"] == "new"]
        self.changed = [row for row in self.plan["rows"] if row["word"] == "changed"]
        self.asks = self.plan["asks"]
        self.is_stock = self.kind == OPENING_STOCK
        self.totals = import_plan.totals(self.plan) if self.is_stock else []
        self.brings = asset_list.totals(self.plan) if self.kind == "asset" and self.new else {}
        self.invited = sum(row["values"]["status"] in (None, "active") for row in self.new) \
            if self.kind == "user" else 0
        self.registered = patient_list.totals(self.plan) if self.kind == "patient" and self.new else {}
        self.value = sum((store.value for store in self.totals), Decimal(0))
        self.differences = import_plan.differences(before,
                                                   brought.plan) if before and not brought.wrong_rows else []
        self.new_found, self.changed_found = self._found(self.new), self._found(self.changed)
        self.pages = max(1, -(-max(len(self.new_found), len(self.changed_found)) // SHOWN))
        self.page = min(max(page, 1), self.pages)
        start = (self.page - 1) * SHOWN
        self.new_here = self.new_found[start:start + SHOWN]
        self.changed_here = self.changed_found[start:start + SHOWN]

    def _found(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows in which every word of the search stands, small letters or large."""
        wanted = self.query.casefold().split()
        return [row for row in rows if all(word in _texts(row) for word in wanted)] if wanted else rows

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Those of the list that any new row fills."""
        return tuple(name for name in list_layouts.layout(self.kind).names
                     if any(row["values"].get(name) is not None for row in self.new))

    def heading(self, name: str) -> str:
        return heading(self.kind, name) if name else ""

    def shown(self, name: str, value: Any) -> str:
        return shown(self.kind, name, value)

    def changes(self) -> list[tuple[dict[str, Any], str, str, str]]:
        """Row, column, before and after of what is changed in the rows of this page."""
        return [(row, name, self.shown(name, row["before"][name]), self.shown(name, value))
                for row in self.changed_here for name, value in row["values"].items()]

    def is_number(self, name: str) -> bool:
        return name in _READ and name != "expires_on" if self.is_stock else \
            _column(self.kind, name).is_number

    def differing(self) -> list[tuple[int, str, str, str, str]]:
        """Row, name, column, what was seen, what it is now."""
        whole = {"new": gettext("New"), "changed": gettext("Changed"), None: gettext("is not written")}
        return [(difference.row, difference.name, self.heading(difference.column),
                 self.shown(difference.column, difference.before) if difference.column
                 else whole[difference.before],
                 self.shown(difference.column, difference.after) if difference.column
                 else whole[difference.after])
                for difference in self.differences]

    # ------------------------------------------------------------ all of it as a file

    def heads(self) -> list[str]:
        names = tuple(OPENING) if self.is_stock else list_layouts.layout(self.kind).names
        return [gettext("Row"), gettext("What happens"), *(self.heading(name) for name in names)]

    def lines(self) -> Iterator[list[Any]]:
        """Every row; of a changed record what becomes of it, other columns empty."""
        names = tuple(OPENING) if self.is_stock else list_layouts.layout(self.kind).names
        words_of = {"new": gettext("New"), "changed": gettext("Changed")}
        for row in self.plan["rows"]:
            cells = [typed(self.kind, name, row["values"].get(name)) for name in names]
            yield [row["row"], words_of[row["word"]],
                   *(str(words.state_word(cell)) if hasattr(cell, "value") else cell for cell in cells)]
