"""The demo hospital: lived in, sound, and the same each time."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from models import clock
from models.base import db, one_transaction
from models.clinic import Doctor
from models.documents import WORKFLOWS, DocumentEvent
from models.items import Supplier
from models.operations.core import checks, sealing
from models.operations.setup import demo
from models.organisation import Holiday, HolidayKind
from models.people import User
from models.places import Building
from models.purchasing import PurchaseOrderLine
from models.roles import Role
from models.stock import StockMove
from models.store_requests import StoreRequestLine

#: What no declared step leads to, or what no demo document is left in.
NOT_SHOWN = {
    ("room", "cleaning"), ("cleaning", "cancelled"), ("asset_disposal", "reversed"),
    ("asset_auction", "awarded"), ("depreciation_run", "reversed"),
}


def content() -> str:
    """A checksum of what people see; random codes and hashes left out."""
    parts = []
    for table, model in sorted(WORKFLOWS.items()):
        columns = [column for column in model.__table__.columns
                   if column.name in ("id", "number", "state", "created_by_id", "name", "complaint", "tag")]
        parts.append((table, db.session.execute(sa.select(*columns).order_by(model.id)).all()))
    moves = db.session.execute(sa.select(StockMove.id, StockMove.item_id, StockMove.quantity, StockMove.value)
                               .order_by(StockMove.id)).all()
    return hashlib.sha256(repr((parts, moves)).encode()).hexdigest()


#: Documents of the stores, and what is done to one of each on every day of work.
DAILY = {"store_request": "submit", "delivery_request": "deliver", "purchase_order": "send",
         "goods_receipt": "post"}
STORES = (*DAILY, "purchase_request", "supplier_invoice", "supplier_return", "unit_return", "spoilage",
          "stocktake", "stock_transfer", "supplier_refund")


def the_stores_work_every_day(session) -> None:
    """On each of the last fifteen days of work wards ask, stores deliver, orders go out and goods come, at
    many hours; emergencies come at night."""
    off = set(session.scalars(sa.select(Holiday.on).where(Holiday.kind == HolidayKind.NATIONAL)))
    before = (clock.today() - timedelta(days=ago) for ago in range(1, 60))
    workdays = [day for day in before if day.weekday() < 5 and day not in off][:15]
    hours = []
    for table, transition in DAILY.items():
        at = [clock.local(when) for when in session.scalars(sa.select(DocumentEvent.occurred_at).where(
            DocumentEvent.document_type == table, DocumentEvent.transition == transition))]
        assert [day for day in workdays if not any(when.date() == day for when in at)] == [], table
        hours += [when.hour for when in at if when.date() >= workdays[-1]]
    assert set(hours) >= {8, 9, 10, 11, 12, 13, 14}
    assert {hour for hour in hours if hour >= 19}
    assert sum(hour >= 19 or hour < 7 for hour in hours) < len(hours) / 10
    crowd = session.execute(
        sa.select(DocumentEvent.occurred_at, sa.func.count()).where(
            DocumentEvent.document_type.in_(STORES), DocumentEvent.transition == "submit")
        .group_by(DocumentEvent.occurred_at).having(sa.func.count() > 3)).all()
    assert crowd == []


def amounts_and_prices_are_sensible(session) -> None:
    """A ward's line is at most Rp 2 million unless it is one piece, 10 kg and 200 tablets; a pack costs what
    is in it; no line of an order is dearer than a big hospital's month."""
    for line in session.scalars(sa.select(StoreRequestLine)):
        item, base = line.item, line.base_quantity
        assert base == 1 or base * item.price_hint <= 2_000_000, (item.name, base)
        assert item.base_unit not in ("kg", "tablet") or base <= (10 if item.base_unit == "kg" else 200)
        assert item.category.code != "bahan_makanan" or line.store_request.work_unit.code == "GIZI", item.name
    for line in session.scalars(sa.select(PurchaseOrderLine)):
        assert abs(line.unit_price / line.factor / line.item.price_hint - 1) <= Decimal("0.1"), line.item.name
        assert line.quantity * line.unit_price <= 60_000_000, line.item.name


def what_is_written_by_hand_is_no_series(session) -> None:
    suppliers = session.scalars(sa.select(Supplier)).all()
    assert len({supplier.bank_account.split()[0] for supplier in suppliers}) > 3
    assert len({supplier.address.rsplit(" No.", 1)[0] for supplier in suppliers}) == len(suppliers)
    for column in (Supplier.npwp, Doctor.str_number, Doctor.sip_number, Building.permit_number):
        texts = session.scalars(sa.select(column))
        digits = sorted(int("".join(filter(str.isdigit, text))) for text in texts)
        steps = {later - earlier for earlier, later in pairwise(digits)}
        assert len(steps) == len(digits) - 1, column


