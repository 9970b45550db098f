"""As whom somebody takes a step: as oneself, or for the giver of a role whose delegation runs today.

Pure Python. A person says for whom it stands in (`User.givers`); workflows, rights, inbox and notices ask
here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.roles import Role

#: Between the parts of a delegation, and between delegations, in `UserRole.taken`; no value holds them.
PART, ROW = "\t", "\n"


@dataclass(frozen=True)
class Giver:
    """Who gave a role for a time, as conditions and scopes ask for a person: with that role and no other."""

    delegation_id: int
    id: int
    name: str
    work_unit_id: int | None
    role: Role
    starts_on: date
    ends_on: date

    is_active = True

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset({self.role})

    def has_role(self, *roles: Role) -> bool:
        return self.role in roles


def read(text: str | None, today: date) -> tuple[Giver, ...]:
    """The givers of `UserRole.taken` whose delegations run on the day, in the order of their delegations."""
    found = []
    for row in (text or "").split(ROW) if text else ():
        key, giver, name, unit, role, starts, ends = row.split(PART)
        found.append(Giver(int(key), int(giver), name, int(unit) if unit else None, Role(role),
                           date.fromisoformat(starts), date.fromisoformat(ends)))
    return tuple(sorted((giver for giver in found if giver.starts_on <= today <= giver.ends_on),
                        key=lambda giver: giver.delegation_id))


def givers_of(user: Any) -> tuple[Giver, ...]:
    """For whom the person stands in today; nobody who is not an account stands in for anybody."""
    return getattr(user, "givers", ())


def acting(user: Any, roles: tuple[Role, ...], document: Any = None) -> Iterator[Any]:
    """As whom the person may act in one of `roles`: oneself, then each giver of a running delegation.

    A paper whose type is not `is_delegable` is moved by the own roles alone: no delegation is passed on.
    """
    if user.has_role(*roles):
        yield user
    if getattr(type(document), "is_delegable", True):
        yield from (giver for giver in givers_of(user) if giver.has_role(*roles))


def acts_in(user: Any, *roles: Role) -> bool:
    """Whether the person has one of `roles`, or has it for somebody today."""
    return next(acting(user, roles), None) is not None


def is_mixed_up(document: Any, user: Any, giver: Giver) -> bool:
    """Whether the person made the paper, or took an earlier step of it otherwise than for this giver: then
    another must decide, so that author and approver never are one person."""
    if getattr(document, "created_by_id", None) == user.id:
        return True
    own = (event.delegation for event in document.events_of_round if event.user_id == user.id)
    return any(delegation is None or delegation.giver_id != giver.id for delegation in own)
