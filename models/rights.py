"""Who may do what: the one table of rights. Deny by default: what is not here is closed.

`RIGHTS` speaks of tables, `PAGES` of pages that are no table. Panel, portal, API, menu and the generated
tests read both. Transitions are not here: a workflow names its own roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import sqlalchemy as sa

from models.delegations import GIVEN_BY_HOLDER
from models.documents import document_types
from models.people import User
from models.rights_listeners import reported
from models.roles import STAFF_ROLES, Role
from models.scopes import (
    BY_STORE,
    Scope,
    between_units,
    every,
    given_or_taken,
    given_out,
    own,
    own_consultations,
    own_doctor,
    own_store,
    own_stores_where_set,
    own_unit,
    own_unit_or_given,
    released,
    treated_patients,
)
from models.scopes import model_of as model_of
from models.stand_ins import acting, acts_in

R = Role


# ---------------------------------------------------------------- the table

@dataclass(frozen=True)
class TableRights:
    """Roles by what they may do with a table. `read` maps each role to the rows it sees."""

    #: Of a table that is no document: its head in the menu (`area_of`).
    area: str
    read: Mapping[Role, Scope]
    create: frozenset[Role] = frozenset()
    edit: frozenset[Role] = frozenset()
    delete: frozenset[Role] = frozenset()
    #: Reading a row of these tables is itself recorded in the activity log.
    clinical: bool = False
    #: Attributes that a role does not see there, though it reads the rows: on pages, in forms, lists and
    #: files.
    #: `files` are the attached ones; of a line, `lines.item`.
    hidden: Mapping[Role, frozenset[str]] = field(default_factory=dict)
    roles: frozenset[Role] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset(self.read))


def _rights(area: str, read: Mapping[Role, Scope] | frozenset[Role] | tuple[Role, ...], *,
            write: tuple[Role, ...] = (), edit: tuple[Role, ...] | None = None,
            delete: tuple[Role, ...] = (), clinical: bool = False,
            hidden: Mapping[Role, frozenset[str]] | None = None) -> TableRights:
    rows = dict(read) if isinstance(read, Mapping) else dict.fromkeys(read, every)
    return TableRights(area, rows, frozenset(write), frozenset(write if edit is None else edit),
                       frozenset(delete), clinical, hidden or {})


STAFF = frozenset(STAFF_ROLES)
STORE = (R.STORE_STAFF, R.STORE_HEAD)
FACILITIES = (R.FACILITIES_STAFF, R.FACILITIES_HEAD)
BUYING = (R.ADMIN, *FACILITIES, *STORE, R.PAYABLES, R.DIRECTOR)
ASKING = (R.UNIT_USER, R.STORE_STAFF, R.FACILITIES_STAFF)
#: Who reads what suppliers are owed and paid: nobody of the stores.
OWED = (R.ADMIN, *FACILITIES, R.PAYABLES, R.DIRECTOR)
ACCOUNTS = (*BUYING, R.RECEIVABLES)
ASSETS = (R.ADMIN, *FACILITIES, R.PAYABLES, R.RECEIVABLES, R.DIRECTOR)
#: What is planned, bought and counted of assets; receivables read what became of them.
ASSETS_TO_COME = (R.ADMIN, *FACILITIES, R.PAYABLES, R.DIRECTOR)
MASTER = (R.ADMIN, R.FACILITIES_STAFF)
#: Who keeps the lists of medicines, and who reads them beside.
PHARMACISTS = (R.ADMIN, R.STORE_HEAD)
PHARMACY = (*PHARMACISTS, R.STORE_STAFF, R.DOCTOR)
LEVELS, HEADS = (*MASTER, R.STORE_HEAD), (R.STORE_HEAD, R.FACILITIES_HEAD)


#: What patient and doctor write stays between them; the office decides by triage level and time.
COMPLAINT = frozenset({"complaint", "triage_answers", "files", "rating_comment"})
#: What a prescription and a letter say, where somebody only has to end them.
MEDICINE = frozenset({"note", "allergies", *(f"lines.{name}" for name in (
    "item", "unit", "quantity", "dose", "frequency", "duration_days", "directions", "allergy_reason",
    "dose_quantity", "dose_unit", "times_a_day", "every_hours", "meal", "is_if_needed", "most_a_day",
    "interaction_reason", "warnings"))})
LETTER = frozenset({"body", "kind", "sick_from", "sick_until", "referred_to"})


def _with_unit(*roles: Role) -> dict[Role, Scope]:
    return {**dict.fromkeys(roles, every), R.UNIT_USER: own_unit}


def _by_store(read: Mapping[Role, Scope] | tuple[Role, ...]) -> dict[Role, Scope]:
    """The same, with the store's people kept to their own stores where the setting says so."""
    rows = dict(read) if isinstance(read, Mapping) else dict.fromkeys(read, every)
    return {**rows, **dict.fromkeys(BY_STORE, own_stores_where_set)}


