"""Unread messages and notices: one number, the same on every page of portal and panel that shows it."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import Patient
from models.consultations import Consultation, ConsultationState
from models.operations.clinic.conversations import mark_read, send_message, unread_total
from models.outbox import Notice
from models.people import User
from tests.portal.test_weight import pages
from tests.support import factories as make

HOURS = itertools.count(1)
PANEL = ("/admin/desk/", "/admin/desk/week", "/admin/desk/schedule", "/admin/desk/away", "/admin/inbox/",
         "/admin/notices/", "/admin/search", "/admin/consultation/", "/admin/patient/",
         "/admin/prescription/", "/admin/letter/", "/admin/diagnosis/", "/admin/clinical_note/",
         "/admin/reports/")


def talk(patient: Patient, doctor: Any, *, from_patient: int = 0, from_doctor: int = 0) -> Consultation:
    begins = clock.now() + timedelta(hours=next(HOURS))  # each has a time of its own
    made = make.make_consultation(patient=patient, doctor=doctor, state=ConsultationState.IN_PROGRESS,
                                  approved_at=clock.now(), starts_at=begins)
    for author, number in ((patient.user or patient.guardian.user, from_patient), (doctor.user, from_doctor)):
        for index in range(number):
            send_message(made, f"Pesan {index}", by=author, client_id=f"{made.id}-{author.id}-{index}")
    return made


def ring(person: User, number: int) -> None:
    for _ in range(number):
        make.saved(Notice(user_id=person.id, event="document_waits", address="/", params={}))


def bell(page: str) -> int:
    """What the bell says in words; the figure beside it has to agree, in the panel a dot."""
    found = re.search(r"(?:Notices, |, )(\d+) unread\b", page)
    if 'class="rw-shell"' in page:
        assert ('<span class="rw-news" aria-hidden="true">' in page) is (found is not None)
        return int(found[1]) if found else 0
    figures = re.findall(r'class="(?:rw-count is-hot|count)" aria-hidden="true">(\d+)<', page)
    assert figures == ([found[1]] if found else []), figures
    return int(found[1]) if found else 0


def portal_unread(page: str) -> int:
    found = re.search(r'id="unread">(\d+)<', page)
    return int(found[1]) if found else 0


def panel_unread(page: str) -> int:
    found = re.search(r'title="Unread messages">(\d+)<', page)
    return int(found[1]) if found else 0


def test_every_page_of_the_portal_says_the_same(app: Any, client: Any, sign_in: Any, session: Any) -> None:
    doctor = make.make_doctor()
    parent = make.make_patient()
    child = make.make_patient(guardian=parent)
    first, second, third = (talk(person, doctor, from_doctor=number, from_patient=5)
                            for person, number in ((parent, 2), (parent, 3), (child, 4)))
    talk(make.make_patient(), doctor, from_doctor=7)  # another's
    sign_in(client, parent.user)
    client.set_cookie("language", "en")
    ring(parent.user, 3)
    rings = db.session.scalar(sa.select(sa.func.count()).where(Notice.user_id == parent.user_id,
                                                               Notice.read_at.is_(None)))
    for opened, left in ((None, 9), (second, 6), (third, 2), (first, 0)):
        if opened is not None:
            page = client.get(f"/portal/consultations/{opened.id}").text
            assert portal_unread(page) == left  # on the page that reads them already
            rings -= 1  # the notice of its messages is read with them
        seen = 0
        for address in pages(app, first):
            if re.fullmatch(r"/portal/consultations/\d+", address):
                continue
            answer = client.get(address)
            if answer.status_code == 200 and 'class="nav"' in answer.text:
                seen += 1
                assert (portal_unread(answer.text), bell(answer.text)) == (left, rings), address
        assert seen >= 14
    assert unread_total(db.session.merge(parent.user)) == 0
    listed = client.get("/portal/consultations").text
    assert 'class="count"' not in listed.split("<main", 1)[1]


@pytest.mark.parametrize("notices", [0, 2])
def test_every_page_of_the_panel_says_the_same(client: Any, sign_in: Any, session: Any, notices: int) -> None:
    doctor = make.make_doctor()
    first, second = (talk(make.make_patient(), doctor, from_patient=number, from_doctor=5)
                     for number in (2, 3))
    talk(make.make_patient(), make.make_doctor(), from_patient=7)  # another's
    session.execute(sa.delete(Notice))
    ring(doctor.user, notices)
    sign_in(client, doctor.user)
    client.set_cookie("language", "en")
    for opened, left in ((None, 5), (first, 3), (second, 0)):
        if opened is not None:
            assert panel_unread(client.get(f"/admin/consultation/details/?id={opened.id}").text) == left
        seen = 0
        for address in PANEL:
            answer = client.get(address)
            if answer.status_code == 200:
                seen += 1
                assert (panel_unread(answer.text), bell(answer.text)) == (left, notices), address
        assert seen >= 10


def test_what_comes_while_a_page_is_open_is_counted_on_the_next(client: Any, sign_in: Any,
                                                                session: Any) -> None:
    made = talk(make.make_patient(), make.make_doctor(), from_doctor=1)
    sign_in(client, made.patient.user)
    assert portal_unread(client.get("/portal/").text) == 1
    send_message(made, "Lagi", by=made.doctor.user, client_id="later")
    assert portal_unread(client.get("/portal/profile").text) == 2
    mark_read(made, by=made.patient.user)
    assert portal_unread(client.get("/portal/profile").text) == 0
