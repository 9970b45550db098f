"""Going through the inbox one paper at a time: where a person stands in it, what comes before and after."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from backoffice.panel.inbox import Waiting

ADDRESS = "/admin/inbox/review"
#: Papers that one walk goes through.
MOST = 200


def key_of(row: Waiting) -> str:
    return f"{row.table}:{row.id}"


def address(at: str = "", place: int = 0, answered: int = 0) -> str:
    """The walk at the paper `at`; `place` is where it stood, so that the next is found when it is gone."""
    return f"{ADDRESS}?{urlencode({'at': at, 'place': place, 'answered': answered})}"


def count(text: str) -> int:
    """A number of the address: 0 to `MOST`, whatever was typed."""
    return min(int(text), MOST) if text.isascii() and text.isdigit() and len(text) < 6 else 0


@dataclass(frozen=True)
class Walk:
    """A place in the papers that wait; `row` is None at the end."""

    rows: list[Waiting]
    place: int
    #: How many were answered on the way: they count in "3 of 9".
    answered: int
    #: Whether the paper that was asked for waits no more.
    is_gone: bool

    @property
    def row(self) -> Waiting | None:
        return self.rows[self.place] if self.place < len(self.rows) else None

    @property
    def number(self) -> int:
        return self.answered + self.place + 1

    @property
    def of(self) -> int:
        return self.answered + len(self.rows)

    def to(self, place: int, more: int = 0) -> str:
        """The address of another place of the same walk."""
        at = key_of(self.rows[place]) if 0 <= place < len(self.rows) else ""
        return address(at, place - more, self.answered + more)


def walk(rows: list[Waiting], at: str, place: int, answered: int) -> Walk:
    """Where the paper `at` stands in `rows`; when it waits no more, what stands at its `place` now."""
    here = next((number for number, row in enumerate(rows) if key_of(row) == at), None)
    return Walk(rows, min(place, len(rows)) if here is None else here, answered, bool(at) and here is None)
