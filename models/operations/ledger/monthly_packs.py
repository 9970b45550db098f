"""What the director is told of a month's reports: that they are there, and that they were taken back."""

from __future__ import annotations

from typing import Any

from models.errors import N_
from models.monthly_reports import MonthlyPack
from models.operations.people.notices import Declared, declare, holders
from models.outbox import Channel
from models.roles import Role


def _of_pack(pack: MonthlyPack) -> dict[str, Any]:
    return {"number": pack.number or "", "period": str(pack.period)}


PAGE = "/admin/monthly_pack/details/?id={id}"

declare(Declared(
    "pack_released", holders(Role.DIRECTOR), N_("The reports of %(period)s are there"),
    (N_("%(number)s was released. Its page has the whole pack as PDF."),), _of_pack, PAGE,
    channels=(Channel.MAIL,), on=(MonthlyPack, ("approve",)), icon="report-analytics"))
declare(Declared(
    "pack_withdrawn", holders(Role.DIRECTOR), N_("The reports of %(period)s were withdrawn"),
    (N_("%(number)s is not valid any more: %(reason)s"), N_("Another pack of the month follows.")),
    _of_pack, "/admin/monthly_pack/", channels=(Channel.MAIL,), on=(MonthlyPack, ("withdraw",)),
    icon="circle-x"))
