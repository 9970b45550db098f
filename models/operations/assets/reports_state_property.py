"""What the state asks of its property: inventory cards A–F, lists of rooms, the semester by code; and the
list of devices for the ministry of health (ASPAK)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_register import Asset, AssetBook, AssetModel, AssetState, AssetType, BookKind, Ownership
from models.errors import N_
from models.operations.assets.reports_assets import NAME, PLACE, ROLES, TAG, UNIT_COLUMN, WHERE
from models.operations.core.report_kit import (
    UNIT,
    Column,
    Parameter,
    ParameterValues,
    Report,
    Statement,
    declare,
    rupiah,
    where,
)
from models.organisation import WorkUnit
from models.places import Building, InpatientRoom, Land, Room, Ward

#: Card -> first digit of the codes (golongan) that stand on it.
CARDS = {"A": "2", "B": "3", "C": "4", "D": "5", "E": "6", "F": "7"}
AS_OF = Parameter("to", N_("As of"), "date", lambda: clock.today())
CODE = Column("bmn_code", N_("State asset code (BMN)"), "code")
NUP = Column("nup", N_("Registration number (NUP)"), "number")
QUANTITY = Column("quantity", N_("Quantity"), "number")
COST = Column("cost", N_("Cost"), "money")
CONDITION = Column("condition", N_("Condition"), "word")


def _things(*columns: Any) -> Statement:
    """Coded things of the hospital's own with unit and place."""
    return (sa.select(
        Asset.id.label("asset_id"), Asset.bmn_code, Asset.nup, Asset.tag, Asset.name, Asset.brand,
        Asset.model, Asset.serial_number, Asset.acquired_on, Asset.funding_source, Asset.condition,
        Asset.quantity,
        WorkUnit.name.label("unit"), WHERE.label("place"), rupiah(Asset.acquisition_cost).label("cost"),
        *columns)
        .outerjoin(WorkUnit, WorkUnit.id == Asset.work_unit_id)
        .outerjoin(InpatientRoom, InpatientRoom.id == Asset.inpatient_room_id)
        .outerjoin(Room, Room.id == Asset.room_id).outerjoin(Ward, Ward.id == Asset.ward_id)
        .outerjoin(Building, Building.id == Asset.building_id)
        .where(Asset.ownership == Ownership.OWNED))


def _in_the_books(day: Any) -> list[Any]:
    return [Asset.acquired_on <= day, sa.or_(Asset.retired_on.is_(None), Asset.retired_on > day),
            sa.or_(Asset.state != AssetState.RETIRED, Asset.retired_on.is_not(None))]


# ---------------------------------------------------------------- inventory cards

def cards(values: ParameterValues) -> Statement:
    """One card on a day: land is kept as land, the others by the first digit of their code."""
    card, day = values.get("card") or "B", values.get("to") or clock.today()
    if card == "A":
        return _land()
    lost = rupiah(sa.func.coalesce(AssetBook.accumulated, 0)).label("accumulated")
    return (_things(lost).outerjoin(AssetBook, (AssetBook.asset_id == Asset.id)
                                    & (AssetBook.book == BookKind.STATE_PROPERTY))
            .where(Asset.bmn_code.startswith(CARDS[card]), *_in_the_books(day))
            .order_by(Asset.bmn_code, Asset.nup))


def _land() -> Statement:
    worth = sa.type_coerce(Land.total_area * Land.price_per_m2, Asset.acquisition_cost.type)
    none = sa.type_coerce(sa.literal(None), sa.String)
    return sa.select(
        sa.type_coerce(sa.literal(None), sa.Integer).label("asset_id"), none.label("bmn_code"),
        sa.type_coerce(sa.literal(None), sa.Integer).label("nup"), Land.code.label("tag"), Land.name,
        none.label("brand"), none.label("model"), none.label("serial_number"),
        sa.type_coerce(sa.literal(None), sa.Date).label("acquired_on"), Land.funding_source,
        none.label("condition"), sa.literal(1).label("quantity"), none.label("unit"), none.label("place"),
        rupiah(worth).label("cost"), rupiah(sa.literal(0)).label("accumulated")).order_by(Land.code)


declare(Report(
    "bmn_cards", N_("Inventory cards (KIB A–F)"), "assets", cards, icon="id", roles=ROLES,
    about=N_("One card of state property: A land, B equipment and machines, C buildings, D roads and "
             "networks, E other fixed assets, F under construction; by the first digit of the code. "
             "Accumulated depreciation is that of the state-property book now."),
    columns=(CODE, NUP, TAG, NAME, Column("brand", N_("Brand")), Column("model", N_("Model")),
             Column("serial_number", N_("Serial number"), "code"),
             Column("acquired_on", N_("Acquired on"), "date"), CONDITION, UNIT_COLUMN, PLACE, QUANTITY, COST,
             Column("accumulated", N_("Accumulated depreciation"), "money")),
    parameters=(Parameter("card", N_("Card"), "choice", lambda: "B", required=True, choices=(
        ("A", N_("A: land")), ("B", N_("B: equipment and machines")), ("C", N_("C: buildings")),
        ("D", N_("D: roads, irrigation, networks")), ("E", N_("E: other fixed assets")),
        ("F", N_("F: under construction")))), AS_OF)))


# ---------------------------------------------------------------- rooms and the others

