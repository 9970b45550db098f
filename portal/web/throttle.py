"""How often somebody may try: a moving window, shared by processes through Redis when there is one; what
guards a secret through the database, where there is none."""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Callable
from datetime import timedelta

from flask import Flask, current_app
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from models.base import hospital
from portal.web.counted_together import DatabaseStorage

_memory = MemoryStorage()
#: Counts for this process alone.
here = MovingWindowRateLimiter(_memory)
#: Counts for all processes, and after a restart too.
together = MovingWindowRateLimiter(DatabaseStorage())
#: Where the application keeps the counting that its processes share.
SHARED = "rawat_limits"
#: Keys in memory from which on those without a try are dropped; `limits` keeps an empty list of each.
MOST_KEYS = 50_000


def init_app(app: Flask) -> None:
    """Several processes count tries together; one that cannot ask Redis at once counts for itself."""
    if app.config.get("REDIS_URL"):
        app.extensions[SHARED] = shared(app.config["REDIS_URL"])


def shared(url: str) -> MovingWindowRateLimiter:
    """Counting in the Redis at `url`; asks nothing of it yet."""
    from limits.storage import RedisStorage  # slow to import: only who has a Redis pays
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return MovingWindowRateLimiter(RedisStorage(
        url, key_prefix="rawat", socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0)))


class Throttle:
    """At most `limit` tries per `window` for each key. Without `REDIS_URL` each process counts for itself, or
    all count in the database (`together`)."""

    def __init__(self, name: str, *, limit: int, window: timedelta, together: bool = False) -> None:
        self.name, self.limit, self.window, self.together = name, limit, window, together
        self._item = RateLimitItemPerSecond(limit, int(window.total_seconds()), namespace=name)

    def take(self, key: str, *, limit: int | None = None) -> int:
        """Count a try, unless it is refused. 0 when it is allowed, else the seconds to wait.

        `limit` in the place of the throttle's own: what the house has set.
        """
        if current_app.config.get("RATELIMIT_ENABLED") is False:
            return 0
        if limit is not None and limit != self.limit:
            return Throttle(self.name, limit=limit, window=self.window, together=self.together).take(key)
        return self._asked(lambda limiter: 0 if limiter.hit(self._item, _mark(key))
                           else self._wait(limiter, key))

    def wait(self, key: str) -> int:
        """How many seconds a try would have to wait now, 0 for none; counts nothing."""
        if current_app.config.get("RATELIMIT_ENABLED") is False:
            return 0
        return self._asked(lambda limiter: 0 if limiter.test(self._item, _mark(key))
                           else self._wait(limiter, key))

    def forget(self, key: str) -> None:
        """Start counting anew: the person is who they say."""
        self._own.clear(self._item, _mark(key))
        shared = current_app.extensions.get(SHARED)
        if shared is not None:
            with contextlib.suppress(_away()):
                shared.clear(self._item, _mark(key))

    def give_back(self, key: str) -> None:
        """The last try was none."""
        if current_app.config.get("RATELIMIT_ENABLED") is False:
            return
        kept, shared = self._item.key_for(_mark(key)), current_app.extensions.get(SHARED)
        if shared is not None:
            with contextlib.suppress(_away()):
                shared.storage.storage.lpop(shared.storage.prefixed_key(kept))
                return
        if self.together:
            together.storage.give_back(kept)
        elif tries := _memory.events.get(kept):
            tries.pop(0)

    @property
    def _own(self) -> MovingWindowRateLimiter:
        return together if self.together else here

    def _asked(self, ask: Callable[[MovingWindowRateLimiter], int]) -> int:
        shared = current_app.extensions.get(SHARED)
        if shared is not None:
            try:
                return ask(shared)
            except _away() as error:  # nobody is locked out, and nobody may guess without end
                current_app.logger.warning("redis away, counted without it: %s", error)
        if not self.together:
            _drop_empty()
        return ask(self._own)

    def _wait(self, limiter: MovingWindowRateLimiter, key: str) -> int:
        window = limiter.get_window_stats(self._item, _mark(key))
        left = 0.0 if window.remaining else window.reset_time - time.time()
        return max(1, math.ceil(left))


def _away() -> type[Exception]:
    """What is raised when Redis does not answer."""
    from redis.exceptions import RedisError

    return RedisError


def _mark(key: str) -> str:
    """The key as it is kept: neither an address nor a person can be read from it. Tries at one hospital of
    several count there only."""
    return hashlib.sha256(f"{hospital()}|{key}".encode()).hexdigest()


def _drop_empty() -> None:
    if len(_memory.events) > MOST_KEYS:
        for key in [key for key, tries in list(_memory.events.items()) if not tries]:
            with _memory.locks[key]:
                if not _memory.events.get(key):
                    _memory.clear(key)
