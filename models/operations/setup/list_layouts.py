"""Which tables a list may bring and what it holds, read off the metadata; `DECLARED` corrects it.

A table of master data is brought by a list as soon as it has rights to make and change its rows and a natural
key: a column `code`, else the first unique constraint over columns that are always filled. It needs no entry
here.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import RelationshipProperty

from models.base import ExactDecimal, UtcDateTime
from models.clinic import ConsentWay
from models.documents import Document
from models.imports import OPENING_STOCK
from models.operations.assets import openings
from models.operations.core import activity
from models.people import User
from models.rights import RIGHTS, hidden, model_of
from models.roles import Role

#: Kept by the ledger, a workflow or an operation; a list that names them writes nothing there.
KEPT = frozenset({"id", "version", "state", "stock_on_hand", "last_received_on", "last_issued_on",
                  "book_value", "is_demo", "guest", "verify_code", "user_id", "photo_id", "tag",
                  "medical_record_number", "last_done_on", "ordered_for", "cleaning_due",
                  "not_before", "qr_code"})
#: Tables that no list brings, and why.
NOT_BY_LIST: dict[str, str] = {
    "land": "land is valued in the journal",
    "cleaning": "cleaning is work, not master data",
    "setting": "each setting has checks of its own",
    "request_template": "its lines are most of it",
    "maintenance_part": "parts leave a store",
    "asset_auction_bid": "bids are offered",
    "item_substitute": "who writes it has allowed it, one by one",
    "calibration": "a calibration moves the next one's day",
    "service_contract": "its lines are most of it",
    "meter_reading": "readings are written where the meter is, one by one",
}


@dataclass(frozen=True)
class Layout:
    """The columns of a list: the ones that know a record, the other ones, an example row for the template.

    References are named by their relationship (`category`). `kept` are columns of the table that a list may
    hold, because an export does, and that are never written.
    """

    keys: tuple[str, ...]
    columns: tuple[str, ...]
    required: frozenset[str]
    example: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are written."""
        return (*self.keys, *self.columns)


@dataclass(frozen=True)
class Declared:
    """What the metadata does not say of a table's list."""

    keys: tuple[str, ...] = ()
    example: Mapping[str, str] = field(default_factory=dict)
    #: What a new record needs, though the column has a default.
    required: frozenset[str] = frozenset()
    #: Columns that something else listens to: rows that change them pass through the session.
    guarded: frozenset[str] = frozenset()
    #: Columns that the system keeps, beside `KEPT`, and those of `KEPT` that this list writes.
    kept: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    #: What the list holds beside the table's columns: attributes of the record, as columns.
    beside: tuple[sa.Column[Any], ...] = ()
    #: Columns that hold several of these words, divided by commas.
    several: Mapping[str, type[StrEnum]] = field(default_factory=dict)
    #: Who brings it, where that is not whoever makes and changes the rows.
    by: frozenset[Role] | None = None


