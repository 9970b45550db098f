"""Prescriptions: the doctor writes lines of the stores' medicines and issues them; a store dispenses them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.base import db
from models.clinic import Patient
from models.consultations import Consultation
from models.errors import N_, Refused, blame_line, in_two
from models.items import Item, ItemCategory, UnitConversion
from models.medicines import Severity
from models.operations.clinic import allergies
from models.operations.clinic.clinical import require_own
from models.operations.clinic.medicine_names import Knowledge, knowledge
from models.operations.clinic.prescription_checks import About, Beside, Found, elsewhere, found, written
from models.operations.clinic.signa import Dose, proposed
from models.operations.core.approvals import effect, opened
from models.operations.ledger import availability
from models.organisation import Status
from models.people import User
from models.prescriptions import Prescription, PrescriptionLine, PrescriptionState
from models.settings import setting
from models.stock import StockBalance, StockBatch, Store

MOST_LINES = 30


@dataclass(frozen=True)
class Medicine:
    """One line to prescribe: `quantity` of a unit of measure of a store's item, and how to take it.

    Without `directions` the label says frequency and dose. `allergy_reason`: why it is given in spite of an
    allergy, `interaction_reason` in spite of another medicine. `taken` is dose and rhythm as data: then the
    label is written from it, `directions` is what it says beside, and `quantity` is None where it follows.
    """

    unit: UnitConversion
    quantity: Decimal | None
    directions: str = ""
    dose: str = ""
    frequency: str = ""
    duration_days: int | None = None
    allergy_reason: str = ""
    interaction_reason: str = ""
    taken: Dose | None = None


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


def search(text: str, *, patient: Patient | None = None, limit: int = 20) -> list[AvailableMedicine]:
    """Medicines in use whose name or code holds all words of `text`, or that are what the words mean (a
    brand, an abbreviation); those in stock first."""
    available = _unexpired().scalar_subquery()
    known = knowledge()
    statement = (sa.select(Item, available).join(ItemCategory, ItemCategory.id == Item.category_id)
                 .where(ItemCategory.is_medicine, Item.status == Status.ACTIVE, _named(text, known))
                 .options(joinedload(Item.category)))
    said = allergies.sayings(patient, known) if patient is not None else []
    rows = db.session.execute(statement.order_by(available == 0, Item.name, Item.id).limit(limit))
    return [AvailableMedicine(item, Decimal(quantity or 0),
                              allergies.meets(patient, item.name, known, said) if patient is not None
                              else None)
            for item, quantity in rows]


def _named(text: str, known: Knowledge) -> sa.ColumnElement[bool]:
    def holds(word: str) -> sa.ColumnElement[bool]:
        pattern = "%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        return sa.or_(Item.name.ilike(pattern, escape="\\"), Item.code.ilike(pattern, escape="\\"))

    meant = dict.fromkeys(each.name for met in known.read(text[:80], free=True) for each in met.substances)
    return sa.or_(sa.and_(sa.true(), *map(holds, text.split()[:6])),
                  *(Item.name.ilike(f"%{name}%") for name in list(meant)[:6]))


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

def language_of(patient: Patient) -> str:
    """The language of what the patient is given to read: of the account, or of the guardian's."""
    user = patient.user or (patient.guardian.user if patient.guardian else None)
    return str(user.language) if user is not None else "id"


def _line(consultation: Consultation, medicine: Medicine, beside: Iterable[Beside]) -> PrescriptionLine:
    item = medicine.unit.item
    if item.status != Status.ACTIVE or not item.category.is_medicine:
        raise Refused(N_("%(item)s is no medicine of the stores that is in use."), field="item",
                      item=item.name)
    days, taken, language = medicine.duration_days, medicine.taken, language_of(consultation.patient)
    if days is not None and not 1 <= days <= 366:
        raise Refused(N_("A medicine is taken for 1 to 366 days."), field="duration_days")
    if taken is not None:
        taken.check()
    quantity = _quantity(medicine)
    signa = medicine.directions.strip()
    dose = taken.amount if taken else medicine.dose.strip()
    frequency = taken.rhythm(language) if taken else medicine.frequency.strip()
    if taken is not None:
        signa = taken.signa(language, days, signa)
    if not signa and not (dose and frequency):
        raise Refused(N_("Please write how to take the medicine."), field="directions")
    reasons = {"allergy_reason": medicine.allergy_reason.strip(),
               "interaction_reason": medicine.interaction_reason.strip()}
    for field, text, most in (("dose", dose, 60), ("frequency", frequency, 60), ("directions", signa, 200),
                              *((name, text, 200) for name, text in reasons.items())):
        if len(text) > most:
            raise Refused(N_("At most %(max)s letters."), field=field, max=most)
    line = PrescriptionLine(
        item=item, unit_id=medicine.unit.id, quantity=quantity, factor=medicine.unit.factor,
        dose=dose or None, frequency=frequency or None, duration_days=days,
        directions=signa or f"{frequency}, {dose}", **(_as_data(taken) if taken else {}))
    _weigh(line, consultation.patient, beside, reasons)
    return line


def _quantity(medicine: Medicine) -> Decimal:
    quantity = medicine.quantity
    if quantity is None and medicine.taken is not None:
        quantity = proposed(medicine.taken, medicine.duration_days, medicine.unit)
    if quantity is None:
        raise Refused(N_("Write the quantity as a number, for example 10."), field="quantity")
    if quantity <= 0:
        raise Refused(N_("The quantity must be more than zero."), field="quantity")
    medicine.unit.item.in_base(quantity, medicine.unit.factor)
    return quantity


