"""`/learn/cases`: stories to play in the own practice hospital; what was done there is looked up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import sqlalchemy as sa
from flask import abort, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from models.base import db, one_transaction
from models.learning import CaseProgress, TaskKind
from models.operations.learning import progress
from models.operations.learning.subjects import Subject, offer
from portal.learn.boxes import box_of, settings
from portal.learn.boxes.store import Box
from portal.learn.cases.stories import Case, cases, check
from portal.learn.pages import Part, add_part, bp

CASES = add_part(Part(
    "learn.cases", _l("Cases"), "clipboard-check",
    _l("Stories to play in your own hospital, role by role: approve, deliver, diagnose, close the month. "
       "Each step is checked by itself."),
    _l("Play a case"), order=70))


def _subjects() -> Iterator[Subject]:
    """The cases as a teacher can set them."""
    for case in cases().values():
        yield Subject(TaskKind.CASE, case.key, case.title.id, case.title.en, f"/learn/cases/{case.key}",
                      tuple((step.key, step.do.id, step.do.en) for step in case.steps))


offer(TaskKind.CASE, _subjects)


@bp.get("/cases", endpoint="cases")
def case_list() -> str:
    """Every case, with how far the reader is."""
    done: dict[str, set[str]] = {}
    for key, step in db.session.execute(
            sa.select(CaseProgress.key, CaseProgress.step).where(CaseProgress.user_id == current_user.id)):
        done.setdefault(key, set()).add(step)
    counts = {case.key: len(done.get(case.key, set()) & {step.key for step in case.steps})
              for case in cases().values()}
    return render_template("learn/cases.html", cases=cases().values(), counts=counts, section="cases",
                           is_on=settings.is_on(), box=_box())


@bp.get("/cases/<key>")
def case_page(key: str) -> Any:
    """One case: its story and its steps, those that are done with the reason of their rule."""
    return _page(_case(key))


@bp.post("/cases/<key>")
def check_case(key: str) -> Any:
    """Look into the reader's hospital for the steps that are not done yet: 303 back when there is a new one,
    422 with a sentence when there is none."""
    case, box = _case(key), _box()
    if box is None:
        return _page(case, gettext("Make your practice hospital first; the case is played there.")), 422
    open_steps = [step for step in case.steps if step.key not in _done(case)]
    try:
        with closing(box.read_only()) as connection:
            new = [step for step in open_steps if check(connection, case, step, box.made_at)]
    except sqlite3.Error:
        return _page(case, gettext("Your practice hospital could not be read. Try again, or make it "
                                   "anew.")), 422
    if not new:
        return _page(case, gettext("Your hospital does not show the next step yet. Do it there, then check "
                                   "again.")), 422
    with one_transaction():
        for step in new:
            progress.case_step_done(db.session, current_user, case.key, step.key)
    return redirect(url_for("learn.case_page", key=key) + f"#step-{new[-1].key}", 303)


def _case(key: str) -> Case:
    if key not in cases():
        abort(404)
    return cases()[key]


def _box() -> Box | None:
    """The reader's living hospital."""
    return box_of(current_user) if settings.is_on() else None


def _done(case: Case) -> set[str]:
    return progress.steps_done(db.session, current_user, case.key)


def _page(case: Case, refused: str = "") -> str:
    done = _done(case)
    current = next((step.key for step in case.steps if step.key not in done), "")
    return render_template("learn/case.html", case=case, done=done, current=current, box=_box(),
                           is_on=settings.is_on(), refused=refused, section="cases")
