"""The stock ledger's only writer: receive, issue, count, reverse.

Every posting locks the (store, item) rows it touches in sorted order, then the batches, then the items; it
writes moves, balances, averages and one balanced journal entry, or nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, NeedsHead, NotEnoughStock, PeriodClosed, Refused, blame_line
from models.items import Item
from models.journal import Posting
from models.operations.core.locking import lock
from models.operations.ledger import backdating, days, drawing, journal
from models.operations.ledger.batch_rows import batches
from models.operations.ledger.journal import JournalLeg
from models.operations.ledger.ledger import (
    COST,
    ZERO,
    CounterEntries,
    Incoming,
    Ledger,
    Outgoing,
    Pair,
    PostedMove,
    load_items,
    share,
)
from models.people import User
from models.roles import Role
from models.stock import MoveKind, StockBalance, StockMove
from models.stocktakes import Stocktake, StocktakeLine, StocktakeState


def against(purpose: Posting, account_id: int | None = None) -> CounterEntries:
    """The other side of the entry: the whole value on one account."""
    return lambda moved: [JournalLeg(purpose, -sum((move.value for move in moved), ZERO), account_id)]


def receive(document: Any, store_id: int, wanted: Iterable[Incoming], *, kind: MoveKind, on: date, by: User,
            against: CounterEntries, reason: str = "") -> list[PostedMove]:
    """Bring stock in, dated `on`. Raises `PeriodClosed`, `Conflict` or `Refused`."""
    incoming = list(wanted)
    lock(document)
    _check_date(document, {(store_id, row.item_id) for row in incoming}, on, by, reason)
    ledger = Ledger({(store_id, row.item_id) for row in incoming})
    for row in incoming:
        ledger.add(store_id, row, kind)
    return ledger.write(document, on=on, by=by, reason=reason, against=against)


def posting_day(document: Any) -> date:
    """Date the document by the step that posts it, and return the day: today, or the day that stands on it
    where a head of store allowed that and the books still take it."""
    day = document.document_date
    if day != clock.today() and not (backdating.is_allowed(document, day) and _may_be_dated(document, day)):
        day = clock.today()
    setattr(document, document.dated, day)
    return day


def _may_be_dated(document: Any, day: date) -> bool:
    items = {line.item_id for line in document.lines}
    return days.is_open(day) and _counted_since({document.store_id}, items, day) is None


def issue(document: Any, store_id: int, wanted: Iterable[Outgoing], *, kind: MoveKind, on: date, by: User,
          against: CounterEntries, reason: str = "", expired_too: bool = False) -> list[PostedMove]:
    """Take stock out at the moving average, earliest expiry first.

    Raises `NotEnoughStock` naming the item, what was asked and what is there unexpired; nothing is changed
    then.
    """
    outgoing = list(wanted)
    lock(document)
    pairs = {(store_id, row.item_id) for row in outgoing}
    later = _check_date(document, pairs, on, by, reason)
    ledger = Ledger(pairs)
    for row in outgoing:
        ledger.take(store_id, row, kind, None if expired_too else on)
    if outgoing and not ledger.moved:
        item = ledger.items[outgoing[0].item_id]
        raise NotEnoughStock(N_("Nothing of %(item)s is there any more, so nothing can go."), item=item.name)
    if later:
        ledger.check_days(on)
    return ledger.write(document, on=on, by=by, reason=reason, against=against)


def keep_moved(lines: Iterable[Any], moved: Iterable[PostedMove]) -> None:
    """Write on each line how much of it went."""
    gone: dict[int, Decimal] = {}
    for move in moved:
        gone[move.line_id] = gone.get(move.line_id, ZERO) - move.quantity
    for line in lines:
        line.moved_quantity = gone.get(line.id, ZERO)


def check_said(lines: Iterable[Any], name: str, most: Callable[[Any], Decimal], *,
               in_own_unit: bool = False) -> None:
    """Raises `Refused` at the field `name` of a line, unless what a person said lies between 0 and `most`, in
    the item's steps; base units, or the line's own. Call it before anything is flushed: the database would
    only say that it does not take it."""
    with db.session.no_autoflush:
        for line in lines:
            said = getattr(line, name)
            if said is None:
                continue
            with blame_line(line):
                if said < 0 or said > most(line):
                    raise Refused(N_("%(item)s: between 0 and %(most)s %(unit)s."), item=line.item.name,
                                  most=most(line), field=name,
                                  unit=line.unit.unit_name if in_own_unit else line.item.base_unit)
                try:
                    line.item.in_base(said, line.factor if in_own_unit else Decimal(1))
                except Refused as refusal:
                    refusal.field = name
                    raise


def going(lines: Iterable[Any], batch: Callable[[Any], int | None]) -> list[Outgoing]:
    """What is to leave of each `MovedLine`: what the clerk said; else what was approved, or as much as is
    there."""
    base = in_base(lines)
    wanted = ((line, base[line.id] if line.moved_quantity is None else line.moved_quantity) for line in lines)
    return [Outgoing(line.id, line.item_id, quantity, batch(line), or_less=line.moved_quantity is None)
            for line, quantity in wanted if quantity]


def adjust(document: Any, store_id: int, variances: Iterable[Incoming], *, on: date, by: User,
           against: CounterEntries,
           reason: str = "") -> list[PostedMove]:
    """Post a count: rows above zero come in at the average, rows below zero go out of their batch."""
    rows = list(variances)
    lock(document)
    pairs = {(store_id, row.item_id) for row in rows}
    ledger = Ledger(pairs)
    for row in rows:
        if row.quantity > 0:
            ledger.add(store_id, row, MoveKind.STOCKTAKE)
        else:
            ledger.take(store_id, Outgoing(row.line_id, row.item_id, -row.quantity, row.batch_id),
                        MoveKind.STOCKTAKE, None)
    if on < clock.today():
        ledger.check_days(on)
    return ledger.write(document, on=on, by=by, reason=reason, against=against)


def lock_pairs(pairs: set[Pair]) -> None:
    """Let nobody post to these (store, item) rows until the transaction ends."""
    Ledger(pairs)


def balances(store_id: int, item_ids: set[int]) -> dict[tuple[int, int], Decimal]:
    """What lies in the store now, by (item, batch)."""
    rows = sa.select(StockBalance.item_id, StockBalance.batch_id, StockBalance.quantity).where(
        StockBalance.store_id == store_id, StockBalance.item_id.in_(item_ids))
    return {(item_id, batch_id): quantity for item_id, batch_id, quantity in db.session.execute(rows)}


def lies_in(store_id: int, item_id: int) -> bool:
    """Whether anything of the item lies in the store."""
    return any(quantity > 0 for quantity in balances(store_id, {item_id}).values())


def moves_of(document: Any, *kinds: MoveKind) -> list[StockMove]:
    """The document's moves of these kinds (of all) that stand, oldest first."""
    undone = sa.orm.aliased(StockMove)
    return list(db.session.scalars(
        sa.select(StockMove)
        .where(StockMove.document_type == document.__tablename__, StockMove.document_id == document.id,
               StockMove.kind.in_(kinds) if kinds else StockMove.kind != MoveKind.REVERSAL,
               ~sa.exists().where(undone.reverses_id == StockMove.id)).order_by(StockMove.id)))


