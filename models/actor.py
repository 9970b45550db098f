"""Who acts, and through which door: set by the edges at the start of a request, read by the activity log."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Door(StrEnum):
    """The way a change came in."""

    BACK_OFFICE = "back_office"
    PORTAL = "portal"
    API = "api"
    COMMAND = "command"


@dataclass(frozen=True)
class Actor:
    """`user_id` is None for nobody in particular (before sign-in, a scheduled command)."""

    user_id: int | None = None
    door: Door = Door.COMMAND
    address: str | None = None
    #: Whether some steps ask for a fresh proof of who it is, and when it was proved last (`core.step_up`).
    must_prove: bool = False
    proved_at: datetime | None = None


_NOBODY = Actor()
_actor: ContextVar[Actor] = ContextVar("actor", default=_NOBODY)


def actor() -> Actor:
    """Who acts now."""
    return _actor.get()


def set_actor(user_id: int | None, door: Door | str = Door.COMMAND, address: str | None = None, *,
              must_prove: bool = False, proved_at: datetime | None = None) -> None:
    """From here on `user_id` acts through `door` from the network `address`. Raises ValueError for another
    door."""
    _actor.set(Actor(user_id, Door(door), address[:64] if address else None, must_prove, proved_at))


@contextlib.contextmanager
def acting(user_id: int | None, door: Door | str = Door.COMMAND,
           address: str | None = None) -> Iterator[Actor]:
    """The same for one block; who acted before acts again afterwards."""
    token = _actor.set(Actor(user_id, Door(door), address[:64] if address else None))
    try:
        yield _actor.get()
    finally:
        _actor.reset(token)
