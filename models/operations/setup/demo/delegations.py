"""Who stands in for whom: a head of store on leave whose papers go on, and earlier ones that ended."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from models import actor, clock
from models.delegations import Delegation
from models.operations.people import delegations
from models.operations.setup.demo.world import World, open_
from models.roles import Role
from models.store_requests import StoreRequest, StoreRequestState

R = Role
#: Giver, taker, role, days before the last working day on which it is written, first day after that, days,
#: reason, steps.
PAST = (
    ("store_head", "store_staff2", R.STORE_HEAD, 40, 0, 3, "Diklat manajemen logistik farmasi", ("grant",)),
    ("payables", "receivables", R.PAYABLES, 12, 1, 5, "Izin keluarga", ("grant", "revoke")),
    ("director", "facilities_head", R.DIRECTOR, 5, 4, 2, "Rapat dinas di provinsi", ("cancel",)),
    ("facilities_head", "store_head", R.FACILITIES_HEAD, 1, 14, 6, "Cuti tahunan", ()),
)
LEAVE = ("store_head", "store_staff2", R.STORE_HEAD, 0, 0, 7, "Cuti tahunan", ("grant",))


def load_open(world: World) -> None:
    """Each as its people would have written it; the requests that came meanwhile were signed for the head."""
    for each in PAST:
        _written(world, *each)
    actor.set_actor(None, actor.Door.COMMAND)
    clock.freeze(world.end)
    delegations.expire()
    _written(world, *LEAVE)
    with world.at_desks():
        request = world.session.scalars(
            sa.select(StoreRequest).where(StoreRequest.state == StoreRequestState.SUBMITTED)
            .order_by(StoreRequest.id)).first()
        if request is not None:
            asked = clock.aware(request.since) + timedelta(minutes=40)
            clock.freeze(max(asked, clock.now() + timedelta(hours=2)))
            world.do(request, "approve", "store_staff2")
    clock.freeze(world.end)


def _written(world: World, giver: str, taker: str, role: Role, before: int, first: int, days: int,
             reason: str, steps: tuple[str, ...]) -> None:
    with world.at_desks():
        clock.freeze(clock.now() - timedelta(days=before))
        starts = clock.today() + timedelta(days=first)
        delegation = Delegation(
            giver=world.users[giver], taker=world.users[taker], created_by_id=world.users[giver].id,
            role=role, starts_on=starts, ends_on=starts + timedelta(days=days - 1), reason=reason)
        open_(world, delegation, world.users[giver])
        for step in steps:
            world.do(delegation, step, giver, reason="Sudah bertugas kembali" if step == "revoke" else "")
