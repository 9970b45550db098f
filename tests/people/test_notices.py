"""Who is told what: the table of notices, the bell, the outbox in the same transaction."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from models.documents import WORKFLOWS
from models.operations.clinic.consultations import reschedule
from models.operations.clinic.slots import next_free
from models.operations.core.approvals import opened, perform
from models.operations.people import notices
from models.operations.people.notices import NOTICES, tell
from models.organisation import Setting
from models.outbox import Channel, Notice, Outbox
from models.people import AccountStatus, Language
from models.roles import Role
from models.store_requests import StoreRequest
from portal.web import notices as said
from portal.web.outbox_job import composed
from tests.support.factories import (
    make_consultation,
    make_item,
    make_patient,
    make_purchase_order,
    make_store_request,
    make_user,
    saved,
)


def told(user):
    """The events of a person's notices, oldest first."""
    return [each.event for each in reversed(notices.latest(user))]


def unread(user):
    return notices.db.session.scalar(sa.select(notices.unread(user.id)))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("event", sorted(NOTICES))
def test_every_notice_has_its_words_in_both_languages(app, event, language):
    """Every place of every sentence is filled, in mail, on the bell and on a telephone."""
    declared = NOTICES[event]
    params = {name: {"moment": "2026-11-20T02:00:00+00:00", "day": "2026-11-20", "table": "store_request",
                     "step": "approve", "next": ["reader", "approve"], "state": "approved"}.get(
                         notices.KINDS.get(name), f"<{name}>") for name in declared.names}
    with force_locale(language):
        texts = [said.title(Notice(event=event, params=params)),
                 said.text(Notice(event=event, params=params))]
    for channel in Channel:
        words = said.words_of(Outbox(template=event, channel=channel, language=Language(language),
                                     params={"name": "Sari", **params}))
        texts += [words.subject, words.body]
    assert all(texts)
    assert not [text for text in texts if re.search(r"%\(|\{|T\d\d:\d\d:", text)]


def test_the_patient_and_the_doctor_are_told_of_an_approval_each_in_their_language(app, session):
    consultation = make_consultation(complaint="canary", number="KON/2026/900001")
    consultation.patient.user.language = Language.EN
    perform(consultation, "approve", by=make_user(Role.ADMIN))
    assert told(consultation.patient.user) == ["consultation_approved"]
    assert told(consultation.doctor.user) == ["consultation_planned"]
    mails = {mail.template: mail for mail in session.scalars(sa.select(Outbox))}
    assert set(mails) == {"consultation_approved", "consultation_planned"}
    english, indonesian = (composed(mails[name], "rs@example.org")
                           for name in ("consultation_approved", "consultation_planned"))
    assert english.subject == "Your consultation was approved"
    assert english.text.startswith(f"Dear {consultation.patient.user.name},")
    assert consultation.number in english.text
    assert indonesian.subject != "A consultation is planned"
    assert "canary" not in str([mail.params for mail in mails.values()])


def test_a_reason_is_kept_only_where_the_words_need_it(session):
    """What patient and hospital write to each other stays in the portal."""
    consultation = make_consultation()
    admin = make_user(Role.ADMIN)
    perform(consultation, "approve", by=admin)
    slot = next_free(consultation.doctor, after=consultation.ends_at)[0]
    reschedule(consultation, slot.starts_at, by=consultation.patient.user, reason="canary")
    assert "canary" not in str(session.scalars(sa.select(Outbox.params)).all())
    assert "canary" not in str(session.scalars(sa.select(Notice.params)).all())
    patient = make_patient(state="pending")
    perform(patient, "reject", by=admin, reason="No such address")
    mail = session.scalar(sa.select(Outbox).where(Outbox.template == "registration_rejected"))
    assert "No such address" in composed(mail, "rs@example.org").text


def test_nothing_is_told_of_what_was_undone(session):
    consultation = make_consultation()
    with session.begin_nested() as half:
        perform(consultation, "approve", by=make_user(Role.ADMIN))
        half.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Notice)) == 0


def test_whoever_must_step_is_told_until_somebody_did(session):
    heads = [make_user(Role.STORE_HEAD) for _ in range(2)]
    gone = make_user(Role.STORE_HEAD, status=AccountStatus.INACTIVE)
    bystander = make_user(Role.PAYABLES)
    request = make_store_request()
    author = notices.db.session.get(notices.User, request.created_by_id)
    perform(request, "submit", by=author)
    assert [told(each) for each in (*heads, gone, bystander, author)] == [["document_waits"]] * 2 + [[], [],
                                                                                                     []]
    assert [unread(each) for each in heads] == [1, 1]
    perform(request, "approve", by=heads[0])
    assert [unread(each) for each in heads] == [0, 0], "nobody looks at what is decided"
    assert told(author) == ["document_approved"]


def test_the_author_reads_why_a_document_was_rejected(session):
    request, head = make_store_request(), make_user(Role.STORE_HEAD)
    author = session.get(notices.User, request.created_by_id)
    perform(request, "submit", by=author)
    perform(request, "reject", by=head, reason="Twice the usual quantity")
    notice = notices.latest(author)[0]
    with force_locale("en"):
        assert request.number in said.title(notice)
        assert "Twice the usual quantity" in said.text(notice)


def sentences(person, language="en"):
    with force_locale(language):
        return [said.text(notice) for notice in notices.latest(person)]


