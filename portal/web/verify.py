"""What the QR code of a printed document opens: is this paper real, and how does it stand."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template
from sqlalchemy.orm import joinedload

from models.base import db
from models.documents import WORKFLOWS, DocumentNumber
from models.prescriptions import Letter
from models.rights import model_of
from portal.web.more_types import more_types

bp = Blueprint("verify", __name__)


@bp.get("/verify/<code>")
def verify(code: str) -> Any:
    """Type, number, date and state; never who, what or why."""
    given = db.session.scalar(sa.select(DocumentNumber).where(DocumentNumber.verify_code == code[:64]))
    if given is None:
        return _letter(code)
    stand = _stand(given)
    if stand is None:
        abort(404)
    return render_template("site/verify.html", given=given, on=stand[0], state=stand[1])


def _stand(given: DocumentNumber) -> tuple[date, Any] | None:
    """Day and state of the document that has the number."""
    if given.document_type not in WORKFLOWS:
        more = more_types()
        return more.stand(given.document_type, given.document_id) if more is not None else None
    document = db.session.get(model_of(given.document_type), given.document_id)
    return None if document is None else (document.document_date, document.state)


def _letter(code: str) -> Any:
    """A letter of a doctor has no number of its own: its consultation's says which it is; never whom it is
    about."""
    letter = db.session.scalar(sa.select(Letter).where(Letter.verify_code == code[:40])
                               .options(joinedload(Letter.consultation)))
    if letter is None:
        abort(404)
    given = {"number": letter.consultation.number, "document_type": "letter"}
    return render_template("site/verify.html", given=given, on=letter.issued_on, state="issued")
