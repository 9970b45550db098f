"""What a person typed and has not sent: kept by person, form and object, and shown to that person alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Code, Id, Text, db, reference

if TYPE_CHECKING:
    from models.people import User


class FormDraft(db.Model):
    """The fields of one form as far as one person typed them: ``{name: text}`` as JSON. Gone once the form
    was taken, after thirty days, or with the account."""

    __tablename__ = "form_draft"
    __table_args__ = (sa.UniqueConstraint("user_id", "form", "about"),)

    id: Mapped[Id]
    user_id: Mapped[int] = reference("user", ondelete="CASCADE", index=False)
    #: Which form it is, e.g. ``message``.
    form: Mapped[Code]
    #: Of which record: its table and id, ``consultation:12``; of a new one its table.
    about: Mapped[Code]
    fields: Mapped[Text] = mapped_column(info={"masked": True})
    saved_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    user: Mapped[User] = relationship("User")