def room_list(values: ParameterValues) -> Statement:
    """Coded things by the room in which they stand (DBR), or those that stand in none (DBL)."""
    in_a_room = sa.or_(Asset.room_id.is_not(None), Asset.inpatient_room_id.is_not(None))
    return (_things().where(Asset.bmn_code.is_not(None), *_in_the_books(clock.today()),
                            ~in_a_room if values.get("kind") == "others" else in_a_room,
                            *where(values, work_unit=Asset.work_unit_id))
            .order_by(WHERE, Asset.bmn_code, Asset.nup))


declare(Report(
    "bmn_rooms", N_("State property by room, and the others (DBR, DBL)"), "assets", room_list,
    icon="layout-grid", roles=ROLES,
    about=N_("What has a code of state property, by the room in which it stands; or what stands in no room."),
    columns=(PLACE, CODE, NUP, TAG, NAME, Column("brand", N_("Brand")),
             Column("acquired_on", N_("Acquired on"), "date"), CONDITION, QUANTITY, COST, UNIT_COLUMN),
    parameters=(Parameter("kind", N_("List"), "choice", lambda: "rooms", choices=(
        ("rooms", N_("Of rooms")), ("others", N_("Of what stands in no room")))), UNIT)))


# ---------------------------------------------------------------- the semester

def _semester_start() -> Any:
    day = clock.today()
    return day.replace(month=1 if day.month < 7 else 7, day=1)


def semester(values: ParameterValues) -> Statement:
    """By code: what was there before the first day, what came, what left, and what is there on the last."""
    first, last = values.get("from") or _semester_start(), values.get("to") or clock.today()
    gone = Asset.retired_on
    before = (Asset.acquired_on < first) & sa.or_(gone.is_(None), gone >= first)
    came = Asset.acquired_on.between(first, last)
    left = gone.between(first, last)
    there = (Asset.acquired_on <= last) & sa.or_(gone.is_(None), gone > last)

    def both(name: str, criterion: Any) -> tuple[Any, Any]:
        count = sa.func.coalesce(sa.func.sum(sa.case((criterion, Asset.quantity), else_=0)), 0)
        worth = sa.func.coalesce(sa.func.sum(sa.case((criterion, Asset.acquisition_cost))), 0)
        return count.label(f"{name}_quantity"), rupiah(worth).label(f"{name}_value")

    return (sa.select(Asset.bmn_code, sa.func.min(Asset.name).label("name"), *both("opening", before),
                      *both("added", came), *both("removed", left), *both("closing", there))
            .where(Asset.bmn_code.is_not(None), Asset.ownership == Ownership.OWNED, Asset.acquired_on <= last,
                   sa.or_(gone.is_(None), gone >= first),
                   sa.or_(Asset.state != AssetState.RETIRED, gone.is_not(None)))
            .group_by(Asset.bmn_code).order_by(Asset.bmn_code))


declare(Report(
    "bmn_semester", N_("State property: report of the semester"), "assets", semester,
    icon="report-analytics", roles=ROLES,
    about=N_("By code, with quantity and cost: opening, additions, reductions, closing. The name is that of "
             "one of the things."),
    columns=(CODE, NAME, *(Column(f"{name}_{what}", word, kind) for name, words in (
        ("opening", (N_("Opening: quantity"), N_("Opening: value"))),
        ("added", (N_("Additions: quantity"), N_("Additions: value"))),
        ("removed", (N_("Reductions: quantity"), N_("Reductions: value"))),
        ("closing", (N_("Closing: quantity"), N_("Closing: value"))))
        for (what, kind), word in zip((("quantity", "number"), ("value", "money")), words, strict=True))),
    parameters=(Parameter("from", N_("From"), "date", _semester_start, required=True),
                Parameter("to", N_("Until"), "date", lambda: clock.today(), required=True))))


# ---------------------------------------------------------------- devices for the ministry

def devices(values: ParameterValues) -> Statement:
    """Medical devices that are there, by place: the national name where their model has it."""
    return (_things(sa.func.coalesce(AssetModel.aspak_name, Asset.name).label("national_name"),
                    Asset.calibration_due_on, Asset.state)
            .join(AssetType, AssetType.id == Asset.asset_type_id)
            .outerjoin(AssetModel, AssetModel.id == Asset.asset_model_id)
            .where(AssetType.is_medical_device, Asset.state.not_in((AssetState.RETIRED, AssetState.LOST)),
                   *where(values, work_unit=Asset.work_unit_id))
            .order_by(WHERE, sa.literal_column("national_name"), Asset.tag))


declare(Report(
    "aspak", N_("Medical devices for ASPAK"), "assets", devices, icon="stethoscope", roles=ROLES,
    about=N_("One row a device, to be typed or pasted into ASPAK: its national name (of its model; else its "
             "own), brand, type, serial number, year, price, funding, condition, place, calibrated until. "
             "The ministry's own upload layout is not published; compare the columns with the form that it "
             "sends."),
    columns=(Column("national_name", N_("Name in ASPAK")), NAME, Column("brand", N_("Brand")),
             Column("model", N_("Model")), Column("serial_number", N_("Serial number"), "code"), QUANTITY,
             Column("acquired_on", N_("Acquired on"), "date"), COST,
             Column("funding_source", N_("Funding source"), "word"), CONDITION,
             Column("state", N_("State"), "word"), PLACE, UNIT_COLUMN,
             Column("calibration_due_on", N_("Calibrated until"), "date"), TAG),
    parameters=(UNIT,)))
