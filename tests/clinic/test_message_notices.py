"""Whoever is not on the page is told of messages: one notice for several, none for what was read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.consultations import Consultation, ConsultationState, Triage
from models.operations.clinic import consultations, slots
from models.operations.clinic.conversations import mark_read, send_message
from models.operations.people import gathered_notices, notices
from models.outbox import DeliveryStatus, Notice, Outbox
from models.roles import Role
from tests.support import factories as make

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    clock.freeze(NOW)
    yield
    clock.freeze(None)


@pytest.fixture
def visit(session: Any) -> Consultation:
    return make.make_consultation(starts_at=NOW, state=ConsultationState.IN_PROGRESS, approved_at=NOW,
                                  number="KON/2026/000402")


def says(visit: Consultation, text: str, *, patient: bool = False) -> None:
    person = visit.patient.user if patient else visit.doctor.user
    send_message(visit, text, by=person, client_id=f"{text}-{clock.now().timestamp()}-{patient}")


def told(user: Any) -> list[tuple[str, Any]]:
    return [(notice.event, notice.params.get("count")) for notice in notices.latest(user)
            if notice.read_at is None]


def mails() -> list[Outbox]:
    return list(db.session.scalars(sa.select(Outbox).where(Outbox.template.startswith("message_of"))))


def test_three_messages_are_one_notice_and_one_mail(session: Any, visit: Consultation) -> None:
    for number, text in enumerate(("Rahasia satu", "dua", "tiga")):
        clock.freeze(NOW + timedelta(seconds=20 * number))
        says(visit, text)
    assert told(visit.patient.user) == [("message_of_doctor", 3)]
    assert told(visit.doctor.user) == []
    (mail,) = mails()
    assert mail.params["count"] == 3
    assert mail.next_attempt_at == NOW + gathered_notices.PAUSE
    assert "Rahasia" not in str(mail.params)
    says(visit, "empat", patient=True)
    assert told(visit.doctor.user) == [("message_of_patient", 1)]


def test_what_was_read_before_the_mail_left_is_not_mailed(session: Any, visit: Consultation) -> None:
    says(visit, "satu")
    mark_read(visit, by=visit.patient.user)
    assert (told(visit.patient.user), mails()) == ([], [])
    says(visit, "dua")
    assert told(visit.patient.user) == [("message_of_doctor", 1)]


def test_after_the_mail_left_more_messages_count_on_without_another(session: Any,
                                                                    visit: Consultation) -> None:
    says(visit, "satu")
    (mail,) = mails()
    mail.status, mail.sent_at = DeliveryStatus.SENT, clock.now()
    clock.freeze(NOW + timedelta(minutes=10))
    says(visit, "dua")
    assert told(visit.patient.user) == [("message_of_doctor", 2)]
    assert mails() == [mail]
    mark_read(visit, by=visit.patient.user)
    says(visit, "tiga")
    assert len(mails()) == 2


def test_who_wants_no_mail_gets_the_bell_alone(session: Any, visit: Consultation) -> None:
    visit.patient.user.wants_mail = False
    says(visit, "satu")
    assert told(visit.patient.user) == [("message_of_doctor", 1)]
    assert mails() == []


def test_an_open_page_learns_the_numbers_without_a_reload(client: Any, sign_in: Any,
                                                          visit: Consultation) -> None:
    says(visit, "satu")
    says(visit, "dua", patient=True)
    db.session.commit()
    sign_in(client, visit.patient.user)
    assert client.get("/portal/counts").json == {"talk": "1", "bell": "1"}
    assert 'data-counts="/portal/counts"' in client.get("/portal/").text
    sign_in(client, visit.doctor.user)
    counts = client.get("/admin/notices/counts").json
    assert (counts["talk"], counts["bell"]) == ("1", "1")
    client.get(f"/admin/consultation/details/?id={visit.id}")
    counts = client.get("/admin/notices/counts").json
    assert (counts["talk"], counts["bell"]) == ("", "")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Notice).where(
        Notice.event == "message_of_patient", Notice.read_at.is_(None))) == 0


def test_the_bell_says_of_a_request_how_urgent_it_is_when_and_whose(client, sign_in, session):
    """Whoever decides sees in the bell which request is the first, and nothing of what it is about."""
    admin = make.make_user(Role.ADMIN)
    doctor = make.make_doctor(name="dr. Sari Dewi")
    patient = make.make_patient()
    session.commit()
    start = slots.first_free([doctor])[doctor.id].starts_at
    consultations.request(patient, doctor, start, "Nyeri dada rahasia", by=patient.user, triage=Triage.URGENT)
    session.commit()
    sign_in(client, admin)
    for language, word in (("en", "Urgent"), ("id", "Mendesak")):
        client.set_cookie("language", language)
        page = client.get("/admin/notices/").text
        assert "dr. Sari Dewi" in page
        assert word in page
        assert clock.local(start).strftime("%H") in page
        assert "rahasia" not in page