def _document(read: Any, author: tuple[Role, ...] = (), **more: Any) -> TableRights:
    """A document's row; its area is on its class."""
    return _rights("", read, write=author, delete=author, **more)


RIGHTS: dict[str, TableRights] = {
    # inventory: master data
    "item": _rights("inventory", STAFF, write=MASTER, delete=MASTER),
    "item_category": _rights("inventory", STAFF, write=MASTER, delete=MASTER),
    "unit_conversion": _rights("inventory", STAFF, write=MASTER, delete=MASTER),
    "store": _rights("inventory", STAFF, write=MASTER, delete=MASTER),
    "supplier": _rights("purchasing", BUYING, write=MASTER, delete=MASTER, hidden=dict.fromkeys(
        (*STORE, R.DIRECTOR), frozenset({"bank_account"}))),
    "shelf": _rights("inventory",
                     {**dict.fromkeys((R.ADMIN, *FACILITIES, R.STORE_HEAD, R.PAYABLES, R.DIRECTOR), every),
                                   R.STORE_STAFF: own_store}, write=STORE, delete=STORE),
    "stock_level": _rights("inventory", BUYING, write=LEVELS, delete=LEVELS),
    "item_substitute": _rights("inventory", (*BUYING, R.UNIT_USER, R.DOCTOR), write=HEADS, delete=HEADS),
    # inventory: ledger
    "stock_batch": _rights("inventory", BUYING),
    "batch_correction": _rights("inventory", BUYING),
    "store_item": _rights("inventory", BUYING),
    "stock_balance": _rights("inventory", BUYING),
    "stock_move": _rights("inventory", BUYING),
    # inventory: documents
    "store_request": _document(_by_store(_with_unit(R.ADMIN, *FACILITIES, R.DIRECTOR)), (R.UNIT_USER,)),
    "delivery_request": _document(_by_store(_with_unit(R.ADMIN, *FACILITIES, R.DIRECTOR)), (R.STORE_STAFF,)),
    "unit_return": _document(_by_store(_with_unit(R.ADMIN, *FACILITIES, R.PAYABLES, R.DIRECTOR)),
                             (R.UNIT_USER,)),
    "spoilage": _document(_by_store(BUYING), (R.FACILITIES_STAFF, R.STORE_STAFF)),
    "stocktake": _document(_by_store(BUYING), (R.FACILITIES_STAFF, R.STORE_STAFF)),
    "stock_transfer": _document(_by_store(BUYING), (R.STORE_STAFF,)),
    "request_template": _rights("inventory", {R.ADMIN: every, **dict.fromkeys(ASKING, own_unit)},
                                write=ASKING,
                                delete=ASKING),
    # purchasing
    "supplier_price": _rights("purchasing", BUYING, write=MASTER, delete=MASTER),
    "quotation_request": _document(OWED, (R.FACILITIES_STAFF,)),
    "purchase_request": _document(_by_store(BUYING), (R.STORE_STAFF, R.FACILITIES_STAFF)),
    "purchase_order": _document(_by_store(BUYING), (R.FACILITIES_STAFF,)),
    "goods_receipt": _document(_by_store(BUYING), (R.STORE_STAFF,)),
    "supplier_invoice": _document((*OWED, R.RECEIVABLES), (R.FACILITIES_STAFF,)),
    "supplier_return": _document(_by_store(BUYING), (R.FACILITIES_STAFF,)),
    "supplier_refund": _document(OWED, (R.PAYABLES,)),
    # assets: master data and register
    "vendor": _rights("assets", ASSETS, write=MASTER, delete=MASTER),
    "asset_type": _rights("assets", ASSETS, write=MASTER, delete=MASTER),
    "asset_model": _rights("assets", {**dict.fromkeys(ASSETS, every), R.UNIT_USER: every}, write=MASTER,
                           delete=MASTER),
    "asset": _rights("assets", {**dict.fromkeys(ASSETS, every), R.UNIT_USER: own_unit_or_given},
                     write=(R.FACILITIES_STAFF,)),
    "asset_book": _rights("assets", ASSETS),
    "asset_book_change": _rights("assets", ASSETS),
    "asset_movement": _rights("assets", {**dict.fromkeys(ASSETS, every), R.UNIT_USER: between_units}),
    "maintenance_part": _rights("assets", ASSETS, write=(R.FACILITIES_STAFF,), delete=(R.FACILITIES_STAFF,)),
    "maintenance_schedule": _rights("assets", ASSETS, write=(R.FACILITIES_STAFF,),
                                    delete=(R.FACILITIES_STAFF,)),
    "calibration": _rights("assets", ASSETS, write=(R.FACILITIES_STAFF,)),
    "service_contract": _rights("assets", ASSETS, write=(R.FACILITIES_STAFF,), delete=(R.FACILITIES_STAFF,)),
    "model_part": _rights("assets", ASSETS, write=(R.FACILITIES_STAFF,), delete=(R.FACILITIES_STAFF,)),
    "meter_reading": _rights("assets", ASSETS, write=(R.FACILITIES_STAFF,), edit=()),
    # assets: documents
    "asset_plan": _document(_with_unit(*ASSETS_TO_COME), (R.UNIT_USER, R.FACILITIES_STAFF)),
    "asset_procurement": _document(ASSETS_TO_COME, (R.FACILITIES_STAFF,)),
    "asset_receipt": _document(ASSETS, (R.FACILITIES_STAFF,)),
    "inventory_round": _document(ASSETS_TO_COME, (R.FACILITIES_STAFF,)),
    # anybody on the staff reports a fault; facilities work through all of them
    "fault_report": _rights("", {**dict.fromkeys(STAFF, own), **dict.fromkeys(
        (R.ADMIN, *FACILITIES, R.DIRECTOR), every)}, write=tuple(STAFF), edit=()),
    "maintenance": _document(_with_unit(*ASSETS), (R.UNIT_USER, R.FACILITIES_STAFF)),
    "depreciation_run": _document(ASSETS, (R.FACILITIES_STAFF,)),
    "asset_disposal": _document(ASSETS, (R.FACILITIES_STAFF,)),
    "asset_value_change": _document(ASSETS, (R.FACILITIES_STAFF,)),
    "asset_auction": _document(ASSETS, (R.FACILITIES_STAFF,)),
    "asset_auction_bid": _rights("assets", (R.ADMIN, *FACILITIES, R.RECEIVABLES, R.DIRECTOR),
                                 write=(R.FACILITIES_STAFF,),
                                 hidden={R.DIRECTOR: frozenset({"bidder_identity"})}),
    # places
    "land": _rights("places", ASSETS, write=MASTER, delete=MASTER),
    "building": _rights("places", STAFF, write=MASTER, delete=MASTER),
    "room": _rights("places", STAFF, write=MASTER, delete=MASTER),
    "ward": _rights("places", STAFF, write=MASTER, delete=MASTER),
    "room_class": _rights("places", STAFF, write=MASTER, delete=MASTER),
    "inpatient_room": _rights("places", STAFF, write=MASTER, delete=MASTER),
    "bed": _rights("places", STAFF, write=MASTER, delete=MASTER),
    "room_facility": _rights("places", STAFF, write=MASTER, delete=MASTER),
    "class_facility": _rights("places", STAFF, write=MASTER, delete=MASTER),
    "stay": _rights("places", (R.ADMIN, R.FRONT_OFFICE), clinical=True),
    "bed_reservation": _rights("places", (R.ADMIN, R.FRONT_OFFICE), write=(R.FRONT_OFFICE,), edit=(),
                               clinical=True),
    "wall_display": _rights("places", (R.ADMIN,), write=(R.ADMIN,), edit=()),
    "cleaning": _rights("places", (R.ADMIN, *FACILITIES, R.HOUSEKEEPING, R.FRONT_OFFICE, R.DIRECTOR),
                        write=(R.HOUSEKEEPING, R.FACILITIES_STAFF)),
    # telemedicine
    "specialization": _rights("telemedicine", (R.ADMIN, R.DOCTOR, R.DIRECTOR), write=(R.ADMIN,),
                              delete=(R.ADMIN,)),
    "doctor": _rights("telemedicine", {R.ADMIN: every, R.DIRECTOR: every, R.DOCTOR: own_doctor},
                      write=(R.ADMIN,)),
    "doctor_schedule": _rights("telemedicine", {R.ADMIN: every, R.DOCTOR: own_doctor}, write=(R.ADMIN,),
                               delete=(R.ADMIN,)),
    "schedule_exception": _rights("telemedicine", {R.ADMIN: every, R.DOCTOR: own_doctor}, write=(R.ADMIN,),
                                  delete=(R.ADMIN,)),
    "patient": _rights("telemedicine", {R.ADMIN: every, R.DOCTOR: treated_patients}, edit=(R.ADMIN,),
                       clinical=True,
                       hidden={R.ADMIN: frozenset({"allergies", "files"})}),
    "consultation": _document({R.ADMIN: every, R.DOCTOR: own_consultations}, clinical=True,
                              hidden={R.ADMIN: COMPLAINT}),
    "clinical_note": _rights("telemedicine", {R.DOCTOR: own_consultations}, clinical=True),
    "diagnosis": _rights("telemedicine", {R.DOCTOR: own_consultations}, clinical=True),
    "prescription": _document({R.DOCTOR: own_consultations, **dict.fromkeys((*STORE, R.ADMIN), given_out)},
                              clinical=True, hidden={R.STORE_HEAD: frozenset({"note"}), R.ADMIN: MEDICINE}),
    "prescription_template": _rights("telemedicine", {R.DOCTOR: own_doctor}),
    "patient_allergy": _rights("telemedicine", {R.DOCTOR: treated_patients}, clinical=True),
    "substance": _rights("telemedicine", PHARMACY, write=PHARMACISTS, delete=PHARMACISTS),
    "medicine_name": _rights("telemedicine", PHARMACY, write=PHARMACISTS, delete=PHARMACISTS),
    "drug_interaction": _rights("telemedicine", PHARMACY, write=PHARMACISTS, delete=PHARMACISTS),
    "letter": _rights("telemedicine", {R.DOCTOR: own_consultations, R.ADMIN: every}, clinical=True,
                      hidden={R.ADMIN: LETTER}),
    "walk_in": _rights("telemedicine", (R.ADMIN,), clinical=True, hidden={
        R.ADMIN: frozenset({"complaint", "answers"})}),
    "doctor_duty": _rights("telemedicine", {R.ADMIN: every, R.DOCTOR: own_doctor}),
    "consent": _rights("telemedicine", (R.ADMIN,)),
    # accounting
    "account": _rights("accounting", ACCOUNTS, write=(R.ADMIN,), delete=(R.ADMIN,)),
    "period": _rights("accounting", ACCOUNTS),
    "journal_entry": _rights("accounting", ASSETS),
    "monthly_pack": _document({**dict.fromkeys((R.ADMIN, *FACILITIES), every), R.DIRECTOR: released},
                              (R.FACILITIES_STAFF,)),
    # administration
    "user": _rights("administration", (R.ADMIN,), write=(R.ADMIN,)),
    "work_unit": _rights("administration", STAFF, write=(R.ADMIN,), delete=(R.ADMIN,)),
    "employee": _rights("administration", (R.ADMIN, *FACILITIES), write=MASTER, delete=MASTER),
    "setting": _rights("administration", (R.ADMIN,), write=(R.ADMIN,)),
    "holiday": _rights("administration", (R.ADMIN,), write=(R.ADMIN,), delete=(R.ADMIN,)),
    "code_list": _rights("administration", (R.ADMIN,), write=(R.ADMIN,)),
    "region": _rights("administration", (R.ADMIN,)),
    "list_import": _rights("administration", (R.ADMIN, *FACILITIES, R.STORE_HEAD, R.PAYABLES, R.DIRECTOR)),
    # given on the own account's page, and listed here: who gave or took, and the administrator all
    "delegation": _document({R.ADMIN: every, **dict.fromkeys(GIVEN_BY_HOLDER, given_or_taken)},
                            (R.ADMIN, *GIVEN_BY_HOLDER), edit=GIVEN_BY_HOLDER),
    "outbox": _rights("administration", (R.ADMIN,)),
    "activity_log": _rights("administration", (R.ADMIN,)),
    # learning: teachers and students have pages of their own (`models.operations.learning`)
    "learning_class": _rights("administration", (R.ADMIN,)),
    "class_member": _rights("administration", (R.ADMIN,)),
    "class_task": _rights("administration", (R.ADMIN,)),
    "exercise_progress": _rights("administration", (R.ADMIN,)),
    "case_progress": _rights("administration", (R.ADMIN,)),
    "own_exercise": _rights("administration", (R.ADMIN,)),
}

