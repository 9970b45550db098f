"""How much to hold of an item in a store by what will be used until the order after next, and the report of
it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.errors import N_
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState
from models.items import Item, Supplier
from models.operations.core.report_kit import (
    ITEM,
    STORE,
    Column,
    ParameterValues,
    Report,
    Statement,
    declare,
    quantity,
    where,
)
from models.operations.purchasing.standing import standing
from models.operations.stores import consumption, forecasting
from models.operations.stores.forecasting import Forecast
from models.operations.stores.reports_stock import ITEM_COLUMN, NAMED, STORE_COLUMN, UNIT_COLUMN
from models.organisation import Status
from models.rights import BUYING
from models.settings import setting, setting_of, worth
from models.stock import Store

ZERO = Decimal(0)


@dataclass(frozen=True)
class Need:
    """`target`: base units that should stand, on hand and on order, on the day of ordering: use over lead
    time and order cycle, and the safety stock."""

    forecast: Forecast
    days: int
    safety: Decimal
    target: Decimal


def need(forecast: Forecast, lead_days: int, every_days: int) -> Need:
    days = lead_days + every_days
    safety = forecast.safety(days)
    return Need(forecast, days, safety, (forecast.for_days(days) + safety).quantize(forecasting.PLACES))


def needs(rows: Iterable[Any]) -> dict[tuple[int, int], Need]:
    """The needs by item and store of rows that have `item_id`, `store_id` and the supplier's
    `lead_time_days`; what has too little history is left out."""
    wanted = {(row.item_id, row.store_id): row.lead_time_days for row in rows}
    if not wanted:
        return {}
    usual, every = setting("reorder.lead_days"), setting("reorder.every_days")
    used = consumption.by_month().subquery()
    statement = sa.select(used).where(used.c.item_id.in_({item for item, _store in wanted}))
    result = {}
    for row in db.session.execute(statement):
        key = (row.item_id, row.store_id)
        forecast = forecasting.best(consumption.history(row)) if key in wanted else None
        if forecast is not None:
            lead = wanted[key]
            result[key] = need(forecast, usual if lead is None else lead, every)
    return result


# ---------------------------------------------------------------- the report

def consumption_forecast(values: ParameterValues) -> Statement:
    """Active items that were used in the last two years, by store, with where they stand now."""
    used, stands = consumption.by_month().subquery(), standing()
    supplier = (sa.select(GoodsReceipt.supplier_id)
                .join(GoodsReceiptLine, GoodsReceiptLine.goods_receipt_id == GoodsReceipt.id)
                .where(GoodsReceiptLine.item_id == Item.id, GoodsReceipt.state == GoodsReceiptState.POSTED)
                .order_by(GoodsReceipt.received_on.desc(), GoodsReceiptLine.id.desc()).limit(1)
                .correlate(Item).scalar_subquery())
    return (sa.select(
        used.c.item_id, NAMED, Store.name.label("store"), Item.base_unit, Item.precision,
        *(used.c[name] for name in consumption.COLUMNS), used.c.this_month,
        quantity(stands.c.position).label("position"),
        Supplier.name.label("supplier"), Supplier.lead_time_days,
        setting_of("reorder.lead_days").label("usual_lead"),
        setting_of("reorder.every_days").label("every_days"))
        .join(Item, Item.id == used.c.item_id).join(Store, Store.id == used.c.store_id)
        .outerjoin(stands, (stands.c.item_id == used.c.item_id) & (stands.c.store_id == used.c.store_id))
        .outerjoin(Supplier, Supplier.id == supplier)
        .where(Item.status == Status.ACTIVE, *where(values, item=used.c.item_id, store=used.c.store_id))
        .order_by(Item.name, Item.id, Store.name, used.c.store_id))


@lru_cache(maxsize=4096)
def _forecast(history: tuple[Decimal, ...]) -> Forecast | None:
    return forecasting.best(history)


def forecast_of(row: Any) -> Forecast | None:
    return _forecast(tuple(consumption.history(row)))


def need_of(row: Any) -> Need | None:
    forecast = forecast_of(row)
    usual, every = worth("reorder.lead_days", row.usual_lead), worth("reorder.every_days", row.every_days)
    lead = usual if row.lead_time_days is None else row.lead_time_days
    return need(forecast, lead, every) if forecast is not None else None


def to_order(row: Any) -> Decimal | None:
    """Base units, rounded up to the item's precision."""
    wanted = need_of(row)
    if wanted is None:
        return None
    step = Decimal(1).scaleb(-row.precision)
    return max(ZERO, wanted.target - row.position).quantize(step, ROUND_CEILING)


def _mean(row: Any) -> Decimal | None:
    """Used in a month, over the last year."""
    year = consumption.history(row)[-12:]
    return (sum(year, ZERO) / len(year)).quantize(forecasting.PLACES) if year else None


#: The words of the methods.
METHOD_WORDS = (N_("Moving average"), N_("Seasonal"))


def _of(name: str) -> Any:
    return lambda row: getattr(forecast_of(row), name, None)


declare(Report(
    "consumption_forecast", N_("Consumption forecast"), "purchasing", consumption_forecast,
    icon="trending-up", roles=frozenset(BUYING),
    about=N_("What a month will use by the better of two methods: the mean of the last three months, or the "
             "same month a year ago. The error is what each would have missed in the last six months. To "
             "order: use until the order after next, and 95 percent safety, less what is there and on its "
             "way."),
    columns=(ITEM_COLUMN, STORE_COLUMN, Column("mean", N_("Used a month"), "quantity", _mean),
             Column("this_month", N_("This month so far"), "quantity"),
             Column("method", N_("Method"), "word", _of("method")),
             Column("quantity", N_("Next month"), "quantity", _of("quantity")),
             Column("mae", N_("Mean error"), "quantity", _of("mae")),
             Column("mape", N_("Error in percent"), "percent", _of("mape")),
             Column("lead_time_days", N_("Lead time days"), "number"),
             Column("safety", N_("Safety stock"), "quantity",
                    lambda row: (wanted := need_of(row)) and wanted.safety.quantize(Decimal("0.1"))),
             Column("position", N_("There and coming"), "quantity"),
             Column("to_order", N_("To order"), "quantity", to_order), UNIT_COLUMN),
    parameters=(STORE, ITEM)))
