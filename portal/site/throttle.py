"""How often somebody may try: a sliding window, shared by workers through Redis when there is one."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from flask import current_app

from models import clock


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
        return self._take_shared(redis, key) if redis is not None else self._take_here(key)

    def forget(self, key: str) -> None:
        """Start counting anew: the person is who they say."""
        with self._lock:
            self._tries.pop(key, None)
        redis = current_app.extensions.get("rawat_redis")
        if redis is not None:
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
        name = self._name(key)
        count = redis.incr(name)
        if count == 1:
            redis.expire(name, int(self.window.total_seconds()))
        return 0 if count <= self.limit else max(1, redis.ttl(name))
