"""Answers that are kept for idempotency keys, and how long."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from models import clock
from models.api import ApiAnswer
from models.base import db
from models.operations.core.jobs import each_day, job

#: From its first use on a key names its request so long; afterwards it is as new.
LIFE = timedelta(days=7)


def _delete(*criteria: sa.ColumnElement[bool]) -> int:
    old = sa.delete(ApiAnswer).where(ApiAnswer.created_at < clock.now() - LIFE, *criteria)
    return int(db.session.execute(  # type: ignore[attr-defined]
        old.execution_options(synchronize_session=False)).rowcount)


def forget(user_id: int, key: str) -> None:
    """Forget what was answered for this key of the account, if its time is over."""
    _delete(ApiAnswer.user_id == user_id, ApiAnswer.key == key)


@job("old_api_answers", due=each_day())
def forget_old() -> str:
    """Forget the answers of every key whose time is over."""
    number = _delete()
    return f"{number} forgotten" if number else ""
