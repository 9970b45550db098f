"""What a notice says is next for its reader.

Kept in the notice as a list: `reader` and the names of the reader's own steps (none: to make the next
document from it), else the roles whose turn it is, else `nobody`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.delegations import running_of
from models.people import UserRole
from models.roles import Role

READER, NOBODY = "reader", "nobody"
#: How an author goes on after a no.
BEGINS_AGAIN = "reopen"


def fitting(record: Any, steps: list[Any], by: Any) -> list[Any]:
    """Those of `steps` that a paper of this content waits for: an order below the limit has no third
    approval."""
    return [step for step in steps
            if all(condition.test(record, by) for condition in step.conditions
                   if condition.rows is not None and condition.about == "document")]


def of_each(steps: list[Any], people: list[int]) -> dict[int, list[str]]:
    """What is next for each of `people`, whom the paper waits for."""
    if len({step.roles for step in steps}) <= 1 or not people:
        return {person: [READER, *_names(steps)] for person in people}
    holds: dict[int, set[Role]] = {person: set() for person in people}
    for person, role in db.session.execute(
            sa.select(UserRole.user_id, UserRole.role).where(UserRole.user_id.in_(people))):
        holds[person].add(role)
    roles = {role for step in steps for role in step.roles}
    for taker, _giver, role in db.session.execute(running_of(people, roles)):
        holds[taker].add(role)
    return {person: [READER, *_names(step for step in steps if roles.intersection(step.roles))]
            for person, roles in holds.items()}


def of_author(record: Any, mine: list[str] | None, steps: list[Any], makers: tuple[Role, ...]) -> list[str]:
    """What is next for the author, who took no step: `mine` is what waits for the author, `makers` are the
    roles that make the next paper."""
    if mine:
        return mine
    if any(step.name == BEGINS_AGAIN and record.state in step.sources for step in record.workflow):
        return [READER, BEGINS_AGAIN]
    roles = [role for step in steps for role in step.roles] + list(makers)
    return list(dict.fromkeys(role.value for role in roles)) or [NOBODY]


def _names(steps: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(step.name for step in steps))
