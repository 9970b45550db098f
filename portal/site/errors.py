"""Error pages: what happened and what to do, in the reader's language, with nothing of any record."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, jsonify, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, StatementError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from models.base import db, lost_lock
from models.errors import Refused
from portal.site.locale import refusal_text

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


def page(status: int, message: str | None = None, headers: dict[str, str] | None = None) -> Any:
    """The error page of a status; JSON for the API."""
    title, text = WORDS.get(status, WORDS[500])
    body = message or str(text)
    if request.path.startswith(("/api/", "/fhir/")):
        answer = jsonify(type="about:blank", title=str(title), status=status, detail=body)
        answer.mimetype = "application/problem+json"
        return answer, status, headers or {}
    return render_template("site/error.html", status=status, title=title, text=body), status, headers or {}


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if error.code == 404 and (there := _without_slash()):
        return redirect(there, 308)
    headers = {}
    if error.code == 429:
        headers["Retry-After"] = str(getattr(error, "retry_after", None) or 300)
    if error.code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Rawat"'
    return page(error.code if error.code in WORDS else 400, headers=headers)


def _without_slash() -> str | None:
    """The address that a visitor meant who typed a slash too many at its end; none where no page answers."""
    path = request.path.rstrip("/")
    if request.url_rule is not None or request.method not in ("GET", "HEAD") or path in ("", request.path) \
            or "//" in path or request.path.startswith(("/api/", "/fhir/", "/static/")):
        return None
    try:
        adapter = current_app.create_url_adapter(request)
        assert adapter is not None
        adapter.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    asked = request.query_string.decode("ascii", "replace")
    return quote(path) + (f"?{asked}" if asked else "")


def _refused(error: Refused) -> Any:
    db.session.rollback()
    return page(error.status, refusal_text(error))


def _database(error: OperationalError) -> Any:
    db.session.rollback()
    if lost_lock(error):
        return page(409)
    return _away(error)


def _away(error: Exception) -> Any:
    try:
        return page(503, headers={"Retry-After": "5"})
    except Exception:  # the page itself asks the database who reads it
        return gettext("The database is away. Please try again in a few seconds."), 503, {"Retry-After": "5"}


def _bad_value(error: Exception) -> Any:
    """A value that no column can hold (a huge id, a broken date) names nothing that exists, and cannot be kept."""
    db.session.rollback()
    return page(404 if request.method in ("GET", "HEAD") else 422)


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, lambda error: page(400))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(InterfaceError, _away)
    app.register_error_handler(DataError, _bad_value)
    app.register_error_handler(OverflowError, _bad_value)  # SQLite's driver, for a number over 64 bits
    app.register_error_handler(StatementError, _statement)


def _statement(error: StatementError) -> Any:
    if isinstance(error.orig, (ValueError, OverflowError)):
        return _bad_value(error)
    raise error
