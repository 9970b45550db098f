"""The inventory round: what stands in a room is seen, one label after the other, and compared with the
register."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.asset_register import Asset
from models.base import Id, Text, db, reference
from models.documents import Area, Document, Posts, author, state_column
from models.errors import N_
from models.places import InpatientRoom, PhysicalCondition, Room
from models.roles import Role
from models.workflow import Condition, Transition, Workflow

if TYPE_CHECKING:
    from models.people import User


class InventoryRoundState(StrEnum):
    DRAFT = "draft"
    COUNTING = "counting"
    SUBMITTED = "submitted"
    POSTED = "posted"
    CANCELLED = "cancelled"


class InventoryResult(StrEnum):
    """Expected until it is seen; missing when the round ends without it; misplaced where it belongs
    elsewhere."""

    EXPECTED = "expected"
    FOUND = "found"
    MISPLACED = "misplaced"
    MISSING = "missing"


S = InventoryRoundState

did_not_look = Condition(
    "did_not_look", lambda round_, user: user.id != round_.created_by_id
    and all(line.seen_by_id != user.id for line in round_.lines),
    N_("You looked yourself; somebody else must decide on this round."), about="person")
has_seen_something = Condition(
    "has_seen_something",
    lambda round_, _user: (round_.found_empty or not round_.lines
                           or any(line.seen_at for line in round_.lines)),
    N_("Nothing was scanned yet. Scan what stands in the room, or say on that page that the room is empty."),
    about="document")


class InventoryRound(Document, db.Model):
    """IVT: one room looked through. Approving it moves what was misplaced here and reports as lost what is
    missing."""

    __tablename__ = "inventory_round"
    __table_args__ = (
        sa.CheckConstraint("(room_id IS NULL) <> (inpatient_room_id IS NULL)", name="one_place"),
        sa.Index("ix_inventory_round_state_counted_on", "state", "counted_on"),
    )
    prefix, dated = "IVT", "counted_on"
    area, icon, rank = Area.ASSETS, "qrcode", 200
    posts, process = Posts.NOTHING, "assets"
    is_begun_by_people = False
    lines_change_in = (S.DRAFT, S.COUNTING)
    workflow = Workflow(
        S.DRAFT,
        Transition("start", (S.DRAFT,), S.COUNTING, Role.FACILITIES_STAFF, numbers=True),
        Transition("submit", (S.COUNTING,), S.SUBMITTED, Role.FACILITIES_STAFF, when=has_seen_something),
        Transition("approve", (S.SUBMITTED,), S.POSTED, (Role.FACILITIES_HEAD, Role.DIRECTOR),
                   when=did_not_look),
        Transition("recount", (S.SUBMITTED,), S.COUNTING, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("cancel", (S.DRAFT, S.COUNTING, S.SUBMITTED), S.CANCELLED, Role.FACILITIES_STAFF,
                   needs_reason=True),
        former=(("reject", S.SUBMITTED, S.COUNTING),),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    room_id: Mapped[int | None] = reference("room")
    inpatient_room_id: Mapped[int | None] = reference("inpatient_room")
    counted_on: Mapped[date] = mapped_column(default=clock.today)
    state: Mapped[InventoryRoundState] = state_column(S.DRAFT)
    #: The person looked and nothing stands there.
    found_empty: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    note: Mapped[Text | None]

    room: Mapped[Room | None] = relationship(Room)
    inpatient_room: Mapped[InpatientRoom | None] = relationship(InpatientRoom)
    lines: Mapped[list[InventoryRoundLine]] = relationship(
        back_populates="inventory_round", cascade="all, delete-orphan", order_by="InventoryRoundLine.id")

    @property
    def place(self) -> Room | InpatientRoom | None:
        return self.room or self.inpatient_room


class InventoryRoundLine(db.Model):
    """One asset of a round: expected in the room by the register, or seen there without belonging to it."""

    __tablename__ = "inventory_round_line"
    late_columns = ("result",)
    __table_args__ = (
        sa.UniqueConstraint("inventory_round_id", "asset_id"),
        sa.CheckConstraint("(result IN ('found', 'misplaced')) = (seen_at IS NOT NULL)",
                           name="seen_when_found"),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by_id IS NULL)", name="seen_by_somebody"),
    )

    id: Mapped[Id]
    inventory_round_id: Mapped[int] = reference("inventory_round", ondelete="CASCADE")
    asset_id: Mapped[int] = reference("asset")
    result: Mapped[InventoryResult] = mapped_column(default=InventoryResult.EXPECTED)
    #: What the person saw; empty where it is as the register says.
    condition: Mapped[PhysicalCondition | None]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = reference("user", index=False)

    inventory_round: Mapped[InventoryRound] = relationship(back_populates="lines")
    asset: Mapped[Asset] = relationship(Asset)
    seen_by: Mapped[User | None] = relationship("User")

    def __str__(self) -> str:
        return str(self.asset)
