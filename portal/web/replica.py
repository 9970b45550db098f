"""Where reports, the home page's numbers and exports read: the replica of `READ_DATABASE_URL`, else the
database.

A replica may be a moment behind; what is read here is never written back.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import database_roles
from models.base import db

_KEY, _AWAY_UNTIL = "rawat_reading", "rawat_reading_away_until"
#: Seconds after which a replica that was away is asked again.
TRY_AGAIN = 30


def configure(app: Flask) -> None:
    """Open the replica that the configuration names, and give its connections back after each request."""
    if url := app.config.get("READ_DATABASE_URL"):
        open_replica(app, url)

    @app.teardown_appcontext
    def _give_back(_error: BaseException | None) -> None:
        give_up()


def open_replica(app: Flask, url: str) -> None:
    """Read from the database of `url` from here on; whatever is written there is refused."""
    app.extensions.pop(_AWAY_UNTIL, None)
    engine = sa.create_engine(url, **app.config.get("SQLALCHEMY_ENGINE_OPTIONS", {}))
    if engine.dialect.name == "sqlite":
        @event.listens_for(engine, "connect")
        def _only_read(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA query_only=ON")
    else:
        database_roles.wall(engine)
        engine = engine.execution_options(postgresql_readonly=True)
    app.extensions[_KEY] = scoped_session(sessionmaker(engine, autoflush=False, expire_on_commit=False),
                                          scopefunc=db.session.registry.scopefunc)  # type: ignore[attr-defined]


def close_replica(app: Flask) -> None:
    """Give the replica up, and its connections with it."""
    sessions = app.extensions.pop(_KEY)
    engine = sessions.get_bind()
    sessions.remove()
    engine.dispose()


def dispose(app: Flask) -> None:
    """Close the replica's connections; the next reading opens others."""
    sessions = app.extensions.get(_KEY)
    if sessions is not None:
        sessions.get_bind().dispose()


def give_up() -> None:
    """Give this request's connection to the replica back, also one that is lost."""
    sessions = current_app.extensions.get(_KEY)
    if sessions is not None:
        with contextlib.suppress(SQLAlchemyError):
            sessions.rollback()
            sessions.remove()
            return
        sessions().invalidate()
        sessions.remove()


def session() -> Session:
    """The session to read with: the replica's; while it is away, the database's own."""
    replica = current_app.extensions.get(_KEY)
    if replica is None or time.monotonic() < current_app.extensions.get(_AWAY_UNTIL, 0.0):
        return db.session()
    try:
        replica().connection()
    except DBAPIError as error:
        give_up()
        current_app.extensions[_AWAY_UNTIL] = time.monotonic() + TRY_AGAIN
        current_app.logger.warning("replica away, reading from the database: %s", type(error).__name__)
        return db.session()
    return replica()
