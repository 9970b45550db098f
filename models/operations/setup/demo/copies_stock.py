"""What makes the stock of the copies come out to nothing: goods of a programme that were there at first, and
deliveries at the end of each turn that take what is left.

So the played year begins with its own stock, however many copies lie before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.items import UnitConversion
from models.journal import Posting
from models.operations.ledger import journal
from models.operations.setup.demo.copies_chosen import AGAIN, MOST, WHOLE, Pick
from models.operations.setup.demo.world import World
from models.stock import StockMove

#: Lines of one document, and when it was, in days before today.
LINES, AGE = 8, 371
#: Keys begin so far below zero.
KEYS = 1_000_000
ZERO, ONE, CENT = Decimal(0), Decimal(1), Decimal("0.01")
#: What an item without value is booked at, in rupiah.
SOME = Decimal(1000)
#: Item, batch, quantity, value.
Line = tuple[int, int, Decimal, Decimal]
Steps = tuple[tuple[str, str, str], ...]
RECEIVED: Steps = (("create", "draft", "store_staff"), ("submit", "submitted", "store_staff"),
                   ("approve", "posted", "facilities_head"))
ASKED: Steps = (("create", "draft", "author"), ("submit", "submitted", "author"),
                ("approve", "approved", "store_head"), ("close", "done", "store_head"))
GIVEN: Steps = (("create", "draft", "store_staff"), ("submit", "submitted", "store_staff"),
                ("approve", "approved", "facilities_head"), ("deliver", "delivered", "store_staff"),
                ("acknowledge", "done", "author"))


class Evened:
    """Rows by table that are copied beside the picked ones; their keys are below zero."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.places: dict[tuple[str, int], tuple[int, tuple[str, int]]] = {}
        self.on = world.today - timedelta(days=AGE)
        self.at = datetime.combine(self.on, time(7), clock.zone())
        self.units = dict(world.session.execute(sa.select(UnitConversion.item_id, sa.func.min(
            UnitConversion.id)).where(UnitConversion.factor == 1).group_by(UnitConversion.item_id)).all())
        self.accounts = journal.accounts([Posting.INVENTORY, Posting.PROGRAMME, Posting.EXPENSE])
        self.people = {key: user.id for key, user in world.users.items()}
        self.people["author"] = next(user.id for key, user in world.users.items()
                                     if key.startswith("unit_user"))
        self.work_unit = next(user.work_unit_id for key, user in world.users.items()
                              if key.startswith("unit_user"))

    # ------------------------------------------------------------ what is over or short

    def balance(self, picks: dict[str, dict[int, Pick]]) -> None:
        """Even out the picked moves, and add the rows to the picks."""
        short: dict[int, list[Line]] = defaultdict(list)
        over: dict[int, list[Line]] = defaultdict(list)
        for (store, item), (batches, value) in sorted(self._left(picks["stock_move"]).items()):
            come, go = _needed(batches, value)
            short[store] += [(item, *line) for line in come]
            over[store] += [(item, *line) for line in go]
        for store, lines in sorted(short.items()):
            for some in _in_parts(lines):
                self._received(store, some)
        for store, lines in sorted(over.items()):
            for some in _in_parts(lines):
                self._delivered(store, some)
        self._pick(picks)

    def _left(self, picked: Iterable[int]) -> dict[tuple[int, int], tuple[dict[int, Decimal], Decimal]]:
        """Quantity by batch, and value, that the picked moves leave in a store."""
        left: dict[tuple[int, int], tuple[dict[int, Decimal], Decimal]] = {}
        keys, move = set(picked), StockMove
        for row in self.world.session.execute(sa.select(
                move.id, move.store_id, move.item_id, move.batch_id, move.quantity, move.value)):
            times = sum(row.id - again * AGAIN in keys for again in range(MOST))
            if times:
                batches, value = left.get((row.store_id, row.item_id), ({}, ZERO))
                batches[row.batch_id] = batches.get(row.batch_id, ZERO) + times * row.quantity
                left[row.store_id, row.item_id] = batches, value + times * row.value
        return left

    def _pick(self, picks: dict[str, dict[int, Pick]]) -> None:
        for name, rows in self.rows.items():
            table = picks[name]
            for row in rows:
                place, piece = self.places[name, row["id"]]
                table[row["id"]] = Pick(0, AGE, AGE, place, piece)
            for rank, key in enumerate(sorted(table), start=1):
                table[key].rank = rank

    # ------------------------------------------------------------ documents

    def _add(self, name: str, place: int, piece: tuple[str, int] | None = None, **row: Any) -> int:
        key = len(self.rows[name]) - KEYS
        self.rows[name].append({"id": key, **row})
        self.places[name, key] = place, piece or (name, key)
        return key

    def _document(self, name: str, place: int, prefix: str, steps: Steps,
                  piece: tuple[str, int] | None = None, **row: Any) -> int:
        key = self._add(name, place, piece, created_by_id=self.people[steps[0][2]], state=steps[-1][1],
                        created_at=self.at, number="", version=1, **row)
        self.at += timedelta(minutes=5)
        about = {"document_type": name, "document_id": key}
        before, piece = None, piece or (name, key)
        for turn, (step, state, who) in enumerate(steps):
            self._add("document_event", place, piece, **about, transition=step, from_state=before,
                      to_state=state, user_id=self.people[who],
                      occurred_at=self.at + timedelta(minutes=40 * turn))
            before = state
        self._add("document_number", place, piece, **about, prefix=prefix, year=0, sequence=0, number="",
                  verify_code="")
        return key

    def _posted(self, name: str, place: int, piece: tuple[str, int], key: int, store: int,
                lines: Sequence[tuple[int, Line]], kind: str, sign: int, other: Posting) -> None:
        """The moves of a document and its entry. `lines`: the key of each line with it."""
        keeper, at = self.people["store_staff"], self.at + timedelta(hours=3)
        about = {"document_type": name, "document_id": key, "user_id": keeper, "occurred_at": at}
        for line, (item, batch, quantity, value) in lines:
            self._add("stock_move", place, piece, **about, store_id=store, item_id=item, batch_id=batch,
                      quantity=sign * quantity, unit_cost=(value / quantity).quantize(CENT),
                      value=sign * value, line_id=line, kind=kind, moved_on=self.on)
        total = sum((line[3] for _key, line in lines), ZERO)
        if not total:
            return
        entry = self._add("journal_entry", place, piece, **about, posted_on=self.on, period_id=0)
        for purpose, to_left in ((Posting.INVENTORY, sign > 0), (other, sign < 0)):
            self._add("journal_line", place, piece, entry_id=entry, purpose=purpose,
                      account_id=self.accounts[purpose], debit=total if to_left else ZERO,
                      credit=ZERO if to_left else total)

    def _received(self, store: int, lines: Sequence[Line]) -> None:
        key = self._document("goods_receipt", 0, "RCV", RECEIVED, store_id=store, source="programme",
                             source_name="Program Dinas Kesehatan", received_on=self.on)
        piece, written = ("goods_receipt", key), []
        for line in lines:
            item, batch, quantity, value = line
            written.append((self._add(
                "goods_receipt_line", 0, piece, goods_receipt_id=key, item_id=item, unit_id=self.units[item],
                factor=ONE, received_quantity=quantity, batch_id=batch, discount=ZERO, is_bonus=False,
                unit_price=(value / quantity).quantize(CENT), net_value=value), line))
        self._posted("goods_receipt", 0, piece, key, store, written, "receipt", 1, Posting.PROGRAMME)

    def _delivered(self, store: int, lines: Sequence[Line]) -> None:
        last = WHOLE - 1
        request = self._document("store_request", last, "SR", ASKED, work_unit_id=self.work_unit,
                                 requested_on=self.on, store_id=store, urgency="normal",
                                 purpose="Persediaan bangsal")
        piece, written = ("store_request", request), []
        key = self._document("delivery_request", last, "DR", GIVEN, piece, store_request_id=request,
                             store_id=store, delivered_on=self.on,
                             account_id=self.world.things["expense_account"])
        for line in lines:
            item, _batch, quantity, _value = line
            given = {"item_id": item, "unit_id": self.units[item], "quantity": quantity, "factor": ONE}
            self._add("store_request_line", last, piece, store_request_id=request, **given)
            written.append((self._add("delivery_request_line", last, piece, delivery_request_id=key,
                                      delivered_quantity=quantity, arrived_quantity=quantity, **given), line))
        self._posted("delivery_request", last, piece, key, store, written, "delivery", -1, Posting.EXPENSE)


