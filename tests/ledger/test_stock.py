"""The ledger: exact whatever happens, never below zero whatever runs at once."""

from __future__ import annotations

import random
import threading
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import clock
from models.base import db, one_transaction
from models.errors import NotEnoughStock, PeriodClosed, Refused
from models.items import Item
from models.journal import JournalEntry, JournalLine, Period, Posting
from models.operations.core import checks
from models.operations.ledger import journal, stock
from models.operations.ledger.journal import JournalLeg
from models.people import User
from models.returns import Spoilage
from models.roles import Role
from models.stock import MoveKind, StockBalance, StockBatch, StockMove, StoreItem
from tests.support import factories as make
from tests.support.races import at_once

LEDGER = ("stock:", "journal:")


def all_true(session):
    session.flush()
    for name, function in checks.CHECKS:
        if name.startswith(LEDGER):
            assert function(session) is None, name


def paper(store, by):
    """Any document that posts stock: the ledger only asks who a move belongs to."""
    return make.saved(Spoilage(store_id=store.id, created_by=by))


def put(store, item, quantity, value, by, batch="", expires_on=None, on=None, reason=""):
    document = paper(store, by)
    batch_id = stock.batches([(item.id, batch, expires_on)])[item.id, batch]
    stock.receive(document, store.id,
                  [stock.Incoming(1, item.id, Decimal(quantity), batch_id, Decimal(value))],
                  kind=MoveKind.RECEIPT, on=on or clock.today(), by=by, reason=reason,
                  against=stock.against(Posting.RECEIVED_NOT_INVOICED))
    return document


def take(store, item, quantity, by, **kwargs):
    document = paper(store, by)
    moved = stock.issue(document, store.id, [stock.Outgoing(1, item.id, Decimal(quantity))],
                        kind=MoveKind.DELIVERY,
                        on=kwargs.pop("on", None) or clock.today(), by=by,
                        against=stock.against(Posting.EXPENSE),
                        **kwargs)
    return document, moved


@pytest.fixture
def by(session):
    make.make_chart()
    return make.make_user(Role.STORE_STAFF)


def held(session, store, item):
    row = session.scalars(sa.select(StoreItem).filter_by(store_id=store.id, item_id=item.id)).one()
    return row.quantity, row.value


