"""What each table and column means for the hospital, in both languages, read from the files beside this one.

`common.toml` holds columns that mean the same everywhere; the other files hold tables: `[table]` with `table`
for itself and one key a column, each a pair Indonesian, English. `fhir.toml` says where FHIR R4 has the same
fact, `synonyms.toml` by which other words people look.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.web.locale import is_indonesian

FOLDER = Path(__file__).parent
#: Files that are no areas.
COMMON, FHIR, SYNONYMS = "common.toml", "fhir.toml", "synonyms.toml"
#: The key of what a table itself means; no column is called so.
TABLE = "table"


@dataclass(frozen=True)
class Meaning:
    """One sentence in Indonesian and in English."""

    id: str
    en: str

    def __str__(self) -> str:
        """In the reader's language."""
        return self.id if is_indonesian() else self.en


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


@cache
def common() -> Mapping[str, Meaning]:
    """What columns mean wherever they stand, by name."""
    return {name: Meaning(*pair) for name, pair in _read(COMMON)["columns"].items()}


@cache
def by_table() -> Mapping[str, Mapping[str, Meaning]]:
    """What the files of the areas say, by table and column. Raises ValueError when two describe one table."""
    result: dict[str, Mapping[str, Meaning]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        if path.name in (COMMON, FHIR, SYNONYMS):
            continue
        for table, meanings in _read(path.name).items():
            if table in result:
                raise ValueError(f"{path.name}: {table} is described in another file too")
            result[table] = {name: Meaning(*pair) for name, pair in meanings.items()}
    return result


def of_table(table: str) -> Meaning | None:
    """What the table is for; None while nobody wrote it."""
    return by_table().get(table, {}).get(TABLE)


def of_column(table: str, column: str) -> Meaning | None:
    """What the column's value means; None while nobody wrote it."""
    return by_table().get(table, {}).get(column) or common().get(column)


@cache
def fhir() -> Mapping[str, Mapping[str, str]]:
    """Paths in FHIR R4 by table and column; `table` is the resource."""
    return _read(FHIR)


def fhir_path(table: str, column: str = TABLE) -> str:
    """Where FHIR R4 has the same fact; empty where it has none."""
    return fhir().get(table, {}).get(column, "")


@cache
def synonyms() -> Mapping[str, tuple[str, ...]]:
    """Other words by table, and by `table.column`."""
    read = _read(SYNONYMS)
    return {name: tuple(words) for name, words in {**read["tables"], **read["columns"]}.items()}
