"""The stock ledger in hand: the rows of one posting, locked, changed together, written at once.

Only `models.operations.stock` uses it. Order of locks: (store, item), then batches, then items, each sorted; so two
postings never wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.util import identity_key

from models import clock
from models.base import ExactDecimal, db
from models.errors import N_, NotEnoughStock
from models.items import Item
from models.journal import Posting
from models.operations import journal
from models.operations.journal import Leg
from models.operations.once import insert_for_dialect, insert_once
from models.people import User
from models.stock import MoveKind, StockBalance, StockBatch, StockMove, StoreItem

ZERO = Decimal(0)
SEN = Decimal("0.01")
COST = Decimal("0.000001")
QUANTITY = ExactDecimal(14, 3)

Pair = tuple[int, int]
Against = Callable[[Sequence["Moved"]], Iterable[Leg]]


@dataclass(frozen=True, slots=True)
class In:
    """Base units to bring in. `value` in rupiah; None means at the average (found stock)."""

    line_id: int
    item_id: int
    quantity: Decimal
    batch_id: int
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Out:
    """Base units to take out, of one batch or, without, the earliest expiry first."""

    line_id: int
    item_id: int
    quantity: Decimal
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
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
    """Rupiah of `part` of `whole` after `before` of it went already; all parts together make `total` exactly."""
    def upto(quantity: Decimal) -> Decimal:
        return total if quantity == whole else (total * quantity / whole).quantize(SEN, ROUND_HALF_UP)
    return upto(before + part) - upto(before)


class Ledger:
    """The (store, item) rows of one posting, locked; moves gather here and are written at once."""

    def __init__(self, pairs: set[Pair]) -> None:
        self.pairs = sorted(pairs)
        self.items: dict[int, Item] = {}
        self.ids: dict[Pair, int] = {}
        self.held: dict[Pair, tuple[Decimal, Decimal]] = {}
        self.before: dict[Pair, tuple[Decimal, Decimal]] = {}
        self.batches: dict[Pair, list[list[Any]]] = {}
        self.moved: list[Moved] = []
        if pairs:
            self._lock()

    def _lock(self) -> None:
        session = db.session
        session.flush()
        table = StoreItem.__table__
        ours = sa.tuple_(table.c.store_id, table.c.item_id).in_(self.pairs)
        there = set(session.execute(sa.select(table.c.store_id, table.c.item_id).where(ours)).all())
        missing = [{"store_id": store, "item_id": item, "quantity": ZERO, "value": ZERO}
                   for store, item in self.pairs if (store, item) not in there]
        if missing:
            session.execute(insert_once(table).values(missing))
        for key, store, item, quantity, value in session.execute(
                sa.select(table.c.id, table.c.store_id, table.c.item_id, table.c.quantity, table.c.value).where(ours)
                .order_by(table.c.store_id, table.c.item_id).with_for_update(key_share=True)):
            self.ids[store, item] = key
            self.held[store, item] = (quantity, value)
        self.before = dict(self.held)
        for item in session.scalars(sa.select(Item).where(Item.id.in_({item for _, item in self.pairs}))):
            self.items[item.id] = item
        balance = StockBalance.__table__
        for store, item, batch, number, expires, quantity in session.execute(
                sa.select(balance.c.store_id, balance.c.item_id, balance.c.batch_id, StockBatch.number,
                          StockBatch.expires_on, balance.c.quantity)
                .join(StockBatch, StockBatch.id == balance.c.batch_id)
                .where(sa.tuple_(balance.c.store_id, balance.c.item_id).in_(self.pairs), balance.c.quantity > 0)
                .order_by(StockBatch.expires_on.nulls_last(), balance.c.batch_id)):
            self.batches.setdefault((store, item), []).append([batch, number, expires, quantity])

    def add(self, store_id: int, row: In, kind: MoveKind) -> None:
        quantity, value = self.held[store_id, row.item_id]
        worth = row.value if row.value is not None else self._average(store_id, row)
        self.held[store_id, row.item_id] = (quantity + row.quantity, value + worth)
        self.moved.append(Moved(row.line_id, store_id, row.item_id, row.batch_id, row.quantity, worth, kind))

    def _average(self, store_id: int, row: In) -> Decimal:
        quantity, value = self.held[store_id, row.item_id]
        if quantity:
            return (value * row.quantity / quantity).quantize(SEN, ROUND_HALF_UP)
        hint = self.items[row.item_id].price_hint or ZERO
        return (hint * row.quantity).quantize(SEN, ROUND_HALF_UP)

    def take(self, store_id: int, row: Out, kind: MoveKind, unexpired_on: date | None) -> list[Moved]:
        pair = (store_id, row.item_id)
        usable = [batch for batch in self.batches.get(pair, ())
                  if (row.batch_id is None or batch[0] == row.batch_id)
                  and (unexpired_on is None or batch[2] is None or batch[2] >= unexpired_on)]
        available = sum((batch[3] for batch in usable), ZERO)
        if available < row.quantity:
            item = self.items[row.item_id]
            raise NotEnoughStock(
                N_("Not enough of %(item)s: asked %(asked)s %(unit)s, there are %(available)s unexpired."),
                item=item.name, asked=row.quantity, unit=item.base_unit,
                available=available)
        rest = row.quantity
        taken: list[Moved] = []
        for batch in usable:
            part = min(rest, batch[3])
            if part <= 0:
                continue
            quantity, value = self.held[pair]
            worth = share(value, part, quantity)
            self.held[pair] = (quantity - part, value - worth)
            batch[3] -= part
            rest -= part
            taken.append(Moved(row.line_id, store_id, row.item_id, batch[0], -part, -worth, kind))
        self.moved += taken
        return taken

    def undo(self, move: StockMove) -> None:
        pair = (move.store_id, move.item_id)
        quantity, value = self.held[pair]
        self.held[pair] = (quantity - move.quantity, value - move.value)
        if min(self.held[pair]) < 0:
            raise NotEnoughStock(N_("The stock of %(item)s is no longer there."), item=self.items[move.item_id].name)
        self.moved.append(Moved(move.line_id, move.store_id, move.item_id, move.batch_id, -move.quantity, -move.value,
                                MoveKind.REVERSAL, move.id))

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
                    .where(StockMove.store_id == store, StockMove.item_id == item, StockMove.batch_id == batch)
                    .group_by(StockMove.moved_on).order_by(StockMove.moved_on)).all()
                running = sum((quantity for day, quantity in days if day <= on), ZERO) + change
                lowest = running
                for day, quantity in days:
                    if day > on:
                        running += quantity
                        lowest = min(lowest, running)
                if lowest < 0:
                    raise NotEnoughStock(
                        N_("On %(on)s, or on a day after it, there was not enough of %(item)s. Use a later date."),
                        on=on, item=self.items[item].name)

    def write(self, document: Any, *, on: date, by: User, reason: str, against: Against | None) -> list[Moved]:
        if not self.moved:
            return []
        occurred_at = clock.now()
        db.session.add_all([
            StockMove(
                store_id=move.store_id, item_id=move.item_id, batch_id=move.batch_id, quantity=move.quantity,
                unit_cost=(move.value / move.quantity).quantize(COST, ROUND_HALF_UP), value=move.value,
                document_type=document.__tablename__, document_id=document.id, line_id=move.line_id, kind=move.kind,
                user_id=by.id, occurred_at=occurred_at, moved_on=on, reverses_id=move.reverses_id,
                reason=reason.strip() or None)
            for move in self.moved])
        self._balances()
        self._averages()
        self._items(on)
        db.session.flush()
        if against is not None:
            value = sum((move.value for move in self.moved), ZERO)
            journal.post_entry(on, [Leg(Posting.INVENTORY, value), *against(self.moved)], document, by)
        return self.moved

    def _balances(self) -> None:
        sums: dict[tuple[int, int, int], Decimal] = {}
        for move in self.moved:
            key = (move.store_id, move.item_id, move.batch_id)
            sums[key] = sums.get(key, ZERO) + move.quantity
        table = StockBalance.__table__
        change = sa.bindparam("change", type_=QUANTITY)
        down = (sa.update(table).values(quantity=table.c.quantity + change)
                .where(table.c.store_id == sa.bindparam("store"), table.c.item_id == sa.bindparam("item"),
                       table.c.batch_id == sa.bindparam("batch"), table.c.quantity + change >= 0)
                .returning(table.c.id))
        changed: list[int] = []
        for (store, item, batch), quantity in sorted(sums.items()):
            if quantity < 0:
                done = db.session.connection().scalar(
                    down, {"change": quantity, "store": store, "item": item, "batch": batch})
                if done is None:
                    raise NotEnoughStock(N_("The stock of %(item)s is no longer there."), item=self.items[item].name)
                changed.append(done)
        new = [{"store_id": store, "item_id": item, "batch_id": batch, "quantity": quantity}
               for (store, item, batch), quantity in sorted(sums.items()) if quantity > 0]
        if new:
            upsert = insert_for_dialect(table).values(new)
            changed += db.session.connection().scalars(upsert.on_conflict_do_update(
                index_elements=["store_id", "item_id", "batch_id"],
                set_={"quantity": table.c.quantity + upsert.excluded.quantity}).returning(table.c.id))
        _forget(StockBalance, changed)

    def _averages(self) -> None:
        table = StoreItem.__table__
        statement = (sa.update(table).where(table.c.id == sa.bindparam("key"))
                     .values(quantity=sa.bindparam("held", type_=table.c.quantity.type),
                             value=sa.bindparam("worth", type_=table.c.value.type)))
        rows = [{"key": self.ids[pair], "held": quantity, "worth": value}
                for pair, (quantity, value) in sorted(self.held.items()) if self.before[pair] != (quantity, value)]
        if rows:
            db.session.connection().execute(statement, rows)
        _forget(StoreItem, self.ids.values())

    def _items(self, on: date) -> None:
        table = Item.__table__
        sums: dict[int, Decimal] = {}
        came: set[int] = set()
        left: set[int] = set()
        for move in self.moved:
            sums[move.item_id] = sums.get(move.item_id, ZERO) + move.quantity
            if move.kind != MoveKind.REVERSAL:
                (came if move.quantity > 0 else left).add(move.item_id)
        change = sa.bindparam("change", type_=QUANTITY)
        dates: dict[str, Any] = {}
        for column, bind in ((table.c.last_received_on, "received_on"), (table.c.last_issued_on, "issued_on")):
            day = sa.bindparam(bind, type_=sa.Date())
            dates[column.name] = sa.case((column > day, column), else_=sa.func.coalesce(day, column))
        statement = (sa.update(table).where(table.c.id == sa.bindparam("key"), table.c.stock_on_hand + change >= 0)
                     .values(stock_on_hand=table.c.stock_on_hand + change, **dates))
        connection = db.session.connection()
        done = connection.execute(statement, [
            {"key": item_id, "change": quantity, "received_on": on if item_id in came else None,
             "issued_on": on if item_id in left else None} for item_id, quantity in sorted(sums.items())])
        if done.rowcount != len(sums):
            raise NotEnoughStock(N_("The stock on hand does not agree with the ledger. Tell the administrator."))
        for item_id in sums:
            db.session.expire(self.items[item_id], ["stock_on_hand", "last_received_on", "last_issued_on"])


def _forget(model: type[Any], ids: Iterable[int]) -> None:
    """Let loaded balances be read again: they were changed past the session."""
    for key in ids:
        record = db.session.identity_map.get(identity_key(model, key))
        if record is not None:
            db.session.expire(record)
