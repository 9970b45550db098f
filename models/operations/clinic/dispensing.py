"""Stores give out what a doctor prescribed: all of it, a part, the rest later; taken back the same day; what
nobody fetches expires."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from models import clock
from models.base import db
from models.consultations import Consultation, ConsultationState
from models.errors import N_, Refused, blame_line
from models.journal import Posting
from models.operations.core.approvals import after, by_system, effect
from models.operations.core.checks import check
from models.operations.core.jobs import each_day, job
from models.operations.core.locking import lock
from models.operations.core.system import the_system
from models.operations.ledger import journal, stock
from models.operations.people.notices import ASK, Declared, declare, tell, the_account
from models.organisation import Status, WorkUnit
from models.people import User
from models.prescriptions import (
    OPEN_TO_FETCH,
    Dispensing,
    Prescription,
    PrescriptionLine,
    PrescriptionState,
)
from models.settings import setting
from models.stock import MoveKind, StockMove, Store

ZERO = Decimal(0)
PAGE = "/portal/prescriptions/{id}/fetch"


# ---------------------------------------------------------------- what the patient is told

def _whose(prescription: Prescription) -> list[Any]:
    return the_account(prescription.patient)


def _says(prescription: Prescription) -> dict[str, Any]:
    return {"number": prescription.number or "", "day": prescription.valid_until or ""}


_HOW = N_("Where to go and what to bring stands in the portal.")
declare(Declared(
    "prescription_ready", _whose, N_("A prescription can be fetched"),
    (N_("Prescription %(number)s can be fetched at the hospital until %(day)s."), _HOW), _says, PAGE,
    icon="pill"))
declare(Declared(
    "prescription_partly", _whose, N_("A part of your prescription was given out"),
    (N_("A part of prescription %(number)s was given out. The rest can be fetched until %(day)s."), _HOW),
    _says, PAGE, on=(Prescription, ("dispense_part",)), icon="pill"))
declare(Declared(
    "prescription_closed", lambda rx: [*_whose(rx), rx.doctor.user],
    N_("The rest of a prescription is not given out"),
    (N_("What was left of prescription %(number)s is not given out any more. The reason stands beside it."),
     ASK), _says, on=(Prescription, ("close",)), icon="pill"))
declare(Declared(
    "prescription_expires", _whose, N_("A prescription ends soon"),
    (N_("Prescription %(number)s was not fetched whole. It can be fetched until %(day)s, not later."), _HOW),
    _says, PAGE, icon="pill"))
declare(Declared(
    "prescription_expired", _whose, N_("A prescription has ended"),
    (N_("Prescription %(number)s could be fetched until %(day)s and has ended. If you still need it, ask for "
        "a new consultation."),), _says, PAGE, on=(Prescription, ("expire",)), icon="pill"))


declare(Declared(
    "prescription_cancelled", lambda rx: _whose(rx) if rx.number else [],
    N_("A prescription was taken back"),
    (N_("Prescription %(number)s was taken back and is not given out. The reason stands beside it."), ASK),
    _says, on=(Prescription, ("cancel",)), icon="pill"))


@after(Prescription, "issue")
def _ready(prescription: Prescription, *, by: User, reason: str) -> None:
    """The patient reads it once the doctor has completed the consultation, and is told then."""
    if prescription.consultation.state == ConsultationState.COMPLETED:
        tell("prescription_ready", prescription)


@after(Consultation, "complete")
def _all_ready(consultation: Consultation, *, by: User, reason: str) -> None:
    for prescription in consultation.prescriptions:
        if prescription.state in OPEN_TO_FETCH:
            tell("prescription_ready", prescription)


@after(Consultation, "cancel")
def _not_given(consultation: Consultation, *, by: User, reason: str) -> None:
    """Nothing of a consultation that was cancelled is given out any more."""
    for prescription in consultation.prescriptions:
        if prescription.state == PrescriptionState.PARTLY_DISPENSED:
            by_system(prescription, "close", by=by, reason=reason)
        elif prescription.state in (PrescriptionState.DRAFT, PrescriptionState.ISSUED):
            by_system(prescription, "cancel", by=by, reason=reason)


# ---------------------------------------------------------------- giving out

@effect(Prescription, "dispense")
def _dispense(prescription: Prescription, *, by: User, reason: str) -> None:
    """All that is left, or nothing."""
    lock(prescription)
    _give(prescription, [(line, line.left_quantity) for line in prescription.lines if line.left_quantity > 0],
          by)


@effect(Prescription, "dispense_part")
def _dispense_part(prescription: Prescription, *, by: User, reason: str) -> None:
    """What the store has of it, in the quantities that the clerk says."""
    lock(prescription)
    wanted = []
    for line in prescription.lines:
        with blame_line(line):
            wanted.append((line, _part(line)))
    if not any(quantity for _line, quantity in wanted):
        raise Refused(N_("Write of at least one medicine how much is given out."), field="giving")
    if all(quantity == line.left_quantity for line, quantity in wanted):
        raise Refused(N_("That is all that is left of it: dispense it whole."), field="giving")
    _give(prescription, [(line, quantity) for line, quantity in wanted if quantity], by)


def _part(line: PrescriptionLine) -> Decimal:
    """Base units of what is given out now."""
    said = line.giving or ZERO
    if said < 0 or said * line.factor > line.left_quantity:
        raise Refused(N_("%(item)s: between 0 and %(most)s %(unit)s."), item=line.item.name, field="giving",
                      most=line.left_quantity / line.factor, unit=line.unit.unit_name)
    try:
        return line.item.in_base(said, line.factor)
    except Refused as refusal:
        refusal.field = "giving"
        raise


def _give(prescription: Prescription, wanted: Iterable[tuple[PrescriptionLine, Decimal]], by: User) -> None:
    """Stock out of the chosen store, earliest expiry first; the cost goes to the account of the doctor's
    unit."""
    rows, store = list(wanted), _store(prescription)
    prescription.received_by = (prescription.received_by or "").strip() or None
    if prescription.received_by is None and any(line.item.controlled for line, _quantity in rows):
        raise Refused(N_("A controlled medicine is on it: write who received it."), field="received_by")
    prescription.dispensed_at = clock.now()
    given = [Dispensing(line=line, store_id=store.id, quantity=quantity, given_by_id=by.id,
                        received_by=prescription.received_by) for line, quantity in rows]
    db.session.add_all(given)
    db.session.flush()
    stock.issue(prescription, store.id, [stock.Outgoing(row.id, row.line.item_id, row.quantity)
                                         for row in given],
                kind=MoveKind.DISPENSING, on=clock.today(), by=by,
                against=stock.against(Posting.EXPENSE, _account(prescription)))


def _store(prescription: Prescription) -> Store:
    store = prescription.store
    if store is None or store.status != Status.ACTIVE:
        raise Refused(N_("Choose the store that gives the medicines out."), field="store")
    return store


def _account(prescription: Prescription) -> int:
    """The account of the doctor's unit, which bears the cost."""
    doctor = prescription.doctor.user
    unit = db.session.get(WorkUnit,
                          doctor.work_unit_id) if doctor is not None and doctor.work_unit_id else None
    account_id = unit.account_id if unit else None
    return account_id or journal.accounts([Posting.EXPENSE])[Posting.EXPENSE]


