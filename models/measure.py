"""Lines that count an item in one of its units of measure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped


class MeasuredLine:
    """`quantity` units of measure times `factor`, frozen on the line, make base units, exactly."""

    if TYPE_CHECKING:  # seen by SQLAlchemy, these would win over the lines' own types: a float on SQLite
        quantity: Mapped[Decimal]
        factor: Mapped[Decimal]

    @property
    def base_quantity(self) -> Decimal:
        """In the item's base unit."""
        return self.quantity * self.factor


def measured(quantity: str = "quantity") -> tuple[sa.Constraint, ...]:
    """The database rules of such a line: more than zero, and a unit of the same item."""
    return (
        sa.CheckConstraint(f"{quantity} > 0", name=f"{quantity}_positive"),
        sa.CheckConstraint("factor > 0", name="factor_positive"),
        sa.ForeignKeyConstraint(["item_id", "unit_id"], ["unit_conversion.item_id", "unit_conversion.id"],
                                name="unit_of_item"),
    )
