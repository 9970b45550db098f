"""Dates before later movements: who may not date so asks, and the head of store allows or refuses.

What is asked stays on the paper: the typed day on the paper itself, the reason as an event of its history.
It waits in the inbox of the head of store until that person decides, or the paper gets another date.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import Document, DocumentEvent
from models.errors import N_, NotAllowed, Refused
from models.finality import papers
from models.operations.core.approvals import ALLOW_DATE, ASK_DATE, DATE_EVENTS, REFUSE_DATE, remark
from models.operations.core.locking import lock
from models.operations.ledger import days
from models.operations.people.notices import Declared, declare, holders, tell, the_author
from models.people import User
from models.roles import Role

NO_REASON = N_("Please write the reason; the person who made the document will read it.")
ADDRESS = "/admin/{table}/details/?id={id}"


def final_states(model: type[Any]) -> Iterable[str]:
    """The states of the type in which nothing can be dated any more."""
    return next(paper.final for paper in papers() if paper.table == model.__tablename__)


# ---------------------------------------------------------------- asking

def ask(document: Any, *, by: User, reason: str = "") -> None:
    """Keep on the paper that its date needs the head of store, who is told. Asking twice for the same day is
    once. Raises `Refused` when the date needs no permission."""
    lock(document)
    days.check_day(document, document.document_date, field=document.dated)
    if not is_open(document):
        raise Refused(N_("The date of this document needs no permission."))
    if is_asked(document) or is_allowed(document, document.document_date):
        return
    why = reason.strip() or (document.note or "").strip()
    remark(document, ASK_DATE, by=by, note=f"{document.document_date.isoformat()}: {why}".strip())
    tell("date_asked", document, person=by.name, reason=why or "–")


def is_open(document: Any) -> bool:
    """Whether the paper's date can still wait for a permission: not posted, and dated before today."""
    return (isinstance(document, Document) and document.may_be_backdated
            and document.state not in final_states(type(document))
            and document.document_date < clock.today())


def _last(document: Any) -> DocumentEvent | None:
    return db.session.scalars(
        sa.select(DocumentEvent).where(DocumentEvent.document_type == document.__tablename__,
                                       DocumentEvent.document_id == document.id,
                                       DocumentEvent.transition.in_(DATE_EVENTS))
        .order_by(DocumentEvent.id.desc()).limit(1)).first()


def is_asked(document: Any) -> bool:
    """Whether the date that the paper has now waits for the head of store."""
    last = _last(document)
    return (last is not None and last.transition == ASK_DATE and is_open(document)
            and (last.note or "").startswith(f"{document.document_date.isoformat()}:"))


def waiting(model: type[Any]) -> sa.ColumnElement[bool]:
    """Rows of a type whose date waits for the head of store, as `is_asked` says it of one."""
    event, dated = sa.orm.aliased(DocumentEvent), getattr(model, model.dated)
    last = (sa.select(sa.func.max(DocumentEvent.id))
            .where(DocumentEvent.document_type == model.__tablename__, DocumentEvent.document_id == model.id,
                   DocumentEvent.transition.in_(DATE_EVENTS)).correlate(model).scalar_subquery())
    return sa.and_(
        sa.cast(model.state, sa.String(32)).not_in(final_states(model)), dated < clock.today(),
        sa.exists().where(event.id == last, event.transition == ASK_DATE,
                          sa.func.substr(event.note, 1, 10) == sa.cast(dated, sa.String(10))))


# ---------------------------------------------------------------- deciding

def can_be_allowed(document: Any, by: User) -> bool:
    """Whether `by` may allow the document's date: it is not posted, dated before today, and not allowed
    yet."""
    return by.has_role(Role.STORE_HEAD) and is_open(document)


def _to_decide(document: Any, by: User, reason: str) -> str:
    """The event's words. Raises `NotAllowed` or `Refused`."""
    if not by.has_role(Role.STORE_HEAD):
        raise NotAllowed(N_("Your role may not do this step."))
    lock(document)
    if not can_be_allowed(document, by):
        raise Refused(N_("The date of this document needs no permission."))
    if not reason.strip():
        raise Refused(NO_REASON, field="reason")
    return f"{document.document_date.isoformat()}: {reason.strip()}"


def allow(document: Any, *, by: User, reason: str) -> None:
    """Let the document be posted on its date though its items moved later; its author is told. Raises
    `NotAllowed` or `Refused`."""
    words = _to_decide(document, by, reason)
    days.check_day(document, document.document_date, field=document.dated)
    remark(document, ALLOW_DATE, by=by, note=words)
    tell("date_allowed", document, reason=reason.strip())


def refuse(document: Any, *, by: User, reason: str) -> None:
    """Say no to the date that was asked for: the paper stays as it is, its author is told and types another.
    Raises `NotAllowed` or `Refused`."""
    words = _to_decide(document, by, reason)
    if not is_asked(document):
        raise Refused(N_("Nobody asks for the date of this document any more."))
    remark(document, REFUSE_DATE, by=by, note=words)
    tell("date_refused", document, reason=reason.strip())


def is_allowed(document: Any, on: date) -> bool:
    """Whether a head of store allowed `on` for this document and nobody took that back; another date needs a
    permission of its own."""
    last = db.session.scalars(
        sa.select(DocumentEvent.transition).where(
            DocumentEvent.document_type == document.__tablename__, DocumentEvent.document_id == document.id,
            DocumentEvent.transition.in_((ALLOW_DATE, REFUSE_DATE)),
            DocumentEvent.note.startswith(f"{on.isoformat()}:"))
        .order_by(DocumentEvent.id.desc()).limit(1)).first()
    return last == ALLOW_DATE


# ---------------------------------------------------------------- who is told

def _dated(document: Any) -> dict[str, Any]:
    return {"table": document.__tablename__, "day": document.document_date}


declare(Declared(
    "date_asked", holders(Role.STORE_HEAD), N_("%(table)s: the date %(day)s waits for your permission"),
    (N_("%(person)s asks, because the items moved later. The reason: %(reason)s"),), _dated, ADDRESS,
    channels=(), icon="calendar-event"))
declare(Declared(
    "date_allowed", the_author, N_("%(table)s: the date %(day)s is allowed"),
    (N_("Open it and post it. The reason: %(reason)s"),), _dated, ADDRESS, channels=(), icon="circle-check"))
declare(Declared(
    "date_refused", the_author, N_("%(table)s: the date %(day)s is not allowed"),
    (N_("Open it and choose another date. The reason: %(reason)s"),), _dated, ADDRESS, channels=(),
    icon="circle-x"))
