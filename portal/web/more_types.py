"""Document types that a process serves beside the declared ones: a learner's own, in a practice hospital.

Panel, inbox and the page behind a paper's QR code ask here; a hospital's process has none.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app

NAME = "rawat_more_types"


@dataclass(frozen=True)
class MoreTypes:
    """Where the types come from; each function asks for the person and the hospital of this request."""

    #: Address, word and icon of each type that the person may see.
    entries: Callable[[], list[tuple[str, str, str]]]
    #: Parts of the inbox, in the shape of `backoffice.panel.inbox`.
    waiting: Callable[[Any], list[Any]]
    #: What those parts depend on besides the person.
    key: Callable[[], Hashable]
    #: The prefix of a type's numbers by its name.
    prefix: Callable[[str], str]
    #: Day and state of a document by its table and id; None when there is none.
    stand: Callable[[str, int], tuple[date, Any] | None]


def more_types() -> MoreTypes | None:
    """What this process serves beside the declared types."""
    found: MoreTypes | None = current_app.extensions.get(NAME)
    return found
