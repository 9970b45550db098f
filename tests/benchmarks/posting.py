"""Posting a goods receipt of ten lines: our operation, a plain ORM loop, and bare psycopg, turn by turn.

All three leave the same ledger: ten moves, balances, averages, stock on hand, one journal entry, the number,
the event and the document's new state, in one committed transaction. Only ours also checks order, tolerance,
batch, period, rights and version, and writes the activity log; the ORM loop reads and writes
record by record.
"""

from __future__ import annotations

import random
import secrets
import statistics
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import flask_migrate
import psycopg
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, joinedload

from models.base import db, one_transaction
from models.documents import DocumentEvent, DocumentNumber, NumberCounter
from models.errors import Conflict, NotEnoughStock
from models.goods_receipts import GoodsReceipt, GoodsReceiptState
from models.items import Item
from models.journal import JournalEntry, JournalLine, Period, Posting
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.ledger import journal, stock
from models.people import User
from models.returns import Spoilage
from models.roles import Role
from models.stock import MoveKind, StockBalance, StockBatch, StockMove, StoreItem
from tests.support import factories as make
from tests.support.applications import make_app

LINES, ITEMS, WRITERS = 10, 50, 8
ZERO = Decimal(0)
#: `current_date` of the two peers is the hospital's, as ours is.
HERE = "SET TIME ZONE 'Asia/Jakarta'"

_PAPERS = """
INSERT INTO purchase_order (id, created_by_id, supplier_id, store_id, ordered_on, state, created_at, version,
                            vat_percent)
SELECT g, %(buyer)s, %(supplier)s, %(store)s, current_date, 'sent', now(), 1, 11 FROM generate_series(1,
  %(papers)s) g;
INSERT INTO purchase_order_line (id, purchase_order_id, item_id, unit_id, quantity, factor, unit_price,
  discount)
SELECT (g - 1) * 10 + n, g, u.item_id, u.id, 2, u.factor, 12345.67, 2.5
FROM generate_series(1, %(papers)s) g, generate_series(1, 10) n
JOIN LATERAL (SELECT * FROM unit_conversion WHERE factor = 10 ORDER BY id) u ON true
WHERE u.id = (SELECT id FROM unit_conversion WHERE factor = 10 ORDER BY id OFFSET (g * 7 + n * 3) %% 50 LIMIT
  1);
INSERT INTO goods_receipt (id, created_by_id, purchase_order_id, supplier_id, store_id, ordered_on,
  received_on, state,
                           created_at, version)
SELECT id, %(keeper)s, id, supplier_id, store_id, ordered_on, current_date, 'draft', now(), 1 FROM
  purchase_order;
INSERT INTO goods_receipt_line (id, goods_receipt_id, purchase_order_line_id, item_id, unit_id, unit_price,
  discount,
                                ordered_quantity, received_quantity, factor)
SELECT id, purchase_order_id, id, item_id, unit_id, unit_price, discount, 2, 1, factor FROM
  purchase_order_line;
SELECT setval(pg_get_serial_sequence('goods_receipt', 'id'), %(papers)s);
"""


