"""Processes of the application one after the other: ``python -m tests.faults.nursery``.

It imports the application once, then forks at each line that it reads. The child runs `app.serve()`, as
`python app.py` does, or `flask COMMAND …`; its number is the answer. So a start costs no time for imports,
and sixty kills are a matter of minutes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import app


def main() -> None:
    """A line is a JSON object: the variables of the child, where its words go, and the words of a command."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            words = os.open(asked["words"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(words, 1)
            os.dup2(words, 2)
            os.setsid()
            os.environ.update(asked["environment"])
            _live(asked)
        print(child, flush=True)


def _live(asked: dict[str, Any]) -> None:
    """A command writes at its end `exit` and a number."""
    status: object = 1
    try:
        if asked.get("command"):
            from flask.cli import FlaskGroup
            FlaskGroup(create_app=app.create_app).main(asked["command"], "flask")
        else:
            app.serve()
    except SystemExit as end:
        status = end.code or 0
    finally:
        sys.stdout.flush()
        os.write(1, f"\nexit {status}\n".encode())
        os._exit(0)


if __name__ == "__main__":
    main()
