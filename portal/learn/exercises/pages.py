"""The pages of the exercises: the list by chapter with what the person has done, and one exercise to try."""

from __future__ import annotations

import re
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from jinja2_fragments.flask import render_blocks
from markupsafe import Markup, escape

from models.base import db, one_transaction
from models.learning import ExerciseProgress
from models.operations.learning import progress
from models.roles import Role
from portal.learn.exercises import files, judge
from portal.learn.lab import engine, schema
from portal.learn.lab.hospital import forms
from portal.learn.pages import Part, add_part, bp
from portal.web import locale
from portal.web.htmx import wants_fragment

EXERCISES = add_part(Part(
    "learn.exercises", _l("Exercises"), "school",
    _l("Questions that people of this hospital ask, to be answered by a query. The answer is checked on "
       "two sets of data."),
    _l("Open the exercises"), order=45))
LEVELS = {"easy": _l("Easy"), "medium": _l("Medium"), "hard": _l("Hard")}
#: Rows of a result that the page shows.
SHOWN = 50
#: Bytes of a statement; the engine's own limit.
LONGEST = 20_000
#: Why a statement did not run to its end, by the engine's word for the limit.
STOPPED = {
    "time": _l("It took longer than one second and was stopped. Is a condition of a JOIN missing?"),
    "memory": _l("It needed more memory than a query may use here."),
    "right": _l("This is not allowed here: a query may only read, and only tables of the lab."),
    "size": _l("The query, or a value that it makes, is too large."),
    "bytes": _l("The result is too large."),
    "ended": _l("It was stopped because it did not answer in time."),
    "busy": _l("Other queries are running at the moment. Try again shortly."),
}


@bp.get("/exercises")
def exercises() -> str:
    """Chapters with their exercises, and which the person has tried and solved."""
    done = progress.of(db.session, current_user)
    known = files.exercises()
    return render_template(
        "learn/exercises.html", chapters=list(files.by_chapter()), done=done, levels=LEVELS, total=len(known),
        solved=sum(1 for key in known if key in done and done[key].solved_at))


@bp.route("/exercises/<key>", methods=["GET", "POST"])
def exercise(key: str) -> ResponseReturnValue:
    """One exercise. POST `sql`; `do` is `run` (rows), `check` (rows compared) or `hint` (one more)."""
    found = files.exercises().get(key)
    if found is None:
        abort(404)
    if request.method == "GET":
        return _page(found, {})
    sql = request.form.get("sql", "").replace("\r\n", "\n")
    do = request.form.get("do", "check")
    if do == "hint":
        with one_transaction():
            progress.hint_used(db.session, current_user, key)
        return _page(found, {"sql": sql})
    refused = _refusal(sql)
    if refused:
        return _page(found, {"sql": sql, "error": refused}), 422
    if do == "run":
        given = {"sql": sql, "result": engine.run(sql)}
    else:
        given = _checked(found, sql)
    result = given["result"]
    ran = result.problem is None and result.stopped in ("", "rows", "bytes")
    return _page(found, given), 200 if ran else 422


def _refusal(sql: str) -> Any:
    """What is wrong with what was typed before it is run, else None."""
    if not sql.strip():
        return _l("Write a query first, for example SELECT * FROM %(table)s.", table="item")
    if len(sql.encode()) > LONGEST:
        return _l("A query may have at most 20,000 letters.")
    return None


def _checked(found: files.Exercise, sql: str) -> dict[str, Any]:
    verdict = judge.judge(found, sql)
    if verdict.result.stopped != "busy":
        with one_transaction():
            progress.tried(db.session, current_user, found.key, sql, solved=verdict.is_right)
    return {"sql": sql, "result": verdict.result, "verdict": verdict}


def _page(found: files.Exercise, given: dict[str, Any]) -> str:
    """The page; htmx gets what changes: the answer, the hints and the head's count."""
    done = progress.of(db.session, current_user)
    mine = done.get(found.key)
    known = list(files.exercises())
    before, after = files.before_and_after(found.key)
    context = {
        "exercise": found, "mine": mine, "sql": _typed(mine), "error": None, "result": None, "verdict": None,
        "levels": LEVELS, "chapter": next(each for each in files.CHAPTERS if each.key == found.chapter),
        "before": before, "after": after, "titles": files.exercises(), "place": known.index(found.key) + 1,
        "total": len(known), "solved": sum(1 for key in known if key in done and done[key].solved_at),
        "hints": found.hints[:_hints_open(mine)], "is_open": _is_open(mine), "shown": SHOWN,
        "stopped": STOPPED, "columns_of": columns_of, "has_page": schema.TABLES, **given}
    if wants_fragment():
        return render_blocks("learn/exercise.html", ["answer", "help", "count"], fragment=True, **context)
    return render_template("learn/exercise.html", **context)


def _typed(mine: ExerciseProgress | None) -> str:
    return (mine.last_sql or "") if mine else ""


def _is_open(mine: ExerciseProgress | None) -> bool:
    """Whether the person sees hints and solution without asking: who has solved it, and who teaches."""
    return bool(mine and mine.solved_at) or not {Role.TEACHER, Role.ADMIN}.isdisjoint(current_user.roles)


def _hints_open(mine: ExerciseProgress | None) -> int:
    if _is_open(mine):
        return files.HINTS
    return mine.hints_used if mine else 0


def columns_of(table: str) -> list[str]:
    """Names of the columns that the lab has of a table."""
    return (schema.TABLES.get(table) or forms.COLUMNS[table]).split()


@bp.app_template_filter("as_cell")
def as_cell(value: Any) -> str:
    """A value of a result as text; a number without the noise of its last binary digits."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


_CODE = re.compile(r"`([^`]+)`")


@bp.app_template_filter("with_code")
def with_code(texts: dict[str, str]) -> Markup:
    """A text of an exercise in the reader's language; what stands between backticks is code."""
    text = str(escape(texts[locale.language() or "id"]))
    return Markup(_CODE.sub(r"<code>\1</code>", text))  # noqa: S704 (escaped above)
