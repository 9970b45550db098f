"""How soon a message shows on the other side with many conversations open: `python -m
tests.benchmarks.conversations`.

A real server (`python app.py`) on a database of its own; for each conversation both sides hold their page
open, as a browser does: one request that waits for news, asked again after each answer. Messages are sent at
a steady rate from random sides; measured is the time from the moment before sending to the moment at which
the other side holds the answer that carries the message. Beside it, what ordinary pages cost meanwhile.
Prints; no test fails on a clock.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import random
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

from itsdangerous import URLSafeTimedSerializer

ROOT = Path(__file__).parents[2]
SECRET = "only-for-the-benchmark-0123456789abcdef0123456789"
STATE = re.compile(r'data-after="(\d+)" data-have="([\d.]+)" data-open="(\d)" data-seq="(\d+)"')
MARK = re.compile(r"bm-(\d+)")


def environment(database: str, instance: str, port: int) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": database, "RAWAT_ENV": "demo", "HOST": "127.0.0.1", "PORT": str(port),
        "SECRET_KEY": SECRET, "NIK_KEY": "11" * 32, "NIK_INDEX_KEY": "22" * 32, "RAWAT_INSTANCE": instance,
        "SANDBOX_PORT": "off", "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}


def fill(database: str, instance: str, number: int) -> list[dict[str, Any]]:
    """Conversations under way, each with a patient and a doctor who are signed in; returns whom to play."""
    os.environ.update(environment(database, instance, 0))
    from flask_migrate import upgrade

    from app import create_app
    from models import clock
    from models.base import db
    from models.consultations import Consultation, ConsultationState
    from models.people import UserSession
    from tests.support import factories as make

    app, people = create_app(), []
    with app.app_context():
        upgrade(directory=app.extensions["migrate"].directory)
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        raw = secrets.token_hex(20)
        token = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(raw)

        def cookie(user_id: int) -> str:
            sid = secrets.token_urlsafe(32)
            db.session.add(UserSession(token_hash=hashlib.sha256(sid.encode()).hexdigest(), user_id=user_id))
            return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({'sid': sid, 'csrf_token': raw})}"

        specialization = make.make_specialization()
        for index in range(number):
            doctor = make.make_doctor(specialization=specialization, schedules=[])
            patient = make.make_patient(medical_record_number=f"{index + 1:08d}")
            talk = Consultation(
                doctor=doctor, patient=patient, specialization_id=specialization.id,
                created_by_id=patient.user_id,
                complaint="Batuk tiga hari", state=ConsultationState.IN_PROGRESS, approved_at=clock.now(),
                started_at=clock.now(), starts_at=clock.now(), number=f"KON/2026/{index + 1:06d}")
            db.session.add(talk)
            db.session.flush()
            people.append({"id": talk.id, "token": token, "patient": cookie(patient.user_id),
                           "doctor": cookie(doctor.user_id)})
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return people


class Side:
    """One open page of a conversation."""

    def __init__(self, talk: dict[str, Any], side: str, port: int) -> None:
        self.talk, self.side, self.port = talk, side, port
        self.address = f"/portal/consultations/{talk['id']}" if side == "patient" else \
            f"/admin/consultation/{talk['id']}"
        self.state = ("0", "0.0", "1", "0")
        self.page = f"p{secrets.token_hex(6)}"

    def head(self, method: str, path: str, body: bytes = b"") -> bytes:
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {self.talk[self.side]}",
                 "HX-Request: true"]
        if body:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body

    async def listen(self, told: Any, stop: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            while not stop.is_set():
                after, have, is_open, seq = self.state
                writer.write(self.head("GET",
                                       f"{self.address}/news?after={after}&have={have}&open={is_open}&seq={seq}"
                                              f"&page={self.page}&wait=1"))
                status, headers, body = await answer(reader)
                if status == 200 and not body:
                    self.state = (after, have, is_open, headers["x-seq"])
                elif status == 200:
                    found = STATE.search(body)
                    assert found is not None, body[:300]
                    self.state = found.groups()  # type: ignore[assignment]
                    told(self.side, body)
                elif status == 204:
                    self.state = (after, have, is_open, headers["x-seq"])
                else:
                    raise RuntimeError(f"{self.address}: {status} {body[:200]}")
                if headers.get("connection", "").lower() == "close":  # waitress ends a connection after a 204
                    writer.close()
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        finally:
            writer.close()

    async def send(self, text: str) -> float:
        """Seconds until the sender's own answer."""
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        where = "messages" if self.side == "patient" else "message"
        form = (f"csrf_token={quote(self.talk['token'])}&client_id={secrets.token_hex(8)}&body={quote(text)}"
                f"&after={self.state[0]}&have={self.state[1]}&open=1&seq={self.state[3]}&page={self.page}")
        writer.write(self.head("POST", f"{self.address}/{where}", form.encode()))
        status, _headers, body = await answer(reader)
        writer.close()
        if status != 200:
            raise RuntimeError(f"{self.address}/{where}: {status} {body[:200]}")
        found = STATE.search(body)
        assert found is not None, body[:300]
        self.state = found.groups()  # type: ignore[assignment]
        return time.perf_counter() - began

    async def get(self, path: str) -> float:
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self.head("GET", path))
        status, _headers, _body = await answer(reader)
        writer.close()
        assert status == 200, (path, status)
        return time.perf_counter() - began


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], str]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip()
               for name, _, value in (line.partition(":") for line in head[1:] if line)}
    if headers.get("transfer-encoding") == "chunked":
        parts = []
        while size := int((await reader.readline()).strip() or b"0", 16):
            parts.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return int(head[0].split()[1]), headers, b"".join(parts).decode()
    length = int(headers.get("content-length", "0"))
    return int(head[0].split()[1]), headers, (await reader.readexactly(length)).decode() if length else ""


