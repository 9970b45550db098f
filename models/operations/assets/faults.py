"""Reports of faults: what they do to their thing and place, the order that mends it, who is told.

A thing that is reported is damaged from then on, so a room that needs it is not fit. The order counts its
downtime from the report. A report is over when its order is done, when somebody says so, or when it was none.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_register import Asset, AssetState
from models.base import db
from models.beds import Bed
from models.errors import N_, NotAllowed, Refused
from models.facilities import RoomFacility
from models.fault_reports import ABOUT, OPEN_FAULTS, FaultPriority, FaultReport, FaultState
from models.maintenance import Maintenance, MaintenanceKind, MaintenanceLine, MaintenanceLineState
from models.operations.assets.at_the_device import OPEN
from models.operations.core import files
from models.operations.core.approvals import after, by_system, effect, opened, put_back
from models.operations.people.guests import guest_account
from models.organisation import Status, WorkUnit
from models.people import User
from models.places import Building, InpatientRoom, PhysicalCondition, Room
from models.rights import may
from models.settings import setting

#: What a report may be about.
Thing = Asset | Bed | InpatientRoom | Room | Building
#: The event of a report whose order was given up: it waits again for somebody to order or dismiss it.
ORDER_ENDED = "order_ended"


# ---------------------------------------------------------------- reporting

def report(about: Thing, fault: str, *, by: User | None, priority: FaultPriority = FaultPriority.NORMAL,
           detail: str = "", name: str = "", phone: str = "",
           photo: files.Checked | None = None) -> FaultReport:
    """Write down that `about` is broken; `by` is None for a guest, who says a name and a telephone number.

    Raises `NotAllowed` or `Refused` at the field. Flushes.
    """
    if by is None or not by.is_staff:
        _refuse_nameless(name if by is None else name or by.name, phone if by is None else phone or by.phone)
    elif not may(by, "create", FaultReport.__tablename__):
        raise NotAllowed(N_("Your role may not do this step."))
    found = FaultReport(created_by=by or guest_account(), priority=priority, fault=fault[:2000],
                        place_detail=detail.strip()[:200] or None, reporter_name=name[:200] or None,
                        reporter_phone=phone[:32] or None)
    setattr(found, about.__tablename__, about)
    begin(found)
    db.session.add(found)
    opened(found, by=found.created_by)
    keep_photo(found, photo)
    return found


def keep_photo(found: FaultReport, photo: files.Checked | None) -> None:
    """Keep the photo of who reported it. Flushes."""
    if photo is not None:
        files.attach(photo, document_type=FaultReport.__tablename__, document_id=found.id,
                     by=found.created_by)


def check_one_thing(found: FaultReport) -> None:
    """Raises `Refused` unless the report names exactly one thing or place."""
    named = [name for name in ABOUT if getattr(found, name) is not None]
    if not named:
        raise Refused(N_("Say what is broken: a room, a bed, a device or a building."),
                      field="inpatient_room")
    if len(named) > 1:
        raise Refused(N_("Name one thing or place only; write another report for the other."), field=named[1])


def _refuse_nameless(name: str | None, phone: str | None) -> None:
    if not (name or "").strip():
        raise Refused(N_("Write your name, so that we know whom to ask."), field="name")
    if sum(letter.isdigit() for letter in phone or "") < 6:
        raise Refused(N_("Write a telephone number at which we reach you, for example 0812 3456 7890."),
                      field="phone")


def begin(found: FaultReport) -> None:
    """What a new report needs before it is kept: words, a living thing, the time to answer. Raises
    `Refused`."""
    if not (found.fault or "").strip():
        raise Refused(N_("Write what is wrong with it, so that the technician knows what to bring."),
                      field="fault")
    asset = found.asset
    if asset is not None and asset.state in (AssetState.RETIRED, AssetState.LOST):
        raise Refused(N_("%(asset)s is no longer in use; nothing is mended on it."), field="asset",
                      asset=str(asset))
    found.priority = found.priority or FaultPriority.NORMAL
    found.reported_at = found.reported_at or clock.now()
    found.answer_due_at = found.reported_at + timedelta(
        hours=setting(f"fault_report.answer_hours.{found.priority.value}"))


@after(FaultReport, "create", "reopen")
def _is_damaged(found: FaultReport, *, by: User, reason: str) -> None:
    """What was good is damaged from now on, and so is the place that it has among a room's facilities."""
    asset = found.asset
    if asset is None:
        return
    found.condition_before = db.session.scalar(  # a thing that is reported already was good before that
        sa.select(FaultReport.condition_before).where(
            FaultReport.asset_id == asset.id, FaultReport.id != found.id, FaultReport.state.in_(OPEN_FAULTS))
        .order_by(FaultReport.id).limit(1)) or asset.condition
    if asset.condition == PhysicalCondition.GOOD:
        now_in(asset, PhysicalCondition.SLIGHTLY_DAMAGED)
    db.session.flush()


def now_in(asset: Asset, condition: PhysicalCondition | None) -> None:
    """The condition of an asset, and of the place that it has among a room's facilities."""
    if condition is None:
        return
    asset.condition = condition
    for place in db.session.scalars(sa.select(RoomFacility).where(
            RoomFacility.asset_id == asset.id, RoomFacility.status == Status.ACTIVE)):
        place.condition = condition


# ---------------------------------------------------------------- answering

@effect(FaultReport, "acknowledge", "order", "close", "dismiss")
def _answered(found: FaultReport, *, by: User, reason: str) -> None:
    """The time to answer ends with the first step of whoever is to mend it."""
    found.acknowledged_at = found.acknowledged_at or clock.now()


