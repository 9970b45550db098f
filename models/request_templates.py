"""What a unit asks for again and again: named lists of items, from which requests begin."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Name, Quantity, db, reference

if TYPE_CHECKING:
    from models.items import Item, UnitConversion
    from models.organisation import WorkUnit
    from models.people import User
    from models.stock import Store


class TemplateFor(StrEnum):
    """The documents that begin from a template, by table name."""

    STORE_REQUEST = "store_request"
    PURCHASE_REQUEST = "purchase_request"


class RequestTemplate(db.Model):
    """A named list of a work unit, for one type of document."""

    __tablename__ = "request_template"
    text_columns = ("name",)
    __table_args__ = (sa.UniqueConstraint("work_unit_id", "document_type", "name"),)

    id: Mapped[Id]
    name: Mapped[Name]
    document_type: Mapped[TemplateFor] = mapped_column(default=TemplateFor.STORE_REQUEST)
    work_unit_id: Mapped[int] = reference("work_unit")
    store_id: Mapped[int] = reference("store")
    created_by_id: Mapped[int] = reference("user")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    work_unit: Mapped[WorkUnit] = relationship("WorkUnit")
    store: Mapped[Store] = relationship("Store")
    created_by: Mapped[User] = relationship("User")
    lines: Mapped[list[RequestTemplateLine]] = relationship(
        back_populates="request_template", cascade="all, delete-orphan", order_by="RequestTemplateLine.id")


class RequestTemplateLine(db.Model):
    """One item of a template, in a unit of measure that people ask in; its factor is taken when it is
    used."""

    __tablename__ = "request_template_line"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.ForeignKeyConstraint(["item_id", "unit_id"], ["unit_conversion.item_id", "unit_conversion.id"],
                                name="unit_of_item"),
    )

    id: Mapped[Id]
    request_template_id: Mapped[int] = reference("request_template", ondelete="CASCADE")
    item_id: Mapped[int] = reference("item")
    unit_id: Mapped[int] = reference("unit_conversion")
    quantity: Mapped[Quantity]

    request_template: Mapped[RequestTemplate] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])
