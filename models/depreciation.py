"""Depreciation runs: what each asset loses in one period of one book; and what changes a book beside them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from models import clock
from models.asset_register import Asset, AssetBook, AssetState, BookKind, TaxGroup
from models.base import BigId, Code, Id, Money, Text, db, reference
from models.documents import Area, Document, Posts, author, state_column
from models.errors import N_
from models.journal import Period
from models.roles import Role
from models.step_ups import above_step_up_limit
from models.workflow import Condition, Transition, Workflow, author_steps, not_own

if TYPE_CHECKING:
    from models.people import User


class DepreciationRunState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    POSTED = "posted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REVERSED = "reversed"


S = DepreciationRunState


def _is_last_of_its_book(run: DepreciationRun, _user: Any) -> bool:
    session = object_session(run)
    other = sa.orm.aliased(DepreciationRun)
    return session is None or not session.scalar(sa.select(sa.exists().where(
        other.book == run.book, other.state == S.POSTED, other.period_end > run.period_end)))


def _is_entry_open(run: DepreciationRun, _user: Any) -> bool:
    """Whether the month of the entry takes postings; the other books have no entry."""
    session, on = object_session(run), run.run_on
    return session is None or run.book != BookKind.HOSPITAL or not session.scalar(sa.select(sa.exists().where(
        Period.year * 12 + Period.month >= on.year * 12 + on.month, Period.closed_at.is_not(None))))


def stands_as_posted(run: DepreciationRun) -> sa.ColumnElement[bool]:
    """Lines, with their book and asset, whose book is as the run left it and whose asset is still there."""
    line = DepreciationRunLine
    return sa.and_(
        AssetBook.depreciated_until == run.period_end,
        AssetBook.cost - AssetBook.accumulated == line.closing_value,
        sa.or_(AssetBook.anchored_on.is_(None), AssetBook.anchored_on < run.period_end),
        Asset.state.in_((AssetState.REGISTERED, AssetState.IN_USE, AssetState.UNDER_MAINTENANCE)))


def _do_books_stand(run: DepreciationRun, _user: Any) -> bool:
    session, line = object_session(run), DepreciationRunLine
    return session is None or not session.scalar(
        sa.select(sa.literal(1)).select_from(line).join(AssetBook, AssetBook.id == line.asset_book_id)
        .join(Asset, Asset.id == line.asset_id)
        .where(line.depreciation_run_id == run.id, ~stands_as_posted(run)).limit(1))


period_is_over = Condition(
    "period_is_over", lambda run, _user: run.period_end < clock.today(),
    N_("The period is not over yet. It is run from the day after its last one on."), field="period_start",
    about="time")
last_of_its_book = Condition(
    "last_of_its_book", _is_last_of_its_book,
    N_("A later period of this book is posted already. Only the last one can be reversed."))
entry_is_open = Condition(
    "entry_is_open", _is_entry_open,
    N_("The month of its entry is closed, so the run stays. Change the life or the value of the assets "
       "instead; the next run takes it up."))


books_stand = Condition(
    "books_stand", _do_books_stand,
    N_("The book of one of its assets changed after this run: its life, its value, or it left. The run "
       "stays; what is wrong of it is corrected by the next one."))


class DepreciationRun(Document, db.Model):
    """DEP: one period of one book, a month (or a half-year in the state-property book). A period runs once.

    `run_on` is the day of its entry: the last one of the period, or, where that month was closed before, the
    first open day after it.
    """

    __tablename__ = "depreciation_run"
    __table_args__ = (
        sa.CheckConstraint("period_end >= period_start", name="period_not_empty"),
        sa.Index("uq_depreciation_run_living_period", "book", "period_start", unique=True,
                 sqlite_where=sa.text("state NOT IN ('cancelled', 'reversed')"),
                 postgresql_where=sa.text("state NOT IN ('cancelled', 'reversed')")),
        sa.Index("ix_depreciation_run_state_run_on", "state", "run_on"),
        {"info": {"seed": "Data Penyusutan"}},
    )
    prefix, dated = "DEP", "run_on"
    is_planned_ahead = True
    area, icon, rank = Area.ASSETS, "trending-down", 190
    posts, process = Posts.JOURNAL, "care"
    decides_on = ("total",)
    is_begun_by_people = False
    workflow = Workflow(
        S.DRAFT,
        Transition("submit", (S.DRAFT,), S.SUBMITTED, Role.FACILITIES_STAFF, when=period_is_over,
                   numbers=True),
        Transition("approve", (S.SUBMITTED,), S.POSTED, Role.FACILITIES_HEAD,
                   when=(not_own, period_is_over), step_up=above_step_up_limit),
        Transition("reject", (S.SUBMITTED,), S.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("reverse", (S.POSTED,), S.REVERSED, Role.FACILITIES_HEAD, needs_reason=True,
                   when=(not_own, last_of_its_book, entry_is_open, books_stand)),
        *author_steps(S, author=Role.FACILITIES_STAFF),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    run_on: Mapped[date] = mapped_column(default=clock.today)
    book: Mapped[BookKind] = mapped_column(default=BookKind.HOSPITAL)
    period_start: Mapped[date]
    period_end: Mapped[date]
    state: Mapped[DepreciationRunState] = state_column(S.DRAFT)

    lines: Mapped[list[DepreciationRunLine]] = relationship(
        back_populates="depreciation_run", cascade="all, delete-orphan", order_by="DepreciationRunLine.id")

    @property
    def total(self) -> Decimal:
        """Depreciation of the period, rupiah. One statement: a run may have a line for each of 100,000
        assets."""
        session = object_session(self)
        if session is None or self.id is None:
            return Decimal(0)
        amount = DepreciationRunLine.amount
        return session.scalars(sa.select(sa.type_coerce(sa.func.coalesce(sa.func.sum(amount), 0),
                                                        amount.type))
                               .where(DepreciationRunLine.depreciation_run_id == self.id)).one()


class DepreciationRunLine(db.Model):
    """What one asset loses in the run, rupiah. `periods` are in its amount: this one, and those that were
    left out before, of which `caught_up` is the part."""

    __tablename__ = "depreciation_run_line"
    __table_args__ = (
        sa.UniqueConstraint("depreciation_run_id", "asset_book_id"),
        sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
        sa.CheckConstraint("closing_value >= 0", name="closing_value_not_negative"),
        sa.CheckConstraint("closing_value = opening_value - amount", name="closing_value_adds_up"),
        sa.CheckConstraint("periods > 0", name="periods_positive"),
        sa.CheckConstraint("caught_up >= 0", name="caught_up_not_negative"),
        sa.CheckConstraint("caught_up <= amount", name="caught_up_fits"),
        {"info": {"seed": "Data detPenyusutan"}},
    )

    id: Mapped[Id]
    depreciation_run_id: Mapped[int] = reference("depreciation_run", ondelete="CASCADE")
    asset_id: Mapped[int] = reference("asset")
    asset_book_id: Mapped[int] = reference("asset_book")
    opening_value: Mapped[Money]
    amount: Mapped[Money]
    closing_value: Mapped[Money]
    periods: Mapped[int] = mapped_column(default=1, server_default="1")
    caught_up: Mapped[Money] = mapped_column(default=Decimal(0), server_default="0")

    depreciation_run: Mapped[DepreciationRun] = relationship(back_populates="lines")
    asset: Mapped[Asset] = relationship(Asset)
    asset_book: Mapped[AssetBook] = relationship(AssetBook)


class BookChangeKind(StrEnum):
    """What changes an asset's book beside the runs."""

    OPENING = "opening"
    LIFE = "life"
    DISPOSAL = "disposal"
    PART = "part"
    VALUE = "value"
    RESTORED = "restored"


