"""Reports that follow single items and batches: the stock card, recall, stocktake variance, controlled items,
ABC."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models import clock
from models.clinic import Patient
from models.consultations import Consultation
from models.documents import DocumentNumber
from models.errors import N_
from models.items import Item, Supplier
from models.operations.core.report_kit import (
    ITEM,
    STOCK,
    STORE,
    Chart,
    Column,
    Parameter,
    ParameterValues,
    Report,
    Statement,
    Veil,
    above_zero,
    declare,
    period,
    quantity,
    ratio,
    rupiah,
    where,
    within,
)
from models.operations.stores import count_moments
from models.operations.stores.consumption import USED
from models.operations.stores.reports_stock import (
    ITEM_COLUMN,
    NAMED,
    STORE_COLUMN,
    SUPPLIER_ID,
    UNIT_COLUMN,
    UNIT_ID,
    supplier_papers,
    unit_papers,
)
from models.organisation import WorkUnit
from models.prescriptions import Prescription
from models.rights import FACILITIES, hidden
from models.rights import STORE as STORE_ROLES
from models.roles import Role
from models.settings import setting_of, worth
from models.stock import StockBalance, StockBatch, StockMove, Store, StoreItem, batch_key
from models.stocktakes import Stocktake, StocktakeLine, StocktakeState, StockTransfer

M = StockMove
#: Who got a medicine is the store's to know. Whoever opens prescriptions without their medicines is not told
#: here by the number which of them a medicine was on.
PATIENT = Veil("prescription_id", N_("patient"), lambda reader: reader.has_role(*STORE_ROLES))
DOCUMENT = Column("document", N_("Document"), "code", lambda row: row.document or f"#{row.document_id}",
                  links=("document_type", "document_id"), veil=Veil(
                      "prescription_id", N_("Prescription"),
                      lambda reader: "lines.item" not in hidden(reader, "prescription")))
PARTY = Column("party", N_("From or to"), value=lambda row: row.party or row.patient, veil=PATIENT)
BATCH = Column("batch", N_("Batch"), "code")


def _came(row: Any) -> Decimal | None:
    return row.quantity if row.quantity > 0 else None


def _went(row: Any) -> Decimal | None:
    return -row.quantity if row.quantity < 0 else None


def _with_number(statement: Any, move: Any) -> Any:
    return statement.outerjoin(DocumentNumber, sa.and_(DocumentNumber.document_type == move.document_type,
                                                       DocumentNumber.document_id == move.document_id))


def _other_side(statement: Any, move: Any) -> Any:
    """The unit, supplier or store at the other end of a move, the patient by record number, with the
    prescription."""
    other = aliased(Store)
    other_id = sa.case((move.quantity < 0, StockTransfer.to_store_id), else_=StockTransfer.store_id)
    joined = (supplier_papers(unit_papers(statement, move), move)
              .outerjoin(WorkUnit, WorkUnit.id == UNIT_ID).outerjoin(Supplier, Supplier.id == SUPPLIER_ID)
              .outerjoin(StockTransfer, sa.and_(move.document_type == "stock_transfer",
                                                StockTransfer.id == move.document_id))
              .outerjoin(other, other.id == other_id)
              .outerjoin(Prescription, sa.and_(move.document_type == "prescription",
                                               Prescription.id == move.document_id))
              .outerjoin(Consultation, Consultation.id == Prescription.consultation_id)
              .outerjoin(Patient, Patient.id == Consultation.patient_id))
    return joined.add_columns(sa.func.coalesce(WorkUnit.name, Supplier.name, other.name).label("party"),
                              Patient.medical_record_number.label("patient"),
                              Prescription.id.label("prescription_id"))


# ---------------------------------------------------------------- the stock card

def _same_batch(number: str) -> Any:
    """Batches of this number, without case and blanks, and those that turned out to be the same."""
    joined = sa.orm.aliased(StockBatch)
    return sa.or_(batch_key(StockBatch.number) == batch_key(number), StockBatch.same_as_id.in_(
        sa.select(joined.id).where(joined.number_key == batch_key(number))))


def _of_batch(values: ParameterValues, column: Any) -> list[sa.ColumnElement[bool]]:
    """The criterion of one batch of the item, by its number."""
    number = str(values.get("batch") or "").strip()
    if not number:
        return []
    return [column.in_(sa.select(StockBatch.id).where(StockBatch.item_id == values["item"],
                                                      _same_batch(number)))]


def stock_card(values: ParameterValues) -> Statement:
    """Moves of one item, newest first, each with what was held after it (in the order of days, then of
    posting)."""
    order = (M.moved_on, M.id)
    ran = (sa.select(M, quantity(sa.func.sum(M.quantity).over(order_by=order)).label("balance"),
                     rupiah(sa.func.sum(M.value).over(order_by=order)).label("worth"))
           .where(M.item_id == values["item"], *where(values, store=M.store_id),
                  *_of_batch(values, M.batch_id), *within({"to": values.get("to")}, M.moved_on)).subquery())
    move = ran.c
    joined = _other_side(_with_number(sa.select(
        move.id, move.moved_on, move.kind, move.document_type, move.document_id,
        DocumentNumber.number.label("document"), Store.name.label("store"), StockBatch.number.label("batch"),
        StockBatch.expires_on, move.quantity, move.value, move.balance,
        # batches have no value
        move.worth if not _of_batch(values, move.batch_id) else sa.null().label("worth"))
        .join(Store, Store.id == move.store_id).join(StockBatch, StockBatch.id == move.batch_id), move), move)
    return (joined.where(*within({"from": values.get("from")}, move.moved_on))
            .order_by(move.moved_on.desc(), move.id.desc()))


def _card_head(values: ParameterValues) -> Statement:
    """What is held now, and how long it lasts at the use of the last 30 days."""
    mine = [M.item_id == values["item"], *where(values, store=M.store_id), *_of_batch(values, M.batch_id)]
    by_batch = bool(_of_batch(values, M.batch_id))
    table = StockBalance if by_batch else StoreItem
    held = [table.item_id == values["item"], *where(values, store=table.store_id)]
    if by_batch:
        held += _of_batch(values, StockBalance.batch_id)
    # batches keep quantity only; the item's value is shared by all of them
    worth = (
        sa.null()
        if by_batch
        else rupiah(sa.select(sa.func.sum(StoreItem.value)).where(*held).scalar_subquery())
    )
    used = sa.select(sa.func.sum(M.quantity)).where(
        *mine, M.document_type.in_(("delivery_request", "unit_return", "prescription", "maintenance")),
        M.moved_on > clock.today() - timedelta(days=30))
    opening = sa.select(sa.func.sum(M.quantity)).where(*mine,
                                                       M.moved_on < (values.get("from") or clock.today()))
    return sa.select(
        Item.id.label("item_id"), NAMED, Item.base_unit, Item.minimum_stock,
        quantity(sa.select(sa.func.sum(table.quantity)).where(*held).scalar_subquery()).label("held"),
        worth.label("worth"),
        quantity(opening.scalar_subquery()).label("opening"),
        quantity(-used.scalar_subquery()).label("used")).where(Item.id == values["item"])


def _days_of_cover(row: Any) -> int | None:
    return int(row.held * 30 / row.used) if row.used > 0 else None


def _balances(values: ParameterValues) -> Statement:
    """What was held at the end of each day with moves."""
    days = (sa.select(M.moved_on, sa.func.sum(M.quantity).label("change"))
            .where(M.item_id == values["item"], *where(values, store=M.store_id),
                   *_of_batch(values, M.batch_id)).group_by(M.moved_on).subquery())
    ran = sa.select(days.c.moved_on.label("x"),
                    quantity(sa.func.sum(days.c.change).over(order_by=days.c.moved_on))
                    .label("y")).subquery()
    return sa.select(ran.c.x, ran.c.y).where(*within(values, ran.c.x)).order_by(ran.c.x)


declare(Report(
    "stock_card", N_("Stock card"), "inventory", stock_card, icon="clipboard-list", roles=STOCK,
    about=N_("Every movement of an item with its running balance."),
    columns=(Column("moved_on", N_("Date"), "date"), DOCUMENT, Column("kind", N_("Kind"), "word"),
             PARTY, STORE_COLUMN, BATCH, Column("came", N_("In"), "quantity", _came),
             Column("went", N_("Out"), "quantity", _went), Column("balance", N_("Balance"), "quantity"),
             Column("worth", N_("Value"), "money")),
    parameters=(Parameter("item", N_("Item"), "item", required=True), STORE,
                Parameter("batch", N_("Batch"), "text"),
                *period(60)),
    summary=_card_head,
    tiles=(Column("held", N_("On hand"), "quantity"), Column("worth", N_("Value"), "money"),
           Column("opening", N_("Opening balance"), "quantity"),
           Column("cover", N_("Lasts for days"), "number", _days_of_cover)),
    chart=Chart(N_("Balance"), "balance", N_("Balance"), _balances)))


# ---------------------------------------------------------------- recall of a batch

def recall(values: ParameterValues) -> Statement:
    """Who has the batch: stores hold it, units and patients got it, less what they gave back."""
    number = str(values.get("batch") or "").strip()
    moved = (unit_papers(sa.select(
        M.item_id, M.batch_id, sa.func.min(M.moved_on).label("first_on"),
        sa.func.max(M.moved_on).label("last_on"),
        WorkUnit.name.label("work_unit"), Patient.id.label("patient_id"),
        Patient.medical_record_number.label("patient"),
        quantity(-sa.func.sum(M.quantity)).label("quantity")), M)
        .join(StockBatch, StockBatch.id == M.batch_id)
        .outerjoin(WorkUnit, WorkUnit.id == UNIT_ID)
        .outerjoin(Prescription, sa.and_(M.document_type == "prescription", Prescription.id == M.document_id))
        .outerjoin(Consultation, Consultation.id == Prescription.consultation_id)
        .outerjoin(Patient, Patient.id == Consultation.patient_id)
        .where(_same_batch(number), StockBatch.number != "",
               M.document_type.in_(("delivery_request", "unit_return", "prescription")),
               *where(values, item=M.item_id))
        .group_by(M.item_id, M.batch_id, WorkUnit.id, WorkUnit.name, Patient.id,
                  Patient.medical_record_number)
        .having(sa.func.sum(M.quantity) != 0).subquery())
    return (sa.select(moved.c.item_id, NAMED, Item.base_unit, StockBatch.number.label("batch"),
                      StockBatch.expires_on, moved.c.work_unit, moved.c.patient_id, moved.c.patient,
                      moved.c.quantity, moved.c.first_on, moved.c.last_on)
            .join(Item, Item.id == moved.c.item_id).join(StockBatch, StockBatch.id == moved.c.batch_id)
            .order_by(Item.name, moved.c.batch_id, moved.c.work_unit, moved.c.patient))


declare(
    Report(
        "recall",
        N_("Recall list of a batch"), "inventory", recall,
        icon="flag",
        about=N_(
            "Which units and patients got a batch and have not given it back. The store reads who they are."
        ),
        columns=(
            ITEM_COLUMN,
            BATCH, Column("expires_on", N_("Expires on"), "date"),
            Column("work_unit", N_("Work unit")),
            Column("patient", N_("Patient"), "code", veil=replace(PATIENT, attribute="patient_id")),
            Column("quantity", N_("Quantity"), "quantity"),
            UNIT_COLUMN, Column("first_on", N_("First given"), "date"),
            Column("last_on", N_("Last movement"), "date"),
        ),
        parameters=(Parameter("batch", N_("Batch"), "text", required=True), ITEM),
        roles=frozenset((*STORE_ROLES, *FACILITIES)),
    )
)


# ---------------------------------------------------------------- stocktake variance

def _counts(values: ParameterValues) -> list[sa.ColumnElement[bool]]:
    number = str(values.get("document") or "").strip().lower()
    named = [sa.func.lower(Stocktake.number) == number] if number else []
    return [*within(values, Stocktake.counted_on), *where(values, store=Stocktake.store_id), *named]


def _worth(row: Any) -> Decimal:
    """What was posted; before that, the variance at the present average."""
    if row.state == StocktakeState.POSTED:
        return row.value
    average = row.worth / row.held if row.held else row.price_hint or Decimal(0)
    return (row.variance * average).quantize(Decimal("0.01"))


def _variance_sums(values: ParameterValues) -> Statement:
    """What the posted counts found more, and less, in rupiah."""
    rows = sa.select(M.value).join(Stocktake, Stocktake.id == M.document_id).where(
        M.document_type == "stocktake", *_counts(values), *where(values, item=M.item_id)).subquery()
    value = rows.c.value
    return sa.select(rupiah(sa.func.sum(above_zero(value))).label("found"),
                     rupiah(-sa.func.sum(sa.case((value < 0, value), else_=0))).label("missing"),
                     rupiah(sa.func.sum(value)).label("net"))


def variance(values: ParameterValues) -> Statement:
    worth = (sa.select(sa.func.sum(M.value)).where(
        M.document_type == "stocktake", M.document_id == StocktakeLine.stocktake_id,
        M.line_id == StocktakeLine.id)
        .scalar_subquery())
    since = sa.select(quantity(sa.func.sum(M.quantity))).where(
        count_moments.moved_since(Stocktake.store_id)).correlate(Stocktake, StocktakeLine).scalar_subquery()
    return (sa.select(
        Stocktake.id.label("stocktake_id"), Stocktake.number.label("document"), Stocktake.counted_on,
        Stocktake.state, Stocktake.posted_on, since.label("since"), StoreItem.quantity.label("held"),
        StoreItem.value.label("worth"), Item.price_hint, Store.name.label("store"), StocktakeLine.item_id,
        NAMED, Item.base_unit, StockBatch.number.label("batch"), StocktakeLine.system_quantity,
        StocktakeLine.counted_quantity, StocktakeLine.variance, rupiah(worth).label("value"))
        .join(StocktakeLine, StocktakeLine.stocktake_id == Stocktake.id).join(Store,
                                                                              Store.id == Stocktake.store_id)
        .join(Item, Item.id == StocktakeLine.item_id).outerjoin(StockBatch,
                                                                StockBatch.id == StocktakeLine.batch_id)
        .outerjoin(StoreItem, sa.and_(StoreItem.store_id == Stocktake.store_id,
                                      StoreItem.item_id == StocktakeLine.item_id))
        .where(Stocktake.state.in_((StocktakeState.POSTED, StocktakeState.SUBMITTED)),
               StocktakeLine.variance != 0,
               *_counts(values), *where(values, item=StocktakeLine.item_id))
        .order_by(Stocktake.counted_on.desc(), Stocktake.id.desc(), StocktakeLine.id))


declare(Report(
    "stocktake_variance", N_("Stocktake variance"), "inventory", variance, icon="clipboard-check",
    roles=STOCK,
    about=N_("Each line is held against the books of the moment at which it was counted. Counts that wait "
             "for a "
             "decision are valued at the present average, posted ones as they were posted."),
    columns=(Column("document", N_("Document"), "code", links=("=stocktake", "stocktake_id")),
             Column("state", N_("State"), "word"),
             Column("counted_on", N_("Date"), "date"), Column("posted_on", N_("Posted on"), "date"),
             STORE_COLUMN, ITEM_COLUMN, BATCH, Column("system_quantity", N_("Expected"), "quantity"),
             Column("counted_quantity", N_("Counted"), "quantity"),
             Column("variance", N_("Variance"), "quantity"),
             Column("since", N_("Moved since"), "quantity"),
             Column("value", N_("Value"), "money", _worth)),
    parameters=(Parameter("document", N_("Document"), "text"), *period(365), STORE, ITEM),
    summary=_variance_sums,
    tiles=(Column("found", N_("Found more"), "money"), Column("missing", N_("Found less"), "money"),
           Column("net", N_("Net"), "money")),
    is_late=lambda row: row.variance < 0))


# ---------------------------------------------------------------- controlled items, ABC

def controlled(values: ParameterValues) -> Statement:
    joined = _other_side(_with_number(sa.select(
        M.id, M.moved_on, M.kind, M.document_type, M.document_id, DocumentNumber.number.label("document"),
        M.item_id, NAMED, Store.name.label("store"), StockBatch.number.label("batch"), M.quantity)
        .join(Item, Item.id == M.item_id).join(Store, Store.id == M.store_id)
        .join(StockBatch, StockBatch.id == M.batch_id), M), M)
    return (joined.where(Item.controlled, *within(values, M.moved_on),
                         *where(values, store=M.store_id, item=M.item_id))
            .order_by(M.moved_on.desc(), M.id.desc()))


declare(Report(
    "controlled", N_("Controlled items"), "inventory", controlled, icon="lock", roles=STOCK - {Role.PAYABLES},
    about=N_("Every movement of narcotics, psychotropics and the like."),
    columns=(Column("moved_on", N_("Date"), "date"), DOCUMENT, ITEM_COLUMN,
             Column("kind", N_("Kind"), "word"),
             PARTY, STORE_COLUMN, BATCH, Column("came", N_("In"), "quantity", _came),
             Column("went", N_("Out"), "quantity", _went)),
    parameters=(*period(90), STORE, ITEM)))


def abc(values: ParameterValues) -> Statement:
    """Items by the value used, with the share that they and those above them make."""
    used = (sa.select(M.item_id, quantity(-sa.func.sum(M.quantity)).label("quantity"),
                      rupiah(-sa.func.sum(M.value)).label("value"))
            .where(M.document_type.in_(USED), *within(values, M.moved_on), *where(values, store=M.store_id))
            .group_by(M.item_id).having(sa.func.sum(M.value) < 0).subquery())
    order = (used.c.value.desc(), used.c.item_id)
    return (sa.select(used.c.item_id, NAMED, Item.base_unit, used.c.quantity, used.c.value,
                      rupiah(sa.func.sum(used.c.value).over(order_by=order)).label("so_far"),
                      rupiah(sa.func.sum(used.c.value).over()).label("whole"),
                      setting_of("abc.a_percent").label("until_a"),
                      setting_of("abc.b_percent").label("until_b"))
            .join(Item, Item.id == used.c.item_id).order_by(*order))


def abc_class(row: Any) -> str:
    """A: the items that make the first 80 % of the value, B: up to 95 %, C: the rest; both are settings."""
    before = (row.so_far - row.value) * 100
    if before < row.whole * worth("abc.a_percent", getattr(row, "until_a", None)):
        return "A"
    return "B" if before < row.whole * worth("abc.b_percent", getattr(row, "until_b", None)) else "C"


declare(Report(
    "abc", N_("ABC analysis"), "inventory", abc, icon="arrows-sort", roles=STOCK,
    about=N_("Which items make most of the value used: class A the first 80 percent, B up to 95, C the rest. "
             "Administrators set both."),
    columns=(ITEM_COLUMN, Column("class", N_("Class"), "code", abc_class),
             Column("quantity", N_("Quantity"), "quantity"), UNIT_COLUMN,
             Column("value", N_("Value"), "money"),
             Column("share", N_("So far"), "percent", lambda row: ratio(row.so_far * 100, row.whole))),
    parameters=(*period(365), STORE)))

