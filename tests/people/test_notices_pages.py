"""The bell in panel and portal, the outbox page, the choice of channels."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from models.base import db
from models.operations.core.approvals import perform
from models.operations.people.mail import post
from models.organisation import Setting
from models.outbox import DeliveryStatus, Notice, Outbox
from models.roles import Role
from tests.panel.test_views import statements
from tests.support.factories import make_consultation, make_patient, make_store_request, make_user, saved


def ring(person, **fields):
    return saved(Notice(user_id=person.id, event="document_waits", address="/admin/inbox/",
                        params={"table": "store_request", "number": "SR/2026/900001"}, **fields))


@pytest.mark.parametrize(("role", "pages"), [
    (Role.ADMIN,
     ("/admin/", "/admin/inbox/", "/admin/notices/", "/admin/item/", "/admin/reports/", "/admin/search")),
    (Role.PATIENT,
     ("/portal/", "/portal/notices", "/portal/consultations", "/portal/profile", "/portal/doctors"))])
def test_the_bell_says_the_same_number_on_every_page(client, sign_in, session, role, pages):
    person = make_patient().user if role == Role.PATIENT else make_user(role)
    sign_in(client, person)
    for _ in range(3):
        ring(person)
    ring(make_user(role))
    for number in (["3"], []):
        for page in pages:
            text = client.get(page).get_data(as_text=True)
            assert re.findall(r"(\d+) belum dibaca", text)[:1] == number, page
        session.execute(sa.update(Notice).values(read_at=Notice.created_at))


def test_the_bell_costs_no_statement_of_its_own(app, client, sign_in):
    sign_in(client, make_user(Role.ADMIN))
    client.get("/admin/item/")
    with statements(app) as seen:
        client.get("/admin/item/")
    assert len([each for each in seen if "notice" in each]) == 1
    sign_in(client, make_patient().user)
    client.get("/portal/profile")
    with statements(app) as seen:
        client.get("/portal/profile")
    assert len([each for each in seen if "notice" in each]) == 1


def test_a_notice_leads_to_its_thing_and_is_read_then(client, sign_in, session):
    head = sign_in(client, Role.STORE_HEAD)
    request = make_store_request()
    perform(request, "submit", by=session.get(type(head), request.created_by_id))
    notice = session.scalar(sa.select(Notice).where(Notice.user_id == head.id))
    page = client.get("/admin/notices/").get_data(as_text=True)
    assert request.number in page
    answer = client.post(f"/admin/notices/{notice.id}/open")
    assert (answer.status_code, answer.location) == (303, f"/admin/store_request/details/?id={request.id}")
    assert request.number not in client.get("/admin/notices/?unread=1").get_data(as_text=True)


@pytest.mark.parametrize(("role", "address"), [(Role.ADMIN, "/admin/notices/{}/open"),
                                               (Role.PATIENT, "/portal/notices/{}/open")])
def test_nobody_opens_anothers_notice(client, sign_in, session, role, address):
    notice = ring(make_user(role))
    sign_in(client, make_patient().user if role == Role.PATIENT else make_user(role))
    assert client.post(address.format(notice.id)).status_code == 404
    for wrong in ("0", "9" * 30, "x"):
        assert client.post(address.format(wrong)).status_code == 404
    assert db.session.scalar(sa.select(Notice.read_at).where(Notice.id == notice.id)) is None


def test_everything_is_marked_as_read_at_once(client, sign_in, session):
    person, other = make_user(Role.ADMIN), make_user(Role.ADMIN)
    for each in (person, person, other):
        ring(each)
    sign_in(client, person)
    assert client.post("/admin/notices/read").status_code == 303
    left = session.scalars(sa.select(Notice.user_id).where(Notice.read_at.is_(None))).all()
    assert left == [other.id]


def test_old_notices_are_further_down(client, sign_in, session):
    person = sign_in(client, Role.ADMIN)
    for number in range(35):
        saved(Notice(user_id=person.id, event="document_waits",
                     params={"table": "item", "number": f"<{number:02}>"}))
    first = client.get("/admin/notices/").get_data(as_text=True)
    assert "&lt;34&gt;" in first
    assert "&lt;04&gt;" not in first
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "&lt;04&gt;" in client.get(older).get_data(as_text=True)


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 40, "٣"])
def test_a_page_that_is_none_is_the_first(client, sign_in, before):
    ring(sign_in(client, Role.ADMIN))
    assert (
        "SR/2026/900001" in client.get(f"/admin/notices/?before={before}").get_data(as_text=True)
        or before == "-1"
    )


@pytest.mark.parametrize(("role", "address"), [(Role.ADMIN, "/admin/notices/channels"),
                                               (Role.PATIENT, "/portal/notices/channels")])
def test_a_person_chooses_channels(client, sign_in, session, role, address):
    person = make_patient().user if role == Role.PATIENT else make_user(role)
    person.phone = "+628123456789"
    saved(Setting(key="notices.whatsapp", value="yes"))
    sign_in(client, person)
    assert client.post(address, data={"whatsapp": "1", "sms": "1", "wants_mail": "1"}).status_code == 303
    session.expire_all()
    assert (person.wants_mail, person.wants_whatsapp, person.wants_sms) == (False, True, False)


def test_a_patients_own_telephone_is_where_they_are_told(client, sign_in, session):
    patient = make_patient()
    sign_in(client, patient.user)
    client.post("/portal/profile", data={"phone": "0812 3456 7890"})
    session.expire_all()
    assert patient.user.phone == "+6281234567890"


# ---------------------------------------------------------------- the outbox

def failed():
    message = post(make_user(), "registration_received")
    db.session.flush()
    message.status, message.last_error, message.attempts = DeliveryStatus.FAILED, "refused [550]", 8
    return saved(message)


def test_an_administrator_sends_a_failed_message_again(client, sign_in, session):
    message = failed()
    key = message.key
    sign_in(client, Role.ADMIN)
    assert "refused [550]" in client.get("/admin/outbox/?status=failed").get_data(as_text=True)
    page = client.get(f"/admin/outbox/details/?id={message.id}").get_data(as_text=True)
    assert f"/admin/outbox/{message.id}/retry" in page
    assert client.post(f"/admin/outbox/{message.id}/retry").status_code == 303
    session.expire_all()
    assert (message.status, message.attempts, message.key) == ("waiting", 0, key)
    assert client.post(f"/admin/outbox/{message.id}/retry").status_code == 422, "it waits already"


def test_the_outbox_shows_the_words_in_the_readers_language(client, sign_in, session):
    consultation = make_consultation(number="KON/2026/900001")
    perform(consultation, "approve", by=make_user(Role.ADMIN))
    sign_in(client, Role.ADMIN)
    message = session.scalar(sa.select(Outbox).where(Outbox.template == "consultation_approved"))
    page = client.get(f"/admin/outbox/details/?id={message.id}").get_data(as_text=True)
    assert "KON/2026/900001" in page
    assert "Yth." in page or "Dear" not in page


def test_notices_of_one_kind_about_one_paper_are_one_row(client, sign_in, session):
    """The newest stands in the list, the earlier ones inside it; opening it reads all of them."""
    client.set_cookie("language", "en")
    head = sign_in(client, Role.STORE_HEAD)
    for number, (record, event) in enumerate([(7, "document_waits")] * 3 + [(8, "document_waits")]
                                             + [(7, "paper_stands_still")]):
        saved(Notice(user_id=head.id, event=event, address=f"/a/{number}", table_name="store_request",
                     record_id=record, params={"table": "store_request", "number": "SR/2026/900001"}))
    page = client.get("/admin/notices/").text
    rows = page.partition('<ul class="rw-notices">')[2]
    assert rows.count('class="is-new"') == 3
    assert "2 earlier ones of the same kind" in rows
    newest = session.scalar(sa.select(sa.func.max(Notice.id)).where(Notice.user_id == head.id,
                                                                    Notice.record_id == 7,
                                                                    Notice.event == "document_waits"))
    client.post(f"/admin/notices/{newest}/open")
    unread = session.scalars(sa.select(Notice.event).where(Notice.user_id == head.id,
                                                           Notice.read_at.is_(None))).all()
    assert sorted(unread) == ["document_waits", "paper_stands_still"]
