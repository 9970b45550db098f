"""People whom a guardian represents: added, looked at, asked for, handed over; nobody else's guardian sees
them."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import OF_AGE, Consent, Patient, PatientState, Relation
from models.consultations import Consultation, ConsultationState
from models.documents import Attachment
from models.errors import Refused
from models.operations.clinic import consultations, patients
from models.operations.clinic.dependants import tell_of_age
from models.operations.clinic.slots import next_free
from models.operations.core import files, jobs
from models.operations.core.approvals import perform
from models.outbox import Notice, Outbox
from models.roles import Role
from portal.web.outbox_job import composed
from tests.support import factories

CHILD = {"relation": "child", "name": "Bima Lestari", "birth_date": "2019-03-04", "sex": "male",
         "consent_privacy": "2026-1", "consent_telemedicine": "2026-1"}
PASSWORD = "kamboja kuning 7"


@pytest.fixture(autouse=True)
def _english(client):
    client.set_cookie("language", "en")


@pytest.fixture
def guardian(session, client, sign_in) -> Patient:
    found = factories.make_patient(name="Ratna Lestari")
    sign_in(client, found.user)
    return found


def child_of(guardian: Patient, **fields) -> Patient:
    fields = {"name": "Bima Lestari", "relation": Relation.CHILD, "birth_date": date(2019, 3, 4), **fields}
    return factories.make_patient(guardian=guardian, **fields)


# ---------------------------------------------------------------- adding

def test_a_guardian_adds_a_child_with_consent(client, guardian):
    assert client.get("/portal/people/new").status_code == 200
    answer = client.post("/portal/people/new", data=CHILD)
    child = db.session.scalar(sa.select(Patient).where(Patient.guardian_id == guardian.id))
    assert (answer.status_code, answer.location) == (303, f"/portal/people/{child.id}")
    assert (child.state, child.relation, child.user_id) == (PatientState.PENDING, Relation.CHILD, None)
    given = db.session.scalars(sa.select(Consent).where(Consent.patient_id == child.id)).all()
    assert {(each.text_version, each.given_by_id) for each in given} == {("2026-1", guardian.user_id)}
    assert len(given) == 2
    assert all(each.given_at is not None for each in given)
    page = client.get("/portal/profile").text
    assert "Bima Lestari" in page
    perform(child, "approve", by=factories.make_user(Role.ADMIN))
    assert child.medical_record_number not in (None, guardian.medical_record_number)


@pytest.mark.parametrize(("field", "value"), [
    ("relation", ""), ("relation", "boss"), ("name", ""), ("birth_date", ""), ("birth_date", "2999-01-01"),
    ("sex", "x"), ("consent_privacy", ""), ("consent_telemedicine", ""), ("nik", "123")])
def test_wrong_input_is_told_at_the_field(client, guardian, field, value):
    answer = client.post("/portal/people/new", data=CHILD | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-err"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Patient)) == 1


def test_a_child_of_age_registers_alone_but_a_parent_can_be_added(client, guardian):
    assert client.post("/portal/people/new", data=CHILD | {"birth_date": "1990-01-01"}).status_code == 422
    assert client.post("/portal/people/new", data=CHILD | {"birth_date": "1950-01-01",
                                                           "relation": "parent"}).status_code == 303


def test_not_more_than_some(client, guardian, monkeypatch):
    monkeypatch.setattr(patients, "MOST_DEPENDANTS", 1)
    assert client.post("/portal/people/new", data=CHILD).status_code == 303
    assert client.post("/portal/people/new", data=CHILD | {"name": "Sari Lestari"}).status_code == 422


def test_a_suspended_guardian_adds_nobody(client, session, sign_in):
    sign_in(client, factories.make_patient(state=PatientState.SUSPENDED).user)
    assert client.get("/portal/people/new").status_code == 422
    assert client.post("/portal/people/new", data=CHILD).status_code == 422


def test_a_child_that_is_sent_twice_is_one(client, guardian):
    first, again = (client.post("/portal/people/new", data=CHILD) for _ in range(2))
    assert (again.status_code, again.location) == (303, first.location)
    twin = client.post("/portal/people/new", data=CHILD | {"name": "Bayu Lestari"})
    assert twin.location != first.location
    assert db.session.scalar(sa.select(sa.func.count()).where(Patient.guardian_id == guardian.id)) == 2


# ---------------------------------------------------------------- profile, asking, looking

def test_the_childs_profile_is_completed(client, guardian):
    child = child_of(guardian)
    assert client.get(f"/portal/people/{child.id}/edit").status_code == 200
    answer = client.post(f"/portal/people/{child.id}/edit", data={"height_cm": "110", "weight_kg": "19,5",
                                                                  "allergies": "Kacang"})
    assert (answer.status_code, answer.location) == (303, f"/portal/people/{child.id}")
    assert (child.allergies, str(child.weight_kg)) == ("Kacang", "19.5")
    assert guardian.allergies is None
    assert "Kacang" in client.get(f"/portal/people/{child.id}").text


def test_asks_for_the_child_and_sees_it(client, guardian):
    child, doctor = child_of(guardian), factories.make_doctor()
    slot = next_free(doctor, patient=child)[0]
    answer = client.post("/portal/consultations/new", data={
        "patient": child.id, "doctor": doctor.id, "starts_at": slot.starts_at.isoformat(),
        "complaint": "Demam 3 hari", "consent_record": "1", "consent": "1"})
    assert answer.status_code == 303
    found = db.session.scalar(sa.select(Consultation))
    assert found.patient_id == child.id
    assert client.get(answer.location).status_code == 200
    assert "Bima Lestari" in client.get("/portal/consultations").text


def test_switching_shows_one_persons_consultations(client, guardian):
    child = child_of(guardian)
    mine = factories.make_consultation(patient=guardian, doctor=factories.make_doctor(name="dr. Satu"))
    theirs = factories.make_consultation(patient=child, doctor=factories.make_doctor(name="dr. Dua"))
    both = client.get("/portal/consultations").text
    assert mine.doctor.name in both
    assert theirs.doctor.name in both
    assert client.post("/portal/people/switch", data={"patient": child.id,
                                                      "next": "/portal/consultations"}).status_code == 303
    for path in ("/portal/consultations", "/portal/"):
        page = client.get(path).text
        assert theirs.doctor.name in page
        assert mine.doctor.name not in page
    client.post("/portal/people/switch", data={"patient": ""})
    assert mine.doctor.name in client.get("/portal/consultations").text


def test_files_chosen_for_one_person_do_not_go_along_with_anothers_request(client, guardian, sign_in):
    child = child_of(guardian)
    other = child_of(guardian, name="Bayu Lestari")

    def step(patient, **fields):
        form = {"patient": str(patient.id), "complaint": "Demam sejak kemarin", "step": "files",
                "go": "upload"}
        return client.post("/portal/consultations/new", data=form | fields).text

    assert "lab.pdf" in step(child, files=(io.BytesIO(b"%PDF-1.4"), "lab.pdf"))
    assert "lab.pdf" in step(child)
    assert "lab.pdf" not in step(other)
    assert "lab.pdf" not in step(child)
    step(child, files=(io.BytesIO(b"%PDF-1.4"), "lab.pdf"))
    sign_in(client, guardian.user)
    with client.session_transaction() as cookie:  # as signing in anew leaves it
        cookie.pop("drafts_of")
    assert "lab.pdf" not in step(child)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attachment)) == 0


def test_files_of_a_request_that_was_never_sent_are_forgotten(guardian):
    paper = files.checked(b"%PDF-1.4", "lab.pdf")
    files.attach(paper, document_type=files.DRAFT, document_id=guardian.user_id, by=guardian.user)
    kept = files.attach(paper, document_type="consultation", document_id=1, by=guardian.user)
    one = jobs.JOBS["abandoned_files"]
    assert one.run() == ""
    clock.freeze(clock.now() + files.DRAFT_TIME + timedelta(minutes=1))
    assert one.run() == "1 forgotten"
    assert db.session.scalars(sa.select(Attachment)).all() == [kept]


# ---------------------------------------------------------------- nobody else's

@pytest.mark.parametrize(("method", "rest"),
                         [("GET", ""), ("GET", "/edit"), ("POST", "/edit"), ("GET", "/hand-over"),
                                              ("POST", "/hand-over")])
def test_another_guardian_gets_404(client, session, sign_in, method, rest):
    child = child_of(factories.make_patient())
    other = factories.make_patient()
    child_of(other, name="Sari")
    sign_in(client, other.user)
    foreign, absent = (client.open(f"/portal/people/{key}{rest}", method=method, data={"height_cm": "99"})
                       for key in (child.id, child.id + 1000))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert child.name not in foreign.text
    assert child.height_cm is None


def test_nor_switches_to_or_asks_for_them(client, session, sign_in):
    child, doctor = child_of(factories.make_patient()), factories.make_doctor()
    other = sign_in(client, factories.make_patient().user)
    assert client.post("/portal/people/switch", data={"patient": child.id}).status_code == 404
    slot = next_free(doctor)[0]
    client.post("/portal/consultations/new", data={
        "patient": child.id, "doctor": doctor.id, "starts_at": slot.starts_at.isoformat(),
        "complaint": "Demam", "consent_record": "1", "consent": "1"})
    found = db.session.scalar(sa.select(Consultation))
    assert found is None or found.patient.user_id == other.id


def test_the_child_does_not_see_the_guardian(client, session, sign_in):
    guardian = factories.make_patient()
    child = child_of(guardian, user=factories.make_user(Role.PATIENT))
    consultation = factories.make_consultation(patient=guardian)
    sign_in(client, child.user)
    assert client.get(f"/portal/people/{guardian.id}").status_code == 404
    assert client.get(f"/portal/consultations/{consultation.id}").status_code == 404


# ---------------------------------------------------------------- of age, handing over

def _grown(guardian: Patient) -> Patient:
    return child_of(guardian, birth_date=clock.today().replace(year=clock.today().year - OF_AGE, day=1))


def test_of_age_the_child_asks_alone(client, guardian):
    child, doctor = _grown(guardian), factories.make_doctor()
    before = factories.make_consultation(patient=child, state=ConsultationState.CANCELLED)
    assert "is of age now" in client.get(f"/portal/people/{child.id}").text
    assert client.get(f"/portal/consultations/{before.id}").status_code == 200  # what is there stays readable
    with pytest.raises(Refused, match="of age"):
        consultations.request(child, doctor, next_free(doctor)[0].starts_at, "Demam", by=guardian.user)


def test_the_guardian_is_told_once(session):
    guardian = factories.make_patient()
    child = _grown(guardian)
    child_of(guardian, name="Kecil")
    assert tell_of_age() == "1 told"
    assert tell_of_age() == ""
    notice = db.session.scalar(sa.select(Notice).where(Notice.event == "dependant_of_age"))
    assert (notice.user_id, notice.address) == (guardian.user_id, f"/portal/people/{child.id}")


def _ticket(client, child: Patient, email: str = "bima@example.org") -> str:
    assert client.post(f"/portal/people/{child.id}/hand-over", data={"email": email}).status_code == 303
    mail = db.session.scalars(sa.select(Outbox).where(Outbox.template == "profile_hand_over")).all()[-1]
    assert (mail.to_address, child.name in str(mail.params)) == (email, False)
    return re.search(r"/account/profile\?ticket=(\S+)", composed(mail, "rs@example.org").text)[1]


def test_a_profile_changes_hands_with_its_record(client, guardian, app):
    child = _grown(guardian)
    number = child.medical_record_number
    consultation = factories.make_consultation(patient=child)
    token = _ticket(client, child)
    theirs = app.test_client()
    theirs.set_cookie("language", "en")
    assert theirs.get(f"/account/profile?ticket={token}").status_code == 200
    refused = theirs.post("/account/profile", data={"ticket": token, "password": "x", "repeated": "y"})
    assert refused.status_code == 422
    for field in ("password", "consent_privacy", "consent_telemedicine"):
        assert f'id="{field}-err"' in refused.text
    taken = theirs.post("/account/profile", data={
        "ticket": token, "password": PASSWORD, "repeated": PASSWORD, "consent_privacy": "1",
        "consent_telemedicine": "1"})
    assert (taken.status_code, taken.location) == (303, "/portal/")
    assert (child.guardian_id, child.user.email, child.medical_record_number) == (None, "bima@example.org",
                                                                                  number)
    assert theirs.get(f"/portal/consultations/{consultation.id}").status_code == 200
    assert client.get(f"/portal/consultations/{consultation.id}").status_code == 404
    assert client.get(f"/portal/people/{child.id}").status_code == 404
    assert "Bima Lestari" not in client.get("/portal/consultations").text
    live = [each for each in db.session.scalars(sa.select(Consent).where(Consent.patient_id == child.id))
            if each.withdrawn_at is None]
    assert {each.given_by_id for each in live} == {child.user_id}
    assert theirs.get(f"/account/profile?ticket={token}").status_code == 422
    assert app.test_client().post("/login",
                                  data={"email": "bima@example.org", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("email", ["", "nobody", "own"])
def test_a_wrong_address_is_told(client, guardian, email):
    child = child_of(guardian)
    answer = client.post(f"/portal/people/{child.id}/hand-over",
                         data={"email": guardian.user.email if email == "own" else email})
    assert answer.status_code == 422
    assert 'id="email-err"' in answer.text


def test_an_address_with_an_account_gets_no_profile(client, guardian):
    child, other = child_of(guardian), factories.make_patient()
    assert client.post(f"/portal/people/{child.id}/hand-over",
                       data={"email": other.user.email}).status_code == 303
    assert db.session.scalar(sa.select(Outbox).where(Outbox.template == "profile_hand_over")) is None


def test_the_link_ends_when_the_profile_is_too_old(client, guardian, app):
    child = child_of(guardian)
    token = _ticket(client, child)
    clock.freeze(clock.now() + timedelta(days=8))
    assert app.test_client().get(f"/account/profile?ticket={token}").status_code == 422
