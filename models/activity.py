"""The activity log: who did what, to which row, through which door. Append-only and hash-chained."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.actor import Door
from models.base import BigId, JsonType, db, reference, seeded

if TYPE_CHECKING:
    from models.people import User


class Activity(StrEnum):
    INSERTED = "inserted"
    UPDATED = "updated"
    DELETED = "deleted"
    READ = "read"
    EXPORTED = "exported"
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    LOGIN_FAILED = "login_failed"


class ActivityLog(db.Model):
    """One thing that somebody did. Written by `models.operations.core.activity` alone, never changed.

    `id` has no gaps; `hash` is the SHA-256 (hex) of the row and of the previous row's hash, so that an edit,
    a deletion or an insertion breaks the chain at a row that `verify_chain` can name.
    """

    __tablename__ = "activity_log"
    __table_args__ = (
        sa.Index("ix_activity_log_row", "table_name", "changed_id"),
        sa.CheckConstraint("length(hash) = 64", name="hash_length"),
        {"info": {"seed": "Halaman Aktivitas Log"}},
    )

    id: Mapped[int] = mapped_column(
        BigId, primary_key=True, autoincrement=False, info=seeded("Halaman Aktivitas Log.ID"))
    user_id: Mapped[int | None] = reference("user", "Halaman Aktivitas Log.ID User")
    access: Mapped[Door] = mapped_column(info=seeded("Halaman Aktivitas Log.Akses"))
    table_name: Mapped[str | None] = mapped_column(sa.String(63))
    changed_id: Mapped[str | None] = mapped_column(sa.String(80),
                                                   info=seeded("Halaman Aktivitas Log.Changed ID"))
    activity: Mapped[Activity] = mapped_column(index=True, info=seeded("Halaman Aktivitas Log.Activity"))
    properties: Mapped[dict[str, Any]] = mapped_column(JsonType,
                                                       info=seeded("Halaman Aktivitas Log.Properties"))
    occurred_at: Mapped[datetime] = mapped_column(index=True, info=seeded("Halaman Aktivitas Log.Date"))
    address: Mapped[str | None] = mapped_column(sa.String(64))
    previous_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)

    user: Mapped[User | None] = relationship("User")

    def __str__(self) -> str:
        return f"{self.activity} {self.table_name or ''} {self.changed_id or ''}".strip()
