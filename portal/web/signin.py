"""Sign-in: server-side sessions of which only a hash is stored, rotated at each login, ended by idleness."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Blueprint, Flask, current_app, g, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import LoginManager, current_user
from sqlalchemy.orm import joinedload, undefer
from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.routing import RequestRedirect

from models import actor, clock, connections, database_roles
from models.activity import Activity
from models.base import db, one_transaction, will_write
from models.operations.core import activity
from models.operations.people import credentials, push
from models.operations.people.credentials import IDLE, LONGEST, idle_limit
from models.people import Language, User, UserSession
from portal.web import devices, htmx, locale, passkey_door, passwords, second_step, tokens
from portal.web.guessing import password_guesses
from portal.web.links import home_of, safe_next

__all__ = ["IDLE", "LONGEST"]
bp = Blueprint("site", __name__)
manager = LoginManager()

TOUCH = timedelta(minutes=1)
#: Says that a page asks by itself, nobody acted: such a request is answered but does not keep the session
#: alive.
POLL = "X-Poll"
#: Where other systems come in: with a token, never with a cookie.
API = ("/api/", "/fhir/")
TOKEN = "sid"  # noqa: S105  (the name of a session field)

#: What names a browser and a system in its own words; the first that is found counts.
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"),
            ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))


def token_hash() -> str | None:
    """What is kept of this browser's session."""
    token = session.get(TOKEN)
    return tokens.hashed(str(token)) if token else None


def device() -> str:
    """Browser and system of the request, as people call them."""
    agent = request.user_agent.string
    browser = next((word for mark, word in BROWSERS if mark in agent), "")
    system = next((word for mark, word in SYSTEMS if mark in agent), "")
    return ", ".join(word for word in (browser, system) if word)


def keep_strong(user: User, password: str) -> None:
    """After a password was verified: hash it anew where today's parameters are others. Flushes."""
    assert user.password_hash is not None
    stronger = passwords.renewed(password, user.password_hash)
    if stronger is not None:
        credentials.renew_hash(user, stronger)


def start_session(user: User, *, proved_at: datetime | None = None,
                  started_at: datetime | None = None) -> str:
    """A new sign-in of `user`, or one that goes on from `started_at`; returns the token for the cookie.
    Flushes."""
    token = secrets.token_urlsafe(32)
    db.session.add(UserSession(token_hash=tokens.hashed(token), user_id=user.id, address=request.remote_addr,
                               device=device(), proved_at=proved_at, started_at=started_at or clock.now()))
    db.session.flush()
    return token


def sign_in(user: User, *, is_proved: bool = False) -> None:
    """Make the browser `user`'s: the old session ends, a new one begins, the log notes it, and the person is
    told of a device that is new. `is_proved`: by the second factor, or the password where there is none."""
    end_session()
    if devices.known(user) is None:
        credentials.tell_of_device(user, device(), request.remote_addr)
    here = devices.here()
    devices.remember(user)
    keep = {key: session[key] for key in ("csrf_token",) if key in session}
    session.clear()
    session.update(keep)
    session[TOKEN] = start_session(user, proved_at=clock.now() if is_proved else None)
    if here:
        push.follow(user, here, tokens.hashed(session[TOKEN]))
    activity.record(Activity.LOGGED_IN, table_name="user", changed_id=user.id, user_id=user.id)


def renew_session(user: User, *, is_proved: bool = False) -> None:
    """A new token for this browser: a copy of the old one opens nothing. It ends when the old one would have;
    `is_proved`: the person just proved who they are."""
    old = db.session.scalar(sa.select(UserSession).where(UserSession.token_hash == token_hash()))
    devices.remember(user)
    token = start_session(
        user, proved_at=clock.now() if is_proved else old.proved_at if old is not None else None,
        started_at=old.started_at if old is not None else None)
    if old is not None and old.user_id == user.id and old.ended_at is None:
        push.carry_over(old, tokens.hashed(token))
    end_session()
    session[TOKEN] = token


def end_session() -> None:
    """End the browser's session on the server, so that a copied cookie is worth nothing."""
    token = session.pop(TOKEN, None)
    if token:
        own = sa.update(UserSession).where(UserSession.token_hash == tokens.hashed(token))
        db.session.execute(own.where(UserSession.ended_at.is_(None)).values(ended_at=clock.now()))
        push.end_here(tokens.hashed(token))


_open_session = database_roles.opening(
    sa.select(UserSession).where(UserSession.token_hash == sa.bindparam("token"),
                                 UserSession.ended_at.is_(None))
    .options(joinedload(UserSession.user, innerjoin=True).options(
        joinedload(User.user_roles), undefer(User.panel_choices))), UserSession.user_id)


@manager.request_loader
def load(_request: Any) -> User | None:
    """The person of the session cookie (of the bearer token in the API), with account and roles: one
    statement."""
    if request.path.startswith(API):
        return tokens.bearer()
    token = session.get(TOKEN)
    if not token:
        return None
    result = db.session.scalars(_open_session(), {"token": tokens.hashed(str(token))}).unique().first()
    if result is None or not result.user.is_active:
        session.pop(TOKEN, None)
        return None
    now, user = clock.now(), result.user
    if now - result.seen_at > idle_limit(user) or now - result.started_at > LONGEST:
        session.pop(TOKEN, None)
        return None
    database_roles.act_for(user)
    if now - result.seen_at > TOUCH and not is_poll():
        # Not at each request: a write for every page would lock SQLite.
        with one_transaction():
            db.session.execute(sa.update(UserSession).where(UserSession.id == result.id).values(seen_at=now))
    g.proved_at = result.proved_at
    g.panel_choices = user.panel_choices  # a page that writes that it was read forgets the account
    if session.get(locale.LANGUAGE) != user.language:
        session[locale.LANGUAGE] = str(user.language)
    return user


