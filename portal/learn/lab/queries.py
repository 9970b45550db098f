"""What a request asks of the lab, and its answer as the page shows it; shared by every page that runs SQL."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import abort, current_app, request
from flask_babel import format_decimal, gettext, ngettext
from flask_login import current_user

from portal.learn.lab import chart, engine, lab_file, plan_words, statement, wording
from portal.learn.lab.engine import Result, Value
from portal.web.throttle import Throttle

#: Characters of a statement; the engine refuses longer ones as well.
MOST_LETTERS = 20_000
#: Characters of an address that every server and messenger takes.
MOST_OF_AN_ADDRESS = 4_000
#: How often one person may run a statement.
runs = Throttle("lab", limit=90, window=timedelta(minutes=1))
#: Values that a spreadsheet would run as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_STATUS = {"busy": 503, "rows": 200, "bytes": 200}


@dataclass(frozen=True)
class Query:
    """A statement with its parameters as they were typed, and the chart's columns."""

    sql: str
    values: dict[str, str] = field(default_factory=dict)
    x: str = ""
    y: str = ""

    @property
    def names(self) -> list[str]:
        """The statement's parameters."""
        return statement.parameters_of(self.sql)

    @property
    def missing(self) -> list[str]:
        """Parameters that have no value."""
        return [name for name in self.names if not self.values.get(name)]

    def address(self, path: str, **more: str) -> str:
        """Where this is found again; empty when it would be too long."""
        pairs = {"sql": self.sql, **{f"p_{name}": self.values.get(name, "") for name in self.names},
                 **{key: value for key, value in (("x", self.x), ("y", self.y)) if value}, **more}
        address = f"{path}?{urlencode(pairs)}"
        return address if len(address) <= MOST_OF_AN_ADDRESS else ""


def offered() -> None:
    """404 on a server whose operator has switched the lab off."""
    if not current_app.config.get("SQL_LAB", True):
        abort(404)


def read(form: Mapping[str, str] | None = None) -> Query:
    """What the address or the form asks. A long statement comes whole, so that it is not lost."""
    given = request.values if form is None else form
    sql = given.get("sql", "").replace("\r\n", "\n").replace("\x00", " ")
    return Query(sql, {name: given.get(f"p_{name}", "")[:200] for name in statement.parameters_of(sql)[:50]},
                 given.get("x", "")[:200], given.get("y", "")[:200])


@dataclass(frozen=True)
class Answer:
    """A result in words: what to say, how loud (`ok`, `note`, `wrong`), status, plan and chart."""

    result: Result
    said: str = ""
    mood: str = "ok"
    status: int = 200
    plan: tuple[plan_words.Step, ...] = ()
    chart: chart.Chart | None = None
    line_text: str = ""
    wait: int = 0


def answer(query: Query, *, file: str = lab_file.VISIBLE) -> Answer:
    """Run it for the person who asks, unless it cannot be run or was run too often."""
    refused = refusal(query)
    if refused is not None:
        return refused
    result = engine.run(query.sql, {name: statement.value_of(text) for name, text in query.values.items()},
                        file=file)
    return in_words(result, query, file=file)


def refusal(query: Query) -> Answer | None:
    """What is said to a statement that is not run; None when it may be. Counts it as one of the person's."""
    if not query.sql.strip():
        return _wrong(gettext("Type a query first."))
    if len(query.sql) > MOST_LETTERS:
        return _wrong(gettext("A query has at most %(num)s characters here.", num=MOST_LETTERS))
    if query.missing:
        return _wrong(gettext("Give a value to :%(name)s.", name=query.missing[0]))
    wait = runs.take(str(current_user.get_id()))
    if wait:
        said = ngettext("Those were many queries in a minute. Wait %(num)s second.",
                        "Those were many queries in a minute. Wait %(num)s seconds.", wait)
        return Answer(Result(), said, "wrong", 429, wait=wait)
    return None


def in_words(result: Result, query: Query, *, file: str = lab_file.VISIBLE) -> Answer:
    """A result with its sentence, plan and chart."""
    said = wording.said(result, query.sql)
    lines = query.sql.split("\n")
    at = result.problem.line if result.problem else 0
    status = 200 if not said else _STATUS.get(result.stopped, 422)
    return Answer(result, said, "ok" if not said else "note" if status == 200 else "wrong", status,
                  plan_words.steps(result.plan, query.sql, lab_file.path(file)),
                  chart.draw(result, query.x, query.y), lines[at - 1] if 0 < at <= len(lines) else "",
                  2 if status == 503 else 0)


def _wrong(said: str) -> Answer:
    return Answer(Result(), said, "wrong", 422)


def shown(value: Value, column: str) -> str:
    """A value of a result as people write it here; keys and years are no amounts and stay as they are."""
    if not isinstance(value, int | float) or abs(value) >= 1e15:
        return str(value)
    if isinstance(value, int) and (column.lower() in ("id", "year") or column.lower().endswith("_id")):
        return str(value)
    return str(format_decimal(round(value, 6), format="#,##0.######"))


def as_csv(result: Result) -> str:
    """The rows as a file for spreadsheets, which run no formula from it."""
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow([_safe(name) for name in result.columns])
    writer.writerows([[_safe(value) for value in row] for row in result.rows])
    return buffer.getvalue()


def _safe(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value
