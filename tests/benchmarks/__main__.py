"""`python -m tests.benchmarks [--moves 1000000] [--runs 31] [--fresh]`: both sides in one process, turn by turn.

BENCH_DATABASE_URL names a PostgreSQL server whose user may create databases (postgres at 127.0.0.1 unless said). The
filled database, `rawat_bench_<moves>_<schema>`, is kept for the next run; `--fresh` makes it anew.
"""

from __future__ import annotations

import argparse
import contextvars
import hashlib
import os
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any

import flask_migrate
import psycopg
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask.testing import FlaskClient

from models.base import db
from models.people import UserSession
from tests.applications import make_app
from tests.benchmarks import filling
from tests.benchmarks.peer import make_peer

SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@dataclass(frozen=True)
class Page:
    """One page of ours and of the peer. `most` is the ratio that docs ask for, where they name one."""

    name: str
    role: str
    path: str
    most: float | None = None


def pages(moves: int) -> list[Page]:
    draft, posted, middle = moves // 10, moves // 10 - 1, moves // 5
    own = draft // 2_500 * 2_500  # a draft of work unit 1, whose user may edit it
    return [
        Page("moves, page 1", "store_head", "stock_move/", 5),
        Page("moves, page 40,000 by key", "store_head", f"stock_move/?after={middle}", 3),
        Page("moves, search by item name", "store_head", "stock_move/?search=jenis+00123"),
        Page("move, details", "store_head", f"stock_move/details/?id={middle}"),
        Page("orders, page 1", "facilities_staff", "purchase_order/"),
        Page("orders by state and date", "facilities_staff", "purchase_order/?state=sent&ordered_on_from=2026-06-01"),
        Page("order, details", "facilities_staff", f"purchase_order/details/?id={posted}"),
        Page("order, edit, 3 lines", "facilities_staff", f"purchase_order/edit/?id={draft}"),
        Page("order, new", "facilities_staff", "purchase_order/new/"),
        Page("store requests, page 1", "store_head", "store_request/"),
        Page("store request, details", "store_head", f"store_request/details/?id={posted}"),
        Page("store request, edit, 3 lines", "unit_user", f"store_request/edit/?id={own}"),
        Page("store request, new", "unit_user", "store_request/new/"),
    ]


def prepared(server: sa.URL, moves: int, fresh: bool) -> sa.URL:
    """The URL of the filled database; made when it is not there."""
    head = "_".join(sorted(ScriptDirectory("migrations").get_heads()))
    url = server.set(database=f"rawat_bench_{moves}_{head}")
    with psycopg.connect(_dsn(server), autocommit=True) as admin:
        there = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (url.database,)).fetchone()
        if there and not fresh:
            return url
        admin.execute(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)'.encode())
        admin.execute(f'CREATE DATABASE "{url.database}"'.encode())
    print(f"filling {url.database} with {moves:,} moves …", flush=True)
    started = time.perf_counter()
    try:
        app = make_app(url.render_as_string(hide_password=False))
        with app.app_context():
            flask_migrate.upgrade()
            db.engine.dispose()
        with psycopg.connect(_dsn(url), autocommit=True) as connection:
            filling.fill(connection, moves)
            connection.execute("VACUUM ANALYZE")
    except BaseException:
        with psycopg.connect(_dsn(server), autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)'.encode())
        raise
    print(f"filled in {time.perf_counter() - started:.0f} s", flush=True)
    return url


def _dsn(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def signed_in(app: Flask, role: str) -> FlaskClient:
    """A browser of the benchmark's person of that role."""
    client = FlaskClient(app, app.response_class)
    token = f"benchmark-{role}"
    with app.app_context():
        hashed = hashlib.sha256(token.encode()).hexdigest()
        db.session.execute(sa.delete(UserSession).where(UserSession.token_hash == hashed))
        db.session.add(UserSession(token_hash=hashed, user_id=filling.PEOPLE.index(role) + 1))
        db.session.commit()
        with client.session_transaction() as cookie:
            cookie["sid"] = token
    return client


def ask(client: FlaskClient, path: str) -> tuple[float, int]:
    """Milliseconds and bytes of one page. Ends the run when it does not answer 200."""
    started = time.perf_counter()
    answer = contextvars.Context().run(client.get, path, buffered=True)
    took = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:
        sys.exit(f"{path} answered {answer.status}: {answer.get_data(as_text=True)[:500]}")
    return took, len(answer.data)


def measure(app: Flask, peer: Flask, page: Page, runs: int) -> dict[str, Any]:
    ours, bare, statements = signed_in(app, page.role), peer.test_client(), 0

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    with app.app_context():
        engine = db.engine
    for _ in range(3):  # templates compiled, caches warm, on both sides
        ask(ours, f"/admin/{page.path}")
        ask(bare, f"/{page.path}")
    sa.event.listen(engine, "before_cursor_execute", count)
    _, size = ask(ours, f"/admin/{page.path}")
    sa.event.remove(engine, "before_cursor_execute", count)
    times = [(ask(ours, f"/admin/{page.path}")[0], ask(bare, f"/{page.path}")[0]) for _ in range(runs)]
    our_time, bare_time = (statistics.median(side) for side in zip(*times, strict=True))
    return {"ours": our_time, "bare": bare_time, "ratio": our_time / bare_time, "statements": statements, "size": size}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=31)
    parser.add_argument("--fresh", action="store_true", help="fill the database anew")
    asked = parser.parse_args()
    if asked.moves < 25_000:
        parser.error("fewer than 25,000 moves measure nothing")
    server = sa.make_url(os.environ.get("BENCH_DATABASE_URL") or SERVER)
    url = prepared(server, asked.moves, asked.fresh)
    app, peer = make_app(url.render_as_string(hide_password=False)), make_peer(_dsn(url))
    app.testing = peer.testing = False
    print(f"\nPostgreSQL, {asked.moves:,} moves, median of {asked.runs}; "
          "q: SQL statements, session and rights included; bare: Flask with the ideal SQL\n")
    print(f"{'page':32}{'ms':>8}{'bare ms':>9}{'ratio':>8}{'goal':>7}{'q':>4}{'KB':>7}")
    for page in pages(asked.moves):
        found = measure(app, peer, page, asked.runs)
        goal = f"≤ {page.most:g}" if page.most else ""
        print(f"{page.name:32}{found['ours']:8.1f}{found['bare']:9.1f}{found['ratio']:8.1f}{goal:>7}"
              f"{found['statements']:4}{found['size'] / 1024:7.1f}", flush=True)


if __name__ == "__main__":
    main()
