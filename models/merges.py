"""That two records of one person were made one, and what was changed by it: kept so that it can be taken
back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import BigId, Code, Id, JsonType, Text, db, reference

if TYPE_CHECKING:
    from models.clinic import Patient
    from models.people import User


class PatientMerge(db.Model):
    """`gone` became part of `kept`. Taken back at most once; a second merge of the same two is a row of its
    own."""

    __tablename__ = "patient_merge"
    __table_args__ = (
        sa.CheckConstraint("gone_id <> kept_id", name="two_records"),
        sa.CheckConstraint("(taken_back_at IS NULL) = (taken_back_by_id IS NULL) AND "
                           "(taken_back_at IS NULL) = (reason IS NULL)", name="taken_back_by_whom_and_why"),
        sa.Index("uq_patient_merge_living", "gone_id", unique=True,
                 sqlite_where=sa.text("taken_back_at IS NULL"),
                 postgresql_where=sa.text("taken_back_at IS NULL")),
    )

    id: Mapped[Id]
    gone_id: Mapped[int] = reference("patient")
    kept_id: Mapped[int] = reference("patient")
    merged_at: Mapped[datetime] = mapped_column(default=clock.now)
    merged_by_id: Mapped[int] = reference("user")
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[int | None] = reference("user")
    reason: Mapped[Text | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    gone: Mapped[Patient] = relationship("Patient", foreign_keys=[gone_id])
    kept: Mapped[Patient] = relationship("Patient", foreign_keys=[kept_id])
    merged_by: Mapped[User] = relationship("User", foreign_keys=[merged_by_id])
    taken_back_by: Mapped[User | None] = relationship("User", foreign_keys=[taken_back_by_id])
    moves: Mapped[list[PatientMergeMove]] = relationship(back_populates="merge",
                                                         order_by="PatientMergeMove.id")

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"


class PatientMergeMove(db.Model):
    """One value that the merge changed: of which row and column, what it was, what it became."""

    __tablename__ = "patient_merge_move"
    __table_args__ = (sa.UniqueConstraint("merge_id", "table_name", "row_id", "column_name"),)

    id: Mapped[Id]
    merge_id: Mapped[int] = reference("patient_merge", index=False)
    table_name: Mapped[Code]
    row_id: Mapped[int] = mapped_column(BigId)
    column_name: Mapped[Code]
    before: Mapped[Any] = mapped_column(JsonType, info={"masked": True})
    after: Mapped[Any] = mapped_column(JsonType, info={"masked": True})

    merge: Mapped[PatientMerge] = relationship(back_populates="moves")
