"""Lines that have steps of their own: their buttons stand on the document's page, under the document's
rights."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from models.maintenance import MaintenanceLineState, MaintenanceState
from models.roles import Role
from tests.support import factories as make


def started() -> Any:
    """An order in progress; its lines were written in draft."""
    order = make.make_maintenance()
    order.state = MaintenanceState.IN_PROGRESS
    return make.saved(order)


@pytest.fixture
def order(session: Any) -> Any:
    return started()


def address(line: Any, step: str) -> str:
    return f"/admin/maintenance/{line.maintenance_id}/lines/{line.id}/{step}"


def test_a_line_is_started_and_finished_from_its_document(client: Any, sign_in: Any, order: Any) -> None:
    line = order.lines[0]
    sign_in(client, Role.FACILITIES_STAFF)
    page = f"/admin/maintenance/details/?id={order.id}"
    assert f'action="{address(line, "start")}"' in client.get(page).text
    assert client.post(address(line, "start"), data={"version": line.version}).status_code == 303
    assert line.state == MaintenanceLineState.IN_PROGRESS
    assert address(line, "finish") in client.get(page).text
    assert 'name="result"' in client.get(address(line, "finish")).text
    empty = client.post(address(line, "finish"),
                        data={"version": line.version, "cost": "250.000", "result": " "})
    assert empty.status_code == 422
    assert 'name="result"' in empty.text
    assert line.state == MaintenanceLineState.IN_PROGRESS
    done = client.post(address(line, "finish"), data={
        "version": line.version, "cost": "250000", "result": "Layar diganti", "condition_after": ""})
    assert done.status_code == 303
    assert (line.state, line.result, line.cost) == (MaintenanceLineState.DONE, "Layar diganti",
                                                    Decimal(250_000))


def test_failing_a_line_wants_a_reason(client: Any, sign_in: Any, order: Any) -> None:
    line = order.lines[0]
    sign_in(client, Role.FACILITIES_STAFF)
    client.post(address(line, "start"), data={"version": line.version})
    assert client.post(address(line, "fail"), data={"version": line.version}).status_code == 422
    assert client.post(address(line, "fail"),
                       data={"version": line.version, "reason": "Rusak"}).status_code == 303
    assert line.state == MaintenanceLineState.FAILED


def test_answers_in_order(client: Any, sign_in: Any, order: Any) -> None:
    line, other = order.lines[0], started()
    sign_in(client, Role.FACILITIES_HEAD)
    assert client.post(address(line, "start"), data={"version": line.version}).status_code == 403
    assert address(line, "start") not in client.get(f"/admin/maintenance/details/?id={order.id}").text
    sign_in(client, make.make_user(Role.UNIT_USER, Role.FACILITIES_STAFF))
    assert client.post(address(line, "start"), data={"version": line.version + 1}).status_code == 409
    assert client.post(address(line, "finish"), data={"version": line.version}).status_code == 422
    stray = f"/admin/maintenance/{other.id}/lines/{line.id}/start"
    assert client.post(stray, data={"version": line.version}).status_code == 404
    for wrong in ("nowhere", "approve"):
        assert client.post(address(line, wrong), data={"version": line.version}).status_code == 404
    assert client.post(address(line, "start").replace("lines", "parts")).status_code == 404
    assert client.post(address(line, "start").replace("lines", "created_by")).status_code == 404
    sign_in(client, Role.UNIT_USER)
    assert client.post(address(line, "start"), data={"version": line.version}).status_code == 404
    assert line.state == MaintenanceLineState.PLANNED


def test_not_before_the_order_is_in_progress(client: Any, sign_in: Any) -> None:
    line = make.make_maintenance().lines[0]
    sign_in(client, Role.FACILITIES_STAFF)
    assert client.post(address(line, "start"), data={"version": line.version}).status_code == 422
    assert client.get(address(line, "start")).status_code == 303
