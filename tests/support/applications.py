"""The application as tests run it, and the client that asks it."""

from __future__ import annotations

import contextvars
import os
import re
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient

from models.base import db

CONFIG = {
    "TESTING": True,
    "RAWAT_ENV": "demo",
    "SECRET_KEY": "only-for-tests-0123456789abcdef0123456789abcdef",
    "NIK_KEY": "11" * 32,
    "NIK_INDEX_KEY": "22" * 32,
    "WTF_CSRF_ENABLED": False,
    "RATELIMIT_ENABLED": False,
    "SERVER_NAME": None,
    "SANDBOX_PORT": "off",
}


TAG = re.compile(r"""(<(?:"[^"]*"|'[^']*'|[^<>"'])*>)""")
QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
BLANKS, BREAKS, END = re.compile(r"\s+"), re.compile(r"\s*\n\s*"), re.compile(r" (/?>)$")
#: A tag that has more than one space between two attributes, or one before its end; or within quotes.
UNTIDY = re.compile(r"\s\s|[^\S ]|\s/?>$")


def unbroken(html: str) -> str:
    """A page without the line breaks of its template: between attributes one space, between elements nothing,
    beside text one space. What tests look for in a page does not depend on where the template breaks its
    lines."""
    parts = TAG.split(html)
    kept = False  # inside of what keeps its lines
    for at, part in enumerate(parts):
        if at % 2:
            kept = part.startswith(("<textarea",
                                    "<pre")) or (kept and not part.startswith(("</textarea", "</pre")))
            if UNTIDY.search(part):
                pieces = QUOTED.split(part)
                pieces[::2] = [BLANKS.sub(" ", piece) for piece in pieces[::2]]
                parts[at] = END.sub(r"\1", "".join(pieces))
        elif not kept and "\n" in part:
            opened = at > 0 and not parts[at - 1].startswith("</")
            closed = at + 1 < len(parts) and parts[at + 1].startswith("</")
            line = BREAKS.sub(" ", part)
            line = line.removeprefix(" ") if opened else line
            parts[at] = "" if not line.strip() else line.removesuffix(" ") if closed else line
    return "".join(parts)


class Answer:
    """A response whose text, where it is a page, is `unbroken`; its data are what was sent."""

    def get_data(self, as_text: bool = False) -> Any:
        data = super().get_data(as_text)  # type: ignore[misc]
        return unbroken(data) if as_text and self.mimetype == "text/html" else data  # type: ignore[attr-defined]


class Client(FlaskClient):
    """A browser. Each request runs as in a thread of its own: no application context, no acting user, nothing
    of the test leaks into it. What the test's session holds is flushed before, and read anew after."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.response_wrapper = type("PageAnswer", (Answer, self.response_wrapper), {})

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("buffered", True)
        mine = has_app_context()  # threads of a test have none, and no session of their own either
        if mine:
            db.session.commit()
        try:
            return contextvars.Context().run(super().open, *args, **kwargs)
        finally:
            if mine:
                db.session.expire_all()


def make_app(url: str) -> Flask:
    """The application on the database `url`."""
    from app import create_app

    os.environ.pop("DATABASE_URL", None)
    app = create_app({**CONFIG, "SQLALCHEMY_DATABASE_URI": url})
    app.test_client_class = Client
    return app
