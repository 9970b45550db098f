"""Which times are offered and free, to the minute: hours, absences, holidays, licences, bookings.

A day is a table of (hours, exceptions, holiday) and the times that come out, on the hospital's clock. Hours
are half open: what ends when another begins does not meet it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from models import clock
from models.clinic import Doctor, DoctorSchedule, ExceptionKind, ScheduleException
from models.consultations import ConsultationState
from models.operations.clinic import slots
from models.operations.clinic.slots import BusyTimes, Slot
from models.organisation import Holiday, HolidayKind, Setting, Status
from tests.support import factories as make

#: A Sunday. It is five in the morning when the tests begin.
DAY = date(2026, 3, 1)
MONDAY, YESTERDAY = DAY + timedelta(days=1), DAY - timedelta(days=1)
AWAY, EXTRA = ExceptionKind.AWAY, ExceptionKind.EXTRA


@pytest.fixture(autouse=True)
def _five_in_the_morning() -> Iterator[None]:
    clock.freeze(at(5))
    yield
    clock.freeze(None)


def at(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute), clock.zone()).astimezone(UTC)


def hours(starts: str, ends: str, minutes: int = 60, weekday: int = 6, **fields: Any) -> DoctorSchedule:
    return DoctorSchedule(weekday=weekday, starts_at=time.fromisoformat(starts),
                          ends_at=time.fromisoformat(ends), slot_minutes=minutes, **fields)


def other(kind: ExceptionKind, starts: str | None = None, ends: str | None = None,
          minutes: int = 60, on: date = DAY) -> ScheduleException:
    return ScheduleException(on=on, kind=kind, starts_at=starts and time.fromisoformat(starts),
                             ends_at=ends and time.fromisoformat(ends), slot_minutes=minutes)


def told(found: list[Slot]) -> str:
    """The times as a person reads them."""
    return " ".join(f"{clock.local(slot.starts_at):%H.%M}-{clock.local(slot.ends_at):%H.%M}"
                    for slot in found)


def of_day(schedules: list[DoctorSchedule], exceptions: list[ScheduleException] | None = None, *,
           is_holiday: bool = False, day: date = DAY) -> list[Slot]:
    """What a doctor with these hours offers on the day."""
    holidays = {day} if is_holiday else set[date]()
    return slots.Hours(Doctor(), schedules, exceptions or [], holidays).between(day, day)


# ---------------------------------------------------------------- one day, without a database

@pytest.mark.parametrize(("given", "expected"), [
    ([hours("08:00", "10:00")], "08.00-09.00 09.00-10.00"),
    ([hours("08:00", "09:59")], "08.00-09.00"),
    ([hours("08:00", "08:59")], ""),
    ([hours("08:00", "09:00", weekday=0)], ""),
    ([hours("08:00", "09:00", valid_from=DAY)], "08.00-09.00"),
    ([hours("08:00", "09:00", valid_from=MONDAY)], ""),
    ([hours("08:00", "09:00", valid_until=DAY)], "08.00-09.00"),
    ([hours("08:00", "09:00", valid_until=YESTERDAY)], ""),
    ([hours("09:00", "10:00"), hours("08:00", "09:00")], "08.00-09.00 09.00-10.00"),
    # hours that overlap: the earlier time stays, and what begins when it ends
    ([hours("08:00", "10:00"), hours("08:30", "11:30")], "08.00-09.00 09.00-10.00 10.30-11.30"),
])
def test_weekly_hours(given: list[DoctorSchedule], expected: str) -> None:
    assert told(of_day(given)) == expected


@pytest.mark.parametrize(("given", "expected"), [
    ([other(AWAY)], ""),
    ([other(AWAY, "09:00", "10:00")], "08.00-09.00 10.00-11.00"),
    ([other(AWAY, "08:59", "09:00")], "09.00-10.00 10.00-11.00"),
    ([other(AWAY, "09:30", "09:31")], "08.00-09.00 10.00-11.00"),
    ([other(AWAY, "09:59", "10:01")], "08.00-09.00"),
    ([other(AWAY, "07:00", "08:00")], "08.00-09.00 09.00-10.00 10.00-11.00"),
    ([other(AWAY, "11:00", "12:00")], "08.00-09.00 09.00-10.00 10.00-11.00"),
    ([other(AWAY, "08:00", "09:00"), other(AWAY, "10:00", "11:00")], "09.00-10.00"),
    ([other(EXTRA, "13:00", "14:00", 30)],
     "08.00-09.00 09.00-10.00 10.00-11.00 13.00-13.30 13.30-14.00"),
    ([other(EXTRA, "10:59", "11:59")], "08.00-09.00 09.00-10.00 10.00-11.00"),
    ([other(EXTRA, "11:00", "12:00")], "08.00-09.00 09.00-10.00 10.00-11.00 11.00-12.00"),
    # an absence takes extra hours too
    ([other(EXTRA, "13:00", "14:00"), other(AWAY)], ""),
    ([other(EXTRA)], "08.00-09.00 09.00-10.00 10.00-11.00"),
])
def test_absences_and_extra_hours(given: list[ScheduleException], expected: str) -> None:
    assert told(of_day([hours("08:00", "11:00")], given)) == expected


@pytest.mark.parametrize(("given", "expected"), [
    ([], ""), ([other(EXTRA, "13:00", "14:00")], "13.00-14.00")])
def test_on_a_holiday_extra_hours_alone(given: list[ScheduleException], expected: str) -> None:
    assert told(of_day([hours("08:00", "11:00")], given, is_holiday=True)) == expected


@pytest.mark.parametrize(("given", "today", "tomorrow"), [
    (hours("22:00", "00:00"), "22.00-23.00 23.00-00.00", ""),
    (hours("23:00", "02:00"), "23.00-00.00", "00.00-01.00 01.00-02.00"),
    (hours("23:30", "02:00"), "23.30-00.30", "00.30-01.30"),
    (hours("08:00", "09:00"), "08.00-09.00", "")])
def test_hours_may_end_at_midnight_or_pass_it(given: DoctorSchedule, today: str, tomorrow: str) -> None:
    """A time belongs to the day on which it begins."""
    assert told(of_day([given])) == today
    assert told(of_day([given], day=MONDAY)) == tomorrow


def test_an_absence_takes_what_reaches_into_it_from_the_evening_before() -> None:
    night = [hours("23:30", "02:00")]
    assert told(of_day(night, [other(AWAY, on=MONDAY)])) == ""
    assert told(of_day(night, [other(AWAY, on=MONDAY)], day=MONDAY)) == ""
    assert told(of_day(night, [other(AWAY, "23:00", "00:00", on=YESTERDAY)], day=MONDAY)) == "00.30-01.30"


def test_a_leave_of_several_days_takes_each_of_them() -> None:
    weekly = [hours("08:00", "09:00", weekday=day) for day in range(7)]
    leave = ScheduleException(on=DAY, until=DAY + timedelta(days=3), kind=AWAY)
    free = [bool(of_day(weekly, [leave], day=DAY + timedelta(days=number))) for number in range(-1, 6)]
    assert free == [True, False, False, False, False, True, True]


def test_hours_that_say_so_stand_on_holidays() -> None:
    assert told(of_day([hours("08:00", "09:00", on_holidays=True), hours("09:00", "10:00")],
                       is_holiday=True)) == "08.00-09.00"


# ---------------------------------------------------------------- what is taken

@pytest.mark.parametrize(("taken", "meets"), [
    ([], False), ([(9, 10)], False), ([(11, 12)], False), ([(10, 11)], True), ([(9, 12)], True),
    ([(9, 11)], True), ([(10, 12)], True), ([(8, 9), (9, 10), (11, 12)], False),
    ([(8, 12), (8, 9)], True), ([(8, 9), (8, 12)], True), ([(8, 11), (9, 10)], True),
    ([(6, 7), (8, 9), (8, 12)], True), ([(6, 12), (7, 8)], True), ([(6, 7), (8, 9), (9, 11)], True)])
def test_a_slot_of_ten_to_eleven_meets_what_is_taken(taken: list[tuple[int, int]], meets: bool) -> None:
    assert BusyTimes((at(starts), at(ends)) for starts, ends in taken).meets(Slot(at(10), 60)) is meets


@pytest.mark.parametrize(("starts", "minutes", "found"), [
    (at(9), 60, False), (at(9), 61, True), (at(11), 60, False), (at(10, 59), 60, True),
    (at(10) - timedelta(hours=24), 1440, False), (at(10) - timedelta(hours=23, minutes=59), 1440, True)])
def test_what_holds_a_time_between_ten_and_eleven(session: Any, starts: datetime, minutes: int,
                                                  found: bool) -> None:
    held = make.make_consultation(starts_at=starts, slot_minutes=minutes)
    for of in ({"doctors": [held.doctor_id]}, {"patients": [held.patient_id]}):
        assert [row.consultation_id for row in slots.booked(at(10), at(11), **of)] == [held.id] * found
    assert slots.booked(at(10), at(11)) == []
    assert slots.booked(at(10), at(11), doctors=[held.doctor_id + 1], patients=[held.patient_id + 1]) == []


@pytest.mark.parametrize(("state", "is_free"), [
    (ConsultationState.REQUESTED, False), (ConsultationState.APPROVED, False),
    (ConsultationState.COMPLETED, False), (ConsultationState.CANCELLED, True),
    (ConsultationState.REJECTED, True), (ConsultationState.NO_SHOW, True)])
def test_a_time_is_free_again_when_nobody_holds_it(session: Any, state: ConsultationState,
                                                   is_free: bool) -> None:
    doctor = sundays("08:00", "09:00")
    make.make_consultation(doctor=doctor, starts_at=at(8), slot_minutes=60, state=state)
    assert told(slots.free_slots(doctor, DAY)) == "08.00-09.00" * is_free


# ---------------------------------------------------------------- one doctor and the calendar

def sundays(starts: str = "08:00", ends: str = "10:00", **fields: Any) -> Doctor:
    return make.make_doctor(schedules=[hours(starts, ends)], **fields)


def offered(doctor: Doctor, first: date = DAY, last: date = DAY) -> list[date]:
    return [clock.local(slot.starts_at).date() for slot in slots.offered(doctor, first, last)
            if clock.local(slot.starts_at).time() == time(8)]


def test_every_day_of_the_range_and_no_other(session: Any) -> None:
    doctor = make.make_doctor()
    days = [DAY + timedelta(days=number) for number in range(3)]
    assert offered(doctor, DAY, days[-1]) == days
    assert offered(doctor, DAY, DAY) == [DAY]
    assert slots.offered(make.make_doctor(schedules=[]), DAY, days[-1]) == [], "hours of another doctor"


@pytest.mark.parametrize(("fields", "is_offered"), [
    ({}, True), ({"status": Status.INACTIVE}, False),
    ({"str_expires_on": DAY}, True), ({"str_expires_on": YESTERDAY}, False),
    ({"sip_expires_on": DAY}, True), ({"sip_expires_on": YESTERDAY}, False)])
def test_who_is_active_and_licensed_that_day(session: Any, fields: dict[str, Any], is_offered: bool) -> None:
    doctor = sundays(**fields)
    assert offered(doctor) == [DAY] * is_offered
    assert list(slots.first_free([doctor])) == [doctor.id] * is_offered


@pytest.mark.parametrize(("kind", "on", "is_offered"), [
    (HolidayKind.NATIONAL, DAY, False), (HolidayKind.NATIONAL, MONDAY, True),
    (HolidayKind.JOINT_LEAVE, DAY, True)])
def test_national_holidays_alone(session: Any, kind: HolidayKind, on: date, is_offered: bool) -> None:
    make.saved(Holiday(on=on, name="Libur", name_en="Holiday", kind=kind))
    doctor = sundays()
    assert offered(doctor) == [DAY] * is_offered
    day = DAY if is_offered else DAY + timedelta(days=7)
    assert slots.first_free([doctor]) == {doctor.id: Slot(at(8, day=day), 60)}


def test_an_absence_is_its_doctors_and_its_days(session: Any) -> None:
    away, here = sundays(), sundays()
    make.saved(ScheduleException(doctor_id=away.id, on=DAY, kind=AWAY))
    make.saved(ScheduleException(doctor_id=here.id, on=DAY + timedelta(days=7), kind=AWAY))
    assert (offered(away), offered(here)) == ([], [DAY])
    assert slots.first_free([away, here]) == {
        away.id: Slot(at(8, day=DAY + timedelta(days=7)), 60), here.id: Slot(at(8), 60)}


# ---------------------------------------------------------------- now, and how far ahead

@pytest.mark.parametrize(("now", "first"), [
    (at(7), "08.00-09.00 09.00-10.00"), (at(7, 1), "09.00-10.00"), (at(8), "09.00-10.00"), (at(8, 1), "")])
def test_a_time_is_offered_until_an_hour_before_while_somebody_has_to_approve(
        session: Any, now: datetime, first: str) -> None:
    doctor = sundays()
    clock.freeze(now)
    assert told(slots.free_slots(doctor, DAY)) == first
    assert told([slot for slot in slots.next_free(doctor) if slot.starts_at < at(12)]) == first
    found = slots.first_free([doctor])[doctor.id]
    assert told([found]) == (first.split(" ")[0] or "08.00-09.00")
    assert clock.local(found.starts_at).date() == (DAY if first else DAY + timedelta(days=7))


@pytest.mark.parametrize(("days", "is_bookable"), [("7", False), ("8", True)])
def test_days_ahead_count_today(session: Any, days: str, is_bookable: bool) -> None:
    make.saved(Setting(key="consultation.days_ahead", value=days))
    doctor, week = sundays("04:00", "05:00"), DAY + timedelta(days=7)  # today's hour is over
    assert slots.last_day() == DAY + timedelta(days=int(days) - 1)
    assert told(slots.free_slots(doctor, week)) == "04.00-05.00" * is_bookable
    assert told(slots.next_free(doctor)) == "04.00-05.00" * is_bookable
    assert list(slots.first_free([doctor])) == [doctor.id] * is_bookable


def test_where_today_alone_can_be_booked_today_is_found(session: Any) -> None:
    make.saved(Setting(key="consultation.days_ahead", value="1"))
    doctor = sundays()
    assert told(slots.next_free(doctor)) == "08.00-09.00 09.00-10.00"
    assert list(slots.first_free([doctor])) == [doctor.id]


def test_no_time_of_a_day_that_is_over(session: Any) -> None:
    assert slots.free_slots(make.make_doctor(), YESTERDAY) == []


@pytest.mark.parametrize(("ahead", "is_found"), [(13, True), (14, False)])
def test_the_search_looks_at_fourteen_days_from_today(session: Any, ahead: int, is_found: bool) -> None:
    doctor, day = make.make_doctor(schedules=[]), DAY + timedelta(days=ahead)
    make.saved(ScheduleException(doctor_id=doctor.id, on=day, kind=EXTRA, starts_at=time(8), ends_at=time(9),
                                 slot_minutes=60))
    assert [slot.starts_at for slot in slots.next_free(doctor)] == [at(8, day=day)] * is_found
    assert list(slots.first_free([doctor])) == [doctor.id] * is_found


def test_the_next_three_from_an_hour_on(session: Any) -> None:
    doctor = sundays("08:00", "14:00")
    assert told(slots.next_free(doctor)) == "08.00-09.00 09.00-10.00 10.00-11.00"
    assert told(slots.next_free(doctor, after=at(9), count=2)) == "09.00-10.00 10.00-11.00"
    assert told(slots.next_free(doctor, after=at(9, 1), count=1)) == "10.00-11.00"
    clock.freeze(at(12))
    assert told(slots.next_free(doctor, after=at(9), count=1)) == "13.00-14.00", "not before now"


# ---------------------------------------------------------------- two calendars

def test_the_patients_own_calendar_counts_where_the_patient_is_known(session: Any) -> None:
    doctor, patient = sundays("08:00", "11:00"), make.make_patient()
    make.make_consultation(patient=patient, starts_at=at(8, 30), slot_minutes=60)
    make.make_consultation(doctor=doctor, starts_at=at(10), slot_minutes=30)
    assert told(slots.free_slots(doctor, DAY)) == "08.00-09.00 09.00-10.00"
    assert told(slots.free_slots(doctor, DAY, patient=patient)) == ""
    assert told(slots.free_slots(doctor, DAY, patient=make.make_patient())) == "08.00-09.00 09.00-10.00"
    assert told([slots.first_free([doctor])[doctor.id]]) == "08.00-09.00"
    following = slots.first_free([doctor], patient=patient)[doctor.id]
    assert following.starts_at == at(8, day=DAY + timedelta(days=7))


def test_bookings_of_one_doctor_leave_another_free(session: Any) -> None:
    busy, free = sundays("08:00", "09:00"), sundays("08:00", "09:00")
    make.make_consultation(doctor=busy, starts_at=at(8), slot_minutes=60)
    assert told(slots.free_slots(free, DAY)) == "08.00-09.00"
    assert slots.first_free([busy, free]) == {
        busy.id: Slot(at(8, day=DAY + timedelta(days=7)), 60), free.id: Slot(at(8), 60)}
    assert slots.first_free([]) == {}
