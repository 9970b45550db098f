"""What the stores hold: item categories, items, their units of measure, and the suppliers they come from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Code, Email, Factor, Id, Money, Name, Phone, Quantity, Text, db, reference, seeded
from models.errors import N_, Refused
from models.line_quantities import MeasuredLine
from models.organisation import Status
from models.people import Language

#: Base units that one line, or one store of an item, can have: more is a slip of the finger, and overflows
#: sums.
MOST_UNITS = Decimal(10) ** 9
#: Rupiah that the stock of an item in one store, or one side of a journal entry, can be worth.
MOST_WORTH = Decimal(10) ** 14


class ItemCategory(db.Model):
    """A kind of item: solid medicines, stationery, linen …"""

    __tablename__ = "item_category"
    text_columns = ("name",)
    __table_args__ = ({"info": {"seed": "tb_barangJenis"}},)

    id: Mapped[Id] = mapped_column(info=seeded("tb_barangJenis.barangJenis_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(unique=True, info=seeded("tb_barangJenis.nama_jenis"))
    name_en: Mapped[Name | None]
    #: Its items can be prescribed.
    is_medicine: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}


class Item(db.Model):
    """A stocked item. Stock is counted in `base_unit`, to `precision` decimals; the ledger keeps
    `stock_on_hand`."""

    __tablename__ = "item"
    text_columns = ("code", "name")
    __table_args__ = (
        sa.CheckConstraint("stock_on_hand >= 0", name="stock_on_hand_not_negative"),
        sa.CheckConstraint("minimum_stock >= 0", name="minimum_stock_not_negative"),
        sa.CheckConstraint("price_hint >= 0", name="price_hint_not_negative"),
        sa.CheckConstraint("precision >= 0 AND precision <= 3", name="precision_of_quantity"),
        {"info": {"seed": "tb_barang"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_barang.barang_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(index=True)
    category_id: Mapped[int] = reference("item_category", "tb_barang.barangJenis_id")
    base_unit: Mapped[str] = mapped_column(sa.String(40))
    #: Decimals of a quantity in the base unit: 0 for tablets, 3 for kilograms by the gram.
    precision: Mapped[int] = mapped_column(default=0)
    barcode: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    batch_tracked: Mapped[bool] = mapped_column(default=False)
    #: Narcotics, psychotropics and the like.
    controlled: Mapped[bool] = mapped_column(default=False)
    stock_on_hand: Mapped[Quantity] = mapped_column(default=Decimal(0), info=seeded("tb_barang.stok"))
    minimum_stock: Mapped[Quantity] = mapped_column(default=Decimal(0), info=seeded("tb_barang.stok_min"))
    last_received_on: Mapped[date | None] = mapped_column(info=seeded("tb_barang.tgl_masuk"))
    last_issued_on: Mapped[date | None] = mapped_column(info=seeded("tb_barang.tgl_keluar"))
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, info=seeded("tb_barang.status_barang"))
    #: Code of the government's goods classification (BMN persediaan).
    bmn_code: Mapped[Code | None] = mapped_column(index=True)
    #: Suggested purchase price, rupiah per base unit; the value of found stock that has no average yet.
    price_hint: Mapped[Money | None]
    description: Mapped[Text | None]
    #: Other names and spellings that people look for it by, blanks or commas between.
    also_called: Mapped[str | None] = mapped_column(sa.String(200))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    category: Mapped[ItemCategory] = relationship("ItemCategory")
    units: Mapped[list[UnitConversion]] = relationship(
        back_populates="item", cascade="all, delete-orphan", order_by="UnitConversion.factor")

    @property
    def is_below_minimum(self) -> bool:
        return self.stock_on_hand < self.minimum_stock

    def in_base(self, quantity: Decimal, factor: Decimal) -> Decimal:
        """`quantity` units of `factor` in the base unit. Raises `Refused` when it does not fit the
        precision."""
        base = quantity * factor
        if base > MOST_UNITS:
            raise Refused(N_("The quantity is too large: a line takes at most %(most)s base units."),
                          field="quantity", most=MOST_UNITS)
        step = Decimal(1).scaleb(-self.precision)
        if base != base.quantize(step):
            raise Refused(
                N_("%(quantity)s does not come out to whole steps of %(step)s %(unit)s of %(item)s. "
                   "Change the quantity."),
                field="quantity", quantity=quantity, step=step, unit=self.base_unit,
                item=self.name)
        return base.quantize(step)


class UnitConversion(db.Model):
    """A unit of measure of an item and its factor to the base unit; the base unit is a row too, with factor
    1."""

    __tablename__ = "unit_conversion"
    text_columns = ("unit_name",)
    __table_args__ = (
        sa.UniqueConstraint("item_id", "unit_name"),
        sa.UniqueConstraint("item_id", "id"),
        sa.CheckConstraint("factor > 0", name="factor_positive"),
        {"info": {"seed": "tb_unit_konversi"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_unit_konversi.unit_konversi_id"))
    item_id: Mapped[int] = reference("item", "tb_unit_konversi.barang_id", ondelete="CASCADE", index=False)
    unit_name: Mapped[str] = mapped_column(sa.String(40), info=seeded("tb_unit_konversi.satuan_konversi"))
    factor: Mapped[Factor] = mapped_column(default=Decimal(1), info=seeded("tb_unit_konversi.konversi"))
    #: The code on this packing, where it is not the item's own.
    barcode: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    item: Mapped[Item] = relationship(back_populates="units")


@event.listens_for(MeasuredLine, "before_insert", propagate=True)
@event.listens_for(MeasuredLine, "before_update", propagate=True)
def _freeze_factor(_mapper: Any, connection: sa.Connection, line: Any) -> None:
    """The factor of a line is its unit's, taken when the line is written or gets another unit, then kept."""
    if line.unit_id is not None and (line.factor is None
                                     or sa.inspect(line).attrs.unit_id.history.has_changes()):
        line.factor = connection.scalar(sa.select(UnitConversion.factor).where(UnitConversion.id
                                                                               == line.unit_id))
    if line.quantity is not None and line.factor is not None and line.base_quantity > MOST_UNITS:
        raise Refused(N_("The quantity is too large: a line takes at most %(most)s base units."),
                      field="quantity",
                      most=MOST_UNITS)


