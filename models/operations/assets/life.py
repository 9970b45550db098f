"""The life of one asset: what happened to it, what it cost to own, and where everything stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_claims import AssetAuctionState, AssetDisposalState
from models.asset_documents import (
    AssetPlan,
    AssetProcurement,
    AssetProcurementLine,
    AssetReceipt,
    AssetReceiptLine,
)
from models.asset_exits import AssetAuction, AssetAuctionLine, AssetDisposal, AssetDisposalLine
from models.asset_history import AssetMovement
from models.asset_register import Asset, AssetBook, AssetState, BookKind, Ownership
from models.base import db
from models.depreciation import DepreciationRun, DepreciationRunLine, DepreciationRunState
from models.depreciation_rules import Line
from models.errors import N_
from models.maintenance import Maintenance, MaintenanceLine, MaintenanceState
from models.operations.assets.books import schedule_of
from models.places import Building, InpatientRoom, Land, Room, Ward

ZERO = Decimal(0)


@dataclass(frozen=True)
class Happening:
    """One point of an asset's life. `what` is a word to be translated; `table` and `key` lead to its
    paper."""

    on: date
    what: str
    icon: str
    text: str = ""
    table: str = ""
    key: int = 0
    amount: Decimal | None = None


#: What its own steps are called in its life, and their pictures.
STEPS = {"put_into_use": (N_("Put into use"), "check"), "put_aside": (N_("Put aside"), "package"),
         "report_lost": (N_("Reported lost"), "alert-triangle"), "find": (N_("Found again"), "circle-check"),
         "take_back": (N_("Taken back from the sale"), "arrow-back-up"),
         "restore": (N_("Disposal taken back"), "arrow-back-up"),
         "withdraw": (N_("Withdrawn, entered by mistake"), "x")}


def timeline(asset: Asset) -> list[Happening]:
    """From plan to disposal, oldest first; a fixed number of statements."""
    result = [*_arrival(asset), *_moves(asset), *_care(asset), *_exits(asset)]
    runs = db.session.execute(
        sa.select(sa.func.min(DepreciationRun.period_end), sa.func.max(DepreciationRun.period_end),
                  sa.func.count(), sa.type_coerce(sa.func.sum(DepreciationRunLine.amount),
                  DepreciationRunLine.amount.type))
        .join(DepreciationRun, DepreciationRun.id == DepreciationRunLine.depreciation_run_id)
        .where(DepreciationRunLine.asset_id == asset.id, DepreciationRun.book == BookKind.HOSPITAL,
               DepreciationRun.state == DepreciationRunState.POSTED)).one()
    if runs[2]:
        result.append(Happening(runs[1], N_("Depreciated"), "trending-down", f"{runs[2]} ×", amount=runs[3]))
    return sorted(result, key=lambda entry: entry.on)


def _arrival(asset: Asset) -> list[Happening]:
    row = None
    if asset.asset_receipt_line_id is not None:
        row = db.session.execute(
            sa.select(AssetReceipt, AssetProcurement, AssetPlan)
            .join(AssetReceiptLine, AssetReceiptLine.asset_receipt_id == AssetReceipt.id)
            .join(AssetProcurement, AssetProcurement.id == AssetReceipt.asset_procurement_id)
            .join(AssetProcurementLine, AssetProcurementLine.id == AssetReceiptLine.asset_procurement_line_id)
            .outerjoin(AssetPlan, AssetPlan.id == AssetProcurementLine.asset_plan_id)
            .where(AssetReceiptLine.id == asset.asset_receipt_line_id)).first()
    if row is None:
        return [Happening(asset.acquired_on, N_("Acquired"), "package-import", amount=asset.acquisition_cost)]
    receipt, procurement, plan = row
    result = [
        Happening(procurement.procured_on, N_("Ordered"), "file-dollar", str(procurement),
                  "asset_procurement", procurement.id),
        Happening(receipt.received_on, N_("Received"), "package-import", str(receipt), "asset_receipt",
                  receipt.id, asset.acquisition_cost)]
    if plan is not None:
        result.insert(0, Happening(plan.planned_on, N_("Planned"), "list-check", str(plan), "asset_plan",
                                   plan.id))
    return result


def _moves(asset: Asset) -> list[Happening]:
    used = [Happening(clock.local(event.occurred_at).date(), *STEPS[event.transition],
                      text=event.note or "" if event.transition != "put_into_use" else "")
            for event in asset.events if event.transition in STEPS]
    return used + [Happening(clock.local(move.moved_at).date(), N_("Moved"), "route",
                             f"{_from(move)} → {_to(move)}",
                             "asset_movement", move.id) for move in asset.movements]


def _from(move: AssetMovement) -> str:
    place = move.from_inpatient_room or move.from_room or move.from_ward or move.from_building
    return str(place or move.from_work_unit or "–")


def _to(move: AssetMovement) -> str:
    place = move.to_inpatient_room or move.to_room or move.to_ward or move.to_building
    unit = f" ({move.to_work_unit})" if move.to_work_unit_id != move.from_work_unit_id else ""
    return f"{place or '–'}{unit}"


def _care(asset: Asset) -> list[Happening]:
    orders = db.session.execute(
        sa.select(Maintenance, MaintenanceLine.cost).join(
            MaintenanceLine, MaintenanceLine.maintenance_id == Maintenance.id)
        .where(MaintenanceLine.asset_id == asset.id, Maintenance.state.in_(
            (MaintenanceState.IN_PROGRESS, MaintenanceState.DONE))))
    result = [Happening(clock.local(order.finished_at or order.started_at or order.created_at).date(),
                        N_("Maintained"), "tool", str(order), "maintenance", order.id,
                        cost or None) for order, cost in orders]
    result += [Happening(calibration.calibrated_on, N_("Calibrated"), "certificate", str(calibration),
                         "calibration",
                         calibration.id, calibration.cost) for calibration in asset.calibrations]
    return result


def _exits(asset: Asset) -> list[Happening]:
    line = AssetDisposalLine
    result = [
        Happening(document.disposed_on, N_("Disposed of"), "archive", str(document), "asset_disposal",
                  document.id,
                  value)
        for document, value in db.session.execute(
            sa.select(AssetDisposal, line.book_value).join(line, line.asset_disposal_id == AssetDisposal.id)
            .where(sa.or_(line.asset_id == asset.id, line.held_asset_id == asset.id),
                   AssetDisposal.state == AssetDisposalState.POSTED))]
    result += [
        Happening(asset.retired_on or document.auctioned_on, N_("Sold at auction"), "discount", str(document),
                  "asset_auction", document.id, price)
        for document, price in db.session.execute(
            sa.select(AssetAuction, AssetAuctionLine.sale_price)
            .join(AssetAuctionLine, AssetAuctionLine.asset_auction_id == AssetAuction.id)
            .where(AssetAuctionLine.asset_id == asset.id, AssetAuction.state == AssetAuctionState.SOLD))]
    return result


@dataclass(frozen=True)
class Schedule:
    """The years of the hospital's book that are still to come, and the points of its drawing."""

    rows: list[tuple[int, Decimal, Decimal]]
    points: str
    cost: Decimal
    first: int
    last: int
    now: float