DECLARED: dict[str, Declared] = {
    "item": Declared(guarded=frozenset({"base_unit", "barcode"}), example={
        "code": "OBT-P-900", "name": "Parasetamol tablet 500 mg", "category": "obat_padat",
        "base_unit": "tablet", "precision": "0", "barcode": "8991234000015", "batch_tracked": "ya",
        "controlled": "tidak", "minimum_stock": "100", "price_hint": "250", "status": "active"}),
    "item_category": Declared(example={
        "code": "obat_herbal", "name": "Obat herbal", "name_en": "Herbal medicine", "is_medicine": "ya"}),
    "unit_conversion": Declared(keys=("item", "unit_name"), required=frozenset({"factor"}),
                                guarded=frozenset({"factor", "barcode"}), example={
        "item": "OBT-P-900", "unit_name": "box", "factor": "100", "barcode": "18991234000012"}),
    "supplier": Declared(example={
        "code": "PMS-900", "name": "PT Contoh Farma", "address": "Jl. Contoh No. 1, Bandung",
        "phone": "+622215550900", "email": "jual@contoh.example", "npwp": "0123456789012345",
        "charges_vat": "ya", "lead_time_days": "5", "status": "active"}),
    "work_unit": Declared(example={
        "code": "HD", "name": "Unit Hemodialisis", "account": "593211", "status": "active"}),
    "store": Declared(example={
        "code": "GD", "name": "Gudang Depo IGD", "work_unit": "IGD", "status": "active"}),
    "stock_level": Declared(required=frozenset({"minimum"}), example={
        "store": "GF", "item": "OBT-P-900", "minimum": "500", "maximum": "2000", "reorder_quantity": "500"}),
    "supplier_price": Declared(
        keys=("supplier", "item", "unit", "kind", "minimum_quantity", "valid_from"), example={
            "supplier": "PMS-900", "item": "OBT-P-900", "unit": "box", "kind": "price_list",
            "minimum_quantity": "1", "valid_from": "2026-01-01", "unit_price": "24500", "discount": "5"}),
    "asset": Declared(
        keys=("tag",), required=frozenset({"acquired_on"}),
        kept=frozenset({"qr_code", "nup", "retired_on", "account_id", "asset_receipt_line_id",
                        "split_from_id", "capitalised_building_id", "calibration_due_on",
                        "calibration_failed", "recalibrate_from"}),
        beside=tuple(sa.Column(name, ExactDecimal(18, 2) if name.endswith("accumulated") else sa.Date())
                     for names in openings.ATTRIBUTES.values() for name in names),
        example={
            "tag": "0001-USG-01", "asset_type": "3.07.01", "name": "USG 4D", "ownership": "owned",
            "brand": "Contoh", "model": "V-8", "serial_number": "SN-0012345", "condition": "good",
            "acquisition_cost": "600000000", "acquired_on": "2023-01-10", "quantity": "1",
            "funding_source": "blu", "work_unit": "IGD", "hospital_accumulated": "450000000",
            "hospital_until": "2026-09-30", "tax_accumulated": "281250000", "tax_until": "2026-09-30",
            "state_accumulated": "360000000", "state_until": "2026-06-30"}),
    "account": Declared(example={
        "code": "117199", "name": "Persediaan lainnya", "name_en": "Other stock", "kind": "asset",
        "normal_balance": "debit", "status": "active"}),
    "vendor": Declared(example={
        "code": "REK-900", "name": "PT Contoh Alkes", "phone": "+622215550901", "status": "active"}),
    "building": Declared(example={
        "code": "GD-A", "land": "TNH-01", "name": "Gedung A", "floor_area": "2400", "floors": "3",
        "status": "active"}),
    "room": Declared(example={
        "code": "A-101", "building": "GD-A", "name": "Poli Anak", "kind": "polyclinic", "area": "20",
        "work_unit": "IGD"}),
    "ward": Declared(example={
        "code": "SAL-1", "name": "Sal Anggrek", "building": "GD-A", "kind": "general", "status": "active"}),
    "room_class": Declared(example={
        "code": "KRIS", "name": "Kelas standar", "bed_count": "4", "needs_inspection": "tidak",
        "status": "active"}),
    "inpatient_room": Declared(example={
        "ward": "SAL-1", "number": "205", "room_class": "KRIS", "area": "36", "is_isolation": "tidak",
        "floor": "2"}),
    "bed": Declared(example={"inpatient_room": "205", "number": "2"}),
    "employee": Declared(example={
        "code": "PEG-0123", "name": "Siti Aminah", "position": "Perawat", "phone": "0812 3456 7890",
        "work_unit": "IGD", "status": "active"}),
    # no password: the owner chooses one with the link of an invitation
    "user": Declared(
        keys=("email",), required=frozenset({"roles"}), several={"roles": Role},
        kept=frozenset({"email_set_by_id", "wants_mail", "wants_whatsapp", "wants_sms"}),
        beside=(sa.Column("roles", sa.String(300), nullable=False),),
        example={"email": "siti.aminah@rs.example.org", "name": "Siti Aminah", "phone": "0812 3456 7890",
                 "work_unit": "IGD", "language": "id", "status": "active", "roles": "unit_user"}),
    "doctor": Declared(
        keys=("str_number",), writes=frozenset({"user_id"}), example={
            "str_number": "STR-520900", "name": "dr. Contoh Wijaya, Sp.A", "specialization": "Sp.A",
            "str_expires_on": "2029-12-31", "sip_number": "SIP-520900", "sip_expires_on": "2029-12-31",
            "languages": "id,su", "fee": "150000", "phone": "0812 3456 7891", "status": "active",
            "user": "dokter.contoh@rs.example.org"}),
    "doctor_schedule": Declared(example={
        "doctor": "STR-520900", "weekday": "0", "starts_at": "09:00", "ends_at": "12:00",
        "slot_minutes": "15", "on_holidays": "tidak"}),
    # registered by the office, each with both consents; record numbers are ours and gapless
    "patient": Declared(
        keys=("name", "birth_date"), by=frozenset({Role.ADMIN}),
        required=frozenset({"consent_way", "consent_on"}),
        kept=frozenset({"guardian_id", "relation", "merged_into_id", "registered_by_id", "decided_reason",
                        "allergies", "height_cm", "weight_kg"}),
        beside=(sa.Column("nik", sa.String(20)), sa.Column("payer_number", sa.String(50)),
                sa.Column("consent_way", sa.Enum(ConsentWay, native_enum=False, create_constraint=False,
                                                 values_callable=lambda ways: [way.value for way in ways]),
                          nullable=False),
                sa.Column("consent_by", sa.String(200)),
                sa.Column("consent_on", sa.Date(), nullable=False),
                sa.Column("identity_checked", sa.Boolean()), sa.Column("nik_confirmed", sa.Boolean()),
                sa.Column("is_another_person", sa.Boolean())),
        example={"name": "Siti Aminah", "birth_date": "1990-05-17", "sex": "female",
                 "nik": "3273015705900001", "phone": "0812 3456 7890", "address": "Jl. Contoh No. 1, Bandung",
                 "payer": "bpjs", "payer_number": "0001234567890",
                 "consent_way": "on_paper", "consent_on": "2026-01-05", "identity_checked": "ya"}),
    # what lies in all stores is their head's
    "shelf": Declared(by=frozenset({Role.STORE_HEAD}), example={
        "store": "GF", "item": "OBT-P-900", "location": "A-03-2"}),
}
#: First stock is no table of its own. Nobody who keeps the accounts of people posts it.
FIRST_STOCK = Layout(
    ("store", "item"), ("batch_number", "expires_on", "quantity", "unit", "unit_price"),
    frozenset({"store", "item", "quantity", "unit_price"}),
    {"store": "GF", "item": "OBT-P-900", "batch_number": "A2401", "expires_on": "2028-12-31",
     "quantity": "1500", "unit": "tablet", "unit_price": "250"})


