"""The bell of conversations: it rings after the commit, never before, and requests for news wait for it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from models.base import db
from models.consultations import Consultation, ConsultationState
from models.operations.clinic import conversation_news
from models.operations.clinic.conversations import mark_read, send_message
from portal.web.long_poll import ParkingDispatcher, Unchanged
from tests.support import factories as make


@pytest.fixture
def visit(session: Any) -> Consultation:
    return make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000501")


def test_it_rings_after_the_commit_only(visit: Consultation) -> None:
    db.session.commit()
    before = conversation_news.BOARD.number(visit.id, "patient")
    send_message(visit, "One", by=visit.patient.user, client_id="a")
    with db.session.begin_nested():
        pass
    assert conversation_news.BOARD.number(visit.id, "patient") == before
    db.session.commit()
    after = conversation_news.BOARD.number(visit.id, "patient")
    assert after > before
    send_message(visit, "One", by=visit.patient.user, client_id="a")  # the same again is no change
    mark_read(visit, by=visit.patient.user)  # nothing of the other side to read
    db.session.commit()
    assert conversation_news.BOARD.number(visit.id, "patient") == after
    mark_read(visit, by=visit.doctor.user)
    db.session.commit()
    assert conversation_news.BOARD.number(visit.id, "patient") > after


def test_typing_is_seen_until_the_message_is_there(visit: Consultation) -> None:
    conversation_news.typing(visit.id, "patient")
    assert conversation_news.BOARD.is_typing(visit.id, "patient")
    assert not conversation_news.BOARD.is_typing(visit.id, "doctor")
    send_message(visit, "Here it is", by=visit.patient.user, client_id="t")
    assert not conversation_news.BOARD.is_typing(visit.id, "patient")


def test_what_another_process_says_rings_here_and_the_own_echo_does_not() -> None:
    before = conversation_news.BOARD.number(4711, "patient")
    for noise in (f"{conversation_news.SENDER}:4711:patient", "1:x:patient", "", "1", "1:4711",
                  "1:4711:nurse",
                  f"1:{'9' * 5000}:patient"):
        conversation_news.heard(noise)
    assert conversation_news.BOARD.number(4711, "patient") == before
    conversation_news.heard("1:4711:patient")
    assert conversation_news.BOARD.number(4711, "patient") > before
    conversation_news.heard("1:4711:doctor:types")
    assert conversation_news.BOARD.is_typing(4711, "doctor")


def test_a_process_of_the_same_number_on_another_machine_is_heard() -> None:
    """In containers every server is process 1: what tells them apart is random."""
    senders = {subprocess.run(
        [sys.executable, "-c", ("import os; os.getpid = lambda: 1\n"
                                "from models.operations.clinic import conversation_news as news\n"
                                "print(news.SENDER)")],
        cwd=Path(__file__).parents[2], check=True, capture_output=True, text=True).stdout.strip()
               for _ in range(2)}
    assert len(senders | {conversation_news.SENDER}) == 3
    for sender in (*senders, str(os.getpid())):
        before = conversation_news.BOARD.number(4712, "doctor")
        conversation_news.heard(f"{sender}:4712:doctor:")
        assert conversation_news.BOARD.number(4712, "doctor") > before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
def test_a_forked_process_is_another_sender() -> None:
    code = ("import os; from models.operations.clinic import conversation_news as news\n"
            "mine = news.SENDER; read, write = os.pipe()\n"
            "child = os.fork()\n"
            "if not child: os.write(write, news.SENDER.encode()); os._exit(0)\n"
            "os.waitpid(child, 0); print(mine, news.SENDER, os.read(read, 99).decode())")
    mine, still, child = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2],
                                        check=True,
                                        capture_output=True, text=True).stdout.split()
    assert mine == still != child


def test_a_board_that_is_full_forgets_and_everybody_looks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_news, "MOST", 3)
    board = conversation_news.Board()
    for key in range(3):
        board.ring(key, "doctor")
    waits_for = board.number(99, "doctor")
    board.ring(50, "doctor")
    assert board.number(99, "doctor") > waits_for


def test_reading_rings_for_who_wrote_alone(visit: Consultation) -> None:
    send_message(visit, "One", by=visit.patient.user, client_id="r")
    db.session.commit()
    before = [conversation_news.BOARD.number(visit.id, side) for side in conversation_news.SIDES]
    mark_read(visit, by=visit.doctor.user)
    db.session.commit()
    after = [conversation_news.BOARD.number(visit.id, side) for side in conversation_news.SIDES]
    assert after[0] > before[0]
    assert after[1] == before[1]


# ---------------------------------------------------------------- parking


class Channel:
    """What the dispatcher is given of waitress: a request, and a way to answer it."""

    def __init__(self, path: str, query: str, command: str = "GET") -> None:
        self.requests = [SimpleNamespace(path=path, query=query, command=command, error=None, headers={})]
        self.answered = threading.Event()

    def service(self) -> None:
        self.answered.set()

    def cancel(self) -> None:
        """Never asked for here."""


@pytest.fixture
def dispatcher() -> Any:
    made = ParkingDispatcher(conversation_news.Board(), longest=30)
    made.set_thread_count(2)
    yield made
    made.shutdown(timeout=1)


def news(dispatcher: ParkingDispatcher, key: int, **changes: Any) -> Channel:
    path = changes.pop("path", f"/portal/consultations/{key}/news")
    seq = changes.pop("seq", dispatcher.board.number(key, "doctor" if "admin" in path else "patient"))
    return Channel(path,
                   changes.pop("query", f"after=1&wait=1&seq={seq}"), **changes)


def test_a_request_waits_without_a_thread_until_its_conversation_changes(
    dispatcher: ParkingDispatcher,
) -> None:
    waiting = [news(dispatcher, key) for key in range(200)]
    for each in waiting:
        dispatcher.add_task(each)
    assert dispatcher.parked == 200
    other = Channel("/portal/", "")
    dispatcher.add_task(other)  # two threads, two hundred waiting requests, and a page is still served
    assert other.answered.wait(10)
    dispatcher.board.ring(7)
    assert waiting[7].answered.wait(10)
    assert dispatcher.parked == 199
    assert not waiting[8].answered.is_set()


def test_the_page_that_sends_is_not_woken_others_of_its_side_are(dispatcher: ParkingDispatcher) -> None:
    seq = dispatcher.board.number(7, "patient")
    mine, other = (Channel("/portal/consultations/7/news", f"after=1&wait=1&seq={seq}&page={page}")
                   for page in ("pmine1", "pother"))
    for each in (mine, other):
        dispatcher.add_task(each)
    dispatcher.board.ring(7, page="pmine1")
    assert other.answered.wait(10)
    assert dispatcher.parked == 1
    assert not mine.answered.is_set()
    dispatcher.board.ring(7)
    assert mine.answered.wait(10)
    assert dispatcher.parked == 0


def test_two_changes_of_different_pages_wake_both(visit: Consultation) -> None:
    heard: list[tuple[int | None, str, str]] = []
    conversation_news.BOARD.listeners.append(lambda *ring: heard.append(ring))
    try:
        send_message(visit, "One", by=visit.patient.user, client_id="1", page="pfirst1")
        send_message(visit, "Two", by=visit.patient.user, client_id="2", page="psecond2")
        db.session.commit()
        send_message(visit, "Three", by=visit.patient.user, client_id="3", page="pfirst1")
        db.session.commit()
        send_message(visit, "Four", by=visit.patient.user, client_id="4", page="types")
        db.session.commit()
    finally:
        conversation_news.BOARD.listeners.pop()
    pages = [page for key, side, page in heard if (key, side) == (visit.id, "patient")]
    assert pages == ["", "pfirst1", ""]


def test_when_rings_were_missed_everybody_looks(dispatcher: ParkingDispatcher) -> None:
    waiting = [news(dispatcher, key) for key in (1, 2, 3)]
    for each in waiting:
        dispatcher.add_task(each)
    before = dispatcher.board.number(2, "patient")
    dispatcher.board.forget()
    assert all(each.answered.wait(10) for each in waiting)
    assert dispatcher.parked == 0
    assert dispatcher.board.number(2, "patient") > before


@pytest.mark.parametrize("changes", [
    {"seq": 1}, {"query": "wait=1"}, {"query": "seq=1"}, {"query": "wait=1&seq=-1"},
    {"query": "wait=1&seq=99999999999999999999"},
    {"path": "/portal/consultations/5"}, {"path": "/portal/consultations/x/news"}, {"command": "POST"},
    {"path": "/admin/consultation/5/newsletter"}])
def test_what_cannot_wait_is_answered_at_once(dispatcher: ParkingDispatcher, changes: dict[str, Any]) -> None:
    connection = news(dispatcher, 5, **changes)
    dispatcher.add_task(connection)
    assert connection.answered.wait(10)
    assert dispatcher.parked == 0


def test_the_wait_ends_by_itself(dispatcher: ParkingDispatcher) -> None:
    dispatcher.longest = 0.0
    connection = news(dispatcher, 5, path="/admin/consultation/5/news")
    dispatcher.add_task(connection)
    assert connection.answered.wait(10)
    assert dispatcher.parked == 0
    answered: list[Any] = []
    environ = {"HTTP_X_RAWAT_OVER": connection.requests[0].headers["X_RAWAT_OVER"],
               "QUERY_STRING": "wait=1&seq=77"}
    assert list(Unchanged(lambda *_: [b"the application"])(environ,
                                                           lambda *told: answered.append(told))) == [b""]
    assert ("X-Seq", "77") in answered[0][1]
    environ["HTTP_X_RAWAT_OVER"] = "guessed"
    assert list(Unchanged(lambda *_: [b"the application"])(environ, print)) == [b"the application"]


def test_a_change_between_look_and_place_is_not_lost(dispatcher: ParkingDispatcher) -> None:
    """Many rings against many requests, all at once: every request is answered in the end."""
    connections = [news(dispatcher, key % 5) for key in range(300)]

    def ring() -> None:
        for number in range(500):
            dispatcher.board.ring(number % 5)

    ringing = threading.Thread(target=ring)
    ringing.start()
    for each in connections:
        dispatcher.add_task(each)
    ringing.join()
    for key in range(5):
        dispatcher.board.ring(key)
    deadline = time.monotonic() + 20
    assert all(each.answered.wait(max(0.01, deadline - time.monotonic())) for each in connections)
