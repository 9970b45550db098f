"""What can be promised: available = on hand, not expired, less reserved. Pages, hints and lists ask here.

Reserved is what approved store requests still wait for: granted, less what the unit has. What approved
deliveries will take is in it, because a delivery answers an approved request. Nothing of it is kept: it is
computed from the papers, so closing, cancelling or reversing one frees what it held.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.items import Item
from models.operations.core.report_kit import above_zero, base_units, quantity
from models.stock import StockBalance, StockBatch, Store, StoreItem
from models.store_requests import (
    DeliveryRequest,
    DeliveryRequestLine,
    DeliveryState,
    StoreRequest,
    StoreRequestLine,
    StoreRequestState,
)

ZERO = Decimal(0)
#: Deliveries whose goods the unit has.
GIVEN = (DeliveryState.DELIVERED, DeliveryState.DONE)


@dataclass(frozen=True)
class Available:
    """An item in a store, base units. `usable` is not expired; `reserved` is for approved requests."""

    usable: Decimal = ZERO
    expired: Decimal = ZERO
    reserved: Decimal = ZERO

    @property
    def on_hand(self) -> Decimal:
        """All that lies there."""
        return self.usable + self.expired

    @property
    def available(self) -> Decimal:
        """What nobody waits for; never below zero."""
        return max(self.usable - self.reserved, ZERO)


# ---------------------------------------------------------------- in SQL

def unexpired(on: date | None = None) -> sa.ColumnElement[bool]:
    """Batches that can be used on that day (today)."""
    return sa.or_(StockBatch.expires_on.is_(None), StockBatch.expires_on >= (on or clock.today()))


def granted_base() -> Any:
    """Base units of a line of a store request that the unit may have."""
    line = StoreRequestLine
    return base_units(sa.func.coalesce(line.granted_quantity, line.quantity), line.factor)


def given_base() -> Any:
    """Base units of a line of a delivery that the unit has, or will have of one that is under way."""
    line = DeliveryRequestLine
    return sa.func.coalesce(line.arrived_quantity, line.delivered_quantity,
                            base_units(line.quantity, line.factor))


def outstanding_by_request(covering: tuple[DeliveryState, ...] = GIVEN,
                           state: StoreRequestState = StoreRequestState.APPROVED) -> sa.Select[Any]:
    """Rows (request_id, store_id, item_id, quantity) of what requests in `state` still wait for, base units:
    what no delivery in the states `covering` has of what was granted."""
    asked = (sa.select(StoreRequest.id.label("request_id"), StoreRequest.store_id, StoreRequestLine.item_id,
                       quantity(sa.func.sum(granted_base())).label("quantity"))
             .join(StoreRequestLine, StoreRequestLine.store_request_id == StoreRequest.id)
             .where(StoreRequest.state == state)
             .group_by(StoreRequest.id, StoreRequest.store_id, StoreRequestLine.item_id).subquery())
    line = DeliveryRequestLine
    given = (sa.select(DeliveryRequest.store_request_id.label("request_id"), line.item_id,
                       quantity(sa.func.sum(given_base())).label("quantity"))
             .join(line, line.delivery_request_id == DeliveryRequest.id)
             .join(StoreRequest, StoreRequest.id == DeliveryRequest.store_request_id)
             .where(DeliveryRequest.state.in_(covering), StoreRequest.state == state)
             .group_by(DeliveryRequest.store_request_id, line.item_id).subquery())
    left = quantity(asked.c.quantity - sa.func.coalesce(given.c.quantity, 0))
    return (sa.select(asked.c.request_id, asked.c.store_id, asked.c.item_id, left.label("quantity"))
            .outerjoin(given, sa.and_(given.c.request_id == asked.c.request_id,
                                      given.c.item_id == asked.c.item_id))
            .where(left > 0))


def reserved_by_store(but: int | None = None) -> Any:
    """Subquery (store_id, item_id, quantity) of what is reserved, without the request whose id is `but`."""
    left = outstanding_by_request().subquery()
    rows = sa.select(left.c.store_id, left.c.item_id,
                     quantity(sa.func.sum(left.c.quantity)).label("quantity"))
    if but is not None:
        rows = rows.where(left.c.request_id != but)
    return rows.group_by(left.c.store_id, left.c.item_id).subquery()


def expired_by_store(on: date | None = None) -> Any:
    """Subquery (store_id, item_id, quantity) of what lies there past its expiry: seldom many rows."""
    return (sa.select(StockBalance.store_id, StockBalance.item_id,
                      quantity(sa.func.sum(StockBalance.quantity)).label("quantity"))
            .join(StockBatch, StockBatch.id == StockBalance.batch_id)
            .where(StockBalance.quantity > 0, StockBatch.expires_on < (on or clock.today()))
            .group_by(StockBalance.store_id, StockBalance.item_id).subquery())


def available_by_store() -> Any:
    """Subquery (store_id, item_id, usable, expired, reserved, available) of every store and item that holds
    something or is waited for."""
    spoilt, held = expired_by_store(), reserved_by_store()
    pairs = sa.union(sa.select(StoreItem.store_id, StoreItem.item_id).where(StoreItem.quantity > 0),
                     sa.select(held.c.store_id, held.c.item_id)).subquery()

    def of(table: Any) -> Any:
        return sa.and_(table.c.store_id == pairs.c.store_id, table.c.item_id == pairs.c.item_id)

    usable = quantity(sa.func.coalesce(StoreItem.quantity, 0) - sa.func.coalesce(spoilt.c.quantity, 0))
    reserved = quantity(held.c.quantity)
    return (sa.select(pairs.c.store_id, pairs.c.item_id, usable.label("usable"),
                      quantity(spoilt.c.quantity).label("expired"), reserved.label("reserved"),
                      quantity(above_zero(usable - reserved)).label("available"))
            .outerjoin(StoreItem, sa.and_(StoreItem.store_id == pairs.c.store_id,
                                          StoreItem.item_id == pairs.c.item_id))
            .outerjoin(spoilt, of(spoilt)).outerjoin(held, of(held)).subquery())


def usable_of_item() -> sa.ColumnElement[Decimal]:
    """What all stores hold of `Item` and has not expired, as a column of a statement over `Item`."""
    spoilt = (sa.select(quantity(sa.func.sum(StockBalance.quantity)))
              .join(StockBatch, StockBatch.id == StockBalance.batch_id)
              .where(StockBalance.item_id == Item.id, StockBalance.quantity > 0,
                     StockBatch.expires_on < clock.today()).correlate(Item).scalar_subquery())
    return quantity(Item.stock_on_hand - sa.func.coalesce(spoilt, 0))


# ---------------------------------------------------------------- for an operation or a page

def available(store_id: int, item_ids: Iterable[int], *, but: StoreRequest | None = None,
              on: date | None = None) -> dict[int, Available]:
    """Each of these items in a store. `but` is the request that asks: its own part is not in its way."""
    wanted = set(item_ids)
    result = {item_id: Available() for item_id in wanted}
    if not wanted:
        return result
    spoilt, held = expired_by_store(on), reserved_by_store(but.id if but is not None else None)
    rows = db.session.execute(
        sa.select(Item.id, quantity(StoreItem.quantity), quantity(spoilt.c.quantity),
                  quantity(held.c.quantity))
        .outerjoin(StoreItem, sa.and_(StoreItem.item_id == Item.id, StoreItem.store_id == store_id))
        .outerjoin(spoilt, sa.and_(spoilt.c.item_id == Item.id, spoilt.c.store_id == store_id))
        .outerjoin(held, sa.and_(held.c.item_id == Item.id, held.c.store_id == store_id))
        .where(Item.id.in_(wanted)))
    for item_id, all_of_it, expired, reserved in rows:
        result[item_id] = Available(all_of_it - expired, expired, reserved)
    return result


def in_all_stores(item_ids: Iterable[int]) -> dict[int, Available]:
    """Each of these items over all stores; one statement."""
    wanted = set(item_ids)
    result = {item_id: Available() for item_id in wanted}
    if not wanted:
        return result
    every = available_by_store()
    rows = db.session.execute(
        sa.select(every.c.item_id, quantity(sa.func.sum(every.c.usable)),
                  quantity(sa.func.sum(every.c.expired)), quantity(sa.func.sum(every.c.reserved)))
        .where(every.c.item_id.in_(wanted)).group_by(every.c.item_id))
    for item_id, usable, expired, reserved in rows:
        result[item_id] = Available(usable, expired, reserved)
    return result


def store_by_store(item_id: int) -> list[Any]:
    """Rows (store, usable, expired, reserved, available) of the stores that hold the item or owe it."""
    every = available_by_store()
    return list(db.session.execute(
        sa.select(Store.name.label("store"), every.c.usable, every.c.expired, every.c.reserved,
                  every.c.available)
        .join(Store, Store.id == every.c.store_id)
        .where(every.c.item_id == item_id).order_by(every.c.store_id)))
