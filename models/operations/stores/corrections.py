"""Keeping stock true: spoilage, unit returns that are taken back, stocktakes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, Refused
from models.items import Item, UnitConversion
from models.journal import Posting
from models.operations.core.approvals import after, effect
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import stock
from models.operations.ledger.journal import JournalLeg
from models.operations.stores import count_moments
from models.people import User
from models.returns import Spoilage, UnitReturn
from models.stock import MoveKind, Store
from models.stocktakes import Stocktake, StocktakeLine, StocktakeState

ZERO = Decimal(0)


@effect(Spoilage, "approve")
def _write_off(spoilage: Spoilage, *, by: User, reason: str) -> None:
    """Stock out to the loss account, expired batches too, as much as is there; the cost is kept on the
    lines."""
    moved = stock.issue(
        spoilage, spoilage.store_id, stock.going(spoilage.lines, lambda line: line.batch_id),
        kind=MoveKind.SPOILAGE, on=stock.posting_day(spoilage), by=by, reason=reason, expired_too=True,
        against=stock.against(Posting.LOSS, spoilage.account_id))
    stock.keep_moved(spoilage.lines, moved)
    for line in spoilage.lines:
        value = -sum((move.value for move in moved if move.line_id == line.id), ZERO)
        line.unit_cost = (value / line.gone_quantity).quantize(stock.COST) if line.gone_quantity else ZERO


@effect(Spoilage, "reverse")
@effect(UnitReturn, "reverse")
def _take_back(document: Spoilage | UnitReturn, *, by: User, reason: str) -> None:
    """Opposite moves at the same cost, unless what came in was used since."""
    stock.reverse(document, on=clock.today(), by=by, reason=reason)


# ---------------------------------------------------------------- stocktake

def choose_items(stocktake: Stocktake, item_ids: Iterable[int]) -> None:
    """Add a line for each item that has none yet."""
    chosen = {line.item_id for line in stocktake.lines}
    units = sa.select(UnitConversion.item_id, sa.func.min(UnitConversion.id)).where(
        UnitConversion.item_id.in_(set(item_ids) - chosen),
        UnitConversion.factor == 1).group_by(UnitConversion.item_id)
    for item_id, unit_id in db.session.execute(units.order_by(UnitConversion.item_id)):
        stocktake.lines.append(StocktakeLine(item_id=item_id, unit_id=unit_id))


@effect(Stocktake, "start")
def _begin(stocktake: Stocktake, *, by: User, reason: str) -> None:
    """One line a batch; nothing is expected before a line is counted. Dated the day it starts."""
    lock(stocktake)
    lock_rows(Store, {stocktake.store_id})  # of two counts of one batch, the second sees the first
    stocktake.counted_on = clock.today()
    for line in list(stocktake.lines):
        line.unit_id = next(unit.id for unit in line.item.units if unit.factor == 1)
        count_moments.empty(line)
    by_batch(stocktake, list(stocktake.lines))


def by_batch(stocktake: Stocktake, lines: list[StocktakeLine]) -> None:
    """A line without a batch becomes one for each batch of its item in the store."""
    there_is = stock.balances(stocktake.store_id, {line.item_id for line in lines})
    none = stock.without_batch(line.item_id for line in lines if line.batch_id is None)
    named = {(line.item_id, line.batch_id) for line in stocktake.lines if line.batch_id is not None}
    for line in list(lines):
        if line.batch_id is None:
            there = [batch for (item, batch), quantity in sorted(there_is.items())
                     if item == line.item_id and quantity > 0] or [none[line.item_id]]
            free = [batch for batch in there if (line.item_id, batch) not in named]
            named.update((line.item_id, batch) for batch in free)
            if not free:  # all of it stands on other lines already
                stocktake.lines.remove(line)
                lines.remove(line)
                continue
            line.batch_id, *others = free
            for batch_id in others:
                more = StocktakeLine(item_id=line.item_id, unit_id=line.unit_id, batch_id=batch_id)
                stocktake.lines.append(more)
                lines.append(more)
    _refuse_if_counted_elsewhere(stocktake)


def _refuse_if_counted_elsewhere(stocktake: Stocktake) -> None:
    """Two counts of one batch would both post the same variance."""
    other, theirs = Stocktake, StocktakeLine
    result = db.session.execute(
        sa.select(Item.name, other.number).join(theirs, theirs.stocktake_id == other.id)
        .join(Item, Item.id == theirs.item_id)
        .where(other.id != stocktake.id, other.store_id == stocktake.store_id,
               other.state.in_((StocktakeState.COUNTING, StocktakeState.SUBMITTED)),
               theirs.batch_id.in_({line.batch_id
                                    for line in stocktake.lines})).order_by(theirs.id).limit(1)).first()
    if result:
        raise Refused(N_("%(item)s is being counted on %(document)s. Finish or cancel that count first."),
                      item=result[0], document=result[1])


@effect(Stocktake, "submit")
def _check_counts(stocktake: Stocktake, *, by: User, reason: str) -> None:
    """Counts come out to the item's precision; who hands them in counted what nobody else signed."""
    for line in stocktake.lines:
        if line.counted_quantity is None:
            raise Refused(N_("Some lines are not counted yet. Write 0 where nothing is there."))
        line.item.in_base(line.counted_quantity, Decimal(1))
        if line.counted_by_id is None:
            line.counted_by_id = by.id


#: Lines that a refusal names; whoever reads it finds the others on the page.
MOST_NAMED = 5


@effect(Stocktake, "approve")
def _post_variance(stocktake: Stocktake, *, by: User, reason: str) -> None:
    """What was counted more or less than the ledger said at that moment, dated today; later moves survive."""
    lock(stocktake)
    missing = count_moments.short(stocktake)
    if missing:
        more = len(missing) - MOST_NAMED
        raise Refused(N_("Less is left than would be taken off: %(lines)s. Send these lines back to be "
                         "counted again."),
                      lines="; ".join(map(str, missing[:MOST_NAMED])) + (f"; +{more}" if more > 0 else ""))

    def sides(moved: Iterable[stock.PostedMove]) -> list[JournalLeg]:
        return [JournalLeg(Posting.STOCK_GAIN if move.value > 0 else Posting.LOSS, -move.value)
                for move in moved]

    stocktake.posted_on = clock.today()
    stock.adjust(stocktake, stocktake.store_id, count_moments.variances(stocktake), on=stocktake.posted_on,
                 by=by,
                 reason=reason, against=sides)


@after(Stocktake, "recount")
def _count_again(stocktake: Stocktake, *, by: User, reason: str) -> None:
    """The chosen lines are empty again, all of them where none was chosen; the others keep their count."""
    for line in [line for line in stocktake.lines if line.count_again] or stocktake.lines:
        count_moments.empty(line)
        line.count_again = True
    db.session.flush()
