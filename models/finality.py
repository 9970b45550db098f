"""What stands still: ledgers only grow, posted is final. The rules as data, and their guard in the ORM.

`models.triggers` writes the same rules into the database. A person meets the refusals of this file, worded
for people; whoever comes around the ORM meets the database's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from models.base import Base
from models.documents import WORKFLOWS, Document, document_types
from models.errors import N_, Refused

#: Tables that only grow: no update, no deletion, no truncation, no replacing.
APPEND_ONLY = ("activity_log", "asset_book_change", "batch_correction", "comment", "document_event",
               "document_number", "journal_entry", "journal_line", "log_seal", "stock_move")

#: States after which a document's own columns stand still: it was posted, sent, delivered, or ended. A type
#: with more says them on its class (`also_final_in`).
FINAL_STATES = frozenset({"accepted", "cancelled", "completed", "delivered", "dispensed", "done", "no_show",
                          "paid", "posted", "released", "rescheduled", "reversed", "sent", "sold"})

# What else a class says of itself:
# - a document: `lines_change_in`, `late_columns` (see `models.documents.Document`);
# - its lines: `late_columns`, which later steps fill in until the document is final, and `late_in`, final
#   states in which a step to come still fills them in;
# - what hangs on lines: `changes_in`, the states of the document in which it may change, and `refusal`, how
#   any other change is refused.


@dataclass(frozen=True)
class Papers:
    """A document's table, and what stands still in it."""

    table: str
    columns: tuple[str, ...]
    final: tuple[str, ...]
    late: tuple[str, ...]


@dataclass(frozen=True)
class Lines:
    """A table of lines, the document that they belong to, and what stands still in them.

    `via`: what hangs on lines names them by its `key`; the lines' table and its key of the document. `words`
    is how a change of it is refused.
    """

    table: str
    columns: tuple[str, ...]
    parent: str
    key: str
    open: tuple[str, ...]
    final: tuple[str, ...]
    late: tuple[str, ...]
    via: tuple[str, ...] = ()
    words: str = N_("The lines of %(what)s stand still since it left draft.")


@cache
def papers() -> tuple[Papers, ...]:
    """Every document type, by table name."""
    return tuple(Papers(name, _columns(model), final := _final(model),
                        tuple(sorted({"state", "version", *model.late_columns, *_asked(model, final)})))
                 for name, model in sorted(document_types().items()))


@cache
def lines() -> tuple[Lines, ...]:
    """The `lines` of every document type, by table name."""
    result = []
    for name, model in document_types().items():
        relation = sa.inspect(model).relationships.get("lines")
        if relation is None:
            continue
        line = relation.mapper.class_
        (key,) = relation.remote_side
        table, late_in = line.__tablename__, _values(getattr(line, "late_in", ()))
        final = tuple(state for state in _final(model) if state not in late_in)
        result.append(Lines(table, _columns(line), name, key.name,
                            _values(model.lines_change_in) or ("draft",), final,
                            getattr(line, "late_columns", ())))
        for below in sa.inspect(line).relationships:
            hanging = below.mapper.class_
            if hasattr(hanging, "changes_in"):
                (own,) = below.remote_side
                result.append(Lines(hanging.__tablename__, _columns(hanging), name, own.name,
                                    _values(hanging.changes_in), _final(model), (), (table, key.name),
                                    hanging.refusal))
    return tuple(sorted(result, key=lambda rule: rule.table))


def _columns(model: type[Any]) -> tuple[str, ...]:
    return tuple(column.name for column in model.__table__.columns if column.computed is None)


def _values(states: Iterable[StrEnum]) -> tuple[str, ...]:
    return tuple(state.value for state in states)


def _final(model: type[Document]) -> tuple[str, ...]:
    return _values(state for state in model.workflow.states
                   if state in FINAL_STATES or state in model.also_final_in)


def _asked(model: type[Document], final: tuple[str, ...]) -> set[str]:
    return {name for step in model.workflow if set(step.sources) & set(final) for name in step.asks}


# ---------------------------------------------------------------- the guard in the ORM

@cache
def _paper(table: str) -> Papers | None:
    return next((rule for rule in papers() if rule.table == table), None)


@cache
def _line(table: str) -> Lines | None:
    return next((rule for rule in lines() if rule.table == table), None)


@event.listens_for(Session, "before_flush")
def _guard(session: Session, _context: Any, _instances: Any) -> None:
    """Raises `Refused` when a flush would change what stands still."""
    for record in session.deleted:
        _check(session, record, deleted=True)
    for record in session.dirty:
        if session.is_modified(record, include_collections=False):
            _check(session, record)
        lines_of = sa.inspect(record).attrs.get("lines") if isinstance(record, Document) else None
        for line in lines_of.history.deleted if lines_of is not None else ():
            _check(session, line, deleted=True)  # taken off its document, the flush deletes it
    for record in session.new:
        rule = _line(getattr(record, "__tablename__", ""))
        if rule is not None:
            _check_line(session, record, rule, set(rule.columns))


def _check(session: Session, record: Any, deleted: bool = False) -> None:
    table = getattr(record, "__tablename__", "")
    if table in APPEND_ONLY:
        raise Refused(N_("This record only grows: nothing in it is changed or deleted."))
    paper, line = _paper(table), _line(table)
    if paper is None and line is None:
        return
    state = sa.inspect(record)
    changed = {column.key for column in state.mapper.column_attrs
               if deleted
               or (column.key in state.committed_state and state.attrs[column.key].history.has_changes())}
    if paper is not None:
        if deleted and (record.number or _was(record) in paper.final):
            raise Refused(N_("%(what)s has a number and stays. Cancel or reverse it instead."),
                          what=str(record))
        if not deleted and _was(record) in paper.final and changed - set(paper.late):
            raise Refused(N_("%(what)s is final: it is not edited any more, only reversed."),
                          what=str(record))
    if line is not None:
        _check_line(session, record, line, changed)


def _check_line(session: Session, record: Any, rule: Lines, changed: set[str]) -> None:
    document = _parent(session, record, rule)
    if document is None or not sa.inspect(document).persistent or document in session.deleted:
        return
    state = _was(document)
    if state in rule.open or (state not in rule.final and changed <= set(rule.late)):
        return
    raise Refused(rule.words, what=str(document), field=rule.key[:-3] if rule.via else None)


def _parent(session: Session, record: Any, rule: Lines) -> Any:
    """The document of a line, or of what hangs on one."""
    key = rule.key
    for model in ((_mapped(rule.via[0]), WORKFLOWS[rule.parent]) if rule.via else (WORKFLOWS[rule.parent],)):
        named = getattr(record, key[:-3], None)  # the relationship beside the key
        with session.no_autoflush:
            record = named if isinstance(named, model) else session.get(model, getattr(record, key) or 0)
        if record is None:
            return None
        key = rule.via[1] if rule.via else key
    return record


def _mapped(table: str) -> type[Any]:
    return next(mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__tablename__ == table)


def _was(document: Any) -> Any:
    """The state that the database knows."""
    before = sa.inspect(document).attrs.state.history.deleted
    return before[0] if before else document.state
