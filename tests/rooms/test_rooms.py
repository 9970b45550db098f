"""A bed from check-in to ready again: stays, cleaning tasks, inspection, and the summary of the room."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from models.base import db, one_transaction
from models.beds import Bed, BedState, Stay
from models.errors import NotAllowed, Refused, WrongState
from models.facilities import ClassFacility, RoomFacility
from models.housekeeping import Cleaning, CleaningKind, CleaningState
from models.operations.core.approvals import perform
from models.operations.core.checks import CHECKS
from models.operations.rooms.rooms import make_cleaning
from models.people import User
from models.places import InpatientRoomState, PhysicalCondition, Room, RoomState
from models.roles import Role
from tests.support import factories
from tests.support.races import at_once, won

DONE = {"checklist_done": True, "cost": Decimal(25_000)}


@pytest.fixture
def desk(session: Any) -> User:
    return factories.make_user(Role.FRONT_OFFICE)


@pytest.fixture
def cleaner(session: Any) -> User:
    person = factories.make_user(Role.HOUSEKEEPING)
    factories.make_employee(person)
    return person


def check_in(bed: Bed, desk: User, guest: str = "FO-1") -> None:
    perform(bed, "check_in", by=desk, given={"guest": guest})


def task_of(session: Any, bed: Bed) -> Cleaning:
    return session.scalars(sa.select(Cleaning).where(Cleaning.bed_id == bed.id)).one()


def test_check_in_opens_a_stay_and_check_out_closes_it(session: Any, desk: User) -> None:
    bed = factories.make_bed()
    check_in(bed, desk)
    stay = session.scalars(sa.select(Stay)).one()
    assert (bed.state, bed.guest, stay.outside_reference, stay.ended_at) == (BedState.OCCUPIED, "FO-1",
                                                                             "FO-1", None)
    perform(bed, "check_out", by=desk)
    assert (bed.state, bed.guest) == (BedState.NEEDS_CLEANING, None)
    assert stay.ended_at >= stay.started_at
    assert stay.checked_out_by_id == desk.id


def test_a_patient_of_ours_is_known_by_the_record_number_and_lies_in_one_bed(session: Any,
                                                                             desk: User) -> None:
    patient = factories.make_patient(medical_record_number="RM-000777")
    room = factories.make_inpatient_room(2)
    check_in(room.beds[0], desk, "RM-000777")
    stay = session.scalars(sa.select(Stay)).one()
    assert (stay.patient_id, stay.outside_reference) == (patient.id, None)
    with pytest.raises(Refused, match="another bed"):
        check_in(room.beds[1], desk, "RM-000777")


def test_check_in_asks_who(session: Any, desk: User) -> None:
    with pytest.raises(Refused) as refusal:
        check_in(factories.make_bed(), desk, "  ")
    assert refusal.value.field == "guest"


def test_check_in_wants_what_the_class_promises(session: Any, desk: User) -> None:
    bed = factories.make_bed()
    room, asset = bed.inpatient_room, factories.make_asset()
    session.add(ClassFacility(room_class=room.room_class, asset_model=asset.asset_model))
    session.flush()
    with pytest.raises(Refused, match="promises"):
        check_in(bed, desk)
    there = factories.saved(RoomFacility(
        inpatient_room=room, asset=asset, condition=PhysicalCondition.SLIGHTLY_DAMAGED))
    with pytest.raises(Refused, match="promises"):
        check_in(bed, desk)
    there.condition = PhysicalCondition.GOOD
    check_in(bed, desk)
    assert bed.state == BedState.OCCUPIED


def test_cleaning_makes_the_bed_ready(session: Any, desk: User, cleaner: User) -> None:
    bed = factories.make_bed()
    check_in(bed, desk)
    perform(bed, "check_out", by=desk)
    task = task_of(session, bed)
    assert (task.kind, task.state, task.inpatient_room_id) == (
        CleaningKind.TERMINAL, CleaningState.WAITING, bed.inpatient_room_id)
    assert task.checklist
    perform(task, "start", by=cleaner)
    assert (bed.state, task.employee.user_id) == (BedState.CLEANING, cleaner.id)
    with pytest.raises(Refused, match="checklist"):
        perform(task, "finish", by=cleaner, given=DONE | {"checklist_done": False})
    with pytest.raises(Refused, match="no inspection"):
        perform(task, "hand_over", by=cleaner, given=DONE)
    perform(task, "finish", by=cleaner, given=DONE)
    assert (bed.state, task.cost) == (BedState.READY, 25_000)
    assert task.cleaned_at >= task.started_at
    with pytest.raises(WrongState):
        perform(task, "inspect", by=factories.make_user(Role.HOUSEKEEPING))


def test_an_isolation_room_has_its_own_cleaning(session: Any, desk: User) -> None:
    bed = factories.make_bed(is_isolation=True)
    check_in(bed, desk)
    perform(bed, "check_out", by=desk)
    assert task_of(session, bed).kind == CleaningKind.ISOLATION


def test_somebody_else_inspects_where_the_class_asks(session: Any, desk: User, cleaner: User) -> None:
    bed = factories.make_bed(room_class=factories.make_room_class(needs_inspection=True))
    check_in(bed, desk)
    perform(bed, "check_out", by=desk)
    task = task_of(session, bed)
    perform(task, "start", by=cleaner)
    with pytest.raises(Refused, match="Hand it over"):
        perform(task, "finish", by=cleaner, given=DONE)
    perform(task, "hand_over", by=cleaner, given=DONE)
    assert bed.state == BedState.NEEDS_INSPECTION
    for step in ("inspect", "redo"):
        with pytest.raises(Refused, match="somebody else"):
            perform(task, step, by=cleaner, reason="Dusty")
    inspector = factories.make_user(Role.HOUSEKEEPING)
    perform(task, "redo", by=inspector, reason="Dusty")
    assert (task.state, task.checklist_done, bed.state) == (CleaningState.WAITING, False,
                                                            BedState.NEEDS_CLEANING)
    perform(task, "start", by=cleaner)
    perform(task, "hand_over", by=cleaner, given=DONE)
    perform(task, "inspect", by=inspector)
    assert (task.state, bed.state) == (CleaningState.INSPECTED, BedState.READY)
    assert task.inspected_at is not None


def test_nobody_moves_a_bed_past_its_cleaning(session: Any, desk: User, cleaner: User) -> None:
    bed = factories.make_bed()
    check_in(bed, desk)
    perform(bed, "check_out", by=desk)
    for step in ("start_cleaning", "release", "await_inspection", "clean_again"):
        for person in (desk, cleaner, factories.make_user(*Role)):
            with pytest.raises((NotAllowed, Refused)):
                perform(bed, step, by=person)
    assert bed.state == BedState.NEEDS_CLEANING


def test_a_bed_out_of_service_is_not_cleaned(session: Any, desk: User, cleaner: User) -> None:
    bed = factories.make_bed()
    check_in(bed, desk)
    perform(bed, "check_out", by=desk)
    perform(bed, "take_out", by=factories.make_user(Role.FACILITIES_STAFF), reason="Broken frame")
    assert task_of(session, bed).state == CleaningState.CANCELLED
    with pytest.raises(WrongState):
        perform(task_of(session, bed), "start", by=cleaner)
    with pytest.raises(Refused, match="out of service"):
        make_cleaning(CleaningKind.ROUTINE, bed=bed, by=cleaner)


def test_one_task_waits_at_a_place(session: Any, cleaner: User) -> None:
    room = factories.make_room(state=RoomState.IN_USE)
    first = make_cleaning(CleaningKind.ROUTINE, room=room, by=cleaner)
    assert make_cleaning(CleaningKind.ROUTINE, room=room, by=cleaner) is first


def test_other_rooms_are_used_left_and_cleaned_the_same_way(session: Any, desk: User, cleaner: User) -> None:
    room: Room = factories.make_room()
    perform(room, "use", by=desk)
    perform(room, "leave", by=desk)
    task = session.scalars(sa.select(Cleaning).where(Cleaning.room_id == room.id)).one()
    perform(task, "start", by=cleaner)
    assert room.state == RoomState.CLEANING
    perform(task, "finish", by=cleaner, given=DONE)
    assert room.state == RoomState.READY


def test_the_room_sums_up_its_beds(session: Any, desk: User, cleaner: User) -> None:
    room = factories.make_inpatient_room(2)
    S = InpatientRoomState

    def kept() -> InpatientRoomState:
        session.refresh(room, ["state"])
        return room.state

    one, two = room.beds
    assert kept() == S.READY
    check_in(one, desk, "FO-1")
    assert room.state == S.READY  # the other bed is free
    check_in(two, desk, "FO-2")
    assert room.state == kept() == S.OCCUPIED
    perform(one, "check_out", by=desk)
    perform(two, "check_out", by=desk)
    assert kept() == S.NEEDS_CLEANING
    perform(task_of(session, one), "start", by=cleaner)
    assert kept() == S.CLEANING
    staff = factories.make_user(Role.FACILITIES_STAFF)
    perform(two, "take_out", by=staff, reason="Broken")
    perform(task_of(session, one), "finish", by=cleaner, given=DONE)
    assert kept() == S.READY
    perform(one, "take_out", by=staff, reason="Broken")
    assert kept() == S.OUT_OF_SERVICE
    perform(two, "put_back", by=staff)
    assert kept() == S.NEEDS_CLEANING
    assert [(name, bad) for name, test in CHECKS
            if name.startswith("rooms:") and (bad := test(session))] == []


def test_verify_finds_a_wrong_summary_and_a_bed_without_its_stay(session: Any, desk: User) -> None:
    bed = factories.make_bed()
    check_in(bed, desk)
    session.execute(sa.text("UPDATE inpatient_room SET state = 'cleaning'"))
    session.execute(sa.text("DELETE FROM stay"))
    wrong = {name for name, test in CHECKS if name.startswith("rooms:") and test(session) is not None}
    assert len(wrong) == 2


@pytest.mark.commits
def test_two_clerks_and_one_bed(app: Any) -> None:
    with one_transaction():
        bed = factories.make_bed().id
        clerks = [factories.make_user(Role.FRONT_OFFICE).id for _ in range(6)]

    def ask(clerk: int) -> None:
        with one_transaction() as own:
            perform(own.get(Bed, bed), "check_in", by=own.get(User, clerk), given={"guest": f"FO-{clerk}"})

    assert len(won(at_once(app, [partial(ask, clerk) for clerk in clerks]))) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Stay)) == 1
