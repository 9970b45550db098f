"""Vital signs: entered by the patient at home or by the doctor, corrected by a new version, shown over
time."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import Patient
from models.consultations import Consultation, ConsultationState, MessageSide
from models.errors import N_, NotAllowed, Refused
from models.operations.core.locking import lock_rows
from models.people import User
from models.vital_signs import DIASTOLIC, LIMITS, Limits, VitalKind, VitalSign

K = VitalKind
#: What a patient may enter for one record in a day: more is a mistake or a machine.
MOST_A_DAY = 60
WORDS = {
    K.BLOOD_PRESSURE: N_("Blood pressure"), K.PULSE: N_("Pulse"), K.TEMPERATURE: N_("Temperature"),
    K.RESPIRATORY_RATE: N_("Breaths per minute"), K.OXYGEN_SATURATION: N_("Oxygen saturation (SpO₂)"),
    K.WEIGHT: N_("Weight"), K.HEIGHT: N_("Height"), K.BLOOD_SUGAR: N_("Blood sugar"),
}


class Unusual(Refused):
    """A figure that can be and seldom is: whoever enters it is asked to confirm it."""


def side_of(patient: Patient, by: User) -> MessageSide:
    """On which side the person may enter and read. Raises `NotAllowed` for everybody else."""
    if by.id in patient.owner_ids:
        return MessageSide.PATIENT
    if treats(by, patient):
        return MessageSide.DOCTOR
    raise NotAllowed(N_("Only the patient and the treating doctor enter measurements."))


def treats(by: User, patient: Patient) -> bool:
    """Whether the person is a doctor with an own consultation of the patient that was approved and not
    cancelled."""
    from models.clinic import Doctor
    return bool(db.session.scalar(sa.select(Consultation.id).join(
        Doctor, Doctor.id == Consultation.doctor_id).where(
            Doctor.user_id == by.id, Consultation.patient_id == patient.id,
            Consultation.state.in_((ConsultationState.APPROVED, ConsultationState.IN_PROGRESS,
                                    ConsultationState.COMPLETED))).limit(1)))


def _number(text: Decimal | str, field: str) -> Decimal:
    """One decimal at most. Raises `Refused` at the field."""
    try:
        number = Decimal(str(text).strip().replace(",", "."))
        fixed = number.quantize(Decimal("0.1"))
    except ArithmeticError:
        fixed = number = Decimal("nan")
    if not fixed.is_finite() or fixed != number:
        raise Refused(N_("Write a number with at most one decimal, for example 36.8."), field=field)
    return fixed


def _fits(number: Decimal, limits: Limits, field: str) -> bool:
    """Whether the figure is a usual one. Raises `Refused` where it cannot be."""
    if not limits.least <= number <= limits.most or number <= 0:
        raise Refused(N_("This cannot be: between %(least)s and %(most)s %(unit)s is possible. Check the "
                         "figure."),
                      field=field, least=limits.least, most=limits.most, unit=shown_unit(limits.unit))
    return limits.low <= number <= limits.high


def shown_unit(unit: str) -> str:
    return "%" if unit == "percent" else unit


def enter(patient: Patient, kind: VitalKind, value: Decimal | str, *, by: User,
          second_value: Decimal | str | None = None, measured_at: datetime | None = None,
          consultation: Consultation | None = None, confirmed: bool = False,
          replaces: VitalSign | None = None) -> VitalSign:
    """Write down one measurement, or the right one in the place of `replaces`. Flushes.

    `measured_at` is an aware instant, now where nothing is said. Raises `NotAllowed`, `Refused` at ``value``,
    ``second_value`` or ``measured_at``, and `Unusual` for a rare figure that is not `confirmed`.
    """
    side = side_of(patient, by)
    number, usual = _number(value, "value"), True
    usual = _fits(number, LIMITS[kind], "value")
    second = None
    if kind == K.BLOOD_PRESSURE:
        second = _number(second_value or "", "second_value")
        usual = _fits(second, DIASTOLIC, "second_value") and usual
        if second >= number:
            raise Refused(N_("The lower figure of a blood pressure is smaller than the upper one."),
                          field="second_value")
    at = _when(patient, measured_at)
    lock_rows(Patient, {patient.id})
    _may_follow(patient, kind, side, replaces)
    if not usual and not confirmed:
        raise Unusual(N_("This figure is unusual. Measure again; if it is right, tick that it is and save. "
                         "If you feel ill, call 119 or go to the nearest emergency department."),
                      field="value")
    sign = VitalSign(patient_id=patient.id, kind=kind, value=number, second_value=second,
                     unit=LIMITS[kind].unit, measured_at=at, side=side, entered_by_id=by.id,
                     consultation_id=consultation.id if consultation is not None else None,
                     replaces_id=replaces.id if replaces is not None else None, is_confirmed=not usual)
    db.session.add(sign)
    db.session.flush()
    _follow(patient, kind)
    return sign


def take_back(sign: VitalSign, *, by: User) -> VitalSign:
    """Say that a measurement was wrong and none takes its place. Flushes; returns the row that says so."""
    patient = sign.patient
    side = side_of(patient, by)
    lock_rows(Patient, {patient.id})
    _may_follow(patient, sign.kind, side, sign)
    gone = VitalSign(patient_id=patient.id, kind=sign.kind, value=sign.value, second_value=sign.second_value,
                     unit=sign.unit, measured_at=sign.measured_at, side=side, entered_by_id=by.id,
                     replaces_id=sign.id, is_withdrawn=True, is_confirmed=sign.is_confirmed)
    db.session.add(gone)
    db.session.flush()
    _follow(patient, sign.kind)
    return gone


def _when(patient: Patient, measured_at: datetime | None) -> datetime:
    at = measured_at or clock.now()
    if at > clock.now() + timedelta(minutes=1):
        raise Refused(N_("This lies ahead. Write when it was measured."), field="measured_at")
    if clock.local(at).date() < patient.birth_date:
        raise Refused(N_("This lies before the birth date."), field="measured_at")
    return at


def _may_follow(patient: Patient, kind: VitalKind, side: MessageSide, replaces: VitalSign | None) -> None:
    """Raises `Refused` where the row to correct is not the last one, not this side's, or too many came."""
    if replaces is None:
        since = clock.now() - timedelta(days=1)
        entered = db.session.scalar(sa.select(sa.func.count()).select_from(VitalSign).where(
            VitalSign.patient_id == patient.id, VitalSign.side == MessageSide.PATIENT,
            VitalSign.entered_at > since)) or 0
        if side == MessageSide.PATIENT and entered >= MOST_A_DAY:
            raise Refused(N_("That is enough for one day. Please go on tomorrow."))
        return
    if replaces.patient_id != patient.id or replaces.kind != kind:
        raise Refused(N_("This measurement belongs to something else."))
    if replaces.side != side:
        raise Refused(N_("What the other side measured, the other side corrects. Tell them in the "
                         "conversation."))
    if replaces.is_withdrawn or db.session.scalar(
            sa.select(VitalSign.id).where(VitalSign.replaces_id == replaces.id)) is not None:
        raise Refused(N_("This measurement was corrected already. Load the page again."))


