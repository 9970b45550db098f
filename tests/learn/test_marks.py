"""How far a class is: the last day counts whole in the hospital's zone; marks, stumbles, the file."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from models import clock
from models.activity import Activity, ActivityLog
from models.learning import CaseProgress, ExerciseProgress, TaskKind
from models.operations.learning import marks, progress
from models.people import User
from models.roles import Role
from portal.learn.classes import common
from tests.support.classroom import (
    Classroom,
    at,
    days_from_now,
    make_class,
    make_classroom,
    offer_some,
    put_in,
)
from tests.support.factories import make_user, saved

EXERCISE, CASE, LAB = TaskKind.EXERCISE, TaskKind.CASE, TaskKind.LAB


@pytest.fixture(autouse=True)
def _offered(monkeypatch: pytest.MonkeyPatch) -> None:
    offer_some(monkeypatch)


@pytest.fixture
def room(session: Any) -> Classroom:
    return make_classroom()


def solved(person: User, key: str, when: Any, tries: int = 1, hints: int = 0) -> ExerciseProgress:
    return saved(ExerciseProgress(user_id=person.id, key=key, first_tried_at=when, tries=tries,
                                  hints_used=hints, solved_at=when, last_sql="SELECT 1"))


def found(room: Classroom) -> marks.Matrix:
    return marks.matrix(room.group, common.subjects_of(room.group))


# ---------------------------------------------------------------- days

def test_a_task_is_shown_from_its_first_day_on_in_the_hospitals_zone(client: Any, sign_in: Any,
                                                                     room: Classroom) -> None:
    """In Jakarta the day begins at 17 o'clock UTC of the day before."""
    day = days_from_now(10)
    room.give(EXERCISE, "dearest", opens_on=day, due_on=day)
    sign_in(client, room.ani)
    seen = []
    for moment in (at(day, 0) - timedelta(seconds=1), at(day, 0), at(day, 23, 59, 59)):
        clock.freeze(moment)
        sign_in(client, room.ani)
        seen.append("Dearest" in client.get("/learn/").text)
    assert seen == [False, True, True]


def test_the_last_day_counts_to_its_end_and_the_next_one_is_late(client: Any, sign_in: Any,
                                                                 room: Classroom) -> None:
    day = clock.today()
    room.give(EXERCISE, "dearest", opens_on=day, due_on=day)
    said = []
    for moment in (at(day, 23, 59, 59), at(day, 23, 59, 59) + timedelta(seconds=1)):
        clock.freeze(moment)
        sign_in(client, room.ani)
        page = client.get("/learn/").text
        said.append(("Due today" in page, "Last day is over" in page))
    assert said == [(True, False), (False, True)]


@pytest.mark.parametrize(("seconds", "in_time"), [(-1, 1), (0, 0)])
def test_what_is_done_in_the_last_second_is_in_time(room: Classroom, seconds: int, in_time: int) -> None:
    day = clock.today()
    task = room.give(EXERCISE, "dearest", opens_on=day, due_on=day)
    solved(room.ani, "dearest", at(day + timedelta(days=1), 0) + timedelta(seconds=seconds))
    stand = found(room).stand(room.ani.id, task)
    assert (stand.done, stand.in_time, stand.is_late) == (1, in_time, not in_time)


def test_what_was_done_before_the_first_day_counts(room: Classroom) -> None:
    task = room.give(EXERCISE, "dearest", opens_on=clock.today(), due_on=clock.today())
    solved(room.ani, "dearest", clock.now() - timedelta(days=30))
    assert found(room).stand(room.ani.id, task).in_time == 1


# ---------------------------------------------------------------- marks

def test_the_mark_is_the_mean_of_what_was_done_in_time(session: Any, room: Classroom) -> None:
    """An exercise in time, another one late, half of a case, a lab: (1 + 0 + 0.5 + 1) / 4 is 62 or 63."""
    now, late = clock.now(), clock.today() - timedelta(days=2)
    room.give(EXERCISE, "dearest")
    room.give(EXERCISE, "stock-per-store", opens_on=late, due_on=late)
    room.give(CASE, "recall")
    room.give(LAB, "double-booking")
    solved(room.ani, "dearest", now)
    solved(room.ani, "stock-per-store", now)
    for step in ("find", "block"):
        progress.case_step_done(session, room.ani, "recall", step)
    progress.lab_done(session, room.ani, "double-booking")
    matrix = found(room)
    assert matrix.mark(room.ani.id) in (62, 63)
    assert matrix.mark(room.budi.id) == 0
    assert (matrix.complete(room.ani.id), matrix.complete(room.budi.id)) == (3, 0)


def test_a_class_without_a_task_has_no_mark(room: Classroom) -> None:
    assert found(room).mark(room.ani.id) is None


