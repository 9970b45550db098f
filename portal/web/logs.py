"""Logs for machines: one JSON object a line, each with the id of its request, none with personal data.

What a person typed stands nowhere in them: not the address but the rule that it matched, not the message of
an error but its type and the places in the code that it came through.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
from types import TracebackType
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, Response, current_app, g, request
from sqlalchemy import event

from portal.web import request_id

TEXT, JSON = "text", "json"
#: Loggers whose messages name what they are about, and nobody; of others only logger, level and place stay.
OURS = ("rawat", "app", "models", "portal", "backoffice")
#: Standing values in a statement; what people type is bound and never in its text.
_LITERAL = re.compile(r"'(?:[^']|'')*'")
#: Characters of a statement that are kept.
MOST_SQL = 2000
log = structlog.stdlib.get_logger("rawat.request")
slow = structlog.stdlib.get_logger("rawat.database")


def places(trace: TracebackType | None) -> list[str]:
    """Where an error came through, outermost first: file, line and function, no values."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def _error(_logger: Any, _name: str, entry: Any) -> Any:
    """An error as its type and places: its message may hold what a person typed."""
    found = entry.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    if found and found[0] is not None:
        entry["error"] = found[0].__name__
        entry["places"] = places(found[2])
    return entry


def _request(_logger: Any, _name: str, entry: Any) -> Any:
    if name := request_id.current():
        entry["request_id"] = name
    return entry


def _only_ours(_logger: Any, _name: str, entry: Any) -> Any:
    """Libraries write what they got (waitress the address): of their lines the source stays alone."""
    record = entry.get("_record")
    if record is not None and record.name.partition(".")[0] not in OURS:
        entry["event"] = f"{record.module}:{record.lineno}"
    return entry


def processors() -> list[Any]:
    return [structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True), _request, _error]


def formatter() -> logging.Formatter:
    """What makes a line of JSON of a record, whoever logs it."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=processors(),
        processors=[_only_ours, structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False)])


class JsonHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes JSON to stderr, or to another stream; a class of its own, to be known among others."""

    def __init__(self, stream: Any = None) -> None:
        super().__init__(stream)
        self.setFormatter(formatter())


def _begin() -> None:
    g.began = time.perf_counter()


def seconds() -> float:
    """How long the request has taken until now."""
    return time.perf_counter() - g.get("began", time.perf_counter())


def _end(response: Response) -> Response:
    if current_app.config["LOG_FORMAT"] != JSON:
        return response
    log.info("request", method=request.method, endpoint=request.endpoint or "-",
             rule=request.url_rule.rule if request.url_rule else "-", status=response.status_code,
             ms=round(seconds() * 1000, 1))
    return response


def watch_statements(engine: sa.Engine, most: float) -> None:
    """Write down each statement that takes longer than `most` seconds, without its values."""
    @event.listens_for(engine, "before_cursor_execute")
    def _start(_connection: Any, _cursor: Any, _sql: str, _values: Any, context: Any, _many: bool) -> None:
        context._rawat_began = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def _stop(_connection: Any, _cursor: Any, sql: str, _values: Any, context: Any, _many: bool) -> None:
        took = time.perf_counter() - context._rawat_began
        if took >= most:
            slow.warning("slow statement", ms=round(took * 1000, 1), request_id=request_id.current(),
                         sql=_LITERAL.sub("'?'", sql)[:MOST_SQL])


def init_app(app: Flask) -> None:
    structlog.configure(processors=[structlog.stdlib.filter_by_level, *processors(),
                                    structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
                        logger_factory=structlog.stdlib.LoggerFactory(),
                        wrapper_class=structlog.stdlib.BoundLogger)
    app.before_request(_begin)
    app.after_request(_end)
    plain = app.log_exception

    def log_exception(exc_info: Any) -> None:
        """As Flask's; in JSON without the address."""
        if app.config["LOG_FORMAT"] != JSON:
            return plain(exc_info)
        log.error("unhandled error", exc_info=exc_info, method=request.method,
                  endpoint=request.endpoint or "-")

    app.log_exception = log_exception  # type: ignore[method-assign]
    if app.config["LOG_FORMAT"] == JSON:
        _write_json(app)


def _write_json(app: Flask) -> None:
    """Let every logger of the process write by this module's handler."""
    root = logging.getLogger()
    if not any(isinstance(handler, JsonHandler) for handler in root.handlers):
        root.addHandler(JsonHandler())
    for name in ("rawat", app.name):
        logging.getLogger(name).setLevel(logging.INFO)
    app.logger.handlers.clear()  # the root's handler writes for it
