"""The smallest valid record of each kind; a test states only what matters to it.

Every function adds the record to `db.session`, flushes, and returns it. Fields are given by name.
"""

from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from models import clock
from models.asset_documents import AssetPlan, AssetPlanLine, AssetProcurement, AssetProcurementLine
from models.asset_exits import AssetAuction, AssetAuctionLine, AssetAuctionState
from models.asset_history import AssetMovement
from models.asset_register import Asset, AssetModel, AssetType, Vendor
from models.base import db
from models.beds import Bed
from models.clinic import (
    Consent,
    Doctor,
    DoctorSchedule,
    Patient,
    PatientState,
    Relation,
    Sex,
    Specialization,
)
from models.consultations import Consultation
from models.items import Item, ItemCategory, Supplier, UnitConversion
from models.journal import Account, AccountKind, Posting, Side
from models.maintenance import Maintenance, MaintenanceLine, MaintenanceState
from models.operations.clinic.patients import CONSENTS, next_record_number
from models.operations.core.approvals import opened
from models.operations.ledger import stock
from models.operations.stores import stocktake_counting
from models.organisation import Employee, WorkUnit
from models.people import User, UserRole
from models.places import (
    Building,
    FundingSource,
    InpatientRoom,
    Land,
    Room,
    RoomClass,
    RoomKind,
    Ward,
    WardKind,
)
from models.purchasing import PurchaseOrder, PurchaseOrderLine
from models.returns import UnitReturn, UnitReturnLine
from models.roles import Role
from models.settings import DEFAULTS
from models.stock import MoveKind, Store
from models.stocktakes import Stocktake
from models.store_requests import DeliveryRequest, StoreRequest, StoreRequestLine

_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """A code that no other record of this run has: `unique("WU")` is WU-0001, WU-0002 …"""
    return f"{prefix}-{next(_numbers):04d}"


def saved(record: Any) -> Any:
    """`record`, added and flushed."""
    db.session.add(record)
    db.session.flush()
    return record


# ---------------------------------------------------------------- people and organisation


def make_work_unit(**fields: Any) -> WorkUnit:
    code = fields.pop("code", None) or unique("WU")
    return saved(WorkUnit(code=code, name=fields.pop("name", f"Unit {code}"), **fields))


def make_user(*roles: Role, **fields: Any) -> User:
    """An active account with `roles`. A unit user gets a new work unit unless one is given."""
    code = unique("user")
    if Role.UNIT_USER in roles and not {"work_unit", "work_unit_id"} & fields.keys():
        fields["work_unit"] = make_work_unit()
    fields.setdefault("name", f"Person {code}")
    fields.setdefault("email", f"{code}@example.org")
    return saved(User(user_roles=[UserRole(role=role) for role in roles], **fields))


# ---------------------------------------------------------------- clinic


def make_specialization(**fields: Any) -> Specialization:
    code = fields.pop("code", None) or unique("Sp")
    return saved(Specialization(code=code, name=fields.pop("name", f"Specialisation {code}"), **fields))


def make_doctor(**fields: Any) -> Doctor:
    """A doctor with an account, who consults every day from 8 to 16 hours, 15 minutes each."""
    if "user" not in fields:
        fields["user"] = make_user(Role.DOCTOR)
    fields.setdefault("specialization", None)
    fields["specialization"] = fields["specialization"] or make_specialization()
    if "schedules" not in fields:
        fields["schedules"] = [DoctorSchedule(weekday=day, starts_at=time(8), ends_at=time(16))
                               for day in range(7)]
    return saved(Doctor(name=fields.pop("name", unique("Doctor")), **fields))


def make_patient(**fields: Any) -> Patient:
    """A patient whose registration is approved, with an account unless a guardian keeps the profile."""
    if not {"user", "guardian"} & fields.keys():
        fields["user"] = make_user(Role.PATIENT)
    fields.setdefault("birth_date", date(1990, 5, 17))
    fields.setdefault("sex", Sex.FEMALE)
    fields.setdefault("state", PatientState.ACTIVE)
    if fields.get("guardian"):
        fields.setdefault("relation", Relation.OTHER_PERSON)
    if fields["state"] == PatientState.ACTIVE and "medical_record_number" not in fields:
        fields["medical_record_number"] = next_record_number()
    patient = saved(Patient(name=fields.pop("name", unique("Patient")), **fields))
    for kind, text_version in CONSENTS.items():
        saved(Consent(patient=patient, kind=kind, text_version=text_version,
                      given_by_id=min(patient.owner_ids)))
    return patient


