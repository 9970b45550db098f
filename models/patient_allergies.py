"""What a patient must not be given: chosen substances, groups and other things, beside the free text."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Name, Text, db, reference

if TYPE_CHECKING:
    from models.clinic import Patient
    from models.people import User


class AllergyKind(StrEnum):
    SUBSTANCE = "substance"
    GROUP = "group"
    #: Food, dust, latex; or a word that the hospital does not know.
    OTHER = "other"


class AllergySeverity(StrEnum):
    UNKNOWN = "unknown"
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class PatientAllergy(db.Model):
    """One allergy: what was said ("Ponstan") and what it is ("asam mefenamat"). Ended, never deleted."""

    __tablename__ = "patient_allergy"
    __table_args__ = (
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_whom"),
        sa.CheckConstraint("ended_at IS NULL OR end_reason IS NOT NULL", name="ended_why"),
    )

    id: Mapped[Id]
    patient_id: Mapped[int] = reference("patient")
    kind: Mapped[AllergyKind] = mapped_column(info={"masked": True})
    #: Names of substances parted by " + ", of a group, or what was said.
    names: Mapped[Name] = mapped_column(info={"masked": True})
    #: What the person chose or wrote.
    said: Mapped[Name] = mapped_column(info={"masked": True})
    reaction: Mapped[Name | None] = mapped_column(info={"masked": True})
    severity: Mapped[AllergySeverity] = mapped_column(default=AllergySeverity.UNKNOWN, info={"masked": True})
    noted_by_id: Mapped[int] = reference("user")
    noted_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_by_id: Mapped[int | None] = reference("user")
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[Text | None] = mapped_column(info={"masked": True})
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    patient: Mapped[Patient] = relationship("Patient", back_populates="allergy_rows")
    noted_by: Mapped[User] = relationship("User", foreign_keys=[noted_by_id])
    ended_by: Mapped[User | None] = relationship("User", foreign_keys=[ended_by_id])

    def __str__(self) -> str:
        text = self.said if self.kind == AllergyKind.OTHER or self.said.lower() == self.names.lower() \
            else f"{self.said} ({self.names})"
        return f"{text}: {self.reaction}" if self.reaction else text
