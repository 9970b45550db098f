"""A dirty bed or room has exactly one open cleaning of the kind that is due, whatever happened meanwhile; the
steps of the findings, one test each, and what `flask verify` finds when the rows say otherwise."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db, one_transaction
from models.beds import Bed, BedState
from models.errors import Refused, WrongState
from models.housekeeping import OPEN_TASKS, Cleaning, CleaningKind, CleaningState
from models.operations.core.approvals import perform
from models.operations.core.checks import CHECKS
from models.operations.rooms.cleaning import check_place, make_cleaning
from models.outbox import Notice
from models.people import User
from models.places import RoomState, WardKind
from models.roles import Role
from tests.support import factories
from tests.support.races import at_once, won

S, B, K = CleaningState, BedState, CleaningKind
DONE = {"checklist_done": True, "cost": Decimal(25_000)}


@pytest.fixture
def people(session: Any) -> dict[Role, User]:
    roles = (Role.FRONT_OFFICE, Role.HOUSEKEEPING, Role.FACILITIES_STAFF, Role.FACILITIES_HEAD)
    return {role: factories.make_user(role) for role in roles}


@pytest.fixture
def cleaner(people: dict[Role, User]) -> User:
    return people[Role.HOUSEKEEPING]


def make_bed(*, inspected: bool = False, **fields: Any) -> Bed:
    return factories.make_bed(room_class=factories.make_room_class(needs_inspection=inspected), **fields)


def occupy(bed: Bed, people: dict[Role, User]) -> None:
    perform(bed, "check_in", by=people[Role.FRONT_OFFICE], given={"guest": f"FO-{bed.id}"})


def leave(bed: Bed, people: dict[Role, User]) -> Cleaning:
    """Somebody lay in the bed and went: the task that there is then."""
    if bed.state == B.READY:
        occupy(bed, people)
    perform(bed, "check_out", by=people[Role.FRONT_OFFICE])
    return the_task(bed)


def the_task(bed: Bed) -> Cleaning:
    """The one open task of the bed."""
    return db.session.scalars(sa.select(Cleaning).where(
        Cleaning.bed_id == bed.id, Cleaning.state.in_(OPEN_TASKS))).one()


def tasks(bed: Bed) -> list[tuple[str, str]]:
    return [(task.kind, task.state) for task in db.session.scalars(
        sa.select(Cleaning).where(Cleaning.bed_id == bed.id).order_by(Cleaning.id))]


def clean(task: Cleaning, by: User) -> None:
    perform(task, "start", by=by)
    perform(task, "hand_over" if task.needs_inspection else "finish", by=by, given=DONE)


def wrong(session: Any) -> list[str]:
    session.flush()
    return [name for name, test in CHECKS
            if name.startswith(("rooms:", "documents:")) and test(session) is not None]


# ---------------------------------------------------------------- A1, A2: what was under way when the patient
# left

@pytest.mark.parametrize("where", ["room", "ward"])
def test_a_waiting_routine_cleaning_becomes_the_isolation_cleaning(
        session: Any, people: dict[Role, User], cleaner: User, where: str) -> None:
    bed = make_bed(is_isolation=where == "room")
    if where == "ward":
        bed.inpatient_room.ward.kind = WardKind.ISOLATION
    occupy(bed, people)
    task = make_cleaning(K.ROUTINE, bed=bed, by=cleaner)
    task.checklist_done, routine, requested_at = True, task.checklist, task.requested_at
    assert leave(bed, people) is task
    assert (task.kind, task.state, task.checklist_done) == (K.ISOLATION, S.WAITING, False)
    assert task.checklist != routine
    assert task.requested_at >= requested_at
    assert wrong(session) == []
    clean(task, cleaner)
    assert (bed.state, tasks(bed)) == (B.READY, [(K.ISOLATION, S.FINISHED)])


@pytest.mark.parametrize("until", ["start", "hand_over"])
def test_a_cleaning_under_way_when_the_patient_leaves_does_not_count(
        session: Any, people: dict[Role, User], cleaner: User, until: str) -> None:
    bed = make_bed(inspected=True)
    occupy(bed, people)
    task = make_cleaning(K.ROUTINE, bed=bed, by=cleaner)
    perform(task, "start", by=cleaner)
    if until == "hand_over":
        perform(task, "hand_over", by=cleaner, given=DONE)
    assert wrong(session) == []
    mine = leave(bed, people)
    assert tasks(bed) == [(K.ROUTINE, S.CANCELLED), (K.TERMINAL, S.WAITING)]
    for step in ("finish", "hand_over", "inspect", "give_back"):
        with pytest.raises((WrongState, Refused)):
            perform(task, step, by=cleaner, given=DONE if step in ("finish", "hand_over") else None,
                    reason="x")
    assert (bed.state, mine.needs_inspection, wrong(session)) == (B.NEEDS_CLEANING, True, [])


def test_a_kind_that_was_asked_for_never_falls(people: dict[Role, User], cleaner: User) -> None:
    bed = make_bed()
    occupy(bed, people)
    make_cleaning(K.ISOLATION, bed=bed, by=cleaner)
    assert leave(bed, people).kind == K.ISOLATION


def test_a_room_that_is_left_during_a_cleaning_is_cleaned_again(session: Any, people: dict[Role, User],
                                                                cleaner: User) -> None:
    room = factories.make_room()
    perform(room, "use", by=people[Role.FRONT_OFFICE])
    task = make_cleaning(K.ROUTINE, room=room, by=cleaner)
    perform(task, "start", by=cleaner)
    perform(room, "leave", by=people[Role.FRONT_OFFICE])
    found = session.scalars(sa.select(Cleaning).where(Cleaning.room_id
                                                      == room.id).order_by(Cleaning.id)).all()
    assert [each.state for each in found] == [S.CANCELLED, S.WAITING]
    clean(found[1], cleaner)
    assert (room.state, wrong(session)) == (RoomState.READY, [])


# ---------------------------------------------------------------- A3: cancelled, taken out, put back

@pytest.mark.parametrize("stands", ["waiting", "in_progress", "to_inspect"])
def test_the_cleaning_of_a_dirty_bed_is_not_cancelled(session: Any, people: dict[Role, User], cleaner: User,
                                                      stands: str) -> None:
    bed = make_bed(inspected=True)
    task = leave(bed, people)
    if stands != "waiting":
        perform(task, "start", by=cleaner)
    if stands == "to_inspect":
        perform(task, "hand_over", by=cleaner, given=DONE)
    for person in (cleaner, people[Role.FACILITIES_STAFF]):
        with pytest.raises(Refused, match="still dirty"):
            perform(task, "cancel", by=person, reason="Twice")
    assert (task.state, wrong(session)) == (stands, [])


def test_what_was_asked_for_between_stays_is_cancelled_with_a_reason(people: dict[Role, User],
                                                                     cleaner: User) -> None:
    bed = make_bed()
    occupy(bed, people)
    task = make_cleaning(K.ROUTINE, bed=bed, by=cleaner)
    perform(task, "start", by=cleaner)
    with pytest.raises(Refused, match="reason"):
        perform(task, "cancel", by=cleaner)
    perform(task, "cancel", by=people[Role.FACILITIES_STAFF], reason="The patient sleeps")
    assert (bed.state, task.state) == (B.OCCUPIED, S.CANCELLED)


@pytest.mark.parametrize("stands", [B.READY, B.NEEDS_CLEANING, B.NEEDS_INSPECTION])
def test_put_back_asks_for_the_cleaning_that_is_due(session: Any, people: dict[Role, User], cleaner: User,
                                                    stands: BedState) -> None:
    bed, staff = make_bed(inspected=True, is_isolation=True), people[Role.FACILITIES_STAFF]
    if stands != B.READY:
        task = leave(bed, people)
    if stands == B.NEEDS_INSPECTION:
        clean(task, cleaner)
    assert bed.state == stands
    perform(bed, "take_out", by=staff, reason="Broken frame")
    assert [state for _kind, state in tasks(bed)] == ([] if stands == B.READY else [S.CANCELLED])
    assert wrong(session) == []
    perform(bed, "put_back", by=staff)
    assert (bed.state, the_task(bed).kind, the_task(bed).state) == (B.NEEDS_CLEANING, K.ISOLATION, S.WAITING)
    assert wrong(session) == []


def test_what_was_due_before_a_bed_went_out_stays_due(people: dict[Role, User]) -> None:
    """An isolation patient left; the room is no isolation room any more when the bed comes back."""
    bed, staff = make_bed(is_isolation=True), people[Role.FACILITIES_STAFF]
    leave(bed, people)
    perform(bed, "take_out", by=staff, reason="Broken frame")
    bed.inpatient_room.is_isolation = False
    perform(bed, "put_back", by=staff)
    assert the_task(bed).kind == K.ISOLATION


def test_a_bed_being_cleaned_is_not_taken_out(people: dict[Role, User], cleaner: User) -> None:
    bed = make_bed()
    perform(leave(bed, people), "start", by=cleaner)
    with pytest.raises(WrongState):
        perform(bed, "take_out", by=people[Role.FACILITIES_STAFF], reason="Broken")


def test_the_front_office_is_told_of_a_bed_that_is_out(session: Any, people: dict[Role, User]) -> None:
    bed = make_bed()
    perform(bed, "take_out", by=people[Role.FACILITIES_STAFF], reason="Broken frame")
    told = session.scalars(sa.select(Notice).where(Notice.event == "bed_out")).all()
    assert [notice.user_id for notice in told] == [people[Role.FRONT_OFFICE].id]
    assert told[0].params == {"bed": str(bed), "reason": "Broken frame"}


def test_a_room_put_back_is_cleaned(session: Any, people: dict[Role, User]) -> None:
    room, staff = factories.make_room(), people[Role.FACILITIES_STAFF]
    perform(room, "take_out", by=staff, reason="Paint")
    perform(room, "put_back", by=staff)
    task = session.scalars(sa.select(Cleaning).where(Cleaning.room_id == room.id)).one()
    assert (room.state, task.kind, task.state) == (RoomState.NEEDS_CLEANING, K.ROUTINE, S.WAITING)


@pytest.mark.parametrize("state", [B.READY, B.OUT_OF_SERVICE])
def test_nobody_asks_for_the_cleaning_of_what_is_not_dirty(people: dict[Role, User], cleaner: User,
                                                           state: BedState) -> None:
    bed, room = make_bed(), factories.make_room()
    if state == B.OUT_OF_SERVICE:
        for place in (bed, room):
            perform(place, "take_out", by=people[Role.FACILITIES_STAFF], reason="Broken")
    for given in ({"bed": bed}, {"room": room}):
        with pytest.raises(Refused) as refusal:
            make_cleaning(K.ROUTINE, by=cleaner, **given)
        assert refusal.value.field in given


def test_one_task_of_a_place_is_open(people: dict[Role, User], cleaner: User) -> None:
    bed = make_bed()
    leave(bed, people)
    with pytest.raises(Refused, match="already open"):
        check_place(bed)


# ---------------------------------------------------------------- A4: the class changes meanwhile

@pytest.mark.parametrize("how", ["unticked", "other class"])
@pytest.mark.parametrize("end", ["inspect", "redo", "take_out"])
def test_a_bed_that_waits_for_its_inspection_gets_on_whatever_the_class_says(
        session: Any, people: dict[Role, User], cleaner: User, how: str, end: str) -> None:
    bed = make_bed(inspected=True)
    task = leave(bed, people)
    clean(task, cleaner)
    assert (bed.state, task.state) == (B.NEEDS_INSPECTION, S.TO_INSPECT)
    if how == "unticked":
        bed.inpatient_room.room_class.needs_inspection = False
    else:
        bed.inpatient_room.room_class = factories.make_room_class()
    session.flush()
    if end == "take_out":
        perform(bed, "take_out", by=people[Role.FACILITIES_STAFF], reason="Broken")
        assert (bed.state, task.state, wrong(session)) == (B.OUT_OF_SERVICE, S.CANCELLED, [])
        return
    inspector = factories.make_user(Role.HOUSEKEEPING)
    perform(task, end, by=inspector, reason="Dusty")
    if end == "redo":
        assert (bed.state, wrong(session)) == (B.NEEDS_CLEANING, [])
        clean(task, cleaner)
        perform(task, "inspect", by=inspector)
    assert (bed.state, task.state, wrong(session)) == (B.READY, S.INSPECTED, [])


def test_a_class_that_asks_later_asks_for_later_cleanings(people: dict[Role, User], cleaner: User) -> None:
    bed = make_bed()
    task = leave(bed, people)
    bed.inpatient_room.room_class.needs_inspection = True
    with pytest.raises(Refused, match="no inspection"):
        perform(_started(task, cleaner), "hand_over", by=cleaner, given=DONE)
    perform(task, "finish", by=cleaner, given=DONE)
    assert (bed.state, leave(bed, people).needs_inspection) == (B.READY, True)


def _started(task: Cleaning, by: User) -> Cleaning:
    perform(task, "start", by=by)
    return task


# ---------------------------------------------------------------- A5: a second pair of eyes

def test_who_cleaned_before_inspects_what_another_cleaned_again(people: dict[Role, User],
                                                                cleaner: User) -> None:
    """A cleans, B sends it back and cleans it: A is the second pair of eyes, B is not."""
    bed, other = make_bed(inspected=True), factories.make_user(Role.HOUSEKEEPING)
    for person in (cleaner, other):
        factories.make_employee(person)
    task = leave(bed, people)
    clean(task, cleaner)
    for step in ("inspect", "redo"):
        with pytest.raises(Refused, match="somebody else"):
            perform(task, step, by=cleaner, reason="Dusty")
    perform(task, "redo", by=other, reason="Dusty")
    clean(task, other)
    with pytest.raises(Refused, match="somebody else"):
        perform(task, "inspect", by=other)
    perform(task, "inspect", by=cleaner)
    assert (bed.state, task.state) == (B.READY, S.INSPECTED)


def test_both_who_shared_the_last_cleaning_are_its_cleaners(people: dict[Role, User], cleaner: User) -> None:
    bed, other = make_bed(inspected=True), factories.make_user(Role.HOUSEKEEPING)
    task = leave(bed, people)
    perform(task, "start", by=cleaner)
    perform(task, "hand_over", by=other, given=DONE)
    for person in (cleaner, other):
        with pytest.raises(Refused, match="somebody else"):
            perform(task, "inspect", by=person)
    perform(task, "inspect", by=people[Role.FACILITIES_STAFF])
    assert bed.state == B.READY


def test_the_head_of_facilities_waives_with_a_reason(session: Any, people: dict[Role, User],
                                                     cleaner: User) -> None:
    bed = make_bed(inspected=True)
    task = leave(bed, people)
    clean(task, cleaner)
    head = people[Role.FACILITIES_HEAD]
    with pytest.raises(Refused, match="reason"):
        perform(task, "waive", by=head)
    perform(task, "waive", by=head, reason="One cleaner at night, looked at by telephone")
    assert (bed.state, task.state, wrong(session)) == (B.READY, S.FINISHED, [])
    assert task.inspected_at >= task.cleaned_at


def test_a_cleaning_is_given_back_and_who_comes_next_cleans(session: Any, people: dict[Role, User],
                                                            cleaner: User) -> None:
    bed, other = make_bed(inspected=True), factories.make_user(Role.HOUSEKEEPING)
    for person in (cleaner, other):
        factories.make_employee(person)
    task = leave(bed, people)
    perform(task, "start", by=cleaner)
    with pytest.raises(Refused, match="reason"):
        perform(task, "give_back", by=cleaner)
    perform(task, "give_back", by=cleaner, reason="End of my shift")
    assert (bed.state, task.state, task.started_at, task.employee) == (B.NEEDS_CLEANING, S.WAITING, None,
                                                                       None)
    assert wrong(session) == []
    clean(task, other)
    assert task.employee.user_id == other.id
    perform(task, "inspect", by=cleaner)
    assert bed.state == B.READY


# ---------------------------------------------------------------- seeds 6: nothing of months ago is redone

@pytest.mark.parametrize("inspected", [False, True])
def test_a_cleaning_that_ended_is_not_redone(people: dict[Role, User], cleaner: User,
                                             inspected: bool) -> None:
    bed = make_bed(inspected=inspected)
    task = leave(bed, people)
    clean(task, cleaner)
    if inspected:
        perform(task, "inspect", by=people[Role.FACILITIES_STAFF])
    occupy(bed, people)
    for step in ("redo", "inspect", "waive", "cancel", "give_back", "start"):
        for person in (*people.values(), factories.make_user(Role.HOUSEKEEPING)):
            with pytest.raises(Refused):
                perform(task, step, by=person, reason="Dusty")


# ---------------------------------------------------------------- what verify finds

def _dirty(people: dict[Role, User], cleaner: User, state: BedState) -> Bed:
    bed = make_bed(inspected=True, is_isolation=True)
    task = leave(bed, people)
    if state != B.NEEDS_CLEANING:
        perform(task, "start", by=cleaner)
    if state == B.NEEDS_INSPECTION:
        perform(task, "hand_over", by=cleaner, given=DONE)
    return bed


#: What is written past the operations, where the bed stands, and that verify finds it.
VIOLATIONS = {
    "a dirty bed without a task": (B.NEEDS_CLEANING, "UPDATE cleaning SET state = 'cancelled'"),
    "a dirty bed whose task is under way": (B.NEEDS_CLEANING, "UPDATE cleaning SET state = 'in_progress'"),
    "a task of a lower kind": (B.NEEDS_CLEANING, "UPDATE cleaning SET kind = 'terminal'"),
    "a bed in cleaning whose task waits": (B.CLEANING, "UPDATE cleaning SET state = 'waiting'"),
    "a bed in cleaning whose task is finished": (B.CLEANING, "UPDATE cleaning SET state = 'finished'"),
    "an inspection of nothing": (B.NEEDS_INSPECTION, "UPDATE cleaning SET state = 'finished'"),
    "an inspection while it is cleaned": (B.NEEDS_INSPECTION, "UPDATE cleaning SET state = 'in_progress'"),
    "a ready bed with a task": (B.NEEDS_CLEANING, "UPDATE bed SET state = 'ready', cleaning_due = NULL"),
    "a bed out of service with a task": (B.NEEDS_CLEANING, "UPDATE bed SET state = 'out_of_service'"),
    "a dirty bed of which nobody knows what is due": (B.NEEDS_CLEANING, "UPDATE bed SET cleaning_due = NULL"),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_verify_finds(session: Any, people: dict[Role, User], cleaner: User, name: str) -> None:
    state, statement = VIOLATIONS[name]
    _dirty(people, cleaner, state)
    assert wrong(session) == []
    session.execute(sa.text(statement))
    session.expire_all()
    assert any("exactly one open cleaning" in name for name in wrong(session))


def test_verify_finds_something_due_at_a_ready_bed(session: Any) -> None:
    make_bed()
    session.execute(sa.text("UPDATE bed SET cleaning_due = 'terminal'"))
    assert wrong(session) == ["rooms: a bed that is ready or occupied has no cleaning due"]


@pytest.mark.parametrize("state", ["needs_cleaning", "cleaning"])
def test_verify_finds_a_dirty_room_without_a_task(session: Any, state: str) -> None:
    factories.make_room(state=state)
    assert len(wrong(session)) == 1


@pytest.mark.parametrize("state", ["to_inspect", "inspected"])
def test_the_database_refuses_an_inspection_that_nobody_asked_for(session: Any, people: dict[Role, User],
                                                                  state: str) -> None:
    leave(make_bed(), people)
    with pytest.raises(sa.exc.IntegrityError, match="inspected_if_asked"):
        session.execute(sa.text(f"UPDATE cleaning SET state = '{state}'"))


@pytest.mark.parametrize("state", OPEN_TASKS)
@pytest.mark.parametrize("place", ["bed", "room"])
def test_the_database_refuses_a_second_open_task(session: Any, people: dict[Role, User], place: str,
                                                 state: CleaningState) -> None:
    where = {"bed": make_bed()} if place == "bed" else {"room": factories.make_room()}
    factories.saved(Cleaning(kind=K.TERMINAL, **where))
    with pytest.raises(sa.exc.IntegrityError):
        factories.saved(Cleaning(kind=K.TERMINAL, state=state, **where))


def test_a_cleaning_stays_with_its_place(session: Any, people: dict[Role, User]) -> None:
    task = leave(make_bed(), people)
    task.bed = make_bed()
    with pytest.raises(Refused, match="belongs to its place"):
        session.flush()


def test_a_bed_that_is_carried_away_takes_its_open_cleaning_along(session: Any, people: dict[Role, User],
                                                                  cleaner: User) -> None:
    bed = make_bed()
    factories.saved(Bed(inpatient_room=bed.inpatient_room, number="2"))
    former, first = bed.inpatient_room, leave(bed, people)
    clean(first, cleaner)
    task, other = leave(bed, people), factories.make_inpatient_room(0)
    session.expire_all()  # as when a form is saved: nothing of the bed is known by then
    bed.inpatient_room, bed.number = other, "9"
    session.flush()
    session.expire_all()
    assert wrong(session) == []
    assert (first.inpatient_room_id, task.inpatient_room_id) == (former.id, other.id)


def test_histories_of_before_stay_legal(session: Any, people: dict[Role, User], cleaner: User) -> None:
    """Until now a finished cleaning was inspected or redone; what is told of that is no wrong step today."""
    task = leave(make_bed(), people)
    clean(task, cleaner)
    for name, source, target in (("redo", "finished", "waiting"), ("inspect", "finished", "inspected")):
        session.execute(
            sa.text(
                "INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, "
                "user_id, "
                f"occurred_at) VALUES ('cleaning', {task.id}, '{name}', '{source}', '{target}', "
                f"{cleaner.id}, :now)"
            ),
            {"now": clock.now().replace(tzinfo=None)},
        )
    session.execute(sa.text("UPDATE cleaning SET state = 'inspected', needs_inspection = true"))
    session.expire_all()
    assert wrong(session) == []
    session.execute(sa.text(
        "INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, user_id, "
        f"occurred_at) VALUES ('cleaning', {task.id}, 'waive', 'finished', 'inspected', {cleaner.id}, :now)"),
        {"now": clock.now().replace(tzinfo=None)})
    assert len(wrong(session)) == 1


# ---------------------------------------------------------------- races

@pytest.mark.commits
@pytest.mark.parametrize("step", ["start", "finish", "by hand"])
def test_the_patient_leaves_while_somebody_cleans(app: Any, step: str) -> None:
    """Whoever is first, the bed has one open task of the kind that is due afterwards; the other may be told
    to look."""
    for _ in range(3):
        with one_transaction():
            bed = factories.make_bed()
            desk, cleaner = factories.make_user(Role.FRONT_OFFICE), factories.make_user(Role.HOUSEKEEPING)
            perform(bed, "check_in", by=desk, given={"guest": f"FO-{bed.id}"})
            task = None if step == "by hand" else make_cleaning(K.ROUTINE, bed=bed, by=cleaner)
            if task is not None and step == "finish":
                perform(task, "start", by=cleaner)
            keys = bed.id, task and task.id, desk.id, cleaner.id

        def check_out(keys: Any) -> None:
            with one_transaction() as own:
                perform(own.get(Bed, keys[0]), "check_out", by=own.get(User, keys[2]))

        def clean_it(keys: Any) -> None:
            with one_transaction() as own:
                by = own.get(User, keys[3])
                if step == "by hand":
                    make_cleaning(K.ROUTINE, bed=own.get(Bed, keys[0]), by=by)
                else:
                    perform(own.get(Cleaning, keys[1]), step, by=by, given=DONE if step == "finish" else None)

        told = at_once(app, [partial(check_out, keys), partial(clean_it, keys)])
        if told[0] is not None:  # told to look again: the second press goes through
            check_out(keys)
        assert won(told)
        bed = db.session.get(Bed, keys[0])
        after = {(B.NEEDS_CLEANING, K.TERMINAL, S.WAITING)}
        if step == "start":  # the patient was gone before the cleaner began: what begins is the terminal one
            after.add((B.CLEANING, K.TERMINAL, S.IN_PROGRESS))
        assert (bed.state, the_task(bed).kind, the_task(bed).state) in after
        assert wrong(db.session) == []
