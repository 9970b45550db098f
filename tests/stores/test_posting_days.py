"""Spoilage and unit returns are dated by the step that posts them, never by the day of their draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.errors import NotAllowed, NotEnoughStock, Refused
from models.operations.core.approvals import opened, perform
from models.operations.ledger import backdating, days, journal
from models.returns import Spoilage, SpoilageLine, UnitReturn, UnitReturnLine
from models.roles import Role
from models.stock import StockMove
from tests.stores.test_stores import Cast
from tests.support import factories as make
from tests.support import standing_books as standing
from tests.support.standing_papers import some_weeks_later


@pytest.fixture
def cast(session: Any) -> Cast:
    return Cast()


def spoilage(cast: Cast, *quantities: int) -> Spoilage:
    item = make.make_item()
    make.stock_up(cast.store, item, 10, 100)
    document = make.saved(Spoilage(created_by=cast.keeper, store=cast.store, lines=[
        SpoilageLine(item=item, unit=make.unit_of(item), quantity=Decimal(each))
        for each in quantities or (2,)]))
    opened(document, by=cast.keeper)
    perform(document, "submit", by=cast.keeper)
    return document


def unit_return(cast: Cast) -> UnitReturn:
    item = make.make_item()
    make.stock_up(cast.store, item, 10, 100)
    delivery = cast.delivered(cast.approved((item, 3)))
    given = delivery.lines[0]
    document = make.saved(UnitReturn(
        created_by=cast.nurse, work_unit_id=cast.nurse.work_unit_id, store_id=delivery.store_id,
        lines=[UnitReturnLine(item_id=given.item_id, unit_id=given.unit_id, quantity=Decimal(1),
                              delivery_request_line_id=given.id)]))
    opened(document, by=cast.nurse)
    perform(document, "submit", by=cast.nurse)
    return document


STEPS = {"spoilage": ("approve", Role.FACILITIES_HEAD), "unit_return": ("accept", Role.STORE_STAFF)}
MAKE: list[Callable[[Cast], Any]] = [spoilage, unit_return]


def finish(document: Any) -> None:
    name, role = STEPS[document.__tablename__]
    perform(document, name, by=make.make_user(role))


def moved_on(session: Any, document: Any) -> set[date]:
    return set(session.scalars(sa.select(StockMove.moved_on).where(
        StockMove.document_type == document.__tablename__, StockMove.document_id == document.id)))


@pytest.mark.parametrize("made", MAKE)
def test_it_is_dated_the_day_of_the_step_though_the_item_moved_since(session: Any, cast: Cast,
                                                                     made: Any) -> None:
    document = made(cast)
    clock.freeze(clock.now() + timedelta(days=1))
    make.stock_up(document.store, document.lines[0].item, 5, 50)
    clock.freeze(clock.now() + timedelta(days=1))
    finish(document)
    assert document.document_date == clock.today()
    assert moved_on(session, document) == {clock.today()}


@pytest.mark.parametrize("made", MAKE)
def test_it_is_posted_though_its_month_was_closed(session: Any, cast: Cast, made: Any) -> None:
    document = made(cast)
    some_weeks_later()
    finish(document)
    assert moved_on(session, document) == {clock.today()}


def test_the_day_found_stands_where_the_head_of_store_allowed_it(session: Any, cast: Cast) -> None:
    document = spoilage(cast)
    found = clock.today()
    clock.freeze(clock.now() + timedelta(days=1))
    make.stock_up(document.store, document.lines[0].item, 5, 50)
    backdating.allow(document, by=make.make_user(Role.STORE_HEAD), reason="found at the morning round")
    clock.freeze(clock.now() + timedelta(days=1))
    finish(document)
    assert (document.spoiled_on, moved_on(session, document)) == (found, {found})


def test_an_allowed_day_of_a_month_that_was_closed_is_today(session: Any, cast: Cast) -> None:
    document = spoilage(cast)
    clock.freeze(clock.now() + timedelta(days=1))
    backdating.allow(document, by=make.make_user(Role.STORE_HEAD), reason="found at the morning round")
    some_weeks_later()
    finish(document)
    assert moved_on(session, document) == {clock.today()}


def test_an_allowed_day_of_a_month_that_the_books_skipped_is_today(session: Any, cast: Cast) -> None:
    """Nothing was ever posted in the month found; a later month is closed, so no posting begins it."""
    item = make.make_item()
    make.stock_up(cast.store, item, 10, 100)
    found = (clock.today().replace(day=1) - timedelta(days=40)).replace(day=10)
    document = make.saved(Spoilage(created_by=cast.keeper, store=cast.store, spoiled_on=found, lines=[
        SpoilageLine(item=item, unit=make.unit_of(item), quantity=Decimal(2))]))
    opened(document, by=cast.keeper)
    backdating.allow(document, by=make.make_user(Role.STORE_HEAD), reason="found at the morning round")
    after = clock.today().replace(day=1) - timedelta(days=1)
    journal.close_period(after.year, after.month, by=make.make_user(Role.PAYABLES))
    assert not days.is_open(found)
    perform(document, "submit", by=cast.keeper)
    finish(document)
    assert moved_on(session, document) == {clock.today()}


# ---------------------------------------------------------------- taken back, and less

@pytest.mark.parametrize(("made", "role", "others"), [
    (spoilage, Role.FACILITIES_HEAD, Role.STORE_HEAD), (unit_return, Role.STORE_HEAD, Role.STORE_STAFF)])
def test_a_wrong_press_is_taken_back(session: Any, cast: Cast, made: Any, role: Role, others: Role) -> None:
    document = made(cast)
    before = standing.books()
    finish(document)
    with pytest.raises(NotAllowed):
        perform(document, "reverse", by=make.make_user(others), reason="the wrong item")
    with pytest.raises(Refused) as refusal:
        perform(document, "reverse", by=make.make_user(role))
    assert refusal.value.field == "reason"
    perform(document, "reverse", by=make.make_user(role), reason="the wrong item")
    assert document.state == "reversed"
    assert standing.books() == before


def test_nobody_takes_back_the_own_spoilage(session: Any, cast: Cast) -> None:
    both = make.make_user(Role.STORE_STAFF, Role.FACILITIES_HEAD)
    document = spoilage(cast)
    document.created_by = both
    finish(document)
    with pytest.raises(Refused, match="made this document yourself"):
        perform(document, "reverse", by=both, reason="the wrong item")


def test_what_was_returned_and_used_is_not_taken_back(session: Any, cast: Cast) -> None:
    document = unit_return(cast)
    finish(document)
    line = document.lines[0]
    rest = make.saved(Spoilage(created_by=cast.keeper, store=document.store, lines=[
        SpoilageLine(item=line.item, unit=make.unit_of(line.item), quantity=Decimal(8))]))
    opened(rest, by=cast.keeper)
    perform(rest, "submit", by=cast.keeper)
    perform(rest, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    with pytest.raises(Refused, match="used since"), session.begin_nested():
        perform(document, "reverse", by=make.make_user(Role.STORE_HEAD), reason="the wrong item")


def test_a_unit_returns_again_what_was_taken_back(session: Any, cast: Cast) -> None:
    document = unit_return(cast)
    finish(document)
    perform(document, "reverse", by=make.make_user(Role.STORE_HEAD), reason="another unit's")
    again = make.saved(UnitReturn(
        created_by=cast.nurse, work_unit_id=cast.nurse.work_unit_id, store_id=document.store_id,
        lines=[UnitReturnLine(item_id=line.item_id, unit_id=line.unit_id,
                              quantity=line.delivery_request_line.quantity,
                              delivery_request_line_id=line.delivery_request_line_id)
               for line in document.lines]))
    opened(again, by=cast.nurse)
    perform(again, "submit", by=cast.nurse)
    finish(again)
    assert again.state == "accepted"


def test_spoilage_takes_what_is_left_of_it(session: Any, cast: Cast) -> None:
    document = spoilage(cast, 6, 9)
    finish(document)
    assert [line.moved_quantity for line in document.lines] == [6, 4]
    assert [line.unit_cost for line in document.lines] == [10, 10]
    assert document.lines[0].item.stock_on_hand == 0


def test_spoilage_of_what_is_gone_is_given_up(session: Any, cast: Cast) -> None:
    first = spoilage(cast, 10)
    item = first.lines[0].item
    second = make.saved(Spoilage(created_by=cast.keeper, store=cast.store, lines=[
        SpoilageLine(item=item, unit=make.unit_of(item), quantity=Decimal(2))]))
    opened(second, by=cast.keeper)
    perform(second, "submit", by=cast.keeper)
    finish(first)
    with pytest.raises(NotEnoughStock, match="Nothing of"), session.begin_nested():
        finish(second)
    perform(second, "cancel", by=cast.keeper, reason="it is gone")
    assert second.state == "cancelled"
