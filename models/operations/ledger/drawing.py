"""Who drew on stock that a document brought in: what it takes to reverse that document.

Of a batch, whoever took from it later. Of goods without a batch nobody can say which of them left: only what
would have gone below nothing without them stands in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.documents import WORKFLOWS
from models.errors import N_, Refused
from models.stock import MoveKind, StockMove

ZERO = Decimal(0)


def refuse_if_drawn_on(moves: Sequence[StockMove]) -> None:
    """Raises `Refused` that names the first document which drew on what these moves of one document brought
    in."""
    mine: dict[tuple[int, int, int], list[StockMove]] = {}
    for move in moves:
        mine.setdefault((move.store_id, move.item_id, move.batch_id), []).append(move)
    for place, brought in mine.items():
        later = _later(place, brought)
        drew = next((row for row in later if row.quantity < 0), None) if brought[0].batch.number \
            else _short(place, brought, later)
        if drew is not None:
            raise Refused(N_("Stock of %(item)s that came in here was used since by %(document)s. Reverse "
                             "%(document)s first, then this."),
                          item=brought[0].item.name, document=_called(drew.document_type, drew.document_id))


def _of(place: tuple[int, int, int]) -> sa.ColumnElement[bool]:
    store_id, item_id, batch_id = place
    return sa.and_(StockMove.store_id == store_id, StockMove.item_id == item_id,
                   StockMove.batch_id == batch_id)


def _later(place: tuple[int, int, int], brought: list[StockMove]) -> list[Any]:
    """The moves of the same batch in the same store after these that still hold, oldest first; what left and
    came back whole with one document is as if it had stayed."""
    undone, ids = sa.orm.aliased(StockMove), [move.id for move in brought]
    rows = db.session.execute(
        sa.select(StockMove.document_type, StockMove.document_id, StockMove.quantity)
        .where(_of(place), StockMove.id > min(ids), StockMove.id.not_in(ids),
               StockMove.kind != MoveKind.REVERSAL,
               ~sa.exists().where(undone.reverses_id == StockMove.id)).order_by(StockMove.id)).all()
    sums: dict[tuple[str, int], Decimal] = {}
    for row in rows:
        key = row.document_type, row.document_id
        sums[key] = sums.get(key, ZERO) + row.quantity
    return [row for row in rows if sums[row.document_type, row.document_id]]


def _short(place: tuple[int, int, int], brought: list[StockMove], later: list[Any]) -> Any:
    """The move after which there would be less than nothing without these; None while there is enough."""
    total = db.session.scalar(sa.select(sa.type_coerce(
        sa.func.coalesce(sa.func.sum(StockMove.quantity), 0), StockMove.quantity.type)).where(_of(place)))
    own = sum((move.quantity for move in brought), ZERO)
    left = (total or ZERO) - own - sum((row.quantity for row in later), ZERO)
    for row in later:
        left += row.quantity
        if left < 0 and row.quantity < 0:
            return row
    return None


def _called(table: str, key: int) -> str:
    """A document by its number."""
    model = WORKFLOWS.get(table)
    record = db.session.get(model, key) if model is not None else None
    return str(record) if record is not None else f"{table} #{key}"
