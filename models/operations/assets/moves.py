"""Assets go from place to place: into use, to another room or unit, which says that they came."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_history import AssetMovement, MovementState
from models.asset_register import Asset, AssetState
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.facilities import RoomFacility
from models.operations.assets.splits import split
from models.operations.core.approvals import after, by_system, effect, opened, perform, put_back
from models.operations.core.jobs import each_day, job
from models.operations.core.locking import lock
from models.operations.people.notices import Declared, declare, holders, tell, withdraw
from models.organisation import Status, WorkUnit
from models.people import User, UserRole
from models.places import Building, InpatientRoom, Room, Ward
from models.roles import Role
from models.settings import setting

#: States in which an asset can be carried elsewhere.
MOVES = (AssetState.REGISTERED, AssetState.IN_USE, AssetState.UNDER_MAINTENANCE)
#: States in which a part of a group can be.
SPLITS = (AssetState.REGISTERED, AssetState.IN_USE)
PLACES: tuple[tuple[str, type[Any]], ...] = (
    ("building", Building), ("room", Room), ("ward", Ward), ("inpatient_room", InpatientRoom))
Place = Building | Room | Ward | InpatientRoom


def check_place(places: list[Any]) -> None:
    """Raises `Refused` unless there is at most one place, and it is in use."""
    if len(places) > 1:
        raise Refused(N_("Name one place: a building, a room, a ward or an inpatient room."), field="room")
    for place in places:
        if getattr(place, "status", Status.ACTIVE) != Status.ACTIVE:
            raise Refused(N_("%(place)s is no longer in use. Choose another place."), place=str(place))


@effect(Asset, "put_into_use", "take_back")
def _has_place(asset: Asset, *, by: User, reason: str) -> None:
    with db.session.no_autoflush:
        check_place([place for name, _model in PLACES if (place := getattr(asset, name)) is not None])
        if asset.place is None or asset.work_unit is None:
            raise Refused(N_("Say first where the asset stands and which work unit keeps it."),
                          field="room" if asset.place is None else "work_unit")


def move(asset: Asset, place: Place | None, work_unit: WorkUnit | None, *, by: User, reason: str = "",
         employee_id: int | None = None, quantity: int | None = None) -> AssetMovement:
    """Take the asset to a place and a unit that keeps it from now on; without `place` or `work_unit` it keeps
    what it has. Another unit acknowledges. A `quantity` less than a group's moves as an asset of its own: the
    movement's. Raises `NotAllowed` or `Refused`. Flushes."""
    _check_may_move(asset, by)
    lock(asset)
    if asset.state not in MOVES:
        raise Refused(N_("%(asset)s is %(state)s; it goes nowhere."), asset=str(asset), state=asset.state)
    to_place, to_unit = _target(asset, place, work_unit, employee_id)
    awaited = last_awaited(asset)
    if awaited is not None:
        raise Refused(N_("%(unit)s has not acknowledged the last movement yet. Take it back first, or wait."),
                      unit=str(awaited.to_work_unit))
    if quantity is not None and not 0 < quantity <= asset.quantity:
        raise Refused(N_("%(asset)s: between 1 and %(most)s can be moved."), asset=str(asset),
                      most=asset.quantity,
                      field="quantity")
    if quantity is not None and quantity < asset.quantity:
        asset = _part(asset, quantity, by)
    if employee_id is not None:
        asset.employee_id = employee_id
    movement = carry(asset, to_place, to_unit, by=by, reason=reason)
    if movement.is_awaited:
        db.session.expire(asset, ["movements"])
        tell("movement_awaited", asset, key=f"asset_movement-{movement.id}",
             unit=str(movement.from_work_unit or "–"))
    return movement


def _check_may_move(asset: Asset, by: User) -> None:
    is_keeper = (
        by.has_role(Role.UNIT_USER) and by.work_unit_id is not None and by.work_unit_id == asset.work_unit_id
    )
    if not (by.has_role(Role.FACILITIES_STAFF) or is_keeper):
        raise NotAllowed(N_("Your role may not do this step."))


