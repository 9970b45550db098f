"""Faults that people report: of a thing or a place, by anybody who stands before it."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Name, Phone, Text, db, reference
from models.documents import Area, Document, Posts, author, state_column
from models.errors import N_
from models.places import PhysicalCondition
from models.roles import Role
from models.workflow import Condition, Transition, Workflow

if TYPE_CHECKING:
    from models.asset_register import Asset
    from models.beds import Bed
    from models.maintenance import Maintenance
    from models.places import Building, InpatientRoom, Room


class FaultPriority(StrEnum):
    """Normal: it can still be used. Urgent: it cannot. Danger: somebody may come to harm."""

    NORMAL = "normal"
    URGENT = "urgent"
    DANGER = "danger"

    @property
    def rank(self) -> int:
        return list(type(self)).index(self)


class FaultState(StrEnum):
    REPORTED = "reported"
    ACKNOWLEDGED = "acknowledged"
    ORDERED = "ordered"
    CLOSED = "closed"
    DISMISSED = "dismissed"


S = FaultState
#: While a report is in one of these, the thing or place waits for it.
OPEN_FAULTS = (S.REPORTED, S.ACKNOWLEDGED, S.ORDERED)
#: What a report may be about, by its attribute: exactly one.
ABOUT = ("asset", "bed", "inpatient_room", "room", "building")
#: So long a report that is over can be taken up again; later, a new one is written.
REOPEN_TIME = timedelta(days=30)

recently_over = Condition(
    "recently_over", lambda report, _user: report.since >= clock.now() - REOPEN_TIME,
    N_("This report was over more than 30 days ago. Write a new one."), about="time")


class FaultReport(Document, db.Model):
    """FLT: something is broken, and who said so. A guest is named in words, with a telephone number."""

    __tablename__ = "fault_report"
    __table_args__ = (
        sa.CheckConstraint(
            " + ".join(f"(CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END)" for name in ABOUT) + " = 1",
            name="one_thing"),
        sa.CheckConstraint("length(fault) > 0", name="fault_written"),
        sa.CheckConstraint("acknowledged_at >= reported_at", name="acknowledged_after_report"),
        sa.Index("ix_fault_report_open_bed", "bed_id", sqlite_where=sa.text(
            "state IN ('reported', 'acknowledged', 'ordered')"), postgresql_where=sa.text(
            "state IN ('reported', 'acknowledged', 'ordered')")),
        sa.Index("ix_fault_report_answer_due_at", "answer_due_at"),
    )
    prefix, dated = "FLT", "reported_on"
    area, icon, rank = Area.ASSETS, "alert-triangle", 155
    posts, process = Posts.NOTHING, "care"
    menu_rank = 123
    workflow = Workflow(
        S.REPORTED,
        Transition("acknowledge", (S.REPORTED,), S.ACKNOWLEDGED, Role.FACILITIES_STAFF, asks=("priority",),
                   may_skip=True),
        Transition("order", (S.REPORTED, S.ACKNOWLEDGED), S.ORDERED, Role.FACILITIES_STAFF),
        Transition("close", (S.REPORTED, S.ACKNOWLEDGED, S.ORDERED), S.CLOSED, Role.FACILITIES_STAFF,
                   asks=("result", "condition_after")),
        Transition("dismiss", (S.REPORTED, S.ACKNOWLEDGED), S.DISMISSED, Role.FACILITIES_STAFF,
                   needs_reason=True),
        Transition("reopen", (S.CLOSED, S.DISMISSED), S.REPORTED, Role.FACILITIES_STAFF, when=recently_over,
                   needs_reason=True),
        rests_on={S.ORDERED: "maintenance"},
    )
    also_final_in = (S.CLOSED, S.DISMISSED)
    #: What reopening empties or counts anew.
    late_columns = ("maintenance_id", "acknowledged_at", "result", "condition_before", "condition_after",
                    "reported_at", "answer_due_at")

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    #: What leads to the page that says how it goes on, for people without an account.
    code: Mapped[str] = mapped_column(sa.String(32), unique=True, default=lambda: secrets.token_urlsafe(16))
    reported_on: Mapped[date] = mapped_column(default=clock.today)
    reported_at: Mapped[datetime] = mapped_column(default=clock.now)
    state: Mapped[FaultState] = state_column(S.REPORTED)
    priority: Mapped[FaultPriority] = mapped_column(default=FaultPriority.NORMAL)
    asset_id: Mapped[int | None] = reference("asset")
    bed_id: Mapped[int | None] = reference("bed")
    inpatient_room_id: Mapped[int | None] = reference("inpatient_room")
    room_id: Mapped[int | None] = reference("room")
    building_id: Mapped[int | None] = reference("building")
    #: Where in the building, or which part of the thing.
    place_detail: Mapped[Name | None]
    fault: Mapped[Text]
    #: Who saw it, where that is not who wrote it down.
    reporter_name: Mapped[Name | None] = mapped_column(info={"masked": True})
    reporter_phone: Mapped[Phone | None] = mapped_column(info={"masked": True})
    #: Until when somebody is to look at it: the setting of its priority, as it was on that day.
    answer_due_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    #: What the thing's condition was before the report.
    condition_before: Mapped[PhysicalCondition | None]
    condition_after: Mapped[PhysicalCondition | None]
    result: Mapped[Text | None]
    maintenance_id: Mapped[int | None] = reference("maintenance")

    asset: Mapped[Asset | None] = relationship("Asset")
    bed: Mapped[Bed | None] = relationship("Bed")
    inpatient_room: Mapped[InpatientRoom | None] = relationship("InpatientRoom")
    room: Mapped[Room | None] = relationship("Room")
    building: Mapped[Building | None] = relationship("Building")
    maintenance: Mapped[Maintenance | None] = relationship("Maintenance", back_populates="fault_reports")

    @property
    def about(self) -> Any:
        """The thing or place that is broken."""
        return next((thing for name in ABOUT if (thing := getattr(self, name)) is not None), None)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_FAULTS

    @property
    def is_late(self) -> bool:
        """Whether nobody answered within the time of its priority."""
        return self.state == S.REPORTED and clock.aware(self.answer_due_at) < clock.now()

    @property
    def holds_place(self) -> bool:
        """Whether its place is not fit while it is open: a bed always, a room when it cannot be used."""
        return self.is_open and (self.bed_id is not None or self.priority != FaultPriority.NORMAL)


@event.listens_for(FaultReport.fault, "set", retval=True)
@event.listens_for(FaultReport.reporter_name, "set", retval=True)
@event.listens_for(FaultReport.reporter_phone, "set", retval=True)
def _stripped(_report: FaultReport, value: Any, _before: Any, _initiator: Any) -> Any:
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


def holding(*places: Any) -> list[FaultReport]:
    """Open reports that keep one of these beds and rooms from being fit, the worst first. One statement."""
    wanted = [getattr(FaultReport, f"{place.__tablename__}_id") == place.id for place in places]
    return sorted(db.session.scalars(
        sa.select(FaultReport).where(FaultReport.state.in_(OPEN_FAULTS), sa.or_(*wanted, sa.false()),
                                     _holds())), key=lambda report: (-report.priority.rank, report.id))


def holding_by_place() -> dict[tuple[str, int], list[FaultReport]]:
    """The same of all beds and rooms, by table and id. One statement."""
    result: dict[tuple[str, int], list[FaultReport]] = {}
    for report in db.session.scalars(sa.select(FaultReport).where(
            FaultReport.state.in_(OPEN_FAULTS), _holds()).order_by(FaultReport.id)):
        for name in ("bed", "inpatient_room", "room"):
            key = getattr(report, f"{name}_id")
            if key is not None:
                result.setdefault((name, key), []).append(report)
    return result


def _holds() -> sa.ColumnElement[bool]:
    """`holds_place` of open reports, in SQL."""
    return FaultReport.bed_id.is_not(None) | (FaultReport.priority != FaultPriority.NORMAL)
