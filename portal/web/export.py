"""A list as a file: rows stream, nothing that a person typed is run as a formula."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from flask_login import current_user

from models.activity import Activity
from models.base import db, one_transaction
from models.operations.core import activity, step_up

#: What a spreadsheet would run, behind quotes too: one more goes in front, so that the text comes back.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_CHUNK = 64 * 1024


def note(table_name: str, changed_id: int | None = None, **properties: str) -> None:
    """Write down that the person takes a file away, before its rows are read. Raises `NeedsProof`.

    The person is read again at once: rows are written when the session of the request is gone.
    """
    step_up.require(step_up.FILE)
    with one_transaction():
        activity.record(Activity.EXPORTED, table_name=table_name, changed_id=changed_id,
                        properties=properties)
    current_user.has_role()
    db.session.commit()  # ends the reading; a roll-back at the request's end would forget the person again


def safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets a quote in front; numbers stay numbers."""
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return value


def as_csv(heads: list[str], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    """CSV in UTF-8 with a mark that spreadsheets know, in pieces of some 64 KB."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([safe(head) for head in heads])
    for row in rows:
        writer.writerow([safe(_text(value)) for value in row])
        if buffer.tell() > _CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _decimal(value)
    return "" if value is None else value


def _decimal(value: Decimal) -> Decimal:
    """Without needless zeros: 12.500 could be read as twelve thousand."""
    whole = value.to_integral_value()
    return whole.quantize(1) if whole == value else value.normalize()


def as_xlsx(heads: list[str], rows: Iterable[list[Any]], name: str = "",
            more: Iterable[tuple[str, list[str], Iterable[list[Any]]]] = ()) -> Iterator[bytes]:
    """A workbook, written row by row to a temporary file and streamed from there; `more` are further
    sheets."""
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd"})
        bold = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for called, its_heads, its_rows in ((name, heads, rows), *more):
            sheet = book.add_worksheet(_sheet(called) or None)
            for place, head in enumerate(its_heads):
                sheet.write_string(0, place, head, bold)
            for number, row in enumerate(its_rows, 1):
                if number >= 1_048_576:
                    break
                for place, value in enumerate(row):
                    _write(sheet, number, place, value, moment)
        book.close()
        file.seek(0)
        while piece := file.read(_CHUNK):
            yield piece


def _sheet(name: str) -> str:
    """A name that a sheet may have."""
    return "".join(" " if letter in "[]:*?/\\" else letter for letter in name)[:31].strip("' ")


def _write(sheet: Any, number: int, place: int, value: Any, moment: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(number, place, value)
    elif isinstance(value, (int, float, Decimal)):
        sheet.write_number(number, place, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(number, place, value, moment)
    elif isinstance(value, date):
        sheet.write_datetime(number, place, value)
    else:
        sheet.write_string(number, place, str(safe(str(value)))[:32_000])
