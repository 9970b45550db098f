"""Prescriptions: the doctor writes lines of the stores' medicines and issues them; a store dispenses them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.base import db
from models.consultations import Consultation
from models.errors import N_, Refused
from models.items import Item, ItemCategory, UnitConversion
from models.journal import Posting
from models.operations.clinic import allergies
from models.operations.clinic.clinical import require_own
from models.operations.core.approvals import effect, opened
from models.operations.core.locking import lock
from models.operations.ledger import availability, journal, stock
from models.organisation import Status, WorkUnit
from models.people import User
from models.prescriptions import Prescription, PrescriptionLine, PrescriptionState
from models.stock import MoveKind, StockBalance, StockBatch, Store

ZERO = Decimal(0)
MOST_LINES = 30


@dataclass(frozen=True)
class Medicine:
    """One line to prescribe: `quantity` of a unit of measure of a store's item, and how to take it.

    Without `directions` the label says frequency and dose. `allergy_reason`: why it is given in spite of an
    allergy.
    """

    unit: UnitConversion
    quantity: Decimal
    directions: str = ""
    dose: str = ""
    frequency: str = ""
    duration_days: int | None = None
    allergy_reason: str = ""


# ---------------------------------------------------------------- what can be prescribed

@dataclass(frozen=True)
class AvailableMedicine:
    """A medicine of the stores with what can be given out of it today, in base units."""

    item: Item
    available: Decimal
    warning: allergies.Warning | None = None


def _unexpired() -> sa.Select[Any]:
    """Base units of `Item` that lie in any store and have not run out; correlated."""
    return (sa.select(sa.func.coalesce(sa.func.sum(StockBalance.quantity), 0))
            .join(StockBatch, StockBatch.id == StockBalance.batch_id)
            .where(StockBalance.item_id == Item.id, availability.unexpired()))


def search(text: str, *, allergic_to: str | None = None, limit: int = 20) -> list[AvailableMedicine]:
    """Medicines in use whose name or code holds all words of `text`, those in stock first."""
    available = _unexpired().scalar_subquery()
    statement = (sa.select(Item, available).join(ItemCategory, ItemCategory.id == Item.category_id)
                 .where(ItemCategory.is_medicine, Item.status == Status.ACTIVE)
                 .options(joinedload(Item.category)))
    for word in text.split()[:6]:
        pattern = "%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        statement = statement.where(Item.name.ilike(pattern, escape="\\") | Item.code.ilike(pattern,
                                                                                            escape="\\"))
    rows = db.session.execute(statement.order_by(available == 0, Item.name, Item.id).limit(limit))
    return [AvailableMedicine(item, Decimal(quantity or 0), allergies.warning(allergic_to, item.name))
            for item, quantity in rows]


def available(item_ids: Iterable[int]) -> dict[int, dict[int, Decimal]]:
    """Unexpired base units by item id and store id, of the stores in use; one statement."""
    result: dict[int, dict[int, Decimal]] = {item_id: {} for item_id in item_ids}
    rows = db.session.execute(
        sa.select(StockBalance.item_id, StockBalance.store_id, sa.func.sum(StockBalance.quantity))
        .join(StockBatch, StockBatch.id == StockBalance.batch_id).join(Store,
                                                                       Store.id == StockBalance.store_id)
        .where(StockBalance.item_id.in_(result), StockBalance.quantity > 0, Store.status == Status.ACTIVE,
               availability.unexpired())
        .group_by(StockBalance.item_id, StockBalance.store_id))
    for item_id, store_id, quantity in rows:
        result[item_id][store_id] = quantity
    return result


# ---------------------------------------------------------------- writing

def _line(consultation: Consultation, medicine: Medicine) -> PrescriptionLine:
    item = medicine.unit.item
    if item.status != Status.ACTIVE or not item.category.is_medicine:
        raise Refused(N_("%(item)s is no medicine of the stores that is in use."), field="item",
                      item=item.name)
    if medicine.quantity <= 0:
        raise Refused(N_("The quantity must be more than zero."), field="quantity")
    item.in_base(medicine.quantity, medicine.unit.factor)
    dose, frequency = medicine.dose.strip(), medicine.frequency.strip()
    signa = medicine.directions.strip()
    if not signa and not (dose and frequency):
        raise Refused(N_("Please write how to take the medicine."), field="directions")
    if medicine.duration_days is not None and not 1 <= medicine.duration_days <= 366:
        raise Refused(N_("A medicine is taken for 1 to 366 days."), field="duration_days")
    for field, text, most in (("dose", dose, 60), ("frequency", frequency, 60), ("directions", signa, 200),
                              ("allergy_reason", medicine.allergy_reason.strip(), 200)):
        if len(text) > most:
            raise Refused(N_("At most %(max)s letters."), field=field, max=most)
    warning = allergies.warning(consultation.patient.allergies, item.name)
    if warning is not None and not medicine.allergy_reason.strip():
        raise Refused(N_("The patient is allergic to %(allergy)s. Choose another medicine, or write why "
                         "%(item)s is "
                         "given all the same."), field="allergy_reason", allergy=str(warning), item=item.name)
    return PrescriptionLine(
        item_id=item.id, unit_id=medicine.unit.id, quantity=medicine.quantity, factor=medicine.unit.factor,
        dose=dose or None, frequency=frequency or None, duration_days=medicine.duration_days,
        directions=signa or f"{frequency}, {dose}",
        allergy_reason=medicine.allergy_reason.strip() or None if warning is not None else None)


def prescribe(consultation: Consultation, medicines: Iterable[Medicine], *, by: User,
              note: str = "") -> Prescription:
    """A draft prescription; the doctor then issues it with `perform(prescription, "issue", by=…)`."""
    require_own(consultation, by)
    lines = [_line(consultation, medicine) for medicine in medicines]
    prescription = Prescription(consultation=consultation, created_by_id=by.id, note=note.strip() or None,
                                lines=lines)
    db.session.add(prescription)
    opened(prescription, by=by)
    return prescription


def draft_of(consultation: Consultation) -> Prescription | None:
    """The prescription that the doctor is still writing."""
    return next((prescription for prescription in consultation.prescriptions
                 if prescription.state == PrescriptionState.DRAFT), None)


def add_line(consultation: Consultation, medicine: Medicine, *, by: User) -> PrescriptionLine:
    """Put a medicine on the draft, which is begun with the first one. Raises `Refused` at the field to
    blame."""
    require_own(consultation, by)
    line = _line(consultation, medicine)
    draft = draft_of(consultation)
    if draft is None:
        draft = prescribe(consultation, (), by=by)
    elif any(entry.item_id == line.item_id for entry in draft.lines):
        raise Refused(N_("%(item)s is on the prescription already. Take that line out first."), field="item",
                      item=medicine.unit.item.name)
    elif len(draft.lines) >= MOST_LINES:
        raise Refused(N_("A prescription has at most %(most)s lines. Issue this one first."), field="item",
                      most=MOST_LINES)
    draft.lines.append(line)
    db.session.flush()
    return line


def remove_line(line: PrescriptionLine, *, by: User) -> None:
    """Take a medicine off the draft."""
    require_own(line.prescription.consultation, by)
    line.prescription.lines.remove(line)
    db.session.flush()


@effect(Prescription, "issue")
def _issue(prescription: Prescription, *, by: User, reason: str) -> None:
    require_own(prescription.consultation, by)
    for line in prescription.lines:
        if line.item.status != Status.ACTIVE:
            raise Refused(N_("%(item)s is no longer used. Take its line out."), item=line.item.name)
    prescription.prescribed_on = clock.today()


# ---------------------------------------------------------------- dispensing

@effect(Prescription, "dispense")
def _dispense(prescription: Prescription, *, by: User, reason: str) -> None:
    """Stock out of the chosen store, earliest expiry first; the cost goes to the account of the doctor's
    unit."""
    lock(prescription)
    store = db.session.get(Store, prescription.store_id) if prescription.store_id else prescription.store
    if store is None or store.status != Status.ACTIVE:
        raise Refused(N_("Choose the store that gives the medicines out."), field="store")
    prescription.store = store
    prescription.received_by = (prescription.received_by or "").strip() or None
    if prescription.received_by is None and any(line.item.controlled for line in prescription.lines):
        raise Refused(N_("A controlled medicine is on it: write who received it."), field="received_by")
    prescription.dispensed_at = clock.now()
    doctor = prescription.consultation.doctor.user
    unit = db.session.get(WorkUnit,
                          doctor.work_unit_id) if doctor is not None and doctor.work_unit_id else None
    account_id = (unit.account_id if unit else None) or journal.accounts([Posting.EXPENSE])[Posting.EXPENSE]
    base = stock.in_base(prescription.lines)
    stock.issue(prescription, store.id,
                [stock.Outgoing(line.id, line.item_id, base[line.id]) for line in prescription.lines],
                kind=MoveKind.DISPENSING, on=clock.today(), by=by,
                against=stock.against(Posting.EXPENSE, account_id))
