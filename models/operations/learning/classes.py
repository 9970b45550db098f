"""A teacher's classes: making them, who may join, what is to be done, closing.

A teacher sees and changes the own classes, an administrator reads them all; for everybody else they are not
there. Functions flush.
"""

from __future__ import annotations

import re
import secrets
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from models import clock
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.journal import FIRST_YEAR, LAST_YEAR
from models.learning import ClassMember, ClassTask, LearningClass, TaskKind
from models.people import AccountStatus, User
from models.roles import Role

#: Letters of an invitation code: none that looks like another one. 31 ** 8 codes are too many to guess.
LETTERS, LENGTH = "ABCDEFGHJKMNPQRSTUVWXYZ23456789", 8
#: So many open classes of one teacher, students in one class, and tasks of one.
MOST_CLASSES, MOST_STUDENTS, MOST_TASKS = 100, 500, 200


# ---------------------------------------------------------------- whose

def visible(user: User) -> sa.Select[Any]:
    """The classes that the person sees as a teacher or administrator, open ones first, newest first."""
    result = (sa.select(LearningClass).options(joinedload(LearningClass.teacher))
              .order_by(LearningClass.closed_at.is_not(None), LearningClass.id.desc()))
    if user.has_role(Role.ADMIN):
        return result
    return result.where(LearningClass.teacher_id == user.id if user.has_role(Role.TEACHER) else sa.false())


def found(class_id: int, user: User) -> LearningClass | None:
    """The class, if the person sees it."""
    return db.session.scalars(visible(user).where(LearningClass.id == class_id)).first()


def may_change(group: LearningClass, user: User) -> bool:
    """Whether the person is the class's teacher."""
    return user.has_role(Role.TEACHER) and group.teacher_id == user.id


def check_teacher(group: LearningClass, by: User) -> None:
    """Raises `NotAllowed` for everybody but the class's teacher."""
    if not may_change(group, by):
        raise NotAllowed(N_("Only the teacher of a class changes it."))


def _check_open(group: LearningClass) -> None:
    if not group.is_open:
        raise Refused(N_("The class is closed. Open it again first."))


# ---------------------------------------------------------------- making and closing

