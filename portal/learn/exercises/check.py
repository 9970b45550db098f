"""Tells a teacher whether an exercise works: `flask learn check-exercises`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from portal.learn.exercises import files, judge
from portal.learn.lab import engine, lab_file
from portal.learn.pages import bp


def flaws(exercise: files.Exercise) -> Iterator[str]:
    """What is wrong with the exercise: tables that the lab has not, a solution that is not right, a wrong
    answer that is taken for right on the hidden file."""
    for table in exercise.tables:
        if table not in engine.TABLES:
            yield f"tables: the lab has no table {table}"
    try:
        for file in (lab_file.VISIBLE, lab_file.HIDDEN):
            if not judge.solved(exercise, file):
                yield f"solution: gives no rows on the {file} file"
        outcome = judge.judge(exercise, exercise.solution).outcome
        if outcome is not judge.Outcome.RIGHT:
            yield f"solution: is not right ({outcome})"
        yield from _wrong_answers(exercise)
    except judge.NoSolution as error:
        yield f"solution: {error}"


def _wrong_answers(exercise: files.Exercise) -> Iterator[str]:
    for number, sql in enumerate(exercise.wrong, 1):
        if not engine.run(sql, file=lab_file.HIDDEN).is_complete:
            yield f"wrong[{number}]: does not run"
        elif judge.is_right_on(exercise, sql, lab_file.HIDDEN):
            yield f"wrong[{number}]: is right on the hidden file"


@bp.cli.command("check-exercises")
def check_exercises() -> None:
    """Read every file of an exercise, run its solution and its wrong answers on both files of the lab."""
    try:
        exercises = files.read_all()
    except files.BadFile as error:
        raise click.ClickException(str(error)) from None
    wrong = [f"{each.chapter}/{each.key}.toml: {flaw}" for each in exercises.values() for flaw in flaws(each)]
    if wrong:
        raise click.ClickException("\n".join(wrong))
    click.echo(f"{len(exercises)} exercises are right.")
