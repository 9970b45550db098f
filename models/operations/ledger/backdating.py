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
from models.operations.core.approvals import ALLOW_DATE, remark
from models.operations.core.locking import lock
from models.operations.ledger import periods
from models.people import User
from models.roles import Role


def can_be_allowed(document: Any, by: User) -> bool:
    """Whether `by` may allow the document's date: it is not posted, dated before today, and not allowed
    yet."""
    if not isinstance(document, Document) or not document.may_be_backdated or not by.has_role(
            Role.STORE_HEAD):
        return False
    final = next(paper.final for paper in papers() if paper.table == document.__tablename__)
    return document.state not in final and document.document_date < clock.today()


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


def is_allowed(document: Any, on: date) -> bool:
    """Whether a head of store allowed `on` for this document; another date needs a permission of its own."""
    return db.session.scalar(
        sa.select(DocumentEvent.id).where(
            DocumentEvent.document_type == document.__tablename__, DocumentEvent.document_id == document.id,
            DocumentEvent.transition == ALLOW_DATE,
            DocumentEvent.note.startswith(f"{on.isoformat()}:")).limit(1)
    ) is not None
