"""A name for each request: in the answer's header, in the logs, and on the page of a failure for who reports
it."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, has_request_context

HEADER = "X-Request-Id"
#: Read out on the telephone: no letter or digit that is taken for another.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 10


def current() -> str:
    """This request's id, ten characters, the same for the whole request; "" outside of requests. Never the
    one that a client sent: it stands in the logs."""
    if not has_request_context():
        return ""
    if "request_id" not in g:
        g.request_id = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return str(g.request_id)


def _name(response: Response) -> Response:
    response.headers[HEADER] = current()
    return response


def init_app(app: Flask) -> None:
    app.before_request(lambda: current() and None)
    app.after_request(_name)
    app.jinja_env.globals["request_id"] = current