def is_lived_in_and_sound(session) -> None:
    """Every invariant holds, and every state of every document is shown."""
    wrong = [(name, bad) for name, bad in checks.verify(session) if bad is not None]
    assert wrong == []
    empty = []
    for table, model in WORKFLOWS.items():
        shown = set(session.scalars(sa.select(model.state).distinct()))
        reached = {model.workflow.initial} | {step.target for step in model.workflow}
        empty += [(table, state.value) for state in reached - shown if (table, state.value) not in NOT_SHOWN]
    assert empty == []


@pytest.mark.commits
def test_the_demo_hospital_is_lived_in_and_sound_and_repeatable(app, session, template, database_server):
    demo.load(session)
    is_lived_in_and_sound(session)
    the_stores_work_every_day(session)
    amounts_and_prices_are_sensible(session)
    what_is_written_by_hand_is_no_series(session)
    for role in Role:
        account = session.scalar(sa.select(User).where(User.email == f"{role.value}@demo.rawat"))
        assert account.has_role(role)
        assert account.is_demo
    PasswordHasher().verify(account.password_hash, "rawat-demo-2026")
    assert session.scalar(sa.select(sa.func.count()).select_from(StockMove)) > 500
    if database_server.name != "sqlite":
        return  # what the dice say does not depend on the database, and loading takes as long again
    # The same seed gives the same hospital, whole or in parts.
    first = content()
    session.remove()
    engines = db._app_engines[app]
    mine, url = engines[None], database_server.copy(template)
    from models.base import prepare_engine
    engines[None] = sa.create_engine(url)
    prepare_engine(engines[None])
    try:
        demo.play(demo.found(session), one_transaction)  # as a first start does, in parts
        assert content() == first
    finally:
        session.remove()
        engines[None].dispose()
        engines[None] = mine
        database_server.drop(url)


@pytest.fixture
def early_in_next_month():
    """The seventh: of the month's books some are open, some closed, and little of the month has happened."""
    today = clock.today()
    day = (today.replace(day=1) + timedelta(days=32)).replace(day=7)
    clock.run_ahead(clock.ahead() + (day - today))


#: What grows with the hospital's work, as the tables are called.
GROWING = (
    "activity_log", "notice", "outbox", "document_event", "document_number", "patient", "consent",
    "consultation", "consultation_message", "clinical_note", "diagnosis", "letter", "prescription",
    "prescription_line", "dispensing", "stay", "stay_bed", "cleaning", "asset", "asset_book",
    "asset_book_change", "calibration", "maintenance", "maintenance_line", "maintenance_schedule",
    "stock_move", "stock_batch", "stock_balance", "store_request", "store_request_line", "delivery_request",
    "delivery_request_line", "purchase_request", "purchase_request_line", "purchase_order",
    "purchase_order_line", "goods_receipt", "goods_receipt_line", "supplier_invoice", "supplier_invoice_line",
    "stocktake", "stocktake_line", "spoilage", "stock_transfer", "unit_return", "journal_entry",
    "journal_line")


def has_grown(session, scale: int) -> dict[str, float]:
    """How many times as many rows each table has as were played; played rows have the keys above."""
    grown = {}
    for name in GROWING:
        key = db.metadata.tables[name].c.id
        every, played = session.execute(sa.select(sa.func.count(), sa.func.count(
            sa.case((key > demo.copies.KEYS * (scale - 1), 1)))).select_from(key.table)).one()
        grown[name] = every / played
    return grown


@pytest.mark.commits
@pytest.mark.usefixtures("early_in_next_month")
@pytest.mark.once
def test_a_larger_hospital_has_so_many_times_of_everything_and_is_as_sound_on_another_day(app, session):
    demo.load(session, scale=3)
    grown = has_grown(session, 3)
    assert {name: times for name, times in grown.items() if not 2.1 <= times <= 3.9} == {}
    the_stores_work_every_day(session)
    sealing.seal_all()
    is_lived_in_and_sound(session)
    before = clock.today() - timedelta(days=demo.copies.BEFORE)
    copied = session.execute(
        sa.select(sa.func.min(StockMove.moved_on), sa.func.count()).where(
            StockMove.moved_on < before, StockMove.id <= 2 * demo.copies.KEYS)).one()
    assert copied[0] > before - timedelta(days=demo.copies.DAYS + 40)
    assert copied[1] > 1_000
