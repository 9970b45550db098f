"""Bearer tokens: how another system says who it is. Kept as hashes, like sessions."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask import g, request
from sqlalchemy.orm import joinedload

from models import clock, database_roles
from models.api import ApiToken
from models.base import db, one_transaction
from models.people import User

LIFE = timedelta(days=90)
TOUCH = timedelta(minutes=5)
#: The language of tokens' accounts, by hash: what to say in while the database is away.
_languages: dict[str, str] = {}
MOST_KNOWN = 10_000


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def issue(user: User, name: str, life: timedelta = LIFE) -> tuple[str, ApiToken]:
    """A new token of `user`: its text, which nobody can read again, and its row. Flushes."""
    text = secrets.token_urlsafe(32)
    row = ApiToken(user_id=user.id, name=name, token_hash=hashed(text), expires_at=clock.now() + life)
    db.session.add(row)
    db.session.flush()
    return text, row


_living = database_roles.opening(sa.select(ApiToken).where(
    ApiToken.token_hash == sa.bindparam("token"), ApiToken.revoked_at.is_(None),
    ApiToken.expires_at > sa.bindparam("now"))
    .options(joinedload(ApiToken.user, innerjoin=True).joinedload(User.user_roles)), ApiToken.user_id)


def bearer() -> User | None:
    """The account of the request's token: one statement. A cookie counts for nothing here."""
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text:
        return None
    now, token = clock.now(), hashed(text.strip())
    g.token_language = _languages.get(token)
    result = db.session.scalars(_living(), {"token": token, "now": now}).unique().first()
    if result is None or not result.user.is_active:
        return None
    database_roles.act_for(result.user)
    if result.seen_at is None or now - result.seen_at > TOUCH:
        with one_transaction():
            db.session.execute(sa.update(ApiToken).where(ApiToken.id == result.id).values(seen_at=now))
    if len(_languages) >= MOST_KNOWN:
        _languages.clear()
    _languages[token] = str(result.user.language)
    g.api_token = result
    return result.user
