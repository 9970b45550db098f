"""What hangs on an account: tickets that a mail carries, and sign-ins of other providers that are linked to
it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Email, Id, db, reference

if TYPE_CHECKING:
    from models.people import User


class TicketKind(StrEnum):
    """What opening the link of a mail does."""

    CONFIRM_EMAIL = "confirm_email"
    CHANGE_EMAIL = "change_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  (a kind, no password)
    LINK_IDENTITY = "link_identity"
    HAND_OVER = "hand_over"


class AccountTicket(db.Model):
    """A right to do one thing once, until it expires, for whoever reads mail at `to_address`.

    Only the SHA-256 of the token is kept; the token itself follows from `token_seed` under the installation's
    secret, so neither this table nor the outbox opens anything.
    """

    __tablename__ = "account_ticket"
    __table_args__ = (
        sa.CheckConstraint("expires_at > created_at", name="expires_later"),
        sa.CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name="issuer_with_subject"),
        sa.Index("ix_account_ticket_user_id_kind", "user_id", "kind", "created_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", ondelete="CASCADE", index=False)
    kind: Mapped[TicketKind]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    token_seed: Mapped[str] = mapped_column(sa.String(64))
    to_address: Mapped[Email]
    issuer: Mapped[str | None] = mapped_column(sa.String(200))
    subject: Mapped[str | None] = mapped_column(sa.String(255))
    #: Whose profile is handed over; `user_id` is then the guardian's account.
    patient_id: Mapped[int | None] = reference("patient")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship("User")

    called_by = ("kind", "to_address")

    def __str__(self) -> str:
        return f"{self.kind} {self.to_address}"


class AccountIdentity(db.Model):
    """A person at another provider (Google, Facebook, any OpenID Connect) who may sign in to this account.

    The provider's `issuer` and its `subject` are the key, never the e-mail: an address changes hands.
    """

    __tablename__ = "account_identity"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject"),)

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", ondelete="CASCADE")
    issuer: Mapped[str] = mapped_column(sa.String(200))
    subject: Mapped[str] = mapped_column(sa.String(255))
    email: Mapped[Email | None]
    linked_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship("User")

    def __str__(self) -> str:
        return f"{self.issuer} {self.email or self.subject}"
