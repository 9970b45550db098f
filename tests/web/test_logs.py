"""The log as JSON: one object a line with the request's id, and nothing that a person typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from models.roles import Role
from portal.web import config, logs
from tests.support import factories as make

#: What must never stand in a log line: a name, a NIK, an e-mail, a complaint, a search.
CANARIES = {"name": "Zubaidah-Kanari", "nik": "3171234567890123", "email": "kanari@rahasia.example",
            "complaint": "sakit-kepala-kanari", "query": "cari-kanari"}


class Lines:
    """Collects what the handler of the logs would write."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def written(app: Any, monkeypatch: Any) -> Iterator[Lines]:
    """The lines that the application's requests write, as in production."""
    lines = Lines()
    monkeypatch.setitem(app.config, "LOG_FORMAT", logs.JSON)
    handler, root = logs.JsonHandler(lines), logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("rawat", app.name)}
    root.addHandler(handler)
    for name in levels:
        logging.getLogger(name).setLevel(logging.INFO)
    yield lines
    root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_each_request_is_one_line_with_the_id_of_its_answer(client: Any, written: Lines) -> None:
    answer = client.get("/login")
    row = next(row for row in written.rows if row["event"] == "request")
    assert row["request_id"] == answer.headers["X-Request-Id"]
    assert (row["method"], row["rule"], row["status"]) == ("GET", "/login", 200)
    assert row["endpoint"] == "site.login"
    assert row["ms"] >= 0
    assert row["level"] == "info"
    assert row["timestamp"].endswith("Z")


def test_what_a_person_types_stands_in_no_line(client: Any, sign_in: Any, written: Lines) -> None:
    person = make.make_user(Role.ADMIN, name=CANARIES["name"], email=CANARIES["email"])
    sign_in(client, person)
    every = dict(CANARIES, q=CANARIES["query"], password=CANARIES["nik"])
    client.get("/admin/search", query_string=every)
    client.post("/admin/search", data=every)
    client.get(f"/admin/patient/?search={CANARIES['nik']}")
    client.get(f"/verify/{CANARIES['query']}")
    client.get(f"/{CANARIES['name']}/{CANARIES['email']}?{CANARIES['nik']}")
    client.post("/login", data=every, headers={"Referer": f"http://localhost/{CANARIES['email']}",
                                               "User-Agent": CANARIES["name"]})
    client.post("/portal/consultations/new", data=every)
    client.post("/api/v1/tokens", json=every, headers={"X-Request-Id": CANARIES["nik"]})
    assert len([row for row in written.rows if row["event"] == "request"]) == 8
    assert [word for word in CANARIES.values() if word in written.text] == []


def test_an_error_is_told_by_type_and_place_without_its_message(
        app: Any, client: Any, written: Lines, monkeypatch: Any) -> None:
    def breaks() -> None:
        raise ValueError(f"cannot read {CANARIES['complaint']}")

    monkeypatch.setitem(app.view_functions, "site.login", breaks)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    assert client.get(f"/login?next=/{CANARIES['query']}").status_code == 500
    row = next(row for row in written.rows if row["event"] == "unhandled error")
    assert row["error"] == "ValueError"
    assert row["places"][-1].endswith(" breaks")
    assert [word for word in CANARIES.values() if word in written.text] == []


def test_of_a_librarys_line_only_its_place_is_kept(app: Any, written: Lines) -> None:
    logging.getLogger("waitress").warning("bad request line: GET /?q=%s", CANARIES["query"])
    row = written.rows[-1]
    assert (row["logger"], row["level"]) == ("waitress", "warning")
    assert row["event"].startswith("test_logs:")
    assert CANARIES["query"] not in written.text


def test_a_slow_statement_is_written_without_its_values(session: Any, written: Lines) -> None:
    engine = sa.create_engine("sqlite://")
    logs.watch_statements(engine, 0)
    with engine.connect() as connection:
        connection.execute(sa.text(f"select :typed, '{CANARIES['email']}'"), {"typed": CANARIES["nik"]})
    row = written.rows[-1]
    assert row["event"] == "slow statement"
    assert row["sql"] == "select ?, '?'"
    assert [word for word in CANARIES.values() if word in written.text] == []


def test_a_statement_below_the_threshold_is_not_written(session: Any, written: Lines) -> None:
    engine = sa.create_engine("sqlite://")
    logs.watch_statements(engine, 3600)
    with engine.connect() as connection:
        connection.execute(sa.text("select 1"))
    assert written.text == ""


def test_production_writes_json_unless_it_says_otherwise(monkeypatch: Any) -> None:
    monkeypatch.setenv("SLOW_QUERY_MS", "250")
    monkeypatch.setenv("METRICS_TOKEN", "t0ken")
    own = {"SECRET_KEY": "a" * 40, "NIK_KEY": "11" * 32, "NIK_INDEX_KEY": "22" * 32}
    for name in ("LOG_FORMAT", "RAWAT_CLOCK_AHEAD_DAYS"):
        monkeypatch.delenv(name, raising=False)
    hospital = config.read({"RAWAT_ENV": "production", **own})
    assert (hospital["LOG_FORMAT"], hospital["SLOW_QUERY_MS"], hospital["METRICS_TOKEN"]) == (
        "json", 250, "t0ken")
    assert config.read({"RAWAT_ENV": "demo", **own})["LOG_FORMAT"] == "text"
    monkeypatch.setenv("LOG_FORMAT", "xml")
    with pytest.raises(config.Unsafe, match="LOG_FORMAT is 'xml'"):
        config.read({"RAWAT_ENV": "demo", **own})
