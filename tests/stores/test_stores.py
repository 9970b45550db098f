"""From a unit's request to a delivered box, and back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db, one_transaction
from models.errors import Conflict, NotAllowed, NotEnoughStock, Refused, WrongState
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.operations.stores import stores
from models.people import User
from models.returns import UnitReturn, UnitReturnLine
from models.roles import Role
from models.stock import MoveKind, StockMove, StoreItem
from models.store_requests import DeliveryRequest, DeliveryRequestLine, DeliveryState, StoreRequestState
from tests.support import factories as make
from tests.support.races import at_once, won


class Cast:
    """Who plays in a delivery, and the store they play in."""

    def __init__(self) -> None:
        make.make_chart()
        self.nurse = make.make_user(Role.UNIT_USER)
        self.keeper = make.make_user(Role.STORE_STAFF)
        self.store_head = make.make_user(Role.STORE_HEAD)
        self.head = make.make_user(Role.FACILITIES_HEAD)
        self.store = make.make_store()

    def approved(self, *lines):
        request = make.make_store_request(*lines, created_by=self.nurse, store=self.store)
        perform(request, "submit", by=self.nurse)
        perform(request, "approve", by=self.store_head)
        return request

    def deliverable(self, request):
        delivery = stores.make_delivery(request, by=self.keeper)
        perform(delivery, "submit", by=self.keeper)
        perform(delivery, "approve", by=self.head)
        return delivery

    def delivered(self, request):
        delivery = self.deliverable(request)
        perform(delivery, "deliver", by=self.keeper)
        return delivery


def test_a_request_becomes_a_delivery_and_closes_by_itself(session, cast):
    item = make.make_item({"box": "10"})
    make.stock_up(cast.store, item, 30, 3000, "B", clock.today() + timedelta(days=200))
    make.stock_up(cast.store, item, 30, 6000, "A", clock.today() + timedelta(days=20))
    request = cast.approved((item, 40))
    delivery = cast.delivered(request)
    assert request.number.startswith("SR/")
    assert delivery.number.startswith("DR/")
    assert item.stock_on_hand == 20
    moves = session.scalars(
        sa.select(StockMove).filter_by(kind=MoveKind.DELIVERY).order_by(StockMove.id)
    ).all()
    assert [(move.batch.number, move.quantity) for move in moves] == [("A", -30), ("B", -10)]
    assert sum(move.value for move in moves) == -6000
    expense = session.scalars(sa.select(JournalLine).filter_by(purpose=Posting.EXPENSE)).one()
    assert (expense.debit, expense.account_id) == (6000, delivery.account_id)
    assert request.state == StoreRequestState.APPROVED
    perform(delivery, "acknowledge", by=cast.nurse)
    assert request.state == StoreRequestState.DONE
    assert request.is_fully_delivered


def test_the_cost_goes_to_the_account_of_the_unit(session, cast):
    account = make.make_account()
    cast.nurse.work_unit.account_id = account.id
    item = make.make_item()
    make.stock_up(cast.store, item, 5, 100)
    assert cast.delivered(cast.approved((item, 2))).account_id == account.id


def test_what_was_delivered_in_part_is_drafted_again(session, cast):
    item = make.make_item({"box": "10"})
    make.stock_up(cast.store, item, 100, 1000)
    request = cast.approved((item, 1))
    request_line = request.lines[0]
    assert request_line.base_quantity == 1
    big = cast.approved((item, 25))
    delivery = stores.make_delivery(big, by=cast.keeper)
    delivery.lines[0].quantity = Decimal(20)
    perform(delivery, "submit", by=cast.keeper)
    perform(delivery, "approve", by=cast.head)
    perform(delivery, "deliver", by=cast.keeper)
    perform(delivery, "acknowledge", by=cast.nurse, given={"shortage_note": "five to follow"})
    assert big.state == StoreRequestState.APPROVED
    second = stores.make_delivery(big, by=cast.keeper)
    assert [line.base_quantity for line in second.lines] == [5]
    perform(second, "submit", by=cast.keeper)
    with pytest.raises(Refused):
        stores.make_delivery(big, by=cast.keeper)


def test_where_nothing_of_it_is_there_nothing_is_delivered(session, cast):
    first, second = make.make_item(), make.make_item()
    make.stock_up(cast.store, second, 3, 100, "OLD", clock.today() - timedelta(days=1))
    delivery = cast.deliverable(cast.approved((second, 2), (first, 5)))
    before = session.scalar(sa.select(sa.func.count()).select_from(StockMove))
    with pytest.raises(NotEnoughStock) as refusal, session.begin_nested():
        perform(delivery, "deliver", by=cast.keeper)
    assert refusal.value.params["item"] == second.name
    assert refusal.value.params["available"] == 0
    session.refresh(delivery)
    assert delivery.state == DeliveryState.APPROVED
    assert session.scalar(sa.select(sa.func.count()).select_from(StockMove)) == before


@pytest.mark.parametrize("wrong", ["other item", "too much", "other store"])
def test_a_delivery_answers_its_request_and_no_more(session, cast, wrong):
    item = make.make_item()
    request = cast.approved((item, 5))
    delivery = stores.make_delivery(request, by=cast.keeper)
    if wrong == "other item":
        other = make.make_item()
        delivery.lines.append(DeliveryRequestLine(item=other, unit=make.unit_of(other), quantity=Decimal(1)))
    elif wrong == "too much":
        delivery.lines[0].quantity = Decimal(6)
    else:
        delivery.store = make.make_store()
    with pytest.raises(Refused):
        perform(delivery, "submit", by=cast.keeper)


def test_a_delivery_needs_an_approved_request_and_a_storekeeper(session, cast):
    request = make.make_store_request(created_by=cast.nurse, store=cast.store)
    with pytest.raises(Refused):
        stores.make_delivery(request, by=cast.keeper)
    with pytest.raises(NotAllowed):
        stores.make_delivery(request, by=cast.nurse)


def test_a_quantity_that_is_no_whole_tablet_is_not_submitted(session, cast):
    item = make.make_item()
    request = make.make_store_request((item, "1.5"), created_by=cast.nurse, store=cast.store)
    with pytest.raises(Refused):
        perform(request, "submit", by=cast.nurse)


def test_a_reversed_delivery_puts_everything_back(session, cast):
    item = make.make_item()
    make.stock_up(cast.store, item, 7, "10.00")
    delivery = cast.delivered(cast.approved((item, 3)))
    perform(delivery, "reverse", by=cast.store_head, reason="wrong unit")
    row = session.scalars(sa.select(StoreItem).filter_by(item_id=item.id)).one()
    assert (row.quantity, row.value) == (7, 10)
    assert (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(JournalEntry)
            .filter_by(document_id=delivery.id, document_type="delivery_request")
        )
        == 2
    )
    assert not delivery.store_request.is_fully_delivered


def unit_return(cast, delivery, quantity):
    line = delivery.lines[0]
    document = make.saved(UnitReturn(
        created_by=cast.nurse, work_unit_id=cast.nurse.work_unit_id, store=cast.store, lines=[UnitReturnLine(
            item=line.item, unit=line.unit, quantity=Decimal(quantity), delivery_request_line_id=line.id)]))
    opened(document, by=cast.nurse)
    return document


def test_a_unit_gives_back_at_the_cost_of_the_delivery_and_never_more(session, cast):
    item = make.make_item()
    make.stock_up(cast.store, item, 3, "10.00")
    delivery = cast.delivered(cast.approved((item, 3)))
    make.stock_up(cast.store, item, 10, "900.00")
    values = []
    for _ in range(3):
        document = unit_return(cast, delivery, 1)
        perform(document, "submit", by=cast.nurse)
        with pytest.raises(NotAllowed):
            perform(document, "accept", by=cast.nurse)
        perform(document, "accept", by=cast.keeper)
        values.append(session.scalars(sa.select(StockMove).filter_by(document_type="unit_return",
                                                                     document_id=document.id)).one().value)
    assert sum(values) == 10
    with pytest.raises(Refused):
        perform(unit_return(cast, delivery, 1), "submit", by=cast.nurse)
    assert item.stock_on_hand == 13


def test_a_delivery_that_the_unit_returned_from_is_not_reversed(session, cast):
    item = make.make_item()
    make.stock_up(cast.store, item, 3, 9)
    delivery = cast.delivered(cast.approved((item, 3)))
    document = unit_return(cast, delivery, 1)
    perform(document, "submit", by=cast.nurse)
    with pytest.raises(Refused):
        perform(delivery, "reverse", by=cast.store_head, reason="wrong unit")


@pytest.mark.commits
def test_one_delivery_asked_for_at_once_by_many_is_made_once(app, session):
    with one_transaction():
        cast = Cast()
        item = make.make_item()
        make.stock_up(cast.store, item, 10, 100)
        delivery_id, keeper_id, item_id = (
            cast.deliverable(cast.approved((item, 2))).id,
            cast.keeper.id, item.id,
        )

    def deliver():
        with one_transaction() as session:
            perform(session.get(DeliveryRequest, delivery_id), "deliver", by=session.get(User, keeper_id))

    assert len(won(at_once(app, [deliver] * 12, told=(Conflict, WrongState)))) == 1
    assert db.session.get(type(item), item_id).stock_on_hand == 8
    for name, function in checks.CHECKS:
        assert function(db.session) is None, name
