"""What other systems hold of us: tokens that speak for an account, and answers kept for requests sent
twice."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Name, Text, db, reference

if TYPE_CHECKING:
    from models.people import User


class ApiToken(db.Model):
    """A key with which another system acts as an account. Only its SHA-256 is kept; the token is shown
    once."""

    __tablename__ = "api_token"
    text_columns = ("name",)
    __table_args__ = (sa.CheckConstraint("expires_at > created_at", name="expires_later"),)

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", ondelete="CASCADE")
    #: What the token is for, in its owner's words.
    name: Mapped[Name]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship("User")


class ApiAnswer(db.Model):
    """The answer to a request that carried an idempotency key: sent again, it is answered again and done
    once."""

    __tablename__ = "api_answer"
    text_columns = ("key",)
    __table_args__ = (sa.UniqueConstraint("user_id", "key"),)

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", ondelete="CASCADE", index=False)
    key: Mapped[str] = mapped_column(sa.String(80))
    #: SHA-256 of method, address and body: one key names one request.
    request_hash: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[int | None]
    body: Mapped[Text | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
