"""What the upkeep of assets rests on: contracts with vendors, meter readings, parts to be had in stock."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.asset_register import Asset, AssetModel, Vendor
from models.base import Code, Id, Money, Name, Quantity, Text, db, reference
from models.organisation import Status

if TYPE_CHECKING:
    from models.items import Item
    from models.people import User


class ServiceContract(db.Model):
    """A vendor looks after assets for a yearly fee: all of a model, those on its lines, or both."""

    __tablename__ = "service_contract"
    text_columns = ("number",)
    __table_args__ = (
        sa.UniqueConstraint("vendor_id", "number"),
        sa.CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("annual_cost >= 0", name="annual_cost_not_negative"),
        sa.Index("ix_service_contract_ends_on", "ends_on"),
    )

    id: Mapped[Id]
    number: Mapped[Code]
    vendor_id: Mapped[int] = reference("vendor")
    asset_model_id: Mapped[int | None] = reference("asset_model")
    starts_on: Mapped[date] = mapped_column(default=clock.today)
    ends_on: Mapped[date]
    covers: Mapped[Text]
    annual_cost: Mapped[Money] = mapped_column(default=Decimal(0))
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    vendor: Mapped[Vendor] = relationship()
    asset_model: Mapped[AssetModel | None] = relationship()
    lines: Mapped[list[ServiceContractLine]] = relationship(
        back_populates="service_contract", cascade="all, delete-orphan", order_by="ServiceContractLine.id")


class ServiceContractLine(db.Model):
    """One asset under a service contract."""

    __tablename__ = "service_contract_line"
    names_by = ("asset",)
    __table_args__ = (sa.UniqueConstraint("service_contract_id", "asset_id"),)

    id: Mapped[Id]
    service_contract_id: Mapped[int] = reference("service_contract", ondelete="CASCADE")
    asset_id: Mapped[int] = reference("asset")

    service_contract: Mapped[ServiceContract] = relationship(back_populates="lines")
    asset: Mapped[Asset] = relationship()

    def __str__(self) -> str:
        return str(self.asset)


class MeterReading(db.Model):
    """What the counter of a device said on a day: hours run, kilometres, exposures. It only grows, unless a
    reason says why."""

    __tablename__ = "meter_reading"
    names_by = ("asset",)
    __table_args__ = (
        sa.CheckConstraint("value >= 0", name="value_not_negative"),
        sa.Index("ix_meter_reading_asset_read_on", "asset_id", "read_on"),
    )

    id: Mapped[Id]
    asset_id: Mapped[int] = reference("asset", index=False)
    read_on: Mapped[date] = mapped_column(default=clock.today)
    value: Mapped[Quantity]
    reason: Mapped[Name | None]
    user_id: Mapped[int] = reference("user", index=False)

    asset: Mapped[Asset] = relationship()
    user: Mapped[User] = relationship("User")

    def __str__(self) -> str:
        return f"{self.asset.tag} {self.read_on}"


class ModelPart(db.Model):
    """A spare part that things of a model need, and how many of it the stores must hold at least."""

    __tablename__ = "model_part"
    names_by = ("asset_model", "item")
    __table_args__ = (
        sa.UniqueConstraint("asset_model_id", "item_id"),
        sa.CheckConstraint("minimum >= 0", name="minimum_not_negative"),
    )

    id: Mapped[Id]
    asset_model_id: Mapped[int] = reference("asset_model", index=False)
    item_id: Mapped[int] = reference("item")
    minimum: Mapped[Quantity] = mapped_column(default=Decimal(1))
    note: Mapped[Name | None]
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    asset_model: Mapped[AssetModel] = relationship()
    item: Mapped[Item] = relationship("Item")

    def __str__(self) -> str:
        return str(self.item)
