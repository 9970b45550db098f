"""The application as tests run it, and the client that asks it."""

from __future__ import annotations

import contextvars
import os
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
}


class Client(FlaskClient):
    """A browser. Each request runs as in a thread of its own: no application context, no acting user, nothing
    of the test leaks into it. What the test's session holds is flushed before, and read anew after."""

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