def _checked_name(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not 2 <= len(name) <= 200:
        raise Refused(N_("Please write a name, 2 to 200 letters."), field="name")
    return name


def make(name: str, *, by: User) -> LearningClass:
    """A new class of the teacher, with an invitation code. Raises `NotAllowed`, or `Refused` at the field."""
    if not by.has_role(Role.TEACHER):
        raise NotAllowed(N_("Only a teacher makes a class."))
    name = _checked_name(name)
    mine = db.session.scalars(sa.select(LearningClass.name).where(
        LearningClass.teacher_id == by.id, LearningClass.closed_at.is_(None))).all()
    if name in mine:
        raise Refused(N_("You have an open class of this name already. Choose another one."), field="name")
    if len(mine) >= MOST_CLASSES:
        raise Refused(N_("You have %(most)s open classes. Close one first."), field="name", most=MOST_CLASSES)
    group = LearningClass(name=name, teacher_id=by.id, invitation_code=_code())
    db.session.add(group)
    db.session.flush()
    return group


def rename(group: LearningClass, name: str, *, by: User) -> None:
    check_teacher(group, by)
    group.name = _checked_name(name)
    db.session.flush()


def _code() -> str:
    """A code that no class has."""
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        taken = sa.select(LearningClass.id).where(LearningClass.invitation_code == code)
        if db.session.scalar(taken) is None:
            return code


def new_code(group: LearningClass, *, by: User) -> str:
    """Another code; the one before opens nothing any more."""
    check_teacher(group, by)
    _check_open(group)
    group.invitation_code = _code()
    db.session.flush()
    return group.invitation_code


def stop_inviting(group: LearningClass, *, by: User) -> None:
    """No code: nobody joins until there is a new one."""
    check_teacher(group, by)
    group.invitation_code = None
    db.session.flush()


def close(group: LearningClass, *, by: User) -> None:
    """Nobody joins, nothing is due any more; progress and marks stay. Done twice it changes nothing."""
    check_teacher(group, by)
    if group.is_open:
        group.closed_at, group.invitation_code = clock.now(), None
        db.session.flush()


def reopen(group: LearningClass, *, by: User) -> None:
    """Open a closed class again, with a new code."""
    check_teacher(group, by)
    if not group.is_open:
        group.closed_at, group.invitation_code = None, _code()
        db.session.flush()


# ---------------------------------------------------------------- students

def plain_code(typed: str) -> str:
    """A typed code as it is kept: capital letters, without blanks and dashes."""
    return re.sub(r"[\s\-.]", "", typed).upper()[:40]


def shown_code(code: str) -> str:
    """A code as people read it out: in two halves."""
    return f"{code[:4]}-{code[4:]}"


def by_code(typed: str) -> LearningClass:
    """The open class that invites with this code. Raises `Refused` at the field."""
    code = plain_code(typed)
    group = db.session.scalar(sa.select(LearningClass).where(
        LearningClass.invitation_code == code, LearningClass.closed_at.is_(None))
        .options(joinedload(LearningClass.teacher))) if code else None
    if group is None or group.teacher.status != AccountStatus.ACTIVE:
        raise Refused(N_("No class has this invitation code. Look at it again, or ask your teacher for a new "
                         "one."), field="code")
    return group


def join(group: LearningClass, student: User) -> ClassMember:
    """Put a student into the class; who is in it already stays. Raises `NotAllowed`, or `Refused` when it is
    full."""
    if not student.has_role(Role.STUDENT):
        raise NotAllowed(N_("Only a student joins a class."))
    present = sa.select(ClassMember).where(
        ClassMember.learning_class_id == group.id, ClassMember.student_id == student.id,
        ClassMember.left_at.is_(None))
    known = db.session.scalar(present)
    if known is not None:
        return known
    count = db.session.scalar(sa.select(sa.func.count()).where(
        ClassMember.learning_class_id == group.id, ClassMember.left_at.is_(None))) or 0
    if count >= MOST_STUDENTS:
        raise Refused(N_("The class is full: it has %(most)s students. Ask your teacher."), field="code",
                      most=MOST_STUDENTS)
    try:
        with db.session.begin_nested():
            member = ClassMember(learning_class_id=group.id, student_id=student.id)
            db.session.add(member)
    except IntegrityError:  # the same button twice
        return db.session.scalars(present).one()
    return member


def present(group: LearningClass) -> list[ClassMember]:
    """The students who are in the class now, by name; their accounts are loaded."""
    return list(db.session.scalars(
        sa.select(ClassMember).join(ClassMember.student).options(sa.orm.contains_eager(ClassMember.student))
        .where(ClassMember.learning_class_id == group.id, ClassMember.left_at.is_(None))
        .order_by(sa.func.lower(User.name), User.id)))


def own_memberships(student: User) -> list[ClassMember]:
    """The open classes that the student is in, with their teachers."""
    return list(db.session.scalars(
        sa.select(ClassMember).join(ClassMember.learning_class)
        .options(sa.orm.contains_eager(ClassMember.learning_class).joinedload(LearningClass.teacher))
        .where(ClassMember.student_id == student.id, ClassMember.left_at.is_(None),
               LearningClass.closed_at.is_(None))
        .order_by(LearningClass.name, LearningClass.id)))


def leave(member: ClassMember, *, by: User) -> None:
    """Take a student out: the student alone, or the teacher. Progress stays the student's. Raises
    `NotAllowed`."""
    if by.id != member.student_id:
        check_teacher(member.learning_class, by)
    if member.left_at is None:
        member.left_at = clock.now()
        db.session.flush()


# ---------------------------------------------------------------- tasks

def tasks_of(group: LearningClass) -> list[ClassTask]:
    """What the class has to do, by the day on which it is due; without such a day last."""
    return list(db.session.scalars(
        sa.select(ClassTask).where(ClassTask.learning_class_id == group.id)
        .order_by(ClassTask.due_on.is_(None), ClassTask.due_on, ClassTask.opens_on, ClassTask.id)))


def assign(group: LearningClass, chosen: list[tuple[TaskKind, str]], *, opens_on: date | None,
           due_on: date | None, by: User) -> int:
    """Give the class these things to do from one day to another; what it has already gets the new days. How
    many they are.

    The caller has looked that they exist. Raises `NotAllowed`, or `Refused` at the field.
    """
    check_teacher(group, by)
    _check_open(group)
    if not chosen:
        raise Refused(N_("Choose at least one thing to do."), field="subject")
    opens_on = opens_on or clock.today()
    for name, day in (("opens_on", opens_on), ("due_on", due_on)):
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Refused(N_("Write a day between %(first)s and %(last)s."), field=name,
                          first=str(FIRST_YEAR), last=str(LAST_YEAR))
    if due_on is not None and due_on < opens_on:
        raise Refused(N_("The last day lies before the first one. Choose a later day."), field="due_on")
    there = {(task.kind, task.key): task for task in tasks_of(group)}
    if len(there.keys() | set(chosen)) > MOST_TASKS:
        raise Refused(N_("A class has at most %(most)s tasks. Remove some first."), field="subject",
                      most=MOST_TASKS)
    for kind, key in dict.fromkeys(chosen):
        task = there.get((kind, key))
        if task is None:
            db.session.add(ClassTask(learning_class_id=group.id, kind=kind, key=key, opens_on=opens_on,
                                     due_on=due_on))
        else:
            task.opens_on, task.due_on = opens_on, due_on
    db.session.flush()
    return len(set(chosen))


def unassign(task: ClassTask, *, by: User) -> None:
    """Take a task from the class. What students did of it stays theirs."""
    check_teacher(task.learning_class, by)
    db.session.delete(task)
    db.session.flush()


def shown_to(student: User) -> list[tuple[LearningClass, ClassTask]]:
    """What the student has to do in all open classes: tasks whose first day has come, by the day on which
    they are due; one statement."""
    rows: Any = db.session.execute(
        sa.select(LearningClass, ClassTask).join(ClassTask, ClassTask.learning_class_id == LearningClass.id)
        .join(ClassMember, ClassMember.learning_class_id == LearningClass.id)
        .where(ClassMember.student_id == student.id, ClassMember.left_at.is_(None),
               LearningClass.closed_at.is_(None), ClassTask.opens_on <= clock.today())
        .order_by(ClassTask.due_on.is_(None), ClassTask.due_on, ClassTask.id))
    return [(row[0], row[1]) for row in rows]
