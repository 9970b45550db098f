"""Three values of each column, out of a hospital that a program made up; a live one's rows are never read.

Left out: secrets and what opens something, identity numbers, digests, bytes and structures, and what is
masked in the log because it is part of a patient's record.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext

from models.base import UtcDateTime, db
from portal.learn import catalogue
from portal.learn.pages import is_training
from portal.web import locale

#: Values shown, rows looked through for them, letters of one value.
MOST, ROWS, LETTERS = 3, 200, 48
#: A column whose name has one of these words is never shown.
SECRET = frozenset({"nik", "hash", "token", "secret", "password", "digest", "sha256", "seed", "subject",
                    "verify", "qr", "bank", "identity"})
#: Columns that hold solutions.
SOLUTIONS = frozenset({("own_exercise", "body")})


def is_shown(column: sa.Column[Any]) -> bool:
    """Whether values of the column may be examples."""
    info = column.info
    kind = column.type.impl if isinstance(column.type, UtcDateTime) else column.type
    return (not isinstance(kind, sa.LargeBinary | sa.JSON) and not info.get("masked")
            and column.name not in (column.table.info.get("masked") or ())
            and SECRET.isdisjoint(column.name.split("_"))
            and (column.table.name, column.name) not in SOLUTIONS)


def of(table: str) -> dict[str, list[str]]:
    """Up to three different values by column, as pages write them, of the oldest rows: those that the demo
    brought. One statement; nothing of a live hospital."""
    columns = [column for column in catalogue.tables()[table].columns if is_shown(column)]
    if not is_training() or not columns:
        return {}
    key = catalogue.tables()[table].primary_key.columns
    rows = db.session.execute(sa.select(*columns).order_by(*key).limit(ROWS)).all()
    return {column.name: _different(column, (row[place] for row in rows))
            for place, column in enumerate(columns)}


def _different(column: sa.Column[Any], found: Iterable[Any]) -> list[str]:
    result: list[str] = []
    for value in found:
        text = "" if value is None else shown(column, value)
        if text and text not in result:
            result.append(text)
            if len(result) == MOST:
                break
    return result


def shown(column: sa.Column[Any], value: Any) -> str:
    """One value as pages write it, shortened."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(column.type, sa.Enum):
        return str(value.value if hasattr(value, "value") else value)
    if isinstance(value, datetime):
        return locale.moment(value)
    if isinstance(value, date):
        return locale.day(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Decimal):
        return locale.quantity(value)
    text = " ".join(str(value).split())
    return text if len(text) <= LETTERS else text[:LETTERS - 1] + "…"
