"""Connections to PostgreSQL that keep the plans of statements, and of which requests that read ask without a
transaction.

A request that reads (`asks_only`) sends no BEGIN: each of its statements is a transaction of its own, as
every statement sees its own moment anyway (READ COMMITTED); `of_one_moment` is for what must agree. What has
to have a transaction gets one by itself: whatever does not begin with SELECT, locks of rows, cursors on the
server, everything inside of `one_transaction`, and whatever begins with more words than BEGIN (a patient's
role).

psycopg forgets all that it prepared when it sends ROLLBACK, and then the database plans each statement anew.
So a transaction that only read ends with COMMIT, which is the same for the data. Statements that search with
LIKE or ILIKE are never prepared: a plan for any word cannot use the index that this word needs.
"""

from __future__ import annotations

import re
import select
import time
from contextvars import ContextVar
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa
from psycopg import generators
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import event

from models.base import is_writing

#: Statements that a connection keeps prepared. The server holds up to 0.4 MB for each: the pages' are long.
KEPT = 100
#: Seconds after which a connection that nobody used is asked whether it still lives.
IDLE = 30.0

class Reading(Enum):
    """How what is asked from here on stands in transactions."""

    AS_EVER = 1       # in one that the first statement begins
    EACH_ALONE = 2    # without one, where none is needed
    ONE_MOMENT = 3    # in one whose statements all see the moment of the first


_reading: ContextVar[Reading] = ContextVar("reading", default=Reading.AS_EVER)


def asks_only(on: bool = True) -> None:
    """Say whether what follows in this context only reads, so that it needs no transaction (edges call this
    for every request: true for GET and HEAD)."""
    _reading.set(Reading.EACH_ALONE if on else Reading.AS_EVER)


def of_one_moment() -> None:
    """From here on, until the request ends or something is committed, all that is read is of one moment
    (REPEATABLE READ): for reports and files, whose parts must agree. SQLite's transactions are so anyway."""
    _reading.set(Reading.ONE_MOMENT)


# ---------------------------------------------------------------- what a statement is

class Kind(NamedTuple):
    """Whether a statement changes and locks nothing, and whether a plan for any value serves it."""

    reads: bool
    is_kept: bool


_READS = re.compile(r"(?:COPY )?[\s(]*(?:SELECT|WITH)\b")
_WRITES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|INTO|FOR (?:KEY )?SHARE|pg_notify|"
                     r"pg_(?:try_)?advisory\w+|nextval|setval)\b")
_SEARCHES = re.compile(r"\sI?LIKE\s")


@lru_cache(maxsize=4000)
def kind_of(statement: str) -> Kind:
    """The kind of a statement in SQL. What is not known for sure to read counts as writing."""
    return Kind(bool(_READS.match(statement)) and not _WRITES.search(statement),
                not _SEARCHES.search(statement))


def _reads(query: Any) -> bool:
    return isinstance(query, str) and kind_of(query).reads


# ---------------------------------------------------------------- connections and cursors

class Connection(psycopg.Connection[Any]):
    """Begins a transaction only where one is needed, with `words` after its BEGIN in the same message."""

    #: Whether the statement that comes next reads, and whether it needs a transaction all the same; told by
    #: the cursor, good for one statement.
    next_reads = next_begins = False
    #: Whether the transaction that is open has changed and locked nothing so far.
    only_read = False

    def words(self) -> bytes:
        """What a transaction begins with beside BEGIN, "" or "; SET LOCAL …"."""
        return b""

    def _start_query(self) -> Any:
        reads, begins = self.next_reads, self.next_begins
        self.next_reads = self.next_begins = False
        if self._autocommit or self.pgconn.transaction_status != TransactionStatus.IDLE:
            self.only_read = self.only_read and reads
            return
        way = Reading.AS_EVER if is_writing() or not reads else _reading.get()
        words = self.words()
        if way is Reading.EACH_ALONE and not (words or begins or self.read_only):
            return
        self.only_read = reads
        moment = b" ISOLATION LEVEL REPEATABLE READ" if way is Reading.ONE_MOMENT else b""
        self.pgconn.send_query(self._get_tx_start_command() + moment + words)
        for result in (yield from generators.execute(self.pgconn)):
            if result.status != ExecStatus.COMMAND_OK:
                raise psycopg.errors.error_from_result(result, encoding=self.pgconn._encoding)

    def _rollback_gen(self) -> Any:
        if self.only_read and self.pgconn.transaction_status == TransactionStatus.INTRANS:
            yield from self._commit_gen()
        else:
            yield from super()._rollback_gen()


class Cursor(psycopg.Cursor[Any]):
    copies = False

    def _start_query(self, query: Any = None) -> Any:
        connection: Any = self._conn
        connection.next_reads = _reads(query) or self.copies
        yield from super()._start_query(query)

    def copy(self, statement: Any, params: Any = None, **how: Any) -> Any:
        self.copies = isinstance(statement, str) and kind_of(statement).reads
        return super().copy(statement, params, **how)

    def execute(self, query: Any, params: Any = None, *, prepare: bool | None = None,
                binary: bool | None = None) -> Any:
        if prepare is None and isinstance(query, str) and not kind_of(query).is_kept:
            prepare = False
        return super().execute(query, params, prepare=prepare, binary=binary)


class ServerCursor(psycopg.ServerCursor[Any]):
    """A cursor on the server lives in a transaction, and leaves it as it was."""

    reads = False

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        self.reads = _reads(query)
        return super().execute(query, params, **how)

    def _start_query(self, query: Any = None) -> Any:
        connection: Any = self._conn
        connection.next_reads, connection.next_begins = self.reads, True
        yield from super()._start_query(query)


# ---------------------------------------------------------------- engines

def prepare(engine: sa.Engine, kind: type[Connection] = Connection) -> None:
    """Let an engine of PostgreSQL open connections of this kind, and look before it hands one out whether it
    lives. Call once for each engine."""
    if engine.dialect.name != "postgresql":
        return

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, arguments: Any, named: Any) -> Any:
        connection = kind.connect(*arguments, **{"cursor_factory": Cursor, **named})
        connection.server_cursor_factory = ServerCursor
        connection.prepared_max = KEPT
        return connection

    @event.listens_for(engine, "checkin")
    def _rests(_connection: Any, record: Any) -> None:
        record.info["since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _lives(connection: Any, record: Any, _proxy: Any) -> None:
        rested = time.monotonic() - record.info.get("since", time.monotonic())
        if rested < IDLE and not _is_spoken_to(connection):
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            # the others of its age are lost with it, and a new one is opened
            raise sa.exc.InvalidatePoolError from error


def _is_spoken_to(connection: psycopg.Connection[Any]) -> bool:
    """Whether something came from the server, unasked: it does so when it ends the connection. Costs no
    message."""
    try:
        number = connection.pgconn.socket
        if not hasattr(select, "poll"):  # Windows
            return bool(select.select([number], [], [], 0)[0])
        look = select.poll()
        look.register(number, select.POLLIN)
        return bool(look.poll(0))
    except (psycopg.Error, OSError, ValueError):  # closed on this side
        return True