def _as_data(taken: Dose) -> dict[str, Any]:
    return {"dose_quantity": taken.quantity, "dose_unit": taken.unit.strip(),
            "times_a_day": taken.times_a_day, "every_hours": taken.every_hours, "meal": taken.meal,
            "is_if_needed": taken.is_if_needed, "most_a_day": taken.most_a_day}


def dose_of(line: PrescriptionLine) -> Dose | None:
    """Dose and rhythm of a line that has them as data."""
    if line.dose_quantity is None or line.dose_unit is None:
        return None
    return Dose(line.dose_quantity, line.dose_unit, line.times_a_day, line.every_hours, line.meal,
                line.is_if_needed, line.most_a_day)


#: How a line is refused until the doctor wrote why, by what was found.
_WHY = {
    About.ALLERGY: N_("The patient is allergic to %(other)s. Choose another medicine, or write why %(item)s "
                      "is given all the same."),
    About.INTERACTION: N_("%(item)s and %(other)s do harm together: %(effect)s. Choose another medicine, or "
                          "write why both are given."),
    About.TWICE: N_("%(item)s and %(other)s hold the same substance: %(effect)s. Take one out, or write why "
                    "both are given."),
}
_NEVER = N_("%(item)s must not be given together with %(other)s: %(effect)s. Choose another medicine, or "
            "write why both are given all the same.")


def _refusal(line: PrescriptionLine, what: Found) -> Refused:
    is_never = what.about == About.INTERACTION and what.severity == Severity.CONTRAINDICATED
    return Refused(_NEVER if is_never else _WHY[what.about], field=what.reason_field, other=what.other,
                   item=line.item.name, effect=in_two(what.effect, what.effect_en))


def _weigh(line: PrescriptionLine, patient: Patient, beside: Iterable[Beside],
           reasons: Mapping[str, str]) -> None:
    """Keep on the line what is found, and the reasons for what is grave. Raises `Refused` at the reason that
    lacks."""
    what = found(patient, line.item.name, beside)
    for each in what:
        if each.reason_field and not reasons.get(each.reason_field):
            raise _refusal(line, each)
    wanted = {each.reason_field for each in what}
    for field in ("allergy_reason", "interaction_reason"):
        setattr(line, field, (reasons.get(field) or None) if field in wanted else None)
    line.warnings = written(what)


def prescribe(consultation: Consultation, medicines: Iterable[Medicine], *, by: User,
              note: str = "") -> Prescription:
    """A draft prescription; the doctor then issues it with `perform(prescription, "issue", by=…)`."""
    require_own(consultation, by)
    beside, lines = elsewhere(consultation.patient_id), list[PrescriptionLine]()
    with db.session.no_autoflush:
        for medicine in medicines:
            lines.append(_line(consultation, medicine, beside))
            beside.append(Beside(medicine.unit.item.name))
        prescription = Prescription(consultation=consultation, created_by_id=by.id,
                                    note=note.strip() or None, lines=lines)
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
    draft, item = draft_of(consultation), medicine.unit.item
    lines = draft.lines if draft is not None else []
    if any(entry.item_id == item.id for entry in lines):
        raise Refused(N_("%(item)s is on the prescription already. Take that line out first."), field="item",
                      item=item.name)
    if len(lines) >= MOST_LINES:
        raise Refused(N_("A prescription has at most %(most)s lines. Issue this one first."), field="item",
                      most=MOST_LINES)
    beside = [*(Beside(line.item.name) for line in lines), *elsewhere(consultation.patient_id, draft)]
    with db.session.no_autoflush:
        line = _line(consultation, medicine, beside)
    if draft is None:
        draft = prescribe(consultation, (), by=by)
    draft.lines.append(line)
    db.session.flush()
    return line


def give_reason(line: PrescriptionLine, *, by: User, allergy_reason: str = "",
                interaction_reason: str = "") -> None:
    """Say at a line of the draft why it is given all the same. Raises `Refused` at the field."""
    require_own(line.prescription.consultation, by)
    for field, text in (("allergy_reason", allergy_reason), ("interaction_reason", interaction_reason)):
        if len(text.strip()) > 200:
            raise Refused(N_("At most %(max)s letters."), field=field, max=200)
        if text.strip():
            setattr(line, field, text.strip())
    db.session.flush()


def remove_line(line: PrescriptionLine, *, by: User) -> None:
    """Take a medicine off the draft."""
    require_own(line.prescription.consultation, by)
    line.prescription.lines.remove(line)
    db.session.flush()


@effect(Prescription, "issue")
def _issue(prescription: Prescription, *, by: User, reason: str) -> None:
    """Everything is looked at again: the record or another doctor's prescription may say more by now."""
    consultation = prescription.consultation
    require_own(consultation, by)
    others = elsewhere(consultation.patient_id, prescription)
    before: list[Beside] = []
    for line in prescription.lines:
        with blame_line(line):
            if line.item.status != Status.ACTIVE:
                raise Refused(N_("%(item)s is no longer used. Take its line out."), item=line.item.name)
            _weigh(line, consultation.patient, [*before, *others],
                   {"allergy_reason": line.allergy_reason or "",
                    "interaction_reason": line.interaction_reason or ""})
        before.append(Beside(line.item.name))
    prescription.prescribed_on = clock.today()
    prescription.valid_until = clock.today() + timedelta(days=setting("prescription.valid_days"))
