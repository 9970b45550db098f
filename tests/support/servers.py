"""The real server, started as a process of its own, and browsers that are signed in there."""

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
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from itsdangerous import URLSafeTimedSerializer

from models.base import db
from models.people import User, UserSession
from tests.support.applications import CONFIG

ROOT = Path(__file__).parents[2]
STATE = re.compile(r'data-after="(\d+)" data-have="([\d.]+)" data-open="(\d)" data-seq="(\d+)"')
#: Seconds that anything may take on a machine that others use as well.
LONG = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def variables(url: str, folder: Path, workers: int, port: int) -> dict[str, str]:
    """The environment of a server of tests."""
    return {"DATABASE_URL": url, "LISTEN_DATABASE_URL": url, "RAWAT_ENV": "demo", "HOST": "127.0.0.1",
            "PORT": str(port), "WORKERS": str(workers), "SANDBOX_PORT": "off", "RAWAT_INSTANCE": str(folder),
            **{name: CONFIG[name] for name in ("SECRET_KEY", "NIK_KEY", "NIK_INDEX_KEY")}}


def start(url: str, folder: Path, workers: int = 3, port: int = 0,
          **more: str) -> tuple[subprocess.Popen[bytes], int]:
    """`python app.py` on the database `url`, its instance in `folder`, its words in `folder/<port>.txt`;
    `more` are variables of its environment. Returns the process and its port, on which it may not listen
    yet."""
    port = port or free_port()
    environment = os.environ | variables(url, folder, workers, port) | more
    environment.pop("MIGRATION_DATABASE_URL", None)
    with (folder / f"{port}.txt").open("ab") as log:
        return subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log,
                                stderr=subprocess.STDOUT), port


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
