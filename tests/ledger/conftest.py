"""A day in May with a chart of accounts, and who works on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from models import clock
from models.operations.core import checks
from models.people import User
from models.roles import Role
from tests.support import factories as make


@pytest.fixture
def twentieth_of_may(session: Any) -> Iterator[None]:
    """It is 20 May 2026, ten in the morning. After the test stock and journal must agree."""
    clock.freeze(datetime(2026, 5, 20, 10, tzinfo=clock.zone()))
    make.make_chart()
    yield
    session.flush()
    assert [name for name, check in checks.CHECKS if name.startswith(("stock:", "journal:"))
            and check(session) is not None] == []
    clock.freeze(None)


@pytest.fixture
def by(session: Any) -> User:
    return make.make_user(Role.STORE_STAFF)


@pytest.fixture
def head(session: Any) -> User:
    return make.make_user(Role.STORE_HEAD)
