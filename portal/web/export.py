"""A list as a file: rows stream, nothing that a person typed is run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_login import current_user

from models import connections
from models.activity import Activity
from models.base import db, one_transaction
from models.operations.core import activity, step_up
from portal.web import workbook

#: What a spreadsheet would run, behind quotes too: one more goes in front, so that the text comes back.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_CHUNK = 64 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def note(table_name: str, changed_id: int | None = None, **properties: str) -> None:
    """Write down that the person takes a file away, before its rows are read. Raises `NeedsProof`.

    The person is read again at once: rows are written when the session of the request is gone. What is read
    from here on is of one moment.
    """
    step_up.require(step_up.FILE)
    with one_transaction():
        activity.record(Activity.EXPORTED, table_name=table_name, changed_id=changed_id,
                        properties=properties)
    current_user.has_role()
    db.session.commit()  # ends the reading; a roll-back at the request's end would forget the person again
    connections.of_one_moment()


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
    """A workbook, in pieces as its rows come; `more` are further sheets."""
    return workbook.stream((called, its_heads, ("".join([workbook.cell(safe(value)) for value in row])
                                                for row in its_rows))
                           for called, its_heads, its_rows in ((name, heads, rows), *more))
