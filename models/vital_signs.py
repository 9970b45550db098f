"""What is measured of a patient over time: blood pressure, pulse, weight, …"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import ExactDecimal, Id, db, reference
from models.consultations import MessageSide

if TYPE_CHECKING:
    from models.clinic import Patient
    from models.people import User

#: One decimal; the unit is the kind's.
Measured = Annotated[Decimal, mapped_column(ExactDecimal(6, 1))]


class VitalKind(StrEnum):
    BLOOD_PRESSURE = "blood_pressure"
    PULSE = "pulse"
    TEMPERATURE = "temperature"
    RESPIRATORY_RATE = "respiratory_rate"
    OXYGEN_SATURATION = "oxygen_saturation"
    WEIGHT = "weight"
    HEIGHT = "height"
    BLOOD_SUGAR = "blood_sugar"


@dataclass(frozen=True)
class Limits:
    """What a kind is measured in; what cannot be (`least` to `most`, the database refuses it), and what is
    rare enough to be asked about (outside of `low` to `high`)."""

    unit: str
    least: int
    most: int
    low: int
    high: int


K = VitalKind
LIMITS: dict[VitalKind, Limits] = {
    K.BLOOD_PRESSURE: Limits("mmHg", 40, 300, 80, 200),
    K.PULSE: Limits("/min", 20, 300, 45, 160),
    K.TEMPERATURE: Limits("°C", 25, 45, 35, 41),
    K.RESPIRATORY_RATE: Limits("/min", 3, 120, 8, 60),
    K.OXYGEN_SATURATION: Limits("percent", 40, 100, 85, 100),
    K.WEIGHT: Limits("kg", 0, 400, 2, 180),
    K.HEIGHT: Limits("cm", 20, 260, 40, 210),
    K.BLOOD_SUGAR: Limits("mg/dL", 10, 1500, 55, 400),
}
#: The lower figure of a blood pressure.
DIASTOLIC = Limits("mmHg", 20, 200, 40, 120)


class VitalSign(db.Model):
    """One measurement. A correction is a new row that replaces the old one; none is changed, and a wrong one
    without a right one is replaced by a row that is withdrawn.

    `value` is the upper figure of a blood pressure, `second_value` the lower one.
    """

    __tablename__ = "vital_sign"
    __table_args__ = (
        sa.Index("ix_vital_sign_patient_id_kind_measured_at", "patient_id", "kind", "measured_at"),
        sa.CheckConstraint("(kind = 'blood_pressure') = (second_value IS NOT NULL)", name="two_of_pressure"),
        sa.CheckConstraint("replaces_id IS NULL OR replaces_id <> id", name="replaces_another"),
        sa.CheckConstraint("is_withdrawn = false OR replaces_id IS NOT NULL", name="withdrawn_replaces"),
    )

    id: Mapped[Id]
    patient_id: Mapped[int] = reference("patient", index=False)
    kind: Mapped[VitalKind]
    value: Mapped[Measured] = mapped_column(info={"masked": True})
    second_value: Mapped[Measured | None] = mapped_column(info={"masked": True})
    unit: Mapped[str] = mapped_column(sa.String(10))
    measured_at: Mapped[datetime]
    #: Who says so: the patient at home, or the doctor.
    side: Mapped[MessageSide]
    consultation_id: Mapped[int | None] = reference("consultation")
    replaces_id: Mapped[int | None] = reference("vital_sign", unique=True, index=False)
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    #: A rare figure that whoever entered it said is right.
    is_confirmed: Mapped[bool] = mapped_column(default=False)
    entered_by_id: Mapped[int] = reference("user")
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)

    patient: Mapped[Patient] = relationship("Patient")
    entered_by: Mapped[User] = relationship("User")
    replaces: Mapped[VitalSign | None] = relationship("VitalSign", remote_side="VitalSign.id")


_T = VitalSign.__table__.c


def _within(kind: VitalKind, column: sa.ColumnElement[Decimal],
            limits: Limits) -> sa.ColumnElement[bool]:
    low = column > Decimal(limits.least) if limits.least == 0 else column >= Decimal(limits.least)
    return sa.or_(_T.kind != kind, sa.and_(low, column <= Decimal(limits.most), _T.unit == limits.unit))


for _kind, _limits in LIMITS.items():
    VitalSign.__table__.append_constraint(
        sa.CheckConstraint(_within(_kind, _T.value, _limits), name=f"{_kind}_plausible"))
VitalSign.__table__.append_constraint(sa.CheckConstraint(
    sa.or_(_T.second_value.is_(None),
           sa.and_(_T.second_value >= Decimal(DIASTOLIC.least), _T.second_value <= Decimal(DIASTOLIC.most),
                   _T.second_value < _T.value)), name="diastolic_plausible"))
