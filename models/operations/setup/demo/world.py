"""What the parts of the demo share: the people, the dice, and a list of what happens when."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from models import actor, clock
from models.operations.core.approvals import opened, perform
from models.organisation import Holiday, HolidayKind
from models.people import User

#: Hours until the next step of a play.
Play = Generator[float, None, None]
#: When the stores' day begins and ends.
OPENS, CLOSES = time(7, 30), time(16)


@dataclass
class World:
    """The hospital while it is being made. `events` is a heap of (when, order, what)."""

    session: Any
    rng: Any
    today: date
    scale: int
    progress: Callable[[str], None]
    #: Part, how much of it is done, day that was reached.
    tell: Callable[..., None] = lambda *_told: None
    end: datetime = field(init=False)
    users: dict[str, User] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    events: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    #: Plays that must be over when the year is: what they make is shown in every demo.
    unfinished: list[Play] = field(default_factory=list)
    #: How far the clock goes on with each step; see `at_desks`.
    pace: timedelta = timedelta(0)
    _holidays: set[date] = field(default_factory=set)
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

    def works_on(self, day: date) -> bool:
        """Whether the stores' offices are open: Mondays to Fridays that are no national holidays."""
        if not self._holidays:
            self._holidays = set(self.session.scalars(
                sa.select(Holiday.on).where(Holiday.kind == HolidayKind.NATIONAL)))
        return day.weekday() < 5 and day not in self._holidays

    def workday(self, day: date) -> date:
        """The day itself, or the next one of work."""
        while not self.works_on(day):
            day += timedelta(days=1)
        return day

    def workdays(self, count: int) -> list[date]:
        """The last days of work before today, oldest first."""
        before = (self.today - timedelta(days=ago) for ago in range(1, 400))
        return list(islice(filter(self.works_on, before), count))[::-1]

    def on(self, day: date, first: float = 7.5, last: float = 14.0) -> datetime:
        """Some time of a day between two hours of the wall clock."""
        return (datetime.combine(day, time(), clock.zone())
                + timedelta(seconds=self.rng.randrange(int(first * 3600), int(last * 3600))))

    def office(self, hours: float) -> datetime:
        """About so many hours from the frozen now; at night and on free days it waits until somebody is
        in."""
        when = clock.local(clock.now() + timedelta(hours=hours * self.rng.uniform(0.7, 1.3)))
        day = self.workday(when.date() + timedelta(days=when.time() >= CLOSES))
        return when if day == when.date() and when.time() >= OPENS else self.on(day, 7.5, 9.5)

    def begin(self, when: datetime, play: Play, *, whole: bool = False) -> None:
        """Let a play begin; each of its pauses is in office hours. `whole`: what the year's end cuts off is
        played by `finish`."""
        def go() -> None:
            pause = next(play, None)
            if pause is not None:
                self.at(clock.now() + timedelta(hours=pause) if pause < 0.5 else self.office(pause), go)
            elif whole:
                self.unfinished.remove(play)

        if whole:
            self.unfinished.append(play)
        self.at(when, go)

    def a_little_later(self, minutes: int = 7) -> None:
        """What one person does after the other does not happen in one moment."""
        clock.freeze(clock.now() + timedelta(minutes=minutes))

    def finish(self) -> None:
        """Play to their ends what had to be over by now."""
        for play in self.unfinished:
            for _pause in play:
                pass
        self.unfinished.clear()

    @contextmanager
    def at_desks(self) -> Iterator[None]:
        """What waits in offices was written on the last day of work, one step after the other from the
        morning on."""
        before = clock.now()
        clock.freeze(datetime.combine(self.workdays(1)[0], time(7, 40), clock.zone()))
        self.pace = timedelta(seconds=100)
        try:
            yield
        finally:
            self.pace = timedelta(0)
            clock.freeze(before)

    def do(self, document: Any, step: str, who: str | User, reason: str = "",
           lines: dict[int, dict[str, Any]] | None = None, **given: Any) -> None:
        """`who` makes a step, as in the panel; `lines`: what the step asks of lines, by id."""
        by = self.users[who] if isinstance(who, str) else who
        if self.pace:
            clock.freeze(clock.now() + self.pace)
        actor.set_actor(by.id, actor.Door.BACK_OFFICE, "10.10.0.21")
        perform(document, step, by=by, reason=reason, given=given or None, given_lines=lines)

    def play(self, part: Callable[[], Any] = nullcontext) -> None:
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
            reached = min(week_ends.date(), self.today)
            self.tell("year", 1 - (self.today - reached).days / 371, reached)


def open_(world: World, document: Any, author: Any) -> None:
    """A new draft of `author`, as the panel saves one."""
    world.session.add(document)
    opened(document, by=author)
