"""Whose step a paper waits for: read off its workflow, for who holds a role and who stands in for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.delegations import takers_of
from models.people import AccountStatus, User, UserRole
from models.roles import Role

#: Who of the people that a paper waits for is told of it: ``def f(record, ids) -> ids``.
ONLY: list[Callable[[Any, list[int]], list[int]]] = []


def turn(model: Any, state: Any) -> list[Any]:
    """The steps that a paper in `state` waits for, whoever takes them: none in a draft."""
    if state == model.workflow.initial and state == "draft":
        return []
    return [step for step in model.workflow if state in step.sources and step.is_waited_for]


def narrowed(record: Any, people: list[int]) -> list[int]:
    """Those of the people who are told of the paper."""
    for narrow in ONLY:
        people = narrow(record, people)
    return people


def whose_turn(record: Any, steps: list[Any], roles: set[Role]) -> list[int]:
    """Ids of the people who can take one of `steps`, the author left out where another must decide; who
    stands in for one of them comes last."""
    people = narrowed(record, _holders(record, steps, roles))
    return people + _stand_ins(record, steps, people)


def _holders(record: Any, steps: list[Any], roles: set[Role]) -> list[int]:
    rows = sa.select(User.id).where(User.status == AccountStatus.ACTIVE)
    anywhere = [role for role in roles if role != Role.UNIT_USER]
    holds = sa.select(UserRole.user_id).where(UserRole.role.in_(anywhere))
    fits: sa.ColumnElement[bool] = User.id.in_(holds)
    unit = unit_of(record)
    if Role.UNIT_USER in roles and unit is not None:
        members = sa.select(UserRole.user_id).where(UserRole.role == Role.UNIT_USER)
        fits = fits | (User.id.in_(members) & (User.work_unit_id == unit))
    author = getattr(record, "created_by_id", None)
    codes = [{condition.code for condition in step.conditions} for step in steps]
    if author is not None and all("own_document" in code for code in codes):
        rows = rows.where(User.id == author)
    elif author is not None and all("not_own" in code for code in codes):
        rows = rows.where(User.id != author)
    rows = rows.where(fits).order_by(User.id)
    if not any(condition.rows is not None for step in steps for condition in step.conditions):
        return list(db.session.scalars(rows))
    said = [[condition for condition in step.conditions
             if condition.rows is not None or condition.about == "person"] for step in steps]
    people = db.session.scalars(sa.select(User).where(User.id.in_(rows)).order_by(User.id))
    return [person.id for person in people
            if any(person.has_role(*step.roles) and all(condition.test(record, person) for condition in mine)
                   for step, mine in zip(steps, said, strict=True))]


def _stand_ins(record: Any, steps: list[Any], people: list[int]) -> list[int]:
    """Who can take one of `steps` for one of the people. One statement where nobody stands in."""
    if not people or not type(record).is_delegable:
        return []
    roles = {role for step in steps for role in step.roles}
    taken = {taker for taker, _giver, _role in db.session.execute(takers_of(people, roles))}
    standing = db.session.scalars(sa.select(User).where(
        User.id.in_(sorted(taken - set(people)))).order_by(User.id)) if taken - set(people) else ()
    return [person.id for person in standing
            if any(giver.id in people and giver.has_role(*step.roles) and _may(step, record, giver, person)
                   for step in steps for giver in person.givers)]


def _may(step: Any, record: Any, giver: Any, person: User) -> bool:
    """Whether the step would be open as far as it depends on who asks."""
    return step.stands_apart(record, giver, person) and all(
        condition.test(record, giver) for condition in step.conditions
        if condition.rows is not None or condition.about == "person")


def unit_of(record: Any) -> int | None:
    """The work unit that a paper, or the request that it answers, belongs to."""
    request = getattr(record, "store_request", None)
    return getattr(request if request is not None else record, "work_unit_id", None)