@effect(Prescription, "reverse")
def _reverse(prescription: Prescription, *, by: User, reason: str) -> None:
    """What left today comes back unopened: the wrong patient, or the wrong store."""
    lock(prescription)
    today = clock.today()
    moves = [move for move in stock.moves_of(prescription, MoveKind.DISPENSING) if move.moved_on == today]
    if not moves:
        raise Refused(N_("Nothing of it left a store today."))
    stock.undo(prescription, moves, on=today, by=by, reason=reason,
               against=stock.against(Posting.EXPENSE, _account(prescription)))
    for line in prescription.lines:
        for row in line.dispensings:
            if row.reversed_at is None and clock.local(clock.aware(row.given_at)).date() == today:
                row.reversed_at = clock.now()
    prescription.store_id = prescription.received_by = prescription.dispensed_at = None


# ---------------------------------------------------------------- what nobody fetches

def _open(*criteria: Any) -> list[Prescription]:
    return list(db.session.scalars(
        sa.select(Prescription).where(Prescription.state.in_(OPEN_TO_FETCH), *criteria)
        .options(selectinload(Prescription.lines)).order_by(Prescription.id)))


@job("prescriptions", due=each_day(hour=7))
def expire() -> str:
    """End what nobody fetched in its days, and tell the patient some days before."""
    today, warned = clock.today(), 0
    ended = _open(Prescription.valid_until < today)
    for prescription in ended:
        by_system(prescription, "expire", by=the_system())
    before = today + timedelta(days=setting("prescription.warn_days"))
    for prescription in _open(Prescription.valid_until <= before):
        if prescription.prescribed_on < today:  # who has just been told that it is ready knows the day
            warned += tell("prescription_expires", prescription,
                           key=f"prescription_expires:{prescription.id}")
    return f"{len(ended)} expired, {warned} told" if ended or warned else ""


# ---------------------------------------------------------------- what `flask verify` proves

@check("prescriptions: what was given out left the stores, and is never more than was prescribed")
def given_is_moved(session: Any) -> Any:
    line = PrescriptionLine.__table__
    given = dict(session.execute(
        sa.select(PrescriptionLine.prescription_id, sa.func.sum(Dispensing.quantity))
        .join(PrescriptionLine, PrescriptionLine.id == Dispensing.prescription_line_id)
        .where(Dispensing.reversed_at.is_(None)).group_by(PrescriptionLine.prescription_id)).all())
    moved = dict(session.execute(
        sa.select(StockMove.document_id, -sa.func.sum(StockMove.quantity))
        .where(StockMove.document_type == "prescription").group_by(StockMove.document_id)).all())
    for key in sorted(given.keys() | moved.keys()):
        if (given.get(key) or ZERO) != (moved.get(key) or ZERO):
            return {"prescription": key, "given": given.get(key), "moved": moved.get(key)}
    too_much = session.execute(
        sa.select(line.c.id, line.c.quantity, line.c.factor, sa.func.sum(Dispensing.quantity).label("given"))
        .join(Dispensing, Dispensing.prescription_line_id == line.c.id)
        .where(Dispensing.reversed_at.is_(None)).group_by(line.c.id, line.c.quantity, line.c.factor))
    return next(({"line": row.id, "given": row.given} for row in too_much
                 if row.given > row.quantity * row.factor), None)


@check("prescriptions: one that was given out whole has nothing left unless its rest was closed")
def states_fit(session: Any) -> Any:
    given = sa.select(Dispensing.id).join(
        PrescriptionLine, PrescriptionLine.id == Dispensing.prescription_line_id).where(
        PrescriptionLine.prescription_id == Prescription.id, Dispensing.reversed_at.is_(None)).exists()
    return session.execute(sa.select(Prescription.id, Prescription.number).where(
        Prescription.state.in_((PrescriptionState.DISPENSED, PrescriptionState.PARTLY_DISPENSED)),
        ~given).limit(1)).first()
