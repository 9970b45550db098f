"""Where things lie in a store, and the way that people walk along the shelves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.stock import Shelf, StockBalance, StockBatch, Store

#: Between the places of one item.
BETWEEN = ", "


def locations(store_id: int, item_ids: Iterable[int]) -> dict[int, str]:
    """The shelves of each of these items in a store, where somebody wrote one: the first on the way leads."""
    found: dict[int, list[str]] = {}
    for item_id, location in db.session.execute(
            sa.select(Shelf.item_id, Shelf.location)
            .where(Shelf.store_id == store_id, Shelf.item_id.in_(set(item_ids)))):
        found.setdefault(item_id, []).append(location)
    return {item_id: BETWEEN.join(sorted(places, key=walk)) for item_id, places in found.items()}


def places_of(store_id: Any, item_id: Any) -> sa.ScalarSelect[Any]:
    """The shelves of an item in a store, as a column of a statement about both."""
    place = sa.orm.aliased(Shelf)
    return (sa.select(sa.func.aggregate_strings(place.location, BETWEEN))
            .where(place.store_id == store_id, place.item_id == item_id).scalar_subquery())


def held(item_id: int, most: int = 100) -> list[Any]:
    """Where an item lies: store, shelves, batch, expiry and base units, what expires first in each store on
    top."""
    return list(db.session.execute(
        sa.select(StockBalance.store_id, Store.name.label("store"),
                  places_of(StockBalance.store_id, StockBalance.item_id).label("location"),
                  StockBatch.number.label("batch"), StockBatch.expires_on, StockBalance.quantity)
        .join(Store, Store.id == StockBalance.store_id).join(StockBatch,
                                                             StockBatch.id == StockBalance.batch_id)
        .where(StockBalance.item_id == item_id, StockBalance.quantity > 0)
        .order_by(Store.name, StockBatch.expires_on.is_(None), StockBatch.expires_on, StockBatch.number)
        .limit(most)).all())


def walk(location: str | None) -> tuple[bool, tuple[Any, ...]]:
    """What lines are sorted by: A-2 before A-10, and what has no shelf last."""
    parts = re.split("([0-9]+)", location or "")
    return location is None, tuple(int(part) if place % 2 else part.casefold()
                                   for place, part in enumerate(parts))
