"""What a student has to do for the own classes, for the learn home: open things first, what is done last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_login import current_user

from models import clock
from models.learning import OWN, ClassTask, LearningClass, TaskKind
from models.operations.learning import classes, marks, own_exercises, subjects
from models.operations.learning.subjects import Subject
from models.roles import Role
from portal.learn.classes import common


@dataclass(frozen=True)
class Due:
    """One task of one class as the student sees it."""

    title: str
    kind: TaskKind
    icon: str
    class_name: str
    address: str
    due_on: date | None
    is_done: bool
    is_late: bool
    is_today: bool


def of_student() -> list[Due]:
    """The tasks of the person's open classes whose first day has come; none for who is no student."""
    if not current_user.has_role(Role.STUDENT):
        return []
    rows = classes.shown_to(common.person())
    if not rows:
        return []
    found: dict[common.Key, Subject] = {(kind, key): subject for kind in TaskKind
                                        for key, subject in subjects.known(kind).items()}
    own = [task.key for _group, task in rows if task.key.startswith(OWN)]
    found.update({(TaskKind.EXERCISE, exercise.key): common.as_subject(exercise)
                  for exercise in own_exercises.with_keys(own)})
    stands = marks.stands_of([current_user.id], [task for _group, task in rows], found)
    entries = [_due(group, task, stands[current_user.id, task.id], found) for group, task in rows]
    return sorted(entries, key=lambda entry: entry.is_done)


def _due(group: LearningClass, task: ClassTask, stand: marks.Stand, found: Any) -> Due:
    today, subject = clock.today(), found.get((task.kind, task.key))
    return Due(title=common.title(found, task.kind, task.key), kind=task.kind, icon=common.ICONS[task.kind],
               class_name=group.name, address=subject.address if subject is not None else "/learn/",
               due_on=task.due_on, is_done=stand.is_complete, is_late=task.is_late(today),
               is_today=task.due_on == today)
