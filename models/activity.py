"""The activity log: who did what, to which row, through which door; and the seals that prove it. Both only
grow."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.actor import Door
from models.base import BigId, JsonType, Text, db, reference, seeded

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

    `hash` is the SHA-256 (hex) of the row's own content. Where the row stands among the others is proven by
    the `LogSeal` that holds it. Rows of before the seals have no `salt`, but `previous_hash`, which is part
    of their `hash`.
    """

    __tablename__ = "activity_log"
    __table_args__ = (
        sa.Index("ix_activity_log_row", "table_name", "changed_id"),
        # the list sorts by the kind, then the key; what one person did to one kind of record
        sa.Index("ix_activity_log_activity_id", "activity", "id"),
        sa.Index("ix_activity_log_user_id_table_name_id", "user_id", "table_name", "id"),
        sa.CheckConstraint("length(hash) = 64", name="hash_length"),
        sa.CheckConstraint("salt IS NOT NULL OR previous_hash IS NOT NULL", name="salted"),
        {"info": {"seed": "Halaman Aktivitas Log"}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, info=seeded("Halaman Aktivitas Log.ID"))
    user_id: Mapped[int | None] = reference("user", "Halaman Aktivitas Log.ID User")
    access: Mapped[Door] = mapped_column(info=seeded("Halaman Aktivitas Log.Akses"))
    table_name: Mapped[str | None] = mapped_column(sa.String(63))
    changed_id: Mapped[str | None] = mapped_column(sa.String(80),
                                                   info=seeded("Halaman Aktivitas Log.Changed ID"))
    activity: Mapped[Activity] = mapped_column(info=seeded("Halaman Aktivitas Log.Activity"))
    properties: Mapped[dict[str, Any]] = mapped_column(JsonType,
                                                       info=seeded("Halaman Aktivitas Log.Properties"))
    occurred_at: Mapped[datetime] = mapped_column(index=True, info=seeded("Halaman Aktivitas Log.Date"))
    address: Mapped[str | None] = mapped_column(sa.String(64))
    #: Random, so that nobody finds out by trying what a row says whose hash stands in somebody's proof.
    salt: Mapped[str | None] = mapped_column(sa.String(32))
    previous_hash: Mapped[str | None] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))

    user: Mapped[User | None] = relationship("User")

    def __str__(self) -> str:
        return f"{self.activity} {self.table_name or ''} {self.changed_id or ''}".strip()


class LogSeal(db.Model):
    """Some rows of the log, sealed together: the root of their Merkle tree (RFC 6962), signed, chained to the
    seal before. Written by `models.operations.core.sealing` alone, never changed.

    `id` has no gaps. `rows` are the ids of the rows in their order, as ranges: ``1-40,42``; `leaves` the 32
    bytes of each row's leaf, one after the other. `hash` is the SHA-256 (hex) of `id`, `previous_hash`,
    `root`, `rows`, `size` and `sealed_at`; `signature` is Ed25519 over the same text, `public_key` its key
    (both hex). `last_id` is the highest id in this seal or one before; `waiting` are ids below it that a
    transaction may still bring: first, last, and the transaction number from which on they are given up.
    """

    __tablename__ = "log_seal"
    __table_args__ = (
        sa.CheckConstraint("length(root) = 64 AND length(hash) = 64 AND length(previous_hash) = 64",
                           name="hash_length"),
        sa.CheckConstraint("size > 0", name="size_positive"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    rows: Mapped[Text]
    size: Mapped[int]
    leaves: Mapped[bytes] = mapped_column(sa.LargeBinary)
    root: Mapped[str] = mapped_column(sa.String(64))
    last_id: Mapped[int] = mapped_column(BigId, index=True)
    waiting: Mapped[list[list[int]]] = mapped_column(JsonType)
    sealed_at: Mapped[datetime]
    previous_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    public_key: Mapped[str] = mapped_column(sa.String(64))
    signature: Mapped[str] = mapped_column(sa.String(128))

    def __str__(self) -> str:
        return str(self.id)
