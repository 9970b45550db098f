"""How often somebody may try: a sliding window, shared by workers through Redis when there is one."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from redis.exceptions import RedisError

from models import clock

#: In one piece, so that a process that dies half-way leaves no count without an end. Forgets tries older than
#: the window, then counts this one, or answers the milliseconds until the oldest is forgotten; refused ones
#: do not count.
TAKE = """
local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return math.max(1, tonumber(oldest[2]) + window - now)
end
redis.call('ZADD', KEYS[1], now, ARGV[1] .. ARGV[4])
redis.call('PEXPIRE', KEYS[1], window)
return 0
"""


class Throttle:
    """At most `limit` tries per `window` for each key. Without `REDIS_URL` each process counts for itself."""

    def __init__(self, name: str, *, limit: int, window: timedelta) -> None:
        self.name, self.limit, self.window = name, limit, window
        self._tries: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def take(self, key: str) -> int:
        """Count a try. 0 when it is allowed, else the seconds to wait."""
        if current_app.config.get("RATELIMIT_ENABLED") is False:
            return 0
        redis = current_app.extensions.get("rawat_redis")
        if redis is not None:
            try:
                return self._take_shared(redis, key)
            except RedisError as error:  # nobody is locked out, and nobody may guess without end
                current_app.logger.warning("redis away, this process counts for itself: %s", error)
        return self._take_here(key)

    def forget(self, key: str) -> None:
        """Start counting anew: the person is who they say."""
        with self._lock:
            self._tries.pop(key, None)
        redis = current_app.extensions.get("rawat_redis")
        if redis is not None:
            with contextlib.suppress(RedisError):
                redis.delete(self._name(key))

    def _take_here(self, key: str) -> int:
        now = clock.now()
        with self._lock:
            if len(self._tries) > 50_000:
                self._tries = {k: tries for k, tries in self._tries.items() if now - tries[-1] < self.window}
            tries = self._tries.setdefault(key, deque())
            while tries and now - tries[0] >= self.window:
                tries.popleft()
            if len(tries) >= self.limit:
                return max(1, int((tries[0] + self.window - now).total_seconds()))
            tries.append(now)
        return 0

    def _name(self, key: str) -> str:
        return f"rawat:{self.name}:{hashlib.sha256(key.encode()).hexdigest()}"

    def _take_shared(self, redis: Any, key: str) -> int:
        wait: int = redis.eval(TAKE, 1, self._name(key), int(clock.now().timestamp() * 1000),
                               int(self.window.total_seconds() * 1000), self.limit, secrets.token_hex(8))
        return -(-wait // 1000)
