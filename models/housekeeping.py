"""Cleaning tasks of rooms and beds."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship
from sqlalchemy.orm.attributes import get_history

from models import clock
from models.base import Id, Money, Text, db, reference, seeded
from models.beds import NOT_CLEAN, Bed
from models.beds import CleaningKind as CleaningKind
from models.documents import DocumentEvent, Stateful, state_column
from models.errors import N_, Refused
from models.organisation import Employee
from models.people import AccountStatus, User, UserRole
from models.places import InpatientRoom, Room, RoomClass, Ward
from models.roles import Role
from models.workflow import Condition, Transition, Workflow


class CleaningState(StrEnum):
    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    TO_INSPECT = "to_inspect"
    FINISHED = "finished"
    INSPECTED = "inspected"
    CANCELLED = "cancelled"


S = CleaningState

#: While a task is in one of these, its place waits for it; a place has one such task at most.
OPEN_TASKS = (S.WAITING, S.IN_PROGRESS, S.TO_INSPECT)
OPEN_ROWS = sa.text("state IN ('waiting', 'in_progress', 'to_inspect')")
#: Steps that only who cleans takes.
CLEANS = ("start", "finish", "hand_over")
INSPECTS = (Role.HOUSEKEEPING, Role.FACILITIES_STAFF)


def _place_not_dirty(task: Cleaning, _user: User) -> bool:
    place = task.bed or task.room
    return place is None or place.state not in NOT_CLEAN


asks_inspection = Condition(
    "asks_inspection", lambda task, _user: task.needs_inspection,
    N_("This cleaning asks for no inspection. Finish it."), is_kept=True, about="document")
asks_no_inspection = Condition(
    "asks_no_inspection", lambda task, _user: not task.needs_inspection,
    N_("This cleaning is inspected before the bed is used. Hand it over for inspection."), is_kept=True,
    about="document")
not_who_cleaned = Condition(
    "not_who_cleaned", lambda task, user: user.id not in task.cleaner_ids,
    N_("You cleaned here yourself; somebody else must inspect it."),
    rows=lambda _model, user: ~_cleaned_by(user.id), about="person")
place_not_dirty = Condition(
    "place_not_dirty", _place_not_dirty,
    N_("The place is still dirty, so this cleaning stays. Do it, or have the place taken out of service "
       "first."))
nobody_inspects = Condition(
    "nobody_inspects", lambda _task, _user: True, "",
    rows=lambda _model, _user: ~sa.exists().where(
        User.status == AccountStatus.ACTIVE, ~_cleaned_by(User.id),
        User.id.in_(sa.select(UserRole.user_id).where(UserRole.role
                                                      == Role.HOUSEKEEPING))).correlate(Cleaning))


class Cleaning(Stateful, db.Model):
    """The cleaning of a room, an inpatient room, or one bed of it. `cleaned_at` is when it was finished."""

    __tablename__ = "cleaning"
    __table_args__ = (
        sa.Index("ix_cleaning_state_id", "state", "id"),
        sa.CheckConstraint("(inpatient_room_id IS NULL) <> (room_id IS NULL)", name="one_place"),
        sa.CheckConstraint("bed_id IS NULL OR inpatient_room_id IS NOT NULL", name="bed_in_inpatient_room"),
        sa.CheckConstraint("cost >= 0", name="cost_not_negative"),
        sa.CheckConstraint("cleaned_at >= started_at", name="cleaned_after_start"),
        sa.CheckConstraint("needs_inspection OR state NOT IN ('to_inspect', 'inspected')",
                           name="inspected_if_asked"),
        sa.Index("uq_cleaning_open_bed", "bed_id", unique=True,
                 sqlite_where=OPEN_ROWS, postgresql_where=OPEN_ROWS),
        sa.Index("uq_cleaning_open_room", "room_id", unique=True,
                 sqlite_where=OPEN_ROWS, postgresql_where=OPEN_ROWS),
        sa.Index("ix_cleaning_state_requested_at", "state", "requested_at"),
        {"info": {"seed": "tb_cleaning"}},
    )
    workflow = Workflow(
        S.WAITING,
        Transition("start", (S.WAITING,), S.IN_PROGRESS, Role.HOUSEKEEPING),
        Transition("hand_over", (S.IN_PROGRESS,), S.TO_INSPECT, Role.HOUSEKEEPING, when=asks_inspection,
                   asks=("checklist_done", "cost")),
        Transition("finish", (S.IN_PROGRESS,), S.FINISHED, Role.HOUSEKEEPING, when=asks_no_inspection,
                   asks=("checklist_done", "cost")),
        Transition("give_back", (S.IN_PROGRESS,), S.WAITING, Role.HOUSEKEEPING, needs_reason=True),
        Transition("inspect", (S.TO_INSPECT,), S.INSPECTED, INSPECTS, when=not_who_cleaned),
        Transition("waive", (S.TO_INSPECT,), S.FINISHED, Role.FACILITIES_HEAD, needs_reason=True,
                   last_resort=nobody_inspects),
        Transition("redo", (S.TO_INSPECT,), S.WAITING, Role.HOUSEKEEPING, when=not_who_cleaned,
                   needs_reason=True),
        Transition("cancel", OPEN_TASKS, S.CANCELLED, INSPECTS, when=place_not_dirty, needs_reason=True),
        former=(("inspect", S.FINISHED, S.INSPECTED), ("redo", S.FINISHED, S.WAITING),
                ("hand_over", S.FINISHED, S.TO_INSPECT)),
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
    #: When it was inspected, or its inspection was waived.
    inspected_at: Mapped[datetime | None]
    cost: Mapped[Money] = mapped_column(default=Decimal(0), info=seeded("tb_cleaning.biaya"))
    state: Mapped[CleaningState] = state_column(S.WAITING, "tb_cleaning.status")
    #: Whether somebody else looks before the bed is used: what the class asked for when the task was made.
    needs_inspection: Mapped[bool]
    #: The points to do, one a line; filled in from the settings when the task is made.
    checklist: Mapped[Text | None]
    checklist_done: Mapped[bool] = mapped_column(default=False)
    note: Mapped[Text | None]

    inpatient_room: Mapped[InpatientRoom | None] = relationship(InpatientRoom)
    room: Mapped[Room | None] = relationship(Room)
    bed: Mapped[Bed | None] = relationship(Bed)
    employee: Mapped[Employee | None] = relationship(Employee)

    @property
    def cleaner_ids(self) -> set[int]:
        """The users who did the last cleaning: who started it or handed it over, and the named employee's
        account."""
        events = [event for event in self.events if event.transition in CLEANS]
        last = max((place for place, event in enumerate(events) if event.transition == "start"), default=0)
        cleaners = {event.user_id for event in events[last:]}
        if self.employee is not None and self.employee.user_id is not None:
            cleaners.add(self.employee.user_id)
        return cleaners

    @classmethod
    def concerns(cls) -> Any:
        """What is cleaned, in SQL: bed or room, and the ward."""
        bed, room, other = aliased(Bed), aliased(InpatientRoom), aliased(Room)
        number = sa.select(sa.literal("-") + bed.number).where(bed.id
                                                               == cls.bed_id).correlate(cls).scalar_subquery()
        inpatient = sa.select(room.number + sa.func.coalesce(number, "") + ", " + Ward.name).join(
            Ward, Ward.id == room.ward_id).where(room.id
                                                 == cls.inpatient_room_id).correlate(cls).scalar_subquery()
        return sa.func.coalesce(inpatient, sa.select(other.name).where(
            other.id == cls.room_id).correlate(cls).scalar_subquery())

    def __str__(self) -> str:
        return str(self.bed or self.inpatient_room or self.room)


def _cleaned_by(user_id: Any) -> sa.ColumnElement[bool]:
    """`cleaner_ids` in SQL: that the user did the last cleaning of the task's row."""
    did, later = aliased(DocumentEvent), aliased(DocumentEvent)
    restarted = sa.exists().where(later.document_type == "cleaning", later.document_id == did.document_id,
                                  later.transition == "start", later.id > did.id)
    return sa.or_(
        sa.exists().where(did.document_type == "cleaning", did.document_id == Cleaning.id,
                          did.user_id == user_id,
                          did.transition.in_(CLEANS), ~restarted.correlate(did)).correlate(Cleaning, User),
        sa.exists().where(Employee.id == Cleaning.employee_id,
                          Employee.user_id == user_id).correlate(Cleaning, User))


@event.listens_for(Cleaning, "before_insert")
def _of_place(_mapper: Any, connection: sa.Connection, task: Any) -> None:
    """A bed stands in its room; nobody types both in. Whether it is inspected is what the class asks for
    now."""
    if task.bed is not None:
        task.inpatient_room_id = task.bed.inpatient_room_id
    if task.needs_inspection is None:
        task.needs_inspection = task.state in (S.TO_INSPECT, S.INSPECTED) or bool(connection.scalar(
            sa.select(RoomClass.needs_inspection).join(InpatientRoom,
                                                       InpatientRoom.room_class_id == RoomClass.id)
            .where(InpatientRoom.id == task.inpatient_room_id)))


@event.listens_for(Cleaning, "before_update")
def _place_stays(_mapper: Any, _connection: Any, task: Cleaning) -> None:
    if any(any(get_history(task, name).deleted) for name in ("bed_id", "room_id")):
        raise Refused(N_("A cleaning belongs to its place. Make another one for the other place."))
