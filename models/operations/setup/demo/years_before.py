"""What makes the demo large: two years of requests and deliveries before the year that is played, written in
bulk.

Every month a store receives what its deliveries of the month take, at one price, so that quantity and value
come out to nothing at its end and the played year begins as ever. All rules hold: `flask verify` proves them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import DocumentEvent, DocumentNumber, NumberCounter
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine
from models.items import Item
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.ledger import journal
from models.operations.ledger.days import begin_books
from models.operations.setup.demo.world import World
from models.purchasing import PurchaseOrder, PurchaseOrderLine
from models.stock import MoveKind, StockBatch, StockMove
from models.store_requests import DeliveryRequest, DeliveryRequestLine, StoreRequest, StoreRequestLine

#: Moves for each step of the scale; a scale of 1 adds none.
MOVES = 1_000
MONTHS, DAYS, LINES, ITEMS = 24, 30, 8, 60
ONE = Decimal(1)
#: Each type's way through its workflow: step, state after it, who makes it.
WAYS: dict[Any, tuple[tuple[str, str, str], ...]] = {
    StoreRequest: (("create", "draft", "author"), ("submit", "submitted", "author"),
                   ("approve", "approved", "store_head"), ("close", "done", "store_head")),
    DeliveryRequest: (("create", "draft", "author"), ("submit", "submitted", "author"),
                      ("approve", "approved", "facilities_head"), ("deliver", "delivered", "author"),
                      ("acknowledge", "done", "receiver")),
    PurchaseOrder: (("create", "draft", "author"), ("submit", "submitted", "author"),
                    ("approve", "approved", "facilities_head"),
                    ("approve_payment", "payment_approved", "payables"),
                    ("approve_limit", "limit_approved", "director"), ("send", "sent", "author"),
                    ("close", "done", "author")),
    GoodsReceipt: (("create", "draft", "author"), ("post", "posted", "author")),
}
TABLES = (StoreRequest, StoreRequestLine, DeliveryRequest, DeliveryRequestLine, PurchaseOrder,
          PurchaseOrderLine, GoodsReceipt, GoodsReceiptLine, StockBatch, JournalEntry)


class Bulk:
    """The rows of one month, gathered by table and written together; keys are given here."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows: dict[Any, list[dict[str, Any]]] = {}
        self.numbers: dict[tuple[str, int], int] = {}
        self.moved_to: dict[Any, list[dict[str, Any]]] = {}
        self.next = {model: (world.session.scalar(sa.select(sa.func.max(model.id))) or 0) + 1
                     for model in TABLES}
        self.accounts = journal.accounts([Posting.INVENTORY, Posting.RECEIVED_NOT_INVOICED, Posting.EXPENSE])
        self.periods: dict[tuple[int, int], int] = {}

    def key(self, model: Any) -> int:
        given = self.next[model]
        self.next[model] = given + 1
        return given

    def add(self, model: Any, **row: Any) -> None:
        self.rows.setdefault(model, []).append(row)

    def document(self, model: Any, on: date, author: Any, receiver: Any = None, **row: Any) -> int:
        """A document with its number and its whole history; it is moved to its last state when it is
        written."""
        key, people = self.key(model), {**self.world.users, "author": author, "receiver": receiver}
        at = datetime.combine(on, time(8), clock.zone())
        self.add(model, id=key, created_by_id=author.id, state="draft", created_at=at, **row)
        before = None
        for place, (step, state, who) in enumerate(WAYS[model]):
            self.add(DocumentEvent, document_type=model.__tablename__, document_id=key, transition=step,
                     from_state=before, to_state=state, user_id=people[who].id,
                     occurred_at=at + timedelta(minutes=40 * place))
            before = state
        sequence = self.numbers[model.prefix, on.year] = self.numbers.get((model.prefix, on.year), 0) + 1
        number = f"{model.prefix}/{on.year}/{sequence:06d}"
        self.add(DocumentNumber, prefix=model.prefix, year=on.year, sequence=sequence, number=number,
                 document_type=model.__tablename__, document_id=key, verify_code=secrets.token_urlsafe(12))
        self.moved_to.setdefault(model, []).append({"key": key, "to": before, "given": number})
        return key

    def move(self, kind: MoveKind, model: Any, document: int, line: int, store: int, item: int, batch: int,
             quantity: int, price: int, who: Any, on: date) -> None:
        self.add(StockMove, store_id=store, item_id=item, batch_id=batch, quantity=Decimal(quantity),
                 unit_cost=Decimal(price), value=Decimal(quantity * price), document_type=model.__tablename__,
                 document_id=document, line_id=line, kind=kind, user_id=who.id, moved_on=on,
                 occurred_at=datetime.combine(on, time(11), clock.zone()))

    def entry(self, model: Any, document: int, on: date, who: Any, value: int, debit: tuple[Posting, int],
              credit: tuple[Posting, int]) -> None:
        month = (on.year, on.month)
        if month not in self.periods:
            self.periods[month] = journal.open_period(on).id
        key = self.key(JournalEntry)
        self.add(JournalEntry, id=key, period_id=self.periods[month], posted_on=on, user_id=who.id,
                 document_type=model.__tablename__, document_id=document,
                 occurred_at=datetime.combine(on, time(11), clock.zone()))
        for (purpose, account), left, right in ((debit, value, 0), (credit, 0, value)):
            self.add(JournalLine, entry_id=key, account_id=account, purpose=purpose, debit=Decimal(left),
                     credit=Decimal(right))

    def write(self) -> None:
        """Documents and their lines as drafts, then their numbers and states, as the database's rules want
        it."""
        session = self.world.session
        order = (PurchaseOrder, PurchaseOrderLine, StockBatch, GoodsReceipt, GoodsReceiptLine, StoreRequest,
                 StoreRequestLine, DeliveryRequest, DeliveryRequestLine)
        for model in (*order, StockMove, JournalEntry, JournalLine, DocumentEvent, DocumentNumber):
            if self.rows.get(model):
                session.execute(sa.insert(model.__table__), self.rows[model])
        for model, rows in self.moved_to.items():
            table = model.__table__
            session.connection().execute(
                sa.update(table).where(table.c.id == sa.bindparam("key"))
                .values({"state": sa.bindparam("to"), "number": sa.bindparam("given")}), rows)
        self.rows.clear()
        self.moved_to.clear()

    def finish(self) -> None:
        """The counters go on where the bulk ended; PostgreSQL's own keys too."""
        session = self.world.session
        session.execute(sa.insert(NumberCounter.__table__), [
            {"prefix": prefix, "year": year, "last": last}
            for (prefix, year), last in sorted(self.numbers.items())])
        if session.get_bind().dialect.name == "postgresql":
            for model in TABLES:
                session.execute(sa.text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
                                {"name": f'"{model.__tablename__}"', "last": max(self.next[model] - 1, 1)})