def make_consultation(**fields: Any) -> Consultation:
    """A consultation asked for by the patient, tomorrow at 9 unless said."""
    doctor = fields.pop("doctor", None) or make_doctor()
    patient = fields.pop("patient", None) or make_patient()
    tomorrow = datetime.combine(clock.today() + timedelta(days=1), time(9), clock.zone())
    fields.setdefault("starts_at", tomorrow)
    fields.setdefault("complaint", "A cough for three days")
    fields.setdefault("created_by_id", min(patient.owner_ids))
    return saved(Consultation(
        doctor=doctor, patient=patient, specialization_id=doctor.specialization_id, **fields))


# ---------------------------------------------------------------- stores


def make_chart() -> None:
    """The accounts that the settings name, where the chart lacks them."""
    codes = {code: key for key, code in DEFAULTS.items() if key.startswith("account.")}
    known = set(db.session.scalars(db.select(Account.code).where(Account.code.in_(codes))))
    db.session.add_all(Account(code=code, name=key, kind=AccountKind.EXPENSE, normal_balance=Side.DEBIT)
                       for code, key in codes.items() if code not in known)
    db.session.flush()


def make_account(**fields: Any) -> Account:
    code = fields.pop("code", None) or unique("A")
    fields.setdefault("kind", AccountKind.EXPENSE)
    fields.setdefault("normal_balance", Side.DEBIT)
    return saved(Account(code=code, name=fields.pop("name", f"Account {code}"), **fields))


def make_store(**fields: Any) -> Store:
    code = fields.pop("code", None) or unique("ST")
    return saved(Store(code=code, name=fields.pop("name", f"Store {code}"), **fields))


def make_item(units: dict[str, str] | None = None, **fields: Any) -> Item:
    """An item counted in tablets; `units` gives more units, name to factor."""
    code = fields.pop("code", None) or unique("IT")
    fields.setdefault("base_unit", "tablet")
    if not {"category", "category_id"} & fields.keys():
        category = unique("IC")
        fields["category"] = ItemCategory(code=category, name=f"Category {category}")
    factors = {fields["base_unit"]: "1", **(units or {})}
    return saved(Item(code=code, name=fields.pop("name", f"Item {code}"), units=[
        UnitConversion(unit_name=name, factor=Decimal(factor)) for name, factor in factors.items()],
                      **fields))


def make_supplier(**fields: Any) -> Supplier:
    code = fields.pop("code", None) or unique("SU")
    return saved(Supplier(code=code, name=fields.pop("name", f"Supplier {code}"), **fields))


def unit_of(item: Item, name: str | None = None) -> UnitConversion:
    """The unit `name` of an item, its base unit without."""
    return next(unit for unit in item.units if unit.unit_name == (name or item.base_unit))


def stock_up(store: Store, item: Item, quantity: str | int, value: str | int = 0, batch: str = "",
             expires_on: date | None = None) -> None:
    """Put `quantity` base units worth `value` rupiah into a store, as a first count does."""
    make_chart()
    by = make_user(Role.STORE_STAFF)
    count = saved(Stocktake(store_id=store.id, created_by=by))
    batch_id = stock.batches([(item.id, batch, expires_on)])[item.id, batch]
    stock.receive(count, store.id, [stock.Incoming(1, item.id, Decimal(quantity), batch_id, Decimal(value))],
                  kind=MoveKind.STOCKTAKE, on=clock.today(), by=by, against=stock.against(Posting.STOCK_GAIN))


