"""Databases for tests: one migrated template, cheap copies of it.

SQLite by default (files under pytest's own temporary folder); PostgreSQL when `TEST_DATABASE_URL` names a
server whose user may create databases. The SQLite template is kept between runs, by a digest of what makes
it; nothing else outside of what a run made is ever touched.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
import time
import uuid
from contextlib import closing, suppress
from pathlib import Path

import alembic
import psycopg
import sqlalchemy as sa

#: Held while a template is migrated: roles and extensions belong to the whole PostgreSQL server.
LOCK = 7_281_900
#: The roles that tests give an application on PostgreSQL. They belong to the whole server, and stay.
SERVES, FOR_PATIENTS = "rawat_test_app", "rawat_test_patient"
ROOT = Path(__file__).parents[2]
#: Seconds after which a kept template of another schema is taken away.
KEPT = 7 * 86_400


class SQLite:
    """Databases are files in `folder`."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def new(self) -> str:
        return f"sqlite:///{self.folder / f'{uuid.uuid4().hex[:12]}.sqlite3'}"

    def seal(self, url: str) -> None:
        """Fold the write-ahead log into the file, so that the file alone is the database."""
        with closing(sqlite3.connect(self._path(url))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy(self, url: str) -> str:
        target = self.new()
        shutil.copyfile(self._path(url), self._path(target))
        return target

    def drop(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):  # Windows keeps open files
                self._path(url, suffix).unlink(missing_ok=True)

    @staticmethod
    def _path(url: str, suffix: str = "") -> Path:
        return Path(str(sa.make_url(url).database) + suffix)


class PostgreSQL:
    """Databases are named `rawat_test_…` on the server of `url`."""

    name = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)

    def new(self) -> str:
        name = f"rawat_test_{uuid.uuid4().hex[:12]}"
        self._run(f'CREATE DATABASE "{name}"')
        return self._named(name)

    def seal(self, url: str) -> None:
        """Nothing to do: a template only has to have nobody connected."""

    def copy(self, url: str) -> str:
        name = f"rawat_test_{uuid.uuid4().hex[:12]}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{sa.make_url(url).database}"')
        return self._named(name)

    def walled(self, url: str) -> str:
        """The URL of a copy as the application's role of production reaches it, with all walls up."""
        from models import database_roles

        copy = self.copy(url)
        with self.locked() as lock:
            for name, kind in ((SERVES, "LOGIN PASSWORD 'only-for-tests'"), (FOR_PATIENTS, "NOLOGIN")):
                if not lock.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
                    lock.execute(f"CREATE ROLE {name} {kind}".encode())
            lock.execute(f"GRANT {FOR_PATIENTS} TO {SERVES}".encode())
        engine = sa.create_engine(copy, poolclass=sa.NullPool)
        with engine.begin() as connection:
            database_roles.build(connection, SERVES, FOR_PATIENTS)
        return self.served(copy)

    @staticmethod
    def served(url: str) -> str:
        """The same database, as the application's role reaches it."""
        return sa.make_url(url).set(username=SERVES, password="only-for-tests").render_as_string(
            hide_password=False)

    def drop(self, url: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{sa.make_url(url).database}" WITH (FORCE)')

    def locked(self) -> psycopg.Connection:
        """A connection that holds the server-wide lock until it is closed."""
        connection = psycopg.connect(self._admin, autocommit=True)
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        return connection

    @property
    def _admin(self) -> str:
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def _named(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(statement.encode())


def server(folder: Path) -> SQLite | PostgreSQL:
    """Where this run keeps its databases."""
    url = os.environ.get("TEST_DATABASE_URL")
    return PostgreSQL(url) if url else SQLite(folder)


def migrated(place: SQLite | PostgreSQL) -> str:
    """The URL of a new database at the newest schema, with nobody connected."""
    kept = _kept() if isinstance(place, SQLite) else None
    if kept is not None and kept.exists():
        return place.copy(f"sqlite:///{kept}")
    url = _migrated(place)
    if kept is not None:
        _keep(SQLite._path(url), kept)
    return url


def _migrated(place: SQLite | PostgreSQL) -> str:
    import flask_migrate

    from models.base import db
    from tests.support.applications import make_app

    lock = place.locked() if isinstance(place, PostgreSQL) else None
    try:
        url = place.new()
        app = make_app(url)
        with app.app_context():
            flask_migrate.upgrade()
            db.engine.dispose()
        place.seal(url)
    finally:
        if lock is not None:
            lock.close()
    return url


# ---------------------------------------------------------------- the template that is kept

def _kept() -> Path | None:
    """Where the template of today's migrations is kept; None where this person has no folder of their own."""
    folder = Path(tempfile.gettempdir()) / f"rawat-templates-{getattr(os, 'getuid', lambda: 'own')()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and (folder.is_symlink() or folder.stat().st_uid != os.getuid()
                                  or folder.stat().st_mode & 0o077):
        return None
    return folder / f"{_digest()}.sqlite3"


def _digest() -> str:
    """Of all that the template is made from: every file of `migrations`, how a connection is prepared, the
    libraries."""
    made_from = sorted(path for path in (ROOT / "migrations").rglob("*")
                       if path.is_file() and "__pycache__" not in path.parts)
    digest = hashlib.sha256(repr((sqlite3.sqlite_version, sa.__version__, alembic.__version__)).encode())
    for path in (*made_from, ROOT / "models" / "base.py", ROOT / "requirements.txt"):
        text = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(text)} ".encode() + text)
    return digest.hexdigest()[:32]


def _keep(made: Path, kept: Path) -> None:
    """Lay a copy down whole: another run sees all of it or none."""
    with suppress(OSError):
        part = kept.with_suffix(f".{uuid.uuid4().hex[:12]}")
        shutil.copyfile(made, part)
        part.replace(kept)
        for other in kept.parent.iterdir():
            if other != kept and other.stat().st_mtime < time.time() - KEPT:
                other.unlink()
