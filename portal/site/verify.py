"""What the QR code of a printed document opens: is this paper real, and how does it stand."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template

from models.base import db
from models.documents import DocumentNumber
from models.rights import model_of

bp = Blueprint("verify", __name__)


@bp.get("/verify/<code>")
def verify(code: str) -> Any:
    """Type, number, date and state; never who, what or why."""
    given = db.session.scalar(sa.select(DocumentNumber).where(DocumentNumber.verify_code == code[:64]))
    if given is None:
        abort(404)
    document = db.session.get(model_of(given.document_type), given.document_id)
    if document is None:
        abort(404)
    return render_template("site/verify.html", given=given, on=document.document_date, state=document.state)
