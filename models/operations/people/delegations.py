"""Giving a role to another person for a time, taking it back, and its end by itself.

A delegation opens the steps of workflows of one role, and reading what the giver reads; neither forms, nor
reports, nor accounts, nor rights. It is never passed on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload

from models import clock
from models.base import db
from models.delegations import GIVEN_BY_HOLDER, MOST_DAYS, NEVER_GIVEN, Delegation, DelegationState
from models.documents import WORKFLOWS
from models.errors import N_, NotAllowed, Refused
from models.operations.core.approvals import after, by_system, effect, opened, perform
from models.operations.core.jobs import each_day, job
from models.operations.core.locking import lock_rows
from models.operations.core.system import the_system
from models.operations.people import turns
from models.operations.people.notices import Declared, declare
from models.outbox import Channel, Notice
from models.people import AccountStatus, User, UserRole
from models.roles import STAFF_ROLES, Role

S = DelegationState
OWN_PAGE = "/account/#delegations"


def _both(delegation: Delegation) -> list[User]:
    return [delegation.giver, delegation.taker]


def _said(delegation: Delegation) -> dict[str, Any]:
    return {"giver": delegation.giver.name, "taker": delegation.taker.name, "roles": [delegation.role.value],
            "first": delegation.starts_on, "day": delegation.ends_on, "why": delegation.reason}


declare(Declared(
    "delegation_granted", _both, N_("%(taker)s stands in for %(giver)s"),
    (N_("Role: %(roles)s. From %(first)s until %(day)s, the whole of that day."),
     N_("What is signed says both names. The reason: %(why)s")), _said, OWN_PAGE,
    channels=(Channel.MAIL,), on=(Delegation, ("grant",)), always=True, icon="user-check"))
declare(Declared(
    "delegation_revoked", _both, N_("%(taker)s no longer stands in for %(giver)s"),
    (N_("Role: %(roles)s. It was revoked: %(reason)s"),), _said, OWN_PAGE, channels=(Channel.MAIL,),
    on=(Delegation, ("revoke",)), always=True, icon="user-off"))
declare(Declared(
    "delegation_expired", _both, N_("%(taker)s no longer stands in for %(giver)s"),
    (N_("Role: %(roles)s. Its last day, %(day)s, is over."),), _said, OWN_PAGE, channels=(Channel.MAIL,),
    on=(Delegation, ("expire",)), always=True, icon="clock"))


# ---------------------------------------------------------------- making

def roles_to_give(giver: User, *, by: User) -> list[Role]:
    """The roles of `giver` that `by` can give: the holder those of a head or director, an administrator those
    of others."""
    given = GIVEN_BY_HOLDER if giver.id == by.id else tuple(set(STAFF_ROLES) - set(NEVER_GIVEN))
    return sorted(giver.roles & set(given))


def takers(giver: User | None, *, by: User) -> list[User]:
    """Whom a role can be given to: active staff who are no administrators; neither the giver nor who gives.
    By name."""
    admins = sa.select(UserRole.user_id).where(UserRole.role == Role.ADMIN)
    staff = sa.select(UserRole.user_id).where(UserRole.role.in_(sorted(STAFF_ROLES)))
    left_out = {by.id, *([giver.id] if giver is not None else [])}
    return list(db.session.scalars(
        sa.select(User).where(User.status == AccountStatus.ACTIVE, User.id.in_(staff), User.id.not_in(admins),
                              User.id.not_in(left_out)).options(lazyload(User.user_roles))
        .order_by(User.name, User.id)))


def givers(*, by: User) -> list[User]:
    """Whose roles `by` can give: an administrator those of other active staff, else one's own."""
    if not by.has_role(Role.ADMIN):
        return [by] if by.has_role(*GIVEN_BY_HOLDER) else []
    given = set(STAFF_ROLES) - set(NEVER_GIVEN)
    holders = sa.select(UserRole.user_id).where(UserRole.role.in_(sorted(given)))
    return list(db.session.scalars(sa.select(User).where(
        User.status == AccountStatus.ACTIVE, User.id.in_(holders), User.id != by.id)
        .options(joinedload(User.user_roles)).order_by(User.name, User.id)).unique())


def prepare(delegation: Delegation, *, by: User) -> None:
    """Look at what was typed before it is written. Raises `NotAllowed`, or `Refused` at the field."""
    giver = delegation.giver
    if giver is None or (giver.id != by.id and not by.has_role(Role.ADMIN)):
        raise NotAllowed(N_("Your role may not do this step."))
    if delegation.role in NEVER_GIVEN:
        raise Refused(N_("This role is never given to another person."), field="role")
    if not giver.has_role(delegation.role):
        raise Refused(N_("The giver does not hold this role."), field="role")
    if delegation.taker is None or delegation.taker.id in (giver.id, by.id):
        raise Refused(N_("Nobody gives a role to the own account. Choose somebody else."), field="taker")
    if not (delegation.reason or "").strip():
        raise Refused(N_("Write the reason, for example: annual leave, night duty."), field="reason")
    delegation.reason = delegation.reason.replace("\x00", "").strip()[:500]
    _check_days(delegation.starts_on, delegation.ends_on)


