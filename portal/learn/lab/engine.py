"""Runs what a person typed on the lab's files, and gives up on it in time.

Statements run in child processes (`worker.py`) that can only read the lab's own tables, with limits of time,
memory, rows and size. Two children wait warm in each server process; who finds both at work waits shortly. A
child that does not answer in time is ended and replaced.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.learn.lab import lab_file, paper, schema, statement
from portal.learn.lab.hospital import forms

WORKER = Path(__file__).with_name("worker.py")
MB = 1024 * 1024
#: Of the environment only what an interpreter needs to start.
KEPT = ("LD_LIBRARY_PATH", "SYSTEMROOT")
#: Every table of the lab's files.
TABLES = (*schema.TABLES, *paper.ROWS, *forms.TABLES)
Value = str | int | float | None


@dataclass(frozen=True)
class Limits:
    """Seconds that a statement may run and after which its process is ended; seconds to wait for a free one,
    for the first `patient` who wait and for the others, so that the server's threads stay free for other
    pages; bytes of an answer's values, of a process's memory, and of memory above which it is replaced."""

    seconds: float = 1.0
    ended_after: float = 2.0
    waits: float = 3.0
    others_wait: float = 0.75
    patient: int = 3
    answer: int = 500_000
    memory: int = 256 * MB
    kept_below: int = 80 * MB


@dataclass(frozen=True)
class Problem:
    """What is wrong: SQLite's own words, the name that was refused, and where, from 1; 0 is unknown."""

    said: str
    refused: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class PlanNode:
    """One step of the plan in SQLite's words, with the steps that it takes its rows from."""

    detail: str
    children: tuple[PlanNode, ...] = ()


@dataclass(frozen=True)
class Result:
    """What a statement gave. `stopped` names the limit that ended it or cut its rows off: `time`, `memory`,
    `rows`, `bytes`, `right` (something that the lab does not allow), `size` (of the statement or of a value),
    `ended` (the process was), `busy` (no process was free); empty for none."""

    columns: list[str] = field(default_factory=list)
    rows: list[list[Value]] = field(default_factory=list)
    truncated: bool = False
    milliseconds: float = 0.0
    plan: tuple[PlanNode, ...] = ()
    problem: Problem | None = None
    stopped: str = ""
    peak_kb: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether these are all of its rows."""
        return self.problem is None and not self.stopped


class _Ended(Exception):
    """The child did not answer, or not in time."""


class Worker:
    """A child process that answers one statement at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._ready = False
        self._child: subprocess.Popen[bytes] | None = None
        with contextlib.suppress(OSError):  # no memory or process left: tried again when it is asked
            self._child = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 (our own interpreter, our own file)
            [sys.executable, "-I", "-S", "-B", str(WORKER), str(self._limits.memory)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=WORKER.parent,
            start_new_session=True,
            env={name: os.environ[name] for name in KEPT if name in os.environ})

    def answer(self, ask: dict[str, Any]) -> dict[str, Any]:
        """Raises `_Ended`."""
        try:
            self._child = self._child or self._start()
            if not self._ready:
                self._read(self._child, 20.0)  # an interpreter starts, on a busy machine slowly
                self._ready = True
            assert self._child.stdin is not None
            self._child.stdin.write(json.dumps(ask).encode() + b"\n")
            self._child.stdin.flush()
            answer: dict[str, Any] = json.loads(self._read(self._child, self._limits.ended_after))
        except (OSError, ValueError) as error:
            raise _Ended from error
        return answer

    def _read(self, child: subprocess.Popen[bytes], seconds: float) -> bytes:
        assert child.stdout is not None
        clock = threading.Timer(seconds, child.kill)
        clock.daemon = True
        clock.start()
        try:
            line = child.stdout.readline(8 * self._limits.answer)
        finally:
            clock.cancel()
        if not line.endswith(b"\n"):
            raise _Ended
        return line

    def close(self) -> None:
        """End it, whatever it does, and give back what it held."""
        if self._child is None:
            return
        with contextlib.suppress(OSError):
            self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class Place:
    """A place in the line of those who wait for a child."""

    def __init__(self) -> None:
        self.come = threading.Event()
        self.worker: Worker | None = None


