"""Which tables and columns of the data model stand in the lab's files, and how SQLite holds them there.

Names, types, keys and indexes come from the live metadata. A column stands here only when `TABLES` names
it, so a new column of the model, or a secret one, is never in the lab by accident.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from models.base import ExactDecimal, UtcDateTime, db

DOCUMENT = "id number state created_by_id created_at note"
TABLES: dict[str, str] = {
    # people and places
    "work_unit": "id code name status",
    "user": "id name work_unit_id language status created_at",
    "user_role": "user_id role",
    "employee": "id code name position work_unit_id user_id status",
    "region": "code parent_code level name",
    "building": "id code name floor_area floors completed_on cost status",
    "room": "id code building_id name kind area condition state floor work_unit_id",
    # stores
    "store": "id code name work_unit_id status",
    "item_category": "id code name name_en is_medicine",
    "item": "id code name category_id base_unit barcode batch_tracked controlled stock_on_hand minimum_stock"
            " last_received_on last_issued_on status price_hint",
    "unit_conversion": "id item_id unit_name factor barcode",
    "stock_batch": "id item_id number expires_on",
    "store_item": "id store_id item_id quantity value",
    "stock_balance": "id store_id item_id batch_id quantity",
    "stock_move": "id store_id item_id batch_id quantity unit_cost value document_type document_id"
                  " line_id kind user_id occurred_at moved_on",
    "store_request": DOCUMENT + " work_unit_id store_id requested_on needed_on purpose urgency",
    "store_request_line": "id store_request_id item_id unit_id quantity factor",
    "delivery_request": DOCUMENT + " store_request_id store_id delivered_on",
    "delivery_request_line": "id delivery_request_id item_id unit_id quantity factor",
    # purchasing
    "supplier": "id code name contact_name charges_vat lead_time_days status",
    "purchase_order": DOCUMENT + " supplier_id store_id ordered_on expected_on vat_percent",
    "purchase_order_line": "id purchase_order_id item_id unit_id quantity factor unit_price discount",
    "goods_receipt": DOCUMENT + " purchase_order_id supplier_id store_id received_on delivery_order_number",
    "goods_receipt_line": "id goods_receipt_id purchase_order_line_id item_id unit_id ordered_quantity"
                          " received_quantity factor unit_price batch_number expires_on batch_id",
    "supplier_invoice": DOCUMENT + " supplier_id purchase_order_id supplier_number invoiced_on"
                                   " due_on vat_amount paid_on",
    "supplier_invoice_line": "id supplier_invoice_id goods_receipt_line_id item_id unit_id quantity factor"
                             " unit_price",
    # journal and history
    "account": "id code name name_en kind normal_balance status",
    "period": "id year month closed_at",
    "journal_entry": "id period_id posted_on document_type document_id description user_id occurred_at",
    "journal_line": "id entry_id account_id purpose debit credit",
    "document_event": "id document_type document_id transition from_state to_state user_id note occurred_at",
    # rooms
    "ward": "id code name building_id kind work_unit_id status",
    "room_class": "id code name bed_count needs_inspection status",
    "inpatient_room": "id ward_id room_class_id number area state is_isolation floor",
    "bed": "id inpatient_room_id number state state_since",
    "stay": "id bed_id patient_id outside_reference started_at ended_at checked_in_by_id checked_out_by_id",
    "cleaning": "id kind inpatient_room_id bed_id employee_id requested_at started_at cleaned_at inspected_at"
                " cost state needs_inspection",
    "class_facility": "id room_class_id item_id quantity condition status",
    "room_facility": "id inpatient_room_id item_id quantity condition status",
    # assets
    "asset_type": "id code name method useful_life is_medical_device calibration_months status",
    "asset": "id tag asset_type_id name brand serial_number condition acquisition_cost acquired_on state"
             " funding_source parent_id work_unit_id building_id room_id",
    # telemedicine
    "specialization": "id code name name_en status",
    "doctor": "id user_id name specialization_id str_number str_expires_on sip_number sip_expires_on fee"
              " status",
    "patient": "id user_id medical_record_number name birth_date sex height_cm weight_kg region_code"
               " blood_type allergies payer state registered_at",
    "consultation": DOCUMENT + " patient_id specialization_id doctor_id complaint requested_on starts_at"
                               " slot_minutes payer triage approved_at started_at completed_at rating",
    "consultation_message": "id consultation_id author_id side body sent_at read_at",
}


def columns_of(table: str) -> list[sa.Column[Any]]:
    """The columns of the model that the lab has, in the lab's order. Raises KeyError for a name that the
    model lacks."""
    columns = db.metadata.tables[table].columns
    return [columns[name] for name in TABLES[table].split()]


@cache
def metadata() -> sa.MetaData:
    """The lab's tables. An exact number is a REAL, an instant is text in UTC, a word of a list is text."""
    result = sa.MetaData(naming_convention=db.metadata.naming_convention)
    for name in TABLES:
        sa.Table(name, result, *[_column(column) for column in columns_of(name)])
    for name in TABLES:
        _add_keys(result.tables[name], db.metadata.tables[name])
    return result


def _column(column: sa.Column[Any]) -> sa.Column[Any]:
    return sa.Column(column.name, _type(column.type), primary_key=column.primary_key,
                     nullable=column.nullable, autoincrement=False)


def _type(kind: Any) -> Any:
    if isinstance(kind, ExactDecimal):
        return sa.REAL()
    if isinstance(kind, UtcDateTime):
        return sa.DATETIME()
    if isinstance(kind, sa.Enum | sa.String):
        return sa.TEXT()
    for known in (sa.Boolean, sa.Date, sa.Time):
        if isinstance(kind, known):
            return known()
    return sa.INTEGER()


def _add_keys(here: sa.Table, model: sa.Table) -> None:
    """The unique constraints, foreign keys and indexes of the model whose columns all stand in the lab."""
    for rule in sorted(model.constraints, key=lambda entry: str(entry.name)):
        names = [column.name for column in getattr(rule, "columns", ())]
        if not set(names) <= set(here.columns.keys()):
            continue
        if isinstance(rule, sa.UniqueConstraint):
            here.append_constraint(sa.UniqueConstraint(*names, name=rule.name))
        elif isinstance(rule, sa.ForeignKeyConstraint) and len(names) == 1:
            target = rule.elements[0].column
            if target.table.name in TABLES:
                here.append_constraint(sa.ForeignKeyConstraint(
                    names, [f"{target.table.name}.{target.name}"], name=rule.name))
    for index in sorted(model.indexes, key=lambda entry: str(entry.name)):
        names = [getattr(entry, "name", "") for entry in index.expressions]
        if set(names) <= set(here.columns.keys()) and not _has_condition(index):
            sa.Index(index.name, *[here.columns[name] for name in names], unique=index.unique)


def _has_condition(index: sa.Index) -> bool:
    """Whether it holds some rows only; those serve the application's rules and are left out."""
    return any(options.get("where") is not None for options in index.dialect_options.values())


@cache
def statements() -> tuple[str, ...]:
    """The statements that make the empty tables with their indexes, in SQLite's words."""
    dialect, result = sqlite.dialect(), []
    for table in metadata().tables.values():
        result.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        result += [str(CreateIndex(index).compile(dialect=dialect)).strip()
                   for index in sorted(table.indexes, key=lambda entry: str(entry.name))]
    return tuple(result)