async def measure(people: list[dict[str, Any]], ports: list[int], seconds: float, rate: float) -> None:
    sides = [(Side(talk, "patient", ports[0]), Side(talk, "doctor", ports[-1])) for talk in people]
    sent: dict[int, tuple[float, str]] = {}
    delivered: dict[int, float] = {}
    counted: dict[int, int] = {}

    def told(side: str, body: str) -> None:
        now = time.perf_counter()
        for mark in {int(each) for each in MARK.findall(body)}:
            if mark in sent and sent[mark][1] != side:
                delivered.setdefault(mark, now - sent[mark][0])
                counted[mark] = counted.get(mark, 0) + 1

    stop = asyncio.Event()
    began = time.perf_counter()
    listeners = []
    for pair in sides:
        listeners += [asyncio.create_task(side.listen(told, stop)) for side in pair]
        await asyncio.sleep(0.004)
    while any(side.state[3] == "0" for pair in sides for side in pair):
        await asyncio.sleep(0.1)
        for task in listeners:
            if task.done():
                task.result()
    print(f"{len(listeners)} pages open after {time.perf_counter() - began:.1f} s", flush=True)
    posts: list[float] = []
    pages: dict[str, list[float]] = {"portal home": [], "list of the portal": [], "inbox of the panel": []}
    rng, number, end = random.Random(1), 0, time.perf_counter() + seconds
    jobs: set[asyncio.Task[None]] = set()

    async def post(pair: tuple[Side, Side], number: int) -> None:
        side = rng.choice(pair)
        sent[number] = (time.perf_counter(), side.side)
        posts.append(await side.send(f"bm-{number} Apakah masih demam?"))

    async def look() -> None:
        while not stop.is_set():
            pair = rng.choice(sides)
            for name, side, path in (("portal home", pair[0], "/portal/"), ("list of the portal", pair[0],
                                     "/portal/consultations"),
                                     ("inbox of the panel", pair[1], "/admin/inbox/")):
                pages[name].append(await side.get(path))
            await asyncio.sleep(0.5)

    looking = asyncio.create_task(look())
    while time.perf_counter() < end:
        number += 1
        jobs.add(asyncio.create_task(post(rng.choice(sides), number)))
        await asyncio.sleep(1 / rate)
    await asyncio.gather(*jobs)
    limit = time.perf_counter() + 10
    while len(delivered) < number and time.perf_counter() < limit:
        await asyncio.sleep(0.1)
    for task in listeners:
        if task.done():
            task.result()
    stop.set()
    await looking
    for task in listeners:
        task.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    print(f"{number} messages in {seconds:.0f} s, {number - len(delivered)} lost, "
          f"{sum(times > 1 for times in counted.values())} doubled")
    for name, times in (("delivery to the other side", list(delivered.values())),
                        ("the sender's answer", posts),
                        *pages.items()):
        line(name, times)


def line(name: str, times: list[float]) -> None:
    if times:
        ordered = sorted(times)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        print(f"{name:28} median {statistics.median(times) * 1000:7.0f} ms   p95 {p95 * 1000:7.0f} ms   "
              f"most {ordered[-1] * 1000:7.0f} ms   n {len(times)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=10, help="messages a second")
    parser.add_argument("--database", default="",
                       help="an empty database's URL; an SQLite file of its own without")
    parser.add_argument("--processes", type=int, default=1,
                       help="with PostgreSQL: patients at the first, doctors at the last")
    given = parser.parse_args()
    asked_for = given.processes if given.database else 1
    with tempfile.TemporaryDirectory() as folder:
        database = given.database or f"sqlite:///{folder}/bench.sqlite3"
        ports = [free_port() for _ in range(asked_for)]
        began = time.perf_counter()
        people = fill(database, folder, given.conversations)
        print(f"{len(people)} conversations made in {time.perf_counter() - began:.0f} s, load "
              f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
        servers = []
        try:
            for port in ports:
                with (Path(folder) / f"{port}.txt").open("wb") as log:
                    servers.append(subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, stdout=log,
                                                    env=environment(database, folder, port),
                                                    stderr=subprocess.STDOUT))
            for port in ports:
                wait_for(port)
            asyncio.run(measure(people, ports, given.seconds, given.rate))
        finally:
            for server in servers:
                server.terminate()
            for server in servers:
                server.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
            return
        except OSError:
            time.sleep(0.2)


if __name__ == "__main__":
    main()
