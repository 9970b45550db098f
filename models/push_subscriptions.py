"""Devices that are woken when there is something new: where a browser's push service takes the sign.

The sign (RFC 8030) is empty. The worker of the device asks for the news itself, with the person's session.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models import clock
from models.base import BigId, Id, db, reference

#: Letters of an address at most; those of the services known today have 150 to 600.
LONGEST_ENDPOINT = 1000


class PushSubscription(db.Model):
    """One browser of one person. It belongs to the sign-in there and goes when that is ended; a sign-in that
    only fell asleep keeps it, and hands it to the next one of the same person on the same device."""

    __tablename__ = "push_subscription"
    __table_args__ = (
        sa.CheckConstraint("substr(endpoint, 1, 8) = 'https://'", name="endpoint_https"),
        sa.CheckConstraint("failures >= 0", name="failures_not_negative"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", ondelete="CASCADE")
    session_id: Mapped[int] = reference("user_session", ondelete="CASCADE")
    #: The SHA-256 of the device's own cookie, by which it is known at the next sign-in.
    device_hash: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    #: Who knows it can send signs there, if they have our key too.
    endpoint: Mapped[str] = mapped_column(sa.String(LONGEST_ENDPOINT), unique=True)
    #: Browser and system, so that people know their devices.
    device: Mapped[str | None] = mapped_column(sa.String(80))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_ok_at: Mapped[datetime | None]
    #: Attempts in a row that the service did not take.
    failures: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(default=clock.now)
    #: The newest notice of which the device knows: only later ones wake it.
    told_id: Mapped[int] = mapped_column(BigId, default=0)

    def __str__(self) -> str:
        return self.device or str(self.user_id)
