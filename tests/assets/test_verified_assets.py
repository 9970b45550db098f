"""`flask verify` finds an asset that is out of use while nobody works on it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models.asset_exits import AssetDisposal
from models.asset_register import Asset, AssetState
from models.base import db
from models.maintenance import Maintenance, MaintenanceLine
from models.operations.assets.checks import worked_on
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.people import User
from models.roles import Role
from tests.support import factories as make


@pytest.fixture
def staff(session: Any) -> User:
    make.make_chart()
    return make.make_user(Role.FACILITIES_STAFF)


@pytest.fixture
def order(staff: User) -> Maintenance:
    """An order in progress for one asset."""
    asset = make.make_asset(work_unit=make.make_work_unit(), room=make.make_room())
    perform(asset, "put_into_use", by=staff)
    made = make.make_maintenance(asset)
    perform(made, "submit", by=made.created_by)
    perform(made, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    perform(made, "start", by=staff)
    return made


def state_of(record: Any, state: Any) -> None:
    """The record stands in `state`, however it came there."""
    db.session.execute(sa.update(type(record)).filter_by(id=record.id).values(state=state))
    db.session.expire_all()


def asset_of(order: Maintenance) -> Asset:
    asset = order.lines[0].asset
    assert asset is not None
    return asset


def test_an_asset_out_of_use_that_nobody_works_on_is_named(session: Any, order: Maintenance) -> None:
    asset = asset_of(order)
    assert asset.state == AssetState.UNDER_MAINTENANCE
    assert worked_on(session) is None
    state_of(order, "done")
    assert worked_on(session) == (asset.id, asset.tag)
    assert [name for name, row in checks.verify(session) if row == (asset.id, asset.tag)] == [
        "assets: what is under maintenance stands on an open order, or is proposed for disposal"]
    state_of(asset, AssetState.IN_USE)
    assert worked_on(session) is None


@pytest.mark.parametrize(("state", "line", "works"), [
    ("in_progress", "in_progress", True), ("in_progress", "done", True), ("in_progress", "failed", True),
    ("approved", "planned", True), ("payment_approved", "planned", True), ("rejected", "planned", True),
    ("cancelled", "planned", False), ("done", "done", False), ("done", "failed", False)])
def test_which_orders_an_asset_rests_on(session: Any, order: Maintenance, state: str, line: str,
                                        works: bool) -> None:
    """A finished line counts until its order is finished: then the asset comes back."""
    state_of(order.lines[0], line)
    state_of(order, state)
    assert (worked_on(session) is None) is works


def test_an_order_of_another_asset_does_not_count(session: Any, order: Maintenance) -> None:
    asset = asset_of(order)
    state_of(order, "done")
    other = make.make_maintenance()
    assert worked_on(session) == (asset.id, asset.tag)
    make.saved(MaintenanceLine(maintenance=other, asset=asset, fault="Again"))
    assert worked_on(session) is None


@pytest.mark.parametrize(("state", "waits"), [
    ("draft", True), ("submitted", True), ("approved", True), ("rejected", True), ("cancelled", False),
    ("posted", False)])
def test_what_cannot_be_mended_rests_on_its_proposed_disposal(session: Any, order: Maintenance, staff: User,
                                                              state: str, waits: bool) -> None:
    perform(order.lines[0], "fail", by=staff, reason="The frame is broken")
    perform(order, "finish", by=staff)
    disposal = session.scalars(sa.select(AssetDisposal)).one()
    assert worked_on(session) is None
    state_of(disposal, state)
    assert (worked_on(session) is None) is waits
