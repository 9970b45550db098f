"""The lab's two SQLite files: made by a program alone, never from a hospital's database, whatever that is.

`visible` is what students query; answers to exercises are checked on `hidden` as well. Both have the tables
of `schema.TABLES` and the small ones of the page about normal forms. They lie in the instance folder and are
built anew when the data model, the made-up hospital or its word lists change. Building takes a second.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import sqlite3
import tempfile
import threading
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app

from models.operations.setup import reference
from portal.learn.lab import hospital, paper, schema
from portal.learn.lab.hospital import forms

VISIBLE, HIDDEN = "visible", "hidden"
HERE = Path(__file__).parent


def path(name: str) -> Path:
    """Where the file lies; it is built when it is not there. Raises KeyError for another name."""
    if name not in hospital.SIZES:
        raise KeyError(name)
    folder = Path(current_app.config["INSTANCE"]) / "lab"
    try:
        return _in(folder, name)
    except OSError as error:
        current_app.logger.warning("the lab's files do not lie in %s: %s", folder, error)
        return _in(_own_folder(), name)


#: One thread builds; the others wait for it.
_building = threading.Lock()


def _in(folder: Path, name: str) -> Path:
    """The file in this folder, built when it is not there. Raises OSError where nothing can be written."""
    target = folder / f"{name}-{digest()}.sqlite3"
    if target.exists():
        return target
    with _building:
        if not target.exists():
            folder.mkdir(parents=True, exist_ok=True)
            build(target, name)
            _drop_others(folder, name, target)
    return target


@cache
def _own_folder() -> Path:
    """A folder of this process alone, gone with it."""
    folder = tempfile.TemporaryDirectory(prefix="rawat-lab-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


@cache
def digest() -> str:
    """Changes with everything that the files are made from."""
    made_from = hashlib.sha256("\n".join(schema.statements()).encode())
    for file in (*sorted((HERE / "hospital").glob("*.py")), HERE / "paper.py", Path(reference.__file__),
                 *sorted(reference.FILES.glob("*.csv"))):
        made_from.update(file.read_bytes())
    return made_from.hexdigest()[:12]


def build(target: Path, name: str) -> None:
    """Write the file `name` to `target`, whole or not at all: others may read or build it at this moment."""
    number, draft = tempfile.mkstemp(dir=target.parent, prefix=".lab-", suffix=".part")
    os.close(number)
    try:
        with contextlib.closing(sqlite3.connect(draft)) as connection:
            _fill(connection, name)
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _fill(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    for statement in schema.statements() + paper.STATEMENTS + forms.STATEMENTS:
        connection.execute(statement)
    book = hospital.make(name)
    rows = book.rows
    for table, columns in schema.TABLES.items():
        _insert(connection, table, columns.split(), [
            [row.get(column) for column in columns.split()] for row in rows[table]])
    for table, values in (*paper.ROWS.items(), *forms.rows(book).items()):
        _insert(connection, table, [], values)
    connection.commit()
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise ValueError(f"rows that name nothing: {broken[:3]}")
    connection.execute("ANALYZE")
    connection.commit()
    connection.execute("VACUUM")


def _insert(connection: sqlite3.Connection, table: str, columns: list[str], rows: Any) -> None:
    if rows:
        names = f"({', '.join(columns)})" if columns else ""
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f'INSERT INTO "{table}" {names} VALUES ({marks})',  # our own names
                               [[_plain(value) for value in row] for row in rows])


def _plain(value: Any) -> Any:
    """As SQLite keeps it: numbers as numbers, days and instants as text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else value


def _drop_others(folder: Path, name: str, keep: Path) -> None:
    """Files of an earlier model; one that another server still has open goes when it lets go."""
    for old in folder.glob(f"{name}-*.sqlite3"):
        if old != keep:
            with contextlib.suppress(OSError):
                old.unlink()