#: Pages that are no table, by name, and the roles that may open them.
PAGES: dict[str, frozenset[Role]] = {
    "dashboard": STAFF,
    "inbox": STAFF,
    "notices": STAFF,
    "search": STAFF,
    "scan": STAFF,
    "desk": frozenset({R.ADMIN, R.DOCTOR}),
    "imports": frozenset({R.ADMIN, R.FACILITIES_STAFF, R.STORE_HEAD}),
    "first_steps": frozenset({R.ADMIN}),
    "settings": frozenset({R.ADMIN}),
    "rights": frozenset({R.ADMIN}),
    "rooms": frozenset({R.ADMIN, *FACILITIES, R.FRONT_OFFICE, R.HOUSEKEEPING, R.DIRECTOR}),
    "housekeeping": frozenset({R.ADMIN, *FACILITIES, R.HOUSEKEEPING, R.FRONT_OFFICE}),
    "care": frozenset({R.ADMIN, *FACILITIES, R.UNIT_USER, R.DIRECTOR}),
    "reports": frozenset({R.ADMIN, *FACILITIES, *STORE, R.PAYABLES, R.RECEIVABLES, R.DIRECTOR}),
    "learn": frozenset({R.STUDENT, R.TEACHER, R.ADMIN}),
    "classes": frozenset({R.TEACHER, R.ADMIN}),
    "join": frozenset({R.STUDENT}),
    "portal": frozenset({R.PATIENT}),
}