def write_counts(count: Stocktake, by: User, *off: str | int) -> None:
    """`by` counts every line: what the books say now, and `off` more, line by line, as far as that goes."""
    there = stock.balances(count.store_id, {line.item_id for line in count.lines})
    for line, difference in zip(count.lines, itertools.chain(off, itertools.repeat(0)), strict=False):
        stocktake_counting.count(count, line.id,
                                 there.get((line.item_id, line.batch_id), Decimal(0)) + Decimal(difference),
                                 seen=line.counted_quantity, by=by)


def make_store_request(*lines: tuple[Item, str | int], **fields: Any) -> StoreRequest:
    """A draft request of a unit user for base units of items."""
    fields.setdefault("created_by", None)
    author = fields.pop("created_by") or make_user(Role.UNIT_USER)
    fields.setdefault("store", None)
    fields["store"] = fields["store"] or make_store()
    request = saved(StoreRequest(created_by=author, work_unit_id=author.work_unit_id, lines=[
        StoreRequestLine(item=item, unit=unit_of(item), quantity=Decimal(quantity))
        for item, quantity in lines or [(make_item(), 1)]], **fields))
    opened(request, by=author)
    return request


def make_unit_return(delivery: DeliveryRequest, quantity: str | int, **fields: Any) -> UnitReturn:
    """A draft return of base units of the first line of a delivery."""
    author, line = fields["created_by"], delivery.lines[0]
    document = saved(UnitReturn(
        work_unit_id=delivery.work_unit_id, store_id=delivery.store_id, lines=[UnitReturnLine(
            item=line.item, unit=unit_of(line.item), quantity=Decimal(quantity),
            delivery_request_line=line)], **fields))
    opened(document, by=author)
    return document


def make_purchase_order(*lines: tuple[Item, str | int, str | int], **fields: Any) -> PurchaseOrder:
    """A draft order of base units of items, each at a price."""
    author = fields.pop("created_by", None) or make_user(Role.FACILITIES_STAFF)
    fields["store"] = fields.get("store") or make_store()
    fields["supplier"] = fields.get("supplier") or make_supplier()
    order = saved(PurchaseOrder(created_by=author, lines=[
        PurchaseOrderLine(item=item, unit=unit_of(item), quantity=Decimal(quantity),
                          unit_price=Decimal(price))
        for item, quantity, price in lines or [(make_item(), 1, 1)]], **fields))
    opened(order, by=author)
    return order


# ---------------------------------------------------------------- places, housekeeping and assets


def make_building(**fields: Any) -> Building:
    """A building on a parcel of its own, unless `land` is given."""
    code = fields.pop("code", None) or unique("B")
    if "land" not in fields:
        fields["land"] = Land(code=f"L-{code}", name=f"Parcel {code}", total_area=Decimal(1000),
                              price_per_m2=Decimal(2_000_000), funding_source=FundingSource.BLU)
    return saved(Building(code=code, name=fields.pop("name", f"Building {code}"), floor_area=Decimal(500),
                          **fields))


def make_room(**fields: Any) -> Room:
    code = fields.pop("code", None) or unique("R")
    fields["building"] = fields.get("building") or make_building()
    fields.setdefault("kind", RoomKind.POLYCLINIC)
    return saved(Room(code=code, name=fields.pop("name", f"Room {code}"), area=Decimal(20), **fields))


def make_room_class(**fields: Any) -> RoomClass:
    code = fields.pop("code", None) or unique("C")
    fields.setdefault("bed_count", 2)
    return saved(RoomClass(code=code, name=fields.pop("name", f"Class {code}"), **fields))


def make_inpatient_room(beds: int = 1, **fields: Any) -> InpatientRoom:
    """A room with `beds` ready beds, in a new ward and class unless given."""
    number = fields.pop("number", None) or unique("K")
    if "ward" not in fields:
        fields["ward"] = saved(Ward(code=f"W-{number}", name=f"Ward {number}", building=make_building(),
                                    kind=WardKind.GENERAL))
    fields["room_class"] = fields.get("room_class") or make_room_class()
    return saved(InpatientRoom(number=number, area=Decimal(24), beds=[
        Bed(number=str(place)) for place in range(1, beds + 1)], **fields))


def make_bed(**fields: Any) -> Bed:
    """The only bed of a new room; fields are the room's."""
    return make_inpatient_room(1, **fields).beds[0]


