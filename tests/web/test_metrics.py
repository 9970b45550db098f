"""`/metrics`: what this process answered and what waits, for this machine or a bearer of the token alone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.operations.core.approvals import perform
from models.outbox import JobRun
from models.roles import Role
from portal.web import metrics
from tests.support import factories as make

FAR = {"REMOTE_ADDR": "203.0.113.9"}


def numbers(client: Any) -> dict[str, float]:
    text = client.get("/metrics").text
    return {name: float(value) for name, _space, value in
            (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))}


def test_requests_are_counted_by_endpoint_method_and_status(client: Any) -> None:
    login = 'rawat_requests_total{endpoint="site.login",method="GET",process="1",status="200"}'
    nowhere = 'rawat_requests_total{endpoint="-",method="GET",process="1",status="404"}'
    took = 'rawat_request_seconds_count{endpoint="site.login",process="1"}'
    before = numbers(client)
    client.get("/login")
    client.get("/login")
    client.get("/nowhere/at/all")
    after = numbers(client)
    assert [after[name] - before.get(name, 0) for name in (login, nowhere, took)] == [2, 1, 2]


def test_an_invented_method_makes_no_number_of_its_own(client: Any) -> None:
    client.open("/login", method="CANARY")
    assert "CANARY" not in client.get("/metrics").text


def test_the_database_tells_what_waits(client: Any, session: Any) -> None:
    before = numbers(client)
    assert before["rawat_database_up"] == 1
    assert {"rawat_outbox_waiting", "rawat_outbox_failed"} <= before.keys()
    waiting = 'rawat_papers_waiting{table="store_request"}'
    paper = make.make_store_request((make.make_item(), 1))
    perform(paper, "submit", by=paper.created_by)
    db.session.add(JobRun(job="daily_report", due="2026-01-02", ran_at=clock.now()))
    db.session.commit()
    after = numbers(client)
    assert after[waiting] == before[waiting] + 1
    assert after['rawat_job_last_run_timestamp_seconds{job="daily_report"}'] == pytest.approx(
        clock.now().timestamp(), abs=3600)


def test_while_the_database_is_away_the_process_still_answers(client: Any, monkeypatch: Any) -> None:
    def away() -> Any:
        raise sa.exc.OperationalError("select 1", {}, Exception("connection refused"))

    monkeypatch.setattr(metrics, "of_database", away)
    shown = numbers(client)
    assert shown["rawat_database_up"] == 0
    assert any(name.startswith("rawat_requests_total") for name in shown)
    assert not any(name.startswith("rawat_papers") for name in shown)


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", "Basic t0ken", "Bearer t0ken ", "Bearer é"])
def test_from_another_machine_only_the_token_opens(
        app: Any, client: Any, monkeypatch: Any, shown: str) -> None:
    monkeypatch.setitem(app.config, "METRICS_TOKEN", "t0ken")
    assert client.get("/metrics", environ_base=FAR, headers={"Authorization": shown}).status_code == 404
    assert client.get("/metrics", environ_base=FAR,
                      headers={"Authorization": "Bearer t0ken"}).status_code == 200


def test_without_a_token_another_machine_sees_nothing(app: Any, client: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "METRICS_TOKEN", "")
    assert client.get("/metrics", environ_base=FAR, headers={"Authorization": "Bearer "}).status_code == 404


def test_numbers_name_nobody(client: Any, sign_in: Any) -> None:
    sign_in(client, make.make_user(Role.ADMIN, name="Zubaidah-Kanari"))
    client.get("/admin/search?q=cari-kanari")
    client.get("/kanari@rahasia.example")
    assert "anari" not in client.get("/metrics").text
