"""What the QR code of a printed document opens: is this paper real, and how does it stand. Without a code:
the page that checks proofs of the log."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template
from sqlalchemy.orm import joinedload

from models.base import db
from models.documents import WORKFLOWS, DocumentNumber
from models.prescriptions import Letter
from models.rights import model_of
from portal.web import log_proof_page
from portal.web.more_types import more_types

bp = Blueprint("verify", __name__)


@bp.get("/verify")
def proofs() -> Any:
    """Asks for a proof of the activity log."""
    return log_proof_page.page()


@bp.post("/verify")
def proof() -> Any:
    return log_proof_page.check()


@bp.get("/verify/<code>")
def verify(code: str) -> Any:
    """Type, number, date and state; never who, what or why."""
    given = db.session.scalar(sa.select(DocumentNumber).where(DocumentNumber.verify_code == code[:64]))
    if given is None or given.document_type == Letter.__tablename__:
        return _letter(code, given)
    stand = _stand(given)
    if stand is None:
        return _unknown()
    return render_template("site/verify.html", given=given, on=stand[0], state=stand[1])


def _unknown() -> Any:
    """In words, for this is the case of a forged paper."""
    return render_template("site/verify_unknown.html"), 404


def _stand(given: DocumentNumber) -> tuple[date, Any] | None:
    """Day and state of the document that has the number."""
    if given.document_type not in WORKFLOWS:
        more = more_types()
        return more.stand(given.document_type, given.document_id) if more is not None else None
    document = db.session.get(model_of(given.document_type), given.document_id)
    return None if document is None else (document.document_date, document.state)


def _letter(code: str, given: DocumentNumber | None) -> Any:
    """Of a letter also its kind and, of a sick letter, its days, so that a changed copy is found out; never
    whom it is about."""
    which = Letter.verify_code == code[:40] if given is None else Letter.id == given.document_id
    letter = db.session.scalar(sa.select(Letter).where(which).options(joinedload(Letter.consultation)))
    if letter is None:
        return _unknown()
    after = db.session.scalar(sa.select(Letter.number).where(Letter.replaces_id == letter.id))
    return render_template("site/verify.html", given={"number": letter.own_number, "document_type": "letter"},
                           on=letter.issued_on, state=letter.state, letter=letter, after=after)
