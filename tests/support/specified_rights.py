"""The rows of `tests/data/rights.csv`, the specification of who reads and writes what.

Tests take their expectations from here, never from `models.rights`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from models.roles import Role


@dataclass(frozen=True)
class Row:
    table: str
    role: str
    read: str
    create: str
    edit: str
    delete: str
    door: str
    hidden: str


def _rows() -> list[Row]:
    path = Path(__file__).parents[1] / "data" / "rights.csv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines()
             if line and not line.startswith("#")]
    return [Row(*(each[name] for name in Row.__dataclass_fields__)) for each in csv.DictReader(lines)]


ROWS = _rows()
#: Tables of the own account's page that the panel lists as well.
IN_BOTH = frozenset({"delegation"})
PANEL = {(row.table, row.role): row for row in ROWS
         if row.door == "panel" or (row.door == "account" and row.table in IN_BOTH)}
#: Rows of the panel that no code serves yet, by ``table/role``; the list only shrinks.
NOT_BUILT: frozenset[str] = frozenset()
#: The tables of the panel, as far as they are built.
TABLES = tuple(sorted({table for table, role in PANEL if f"{table}/{role}" not in NOT_BUILT}))


def readers(table: str) -> frozenset[Role]:
    """The roles that read rows of the table in the panel; none of a table that the file does not name."""
    return frozenset(Role(role) for at, role in PANEL if at == table and f"{at}/{role}" not in NOT_BUILT)


def rows_read(table: str) -> dict[Role, str]:
    """Which rows each reader of the table sees, in the words of the file: all, own_unit, issued, …"""
    return {role: PANEL[table, role.value].read for role in readers(table)}


def who_may(act: str, table: str) -> frozenset[Role]:
    """The roles that create, edit or delete rows of the table by its form."""
    return frozenset(role for role in readers(table) if getattr(PANEL[table, role.value], act) == "yes")


def openers(page: str) -> frozenset[Role]:
    """The roles that open a page that is no table. Raises KeyError for a page that the file does not name."""
    roles = frozenset(Role(row.role) for row in ROWS if (row.door, row.table) == ("page", f"page:{page}"))
    if not roles:
        raise KeyError(page)
    return roles


def report_readers(key: str) -> frozenset[Role]:
    """The roles that read the report; none of one that the file does not name."""
    return frozenset(Role(row.role) for row in ROWS if (row.door, row.table) == ("report", f"report:{key}"))
