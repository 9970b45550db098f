"""What an asset costs its owner: bought, mended, calibrated, and how long it stood still."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_history import Calibration
from models.asset_register import Asset, AssetBook, BookKind
from models.base import db
from models.maintenance import Maintenance, MaintenanceLine, MaintenancePart, MaintenanceState
from models.stock import StockMove

ZERO = Decimal(0)
#: States of an order whose costs count.
WORKED = (MaintenanceState.IN_PROGRESS, MaintenanceState.DONE)


@dataclass(frozen=True, slots=True)
class Ownership:
    """Rupiah, and time out of use. `calibration` is what certificates cost that no maintenance order paid
    for."""

    acquisition: Decimal
    maintenance: Decimal
    parts: Decimal
    calibration: Decimal
    depreciated: Decimal
    orders: int
    downtime: timedelta

    @property
    def upkeep(self) -> Decimal:
        """What keeping it in use cost so far."""
        return self.maintenance + self.parts + self.calibration

    @property
    def total(self) -> Decimal:
        return self.acquisition + self.upkeep


def _sums(statement: Any) -> dict[int, Decimal]:
    return {key: value or ZERO for key, value in db.session.execute(statement)}


def cost_of_ownership(assets: Iterable[Asset]) -> dict[int, Ownership]:
    """The cost of each asset by its id, in four statements however many assets there are."""
    wanted = {asset.id: asset for asset in assets}
    if not wanted:
        return {}
    ours = list(wanted)
    line, order, part = MaintenanceLine, Maintenance, MaintenancePart
    worked = (sa.select(line.asset_id, line.cost, line.maintenance_id,
                        sa.func.coalesce(order.down_since, order.started_at).label("started_at"),
                        order.finished_at)
              .join(order, order.id == line.maintenance_id)
              .where(line.asset_id.in_(ours), order.state.in_(WORKED)))
    cost: dict[int, Decimal] = {}
    spans: dict[int, dict[int, timedelta]] = {}
    for row in db.session.execute(worked):
        cost[row.asset_id] = cost.get(row.asset_id, ZERO) + row.cost
        span = (row.finished_at or clock.now()) - row.started_at if row.started_at else timedelta(0)
        spans.setdefault(row.asset_id, {})[row.maintenance_id] = span
    parts = _sums(
        sa.select(line.asset_id, sa.type_coerce(-sa.func.sum(StockMove.value), StockMove.value.type))
        .join(part, part.id == StockMove.line_id).join(line, line.id == part.maintenance_line_id)
        .where(StockMove.document_type == "maintenance", line.asset_id.in_(ours)).group_by(line.asset_id))
    calibrated = _sums(
        sa.select(Calibration.asset_id, sa.type_coerce(sa.func.sum(Calibration.cost), Calibration.cost.type))
        .where(Calibration.asset_id.in_(ours), Calibration.maintenance_line_id.is_(None))
        .group_by(Calibration.asset_id))
    lost = _sums(sa.select(AssetBook.asset_id, AssetBook.accumulated)
                 .where(AssetBook.asset_id.in_(ours), AssetBook.book == BookKind.HOSPITAL))
    return {key: Ownership(
        asset.acquisition_cost, cost.get(key, ZERO), parts.get(key, ZERO), calibrated.get(key, ZERO),
        lost.get(key, ZERO), len(spans.get(key, {})), sum(spans.get(key, {}).values(), timedelta(0)))
        for key, asset in wanted.items()}
