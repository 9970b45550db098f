"""Takes down what a request does: statements with their times, rights that are asked for, operations that are
called, rows of the log."""

from __future__ import annotations

import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy import event

from models.base import db
from models.people import User
from models.rights_listeners import LISTENERS
from portal.learn.boxes.store import Box
from portal.learn.inspecting.source import place_of
from portal.web.config import ROOT

OPERATIONS, MODELS = str(ROOT / "models" / "operations"), str(ROOT / "models")
SAFE = ("GET", "HEAD", "OPTIONS")
#: More than these of a request are not taken down.
MOST_STATEMENTS, MOST_OTHERS = 400, 25
#: Boxes whose last writing request is remembered until the next page.
MOST_KEPT = 200
_lock = threading.Lock()
_before: OrderedDict[str, Trace] = OrderedDict()


@dataclass
class Statement:
    """An SQL text with the values that travelled beside it, and the seconds that it took."""

    sql: str
    values: Any
    seconds: float


@dataclass
class Trace:
    """What a request did. `log` holds rows of the activity log (id, activity, table, row), `operations` name,
    file and line, `rights` the question, what it was about, and the answer."""

    method: str
    path: str
    began: float
    statements: list[Statement] = field(default_factory=list)
    rights: dict[tuple[str, ...], Any] = field(default_factory=dict)
    operations: dict[str, tuple[str, int]] = field(default_factory=dict)
    log: list[tuple[Any, ...]] = field(default_factory=list)
    first_log: int = 0
    seconds: float = 0.0
    status: int = 0
    view: tuple[str, str, int] | None = None

    @property
    def database_seconds(self) -> float:
        return sum(each.seconds for each in self.statements)


def _trace() -> Trace | None:
    found: Trace | None = g.get("box_trace") if has_request_context() else None
    return found


# ---------------------------------------------------------------- statements and rights

def _start(_connection: Any, _cursor: Any, _sql: str, _values: Any, context: Any, _many: bool) -> None:
    context.rawat_began = time.perf_counter()


def _end(_connection: Any, _cursor: Any, sql: str, values: Any, context: Any, many: bool) -> None:
    trace = _trace()
    if trace is not None and len(trace.statements) < MOST_STATEMENTS:
        took = time.perf_counter() - context.rawat_began
        trace.statements.append(Statement(sql, values[0] if many and values else values, took))


def _asked(question: str, user: User, about: Sequence[str], answer: object) -> None:
    trace = _trace()
    if trace is not None and len(trace.rights) < MOST_OTHERS:
        trace.rights.setdefault((question, *about), answer)


# ---------------------------------------------------------------- operations

def _called(frame: Any, happened: str, _argument: Any) -> None:
    """Take down calls from the edges into `models/operations`: these are what a page asks the hospital to
    do."""
    if happened != "call":
        return
    code, caller = frame.f_code, frame.f_back
    if (not code.co_filename.startswith(OPERATIONS) or code.co_name.startswith(("_", "<")) or caller is None
            or caller.f_code.co_filename.startswith(MODELS)):
        return
    trace = _trace()
    if trace is None or len(trace.operations) >= MOST_OTHERS:
        return
    name = code.co_qualname if hasattr(code, "co_qualname") else code.co_name
    if code.co_name == "perform":
        document = frame.f_locals.get("document")
        name = f"perform({getattr(document, '__tablename__', '?')}, {frame.f_locals.get('name')!r})"
    file = Path(code.co_filename).relative_to(ROOT).as_posix()
    trace.operations.setdefault(name, (file, code.co_firstlineno))


# ---------------------------------------------------------------- a request

def _begin() -> None:
    box = request.environ.get("rawat.box")
    if box is None or request.endpoint == "static" or request.path.startswith("/box/"):
        return
    trace = g.box_trace = Trace(request.method, request.path, time.perf_counter())
    if request.endpoint is not None:
        trace.view = place_of(current_app.view_functions[request.endpoint])
    if request.method not in SAFE:
        trace.first_log = _log(box, "SELECT coalesce(max(id), 0) FROM activity_log", ())[0][0]
        sys.setprofile(_called)


def _stop(_error: BaseException | None) -> None:
    if g.get("box_trace") is not None and sys.getprofile() is _called:
        sys.setprofile(None)


def _log(box: Box, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with closing(box.read_only()) as connection:
        return connection.execute(sql, values).fetchall()


def shown(box: Box, status: int, *, is_page: bool) -> tuple[Trace | None, Trace | None]:
    """The trace of this request, complete, and the one of the writing request that led here, if one did.

    A request that answers without a page (303 after a form) is kept for the next page of the same box.
    """
    trace = _trace()
    if trace is None:
        return None, None
    sys.setprofile(None)
    trace.seconds, trace.status = time.perf_counter() - trace.began, status
    if trace.method not in SAFE:
        trace.log = _log(box, "SELECT id, activity, table_name, changed_id FROM activity_log WHERE id > ? "
                              "ORDER BY id LIMIT 25", (trace.first_log,))
    with _lock:
        if is_page:
            return trace, _before.pop(box.key, None)
        if trace.method not in SAFE:
            _before[box.key] = trace
            while len(_before) > MOST_KEPT:
                _before.popitem(last=False)
    return None, None


def init_app(app: Flask) -> None:
    """Take down what requests to the boxes do. Called in their process alone."""
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _start)
        event.listen(db.engine, "after_cursor_execute", _end)
    if _asked not in LISTENERS:
        LISTENERS.append(_asked)
    app.before_request(_begin)
    app.teardown_request(_stop)
