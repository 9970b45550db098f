"""A role given to another person for a time: who may give it to whom, what it opens, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from backoffice.panel import deciding, inbox
from models import clock
from models.base import db
from models.delegations import AWAY_AFTER, Delegation, DelegationState
from models.documents import DocumentEvent
from models.errors import NotAllowed, Refused
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.people import account_office, delegations
from models.outbox import Notice, Outbox
from models.people import AccountStatus, User, UserSession
from models.roles import Role
from models.store_requests import StoreRequest
from tests.support import factories as make

S = DelegationState


@pytest.fixture
def cast(session: Any) -> Any:
    """A nurse who asks, the head of store whose step it is, and a colleague of the store."""
    make.make_chart()
    return SimpleNamespace(nurse=make.make_user(Role.UNIT_USER), head=make.make_user(Role.STORE_HEAD),
                           keeper=make.make_user(Role.STORE_STAFF), admin=make.make_user(Role.ADMIN),
                           item=make.make_item(), store=make.make_store())


def given(giver: User, taker: User, role: Role, *, days: int = 3, first: int = 0, by: User | None = None,
          reason: str = "Annual leave") -> Delegation:
    starts = clock.today() + timedelta(days=first)
    result = delegations.give(giver, taker, role, starts, starts + timedelta(days=days - 1), reason=reason,
                              by=by or giver)
    db.session.expire_all()
    return result


def asked(cast: Any, by: User | None = None) -> StoreRequest:
    request = make.make_store_request((cast.item, 3), created_by=by or cast.nurse, store=cast.store)
    perform(request, "submit", by=by or cast.nurse)
    db.session.expire_all()
    return request


def later(days: int) -> None:
    clock.freeze(clock.now() + timedelta(days=days))
    db.session.expire_all()


@pytest.fixture(autouse=True)
def _clock() -> Any:
    yield
    clock.freeze(None)


# ---------------------------------------------------------------- what it opens

def test_the_taker_takes_the_step_and_both_names_stand_in_the_history(cast: Any) -> None:
    request = asked(cast)
    with pytest.raises(NotAllowed):
        perform(request, "approve", by=cast.keeper)
    delegation = given(cast.head, cast.keeper, Role.STORE_HEAD)
    perform(request, "approve", by=cast.keeper)
    event = request.events[-1]
    assert (event.user_id, event.delegation_id, event.delegation.giver_id) == (
        cast.keeper.id, delegation.id, cast.head.id)
    assert request.approver_ids == {cast.keeper.id, cast.head.id}


def test_the_holder_still_takes_the_own_steps_in_the_own_name(cast: Any) -> None:
    given(cast.head, cast.keeper, Role.STORE_HEAD)
    request = asked(cast)
    perform(request, "approve", by=cast.head)
    assert (request.events[-1].user_id, request.events[-1].delegation_id) == (cast.head.id, None)


def test_who_holds_the_role_and_has_it_for_another_signs_in_the_own_name(cast: Any) -> None:
    second = make.make_user(Role.STORE_HEAD)
    given(cast.head, second, Role.STORE_HEAD)
    request = asked(cast)
    perform(request, "approve", by=second)
    assert request.events[-1].delegation_id is None


@pytest.mark.parametrize("days", [-1, 3, 400])
def test_outside_of_its_days_it_opens_nothing(cast: Any, days: int) -> None:
    """From its first day until midnight after its last, whether or not the job has noted its end."""
    given(cast.head, cast.keeper, Role.STORE_HEAD, first=1, days=3)
    request = asked(cast)
    later(1 + days)
    assert request.workflow.open_to(request, cast.keeper) == []
    with pytest.raises(NotAllowed):
        perform(request, "approve", by=cast.keeper)


def test_on_the_last_minute_of_the_last_day_it_still_runs(cast: Any) -> None:
    given(cast.head, cast.keeper, Role.STORE_HEAD, days=1)
    request = asked(cast)
    clock.freeze(clock.day_bounds(clock.today())[1] - timedelta(minutes=1))
    db.session.expire_all()
    assert "approve" in {step.name for step in request.workflow.open_to(request, cast.keeper)}
    clock.freeze(clock.now() + timedelta(minutes=1))
    db.session.expire_all()
    assert request.workflow.open_to(request, cast.keeper) == []


def test_author_and_approver_never_are_one_person(cast: Any) -> None:
    """Neither the taker who made the paper, nor for a giver who made it."""
    both = make.make_user(Role.UNIT_USER)
    given(cast.head, both, Role.STORE_HEAD)
    with pytest.raises(Refused, match="You made this paper"):
        perform(asked(cast, by=both), "approve", by=both)
    author = make.make_user(Role.UNIT_USER, Role.STORE_HEAD)
    given(author, cast.keeper, Role.STORE_HEAD)
    with pytest.raises(Refused, match="somebody else must decide"):
        perform(asked(cast, by=author), "approve", by=cast.keeper)


def test_two_approvals_are_never_one_person(session: Any) -> None:
    """Who approved first does not approve again for another; nor does a giver after the own delegate."""
    make.make_chart()
    buyer, head, cashier = (make.make_user(role) for role in (
        Role.FACILITIES_STAFF, Role.FACILITIES_HEAD, Role.PAYABLES))
    given(cashier, head, Role.PAYABLES)
    order = make.make_purchase_order((make.make_item(), 3, "5.00"), created_by=buyer)
    perform(order, "submit", by=buyer)
    perform(order, "approve", by=head)
    with pytest.raises(Refused, match="took an earlier step"):
        perform(order, "approve_payment", by=head)
    perform(order, "approve_payment", by=cashier)

    double = make.make_user(Role.FACILITIES_HEAD, Role.PAYABLES)
    deputy = make.make_user(Role.STORE_STAFF)
    given(double, deputy, Role.FACILITIES_HEAD)
    second = make.make_purchase_order((make.make_item(), 3, "5.00"), created_by=buyer)
    perform(second, "submit", by=buyer)
    perform(second, "approve", by=deputy)
    with pytest.raises(Refused, match="already approved"):
        perform(second, "approve_payment", by=double)


def test_it_opens_reading_and_no_forms(cast: Any, client: Any, sign_in: Any) -> None:
    request = asked(cast)
    nurse = make.make_user(Role.HOUSEKEEPING)
    sign_in(client, nurse)
    page = f"/admin/store_request/details/?id={request.id}"
    assert client.get(page).status_code in (403, 404)
    given(cast.head, nurse, Role.STORE_HEAD)
    answer = client.get(page)
    assert answer.status_code == 200
    assert "approve" in answer.text
    assert client.get("/admin/shelf/").status_code == 200
    assert client.get("/admin/shelf/new/").status_code == 403
    assert client.get("/admin/reports/").status_code == 403


def test_it_is_never_passed_on(cast: Any) -> None:
    """The taker neither gives the role again, nor revokes the delegation in the giver's name."""
    delegation = given(cast.head, cast.keeper, Role.STORE_HEAD)
    third = make.make_user(Role.STORE_STAFF)
    with pytest.raises((NotAllowed, Refused)):
        given(cast.keeper, third, Role.STORE_HEAD)
    with pytest.raises((NotAllowed, Refused)):
        given(cast.head, third, Role.STORE_HEAD, first=10, by=cast.keeper)
    with pytest.raises(NotAllowed):
        perform(delegation, "revoke", by=cast.keeper, reason="No")


