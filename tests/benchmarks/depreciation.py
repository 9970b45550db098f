"""`python -m tests.benchmarks.depreciation [--assets 100000]`: a month of depreciation, step by step, in
seconds.

BENCH_DATABASE_URL names a PostgreSQL server whose user may create databases; without it, a new SQLite file.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import flask_migrate
import sqlalchemy as sa

from models import clock
from models.asset_register import Asset, AssetBook, AssetType, BookKind, DepreciationMethod, TaxGroup
from models.base import db, one_transaction, will_write
from models.depreciation import DepreciationRun, DepreciationRunLine
from models.operations.assets import depreciation
from models.operations.assets.books import insert_missing
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.roles import Role
from tests.support import factories as make
from tests.support.applications import make_app
from tests.support.databases import PostgreSQL, SQLite


def timed(name: str, act: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    result = act()
    print(f"{name:44}{time.perf_counter() - started:8.1f} s", flush=True)
    return result


def fill(assets: int) -> None:
    """So many assets of four types, bought over ten years, with their books."""
    with one_transaction() as session:
        make.make_chart()
        kinds = [make.saved(AssetType(
            code=f"T{number}", name=f"Jenis {number}", useful_life=60 + 24 * number,
            tax_group=TaxGroup.GROUP_2,
            method=DepreciationMethod.DECLINING_BALANCE if number == 3 else DepreciationMethod.STRAIGHT_LINE))
            for number in range(4)]
        session.execute(sa.insert(Asset), [{
            "tag": f"B-{number:07}", "qr_code": f"q{number}", "name": f"Aset {number}", "acquisition_cost":
            Decimal(1_000_000 + 7 * number), "asset_type_id": kinds[number % 4].id,
            "acquired_on": date(2020 + number % 6, 1 + number % 12, 1 + number % 28)}
                                           for number in range(assets)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=int, default=100_000)
    options = parser.parse_args()
    server = os.environ.get("BENCH_DATABASE_URL")
    with tempfile.TemporaryDirectory() as folder:
        place = PostgreSQL(server) if server else SQLite(Path(folder))
        url = place.new()
        app = make_app(url)
        clock.freeze(datetime(2026, 4, 20, 5, tzinfo=UTC))
        try:
            with app.app_context():
                flask_migrate.upgrade()
                will_write()
                measure(options.assets, place.name)
                db.session.remove()
                db.engine.dispose()
        finally:
            place.drop(url)


def measure(assets: int, name: str) -> None:
    print(f"\n{name}, {assets:,} assets\n")
    timed("fill the register", lambda: fill(assets))

    def books() -> None:
        with one_transaction():
            insert_missing()
    timed("open three books of each asset", books)
    with one_transaction():
        staff, head = make.make_user(Role.FACILITIES_STAFF), make.make_user(Role.FACILITIES_HEAD)
        run = make.saved(DepreciationRun(created_by=staff, book=BookKind.HOSPITAL,
                                         period_start=date(2026, 1, 1),
                                         period_end=date(2026, 1, 31)))
        opened(run, by=staff)

    def preview() -> None:
        progress = None
        while progress is None or progress.after is not None:
            with one_transaction():
                progress = depreciation.compute_next(run, progress.after if progress else None)

    def step(word: str, by: Any) -> None:
        with one_transaction():
            perform(run, word, by=by)
    timed("preview, in chunks of 10,000", preview)
    timed("submit (what is computed is checked)", lambda: step("submit", staff))
    timed("approve: register and journal", lambda: step("approve", head))
    lines = db.session.scalar(sa.select(sa.func.count()).select_from(DepreciationRunLine))
    gone = db.session.scalar(sa.select(sa.func.count()).select_from(AssetBook).where(AssetBook.accumulated
                                                                                     > 0))
    print(f"{lines:,} lines, {gone:,} books moved, {run.total:,.2f} rupiah")
    wrong = timed("verify", lambda: [
        (word, bad) for word, bad in checks.verify(db.session) if bad is not None and "depreciation" in word])
    print("verify finds", wrong or "nothing wrong")


if __name__ == "__main__":
    main()
