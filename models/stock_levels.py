"""How much of an item a store wants to hold: minimum, maximum, and what it orders at a time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Id, Quantity, db, reference

if TYPE_CHECKING:
    from models.items import Item
    from models.stock import Store


class StockLevel(db.Model):
    """The levels of an item in one store, base units. People's word, not the ledger's, as a shelf is: a store
    has levels for what it never held, and counting the balances anew does not touch them.

    `item.minimum_stock` stays what all stores together must hold; both are kept.
    """

    __tablename__ = "stock_level"
    names_by = ("store", "item")
    __table_args__ = (
        sa.UniqueConstraint("store_id", "item_id"),
        sa.CheckConstraint("minimum >= 0", name="minimum_not_negative"),
        sa.CheckConstraint("maximum >= minimum", name="maximum_not_below_minimum"),
        sa.CheckConstraint("reorder_quantity > 0", name="reorder_quantity_positive"),
    )

    id: Mapped[Id]
    store_id: Mapped[int] = reference("store", index=False)
    item_id: Mapped[int] = reference("item")
    #: Below it the item runs short in this store.
    minimum: Mapped[Quantity] = mapped_column(default=Decimal(0))
    #: What an order fills the store up to; none orders up to the minimum.
    maximum: Mapped[Quantity | None]
    #: What is ordered at a time, and multiples of it; none orders what lacks.
    reorder_quantity: Mapped[Quantity | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    store: Mapped[Store] = relationship("Store")
    item: Mapped[Item] = relationship("Item")

    def __str__(self) -> str:
        return f"{self.store} · {self.item}"