# ---------------------------------------------------------------- turns

def test_inbox_and_bell_name_the_taker_and_leave_out_who_may_not(cast: Any, app: Any) -> None:
    given(cast.head, cast.keeper, Role.STORE_HEAD)
    request = asked(cast)
    told = set(db.session.scalars(sa.select(Notice.user_id).where(
        Notice.record_id == request.id, Notice.table_name == "store_request", Notice.waits)))
    assert told == {cast.head.id, cast.keeper.id}
    with app.test_request_context("/"):
        assert [row.id for row in inbox.waiting(cast.keeper, tables=("store_request",))] == [request.id]
        both = make.make_user(Role.UNIT_USER)
        perform(delegation_of(cast.keeper), "revoke", by=cast.head, reason="Back")
        given(cast.head, both, Role.STORE_HEAD)
        own = asked(cast, by=both)
        assert [row.id for row in inbox.waiting(both, tables=("store_request",))] == [request.id]
        assert own.id not in {row.id for row in inbox.waiting(both)}
        assert inbox.waiting(cast.keeper, tables=("store_request",)) == []


def delegation_of(taker: User) -> Delegation:
    return db.session.scalars(sa.select(Delegation).where(
        Delegation.taker_id == taker.id, Delegation.state == S.GRANTED)).one()


