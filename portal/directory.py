"""Doctors and specialisations: open to everybody, searched while typing, filtered by plain addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, request
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from models import clock, database_roles
from models.base import db
from models.clinic import Doctor, DoctorSchedule, Specialization
from models.operations.clinic import slots
from models.organisation import Status
from portal import fragments, words
from portal.web.words import LANGUAGES

PAGE = 12


@dataclass(frozen=True)
class Day:
    """One day of a week of slots: each with whether it can still be asked for."""

    on: date
    slots: list[tuple[slots.Slot, bool]]


def active_specializations() -> list[Specialization]:
    """Those that an active doctor has, by name."""
    with_doctor = sa.select(Doctor.specialization_id).where(Doctor.status == Status.ACTIVE)
    result = db.session.scalars(sa.select(Specialization).where(
        Specialization.status == Status.ACTIVE, Specialization.id.in_(with_doctor)))
    return sorted(result, key=lambda entry: words.specialization_word(entry).casefold())


def ratings(doctor_ids: Iterable[int]) -> dict[int, tuple[Any, int]]:
    """Mean stars and how many patients gave some, by doctor."""
    given = database_roles.everybodys("consultation")
    rows = db.session.execute(
        sa.select(given.doctor_id, sa.func.sum(given.rating), sa.func.count(given.rating))
        .where(given.doctor_id.in_(list(doctor_ids)), given.rating.is_not(None)).group_by(given.doctor_id))
    return {doctor: (round(stars * 10 / count) / 10, count) for doctor, stars, count in rows}


def number(text: str | None, largest: int = 2**31 - 1) -> int | None:
    """A natural number from an address, None when it is none."""
    if not text or len(text) > 19 or not (text.isascii() and text.isdecimal()):
        return None
    return int(text) if int(text) <= largest else None


def _criteria(args: Any) -> list[Any]:
    criteria: list[Any] = [Doctor.status == Status.ACTIVE]
    for word in args.get("q", "").split()[:6]:
        criteria.append(sa.or_(*(column.icontains(word, autoescape=True) for column in (
            Doctor.name, Specialization.name, Specialization.name_en, Doctor.biography))))
    if chosen := number(args.get("specialization")):
        criteria.append(Doctor.specialization_id == chosen)
    day = number(args.get("day"))
    if day is not None and day <= 6:
        criteria.append(Doctor.schedules.any(DoctorSchedule.weekday == day))
    if (language := args.get("language", "")) in LANGUAGES:
        criteria.append(("," + Doctor.languages + ",").contains(f",{language},"))
    return criteria


def found_doctors(args: Any, page: int = 1, *, first: int | None = None) -> tuple[list[Doctor], int]:
    """The doctors that the search asks for on a page of `PAGE`, and how many there are; those of the
    specialisation `first` go before the others."""
    order = () if first is None else (Doctor.specialization_id != first,)
    criteria = _criteria(args)
    base = sa.select(Doctor).join(Doctor.specialization).where(*criteria)
    count = (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(base.with_only_columns(Doctor.id).subquery())
        )
        or 0
    )
    rows = db.session.scalars(base.options(joinedload(Doctor.specialization))
                              .order_by(*order, Doctor.name, Doctor.id).limit(PAGE).offset((page - 1) * PAGE))
    return list(rows), count


def doctors() -> Any:
    page = max(1, min(number(request.args.get("page")) or 1, 10_000))
    result, count = found_doctors(request.args, page)
    spoken = db.session.scalars(sa.select(Doctor.languages).where(Doctor.status == Status.ACTIVE).distinct())
    languages = {code.strip() for codes in spoken for code in codes.split(",")} & LANGUAGES.keys()
    return fragments.page_or_block(
        "portal/doctors.html", "results", doctors=result, count=count, page=page, pages=-(-count // PAGE),
        free=slots.first_frees(result), ratings=ratings(doctor.id for doctor in result), args=request.args,
        specializations=active_specializations(),
        languages=sorted((code, str(LANGUAGES[code])) for code in languages))


def specializations() -> Any:
    counts = dict(db.session.execute(
        sa.select(Doctor.specialization_id, sa.func.count()).where(Doctor.status == Status.ACTIVE)
        .group_by(Doctor.specialization_id)).all())
    rows = db.session.scalars(sa.select(Specialization).where(Specialization.status == Status.ACTIVE))
    result = sorted(rows, key=lambda entry: (entry.id not in counts,
                                             words.specialization_word(entry).casefold()))
    return fragments.page_or_block("portal/specializations.html", "content", specializations=result,
                                   counts=counts)


# ---------------------------------------------------------------- one doctor

def monday_of(text: str | None, day: date) -> date:
    """The Monday of a week written `2026-W48`, else of the week of `day`."""
    try:
        monday = date.fromisocalendar(int((text or "")[:4]), int((text or "")[6:]), 1)
    except ValueError:
        monday = day - timedelta(days=day.weekday())
    first = clock.today() - timedelta(days=clock.today().weekday())
    return max(first, min(monday, slots.last_day()))


def week_of(doctor: Doctor, monday: date, patient: Any = None) -> dict[str, Any]:
    """The doctor's slots of a week by day, and the neighbouring weeks."""
    first, last = max(monday, clock.today()), min(monday + timedelta(days=6), slots.last_day())
    now = clock.now()
    offered = [slot for slot in slots.offered(doctor, first, last)
               if slot.starts_at > now] if first <= last else []
    free = set(slots.free_between(doctor, first, last, patient=patient)) if offered else set()
    days = [Day(first + timedelta(days=offset), []) for offset in range((last - first).days + 1)]
    for slot in offered:
        days[(clock.local(slot.starts_at).date() - first).days].slots.append((slot, slot in free))
    return {"days": days, "monday": monday,
            "before": _week(monday - timedelta(days=7)) if monday > clock.today() else None,
            "after": _week(monday + timedelta(days=7)) if monday + timedelta(days=7) <= slots.last_day()
            else None}


def _week(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def active_doctor(doctor_id: int | None) -> Doctor | None:
    """The doctor if there is one in practice."""
    if doctor_id is None or doctor_id > 2**63 - 1:
        return None
    return db.session.scalar(sa.select(Doctor).where(Doctor.id == doctor_id, Doctor.status == Status.ACTIVE)
                             .options(joinedload(Doctor.specialization)))


def doctor(doctor_id: int) -> Any:
    result = active_doctor(doctor_id)
    if result is None:
        raise NotFound
    free = slots.first_free([result]).get(result.id)
    monday = monday_of(request.args.get("week"),
                       clock.local(free.starts_at).date() if free else clock.today())
    return fragments.page_or_block(
        "portal/doctor.html", "slot_grid", doctor=result, free=free, today=clock.today(),
        rating=ratings([result.id]).get(result.id), week=week_of(result, monday))


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/doctors", "doctors", doctors)
    bp.add_url_rule("/doctors/<int:doctor_id>", "doctor", doctor)
    bp.add_url_rule("/specializations", "specializations", specializations)
