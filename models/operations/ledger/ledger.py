"""The stock ledger in hand: the rows of one posting, locked, changed together, written at once.

Only `models.operations.ledger.stock` uses it. Order of locks: (store, item), then batches, then items, each
sorted; so two postings never wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from models import clock
from models.base import ExactDecimal, db
from models.documents import Document
from models.errors import N_, NotEnoughStock, Refused
from models.items import MOST_UNITS, MOST_WORTH, Item
from models.journal import Posting
from models.operations.core.bulk import Bulk, forget, insert_all
from models.operations.core.locking import insert_for_dialect, insert_once
from models.operations.ledger import journal
from models.operations.ledger.journal import JournalLeg
from models.people import User
from models.stock import MoveKind, StockBalance, StockBatch, StockMove, StoreItem

ZERO = Decimal(0)
SEN = Decimal("0.01")
COST = Decimal("0.000001")
QUANTITY = ExactDecimal(14, 3)
#: Rupiah per base unit that a move can carry.
MOST_COST = Decimal(10) ** 12

Pair = tuple[int, int]
CounterEntries = Callable[[Sequence["PostedMove"]], Iterable[JournalLeg]]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Base units to bring in. `value` in rupiah; None means at the average (found stock)."""

    line_id: int
    item_id: int
    quantity: Decimal
    batch_id: int
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Base units to take out, of one batch or, without, the earliest expiry first; `or_less`: what is there
    of them, nothing too."""

    line_id: int
    item_id: int
    quantity: Decimal
    batch_id: int | None = None
    or_less: bool = False


@dataclass(frozen=True, slots=True)
class PostedMove:
    """One move that was written; quantity and value are signed."""

    line_id: int
    store_id: int
    item_id: int
    batch_id: int
    quantity: Decimal
    value: Decimal
    kind: MoveKind
    reverses_id: int | None = None


def share(total: Decimal, part: Decimal, whole: Decimal, before: Decimal = ZERO) -> Decimal:
    """Rupiah of `part` of `whole` after `before` of it went already; all parts together make `total`
    exactly."""
    def upto(quantity: Decimal) -> Decimal:
        return total if quantity == whole else (total * quantity / whole).quantize(SEN, ROUND_HALF_UP)
    return upto(before + part) - upto(before)


def items(ids: set[int]) -> dict[int, Item]:
    """Items by id; one statement for those that the session does not hold yet."""
    held = (db.session.identity_map.get(identity_key(Item, key)) for key in ids)
    result = {item.id: item for item in held if item is not None}
    missing = ids - result.keys()
    if missing:
        result.update((item.id, item)
                      for item in db.session.scalars(sa.select(Item).where(Item.id.in_(missing))))
    return result


def load_items(lines: Iterable[Any]) -> None:
    """Give every line its item, in one statement."""
    known = items({line.item_id for line in lines})
    for line in lines:
        set_committed_value(line, "item", known[line.item_id])


class Ledger:
    """The (store, item) rows of one posting, locked; moves gather here and are written at once."""

    def __init__(self, pairs: set[Pair]) -> None:
        self.pairs = sorted(pairs)
        self.items: dict[int, Item] = {}
        self.ids: dict[Pair, int] = {}
        self.held: dict[Pair, tuple[Decimal, Decimal]] = {}
        self.before: dict[Pair, tuple[Decimal, Decimal]] = {}
        self.batches: dict[Pair, list[list[Any]]] | None = None
        self.moved: list[PostedMove] = []
        if pairs:
            self._lock()

    def _lock(self) -> None:
        db.session.flush()
        pairs = self._pair_rows()
        result = _LOCKED.run(pairs).all()
        if len(result) < len(self.pairs):
            there = {(row.store_id, row.item_id) for row in result}
            db.session.execute(insert_once(StoreItem.__table__).values(
                [{"store_id": store, "item_id": item, "quantity": ZERO, "value": ZERO}
                 for store, item in self.pairs if (store, item) not in there]))
            result = _LOCKED.run(pairs).all()
        for key, store, item, quantity, value in result:
            self.ids[store, item] = key
            self.held[store, item] = (quantity, value)
        self.before = dict(self.held)
        self.items = items({item for _, item in self.pairs})

    def _pair_rows(self) -> list[dict[str, int]]:
        return [{"store": store, "item": item} for store, item in self.pairs]

    def _stocked(self, pair: Pair) -> list[list[Any]]:
        """The batches of a pair that hold something, earliest expiry first; all pairs are read the first
        time."""
        if self.batches is None:
            self.batches = {}
            for store, item, batch, number, expires, quantity in _STOCKED.run(self._pair_rows()):
                self.batches.setdefault((store, item), []).append([batch, number, expires, quantity])
        return self.batches.get(pair, [])

    def add(self, store_id: int, row: Incoming, kind: MoveKind) -> None:
        quantity, value = self.held[store_id, row.item_id]
        worth = row.value if row.value is not None else self._average(store_id, row)
        self.held[store_id, row.item_id] = (quantity + row.quantity, value + worth)
        self.moved.append(PostedMove(row.line_id, store_id, row.item_id, row.batch_id, row.quantity, worth,
                                     kind))

    def _average(self, store_id: int, row: Incoming) -> Decimal:
        quantity, value = self.held[store_id, row.item_id]
        if quantity:
            return (value * row.quantity / quantity).quantize(SEN, ROUND_HALF_UP)
        hint = self.items[row.item_id].price_hint or ZERO
        return (hint * row.quantity).quantize(SEN, ROUND_HALF_UP)

    def take(self, store_id: int, row: Outgoing, kind: MoveKind,
             unexpired_on: date | None) -> list[PostedMove]:
        pair = (store_id, row.item_id)
        usable = [batch for batch in self._stocked(pair)
                  if (row.batch_id is None or batch[0] == row.batch_id)
                  and (unexpired_on is None or batch[2] is None or batch[2] >= unexpired_on)]
        available = sum((batch[3] for batch in usable), ZERO)
        if available < row.quantity and not row.or_less:
            item = self.items[row.item_id]
            raise NotEnoughStock(
                N_("Not enough of %(item)s: asked %(asked)s %(unit)s, there are %(available)s unexpired."),
                item=item.name, asked=row.quantity, unit=item.base_unit,
                available=available)
        rest = min(row.quantity, available)
        taken: list[PostedMove] = []
        for batch in usable:
            part = min(rest, batch[3])
            if part <= 0:
                continue
            quantity, value = self.held[pair]
            worth = share(value, part, quantity)
            self.held[pair] = (quantity - part, value - worth)
            batch[3] -= part
            rest -= part
            taken.append(PostedMove(row.line_id, store_id, row.item_id, batch[0], -part, -worth, kind))
        self.moved += taken
        return taken

    def undo(self, move: StockMove) -> Decimal:
        """Take a move back at its own value. What is worth less by now, or leaves a value without goods, goes
        at what is there; returns by how much more than its own value that is."""
        pair = (move.store_id, move.item_id)
        quantity, value = self.held[pair]
        left = quantity - move.quantity
        worth = value if not left and move.quantity > 0 else min(move.value, value)
        self.held[pair] = (left, value - worth)
        if left < 0:
            raise NotEnoughStock(N_("The stock of %(item)s is no longer there."),
                                 item=self.items[move.item_id].name)
        self.moved.append(PostedMove(move.line_id, move.store_id, move.item_id, move.batch_id, -move.quantity,
                                     -worth, MoveKind.REVERSAL, move.id))
        return worth - move.value

    def check_days(self, on: date) -> None:
        """A move dated in the past must not make any later day's quantity negative."""
        for store, item in self.pairs:
            delta: dict[int, Decimal] = {}
            for move in self.moved:
                if (move.store_id, move.item_id) == (store, item):
                    delta[move.batch_id] = delta.get(move.batch_id, ZERO) + move.quantity
            for batch, change in delta.items():
                if change >= 0:
                    continue
                days = db.session.execute(
                    sa.select(StockMove.moved_on, sa.func.sum(StockMove.quantity))
                    .where(StockMove.store_id == store, StockMove.item_id == item,
                           StockMove.batch_id == batch)
                    .group_by(StockMove.moved_on).order_by(StockMove.moved_on)).all()
                running = sum((quantity for day, quantity in days if day <= on), ZERO) + change
                lowest = running
                for day, quantity in days:
                    if day > on:
                        running += quantity
                        lowest = min(lowest, running)
                if lowest < 0:
                    raise NotEnoughStock(
                        N_("On %(on)s, or on a day after it, there was not enough of %(item)s. Use a later "
                           "date."),
                        on=on, item=self.items[item].name)

    def write(self, document: Any, *, on: date, by: User, reason: str,
              against: CounterEntries | None) -> list[PostedMove]:
        if not self.moved:
            return []
        if isinstance(document, Document) and not document.posts.is_stock:
            raise ValueError(f"{type(document).__name__} does not say that it posts stock, and moves it")
        self._check_size()
        occurred_at = clock.now()
        moves = [
            {"store_id": move.store_id, "item_id": move.item_id, "batch_id": move.batch_id,
             "quantity": move.quantity, "unit_cost": (move.value / move.quantity).quantize(COST,
             ROUND_HALF_UP), "value": move.value,
             "document_type": document.__tablename__, "document_id": document.id, "line_id": move.line_id,
             "kind": move.kind, "user_id": by.id, "occurred_at": occurred_at, "moved_on": on,
             "reverses_id": move.reverses_id, "reason": reason.strip() or None}
            for move in self.moved]
        balances, on_hand = self._balances(), self._items(on)
        less, more = ([row for row in balances if sign * row["change"] > 0] for sign in (-1, 1))
        _, lessened, raised, averaged, counted = insert_all(
            StockMove, moves, (_LESS, less), (_MORE, more), (_AVERAGES, self._averages()),
            (_ON_HAND, on_hand))
        if len(lessened) < len(less):
            self._refuse_short(less, lessened)
        if len(counted) < len(on_hand):
            raise NotEnoughStock(N_("The stock on hand does not agree with the ledger. Tell the "
                                    "administrator."))
        forget(StockBalance, [*lessened, *raised])
        forget(StoreItem, averaged)
        forget(Item, counted, "stock_on_hand", "last_received_on", "last_issued_on")
        if against is not None:
            value = sum((move.value for move in self.moved), ZERO)
            journal.post_entry(on, [JournalLeg(Posting.INVENTORY, value), *against(self.moved)], document, by)
        return self.moved

    def _check_size(self) -> None:
        """A price or a quantity that slipped by some zeros is refused here, before a column or a sum runs
        over."""
        for (_store, item), (quantity, value) in self.held.items():
            if quantity > MOST_UNITS or value > MOST_WORTH:
                raise Refused(
                    N_("%(item)s: a store cannot hold this much. Check the quantity and the price."),
                    item=self.items[item].name,
                )
        for move in self.moved:
            if move.value / move.quantity >= MOST_COST:
                raise Refused(
                    N_("%(item)s: the price of one %(unit)s is too high to be true. Check quantity and "
                       "price."),
                    item=self.items[move.item_id].name, unit=self.items[move.item_id].base_unit)

    def _balances(self) -> list[dict[str, Any]]:
        sums: dict[tuple[int, int, int], Decimal] = {}
        for move in self.moved:
            key = (move.store_id, move.item_id, move.batch_id)
            sums[key] = sums.get(key, ZERO) + move.quantity
        return [{"store": store, "item": item, "batch": batch, "change": quantity}
                for (store, item, batch), quantity in sorted(sums.items())]

    def _averages(self) -> list[dict[str, Any]]:
        return [{"key": self.ids[pair], "quantity": quantity, "value": value}
                for pair, (quantity, value) in sorted(self.held.items())
                if self.before[pair] != (quantity, value)]

    def _items(self, on: date) -> list[dict[str, Any]]:
        sums: dict[int, Decimal] = {}
        came: set[int] = set()
        left: set[int] = set()
        for move in self.moved:
            sums[move.item_id] = sums.get(move.item_id, ZERO) + move.quantity
            if move.kind != MoveKind.REVERSAL:
                (came if move.quantity > 0 else left).add(move.item_id)
        return [{"key": item_id, "change": quantity, "received_on": on if item_id in came else None,
                 "issued_on": on if item_id in left else None} for item_id, quantity in sorted(sums.items())]

    def _refuse_short(self, rows: list[dict[str, Any]], changed: list[int]) -> None:
        there = set(db.session.scalars(sa.select(StockBalance.batch_id).where(StockBalance.id.in_(changed))))
        item = next(row["item"] for row in rows if row["batch"] not in there)
        raise NotEnoughStock(N_("The stock of %(item)s is no longer there."), item=self.items[item].name)


