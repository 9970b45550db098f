"""What the director was given: a pack of each closed month; the newest are on their way."""

from __future__ import annotations

import sqlalchemy as sa

from models.journal import Period
from models.monthly_reports import MonthlyPack
from models.operations.setup.demo.world import World, open_

FOREWORD = ("Pemakaian bahan habis pakai dan biaya pemeliharaan bulan ini kami sampaikan bersama tingkat "
            "hunian.\n"
            "Selisih stok opname sudah dijelaskan kepala gudang; tidak ada hal yang menunggu keputusan "
            "Direktur.")
RELEASED = ("submit", "approve")


def released(world: World, period: Period) -> None:
    """A pack from its draft to the director, at the frozen now."""
    made(world, period, RELEASED)


def load_open(world: World) -> None:
    """The packs of the newest months: the last one waits for the head of facilities, those before are
    released; one was begun for the wrong month and given up."""
    stored = sa.select(MonthlyPack.period_id)
    waiting = list(world.session.scalars(sa.select(Period).where(Period.closed_at.is_not(None),
                                                                 Period.id.not_in(stored))
                                         .order_by(Period.year.desc(), Period.month.desc())))
    if waiting:
        made(world, waiting[0], ("cancel",))
    for period in reversed(waiting):
        made(world, period, ("submit",) if period is waiting[0] else RELEASED)


def made(world: World, period: Period, steps: tuple[str, ...]) -> None:
    """A pack of a month after these steps."""
    staff = world.users["facilities_staff"]
    pack = MonthlyPack(created_by_id=staff.id, period=period, foreword=FOREWORD)
    open_(world, pack, staff)
    for step in steps:
        reasons = {"cancel": "Bulan yang keliru",
                   "reject": "Lengkapi kata pengantar dengan rencana bulan depan"}
        world.do(pack, step, "facilities_head" if step in {"approve", "reject"} else staff,
                 reason=reasons.get(step, ""))
