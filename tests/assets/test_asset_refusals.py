"""What people of the assets must not be able to do: the panel refuses with a sentence, and nothing is
changed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_exits import AssetAuction, AssetDisposal, DisposalRoute
from models.asset_register import AssetBook, AssetState
from models.beds import BedState, Stay
from models.depreciation import DepreciationRun, DepreciationRunLine
from models.journal import JournalEntry
from models.maintenance import Maintenance
from models.operations.core.approvals import by_system
from models.roles import Role
from tests.assets.test_asset_exits import Cast as Exits
from tests.support import factories as make


@pytest.fixture
def exits(session):
    return Exits()


def entries(session):
    return session.scalar(sa.select(sa.func.count()).select_from(JournalEntry))


@pytest.mark.parametrize(("quantity", "words"), [("6", "5"), ("0", "0")])
def test_more_than_there_is_is_not_disposed_of(client, session, sign_in, exits, quantity, words):
    group = exits.asset(quantity=5)
    sign_in(client, exits.staff)
    before = entries(session)
    answer = client.post("/admin/asset_disposal/new/", data={
        "disposed_on": clock.today(), "route": "scrap", "_submit": "1", "lines-0-asset": group.id,
        "lines-0-quantity": quantity, "lines-0-reason": "Patah"})
    assert answer.status_code == 422
    assert words in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(AssetDisposal).where(
        AssetDisposal.state != "draft")) == 0
    assert (group.quantity, entries(session)) == (5, before)


def test_a_period_is_not_depreciated_twice_nor_out_of_order(client, session, sign_in, exits):
    clock.freeze(datetime(2026, 4, 20, 5, tzinfo=UTC))
    asset = exits.asset(acquired_on=date(2026, 1, 5))

    def drafted(day):
        client.post("/admin/depreciation_run/new/", data={"book": "hospital", "period_start": day})
        return session.scalar(sa.select(DepreciationRun).where(
            DepreciationRun.period_start == date.fromisoformat(day), DepreciationRun.state == "draft"))

    sign_in(client, exits.staff)
    first = drafted("2026-01-01")
    for who, step in ((exits.staff, "submit"), (exits.head, "approve")):
        sign_in(client, who)
        answer = client.post(f"/admin/depreciation_run/{first.id}/{step}", data={"version": first.version})
        assert answer.status_code == 303
    worth, written = asset.book_value, entries(session)

    sign_in(client, exits.staff)
    again = client.post("/admin/depreciation_run/new/",
                        data={"book": "hospital", "period_start": "2026-01-15"})
    assert again.status_code in (409, 422)
    for day, words in (("2026-03-01", "01 Feb 2026"), ("2026-04-01", "30 Apr 2026")):
        run = drafted(day)
        answer = client.post(f"/admin/depreciation_run/{run.id}/submit", data={"version": run.version})
        assert answer.status_code == 422
        assert words.lstrip("0") in answer.text
        assert 'role="alert"' in answer.text
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count()).select_from(DepreciationRun).where(
        DepreciationRun.state != "draft")) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(DepreciationRunLine)) == 1
    assert session.scalar(sa.select(sa.func.max(AssetBook.depreciated_until))) == date(2026, 1, 31)
    assert (asset.book_value, entries(session)) == (worth, written)


def test_what_is_not_held_for_sale_is_not_auctioned(client, session, sign_in, exits):
    asset = exits.asset()
    sign_in(client, exits.staff)
    answer = client.post("/admin/asset_auction/new/", data={
        "auctioned_on": clock.today(), "_submit": "1", "lines-0-asset": asset.id, "lines-0-quantity": "1"})
    assert answer.status_code == 422
    assert asset.tag in answer.text
    assert 'role="alert"' in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(AssetAuction).where(
        AssetAuction.state != "draft")) == 0
    assert asset.state == AssetState.REGISTERED


@pytest.mark.parametrize("step", ["retire", "hold_for_sale"])
def test_nothing_is_mended_in_what_is_gone(client, session, sign_in, exits, step):
    asset, unit = exits.asset(), make.make_work_unit()
    by_system(asset, step, by=exits.staff)
    sign_in(client, exits.staff)
    answer = client.post("/admin/maintenance/new/", data={
        "requested_on": clock.today(), "kind": "repair", "work_unit": unit.id, "estimated_cost": "0",
        "_submit": "1", "lines-0-asset": asset.id, "lines-0-quantity": "1", "lines-0-fault": "Tidak menyala"})
    assert answer.status_code == 422
    assert asset.tag in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Maintenance).where(Maintenance.state
                                                                                    != "draft")) == 0


def test_nobody_checks_in_to_a_bed_that_is_not_ready(client, session, sign_in):
    bed = make.make_bed()
    sign_in(client, Role.FRONT_OFFICE)
    address = f"/admin/bed/{bed.id}/check_in"
    assert client.post(address, data={"version": bed.version, "guest": "FO-1"}).status_code == 303
    for state in (BedState.OCCUPIED, BedState.NEEDS_CLEANING):
        assert bed.state == state
        stays = session.scalar(sa.select(sa.func.count()).select_from(Stay))
        answer = client.post(address, data={"version": bed.version, "guest": "FO-2"})
        assert answer.status_code in (409, 422)
        assert 'role="alert"' in answer.text
        session.refresh(bed)
        assert (bed.state, session.scalar(sa.select(sa.func.count()).select_from(Stay))) == (state, stays)
        if state == BedState.OCCUPIED:
            assert client.post(f"/admin/bed/{bed.id}/check_out",
                               data={"version": bed.version}).status_code == 303
            session.refresh(bed)


def test_a_disposal_by_a_closed_route_is_refused(client, session, sign_in, exits):
    asset = exits.asset(funding_source="grant")
    sign_in(client, exits.staff)
    answer = client.post("/admin/asset_disposal/new/", data={
        "disposed_on": clock.today(), "route": str(DisposalRoute.AUCTION), "_submit": "1",
        "lines-0-asset": asset.id, "lines-0-quantity": "1", "lines-0-reason": "Usang"})
    assert answer.status_code == 422
    assert asset.tag in answer.text
    assert asset.state == AssetState.REGISTERED
