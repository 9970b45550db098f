"""The doctors' desk: the day's queue, unread messages alike everywhere, hours, and the day on which one
cannot come."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import Doctor, DoctorSchedule, ExceptionKind, ScheduleException
from models.consultations import Consultation, ConsultationState, Triage
from models.operations.clinic.conversations import send_message
from models.roles import Role
from portal.web.words import initials
from tests.panel.test_views import statements
from tests.support import factories as make

C = ConsultationState


@pytest.fixture
def doctor(session: Any) -> Doctor:
    return make.make_doctor(name="dr. Meja Kerja")


def visit(doctor: Doctor, state: ConsultationState, hours: int, **fields: Any) -> Consultation:
    start, _end = clock.day_bounds(clock.today())
    found = make.make_consultation(
        doctor=doctor, state=state, starts_at=start + timedelta(hours=hours), approved_at=clock.now(),
        **fields)
    db.session.commit()
    return found


def test_home_is_the_queue_of_today(client: Any, sign_in: Any, doctor: Doctor) -> None:
    here = visit(doctor, C.IN_PROGRESS, 8)
    there = visit(doctor, C.APPROVED, 9)
    later = visit(doctor, C.APPROVED, 35)  # tomorrow
    other = visit(make.make_doctor(), C.APPROVED, 10)
    waiting = make.make_consultation(doctor=doctor)
    db.session.commit()
    sign_in(client, doctor.user)
    assert client.get("/admin/").location == "/admin/desk/"
    text = client.get("/admin/desk/").text
    assert here.patient.name in text
    assert there.patient.name in text
    assert f"/admin/consultation/details/?id={here.id}" in text  # one click into the room
    for hidden in (later, other, waiting):
        assert hidden.patient.name not in text


def test_what_is_urgent_and_what_is_of_another_day_shows_in_the_queue(
        client: Any, sign_in: Any, doctor: Doctor) -> None:
    visit(doctor, C.APPROVED, 9)
    sign_in(client, doctor.user)
    client.set_cookie("language", "en")
    assert "Urgent" not in client.get("/admin/desk/").text
    visit(doctor, C.APPROVED, 10, triage=Triage.URGENT)
    begun = visit(doctor, C.IN_PROGRESS, 8 - 48)
    text = client.get("/admin/desk/").text
    assert text.count("Urgent") == 1
    assert f"{clock.local(begun.starts_at):%-d %b}" in text.split("In progress")[1].split("Next")[0]


def test_the_week_says_away_only_of_days_on_which_one_is(client: Any, sign_in: Any, doctor: Doctor) -> None:
    sign_in(client, doctor.user)
    client.set_cookie("language", "id")
    assert "berhalangan" not in client.get("/admin/desk/").text.split('class="dk-week"')[1].replace(
        "Tandai berhalangan", "")
    make.saved(ScheduleException(doctor=doctor, on=clock.today(), kind=ExceptionKind.AWAY,
                                 starts_at=time(13, 30),
                                 ends_at=time(15), reason="Rapat"))
    assert "berhalangan 13.30–15.00: Rapat" in client.get("/admin/desk/").text
    client.set_cookie("language", "en")
    assert "away 13:30–15:00: Rapat" in client.get("/admin/desk/").text


def test_the_queue_renews_itself_and_costs_the_same_for_many(
        app: Any, client: Any, sign_in: Any, doctor: Doctor) -> None:
    visit(doctor, C.APPROVED, 8)
    sign_in(client, doctor.user)
    first = client.get("/admin/desk/queue")
    assert client.get("/admin/desk/queue",
                      headers={"If-None-Match": first.headers["ETag"]}).status_code == 204
    with statements(app) as few:
        client.get("/admin/desk/")
    for hours in range(9, 15):
        visit(doctor, C.APPROVED, hours)
    assert client.get("/admin/desk/queue",
                      headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    with statements(app) as many:
        client.get("/admin/desk/")
    assert len(many) == len(few)


def test_unread_messages_are_counted_alike_everywhere(client: Any, sign_in: Any, doctor: Doctor) -> None:
    talk = visit(doctor, C.IN_PROGRESS, 8)
    for number in range(3):
        send_message(talk, f"{number}", by=talk.patient.user, client_id=str(number))
    db.session.commit()
    sign_in(client, doctor.user)
    for page in ("/admin/desk/", "/admin/inbox/", "/admin/consultation/"):
        assert 'class="rw-count is-hot" title="Pesan belum dibaca">3<' in client.get(page).text.replace(
            "\n", ""
        )
    client.get(f"/admin/consultation/details/?id={talk.id}")
    assert 'title="Pesan belum dibaca"' not in client.get("/admin/inbox/").text


def test_hours_are_kept_on_the_page(client: Any, sign_in: Any, doctor: Doctor) -> None:
    sign_in(client, doctor.user)
    form = {"doctor": doctor.id, "go": "add_hours", "weekday": "1", "starts_at": "17:00", "ends_at": "19:00",
            "slot_minutes": "20"}
    assert client.post("/admin/desk/schedule", data=form).status_code == 303
    again = client.post("/admin/desk/schedule", data=form)
    assert again.status_code == 422
    assert 'id="e-add_hours-starts_at"' in again.text
    assert 'value="17:00"' in again.text  # what was typed is kept
    row = db.session.scalar(sa.select(DoctorSchedule).where(DoctorSchedule.slot_minutes == 20))
    foreign = make.make_doctor()
    db.session.commit()
    for wrong in ({"row": foreign.schedules[0].id}, {"row": 999_999}, {"row": row.id, "doctor": foreign.id}):
        assert client.post("/admin/desk/schedule", data={"doctor": doctor.id, "go": "remove_hours"} | wrong
                           ).status_code == 404
    assert client.post("/admin/desk/schedule", data={"doctor": doctor.id, "go": "remove_hours", "row": row.id}
                       ).status_code == 303
    sign_in(client, Role.ADMIN)
    assert client.post("/admin/desk/schedule", data=form | {"doctor": foreign.id}).status_code == 303
    assert doctor.name in client.get("/admin/desk/").text


def test_an_absence_is_looked_at_and_then_done(client: Any, sign_in: Any, doctor: Doctor) -> None:
    talk = visit(doctor, C.APPROVED, 33)
    on = (clock.today() + timedelta(days=1)).isoformat()
    sign_in(client, doctor.user)
    page = client.get(f"/admin/desk/away?on={on}").text
    assert f'name="plan-{talk.id}"' in page
    form = {"go": "confirm", "doctor": doctor.id, "on": on, f"plan-{talk.id}": "release",
            f"version-{talk.id}": "1"}
    refused = client.post("/admin/desk/away", data=form)
    assert refused.status_code == 422
    assert 'id="e-reason"' in refused.text
    stale = client.post("/admin/desk/away", data=form | {"reason": "Sakit", f"version-{talk.id}": "7"})
    assert stale.status_code == 409
    assert db.session.scalar(sa.select(sa.func.count(ScheduleException.id))) == 0
    fresh = db.session.get(Consultation, talk.id)
    done = client.post("/admin/desk/away",
                       data=form | {"reason": "Sakit", f"version-{talk.id}": fresh.version})
    assert done.status_code == 303
    assert db.session.get(Consultation, talk.id).state == C.CANCELLED
    assert client.post("/admin/desk/away", data=form | {f"plan-{talk.id}": "nonsense"}).status_code == 400
    foreign = make.make_doctor()
    db.session.commit()
    assert client.get(f"/admin/desk/away?doctor={foreign.id}").status_code == 404


@pytest.mark.parametrize(("name", "letters"), [
    ("dr. Andi Rahmat Hidayat, Sp.JP", "AH"), ("Ns. Siti Rahayu, S.Kep.", "SR"), ("Ns Siti Rahayu", "SR"),
    ("Prof. Dr. dr. Budi", "B"), ("apt. Dewi Lestari", "DL"), ("H. Ahmad Dahlan", "AD"), ("", "–"),
    ("dr.", "D")])
def test_titles_do_not_count_in_initials(name: str, letters: str) -> None:
    assert initials(name) == letters
