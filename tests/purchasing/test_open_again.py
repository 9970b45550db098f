"""What was closed too early is open again: requests and orders, by hand and by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from models.errors import NotAllowed, Refused
from models.operations.core.approvals import perform
from models.operations.purchasing import ordering, receipts
from models.purchasing import PurchaseOrder, PurchaseOrderState, PurchaseRequest, PurchaseRequestState
from models.roles import Role
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make

REASON = "the supplier has no more"


@pytest.fixture
def asked(session: Any, cast: Cast) -> PurchaseRequest:
    """A request of 5, all of it ordered, so done."""
    request = cast.request(make.make_item())
    cast.sent(receipts.make_order(request, cast.supplier.id, by=cast.buyer))
    assert request.state == PurchaseRequestState.DONE
    return request


@pytest.fixture
def order(asked: PurchaseRequest, session: Any) -> PurchaseOrder:
    return session.query(PurchaseOrder).one()


def left(request: PurchaseRequest) -> list[Any]:
    return [line.left for line in ordering.open_lines(request_id=request.id)]


def test_what_a_closed_order_did_not_bring_is_open_on_its_request(cast: Cast, asked: PurchaseRequest,
                                                                  order: PurchaseOrder) -> None:
    cast.received(order, 2)
    assert left(asked) == []
    perform(order, "close", by=cast.buyer, reason=REASON)
    assert asked.state == PurchaseRequestState.APPROVED
    assert (asked.events[-1].transition, asked.events[-1].note) == ("open_again", REASON)
    assert left(asked) == [3]
    rest = receipts.make_order(asked, cast.supplier.id, by=cast.buyer)
    assert rest.lines[0].quantity == 3
    cast.sent(rest)
    assert asked.state == PurchaseRequestState.DONE


def test_an_order_that_brought_all_leaves_its_request_done(cast: Cast, asked: PurchaseRequest,
                                                           order: PurchaseOrder) -> None:
    cast.received(order)
    assert (order.state, asked.state) == (PurchaseOrderState.DONE, PurchaseRequestState.DONE)


def test_the_head_opens_an_order_that_was_closed_by_mistake(cast: Cast, asked: PurchaseRequest,
                                                            order: PurchaseOrder) -> None:
    cast.received(order, 2)
    perform(order, "close", by=cast.buyer, reason=REASON)
    with pytest.raises(NotAllowed):
        perform(order, "open_again", by=cast.buyer, reason="they found a box")
    with pytest.raises(Refused) as refusal:
        perform(order, "open_again", by=cast.head)
    assert refusal.value.field == "reason"
    perform(order, "open_again", by=cast.head, reason="they found a box")
    assert (order.state, asked.state) == (PurchaseOrderState.SENT, PurchaseRequestState.DONE)
    assert receipts.make_receipt(order, by=cast.keeper).lines[0].received_quantity == 3


def test_what_was_ordered_elsewhere_meanwhile_does_not_come_twice(cast: Cast, asked: PurchaseRequest,
                                                                  order: PurchaseOrder) -> None:
    cast.received(order, 2)
    perform(order, "close", by=cast.buyer, reason=REASON)
    cast.sent(receipts.make_order(asked, cast.supplier.id, by=cast.buyer))
    with pytest.raises(Refused, match="ordered elsewhere"):
        perform(order, "open_again", by=cast.head, reason="they found a box")
    assert order.state == PurchaseOrderState.DONE


def test_the_receipt_of_an_order_closed_short_is_asked_for_again(cast: Cast, asked: PurchaseRequest,
                                                                 order: PurchaseOrder) -> None:
    """Nothing of it is here then; the order stays closed, all of it can be ordered anew."""
    receipt = cast.received(order, 2)
    perform(order, "close", by=cast.buyer, reason=REASON)
    cast.sent(receipts.make_order(asked, cast.supplier.id, by=cast.buyer))
    assert asked.state == PurchaseRequestState.DONE
    perform(receipt, "reverse", by=cast.store_head, reason="the wrong box")
    assert (order.state, asked.state) == (PurchaseOrderState.DONE, PurchaseRequestState.APPROVED)
    assert left(asked) == [2]


def test_a_request_that_was_closed_by_mistake(session: Any, cast: Cast) -> None:
    request = cast.request(make.make_item())
    perform(request, "close", by=cast.buyer, reason="not needed")
    for role in set(Role) - {Role.FACILITIES_HEAD}:
        with pytest.raises(NotAllowed):
            perform(request, "open_again", by=make.make_user(role), reason="needed")
    perform(request, "open_again", by=cast.head, reason="needed after all")
    assert (request.state, left(request)) == (PurchaseRequestState.APPROVED, [5])


def test_a_request_of_which_all_is_ordered_has_nothing_to_open(cast: Cast, asked: PurchaseRequest) -> None:
    with pytest.raises(Refused, match="Everything on it was ordered"):
        perform(asked, "open_again", by=cast.head, reason="more")
