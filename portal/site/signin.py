"""Sign-in: server-side sessions of which only a hash is stored, rotated at each login, ended by idleness."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, current_app, redirect, render_template, request, session
from flask_babel import gettext
from flask_login import LoginManager, current_user
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import TooManyRequests

from models import acting, clock
from models.activity import Activity
from models.base import db, one_transaction, will_write
from models.operations import activity
from models.people import Language, User, UserSession
from portal.site import locale, passwords
from portal.site.links import home_of, safe_next
from portal.site.throttle import Throttle

bp = Blueprint("site", __name__)
manager = LoginManager()

IDLE = {"staff": timedelta(minutes=15), "other": timedelta(hours=2)}
LONGEST = timedelta(hours=12)
TOUCH = timedelta(minutes=1)
TOKEN = "sid"  # noqa: S105  (the name of a session field)

guesses = Throttle("login", limit=10, window=timedelta(minutes=5))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def start_session(user: User) -> str:
    """A new sign-in of `user`; returns the token for the cookie. Flushes."""
    token = secrets.token_urlsafe(32)
    db.session.add(UserSession(token_hash=_hash(token), user_id=user.id, address=request.remote_addr))
    db.session.flush()
    return token


def sign_in(user: User) -> None:
    """Make the browser `user`'s: the old session ends, a new one begins, the log notes it."""
    end_session()
    keep = {key: session[key] for key in ("csrf_token",) if key in session}
    session.clear()
    session.update(keep)
    session[TOKEN] = start_session(user)
    activity.record(Activity.LOGGED_IN, table_name="user", changed_id=user.id, user_id=user.id)


def end_session() -> None:
    """End the browser's session on the server, so that a copied cookie is worth nothing."""
    token = session.pop(TOKEN, None)
    if token:
        db.session.execute(sa.update(UserSession).where(
            UserSession.token_hash == _hash(token), UserSession.ended_at.is_(None)).values(ended_at=clock.now()))


_OPEN_SESSION = (
    sa.select(UserSession).where(UserSession.token_hash == sa.bindparam("token"), UserSession.ended_at.is_(None))
    .options(joinedload(UserSession.user, innerjoin=True).joinedload(User.user_roles)))


@manager.request_loader
def load(_request: Any) -> User | None:
    """The person of the session cookie, with account and roles: one statement."""
    token = session.get(TOKEN)
    if not token:
        return None
    found = db.session.scalars(_OPEN_SESSION, {"token": _hash(str(token))}).unique().first()
    if found is None or not found.user.is_active:
        session.pop(TOKEN, None)
        return None
    now, user = clock.now(), found.user
    idle = IDLE["staff" if user.is_staff else "other"]
    if now - found.seen_at > idle or now - found.started_at > LONGEST:
        session.pop(TOKEN, None)
        return None
    if now - found.seen_at > TOUCH:
        # Not at each request: a write for every page would lock SQLite.
        with one_transaction():
            db.session.execute(sa.update(UserSession).where(UserSession.id == found.id).values(seen_at=now))
    return user


@manager.unauthorized_handler
def unauthorized() -> Any:
    """To the sign-in page, and back afterwards."""
    target = request.full_path if request.method == "GET" else None
    if request.headers.get("HX-Request"):
        return "", 401, {"HX-Redirect": "/login"}
    from flask import url_for
    return redirect(url_for("site.login", next=safe_next(target)))


# ---------------------------------------------------------------- pages


@bp.get("/")
def root() -> Any:
    """Each role's home; a visitor signs in."""
    return redirect(home_of(current_user) if current_user.is_authenticated else "/login")


@bp.get("/login")
def login() -> Any:
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")) or home_of(current_user))
    return _login_page(email=request.args.get("email", ""))


def _login_page(email: str = "", error: str = "", status: int = 200) -> Any:
    demo = []
    if current_app.config["RAWAT_ENV"] == "demo":
        can_sign_in = sa.select(User).where(User.is_demo, User.password_hash.is_not(None))
        demo = db.session.scalars(can_sign_in.order_by(User.id)).all()
    return render_template("site/login.html", email=email, error=error, demo=demo,
                           next=safe_next(request.values.get("next"))), status


@bp.post("/login")
def login_post() -> Any:
    email = request.form.get("email", "").strip()[:254]
    password = request.form.get("password", "")
    if not email or not password:
        return _login_page(email, gettext("Type your e-mail and your password."), 422)
    wait = guesses.take(f"{email.lower()}|{request.remote_addr}")
    if wait:
        raise TooManyRequests(retry_after=wait)
    user = db.session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.lower()))
    if not passwords.verified(password, user.password_hash if user else None) or user is None or not user.is_active:
        activity.record(Activity.LOGIN_FAILED, table_name="user", changed_id=user.id if user else None)
        db.session.commit()
        return _login_page(email, gettext("E-mail or password is not right. Check both and try again."), 422)
    guesses.forget(f"{email.lower()}|{request.remote_addr}")
    sign_in(user)
    db.session.commit()
    return redirect(safe_next(request.form.get("next")) or home_of(user), 303)


@bp.post("/logout")
def logout() -> Any:
    if current_user.is_authenticated:
        activity.record(Activity.LOGGED_OUT, table_name="user", changed_id=current_user.id)
    end_session()
    db.session.commit()
    session.clear()
    return redirect("/login", 303)


@bp.post("/language/<any(id, en):code>")
def language(code: str) -> Any:
    answer = redirect(safe_next(request.form.get("next")) or "/", 303)
    answer.set_cookie("language", code, max_age=31536000, samesite="Lax", httponly=True,
                      secure=current_app.config.get("SESSION_COOKIE_SECURE", False))
    if current_user.is_authenticated and current_user.language != code:
        current_user.language = Language(code)
        db.session.commit()
    return answer


@bp.post("/theme/<any(light, dark, auto):name>")
def theme(name: str) -> Any:
    answer = redirect(safe_next(request.form.get("next")) or "/", 303)
    if name == "auto":
        answer.delete_cookie("theme")
    else:
        answer.set_cookie("theme", name, max_age=31536000, samesite="Lax", httponly=True,
                          secure=current_app.config.get("SESSION_COOKIE_SECURE", False))
    return answer


# ---------------------------------------------------------------- every request


def _door() -> acting.Door:
    if request.path.startswith(("/api", "/fhir")):
        return acting.Door.API
    return acting.Door.BACK_OFFICE if request.path.startswith("/admin") else acting.Door.PORTAL


def _begin() -> None:
    if request.endpoint == "static":
        return
    will_write(request.method not in ("GET", "HEAD", "OPTIONS"))
    acting.set_actor(None, _door(), request.remote_addr)
    if session.get(TOKEN) and current_user.is_authenticated:
        acting.set_actor(current_user.id, _door(), request.remote_addr)


def init_app(app: Flask) -> None:
    manager.init_app(app)
    manager.session_protection = None
    app.before_request(_begin)
    app.register_blueprint(bp)
    app.context_processor(lambda: {"theme": request.cookies.get("theme", ""), "language": locale.choose()})
