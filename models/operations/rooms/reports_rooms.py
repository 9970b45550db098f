"""Reports of rooms: turnaround of beds, cost of a bed-day, and the inventory list of a room (kartu inventaris
ruangan). Occupancy is in `reports_indicators`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import clock
from models.asset_register import Asset, AssetState, BookKind
from models.beds import Bed
from models.depreciation import DepreciationRun, DepreciationRunLine, DepreciationRunState
from models.errors import N_
from models.facilities import RoomFacility
from models.housekeeping import Cleaning, CleaningState
from models.items import Item
from models.maintenance import Maintenance, MaintenanceLine
from models.operations.core.report_kit import (
    Column,
    Parameter,
    ParameterValues,
    Report,
    Statement,
    declare,
    minutes,
    period,
    ratio,
    rupiah,
    where,
)
from models.operations.rooms.reports_indicators import (
    CLASS,
    CLASS_COLUMN,
    ROLES,
    WARD,
    WARD_COLUMN,
    by_bed,
    finished_days,
)
from models.organisation import Status
from models.places import Building, InpatientRoom, Room, RoomClass, Ward


def _bounds(values: ParameterValues) -> tuple[Any, Any, int]:
    """First instant of the period, the instant after its last day (now, if that is earlier), and its days."""
    start = clock.day_bounds(values.get("from") or clock.today() - timedelta(days=30))[0]
    until = clock.day_bounds(values.get("to") or clock.today())[1]
    return start, min(until, clock.now()), max((until - start).days, 1)


def _whole_minutes(value: Any) -> Decimal | None:
    return None if value is None else Decimal(round(value))


# ---------------------------------------------------------------- turnaround

def turnaround(values: ParameterValues) -> Statement:
    """By ward, class and kind of cleaning: how long beds waited, were cleaned, and waited for the
    inspection."""
    start, until, _days = _bounds(values)
    task = Cleaning
    done = sa.func.coalesce(task.inspected_at, task.cleaned_at)
    average = sa.func.avg
    return (sa.select(Ward.id.label("ward_id"), Ward.name.label("ward"), RoomClass.id.label("room_class_id"),
                      RoomClass.name.label("room_class"), task.kind, sa.func.count(task.id).label("tasks"),
                      average(minutes(task.requested_at, task.started_at)).label("waiting"),
                      average(minutes(task.started_at, task.cleaned_at)).label("cleaning"),
                      average(minutes(task.cleaned_at, task.inspected_at)).label("inspection"),
                      average(minutes(task.requested_at, done)).label("whole"),
                      sa.func.max(minutes(task.requested_at, done)).label("longest"),
                      rupiah(sa.func.sum(task.cost)).label("cost"))
            .select_from(task).join(InpatientRoom, InpatientRoom.id == task.inpatient_room_id)
            .join(Ward, Ward.id == InpatientRoom.ward_id)
            .join(RoomClass, RoomClass.id == InpatientRoom.room_class_id)
            .where(task.state.in_((CleaningState.FINISHED, CleaningState.INSPECTED)),
                   task.cleaned_at >= start,
                   task.cleaned_at < until, *where(values, ward=Ward.id, room_class=RoomClass.id))
            .group_by(Ward.id, Ward.name, RoomClass.id, RoomClass.name, task.kind)
            .order_by(Ward.name, RoomClass.name, task.kind))


declare(Report(
    "turnaround", N_("Cleaning turnaround"), "places", turnaround, icon="spray", roles=ROLES,
    about=N_("Minutes from the patient's leaving until the bed was ready again, on average, and where they "
             "went."),
    columns=(WARD_COLUMN, CLASS_COLUMN, Column("kind", N_("Kind"), "word"),
             Column("tasks", N_("Cleanings"), "number"),
             Column("waiting", N_("Waited (min)"), "number", lambda row: _whole_minutes(row.waiting)),
             Column("cleaning", N_("Cleaned (min)"), "number", lambda row: _whole_minutes(row.cleaning)),
             Column("inspection", N_("Inspected (min)"), "number",
                    lambda row: _whole_minutes(row.inspection)),
             Column("whole", N_("Left to ready (min)"), "number", lambda row: _whole_minutes(row.whole)),
             Column("longest", N_("Longest (min)"), "number", lambda row: _whole_minutes(row.longest)),
             Column("cost", N_("Cost"), "money")),
    parameters=(*period(30), WARD, CLASS)))


# ---------------------------------------------------------------- what a bed-day costs

def bed_day_cost(values: ParameterValues) -> Statement:
    """By class: what its rooms cost in the period (cleaning, upkeep and depreciation of what stands in
    them)."""
    start, until, _days = _bounds(values)
    first, last = clock.local(start).date(), clock.local(until).date()
    room, lain = InpatientRoom, by_bed(finished_days(values))
    days = (sa.select(room.room_class_id, sa.func.count(Bed.id).label("beds"),
                      sa.func.coalesce(sa.func.sum(lain.c.census), 0).label("census"))
            .join(Bed, Bed.inpatient_room_id == room.id).outerjoin(lain, lain.c.bed_id == Bed.id)
            .group_by(room.room_class_id).subquery())
    cleaned = (sa.select(room.room_class_id, sa.func.sum(Cleaning.cost).label("cost"))
               .join(Cleaning, Cleaning.inpatient_room_id == room.id)
               .where(Cleaning.cleaned_at >= start, Cleaning.cleaned_at < until)
               .group_by(room.room_class_id).subquery())
    stored = (sa.select(room.room_class_id, sa.func.sum(MaintenanceLine.cost).label("cost"))
              .join(Asset, Asset.inpatient_room_id == room.id)
              .join(MaintenanceLine, MaintenanceLine.asset_id == Asset.id)
              .join(Maintenance, Maintenance.id == MaintenanceLine.maintenance_id)
              .where(Maintenance.finished_at >= start, Maintenance.finished_at < until)
              .group_by(room.room_class_id).subquery())
    worn = (sa.select(room.room_class_id, sa.func.sum(DepreciationRunLine.amount).label("cost"))
            .join(Asset, Asset.inpatient_room_id == room.id)
            .join(DepreciationRunLine, DepreciationRunLine.asset_id == Asset.id)
            .join(DepreciationRun, DepreciationRun.id == DepreciationRunLine.depreciation_run_id)
            .where(DepreciationRun.book == BookKind.HOSPITAL,
                   DepreciationRun.state == DepreciationRunState.POSTED,
                   DepreciationRun.period_end >= first, DepreciationRun.period_end <= last)
            .group_by(room.room_class_id).subquery())
    statement = sa.select(RoomClass.id.label("room_class_id"), RoomClass.name.label("room_class"),
                          days.c.beds, days.c.census, rupiah(cleaned.c.cost).label("cleaning"),
                          rupiah(stored.c.cost).label("upkeep"),
                          rupiah(worn.c.cost).label("wear")).join(days, days.c.room_class_id == RoomClass.id)
    for part in (cleaned, stored, worn):
        statement = statement.outerjoin(part, part.c.room_class_id == RoomClass.id)
    return statement.where(*where(values, room_class=RoomClass.id)).order_by(RoomClass.name)


def _cost(row: Any) -> Decimal:
    return row.cleaning + row.upkeep + row.wear


declare(Report(
    "bed_day_cost", N_("Cost of a bed-day"), "places", bed_day_cost, icon="calculator", roles=ROLES,
    about=N_("Cleaning, maintenance and depreciation (hospital's book) of the rooms and what stands in them "
             "today."),
    columns=(CLASS_COLUMN, Column("beds", N_("Beds"), "number"),
             Column("census", N_("Bed-days"), "number"),
             Column("cleaning", N_("Cleaning"), "money"), Column("upkeep", N_("Maintenance"), "money"),
             Column("wear", N_("Depreciation"), "money"), Column("cost", N_("Cost"), "money", _cost),
             Column("per_day", N_("Cost a bed-day"), "money", lambda row: ratio(_cost(row), row.census),
                    sums=False)),
    parameters=(*period(30), CLASS)))


# ---------------------------------------------------------------- the inventory list of a room

def room_inventory(values: ParameterValues) -> Statement:
    """What stands in rooms: assets by their location, and the stocked things placed there as facilities."""
    gone = (AssetState.RETIRED, AssetState.LOST)
    room, bedroom = aliased(Room), aliased(InpatientRoom)
    ward, building = aliased(Ward), aliased(Building)

    def placed(statement: Any, thing: Any) -> Any:
        result = (statement.outerjoin(room, room.id == thing.room_id).outerjoin(
            bedroom, bedroom.id == thing.inpatient_room_id).outerjoin(ward, ward.id == bedroom.ward_id)
            .outerjoin(building, building.id == room.building_id)
            .where(sa.or_(thing.room_id.is_not(None), thing.inpatient_room_id.is_not(None))))
        if values.get("room") or values.get("inpatient_room"):
            result = result.where(sa.or_(thing.room_id == (values.get("room") or 0),
                                         thing.inpatient_room_id == (values.get("inpatient_room") or 0)))
        return result

    place = sa.case((room.id.is_not(None), room.name), else_=ward.name + " " + bedroom.number)
    assets = placed(sa.select(
        place.label("place"), Asset.id.label("asset_id"), Asset.tag.label("code"), Asset.name.label("thing"),
        Asset.brand.label("brand"), Asset.model.label("model"), Asset.serial_number.label("serial"),
        Asset.acquired_on.label("acquired_on"), Asset.quantity.label("pieces"),
        sa.type_coerce(sa.null(), RoomFacility.quantity.type).label("placed"),
        Asset.acquisition_cost.label("cost"), Asset.condition.label("condition")).select_from(Asset), Asset,
    ).where(Asset.state.not_in(gone))
    items = placed(sa.select(
        place, sa.null(), Item.code, Item.name, sa.null(), sa.null(), sa.null(), sa.null(), sa.null(),
        RoomFacility.quantity, sa.null(), RoomFacility.condition).select_from(RoomFacility).join(
            Item, Item.id == RoomFacility.item_id), RoomFacility).where(RoomFacility.status == Status.ACTIVE)
    rows = sa.union_all(assets, items).subquery()
    return sa.select(rows).order_by(rows.c.place, rows.c.asset_id.is_(None), rows.c.thing, rows.c.code)


declare(Report(
    "room_inventory", N_("Room inventory list (KIR)"), "places", room_inventory, icon="list-details",
    roles=ROLES,
    about=N_("What belongs in each room, to hang beside its door. Choose one room for one sheet."),
    columns=(Column("place", N_("Room")),
             Column("thing", N_("Name"), links=("=asset", "asset_id")), Column("code", N_("Code"), "code"),
             Column("brand", N_("Brand")), Column("model", N_("Model")),
             Column("serial", N_("Serial number"), "code"),
             Column("year", N_("Year"), "code",
                    lambda row: str(row.acquired_on.year) if row.acquired_on else ""),
             Column("amount", N_("Quantity"), "quantity",
                    lambda row: Decimal(row.pieces) if row.pieces is not None else row.placed),
             Column("cost", N_("Acquisition cost"), "money"), Column("condition", N_("Condition"), "word")),
    parameters=(Parameter("room", N_("Room"), "room"),
                Parameter("inpatient_room", N_("Inpatient room"), "inpatient_room")),
    signatures=(N_("Head of facilities"), N_("Keeper of the inventory"))))
