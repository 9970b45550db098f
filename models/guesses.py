"""What the processes of the hospital count together: tries of secrets."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Id, db


class SecretTry(db.Model):
    """A try of a password, code or link, counted under one limit; a try stands in a row for each limit.

    The key is a SHA-256: neither account nor network address can be read from it. Rows go a day later.
    """

    __tablename__ = "secret_try"
    __table_args__ = (sa.Index("ix_secret_try_key_tried_at", "key", "tried_at"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(sa.String(64))
    tried_at: Mapped[datetime] = mapped_column(index=True)

    def __str__(self) -> str:
        return self.key[:8]
