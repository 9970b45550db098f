"""The cases, read from the files beside this one, and the check of a step.

A file says: `key`, `order`, `title` and `story` in both languages, `guideline` (a public one), `mine` (common
table expressions that find what the student made since the case began), and `steps`. A step says: `key`, the
`role` that does it, the `screen`, what to `do`, `why` the rule exists, and its `check`.

A check is one SELECT of one value, which is true when the step is done. `:since` is the instant at which the
student's hospital was made, as SQLite keeps it. Amounts are scaled integers there, so that checks compare
them with nothing but zero and each other.
"""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from models.roles import Role
from portal.web.locale import is_indonesian

FOLDER = Path(__file__).parent
#: Steps of SQLite's machine after which a check is given up.
MOST_WORK = 50_000_000
#: Before everything.
EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    en: str
    id: str

    def __str__(self) -> str:
        return self.id if is_indonesian() else self.en


@dataclass(frozen=True)
class Step:
    """One step of a case."""

    key: str
    role: Role
    screen: str
    do: Words
    why: Words
    check: str


@dataclass(frozen=True)
class Case:
    """A story with its steps."""

    key: str
    order: int
    title: Words
    story: Words
    guideline: str
    mine: str
    steps: tuple[Step, ...]

    def step(self, key: str) -> Step:
        """The step of that key. Raises KeyError."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)

    @property
    def roles(self) -> tuple[Role, ...]:
        """Who takes part, in the order of the story."""
        return tuple(dict.fromkeys(step.role for step in self.steps))

    def sql(self, step: Step) -> str:
        """The SELECT of a step as it is run, and as the student reads it."""
        return f"WITH {self.mine.strip()}\n{step.check}"


@cache
def cases() -> dict[str, Case]:
    """Every case by key, in the order in which they are offered."""
    found = [_case(tomllib.loads(path.read_text(encoding="utf-8"))) for path in FOLDER.glob("*.toml")]
    return {case.key: case for case in sorted(found, key=lambda case: case.order)}


def _case(facts: Mapping[str, Any]) -> Case:
    steps = tuple(Step(step["key"], Role(step["role"]), step["screen"], Words(**step["do"]),
                       Words(**step["why"]), step["check"].strip()) for step in facts["steps"])
    return Case(facts["key"], facts["order"], Words(**facts["title"]), Words(**facts["story"]),
                facts["guideline"], facts["mine"], steps)


def check(connection: sqlite3.Connection, case: Case, step: Step,
          since: datetime = EVER) -> bool:
    """Whether a step of a case is done in the hospital behind `connection`; what was done before `since`
    (aware) does not count. Raises sqlite3.Error when the hospital is gone or the check works for too long."""
    start = since.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    connection.set_progress_handler(lambda: 1, MOST_WORK)
    try:
        row = connection.execute(case.sql(step), {"since": start}).fetchone()
    finally:
        connection.set_progress_handler(None, 0)
    return bool(row and row[0])
