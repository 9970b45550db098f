"""Changing a document that is approved and not sent: amounts that change void the approvals, other changes
keep them.

A workflow names the states in which this is open (`amendable`), the model says what was approved (`amounts`).
The document goes back to draft by the event `amend`, which tells the old and the new amounts, and takes its
way anew; so nobody's approval ever stands on amounts that they did not see, and the table of the workflow
stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import object_session

from models.documents import WORKFLOWS, DocumentEvent
from models.errors import N_, Refused
from models.operations.core.approvals import AMEND, effect, withdraw_approvals
from models.operations.core.locking import lock
from models.people import User

#: Characters of a history's note.
LONGEST = 2000


def is_amendable(document: Any) -> bool:
    """Whether the document is approved, and may still be changed."""
    workflow = getattr(document, "workflow", None)
    return workflow is not None and document.state in workflow.amendable


def amend(document: Any, change: Callable[[], None], *, by: User) -> bool:
    """Do `change` to an approved document; true when it changed amounts, and the document is a draft again.

    `change` may run twice: once to see what it does, once to do it. Raises `Conflict`, `WrongState` or
    `Refused`.
    """
    session = object_session(document)
    assert session is not None
    lock(document)
    before = document.amounts
    with session.begin_nested() as trial:
        with session.no_autoflush:
            change()
            after = document.amounts
        trial.rollback()
    if Counter(before) != Counter(after):
        withdraw_approvals(document, by=by, note=difference_text(before, after))
    change()
    session.flush()
    return document.state == document.workflow.initial


def difference_text(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> str:
    """The amounts that differ: ``Kasa steril: 10 box × Rp900 → 12 box × Rp900``."""
    gone, came = Counter(before) - Counter(after), Counter(after) - Counter(before)
    parts = []
    for name in dict.fromkeys(name for name, _text in [*before, *after]):
        old = ", ".join(text for (entry, text), times in gone.items() if entry == name for _ in range(times))
        new = ", ".join(text for (entry, text), times in came.items() if entry == name for _ in range(times))
        if old or new:
            parts.append(f"{name}: {old or '–'} → {new or '–'}")
    text = "; ".join(parts)
    return text if len(text) <= LONGEST else text[:LONGEST - 1] + "…"


def _not_by_who_amended(document: Any, *, by: User, reason: str) -> None:
    """Who changed the amounts is their author, and does not approve them."""
    session = object_session(document)
    assert session is not None
    if session.scalar(sa.select(DocumentEvent.id).where(
            DocumentEvent.document_type == document.__tablename__, DocumentEvent.document_id == document.id,
            DocumentEvent.transition == AMEND, DocumentEvent.user_id == by.id).limit(1)) is not None:
        raise Refused(N_("You changed the amounts of this document yourself; somebody else must approve "
                         "them."))


for _model in WORKFLOWS.values():
    if _model.workflow.amendable:
        effect(_model,
               *(name for name in _model.workflow.names if name.startswith("approve")))(_not_by_who_amended)
