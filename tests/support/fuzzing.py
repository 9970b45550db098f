"""Requests that nobody foresaw: every address of the URL map, with the names that its own page shows and
values of all kinds. What is found here becomes a test of its own."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st
from werkzeug.routing import Rule

from backoffice.panel.columns import mapped_tables
from models.roles import Role
from portal.api.calls import CALLS
from tests.grids.test_hostile_input import FIELD, NAMES, TEXTS, elsewhere, forms_of, refused_well
from tests.grids.test_routes import PARTS
from tests.support import factories as make
from tests.support import grid
from tests.web.test_api import key_of

ARGUMENT = re.compile(r'[?&;](\w+)=')
OPTION = re.compile(r'<option value="([^"]{1,60})"')
PART = re.compile(r"<(?:[^:<>]*:)?(\w+)>")

texts = st.one_of(
    st.sampled_from(TEXTS), st.text(max_size=40), st.integers(-10**20, 10**20).map(str),
    st.decimals(allow_nan=True, allow_infinity=True).map(str), st.floats().map(repr),
    st.dates().map(str), st.datetimes().map(lambda at: at.isoformat()), st.times().map(str),
    st.lists(st.integers(-5, 5), max_size=4).map(lambda found: ",".join(map(str, found))))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6)


@dataclass(frozen=True)
class Target:
    """An address; `page` shows the names that it takes."""

    method: str
    where: str
    page: str = ""
    is_patient: bool = False


@dataclass
class Fuzzer:
    """Sends requests to the application as somebody with every role, or as a patient."""

    app: Any
    client: Any
    sign_in: Any
    answers: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        make.make_chart()
        self.keys = {table: self.app.extensions["rawat_panel"][table].key(grid.row_of(mapped_tables()[table]))
                     for table in grid.tables() if table != "activity_log"} | {"activity_log": 1}
        self.patient = make.make_patient()
        self.names: dict[str, tuple[list[str], list[str]]] = {}
        self.targets = [*self._tables(), *self._elsewhere()]
        self.head = key_of(*Role)
        schema = self.client.get("/api/v1/openapi.json").json
        self.calls = [(method.upper(), f"/api/v1{path}", call) for path, calls in schema["paths"].items()
                      for method, call in calls.items()]
        self.who: Any = None

    def _tables(self) -> list[Target]:
        views = self.app.extensions["rawat_panel"]
        return [Target("POST", where, where) for table, key in self.keys.items()
                for where in forms_of(views[table], key)]

    def _elsewhere(self) -> list[Target]:
        found = [Target("POST", self._address(rule), self._address(rule), rule.rule.startswith("/portal"))
                 for rule in elsewhere(self.app, "POST")]
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if "GET" in (rule.methods or set()) and not rule.rule.startswith(("/logout", "/api/", "/static")):
                where = self._address(rule)
                found.append(Target("GET", where, where, rule.rule.startswith("/portal")))
        return found

    def _address(self, rule: Rule) -> str:
        """With the key of the table's row where the address is a table's, else one for Hypothesis to fill
        in."""
        table = rule.rule.split("/")[2] if rule.rule.startswith("/admin/") else ""
        known = self.keys.get(table)
        return PART.sub(lambda part: str(known) if part[1] == "id" and known is not None
                        else PARTS.get(part[1], "{}"), rule.rule)

    # ------------------------------------------------------------ one request

    def shown(self, target: Target) -> tuple[list[str], list[str]]:
        """The names that the page of an address knows, and values that it offers."""
        if target.page not in self.names:
            page = self.client.get(target.page.replace("{}", "1"))
            text = page.text if page.mimetype == "text/html" else ""
            names = {*FIELD.findall(text), *ARGUMENT.findall(text), *NAMES, "version", "reason", "action"}
            self.names[target.page] = (sorted(names), sorted(set(OPTION.findall(text)))[:200] or ["1"])
        return self.names[target.page]

    def act(self, data: Any) -> list[str]:
        """Draw one request and send it; what a broken server says, if anything."""
        if data.draw(st.integers(0, 9)) == 0:
            return self._call(data)
        target = data.draw(st.sampled_from(self.targets))
        self._sit(target.is_patient)
        names, offered = self.shown(target)
        values = st.sampled_from(offered) | texts
        given = data.draw(st.dictionaries(st.sampled_from(names), values, max_size=12))
        where, table = target.where, target.where.split("/")[2] if target.where.startswith("/admin/") else ""
        if table in self.keys and data.draw(st.booleans()):
            given["id"] = str(self.keys[table])
        while "{}" in where:
            part = data.draw(st.sampled_from(("1", "2", "3")) | texts)
            where = where.replace("{}", urlencode({"": part})[1:200] or "0", 1)
        sent = {"query_string": given} if target.method == "GET" else {"data": given}
        return self._sent(target.method, where, sent)

    def _sit(self, is_patient: bool) -> None:
        who = "patient" if is_patient else "staff"
        if self.who != who:
            self.who = who
            self.sign_in(self.client, self.patient.user if is_patient else make.make_user(*Role))

    def _sent(self, method: str, where: str, sent: dict[str, Any]) -> list[str]:
        status: list[int] = []
        wrong = refused_well(_Noting(self.client, status), method, where, **sent)
        self.answers.update(status)
        if status and status[0] in (302, 303, 401):
            self.who = None  # perhaps signed out
        return wrong

    # ------------------------------------------------------------ the API, off its document

    def _call(self, data: Any) -> list[str]:
        method, path, call = data.draw(st.sampled_from(self.calls))
        where = re.sub(r"\{\w+\}", lambda _part: data.draw(st.integers(-1, 10**20).map(str)), path)
        query = {entry["name"]: data.draw(texts) for entry in call.get("parameters", ())
                 if entry["in"] == "query" and data.draw(st.booleans())}
        sent: dict[str, Any] = {"headers": dict(self.head), "query_string": query}
        body = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if body is not None:
            sent["json"] = data.draw(self.of_schema(body) | json_values)
        if data.draw(st.booleans()):
            sent["headers"]["Idempotency-Key"] = re.sub(r"[\r\n]|[^\x00-\xff]", "", data.draw(texts))[:200]
        return self._sent(method, where, sent)

    def of_schema(self, schema: dict[str, Any]) -> Any:
        """What a part of the OpenAPI document allows, and near it what it does not."""
        kind = schema.get("type")
        kinds = kind if isinstance(kind, list) else [kind]
        if "properties" in schema:
            named = {name: self.of_schema(part) for name, part in schema["properties"].items()}
            return st.fixed_dictionaries({}, optional=named)
        if "enum" in schema:
            return st.sampled_from(schema["enum"]) | json_values
        ways = {"integer": st.integers(), "number": st.floats(), "boolean": st.booleans(), "string": texts}
        return st.one_of(*(ways[each] for each in kinds if each in ways), json_values)


class _Noting:
    """The client, with the status of each answer written down."""

    def __init__(self, client: Any, status: list[int]) -> None:
        self.client, self.status = client, status

    def open(self, *args: Any, **kwargs: Any) -> Any:
        answer = self.client.open(*args, **kwargs)
        self.status.append(answer.status_code)
        return answer


def covers(fuzzer: Fuzzer) -> tuple[int, int]:
    """How many addresses, and how many calls of the API, are asked."""
    assert len(fuzzer.calls) >= len(CALLS)
    return len({target.where for target in fuzzer.targets}), len(fuzzer.calls)