def test_its_end_takes_the_turn_back(cast: Any) -> None:
    """What told the taker of papers is read; what told the holder stands."""
    delegation = given(cast.head, cast.keeper, Role.STORE_HEAD)
    request = asked(cast)
    perform(delegation, "revoke", by=cast.head, reason="Back from leave")
    open_to = set(db.session.scalars(sa.select(Notice.user_id).where(
        Notice.record_id == request.id, Notice.waits, Notice.read_at.is_(None))))
    assert open_to == {cast.head.id}


def statements_for(person: User, ids: list[int]) -> int:
    """Statements that deciding on these requests asks of the database, the account known."""
    rows = [inbox.Waiting("store_request", key, "", "submitted", "", "", None) for key in ids]
    person.acts_in(Role.STORE_HEAD)
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", count)
    try:
        answers = deciding.of_rows(rows, person)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    assert all(answer.yes is not None for answer in answers.values())
    return len(counted)


def test_a_delegate_decides_on_many_with_as_many_statements_as_on_one(cast: Any) -> None:
    given(cast.head, cast.keeper, Role.STORE_HEAD)
    ids = [asked(cast).id for _ in range(4)]
    few = statements_for(cast.keeper, ids[:1])
    db.session.expire_all()
    assert statements_for(cast.keeper, ids) == few


# ---------------------------------------------------------------- who gives what to whom

@pytest.mark.parametrize(("change", "field"), [
    ({"days": 31}, "ends_on"), ({"days": 0}, "ends_on"), ({"first": -5}, "ends_on"),
    ({"reason": "  "}, "reason"), ({"taker": "head"}, "taker"), ({"taker": "admin"}, "taker"),
    ({"taker": "patient"}, "taker"), ({"taker": "gone"}, "taker"), ({"role": Role.PAYABLES}, "role"),
    ({"role": Role.ADMIN}, "role")])
def test_what_cannot_be_given_is_said_at_its_field(cast: Any, change: dict[str, Any], field: str) -> None:
    cast.patient = make.make_user(Role.PATIENT)
    cast.gone = make.make_user(Role.STORE_STAFF, status=AccountStatus.INACTIVE)
    taker = getattr(cast, change.pop("taker", "keeper"))
    with pytest.raises(Refused) as refusal:
        given(cast.head, taker, change.pop("role", Role.STORE_HEAD), **change)
    assert refusal.value.field == field


def test_thirty_days_are_the_most(cast: Any) -> None:
    assert given(cast.head, cast.keeper, Role.STORE_HEAD, days=30).state == S.GRANTED


def test_a_role_is_given_to_one_person_at_a_time(cast: Any) -> None:
    given(cast.head, cast.keeper, Role.STORE_HEAD, days=3)
    third = make.make_user(Role.STORE_STAFF)
    with pytest.raises(Refused) as refusal:
        given(cast.head, third, Role.STORE_HEAD, first=2)
    assert refusal.value.field == "starts_on"
    db.session.rollback()


def test_the_days_after_it_are_free(cast: Any) -> None:
    given(cast.head, cast.keeper, Role.STORE_HEAD, days=3)
    assert given(cast.head, make.make_user(Role.STORE_STAFF), Role.STORE_HEAD, first=3).state == S.GRANTED


def test_staff_give_nothing_and_heads_the_role_of_a_head_alone(cast: Any) -> None:
    with pytest.raises(NotAllowed):
        given(cast.keeper, cast.head, Role.STORE_STAFF)
    db.session.rollback()


def test_a_head_who_also_is_staff_gives_no_role_of_staff(cast: Any) -> None:
    both = make.make_user(Role.STORE_HEAD, Role.STORE_STAFF)
    with pytest.raises(Refused, match="by an administrator"):
        given(both, cast.keeper, Role.STORE_STAFF)


def test_the_administrator_gives_the_role_of_who_is_away_and_of_nobody_else(cast: Any) -> None:
    cast.head.created_at = clock.now() - timedelta(days=30)
    make.saved(UserSession(user_id=cast.head.id, token_hash="a" * 64, seen_at=clock.now()))
    with pytest.raises(Refused) as refusal:
        given(cast.head, cast.keeper, Role.STORE_HEAD, by=cast.admin)
    assert refusal.value.field == "giver"


