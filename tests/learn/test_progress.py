"""What is kept of a student's tries, hints and steps, and what the database refuses of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models import clock
from models.learning import CaseProgress, ClassMember, ClassTask, ExerciseProgress, LearningClass, TaskKind
from models.operations.learning import progress
from models.roles import Role
from tests.support.factories import make_user, saved


def test_tries_are_counted_until_the_first_right_one(session: Any) -> None:
    ani = make_user(Role.STUDENT)
    progress.tried(session, ani, "stock-per-store", "SELECT 1", solved=False)
    progress.tried(session, ani, "stock-per-store", "SELECT 2", solved=True)
    row = progress.tried(session, ani, "stock-per-store", "SELECT 3", solved=False)
    assert (row.tries, row.last_sql) == (2, "SELECT 2")
    assert row.first_tried_at is not None
    assert row.solved_at is not None
    assert row.solved_at >= row.first_tried_at
    first = row.solved_at
    row = progress.tried(session, ani, "stock-per-store", "SELECT 4", solved=True)
    assert (row.tries, row.last_sql, row.solved_at) == (2, "SELECT 4", first)


def test_a_hint_before_the_first_try_is_no_try_and_there_are_three(session: Any) -> None:
    ani = make_user(Role.STUDENT)
    assert [progress.hint_used(session, ani, "days") for _ in range(4)] == [1, 2, 3, 3]
    row = progress.of(session, ani)["days"]
    assert (row.tries, row.first_tried_at) == (0, None)


def test_hints_after_the_solution_are_not_counted(session: Any) -> None:
    ani = make_user(Role.STUDENT)
    progress.tried(session, ani, "days", "SELECT 1", solved=True)
    assert progress.hint_used(session, ani, "days") == 0


def test_each_person_has_the_own_progress(session: Any) -> None:
    ani, budi = make_user(Role.STUDENT), make_user(Role.STUDENT)
    progress.tried(session, ani, "days", "SELECT 1", solved=True)
    progress.tried(session, budi, "weeks", "SELECT 1", solved=False)
    assert set(progress.of(session, ani)) == {"days"}
    assert set(progress.of(session, budi)) == {"weeks"}


def test_a_step_of_a_case_is_done_once(session: Any) -> None:
    ani, budi = make_user(Role.STUDENT), make_user(Role.STUDENT)
    for step in ("approve", "deliver", "approve"):
        progress.case_step_done(session, ani, "recall", step)
    assert progress.steps_done(session, ani, "recall") == {"approve", "deliver"}
    assert progress.steps_done(session, budi, "recall") == set()
    assert session.scalar(sa.select(sa.func.count()).select_from(CaseProgress).where(
        CaseProgress.user_id == ani.id)) == 2


def test_a_lab_and_a_case_of_one_name_are_two_things(session: Any) -> None:
    ani = make_user(Role.STUDENT)
    progress.lab_done(session, ani, "double-booking")
    assert progress.steps_done(session, ani, "double-booking") == set()


def test_a_statement_is_kept_without_what_a_database_cannot_hold(session: Any) -> None:
    ani = make_user(Role.STUDENT)
    row = progress.tried(session, ani, "days", "SELECT '\0'" + "x" * 100_000, solved=False)
    assert row.last_sql is not None
    assert row.last_sql.startswith("SELECT ''x")
    assert len(row.last_sql) == progress.MOST_LETTERS


def refused(session: Any, record: Any, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
        session.add(record)


def test_the_database_refuses_what_no_progress_can_be(session: Any) -> None:
    ani = make_user(Role.STUDENT)
    refused(session, ExerciseProgress(user_id=ani.id, key="a", tries=1), "tried_at_some_time")
    refused(session, ExerciseProgress(user_id=ani.id, key="a", hints_used=4), "hints_counted")
    refused(session, ExerciseProgress(user_id=ani.id, key="a", solved_at=clock.now()), "solved_by_trying")


def test_a_student_is_in_a_class_once_at_a_time(session: Any) -> None:
    ani, group = make_user(Role.STUDENT), saved(LearningClass(name="A", teacher=make_user(Role.TEACHER)))
    before = clock.now() - timedelta(days=1)
    saved(ClassMember(learning_class=group, student=ani, joined_at=before, left_at=before))
    saved(ClassMember(learning_class=group, student=ani))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(ClassMember(learning_class=group, student=ani))


def test_a_closed_class_has_no_code_and_no_task_ends_before_it_begins(session: Any) -> None:
    teacher = make_user(Role.TEACHER)
    refused(session, LearningClass(name="A", teacher=teacher, invitation_code="ABCD",
                                   opened_at=clock.now() - timedelta(days=1), closed_at=clock.now()),
            "closed_invites_nobody")
    group = saved(LearningClass(name="A", teacher=teacher))
    refused(session, ClassTask(learning_class_id=group.id, kind=TaskKind.CASE, key="recall",
                               due_on=clock.today() - timedelta(days=1)), "due_after_opening")
