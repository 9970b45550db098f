"""The hours of doctors: weekly hours with the length of a slot, extra hours and absences; nothing
overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import Doctor, DoctorSchedule, ExceptionKind, ScheduleException
from models.errors import N_, NN_, Refused
from models.operations.clinic import slots
from models.operations.clinic.absences import bounds, day_of, require_schedule
from models.operations.core.locking import lock_rows
from models.organisation import Holiday, HolidayKind
from models.people import User

#: Hours of one duty; more is a slip of the pen, such as 20:00 to 18:00.
MOST_HOURS = 16
#: Any Monday: weekly hours are compared in a week that begins with it.
_MONDAY = date(2024, 1, 1)


def _check(weekday: int, starts: time | None, ends: time | None, minutes: int) -> tuple[time, time]:
    if weekday not in range(7):
        raise Refused(N_("Choose a day of the week."), field="weekday")
    if starts is None:
        raise Refused(N_("Give the hour at which it begins, for example 08:00."), field="starts_at")
    if ends is None or ends == starts:
        raise Refused(N_("The hours must end after they begin."), field="ends_at")
    if not 5 <= minutes <= 240:
        raise Refused(N_("A slot has 5 to 240 whole minutes, for example 15."), field="slot_minutes")
    length = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
    if length < 0:
        length += 24 * 60
    if length > MOST_HOURS * 60:
        raise Refused(NN_("These hours would take more than %(count)s hour. Hours that end before they begin "
                          "end on the next day; look at both.",
                          "These hours would take more than %(count)s hours. Hours that end before they "
                          "begin end on the next day; look at both."), field="ends_at", count=MOST_HOURS)
    if length < minutes:
        raise Refused(N_("The hours are shorter than one slot."), field="ends_at")
    return starts, ends


def add_hours(doctor: Doctor, *, by: User, weekday: int, starts: time | None, ends: time | None,
              minutes: int = 15, on_holidays: bool = False) -> DoctorSchedule:
    """Weekly hours; those that end before they begin pass midnight. Raises `Refused` at the field, also when
    they overlap others. Flushes."""
    require_schedule(doctor, by)
    starts, ends = _check(weekday, starts, ends, minutes)
    lock_rows(Doctor, {doctor.id})  # two pages that add the same hours: the second sees the first's
    week = slots.BusyTimes([_in_week(weekday, starts, ends)])
    for other in _weekly(doctor):
        # the night from Sunday to Monday lies at both ends of the week
        if any(week.meets(slot) for slot in _as_slots(_in_week(other.weekday, other.starts_at, other.ends_at),
                                                      (-7, 0, 7))):
            raise _overlaps(other)
    hours = DoctorSchedule(doctor_id=doctor.id, weekday=weekday, starts_at=starts, ends_at=ends,
                           slot_minutes=minutes, on_holidays=on_holidays)
    db.session.add(hours)
    db.session.flush()
    return hours


def _in_week(weekday: int, starts: time, ends: time) -> tuple[datetime, datetime]:
    return slots.span(_MONDAY + timedelta(days=weekday), starts, ends)


def _as_slots(span: tuple[datetime, datetime], days: tuple[int, ...]) -> Iterator[slots.Slot]:
    for offset in days:
        yield slots.Slot(span[0] + timedelta(days=offset), int((span[1] - span[0]).total_seconds()) // 60)


def _weekly(doctor: Doctor, day: date | None = None) -> list[DoctorSchedule]:
    """The weekly hours that hold today or later, or on `day`."""
    on = day or clock.today()
    rows = sa.select(DoctorSchedule).where(
        DoctorSchedule.doctor_id == doctor.id,
        sa.or_(DoctorSchedule.valid_until.is_(None), DoctorSchedule.valid_until >= on))
    if day is not None:
        rows = rows.where(sa.or_(DoctorSchedule.valid_from.is_(None), DoctorSchedule.valid_from <= day),
                          DoctorSchedule.weekday == day.weekday())
    return list(db.session.scalars(rows))


def _overlaps(other: DoctorSchedule | ScheduleException) -> Refused:
    """Of two hours at once only one would be offered."""
    return Refused(N_("These hours overlap %(hours)s. Take those out first, or choose hours before or after "
                      "them."), field="starts_at", hours=f"{other.starts_at:%H:%M}–{other.ends_at:%H:%M}")


def remove_hours(hours: DoctorSchedule, *, by: User) -> None:
    """Take weekly hours out; what is booked in them stays booked."""
    require_schedule(hours.doctor, by)
    db.session.delete(hours)
    db.session.flush()


def add_extra(doctor: Doctor, *, by: User, on: date | None, starts: time | None, ends: time | None,
              minutes: int = 15,
              reason: str = "") -> ScheduleException:
    """Extra hours on one day, beside the weekly ones. Raises `Refused` at the field, also when they overlap
    others.

    Flushes.
    """
    require_schedule(doctor, by)
    if on is None or on < clock.today():
        raise Refused(N_("Choose today or a later day."), field="on")
    starts, ends = _check(on.weekday(), starts, ends, minutes)
    lock_rows(Doctor, {doctor.id})
    taken = slots.BusyTimes([slots.span(on, starts, ends)])
    for other, other_on in _hours_near(doctor, on):
        if other.starts_at and other.ends_at and any(taken.meets(slot) for slot in _as_slots(
                slots.span(other_on, other.starts_at, other.ends_at), (0,))):
            raise _overlaps(other)
    extra = ScheduleException(doctor_id=doctor.id, on=on, kind=ExceptionKind.EXTRA, starts_at=starts,
                              ends_at=ends,
                              slot_minutes=minutes, reason=reason.strip()[:200] or None)
    db.session.add(extra)
    db.session.flush()
    return extra


def _hours_near(doctor: Doctor, on: date) -> Iterator[tuple[DoctorSchedule | ScheduleException, date]]:
    """Extra and weekly hours of the day and its neighbours, with the day on which they begin."""
    near = [on + timedelta(days=offset) for offset in (-1, 0, 1)]
    for extra in db.session.scalars(sa.select(ScheduleException).where(
            ScheduleException.doctor_id == doctor.id, ScheduleException.on.in_(near),
            ScheduleException.kind == ExceptionKind.EXTRA)):
        yield extra, extra.on
    free = set(db.session.scalars(sa.select(Holiday.on).where(
        Holiday.on.in_(near), Holiday.kind == HolidayKind.NATIONAL)))
    for day in near:
        for hours in _weekly(doctor, day):
            if hours.on_holidays or day not in free:
                yield hours, day


def remove_exception(exception: ScheduleException, *, by: User) -> None:
    """Take an exception back. Extra hours in which somebody is booked stay."""
    require_schedule(exception.doctor, by)
    if exception.kind == ExceptionKind.EXTRA and exception.starts_at and exception.ends_at:
        bounds(exception.on, exception.starts_at, exception.ends_at)
        booked = day_of(exception.doctor, exception.on, exception.starts_at, exception.ends_at)
        if booked:
            raise Refused(
                NN_("%(count)s consultation is booked in these hours. Release or move it first.",
                    "%(count)s consultations are booked in these hours. Release or move them first."),
                count=len(booked),
            )
    db.session.delete(exception)
    db.session.flush()
