"""Lists that were brought in through the screens: who brought which file, what it changed, and when."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Text, db, reference

if TYPE_CHECKING:
    from models.people import User


#: What a list may hold besides the rows of a table, which it has the name of.
OPENING_STOCK = "opening_stock"


class ListImport(db.Model):
    """A file of rows, looked through when it came and applied whole or not at all."""

    __tablename__ = "list_import"
    __table_args__ = (
        sa.CheckConstraint("applied_by_id IS NULL OR applied_at IS NOT NULL", name="applied_when"),
        sa.CheckConstraint("applied_at IS NULL OR applied_by_id IS NOT NULL OR uploaded_by_id IS NULL",
                           name="applied_by_somebody"),
        sa.CheckConstraint("(reversed_at IS NULL) = (reversed_by_id IS NULL)", name="reversed_by_somebody"),
        sa.CheckConstraint("reversed_at IS NULL OR applied_at IS NOT NULL", name="only_applied_is_reversed"),
        sa.CheckConstraint("kind <> 'opening_stock' OR posted_on IS NOT NULL",
                           name="opening_stock_has_a_day"),
        sa.CheckConstraint("applied_at IS NULL OR digest <> ''", name="applied_as_previewed"),
        sa.CheckConstraint("applied_at IS NULL OR wrong_rows = 0", name="applied_without_wrong_rows"),
    )

    id: Mapped[Id]
    #: The table whose rows the list holds, or `OPENING_STOCK`.
    kind: Mapped[str] = mapped_column(sa.String(63))
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
    #: How the person writes numbers: "," or "." before the decimals; None asks where it could be either.
    decimal_mark: Mapped[str | None] = mapped_column(sa.String(1))
    #: What the person said of codes that may have lost zeros: "row:column" → the code that is meant.
    answers: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    #: What is wrong or not taken, a row each: number, kind, column, message with its parameters.
    findings: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    #: What is written, or was: see `models.operations.setup.import_plan`. The log keeps the digest only.
    plan: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True), deferred=True,
                                                        info={"masked": True})
    #: Of the plan, its sheet and its day; what is applied has the same. Empty while nothing was looked at.
    digest: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    #: What was written, for taking it back: [row, "new" or "changed", key, version, rows made along] each.
    written: Mapped[list[Any]] = mapped_column(sa.JSON, default=list, server_default="[]", deferred=True,
                                               info={"masked": True})
    #: Nobody for a list that the command line brought.
    uploaded_by_id: Mapped[int | None] = reference("user")
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)
    applied_by_id: Mapped[int | None] = reference("user")
    applied_at: Mapped[datetime | None]
    #: Taken back as a whole.
    reversed_by_id: Mapped[int | None] = reference("user")
    reversed_at: Mapped[datetime | None]
    reversal_reason: Mapped[str | None] = mapped_column(sa.String(500))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    uploaded_by: Mapped[User | None] = relationship("User", foreign_keys=[uploaded_by_id])
    applied_by: Mapped[User | None] = relationship("User", foreign_keys=[applied_by_id])
    reversed_by: Mapped[User | None] = relationship("User", foreign_keys=[reversed_by_id])

    @property
    def wants_sheet(self) -> bool:
        """Nobody said yet which of its sheets is read."""
        return self.sheet is None and len(self.sheets) > 1

    def __str__(self) -> str:
        return f"#{self.id} {self.file_name}"
