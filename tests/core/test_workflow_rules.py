"""The rules of a workflow on documents made of nothing: who, when, why, in which order, and what waits."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest

from models.errors import Conflict, NotAllowed, Refused, WrongState
from models.roles import Role
from models.workflow import (
    Condition,
    Transition,
    Workflow,
    another_person,
    approval_steps,
    author_steps,
    has_lines,
    not_own,
    own_document,
    own_work_unit,
)


class S(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    DONE = "done"


class P(StrEnum):
    """States of a paper that goes to an approver."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    POSTED = "posted"


IS_GOOD = Condition("is_good", lambda document, _user: document.good, "It is not good.", field="good")
IS_BIG = Condition("is_big", lambda document, _user: document.big, "It is not big.")
WAYS = Workflow(
    S.DRAFT,
    Transition("send", (S.DRAFT,), S.SENT, Role.UNIT_USER),
    Transition("approve", (S.SENT,), S.DONE, (Role.STORE_HEAD, Role.DIRECTOR), when=(IS_GOOD, IS_BIG)),
    Transition("reject", (S.SENT,), S.DRAFT, Role.STORE_HEAD, needs_reason=True),
    Transition("close", (S.SENT,), S.DONE, Role.PAYABLES, needs_reason=IS_BIG),
    Transition("reopen", (S.DONE,), S.DRAFT, Role.UNIT_USER),
    Transition("settle", (S.SENT,), S.DONE))


def person(*roles: Role, **fields: Any) -> Any:
    return SimpleNamespace(id=1, work_unit_id=7, has_role=lambda *any_of: bool({*any_of} & {*roles}),
                           **fields)


def paper(state: S = S.SENT, **fields: Any) -> Any:
    return SimpleNamespace(**{"state": state, "version": 3, "good": True, "big": True, **fields})


HEAD = person(Role.STORE_HEAD)


@pytest.mark.parametrize(("document", "name", "by", "given", "error"), [
    (paper(), "approve", HEAD, {}, None),
    (paper(), "approve", person(Role.DIRECTOR), {"version": 3}, None),
    (paper(), "fly", HEAD, {}, WrongState),
    (paper(), "fly", person(), {}, WrongState),
    (paper(), "approve", person(Role.UNIT_USER), {}, NotAllowed),
    (paper(S.DONE), "approve", person(Role.PAYABLES), {}, NotAllowed),
    (paper(), "settle", HEAD, {}, NotAllowed),
    (paper(), "approve", HEAD, {"version": 2}, Conflict),
    (paper(), "approve", HEAD, {"version": 4}, Conflict),
    (paper(), "approve", HEAD, {"version": 0}, Conflict),
    (paper(S.DONE), "approve", HEAD, {}, WrongState),
    (paper(S.DONE), "approve", person(), {}, NotAllowed),
    (paper(good=False), "approve", HEAD, {}, Refused),
    (paper(big=False), "approve", HEAD, {}, Refused),
    (paper(), "reject", HEAD, {"reason": "too much"}, None),
    (paper(), "reject", HEAD, {}, Refused),
    (paper(), "reject", HEAD, {"reason": "  "}, Refused),
    (paper(), "close", person(Role.PAYABLES), {}, None),
    (paper(big=False), "close", person(Role.PAYABLES), {}, Refused),
    (paper(big=False), "close", person(Role.PAYABLES), {"reason": "small"}, None)])
def test_what_a_step_requires(document: Any, name: str, by: Any, given: dict[str, Any],
                              error: type[Exception] | None) -> None:
    if error is None:
        assert WAYS.require(document, name, by, **given).name == name
    else:
        with pytest.raises(error) as refusal:
            WAYS.require(document, name, by, **given)
        assert type(refusal.value) is error


@pytest.mark.parametrize(("document", "given", "field", "words"), [
    (paper(good=False, big=False), {}, "good", "not good"), (paper(big=False), {}, None, "not big"),
    (paper(), {"name": "reject"}, "reason", "write the reason")])
