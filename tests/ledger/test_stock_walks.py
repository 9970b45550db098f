"""Random walks through every document that moves stock: whatever people do in whatever order, the books
agree.

The walk may be refused at any step, and then nothing has changed; nothing but `Refused` may be raised. After
each step
`tests.support.stock_oracle` works everything out anew from the papers. Longer walks: `WALKS=500 WALK_STEPS=80
WALK_SEED=1`; `WALK_SHRINK=1` looks for the shortest walk that fails (minutes).
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.exc import IntegrityError

from models import clock
from models.base import db, one_transaction
from models.documents import DocumentEvent, DocumentNumber
from models.errors import Refused
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine
from models.items import Item
from models.journal import JournalLine
from models.line_quantities import vat
from models.operations.core.approvals import opened, perform
from models.operations.ledger import journal, stock
from models.operations.purchasing import ordering, receipts, shortages, supplier_refunds, supplier_returns
from models.operations.stores import stocktake_counting, stores
from models.people import User
from models.purchasing import PurchaseOrder, PurchaseOrderLine, PurchaseRequest, PurchaseRequestLine
from models.returns import (
    Resolution,
    Spoilage,
    SpoilageLine,
    SupplierReturn,
    SupplierReturnLine,
    UnitReturn,
    UnitReturnLine,
)
from models.roles import Role
from models.stock import StockBatch, StockMove
from models.stocktakes import Stocktake, StocktakeLine, StockTransfer, StockTransferLine
from models.store_requests import DeliveryRequest, DeliveryRequestLine, StoreRequest, StoreRequestLine
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine
from tests.support import stock_oracle as oracle
from tests.support.stock_world import World

START = datetime(2026, 5, 12, 9, tzinfo=clock.zone())
ENDED = {"cancelled", "reversed", "done", "paid", "posted", "accepted"}

#: A number to choose by; spread, because hypothesis likes zero and the ends.
pick = st.integers(0, 2**32).map(lambda number: ((number + 1) * 2_654_435_761 >> 8) % 100_003)
quantities = st.one_of(
    st.integers(1, 12).map(Decimal), st.integers(1, 12).map(Decimal), st.integers(1, 60).map(Decimal),
    st.integers(1, 60).map(Decimal),
    st.sampled_from([Decimal("0.001"), Decimal("0.4"), Decimal("2.5"), Decimal(100), Decimal(170),
                     Decimal(99_999_999_999)]))
prices = st.one_of(st.integers(0, 9_999_999).map(lambda n: Decimal(n).scaleb(-2)),
                   st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("333.33"), Decimal(9_999_999_999)]))
discounts = st.sampled_from([Decimal(0), Decimal(0), Decimal("2.5"), Decimal("33.33"), Decimal(100)])
wanted = st.lists(st.tuples(pick, pick, quantities), min_size=1, max_size=3)
#: What a turn may be, the daily work more often.
KINDS = (
    "ask_a_store", "ask_a_store", "deliver_all", "deliver_all", "deliver_some", "give_back", "give_back",
    "spoil", "move_between_stores", "move_between_stores", "plan_a_count", "count", "ask_to_buy",
    "buy_what_is_short",
    "order_from_a_request", "order_from_many", "order", "order", "receive", "receive", "receive", "bill",
    "bill", "send_back", "send_back", "replace", "refund", "refund", "buy_and_send_back",
    "buy_and_send_back", "buy_and_send_back", "step", "step", "step", "step", "step", "step", "go_on",
    "go_on", "go_on", "write_on_a_paper", "write_on_a_paper", "let_days_pass", "let_days_pass",
    "close_the_month_before", "change_a_unit")
reasons = st.sampled_from(["because of the rain", "because of the rain", "because of the rain", " "])


class StockWalk(RuleBasedStateMachine):
    """People at work. `world` stands still; what a walk wrote is undone at its end."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        clock.freeze(START)
        connection = db.session.connection()
        db.session.remove()
        self.undo = connection.begin_nested()
        self.papers: list[tuple[type[Any], int]] = []
        self.changed = True

    def teardown(self) -> None:
        try:
            books = oracle.Books()
            oracle.reports(books, START.date())
            oracle.verified()
        finally:
            db.session.remove()
            self.undo.rollback()
            clock.freeze(None)

    # ------------------------------------------------------------ tools of the walk

    def act(self, work: Any) -> Any:
        """Do it as a page does: all or nothing. A refusal changes nothing."""
        before = self._fingerprint()
        try:
            with one_transaction():
                result = work()
        except Refused as refusal:
            self.said = str(refusal)
            assert self._fingerprint() == before, "a refused step changed something"
            return None
        finally:
            db.session.expire_all()
        self.changed = True
        return result

    @staticmethod
    def _fingerprint() -> list[Any]:
        tables = [StockMove, JournalLine, DocumentEvent, DocumentNumber]
        return [db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables] + [
            tuple(db.session.scalars(sa.select(Item.stock_on_hand).order_by(Item.id)))]

    def person(self, number: int, *roles: Role) -> User:
        """Somebody with one of `roles`; one time in ten just anybody."""
        ids = (self.world.people_with(*roles) if roles and number % 10 else []) or self.world.person_ids
        return db.session.get_one(User, ids[number // 10 % len(ids)])

    def chosen(self, number: int, *models: type[Any], states: tuple[str, ...] = ()) -> Any:
        """One of the papers, the later ones as likely as the early ones; None where there is none."""
        keys = [(model, key) for model, key in self.papers if not models or model in models]
        if states:
            keys = [(model, key) for model, key in keys if db.session.get_one(model, key).state in states]
        return db.session.get_one(*keys[number % len(keys)]) if keys else None

    def draft(self, make: Any, by: User) -> None:
        """Keep a paper as a form does."""
        def work() -> Any:
            paper = make()
            db.session.add(paper)
            opened(paper, by=by)
            return paper
        self.keep(self.act(work))

    def keep(self, *papers: Any) -> None:
        self.papers += [(type(paper), paper.id) for paper in papers if paper is not None]

    def lines(self, line: type[Any], chosen: Any, **more: Any) -> list[Any]:
        made = []
        for which, unit, quantity in chosen:
            item = self.world.items[which % len(self.world.items)]
            item = db.session.get_one(Item, item.id)
            counted = {} if quantity is None else {"quantity": quantity}
            made.append(line(item_id=item.id, unit_id=item.units[unit % len(item.units)].id, **counted,
                             **more))
        return made

    def store_id(self, number: int) -> int:
        """Mostly the first store, where most things are."""
        return self.world.stores[(0, 0, 0, 1, 2)[number % 5]].id

    # ------------------------------------------------------------ papers of the units and the stores

    def ask_a_store(self, *, who: int, store: int, chosen: Any, **_: Any) -> None:
        by = self.person(who // 10 * 10 + 1, Role.UNIT_USER)
        self.draft(lambda: StoreRequest(created_by=by, work_unit_id=by.work_unit_id,
                                        store_id=self.store_id(store),
                                        lines=self.lines(StoreRequestLine, chosen)), by)

    def deliver_all(self, *, which: int, who: int, **_: Any) -> None:
        request = self.chosen(which, StoreRequest, states=("approved",))
        if request is not None:
            self.keep(self.act(lambda: stores.make_delivery(request, by=self.person(who, Role.STORE_STAFF))))

    def deliver_some(self, *, which: int, who: int, chosen: Any, **_: Any) -> None:
        request = self.chosen(which, StoreRequest)
        by = self.person(who, Role.STORE_STAFF)
        if request is not None:
            self.draft(lambda: DeliveryRequest(created_by=by, store_request_id=request.id,
                                               store_id=request.store_id,
                                               lines=self.lines(DeliveryRequestLine, chosen)), by)

    def give_back(self, *, which: int, who: int, quantity: Decimal, line: int, **_: Any) -> None:
        delivery = self.chosen(which, DeliveryRequest)
        by = self.person(who // 10 * 10 + 1, Role.UNIT_USER)
        if delivery is not None:
            given = delivery.lines[line % len(delivery.lines)]
            self.draft(lambda: UnitReturn(
                created_by=by, work_unit_id=delivery.work_unit_id, store_id=delivery.store_id,
                returned_on=self.day(line), lines=[UnitReturnLine(
                    item_id=given.item_id, unit_id=given.unit_id, delivery_request_line_id=given.id,
                    quantity=min(quantity, given.quantity) if line % 3 else quantity)
                    for _ in range(1 + line % 2)]), by)

    def spoil(self, *, who: int, store: int, chosen: Any, batch: int, **_: Any) -> None:
        by = self.person(who, Role.STORE_STAFF, Role.FACILITIES_STAFF)
        self.draft(lambda: Spoilage(created_by=by, store_id=self.store_id(store), spoiled_on=self.day(who),
                                    lines=self.batched(self.lines(SpoilageLine, chosen), batch)), by)

    def move_between_stores(self, *, who: int, store: int, which: int, chosen: Any, batch: int,
                            **_: Any) -> None:
        by = self.person(who, Role.STORE_STAFF)
        ids = [each.id for each in self.world.stores]
        source = self.store_id(store)
        target = ids[(ids.index(source) + 1 + which % 2) % 3]
        self.draft(lambda: StockTransfer(
            created_by=by, store_id=source, to_store_id=target, transferred_on=self.day(who),
            lines=self.batched(self.lines(StockTransferLine, chosen), batch)), by)

    def plan_a_count(self, *, who: int, store: int, chosen: Any, batch: int, **_: Any) -> None:
        by = self.person(who, Role.STORE_STAFF, Role.FACILITIES_STAFF)
        lines = self.lines(StocktakeLine, [(which, 0, None) for which, _, _ in chosen])
        lines = [*self.batched(lines[:2], batch), *lines[2:]]
        if len({(line.item_id, line.batch_id or number) for number, line in enumerate(lines)}) < len(lines):
            return  # one batch twice: the form says so
        self.draft(lambda: Stocktake(created_by=by, store_id=self.store_id(store), lines=lines), by)

    def count(self, *, which: int, chosen: Any, who: int, only: Any = None, **_: Any) -> None:
        stocktake = only or self.chosen(which, Stocktake, states=("counting",))
        if stocktake is not None:
            def work() -> None:
                there = stock.balances(stocktake.store_id, {line.item_id for line in stocktake.lines})
                by = self.person(who // 10 * 10 + 1, Role.STORE_STAFF, Role.FACILITIES_STAFF)
                for number, line in enumerate(stocktake.lines):
                    if number and number % 4 == who % 4 and only is None:
                        continue  # another day
                    difference = chosen[number % len(chosen)][0] % 19 - 9 if number % 2 == who % 2 else 0
                    counted = max(Decimal(0),
                                  there.get((line.item_id, line.batch_id), Decimal(0)) + difference)
                    stocktake_counting.count(stocktake, line.id, counted, seen=line.counted_quantity, by=by)
            self.act(work)

    # ------------------------------------------------------------ papers of purchasing

    def ask_to_buy(self, *, who: int, store: int, chosen: Any, price: Decimal, **_: Any) -> None:
        by = self.person(who, Role.STORE_STAFF, Role.FACILITIES_STAFF)
        supplier = self.world.suppliers[who % 2].id if who % 3 else None
        self.draft(lambda: PurchaseRequest(created_by=by, store_id=self.store_id(store), lines=self.lines(
            PurchaseRequestLine, chosen, supplier_id=supplier, estimated_price=price)), by)

    def buy_what_is_short(self, *, who: int, **_: Any) -> None:
        self.keep(*self.act(lambda: shortages.make_purchase_requests(
            by=self.person(who, Role.STORE_STAFF, Role.FACILITIES_STAFF))) or ())

    def order_from_a_request(self, *, which: int, who: int, **_: Any) -> None:
        request = self.chosen(which, PurchaseRequest, states=("approved", "done"))
        if request is not None:
            self.keep(self.act(lambda: ordering.make_order(
                request, self.world.suppliers[who % 2].id, by=self.person(who, Role.FACILITIES_STAFF))))

    def order_from_many(self, *, who: int, batch: int, price: Decimal, quantity: Decimal, **_: Any) -> None:
        picks = [ordering.Pick(
            each.line.id, each.left if (batch + number) % 3 else quantity,
            self.world.suppliers[(who + number) % 2].id, price)
            for number, each in enumerate(ordering.open_lines()) if (batch + number) % 4]
        self.keep(*self.act(lambda: ordering.make_orders(picks, by=self.person(who, Role.FACILITIES_STAFF)))
                  or ())

    def order(self, *, who: int, store: int, chosen: Any, price: Decimal, discount: Decimal,
              **_: Any) -> None:
        by = self.person(who, Role.FACILITIES_STAFF)
        self.draft(lambda: PurchaseOrder(
            created_by=by, store_id=self.store_id(store), supplier_id=self.world.suppliers[who % 2].id,
            vat_percent=Decimal(11) if who % 3 else Decimal(0),
            lines=self.lines(PurchaseOrderLine, chosen, unit_price=price, discount=discount)), by)

    def receive(self, *, which: int, who: int, share: int, batch: int, **_: Any) -> None:
        order = self.chosen(which, PurchaseOrder, states=("sent", "sent", "done", "approved"))
        by = self.person(who, Role.STORE_STAFF)
        if order is None:
            return

        def work() -> Any:
            receipt = receipts.make_receipt(order, by=by)
            receipt.received_on = self.day(batch)
            for line in receipt.lines:
                part = (line.received_quantity / share).quantize(Decimal("0.001"))
                line.received_quantity = max(part, Decimal("0.001")) if batch % 7 else part + 1
                self.label(line, batch)
                if batch % 5 == 0:  # some of it is handed back at the door
                    line.rejected_quantity, line.rejection_reason = (
                        Decimal(1),
                        "torn open" if batch % 3 else None,
                    )
            return receipt
        self.keep(self.act(work))

    def label(self, line: GoodsReceiptLine, number: int) -> None:
        if line.item.batch_tracked or not number % 5:
            line.batch_number = ("SOON", "NEW", "", "OLD")[number % 4]
            line.expires_on = (START.date() + timedelta(days=(8, 300, 20,
                                                              -3)[number % 4])) if number % 6 else None

    def bill(self, *, which: int, who: int, line: int, quantity: Decimal, wrong: int, **_: Any) -> None:
        receipt = self.chosen(which, GoodsReceipt, states=("posted", "posted", "draft", "reversed"))
        by = self.person(who, Role.FACILITIES_STAFF)
        if receipt is None:
            return
        came = [each for each in receipt.lines if (each.id + line) % 3] or receipt.lines
        lines = [SupplierInvoiceLine(
            goods_receipt_line_id=each.id, item_id=each.item_id, unit_id=each.unit_id,
            quantity=each.received_quantity if line % 2 else min(quantity, each.received_quantity),
            unit_price=each.unit_price * wrong, discount=each.discount) for each in came]
        percent = receipt.purchase_order.vat_percent
        charged = vat(sum((each.reckoned for each in lines), Decimal(0)), percent)
        self.draft(lambda: SupplierInvoice(
            created_by=by, supplier_id=receipt.supplier_id, purchase_order_id=receipt.purchase_order_id,
            supplier_number=f"F-{len(self.papers)}", lines=lines,
            vat_amount=charged if line % 4 else Decimal(line % 1000),
            freight_amount=Decimal(line % 7 * 25_000), rounding_amount=Decimal(line % 5 - 2)), by)

    def send_back(self, *, which: int, who: int, line: int, quantity: Decimal, **_: Any) -> None:
        receipt = self.chosen(which, GoodsReceipt, states=("posted", "posted", "reversed"))
        by = self.person(who, Role.FACILITIES_STAFF)
        if receipt is not None:
            came = receipt.lines[line % len(receipt.lines)]
            self.draft(lambda: SupplierReturn(
                created_by=by, supplier_id=receipt.supplier_id, store_id=receipt.store_id,
                returned_on=self.day(line),
                lines=[SupplierReturnLine(
                    item_id=came.item_id, goods_receipt_id=receipt.id, goods_receipt_line_id=came.id,
                    unit_id=came.unit_id,
                    quantity=min(quantity, came.received_quantity) if line % 3 else quantity)
                    for _ in range(2 if line % 5 == 0 else 1)]), by)

    def replace(self, *, which: int, who: int, share: int, batch: int, **_: Any) -> None:
        back = self.chosen(which, SupplierReturn, states=("done", "done", "sent"))
        by = self.person(who, Role.STORE_STAFF)
        if back is None:
            return

        def work() -> Any:
            receipt = receipts.make_replacement(back, by=by)
            receipt.received_on = self.day(batch)
            for line in receipt.lines:
                part = (line.received_quantity / share).quantize(Decimal("0.001"))
                line.received_quantity = max(part, Decimal("0.001")) if batch % 7 else part + 1
                self.label(line, batch)
            return receipt
        self.keep(self.act(work))

    def refund(self, *, which: int, who: int, share: int, line: int, batch: int, **_: Any) -> None:
        """The supplier pays back: all of its credit, a part, or, wrongly, more."""
        back = self.chosen(which, SupplierReturn, states=("done", "sent"))
        by = self.person(who, Role.PAYABLES)
        if back is None:
            return

        def work() -> Any:
            refund = supplier_refunds.make_refund(back, by=by)
            refund.amount = max((refund.amount / share).quantize(Decimal("0.01")), Decimal("0.01"))
            if batch % 7 == 0:
                refund.amount += 1
            refund.refunded_on, refund.payment_reference = self.day(line), "TRX 2" if line % 9 else None
            return refund
        self.keep(self.act(work))

    def buy_and_send_back(self, *, who: int, far: int, line: int, batch: int, discount: Decimal,
                          **drawn: Any) -> None:
        """The long way of a purchase in one turn: hardly a walk comes to its end by chance."""
        drawn |= {"wrong": 1, "discount": discount if line % 3 == 0 else Decimal(0), "batch": batch,
                  "line": line}
        again = ("undo", "receive") if batch % 3 == 0 else ()
        for kind in ("order", "receive", *again, *(("bill",) if line % 2 else ()), "send_back", "replace",
                     "refund"):
            before = len(self.papers)
            if kind == "undo":
                paper = db.session.get_one(*self.papers[-1]) if self.papers else None
                if isinstance(paper, GoodsReceipt):
                    by = self.person(who // 10 * 10 + 1, Role.STORE_HEAD)
                    self.act(partial(perform, paper, "reverse", by=by, reason="the wrong box"))
                continue
            getattr(self, kind)(who=who, far=far, **drawn)
            if len(self.papers) > before:
                self.forward(*self.papers[-1], who // 10 * 10 + 1, 6)

    @rule(kind=pick.map(lambda number: KINDS[number % len(KINDS)]), which=pick, who=pick, store=pick,
          line=pick,
          batch=pick, chosen=wanted,
          quantity=quantities, price=prices, discount=discounts, share=st.sampled_from([1, 1, 2, 3, 10]),
          wrong=st.sampled_from([1, 1, 1, 2]), reason=reasons, far=st.sampled_from([6, 6, 6, 6, 0, 1, 2]))
    def turn(self, kind: str, who: int, far: int, **drawn: Any) -> None:
        """One thing that somebody does; a new paper goes on as far as `far` steps.

        One rule for all: hypothesis leaves whole rules out of a walk, and a receipt needs a dozen steps
        before it.
        """
        before = len(self.papers)
        getattr(self, kind)(who=who, far=far, **drawn)
        if len(self.papers) > before:
            self.forward(*self.papers[-1], who, far)

    # ------------------------------------------------------------ steps, in order and out of order

    def day(self, number: int) -> Any:
        """Today, seldom an earlier or a later day."""
        return clock.today() + timedelta(days={3: -1, 5: -4, 7: 1, 11: -20}.get(number % 23, 0))

    def batched(self, lines: list[Any], number: int) -> list[Any]:
        """Now and then a line says which batch it means."""
        for line in lines:
            if number % 3 == 0:
                found = db.session.scalars(sa.select(StockBatch.id).where(StockBatch.item_id == line.item_id)
                                           .order_by(StockBatch.number)).all()
                line.batch_id = found[number // 3 % len(found)] if found else None
        return lines

    def given(self, paper: Any, name: str, number: int) -> dict[str, Any]:
        if number % 9 == 0:
            return {}
        if (paper.__tablename__, name) == ("supplier_invoice", "pay"):
            most = min(supplier_returns.open_credit(paper.supplier_id), paper.total)
            return {"paid_on": self.day(number), "payment_reference": "TRX 1",
                    "set_off_amount": (most, most, Decimal(0), most + 1)[(number + paper.id) % 4]}
        answer = (Resolution.REPLACED, Resolution.CREDITED, Resolution.REFUSED)[(paper.id + number // 2) % 3]
        return {("supplier_return", "confirm"): {"resolution": answer, "supplier_reference": "NK 1",
                                                 "goods_lost": number % 4 == 1},
                ("delivery_request", "acknowledge"): {"shortage_note": "two short"},
                }.get((paper.__tablename__, name), {})

    @staticmethod
    def given_lines(paper: Any, name: str, number: int) -> dict[int, dict[str, Any]]:
        """Now and then the clerk says how much went or came, and more than there was."""
        said = {("supplier_return", "send"): "moved_quantity",
                ("stock_transfer", "receive"): "arrived_quantity"}.get((paper.__tablename__, name))
        if said is None or number % 3 == 0:
            return {}
        part = (Decimal(0), Decimal(1), Decimal(2), Decimal("0.5"))[number % 4]
        more = {"is_lost": number % 5 < 2} if said == "arrived_quantity" else {}
        return {line.id: {said: max(line.gone_quantity - part, Decimal(0)), **more} for line in paper.lines}

    def step(self, *, which: int, line: int, who: int, reason: str, **_: Any) -> None:
        """Any step of any paper by anybody: mostly one that is open, by somebody who may."""
        paper = self.chosen(which)
        if paper is None:
            return
        steps = [step for step in paper.workflow if paper.state in step.sources]
        if not steps or line % 8 == 0:
            steps = list(paper.workflow)
        step = steps[line % len(steps)]
        by = self.person(who, *step.roles)
        self.act(lambda: perform(paper, step.name, by=by, reason=reason,
                                 given=self.given(paper, step.name, line),
                                 given_lines=self.given_lines(paper, step.name, line)))

    def go_on(self, *, which: int, who: int, far: int, **_: Any) -> None:
        """The next steps of a paper that has not ended."""
        open_ones = [(model, key) for model, key in self.papers
                     if db.session.get_one(model, key).state not in ENDED]
        if open_ones:
            self.forward(*open_ones[which % len(open_ones)], who, far)

    def forward(self, model: type[Any], key: int, who: int, far: int) -> None:
        """Steps as everyday work does them, by people who may, as far as the rules let them."""
        for turn in range(far):
            paper = db.session.get_one(model, key)
            if paper.state == "counting" and any(line.counted_quantity is None for line in paper.lines):
                self.count(which=0, chosen=[(who, 0, 0)], who=who, only=paper)
            for step in paper.workflow:
                if paper.state in step.sources and step.is_waited_for:
                    by = self.person((who // 10 + turn) * 10 + 1, *step.roles)  # somebody else at each
                    if self.act(partial(perform, paper, step.name, by=by, reason="found late",
                                        given=self.given(paper, step.name, 1),
                                        given_lines=self.given_lines(paper, step.name, who + turn))):
                        self.agree()
                        break
            else:
                return

    def write_on_a_paper(self, *, which: int, line: int, quantity: Decimal, batch: int, **_: Any) -> None:
        """Somebody edits a line, whether or not it may still be edited."""
        paper = self.chosen(which)
        if isinstance(paper, Stocktake) or not getattr(paper, "lines", None):
            return

        def work() -> None:
            if batch % 5 == 0:
                paper.lines.remove(paper.lines[line % len(paper.lines)])
            else:
                paper.lines[line % len(paper.lines)].quantity = quantity
            try:
                db.session.flush()
            except IntegrityError as error:  # another draft names the line: the form says so
                raise Refused("Something else still needs this.") from error
        self.act(work)

    def let_days_pass(self, *, batch: int, **_: Any) -> None:
        clock.freeze(clock.now() + timedelta(days=1 + batch % 9))

    def close_the_month_before(self, *, who: int, **_: Any) -> None:
        last = clock.today().replace(day=1) - timedelta(days=1)
        self.act(lambda: journal.close_period(last.year, last.month, by=self.person(who, Role.PAYABLES)))

    def change_a_unit(self, *, which: int, who: int, **_: Any) -> None:
        """A new factor counts for new lines only."""
        item = db.session.get_one(Item, self.world.items[which % len(self.world.items)].id)
        unit = item.units[which % len(item.units)]
        if unit.factor != 1:
            self.act(lambda: setattr(unit, "factor", Decimal(("2", "10", "12.5")[who % 3])))

    @invariant()
    def agree(self) -> None:
        if self.changed:
            oracle.hold(oracle.Books())
            oracle.verified("stock:", "journal:", "purchasing:")
            self.changed = False


def test_whatever_people_do_in_whatever_order_the_books_agree(session: Any) -> None:
    clock.freeze(START)
    StockWalk.world = World()
    session.commit()
    chance = os.environ.get("WALK_SEED")
    run = seed(int(chance)) if chance else lambda machine: machine
    run_state_machine_as_test(run(StockWalk), settings=settings(
        max_examples=int(os.environ.get("WALKS", "6")),
        stateful_step_count=int(os.environ.get("WALK_STEPS", "40")),
        deadline=None, derandomize=not chance, database=None, suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink)[:1 + bool(os.environ.get("WALK_SHRINK"))], print_blob=False))
