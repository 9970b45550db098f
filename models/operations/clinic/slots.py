"""The free times of a doctor: weekly hours and extra hours, less absences, holidays and what is booked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import NamedTuple

import sqlalchemy as sa

from models import clock, database_roles
from models.base import db
from models.clinic import Doctor, DoctorSchedule, ExceptionKind, Patient, ScheduleException
from models.consultations import HOLDS_SLOT, LONGEST, VisitKind
from models.organisation import Holiday, HolidayKind, Setting, Status
from models.settings import setting, worth

#: Days that `next_free` looks ahead at once.
_SEARCH_DAYS = 14


@dataclass(frozen=True, order=True)
class Slot:
    """A time that can be asked for. `starts_at` is an aware instant, UTC."""

    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def __str__(self) -> str:
        return f"{clock.local(self.starts_at):%d/%m %H:%M}"


class BusyTimes:
    """Times that are taken, as half-open intervals: what begins when another ends does not meet it."""

    def __init__(self, times: Iterable[tuple[datetime, datetime]] = ()) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        for starts, ends in sorted(times):
            if self._ends and starts <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], ends)
            else:
                self._starts.append(starts)
                self._ends.append(ends)

    def meets(self, slot: Slot) -> bool:
        """Whether the slot overlaps any of them."""
        before = bisect_left(self._starts, slot.ends_at)
        return before > 0 and self._ends[before - 1] > slot.starts_at


class Booked(NamedTuple):
    """A time that a consultation takes up of its doctor and its patient."""

    consultation_id: int
    doctor_id: int
    patient_id: int
    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


def booked(since: datetime, until: datetime, *, doctors: Collection[int] = (), patients: Collection[int] = ()
           ) -> list[Booked]:
    """What holds a time of these doctors or patients (by id) between both instants. One statement."""
    taken = database_roles.everybodys("consultation")
    rows = db.session.execute(sa.select(
        taken.id, taken.doctor_id, taken.patient_id, taken.starts_at, taken.slot_minutes).where(
            sa.or_(taken.doctor_id.in_(doctors), taken.patient_id.in_(patients)),
            taken.state.in_(HOLDS_SLOT), taken.kind == VisitKind.APPOINTMENT,
            taken.starts_at < until, taken.starts_at > since - LONGEST))
    return [row for row in map(Booked._make, rows) if row.ends_at > since]


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, clock.zone()).astimezone(UTC)


def span(day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    """Hours of a day as instants. Those that end before they begin, or at 00:00, end on the next day."""
    return _instant(day, starts), _instant(day if ends > starts else day + timedelta(days=1), ends)


def _cut(day: date, starts: time, ends: time, minutes: int) -> Iterable[Slot]:
    """The slots of these hours, one after another in real time: fewer where the clock is put forward."""
    at, end = span(day, starts, ends)
    while at + timedelta(minutes=minutes) <= end:
        yield Slot(at, minutes)
        at += timedelta(minutes=minutes)


@dataclass
class Hours:
    """What the times of one doctor follow from; hours of the day before may reach into a day."""

    doctor: Doctor
    schedules: list[DoctorSchedule] = field(default_factory=list)
    exceptions: list[ScheduleException] = field(default_factory=list)
    holidays: set[date] = field(default_factory=set)

    def between(self, first: date, last: date) -> list[Slot]:
        """Every slot that begins on one of the days, in order of time."""
        slots: set[Slot] = set()
        for offset in range(-1, (last - first).days + 1):
            day = first + timedelta(days=offset)
            if self.doctor.licensed_on(day):
                slots.update(self._of_day(day))
        begin, end = clock.day_bounds(first)[0], clock.day_bounds(last)[1]
        away = BusyTimes(absence_span(row) for row in self.exceptions if row.kind == ExceptionKind.AWAY)
        return _apart(sorted(slot for slot in slots if begin <= slot.starts_at < end
                             and not away.meets(slot)))

    def _of_day(self, day: date) -> Iterable[Slot]:
        for hours in self.schedules:
            if hours.weekday == day.weekday() and (hours.valid_from or day) <= day <= (
                    hours.valid_until or day) and (hours.on_holidays or day not in self.holidays):
                yield from _cut(day, hours.starts_at, hours.ends_at, hours.slot_minutes)
        for extra in self.exceptions:
            if extra.on == day and extra.kind == ExceptionKind.EXTRA and extra.starts_at and extra.ends_at:
                yield from _cut(day, extra.starts_at, extra.ends_at, extra.slot_minutes)


def absence_span(row: ScheduleException) -> tuple[datetime, datetime]:
    """An absence as instants: its hours, or its days from the first to the last."""
    if row.starts_at and row.ends_at:
        return span(row.on, row.starts_at, row.ends_at)
    return clock.day_bounds(row.on)[0], clock.day_bounds(row.until or row.on)[1]


def _hours_of(doctors: Collection[Doctor], first: date, last: date) -> dict[int, Hours]:
    """What the times of each doctor (by id) follow from on these days; three statements for all."""
    result = {doctor.id: Hours(doctor) for doctor in doctors if doctor.status == Status.ACTIVE}
    if not result:
        return {}
    before = first - timedelta(days=1)
    for hours in db.session.scalars(sa.select(DoctorSchedule).where(DoctorSchedule.doctor_id.in_(result))):
        result[hours.doctor_id].schedules.append(hours)
    for row in db.session.scalars(sa.select(ScheduleException).where(
            ScheduleException.doctor_id.in_(result), ScheduleException.on <= last,
            sa.func.coalesce(ScheduleException.until, ScheduleException.on) >= before)):
        result[row.doctor_id].exceptions.append(row)
    holidays = set(db.session.scalars(sa.select(Holiday.on).where(
        Holiday.on.between(before, last), Holiday.kind == HolidayKind.NATIONAL)))
    for entry in result.values():
        entry.holidays = holidays
    return result


def offered(doctor: Doctor, first: date, last: date) -> list[Slot]:
    """Every slot of the doctor that begins on the days from `first` to `last`, booked or not, in order of
    time.

    Three statements, whatever the number of days. Nothing is offered by a doctor who is inactive, on days
    after a licence ran out, or on national holidays (extra hours and hours that say so aside).
    """
    hours = _hours_of([doctor], first, last).get(doctor.id)
    return hours.between(first, last) if hours is not None else []


def _apart(slots: list[Slot]) -> list[Slot]:
    """The slots without those that begin before an earlier one ends (weekly and extra hours that overlap)."""
    if all(one.ends_at <= other.starts_at for one, other in pairwise(slots)):
        return slots
    stored: list[Slot] = []
    for slot in slots:
        if not stored or stored[-1].ends_at <= slot.starts_at:
            stored.append(slot)
    return stored


def least_notice() -> timedelta:
    """How long before a time it can be asked for: until somebody, or the setting, has approved it."""
    names = ("consultation.auto_approve", "consultation.notice", "consultation.notice_by_hand")
    said = {row.key: row.value for row in db.session.execute(
        sa.select(Setting.key, Setting.value).where(Setting.key.in_(names)))}
    approve, notice, by_hand = (worth(name, said.get(name)) for name in names)
    return timedelta(minutes=notice if approve == "yes" else by_hand)


def free_between(doctor: Doctor, first: date, last: date, *, patient: Patient | None = None,
                 notice: timedelta | None = None) -> list[Slot]:
    """The slots that can still be asked for; with `patient`, also free in that person's own calendar.

    `notice`: how far ahead they lie at least, `least_notice` where nothing is said.
    """
    since = clock.now() + (least_notice() if notice is None else notice)
    slots = [slot for slot in offered(doctor, first, last) if _is_ahead(slot, since)]
    if not slots:
        return []
    mine = [patient.id] if patient is not None and patient.id is not None else []
    taken = BusyTimes((entry.starts_at, entry.ends_at) for entry in booked(
        slots[0].starts_at, slots[-1].ends_at, doctors=[doctor.id], patients=mine))
    return [slot for slot in slots if not taken.meets(slot)]


def _is_ahead(slot: Slot, since: datetime) -> bool:
    return slot.starts_at >= since and slot.starts_at > clock.now()


def free_slots(doctor: Doctor, day: date, *, patient: Patient | None = None) -> list[Slot]:
    """The free slots of one hospital day; none beyond the days that can be booked ahead."""
    return free_between(doctor, day, day, patient=patient) if clock.today() <= day <= last_day() else []


def last_day() -> date:
    """The last day that can be booked."""
    return clock.today() + timedelta(days=setting("consultation.days_ahead") - 1)


def next_free(doctor: Doctor, *, after: datetime | None = None, patient: Patient | None = None,
              count: int = 3) -> list[Slot]:
    """The next free slots from `after` (now) on, at most `count`, within two weeks."""
    since = max(after or clock.now(), clock.now())
    first = clock.local(since).date()
    last = min(first + timedelta(days=_SEARCH_DAYS - 1), last_day())
    free = free_between(doctor, first, last, patient=patient) if first <= last else []
    return [slot for slot in free if slot.starts_at >= since][:count]


def first_free(doctors: Iterable[Doctor], *, patient: Patient | None = None) -> dict[int, Slot]:
    """The next free slot of each doctor by id; see `first_frees`."""
    return {key: free[0] for key, free in first_frees(doctors, patient=patient, count=1).items()}


def first_frees(doctors: Iterable[Doctor], *, patient: Patient | None = None,
                count: int = 3) -> dict[int, list[Slot]]:
    """The next free slots of each doctor by id, at most `count`, within two weeks; who has none is not in it.
    A fixed number of statements, however many doctors.

    With `patient` they are free in that person's own calendar too.
    """
    now, first = clock.now(), clock.today()
    last = min(first + timedelta(days=_SEARCH_DAYS - 1), last_day())
    hours = _hours_of(list(doctors), first, last)
    if not hours:
        return {}
    since = now + least_notice()
    mine = [patient.id] if patient is not None and patient.id is not None else []
    held = booked(now, clock.day_bounds(last)[1] + LONGEST, doctors=hours, patients=mine)
    result: dict[int, list[Slot]] = {}
    for key, entry in hours.items():
        taken = BusyTimes((row.starts_at, row.ends_at) for row in held
                          if row.doctor_id == key or row.patient_id in mine)
        days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        free = (slot for day in days for slot in entry.between(day, day)
                if _is_ahead(slot, since) and not taken.meets(slot))
        if found := list(islice(free, count)):
            result[key] = found
    return result
