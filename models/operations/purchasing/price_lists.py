"""Which price holds today: a contract before a price list, a price for more before one for less.

What was paid last comes after both (`models.operations.purchasing.prices`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import joinedload

from models import clock
from models.base import db
from models.errors import N_
from models.items import Supplier
from models.operations.core.jobs import each_day, job
from models.operations.people.notices import Declared, declare, holders, tell
from models.organisation import Status
from models.purchasing import PurchaseOrder, PurchaseOrderLine
from models.quotations import DROPPED, Quotation, QuotationPrice
from models.roles import Role
from models.settings import setting
from models.supplier_prices import PriceKind, SupplierPrice


def holds(day: date | None = None) -> sa.ColumnElement[bool]:
    """Prices that hold on the day."""
    on, price = day or clock.today(), SupplierPrice
    return (price.valid_from <= on) & sa.or_(price.valid_to.is_(None), price.valid_to >= on)


def agreed(item_ids: Iterable[int], day: date | None = None) -> dict[int, list[SupplierPrice]]:
    """The prices of suppliers in use that hold on the day, by item id; one statement."""
    wanted = set(item_ids)
    result: dict[int, list[SupplierPrice]] = {item_id: [] for item_id in wanted}
    if wanted:
        for price in db.session.scalars(
                sa.select(SupplierPrice).join(SupplierPrice.supplier)
                .where(SupplierPrice.item_id.in_(wanted), holds(day), Supplier.status == Status.ACTIVE)
                .options(joinedload(SupplierPrice.unit), joinedload(SupplierPrice.supplier))
                .order_by(SupplierPrice.id)):
            result[price.item_id].append(price)
    return result


def best(prices: Iterable[SupplierPrice], supplier_id: int | None, base: Decimal) -> SupplierPrice | None:
    """The price of the supplier for `base` base units: a contract's before a list's, then the lowest net of
    those whose least quantity is reached. None when none fits."""
    fits = [price for price in prices if price.supplier_id == supplier_id and price.least <= base]
    return min(fits, key=lambda price: (price.kind != PriceKind.CONTRACT, price.net, price.id), default=None)


def at_least(prices: Iterable[SupplierPrice], supplier_id: int | None, base: Decimal) -> Decimal:
    """`base` base units, or the least that the supplier's contract or list sells where that is more."""
    least = min((price.least for price in prices if price.supplier_id == supplier_id), default=base)
    return max(base, least)


@event.listens_for(db.session, "before_flush")
def _end_the_one_before(session: Any, _context: Any, _instances: Any) -> None:
    """A new price of a list ends the one without an end that held until then, the day before it begins."""
    for new in [record for record in session.new if isinstance(record, SupplierPrice)]:
        keys = {name: getattr(new, name) if getattr(new, name) is not None
                else getattr(getattr(new, name[:-3], None), "id", None)
                for name in ("supplier_id", "item_id", "unit_id")}
        if (new.kind or PriceKind.PRICE_LIST) is not PriceKind.PRICE_LIST or None in keys.values():
            continue
        begins = new.valid_from or clock.today()
        with session.no_autoflush:
            before = session.scalars(sa.select(SupplierPrice).filter_by(
                **keys, kind=PriceKind.PRICE_LIST, valid_to=None,
                minimum_quantity=new.minimum_quantity if new.minimum_quantity is not None else Decimal(1))
                .where(SupplierPrice.valid_from < begins)).first()
        if before is not None:
            before.valid_to = begins - timedelta(days=1)


# ---------------------------------------------------------------- where an order's price comes from

@dataclass(frozen=True)
class Source:
    """Where the price of an order's line comes from. `kind`: contract, price_list, quotation, last or typed;
    `name` the contract's or quotation's number; `above` rupiah net for the line over what the contract
    says."""

    kind: str
    name: str = ""
    until: date | None = None
    above: Decimal = Decimal(0)


