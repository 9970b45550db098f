"""Passwords: argon2id, and the same time for people who do not exist."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second recommendation: 46 MiB, one pass, one lane.
_hasher = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
MIN_STAFF, MIN_PATIENT, MAX = 15, 8, 200


def hashed(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher.hash(password)


@cache
def _dummy() -> str:
    return _hasher.hash("nobody has this password")


def verified(password: str, kept: str | None) -> bool:
    """Whether `password` is the one behind `kept`; takes the same time when there is none."""
    try:
        _hasher.verify(kept or _dummy(), password[:MAX])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def renewed(password: str, kept: str) -> str | None:
    """A new hash of a password that was just verified, where `kept` was made with other parameters; else
    None."""
    return hashed(password[:MAX]) if _hasher.check_needs_rehash(kept) else None