def _target(asset: Asset, place: Place | None, work_unit: WorkUnit | None,
            employee_id: int | None) -> tuple[Place, WorkUnit]:
    """Where the asset goes and which unit keeps it there. Raises `Refused` when nothing changes, or one of
    them is not known or not in use."""
    to_place, to_unit = place or asset.place, work_unit or asset.work_unit
    if to_place is None or to_unit is None:
        raise Refused(N_("Say where the asset goes and which work unit keeps it there."),
                      field="to_room" if to_place is None else "to_work_unit")
    check_place([to_place])
    if to_unit.status != Status.ACTIVE:
        raise Refused(N_("%(place)s is no longer in use. Choose another place."), place=to_unit.name,
                      field="to_work_unit")
    if (to_place, to_unit, employee_id or asset.employee_id) == (asset.place, asset.work_unit,
                                                                 asset.employee_id):
        raise Refused(N_("The asset stands there already. Choose another place or unit."), field="to_room")
    return to_place, to_unit


def _part(asset: Asset, quantity: int, by: User) -> Asset:
    """`quantity` of a group as an asset of its own, in the same state; the rest equips its room with what it
    is now."""
    if asset.state not in SPLITS:
        raise Refused(N_("%(asset)s is %(state)s; it moves as a whole."), asset=str(asset), state=asset.state,
                      field="quantity")
    part = split(asset, quantity, on=clock.today(), by=by)
    if asset.state == AssetState.IN_USE:
        by_system(part, "put_into_use", by=by)
    for row in db.session.scalars(sa.select(RoomFacility).where(
            RoomFacility.asset_id == asset.id, RoomFacility.status == Status.ACTIVE,
            RoomFacility.quantity > asset.quantity)):
        row.quantity = Decimal(asset.quantity)
    return part


def _receivers(asset: Asset) -> list[User]:
    """Everybody of the receiving unit but the person who moved it."""
    movement = last_awaited(asset)
    if movement is None:
        return []
    return list(db.session.scalars(
        sa.select(User).where(User.work_unit_id == movement.to_work_unit_id, User.id != movement.moved_by_id,
                              User.id.in_(sa.select(UserRole.user_id).where(UserRole.role == Role.UNIT_USER)))
        .order_by(User.id)))


declare(Declared(
    "movement_awaited", _receivers, N_("%(asset)s comes to your unit"),
    (N_("Look whether it came, then acknowledge it. It comes from: %(unit)s."),),
    lambda asset: {"asset": str(asset)},
    "/admin/asset/details/?id={id}", channels=(), icon="route"))


def carry(asset: Asset, place: Place | None, work_unit: WorkUnit | None, *, by: User, reason: str,
          is_seen: bool = False) -> AssetMovement:
    """Record that the asset stands in `place` (none: put aside) and is kept by `work_unit` from now on,
    whoever may say so. Another unit says whether it came, unless somebody saw it there. Flushes."""
    before = asset.place
    awaited = work_unit is not None and work_unit is not asset.work_unit and not is_seen
    movement = AssetMovement(asset=asset, quantity=asset.quantity, moved_by_id=by.id, moved_at=clock.now(),
                             state=MovementState.AWAITED if awaited else MovementState.ACKNOWLEDGED,
                             reason=reason.replace("\x00", "").strip()[:200] or None,
                             from_work_unit=asset.work_unit, to_work_unit=work_unit)
    for name, model in PLACES:
        setattr(movement, f"from_{name}", getattr(asset, name))
        setattr(movement, f"to_{name}", place if isinstance(place, model) else None)
        setattr(asset, name, place if isinstance(place, model) else None)
    asset.work_unit = work_unit
    db.session.add(movement)
    opened(movement, by=by)
    if place is not before:
        _equip(asset, place)
    return movement


def _equip(asset: Asset, place: Place | None) -> None:
    """What equipped one room equips the other, if it is one."""
    equipped = False
    for row in db.session.scalars(sa.select(RoomFacility).where(RoomFacility.asset_id == asset.id,
                                                                RoomFacility.status == Status.ACTIVE)):
        row.status, equipped = Status.INACTIVE, True
    db.session.flush()
    if equipped and isinstance(place, Room | InpatientRoom):
        name = "room" if isinstance(place, Room) else "inpatient_room"
        db.session.add(RoomFacility(**{name: place}, asset=asset, condition=asset.condition))
        db.session.flush()


def last_awaited(asset: Asset) -> AssetMovement | None:
    """The movement that another unit has not acknowledged yet."""
    return next((movement for movement in reversed(asset.movements) if movement.is_awaited), None)


def acknowledge(movement: AssetMovement, *, by: User) -> None:
    """The receiving unit says that the asset came. Raises `NotAllowed` or `Refused`."""
    perform(movement, "acknowledge", by=by)


