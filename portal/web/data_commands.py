"""`flask export|import|backup|restore`: files out of and into the hospital."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import xlsxwriter
from alembic.script import ScriptDirectory
from flask import current_app

from models.base import db, one_transaction
from models.errors import Refused
from models.operations.core import activity, backup, list_files, spoilt_codes
from models.operations.setup import table_files

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets a quote in front."""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


def write_csv(heads: list[str], rows: Iterable[list[Any]], target: Path) -> int:
    count = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        for row in rows:
            count += 1
            writer.writerow([_safe(value.isoformat() if isinstance(value, date | datetime) else value)
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
                    sheet.write_string(count, place, str(_safe(str(activity.plain(value))))[:32_000])
    return count


WRITERS = {"csv": write_csv, "json": write_json, "xlsx": write_xlsx}


def export(table: str, kind: str, target: Path) -> None:
    """Write a whole table to a file."""
    part = target.with_name(target.name + ".part")
    try:
        with one_transaction() as session:
            count = WRITERS[kind](list(table_files.columns_of(table)), table_files.rows_of(session, table),
                                  part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{table}: {count} rows in {target}")


def read_list(source: Path, sheet: str | None = None) -> list_files.Listed:
    """The rows of a CSV or XLSX file. Raises `lists.WhichSheet` or `Refused`."""
    with source.open("rb") as file:
        content = file.read(list_files.MOST_BYTES + 1)
    return list_files.read(content, source.name, sheet)


def import_(table: str, source: Path, sheet: str | None = None, *, sure: bool = False,
            codes_are_right: bool = False) -> None:
    """Add the rows of a file to a table of master data: all of them or none, after a look unless somebody is
    `sure`."""
    listed = read_list(source, sheet)
    with one_transaction() as session:
        attempt = session.begin_nested()
        count = table_files.add_rows(session, table, listed.rows)
        attempt.rollback()
        asks = spoilt_codes.of_records(session, table_files.model_of(table), listed.rows)
    where = f'{source.name}, sheet "{listed.sheet}"' if listed.sheet else source.name
    click.echo(f"{table}: {count} rows to add from {where}")
    for ask in asks:
        there = ", which is there already" if ask.is_known else ""
        click.echo(f"row {ask.row}: {ask.column} {ask.cell}: did you mean {ask.known}{there}?")
    if asks and sure and not codes_are_right:
        raise Refused("Codes may have lost zeros in front. Correct the file, or add --codes-are-right.")
    if not sure:
        click.confirm("Are these codes right, and are the rows to be added?" if asks else "Add them?",
                      abort=True)
    with one_transaction() as session:
        count = table_files.add_rows(session, table, listed.rows)
    click.echo(f"{table}: {count} rows added")


def save(target: Path) -> None:
    """Write a consistent copy of the database while the hospital works."""
    size = backup.save(db.engine, target)
    click.echo(
        f"{target}: {size} bytes. Keep the secrets NIK_KEY and NIK_INDEX_KEY elsewhere; without them no NIK "
        "can be read."
    )


def restore(source: Path) -> None:
    """Check a backup, then put it in the place of the database. Stop the server first."""
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    backup.put_back(db.engine, source, {script.revision for script in scripts.walk_revisions()})
    click.echo(f"{source} is restored. Run `flask verify`.")
