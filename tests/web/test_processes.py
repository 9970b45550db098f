"""Two processes of one hospital on one PostgreSQL database: what is said in one shows in the other at
once."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models.base import db
from models.consultations import ConsultationState
from tests.support import factories as make
from tests.support.servers import LONG, Browser, browser, start

pytestmark = [pytest.mark.commits, pytest.mark.skipif(
    not os.environ.get("TEST_DATABASE_URL"),
    reason="several processes are PostgreSQL's; TEST_DATABASE_URL names none")]


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
