"""The director's month: the hospital's reports of a closed month in one paper, released by the head of
facilities."""

from __future__ import annotations

import calendar
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Text, db, reference
from models.documents import Area, Document, Posts, author, state_column
from models.errors import N_
from models.journal import Period
from models.roles import Role
from models.workflow import Condition, Transition, Workflow, author_steps, not_own


class MonthlyPackState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


S = MonthlyPackState

period_is_closed = Condition(
    "period_is_closed", lambda pack, _user: pack.period is not None and pack.period.is_closed,
    N_("The month is still open: its figures may change. Payables close it first."))


class MonthlyPack(Document, db.Model):
    """LAP: nothing is copied into it. The month's books are closed, so its reports stand still."""

    __tablename__ = "monthly_pack"
    __table_args__ = (
        sa.Index("uq_monthly_pack_period_id", "period_id", unique=True,
                 sqlite_where=sa.text("state NOT IN ('cancelled', 'withdrawn')"),
                 postgresql_where=sa.text("state NOT IN ('cancelled', 'withdrawn')")),
    )
    prefix, dated = "LAP", "prepared_on"
    area, icon, rank = Area.ACCOUNTING, "report-analytics", 230
    posts, process = Posts.NOTHING, "ledger"
    is_begun_by_people = False
    also_final_in = (S.WITHDRAWN,)
    workflow = Workflow(
        S.DRAFT,
        Transition("submit", (S.DRAFT,), S.SUBMITTED, Role.FACILITIES_STAFF, when=period_is_closed,
                   numbers=True),
        Transition("approve", (S.SUBMITTED,), S.RELEASED, Role.FACILITIES_HEAD, when=not_own),
        Transition("withdraw", (S.RELEASED,), S.WITHDRAWN, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("reject", (S.SUBMITTED,), S.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        *author_steps(S, author=Role.FACILITIES_STAFF),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    period_id: Mapped[int] = reference("period", index=False)
    prepared_on: Mapped[date] = mapped_column(default=clock.today)
    state: Mapped[MonthlyPackState] = state_column(S.DRAFT)
    #: What the director should read first.
    foreword: Mapped[Text | None]

    period: Mapped[Period] = relationship(Period)

    @property
    def first_day(self) -> date:
        return date(self.period.year, self.period.month, 1)

    @property
    def last_day(self) -> date:
        return self.first_day.replace(day=calendar.monthrange(self.period.year, self.period.month)[1])
