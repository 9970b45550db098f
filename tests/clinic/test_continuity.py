"""What goes on after a consultation: the follow-up with its reminder, the calendar, the answer to a referral,
one line of time, and who read the record, by visit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from models import clock
from models.activity import Activity
from models.actor import acting
from models.base import db, one_transaction
from models.consultations import Consultation, ConsultationState
from models.errors import NotAllowed, Refused
from models.follow_up import FollowUp, LetterAnswer
from models.operations.clinic import follow_ups, patient_record, timeline, vital_signs
from models.operations.clinic.clinical import add_diagnosis, write_letter
from models.operations.core import activity
from models.operations.core.approvals import perform
from models.outbox import Notice, Outbox
from models.prescriptions import LetterKind
from models.roles import Role
from models.vital_signs import VitalKind
from portal.web import calendar_file
from portal.web.outbox_job import composed
from tests.support import factories as make

C = ConsultationState


@pytest.fixture
def visit(session: Any) -> Consultation:
    visit = make.make_consultation(state=C.IN_PROGRESS, number="KON/2026/001001", approved_at=clock.now(),
                                   started_at=clock.now())
    add_diagnosis(visit, "J06.9", by=visit.doctor.user)
    db.session.commit()
    return visit


def completed(visit: Consultation) -> Consultation:
    assert visit.state == C.IN_PROGRESS
    visit.state, visit.completed_at = C.COMPLETED, clock.now()
    db.session.commit()
    return visit


# ---------------------------------------------------------------- the follow-up

def test_the_doctor_sets_the_day_and_the_patient_books_it(client: Any, sign_in: Any,
                                                          visit: Consultation) -> None:
    due = clock.today() + timedelta(days=14)
    sign_in(client, visit.doctor.user)
    answer = client.post(f"/admin/consultation/{visit.id}/follow_up",
                         data={"due_on": due.isoformat(), "reason": "Cek tekanan darah"})
    assert answer.status_code == 303
    completed(visit)
    sign_in(client, visit.patient.user)
    page = client.get(f"/portal/consultations/{visit.id}").text
    assert "Cek tekanan darah" in page
    follow_up = follow_ups.live(visit)
    assert f"/portal/follow-ups/{follow_up.id}" in page
    to = client.get(f"/portal/follow-ups/{follow_up.id}").headers["Location"]
    year, week, _day = due.isocalendar()
    assert to.endswith(f"/portal/doctors/{visit.doctor_id}?week={year}-W{week:02}")
    sign_in(client, make.make_patient().user)
    assert client.get(f"/portal/follow-ups/{follow_up.id}").status_code == 404


@pytest.mark.parametrize("day", ["", "yesterday", "today", "far", "31/12/2026"])
def test_a_day_that_cannot_be(client: Any, sign_in: Any, visit: Consultation, day: str) -> None:
    today = clock.today()
    text = {"yesterday": (today - timedelta(days=1)).isoformat(), "today": today.isoformat(),
            "far": (today + timedelta(days=2000)).isoformat()}.get(day, day)
    sign_in(client, visit.doctor.user)
    answer = client.post(f"/admin/consultation/{visit.id}/follow_up", data={"due_on": text})
    assert answer.status_code == 422
    assert follow_ups.live(visit) is None


def test_another_day_takes_its_place_and_the_old_one_stays(visit: Consultation) -> None:
    by, today = visit.doctor.user, clock.today()
    follow_ups.set_day(visit, today + timedelta(days=7), by=by)
    follow_ups.set_day(visit, today + timedelta(days=9), by=by)
    assert follow_ups.live(visit).due_on == today + timedelta(days=9)
    follow_ups.set_day(visit, None, by=by)
    assert follow_ups.live(visit) is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FollowUp)) == 2
    with pytest.raises(NotAllowed):
        follow_ups.set_day(visit, today + timedelta(days=3), by=make.make_doctor().user)


def test_the_patient_is_reminded_once_a_lead_until_something_is_booked(visit: Consultation) -> None:
    follow_ups.set_day(visit, clock.today() + timedelta(days=5), by=visit.doctor.user, reason="Jantung")
    db.session.commit()
    assert follow_ups.remind() == ""  # the consultation is not over yet
    completed(visit)
    with one_transaction():
        assert follow_ups.remind() == "1 told"
    with one_transaction():
        assert follow_ups.remind() == ""
    [notice] = db.session.scalars(sa.select(Notice).where(Notice.event == "follow_up_near")).all()
    assert notice.user_id == visit.patient.user_id
    assert "Jantung" not in str(notice.params)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) >= 1
    follow_up = follow_ups.live(visit)
    follow_up.due_on = clock.today() + timedelta(days=1)
    make.make_consultation(patient=visit.patient, doctor=visit.doctor, state=C.REQUESTED,
                           starts_at=clock.now() + timedelta(days=4))
    db.session.commit()
    with one_transaction():
        assert follow_ups.remind() == ""


# ---------------------------------------------------------------- the calendar

def lines_of(text: str) -> dict[str, str]:
    found = {}
    for line in text.replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        found.setdefault(name.partition(";")[0], value)
    return found


def test_the_entry_says_when_in_universal_time_and_nothing_clinical(client: Any, sign_in: Any,
                                                                    session: Any) -> None:
    at = datetime(2027, 3, 1, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
    visit = make.make_consultation(state=C.APPROVED, number="KON/2026/001002", approved_at=clock.now(),
                                   starts_at=at, complaint="Rahasia sekali", slot_minutes=20)
    db.session.commit()
    sign_in(client, visit.patient.user)
    answer = client.get(f"/portal/consultations/{visit.id}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    said = lines_of(answer.text)
    assert (said["DTSTART"], said["DTEND"]) == ("20270301T020000Z", "20270301T022000Z")
    assert said["METHOD"] == "REQUEST"
    assert "Rahasia" not in answer.text
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    sign_in(client, make.make_patient().user)
    assert client.get(f"/portal/consultations/{visit.id}/calendar.ics").status_code == 404


def test_what_is_not_approved_has_no_entry(client: Any, sign_in: Any, session: Any) -> None:
    visit = make.make_consultation(number="KON/2026/001003")
    db.session.commit()
    sign_in(client, visit.patient.user)
    assert client.get(f"/portal/consultations/{visit.id}/calendar.ics").status_code == 404


def test_moving_and_cancelling_keep_the_name_and_count_up(app: Any, session: Any) -> None:
    from models.operations.clinic.consultations import reschedule
    admin = make.make_user(Role.ADMIN)
    first = make.make_consultation(number="KON/2026/001004")
    perform(first, "approve", by=admin)
    uid, one = calendar_file.uid_and_sequence(first)
    moved = reschedule(first, first.starts_at + timedelta(days=1), by=admin)
    gone = lines_of(calendar_file.of(first))
    assert (gone["METHOD"], gone["STATUS"], gone["UID"]) == ("CANCEL", "CANCELLED", uid)
    perform(moved, "approve", by=admin)
    again = lines_of(calendar_file.of(moved))
    assert (again["METHOD"], again["UID"]) == ("REQUEST", uid)
    assert one < int(gone["SEQUENCE"]) < int(again["SEQUENCE"])
    perform(moved, "cancel", by=admin, reason="Dokter sakit")
    ended = lines_of(calendar_file.of(moved))
    assert ended["METHOD"] == "CANCEL"
    assert int(ended["SEQUENCE"]) > int(again["SEQUENCE"])


def test_the_mail_of_the_approval_carries_it(app: Any, session: Any) -> None:
    visit = make.make_consultation(number="KON/2026/001005")
    perform(visit, "approve", by=make.make_user(Role.ADMIN))
    db.session.commit()
    mail = db.session.scalars(sa.select(Outbox).where(Outbox.template == "consultation_approved",
                                                      Outbox.channel == "mail")).one()
    sent = composed(mail, "rs@rs.test")
    assert sent.enclosed.media_type == "text/calendar"
    assert b"BEGIN:VEVENT" in sent.enclosed.content


# ---------------------------------------------------------------- referrals

@pytest.fixture
def referral(visit: Consultation) -> Any:
    letter = write_letter(visit, LetterKind.REFERRAL, by=visit.doctor.user, body="Mohon periksa",
                          referred_to="RS Jantung")
    db.session.commit()
    return letter


def test_the_answer_is_recorded_told_and_shown(client: Any, sign_in: Any, referral: Any) -> None:
    visit = referral.consultation
    completed(visit)
    sign_in(client, visit.doctor.user)
    answer = client.post(f"/admin/consultation/{visit.id}/answer", data={
        "letter": str(referral.id), "answered_by": "dr. Hati, Sp.JP", "answer": "Katup baik",
        "answered_on": clock.today().isoformat()})
    assert answer.status_code == 303
    assert "Katup baik" in client.get(f"/admin/consultation/{visit.id}/record").text
    sign_in(client, visit.patient.user)
    assert "Katup baik" in client.get("/portal/record").text
    told = db.session.scalars(sa.select(Notice).where(Notice.event == "referral_answered")).all()
    assert [notice.user_id for notice in told] == [visit.patient.user_id]
    assert "Katup" not in str([notice.params for notice in told])


def test_who_may_record_an_answer(referral: Any) -> None:
    visit = referral.consultation
    follow_ups.record_answer(referral, "Baik", answered_by="RS", by=make.make_user(Role.ADMIN))
    receiving = make.make_consultation(patient=visit.patient, state=C.APPROVED, number="KON/2026/001006",
                                       approved_at=clock.now(), starts_at=clock.now() + timedelta(days=4))
    follow_ups.record_answer(referral, "Baik", answered_by="RS", by=receiving.doctor.user)
    for person in (make.make_doctor().user, visit.patient.user, make.make_user(Role.STORE_HEAD)):
        with pytest.raises(NotAllowed):
            follow_ups.record_answer(referral, "Baik", answered_by="RS", by=person)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LetterAnswer)) == 2


def test_only_a_referral_is_answered_in_words_and_not_tomorrow(visit: Consultation, referral: Any) -> None:
    doctor = visit.doctor.user
    sick = write_letter(visit, LetterKind.SICK, by=doctor, sick_from=clock.today(), sick_until=clock.today())
    for letter, body, who, day, field in (
            (sick, "Baik", "RS", None, None), (referral, " ", "RS", None, "answer"),
            (referral, "Baik", "", None, "answered_by"),
            (referral, "Baik", "RS", clock.today() + timedelta(days=1), "answered_on")):
        with pytest.raises(Refused) as told:
            follow_ups.record_answer(letter, body, answered_by=who, answered_on=day, by=doctor)
        assert told.value.field == field


# ---------------------------------------------------------------- one line of time

def test_the_line_of_time_holds_all_and_shows_the_doctor_what_is_the_doctors(client: Any, sign_in: Any,
                                                                             visit: Consultation,
                                                                             referral: Any) -> None:
    completed(visit)
    vital_signs.enter(visit.patient, VitalKind.PULSE, "72", by=visit.patient.user)
    follow_ups.set_day(visit, clock.today() + timedelta(days=3), by=visit.doctor.user)
    db.session.commit()
    kinds = {entry.kind for entry in timeline.of_patient(visit.patient)}
    assert kinds == {"visit", "diagnosis", "letter", "measured", "follow_up"}
    assert {entry.kind for entry in timeline.for_doctor(visit.patient, visit.doctor.user)} == kinds
    assert timeline.for_doctor(visit.patient, make.make_doctor().user) == []
    ats = [entry.at for entry in timeline.of_patient(visit.patient)]
    assert ats == sorted(ats, reverse=True)


def test_a_doctor_reads_others_visits_while_treating_alone(session: Any) -> None:
    mine = make.make_consultation(state=C.IN_PROGRESS, number="KON/2026/001010", approved_at=clock.now(),
                                  started_at=clock.now())
    other = make.make_consultation(patient=mine.patient, state=C.COMPLETED, number="KON/2026/001011",
                                   approved_at=clock.now(), starts_at=clock.now() - timedelta(days=9),
                                   completed_at=clock.now() - timedelta(days=9))
    db.session.commit()
    seen = {entry.consultation.id for entry in timeline.for_doctor(mine.patient, mine.doctor.user)}
    assert seen == {mine.id, other.id}
    mine.state = C.NO_SHOW
    db.session.commit()
    seen = {entry.consultation.id for entry in timeline.for_doctor(mine.patient, mine.doctor.user)}
    assert other.id not in seen


# ---------------------------------------------------------------- who read it

def test_reading_within_half_an_hour_is_one_visit(client: Any, sign_in: Any, visit: Consultation,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    doctor, admin, start = visit.doctor.user, make.make_user(Role.ADMIN), clock.now()
    plan = [(doctor, 0, "patient"), (doctor, 2, "consultation"), (admin, 3, "patient"),
            (doctor, 25, "consultation"), (doctor, 54, "patient"), (doctor, 90, "patient")]
    for person, minutes, table in plan:
        monkeypatch.setattr(clock, "now", lambda at=start + timedelta(minutes=minutes): at)
        with acting(person.id, "back_office"):
            activity.record(Activity.READ, table_name=table,
                            changed_id=visit.patient_id if table == "patient" else visit.id)
            db.session.commit()
    visits, older = patient_record.visits(visit.patient)
    assert older is None
    assert [(entry.user.id, round((entry.until - entry.since).total_seconds() / 60)) for entry in visits] == [
        (doctor.id, 0), (doctor.id, 54), (admin.id, 0)]
    assert visits[1].opened.keys() == {("read", "patient"), ("read", "consultation")}
    assert len(patient_record.lookers(visit.patient)) == len(plan)  # the log keeps each
    monkeypatch.setattr(clock, "now", lambda: start)
    sign_in(client, visit.patient.user)
    page = client.get("/portal/record/readers").text
    assert page.count('class="item"') == 3


def test_a_page_of_the_log_cuts_no_visit_in_two(visit: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_record, "MOST_ROWS", 5)
    start = clock.now()
    for minutes in (0, 1, 2, 100, 101, 102, 200, 201):
        monkeypatch.setattr(clock, "now", lambda at=start + timedelta(minutes=minutes): at)
        with acting(visit.doctor.user_id, "back_office"):
            activity.record(Activity.READ, table_name="consultation", changed_id=visit.id)
            db.session.commit()
    first, older = patient_record.visits(visit.patient)
    assert [len(list(entry.opened)) for entry in first] == [1]
    second, end = patient_record.visits(visit.patient, before=older)
    third = patient_record.visits(visit.patient, before=end)[0] if end else []
    spans = [round((entry.until - entry.since).total_seconds() / 60) for entry in (*first, *second, *third)]
    assert spans == [1, 2, 2]
