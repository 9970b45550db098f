"""How often a secret may be guessed: for one account, from one network address and in the whole house.

All processes count together, in the database or in Redis. What was right counts for nothing. A device on
which the person signed in before counts for itself: whoever guesses from elsewhere locks nobody out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from flask import request
from werkzeug.exceptions import TooManyRequests

from models.people import User
from portal.web import devices
from portal.web.throttle import Throttle

WINDOW, DAY = timedelta(minutes=5), timedelta(days=1)


@dataclass(frozen=True)
class Attempt:
    """A guess that is counted already, under each of its limits."""

    counted: list[tuple[Throttle, str]] = field(default_factory=list)

    def right(self) -> None:
        """It was no guess: it is given back."""
        for throttle, key in self.counted:
            throttle.give_back(key)


class Guesses:
    """The limits of one kind of secret, in five minutes; `a_day` is the account's limit of a day."""

    def __init__(self, name: str, *, account: int = 10, address: int = 10, house: int = 300,
                 a_day: int | None = None) -> None:
        self.of_account = Throttle(f"{name}-account", limit=account, window=WINDOW, together=True)
        self.of_device = Throttle(f"{name}-device", limit=account, window=WINDOW, together=True)
        self.of_address = Throttle(f"{name}-address", limit=address, window=WINDOW, together=True)
        self.of_house = Throttle(f"{name}-house", limit=house, window=WINDOW, together=True)
        self.of_day = Throttle(f"{name}-day", limit=a_day, window=DAY, together=True) if a_day else None

    def _limits(self, account: str, user: User | None) -> Iterable[tuple[Throttle, str]]:
        device = devices.known(user)
        if device is not None and user is not None:
            own = f"{user.id}|{device}"
            return [(self.of_device, own), *([(self.of_day, own)] if self.of_day else [])]
        return [*([(self.of_day, account)] if self.of_day else []), (self.of_account, account),
                (self.of_address, str(request.remote_addr)), (self.of_house, "all")]

    def begin(self, account: str, user: User | None = None) -> Attempt:
        """Count a guess at `account` (its address as typed, or its id), before it is looked at.

        `user` is the account where there is one. Raises `TooManyRequests`, and counts nothing then.
        """
        limits = list(self._limits(account.lower(), user))
        for throttle, key in limits:  # a try that is refused takes nothing from the other limits
            if wait := throttle.wait(key):
                raise TooManyRequests(retry_after=wait)
        attempt = Attempt()
        for throttle, key in limits:
            if wait := throttle.take(key):
                raise TooManyRequests(retry_after=wait)
            attempt.counted.append((throttle, key))
        return attempt


#: Passwords, at every door that takes one.
password_guesses = Guesses("login")
#: The present password, asked of whoever is signed in.
session_guesses = Guesses("session")
