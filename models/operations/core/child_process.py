"""Reads a file in a process of its own: whatever it does there, only that process ends, and who sent it is
told.

The process is a fresh interpreter with limits of memory, processor time, wall clock and size of its answer.
It gets the file alone: no environment, no database, no open socket. Few read at once and few wait, so that
the threads of the server stay free for everybody else.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from models.base import between_transactions
from models.errors import N_, Refused

CHILD = Path(__file__).parent / "readers" / "child.py"
TABLES, PICTURES = CHILD.with_name("tables.py"), CHILD.with_name("pictures.py")
MB = 1024 * 1024
#: Of the environment only what an interpreter needs to start.
KEPT = ("LD_LIBRARY_PATH", "SYSTEMROOT")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What a reader may take: bytes of memory, seconds of processor and of wall clock, bytes of answer."""

    memory: int = 512 * MB
    processor: int = 10
    wall: float = 20
    answer: int = 24 * MB


class Busy(Refused):
    """So many files are read at this moment that this one would wait too long."""


class Readers:
    """At most `most` at once, at most `waiting` more for at most `seconds`."""

    def __init__(self, most: int = 2, waiting: int = 2, seconds: float = 5) -> None:
        self._free = threading.Condition()
        self._reading = self._waiting = 0
        self.most, self.waiting, self.seconds = most, waiting, seconds

    def leave_free(self, threads: int) -> None:
        """Of a server with so many threads take at most half."""
        self.most = 2 if threads >= 4 else 1
        self.waiting = max(0, min(4, threads // 2 - self.most))

    @contextmanager
    def one(self, field: str | None) -> Iterator[None]:
        """Be one of those who read. Raises `Busy` at `field`."""
        busy = Busy(N_("Many files are being read right now. Try again in a minute."), field=field)
        with self._free:
            if self._reading >= self.most:
                if self._waiting >= self.waiting:
                    raise busy
                self._waiting += 1
                try:
                    if not self._free.wait_for(lambda: self._reading < self.most, self.seconds):
                        raise busy
                finally:
                    self._waiting -= 1
            self._reading += 1
        try:
            yield
        finally:
            with self._free:
                self._reading -= 1
                self._free.notify()


READERS = Readers()


class No(Exception):
    """The reader looked at the file and says what is wrong with it, as a word."""

    def __init__(self, word: str, params: dict[str, Any]) -> None:
        super().__init__(word)
        self.word, self.params = word, params


def read(reader: Path, content: bytes, ask: Mapping[str, Any], *, name: str, field: str | None,
         limits: Limits | None = None) -> tuple[Any, bytes]:
    """What `reader` finds in the file: its answer, and the bytes that follow it.

    The answer is as much to be trusted as the file. The transaction of whoever asks is ended before, so no
    lock is held meanwhile. Raises `Refused` at `field` with `name` when nothing came back, `No` when the
    reader refused, and
    `RuntimeError` inside of `one_transaction`.
    """
    limits = limits or Limits()
    between_transactions()
    with READERS.one(field):
        try:
            answer, problem = _run(reader, content, ask, limits)
        except OSError as error:  # no memory, process or handle left to start with
            answer, problem = b"", f"not started, {error}"
    if not problem:
        head, _, body = answer.partition(b"\n")
        try:
            notified = json.loads(head)
            if "yes" in notified:
                return notified["yes"], body
            word, params = str(notified["no"]), dict(notified["with"])
            problem = "memory" if word == "memory" else ""
        except (ValueError, KeyError, TypeError, RecursionError):
            problem = "garbage"
        if not problem:
            raise No(word, params)
    log.warning("a file was not read by %s: %s", reader.stem, problem)
    raise Refused(SAID.get(problem, SAID[""]), field=field, name=name)


#: What is said when nothing usable came back.
SAID = {
    "time": N_("%(name)s takes too long to read. Bring a smaller or simpler file."),
    "answer": N_("%(name)s holds too much to be read at once. Bring a smaller file."),
    "memory": N_("%(name)s holds too much to be read at once. Bring a smaller file."),
    "": N_("%(name)s cannot be read. Save it as a new file and try again."),
}


def _run(reader: Path, content: bytes, ask: Mapping[str, Any], limits: Limits) -> tuple[bytes, str]:
    """What the child wrote, and what went wrong: a key of `SAID`, or how the child ended."""
    until = time.monotonic() + limits.wall
    with _given(content, ask) as given:
        child = subprocess.Popen(  # noqa: S603 (our own interpreter, our own file)
            [sys.executable, "-I", "-S", "-B", str(CHILD), str(reader), str(limits.memory),
             str(limits.processor)],
            stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=CHILD.parent,
            start_new_session=True,
            env={name: os.environ[name] for name in KEPT if name in os.environ})
    late = threading.Event()

    def stop() -> None:
        late.set()
        _kill(child)

    clock = threading.Timer(limits.wall, stop)
    clock.daemon = True
    clock.start()
    assert child.stdout is not None
    answer = b""
    try:
        with child.stdout:
            answer = child.stdout.read(limits.answer + 1)
        if len(answer) <= limits.answer and not late.is_set():
            child.wait(max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        late.set()
    finally:
        clock.cancel()
        _kill(child)
        child.wait()
    if len(answer) > limits.answer:
        return b"", "answer"
    if late.is_set() or child.returncode == -getattr(signal, "SIGXCPU", 0) != 0:
        return b"", "time"
    return answer, f"ended with {child.returncode}" if child.returncode else ""


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started; nothing when it was ended and waited for."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()


def _given(content: bytes, ask: Mapping[str, Any]) -> IO[bytes]:
    """What the child reads: a file without a name, in memory where the system has that."""
    given: IO[bytes]
    if hasattr(os, "memfd_create"):
        given = os.fdopen(os.memfd_create("given"), "w+b")
    else:
        given = tempfile.TemporaryFile()  # noqa: SIM115 (whoever asked closes it)
    path = [os.path.abspath(entry) for entry in sys.path if entry]
    given.write(json.dumps({"path": path, "ask": dict(ask)}).encode() + b"\n")
    given.write(content)
    given.seek(0)
    return given
