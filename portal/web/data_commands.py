"""`flask export|import|backup|restore`: files out of and into the hospital."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import current_app

from models import actor, clock
from models.base import db, one_transaction
from models.errors import Refused
from models.imports import OPENING_STOCK, ListImport
from models.operations.core import activity, backup, list_files
from models.operations.setup import import_plan, imports, table_files
from models.people import User
from portal.web import list_heads
from portal.web.export import safe


def write_csv(heads: list[str], rows: Iterable[list[Any]], target: Path) -> int:
    count = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        for row in rows:
            count += 1
            writer.writerow([safe(value.isoformat() if isinstance(value, date | datetime) else value)
                             for value in row])
    return count


def write_json(heads: list[str], rows: Iterable[list[Any]], target: Path) -> int:
    """One array, an object a line; decimals as text, so that none loses a digit."""
    count = 0
    with target.open("w", encoding="utf-8") as file:
        file.write("[")
        for count, row in enumerate(rows, 1):
            file.write("\n" if count == 1 else ",\n")
            file.write(json.dumps({head: activity.plain(value)
                                   for head, value in zip(heads, row, strict=True)},
                                  ensure_ascii=False))
        file.write("\n]\n")
    return count


def write_xlsx(heads: list[str], rows: Iterable[list[Any]], target: Path) -> int:
    """A workbook, written row by row in constant memory."""
    import xlsxwriter  # slow to import: only this command needs it

    count = 0
    with xlsxwriter.Workbook(str(target), {"constant_memory": True, "strings_to_formulas": False,
                                           "strings_to_urls": False, "remove_timezone": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(0, 0, heads)
        for count, row in enumerate(rows, 1):
            if count >= 1_048_576:
                raise Refused("A workbook holds 1,048,575 rows; export this table as csv.")
            for place, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(count, place, value, moment)
                elif isinstance(value, date):
                    sheet.write_datetime(count, place, value, day)
                elif isinstance(value, bool):
                    sheet.write_boolean(count, place, value)
                elif isinstance(value, int | float | Decimal):
                    sheet.write_number(count, place, value)
                elif value is not None:
                    sheet.write_string(count, place, str(safe(str(activity.plain(value))))[:32_000])
    return count


WRITERS = {"csv": write_csv, "json": write_json, "xlsx": write_xlsx}


def export(table: str, kind: str, target: Path) -> None:
    """Write a whole table to a file."""
    part = target.with_name(target.name + ".part")
    # Readable by its owner only: it may hold the records of patients.
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        with one_transaction() as session:
            count = WRITERS[kind](list(table_files.columns_of(table)), table_files.rows_of(session, table),
                                  part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{table}: {_rows(count)} in {target}")


def import_(table: str, source: Path, sheet: str | None = None, *, sure: bool = False,
            codes_are_right: bool = False, by: str | None = None, on: date | None = None,
            mark: str | None = None) -> None:
    """Bring the rows of a file: all of them or none, after a look unless somebody is `sure`."""
    with source.open("rb") as file:
        content = file.read(list_files.MOST_BYTES + 1)
    author = _author(by)
    imports.may_bring(table, author)
    actor.set_actor(author.id if author is not None else None, actor.Door.COMMAND)
    found = list_heads.read(table, content, source.name, sheet)
    if found.rows is None:
        raise Refused(list_files.SAID["which"], name=source.name, sheets=", ".join(found.sheets))
    with one_transaction() as session:
        brought = imports.bring(session, table, content, source.name, found, by=_author(by), posted_on=on,
                                mark=mark)
        key, seen, has_wrong = brought.id, brought.digest, bool(brought.wrong_rows)
        asks = (brought.plan or {})["asks"]
        _tell(brought, f'{source.name}, sheet "{found.sheet}"' if found.sheet else source.name)
        if has_wrong:
            session.delete(brought)
    if has_wrong:
        raise Refused("Nothing was imported.")
    if asks and sure and not codes_are_right:
        raise Refused("Codes may have lost zeros in front. Correct the file, or add --codes-are-right.")
    if not sure:
        click.confirm("Are these codes right, and is all of this to be written?" if asks else "Write it?",
                      abort=True)
    with one_transaction() as session:
        outcome = imports.apply(session, session.get_one(ListImport, key), found.rows, by=_author(by),
                                seen=seen, codes_are_right=True)
    click.echo(f"{table}: {_rows(outcome.new)} added, {outcome.changed} changed, {outcome.same} unchanged")


def _author(address: str | None) -> User | None:
    """The account of that address; nobody without one."""
    if address is None:
        return None
    user: User | None = db.session.scalars(
        sa.select(User).where(sa.func.lower(User.email) == address.strip().lower())).first()
    if user is None:
        raise Refused("There is no account of %(address)s.", address=address)
    return user


def _tell(brought: ListImport, where: str) -> None:
    """What the list would do: rows, values old and new, what first stock brings, what is wrong."""
    plan = brought.plan or {"rows": [], "asks": []}
    click.echo(f"{brought.kind}: {_rows(brought.new_rows)} to add from {where}")
    click.echo(f"{brought.changed_rows} to change, {brought.same_rows} unchanged, {brought.wrong_rows} wrong")
    before = imports.earlier(db.session, brought)
    if before is not None and before.applied_at is not None:
        click.echo(f"This file was brought in on {clock.local(before.applied_at):%Y-%m-%d %H:%M} already.")
    for row, _word, column, message, params in brought.findings:
        click.echo(f"row {row}: {column and column + ': '}{Refused(message, **params)}")
    for row in plan["rows"]:
        click.echo(f"row {row['row']}: {row['name']}: {row['word']}: " + ", ".join(
            f"{name} {_shown(row['before'][name])} -> {_shown(value)}" if row["word"] == "changed"
            else f"{name} {_shown(value)}" for name, value in row["values"].items() if value is not None
            or row["word"] == "changed"))
    if brought.kind == OPENING_STOCK:
        totals = import_plan.totals(plan)
        for store in totals:
            amounts = ", ".join(f"{amount} {unit}" for unit, amount in sorted(store.quantities.items()))
            click.echo(f"{store.store}: {_rows(store.lines)}, {amounts}, {store.value} rupiah")
        click.echo(f"total: {sum((store.value for store in totals), Decimal(0))} rupiah")
    for ask in plan["asks"]:
        there = ", which is there already" if ask["is_known"] else ""
        click.echo(f"row {ask['row']}: {ask['column']} {ask['cell']}: did you mean {ask['known']}{there}?")


def _rows(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"


def _shown(value: Any) -> str:
    return str(value["text"] if isinstance(value, dict) else "-" if value is None else value)


def save(target: Path) -> None:
    """Write a consistent copy of the database while the hospital works."""
    from portal.web.owner import owner
    with owner() as engine:
        size = backup.save(engine, target)
    click.echo(
        f"{target}: {size} bytes. Keep the secrets NIK_KEY and NIK_INDEX_KEY elsewhere; without them no NIK "
        "can be read."
    )


def restore(source: Path) -> None:
    """Check a backup, then put it in the place of the database. Stop the server first."""
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    from portal.web.owner import owner
    db.engine.dispose()
    with owner() as engine:
        backup.put_back(engine, source, {script.revision for script in scripts.walk_revisions()})
    click.echo(f"{source} is restored. Run `flask verify`.")
