"""What `flask verify` proves of the database's own rules."""

from __future__ import annotations

from typing import Any

from models import triggers
from models.operations.core.checks import check
from models.settings import wrong_settings


@check("database: every rule that keeps ledgers, posted documents and booked times is there and on")
def rules(session: Any) -> Any:
    return next(iter(triggers.missing(session.connection())), None)


@check("settings: each has a known key and a value that can be used")
def settings(session: Any) -> Any:
    return next(((row.key, row.value) for row in wrong_settings(session)), None)
