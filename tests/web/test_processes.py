"""Two processes of one hospital on one PostgreSQL database: what is said in one shows in the other at
once."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from itsdangerous import URLSafeTimedSerializer

from models.base import db
from models.consultations import ConsultationState
from models.people import User, UserSession
from tests.support import factories as make
from tests.support.applications import CONFIG

ROOT = Path(__file__).parents[2]
STATE = re.compile(r'data-after="(\d+)" data-have="([\d.]+)" data-open="(\d)" data-seq="(\d+)"')
LONG = 60
pytestmark = [pytest.mark.commits, pytest.mark.skipif(
    not os.environ.get("TEST_DATABASE_URL"),
    reason="several processes are PostgreSQL's; TEST_DATABASE_URL names none")]


def start(url: str, folder: Path, workers: int = 3, processes: int = 1
          ) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = os.environ | {
        "DATABASE_URL": url, "LISTEN_DATABASE_URL": url, "RAWAT_ENV": "demo", "HOST": "127.0.0.1",
        "PORT": str(port),
        "WORKERS": str(workers), "PROCESSES": str(processes), "SANDBOX_PORT": "off",
        "RAWAT_INSTANCE": str(folder),
        **{name: CONFIG[name] for name in ("SECRET_KEY", "NIK_KEY", "NIK_INDEX_KEY")}}
    environment.pop("MIGRATION_DATABASE_URL", None)
    with (folder / f"{port}.txt").open("wb") as log:
        return subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log,
                                stderr=subprocess.STDOUT), port


@pytest.fixture
def ports(app: Any, tmp_path: Path) -> Iterator[list[int]]:
    url = db.engine.url.render_as_string(hide_password=False)
    make.make_user()  # an empty hospital would load the demo
    db.session.commit()
    started = [start(url, tmp_path) for _ in range(2)]
    try:
        for process, port in started:
            deadline = time.monotonic() + 120
            while process.poll() is None and time.monotonic() < deadline:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                    time.sleep(0.1)
            assert process.poll() is None, (tmp_path / f"{port}.txt").read_text()
        yield [port for _process, port in started]
    finally:
        for process, _port in started:
            process.terminate()
        for process, _port in started:
            process.wait(timeout=30)


@dataclass
class Browser:
    """One side's page, open at one of the processes."""

    port: int
    cookie: str
    token: str
    address: str
    state: tuple[str, ...] = ("0", "0.0", "1", "0")

    def query(self) -> dict[str, str]:
        return dict(zip(("after", "have", "open", "seq"), self.state, strict=True))

    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "HX-Request": "true",
                "Content-Type": "application/x-www-form-urlencoded"}

    def ask(self) -> http.client.HTTPConnection:
        """Ask for news; the answer comes when there are some."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONG)
        connection.request("GET", f"{self.address}/news?{urlencode(self.query())}&wait=1",
                           headers=self.headers())
        return connection

    def read(self, connection: http.client.HTTPConnection) -> str:
        answer = connection.getresponse()
        body = answer.read().decode()
        assert answer.status == 200, (answer.status, body[:200])
        found = STATE.search(body)
        self.state = found.groups() if found else (*self.state[:3], str(answer.headers["X-Seq"]))
        connection.close()
        return body

    def send(self, where: str, text: str, client_id: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONG)
        form = {"csrf_token": self.token, "client_id": client_id, "body": text, **self.query()}
        connection.request("POST", f"{self.address}/{where}", urlencode(form), self.headers())
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()[:300]
        connection.close()

    def waiting(self) -> http.client.HTTPConnection:
        """A request that waits: asked again until one stays open for some seconds without an answer."""
        deadline = time.monotonic() + LONG
        while time.monotonic() < deadline:
            connection = self.ask()
            connection.sock.settimeout(3)
            try:
                connection.sock.recv(1, socket.MSG_PEEK)
            except TimeoutError:
                connection.sock.settimeout(LONG)
                return connection
            self.read(connection)
        raise AssertionError("the process never waited for news: it does not hear the others")


def browser(app: Any, user: User, port: int, address: str) -> Browser:
    raw, sid = secrets.token_hex(20), secrets.token_urlsafe(32)
    user_id = user.id
    db.session.commit()  # the server may have written since this process read: SQLite lets nobody write then
    db.session.add(UserSession(token_hash=hashlib.sha256(sid.encode()).hexdigest(), user_id=user_id))
    db.session.commit()
    cookie = app.session_interface.get_signing_serializer(app).dumps({"sid": sid, "csrf_token": raw})
    token = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(raw)
    return Browser(port, f"{app.config['SESSION_COOKIE_NAME']}={cookie}", token, address)


@pytest.fixture
def sides(app: Any, session: Any, ports: list[int]) -> tuple[Browser, Browser]:
    """Patient at the first process, doctor at the second."""
    talk = make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000777")
    db.session.commit()
    return (browser(app, talk.patient.user, ports[0], f"/portal/consultations/{talk.id}"),
            browser(app, talk.doctor.user, ports[1], f"/admin/consultation/{talk.id}"))


def test_a_message_through_one_process_wakes_who_waits_at_the_other(sides: tuple[Browser, Browser]) -> None:
    patient, doctor = sides
    waits = doctor.waiting()
    patient.send("messages", "Lewat proses pertama", "a-1")
    assert doctor.read(waits).count("Lewat proses pertama") == 1
    waits = patient.waiting()
    doctor.send("message", "Lewat proses kedua", "b-1")
    assert patient.read(waits).count("Lewat proses kedua") == 1


def test_what_was_said_while_a_process_could_not_hear_is_there_when_it_hears_again(
        sides: tuple[Browser, Browser]) -> None:
    patient, doctor = sides
    patient.waiting().close()  # so its process listens too
    waits = doctor.waiting()
    with db.engine.connect() as connection:  # both processes lose the connection they listen on
        lost = connection.scalar(sa.text(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query = 'LISTEN rawat_talk'"))
        assert lost == 2
    patient.send("messages", "Selagi tak terdengar", "a-2")
    told, deadline = doctor.read(waits), time.monotonic() + LONG / 2
    while "Selagi" not in told and time.monotonic() < deadline:
        told = doctor.read(doctor.ask())
    assert told.count("Selagi tak terdengar") == 1
    waits = doctor.waiting()  # listens again
    patient.send("messages", "Terdengar lagi", "a-3")
    assert doctor.read(waits).count("Terdengar lagi") == 1
