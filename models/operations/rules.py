"""What `flask verify` proves of the database's own rules."""

from __future__ import annotations

from typing import Any

from models import triggers
from models.operations.checks import check


@check("database: every trigger that keeps ledgers and posted documents is there and on")
def rules(session: Any) -> Any:
    return next(iter(triggers.missing(session.connection())), None)