@functools.cache
def kinds() -> tuple[str, ...]:
    """What lists may hold: tables of master data in the order of the rights, first stock last."""
    return (*(table for table, rights in RIGHTS.items()
              if (rights.create & rights.edit or table in DECLARED) and table not in NOT_BY_LIST
              and not issubclass(model_of(table), Document) and _keys(table)), OPENING_STOCK)


def importers(kind: str) -> frozenset[Role]:
    """Who may bring a list: whoever may make and change the rows."""
    if kind == OPENING_STOCK:
        return frozenset({Role.STORE_HEAD})
    if kind not in kinds():
        return frozenset()
    declared = DECLARED.get(kind, Declared())
    return declared.by if declared.by is not None else RIGHTS[kind].create & RIGHTS[kind].edit


@functools.cache
def layout(kind: str) -> Layout:
    """The columns of a list of that kind."""
    if kind == OPENING_STOCK:
        return FIRST_STOCK
    every = attributes(kind)
    keys = _keys(kind)
    columns = tuple(name for name, column in every.items() if name not in keys and _is_written(column))
    declared = DECLARED.get(kind, Declared())
    required = {*keys, *declared.required, *(name for name in columns if _is_required(every[name]))}
    return Layout(keys, columns, frozenset(required), declared.example,
                  tuple(name for name in every if name not in {*keys, *columns}))


def layout_for(kind: str, by: User | None) -> Layout:
    """The same without what that person does not see of the table."""
    whole = layout(kind)
    unseen = hidden(by, kind) if by is not None and kind != OPENING_STOCK else frozenset()
    if not unseen:
        return whole
    return Layout(whole.keys, tuple(name for name in whole.columns if name not in unseen), whole.required,
                  whole.example, tuple(name for name in whole.kept if name not in unseen))


@functools.cache
def attributes(table: str) -> dict[str, sa.Column[Any]]:
    """Every attribute that an export may hold, in the order of the table; a reference by its relationship."""
    mapper = sa.inspect(model_of(table))
    by_column = {next(iter(relation.local_columns)).name: relation.key
                 for relation in references(table).values()}
    result = {}
    for column in mapper.local_table.columns:
        if not activity.is_masked(column) and not isinstance(column.type, sa.JSON | sa.LargeBinary):
            result[by_column.get(column.name) or mapper.get_property_by_column(column).key] = column
    declared = DECLARED.get(table, Declared())
    return result | {column.name: column for column in declared.beside}


@functools.cache
def references(table: str) -> dict[str, RelationshipProperty[Any]]:
    """The relationships of a table that stand for one of its columns."""
    return {relation.key: relation for relation in sa.inspect(model_of(table)).relationships
            if not relation.uselist and relation.direction.name == "MANYTOONE"
            and len(relation.local_columns) == 1}


def is_guarded(table: str, names: Iterable[str]) -> bool:
    """Whether a change of these columns is something that others listen to, or has no version to check."""
    mapper = sa.inspect(model_of(table))
    return (mapper.version_id_col is None or any(mapper.dispatch.before_update)
            or any(mapper.dispatch.after_update)
            or not DECLARED.get(table, Declared()).guarded.isdisjoint(names))


def _is_written(column: sa.Column[Any]) -> bool:
    declared = DECLARED.get(column.table.name, Declared()) if column.table is not None else Declared()
    return (column.name not in (KEPT | declared.kept) - declared.writes and not column.primary_key
            and not isinstance(column.type, UtcDateTime) and not column.info.get("derived")
            and (not column.foreign_keys or _relation_of(column) is not None))


def _relation_of(column: sa.Column[Any]) -> str | None:
    return next((name for name, relation in references(column.table.name).items()
                 if column in relation.local_columns), None)


def _is_required(column: sa.Column[Any]) -> bool:
    return not column.nullable and column.default is None and column.server_default is None


def _keys(table: str) -> tuple[str, ...]:
    """What knows a record of the table again; empty where nothing does."""
    declared = DECLARED.get(table)
    if declared is not None and declared.keys:
        return declared.keys
    every = attributes(table)
    code = every.get("code")
    if code is not None and code.unique:
        return ("code",)
    named = {column.name: name for name, column in every.items()}
    for constraint in sorted((entry for entry in model_of(table).__table__.constraints
                              if isinstance(entry, sa.UniqueConstraint)), key=lambda entry: str(entry.name)):
        columns = list(constraint.columns)
        if all(column.name in named and not column.nullable and not column.primary_key
               for column in columns):
            return tuple(named[column.name] for column in columns)
    return ()
