"""A teacher's own exercises: written as TOML, kept, published to the own classes and to no other."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.learning import OWN, ClassMember, ClassTask, LearningClass, OwnExercise, TaskKind
from models.people import User
from models.roles import Role

#: Letters of a text, and exercises of one teacher.
LONGEST, MOST = 60_000, 200


def of(teacher: User) -> list[OwnExercise]:
    """The teacher's own exercises, newest first."""
    return list(db.session.scalars(sa.select(OwnExercise).where(OwnExercise.teacher_id == teacher.id)
                                   .order_by(OwnExercise.id.desc())))


def with_keys(keys: list[str]) -> list[OwnExercise]:
    """The own exercises of these keys; none without asking when there is no key."""
    if not keys:
        return []
    return list(db.session.scalars(sa.select(OwnExercise).where(OwnExercise.key.in_(keys))))


def found(exercise_id: int, teacher: User) -> OwnExercise | None:
    """The exercise, if it is this teacher's."""
    if not teacher.has_role(Role.TEACHER):
        return None
    return db.session.scalars(sa.select(OwnExercise).where(
        OwnExercise.id == exercise_id, OwnExercise.teacher_id == teacher.id)).first()


def key_of(typed: str) -> str:
    """The key of an own exercise from what was typed. Raises `Refused` at the field."""
    key = typed.strip().lower().removeprefix(OWN)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key, re.ASCII) or len(key) > 30:
        raise Refused(N_("Write a short name of small letters, digits and dashes, for example beds-per-ward, "
                         "at most 30 letters."), field="key")
    return f"{OWN}{key}"


def content_of(body: str) -> dict[str, Any]:
    """What the text says, as TOML. Raises `Refused` at the field, with the line where it stops."""
    if not body.strip():
        raise Refused(N_("Write the exercise as TOML."), field="body")
    if len(body) > LONGEST:
        raise Refused(N_("The text has at most %(most)s letters."), field="body", most=LONGEST)
    try:
        return tomllib.loads(body.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise Refused(N_("This is no TOML: %(why)s"), field="body", why=str(error)[:200]) from None


def title_of(exercise: OwnExercise, language: str) -> str:
    """The title in a language; the key where the text has none."""
    try:
        title = tomllib.loads(exercise.body).get("title")
    except tomllib.TOMLDecodeError:
        return exercise.key
    text = title.get(language) if isinstance(title, dict) else title
    return text if isinstance(text, str) and text.strip() else exercise.key


def save(exercise: OwnExercise | None, *, key: str, body: str, published: bool, by: User) -> OwnExercise:
    """Keep a new exercise, or a changed one (its key stays). The caller has looked through the text.

    Raises `NotAllowed`, or `Refused` at the field.
    """
    if not by.has_role(Role.TEACHER) or (exercise is not None and exercise.teacher_id != by.id):
        raise NotAllowed(N_("Only its teacher changes an exercise."))
    if exercise is None:
        if len(of(by)) >= MOST:
            raise Refused(N_("You have %(most)s own exercises. Delete one first."), field="key", most=MOST)
        if db.session.scalar(sa.select(OwnExercise.id).where(OwnExercise.key == key)) is not None:
            raise Refused(N_("This short name is taken. Choose another one."), field="key")
        exercise = OwnExercise(teacher_id=by.id, key=key)
        db.session.add(exercise)
    exercise.body, exercise.published = body.replace("\r\n", "\n").replace("\0", ""), published
    db.session.flush()
    return exercise


def delete(exercise: OwnExercise, *, by: User) -> None:
    """Raises `NotAllowed`, or `Refused` while a class has it to do."""
    if exercise.teacher_id != by.id or not by.has_role(Role.TEACHER):
        raise NotAllowed(N_("Only its teacher changes an exercise."))
    given = sa.select(ClassTask.id).where(ClassTask.kind == TaskKind.EXERCISE, ClassTask.key == exercise.key)
    if db.session.scalar(given.limit(1)) is not None:
        raise Refused(N_("A class has this exercise to do. Remove the task there first."))
    db.session.delete(exercise)
    db.session.flush()


def readable(key: str, user: User) -> OwnExercise | None:
    """The exercise with this key, if the person may do it: its teacher, and while it is published the
    students of the teacher's open classes. None for everybody else."""
    exercise = db.session.scalars(sa.select(OwnExercise).where(OwnExercise.key == key)).first()
    if exercise is None or exercise.teacher_id == user.id:
        return exercise
    pupil = (sa.select(ClassMember.id).join(ClassMember.learning_class)
             .where(ClassMember.student_id == user.id, ClassMember.left_at.is_(None),
                    LearningClass.closed_at.is_(None), LearningClass.teacher_id == exercise.teacher_id))
    return exercise if exercise.published and db.session.scalar(pupil.limit(1)) is not None else None
