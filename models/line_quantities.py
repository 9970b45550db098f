"""Lines that count an item in one of its units of measure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Quantity

if TYPE_CHECKING:
    from models.items import Item


class MeasuredLine:
    """`quantity` units of measure times `factor`, frozen on the line, make base units, exactly."""

    if TYPE_CHECKING:  # seen by SQLAlchemy, these would win over the lines' own types: a float on SQLite
        quantity: Mapped[Decimal]
        factor: Mapped[Decimal]

    @property
    def base_quantity(self) -> Decimal:
        """In the item's base unit."""
        return self.quantity * self.factor


class MovedLine(MeasuredLine):
    """A line of which less may move than was approved: what is there, or what the clerk says."""

    #: Base units that moved; kept by the step that moves them.
    moved_quantity: Mapped[Quantity | None] = mapped_column(sort_order=900, info={"derived": True})

    if TYPE_CHECKING:
        item: Mapped[Item]

    def __str__(self) -> str:
        return str(self.item)

    @property
    def gone_quantity(self) -> Decimal:
        """Base units that moved; before they did, that are to move."""
        return self.base_quantity if self.moved_quantity is None else self.moved_quantity


def moved() -> tuple[sa.Constraint, ...]:
    """The database rule of such a line: never more than was approved."""
    return (sa.CheckConstraint("moved_quantity >= 0 AND moved_quantity <= quantity * factor",
                               name="moved_is_approved"),)


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