def test_a_step_that_a_case_does_not_have_counts_for_nothing(session: Any, room: Classroom) -> None:
    task = room.give(CASE, "recall")
    for step in ("find", "block", "tell", "no such step"):
        progress.case_step_done(session, room.ani, "recall", step)
    stand = found(room).stand(room.ani.id, task)
    assert (stand.done, stand.of, stand.is_complete, stand.complete_at) == (3, 4, False, None)
    progress.case_step_done(session, room.ani, "recall", "close")
    stand = found(room).stand(room.ani.id, task)
    assert stand.is_complete
    assert stand.complete_at is not None


def test_a_case_whose_last_step_is_late_is_partly_in_time(room: Classroom) -> None:
    day = clock.today()
    task = room.give(CASE, "recall", opens_on=day, due_on=day)
    for step, moment in (("find", at(day, 12)), ("block", at(day + timedelta(days=1), 0))):
        saved(CaseProgress(user_id=room.ani.id, key="recall", step=step, done_at=moment))
    stand = found(room).stand(room.ani.id, task)
    assert (stand.done, stand.in_time) == (2, 1)


def test_progress_of_who_is_not_in_the_class_is_not_shown(client: Any, sign_in: Any, session: Any,
                                                          room: Classroom) -> None:
    task = room.give(EXERCISE, "dearest")
    stranger = make_user(Role.STUDENT, name="A stranger")
    put_in(make_class(), stranger)
    gone = make_user(Role.STUDENT, name="Gone by now")
    put_in(room.group, gone, joined_at=clock.now() - timedelta(days=1), left_at=clock.now())
    for person in (stranger, gone):
        progress.tried(session, person, "dearest", "SELECT secret", solved=False)
    sign_in(client, room.teacher)
    for rest in ("/progress", f"/tasks/{task.id}"):
        page = client.get(f"/learn/classes/{room.group.id}{rest}").text
        assert "A stranger" not in page
        assert "Gone by now" not in page
        assert "SELECT secret" not in page


def test_progress_at_what_the_class_does_not_have_is_not_shown(client: Any, sign_in: Any, session: Any,
                                                               room: Classroom) -> None:
    room.give(EXERCISE, "dearest")
    progress.tried(session, room.ani, "stock-per-store", "SELECT private", solved=False)
    sign_in(client, room.teacher)
    assert "SELECT private" not in client.get(f"/learn/classes/{room.group.id}/progress").text


# ---------------------------------------------------------------- the matrix and where it stumbles

def test_the_matrix_says_who_did_what_and_a_case_by_its_steps(client: Any, sign_in: Any, session: Any,
                                                              room: Classroom) -> None:
    room.give(EXERCISE, "dearest")
    case = room.give(CASE, "recall")
    solved(room.ani, "dearest", clock.now(), tries=3, hints=2)
    progress.case_step_done(session, room.ani, "recall", "find")
    sign_in(client, room.teacher)
    page = client.get(f"/learn/classes/{room.group.id}/progress").text
    for words in ("3 tries, 2 hints", "1 of 4", "not begun", "Dearest", "Recall of a batch"):
        assert words in page
    steps = client.get(f"/learn/classes/{room.group.id}/tasks/{case.id}").text
    for words in ("1. Find", "2. Block", "3. Tell", "4. Close"):
        assert words in steps
    assert steps.count("not done") == 7  # three of Ani's, four of Budi's


def test_the_hardest_exercise_comes_first(session: Any, room: Classroom) -> None:
    """One that nobody solved, then by tries for one solution; what nobody began is not there."""
    for key in ("dearest", "stock-per-store", "never"):
        room.give(EXERCISE, key)
    solved(room.ani, "dearest", clock.now(), tries=9)
    solved(room.budi, "dearest", clock.now(), tries=1)
    progress.tried(session, room.ani, "stock-per-store", "SELECT 1", solved=False)
    stumbles = marks.stumbles(found(room))
    assert [(each.task.key, each.tries_each, each.solved, each.begun) for each in stumbles] == [
        ("stock-per-store", None, 0, 1), ("dearest", 5.0, 2, 2)]
    solved(room.budi, "stock-per-store", clock.now(), tries=1)
    assert [each.task.key for each in marks.stumbles(found(room))] == ["dearest", "stock-per-store"]


def test_the_teacher_reads_the_last_statement_of_who_has_not_solved_it(client: Any, sign_in: Any,
                                                                       session: Any, room: Classroom) -> None:
    room.give(EXERCISE, "dearest")
    progress.tried(session, room.ani, "dearest", "SELECT <b> FROM asset", solved=False)
    progress.tried(session, room.budi, "dearest", "SELECT solved_it", solved=True)
    progress.hint_used(session, room.ani, "dearest")
    sign_in(client, room.teacher)
    page = client.get(f"/learn/classes/{room.group.id}/progress").text
    part = page[page.index("h-stumbles"):]
    assert "SELECT &lt;b&gt; FROM asset" in part
    assert "SELECT solved_it" not in part
    for words in ("2 tries for one solution", "1 hint", "1 of 2 solved it"):
        assert words in part


