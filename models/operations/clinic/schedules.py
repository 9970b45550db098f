"""The hours of doctors: weekly hours with the length of a slot, extra hours and absences; nothing
overlaps."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import Doctor, DoctorSchedule, ExceptionKind, ScheduleException
from models.errors import N_, NN_, Refused
from models.operations.clinic.absences import bounds, day_of, require_schedule
from models.operations.core.locking import lock_rows
from models.organisation import Holiday, HolidayKind
from models.people import User


def _check(weekday: int, starts: time | None, ends: time | None, minutes: int) -> tuple[time, time]:
    if weekday not in range(7):
        raise Refused(N_("Choose a day of the week."), field="weekday")
    if starts is None:
        raise Refused(N_("Give the hour at which it begins, for example 08:00."), field="starts_at")
    if ends is None or ends <= starts:
        raise Refused(N_("The hours must end after they begin."), field="ends_at")
    if not 5 <= minutes <= 240:
        raise Refused(N_("A slot has 5 to 240 whole minutes, for example 15."), field="slot_minutes")
    if (ends.hour - starts.hour) * 60 + ends.minute - starts.minute < minutes:
        raise Refused(N_("The hours are shorter than one slot."), field="ends_at")
    return starts, ends


def add_hours(doctor: Doctor, *, by: User, weekday: int, starts: time | None, ends: time | None,
              minutes: int = 15) -> DoctorSchedule:
    """Weekly hours. Raises `Refused` at the field, also when they overlap others of that day. Flushes."""
    require_schedule(doctor, by)
    starts, ends = _check(weekday, starts, ends, minutes)
    lock_rows(Doctor, {doctor.id})  # two pages that add the same hours: the second sees the first's
    _apart(_weekly(doctor, weekday, starts, ends).where(
        sa.or_(DoctorSchedule.valid_until.is_(None), DoctorSchedule.valid_until >= clock.today())))
    hours = DoctorSchedule(doctor_id=doctor.id, weekday=weekday, starts_at=starts, ends_at=ends,
                           slot_minutes=minutes)
    db.session.add(hours)
    db.session.flush()
    return hours


def _weekly(doctor: Doctor, weekday: int, starts: time, ends: time) -> sa.Select[tuple[DoctorSchedule]]:
    """Weekly hours of that day that overlap these."""
    return sa.select(DoctorSchedule).where(
        DoctorSchedule.doctor_id == doctor.id, DoctorSchedule.weekday == weekday,
        DoctorSchedule.starts_at < ends,
        DoctorSchedule.ends_at > starts)


def _apart(others: sa.Select[Any]) -> None:
    """Raises `Refused` when there is one: of two hours at once only one would be offered."""
    if (other := db.session.scalar(others.limit(1))) is not None:
        raise Refused(N_("These hours overlap %(hours)s of the same day. Take those out first, or choose "
                         "hours "
                         "before or after them."), field="starts_at",
                      hours=f"{other.starts_at:%H:%M}–{other.ends_at:%H:%M}")


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
    _apart(sa.select(ScheduleException).where(
        ScheduleException.doctor_id == doctor.id, ScheduleException.on == on,
        ScheduleException.kind == ExceptionKind.EXTRA, ScheduleException.starts_at < ends,
        ScheduleException.ends_at > starts))
    _apart(_weekly(doctor, on.weekday(), starts, ends).where(
        sa.or_(DoctorSchedule.valid_from.is_(None), DoctorSchedule.valid_from <= on),
        sa.or_(DoctorSchedule.valid_until.is_(None), DoctorSchedule.valid_until >= on),
        ~sa.exists().where(Holiday.on == on, Holiday.kind == HolidayKind.NATIONAL)))
    extra = ScheduleException(doctor_id=doctor.id, on=on, kind=ExceptionKind.EXTRA, starts_at=starts,
                              ends_at=ends,
                              slot_minutes=minutes, reason=reason.strip()[:200] or None)
    db.session.add(extra)
    db.session.flush()
    return extra


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
