"""Reminders before a consultation, warnings of licences: once each, to whom they concern, never of what is
gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from models import clock
from models.operations.clinic import reminders, slots
from models.operations.clinic.consultations import reschedule
from models.operations.core import jobs
from models.operations.core.approvals import perform
from models.operations.people import notices
from models.organisation import Setting
from models.outbox import Notice, Outbox
from models.roles import Role
from tests.support.factories import make_consultation, make_doctor, make_user, saved

START = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def consultation(session):
    clock.freeze(START - timedelta(days=5))
    found = make_consultation(starts_at=START, number="KON/2026/900001", state="approved",
                              approved_at=clock.now())
    session.commit()
    return found


def run_at(**before):
    clock.freeze(START - timedelta(**before))
    reminders.remind()


def told(user):
    return [each.event for each in reversed(notices.latest(user)) if "reminder" in each.event]


def test_patient_and_doctor_are_reminded_a_day_and_an_hour_before_once_each(session, consultation):
    for before in ({"hours": 30}, {"hours": 24}, {"hours": 23}, {"hours": 2}, {"minutes": 60},
                   {"minutes": 30},
                   {"minutes": -5}):
        run_at(**before)
    assert told(consultation.patient.user) == ["consultation_reminder"] * 2
    assert told(consultation.doctor.user) == ["consultation_reminder_doctor"] * 2
    assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 4


def test_a_run_that_comes_late_tells_the_nearer_reminder_only(session, consultation):
    run_at(minutes=40)
    assert told(consultation.patient.user) == ["consultation_reminder"]


@pytest.mark.parametrize("step", ["cancel", "reject", "reschedule"])
def test_what_is_gone_is_not_reminded(session, consultation, step):
    admin = make_user(Role.ADMIN)
    if step == "reschedule":
        slot = slots.next_free(consultation.doctor, after=consultation.starts_at + timedelta(days=3))[0]
        reschedule(consultation, slot.starts_at, by=admin, reason="away")
    elif step == "cancel":
        perform(consultation, "cancel", by=admin, reason="away")
    else:
        consultation = make_consultation(starts_at=START, doctor=make_doctor())
        perform(consultation, "reject", by=admin, reason="away")
    run_at(hours=20)
    assert told(consultation.patient.user) == []


def test_who_was_approved_after_the_time_to_remind_hears_only_of_the_hour(session):
    clock.freeze(START - timedelta(hours=5))
    late = make_consultation(starts_at=START, state="approved", approved_at=clock.now())
    run_at(hours=4)
    assert told(late.patient.user) == []
    run_at(minutes=50)
    assert told(late.patient.user) == ["consultation_reminder"]


@pytest.mark.parametrize(("text", "hours"), [("24,1", [24, 1]), ("2; 48", [48, 2]), ("", []),
                                             # what is wrong counts as the default
                                             ("x, -3, 0, 9999", [24, 1])])
def test_the_setting_says_when(session, text, hours):
    session.execute(sa.insert(Setting).values(key="consultation.reminders", value=text))
    assert reminders.lead_hours() == hours


# ---------------------------------------------------------------- licences

@pytest.mark.parametrize(("column", "licence"), [("str_expires_on", "STR"), ("sip_expires_on", "SIP")])
def test_doctor_and_administrators_are_told_at_90_30_7_days_and_when_it_ran_out(session, column, licence):
    clock.freeze(START)
    admin = make_user(Role.ADMIN)
    doctor = make_doctor(**{column: clock.today() + timedelta(days=100)})
    for days in range(0, 105, 3):
        clock.freeze(START + timedelta(days=days))
        reminders.warn_of_licences()
    for person in (doctor.user, admin):
        events = [each.event for each in reversed(notices.latest(person))]
        assert events == ["licence_runs_out"] * 3 + ["licence_ran_out"]
    assert {each.params["licence"] for each in notices.latest(admin)} == {licence}


def test_a_new_licence_begins_anew_and_the_inactive_are_left_in_peace(session):
    clock.freeze(START)
    admin = make_user(Role.ADMIN)
    doctor = make_doctor(sip_expires_on=clock.today() + timedelta(days=5))
    make_doctor(sip_expires_on=clock.today() + timedelta(days=5), status="inactive")
    reminders.warn_of_licences()
    assert len(notices.latest(admin)) == 1
    doctor.sip_expires_on = clock.today() + timedelta(days=400)
    reminders.warn_of_licences()
    assert len(notices.latest(admin)) == 1


def test_an_expired_licence_offers_no_time(session):
    clock.freeze(START)
    doctor = make_doctor(sip_expires_on=clock.today() + timedelta(days=2))
    today = clock.today()
    days = {clock.local(slot.starts_at).date()
            for slot in slots.offered(doctor, today, today + timedelta(days=6))}
    assert days
    assert max(days) <= today + timedelta(days=2)


def test_the_list_warns(client, sign_in):
    make_doctor(name="dr. Lama", sip_expires_on=clock.today() - timedelta(days=1))
    make_doctor(name="dr. Segera", str_expires_on=clock.today() + timedelta(days=20))
    make_doctor(name="dr. Aman", sip_expires_on=clock.today() + timedelta(days=900))
    sign_in(client, Role.ADMIN)
    page = client.get("/admin/doctor/").get_data(as_text=True)
    assert page.count("rw-badge is-overdue") == 2
    narrowed = client.get("/admin/doctor/?only=expiring").get_data(as_text=True)
    assert "dr. Aman" not in narrowed
    assert "dr. Lama" in narrowed


def test_old_notices_are_forgotten_unread_ones_are_not(session):
    clock.freeze(START)
    person = make_user(Role.ADMIN)
    for read in (START - timedelta(days=100), START - timedelta(days=10), None):
        saved(Notice(user_id=person.id, event="document_waits", params={}, read_at=read))
    assert jobs.JOBS["old_notices"].run() == "1 forgotten"
    assert len(notices.latest(person)) == 2
