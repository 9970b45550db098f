"""A learner's type as a table: the same columns and rules that a declared document has."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from models.base import NAMING, BigId, ExactDecimal, UtcDateTime
from portal.learn.boxes.store import Box
from portal.learn.own_document.definition import Kind, OwnField, OwnType

_TYPES: dict[Kind, Any] = {
    Kind.TEXT: sa.String(200), Kind.LONG_TEXT: sa.Text(), Kind.WHOLE_NUMBER: sa.Integer(),
    Kind.QUANTITY: ExactDecimal(14, 3), Kind.MONEY: ExactDecimal(18, 2), Kind.DAY: sa.Date(),
    Kind.YES_NO: sa.Boolean(), Kind.CHOICE: sa.String(40)}
#: Tables that are known to stand in a box: its key and the table's name.
_grown: set[tuple[str, str]] = set()


@lru_cache(256)
def _table(own: OwnType, name: str) -> sa.Table:
    metadata = sa.MetaData(naming_convention=NAMING)
    for target in {field.kind.target for field in own.fields if field.kind.target} | {"user"}:
        sa.Table(target, metadata, sa.Column("id", BigId, primary_key=True))
    return sa.Table(
        name, metadata, sa.Column("id", BigId, primary_key=True),
        sa.Column("number", sa.String(20), unique=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("created_by_id", BigId, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *map(_column, own.fields),
        sa.Column("state", sa.String(32), nullable=False, index=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("note", sa.Text()),
        sa.CheckConstraint(_one_of("state", own.states), name="state"),
        *(sa.CheckConstraint(_one_of(field.name, field.choices), name=field.name) for field in own.fields
          if field.kind == Kind.CHOICE),
        sa.CheckConstraint(f"number IS NOT NULL OR state = '{own.initial}'"
                           + "".join(f" OR state = '{state}'" for state in _unnumbered(own)),
                           name="number_given"))


def table_of(own: OwnType) -> sa.Table:
    """The table in SQLAlchemy's words; not one of the house's metadata."""
    return _table(own, own.table)


def _column(field: OwnField) -> sa.Column[Any]:
    is_empty = not field.is_required and field.kind != Kind.YES_NO
    if field.kind.target:
        return sa.Column(field.column, BigId, sa.ForeignKey(f"{field.kind.target}.id"), nullable=is_empty)
    return sa.Column(field.column, _TYPES[field.kind], nullable=is_empty)


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"  # names are letters, digits and _


def _unnumbered(own: OwnType) -> list[str]:
    """States that a document may be in without a number: those that it reaches without the step that
    numbers."""
    reached = {own.initial}
    while more := {step.target for step in own.steps if not step.numbers
                   and reached & set(step.sources)} - reached:
        reached |= more
    return sorted(reached - {own.initial})


def statements(own: OwnType) -> list[str]:
    """The SQL that makes the table, for SQLite."""
    table, dialect = table_of(own), sqlite.dialect()  # type: ignore[no-untyped-call]
    made = str(CreateTable(table).compile(dialect=dialect)).strip().replace("\t", "    ")
    return [made, *(str(sa.schema.CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)]


def grow(own: OwnType, box: Box) -> None:
    """Make the type's table in a practice hospital, unless it stands there."""
    if (box.key, own.table) in _grown:
        return
    with closing(sqlite3.connect(box.path, timeout=10, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        known = connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
                                   (own.table,)).fetchone()
        for statement in () if known else statements(own):
            connection.execute(statement)
        connection.execute("COMMIT")
    if len(_grown) > 5000:
        _grown.clear()
    _grown.add((box.key, own.table))