def _in_parts(lines: list[Line]) -> Iterator[list[Line]]:
    return (lines[first:first + LINES] for first in range(0, len(lines), LINES))


def _needed(batches: dict[int, Decimal], value: Decimal) -> tuple[list[tuple[int, Decimal, Decimal]],
                                                                  list[tuple[int, Decimal, Decimal]]]:
    """What must come and what must go (batch, quantity, value), so that quantities and value are nothing."""
    come = {batch: -left for batch, left in batches.items() if left < 0}
    go = {batch: left for batch, left in batches.items() if left > 0}
    if (value > 0 and not go) or (value < 0 and not come):  # one more comes and goes again
        batch = min(batches)
        come[batch] = come.get(batch, ZERO) + 1
        go[batch] = go.get(batch, ZERO) + 1
    comes = max(-value, ZERO) if not go else max(-value, SOME * sum(come.values(), ZERO)) if come else ZERO
    return _spread(come, comes), _spread(go, value + comes)


def _spread(quantities: dict[int, Decimal], value: Decimal) -> list[tuple[int, Decimal, Decimal]]:
    whole, left, lines = sum(quantities.values(), ZERO), value, []
    for place, (batch, quantity) in enumerate(sorted(quantities.items()), start=1):
        part = left if place == len(quantities) else (value * quantity / whole).quantize(CENT)
        lines.append((batch, quantity, part))
        left -= part
    return lines
