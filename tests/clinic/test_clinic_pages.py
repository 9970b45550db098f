"""The doctor's work in the panel, registrations, accounts: each person sees their own."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.activity import Activity, ActivityLog
from models.base import db
from models.clinic import Patient, PatientState
from models.consultations import Consultation, ConsultationMessage, ConsultationState
from models.operations.people import nik
from models.people import User
from models.roles import Role
from tests.support import factories as make


@pytest.fixture
def consultation(session: Any) -> Consultation:
    return make.make_consultation(state=ConsultationState.APPROVED, number="KON/2026/000901")


def test_the_doctor_reads_and_answers(client: Any, sign_in: Any, consultation: Consultation) -> None:
    doctor = consultation.doctor.user
    sign_in(client, doctor)
    address = f"/admin/consultation/details/?id={consultation.id}"
    assert client.get(address).status_code == 200
    read = db.session.scalars(sa.select(ActivityLog).where(
        ActivityLog.activity == Activity.READ, ActivityLog.table_name == "consultation")).all()
    assert [(row.user_id, row.changed_id) for row in read] == [(doctor.id, str(consultation.id))]
    sent = {"body": "Since when do you cough?", "key": "one"}
    for _ in range(2):  # the same message twice is kept once
        assert client.post(f"/admin/consultation/{consultation.id}/message", data=sent).status_code == 303
    assert client.get(address).text.count("Since when do you cough?") == 1
    assert client.post(f"/admin/consultation/{consultation.id}/message",
                       data={"body": " "}).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(ConsultationMessage.id))) == 1


def test_nobody_else_reads_the_conversation(client: Any, sign_in: Any, consultation: Consultation) -> None:
    make.make_doctor()
    make_message = {"body": "A word between the two", "key": "k"}
    sign_in(client, consultation.doctor.user)
    client.post(f"/admin/consultation/{consultation.id}/message", data=make_message)
    other = make.make_doctor().user
    sign_in(client, other)
    for address in (f"/admin/consultation/details/?id={consultation.id}",
                    f"/admin/consultation/{consultation.id}/news",
                    f"/admin/patient/details/?id={consultation.patient_id}"):
        assert client.get(address).status_code == 404
    assert client.post(f"/admin/consultation/{consultation.id}/message", data=make_message).status_code == 404
    sign_in(client, Role.ADMIN)
    page = client.get(f"/admin/consultation/details/?id={consultation.id}")
    assert page.status_code == 200
    assert "A word between the two" not in page.text
    assert client.post(f"/admin/consultation/{consultation.id}/message", data=make_message).status_code == 403
    assert client.get(f"/admin/consultation/{consultation.id}/news").status_code == 404


def test_the_doctor_does_not_see_a_request(client: Any, sign_in: Any) -> None:
    consultation = make.make_consultation()
    sign_in(client, consultation.doctor.user)
    assert client.get(f"/admin/consultation/details/?id={consultation.id}").status_code == 404


def test_note_and_diagnosis_end_a_consultation(client: Any, sign_in: Any) -> None:
    consultation = make.make_consultation(state=ConsultationState.APPROVED, starts_at=clock.now())
    sign_in(client, consultation.doctor.user)

    def act(name: str, **data: str) -> int:
        fresh = db.session.get(Consultation, consultation.id)
        return client.post(f"/admin/consultation/{fresh.id}/{name}",
                           data={"version": str(fresh.version), **data}).status_code

    assert act("note", subjective="a", objective="b", assessment="c", plan="d") == 422  # not started
    assert act("start") == 303
    assert act("complete") == 422
    assert act("note", subjective="a", objective="b", assessment="", plan="d") == 422
    assert act("note", subjective="a", objective="b", assessment="c", plan="d") == 303
    assert act("diagnosis", code="nonsense") == 422
    assert act("diagnosis", code="J06.9", kind="primary") == 303
    assert act("complete") == 303
    assert db.session.get(Consultation, consultation.id).state == ConsultationState.COMPLETED


def test_a_registration_is_approved_from_the_inbox(client: Any, sign_in: Any) -> None:
    patient = make.make_patient(state=PatientState.PENDING)
    sign_in(client, Role.ADMIN)
    assert f"/admin/patient/details/?id={patient.id}" in client.get("/admin/inbox/").text
    answer = client.post(f"/admin/patient/{patient.id}/approve", data={"version": patient.version})
    assert answer.status_code == 303
    assert db.session.get(Patient, patient.id).state == PatientState.ACTIVE


def test_secrets_are_never_shown(client: Any, sign_in: Any) -> None:
    number = "3273015705900002"
    patient = make.make_patient(nik_index=nik.index(number), nik=nik.encrypt(number))
    person = make.make_user(Role.UNIT_USER, password_hash="$argon2id$secret")
    sign_in(client, Role.ADMIN)
    for address in ("/admin/patient/", f"/admin/patient/details/?id={patient.id}",
                    "/admin/patient/export/csv/",
                    f"/admin/user/details/?id={person.id}", f"/admin/user/edit/?id={person.id}",
                    "/admin/user/export/csv/"):
        text = client.get(address).text
        assert number not in text
        assert patient.nik_index not in text
        assert patient.nik not in text
        assert "argon2id" not in text


def test_roles_of_an_account(client: Any, sign_in: Any) -> None:
    person = make.make_user(Role.UNIT_USER)
    sign_in(client, Role.ADMIN)
    data = {"name": person.name, "email": person.email, "language": "id", "status": "active",
            "roles_held": ["store_staff", "store_head"], "work_unit": str(person.work_unit_id)}
    address = f"/admin/user/edit/?id={person.id}"
    assert client.post(address,
                       data={**data, "version": person.version, "roles_held": "king"}).status_code == 422
    fresh = db.session.get(User, person.id)
    assert client.post(address, data={**data, "version": fresh.version, "password_hash": "x",
                                      "new_password": "a long enough password"}).status_code == 303
    fresh = db.session.get(User, person.id)
    assert fresh.roles == {Role.STORE_STAFF, Role.STORE_HEAD}
    assert fresh.password_hash is None


def test_the_log_is_read_only_and_shows_what_changed(client: Any, sign_in: Any) -> None:
    unit = make.make_work_unit(name="Before")
    sign_in(client, Role.ADMIN)
    data = {"version": unit.version, "code": unit.code, "name": "Afterwards", "status": "active"}
    assert client.post(f"/admin/work_unit/edit/?id={unit.id}", data=data).status_code == 303
    assert "Before → Afterwards" in client.get("/admin/activity_log/").text
    row = db.session.scalar(sa.select(sa.func.max(ActivityLog.id)))
    for address in ("/admin/activity_log/new/", f"/admin/activity_log/edit/?id={row}"):
        assert client.post(address).status_code == 403
    assert client.post("/admin/activity_log/delete/", data={"id": str(row)}).status_code == 403


def test_a_doctors_languages_are_words(client: Any, sign_in: Any) -> None:
    doctor = make.make_doctor(languages="id,su")
    sign_in(client, Role.ADMIN)
    page = client.get(f"/admin/doctor/details/?id={doctor.id}").text
    assert "Indonesia, Sunda" in page
    assert "id,su" not in page
