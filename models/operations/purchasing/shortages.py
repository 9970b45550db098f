"""What runs short, and the purchase requests for it: usable stock + in transit + on order − requested, held
against the minimum of each store, and against the item's own over all stores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models.base import db
from models.errors import N_, Conflict, NotAllowed, Refused
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState
from models.items import Item, Supplier, UnitConversion
from models.operations.core.approvals import opened
from models.operations.core.jobs import each_day, job
from models.operations.core.locking import lock_rows
from models.operations.core.report_kit import ParameterValues, Statement, quantity
from models.operations.core.system import the_system
from models.operations.people.notices import Declared, declare, holders, tell
from models.operations.purchasing import forecasts, price_lists
from models.operations.purchasing.standing import PARTS, standing
from models.organisation import Status
from models.people import User
from models.purchasing import (
    BUYERS,
    PurchaseOrderLine,
    PurchaseRequest,
    PurchaseRequestLine,
)
from models.settings import setting
from models.stock import Store, StoreItem
from models.stock_levels import StockLevel
from models.supplier_prices import PriceKind, SupplierPrice

#: Item and store: what names a row.
Key = tuple[int, int]
ZERO = Decimal(0)


def _low(stands: sa.CTE) -> sa.CTE:
    """Stores below their own level of an item: `store_id`, `item_id`, `shortage`."""
    level = StockLevel
    missing = quantity(level.minimum - sa.func.coalesce(stands.c.position, 0))
    return (sa.select(level.store_id, level.item_id, missing.label("shortage"))
            .join(Item, Item.id == level.item_id).join(Store, Store.id == level.store_id)
            .outerjoin(stands, (stands.c.store_id == level.store_id) & (stands.c.item_id == level.item_id))
            .where(Item.status == Status.ACTIVE, Store.status == Status.ACTIVE, missing > 0).cte("low"))


def _rest(stands: sa.CTE, low: sa.CTE) -> sa.Select[Any]:
    """What all stores together lack of the item's own minimum beyond what `low` says, in the store that
    bought it last, else where most of it lies, else the first."""
    whole = (sa.select(stands.c.item_id, quantity(sa.func.sum(stands.c.position)).label("position"))
             .group_by(stands.c.item_id).subquery())
    named = (sa.select(low.c.item_id, quantity(sa.func.sum(low.c.shortage)).label("shortage"))
             .group_by(low.c.item_id).subquery())
    missing = quantity(Item.minimum_stock - sa.func.coalesce(whole.c.position, 0)
                       - sa.func.coalesce(named.c.shortage, 0))
    bought = (sa.select(GoodsReceipt.store_id)
              .join(GoodsReceiptLine, GoodsReceiptLine.goods_receipt_id == GoodsReceipt.id)
              .where(GoodsReceiptLine.item_id == Item.id, GoodsReceipt.state == GoodsReceiptState.POSTED)
              .order_by(GoodsReceipt.received_on.desc(), GoodsReceiptLine.id.desc()).limit(1))
    most = (sa.select(StoreItem.store_id).where(StoreItem.item_id == Item.id)
            .order_by(StoreItem.quantity.desc(), StoreItem.id).limit(1))
    first = sa.select(sa.func.min(Store.id)).where(Store.status == Status.ACTIVE)
    home = sa.func.coalesce(bought.correlate(Item).scalar_subquery(), most.correlate(Item).scalar_subquery(),
                            first.scalar_subquery())
    return (sa.select(home.label("store_id"), Item.id.label("item_id"), missing.label("shortage"))
            .outerjoin(whole, whole.c.item_id == Item.id).outerjoin(named, named.c.item_id == Item.id)
            .where(Item.status == Status.ACTIVE, missing > 0))


def _contracted() -> Any:
    """The supplier whose contract has the lowest net price of the item today."""
    price = SupplierPrice
    net = sa.cast(price.unit_price * (100 - price.discount), sa.Float) / sa.cast(UnitConversion.factor,
                                                                                  sa.Float)
    return (sa.select(price.supplier_id).join(UnitConversion, UnitConversion.id == price.unit_id)
            .join(Supplier, Supplier.id == price.supplier_id)
            .where(price.item_id == Item.id, price.kind == PriceKind.CONTRACT, price_lists.holds(),
                   Supplier.status == Status.ACTIVE)
            .order_by(net, price.id).limit(1).correlate(Item).scalar_subquery())


def shortages(values: ParameterValues) -> Statement:
    """What is below a minimum, by item and store, with the supplier of its contract, else of the last
    receipt.

    Quantities in base units. `shortage` is what is missing after what is on its way. A store with a level
    shows its own stock and minimum, any other row those of all stores together.
    """
    stands = standing()
    low = _low(stands)
    both = sa.union_all(sa.select(low.c.store_id, low.c.item_id, low.c.shortage),
                        _rest(stands, low)).subquery()
    short = (sa.select(both.c.store_id, both.c.item_id,
                       quantity(sa.func.sum(both.c.shortage)).label("shortage"))
             .group_by(both.c.store_id, both.c.item_id).subquery())
    everywhere = (sa.select(stands.c.item_id, *(quantity(sa.func.sum(stands.c[name])).label(name)
                                                for name in (*PARTS, "position")))
                  .group_by(stands.c.item_id).subquery())
    line, level, base = GoodsReceiptLine, StockLevel, aliased(UnitConversion)
    last = (sa.select(line.id).join(GoodsReceipt, GoodsReceipt.id == line.goods_receipt_id)
            .where(line.item_id == Item.id, GoodsReceipt.state == GoodsReceiptState.POSTED,
                   GoodsReceipt.supplier_id.is_not(None), line.is_bonus.is_(False))
            .order_by(GoodsReceipt.received_on.desc(), line.id.desc()).limit(1).correlate(Item)
            .scalar_subquery())
    agreed = aliased(PurchaseOrderLine)  # as it was ordered, whatever unit came
    supplier_id = sa.func.coalesce(_contracted(), GoodsReceipt.supplier_id)

    def shown(name: str) -> Any:
        """A part of the store where it has a level, else of all stores."""
        value = sa.case((level.id.is_not(None), stands.c[name]), else_=everywhere.c[name])
        return quantity(value).label(name)

    result = (sa.select(
        Item.id.label("item_id"), (Item.code + " " + Item.name).label("item"), Item.base_unit, Item.precision,
        sa.func.coalesce(level.minimum, Item.minimum_stock).label("minimum_stock"), level.maximum,
        level.reorder_quantity, *(shown(name) for name in (*PARTS, "position")), short.c.shortage,
        Store.id.label("store_id"), Store.name.label("store"), Supplier.id.label("supplier_id"),
        Supplier.name.label("supplier"), Supplier.lead_time_days, base.id.label("base_unit_id"),
        sa.func.coalesce(agreed.unit_id, line.unit_id).label("last_unit_id"),
        sa.func.coalesce(agreed.factor, line.factor).label("last_factor"),
        sa.func.coalesce(agreed.unit_price, line.unit_price).label("last_price"))
        .join(short, short.c.item_id == Item.id).join(Store, Store.id == short.c.store_id)
        .outerjoin(stands, (stands.c.item_id == Item.id) & (stands.c.store_id == short.c.store_id))
        .outerjoin(everywhere, everywhere.c.item_id == Item.id)
        .outerjoin(level, (level.item_id == Item.id) & (level.store_id == short.c.store_id))
        .outerjoin(line, line.id == last).outerjoin(agreed, agreed.id == line.purchase_order_line_id)
        .outerjoin(GoodsReceipt, GoodsReceipt.id == line.goods_receipt_id)
        .outerjoin(Supplier, Supplier.id == supplier_id)
        .outerjoin(base, sa.and_(base.item_id == Item.id, base.unit_name == Item.base_unit)))
    if values.get("store"):
        result = result.where(Store.id == values["store"])
    if values.get("supplier"):
        result = result.where(Supplier.id == values["supplier"])
    return result.order_by(Supplier.name.is_(None), Supplier.name, Item.name, Item.id, Store.name, Store.id)


# ---------------------------------------------------------------- how much to buy

def lacking(row: Any, forecast: forecasts.Need | None = None) -> Decimal:
    """Base units to buy for a row of `shortages`: never less than what is missing.

    By the forecast where there is one; else up to the maximum; in multiples of the reorder quantity, as
    many as fit below the maximum.
    """
    least = row.shortage
    if forecast is not None:
        wanted = max(least, forecast.target - row.position)
    elif row.maximum is not None:
        wanted = max(least, row.maximum - row.position)
    else:
        wanted = least
    lot = row.reorder_quantity
    if not lot:
        return wanted
    lots = (least / lot).to_integral_value(ROUND_CEILING)
    if forecast is not None:
        lots = max(lots, (wanted / lot).to_integral_value(ROUND_CEILING))
    elif row.maximum is not None:
        lots = max(lots, (wanted / lot).to_integral_value(ROUND_FLOOR))
    return lots * lot


@dataclass(frozen=True)
class Proposal:
    """What is proposed for a row: how much of which unit, at which price (none is known: None), and what it
    was reckoned by: minimum, maximum, reorder or forecast."""

    unit_id: int
    unit_name: str
    quantity: Decimal
    price: Decimal | None
    by: str


def _by(row: Any, need: forecasts.Need | None) -> str:
    if need is not None:
        return "forecast"
    return "maximum" if row.maximum is not None else "reorder" if row.reorder_quantity else "minimum"


def proposals(rows: Iterable[Any]) -> dict[Key, Proposal]:
    """What to buy for rows of `shortages`: whole packs as they were bought last, at the contract's price,
    else the list's, else the last one."""
    rows = list(rows)
    ids = {row.item_id for row in rows}
    agreed = price_lists.agreed(ids)
    names = dict(db.session.execute(sa.select(UnitConversion.id, UnitConversion.unit_name)
                                    .where(UnitConversion.item_id.in_(ids))).all()) if rows else {}
    needs = forecasts.needs(rows) if setting("reorder.proposal") == "forecast" else {}
    result = {}
    for row in rows:
        need = needs.get((row.item_id, row.store_id))
        base = price_lists.at_least(agreed[row.item_id], row.supplier_id, lacking(row, need))
        price = price_lists.best(agreed[row.item_id], row.supplier_id, base)
        unit_id, amount, paid, factor = _in_packs(row, base)
        result[row.item_id, row.store_id] = Proposal(
            unit_id, names.get(unit_id, row.base_unit), amount,
            price.per(factor) if price is not None else paid, _by(row, need))
    return result