def reverse(document: Any, *, on: date, by: User, reason: str = "") -> list[PostedMove]:
    """Take back all moves and journal entries of `document` with opposite ones of the same value.

    Raises `Refused`, naming the document, when a later one drew on the batches that it brought in. Where all
    that is left goes, the average took part of its price elsewhere: that difference is price variance.
    """
    lock(document)
    written, variance = _undo(document, moves_of(document), on=on, by=by, reason=reason, against=None)
    journal.reverse_entries(document, on=on, by=by)
    journal.post_entry(on, [JournalLeg(Posting.INVENTORY, -variance),
                            JournalLeg(Posting.PRICE_VARIANCE, variance)], document, by,
                       description="variance")
    return written


def undo(document: Any, moves: Sequence[StockMove], *, on: date, by: User, reason: str = "",
         against: CounterEntries | None) -> list[PostedMove]:
    """Opposite moves of the same value to some of the document's own. Raises as `reverse` does."""
    written, _more = _undo(document, moves, on=on, by=by, reason=reason, against=against)
    return written


def _undo(document: Any, moves: Sequence[StockMove], *, on: date, by: User, reason: str,
          against: CounterEntries | None) -> tuple[list[PostedMove], Decimal]:
    """The opposite moves, and by how much more than their own value went."""
    pairs = {(move.store_id, move.item_id) for move in moves}
    _check_date(document, pairs, on, by, reason)
    ledger = Ledger(pairs)
    drawing.refuse_if_drawn_on([move for move in moves if move.quantity > 0])
    variance = sum((ledger.undo(move) for move in moves), ZERO)
    return ledger.write(document, on=on, by=by, reason=reason, against=against), variance


