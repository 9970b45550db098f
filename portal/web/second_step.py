"""The second step of signing in: the code of the app, and who may go on without one."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, session
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import Forbidden

from models import clock
from models.activity import Activity
from models.base import db, one_transaction
from models.operations.core import activity
from models.operations.people import second_factor
from models.people import User
from portal.web import htmx, signin
from portal.web.guessing import Guesses
from portal.web.links import home_of, safe_next

bp = Blueprint("second_step", __name__)
#: Whose password was right in this browser, and when.
HALF = "half"
#: Seconds in which the code follows.
LONGEST = 600
#: Administrators that the page names.
SHOWN = 5
code_guesses = Guesses("code", account=5, a_day=50)
#: What somebody may open who has to set the factor up first.
MEANWHILE = ("own_account.factor", "site.logout", "site.language", "site.theme", "health.", "static")


def _mark(user: User) -> str:
    return hashlib.sha256(f"{user.id}:{user.password_hash}:{user.factor_since}".encode()).hexdigest()


def enter(user: User, wanted: str | None) -> Any:
    """After the first proof: in, or to the second step."""
    if user.factor_since is None:
        signin.sign_in(user)
        db.session.commit()
        return redirect(safe_next(wanted) or home_of(user), 303)
    session[HALF] = [user.id, int(clock.now().timestamp()), _mark(user), safe_next(wanted) or ""]
    return redirect("/login/code", 303)


def _half() -> tuple[User, str] | None:
    """Whose second step it is and where to afterwards; None where there was no first, or long ago."""
    kept = session.get(HALF)
    if not kept or not 0 <= clock.now().timestamp() - kept[1] <= LONGEST:
        return None
    user = db.session.get(User, kept[0])
    if user is None or not user.is_active or _mark(user) != kept[2]:
        return None
    return user, kept[3]


def _code_page(user: User, error: str = "", status: int = 200) -> Any:
    helpers = second_factor.who_resets(user)[:SHOWN] if user.is_staff else []
    return render_template("site/code.html", error=error, user=user, helpers=helpers), status


@bp.get("/login/code")
def code() -> Any:
    half = _half()
    return _code_page(half[0]) if half else redirect("/login")


@bp.post("/login/code")
def code_post() -> Any:
    half = _half()
    if half is None:
        session.pop(HALF, None)
        return redirect("/login", 303)
    user, wanted = half
    typed = request.form.get("code", "").replace("\0", "")[:80]
    if not typed.strip():
        return _code_page(user, gettext("Type the code."), 422)
    attempt = code_guesses.begin(str(user.id), user)
    with one_transaction():
        right = second_factor.is_right(user, typed)
        if right:
            signin.sign_in(user)
        else:
            activity.record(Activity.LOGIN_FAILED, table_name="user", changed_id=user.id)
    if not right:
        return _code_page(user, gettext(
            "This code is not right, or was used already. Wait for the next one, or type a recovery "
            "code."), 422)
    attempt.right()
    session.pop(HALF, None)
    return redirect(safe_next(wanted) or home_of(user), 303)


def is_missing(user: User) -> bool:
    """Whether the person has to set a second factor up before anything else."""
    return (current_app.config["SECOND_FACTOR"] == "staff" and user.is_staff and not user.is_demo
            and user.factor_since is None)


def _lead() -> Any:
    """Who has to set it up can do nothing else until then."""
    if (request.endpoint or "static").startswith(MEANWHILE) or not current_user.is_authenticated:
        return None
    if not is_missing(current_user):
        return None
    if request.path.startswith(signin.API):
        raise Forbidden
    if htmx.wants_fragment():
        return htmx.sent_to("/account/factor", 403)
    flash(gettext("Staff sign in with a second factor. Set it up once, then go on."))
    return redirect("/account/factor")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.before_request(_lead)