@effect(FaultReport, "order")
def _order(found: FaultReport, *, by: User, reason: str) -> None:
    """A repair of the thing is drafted; one that is under way takes the report with it."""
    found.maintenance = _repair_under_way(found) or _drafted(found, by)


def _repair_under_way(found: FaultReport) -> Maintenance | None:
    about = found.about
    return db.session.scalar(
        sa.select(Maintenance).join(MaintenanceLine, MaintenanceLine.maintenance_id == Maintenance.id)
        .where(Maintenance.kind == MaintenanceKind.REPAIR, Maintenance.state.in_(OPEN),
               getattr(MaintenanceLine, f"{about.__tablename__}_id") == about.id,
               MaintenanceLine.state.in_((MaintenanceLineState.PLANNED, MaintenanceLineState.IN_PROGRESS)))
        .order_by(Maintenance.id.desc()).limit(1))


def _drafted(found: FaultReport, by: User) -> Maintenance:
    about = found.about
    line = MaintenanceLine(quantity=1, fault="\n".join(filter(None, (found.fault, found.place_detail))))
    setattr(line, about.__tablename__, about)
    order = Maintenance(created_by=by, work_unit_id=_unit_of(about, by), lines=[line])
    db.session.add(order)
    opened(order, by=by)
    return order


def _unit_of(about: Thing, by: User) -> int:
    """The unit in whose name it is mended: its own, the technician's, or the first one, if need be one that
    is no longer active."""
    place: Any = about.inpatient_room if isinstance(about, Bed) else about
    owner = place.ward if isinstance(place, InpatientRoom) else place
    unit = getattr(owner, "work_unit_id", None) or by.work_unit_id or db.session.scalar(
        sa.select(WorkUnit.id).order_by(WorkUnit.status != Status.ACTIVE, WorkUnit.id).limit(1))
    if unit is None:
        raise Refused(N_("Say first which work unit keeps %(asset)s; the request is made in its name."),
                      asset=str(about))
    return unit


@effect(FaultReport, "close")
def _as_found(found: FaultReport, *, by: User, reason: str) -> None:
    """Who closes it says what was done, and in what condition the thing is now."""
    if not (found.result or "").strip():
        raise Refused(N_("Write what was found and done; the person who reported it will read it."),
                      field="result")
    if found.asset is not None and _is_last(found):
        now_in(found.asset, found.condition_after or found.condition_before or PhysicalCondition.GOOD)


@effect(FaultReport, "dismiss")
def _was_none(found: FaultReport, *, by: User, reason: str) -> None:
    """Nothing was broken: the thing is what it was."""
    if found.asset is not None and _is_last(found):
        now_in(found.asset, found.condition_before)


def _is_last(found: FaultReport) -> bool:
    """Whether no other open report says that the thing is broken."""
    return not db.session.scalar(sa.select(sa.exists().where(
        FaultReport.asset_id == found.asset_id, FaultReport.id != found.id,
        FaultReport.state.in_(OPEN_FAULTS))))


@effect(FaultReport, "reopen")
def _anew(found: FaultReport, *, by: User, reason: str) -> None:
    """It waits for an answer again, in the time of its priority; the order of before is over."""
    found.maintenance, found.acknowledged_at, found.result, found.condition_after = None, None, None, None
    found.reported_at = clock.now()
    begin(found)


def say_again(found: FaultReport, reason: str, *, by: User) -> None:
    """Whoever reported it says that it is broken still. Raises `NotAllowed` or `Refused`."""
    if found.created_by_id != by.id:
        raise NotAllowed(N_("Only the person who reported it can do this."))
    step = found.workflow.step("reopen", found.state)
    if step is None:
        raise Refused(N_("This step is not open: the document already moved on. Look at it again."))
    for condition in step.conditions:
        if not condition.test(found, by):
            raise Refused(condition.refusal)
    if not reason.strip():
        raise Refused(N_("Write what is wrong still."), field="reason")
    by_system(found, "reopen", by=by, reason=reason[:2000])


# ---------------------------------------------------------------- what the order does to its reports

@after(Maintenance, "finish", "finish_unapproved")
def _over(order: Maintenance, *, by: User, reason: str) -> None:
    """A report is over with its order. Of a place that could not be mended it waits again: the place stays
    unfit."""
    for found in _ordered(order):
        line = next((line for line in order.lines if line.thing is found.about), None)
        if line is None or line.state == MaintenanceLineState.DROPPED or (
                line.state == MaintenanceLineState.FAILED and found.asset is None):
            put_back(found, FaultState.ACKNOWLEDGED, ORDER_ENDED, by=by, note=str(order))
            found.maintenance = None
            continue
        found.result = found.result or line.result or str(order)
        found.condition_after = line.condition_after
        by_system(found, "close", by=by)
    db.session.flush()


@after(Maintenance, "cancel")
def _waits_again(order: Maintenance, *, by: User, reason: str) -> None:
    for found in _ordered(order):
        put_back(found, FaultState.ACKNOWLEDGED, ORDER_ENDED, by=by, note=reason)
        found.maintenance = None
    db.session.flush()


def _ordered(order: Maintenance) -> list[FaultReport]:
    return list(db.session.scalars(sa.select(FaultReport).where(
        FaultReport.maintenance_id == order.id, FaultReport.state == FaultState.ORDERED)
        .order_by(FaultReport.id)))


def first_report(order: Maintenance) -> Any:
    """When the first fault that the order mends was reported; None where nobody reported one."""
    return db.session.scalar(sa.select(sa.func.min(FaultReport.reported_at)).where(
        FaultReport.maintenance_id == order.id))
