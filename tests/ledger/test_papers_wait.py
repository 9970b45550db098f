"""Papers wait: what can be finished on the day can be finished tomorrow, when other goods of the item moved
meanwhile, and forty days later, when its month is closed. The step that posts sets the date.

Generated from the declarations: every document of stores and purchasing that posts, in every state, every
step that works today.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models import clock
from models.documents import Area, Posts, document_types
from models.operations.core.approvals import perform
from models.operations.purchasing import receipts, supplier_refunds
from models.operations.stores import stores
from models.roles import Role
from tests.purchasing.test_invoice_amounts import decided, proposed
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make
from tests.support import standing_papers as papers

AREAS = (Area.INVENTORY, Area.PURCHASING)
POSTING = sorted(table for table, model in document_types().items()
                 if model.area in AREAS and model.posts is not Posts.NOTHING)
#: The steps that write, of which one must work here.
POSTS = {"delivery_request": {"deliver"}, "goods_receipt": {"post", "approve"}, "spoilage": {"approve"},
         "stocktake": {"approve"}, "stock_transfer": {"approve", "send", "receive"},
         "supplier_invoice": {"approve", "pay"}, "supplier_refund": {"post"}, "supplier_return": {"send"},
         "unit_return": {"accept"}}
#: Steps that are refused later, by table, state and step, and why that stops nobody.
EXCEPTIONS = {
    # The draft has the day on which the goods came, which a person typed and can change; tomorrow it waits
    # for the head of store (`tests/ledger/test_document_days.py`).
    ("goods_receipt", "draft", "post"),
    # The draft has the day on which the bank says the money came; who records it can change it.
    ("supplier_refund", "draft", "post"),
}
#: Steps that still post on the day of the draft; the list only shrinks.
PENDING = {("spoilage", "submitted", "approve"), ("stock_transfer", "submitted", "approve"),
           ("supplier_return", "approved", "send"), ("unit_return", "submitted", "accept")}


def _receipt(cast: Cast, came: bool = True) -> Any:
    """Ten of an item that came for an order, or its draft."""
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    return cast.received(order) if came else receipts.make_receipt(order, by=cast.keeper)


def _invoice(cast: Cast) -> Any:
    return proposed(cast, _receipt(cast).purchase_order)


def _return(cast: Cast) -> Any:
    return receipts.make_return(_receipt(cast), by=cast.buyer)


def _refund(cast: Cast) -> Any:
    order = _receipt(cast).purchase_order
    decided(cast, proposed(cast, order))
    back = receipts.make_return(order.receipts[0], by=cast.buyer)
    for name, who in (("submit", cast.buyer), ("approve", cast.head), ("send", cast.keeper)):
        perform(back, name, by=who)
    perform(back, "confirm", by=cast.buyer, given={"resolution": "credited", "supplier_reference": "NK-1"})
    refund = supplier_refunds.make_refund(back, by=cast.payables)
    refund.payment_reference = "TRX-1"
    return refund


def _delivery(cast: Cast) -> Any:
    item, nurse = make.make_item(), make.make_user(Role.UNIT_USER)
    make.stock_up(cast.store, item, 7, "10.00")
    request = make.make_store_request((item, 3), created_by=nurse, store=cast.store)
    perform(request, "submit", by=nurse)
    perform(request, "approve", by=cast.store_head)
    return stores.make_delivery(request, by=cast.keeper)


def _unit_return(cast: Cast) -> Any:
    delivery = _delivery(cast)
    perform(delivery, "submit", by=cast.keeper)
    perform(delivery, "approve", by=cast.head)
    perform(delivery, "deliver", by=cast.keeper)
    nurse = delivery.store_request.created_by
    return make.make_unit_return(delivery, 1, created_by=nurse)


#: Papers that only work with the papers before them; the others are any row of their table.
MADE: dict[str, Callable[[Cast], Any]] = {
    "goods_receipt": lambda cast: _receipt(cast, came=False), "supplier_invoice": _invoice,
    "supplier_return": _return, "supplier_refund": _refund, "delivery_request": _delivery,
    "unit_return": _unit_return}


def other_movements(record: Any) -> None:
    """What the record's lines name comes in and goes on, today."""
    store = next((store for name in ("store", "from_store") if (store := getattr(record, name, None))), None)
    items = {line.item for line in getattr(record, "lines", ()) if getattr(line, "item", None) is not None}
    for item in items if store is not None else ():
        make.stock_up(store, item, 1, 1)


def tomorrow(record: Any) -> None:
    clock.freeze(clock.now() + timedelta(days=1))
    other_movements(record)


def in_forty_days(record: Any) -> None:
    papers.some_weeks_later()
    other_movements(record)


def worked(record: Any, people: list[Any]) -> set[str]:
    return {tried.step.name for tried in papers.attempts(record, people) if tried.refused is None}


def test_every_area_has_papers_that_post() -> None:
    assert {"goods_receipt", "supplier_invoice", "supplier_return", "spoilage", "stock_transfer",
            "delivery_request", "unit_return", "stocktake", "supplier_refund"} <= set(POSTING)


@pytest.mark.parametrize("table", POSTING)
def test_what_works_today_works_later(app: Any, session: Any, table: str) -> None:
    make.make_chart()
    record = MADE[table](Cast()) if table in MADE else papers.record_of(table)
    session.flush()
    people = papers.people_of(record)
    tried, found = set(), set()
    with app.test_request_context("/"):
        for state in document_types()[table].workflow.states:
            with papers.undone():
                papers.put(record, state)
                papers.stock_up(record)
                today = worked(record, people)
                tried |= today
                for later in (tomorrow, in_forty_days):
                    with papers.undone():
                        later(record)
                        found |= {(table, state.value, name) for name in today - worked(record, people)}
                    clock.freeze(None)
    assert tried & POSTS[table], "none of its posting steps works even today: the test looks at nothing"
    assert found - PENDING == {each for each in EXCEPTIONS if each[0] == table}
