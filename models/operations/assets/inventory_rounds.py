"""Inventory rounds: what a room should hold, what was seen there, and the register brought into line with
it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.asset_register import Asset, AssetState
from models.base import db
from models.errors import N_, Refused
from models.inventory_rounds import InventoryResult, InventoryRound, InventoryRoundLine, InventoryRoundState
from models.operations.assets.moves import carry, end_awaited
from models.operations.core.approvals import by_system, effect
from models.operations.core.locking import lock
from models.people import User
from models.places import PhysicalCondition

R = InventoryResult
#: Assets in these states are not in a room any more.
GONE = (AssetState.RETIRED, AssetState.LOST)


@effect(InventoryRound, "start")
def _expect(round_: InventoryRound, *, by: User, reason: str) -> None:
    """One line for each asset that stands in the room by the register."""
    here = (Asset.room_id == round_.room_id) if round_.room_id is not None else (
        Asset.inpatient_room_id == round_.inpatient_room_id)
    known = {line.asset_id for line in round_.lines}
    for asset in db.session.scalars(
        sa.select(Asset).where(here, Asset.state.not_in(GONE)).order_by(Asset.tag)
    ):
        if asset.id not in known:
            round_.lines.append(InventoryRoundLine(asset=asset))


def asset_of(code: str) -> Asset:
    """The asset behind a scanned label: its tag, its code, or the address that its QR code holds. Raises
    `Refused`."""
    text = code.replace("\x00", "").strip()
    key = text.rstrip("/").rpartition("/asset/")[2] if "/asset/" in text else text
    result = db.session.scalars(sa.select(Asset).where(sa.or_(
        sa.func.upper(Asset.tag) == key.upper(), Asset.qr_code == key)).limit(1)).first() if key else None
    if result is None:
        raise Refused(N_("No asset has this label. Type the tag, for example AST-2026-000123."), field="code")
    return result


def see(round_: InventoryRound, code: str, *, by: User, condition: PhysicalCondition | None = None
        ) -> InventoryRoundLine:
    """Note that the asset behind `code` stands in the room. Seen again, nothing doubles. Raises `Refused`."""
    if round_.state != InventoryRoundState.COUNTING:
        raise Refused(N_("This round is not being counted. Start it first, or begin a new one."))
    asset = asset_of(code)
    if asset.state == AssetState.RETIRED:
        raise Refused(N_("%(asset)s is not in the register any more. Set it aside and tell the head of "
                         "facilities."),
                      field="code", asset=str(asset))
    lock(round_)
    line = db.session.scalars(sa.select(InventoryRoundLine).where(
        InventoryRoundLine.inventory_round_id == round_.id, InventoryRoundLine.asset_id == asset.id)).first()
    if line is None:
        line = InventoryRoundLine(asset=asset, result=R.MISPLACED)
        round_.lines.append(line)
    elif line.result in (R.EXPECTED, R.MISSING):
        line.result = R.FOUND
    line.seen_at, line.seen_by = clock.now(), by
    round_.found_empty = False
    if condition is not None:
        line.condition = condition if condition != asset.condition else None
    db.session.flush()
    return line


def say_empty(round_: InventoryRound, is_empty: bool) -> None:
    """The person looked, and nothing stands in the room; or takes that back. Raises `Refused`."""
    if round_.state != InventoryRoundState.COUNTING:
        raise Refused(N_("This round is not being counted. Start it first, or begin a new one."))
    lock(round_)
    if is_empty and any(line.seen_at for line in round_.lines):
        raise Refused(N_("Something was seen in this room already."))
    round_.found_empty = is_empty
    db.session.flush()


@effect(InventoryRound, "submit")
def _miss(round_: InventoryRound, *, by: User, reason: str) -> None:
    for line in round_.lines:
        if line.result == R.EXPECTED:
            line.result = R.MISSING


@effect(InventoryRound, "recount")
def _look_again(round_: InventoryRound, *, by: User, reason: str) -> None:
    for line in round_.lines:
        if line.result == R.MISSING:
            line.result = R.EXPECTED


@effect(InventoryRound, "approve")
def _reconcile(round_: InventoryRound, *, by: User, reason: str) -> None:
    """Misplaced things belong here from now on, conditions are as they were seen, what was lost and was seen
    is found, and missing things are lost, whatever their state."""
    lines = db.session.scalars(sa.select(InventoryRoundLine).where(
        InventoryRoundLine.inventory_round_id
        == round_.id).options(joinedload(InventoryRoundLine.asset))).all()
    for line in lines:
        asset = line.asset
        if asset.state == AssetState.RETIRED:
            continue
        if line.condition is not None:
            asset.condition = line.condition
        if line.result == R.MISSING and asset.state != AssetState.LOST:
            by_system(asset, "report_lost", by=by, reason=str(round_))
        elif line.seen_at is not None:
            _stands_here(asset, round_, by)


def _stands_here(asset: Asset, round_: InventoryRound, by: User) -> None:
    """The register says of what was seen that it stands in this room."""
    place = round_.place
    assert place is not None
    if asset.place is not place:
        end_awaited(asset, by=by, reason=str(round_))
        carry(asset, place, asset.work_unit, by=by, reason=round_.number or "", is_seen=True)
    if asset.state == AssetState.LOST:
        by_system(asset, "find", by=by, reason=str(round_))
