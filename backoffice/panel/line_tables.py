"""The lines of a document's page: columns, computed columns, sums."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext

from backoffice.panel.columns import HIDDEN, Column, columns_of, is_key
from backoffice.panel.forms import line_columns
from backoffice.panel.lookups import parent_of
from models.errors import N_
from portal.web import words
from portal.web.locale import rupiah


def _says(column: Column, value: Any) -> bool:
    """Whether the value is worth a column: one that holds 0 by itself (discount, refused) says nothing by
    it."""
    usual = getattr(column.column.default, "arg", None)
    return value not in (None, "") and not (usual == 0 and value == 0) and str(value) != "–"


def _named(column: Column, record: Any, rows: list[Any]) -> bool:
    """Whether the documents of the lines that the column names are named beside it already, by the head or
    the line."""
    parent = parent_of(column.target) if column.relation is not None else None
    if parent is None:
        return False
    beside = [name for model in (type(record), *{type(row) for row in rows})
              for name, other in columns_of(model).items() if other.target is parent[1]]
    return all(any(getattr(owner, name, None) is getattr(line, parent[0].key)
                   for owner in (record, row) for name in beside)
               for row in rows if (line := getattr(row, column.name)) is not None)


class LineTables:
    """Mixed into the pages of documents."""

    model: Any
    line_asks: dict[str, tuple[str, ...]]
    buttons: Any
    hidden: frozenset[str]
    line_model: Any

    def line_table(self, record: Any, collection: str) -> dict[str, Any]:
        """The lines of the details page: heads and rows, what is empty everywhere left out."""
        target = sa.inspect(self.model).relationships[collection].mapper.class_
        every = columns_of(target)
        rows = list(getattr(record, collection))
        names = list(self.line_form_columns.get(collection) or line_columns(target, self.model))
        names += [name for name, column in every.items()
                  if name not in names and name not in HIDDEN and not is_key(column)
                  and name not in {"factor"}
                  and column.target is not self.model and column.kind not in {"json", "binary", "other"}]
        out = self.hidden
        stored = [name for name in names if f"{collection}.{name}" not in out
                  and any(_says(every[name], getattr(row, name)) for row in rows)
                  and not _named(every[name], record, rows)]
        return {"title": words.table_word(target.__tablename__, True),
                "columns": [every[name] for name in stored],
                "rows": rows, "name": collection, "extras": self.line_extras(record, collection),
                "totals": self.totals(record), "steps": {row.id: self.buttons(row) for row in rows}
                if self.line_model(collection) is not None else {}}

    def line_extras(self, record: Any, collection: str) -> list[tuple[str, Any]]:
        """Computed columns of the lines: heading, and what to show for a line."""
        target = sa.inspect(self.model).relationships[collection].mapper.class_
        for name in ("net_amount", "amount"):
            if isinstance(getattr(target, name, None), property):
                return [(gettext("Amount"), lambda row, name=name: rupiah(getattr(row, name)))]
        return []

    def totals(self, record: Any) -> list[tuple[str, str]]:
        """The feet of the lines: words and sums, the last one the document's total."""
        result = [(gettext(word), getattr(record, name)) for name, word in
                  (("net_total", N_("Sum")), ("vat_amount", N_("VAT")), ("total", N_("Total")))
                  if getattr(record, name, None) is not None]
        return [(word, rupiah(value)) for word, value in result] if any(value for _, value in result) else []
