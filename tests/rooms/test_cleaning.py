"""Cleanings in the panel: who finds one in the inbox and on the work list, and what its pages offer and
refuse."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from backoffice.panel import inbox as waiting
from models import clock
from models.beds import Bed, BedState
from models.housekeeping import Cleaning, CleaningState
from models.operations.core.approvals import perform
from models.people import AccountStatus, User
from models.places import RoomState
from models.roles import Role
from tests.rooms.test_beds import DONE, leave, make_bed
from tests.support import factories as make

LIST = "/admin/housekeeping/"


@pytest.fixture
def people(session: Any) -> dict[Role, User]:
    return {role: make.make_user(role) for role in (
        Role.FRONT_OFFICE, Role.HOUSEKEEPING, Role.FACILITIES_STAFF, Role.FACILITIES_HEAD)}


@pytest.fixture
def handed(people: dict[Role, User]) -> Cleaning:
    """A bed that waits for its inspection; the first of housekeeping cleaned it."""
    task = leave(make_bed(inspected=True), people)
    perform(task, "start", by=people[Role.HOUSEKEEPING])
    perform(task, "hand_over", by=people[Role.HOUSEKEEPING], given=DONE)
    return task


def inbox(user: User) -> list[tuple[str, str]]:
    return [(row.party, row.state) for row in waiting.waiting(user) if row.table == "cleaning"]


# ---------------------------------------------------------------- who is told that it waits

def test_a_dirty_bed_waits_in_the_inbox_of_housekeeping_by_its_name(people: dict[Role, User]) -> None:
    beds = [*make.make_inpatient_room(3).beds, make_bed()]
    for bed in beds:
        leave(bed, people)
    assert sorted(inbox(people[Role.HOUSEKEEPING])) == sorted(
        (f"{bed}, {bed.inpatient_room.ward}", "waiting") for bed in beds)
    assert inbox(people[Role.FACILITIES_STAFF]) == inbox(people[Role.FACILITIES_HEAD]) == []


def test_a_row_of_the_inbox_says_ward_room_bed_and_since_when(
        client: Any, sign_in: Any, people: dict[Role, User]) -> None:
    clock.freeze(datetime(2026, 11, 4, 9, 20, tzinfo=clock.zone()))
    bed = make.make_inpatient_room(1).beds[0]
    leave(bed, people)
    clock.freeze(datetime(2026, 11, 4, 13, 0, tzinfo=clock.zone()))
    sign_in(client, people[Role.HOUSEKEEPING])
    client.set_cookie("language", "en")
    rows = client.get("/admin/inbox/").text.partition('class="rw-inbox"')[2].partition("</ul>")[0]
    for said in (str(bed.inpatient_room.ward), str(bed), "since", "09:20"):
        assert said in rows, said


def test_a_room_waits_by_its_name(people: dict[Role, User]) -> None:
    room = make.make_room()
    perform(room, "use", by=people[Role.FRONT_OFFICE])
    perform(room, "leave", by=people[Role.FRONT_OFFICE])
    assert inbox(people[Role.HOUSEKEEPING]) == [(room.name, "waiting")]


def test_what_waits_for_inspection_waits_for_everybody_but_who_cleaned(people: dict[Role, User],
                                                                       handed: Cleaning) -> None:
    other = make.make_user(Role.HOUSEKEEPING)
    assert [len(inbox(person)) for person in (other, people[Role.FACILITIES_STAFF])] == [1, 1]
    assert inbox(people[Role.HOUSEKEEPING]) == []
    assert inbox(people[Role.FACILITIES_HEAD]) == []  # others of housekeeping can inspect


def test_each_finds_what_the_other_cleaned(people: dict[Role, User], handed: Cleaning) -> None:
    """Two cleaners, two beds: neither is asked to inspect the own one; together they did both."""
    other, mine = make.make_user(Role.HOUSEKEEPING), leave(make_bed(inspected=True), people)
    for step in ("start", "hand_over"):
        perform(mine, step, by=other, given=DONE if step == "hand_over" else None)
    assert [inbox(person) for person in (other, people[Role.HOUSEKEEPING])] == [
        [(f"{task.bed}, {task.bed.inpatient_room.ward}", "to_inspect")] for task in (handed, mine)]
    assert len(inbox(people[Role.FACILITIES_STAFF])) == 2
    assert inbox(people[Role.FACILITIES_HEAD]) == []
    perform(handed, "redo", by=other, reason="Dusty")
    perform(handed, "start", by=other)
    perform(handed, "hand_over", by=people[Role.HOUSEKEEPING], given=DONE)  # both of them did this one
    assert [name for name, _state in inbox(people[Role.FACILITIES_HEAD])] == [
        f"{handed.bed}, {handed.bed.inpatient_room.ward}"]


def test_who_is_named_as_cleaner_is_not_asked_to_inspect(people: dict[Role, User], handed: Cleaning) -> None:
    other = make.make_user(Role.HOUSEKEEPING)
    handed.employee = make.make_employee(other)
    assert inbox(other) == []


def test_it_waits_for_the_waiver_where_housekeeping_has_nobody_else(session: Any, people: dict[Role, User],
                                                                    handed: Cleaning) -> None:
    assert len(inbox(people[Role.FACILITIES_HEAD])) == 1
    other = make.make_user(Role.HOUSEKEEPING)
    assert inbox(people[Role.FACILITIES_HEAD]) == []
    other.status = AccountStatus.INACTIVE
    session.flush()
    assert len(inbox(people[Role.FACILITIES_HEAD])) == 1


def test_what_was_sent_back_waits_for_whoever_comes(people: dict[Role, User], handed: Cleaning) -> None:
    other = make.make_user(Role.HOUSEKEEPING)
    perform(handed, "redo", by=other, reason="Dusty")
    assert [len(inbox(person)) for person in (other, people[Role.HOUSEKEEPING])] == [1, 1]
    perform(handed, "start", by=other)
    perform(handed, "hand_over", by=other, given=DONE)
    assert [len(inbox(person)) for person in (other, people[Role.HOUSEKEEPING])] == [0, 1]


def test_a_cleaning_that_ended_waits_for_nobody(people: dict[Role, User], handed: Cleaning) -> None:
    perform(handed, "inspect", by=people[Role.FACILITIES_STAFF])
    other = leave(make_bed(), people)
    perform(other, "start", by=people[Role.HOUSEKEEPING])
    perform(other, "finish", by=people[Role.HOUSEKEEPING], given=DONE)
    assert [inbox(person) for person in people.values()] == [[]] * 4


# ---------------------------------------------------------------- the work list

#: What the work list offers of a bed that somebody else handed over.
OFFERED = {Role.HOUSEKEEPING: {"inspect", "redo"}, Role.FACILITIES_STAFF: {"inspect"},
           Role.FACILITIES_HEAD: {"waive"},
           Role.FRONT_OFFICE: set(), Role.ADMIN: set()}


@pytest.mark.parametrize("role", OFFERED)
def test_what_each_is_offered_of_a_bed_that_waits_for_inspection(client: Any, sign_in: Any, handed: Cleaning,
                                                                 role: Role) -> None:
    sign_in(client, role)
    page = client.get(LIST).text
    shown = {step for step in Cleaning.workflow.names if f'/admin/cleaning/{handed.id}/{step}' in page}
    assert shown == OFFERED[role]


def test_who_cleaned_sees_it_without_a_step(client: Any, sign_in: Any, people: dict[Role, User],
                                            handed: Cleaning) -> None:
    sign_in(client, people[Role.HOUSEKEEPING])
    client.post("/language/en")
    page = client.get(LIST).text
    assert "waits for somebody else" in page
    assert f"/admin/cleaning/{handed.id}/" not in page


def test_the_head_waives_on_the_page_and_says_why(session: Any, client: Any, sign_in: Any,
                                                  handed: Cleaning) -> None:
    sign_in(client, Role.FACILITIES_HEAD)
    address = f"/admin/cleaning/{handed.id}/waive"
    assert 'name="reason"' in client.get(address).text
    assert client.post(address, data={"version": handed.version, "reason": " "}).status_code == 422
    answer = client.post(address, data={"version": handed.version, "reason": "Night", "next": "housekeeping"})
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    session.refresh(handed)
    assert (handed.state, session.get(Bed, handed.bed_id).state) == (CleaningState.FINISHED, BedState.READY)


def test_a_cleaning_is_given_back_from_the_list(session: Any, client: Any, sign_in: Any,
                                                people: dict[Role, User]) -> None:
    task = leave(make_bed(), people)
    perform(task, "start", by=people[Role.HOUSEKEEPING])
    sign_in(client, people[Role.HOUSEKEEPING])
    assert f'href="/admin/cleaning/{task.id}/give_back?next=housekeeping"' in client.get(LIST).text
    client.post(f"/admin/cleaning/{task.id}/give_back",
                data={"version": task.version, "reason": "Shift ends"})
    session.refresh(task)
    assert task.state == CleaningState.WAITING


@pytest.mark.parametrize(("asks", "way"),
                         [(True, ["start", "hand_over", "inspect"]), (False, ["start", "finish"])])
def test_the_page_shows_the_way_that_the_task_goes(people: dict[Role, User], asks: bool,
                                                   way: list[str]) -> None:
    from backoffice.panel import history

    task = leave(make_bed(inspected=asks), people)
    assert [step.transition.name for step in history.steps(task, [])] == way


# ---------------------------------------------------------------- asked for by hand

def test_a_cleaning_between_stays_is_asked_for_by_hand(session: Any, client: Any, sign_in: Any,
                                                       people: dict[Role, User]) -> None:
    bed = make_bed()
    perform(bed, "check_in", by=people[Role.FRONT_OFFICE], given={"guest": "FO-1"})
    sign_in(client, Role.HOUSEKEEPING)
    sent = {"kind": "routine", "bed": bed.id, "note": "Juice"}
    assert client.post("/admin/cleaning/new/", data=sent).status_code == 303
    task = session.query(Cleaning).one()
    assert (task.bed_id, task.inpatient_room_id, task.state) == (bed.id, bed.inpatient_room_id,
                                                                 CleaningState.WAITING)
    again = client.post("/admin/cleaning/new/", data=sent)
    assert again.status_code == 422
    assert "Juice" in again.text  # what was typed stays
    assert session.query(Cleaning).count() == 1


@pytest.mark.parametrize("place", ["bed", "room"])
@pytest.mark.parametrize("state", ["ready", "out_of_service", "needs_cleaning"])
def test_nothing_is_asked_for_where_nothing_is_to_clean(session: Any, client: Any, sign_in: Any,
                                                        people: dict[Role, User], place: str,
                                                        state: str) -> None:
    thing = make_bed() if place == "bed" else make.make_room()
    if state != "ready":
        perform(thing, "take_out", by=people[Role.FACILITIES_STAFF], reason="Broken")
    if state == "needs_cleaning":
        perform(thing, "put_back", by=people[Role.FACILITIES_STAFF])
    before = session.query(Cleaning).count()
    sign_in(client, Role.FACILITIES_STAFF)
    client.post("/language/en")
    answer = client.post("/admin/cleaning/new/", data={"kind": "routine", place: thing.id})
    assert answer.status_code == 422
    assert {"ready": "there is nothing to clean", "out_of_service": "is out of service",
            "needs_cleaning": "already open"}[state] in answer.text
    assert session.query(Cleaning).count() == before


def test_place_and_kind_stand_once_it_is_made(session: Any, client: Any, sign_in: Any,
                                              people: dict[Role, User]) -> None:
    task, other = leave(make_bed(is_isolation=True), people), make.make_room(state=RoomState.IN_USE)
    sign_in(client, Role.HOUSEKEEPING)
    page = client.get(f"/admin/cleaning/edit/?id={task.id}").text
    assert [f'name="{name}"' in page for name in ("kind", "bed", "room", "inpatient_room", "note")] == [
        False, False, False, False, True]
    sent = {"version": task.version, "kind": "routine", "bed": "", "room": other.id, "note": "Later"}
    assert client.post(f"/admin/cleaning/edit/?id={task.id}", data=sent).status_code == 303
    session.refresh(task)
    assert (task.kind, task.room_id, task.note) == ("isolation", None, "Later")
    assert task.bed_id is not None