def test_three_days_without_a_sign_in_are_away(cast: Any) -> None:
    cast.head.created_at = clock.now() - timedelta(days=30)
    make.saved(UserSession(user_id=cast.head.id, token_hash="a" * 64, seen_at=clock.now() - AWAY_AFTER))
    delegation = given(cast.head, cast.keeper, Role.STORE_HEAD, by=cast.admin)
    assert (delegation.state, delegation.created_by_id) == (S.GRANTED, cast.admin.id)


def test_nobody_gives_anothers_role_and_no_administrator_to_the_own_account(cast: Any) -> None:
    other = make.make_user(Role.PAYABLES)
    with pytest.raises(NotAllowed):
        given(cast.head, cast.keeper, Role.STORE_HEAD, by=other)
    db.session.rollback()


# ---------------------------------------------------------------- how it ends

def test_both_are_told_of_its_beginning_and_its_end(cast: Any) -> None:
    given(cast.head, cast.keeper, Role.STORE_HEAD, days=2)
    later(1)
    assert delegations.expire() == ""
    later(1)
    assert delegations.expire() == "1 delegations expired"
    told = db.session.execute(sa.select(Notice.event, Notice.user_id).where(
        Notice.event.startswith("delegation_")).order_by(Notice.id)).all()
    assert sorted(map(tuple, told)) == sorted(
        (event, person.id) for event in ("delegation_granted", "delegation_expired")
        for person in (cast.head, cast.keeper))
    mailed = set(db.session.scalars(sa.select(Outbox.user_id).where(Outbox.template == "delegation_expired")))
    assert mailed == {cast.head.id, cast.keeper.id}
    assert delegations.expire() == ""


def test_revoking_wants_a_reason_and_the_giver_or_the_administrator(cast: Any) -> None:
    delegation = given(cast.head, cast.keeper, Role.STORE_HEAD)
    with pytest.raises(Refused) as refusal:
        perform(delegation, "revoke", by=cast.head)
    assert refusal.value.field == "reason"
    with pytest.raises(Refused):
        perform(delegation, "revoke", by=make.make_user(Role.STORE_HEAD), reason="No")
    perform(delegation, "revoke", by=cast.admin, reason="Came back early")
    assert delegation.state == S.REVOKED
    assert cast.keeper.givers == ()


@pytest.mark.parametrize("whose", ["head", "keeper"])
def test_an_account_that_is_closed_ends_it(cast: Any, whose: str) -> None:
    delegation = given(cast.head, cast.keeper, Role.STORE_HEAD)
    user = getattr(cast, whose)
    user.status = AccountStatus.INACTIVE
    account_office.follow(user, account_office.review(user, user.roles, by=cast.admin), by=cast.admin)
    assert delegation.state == S.REVOKED


def test_a_role_that_is_taken_away_ends_it(cast: Any) -> None:
    delegation = given(cast.head, cast.keeper, Role.STORE_HEAD)
    account_office.follow(cast.head, account_office.review(
        cast.head, {Role.STORE_STAFF}, by=cast.admin), by=cast.admin)
    assert delegation.state == S.REVOKED


def test_an_account_that_was_closed_past_the_office_opens_nothing(cast: Any) -> None:
    given(cast.head, cast.keeper, Role.STORE_HEAD)
    request = asked(cast)
    db.session.execute(sa.update(User).where(User.id == cast.head.id).values(status=AccountStatus.INACTIVE))
    db.session.expire_all()
    assert request.workflow.open_to(request, cast.keeper) == []


# ---------------------------------------------------------------- the database

def row(cast: Any, **values: Any) -> dict[str, Any]:
    return {"created_by_id": cast.head.id, "giver_id": cast.head.id, "taker_id": cast.keeper.id,
            "role": Role.STORE_HEAD, "starts_on": clock.today(), "ends_on": clock.today(), "reason": "Leave",
            "state": S.GRANTED, "created_at": clock.now(), **values}


@pytest.mark.parametrize(("values", "named"), [
    (lambda cast: {"taker_id": cast.head.id, "created_by_id": cast.admin.id}, "to_another"),
    (lambda cast: {"created_by_id": cast.keeper.id}, "not_to_oneself"),
    (lambda cast: {"ends_on": clock.today() - timedelta(days=1)}, "ends_after_start"),
    (lambda cast: {"ends_on": clock.today() + timedelta(days=30)}, "30 days at most"),
    (lambda cast: {"role": Role.ADMIN}, "role_can_be_given"),
    (lambda cast: {"reason": " "}, "reason_written")])
