"""What the director is told of a month's reports: that they are there, that they were taken back, and that
others stand in their place."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_
from models.monthly_reports import MonthlyPack, MonthlyPackState
from models.operations.core.approvals import after
from models.operations.people.notices import Declared, declare, holders, tell
from models.outbox import Channel, Notice
from models.people import User
from models.roles import Role

LIST = "/admin/monthly_pack/"
PDF = "/admin/monthly_pack/{id}/pack.pdf"
READ = N_("Read it as PDF: %(pdf)s")


def _of_pack(pack: MonthlyPack) -> dict[str, Any]:
    return {"number": pack.number or "", "period": str(pack.period), "pdf": PDF.format(id=pack.id)}


declare(Declared(
    "pack_released", holders(Role.DIRECTOR), N_("The reports of %(period)s are there"),
    (N_("%(who)s released %(number)s. Open it to read the PDF."), READ), _of_pack, PDF,
    channels=(Channel.MAIL,), icon="report-analytics"))
declare(Declared(
    "pack_replaced", holders(Role.DIRECTOR), N_("New reports of %(period)s are there"),
    (N_("%(who)s released %(number)s in the place of %(replaced)s, which was withdrawn. Open it to read the "
        "PDF."), READ), _of_pack, PDF, channels=(Channel.MAIL,), icon="report-analytics"))
declare(Declared(
    "pack_withdrawn", holders(Role.DIRECTOR), N_("The reports of %(period)s were withdrawn"),
    (N_("%(who)s withdrew %(number)s: %(reason)s"),
     N_("Another pack of the month can follow; you are told.")),
    _of_pack, LIST, channels=(Channel.MAIL,), icon="circle-x"))


@after(MonthlyPack, "approve")
def _released(pack: MonthlyPack, *, by: User, reason: str) -> None:
    """The withdrawn pack of the same month, the newest one, is what this one stands in the place of."""
    replaced = db.session.scalar(
        sa.select(MonthlyPack.number).where(
            MonthlyPack.period_id == pack.period_id, MonthlyPack.state == MonthlyPackState.WITHDRAWN)
        .order_by(MonthlyPack.id.desc()).limit(1))
    if replaced is None:
        tell("pack_released", pack, who=by.name)
    else:
        tell("pack_replaced", pack, who=by.name, replaced=replaced)


@after(MonthlyPack, "withdraw")
def _withdrawn(pack: MonthlyPack, *, by: User, reason: str) -> None:
    """What told that it was released leads to the list: its PDF is there for the director no more."""
    db.session.execute(
        sa.update(Notice).where(Notice.table_name == pack.__tablename__, Notice.record_id == pack.id,
                                Notice.event.in_(("pack_released", "pack_replaced")))
        .values(address=LIST, read_at=sa.func.coalesce(Notice.read_at, clock.now()))
        .execution_options(synchronize_session=False))
    tell("pack_withdrawn", pack, who=by.name, reason=reason.strip())
