"""Small tools of operations that many people run at once: insert unless there, lock a document."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models.base import db
from models.errors import N_, Conflict


def insert_for_dialect(table: Any) -> Any:
    """An INSERT of this database's dialect, which knows ON CONFLICT."""
    dialect = db.session.connection().dialect.name
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def insert_once(table: Any) -> Any:
    """An INSERT that leaves an existing row alone."""
    return insert_for_dialect(table).on_conflict_do_nothing()


def lock(document: Any) -> None:
    """Keep everybody else from moving `document` until the transaction ends.

    Raises `Conflict` when the document in hand is older than the one in the database.
    """
    table = document.__table__
    db.session.flush()
    version = db.session.scalar(
        sa.select(table.c.version).where(table.c.id == document.id).with_for_update(key_share=True))
    if version != document.version:
        raise Conflict(N_("Somebody else changed this record meanwhile. Look at it again, then repeat your step."))


def lock_rows(model: type[Any], ids: set[int]) -> None:
    """Lock rows of `model` in the order of their keys."""
    if ids:
        db.session.execute(sa.select(model.id).where(model.id.in_(ids)).order_by(model.id).with_for_update(key_share=True))