def test_a_refusal_says_which_field(document: Any, given: dict[str, Any], field: str | None,
                                    words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        WAYS.require(document, given.get("name", "approve"), HEAD)
    assert refusal.value.field == field


@pytest.mark.parametrize(("document", "by", "buttons"), [
    (paper(S.DRAFT), person(Role.UNIT_USER), ["send"]), (paper(S.DRAFT), HEAD, []),
    (paper(), HEAD, ["approve", "reject"]), (paper(good=False), HEAD, ["reject"]),
    (paper(big=False), HEAD, ["reject"]), (paper(), person(Role.DIRECTOR), ["approve"]),
    (paper(), person(), []), (paper(), person(Role.PAYABLES), ["close"]),
    (paper(S.DONE), person(Role.UNIT_USER), ["reopen"])])
def test_buttons_are_the_steps_that_can_be_made_now(document: Any, by: Any, buttons: list[str]) -> None:
    assert [step.name for step in WAYS.open_to(document, by)] == buttons


@pytest.mark.parametrize(("state", "roles"), [
    (S.DRAFT, (Role.UNIT_USER,)), (S.SENT, (Role.STORE_HEAD, Role.DIRECTOR)), (S.DONE, ())])
def test_whose_turn_it_is(state: S, roles: tuple[Role, ...]) -> None:
    """Not of who may only say no, close or open again."""
    assert WAYS.waiting_on(state) == roles


def test_a_step_by_name_and_state() -> None:
    assert WAYS.step("send", S.DRAFT) is WAYS.transitions[0]
    assert (WAYS.step("send", S.SENT), WAYS.step("fly", S.DRAFT)) == (None, None)
    assert WAYS.names == ("send", "approve", "reject", "close", "reopen", "settle")
    assert [step.name for step in WAYS] == list(WAYS.names)
    assert (WAYS.initial, WAYS.states, WAYS.amendable, WAYS.former) == (S.DRAFT, S, (), ())


def test_one_name_may_have_two_rows_but_not_from_one_state() -> None:
    send = WAYS.transitions[0]
    both = Workflow(S.DRAFT, send, replace(send, sources=(S.SENT,), target=S.DONE))
    assert both.names == ("send",)
    assert both.step("send", S.SENT) is both.transitions[1]
    with pytest.raises(ValueError, match="declared twice"):
        Workflow(S.DRAFT, send, replace(send, sources=(S.SENT, S.DRAFT)))


def test_a_no_belongs_to_the_role_whose_turn_it_is() -> None:
    """Two rows of one name: from each state only the role of that row may."""
    reject = WAYS.transitions[2]
    ways = Workflow(S.DRAFT, reject, replace(reject, sources=(S.DONE,), who=Role.PAYABLES))
    payables = person(Role.PAYABLES)
    assert ways.require(paper(), "reject", HEAD, "no").roles == (Role.STORE_HEAD,)
    assert ways.require(paper(S.DONE), "reject", payables, "no").roles == (Role.PAYABLES,)
    for state, other in ((S.SENT, payables), (S.DONE, HEAD)):
        with pytest.raises(NotAllowed):
            ways.require(paper(state), "reject", other, "no")
    with pytest.raises(WrongState):
        ways.require(paper(S.DRAFT), "reject", payables, "no")


def test_what_a_state_rests_on() -> None:
    assert WAYS.rests_on == {}
    assert Workflow(S.DRAFT, WAYS.transitions[0], rests_on={S.SENT: "order"}).rests_on == {S.SENT: "order"}


@pytest.mark.parametrize(("who", "about", "is_free"), [
    (Role.ADMIN, (), True), ((), (), False), (Role.ADMIN, ("document",), True), ((), ("document",), False),
    (Role.ADMIN, ("person",), True), (Role.ADMIN, ("document", "person"), True),
    (Role.ADMIN, ("world",), False), (Role.ADMIN, ("time",), False),
    (Role.ADMIN, ("document", "time"), False)])
def test_a_free_step_depends_on_document_and_person_alone(who: Any, about: tuple[Any, ...],
                                                          is_free: bool) -> None:
    conditions = tuple(replace(IS_BIG, about=each) for each in about)
    assert Transition("send", (S.DRAFT,), S.SENT, who, when=conditions).is_free is is_free


def test_a_condition_is_about_the_world_and_not_kept_unless_said() -> None:
    assert (IS_BIG.about, IS_BIG.is_kept, IS_BIG.field, IS_BIG.rows) == ("world", False, None, None)


def rows(steps: tuple[Transition, ...]) -> list[tuple[Any, ...]]:
    """Name, sources, target, roles, codes of the conditions, whether it wants a reason and gives a number."""
    return [(step.name, step.sources, step.target, step.roles, [each.code for each in step.conditions],
             step.needs_reason, step.numbers) for step in steps]


def test_the_steps_of_approval_are_those_of_the_specification() -> None:
    """`workflows.csv`: submit with lines gets the number; another person approves, or rejects with a
    reason."""
    author, head = (Role.UNIT_USER, Role.ADMIN), Role.STORE_HEAD
    assert rows(approval_steps(P, author=author, approver=head)) == [
        ("submit", (P.DRAFT,), P.SUBMITTED, author, ["has_lines"], False, True),
        ("approve", (P.SUBMITTED,), P.APPROVED, (head,), ["not_own"], False, False),
        ("reject", (P.SUBMITTED,), P.REJECTED, (head,), [], True, False)]
    assert approval_steps(P, author=author, approver=head, approved=P.POSTED)[1].target == P.POSTED


def test_the_steps_of_the_author_are_those_of_the_specification() -> None:
    """`workflows.csv`: the author takes back what nobody decided on; the author, or a colleague later, opens
    what was rejected again; what has no effect yet is cancelled with a reason."""
    assert rows(author_steps(P, author=Role.UNIT_USER, cancels=(P.APPROVED,))) == [
        ("recall", (P.SUBMITTED,), P.DRAFT, (Role.UNIT_USER,), ["own_document"], False, False),
        ("reopen", (P.REJECTED,), P.DRAFT, (Role.UNIT_USER,), ["author_or_colleague"], False, False),
        ("cancel", (P.DRAFT, P.SUBMITTED, P.APPROVED, P.REJECTED), P.CANCELLED, (Role.UNIT_USER,), [], True,
         False)]
    assert author_steps(P, author=Role.UNIT_USER)[2].sources == (P.DRAFT, P.SUBMITTED, P.REJECTED)


@pytest.mark.parametrize("name", ["reject", "recount", "cancel", "suspend", "fail", "no_show",
                                  "close_account", "reverse", "unconfirm"])
def test_steps_that_say_no(name: str) -> None:
    assert Transition(name, (S.DRAFT,), S.DONE).is_refusal
    assert not Transition(f"{name}_not", (S.DRAFT,), S.DONE).is_refusal


def test_what_a_step_asks_for_unless_said() -> None:
    step = Transition("send", (S.DRAFT,), S.SENT)
    assert (step.roles, step.conditions, step.numbers, step.may_skip, step.last_resort) == (
        (), (), False, False, None)
    assert not step.wants_reason(paper(), HEAD)
    assert replace(step, who=Role.ADMIN, when=IS_BIG).roles == (Role.ADMIN,)
    assert replace(step, who=Role.ADMIN, when=IS_BIG).conditions == (IS_BIG,)


@pytest.mark.parametrize(("condition", "fields", "holds"), [
    (has_lines, {"lines": [1]}, True), (has_lines, {"lines": []}, False),
    (not_own, {"created_by_id": 2}, True), (not_own, {"created_by_id": 1}, False),
    (own_document, {"created_by_id": 1}, True), (own_document, {"created_by_id": 2}, False),
    (another_person, {"approver_ids": {2}}, True), (another_person, {"approver_ids": {1, 2}}, False),
    (own_work_unit, {"work_unit_id": 7}, True), (own_work_unit, {"work_unit_id": 8}, False),
    (own_work_unit, {"work_unit_id": None}, False)])
def test_conditions(condition: Condition, fields: dict[str, Any], holds: bool) -> None:
    assert condition.test(paper(**fields), HEAD) is holds


def test_who_has_no_unit_has_no_papers_of_it() -> None:
    nobody = SimpleNamespace(id=1, work_unit_id=None)
    assert not own_work_unit.test(paper(work_unit_id=None), nobody)
