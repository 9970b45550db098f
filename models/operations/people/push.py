"""Devices that are woken for news: turned on and off by their person, and gone with the sign-in there.

A subscription counts only while its sign-in was not ended (`living`), whoever ended it; operations that end
one remove it at once, and the job that sends removes what is left.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import sqlalchemy as sa

from models.base import db
from models.errors import N_, Refused
from models.outbox import Notice
from models.people import User, UserSession
from models.push_subscriptions import LONGEST_ENDPOINT, PushSubscription

#: The browsers' push services. With a dot in front: every host below it.
SERVICES = ("fcm.googleapis.com",  # Chrome, Edge on Android, Opera, Samsung Internet
            "updates.push.services.mozilla.com",  # Firefox
            ".push.apple.com",  # Safari
            ".notify.windows.com")  # Edge on Windows
#: Devices of one account; the one that was turned on first makes room.
MOST = 10
#: A name of the open net: letters with dots between, never a number or a name of the house's own net.
HOST = re.compile(r"\.?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII)
#: Names that lead inside, wherever they are asked.
INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".localdomain")


def is_outside(host: str) -> bool:
    """Whether the name (or, with a dot in front, all names below it) can be one of the open net."""
    return HOST.fullmatch(host) is not None and not f".{host}".endswith(INSIDE)


def is_allowed(endpoint: str, more: tuple[str, ...] = ()) -> bool:
    """Whether signs may be sent to the address that a browser named: https, at a known service or one of
    `more`."""
    if len(endpoint) > LONGEST_ENDPOINT or not re.fullmatch(r"https://[!-~]+", endpoint):
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return (port in (None, 443) and "@" not in parts.netloc and "\\" not in endpoint and is_outside(host)
            and any(host == known.lstrip(".") if not known.startswith(".") else host.endswith(known)
                    for known in (*SERVICES, *more)))


def living() -> sa.ColumnElement[bool]:
    """Of sign-ins that nobody ended."""
    return PushSubscription.session_id.in_(sa.select(UserSession.id).where(UserSession.ended_at.is_(None)))


def is_on(user: User, token_hash: str | None) -> bool:
    """Whether the device of this sign-in is told."""
    return db.session.scalar(sa.select(PushSubscription.id).join(
        UserSession, UserSession.id == PushSubscription.session_id).where(
        PushSubscription.user_id == user.id, UserSession.token_hash == token_hash,
        UserSession.ended_at.is_(None)).limit(1)) is not None


def turn_on(user: User, endpoint: str, *, token_hash: str | None, device: str = "",
            device_hash: str | None = None, more: tuple[str, ...] = ()) -> PushSubscription:
    """Wake the browser at `endpoint` for what is new from now on; one that was on there is replaced. Flushes.

    Raises `Refused` for an address of no known service, and for one that is somebody's already: the browser
    then makes a new one.
    """
    if not is_allowed(endpoint, more):
        raise Refused(N_("This browser's push service is not known here, so nothing was turned on."))
    session_id = db.session.scalar(sa.select(UserSession.id).where(
        UserSession.token_hash == token_hash, UserSession.user_id == user.id, UserSession.ended_at.is_(None)))
    if session_id is None:
        raise Refused(N_("You are signed out. Sign in and turn it on again."))
    _remove(PushSubscription.user_id == user.id, sa.or_(
        PushSubscription.endpoint == endpoint, PushSubscription.session_id == session_id))
    newest = db.session.scalar(sa.select(sa.func.max(Notice.id)).where(Notice.user_id == user.id))
    row = PushSubscription(user_id=user.id, session_id=session_id, device_hash=device_hash, endpoint=endpoint,
                           device=device[:80] or None, told_id=newest or 0)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except sa.exc.IntegrityError:
        raise Refused(N_("This browser's address belongs to another account. Turn it on "
                         "again.")) from None
    kept = sa.select(PushSubscription.id).where(PushSubscription.user_id == user.id).order_by(
        PushSubscription.id.desc()).limit(MOST)
    _remove(PushSubscription.user_id == user.id, PushSubscription.id.not_in(list(db.session.scalars(kept))))
    return row


def turn_off(user: User, token_hash: str | None) -> int:
    """Wake the device of this sign-in no more; returns how many subscriptions that were."""
    return end_here(token_hash, PushSubscription.user_id == user.id)


def end_here(token_hash: str | None, *which: sa.ColumnElement[bool]) -> int:
    """The same whoever it was: a sign-in ends."""
    return _remove(*which, PushSubscription.session_id.in_(
        sa.select(UserSession.id).where(UserSession.token_hash == token_hash)))


def end(user: User, *, only: int | None = None) -> int:
    """Wake the person's devices no more, or the one with the id `only`; returns how many there were."""
    return _remove(PushSubscription.user_id == user.id,
                   *(() if only is None else (PushSubscription.id == only,)))


def sweep(user: User | None = None) -> int:
    """Remove those whose sign-in was ended, of one person or of all; returns how many."""
    return _remove(sa.not_(living()), *(() if user is None else (PushSubscription.user_id == user.id,)))


# ---------------------------------------------------------------- with the sign-in

def carry_over(old: UserSession, token_hash: str) -> None:
    """The sign-in goes on under another token: its device stays on."""
    db.session.execute(sa.update(PushSubscription).where(PushSubscription.session_id == old.id).values(
        session_id=sa.select(UserSession.id).where(UserSession.token_hash == token_hash).scalar_subquery()))


def follow(user: User, device_hash: str, token_hash: str) -> None:
    """Somebody signs in on a known device: their own subscription there goes on with the new sign-in, those
    of others there end."""
    _remove(PushSubscription.device_hash == device_hash,
            sa.or_(PushSubscription.user_id != user.id, sa.not_(living())))
    db.session.execute(sa.update(PushSubscription).where(PushSubscription.device_hash == device_hash).values(
        session_id=sa.select(UserSession.id).where(UserSession.token_hash == token_hash).scalar_subquery())
        .execution_options(synchronize_session=False))


def _remove(*which: sa.ColumnElement[bool]) -> int:
    result = db.session.execute(sa.delete(PushSubscription).where(*which)
                                .execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
