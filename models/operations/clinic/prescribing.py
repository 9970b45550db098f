"""What spares a doctor the typing: own templates, medicines that are prescribed often, the last prescription
again. Lines are put on the draft by the same door as typed ones, so every check is made anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from models import clock
from models.base import db
from models.consultations import Consultation
from models.errors import N_, Refused
from models.items import Item
from models.operations.clinic import prescriptions
from models.operations.clinic.clinical import require_own
from models.operations.clinic.prescriptions import Medicine, dose_of, language_of
from models.people import User
from models.prescriptions import GIVEN_OUT, Prescription, PrescriptionLine, PrescriptionTemplate

MOST_TEMPLATES = 40
#: Days in which what a doctor prescribed counts as often.
LATELY = 180
_LINES = selectinload(Prescription.lines).options(
    joinedload(PrescriptionLine.item).joinedload(Item.category), joinedload(PrescriptionLine.unit))


@dataclass
class Put:
    """What became of lines that were to be put on the draft."""

    added: list[PrescriptionLine] = field(default_factory=list)
    #: Name of the medicine and why it was left out.
    left_out: list[tuple[str, Refused]] = field(default_factory=list)


def again(line: PrescriptionLine, patient_language: str) -> Medicine:
    """The line as a new one to write, without the reasons, which were another day's."""
    taken = dose_of(line)
    more = line.directions
    if taken is not None:
        said = taken.signa(patient_language, line.duration_days)
        is_whole = line.directions.startswith(said)
        more = line.directions.removeprefix(said).removeprefix(", ") if is_whole else ""
    return Medicine(line.unit, line.quantity, more, line.dose or "", line.frequency or "",
                    line.duration_days, taken=taken)


def put(consultation: Consultation, lines: Iterable[PrescriptionLine], *, by: User) -> Put:
    """Put copies of the lines on the draft; what is refused is left out and named. Flushes."""
    result = Put()
    for line in lines:
        source = line.prescription.consultation.patient
        try:
            with db.session.begin_nested():
                result.added.append(prescriptions.add_line(
                    consultation, again(line, language_of(source)), by=by))
        except Refused as refusal:
            result.left_out.append((line.item.name, refusal))
    return result


def last_of(consultation: Consultation) -> Prescription | None:
    """The patient's last prescription by this doctor in an earlier consultation."""
    return db.session.scalar(
        sa.select(Prescription).join(Consultation)
        .where(Consultation.patient_id == consultation.patient_id,
               Consultation.doctor_id == consultation.doctor_id, Consultation.id != consultation.id,
               Prescription.state.in_(GIVEN_OUT))
        .options(_LINES).order_by(Prescription.id.desc()).limit(1))


def often(doctor_id: int, limit: int = 8) -> list[PrescriptionLine]:
    """The doctor's medicines of the last months that were prescribed most, each as it was written last."""
    mine = (sa.select(PrescriptionLine.item_id, sa.func.count().label("times"),
                      sa.func.max(PrescriptionLine.id).label("newest"))
            .join(Prescription, Prescription.id == PrescriptionLine.prescription_id)
            .join(Consultation, Consultation.id == Prescription.consultation_id)
            .where(Consultation.doctor_id == doctor_id, Prescription.state.in_(GIVEN_OUT),
                   Prescription.prescribed_on >= clock.today() - timedelta(days=LATELY))
            .group_by(PrescriptionLine.item_id)
            .order_by(sa.desc("times"), PrescriptionLine.item_id).limit(limit).subquery())
    return list(db.session.scalars(
        sa.select(PrescriptionLine).join(mine, mine.c.newest == PrescriptionLine.id)
        .options(joinedload(PrescriptionLine.item)).order_by(mine.c.times.desc(), mine.c.item_id)))


def templates(doctor_id: int) -> list[PrescriptionTemplate]:
    """The doctor's templates by name."""
    return list(db.session.scalars(
        sa.select(PrescriptionTemplate).where(PrescriptionTemplate.doctor_id == doctor_id)
        .order_by(PrescriptionTemplate.name)))


def keep(prescription: Prescription, name: str, *, by: User) -> PrescriptionTemplate:
    """Keep an issued prescription as a template of its doctor. Raises `Refused` at the field. Flushes."""
    require_own(prescription.consultation, by)
    name = " ".join(name.split())
    if not name or len(name) > 200:
        raise Refused(N_("Give the template a name of at most 200 letters."), field="template_name")
    if prescription.number is None:
        raise Refused(N_("Issue the prescription first; then it can be kept as a template."))
    doctor_id = prescription.consultation.doctor_id
    mine = templates(doctor_id)
    if any(each.name.lower() == name.lower() for each in mine):
        raise Refused(N_("You have a template of that name. Choose another one."), field="template_name")
    if len(mine) >= MOST_TEMPLATES:
        raise Refused(N_("You have %(most)s templates. Delete one first."), field="template_name",
                      most=MOST_TEMPLATES)
    template = PrescriptionTemplate(doctor_id=doctor_id, name=name, prescription_id=prescription.id)
    db.session.add(template)
    db.session.flush()
    return template


def lines_of(prescription_id: int) -> list[PrescriptionLine]:
    """The lines of a prescription, with what copying them needs."""
    prescription = db.session.scalar(
        sa.select(Prescription).where(Prescription.id == prescription_id).options(_LINES))
    return list(prescription.lines) if prescription is not None else []
