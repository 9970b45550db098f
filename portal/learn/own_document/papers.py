"""Documents of a learner's own type in a practice hospital: read, written and moved by the house's own rules.

They are rows of a table that no class stands for. What a declared document gets from the engine they get from
the same functions: the workflow asks, the gapless number, the history, the log.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from models import clock
from models.activity import Activity
from models.base import UtcDateTime, db
from models.documents import DocumentEvent, DocumentNumber, Stateful
from models.errors import N_, Conflict
from models.operations.core import activity, approvals
from models.operations.core.bulk import insert_all, insertion
from models.people import User
from models.workflow import Transition, Workflow
from portal.learn.own_document.definition import OwnType, workflow_of
from portal.learn.own_document.growing import table_of

CHANGED_MEANWHILE = N_("Somebody else changed this record meanwhile. Look at it again, then repeat your "
                       "step.")


@dataclass
class Paper:
    """A document as the workflow sees one; `values` by column."""

    own: OwnType
    id: int
    number: str | None
    made_on: date
    created_by_id: int
    created_at: datetime
    state: Any
    version: int
    note: str | None
    values: dict[str, Any] = field(default_factory=dict)
    lines: tuple[Any, ...] = ()

    @property
    def __tablename__(self) -> str:
        return self.own.table

    @property
    def workflow(self) -> Workflow:
        return workflow_of(self.own)

    @property
    def prefix(self) -> str:
        return self.own.prefix

    @property
    def document_date(self) -> date:
        return self.made_on

    @property
    def events(self) -> list[DocumentEvent]:
        """The history, oldest first."""
        return list(db.session.scalars(
            sa.select(DocumentEvent).where(DocumentEvent.document_type == self.own.table,
                                           DocumentEvent.document_id == self.id).order_by(DocumentEvent.id)))

    #: A learner's paper is moved by the own roles alone.
    is_delegable = False
    events_of_round = Stateful.events_of_round
    approver_ids = Stateful.approver_ids

    @property
    def title(self) -> str:
        return self.number or f"({self.own.prefix} #{self.id})"


def may_read(own: OwnType, user: User) -> bool:
    return user.has_role(*own.readers)


def may_make(own: OwnType, user: User) -> bool:
    return user.has_role(*own.authors)


def may_change(paper: Paper, user: User) -> bool:
    """Whether the person may write in it: its author, while it stands where it began."""
    return paper.state == paper.own.initial and paper.created_by_id == user.id and may_make(paper.own, user)


def find(own: OwnType, key: int) -> Paper | None:
    """The document of that number in the table."""
    table = table_of(own)
    row = db.session.execute(sa.select(table).where(table.c.id == key)).mappings().first()
    return _paper(own, row) if row is not None else None


def newest(own: OwnType, state: str = "", limit: int = 200) -> list[Paper]:
    """The newest documents, those of one state where it is given."""
    table = table_of(own)
    rows = sa.select(table).order_by(table.c.id.desc()).limit(limit)
    if state:
        rows = rows.where(table.c.state == state)
    return [_paper(own, row) for row in db.session.execute(rows).mappings()]


def counts(own: OwnType) -> dict[str, int]:
    """How many documents are in each state."""
    table = table_of(own)
    rows = db.session.execute(sa.select(table.c.state, sa.func.count()).group_by(table.c.state))
    return {row[0]: row[1] for row in rows}


def _paper(own: OwnType, row: Any) -> Paper:
    states = workflow_of(own).states
    return Paper(own, row["id"], row["number"], row["made_on"], row["created_by_id"], row["created_at"],
                 states(row["state"]), row["version"], row["note"],
                 {each.column: row[each.column] for each in own.fields})


def make(own: OwnType, values: dict[str, Any], *, by: User) -> Paper:
    """A new document in the first state. Flushes; the caller commits."""
    table, now = table_of(own), clock.now()
    key = db.session.execute(sa.insert(table).values(
        **values, made_on=clock.today(), created_by_id=by.id, created_at=now, state=own.initial, version=1,
    )).inserted_primary_key[0]  # type: ignore[index]
    paper = find(own, key)
    assert paper is not None
    insert_all(DocumentEvent, [_event(paper, "create", None, by, "")])
    activity.record(Activity.INSERTED, table_name=own.table, changed_id=key, properties={"new": values})
    return paper


def change(paper: Paper, values: dict[str, Any], version: int | None) -> None:
    """Write new values. Raises `Conflict` when somebody was faster."""
    _update(paper, version, **values)
    old = {name: paper.values.get(name) for name in values}
    if old != values:
        activity.record(Activity.UPDATED, table_name=paper.own.table, changed_id=paper.id,
                        properties={"old": old, "new": values})


def take(paper: Paper, name: str, *, by: User, reason: str = "", version: int | None = None) -> Transition:
    """Make the step `name`. Raises `NotAllowed`, `Conflict`, `WrongState` or another `Refused`, as
    `approvals.perform` does; nothing may be committed then."""
    step = paper.workflow.require(paper, name, by, reason, version)
    source = paper.state
    number = approvals.next_number(paper) if step.numbers and paper.number is None else None
    _update(paper, paper.version, state=step.target.value,
            number=number["number"] if number is not None else paper.number)
    event = _event(replace(paper, state=step.target), name, source, by, reason)
    insert_all(DocumentEvent, [event],
               *([(insertion(DocumentNumber, tuple(number)), [number])] if number is not None else []))
    activity.record(Activity.UPDATED, table_name=paper.own.table, changed_id=paper.id, properties={
        "old": {"state": source.value}, "new": {"state": step.target.value}})
    return step


def _update(paper: Paper, version: int | None, **values: Any) -> None:
    table = table_of(paper.own)
    changed = db.session.execute(
        sa.update(table).where(table.c.id == paper.id,
                               table.c.version == (paper.version if version is None else version))
        .values(version=table.c.version + 1, **values))
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(CHANGED_MEANWHILE)


def _event(paper: Paper, name: str, source: Any, by: User, reason: str) -> dict[str, Any]:
    return {"document_type": paper.own.table, "document_id": paper.id, "transition": name,
            "from_state": source.value if source is not None else None, "to_state": paper.state.value,
            "user_id": by.id, "note": reason.strip() or None, "occurred_at": clock.now()}


def waiting(own: OwnType, user: User) -> sa.Select[Any] | None:
    """The documents whose next step is this person's, in the shape of the inbox's parts; None for none."""
    table, turns = table_of(own), []
    for state in own.states:
        steps = [step for step in workflow_of(own)
                 if state in step.sources and not step.is_refusal and user.has_role(*step.roles)]
        if not steps:
            continue
        here = table.c.state == state
        if state == own.initial or all("own_document" in _codes(step) for step in steps):
            here &= table.c.created_by_id == user.id
        elif all("not_own" in _codes(step) for step in steps):
            here &= table.c.created_by_id != user.id
        turns.append(here)
    if not turns:
        return None
    since = sa.select(sa.func.max(DocumentEvent.occurred_at)).where(
        DocumentEvent.document_type == own.table, DocumentEvent.document_id == table.c.id).scalar_subquery()
    who = sa.select(User.name).where(User.id == table.c.created_by_id).scalar_subquery()
    more = (sa.literal(0).label("urgency"), sa.cast(sa.null(), UtcDateTime()).label("at"),
            sa.literal("").label("level"), sa.literal("").label("whose"))
    return sa.select(
        sa.literal(own.name).label("table"), table.c.id.label("id"),
        sa.func.coalesce(table.c.number, "").label("title"), table.c.state.label("state"),
        sa.literal("").label("party"), sa.func.coalesce(who, "").label("who"),
        since.label("since"), *more).where(sa.or_(*turns))


def _codes(step: Transition) -> set[str]:
    return {condition.code for condition in step.conditions}