def prepared(server: sa.URL, papers: int) -> Flask:
    """An application on a new database with `papers` draft receipts of ten lines each, on sent orders."""
    name = f"rawat_bench_posting_{secrets.token_hex(3)}"
    url = server.set(database=name)
    with psycopg.connect(_dsn(server), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
    app = make_app(url.render_as_string(hide_password=False))
    with app.app_context():
        flask_migrate.upgrade()
        with one_transaction():
            make.make_chart()
            who = {"buyer": make.make_user(Role.FACILITIES_STAFF).id,
                   "keeper": make.make_user(Role.STORE_STAFF).id,
                   "store": make.make_store().id, "supplier": make.make_supplier().id}
            items = [make.make_item({"box": "10"}) for _ in range(ITEMS)]
            none = stock.without_batch(item.id for item in items)
            stock.receive(make.saved(Spoilage(store_id=who["store"], created_by_id=who["keeper"])),
                          who["store"],
                          [stock.Incoming(1, key, Decimal(1000), none[key], Decimal(7777)) for key in none],
                          kind=MoveKind.RECEIPT, on=stock.clock.today(),
                          by=db.session.get_one(User, who["keeper"]),
                          against=stock.against(Posting.RECEIVED_NOT_INVOICED))
    with psycopg.connect(_dsn(url), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(HERE)
        for statement in _PAPERS.split(";\n"):
            if statement.strip():
                connection.execute(statement.encode(), who | {"papers": papers})
        connection.execute("VACUUM ANALYZE")
    return app


def _dsn(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


# ---------------------------------------------------------------- the three

def ours(paper: int, keeper: int) -> None:
    with one_transaction() as session:
        who = session.get_one(User, keeper, options=[joinedload(User.user_roles)])  # as a page's sign-in asks
        perform(session.get_one(GoodsReceipt, paper), "post", by=who)
    db.session.remove()


def orm_loop(session: Session, paper: int, keeper: int, accounts: dict[Posting, int]) -> None:
    """What one writes first: for each line read the records, add, flush; no lock, no batch of statements."""
    receipt = session.get_one(GoodsReceipt, paper)
    today, now, total = stock.clock.today(), datetime.now(UTC), ZERO
    for line in receipt.lines:
        batch = session.execute(sa.select(StockBatch).filter_by(item_id=line.item_id,
                                                                      number="")).scalar_one()
        base, value = line.received_quantity * line.factor, line.net_amount
        item = session.get_one(Item, line.item_id)
        item.stock_on_hand += base
        item.last_received_on = today
        where = {"store_id": receipt.store_id, "item_id": line.item_id}
        average = session.execute(sa.select(StoreItem).filter_by(**where)).scalar_one()
        average.quantity += base
        average.value += value
        balance = session.execute(sa.select(StockBalance).filter_by(**where, batch_id=batch.id)).scalar_one()
        balance.quantity += base
        line.batch_id = batch.id
        total += value
        session.add(StockMove(**where, batch_id=batch.id, quantity=base,
                              unit_cost=(value / base).quantize(stock.COST),
                              value=value, document_type="goods_receipt", document_id=paper, line_id=line.id,
                              kind=MoveKind.RECEIPT, user_id=keeper, occurred_at=now, moved_on=today))
        session.flush()
    period = session.execute(sa.select(Period).filter_by(year=today.year, month=today.month)).scalar_one()
    session.add(JournalEntry(
        period_id=period.id, posted_on=today, document_type="goods_receipt", document_id=paper,
        user_id=keeper,
        occurred_at=now, lines=[
            JournalLine(purpose=Posting.INVENTORY, account_id=accounts[Posting.INVENTORY], debit=total,
                        credit=ZERO),
            JournalLine(purpose=Posting.RECEIVED_NOT_INVOICED, debit=ZERO, credit=total,
                        account_id=accounts[Posting.RECEIVED_NOT_INVOICED])]))
    counter = session.get_one(NumberCounter, ("RCV", today.year))
    counter.last += 1
    receipt.number = f"RCV/{today.year}/{counter.last:06d}"
    receipt.state = GoodsReceiptState.POSTED
    session.add(DocumentNumber(prefix="RCV", year=today.year, sequence=counter.last, number=receipt.number,
                               document_type="goods_receipt", document_id=paper,
                               verify_code=secrets.token_urlsafe(12)))
    session.add(DocumentEvent(document_type="goods_receipt", document_id=paper, transition="post",
                              from_state="draft",
                              to_state="posted", user_id=keeper, occurred_at=now))
    session.commit()
    session.close()


_LINES = """SELECT l.id, r.store_id, l.item_id, b.id, l.received_quantity * l.factor,
round(l.received_quantity * l.unit_price * (100 - l.discount) / 100, 2) FROM goods_receipt_line l
JOIN goods_receipt r ON r.id = l.goods_receipt_id JOIN stock_batch b ON b.item_id = l.item_id AND b.number =
  ''
WHERE r.id = %s ORDER BY l.item_id FOR UPDATE OF r"""
_MOVES = """INSERT INTO stock_move (line_id, store_id, item_id, batch_id, quantity, value, unit_cost,
  document_type,
document_id, kind, user_id, occurred_at, moved_on) SELECT *, value / quantity, 'goods_receipt', %s,
  'receipt', %s,
now(), current_date FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[],
  %s::numeric[])
AS m(line_id, store_id, item_id, batch_id, quantity, value)"""
_ADD = ("""UPDATE store_item s SET quantity = s.quantity + m.q, value = s.value + m.v
FROM (SELECT item_id, sum(quantity) q, sum(value) v FROM stock_move WHERE document_type = 'goods_receipt'
AND document_id = %s GROUP BY 1) m WHERE s.item_id = m.item_id AND s.store_id = %s""",
        """UPDATE stock_balance s SET quantity = s.quantity + m.q
FROM (SELECT batch_id, sum(quantity) q FROM stock_move WHERE document_type = 'goods_receipt'
AND document_id = %s GROUP BY 1) m WHERE s.batch_id = m.batch_id AND s.store_id = %s""",
        """UPDATE item s SET stock_on_hand = s.stock_on_hand + m.q, last_received_on = current_date
FROM (SELECT item_id, sum(quantity) q FROM stock_move WHERE document_type = 'goods_receipt'
AND document_id = %s GROUP BY 1) m WHERE s.id = m.item_id AND %s > 0""",
        """UPDATE goods_receipt_line s SET batch_id = m.batch_id FROM stock_move m
WHERE m.document_type = 'goods_receipt' AND m.document_id = %s AND m.line_id = s.id AND %s > 0""")
_ENTRY = """WITH entry AS (INSERT INTO journal_entry (period_id, posted_on, document_type, document_id,
  user_id,
occurred_at) SELECT id, current_date, 'goods_receipt', %(paper)s, %(keeper)s, now() FROM period
WHERE year = extract(year FROM current_date) AND month = extract(month FROM current_date) RETURNING id)
INSERT INTO journal_line (entry_id, purpose, account_id, debit, credit)
SELECT id, 'inventory', %(stock)s, %(total)s, 0 FROM entry
UNION ALL SELECT id, 'received_not_invoiced', %(owed)s, 0, %(total)s FROM entry"""
_PAPER = """WITH next AS (UPDATE number_counter SET last = last + 1 WHERE prefix = 'RCV' AND
year = extract(year FROM current_date)
RETURNING year, last, 'RCV/' || year || '/' || lpad(last::text, 6, '0') AS number),
given AS (INSERT INTO document_number (prefix, year, sequence, number, document_type, document_id,
  verify_code)
SELECT 'RCV', year, last, number, 'goods_receipt', %(paper)s, %(code)s FROM next),
happened AS (INSERT INTO document_event (document_type, document_id, transition, from_state, to_state,
  user_id,
occurred_at) VALUES ('goods_receipt', %(paper)s, 'post', 'draft', 'posted', %(keeper)s, now()))
UPDATE goods_receipt SET state = 'posted', version = version + 1, number = next.number FROM next WHERE id =
  %(paper)s"""


def bare(connection: psycopg.Connection[Any], paper: int, keeper: int, accounts: dict[Posting, int]) -> None:
    """The least that SQL needs: eight statements, each for all lines."""
    with connection.transaction():
        lines = connection.execute(_LINES, (paper,)).fetchall()
        columns = [list(column) for column in zip(*lines, strict=True)]
        connection.execute(_MOVES.encode(), (paper, keeper, *columns))
        for statement in _ADD:
            connection.execute(statement.encode(), (paper, lines[0][1]))
        given = {"paper": paper, "keeper": keeper, "total": sum(columns[5]),
                 "code": secrets.token_urlsafe(12),
                 "stock": accounts[Posting.INVENTORY], "owed": accounts[Posting.RECEIVED_NOT_INVOICED]}
        connection.execute(_ENTRY.encode(), given)
        connection.execute(_PAPER.encode(), given)


# ---------------------------------------------------------------- measuring

def seconds(work: Any, *given: Any) -> tuple[float, float]:
    """Time on the wall, and of the processor on this side: other work on the machine disturbs the second
    less."""
    started, worked = time.perf_counter(), time.thread_time()
    work(*given)
    return time.perf_counter() - started, time.thread_time() - worked


def compare(app: Flask, runs: int) -> dict[str, tuple[float, float]]:
    """Medians of the three, turn by turn: seconds a receipt on the wall, and of the processor on this
    side."""
    times: dict[str, list[tuple[float, float]]] = {"ours": [], "plain ORM loop": [], "bare psycopg": []}
    with app.app_context():
        keeper = db.session.scalars(sa.select(GoodsReceipt.created_by_id).limit(1)).one()
        accounts = journal.accounts([Posting.INVENTORY, Posting.RECEIVED_NOT_INVOICED])
        url = db.engine.url
        db.session.remove()
        plain = sa.create_engine(url)
        with psycopg.connect(_dsn(url), autocommit=True) as connection:
            connection.execute(HERE)
            papers = iter(range(1, 3 * (runs + 5) + 1))
            for turn in range(runs + 5):  # the first five warm caches and prepared statements up
                if turn == 5:
                    # as autovacuum does: now there are moves and posted receipts
                    connection.execute("ANALYZE")
                taken = (seconds(ours, next(papers), keeper),
                         seconds(orm_loop, Session(plain), next(papers), keeper, accounts),
                         seconds(bare, connection, next(papers), keeper, accounts))
                if turn >= 5:
                    for kept, value in zip(times.values(), taken, strict=True):
                        kept.append(value)
        plain.dispose()
        broken = [name for name, check in checks.CHECKS if name.startswith(("stock:", "journal:"))
                  and check(db.session) is not None]
        assert broken == [], broken
    return {name: (statistics.median(wall for wall, _ in values), statistics.median(cpu for _, cpu in values))
            for name, values in times.items()}


def hot(app: Flask, rounds: int = 25) -> tuple[float, int, int, int]:
    """Postings a second of eight writers on fifty items, and how many were lost, in deadlock, short of
    stock."""
    with app.app_context():
        keeper, store = db.session.execute(sa.select(GoodsReceipt.created_by_id,
                                                     GoodsReceipt.store_id).limit(1)).one()
        none = dict(db.session.execute(sa.select(StockBalance.item_id, StockBalance.batch_id)).all())
        with one_transaction():
            papers = [[make.saved(Spoilage(store_id=store, created_by_id=keeper)).id for _ in range(rounds)]
                      for _ in range(WRITERS)]
        before = dict(db.session.execute(sa.select(Item.id, Item.stock_on_hand)).all())
        db.session.remove()
    change, mutex, counts = dict.fromkeys(none, ZERO), threading.Lock(), {"deadlock": 0, "short": 0}

    def write(number: int) -> None:
        chance = random.Random(number)
        with app.app_context():
            for paper in papers[number]:
                chosen, quantity = chance.sample(sorted(none), 6), Decimal(chance.randint(1, 9))
                coming = chance.random() < 0.5
                try:
                    with one_transaction() as session:
                        given = {"on": stock.clock.today(), "by": session.get_one(User, keeper)}
                        document = session.get_one(Spoilage, paper)
                        if coming:
                            stock.receive(document, store,
                                          [stock.Incoming(line, key, quantity, none[key], Decimal("33.37"))
                                                            for line, key in enumerate(chosen)],
                                          kind=MoveKind.RECEIPT,
                                          against=stock.against(Posting.RECEIVED_NOT_INVOICED), **given)
                        else:
                            stock.issue(document, store, [stock.Outgoing(line, key, quantity)
                                                          for line, key in enumerate(chosen)],
                                        kind=MoveKind.DELIVERY,
                                        against=stock.against(Posting.EXPENSE), **given)
                except NotEnoughStock:
                    counts["short"] += 1
                except Conflict:
                    counts["deadlock"] += 1
                else:
                    with mutex:
                        for key in chosen:
                            change[key] += quantity if coming else -quantity
                db.session.remove()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    with app.app_context():
        now = dict(db.session.execute(sa.select(Item.id, Item.stock_on_hand)).all())
        lost = sum(now[key] != before[key] + change[key] for key in none)
    return WRITERS * rounds / took, lost, counts["deadlock"], counts["short"]


def run(server: sa.URL, runs: int) -> None:
    """Print both tables; the database is dropped at the end."""
    app = prepared(server, 3 * (runs + 5))
    try:
        found = compare(app, runs)
        print(f"\nposting a receipt of {LINES} lines, median of {runs}")
        print(f"{'':20}{'a second':>10}{'ours is':>10}{'goal':>8}{'cpu, ms':>10}")
        for name, (wall, cpu) in found.items():
            goal = {"plain ORM loop": "≥ 3", "bare psycopg": "≥ 0.5"}.get(name, "")
            share = f"{wall / found['ours'][0]:.2f} ×" if goal else ""
            print(f"{name:20}{1 / wall:10.1f}{share:>10}{goal:>8}{cpu * 1000:10.1f}")
        rate, lost, deadlocks, short = hot(app)
        print(
            f"{WRITERS} writers on {ITEMS} hot items: {rate:.0f} postings of 6 lines a second; "
            f"lost updates {lost}, "
            f"deadlocks {deadlocks}, refused for lack of stock {short}",
            flush=True,
        )
    finally:
        with app.app_context():
            name = db.engine.url.database
            db.session.remove()
            db.engine.dispose()
        with psycopg.connect(_dsn(server), autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