def _in_packs(row: Any, base: Decimal) -> tuple[int, Decimal, Decimal | None, Decimal]:
    """Unit, quantity in it, its last price and its factor: whole packs as they were bought last."""
    if row.last_unit_id is not None:
        packs = (base / row.last_factor).to_integral_value(ROUND_CEILING)
        whole = packs * row.last_factor
        if whole == whole.quantize(Decimal(1).scaleb(-row.precision)):
            return row.last_unit_id, packs, row.last_price, row.last_factor
    step = Decimal(1).scaleb(-row.precision)
    return row.base_unit_id, base.quantize(step, ROUND_CEILING), None, Decimal(1)


# ---------------------------------------------------------------- purchase requests

@dataclass(frozen=True)
class Wanted:
    """What a person chose for a row in place of the proposal: a quantity of one of the item's units."""

    unit_id: int
    quantity: Decimal


def make_purchase_requests(*, by: User, store_id: int | None = None, supplier_id: int | None = None,
                           item_ids: Iterable[int] | None = None,
                           chosen: Mapping[Key, Wanted | None] | None = None) -> list[PurchaseRequest]:
    """Draft one purchase request per store and supplier for what runs short; flushes, never commits.

    `chosen` names the rows, nothing else is asked for, each with the quantity that a person wrote or None for
    the proposed one. What a request or an order already asks for is not asked for again, whoever else does
    this at the same time. Raises `NotAllowed`, `Refused` when nothing is short, or `Conflict` when a chosen
    row is not short any more; ``field`` is then ``quantity-<item>-<store>``.
    """
    if not by.has_role(*BUYERS):
        raise NotAllowed(N_("Your role may not do this step."))
    made = _draft({"store": store_id, "supplier": supplier_id},
                  set(item_ids) if item_ids is not None else None, by, chosen=chosen)
    if not made:
        raise Refused(N_("Nothing is short: all that is below its minimum is asked for or on order already."))
    return made