def area_of(table: str) -> str:
    """The area under which a table of `RIGHTS` stands; a document says it on its class."""
    model = document_types().get(table)
    return model.area if model is not None else RIGHTS[table].area


@reported
def may(user: User, action: str, table: str) -> bool:
    """Whether `user` may do `action` (read, create, edit, delete, export) with rows of `table`."""
    rights = RIGHTS.get(table)
    if rights is None or not user.is_active:
        return False
    if action in ("read", "export"):
        return acts_in(user, *rights.roles)
    return user.has_role(*getattr(rights, action))


@reported
def scope(user: User, table: str) -> sa.ColumnElement[bool] | None:
    """The SQL criterion of the rows of `table` that `user` sees; None when all, false when none."""
    rights = RIGHTS.get(table)
    if rights is None:
        return sa.false()
    model = model_of(table)
    criteria = []
    for role, rows in rights.read.items():
        for person in acting(user, (role,)):
            criterion = rows(person, model)
            if criterion is None:
                return None
            criteria.append(criterion)
    return sa.or_(*criteria) if criteria else sa.false()


def is_bound_to_unit(user: User, table: str) -> bool:
    """Whether the person sees rows of `table` for the sake of the own work unit alone."""
    rights = RIGHTS.get(table)
    read = rights.read.items() if rights is not None else ()
    held = {rows for role, rows in read if user.has_role(role)}
    return bool(held) and held <= {own_unit, between_units}


