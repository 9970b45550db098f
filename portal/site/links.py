"""Addresses that may be followed."""

from __future__ import annotations

from urllib.parse import urlsplit

from models.people import User
from models.roles import Role


def safe_next(target: str | None) -> str | None:
    """`target` when it is a path of this site, else None: never sends a person to another host."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or any(c < " " for c in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target.rstrip("?")


def home_of(user: User) -> str:
    """The address where a person's role begins."""
    if user.is_staff:
        return "/admin/"
    if user.has_role(Role.PATIENT):
        return "/portal/"
    return "/learn/"
