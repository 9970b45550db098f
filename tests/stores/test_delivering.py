"""A delivery that the stock, the porter or the head does not let be as it was written: nobody is stuck."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.documents import DocumentEvent
from models.errors import NotAllowed, NotEnoughStock, Refused, WrongState
from models.journal import JournalLine, Posting
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.stores import requests, stores
from models.organisation import Setting
from models.outbox import Notice
from models.people import AccountStatus
from models.returns import UnitReturn, UnitReturnState
from models.roles import Role
from models.store_requests import DeliveryState, Missing, StoreRequestState, Urgency
from tests.support import factories as make

D, S = DeliveryState, StoreRequestState


class House:
    """A ward that asks, a store of 100 tablets and 50 gloves, and those who decide."""

    def __init__(self) -> None:
        make.make_chart()
        self.nurse = make.make_user(Role.UNIT_USER)
        self.keeper, self.head = make.make_user(Role.STORE_STAFF), make.make_user(Role.STORE_HEAD)
        self.facilities = make.make_user(Role.FACILITIES_HEAD)
        self.store = make.make_store()
        self.tablet, self.glove = make.make_item({"box": "10"}), make.make_item()
        make.stock_up(self.store, self.tablet, 100, "1000.00")
        make.stock_up(self.store, self.glove, 50, "500.00")

    def request(self, *lines: Any, urgency: Urgency = Urgency.NORMAL, **granted: Any) -> Any:
        request = make.make_store_request(*lines, created_by=self.nurse, store=self.store)
        request.urgency = urgency
        perform(request, "submit", by=self.nurse)
        perform(request, "approve", by=self.head, **granted)
        return request

    def approved(self, request: Any) -> Any:
        delivery = stores.make_delivery(request, by=self.keeper)
        perform(delivery, "submit", by=self.keeper)
        perform(delivery, "approve", by=self.facilities)
        return delivery

    def delivered(self, request: Any, **said: Any) -> Any:
        delivery = self.approved(request)
        perform(delivery, "deliver", by=self.keeper, **said)
        return delivery

    def takes(self, item: Any, quantity: int) -> None:
        """Another ward fetches so many."""
        self.delivered(self.request((item, quantity)))

    def said(self, delivery: Any, **values: Any) -> dict[str, Any]:
        return {"given_lines": {delivery.lines[0].id: values}}


@pytest.fixture
def house(session: Any) -> House:
    return House()


def left(request: Any) -> list[Decimal]:
    return list(stores.outstanding(request).values())


def told(event: str, person: Any) -> list[Any]:
    return list(make.db.session.scalars(sa.select(Notice).where(Notice.event == event,
                                                                Notice.user_id == person.id)))


def last_note(record: Any) -> str | None:
    return make.db.session.scalars(sa.select(DocumentEvent.note).where(
        DocumentEvent.document_type == record.__tablename__, DocumentEvent.document_id == record.id)
        .order_by(DocumentEvent.id.desc())).first()


def all_sound(session: Any) -> bool:
    return {name for name, row in checks.verify(session) if row is not None} == set()


# ---------------------------------------------------------------- less than approved

def test_as_much_as_is_there_leaves_and_the_rest_is_open_again(session: Any, house: House) -> None:
    request = house.request((house.tablet, 40), (house.glove, 10))
    delivery = house.approved(request)
    house.takes(house.tablet, 96)
    perform(delivery, "deliver", by=house.keeper)
    assert [line.delivered_quantity for line in delivery.lines] == [4, 10]
    assert (delivery.state, house.tablet.stock_on_hand) == (D.DELIVERED, 0)
    assert left(request) == [36, 0]
    assert request.delivered_by_item[house.tablet.id] == 4
    make.stock_up(house.store, house.tablet, 100)
    second = stores.make_delivery(request, by=house.keeper)
    assert [line.base_quantity for line in second.lines] == [36]
    perform(delivery, "acknowledge", by=house.nurse)
    assert request.state == S.APPROVED  # 36 are still to come
    assert all_sound(session)


def test_the_clerk_says_how_much_leaves_line_by_line(session: Any, house: House) -> None:
    request = house.request((house.tablet, 40), (house.glove, 10))
    delivery = house.approved(request)
    perform(delivery, "deliver", by=house.keeper, given_lines={
        delivery.lines[0].id: {"delivered_quantity": Decimal(15)},
        delivery.lines[1].id: {"delivered_quantity": Decimal(0)}})
    assert (house.tablet.stock_on_hand, house.glove.stock_on_hand) == (85, 50)
    assert left(request) == [25, 10]


@pytest.mark.parametrize(("said", "kind"), [(41, Refused), (-1, Refused), ("1.5", Refused), (0, Refused),
                                            (40, NotEnoughStock)])
def test_no_more_than_approved_nor_than_is_there_in_whole_tablets(session: Any, house: House, said: Any,
                                                                  kind: Any) -> None:
    delivery = house.approved(house.request((house.tablet, 40)))
    house.takes(house.tablet, 80)
    with pytest.raises(kind) as refusal, session.begin_nested():
        perform(delivery, "deliver", by=house.keeper,
                **house.said(delivery, delivered_quantity=Decimal(said)))
    assert kind is NotEnoughStock or refusal.value.field == "delivered_quantity"
    session.expire_all()
    assert (delivery.state, delivery.lines[0].delivered_quantity) == (D.APPROVED, None)


def test_two_lines_of_one_item_share_what_is_there(session: Any, house: House) -> None:
    delivery = house.approved(house.request((house.tablet, 60), (house.tablet, 30)))
    house.takes(house.tablet, 30)
    perform(delivery, "deliver", by=house.keeper)
    assert [line.delivered_quantity for line in delivery.lines] == [60, 10]


# ---------------------------------------------------------------- cancelled, closed, reversed, opened again

@pytest.mark.parametrize("who", ["keeper", "head"])
def test_an_approved_delivery_is_cancelled_with_a_reason_and_the_unit_is_told(session: Any, house: House,
                                                                             who: str) -> None:
    request = house.request((house.tablet, 40))
    delivery = house.approved(request)
    with pytest.raises(Refused):
        perform(delivery, "cancel", by=getattr(house, who))
    assert left(request) == [0]
    perform(delivery, "cancel", by=getattr(house, who), reason="the box is wet")
    assert (delivery.state, request.state) == (D.CANCELLED, S.APPROVED)
    assert left(request) == [40]
    assert [row.params["reason"] for row in told("delivery_cancelled", house.nurse)] == ["the box is wet"]
    assert stores.make_delivery(request, by=house.keeper).lines[0].base_quantity == 40
    assert all_sound(session)


def test_a_draft_that_is_cancelled_tells_nobody(session: Any, house: House) -> None:
    delivery = stores.make_delivery(house.request((house.tablet, 4)), by=house.keeper)
    perform(delivery, "cancel", by=house.keeper, reason="made twice")
    assert told("delivery_cancelled", house.nurse) == []


@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "rejected"])
def test_closing_a_request_ends_what_has_not_left(session: Any, house: House, state: str) -> None:
    request = house.request((house.tablet, 40))
    delivery = stores.make_delivery(request, by=house.keeper)
    if state != "draft":
        perform(delivery, "submit", by=house.keeper)
    if state in ("approved", "rejected"):
        perform(delivery, {"approved": "approve", "rejected": "reject"}[state], by=house.facilities,
                reason="no")
    assert delivery.state == state
    perform(request, "close", by=house.nurse, reason="the patient went home")
    assert (request.state, delivery.state) == (S.DONE, D.CANCELLED)
    assert last_note(delivery) == "the patient went home"
    assert all_sound(session)


def test_what_left_stays_a_delivery_when_the_request_is_closed(session: Any, house: House) -> None:
    request = house.request((house.tablet, 40))
    delivery = house.delivered(request)
    perform(request, "close", by=house.head)
    assert delivery.state == D.DELIVERED
    perform(delivery, "acknowledge", by=house.nurse)
    assert delivery.state == D.DONE


@pytest.mark.parametrize(("reason", "state"), [("", S.APPROVED), ("the rest is not needed", S.DONE)])
def test_a_request_closed_before_its_delivery_arrived(session: Any, house: House, reason: str,
                                                      state: Any) -> None:
    """Closed because all had left, it is open again when not all came; closed with a reason it stays."""
    request = house.request((house.tablet, 40))
    delivery = house.delivered(request)
    perform(request, "close", by=house.nurse, reason=reason)
    perform(delivery, "acknowledge", by=house.nurse, **house.said(delivery, arrived_quantity=Decimal(39)))
    assert request.state == state
    assert all_sound(session)


def test_a_reversed_delivery_opens_its_request_again(session: Any, house: House) -> None:
    request = house.request((house.tablet, 40))
    delivery = house.delivered(request)
    perform(delivery, "acknowledge", by=house.nurse)
    assert request.state == S.DONE
    perform(delivery, "reverse", by=house.head, reason="wrong ward")
    assert request.state == S.APPROVED
    assert left(request) == [40]
    assert last_note(request) == "wrong ward"
    assert all_sound(session)


def test_the_head_opens_a_closed_request_again_unless_all_of_it_came(session: Any, house: House) -> None:
    request = house.request((house.tablet, 40))
    perform(request, "close", by=house.head, reason="not needed")
    with pytest.raises(NotAllowed):
        perform(request, "open_again", by=house.nurse, reason="needed after all")
    perform(request, "open_again", by=house.head, reason="needed after all")
    assert stores.make_delivery(request, by=house.keeper).lines[0].base_quantity == 40
    whole = house.request((house.glove, 5))
    perform(house.delivered(whole), "acknowledge", by=house.nurse)
    with pytest.raises(Refused):
        perform(whole, "open_again", by=house.head, reason="again")


# ---------------------------------------------------------------- what arrived

@pytest.mark.parametrize(("missing", "in_stock", "lost"), [(None, 62, 0), (Missing.STILL_IN_STORE, 62, 0),
                                                         (Missing.LOST, 60, 20)])
def test_what_did_not_arrive_goes_back_or_is_lost(session: Any, house: House, missing: Any, in_stock: int,
                                                  lost: int) -> None:
    request = house.request((house.tablet, 40))
    delivery = house.delivered(request)
    perform(delivery, "acknowledge", by=house.nurse, **house.said(
        delivery, arrived_quantity=Decimal(38), missing=missing))
    assert house.tablet.stock_on_hand == in_stock
    assert (delivery.state, request.state) == (D.DONE, S.APPROVED)
    assert left(request) == [2]  # the ward still waits for two
    loss = session.scalar(sa.select(sa.func.sum(JournalLine.debit)).where(
        JournalLine.purpose == Posting.LOSS)) or 0
    assert loss == lost
    returned = session.scalars(sa.select(UnitReturn)).all()
    assert [(row.state, row.lines[0].quantity) for row in returned] == (
        [] if lost else [(UnitReturnState.ACCEPTED, 2)])
    assert len(told("delivery_short", house.head)) == 1
    assert all_sound(session)


@pytest.mark.parametrize("arrived", [41, -1, "0.5"])
def test_nothing_arrives_that_did_not_leave(session: Any, house: House, arrived: Any) -> None:
    delivery = house.delivered(house.request((house.tablet, 40)))
    with pytest.raises(Refused) as refusal:
        perform(delivery, "acknowledge", by=house.nurse,
                **house.said(delivery, arrived_quantity=Decimal(arrived)))
    assert refusal.value.field == "arrived_quantity"


def test_what_is_lost_cannot_be_given_back(session: Any, house: House) -> None:
    delivery = house.delivered(house.request((house.tablet, 40)))
    perform(delivery, "acknowledge", by=house.nurse,
            **house.said(delivery, arrived_quantity=Decimal(30), missing=Missing.LOST))
    document = make.make_unit_return(delivery, 31, created_by=house.nurse)
    with pytest.raises(Refused) as refusal:
        perform(document, "submit", by=house.nurse)
    assert refusal.value.params["left"] == 30
    perform(make.make_unit_return(delivery, 30, created_by=house.nurse), "submit", by=house.nurse)


def test_nothing_arrived_and_the_delivery_can_be_reversed_no_more(session: Any, house: House) -> None:
    request = house.request((house.tablet, 40))
    delivery = house.delivered(request)
    perform(delivery, "acknowledge", by=house.nurse, **house.said(delivery, arrived_quantity=Decimal(0)))
    assert house.tablet.stock_on_hand == 100
    assert left(request) == [40]
    with pytest.raises(Refused) as refusal:  # it would come back twice
        perform(delivery, "reverse", by=house.head, reason="again")
    assert refusal.value.params["document"].startswith("RTP/")


def test_the_head_acknowledges_for_a_unit_after_a_week(session: Any, house: House) -> None:
    delivery = house.delivered(house.request((house.tablet, 40)))
    for days, may in ((6, False), (7, True)):
        clock.freeze(clock.now() + timedelta(days=days if not may else 1))
        assert ("acknowledge_for" in [step.name for step in delivery.workflow.open_to(
            delivery, house.head)]) == may
    perform(delivery, "acknowledge_for", by=house.head, reason="nobody answered")
    assert delivery.state == D.DONE
    assert len(told("delivery_acknowledged_for", house.nurse)) == 1
    clock.freeze(None)


def test_the_head_acknowledges_at_once_where_the_unit_has_nobody(session: Any, house: House) -> None:
    delivery = house.delivered(house.request((house.tablet, 40)))
    with pytest.raises(Refused):
        perform(delivery, "acknowledge_for", by=house.head, reason="they are away")
    house.nurse.status = AccountStatus.INACTIVE
    session.flush()
    perform(delivery, "acknowledge_for", by=house.head, reason="the nurse left",
            **house.said(delivery, arrived_quantity=Decimal(39)))
    assert house.tablet.stock_on_hand == 61


# ---------------------------------------------------------------- less than asked

def test_the_head_grants_less_and_the_author_is_told(session: Any, house: House) -> None:
    request = make.make_store_request((house.tablet, 40), (house.glove, 10), created_by=house.nurse,
                                      store=house.store)
    perform(request, "submit", by=house.nurse)
    tablets, gloves = request.lines
    perform(request, "approve", by=house.head, given_lines={
        tablets.id: {"granted_quantity": Decimal(25)}, gloves.id: {"granted_quantity": Decimal(10)}})
    assert (tablets.quantity, tablets.granted_quantity, gloves.granted_quantity) == (40, 25, None)
    assert left(request) == [25, 10]
    (notice,) = told("request_lessened", house.nurse)
    assert "25 / 40" in notice.params["lines"]
    delivery = house.delivered(request)
    assert [line.base_quantity for line in delivery.lines] == [25, 10]
    perform(delivery, "acknowledge", by=house.nurse)
    assert request.state == S.DONE


@pytest.mark.parametrize("granted", [41, -1, "2.5", 0])
def test_between_nothing_and_what_was_asked_is_granted_and_not_nothing_of_all(session: Any, house: House,
                                                                            granted: Any) -> None:
    request = make.make_store_request((house.tablet, 40), created_by=house.nurse, store=house.store)
    perform(request, "submit", by=house.nurse)
    with pytest.raises(Refused) as refusal:
        perform(request, "approve", by=house.head,
                **house.said(request, granted_quantity=Decimal(granted)))
    assert refusal.value.field == "granted_quantity"


def test_no_delivery_brings_more_than_was_granted(session: Any, house: House) -> None:
    request = make.make_store_request((house.tablet, 40), created_by=house.nurse, store=house.store)
    perform(request, "submit", by=house.nurse)
    perform(request, "approve", by=house.head, **house.said(request, granted_quantity=Decimal(25)))
    delivery = stores.make_delivery(request, by=house.keeper)
    delivery.lines[0].quantity = Decimal(26)
    with pytest.raises(Refused):
        perform(delivery, "submit", by=house.keeper)


# ---------------------------------------------------------------- urgent

def test_an_urgent_delivery_goes_at_once_and_the_head_is_told(session: Any, house: House) -> None:
    request = house.request((house.tablet, 40), urgency=Urgency.URGENT)
    delivery = stores.make_delivery(request, by=house.keeper)
    with pytest.raises(NotAllowed):
        perform(delivery, "submit_urgent", by=house.nurse)
    perform(delivery, "submit_urgent", by=house.keeper)
    assert (delivery.state, bool(delivery.number)) == (D.APPROVED, True)
    (notice,) = told("delivery_urgent", house.facilities)
    assert notice.params["request"] == request.number
    perform(delivery, "deliver", by=house.keeper)
    assert house.tablet.stock_on_hand == 60
    assert all_sound(session)


@pytest.mark.parametrize("why", ["not urgent", "switched off"])
def test_what_is_not_urgent_or_not_allowed_goes_the_usual_way(session: Any, house: House, why: str) -> None:
    urgency = Urgency.NORMAL if why == "not urgent" else Urgency.URGENT
    if why == "switched off":
        make.saved(Setting(key="delivery_request.urgent", value="no"))
    delivery = stores.make_delivery(house.request((house.tablet, 4), urgency=urgency), by=house.keeper)
    with pytest.raises(Refused) as refusal:
        perform(delivery, "submit_urgent", by=house.keeper)
    assert not isinstance(refusal.value, WrongState)
    perform(delivery, "submit", by=house.keeper)


# ---------------------------------------------------------------- what is missing, whom it is taken from

def test_what_the_store_lacks_for_a_request_and_whom_a_delivery_takes_it_from(session: Any,
                                                                              house: House) -> None:
    first, second = house.request((house.tablet, 80)), house.request((house.tablet, 50))
    assert requests.missing(first) == {house.tablet.id: (80, 50)}
    assert requests.missing(second) == {house.tablet.id: (50, 20)}
    delivery = house.delivered(second)
    assert requests.taken_from_others(delivery) == [house.tablet.id]  # 50 are left, 80 are promised
    assert requests.short_of(house.approved(first)) == {house.tablet.id: (80, 50)}
