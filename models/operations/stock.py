"""The stock ledger's only writer: receive, issue, transfer, count, reverse.

Every posting locks the (store, item) rows it touches in sorted order, then the batches, then the items; it writes
moves, balances, averages and one balanced journal entry, or nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import ExactDecimal, db
from models.errors import N_, NotEnoughStock, PeriodClosed, Refused
from models.items import Item
from models.journal import Posting
from models.operations import journal
from models.operations.journal import Leg
from models.operations.once import insert_for_dialect, insert_once, lock
from models.people import User
from models.roles import Role
from models.stock import MoveKind, StockBalance, StockBatch, StockMove, StoreItem
from models.stocktakes import Stocktake, StocktakeLine, StocktakeState

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


def against(purpose: Posting, account_id: int | None = None) -> Against:
    """The other side of the entry: the whole value on one account."""
    return lambda moved: [Leg(purpose, -sum((move.value for move in moved), ZERO), account_id)]


def receive(document: Any, store_id: int, wanted: Iterable[In], *, kind: MoveKind, on: date, by: User,
            against: Against, reason: str = "") -> list[Moved]:
    """Bring stock in, dated `on`. Raises `PeriodClosed`, `Conflict` or `Refused`."""
    incoming = list(wanted)
    lock(document)
    _check_date({(store_id, row.item_id) for row in incoming}, on, by, reason)
    ledger = _Ledger({(store_id, row.item_id) for row in incoming})
    for row in incoming:
        ledger.add(store_id, row, kind)
    return ledger.write(document, on=on, by=by, reason=reason, against=against)


def issue(document: Any, store_id: int, wanted: Iterable[Out], *, kind: MoveKind, on: date, by: User,
          against: Against, reason: str = "", expired_too: bool = False) -> list[Moved]:
    """Take stock out at the moving average, earliest expiry first.

    Raises `NotEnoughStock` naming the item, what was asked and what is there unexpired; nothing is changed then.
    """
    outgoing = list(wanted)
    lock(document)
    pairs = {(store_id, row.item_id) for row in outgoing}
    later = _check_date(pairs, on, by, reason)
    ledger = _Ledger(pairs)
    for row in outgoing:
        ledger.take(store_id, row, kind, None if expired_too else on)
    if later:
        ledger.check_days(on)
    return ledger.write(document, on=on, by=by, reason=reason, against=against)


def transfer(document: Any, store_id: int, to_store_id: int, wanted: Iterable[Out], *, on: date, by: User,
             reason: str = "") -> list[Moved]:
    """Move stock between stores in one posting; batches and value go along."""
    outgoing = list(wanted)
    lock(document)
    pairs = {(store, row.item_id) for row in outgoing for store in (store_id, to_store_id)}
    later = _check_date(pairs, on, by, reason)
    ledger = _Ledger(pairs)
    for row in outgoing:
        for move in ledger.take(store_id, row, MoveKind.TRANSFER_OUT, None):
            ledger.add(to_store_id, In(row.line_id, row.item_id, -move.quantity, move.batch_id, -move.value),
                       MoveKind.TRANSFER_IN)
    if later:
        ledger.check_days(on)
    inventory = lambda moved: [Leg(Posting.INVENTORY, ZERO)]  # noqa: E731 - what leaves one store enters the other
    return ledger.write(document, on=on, by=by, reason=reason, against=inventory)


def adjust(document: Any, store_id: int, variances: Iterable[In], *, on: date, by: User, against: Against,
           reason: str = "") -> list[Moved]:
    """Post a count: rows above zero come in at the average, rows below zero go out of their batch."""
    rows = list(variances)
    lock(document)
    pairs = {(store_id, row.item_id) for row in rows}
    ledger = _Ledger(pairs)
    for row in rows:
        if row.quantity > 0:
            ledger.add(store_id, row, MoveKind.STOCKTAKE)
        else:
            ledger.take(store_id, Out(row.line_id, row.item_id, -row.quantity, row.batch_id), MoveKind.STOCKTAKE, None)
    if on < clock.today():
        ledger.check_days(on)
    return ledger.write(document, on=on, by=by, reason=reason, against=against)


def reverse(document: Any, *, on: date, by: User, reason: str = "") -> list[Moved]:
    """Take back all moves and journal entries of `document` with opposite ones of the same value.

    Raises `Refused` when a later document drew on stock that it brought in.
    """
    lock(document)
    undone = sa.orm.aliased(StockMove)
    moves = db.session.scalars(
        sa.select(StockMove)
        .where(StockMove.document_type == document.__tablename__, StockMove.document_id == document.id,
               StockMove.kind != MoveKind.REVERSAL,
               ~sa.exists().where(undone.reverses_id == StockMove.id)).order_by(StockMove.id)).all()
    pairs = {(move.store_id, move.item_id) for move in moves}
    _check_date(pairs, on, by, reason)
    ledger = _Ledger(pairs)
    for move in moves:
        if move.quantity > 0:
            _refuse_if_drawn_on(move)
        ledger.undo(move)
    written = ledger.write(document, on=on, by=by, reason=reason, against=None)
    journal.reverse_entries(document, on=on, by=by)
    return written


reverse_moves = reverse


def batches(wanted: Iterable[tuple[int, str, date | None]]) -> dict[tuple[int, str], int]:
    """Ids of batches by (item id, number), made where new; the empty number is the row for "no batch".

    Raises `Refused` when a number is known with another expiry.
    """
    asked = {(item_id, number): expires_on for item_id, number, expires_on in wanted}
    if not asked:
        return {}
    found: dict[tuple[int, str], tuple[int, date | None]] = {}
    keys = sa.tuple_(StockBatch.item_id, StockBatch.number).in_(list(asked))
    query = sa.select(StockBatch.item_id, StockBatch.number, StockBatch.id, StockBatch.expires_on).where(keys)
    for _attempt in range(2):
        found = {(item_id, number): (key, expires) for item_id, number, key, expires in db.session.execute(query)}
        missing = sorted(asked.keys() - found.keys())
        if not missing:
            break
        db.session.execute(insert_once(StockBatch.__table__).values(
            [{"item_id": item_id, "number": number, "expires_on": asked[item_id, number]}
             for item_id, number in missing]))
    for (item_id, number), expires_on in asked.items():
        if found[item_id, number][1] != expires_on:
            raise Refused(
                N_("Batch %(batch)s is known with the expiry %(known)s, not %(given)s. Check the label on the box."),
                field="expires_on", batch=number, known=found[item_id, number][1] or "–", given=expires_on or "–")
    return {key: value[0] for key, value in found.items()}


# ---------------------------------------------------------------- rules about dates


def _check_date(pairs: set[Pair], on: date, by: User, reason: str) -> bool:
    """Refuse dates that may not be posted; whether later moves of these items exist."""
    journal.open_period(on)
    if on == clock.today() or not pairs:
        return False
    stores, items = {store for store, _ in pairs}, {item for _, item in pairs}
    counted = db.session.execute(
        sa.select(Item.name, sa.func.max(Stocktake.counted_on))
        .join(StocktakeLine, StocktakeLine.item_id == Item.id)
        .join(Stocktake, Stocktake.id == StocktakeLine.stocktake_id)
        .where(Stocktake.state == StocktakeState.POSTED, Stocktake.store_id.in_(stores), Item.id.in_(items))
        .group_by(Item.id, Item.name).having(sa.func.max(Stocktake.counted_on) > on)).first()
    if counted:
        raise PeriodClosed(N_("%(item)s was counted on %(counted)s; nothing can be dated before that."),
                           item=counted[0], counted=counted[1])
    later = db.session.scalar(
        sa.select(Item.name).join(StockMove, StockMove.item_id == Item.id)
        .where(StockMove.store_id.in_(stores), StockMove.item_id.in_(items), StockMove.moved_on > on).limit(1))
    if later and not (by.has_role(Role.STORE_HEAD) and reason.strip()):
        raise Refused(N_("%(item)s has later movements. Only the head of store may date before them, with a reason."),
                      item=later)
    return later is not None


def _refuse_if_drawn_on(move: StockMove) -> None:
    undone = sa.orm.aliased(StockMove)
    later = db.session.execute(
        sa.select(StockMove.document_type, StockMove.document_id)
        .where(StockMove.store_id == move.store_id, StockMove.item_id == move.item_id, StockMove.id > move.id,
               StockMove.quantity < 0, StockMove.kind != MoveKind.REVERSAL,
               ~sa.exists().where(undone.reverses_id == StockMove.id)).limit(1)).first()
    if later:
        raise Refused(N_("Stock of %(item)s that came in here was used since (%(document)s). Reverse that first."),
                      item=move.item.name, document=f"{later[0]} #{later[1]}")


# ---------------------------------------------------------------- the ledger in hand


class _Ledger:
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
                item=item.name, asked=f"{row.quantity.normalize():f}", unit=item.base_unit,
                available=f"{available.normalize():f}")
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
                       table.c.batch_id == sa.bindparam("batch"), table.c.quantity + change >= 0))
        for (store, item, batch), quantity in sorted(sums.items()):
            if quantity < 0:
                done = db.session.connection().execute(
                    down, {"change": quantity, "store": store, "item": item, "batch": batch})
                if done.rowcount != 1:
                    raise NotEnoughStock(N_("The stock of %(item)s is no longer there."), item=self.items[item].name)
        new = [{"store_id": store, "item_id": item, "batch_id": batch, "quantity": quantity}
               for (store, item, batch), quantity in sorted(sums.items()) if quantity > 0]
        if new:
            upsert = insert_for_dialect(table).values(new)
            db.session.execute(upsert.on_conflict_do_update(
                index_elements=["store_id", "item_id", "batch_id"],
                set_={"quantity": table.c.quantity + upsert.excluded.quantity}))
        _forget(StockBalance)

    def _averages(self) -> None:
        table = StoreItem.__table__
        statement = (sa.update(table).where(table.c.id == sa.bindparam("key"))
                     .values(quantity=sa.bindparam("held", type_=table.c.quantity.type),
                             value=sa.bindparam("worth", type_=table.c.value.type)))
        db.session.connection().execute(statement, [
            {"key": self.ids[pair], "held": quantity, "worth": value}
            for pair, (quantity, value) in sorted(self.held.items()) if self.before[pair] != (quantity, value)]
            or [{"key": -1, "held": ZERO, "worth": ZERO}])
        _forget(StoreItem)

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
        for item_id, quantity in sorted(sums.items()):
            values: dict[str, Any] = {"stock_on_hand": table.c.stock_on_hand + change}
            for column, touched in ((table.c.last_received_on, came), (table.c.last_issued_on, left)):
                if item_id in touched:
                    values[column.name] = sa.case((column > on, column), else_=on)
            done = db.session.connection().execute(
                sa.update(table).where(table.c.id == item_id, table.c.stock_on_hand + change >= 0).values(values),
                {"change": quantity})
            if done.rowcount != 1:
                raise NotEnoughStock(N_("The stock of %(item)s is no longer there."), item=self.items[item_id].name)
            db.session.expire(self.items[item_id], ["stock_on_hand", "last_received_on", "last_issued_on"])


def _forget(model: type[Any]) -> None:
    """Let loaded balances be read again: they were changed past the session."""
    for record in list(db.session.identity_map.values()):
        if isinstance(record, model):
            db.session.expire(record)


def in_base(lines: Iterable[Any]) -> dict[int, Decimal]:
    """Base quantity of each line by its id, to the item's precision. Raises `Refused`."""
    return {line.id: line.item.in_base(line.base_quantity, Decimal(1)) for line in lines}


def without_batch(item_ids: Iterable[int]) -> dict[int, int]:
    """Ids of the "no batch" rows by item id."""
    return {item_id: key for (item_id, _), key in batches((item_id, "", None) for item_id in item_ids).items()}

