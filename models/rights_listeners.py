"""Who listens when rights are asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from models.people import User

P = ParamSpec("P")
T = TypeVar("T")
#: Called with each question about rights, what it was about and the answer: ``f(name, user, about, answer)``.
#: The practice hospitals show it to learners; elsewhere nobody listens.
LISTENERS: list[Callable[[str, User, tuple[str, ...], object], None]] = []


def reported(question: Callable[Concatenate[User, P], T]) -> Callable[Concatenate[User, P], T]:
    """Let `LISTENERS` know what is asked here."""
    @wraps(question)
    def ask(user: User, /, *about: P.args, **named: P.kwargs) -> T:
        answer = question(user, *about, **named)
        for listener in LISTENERS:
            listener(question.__name__, user, tuple(map(str, about)), answer)
        return answer
    return ask
