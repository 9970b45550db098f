"""A fresh copy of the template in which one experiment happens: who tries what, what they are told, what is
in the tables before and after. The copy is thrown away after it; nobody else's hospital is within reach."""

from __future__ import annotations

import contextlib
import inspect
import re
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import force_locale, gettext
from sqlalchemy.exc import DBAPIError

from models import actor
from models.base import ask_as_before, ask_hospital, db, one_transaction
from models.errors import N_, Refused, told_of
from models.people import User
from portal.learn.boxes import settings, store
from portal.web.config import ROOT
from portal.web.locale import refusal_text

#: Rows of the log that are shown of an experiment.
MOST_ROWS = 12


class Scene:
    """The copy, and what happened in it so far.

    `seen` holds one dict for each try: ``who``, ``ok``, ``text`` (in the language of the reader) and
    ``error`` (the class of the refusal). `notices` are sentences about the outcome.
    """

    def __init__(self, app: Flask, language: str) -> None:
        source = store.require_template()
        self.app, self.language = app, language
        self.name = f"lab-{secrets.token_hex(8)}"
        self.file = settings.folder() / f"{self.name}.sqlite3"
        shutil.copyfile(source, self.file)
        self.seen: list[dict[str, Any]] = []
        self.notices: list[str] = []

    def remove(self) -> None:
        for ending in store.BESIDE:
            Path(f"{self.file}{ending}").unlink(missing_ok=True)

    @contextlib.contextmanager
    def inside(self, who: User | None = None) -> Iterator[Any]:
        """Ask the copy, as a request of its own would: yields its session."""
        token = ask_hospital(self.name)
        try:
            with self.app.app_context(), force_locale(self.language):
                actor.set_actor(who.id if who is not None else None, actor.Door.PORTAL)
                yield db.session
                db.session.remove()
        finally:
            ask_as_before(token)

    def tries(self, who: User, act: Callable[[], Any], said: str = "") -> bool:
        """`who` tries `act` in a transaction; what they are told is noted. `said` is what a success says."""
        with self.inside(who):
            try:
                with one_transaction():
                    act()
            except Refused as refusal:
                return self._told(who, False, refusal_text(refusal), type(refusal).__name__)
            except DBAPIError as error:
                refusal_of = told_of(error)
                text = (refusal_text(refusal_of) if refusal_of is not None else
                        gettext("The database refuses: %(words)s", words=str(error.orig)))
                return self._told(who, False, text, type(error).__name__)
            return self._told(who, True, said or gettext("Done. Nobody objects."), "")

    def _told(self, who: User, ok: bool, text: str, error: str) -> bool:
        self.seen.append({"who": who.name, "ok": ok, "text": text, "error": error})
        return ok

    def at_once(self, tries: Iterable[Callable[[], Any]]) -> None:
        """All of these in threads of their own that begin together."""
        every = list(tries)
        start = threading.Barrier(len(every))

        def run(one: Callable[[], Any]) -> None:
            start.wait(10)
            one()

        threads = [threading.Thread(target=run, args=(one,)) for one in every]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

    # ------------------------------------------------------------ looking at the copy

    def counts(self, tables: Iterable[str]) -> dict[str, int]:
        """Rows by table."""
        with closing(sqlite3.connect(self.file)) as connection:
            return {table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
                    for table in tables}

    def logged(self, after: int) -> list[dict[str, Any]]:
        """The rows of the activity log beyond `after`."""
        with closing(sqlite3.connect(self.file)) as connection:
            rows = connection.execute(
                "SELECT id, activity, table_name, changed_id FROM activity_log WHERE id > ? ORDER BY id "
                "LIMIT ?", (after, MOST_ROWS))
            return [dict(zip(("id", "activity", "table", "row"), row, strict=True)) for row in rows]

    def last_logged(self) -> int:
        with closing(sqlite3.connect(self.file)) as connection:
            return int(connection.execute("SELECT coalesce(max(id), 0) FROM activity_log").fetchone()[0])

    # ------------------------------------------------------------ switching a rule off

    def drop_triggers(self, *names: str) -> None:
        with closing(sqlite3.connect(self.file)) as connection:
            for name in names:
                connection.execute(f'DROP TRIGGER "{name}"')
            connection.commit()

    def drop_constraint(self, table: str, name: str) -> None:
        """Build the table anew without this CHECK or UNIQUE, as SQLite wants it. Its rows stay."""
        with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute("PRAGMA legacy_alter_table=ON")
            sql = schema_of(connection, table)
            beside = connection.execute(
                "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL "
                "AND type IN ('index', 'trigger')", (table,)).fetchall()
            connection.execute("BEGIN")
            connection.execute(sql.replace(f"CREATE TABLE {table}", "CREATE TABLE lab_copy", 1).replace(
                f", \n\t{constraint_of(sql, name)}", ""))
            connection.execute(f'INSERT INTO lab_copy SELECT * FROM "{table}"')
            connection.execute(f'DROP TABLE "{table}"')
            connection.execute(f'ALTER TABLE lab_copy RENAME TO "{table}"')
            for (each,) in beside:
                connection.execute(each)
            connection.execute("COMMIT")


def schema_of(connection: sqlite3.Connection, name: str) -> str:
    """The statement that made a table or a trigger."""
    found = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
    if found is None:
        raise Refused(N_("The template lacks what this experiment needs. Make it anew: flask sandbox build."))
    return str(found[0])


def constraint_of(sql: str, name: str) -> str:
    """The line of a named constraint in the statement that made its table."""
    found = re.search(rf"CONSTRAINT {re.escape(name)} [^\n]*?(?=, *\n|\n\))", sql)
    if found is None:
        raise Refused(N_("The template lacks what this experiment needs. Make it anew: flask sandbox build."))
    return found[0]


@contextlib.contextmanager
def patched(target: Any, name: str, value: Any) -> Iterator[None]:
    """`target.name` is `value` for a while, in this process alone: the one of the experiments."""
    before = getattr(target, name)
    put = object.__setattr__ if is_dataclass(target) and not isinstance(target, type) else setattr
    put(target, name, value)
    try:
        yield
    finally:
        put(target, name, before)


def source_of(thing: Any) -> dict[str, Any]:
    """The lines of the running source that make `thing`: file, first line, text."""
    lines, first = inspect.getsourcelines(thing)
    file = Path(str(inspect.getsourcefile(thing))).resolve().relative_to(ROOT)
    return {"file": file.as_posix(), "line": first, "text": "".join(lines).rstrip()}


def source_from(module: Any, start: str, lines: int) -> dict[str, Any]:
    """The lines of a module's running source from the one that begins with `start`."""
    text, _first = inspect.getsourcelines(module)
    first = next(place for place, line in enumerate(text, 1) if line.startswith(start))
    file = Path(str(inspect.getsourcefile(module))).resolve().relative_to(ROOT)
    shown = "".join(text[first - 1:first - 1 + lines]).rstrip()
    return {"file": file.as_posix(), "line": first, "text": shown}
