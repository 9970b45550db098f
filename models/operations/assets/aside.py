"""A registered thing leaves use and comes back: put aside, lost, found, taken back from a sale, withdrawn as
entered by mistake. What equips rooms and what is looked after by schedules follows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_history import AssetMovement, MaintenanceSchedule, MovementState
from models.asset_register import Asset
from models.base import db
from models.errors import N_, Refused
from models.facilities import RoomFacility
from models.maintenance import MaintenanceLine, MaintenanceLineState
from models.operations.assets import moves
from models.operations.core.approvals import after, by_system, effect
from models.operations.core.locking import lock
from models.operations.ledger import journal
from models.operations.people.notices import Declared, declare, holders
from models.organisation import Status
from models.people import User
from models.roles import Role

PLACES = tuple(name for name, _model in moves.PLACES)


@effect(Asset, "put_aside")
def _out_of_the_room(asset: Asset, *, by: User, reason: str) -> None:
    """It stands in no room, the same unit keeps it; it goes on losing value."""
    lock(asset)
    moves.end_awaited(asset, by=by, reason=reason)
    moves.carry(asset, None, asset.work_unit, by=by, reason=reason)


@effect(Asset, "find", "take_back")
def _note_the_way(asset: Asset, *, by: User, reason: str) -> None:
    """Where it was found, or stands from now on, is written among its movements when that is elsewhere."""
    with db.session.no_autoflush:
        places = [place for name in PLACES if (place := getattr(asset, name)) is not None]
        moves.check_place(places)
        if not places:
            raise Refused(N_("Say where the asset stands: a building, a room, a ward or an inpatient room."),
                          field="room")
        columns = [getattr(Asset, f"{name}_id") for name in (*PLACES, "work_unit")]
        before = dict(zip((*PLACES, "work_unit"), db.session.execute(
            sa.select(*columns).where(Asset.id == asset.id)).one(), strict=True))
    db.session.flush()
    now = {name: getattr(asset, f"{name}_id") for name in before}
    if now != before:
        db.session.add(AssetMovement(
            asset_id=asset.id, quantity=asset.quantity, moved_by_id=by.id, moved_at=clock.now(),
            reason=reason.replace("\x00", "").strip()[:200] or None, state=MovementState.ACKNOWLEDGED,
            **{f"from_{name}_id": key for name, key in before.items()},
            **{f"to_{name}_id": key for name, key in now.items()}))
        db.session.flush()
        db.session.expire(asset, ["movements"])


@after(Asset, "find", "take_back", "restore")
def _looked_after_again(asset: Asset, *, by: User, reason: str) -> None:
    """Its schedules go on."""
    _switch(MaintenanceSchedule, asset, Status.INACTIVE, Status.ACTIVE)


@after(Asset, "retire", "hold_for_sale", "report_lost", "withdraw")
def _leave_the_room(asset: Asset, *, by: User, reason: str) -> None:
    """What is gone equips no room, is looked after no more, and nobody waits for it to come."""
    _switch(RoomFacility, asset, Status.ACTIVE, Status.INACTIVE)
    _switch(MaintenanceSchedule, asset, Status.ACTIVE, Status.INACTIVE)
    moves.end_awaited(asset, by=by, reason=reason)


def _switch(model: Any, asset: Asset, source: Status, target: Status) -> None:
    for row in db.session.scalars(sa.select(model).where(model.asset_id == asset.id,
                                                         model.status == source)):
        row.status = target


# ---------------------------------------------------------------- lost

@after(Asset, "report_lost")
def _drop_its_work(asset: Asset, *, by: User, reason: str) -> None:
    """Nothing is mended in what is not there."""
    lines = db.session.scalars(sa.select(MaintenanceLine).where(
        MaintenanceLine.asset_id == asset.id,
        MaintenanceLine.state.in_((MaintenanceLineState.PLANNED, MaintenanceLineState.IN_PROGRESS))))
    for line in lines.all():
        if line.workflow.step("drop", line.state) is not None:
            by_system(line, "drop", by=by, reason=reason)


declare(Declared(
    "asset_lost", holders(Role.PAYABLES, Role.RECEIVABLES), N_("%(asset)s was reported lost"),
    (N_("It stays on the books until it is found, or written off by a disposal of the route “Lost”."),),
    lambda asset: {"asset": str(asset)}, "/admin/asset/details/?id={id}", channels=(),
    on=(Asset, ("report_lost",)), icon="alert-triangle"))
declare(Declared(
    "asset_found", holders(Role.PAYABLES, Role.RECEIVABLES), N_("%(asset)s was found again"),
    (N_("Nothing is written off: it stands in the register as before."),),
    lambda asset: {"asset": str(asset)}, "/admin/asset/details/?id={id}", channels=(),
    on=(Asset, ("find",)), icon="circle-check"))


# ---------------------------------------------------------------- entered by mistake

@effect(Asset, "withdraw")
def _take_the_entry_back(asset: Asset, *, by: User, reason: str) -> None:
    """The opposite of its opening entries; the building that it capitalised can be entered anew."""
    lock(asset)
    journal.reverse_entries(asset, on=clock.today(), by=by)
    asset.retired_on = max(clock.today(), asset.acquired_on)
    asset.capitalised_building_id = None
