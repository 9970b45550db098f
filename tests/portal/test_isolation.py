"""Nobody sees another patient's: the same 404 as for what never was. Blocks, sizes and statements of the
pages."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.consultations import ConsultationState
from models.documents import Attachment
from models.operations.clinic import conversations
from models.roles import Role
from portal.web.config import ROOT
from tests.support import factories

ADDRESSES = (("GET", ""), ("GET", "/news"), ("POST", "/messages"), ("GET", "/cancel"), ("POST", "/cancel"),
             ("GET", "/reschedule"), ("POST", "/reschedule"), ("POST", "/rating"))
HTMX = {"HX-Request": "true"}


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements of the block, savepoints aside."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)
    bound = db.session.get_bind()
    engine = getattr(bound, "engine", bound)
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def _plain(answer) -> str:
    """The body without what changes from one answer to the next: its address and its form token."""
    return re.sub(r'value="[^"]*"', "", answer.text)


@pytest.mark.parametrize(("method", "rest"), ADDRESSES)
@pytest.mark.parametrize("who", [Role.PATIENT, Role.ADMIN, Role.DOCTOR, Role.STORE_HEAD])
def test_foreign_and_absent_look_the_same(client, sign_in, session, method, rest, who):
    consultation = factories.make_consultation(state=ConsultationState.APPROVED, approved_at=clock.now())
    sign_in(client, factories.make_patient().user if who == Role.PATIENT else who)
    foreign, absent, huge = (client.open(f"/portal/consultations/{key}{rest}", method=method,
                                         data={"body": "x"})
                             for key in (consultation.id, consultation.id + 1000, 10**30))
    assert (foreign.status_code, absent.status_code, huge.status_code) == (404, 404, 404)
    assert _plain(foreign) == _plain(absent) == _plain(huge)
    assert consultation.complaint not in foreign.text


@pytest.mark.parametrize(("method", "rest"), ADDRESSES)
def test_nobody_signed_in_goes_to_the_login(client, session, method, rest):
    consultation = factories.make_consultation()
    answer = client.open(f"/portal/consultations/{consultation.id}{rest}", method=method)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login")


def test_a_guardian_sees_the_childs_consultation(client, sign_in, session):
    guardian = factories.make_patient()
    child = factories.make_patient(guardian=guardian)
    consultation = factories.make_consultation(patient=child, created_by_id=guardian.user_id)
    sign_in(client, guardian.user)
    assert client.get(f"/portal/consultations/{consultation.id}").status_code == 200
    assert child.name in client.get("/portal/profile").text


def test_draft_files_are_nobodys_download(client, sign_in, session):
    patient = factories.make_patient()
    draft = factories.saved(Attachment(document_type="consultation_draft", document_id=patient.user_id,
                                       file_name="a",
                                       media_type="image/png", size=1, sha256="0" * 64, content=b"a",
                                       user_id=patient.user_id))
    sign_in(client, patient.user)
    assert client.get(f"/portal/files/{draft.id}").status_code == 404
    assert client.get(f"/portal/files/{10**30}").status_code == 404


# ---------------------------------------------------------------- blocks

@pytest.mark.parametrize(("path", "mark"), [
    ("/portal/doctors?q=", 'id="doctor-results"'), ("/portal/facilities?part=beds", 'id="bed-summary"'),
    ("/portal/?part=next", 'id="next-consultation"'),
    ("/portal/consultations?part=list", 'id="consultation-list"'),
    ("/portal/regions?province=11", 'id="region-fields"')])
def test_htmx_gets_the_block_and_others_the_page(client, sign_in, session, path, mark):
    sign_in(client, factories.make_patient().user)
    block = client.get(path, headers=HTMX)
    assert mark in block.text
    assert "<html" not in block.text
    assert "HX-Request" in block.headers["Vary"]
    page = client.get(path)
    assert page.status_code in (200, 302)
    assert page.status_code == 302 or "<html" in page.text


@pytest.mark.parametrize("path", [
    "/portal/?part=next", "/portal/consultations?part=list", "/portal/facilities?part=beds"])
def test_unchanged_blocks_are_not_sent_again(client, sign_in, session, path):
    patient = factories.make_patient()
    factories.make_consultation(patient=patient)
    sign_in(client, patient.user)
    block = client.get(path, headers=HTMX)
    again = re.search(r"have=([0-9a-f]{16})", block.text)[1]
    assert client.get(f"{path}&have={again}", headers=HTMX).status_code == 204


def test_search_and_filters_find_doctors(client, session):
    heart = factories.make_specialization(name="Jantung", name_en="Cardiology")
    factories.make_doctor(name="dr. Andi Rahmat", specialization=heart, languages="id,su")
    factories.make_doctor(name="dr. Budi 100%", languages="id", schedules=[])
    for query, found in (("q=andi", True), ("q=jantung+rahmat", True), ("q=100%25", False),
                         ("language=su", True),
                         ("language=xx", True), ("day=2", True), ("q=_", False),
                         (f"specialization={heart.id}", True),
                         ("specialization=9999", False), ("specialization=abc&day=9&page=x", True)):
        assert ("Andi Rahmat" in client.get(f"/portal/doctors?{query}", headers=HTMX).text) is found, query
    assert "Budi" not in client.get("/portal/doctors?day=2").text


@pytest.mark.parametrize("query", ["week=2026-W99", "week=x", "week=9999-W01", "week=0001-W01", "week=²"])
def test_a_strange_week_is_this_one(client, session, query):
    doctor = factories.make_doctor()
    assert client.get(f"/portal/doctors/{doctor.id}?{query}").status_code == 200
    assert client.get(f"/portal/doctors/{doctor.id + 999}?{query}").status_code == 404


# ---------------------------------------------------------------- size and statements

def test_a_page_with_all_its_files_is_small(client, sign_in, session):
    consultation = factories.make_consultation(state=ConsultationState.APPROVED, approved_at=clock.now())
    for number in range(30):
        conversations.send_message(consultation, f"Pesan nomor {number} dari pasien",
                                   by=consultation.patient.user,
                                   client_id=str(number))
    sign_in(client, consultation.patient.user)
    static = sum(len(gzip.compress((Path(ROOT) / "static" / name).read_bytes())) for name in (
        "portal.css", "portal.js", "icons.svg", "vendor/htmx/htmx.min.js"))
    for path in ("/portal/", f"/portal/consultations/{consultation.id}", "/portal/profile", "/portal/doctors",
                 "/portal/facilities"):
        assert static + len(gzip.compress(client.get(path).data)) <= 60 * 1024, path


@pytest.mark.parametrize(("path", "most"), [
    ("/portal/", 12), ("/portal/consultations", 8), ("/portal/doctors", 13), ("/portal/specializations", 6)])
def test_statements_do_not_grow_with_the_rows(client, sign_in, session, path, most):
    patient = factories.make_patient()
    sign_in(client, patient.user)
    counts = []
    for number in (1, 6):
        for index in range(number):
            starts_at = clock.day_bounds(clock.today())[1] + timedelta(days=number, hours=9,
                                                                       minutes=15 * index)
            consultation = factories.make_consultation(patient=patient, starts_at=starts_at,
                                                       approved_at=clock.now(),
                                                       state=ConsultationState.APPROVED)
            conversations.send_message(consultation, "Halo", by=consultation.doctor.user,
                                       client_id=f"{number}.{index}")
        client.get(path)
        with statements() as seen:
            assert client.get(path).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= most


def test_asking_for_news_is_cheap(client, sign_in, session):
    consultation = factories.make_consultation(state=ConsultationState.APPROVED, approved_at=clock.now())
    sign_in(client, consultation.patient.user)
    version = consultation.version
    session.commit()
    with statements() as seen:
        answer = client.get(f"/portal/consultations/{consultation.id}/news?after=0&have={version}.0&open=1")
    assert answer.status_code == 204
    assert len(seen) <= 4
