"""What a document came from and what it led to, read off the foreign keys of it and of its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from models.base import db
from models.documents import WORKFLOWS, document_types, line_type

#: So many of a kind are named, the newest first.
MOST = 12
#: Whose records say who somebody is: nobody is led to them.
UNNAMED = frozenset({"patient", "asset", "bed", "room", "maintenance_line"})

Way = Literal["from", "to"]


@dataclass(frozen=True)
class Label:
    """What a record is called and where it stands."""

    table: str
    id: int
    number: str | None
    state: str

    def __str__(self) -> str:
        return self.number or f"#{self.id}"


@cache
def _owners() -> dict[str, tuple[str, str]]:
    """By table: the document whose row it is and the column that names it; its own row for a document."""
    result = {name: (name, "id") for name in WORKFLOWS if name not in UNNAMED}
    for name in document_types():
        lines = line_type(WORKFLOWS[name])
        if lines is not None and name in result:
            table = db.metadata.tables[lines.__tablename__]
            column = next((column.name for column in table.columns
                           if any(key.column.table.name == name for key in column.foreign_keys)), None)
            if column is not None:
                result[table.name] = (name, column)
    return result


@cache
def _links() -> tuple[tuple[str, str, str], ...]:
    """(child table, its column, parent table) of every plain foreign key between documents or their lines of
    different types."""
    owners, result = _owners(), set()
    for name in owners:
        for column in db.metadata.tables[name].columns:
            for key in column.foreign_keys:
                parent = key.column.table.name
                if key.column.name == "id" and parent in owners and owners[parent][0] != owners[name][0]:
                    result.add((name, column.name, parent))
    return tuple(sorted(result))


def kin(table: str, record: int) -> list[tuple[Way, str, int]]:
    """(way, table, id) of what the record came from and led to; one statement."""
    parts = []
    for child, column, parent in _links():
        child_type, parent_type = _owners()[child][0], _owners()[parent][0]
        if table == child_type:
            parts.append(_part("from", parent_type, child, column, parent, record, wants_parent=True))
        if table == parent_type:
            parts.append(_part("to", child_type, child, column, parent, record, wants_parent=False))
    if not parts:
        return []
    rows = db.session.execute(sa.union(*parts))
    return sorted({(row.way, row.name, row.record) for row in rows}, key=lambda row: (row[1], row[2]))


def _part(way: Way, name: str, child: str, column: str, parent: str, record: int, *,
          wants_parent: bool) -> Any:
    """The records at the other end of one foreign key."""
    lower, upper = db.metadata.tables[child].alias(), db.metadata.tables[parent].alias()
    of_child, of_parent = lower.c[_owners()[child][1]], upper.c[_owners()[parent][1]]
    wanted, given = (of_parent, of_child) if wants_parent else (of_child, of_parent)
    found = (sa.select(wanted.label("record")).distinct()
             .select_from(lower.join(upper, lower.c[column] == upper.c.id))
             .where(given == record).order_by(wanted.desc()).limit(MOST).subquery())
    return sa.select(sa.literal(way).label("way"), sa.literal(name).label("name"), found.c.record)


def labels(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Label]:
    """Number and state of records with a workflow, by table and id; one statement. What is not there is left
    out."""
    wanted: dict[str, set[int]] = {}
    for table, record in keys:
        if table in WORKFLOWS:
            wanted.setdefault(table, set()).add(record)
    parts = []
    for table, ids in wanted.items():
        columns = db.metadata.tables[table].c
        number = columns.number if "number" in columns and table in document_types() else sa.null()
        parts.append(sa.select(sa.literal(table).label("name"), columns.id.label("record"),
                               sa.cast(number, sa.String).label("number"),
                               sa.cast(columns.state, sa.String).label("state")).where(columns.id.in_(ids)))
    rows = db.session.execute(sa.union_all(*parts)) if parts else ()
    return {(row.name, row.record): Label(row.name, row.record, row.number, row.state) for row in rows}
