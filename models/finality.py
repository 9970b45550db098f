"""What stands still: ledgers only grow, posted is final. The rules as data, and their guard in the ORM.

`models.triggers` writes the same rules into the database. A person meets the refusals of this file, worded
for people; whoever comes around the ORM meets the database's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from models.base import Base
from models.documents import WORKFLOWS, Document
from models.errors import N_, Refused

#: Tables that only grow: no update, no deletion, no truncation, no replacing.
APPEND_ONLY = ("activity_log", "asset_book_change", "comment", "document_event", "document_number",
               "journal_entry", "journal_line", "stock_move")

#: States in which a document's lines may still change; draft alone where nothing is said.
OPEN_STATES = {"inventory_round": ("draft", "counting"), "stocktake": ("draft", "counting")}

#: States after which a document's own columns stand still: it was posted, sent, delivered, or ended.
FINAL_STATES = frozenset({"accepted", "cancelled", "completed", "delivered", "dispensed", "done", "no_show",
                          "paid", "posted", "released", "rescheduled", "reversed", "sent", "sold"})
#: Where approving is posting.
MORE_FINAL_STATES = {"supplier_invoice": ("approved",)}

#: Columns that may change in a final state, beside `state`, `version` and what the remaining steps ask for.
LATE_COLUMNS = {"consultation": ("rating", "rating_comment", "rated_at", "patient_id", "held_beside_id"),
                "supplier_return": ("credit_net", "credit_vat")}

#: Columns of lines that later steps fill in, until the document is final.
LATE_LINE_COLUMNS = {
    "asset_auction_line": ("appraised_value", "reserve_price", "sale_price"),
    "asset_disposal_line": ("book_value", "held_asset_id"),
    "inventory_round_line": ("result",),
    "maintenance_line": ("state", "version", "cost", "result", "condition_after", "next_due_on",
                         "employee_id"),
    "spoilage_line": ("unit_cost",),
    "stocktake_line": ("count_again",),
    "supplier_return_line": ("credited_quantity",),
}
#: Final states of a document in which a step to come still fills those in.
LATE_LINE_STATES = {"supplier_return_line": ("sent",)}


#: What hangs on lines: the table of the lines, the states of their document in which it may change, and the
#: refusal.
SUBLINES = {
    "asset_auction_bid": ("asset_auction_line", ("open",),
                          N_("Bids are written while their auction is open: neither before nor afterwards.")),
    "maintenance_part": ("maintenance_line", ("in_progress",),
                         N_("Spare parts are written while their order is in progress: neither before nor "
                            "afterwards.")),
}


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
                        tuple(sorted({"state", "version", *LATE_COLUMNS.get(name, ()),
                                      *_asked(model, final)})))
                 for name, model in sorted(WORKFLOWS.items()) if issubclass(model, Document))


@cache
def lines() -> tuple[Lines, ...]:
    """The `lines` of every document type, by table name."""
    found = []
    for name, model in WORKFLOWS.items():
        relation = sa.inspect(model).relationships.get("lines")
        if not issubclass(model, Document) or relation is None:
            continue
        line = relation.mapper.class_
        (key,) = relation.remote_side
        table = line.__tablename__
        final = tuple(state for state in _final(model) if state not in LATE_LINE_STATES.get(table, ()))
        found.append(Lines(table, _columns(line), name, key.name, OPEN_STATES.get(name, ("draft",)), final,
                           LATE_LINE_COLUMNS.get(table, ())))
        for below in sa.inspect(line).relationships:
            hanging = below.mapper.class_.__tablename__
            if hanging in SUBLINES and SUBLINES[hanging][0] == table:
                (own,) = below.remote_side
                found.append(Lines(hanging, _columns(below.mapper.class_), name, own.name,
                                   SUBLINES[hanging][1],
                                   _final(model), (), (table, key.name), SUBLINES[hanging][2]))
    return tuple(sorted(found, key=lambda rule: rule.table))


def _columns(model: type[Any]) -> tuple[str, ...]:
    return tuple(column.name for column in model.__table__.columns if column.computed is None)


def _final(model: type[Any]) -> tuple[str, ...]:
    more = MORE_FINAL_STATES.get(model.__tablename__, ())
    return tuple(state.value for state in model.workflow.states if state in FINAL_STATES or state in more)


def _asked(model: type[Any], final: tuple[str, ...]) -> set[str]:
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
