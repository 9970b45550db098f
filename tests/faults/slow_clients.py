"""Ninety clients that send and read a byte a second, beside people at work."""

from __future__ import annotations

import contextlib
import socket
import statistics
import threading
import time
from typing import Any

from tests.faults.hospital import Hospital
from tests.faults.outcomes import Outcome, under_load

MANY = 90
#: How they are slow: they never end the head of a request, its body, or the reading of an answer.
SENT = (b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nemail=",
        b"GET /static/tabler.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 20)


def act(hospital: Hospital, seconds: float) -> tuple[list[float], dict[str, Any]]:
    alone = _measured(hospital, seconds)
    over, held = threading.Event(), [0]
    slow = threading.Thread(target=_crawl, args=(hospital.port, over, held))
    slow.start()
    time.sleep(1)
    beside = _measured(hospital, seconds)
    over.set()
    slow.join()
    if held[0] < MANY:
        hospital.noted.wrong.append(f"only {held[0]} slow clients were let in")
    return [], {"answers without them": alone, f"beside {MANY} slow clients": beside}


def _measured(hospital: Hospital, seconds: float) -> str:
    """Median and 95th percentile of answer times during the next `seconds`. Raises when nobody was."""
    hospital.noted.took.clear()
    time.sleep(seconds)
    took = sorted(hospital.noted.took)
    if not took:
        raise TimeoutError(f"nobody was answered for {seconds:.0f} s")
    most = took[int(len(took) * 0.95)]
    return f"{statistics.median(took) * 1000:.0f} ms (p95 {most * 1000:.0f}, n {len(took)})"


def _crawl(port: int, over: threading.Event, held: list[int]) -> None:
    with contextlib.ExitStack() as lines:
        clients = []
        for number in range(MANY):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            line.sendall(SENT[number % len(SENT)])
            clients.append((line, number % len(SENT)))
        held[0] = len(clients)
        while not over.wait(1):
            for line, how in clients:
                with contextlib.suppress(OSError):  # the server gave this one up
                    if how == 2:
                        line.recv(1)
                    else:
                        line.sendall(b"a")


def run(kind: str, seconds: float = 30) -> Outcome:
    return under_load(f"{MANY} slow clients for {seconds:.0f} s", kind,
                      lambda hospital: act(hospital, seconds), papers=1500)
