"""Every decimal is exact on every database: none falls back to a type that SQLite keeps as a float."""

from __future__ import annotations

import sqlalchemy as sa

import models  # noqa: F401
from models.base import ExactDecimal, db


def test_no_column_is_a_float_on_sqlite() -> None:
    inexact = [f"{table.name}.{column.name}" for table in db.metadata.tables.values()
               for column in table.columns
               if isinstance(column.type, sa.Numeric) and not isinstance(column.type, ExactDecimal)]
    assert inexact == []