@event.listens_for(db.session, "before_flush")
def _keep_base_units(session: Any, _context: Any, _instances: Any) -> None:
    """The base unit of every item is a unit row with factor 1, under the same name."""
    for record in [*session.new, *session.dirty]:
        if isinstance(record, Item):
            history: Any = sa.inspect(record).attrs.base_unit.history
            if not history.added or not record.base_unit:
                continue
            names = {record.base_unit, *(history.deleted or ())}
            base = next((unit for unit in record.units if unit.unit_name in names and unit.factor == 1), None)
            if base is None:
                record.units.append(UnitConversion(unit_name=record.base_unit, factor=Decimal(1)))
            elif base.unit_name != record.base_unit:
                base.unit_name = record.base_unit
        elif isinstance(record,
                        UnitConversion) and record.factor not in (None, 1) and record.item is not None \
                and record.unit_name == record.item.base_unit:
            raise Refused(N_("%(unit)s is the base unit of %(item)s: one of it is one."), field="factor",
                          unit=record.unit_name, item=record.item.name)


class Supplier(db.Model):
    """A supplier of stocked items."""

    __tablename__ = "supplier"
    text_columns = ("name",)
    __table_args__ = (
        sa.CheckConstraint("lead_time_days >= 0", name="lead_time_days_not_negative"),
        {"info": {"seed": "tb_supplier"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_supplier.supplier_id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name] = mapped_column(unique=True, info=seeded("tb_supplier.supplier_nama"))
    address: Mapped[Text | None] = mapped_column(info=seeded("tb_supplier.supplier_alamat"))
    phone: Mapped[Phone | None] = mapped_column(info=seeded("tb_supplier.supplier_tlp"))
    email: Mapped[Email | None]
    #: Tax number (NPWP), 15 or 16 digits.
    npwp: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    contact_name: Mapped[Name | None]
    bank_account: Mapped[str | None] = mapped_column(sa.String(100))
    #: Whether the supplier charges VAT (a PKP).
    charges_vat: Mapped[bool] = mapped_column(default=True)
    lead_time_days: Mapped[int | None]
    #: What the supplier's papers and mails are written in.
    language: Mapped[Language] = mapped_column(default=Language.ID)
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}
