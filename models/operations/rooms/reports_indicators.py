"""Occupancy by the ministry's indicators, and the recapitulation forms (RL) that are made of it.

Counted on days that are over, by the census of midnight: a day of care (HP) is a guest who lies in a bed at
the end of the day; who comes and goes on one day counts one day. A transfer is no discharge; days belong to
the bed in which they were lain. A check-in that was taken back has no beds, so it counts nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from models import clock
from models.beds import Bed, DischargeOutcome, Stay, StayBed
from models.documents import DocumentEvent
from models.errors import N_
from models.operations.core.report_kit import (
    Column,
    Parameter,
    ParameterValues,
    Report,
    Statement,
    declare,
    minutes,
    ratio,
    where,
)
from models.organisation import Status
from models.places import InpatientRoom, RoomClass, Ward
from models.rights import FACILITIES
from models.roles import Role

ROLES = frozenset({Role.ADMIN, *FACILITIES, Role.DIRECTOR})
WARD = Parameter("ward", N_("Ward"), "ward")
CLASS = Parameter("room_class", N_("Room class"), "room_class")
WARD_COLUMN = Column("ward", N_("Ward"), links=("=ward", "ward_id"), unless="ward")
CLASS_COLUMN = Column("room_class", N_("Room class"), links=("=room_class", "room_class_id"),
                      unless="room_class")
#: Days that are over: by default the last thirty.
OVER = (Parameter("from", N_("From"), "date", lambda: clock.today() - timedelta(days=30)),
        Parameter("to", N_("Until"), "date", lambda: clock.today() - timedelta(days=1)))
#: Minutes after which a death counts for the net death rate.
NET = 48 * 60
EPOCH = date(1970, 1, 1)


# ---------------------------------------------------------------- days

class local_day(sa.sql.functions.FunctionElement[int]):
    """The hospital's calendar day of an instant, as days since 1970. (SQLite knows no time zones: there it is
    by the zone's distance of today.)"""

    type = sa.Integer()
    name = "local_day"
    inherit_cache = False


@compiles(local_day)
def _local_day(element: Any, compiler: Any, **options: Any) -> str:
    instant = compiler.process(next(iter(element.clauses)), **options)
    return f"((({instant}) AT TIME ZONE '{clock.zone().key}')::date - DATE '1970-01-01')"


@compiles(local_day, "sqlite")
def _local_day_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    instant = compiler.process(next(iter(element.clauses)), **options)
    ahead = clock.local(clock.now()).utcoffset() or timedelta()
    return f"CAST(julianday({instant}, '{ahead.total_seconds() / 60:+.0f} minutes') - 2440587.5 AS INTEGER)"


def _number(day: date) -> int:
    return (day - EPOCH).days


@dataclass(frozen=True)
class Days:
    """The finished days of what was asked: the first and the last, none where `count` is 0."""

    first: date
    last: date

    @property
    def count(self) -> int:
        return max((self.last - self.first).days + 1, 0)


def finished_days(values: ParameterValues) -> Days:
    """From and until as asked, without the day that still runs and those to come."""
    yesterday = clock.today() - timedelta(days=1)
    return Days(values.get("from") or yesterday - timedelta(days=29), min(values.get("to") or yesterday,
                                                                        yesterday))


def said(values: ParameterValues) -> list[tuple[str, dict[str, Any]]]:
    """Which days were counted, as a sentence and what stands in it."""
    days = finished_days(values)
    if not days.count:
        return [(N_("None of these days is over yet, so nothing is counted."), {})]
    return [(N_("Counted: %(first)s to %(last)s, by the census of midnight. Days that are over: %(days)s."),
             {"first": days.first, "last": days.last, "days": days.count})]


def _least(one: Any, other: Any) -> Any:
    return sa.case((one < other, one), else_=other)


def _most(one: Any, other: Any) -> Any:
    return sa.case((one > other, one), else_=other)


def _nights(start: Any, end: Any, days: Days) -> Any:
    """Midnights of the period between two day numbers."""
    first, last = _number(days.first), _number(days.last)
    return _most(_least(end - 1, sa.literal(last)) - _most(start, sa.literal(first)) + 1, sa.literal(0))


