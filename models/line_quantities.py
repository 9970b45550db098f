"""Lines that count an item in one of its units of measure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
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
        sa.CheckConstraint("factor > 0", name="factor_positive"), sa.ForeignKeyConstraint(["item_id",
        "unit_id"], ["unit_conversion.item_id", "unit_conversion.id"],
                                name="unit_of_item"),
    )


SEN = Decimal("0.01")


def net(quantity: Decimal, price: Decimal, discount: Decimal) -> Decimal:
    """Rupiah for `quantity` units at `price` less `discount` percent, to the sen."""
    return (quantity * price * (100 - discount) / 100).quantize(SEN, ROUND_HALF_UP)


def vat(amount: Decimal, percent: Decimal) -> Decimal:
    """Rupiah of VAT on `amount`, to the sen."""
    return (amount * percent / 100).quantize(SEN, ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """A number as the hospital's own papers write it: ``1.250`` or ``2,5``, whoever reads."""
    whole = number == number.to_integral_value()
    text = f"{number.quantize(Decimal(1)) if whole else number.normalize():,f}"
    return text.replace(",", "\x00").replace(".", ",").replace("\x00", ".")
