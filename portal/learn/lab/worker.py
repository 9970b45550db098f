"""The engine's child: runs one statement after another on files that it can only read, with every limit on.

A fresh interpreter runs this file alone, without the application. Called as `worker.py MEMORY`; it writes
`ready`, then answers each line of JSON on stdin (`file`, `tables`, `sql`, `parameters`, `rows`, `bytes`,
`seconds`) with one line: `columns`, `rows`, `truncated`, `milliseconds`, `plan`, `stopped`, `problem` and
`peak`.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from typing import Any
from urllib.parse import quote

#: What SQLite itself may take, in bytes, for everything that it holds at once.
HEAP = 32 * 1024 * 1024
#: Sizes of a statement and of what it makes: bytes of a value and of the statement, depth of an expression,
#: columns, parts of a UNION, steps of the program, bytes of a LIKE pattern, attached files, parameters.
LIMITS = ((sqlite3.SQLITE_LIMIT_LENGTH, 100_000), (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 20_000),
          (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 100), (sqlite3.SQLITE_LIMIT_COLUMN, 200),
          (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 50), (sqlite3.SQLITE_LIMIT_VDBE_OP, 50_000),
          (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100), (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
          (sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 50), (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0),
          (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0))
#: Between two looks at the clock, in steps of SQLite's program.
STEPS = 20_000
#: Seconds for the plan, after the statement.
PLAN_SECONDS = 0.3
FUNCTIONS = frozenset((
    "abs", "avg", "ceil", "ceiling", "char", "coalesce", "count", "cume_dist", "current_date",
    "current_time", "current_timestamp", "date", "datetime", "dense_rank", "exp", "first_value", "floor",
    "format", "glob", "group_concat", "hex", "ifnull", "iif", "instr", "julianday", "lag", "last_value",
    "lead", "length", "like", "ln", "log", "log10", "lower", "ltrim", "max", "min", "mod", "nth_value",
    "ntile", "nullif", "percent_rank", "pow", "power", "printf", "quote", "rank", "replace", "round",
    "row_number", "rtrim", "sign", "sqrt", "strftime", "substr", "substring", "sum", "time", "total",
    "trim", "trunc", "typeof", "unicode", "unixepoch", "upper",
))
#: Names that are no tables: what begins so, or is called so, is a part of SQLite itself.
OWN_NAMES = ("sqlite_", "pragma_", "json_", "fts", "dbstat", "bytecode", "tables_used")


class Guard:
    """What SQLite asks before it does something: only reading of named tables with harmless functions."""

    def __init__(self, tables: list[str]) -> None:
        self.tables = frozenset(tables)
        #: Every table and view of the file; none of those may be asked for that is not in `tables`.
        self.stored: frozenset[str] = frozenset()
        self.refused = ""

    def allows(self, action: int, first: str | None, second: str | None, _file: str | None,
               _inside: str | None) -> int:
        """SQLite's answer: 0 for yes."""
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and self._reads(str(first).lower(), second):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and str(second).lower() in FUNCTIONS:
            return sqlite3.SQLITE_OK
        self.refused = str((second if action == sqlite3.SQLITE_FUNCTION else first) or "")
        return sqlite3.SQLITE_DENY

    def _reads(self, table: str, column: str | None) -> bool:
        """A subquery of which no column is read is asked for with an empty column, by its own name; so is a
        table whose rows are only counted."""
        if table in self.tables:
            return True
        return column == "" and table not in self.stored and not table.startswith(OWN_NAMES)


class Clock:
    """Ends a statement when its time is over."""

    def __init__(self) -> None:
        self.end = 0.0
        self.rang = False

    def start(self, seconds: float) -> None:
        self.end, self.rang = time.monotonic() + seconds, False

    def late(self) -> int:
        """Asked by SQLite every `STEPS` steps; anything but 0 stops it."""
        self.rang = self.rang or time.monotonic() > self.end
        return int(self.rang)


def limit_process(memory: int) -> None:
    """Memory, no files written, no core, few files open, no process of its own; where the system has that."""
    try:
        import resource
    except ImportError:
        return
    for name, value in (("AS", memory), ("FSIZE", 0), ("CORE", 0), ("NOFILE", 16), ("NPROC", 0)):
        which = getattr(resource, f"RLIMIT_{name}", None)
        if which is not None:
            most = resource.getrlimit(which)[1]
            if most != resource.RLIM_INFINITY:
                value = min(value, most)
            resource.setrlimit(which, (value, value))


