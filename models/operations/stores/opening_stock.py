"""First stock: its rows read, and taken back whole when the list was wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.errors import N_, Refused
from models.expiry_dates import read_expiry
from models.imports import OPENING_STOCK, ListImport
from models.items import Item, UnitConversion
from models.journal import Period
from models.operations.core import spoilt_codes
from models.operations.core.list_files import Row, number
from models.operations.core.locking import lock
from models.operations.ledger import stock
from models.organisation import Status
from models.people import User
from models.stock import StockMove, Store

SEN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of first stock, understood: as it is written in the list, and what comes in."""

    store: Store
    item: Item
    batch: str
    expires_on: date | None
    quantity: Decimal
    unit: UnitConversion
    price: Decimal
    goods: stock.Incoming

    def values(self) -> dict[str, Any]:
        """What a preview shows; quantity and price are per base unit beside what the list says."""
        base, value = self.goods.quantity, self.goods.value or Decimal(0)
        return {"store": self.store, "item": self.item, "batch_number": self.batch,
                "expires_on": self.expires_on, "quantity": self.quantity, "unit": self.unit.unit_name,
                "unit_price": self.price, "base_quantity": base, "base_unit": self.item.base_unit,
                "base_price": (value / base).quantize(stock.COST, ROUND_HALF_UP), "value": value}


class Reader:
    """Reads rows of first stock; what they name is looked up once."""

    def __init__(self, session: Any, required: frozenset[str], mark: str | None = None) -> None:
        self.session, self.mark = session, mark
        self.required = required
        self.stores: dict[str, Store] = {}
        self.items: dict[str, Item] = {}
        self.moved: set[tuple[int, int]] | None = None

    def row(self, row: Row, wrong: list[Refused]) -> Line | None:
        """What comes in; None when something is `wrong`, all of which is gathered there."""
        def read(name: str, how: Callable[[Any], Any]) -> Any:
            cell = row.cells.get(name)
            if cell is None:
                if name in self.required:
                    wrong.append(Refused(N_("%(name)s is empty"), field=name, name=name))
                return None
            return tried(lambda: how(cell))

        def tried(how: Callable[[], Any]) -> Any:
            try:
                return how()
            except Refused as refusal:
                wrong.append(refusal)
                return None

        store = read("store", lambda cell: self._store(str(cell)))
        item = read("item", lambda cell: self._item(str(cell)))
        quantity, price = (
            read("quantity", lambda cell: _positive(cell, "quantity", self.mark)),
            read("unit_price", lambda cell: _amount(cell, self.mark)))
        expires_on, batch = read("expires_on",
                                 read_expiry), tried(lambda: _batch(row.cells.get("batch_number"))) or ""
        unit = tried(lambda: self._unit(item, row.cells.get("unit"))) if item is not None else None
        base = tried(lambda: item.in_base(quantity, unit.factor)) if unit is not None and quantity else None
        if store is not None and item is not None and self._has_moved(store, item):
            wrong.append(Refused(N_("%(item)s has movements in %(store)s already; count it instead"),
                                 field="item",
                                 item=item.name, store=store.name))
        if item is not None and item.batch_tracked and not (batch and row.cells.get("expires_on")):
            wrong.append(Refused(N_("%(item)s is kept by batch: number and expiry are needed"),
                                 field="batch_number",
                                 item=item.name))
        elif expires_on and not batch:
            wrong.append(Refused(N_("an expiry needs its batch number"), field="batch_number"))
        if wrong or base is None or unit is None:
            return None
        value = (quantity * price).quantize(SEN, ROUND_HALF_UP)
        return Line(store, item, batch, expires_on, quantity, unit, price,
                    stock.Incoming(row.number, item.id, base, 0, value))

    def with_batches(self, lines: list[Line]) -> list[tuple[Line, Refused | None]]:
        """The lines with their batches, made where new; what is wrong with one beside it."""
        known: dict[tuple[int, str], date | None] = {}
        result: list[tuple[Line, Refused | None]] = []
        for line in lines:
            key = line.item.id, line.batch
            if known.setdefault(key, line.expires_on) != line.expires_on:
                result.append((line, Refused(N_("batch %(batch)s stands in this list with another expiry "
                                                "too"), field="expires_on", batch=line.batch)))
            else:
                result.append((line, None))
        try:
            ids = self._batch_ids(line for line, refusal in result if refusal is None)
        except Refused:  # one by one, to say which
            ids, result = {}, [(line, refusal or self._refused(line)) for line, refusal in result]
            ids = self._batch_ids(line for line, refusal in result if refusal is None)
        return [(line if refusal else replace(line, goods=replace(
            line.goods, batch_id=ids[line.item.id, line.batch])), refusal) for line, refusal in result]

    def _batch_ids(self, lines: Iterable[Line]) -> dict[tuple[int, str], int]:
        with self.session.begin_nested():
            return stock.batches((line.item.id, line.batch, line.expires_on) for line in lines)

    def _refused(self, line: Line) -> Refused | None:
        try:
            self._batch_ids([line])
        except Refused as refusal:
            return refusal
        return None

    def look_up(self, rows: Iterable[Row]) -> None:
        """The stores and items that the rows name, in a few statements."""
        for name, found, columns in (("store", self.stores, (Store.name, Store.code)),
                                     ("item", self.items, (Item.barcode, Item.code))):
            texts = sorted({str(row.cells[name]) for row in rows if row.cells.get(name) is not None})
            model: Any = Store if name == "store" else Item
            for start in range(0, len(texts), 500):
                some = texts[start:start + 500]
                for column in columns:  # the code goes before the name, and is read last
                    statement = sa.select(model).where(column.in_(some))
                    if model is Item:
                        statement = statement.options(sa.orm.selectinload(Item.units))
                    found.update({getattr(record, column.key): record
                                  for record in self.session.scalars(statement)})

    def _store(self, text: str) -> Store:
        store = self.stores.get(text)
        if store is None:
            raise Refused(N_("there is no %(name)s “%(handle)s”"), field="store", name="store",
                          handle=text[:60])
        if store.status is not Status.ACTIVE:
            raise Refused(N_("%(item)s is no longer used."), field="store", item=store.name)
        return store

    def _item(self, text: str) -> Item:
        item = self.items.get(text)
        if item is None:
            raise Refused(N_("there is no %(name)s “%(handle)s”"), field="item", name="item",
                          handle=text[:60])
        return item

    def _unit(self, item: Item, cell: Any) -> UnitConversion:
        name = str(cell or item.base_unit).strip().lower()
        for unit in item.units:
            if unit.unit_name.lower() == name:
                return unit
        raise Refused(N_("%(item)s has no unit “%(unit)s”"), field="unit", item=item.name, unit=name[:40])

    def _has_moved(self, store: Store, item: Item) -> bool:
        if self.moved is None:
            self.moved = {(store_id, item_id) for store_id, item_id in self.session.execute(
                sa.select(StockMove.store_id, StockMove.item_id).where(sa.or_(
                    StockMove.document_type != "list_import",
                    StockMove.document_id.not_in(_taken_back()))).distinct())}
        return (store.id, item.id) in self.moved


