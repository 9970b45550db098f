"""The moment at which a line of a stocktake is counted: what the ledger says then, and what moved since.

Moves of an item in a store are written one after the other, under the lock of its (store, item) row; so the
last of them names the moment, and the sum up to it is what the ledger said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import DocumentEvent
from models.errors import N_, Refused
from models.operations.ledger import stock
from models.people import User
from models.stock import StockMove
from models.stocktakes import Stocktake, StocktakeLine, StocktakeState

ZERO = Decimal(0)


def hold(stocktake: Stocktake, line: StocktakeLine, quantity: Decimal, *, by: User,
         at: datetime | None = None) -> None:
    """Write what was counted of `line` (base units) beside what the ledger says now, or said at the hour
    `at`."""
    stock.lock_pairs({(stocktake.store_id, line.item_id)})
    here = (StockMove.store_id == stocktake.store_id, StockMove.item_id == line.item_id)
    then = () if at is None else (StockMove.occurred_at <= at,)
    last = db.session.scalar(sa.select(sa.func.max(StockMove.id)).where(*here, *then))
    line.system_quantity = db.session.scalar(
        sa.select(_sum()).where(*here, StockMove.batch_id == line.batch_id, StockMove.id <= (last or 0)))
    line.last_move_id, line.counted_quantity = last, quantity
    line.counted_at, line.counted_by_id = at or clock.now(), by.id
    line.count_again = False


def empty(line: StocktakeLine) -> None:
    """Nobody counted the line: nothing is expected of it either."""
    line.counted_quantity = line.system_quantity = line.last_move_id = line.counted_at = (
        line.counted_by_id
    ) = None
    line.count_again = False


def _sum() -> Any:
    return sa.type_coerce(sa.func.coalesce(sa.func.sum(StockMove.quantity), 0), StockMove.quantity.type)


def began(stocktake: Stocktake) -> datetime:
    """When the counting began that is under way, or that was handed in last: at the start, or when it was
    sent back."""
    at = db.session.scalar(sa.select(sa.func.max(DocumentEvent.occurred_at)).where(
        DocumentEvent.document_type == "stocktake", DocumentEvent.document_id == stocktake.id,
        DocumentEvent.to_state == StocktakeState.COUNTING.value))
    return at or stocktake.created_at


def hour_of(stocktake: Stocktake, at: datetime | None) -> datetime | None:
    """The hour at which a sheet was counted. Raises `Refused` for one before counting began, or in the
    future."""
    if at is None:
        return None
    if at > clock.now():
        raise Refused(N_("This hour is still to come. Write when the sheet was counted."), field="at")
    if at < began(stocktake).replace(second=0, microsecond=0):
        raise Refused(N_("Counting began later than that. Write when the sheet was counted."), field="at")
    return max(at, began(stocktake))


@dataclass(frozen=True, slots=True)
class Since:
    """What the ledger wrote of a line's batch after the line was counted."""

    quantity: Decimal
    moves: int


def since(stocktake: Stocktake) -> dict[int, Since]:
    """By line: what moved after it was counted and before it was posted; lines of which nothing moved are
    left out."""
    result = db.session.execute(
        sa.select(StocktakeLine.id, sa.func.sum(StockMove.quantity), sa.func.count())
        .join(Stocktake, Stocktake.id == StocktakeLine.stocktake_id).join(StockMove,
                                                                          moved_since(Stocktake.store_id))
        .where(StocktakeLine.stocktake_id == stocktake.id)
        .group_by(StocktakeLine.id))
    return {line_id: Since(quantity, moves) for line_id, quantity, moves in result}


def since_the_start(stocktake: Stocktake) -> dict[int, Since]:
    """By line that nobody counted yet: what moved since this counting began."""
    result = db.session.execute(
        sa.select(StocktakeLine.id, sa.func.sum(StockMove.quantity), sa.func.count())
        .join(StockMove, sa.and_(
            StockMove.store_id == stocktake.store_id, StockMove.item_id == StocktakeLine.item_id,
            StockMove.batch_id == StocktakeLine.batch_id, StockMove.occurred_at > began(stocktake)))
        .where(StocktakeLine.stocktake_id == stocktake.id, StocktakeLine.counted_quantity.is_(None))
        .group_by(StocktakeLine.id))
    return {line_id: Since(quantity, moves) for line_id, quantity, moves in result}


def last_moves(stocktake: Stocktake, lines: Iterable[StocktakeLine]) -> dict[int, int]:
    """By item: the last ledger row in the store now. A page keeps it, to see what moves until it is saved."""
    rows = db.session.execute(
        sa.select(StockMove.item_id, sa.func.max(StockMove.id))
        .where(StockMove.store_id == stocktake.store_id,
               StockMove.item_id.in_({line.item_id for line in lines})).group_by(StockMove.item_id))
    return {row[0]: row[1] for row in rows}


def moved_after(stocktake: Stocktake, line: StocktakeLine, last: int) -> Decimal | None:
    """What moved of the line's batch after the ledger row `last`; None where nothing did."""
    number, quantity = db.session.execute(
        sa.select(sa.func.count(), _sum())
        .where(StockMove.store_id == stocktake.store_id, StockMove.item_id == line.item_id,
               StockMove.batch_id == line.batch_id, StockMove.id > last)).one()
    return quantity if number else None


def has_moved(stocktake: Stocktake, line: StocktakeLine) -> bool:
    """Whether anything of the line's batch moved after it was counted."""
    return bool(db.session.scalar(sa.select(sa.exists().where(
        StocktakeLine.id == line.id, moved_since(stocktake.store_id)))))


def moved_since(store_id: Any) -> sa.ColumnElement[bool]:
    """Joins `StocktakeLine` with the moves of its batch after it was counted, before its own stocktake was
    posted."""
    own = sa.orm.aliased(StockMove)
    posted = sa.select(sa.func.min(own.id)).where(
        own.document_type == "stocktake", own.document_id == StocktakeLine.stocktake_id).correlate(
            StocktakeLine).scalar_subquery()
    return sa.and_(
        StocktakeLine.counted_quantity.is_not(None), StockMove.store_id == store_id,
        StockMove.item_id == StocktakeLine.item_id, StockMove.batch_id == StocktakeLine.batch_id,
        StockMove.id > sa.func.coalesce(StocktakeLine.last_move_id, 0),
        sa.or_(posted.is_(None), StockMove.id < posted))


def short(stocktake: Stocktake) -> list[StocktakeLine]:
    """Lines that miss more than what is left now; the items stay locked till the end."""
    stock.lock_pairs({(stocktake.store_id, line.item_id) for line in stocktake.lines if _variance(line)})
    less = [line for line in stocktake.lines if _variance(line) < 0]
    left = stock.balances(stocktake.store_id, {line.item_id for line in less})
    return [line for line in less if left.get((line.item_id, line.batch_id or 0), ZERO) < -_variance(line)]


def _variance(line: StocktakeLine) -> Decimal:
    if line.counted_quantity is None or line.system_quantity is None:
        return ZERO
    return line.counted_quantity - line.system_quantity


def variances(stocktake: Stocktake) -> Iterable[stock.Incoming]:
    """What the approval posts, line by line."""
    return [stock.Incoming(line.id, line.item_id, _variance(line), line.batch_id) for line in stocktake.lines
            if line.batch_id is not None and _variance(line)]
