"""What the one door writes and refuses: events, numbers, what is filled in, what is bound, taking back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import DocumentEvent, DocumentNumber
from models.errors import Refused, WrongState
from models.operations.core import approvals
from models.operations.core.approvals import by_system, opened, perform, put_back, remark, withdraw_approvals
from models.returns import Spoilage
from models.roles import Role
from models.stocktakes import Stocktake
from models.store_requests import StoreRequest, StoreRequestState
from models.workflow import Transition
from tests.support import factories as make

S = StoreRequestState


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is bound to store requests, in order of its doing."""
    done: list[Any] = []

    def binds(when: str) -> Any:
        return lambda document, *, by, reason: done.append(
            (when, document.state, document.number, by.id, reason))

    steps = ("submit", "approve", "create")
    monkeypatch.setattr(approvals, "EFFECTS", {(StoreRequest, name): [binds("effect")] for name in steps})
    monkeypatch.setattr(approvals, "AFTER_STEP", {(StoreRequest, name): [binds("after")] for name in steps})
    monkeypatch.setattr(approvals, "ON_EVERY_STEP", [
        lambda document, name, source, *, by, reason: done.append((name, source, by.id, reason))])
    return done


def event_of(document: Any) -> tuple[Any, ...]:
    event = db.session.scalars(sa.select(DocumentEvent).filter_by(
        document_type=document.__tablename__, document_id=document.id)
        .order_by(DocumentEvent.id.desc())).first()
    return event.transition, event.from_state, event.to_state, event.user_id, event.note


def submitted() -> StoreRequest:
    request = make.make_store_request()
    perform(request, "submit", by=request.created_by)
    return request


# ---------------------------------------------------------------- the order of things

def test_effects_then_the_number_and_the_state_then_what_follows(session: Any, bound: list[Any]) -> None:
    request = make.make_store_request()
    by = request.created_by
    assert bound == [("after", "draft", None, by.id, ""), ("create", None, by.id, "")]
    bound.clear()
    perform(request, "submit", by=by, reason="urgent")
    number = request.number
    assert bound == [("effect", "draft", None, by.id, "urgent"),
                     ("after", "submitted", number, by.id, "urgent"), ("submit", "draft", by.id, "urgent")]
    bound.clear()
    head = make.make_user(Role.STORE_HEAD)
    assert by_system(request, "approve", by=head).name == "approve"
    assert bound == [("effect", "submitted", number, head.id, ""), ("after", "approved", number, head.id, ""),
                     ("approve", "submitted", head.id, "")]


