"""How often somebody may try: alike for one process and for several that share Redis, and when Redis is
away."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import redis
from flask import Flask

from portal.web import throttle as counting
from portal.web.throttle import Throttle
from tests.support.trying import count_by

pytestmark = pytest.mark.once


SHARED = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379/15"


def server() -> redis.Redis:
    """The Redis of this machine; skips the test without one."""
    found = redis.Redis.from_url(SHARED, socket_connect_timeout=1, socket_timeout=5)
    try:
        found.ping()
    except redis.exceptions.RedisError:
        pytest.skip("no Redis here")
    return found


@pytest.fixture(params=["alone", "database", "shared"])
def throttle(request: Any, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Throttle]:
    """Three tries in ten minutes, counted by this process, in the database or in Redis."""
    name = f"test-{uuid4().hex}"
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    store = server() if request.param == "shared" else None
    monkeypatch.setitem(app.extensions, counting.SHARED, counting.shared(SHARED) if store else None)
    with app.app_context():
        yield Throttle(name, limit=3, window=timedelta(minutes=10), together=request.param == "database")
    if store is not None:
        for key in store.scan_iter(f"rawat:{name}*"):
            store.delete(key)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves the clock on; by itself it goes a millisecond each time that somebody looks at it."""
    gone = [time.time()]

    def look() -> float:
        gone[0] += 0.001
        return gone[0]

    def move(by: timedelta) -> None:
        gone[0] += by.total_seconds()
    count_by(monkeypatch, look)
    return move


def test_the_fourth_try_waits_until_the_first_is_forgotten(throttle: Throttle, later: Any) -> None:
    assert throttle.take("a") == 0
    later(timedelta(minutes=4))
    assert [throttle.take("a"), throttle.take("a")] == [0, 0]
    assert throttle.take("a") == 6 * 60
    later(timedelta(minutes=6) - timedelta(seconds=1))
    assert throttle.take("a") == 1
    later(timedelta(seconds=1))
    assert throttle.take("a") == 0  # the first is ten minutes old
    assert throttle.take("a") == 4 * 60  # the two after it are not


def test_a_refused_try_makes_nobody_wait_longer(throttle: Throttle, later: Any) -> None:
    for _ in range(3):
        throttle.take("a")
    for _ in range(20):
        later(timedelta(seconds=20))
        throttle.take("a")
    later(timedelta(seconds=200))
    assert throttle.take("a") == 0


def test_keys_are_counted_apart_and_forgotten_apart(throttle: Throttle, later: Any) -> None:
    for key in ("a", "b") * 3:
        assert throttle.take(key) == 0
    throttle.forget("a")
    assert throttle.take("a") == 0
    assert throttle.take("b") > 0


def test_every_count_in_redis_ends_by_itself(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    store = server()
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    monkeypatch.setitem(app.extensions, counting.SHARED, counting.shared(SHARED))
    throttle = Throttle(f"test-{uuid4().hex}", limit=1, window=timedelta(seconds=90))
    with app.app_context():
        throttle.take("a")
        throttle.take("a")
    (key,) = store.scan_iter(f"rawat:{throttle.name}*")
    assert 0 < store.ttl(key) <= 90
    store.delete(key)


def test_while_redis_is_away_each_process_counts_for_itself(app: Flask, monkeypatch: pytest.MonkeyPatch,
                                                            caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken:  # nobody listens at a port that is only bound
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
        monkeypatch.setitem(app.config, "REDIS_URL", f"redis://127.0.0.1:{taken.getsockname()[1]}/0")
        monkeypatch.setitem(app.extensions, counting.SHARED, None)
        counting.init_app(app)
        throttle = Throttle("test", limit=2, window=timedelta(minutes=1))
        with app.app_context():
            assert [throttle.take("a"), throttle.take("a")] == [0, 0]
            assert throttle.take("a") > 0
            throttle.forget("a")
            assert throttle.take("a") == 0
    assert "redis away" in caplog.text


def test_keys_that_nobody_tries_any_more_leave_the_memory(app: Flask, later: Any,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    monkeypatch.setitem(app.extensions, counting.SHARED, None)
    monkeypatch.setattr(counting, "MOST_KEYS", 5)
    counting.here.storage.reset()
    throttle = Throttle("test", limit=1, window=timedelta(minutes=1))
    with app.app_context():
        for number in range(20):
            throttle.take(str(number))
            later(timedelta(minutes=2))
            counting.here.storage.timer.join()
    assert len(counting.here.storage.events) < 8


def test_redis_learns_no_address(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    store = server()
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    monkeypatch.setitem(app.extensions, counting.SHARED, counting.shared(SHARED))
    throttle = Throttle(f"test-{uuid4().hex}", limit=1, window=timedelta(seconds=90))
    with app.app_context():
        throttle.take("siti@example.org|10.0.0.7")
        (key,) = store.scan_iter(f"rawat:{throttle.name}*")
        assert b"siti" not in key
        assert b"10.0.0.7" not in key
        throttle.forget("siti@example.org|10.0.0.7")
    assert list(store.scan_iter(f"rawat:{throttle.name}*")) == []
