"""The tag of an asset, and its number under a code of state property: each from a counter of its own."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models import clock
from models.documents import NumberCounter


def ten_digits() -> sa.CheckConstraint:
    """The code of state property: ten digits, as 3050104001."""
    digits = "0123456789"
    return sa.CheckConstraint(f"length(bmn_code) = 10 AND ltrim(bmn_code, '{digits}') = ''",
                              name="bmn_code_of_ten_digits")


def next_tag(connection: sa.Connection) -> str:
    """The next free tag of the year, ``AST-2026-000123``. Its counter stays locked until the transaction
    ends."""
    year, taken = clock.today().year, sa.table("asset", sa.column("tag")).c.tag
    while True:
        tag = f"AST-{year}-{_counted(connection, 'AST', year):06d}"
        if not connection.scalar(sa.select(sa.exists().where(taken == tag))):
            return tag


def next_nup(connection: sa.Connection, code: str) -> int:
    """The next number under a code of state property, from 1 without a gap."""
    # a counter's key is eight characters and a number: the code's first eight digits, and its last two
    return _counted(connection, code[:8], int(code[8:]) if code[8:].isdigit() else 0)


def _counted(connection: sa.Connection, prefix: str, year: int) -> int:
    """The next number of a counter, which stays locked until the transaction ends."""
    counter = NumberCounter.__table__
    bump = (sa.update(counter).where(counter.c.prefix == prefix, counter.c.year == year)
            .values(last=counter.c.last + 1).returning(counter.c.last))
    last = connection.scalar(bump)
    if last is None:
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(insert(counter).values(prefix=prefix, year=year, last=0).on_conflict_do_nothing())
        last = connection.scalar(bump)
    assert last is not None
    return int(last)
