"""The free times of a doctor: weekly hours and extra hours, less absences, holidays and what is booked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import Doctor, DoctorSchedule, ExceptionKind, Patient, ScheduleException
from models.consultations import HOLDS_SLOT, LONGEST, Consultation
from models.organisation import Holiday, HolidayKind, Status
from models.settings import setting

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
    whose = sa.or_(Consultation.doctor_id.in_(doctors), Consultation.patient_id.in_(patients))
    rows = db.session.execute(sa.select(
        Consultation.id, Consultation.doctor_id, Consultation.patient_id, Consultation.starts_at,
        Consultation.slot_minutes).where(
            whose, Consultation.state.in_(HOLDS_SLOT), Consultation.starts_at < until,
            Consultation.starts_at > since - LONGEST))
    return [row for row in map(Booked._make, rows) if row.ends_at > since]


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, clock.zone()).astimezone(UTC)


def _cut(day: date, starts: time, ends: time, minutes: int) -> Iterable[Slot]:
    """The slots of these hours, one after another in real time: fewer where the clock is put forward."""
    at, end = _instant(day, starts), _instant(day, ends)
    while at + timedelta(minutes=minutes) <= end:
        yield Slot(at, minutes)
        at += timedelta(minutes=minutes)


def offered(doctor: Doctor, first: date, last: date) -> list[Slot]:
    """Every slot of the doctor's hours on the days from `first` to `last`, booked or not, in order of time.

    Four statements, whatever the number of days. Nothing is offered by a doctor who is inactive, on days
    after a licence ran out, or on national holidays (extra hours aside).
    """
    if doctor.status != Status.ACTIVE:
        return []
    schedules = list(db.session.scalars(sa.select(DoctorSchedule).where(DoctorSchedule.doctor_id
                                                                        == doctor.id)))
    exceptions = list(db.session.scalars(sa.select(ScheduleException).where(
        ScheduleException.doctor_id == doctor.id, ScheduleException.on.between(first, last))))
    holidays = set(db.session.scalars(sa.select(Holiday.on).where(
        Holiday.on.between(first, last), Holiday.kind == HolidayKind.NATIONAL)))
    slots: list[Slot] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if doctor.licensed_on(day):
            slots += _of_day(day, schedules, [exception for exception in exceptions if exception.on == day],
                             day in holidays)
    return slots


def _of_day(day: date, schedules: list[DoctorSchedule], exceptions: list[ScheduleException],
            is_holiday: bool) -> list[Slot]:
    slots: set[Slot] = set()
    if not is_holiday:
        for hours in schedules:
            if hours.weekday == day.weekday() and (hours.valid_from or day) <= day <= (hours.valid_until
                                                                                       or day):
                slots.update(_cut(day, hours.starts_at, hours.ends_at, hours.slot_minutes))
    for extra in exceptions:
        if extra.kind == ExceptionKind.EXTRA and extra.starts_at and extra.ends_at:
            slots.update(_cut(day, extra.starts_at, extra.ends_at, extra.slot_minutes))
    for away in exceptions:
        if away.kind == ExceptionKind.AWAY:
            starts, ends = (_instant(day, away.starts_at), _instant(day, away.ends_at)) \
                if away.starts_at and away.ends_at else clock.day_bounds(day)
            slots = {slot for slot in slots if slot.ends_at <= starts or slot.starts_at >= ends}
    return _apart(sorted(slots))


def _apart(slots: list[Slot]) -> list[Slot]:
    """The slots without those that begin before an earlier one ends (weekly and extra hours that overlap)."""
    if all(one.ends_at <= other.starts_at for one, other in pairwise(slots)):
        return slots
    stored: list[Slot] = []
    for slot in slots:
        if not stored or stored[-1].ends_at <= slot.starts_at:
            stored.append(slot)
    return stored


def free_between(doctor: Doctor, first: date, last: date, *, patient: Patient | None = None) -> list[Slot]:
    """The slots that can still be asked for; with `patient`, also free in that person's own calendar."""
    now = clock.now()
    slots = [slot for slot in offered(doctor, first, last) if slot.starts_at > now]
    if not slots:
        return []
    mine = [patient.id] if patient is not None and patient.id is not None else []
    taken = BusyTimes((entry.starts_at, entry.ends_at) for entry in booked(
        slots[0].starts_at, slots[-1].ends_at, doctors=[doctor.id], patients=mine))
    return [slot for slot in slots if not taken.meets(slot)]


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
    """The next free slot of each doctor by id, within two weeks; four statements, however many doctors.

    With `patient` it is free in that person's own calendar too.
    """
    by_id = {doctor.id: doctor for doctor in doctors if doctor.status == Status.ACTIVE}
    now, first = clock.now(), clock.today()
    last = min(first + timedelta(days=_SEARCH_DAYS - 1), last_day())
    if not by_id:
        return {}
    schedules: dict[int, list[DoctorSchedule]] = {key: [] for key in by_id}
    for hours in db.session.scalars(sa.select(DoctorSchedule).where(DoctorSchedule.doctor_id.in_(by_id))):
        schedules[hours.doctor_id].append(hours)
    exceptions: dict[int, list[ScheduleException]] = {key: [] for key in by_id}
    for row in db.session.scalars(sa.select(ScheduleException).where(
            ScheduleException.doctor_id.in_(by_id), ScheduleException.on.between(first, last))):
        exceptions[row.doctor_id].append(row)
    holidays = set(db.session.scalars(sa.select(Holiday.on).where(
        Holiday.on.between(first, last), Holiday.kind == HolidayKind.NATIONAL)))
    mine = [patient.id] if patient is not None and patient.id is not None else []
    held = booked(now, clock.day_bounds(last)[1], doctors=by_id, patients=mine)
    taken = {key: BusyTimes((row.starts_at, row.ends_at) for row in held
                            if row.doctor_id == key or row.patient_id in mine) for key in by_id}
    result: dict[int, Slot] = {}
    for key, doctor in by_id.items():
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if key in result or not doctor.licensed_on(day):
                continue
            of_day = _of_day(day, schedules[key], [row for row in exceptions[key] if row.on == day],
                             day in holidays)
            free = (slot for slot in of_day if slot.starts_at > now and not taken[key].meets(slot))
            if slot := next(free, None):
                result[key] = slot
    return result
