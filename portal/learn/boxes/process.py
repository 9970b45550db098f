"""The process that serves the boxes, beside the hospital's own: started by `python app.py`, ended with it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from flask import Flask

from models.errors import Refused
from portal.learn.boxes import settings, template
from portal.web.config import ROOT

_KEY = "rawat_boxes"


def start(app: Flask, host: str) -> None:
    """Serve boxes from now on, where the configuration has a port for them; start the process again when it
    ended. A demo's template is made here, once."""
    with app.app_context():
        if not settings.is_on() or settings.serves_boxes():
            return
        if template.is_at_hand() and not template.is_current():
            try:
                template.build()
            except (OSError, Refused) as problem:
                app.logger.warning("no template of the practice hospitals: %s", problem)
        settings.folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        given = template.environment() | {
            "RAWAT_SANDBOX_SERVER": "1", "HOST": host, "PORT": str(app.config[settings.PORT]),
            settings.PORT: str(app.config[settings.PORT])}
    app.extensions[_KEY] = _Server(given)


class _Server:
    """The process and what it was started with."""

    def __init__(self, given: dict[str, str]) -> None:
        self.given, self.lock, self.process = given, threading.Lock(), _run(given)

    @property
    def is_down(self) -> bool:
        return self.process.poll() is not None

    def ensure(self) -> None:
        with self.lock:
            if self.is_down:
                self.process = _run(self.given)


def ensure(app: Flask) -> None:
    """See to it that the process lives, where this one started it."""
    server: _Server | None = app.extensions.get(_KEY)
    if server is not None:
        server.ensure()


def is_down(app: Flask) -> bool:
    """Whether this process started one for the boxes and that one ended (its port was taken)."""
    server: _Server | None = app.extensions.get(_KEY)
    return server is not None and server.is_down


def _run(given: dict[str, str]) -> subprocess.Popen[bytes]:
    """The process; it ends when this one does, because then its input ends."""
    return subprocess.Popen([sys.executable, str(ROOT / "app.py")], cwd=ROOT, env=given,  # noqa: S603 (our own)
                            stdin=subprocess.PIPE)


def end_with_parent() -> None:
    """In the boxes' process: end when the one that started it is gone, however it ended."""
    def wait() -> None:
        while sys.stdin.buffer.read(1024):
            pass
        os._exit(0)
    threading.Thread(target=wait, name="rawat-parent", daemon=True).start()
