"""A paper that nobody carries on is told of after a term, and again after each further one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.operations.core.approvals import perform
from models.operations.core.jobs import JOBS
from models.operations.people.waiting_papers import remind
from models.organisation import Setting
from models.outbox import Notice
from models.people import AccountStatus, User
from models.purchasing import PurchaseOrder
from models.roles import Role
from models.store_requests import StoreRequest
from tests.support import factories as make

DAY = timedelta(days=1)


@pytest.fixture
def nurse(session: Any) -> User:
    return make.make_user(Role.UNIT_USER, work_unit=make.make_work_unit())


@pytest.fixture
def request_(nurse: User) -> StoreRequest:
    return make.make_store_request((make.make_item(), 1), created_by=nurse)


def told(session: Any) -> list[int]:
    """Who was told, one entry a notice."""
    return list(session.scalars(sa.select(Notice.user_id).where(Notice.event == "paper_stands_still")
                                .order_by(Notice.id)))


def later(days: float) -> None:
    clock.freeze(clock.now() + days * DAY)
    remind()


def test_it_runs_once_a_day() -> None:
    assert JOBS["papers_that_wait"].due is not None


def test_the_author_is_told_of_a_draft_after_each_term(session: Any, nurse: User,
                                                       request_: StoreRequest) -> None:
    later(6.9)
    assert told(session) == []
    later(0.2)
    later(0)
    assert told(session) == [nurse.id]
    later(6)
    assert told(session) == [nurse.id]
    later(1)
    assert told(session) == [nurse.id] * 2


def test_a_rejected_paper_of_somebody_who_is_gone_is_told_to_the_colleagues(
        session: Any, nurse: User, request_: StoreRequest) -> None:
    colleague = make.make_user(Role.UNIT_USER, work_unit=nurse.work_unit)
    make.make_user(Role.UNIT_USER, work_unit=make.make_work_unit())
    perform(request_, "submit", by=nurse)
    perform(request_, "reject", by=make.make_user(Role.STORE_HEAD), reason="too much")
    nurse.status = AccountStatus.INACTIVE
    session.flush()
    later(8)
    assert told(session) == [colleague.id]


def test_whose_turn_it_is_hears_of_it_and_not_the_author(session: Any, nurse: User,
                                                         request_: StoreRequest) -> None:
    head = make.make_user(Role.STORE_HEAD)
    perform(request_, "submit", by=nurse)
    later(8)
    assert told(session) == [head.id]
    perform(request_, "approve", by=head)
    assert told(session) == [head.id]


def test_what_has_ended_is_not_told_of(session: Any, nurse: User, request_: StoreRequest) -> None:
    perform(request_, "cancel", by=nurse, reason="not needed")
    later(30)
    assert told(session) == []


def test_an_order_is_late_from_the_day_after_it_was_expected(session: Any) -> None:
    buyer = make.make_user(Role.FACILITIES_STAFF)
    order: PurchaseOrder = make.make_purchase_order((make.make_item(), 1, 10), created_by=buyer)
    perform(order, "submit", by=buyer)
    perform(order, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    perform(order, "approve_payment", by=make.make_user(Role.PAYABLES))
    order.expected_on = clock.today() + 10 * DAY
    perform(order, "send", by=buyer)
    later(9)
    assert told(session) == []
    later(2)
    assert told(session) == [buyer.id]


def test_a_house_may_want_no_reminders(session: Any, request_: StoreRequest) -> None:
    make.saved(Setting(key="papers.remind_days", value="0"))
    later(30)
    assert told(session) == []
