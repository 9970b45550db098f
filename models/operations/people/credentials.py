"""What opens an account: its password, sessions, API tokens and tickets. The one place that writes a
password.

A password that changes, and an account that is closed, ends all of them; the database does it too
(`models.triggers`), for whoever comes another way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.accounts import AccountIdentity, AccountTicket, TicketKind
from models.activity import Activity
from models.api import ApiToken
from models.base import db
from models.operations.core import activity
from models.operations.core.checks import check
from models.operations.people import push
from models.operations.people.mail import post
from models.people import AccountStatus, User, UserSession
from models.push_subscriptions import PushSubscription
from models.second_factor import Passkey

#: A session ends when nobody acts for so long, and at the latest after `LONGEST`.
IDLE = {"staff": timedelta(minutes=15), "other": timedelta(hours=2)}
LONGEST = timedelta(hours=12)


@dataclass(frozen=True)
class EndedAccess:
    """How many of each were open until now."""

    sessions: int
    tokens: int

    def __bool__(self) -> bool:
        return bool(self.sessions or self.tokens)


def set_password(user: User, password_hash: str | None, *, told: bool = True) -> None:
    """Give the account a password, or take it away: every session, token and open ticket ends. Flushes.

    The person is told by mail, unless another mail says it (`told`). A new account has nothing to end yet.
    """
    user.password_hash = password_hash
    if not user.id:
        return
    end_access(user)
    # The link that confirms the present address gives nothing away; the others hand something over.
    end_tickets(user, *(set(TicketKind) - {TicketKind.CONFIRM_EMAIL}))
    if told:
        post(user, "password_changed")
    db.session.flush()


def tell_of_device(user: User, device: str, address: str | None) -> None:
    """Mail the person that a new device signs in; not at the very first sign-in."""
    if db.session.scalar(sa.select(UserSession.id).where(UserSession.user_id == user.id).limit(1)):
        post(user, "new_device", device=device, place=address or "", made_at=clock.now())


def renew_hash(user: User, password_hash: str) -> None:
    """Keep the same password in a stronger way: whoever is in stays in. Flushes.

    The database ends every access when the column changes; what was open before is opened again. The rows are
    locked first, so that an ending by somebody else comes after this and holds.
    """
    open_sessions = db.session.scalars(sa.select(UserSession.id).where(
        UserSession.user_id == user.id, UserSession.ended_at.is_(None)).with_for_update()).all()
    living_tokens = db.session.scalars(sa.select(ApiToken.id).where(
        ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None)).with_for_update()).all()
    user.password_hash = password_hash
    db.session.flush()
    db.session.execute(
        sa.update(UserSession).where(UserSession.id.in_(open_sessions)).values(ended_at=None))
    db.session.execute(sa.update(ApiToken).where(ApiToken.id.in_(living_tokens)).values(revoked_at=None))


# ---------------------------------------------------------------- sessions and tokens

def idle_limit(user: User) -> timedelta:
    return IDLE["staff" if user.is_staff else "other"]


def expires_at(row: UserSession, user: User) -> datetime:
    """When the session ends if nobody acts any more."""
    return min(row.seen_at + idle_limit(user), row.started_at + LONGEST)


def sessions_of(user: User) -> list[UserSession]:
    """The open ones, the last used first."""
    return sessions_and_devices(user)[0]


def sessions_and_devices(user: User) -> tuple[list[UserSession], list[PushSubscription]]:
    """The open ones, the last used first, and the devices that are told of news, the last turned on first;
    those also where the sign-in fell asleep. One statement."""
    now = clock.now()
    is_open = sa.and_(UserSession.started_at > now - LONGEST, UserSession.seen_at > now - idle_limit(user))
    rows = db.session.execute(
        sa.select(UserSession, PushSubscription, is_open.label("is_open"))
        .outerjoin(PushSubscription, PushSubscription.session_id == UserSession.id)
        .where(UserSession.user_id == user.id, UserSession.ended_at.is_(None),
               sa.or_(is_open, PushSubscription.id.is_not(None)))
        .order_by(UserSession.seen_at.desc(), PushSubscription.id.desc())).unique().all()
    sessions = {row.UserSession.id: row.UserSession for row in rows if row.is_open}
    devices = {row.PushSubscription.id: row.PushSubscription for row in rows if row.PushSubscription}
    return list(sessions.values()), [devices[key] for key in sorted(devices, reverse=True)]


def tokens_of(user: User) -> list[ApiToken]:
    """The living ones, the last made first."""
    return list(db.session.scalars(sa.select(ApiToken).where(
        ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now())
        .order_by(ApiToken.id.desc())))


def end_sessions(user: User, *, keep: str | None = None, only: int | None = None) -> int:
    """End the person's sessions, all but `keep` (the hash of its token), or the one with the id `only`.

    Devices that were woken for news there are not any more. Returns how many ended; the log notes it.
    """
    which = [UserSession.user_id == user.id, UserSession.ended_at.is_(None)]
    if keep is not None:
        which.append(UserSession.token_hash != keep)
    if only is not None:
        which.append(UserSession.id == only)
    ended = db.session.execute(sa.update(UserSession).where(*which).values(ended_at=clock.now())).rowcount  # type: ignore[attr-defined]
    push.sweep(user)
    return _noted(user, "sessions", ended)


def end_tokens(user: User, *, only: int | None = None) -> int:
    """End the account's API tokens, or the one with the id `only`; returns how many ended; the log notes
    it."""
    which = [ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None)]
    if only is not None:
        which.append(ApiToken.id == only)
    ended = db.session.execute(sa.update(ApiToken).where(*which).values(revoked_at=clock.now())).rowcount  # type: ignore[attr-defined]
    return _noted(user, "tokens", ended)


def _noted(user: User, what: str, ended: int) -> int:
    if ended:
        activity.record(Activity.LOGGED_OUT, table_name="user", changed_id=user.id,
                        properties={"ended": {what: ended}})
    return int(ended)


def end_access(user: User, *, keep: str | None = None) -> EndedAccess:
    """End all sessions but `keep`, and all API tokens: whoever is in is out at the next request."""
    with db.session.no_autoflush:  # counted here before the database ends them by itself
        return EndedAccess(end_sessions(user, keep=keep), end_tokens(user))


def end_tickets(user: User, *kinds: TicketKind) -> None:
    """Let the links of these kinds that were mailed to the account open nothing any more; of all kinds
    without any."""
    which: list[Any] = [AccountTicket.user_id == user.id, AccountTicket.used_at.is_(None)]
    if kinds:
        which.append(AccountTicket.kind.in_(kinds))
    db.session.execute(sa.update(AccountTicket).where(*which).values(used_at=clock.now()))


# ---------------------------------------------------------------- sign-ins of other providers

def identities_of(user: User) -> list[AccountIdentity]:
    return list(db.session.scalars(sa.select(AccountIdentity).where(AccountIdentity.user_id == user.id)
                                   .order_by(AccountIdentity.id)))


def unlink_all(user: User) -> None:
    """Take every sign-in of another provider off: whoever had one linked comes back by none. Passkeys stay a
    second factor, and open the account alone no more."""
    for identity in identities_of(user):
        db.session.delete(identity)
    db.session.execute(sa.update(Passkey).where(Passkey.user_id == user.id, Passkey.is_sign_in)
                       .values(is_sign_in=False))


def is_in_use(user: User) -> bool:
    """Whether somebody ever had a way into the account."""
    return user.password_hash is not None or bool(identities_of(user)) or db.session.scalar(
        sa.select(UserSession.id).where(UserSession.user_id == user.id).limit(1)) is not None


# ---------------------------------------------------------------- what `flask verify` proves

@check("accounts: a closed one has no open session and no living token")
def closed_accounts(session: Any) -> Any:
    closed = sa.select(User.id).where(User.status != AccountStatus.ACTIVE)
    return session.execute(
        sa.select(sa.literal("session"), UserSession.id).where(
            UserSession.user_id.in_(closed), UserSession.ended_at.is_(None))
        .union_all(sa.select(sa.literal("token"), ApiToken.id).where(
            ApiToken.user_id.in_(closed), ApiToken.revoked_at.is_(None))).limit(1)).first()
