"""The page of a first start: it is there before the application, says how far the loading is in both
languages, and makes room for the server without turning anybody away."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app import make_server
from portal.web import opening_page
from portal.web.opening_page import SHARES, WORDS, Opening, Standing, is_wanted, language_of, page

pytestmark = pytest.mark.once


@pytest.fixture
def opening() -> Iterator[Opening]:
    if os.name != "posix":
        pytest.skip("sockets go on to other processes on POSIX only")
    made = Opening("127.0.0.1", 0)
    yield made
    made.end().close()


def asked(opening: Opening, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, str]:
    connection = http.client.HTTPConnection(*opening.socket.getsockname()[:2], timeout=60)
    with contextlib.closing(connection):
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()


def test_every_address_shows_what_is_loaded_until_the_server_answers(opening: Opening) -> None:
    opening.tell("year", 0.5, date(2026, 3, 6))
    while json.loads(asked(opening, "/opening.json")[2])["percent"] == 0:
        pass  # the line is on its way
    for path, language, words in (("/", "id", "sampai 6 Mar 2026"), ("/admin/?lang=en", "en", "until 6 Mar"),
                                  ("/login", "en-GB", "until 6 Mar 2026")):
        status, headers, text = asked(opening, path, **{"Accept-Language": language})
        assert (status, headers["Retry-After"], headers["X-Rawat-Opening"]) == (503, "5", "1")
        assert words in text
        assert "<progress" in text
    told = json.loads(asked(opening, "/opening.json?lang=id")[2])
    assert told["percent"] == round(100 * (SHARES["year"] + (SHARES["today"] - SHARES["year"]) / 2))
    for file in opening_page.FILES:
        assert file in text
        assert asked(opening, file)[0] == 200
    assert asked(opening, "/login", "HEAD")[2] == ""
    assert asked(opening, "/login", "POST")[0] == 503


def test_the_socket_goes_on_to_the_server_and_who_asked_meanwhile_is_answered(opening: Opening) -> None:
    assert asked(opening, "/")[0] == 503
    listening = opening.end()
    with socket.create_connection(listening.getsockname(), timeout=60) as early:
        early.sendall(b"hello")
        taken, _address = listening.accept()
        with taken:
            assert taken.recv(5) == b"hello"


def test_the_server_answers_on_the_same_socket(app: Any, opening: Opening) -> None:
    assert asked(opening, "/healthz")[0] == 503
    server = make_server(app, threads=2, sockets=[opening.end()])
    stop = threading.Event()

    def answer() -> None:
        while not stop.is_set():
            server.asyncore.loop(timeout=0.05, map=server._map, count=1)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        status, headers, _text = asked(opening, "/healthz")
        assert (status, headers["X-Rawat-Opening"]) == (200, None)
        assert asked(opening, "/opening.json")[0] == 404, "by this the page knows that it is over"
    finally:
        stop.set()
        thread.join(timeout=30)
        server.task_dispatcher.shutdown()
        server.asyncore.close_all(server._map)


@pytest.mark.parametrize(("environ", "wanted"), [
    ({}, True), ({"RAWAT_ENV": "production"}, False), ({"SANDBOX_SERVER": "1"}, False),
    ({"DATABASE_URL": "postgresql://db/rawat"}, False)])
def test_only_a_demo_without_a_database_gets_it(tmp_path: Path, environ: dict[str, str],
                                                wanted: bool) -> None:
    given = {"RAWAT_INSTANCE": str(tmp_path), **environ}
    assert is_wanted(given, tmp_path) is (wanted and os.name == "posix")
    (tmp_path / "rawat.sqlite3").touch()
    assert not is_wanted(given, tmp_path)


def test_both_languages_say_the_same_and_every_part_has_its_word() -> None:
    assert WORDS["id"].keys() == WORDS["en"].keys()
    assert SHARES.keys() <= WORDS["en"].keys()
    assert list(SHARES.values()) == sorted(SHARES.values())
    assert {len(months) for months in opening_page.MONTHS.values()} == {12}


def test_the_share_grows_with_every_part_and_the_rest_is_foretold_from_then_on() -> None:
    standing, shares = Standing(), []
    for part in SHARES:
        for done in (0, 0.5, 1, 7):
            standing.hear(json.dumps({"part": part, "done": done, "day": ""}))
            shares.append(standing.share)
            assert 0 <= standing.share <= 1
    assert shares == sorted(shares)
    assert standing.told("en")["left"] == ""
    standing.hear(json.dumps({"part": "year", "done": 0.5}))
    assert "detik lagi" in standing.told("id")["left"]
    assert "detik lagi" in page("id", standing)


@pytest.mark.parametrize(("path", "accepts", "cookie", "language"), [
    ("/", "", "", "id"), ("/", "en-US,en", "", "en"), ("/", "en-US", "language=id", "id"),
    ("/?lang=en", "id", "language=id", "en"), ("/?lang=<script>", "fr", "", "id")])
def test_the_readers_language(path: str, accepts: str, cookie: str, language: str) -> None:
    assert language_of(path, accepts, cookie) == language
