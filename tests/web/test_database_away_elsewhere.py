"""The database away elsewhere than under a page: under a command, as a broken file, and the replica alone."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models.base import db
from models.operations.core import jobs
from models.roles import Role
from portal.web import replica
from tests.support.applications import make_app

pytestmark = pytest.mark.once


NOBODY = "postgresql+psycopg://postgres@127.0.0.1:1/rawat?connect_timeout=1"


def broken(folder: Path) -> str:
    """The URL of a file that is no database."""
    (folder / "broken.sqlite3").write_bytes(b"no database at all " * 500)
    return f"sqlite:///{folder / 'broken.sqlite3'}"


@pytest.mark.parametrize("where", ["a server that nobody runs", "a broken file"])
@pytest.mark.parametrize("words", [["run-jobs"], ["verify"], ["reference", "load"]])
def test_a_command_ends_with_one_sentence(tmp_path: Path, where: str, words: list[str]) -> None:
    app = make_app(NOBODY if "server" in where else broken(tmp_path))
    ended = app.test_cli_runner().invoke(args=words)
    assert ended.exit_code == 1
    assert "The database does not answer: " in ended.output
    assert len(ended.output.strip().splitlines()) == 1
    assert isinstance(ended.exception, SystemExit)


def test_a_job_that_fails_leaves_the_others_alone_but_none_is_tried_without_a_database(
        app: Flask, session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def away() -> str:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("server closed the connection"))

    def wrong() -> str:
        raise ValueError("a wrong job")

    for first, expected in ((wrong, ["last"]), (away, [])):
        ran.clear()
        monkeypatch.setattr(jobs, "JOBS", {"first": jobs.Job("first", first),
                                           "last": jobs.Job("last", lambda: ran.append("last") or "done")})
        assert app.test_cli_runner().invoke(args=["run-jobs"]).exit_code == 1
        assert ran == expected


@pytest.mark.commits
def test_without_its_replica_the_panel_reads_from_the_database(
        app: Flask, client: Any, sign_in: Any, caplog: pytest.LogCaptureFixture) -> None:
    sign_in(client, Role.DIRECTOR)
    db.session.commit()
    replica.open_replica(app, NOBODY)
    try:
        with caplog.at_level(logging.WARNING):
            for path in ("/admin/", "/admin/reports/occupancy/", "/admin/"):
                assert client.get(path).status_code == 200, path
        told = [record.getMessage() for record in caplog.records if "replica away" in record.getMessage()]
        assert len(told) == 1  # and it is not asked again at every page
    finally:
        replica.close_replica(app)


def test_a_file_that_is_no_database_is_told_as_away(tmp_path: Path) -> None:
    client = make_app(broken(tmp_path)).test_client()
    for path in ("/login", "/portal/doctors", "/readyz"):
        answer = client.get(path)
        if path != "/login":
            assert answer.status_code == 503, path
            assert int(answer.headers["Retry-After"]) > 0
        assert answer.status_code < 500 or answer.status_code == 503
