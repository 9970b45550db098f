"""A bed with what really happens to it, through the screens: a patient comes, moves to another bed, leaves
while a routine cleaning is under way, is taken for gone by mistake; and the bed is cleaned, inspected and
ready."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models.base import db
from models.beds import Bed, BedState, Stay
from models.housekeeping import Cleaning, CleaningKind
from models.operations.core import checks
from models.roles import Role
from tests.support import factories as make
from tests.support.screens import Desk

PEOPLE = {"desk": Role.FRONT_OFFICE, "cleaner": Role.HOUSEKEEPING, "other": Role.HOUSEKEEPING,
          "staff": Role.FACILITIES_STAFF}


@pytest.fixture
def desk(client: Any, sign_in: Any, session: Any) -> Desk:
    return Desk(client, sign_in, {name: make.make_user(role) for name, role in PEOPLE.items()})


@pytest.fixture
def beds(session: Any) -> list[Bed]:
    """Two in a room of a class whose cleanings are inspected."""
    room_class = make.make_room_class(needs_inspection=True)
    return make.make_inpatient_room(2, room_class=room_class).beds


def open_tasks(bed: Bed) -> list[CleaningKind]:
    return list(db.session.scalars(sa.select(Cleaning.kind).where(
        Cleaning.bed_id == bed.id, Cleaning.state.in_(("waiting", "in_progress", "to_inspect")))))


def the_books_agree() -> None:
    db.session.flush()
    assert [name for name, check in checks.CHECKS if check(db.session) is not None] == []


def test_the_patient_moves_and_the_bed_left_behind_is_cleaned(desk: Desk, beds: list[Bed]) -> None:
    first, second = beds
    desk.step("desk", first, "check_in", guest="FO-2611-0007")
    stay = db.session.scalars(sa.select(Stay)).one()
    desk.step("desk", first, "transfer", to_bed=second.id)
    assert (first.state, second.state, stay.bed_id) == (BedState.NEEDS_CLEANING, BedState.OCCUPIED, second.id)
    assert len(open_tasks(first)) == 1
    assert open_tasks(second) == []
    the_books_agree()


def test_the_patient_leaves_while_a_routine_cleaning_is_under_way(desk: Desk, beds: list[Bed]) -> None:
    """The routine cleaning becomes the terminal one that is due, and another person inspects it."""
    bed, _other = beds
    desk.step("desk", bed, "check_in", guest="FO-2611-0008")
    task = make.saved(Cleaning(bed=bed, kind=CleaningKind.ROUTINE))
    db.session.commit()
    desk.step("cleaner", task, "start")
    desk.step("desk", bed, "check_out", outcome="went_home")
    assert open_tasks(bed) == [CleaningKind.TERMINAL]
    (task,) = db.session.scalars(sa.select(Cleaning).where(
        Cleaning.bed_id == bed.id, Cleaning.kind == CleaningKind.TERMINAL))
    if task.state == "waiting":
        desk.step("cleaner", task, "start")
    desk.step("cleaner", task, "hand_over", checklist_done="y", cost="35000")
    assert bed.state == BedState.NEEDS_INSPECTION
    desk.sits("cleaner")
    assert desk.client.post(f"/admin/cleaning/{task.id}/inspect", data={
        "version": str(task.version)}).status_code == 422, "who cleaned does not inspect"
    desk.step("other", task, "inspect")
    assert (bed.state, open_tasks(bed)) == (BedState.READY, [])
    the_books_agree()


def test_a_check_out_that_was_wrong_is_taken_back(desk: Desk, beds: list[Bed]) -> None:
    bed, _other = beds
    desk.step("desk", bed, "check_in", guest="FO-2611-0009")
    desk.step("desk", bed, "check_out", outcome="went_home")
    desk.step("desk", bed, "undo_check_out", reason="Salah tempat tidur")
    stay = db.session.scalars(sa.select(Stay)).one()
    assert (bed.state, stay.ended_at, stay.outcome) == (BedState.OCCUPIED, None, None)
    assert open_tasks(bed) == []
    the_books_agree()
