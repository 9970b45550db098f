"""How pages grow with the hospital: every list, sort, filter, search, report and export at scale 1 and at N.

``python -m tests.benchmarks --only growth [--scale 100]`` loads the demo hospital twice (kept for the next
run), asks each address in a process of its own for each size, and prints what grew beyond the goal: 1.2 times
for pages, 1.5 for reports. Addresses name what both hospitals have most rows of.
"""

from __future__ import annotations

import contextvars
import hashlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import flask_migrate
import psycopg
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask.testing import FlaskClient

from models import clock
from models.base import db
from models.operations.core import sealing
from models.operations.core.report_kit import REPORTS
from models.operations.setup import demo
from models.operations.setup.demo import copies_rules
from models.people import User, UserSession
from models.roles import Role
from tests.support.applications import make_app
from tests.support.specified_rights import readers

#: Tables whose lists are asked.
GROWING = {*copies_rules.TABLES, "activity_log"}
#: How many times as long a page and a report may take in the larger hospital.
PAGE, REPORT = 1.2, 1.5
#: Differences of less are noise, milliseconds.
NOISE = 3.0
#: Slower addresses are asked once.
SLOW = 2_000.0


def prepared(server: sa.URL, scale: int, fresh: bool) -> sa.URL:
    """The URL of the demo hospital of that scale; made when it is not there."""
    head = "_".join(sorted(ScriptDirectory("migrations").get_heads()))
    url = server.set(database=f"rawat_growth_{scale}_{head}")
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as admin:
        if not fresh and admin.execute("SELECT 1 FROM pg_database WHERE datname = %s",
                                       (url.database,)).fetchone():
            return url
        admin.execute(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)'.encode())
        admin.execute(f'CREATE DATABASE "{url.database}"'.encode())
    started = time.perf_counter()
    with make_app(url.render_as_string(hide_password=False)).app_context():
        flask_migrate.upgrade()
        demo.load(db.session, scale=scale)
        sealing.seal_all()
        db.engine.dispose()
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False),
                         autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    print(f"scale {scale} loaded in {time.perf_counter() - started:.0f} s", flush=True)
    return url


# ---------------------------------------------------------------- what is asked

def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Kind, role and address. The same ones, but for the values of filters, in every hospital."""
    for table, view in sorted(app.extensions["rawat_panel"].items()):
        may = {role.value for role in readers(table)}
        role = "admin" if "admin" in may else min(may, default="")
        if not role or table not in GROWING:
            continue
        at = f"/admin/{table}/"
        yield "list", role, at
        yield "search", role, f"{at}?search=tidakada9"
        for name in sorted(view.column_sortable_list):
            yield "sort", role, f"{at}?sort={name}"
            yield "sort", role, f"{at}?sort={name}&desc=1"
        yield from (("filter", role, f"{at}?{query}") for query in _filters(view))
    yield "filter", "admin", "/admin/activity_log/?user=1&table_name=stock_move"
    for key, report in sorted(REPORTS.items()):
        if not any(each.required and each.default is None for each in report.parameters):
            yield "report", min(role.value for role in report.roles), f"/admin/reports/{key}/"
    for role in Role:
        yield "home", role.value, "/admin/" if role.value not in ("patient", "doctor") else "/portal/"


def _filters(view: Any) -> Iterator[str]:
    """Each filter with what most rows have, and each span of days."""
    today = clock.today()
    for name in view.column_filters:
        column = view.every[name]
        if column.kind in {"date", "moment"}:
            yield f"{name}_from={today - timedelta(days=20)}&{name}_to={today - timedelta(days=10)}"
            yield f"{name}_to={today - timedelta(days=300)}"
            continue
        own = column.column
        value = db.session.scalar(sa.select(own).where(own.is_not(None)).group_by(own).order_by(
            sa.func.count().desc(), own).limit(1))
        if value is not None:
            yield f"{name}={getattr(value, 'value', value)}"


def signed_in(app: Flask) -> Callable[[str], FlaskClient]:
    clients: dict[str, FlaskClient] = {}

    def of(role: str) -> FlaskClient:
        if role not in clients:
            token = f"growth-{role}"
            client = clients[role] = FlaskClient(app, app.response_class)
            with app.app_context():
                user = db.session.scalar(sa.select(User.id).where(User.email == f"{role}@demo.rawat"))
                hashed = hashlib.sha256(token.encode()).hexdigest()
                db.session.execute(sa.delete(UserSession).where(UserSession.token_hash == hashed))
                db.session.add(UserSession(token_hash=hashed, user_id=user))
                db.session.commit()
                with client.session_transaction() as cookie:
                    cookie["sid"] = token
        return clients[role]
    return of


class Hospital:
    """A process of its own that asks one hospital: a name for each address, and milliseconds of an answer."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.growth", url],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.kinds: dict[str, str] = self._answer("")

    def ask(self, name: str) -> float | None:
        """Milliseconds; None when it does not answer 200."""
        return self._answer(name)

    def _answer(self, name: str) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        self.process.communicate()


