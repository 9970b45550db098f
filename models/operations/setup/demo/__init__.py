"""The demo hospital: RSUD Tirta Husada, synthetic, deterministic and lived in.

`load` plays a year of the hospital through the same operations that people use, with the clock in the past.
People, prices and conversations are made up; items, accounts, regions and specialisations are the reference
data.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from models import actor, clock
from models.base import one_transaction
from models.operations.core import bulk
from models.operations.setup import reference
from models.operations.setup.demo import (
    assets,
    classes,
    clinic,
    copies,
    delegations,
    maintenance,
    mistakes,
    monthly_reports,
    notices,
    people,
    places,
    planning,
    rare,
    stores,
)
from models.operations.setup.demo.world import World

PASSWORD = people.PASSWORD


def load(session: Any, *, scale: int = 1, seed: int = 2026,
         progress: Callable[[str], None] | None = None, tell: Callable[..., None] | None = None) -> None:
    """Fill an empty database. Each step of `scale` above 1 adds a copy of what happened and has ended, in the
    three years before; the same `seed` and the same day give the same hospital. Commits once: the hospital is
    there whole, or not at all.

    `progress` hears what is loaded as a text, `tell` as a part (reference, masters, year, today), how much of
    it is done (0 to 1) and the day that was reached.
    """
    world = _world(session, scale, seed, progress, tell)
    with _in_the_past(world), one_transaction():
        copies.reserve(world)
        _found(world, contextlib.nullcontext)
        _play(world, contextlib.nullcontext)
        copies.load(world)
    _end(world)


def found(session: Any, *, seed: int = 2026, tell: Callable[..., None] | None = None) -> World:
    """The first part of `load`, without its year: reference data, people, places. Everybody can sign in then;
    `play` goes on with what is returned, in this process or in its copy. Commits."""
    world = _world(session, 1, seed, None, tell)
    with _in_the_past(world):
        _found(world, one_transaction)
    return world


def play(world: World, part: Callable[[], Any]) -> None:
    """The year of a hospital that was founded, a week of it in one `part` (a transaction). Commits."""
    with _in_the_past(world):
        _play(world, part)
    _end(world)


def _world(session: Any, scale: int, seed: int, progress: Callable[[str], None] | None,
           tell: Callable[..., None] | None) -> World:
    today = clock.today()
    world = World(session=session, rng=random.Random(seed), today=today, scale=scale,
                  progress=progress or (lambda _text: None), tell=tell or (lambda *_told: None))
    world.end = datetime.combine(today - timedelta(days=1), time(17), clock.zone())
    return world


@contextlib.contextmanager
def _in_the_past(world: World) -> Iterator[None]:
    """The clock stands a year ago, and goes on with what happens."""
    actor.set_actor(None, actor.Door.COMMAND)
    clock.freeze(datetime.combine(world.today - timedelta(days=371), time(7), clock.zone()))
    try:
        yield
    finally:
        clock.freeze(None)


def _end(world: World) -> None:
    with one_transaction():
        bulk.analyze(world.session)
    world.progress("done")


def _found(world: World, part: Callable[[], Any]) -> None:
    say, session = world.progress, world.session
    with part():
        say("reference data: accounts, items, regions")
        world.tell("reference")
        reference.load(session)
    with part():
        say("people, places, stores")
        world.tell("masters")
        people.load(world)
        places.load(world)
        stores.load_masters(world)
        maintenance.load_types(world)
        assets.load_masters(world)
        clinic.load_masters(world)


def _play(world: World, part: Callable[[], Any]) -> None:
    say = world.progress
    stores.plan(world)
    assets.plan(world)
    maintenance.plan(world)
    clinic.plan(world)
    classes.plan(world)
    world.play(part)
    clock.freeze(world.end)
    with part():
        say("what waits today")
        world.tell("today")
        places.load_past(world)
        stores.load_open(world)
        world.tell("today", 0.3)
        planning.load_open(world)
        clock.freeze(world.end)
        with world.at_desks():
            assets.load_open(world)
            maintenance.load_open(world)
        world.tell("today", 0.5)
        places.load_open(world)
        clinic.load_open(world)
        clinic.load_today(world)
        monthly_reports.load_open(world)
        rare.load_open(world)
        delegations.load_open(world)
        mistakes.load_open(world)
        notices.load(world)
        world.tell("today", 0.8)
