"""A unit is told when goods of its plan came."""

from __future__ import annotations

import sqlalchemy as sa

from models.asset_documents import AssetPlan, AssetReceipt
from models.base import db
from models.errors import N_
from models.operations.core.approvals import after
from models.operations.people.notices import Declared, declare, tell
from models.people import User, UserRole
from models.roles import Role

declare(Declared(
    "plan_goods_came", lambda _plan: (), N_("Goods of your plan %(plan)s came: %(things)s"),
    (N_("From %(vendor)s, receipt %(number)s. Facilities staff put them into use with you."),),
    lambda plan: {"plan": str(plan)}, "/admin/asset_plan/details/?id={id}", channels=(),
    icon="package-import"))


@after(AssetReceipt, "post")
def _tell_the_units(receipt: AssetReceipt, *, by: User, reason: str) -> None:
    """People of each unit whose plan lines were received; one notice for each plan."""
    came: dict[tuple[int, int], list[str]] = {}
    plans: dict[int, AssetPlan] = {}
    for line in receipt.lines:
        ordered = line.asset_procurement_line
        planned = ordered.asset_plan_line if ordered is not None else None
        if planned is None:
            continue
        plans[planned.asset_plan_id] = planned.asset_plan
        came.setdefault((planned.asset_plan_id, planned.work_unit_id), []).append(
            f"{line.received_quantity} {line.asset_model.name}")
    for (plan_id, unit_id), things in came.items():
        people = db.session.scalars(sa.select(User).where(
            User.work_unit_id == unit_id, User.id != by.id,
            User.id.in_(sa.select(UserRole.user_id).where(UserRole.role == Role.UNIT_USER)))).all()
        tell("plan_goods_came", plans[plan_id], to=people, things=", ".join(things)[:150],
             vendor=str(receipt.asset_procurement.vendor), number=receipt.number or "")