def rebatch(document: Any, rows: Iterable[tuple[int, Outgoing]], to_batch_id: int, *, by: User,
            reason: str) -> list[PostedMove]:
    """Move stock of a batch into another of the same item, store by store; quantity and value stay where they
    lie."""
    wanted = list(rows)
    ledger = Ledger({(store_id, row.item_id) for store_id, row in wanted})
    for store_id, row in wanted:
        for move in ledger.take(store_id, row, MoveKind.TRANSFER_OUT, None):
            ledger.add(store_id, Incoming(row.line_id, row.item_id, -move.quantity, to_batch_id, -move.value),
                       MoveKind.TRANSFER_IN)
    return ledger.write(document, on=clock.today(), by=by, reason=reason,
                        against=lambda moved: [JournalLeg(Posting.INVENTORY, ZERO)])


# ---------------------------------------------------------------- rules about dates


def _check_date(document: Any, pairs: set[Pair], on: date, by: User, reason: str) -> bool:
    """Refuse dates that may not be posted; whether later moves of these items exist."""
    days.check_follows(document, on)
    journal.open_period(on)
    if on == clock.today() or not pairs:
        return False
    stores, items = {store for store, _ in pairs}, {item for _, item in pairs}
    counted = _counted_since(stores, items, on)
    if counted:
        raise PeriodClosed(N_("%(item)s was counted on %(counted)s; nothing can be dated before that."),
                           item=counted[0], counted=clock.local(counted[1] or clock.now()).date())
    later = db.session.scalar(
        sa.select(Item.name).join(StockMove, StockMove.item_id == Item.id)
        .where(StockMove.store_id.in_(stores), StockMove.item_id.in_(items),
               StockMove.moved_on > on).limit(1))
    is_head = by.has_role(Role.STORE_HEAD)
    if later and not (is_head and reason.strip()) and not backdating.is_allowed(document, on):
        raise NeedsHead(N_("%(item)s has later movements. Only the head of store may date before them, with "
                           "a reason."),
                        item=later, field="reason" if is_head else None)
    return later is not None


def _counted_since(stores: set[int], items: set[int], on: date) -> Any:
    """Name and moment of an item that was counted after the day, in a stocktake that is posted; or None."""
    return db.session.execute(
        sa.select(Item.name, sa.func.max(StocktakeLine.counted_at))
        .join(StocktakeLine, StocktakeLine.item_id == Item.id)
        .join(Stocktake, Stocktake.id == StocktakeLine.stocktake_id)
        .where(Stocktake.state == StocktakeState.POSTED, Stocktake.store_id.in_(stores), Item.id.in_(items),
               StocktakeLine.counted_at >= clock.day_bounds(on)[1])
        .group_by(Item.id, Item.name).limit(1)).first()


def in_base(lines: Iterable[Any]) -> dict[int, Decimal]:
    """Base quantity of each line by its id, to the item's precision. Raises `Refused`."""
    return {line.id: line.item.in_base(line.base_quantity, Decimal(1)) for line in lines}


def without_batch(item_ids: Iterable[int]) -> dict[int, int]:
    """Ids of the "no batch" rows by item id."""
    return {item_id: key
            for (item_id, _), key in batches((item_id, "", None) for item_id in item_ids).items()}



__all__ = [
    "COST",
    "CounterEntries",
    "Incoming",
    "Outgoing",
    "PostedMove",
    "adjust",
    "against",
    "balances",
    "batches",
    "check_said",
    "going",
    "in_base",
    "issue",
    "keep_moved",
    "lies_in",
    "load_items",
    "lock_pairs",
    "moves_of",
    "posting_day",
    "rebatch",
    "receive",
    "reverse",
    "share",
    "undo",
    "without_batch",
]
