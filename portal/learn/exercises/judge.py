"""Compares what a statement gives with what the exercise's solution gives, on both files of the lab.

The visible file is what students see, so the first row that differs is told. Of the hidden file nothing is
shown. Rows are compared as a multiset, in their order only where the exercise asks for one; numbers are
rounded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from portal.learn.exercises.files import Exercise
from portal.learn.lab import engine, lab_file, statement

Row = tuple[Any, ...]
#: Places to which a number is first rounded, so that tiny errors of sums do not decide which way .5 goes.
NOISE = 9


class Outcome(StrEnum):
    """What became of an answer."""

    RIGHT = "right"
    #: The statement did not run to its end; the result says why.
    NOT_RUN = "not_run"
    MUST_USE = "must_use"
    MUST_NOT = "must_not"
    COLUMNS = "columns"
    ROWS = "rows"
    ORDER = "order"
    #: Right on the visible file, wrong on the hidden one.
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Verdict:
    """The outcome, what the statement gave on the visible file, and what helps to go on: the words that lack
    or are too many, the numbers of rows, the first row that is too much and the first that lacks (for ORDER:
    what stands at `place` and what should)."""

    outcome: Outcome
    result: engine.Result
    words: tuple[str, ...] = ()
    given: int = 0
    wanted: int = 0
    extra: Row | None = None
    missing: Row | None = None
    place: int = 0

    @property
    def is_right(self) -> bool:
        return self.outcome is Outcome.RIGHT


class NoSolution(RuntimeError):
    """The exercise's own solution does not run: the file is wrong, not the student."""


def judge(exercise: Exercise, sql: str) -> Verdict:
    """What to say of the statement. Raises `NoSolution`."""
    result = engine.run(sql)
    if result.problem is not None or (result.stopped and not result.truncated):
        return Verdict(Outcome.NOT_RUN, result)
    used = {text.lower() for kind, text, _at in statement.parts(sql) if kind == "word"}
    lacking = tuple(word for word in exercise.must_use if word.lower() not in used)
    if lacking:
        return Verdict(Outcome.MUST_USE, result, lacking)
    too_many = tuple(word for word in exercise.must_not if word.lower() in used)
    if too_many:
        return Verdict(Outcome.MUST_NOT, result, too_many)
    order = places_of(exercise, result.columns)
    if order is None:
        return Verdict(Outcome.COLUMNS, result)
    verdict = _compared(exercise, result, order)
    if verdict.is_right and not is_right_on(exercise, sql, lab_file.HIDDEN):
        return Verdict(Outcome.HIDDEN, result)
    return verdict


def places_of(exercise: Exercise, columns: list[str]) -> list[int] | None:
    """Where each column of the exercise stands in the result: by name where all names are there, else in the
    order given. None when the number differs."""
    if len(columns) != len(exercise.columns):
        return None
    names = [name.lower() for name in columns]
    wanted = [name.lower() for name in exercise.columns]
    return [names.index(name) for name in wanted] if sorted(names) == sorted(wanted) else [*range(len(names))]


def _compared(exercise: Exercise, result: engine.Result, order: list[int]) -> Verdict:
    wanted = solved(exercise, lab_file.VISIBLE)
    given = rows_of(exercise, result, order)
    sizes = {"given": len(given), "wanted": len(wanted)}
    if Counter(given) != Counter(wanted) or result.truncated:
        return Verdict(Outcome.ROWS, result, extra=_first_not_in(given, wanted),
                       missing=_first_not_in(wanted, given), **sizes)
    if exercise.ordered and given != wanted:
        at = next(at for at, row in enumerate(given) if row != wanted[at])
        return Verdict(Outcome.ORDER, result, extra=given[at], missing=wanted[at], place=at + 1, **sizes)
    return Verdict(Outcome.RIGHT, result, **sizes)


def is_right_on(exercise: Exercise, sql: str, file: str) -> bool:
    """Whether the statement gives there what the solution gives. Raises `NoSolution`."""
    result = engine.run(sql, file=file)
    order = places_of(exercise, result.columns)
    if not result.is_complete or order is None:
        return False
    given, wanted = rows_of(exercise, result, order), solved(exercise, file)
    return given == wanted if exercise.ordered else Counter(given) == Counter(wanted)


def _first_not_in(rows: list[Row], others: list[Row]) -> Row | None:
    """The first row that comes more often here than there."""
    left = Counter(others)
    for row in rows:
        if not left[row]:
            return row
        left[row] -= 1
    return None


# ---------------------------------------------------------------- rows as they are compared

def rows_of(exercise: Exercise, result: engine.Result, order: list[int]) -> list[Row]:
    """The rows with the exercise's columns in its order, numbers rounded."""
    rounds = [_rounding(places) for places in exercise.places()]
    return [tuple(to(row[at]) for to, at in zip(rounds, order, strict=True)) for row in result.rows]


def _rounding(places: int) -> Callable[[Any], Any]:
    step = Decimal(1).scaleb(-places)

    def rounded(value: Any) -> Any:
        if not isinstance(value, float):
            return value
        if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        return float(Decimal(repr(round(value, NOISE))).quantize(step, ROUND_HALF_UP)) + 0.0

    return rounded


_solved: dict[tuple[str, str, Path], list[Row]] = {}


def solved(exercise: Exercise, file: str) -> list[Row]:
    """The rows of the solution on a file of the lab; asked once per file. Raises `NoSolution`."""
    key = (exercise.key, exercise.solution, lab_file.path(file))
    if key not in _solved:
        result = engine.run(exercise.solution, file=file)
        if result.stopped == "busy":
            result = engine.run(exercise.solution, file=file)
        if not result.is_complete:
            said = result.problem.said if result.problem else result.stopped
            raise NoSolution(f"{exercise.chapter}/{exercise.key} on {file}: {said}")
        order = places_of(exercise, result.columns)
        if order is None:
            raise NoSolution(f"{exercise.chapter}/{exercise.key}: gives the columns {result.columns}")
        _solved[key] = rows_of(exercise, result, order)
    return _solved[key]
