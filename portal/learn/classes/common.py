"""What the pages of classes share: whose class it is, what can be given to do, days as typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import wraps
from typing import Any

from flask import abort
from flask_babel import gettext
from flask_login import current_user

from models import rights
from models.errors import N_, Refused
from models.learning import LearningClass, OwnExercise, TaskKind
from models.operations.learning import classes, own_exercises, subjects
from models.operations.learning.subjects import Subject
from models.people import User
from models.roles import Role
from portal.web.locale import is_indonesian

Key = tuple[TaskKind, str]
#: The largest key that a column can hold; a larger number in an address names nothing.
LARGEST = 2**63 - 1
WORDS = {TaskKind.EXERCISE: N_("Exercises"), TaskKind.CASE: N_("Cases"), TaskKind.LAB: N_("Break-it labs")}
ICONS = {TaskKind.EXERCISE: "code", TaskKind.CASE: "play", TaskKind.LAB: "flask"}


def language() -> str:
    return "id" if is_indonesian() else "en"


def person() -> User:
    return current_user._get_current_object()  # type: ignore[no-any-return]


def for_classes(view: Any) -> Any:
    """Only for teachers and administrators; 403 for the others who are signed in."""
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not rights.may_open(current_user, "classes"):
            abort(403)
        return view(*args, **kwargs)
    return guarded


def for_teachers(view: Any) -> Any:
    """Only for teachers: an administrator reads, and changes nothing."""
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.has_role(Role.TEACHER):
            abort(403)
        return view(*args, **kwargs)
    return guarded


def class_or_404(class_id: int) -> LearningClass:
    """The class, if the person sees it."""
    group = classes.found(class_id, person()) if class_id <= LARGEST else None
    if group is None:
        abort(404)
    return group


def own_class_or_404(class_id: int) -> LearningClass:
    """The class, if the person is its teacher; 404 where it is not there for them, 403 for who only reads."""
    group = class_or_404(class_id)
    classes.check_teacher(group, person())
    return group


def as_subject(exercise: OwnExercise) -> Subject:
    """A teacher's own exercise as a thing to do."""
    return Subject(TaskKind.EXERCISE, exercise.key, own_exercises.title_of(exercise, "id"),
                   own_exercises.title_of(exercise, "en"), own_address(exercise.key),
                   group_id="Latihan sendiri", group_en="Own exercises")


def own_address(key: str) -> str:
    """Where students do an own exercise: with the others."""
    return f"/learn/exercises/{key}"


def subjects_of(group: LearningClass) -> dict[Key, Subject]:
    """Everything that the class could be given: what comes with Rawat, and its teacher's published
    exercises."""
    found = {(kind, key): subject for kind in TaskKind for key, subject in subjects.known(kind).items()}
    for exercise in own_exercises.of(group.teacher):
        if exercise.published:
            found[TaskKind.EXERCISE, exercise.key] = as_subject(exercise)
    return found


def grouped(found: Mapping[Any, Subject]) -> dict[TaskKind, dict[str, list[Subject]]]:
    """Subjects by kind and by the head that they stand under, in their order."""
    result: dict[TaskKind, dict[str, list[Subject]]] = {}
    for subject in found.values():
        result.setdefault(subject.kind, {}).setdefault(subject.group(language()), []).append(subject)
    return {kind: result[kind] for kind in TaskKind if kind in result}


def title(found: Mapping[Key, Subject], kind: TaskKind, key: str) -> str:
    """What a task is called; its key where the part that offered it is gone."""
    subject = found.get((kind, key))
    return subject.title(language()) if subject is not None else key


def typed_day(text: str, field: str) -> date | None:
    """A day as a date field sends it; None for an empty one. Raises `Refused` at the field."""
    text = text.strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(N_("Write a day, for example 2026-11-29."), field=field) from None


def chosen(values: Iterable[str], found: Mapping[Key, Subject]) -> list[Key]:
    """The things to do that a form names as `kind:key`. Raises `Refused` at the field for one that nobody
    offers."""
    result = []
    for value in values:
        kind, _, key = value.partition(":")
        if kind not in set(TaskKind) or (TaskKind(kind), key) not in found:
            raise Refused(N_("Choose one of the list."), field="subject")
        result.append((TaskKind(kind), key))
    return result


def labels() -> dict[str, str]:
    """What the fields of these forms are called."""
    return {"name": gettext("Name of the class"), "subject": gettext("What is to be done"),
            "opens_on": gettext("First day"), "due_on": gettext("Last day"),
            "code": gettext("Invitation code"), "key": gettext("Short name"),
            "body": gettext("Exercise as TOML")}
