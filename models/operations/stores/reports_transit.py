"""The report of what is on its way between two stores."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import clock
from models.errors import N_
from models.items import Item
from models.operations.core.report_kit import (
    ITEM,
    STOCK,
    Column,
    ParameterValues,
    Report,
    Statement,
    declare,
    where,
)
from models.operations.stores.reports_stock import ITEM_COLUMN, NAMED, UNIT_COLUMN
from models.operations.stores.transfers import in_transit
from models.stock import Store
from models.stocktakes import StockTransfer


def on_the_way(values: ParameterValues) -> Statement:
    sent, target = in_transit().subquery(), aliased(Store)
    return (sa.select(StockTransfer.id.label("transfer_id"), StockTransfer.number.label("document"),
                      StockTransfer.transferred_on, Store.name.label("store"), target.name.label("other"),
                      sent.c.item_id, NAMED, Item.base_unit, sent.c.quantity, sent.c.value)
            .join(sent, sent.c.document_id == StockTransfer.id)
            .join(Store, Store.id == StockTransfer.store_id)
            .join(target, target.id == StockTransfer.to_store_id).join(Item, Item.id == sent.c.item_id)
            .where(*where(values, item=sent.c.item_id))
            .order_by(StockTransfer.transferred_on, StockTransfer.id, sent.c.line_id))


declare(Report(
    "in_transit", N_("What is in transit between stores"), "inventory", on_the_way, roles=STOCK,
    about=N_("What left one store and has not come into the other, with the value at which it left."),
    icon="transfer",
    columns=(Column("document", N_("Document"), "code", links=("=stock_transfer", "transfer_id")),
             Column("transferred_on", N_("Sent on"), "date"),
             Column("days", N_("Days"), "number", lambda row: (clock.today() - row.transferred_on).days),
             Column("store", N_("From")), Column("other", N_("To")), ITEM_COLUMN,
             Column("quantity", N_("Quantity"), "quantity"), UNIT_COLUMN,
             Column("value", N_("Value"), "money")),
    parameters=(ITEM,)))
