"""Many rows in one statement: they travel as one JSON parameter, on both databases alike.

A statement is built once for each database and kept, so that running it costs little more than sending it.
Rows written this way pass the session: `insert_all` and `update_all` log what they do, `forget` lets loaded
records be read again.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.util import identity_key

from models.base import db
from models.operations.core import activity

RowsToWrite = Sequence[Mapping[str, Any]]
_numbers = itertools.count(1)


class Bulk:
    """A statement over rows: `types` says what a row holds, `build` makes the statement from the table of
    them."""

    def __init__(self, types: Mapping[str, Any], build: Callable[[Any], Any]) -> None:
        self.types = {name: sa.types.to_instance(kind) for name, kind in types.items()}
        self.build = build
        self.parameter = f"rows_{next(_numbers)}"
        self._built: dict[str, tuple[Any, dict[str, Any]]] = {}

    def run(self, rows: RowsToWrite) -> Any:
        """Run it for all `rows`. Raises ValueError when a number has more digits than its column."""
        connection = db.session.connection()
        return connection.execute(self.statement(connection.dialect), self.packed(rows, connection.dialect))

    def statement(self, dialect: sa.Dialect) -> Any:
        return self._prepared(dialect)[0]

    def packed(self, rows: RowsToWrite, dialect: sa.Dialect) -> dict[str, str]:
        """The statement's one parameter."""
        processors = self._prepared(dialect)[1]
        packed = [{name: row[name] if process is None else process(row[name])
                   for name, process in processors.items()}
                  for row in rows]
        return {self.parameter: json.dumps(packed, default=str)}

    def _prepared(self, dialect: sa.Dialect) -> tuple[Any, dict[str, Any]]:
        if dialect.name not in self._built:
            processors = {name: kind.dialect_impl(dialect).bind_processor(dialect)
                          for name, kind in self.types.items()}
            self._built[dialect.name] = self.build(self._table(dialect)), processors
        return self._built[dialect.name]

    def _table(self, dialect: sa.Dialect) -> sa.Subquery:
        if dialect.name == "postgresql":
            columns = ", ".join(f'"{name}" {kind.compile(dialect)}' for name, kind in self.types.items())
            sql = f"SELECT * FROM json_to_recordset(CAST(:{self.parameter} AS json)) AS given({columns})"
        else:
            columns = ", ".join(f"""json_extract(value, '$."{name}"') AS "{name}\"""" for name in self.types)
            sql = f"SELECT {columns} FROM json_each(:{self.parameter})"
        return (sa.text(sql).bindparams(sa.bindparam(self.parameter, type_=sa.Text()))
                .columns(**self.types).subquery("new"))


def together(*parts: tuple[Bulk, RowsToWrite]) -> list[list[int]]:
    """Run statements that touch different tables and return ids, in one round trip where the database can.

    The ids of each; a part without rows is not run.
    """
    connection = db.session.connection()
    dialect = connection.dialect
    result: list[list[int]] = [[] for _ in parts]
    given = [(number, bulk, rows) for number, (bulk, rows) in enumerate(parts) if rows]
    if dialect.name == "postgresql" and len(given) > 1:
        parameters: dict[str, str] = {}
        for _number, bulk, rows in given:
            parameters |= bulk.packed(rows, dialect)
        for number, key in connection.execute(_joined(*((number, bulk) for number, bulk, _ in given)),
                                              parameters):
            result[number].append(key)
    else:
        for number, bulk, rows in given:
            result[number] += bulk.run(rows).scalars()
    return result


@cache
def _joined(*parts: tuple[int, Bulk]) -> Any:
    """PostgreSQL: every statement a WITH of one, which says what each of them returned."""
    done = [(number, bulk.statement(db.session.connection().dialect).cte(f"part_{number}"))
            for number, bulk in parts]
    return sa.union_all(*(sa.select(sa.literal_column(str(number)), part.c.id) for number, part in done))


