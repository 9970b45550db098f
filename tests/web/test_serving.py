"""The server that `python app.py` starts: clients that send slowly hold up nobody."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from app import make_server


@pytest.fixture
def port(app) -> Iterator[int]:
    server = make_server(app, host="127.0.0.1", port=0, threads=4)
    stop = threading.Event()

    def answer() -> None:
        while not stop.is_set():
            server.asyncore.loop(timeout=0.05, map=server._map, count=1)
        server.task_dispatcher.shutdown()
        server.asyncore.close_all(server._map)

    thread = threading.Thread(target=answer)
    thread.start()
    yield int(server.effective_port)
    stop.set()
    thread.join(timeout=30)


def test_slow_clients_hold_up_nobody(port):
    """Fifteen times as many half-sent requests as there are threads, then an ordinary one."""
    with contextlib.ExitStack() as open_sockets:
        for _ in range(60):
            slow = open_sockets.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            slow.sendall(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nemail=")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"ok\n")
        connection.close()


def test_a_body_over_the_limit_is_refused_before_it_is_read(port):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as sender:
        sender.sendall(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999999999\r\n\r\n")
        assert sender.recv(64).split(b" ")[1] == b"413"
