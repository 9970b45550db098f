"""The daily performance report of telemedicine: consultations, how quickly they were answered, registrations.

A consultation belongs to the day on which it was to begin. Response: from asking to the approval. Waiting:
from the time agreed on to the doctor's start, nothing when the doctor was early.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import UtcDateTime
from models.clinic import Doctor, Patient, Specialization
from models.consultations import Consultation, ConsultationState
from models.documents import DocumentEvent
from models.errors import N_
from models.operations.core.report_kit import (
    Column,
    Parameter,
    ParameterValues,
    Report,
    Section,
    Statement,
    declare,
    minutes,
)
from models.roles import Role

C, S = Consultation, ConsultationState
#: Bars of a chart: a longer period is drawn by weeks, then by months of 30 days.
MOST_BARS = 62


def _bounds(values: ParameterValues) -> tuple[date, date]:
    start = values.get("from") or clock.today()
    return start, max(values.get("to") or start, start)


def _on_days(values: ParameterValues, column: Any) -> sa.ColumnElement[bool]:
    """Instants of the hospital's days from and until."""
    start, end = _bounds(values)
    return sa.and_(column >= clock.day_bounds(start)[0], column < clock.day_bounds(end)[1])


def _held(values: ParameterValues) -> sa.ColumnElement[bool]:
    return _on_days(values, C.starts_at)


def _in(*states: ConsultationState) -> Any:
    return sa.func.coalesce(sa.func.sum(sa.case((C.state.in_(states), 1), else_=0)), 0)


#: When the consultation was asked for.
_ASKED_AT = (sa.select(sa.func.min(DocumentEvent.occurred_at)).where(
    DocumentEvent.document_type == "consultation", DocumentEvent.document_id == C.id).scalar_subquery())
_LATE = minutes(C.starts_at, C.started_at)
RESPONSE = sa.func.avg(minutes(_ASKED_AT, C.approved_at)).label("response")
WAITING = sa.func.avg(sa.case((_LATE > 0, _LATE), (C.started_at.is_not(None), 0))).label("waiting")
NUMBERS = (
    sa.func.count().label("number"), _in(S.COMPLETED).label("completed"),
    _in(S.REQUESTED, S.APPROVED, S.IN_PROGRESS).label("open"),
    _in(S.REJECTED, S.CANCELLED, S.RESCHEDULED).label("ended"), _in(S.NO_SHOW).label("no_show"), RESPONSE,
    WAITING)
COLUMNS = (
    Column("number", N_("Consultations"), "number"), Column("completed", N_("Completed"), "number"),
    Column("open", N_("Not over yet"), "number"),
    Column("ended", N_("Rejected, cancelled or moved"), "number"),
    Column("no_show", N_("No show"), "number"), Column("response", N_("Response time"), "minutes"),
    Column("waiting", N_("Waiting time"), "minutes"))


def by_doctor(values: ParameterValues) -> Statement:
    return (sa.select(Doctor.id.label("doctor_id"), Doctor.name.label("doctor"), *NUMBERS)
            .select_from(C).join(Doctor, Doctor.id == C.doctor_id).where(_held(values))
            .group_by(Doctor.id, Doctor.name).order_by(Doctor.name, Doctor.id))


def by_specialization(values: ParameterValues) -> Statement:
    return (sa.select(Specialization.name.label("specialization"), *NUMBERS)
            .select_from(C).join(Specialization, Specialization.id == C.specialization_id)
            .where(_held(values)).group_by(Specialization.id, Specialization.name)
            .order_by(Specialization.name, Specialization.id))


def by_state(values: ParameterValues) -> Statement:
    return (sa.select(C.state, sa.func.count().label("number")).where(_held(values)).group_by(C.state)
            .order_by(C.state))


def registrations(values: ParameterValues) -> Statement:
    return (sa.select(Patient.state, sa.func.count().label("number"))
            .where(_on_days(values, Patient.registered_at)).group_by(Patient.state).order_by(Patient.state))


def spans(start: date, end: date) -> list[tuple[date, date]]:
    """First and last day of each bar: days, weeks, or as many days as keep the bars few."""
    days = (end - start).days + 1
    step = next(step for step in (1, 7, 30, max(31, -(-days // MOST_BARS))) if -(-days // step) <= MOST_BARS)
    return [(first, min(first + timedelta(days=step - 1), end))
            for first in (start + timedelta(days=step * place) for place in range(-(-days // step)))]


def by_day(values: ParameterValues) -> Statement:
    """Consultations by the day they were to begin, days without any too."""
    rows = sa.union_all(*(
        sa.select(sa.literal(first, sa.Date()).label("day"),
                  sa.literal(clock.day_bounds(first)[0], UtcDateTime()).label("start"),
                  sa.literal(clock.day_bounds(last)[1], UtcDateTime()).label("finish"))
        for first, last in spans(*_bounds(values)))).cte("days")
    completed = sa.func.sum(sa.case((C.state == S.COMPLETED, 1), else_=0))
    return (sa.select(rows.c.day, sa.func.count(C.id).label("number"),
                      sa.func.coalesce(completed, 0).label("completed"))
            .select_from(rows).outerjoin(C, sa.and_(C.starts_at >= rows.c.start, C.starts_at < rows.c.finish))
            .group_by(rows.c.day).order_by(rows.c.day))


def in_all(values: ParameterValues) -> Statement:
    registered = sa.select(sa.func.count()).where(_on_days(values, Patient.registered_at)).scalar_subquery()
    return sa.select(*NUMBERS, registered.label("registered")).select_from(C).where(_held(values))


declare(Report(
    "daily_performance", N_("Daily performance of telemedicine"), "telemedicine", by_doctor,
    about=N_("Consultations by doctor, specialisation and state, response and waiting times, registrations."),
    icon="report-analytics",
    columns=(Column("doctor", N_("Doctor"), links=("=doctor", "doctor_id")), *COLUMNS),
    parameters=(Parameter("from", N_("From"), "date", clock.today),
                Parameter("to", N_("Until"), "date", clock.today)),
    roles=frozenset({Role.ADMIN, Role.DIRECTOR}), summary=in_all,
    tiles=(Column("number", N_("Consultations"), "number"), Column("completed", N_("Completed"), "number"),
           Column("response", N_("Response time"), "minutes"),
           Column("waiting", N_("Waiting time"), "minutes"),
           Column("registered", N_("Registrations"), "number")),
    heading=N_("By doctor"),
    sections=(
        Section("by_day", N_("By day"), by_day, (
            Column("day", N_("Day"), "date"), Column("number", N_("Consultations"), "number"),
            Column("completed", N_("Completed"), "number")), bars=("day", "number")),
        Section("by_specialization", N_("By specialisation"), by_specialization, (
            Column("specialization", N_("Specialisation")), *COLUMNS)),
        Section("by_state", N_("By state"), by_state, (
            Column("state", N_("State"), "word"), Column("number", N_("Consultations"), "number")),
            bars=("state", "number")),
        Section("registrations", N_("Registrations by state"), registrations, (
            Column("state", N_("State"), "word"), Column("number", N_("Registrations"), "number"))))))
