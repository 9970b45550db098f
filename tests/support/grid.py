"""A valid row of any table, filled from its metadata: what the generated tests of the panel open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from backoffice.panel.columns import columns_of, mapped_tables
from models import clock
from models.base import db
from models.journal import Period
from models.organisation import Setting
from models.roles import Role
from models.settings import SETTINGS
from tests.support import factories as make
from tests.support.specified_rights import TABLES, rows_read

#: Tables whose rows have a maker of their own, or need more than filled columns.
MAKERS: dict[str, Callable[[], Any]] = {
    "asset_movement": make.make_asset_movement,
    "setting": lambda: make_setting(),
    "user": make.make_user, "work_unit": make.make_work_unit, "doctor": make.make_doctor,
    "patient": make.make_patient, "consultation": make.make_consultation, "store": make.make_store,
    "item": make.make_item, "supplier": make.make_supplier, "building": make.make_building,
    "room": make.make_room, "room_class": make.make_room_class, "inpatient_room": make.make_inpatient_room,
    "bed": make.make_bed, "employee": make.make_employee, "asset_model": make.make_asset_model,
    "asset": make.make_asset, "vendor": make.make_vendor, "account": make.make_account,
    "unit_conversion": lambda: make.unit_of(make.make_item()),
}


#: Tables of a patient's record: each reading of a row is written down.
CLINICAL = frozenset({"bed_reservation", "clinical_note", "consultation", "diagnosis", "letter", "patient",
                      "patient_allergy", "prescription", "stay", "walk_in"})


def _next() -> int:
    return int(make.unique("n").split("-")[1])


#: A month of the books that no other row has, of 1,212.
MONTH: dict[str, Callable[[], Any]] = {
    "year": lambda: 2000 + _next() % 101, "month": lambda: 1 + _next() // 101 % 12}


def make_setting() -> Any:
    """One setting after the other, with its default; accounts would need a chart."""
    keys = [key for key, declared in SETTINGS.items() if declared.default and not key.startswith("account.")]
    key = keys[_next() % len(keys)]
    return make.saved(Setting(key=key, value=SETTINGS[key].default))


#: Columns that a check of the table wants although they may be empty, or wants otherwise.
WANTED: dict[str, dict[str, Callable[[], Any]]] = {
    "activity_log": {"salt": lambda: f"{_next():032d}"},
    "asset_auction_bid": {"asset_auction_line": lambda: make.make_open_auction().lines[0]},
    "asset_auction_line": {"asset": make.make_asset},
    "asset_type": {"useful_life": lambda: 60},
    "bed_reservation": {"bed": make.make_bed, "guest_name": lambda: make.unique("guest"),
                        "reserved_until": lambda: clock.now() + timedelta(hours=6)},
    "calibration": {"valid_until": lambda: clock.today() + timedelta(days=365),
                    "certificate_number": lambda: make.unique("SERT")},
    "service_contract": {"asset_model": make.make_asset_model},
    "doctor_duty": {"starts_at": clock.now, "ends_at": lambda: clock.now() + timedelta(hours=8)},
    "class_facility": {"item": make.make_item},
    "cleaning": {"room": make.make_room},
    "delegation": {"role": lambda: Role.FACILITIES_HEAD, "ends_on": clock.today,
                   "giver": lambda: make.make_user(Role.FACILITIES_HEAD),
                   "taker": lambda: make.make_user(Role.FACILITIES_STAFF)},
    "depreciation_run_line": {"closing_value": lambda: Decimal(0)},
    "depreciation_run": {"period_start": lambda: clock.today() - timedelta(days=_next()),
                         "period_end": clock.today},
    "doctor_schedule": {"ends_at": lambda: time(17)},
    "fault_report": {"asset": lambda: make.make_asset(work_unit=make.make_work_unit())},
    "goods_receipt": {"purchase_order": make.make_purchase_order, "supplier": make.make_supplier},
    "inventory_round": {"room": make.make_room},
    "journal_line": {"debit": lambda: Decimal(1)},
    "letter": {"sick_from": clock.today, "sick_until": clock.today},
    "maintenance_line": {"asset": make.make_asset},
    "maintenance_part": {"maintenance_line": lambda: make.make_started_maintenance().lines[0]},
    "maintenance_schedule": {"every_months": lambda: 6, "next_due_on": clock.today},
    "monthly_pack": {"period": lambda: make.saved(Period(**{name: value()
                                                            for name, value in MONTH.items()}))},
    "own_exercise": {"key": lambda: make.unique("own")},
    "period": MONTH,
    "room_facility": {"room": make.make_room, "item": make.make_item},
    "shelf": {"store": lambda: make.make_store(work_unit=make.make_work_unit())},
    "stay": {"outside_reference": lambda: make.unique("guest")},
}


def value_of(column: sa.Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, sa.Enum):
        return next(iter(kind.enum_class)) if kind.enum_class else kind.enums[0]
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, (sa.Date,)):
        return clock.today()
    if isinstance(kind, sa.Time):
        return time(9)
    python = getattr(kind, "python_type", None) if not isinstance(kind, sa.types.TypeDecorator) else None
    if isinstance(kind, sa.JSON):
        return {}
    if isinstance(kind, (sa.LargeBinary,)):
        return make.unique("b").encode().ljust(32, b"0")
    if python in (int, str, date, datetime, Decimal):
        return {int: 1, str: make.unique("x")[-int(getattr(kind, "length", None) or 20):],
                date: clock.today(),
                datetime: clock.now(), Decimal: Decimal(1)}[python]
    name = type(kind).__name__.lower()
    if "date" in name or "moment" in name:
        return clock.now()
    return Decimal(1) if isinstance(getattr(kind, "impl", None),
                                    (sa.Numeric, sa.BigInteger, sa.Integer)) else \
        make.unique("x")


def filled(model: Any, **given: Any) -> Any:
    """An instance, not yet added: every column that must hold something does."""
    fields: dict[str, Any] = dict(given)
    for name, make_value in WANTED.get(model.__tablename__, {}).items():
        if name not in fields:
            fields[name] = make_value()
    columns = columns_of(model)
    # the item first: other references are to be of it
    for name in sorted(columns, key=lambda name: name != "item"):
        column = columns[name]
        kept = column.column
        if name in fields or kept.nullable or kept.default is not None or kept.server_default is not None \
                or name == "id":
            continue
        fields[name] = value_of(kept) if column.relation is None else row_of(column.target,
                                                                             fields.get("item"))
    return model(**fields)


def row_of(model: Any, item: Any = None) -> Any:
    """A saved row of `model`; of `item` where it is one's."""
    if item is not None and "item" in columns_of(model):
        return make.unit_of(item) if model.__tablename__ == "unit_conversion" else make.saved(filled(model,
                                                                                                     item=item))
    maker = MAKERS.get(model.__tablename__)
    return maker() if maker is not None else make.saved(filled(model))


def add_lines(record: Any, number: int) -> None:
    """`number` more lines in each collection of lines, every one with references of its own."""
    for relation in sa.inspect(type(record)).relationships:
        if relation.key != "lines":
            continue
        back = relation.back_populates
        for _ in range(number):
            target = relation.mapper.class_
            given = {back: record} if back else {}
            if "item" in columns_of(target) and "unit" in columns_of(target):
                item = make.make_item()
                given |= {"item": item, "unit": make.unit_of(item)}
            db.session.add(filled(target, **given))
    db.session.flush()
    db.session.expire(record)


def tables() -> list[str]:
    return [table for table in TABLES if table in mapped_tables()]


def reader_role(table: str) -> Role | None:
    """A role that sees every row of the table."""
    return next((role for role, rows in sorted(rows_read(table).items()) if rows == "all"), None)


def reader(table: str) -> Any:
    role = reader_role(table)
    return make.make_user(role) if role is not None else None
