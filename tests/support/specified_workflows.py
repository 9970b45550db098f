"""The rows of `tests/data/workflows.csv`, the specification of every step, and what is not built of it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.workflow import Condition, Transition

DATA = Path(__file__).parents[1] / "data"

#: Table, name of the step, state from which it is taken.
Cell = tuple[str, str, str]
#: A cell and what of it is not as specified: a key of `DIFFERENCES`.
Entry = tuple[str, str, str, str]

#: What may be said of a cell in `tests/data/not_built.csv`.
DIFFERENCES = {
    "step": "the specification has the step, the code does not",
    "beside": "the code has the step, the specification does not",
    "to": "it leads to another state",
    "role": "other roles take it",
    "reason": "it asks for a reason where none is specified, or asks for none",
    "whose": "it may be taken by another author, unit or person than specified",
}
#: What the conditions of the file are called in the code.
CONDITIONS = {"not own": "not_own", "own document": "own_document", "another person": "another_person",
              "has lines": "has_lines", "own work unit": "own_work_unit",
              "author, or the same role": "author_or_colleague"}
#: Words of a row whose roles are not all of every state: which of them, the file says in words only.
DIVIDED = ("the role whose turn it is", "in progress by doctor or admin")


@dataclass(frozen=True)
class Row:
    """One step of the specification; a row of the file has one of these for each of its `from` states."""

    table: str
    name: str
    source: str
    target: str
    roles: frozenset[str]
    condition: str


def lines(name: str) -> Iterator[dict[str, str]]:
    """The rows of a file of `tests/data`, its `#` lines left out."""
    text = (DATA / name).read_text(encoding="utf-8").splitlines()
    yield from csv.DictReader(line for line in text if line and not line.startswith("#"))


def _rows() -> Iterator[Row]:
    for row in lines("workflows.csv"):
        roles = frozenset() if row["role"].startswith("(by ") else frozenset(row["role"].split())
        for source in row["from"].split():
            yield Row(row["table"], row["transition"], source, row["to"], roles, row["condition"])


SPECIFIED: dict[Cell, Row] = {(row.table, row.name, row.source): row for row in _rows()}
NOT_BUILT: frozenset[Entry] = frozenset(
    (row["table"], row["transition"], row["from"], row["what"]) for row in lines("not_built.csv"))


def cells(workflows: dict[str, Any]) -> dict[Cell, Transition]:
    """Every step that the code declares, one for each state from which it is taken."""
    return {(table, step.name, source.value): step
            for table, model in workflows.items() for step in model.workflow for source in step.sources}


def _roles_differ(row: Row, step: Transition) -> bool:
    roles = {role.value for role in step.roles}
    if any(words in row.condition for words in DIVIDED):
        return not roles or not roles <= row.roles
    return roles != row.roles


def _reason_differs(row: Row, step: Transition) -> bool:
    wants = re.search(r"\breason\b(?P<unless> unless)?", row.condition)
    if wants and wants["unless"]:
        return not isinstance(step.needs_reason, Condition)
    return step.needs_reason is not bool(wants)


def _whose_differs(row: Row, step: Transition) -> bool:
    wanted = {code for words, code in CONDITIONS.items() if re.search(rf"\b{words}\b", row.condition)}
    has = {condition.code for condition in step.conditions} & set(CONDITIONS.values())
    return not has >= wanted or ("own_document" in has) != ("own_document" in wanted)


def differences(workflows: dict[str, Any]) -> set[Entry]:
    """Everything in which the code's declarations and the specification are not the same."""
    built = cells(workflows)
    found = {(*cell, "step") for cell in SPECIFIED.keys() - built.keys()}
    found |= {(*cell, "beside") for cell in built.keys() - SPECIFIED.keys()}
    for cell in SPECIFIED.keys() & built.keys():
        row, step = SPECIFIED[cell], built[cell]
        told = {"to": step.target.value != row.target, "role": _roles_differ(row, step),
                "reason": _reason_differs(row, step), "whose": _whose_differs(row, step)}
        found |= {(*cell, what) for what, differs in told.items() if differs}
    return found