def test_an_effect_that_refuses_leaves_all_as_it_was(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    request = make.make_store_request()

    def refuse(document: Any, *, by: Any, reason: str) -> None:
        raise Refused("no")
    monkeypatch.setattr(approvals, "EFFECTS", {(StoreRequest, "submit"): [refuse]})
    with pytest.raises(Refused, match="no"):
        perform(request, "submit", by=request.created_by)
    assert (request.state, request.number, event_of(request)[0]) == (S.DRAFT, None, "create")


def test_only_steps_that_are_declared_can_be_bound() -> None:
    table: dict[Any, list[Any]] = {}
    bind = approvals._binder(table)

    def one(*_given: Any, **_named: Any) -> None: ...
    assert bind(StoreRequest, "submit", "create")(one) is one
    bind(StoreRequest, "submit")(print)
    assert table == {(StoreRequest, "submit"): [one, print], (StoreRequest, "create"): [one]}
    with pytest.raises(ValueError, match="store_request declares no transition fly"):
        bind(StoreRequest, "fly")(one)


# ---------------------------------------------------------------- events and numbers

@pytest.mark.parametrize(("reason", "note"), [("", None), ("  ", None), (" too much ", "too much")])
def test_a_step_is_recorded_with_its_note(session: Any, reason: str, note: str | None) -> None:
    request = submitted()
    head = make.make_user(Role.STORE_HEAD)
    perform(request, "approve", by=head, reason=reason)
    assert event_of(request) == ("approve", "submitted", "approved", head.id, note)
    at = session.scalar(sa.select(sa.func.max(DocumentEvent.occurred_at)))
    assert abs((clock.now() - at).total_seconds()) < 60


def test_a_number_is_the_next_of_its_type_and_year(session: Any) -> None:
    def numbered(on: date) -> str:
        request = make.make_store_request(requested_on=on)
        perform(request, "submit", by=request.created_by)
        return str(request.number)
    assert [numbered(date(2020, 12, 31)), numbered(date(2021, 1, 1)), numbered(date(2020, 1, 1))] == [
        "SR/2020/000001", "SR/2021/000001", "SR/2020/000002"]
    row = session.scalars(sa.select(DocumentNumber).filter_by(number="SR/2020/000002")).one()
    assert (row.prefix, row.year, row.sequence, row.document_type) == ("SR", 2020, 2, "store_request")
    assert len(set(session.scalars(sa.select(DocumentNumber.verify_code)))) == 3


def test_a_draft_has_no_number_and_a_rejected_paper_keeps_its_own(session: Any) -> None:
    request = make.make_store_request()
    assert request.number is None
    assert event_of(request) == ("create", None, "draft", request.created_by_id, None)
    perform(request, "submit", by=request.created_by)
    assert session.scalar(sa.select(sa.func.count()).select_from(DocumentNumber)) == 1


def test_a_type_without_a_draft_is_numbered_when_it_is_made(session: Any) -> None:
    patient = make.make_patient()
    made = make.make_consultation(patient=patient)
    opened(made, by=patient.user)
    assert made.number is not None
    assert made.number.startswith("KON/")
    assert event_of(made) == ("create", None, "requested", patient.user.id, None)


# ---------------------------------------------------------------- what is filled in

def test_what_a_step_does_not_ask_for_is_named(session: Any) -> None:
    request = submitted()
    head = make.make_user(Role.STORE_HEAD)
    with pytest.raises(Refused, match="does not take number, store_id"):
        perform(request, "approve", by=head, given={"store_id": 1, "number": "x"})
    line = request.lines[0]
    with pytest.raises(Refused, match="does not take quantity"):
        perform(request, "approve", by=head, given_lines={line.id: {"quantity": 2}})
    with pytest.raises(Refused, match=f"does not take {line.id + 1}"):
        perform(request, "approve", by=head, given_lines={line.id + 1: {}})
    perform(request, "approve", by=head, given={}, given_lines={line.id: {}})
    assert request.state == S.APPROVED


def test_what_a_step_asks_for_is_filled_in(session: Any) -> None:
    class Line:
        id, value = 5, 0

    class Paper:
        lines, place = [Line()], ""
    step = Transition("send", (S.DRAFT,), S.SUBMITTED, asks=("place",), line_asks=("value",))
    paper = Paper()
    approvals._fill(paper, step, {"place": "ward"})
    approvals._fill_lines(paper, step, {5: {"value": 7}})
    assert (paper.place, paper.lines[0].value) == ("ward", 7)
    with pytest.raises(Refused, match="does not take id"):
        approvals._fill_lines(paper, step, {5: {"value": 7, "id": 1}})
    with pytest.raises(Refused, match="does not take 6"):
        approvals._fill_lines(paper, step, {6: {"value": 7}})


# ---------------------------------------------------------------- without a role, and back

def test_by_the_system_no_role_is_asked_but_the_state_is(session: Any) -> None:
    request = submitted()
    nobody = make.make_user()
    by_system(request, "approve", by=nobody, reason="of another")
    assert event_of(request) == ("approve", "submitted", "approved", nobody.id, "of another")
    with pytest.raises(WrongState, match="approved"):
        by_system(request, "approve", by=nobody)


def test_a_remark_is_recorded_and_the_state_stays(session: Any) -> None:
    request = submitted()
    head = make.make_user(Role.STORE_HEAD)
    remark(request, "allow_date", by=head, note=" 2026-05-19: late ")
    assert event_of(request) == ("allow_date", "submitted", "submitted", head.id, "2026-05-19: late")
    assert request.state == S.SUBMITTED


def test_a_record_is_put_back_with_an_event(session: Any) -> None:
    request = submitted()
    put_back(request, S.DRAFT, "undo", by=request.created_by, note="wrong")
    session.expire(request)
    assert request.state == S.DRAFT
    assert event_of(request) == ("undo", "submitted", "draft", request.created_by_id, "wrong")


@pytest.mark.parametrize("steps", [0, 1])
def test_only_what_may_be_amended_loses_its_approvals(session: Any, bound: list[Any], steps: int) -> None:
    order = make.make_purchase_order((make.make_item(), 1, 100))
    by = order.created_by
    perform(order, "submit", by=by)
    if not steps:
        with pytest.raises(WrongState, match="submitted"):
            withdraw_approvals(order, by=by, note="12, not 10")
        return
    perform(order, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    state = order.state
    bound.clear()
    withdraw_approvals(order, by=by, note="12, not 10")
    session.expire(order)
    assert order.state == "draft"
    assert event_of(order) == ("amend", state, "draft", by.id, "12, not 10")
    assert bound == [("amend", state, by.id, "12, not 10")]


def test_numbers_of_two_types_do_not_meet(session: Any) -> None:
    keeper, store = make.make_user(Role.STORE_STAFF), make.make_store()
    papers = [make.saved(kind(created_by=keeper, store_id=store.id)) for kind in (Spoilage, Stocktake)]
    rows = [approvals.next_number(each) for each in (*papers, papers[0])]
    assert [row["number"][:3] + row["number"][-6:] for row in rows] == ["SPL000001", "OPN000001", "SPL000002"]
    assert [row["document_id"] for row in rows] == [each.id for each in (*papers, papers[0])]