def load(world: World, part: Callable[[], Any]) -> None:
    """Add `MOVES` × (scale − 1) moves, a month in one `part` (a transaction or nothing)."""
    wanted = MOVES * (world.scale - 1)
    if not wanted:
        return
    first = world.today - timedelta(days=375 + MONTHS * DAYS)
    with part():
        bulk = Bulk(world)
        begin_books(first)
    entry = max(1, round(wanted / MONTHS / LINES))
    for month in range(MONTHS):
        with part():
            _month(world, bulk, first + timedelta(days=month * DAYS), entry)
            bulk.write()
        world.progress(f"years before: month {month + 1} of {MONTHS}")
    with part():
        bulk.finish()
        last = first + timedelta(days=MONTHS * DAYS - 1)
        used = [item.id for items in world.things["stocked"].values() for item in items]
        world.session.execute(sa.update(Item.__table__).where(
            Item.__table__.c.id.in_(used)).values(last_received_on=last, last_issued_on=last))
    world.session.expire_all()


def _month(world: World, bulk: Bulk, start: date, deliveries: int) -> None:
    rng, inventory = world.rng, (Posting.INVENTORY, bulk.accounts[Posting.INVENTORY])
    stores = [store for store in world.things["stores"].values() if world.things["stocked"][store.code]]
    plan: dict[int, list[tuple[date, list[tuple[Item, int]]]]] = {store.id: [] for store in stores}
    shelf = {store.id: rng.sample(world.things["stocked"][store.code],
                                  min(ITEMS, len(world.things["stocked"][store.code]))) for store in stores}
    for place in range(deliveries):
        store = stores[place % len(stores)]
        items = rng.sample(shelf[store.id], min(LINES, len(shelf[store.id])))
        plan[store.id].append((start + timedelta(days=1 + place * (DAYS - 2) // deliveries),
                               [(item, rng.randrange(1, 6)) for item in items]))
    batches: dict[int, tuple[int, int]] = {}
    for store in stores:
        need: dict[Item, int] = {}
        for _on, lines in plan[store.id]:
            for item, quantity in lines:
                need[item] = need.get(item, 0) + quantity
        if need:
            batches |= _receive(world, bulk, store, start, need)
    users = [user for key, user in world.users.items() if key.startswith("unit_user")]
    keeper = world.users["store_staff"]
    days = sorted(((on, store.id, lines) for store in stores for on, lines in plan[store.id]),
                  key=lambda row: row[0])
    for place, (on, store_id, lines) in enumerate(days):
        author = users[place % len(users)]
        request = bulk.document(StoreRequest, on, author, work_unit_id=author.work_unit_id, requested_on=on,
                                store_id=store_id, urgency="normal", purpose="Persediaan bangsal minggu ini")
        account = world.things["expense_account"]
        delivery = bulk.document(DeliveryRequest, on, keeper, author, store_request_id=request,
                                 store_id=store_id,
                                 delivered_on=on, account_id=account)
        value = 0
        for item, quantity in lines:
            (batch, price), unit = batches[item.id], world.things["units_of"][item.id][0]
            given = {"item_id": item.id, "unit_id": unit.id, "quantity": Decimal(quantity), "factor": ONE}
            line = bulk.key(DeliveryRequestLine)
            bulk.add(StoreRequestLine, id=bulk.key(StoreRequestLine), store_request_id=request, **given)
            bulk.add(DeliveryRequestLine, id=line, delivery_request_id=delivery, **given)
            bulk.move(MoveKind.DELIVERY, DeliveryRequest, delivery, line, store_id, item.id, batch,
                      -quantity, price,
                      keeper, on)
            value += quantity * price
        bulk.entry(DeliveryRequest, delivery, on, keeper, value, (Posting.EXPENSE, account), inventory)


def _receive(world: World, bulk: Bulk, store: Any, on: date,
             need: dict[Item, int]) -> dict[int, tuple[int, int]]:
    """An order and its receipt of all that a store needs in a month: batch and price by item."""
    author, keeper = world.users["facilities_staff"], world.users["store_staff"]
    supplier = next(supplier for supplier, at, _kinds in world.things["suppliers"] if at is store)
    order = bulk.document(PurchaseOrder, on, author, supplier_id=supplier.id, store_id=store.id,
                          ordered_on=on,
                          vat_percent=Decimal(11))
    receipt = bulk.document(GoodsReceipt, on, keeper, purchase_order_id=order, supplier_id=supplier.id,
                            store_id=store.id, ordered_on=on, received_on=on,
                            delivery_order_number=f"SJ-{order:06d}")
    batches, value = {}, 0
    for item, quantity in sorted(need.items(), key=lambda row: row[0].id):
        price, unit = int(item.price_hint or 1_000), world.things["units_of"][item.id][0]
        number = f"L{on:%y%m%d}" if item.batch_tracked else ""
        expires = on + timedelta(days=720) if item.batch_tracked else None
        batch = _batch(world, bulk, item, number, expires)
        ordered, line = bulk.key(PurchaseOrderLine), bulk.key(GoodsReceiptLine)
        given = {"item_id": item.id, "unit_id": unit.id, "factor": ONE, "unit_price": Decimal(price),
                 "discount": Decimal(0)}
        bulk.add(PurchaseOrderLine, id=ordered, purchase_order_id=order, quantity=Decimal(quantity), **given)
        bulk.add(GoodsReceiptLine, id=line, goods_receipt_id=receipt, purchase_order_line_id=ordered,
                 received_quantity=Decimal(quantity), ordered_quantity=Decimal(quantity),
                 outstanding_quantity=Decimal(0), batch_number=number or None, expires_on=expires,
                 batch_id=batch,
                 **given)
        bulk.move(MoveKind.RECEIPT, GoodsReceipt, receipt, line, store.id, item.id, batch, quantity, price,
                  keeper, on)
        batches[item.id] = (batch, price)
        value += quantity * price
    bulk.entry(GoodsReceipt, receipt, on, keeper, value,
               (Posting.INVENTORY, bulk.accounts[Posting.INVENTORY]),
               (Posting.RECEIVED_NOT_INVOICED, bulk.accounts[Posting.RECEIVED_NOT_INVOICED]))
    return batches


def _batch(world: World, bulk: Bulk, item: Item, number: str, expires: date | None) -> int:
    known: dict[tuple[int, str], int] = world.things.setdefault("bulk_batches", {})
    if (item.id, number) not in known:
        there = None if number else db.session.scalar(
            sa.select(StockBatch.id).where(StockBatch.item_id == item.id, StockBatch.number == ""))
        if there is None:
            there = bulk.key(StockBatch)
            bulk.add(StockBatch, id=there, item_id=item.id, number=number, expires_on=expires)
        known[item.id, number] = there
    return known[item.id, number]
