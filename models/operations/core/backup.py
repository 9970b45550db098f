"""The whole database as one file, taken while the hospital works, and put back after a look at it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models.errors import N_, Refused


def save(engine: sa.Engine, target: Path) -> int:
    """Write a consistent copy of the database to `target`; returns its bytes.

    SQLite gives a SQLite file, PostgreSQL a custom-format dump. Never replaces a file. Raises `Refused`.
    """
    if target.exists():
        raise Refused(N_("%(file)s is there already; name another file."), file=target)
    part = target.with_name(target.name + ".part")
    try:
        # Readable by its owner only: it holds the records of patients.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        if engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(_file(engine))) as source, closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
        else:
            _postgresql(engine, "pg_dump", "--format=custom", "--no-owner", f"--file={part}")
        part.replace(target)
    except OSError as error:
        raise Refused(N_("The backup could not be written: %(why)s."), why=error.strerror) from error
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def put_back(engine: sa.Engine, source: Path, revisions: set[str]) -> None:
    """Replace the database by the backup `source`, once it proves whole and of a schema in `revisions`.

    Raises `Refused`, having changed nothing, when it does not.
    """
    if not source.is_file():
        raise Refused(N_("There is no file %(file)s."), file=source)
    if engine.dialect.name == "sqlite":
        _look_at(source, revisions)
        live = Path(_file(engine))
        engine.dispose()
        live.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(live, timeout=30)) as target:
            copy.backup(target)
        return
    listed = _postgresql(engine, "pg_restore", "--list", str(source), connect=False)
    if " alembic_version " not in listed or " activity_log " not in listed:
        raise Refused(N_("%(file)s is no backup of Rawat."), file=source)
    engine.dispose()
    _postgresql(engine, "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
                "--exit-on-error", f"--dbname={engine.url.database}", str(source))


def _look_at(source: Path, revisions: set[str]) -> None:
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            linked = sound and not copy.execute("PRAGMA foreign_key_check").fetchone()
            stands_at = {row[0] for row in copy.execute("SELECT version_num FROM alembic_version")}
    except sqlite3.DatabaseError as error:
        raise Refused(N_("%(file)s is no backup of Rawat."), file=source) from error
    if not linked:
        raise Refused(N_("%(file)s is damaged; nothing was restored."), file=source)
    if not stands_at or not stands_at <= revisions:
        raise Refused(N_("%(file)s was made by another version of Rawat; nothing was restored."), file=source)


def _file(engine: sa.Engine) -> str:
    name = engine.url.database
    if not name or name == ":memory:":
        raise Refused(N_("This database is in memory only."))
    return name


def _postgresql(engine: sa.Engine, tool: str, *arguments: str, connect: bool = True) -> str:
    """Run PostgreSQL's own tool; the password goes by the environment, where no list of processes shows
    it."""
    program = shutil.which(tool)
    if program is None:
        raise Refused(N_("%(tool)s is not installed; it comes with PostgreSQL's client programs."), tool=tool)
    url, environment = engine.url, dict(os.environ)
    where: dict[str, Any] = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username,
                             "PGPASSWORD": url.password, "PGDATABASE": url.database} if connect else {}
    environment.update({name: str(value) for name, value in where.items() if value})
    done = subprocess.run([program, *arguments], env=environment, capture_output=True,  # noqa: S603
                          text=True, check=False)
    if done.returncode:
        raise Refused(N_("%(tool)s failed: %(why)s"), tool=tool,
                      why=(done.stderr.strip() or "?").splitlines()[-1])
    return done.stdout
