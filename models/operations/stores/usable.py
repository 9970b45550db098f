"""What of the stock may still be given out: expired stock is not stock.

The one place that says so for shortages, hints of short items and proposals; `day` is the day of the question.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from models import clock
from models.items import Item
from models.operations.core.report_kit import quantity
from models.organisation import Status
from models.stock import StockBalance, StockBatch


def unexpired(day: date | None = None) -> sa.ColumnElement[bool]:
    """Batches that have not expired: one that expires on the day itself may still be given."""
    return sa.or_(StockBatch.expires_on.is_(None), StockBatch.expires_on >= (day or clock.today()))


def usable() -> sa.Select[Any]:
    """Base units that are not expired, by `store_id` and `item_id`."""
    return (sa.select(StockBalance.store_id, StockBalance.item_id,
                      quantity(sa.func.sum(StockBalance.quantity)).label("quantity"))
            .join(StockBatch, StockBatch.id == StockBalance.batch_id)
            .where(unexpired(), StockBalance.quantity > 0)
            .group_by(StockBalance.store_id, StockBalance.item_id))


def usable_of_item() -> sa.ColumnElement[Any]:
    """Base units of the item of the outer statement, over all stores."""
    return (sa.select(quantity(sa.func.sum(StockBalance.quantity)))
            .join(StockBatch, StockBatch.id == StockBalance.batch_id)
            .where(StockBalance.item_id == Item.id, unexpired()).correlate(Item).scalar_subquery())


def is_short() -> sa.ColumnElement[bool]:
    """Active items of which all stores together hold less than the item's own minimum."""
    return (Item.status == Status.ACTIVE) & (Item.minimum_stock > 0) & (usable_of_item() < Item.minimum_stock)