def schedule(asset: Asset) -> Schedule | None:
    """What the asset will lose by calendar year; None where nothing is left to lose.

    `points` draws the book value in a field of 600 × 200, from the start of the book to its end.
    """
    book: AssetBook | None = next((book for book in asset.books if book.book == BookKind.HOSPITAL), None)
    if book is None or not book.cost:
        return None
    lines: list[Line] = schedule_of(book) if asset.state not in (AssetState.RETIRED,
                                                                 AssetState.HELD_FOR_SALE) else []
    years: dict[int, tuple[Decimal, Decimal]] = {}
    for line in lines:
        lost, _left = years.get(line.period_end.year, (ZERO, ZERO))
        years[line.period_end.year] = (lost + line.amount, line.closing_value)
    start = book.starts_on
    end = lines[-1].period_end if lines else clock.today()
    days = max((end - start).days, 1)

    def x(on: date) -> str:
        return f"{600 * (on - start).days / days:.1f}"

    def y(value: Decimal) -> str:
        return f"{200 - 200 * value / book.cost:.1f}"

    begun = book.depreciated_until or book.anchored_on or (lines[0].period_start if lines else clock.today())
    points = [f"{x(start)},{y(book.cost - (book.opening_accumulated if book.anchored_on is None else ZERO))}",
              f"{x(min(max(begun, start), end))},{y(book.book_value)}"]
    points += [f"{x(line.period_end)},{y(line.closing_value)}" for line in lines]
    today = min(max((clock.today() - start).days / days, 0), 1)
    return Schedule([(year, lost, left) for year, (lost, left) in sorted(years.items())], " ".join(points),
                    book.cost, start.year, end.year, round(600 * today, 1))


