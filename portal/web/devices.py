"""Devices that people signed in on before: a signed cookie that lasts a year, and opens nothing by itself.

Who comes from a known device is told of no new one, and keeps a way in while others guess (`guessing`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Any

from flask import Flask, current_app, g, request

from models.people import User

YEAR = 365 * 24 * 3600
#: People of whom one device is known, the last first: several nurses share a computer.
MOST = 20
_WHOLE = re.compile(r"[\w-]{22}(\.[\w-]{22})*", re.ASCII)


def _name() -> str:
    return "__Host-device" if current_app.config.get("SESSION_COOKIE_SECURE") else "device"


def _parts() -> list[str]:
    """The device's own id and the marks of its people; nothing where there is no cookie, or a made up one."""
    text = g.get("device_cookie") or request.cookies.get(_name(), "")
    return text.split(".")[:MOST + 1] if _WHOLE.fullmatch(text) else []


def _mark(device: str, user: User) -> str:
    """Made under the installation's secret, for this device, person and password: with another password it
    is a new device again."""
    password = hashlib.sha256((user.password_hash or "").encode()).hexdigest()
    said = f"device:{device}:{user.id}:{password}".encode()
    made = hmac.new(str(current_app.config["SECRET_KEY"]).encode(), said, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode()[:22]


def known(user: User | None) -> str | None:
    """The id of this device where `user` signed in on it since the password was set; else None."""
    device, *marks = _parts() or [""]
    if user is None or not device:
        return None
    mark = _mark(device, user)
    return device if any(hmac.compare_digest(mark, kept) for kept in marks) else None


def here() -> str | None:
    """The SHA-256 of this device's id; None for one that nobody signed in on."""
    device, *_marks = _parts() or [""]
    return hashlib.sha256(f"here:{device}".encode()).hexdigest() if device else None


def remember(user: User) -> None:
    """After a sign-in: the answer of this request carries the cookie."""
    device, *marks = _parts() or [secrets.token_urlsafe(16)]
    mark = _mark(device, user)
    g.device_cookie = ".".join([device, mark, *(kept for kept in marks if kept != mark)][:MOST + 1])


def init_app(app: Flask) -> None:
    @app.after_request
    def _keep(answer: Any) -> Any:
        if cookie := g.get("device_cookie"):
            answer.set_cookie(_name(), cookie, max_age=YEAR, httponly=True, samesite="Lax", path="/",
                              secure=current_app.config.get("SESSION_COOKIE_SECURE", False))
        return answer
