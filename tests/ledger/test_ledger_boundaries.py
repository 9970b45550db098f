"""The ledger to the unit, the sen and the day: the last box, the last day, what found stock is worth."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.errors import NotEnoughStock, PeriodClosed, Refused
from models.items import MOST_UNITS, MOST_WORTH, Item
from models.operations.core.approvals import perform
from models.operations.ledger import stock
from models.operations.ledger.ledger import MOST_COST, share
from models.people import User
from models.returns import SpoilageLine
from models.roles import Role
from models.stock import MoveKind, StockBalance, StoreItem
from models.stocktakes import Stocktake, StocktakeLine
from tests.support import factories as make
from tests.support.shelves import LOSS, TODAY, YESTERDAY, Shelf

pytestmark = pytest.mark.usefixtures("twentieth_of_may")


# ---------------------------------------------------------------- worth

@pytest.mark.parametrize(("stocked", "hint", "found", "worth"), [
    ((10, 1000), 7, 3, "300.00"),        # at the average of what lies there, not at the price hint
    ((3, "10.00"), 7, 1, "3.33"), ((3, "10.01"), 7, 2, "6.67"), ((8, "1.00"), 7, 1, "0.13"),
    ((4, 0), 7, 3, "0.00"),
    (None, 7, 3, "21.00"), (None, "0.01", 3, "0.03"), (None, None, 3, "0.00")])
def test_a_surplus_comes_in_at_the_average(by: User, stocked: Any, hint: Any, found: int, worth: str) -> None:
    shelf = Shelf(by, price_hint=None if hint is None else Decimal(hint))
    if stocked:
        shelf.put(*stocked)
    assert [(move.quantity, move.value) for move in shelf.count(found)] == [(found, Decimal(worth))]


@pytest.mark.parametrize(("parts", "expected"), [
    ([1, 1, 1], ["3.33", "3.34", "3.33"]), ([2, 1], ["6.67", "3.33"]), ([3], ["10.00"])])
def test_the_parts_of_a_whole_are_the_whole(parts: list[int], expected: list[str]) -> None:
    before, found = Decimal(0), []
    for part in parts:
        found.append(share(Decimal("10.00"), Decimal(part), Decimal(3), before))
        before += part
    assert found == list(map(Decimal, expected))
    assert share(Decimal("10.00"), Decimal(1), Decimal(3)) == Decimal("3.33")


def test_half_a_sen_is_rounded_up() -> None:
    assert share(Decimal("0.01"), Decimal(1), Decimal(2)) == Decimal("0.01")


# ---------------------------------------------------------------- how much

def test_the_last_unit_leaves_and_one_more_does_not(by: User) -> None:
    shelf = Shelf(by)
    shelf.put(5, 50)
    with pytest.raises(NotEnoughStock) as refusal:
        shelf.take("5.001")
    assert refusal.value.params["available"] == 5
    shelf.take(5)
    assert shelf.held == (0, 0)
    with pytest.raises(NotEnoughStock):
        shelf.take(1)


def test_of_a_batch_only_what_the_batch_has(by: User) -> None:
    shelf = Shelf(by)
    first, second = shelf.batch("A"), shelf.batch("B")
    shelf.put(5, 50, first)
    shelf.put(5, 50, second)
    with pytest.raises(NotEnoughStock):
        shelf.take(6, second)
    assert [(move.batch_id, move.quantity) for move in shelf.take(2, second)] == [(second, -2)]
    shelf.take(3, second)
    assert [(move.batch_id, move.quantity) for move in shelf.take(4)] == [(first, -4)]
    with pytest.raises(NotEnoughStock):
        shelf.count(-2, first)
    assert [move.quantity for move in shelf.count(-1, first)] == [-1]


def test_of_many_batches_only_as_many_as_are_needed(by: User) -> None:
    shelf = Shelf(by)
    first, second, third = (shelf.batch(number) for number in "ABC")
    for batch in (first, second, third):
        shelf.put(5, 50, batch)
    assert [(move.batch_id, move.quantity) for move in shelf.take(2)] == [(first, -2)]
    assert [(move.batch_id, move.quantity) for move in shelf.take(4)] == [(first, -3), (second, -1)]


@pytest.mark.parametrize(("days", "leaves"), [(-1, False), (0, True), (1, True)])
def test_a_box_is_good_on_its_last_day(by: User, days: int, leaves: bool) -> None:
    shelf = Shelf(by)
    shelf.put(5, 50, shelf.batch("X", TODAY + timedelta(days=days)))
    if leaves:
        assert shelf.take(5)[0].quantity == -5
    else:
        with pytest.raises(NotEnoughStock):
            shelf.take(1)
        assert shelf.take(5, expired_too=True)[0].quantity == -5


def test_two_lines_of_one_item_share_what_is_there(by: User) -> None:
    shelf = Shelf(by)
    shelf.put(5, 50)
    lines = [stock.Outgoing(1, shelf.item.id, Decimal(3)), stock.Outgoing(2, shelf.item.id, Decimal(2))]
    moved = stock.issue(shelf.paper(), shelf.store.id, lines, kind=MoveKind.DELIVERY, on=TODAY, by=by,
                        against=LOSS)
    assert [(move.line_id, move.quantity, move.value) for move in moved] == [(1, -3, -30), (2, -2, -20)]
    assert shelf.held == (0, 0)


def test_two_lines_of_one_item_take_no_more_than_there_is(by: User) -> None:
    shelf = Shelf(by)
    shelf.put(5, 50)
    lines = [stock.Outgoing(number, shelf.item.id, Decimal(3)) for number in (1, 2)]
    with pytest.raises(NotEnoughStock) as refusal:
        stock.issue(shelf.paper(), shelf.store.id, lines, kind=MoveKind.DELIVERY, on=TODAY, by=by,
                    against=LOSS)
    assert refusal.value.params["available"] == 2


@pytest.mark.parametrize(("quantity", "value", "why"), [
    (MOST_UNITS, 0, None), (MOST_UNITS + 1, 0, "cannot hold"), (MOST_COST, MOST_WORTH, None),
    (1000, MOST_WORTH + 1, "cannot hold"), (1, MOST_COST - 1, None), (1, MOST_COST, "too high")])
def test_slips_of_some_zeros_are_refused(by: User, quantity: Any, value: Any, why: str | None) -> None:
    shelf = Shelf(by)
    if quantity == MOST_COST:
        quantity = 1000
    if why is None:
        shelf.put(quantity, value)
        assert shelf.held == (quantity, value)
    else:
        with pytest.raises(Refused, match=why):
            shelf.put(quantity, value)


# ---------------------------------------------------------------- what the item keeps

def test_the_item_keeps_what_is_on_hand_and_when_it_last_came_and_left(by: User, head: User) -> None:
    shelf = Shelf(by)

    def kept() -> tuple[Any, ...]:
        make.db.session.expire_all()
        item = make.db.session.get(Item, shelf.item.id)
        return item.stock_on_hand, item.last_received_on, item.last_issued_on

    first = shelf.put(5, 50, on=YESTERDAY)
    assert kept() == (5, YESTERDAY, None)
    paper = shelf.paper()
    shelf.take(2, on=YESTERDAY, document=paper)
    assert kept() == (3, YESTERDAY, YESTERDAY)
    shelf.take(1)
    assert kept() == (2, YESTERDAY, TODAY)
    shelf.put(1, 10)
    shelf.put(1, 10, on=YESTERDAY, by=head, reason="found late")
    assert kept() == (4, TODAY, TODAY), "an older day does not take the place of a later one"
    stock.reverse(paper, on=TODAY, by=by)
    assert kept() == (6, TODAY, TODAY)
    assert first.id


def test_records_in_hand_are_read_again_after_a_posting(by: User) -> None:
    shelf = Shelf(by)
    shelf.put(5, 50)
    session = make.db.session
    held = session.scalars(sa.select(StoreItem).filter_by(item_id=shelf.item.id)).one()
    balance = session.scalars(sa.select(StockBalance).filter_by(item_id=shelf.item.id)).one()
    item = session.get(Item, shelf.item.id)
    assert (held.quantity, held.value, balance.quantity, item.stock_on_hand, item.last_issued_on) == (
        5, 50, 5, 5, None)
    shelf.take(2)
    assert (held.quantity, held.value, balance.quantity, item.stock_on_hand, item.last_issued_on) == (
        3, 30, 3, 3, TODAY)
    shelf.put(4, 10)
    assert (held.quantity, held.value, balance.quantity, item.stock_on_hand) == (7, 40, 7, 7)


def test_lines_get_their_items(by: User) -> None:
    in_hand, other = make.make_item(), make.make_item()
    ids = [in_hand.id, other.id, in_hand.id]
    make.db.session.expunge(other)
    lines = [SpoilageLine(item_id=key) for key in ids]
    stock.load_items(lines)
    assert [line.item.id for line in lines] == ids
    assert lines[0].item is in_hand


def test_batches_are_known_by_item_and_number() -> None:
    one, other = make.make_item(), make.make_item()
    known = stock.batches([(one.id, "A", TODAY), (one.id, "B", None), (other.id, "A", YESTERDAY)])
    assert len(set(known.values())) == 3
    assert stock.batches([(other.id, "A", YESTERDAY), (one.id, "", None)]).keys() == {
        (other.id, "A"), (one.id, "")}
    assert stock.batches([(other.id, "A", YESTERDAY)]) == {(other.id, "A"): known[other.id, "A"]}
    assert stock.batches([]) == {}
    make.stock_up(make.make_store(), other, 1, 1, "A", YESTERDAY)  # a date on which something lives stays
    with pytest.raises(Refused, match=f"expiry {YESTERDAY}, not {TODAY}") as refusal:
        stock.batches([(one.id, "A", TODAY), (other.id, "A", TODAY)])
    assert refusal.value.field == "expires_on"


# ---------------------------------------------------------------- which day

@pytest.mark.parametrize(("on", "who", "reason", "refused"), [
    (TODAY, Role.STORE_STAFF, "", False), (date(2026, 5, 10), Role.STORE_STAFF, "late", True),
    (date(2026, 5, 10), Role.STORE_HEAD, "", True), (date(2026, 5, 10), Role.STORE_HEAD, "  ", True),
    (date(2026, 5, 10), Role.STORE_HEAD, "late", False), (date(2026, 5, 15), Role.STORE_STAFF, "", False),
    (date(2026, 5, 14), Role.STORE_STAFF, "", True)])
def test_before_later_movements_only_the_head_with_a_reason(by: User, on: date, who: Role, reason: str,
                                                            refused: bool) -> None:
    shelf, person = Shelf(by), make.make_user(who)
    shelf.put(10, 100, on=date(2026, 5, 5))
    shelf.put(10, 100, on=date(2026, 5, 15))
    if refused:
        with pytest.raises(Refused, match="later movements") as refusal:
            shelf.take(1, on=on, by=person, reason=reason)
        assert refusal.value.field == ("reason" if who == Role.STORE_HEAD else None)
    else:
        shelf.take(1, on=on, by=person, reason=reason)


def test_a_count_stands_in_the_way_of_its_day_and_earlier_ones_alone(by: User) -> None:
    clock.freeze(datetime(2026, 5, 10, 10, tzinfo=clock.zone()))
    shelf = Shelf(by)
    count = make.saved(Stocktake(store=shelf.store, created_by=by, lines=[
        StocktakeLine(item=shelf.item, unit=make.unit_of(shelf.item), batch_id=shelf.batch())]))
    perform(count, "start", by=by)
    make.write_counts(count, by, 5)
    perform(count, "submit", by=by)
    perform(count, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    clock.freeze(datetime(2026, 5, 20, 10, tzinfo=clock.zone()))
    with pytest.raises(PeriodClosed, match="was counted on 2026-05-10"):
        shelf.put(1, 1, on=date(2026, 5, 9))
    for day in (10, 11):
        shelf.put(1, 1, on=date(2026, 5, day))


def test_later_movements_of_other_items_and_stores_do_not_count(by: User) -> None:
    shelf, elsewhere, another = Shelf(by), Shelf(by), Shelf(by)
    shelf.put(10, 100, on=date(2026, 5, 5))
    elsewhere.store = shelf.store
    another.item = shelf.item
    elsewhere.put(1, 1)
    another.put(1, 1)
    shelf.take(1, on=date(2026, 5, 10))


@pytest.mark.parametrize(("on", "quantity", "there_is"), [
    (date(2026, 5, 5), 4, True), (date(2026, 5, 5), 5, False), (date(2026, 5, 4), 1, False),
    (date(2026, 5, 10), 4, True), (date(2026, 5, 10), 5, False), (date(2026, 5, 15), 14, True),
    (date(2026, 5, 15), 15, False)])
def test_no_day_after_it_goes_below_nothing(by: User, head: User, on: date, quantity: int,
                                            there_is: bool) -> None:
    """Ten came on the 5th, six left on the 12th, ten came on the 15th: between them four may leave."""
    shelf = Shelf(by)
    shelf.put(10, 100, on=date(2026, 5, 5))
    shelf.take(6, on=date(2026, 5, 12))
    shelf.put(10, 100, on=date(2026, 5, 15))
    shelf.put(1, 1, on=date(2026, 5, 16), batch=shelf.batch("OTHER"))
    none = shelf.batch()
    if there_is:
        shelf.take(quantity, none, on=on, by=head, reason="late")
    else:
        with pytest.raises(NotEnoughStock):
            shelf.take(quantity, none, on=on, by=head, reason="late")


def test_the_batch_in_another_store_does_not_help_on_an_earlier_day(by: User, head: User) -> None:
    shelf, elsewhere = Shelf(by), Shelf(by)
    elsewhere.item = shelf.item
    elsewhere.put(100, 100, on=date(2026, 5, 5))
    shelf.put(10, 100, on=date(2026, 5, 15))
    with pytest.raises(NotEnoughStock):
        shelf.take(1, on=date(2026, 5, 10), by=head, reason="late")


@pytest.mark.parametrize(("on", "there_is"), [
    (date(2026, 5, 11), False), (date(2026, 5, 12), False), (date(2026, 5, 15), True), (TODAY, True)])
def test_what_a_count_takes_off_was_there_on_its_day_and_after(by: User, on: date, there_is: bool) -> None:
    """Five came on the 10th, five left on the 12th, five came on the 15th."""
    shelf = Shelf(by)
    shelf.put(5, 50, on=date(2026, 5, 10))
    shelf.take(5, on=date(2026, 5, 12))
    shelf.put(5, 50, on=date(2026, 5, 15))
    if there_is:
        assert [move.quantity for move in shelf.count(-1, on=on)] == [-1]
    else:
        with pytest.raises(NotEnoughStock):
            shelf.count(-1, on=on)