def _follow(patient: Patient, kind: VitalKind) -> None:
    """Height and weight of the profile are the newest measured ones."""
    if kind not in (K.WEIGHT, K.HEIGHT):
        return
    newest = db.session.scalar(standing(patient).where(VitalSign.kind == kind)
                               .order_by(VitalSign.measured_at.desc(), VitalSign.id.desc()).limit(1))
    if newest is not None:
        setattr(patient, "weight_kg" if kind == K.WEIGHT else "height_cm", newest.value)
        db.session.flush()


# ---------------------------------------------------------------- reading

def standing(patient: Patient) -> sa.Select[Any]:
    """The measurements that hold: not replaced, not withdrawn."""
    after = sa.orm.aliased(VitalSign)
    return sa.select(VitalSign).where(
        VitalSign.patient_id == patient.id, VitalSign.is_withdrawn.is_(False),
        ~sa.exists().where(after.replaces_id == VitalSign.id))


def of(patient: Patient, kind: VitalKind | None = None, *, limit: int = 400) -> list[VitalSign]:
    """What holds, newest first; one statement."""
    rows = standing(patient).options(sa.orm.joinedload(VitalSign.entered_by).lazyload("*"))
    if kind is not None:
        rows = rows.where(VitalSign.kind == kind)
    return list(db.session.scalars(rows.order_by(VitalSign.measured_at.desc(), VitalSign.id.desc())
                                   .limit(limit)))


def own(patient: Patient, sign_id: int) -> VitalSign | None:
    """The measurement of this patient, whatever became of it."""
    if not 0 < sign_id < 2**63:
        return None
    return db.session.scalar(sa.select(VitalSign).where(VitalSign.id == sign_id,
                                                        VitalSign.patient_id == patient.id))
