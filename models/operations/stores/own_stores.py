"""Rights by store, where the hospital switched them on: who of the stores' people may take which step where.

What they see is in `models.scopes`; here it is what they do, whichever door they come through. Off by
default.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models.base import db
from models.errors import N_, NotAllowed
from models.operations.core.approvals import BEFORE_EVERY_STEP
from models.operations.people import notices
from models.people import User
from models.roles import Role
from models.scopes import BY_STORE, RESTRICTED, own_store_ids
from models.settings import setting
from models.stand_ins import Giver


def store_of(document: Any, name: str) -> int | None:
    """The store whose people take the step: the one that the goods leave, or reach when they are received."""
    if name.startswith("receive") and getattr(document, "to_store_id", None) is not None:
        return document.to_store_id
    return getattr(document, "store_id", None)


def _as_store(roles: tuple[Role, ...], by: User | Giver) -> tuple[Role, ...]:
    """The roles of a store that the person takes the step in; none where another role may too."""
    mine = tuple(role for role in roles if by.has_role(role))
    return mine if mine and set(mine) <= set(BY_STORE) else ()


def may_take(document: Any, name: str, roles: tuple[Role, ...], *, by: User | Giver) -> bool:
    """Whether the step is open to the person, or for the giver of a role, as far as the store goes."""
    mine, store_id = _as_store(roles, by), store_of(document, name)
    if not mine or store_id is None or setting(RESTRICTED) != "yes":
        return True
    return store_id in set(db.session.scalars(own_store_ids(by.work_unit_id, mine)))


def open_steps(document: Any, steps: list[Any], *, by: User) -> list[Any]:
    """Those of the steps that are open to the person as far as the store goes; asks the setting once."""
    if getattr(document, "store_id", None) is None or not by.acts_in(*BY_STORE) \
            or setting(RESTRICTED) != "yes":
        return steps
    return [step for step in steps if any(may_take(document, step.name, step.roles, by=person)
                                          for person in step.open_as(document, by))]


def _refuse_foreign(document: Any, name: str, roles: tuple[Role, ...], *, by: User | Giver) -> None:
    if not may_take(document, name, roles, by=by):
        raise NotAllowed(N_("This store belongs to another work unit; its own people do this."))


def _told(document: Any, people: list[int]) -> list[int]:
    """Those of the people who are told that a paper waits whose store it is."""
    store_id = getattr(document, "store_id", None)
    if store_id is None or not people or setting(RESTRICTED) != "yes":
        return people
    found = db.session.scalars(sa.select(User).where(User.id.in_(people)).order_by(User.id))
    own: dict[tuple[int | None, tuple[Role, ...]], set[int]] = {}
    result = []
    for person in found:
        mine = tuple(role for role in BY_STORE if person.has_role(role))
        key = (person.work_unit_id, mine)
        if mine and key not in own:
            own[key] = set(db.session.scalars(own_store_ids(*key)))
        stores = {store_id, getattr(document, "to_store_id", None)}
        if not mine or len(person.roles) > len(mine) or stores & own[key]:
            result.append(person.id)
    return result


BEFORE_EVERY_STEP.append(_refuse_foreign)
notices.ONLY.append(_told)
