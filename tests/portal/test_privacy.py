"""Nothing of a patient in an address, a log line, an error page or a cache; sessions end when nobody is
there."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.consultations import ConsultationState
from models.operations.clinic import conversations
from models.operations.people import nik
from models.people import UserSession
from models.roles import Role
from portal.web import signin
from tests.support import factories

NIK = "3273055705900001"
CANARIES = {"name": "Kenari Satu", "address": "Jalan Kenari Dua", "allergies": "kenaritiga",
            "phone": "+6281234500004", "payer_number": "0001234500005"}
COMPLAINT, MESSAGE = "kenarienam sesak", "kenaritujuh pesan"
SECRETS = (*CANARIES.values(), COMPLAINT, MESSAGE, NIK)
PAGES = ("/portal/", "/portal/waiting", "/portal/profile", "/portal/profile/edit", "/portal/people/new",
         "/portal/consultations", "/portal/consultations/new", "/portal/record/readers",
         "/portal/record/readers?all=1", "/portal/record/download", "/portal/close", "/portal/doctors",
         "/portal/specializations", "/portal/facilities", "/account/")


@pytest.fixture
def patient(session, client, sign_in):
    nik.configure({"NIK_KEY": "11" * 32, "NIK_INDEX_KEY": "22" * 32})
    found = factories.make_patient(**CANARIES)
    nik.keep(found, NIK, confirmed=True)
    session.flush()
    sign_in(client, found.user)
    return found


@pytest.fixture
def consultation(patient):
    found = factories.make_consultation(patient=patient, complaint=COMPLAINT,
                                        state=ConsultationState.APPROVED,
                                        approved_at=clock.now())
    conversations.send_message(found, MESSAGE, by=patient.user, client_id="one")
    return found


def pages(consultation) -> list[str]:
    one = f"/portal/consultations/{consultation.id}"
    return [*PAGES, one, f"{one}/cancel", f"{one}/reschedule", f"/portal/doctors/{consultation.doctor_id}"]


def _written(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret.casefold() in text.casefold()]


def test_no_address_holds_anything_of_the_patient(client, consultation):
    for path in pages(consultation):
        body = client.get(path).text
        for address in re.findall(r'(?:href|src|action|hx-get|hx-post|content)="([^"]*)"', body):
            assert _written(address) == [], path


def test_no_log_line_does(client, consultation, caplog):
    caplog.set_level(logging.DEBUG)
    for path in pages(consultation):
        client.get(path)
    one = f"/portal/consultations/{consultation.id}"
    for path, data in (("/portal/profile/edit",
                        {"nik": NIK, "address": CANARIES["address"], "height_cm": "x"}),
                       (f"{one}/messages", {"body": MESSAGE}), (f"{one}/cancel", {"reason": ""}),
                       ("/portal/consultations/new", {"complaint": COMPLAINT}),
                       (f"{one}/rating", {"rating": "9"}),
                       ("/account/password/change", {"current": COMPLAINT})):
        client.post(path, data=data)
    ours = [record for record in caplog.records if not record.name.startswith("sqlalchemy")]
    assert [line for record in ours for line in _written(record.getMessage())] == []


@pytest.mark.parametrize(("path", "method", "status"), [
    ("/portal/consultations/999999", "GET", 404), ("/portal/nothing", "GET", 404),
    ("/admin/patient/", "GET", 403),
    ("/portal/profile", "DELETE", 405), ("/portal/people/999999", "GET", 404)])
def test_no_error_page_does(client, consultation, path, method, status):
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert [secret for secret in _written(answer.text) if secret != CANARIES["name"]] == []


def test_an_error_of_ours_tells_nothing_either(client, consultation, app, monkeypatch):
    from portal import words

    def broken(_patient):
        raise RuntimeError(COMPLAINT)
    monkeypatch.setattr(words, "completeness", broken)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.get("/portal/profile")
    assert answer.status_code == 500
    assert COMPLAINT not in answer.text


def test_nothing_is_kept_by_caches(client, consultation):
    for path in pages(consultation):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store", path
        assert "Cookie" in answer.headers["Vary"]


def test_after_the_sign_out_nothing_stays(client, consultation):
    answer = client.post("/logout")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    for path in pages(consultation)[1:8]:
        assert client.get(path).status_code == 302
    poll = client.get(f"/portal/consultations/{consultation.id}/news", headers={"HX-Request": "true"})
    assert (poll.status_code, poll.headers["HX-Redirect"]) == (401, "/login")


# ---------------------------------------------------------------- sessions

POLL = {"HX-Request": "true", signin.POLL: "1"}


def test_asking_by_itself_keeps_no_session_alive(client, consultation):
    """Somebody who went away is signed out after the idle limit, though the page asks every two seconds."""
    start = clock.now()
    path = f"/portal/consultations/{consultation.id}/news?after=999&have=1.0&open=1"
    step, now = timedelta(minutes=20), start
    while now - start < signin.IDLE["other"]:
        clock.freeze(now)
        assert client.get(path, headers=POLL).status_code in (200, 204)
        now += step
    clock.freeze(now)
    assert client.get(path, headers=POLL).status_code == 401
    assert client.get("/portal/").status_code == 302


def test_acting_does(client, patient):
    start = clock.now()
    for hours in range(1, 12):
        clock.freeze(start + timedelta(hours=hours))
        assert client.get("/portal/").status_code == 200
    clock.freeze(start + signin.LONGEST + timedelta(minutes=1))
    assert client.get("/portal/").status_code == 302


def test_polls_do_not_write(client, consultation):
    clock.freeze(clock.now() + timedelta(minutes=30))
    before = db.session.scalar(sa.select(UserSession.seen_at))
    client.get("/portal/waiting", headers=POLL)
    assert db.session.scalar(sa.select(UserSession.seen_at)) == before
    client.get("/portal/waiting", headers={"HX-Request": "true"})
    assert db.session.scalar(sa.select(UserSession.seen_at)) > before


def test_staff_are_held_to_it_too(client, session, sign_in):
    sign_in(client, Role.DOCTOR)
    start = clock.now()
    for minutes in (5, 10, 14):
        clock.freeze(start + timedelta(minutes=minutes))
        assert client.get("/admin/consultation/", headers=POLL).status_code == 200
    clock.freeze(start + timedelta(minutes=16))
    assert client.get("/admin/consultation/", headers=POLL).status_code in (302, 401)