@cache
def insertion(model: Any, names: tuple[str, ...]) -> Bulk:
    """The statement that inserts rows with these columns."""
    table = model.__table__
    return Bulk({name: table.c[name].type for name in names},
                lambda new: sa.insert(table).from_select(names, sa.select(new), include_defaults=False)
                .returning(table.c.id))


def insert_all(model: Any, rows: Sequence[dict[str, Any]],
               *others: tuple[Bulk, RowsToWrite]) -> list[list[int]]:
    """Insert `rows` (the same columns in all, every one that has no default of the database) and log them.

    `others` run `together` with it. Returns the new ids in the order of the rows, then the ids of each other.
    """
    ids, *more = together((insertion(model, tuple(rows[0])), rows), *others)
    # the database numbers them in the order given
    activity.inserted(model, zip(sorted(ids), rows, strict=True))
    return [sorted(ids), *more]


@cache
def _update(model: Any, names: tuple[str, ...]) -> Bulk:
    table = model.__table__
    return Bulk({"key": sa.BigInteger(), **{name: table.c[name].type for name in names}},
                lambda new: sa.update(table).where(table.c.id == new.c.key)
                .values({name: new.c[name] for name in names}))


def update_all(records: Sequence[Any], values: Sequence[dict[str, Any]]) -> None:
    """Give each of these loaded records of one model (the same) columns new values, and log what that
    changed.

    Past the session and its guards: for models without a version, and rows that the operation knows to be
    open.
    """
    model: Any = type(records[0])
    names = tuple(values[0])
    changed = [(record, new) for record, new in zip(records, values, strict=True)
               if any(getattr(record, name) != new[name] for name in names)]
    if not changed:
        return
    _update(model, names).run([{"key": record.id, **new} for record, new in changed])
    activity.updated(model, [(record.id, {name: getattr(record, name) for name in names}, new)
                             for record, new in changed])
    for record, new in changed:
        for name in names:
            set_committed_value(record, name, new[name])


@cache
def _update_seen(model: Any, names: tuple[str, ...]) -> Bulk:
    table = model.__table__
    types = {name: table.c[name].type for name in names}
    return Bulk({"key": sa.BigInteger(), "seen": sa.Integer(), **types},
                lambda new: sa.update(table).where(table.c.id == new.c.key, table.c.version == new.c.seen)
                .values({**{name: new.c[name] for name in names}, "version": table.c.version + 1})
                .returning(table.c.id))


def update_seen(changes: Sequence[tuple[Any, Mapping[str, Any]]]) -> None:
    """Give these loaded records of one model, which has a version, new values by column name; log them.

    Past the session and its guards: for columns that nothing else listens to. Raises `StaleDataError` when
    somebody changed one of them since it was loaded. After a rollback the records are to be read again.
    """
    alike: dict[tuple[str, ...], list[tuple[Any, Mapping[str, Any]]]] = {}
    for record, values in changes:
        alike.setdefault(tuple(sorted(values)), []).append((record, values))
    for names, some in alike.items():
        model: Any = type(some[0][0])
        written = _update_seen(model, names).run([{"key": record.id, "seen": record.version, **values}
                                                  for record, values in some]).all()
        if len(written) != len(some):
            raise StaleDataError(f"{len(some) - len(written)} rows of {model.__tablename__} changed")
        activity.updated(model, [(record.id, {name: getattr(record, name) for name in names}, values)
                                 for record, values in some])
    for record, values in changes:
        for name, value in values.items():
            set_committed_value(record, name, value)
        set_committed_value(record, "version", record.version + 1)


def forget(model: type[Any], ids: Iterable[int], *names: str) -> None:
    """Let loaded records (these attributes of them) be read again: they were changed past the session."""
    for key in ids:
        record = db.session.identity_map.get(identity_key(model, key))
        if record is not None:
            db.session.expire(record, names or None)


def analyze(session: Any) -> None:
    """Let PostgreSQL count what was loaded: until it does, it plans for tables that are empty."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("ANALYZE"))
