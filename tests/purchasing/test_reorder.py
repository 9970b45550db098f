"""Purchase requests that the daily job drafts from reorder levels."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.operations.core import jobs
from models.operations.core.approvals import perform
from models.operations.core.system import the_system
from models.operations.purchasing.shortages import BY_THE_SYSTEM
from models.organisation import Setting
from models.outbox import Notice
from models.purchasing import PurchaseRequest
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make


@pytest.fixture
def cast(session: Any) -> Cast:
    cast = Cast()
    clock.freeze(clock.now().replace(hour=3))  # ten in the morning in Jakarta
    return cast


def requests() -> list[PurchaseRequest]:
    return list(db.session.scalars(sa.select(PurchaseRequest).order_by(PurchaseRequest.id)))


def short(cast: Cast, minimum: int = 20) -> Any:
    """An item that came from the cast's supplier and is below its minimum."""
    item = make.make_item(minimum_stock=Decimal(minimum))
    cast.received(cast.sent(cast.order((item, 5, 100))))
    return item


def run() -> str | None:
    return jobs.run(jobs.JOBS["reorder"])


def test_a_shortage_is_drafted_once_by_the_system(cast: Cast) -> None:
    first, second = short(cast), short(cast)
    assert run() == "1 purchase requests drafted"
    (request,) = requests()
    assert request.created_by == the_system()
    assert (request.state, request.note, request.store_id) == ("draft", BY_THE_SYSTEM, cast.store.id)
    assert {(line.item_id, line.quantity, line.supplier_id, line.estimated_price)
            for line in request.lines} == {
        (item.id, 15, cast.supplier.id, 100) for item in (first, second)}
    told = db.session.scalars(sa.select(Notice).where(Notice.event == "reorder_drafted")).all()
    assert {each.user_id for each in told} >= {cast.buyer.id, cast.keeper.id}
    assert run() is None, "once a day"


def test_the_next_day_drafts_only_what_is_not_asked_for(cast: Cast) -> None:
    short(cast)
    run()
    clock.freeze(clock.now() + timedelta(days=1))
    assert run() == ""
    later = short(cast)
    clock.freeze(clock.now() + timedelta(days=1))
    run()
    assert [line.item_id for line in requests()[-1].lines] == [later.id]
    perform(requests()[0], "cancel", by=cast.buyer, reason="Masih cukup")
    clock.freeze(clock.now() + timedelta(days=1))
    run()
    assert len(requests()) == 3, "what was cancelled is short again"


def test_nobody_signs_in_as_the_system(cast: Cast) -> None:
    short(cast)
    run()
    assert (the_system().is_active, the_system().password_hash, the_system().roles) == (False, None,
                                                                                        frozenset())
    perform(requests()[0], "submit", by=cast.keeper)
    perform(requests()[0], "approve", by=cast.head)


def test_it_can_be_switched_off(cast: Cast) -> None:
    short(cast)
    make.saved(Setting(key="reorder.automatic", value="no"))
    assert run() == ""
    assert requests() == []