# ---------------------------------------------------------------- the file

def workbook(client: Any, room: Classroom) -> Any:
    answer = client.get(f"/learn/classes/{room.group.id}/marks.xlsx")
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=\"marks-")
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data))


def rows_of(client: Any, room: Classroom) -> list[list[list[Any]]]:
    """Rows of cells of each sheet."""
    book = workbook(client, room)
    return [book.get_sheet_by_index(place).to_python() for place in range(len(book.sheet_names))]


def test_marks_are_a_workbook_of_students_and_of_their_tasks(client: Any, sign_in: Any, session: Any,
                                                             room: Classroom) -> None:
    day = days_from_now(7)
    room.give(EXERCISE, "dearest", due_on=day)
    room.give(CASE, "recall")
    solved(room.ani, "dearest", at(clock.today(), 8, 30), tries=2, hints=1)
    progress.case_step_done(session, room.ani, "recall", "find")
    sign_in(client, room.teacher)
    assert workbook(client, room).sheet_names == ["Marks", "Tasks"]
    rows, each = rows_of(client, room)
    assert rows[0] == ["Name", "E-mail", "Joined at", "Tasks", "Done", "Mark (0 to 100)",
                       "Dearest (Exercises)", "Recall of a batch (Cases)"]
    assert [[row[0], row[1], *row[3:]] for row in rows[1:]] == [
        ["Ani", room.ani.email, 2, 1, 62, 100, 25], ["Budi", room.budi.email, 2, 0, 0, 0, 0]]
    assert len(each) == 1 + 2 * 2
    first = next(line for row in each[1:] if (line := dict(zip(each[0], row, strict=True)))
                 and (line["Name"], line["Task"]) == ("Ani", "Dearest"))
    assert (first["Tries"], first["Hints used"], first["In time"]) == (2, 1, 1)
    assert first["Last day"] in (day, datetime.combine(day, time()))
    assert first["Complete at"] == at(clock.today(), 8, 30).replace(tzinfo=None), "on the hospital's clock"


@pytest.mark.parametrize("name", ["=1+1", "+62 812", "-2", "@SUM(A1)", "\t=1"])
def test_a_name_is_never_a_formula(client: Any, sign_in: Any, room: Classroom, name: str) -> None:
    room.ani.name = name
    room.give(EXERCISE, "dearest")
    sign_in(client, room.teacher)
    for sheet in rows_of(client, room):
        assert f"'{name}" in [row[0] for row in sheet]
    with zipfile.ZipFile(io.BytesIO(client.get(f"/learn/classes/{room.group.id}/marks.xlsx").data)) as file:
        assert not any(b"<f>" in file.read(part) for part in file.namelist())


def test_taking_the_marks_is_written_down(client: Any, sign_in: Any, session: Any, room: Classroom) -> None:
    sign_in(client, room.teacher)
    workbook(client, room)
    assert session.scalar(sa.select(sa.func.count()).select_from(ActivityLog).where(
        ActivityLog.activity == Activity.EXPORTED, ActivityLog.table_name == "learning_class",
        ActivityLog.changed_id == str(room.group.id))) == 1


# ---------------------------------------------------------------- the student's home

def test_the_home_says_what_is_due_open_things_first(client: Any, sign_in: Any, session: Any,
                                                     room: Classroom) -> None:
    room.give(EXERCISE, "dearest", due_on=days_from_now(1))
    room.give(CASE, "recall", due_on=days_from_now(2))
    room.give(LAB, "double-booking", opens_on=days_from_now(1))
    solved(room.ani, "dearest", clock.now())
    sign_in(client, room.ani)
    page = client.get("/learn/").text
    part = page[page.index("h-due"):page.index("learn-cards")]
    assert part.index("Recall of a batch") < part.index("Dearest")
    assert 'href="/learn/cases/recall"' in part
    assert "Double booking" not in part
    assert part.count("Done") == 1
    sign_in(client, make_user(Role.STUDENT))
    assert "h-due" not in client.get("/learn/").text


def test_what_a_closed_class_or_one_that_was_left_had_is_not_due(client: Any, sign_in: Any, session: Any,
                                                                 room: Classroom) -> None:
    room.give(EXERCISE, "dearest")
    sign_in(client, room.ani)
    assert "h-due" in client.get("/learn/").text
    client.post(f"/learn/join/{room.group.id}/leave")
    assert "h-due" not in client.get("/learn/").text
    room.group.closed_at, room.group.invitation_code = clock.now(), None
    sign_in(client, room.budi)
    assert "h-due" not in client.get("/learn/").text


def test_tries_for_one_solution_are_a_number_that_people_write() -> None:
    """21 tries for 5 solutions are 4.2, not 4.2000000000000002."""
    stumble = marks.Stumble(task=None, tries=21, hints=0, solved=5, begun=5, unsolved=())  # type: ignore[arg-type]
    assert str(stumble.tries_each) == "4.2"
