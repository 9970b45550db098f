"""What goes on after a consultation: the day of the next one, and what the receiving doctor answered to a
referral."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Name, Text, db, reference

if TYPE_CHECKING:
    from models.consultations import Consultation
    from models.people import User
    from models.prescriptions import Letter


class FollowUp(db.Model):
    """The day on which the doctor wants to see the patient again, and why. Another day is a new row; the old
    one stays, withdrawn. One lives per consultation."""

    __tablename__ = "follow_up"
    __table_args__ = (
        sa.Index("uq_follow_up_consultation_id_live", "consultation_id", unique=True,
                 sqlite_where=sa.text("withdrawn_at IS NULL"),
                 postgresql_where=sa.text("withdrawn_at IS NULL")),
        sa.Index("ix_follow_up_due_on", "due_on"),
    )

    id: Mapped[Id]
    consultation_id: Mapped[int] = reference("consultation")
    due_on: Mapped[date]
    reason: Mapped[Text] = mapped_column(default="", info={"masked": True})
    set_by_id: Mapped[int] = reference("user")
    set_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]

    consultation: Mapped[Consultation] = relationship("Consultation")
    set_by: Mapped[User] = relationship("User")


class LetterAnswer(db.Model):
    """What came back to a referral: from whom, of which day, in which words. Never changed; a second answer
    stands beside the first."""

    __tablename__ = "letter_answer"
    __table_args__ = (sa.CheckConstraint("body <> ''", name="not_empty"),)

    id: Mapped[Id]
    letter_id: Mapped[int] = reference("letter")
    #: The doctor or the place that answers.
    answered_by: Mapped[Name] = mapped_column(info={"masked": True})
    answered_on: Mapped[date] = mapped_column(default=clock.today)
    body: Mapped[Text] = mapped_column(info={"masked": True})
    recorded_by_id: Mapped[int] = reference("user")
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)

    letter: Mapped[Letter] = relationship("Letter")
    recorded_by: Mapped[User] = relationship("User")
