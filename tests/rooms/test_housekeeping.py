"""Housekeeping's list on a phone: what waits, in the right order; taken, finished and inspected from the
card."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import clock
from models.beds import Bed, BedState
from models.housekeeping import Cleaning, CleaningKind, CleaningState
from models.operations.core.approvals import perform
from models.operations.rooms.rooms import make_cleaning
from models.roles import Role
from tests.panel.test_views import statements
from tests.support import factories as make
from tests.support.specified_rights import openers

PAGE = "/admin/housekeeping/"


def left_bed(**fields: Any) -> tuple[Bed, Cleaning]:
    """A bed that a patient has just left, and its waiting task."""
    bed = make.make_inpatient_room(1, **fields).beds[0]
    desk = make.make_user(Role.FRONT_OFFICE)
    perform(bed, "check_in", by=desk, given={"guest": f"FO-{bed.id}"})
    perform(bed, "check_out", by=desk)
    make.saved(bed)
    return bed, make_cleaning(CleaningKind.TERMINAL, bed=bed, by=desk)


def send(client: Any, task: Cleaning, step: str, **fields: Any) -> Any:
    return client.post(f"/admin/cleaning/{task.id}/{step}",
                       data={"version": task.version, "next": "housekeeping", **fields})


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_it(client: Any, sign_in: Any, role: Role) -> None:
    sign_in(client, role)
    expected = 200 if role in openers("housekeeping") else 403
    assert [client.get(PAGE).status_code, client.get(PAGE + "board").status_code] == [expected] * 2


def test_isolation_first_then_what_waits_longest(session: Any, client: Any, sign_in: Any) -> None:
    names = []
    for place, (minutes, isolation) in enumerate(((5, False), (50, False), (1, True))):
        _bed, task = left_bed(number=f"Z{place}", is_isolation=isolation)
        task.requested_at = clock.now() - timedelta(minutes=minutes)
        names.append(str(task))
    session.flush()
    sign_in(client, Role.HOUSEKEEPING)
    page = client.get(PAGE).text
    assert sorted(names, key=lambda name: page.index(f">{name}<")) == [names[2], names[1], names[0]]


def test_from_waiting_to_ready_on_the_card(session: Any, client: Any, sign_in: Any) -> None:
    bed, task = left_bed()
    sign_in(client, Role.HOUSEKEEPING)
    client.post("/language/en")
    assert "Waits for cleaning" in client.get(PAGE).text
    answer = send(client, task, "start")
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    session.refresh(task)
    page = client.get(PAGE).text
    assert "I am cleaning" in page
    assert all(point in page for point in task.checklist.splitlines())
    refused = send(client, task, "finish", cost="25.000")
    assert refused.status_code == 422
    assert "checklist" in refused.text
    assert send(client, task, "finish", checklist_done="y", cost="25000").status_code == 303
    session.refresh(task)
    session.refresh(bed)
    assert (task.state, task.cost, bed.state) == (CleaningState.FINISHED, 25_000, BedState.READY)
    assert "Finished today" in client.get(PAGE).text


def test_somebody_else_inspects(session: Any, client: Any, sign_in: Any) -> None:
    bed, task = left_bed(room_class=make.make_room_class(needs_inspection=True))
    cleaner = make.make_user(Role.HOUSEKEEPING)
    sign_in(client, cleaner)
    send(client, task, "start")
    session.refresh(task)
    send(client, task, "hand_over", checklist_done="y", cost="0")
    session.refresh(task)
    assert f"/admin/cleaning/{task.id}/inspect" not in client.get(PAGE).text
    sign_in(client, Role.HOUSEKEEPING)
    page = client.get(PAGE).text
    assert f'action="/admin/cleaning/{task.id}/inspect"' in page
    assert f'href="/admin/cleaning/{task.id}/redo?next=housekeeping"' in page
    assert send(client, task, "inspect").status_code == 303
    session.refresh(bed)
    assert bed.state == BedState.READY


def test_the_front_office_looks_and_touches_nothing(client: Any, sign_in: Any) -> None:
    left_bed()
    sign_in(client, Role.FRONT_OFFICE)
    page = client.get(PAGE).text
    assert 'action="/admin/cleaning/' not in page


def test_nothing_new_is_no_content(client: Any, sign_in: Any) -> None:
    _bed, task = left_bed()
    sign_in(client, Role.HOUSEKEEPING)
    tag = client.get(PAGE + "board").headers["ETag"]
    assert client.get(PAGE + "board", headers={"If-None-Match": tag}).status_code == 204
    send(client, task, "start")
    assert client.get(PAGE + "board", headers={"If-None-Match": tag}).status_code == 200


def test_it_costs_the_same_however_many_tasks(app: Any, client: Any, sign_in: Any) -> None:
    left_bed()
    sign_in(client, Role.HOUSEKEEPING)
    counts = []
    for _ in range(2):
        client.get(PAGE)
        with statements(app) as seen:
            client.get(PAGE)
        counts.append(len(seen))
        for _ in range(4):
            left_bed()
    assert counts[0] == counts[1] <= 8
