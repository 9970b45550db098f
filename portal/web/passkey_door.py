"""What a browser is asked and answers about passkeys: whose address counts, and one challenge at a time, kept
in the session and used up by the first answer."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request, session

from models.operations.people import passkeys
from models.operations.people.passkeys import Challenge, Party
from models.people import User
from models.second_factor import Passkey
from models.settings import setting
from portal.web.links import is_demo

#: The session's challenge: its text, when it was made, and whose answer it waits for (0: anybody's).
CHALLENGE = "passkey"


def party() -> Party | None:
    """Who asks for passkeys; None where there can be none."""
    where = _where()
    return Party(*where, str(setting("hospital.name") or "Rawat")) if where is not None else None


def is_offered() -> bool:
    """Whether there can be passkeys here; asks the database nothing."""
    return _where() is not None


def _where() -> tuple[str, str] | None:
    """Host and address that keys are made for; None where none is known.

    `PUBLIC_URL` says it. Without it the request's host counts, where `TRUSTED_HOSTS` vouches for it, and in
    the demo. A key is made for a name: an address in numbers has none.
    """
    address = current_app.config["PUBLIC_URL"]
    if not address and (current_app.config["TRUSTED_HOSTS"] or is_demo()):
        address = request.url_root
    parts = urlsplit(address or "")
    host = parts.hostname or ""
    if not host or _is_number(host):
        return None
    return host, f"{parts.scheme}://{parts.netloc}"


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _new_challenge(user: User | None) -> Challenge:
    made = Challenge.new()
    session[CHALLENGE] = [made.text, made.made, user.id if user is not None else 0]
    return made


def _challenge(user: User | None) -> Challenge | None:
    """The challenge that waits for an answer of `user`; it waits no more."""
    kept = session.pop(CHALLENGE, None)
    if not kept or kept[2] != (user.id if user is not None else 0):
        return None
    return Challenge(kept[0], kept[1])


def asking(user: User | None) -> dict[str, Any] | None:
    """What the browser asks its devices, for the keys of `user` or for any; None where there can be none."""
    who = party()
    return passkeys.asking(who, _new_challenge(user), user) if who is not None else None


def making(user: User, *, is_sign_in: bool) -> dict[str, Any] | None:
    """What the browser asks a device to make for `user`."""
    who = party()
    if who is None:
        return None
    return passkeys.making(user, who, _new_challenge(user), is_sign_in=is_sign_in)


def registered(user: User, answer: str, *, name: str, handle: str, is_sign_in: bool,
               keep: str | None) -> list[str]:
    """Keep what the device made; see `passkeys.register`. Raises `Refused`."""
    who, challenge = party(), _challenge(user)
    if who is None or challenge is None:
        raise passkeys.too_late()
    return passkeys.register(user, answer, who, challenge, name=name, handle=handle, is_sign_in=is_sign_in,
                             keep=keep)


def used(answer: str, user: User | None) -> Passkey | None:
    """The passkey that answered this session's challenge, or None; see `passkeys.used`."""
    who, challenge = party(), _challenge(user)
    if who is None or challenge is None:
        return None
    return passkeys.used(answer, who, challenge, user=user)