class AssetBookChange(db.Model):
    """One change of an asset's book: it entered with accumulated depreciation, its life or residual was
    changed, it was depreciated up to a disposal, or a part of a group left. Append-only.

    `amount` is what accumulated depreciation changed by, `cost_change` what the cost changed by, rupiah.
    """

    __tablename__ = "asset_book_change"
    __table_args__ = (
        sa.Index("ix_asset_book_change_document", "document_type", "document_id"),
        sa.Index("ix_asset_book_change_changed_on_id", "changed_on", "id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[Id]
    asset_book_id: Mapped[int] = reference("asset_book")
    kind: Mapped[BookChangeKind]
    changed_on: Mapped[date]
    amount: Mapped[Money] = mapped_column(default=Decimal(0))
    cost_change: Mapped[Money] = mapped_column(default=Decimal(0))
    useful_life_before: Mapped[int | None]
    useful_life_after: Mapped[int | None]
    tax_group_before: Mapped[TaxGroup | None]
    tax_group_after: Mapped[TaxGroup | None]
    residual_before: Mapped[Money | None]
    residual_after: Mapped[Money | None]
    document_type: Mapped[Code | None]
    document_id: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[Text | None]
    user_id: Mapped[int] = reference("user")
    occurred_at: Mapped[datetime] = mapped_column(default=clock.now)

    asset_book: Mapped[AssetBook] = relationship(AssetBook)
    user: Mapped[User] = relationship("User")

    def __str__(self) -> str:
        return f"#{self.id}"