def nothing_else_moved(session: Any, brought: ListImport) -> None:
    """Seen again once the rows are locked: what was posted between looking and locking."""
    mine, other = sa.orm.aliased(StockMove), sa.orm.aliased(StockMove)
    late = session.scalar(
        sa.select(Item.name).join(mine, mine.item_id == Item.id)
        .join(other, sa.and_(other.item_id == mine.item_id, other.store_id == mine.store_id))
        .where(mine.document_type == "list_import", mine.document_id == brought.id,
               sa.or_(other.document_type != "list_import", sa.and_(
                   other.document_id != brought.id, other.document_id.not_in(_taken_back())))).limit(1))
    if late is not None:
        raise Refused(N_("%(item)s was moved meanwhile. Bring the list again."), item=late)


def _batch(cell: Any) -> str:
    try:
        spoilt_codes.check_text(cell)
    except Refused as refusal:
        refusal.field = "batch_number"
        raise
    return str(cell or "")[:80]


def _positive(cell: Any, column: str, mark: str | None) -> Decimal:
    try:
        value = number(cell, mark)
    except (ValueError, ArithmeticError):
        raise Refused(N_("“%(cell)s” is no quantity; write it like 1250 or 12.5"), field=column,
                      cell=str(cell)[:30]) from None
    if value <= 0 or value >= Decimal(10) ** 11:
        raise Refused(N_("Must be more than 0, for example 6."), field=column)
    return value


def _amount(cell: Any, mark: str | None) -> Decimal:
    try:
        value = number(cell, mark)
    except (ValueError, ArithmeticError):
        raise Refused(N_("“%(cell)s” is no amount; write it like 12500 or 1250.50"), field="unit_price",
                      cell=str(cell)[:30]) from None
    if value < 0 or value >= Decimal(10) ** 12:
        raise Refused(N_("Must be 0 or more."), field="unit_price")
    return value


# ---------------------------------------------------------------- taken back

def take_back(session: Any, brought: ListImport, *, by: User, reason: str) -> None:
    """Take applied first stock back by opposite moves and an opposite entry; the list can be brought again,
    corrected.

    Dated as the first stock while nothing is dated after it, else today. Raises `Refused`: other lists, stock
    that was used since.
    """
    lock(brought)
    session.refresh(brought)
    if brought.kind != OPENING_STOCK or brought.applied_at is None:
        raise Refused(N_("Only first stock that was applied can be taken back."))
    if brought.reversed_at is not None:
        raise Refused(N_("This first stock was taken back already."))
    if not reason.strip():
        raise Refused(N_("Write why it is taken back."), field="reason")
    assert brought.posted_on is not None
    mine, other = StockMove, sa.orm.aliased(StockMove)
    later = session.scalar(
        sa.select(other.id).join(mine, sa.and_(mine.store_id == other.store_id,
                                               mine.item_id == other.item_id))
        .where(mine.document_type == "list_import", mine.document_id == brought.id,
               other.moved_on > brought.posted_on)
        .limit(1))
    closed = session.scalar(sa.select(Period.closed_at).filter_by(
        year=brought.posted_on.year, month=brought.posted_on.month))
    on = brought.posted_on if later is None and closed is None else clock.today()
    stock.reverse(brought, on=on, by=by, reason=reason)
    brought.reversed_at, brought.reversed_by_id, brought.reversal_reason = (
        clock.now(),
        by.id, reason.strip()[:500],
    )
    session.flush()


def _taken_back() -> Any:
    """The ids of first stock that was taken back: its moves are as good as none."""
    return sa.select(ListImport.id).where(ListImport.reversed_at.is_not(None))
