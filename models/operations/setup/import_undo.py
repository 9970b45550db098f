"""An applied list of master data taken back as a whole: what it changed has its old values again, what it
made is deleted. Nothing is, when somebody built on one of its rows since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from models import clock
from models.base import ExactDecimal, db
from models.errors import N_, Refused
from models.imports import ListImport
from models.operations.core import bulk
from models.operations.core.locking import lock
from models.operations.setup import list_layouts
from models.operations.setup.import_plan import Outcome, plain
from models.operations.setup.list_references import chunks
from models.people import User
from models.rights import model_of

#: Obstacles that are named.
MOST_NAMED = 50


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way of a row. `column` was changed since (`before` is what the list wrote, `now`
    what stands there), or a record of `table` names the row; with neither the row itself was changed or is
    gone."""

    row: int
    name: str
    column: str = ""
    before: Any = None
    now: Any = None
    table: str = ""
    is_gone: bool = False


class InTheWay(Refused):
    """Somebody built on the list since."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        first = obstacles[0]
        message = (N_("Nothing was taken back: row %(row)s, %(name)s, is gone.") if first.is_gone else
                   N_("Nothing was taken back: row %(row)s, %(name)s, is named by another record by now.")
                   if first.table else
                   N_("Nothing was taken back: row %(row)s, %(name)s, was changed since."))
        super().__init__(message, row=first.row, name=first.name)
        self.obstacles = obstacles


def written(outcome: Outcome) -> list[list[Any]]:
    """What `ListImport.written` keeps of the rows that were written."""
    return [[row, "new" if is_new else "changed", record.id, getattr(record, "version", 1), _along(record)]
            for row, is_new, record in outcome.touched]


def _along(record: Any) -> int:
    """How many rows were made along with it, and go with it: the base unit of an item."""
    return sum(len(sa.inspect(record).dict.get(relation.key) or ()) for relation in _owned(type(record)))


def _owned(model: Any) -> list[Any]:
    return [relation for relation in sa.inspect(model).relationships
            if relation.uselist and relation.cascade.delete_orphan]


def take_back(session: Any, brought: ListImport, *, by: User, reason: str) -> None:
    """Raises `InTheWay`, or `Refused` for a list that was not applied, or taken back already."""
    lock(brought)
    session.refresh(brought)
    if brought.applied_at is None:
        raise Refused(N_("Only a list that was applied can be taken back."))
    if brought.reversed_at is not None:
        raise Refused(N_("This list was taken back already."))
    if not reason.strip():
        raise Refused(N_("Write why it is taken back."), field="reason")
    plan = {row["row"]: row for row in (brought.plan or {"rows": []})["rows"]}
    if plan and not brought.written:
        raise Refused(N_("This list was applied before lists could be taken back."))
    model = model_of(brought.kind)
    undo = UNDO.get(brought.kind, Undo)(session, brought.kind, plan,
                                        _records(session, model, brought.written), by=by, reason=reason)
    for row, word, key, version, along in brought.written:
        undo.look(row, word, key, version, along)
    undo.look_for_users()
    if undo.obstacles:
        raise InTheWay(sorted(undo.obstacles, key=lambda entry: entry.row)[:MOST_NAMED])
    undo.do()
    brought.reversed_at, brought.reversed_by_id = clock.now(), by.id
    brought.reversal_reason = reason.strip()[:500]
    session.flush()


def _records(session: Any, model: Any, rows: Iterable[list[Any]]) -> dict[int, Any]:
    """The rows as they stand now, by their keys, with what goes with them."""
    return {record.id: record for some in chunks(row[2] for row in rows)
            for record in session.scalars(
                sa.select(model).where(model.id.in_(some)).execution_options(populate_existing=True)
                .options(*(selectinload(getattr(model, relation.key))
                           for relation in (*_owned(model), *list_layouts.references(
                               model.__tablename__).values()))))}


class Undo:
    """The rows of a list that is taken back, and what stands in their way."""

    #: Tables that name the rows and are no obstacle by that.
    passed_over: frozenset[str] = frozenset()

    def __init__(self, session: Any, table: str, plan: Mapping[int, dict[str, Any]],
                 records: Mapping[int, Any], *, by: User, reason: str) -> None:
        self.session, self.table, self.plan, self.records = session, table, plan, records
        self.by, self.reason = by, reason.strip()[:400]
        self.made: dict[Any, tuple[int, Any]] = {}
        self.changed: list[tuple[dict[str, Any], Any]] = []
        self.obstacles: list[Obstacle] = []

    def look(self, row: int, word: str, key: int, version: int, along: int) -> None:
        """One row: it stands as the list left it, or something is in the way."""
        planned, record = self.plan[row], self.records.get(key)
        if record is None:
            if word == "changed":  # what was made and is gone needs no taking back
                self.obstacles.append(Obstacle(row, planned["name"], is_gone=True))
            return
        others = [Obstacle(row, planned["name"], name, before=value, now=now)
                  for name, value in planned["values"].items()
                  if (now := plain(self._standing(record, name))) != value]
        if word == "new":
            self.made[record.id] = (row, record)
            if not others and (getattr(record, "version", 1) != version
                               or sum(len(getattr(record, relation.key))
                                      for relation in _owned(type(record))) != along):
                others = [Obstacle(row, planned["name"])]
        else:
            self.changed.append((planned, record))
        self.obstacles += others

    def _standing(self, record: Any, name: str) -> Any:
        """What the record says now in that column of the list."""
        return getattr(record, name)

    def look_for_users(self) -> None:
        """Rows of other tables that name what the list made; those that go with it are counted above."""
        if not self.made:
            return
        model = model_of(self.table)
        owned = {column for relation in _owned(model) for column in relation.remote_side}
        for table in db.metadata.sorted_tables:
            for column in table.columns:
                if table.name in self.passed_over or column in owned or not any(
                        key.column.table is model.__table__ for key in column.foreign_keys):
                    continue
                for some in chunks(self.made):
                    for key in self.session.scalars(sa.select(column).where(column.in_(some)).distinct()
                                                    .limit(MOST_NAMED)):
                        row, record = self.made[key]
                        self.obstacles.append(Obstacle(row, str(record), table=table.name))

    def do(self) -> None:
        together = []
        for planned, record in self.changed:
            if list_layouts.is_guarded(self.table, planned["before"]):
                for name, value in planned["before"].items():
                    setattr(record, name, self._typed(name, value))
            else:
                together.append((record, {self._column(name).name: self._kept(name, value)
                                          for name, value in planned["before"].items()}))
        self.session.flush()
        bulk.update_seen(together)
        for _row, record in self.made.values():
            self.session.delete(record)
        self.session.flush()

    def _column(self, name: str) -> sa.Column[Any]:
        return list_layouts.attributes(self.table)[name]

    def _kept(self, name: str, value: Any) -> Any:
        """A kept value as its column holds it."""
        if name in list_layouts.references(self.table):
            return value["id"] if value else None
        return typed(self._column(name), value)

    def _typed(self, name: str, value: Any) -> Any:
        """A kept value as the attribute holds it."""
        relation = list_layouts.references(self.table).get(name)
        if relation is not None:
            return self.session.get(relation.mapper.class_, value["id"]) if value else None
        return typed(self._column(name), value)


#: Tables whose rows are taken back otherwise than by deleting them.
UNDO: dict[str, type[Undo]] = {}


def typed(column: sa.Column[Any], value: Any) -> Any:
    """A value of a plan, kept as JSON, as the column holds it."""
    kind = column.type
    if value is None:
        return None
    if isinstance(kind, ExactDecimal):
        return kind.exact(Decimal(value))
    if isinstance(kind, sa.Enum) and kind.enum_class:
        return kind.enum_class(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    return time.fromisoformat(value) if isinstance(kind, sa.Time) else value


