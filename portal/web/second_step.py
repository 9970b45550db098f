"""The second step of signing in: the code of the app or a passkey, who may go on without one, and the passkey
that opens an account by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    session,
)
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import Forbidden

from models import clock
from models.activity import Activity
from models.base import db, one_transaction
from models.operations.core import activity
from models.operations.people import passkeys, second_factor
from models.people import User
from portal.web import htmx, passkey_door, passwords, signin
from portal.web.guessing import Guesses, session_guesses
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


def enter(user: User, wanted: str | None, *, is_proved: bool) -> Any:
    """After the first proof: in, or to the second step. `is_proved`: it was the account's password."""
    if user.factor_since is None:
        signin.sign_in(user, is_proved=is_proved)
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
    return render_template("site/code.html", error=error, user=user, helpers=helpers,
                           **factors_of(user)), status


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
    wrong = factor_problem(user, lambda: signin.sign_in(user, is_proved=True))
    if wrong:
        return _code_page(user, wrong, 422)
    session.pop(HALF, None)
    return redirect(safe_next(wanted) or home_of(user), 303)


# ---------------------------------------------------------------- what proves who it is

def factors_of(user: User) -> dict[str, bool]:
    """What a page that asks for the second factor offers."""
    return {"has_app": second_factor.has_app(user),
            "has_passkey": passkeys.has_any(user) and passkey_door.is_offered()}


def factor_problem(user: User, then: Callable[[], None], *, prefix: str = "") -> str:
    """Do `then` where the form holds a right code, or a passkey's answer; else what is wrong. Counted."""
    typed, answer = (request.form.get(prefix + name, "").replace("\0", "") for name in ("code", "passkey"))
    if not typed.strip() and not answer:
        return gettext("Type the code, or use a passkey.") if passkeys.has_any(user) \
            else gettext("Type the code.")
    attempt = code_guesses.begin(str(user.id), user)
    with one_transaction():
        right = (passkey_door.used(answer, user) is not None if answer
                 else second_factor.is_right(user, typed[:80]))
        if right:
            then()
        else:
            activity.record(Activity.LOGIN_FAILED, table_name="user", changed_id=user.id)
    if right:
        attempt.right()
        return ""
    if answer:
        return gettext("This passkey did not open the account. Try again, or type a code.")
    return gettext("This code is not right, or was used already. Wait for the next one, or type a recovery "
                   "code.")


def password_problem(user: User, typed: str) -> str:
    """What is wrong with the present password of whoever is signed in. Counted."""
    # counted apart from the sign-in: whoever sits at an open session locks the owner out of nothing
    attempt = session_guesses.begin(str(user.id))
    if not passwords.verified(typed, user.password_hash):
        return gettext("This is not your present password.")
    attempt.right()
    return ""


# ---------------------------------------------------------------- passkeys

@bp.post("/login/passkey/options")
def passkey_options() -> Any:
    """What the browser asks its devices: for the keys of whoever is signed in, or is at the second step; else
    for any key that opens an account."""
    half = _half()
    user = (current_user._get_current_object() if current_user.is_authenticated  # type: ignore[attr-defined]
            else half[0] if half is not None and request.form.get("alone") != "1" else None)
    options = passkey_door.asking(user)
    return jsonify(options) if options is not None else abort(404)


@bp.post("/login/passkey")
def passkey_post() -> Any:
    """In by a passkey that opens the account alone: the device asked for PIN, finger or face."""
    # no account is named, so every wrong answer from one address counts together
    attempt = code_guesses.begin(f"passkey|{request.remote_addr}")
    with one_transaction():
        row = passkey_door.used(request.form.get("passkey", ""), None)
        user = db.session.get(User, row.user_id) if row is not None else None
        if user is not None and user.is_active:
            signin.sign_in(user, is_proved=True)
        else:
            activity.record(Activity.LOGIN_FAILED, table_name="user",
                            changed_id=row.user_id if row is not None else None)
    if user is None or not user.is_active:
        return signin.login_page(error=gettext(
            "This passkey opens no account here. Sign in with e-mail and password."), status=422)
    attempt.right()
    session.pop(HALF, None)
    return redirect(safe_next(request.form.get("next")) or home_of(user), 303)


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
