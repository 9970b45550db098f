"""A teacher's class in its sixth week: students of different speed, one exercise on which many are stuck."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial

from models import clock
from models.learning import LearningClass, TaskKind
from models.operations.learning import classes, progress
from models.operations.setup.demo.world import World
from models.people import User, UserRole
from models.roles import Role

NAME = "Basis Data A, semester gasal"
#: The demo's student and classmates, each with the share of exercises that they solve.
STUDENTS = (("student", "", 0.75), ("student02", "Aulia Rahmadani", 0.95),
            ("student03", "Bima Ardiansyah", 0.6),
            ("student04", "Citra Maharani", 0.9), ("student05", "Dimas Kurniawan", 0.35),
            ("student06", "Eka Nuraini", 0.8), ("student07", "Galih Saputro", 0.5),
            ("student08", "Hana Safitri", 1.0), ("student09", "I Made Wirawan", 0.7),
            ("student10", "Jihan Azzahra", 0.85), ("student11", "Maria Simanjuntak", 0.65),
            ("student12", "Yusuf Habibie", 0.15))
#: What was given: days ago on which it opened, and the kind and keys; each is due a week later.
GIVEN = (
    (35, TaskKind.EXERCISE, ("ready-beds", "no-barcode", "items-of-a-store", "born-in-the-nineties")),
    (28, TaskKind.EXERCISE, ("beds-with-ward-and-class", "requests-with-unit-and-author",
                             "items-never-ordered")),
    (21, TaskKind.CASE, ("recall",)),
    (14, TaskKind.EXERCISE, ("stock-per-store", "no-show-rate", "below-minimum")),
    (7, TaskKind.LAB, ("double-booking",)),
    (1, TaskKind.EXERCISE, ("last-price", "recall-list", "requests-above-the-mean")),
)
#: The exercise on which the class stumbles: few solve it, after many tries.
HARD = "no-show-rate"
TRIED = "SELECT * FROM consultation"


def plan(world: World) -> None:
    """Let the class be made and worked through in its weeks."""
    dice = random.Random(NAME)
    people = _students(world)
    first = GIVEN[0][0]
    world.at(world.moment(first, 8), lambda: _make(world, people))
    for ago, kind, keys in GIVEN:
        world.at(world.moment(ago, 10), partial(_give, world, kind, keys))
        if kind == TaskKind.EXERCISE:
            for student, share in people:
                for key in keys:
                    _plan_tries(world, dice, student, share * (0.3 if key == HARD else 1), key, ago)


def _students(world: World) -> list[tuple[User, float]]:
    people = []
    for key, name, share in STUDENTS:
        if key not in world.users:
            world.users[key] = User(name=name, email=f"{key}@demo.rawat", is_demo=True,
                                    email_confirmed_at=clock.now(), user_roles=[UserRole(role=Role.STUDENT)])
            world.session.add(world.users[key])
        people.append((world.users[key], share))
    world.session.flush()
    return people


def _make(world: World, people: list[tuple[User, float]]) -> None:
    group = classes.make(NAME, by=world.users["teacher"])
    group.invitation_code = "RAWAT234"  # the same hospital has the same code
    world.things["class"] = group
    for student, _share in people:
        classes.join(group, student)


def _give(world: World, kind: TaskKind, keys: tuple[str, ...]) -> None:
    group: LearningClass = world.things["class"]
    classes.assign(group, [(kind, key) for key in keys], opens_on=clock.today(),
                   due_on=clock.today() + timedelta(days=7), by=world.users["teacher"])


def _plan_tries(world: World, dice: random.Random, student: User, share: float, key: str, ago: int) -> None:
    """Some tries in one evening of the week, the last of them right for those who solve it."""
    if dice.random() > share + 0.25:
        return  # did not begin
    solves, tries = dice.random() < share, dice.randint(1, 3 if share > 0.5 else 6)
    evening = world.moment(ago - dice.randint(0, 6), dice.randint(18, 21), dice.randint(0, 40))
    for number in range(tries):
        is_last = number == tries - 1
        world.at(evening + timedelta(minutes=4 * number),
                 partial(progress.tried, world.session, student, key, TRIED, solved=solves and is_last))
        if not is_last and number and dice.random() < 0.4:
            world.at(evening + timedelta(minutes=4 * number + 1),
                     partial(progress.hint_used, world.session, student, key))
