"""Reports of keeping assets: depreciation in advance and as posted, what maintenance costs, downtime,
calibrations."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_history import Calibration
from models.asset_register import Asset, AssetBook, AssetType, BookKind, DepreciationMethod, Vendor
from models.base import ExactDecimal, db
from models.depreciation import DepreciationRun, DepreciationRunLine, DepreciationRunState
from models.depreciation_rules import next_period, outlook
from models.errors import N_
from models.maintenance import (
    Maintenance,
    MaintenanceLine,
    MaintenanceLineState,
    MaintenancePart,
    MaintenanceState,
)
from models.operations.assets.books import DEPRECIATES, schedule_of, terms_of
from models.operations.assets.depreciation import due_period, last_posted
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
    rupiah,
    where,
)
from models.organisation import WorkUnit
from models.places import InpatientRoom, Room, Ward
from models.rights import ASSETS
from models.stock import StockMove

MONEY = ExactDecimal(24, 2)
#: Periods that the schedule of all assets shows in advance; that of one asset goes to its end.
AHEAD = 24
ROLES = frozenset(ASSETS)
ASSET = Parameter("asset", N_("Asset"), "asset")
VENDOR = Parameter("vendor", N_("Vendor"), "vendor")
BOOKS = ((BookKind.HOSPITAL.value, N_("Hospital's own book")), (BookKind.TAX.value, N_("Tax book")),
         (BookKind.STATE_PROPERTY.value, N_("State-property book")))
BOOK = Parameter("book", N_("Book"), "choice", lambda: BookKind.HOSPITAL.value, choices=BOOKS)
ASSET_COLUMN = Column("asset", N_("Asset"), links=("=asset", "asset_id"))


def _local(column: Any) -> Any:
    """The criteria of from and until on an instant."""
    def within(values: ParameterValues) -> list[Any]:
        result = []
        if values.get("from"):
            result.append(column >= clock.day_bounds(values["from"])[0])
        if values.get("to"):
            result.append(column < clock.day_bounds(values["to"])[1])
        return result
    return within


# ---------------------------------------------------------------- depreciation

def _coming(book: BookKind, asset_id: int | None) -> list[tuple[date, int, Decimal, Decimal]]:
    """(last day, assets, depreciation, book value after it) of the periods to come."""
    if asset_id is not None:
        one = db.session.scalar(sa.select(AssetBook).where(AssetBook.asset_id == asset_id,
                                                           AssetBook.book == book))
        return [(line.period_end, 1, line.amount, line.closing_value)
                for line in schedule_of(one)] if one else []
    last = last_posted(book)
    ends = [next_period(book, last)[1] if last is not None else due_period(book)[1]]
    while len(ends) < AHEAD:
        ends.append(next_period(book, ends[-1])[1])
    sums: list[list[Any]] = [[0, Decimal(0), Decimal(0)] for _end in ends]
    rows = db.session.execute(
        sa.select(AssetBook.book, AssetBook.method, AssetBook.cost, AssetBook.starts_on,
                  AssetBook.useful_life, AssetBook.residual_value, AssetBook.anchored_on,
                  AssetBook.anchored_accumulated, AssetBook.accumulated)
        .join(Asset, Asset.id == AssetBook.asset_id)
        .where(AssetBook.book == book, AssetBook.method != DepreciationMethod.NONE,
               Asset.state.in_(DEPRECIATES))
        .execution_options(yield_per=5000))
    for row in rows:
        for total, (amount, value) in zip(sums, outlook(terms_of(row), row.accumulated, ends), strict=True):
            total[0] += bool(amount)
            total[1] += amount
            total[2] += value
    return [(end, total[0], total[1], total[2]) for end, total in zip(ends, sums, strict=True)]


def depreciation_schedule(values: ParameterValues) -> Statement:
    """Computed in advance, not kept: a SELECT of literals, so that the kit pages and exports it like any
    other."""
    rows = _coming(BookKind(values.get("book") or BookKind.HOSPITAL), values.get("asset"))
    def literal(end: date, count: int, amount: Decimal, value: Decimal) -> Any:
        return sa.select(sa.literal(end, sa.Date()).label("period_end"), sa.literal(count).label("assets"),
                         sa.literal(amount, MONEY).label("amount"), sa.literal(value, MONEY).label("closing"))
    none = literal(clock.today(), 0, Decimal(0), Decimal(0)).where(sa.false())
    parts: list[Any] = [literal(end, count, amount, value) for end, count, amount, value in rows] or [none]
    made = sa.union_all(*parts).subquery()
    return sa.select(made).order_by(made.c.period_end)


declare(Report(
    "depreciation_schedule", N_("Depreciation schedule"), "assets", depreciation_schedule,
    icon="trending-down",
    roles=ROLES, about=N_("What the periods to come will take, all assets together or one asset to its end."),
    columns=(Column("period_end", N_("Period until"), "date"),
             Column("assets", N_("Assets"), "number", unless="asset"),
             Column("amount", N_("Depreciation"), "money"),
             Column("closing", N_("Book value after it"), "money", sums=False)),
    parameters=(BOOK, ASSET)))


def depreciation_lines(values: ParameterValues) -> Statement:
    line, run = DepreciationRunLine, DepreciationRun
    return (sa.select(run.period_end, run.book, run.state, sa.literal("depreciation_run").label("table"),
                      run.id.label("run_id"), run.number, Asset.id.label("asset_id"), Asset.tag,
                      Asset.name.label("asset"), AssetType.name.label("kind"), line.opening_value,
                      line.amount, line.periods, line.caught_up, line.closing_value)
            .select_from(line).join(run, run.id == line.depreciation_run_id).join(Asset,
                                                                                  Asset.id == line.asset_id)
            .join(AssetType, AssetType.id == Asset.asset_type_id)
            .where(run.state != DepreciationRunState.CANCELLED, *where(values, run=run.id, asset=Asset.id))
            .order_by(run.period_end.desc(), run.id.desc(), line.id))


declare(Report(
    "depreciation_lines", N_("Depreciation by asset"), "assets", depreciation_lines, icon="list-details",
    roles=ROLES,
    about=N_("Each asset's line of each run: the history of an asset, or all assets of one run."),
    columns=(Column("period_end", N_("Period until"), "date"), Column("book", N_("Book"), "word"),
             Column("number", N_("Run"), "code", links=("table", "run_id"), unless="run"),
             Column("tag", N_("Tag"), "code"), ASSET_COLUMN, Column("kind", N_("Asset type"), unless="asset"),
             Column("opening_value", N_("Opening value"), "money"),
             Column("amount", N_("Depreciation"), "money"), Column("periods", N_("Periods"), "number"),
             Column("caught_up", N_("Of earlier periods"), "money"),
             Column("closing_value", N_("Closing value"), "money"),
             Column("state", N_("State"), "word", unless="run")),
    parameters=(Parameter("run", N_("Run"), "depreciation_run"), ASSET)))


# ---------------------------------------------------------------- maintenance

def _costs(values: ParameterValues) -> Any:
    """Each finished line with what it cost and what its parts were worth."""
    line, order, part = MaintenanceLine, Maintenance, MaintenancePart
    parts = (sa.select(part.maintenance_line_id.label("line_id"),
                       (-sa.func.sum(StockMove.value)).label("worth"))
             .join(part, part.id == StockMove.line_id).where(StockMove.document_type == "maintenance")
             .group_by(part.maintenance_line_id).subquery())
    return (sa.select(line.asset_id, order.work_unit_id, order.vendor_id, order.id.label("order_id"),
                      line.cost, sa.func.coalesce(parts.c.worth, 0).label("parts"), order.started_at,
                      order.finished_at)
            .join(order, order.id == line.maintenance_id).outerjoin(parts, parts.c.line_id == line.id)
            .where(order.state == MaintenanceState.DONE, *_local(order.finished_at)(values),
                   *where(values, asset=line.asset_id, work_unit=order.work_unit_id, vendor=order.vendor_id))
            .subquery())


def maintenance_cost(values: ParameterValues) -> Statement:
    """What was finished in the period, by asset, work unit or vendor; the dearest first."""
    lines = _costs(values)
    kind = values.get("by") or "asset"
    kinds: dict[str, tuple[Any, Any]] = {
        "asset": (Asset, lines.c.asset_id), "work_unit": (WorkUnit, lines.c.work_unit_id),
        "vendor": (Vendor, lines.c.vendor_id)}
    model, key = kinds[kind]
    name = Asset.tag + " " + Asset.name if kind == "asset" else model.name
    total = rupiah(sa.func.sum(lines.c.cost + lines.c.parts))
    return (sa.select(sa.literal(kind).label("table"), key.label("key"), name.label("name"),
                      sa.func.count(lines.c.order_id.distinct()).label("orders"),
                      rupiah(sa.func.sum(lines.c.cost)).label("cost"),
                      rupiah(sa.func.sum(lines.c.parts)).label("parts"), total.label("total"))
            .select_from(lines).outerjoin(model, model.id == key).group_by(key, name)
            .order_by(total.desc(), key.nulls_last()))


BY = Parameter("by", N_("By"), "choice", lambda: "asset",
               choices=(("asset", N_("Asset")), ("work_unit", N_("Work unit")), ("vendor", N_("Vendor"))))
declare(Report(
    "maintenance_cost", N_("Maintenance cost"), "assets", maintenance_cost, icon="tool", roles=ROLES,
    about=N_("Finished orders with their spare parts. Without a vendor or asset: own work, or a building."),
    columns=(Column("name", N_("Name"), links=("table", "key")), Column("orders", N_("Orders"), "number"),
             Column("cost", N_("Work"), "money"), Column("parts", N_("Spare parts"), "money"),
             Column("total", N_("Total"), "money")),
    parameters=(*period(365), BY, ASSET, UNIT, VENDOR)))


def downtime(values: ParameterValues) -> Statement:
    """Time out of use that began in the period, by asset; what is still away counts until now. It begins with
    the report of the fault, else with the work."""
    line, order = MaintenanceLine, Maintenance
    began = sa.func.coalesce(order.down_since, order.started_at)
    took = minutes(began,
                   sa.func.coalesce(order.finished_at, sa.literal(clock.now(), order.started_at.type)))
    away = sa.func.sum(sa.case((order.finished_at.is_(None), 1), else_=0))
    return (sa.select(Asset.id.label("asset_id"), Asset.tag, Asset.name.label("asset"),
                      WorkUnit.name.label("unit"), sa.func.count().label("orders"),
                      sa.func.sum(took).label("minutes"),
                      sa.func.max(took).label("longest"), away.label("away"))
            .select_from(line).join(order, order.id == line.maintenance_id).join(Asset,
                                                                                 Asset.id == line.asset_id)
            .outerjoin(WorkUnit, WorkUnit.id == Asset.work_unit_id)
            .where(order.started_at.is_not(None), order.state != MaintenanceState.CANCELLED,
                   line.state != MaintenanceLineState.DROPPED, *_local(began)(values),
                   *where(values, asset=Asset.id, work_unit=Asset.work_unit_id))
            .group_by(Asset.id, Asset.tag, Asset.name, WorkUnit.name).order_by(sa.func.sum(took).desc(),
                                                                               Asset.id))


def _hours(took: Any) -> Decimal | None:
    return None if took is None else (Decimal(str(took)) / 60).quantize(Decimal("0.1"))


declare(Report(
    "downtime", N_("Downtime of assets"), "assets", downtime, icon="clock-exclamation", roles=ROLES,
    columns=(Column("tag", N_("Tag"), "code"), ASSET_COLUMN,
             Column("unit", N_("Work unit"), unless="work_unit"),
             Column("orders", N_("Orders"), "number"),
             Column("hours", N_("Out of use (hours)"), "number", lambda row: _hours(row.minutes)),
             Column("longest", N_("Longest (hours)"), "number", lambda row: _hours(row.longest)),
             Column("away", N_("Still away"), "number")),
    parameters=(*period(365), ASSET, UNIT), is_late=lambda row: bool(row.away)))


# ---------------------------------------------------------------- calibration

def calibration_due(values: ParameterValues) -> Statement:
    """Devices by the last day that they may be used, until the day asked for; failed ones first."""
    latest = (sa.select(Calibration.asset_id, sa.func.max(Calibration.calibrated_on).label("last"))
              .group_by(Calibration.asset_id).subquery())
    place = sa.case((Room.id.is_not(None), Room.name),
                    (InpatientRoom.id.is_not(None), Ward.name + " " + InpatientRoom.number))
    result = (sa.select(Asset.id.label("asset_id"), Asset.tag, Asset.name.label("asset"),
                        WorkUnit.name.label("unit"), place.label("place"), latest.c.last,
                        Asset.calibration_due_on.label("due"), Asset.calibration_failed.label("failed"))
              .outerjoin(latest, latest.c.asset_id == Asset.id).outerjoin(WorkUnit,
                                                                          WorkUnit.id == Asset.work_unit_id)
              .outerjoin(Room, Room.id == Asset.room_id)
              .outerjoin(InpatientRoom, InpatientRoom.id == Asset.inpatient_room_id)
              .outerjoin(Ward, Ward.id == InpatientRoom.ward_id)
              .where(Asset.calibration_due_on.is_not(None), Asset.state.in_(DEPRECIATES),
                     *where(values, work_unit=Asset.work_unit_id)))
    if values.get("to"):
        result = result.where(sa.or_(Asset.calibration_due_on <= values["to"], Asset.calibration_failed))
    return result.order_by(Asset.calibration_failed.desc(), Asset.calibration_due_on, Asset.id)


def _left(row: Any) -> Decimal:
    return Decimal((row.due - clock.today()).days)


declare(Report(
    "calibration_due", N_("Calibrations due"), "assets", calibration_due, icon="certificate", roles=ROLES,
    about=N_("Devices whose calibration ends until the day chosen. Overdue or unfit ones keep their rooms "
             "from being "
             "ready."),
    columns=(Column("tag", N_("Tag"), "code"), ASSET_COLUMN, Column("place", N_("Room")),
             Column("unit", N_("Work unit"), unless="work_unit"),
             Column("last", N_("Last calibrated"), "date"),
             Column("due", N_("May be used until"), "date"), Column("left", N_("Days left"), "number", _left),
             Column("result", N_("Result"), "word", lambda row: "unfit" if row.failed else "fit")),
    parameters=(Parameter("to", N_("Until"), "date", lambda: clock.today() + timedelta(days=90)), UNIT),
    is_late=lambda row: row.failed or _left(row) < 0))
