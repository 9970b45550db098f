"""The migrations make exactly the schema that the models declare, and unmake it, on a filled database too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from models import clock
from models.api import ApiToken
from models.base import db
from models.clinic import Patient
from models.documents import Comment
from models.people import UserSession
from models.roles import Role
from tests.support import factories
from tests.support.applications import make_app

FIRST = "0001_038fb5cfc9a6"
VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"

POSTGRESQL = {
    "column": """SELECT table_name, column_name, data_type, character_maximum_length,
                 numeric_precision, numeric_scale,
                        is_nullable, column_default, generation_expression FROM information_schema.columns
                 WHERE table_schema = 'public'""",
    "constraint": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
                     WHERE connamespace = 'public'::regnamespace""",
    "index": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": """SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
                  WHERE NOT tgisinternal""",
    "function": """SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                   AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')""",
}


def catalogue() -> set[tuple[Any, ...]]:
    """Everything that the database knows about the schema, Alembic's own table left out."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            found = {(kind, *row) for kind, query in POSTGRESQL.items()
                     for row in connection.exec_driver_sql(query)}
        else:
            # SQLAlchemy writes one column or constraint a line; their order does not matter.
            found = {(kind, table, name, line.strip().rstrip(",")) for kind, name, table, sql in
                     # SQLite keeps its own table of the last ids for good.
                     connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master "
                                                "WHERE name <> 'sqlite_sequence'")
                     for line in (sql or "").splitlines()}
    return {row for row in found if "alembic_version" not in row}


def fill() -> None:
    """One journey's worth of rows, the append-only tables among them."""
    item, store = factories.make_item(), factories.make_store()
    factories.stock_up(store, item, 10, 1000)
    factories.make_consultation()
    factories.make_bed()
    asset = factories.make_asset()
    factories.make_maintenance(asset=asset)
    db.session.add(Comment(
        document_type="asset", document_id=asset.id, user_id=factories.make_user(Role.ADMIN).id, body="New"))
    db.session.commit()
    db.session.remove()


def test_upgrade_makes_what_the_models_declare(empty: Flask, database_server: Any) -> None:
    flask_migrate.upgrade()
    migrated = catalogue()
    other = database_server.new()
    with make_app(other).app_context():
        db.create_all()
        declared = catalogue()
        db.engine.dispose()
    database_server.drop(other)
    assert migrated - declared == set()
    assert declared - migrated == set()
    assert {row[1] for row in migrated if row[0] == "trigger"} >= {"stock_move", "journal_line",
                                                                   "activity_log"}


def test_check_finds_no_difference(empty: Flask) -> None:
    flask_migrate.upgrade()
    flask_migrate.check()


def test_up_down_up_on_a_filled_database(newest: Flask) -> None:
    first = catalogue()
    fill()
    flask_migrate.downgrade(revision="base")
    assert catalogue() == set()
    flask_migrate.upgrade()
    assert catalogue() == first
    assert db.session.scalar(sa.text("SELECT count(*) FROM stock_move")) == 0


def test_rows_of_the_first_revision_come_along(newest: Flask) -> None:
    """Two consultations of one patient that overlap off the five minutes: the earlier ends when the later
    begins."""
    starts = datetime(2026, 11, 19, 3, 3, tzinfo=UTC)
    first = factories.make_consultation(starts_at=starts, slot_minutes=10, state="approved")
    ten = timedelta(minutes=10)
    later = factories.make_consultation(patient=first.patient, starts_at=starts + ten, slot_minutes=10)
    alone = factories.make_consultation(starts_at=starts, slot_minutes=15)
    keys = [first.id, later.id, alone.id]
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=FIRST)
    with db.engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM slot_tick")) == 2 + 2 + 3
        seven = "datetime(starts_at, '-3 minutes')" if connection.dialect.name == "sqlite" \
            else "starts_at - interval '3 minutes'"
        connection.execute(sa.text(f"UPDATE consultation SET starts_at = {seven} WHERE id = :id"),
                           {"id": keys[1]})
    flask_migrate.upgrade()
    lengths = dict(db.session.execute(sa.text("SELECT id, slot_minutes FROM consultation")).all())
    assert [lengths[key] for key in keys] == [7, 10, 15]
    db.session.remove()


def test_what_was_merged_or_closed_before_is_brought_to_the_new_rules(newest: Flask) -> None:
    """Allergies of a record that went join the one that stayed; a closed account has no open session and no
    token."""
    kept, bare, same = (factories.make_patient(allergies=text) for text in ("Latex", None, "Udang, latex"))
    for into, text in ((kept, "Amoksisilin, udang"), (bare, "Debu"), (same, "latex")):
        factories.make_patient(allergies=text, state="closed", merged_into_id=into.id)
    closed, there = factories.make_user(Role.ADMIN), factories.make_user(Role.ADMIN)
    for person in (closed, there):
        factories.saved(UserSession(token_hash=factories.unique("s"), user_id=person.id))
        factories.saved(ApiToken(token_hash=factories.unique("t"), user_id=person.id, name="phone",
                                 expires_at=clock.now() + timedelta(days=9)))
    patients, people = [kept.id, bare.id, same.id], [closed.id, there.id]
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=FIRST)
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE \"user\" SET status = 'inactive' WHERE id = :id"),
                           {"id": people[0]})
    flask_migrate.upgrade()
    said = dict(db.session.execute(sa.select(Patient.id, Patient.allergies)).all())
    assert [said[key] for key in patients] == ["Latex, Amoksisilin, udang", "Debu", "Udang, latex"]
    for model, ended in ((UserSession, UserSession.ended_at), (ApiToken, ApiToken.revoked_at)):
        assert list(db.session.scalars(sa.select(model.user_id).where(ended.is_(None)))) == people[1:]
    db.session.remove()


def test_a_failed_upgrade_leaves_nothing_half_done(empty: Flask) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE work_unit (id integer)")
    before = catalogue()
    with pytest.raises(sa.exc.DatabaseError):
        flask_migrate.upgrade()
    assert catalogue() == before


@pytest.mark.parametrize("script", sorted(VERSIONS.glob("*.py")), ids=lambda script: script.stem)
def test_a_migration_stands_without_the_code(script: Path) -> None:
    """What it imports from the application would change under it."""
    lines = script.read_text(encoding="utf-8").splitlines()
    imports = [line for line in lines if line.startswith(("from ", "import "))]
    assert imports == ["from pathlib import Path", "import sqlalchemy as sa", "from alembic import op"]
