"""Several processes on one socket: `PROCESSES=4 python app.py`.

One process runs Python on one core. The first one opens the socket, starts the others, starts one again that
ended by itself, and ends all when it is told to. Where processes cannot fork (Windows) one serves.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

from flask import Flask

from models.base import db
from portal.web import config, metrics, replica

#: Threads of each of several processes, where `WORKERS` does not say.
THREADS = 4
#: Seconds before one that ended is started again.
PAUSE_SECONDS = 1.0
#: How often a process looks whether the one that started it still lives.
LOOK_SECONDS = 2.0


def check(app: Flask) -> None:
    """Raise `Unsafe` when several processes are asked for and cannot be had."""
    if app.config["PROCESSES"] == 1:
        return
    if not hasattr(os, "fork"):
        raise config.Unsafe("Rawat does not start: PROCESSES is for Linux and macOS; leave it out here.")
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            raise config.Unsafe("Rawat does not start: PROCESSES needs PostgreSQL; one process serves a "
                                "SQLite file.")


def serve(app: Flask, work: Callable[[int], None]) -> None:
    """Run `work` in as many processes as the configuration says, each with its place, from 1; return when
    all have ended."""
    number = app.config["PROCESSES"]
    if number == 1:
        work(1)
        return
    with app.app_context():
        db.engine.dispose()  # no connection is shared by two processes
    replica.dispose(app)
    _Family(app, work).run(number)


class _Family:
    """The processes by their number of the system, each with its place, 1 to n."""

    def __init__(self, app: Flask, work: Callable[[int], None]) -> None:
        self.app, self.work = app, work
        self.children: dict[int, int] = {}
        self.ends = False

    def run(self, number: int) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self.end)
        for place in range(1, number + 1):
            self.start(place)
        while self.children:
            try:
                child, status = os.wait()
            except ChildProcessError:
                return
            place = self.children.pop(child, 0)
            if place and not self.ends:
                self.app.logger.warning("process %s ended (%s); it is started again", place,
                                        os.waitstatus_to_exitcode(status))
                time.sleep(PAUSE_SECONDS)
                self.start(place)

    def start(self, place: int) -> None:
        if self.ends:
            return
        parent = os.getpid()
        child = os.fork()
        if child:
            self.children[child] = place
        else:
            self.live(place, parent)

    def live(self, place: int, parent: int) -> NoReturn:
        """In the child: serve until told to end; requests under way are answered first."""
        code = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all; the first process tells
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            threading.Thread(target=_end_with, args=(parent,), name="rawat-parent", daemon=True).start()
            self.app.extensions[metrics.KEY].process = str(place)
            self.work(place)
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def end(self, *_: Any) -> None:
        self.ends = True
        for child in list(self.children):
            os.kill(child, signal.SIGTERM)


def _end_with(parent: int) -> None:
    """End when the process that started this one is gone, however it ended."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(0)
