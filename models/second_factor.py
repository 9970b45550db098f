"""The second proof that somebody is who they say: an authenticator app, passkeys, and codes for when they are
lost."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models import clock
from models.base import BigId, Id, Name, db, reference


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


class Passkey(db.Model):
    """A key of the person's device, or a security key (WebAuthn), with which it signs that they are there.

    The private half never leaves the device. What is kept of it (`key_secret`: public key, and the handle
    under which the device keeps it) is AES-GCM under a key made from `NIK_KEY`: a row that somebody wrote
    into the table opens nothing.
    """

    __tablename__ = "passkey"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "name"),
        sa.CheckConstraint("sign_count >= 0", name="sign_count_not_negative"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", ondelete="CASCADE", index=False)
    name: Mapped[Name]
    #: The SHA-256 of the credential id, which the device names itself by.
    credential_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    key_secret: Mapped[str] = mapped_column(sa.String(4000))
    #: How often the device says that it signed; it may not go back. Many devices always say 0.
    sign_count: Mapped[int] = mapped_column(BigId, default=0)
    #: When the last challenge that it answered was made, in microseconds: that one and those before are not
    #: taken again.
    last_challenge: Mapped[int] = mapped_column(BigId, default=0)
    #: Whether it opens the account without the password; the device then asks for PIN, finger or face.
    is_sign_in: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]

    def __str__(self) -> str:
        return self.name
