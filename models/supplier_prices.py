"""What suppliers ask for an item by their price lists, and what contracts bind them to."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Code, ExactDecimal, Id, Money, Quantity, db, reference
from models.errors import N_, Refused, told_by

if TYPE_CHECKING:
    from models.items import Item, Supplier, UnitConversion

SEN = Decimal("0.01")


class PriceKind(StrEnum):
    """A contract goes before a price list: both may hold on the same day."""

    CONTRACT = "contract"
    PRICE_LIST = "price_list"


class SupplierPrice(db.Model):
    """The price of an item in one unit of measure, from a quantity on, for the days that it holds.

    Two prices of one kind for the same supplier, item, unit and least quantity never hold on the same day:
    the database refuses them (`models.intervals`).
    """

    __tablename__ = "supplier_price"
    names_by = ("supplier", "item")
    discount: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2), default=Decimal(0), sort_order=1)
    __table_args__ = (
        sa.ForeignKeyConstraint(["item_id", "unit_id"], ["unit_conversion.item_id", "unit_conversion.id"],
                                name="unit_of_item"),
        sa.CheckConstraint("minimum_quantity > 0", name="minimum_quantity_positive"),
        sa.CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        sa.CheckConstraint((discount >= 0) & (discount <= 100), name="discount_is_percent"),
        sa.CheckConstraint("valid_to >= valid_from", name="valid_to_not_before_valid_from"),
        sa.CheckConstraint("kind <> 'contract' OR contract_number IS NOT NULL", name="contract_has_a_number"),
        sa.CheckConstraint("kind <> 'contract' OR valid_to IS NOT NULL", name="contract_has_an_end"),
        sa.Index("ix_supplier_price_item_id_supplier_id", "item_id", "supplier_id"),
    )

    id: Mapped[Id]
    supplier_id: Mapped[int] = reference("supplier")
    item_id: Mapped[int] = reference("item", index=False)
    unit_id: Mapped[int] = reference("unit_conversion")
    kind: Mapped[PriceKind] = mapped_column(default=PriceKind.PRICE_LIST)
    #: The contract's own number; of a price list, what the supplier calls it.
    contract_number: Mapped[Code | None] = mapped_column(index=True)
    #: In the unit of measure; a price for more goes before one for less.
    minimum_quantity: Mapped[Quantity] = mapped_column(default=Decimal(1))
    #: Rupiah per unit of measure, before discount and VAT.
    unit_price: Mapped[Money]
    valid_from: Mapped[date] = mapped_column(default=clock.today)
    #: The last day on which it holds; none holds until another one is written.
    valid_to: Mapped[date | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    supplier: Mapped[Supplier] = relationship("Supplier")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])

    def per(self, factor: Decimal) -> Decimal:
        """Rupiah before discount for a unit of `factor` base units."""
        return (self.unit_price / self.unit.factor * factor).quantize(SEN, ROUND_HALF_UP)

    @property
    def net(self) -> Decimal:
        """Rupiah per base unit, discount taken, not rounded."""
        return self.unit_price * (100 - self.discount) / 100 / self.unit.factor

    @property
    def least(self) -> Decimal:
        """Base units from which on it holds."""
        return self.minimum_quantity * self.unit.factor

    def __str__(self) -> str:
        return f"{self.supplier} · {self.item}"


told_by("ex_supplier_price_days", Refused,
        N_("Another price of this supplier for the item holds on some of these days. End that one first."),
        field="valid_from")
