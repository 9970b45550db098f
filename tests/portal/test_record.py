"""The patient's rights: who read the record, all of it to take along, closing the account."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from models import actor, clock
from models.activity import Activity, ActivityLog
from models.base import db
from models.clinic import Patient, PatientState, Relation
from models.consultations import ClinicalNote, ConsultationState
from models.documents import Attachment
from models.operations.clinic import conversations, patient_record
from models.operations.core import activity
from models.outbox import Notice
from models.people import AccountStatus
from models.roles import Role
from portal import record
from portal.web import passwords
from tests.support import factories

PASSWORD = "melati putih 12"


@pytest.fixture(scope="module")
def kept() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture
def patient(session, client, sign_in, kept) -> Patient:
    found = factories.make_patient(name="Ratna Lestari", allergies="Amoksisilin")
    found.user.password_hash = kept
    sign_in(client, found.user)
    client.set_cookie("language", "en")
    return found


def attached(consultation, content: bytes = b"%PDF-1.7 lab", name: str = "lab.pdf") -> Attachment:
    return factories.saved(Attachment(
        document_type="consultation", document_id=consultation.id, file_name=name,
        media_type="application/pdf",
        size=len(content), sha256=hashlib.sha256(content).hexdigest(), content=content,
        user_id=consultation.created_by_id))


# ---------------------------------------------------------------- who read it

def test_a_doctors_reading_is_shown_with_name_role_and_moment(client, patient, app, sign_in):
    consultation = factories.make_consultation(patient=patient, state=ConsultationState.APPROVED,
                                               approved_at=clock.now())
    assert "Nobody of the hospital" in client.get("/portal/record/readers").text
    doctor = app.test_client()
    sign_in(doctor, consultation.doctor.user)
    assert doctor.get(f"/admin/consultation/details/?id={consultation.id}").status_code == 200
    assert doctor.get(f"/admin/patient/details/?id={patient.id}").status_code == 200
    page = client.get("/portal/record/readers").text
    assert page.count(consultation.doctor.user.name) == 1  # one visit, with what was opened
    assert "Doctor" in page
    assert "Consultation" in page
    assert "Patient" in page


def test_what_hangs_on_a_consultation_counts_and_others_records_do_not(client, patient):
    consultation = factories.make_consultation(patient=patient)
    file, other = attached(consultation), factories.make_consultation()
    reader = factories.make_user(Role.ADMIN, name="Bagus Admin")
    actor.set_actor(reader.id, actor.Door.BACK_OFFICE)
    activity.record(Activity.READ, table_name="attachment", changed_id=file.id)
    activity.record(Activity.READ, table_name="consultation", changed_id=other.id)
    activity.record(Activity.READ, table_name="patient", changed_id=other.patient_id)
    db.session.commit()
    assert client.get("/portal/record/readers").text.count("Bagus Admin") == 1


def test_changes_are_shown_when_asked_for(client, patient):
    admin = factories.make_user(Role.ADMIN, name="Bagus Admin")
    actor.set_actor(admin.id, actor.Door.BACK_OFFICE)
    patient.address = "Jl. Melati 3"
    db.session.commit()
    assert "Bagus Admin" not in client.get("/portal/record/readers").text
    page = client.get("/portal/record/readers?all=1").text
    assert "Bagus Admin" in page
    assert "Jl. Melati" not in page


def test_many_entries_are_paged(client, patient, monkeypatch):
    reader = factories.make_user(Role.ADMIN, name="Bagus Admin")
    actor.set_actor(reader.id, actor.Door.BACK_OFFICE)
    for _ in range(60):
        activity.record(Activity.READ, table_name="patient", changed_id=patient.id)
        db.session.commit()
    assert client.get("/portal/record/readers").text.count("Bagus Admin") == 1  # one visit
    monkeypatch.setattr(patient_record, "MOST_ROWS", 50)
    first = client.get("/portal/record/readers").text
    last = db.session.scalars(sa.select(ActivityLog.id).where(ActivityLog.activity == Activity.READ)
                              .order_by(ActivityLog.id.desc())).all()[49]
    assert f"before={last}" in first
    assert client.get(f"/portal/record/readers?before={last}").text.count("Bagus Admin") == 1


@pytest.mark.parametrize("path", ["/portal/record/readers?patient={}", "/portal/people/{}/close"])
def test_anothers_record_is_absent(client, patient, path):
    other = factories.make_patient()
    foreign, absent = client.get(path.format(other.id)), client.get(path.format(other.id + 1000))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    for data in ({"patient": other.id, "current": PASSWORD},
                 {"patient": other.id + 1000, "current": PASSWORD}):
        assert client.post("/portal/record/download", data=data).status_code == 404
    assert client.post(f"/portal/people/{other.id}/close",
                       data={"sure": "1", "current": PASSWORD}).status_code == 404


# ---------------------------------------------------------------- taking it along

def download(client, **data) -> zipfile.ZipFile:
    answer = client.post("/portal/record/download", data={"current": PASSWORD, **data})
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200, "application/zip", "no-store")
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_everything_is_in_the_archive(client, patient):
    consultation = factories.make_consultation(patient=patient, complaint="Batuk tiga hari")
    consultation.state, consultation.approved_at = ConsultationState.APPROVED, clock.now()
    file = attached(consultation, b"%PDF-1.7 " + bytes(range(256)) * 4000)
    conversations.send_message(consultation, "Selamat pagi, Dok", by=patient.user, client_id="one")
    with_note = ClinicalNote(consultation_id=consultation.id, subjective="s", objective="o", assessment="a",
                             plan="p",
                             author_id=consultation.doctor.user_id)
    factories.saved(with_note)
    archive = download(client)
    assert archive.testzip() is None
    data = json.loads(archive.read("record.json"))
    assert (data["format"], data["patient"]["name"], data["patient"]["allergies"]) == (
        "rawat-patient-record/1", "Ratna Lestari", "Amoksisilin")
    assert {each["kind"] for each in data["consents"]} == {"privacy", "telemedicine"}
    (one,) = data["consultations"]
    assert (one["complaint"], one["doctor"], one["notes"]) == ("Batuk tiga hari", consultation.doctor.name,
                                                               [])
    assert one["messages"][0]["body"] == "Selamat pagi, Dok"
    kept_file = archive.read(one["files"][0]["path"])
    assert hashlib.sha256(kept_file).hexdigest() == file.sha256
    page = archive.read("record.html").decode()
    assert "Batuk tiga hari" in page
    assert "<script" not in page
    text = json.dumps(data)
    for secret in (patient.user.password_hash, "token", "verify_code", "nik_index"):
        assert secret not in text


def test_it_holds_nothing_of_others_but_a_guardian_takes_the_childs(client, patient):
    child = factories.make_patient(guardian=patient, relation=Relation.CHILD, name="Bima")
    factories.make_consultation(patient=child, complaint="keluhan anak")
    factories.make_consultation(complaint="keluhan orang lain")
    mine = download(client).read("record.json").decode()
    assert "keluhan anak" not in mine
    theirs = download(client, patient=child.id).read("record.json").decode()
    assert "keluhan anak" in theirs
    assert "orang lain" not in theirs


def test_it_is_noted_told_and_asks_the_password(client, patient):
    assert client.post("/portal/record/download", data={"current": "wrong"}).status_code == 422
    assert client.post("/portal/record/download").status_code == 422
    assert db.session.scalar(sa.select(ActivityLog.id).where(ActivityLog.activity
                                                             == Activity.EXPORTED)) is None
    download(client)
    row = db.session.scalar(sa.select(ActivityLog).where(ActivityLog.activity == Activity.EXPORTED))
    assert (row.table_name, row.changed_id, row.user_id) == ("patient", str(patient.id), patient.user_id)
    assert db.session.scalar(sa.select(Notice.user_id).where(Notice.event
                                                             == "record_downloaded")) == patient.user_id


def test_a_name_in_the_archive_leads_nowhere_else(client, patient):
    consultation = factories.make_consultation(patient=patient)
    attached(consultation, name="lab hasil.pdf")
    for name in download(client).namelist():
        assert not name.startswith("/")
        assert ".." not in name.split("/")


def test_one_file_at_a_time_is_held(client, patient, app):
    """The archive comes in parts, none much larger than one file."""
    consultation = factories.make_consultation(patient=patient)
    for number in range(5):
        attached(consultation, bytes([number]) * 300_000, f"{number}.pdf")
    with app.test_request_context():
        sizes = [len(part) for part in record.archive(patient)]
    assert len(sizes) == 7
    assert max(sizes) < 310_000
    assert sum(sizes) > 1_500_000


def test_not_too_often(client, patient, app):
    app.config["RATELIMIT_ENABLED"] = True
    record.downloads.forget(str(patient.user_id))
    answers = [client.post("/portal/record/download", data={"current": PASSWORD}).status_code
               for _ in range(6)]
    record.downloads.forget(str(patient.user_id))
    assert answers == [200] * 5 + [429]


# ---------------------------------------------------------------- closing

def test_closing_says_what_happens_and_asks(client, patient):
    consultation = factories.make_consultation(patient=patient)
    page = client.get("/portal/close").text
    assert "25 years" in page
    assert consultation.doctor.name in page
    for data in ({}, {"sure": "1"}, {"current": PASSWORD}, {"sure": "1", "current": "wrong"}):
        assert client.post("/portal/close", data=data).status_code == 422
    assert patient.state == PatientState.ACTIVE


def test_closing_withdraws_cancels_and_signs_out_everywhere(client, patient, app, sign_in):
    elsewhere = app.test_client()
    sign_in(elsewhere, patient.user)
    soon = factories.make_consultation(patient=patient, state=ConsultationState.APPROVED,
                                       approved_at=clock.now(),
                                       starts_at=clock.now() + timedelta(minutes=65))
    later = factories.make_consultation(patient=patient, starts_at=clock.now() + timedelta(days=2))
    done = factories.make_consultation(patient=patient, state=ConsultationState.COMPLETED,
                                       starts_at=clock.now() - timedelta(days=2))
    answer = client.post("/portal/close", data={"sure": "1", "current": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/account/done")
    assert client.get("/account/done").status_code == 200
    assert patient.state == PatientState.CLOSED
    assert all(each.withdrawn_at is not None for each in patient.consents)
    # An hour before, too: a consent can be withdrawn at any time.
    assert [each.state for each in (soon, later, done)] == [
        ConsultationState.CANCELLED, ConsultationState.CANCELLED, ConsultationState.COMPLETED]
    assert patient.user.status == AccountStatus.INACTIVE
    for browser in (client, elsewhere):
        assert browser.get("/portal/").status_code == 302
    assert client.post("/login", data={"email": patient.user.email, "password": PASSWORD}).status_code == 422
    assert db.session.get(Patient, patient.id).allergies == "Amoksisilin"


def test_profiles_that_are_kept_come_first(client, patient):
    child = factories.make_patient(guardian=patient, relation=Relation.CHILD, name="Bima")
    assert "Bima" in client.get("/portal/close").text
    assert client.post("/portal/close", data={"sure": "1", "current": PASSWORD}).status_code == 422
    assert client.post(f"/portal/people/{child.id}/close",
                       data={"sure": "1", "current": PASSWORD}).status_code == 303
    assert (child.state, patient.state) == (PatientState.CLOSED, PatientState.ACTIVE)
    assert client.get("/portal/profile").status_code == 200
    assert client.post("/portal/close", data={"sure": "1", "current": PASSWORD}).status_code == 303


def test_while_the_doctor_talks_too(client, patient, session):
    """A consent is withdrawn at any time: what is in progress ends with it."""
    talk = factories.make_consultation(patient=patient, state=ConsultationState.IN_PROGRESS,
                                       started_at=clock.now())
    assert client.post("/portal/close", data={"sure": "1", "current": PASSWORD}).status_code == 303
    session.expire_all()
    assert (patient.state, talk.state) == (PatientState.CLOSED, ConsultationState.CANCELLED)
