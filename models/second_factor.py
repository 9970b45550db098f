"""The second proof that somebody is who they say: an authenticator app, and codes for when it is lost."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models import clock
from models.base import BigId, Id, db, reference


class Authenticator(db.Model):
    """The app of an account (RFC 6238). The secret is AES-GCM under a key made from `NIK_KEY`."""

    __tablename__ = "authenticator"
    __table_args__ = (sa.UniqueConstraint("user_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", ondelete="CASCADE", index=False)
    secret: Mapped[str] = mapped_column(sa.String(200))
    #: The 30 seconds since 1970 of the last code: it and those before are not taken again.
    last_step: Mapped[int] = mapped_column(BigId, default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]

    def __str__(self) -> str:
        return str(self.user_id)


class RecoveryCode(db.Model):
    """A code that opens an account once in the place of the app. Only its SHA-256 is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", ondelete="CASCADE")
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]

    def __str__(self) -> str:
        return str(self.user_id)