steps = st.lists(st.one_of(
    st.tuples(st.just("in"), st.integers(1, 50), st.integers(0, 100_000), st.integers(0, 2)),
    st.tuples(st.just("out"), st.integers(1, 60), st.just(0), st.just(0)),
    st.tuples(st.just("undo"), st.integers(0, 20), st.just(0), st.just(0))), max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_any_sequence_keeps_quantities_and_values_exact(session, by, steps):
    store, item = make.make_store(), make.make_item()
    documents, model = [], Decimal(0)
    for kind, number, sen, batch in steps:
        with session.begin_nested() as savepoint:
            try:
                if kind == "in":
                    documents.append(put(store, item, number, Decimal(sen) / 100, by, "ABC"[batch],
                                         date(2099, 1, 1 + batch)))
                    model += number
                elif kind == "out":
                    document, _ = take(store, item, number, by)
                    documents.append(document)
                    model -= number
                elif documents:
                    document = documents[number % len(documents)]
                    undone = stock.reverse(document, on=clock.today(), by=by)
                    model += sum((move.quantity for move in undone), Decimal(0))
            except Refused:
                savepoint.rollback()
        assert model >= 0
    if documents:
        assert held(session, store, item)[0] == model
        all_true(session)


def test_the_last_unit_takes_the_rest_of_the_value(session, by):
    store, item = make.make_store(), make.make_item()
    put(store, item, 3, "10.00", by)
    values = [take(store, item, 1, by)[1][0].value for _ in range(3)]
    assert values == [Decimal("-3.33"), Decimal("-3.34"), Decimal("-3.33")]
    assert held(session, store, item) == (0, 0)
    all_true(session)


def test_earliest_expiry_goes_first_and_expired_stays(session, by):
    store, item = make.make_store(), make.make_item()
    soon, late, gone = (clock.today() + timedelta(days=days) for days in (0, 90, -1))
    put(store, item, 5, 50, by, "LATE", late)
    put(store, item, 5, 50, by, "SOON", soon)
    put(store, item, 5, 50, by)
    put(store, item, 5, 50, by, "GONE", gone)
    _, moved = take(store, item, 12, by)
    numbers = {batch.id: batch.number for batch in session.scalars(sa.select(StockBatch))}
    assert [(numbers[move.batch_id], move.quantity) for move in moved] == [("SOON", -5), ("LATE", -5),
                                                                           ("", -2)]
    with pytest.raises(NotEnoughStock) as refusal:
        take(store, item, 4, by)
    assert refusal.value.params["available"] == 3
    assert refusal.value.params["asked"] == 4
    assert item.name in str(refusal.value)
    take(store, item, 8, by, expired_too=True)
    all_true(session)


def test_not_enough_of_one_item_changes_nothing_of_the_others(session, by):
    store, first, second = make.make_store(), make.make_item(), make.make_item()
    put(store, first, 5, 50, by)
    document = paper(store, by)
    before = session.scalar(sa.select(sa.func.count()).select_from(StockMove))
    with pytest.raises(NotEnoughStock):
        stock.issue(document, store.id,
                    [stock.Outgoing(1, first.id, Decimal(5)), stock.Outgoing(2, second.id, Decimal(1))],
                    kind=MoveKind.DELIVERY, on=clock.today(), by=by, against=stock.against(Posting.EXPENSE))
    assert session.scalar(sa.select(sa.func.count()).select_from(StockMove)) == before
    assert held(session, store, first) == (5, 50)
    assert first.stock_on_hand == 5


def test_a_receipt_that_was_drawn_on_is_not_reversed_while_the_issue_lives(session, by):
    store, item = make.make_store(), make.make_item()
    receipt = put(store, item, 5, 50, by)
    delivery, _ = take(store, item, 1, by)
    with pytest.raises(Refused):
        stock.reverse(receipt, on=clock.today(), by=by)
    stock.reverse(delivery, on=clock.today(), by=by)
    stock.reverse(receipt, on=clock.today(), by=by)
    assert held(session, store, item) == (0, 0)
    all_true(session)


def test_reversing_twice_reverses_once(session, by):
    store, item = make.make_store(), make.make_item()
    receipt = put(store, item, 5, 50, by)
    assert len(stock.reverse(receipt, on=clock.today(), by=by)) == 1
    assert stock.reverse(receipt, on=clock.today(), by=by) == []
    all_true(session)


def test_a_batch_has_one_expiry(session):
    item = make.make_item()
    make.stock_up(make.make_store(), item, 1, 1, "A1", date(2030, 1, 1))
    with pytest.raises(Refused):
        stock.batches([(item.id, "A1", date(2031, 1, 1))])


def test_an_entry_that_does_not_balance_is_a_mistake(session, by):
    with pytest.raises(ValueError, match="balance"):
        journal.post_entry(clock.today(), [JournalLeg(Posting.LOSS, Decimal(1))],
                           paper(make.make_store(), by), by)


def test_nothing_is_posted_into_a_closed_period_or_the_future(session, by):
    clock.freeze(datetime(2026, 5, 12, tzinfo=clock.zone()))
    try:
        store, item = make.make_store(), make.make_item()
        journal.close_period(2026, 4, by=make.make_user(Role.PAYABLES))
        for day in (date(2026, 4, 30), date(2026, 5, 13)):
            with pytest.raises(PeriodClosed):
                put(store, item, 1, 1, by, on=day)
        put(store, item, 1, 1, by, on=date(2026, 5, 1))
        with pytest.raises(Refused):
            journal.close_period(2026, 5, by=make.make_user(Role.PAYABLES))
        assert session.scalar(sa.select(sa.func.count()).select_from(Period)) == 2
    finally:
        clock.freeze(None)


def test_only_the_head_of_store_dates_before_later_moves_and_no_day_goes_below_zero(session, by):
    head = make.make_user(Role.STORE_HEAD)
    clock.freeze(datetime(2026, 5, 20, tzinfo=clock.zone()))
    try:
        store, item = make.make_store(), make.make_item()
        put(store, item, 10, 100, by, on=date(2026, 5, 5))
        put(store, item, 10, 100, by, on=date(2026, 5, 15))
        with pytest.raises(Refused):
            take(store, item, 5, by, on=date(2026, 5, 10))
        with pytest.raises(Refused):
            take(store, item, 5, head, on=date(2026, 5, 10))
        take(store, item, 5, head, on=date(2026, 5, 10), reason="found the paper late")
        with pytest.raises(NotEnoughStock):
            take(store, item, 6, head, on=date(2026, 5, 12), reason="more than there was that day")
        all_true(session)
    finally:
        clock.freeze(None)


def test_balances_can_be_rebuilt_from_the_moves(session, by):
    store, item = make.make_store(), make.make_item()
    put(store, item, 10, "99.99", by)
    take(store, item, 3, by)
    session.execute(sa.update(StoreItem.__table__).values(quantity=Decimal(1)))
    session.execute(sa.update(StockBalance.__table__).values(quantity=Decimal(2)))
    session.execute(sa.update(Item.__table__).values(stock_on_hand=Decimal(4)))
    broken = {name for name, row in checks.verify(session) if row is not None}
    assert len(broken) == 3
    checks.rebuild_balances(session)
    all_true(session)
    assert held(session, store, item)[0] == 7
    assert item.stock_on_hand == 7


def test_verify_finds_a_journal_that_disagrees_with_the_stock(session, by):
    store, item = make.make_store(), make.make_item()
    document = put(store, item, 10, 100, by)
    journal.post_entry(clock.today(),
                       [JournalLeg(Posting.INVENTORY, Decimal(1)),
                        JournalLeg(Posting.STOCK_GAIN, Decimal(-1))],
                       document, by)
    broken = {name for name, row in checks.verify(session) if row is not None}
    assert {name for name in broken if name.startswith("journal:")} == {
        "journal: the inventory account is the value of the stock, document by document"}


def test_goods_without_a_value_need_no_entry(session, by):
    store, item = make.make_store(), make.make_item()
    document = put(store, item, 10, 0, by)
    assert session.scalar(sa.select(JournalEntry).filter_by(document_id=document.id)) is None
    assert session.scalar(sa.select(sa.func.count()).select_from(JournalLine)) == 0
    all_true(session)


@pytest.mark.commits
def test_eight_writers_on_fifty_hot_items_lose_nothing(app, session):
    writers, rounds, size = 8, 12, 6
    with one_transaction():
        make.make_chart()
        by_id = make.make_user(Role.STORE_STAFF).id
        store_id = make.make_store().id
        items = [make.make_item() for _ in range(50)]
        ids = [item.id for item in items]
        none = stock.without_batch(ids)
        papers = [[make.saved(Spoilage(store_id=store_id, created_by_id=by_id)).id for _ in range(rounds)]
                  for _ in range(writers)]
        first = make.saved(Spoilage(store_id=store_id, created_by_id=by_id))
        stock.receive(first, store_id,
                      [stock.Incoming(1, key, Decimal(20), none[key], Decimal(700)) for key in ids],
                      kind=MoveKind.RECEIPT, on=clock.today(), by=db.session.get(User, by_id),
                      against=stock.against(Posting.RECEIVED_NOT_INVOICED))
    expected = dict.fromkeys(ids, Decimal(20))
    mutex, refused = threading.Lock(), []

    def write(number):
        chance = random.Random(number)
        for paper_id in papers[number]:
            chosen = chance.sample(ids, size)
            coming = chance.random() < 0.4
            quantity = Decimal(chance.randint(1, 9))
            sign = 1 if coming else -1
            try:
                with one_transaction() as session:
                    document, by = session.get(Spoilage, paper_id), session.get(User, by_id)
                    if coming:
                        stock.receive(document, store_id,
                                      [stock.Incoming(line, key, quantity, none[key], Decimal("33.37"))
                                                           for line, key in enumerate(chosen)],
                                      kind=MoveKind.RECEIPT,
                                      on=clock.today(), by=by,
                                      against=stock.against(Posting.RECEIVED_NOT_INVOICED))
                    else:
                        stock.issue(document, store_id, [stock.Outgoing(line, key, quantity)
                                                         for line, key in enumerate(chosen)],
                                    kind=MoveKind.DELIVERY,
                                    on=clock.today(), by=by, against=stock.against(Posting.EXPENSE))
                with mutex:
                    for key in chosen:
                        expected[key] += sign * quantity
            except NotEnoughStock:
                refused.append(number)
            db.session.remove()

    at_once(app, [partial(write, number) for number in range(writers)], told=())  # no lock is lost either
    assert refused
    assert dict(db.session.execute(sa.select(Item.id, Item.stock_on_hand)).all()) == expected
    all_true(db.session)


# ---------------------------------------------------------------- what a type says that it posts

def test_a_type_that_posts_nothing_writes_to_no_journal(session: Any) -> None:
    by = make.make_user(Role.STORE_HEAD)
    legs = [JournalLeg(Posting.LOSS, Decimal(1)), JournalLeg(Posting.INVENTORY, Decimal(-1))]
    with pytest.raises(ValueError, match="StoreRequest says that it posts nothing"):
        journal.post_entry(clock.today(), legs, make.make_store_request(), by)


def test_a_type_that_posts_no_stock_moves_none(session: Any) -> None:
    request = make.make_store_request()
    item = make.make_item()
    with pytest.raises(ValueError, match="StoreRequest does not say that it posts stock"):
        stock.receive(request, request.store_id, [stock.Incoming(1, item.id, Decimal(1), None, Decimal(1))],
                      kind=MoveKind.RECEIPT, on=clock.today(), by=request.created_by, against=None)
