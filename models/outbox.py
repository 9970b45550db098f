"""Mail that is to go out: written in the transaction of what it tells about, sent afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Code, Email, Id, JsonType, db, reference
from models.people import Language

if TYPE_CHECKING:
    from models.people import User


class Outbox(db.Model):
    """One mail. `template` names the text under templates/mail/, `params` fills it, `language` is the reader's.

    What happened and its mail are one transaction: neither is there without the other. `sent` turns true once a
    mail server took it; until then `attempts` and `last_error` tell how far it got.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index("ix_outbox_sent_created_at", "sent", "created_at"),
        sa.CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        sa.CheckConstraint("NOT sent OR sent_at IS NOT NULL", name="sent_when"),
    )

    id: Mapped[Id]
    user_id: Mapped[int | None] = reference("user")
    to_address: Mapped[Email]
    template: Mapped[Code]
    params: Mapped[dict[str, Any]] = mapped_column(JsonType, default=dict)
    language: Mapped[Language] = mapped_column(default=Language.ID)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent: Mapped[bool] = mapped_column(default=False)
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.Text)

    user: Mapped[User | None] = relationship("User")

    def __str__(self) -> str:
        return f"{self.template} → {self.to_address}"
