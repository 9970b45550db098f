"""A line of a stocktake is held against the ledger at the moment at which it is counted; moves before and
after it survive."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from models import clock
from models.base import db, one_transaction
from models.errors import Conflict, NotAllowed, Refused
from models.journal import JournalLine, Posting
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.operations.ledger import journal, stock
from models.operations.stores import corrections, count_moments, stocktake_counting
from models.people import User
from models.returns import Spoilage
from models.roles import Role
from models.stock import MoveKind, StockBalance, StockMove, Store
from models.stocktakes import Stocktake, StocktakeLine
from tests.support import factories as make
from tests.support.races import at_once

MONDAY = datetime(2026, 11, 16, 9, tzinfo=clock.zone())


@pytest.fixture
def keeper(session: Any) -> Any:
    make.make_chart()
    return make.make_user(Role.STORE_STAFF)


@pytest.fixture
def head(session: Any) -> Any:
    return make.make_user(Role.FACILITIES_HEAD)


@pytest.fixture
def director(session: Any) -> Any:
    return make.make_user(Role.DIRECTOR)


@pytest.fixture(autouse=True)
def _verified(request: Any, session: Any) -> Any:
    yield
    if "verify_finds" not in request.node.name:
        assert [name for name, check in checks.CHECKS if name.startswith(("stock", "journal", "documents"))
                and check(session) is not None] == []


def move(store: Any, item: Any, quantity: int, batch: str = "") -> None:
    """A receipt, or a delivery where less than nothing comes."""
    if quantity > 0:
        make.stock_up(store, item, quantity, quantity * 1000, batch)
        return
    by = make.make_user(Role.STORE_STAFF)
    paper = make.saved(Spoilage(created_by=by, store_id=store.id))
    out = stock.Outgoing(1, item.id, Decimal(-quantity),
                         stock.batches([(item.id, batch, None)])[item.id, batch])
    stock.issue(paper, store.id, [out], kind=MoveKind.DELIVERY, on=clock.today(), by=by,
                against=stock.against(Posting.EXPENSE, make.make_account().id))


def started(keeper: Any, store: Any, *items: Any) -> Stocktake:
    count = make.saved(Stocktake(created_by=keeper, store=store))
    corrections.choose_items(count, [item.id for item in items])
    opened(count, by=keeper)
    perform(count, "start", by=keeper)
    return count


def write(count: Stocktake, quantity: int, by: Any, place: int = 0, **more: Any) -> StocktakeLine:
    line = count.lines[place]
    return stocktake_counting.count(count, line.id, Decimal(quantity), seen=line.counted_quantity, by=by,
                                    **more)


def there(store: Any, item: Any) -> Decimal:
    return sum(stock.balances(store.id, {item.id}).values(), Decimal(0))


def in_the_books(purpose: Posting) -> Decimal:
    return db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(JournalLine.debit - JournalLine.credit),
                                                        0))
                             .where(JournalLine.purpose == purpose)) or Decimal(0)


# ---------------------------------------------------------------- the numbers of the finding


@pytest.mark.parametrize(("meanwhile", "counted"), [(-40, 60), (-70, 30), (50, 150), (-100, 0)])
def test_what_moved_before_the_line_was_counted_is_no_variance(
        keeper: Any, head: Any, meanwhile: int, counted: int) -> None:
    store, item = make.make_store(), make.make_item()
    move(store, item, 100)
    count = started(keeper, store, item)
    move(store, item, meanwhile)
    line = write(count, counted, keeper)
    before = in_the_books(Posting.LOSS), in_the_books(Posting.STOCK_GAIN)
    perform(count, "submit", by=keeper)
    perform(count, "approve", by=head)
    db.session.refresh(line)
    assert (line.system_quantity, line.variance) == (counted, 0)
    assert there(store, item) == counted
    assert (in_the_books(Posting.LOSS), in_the_books(Posting.STOCK_GAIN)) == before


def test_a_receipt_between_start_and_count_is_not_booked_twice(keeper: Any, head: Any) -> None:
    store, item = make.make_store(), make.make_item()
    move(store, item, 50)
    count = started(keeper, store, item)
    move(store, item, 50)
    write(count, 100, keeper)
    perform(count, "submit", by=keeper)
    perform(count, "approve", by=head)
    assert there(store, item) == 100


@pytest.mark.parametrize("late", ["before it is handed in", "after it is handed in"])
def test_what_moves_after_the_line_was_counted_survives(keeper: Any, head: Any, late: str) -> None:
    store, item = make.make_store(), make.make_item()
    move(store, item, 100)
    count = started(keeper, store, item)
    line = write(count, 95, keeper)
    if late.startswith("after"):
        perform(count, "submit", by=keeper)
    move(store, item, -40)
    move(store, item, 7)
    assert count_moments.since(count) == {line.id: count_moments.Since(Decimal(-33), 2)}
    if late.startswith("before"):
        perform(count, "submit", by=keeper)
    perform(count, "approve", by=head)
    move(store, item, -1)
    assert there(store, item) == 95 - 40 + 7 - 1
    assert count_moments.since(count)[line.id].quantity == -33  # what came after the posting is another story


def test_only_who_changes_or_confirms_the_figure_takes_the_new_moment(keeper: Any) -> None:
    store, item, other = make.make_store(), make.make_item(), make.make_user(Role.FACILITIES_STAFF)
    move(store, item, 10)
    count = started(keeper, store, item)
    line = write(count, 10, keeper)
    first = line.last_move_id
    # the same figure at the same time: agreed
    stocktake_counting.count(count, line.id, Decimal(10), seen=None, by=other)
    assert (line.last_move_id, line.counted_by_id) == (first, keeper.id)
    move(store, item, -4)
    with pytest.raises(Conflict):  # the same figure, and four pieces went: before or after it?
        stocktake_counting.count(count, line.id, Decimal(10), seen=None, by=other)
    assert line.system_quantity == 10
    write(count, 10, other)  # they saw the ten, and counted ten
    assert (line.system_quantity, line.counted_by_id) == (6, other.id)
    assert line.last_move_id > first


# ---------------------------------------------------------------- the decision


def test_more_missing_than_is_left_names_the_lines_and_they_are_counted_again(keeper: Any, head: Any) -> None:
    store, plenty, scarce = make.make_store(), make.make_item(name="Kapas"), make.make_item(name="Jarum")
    for item in (plenty, scarce):
        move(store, item, 14)
    count = started(keeper, store, plenty, scarce)
    lines = {line.item_id: place for place, line in enumerate(count.lines)}
    write(count, 13, keeper, lines[plenty.id])
    write(count, 4, keeper, lines[scarce.id])
    perform(count, "submit", by=keeper)
    move(store, scarce, -10)
    with pytest.raises(Refused, match="Jarum") as refused, db.session.begin_nested():
        perform(count, "approve", by=head)
    assert "Kapas" not in str(refused.value)
    with pytest.raises(Refused):  # a reason is asked for
        perform(count, "recount", by=head)
    scarce_line, kept = count.lines[lines[scarce.id]], count.lines[lines[plenty.id]]
    perform(count, "recount", by=head, reason="Jarum: lihat rak belakang",
            given_lines={scarce_line.id: {"count_again": True}})
    assert (scarce_line.counted_quantity, scarce_line.system_quantity,
            scarce_line.counted_at) == (None, None, None)
    assert kept.counted_quantity == 13
    write(count, 4, keeper, lines[scarce.id])
    perform(count, "submit", by=keeper)
    perform(count, "approve", by=head)
    assert (there(store, scarce), there(store, plenty)) == (4, 13)


def test_without_a_choice_every_line_is_counted_again(keeper: Any, head: Any) -> None:
    store, items = make.make_store(), [make.make_item(), make.make_item()]
    count = started(keeper, store, *items)
    make.write_counts(count, keeper, 5)
    perform(count, "submit", by=keeper)
    perform(count, "recount", by=head, reason="Semua dihitung ulang")
    assert [line.counted_quantity for line in count.lines] == [None, None]
    assert all(line.count_again for line in count.lines)
    with pytest.raises(Refused):
        perform(count, "submit", by=keeper)


def test_a_month_that_is_closed_before_the_decision_does_not_trap_it(keeper: Any, head: Any) -> None:
    payables, store, item = make.make_user(Role.PAYABLES), make.make_store(), make.make_item()
    clock.freeze(datetime(2026, 10, 31, 20, tzinfo=clock.zone()))
    try:
        move(store, item, 10)
        count = started(keeper, store, item)
        write(count, 8, keeper)
        perform(count, "submit", by=keeper)
        clock.freeze(datetime(2026, 11, 3, 9, tzinfo=clock.zone()))
        journal.close_period(2026, 10, by=payables)
        perform(count, "approve", by=head)
        moved = db.session.scalars(sa.select(StockMove).filter_by(document_type="stocktake",
                                                                  line_id=count.lines[0].id,
                                                                  document_id=count.id)).one()
    finally:
        clock.freeze(None)
    assert (count.counted_on.isoformat(), count.posted_on.isoformat()) == ("2026-10-31", "2026-11-03")
    assert moved.moved_on == count.posted_on


def test_where_the_head_counted_the_director_decides(keeper: Any, head: Any, director: Any) -> None:
    both = make.make_user(Role.FACILITIES_HEAD, Role.STORE_STAFF)
    store, item = make.make_store(), make.make_item()
    theirs, ours = started(keeper, store, item), started(keeper, make.make_store(), item)
    write(theirs, 1, both)
    write(ours, 1, keeper)
    for count in (theirs, ours):
        perform(count, "submit", by=keeper)
    can = {(count.id, who.id) for count in (theirs, ours) for who in (both, head, director, keeper)
           if "approve" in {step.name for step in count.workflow.open_to(count, who)}}
    assert can == {(theirs.id, head.id), (theirs.id, director.id), (ours.id, both.id), (ours.id, head.id)}
    with pytest.raises(Refused, match="head of facilities"):
        perform(ours, "approve", by=director)
    perform(theirs, "approve", by=director)
    with pytest.raises(NotAllowed):
        perform(ours, "approve", by=keeper)


def test_a_count_that_was_handed_in_can_still_be_given_up(keeper: Any) -> None:
    store, item = make.make_store(), make.make_item()
    move(store, item, 3)
    count = started(keeper, store, item)
    write(count, 1, keeper)
    perform(count, "submit", by=keeper)
    with pytest.raises(Refused):
        perform(count, "cancel", by=keeper)
    perform(count, "cancel", by=keeper, reason="Rak dipindahkan")
    assert (count.state, there(store, item)) == ("cancelled", 3)


# ---------------------------------------------------------------- a sheet that was counted at some hour


def test_a_figure_of_an_earlier_hour_is_held_against_the_books_of_that_hour(keeper: Any, head: Any) -> None:
    store, item = make.make_store(), make.make_item()
    clock.freeze(MONDAY)
    try:
        move(store, item, 100)
        count = started(keeper, store, item)
        clock.freeze(MONDAY + timedelta(hours=2))
        move(store, item, -40)
        clock.freeze(MONDAY + timedelta(hours=5))
        move(store, item, 15)
        at = count_moments.hour_of(count, MONDAY + timedelta(hours=3))
        line = write(count, 58, keeper, at=at)
        assert (line.system_quantity, line.counted_at) == (60, MONDAY + timedelta(hours=3))
        assert count_moments.since(count)[line.id].quantity == 15
        for wrong in (MONDAY - timedelta(minutes=1), MONDAY + timedelta(hours=6)):
            with pytest.raises(Refused) as refused:
                count_moments.hour_of(count, wrong)
            assert refused.value.field == "at"
        perform(count, "submit", by=keeper)
        perform(count, "approve", by=head)
        assert there(store, item) == 58 + 15
    finally:
        clock.freeze(None)


def test_after_it_was_sent_back_an_older_sheet_does_not_count(keeper: Any, head: Any) -> None:
    store, item = make.make_store(), make.make_item()
    clock.freeze(MONDAY)
    try:
        count = started(keeper, store, item)
        write(count, 2, keeper)
        perform(count, "submit", by=keeper)
        clock.freeze(MONDAY + timedelta(hours=4))
        perform(count, "recount", by=head, reason="Sekali lagi")
        with pytest.raises(Refused):
            count_moments.hour_of(count, MONDAY + timedelta(hours=1))
        assert count_moments.hour_of(count, clock.now()) == clock.now()
    finally:
        clock.freeze(None)


# ---------------------------------------------------------------- what the database and `flask verify` hold


@pytest.mark.parametrize("column", ["system_quantity", "counted_at", "counted_quantity"])
def test_a_count_without_what_the_books_said_is_refused_by_the_database(keeper: Any, column: str) -> None:
    store, item = make.make_store(), make.make_item()
    count = started(keeper, store, item)
    line = write(count, 1, keeper)
    with pytest.raises(DatabaseError), db.session.begin_nested():
        db.session.execute(sa.update(StocktakeLine).where(StocktakeLine.id == line.id).values({column: None}))


def test_a_posted_count_keeps_its_day(keeper: Any) -> None:
    with pytest.raises(DatabaseError), db.session.begin_nested():
        make.saved(Stocktake(created_by=keeper, store=make.make_store(), state="posted"))


@pytest.mark.parametrize(("values", "check"), [
    ({"system_quantity": Decimal(9)}, "up to the move"), ({"last_move_id": None}, "up to the move"),
    ({"counted_quantity": Decimal(7)}, "line by line")])
def test_verify_finds_lines_that_do_not_agree(keeper: Any, head: Any, session: Any, values: dict[str, Any],
                                              check: str
                                              ) -> None:
    store, item = make.make_store(), make.make_item()
    move(store, item, 10)
    count = started(keeper, store, item)
    line = write(count, 8, keeper)
    perform(count, "submit", by=keeper)
    perform(count, "approve", by=head)
    assert _wrong(session) == []
    with _without_rules(session):
        session.execute(sa.update(StocktakeLine).where(StocktakeLine.id == line.id).values(values))
    assert any(check in name for name in _wrong(session))


def test_verify_finds_a_posted_line_that_nobody_counted_and_a_wrong_day(keeper: Any, head: Any,
                                                                        session: Any) -> None:
    store, item = make.make_store(), make.make_item()
    move(store, item, 10)
    count = started(keeper, store, item)
    line = write(count, 8, keeper)
    perform(count, "submit", by=keeper)
    perform(count, "approve", by=head)
    with _without_rules(session):
        session.execute(sa.update(Stocktake).where(Stocktake.id == count.id).values(
            posted_on=count.posted_on - timedelta(days=1)))
    assert [name for name in _wrong(session) if "dated" in name]
    with _without_rules(session):
        session.execute(sa.update(StocktakeLine).where(StocktakeLine.id == line.id).values(
            counted_quantity=None, system_quantity=None, counted_at=None, last_move_id=None))
    assert [name for name in _wrong(session) if "counted against the ledger" in name]


def _wrong(session: Any) -> list[str]:
    return [name for name, check in checks.CHECKS
            if name.startswith("stocktakes") and check(session) is not None]


class _without_rules:
    """Somebody writes past the rules, as a broken disk or a clever administrator may."""

    def __init__(self, session: Any) -> None:
        self.session, self.is_server = session, session.connection().dialect.name == "postgresql"

    def __enter__(self) -> None:
        if self.is_server:
            self.session.execute(sa.text("SET LOCAL session_replication_role = replica"))
            return
        self.kept = self.session.execute(sa.text(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('stocktake', "
            "'stocktake_line')")).all()
        for name, _sql in self.kept:
            self.session.execute(sa.text(f"DROP TRIGGER {name}"))

    def __exit__(self, *_: Any) -> None:
        if self.is_server:
            self.session.execute(sa.text("SET LOCAL session_replication_role = origin"))
            return
        for _name, sql in self.kept:
            self.session.execute(sa.DDL(sql.replace("%", "%%")))


# ---------------------------------------------------------------- at the same moment


@pytest.mark.commits
def test_a_line_is_counted_while_deliveries_and_receipts_post(app: Any, session: Any) -> None:
    """Whatever comes first: the line keeps a sum of the ledger and its last move, and nothing moved is
    lost."""
    keepers = [make.make_user(Role.STORE_STAFF) for _ in range(2)]
    make.make_chart()
    head, store, items = make.make_user(Role.FACILITIES_HEAD), make.make_store(), [make.make_item()
                                                                                   for _ in range(3)]
    for item in items:
        move(store, item, 100)
    account = make.make_account()
    count = started(keepers[0], store, *items)
    keys = [(line.id, line.item_id, line.batch_id) for line in count.lines]
    papers = [make.saved(Spoilage(created_by=keepers[0], store_id=store.id)).id for _ in range(3)]
    ids = count.id, store.id, [keeper.id for keeper in keepers], account.id, head.id
    session.commit()

    def counted(line_id: int) -> Any:
        with one_transaction():
            return stocktake_counting.count(db.session.get_one(Stocktake, ids[0]), line_id, Decimal(100),
                                            seen=None,
                                            by=db.session.get_one(User, ids[2][0])).system_quantity

    def delivered(paper: int) -> None:
        with one_transaction():
            outs = [stock.Outgoing(item_id, item_id, Decimal(40), batch_id)
                    for _, item_id, batch_id in keys[::-1]]
            stock.issue(db.session.get_one(Spoilage, paper), db.session.get_one(Store, ids[1]).id, outs[:2],
                        kind=MoveKind.DELIVERY, on=clock.today(), by=db.session.get_one(User, ids[2][1]),
                        against=stock.against(Posting.EXPENSE, ids[3]))

    acts = [partial(counted, key) for key, _, _ in keys for _ in range(2)] + [partial(delivered, papers[0])]
    acts += [partial(delivered, papers[1])]
    results = at_once(app, acts, told=Refused)
    assert {each for each in results if isinstance(each, Decimal)} <= {Decimal(100), Decimal(60), Decimal(20)}
    assert _wrong(session) == []
    count = session.get_one(Stocktake, ids[0])
    expected = {}
    for line in count.lines:
        after = session.scalar(sa.select(sa.func.coalesce(sa.func.sum(StockMove.quantity), 0)).where(
            StockMove.item_id == line.item_id, StockMove.id > line.last_move_id))
        expected[line.item_id] = 100 + after
    by = session.get_one(User, ids[2][0])
    perform(count, "submit", by=by)
    perform(count, "approve", by=session.get_one(User, ids[4]))
    session.commit()
    held = dict(session.execute(sa.select(StockBalance.item_id, StockBalance.quantity).where(
        StockBalance.store_id == ids[1])).all())
    assert held == expected
    assert [name for name, check in checks.CHECKS if check(session) is not None] == []
