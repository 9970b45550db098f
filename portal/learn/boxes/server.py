"""The process of the boxes: which one a request asks, the way in, and the bar on each page.

It is the same application on another port (or host name), with a database chosen for each request by a
signed cookie. Nothing of the house is within its reach: see `settings` for what it is started with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, g, redirect, render_template, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import current_user
from sqlalchemy import event
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import ClosingIterator

from models.base import ask_as_before, ask_hospital, db, one_transaction
from models.errors import Refused
from models.people import User
from models.roles import Role
from portal.learn import inspecting
from portal.learn.boxes import settings, store
from portal.learn.boxes.store import ENTER, Box
from portal.learn.inspecting import words
from portal.web.errors import page as error_page
from portal.web.links import home_of, safe_next
from portal.web.locale import refusal_text
from portal.web.signin import sign_in

COOKIE = "rawat_box"
#: What is answered to a browser that asks no box.
MISSING = "/box/missing"
OPEN = re.compile(r"/(static/.*|admin/static/.*|healthz|box/missing|box/enter|language/.*)")
#: Where a request carries its box through the application.
_BOX = "rawat.box"
#: Set by experiments that ask the application from within; no browser can set it.
EXPERIMENT = "rawat.experiment"
#: Done with the box that a request asks, before anything else opens it.
WHEN_ASKED: list[Callable[[Box], None]] = []
BODY = re.compile(rb"<body\b[^>]*>")
bp = Blueprint("box", __name__, url_prefix="/box")


class Chooser:
    """The application behind the choice of a box: by the signed cookie, on the way in by the link's ticket.
    Without one, or when its time is over, every address is the page that leads back to the lessons."""

    def __init__(self, app: Flask) -> None:
        self.app, self.inner = app, app.wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get(EXPERIMENT):  # it asks a copy of its own already
            return self.inner(environ, start_response)
        with self.app.app_context():
            box = _chosen(Request(environ))
            for act in WHEN_ASKED if box is not None else ():
                act(box)
        environ[_BOX] = box
        if box is None and not OPEN.fullmatch(environ.get("PATH_INFO", "")):
            environ |= {"PATH_INFO": MISSING, "REQUEST_METHOD": "GET", "QUERY_STRING": ""}
        token = ask_hospital(box.key if box is not None else "")
        try:
            answer = self.inner(environ, start_response)
        except BaseException:
            ask_as_before(token)
            raise
        return ClosingIterator(answer, partial(ask_as_before, token))


def _chosen(incoming: Request) -> Box | None:
    if incoming.path == ENTER:
        return store.signed_box(incoming.args.get("ticket", ""), "enter")
    return store.signed_box(incoming.cookies.get(COOKIE, ""), "cookie")


def asked_box() -> Box | None:
    """The box of this request; None outside of boxes."""
    box: Box | None = request.environ.get(_BOX)
    return box


class Sessions(SecureCookieSessionInterface):
    """A session belongs to the box in which it began: with another box's cookie beside it, it is empty."""

    def open_session(self, app: Flask, request: Any) -> Any:
        opened = super().open_session(app, request)
        return opened if opened and opened.get("box") == _key(request) else self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Any) -> None:
        if session and session.modified:
            session["box"] = _key(request)
        super().save_session(app, session, response)


def _key(incoming: Any) -> str:
    box = incoming.environ.get(_BOX)
    return box.key if box is not None else ""


# ---------------------------------------------------------------- pages

@bp.get("/enter")
def enter() -> Any:
    """The way in: the browser asks this box from here on, as the role that the link names."""
    box = asked_box()
    if box is None:
        return missing()
    role = request.args.get("role", "")
    if role and not _play(role):
        return error_page(404)
    target = safe_next(request.args.get("next")) or "/"
    if role and target == "/":
        target = home_of(_account(role) or current_user)
    return _led(box, redirect(target))


def _led(box: Box, answer: Any) -> Any:
    answer.set_cookie(COOKIE, store.sign(box.key, "cookie"), max_age=int(box.left.total_seconds()),
                      httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


@bp.get("/missing")
def missing() -> Any:
    """No box is asked, or its time is over."""
    return render_template("learn/box_missing.html"), 404


@bp.post("/role")
def play() -> Any:
    """Be somebody else of the hospital; 303 to where that role begins."""
    role = request.form.get("role", "")
    account = _account(role)
    if account is None or not _play(role):
        return error_page(404)
    return redirect(home_of(account), 303)


@bp.post("/reset")
def reset() -> Any:
    """A new hospital in the place of this one, in the same role; 303 into it."""
    box = asked_box()
    if box is None:
        return missing()
    role = next(iter(current_user.roles), "") if current_user.is_authenticated else ""
    db.session.remove()
    try:
        new = store.make(box.owner_id, box.house)
    except Refused as refusal:
        return error_page(422, refusal_text(refusal))
    ask_hospital(new.key)  # what is left of this request; the next one comes with the new cookie
    session.clear()
    answer = redirect(f"{ENTER}?{new.address('/', role or None).partition('?')[2]}", 303)
    return _led(new, answer)


@bp.get("/source/<path:name>")
def source(name: str) -> Any:
    """A file of this repository with the line that was asked for; 404 for any other file."""
    if asked_box() is None:
        return missing()
    lines = inspecting.shown_source(name)
    return render_template("learn/box_source.html", name=name, lines=lines,
                           chosen=request.args.get("line", 0, type=int))


def _account(role: str) -> User | None:
    if role not in set(Role):
        return None
    return db.session.scalar(sa.select(User).where(User.email == f"{role}@demo.rawat", User.is_demo))


def _play(role: str) -> bool:
    account = _account(role)
    if account is None:
        return False
    with one_transaction():
        sign_in(account)
    return True


# ---------------------------------------------------------------- every page of a box

def _lessons_are_in_the_house() -> Any:
    """Learning is written down in the house: its pages are not answered here."""
    box = asked_box()
    if box is not None and request.path.startswith("/learn"):
        return redirect(box.house + request.full_path.rstrip("?"))
    return None


def _add_bar(answer: Response) -> Response:
    """The bar above a page's content; parts of a page, files and streams stay as they are."""
    box = asked_box()
    if box is None or request.path == MISSING:
        return answer
    if answer.mimetype != "text/html" or answer.is_streamed or answer.direct_passthrough:
        inspecting.shown(box, answer.status_code, is_page=False)
        return answer
    body = answer.get_data()
    start = BODY.search(body)
    trace, before = inspecting.shown(box, answer.status_code, is_page=start is not None)
    if start is None:
        return answer
    who = g.get("_login_user")
    bar = render_template("learn/box_bar.html", box=box, roles=list(Role), left=box.left, trace=trace,
                          before=before, groups=partial(words.groups, box=box),
                          rights_of=words.rights_in_words,
                          played=who if who is not None and who.is_authenticated else None)
    link = b'<link rel="stylesheet" href="/static/box.css"></head>'
    answer.set_data(body[:start.start()].replace(b"</head>", link, 1) + start.group() + bar.encode()
                    + body[start.end():])
    return answer


def init_app(app: Flask) -> None:
    """Make this application the one of the boxes."""
    with app.app_context():
        event.listen(db.engine, "connect", settings.tame)
    inspecting.init_app(app)
    app.session_interface = Sessions()
    app.register_blueprint(bp)
    app.before_request(_lessons_are_in_the_house)
    app.after_request(_add_bar)
    app.wsgi_app = Chooser(app)  # type: ignore[method-assign]