def _draft(values: ParameterValues, item_ids: set[int] | None, by: User, note: str | None = None,
           chosen: Mapping[Key, Wanted | None] | None = None) -> list[PurchaseRequest]:
    def short() -> list[Any]:
        return [row for row in db.session.execute(shortages(values))
                if (item_ids is None or row.item_id in item_ids)
                and (chosen is None or (row.item_id, row.store_id) in chosen)]

    lock_rows(Item, {key[0] for key in chosen} if chosen is not None else {row.item_id for row in short()})
    rows = short()
    _all_there(chosen or {}, rows)
    proposed = proposals(rows)
    grouped: dict[tuple[int, int | None], list[PurchaseRequestLine]] = {}
    for row in rows:
        key = (row.item_id, row.store_id)
        grouped.setdefault((row.store_id, row.supplier_id), []).append(
            _line(row, proposed[key], (chosen or {}).get(key)))
    made = []
    for (store, _supplier), lines in grouped.items():
        request = PurchaseRequest(created_by=by, store_id=store, lines=lines, note=note)
        db.session.add(request)
        opened(request, by=by)
        made.append(request)
    return made


def _all_there(chosen: Mapping[Key, Wanted | None], rows: list[Any]) -> None:
    """Raises `Conflict` when a chosen row is not among those that are short now."""
    gone = sorted(set(chosen) - {(row.item_id, row.store_id) for row in rows})
    if gone:
        item = db.session.get(Item, gone[0][0])
        raise Conflict(N_("%(item)s is not short any more: somebody asked for it meanwhile. Look at the list "
                          "again."),
                       item=item.name if item is not None else gone[0][0],
                       field=f"quantity-{gone[0][0]}-{gone[0][1]}")


