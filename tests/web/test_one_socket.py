"""`PROCESSES=2 python app.py`: two processes answer at one address, and end together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from models.base import db
from portal.web import config, processes
from tests.support import factories as make
from tests.support.servers import start

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 120
needs_postgresql = pytest.mark.skipif(
    not os.environ.get("TEST_DATABASE_URL"),
    reason="several processes are PostgreSQL's; TEST_DATABASE_URL names none")


def until(happens: Callable[[], Any], what: str) -> Any:
    """Wait for something that comes by itself."""
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        if found := happens():
            return found
        time.sleep(0.05)
    raise AssertionError(what)


def children(pid: int) -> set[int]:
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True,
                          check=False)
    return {int(word) for word in told.stdout.split()}


def answers(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/healthz"
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=30) as page:
        return bool(page.status == 200)
    return False


@pytest.fixture
def server(app: Any, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    url = db.engine.url.render_as_string(hide_password=False)
    make.make_user()  # an empty hospital would load the demo
    db.session.commit()
    process, port = start(url, tmp_path, PROCESSES="2")
    try:
        until(lambda: process.poll() is not None or answers(port), "it never answered")
        assert process.poll() is None, (tmp_path / f"{port}.txt").read_text()
        yield process, port
    finally:
        process.kill()
        process.wait(timeout=30)


@needs_postgresql
@pytest.mark.commits
def test_a_process_that_dies_is_started_again_and_all_end_together(server: Any) -> None:
    process, port = server
    two = until(lambda: found if len(found := children(process.pid)) == 2 else None, "there are no two")

    os.kill(two.copy().pop(), signal.SIGKILL)
    assert answers(port)  # the other one
    again = until(lambda: found if len(found := children(process.pid)) == 2 and found != two else None,
                  "the dead one was not replaced")
    assert answers(port)

    process.terminate()
    assert process.wait(timeout=60) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in again)
    assert not answers(port)


@needs_postgresql
@pytest.mark.commits
def test_processes_end_when_the_first_one_was_killed(server: Any) -> None:
    process, _port = server
    two = until(lambda: found if len(found := children(process.pid)) == 2 else None, "there are no two")
    process.kill()
    process.wait(timeout=30)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in two), "they live on without the first one")


@pytest.mark.once
def test_a_sqlite_file_is_served_by_one_process(app: Any) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL serves several")
    app.config["PROCESSES"] = 2
    with pytest.raises(config.Unsafe, match="needs PostgreSQL"):
        processes.check(app)
    app.config["PROCESSES"] = 1
    processes.check(app)


@pytest.mark.once
@pytest.mark.parametrize("typed", ["0", "-1", "two", "99999"])
def test_a_senseless_number_of_processes_is_refused(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setenv("PROCESSES", typed)
    with pytest.raises(config.Unsafe, match=r"PROCESSES is .* whole number"):
        config.read(None)
