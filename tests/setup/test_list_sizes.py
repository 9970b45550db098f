"""A list of any length takes a few statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from models.base import db
from models.operations.core.list_files import Row
from models.operations.setup import imports
from models.roles import Role
from tests.panel.test_views import statements
from tests.support import factories as make


def items(count: int, price: str) -> tuple[Row, ...]:
    return tuple(Row(place, {"code": f"I-{place}", "name": f"Barang {place}", "category": "obat",
                             "base_unit": "tablet", "barcode": f"89912{place:08}", "price_hint": price})
                 for place in range(2, count + 2))


def places(count: int, price: str) -> tuple[Row, ...]:
    return tuple(Row(place, {"store": "GF", "item": f"I-{place} Barang {place}", "location": f"A-{price}"})
                 for place in range(2, count + 2))


def stock(count: int, price: str) -> tuple[Row, ...]:
    return tuple(Row(place, {"store": "GF", "item": f"I-{place}", "quantity": "5", "unit_price": price,
                             "batch_number": f"B{place}", "expires_on": "12/2028"})
                 for place in range(2, count + 2))


def told(session: Any, app: Any, kind: str, rows: tuple[Row, ...], by: Any) -> tuple[int, ...]:
    """Statements of looking and of applying. Those that insert count on PostgreSQL alone: to learn the new
    keys in order SQLite is asked row by row, in the same process."""
    with statements(app) as looking:
        brought = imports.bring(session, kind, b"x", "x.csv", imports.Found(rows), by=by)
    assert brought.wrong_rows == 0, brought.findings[:3]
    with statements(app) as applying:
        imports.apply(session, brought, rows, by=by, seen=brought.digest)
    session.commit()
    db.session.expire_all()
    is_counted = db.engine.dialect.name != "sqlite"
    return tuple(sum(is_counted or not statement.startswith("INSERT") for statement in some)
                 for some in (looking, applying))


@pytest.mark.parametrize(("kind", "rows", "role"), [
    ("item", items, Role.ADMIN), ("shelf", places, Role.STORE_HEAD),
    ("opening_stock", stock, Role.STORE_HEAD)])
def test_rows_cost_no_statements_each(app: Any, session: Any, kind: str,
                                      rows: Callable[[int, str], tuple[Row, ...]], role: Role) -> None:
    make.make_chart()
    by = make.make_user(role)
    make.saved(make.ItemCategory(code="obat", name="Obat"))
    make.make_store(code="GF", name="Farmasi")
    if kind != "item":
        told(session, app, "item", items(120, "1"), make.make_user(Role.ADMIN))
    few = told(session, app, kind, rows(3, "1")[:3], by)
    many = told(session, app, kind, rows(120, "1")[3:], by)
    assert max(many) <= max(few) + 6, (few, many)
    if kind != "opening_stock":
        changed = told(session, app, kind, rows(120, "2"), by)
        assert max(changed) <= max(few) + 6, (few, changed)
