"""Every table and field of the two papers is in the metadata, under the agreed names, and says where it comes
from."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

import models  # noqa: F401  (declares every table)
from models.base import db

ROWS = list(csv.DictReader(
    (Path(__file__).parents[1] / "data" / "seed-fields.csv").read_text(encoding="utf-8").splitlines()))
TABLES = [row for row in ROWS if not row["seed_field"]]
FIELDS = [row for row in ROWS if row["seed_field"]]


def seeds(info: dict[str, Any]) -> list[str]:
    seed = info.get("seed", [])
    return [seed] if isinstance(seed, str) else list(seed)


def test_the_list_is_whole() -> None:
    assert len({row["table"] for row in TABLES}) == len({row["table"] for row in ROWS}) == 58
    assert len(FIELDS) == 303


@pytest.mark.parametrize("row", TABLES, ids=lambda row: row["seed_table"])
def test_table_of_the_papers(row: dict[str, str]) -> None:
    assert row["seed_table"] in seeds(db.metadata.tables[row["table"]].info)


@pytest.mark.parametrize("row", FIELDS, ids=lambda row: f"{row['seed_table']}.{row['seed_field']}")
def test_field_of_the_papers(row: dict[str, str]) -> None:
    column = db.metadata.tables[row["table"]].columns[row["column"]]
    assert f"{row['seed_table']}.{row['seed_field']}" in seeds(column.info)


def test_no_column_claims_a_field_that_the_papers_do_not_have() -> None:
    known = {row["seed_table"] for row in TABLES} | {f"{row['seed_table']}.{row['seed_field']}"
                                                     for row in FIELDS}
    claimed = {seed for table in db.metadata.tables.values()
               for info in [table.info, *(column.info for column in table.columns)] for seed in seeds(info)}
    assert claimed == known
