"""The demo's class: what its teacher sees has been worked on, and everything that is given exists."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.learning import ClassTask, ExerciseProgress, LearningClass, TaskKind
from models.operations.setup.demo import classes
from models.operations.setup.demo.world import World
from models.people import User
from models.roles import Role
from portal.learn.breaking.labs import LABS
from portal.learn.cases.stories import cases
from portal.learn.exercises.files import exercises

pytestmark = pytest.mark.once
KNOWN = {TaskKind.EXERCISE: exercises, TaskKind.CASE: cases, TaskKind.LAB: lambda: LABS}


def test_what_is_given_exists() -> None:
    for _ago, kind, keys in classes.GIVEN:
        assert set(keys) <= set(KNOWN[kind]())


@pytest.fixture
def world(session: Any, user: Any) -> World:
    made = World(session=session, rng=random.Random(1), today=clock.today(), scale=1,
                 progress=lambda _text: None)
    made.end = datetime.combine(clock.today() - timedelta(days=1), time(17), clock.zone())
    made.users = {"teacher": user(Role.TEACHER), "student": user(Role.STUDENT)}
    classes.plan(made)
    try:
        made.play()
    finally:
        clock.freeze(None)
    return made


def test_the_class_is_in_its_sixth_week(session: Any, world: World) -> None:
    [group] = session.scalars(sa.select(LearningClass))
    tasks = session.scalars(sa.select(ClassTask)).all()
    assert (group.is_open, len(group.members), len(tasks)) == (True, 12, 15)
    rows = session.scalars(sa.select(ExerciseProgress)).all()
    solved = {key: [row.solved_at is not None for row in rows if row.key == key] for key in
              {row.key for row in rows}}
    assert all(len(each) >= 3 for each in solved.values())
    shares = {key: sum(each) / 12 for key, each in solved.items()}
    over = {task.key for task in tasks if task.is_late(clock.today()) and task.kind == TaskKind.EXERCISE}
    assert min(over, key=lambda key: shares[key]) == classes.HARD
    assert all(row.first_tried_at >= group.opened_at for row in rows)


def test_the_classmates_cannot_sign_in(session: Any, world: World) -> None:
    """As other people of the demo who fill the lists."""
    mates = session.scalars(sa.select(User).where(User.email.like("student0%"))).all()
    assert mates
    assert {mate.password_hash for mate in mates} == {None}
