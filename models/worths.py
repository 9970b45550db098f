"""What stock is worth while a paper about it still waits for its approval: at the average of its store."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import object_session

from models.items import Item
from models.stock import StoreItem


def in_store(document: Any, quantities: Iterable[tuple[int, Decimal]]) -> Decimal:
    """Rupiah of base units (item id, quantity) in the document's store, each counted as more than zero: what
    one line has too much hides nothing that another lacks. At the reference price where the store has none
    of it. One statement."""
    total: dict[int, Decimal] = {}
    for item_id, quantity in quantities:
        total[item_id] = total.get(item_id, Decimal(0)) + abs(quantity)
    session = object_session(document)
    if session is None or not any(total.values()):
        return Decimal(0)
    rows = session.execute(
        sa.select(Item.id, Item.price_hint, StoreItem.quantity, StoreItem.value)
        .outerjoin(StoreItem, sa.and_(StoreItem.item_id == Item.id, StoreItem.store_id == document.store_id))
        .where(Item.id.in_(total)))
    return sum((total[item_id] * value / held if held else total[item_id] * (hint or Decimal(0))
                for item_id, hint, held, value in rows), Decimal(0))
