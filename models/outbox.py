"""What is to be told to people: the notice that the bell shows, and the message that goes out by mail or
telephone.

Both are written in the transaction of what they tell about: neither is there without the other. What each
notice says, to whom and by which channels is one table, `models.operations.people.notices.NOTICES`.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import BigId, Code, Email, Id, JsonType, db, reference
from models.people import Language

if TYPE_CHECKING:
    from models.documents import Attachment
    from models.people import User


class Channel(StrEnum):
    """A way out of the house. The bell needs none: a notice is there once it is written."""

    MAIL = "mail"
    WHATSAPP = "whatsapp"
    SMS = "sms"


class DeliveryStatus(StrEnum):
    """How far a message got.

    `sending` is written before the message leaves, so nothing is sent twice; a run that died in between
    leaves it there, and the next run makes it `failed` with the word that it may have arrived: a person
    decides.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Notice(db.Model):
    """One thing that one person is told inside: the bell. `event` names its words, `params` fill them.

    `key` keeps what happens once from being told twice. `table_name` and `record_id` are what it is about; a
    notice that something waits is read once that thing moves on, whoever moved it.
    """

    __tablename__ = "notice"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "key"),
        sa.Index("ix_notice_user_id_created_at", "user_id", "created_at"),
        sa.Index("ix_notice_unread", "user_id", sqlite_where=sa.text("read_at IS NULL"),
                 postgresql_where=sa.text("read_at IS NULL")),
        sa.Index("ix_notice_waits", "table_name", "record_id",
                 sqlite_where=sa.text("waits AND read_at IS NULL"),
                 postgresql_where=sa.text("waits AND read_at IS NULL")),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", index=False)
    event: Mapped[Code]
    key: Mapped[str | None] = mapped_column(sa.String(120))
    params: Mapped[dict[str, Any]] = mapped_column(JsonType, default=dict)
    table_name: Mapped[str | None] = mapped_column(sa.String(63))
    record_id: Mapped[int | None] = mapped_column(BigId)
    address: Mapped[str | None] = mapped_column(sa.String(300))
    #: Whether it says that something waits for the person.
    waits: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]

    user: Mapped[User] = relationship("User")

    def __str__(self) -> str:
        return f"{self.event} → {self.user_id}"


class Outbox(db.Model):
    """One message by one channel. `template` names its words, `params` fill them, `language` is the reader's.

    `key` is what the message is known by outside (a mail's Message-ID): a message that a person sends again
    after a failure carries the same one. `attachment` goes with a mail, or the printed form of a document.
    `next_attempt_at` grows with every failed attempt.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index("ix_outbox_due", "status", "next_attempt_at"),
        sa.CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        sa.CheckConstraint("status <> 'sent' OR sent_at IS NOT NULL", name="sent_when"),
        sa.CheckConstraint("status <> 'sending' OR claimed_at IS NOT NULL", name="claimed_when"),
        sa.CheckConstraint("(document_type IS NULL) = (document_id IS NULL)", name="whole_document"),
        sa.Index("ix_outbox_document", "document_type", "document_id"),
    )

    id: Mapped[Id]
    user_id: Mapped[int | None] = reference("user")
    channel: Mapped[Channel] = mapped_column(default=Channel.MAIL)
    #: An e-mail address, or a telephone number as +62812….
    to_address: Mapped[Email]
    template: Mapped[Code]
    params: Mapped[dict[str, Any]] = mapped_column(JsonType, default=dict)
    language: Mapped[Language] = mapped_column(default=Language.ID)
    attachment_id: Mapped[int | None] = reference("attachment")
    #: The document whose printed form goes with the mail, laid out in the mail's language when it leaves.
    document_type: Mapped[Code | None]
    document_id: Mapped[int | None] = mapped_column(BigId)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True, default=lambda: secrets.token_hex(16))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    status: Mapped[DeliveryStatus] = mapped_column(default=DeliveryStatus.WAITING)
    next_attempt_at: Mapped[datetime] = mapped_column(default=clock.now)
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.Text)

    user: Mapped[User | None] = relationship("User")
    attachment: Mapped[Attachment | None] = relationship("Attachment")

    @property
    def sent(self) -> bool:
        return self.status == DeliveryStatus.SENT

    def __str__(self) -> str:
        return f"{self.template} → {self.to_address}"


class JobRun(db.Model):
    """That a job of `flask run-jobs` ran for `due` (a day, an hour): its row is the claim that lets one run
    do it."""

    __tablename__ = "job_run"
    text_columns = ("job", "due")
    __table_args__ = (sa.UniqueConstraint("job", "due"),)

    id: Mapped[Id]
    job: Mapped[Code]
    due: Mapped[Code]
    ran_at: Mapped[datetime] = mapped_column(default=clock.now)
    result: Mapped[str | None] = mapped_column(sa.Text)
