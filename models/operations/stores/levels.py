"""What each store wants to hold of an item."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models.base import db
from models.stock_levels import StockLevel


def of_item(item_id: int) -> list[StockLevel]:
    """The levels of all stores that have some for the item."""
    return list(db.session.scalars(
        sa.select(StockLevel).where(StockLevel.item_id == item_id).options(joinedload(StockLevel.store))
        .order_by(StockLevel.id)))
