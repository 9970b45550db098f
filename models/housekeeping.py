"""Cleaning tasks of rooms and beds."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Money, Text, db, reference, seeded
from models.beds import Bed
from models.documents import Stateful, state_column
from models.errors import N_
from models.places import InpatientRoom, Room
from models.roles import Role
from models.workflow import Condition, Transition, Workflow

if TYPE_CHECKING:
    from models.organisation import Employee


class CleaningKind(StrEnum):
    """Routine in between, terminal after a patient left, isolation after one left an isolation room."""

    ROUTINE = "routine"
    TERMINAL = "terminal"
    ISOLATION = "isolation"


class CleaningState(StrEnum):
    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    INSPECTED = "inspected"
    CANCELLED = "cancelled"


S = CleaningState

asks_inspection = Condition("asks_inspection", lambda task, _user: task.needs_inspection,
                            N_("The class of this room asks for no inspection."))
not_who_cleaned = Condition("not_who_cleaned", lambda task, user: user.id not in task.cleaner_ids,
                            N_("You cleaned here yourself; somebody else must inspect it."))


class Cleaning(Stateful, db.Model):
    """The cleaning of a room, an inpatient room, or one bed of it. `cleaned_at` is when it was finished."""

    __tablename__ = "cleaning"
    __table_args__ = (
        sa.CheckConstraint("(inpatient_room_id IS NULL) <> (room_id IS NULL)", name="one_place"),
        sa.CheckConstraint("bed_id IS NULL OR inpatient_room_id IS NOT NULL", name="bed_in_inpatient_room"),
        sa.CheckConstraint("cost >= 0", name="cost_not_negative"),
        sa.CheckConstraint("cleaned_at >= started_at", name="cleaned_after_start"),
        sa.Index("uq_cleaning_open_bed", "bed_id", unique=True,
                 sqlite_where=sa.text("state IN ('waiting', 'in_progress')"),
                 postgresql_where=sa.text("state IN ('waiting', 'in_progress')")),
        sa.Index("uq_cleaning_open_room", "room_id", unique=True,
                 sqlite_where=sa.text("state IN ('waiting', 'in_progress')"),
                 postgresql_where=sa.text("state IN ('waiting', 'in_progress')")),
        sa.Index("ix_cleaning_state_requested_at", "state", "requested_at"),
        {"info": {"seed": "tb_cleaning"}},
    )
    workflow = Workflow(
        S.WAITING,
        Transition("start", (S.WAITING,), S.IN_PROGRESS, Role.HOUSEKEEPING),
        Transition("finish", (S.IN_PROGRESS,), S.FINISHED, Role.HOUSEKEEPING, asks=("checklist_done", "cost")),
        Transition("inspect", (S.FINISHED,), S.INSPECTED, Role.HOUSEKEEPING, when=(asks_inspection, not_who_cleaned)),
        Transition("redo", (S.FINISHED,), S.WAITING, Role.HOUSEKEEPING, when=not_who_cleaned, needs_reason=True),
        Transition("cancel", (S.WAITING,), S.CANCELLED, (Role.HOUSEKEEPING, Role.FACILITIES_STAFF), needs_reason=True),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_cleaning.cleaning_id"))
    kind: Mapped[CleaningKind] = mapped_column(default=CleaningKind.ROUTINE)
    inpatient_room_id: Mapped[int | None] = reference("inpatient_room", "tb_cleaning.kamar_id")
    room_id: Mapped[int | None] = reference("room", "tb_cleaning.ruangan_id")
    bed_id: Mapped[int | None] = reference("bed")
    employee_id: Mapped[int | None] = reference("employee", "tb_cleaning.pegawai_id")
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    cleaned_at: Mapped[datetime | None] = mapped_column(info=seeded("tb_cleaning.waktu_cleaning"))
    inspected_at: Mapped[datetime | None]
    cost: Mapped[Money] = mapped_column(default=Decimal(0), info=seeded("tb_cleaning.biaya"))
    state: Mapped[CleaningState] = state_column(S.WAITING, "tb_cleaning.status")
    #: The points to do, one a line; filled in from the settings when the task is made.
    checklist: Mapped[Text | None]
    checklist_done: Mapped[bool] = mapped_column(default=False)
    note: Mapped[Text | None]

    inpatient_room: Mapped[InpatientRoom | None] = relationship(InpatientRoom)
    room: Mapped[Room | None] = relationship(Room)
    bed: Mapped[Bed | None] = relationship(Bed)
    employee: Mapped[Employee | None] = relationship("Employee")

    @property
    def needs_inspection(self) -> bool:
        return self.inpatient_room is not None and self.inpatient_room.room_class.needs_inspection

    @property
    def cleaner_ids(self) -> set[int]:
        """The users who cleaned: the employee's account and whoever reported start or finish."""
        cleaners = {event.user_id for event in self.events if event.transition in {"start", "finish"}}
        if self.employee is not None and self.employee.user_id is not None:
            cleaners.add(self.employee.user_id)
        return cleaners

    def __str__(self) -> str:
        return str(self.bed or self.inpatient_room or self.room)


@event.listens_for(Cleaning, "before_insert")
@event.listens_for(Cleaning, "before_update")
def _room_of_bed(_mapper: Any, _connection: Any, task: Cleaning) -> None:
    """A bed stands in its room; nobody types both in."""
    if task.bed is not None:
        task.inpatient_room_id = task.bed.inpatient_room_id
