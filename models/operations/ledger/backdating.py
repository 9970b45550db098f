"""Dates before later movements: the head of store allows one for a document, with a reason that its history
keeps."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import Document, DocumentEvent
from models.errors import N_, NotAllowed, Refused
from models.finality import papers
from models.operations.core.approvals import ALLOW_DATE, ASK_DATE, remark
from models.operations.core.locking import lock
from models.operations.ledger import periods
from models.operations.people.notices import tell, withdraw
from models.people import User
from models.roles import Role


def can_be_allowed(document: Any, by: User) -> bool:
    """Whether `by` may allow the document's date: it is not posted, dated before today, and not allowed
    yet."""
    if not isinstance(document, Document) or not document.may_be_backdated or not by.has_role(
            Role.STORE_HEAD):
        return False
    return may_be_asked(document)


def allow(document: Any, *, by: User, reason: str) -> None:
    """Let the document be posted on its date though its items moved later. Raises `NotAllowed` or
    `Refused`."""
    if not by.has_role(Role.STORE_HEAD):
        raise NotAllowed(N_("Your role may not do this step."))
    lock(document)
    if not can_be_allowed(document, by):
        raise Refused(N_("The date of this document needs no permission."))
    if not reason.strip():
        raise Refused(N_("Please write the reason; the person who made the document will read it."),
                      field="reason")
    periods.check_open(document.document_date)
    remark(document, ALLOW_DATE, by=by, note=f"{document.document_date.isoformat()}: {reason.strip()}")
    withdraw(_key(document))
    if document.created_by_id != by.id:
        tell("date_allowed", document)


def ask(document: Any, *, by: User, reason: str) -> bool:
    """Put the document's date before the heads of store, with what stands in its way: once for each date.
    False where a head cannot allow it."""
    if not may_be_asked(document) or is_allowed(document, document.document_date):
        return False
    if not is_asked(document):
        remark(document, ASK_DATE, by=by, note=f"{document.document_date.isoformat()}: {reason.strip()}")
    tell("date_asked", document, key=_key(document), reason=reason.strip())
    return True


def may_be_asked(document: Any) -> bool:
    """Whether a head of store could allow the document's date."""
    return (isinstance(document, Document) and document.may_be_backdated
            and document.state not in _final(document) and document.document_date < clock.today())


def is_asked(document: Any) -> bool:
    """Whether the document waits for a head of store to allow its date."""
    if not may_be_asked(document):
        return False
    model = type(document)
    return db.session.scalar(sa.select(model.id).where(model.id == document.id, waits(model))) is not None


def waits(model: Any) -> sa.ColumnElement[bool]:
    """Rows whose date was put before the heads of store and is not allowed yet."""
    dated = sa.cast(getattr(model, model.dated), sa.String(10)) + ":%"

    def said(name: str) -> sa.ColumnElement[bool]:
        return sa.exists().where(
            DocumentEvent.document_type == model.__tablename__, DocumentEvent.document_id == model.id,
            DocumentEvent.transition == name, DocumentEvent.note.like(dated))

    # by state first: unfinished papers are few
    unfinished = [state for state in model.workflow.states if state not in _final(model)]
    return sa.and_(model.state.in_(unfinished), said(ASK_DATE), ~said(ALLOW_DATE))


def _final(document: Any) -> tuple[str, ...]:
    return next(paper.final for paper in papers() if paper.table == document.__tablename__)


def _key(document: Any) -> str:
    return f"date-{document.__tablename__}-{document.id}-{document.document_date.isoformat()}"


def is_allowed(document: Any, on: date) -> bool:
    """Whether a head of store allowed `on` for this document; another date needs a permission of its own."""
    return db.session.scalar(
        sa.select(DocumentEvent.id).where(
            DocumentEvent.document_type == document.__tablename__, DocumentEvent.document_id == document.id,
            DocumentEvent.transition == ALLOW_DATE,
            DocumentEvent.note.startswith(f"{on.isoformat()}:")).limit(1)
    ) is not None
