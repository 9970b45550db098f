"""What may be given in place of an item that runs short, and who allowed it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Factor, Id, Text, db, reference

if TYPE_CHECKING:
    from models.items import Item
    from models.people import User


class ItemSubstitute(db.Model):
    """`substitute` may stand for `item` on the days that it holds; one way only, the other way is a row of
    its own. A person chooses it each time: nothing is replaced by itself."""

    __tablename__ = "item_substitute"
    names_by = ("item", "substitute")
    __table_args__ = (
        sa.UniqueConstraint("item_id", "substitute_id"),
        sa.CheckConstraint("item_id <> substitute_id", name="substitute_is_another_item"),
        sa.CheckConstraint("factor > 0", name="factor_positive"),
        sa.CheckConstraint("valid_to >= valid_from", name="valid_to_not_before_valid_from"),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = reference("item", index=False)
    substitute_id: Mapped[int] = reference("item")
    #: Base units of the substitute that stand for one base unit of the item.
    factor: Mapped[Factor] = mapped_column(default=Decimal(1))
    #: The head who wrote it: to write it is to allow it.
    approved_by_id: Mapped[int] = reference("user")
    valid_from: Mapped[date] = mapped_column(default=clock.today)
    valid_to: Mapped[date | None]
    note: Mapped[Text | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    item: Mapped[Item] = relationship("Item", foreign_keys=[item_id])
    substitute: Mapped[Item] = relationship("Item", foreign_keys=[substitute_id])
    approved_by: Mapped[User] = relationship("User", foreign_keys=[approved_by_id])

    def __str__(self) -> str:
        return f"{self.item} → {self.substitute}"
