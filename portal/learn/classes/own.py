"""`/learn/classes/exercises`: a teacher's own exercises, written as TOML."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from models.base import one_transaction
from models.errors import N_, Refused
from models.learning import OwnExercise
from models.operations.learning import own_exercises
from portal.learn.classes import common
from portal.learn.pages import bp
from portal.web.locale import refusal_text

#: What a new exercise begins with: a text that can be published as it stands.
EXAMPLE = '''number = 1
level = "easy"
tables = ["bed"]
columns = ["code"]

title.id = "Tempat tidur yang siap"
title.en = "Beds that are ready"
story.id = "Tempat tidur mana yang siap dipakai?"
story.en = "Which beds are ready?"
teaches.id = "WHERE memilih baris."
teaches.en = "WHERE chooses rows."

solution = """
SELECT code FROM bed WHERE state = 'ready'
"""
wrong = [
  "SELECT code FROM bed",
  "SELECT code FROM bed WHERE state = 'occupied'",
]

[[hints]]
id = "Keadaan tempat tidur ada di kolom `state`."
en = "The column `state` says how a bed is."
[[hints]]
id = "Yang siap bernilai `ready`."
en = "A bed that is ready has `ready`."
[[hints]]
id = "`WHERE state = 'ready'`"
en = "`WHERE state = 'ready'`"
'''


def checked(body: str) -> None:
    """Look through the text of an exercise. Raises `Refused` at the field, with what would be accepted."""
    content = own_exercises.content_of(body)
    title = content.get("title")
    if not isinstance(title, dict) or not all(
            isinstance(title.get(code), str) and title[code].strip() for code in ("id", "en")):
        raise Refused(N_("The exercise needs a title in both languages: title.id and title.en."),
                      field="body")
    if not isinstance(content.get("solution"), str) or not content["solution"].strip():
        raise Refused(N_("The exercise needs a solution: the statement that is right."), field="body")


def _list(status: int = 200, error: str = "") -> Any:
    return render_template("learn/classes/own_list.html", section="class_list",
                           rows=own_exercises.of(common.person()), title_of=own_exercises.title_of,
                           language_code=common.language(), error=error), status


def _form(exercise: OwnExercise | None, errors: dict[str, str] | None = None, status: int = 200) -> Any:
    typed = request.form if request.method == "POST" else None
    values = {"key": exercise.key if exercise is not None else typed.get("key", "") if typed else "",
              "body": typed.get("body", "") if typed else exercise.body if exercise is not None else EXAMPLE,
              "published": bool(typed.get("published")) if typed
              else exercise.published if exercise is not None else False}
    return render_template("learn/classes/own_form.html", section="class_list", exercise=exercise,
                           values=values, errors=errors or {}, labels=common.labels()), status


def _found(exercise_id: int) -> OwnExercise:
    exercise = own_exercises.found(exercise_id, common.person()) if exercise_id <= common.LARGEST else None
    if exercise is None:
        abort(404)
    return exercise


@bp.get("/classes/exercises")
@common.for_teachers
def own_list() -> Any:
    """The teacher's own exercises."""
    return _list()


@bp.get("/classes/exercises/new")
@common.for_teachers
def own_new() -> Any:
    return _form(None)


@bp.post("/classes/exercises/new")
@common.for_teachers
def own_add() -> Any:
    return _save(None)


@bp.get("/classes/exercises/<int:exercise_id>")
@common.for_teachers
def own_edit(exercise_id: int) -> Any:
    return _form(_found(exercise_id))


@bp.post("/classes/exercises/<int:exercise_id>")
@common.for_teachers
def own_save(exercise_id: int) -> Any:
    return _save(_found(exercise_id))


def _save(exercise: OwnExercise | None) -> Any:
    form = request.form
    try:
        key = exercise.key if exercise is not None else own_exercises.key_of(form.get("key", ""))
        checked(form.get("body", ""))
        with one_transaction():
            own_exercises.save(exercise, key=key, body=form.get("body", ""),
                               published=bool(form.get("published")), by=common.person())
    except Refused as refusal:
        return _form(exercise, {refusal.field or "body": refusal_text(refusal)}, refusal.status)
    flash(gettext("The exercise was kept."))
    return redirect(url_for("learn.own_list"), 303)


@bp.post("/classes/exercises/<int:exercise_id>/delete")
@common.for_teachers
def own_delete(exercise_id: int) -> Any:
    exercise = _found(exercise_id)
    try:
        with one_transaction():
            own_exercises.delete(exercise, by=common.person())
    except Refused as refusal:
        return _list(refusal.status, refusal_text(refusal))
    flash(gettext("The exercise was deleted."))
    return redirect(url_for("learn.own_list"), 303)