def _sum(criterion: Any, worth: Any = 1) -> Any:
    return sa.func.sum(sa.case((criterion, worth), else_=0))


def by_bed(days: Days) -> Any:
    """For each bed: days of care (`census`), who came and left, the days of those who left (`lain`), deaths,
    and who was there at the start and at the end."""
    first, last, now = _number(days.first), _number(days.last), _number(clock.today())
    bed, stay = StayBed, Stay
    start, end = local_day(bed.started_at), sa.func.coalesce(local_day(bed.ended_at), now)
    came, gone = local_day(stay.started_at), local_day(stay.ended_at)
    is_last = sa.and_(bed.bed_id == stay.bed_id, bed.ended_at == stay.ended_at)
    left = sa.and_(is_last, gone >= first, gone <= last)
    died = sa.and_(left, stay.outcome == DischargeOutcome.DIED)
    rows = (sa.select(bed.bed_id, start.label("start"), end.label("finish"), came.label("came"),
                      gone.label("gone"), bed.started_at, stay.started_at.label("stay_started"),
                      sa.case((left, 1), else_=0).label("left"), sa.case((died, 1), else_=0).label("died"),
                      sa.case((sa.and_(died, minutes(stay.started_at, stay.ended_at) >= NET), 1), else_=0)
                      .label("died_later"))
            .join(stay, stay.id == bed.stay_id)
            .where(bed.started_at < clock.day_bounds(days.last)[1],
                   sa.or_(bed.ended_at.is_(None), bed.ended_at >= clock.day_bounds(days.first)[0]))
            .subquery())
    row = rows.c
    of_one_day = sa.case((sa.and_(row.left == 1, row.came == row.gone), 1), else_=0)
    return (sa.select(row.bed_id, sa.func.sum(_nights(row.start, row.finish, days) + of_one_day)
                      .label("census"),
                      sa.func.sum(row.left).label("discharged"), sa.func.sum(row.died).label("died"),
                      sa.func.sum(row.died_later).label("died_later"),
                      _sum(row.left == 1, _most(row.gone - row.came, sa.literal(1))).label("lain"),
                      _sum(sa.and_(row.started_at == row.stay_started, row.came >= first, row.came <= last))
                      .label("came"),
                      _sum(sa.and_(row.start < first, row.finish >= first)).label("before"),
                      _sum(sa.and_(row.start <= last, row.finish > last)).label("after"))
            .group_by(row.bed_id).subquery())


def out_of_service(days: Days) -> Any:
    """For each bed: how many midnights of the period it was out of service, by its history."""
    event = DocumentEvent
    steps = (sa.select(event.document_id, event.to_state, event.occurred_at,
                       sa.func.lead(event.occurred_at).over(partition_by=event.document_id,
                                                            order_by=event.id).label("next_at"))
             .where(event.document_type == "bed").subquery())
    nights = _nights(local_day(steps.c.occurred_at),
                     sa.func.coalesce(local_day(steps.c.next_at), _number(clock.today())), days)
    return (sa.select(steps.c.document_id.label("bed_id"), sa.func.sum(nights).label("nights"))
            .where(steps.c.to_state == "out_of_service").group_by(steps.c.document_id).subquery())


# ---------------------------------------------------------------- occupancy

SUMS = ("census", "discharged", "died", "died_later", "lain", "came", "before", "after")


def _counted(days: Days) -> tuple[Any, list[Any], Any]:
    """The beds of the wards in use with what is counted of them, the columns of it, and their days of
    care."""
    lain, out = by_bed(days), out_of_service(days)
    tables = (sa.join(Bed, InpatientRoom, InpatientRoom.id == Bed.inpatient_room_id)
              .join(Ward, Ward.id == InpatientRoom.ward_id)
              .join(RoomClass, RoomClass.id == InpatientRoom.room_class_id)
              .outerjoin(lain, lain.c.bed_id == Bed.id).outerjoin(out, out.c.bed_id == Bed.id))
    total = sa.func.sum
    columns = [sa.func.count(Bed.id).label("beds"), sa.literal(days.count).label("days"),
               total(days.count - sa.func.coalesce(out.c.nights, 0)).label("available"),
               *(total(sa.func.coalesce(lain.c[name], 0)).label(name) for name in SUMS)]
    return tables, columns, sa.func.coalesce(lain.c.census, 0)