def _check_days(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on is None or ends_on is None:
        raise Refused(N_("Write the day, for example 31/12/2026."),
                      field="starts_on" if starts_on is None else "ends_on")
    if ends_on < starts_on:
        raise Refused(N_("The last day is before the first. Choose it again."), field="ends_on")
    if (ends_on - starts_on).days >= MOST_DAYS:
        raise Refused(N_("A role is given for %(most)s days at most. Choose an earlier last day."),
                      field="ends_on", most=MOST_DAYS)


def give(giver: User, taker: User | None, role: Role, starts_on: date | None, ends_on: date | None, *,
         reason: str, by: User) -> Delegation:
    """Write a delegation and grant it. Flushes. Raises `NotAllowed`, or `Refused` at the field."""
    delegation = Delegation(giver=giver, taker=taker, role=role, starts_on=starts_on, ends_on=ends_on,
                            reason=reason, created_by=by)
    with db.session.no_autoflush:
        prepare(delegation, by=by)
    db.session.add(delegation)
    opened(delegation, by=by)
    perform(delegation, "grant", by=by)
    return delegation


def of_person(user: User) -> list[Delegation]:
    """What the person gave or took, the newest first; at most fifty. What was never granted is the giver's
    alone."""
    taken = sa.and_(Delegation.taker_id == user.id, Delegation.state.not_in((S.DRAFT, S.CANCELLED)))
    return list(db.session.scalars(
        sa.select(Delegation).where(sa.or_(Delegation.giver_id == user.id, taken))
        .options(joinedload(Delegation.giver).lazyload("*"), joinedload(Delegation.taker).lazyload("*"))
        .order_by(Delegation.id.desc()).limit(50)))


# ---------------------------------------------------------------- what the steps do

@effect(Delegation, "grant")
def _one_at_a_time(delegation: Delegation, *, by: User, reason: str) -> None:
    """Two that give the same role at once wait for each other; the database refuses the second."""
    lock_rows(User, {delegation.giver_id, delegation.taker_id})


@after(Delegation, "grant", "revoke", "expire")
def _known_anew(delegation: Delegation, *, by: User, reason: str) -> None:
    """What the taker may do is read anew, and what waits for the taker no longer is marked as read."""
    for row in delegation.taker.user_roles:
        db.session.expire(row, ["taken"])
    if delegation.state != S.GRANTED:
        _settle(delegation.taker)


def _settle(person: User) -> None:
    """Mark as read what told the person of papers that are not theirs to carry on any more."""
    unread = sa.select(Notice).where(Notice.user_id == person.id, Notice.waits, Notice.read_at.is_(None))
    for notice in db.session.scalars(unread):
        model = WORKFLOWS.get(notice.table_name or "")
        record = db.session.get(model, notice.record_id) if model is not None else None
        if record is None:
            continue
        steps = turns.turn(model, record.state)
        roles = {role for step in steps for role in step.roles}
        if not roles or person.id not in turns.whose_turn(record, steps, roles):
            notice.read_at = clock.now()
    db.session.flush()


# ---------------------------------------------------------------- ends by itself

@job("delegations_expire", due=each_day())
def expire() -> str:
    """Those whose last day is over; both are told. The taker could do nothing from midnight on."""
    over = db.session.scalars(sa.select(Delegation).where(
        Delegation.state == S.GRANTED, Delegation.ends_on < clock.today()).order_by(Delegation.id)).all()
    for delegation in over:
        by_system(delegation, "expire", by=the_system())
    return f"{len(over)} delegations expired" if over else ""


def end_of(user: User, taken: Iterable[Role], *, by: User | None, closes: bool) -> None:
    """Revoke what hangs on an account that is closed, or that loses the roles `taken`. Flushes."""
    gone = sorted(taken)
    concerned = sa.or_(Delegation.giver_id == user.id, Delegation.taker_id == user.id) if closes else sa.and_(
        Delegation.giver_id == user.id, Delegation.role.in_(gone))
    running = sa.select(Delegation).where(Delegation.state == S.GRANTED, concerned).order_by(Delegation.id)
    for delegation in db.session.scalars(running).all():
        by_system(delegation, "revoke", by=by or the_system(),
                  reason="Account closed" if closes else "Role taken away")
