"""Bringing lists in: master data by its code, new or changed, and the first stock of the stores. All rows or
none.

A list is looked through by applying it and taking everything back; so what is told before is what happens
after.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, StatementError

from models import clock
from models.errors import N_, Conflict, NotAllowed, Refused
from models.imports import ImportKind, ListImport
from models.items import Item, UnitConversion
from models.journal import Posting
from models.operations.core import activity, spoilt_codes
from models.operations.core.list_files import Row
from models.operations.core.locking import lock
from models.operations.ledger import stock
from models.operations.setup import import_plan
from models.operations.setup.table_files import RowReader
from models.operations.stores import barcode_rules, opening_stock
from models.people import User
from models.rights import RIGHTS, model_of
from models.roles import Role
from models.stock import MoveKind, StockMove

#: Findings that are kept for the page; more are counted only.
MOST_FINDINGS = 300


@dataclass(frozen=True)
class Layout:
    """The columns of a list: the ones that know a record, the other ones, an example row for the template."""

    keys: tuple[str, ...]
    columns: tuple[str, ...]
    required: frozenset[str]
    example: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.keys, *self.columns)


K = ImportKind
LAYOUTS: dict[ImportKind, Layout] = {
    K.ITEM: Layout(
        ("code",), ("name", "category", "base_unit", "precision", "barcode", "batch_tracked", "controlled",
                    "minimum_stock", "price_hint", "bmn_code", "description", "status"),
        frozenset({"code", "name", "category", "base_unit"}),
        {"code": "OBT-P-900", "name": "Parasetamol tablet 500 mg", "category": "obat_padat",
         "base_unit": "tablet", "precision": "0", "barcode": "8991234000015", "batch_tracked": "ya",
         "controlled": "tidak", "minimum_stock": "100", "price_hint": "250", "status": "active"}),
    K.ITEM_CATEGORY: Layout(("code",), ("name", "name_en"), frozenset({"code", "name"}),
                            {"code": "obat_herbal", "name": "Obat herbal", "name_en": "Herbal medicine"}),
    K.UNIT_CONVERSION: Layout(
        ("item", "unit_name"), ("factor", "barcode"), frozenset({"item", "unit_name", "factor"}),
        {"item": "OBT-P-900", "unit_name": "box", "factor": "100", "barcode": "18991234000012"}),
    K.SUPPLIER: Layout(
        ("code",),
        ("name", "address", "phone", "email", "npwp", "contact_name", "bank_account", "charges_vat",
                    "lead_time_days", "status"), frozenset({"code", "name"}),
        {"code": "PMS-900", "name": "PT Contoh Farma", "address": "Jl. Contoh No. 1, Bandung",
         "phone": "+622215550900", "email": "jual@contoh.example", "npwp": "0123456789012345",
         "charges_vat": "ya", "lead_time_days": "5", "status": "active"}),
    K.WORK_UNIT: Layout(("code",), ("name", "account", "status"), frozenset({"code", "name"}),
                        {"code": "HD", "name": "Unit Hemodialisis", "account": "593211", "status": "active"}),
    K.STORE: Layout(("code",), ("name", "work_unit", "status"), frozenset({"code", "name"}),
                    {"code": "GD", "name": "Gudang Depo IGD", "work_unit": "IGD", "status": "active"}),
    K.SHELF: Layout(("store", "item"), ("location",), frozenset({"store", "item", "location"}),
                    {"store": "GF", "item": "OBT-P-900", "location": "A-03-2"}),
    K.OPENING_STOCK: Layout(
        ("store", "item"), ("batch_number", "expires_on", "quantity", "unit", "unit_price"),
        frozenset({"store", "item", "quantity", "unit_price"}),
        {"store": "GF", "item": "OBT-P-900", "batch_number": "A2401", "expires_on": "2028-12-31",
         "quantity": "1500", "unit": "tablet", "unit_price": "250"}),
}


def importers(kind: ImportKind) -> frozenset[Role]:
    """Who may bring a list: whoever may write the table. What lies in all stores, their head alone; nobody
    who keeps the accounts of people posts stock."""
    if kind in (K.OPENING_STOCK, K.SHELF):
        return frozenset({Role.STORE_HEAD})
    return RIGHTS[kind.value].create


@dataclass
class Outcome:
    """What a list does. `findings`: row number, word, column, message, parameters."""

    new: int = 0
    changed: int = 0
    same: int = 0
    wrong: int = 0
    findings: list[list[Any]] = field(default_factory=list)
    rows: list[import_plan.Row] = field(default_factory=list)
    asks: list[spoilt_codes.Doubt] = field(default_factory=list)

    @property
    def plan(self) -> dict[str, Any]:
        """What is written; no row is while one is wrong."""
        return {"rows": [] if self.wrong else self.rows, "asks": [asdict(doubt) for doubt in self.asks]}

    def note(self, row: int, word: str, column: str | None, message: str,
             params: Mapping[str, object]) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append([row, word, column or "", message, activity.plain(dict(params))])

    def refused(self, row: int, *refusals: Refused) -> None:
        """One wrong row, with all that is wrong with it."""
        self.wrong += 1
        for refusal in refusals:
            self.note(row, "wrong", refusal.field, refusal.message, refusal.params)


# ---------------------------------------------------------------- a list comes, is looked at, is applied

class Changed(Conflict):
    """What the list would write is not what the person saw; nothing was written."""


def bring(session: Any, kind: ImportKind, content: bytes, name: str, rows: tuple[Row, ...] | None, *,
          by: User,
          posted_on: date | None = None, sheet: str | None = None,
          sheets: tuple[str, ...] = ()) -> ListImport:
    """Keep a list with what it would do; nothing else is changed. Raises `NotAllowed`.

    `rows` is None for a workbook of several `sheets` of which nobody has chosen one: the file alone is kept.
    """
    _may(kind, by)
    brought = ListImport(
        kind=kind, file_name=name[:200] or "-", content=content, sha256=hashlib.sha256(content).hexdigest(),
        posted_on=(posted_on or clock.today()) if kind is K.OPENING_STOCK else None, uploaded_by_id=by.id)
    session.add(brought)
    session.flush()
    look(session, brought, rows, by=by, sheet=sheet, sheets=sheets)
    return brought


def look(session: Any, brought: ListImport, rows: tuple[Row, ...] | None, *, by: User,
         sheet: str | None = None,
         sheets: tuple[str, ...] = ()) -> None:
    """Keep what the rows of that sheet would do now; without `rows`, that a sheet is to be chosen first.

    Raises `NotAllowed`, or `Refused` when the list was applied.
    """
    _may(brought.kind, by)
    lock(brought)
    session.refresh(brought)
    _not_yet(brought)
    outcome = Outcome()
    if rows is not None:
        attempt = session.begin_nested()
        outcome = _apply(session, brought, rows, by=by)
        attempt.rollback()
        session.refresh(brought)
    brought.sheet, brought.sheets = sheet, list(sheets)
    _keep(brought, outcome)
    if rows is None:
        brought.plan, brought.digest = None, ""
    session.flush()


def apply(session: Any, brought: ListImport, rows: tuple[Row, ...], *, by: User, seen: str,
          codes_are_right: bool = False) -> Outcome:
    """Write what the list says: every row, or none. `seen` is the digest of the preview that the person
    looked at.

    Raises `Changed` when something else would be written than that preview says, `Refused` for wrong rows and
    for codes that nobody confirmed; nothing may be committed then.
    """
    _may(brought.kind, by)
    lock(brought)
    session.refresh(brought)
    _not_yet(brought)
    if brought.wants_sheet:
        raise Refused(N_("Choose the sheet first."), field="sheet")
    if brought.wrong_rows:
        raise Refused(N_("Nothing was imported: %(count)s rows are wrong. Correct the file and bring it "
                         "again."),
                      count=brought.wrong_rows)
    changed = Changed(N_("The data changed since you looked at this list, so nothing was written. "
                         "Look at it again, then apply it."))
    if seen != brought.digest:
        raise changed
    outcome = _apply(session, brought, rows, by=by)
    if _digest(brought, outcome) != brought.digest:
        raise changed
    if outcome.asks and not codes_are_right:
        raise Refused(N_("Confirm the codes that may have lost zeros in front, or correct the file."),
                      field="codes_are_right")
    _keep(brought, outcome)
    brought.applied_at, brought.applied_by_id = clock.now(), by.id
    session.flush()
    return outcome


def _not_yet(brought: ListImport) -> None:
    if brought.applied_at is not None:
        raise Refused(N_("This list was applied already."))


def undo(session: Any, brought: ListImport, *, by: User, reason: str) -> None:
    """Take applied first stock back. Raises `NotAllowed` or `Refused`."""
    _may(brought.kind, by)
    opening_stock.take_back(session, brought, by=by, reason=reason)


def _may(kind: ImportKind, by: User) -> None:
    if not by.has_role(*importers(kind)):
        raise NotAllowed(N_("Your role may not do this step."))


def _keep(brought: ListImport, outcome: Outcome) -> None:
    brought.new_rows, brought.changed_rows, brought.same_rows = outcome.new, outcome.changed, outcome.same
    brought.wrong_rows = outcome.wrong
    brought.findings = sorted(outcome.findings, key=lambda entry: entry[0])
    brought.plan, brought.digest = outcome.plan, _digest(brought, outcome)


def _digest(brought: ListImport, outcome: Outcome) -> str:
    return import_plan.digest(outcome.plan, brought.kind.value, brought.sheet, brought.posted_on)


def _apply(session: Any, brought: ListImport, rows: tuple[Row, ...], *, by: User) -> Outcome:
    outcome = Outcome()
    if not rows:
        outcome.refused(1, Refused(N_("there is no row below the headings")))
    elif brought.kind is K.OPENING_STOCK:
        _opening_stock(session, brought, rows, outcome, by=by)
    else:
        _masters(session, brought.kind, rows, outcome)
    return outcome


# ---------------------------------------------------------------- master data

def _masters(session: Any, kind: ImportKind, rows: tuple[Row, ...], outcome: Outcome) -> None:
    model, layout = model_of(kind.value), LAYOUTS[kind]
    reader = RowReader(session, model)
    seen: dict[tuple[Any, ...], int] = {}
    outcome.asks = spoilt_codes.of_records(session, model, rows)
    for row in rows:
        wrong: list[Refused] = []
        values = reader.read({name: cell for name, cell in row.cells.items() if name in layout.names}, wrong)
        faulty = {refusal.field for refusal in wrong}
        wrong += [Refused(N_("%(name)s is empty"), field=name, name=name) for name in layout.keys
                  if name not in values and name not in faulty]
        record = None
        if all(name in values for name in layout.keys):
            key = tuple(getattr(values[name], "id", values[name]) for name in layout.keys)
            if key in seen:
                wrong.append(Refused(N_("the same stands in row %(row)s already"), field=layout.keys[0],
                                     row=seen[key]))
            seen.setdefault(key, row.number)
            record = session.scalars(sa.select(model).where(
                *(getattr(model, name) == values[name] for name in layout.keys))).first()
            _unique(session, model, values, record, wrong)
        if record is None:
            reader.complete(values, wrong)
        if wrong:
            outcome.refused(row.number, *wrong)
            continue
        try:
            with session.begin_nested():
                _write(session, kind, record, values, row.number, outcome)
        except Refused as refusal:
            outcome.refused(row.number, refusal)
        except (IntegrityError, StatementError, ValueError) as error:
            outcome.refused(row.number, _reason(model, error))


def _write(session: Any, kind: ImportKind, record: Any, values: dict[str, Any], place: int,
           outcome: Outcome) -> None:
    if record is None:
        record = model_of(kind.value)(**values)
        session.add(record)
        session.flush()
        outcome.new += 1
        outcome.rows.append(import_plan.new_row(
            place, {name: getattr(record, name) for name in LAYOUTS[kind].names}, str(record)))
        return
    before = {name: getattr(record, name) for name in values}
    differing = {name: value for name, value in values.items() if before[name] != value}
    if not differing:
        outcome.same += 1
        return
    planned_row = import_plan.changed_row(place, before, differing, str(record))
    for name, value in differing.items():
        setattr(record, name, value)
    session.flush()
    outcome.changed += 1
    outcome.rows.append(planned_row)


def _unique(session: Any, model: Any, values: Mapping[str, Any], record: Any, wrong: list[Refused]) -> None:
    """What only one record may have, said by the name of the one that has it; gathered in `wrong`."""
    if model in (Item, UnitConversion):
        try:
            barcode_rules.check(model, values, record)
        except Refused as refusal:
            wrong.append(refusal)
    for name, value in values.items():
        column = model.__table__.columns.get(name)
        if column is None or not column.unique:
            continue
        other = session.scalars(sa.select(model).where(getattr(model, name) == value)).first()
        if other is not None and other is not record:
            wrong.append(Refused(N_("“%(value)s” belongs to %(other)s already"), field=name,
                                 value=str(value)[:60],
                                 other=str(other)))


def _reason(model: Any, error: Exception) -> Refused:
    text = str(getattr(error, "orig", None) or error)
    result = re.search(rf"ck_{model.__tablename__}_(\w+)", text)
    if result:
        column = next((name for name in sorted(model.__table__.columns.keys(), key=len, reverse=True)
                       if result[1].startswith(name)), None)
        return Refused(N_("does not keep the rule “%(rule)s”"), field=column,
                       rule=result[1].replace("_", " "))
    return Refused(N_("does not fit: %(reason)s"), reason=(text.strip().splitlines() or ["?"])[0][:200])


# ---------------------------------------------------------------- first stock

def _opening_stock(session: Any, brought: ListImport, rows: tuple[Row, ...], outcome: Outcome, *,
                   by: User) -> None:
    """Stock in at what the list says it is worth, against the equity that the hospital opens with."""
    wanted: dict[int, list[stock.Incoming]] = {}
    seen: dict[tuple[int, int, int], int] = {}
    reader = opening_stock.Reader(session, LAYOUTS[K.OPENING_STOCK].required)
    outcome.asks = spoilt_codes.of_stock(session, rows)
    for row in rows:
        wrong: list[Refused] = []
        result = None
        try:
            with session.begin_nested():
                result = reader.row(row, wrong)
        except Refused as refusal:
            wrong.append(refusal)
        except (ArithmeticError, StatementError) as error:
            wrong.append(_reason(StockMove, error))
        if result is not None and not wrong:
            goods = result.goods
            key = (result.store.id, goods.item_id, goods.batch_id)
            if key in seen:
                wrong.append(Refused(N_("the same stands in row %(row)s already"), field="item",
                                     row=seen[key]))
            seen.setdefault(key, row.number)
            wanted.setdefault(result.store.id, []).append(goods)
        if wrong or result is None:
            outcome.refused(row.number, *wrong)
        else:
            outcome.new += 1
            outcome.rows.append(import_plan.new_row(row.number, result.values(), result.item.name))
    if outcome.wrong:
        return
    try:
        for store_id, rows_in in sorted(wanted.items()):
            stock.receive(brought, store_id, rows_in, kind=MoveKind.OPENING,
                          on=brought.posted_on or clock.today(), by=by,
                          against=stock.against(Posting.OPENING_STOCK))
        opening_stock.nothing_else_moved(session, brought)
    except Refused as refusal:
        outcome.refused(1, refusal)
