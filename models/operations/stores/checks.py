"""What `flask verify` proves of stocktakes; registered in `checks.CHECKS` by being imported."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models.operations.core.checks import check
from models.stock import StockMove
from models.stocktakes import Stocktake, StocktakeLine, StocktakeState

HANDED_IN = (StocktakeState.SUBMITTED, StocktakeState.POSTED)


@check("stocktakes: every line that was handed in was counted against the ledger")
def counted(session: Any) -> Any:
    line = StocktakeLine
    return session.execute(
        sa.select(Stocktake.number, line.id).join(line, line.stocktake_id == Stocktake.id)
        .where(Stocktake.state.in_(HANDED_IN), sa.or_(
            line.counted_quantity.is_(None), line.system_quantity.is_(None), line.counted_at.is_(None),
            line.batch_id.is_(None)))
        .limit(1)).first()


@check("stocktakes: what a line expected is the ledger up to the move that it kept")
def held_against_the_ledger(session: Any) -> Any:
    line, move, stored = StocktakeLine, StockMove, sa.orm.aliased(StockMove)
    total = sa.func.coalesce(sa.func.sum(move.quantity), 0)
    summed = (sa.select(line.id, Stocktake.number, line.system_quantity)
              .join(Stocktake, Stocktake.id == line.stocktake_id)
              .outerjoin(move, sa.and_(move.store_id == Stocktake.store_id, move.item_id == line.item_id,
                                       move.batch_id == line.batch_id,
                                       move.id <= sa.func.coalesce(line.last_move_id, 0)))
              .where(line.system_quantity.is_not(None))
              .group_by(line.id, Stocktake.number,
                        line.system_quantity).having(total != line.system_quantity))
    wrong = session.execute(summed.limit(1)).first()
    if wrong is not None:
        return wrong
    return session.execute(  # the kept move is one of this item in this store
        sa.select(line.id, Stocktake.number, line.last_move_id).join(Stocktake,
                                                                     Stocktake.id == line.stocktake_id)
        .join(stored, stored.id == line.last_move_id)
        .where(sa.or_(stored.item_id != line.item_id,
                      stored.store_id != Stocktake.store_id)).limit(1)).first()


@check("stocktakes: what was posted is what was counted less what was expected, line by line")
def posted(session: Any) -> Any:
    line, move = StocktakeLine, StockMove
    result = {(key, line_id): difference for key, line_id, difference in session.execute(
        sa.select(line.stocktake_id, line.id, line.variance).join(Stocktake,
                                                                  Stocktake.id == line.stocktake_id)
        .where(Stocktake.state == StocktakeState.POSTED, line.variance != 0))}
    moved = {(key, line_id): quantity for key, line_id, quantity in session.execute(
        sa.select(move.document_id, move.line_id, sa.func.sum(move.quantity))
        .join(Stocktake, Stocktake.id == move.document_id)
        .where(move.document_type == "stocktake", Stocktake.state == StocktakeState.POSTED)
        .group_by(move.document_id, move.line_id))}
    wrong = result.items() ^ moved.items()
    return min(wrong, key=str) if wrong else None


@check("stocktakes: the variance is dated the day that the stocktake keeps")
def dated(session: Any) -> Any:
    return session.execute(
        sa.select(Stocktake.number, Stocktake.posted_on, StockMove.moved_on)
        .join(StockMove,
              sa.and_(StockMove.document_type == "stocktake", StockMove.document_id == Stocktake.id))
        .where(Stocktake.state == StocktakeState.POSTED,
               StockMove.moved_on != Stocktake.posted_on).limit(1)).first()
