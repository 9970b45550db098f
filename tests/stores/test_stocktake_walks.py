"""Whatever moves while a store is counted, and in whatever order: once a stocktake is posted the books say
what lies on the shelves.

The shelf is a number of the test's own: it begins away from the books, and every delivery and receipt changes
both. Whoever counts reads the shelf; a sheet on paper has what lay there at its hour. More walks:
`WALKS=500`.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models import clock
from models.base import db, one_transaction
from models.errors import Refused
from models.journal import Posting
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.operations.ledger import stock
from models.operations.stores import corrections, count_moments, stocktake_counting
from models.returns import Spoilage
from models.roles import Role
from models.stock import MoveKind
from models.stocktakes import Stocktake, StockTransfer, StockTransferLine
from tests.support import factories as make

START = datetime(2026, 5, 12, 7, tzinfo=clock.zone())
OUT = {"delivery": MoveKind.DELIVERY, "spoilage": MoveKind.SPOILAGE,
       "supplier return": MoveKind.SUPPLIER_RETURN}
IN = {"receipt": MoveKind.RECEIPT, "unit return": MoveKind.UNIT_RETURN}
KINDS = (*OUT, *IN, "delivery", "receipt", "transfer", "count", "count", "look", "look", "save", "save",
         "sheet", "sheet", "submit", "submit", "approve", "recount", "start")
turns = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 1), st.integers(1, 12)), min_size=8,
                 max_size=40)


class House:
    """One store with two goods: what the test knows of its shelf, hour by hour, beside the books."""

    def __init__(self, off: tuple[int, int]) -> None:
        clock.freeze(START)
        make.make_chart()
        self.keepers = [make.make_user(Role.STORE_STAFF), make.make_user(Role.FACILITIES_STAFF)]
        self.store_head = make.make_user(Role.STORE_HEAD)
        self.head, self.account = make.make_user(Role.FACILITIES_HEAD), make.make_account().id
        self.store, self.items = make.make_store(), [make.make_item(),
                                                     make.make_item(price_hint=Decimal(700))]
        self.batches = stock.without_batch(item.id for item in self.items)
        self.shelf = [10 + off[0], max(0, off[1])]
        self.other_store = make.make_store()
        make.stock_up(self.store, self.items[0], 10, 10_000)
        for item in self.items:
            make.stock_up(self.other_store, item, 900, 90_000)
        self.list: tuple[Any, dict[int, Any]] | None = None
        self.hours: list[tuple[datetime, tuple[int, ...]]] = []
        self.stocktake: Any = None
        self.posted = 0

    def books(self) -> list[int]:
        there = stock.balances(self.store.id, {item.id for item in self.items})
        return [int(there.get((item.id, self.batches[item.id]), 0)) for item in self.items]

    def turn(self, kind: str, which: int, number: int) -> None:
        clock.freeze(clock.now() + timedelta(minutes=1 + number))
        if kind in OUT or kind in IN:
            self.move(kind, which, number)
        else:
            getattr(self, f"to_{kind}")(which, number)
        self.hours.append((clock.now(), tuple(self.shelf)))

    def move(self, kind: str, which: int, number: int) -> None:
        by, item = self.keepers[number % 2], self.items[which]
        paper = make.saved(Spoilage(created_by=by, store_id=self.store.id))
        if kind in IN:
            stock.receive(paper, self.store.id,
                          [stock.Incoming(1, item.id, Decimal(number), self.batches[item.id],
                                                                Decimal(number * 1000))],
                          kind=IN[kind], on=clock.today(), by=by,
                          against=stock.against(Posting.RECEIVED_NOT_INVOICED))
            self.shelf[which] += number
            return
        # nobody hands out what does not lie there
        number = min(number, self.shelf[which], self.books()[which])
        if number:
            stock.issue(paper, self.store.id, [stock.Outgoing(1, item.id, Decimal(number))], kind=OUT[kind],
                        on=clock.today(), by=by, against=stock.against(Posting.EXPENSE, self.account))
            self.shelf[which] -= number

    def is_in(self, state: str) -> bool:
        return self.stocktake is not None and self.stocktake.state == state

    def to_start(self, which: int, number: int) -> None:
        if self.stocktake is not None and self.stocktake.state != "posted":
            return
        by = self.keepers[number % 2]
        self.stocktake = make.saved(Stocktake(created_by=by, store=self.store))
        corrections.choose_items(self.stocktake, [item.id for item in self.items])
        opened(self.stocktake, by=by)
        perform(self.stocktake, "start", by=by)

    def line(self, which: int) -> Any:
        return next(line for line in self.stocktake.lines if line.item_id == self.items[which].id)

    def to_count(self, which: int, number: int) -> None:
        if self.is_in("counting"):
            line = self.line(which)
            stocktake_counting.count(self.stocktake, line.id, Decimal(self.shelf[which]),
                                     seen=line.counted_quantity,
                                     by=self.keepers[number % 2])

    def to_transfer(self, which: int, number: int) -> None:
        """To another store or from it."""
        item, stores = self.items[which], (self.store.id, self.other_store.id)
        inward = number % 2 == 0
        number = number if inward else min(number, self.shelf[which], self.books()[which])
        if number:
            here, there = reversed(stores) if inward else stores
            transfer = make.saved(StockTransfer(
                created_by=self.keepers[0], store_id=here, to_store_id=there,
                lines=[StockTransferLine(item=item, unit=make.unit_of(item), quantity=Decimal(number),
                                         factor=Decimal(1))]))
            for step, by in (("submit", self.keepers[0]), ("approve", self.store_head),
                             ("receive", self.store_head)):
                perform(transfer, step, by=by)
            self.shelf[which] += number if inward else -number

    def to_look(self, which: int, number: int) -> None:
        """Somebody walks along the shelves with the list of all lines, and will save it later."""
        if self.is_in("counting"):
            last = count_moments.last_moves(self.stocktake, self.stocktake.lines)
            self.list = self.stocktake, {
                self.line(place).id: stocktake_counting.Figure(
                    Decimal(self.shelf[place]), self.line(place).counted_quantity, last.get(item.id, 0))
                for place, item in enumerate(self.items)}

    def to_save(self, which: int, number: int) -> None:
        if self.list is None or self.list[0] is not self.stocktake or not self.is_in("counting"):
            return
        lines = {self.line(place).id: place for place in (0, 1)}
        moved = {line_id: count_moments.moved_after(self.stocktake, self.line(lines[line_id]), figure.drawn)
                 for line_id, figure in self.list[1].items()}
        told = self.saved(self.list[1])
        assert {line_id for line_id, quantity in moved.items() if quantity is not None} <= told
        self.list = None
        if told:
            self.to_look(which, number)

    def saved(self, figures: dict[int, Any]) -> set[int]:
        """Save a list; the lines that stood in the way."""
        try:
            with one_transaction():
                stocktake_counting.count_lines(self.stocktake, figures, by=self.keepers[1])
        except stocktake_counting.BadLines as refusal:
            db.session.expire_all()
            return set(refusal.lines)
        return set()

    def to_sheet(self, which: int, number: int) -> None:
        """What somebody wrote on paper some turns ago is typed in now."""
        if not self.is_in("counting") or not self.hours:
            return
        at, lay = self.hours[-min(number, len(self.hours))]
        line = self.line(which)
        try:
            at = count_moments.hour_of(self.stocktake, at)
        except Refused:
            assert at < count_moments.began(self.stocktake)
            return
        stocktake_counting.count(self.stocktake, line.id, Decimal(lay[which]), seen=line.counted_quantity,
                                 by=self.keepers[0],
                                 at=at)

    def to_submit(self, which: int, number: int) -> None:
        if self.is_in("counting") and all(line.counted_quantity is not None for line in self.stocktake.lines):
            perform(self.stocktake, "submit", by=self.keepers[number % 2])

    def to_recount(self, which: int, number: int) -> None:
        if self.is_in("submitted"):
            chosen = {self.line(which).id: {"count_again": True}} if number % 3 else {}
            perform(self.stocktake, "recount", by=self.head, reason="sekali lagi", given_lines=chosen)

    def to_approve(self, which: int, number: int) -> None:
        if not self.is_in("submitted"):
            return
        books = self.books()
        short = [self.line(place) for place in (0, 1)
                 if self.line(place).system_quantity - self.line(place).counted_quantity > books[place]]
        said = self.refused()
        if short:
            assert said
            assert all(line.item.name in said for line in short)
            perform(self.stocktake, "recount", by=self.head, reason="kurang",
                    given_lines={line.id: {"count_again": True} for line in short})
            return
        assert not said
        self.posted += 1
        assert self.books() == self.shelf

    def refused(self) -> str:
        """Approve; what was said where it was refused."""
        try:
            with one_transaction():
                perform(self.stocktake, "approve", by=self.head)
        except Refused as refusal:
            db.session.expire_all()
            return str(refusal)
        return ""

    def finish(self) -> None:
        """From any state people alone bring it to its end."""
        self.turn("start", 0, 1)
        for _ in range(3):
            for which in (0, 1):
                if self.is_in("counting") and self.line(which).counted_quantity is None:
                    self.turn("count", which, 1)
            self.turn("submit", 0, 1)
            self.turn("approve", 0, 1)
        assert self.is_in("posted")
        assert self.books() == self.shelf


@pytest.fixture
def savepoint(session: Any) -> Any:
    """What a walk wrote is undone at its end."""
    session.flush()
    connection = db.session.connection()

    def begin() -> Any:
        db.session.remove()
        return connection.begin_nested()
    yield begin
    clock.freeze(None)


def test_once_it_is_posted_the_books_say_what_lies_on_the_shelf(savepoint: Any) -> None:
    seen = {"posted": 0, "walks": 0}

    @settings(max_examples=int(os.environ.get("WALKS", "25")), deadline=None, derandomize=True, database=None,
              phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
    @given(turns=turns, off=st.tuples(st.integers(-10, 6), st.integers(-3, 6)))
    def walk(turns: list[tuple[str, int, int]], off: tuple[int, int]) -> None:
        undo = savepoint()
        try:
            house = House(off)
            house.turn("start", 0, 1)
            for turn in turns:
                house.turn(*turn)
            house.finish()
            assert [name for name, check in checks.CHECKS if name.startswith(("stock", "journal"))
                    and check(db.session) is not None] == []
            seen["posted"] += house.posted
            seen["walks"] += 1
        finally:
            db.session.remove()
            undo.rollback()

    walk()
    assert seen["posted"] > seen["walks"]  # some walks post more than the one at their end
