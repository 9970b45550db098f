"""The server that `python app.py` starts: clients that send slowly hold up nobody."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from app import make_server
from models.operations.clinic.conversation_news import BOARD


@pytest.fixture
def port(app, request, monkeypatch) -> Iterator[int]:
    monkeypatch.setitem(app.config, "LONG_POLL", getattr(request, "param", True))
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


@pytest.mark.parametrize("port", [True, False], indirect=True, ids=["on", "off"])
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


def news(port: int, wait: float) -> int | None:
    """The status of the answer to a request for news that may wait; None where none comes within `wait`
    seconds."""
    seq = BOARD.number(4713, "patient")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=wait)
    with contextlib.closing(connection):
        connection.request("GET", f"/portal/consultations/4713/news?wait=1&seq={seq}",
                           headers={"HX-Request": "true"})
        try:
            return connection.getresponse().status
        except TimeoutError:
            return None


@pytest.mark.parametrize("port", [True], indirect=True, ids=["on"])
def test_a_request_for_news_waits(port, monkeypatch):
    monkeypatch.setattr(BOARD, "hears_all", True)
    assert news(port, wait=2) is None


@pytest.mark.parametrize("port", [False], indirect=True, ids=["off"])
def test_without_long_polls_it_is_answered_at_once(port, monkeypatch):
    monkeypatch.setattr(BOARD, "hears_all", True)
    assert news(port, wait=30) == 401  # nobody is signed in: it came to the application
