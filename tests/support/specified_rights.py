"""The rows of `tests/data/rights.csv`, the specification of who reads and writes what."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


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
PANEL = {(row.table, row.role): row for row in ROWS if row.door == "panel"}
