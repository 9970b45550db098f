"""The first start of the demo: the server answers as soon as the hospital's people are there; its year is
played behind it, by a copy of the process, a week in one transaction.

Until the year is over one can look, and nothing can be done: what a visitor did today would stand between the
documents of last spring. A row of `job_run` tells every process how far it is, and the next start whether it
was cut off.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, render_template, request
from flask_babel import gettext

from models.base import db, one_transaction
from models.operations.setup import demo
from models.outbox import JobRun
from portal.web import config, errors
from portal.web.htmx import wants_fragment

KEY = "rawat_filling"
JOB, DUE = "demo", "first start"
READY = "ready"
#: Whoever waits to write a session gets its turn between two weeks (SQLite has one writer).
PAUSE_SECONDS = 0.15
#: A filling that said nothing for so long was cut off.
SILENT_SECONDS = 120
COME_AGAIN = 10
#: What can be done meanwhile, beside reading: what was typed into a form is kept for when it can be sent.
OPEN = ("/login", "/logout", "/language/", "/theme/", "/drafts")
SAFE = ("GET", "HEAD", "OPTIONS")


# ---------------------------------------------------------------- how far it is, in the database

def _row() -> Any:
    return sa.select(JobRun.result).where(JobRun.job == JOB, JobRun.due == DUE)


def standing() -> dict[str, Any] | None:
    """What the filling said last: `day`, `done` (0 to 1), `at` (seconds); None where none is under way."""
    said = db.session.scalar(_row())
    return None if said in (None, READY) else json.loads(said)


def under_way() -> dict[str, Any] | None:
    """What `standing` says, asked as long as it may be under way."""
    if not current_app.extensions[KEY]:
        return None
    told = standing()
    db.session.rollback()  # whoever writes takes the lock of writers before anything else is read
    current_app.extensions[KEY] = told is not None
    return told


def _say(text: str) -> None:
    with one_transaction():
        if db.session.scalar(_row()) is None:
            db.session.add(JobRun(job=JOB, due=DUE, result=text))
        else:
            db.session.execute(sa.update(JobRun).where(JobRun.job == JOB, JobRun.due == DUE)
                               .values(result=text))


def said(done: float, day: date | None = None) -> str:
    return json.dumps({"done": round(done, 3), "day": day.isoformat() if day else "", "at": time.time(),
                       "host": socket.gethostname(), "process": os.getpid()})


def is_silent(told: dict[str, Any]) -> bool:
    """Whether the process that fills is gone: seen at once on this machine, by its silence on another."""
    if time.time() - told["at"] > SILENT_SECONDS:
        return True
    return told["host"] == socket.gethostname() and not _lives(told["process"])


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # of another user
        return True
    return True


# ---------------------------------------------------------------- who fills

def was_cut_off() -> bool:
    """Whether a filling ended before the year did. Raises `Unsafe` while another process fills."""
    told = standing()
    if told is not None and not is_silent(told):
        raise config.Unsafe("Rawat does not start: another process fills this demo hospital, or did until a "
                            "moment ago. Wait two minutes, or name another DATABASE_URL.")
    return told is not None


def load(app: Flask, tell: Callable[..., None] | None, *, behind: bool) -> None:
    """Fill the empty database: whole, or its people first and its year `behind` this process, in a copy of it
    (where the system has such copies: Linux, macOS)."""
    if behind and hasattr(os, "fork"):
        _play_behind(app, demo.found(db.session, tell=tell))
    else:
        demo.load(db.session, tell=tell)


def _play_behind(app: Flask, world: demo.World) -> None:
    """Called before any thread is there."""
    _say(said(0))
    db.engine.dispose()  # no connection is shared by two processes
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _live(app, world, parent)
    app.extensions[KEY] = True
    threading.Thread(target=_wait, args=(app, child), name="rawat-filling", daemon=True).start()


def _live(app: Flask, world: demo.World, parent: int) -> None:
    """In the copy: play, tell, end."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    code = 1
    try:
        world.tell = _teller(parent)
        demo.play(world, _a_week)
        _say(READY)
        code = 0
    except Exception:
        app.logger.exception("the demo hospital was not filled to its end")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _teller(parent: int) -> Callable[..., None]:
    def tell(part: str, done: float = 0.0, day: date | None = None) -> None:
        if os.getppid() != parent:
            os._exit(1)
        if not db.session().in_transaction():
            _say(said(done * 0.85 if part == "year" else 0.85 + done * 0.15, day))
    return tell


@contextlib.contextmanager
def _a_week() -> Iterator[None]:
    with one_transaction():
        yield
    time.sleep(PAUSE_SECONDS)


def _wait(app: Flask, child: int) -> None:
    try:
        _, status = os.waitpid(child, 0)
    except ChildProcessError:  # the first of several processes waits for all
        return
    if status:
        app.logger.error("the demo hospital was not filled to its end: stop Rawat and start it again")


# ---------------------------------------------------------------- what people see meanwhile

def _refuse() -> Any:
    """A sentence for whoever would change something."""
    g.filling = under_way()
    if g.filling is None or request.method in SAFE or request.path.startswith(OPEN):
        return None
    return errors.page(503, gettext("The demo hospital's year is still being played. You can look around; "
                                    "nothing can be changed until it is over, in about a minute."),
                       {"Retry-After": str(COME_AGAIN)}, title=gettext("Not yet"))


def _add_bar(answer: Response) -> Response:
    """A line on top of each page: how far the year is."""
    told = g.get("filling")
    if told is None or answer.mimetype != "text/html" or answer.is_streamed or wants_fragment():
        return answer
    before, body, after = answer.get_data().partition(b"<body")
    tag, closed, rest = after.partition(b">")
    if body and closed:
        day = date.fromisoformat(told["day"]) if told["day"] else None
        bar = render_template("site/filling.html", percent=round(100 * told["done"]), day=day,
                              is_silent=is_silent(told))
        answer.set_data(before + body + tag + closed + bar.encode() + rest)
        answer.headers["Cache-Control"] = "no-store"
    return answer


def init_app(app: Flask) -> None:
    app.extensions[KEY] = False
    app.before_request(_refuse)
    app.after_request(_add_bar)
