"""Races: several people at one instant, each in a thread, an application context and a session of their
own."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask, has_app_context

from models.base import db
from models.errors import Refused

#: Seconds until a race counts as hung: a deadlock ends, however slow the machine is that others use as well.
HUNG = 300


def at_once(app: Flask, acts: Sequence[Callable[[], Any]], *,
            told: type[Refused] | tuple[type[Refused], ...] = Refused) -> list[Any]:
    """Start all `acts` together: in their order, what each returned or, of the kinds `told`, what it was
    told.

    Any other error is raised, and an act that hangs fails the test. What the caller's session holds is
    committed before and read anew after, as with a browser's request: nothing that is remembered from before
    the race is asked.
    """
    mine = has_app_context()
    if mine:
        db.session.commit()
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        try:
            with app.app_context():
                try:
                    gate.wait(HUNG)
                    results[place] = acts[place]()
                finally:
                    db.session.remove()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + HUNG
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    if hung := [thread for thread in threads if thread.is_alive()]:
        pytest.fail("".join([f"{len(hung)} of {len(acts)} still run after {HUNG} seconds\n", *_where(hung)]))
    if mine:
        db.session.rollback()
        db.session.expire_all()
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, told):
            raise result
    return results


def won(results: Sequence[Any]) -> list[Any]:
    """What those returned who were told nothing."""
    return [result for result in results if not isinstance(result, Exception)]


def _where(threads: Sequence[threading.Thread]) -> list[str]:
    frames = sys._current_frames()
    return [line for thread in threads if thread.ident in frames
            for line in ["\n", *traceback.format_stack(frames[thread.ident])[-6:]]]
