"""Lists that were brought in through the screens: who brought which file, what it changed, and when."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Text, db, reference

if TYPE_CHECKING:
    from models.people import User


class ImportKind(StrEnum):
    """What a list holds: a table of master data by its name, or the first stock of the stores."""

    ITEM = "item"
    ITEM_CATEGORY = "item_category"
    UNIT_CONVERSION = "unit_conversion"
    SUPPLIER = "supplier"
    WORK_UNIT = "work_unit"
    STORE = "store"
    SHELF = "shelf"
    OPENING_STOCK = "opening_stock"


class ListImport(db.Model):
    """A file of rows, looked through when it came and applied whole or not at all."""

    __tablename__ = "list_import"
    __table_args__ = (
        sa.CheckConstraint("(applied_at IS NULL) = (applied_by_id IS NULL)", name="applied_by_somebody"),
        sa.CheckConstraint("(reversed_at IS NULL) = (reversed_by_id IS NULL)", name="reversed_by_somebody"),
        sa.CheckConstraint("reversed_at IS NULL OR (applied_at IS NOT NULL AND kind = 'opening_stock')",
                           name="only_applied_stock_is_reversed"),
        sa.CheckConstraint("kind <> 'opening_stock' OR posted_on IS NOT NULL",
                           name="opening_stock_has_a_day"),
        sa.CheckConstraint("applied_at IS NULL OR digest <> ''", name="applied_as_previewed"),
        sa.CheckConstraint("applied_at IS NULL OR wrong_rows = 0", name="applied_without_wrong_rows"),
    )

    id: Mapped[Id]
    kind: Mapped[ImportKind]
    file_name: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    #: The sheet of the workbook that is read; None for other files, and while nobody chose one.
    sheet: Mapped[Text | None]
    #: The names of the visible sheets that hold something.
    sheets: Mapped[list[Any]] = mapped_column(sa.JSON, default=list, server_default="[]")
    #: The day of the first stock.
    posted_on: Mapped[date | None]
    new_rows: Mapped[int] = mapped_column(default=0)
    changed_rows: Mapped[int] = mapped_column(default=0)
    same_rows: Mapped[int] = mapped_column(default=0)
    wrong_rows: Mapped[int] = mapped_column(default=0)
    #: What is wrong or will change, a row each: number, kind, column, message with its parameters.
    findings: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    #: What is written, or was: see `models.operations.setup.import_plan`. The log keeps the digest only.
    plan: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True), deferred=True,
                                                        info={"masked": True})
    #: Of the plan, its sheet and its day; what is applied has the same. Empty while nothing was looked at.
    digest: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    uploaded_by_id: Mapped[int] = reference("user")
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)
    applied_by_id: Mapped[int | None] = reference("user")
    applied_at: Mapped[datetime | None]
    #: First stock alone can be taken back.
    reversed_by_id: Mapped[int | None] = reference("user")
    reversed_at: Mapped[datetime | None]
    reversal_reason: Mapped[str | None] = mapped_column(sa.String(500))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    uploaded_by: Mapped[User] = relationship("User", foreign_keys=[uploaded_by_id])
    applied_by: Mapped[User | None] = relationship("User", foreign_keys=[applied_by_id])
    reversed_by: Mapped[User | None] = relationship("User", foreign_keys=[reversed_by_id])

    @property
    def wants_sheet(self) -> bool:
        """Nobody said yet which of its sheets is read."""
        return self.sheet is None and len(self.sheets) > 1

    def __str__(self) -> str:
        return f"#{self.id} {self.file_name}"
