"""Servers one after the other, each a process of its own: ``python -m tests.faults.nursery``.

It imports the application once, then forks at each line that it reads; the child runs `app.serve()`, as
`python app.py` does; the child's number is the answer. So a start costs no time for imports, and sixty kills
are a matter of minutes.
"""

from __future__ import annotations

import json
import os
import signal
import sys

import app


def main() -> None:
    """A line is a JSON object: the variables of the server, and where its words go."""
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
            try:
                app.serve()
            finally:
                os._exit(2)
        print(child, flush=True)


if __name__ == "__main__":
    main()
