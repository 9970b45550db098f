"""Reports of what lies in the stores and how it came and went, all read off the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.errors import N_
from models.goods_receipts import GoodsReceipt
from models.items import Item, ItemCategory, Supplier
from models.operations.core.report_kit import (
    ITEM,
    STOCK,
    STORE,
    SUPPLIER,
    UNIT,
    Chart,
    Column,
    Parameter,
    ParameterValues,
    Report,
    Statement,
    declare,
    period,
    quantity,
    ratio,
    rupiah,
    where,
    within,
)
from models.operations.stores.shelves import places_of
from models.organisation import WorkUnit
from models.returns import SupplierReturn, UnitReturn
from models.stock import StockBalance, StockBatch, StockMove, Store, StoreItem
from models.store_requests import DeliveryRequest, StoreRequest

M, B = StockMove, StockBalance
ITEM_COLUMN = Column("item", N_("Item"), links=("@stock_card", "item_id"))
STORE_COLUMN = Column("store", N_("Store"), unless="store")
UNIT_COLUMN = Column("base_unit", N_("Unit"))
#: Item by code and name, as people call it.
NAMED = (Item.code + " " + Item.name).label("item")


def _paper(move: Any, model: Any) -> Any:
    return sa.and_(move.document_type == model.__tablename__, move.document_id == model.id)


def unit_papers(statement: Any, move: Any) -> Any:
    """Join the papers that name a unit: deliveries and unit returns."""
    return (statement.outerjoin(DeliveryRequest, _paper(move, DeliveryRequest))
            .outerjoin(StoreRequest, StoreRequest.id == DeliveryRequest.store_request_id)
            .outerjoin(UnitReturn, _paper(move, UnitReturn)))


def supplier_papers(statement: Any, move: Any) -> Any:
    """Join the papers that name a supplier: receipts and supplier returns."""
    return (statement.outerjoin(GoodsReceipt, _paper(move, GoodsReceipt))
            .outerjoin(SupplierReturn, _paper(move, SupplierReturn)))


UNIT_ID = sa.func.coalesce(StoreRequest.work_unit_id, UnitReturn.work_unit_id)
SUPPLIER_ID = sa.func.coalesce(GoodsReceipt.supplier_id, SupplierReturn.supplier_id)


# ---------------------------------------------------------------- stock on hand

AS_OF = Parameter("as_of", N_("As of"), "date", lambda: clock.today())


def _held(values: ParameterValues) -> Any:
    """Quantity and value by store and item at the end of a day: what is there, less what moved since."""
    later = (sa.select(M.store_id, M.item_id, sa.func.sum(M.quantity).label("quantity"),
                       sa.func.sum(M.value).label("value"))
             .where(M.moved_on > (values.get("as_of") or clock.today())).group_by(M.store_id,
                                                                                 M.item_id).subquery())
    return (sa.select(StoreItem.store_id, StoreItem.item_id,
                      quantity(StoreItem.quantity - sa.func.coalesce(later.c.quantity, 0)).label("quantity"),
                      rupiah(StoreItem.value - sa.func.coalesce(later.c.value, 0)).label("value"))
            .outerjoin(later,
                       sa.and_(later.c.store_id == StoreItem.store_id, later.c.item_id == StoreItem.item_id))
            .where(*where(values, store=StoreItem.store_id, item=StoreItem.item_id)).subquery())


def stock_on_hand(values: ParameterValues) -> Statement:
    held = _held(values)
    return (sa.select(held.c.item_id, NAMED, ItemCategory.name.label("category"), Store.name.label("store"),
                      places_of(held.c.store_id, held.c.item_id).label("location"), Item.base_unit,
                      held.c.quantity, held.c.value)
            .join(Item, Item.id == held.c.item_id).join(ItemCategory, ItemCategory.id == Item.category_id)
            .join(Store, Store.id == held.c.store_id)
            .where(held.c.quantity != 0).order_by(Item.name, held.c.item_id, held.c.store_id))


def _held_in_all(values: ParameterValues) -> Statement:
    held = _held(values)
    return sa.select(sa.func.count(sa.distinct(held.c.item_id)).label("items"),
                     rupiah(sa.func.sum(held.c.value)).label("value")).where(held.c.quantity != 0)


declare(Report(
    "stock_on_hand", N_("Stock on hand and value"), "inventory", stock_on_hand, roles=STOCK,
    about=N_("What every store held at the end of any day, at the moving average."), icon="stack-2",
    columns=(ITEM_COLUMN, Column("category", N_("Category")), STORE_COLUMN,
             Column("location", N_("Shelf")), Column("quantity", N_("Quantity"), "quantity"), UNIT_COLUMN,
             Column("average", N_("Average cost"), "money", lambda row: ratio(row.value, row.quantity),
                    sums=False),
             Column("value", N_("Value"), "money")),
    parameters=(AS_OF, STORE, ITEM), summary=_held_in_all,
    tiles=(Column("value", N_("Value"), "money"), Column("items", N_("Items"), "number"))))


# ---------------------------------------------------------------- movements by item, unit and supplier

IN = quantity(sa.func.sum(sa.case((M.quantity > 0, M.quantity), else_=0))).label("came")
OUT = quantity(sa.func.sum(sa.case((M.quantity < 0, -M.quantity), else_=0))).label("went")
VALUE = rupiah(sa.func.sum(M.value)).label("value")
IN_COLUMN = Column("came", N_("In"), "quantity")
OUT_COLUMN = Column("went", N_("Out"), "quantity")
CHANGE_COLUMN = Column("value", N_("Change of value"), "money")


def moves_by_item(values: ParameterValues) -> Statement:
    return (sa.select(M.item_id, NAMED, Store.name.label("store"), Item.base_unit, IN, OUT, VALUE)
            .join(Item, Item.id == M.item_id).join(Store, Store.id == M.store_id)
            .where(*within(values, M.moved_on), *where(values, store=M.store_id, item=M.item_id))
            .group_by(M.item_id, Item.code, Item.name, Item.base_unit, M.store_id, Store.name)
            .order_by(Item.name, M.item_id, M.store_id))


def moves_by_unit(values: ParameterValues) -> Statement:
    """Deliveries and unit returns; what was reversed cancels itself out."""
    moved = (unit_papers(sa.select(M.item_id, UNIT_ID.label("work_unit_id"), IN, OUT, VALUE), M)
             .where(M.document_type.in_(("delivery_request", "unit_return")), *within(values, M.moved_on),
                    *where(values, store=M.store_id, item=M.item_id, work_unit=UNIT_ID))
             .group_by(M.item_id, UNIT_ID).subquery())
    return (sa.select(moved.c.item_id, NAMED, WorkUnit.name.label("work_unit"), Item.base_unit, moved.c.came,
                      moved.c.went, moved.c.value)
            .join(WorkUnit, WorkUnit.id == moved.c.work_unit_id).join(Item, Item.id == moved.c.item_id)
            .order_by(WorkUnit.name, WorkUnit.id, Item.name, moved.c.item_id))


def moves_by_supplier(values: ParameterValues) -> Statement:
    """Receipts and supplier returns; of goods without an order, who gave them stands in the supplier's
    place."""
    giver = sa.case((SUPPLIER_ID.is_(None), GoodsReceipt.source_name))
    moved = (supplier_papers(sa.select(M.item_id, SUPPLIER_ID.label("supplier_id"), giver.label("giver"), IN,
                                       OUT, VALUE), M)
             .where(M.document_type.in_(("goods_receipt", "supplier_return")), *within(values, M.moved_on),
                    *where(values, store=M.store_id, item=M.item_id, supplier=SUPPLIER_ID))
             .group_by(M.item_id, SUPPLIER_ID, giver).subquery())
    named = sa.func.coalesce(Supplier.name, moved.c.giver)
    return (sa.select(moved.c.item_id, NAMED, named.label("supplier"), Item.base_unit, moved.c.came,
                      moved.c.went, moved.c.value)
            .outerjoin(Supplier, Supplier.id == moved.c.supplier_id).join(Item, Item.id == moved.c.item_id)
            .order_by(named, Supplier.id, Item.name, moved.c.item_id))


declare(Report("moves_by_item", N_("Movements by item"), "inventory", moves_by_item, icon="arrows-exchange",
               roles=STOCK,
               columns=(ITEM_COLUMN, STORE_COLUMN, IN_COLUMN, OUT_COLUMN, UNIT_COLUMN, CHANGE_COLUMN),
               parameters=(*period(30), STORE, ITEM)))
declare(Report("moves_by_unit", N_("Movements by unit"), "inventory", moves_by_unit, icon="truck-delivery",
               roles=STOCK,
               columns=(Column("work_unit", N_("Work unit"), unless="work_unit"), ITEM_COLUMN, OUT_COLUMN,
                        IN_COLUMN, UNIT_COLUMN, CHANGE_COLUMN), parameters=(*period(30), UNIT, STORE, ITEM)))
declare(Report("moves_by_supplier", N_("Movements by supplier"), "inventory", moves_by_supplier,
               icon="package-import",
               roles=STOCK,
               columns=(Column("supplier", N_("Supplier"), unless="supplier"), ITEM_COLUMN, IN_COLUMN,
                        OUT_COLUMN, UNIT_COLUMN, CHANGE_COLUMN), parameters=(*period(30), SUPPLIER, STORE,
                        ITEM)))


# ---------------------------------------------------------------- usage per unit and month

MONTH = sa.extract("year", M.moved_on) * 100 + sa.extract("month", M.moved_on)


def _used(values: ParameterValues) -> list[Any]:
    return [M.document_type.in_(("delivery_request", "unit_return")), *within(values, M.moved_on),
            *where(values, store=M.store_id, item=M.item_id, work_unit=UNIT_ID)]


def usage(values: ParameterValues) -> Statement:
    month = sa.cast(MONTH, sa.Integer)
    return (unit_papers(sa.select(
        month.label("month"), WorkUnit.name.label("work_unit"), M.item_id, NAMED, Item.base_unit,
        quantity(-sa.func.sum(M.quantity)).label("quantity"), rupiah(-sa.func.sum(M.value)).label("value")),
                        M)
        .join(WorkUnit, WorkUnit.id == UNIT_ID).join(Item, Item.id == M.item_id).where(*_used(values))
        .group_by(month, WorkUnit.id, WorkUnit.name, M.item_id, Item.code, Item.name, Item.base_unit)
        .having(sa.func.sum(M.quantity) != 0)
        .order_by(month.desc(), WorkUnit.name, WorkUnit.id, Item.name, M.item_id))


def _usage_by_month(values: ParameterValues) -> Statement:
    month = sa.cast(MONTH, sa.Integer)
    return (unit_papers(sa.select(month.label("x"), rupiah(-sa.func.sum(M.value)).label("y")), M)
            .where(*_used(values)).group_by(month).order_by(month))


declare(Report(
    "usage", N_("Usage per unit and month"), "inventory", usage, icon="chart-bar", roles=STOCK,
    about=N_("Delivered to units less what they gave back, at cost."),
    columns=(Column("month", N_("Month"), "month"), Column("work_unit", N_("Work unit"), unless="work_unit"),
             ITEM_COLUMN, Column("quantity", N_("Quantity"), "quantity"), UNIT_COLUMN,
             Column("value", N_("Value"), "money")),
    parameters=(*period(365), UNIT, STORE, ITEM),
    chart=Chart(N_("Usage by month"), "bars", N_("Value"), _usage_by_month, money=True)))


# ---------------------------------------------------------------- expiry

DAYS = (("30", N_("30 days")), ("60", N_("60 days")), ("90", N_("90 days")), ("180", N_("180 days")))


def expiry(values: ParameterValues) -> Statement:
    until = clock.today() + timedelta(days=int(values.get("days") or 90))
    return (sa.select(B.item_id, NAMED, Item.base_unit, StockBatch.number.label("batch"),
                      StockBatch.expires_on, Store.name.label("store"), B.quantity,
                      StoreItem.quantity.label("held"), StoreItem.value.label("worth"))
            .join(StockBatch, StockBatch.id == B.batch_id).join(Item, Item.id == B.item_id)
            .join(Store, Store.id == B.store_id)
            .join(StoreItem, sa.and_(StoreItem.store_id == B.store_id, StoreItem.item_id == B.item_id))
            .where(B.quantity > 0, StockBatch.expires_on <= until,
                   *where(values, store=B.store_id, item=B.item_id))
            .order_by(StockBatch.expires_on, Item.name, B.id))


declare(Report(
    "expiry", N_("Expiry"), "inventory", expiry, icon="clock-exclamation", roles=STOCK,
    about=N_("Batches in stock that expire soon, or already have."),
    columns=(ITEM_COLUMN, Column("batch", N_("Batch"), "code"),
             Column("expires_on", N_("Expires on"), "date"),
             Column("left", N_("Days left"), "number", lambda row: (row.expires_on - clock.today()).days),
             STORE_COLUMN, Column("quantity", N_("Quantity"), "quantity"), UNIT_COLUMN,
             Column("value", N_("Value"), "money", lambda row: ratio(row.worth * row.quantity, row.held))),
    parameters=(Parameter("days", N_("Expires within"), "choice", lambda: "90", choices=DAYS), STORE, ITEM),
    is_late=lambda row: row.expires_on < clock.today()))


# ---------------------------------------------------------------- slow and dead stock

QUIET = (("90", N_("90 days")), ("180", N_("180 days")), ("365", N_("365 days")))


def slow_stock(values: ParameterValues) -> Statement:
    since = clock.today() - timedelta(days=int(values.get("days") or 180))
    used = M.document_type.in_(("delivery_request", "maintenance", "prescription"))
    last = (sa.select(sa.func.max(M.moved_on)).where(M.store_id == StoreItem.store_id,
                                                     M.item_id == StoreItem.item_id,
                                                     M.quantity < 0, used).scalar_subquery())
    first = (sa.select(sa.func.min(M.moved_on)).where(M.store_id == StoreItem.store_id,
                                                      M.item_id == StoreItem.item_id)
             .scalar_subquery())
    quiet = (sa.select(StoreItem.item_id, StoreItem.store_id, StoreItem.quantity, StoreItem.value,
                       last.label("last_on"), first.label("first_on"))
             .where(StoreItem.quantity > 0,
                    *where(values, store=StoreItem.store_id, item=StoreItem.item_id)).subquery())
    return (sa.select(quiet.c.item_id, NAMED, Store.name.label("store"), Item.base_unit, quiet.c.quantity,
                      quiet.c.value, quiet.c.last_on)
            .join(Item, Item.id == quiet.c.item_id).join(Store, Store.id == quiet.c.store_id)
            .where(sa.func.coalesce(quiet.c.last_on, quiet.c.first_on) <= since)
            .order_by(quiet.c.value.desc(), quiet.c.item_id, quiet.c.store_id))


declare(Report(
    "slow_stock", N_("Slow and dead stock"), "inventory", slow_stock, icon="hourglass", roles=STOCK,
    about=N_("In stock, but not used for long; what was never used has no day."),
    columns=(ITEM_COLUMN, STORE_COLUMN, Column("quantity", N_("Quantity"), "quantity"), UNIT_COLUMN,
             Column("value", N_("Value"), "money"), Column("last_on", N_("Last used"), "date"),
             Column("quiet", N_("Days unused"), "number",
                    lambda row: (clock.today() - row.last_on).days if row.last_on else None)),
    parameters=(Parameter("days", N_("Not used for"), "choice", lambda: "180", choices=QUIET), STORE, ITEM),
    is_late=lambda row: row.last_on is None))
