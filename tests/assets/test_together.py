"""Forty chairs without a room are placed and put into use by one answer; what is in use already is moved."""

from __future__ import annotations

from models.asset_register import AssetState
from models.operations.core.approvals import perform
from models.roles import Role
from tests.support import factories as make


def test_ticked_chairs_are_placed_and_put_into_use_at_once(client, session, sign_in):
    chairs = [make.make_asset(name=f"Kursi {number}") for number in range(40)]
    staff = make.make_user(Role.FACILITIES_STAFF)
    used = make.make_asset(room=make.make_room(), work_unit=make.make_work_unit())
    perform(used, "put_into_use", by=staff)
    room, unit, keeper = make.make_room(), make.make_work_unit(), make.make_employee()
    sign_in(client, staff)
    assert 'value="together"' in client.get("/admin/asset/").text
    answer = client.post("/admin/asset/action/", data={
        "action": "together", "rowid": [str(asset.id) for asset in (*chairs, used)]})
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert page.status_code == 200
    ids = ",".join(str(asset.id) for asset in (*chairs, used))
    both = client.post("/admin/asset/together/", data={
        "ids": ids, "room": room.id, "building": room.building_id})
    assert both.status_code == 422, "one place"
    answer = client.post("/admin/asset/together/", data={
        "ids": ids, "room": room.id, "work_unit": unit.id, "employee": keeper.id})
    assert answer.status_code == 303
    session.expire_all()
    assert {(asset.state, asset.room, asset.work_unit, asset.employee) for asset in (*chairs, used)} == {
        (AssetState.IN_USE, room, unit, keeper)}
    assert [move.to_room for move in used.movements] == [room]


def test_what_is_refused_of_many_is_told_by_its_name_and_the_others_go(client, session, sign_in):
    staff, room, unit = make.make_user(Role.FACILITIES_STAFF), make.make_room(), make.make_work_unit()
    fine, gone = make.make_asset(), make.make_asset(room=room, work_unit=unit)
    perform(gone, "report_lost", by=make.make_user(Role.FACILITIES_HEAD), reason="Dicuri")
    sign_in(client, staff)
    answer = client.post("/admin/asset/together/", follow_redirects=True, data={
        "ids": f"{fine.id},{gone.id}", "room": room.id, "work_unit": unit.id})
    assert gone.tag in answer.text
    session.expire_all()
    assert (fine.state, gone.state) == (AssetState.IN_USE, AssetState.LOST)


def test_the_page_is_for_facilities_staff(client, session, sign_in):
    asset = make.make_asset()
    sign_in(client, Role.PAYABLES)
    assert 'value="together"' not in client.get("/admin/asset/").text
    assert client.get(f"/admin/asset/together/?ids={asset.id}").status_code == 403
    assert client.post("/admin/asset/action/", data={"action": "together", "rowid": "1"}).status_code == 403
