"""The template of the boxes: a demo hospital, cut down so that a copy takes a moment.

From the embedded demo it is made by `VACUUM INTO` in about a second; elsewhere a demo hospital is loaded into
a SQLite file first, which takes minutes. What a box has no use for stays out: the log so far, sessions and
tokens, and the villages where no patient lives.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from flask import current_app

from models.base import db
from models.errors import N_, Refused
from portal.learn.boxes import settings, store
from portal.web.config import PROVIDERS, ROOT

#: Tables without rows in a box, and those of learners: who learns is known to the house alone.
EMPTIED = ("activity_log", "log_seal", "user_session", "api_token", "api_answer", "account_ticket", "job_run",
           "secret_try", "authenticator", "recovery_code", "passkey", "push_subscription",
           "note_draft")
LEARNERS = "models.learn"
#: Of the regions a box keeps these levels, and below them what belongs to a regency where somebody lives.
UNUSED_REGIONS = """
WITH RECURSIVE
 above(code) AS (SELECT region_code FROM patient WHERE region_code IS NOT NULL
                 UNION SELECT region.parent_code FROM region JOIN above USING (code)
                 WHERE region.parent_code IS NOT NULL),
 kept(code) AS (SELECT region.code FROM region JOIN above USING (code) WHERE region.level = 'regency'
                UNION SELECT region.code FROM region JOIN kept ON region.parent_code = kept.code)
DELETE FROM region WHERE level NOT IN ('province', 'regency')
 AND code NOT IN (SELECT code FROM kept) AND code NOT IN (SELECT code FROM above)
"""
#: Variables of the house that the boxes' process never sees.
WITHHELD = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "READ_DATABASE_URL", "LISTEN_DATABASE_URL",
            "REDIS_URL", "MAIL_URL", "WHATSAPP_URL", "SMS_URL", "PUBLIC_URL", "TRUSTED_HOSTS",
            "METRICS_TOKEN", "PUSH_KEY", "SECOND_FACTOR", "STEP_UP", settings.PORT, *PROVIDERS)


def environment() -> dict[str, str]:
    """What a process that has to do with boxes is started with: the demo's ways, secrets of its own, and no
    word of the house's database, mail or other systems."""
    kept = {name: value for name, value in os.environ.items() if name not in WITHHELD}
    return kept | settings.secrets_of_boxes() | {
        "RAWAT_ENV": "demo", "RAWAT_INSTANCE": str(settings.folder()), "PYTHONUNBUFFERED": "1"}


def is_current() -> bool:
    """Whether there is a template of today's schema."""
    return _version(store.template()) == _newest()


def is_at_hand() -> bool:
    """Whether this database is an embedded demo, from which a template takes about a second."""
    return bool(current_app.config["RAWAT_ENV"] == "demo" and db.engine.dialect.name == "sqlite"
                and db.engine.url.database)


def build() -> Path:
    """Make the template anew; boxes of another schema are thrown away. Returns its file.

    Raises `Refused` when a demo hospital could not be loaded.
    """
    folder, target = settings.folder(), store.template()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_suffix(".building")
    store_away(part)
    version = _version(target)
    if is_at_hand():
        with closing(sqlite3.connect(str(db.engine.url.database), timeout=30)) as source:
            source.execute("VACUUM INTO ?", (str(part),))
    else:
        _load(part)
    reduce(part)
    if version not in (None, _version(part)):
        for box in store.every_box():
            store.throw_away(box)
    part.chmod(0o600)
    part.replace(target)
    return target


def store_away(path: Path) -> None:
    """Take away what an interrupted building left."""
    for ending in store.BESIDE:
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _load(target: Path) -> None:
    """A demo hospital in a new SQLite file, made by the commands that anybody would type."""
    given = environment() | {"DATABASE_URL": f"sqlite:///{target}"}
    for words in (["db", "upgrade"], ["demo"]):
        ran = subprocess.run([sys.executable, "-m", "flask", "--app", "app", *words],  # noqa: S603 (our own)
                             cwd=ROOT, env=given, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise Refused(N_("The template was not made: %(why)s"), why=ran.stderr.strip()[-300:])


def reduce(file: Path) -> None:
    """Leave out of a demo hospital's file what a box has no use for, and fold it together."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN")
        for table in _emptied():
            _empty(connection, table)
        connection.execute(UNUSED_REGIONS)
        connection.execute("COMMIT")
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _emptied() -> list[str]:
    learners = [mapper.class_.__tablename__ for mapper in db.Model.registry.mappers
                if mapper.class_.__module__.startswith(LEARNERS)]
    return [name for name in (*EMPTIED, *learners) if name in db.metadata.tables]


def _empty(connection: sqlite3.Connection, table: str) -> None:
    """Delete all rows; the triggers that keep them are back before anybody else sees the file."""
    kept = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?",
                              (table,)).fetchall()
    for name, _sql in kept:
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute(f'DELETE FROM "{table}"')
    connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    for _name, sql in kept:
        connection.execute(sql)


def _version(file: Path) -> str | None:
    try:
        address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            row: Any = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return str(row[0]) if row else None
    except sqlite3.Error:
        return None


def _newest() -> str | None:
    from alembic.script import ScriptDirectory
    return ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
