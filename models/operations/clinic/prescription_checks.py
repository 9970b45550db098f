"""What is wrong with giving a medicine to this patient: allergies, harm done together with another medicine,
and the same twice. Made when a line is written and again when it is issued; no complete database stands
behind it, so silence proves nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.base import db
from models.clinic import Patient
from models.consultations import Consultation
from models.medicines import Severity
from models.operations.clinic import allergies
from models.operations.clinic.medicine_names import Effect, Knowledge, Known, knowledge
from models.prescriptions import GIVEN_OUT, Prescription, PrescriptionLine, PrescriptionState

#: Days for which a medicine without a duration counts as running.
RUNNING_DAYS = 30
#: Classes whose members are given together on purpose: two of them are no mistake.
_TOGETHER = frozenset(("vitamin", "mineral", "kalsium", "obat tuberkulosis", "antivirus HIV", "insulin",
                       "vaksin", "vaksin hidup", "cairan infus", "antikanker", "anestesi umum", "antiseptik",
                       "bronkodilator xantin", "obat malaria", "antikejang"))
_ORDER = tuple(Severity)


class About(StrEnum):
    ALLERGY = "allergy"
    #: A group that is like the one of the allergy.
    CAUTION = "caution"
    INTERACTION = "interaction"
    #: The same substance in two lines, or two of one class.
    TWICE = "twice"
    SAME_CLASS = "same_class"


@dataclass(frozen=True)
class Found:
    """One thing to know. `other`: the allergy, or the name of the other medicine; `effect` of a class twice
    is the class. `elsewhere`: it stands on another prescription, by its number."""

    about: About
    severity: Severity
    other: str
    effect: str = ""
    effect_en: str = ""
    elsewhere: str = ""

    @property
    def reason_field(self) -> str:
        """The field of the line that must say why it is given all the same; empty when none need."""
        if self.about == About.ALLERGY:
            return "allergy_reason"
        is_grave = self.severity in (Severity.CONTRAINDICATED, Severity.MAJOR)
        return "interaction_reason" if is_grave and self.about != About.CAUTION else ""


@dataclass(frozen=True)
class Beside:
    """Another medicine that the patient takes: on this paper, or on another one by its number."""

    name: str
    elsewhere: str = ""


def running(patient_id: int, *criteria: sa.ColumnElement[bool]) -> list[PrescriptionLine]:
    """Lines of the patient's prescriptions of any doctor that were issued and still run; `criteria` leave
    prescriptions out."""
    lines = db.session.scalars(
        sa.select(PrescriptionLine).join(Prescription).join(Consultation)
        .where(Consultation.patient_id == patient_id, Prescription.state.in_(GIVEN_OUT),
               Prescription.state != PrescriptionState.EXPIRED,
               Prescription.prescribed_on >= clock.today() - timedelta(days=366), *criteria)
        .options(joinedload(PrescriptionLine.item), joinedload(PrescriptionLine.prescription))
        .order_by(PrescriptionLine.id.desc()).limit(60))
    return [line for line in lines if line.prescription.prescribed_on + timedelta(
        days=line.duration_days or RUNNING_DAYS) >= clock.today()]


def elsewhere(patient_id: int, but: Prescription | None = None) -> list[Beside]:
    """The same as what a line is held against."""
    others = [Prescription.id != but.id] if but is not None and but.id else []
    return [Beside(line.item.name, line.prescription.number or "") for line in running(patient_id, *others)]


def found(patient: Patient, name: str, beside: Iterable[Beside],
          known: Knowledge | None = None) -> list[Found]:
    """All that is to be known of giving the medicine, the gravest first."""
    known = known or knowledge()
    result = []
    met = allergies.meets(patient, name, known)
    if met is not None:
        about = About.CAUTION if met.is_caution else About.ALLERGY
        result.append(Found(about, Severity.MODERATE if met.is_caution else Severity.MAJOR, str(met)))
    inside = known.substances_of(name)
    for other in beside:
        against = _against(inside, known.substances_of(other.name), other, known)
        if against is not None:
            result.append(against)
    unique = {(each.about, each.other, each.effect): each for each in reversed(result)}
    return sorted(unique.values(), key=lambda each: _ORDER.index(each.severity))


def _against(inside: tuple[Known, ...], others: tuple[Known, ...], other: Beside,
             known: Knowledge) -> Found | None:
    """The gravest thing between two medicines."""
    same = [one for one in inside if any(one.name == two.name for two in others)]
    if same:  # on this paper it is a mistake, on another one mostly the same course going on
        return Found(About.TWICE, Severity.MODERATE if other.elsewhere else Severity.MAJOR, other.name,
                     same[0].name, same[0].name, other.elsewhere)
    effects = [effect for one in inside for two in others for effect in _effects(one, two, known)]
    if effects:
        worst = min(effects, key=lambda each: _ORDER.index(each.severity))
        return Found(About.INTERACTION, worst.severity, other.name, worst.effect, worst.effect_en,
                     other.elsewhere)
    for one in inside:
        for two in others:
            if one.class_name and one.class_name == two.class_name and one.class_name not in _TOGETHER:
                return Found(About.SAME_CLASS, Severity.MODERATE, other.name, one.class_name,
                             one.class_name_en, other.elsewhere)
    return None


def _effects(one: Known, two: Known, known: Knowledge) -> list[Effect]:
    return [effect for first in {one.name, *one.classes} for second in {two.name, *two.classes}
            for effect in known.effects.get((min(first, second), max(first, second)), ())]


# ---------------------------------------------------------------- kept on the line

def written(what: Iterable[Found]) -> str | None:
    """As the line keeps it: what was known when the doctor decided."""
    rows = [asdict(each) for each in what]
    return json.dumps(rows, ensure_ascii=False) if rows else None


def of(line: PrescriptionLine) -> list[Found]:
    """What the line keeps."""
    return [Found(**{**row, "about": About(row["about"]), "severity": Severity(row["severity"])})
            for row in json.loads(line.warnings or "[]")]
