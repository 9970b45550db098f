"""Asks anew who somebody is before a step that does much (`core.step_up`), and takes up what was stopped.

What was sent waits in the page that asks, not on the server: after the proof the browser sends it once more
to where it was going (307), in a session with a new token. A page or file that was stopped is opened.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from flask import Blueprint, Flask, make_response, redirect, render_template, request
from flask_babel import gettext
from flask_login import current_user
from werkzeug.urls import iri_to_uri

from models.activity import Activity
from models.base import one_transaction
from models.errors import NeedsProof
from models.operations.core import activity, step_up
from models.settings import setting
from portal.web import database_away, errors, htmx, signin
from portal.web.links import home_of, safe_next
from portal.web.second_step import factor_problem, factors_of, password_problem

bp = Blueprint("proving", __name__, url_prefix="/account/proof")
#: The sentences that say why, by the word that the page carries.
WHY = {"approval": step_up.APPROVAL, "file": step_up.FILE, "rights": step_up.RIGHTS}
#: Fields of the page's own begin so; the others are those of the form that was stopped.
OWN = "proof_"


def ask(needed: NeedsProof) -> Any:
    """The answer to a step that asks who it is: 403, with the page that asks; a problem for the API."""
    database_away.let_go()
    if request.path.startswith(signin.API):
        return errors.page(403, gettext(
            "This asks anew who you are, which a token cannot say. Do it in the browser."))
    if htmx.wants_fragment():
        return htmx.sent_to(f"/account/proof?to={quote(_local(htmx.page_url()) or '/')}", 403)
    why = next((word for word, message in WHY.items() if message == needed.message), "rights")
    stopped = _sent() if request.method == "POST" else None
    return _page(request.full_path, why, stopped, back=_local(request.referrer), status=403)


def _local(address: str | None) -> str:
    """Path and query of a page of ours; "" for any other."""
    parts = urlsplit(address or "")
    return parts._replace(scheme="", netloc="").geturl() if parts.netloc == request.host else ""


def _sent() -> list[tuple[str, str]]:
    """What the form held, to be sent once more; its token is made anew."""
    return [(name, value) for name, value in request.form.items(multi=True)
            if name != "csrf_token" and not name.startswith(OWN)]


def proves() -> str:
    """What the person can prove it with: "factor", "password", or "" where the house wants a factor first."""
    if current_user.factor_since is not None:
        return "factor"
    return "password" if current_user.password_hash and setting("security.step_up_password") == "yes" else ""


def _page(to: str, why: str, stopped: list[tuple[str, str]] | None, *, back: str,
          wrong: dict[str, str] | None = None, status: int = 200) -> Any:
    return render_template(
        "site/proof.html", to=safe_next(to) or "/", why=why, says=gettext(WHY[why]), stopped=stopped,
        back=safe_next(back) or home_of(current_user), errors=wrong or {}, proves=proves(),
        **factors_of(current_user)), status


@bp.get("")
def show() -> Any:
    """For a part of a page that was stopped: the page is opened anew afterwards."""
    if not current_user.is_authenticated:
        return signin.unauthorized()
    return _page(request.args.get("to", ""), "rights", None, back=request.args.get("to", ""))


@bp.post("")
def prove() -> Any:
    """Look at the proof; then the step goes on, in a session with a new token."""
    if not current_user.is_authenticated:
        return signin.unauthorized()
    given = {name: request.form.get(OWN + name, "") for name in ("to", "why", "back", "taken_up")}
    to = safe_next(given["to"]) or home_of(current_user)
    if to.startswith(bp.url_prefix or "/"):
        to = home_of(current_user)
    stopped = _sent() if given["taken_up"] else None
    if wrong := _wrong():
        return _page(to, given["why"] if given["why"] in WHY else "rights", stopped, back=given["back"],
                     wrong=wrong, status=422)
    if stopped is not None:
        return redirect(to, 307)
    answer = make_response(render_template("site/proof_done.html", to=to,
                                           back=safe_next(given["back"]) or home_of(current_user)))
    answer.headers["Refresh"] = f"0; url={iri_to_uri(to)}"
    return answer


def _wrong() -> dict[str, str]:
    """What is wrong with the proof, by field; nothing where it is right, and noted. Counted like every
    guess."""
    kind = proves()
    if kind == "factor":
        problem = factor_problem(current_user, _note, prefix=OWN)
        return {OWN + "code": problem} if problem else {}
    if kind == "password":
        if problem := password_problem(current_user, request.form.get(OWN + "password", "")):
            with one_transaction():
                activity.record(Activity.LOGIN_FAILED, table_name="user", changed_id=current_user.id)
            return {OWN + "password": problem}
        with one_transaction():
            _note()
        return {}
    return {OWN + "password": gettext("Set up a second factor first.")}


def _note() -> None:
    """The session goes on under a new token, from now on proved."""
    signin.renew_session(current_user, is_proved=True)
    activity.record(Activity.LOGGED_IN, table_name="user", changed_id=current_user.id,
                    properties={"again": True})


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_error_handler(NeedsProof, ask)
