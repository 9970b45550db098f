"""Which rows of the activity log belong to a step.

The log keeps no number of the transaction. Rows of one transaction follow each other and have the same
person, door and address within moments; inside of it, the rows up to a step's `document_event`, and the
change of the document right after it, are that step's. What is about a patient's record, and any text,
stays hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from models.activity import Activity, ActivityLog
from models.base import ExactDecimal, UtcDateTime, db
from models.documents import document_types, line_type
from models.operations.core.activity import MASK, shown_today
from models.rights import RIGHTS

#: How many rows of the log, and how much time, before and after a step's own row are looked through.
NEAR_ROWS, NEAR_TIME = 600, timedelta(seconds=20)
#: Rows of one transaction follow each other faster than that; a person's next click does not.
PAUSE = timedelta(seconds=1)
#: A page does not read more rows of the log than this, however many a step wrote.
MOST_ROWS = 6000
#: Rows that tell people about what was done before.
TOLD = frozenset({"outbox"})

#: Type and id of the record, and the name of the step.
EventKey = tuple[str, int, str]


@dataclass
class Entry:
    """A row of the log."""

    id: int
    run: tuple[Any, ...]
    table: str
    changed_id: str
    activity: Activity
    properties: dict[str, Any]
    occurred_at: Any

    @property
    def event(self) -> EventKey | None:
        """The step that this row records; None of any other row."""
        if self.table != "document_event":
            return None
        new = self.properties.get("new", {})
        return str(new.get("document_type")), int(new.get("document_id", 0)), str(new.get("transition"))


@dataclass
class StepRows:
    """What a step wrote, and the steps of other records in the same transaction."""

    entries: list[Entry] = field(default_factory=list)
    together: list[EventKey] = field(default_factory=list)


def read(event_ids: Sequence[int]) -> dict[int, StepRows]:
    """The rows of each step, by the id of its event; two statements."""
    log = ActivityLog.__table__.c
    marks = db.session.execute(
        sa.select(log.id, log.occurred_at)
        .where(log.table_name == "document_event", log.changed_id.in_([str(key) for key in event_ids]))).all()
    if not marks:
        return {}
    near = sa.or_(*(sa.and_(log.id.between(mark.id - NEAR_ROWS, mark.id + NEAR_ROWS),
                            log.occurred_at.between(mark.occurred_at - NEAR_TIME,
                                                    mark.occurred_at + NEAR_TIME)) for mark in marks))
    written = (Activity.INSERTED, Activity.UPDATED, Activity.DELETED)
    rows = db.session.execute(
        sa.select(log.id, log.user_id, log.access, log.address, log.table_name, log.changed_id, log.activity,
                  log.properties, log.occurred_at)
        .where(near, log.activity.in_(written)).order_by(log.id).limit(MOST_ROWS))
    entries = [Entry(row.id, (row.user_id, row.access, row.address), row.table_name or "",
                     row.changed_id or "", row.activity, row.properties or {}, row.occurred_at)
               for row in rows]
    return split(entries, set(event_ids))


def split(entries: Iterable[Entry], wanted: set[int]) -> dict[int, StepRows]:
    """The rows of each wanted event among rows in the order of the log."""
    result: dict[int, StepRows] = {}
    for run in _runs(entries):
        steps = _steps_of(run)
        keys = [entry.event for entry, _rows in steps]
        for place, (entry, rows) in enumerate(steps):
            if int(entry.changed_id) in wanted:
                others = [key for at, key in enumerate(keys) if at != place and key is not None
                          and entry.event is not None and key[:2] != entry.event[:2]]
                result[int(entry.changed_id)] = StepRows(rows, others)
    return result


def _runs(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Rows that follow each other, of the same person through the same door within moments."""
    runs: list[list[Entry]] = []
    for entry in entries:
        last = runs[-1][-1] if runs else None
        if (last is not None and last.run == entry.run
                and abs(entry.occurred_at - last.occurred_at) <= PAUSE):
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return runs


def _steps_of(run: list[Entry]) -> list[tuple[Entry, list[Entry]]]:
    """The events of a transaction, each with its rows; what comes after the last one is the last one's."""
    steps: list[tuple[Entry, list[Entry]]] = []
    before: list[Entry] = []
    for entry in run:
        if entry.event is not None:
            steps.append((entry, [*before, entry]))
            before = []
        elif steps and not before and _follows(entry, steps[-1][0]):
            steps[-1][1].append(entry)
        else:
            before.append(entry)
    if steps:
        steps[-1][1].extend(before)
    return steps


def _follows(entry: Entry, step: Entry) -> bool:
    """Whether a row right after a step's event is of that step: the change of its record, or the news of
    it."""
    key = step.event
    return entry.table in TOLD or (key is not None and entry.activity is Activity.UPDATED
                                   and (entry.table, entry.changed_id) == (key[0], str(key[1])))


# ---------------------------------------------------------------- what a student may see of a row

@dataclass
class Written:
    """What a step did to a table: how many rows, and for a changed row what changed (column, old, new)."""

    activity: Activity
    table: str
    rows: int
    columns: list[str] = field(default_factory=list)
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)


#: Tables about patients and accounts that no row of the rights names: they are reached through others.
_THROUGH_OTHERS = frozenset({"user", "user_role", "consultation_message", "triage_answer"})


def is_record(table: str) -> bool:
    """Whether the table is about a patient or an account: then only states and numbers are shown."""
    if table in _THROUGH_OTHERS:
        return True
    owner = table if table in RIGHTS else _documents_of_lines().get(table, "")
    return owner in RIGHTS and RIGHTS[owner].clinical


@cache
def _documents_of_lines() -> dict[str, str]:
    """The document of each table of lines."""
    return {lines.__tablename__: name for name, model in document_types().items()
            if (lines := line_type(model)) is not None}


def _may_be_shown(table: str, name: str) -> bool:
    """Whether old and new values of a column are shown: states, numbers, amounts and days, never text."""
    column = db.metadata.tables[table].columns.get(name) if table in db.metadata.tables else None
    if column is None:
        return False
    if name in {"state", "number"}:
        return True
    return not is_record(table) and isinstance(
        column.type, ExactDecimal | UtcDateTime | sa.Enum | sa.Date | sa.Boolean | sa.Integer)


def summed(entries: Iterable[Entry]) -> list[Written]:
    """What the rows come to: one line for each kind of change of a table."""
    result: dict[tuple[Activity, str], Written] = {}
    touched: dict[tuple[Activity, str], set[str]] = {}
    for entry in entries:
        key = entry.activity, entry.table
        line = result.setdefault(key, Written(entry.activity, entry.table, 0))
        touched.setdefault(key, set()).add(entry.changed_id)
        if entry.activity is Activity.UPDATED:
            _add_changes(line, entry)
    for key, line in result.items():
        line.rows = len(touched[key])
        if line.rows > 1:
            line.changes = []
    return list(result.values())


def _add_changes(line: Written, entry: Entry) -> None:
    shown = shown_today(entry.table, entry.properties)
    old, new = shown.get("old", {}), shown.get("new", {})
    for name, value in new.items():
        if name not in line.columns:
            line.columns.append(name)
        if _may_be_shown(entry.table, name) and MASK not in (value, old.get(name)):
            line.changes.append((name, old.get(name), value))
