"""Reports of buying: what runs short, what is on order, what it cost, and who delivers on time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.errors import N_
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState, value_of
from models.items import Item, Supplier, UnitConversion
from models.operations.core.report_kit import (
    ITEM,
    STORE,
    SUPPLIER,
    Column,
    ParameterValues,
    Report,
    Statement,
    base_units,
    declare,
    period,
    quantity,
    ratio,
    where,
    within,
)
from models.operations.purchasing.shortages import shortages
from models.operations.purchasing.standing import received
from models.operations.stores.reports_stock import ITEM_COLUMN, NAMED, STORE_COLUMN, UNIT_COLUMN
from models.purchasing import PurchaseOrder, PurchaseOrderLine, PurchaseOrderState
from models.rights import BUYING
from models.stock import Store

ROLES = frozenset(BUYING)
SUPPLIER_COLUMN = Column("supplier", N_("Supplier"), links=("=supplier", "supplier_id"), unless="supplier")

declare(Report(
    "shortages", N_("Shortages"), "purchasing", shortages, icon="alert-triangle", roles=ROLES,
    about=N_("Below minimum: on hand and not expired + in transit + on order − requested, for each store "
             "that has a minimum of its own, and for all stores together. The supplier is the contract's, "
             "else the last one."),
    columns=(ITEM_COLUMN, Column("supplier", N_("Supplier"), unless="supplier"), STORE_COLUMN,
             Column("usable", N_("On hand, not expired"), "quantity"),
             Column("in_transit", N_("In transit"), "quantity"),
             Column("on_order", N_("On order"), "quantity"),
             Column("asked_for", N_("On request"), "quantity"),
             Column("requested", N_("Units wait for"), "quantity"),
             Column("minimum_stock", N_("Minimum"), "quantity"),
             Column("maximum", N_("Maximum"), "quantity"),
             Column("shortage", N_("Shortage"), "quantity"), UNIT_COLUMN),
    parameters=(STORE, SUPPLIER), is_late=lambda row: row.usable == 0))


# ---------------------------------------------------------------- on order

def on_order(values: ParameterValues) -> Statement:
    """Lines of orders that went out and are not fully received."""
    line, came = PurchaseOrderLine, received()
    ordered = base_units(line.quantity, line.factor)
    left = quantity(ordered - sa.func.coalesce(came.c.quantity, 0))
    return (sa.select(
        PurchaseOrder.id.label("order_id"), PurchaseOrder.number.label("document"), PurchaseOrder.ordered_on,
        PurchaseOrder.expected_on, Supplier.id.label("supplier_id"), Supplier.name.label("supplier"),
        Store.name.label("store"), line.item_id, NAMED, Item.base_unit, quantity(ordered).label("ordered"),
        quantity(came.c.quantity).label("received"), left.label("left"))
        .join(line, line.purchase_order_id == PurchaseOrder.id).join(Item, Item.id == line.item_id)
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id).join(Store,
                                                                       Store.id == PurchaseOrder.store_id)
        .outerjoin(came, came.c.line_id == line.id)
        .where(PurchaseOrder.state == PurchaseOrderState.SENT, left > 0,
               *where(values, store=PurchaseOrder.store_id, supplier=PurchaseOrder.supplier_id,
                      item=line.item_id))
        .order_by(PurchaseOrder.expected_on.is_(None), PurchaseOrder.expected_on, PurchaseOrder.id, line.id))


def _is_overdue(row: Any) -> bool:
    return row.expected_on is not None and row.expected_on < clock.today()


declare(Report(
    "on_order", N_("On order"), "purchasing", on_order, icon="truck-delivery", roles=ROLES,
    about=N_("Sent to suppliers and not fully received."),
    columns=(Column("document", N_("Document"), "code", links=("=purchase_order", "order_id")),
             Column("ordered_on", N_("Date"), "date"), Column("expected_on", N_("Expected on"), "date"),
             SUPPLIER_COLUMN, STORE_COLUMN, ITEM_COLUMN, Column("ordered", N_("Ordered"), "quantity"),
             Column("received", N_("Received"), "quantity"), Column("left", N_("Outstanding"), "quantity"),
             UNIT_COLUMN),
    parameters=(SUPPLIER, STORE, ITEM), is_late=_is_overdue))


# ---------------------------------------------------------------- price history

def prices(values: ParameterValues) -> Statement:
    """What was paid at each posted receipt, newest first."""
    line = GoodsReceiptLine
    return (sa.select(
        GoodsReceipt.id.label("receipt_id"), GoodsReceipt.number.label("document"), GoodsReceipt.received_on,
        Supplier.id.label("supplier_id"), Supplier.name.label("supplier"), line.item_id, NAMED,
        Item.base_unit, UnitConversion.unit_name, line.received_quantity, line.factor, line.unit_price,
        line.discount, line.net_value)
        .join(line, line.goods_receipt_id == GoodsReceipt.id).join(Item, Item.id == line.item_id)
        .join(UnitConversion, UnitConversion.id == line.unit_id)
        .join(Supplier, Supplier.id == GoodsReceipt.supplier_id)
        .where(GoodsReceipt.state == GoodsReceiptState.POSTED, line.is_bonus.is_(False),
               *within(values, GoodsReceipt.received_on),
               *where(values, item=line.item_id, supplier=GoodsReceipt.supplier_id))
        .order_by(GoodsReceipt.received_on.desc(), GoodsReceipt.id.desc(), line.id))


def net_price(row: Any) -> Decimal | None:
    """Rupiah per base unit, discount taken."""
    value = value_of(row.net_value, row.received_quantity, row.unit_price, row.discount)
    return ratio(value, row.received_quantity * row.factor)


declare(Report(
    "prices", N_("Purchase price history"), "purchasing", prices, icon="receipt", roles=ROLES,
    columns=(Column("document", N_("Document"), "code", links=("=goods_receipt", "receipt_id")),
             Column("received_on", N_("Date"), "date"), ITEM_COLUMN, SUPPLIER_COLUMN,
             Column("received_quantity", N_("Quantity"), "quantity"), Column("unit_name", N_("Unit")),
             Column("unit_price", N_("Price"), "money", sums=False),
             Column("discount", N_("Discount"), "percent"),
             Column("net", N_("Net per base unit"), "money", net_price, sums=False)),
    parameters=(*period(365), ITEM, SUPPLIER)))


# ---------------------------------------------------------------- on time

def on_time(values: ParameterValues) -> Statement:
    """Orders due in the period, by supplier: on time when all came, and the last of it by the day agreed."""
    came = received()
    line = PurchaseOrderLine
    open_lines = (sa.select(line.id).outerjoin(came, came.c.line_id == line.id)
                  .where(line.purchase_order_id == PurchaseOrder.id,
                         quantity(base_units(line.quantity, line.factor) - sa.func.coalesce(came.c.quantity,
                                                                                            0)) > 0)
                  .exists())
    last = (sa.select(sa.func.max(GoodsReceipt.received_on))
            .where(GoodsReceipt.purchase_order_id == PurchaseOrder.id,
                   GoodsReceipt.lines.any(GoodsReceiptLine.purchase_order_line_id.is_not(None)),
                   GoodsReceipt.state == GoodsReceiptState.POSTED,
                   GoodsReceipt.supplier_return_id.is_(None))
            .scalar_subquery())
    due = (sa.select(PurchaseOrder.supplier_id, PurchaseOrder.expected_on, last.label("last_on"),
                     sa.case((open_lines, 1), else_=0).label("is_open"))
           .where(PurchaseOrder.state.in_((PurchaseOrderState.SENT, PurchaseOrderState.DONE)),
                  PurchaseOrder.expected_on <= clock.today(), *within(values, PurchaseOrder.expected_on),
                  *where(values, supplier=PurchaseOrder.supplier_id),
                  *([PurchaseOrder.supplier_id.in_(values["suppliers"])] if values.get("suppliers")
                    else [])).subquery())
    in_time = sa.case(((due.c.is_open == 0) & (due.c.last_on <= due.c.expected_on), 1), else_=0)
    return (sa.select(Supplier.id.label("supplier_id"), Supplier.name.label("supplier"),
                      Supplier.lead_time_days, sa.func.count().label("due"),
                      sa.func.sum(in_time).label("in_time"),
                      sa.func.sum(due.c.is_open).label("incomplete"))
            .join(due, due.c.supplier_id == Supplier.id)
            .group_by(Supplier.id, Supplier.name, Supplier.lead_time_days).order_by(Supplier.name,
                                                                                    Supplier.id))


declare(Report(
    "on_time", N_("Suppliers on time"), "purchasing", on_time, icon="clock", roles=ROLES,
    about=N_("Orders due in the period: on time when everything came by the day agreed."),
    columns=(SUPPLIER_COLUMN, Column("due", N_("Orders due"), "number"),
             Column("in_time", N_("On time"), "number"),
             Column("late", N_("Late"), "number", lambda row: row.due - row.in_time),
             Column("incomplete", N_("Incomplete"), "number"),
             Column("rate", N_("On-time rate"), "percent",
                    lambda row: ratio(Decimal(row.in_time * 100), row.due)),
             Column("lead_time_days", N_("Lead time days"), "number")),
    parameters=(*period(365), SUPPLIER)))

