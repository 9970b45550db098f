"""What `flask verify` proves and warns of delegations, and of roles that hang on one person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from models import clock
from models.delegations import Delegation, DelegationState
from models.documents import WORKFLOWS, DocumentEvent
from models.operations.core.checks import check, warning
from models.operations.people import notices, turns
from models.people import AccountStatus, User, UserRole
from models.roles import Role

#: Steps that only tell of a delegation, not taken by one.
OWN = Delegation.__tablename__
#: Roles of people whose work no paper waits for, or that others have in any number.
NOT_COUNTED = frozenset({Role.PATIENT, Role.STUDENT, Role.TEACHER})


def _in_others_names(session: Any) -> Iterator[tuple[DocumentEvent, Delegation]]:
    yield from session.execute(
        sa.select(DocumentEvent, Delegation).join(Delegation, Delegation.id == DocumentEvent.delegation_id)
        .order_by(DocumentEvent.id)).all()


def _ended_at(session: Any) -> dict[int, int]:
    """The event by which each delegation ended, by its id."""
    return dict(map(tuple, session.execute(
        sa.select(DocumentEvent.document_id, sa.func.max(DocumentEvent.id))
        .where(DocumentEvent.document_type == OWN, DocumentEvent.to_state.in_(
            (DelegationState.REVOKED.value, DelegationState.EXPIRED.value)))
        .group_by(DocumentEvent.document_id))))


@check("delegations: every step in another's name was taken by the taker, in the given role, while it ran")
def steps_by_delegation(session: Any) -> Any:
    ended = _ended_at(session)
    for event, delegation in _in_others_names(session):
        model = WORKFLOWS.get(event.document_type)
        roles = {role for step in (model.workflow if model is not None else ())
                 if step.name == event.transition and event.from_state in step.sources for role in step.roles}
        day = clock.local(clock.aware(event.occurred_at)).date()
        if event.user_id != delegation.taker_id or delegation.role not in roles \
                or not delegation.starts_on <= day <= delegation.ends_on \
                or ended.get(delegation.id, event.id) < event.id:
            return (event.document_type, event.document_id, event.transition, event.id, str(delegation))
    return None


@check("delegations: nobody decides by one on what the taker or the giver made")
def not_on_ones_own(session: Any) -> Any:
    for event, delegation in _in_others_names(session):
        model = WORKFLOWS.get(event.document_type)
        author = None
        if model is not None and hasattr(model, "created_by_id"):
            author = session.scalar(sa.select(model.created_by_id).where(model.id == event.document_id))
        is_decision = event.transition.startswith("approve")
        if author == event.user_id or (is_decision and author == delegation.giver_id):
            return (event.document_type, event.document_id, event.transition, event.id, str(delegation))
    return None


@check("delegations: what stands is of active accounts that hold the role")
def givers_stand(session: Any) -> Any:
    held = sa.exists().where(UserRole.user_id == Delegation.giver_id, UserRole.role == Delegation.role)
    both = sa.select(sa.func.count()).where(
        User.id.in_((Delegation.giver_id, Delegation.taker_id)),
        User.status == AccountStatus.ACTIVE).correlate(Delegation).scalar_subquery()
    return session.execute(
        sa.select(Delegation.id, Delegation.number, Delegation.role)
        .where(Delegation.state == DelegationState.GRANTED, sa.or_(~held, both < 2)).limit(1)).first()


@warning("roles that hang on one person")
def lone_holders(session: Any) -> list[str]:
    """Roles that steps ask for and one active account holds, with the papers that wait for them now."""
    holders: dict[Role, list[str]] = {}
    for role, name in session.execute(
            sa.select(UserRole.role, User.name).join(User, User.id == UserRole.user_id)
            .where(User.status == AccountStatus.ACTIVE).order_by(UserRole.role, User.id)):
        holders.setdefault(role, []).append(name)
    waiting = _waiting(session)
    return [f"{role.value}: {names[0]} alone, {waiting.get(role, 0)} papers wait"
            for role, names in sorted(holders.items())
            if len(names) == 1 and role in _needed() - NOT_COUNTED]


def _needed() -> set[Role]:
    return {role for model in WORKFLOWS.values() for step in model.workflow for role in step.roles}


def _waiting(session: Any) -> dict[Role, int]:
    """Papers by the role whose step they wait for. One statement a type."""
    result: dict[Role, int] = {}
    for table, model in WORKFLOWS.items():
        if table in notices.NOT_PAPERS:
            continue
        for state, number in session.execute(sa.select(model.state, sa.func.count()).group_by(model.state)):
            for role in {role for step in turns.turn(model, state) for role in step.roles}:
                result[role] = result.get(role, 0) + number
    return result
