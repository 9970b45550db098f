"""What changes the value of assets in the books: capitalised repair, revaluation, impairment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from models import clock
from models.asset_register import Asset, AssetBook
from models.base import Id, Money, db, reference
from models.documents import Area, Document, Posts, Signed, author, state_column
from models.errors import N_
from models.journal import Period
from models.roles import Role
from models.step_ups import above_step_up_limit
from models.workflow import Condition, Transition, Workflow, another_person, author_steps, has_lines, not_own

if TYPE_CHECKING:
    from models.journal import Account


class AssetValueChangeState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    POSTED = "posted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REVERSED = "reversed"


class ValueChangeKind(StrEnum):
    """Why the value changes. One type of paper, because all three are drafted, approved, posted, printed and
    reversed alike and differ in the sum alone.

    `improvement`: a renovation or an overhaul is added to the cost of all books, and prolongs the life;
    `revaluation`: the hospital's own book goes to a new value, up or down; `impairment`: it goes down.
    """

    IMPROVEMENT = "improvement"
    REVALUATION = "revaluation"
    IMPAIRMENT = "impairment"


S = AssetValueChangeState


def _is_month_open(paper: AssetValueChange, _user: Any) -> bool:
    session, on = object_session(paper), paper.changed_on
    return session is None or not session.scalar(sa.select(sa.exists().where(
        Period.year * 12 + Period.month >= on.year * 12 + on.month, Period.closed_at.is_not(None))))


def state_of(book: AssetBook) -> dict[str, Any]:
    """A book as a line keeps it, plain JSON."""
    return {name: value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal)
            else value for name in KEPT_OF_BOOK for value in (getattr(book, name),)}


#: What a change of value may change of a book.
KEPT_OF_BOOK = ("cost", "residual_value", "useful_life", "accumulated", "opening_accumulated", "anchored_on",
                "anchored_accumulated", "depreciated_until")


def _do_books_stand(paper: AssetValueChange, _user: Any) -> bool:
    """Whether each book is as the paper left it."""
    session = object_session(paper)
    if session is None:
        return True
    left = {int(key): state for line in paper.lines for key, state in (line.books_after or {}).items()}
    books = session.scalars(sa.select(AssetBook).where(AssetBook.id.in_(left)))
    return all(state_of(book) == left[book.id] for book in books)


month_is_open = Condition("month_is_open", _is_month_open,
                          N_("Its month is closed. Write another change of value in the open month instead."))
books_stand = Condition(
    "books_stand", _do_books_stand,
    N_("The books of its assets changed since, by a run or another paper. Reverse those first."))


class AssetValueChange(Document, db.Model):
    """AVC: the value of assets changes in the books, from the period of `changed_on` on."""

    __tablename__ = "asset_value_change"
    __table_args__ = (sa.Index("ix_asset_value_change_state_changed_on", "state", "changed_on"),)
    prefix, dated = "AVC", "changed_on"
    area, icon, rank = Area.ASSETS, "adjustments", 195
    posts, process = Posts.JOURNAL, "care"
    decides_on = ("total", "worth_before")
    signs = (Signed(N_("Head of facilities"), "approve"),
             Signed(N_("Accounts receivable"), "approve_receivables"))
    paper_title = N_("Minutes of a change of value")
    workflow = Workflow(
        S.DRAFT,
        Transition("submit", (S.DRAFT,), S.SUBMITTED, Role.FACILITIES_STAFF, when=has_lines, numbers=True),
        Transition("approve", (S.SUBMITTED,), S.APPROVED, Role.FACILITIES_HEAD, when=not_own,
                   step_up=above_step_up_limit),
        Transition("approve_receivables", (S.APPROVED,), S.POSTED, Role.RECEIVABLES,
                   when=(not_own, another_person), step_up=above_step_up_limit),
        Transition("reverse", (S.POSTED,), S.REVERSED, Role.FACILITIES_HEAD, needs_reason=True,
                   when=(not_own, month_is_open, books_stand)),
        Transition("reject", (S.SUBMITTED,), S.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("reject", (S.APPROVED,), S.REJECTED, Role.RECEIVABLES, needs_reason=True),
        *author_steps(S, author=Role.FACILITIES_STAFF, cancels=(S.APPROVED,)),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    kind: Mapped[ValueChangeKind] = mapped_column(default=ValueChangeKind.IMPROVEMENT)
    changed_on: Mapped[date] = mapped_column(default=clock.today)
    #: What stands against an improvement; the account of the settings without one.
    account_id: Mapped[int | None] = reference("account")
    state: Mapped[AssetValueChangeState] = state_column(S.DRAFT)

    account: Mapped[Account | None] = relationship("Account")
    lines: Mapped[list[AssetValueChangeLine]] = relationship(
        back_populates="asset_value_change", cascade="all, delete-orphan", order_by="AssetValueChangeLine.id")

    @property
    def total(self) -> Decimal:
        """What improvements cost, or what revalued assets are worth now, rupiah."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def worth_before(self) -> Decimal:
        """What revalued and impaired assets are worth until then, rupiah; zero for improvements."""
        if self.kind == ValueChangeKind.IMPROVEMENT:
            return Decimal(0)
        return sum((line.asset.book_value for line in self.lines), Decimal(0))


class AssetValueChangeLine(db.Model):
    """One asset. `amount`: what an improvement cost, or what the asset is worth now, rupiah; `added_months`
    prolong its life."""

    __tablename__ = "asset_value_change_line"
    late_columns = ("surplus", "loss", "books_before", "books_after")
    __table_args__ = (
        sa.UniqueConstraint("asset_value_change_id", "asset_id"),
        sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
        sa.CheckConstraint("added_months >= 0", name="added_months_not_negative"),
    )

    id: Mapped[Id]
    asset_value_change_id: Mapped[int] = reference("asset_value_change", ondelete="CASCADE")
    asset_id: Mapped[int] = reference("asset")
    amount: Mapped[Money]
    added_months: Mapped[int] = mapped_column(default=0)
    #: What went to the surplus of revaluations (below zero: taken out of it), and what was expensed (below
    #: zero: an earlier loss that came back).
    surplus: Mapped[Money | None]
    loss: Mapped[Money | None]
    #: The books by id as they were, and as the paper left them.
    books_before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    books_after: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))

    asset_value_change: Mapped[AssetValueChange] = relationship(back_populates="lines")
    asset: Mapped[Asset] = relationship(Asset)
