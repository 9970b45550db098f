"""How far a class is: every student's stand at every task, where the class stumbles, and the marks.

A task counts by what was done of it until the end of its last day, hospital time: an exercise or a lab is
done or not, of a case each step counts alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.learning import CaseProgress, ClassMember, ClassTask, ExerciseProgress, LearningClass, TaskKind
from models.operations.learning import classes
from models.operations.learning.progress import LAB, LAB_DONE
from models.operations.learning.subjects import Subject

Key = tuple[TaskKind, str]


@dataclass(frozen=True)
class Stand:
    """One student's stand at one task: steps done and steps in all, how many of them in time, tries and hints
    of an exercise, and when it was complete."""

    done: int = 0
    of: int = 1
    in_time: int = 0
    tries: int = 0
    hints: int = 0
    complete_at: datetime | None = None
    last_sql: str = ""
    steps: frozenset[str] = frozenset()

    @property
    def is_complete(self) -> bool:
        return self.of > 0 and self.done >= self.of

    @property
    def is_begun(self) -> bool:
        return self.done > 0 or self.tries > 0 or self.hints > 0

    @property
    def is_late(self) -> bool:
        """Whether some of it was done after the last day."""
        return self.done > self.in_time


@dataclass
class Matrix:
    """Students down, tasks across; `stands` by (student id, task id)."""

    members: list[ClassMember]
    tasks: list[ClassTask]
    stands: dict[tuple[int, int], Stand]
    subjects: Mapping[Key, Subject] = field(default_factory=dict)

    def stand(self, student_id: int, task: ClassTask) -> Stand:
        return self.stands[student_id, task.id]

    def complete(self, student_id: int) -> int:
        """How many tasks the student has done, in time or not."""
        return sum(self.stand(student_id, task).is_complete for task in self.tasks)

    def mark(self, student_id: int) -> int | None:
        """0 to 100: the mean over the tasks of what was done in time; None while there is no task."""
        if not self.tasks:
            return None
        shares = [stand.in_time / stand.of if stand.of else 0.0
                  for stand in (self.stand(student_id, task) for task in self.tasks)]
        return round(100 * sum(shares) / len(shares))


@dataclass(frozen=True)
class Stumble:
    """An exercise where a class stumbles: tries and hints of all, who solved it, and the last statements of
    those who did not."""

    task: ClassTask
    tries: int
    hints: int
    solved: int
    begun: int
    unsolved: tuple[tuple[ClassMember, Stand], ...]

    @property
    def tries_each(self) -> Decimal | None:
        """Tries for one solution, to a tenth; None while nobody has one."""
        return round(Decimal(self.tries) / self.solved, 1) if self.solved else None


def matrix(group: LearningClass, subjects: Mapping[Key, Subject]) -> Matrix:
    """The stand of every student who is in the class at every task; four statements, however many there
    are."""
    members, tasks = classes.present(group), classes.tasks_of(group)
    people = [member.student_id for member in members]
    stands = stands_of(people, tasks, subjects)
    return Matrix(members, tasks, stands, subjects)


def stands_of(people: Iterable[int], tasks: Iterable[ClassTask],
              subjects: Mapping[Key, Subject]) -> dict[tuple[int, int], Stand]:
    """The stand of each of these people at each task, by (person, task id); two statements."""
    people, tasks = list(people), list(tasks)
    tried: dict[tuple[int, str], ExerciseProgress] = {
        (row.user_id, row.key): row for row in db.session.scalars(sa.select(ExerciseProgress).where(
            ExerciseProgress.user_id.in_(people),
            ExerciseProgress.key.in_([task.key for task in tasks if task.kind == TaskKind.EXERCISE])))}
    steps: dict[tuple[int, str], dict[str, datetime]] = {}
    for row in db.session.scalars(sa.select(CaseProgress).where(
            CaseProgress.user_id.in_(people),
            CaseProgress.key.in_([_case_key(task) for task in tasks if task.kind != TaskKind.EXERCISE]))):
        steps.setdefault((row.user_id, row.key), {})[row.step] = row.done_at
    return {(person, task.id):
            _of_exercise(task, tried.get((person, task.key))) if task.kind == TaskKind.EXERCISE
            else _of_steps(task, steps.get((person, _case_key(task)), {}), subjects)
            for person in people for task in tasks}


def _case_key(task: ClassTask) -> str:
    return f"{LAB}{task.key}" if task.kind == TaskKind.LAB else task.key


def in_time(task: ClassTask, at: datetime) -> bool:
    """Whether `at` is not after the task's last day, in the hospital's zone."""
    return task.due_on is None or at < clock.day_bounds(task.due_on)[1]


def _of_exercise(task: ClassTask, row: ExerciseProgress | None) -> Stand:
    if row is None:
        return Stand()
    solved = row.solved_at
    return Stand(done=int(solved is not None), in_time=int(solved is not None and in_time(task, solved)),
                 tries=row.tries, hints=row.hints_used, complete_at=solved, last_sql=row.last_sql or "")


def _of_steps(task: ClassTask, done: Mapping[str, datetime], subjects: Mapping[Key, Subject]) -> Stand:
    subject = subjects.get((task.kind, task.key))
    wanted = {LAB_DONE} if task.kind == TaskKind.LAB else {
        step[0] for step in subject.steps} if subject is not None and subject.steps else set(done)
    hit = {step: at for step, at in done.items() if step in wanted}
    complete = len(hit) == len(wanted) and bool(hit)
    return Stand(done=len(hit), of=len(wanted), in_time=sum(in_time(task, at) for at in hit.values()),
                 complete_at=max(hit.values()) if complete else None, steps=frozenset(hit))


def stumbles(found: Matrix) -> list[Stumble]:
    """The exercises of the class that somebody began, the hardest first: by tries for one solution (none at
    all comes first), then by hints."""
    result = []
    for task in found.tasks:
        if task.kind != TaskKind.EXERCISE:
            continue
        rows = [(member, found.stand(member.student_id, task)) for member in found.members]
        begun = [(member, stand) for member, stand in rows if stand.is_begun]
        if begun:
            result.append(Stumble(
                task, tries=sum(stand.tries for _member, stand in begun),
                hints=sum(stand.hints for _member, stand in begun),
                solved=sum(stand.is_complete for _member, stand in begun), begun=len(begun),
                unsolved=tuple((member, stand) for member, stand in begun if not stand.is_complete)))
    return sorted(result, key=_hardness)


def _hardness(stumble: Stumble) -> tuple[Any, ...]:
    each = stumble.tries_each
    return (each is not None, -(each or stumble.tries), -stumble.hints, stumble.task.id)