# ---------------------------------------------------------------- the statements, each for all rows of a
# posting

_held, _balance, _item = StoreItem.__table__, StockBalance.__table__, Item.__table__
_PAIR = {"store": sa.BigInteger, "item": sa.BigInteger}
_CHANGE = {**_PAIR, "batch": sa.BigInteger, "change": QUANTITY}


def _same(table: sa.Table, new: Any) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.store_id == new.c.store, table.c.item_id == new.c.item)


_LOCKED = Bulk(_PAIR, lambda new: sa.select(_held.c["id", "store_id", "item_id", "quantity", "value"])
               .join(new, _same(_held, new)).order_by(_held.c.store_id, _held.c.item_id)
               .with_for_update(key_share=True, of=_held))
_STOCKED = Bulk(_PAIR, lambda new: sa.select(
    _balance.c["store_id", "item_id", "batch_id"], StockBatch.number, StockBatch.expires_on,
    _balance.c.quantity)
    .join(new, _same(_balance, new)).join(StockBatch, StockBatch.id == _balance.c.batch_id)
    .where(_balance.c.quantity > 0).order_by(StockBatch.expires_on.nulls_last(), _balance.c.batch_id))
_LESS = Bulk(_CHANGE, lambda new: sa.update(_balance).values(quantity=_balance.c.quantity + new.c.change)
             .where(_same(_balance, new), _balance.c.batch_id == new.c.batch,
                    _balance.c.quantity + new.c.change >= 0)
             .returning(_balance.c.id))