def _line(row: Any, proposal: Proposal, wanted: Wanted | None) -> PurchaseRequestLine:
    """Raises `Refused` at the row's quantity."""
    unit_id, amount, price = proposal.unit_id, proposal.quantity, proposal.price
    if wanted is not None:
        unit = db.session.get(UnitConversion, wanted.unit_id)
        field = f"quantity-{row.item_id}-{row.store_id}"
        if unit is None or unit.item_id != row.item_id:
            raise Conflict(N_("The unit of measure of %(item)s changed meanwhile. Look at the list again."),
                           item=row.item, field=field)
        if wanted.quantity <= 0:
            raise Refused(N_("Must be more than 0, for example 6."), field=field)
        try:
            unit.item.in_base(wanted.quantity, unit.factor)
        except Refused as refusal:
            refusal.field = field
            raise
        price = price if unit.id == unit_id else None
        unit_id, amount = unit.id, wanted.quantity
    return PurchaseRequestLine(item_id=row.item_id, supplier_id=row.supplier_id, unit_id=unit_id,
                               quantity=amount, estimated_price=price)


#: What a request says that no person made; documents are in the hospital's own language.
BY_THE_SYSTEM = "Dibuat otomatis: stok di bawah batas minimum."

declare(Declared(
    "reorder_drafted", holders(*BUYERS),
    N_("Stock below its minimum. Purchase requests drafted: %(count)s"),
    (N_("Look at them, correct what is needed, and submit them."),),
    address="/admin/purchase_request/?state=draft",
    channels=(), icon="shopping-cart"))


@job("reorder", due=each_day(hour=5))
def reorder() -> str:
    """Once a day: draft purchase requests, by store and supplier, for what is short and not asked for yet."""
    if setting("reorder.automatic") != "yes":
        return ""
    made = _draft({}, None, the_system(), BY_THE_SYSTEM)
    if made:
        tell("reorder_drafted", made[0], count=str(len(made)))
    return f"{len(made)} purchase requests drafted" if made else ""
