"""A fresh proof of who acts, before what does most harm at a screen that somebody left.

What asks says so in one place: a transition (`step_up`), a setting (`step_up`), and the doors of files and of
rights, which call `require`. The edge says who acts and when that was proved last (`models.actor`), catches
`NeedsProof`, asks on the spot and takes up again what was stopped.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from models import clock
from models.actor import actor
from models.errors import N_, NeedsProof
from models.operations.core.approvals import BEFORE_EVERY_STEP
from models.people import User
from models.settings import SETTINGS, setting

APPROVAL = N_("This approves a large amount.")
FILE = N_("This takes many rows away in a file.")
RIGHTS = N_("This changes who may do what.")


def is_due() -> bool:
    """Whether who acts now has to prove anew who they are before such a step."""
    acting = actor()
    if not acting.must_prove:
        return False
    if acting.proved_at is None:
        return True
    return clock.now() - acting.proved_at > timedelta(minutes=setting("security.step_up_minutes"))


def require(message: str) -> None:
    """Let only those go on who proved a short time ago who they are. Raises `NeedsProof`."""
    if is_due():
        raise NeedsProof(message)


def asks(document: Any, name: str, by: User) -> bool:
    """Whether the step of the document asks for it, however long ago the last proof was."""
    step = document.workflow.step(name, document.state)
    return step is not None and step.is_guarded(document, by)


def require_for(steps: Iterable[tuple[Any, str]], *, by: User) -> None:
    """Ask once, before the first of several steps (document and name) is taken. Raises `NeedsProof`."""
    if is_due() and any(asks(document, name, by) for document, name in steps):
        raise NeedsProof(APPROVAL)


def require_for_settings(keys: Iterable[str]) -> None:
    """The same for settings that say who decides, or up to what amount. Raises `NeedsProof`."""
    if any(key in SETTINGS and SETTINGS[key].step_up for key in keys):
        require(RIGHTS)


def _before_step(document: Any, name: str, _roles: tuple[Any, ...], *, by: User) -> None:
    if is_due() and asks(document, name, by):
        raise NeedsProof(APPROVAL)


BEFORE_EVERY_STEP.append(_before_step)
