"""A document's steps, each with all that it wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy.orm import contains_eager, joinedload

from models.base import db
from models.documents import WORKFLOWS, DocumentEvent
from models.journal import JournalEntry
from models.stock import StockMove
from models.workflow import Transition, Workflow
from portal.learn.journey import log_rows
from portal.learn.processes.words import rules_of, who_of
from portal.web import words

#: A bed is used a thousand times: the page shows the last steps.
MOST_STEPS = 40


@dataclass
class Step:
    """One step: `rule` says what guarded it, `together` which other records moved in the same transaction."""

    id: int
    name: str
    source: str | None
    target: str
    occurred_at: datetime
    actor: str
    actor_roles: str
    rules: list[str] = field(default_factory=list)
    written: list[log_rows.Written] = field(default_factory=list)
    together: list[log_rows.EventKey] = field(default_factory=list)
    entries: list[JournalEntry] = field(default_factory=list)
    moves: list[StockMove] = field(default_factory=list)

    @property
    def totals(self) -> tuple[Decimal, Decimal]:
        """Debit and credit of all its journal entries, rupiah."""
        lines = [line for entry in self.entries for line in entry.lines]
        nothing = Decimal(0)
        return sum((line.debit for line in lines), nothing), sum((line.credit for line in lines), nothing)


def steps_of(table: str, record: int) -> list[Step]:
    """The last steps of a record, oldest first; a fixed number of statements."""
    events = list(db.session.scalars(
        sa.select(DocumentEvent).options(joinedload(DocumentEvent.user))
        .where(DocumentEvent.document_type == table, DocumentEvent.document_id == record)
        .order_by(DocumentEvent.id.desc()).limit(MOST_STEPS)))[::-1]
    workflow, rows = WORKFLOWS[table].workflow, log_rows.read([event.id for event in events])
    quiet = log_rows.is_record(table)
    steps = [_step(event, workflow, rows.get(event.id, log_rows.StepRows()), quiet=quiet) for event in events]
    _place(steps, rows, _entries(table, record), "journal_entry")
    _place(steps, rows, [] if quiet else _moves(table, record), "stock_move")
    return steps


def _step(event: DocumentEvent, workflow: Workflow, rows: log_rows.StepRows, *, quiet: bool) -> Step:
    step = _transition(event, workflow)
    roles = [role for role in event.user.roles if step is None or not step.roles or role in step.roles]
    is_patient = quiet and not event.user.is_staff
    return Step(event.id, event.transition, event.from_state, event.to_state, event.occurred_at,
                "" if is_patient else event.user.name,
                ", ".join(sorted(words.role_word(role) for role in roles or event.user.roles)),
                _rules(event, step), log_rows.summed(rows.entries), rows.together)


def _transition(event: DocumentEvent, workflow: Workflow) -> Transition | None:
    return next((step for step in workflow if step.name == event.transition
                 and event.from_state in {source.value for source in step.sources}), None)


def _rules(event: DocumentEvent, step: Transition | None) -> list[str]:
    """What guarded the step, in words."""
    if step is None:
        return [gettext("It begins here; only who has the right to make one may do it.")
                if event.from_state is None else gettext("The system did it as a consequence of a change.")]
    said = [gettext("May be done by: %(who)s.", who=who_of(step))]
    said += [gettext("Must hold: %(rule)s.", rule=rule) for rule in rules_of(step)]
    if step.numbers:
        said.append(gettext("The number is given last in the transaction, so that none is ever skipped."))
    return said


def _entries(table: str, record: int) -> list[JournalEntry]:
    """The journal entries of a record with lines and accounts; one statement."""
    lines = JournalEntry.lines
    query = (sa.select(JournalEntry).outerjoin(lines)
             .where(JournalEntry.document_type == table, JournalEntry.document_id == record)
             .options(contains_eager(lines).joinedload(lines.entity.class_.account))
             .order_by(JournalEntry.id, lines.entity.class_.id))
    return list(db.session.scalars(query).unique())


def _moves(table: str, record: int) -> list[StockMove]:
    """The stock moves of a record with item, batch and store; one statement."""
    return list(db.session.scalars(
        sa.select(StockMove).options(joinedload(StockMove.item), joinedload(StockMove.batch),
                                     joinedload(StockMove.store))
        .where(StockMove.document_type == table, StockMove.document_id == record).order_by(StockMove.id)))


def _place(steps: list[Step], rows: dict[int, log_rows.StepRows], records: list[Any], table: str) -> None:
    """Give each journal entry or stock move to the step that wrote it by the log, or else to the last step
    that is not later."""
    wrote = {entry.changed_id: step for step in steps
             for entry in rows.get(step.id, log_rows.StepRows()).entries if entry.table == table}
    for record in records:
        step = wrote.get(str(record.id)) or next(
            (step for step in reversed(steps) if step.occurred_at <= record.occurred_at), None)
        if step is not None:
            (step.entries if table == "journal_entry" else step.moves).append(record)


def not_taken(table: str, steps: list[Step]) -> list[Transition]:
    """The steps that the workflow offers from states where the document was, and that it did not take."""
    states = {step.target for step in steps}
    taken = {(step.name, step.source) for step in steps}
    return [step for step in WORKFLOWS[table].workflow
            if any(source.value in states for source in step.sources)
            and not any((step.name, source.value) in taken for source in step.sources)]

