"""The clock by which tries are counted."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import limits.storage.memory
import limits.storage.redis
import pytest

from portal.web import counted_together, throttle


def count_by(monkeypatch: pytest.MonkeyPatch, look: Callable[[], float]) -> None:
    """Tries are counted by `look`, in seconds since 1970, instead of the machine's clock."""
    for module in (throttle, counted_together, limits.storage.memory, limits.storage.redis):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=look))
