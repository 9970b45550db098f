"""Counting a stocktake, line by line: many people at once, blind, by hand, by scanner or from a filled-in
sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models.base import ExactDecimal, db
from models.errors import N_, NN_, Conflict, NotAllowed, Refused, WrongState
from models.items import Item, UnitConversion
from models.operations.core.list_files import Listed, number
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import stock
from models.operations.stores import corrections, count_moments, shelves
from models.organisation import Status
from models.people import User
from models.stock import StockBatch, Store, StoreItem, batch_key, number_key, same_number
from models.stocktakes import COUNTERS, Stocktake, StocktakeLine, StocktakeState

QUANTITY = ExactDecimal(14, 3)
#: Items that one stocktake may list; a larger store is counted by category.
MOST_ITEMS = 2000
#: Headings of the sheet that is filled in and brought back; the first names the line for certain.
SHEET = (N_("Line"), N_("Shelf"), N_("Item code"), N_("Item"), N_("Barcode"), N_("Batch"), N_("Expires on"),
         N_("Unit"), N_("Counted"), N_("Note"), N_("Moved since"))


def _may_count(stocktake: Stocktake, by: User, *, shared: bool = True) -> None:
    if not by.has_role(*COUNTERS):
        raise NotAllowed(N_("Your role may not do this step."))
    state: Any = sa.select(Stocktake.state).where(Stocktake.id == stocktake.id)
    if shared:  # counters do not wait for each other, but handing in waits for them, and they for it
        state = state.with_for_update(read=True)
    state = db.session.scalar(state)
    if state != StocktakeState.COUNTING:
        raise WrongState(N_("%(what)s is not being counted now."), what=str(stocktake))


def _line(stocktake: Stocktake, line_id: int) -> StocktakeLine:
    """The line, locked; before it what is posted of its item, as whoever posts locks that first."""
    mine = sa.select(StocktakeLine).where(StocktakeLine.id == line_id,
                                          StocktakeLine.stocktake_id == stocktake.id)
    item_id = db.session.scalar(mine.with_only_columns(StocktakeLine.item_id))
    line = None
    if item_id is not None:
        stock.lock_pairs({(stocktake.store_id, item_id)})
        line = db.session.scalars(mine.with_for_update().execution_options(populate_existing=True)).first()
    if line is None:
        raise Refused(N_("This line is not on the stocktake any more."), field="line")
    return line


def count(stocktake: Stocktake, line_id: int, quantity: Decimal, *, seen: Decimal | None, by: User,
          note: str = "", at: datetime | None = None, drawn: int | None = None) -> StocktakeLine:
    """Write what `by` counted on one line, in base units; `seen` is what stood there when they looked.

    The line is held against the ledger as it is now, or as it was at the hour `at`. Whoever writes the figure
    that they saw there counted it anew. `drawn` is the item's last ledger row when the page was drawn: what
    moved between is told first, as nobody knows whether it was counted before or after. Raises `Conflict`
    when somebody wrote another figure meanwhile, or the same and something moved since; `NotAllowed`,
    `WrongState` or `Refused`.
    """
    _may_count(stocktake, by)
    line = _line(stocktake, line_id)
    quantity = fitting(line.item, quantity)
    moved = None if drawn is None else count_moments.moved_after(stocktake, line, drawn)
    if moved is not None:
        raise Refused(N_("%(moved)s %(unit)s of %(item)s moved while it was being counted. Look once more, "
                         "then save what lies there now."),
                      moved=f"{moved:+}", unit=line.item.base_unit, item=line.item.name, field="quantity")
    if line.counted_quantity is None or line.counted_quantity == seen:
        count_moments.hold(stocktake, line, quantity, by=by, at=at)
    elif line.counted_quantity != quantity or count_moments.has_moved(stocktake, line):
        raise Conflict(N_("%(who)s counted %(counted)s %(unit)s of %(item)s meanwhile. Compare, then write "
                          "again."),
                       who=line.counted_by.name if line.counted_by else "–", counted=line.counted_quantity,
                       unit=line.item.base_unit, item=line.item.name, field="quantity")
    if note.strip():
        line.note = note.strip()[:500]
    db.session.flush()
    return line


@dataclass(frozen=True, slots=True)
class Figure:
    """What was counted of a line, beside what its page showed: see `count`."""

    quantity: Decimal
    seen: Decimal | None = None
    drawn: int | None = None


class BadLines(Refused):
    """Nothing was written; each line that is in the way with its reason."""

    def __init__(self, lines: Mapping[int, Refused]) -> None:
        super().__init__(N_("Nothing was saved yet. Lines that need another look: %(count)s."),
                         count=len(lines))
        self.lines = lines


def count_lines(stocktake: Stocktake, figures: Mapping[int, Figure], *, by: User) -> int:
    """Write several lines at once, all or none; how many. Raises `BadLines`, `NotAllowed`, `WrongState` or
    `Refused`."""
    _may_count(stocktake, by)
    items = db.session.scalars(sa.select(StocktakeLine.item_id).where(
        StocktakeLine.stocktake_id == stocktake.id, StocktakeLine.id.in_(figures)))
    stock.lock_pairs({(stocktake.store_id, item_id) for item_id in items})
    bad: dict[int, Refused] = {}
    for line_id, figure in sorted(figures.items()):
        try:
            count(stocktake, line_id, figure.quantity, seen=figure.seen, drawn=figure.drawn, by=by)
        except WrongState:
            raise
        except Refused as refusal:
            bad[line_id] = refusal
    if bad:
        raise BadLines(bad)
    return len(figures)


def fitting(item: Item, quantity: Decimal) -> Decimal:
    """A count in base units, as the item is counted. Raises `Refused`."""
    if quantity < 0:
        raise Refused(N_("Must be 0 or more."), field="quantity")
    try:
        return item.in_base(QUANTITY.exact(quantity), Decimal(1))
    except (ValueError, InvalidOperation):
        raise Refused(N_("Write a number, for example 12.5."), field="quantity") from None


def together(item: Item, parts: Iterable[tuple[UnitConversion, Decimal]]) -> Decimal:
    """Base units of a count in several units: two boxes and five tablets."""
    total = Decimal(0)
    for unit, quantity in parts:
        if unit.item_id != item.id:
            raise Refused(N_("Choose a unit of measure of this item."), field="quantity")
        if quantity < 0:
            raise Refused(N_("Must be 0 or more."), field="quantity")
        total += quantity * unit.factor
    return total


def add_found_item(stocktake: Stocktake, item: Item, *, by: User, batch: str = "",
                   expires_on: date | None = None,
                   quantity: Decimal | None = None) -> list[StocktakeLine]:
    """The lines of an item, or of one batch of it, that somebody holds in their hands; made where the list
    has none.

    With a `quantity` (base units) the line is counted at once. What is more than the ledger says is valued at
    the store's average, else at the item's usual price. Raises `Conflict`, `NotAllowed`, `WrongState` or
    `Refused`.
    """
    _may_count(stocktake, by, shared=False)
    lock(stocktake)  # one of two who find the same item makes its line
    lock_rows(Store, {stocktake.store_id})
    db.session.refresh(stocktake, ["state", "lines"])
    _may_count(stocktake, by, shared=False)
    batch = batch.strip()
    lines = _named_lines(stocktake, item, batch, expires_on) or _made(stocktake, item, batch, expires_on)
    if quantity is not None:
        if len(lines) > 1:
            raise Refused(N_("Several batches of it are on the list. Write which one."), field="batch")
        count(stocktake, lines[0].id, quantity, seen=None, by=by)
    return lines


def _named_lines(stocktake: Stocktake, item: Item, batch: str,
                 expires_on: date | None) -> list[StocktakeLine]:
    mine = [line for line in stocktake.lines if line.item_id == item.id]
    if not batch:
        return mine
    known = [line for line in mine if line.batch is not None and same_number(line.batch.number, batch)]
    if known and expires_on is not None:
        stock.batches([(item.id, batch, expires_on)])  # refuses another expiry
    return known


def _made(stocktake: Stocktake, item: Item, batch: str, expires_on: date | None) -> list[StocktakeLine]:
    batch_id = db.session.scalar(sa.select(StockBatch.id).where(StockBatch.item_id == item.id,
                                                                StockBatch.number_key
                                                                == batch_key(batch))) if batch else None
    is_known = batch_id is not None if batch else stock.lies_in(stocktake.store_id, item.id)
    if item.batch_tracked and not is_known and not (batch and expires_on):
        raise Refused(N_("%(item)s needs a batch number and an expiry date."), item=item.name,
                      field="expires_on" if batch else "batch")
    if batch and (not is_known or expires_on is not None):
        batch_id = stock.batches([(item.id, batch, expires_on)])[item.id, batch]
    unit = next(unit for unit in item.units if unit.factor == 1)
    made = [StocktakeLine(item_id=item.id, unit_id=unit.id, batch_id=batch_id)]
    stocktake.lines.append(made[0])
    db.session.flush()
    corrections.by_batch(stocktake, made)
    db.session.flush()
    return made


# ---------------------------------------------------------------- what is to be counted

@dataclass(frozen=True)
class Choice:
    """Which items of the store: of some categories, with stock only, or all that ever lay there."""

    category_ids: frozenset[int] = frozenset()
    with_stock_only: bool = True


def items_of(store_id: int, choice: Choice) -> sa.Select[Any]:
    statement = (sa.select(Item.id).join(StoreItem, StoreItem.item_id == Item.id)
                 .where(StoreItem.store_id == store_id))
    if choice.category_ids:
        statement = statement.where(Item.category_id.in_(choice.category_ids))
    if choice.with_stock_only:
        return statement.where(StoreItem.quantity > 0)
    return statement.where(sa.or_(Item.status == Status.ACTIVE, StoreItem.quantity > 0))


def choose(stocktake: Stocktake, choice: Choice, *, by: User) -> int:
    """Put the items of a choice on a draft; how many came to it. Raises `NotAllowed`, `WrongState` or
    `Refused`."""
    if not by.has_role(*COUNTERS):
        raise NotAllowed(N_("Your role may not do this step."))
    lock(stocktake)
    if stocktake.state != StocktakeState.DRAFT:
        raise WrongState(N_("The items of %(what)s are chosen while it is a draft."), what=str(stocktake))
    ids = set(db.session.scalars(items_of(stocktake.store_id, choice)))
    before = {line.item_id for line in stocktake.lines}
    if not ids - before:
        raise Refused(N_("There is nothing more of this choice in %(store)s."), store=str(stocktake.store))
    if len(ids | before) > MOST_ITEMS:
        raise Refused(N_("That would be more than %(most)s items. Count by category."), most=MOST_ITEMS)
    corrections.choose_items(stocktake, ids)
    db.session.flush()
    return len(ids - before)


# ---------------------------------------------------------------- the sheet

def places_of(stocktake: Stocktake) -> dict[int, str]:
    """The shelves of the items on the list, by item."""
    return shelves.locations(stocktake.store_id, (line.item_id for line in stocktake.lines))


def ordered(stocktake: Stocktake, places: Mapping[int, str], *,
            with_units: bool = False) -> list[StocktakeLine]:
    """The lines as people walk: by shelf, then by category, item and batch, with what a sheet shows."""
    more = (joinedload(StocktakeLine.item).selectinload(Item.units),) if with_units else ()
    return sorted(db.session.scalars(
        sa.select(StocktakeLine).where(StocktakeLine.stocktake_id == stocktake.id)
        .options(*more, joinedload(StocktakeLine.item).joinedload(Item.category),
                 joinedload(StocktakeLine.batch), joinedload(StocktakeLine.unit),
                 joinedload(StocktakeLine.counted_by))).unique(),
        key=lambda line: (shelves.walk(places.get(line.item_id)), line.item.category.name, line.item.name,
                          line.item_id, line.batch.number if line.batch else "", line.id))


def moved(stocktake: Stocktake) -> dict[int, count_moments.Since]:
    """By line: what moved since it was counted, or since the counting began where nobody counted it yet."""
    return count_moments.since_the_start(stocktake) | count_moments.since(stocktake)


def sheet_row(line: StocktakeLine, places: Mapping[int, str],
              moved: Mapping[int, count_moments.Since]) -> list[Any]:
    """A row of the sheet to fill in; never what is expected."""
    batch, since = line.batch, moved.get(line.id)
    return [line.id, places.get(line.item_id), line.item.code, line.item.name, line.item.barcode,
            batch.number if batch else None, batch.expires_on if batch else None, line.item.base_unit,
            line.counted_quantity, line.note, since.quantity if since else None]


def bring(stocktake: Stocktake, listed: Listed, heads: dict[str, str], *, by: User, replace: bool = False,
          at: datetime | None = None) -> int:
    """Take over a filled-in sheet that was counted at the hour `at`, all rows or none; how many lines were
    counted.

    `heads` maps what stands in the first row to `line`, `code`, `batch`, `counted` and `note`. A row is known
    by its line or, without, by code and batch; empty counts are left alone, and so are figures that stand
    there already. What somebody else, or somebody later, counted otherwise is only written over with
    `replace`; the same figures are held at this hour then, too. Raises `Refused` that names every wrong row.
    """
    _may_count(stocktake, by)
    at = count_moments.hour_of(stocktake, at)
    names = {heads[head]: head for head in listed.heads if head in heads}
    if "counted" not in names or not ({"line", "code"} & names.keys()):
        raise Refused(N_("The sheet needs the columns Line and Counted, as it was downloaded."), field="file")
    lines = {line.id: line for line in ordered(stocktake, {})}
    bad: list[tuple[int, Refused]] = []
    wanted = _wanted(listed, names, lines, bad)
    for line_id, (row_number, quantity, _note) in wanted.items():
        line = lines[line_id]
        is_later = at is not None and line.counted_at is not None and line.counted_at > at
        if not replace and line.counted_quantity not in (None, quantity) and (line.counted_by_id != by.id
                                                                              or is_later):
            bad.append((row_number, Refused(
                N_("%(who)s counted %(counted)s of %(item)s already"), item=line.item.name,
                who=line.counted_by.name if line.counted_by else "–", counted=line.counted_quantity)))
    if bad:
        raise BadRows(sorted(bad, key=lambda entry: entry[0]))
    fresh = {line_id: row for line_id, row in wanted.items()
             if replace or lines[line_id].counted_quantity != row[1]}
    stock.lock_pairs({(stocktake.store_id, lines[line_id].item_id) for line_id in fresh})
    for line_id, (_row, quantity, note) in sorted(fresh.items()):
        count(stocktake, line_id, quantity, seen=lines[line_id].counted_quantity, by=by, note=note, at=at)
    return len(wanted)


def _wanted(listed: Listed, names: dict[str, str], lines: dict[int, StocktakeLine],
            bad: list[tuple[int, Refused]]) -> dict[int, tuple[int, Decimal, str]]:
    """Row, figure and note by line; rows that say nothing clear go to `bad`."""
    by_code: dict[tuple[str, str], StocktakeLine] = {
        (line.item.code.lower(), number_key(line.batch.number) if line.batch else ""): line
        for line in lines.values()}
    wanted: dict[int, tuple[int, Decimal, str]] = {}
    for row in listed.rows:
        cell = {name: row.cells.get(head) for name, head in names.items()}
        if cell["counted"] is None:
            continue
        try:
            line = _named(cell, lines, by_code)
            if line.id in wanted:
                raise Refused(N_("the line stands in row %(row)s too"), row=wanted[line.id][0])
            wanted[line.id] = (row.number, _counted(line, cell["counted"]), str(cell.get("note") or ""))
        except Refused as refusal:
            bad.append((row.number, refusal))
    return wanted


class BadRows(Refused):
    """Nothing was taken over; each wrong row with its reason."""

    def __init__(self, rows: list[tuple[int, Refused]]) -> None:
        super().__init__(NN_("Nothing was taken over; %(count)s row is wrong.",
                             "Nothing was taken over; %(count)s rows are wrong."), field="file",
                         count=len(rows))
        self.rows = rows


def _named(cell: dict[str, Any], lines: dict[int, StocktakeLine],
           by_code: dict[tuple[str, str], StocktakeLine]) -> StocktakeLine:
    key = str(cell.get("line") or "").strip()
    code, batch = str(cell.get("code") or "").strip(), str(cell.get("batch") or "").strip()
    if key:
        line = lines.get(int(key)) if key.isascii() and key.isdigit() and len(key) < 18 else None
        if line is None:
            raise Refused(N_("line %(line)s is not on this stocktake"), line=key)
        if code and code.lower() != line.item.code.lower():
            raise Refused(N_("line %(line)s is %(item)s, not %(code)s"), line=key, item=line.item.code,
                          code=code)
        return line
    line = by_code.get((code.lower(), number_key(batch)))
    if line is None:
        raise Refused(N_("%(code)s with the batch “%(batch)s” is not on this stocktake"), code=code or "–",
                      batch=batch or "–")
    return line


def _counted(line: StocktakeLine, cell: Any) -> Decimal:
    try:
        return fitting(line.item, number(cell))
    except ValueError:
        raise Refused(N_("“%(cell)s” is no quantity; write it like 1250 or 12.5"),
                      cell=str(cell)[:30]) from None
