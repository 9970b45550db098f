"""Counting and moving between stores: stocktake (OPN) and stock transfer (TRF)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock, worths
from models.base import ExactDecimal, Factor, Id, Quantity, db, reference, seeded
from models.documents import Area, Document, Posts, author, state_column
from models.errors import N_
from models.line_quantities import MovedLine, measured, moved
from models.people import UserRole
from models.roles import Role
from models.step_ups import above_step_up_limit
from models.workflow import (
    Condition,
    Transition,
    Workflow,
    approval_steps,
    author_steps,
    has_lines,
    not_own,
)

if TYPE_CHECKING:
    from models.items import Item, UnitConversion
    from models.people import User
    from models.stock import StockBatch, StockMove, Store


class StocktakeState(StrEnum):
    DRAFT = "draft"
    COUNTING = "counting"
    SUBMITTED = "submitted"
    POSTED = "posted"
    CANCELLED = "cancelled"


T = StocktakeState
COUNTERS = (Role.STORE_STAFF, Role.FACILITIES_STAFF)

#: Who decides, and who decides where one of them counted.
DECIDER, DECIDER_INSTEAD = Role.FACILITIES_HEAD, Role.DIRECTOR


def counters(stocktake: Stocktake) -> list[User]:
    """Who made the stocktake and who counted a line of it."""
    people = [stocktake.created_by, *(line.counted_by for line in stocktake.lines)]
    return list({person.id: person for person in people if person is not None}.values())


def _holds(role: Role, user_id: Any) -> sa.ColumnElement[bool]:
    holder = UserRole.__table__
    return sa.exists().where(holder.c.user_id == user_id, holder.c.role == role)


did_not_count = Condition(
    "did_not_count",
    lambda stocktake, user: user.id not in {person.id for person in counters(stocktake)},
    N_("You counted yourself; somebody else must decide on this stocktake."),
    rows=lambda model, user: sa.and_(model.created_by_id != user.id, ~sa.exists().where(
        StocktakeLine.stocktake_id == model.id, StocktakeLine.counted_by_id == user.id)), about="person")
instead_of_the_head = Condition(
    "instead_of_the_head",
    lambda stocktake, user: user.has_role(DECIDER) or any(counter.has_role(DECIDER)
                                                          for counter in counters(stocktake)),
    N_("The head of facilities decides on this stocktake; the director does where the head counted."),
    rows=lambda model, user: sa.true() if user.has_role(DECIDER) else sa.or_(
        _holds(DECIDER, model.created_by_id),
        sa.exists().where(StocktakeLine.stocktake_id == model.id,
                          _holds(DECIDER, StocktakeLine.counted_by_id))))
every_line_counted = Condition(
    "every_line_counted",
    lambda stocktake, _user: bool(stocktake.lines)
    and all(line.counted_quantity is not None for line in stocktake.lines),
    N_("Some lines are not counted yet. Write 0 where nothing is there."), about="document")


class Stocktake(Document, db.Model):
    """OPN: a blind count. Each line is held against the ledger at the moment at which it is counted; the
    variance is posted on the day of approval."""

    __tablename__ = "stocktake"
    __table_args__ = (
        sa.CheckConstraint("state <> 'posted' OR posted_on IS NOT NULL", name="posted_has_day"),
        sa.Index("ix_stocktake_state_counted_on", "state", "counted_on"),
        {"info": {"seed": "tb_opname"}},
    )
    prefix, dated = "OPN", "counted_on"
    area, icon, rank = Area.INVENTORY, "clipboard-check", 110
    posts, process = Posts.STOCK_THAT_DAY, "corrections"
    decides_on = ("worth",)
    menu_rank = 85
    lines_change_in = (T.DRAFT, T.COUNTING)
    is_sorted_by_shelf = True
    workflow = Workflow(
        T.DRAFT,
        Transition("start", (T.DRAFT,), T.COUNTING, COUNTERS, when=has_lines, numbers=True),
        Transition("submit", (T.COUNTING,), T.SUBMITTED, COUNTERS, when=every_line_counted),
        Transition("approve", (T.SUBMITTED,), T.POSTED, (DECIDER, DECIDER_INSTEAD),
                   when=(did_not_count, instead_of_the_head), step_up=above_step_up_limit),
        Transition("recount", (T.SUBMITTED,), T.COUNTING, DECIDER, needs_reason=True,
                   line_asks=("count_again",),
                   line_hint=N_("Tick the lines that are to be counted again; without a tick it is all of "
                                "them.")),
        Transition("cancel", (T.DRAFT, T.COUNTING, T.SUBMITTED), T.CANCELLED, COUNTERS, needs_reason=True),
        former=(("reject", T.SUBMITTED, T.COUNTING),),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_opname.opname_id"))
    created_by_id: Mapped[int] = author("tb_opname.user_id")
    store_id: Mapped[int] = reference("store")
    #: The day on which counting began.
    counted_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_opname.opname_tgl"))
    #: The day of approval: the variance is dated then.
    posted_on: Mapped[date | None]
    state: Mapped[StocktakeState] = state_column(T.DRAFT, "tb_opname.status")

    store: Mapped[Store] = relationship("Store")
    lines: Mapped[list[StocktakeLine]] = relationship(
        back_populates="stocktake", cascade="all, delete-orphan", order_by="StocktakeLine.id")

    @property
    def worth(self) -> Decimal:
        """Rupiah of what was found and of what is missing, together, at the store's average."""
        return worths.in_store(self, (
            (line.item_id, line.counted_quantity - line.system_quantity) for line in self.lines
            if line.counted_quantity is not None and line.system_quantity is not None))


