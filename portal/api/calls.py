"""How a call of the API is declared, answered and documented: one table for routes, rights, retries and OpenAPI."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import BadRequest

from models.api import ApiAnswer
from models.base import db, one_transaction
from models.errors import N_, Refused
from models.operations.once import insert_once
from models.rights import may
from portal.site.tokens import hashed

MOST, USUAL = 200, 50


@dataclass(frozen=True)
class Call:
    """One call. `table` is what the caller must be allowed to read; `body` and `query` name fields and what they say.

    `view` returns what becomes the JSON body; a POST runs in one transaction.
    """

    method: str
    path: str
    summary: str
    view: Callable[..., Any]
    table: str = ""
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, str] = field(default_factory=dict)
    status: int = 200
    is_open: bool = False


CALLS: list[Call] = []


def call(method: str, path: str, summary: str, **facts: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the decorated view as a call of the API."""
    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        CALLS.append(Call(method, path, summary, view, **facts))
        return view
    return declare


# ---------------------------------------------------------------- asking

def given() -> dict[str, Any]:
    """The JSON object of the request. Raises 400 for anything else."""
    if not request.data:
        return {}
    try:
        body = json.loads(request.data)
    except ValueError:
        raise BadRequest from None
    if not isinstance(body, dict):
        raise BadRequest
    return body


def text_of(body: dict[str, Any], name: str, most: int = 200) -> str:
    """A text of the body, trimmed; "" when there is none. Raises `Refused` at the field for another kind of value."""
    value = body.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise Refused(N_("“%(called)s” is a text of at most %(most)s characters."), field=name, called=name, most=most)
    return value.strip()


def version_of(body: dict[str, Any]) -> int | None:
    """The version that the caller saw, if it names one."""
    value = body.get("version")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(N_("“version” is the number that the record was last read with."), field="version")
    return value


def paged(statement: Any, key: Any, shown: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """A page of rows by `key`, which is unique and ordered: `items`, and `next`, the cursor of the page after it."""
    def number(name: str, default: int) -> int:
        text = request.args.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else default
    limit = max(1, min(number("limit", USUAL), MOST))
    rows = list(db.session.scalars(statement.where(key > number("cursor", 0)).order_by(key).limit(limit + 1)).unique())
    return {"items": [shown(row) for row in rows[:limit]],
            "next": str(rows[limit - 1].id) if len(rows) > limit else None}


# ---------------------------------------------------------------- answering

def _json(body: Any, status: int) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    answer = Response(text + "\n", status, mimetype="application/json")
    if request.method == "GET":
        answer.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.make_conditional(request)
    return answer


def _once(made: Call, run: Callable[[], Any]) -> tuple[Any, int]:
    """The answer of a writing call; with an Idempotency-Key the answer of the first time, whatever happened since."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or made.is_open:
        return run(), made.status
    if len(key) > 80 or not key.isprintable():
        raise Refused(N_("An Idempotency-Key has at most 80 printable characters."))
    print_of = hashed(f"{request.method} {request.full_path} ") + hashlib.sha256(request.data).hexdigest()
    values = {"user_id": current_user.id, "key": key, "request_hash": hashed(print_of)}
    table = ApiAnswer.__table__
    mine = sa.and_(table.c.user_id == current_user.id, table.c.key == key)
    if db.session.scalar(insert_once(table).values(values).returning(table.c.id)) is not None:
        body = run()
        db.session.flush()
        db.session.execute(sa.update(table).where(mine).values(status=made.status, body=json.dumps(body)))
        return body, made.status
    kept = db.session.execute(sa.select(table).where(mine)).one()
    if kept.request_hash != values["request_hash"]:
        raise Refused(N_("This Idempotency-Key was used for another request. Take a new one."))
    return json.loads(kept.body), kept.status


def _view(made: Call) -> Callable[..., Any]:
    @functools.wraps(made.view)
    def answer(**parts: Any) -> Any:
        if not made.is_open:
            if not current_user.is_authenticated:
                abort(401)
            if made.table and not may(current_user, "read", made.table):
                abort(403)
        if made.method == "GET":
            return _json(made.view(**parts), made.status)
        with one_transaction():
            body, status = _once(made, lambda: made.view(**parts))
        return _json(body, status) if status != 204 else ("", 204)
    answer.__name__ = f"{made.method}_{made.path}".replace("/", "_").replace("<", "").replace(">", "").replace(":", "_")
    return answer


def add_to(bp: Blueprint) -> None:
    """Routes of every declared call, and of their document."""
    for made in CALLS:
        view = _view(made)
        bp.add_url_rule(made.path, view.__name__, view, methods=[made.method])
    bp.add_url_rule("/openapi.json", "openapi", lambda: _json(document(), 200))


# ---------------------------------------------------------------- the document

def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the declared calls."""
    paths: dict[str, dict[str, Any]] = {}
    problem = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for made in CALLS:
        path, parameters = made.path, []
        while "<" in path:
            name = path[path.index(":") + 1:path.index(">")]
            path = path[:path.index("<")] + "{" + name + "}" + path[path.index(">") + 1:]
            parameters.append({"name": name, "in": "path", "required": True, "schema": {"type": "integer"}})
        parameters += [{"name": name, "in": "query", "description": gettext(said), "schema": {"type": "string"}}
                       for name, said in made.query.items()]
        if made.method != "GET" and not made.is_open:
            parameters.append({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 80},
                               "description": gettext("The same key again is answered again and done once.")})
        answers: dict[str, Any] = {str(made.status): {"description": "OK"} if made.status == 204 else {
            "description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}}
        refusals = {"422": gettext("The rules say no; the detail says why.")}
        if not made.is_open:
            refusals |= {"401": gettext("No token, or an old one."), "403": gettext("Not for this role.")}
        if parameters and parameters[0]["in"] == "path":
            refusals |= {"404": gettext("Not there, or not yours."), "409": gettext("Somebody was faster.")}
        answers |= {status: {"description": said, **problem} for status, said in sorted(refusals.items())}
        entry: dict[str, Any] = {"summary": gettext(made.summary), "operationId": made.view.__name__,
                                 "parameters": parameters, "responses": answers}
        if made.is_open:
            entry["security"] = []
        if made.body:
            fields = {name: {"description": gettext(said)} for name, said in made.body.items()}
            entry["requestBody"] = {"content": {"application/json": {"schema": {
                "type": "object", "properties": fields}}}}
        paths.setdefault(path, {})[made.method.lower()] = entry
    return {
        "openapi": "3.1.0", "info": {"title": "Rawat", "version": "1"}, "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}], "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": {"type": "object", "properties": {
                "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                "detail": {"type": "string"}}}}}}
