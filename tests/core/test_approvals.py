"""The one door for state: order of the checks, history, gapless numbers, many people at once."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
import sqlalchemy as sa

from models.base import one_transaction
from models.documents import DocumentEvent, DocumentNumber
from models.errors import Conflict, NotAllowed, Refused, WrongState
from models.operations.core.approvals import perform
from models.people import User
from models.roles import Role
from models.store_requests import StoreRequest, StoreRequestState
from tests.support.factories import make_store_request, make_user
from tests.support.races import at_once


def submitted(**fields: object) -> StoreRequest:
    request = make_store_request(**fields)
    perform(request, "submit", by=request.created_by)
    return request


def test_submitting_gives_a_number_a_code_and_an_event(session):
    request = submitted()
    given = session.scalar(sa.select(DocumentNumber).where(DocumentNumber.number == request.number))
    assert request.number == f"SR/{request.requested_on.year}/000001"
    assert (given.document_type, given.document_id) == ("store_request", request.id)
    assert len(given.verify_code) >= 16
    event = request.events[-1]
    assert (event.transition, event.from_state, event.to_state, event.user_id) == (
        "submit", "draft", "submitted", request.created_by_id)


def test_numbers_follow_type_and_year_of_the_document_date(session):
    first, second, earlier = submitted(), submitted(), submitted(requested_on=date(2021, 5, 4))
    assert first.number[-6:] == "000001"
    assert second.number[-6:] == "000002"
    assert earlier.number == "SR/2021/000001"


def test_a_document_keeps_its_number_when_it_is_submitted_again(session):
    request = submitted()
    number = request.number
    perform(request, "reject", by=make_user(Role.STORE_HEAD), reason="Terlalu banyak")
    perform(request, "reopen", by=request.created_by)
    perform(request, "submit", by=request.created_by)
    assert request.number == number
    assert session.scalar(sa.select(sa.func.count()).select_from(DocumentNumber)) == 1


def test_role_is_checked_before_version_and_version_before_state(session):
    request = submitted()
    with pytest.raises(NotAllowed):
        perform(request, "approve", by=make_user(Role.PAYABLES), version=0)
    head = make_user(Role.STORE_HEAD)
    with pytest.raises(Conflict):
        perform(request, "approve", by=head, version=request.version - 1)
    perform(request, "approve", by=head, version=request.version)
    with pytest.raises(WrongState):
        perform(request, "approve", by=head)


def test_nobody_approves_a_document_of_their_own(session):
    person = make_user(Role.UNIT_USER, Role.STORE_HEAD)
    request = submitted(created_by=person, work_unit=person.work_unit)
    with pytest.raises(Refused, match="made this document yourself"):
        perform(request, "approve", by=person)
    assert request.state == StoreRequestState.SUBMITTED


def test_rejecting_needs_a_reason_and_keeps_it(session):
    request = submitted()
    head = make_user(Role.STORE_HEAD)
    with pytest.raises(Refused) as refusal:
        perform(request, "reject", by=head, reason="   ")
    assert refusal.value.field == "reason"
    perform(request, "reject", by=head, reason="Stok cukup di bangsal")
    assert request.events[-1].note == "Stok cukup di bangsal"


def test_a_step_takes_only_what_it_asks_for(session):
    with pytest.raises(Refused, match="does not take state"):
        perform(submitted(), "approve", by=make_user(Role.STORE_HEAD), given={"state": "done"})


def test_the_id_of_a_deleted_draft_is_never_given_again(session):
    draft = make_store_request()
    gone = draft.id
    session.delete(draft)
    session.flush()
    another = make_store_request()
    assert another.id > gone
    assert [event.user_id for event in another.events] == [another.created_by_id]


@pytest.mark.commits
def test_two_hundred_approvals_at_once_apply_one(app, session):
    with one_transaction():
        request = submitted()
        head = make_user(Role.STORE_HEAD)
    request_id, head_id, version = request.id, head.id, request.version

    def approve() -> str:
        with one_transaction() as here:
            perform(here.get(StoreRequest, request_id), "approve", by=here.get(User, head_id),
                    version=version)
        return "applied"

    results = at_once(app, [lambda: [_told(approve) for _ in range(10)]] * 20)
    told = [answer for batch in results for answer in batch]
    assert told.count("applied") == 1
    assert told.count("told") == 199
    assert session.scalar(sa.select(sa.func.count()).select_from(DocumentEvent)
                          .where(DocumentEvent.transition == "approve")) == 1


def _told(act):
    try:
        return act()
    except Refused:
        return "told"


@pytest.mark.commits
def test_numbers_stay_gapless_when_many_submit_at_once_and_some_fail(app, session):
    with one_transaction():
        requests = [make_store_request() for _ in range(24)]
        people = [(request.id, request.created_by_id) for request in requests]

    def submit(index: int) -> str:
        request_id, author_id = people[index]
        with one_transaction() as here:
            perform(here.get(StoreRequest, request_id), "submit", by=here.get(User, author_id))
            if index % 4 == 0:
                raise Refused("changed my mind")
        return "applied"

    results = at_once(app, [partial(submit, index) for index in range(len(people))])
    assert results.count("applied") == 18
    sequences = sorted(session.scalars(sa.select(DocumentNumber.sequence)))
    assert sequences == list(range(1, 19))
