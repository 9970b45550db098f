"""What two browsers tell each other to find a way for picture and sound; the call itself passes us by."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Text, db, reference
from models.consultations import MessageSide

if TYPE_CHECKING:
    from models.consultations import Consultation


class SignalKind(StrEnum):
    #: Somebody came to the call, or answers that they are there.
    JOIN = "join"
    HERE = "here"
    #: WebRTC's own: what each side can send, and the addresses at which it may be reached.
    OFFER = "offer"
    ANSWER = "answer"
    CANDIDATES = "candidates"
    #: The line was lost: the doctor's side shall look for a new one.
    AGAIN = "again"
    LEAVE = "leave"


class VideoSignal(db.Model):
    """One signal from one side of a consultation's call to the other; forgotten after a day.

    `call` is the mark that the doctor's browser gave this connection, so that late signals of an earlier one
    are not taken for this one's. `body` holds addresses of devices: nobody but the other side reads it.
    """

    __tablename__ = "video_signal"
    __table_args__ = (
        sa.Index("ix_video_signal_consultation_id_id", "consultation_id", "id"),
        sa.Index("ix_video_signal_sent_at", "sent_at"),
    )

    id: Mapped[Id]
    consultation_id: Mapped[int] = reference("consultation", index=False)
    side: Mapped[MessageSide]
    kind: Mapped[SignalKind]
    call: Mapped[str] = mapped_column(sa.String(40), default="")
    body: Mapped[Text] = mapped_column(default="", info={"masked": True})
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)

    consultation: Mapped[Consultation] = relationship("Consultation")