def make_employee(user: User | None = None, **fields: Any) -> Employee:
    code = fields.pop("code", None) or unique("E")
    return saved(Employee(code=code, name=fields.pop("name", f"Employee {code}"), user_id=user and user.id,
                          **fields))


def make_asset_model(**fields: Any) -> AssetModel:
    """A catalogue entry of a type that loses its value in 5 years, straight line."""
    code = fields.pop("code", None) or unique("M")
    if "asset_type" not in fields:
        fields["asset_type"] = saved(AssetType(code=f"T-{code}", name=f"Type {code}", useful_life=60))
    return saved(AssetModel(code=code, name=fields.pop("name", f"Model {code}"), **fields))


def make_asset(**fields: Any) -> Asset:
    model = fields.pop("asset_model", None) or make_asset_model()
    fields.setdefault("acquisition_cost", Decimal(12_000_000))
    return saved(Asset(tag=fields.pop("tag", None) or unique("AST"), name=fields.pop("name", model.name),
                       asset_type=model.asset_type, asset_model=model, **fields))


def make_asset_movement(**fields: Any) -> AssetMovement:
    """An asset on its way from one unit to another, which has not said yet that it came."""
    asset = fields.pop("asset", None) or make_asset(work_unit=make_work_unit(), room=make_room())
    before = asset.work_unit
    asset.work_unit = fields.pop("to_work_unit", None) or make_work_unit()
    fields.setdefault("moved_by", make_user(Role.FACILITIES_STAFF))
    return saved(AssetMovement(asset=asset, from_work_unit=before, to_work_unit=asset.work_unit,
                               from_room=asset.room, to_room=asset.room, **fields))


def make_vendor(**fields: Any) -> Vendor:
    code = fields.pop("code", None) or unique("V")
    return saved(Vendor(code=code, name=fields.pop("name", f"Vendor {code}"), **fields))


def make_asset_plan(**fields: Any) -> AssetPlan:
    """A draft plan of a unit user for two things of one model."""
    author = fields.pop("created_by", None) or make_user(Role.UNIT_USER)
    unit = author.work_unit or make_work_unit()
    plan = saved(AssetPlan(created_by=author, work_unit=unit, lines=[
        AssetPlanLine(work_unit=unit, asset_model=make_asset_model(), quantity=2)], **fields))
    opened(plan, by=author)
    return plan


def make_asset_procurement(price: str | int = 10_000_000, **fields: Any) -> AssetProcurement:
    """A draft order of one thing at `price` rupiah."""
    author = fields.pop("created_by", None) or make_user(Role.FACILITIES_STAFF)
    fields["vendor"] = fields.get("vendor") or make_vendor()
    order = saved(AssetProcurement(created_by=author, lines=[
        AssetProcurementLine(asset_model=make_asset_model(), quantity=1, unit_price=Decimal(price))],
                                   **fields))
    opened(order, by=author)
    return order


def make_open_auction(reserve: str | int = 1_000_000) -> AssetAuction:
    """An auction of one asset that takes bids."""
    author = make_user(Role.FACILITIES_STAFF)
    auction = saved(AssetAuction(created_by=author, lines=[
        AssetAuctionLine(asset=make_asset(), appraised_value=Decimal(reserve),
                         reserve_price=Decimal(reserve))]))
    opened(auction, by=author)
    auction.state = AssetAuctionState.OPEN
    return saved(auction)


def make_started_maintenance(asset: Asset | None = None) -> Maintenance:
    """An order that is being worked on."""
    order = make_maintenance(asset)
    order.state = MaintenanceState.IN_PROGRESS
    return saved(order)


def make_maintenance(asset: Asset | None = None, **fields: Any) -> Maintenance:
    """A draft order to mend one asset, at no cost unless `estimated_cost` says so."""
    author = fields.pop("created_by", None) or make_user(Role.UNIT_USER)
    order = saved(Maintenance(created_by=author, work_unit=author.work_unit or make_work_unit(), lines=[
        MaintenanceLine(asset=asset or make_asset(), fault="It does not start")], **fields))
    opened(order, by=author)
    return order
