"""What the activity log costs writers: ``python -m tests.benchmarks.log_writers [--seconds 4] [--rounds 5]``.

Each writer is a process with a connection of its own that commits small transactions: one event row and one
row of the log. Four ways, turn by turn: without a log; rows without any chain; sealed, as the house does it,
a sealer running beside; and chained, as before, where one lock serves everybody and is held until the commit.
Printed are the medians of all rounds at 1 and 8 writers; what counts are the ratios, for others may use the
machine. BENCH_DATABASE_URL names a PostgreSQL server whose user may create databases.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import secrets
import statistics
import time
from datetime import UTC, datetime
from typing import Any

import flask_migrate
import psycopg
import sqlalchemy as sa

from models.base import db
from models.operations.core import activity, sealing
from models.operations.core.log_proofs import verify_log
from tests.support.applications import make_app

SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
WAYS = ("none", "unchained", "sealed", "chained")
EVENT = "INSERT INTO bench_event (number, said) VALUES (%s, %s)"
TABLES = """
CREATE TABLE bench_event (id bigserial PRIMARY KEY, number bigint, said text);
CREATE TABLE bench_chain (id bigint PRIMARY KEY, said json, previous_hash varchar UNIQUE,
                          hash varchar UNIQUE);
"""


def row() -> dict[str, Any]:
    return {"user_id": None, "access": "command", "table_name": "bench_event", "changed_id": "1",
            "activity": "inserted", "properties": {"new": {"id": 1, "number": 7, "said": "x" * 80}},
            "occurred_at": datetime.now(UTC), "address": "192.0.2.7"}


def _chained(connection: psycopg.Connection) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(99)")
    last = connection.execute("SELECT id, hash FROM bench_chain ORDER BY id DESC LIMIT 1").fetchone()
    number, before = (last[0] + 1, last[1]) if last else (1, "0" * 64)
    text = activity._as_json(row())
    made = hashlib.sha256(f"{text}{before}".encode()).hexdigest()
    connection.execute("INSERT INTO bench_chain VALUES (%s, %s, %s, %s)", (number, text, before, made))


def _unchained(connection: psycopg.Connection) -> None:
    """The statement of the house; whether it is sealed is another process's work."""
    connection.execute(INSERT, (f"[{activity._as_json(row())}]",))


INSERT = str(activity._INSERT_ALL).replace(":rows", "%s")
WRITES: dict[str, Any] = {"none": lambda _connection: None, "unchained": _unchained, "sealed": _unchained,
                          "chained": _chained}


def writer(dsn: str, way: str, ends: Any, gate: Any, counted: Any) -> None:
    write, count = WRITES[way], 0
    with psycopg.connect(dsn, prepare_threshold=1) as connection:
        gate.wait()
        while time.time() < ends.value:
            connection.execute(EVENT, (count, "x" * 80))
            write(connection)
            connection.commit()
            count += 1
    counted.put(count)


def sealer(url: str, stops: Any, counted: Any) -> None:
    """As the thread of a server: what is there, then a pause."""
    with make_app(url).app_context():
        took: list[float] = []
        while not stops.wait(sealing.PAUSE_SECONDS):
            began = time.perf_counter()
            sealing.seal_all()
            took.append(time.perf_counter() - began)
        counted.put(max(took, default=0.0))


def measured(url: str, dsn: str, way: str, writers: int, seconds: float) -> tuple[float, float]:
    """Transactions a second, and the longest sealing in seconds."""
    fork = multiprocessing.get_context("fork")
    gate, counted, sealed = fork.Barrier(writers + 1), fork.Queue(), fork.Queue()
    ends, stops = fork.Value("d", 0.0), fork.Event()
    beside = fork.Process(target=sealer, args=(url, stops, sealed)) if way == "sealed" else None
    everybody = [fork.Process(target=writer, args=(dsn, way, ends, gate, counted)) for _ in range(writers)]
    for each in [*everybody, *([beside] if beside else [])]:
        each.start()
    if beside:
        time.sleep(3)  # it takes longer to start than writers do
    ends.value = time.time() + 3600
    gate.wait()
    ends.value = time.time() + seconds
    total = sum(counted.get() for _ in everybody)
    for each in everybody:
        each.join()
    if beside is None:
        return total / seconds, 0.0
    stops.set()
    longest = sealed.get()
    beside.join()
    return total / seconds, longest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    server = sa.make_url(os.environ.get("BENCH_DATABASE_URL") or SERVER)
    name = f"rawat_bench_log_{secrets.token_hex(3)}"
    admin = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    url = server.set(database=name)
    try:
        _run(url, given.seconds, given.rounds)
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _run(url: sa.URL, seconds: float, rounds: int) -> None:
    full = url.render_as_string(hide_password=False)
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    app = make_app(full)
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
    with psycopg.connect(dsn) as connection:
        connection.execute(TABLES.encode())
    found: dict[tuple[str, int], list[float]] = {}
    longest = 0.0
    for turn in range(rounds):
        for writers in (1, 8):
            for way in WAYS[turn % 4:] + WAYS[:turn % 4]:
                rate, sealed = measured(full, dsn, way, writers, seconds)
                found.setdefault((way, writers), []).append(rate)
                longest = max(longest, sealed)
    print(f"transactions a second, median of {rounds} turns of {seconds:g} s (all turns), machine not alone")
    for writers in (1, 8):
        middle = {way: statistics.median(found[way, writers]) for way in WAYS}
        for way in WAYS:
            turns = ", ".join(f"{rate:.0f}" for rate in found[way, writers])
            print(f"  {writers} writers {way:10} {middle[way]:7.0f}   ({turns})")
        print(f"  {writers} writers sealed / unchained {middle['sealed'] / middle['unchained']:.2f}, "
              f"sealed / none {middle['sealed'] / middle['none']:.2f}, "
              f"sealed / chained {middle['sealed'] / middle['chained']:.2f}")
    print(f"longest sealing {1000 * longest:.0f} ms")
    with app.app_context():
        sealing.seal_all()
        print("flask verify:", verify_log() or "the log is whole")
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main()
