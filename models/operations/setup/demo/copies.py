"""What makes the demo large: what happened in the played year and has ended is copied into the three years
before it, as many times as the scale says.

Keys of the copies lie below those of the played year, as their days do. All rules hold: `flask verify`
proves them.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from models.journal import Period
from models.operations.core import activity
from models.operations.core.locking import insert_once
from models.operations.ledger.days import begin_books
from models.operations.setup.demo import copies_log, copies_rules, copies_visits
from models.operations.setup.demo.copies_chosen import chosen
from models.operations.setup.demo.copies_stock import Evened
from models.operations.setup.demo.copies_written import BEFORE, DAYS, Writer
from models.operations.setup.demo.world import World

#: Keys that are kept free in each table for one copy of it.
KEYS = 50_000


def reserve(world: World) -> None:
    """Keep keys free for the copies, before the first row is written; and open the books of their years."""
    free = KEYS * (world.scale - 1)
    if not free:
        return
    connection = world.session.connection()
    for name in (*copies_rules.TABLES, "activity_log"):
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :free)"),
                               {"name": f'"{name}"', "free": free})
        else:
            connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
            connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :free)"),
                               {"name": name, "free": free})
    begin_books(world.today - timedelta(days=BEFORE + DAYS + 31))


def load(world: World) -> None:
    """Write scale − 1 copies; in the transaction in which the year was played."""
    turns = world.scale - 1
    if not turns:
        return
    session = world.session
    session.flush()
    activity.write(session())
    picks = chosen(session, world.today)
    evened = Evened(world)
    evened.balance(picks)
    months = {(day.year, day.month) for ago in range(BEFORE + DAYS + 31)
              if (day := world.today - timedelta(days=ago))}
    for year, month in sorted(months):
        session.execute(insert_once(Period.__table__).values(year=year, month=month))
    writer = Writer(world, picks, turns)
    if max(map(len, picks.values())) > KEYS:
        raise ValueError(f"more than {KEYS} rows of a table are to be copied")
    writer.prepare(copies_visits.times(writer))
    for name, rows in evened.rows.items():
        writer.more(name, rows)
    writer.ready()
    with writer.bare("activity_log"):
        writer.write()
        copies_log.write(writer)
    writer.clear()
    session.expire_all()
