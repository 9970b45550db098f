"""The hospital's clock: instants in UTC, days in the hospital's time zone.

Nothing else asks the computer for the time: a demo hospital at the end of its month, and tests on any day of
the calendar, move this one clock.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_zone = ZoneInfo("Asia/Jakarta")
_frozen: datetime | None = None
_ahead = timedelta()


def set_zone(name: str) -> None:
    """Use the IANA zone `name` for days, periods and slots. Raises `ZoneInfoNotFoundError`."""
    global _zone
    _zone = ZoneInfo(name)


def zone() -> ZoneInfo:
    return _zone


def freeze(at: datetime | None) -> None:
    """Stop the clock at an aware instant, or let it run again with None."""
    global _frozen
    _frozen = at


def run_ahead(by: timedelta) -> None:
    """Let the clock run this much before the computer's; behind it where that is negative."""
    global _ahead
    _ahead = by


def ahead() -> timedelta:
    """How far the clock runs before the computer's."""
    return _ahead


def now() -> datetime:
    """The present instant, aware, UTC."""
    return _frozen or datetime.now(UTC) + _ahead


def today() -> date:
    """The hospital's calendar day."""
    return now().astimezone(_zone).date()


def local(instant: datetime) -> datetime:
    """The same instant on the hospital's wall clock."""
    return instant.astimezone(_zone)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First instant of a hospital day and of the next, in UTC."""
    start = datetime.combine(day, time(), _zone)
    end = datetime.combine(day + timedelta(days=1), time(), _zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def aware(at: datetime | str) -> datetime:
    """An instant as a union of the database gives it, on SQLite as text; without a zone it is in UTC."""
    result = datetime.fromisoformat(at) if isinstance(at, str) else at
    return result if result.tzinfo else result.replace(tzinfo=UTC)
