"""The rows of batches: found by number without case and blanks, made where new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from models.base import db
from models.errors import N_, Refused
from models.operations.core.bulk import Bulk
from models.operations.core.locking import insert_once
from models.stock import MoveKind, StockBalance, StockBatch, StockMove, batch_key
from models.stocktakes import Stocktake, StocktakeLine, StocktakeState

_batch = StockBatch.__table__
#: Shared locks: whoever changes a number or an expiry waits for what is being posted, and the other way.
_BATCHES = Bulk({"item": sa.BigInteger, "number": sa.String}, lambda new: sa.select(
    new.c.item, new.c.number, _batch.c.id, _batch.c.expires_on).join(
        _batch, sa.and_(_batch.c.item_id == new.c.item, _batch.c.number_key == batch_key(new.c.number)))
    .with_for_update(read=True, of=_batch))


def batches(wanted: Iterable[tuple[int, str, date | None]]) -> dict[tuple[int, str], int]:
    """Ids of batches by (item id, number), made where new; the empty number is the row for "no batch".

    A batch on which nothing lives takes the expiry that is given. Raises `Refused` when a number is known
    with another expiry.
    """
    requested = {(item_id, number): expires_on for item_id, number, expires_on in wanted}
    if not requested:
        return {}
    result: dict[tuple[int, str], tuple[int, date | None]] = {}
    keys = [{"item": item_id, "number": number} for item_id, number in requested]
    for _attempt in range(2):
        result = {(item_id, number): (key, expires) for item_id, number, key, expires in _BATCHES.run(keys)}
        missing = sorted(requested.keys() - result.keys())
        if not missing:
            break
        db.session.execute(insert_once(StockBatch.__table__).values(
            [{"item_id": item_id, "number": " ".join(number.split()),
              "expires_on": requested[item_id, number]} for item_id, number in missing]))
    renewed: dict[int, date | None] = {}
    for name, expires_on in requested.items():
        key, known = result[name]
        known = renewed.get(key, known)
        if known == expires_on:
            continue
        if key in renewed or not _renew(key, name[1], expires_on):
            raise Refused(
                N_("Batch %(batch)s is known with the expiry %(known)s, not %(given)s. Check the label on "
                   "the box. Where the known date is wrong, the head of store corrects it on the batch's "
                   "page."), field="expires_on", batch=name[1], known=known or "–", given=expires_on or "–")
        renewed[key] = expires_on
    return {name: value[0] for name, value in result.items()}


def lives(batch_id: int) -> bool:
    """Whether anything lies in the batch, or went through it and was not taken back; what was counted of it
    and is not posted yet lies there too."""
    undone = sa.orm.aliased(StockMove)
    under_count = sa.select(Stocktake.id).where(Stocktake.state.in_(
        (StocktakeState.COUNTING, StocktakeState.SUBMITTED)))
    return bool(db.session.scalar(sa.select(sa.or_(
        sa.exists().where(StocktakeLine.batch_id == batch_id, StocktakeLine.counted_quantity > 0,
                          StocktakeLine.stocktake_id.in_(under_count)),
        sa.exists().where(StockBalance.batch_id == batch_id, StockBalance.quantity > 0),
        sa.exists().where(StockMove.batch_id == batch_id, StockMove.kind != MoveKind.REVERSAL,
                          ~sa.exists().where(undone.reverses_id == StockMove.id))))))


def _renew(batch_id: int, number: str, expires_on: date | None) -> bool:
    """Give a batch that nothing lives on its number and expiry anew; False where something does."""
    batch = db.session.get_one(StockBatch, batch_id, with_for_update=True, populate_existing=True)
    if lives(batch_id) or not number:
        return False
    batch.number, batch.expires_on = " ".join(number.split()), expires_on
    db.session.flush()
    return True
