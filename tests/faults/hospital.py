"""A hospital under load: who writes in it, what the server acknowledged, and what became of that."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import queue
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from models.base import db
from models.beds import Stay
from models.documents import Comment, DocumentEvent
from models.goods_receipts import GoodsReceipt, GoodsReceiptState
from models.journal import JournalEntry
from models.operations.purchasing import receipts
from models.roles import Role
from models.stock import StockMove
from portal.web import tokens
from tests.purchasing.test_receipts import Cast
from tests.support import databases
from tests.support import factories as make
from tests.support.applications import make_app
from tests.support.servers import LONG, ROOT, Browser, browser, free_port, variables

#: Lines of each receipt that is posted.
LINES = 3
#: Seconds until a client gives an answer up.
PATIENCE = 20
FORM = "application/x-www-form-urlencoded"


@dataclass
class Noted:
    """What the clients saw; `acknowledged` is work that the server said was done."""

    receipts: set[int] = field(default_factory=set)
    comments: set[str] = field(default_factory=set)
    guests: set[str] = field(default_factory=set)
    #: Answers by status; 0 where none came.
    answers: Counter[int] = field(default_factory=Counter)
    #: What the server said no to, by address and words.
    refusals: Counter[str] = field(default_factory=Counter)
    #: Answers of 500 and what else a broken server says, with what was asked.
    broken: list[str] = field(default_factory=list)
    #: What else may not be.
    wrong: list[str] = field(default_factory=list)
    #: Seconds that answered requests took.
    took: list[float] = field(default_factory=list)
    #: When the server last did what it was asked, by `time.monotonic`.
    well_at: float = 0.0

    @property
    def acknowledged(self) -> int:
        return len(self.receipts) + len(self.comments) + len(self.guests)


class Hospital:
    """A migrated database in a place of its own, a few people, and papers that wait to be posted."""

    def __init__(self, place: Any, folder: Path, papers: int = 60) -> None:
        self.url = databases.migrated(place.kept)
        self.place, self.folder, self.port = place, folder, free_port()
        self.nursery: subprocess.Popen[str] | None = None
        self.pid = 0
        self.more: dict[str, str] = {}
        self.app = make_app(self.url)
        self.noted = Noted()
        with self.app.app_context():
            self._fill(papers)

    def _fill(self, papers: int) -> None:
        cast = Cast()
        items = [make.make_item() for _ in range(LINES)]
        self.papers: queue.Queue[int] = queue.Queue()
        for number in range(papers):
            order = cast.sent(cast.order(*[(item, 1, 100) for item in items]))  # each paper has its own
            draft = receipts.make_receipt(order, by=cast.keeper)
            db.session.flush()
            self.papers.put(draft.id)
            if number % 50 == 49:
                db.session.commit()
        self.order, self.keeper = order.id, cast.keeper.id
        self.beds: queue.Queue[int] = queue.Queue()
        room = make.make_inpatient_room(papers)
        for bed in room.beds:
            self.beds.put(bed.id)
        self.token = tokens.issue(make.make_user(Role.FRONT_OFFICE), "load")[0]
        db.session.commit()
        self.hand = self.signed_in(self.keeper)
        db.session.remove()

    def signed_in(self, key: int) -> Browser:
        """A browser of the account `key`; call it inside of `self.app`."""
        from models.people import User
        return browser(self.app, db.session.get_one(User, key), self.port, "")

    # ------------------------------------------------------------ the server

    def start(self, workers: int = 8) -> None:
        """A new process that serves the hospital."""
        self.pid = self._fork(variables(self.url, self.folder, workers, self.port) | {"SQL_LAB": "off"},
                              self.folder / f"{self.port}.txt")

    def _fork(self, environment: dict[str, str], words: Path, command: tuple[str, ...] = ()) -> int:
        if self.nursery is None:
            self.nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.nursery"], cwd=ROOT, env=os.environ | self.more,
                text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        asked = {"environment": environment, "words": str(words), "command": command}
        self.nursery.stdin.write(json.dumps(asked) + "\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def lives(self, pid: int = 0) -> bool:
        """Whether the server runs, or the process `pid`."""
        try:
            os.kill(pid or self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def wait_ready(self, seconds: float = LONG * 5) -> float:
        """Seconds until the server says that it is ready; raises with its words when it ended."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if not self.lives():
                raise RuntimeError(f"the server ended:\n{self.words()[-3000:]}")
            if self.ask("GET", "/readyz")[0] == 200:
                return time.monotonic() - began
            time.sleep(0.05)
        raise TimeoutError(f"not ready after {seconds:.0f} s:\n{self.words()[-3000:]}")

    def words(self) -> str:
        """What the server wrote."""
        said = self.folder / f"{self.port}.txt"
        return said.read_text(errors="replace") if said.exists() else ""

    def kill(self, how: int = signal.SIGKILL) -> None:
        """kill -9: nothing of the server gets to do anything."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, how)
        until = time.monotonic() + LONG
        while self.lives() and time.monotonic() < until:
            time.sleep(0.005)

    def end(self) -> None:
        if self.pid and self.lives():
            self.kill(signal.SIGTERM)
            self.kill()
        if self.nursery is not None and self.nursery.stdin is not None:
            self.nursery.stdin.close()
            self.nursery.wait(LONG)
            if self.nursery.stdout is not None:
                self.nursery.stdout.close()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        """Status and text of an answer; 0 where none came."""
        try:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port,
                                                               timeout=PATIENCE)) as line:
                line.request(method, address, body, {name.replace("_", "-"): value
                                                     for name, value in headers.items()})
                with line.getresponse() as answer:
                    text = answer.read().decode(errors="replace")
                    return answer.status, (answer.headers.get("Location") or "") + text
        except (OSError, http.client.HTTPException):
            return 0, ""

    # ------------------------------------------------------------ the load

    @contextlib.contextmanager
    def load(self, writers: int = 4, pause: float = 0.0) -> Iterator[Noted]:
        """People at work while the block runs."""
        over = threading.Event()
        works = (self._post_a_receipt, self._comment, self._check_in, self._post_a_receipt)
        threads = [threading.Thread(target=self._work, args=(works[number % len(works)], over, pause))
                   for number in range(writers)]
        for thread in threads:
            thread.start()
        try:
            yield self.noted
        finally:
            over.set()
            for thread in threads:
                thread.join(LONG * 3)

    def _work(self, work: Any, over: threading.Event, pause: float) -> None:
        while not over.is_set():
            if not work(over):
                over.wait(0.1)  # no answer, or nothing left to do
            over.wait(pause)

    def _send(self, address: str, body: bytes, **headers: str) -> tuple[int, str]:
        began = time.monotonic()
        status, text = self.ask("POST", address, body, **headers)
        noted = self.noted
        noted.answers[status] += 1
        if status:
            noted.took.append(time.monotonic() - began)
        if status in (200, 303):
            noted.well_at = time.monotonic()
        elif 400 <= status < 500:
            noted.refusals[re.sub(r"[0-9]+", "N", address) + re.sub(r"<[^>]*>|\s+", " ", text)[-200:]] += 1
        elif status >= 500 and status != 503:
            noted.broken.append(f"{address}: {status} {text[:200]}")
        return status, text

    def _form(self, address: str, **given: str) -> bool:
        """Send a form as the keeper of the store; whether it was done."""
        status, text = self._send(address, urlencode({"csrf_token": self.hand.token, **given}).encode(),
                                  Cookie=self.hand.cookie, Content_Type=FORM)
        return status == 303 and "/login" not in text[:200]

    def _post_a_receipt(self, over: threading.Event) -> bool:
        try:
            key = self.papers.get_nowait()
        except queue.Empty:
            return False
        _status, page = self.ask("GET", f"/admin/goods_receipt/details/?id={key}", Cookie=self.hand.cookie)
        seen = re.search(r'name="version"\s+value="(\d+)"', page)
        if seen is None:
            self.papers.put(key)
            return False
        if self._form(f"/admin/goods_receipt/{key}/post", version=seen[1]):
            self.noted.receipts.add(key)
            return True
        return False

    def _comment(self, over: threading.Event) -> bool:
        said = secrets.token_hex(8)
        if self._form(f"/admin/purchase_order/{self.order}/comment", comment=said):
            self.noted.comments.add(said)
            return True
        return False

    def _check_in(self, over: threading.Event) -> bool:
        """With one key, again and again until it is answered: the program of a front office."""
        try:
            key = self.beds.get_nowait()
        except queue.Empty:
            return False
        guest = f"FO-{secrets.token_hex(6)}"
        body, head = json.dumps({"guest": guest}).encode(), {"Authorization": f"Bearer {self.token}"}
        while not over.is_set():
            status, _text = self._send(f"/api/v1/beds/{key}/check-in", body, **head,
                                       Content_Type="application/json", Idempotency_Key=guest)
            if status == 200:
                self.noted.guests.add(guest)
                return True
            if status and status not in (429, 503):
                return False
            over.wait(0.1)
        return False

    # ------------------------------------------------------------ what became of it

    @contextlib.contextmanager
    def _looking(self, url: str) -> Iterator[None]:
        """Inside, `db.session` reads this hospital's database, or that of `url`."""
        app = make_app(url) if url else self.app
        with app.app_context():
            yield
            db.session.remove()
            if url:
                db.engine.dispose()

    def half_done(self, url: str = "") -> list[str]:
        """Papers of which a part was done: in the books without being posted, posted without being in the
        books, without a number or a line in the history; what was sent twice and done twice."""
        with self._looking(url):
            found = list(self._half_receipts())
            for what, column in (("comment", Comment.body), ("guest", Stay.outside_reference)):
                twice = sa.select(column).group_by(column).having(sa.func.count() > 1)
                found += [f"{what} {value} twice" for value in db.session.scalars(twice)]
        return found

    def _half_receipts(self) -> Iterator[str]:
        def counted(model: Any, *only: Any) -> dict[int, int]:
            rows = db.session.execute(sa.select(model.document_id, sa.func.count()).where(
                model.document_type == "goods_receipt", *only).group_by(model.document_id))
            return dict(rows.all())

        moves, entries = counted(StockMove), counted(JournalEntry)
        events = counted(DocumentEvent, DocumentEvent.transition == "post")
        rows = db.session.execute(sa.select(GoodsReceipt.id, GoodsReceipt.state, GoodsReceipt.number))
        for key, state, number in rows:
            whole = (LINES, 1, 1) if state == GoodsReceiptState.POSTED else (0, 0, 0)
            there = (moves.get(key, 0), entries.get(key, 0), events.get(key, 0))
            if there != whole or (number is None) == (state == GoodsReceiptState.POSTED):
                yield f"receipt {key} {state} {number}: moves, entries, events {there}"

    def lost(self, url: str = "", noted: Noted | None = None) -> list[str]:
        """What was acknowledged, until now or until `noted`, and is not there."""
        noted = noted or self.noted
        with self._looking(url):
            posted = set(db.session.scalars(sa.select(GoodsReceipt.id).where(
                GoodsReceipt.state == GoodsReceiptState.POSTED)))
            said = set(db.session.scalars(sa.select(Comment.body)))
            guests = set(db.session.scalars(sa.select(Stay.outside_reference)))
        return [*(f"receipt {key}" for key in noted.receipts - posted),
                *(f"comment {text}" for text in noted.comments - said),
                *(f"guest {text}" for text in noted.guests - guests)]

    def unproven(self) -> list[str]:
        """The invariants that do not hold, as `flask verify` has them."""
        from models.operations.core import checks
        with self._looking(""):
            return [f"{name}: {bad}" for name, bad in checks.verify(db.session) if bad is not None]

    def flask(self, *words: str, url: str = "") -> tuple[int, str]:
        """Exit and words of `flask …`."""
        said = self.folder / f"command-{secrets.token_hex(4)}.txt"
        pid = self._fork(variables(url or self.url, self.folder, 1, self.port), said, words)
        until = time.monotonic() + LONG * 5
        while self.lives(pid):
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        text, _, end = said.read_text(errors="replace").rstrip().rpartition("exit ")
        return int(end) if end.isdigit() else 1, text.strip()
