"""Screens on walls: a token of its own opens the room board, until an administrator ends it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa

from models import clock
from models.base import db
from models.people import User
from models.wall_displays import DisplayState, WallDisplay

#: How exactly it is kept when a screen asked last: a write for every look would lock SQLite.
TOUCH = timedelta(minutes=10)
MOST = 64


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def prepare(display: WallDisplay, *, by: User) -> str:
    """Give a new display its token, which nobody can read again, and return it."""
    token = secrets.token_urlsafe(24)
    display.token_hash, display.created_by_id = hashed(token), by.id
    return token


def of_token(token: str) -> WallDisplay | None:
    """The display of that token, a revoked one too; None for a token that was never given."""
    if not 0 < len(token) <= MOST:
        return None
    return db.session.scalar(sa.select(WallDisplay).where(WallDisplay.token_hash == hashed(token)))


def is_on(display: WallDisplay) -> bool:
    return display.state == DisplayState.SHOWING


def is_to_be_noted(display: WallDisplay) -> bool:
    """Whether it is so long ago that the screen asked, that it is worth a write."""
    return display.seen_at is None or clock.now() - display.seen_at > TOUCH


def note(display: WallDisplay) -> None:
    """Keep that the screen asked now. Flushes; the document's version stays as it is."""
    db.session.execute(sa.update(WallDisplay).where(WallDisplay.id == display.id).values(seen_at=clock.now())
                       .execution_options(synchronize_session=False))
