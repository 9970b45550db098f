"""Changing the log behind everybody's back, as somebody who owns the database can."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def tamper(session: Any, statement: str, table: str = "activity_log", **values: object) -> None:
    """Run a statement with the table's triggers taken away."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    else:
        for name in connection.execute(sa.text(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"),
                {"table": table}).scalars().all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    connection.execute(sa.text(statement), values)
