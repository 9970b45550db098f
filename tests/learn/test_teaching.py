"""The plans of docs/teaching.md set what there is, each exercise of the long plan once, in both languages
alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from models.learning import TaskKind
from models.operations.learning import subjects
from portal.learn.exercises import files

pytestmark = pytest.mark.once

DOCS = Path(__file__).parents[2] / "docs"
#: How a plan begins each kind of thing to do, in both languages.
KINDS = {"exercise": TaskKind.EXERCISE, "latihan": TaskKind.EXERCISE, "case": TaskKind.CASE,
         "kasus": TaskKind.CASE, "lab": TaskKind.LAB}


def weeks(page: str, plan: int) -> list[dict[TaskKind, list[str]]]:
    """What each week of the plan sets, by kind; plan 1 is the one for informatics."""
    text = (DOCS / page).read_text(encoding="utf-8").split("\n## ")[plan + 1]
    result = []
    for week in text.split("\n### ")[1:]:
        line = re.search(r"\*\*(?:Set|Tugas)\*\*: (.*?)\n- \*\*", week, re.DOTALL)
        assert line is not None, week[:60]
        given: dict[TaskKind, list[str]] = {}
        for part in line[1].split(";"):
            kind = next((kind for word, kind in KINDS.items() if part.strip().startswith(word)), None)
            keys = re.findall(r"`([a-z0-9-]+)`", part)
            if kind is not None and keys:
                given.setdefault(kind, []).extend(keys)
        result.append(given)
    return result


@pytest.mark.parametrize(("plan", "count"), [(1, 14), (2, 6)])
def test_both_languages_set_the_same_in_the_same_weeks(plan: int, count: int) -> None:
    english = weeks("teaching.md", plan)
    assert len(english) == count
    assert weeks("teaching.id.md", plan) == english


def test_the_long_plan_sets_every_exercise_once() -> None:
    given = [key for week in weeks("teaching.md", 1) for key in week.get(TaskKind.EXERCISE, ())]
    assert sorted(given) == sorted(files.exercises())


def test_what_is_set_is_offered() -> None:
    given = [week for plan in (1, 2) for week in weeks("teaching.md", plan)]
    for kind in TaskKind:
        keys = {key for week in given for key in week.get(kind, ())}
        offered = set(subjects.known(kind)) if kind is not TaskKind.EXERCISE else set(files.exercises())
        assert keys
        assert not offered or keys <= offered, f"{kind}: {keys - offered}"


def test_the_two_plans_set_every_case_and_lab_that_is_offered() -> None:
    for kind in (TaskKind.CASE, TaskKind.LAB):
        keys = {key for plan in (1, 2) for week in weeks("teaching.md", plan) for key in week.get(kind, ())}
        assert set(subjects.known(kind)) <= keys