class StocktakeLine(db.Model):
    """One item, or one batch of it, to count. All three quantities are in `unit`, the item's base unit."""

    __tablename__ = "stocktake_line"
    late_columns = ("count_again",)
    __table_args__ = (
        sa.UniqueConstraint("stocktake_id", "item_id", "batch_id"),
        sa.ForeignKeyConstraint(["item_id", "unit_id"], ["unit_conversion.item_id", "unit_conversion.id"],
                                name="unit_of_item"),
        sa.ForeignKeyConstraint(["item_id", "batch_id"], ["stock_batch.item_id", "stock_batch.id"],
                                name="batch_of_item"),
        sa.CheckConstraint("counted_quantity >= 0", name="counted_quantity_not_negative"),
        sa.CheckConstraint("system_quantity >= 0", name="system_quantity_not_negative"),
        # A count means something only beside what the ledger said at that moment.
        sa.CheckConstraint("(counted_quantity IS NULL) = (system_quantity IS NULL) AND "
                           "(counted_quantity IS NULL) = (counted_at IS NULL)",
                           name="counted_against_ledger"),
        sa.CheckConstraint("last_move_id IS NULL OR counted_quantity IS NOT NULL", name="last_move_of_count"),
        {"info": {"seed": "tb_detOpname"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detOpname.detOpname_id"))
    stocktake_id: Mapped[int] = reference("stocktake", "tb_detOpname.opname_id", ondelete="CASCADE",
                                          index=False)
    item_id: Mapped[int] = reference("item", "tb_detOpname.barang_id")
    batch_id: Mapped[int | None] = reference("stock_batch")
    unit_id: Mapped[int] = reference("unit_conversion", "tb_detOpname.unit_konversi_id")
    #: What the ledger said at the moment at which the line was counted; not shown to who counts.
    system_quantity: Mapped[Quantity | None] = mapped_column(info=seeded("tb_detOpname.jumlah_sistem"))
    counted_quantity: Mapped[Quantity | None] = mapped_column(info=seeded("tb_detOpname.jumlah_real"))
    variance: Mapped[Decimal | None] = mapped_column(
        ExactDecimal(14, 3), sa.Computed("counted_quantity - system_quantity", persisted=True),
        info=seeded("tb_detOpname.selisih"))
    #: The last ledger row of the item in the store at that moment; empty where nothing ever moved.
    last_move_id: Mapped[int | None] = reference("stock_move")
    counted_at: Mapped[datetime | None]
    counted_by_id: Mapped[int | None] = reference("user")
    #: Whoever decides wants it counted anew.
    count_again: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    note: Mapped[str | None] = mapped_column(sa.Text)

    stocktake: Mapped[Stocktake] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    batch: Mapped[StockBatch | None] = relationship("StockBatch", foreign_keys=[batch_id])
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])
    last_move: Mapped[StockMove | None] = relationship("StockMove")
    counted_by: Mapped[User | None] = relationship("User")

    def __str__(self) -> str:
        return f"{self.item.name} {self.batch.number}" if self.batch and self.batch.number else self.item.name


class StockTransferState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT = "sent"
    POSTED = "posted"
    REVERSED = "reversed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


F = StockTransferState


class StockTransfer(Document, db.Model):
    """TRF: stock out of one store, in transit until the other says what came."""

    __tablename__ = "stock_transfer"
    __table_args__ = (
        sa.CheckConstraint("store_id <> to_store_id", name="two_stores"),
        sa.Index("ix_stock_transfer_state_transferred_on", "state", "transferred_on"),
    )
    prefix, dated = "TRF", "transferred_on"
    area, icon, rank = Area.INVENTORY, "transfer", 120
    posts, process = Posts.STOCK_THAT_DAY, "corrections"
    decides_on = ("worth",)
    menu_rank = 86
    may_be_backdated = True
    is_sorted_by_shelf = True
    late_columns = ("received_on",)
    workflow = Workflow(
        F.DRAFT,
        *approval_steps(F, author=Role.STORE_STAFF, approver=Role.STORE_HEAD, approved=F.SENT,
                        step_up=above_step_up_limit),
        Transition("receive", (F.SENT,), F.POSTED, (Role.STORE_STAFF, Role.STORE_HEAD), when=not_own,
                   line_asks=("arrived_quantity", "is_lost"), may_skip=True,
                   line_hint=N_("Base units that came; empty is all of it. What did not come goes back to "
                                "the store that sent it; tick where it is lost.")),
        Transition("reverse", (F.SENT, F.POSTED), F.REVERSED, Role.STORE_HEAD, needs_reason=True),
        *author_steps(F, author=Role.STORE_STAFF),
        former=(("approve", F.SUBMITTED, F.POSTED),),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    store_id: Mapped[int] = reference("store")
    to_store_id: Mapped[int] = reference("store")
    #: The day of approval: it left then.
    transferred_on: Mapped[date] = mapped_column(default=clock.today)
    #: The day on which the other store had it.
    received_on: Mapped[date | None] = mapped_column(info={"derived": True})
    state: Mapped[StockTransferState] = state_column(F.DRAFT)

    store: Mapped[Store] = relationship("Store", foreign_keys=[store_id])
    to_store: Mapped[Store] = relationship("Store", foreign_keys=[to_store_id])
    lines: Mapped[list[StockTransferLine]] = relationship(
        back_populates="stock_transfer", cascade="all, delete-orphan", order_by="StockTransferLine.id")

    @property
    def worth(self) -> Decimal:
        """Rupiah of what leaves the store, at its average."""
        return worths.in_store(self, ((line.item_id, line.gone_quantity) for line in self.lines))


class StockTransferLine(MovedLine, db.Model):
    """One item to move; without a batch, the earliest expiry goes first."""

    __tablename__ = "stock_transfer_line"
    late_columns = ("moved_quantity", "arrived_quantity", "is_lost")
    late_in = (F.SENT,)
    __table_args__ = (
        *measured(), *moved(),
        sa.CheckConstraint("arrived_quantity >= 0 AND arrived_quantity <= moved_quantity",
                           name="arrived_is_moved"),
        sa.ForeignKeyConstraint(["item_id", "batch_id"], ["stock_batch.item_id", "stock_batch.id"],
                                name="batch_of_item"),
    )

    id: Mapped[Id]
    stock_transfer_id: Mapped[int] = reference("stock_transfer", ondelete="CASCADE")
    item_id: Mapped[int] = reference("item")
    unit_id: Mapped[int] = reference("unit_conversion")
    batch_id: Mapped[int | None] = reference("stock_batch")
    quantity: Mapped[Quantity]
    factor: Mapped[Factor]
    #: Base units that came into the other store.
    arrived_quantity: Mapped[Quantity | None] = mapped_column(info={"derived": True})
    #: What did not come is lost; else it goes back.
    is_lost: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"),
                                          info={"derived": True})

    stock_transfer: Mapped[StockTransfer] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])
    batch: Mapped[StockBatch | None] = relationship("StockBatch", foreign_keys=[batch_id])
