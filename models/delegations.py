"""A role given to another person for a time: who, to whom, from when until when, and why."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, object_session, relationship

from models import clock
from models.base import Id, Text, db, reference
from models.documents import Area, Document, Posts, Signed, author, state_column
from models.errors import N_, Refused, told_by
from models.people import AccountStatus, User, UserRole, UserSession
from models.roles import Role
from models.stand_ins import PART, ROW
from models.workflow import Condition, Transition, Workflow

if TYPE_CHECKING:
    from collections.abc import Iterable

R = Role
#: Roles that are never given: rights stay with the administrator, patients with their doctor.
NEVER_GIVEN = (R.ADMIN, R.DOCTOR, R.PATIENT, R.STUDENT, R.TEACHER)
#: Roles whose holders give them themselves; the others are given by the administrator.
GIVEN_BY_HOLDER = (R.FACILITIES_HEAD, R.STORE_HEAD, R.PAYABLES, R.RECEIVABLES, R.DIRECTOR)
#: Days that a delegation lasts at most, first and last included.
MOST_DAYS = 30
#: A holder who was not signed in for so long is away: the administrator may give the role then.
AWAY_AFTER = timedelta(days=3)


class DelegationState(StrEnum):
    DRAFT = "draft"
    GRANTED = "granted"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    EXPIRED = "expired"


S = DelegationState


# ---------------------------------------------------------------- what must hold

def is_away(user: User) -> bool:
    """Whether an active account was signed in nowhere for `AWAY_AFTER`. One statement."""
    session = object_session(user)
    if session is None or not user.is_active:
        return False
    seen = session.scalar(sa.select(sa.func.max(UserSession.seen_at)).where(UserSession.user_id == user.id))
    last = clock.aware(seen) if seen is not None else clock.aware(user.created_at)
    return last <= clock.now() - AWAY_AFTER


def why_unfit_taker(taker: User) -> str:
    """Why the person can take no role over, "" where nothing stands in the way."""
    if not taker.is_active or not taker.is_staff:
        return N_("Choose somebody of the staff whose account is active.")
    if taker.has_role(R.ADMIN):
        return N_("An administrator decides on no paper, so takes no role over. Choose somebody else.")
    return ""


def others_running(delegation: Delegation) -> sa.Select[Any]:
    """Ids of granted delegations of the same role of the same giver on one of its days."""
    other = Delegation
    return sa.select(other.id).where(
        other.state == S.GRANTED, other.id != delegation.id, other.giver_id == delegation.giver_id,
        other.role == delegation.role, other.starts_on <= delegation.ends_on,
        other.ends_on >= delegation.starts_on)


def _is_free(delegation: Delegation, _user: Any) -> bool:
    session = object_session(delegation)
    return session is None or session.scalar(others_running(delegation).limit(1)) is None


#: About the person: the paper's giver stands on it.
giver_or_admin = Condition(
    "giver_or_admin", lambda delegation, user: user.id == delegation.giver_id or user.has_role(R.ADMIN),
    N_("Only the person whose role it is, or an administrator, can do this."), about="person")
own_or_away = Condition(
    "own_or_away", lambda delegation, user: user.id == delegation.giver_id or is_away(delegation.giver),
    N_("This person was signed in during the last three days, so gives the role without you. An "
       "administrator gives the role of somebody who is away."), field="giver")
by_its_holder = Condition(
    "by_its_holder",
    lambda delegation, user: user.id != delegation.giver_id or delegation.role in GIVEN_BY_HOLDER,
    N_("This role is given by an administrator, not by its holder."), field="role", about="person")
not_to_oneself = Condition(
    "not_to_oneself", lambda delegation, user: user.id != delegation.taker_id,
    N_("Nobody gives a role to the own account. Choose somebody else."), field="taker", about="person")
giver_holds_it = Condition(
    "giver_holds_it",
    lambda delegation, _user: delegation.giver.is_active and delegation.giver.has_role(delegation.role),
    N_("The giver does not hold this role, or the account is closed. Give the role to another account "
       "instead."), field="giver")
taker_is_fit = Condition(
    "taker_is_fit", lambda delegation, _user: not why_unfit_taker(delegation.taker),
    N_("This person cannot take a role over: the account is closed, not of the staff, or an "
       "administrator's."), field="taker")
not_over = Condition(
    "not_over", lambda delegation, _user: delegation.ends_on >= clock.today(),
    N_("The last day is over. Choose a day from today on."), field="ends_on", about="time")
is_free = Condition(
    "is_free", _is_free,
    N_("This role is given to somebody on one of these days already. Revoke that first, or choose other "
       "days."), field="starts_on")


class Delegation(Document, db.Model):
    """PLW: its taker takes the steps of the role in the giver's name, from its first day until midnight after
    its last one."""

    __tablename__ = "delegation"
    __table_args__ = (
        sa.CheckConstraint("giver_id <> taker_id", name="to_another"),
        sa.CheckConstraint("taker_id <> created_by_id", name="not_to_oneself"),
        sa.CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("role NOT IN (" + ", ".join(f"'{role.value}'" for role in NEVER_GIVEN) + ")",
                           name="role_can_be_given"),
        sa.CheckConstraint("length(trim(reason)) > 0", name="reason_written"),
        sa.Index("ix_delegation_granted_taker", "taker_id", sqlite_where=sa.text("state = 'granted'"),
                 postgresql_where=sa.text("state = 'granted'")),
    )
    prefix, dated = "PLW", "starts_on"
    area, icon, rank = Area.ADMINISTRATION, "user-check", 860
    posts, process = Posts.NOTHING, "people"
    is_planned_ahead = True
    #: No delegation is passed on: the own roles alone move it.
    is_delegable = False
    also_final_in = (S.GRANTED, S.REVOKED, S.EXPIRED)
    paper_title = N_("Letter of delegation")
    signs = (Signed(N_("Granted by"), "grant"), Signed(N_("Taker")))
    workflow = Workflow(
        S.DRAFT,
        Transition("grant", (S.DRAFT,), S.GRANTED, (*GIVEN_BY_HOLDER, R.ADMIN), numbers=True, when=(
            giver_or_admin, by_its_holder, not_to_oneself, giver_holds_it, own_or_away, taker_is_fit,
            not_over, is_free), step_up=True),
        Transition("revoke", (S.GRANTED,), S.REVOKED, (*GIVEN_BY_HOLDER, R.ADMIN), when=giver_or_admin,
                   needs_reason=True),
        Transition("expire", (S.GRANTED,), S.EXPIRED),
        Transition("cancel", (S.DRAFT,), S.CANCELLED, (*GIVEN_BY_HOLDER, R.ADMIN), when=giver_or_admin),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    giver_id: Mapped[int] = reference("user")
    taker_id: Mapped[int] = reference("user")
    role: Mapped[Role]
    starts_on: Mapped[date] = mapped_column(default=clock.today)
    #: The last day: it ends at the midnight of the hospital after it.
    ends_on: Mapped[date]
    reason: Mapped[Text]
    state: Mapped[DelegationState] = state_column(S.DRAFT)

    giver: Mapped[User] = relationship(User, foreign_keys=[giver_id])
    taker: Mapped[User] = relationship(User, foreign_keys=[taker_id])

    @property
    def is_running(self) -> bool:
        """Whether its taker may act today, as far as the paper goes."""
        return self.state == S.GRANTED and self.starts_on <= clock.today() <= self.ends_on


told_by("ex_delegation_days", Refused, is_free.refusal, field="starts_on")


# Made once: whoever takes a step asks with them.
_GIVER, _HELD = User.__table__.alias(), UserRole.__table__.alias()
_HOLDS_IT = sa.and_(
    sa.exists().where(_GIVER.c.id == Delegation.giver_id, _GIVER.c.status == AccountStatus.ACTIVE),
    sa.exists().where(_HELD.c.user_id == Delegation.giver_id, _HELD.c.role == Delegation.role))
_TAKER = User.__table__.alias()
_TAKER_IS_ACTIVE = sa.exists().where(_TAKER.c.id == Delegation.taker_id,
                                     _TAKER.c.status == AccountStatus.ACTIVE)
_PARTIES: tuple[Any, ...] = (Delegation.taker_id, Delegation.giver_id, Delegation.role)


def running_today() -> sa.ColumnElement[bool]:
    """Delegations that run today, of active accounts that still hold what they gave."""
    return sa.and_(Delegation.state == S.GRANTED, Delegation.starts_on <= clock.today(),
                   Delegation.ends_on >= clock.today(), _HOLDS_IT)


def running_of(takers: list[int], roles: Iterable[Role]) -> sa.Select[Any]:
    """Taker, giver and role of the running delegations of one of `roles` to `takers`."""
    return (sa.select(*_PARTIES)
            .where(running_today(), Delegation.role.in_(sorted(roles)), Delegation.taker_id.in_(takers)))


def takers_of(givers: list[int], roles: Iterable[Role]) -> sa.Select[Any]:
    """Taker, giver and role of the running delegations of one of `roles` by `givers`, to active accounts."""
    return (sa.select(*_PARTIES)
            .where(running_today(), Delegation.role.in_(sorted(roles)), Delegation.giver_id.in_(givers),
                   _TAKER_IS_ACTIVE)
            .order_by(Delegation.taker_id, Delegation.id))


def _taken() -> sa.ScalarSelect[str]:
    giver, held, own = User.__table__.alias(), UserRole.__table__.alias(), Delegation.__table__
    name = sa.func.replace(sa.func.replace(giver.c.name, PART, " "), ROW, " ")
    parts = [own.c.id, giver.c.id, name, sa.func.coalesce(sa.cast(giver.c.work_unit_id, sa.Text), ""),
             own.c.role, own.c.starts_on, own.c.ends_on]
    row: Any = None
    for part in parts:
        text = sa.cast(part, sa.Text)
        row = text if row is None else row + PART + text
    return (sa.select(sa.func.aggregate_strings(row, ROW)).select_from(own)
            .join(giver, giver.c.id == own.c.giver_id)
            .join(held, sa.and_(held.c.user_id == own.c.giver_id, held.c.role == own.c.role))
            .where(own.c.taker_id == UserRole.user_id, own.c.state == S.GRANTED,
                   giver.c.status == AccountStatus.ACTIVE)
            .correlate(UserRole).scalar_subquery())


# What somebody has for others as one text, read with the account's roles: no page costs a statement more.
sa.inspect(UserRole).add_property("taken", column_property(_taken()))
