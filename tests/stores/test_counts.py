"""Spoilage, transfers and stocktakes keep stock true."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from models import clock
from models.errors import PeriodClosed, Refused
from models.journal import JournalLine, Posting
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.operations.ledger import stock
from models.operations.stores import corrections, stocktake_counting
from models.returns import Spoilage, SpoilageLine, SpoilageState
from models.roles import Role
from models.stock import MoveKind, StoreItem
from models.stocktakes import Stocktake, StocktakeLine, StocktakeState
from tests.support import factories as make


@pytest.fixture
def keeper(session):
    make.make_chart()
    yield make.make_user(Role.STORE_STAFF)
    session.flush()
    for name, function in checks.CHECKS:
        assert function(session) is None, name


@pytest.fixture
def head(session):
    return make.make_user(Role.FACILITIES_HEAD)


def held(session, store, item):
    row = session.scalars(sa.select(StoreItem).filter_by(store_id=store.id, item_id=item.id)).one()
    return row.quantity, row.value


def started(keeper, store, *items):
    count = make.saved(Stocktake(created_by=keeper, store=store))
    corrections.choose_items(count, [item.id for item in items])
    opened(count, by=keeper)
    perform(count, "start", by=keeper)
    return count


def write(count, line, quantity, by):
    stocktake_counting.count(count, line.id, Decimal(quantity), seen=line.counted_quantity, by=by)


def test_spoilage_goes_to_the_loss_account_expired_too(session, keeper, head):
    store, item = make.make_store(), make.make_item()
    make.stock_up(store, item, 3, "10.00", "OLD", clock.today() - timedelta(days=9))
    document = make.saved(Spoilage(created_by=keeper, store=store, lines=[
        SpoilageLine(item=item, unit=make.unit_of(item), quantity=Decimal(1), cause="expired")]))
    opened(document, by=keeper)
    perform(document, "submit", by=keeper)
    perform(document, "approve", by=head)
    assert document.state == SpoilageState.POSTED
    assert document.lines[0].unit_cost == Decimal("3.33")
    assert session.scalars(sa.select(JournalLine).filter_by(purpose=Posting.LOSS)).one().debit == Decimal(
        "3.33"
    )
    assert held(session, store, item) == (2, Decimal("6.67"))


def test_a_count_posts_its_variance_and_keeps_lines_without(session, keeper, head):
    store, less, same = make.make_store(), make.make_item(), make.make_item()
    more = make.make_item(price_hint=Decimal(7))
    make.stock_up(store, less, 10, 1000)
    make.stock_up(store, same, 4, 40)
    count = started(keeper, store, less, more, same)
    assert count.number.startswith("OPN/")
    by_item = {line.item_id: line for line in count.lines}
    assert {(line.system_quantity, line.last_move_id, line.counted_at)
            for line in count.lines} == {(None, None, None)}
    make.stock_up(store, less, 5, 500)
    with pytest.raises(Refused):
        perform(count, "submit", by=keeper)
    for item, quantity in ((less, 13), (more, 3), (same, 4)):
        write(count, by_item[item.id], quantity, keeper)
    perform(count, "submit", by=keeper)
    perform(count, "approve", by=head)
    assert count.state == StocktakeState.POSTED
    assert held(session, store, less) == (13, 1300)
    assert held(session, store, more) == (3, 21)
    assert held(session, store, same) == (4, 40)
    session.refresh(by_item[less.id])
    assert by_item[less.id].variance == -2
    assert len(count.lines) == 3


def test_who_counted_does_not_decide(session, keeper):
    both = make.make_user(Role.FACILITIES_HEAD, Role.STORE_STAFF)
    store, item = make.make_store(), make.make_item()
    count = started(keeper, store, item)
    write(count, count.lines[0], 0, both)
    perform(count, "submit", by=both)
    with pytest.raises(Refused):
        perform(count, "approve", by=both)


def test_each_batch_gets_a_line(session, keeper):
    store, item = make.make_store(), make.make_item()
    for number in "AB":
        make.stock_up(store, item, 2, 20, number, clock.today() + timedelta(days=50))
    count = started(keeper, store, item)
    assert sorted((line.batch.number, line.system_quantity) for line in count.lines) == [("A", None),
                                                                                         ("B", None)]


def test_an_item_named_twice_is_counted_once(session, keeper):
    store, item, absent = make.make_store(), make.make_item(), make.make_item()
    make.stock_up(store, item, 2, 20, "A", clock.today() + timedelta(days=50))
    make.stock_up(store, item, 3, 30, "B", clock.today() + timedelta(days=60))
    count = make.saved(Stocktake(created_by=keeper, store=store, lines=[
        StocktakeLine(item=each, unit=make.unit_of(each)) for each in (item, item, absent, absent)]))
    opened(count, by=keeper)
    perform(count, "start", by=keeper)
    session.refresh(count)
    assert sorted((line.item_id, line.batch.number) for line in count.lines) == [
        (item.id, "A"), (item.id, "B"), (absent.id, "")]


def test_what_is_being_counted_is_not_counted_by_somebody_else(session, keeper, head):
    store, item = make.make_store(), make.make_item()
    make.stock_up(store, item, 10, 100)
    count = started(keeper, store, item)
    with session.begin_nested() as savepoint:
        with pytest.raises(Refused, match=r"OPN/\d+/\d+"):
            started(keeper, store, item)
        savepoint.rollback()
    started(keeper, make.make_store(), item)
    write(count, count.lines[0], 8, keeper)
    perform(count, "submit", by=keeper)
    perform(count, "approve", by=head)
    again = started(keeper, store, item)
    write(again, again.lines[0], 8, keeper)
    assert again.lines[0].system_quantity == 8


def test_a_line_of_a_stocktake_is_counted_in_the_base_unit(session, keeper):
    store, item = make.make_store(), make.make_item({"box": "10"})
    count = make.saved(Stocktake(created_by=keeper, store=store, lines=[
        StocktakeLine(item=item, unit=make.unit_of(item, "box"))]))
    opened(count, by=keeper)
    perform(count, "start", by=keeper)
    assert count.lines[0].unit_id == make.unit_of(item).id


def test_nothing_is_dated_before_the_last_count(session, keeper, head):
    clock.freeze(datetime(2026, 5, 10, tzinfo=clock.zone()))
    try:
        store, item = make.make_store(), make.make_item()
        count = started(keeper, store, item)
        write(count, count.lines[0], 5, keeper)
        perform(count, "submit", by=keeper)
        perform(count, "approve", by=head)
        clock.freeze(datetime(2026, 5, 20, tzinfo=clock.zone()))
        document = make.saved(Spoilage(created_by=keeper, store=store))
        batch = stock.without_batch([item.id])[item.id]
        with pytest.raises(PeriodClosed):
            stock.receive(document, store.id, [stock.Incoming(1, item.id, Decimal(1), batch, Decimal(1))],
                          kind=MoveKind.RECEIPT, on=date(2026, 5, 9), by=keeper,
                          against=stock.against(Posting.RECEIVED_NOT_INVOICED))
    finally:
        clock.freeze(None)