def occupancy(values: ParameterValues) -> Statement:
    """By ward and class, on finished days."""
    tables, columns, _census = _counted(finished_days(values))
    return (sa.select(Ward.id.label("ward_id"), Ward.name.label("ward"), RoomClass.id.label("room_class_id"),
                      RoomClass.name.label("room_class"), *columns)
            .select_from(tables)
            .where(Ward.status == Status.ACTIVE, *where(values, ward=Ward.id, room_class=RoomClass.id))
            .group_by(Ward.id, Ward.name, RoomClass.id, RoomClass.name).order_by(Ward.name, RoomClass.name))


def _whole(values: ParameterValues) -> Statement:
    tables, columns, _census = _counted(finished_days(values))
    return sa.select(*columns).select_from(tables).where(
        Ward.status == Status.ACTIVE, *where(values, ward=Ward.id, room_class=RoomClass.id))


def _counts(value: Any) -> Any:
    """A column that says nothing while no day of the period is over."""
    return lambda row: value(row) if row.days else None


def _available(row: Any) -> Decimal:
    return Decimal(row.available or 0)


def _beds_a_day(row: Any) -> Decimal:
    return _available(row) / row.days if row.days else Decimal(0)


RATE = Column("rate", N_("BOR (occupancy)"), "percent", _counts(lambda row: ratio(
    Decimal(row.census or 0) * 100, _available(row))))
LENGTH = Column("length", N_("AvLOS (days a stay)"), "number", _counts(lambda row: ratio(
    Decimal(row.lain or 0), row.discharged)))
EMPTY = Column("empty", N_("TOI (days empty between stays)"), "number", _counts(lambda row: ratio(
    max(_available(row) - (row.census or 0), Decimal(0)), row.discharged)))
TURNOVER = Column("turnover", N_("BTO (stays a bed)"), "number", _counts(lambda row: ratio(
    Decimal(row.discharged or 0), _beds_a_day(row))))
GROSS = Column("gross", N_("GDR (‰)"), "number", _counts(lambda row: ratio(
    Decimal(row.died or 0) * 1000, row.discharged)))
NET_RATE = Column("net", N_("NDR (‰)"), "number", _counts(lambda row: ratio(
    Decimal(row.died_later or 0) * 1000, row.discharged)))
INDICATORS = (RATE, LENGTH, EMPTY, TURNOVER, GROSS, NET_RATE)


def _plain(name: str, label: str) -> Column:
    return Column(name, label, "number", _counts(lambda row: getattr(row, name) or 0))


declare(Report(
    "occupancy", N_("Bed occupancy"), "places", occupancy, icon="bed", roles=ROLES,
    about=N_("BOR = days of care / bed-days; AvLOS = days of those who left / who left; TOI = empty bed-days "
             "/ who left; BTO = who left / beds; GDR and NDR = deaths, those from 48 hours on, of 1000 who "
             "left. Bed-days leave out beds out of service."),
    columns=(WARD_COLUMN, CLASS_COLUMN, Column("beds", N_("Beds"), "number"),
             _plain("available", N_("Bed-days available")), _plain("census", N_("Days of care (HP)")),
             _plain("discharged", N_("Discharges")), _plain("lain", N_("Days of those who left (LD)")),
             *INDICATORS),
    said=said, summary=_whole, tiles=INDICATORS, parameters=(*OVER, WARD, CLASS)))


# ---------------------------------------------------------------- recapitulation forms

#: How the forms name classes, by the codes of ours; what is none of these is "other".
FORM_CLASSES = (("vvip", N_("VVIP"), ("VVIP",)), ("vip", N_("VIP"), ("VIP",)),
                ("first", N_("Class I"), ("KELAS1",)), ("second", N_("Class II"), ("KELAS2",)),
                ("third", N_("Class III"), ("KELAS3", "KRIS")))
