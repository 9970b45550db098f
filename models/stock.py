"""Stores and what lies in them. `stock_move` is the only truth; the balances are kept beside it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import (
    AS_ON_BOXES,
    MASKED_IN_RECORDS,
    BigId,
    Code,
    Id,
    Money,
    Name,
    Quantity,
    Text,
    UnitCost,
    db,
    reference,
)
from models.organisation import Status

if TYPE_CHECKING:
    from models.items import Item
    from models.organisation import WorkUnit
    from models.people import User


class Store(db.Model):
    """A store or pharmacy that holds stock."""

    __tablename__ = "store"
    text_columns = ("name",)

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(unique=True)
    work_unit_id: Mapped[int | None] = reference("work_unit")
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    work_unit: Mapped[WorkUnit | None] = relationship("WorkUnit")


class StoreItem(db.Model):
    """Quantity and value of an item in a store; value by quantity is the moving average."""

    __tablename__ = "store_item"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "item_id"),
        sa.CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        sa.CheckConstraint("value >= 0", name="value_not_negative"),
        sa.CheckConstraint("quantity > 0 OR value = 0", name="no_value_without_quantity"),
    )

    id: Mapped[Id]
    store_id: Mapped[int] = reference("store", index=False)
    item_id: Mapped[int] = reference("item")
    quantity: Mapped[Quantity] = mapped_column(default=Decimal(0))
    value: Mapped[Money] = mapped_column(default=Decimal(0))

    store: Mapped[Store] = relationship("Store")
    item: Mapped[Item] = relationship("Item")


class Shelf(db.Model):
    """A place where an item lies in a store, as people write it on the shelf: ``A-03-2``; an item may have
    several. People's, not the ledger's: balances are counted anew without it."""

    __tablename__ = "shelf"
    text_columns = ("location",)
    __table_args__ = (
        sa.UniqueConstraint("store_id", "item_id", "location"),
        sa.CheckConstraint("location = trim(location) AND location <> ''", name="location_is_written"),
    )

    id: Mapped[Id]
    store_id: Mapped[int] = reference("store", index=False)
    item_id: Mapped[int] = reference("item")
    location: Mapped[str] = mapped_column(sa.String(20))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    store: Mapped[Store] = relationship("Store")
    item: Mapped[Item] = relationship("Item")


class StockBatch(db.Model):
    """A batch of an item. Stock without a batch lies in the item's batch with the empty number.

    Numbers compare without case and blanks. A row that turned out to be the same batch as another names that
    one: it keeps its history, and nothing new comes into it.
    """

    __tablename__ = "stock_batch"
    __table_args__ = (
        sa.UniqueConstraint("item_id", "number_key"),
        sa.CheckConstraint("same_as_id <> id", name="same_as_another"),
        sa.UniqueConstraint("item_id", "id"),
        sa.CheckConstraint("number <> '' OR expires_on IS NULL", name="no_batch_never_expires"),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = reference("item", index=False)
    number: Mapped[Code]
    expires_on: Mapped[date | None] = mapped_column(index=True, info=AS_ON_BOXES)
    same_as_id: Mapped[int | None] = reference("stock_batch")
    #: The number as it is compared; empty for a row that is the same as another.
    number_key: Mapped[str | None] = mapped_column(
        sa.String(64), sa.Computed("CASE WHEN same_as_id IS NULL THEN lower(replace(number, ' ', '')) END",
                                   persisted=True))

    item: Mapped[Item] = relationship("Item")
    same_as: Mapped[StockBatch | None] = relationship("StockBatch", remote_side="StockBatch.id")

    def __str__(self) -> str:
        return self.number or "–"

    @classmethod
    def text_sql(cls, row: Any) -> sa.ColumnElement[str]:
        return sa.func.coalesce(sa.func.nullif(row.number, ""), "–")


def batch_key(number: Any) -> Any:
    """The number, or a column of numbers, as `StockBatch.number_key` has it."""
    return sa.func.lower(sa.func.replace(number, " ", ""))


def number_key(number: str) -> str:
    """A number as it is compared, in Python."""
    return "".join(number.split()).lower()


def same_number(one: str, other: str) -> bool:
    return number_key(one) == number_key(other)


class BatchCorrection(db.Model):
    """A number or an expiry that was written wrongly and then put right, or a batch that was joined with
    another. Append-only."""

    __tablename__ = "batch_correction"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[Id]
    batch_id: Mapped[int] = reference("stock_batch")
    number_before: Mapped[Code]
    number_after: Mapped[Code]
    expires_before: Mapped[date | None]
    expires_after: Mapped[date | None]
    joined_to_id: Mapped[int | None] = reference("stock_batch")
    reason: Mapped[Text]
    user_id: Mapped[int] = reference("user")
    occurred_at: Mapped[datetime] = mapped_column(default=clock.now)

    batch: Mapped[StockBatch] = relationship("StockBatch", foreign_keys=[batch_id])
    joined_to: Mapped[StockBatch | None] = relationship("StockBatch", foreign_keys=[joined_to_id])
    user: Mapped[User] = relationship("User")

    def __str__(self) -> str:
        return f"{self.number_before} → {self.number_after}"


class StockBalance(db.Model):
    """Quantity of a batch in a store, base units; always the sum of its moves."""

    __tablename__ = "stock_balance"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "item_id", "batch_id"),
        sa.ForeignKeyConstraint(["item_id", "batch_id"], ["stock_batch.item_id", "stock_batch.id"],
                                name="batch_of_item"),
        sa.CheckConstraint("quantity >= 0", name="quantity_not_negative"),
    )

    id: Mapped[Id]
    store_id: Mapped[int] = reference("store", index=False)
    item_id: Mapped[int] = reference("item")
    batch_id: Mapped[int] = reference("stock_batch")
    quantity: Mapped[Quantity] = mapped_column(default=Decimal(0))

    store: Mapped[Store] = relationship("Store")
    item: Mapped[Item] = relationship("Item")
    batch: Mapped[StockBatch] = relationship("StockBatch", foreign_keys=[batch_id])


class MoveKind(StrEnum):
    RECEIPT = "receipt"
    DELIVERY = "delivery"
    SUPPLIER_RETURN = "supplier_return"
    UNIT_RETURN = "unit_return"
    SPOILAGE = "spoilage"
    STOCKTAKE = "stocktake"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    #: What had left comes back: the supplier refused it, or it did not arrive in the other store.
    CAME_BACK = "came_back"
    DISPENSING = "dispensing"
    MAINTENANCE = "maintenance"
    OPENING = "opening"
    REVERSAL = "reversal"


class StockMove(db.Model):
    """One row of the stock ledger: `quantity` base units into (+) or out of (−) a store. Append-only."""

    __tablename__ = "stock_move"
    __table_args__ = (
        # An opposite move is held by `reverses_id`: of a transfer there is one for each store. What came back
        # once may leave and come back again.
        sa.Index("uq_stock_move_posted_once", "document_type", "document_id", "line_id", "batch_id", "kind",
                 unique=True, sqlite_where=sa.text("kind NOT IN ('reversal', 'came_back')"),
                 postgresql_where=sa.text("kind NOT IN ('reversal', 'came_back')")),
        sa.ForeignKeyConstraint(["item_id", "batch_id"], ["stock_batch.item_id", "stock_batch.id"],
                                name="batch_of_item"),
        sa.CheckConstraint("quantity <> 0", name="quantity_moves"),
        sa.CheckConstraint("unit_cost >= 0", name="unit_cost_not_negative"),
        sa.CheckConstraint("(quantity > 0 AND value >= 0) OR (quantity < 0 AND value <= 0)",
                           name="value_has_same_sign"),
        sa.CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal_names_move"),
        sa.Index("ix_stock_move_card", "store_id", "item_id", "moved_on", "id"),
        sa.Index("ix_stock_move_item", "item_id", "id"),
        sa.Index("ix_stock_move_moved_on", "moved_on", "id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[Id]
    store_id: Mapped[int] = reference("store", index=False)
    item_id: Mapped[int] = reference("item", index=False, info=MASKED_IN_RECORDS)
    batch_id: Mapped[int] = reference("stock_batch", info=MASKED_IN_RECORDS)
    #: Base units, signed.
    quantity: Mapped[Quantity] = mapped_column(info=MASKED_IN_RECORDS)
    #: Rupiah per base unit, for people; `value` is what counts.
    unit_cost: Mapped[UnitCost] = mapped_column(info=MASKED_IN_RECORDS)
    #: Rupiah, signed like the quantity.
    value: Mapped[Money] = mapped_column(info=MASKED_IN_RECORDS)
    document_type: Mapped[Code]
    document_id: Mapped[int] = mapped_column(BigId)
    line_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[MoveKind]
    user_id: Mapped[int] = reference("user")
    occurred_at: Mapped[datetime] = mapped_column(default=clock.now)
    moved_on: Mapped[date]
    reverses_id: Mapped[int | None] = reference("stock_move", unique=True, index=False)
    #: Why the move is dated before others of its item.
    reason: Mapped[str | None] = mapped_column(sa.Text)

    store: Mapped[Store] = relationship("Store")
    item: Mapped[Item] = relationship("Item")
    batch: Mapped[StockBatch] = relationship("StockBatch", foreign_keys=[batch_id])
    user: Mapped[User] = relationship("User")
