"""While the database is away: who asks is told so in their language, without asking it, and nothing else
breaks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from flask import current_app, g, request
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
    TimeoutError,
)

from models.base import db, lost_lock
from portal.web import replica
from portal.web.signin import manager

#: Seconds after which to come again.
COME_AGAIN = 5
#: A standby that took over reads only for a moment.
READ_ONLY = "25006"
#: SQLAlchemy's word for what follows when a connection is lost inside a transaction.
LOST_INSIDE = "8s2b"


def is_away(error: BaseException) -> bool:
    """Whether the database could not be asked or did not answer; a lost lock is another matter."""
    if isinstance(error, PendingRollbackError):
        return error.code == LOST_INSIDE
    if isinstance(error, TimeoutError):  # no connection became free in time
        return True
    if not isinstance(error, DBAPIError) or lost_lock(error):
        return False
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return True
    if isinstance(error, InternalError):
        return getattr(error.orig, "sqlstate", None) == READ_ONLY
    # the file is none, or broken
    return type(error) is DatabaseError and type(error.orig).__module__ == "sqlite3"


def first_line(error: BaseException) -> str:
    """What the database's driver said, at most 200 characters."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0][:200]


def note(error: BaseException) -> None:
    """One line a request for the operator, and nobody is signed in for the rest of it."""
    if not g.get("database_away"):
        current_app.logger.warning("database away: %s %s: %s: %s", request.method, request.endpoint or "-",
                                   type(error).__name__, first_line(error))
    g.database_away = True
    g._login_user = manager.anonymous_user()  # where Flask-Login keeps who was loaded
    let_go()


def let_go() -> None:
    """End the transactions of this request, whatever state their connections are in."""
    quietly(db.session.rollback, lambda: db.session().invalidate())
    replica.give_up()


def quietly(*ways: Callable[[], Any]) -> None:
    """The first of `ways` that the database does not refuse."""
    for way in ways:
        with contextlib.suppress(SQLAlchemyError):
            way()
            return
