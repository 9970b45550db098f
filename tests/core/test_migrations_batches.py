"""Batches of before, their numbers differing by case and blanks: both stay, the later one names the first."""

from __future__ import annotations

from typing import Any

import flask_migrate
import sqlalchemy as sa
from flask import Flask

from models.base import db
from models.stock import StockBatch
from tests.support import factories

FOURTH = "0004_802b76a12fe4"


def _rows() -> list[Any]:
    return list(db.session.execute(sa.text(
        "SELECT number, same_as_id, number_key FROM stock_batch ORDER BY id")))


def test_numbers_that_differ_by_case_and_blanks_are_marked_and_come_back(newest: Flask) -> None:
    item, other = factories.make_item(), factories.make_item()
    db.session.add(StockBatch(item=item, number="BX-1"))
    db.session.flush()
    first = db.session.scalar(sa.select(StockBatch.id))
    keys = item.id, other.id
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=FOURTH)
    with db.engine.begin() as connection:
        for item_id, number in ((keys[0], "bx -1"), (keys[0], "BX-2"), (keys[1], "bx-1")):
            connection.execute(sa.text("INSERT INTO stock_batch (item_id, number) VALUES (:item, :number)"),
                               {"item": item_id, "number": number})
    flask_migrate.upgrade()
    assert [tuple(row) for row in _rows()] == [
        ("BX-1", None, "bx-1"), ("bx -1", first, None), ("BX-2", None, "bx-2"), ("bx-1", None, "bx-1")]
    db.session.execute(sa.text("UPDATE stock_batch SET number = 'BX-1' WHERE same_as_id IS NOT NULL"))
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=FOURTH)  # two rows of one number cannot both keep it there
    numbers = list(db.session.scalars(sa.text("SELECT number FROM stock_batch ORDER BY id")))
    assert numbers[0] == "BX-1"
    assert numbers[1].startswith("BX-1~")
    db.session.remove()
    flask_migrate.upgrade()