def test_a_notice_says_who_did_what_and_what_is_next_for_its_reader(session):
    """Twenty-one of 27 lines read "Approve: done by another."."""
    request, head = make_store_request(), make_user(Role.STORE_HEAD, name="Ratna Dewi")
    author = session.get(notices.User, request.created_by_id)
    author.name = "Budi Santoso"
    staff = make_user(Role.STORE_STAFF)
    perform(request, "submit", by=author)
    assert sentences(head) == ["Budi Santoso: Submit. Your step: Approve."]
    perform(request, "approve", by=head)
    assert sentences(author) == ["Ratna Dewi approved it. It is now: Approved. Next: Store staff."]
    assert sentences(staff)[0].startswith("Ratna Dewi: Approve. Your step: ")
    assert "Ratna Dewi menyetujuinya. Sekarang: Disetujui. Berikutnya: " in sentences(author, "id")[0]


def test_an_author_whose_paper_was_refused_reads_how_to_go_on(session):
    request, head = make_store_request(), make_user(Role.STORE_HEAD, name="Ratna Dewi")
    author = session.get(notices.User, request.created_by_id)
    perform(request, "submit", by=author)
    perform(request, "reject", by=head, reason="Stok cukup")
    assert sentences(author)[0] == "Ratna Dewi said no: Stok cukup · Your step: Reopen."


def test_the_next_of_an_order_below_the_limit_is_its_sender_and_not_the_director(session):
    chief, payables = make_user(Role.FACILITIES_HEAD), make_user(Role.PAYABLES)
    make_user(Role.DIRECTOR)
    order = make_purchase_order((make_item(), 1, 1000))
    author = session.get(notices.User, order.created_by_id)
    perform(order, "submit", by=author)
    perform(order, "approve", by=chief)
    perform(order, "approve_payment", by=payables)
    assert "Your step: Send." in " ".join(sentences(author))
    assert "irector" not in " ".join(sentences(author))


def test_an_old_notice_without_a_name_still_reads_as_a_sentence(session):
    person = make_user(Role.UNIT_USER)
    saved(Notice(user_id=person.id, event="document_approved", params={"table": "store_request"}))
    assert sentences(person)[0].startswith("Somebody approved it.")


def test_administrators_are_told_of_a_registration(session):
    admin = make_user(Role.ADMIN)
    patient = make_patient(state="pending")
    opened(patient, by=patient.user)
    assert told(admin) == ["document_waits"]
    assert notices.latest(admin)[0].address == f"/admin/patient/details/?id={patient.id}"
    perform(patient, "approve", by=admin)
    assert unread(admin) == 0


def test_unit_users_hear_of_their_own_units_papers_only(session):
    """Every paper that waits for a unit's own step names that unit."""
    request = make_store_request()
    colleague = make_user(Role.UNIT_USER, work_unit_id=request.work_unit_id)
    stranger = make_user(Role.UNIT_USER)
    step = StoreRequest.workflow.step("submit", request.state)
    found = notices.whose_turn(request, [step], {Role.UNIT_USER})
    assert colleague.id in found or found == [request.created_by_id]
    assert stranger.id not in found


@pytest.mark.parametrize(("wants", "phone", "offered", "channels"), [
    ({}, None, "no", {"mail"}),
    ({"wants_mail": False}, None, "no", set()),
    ({"wants_whatsapp": True, "wants_sms": True}, "+628123456789", "yes", {"mail", "whatsapp", "sms"}),
    ({"wants_whatsapp": True}, "+628123456789", "no", {"mail"}),
    ({"wants_whatsapp": True}, None, "yes", {"mail"}),
])
def test_a_person_chooses_the_channels_that_the_house_offers(session, wants, phone, offered, channels):
    for channel in ("whatsapp", "sms"):
        saved(Setting(key=f"notices.{channel}", value=offered))
    consultation = make_consultation()
    for name, value in wants.items():
        setattr(consultation.patient.user, name, value)
    consultation.patient.user.phone = phone
    tell("consultation_approved", consultation)
    sent = session.execute(sa.select(Outbox.channel, Outbox.to_address).where(
        Outbox.user_id == consultation.patient.user_id)).all()
    assert {str(row.channel) for row in sent} == channels
    assert {row.to_address for row in sent if row.channel != "mail"} <= {phone}
    assert told(consultation.patient.user) == ["consultation_approved"], "the bell always rings"


def test_what_concerns_the_account_goes_by_mail_whatever_was_chosen(session):
    patient = make_patient(state="pending")
    patient.user.wants_mail = False
    perform(patient, "approve", by=make_user(Role.ADMIN))
    assert session.scalars(sa.select(Outbox.template)).all() == ["registration_approved"]


def test_what_happens_once_is_told_once(session):
    consultation = make_consultation()
    assert [tell("consultation_approved", consultation, key="once") for _ in range(2)] == [1, 0]
    assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 1


def test_only_the_own_notices_are_marked(session):
    mine, other = make_user(Role.ADMIN), make_user(Role.ADMIN)
    for person in (mine, mine, other):
        saved(Notice(user_id=person.id, event="document_waits", params={}))
    theirs = notices.latest(other)[0].id
    assert notices.mark_read(mine, [theirs]) == 0
    assert notices.mark_read(mine) == 2
    assert (unread(mine), unread(other)) == (0, 1)


def test_what_rests_waits_for_nobody():
    """A screen that shows the board rang the administrator's bell: "Wall display waits for your step"."""
    path = Path(__file__).parents[1] / "data" / "final-states.csv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines()
             if line and not line.startswith("#")]
    resting = [(row["table"], row["state"]) for row in csv.DictReader(lines) if row["final"] == "rests"]
    assert ("wall_display", "showing") in resting
    told_elsewhere = notices.NOT_PAPERS | notices.QUIET
    assert [(table, state) for table, state in resting if table in WORKFLOWS and table not in told_elsewhere
            and notices.turn(WORKFLOWS[table], state)] == []
