"""`/learn/sandbox`: a learner makes a hospital of their own, opens it in any role, and makes it anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from models.errors import Refused
from models.roles import Role
from portal.learn.boxes import process, settings, store
from portal.learn.pages import Part, add_part, bp
from portal.web.locale import refusal_text
from portal.web.throttle import Throttle

SANDBOX = add_part(Part(
    "learn.sandbox", _l("Practice hospital"), "building-hospital",
    _l("A hospital of your own, made in a moment: play every role, break what you like, start again. "
       "Nobody else sees it."),
    _l("Open my hospital"), order=60))
#: Learners themselves stay in the lessons; everybody else of the hospital can be played.
PLAYED = tuple(role for role in Role if role not in (Role.STUDENT, Role.TEACHER))
making = Throttle("sandbox", limit=20, window=timedelta(minutes=10))


@bp.get("/sandbox")
def sandbox() -> str:
    """The learner's hospital: its roles and its time, or how to make one."""
    return _page()


@bp.post("/sandbox")
def make_sandbox() -> Any:
    """Make the learner's hospital, or make it anew; 303 back to its page. Refused: 422 with the reason."""
    if not settings.is_on():
        return _page(), 422
    wait = making.take(str(current_user.id))
    if wait:
        raise TooManyRequests(retry_after=wait)
    try:
        store.make(current_user.id, request.host_url.rstrip("/"))
    except Refused as refusal:
        return _page(refusal_text(refusal)), 422
    process.ensure(current_app)
    return redirect(url_for("learn.sandbox"), 303)


def _page(refused: str = "") -> str:
    box = store.box_of(current_user) if settings.is_on() else None
    return render_template("learn/sandbox.html", box=box, roles=PLAYED, refused=refused,
                           is_on=settings.is_on(), is_down=process.is_down(current_app),
                           hours=current_app.config[settings.HOURS],
                           section="sandbox")