@after(AssetMovement, "acknowledge")
def _came(movement: AssetMovement, *, by: User, reason: str) -> None:
    movement.acknowledged_at, movement.acknowledged_by_id = clock.now(), by.id


@effect(AssetMovement, "refuse", "recall")
def _stands_with_the_giver(movement: AssetMovement, *, by: User, reason: str) -> None:
    """The asset is where it was and kept by whom it was, unless it left since."""
    asset = movement.asset
    lock(asset)
    if asset.state in MOVES and last_awaited(asset) is movement:
        place = next((place for name, _model in PLACES
                      if (place := getattr(movement, f"from_{name}")) is not None), None)
        for name, model in PLACES:
            setattr(asset, name, place if isinstance(place, model) else None)
        asset.work_unit = movement.from_work_unit
        db.session.flush()
        _equip(asset, place)


@after(AssetMovement, "acknowledge", "refuse", "recall")
def _tell_the_giver(movement: AssetMovement, *, by: User, reason: str) -> None:
    withdraw(f"asset_movement-{movement.id}")
    withdraw(f"asset_movement-late-{movement.id}")
    db.session.expire(movement.asset, ["movements"])
    if movement.moved_by_id == by.id:
        return
    if movement.state == MovementState.REFUSED:
        tell("movement_refused", movement, reason=reason.strip())
    elif movement.state == MovementState.ACKNOWLEDGED:
        tell("movement_acknowledged", movement)


def end_awaited(asset: Asset, *, by: User, reason: str) -> None:
    """Nobody waits any more for a thing that went another way; it stays where it is."""
    movement = last_awaited(asset)
    if movement is not None:
        put_back(movement, MovementState.RECALLED, "recall", by=by, note=reason)
        withdraw(f"asset_movement-{movement.id}")
        db.session.expire(asset, ["movements"])


def _of_movement(movement: AssetMovement) -> dict[str, str]:
    return {"asset": str(movement.asset), "unit": str(movement.to_work_unit or "–")}


def _giver(movement: AssetMovement) -> list[User]:
    return [movement.moved_by]


declare(Declared(
    "movement_acknowledged", _giver, N_("%(unit)s has %(asset)s"),
    (N_("The unit says that it came."),), _of_movement, "/admin/asset_movement/details/?id={id}", channels=(),
    icon="circle-check"))
declare(Declared(
    "movement_refused", _giver, N_("%(unit)s did not take %(asset)s"),
    (N_("It stands where it was, with whom it was. The unit says: %(reason)s"),), _of_movement,
    "/admin/asset_movement/details/?id={id}", channels=(), icon="arrow-back-up"))


# ---------------------------------------------------------------- what nobody acknowledges

def _who_can_end_it(movement: AssetMovement) -> list[User]:
    """The receiving unit, who moved it, and facilities staff, who can take it back."""
    unit = db.session.scalars(sa.select(User).where(
        User.work_unit_id == movement.to_work_unit_id,
        User.id.in_(sa.select(UserRole.user_id).where(UserRole.role == Role.UNIT_USER))).order_by(User.id))
    return [*unit, movement.moved_by, *holders(Role.FACILITIES_STAFF)(movement)]


declare(Declared(
    "movement_late", _who_can_end_it, N_("Nobody of %(unit)s has said whether %(asset)s came"),
    (N_("On its way since %(day)s. The unit acknowledges or refuses it; whoever moved it, or facilities "
        "staff, can take it back."),), _of_movement, "/admin/asset_movement/details/?id={id}", channels=(),
    icon="clock"))


@job("movements_that_wait", due=each_day(hour=6))
def remind() -> str:
    """Once a day; each person once for each term that a movement stands unanswered."""
    days = setting("papers.remind_days")
    told = 0
    for movement in db.session.scalars(
            sa.select(AssetMovement).where(
                AssetMovement.state == MovementState.AWAITED,
                AssetMovement.moved_at <= clock.now() - timedelta(days=days))
            .order_by(AssetMovement.id).limit(1000)).all() if days else ():
        turns = (clock.now() - clock.aware(movement.moved_at)).days // days
        told += tell("movement_late", movement, key=f"asset_movement-late-{movement.id}-{turns}",
                     day=clock.local(movement.moved_at).date())
    return f"{told} people reminded" if told else ""
