"""The log of before the seals: its chain goes on being proven, and there and back no row loses anything."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import flask_migrate
import sqlalchemy as sa
from flask import Flask

from models.activity import ActivityLog, LogSeal
from models.base import db
from models.operations.core import sealing
from models.operations.core.log_proofs import verify_log
from tests.support import factories
from tests.support.tampering import tamper


def sixth() -> str:
    from tests.core.test_migrations import VERSIONS
    text = next(VERSIONS.glob("0006_*.py")).read_text(encoding="utf-8")
    return text.split("revision = '")[1].split("'")[0]


def chained(connection: sa.Connection, row_id: int, previous: str) -> str:
    """A row as the version before wrote it; its hash."""
    values: dict[str, Any] = {
        "id": row_id, "user_id": None, "access": "command", "table_name": "room", "changed_id": str(row_id),
        "activity": "inserted", "properties": {"new": {"name": "A"}}, "address": None,
        "occurred_at": "2026-03-02T01:02:03.456789+00:00", "previous_hash": previous}
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    made = hashlib.sha256(text.encode()).hexdigest()
    at = values["occurred_at"]
    connection.execute(sa.text(
        "INSERT INTO activity_log (id, access, table_name, changed_id, activity, properties, occurred_at, "
        "previous_hash, hash) "
        "VALUES (:id, 'command', 'room', :changed, 'inserted', :properties, :at, :before, :hash)"),
        {"id": row_id, "changed": str(row_id), "properties": '{"new": {"name": "A"}}', "before": previous,
         "hash": made,
         "at": at if connection.dialect.name == "postgresql" else at[:26].replace("T", " ")})
    return made


def test_chained_rows_are_proven_sealed_and_found_when_they_are_changed(empty: Flask) -> None:
    flask_migrate.upgrade(revision=sixth())
    with db.engine.begin() as connection:
        previous = "0" * 64
        for row_id in (1, 2, 3):
            previous = chained(connection, row_id, previous)
    flask_migrate.upgrade()
    assert verify_log() is None  # the chain as it came
    factories.make_specialization()
    db.session.commit()
    assert sealing.seal_all() == 4
    assert verify_log() is None
    tamper(db.session, "UPDATE activity_log SET previous_hash = hash WHERE id = 2")
    assert verify_log().row_id == 2
    db.session.rollback()
    tamper(db.session, "DELETE FROM activity_log WHERE id = 2")
    assert verify_log().row_id == 2
    db.session.rollback()
    db.session.remove()


def test_a_chain_that_was_broken_before_the_update_stays_found(empty: Flask) -> None:
    flask_migrate.upgrade(revision=sixth())
    with db.engine.begin() as connection:
        first = chained(connection, 1, "0" * 64)
        chained(connection, 2, first)
        chained(connection, 3, "1" * 64)
    flask_migrate.upgrade()
    sealing.seal_all()
    assert str(verify_log()) == "activity_log row 3: does not follow the row before it"
    db.session.remove()


def test_there_and_back_and_there_again_every_row_is_what_it_was(newest: Flask) -> None:
    for _ in range(3):
        factories.make_specialization()
        db.session.commit()
    sealing.seal_all()
    everything = sa.select(*(column for column in ActivityLog.__table__.columns
                             if column.name != "previous_hash")).order_by(ActivityLog.id)
    before = db.session.execute(everything).all()
    db.session.remove()
    flask_migrate.downgrade(revision=sixth())
    flask_migrate.upgrade()
    assert db.session.execute(everything).all() == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LogSeal)) == 0  # sealed anew
    factories.make_specialization()
    db.session.commit()
    assert sealing.seal_all() == 4
    assert verify_log() is None
    db.session.remove()