class Pool:
    """Warm children, as many as may run at once. Who came first is served first."""

    def __init__(self, size: int = 2, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._lock = threading.Lock()
        self._line: deque[Place] = deque()
        self._free = [Worker(self.limits) for _number in range(size)]

    def ask(self, ask: dict[str, Any]) -> dict[str, Any]:
        """The answer of a free child."""
        worker = self._take()
        if worker is None:
            return {"stopped": "busy"}
        keep = False
        try:
            answer = worker.answer(ask)
            keep = answer.get("peak", 0) * 1024 < self.limits.kept_below
        except _Ended:
            answer = {"stopped": "ended"}
        finally:
            if not keep:
                worker.close()
                worker = Worker(self.limits)
            self._give(worker)
        return answer

    def _take(self) -> Worker | None:
        """A free child; None when none was free in time."""
        with self._lock:
            if self._free:
                return self._free.pop()
            place = Place()
            seconds = self.limits.waits if len(self._line) < self.limits.patient else self.limits.others_wait
            self._line.append(place)
        place.come.wait(seconds)
        with self._lock:
            if place.worker is None:
                self._line.remove(place)
            return place.worker

    def _give(self, worker: Worker) -> None:
        """To whoever waits longest."""
        with self._lock:
            if not self._line:
                self._free.append(worker)
                return
            place = self._line.popleft()
            place.worker = worker
        place.come.set()

    def close(self) -> None:
        """End the children that are free."""
        with self._lock:
            while self._free:
                self._free.pop().close()


_lock = threading.Lock()
_pools: dict[int, Pool] = {}


def pool() -> Pool:
    """This process's children; started when the first statement comes, anew in a forked server process."""
    with _lock:
        if os.getpid() not in _pools:
            _pools.clear()
            _pools[os.getpid()] = Pool()
            atexit.register(_pools[os.getpid()].close)
        return _pools[os.getpid()]


def run(sql: str, parameters: Mapping[str, Value] | None = None, *, file: str = lab_file.VISIBLE,
        limit_rows: int = 500) -> Result:
    """Run one statement on a file of the lab. Never raises for what was typed: see `Result`."""
    return run_on(lab_file.path(file), sql, parameters, limit_rows=limit_rows)


def run_on(path: Path, sql: str, parameters: Mapping[str, Value] | None = None, *, limit_rows: int = 500,
           tables: tuple[str, ...] = TABLES, on: Pool | None = None) -> Result:
    """The same on any file, of which `tables` may be read."""
    on = on or pool()
    sql = sql.replace("\x00", " ")
    return _result(sql, on.ask({
        "file": str(path), "tables": list(tables), "sql": sql, "parameters": dict(parameters or {}),
        "rows": limit_rows, "bytes": on.limits.answer, "seconds": on.limits.seconds}))


def _result(sql: str, answer: dict[str, Any]) -> Result:
    problem = answer.get("problem")
    found = None
    if problem is not None:
        offset = problem["offset"] if problem["offset"] >= 0 else statement.place_of(sql, problem["said"])
        line, column = statement.line_and_column(sql, offset)
        found = Problem(problem["said"], problem["refused"], line, column)
    return Result(answer.get("columns", []), answer.get("rows", []), answer.get("truncated", False),
                  answer.get("milliseconds", 0.0), _tree(answer.get("plan", [])), found,
                  answer.get("stopped", ""), answer.get("peak", 0))


def _tree(rows: list[list[Any]]) -> tuple[PlanNode, ...]:
    """Rows of id, parent and words as a tree; the parent of the first steps is 0."""
    known = {row[0] for row in rows}

    def below(parent: int) -> tuple[PlanNode, ...]:
        return tuple(PlanNode(words, below(key)) for key, above, words in rows
                     if key != parent and (above == parent or (parent == 0 and above not in known)))

    return below(0)
