"""`/learn/break`: experiments that attack a copy of the hospital, with a rule and without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import abort, render_template, request
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from models.base import db, one_transaction
from models.errors import Refused
from models.learning import TaskKind
from models.operations.learning import progress
from models.operations.learning.subjects import Subject, offer
from portal.learn.boxes import settings, store
from portal.learn.breaking import worker
from portal.learn.breaking.labs import DATABASE, LABS, OPERATION, PAGE, Lab
from portal.learn.pages import Part, add_part, bp
from portal.web.locale import language, refusal_text

BREAK = add_part(Part(
    "learn.break_it", _l("Break it"), "bolt",
    _l("Attacks on a copy of the hospital: book twice, skip an approval, forge the log. See which rule "
       "holds, and what happens without it."),
    _l("Attack something"), order=80))
#: The layers from the outside to the inside, with what each does.
LAYERS = ((PAGE, _l("Page"), _l("Shows what is yours, asks before it does")),
          (OPERATION, _l("Operation"), _l("Checks role, version, state and condition")),
          (DATABASE, _l("Database"), _l("Constraints and triggers, for everybody who writes")))


def _subjects() -> Iterator[Subject]:
    """The experiments as a teacher can set them."""
    for lab in LABS.values():
        titles = []
        for code in ("id", "en"):
            with force_locale(code):
                titles.append(str(lab.title))
        yield Subject(TaskKind.LAB, lab.key, *titles, f"/learn/break/{lab.key}")


offer(TaskKind.LAB, _subjects)


@bp.get("/break")
def break_it() -> str:
    """The list of experiments."""
    return render_template("learn/break.html", labs=LABS.values(), is_on=settings.is_on(), section="break_it",
                           layers={key: word for key, word, _about in LAYERS})


@bp.get("/break/<key>")
def break_one(key: str) -> Any:
    """One experiment, before it is done."""
    lab = _lab(key)
    if settings.is_on() and store.template().exists():
        worker.prepare()
    return _page(lab)


@bp.post("/break/<key>")
def attack(key: str) -> Any:
    """Do it in a fresh copy, with the rule, or without it (`off=1`); 422 where it cannot be done now."""
    lab, is_off = _lab(key), request.form.get("off") == "1"
    if not settings.is_on():
        return _page(lab), 422
    try:
        store.require_template()
        result = worker.ask(lab.key, is_off=is_off, language=language() or "id")
    except Refused as refusal:
        return _page(lab, refused=refusal_text(refusal)), 422
    with one_transaction():
        progress.lab_done(db.session, current_user, lab.key)
    return _page(lab, result=result, is_off=is_off)


def _lab(key: str) -> Lab:
    if key not in LABS:
        abort(404)
    return LABS[key]


def _page(lab: Lab, **given: Any) -> str:
    keys = list(LABS)
    place = keys.index(lab.key)
    given = {"result": None, "is_off": False, "refused": "", **given}
    return render_template("learn/break_one.html", lab=lab, labs=LABS.values(), place=place + 1,
                           following=LABS[keys[(place + 1) % len(keys)]], layers=LAYERS, section="break_it",
                           is_on=settings.is_on(), **given)
