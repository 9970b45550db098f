"""How often somebody may try: a moving window, shared by workers through Redis when there is one."""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from datetime import timedelta

from flask import Flask, current_app
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from models.base import hospital

_memory = MemoryStorage()
#: Counts for this process alone.
here = MovingWindowRateLimiter(_memory)
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
    return MovingWindowRateLimiter(RedisStorage(
        url, key_prefix="rawat", socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0)))


class Throttle:
    """At most `limit` tries per `window` for each key. Without `REDIS_URL` each process counts for itself."""

    def __init__(self, name: str, *, limit: int, window: timedelta) -> None:
        self.name, self.limit, self.window = name, limit, window
        self._item = RateLimitItemPerSecond(limit, int(window.total_seconds()), namespace=name)

    def take(self, key: str, *, limit: int | None = None) -> int:
        """Count a try, unless it is refused. 0 when it is allowed, else the seconds to wait.

        `limit` in the place of the throttle's own: what the house has set.
        """
        if current_app.config.get("RATELIMIT_ENABLED") is False:
            return 0
        if limit is not None and limit != self.limit:
            return Throttle(self.name, limit=limit, window=self.window).take(key)
        together = current_app.extensions.get(SHARED)
        if together is not None:
            try:
                return self._take(together, key)
            except RedisError as error:  # nobody is locked out, and nobody may guess without end
                current_app.logger.warning("redis away, this process counts for itself: %s", error)
        _drop_empty()
        return self._take(here, key)

    def forget(self, key: str) -> None:
        """Start counting anew: the person is who they say."""
        here.clear(self._item, _mark(key))
        together = current_app.extensions.get(SHARED)
        if together is not None:
            with contextlib.suppress(RedisError):
                together.clear(self._item, _mark(key))

    def _take(self, limiter: MovingWindowRateLimiter, key: str) -> int:
        if limiter.hit(self._item, _mark(key)):
            return 0
        window = limiter.get_window_stats(self._item, _mark(key))
        wait = 0.0 if window.remaining else window.reset_time - time.time()
        return max(1, math.ceil(wait))


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
