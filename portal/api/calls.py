"""How a call of the API is declared and answered: one table for routes, rights, what it takes, retries and
OpenAPI."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, g, request
from flask_login import current_user

from models.api import ApiAnswer
from models.base import db, one_transaction
from models.errors import N_, Refused
from models.operations.core import api_answers
from models.operations.core.locking import insert_once
from models.rights import may, scope
from portal.api import body, fields
from portal.api.fields import Field

MOST, USUAL = 200, 50
KEY = "Idempotency-Key"
MOST_KEY = 80


@dataclass(frozen=True)
class Call:
    """One call. `table` is what the caller must be allowed to read; `query` and `body` are all that it takes.

    `row`: the model of the `<int:id>` in the path; the view is given its row, which the caller may see,
    loaded with `loading`. `view` returns what becomes the JSON body; a POST runs in one transaction.
    """

    method: str
    path: str
    summary: str
    view: Callable[..., Any]
    table: str = ""
    query: dict[str, Field] = field(default_factory=dict)
    body: dict[str, Field] = field(default_factory=dict)
    row: Any = None
    loading: tuple[Any, ...] = ()
    status: int = 200
    is_open: bool = False


CALLS: list[Call] = []


def call(method: str, path: str, summary: str, **facts: Any) -> Callable[[Callable[..., Any]],
                                                                         Callable[..., Any]]:
    """Declare the decorated view as a call of the API."""
    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        CALLS.append(Call(method, path, summary, view, **facts))
        return view
    return declare


# ---------------------------------------------------------------- asking

def body_values() -> dict[str, Any]:
    """The body's fields, each of its declared kind; None for what was left out."""
    return g.api_given


def query_values() -> dict[str, Any]:
    """The query's parameters, each of its declared kind; None for what was left out."""
    return g.api_asked


PAGE = {"cursor": fields.cursor(N_("From where on: `next` of the page before.")),
        "limit": fields.number(N_("At most so many, 50 by default."), 1, MOST)}


def paged(statement: Any, key: Any, shown: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """A page of rows by `key`, which is unique and ordered: `items`, and `next`, the cursor of the page after
    it."""
    limit = query_values()["limit"] or USUAL
    after = statement.where(key > (query_values()["cursor"] or 0))
    rows = list(db.session.scalars(after.order_by(key).limit(limit + 1)).unique())
    return {"items": [shown(row) for row in rows[:limit]],
            "next": str(rows[limit - 1].id) if len(rows) > limit else None}


# ---------------------------------------------------------------- answering

def _json(content: Any, status: int) -> Response:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    answer = Response(text + "\n", status, mimetype="application/json")
    if request.method in ("GET", "HEAD"):
        answer.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.make_conditional(request)
    return answer


def _key() -> str:
    """The request's Idempotency-Key, "" for none."""
    if KEY not in request.headers:
        return ""
    key = request.headers[KEY].strip()
    if not key or len(key) > MOST_KEY or not key.isprintable() or not fields.is_text(key):
        raise Refused(N_("An Idempotency-Key has 1 to %(most)s printable characters."), field=KEY,
                      most=MOST_KEY)
    return key


def _request_hash() -> str:
    """What one key names: method, address with its query, and every byte of the body."""
    raw = request.environ.get("QUERY_STRING", "").encode("utf-8", "surrogatepass")
    parts = (request.method.encode(), request.path.encode("utf-8", "surrogatepass"), raw, body.content())
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _once(made: Call, run: Callable[[], Any]) -> tuple[Any, int]:
    """The answer of a writing call; with an Idempotency-Key the answer of the first time, whatever happened
    since.

    A second request with the key of one that is still running waits for it. Keys are each account's own.
    """
    key = "" if made.is_open else _key()
    if not key:
        return run(), made.status
    api_answers.forget(current_user.id, key)
    values = {"user_id": current_user.id, "key": key, "request_hash": _request_hash()}
    table = ApiAnswer.__table__
    mine = sa.and_(table.c.user_id == current_user.id, table.c.key == key)
    if db.session.scalar(insert_once(table).values(values).returning(table.c.id)) is not None:
        content = run()
        db.session.flush()
        db.session.execute(sa.update(table).where(mine).values(status=made.status, body=json.dumps(content)))
        return content, made.status
    stored = db.session.execute(sa.select(table).where(mine)).one()
    if stored.request_hash != values["request_hash"]:
        raise Refused(N_("This Idempotency-Key was used for another request. Take a new one."), field=KEY)
    return json.loads(stored.body), stored.status


def _found(made: Call, id: int) -> Any:
    """The row, if it is there and the caller's to see. Raises 404."""
    if id >= 2**63:
        abort(404)  # no key is that long, and no database is asked
    statement = sa.select(made.row).where(made.row.id == id).options(*made.loading)
    criterion = scope(current_user, made.row.__tablename__)
    if criterion is not None:
        statement = statement.where(criterion)
    result = db.session.scalars(statement).unique().one_or_none()
    return result if result is not None else abort(404)


def _run(made: Call, parts: dict[str, Any], sent: dict[str, Any]) -> Any:
    row = () if made.row is None else (_found(made, parts["id"]),)
    g.api_asked = fields.of_query(made.query, request.args)
    g.api_given = fields.of_body(made.body, sent)
    return made.view(*row)


def _view(made: Call) -> Callable[..., Any]:
    @functools.wraps(made.view)
    def answer(**parts: Any) -> Any:
        if not made.is_open:
            if not current_user.is_authenticated:
                abort(401)
            if made.table and not may(current_user, "read", made.table):
                abort(403)
        sent = body.sent()
        if made.method == "GET":
            return _json(_run(made, parts, sent), made.status)
        with one_transaction():
            content, status = _once(made, lambda: _run(made, parts, sent))
        return _json(content, status) if status != 204 else ("", 204)
    answer.__name__ = re.sub(r"\W+", "_", f"{made.method}{made.path}").strip("_")
    return answer


def add_to(bp: Blueprint, document: Call) -> None:
    """Routes of every declared call, and of their document, which is no part of itself."""
    for made in (*CALLS, document):
        view = _view(made)
        bp.add_url_rule(made.path, view.__name__, view, methods=[made.method])
