"""The office registers, books and corrects for patients: who walks in, calls, or has no e-mail address."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.accounts import AccountTicket
from models.activity import ActivityLog
from models.base import db
from models.clinic import Consent, Patient
from models.consultations import Consultation
from models.documents import DocumentEvent
from models.errors import NotAllowed, Refused
from models.operations.clinic import booking, dependants, identity, patients, slots
from models.operations.people import accounts, nik
from models.outbox import Outbox
from models.roles import Role
from tests.support.factories import make_consultation, make_doctor, make_patient, make_user

NIK = "3171015705900001"
BORN = date(1990, 5, 17)
WALK_IN = {"name": "Mbah Suminah", "birth_date": "1948-03-02", "sex": "female", "phone": "0812-3456-7890",
           "address": "Dusun Krajan RT 2", "payer": "self", "consent_way": "on_paper", "consent_by": "",
           "consent_at": "2026-01-05T08:00", "consents_given": "y"}


@pytest.fixture
def office(client: Any, sign_in: Any, session: Any, app: Any) -> Any:
    client.admin = sign_in(client, Role.ADMIN)
    client.set_cookie("language", "en")
    return client


def newest() -> Patient:
    return db.session.scalars(sa.select(Patient).order_by(Patient.id.desc()).limit(1)).one()


# ---------------------------------------------------------------- registering

def test_a_walk_in_without_an_address_is_registered_with_the_consents_on_paper(office: Any) -> None:
    assert "Register a patient" in office.get("/admin/patient/").text
    assert office.get("/admin/patient/register").status_code == 200
    answer = office.post("/admin/patient/register", data=WALK_IN)
    assert answer.status_code == 303
    made = newest()
    assert (made.name, made.state, made.phone, made.user_id) == ("Mbah Suminah", "pending", "+6281234567890",
                                                                 None)
    assert made.registered_by_id == office.admin.id
    consents = db.session.scalars(sa.select(Consent).where(Consent.patient_id == made.id)).all()
    assert {(row.kind, row.way, row.said_by, row.given_by_id) for row in consents} == {
        (kind, "on_paper", "Mbah Suminah", office.admin.id) for kind in ("privacy", "telemedicine")}
    assert {clock.local(row.given_at).date() for row in consents} == {date(2026, 1, 5)}
    page = office.get(f"/admin/patient/details/?id={made.id}").text
    assert f"Mbah Suminah, written down by {office.admin.name}" in page
    assert "has no account" in page


def test_whose_identity_was_checked_is_a_patient_at_once(office: Any) -> None:
    office.post("/admin/patient/register", data={**WALK_IN, "identity_checked": "y"})
    made = newest()
    assert made.state == "active"
    assert made.medical_record_number
    page = office.get(f"/admin/patient/details/?id={made.id}").text
    assert f"<h1 class=\"\">{made.medical_record_number} · Mbah Suminah</h1>" in page
    assert f"/admin/consultation/book?patient={made.id}" in page


@pytest.mark.parametrize(("field", "value", "says"), [
    ("name", "", "Please fill"), ("birth_date", "2090-01-01", "future"), ("sex", "", ""),
    ("phone", "12", "not a telephone number"), ("nik", "123", "not a valid NIK"),
    ("consents_given", None, ""), ("consent_at", "2090-01-01T10:00", "not happened yet"),
    ("payer_number", "12", "13")])
def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(
        office: Any, field: str, value: Any, says: str) -> None:
    form = {**WALK_IN, "payer": "bpjs", field: value}
    answer = office.post("/admin/patient/register",
                         data={name: text for name, text in form.items() if text is not None})
    assert answer.status_code == 422
    assert says in answer.text
    assert f'id="e-{field}"' in answer.text
    assert field == "address" or "Dusun Krajan RT 2" in answer.text
    assert db.session.scalar(sa.select(Patient.id)) is None


def test_a_likely_double_is_shown_first_and_can_be_another_person(office: Any, session: Any) -> None:
    known = make_patient(name="Mbah Suminah", birth_date=date(1948, 3, 2), state="closed",
                         medical_record_number="00000077")
    session.commit()
    answer = office.post("/admin/patient/register", data=WALK_IN)
    assert answer.status_code == 422
    assert "00000077" in answer.text
    assert "same name and birth date" in answer.text
    assert newest().id == known.id
    assert office.post("/admin/patient/register",
                       data={**WALK_IN, "other_person": "y"}).status_code == 303
    assert newest().id != known.id


def test_a_nik_of_another_record_is_named_to_the_office(office: Any, session: Any) -> None:
    known = make_patient(name="Dewi", birth_date=BORN, medical_record_number="00000078")
    nik.keep(known, NIK)
    session.commit()
    answer = office.post("/admin/patient/register", data={**WALK_IN, "nik": NIK, "nik_confirmed": "y"})
    assert answer.status_code == 422
    assert "00000078" in answer.text


def test_a_nik_that_does_not_fit_warns_and_can_be_confirmed(office: Any) -> None:
    answer = office.post("/admin/patient/register", data={**WALK_IN, "nik": NIK})
    assert answer.status_code == 422
    assert 'name="nik_confirmed"' in answer.text
    assert office.post("/admin/patient/register",
                       data={**WALK_IN, "nik": NIK, "nik_confirmed": "y"}).status_code == 303
    assert nik.of(newest()) == NIK


def test_a_whole_village_is_enrolled_from_one_address(office: Any) -> None:
    for number in range(25):
        answer = office.post("/admin/patient/register", data={
            **WALK_IN, "name": f"Warga {'abcdefghijklmnopqrstuvwxyz'[number]}", "phone": "", "_next": "1",
            "birth_date": f"19{50 + number}-03-02"})
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/admin/patient/register"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Patient)) == 25


def test_a_child_is_registered_under_its_guardian(office: Any, session: Any) -> None:
    mother = make_patient(name="Ibu Rini")
    session.commit()
    answer = office.post("/admin/patient/register", data={
        **WALK_IN, "name": "Anak Rini", "birth_date": "2020-02-02", "guardian": mother.id,
        "relation": "child", "consent_by": "Ibu Rini"})
    assert answer.status_code == 303
    assert (newest().guardian_id, newest().relation) == (mother.id, "child")
    assert {row.said_by for row in newest().consents} == {"Ibu Rini"}
    assert "Anak Rini" in office.get(f"/admin/patient/details/?id={mother.id}").text


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMIN, Role.PATIENT)])
def test_nobody_else_registers_books_or_corrects(client: Any, sign_in: Any, session: Any, role: Role) -> None:
    patient = make_patient()
    session.commit()
    sign_in(client, role)
    for path in ("/admin/patient/register", f"/admin/consultation/book?patient={patient.id}",
                 f"/admin/patient/{patient.id}/identity", f"/admin/patient/{patient.id}/account",
                 f"/admin/patient/{patient.id}/address"):
        assert client.get(path).status_code in (403, 404), path
        assert client.post(path, data={}).status_code in (403, 404), path
    by = make_user(role)
    with pytest.raises(NotAllowed):
        identity.correct(patient, {"name": "Lain"}, by=by, reason="kartu")
    with pytest.raises(NotAllowed):
        booking.book_for(patient, make_doctor(), clock.now(), "batuk", by=by)
    with pytest.raises(NotAllowed):
        patients.register_for(by=by, agreed=patients.Agreed("orally", "Ani", clock.now()), name="Ani",
                              birth_date=BORN, sex="female")


# ---------------------------------------------------------------- an account later

def test_who_was_registered_by_the_office_takes_the_account_over(
        office: Any, app: Any, session: Any) -> None:
    app.config["PUBLIC_URL"] = "https://rs.example.org"
    office.post("/admin/patient/register", data={**WALK_IN, "identity_checked": "y"})
    made = newest()
    address = f"/admin/patient/{made.id}/account"
    refused = office.post(address, data={"email": "suminah@example.org"})
    assert refused.status_code == 422
    assert "identity card" in refused.text
    answer = office.post(address, data={"email": "suminah@example.org", "identity_checked": "y"})
    assert answer.status_code == 303
    mail = session.scalars(sa.select(Outbox).where(Outbox.template == "account_take_over")).one()
    assert mail.to_address == "suminah@example.org"
    ticket = session.scalars(sa.select(AccountTicket)).one()
    visitor = app.test_client()
    token = accounts.token_of(ticket)
    assert visitor.get(f"/account/profile?ticket={token}").status_code == 200
    taken = visitor.post("/account/profile", data={
        "ticket": token, "password": "nasi goreng pagi", "repeated": "nasi goreng pagi",
        "consent_privacy": "1", "consent_telemedicine": "1"})
    assert taken.status_code == 303
    session.expire_all()
    assert made.user is not None
    assert (made.user.email, made.user.roles) == ("suminah@example.org", {Role.PATIENT})
    assert made.medical_record_number in visitor.get("/portal/profile").text
    live = [row for row in made.consents if row.withdrawn_at is None]
    assert [(row.way, row.given_by_id) for row in live] == [("portal", made.user_id)] * 2
    assert visitor.get(f"/account/profile?ticket={token}").status_code == 422


def test_links_for_two_patients_do_not_end_each_other(session: Any) -> None:
    by = make_user(Role.ADMIN)
    made = [make_patient(user=make_user(Role.PATIENT)) for _ in range(2)]
    for number, patient in enumerate(made):
        patient.user = None
        session.flush()
        dependants.invite(patient, f"orang{number}@example.org", by=by, identity_checked=True)
    assert [ticket.used_at for ticket in session.scalars(sa.select(AccountTicket))] == [None, None]


def test_an_address_with_an_account_gets_no_second_one(session: Any) -> None:
    by = make_user(Role.ADMIN)
    make_user(Role.PATIENT, email="ada@example.org", name="Sudah Ada")
    patient = make_patient()
    patient.user = None
    session.flush()
    with pytest.raises(Refused) as refusal:
        dependants.invite(patient, "ADA@example.org", by=by, identity_checked=True)
    assert refusal.value.field == "email"


def test_a_mistyped_address_is_seen_corrected_and_sent_again(office: Any, app: Any, session: Any) -> None:
    app.config["PUBLIC_URL"] = "https://rs.example.org"
    user = make_user(Role.PATIENT, email="ani@gmial.com", password_hash="x")
    patient = make_patient(user=user, state="pending", medical_record_number=None)
    make_patient(user=make_user(Role.PATIENT, email_confirmed_at=clock.now()), name="Sudah Yakin")
    session.commit()
    page = office.get(f"/admin/patient/details/?id={patient.id}").text
    assert "ani@gmial.com is not confirmed" in page
    listed = office.get("/admin/patient/?only=unconfirmed").text
    assert patient.name in listed
    assert "Sudah Yakin" not in listed
    answer = office.post(f"/admin/patient/{patient.id}/address", data={"email": "ani@gmail.com"})
    assert answer.status_code == 303
    session.expire_all()
    assert user.email == "ani@gmail.com"
    sent = session.scalars(sa.select(Outbox).where(Outbox.template == "email_confirm")).one()
    assert sent.to_address == "ani@gmail.com"


# ---------------------------------------------------------------- correcting

def test_identity_is_corrected_with_a_reason_that_stays(office: Any, session: Any) -> None:
    patient = make_patient(name="Ani Lstari", birth_date=BORN, sex="female")
    session.commit()
    address = f"/admin/patient/{patient.id}/identity"
    form = {"name": "Ani Lestari", "birth_date": "1990-05-17", "sex": "female", "nik": NIK}
    refused = office.post(address, data=form)
    assert refused.status_code == 422
    assert "Ani Lestari" in refused.text
    version = patient.version
    assert office.post(address, data={**form, "reason": "KTP diperlihatkan"}).status_code == 303
    session.expire_all()
    assert (patient.name, nik.of(patient)) == ("Ani Lestari", NIK)
    assert patient.version > version
    event = session.scalars(sa.select(DocumentEvent).where(
        DocumentEvent.transition == "correct_identity")).one()
    assert (event.note, event.user_id) == ("KTP diperlihatkan", office.admin.id)
    logged = [row.properties for row in session.scalars(sa.select(ActivityLog).where(
        ActivityLog.table_name == "patient", ActivityLog.changed_id == str(patient.id)))]
    assert "Ani Lstari" in str(logged)
    assert NIK not in str(logged)
    page = office.get(f"/admin/patient/details/?id={patient.id}").text
    assert "Identity corrected by" in page
    assert "KTP diperlihatkan" in page


def test_a_nik_is_corrected_warned_of_and_taken_off(office: Any, session: Any) -> None:
    patient = make_patient(birth_date=date(1991, 1, 1), sex="female")
    nik.keep(patient, NIK, confirmed=True)
    other = make_patient(name="Yang Benar", birth_date=BORN, medical_record_number="00000055")
    session.commit()
    address = f"/admin/patient/{patient.id}/identity"
    same = {"name": patient.name, "birth_date": "1991-01-01", "sex": "female", "reason": "salah orang"}
    doubted = office.post(address, data=same)
    assert doubted.status_code == 422
    assert 'name="nik_confirmed"' in doubted.text
    assert office.post(address, data={**same, "takes_nik_off": "y"}).status_code == 303
    session.expire_all()
    assert patient.nik is None
    for record in (other, patient):
        answer = office.post(f"/admin/patient/{record.id}/identity", data={
            "name": record.name, "birth_date": record.birth_date.isoformat(), "sex": "female",
            "nik": NIK, "nik_confirmed": "y", "reason": "KTP asli"})
        assert answer.status_code == (303 if record is other else 422)
    assert "00000055" in answer.text


def test_the_nik_of_a_rejected_registration_is_free(office: Any, session: Any) -> None:
    patient = make_patient(state="pending", birth_date=BORN, medical_record_number=None)
    nik.keep(patient, NIK)
    session.commit()
    office.post(f"/admin/patient/{patient.id}/reject", data={"version": patient.version, "reason": "palsu"})
    other = make_patient(birth_date=BORN)
    session.commit()
    assert office.post(f"/admin/patient/{other.id}/identity", data={
        "name": other.name, "birth_date": "1990-05-17", "sex": "female", "nik": NIK,
        "reason": "KTP asli"}).status_code == 303


def test_nobody_corrects_the_own_identity(session: Any) -> None:
    user = make_user(Role.ADMIN, Role.PATIENT)
    with pytest.raises(NotAllowed):
        identity.correct(make_patient(user=user), {"name": "Lain"}, by=user, reason="kartu")


def test_telephone_and_village_are_changed_by_the_ordinary_form(office: Any, session: Any) -> None:
    patient = make_patient()
    session.commit()
    page = office.get(f"/admin/patient/edit/?id={patient.id}").text
    assert 'name="region"' in page
    assert 'name="name"' not in page
    answer = office.post(f"/admin/patient/edit/?id={patient.id}", data={
        "version": patient.version, "phone": "0813 1111 2222", "payer": "self"})
    assert answer.status_code == 303
    session.expire_all()
    assert patient.phone == patient.user.phone == "+6281311112222"
    assert office.post(f"/admin/patient/edit/?id={patient.id}", data={
        "version": patient.version, "phone": "123", "payer": "self"}).status_code == 422


# ---------------------------------------------------------------- booking

def booked(office: Any, of: Patient, **more: str) -> Any:
    doctor = make_doctor()
    db.session.commit()
    at = slots.next_free(doctor, patient=of)[0].starts_at
    return office.post("/admin/consultation/book", data={
        "patient": of.id, "doctor": doctor.id, "starts_at": at.isoformat(),
        "complaint": "Pusing sejak kemarin, bu", "triage": "soon", **more})


def test_the_office_books_doctor_and_time_for_a_patient(office: Any, session: Any) -> None:
    make_user(Role.ADMIN)
    patient, doctor = make_patient(), make_doctor(name="dr. Sari")
    session.commit()
    address = f"/admin/consultation/book?patient={patient.id}"
    assert "dr. Sari" in office.get(address).text
    page = office.get(f"{address}&doctor={doctor.id}&day={clock.today() + timedelta(days=1)}").text
    times = re.findall(r'name="starts_at" value="([^"]+)"', page)
    assert times
    answer = booked(office, patient)
    assert answer.status_code == 303
    made = session.scalars(sa.select(Consultation)).one()
    assert (made.state, made.created_by_id, made.triage) == ("requested", office.admin.id, "soon")
    assert made.complaint == "Pusing sejak kemarin, bu"
    page = office.get(f"/admin/consultation/details/?id={made.id}").text
    assert office.admin.name in page
    assert "Pusing sejak kemarin" not in page  # what it is about stays between patient and doctor
    assert session.scalar(sa.select(Outbox.id).where(Outbox.template == "consultation_booked")) is not None


def test_the_patient_sees_that_the_hospital_booked(office: Any, client: Any, sign_in: Any,
                                                   session: Any) -> None:
    patient = make_patient()
    session.commit()
    booked(office, patient)
    made = session.scalars(sa.select(Consultation)).one()
    sign_in(client, patient.user)
    client.set_cookie("language", "en")
    assert "Booked for you by the hospital" in client.get(f"/portal/consultations/{made.id}").text


def test_who_has_no_account_is_called(office: Any, session: Any) -> None:
    office.post("/admin/patient/register", data={**WALK_IN, "identity_checked": "y"})
    answer = booked(office, newest())
    page = office.get(answer.headers["Location"]).text
    assert "+6281234567890" in page
    assert "no account" in page


def test_where_there_is_one_administrator_the_booking_is_the_decision(office: Any, session: Any) -> None:
    booked(office, make_patient())
    assert session.scalars(sa.select(Consultation)).one().state == "approved"


@pytest.mark.parametrize(("change", "status"), [
    ({"starts_at": ""}, 422), ({"starts_at": "2020-01-01T08:00"}, 422), ({"starts_at": "kapan"}, 422),
    ({"complaint": ""}, 422), ({"doctor": "0"}, 422), ({"patient": "999999"}, 404), ({"patient": "x"}, 404),
    ({"triage": "now"}, 303)])
def test_wrong_bookings_are_refused_and_keep_what_was_typed(
        office: Any, session: Any, change: dict[str, str], status: int) -> None:
    patient = make_patient()
    answer = booked(office, patient, **change)
    assert answer.status_code == status
    if status == 422 and "doctor" not in change and "complaint" not in change:
        assert "Pusing sejak kemarin, bu" in answer.text


def test_a_pending_patient_is_not_booked(office: Any, session: Any) -> None:
    patient = make_patient(state="pending", medical_record_number=None)
    assert booked(office, patient).status_code == 422
    assert session.scalar(sa.select(Consultation.id)) is None


# ---------------------------------------------------------------- the page of a patient

def test_the_page_shows_visits_and_papers_and_nothing_clinical(office: Any, session: Any) -> None:
    patient = make_patient(medical_record_number="00000032", allergies="Amoksisilin")
    made = make_consultation(patient=patient, complaint="Gatal di selangkangan")
    child = make_patient(guardian=patient, relation="child", name="Anak Budi")
    session.commit()
    page = office.get(f"/admin/patient/details/?id={patient.id}").text
    for shown in ("00000032", f"/admin/consultation/details/?id={made.id}", child.name):
        assert shown in page
    for private in ("Gatal", "Amoksisilin"):
        assert private not in page


def test_the_treating_doctor_sees_the_own_visits_and_the_number(
        client: Any, sign_in: Any, session: Any) -> None:
    doctor = make_doctor()
    patient = make_patient(medical_record_number="00000032")
    mine = make_consultation(patient=patient, doctor=doctor, state="approved")
    other = make_consultation(patient=patient, starts_at=clock.now() + timedelta(days=3))
    session.commit()
    sign_in(client, doctor.user)
    page = client.get(f"/admin/patient/details/?id={patient.id}").text
    assert "00000032" in page
    assert f"/admin/consultation/details/?id={mine.id}" in page
    assert f"/admin/consultation/details/?id={other.id}" not in page