def answer(url: str) -> None:
    """The other side of it."""
    app = make_app(url)
    app.testing = False
    of = signed_in(app)
    with app.app_context():
        asked = {_name(kind, role, path): (kind, role, path) for kind, role, path in addresses(app)}
        db.session.remove()
    for line in sys.stdin:
        if not line.strip():
            print(json.dumps({name: kind for name, (kind, _role, _path) in asked.items()}), flush=True)
            continue
        _kind, role, path = asked[line.rstrip("\n")]
        started = time.perf_counter()
        status = contextvars.Context().run(of(role).get, path, buffered=True).status_code
        print(json.dumps((time.perf_counter() - started) * 1000 if status == 200 else None), flush=True)


def _name(kind: str, role: str, path: str) -> str:
    at, _mark, query = path.partition("?")
    parts = "&".join(part if part.startswith(("sort", "desc")) else part.partition("=")[0]
                     for part in query.split("&"))
    return f"{at}{'?' if parts else ''}{parts}{f' {role}' if kind == 'home' else ''}"


def run(server: sa.URL, scale: int, runs: int, fresh: bool) -> None:
    """Print the table: both hospitals turn by turn, the best of some runs."""
    small, large = (Hospital(prepared(server, each, fresh).render_as_string(hide_password=False))
                    for each in (1, scale))
    found: dict[str, tuple[float, float]] = {}
    for name in [name for name in small.kinds if name in large.kinds]:
        times = [(small.ask(name), large.ask(name))]
        while len(times) <= runs and None not in times[-1] and max(times[-1]) < SLOW:
            times.append((small.ask(name), large.ask(name)))
        if None not in times[-1]:
            found[name] = min(one for one, _ in times[1:] or times), min(two for _, two in times[1:] or times)
    small.end()
    large.end()
    print(f"\nScale 1 and {scale}, milliseconds, best of {runs}, turn by turn; goals: pages ≤ {PAGE} ×, "
          f"reports ≤ {REPORT} ×\n\n{'kind':10}{'asked':>7}{'median':>9}{'most':>8}{'over':>6}")
    over = []
    for kind in dict.fromkeys(small.kinds[name] for name in found):
        mine = {name: (one, two) for name, (one, two) in found.items() if small.kinds[name] == kind}
        grown = {name: two / one for name, (one, two) in mine.items()}
        beyond = [name for name, (one, two) in mine.items()
                  if grown[name] > (REPORT if kind == "report" else PAGE) and two - one > NOISE]
        over += [(grown[name], name) for name in beyond]
        print(f"{kind:10}{len(mine):7}{statistics.median(grown.values()):9.2f}{max(grown.values()):8.2f}"
              f"{len(beyond):6}")
    print(f"\n{'over the goal':60}{'× 1':>9}{f'× {scale}':>9}{'growth':>8}")
    for growth, name in sorted(over, reverse=True):
        print(f"{name:60}{found[name][0]:9.1f}{found[name][1]:9.1f}{growth:8.1f}")


if __name__ == "__main__":
    answer(sys.argv[1])
