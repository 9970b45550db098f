"""Which conversation changed last, and who is typing: kept in memory, so that waiting for news costs no
statement.

The truth is in the database; this is only the bell. A change rings it when its transaction has committed: in
this process at once, in others of a PostgreSQL hospital by NOTIFY. Whoever asks for news says which ring was
heard last.
"""

from __future__ import annotations

import itertools
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from models.base import db, hospital
from models.consultations import Consultation
from models.operations.core.approvals import ON_EVERY_STEP

#: Conversations remembered; beyond, all are forgotten, and everybody who waits looks once.
MOST = 50_000
#: Seconds for which somebody counts as typing after the last sign of it.
TYPING_SECONDS = 6.0
CHANNEL = "rawat_talk"
SIDES = ("patient", "doctor")
OTHER = {"patient": "doctor", "doctor": "patient"}
#: What a page calls itself; never "types".
PAGE = re.compile(r"p[0-9a-z]{4,20}")
#: How a connection that only listens finds out that nobody is at the other end any more.
KEPT_ALIVE: dict[str, Any] = {"connect_timeout": 5, "keepalives": 1, "keepalives_idle": 20,
                              "keepalives_interval": 10, "keepalives_count": 3}
#: Seconds until a listener whose connection was lost tries again.
AGAIN_SECONDS = 2.0
#: What this process calls itself to the others. Random: in containers every server has the same process
#: number.
SENDER = ""
log = logging.getLogger(__name__)


def _new_sender() -> None:
    global SENDER
    SENDER = secrets.token_hex(8)


_new_sender()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_sender)


class Board:
    """A number for each side of each conversation that grows with what this side has to know. Safe for many
    threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(time.time_ns() // 1000)
        self._first = next(self._numbers)
        #: By hospital, conversation and side: a process may serve several hospitals.
        self._at: dict[tuple[str, int, str], int] = {}
        self._typing: dict[tuple[str, int, str], float] = {}
        #: Called with the conversation, the side that has to know and the page that knows already ("" for
        #: none); with no conversation when all have to look.
        self.listeners: list[Callable[[int | None, str, str], None]] = []
        #: Whether changes made by other processes are heard here too.
        self.hears_all = True

    def number(self, consultation_id: int, side: str) -> int:
        """The last change for one side; for a conversation that did not change, that of the start."""
        return self._at.get((hospital(), consultation_id, side), self._first)

    def ring(self, consultation_id: int, *sides: str, page: str = "") -> None:
        """Something changed for these sides, for both where none is named; `page` knows it already."""
        for side in sides or SIDES:
            with self._lock:
                if len(self._at) >= MOST:
                    self._forget()
                self._at[hospital(), consultation_id, side] = next(self._numbers)
            for listener in self.listeners:
                listener(consultation_id, side, page)

    def _forget(self) -> None:
        self._at.clear()
        self._typing.clear()
        self._first = next(self._numbers)

    def forget(self) -> None:
        """Rings may have been missed: whoever waits looks now."""
        with self._lock:
            self._forget()
        for listener in self.listeners:
            listener(None, "", "")

    def types(self, consultation_id: int, side: str) -> None:
        self._typing[hospital(), consultation_id, side] = time.monotonic()
        self.ring(consultation_id, OTHER[side])

    def stops(self, consultation_id: int, side: str) -> None:
        self._typing.pop((hospital(), consultation_id, side), None)

    def is_typing(self, consultation_id: int, side: str) -> bool:
        at = self._typing.get((hospital(), consultation_id, side))
        return at is not None and time.monotonic() - at < TYPING_SECONDS


BOARD = Board()


# ---------------------------------------------------------------- ringing

def changed(consultation_id: int, *sides: str, page: str = "") -> None:
    """Ring for these sides of the conversation, for both where none is named, once the transaction has
    committed.

    `page` is the one that made the change and is told by its own answer."""
    session, page = db.session(), page if PAGE.fullmatch(page) else ""
    for side in sides or SIDES:
        rings = session.info.setdefault("talk", {})
        known = rings.setdefault((consultation_id, side), page)
        rings[consultation_id, side] = page if known == page else ""  # two changes: nobody knows both
        _tell_others(session, f"{consultation_id}:{side}:{page}")


def typing(consultation_id: int, side: str) -> None:
    """Somebody on `side` is typing; nothing is written down."""
    BOARD.types(consultation_id, side)
    _tell_others(db.session(), f"{consultation_id}:{side}:types")


def _tell_others(session: Any, what: str) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_notify(CHANNEL, f"{SENDER}:{what}")))


@event.listens_for(Session, "after_transaction_end")
def _ring(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        for (consultation_id, side), page in sorted(session.info.pop("talk", {}).items()):
            BOARD.ring(consultation_id, side, page=page)


def _on_every_step(record: Any, _name: str, _source: Any, *, by: Any, reason: str) -> None:
    if isinstance(record, Consultation):
        changed(record.id)


ON_EVERY_STEP.append(_on_every_step)


# ---------------------------------------------------------------- hearing other processes

def heard(payload: str) -> None:
    """What another process said: ``<sender>:<consultation>:<side that has to know>:<page that knows>``, or
    with
    ``:types`` behind it ``<sender>:<consultation>:<side that types>``."""
    sender, key, side, what = [*payload.split(":"), "", "", "", ""][:4]
    if sender == SENDER or not (key.isascii() and key.isdigit() and len(key) < 19) or side not in SIDES:
        return
    if what == "types":
        BOARD.types(int(key), side)
    else:
        BOARD.ring(int(key), side, page=what)


def listen(url: sa.URL, board: Board = BOARD) -> threading.Thread | None:
    """Hear the other processes from now on, in a thread of its own; None where there can be none (SQLite)."""
    if url.get_backend_name() != "postgresql":
        return None
    board.hears_all = False
    thread = threading.Thread(target=_listen, args=(url, board), name="rawat-talk", daemon=True)
    thread.start()
    return thread


def _listen(url: sa.URL, board: Board) -> None:
    import psycopg
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    is_told = False
    while True:
        try:
            with psycopg.connect(address, autocommit=True, **KEPT_ALIVE) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                if is_told:
                    log.warning("Changes of other processes are heard again.")
                is_told, board.hears_all = False, True
                board.forget()  # what was said while nobody listened
                for notice in connection.notifies():
                    heard(notice.payload)
        # whatever it is: a thread that ends would leave this process deaf for good
        except Exception as error:
            if not is_told:  # once for each time that it is away, however long
                log.warning("Changes of other processes are not heard: %s", str(error).partition("\n")[0])
            is_told = True
        board.hears_all = False
        time.sleep(AGAIN_SECONDS)
