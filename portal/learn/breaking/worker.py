"""The process in which experiments happen: rules are switched off there and nowhere else.

It is started at the first experiment, does one at a time, and is started again when one hangs. One line in
(JSON: key, off, language), one line out. It knows copies of the template and nothing of the house.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any

from flask import Flask, current_app

from models.errors import N_, Refused
from portal.learn.boxes import settings, template
from portal.web.config import ROOT

#: Seconds that somebody waits for those before, and that one experiment may take (with the start of Python).
PATIENCE, LONGEST = 20.0, 60.0
_turn = threading.Lock()
_running: list[subprocess.Popen[str]] = []


def ask(key: str, *, is_off: bool, language: str) -> dict[str, Any]:
    """What happened in the experiment `key`: see `labs.run`. Raises `Refused` when it cannot be done now."""
    if not _turn.acquire(timeout=PATIENCE):
        raise Refused(N_("Many experiments are running right now. Try again in a minute."))
    try:
        answer = _answer(_worker(), json.dumps({"key": key, "off": is_off, "language": language}))
    finally:
        _turn.release()
    if "refused" in answer:
        raise Refused(answer["refused"])
    return answer


def prepare() -> None:
    """Start the process while somebody still reads what the experiment is about."""
    if _turn.acquire(blocking=False):
        try:
            _worker()
        finally:
            _turn.release()


def stop() -> None:
    """End the process, where there is one."""
    while _running:
        child = _running.pop()
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _worker() -> subprocess.Popen[str]:
    if _running and _running[0].poll() is None:
        return _running[0]
    stop()
    given = template.environment() | {"RAWAT_SANDBOX_SERVER": "1", settings.PORT: "off"}
    _running.append(subprocess.Popen(  # our own interpreter, our own command
        [sys.executable, "-m", "flask", "--app", "app", "sandbox", "experiments"], cwd=ROOT, env=given,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"))
    return _running[0]


def _answer(child: subprocess.Popen[str], line: str) -> dict[str, Any]:
    """The worker's answer; it is ended when it takes too long or says nothing."""
    assert child.stdin is not None
    assert child.stdout is not None
    clock = threading.Timer(LONGEST, child.kill)
    clock.start()
    try:
        child.stdin.write(line + "\n")
        child.stdin.flush()
        heard = child.stdout.readline()
    except OSError:
        heard = ""
    finally:
        clock.cancel()
    if not heard:
        stop()
        raise Refused(N_("The experiment broke off. Try it again."))
    result: dict[str, Any] = json.loads(heard)
    return result


def serve() -> None:
    """In the process itself: do what each line asks, until there are no more."""
    from portal.learn.breaking import labs
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = labs.run(labs.LABS[question["key"]], app, question["language"], is_off=question["off"])
        except Refused as refusal:
            answer = {"refused": refusal.message}
        except Exception:  # whatever breaks in an experiment: the next one is another
            app.logger.exception("experiment %s", question["key"])
            answer = {"refused": "The experiment broke off. Try it again."}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
