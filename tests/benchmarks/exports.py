"""Exporting the list of stock moves: rows a second of our CSV and XLSX, of a bare COPY of the same columns,
and of Flask-Admin as shipped."""

from __future__ import annotations

import contextvars
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from werkzeug.test import Client

from models.base import db
from models.stock import StockMove
from tests.support.applications import make_app

#: Flask-Admin keeps all rows in memory.
MOST_OF_FLASK_ADMIN = 100_000
#: What our file holds, and the least SQL that sends it.
COPY = """COPY (SELECT m.moved_on, m.document_type, m.document_id, m.line_id, i.code || ' ' || i.name, s.name,
b.number,
m.kind, m.quantity, m.unit_cost, m.value, m.occurred_at, m.reverses_id, m.reason, u.name
FROM stock_move m JOIN item i ON i.id = m.item_id JOIN store s ON s.id = m.store_id
LEFT JOIN stock_batch b ON b.id = m.batch_id LEFT JOIN "user" u ON u.id = m.user_id ORDER BY m.id)
TO STDOUT (FORMAT csv)"""


def taken(pieces: Iterable[bytes]) -> tuple[float, float, int]:
    """Seconds to the first piece, seconds in all, bytes."""
    started, first, size = time.perf_counter(), 0.0, 0
    for piece in pieces:
        first = first or time.perf_counter() - started
        size += len(piece)
    return first, time.perf_counter() - started, size


def memory() -> float:
    """The most that this process has held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(client: Any, kind: str) -> Iterator[bytes]:
    answer = client.get(f"/admin/stock_move/export/{kind}/", buffered=False)
    assert answer.status_code == 200, answer.status
    return answer.iter_encoded()


def bare(dsn: str) -> Iterator[bytes]:
    with psycopg.connect(dsn) as connection, connection.cursor().copy(COPY.encode()) as rows:
        for row in rows:
            yield bytes(row)


def flask_admin(url: sa.URL) -> Callable[[], Iterator[bytes]]:
    """Its CSV of the same table, at most `MOST_OF_FLASK_ADMIN` rows."""
    app = Flask("shipped")
    app.config |= {"SQLALCHEMY_DATABASE_URI": url.render_as_string(hide_password=False),
                   "SECRET_KEY": "bench"}
    db.init_app(app)

    class Moves(ModelView):
        can_export = True
        export_max_rows = MOST_OF_FLASK_ADMIN
        column_export_list = tuple(column.key for column in sa.inspect(StockMove).column_attrs)

    Admin(app).add_view(Moves(StockMove, db))
    client = Client(app)

    def export() -> Iterator[bytes]:
        return iter(client.get("/admin/stockmove/export/csv/", buffered=False).response)
    return export


def run(url: sa.URL, dsn: str, sign_in: Callable[[Flask, str], Any]) -> None:
    """Print the table; each side once after one of a few rows, in one process."""
    app = make_app(url.render_as_string(hide_password=False))
    app.testing = False
    with app.app_context():
        moves = db.session.scalar(sa.select(sa.func.count()).select_from(StockMove)) or 0
        db.session.remove()
    client = sign_in(app, "store_head")
    sides = [("bare COPY, CSV", moves, lambda: bare(dsn)), ("ours, CSV", moves, lambda: ours(client, "csv")),
             ("ours, XLSX", min(moves, 1_048_575), lambda: ours(client, "xlsx")),
             ("Flask-Admin as shipped, CSV", min(moves, MOST_OF_FLASK_ADMIN), flask_admin(url))]
    print(f"\nExport of {moves:,} stock moves (goals: CSV ≥ 0.7 × COPY and ≥ 20 × Flask-Admin, +20 MB, first "
          "byte < 0.2 s;\nXLSX ≥ 28,000 rows a second, first byte < 1 s)\n")
    print(f"{'file':32}{'rows/s':>12}{'first byte s':>14}{'MB':>8}{'memory +MB':>12}")
    for name, rows, pieces in sides:
        before = memory()
        first, whole, size = contextvars.Context().run(lambda pieces=pieces: taken(pieces()))
        print(f"{name:32}{rows / whole:12,.0f}{first:14.3f}{size / 1e6:8.1f}{memory() - before:12.1f}",
              flush=True)
