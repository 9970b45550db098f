"""What the hospital knows of medicines: substances with their groups, other names of them, interactions.

The rows that a new hospital starts with are no complete database (models/reference/SOURCES.md): a pharmacist
reviews them, and a list under licence takes their place by the import of lists.
"""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Id, Name, db
from models.organisation import Status


class Substance(db.Model):
    """An active substance by its Indonesian name. `allergy_groups` and `interaction_classes` are names parted
    by semicolons: what meets one member of a group is held against all of them."""

    __tablename__ = "substance"
    text_columns = ("name",)

    id: Mapped[Id]
    name: Mapped[Name]
    name_en: Mapped[Name | None]
    class_name: Mapped[Name]
    class_name_en: Mapped[Name | None]
    allergy_groups: Mapped[Name | None]
    interaction_classes: Mapped[Name | None]
    source: Mapped[Name | None]
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, server_default="active")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (sa.UniqueConstraint("name"),)


class NameKind(StrEnum):
    BRAND = "brand"
    ABBREVIATION = "abbreviation"
    SPELLING = "spelling"


class MedicineName(db.Model):
    """What people write for a substance: a brand, an abbreviation, another spelling. `substances` are names
    parted by " + "; a group's name stands there where the word means the whole group."""

    __tablename__ = "medicine_name"
    text_columns = ("name",)

    id: Mapped[Id]
    name: Mapped[Name]
    substances: Mapped[Name]
    kind: Mapped[NameKind] = mapped_column(default=NameKind.BRAND, server_default="brand")
    source: Mapped[Name | None]
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, server_default="active")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (sa.UniqueConstraint("name"),)


class Severity(StrEnum):
    """How bad it is when two medicines meet; the first two want the doctor's reason."""

    CONTRAINDICATED = "contraindicated"
    MAJOR = "major"
    MODERATE = "moderate"
    MINOR = "minor"


class DrugInteraction(db.Model):
    """Two substances, or classes of substances, that do harm together. A class with itself means two of its
    members."""

    __tablename__ = "drug_interaction"

    id: Mapped[Id]
    first: Mapped[Name]
    second: Mapped[Name]
    severity: Mapped[Severity]
    effect: Mapped[Name]
    effect_en: Mapped[Name | None]
    source: Mapped[Name | None]
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE, server_default="active")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (sa.UniqueConstraint("first", "second"),)

    def __str__(self) -> str:
        return f"{self.first} + {self.second}"