def is_poll() -> bool:
    """Whether the page asks by itself for what is new: that is no sign of anybody sitting there.

    Such a request says so, or says what the page has already (`have=` of a block, `If-None-Match` of a
    board).
    """
    return POLL in request.headers or (
        request.method == "GET" and ("have" in request.args or "If-None-Match" in request.headers))


@manager.unauthorized_handler
def unauthorized() -> Any:
    """To the sign-in page, and back afterwards."""
    if request.path.startswith(API):
        raise Unauthorized
    target = request.full_path if request.method == "GET" and not htmx.wants_fragment() else _page_before()
    login = url_for("site.login", next=safe_next(target))
    if htmx.wants_fragment():
        return htmx.sent_to(login, 401)
    return redirect(login)


def _page_before() -> str | None:
    """The page of ours that sent the request: `drafts.js` puts back there what was typed, after the sign-in.

    A form that was refused stands at an address that takes it and shows nothing; what is above it is shown
    then.
    """
    came = urlsplit(htmx.page_url() or request.referrer or "")
    if came.netloc != request.host:
        return None
    # of a record's page; a step that asks first is a page
    form = re.fullmatch(r"(/admin/\w+)/(\d+)/\w+", came.path)
    if form and _answering(came.path, "GET") != _answering(came.path, "POST"):
        return f"{form[1]}/details/?id={form[2]}"
    if _answering(came.path, "GET"):
        return came._replace(scheme="", netloc="").geturl()
    above = came.path.rsplit("/", 1)[0]
    return above if _answering(above, "GET") else None


def _answering(path: str, method: str) -> str | None:
    """The endpoint of an address, None where nothing answers."""
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    try:
        return str(adapter.match(path, method=method)[0])
    except (HTTPException, RequestRedirect):
        return None


# ---------------------------------------------------------------- pages


@bp.get("/")
def root() -> Any:
    """Each role's home; a visitor signs in."""
    return redirect(home_of(current_user) if current_user.is_authenticated else "/login")


@bp.get("/login")
def login() -> Any:
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")) or home_of(current_user))
    return login_page(email=request.args.get("email", ""))


def login_page(email: str = "", error: str = "", status: int = 200) -> Any:
    demo = []
    if current_app.config["RAWAT_ENV"] == "demo":
        can_sign_in = sa.select(User).where(User.is_demo, User.password_hash.is_not(None))
        demo = db.session.scalars(can_sign_in.order_by(User.id)).all()
    return render_template("site/login.html", email=email, error=error, demo=demo,
                           with_passkeys=passkey_door.is_offered(),
                           next=safe_next(request.values.get("next"))), status


@bp.post("/login")
def login_post() -> Any:
    email = request.form.get("email", "").strip()[:254]
    password = request.form.get("password", "")
    if not email or not password:
        return login_page(email, gettext("Type your e-mail and your password."), 422)
    user = db.session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.lower()))
    attempt = password_guesses.begin(email, user)
    if not passwords.verified(password,
                              user.password_hash if user else None) or user is None or not user.is_active:
        activity.record(Activity.LOGIN_FAILED, table_name="user", changed_id=user.id if user else None)
        db.session.commit()
        return login_page(email, gettext("E-mail or password is not right. Check both and try again."), 422)
    attempt.right()
    keep_strong(user, password)
    return second_step.enter(user, request.form.get("next"), is_proved=True)


@bp.post("/logout")
def logout() -> Any:
    if current_user.is_authenticated:
        activity.record(Activity.LOGGED_OUT, table_name="user", changed_id=current_user.id)
    end_session()
    db.session.commit()
    session.clear()
    answer = redirect("/login", 303)
    answer.headers["Clear-Site-Data"] = '"cache"'  # nothing that was read stays behind the back button
    return answer


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


def _door() -> actor.Door:
    if request.path.startswith(API):
        return actor.Door.API
    return actor.Door.BACK_OFFICE if request.path.startswith("/admin") else actor.Door.PORTAL


def _begin() -> None:
    database_roles.act_for(None)  # whoever asked before in this thread
    if request.endpoint == "static" or request.blueprint == "health":
        return
    will_write(request.method not in ("GET", "HEAD", "OPTIONS"))
    connections.asks_only(request.method in ("GET", "HEAD"))
    actor.set_actor(None, _door(), request.remote_addr)
    if (session.get(TOKEN) or request.path.startswith(API)) and current_user.is_authenticated:
        actor.set_actor(current_user.id, _door(), request.remote_addr,
                        must_prove=current_app.config["STEP_UP"] == "on", proved_at=g.get("proved_at"))
        database_roles.act_for(current_user)  # who was looked up before this


def person_mark() -> str:
    """Whose page this is, for the page's script alone: the same person's is the same, and it tells nobody
    who."""
    return tokens.hashed(f"{current_app.config['SECRET_KEY']}:page:{current_user.get_id()}")[:16]


def init_app(app: Flask) -> None:
    manager.init_app(app)
    manager.session_protection = None
    app.before_request(_begin)
    app.register_blueprint(bp)
    app.context_processor(lambda: {"theme": request.cookies.get("theme", ""), "language": locale.choose(),
                                   "person_mark": person_mark})
