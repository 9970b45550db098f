"""What the parts of the demo share: the people, the dice, and a list of what happens when."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from models import actor, clock
from models.operations.core.approvals import opened, perform
from models.people import User


@dataclass
class World:
    """The hospital while it is being made. `events` is a heap of (when, order, what)."""

    session: Any
    rng: Any
    today: date
    scale: int
    progress: Callable[[str], None]
    end: datetime = field(init=False)
    users: dict[str, User] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    events: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: int = 0
    _series: Counter[str] = field(default_factory=Counter)

    def serial(self, series: str) -> int:
        """The next number of a series, from 1. What must be unique is counted, not left to chance or the
        calendar."""
        self._series[series] += 1
        return self._series[series]

    def at(self, when: datetime, what: Callable[[], Any]) -> None:
        """Let `what` happen at `when`; what lies beyond yesterday evening does not happen (yet)."""
        if when <= self.end:
            heapq.heappush(self.events, (when, self._order, what))
            self._order += 1

    def moment(self, days_ago: float, hour: int = 9, minute: int = 0) -> datetime:
        """So many days before today, on the hospital's wall clock."""
        return datetime.combine(self.today - timedelta(days=int(days_ago)), time(hour, minute), clock.zone())

    def later(self, hours: float) -> datetime:
        """So many hours from the frozen now, moved into working hours."""
        when = clock.local(clock.now() + timedelta(hours=hours)).replace(minute=self.rng.randrange(0, 60))
        if when.hour >= 16:
            when = (when + timedelta(days=1)).replace(hour=8)
        elif when.hour < 7:
            when = when.replace(hour=8)
        while when.weekday() == 6:
            when += timedelta(days=1)
        return when

    def do(self, document: Any, step: str, who: str | User, reason: str = "",
           lines: dict[int, dict[str, Any]] | None = None, **given: Any) -> None:
        """`who` makes a step, as in the panel; `lines`: what the step asks of lines, by id."""
        by = self.users[who] if isinstance(who, str) else who
        actor.set_actor(by.id, actor.Door.BACK_OFFICE, "10.10.0.21")
        perform(document, step, by=by, reason=reason, given=given or None, given_lines=lines)

    def play(self, part: Callable[[], Any]) -> None:
        """Let everything happen in order, a week of the hospital's time in one `part` (a transaction or
        nothing)."""
        while self.events:
            week_ends = self.events[0][0] + timedelta(days=7)
            with part():
                while self.events and self.events[0][0] < week_ends:
                    when, _order, what = heapq.heappop(self.events)
                    clock.freeze(when)
                    what()
            self.progress(f"the year until {week_ends:%d %b %Y}")


def open_(world: World, document: Any, author: Any) -> None:
    """A new draft of `author`, as the panel saves one."""
    world.session.add(document)
    opened(document, by=author)
