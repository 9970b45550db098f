"""Addresses that may be followed."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from flask import current_app, has_request_context, request

from models.people import User
from models.roles import Role


def safe_next(target: str | None) -> str | None:
    """`target` when it is a path of this site, else None: never sends a person to another host."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or any(c < " "
                                                                                           for c in target):
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


def is_demo() -> bool:
    return bool(current_app.config["RAWAT_ENV"] == "demo")


def public_url() -> str | None:
    """The address under which people reach the hospital, for whatever leaves the screen: mail, papers,
    labels.

    `PUBLIC_URL` says it. Only the demo takes it from the request: a forged Host header in production would
    send somebody's link to another site.
    """
    if current_app.config.get("PUBLIC_URL"):
        return str(current_app.config["PUBLIC_URL"])
    if not is_demo():
        return None
    if has_request_context():
        return request.url_root.rstrip("/")
    return f"http://{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or 5000}"


def printed_address(path: str) -> str:
    """`path` with the hospital's address before it, as it stands in QR codes and on papers; "" where that
    address is not known, because a code that leads nowhere is worse than none."""
    root = public_url()
    return f"{root}{path}" if root else ""
