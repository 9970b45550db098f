"""Entries that a phone kept without a line: sent again, each is one write.

The script gives every entry a key (``_key``). The view that writes says `claim()` in its transaction: the key
is written with the entry, or neither. A key that was used is answered as done, and writes nothing.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, redirect, request
from flask_login import current_user

from models.api import ApiAnswer
from models.base import db
from models.errors import N_, Refused
from models.operations.core.locking import insert_once
from portal.web.signin import API

#: What the script makes: 128 bits in hex, or a UUID.
KEY = re.compile(r"[0-9a-f-]{32,36}")
#: Fields that say nothing of what was entered.
BESIDE = frozenset({"csrf_token", "_key", "_draft", "_for", "_said", "_back"})
#: The script sends what it kept: it wants to know whether it was taken, not the page that follows.
KEPT = "X-Kept"


class SentBefore(Exception):
    """The entry of this key was written already."""


def _key() -> str:
    """The key of the entry that is sent, "" for none. The API reads its bodies itself, and has keys of its
    own."""
    if request.path.startswith(API):
        return ""
    key = request.form.get("_key", "") if request.method == "POST" else ""
    return f"form:{key}" if KEY.fullmatch(key) and current_user.is_authenticated else ""


def _request_hash() -> str:
    """What one key names: the address and what was entered."""
    fields = sorted((name, text) for name, text in request.form.items(multi=True) if name not in BESIDE)
    return hashlib.sha256(repr((request.path, fields)).encode()).hexdigest()


def claim() -> None:
    """Say, in the transaction that writes the entry, that it is written now. Without a key nothing is said.

    A second request with the key of one that is still running waits for it. Raises `SentBefore` where the
    entry was written, `Refused` where its key was used for another.
    """
    key = _key()
    if not key:
        return
    table, values = ApiAnswer.__table__, {"user_id": current_user.id, "key": key, "status": 303,
                                          "request_hash": _request_hash()}
    if db.session.scalar(insert_once(table).values(values).returning(table.c.id)) is None:
        _check(db.session.scalar(_used(key)))


def _used(key: str) -> sa.Select[Any]:
    """What the key named when it was used; no row for a new one."""
    return sa.select(ApiAnswer.request_hash).where(ApiAnswer.user_id == current_user.id,
                                                   ApiAnswer.key == key)


def _check(used_for: str | None) -> None:
    if used_for is not None and used_for != _request_hash():
        raise Refused(N_("This was sent before with other entries. Open the page anew and enter it again."))
    if used_for is not None:
        raise SentBefore


def _before() -> None:
    """An entry that was written is not looked at again: what it was about has moved on since."""
    if key := _key():
        _check(db.session.scalar(_used(key)))


def _done(_error: SentBefore) -> Any:
    """Back to the page it came from, as the first time."""
    db.session.rollback()
    came = urlsplit(request.referrer or "")
    return redirect(came.path if came.netloc == request.host and came.path else "/", 303)


def _short(answer: Any) -> Any:
    """Who sends what was kept is told that it was taken, and asks for no page."""
    if KEPT in request.headers and answer.status_code == 303 and "_key" in request.form:
        answer.status_code = 204
        answer.set_data(b"")
        answer.headers.pop("Location", None)
    return answer


def init_app(app: Flask) -> None:
    app.before_request(_before)
    app.after_request(_short)
    app.register_error_handler(SentBefore, _done)
