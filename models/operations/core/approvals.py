"""The one door for `state`: every document, bed, patient and task moves through `perform`.

Effects are bound beside the operations that do them::

    @effect(DeliveryRequest, "deliver")
    def _issue_stock(delivery, *, by, reason): ...

An effect runs before the state moves and may refuse; `after` runs once the state has moved.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import object_session

from models import clock
from models.base import db
from models.documents import DocumentEvent, DocumentNumber, NumberCounter
from models.errors import N_, NotAllowed, Refused, WrongState
from models.operations.core.bulk import insert_all, insertion
from models.operations.core.locking import insert_once
from models.people import User
from models.rights import RIGHTS
from models.stand_ins import Giver
from models.workflow import Transition

#: ``def f(document, *, by: User, reason: str) -> None``, with the document's own class.
Effect = Callable[..., None]


EFFECTS: dict[tuple[type[Any], str], list[Effect]] = {}
AFTER_STEP: dict[tuple[type[Any], str], list[Effect]] = {}
#: Done after every step of every document, and after one is made (its name is "create", its source None
#: then):
#: ``def f(document, name, source, *, by, reason)``.
ON_EVERY_STEP: list[Callable[..., None]] = []


#: Asked before a person takes a step or makes a document (its name is "create"): may refuse what no workflow
#: knows: ``def f(document, name, roles, *, by)`` with the roles that may.
BEFORE_EVERY_STEP: list[Callable[..., None]] = []


def _binder(table: dict[tuple[type[Any], str], list[Effect]]) -> Callable[..., Callable[[Effect], Effect]]:
    def bind(model: type[Any], *names: str) -> Callable[[Effect], Effect]:
        def keep(function: Effect) -> Effect:
            for name in names:
                if name not in model.workflow.names and name != "create":
                    raise ValueError(f"{model.__tablename__} declares no transition {name}")
                table.setdefault((model, name), []).append(function)
            return function
        return keep
    return bind


#: ``@effect(Model, "transition", …)``: do this before the state moves, in the same transaction.
effect = _binder(EFFECTS)
#: ``@after(Model, "transition", …)``: once the state has moved, in the same transaction; "create" is the
#: making.
after = _binder(AFTER_STEP)


def perform(document: Any, name: str, *, by: User, reason: str = "", given: dict[str, Any] | None = None,
            given_lines: dict[int, dict[str, Any]] | None = None, version: int | None = None) -> Transition:
    """Make the transition `name`; flushes, never commits.

    `given` fills the attributes that the transition asks for, `given_lines` (by line id) those of the lines.
    Raises `NotAllowed`, `Conflict`, `WrongState` or another `Refused`; nothing may be committed then.
    """
    step = document.workflow.require(document, name, by, reason, version)
    person = _taken_as(document, step, by)
    _fill(document, step, given or {})
    _fill_lines(document, step, given_lines or {})
    return _move(document, step, by=by, reason=reason, giver=person if isinstance(person, Giver) else None)


def _taken_as(document: Any, step: Transition, by: User) -> Any:
    """As whom the person takes the step: oneself where that is open, else the giver of a running delegation.
    Raises what stands in the way of the first."""
    refusal: Refused | None = None
    for person in step.open_as(document, by):
        try:
            for ask in BEFORE_EVERY_STEP:
                ask(document, step.name, step.roles, by=person)
        except Refused as found:
            refusal = refusal or found
        else:
            return person
    raise refusal or NotAllowed(N_("Your role may not do this step."))


def by_system(document: Any, name: str, *, by: User, reason: str = "") -> Transition:
    """Make a transition as the consequence of another operation (no role of the person is asked for)."""
    step = document.workflow.step(name, document.state)
    if step is None:
        raise WrongState(N_("%(what)s cannot take this step now: it is %(state)s."), what=str(document),
                         state=document.state)
    return _move(document, step, by=by, reason=reason)


#: The event of a document whose amounts were changed after it was approved. No row of a workflow: the system
#: does it.
AMEND = "amend"


#: The events of a document whose date needs the head of store: somebody asks, the head allows or refuses. The
#: state stays.
ASK_DATE, ALLOW_DATE, REFUSE_DATE = "ask_date", "allow_date", "refuse_date"
DATE_EVENTS = (ASK_DATE, ALLOW_DATE, REFUSE_DATE)


def remark(document: Any, name: str, *, by: User, note: str) -> None:
    """Record something that a person decided about the document without moving it."""
    _write(document, _event(document, name, document.state, by, note))
    session = object_session(document)
    assert session is not None
    session.flush()


def withdraw_approvals(document: Any, *, by: User, note: str) -> None:
    """Take an approved document back to draft because what was approved changes; recorded as `amend`.

    Its workflow stays as it is: from draft it goes the whole way again. Raises `WrongState`.
    """
    source = document.state
    if source not in document.workflow.amendable:
        raise WrongState(N_("%(what)s cannot take this step now: it is %(state)s."), what=str(document),
                         state=source)
    _put(document, document.workflow.initial, AMEND, by, note)
    session = object_session(document)
    assert session is not None
    session.flush()
    for act in ON_EVERY_STEP:
        act(document, AMEND, source, by=by, reason=note)


def put_back(document: Any, state: Any, name: str, *, by: User, note: str) -> None:
    """Put a record into the state that it had before an operation that is taken back; recorded as `name`.
    Flushes."""
    _put(document, state, name, by, note)
    session = object_session(document)
    assert session is not None
    session.flush()


def made_together(entries: Sequence[tuple[Any, Sequence[str]]], *, by: User) -> None:
    """Add many new records of one type, each with the steps that it has taken already, in a few statements:
    what a list brings. Effects are the caller's, and nobody is told of each. Flushes."""
    made = []
    for document, names in entries:
        events = [_moved(document, document.workflow.initial, "create", by, "")]
        for name in names:
            step = document.workflow.require(document, name, by, "", None)
            events.append(_moved(document, step.target, name, by, ""))
        made.append((document, events))
        db.session.add(document)
    db.session.flush()
    # the keys are known now
    insert_all(DocumentEvent, [event | {"document_id": document.id} for document, events in made
                               for event in events])


