"""What an author, or a colleague later, does with a paper: take it back, open it again, give it up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import WORKFLOWS
from models.errors import NotAllowed, Refused, WrongState
from models.operations.core.approvals import perform, put_back
from models.outbox import Notice
from models.people import AccountStatus, User
from models.roles import Role
from models.store_requests import StoreRequest
from models.workflow import AUTHORS_TIME
from tests.support import factories as make
from tests.support import standing_papers as papers

#: What waits for somebody's decision. Quotations that were asked for wait for suppliers: any buyer takes
#: those back, see tests/purchasing/test_quotations.py.
RECALLED = sorted(table for table, model in WORKFLOWS.items()
                  if any(step.name == "recall" and "submitted" in step.sources for step in model.workflow))


@pytest.fixture
def author(session: Any) -> User:
    return make.make_user(Role.UNIT_USER, work_unit=make.make_work_unit())


@pytest.fixture
def request_(author: User) -> StoreRequest:
    request = make.make_store_request((make.make_item(), 1), created_by=author)
    perform(request, "submit", by=author)
    return request


def colleague(author: User, **fields: Any) -> User:
    return make.make_user(Role.UNIT_USER, **{"work_unit": author.work_unit, **fields})


def waits_for(person: User) -> int | None:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Notice).where(
        Notice.user_id == person.id, Notice.waits, Notice.read_at.is_(None)))


# ---------------------------------------------------------------- take back

@pytest.mark.once
@pytest.mark.parametrize("table", RECALLED)
def test_the_author_takes_back_what_nobody_decided_on(session: Any, table: str) -> None:
    """Whatever the paper is: it is a draft again under its number; a colleague cannot."""
    make.make_chart()
    record = papers.record_of(table)
    author, *others = papers.people_of(record)
    papers.put(record, record.workflow.states["SUBMITTED"])
    number = record.number
    (step,) = (step for step in record.workflow if step.name == "recall")
    for other in (person for person in others if person.has_role(*step.roles)):
        with pytest.raises(Refused, match="Only the person who made this document"):
            perform(record, "recall", by=other)
    perform(record, "recall", by=author)
    assert (record.state, record.number) == ("draft", number)
    assert record.number


def test_the_approvers_bell_and_inbox_forget_what_was_taken_back(client: Any, sign_in: Any,
                                                                 author: User) -> None:
    head = make.make_user(Role.STORE_HEAD)
    request = make.make_store_request((make.make_item(), 1), created_by=author)
    perform(request, "submit", by=author)
    number, page = request.number, f"/admin/store_request/details/?id={request.id}"
    sign_in(client, head)
    assert page in client.get("/admin/inbox/").text
    assert waits_for(head) == 1
    sign_in(client, author)
    assert f"/admin/store_request/{request.id}/recall" in client.get(page).text
    answer = client.post(f"/admin/store_request/{request.id}/recall", data={"version": request.version})
    assert answer.status_code == 303
    assert waits_for(head) == 0
    sign_in(client, head)
    assert page not in client.get("/admin/inbox/").text
    fresh = db.session.get(StoreRequest, request.id)
    assert fresh is not None
    with pytest.raises(WrongState):
        perform(fresh, "approve", by=head)
    perform(fresh, "submit", by=author)
    assert fresh.number == number
    assert waits_for(head) == 1
    assert [event.transition for event in fresh.events] == ["create", "submit", "recall", "submit"]


def test_what_somebody_decided_on_is_not_taken_back(author: User, request_: StoreRequest) -> None:
    perform(request_, "approve", by=make.make_user(Role.STORE_HEAD))
    with pytest.raises(WrongState):
        perform(request_, "recall", by=author)


def test_approvals_start_anew_after_a_paper_was_taken_back(session: Any) -> None:
    """Whoever approved an order before it was rejected and opened again may approve its second round."""
    buyer, head = make.make_user(Role.FACILITIES_STAFF), make.make_user(Role.FACILITIES_HEAD, Role.PAYABLES)
    order = make.make_purchase_order((make.make_item(), 1, 10), created_by=buyer)
    perform(order, "submit", by=buyer)
    perform(order, "approve", by=head)
    assert order.approver_ids == {head.id}
    perform(order, "reject", by=make.make_user(Role.PAYABLES), reason="too dear")
    perform(order, "reopen", by=buyer)
    perform(order, "submit", by=buyer)
    perform(order, "recall", by=buyer)
    perform(order, "submit", by=buyer)
    assert order.approver_ids == set()
    perform(order, "approve", by=head)
    with pytest.raises(Refused, match="already approved"):
        perform(order, "approve_payment", by=head)


# ---------------------------------------------------------------- open what was rejected

@pytest.fixture
def rejected(request_: StoreRequest) -> StoreRequest:
    perform(request_, "reject", by=make.make_user(Role.STORE_HEAD), reason="too much")
    return request_


def test_the_author_opens_it_at_once_and_nobody_else_of_the_unit(session: Any, author: User,
                                                                 rejected: StoreRequest) -> None:
    with pytest.raises(Refused, match="a colleague can when"):
        perform(rejected, "reopen", by=colleague(author))
    with pytest.raises(NotAllowed):
        perform(rejected, "reopen", by=make.make_user(Role.STORE_STAFF))
    perform(rejected, "reopen", by=author)
    assert rejected.state == "draft"


@pytest.mark.parametrize("gone", ["closed", "another unit", "another role"])
def test_a_colleague_opens_it_once_the_author_is_gone(session: Any, author: User, rejected: StoreRequest,
                                                      gone: str) -> None:
    other = colleague(author)
    stranger = colleague(author, work_unit=make.make_work_unit())
    if gone == "closed":
        author.status = AccountStatus.INACTIVE
    elif gone == "another unit":
        author.work_unit = make.make_work_unit()
    else:
        author.user_roles.clear()
    db.session.flush()
    with pytest.raises(Refused, match="a colleague can when"):
        perform(rejected, "reopen", by=stranger)
    perform(rejected, "reopen", by=other)
    assert rejected.state == "draft"


@pytest.mark.parametrize(("after", "opens"), [(AUTHORS_TIME - timedelta(minutes=1), False),
                                              (AUTHORS_TIME, True)])
def test_a_colleague_opens_it_when_five_days_have_passed(session: Any, author: User, rejected: StoreRequest,
                                                         after: timedelta, opens: bool) -> None:
    other = colleague(author)
    clock.freeze(rejected.since + after)
    assert ("reopen" in [step.name for step in rejected.workflow.open_to(rejected, other)]) is opens
    if opens:
        perform(rejected, "reopen", by=other)
        assert rejected.state == "draft"
    else:
        with pytest.raises(Refused, match="a colleague can when"):
            perform(rejected, "reopen", by=other)


def test_a_rejected_paper_is_given_up_with_a_reason(session: Any, author: User,
                                                    rejected: StoreRequest) -> None:
    with pytest.raises(Refused) as refusal:
        perform(rejected, "cancel", by=author)
    assert refusal.value.field == "reason"
    perform(rejected, "cancel", by=colleague(author), reason="not needed any more")
    assert rejected.state == "cancelled"


def test_a_paper_without_a_history_is_nobodys_own(session: Any) -> None:
    """Rows that were put there without an event: long ago."""
    request = make.make_store_request()
    put_back(request, request.workflow.states["REJECTED"], "reject", by=request.created_by, note="")
    assert request.since == clock.aware(request.events[-1].occurred_at)
    assert StoreRequest().since.year == 1
