"""By what people sort long lists, and the indexes that hold those orders.

A table that grows is sorted by columns that an index begins with, and by no other: a list of a million rows
opens as quickly by its last column as by its first. Documents are sorted by number, day and state anyway.
"""

from __future__ import annotations

import sqlalchemy as sa

from models.base import db
from models.documents import document_types

#: Columns besides, by table.
SORTED_BY = {
    "purchase_order": ("expected_on",), "purchase_request": ("needed_on",), "store_request": ("needed_on",),
    "supplier_invoice": ("due_on",), "supplier_refund": ("amount",),
    "maintenance": ("estimated_cost",), "asset_procurement": ("expected_on",), "stay": ("ended_at",),
    "prescription": ("valid_until",), "outbox": ("created_at",), "walk_in": ("arrived_at",),
    "fault_report": ("reported_at",), "stock_batch": ("number",), "asset": ("name",),
    "asset_book": ("cost",), "asset_book_change": ("changed_on",), "cleaning": ("requested_at",),
}


def led(table: sa.Table) -> frozenset[str]:
    """Columns that alone, or before the key of the row, make an index or a key of the table: its order is
    that of a list."""
    keys = [tuple(index.expressions) for index in table.indexes
            if index.dialect_options["postgresql"]["where"] is None]
    keys += [tuple(key.columns) for key in table.constraints
             if isinstance(key, (sa.UniqueConstraint, sa.PrimaryKeyConstraint))]
    last = [list(table.primary_key.columns)]
    return frozenset(key[0].name for key in keys
                     if key and isinstance(key[0], sa.Column) and list(key[1:]) in ([], *last))


def declare_indexes() -> None:
    """Add the indexes that lack: of each document's day, and of `SORTED_BY`."""
    wanted = {(name, model.dated) for name, model in document_types().items()}
    wanted |= {(name, column) for name, columns in SORTED_BY.items() for column in columns}
    for name, column in sorted(wanted):
        table = db.metadata.tables[name]
        if column not in led(table):
            sa.Index(None, table.c[column])
