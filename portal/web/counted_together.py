"""The database as a storage of `limits`: tries that all processes count together, and that outlive them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from limits.storage import MovingWindowSupport, Storage

from models.base import db, one_transaction
from models.guesses import SecretTry

#: After so long no limit asks for a try any more.
KEPT = timedelta(days=1)


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@contextmanager
def _alone(key: str) -> Iterator[None]:
    """One transaction, in which nobody else counts under this key: SQLite has one writer anyway."""
    with one_transaction() as session:
        if session.connection().dialect.name == "postgresql":
            number = int.from_bytes(bytes.fromhex(key[:16]), "big", signed=True)
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
        yield


class DatabaseStorage(Storage, MovingWindowSupport):
    """Moving windows alone. Each try is committed at once, whatever becomes of the request: call it at the
    edge, before anything else is changed."""

    STORAGE_SCHEME = None

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError  # the database's own errors go on: the page says that it is away

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now, kept = datetime.fromtimestamp(time.time(), UTC), _hashed(key)
        with _alone(kept):
            if self._number(kept, limit, now - timedelta(seconds=expiry))[1] + amount > limit:
                return False
            db.session.execute(sa.delete(SecretTry).where(SecretTry.tried_at < now - KEPT)
                               .execution_options(synchronize_session=False))
            db.session.execute(sa.insert(SecretTry), [{"key": kept, "tried_at": now}] * amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        now = datetime.fromtimestamp(time.time(), UTC)
        oldest, number = self._number(_hashed(key), limit, now - timedelta(seconds=expiry))
        return (oldest or now).timestamp(), number

    @staticmethod
    def _number(key: str, limit: int, since: datetime) -> tuple[datetime | None, int]:
        """The oldest of the last `limit` tries, and how many there are."""
        tried = db.session.scalars(
            sa.select(SecretTry.tried_at).where(SecretTry.key == key, SecretTry.tried_at > since)
            .order_by(SecretTry.tried_at.desc()).limit(limit)).all()
        return (tried[-1] if tried else None), len(tried)

    def give_back(self, key: str) -> None:
        """The last try under this key was none."""
        kept = _hashed(key)
        with _alone(kept):
            last = sa.select(sa.func.max(SecretTry.id)).where(SecretTry.key == kept).scalar_subquery()
            db.session.execute(sa.delete(SecretTry).where(SecretTry.id == last)
                               .execution_options(synchronize_session=False))

    def clear(self, key: str) -> None:
        with one_transaction():
            db.session.execute(sa.delete(SecretTry).where(SecretTry.key == _hashed(key))
                               .execution_options(synchronize_session=False))

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        with one_transaction():
            result: Any = db.session.execute(sa.delete(SecretTry))
        return int(result.rowcount)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise TypeError("moving windows alone")

    def get(self, key: str) -> int:
        raise TypeError("moving windows alone")

    def get_expiry(self, key: str) -> float:
        raise TypeError("moving windows alone")
