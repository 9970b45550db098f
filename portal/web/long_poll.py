"""Requests for news wait here without a thread until there is some: between waitress, which has read them,
and Flask.

A page asks ``…/news?wait=1&seq=<number>`` with the last change that it knows. While the board shows no other
number the request is put aside, out of the server's loop; a change gives it to the next free thread, which
then asks the database and checks rights as for any page. A wait that ends without a change is answered
"nothing new" by `Unchanged`, before Flask. A thousand open conversations so cost a thousand idle sockets and
nothing else.

This is the one file that uses waitress's inside: the dispatcher of its threads, and of a task (an HTTP
channel) `requests`, `_map` and `_fileno`. Without it (`LONG_POLL=off`) every request is answered at once, and
pages ask every few seconds (`conversation_page.answer`).
"""

from __future__ import annotations

import heapq
import itertools
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import waitress
from flask import Flask
from waitress.task import ThreadedTaskDispatcher

from models.operations.clinic.conversation_news import BOARD, Board

NEWS = re.compile(r"/(portal/consultations|admin/consultation)/(\d{1,18})/(?:call/)?news")
SIDES = {"portal/consultations": "patient", "admin/consultation": "doctor"}
#: Seconds that a request is put aside at most; less than what proxies allow.
LONGEST = 50.0
#: The same while changes of other processes are not heard.
SHORTEST = 0.8
MOST_PARKED = 5000
#: Put on a request whose wait is over; nobody outside can know it.
OVER = secrets.token_hex(16)


def create_server(app: Flask, *, threads: int, **settings: Any) -> Any:
    """waitress's server on which requests for news wait; `settings` are waitress's own."""
    dispatcher = ParkingDispatcher()
    dispatcher.set_thread_count(threads)
    return waitress.create_server(Unchanged(app), _dispatcher=dispatcher, **settings)


class Unchanged:
    """The application, behind the answer to requests whose wait ended without a change."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_X_RAWAT_OVER") != OVER:
            return self.app(environ, start_response)
        seq = parse_qs(environ["QUERY_STRING"])["seq"][0]
        start_response("200 OK", [("X-Seq", seq), ("Cache-Control", "no-store"), ("Content-Length", "0"),
                                  ("Content-Type", "text/html; charset=utf-8"),
                                  ("X-Content-Type-Options", "nosniff")])
        return [b""]


class ParkingDispatcher(ThreadedTaskDispatcher):
    """waitress's threads, with a place where requests for news wait."""

    def __init__(self, board: Board = BOARD, longest: float = LONGEST) -> None:
        super().__init__()
        self.board, self.longest = board, longest
        self._parked: dict[tuple[int, str], dict[int, Any]] = {}
        self._ends: list[tuple[float, tuple[int, str], int]] = []
        self._tickets = itertools.count()
        self._gate = threading.Lock()
        self._count = 0
        board.listeners.append(self._release)
        threading.Thread(target=self._sweep, name="rawat-parking", daemon=True).start()

    @property
    def parked(self) -> int:
        """How many requests wait now."""
        return self._count

    def add_task(self, task: Any) -> None:
        if not self._park(task):
            super().add_task(task)

    def _park(self, task: Any) -> bool:
        requests = getattr(task, "requests", None)
        if not requests or requests[0].error or requests[0].command != "GET":
            return False
        place = NEWS.fullmatch(requests[0].path)
        if place is None:
            return False
        requested = parse_qs(requests[0].query)
        seq = requested.get("seq", [""])[0]
        if requested.get("wait") != ["1"] or not (seq.isascii() and seq.isdigit() and len(seq) < 20):
            return False
        key, longest = (int(place[2]), SIDES[place[1]]), self.longest if self.board.hears_all else SHORTEST
        with self._gate:  # a change after this look finds the request in its place
            if self.board.number(*key) != int(seq) or self._count >= MOST_PARKED:
                return False
            ticket = next(self._tickets)
            self._parked.setdefault(key, {})[ticket] = task
            self._count += 1
            _aside(task)
            heapq.heappush(self._ends, (time.monotonic() + longest, key, ticket))
        return True

    def _go_on(self, task: Any) -> None:
        _back(task)
        super().add_task(task)

    def _release(self, key: int | None, side: str, page: str) -> None:
        """Answer who waits for this side of the conversation, everybody without one; `page` waits on: it
        knows."""
        with self._gate:
            if key is None:
                tasks = {ticket: task for parked in self._parked.values() for ticket, task in parked.items()}
                self._parked.clear()
            else:
                tasks = self._parked.pop((key, side), {})
                stays = {ticket: task for ticket, task in tasks.items() if page and _page(task) == page}
                if stays:
                    self._parked[key, side] = stays
                    tasks = {ticket: task for ticket, task in tasks.items() if ticket not in stays}
            self._count -= len(tasks)
        for task in tasks.values():
            self._go_on(task)

    def _sweep(self) -> None:
        while True:
            time.sleep(0.25)
            over = []
            with self._gate:
                while self._ends and self._ends[0][0] <= time.monotonic():
                    _end, key, ticket = heapq.heappop(self._ends)
                    task = self._parked.get(key, {}).pop(ticket, None)
                    if task is not None:
                        over.append(task)
                        self._count -= 1
                        if not self._parked[key]:
                            del self._parked[key]
            for task in over:
                if self.board.hears_all:
                    task.requests[0].headers["X_RAWAT_OVER"] = OVER
                self._go_on(task)


def _page(task: Any) -> str:
    """What the page that waits calls itself."""
    return parse_qs(task.requests[0].query).get("page", [""])[0]


def _aside(task: Any) -> None:
    """Out of the loop that looks at every socket in turn: nothing is read from this one until it is
    answered."""
    sockets = getattr(task, "_map", None)
    if sockets is not None:
        sockets.pop(task._fileno, None)


def _back(task: Any) -> None:
    sockets = getattr(task, "_map", None)
    if sockets is not None and task._fileno is not None:
        sockets[task._fileno] = task
