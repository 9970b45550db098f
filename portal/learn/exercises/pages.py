"""The pages of the exercises: the list by chapter with what the person has done, and one exercise to try."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from jinja2_fragments.flask import render_blocks
from markupsafe import Markup, escape

from models.base import db, one_transaction
from models.learning import ExerciseProgress
from models.operations.learning import progress
from models.roles import Role
from portal.learn.exercises import files, judge, own
from portal.learn.lab import pages as lab_pages
from portal.learn.lab import queries
from portal.learn.pages import Part, add_part, bp
from portal.web import locale
from portal.web.htmx import beside, wants_fragment

EXERCISES = add_part(Part(
    "learn.exercises", _l("Exercises"), "school",
    _l("Questions that people of this hospital ask, to be answered by a query. The answer is checked on "
       "two sets of data."),
    _l("Open the exercises"), order=45, switch="SQL_LAB"))
LEVELS = {"easy": _l("Easy"), "medium": _l("Medium"), "hard": _l("Hard")}


@bp.get("/exercises")
def exercises() -> str:
    """Chapters with their exercises, and which the person has tried and solved."""
    queries.offered()
    done = progress.of(db.session, current_user)
    known = files.exercises()
    return render_template(
        "learn/exercises.html", chapters=list(files.by_chapter()), done=done, levels=LEVELS, total=len(known),
        solved=sum(1 for key in known if key in done and done[key].solved_at))


@bp.route("/exercises/<key>", methods=["GET", "POST"])
def exercise(key: str) -> ResponseReturnValue:
    """One exercise. POST `sql`; `do` is `run` (rows), `check` (rows compared) or `hint` (one more)."""
    queries.offered()
    found = files.exercises().get(key) or own.readable(key, current_user)
    if found is None:
        abort(404)
    if request.method == "GET":
        return _page(found, {})
    query = queries.read(request.form)
    do = request.form.get("do", "check")
    if do == "hint":
        with one_transaction():
            progress.hint_used(db.session, current_user, key)
        return beside(_page(found, {"sql": query.sql}))
    if do == "run":
        answer, verdict = queries.answer(query), None
    else:
        answer, verdict = _checked(found, query)
    # a chart is what the lab's own page draws; a check is about right or wrong, not about speed
    answer = replace(answer, chart=None, plan=answer.plan if do == "run" else ())
    response = make_response(_page(found, {"sql": query.sql, "query": query, "answer": answer,
                                           "verdict": verdict}))
    response.status_code = answer.status
    if answer.wait:
        response.headers["Retry-After"] = str(answer.wait)
    return response


def _checked(found: files.Exercise, query: queries.Query) -> tuple[queries.Answer, judge.Verdict | None]:
    """What the lab says of the statement, and the verdict where it ran. Each check counts as a try."""
    refused = queries.refusal(query)
    if refused is not None:
        return refused, None
    verdict = judge.judge(found, query.sql)
    if verdict.result.stopped != "busy":
        with one_transaction():
            progress.tried(db.session, current_user, found.key, query.sql, solved=verdict.is_right)
    has_run = verdict.outcome is not judge.Outcome.NOT_RUN
    return queries.in_words(verdict.result, query), verdict if has_run else None


def _page(found: files.Exercise, given: dict[str, Any]) -> str:
    """The page; htmx gets what changes: the answer, the hints and the head's count."""
    done = progress.of(db.session, current_user)
    mine = done.get(found.key)
    known = list(files.exercises())
    is_own = found.key not in known
    before, after = files.before_and_after(found.key)
    context = {
        "exercise": found, "sql": _typed(mine), "answer": None, "verdict": None, "levels": LEVELS,
        "chapter": own.CHAPTER if is_own else next(each for each in files.CHAPTERS
                                                   if each.key == found.chapter),
        "before": before, "after": after, "titles": files.exercises(),
        "place": 0 if is_own else known.index(found.key) + 1,
        "total": len(known), "solved": sum(1 for key in known if key in done and done[key].solved_at),
        "hints": found.hints[:_hints_open(mine)], "is_open": _is_open(mine), "shown": queries.shown,
        "schema": [entry for entry in lab_pages.tree() if entry[0] in found.tables], "used": (), **given}
    if wants_fragment():
        return render_blocks("learn/exercise.html", ["result", "help", "count"], swapped=True, **context)
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


_CODE = re.compile(r"`([^`]+)`")


@bp.app_template_filter("with_code")
def with_code(texts: dict[str, str]) -> Markup:
    """A text of an exercise in the reader's language; what stands between backticks is code."""
    text = str(escape(texts[locale.language() or "id"]))
    return Markup(_CODE.sub(r"<code>\1</code>", text))  # noqa: S704 (escaped above)