def test_the_database_keeps_the_rules(cast: Any, values: Any, named: str) -> None:
    with pytest.raises(IntegrityError, match=named), db.session.begin_nested():
        db.session.execute(sa.insert(Delegation).values(row(cast, **values(cast))))


def test_the_database_keeps_the_days_apart(cast: Any) -> None:
    db.session.execute(sa.insert(Delegation).values(row(cast)))
    db.session.execute(sa.insert(Delegation).values(row(cast, state=S.DRAFT)))
    with pytest.raises(IntegrityError, match="ex_delegation_days"), db.session.begin_nested():
        db.session.execute(sa.insert(Delegation).values(row(cast)))


def test_the_database_takes_no_step_without_a_delegation_that_stands(cast: Any) -> None:
    request = asked(cast)
    delegation = given(cast.head, cast.keeper, Role.STORE_HEAD)
    event = {"document_type": "store_request", "document_id": request.id, "transition": "approve",
             "from_state": "submitted", "to_state": "approved", "occurred_at": clock.now(),
             "delegation_id": delegation.id}
    with pytest.raises(IntegrityError, match="delegation"), db.session.begin_nested():
        db.session.execute(sa.insert(DocumentEvent).values(user_id=cast.admin.id, **event))
    perform(delegation, "revoke", by=cast.head, reason="Back")
    with pytest.raises(IntegrityError, match="delegation"), db.session.begin_nested():
        db.session.execute(sa.insert(DocumentEvent).values(user_id=cast.keeper.id, **event))


# ---------------------------------------------------------------- verify

def broken() -> set[str]:
    return {name.partition(":")[2].strip() for name, bad in checks.verify(db.session)
            if bad is not None and name.startswith("delegations:")}


def planted(request: StoreRequest, delegation: Delegation, **values: Any) -> None:
    db.session.execute(sa.insert(DocumentEvent).values({
        "document_type": "store_request", "document_id": request.id, "transition": "approve",
        "from_state": "submitted", "to_state": "approved", "occurred_at": clock.now(),
        "user_id": delegation.taker_id, "delegation_id": delegation.id, **values}))


def test_verify_finds_nothing_wrong_with_what_was_done_right(cast: Any) -> None:
    request = asked(cast)
    delegation = given(cast.head, cast.keeper, Role.STORE_HEAD)
    perform(request, "approve", by=cast.keeper)
    perform(delegation, "revoke", by=cast.head, reason="Back")
    assert broken() == set()


@pytest.mark.parametrize("values", [
    {"transition": "submit", "from_state": "draft"},
    {"occurred_at": "late"}], ids=["a step of another role", "after its last day"])
def test_verify_finds_steps_that_no_delegation_covers(cast: Any, values: dict[str, Any]) -> None:
    request, delegation = asked(cast), given(cast.head, cast.keeper, Role.STORE_HEAD, days=2)
    if values.get("occurred_at"):
        values = {"occurred_at": clock.now() + timedelta(days=2)}
    planted(request, delegation, **values)
    assert len(broken()) == 1
    assert "in another's name" in broken().pop()


def test_verify_finds_who_approved_the_own_paper_for_another(cast: Any) -> None:
    both = make.make_user(Role.UNIT_USER)
    request, delegation = asked(cast, by=both), given(cast.head, both, Role.STORE_HEAD)
    planted(request, delegation)
    assert broken() == {"nobody decides by one on what the taker or the giver made"}


def test_verify_finds_what_stands_of_a_closed_account(cast: Any) -> None:
    given(cast.head, cast.keeper, Role.STORE_HEAD)
    db.session.execute(sa.update(User).where(User.id == cast.keeper.id).values(
        status=AccountStatus.INACTIVE))
    assert broken() == {"what stands is of active accounts that hold the role"}


def test_verify_warns_of_a_role_that_hangs_on_one_person_and_counts_its_papers(cast: Any) -> None:
    asked(cast)
    asked(cast)
    found = [text for name, text in checks.warnings(db.session) if name == "roles that hang on one person"]
    assert f"store_head: {cast.head.name} alone, 2 papers wait" in found
    make.make_user(Role.STORE_HEAD)
    found = [text for _name, text in checks.warnings(db.session)]
    assert not any(text.startswith("store_head") for text in found)