@reported
def may_open(user: User, page: str) -> bool:
    """Whether `user` may open a page of `PAGES`."""
    return user.is_active and user.has_role(*PAGES.get(page, frozenset()))


def hidden(user: User, table: str) -> frozenset[str]:
    """Attributes of `table` that `user` does not see there. What one role hides another shows only if it sees
    at least the same rows; from nobody all is hidden that is hidden from any."""
    rights = RIGHTS.get(table)
    if rights is not None and not user:
        return frozenset().union(*rights.hidden.values())
    held = {role: rows for role, rows in rights.read.items()
            if acts_in(user, role)} if rights is not None else {}
    if rights is None or not any(role in rights.hidden for role in held):
        return frozenset()
    result: frozenset[str] = frozenset()
    for scope_of in set(held.values()):
        result |= frozenset.intersection(*(rights.hidden.get(role, frozenset()) for role, rows in held.items()
                                           if rows in (scope_of, every)))
    return result


def may_see(user: User, table: str, attribute: str) -> bool:
    """Whether `user` reads `table` and sees this attribute of it."""
    return may(user, "read", table) and attribute not in hidden(user, table)


# ---------------------------------------------------------------- at import

class _Anybody:
    """A person as scopes ask for one: of a work unit, with every role."""

    id = work_unit_id = 1

    def has_role(self, *_roles: Role) -> bool:
        return True


def refuse_unfit(table: str, rights: TableRights) -> None:
    """Raises ValueError when no model has `table`, or a scope asks for a column that the model lacks."""
    try:
        model = model_of(table)
    except KeyError:
        raise ValueError(f"RIGHTS names the table {table}, which no model has: write its class, and import "
                         "its module in models/__init__.py") from None
    for role, rows in rights.read.items():
        called = f"RIGHTS lets {role.value} read {table} by the scope {rows.__name__}"
        try:
            criterion = rows(cast(User, _Anybody()), model)
        except AttributeError as lacking:
            raise ValueError(f"{called}, which needs a column that the model lacks: {lacking}") from lacking
        if criterion is not None and not isinstance(criterion, sa.ColumnElement):
            raise ValueError(f"{called}, which compares something of the model that is no column")


for _table, _row in RIGHTS.items():
    refuse_unfit(_table, _row)