KNOWN = tuple(code for _name, _label, codes in FORM_CLASSES for code in codes)
NOT_SEEN = N_("The columns follow the form of Permenkes 1171/2011 as it is generally known; the form itself "
              "was not at hand. Compare with the guide of SIRS that holds before sending it. KRIS stands "
              "under class III, classes that the form does not name under other.")


def _by_class(worth: Any, prefix: str) -> list[Any]:
    """Sums of `worth` by the classes of the forms."""
    parts = [(name, RoomClass.code.in_(codes)) for name, _label, codes in FORM_CLASSES]
    parts.append(("other", RoomClass.code.not_in(KNOWN)))
    return [sa.func.sum(sa.case((criterion, worth), else_=0)).label(f"{prefix}_{name}")
            for name, criterion in parts]


def _class_columns(prefix: str) -> tuple[Column, ...]:
    return (*(Column(f"{prefix}_{name}", label, "number") for name, label, _codes in FORM_CLASSES),
            Column(f"{prefix}_other", N_("Other classes"), "number"))


SERVICE = Column("service", N_("Kind of service"), "word")


def rl_service_indicators(values: ParameterValues) -> Statement:
    return _whole(values)


def rl_beds(values: ParameterValues) -> Statement:
    """Beds by kind of service and class, as they are today."""
    tables = (sa.join(Bed, InpatientRoom, InpatientRoom.id == Bed.inpatient_room_id)
              .join(Ward, Ward.id == InpatientRoom.ward_id)
              .join(RoomClass, RoomClass.id == InpatientRoom.room_class_id))
    return (sa.select(Ward.kind.label("service"), sa.func.count(Bed.id).label("beds"),
                      *_by_class(sa.literal(1), "beds"))
            .select_from(tables).where(Ward.status == Status.ACTIVE).group_by(Ward.kind).order_by(Ward.kind))


def rl_inpatients(values: ParameterValues) -> Statement:
    """Inpatients by kind of service, on finished days."""
    tables, columns, census = _counted(finished_days(values))
    return (sa.select(Ward.kind.label("service"), *columns, *_by_class(census, "census"))
            .select_from(tables).where(Ward.status == Status.ACTIVE).group_by(Ward.kind).order_by(Ward.kind))


def _form_said(values: ParameterValues) -> list[tuple[str, dict[str, Any]]]:
    return [*said(values), (NOT_SEEN, {})]


declare(Report(
    "rl_1_2", N_("RL 1.2 Service indicators"), "places", rl_service_indicators, icon="report-analytics",
    roles=ROLES, about=N_("One line for the hospital. Visits a day, which the form asks too, are not in it."),
    columns=(_plain("beds", N_("Beds")), *INDICATORS), said=_form_said, parameters=OVER))
declare(Report(
    "rl_1_3", N_("RL 1.3 Inpatient beds"), "places", rl_beds, icon="bed", roles=ROLES,
    about=N_("Beds of wards in use by kind of service and class, as they are today."),
    columns=(SERVICE, Column("beds", N_("Beds"), "number"), *_class_columns("beds")),
    said=lambda _values: [(NOT_SEEN, {})]))
declare(Report(
    "rl_3_1", N_("RL 3.1 Inpatients"), "places", rl_inpatients, icon="door-enter", roles=ROLES,
    about=N_("Inpatients by kind of service, on days that are over; the last columns are days of care by "
             "class."),
    columns=(SERVICE, _plain("before", N_("There at the start")), _plain("came", N_("Came")),
             Column("alive", N_("Left alive"), "number", _counts(lambda row: row.discharged - row.died)),
             Column("died_early", N_("Died within 48 hours"), "number",
                    _counts(lambda row: row.died - row.died_later)),
             _plain("died_later", N_("Died after 48 hours or more")),
             _plain("lain", N_("Days of those who left (LD)")), _plain("after", N_("There at the end")),
             _plain("census", N_("Days of care (HP)")), *_class_columns("census")),
    said=_form_said, parameters=OVER))
