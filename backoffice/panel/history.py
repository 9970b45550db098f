"""What the page of one document tells beside its facts: steps, timeline, comments, files, chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import RelationshipDirection

from models import clock
from models.base import db
from models.delegations import Delegation
from models.documents import Attachment, Comment, Document, DocumentEvent
from models.people import User
from models.workflow import Transition, Workflow
from portal.web.signatures import for_whom

#: Steps that lead back or aside; the way forward does not show them.
ASIDE = frozenset({"reopen", "recall", "reinstate", "readmit", "reschedule", "redo", "open_again", "take_out",
                   "put_back", "report_lost", "return", "maintain", "hold_for_sale", "unconfirm", "give_back",
                   "clean_again", "waive", "revoke"})


@dataclass
class TimelineEntry:
    """One thing that happened: an event, a comment or a file."""

    kind: str
    id: int
    what: str
    state: str
    text: str
    who: str
    at: datetime
    size: int = 0


def timeline(record: Any) -> list[TimelineEntry]:
    """Events, comments and files of a record, oldest first, in one statement."""
    nothing, none, person = sa.literal(""), sa.literal(0), sa.orm.aliased(User)

    def part(kind: str, model: Any, what: Any, state: Any, text: Any, at: Any, size: Any,
             giver: Any = nothing) -> sa.Select[Any]:
        return (sa.select(sa.literal(kind).label("kind"), model.id.label("id"), what.label("what"),
                          state.label("state"), text.label("text"), User.name.label("who"), at.label("at"),
                          size.label("size"), giver.label("giver"))
                .join(User, User.id == model.user_id)
                .where(model.document_type == record.__tablename__, model.document_id == record.id))

    giver = (sa.select(person.name).join(Delegation, Delegation.giver_id == person.id)
             .where(Delegation.id == DocumentEvent.delegation_id).correlate(DocumentEvent).scalar_subquery())
    union = sa.union_all(
        part("event", DocumentEvent, sa.cast(DocumentEvent.transition, sa.Text), DocumentEvent.to_state,
             sa.func.coalesce(DocumentEvent.note, ""), DocumentEvent.occurred_at, none,
             sa.func.coalesce(giver, "")),
        part("comment", Comment, nothing, nothing, Comment.body, Comment.written_at, none),
        part("file", Attachment, Attachment.media_type, nothing, Attachment.file_name, Attachment.uploaded_at,
             Attachment.size)).subquery()
    rows = db.session.execute(sa.select(union).order_by(union.c.at, union.c.id))
    return [TimelineEntry(row.kind, row.id, row.what, row.state, row.text, for_whom(row.who, row.giver),
                          clock.aware(row.at), row.size)
            for row in rows]


@dataclass
class Step:
    """One dot of the way: `mark` is past, now, bad or empty."""

    transition: Transition
    mark: str = ""
    by: TimelineEntry | None = None


def way(workflow: Workflow, record: Any) -> list[Transition]:
    """The way forward from the first state, as the workflow declares it: at each state its first forward
    step. What was written on the record when it was made may rule a step out."""
    state, result, seen = workflow.initial, [], {workflow.initial}
    while True:
        onward = [step for step in workflow if state in step.sources and not step.is_refusal
                  and step.name not in ASIDE and step.target not in seen
                  and all(condition.test(record, None) for condition in step.conditions if condition.is_kept)]
        if not onward:
            return result
        step = next((step for step in onward if step.name != "close"), onward[0])
        result.append(step)
        seen.add(step.target)
        state = step.target


def steps(record: Any, events: Iterable[TimelineEntry]) -> list[Step]:
    """The document's way: what is past, by whom, what is next, where it stopped."""
    since, last = _since_the_start(record, events)
    shown = _marked(record, since)
    reached = max((place for place, step in enumerate(shown) if step.mark), default=-1)
    # skipped: was not needed
    shown = [step for place, step in enumerate(shown) if step.mark or place > reached]
    is_on_its_way = any(step.mark == "now" for step in shown)
    if last is None or is_on_its_way or last.what not in since \
            or any(step.transition.name == last.what for step in shown):
        return shown
    ended = next((step for step in record.workflow if step.name == last.what), None)
    if ended is not None:
        stop = next((place for place, step in enumerate(shown) if not step.mark), len(shown))
        shown[stop:] = [Step(ended, "bad" if ended.is_refusal else "past", last)]
    return shown


def _since_the_start(record: Any, events: Iterable[TimelineEntry]) -> tuple[dict[str, TimelineEntry],
                                                                            TimelineEntry | None]:
    """The steps that hold, by name: taken since the record was last in its first state, and not undone. And
    the last step of all."""
    since: dict[str, TimelineEntry] = {}
    last: TimelineEntry | None = None
    for event in (event for event in events if event.kind == "event"):
        if event.state == record.workflow.initial:
            since.clear()
        elif event.what != "create":
            for name in _undone_by(record.workflow, event.what):
                since.pop(name, None)
            since[event.what] = event
        last = event
    return since, last


def _undone_by(workflow: Workflow, name: str) -> set[str]:
    """The steps that led to where the step `name`, one that leads back or aside, may begin."""
    if name not in ASIDE:
        return set()
    begins = {state for step in workflow if step.name == name for state in step.sources}
    return {step.name for step in workflow if step.target in begins}


def _marked(record: Any, since: dict[str, TimelineEntry]) -> list[Step]:
    """The way forward: past steps, the one that is next, and those that follow."""
    shown, is_found = [], False
    for transition in way(record.workflow, record):
        if transition.name in since:
            shown.append(Step(transition, "past", since[transition.name]))
        elif not is_found and record.state in transition.sources:
            is_found = True
            shown.append(Step(transition, "now"))
        else:
            shown.append(Step(transition))
    return shown


def waits_for(record: Any) -> tuple[Any, ...]:
    """The roles whose step forward the record waits for; nobody's at the end of the way. What was written on
    the record when it was made may rule a step out."""
    roles = [role for step in record.workflow if record.state in step.sources and not step.is_refusal
             and step.name not in ASIDE and step.name != "close"
             and all(condition.test(record, None) for condition in step.conditions if condition.is_kept)
             for role in step.roles]
    return tuple(dict.fromkeys(roles))


def relatives(model: Any) -> tuple[list[str], list[str]]:
    """Names of the relationships to the documents that this one answers, and to those that answer it."""
    before, afterwards = [], []
    for relation in sa.inspect(model).relationships:
        if issubclass(relation.mapper.class_, Document) and relation.mapper.class_ is not model:
            is_parent = relation.direction is RelationshipDirection.MANYTOONE
            (before if is_parent else afterwards).append(relation.key)
    return before, afterwards
