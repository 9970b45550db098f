"""Reports of faults and reliability: how soon reports are answered, how often things fail and how long they
are away, which spare parts run short."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_register import Asset, AssetModel, AssetType
from models.errors import N_
from models.fault_reports import FaultPriority, FaultReport, FaultState
from models.items import Item
from models.maintenance import Maintenance, MaintenanceKind, MaintenanceLine, MaintenanceLineState
from models.operations.assets.books import DEPRECIATES
from models.operations.assets.contracts import on_hand
from models.operations.core.report_kit import (
    UNIT,
    Column,
    Parameter,
    ParameterValues,
    Report,
    Statement,
    declare,
    minutes,
    period,
    where,
)
from models.organisation import Status
from models.rights import ASSETS
from models.stock import StoreItem
from models.upkeep import ModelPart

ROLES = frozenset(ASSETS)


def _within(values: ParameterValues) -> tuple[datetime, datetime]:
    """First instant of the period, and its last, or now where it has not come."""
    start = clock.day_bounds(values["from"])[0]
    return start, max(start, min(clock.day_bounds(values["to"])[1], clock.now()))


def _hours(took: Any) -> Decimal | None:
    return None if took is None else (Decimal(str(took)) / 60).quantize(Decimal("0.1"))


# ---------------------------------------------------------------- answers

def fault_answers(values: ParameterValues) -> Statement:
    """Reports of the period by priority: how many were answered in time, and after how long on average."""
    report = FaultReport
    start, end = _within(values)
    now = sa.literal(clock.now(), report.reported_at.type)
    took = minutes(report.reported_at, report.acknowledged_at)
    late = sa.func.coalesce(report.acknowledged_at, now) > report.answer_due_at
    return (sa.select(report.priority, sa.func.count().label("reports"),
                      sa.func.count(report.acknowledged_at).label("answered"),
                      sa.func.sum(sa.case((late, 1), else_=0)).label("late"),
                      sa.func.avg(took).label("average"), sa.func.max(took).label("longest"),
                      sa.func.sum(sa.case((report.state == FaultState.CLOSED, 1), else_=0)).label("closed"))
            .where(report.reported_at >= start, report.reported_at < end)
            .group_by(report.priority).order_by(sa.case(
                {each.value: -each.rank for each in FaultPriority}, value=report.priority)))


declare(Report(
    "fault_answers", N_("Answers to fault reports"), "assets", fault_answers, icon="clock-check",
    roles=ROLES,
    about=N_("Answered is the first step of facilities staff. Late: after the time that the settings gave "
             "the priority on the day of the report; what is not answered yet counts until now."),
    columns=(Column("priority", N_("Priority"), "word"), Column("reports", N_("Reports"), "number"),
             Column("answered", N_("Answered"), "number"), Column("late", N_("Late"), "number"),
             Column("average", N_("Answered after, on average"), "minutes"),
             Column("longest", N_("Longest"), "minutes"), Column("closed", N_("Done"), "number")),
    parameters=period(90), is_late=lambda row: bool(row.late)))


# ---------------------------------------------------------------- reliability

def _failures(values: ParameterValues, start: datetime, end: datetime) -> Any:
    """Repairs by asset: how many failures began in the period, minutes away in it, repairs that ended."""
    order, line = Maintenance, MaintenanceLine
    kind = order.started_at.type
    first, last = sa.literal(start, kind), sa.literal(end, kind)
    began = sa.func.coalesce(order.down_since, order.started_at)
    until = sa.func.coalesce(order.finished_at, last)
    away = minutes(sa.case((began < first, first), else_=began), sa.case((until > last, last), else_=until))
    return (sa.select(line.asset_id,
                      sa.func.sum(sa.case((began >= first, 1), else_=0)).label("failures"),
                      sa.func.sum(away).label("away"))
            .join(order, order.id == line.maintenance_id)
            .where(order.kind == MaintenanceKind.REPAIR, order.started_at.is_not(None),
                   line.state != MaintenanceLineState.DROPPED, line.asset_id.is_not(None), began < last,
                   until > first)
            .group_by(line.asset_id).subquery())


def reliability(values: ParameterValues) -> Statement:
    """By asset, model or type; what failed most stands first."""
    start, end = _within(values)
    failed = _failures(values, start, end)
    kind = values.get("by") or "asset"
    key, name = {"asset": (Asset.id, Asset.tag + " " + Asset.name),
                 "asset_model": (AssetModel.id, AssetModel.name),
                 "asset_type": (AssetType.id, AssetType.name)}[kind]
    acquired = sa.type_coerce(Asset.acquired_on, Maintenance.started_at.type)
    first, last = (sa.literal(moment, Maintenance.started_at.type) for moment in (start, end))
    there = minutes(sa.case((acquired > first, acquired), else_=first), last)
    failures = sa.func.coalesce(sa.func.sum(failed.c.failures), 0)
    statement = (sa.select(sa.literal(kind).label("table"), key.label("key"), name.label("name"),
                           sa.func.count().label("assets"), failures.label("failures"),
                           sa.func.coalesce(sa.func.sum(failed.c.away), 0).label("away"),
                           sa.func.sum(there).label("there"))
                 .select_from(Asset).outerjoin(failed, failed.c.asset_id == Asset.id))
    if kind == "asset_model":
        statement = statement.join(AssetModel, AssetModel.id == Asset.asset_model_id)
    elif kind == "asset_type":
        statement = statement.join(AssetType, AssetType.id == Asset.asset_type_id)
    return (statement.where(Asset.state.in_(DEPRECIATES), Asset.acquired_on < end.date(),
                            *where(values, asset=Asset.id, work_unit=Asset.work_unit_id))
            .group_by(key, name).order_by(failures.desc(), sa.func.coalesce(sa.func.sum(failed.c.away),
                                                                            0).desc(), key))


def _between(row: Any) -> Decimal | None:
    """MTBF in hours; None where nothing failed."""
    return _hours((Decimal(str(row.there)) - Decimal(str(row.away))) / row.failures) if row.failures else None


def _to_repair(row: Any) -> Decimal | None:
    return _hours(Decimal(str(row.away)) / row.failures) if row.failures else None


def availability_of(row: Any) -> Decimal | None:
    """Percent of the time in which it could be used."""
    there = Decimal(str(row.there or 0))
    if there <= 0:
        return None
    return (100 * (there - Decimal(str(row.away))) / there).quantize(Decimal("0.01"))


BY = Parameter("by", N_("By"), "choice", lambda: "asset", choices=(
    ("asset", N_("Asset")), ("asset_model", N_("Asset model")), ("asset_type", N_("Asset type"))))
declare(Report(
    "reliability", N_("Reliability of assets"), "assets", reliability, icon="heart-rate-monitor",
    roles=ROLES,
    about=N_("A failure is a repair whose downtime began in the period: with the report of the fault, else "
             "with the start of work. Hours away count inside the period alone, until the order was "
             "finished. MTBF = (hours of the period − hours away) / failures. MTTR = hours away / failures. "
             "Availability = (hours of the period − hours away) / hours of the period. The period ends now "
             "at the latest and begins for each asset on the day that it came. Planned service and "
             "calibration are no failures."),
    columns=(Column("name", N_("Name"), links=("table", "key")),
             Column("assets", N_("Assets"), "number"), Column("failures", N_("Failures"), "number"),
             Column("away", N_("Hours away"), "number", lambda row: _hours(row.away)),
             Column("mtbf", N_("MTBF (hours)"), "number", _between),
             Column("mttr", N_("MTTR (hours)"), "number", _to_repair),
             Column("availability", N_("Availability"), "percent", availability_of)),
    parameters=(*period(365), BY, Parameter("asset", N_("Asset"), "asset"), UNIT)))


# ---------------------------------------------------------------- spare parts

def spare_parts_short(values: ParameterValues) -> Statement:
    """Parts of models of which the stores hold less than the models need; the barest first."""
    held = on_hand()
    things = (sa.select(sa.func.count()).select_from(Asset)
              .where(Asset.asset_model_id == ModelPart.asset_model_id, Asset.state.in_(DEPRECIATES))
              .correlate(ModelPart).scalar_subquery())
    lacks = sa.type_coerce(ModelPart.minimum - held, StoreItem.quantity.type)
    statement = (sa.select(Item.id.label("item_id"), Item.code, Item.name.label("item"),
                           AssetModel.id.label("model_id"), AssetModel.name.label("model"),
                           things.label("things"), ModelPart.minimum, held.label("held"),
                           lacks.label("lacks"))
                 .select_from(ModelPart).join(Item, Item.id == ModelPart.item_id)
                 .join(AssetModel, AssetModel.id == ModelPart.asset_model_id)
                 .where(ModelPart.status == Status.ACTIVE))
    if values.get("which") != "all":
        statement = statement.where(held < ModelPart.minimum)
    return statement.order_by(lacks.desc(), Item.name, ModelPart.id)


WHICH = Parameter("which", N_("Show"), "choice", lambda: "short", choices=(
    ("short", N_("What is short")), ("all", N_("All parts"))))
declare(Report(
    "spare_parts_short", N_("Spare parts of models"), "assets", spare_parts_short, icon="package",
    roles=ROLES,
    about=N_("What all stores hold of the spare parts that models need, against the number that must be "
             "there at least."),
    columns=(Column("code", N_("Code"), "code"), Column("item", N_("Item"), links=("=item", "item_id")),
             Column("model", N_("Asset model"), links=("=asset_model", "model_id")),
             Column("things", N_("Assets"), "number"), Column("minimum", N_("At least"), "quantity"),
             Column("held", N_("In stock"), "quantity"), Column("lacks", N_("Lacks"), "quantity",
                    lambda row: max(row.lacks, Decimal(0)))),
    parameters=(WHICH,), is_late=lambda row: row.held < row.minimum))
