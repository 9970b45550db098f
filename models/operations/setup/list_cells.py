"""The cells of a list as values of a column, and whether a cell is what an export writes for a value."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import ExactDecimal
from models.errors import N_, Refused
from models.operations.core import spoilt_codes
from models.operations.core.list_files import day, number

_TRUE, _FALSE = frozenset({"1", "true", "yes", "ya"}), frozenset({"0", "false", "no", "tidak"})
#: What is written into a cell to empty the value; an empty cell leaves it as it is.
CLEARS = frozenset({"(kosong)", "(empty)"})
#: Text columns up to this length hold codes and numbers, longer ones words.
MOST_OF_A_CODE = 80
#: Whole numbers that a column can hold.
_MOST_WHOLE = 2 ** 31 - 1
#: The quote that exports put before a formula, and before a text that begins with such a quote itself.
_QUOTED = re.compile(r"'(?='*[=+\-@\t\r\n])")


def is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def clears(cell: Any) -> bool:
    return isinstance(cell, str) and cell.strip().lower() in CLEARS


def whole(cell: Any) -> Any:
    """Spreadsheets keep every number as a decimal: 12.0 is 12."""
    return int(cell) if isinstance(cell, float | Decimal) and cell == int(cell) else cell


def value_of(name: str, column: sa.Column[Any], cell: Any, mark: str | None) -> Any:
    """A filled cell as a value of that column. Raises `Refused`, its `field` the column."""
    try:
        return _read(column.type, cell, mark)
    except (ValueError, InvalidOperation, KeyError):
        kinds = getattr(column.type, "enums", None)
        expected = ", ".join(kinds) if kinds else _kind(column.type)
        raise Refused(N_("%(name)s is “%(cell)s”; it must be %(expected)s"), field=name,
                      name=name, cell=str(cell)[:60], expected=expected) from None
    except Refused as refusal:
        refusal.field = name
        raise


def _kind(kind: Any) -> str:
    """What a cell of that column must be; translated where it is told."""
    if isinstance(kind, ExactDecimal):
        return N_("a number like 1250 or 12.5")
    if isinstance(kind, sa.Boolean):
        return N_("yes or no")
    if isinstance(kind, sa.Date):
        return N_("a day like 2026-11-19")
    return N_("an hour like 09:30") if isinstance(kind, sa.Time) else N_("a whole number")


def _read(kind: Any, cell: Any, mark: str | None) -> Any:
    cell = whole(cell)
    text = str(cell).strip()
    if isinstance(kind, sa.Enum):
        if text not in kind.enums:
            raise ValueError(text)
        return kind.enum_class(text) if kind.enum_class else text
    if isinstance(kind, ExactDecimal):
        return kind.exact(number(cell, mark))
    if isinstance(kind, sa.Boolean):
        if text.lower() not in _TRUE | _FALSE:
            raise ValueError(text)
        return text.lower() in _TRUE
    if isinstance(kind, sa.Integer):
        count = number(cell, mark)
        if count != int(count) or abs(count) > _MOST_WHOLE:
            raise ValueError(text)
        return int(count)
    if isinstance(kind, sa.Date):
        return day(cell)
    if isinstance(kind, sa.Time):
        return _hour(cell, text)
    return _text(kind, cell)


def _hour(cell: Any, text: str) -> time:
    """An hour as a spreadsheet's time, `09:30`, `9.30`."""
    if isinstance(cell, time):
        return cell
    if isinstance(cell, timedelta):
        return (datetime(2000, 1, 1, tzinfo=UTC) + cell).time()
    written = re.fullmatch(r"([0-9]{1,2})[.:]([0-9]{2})(?:[.:]([0-9]{2}))?", text)
    if written is None:
        raise ValueError(text)
    return time(int(written[1]), int(written[2]), int(written[3] or 0))


def _text(kind: Any, cell: Any) -> str:
    if isinstance(kind, sa.String) and kind.length and kind.length <= MOST_OF_A_CODE:
        spoilt_codes.check_text(cell)
    text = unquoted(str(cell).strip())
    if isinstance(kind, sa.String) and kind.length and len(text) > kind.length:
        raise Refused(N_("“%(cell)s” is longer than %(most)s letters"), cell=text[:30], most=kind.length)
    return text


def unquoted(text: str) -> str:
    """The text without the quote that exports put before a formula."""
    return text[1:] if _QUOTED.match(text) else text


# ---------------------------------------------------------------- as an export writes it

def is_written(value: Any, cell: Any) -> bool:
    """Whether `cell` is what an export, CSV or XLSX, wrote for `value`: then nobody changed it."""
    if value is None:
        return is_empty(cell)
    if is_empty(cell):
        return False
    if isinstance(value, bool):
        return cell is value or str(cell).strip().lower() == str(value).lower()
    if isinstance(value, int | Decimal):
        return _number(cell) == value
    if isinstance(value, datetime):
        return _moment(cell) == clock.local(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, date):
        return _day(cell) == value
    if isinstance(value, time):
        return _same_hour(value, cell)
    text = str(value.value) if isinstance(value, Enum) else str(value)
    return _letters(unquoted(str(whole(cell)).strip())) == _letters(text.strip())


def _letters(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _number(cell: Any) -> Decimal | None:
    """A decimal as a file holds it, always with a point."""
    try:
        return None if isinstance(cell, bool) else Decimal(str(cell).strip())
    except InvalidOperation:
        return None


def _moment(cell: Any) -> datetime | None:
    try:
        moment = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell).strip())
    except ValueError:
        return None
    if moment.tzinfo is not None:  # as the command line exports it
        moment = clock.local(moment).replace(tzinfo=None)
    return moment.replace(microsecond=0)


def _day(cell: Any) -> date | None:
    try:
        return day(cell)
    except ValueError:
        return None


def _same_hour(value: time, cell: Any) -> bool:
    try:
        return _hour(cell, str(cell).strip()) == value
    except ValueError:
        return False
