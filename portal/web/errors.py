"""Error pages: what happened and what to do, in the reader's language, with nothing of any record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, current_app, g, jsonify, make_response, redirect, render_template, request
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError, StatementError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.routing import RequestRedirect

from models import rights
from models.base import lost_lock
from models.errors import Refused
from portal.web import database_away, request_id
from portal.web.htmx import wants_fragment
from portal.web.locale import refusal_text
from portal.web.signin import API

WORDS: dict[int, tuple[Any, Any]] = {
    400: (_l("The form has expired"), _l("Go back, reload the page, and send it again.")),
    401: (_l("Sign in first"), _l("Send the token of an account: Authorization: Bearer …")),
    403: (_l("Not for your role"), _l("Your role may not open this page or do this step.")),
    404: (_l("Not found"), _l("There is nothing at this address, or it is not yours to see.")),
    405: (_l("Not possible this way"), _l("This address does not take this kind of request.")),
    409: (_l("Somebody was faster"),
          _l("Somebody else changed this meanwhile. Look at it again, then repeat your step.")),
    413: (_l("Too large"), _l("This is too much at once. A file may have 10 MB, all together 50 MB.")),
    415: (_l("Wrong kind of content"), _l("This address does not take this kind of content.")),
    422: (_l("Not possible"), _l("This cannot be done as it stands.")),
    429: (_l("Too many tries"), _l("Wait a few minutes, then try again.")),
    500: (_l("Something broke on our side"), _l("It was noted. Nothing was half done; please try again.")),
    503: (_l("The database is away"), _l("Please try again in a few seconds. Nothing was lost.")),
}


#: What is said of a status without words of its own.
OTHER = 422


def page(status: int, message: str | None = None, headers: Mapping[str, str] | None = None,
         field: str | None = None, title: str | None = None) -> Any:
    """The error page of a status; JSON for the API, with the name of the field that is to blame; a line of
    text for a program that wants no page."""
    try:
        return _page(status, message, dict(headers or {}), field, title)
    except SQLAlchemyError as error:  # the page itself asks the database who reads it
        if not database_away.is_away(error):
            raise
        return _away(error)


def _page(status: int, message: str | None, headers: dict[str, str], field: str | None,
          title: str | None = None) -> Any:
    usual, text = WORDS.get(status) or WORDS[OTHER if status < 500 else 500]
    title, body = title or str(usual), message or str(text)
    if request.path.startswith(API):
        blame = {"field": field} if field else {}
        blame |= {"request_id": request_id.current()} if status >= 500 else {}
        answer = jsonify(type="about:blank", title=title, status=status, detail=body, **blame)
        answer.mimetype = "application/problem+json"
        return answer, status, headers
    if request.accept_mimetypes and "text/html" not in request.accept_mimetypes:
        answer = make_response(f"{status}: {title}. {body}\n", status, headers)
        answer.mimetype = "text/plain"
        return answer
    words = {"status": status, "title": title, "text": body, "back": _back()}
    if status == 503 and wants_fragment():
        return render_template("site/error_block.html", **words), status, headers
    return _framed(words), status, headers


def _framed(words: dict[str, Any]) -> str:
    """The page in the frame of who reads it; alone, and without asking anything, where the frame breaks."""
    if words["status"] >= 500:
        database_away.let_go()  # what broke may have left the transaction broken
    if not g.get("database_away"):
        try:
            return render_template(_frame(), **words)
        except SQLAlchemyError as error:
            if database_away.is_away(error):
                raise
        except Exception:
            current_app.logger.exception("the page of an error broke")
    database_away.let_go()
    g.stands_alone, g._login_user = True, database_away.manager.anonymous_user()
    return render_template("site/error.html", **words)


def _frame() -> str:
    """The template of the frame that the signed-in person knows."""
    person = current_user
    if wants_fragment() or not person.is_authenticated:
        return "site/error.html"
    if person.is_staff:
        g.in_panel = True  # what the panel's frame shows is given to templates
        return "site/error_panel.html"
    return "site/error_portal.html" if rights.may_open(person, "portal") else "site/error.html"


def _back() -> str:
    """The page of this site from which the reader came, or ""."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or came.path == request.path:
        return ""
    return came.path + (f"?{came.query}" if came.query else "")


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if error.code == 404 and (there := _without_slash()):
        return redirect(there, 308)
    cause = getattr(error, "original_exception", None)
    if cause is not None and database_away.is_away(cause):
        return _away(cause)
    # What the status needs beside its page: Allow, Retry-After, WWW-Authenticate, Content-Range.
    headers = {name: value for name, value in error.get_headers(request.environ)
               if name.lower() not in ("content-type", "content-length")}
    if error.code == 429:
        headers.setdefault("Retry-After", "300")
    if error.code == 401:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="Rawat"')
    return page(error.code, headers=headers)


def _without_slash() -> str | None:
    """The address that a visitor meant who typed a slash too many at its end; none where no page answers."""
    path = request.path.rstrip("/")
    if request.url_rule is not None or request.method not in ("GET", "HEAD") or path in ("", request.path) \
            or "//" in path or request.path.startswith((*API, "/static/")):
        return None
    try:
        adapter = current_app.create_url_adapter(request)
        assert adapter is not None
        adapter.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    requested = request.query_string.decode("ascii", "replace")
    return quote(path) + (f"?{requested}" if requested else "")


def _refused(error: Refused) -> Any:
    database_away.let_go()
    return page(error.status, refusal_text(error), getattr(error, "headers", None), error.field)


def _away(error: BaseException) -> Any:
    database_away.note(error)
    return _page(503, None, {"Retry-After": str(database_away.COME_AGAIN), "Cache-Control": "no-store"}, None)


def _bad_value(error: Exception) -> Any:
    """A value that no column can hold (a huge id, a broken date) names nothing that exists, and cannot be
    kept."""
    database_away.let_go()
    return page(404 if request.method in ("GET", "HEAD") else 422)


def _statement(error: StatementError) -> Any:
    """What the database, its driver or a column's type says to a statement."""
    if isinstance(error, DBAPIError) and lost_lock(error):
        database_away.let_go()
        return page(409)
    if database_away.is_away(error):
        return _away(error)
    if isinstance(error, DataError) or isinstance(error.orig, ValueError | OverflowError):
        return _bad_value(error)
    raise error


def _unexpected(error: SQLAlchemyError) -> Any:
    if database_away.is_away(error):
        return _away(error)
    raise error


def _another_host(_error: SecurityError) -> Any:
    """A request for a host that this installation does not have: no page, for its links would lead there."""
    answer = make_response("400: this host is not served here.\n", 400)
    answer.mimetype = "text/plain"
    return answer


def init_app(app: Flask) -> None:
    app.register_error_handler(SecurityError, _another_host)
    app.register_error_handler(CSRFError, lambda error: page(400))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(StatementError, _statement)
    app.register_error_handler(SQLAlchemyError, _unexpected)
    app.register_error_handler(OverflowError, _bad_value)  # SQLite's driver, for a number over 64 bits

    @app.teardown_appcontext
    def _let_go(_error: BaseException | None) -> None:
        """A connection that is lost after the answer was made takes nothing of the answer with it."""
        database_away.let_go()
