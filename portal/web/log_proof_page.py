"""`/verify`: somebody checks the proof that a row stands in the activity log."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from flask import render_template, request
from flask_babel import gettext
from werkzeug.exceptions import TooManyRequests

from models import clock
from models.activity import Activity
from models.base import db
from models.errors import Refused
from models.operations.core import log_proofs
from portal.web.locale import refusal_text
from portal.web.throttle import Throttle

#: Characters of a proof; a real one has about 2,000, more where a seal has many ranges.
MOST = 200_000
#: Proofs that one network address has checked.
tries = Throttle("proof", limit=60, window=timedelta(minutes=10))


def page(text: str = "", *, error: str = "", proven: Any = None, status: int = 200) -> Any:
    return render_template("site/verify_proof.html", text=text, error=error, proven=proven,
                           read_at=_read_at(proven)), status


def _read_at(proven: Any) -> datetime | None:
    """When the reading happened that the proof shows; None where it shows none."""
    if proven is None or proven.entry.get("activity") != Activity.READ:
        return None
    return clock.aware(str(proven.entry["occurred_at"]))


def check() -> Any:
    """The proof of a file or of the field, and a sentence about it."""
    wait = tries.take(str(request.remote_addr))
    if wait:
        raise TooManyRequests(retry_after=wait)
    file = request.files.get("file")
    text = file.read(MOST + 1).decode("utf-8", "replace") if file is not None and file.filename else \
        request.form.get("proof", "")
    if not text.strip():
        return page(error=gettext("Choose the file of a proof, or paste its text."), status=422)
    try:
        proven = log_proofs.check_proof(db.session(), _parsed(text))
    except Refused as refusal:
        return page(text[:MOST], error=refusal_text(refusal), status=422)
    return page(text[:MOST], proven=proven)


def _parsed(text: str) -> Any:
    """The JSON, None for what is none or too long."""
    try:
        return json.loads(text) if len(text) <= MOST else None
    except (ValueError, RecursionError):
        return None
