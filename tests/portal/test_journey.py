"""Journey two without script: registering, the approval, asking, the conversation, the outcome; and bad
input."""

from __future__ import annotations

import io
import re
from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa

from models import clock
from models.clinic import DoctorSchedule, Patient, PatientState
from models.consultations import Consultation, ConsultationMessage, ConsultationState
from models.documents import Attachment
from models.operations.clinic import clinical, conversations
from models.operations.core.approvals import perform
from models.people import User
from models.roles import Role
from tests.support import factories

GOOD = {"name": "Ratna Dewi", "birth_date": "1991-08-14", "sex": "female", "email": "ratna@example.org",
        "password": "kucing biru lari", "consent_privacy": "1", "consent_telemedicine": "1"}
PDF = b"%PDF-1.4 a small one"


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form for a consultation."""
    form = page[page.index('id="form-consultation"'):]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_from_registration_to_rating_without_script(client, session, sign_in):
    doctor = factories.make_doctor()
    answer = client.post("/register", data=GOOD)
    assert answer.status_code == 303
    client.post("/logout")
    answer = client.post("/login", data={"email": GOOD["email"], "password": GOOD["password"]})
    assert answer.headers["Location"] == "/portal/"
    patient = session.scalar(sa.select(Patient).where(Patient.name == "Ratna Dewi"))
    assert patient.state == PatientState.PENDING
    assert {consent.kind.value for consent in patient.consents} == {"privacy", "telemedicine"}
    assert 'id="registration"' in client.get("/portal/").text
    assert client.post("/portal/profile", data={"height_cm": "158", "weight_kg": "56,5"}).status_code == 303
    assert "22,6" in client.get("/portal/profile").text

    perform(session.get(Patient, patient.id), "approve", by=factories.make_user(Role.ADMIN))
    assert 'id="next-consultation"' in client.get("/portal/").text

    page = client.get("/portal/consultations/new").text
    page = client.post("/portal/consultations/new",
                       data=hidden(page) | {"complaint": "Demam sejak kemarin", "onset": "days",
                                            "severity": "3"}).text
    page = client.post("/portal/consultations/new", data=hidden(page) | {"doctor": str(doctor.id)}).text
    slot = re.search(r'name="starts_at" id="[^"]*" value="([^"]+)"', page)[1]
    page = client.post("/portal/consultations/new", data=hidden(page) | {"starts_at": slot}).text
    page = client.post("/portal/consultations/new",
                       data=hidden(page) | {"files": (io.BytesIO(PDF), "lab.pdf"), "go": "next"}).text
    assert "lab.pdf" in page
    fields = hidden(page)
    answer = client.post("/portal/consultations/new", data=fields)
    assert answer.status_code == 422
    answer = client.post("/portal/consultations/new", data=fields | {"consent": "1", "consent_record": "1"})
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    consultation = session.scalar(sa.select(Consultation))
    assert address.endswith(f"/{consultation.id}")
    assert session.scalar(sa.select(Attachment)).document_id == consultation.id
    assert 'id="composer"' not in client.get(address).text

    perform(session.get(Consultation, consultation.id), "approve", by=factories.make_user(Role.ADMIN))
    assert 'id="composer"' in client.get(address).text
    answer = client.post(f"{address}/messages", data={"client_id": "a1", "body": "Selamat pagi, Dok"})
    assert answer.status_code == 303
    consultation = session.get(Consultation, consultation.id)
    person = session.get(User, doctor.user_id)
    clock.freeze(consultation.starts_at)
    sign_in(client, session.get(User, patient.user_id))  # it may be half a day later
    perform(consultation, "start", by=person)
    conversations.send_message(consultation, "Masih demam?", by=person, client_id="b1")
    assert '<span class="count" id="unread">1' in client.get("/portal/").text
    assert "Masih demam?" in client.get(address).text
    assert '<span class="count" id="unread">' not in client.get("/portal/").text

    consultation = session.get(Consultation, consultation.id)
    clinical.write_note(consultation, by=person, subjective="S", objective="O", assessment="A",
                        plan="Minum air")
    clinical.add_diagnosis(consultation, "B34.9", by=person)
    session.expire_all()
    perform(consultation, "complete", by=person)
    page = client.get(address).text
    assert "B34.9" in page
    assert "Minum air" in page
    assert f'action="{address}/rating#rating"' in page  # a refusal shows where the stars are
    assert client.post(f"{address}/rating", data={"rating": "9"}).status_code == 422
    assert client.post(f"{address}/rating", data={"rating": "5", "comment": "Baik"}).status_code == 303
    assert session.get(Consultation, consultation.id).rating == 5


# ---------------------------------------------------------------- asking

@pytest.fixture
def form(client, sign_in, session):
    patient = factories.make_patient()
    sign_in(client, patient.user)
    doctor = factories.make_doctor()
    tomorrow = clock.day_bounds(clock.today() + timedelta(days=1))[0] + timedelta(hours=9)
    return {"patient": str(patient.id), "doctor": str(doctor.id), "starts_at": tomorrow.isoformat(),
            "complaint": "Demam sejak kemarin", "consent": "1", "consent_record": "1"}


def test_a_whole_form_asks_at_once(client, form):
    assert client.post("/portal/consultations/new", data=form).status_code == 303


def test_a_taken_time_is_told_with_the_next_free_one(client, form, session):
    doctor = session.get(factories.Doctor, int(form["doctor"]))
    tomorrow = clock.day_bounds(clock.today() + timedelta(days=1))[0] + timedelta(hours=9)
    factories.make_consultation(doctor=doctor, starts_at=tomorrow)
    answer = client.post("/portal/consultations/new", data=form | {"step": "consent"})
    assert answer.status_code == 422
    assert "Demam sejak kemarin" in answer.text
    following = tomorrow + timedelta(minutes=15)
    near = re.search(r'id="near">(.*?)</fieldset>', answer.text, re.DOTALL)[1]
    offered = [(following + timedelta(minutes=15 * place)).isoformat() for place in range(3)]
    assert re.findall(r'name="starts_at" value="([^"]+)"', near) == offered  # named, and choices of the form
    assert re.findall(r'value="([^"]+)" checked', answer.text)[-1] == offered[0]
    assert session.scalar(sa.select(sa.func.count(Consultation.id))) == 1


def test_a_later_step_is_not_reached_by_its_name(client, form):
    answer = client.post("/portal/consultations/new",
                         data={"complaint": "Demam", "step": "complaint", "go": "consent"})
    assert answer.status_code == 200
    assert 'name="step" value="schedule"' in answer.text


def test_a_request_that_is_sent_twice_is_one(client, form, session):
    """The answer was lost on a slow line, or the button was pressed twice: no word of a time that is
    taken."""
    first, again = (client.post("/portal/consultations/new", data=form | {"step": "consent"})
                    for _ in range(2))
    assert (again.status_code, again.location) == (303, first.location)
    assert session.scalar(sa.select(sa.func.count(Consultation.id))) == 1
    other = client.post("/portal/consultations/new",
                        data=form | {"step": "consent", "complaint": "Batuk juga"})
    assert other.status_code == 422
    assert "Batuk juga" in other.text


@pytest.mark.parametrize("step", ["cancel", "reschedule"])
def test_a_step_that_is_sent_twice_is_done_once(client, form, session, step):
    address = client.post("/portal/consultations/new", data=form).location
    later = clock.day_bounds(clock.today() + timedelta(days=1))[0] + timedelta(hours=10)
    data = {"version": "1", "reason": "Sudah sembuh", "starts_at": later.isoformat()}
    data["version"] = re.search(r'name="version" value="(\d+)"', client.get(f"{address}/{step}").text)[1]
    first, again = (client.post(f"{address}/{step}", data=data) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location


@pytest.mark.parametrize(("field", "value", "error"), [
    ("complaint", "x", "complaint"), ("doctor", "999999", "doctor"), ("starts_at", "soon", "starts_at"),
    ("starts_at", "2020-01-01T09:00+07:00", "starts_at"), ("breath", "1", "danger"),
    ("consent", "", "consent")])
def test_bad_requests_say_why(client, form, session, field, value, error):
    answer = client.post("/portal/consultations/new", data=form | {field: value})
    assert answer.status_code == 422
    assert f'id="{error}-err"' in answer.text
    assert session.scalar(sa.select(sa.func.count(Consultation.id))) == 0


def test_only_photos_and_pdf_are_kept(client, form, session):
    data = form | {"step": "files", "files": (io.BytesIO(b"<svg onload=alert(1)>"), "photo.png")}
    answer = client.post("/portal/consultations/new", data=data)
    assert answer.status_code == 422
    assert 'id="files-err"' in answer.text
    assert session.scalar(sa.select(sa.func.count(Attachment.id))) == 0


def test_five_files_of_ten_megabytes_come_in_one_form(client, form, session):
    def send(count, size=10 * 1024 * 1024, **fields):
        part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
        body = [part.format(name, "").encode() + str(value).encode() + b"\r\n"
                for name, value in (form | fields).items()]
        body += [part.format("files", f'; filename="scan-{each}.pdf"').encode() + PDF.ljust(size) + b"\r\n"
                 for each in range(count)]
        return client.post("/portal/consultations/new", data=b"".join([*body, b"--x--\r\n"]),
                           content_type="multipart/form-data; boundary=x")

    kept = sa.select(sa.func.count(Attachment.id))
    answer = send(5, step="files", go="upload")
    assert (answer.status_code, session.scalar(kept)) == (200, 5)
    answer = send(1, size=500, consent="1", consent_record="1")
    assert answer.status_code == 422
    assert 'id="files-err"' in answer.text
    assert session.scalar(kept) == 5
    assert session.scalar(sa.select(sa.func.count(Consultation.id))) == 0
    answer = send(6, step="files")
    assert answer.status_code == 413
    assert "50 MB" in answer.text


def test_pending_patients_do_not_ask(client, sign_in, session):
    patient = factories.make_patient(state=PatientState.PENDING)
    sign_in(client, patient.user)
    assert client.post("/portal/consultations/new", data={"complaint": "Demam"}).status_code == 422


# ---------------------------------------------------------------- cancelling and moving

def test_cancelling_wants_a_reason(client, sign_in, session):
    consultation = factories.make_consultation()
    sign_in(client, consultation.patient.user)
    address = f"/portal/consultations/{consultation.id}"
    assert client.get(f"{address}/cancel").status_code == 200
    client.set_cookie("language", "en")
    refused = client.post(f"{address}/cancel", data={"reason": " "})
    assert refused.status_code == 422
    assert "The hospital and the doctor read it." in refused.text.split('id="reason-err"')[1]
    assert client.post(f"{address}/cancel",
                       data={"reason": "Sudah sembuh", "version": "99"}).status_code == 409
    assert client.post(f"{address}/cancel", data={"reason": "Sudah sembuh"}).status_code == 303
    assert session.get(Consultation, consultation.id).state == ConsultationState.CANCELLED
    assert "Sudah sembuh" in client.get(address).text


def test_moving_makes_a_new_request(client, sign_in, session):
    consultation = factories.make_consultation()
    sign_in(client, consultation.patient.user)
    address = f"/portal/consultations/{consultation.id}/reschedule"
    slot = re.search(r'name="starts_at" value="([^"]+)"', client.get(address).text)[1]
    assert client.post(address, data={}).status_code == 422
    assert client.post(address, data={"starts_at": slot}).status_code == 303
    assert session.get(Consultation, consultation.id).state == ConsultationState.RESCHEDULED
    moved = session.scalar(sa.select(Consultation.id).where(Consultation.rescheduled_from_id
                                                            == consultation.id))
    assert (
        f'href="/portal/consultations/{moved}"' in client.get(f"/portal/consultations/{consultation.id}").text
    )


# ---------------------------------------------------------------- the conversation

@pytest.fixture
def talk(client, sign_in, session):
    consultation = factories.make_consultation(state=ConsultationState.IN_PROGRESS, approved_at=clock.now(),
                                               started_at=clock.now())
    sign_in(client, consultation.patient.user)
    return consultation


def test_a_message_is_written_once_however_often_sent(client, talk, session):
    for _ in range(3):
        assert client.post(f"/portal/consultations/{talk.id}/messages",
                           data={"client_id": "same", "body": "Halo"}).status_code == 303
    assert session.scalar(sa.select(sa.func.count(ConsultationMessage.id))) == 1


def test_an_empty_message_is_refused_and_what_was_typed_stays(client, talk):
    address = f"/portal/consultations/{talk.id}/messages"
    assert client.post(address, data={"client_id": "x", "body": " "}).status_code == 422
    answer = client.post(address, data={"client_id": "y" * 65, "body": "Halo"},
                         headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Halo" in answer.text
    assert answer.text.lstrip().startswith("<form")


def test_news_resumes_from_the_last_message_seen(client, talk, session):
    doctor = talk.doctor.user
    first, second = (conversations.send_message(talk, text, by=doctor, client_id=text).id
                     for text in ("one", "two"))
    htmx = {"HX-Request": "true"}
    address = f"/portal/consultations/{talk.id}/news"
    page = client.get(f"{address}?after={first}&have=1.0&open=1", headers=htmx).text
    assert "two" in page
    assert f'id="m{first}"' not in page
    assert 'data-add-to="conversation"' in page
    assert client.get(f"{address}?after={second}&have=1.0&open=1", headers=htmx).status_code == 204
    mine = client.post(f"/portal/consultations/{talk.id}/messages",
                       data={"client_id": "c", "body": "three", "after": second, "have": "1.0", "open": "1"},
                       headers=htmx).text
    assert mine.count("three") == 1
    assert 'id="composer"' in mine
    last = session.scalar(sa.select(sa.func.max(ConsultationMessage.id)))
    conversations.mark_read(session.get(Consultation, talk.id), by=session.get(User, doctor.id))
    page = client.get(f"{address}?after={last}&have=1.0&open=1", headers=htmx).text
    assert f'id="m{last}-seen" class="seen"' in page


@pytest.mark.parametrize(("waits", "after"), [(True, None), (False, "4")])
def test_a_page_whose_request_does_not_wait_is_told_when_to_ask_again(client, app, talk, monkeypatch, waits,
                                                                      after):
    monkeypatch.setitem(app.config, "LONG_POLL", waits)
    answer = client.get(f"/portal/consultations/{talk.id}/news?after=0&have=1.0&open=1&wait=1")
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers.get("X-Ask-After") == after


def test_the_approval_appears_by_itself(client, sign_in, session):
    consultation = factories.make_consultation()
    sign_in(client, consultation.patient.user)
    address = f"/portal/consultations/{consultation.id}/news?after=0&have={consultation.version}.0&open=0"
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 204
    perform(session.get(Consultation, consultation.id), "approve", by=factories.make_user(Role.ADMIN))
    page = client.get(address, headers={"HX-Request": "true"}).text
    assert 'id="consultation-state"' in page
    assert 'id="composer"' in page


def test_files_go_to_both_sides_and_readings_are_recorded(client, app, talk, sign_in, session):
    from models.activity import Activity, ActivityLog
    client.post(f"/portal/consultations/{talk.id}/messages",
                data={"client_id": "f", "body": "", "file": (io.BytesIO(PDF), "../../lab.pdf")})
    attachment = session.scalar(sa.select(Attachment))
    assert attachment.file_name == "lab.pdf"
    answer = client.get(f"/portal/files/{attachment.id}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    readings = sa.select(sa.func.count(ActivityLog.id)).where(ActivityLog.activity == Activity.READ)
    assert session.scalar(readings) == 0
    other = app.test_client()
    sign_in(other, talk.doctor.user)
    assert other.get(f"/portal/files/{attachment.id}").data == PDF
    assert session.scalar(readings) == 1
    stranger = app.test_client()
    sign_in(stranger, factories.make_patient().user)
    assert stranger.get(f"/portal/files/{attachment.id}").status_code == 404


def test_the_first_week_offered_has_a_time_for_this_patient(client, session, sign_in):
    """Sunday evening: the doctor's last free time of the week lies on another consultation of the same
    patient."""
    sunday = datetime(2026, 11, 22, 19, 0, tzinfo=clock.zone())
    clock.freeze(sunday)
    doctor = factories.make_doctor(schedules=[
        DoctorSchedule(weekday=day, starts_at=time(19, 30), ends_at=time(19, 45)) for day in range(7)])
    patient = factories.make_patient()
    factories.make_consultation(patient=patient, starts_at=sunday.replace(minute=30))
    sign_in(client, patient.user)
    page = client.get(f"/portal/consultations/new?doctor={doctor.id}").text
    page = client.post("/portal/consultations/new", data=hidden(page) | {
        "complaint": "Demam sejak kemarin", "doctor": str(doctor.id), "step": "complaint",
        "onset": "days", "severity": "3"}).text
    offered = re.findall(r'name="starts_at" id="[^"]*" value="([^"]+)"', page)
    assert offered
    assert all(value > "2026-11-23" for value in offered)