def sources(order: PurchaseOrder) -> dict[int, Source]:
    """The source of each line's price by line id, on the day of the order; three statements."""
    from models.operations.purchasing.prices import paid_for
    ids = {line.item_id for line in order.lines}
    known = agreed(ids, order.ordered_on)
    paid = {item_id: rows[0] for (item_id, supplier_id, _name), rows in paid_for(ids).items()
            if supplier_id == order.supplier_id}
    quoted = _quoted(order)
    result = {}
    for line in order.lines:
        price = best(known[line.item_id], order.supplier_id, line.base_quantity)
        asked = quoted.get(line.purchase_request_line_id or 0)
        last = paid.get(line.item_id)
        if price is not None and price.kind is PriceKind.CONTRACT:
            over = line.net_amount - (price.net * line.base_quantity).quantize(Decimal("0.01"))
            result[line.id] = Source("contract", price.contract_number or "", price.valid_to,
                                     max(over, Decimal(0)))
        elif asked is not None and _same(line, asked.unit_price or Decimal(0), asked.discount):
            result[line.id] = Source("quotation", asked.quotation.quotation_request.number or "",
                                     asked.quotation.valid_until)
        elif price is not None and _same(line, price.per(line.factor), price.discount):
            result[line.id] = Source("price_list", "", price.valid_to)
        elif last is not None and _same(line, last.per(line.factor), last.discount):
            result[line.id] = Source("last", last.number, last.received_on)
        else:
            result[line.id] = Source("typed")
    return result


def _same(line: PurchaseOrderLine, price: Decimal, discount: Decimal) -> bool:
    return (line.unit_price, line.discount) == (price, discount)


def _quoted(order: PurchaseOrder) -> dict[int, QuotationPrice]:
    """What was chosen from the supplier's quotations that this order came of, by purchase request line."""
    if order.state in DROPPED:
        return {}
    rows = db.session.scalars(
        sa.select(QuotationPrice).join(QuotationPrice.quotation)
        .where(Quotation.purchase_order_id == order.id, QuotationPrice.is_chosen)
        .options(joinedload(QuotationPrice.quotation).joinedload(Quotation.quotation_request),
                 joinedload(QuotationPrice.quotation_request_line)))
    return {price.quotation_request_line.purchase_request_line_id or 0: price for price in rows}


# ---------------------------------------------------------------- contracts that end

@dataclass(frozen=True)
class Contract:
    """A contract by its number: its supplier, its last day, how many prices it has."""

    number: str
    supplier: Supplier
    until: date
    prices: int


#: Days for which a contract that ended is still told of, should no job have run meanwhile.
STILL_NEWS = 30


def ending(first: date, last_day: date) -> list[Contract]:
    """Contracts whose last price ends from `first` to `last_day`."""
    price = SupplierPrice
    last = sa.func.max(price.valid_to)
    rows = db.session.execute(
        sa.select(price.supplier_id, price.contract_number, last.label("until"),
                  sa.func.count().label("prices"))
        .where(price.kind == PriceKind.CONTRACT).group_by(price.supplier_id, price.contract_number)
        .having(last.between(first, last_day)).order_by(price.contract_number))
    return [Contract(row.contract_number, db.session.get_one(Supplier, row.supplier_id), row.until,
                     row.prices) for row in rows]


declare(Declared(
    "contract_ends", holders(Role.FACILITIES_STAFF, Role.FACILITIES_HEAD),
    N_("Contract %(number)s with %(supplier)s ends on %(day)s"),
    (N_("Prices that hold until then: %(count)s. Renew it, or ask for quotations."),),
    address="/admin/supplier_price/?only=ending", channels=(), icon="calendar-time"))
declare(Declared(
    "contract_ended", holders(Role.FACILITIES_STAFF, Role.FACILITIES_HEAD),
    N_("Contract %(number)s with %(supplier)s ended on %(day)s"),
    (N_("Prices that hold no more: %(count)s. Orders take the price list, or what was paid last."),),
    address="/admin/supplier_price/?only=ending", channels=(), icon="calendar-time"))


@job("contracts", due=each_day(hour=6))
def contracts() -> str:
    """Once a day: tell purchasing, once each, of contracts that end soon and of those that ended."""
    told = 0
    today = clock.today()
    soon = today + timedelta(days=setting("contract.warn_days"))
    for event_, first, last in (("contract_ends", today, soon),
                                ("contract_ended", today - timedelta(days=STILL_NEWS),
                                 today - timedelta(days=1))):
        for contract in ending(first, last):
            told += bool(tell(event_, contract.supplier, key=f"{event_}-{contract.number}-{contract.until}",
                              number=contract.number, supplier=contract.supplier.name, day=contract.until,
                              count=str(contract.prices)))
    return f"{told} contracts end" if told else ""
