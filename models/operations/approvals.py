"""The one door for `state`: every document, bed, patient and task moves through `perform`.

Effects are bound beside the operations that do them::

    @effect(DeliveryRequest, "deliver")
    def _issue_stock(delivery, *, by, reason): ...

An effect runs before the state moves and may refuse; `after` runs once the state has moved.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import object_session

from models import clock
from models.documents import DocumentEvent, DocumentNumber, NumberCounter
from models.errors import N_, Refused, WrongState
from models.people import User
from models.workflow import Transition

#: ``def f(document, *, by: User, reason: str) -> None``, with the document's own class.
Effect = Callable[..., None]


EFFECTS: dict[tuple[type[Any], str], list[Effect]] = {}
AFTER: dict[tuple[type[Any], str], list[Effect]] = {}


def _binder(table: dict[tuple[type[Any], str], list[Effect]]) -> Callable[..., Callable[[Effect], Effect]]:
    def bind(model: type[Any], *names: str) -> Callable[[Effect], Effect]:
        def keep(function: Effect) -> Effect:
            for name in names:
                if name not in model.workflow.names:
                    raise ValueError(f"{model.__tablename__} declares no transition {name}")
                table.setdefault((model, name), []).append(function)
            return function
        return keep
    return bind


#: ``@effect(Model, "transition", …)``: do this before the state moves, in the same transaction.
effect = _binder(EFFECTS)
#: ``@after(Model, "transition", …)``: do this once the state has moved, in the same transaction.
after = _binder(AFTER)


def perform(document: Any, name: str, *, by: User, reason: str = "", given: dict[str, Any] | None = None,
            version: int | None = None) -> Transition:
    """Make the transition `name`; flushes, never commits.

    `given` fills the attributes that the transition asks for. Raises `NotAllowed`, `Conflict`, `WrongState` or
    another `Refused`; nothing may be committed then.
    """
    step = document.workflow.require(document, name, by, reason, version)
    _fill(document, step, given or {})
    return _move(document, step, by=by, reason=reason)


def by_system(document: Any, name: str, *, by: User, reason: str = "") -> Transition:
    """Make a transition as the consequence of another operation (no role of the person is asked for)."""
    step = document.workflow.step(name, document.state)
    if step is None:
        raise WrongState(N_("%(what)s cannot take this step now: it is %(state)s."), what=str(document),
                         state=document.state)
    return _move(document, step, by=by, reason=reason)


def opened(document: Any, *, by: User) -> None:
    """Record that `by` made the document. A type without a draft gets its number here. Call after adding it."""
    session = object_session(document)
    assert session is not None
    session.flush()
    initial = document.workflow.initial
    if hasattr(document, "number") and hasattr(document, "prefix") and initial != "draft":
        document.number = take_number(document)
    _record(document, "create", None, by, "")
    session.flush()


def _fill(document: Any, step: Transition, given: dict[str, Any]) -> None:
    unasked = set(given) - set(step.asks)
    if unasked:
        raise Refused(N_("This step does not take %(names)s."), names=", ".join(sorted(unasked)))
    for name, value in given.items():
        setattr(document, name, value)


def _move(document: Any, step: Transition, *, by: User, reason: str) -> Transition:
    session = object_session(document)
    assert session is not None
    for act in EFFECTS.get((type(document), step.name), ()):
        act(document, by=by, reason=reason)
    session.flush()  # the ledger's locks first, the number's counter last: everybody locks in one order
    if step.numbers and document.number is None:
        document.number = take_number(document)
    source = document.state
    document.state = step.target
    _record(document, step.name, source, by, reason)
    session.flush()
    for act in AFTER.get((type(document), step.name), ()):
        act(document, by=by, reason=reason)
    session.flush()
    return step


def _record(document: Any, name: str, source: str | None, by: User, reason: str) -> None:
    session = object_session(document)
    assert session is not None
    session.add(DocumentEvent(
        document_type=document.__tablename__, document_id=document.id, transition=name, from_state=source,
        to_state=document.state, user_id=by.id, note=reason.strip() or None, occurred_at=clock.now()))


def take_number(document: Any) -> str:
    """The next gapless number of the document's type in the year of its date, e.g. ``SR/2026/000123``.

    Locks the counter's row until the transaction ends, so call it last.
    """
    session = object_session(document)
    assert session is not None
    key = {"prefix": document.prefix, "year": document.document_date.year}
    bump = (sa.update(NumberCounter).filter_by(**key).values(last=NumberCounter.last + 1)
            .returning(NumberCounter.last).execution_options(synchronize_session=False))
    sequence = session.scalar(bump)
    if sequence is None:
        session.execute(_insert_once(session, key))
        sequence = session.scalar(bump)
    number = f"{document.prefix}/{key['year']}/{sequence:06d}"
    session.add(DocumentNumber(
        **key, sequence=sequence, number=number, document_type=document.__tablename__, document_id=document.id,
        verify_code=secrets.token_urlsafe(12)))
    return number


def _insert_once(session: Any, key: dict[str, Any]) -> Any:
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert(NumberCounter).values(**key, last=0).on_conflict_do_nothing()
