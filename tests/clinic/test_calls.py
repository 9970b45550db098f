"""Who may be in the video call of a consultation, when, and what its two browsers tell each other."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.activity import ActivityLog
from models.base import db
from models.consultations import Consultation, ConsultationMessage, ConsultationState
from models.errors import Refused
from models.operations.clinic import calls
from models.organisation import Setting
from models.roles import Role
from models.video_calls import VideoSignal
from portal.web.long_poll import NEWS
from tests.support import factories as make

C = ConsultationState


@pytest.fixture
def visit(session: Any) -> Consultation:
    visit = make.make_consultation(state=C.IN_PROGRESS, number="KON/2026/000801", approved_at=clock.now(),
                                   started_at=clock.now())
    db.session.commit()
    return visit


def signal(client: Any, visit: Consultation, door: str = "portal", **fields: str) -> Any:
    one = f"/portal/consultations/{visit.id}" if door == "portal" else f"/admin/consultation/{visit.id}"
    return client.post(f"{one}/call/signal", data={"kind": "join", **fields})


@pytest.mark.parametrize(("state", "starts_in", "is_open"), [
    (C.IN_PROGRESS, timedelta(days=-1), True), (C.APPROVED, timedelta(minutes=14), True),
    (C.APPROVED, timedelta(minutes=16), False), (C.APPROVED, timedelta(days=-1), False),
    (C.REQUESTED, timedelta(minutes=5), False), (C.COMPLETED, timedelta(minutes=-20), False),
    (C.CANCELLED, timedelta(minutes=5), False)])
def test_when_it_is_open(session: Any, state: ConsultationState, starts_in: timedelta, is_open: bool) -> None:
    visit = make.make_consultation(state=state, number="KON/2026/000802", starts_at=clock.now() + starts_in,
                                   approved_at=clock.now())
    assert calls.is_open(visit) is is_open
    if not is_open and state in (C.APPROVED, C.COMPLETED):
        with pytest.raises(Refused, match="15 minutes before"):
            calls.signal(visit, "join", by=visit.doctor.user)


def test_each_side_hears_the_other_and_not_itself(client: Any, sign_in: Any, visit: Consultation) -> None:
    sign_in(client, visit.patient.user)
    assert signal(client, visit, call="abc1", body='{"sdp":"x"}').status_code == 204
    heard = client.get(f"/portal/consultations/{visit.id}/call/news?after=0").json
    assert heard["signals"] == []
    sign_in(client, visit.doctor.user)
    heard = client.get(f"/admin/consultation/{visit.id}/call/news?after=0").json
    assert heard["signals"] == [{"kind": "join", "call": "abc1", "body": '{"sdp":"x"}'}]
    assert heard["open"] is True
    again = client.get(f"/admin/consultation/{visit.id}/call/news?after={heard['after']}").json
    assert again["signals"] == []


def test_who_comes_says_so_in_the_conversation_once(client: Any, sign_in: Any, visit: Consultation) -> None:
    sign_in(client, visit.doctor.user)
    for _ in range(3):
        signal(client, visit, "admin")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ConsultationMessage)) == 1


@pytest.mark.parametrize("fields", [{"kind": "dance"}, {"call": "<b>"}, {"body": "x" * 60_001}])
def test_what_is_no_signal_is_refused(client: Any, sign_in: Any, visit: Consultation,
                                      fields: dict[str, str]) -> None:
    sign_in(client, visit.patient.user)
    assert signal(client, visit, **fields).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(VideoSignal)) == 0


def test_nobody_else_comes_in(client: Any, sign_in: Any, visit: Consultation) -> None:
    one, room = f"/portal/consultations/{visit.id}", f"/admin/consultation/{visit.id}"
    sign_in(client, make.make_patient().user)
    for path in ("/call", "/call/news"):
        assert client.get(one + path).status_code == 404
    assert signal(client, visit).status_code == 404
    for person in (make.make_user(Role.ADMIN), make.make_doctor().user):
        sign_in(client, person)
        for path in ("/call", "/call/news"):
            assert client.get(room + path).status_code == 404, (person.roles, path)
        assert signal(client, visit, "admin").status_code == 404


def test_camera_and_microphone_are_allowed_on_the_open_call_alone(client: Any, sign_in: Any,
                                                                  visit: Consultation) -> None:
    later = make.make_consultation(state=C.APPROVED, number="KON/2026/000803", patient=visit.patient,
                                   approved_at=clock.now(), starts_at=clock.now() + timedelta(days=2))
    db.session.commit()
    sign_in(client, visit.patient.user)
    page = client.get(f"/portal/consultations/{visit.id}/call")
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "microphone=(self)" in page.headers["Permissions-Policy"]
    assert "data-join" in page.text
    closed = client.get(f"/portal/consultations/{later.id}/call")
    assert "camera=()" in closed.headers["Permissions-Policy"]
    assert "data-join" not in closed.text
    assert "camera=()" in client.get(f"/portal/consultations/{visit.id}").headers["Permissions-Policy"]


def test_the_way_in_is_on_both_pages(client: Any, sign_in: Any, visit: Consultation) -> None:
    sign_in(client, visit.patient.user)
    assert f"/portal/consultations/{visit.id}/call" in client.get(f"/portal/consultations/{visit.id}").text
    sign_in(client, visit.doctor.user)
    assert f"/admin/consultation/{visit.id}/call" in client.get(
        f"/admin/consultation/details/?id={visit.id}").text


def test_the_turn_server_lets_in_for_hours_and_never_learns_the_secret_from_us(visit: Consultation) -> None:
    db.session.add(Setting(key="video.servers", value="stun:a.test:3478, turn:b.test:3478?transport=udp"))
    db.session.flush()
    stun, turn = calls.servers(visit, "geheim")
    assert stun == {"urls": ["stun:a.test:3478"]}
    until, _, _name = turn["username"].partition(":")
    assert int(until) > clock.now().timestamp() + 3600
    made = hmac.new(b"geheim", turn["username"].encode(), hashlib.sha1).digest()
    assert turn["credential"] == base64.b64encode(made).decode()
    assert calls.servers(visit, "") == [stun]


def test_signals_are_forgotten_and_not_logged(visit: Consultation) -> None:
    row = calls.signal(visit, "offer", by=visit.doctor.user, call="a", body="{}")
    row.sent_at = clock.now() - timedelta(days=2)
    db.session.commit()
    assert calls.forget_signals() == "1 forgotten"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ActivityLog).where(
        ActivityLog.table_name == "video_signal")) == 0


def test_the_question_for_signals_waits_as_that_of_the_conversation() -> None:
    assert NEWS.fullmatch("/portal/consultations/12/call/news")
    assert NEWS.fullmatch("/admin/consultation/12/news")
    assert not NEWS.fullmatch("/portal/consultations/12/call")
