"""Any mix of units, broken packs, bonus goods, part receipts, use and reversals: the progress of the order,
the ledger and the journal say the same, to the piece and to the sen. More walks: `WALKS=500`."""

from __future__ import annotations

import os
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models import clock
from models.base import db
from models.errors import Refused
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine
from models.journal import Posting
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.operations.ledger import stock
from models.operations.purchasing import receipts
from models.purchasing import PurchaseOrderState
from models.returns import Spoilage
from models.stock import MoveKind, StoreItem
from tests.purchasing.test_receipts import Cast, balance
from tests.support import factories as make

UNITS = {"tablet": 1, "pak": 12, "box": 60, "strip": 7}
SEN = Decimal("0.01")
KINDS = ("receive", "receive", "receive", "bonus", "use", "reverse")
steps = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(sorted(UNITS)), st.integers(1, 40)),
                 min_size=3, max_size=14)
prices = st.tuples(st.integers(1, 5_000_000), st.integers(0, 9999))


class Gate:
    """One order of an item, and what the test knows of it beside the books."""

    def __init__(self, quantity: int, price: tuple[int, int], tracked: bool) -> None:
        self.cast = Cast()
        self.item = make.make_item({name: str(factor) for name, factor in UNITS.items() if factor > 1},
                                   batch_tracked=tracked)
        order = self.cast.order((self.item, quantity, Decimal(price[0]) / 100))
        order.lines[0].unit = make.unit_of(self.item, "pak")
        order.lines[0].discount = Decimal(price[1]) / 100
        db.session.flush()
        self.order, self.whole = self.cast.sent(order), quantity * 12
        self.live: list[tuple[GoodsReceipt, int, bool]] = []
        self.used = self.batch = 0

    @property
    def ordered(self) -> int:
        return sum(base for _receipt, base, bonus in self.live if not bonus)

    def receive(self, unit: str, quantity: int, bonus: bool = False) -> None:
        base = quantity * UNITS[unit]
        if self.order.state != PurchaseOrderState.SENT:
            return
        receipt = GoodsReceipt(purchase_order=self.order, supplier=self.order.supplier,
                               store=self.order.store, created_by=self.cast.keeper, lines=[GoodsReceiptLine(
                                   item=self.item, unit=make.unit_of(self.item, unit), is_bonus=bonus,
                                   received_quantity=Decimal(quantity), rejected_quantity=Decimal(1),
                                   rejection_reason="pecah", **self.label())])
        db.session.add(receipt)
        opened(receipt, by=self.cast.keeper)
        if not bonus and self.ordered + base > self.whole:
            with pytest.raises(Refused, match="at most"):
                perform(receipt, "post", by=self.cast.keeper)
            perform(receipt, "cancel", by=self.cast.keeper, reason="terlalu banyak")
            return
        perform(receipt, "post", by=self.cast.keeper)
        self.live.append((receipt, base, bonus))
        if not bonus:
            due = (self.order.net_total * self.ordered / self.whole).quantize(SEN, ROUND_HALF_UP)
            assert -balance(db.session, Posting.RECEIVED_NOT_INVOICED) == due

    def label(self) -> dict[str, Any]:
        self.batch += 1
        return {"batch_number": f"B{self.batch % 3}", "expires_on": clock.today().replace(year=2099)} \
            if self.item.batch_tracked else {}

    def use(self, quantity: int) -> None:
        there = sum(base for _receipt, base, _bonus in self.live) - self.used
        if quantity > there:
            return
        paper = make.saved(Spoilage(created_by=self.cast.keeper, store_id=self.order.store_id))
        stock.issue(paper, self.order.store_id, [stock.Outgoing(1, self.item.id, Decimal(quantity))],
                    kind=MoveKind.SPOILAGE, on=clock.today(), by=self.cast.keeper,
                    against=stock.against(Posting.LOSS))
        self.used += quantity

    def reverse(self, which: int) -> None:
        if not self.live:
            return
        place = which % len(self.live)
        refused = ""
        try:
            with db.session.begin_nested():
                perform(self.live[place][0], "reverse", by=self.cast.store_head, reason="salah hitung")
        except Refused as refusal:
            refused = str(refusal)
        if refused:
            assert self.used
            assert "SPL" in refused
            return
        del self.live[place]

    def turn(self, kind: str, unit: str, number: int) -> None:
        if kind in ("receive", "bonus"):
            self.receive(unit, number, kind == "bonus")
        elif kind == "use":
            self.use(number)
        else:
            self.reverse(number)
        self.agree()

    def agree(self) -> None:
        assert sum(receipts.received(self.order).values()) == self.ordered
        lies = sum(base for _receipt, base, _bonus in self.live) - self.used
        assert sum(stock.balances(self.order.store_id, {self.item.id}).values()) == lies
        held = db.session.scalars(sa.select(StoreItem).filter_by(item_id=self.item.id)).one_or_none()
        assert (held.value if held else 0) == balance(db.session, Posting.INVENTORY)
        assert -balance(db.session, Posting.RECEIVED_NOT_INVOICED) == sum(
            receipt.net_total for receipt, _base, _bonus in self.live)
        assert (self.order.state == PurchaseOrderState.DONE) == (self.ordered == self.whole)

    def finish(self) -> None:
        """What is left comes in pieces: the order is full, and all of its money is owed, no sen more."""
        if self.ordered < self.whole:
            self.receive("tablet", self.whole - self.ordered)
        self.agree()
        assert self.order.state == PurchaseOrderState.DONE
        assert -balance(db.session, Posting.RECEIVED_NOT_INVOICED) == self.order.net_total


@pytest.fixture
def savepoint(session: Any) -> Any:
    """What a walk wrote is undone at its end."""
    session.flush()
    connection = db.session.connection()

    def begin() -> Any:
        db.session.remove()
        return connection.begin_nested()
    return begin


def test_order_ledger_and_journal_agree_whatever_comes(savepoint: Any) -> None:
    @settings(max_examples=int(os.environ.get("WALKS", "15")), deadline=None, derandomize=True, database=None,
              phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
    @given(steps=steps, quantity=st.integers(1, 20), price=prices, tracked=st.booleans())
    def walk(steps: list[tuple[str, str, int]], quantity: int, price: tuple[int, int], tracked: bool) -> None:
        undo = savepoint()
        try:
            gate = Gate(quantity, price, tracked)
            for step in steps:
                gate.turn(*step)
            gate.finish()
            assert [name for name, check in checks.CHECKS if name.startswith(("stock", "journal"))
                    and check(db.session) is not None] == []
        finally:
            db.session.remove()
            undo.rollback()

    walk()