_AVERAGES = Bulk({"key": sa.BigInteger, "quantity": _held.c.quantity.type, "value": _held.c.value.type},
                 lambda new: sa.update(_held).where(_held.c.id == new.c.key)
                 .values(quantity=new.c.quantity, value=new.c.value).returning(_held.c.id))


def _more(new: Any) -> Any:
    added = insert_for_dialect(_balance).from_select(
        ["store_id", "item_id", "batch_id", "quantity"], sa.select(new).where(sa.true()))
    return added.on_conflict_do_update(
        index_elements=["store_id", "item_id", "batch_id"],
        set_={"quantity": _balance.c.quantity + added.excluded.quantity}).returning(_balance.c.id)


def _on_hand(new: Any) -> Any:
    def later(column: Any, day: Any) -> Any:
        return sa.case((column > day, column), else_=sa.func.coalesce(day, column))

    locked = (sa.select(new).join(_item, _item.c.id == new.c.key).order_by(_item.c.id)
              .with_for_update(key_share=True, of=_item).subquery("locked"))
    return sa.update(_item).where(_item.c.id == locked.c.key,
                                  _item.c.stock_on_hand + locked.c.change >= 0).values(
        stock_on_hand=_item.c.stock_on_hand + locked.c.change,
        last_received_on=later(_item.c.last_received_on, locked.c.received_on),
        last_issued_on=later(_item.c.last_issued_on, locked.c.issued_on)).returning(_item.c.id)


_MORE = Bulk(_CHANGE, _more)
#: Items of all stores meet here: they are locked in one order, whatever plan the update takes.
_ON_HAND = Bulk({"key": sa.BigInteger, "change": QUANTITY, "received_on": sa.Date, "issued_on": sa.Date},
                _on_hand)