def opened(ask: dict[str, Any], guard: Guard, clock: Clock) -> sqlite3.Connection:
    """A connection that can only read. The order matters: the guard refuses the settings afterwards."""
    connection = sqlite3.connect(f"file:{quote(ask['file'])}?mode=ro&immutable=1", uri=True,
                                 isolation_level=None, cached_statements=0)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    for pragma in (f"hard_heap_limit={HEAP}", "query_only=1", "trusted_schema=0", "temp_store=2",
                   "mmap_size=0", "cell_size_check=1"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    stored = connection.execute("SELECT lower(name) FROM sqlite_master WHERE type IN ('table', 'view')")
    guard.stored = frozenset(row[0] for row in stored)
    for which, value in LIMITS:
        connection.setlimit(which, value)
    connection.set_progress_handler(clock.late, STEPS)
    connection.set_authorizer(guard.allows)
    return connection


def fetched(cursor: sqlite3.Cursor, most_rows: int, most_bytes: int) -> tuple[list[list[Any]], str]:
    """The rows, and which limit cut them off: `rows`, `bytes` or none."""
    rows: list[list[Any]] = []
    size = 0
    for row in cursor:
        if len(rows) == most_rows:
            return rows, "rows"
        size += sum(len(value) if isinstance(value, str | bytes) else 8 for value in row)
        if size > most_bytes:
            return rows, "bytes"
        rows.append([f"x'{value.hex()}'" if isinstance(value, bytes) else value for value in row])
    return rows, ""


def why(error: BaseException, guard: Guard, clock: Clock) -> str:
    """Which limit stopped the statement; empty when none did and the statement itself is wrong."""
    said = str(error).lower()
    if clock.rang or "interrupted" in said:
        return "time"
    if isinstance(error, MemoryError) or "out of memory" in said:
        return "memory"
    if "not authorized" in said or "prohibited" in said or "access to" in said:
        return "right"
    if guard.refused and isinstance(error, sqlite3.DatabaseError) and "no such" not in said:
        return "right"
    sizes = ("too big", "too large", "too many", "too long", "too complex", "too deep", "stack overflow",
             "query string is too large")
    return "size" if any(word in said for word in sizes) else ""


def place(connection: sqlite3.Connection, sql: str, said: str) -> int:
    """The offset of the word that a syntax error names, of several equal ones the one at which the parser
    stopped; -1 where the message names none."""
    start = said.find('near "')
    end = said.rfind('": syntax error')
    if start < 0 or end < 0:
        return -1
    word = said[start + 6:end]
    at = sql.find(word)
    for _try in range(30):
        following = sql.find(word, at + 1)
        if at < 0 or following < 0:
            break
        try:
            connection.execute("EXPLAIN " + sql[:at + len(word)])
        except sqlite3.Error as error:
            if str(error) == said:
                break
        at = following
    return at


def plan(connection: sqlite3.Connection, ask: dict[str, Any], clock: Clock) -> list[list[Any]]:
    """Rows of EXPLAIN QUERY PLAN: id, parent's id, words. Empty when SQLite gives none."""
    if ask["sql"].lstrip().lower().startswith("explain"):
        return []
    clock.start(PLAN_SECONDS)
    try:
        cursor = connection.execute("EXPLAIN QUERY PLAN " + ask["sql"], ask["parameters"])
        return [[row[0], row[1], row[3]] for row in cursor.fetchmany(200)]
    except (sqlite3.Error, sqlite3.Warning, MemoryError):
        return []


def answer(ask: dict[str, Any]) -> dict[str, Any]:
    """Run one statement."""
    guard, clock = Guard(ask["tables"]), Clock()
    result: dict[str, Any] = {"columns": [], "rows": [], "truncated": False, "stopped": "", "problem": None,
                              "plan": [], "milliseconds": 0.0}
    connection = opened(ask, guard, clock)
    began = time.perf_counter()
    try:
        clock.start(ask["seconds"])
        cursor = connection.execute(ask["sql"], ask["parameters"])
        result["columns"] = [column[0] for column in cursor.description or ()]
        result["rows"], result["stopped"] = fetched(cursor, ask["rows"], ask["bytes"])
        result["truncated"] = bool(result["stopped"])
        cursor.close()
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
        said = str(error)
        result["stopped"] = why(error, guard, clock)
        result["rows"] = []
        where = -1 if result["stopped"] else place(connection, ask["sql"], said)
        result["problem"] = {"said": said, "refused": guard.refused, "offset": where}
    result["milliseconds"] = (time.perf_counter() - began) * 1000
    if result["stopped"] in ("", "time", "rows", "bytes") and (
            not result["problem"] or result["stopped"] == "time"):
        result["plan"] = plan(connection, ask, clock)
    connection.close()
    return result


def peak() -> int:
    """The most memory that this process ever held, in kB; 0 where the system does not say."""
    try:
        with open("/proc/self/status", "rb") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(b"VmHWM"))
    except (OSError, StopIteration):
        return 0


def main() -> None:
    limit_process(int(sys.argv[1]))
    out = sys.stdout.buffer
    out.write(b"ready\n")
    out.flush()
    for line in sys.stdin.buffer:
        try:
            given = answer(json.loads(line))
        except MemoryError:
            given = {"stopped": "memory"}
        out.write(json.dumps({**given, "peak": peak()}).encode() + b"\n")
        out.flush()


if __name__ == "__main__":
    main()