def taken_back_together(documents: Sequence[Any], state: Any, name: str, *, by: User, note: str) -> None:
    """Put many records into `state`, recorded as `name`: a list that is taken back. Flushes."""
    if documents:
        insert_all(DocumentEvent, [_moved(document, state, name, by, note) for document in documents])
    db.session.flush()


def opened(document: Any, *, by: User) -> None:
    """Record that `by` made the document. A type without a draft gets its number here. Call after adding
    it."""
    session = object_session(document)
    assert session is not None
    session.flush()
    rights = RIGHTS.get(document.__tablename__)
    if rights is not None:
        for ask in BEFORE_EVERY_STEP:
            ask(document, "create", tuple(rights.create), by=by)
    initial = document.workflow.initial
    numbered = hasattr(document, "number") and hasattr(document, "prefix") and initial != "draft"
    _write(document, _event(document, "create", None, by, ""), next_number(document) if numbered else None)
    session.flush()
    for act in AFTER_STEP.get((type(document), "create"), ()):
        act(document, by=by, reason="")
    for act in ON_EVERY_STEP:
        act(document, "create", None, by=by, reason="")


def _fill(document: Any, step: Transition, given: dict[str, Any]) -> None:
    unasked = set(given) - set(step.asks)
    if unasked:
        raise Refused(N_("This step does not take %(names)s."), names=", ".join(sorted(unasked)))
    for name, value in given.items():
        setattr(document, name, value)


def _fill_lines(document: Any, step: Transition, given: dict[int, dict[str, Any]]) -> None:
    lines = {line.id: line for line in document.lines} if given else {}
    for key, values in given.items():
        unasked = set(values) - set(step.line_asks)
        if unasked or key not in lines:
            raise Refused(N_("This step does not take %(names)s."),
                          names=", ".join(sorted(unasked)) or str(key))
        for name, value in values.items():
            setattr(lines[key], name, value)


def _move(document: Any, step: Transition, *, by: User, reason: str, giver: Giver | None = None
          ) -> Transition:
    session = object_session(document)
    assert session is not None
    for act in EFFECTS.get((type(document), step.name), ()):
        act(document, by=by, reason=reason)
    session.flush()  # the ledger's locks first, the number's counter last: everybody locks in one order
    number = next_number(document) if step.numbers and document.number is None else None
    source = document.state
    _put(document, step.target, step.name, by, reason, number, giver)
    session.flush()
    for act in AFTER_STEP.get((type(document), step.name), ()):
        act(document, by=by, reason=reason)
    for entry in ON_EVERY_STEP:
        entry(document, step.name, source, by=by, reason=reason)
    session.flush()
    return step


def _put(document: Any, state: Any, name: str, by: User, reason: str,
         number: dict[str, Any] | None = None, giver: Giver | None = None) -> None:
    _write(document, _moved(document, state, name, by, reason, giver), number)


def _moved(document: Any, state: Any, name: str, by: User, note: str, giver: Giver | None = None
           ) -> dict[str, Any]:
    """The one place where a state changes; returns the event that says so."""
    source = document.state
    document.state = state
    return _event(document, name, source, by, note, giver)


def _event(document: Any, name: str, source: str | None, by: User, note: str, giver: Giver | None = None
           ) -> dict[str, Any]:
    """What happened to a document that now is in its state, by whom and in whose name."""
    return {"document_type": document.__tablename__, "document_id": document.id, "transition": name,
            "from_state": source, "to_state": document.state, "user_id": by.id, "note": note.strip() or None,
            "occurred_at": clock.now(), "delegation_id": giver.delegation_id if giver is not None else None}


def _write(document: Any, event: dict[str, Any], number: dict[str, Any] | None = None) -> None:
    """Write what happened, and the number that the document got with it."""
    document.__dict__.pop("known_events", None)
    if number is None:
        insert_all(DocumentEvent, [event])
    else:
        document.number = number["number"]
        insert_all(DocumentEvent, [event], (insertion(DocumentNumber, tuple(number)), [number]))


_counter = NumberCounter.__table__
_NEXT = (sa.update(_counter).values(last=_counter.c.last + 1)
         .where(_counter.c.prefix == sa.bindparam("type"), _counter.c.year == sa.bindparam("in_year"))
         .returning(_counter.c.last))


def next_number(document: Any) -> dict[str, Any]:
    """The next gapless number of the document's type in the year of its date, e.g. ``SR/2026/000123``, as a
    row.

    Locks the counter's row until the transaction ends, so call it last.
    """
    connection = db.session.connection()
    key = {"type": document.prefix, "in_year": document.document_date.year}
    sequence = connection.scalar(_NEXT, key)
    if sequence is None:
        connection.execute(insert_once(_counter).values(prefix=key["type"], year=key["in_year"], last=0))
        sequence = connection.scalar(_NEXT, key)
    return {"prefix": key["type"], "year": key["in_year"], "sequence": sequence,
            "number": f"{key['type']}/{key['in_year']}/{sequence:06d}",
            "document_type": document.__tablename__, "document_id": document.id,
            "verify_code": secrets.token_urlsafe(12)}
