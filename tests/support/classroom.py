"""A class with its teacher and students, and things to do that the tests offer in place of the laboratory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.learning import ClassMember, ClassTask, LearningClass, TaskKind
from models.operations.learning import classes, subjects
from models.operations.learning.subjects import Subject
from models.people import User
from models.roles import Role
from tests.support.factories import make_user, saved, unique

K = TaskKind
OFFERED = {
    K.EXERCISE: (Subject(K.EXERCISE, "stock-per-store", "Stok per gudang", "Stock per store",
                         "/learn/exercises/stock-per-store", group_id="Kelompok", group_en="Groups"),
                 Subject(K.EXERCISE, "dearest", "Termahal", "Dearest", "/learn/exercises/dearest",
                         group_id="Pilih", group_en="Select")),
    K.CASE: (Subject(K.CASE, "recall", "Penarikan batch", "Recall of a batch", "/learn/cases/recall",
                     (("find", "Cari", "Find"), ("block", "Blokir", "Block"),
                      ("tell", "Kabari", "Tell"), ("close", "Tutup", "Close"))),),
    K.LAB: (Subject(K.LAB, "double-booking", "Janji ganda", "Double booking",
                    "/learn/break/double-booking"),),
}


def offer_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two exercises, a case of four steps and a lab, whatever the parts of the laboratory offer."""
    monkeypatch.setattr(subjects, "known", lambda kind: {subject.key: subject for subject in OFFERED[kind]})


@dataclass
class Classroom:
    """A class, its teacher and two students who are in it."""

    teacher: User
    group: LearningClass
    ani: User
    budi: User

    def give(self, kind: TaskKind, key: str, **days: Any) -> ClassTask:
        return saved(ClassTask(learning_class_id=self.group.id, kind=kind, key=key, **days))


def make_class(teacher: User | None = None, **fields: Any) -> LearningClass:
    teacher = teacher or make_user(Role.TEACHER)
    code = "".join(letter if letter in classes.LETTERS else "A" for letter in unique("K"))[:8].ljust(8, "B")
    fields.setdefault("name", unique("Class"))
    return saved(LearningClass(teacher_id=teacher.id, invitation_code=fields.pop("invitation_code", code),
                               **fields))


def put_in(group: LearningClass, student: User | None = None, **fields: Any) -> ClassMember:
    student = student or make_user(Role.STUDENT)
    return saved(ClassMember(learning_class_id=group.id, student_id=student.id, **fields))


def make_classroom() -> Classroom:
    teacher = make_user(Role.TEACHER, language="en")
    group = make_class(teacher)
    ani, budi = make_user(Role.STUDENT, name="Ani", language="en"), make_user(Role.STUDENT, name="Budi")
    put_in(group, ani)
    put_in(group, budi)
    return Classroom(teacher, group, ani, budi)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SELECTs of the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant of the hospital's wall clock."""
    return datetime.combine(day, time(hour, minute, second), clock.zone())


def days_from_now(days: int) -> date:
    return clock.today() + timedelta(days=days)
