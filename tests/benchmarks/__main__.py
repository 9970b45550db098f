"""`python -m tests.benchmarks [--moves 1000000] [--runs 31] [--fresh] [--only posting|exports|pages|growth]`:
all sides, turn by turn; `growth`, with `--scale`, only when it is asked for.

BENCH_DATABASE_URL names a PostgreSQL server whose user may create databases (postgres at 127.0.0.1 unless
said). The filled database, `rawat_bench_<moves>_<schema>`, is kept for the next run; `--fresh` makes it anew.
"""

from __future__ import annotations

import argparse
import contextvars
import gc
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
from tests.benchmarks import exports, filling, growth, posting
from tests.benchmarks.django_peer import PATHS, make_django
from tests.benchmarks.peer import make_peer
from tests.support.applications import make_app

SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@dataclass(frozen=True)
class Page:
    """One page of ours and of the peers: what it may take at `most`, in times of the bare one and as a
    `share` of Django's, where there is a goal."""

    name: str
    role: str
    path: str
    most: float | None = None
    share: float | None = None


def pages(moves: int) -> list[Page]:
    draft, posted, middle = moves // 10, moves // 10 - 1, moves // 5
    own = draft // 2_500 * 2_500  # a draft of work unit 1, whose user may edit it
    return [
        Page("moves, page 1", "store_head", "stock_move/", 5),
        Page("moves, page 40,000 by key", "store_head", f"stock_move/?after={middle}", 3),
        Page("moves, search by item name", "store_head", "stock_move/?search=jenis+00123", share=0.15),
        Page("move, details", "store_head", f"stock_move/details/?id={middle}"),
        Page("orders, page 1", "facilities_staff", "purchase_order/"),
        Page("orders by state and date", "facilities_staff",
             "purchase_order/?state=sent&ordered_on_from=2026-06-01",
             share=0.3),
        Page("order, details", "facilities_staff", f"purchase_order/details/?id={posted}"),
        Page("order, edit, 3 lines", "facilities_staff", f"purchase_order/edit/?id={draft}", share=0.45),
        Page("order, new", "facilities_staff", "purchase_order/new/", share=0.3),
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


def measure(app: Flask, peer: Flask, django: Any, page: Page, runs: int) -> dict[str, Any]:
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
    there = django is not None and page.name in PATHS
    times = [(ask(ours, f"/admin/{page.path}")[0], ask(bare, f"/{page.path}")[0],
              ask_django(django, page.name) if there else 0.0) for _ in range(runs)]
    our_time, bare_time, their_time = (statistics.median(side) for side in zip(*times, strict=True))
    return {"ours": our_time, "bare": bare_time, "ratio": our_time / bare_time, "statements": statements,
            "size": size, "django": their_time}


def ask_django(django: Any, name: str) -> float:
    """Milliseconds of their page. Ends the run when it does not answer 200."""
    started = time.perf_counter()
    status, _ = django(name)
    if status != 200:
        sys.exit(f"Django answered {status} to {name}")
    return (time.perf_counter() - started) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=31)
    parser.add_argument("--fresh", action="store_true", help="fill the database anew")
    parser.add_argument("--only", choices=("pages", "posting", "exports", "growth"),
                        help="leave the rest out")
    parser.add_argument("--scale", type=int, default=100, help="of growth: the larger hospital")
    options = parser.parse_args()
    if options.moves < 25_000:
        parser.error("fewer than 25,000 moves measure nothing")
    server = sa.make_url(os.environ.get("BENCH_DATABASE_URL") or SERVER)
    if options.only == "growth":
        growth.run(server, options.scale, options.runs, options.fresh)
        return
    if options.only in (None, "posting"):
        posting.run(server, options.runs)
    if options.only == "posting":
        return
    url = prepared(server, options.moves, options.fresh)
    if options.only in (None, "exports"):
        exports.run(url, _dsn(url), signed_in)
    if options.only == "exports":
        return
    app, peer = make_app(url.render_as_string(hide_password=False)), make_peer(_dsn(url))
    django = make_django(url, options.moves)
    app.testing = peer.testing = False
    gc.collect()
    gc.freeze()  # as the server does
    print(f"\nPostgreSQL, {options.moves:,} moves, median of {options.runs}; "
          "q: SQL statements, session and rights included; bare: Flask with the ideal SQL;\n"
          f"django: its admin, tuned{'' if django else ' (left out: Django is not installed)'}\n")
    print(f"{'page':32}{'ms':>8}{'bare ms':>9}{'ratio':>8}{'goal':>7}{'q':>4}{'KB':>7}"
          f"{'django':>9}{'ratio':>7}{'goal':>8}")
    for page in pages(options.moves):
        found = measure(app, peer, django, page, options.runs)
        goal, share = (f"≤ {most:g}" if most else "" for most in (page.most, page.share))
        theirs = (
            f"{found['django']:9.1f}{found['ours'] / found['django']:7.2f}" if found["django"] else f"{'':16}"
        )
        print(f"{page.name:32}{found['ours']:8.1f}{found['bare']:9.1f}{found['ratio']:8.1f}{goal:>7}"
              f"{found['statements']:4}{found['size'] / 1024:7.1f}{theirs}{share:>8}", flush=True)


if __name__ == "__main__":
    main()