# ---------------------------------------------------------------- where everything stands

@dataclass
class Node:
    """A place with the assets that stand in it and below it."""

    record: Any
    table: str
    count: int = 0
    value: Decimal = ZERO
    below: list[Node] = field(default_factory=list)

    @property
    def total_count(self) -> int:
        return self.count + sum(node.total_count for node in self.below)

    @property
    def total_value(self) -> Decimal:
        return self.value + sum((node.total_value for node in self.below), ZERO)


def tree() -> list[Node]:
    """Land, its buildings, their wards with rooms, their other rooms: counts and book values of what stands
    there."""
    stands = {name: _standing(getattr(Asset, f"{name}_id"))
              for name in ("building", "room", "ward", "inpatient_room")}

    def node(record: Any, name: str) -> Node:
        count, value = stands.get(name, {}).get(record.id, (0, ZERO))
        return Node(record, name, count, value)

    lands = {land.id: Node(land, "land") for land in db.session.scalars(sa.select(Land).order_by(Land.code))}
    buildings: dict[int, Node] = {}
    for building in db.session.scalars(sa.select(Building).order_by(Building.code)):
        buildings[building.id] = node(building, "building")
        lands[building.land_id].below.append(buildings[building.id])
    wards: dict[int, Node] = {}
    for ward in db.session.scalars(sa.select(Ward).order_by(Ward.name)):
        wards[ward.id] = node(ward, "ward")
        buildings[ward.building_id].below.append(wards[ward.id])
    for inpatient in db.session.scalars(sa.select(InpatientRoom).order_by(InpatientRoom.number)):
        wards[inpatient.ward_id].below.append(node(inpatient, "inpatient_room"))
    for room in db.session.scalars(sa.select(Room).order_by(Room.name)):
        buildings[room.building_id].below.append(node(room, "room"))
    return list(lands.values())


def _standing(column: Any) -> dict[int, tuple[int, Decimal]]:
    """Things and book value by place."""
    worth = sa.func.sum(Asset.acquisition_cost - sa.func.coalesce(AssetBook.accumulated, 0))
    rows = db.session.execute(
        sa.select(column, sa.func.sum(Asset.quantity), sa.type_coerce(worth, Asset.acquisition_cost.type))
        .outerjoin(AssetBook, (AssetBook.asset_id == Asset.id) & (AssetBook.book == BookKind.HOSPITAL))
        .where(column.is_not(None), Asset.state.not_in((AssetState.RETIRED, AssetState.LOST)),
               Asset.ownership == Ownership.OWNED).group_by(column))
    return {key: (int(count), value or ZERO) for key, count, value in rows}


def elsewhere() -> tuple[int, Decimal]:
    """Things and book value without a place."""
    return _worth(Asset.building_id.is_(None), Asset.room_id.is_(None), Asset.ward_id.is_(None),
                  Asset.inpatient_room_id.is_(None),
                  Asset.state.not_in((AssetState.RETIRED, AssetState.LOST)))


def lost() -> tuple[int, Decimal]:
    """Things and book value of what is lost: on the books until it is found or written off."""
    return _worth(Asset.state == AssetState.LOST)


def _worth(*criteria: Any) -> tuple[int, Decimal]:
    worth = sa.func.sum(Asset.acquisition_cost - sa.func.coalesce(AssetBook.accumulated, 0))
    count, value = db.session.execute(
        sa.select(sa.func.sum(Asset.quantity), sa.type_coerce(worth, Asset.acquisition_cost.type))
        .outerjoin(AssetBook, (AssetBook.asset_id == Asset.id) & (AssetBook.book == BookKind.HOSPITAL))
        .where(Asset.ownership == Ownership.OWNED, *criteria)).one()
    return int(count or 0), value or ZERO
