"""The profile: what is kept, what is refused at the field, the address level by level, the NIK never in
full."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from models.clinic import Patient, PatientState, Sex
from models.operations.people import nik
from models.organisation import Region, RegionLevel
from models.outbox import Notice
from models.roles import Role
from portal import account
from tests.support import factories

#: 17 May 1990, a woman.
NIK = "3273015705900001"


@pytest.fixture
def patient(client, sign_in, session):
    patient = factories.make_patient(sex=Sex.FEMALE)
    sign_in(client, patient.user)
    for code, name, level in (("32", "Jawa Barat", RegionLevel.PROVINCE),
                              ("32.73", "Bandung", RegionLevel.REGENCY),
                              ("32.73.01", "Sukasari", RegionLevel.DISTRICT),
                              ("32.73.01.1001", "Gegerkalong", RegionLevel.VILLAGE)):
        if session.get(Region, code) is None:
            factories.saved(Region(code=code, name=name, level=level,
                                   parent_code=code.rpartition(".")[0] or None))
    return patient


def test_what_is_written_is_kept_and_shown(client, patient, session):
    answer = client.post("/portal/profile", data={
        "name": "Ratna Dewi", "nik": NIK, "phone": "0812 3456 7890", "height_cm": "158", "weight_kg": "56,5",
        "marital_status": "married", "blood_type": "O+", "allergies": "tidak ada", "payer": "bpjs",
        "address": "Jalan Cempaka 27", "province": "32", "regency": "32.73", "district": "32.73.01",
        "village": "32.73.01.1001"})
    assert answer.status_code == 303
    page = client.get("/portal/profile").text
    for text in ("Ratna Dewi", "+6281234567890", "22,6", "O+", "Gegerkalong, Sukasari, Bandung, Jawa Barat",
                 "0001", "value=\"10\""):
        assert text in page, text
    assert NIK not in page
    assert NIK not in client.get("/portal/profile/edit").text
    kept = session.get(Patient, patient.id)
    assert NIK not in kept.nik
    assert nik.of(kept) == NIK


@pytest.mark.parametrize(("field", "value"), [
    ("nik", "123"), ("phone", "abc"), ("height_cm", "tinggi"), ("height_cm", "9999"), ("weight_kg", "56,55"),
    ("birth_date", "2999-01-01"), ("birth_date", "x"), ("sex", "other"), ("sex", ""), ("payer", "friend"),
    ("region_code", "99.99"), ("name", ""), ("allergies", "x" * 2001)])
def test_wrong_input_is_told_at_the_field_and_kept(client, patient, session, field, value):
    answer = client.post("/portal/profile", data={"address": "Jalan Cempaka 27", field: value})
    assert answer.status_code == 422
    assert f'id="{field}-err"' in answer.text
    assert "Jalan Cempaka 27" in answer.text
    assert session.get(Patient, patient.id).address is None


def test_a_doubtful_nik_can_be_confirmed(client, patient, session):
    other = NIK[:6] + "160585" + NIK[12:]
    answer = client.post("/portal/profile", data={"nik": other})
    assert answer.status_code == 422
    assert 'name="nik_confirmed"' in answer.text
    assert client.post("/portal/profile", data={"nik": other, "nik_confirmed": "1"}).status_code == 303


def test_a_second_patient_with_the_same_nik_sees_nothing_of_the_first(client, app, patient, sign_in, session):
    """The hospital is told to compare both; who typed the number learns nothing."""
    admin = factories.make_user(Role.ADMIN)
    first = client.post("/portal/profile", data={"nik": NIK})
    second = factories.make_patient(sex=Sex.FEMALE)
    other = app.test_client()
    sign_in(other, second.user)
    answer = other.post("/portal/profile", data={"nik": NIK})
    assert (answer.status_code, answer.location) == (first.status_code, first.location)
    for page in (client.get("/portal/profile").text, other.get("/portal/profile").text):
        assert nik.masked(NIK) in page
    assert other.post("/portal/profile", data={"nik": NIK}).status_code == 303
    assert nik.find(NIK).id == patient.id
    told = session.scalars(sa.select(Notice).where(Notice.event == "nik_in_question")).all()
    assert [(each.user_id, each.record_id) for each in told] == [(admin.id, second.id)]


def test_a_childs_nik_tells_nothing_either(client, patient, session):
    client.post("/portal/profile", data={"nik": NIK})
    form = {"name": "Budi Kecil", "birth_date": "1990-05-17", "sex": "female", "relation": "sibling",
            "nik": NIK, "consent_privacy": "1", "consent_telemedicine": "1"}
    assert client.post("/portal/people/new", data=form).status_code == 303


def test_one_account_writes_ten_niks_an_hour(client, app, patient, sign_in, session):
    """The answer tells nothing of a number, and nobody tries out a list; another account has tries of its
    own."""
    app.config["RATELIMIT_ENABLED"] = True
    second = factories.make_patient(sex=Sex.FEMALE)
    other = app.test_client()
    sign_in(other, second.user)
    try:
        tried = [client.post("/portal/profile", data={"nik": NIK}).status_code
                 for _ in range(account.numbers.limit)]
        assert 429 not in tried
        assert len(tried) == 10
        assert client.post("/portal/profile", data={"nik": NIK}).status_code == 429
        child = {"name": "Budi Kecil", "birth_date": "1990-05-17", "sex": "female", "relation": "sibling",
                 "nik": NIK, "consent_privacy": "1", "consent_telemedicine": "1"}
        assert client.post("/portal/people/new", data=child).status_code == 429
        assert client.post("/portal/profile", data={"height_cm": "158"}).status_code == 303
        assert other.post("/portal/profile", data={"nik": NIK}).status_code != 429
    finally:
        for each in (patient.user_id, second.user_id):
            account.numbers.forget(str(each))


def test_only_the_profiles_columns_change(client, patient, session):
    before = (patient.state, patient.medical_record_number, patient.user_id, patient.birth_date)
    client.post("/portal/profile", data={"state": "closed", "medical_record_number": "1", "user_id": "1",
                                         "guardian_id": "1", "decided_reason": "x",
                                         "birth_date": "1980-01-01"})
    kept = session.get(Patient, patient.id)
    assert (kept.state, kept.medical_record_number, kept.user_id, kept.birth_date) == before
    assert kept.guardian_id is None


def test_the_address_is_chosen_level_by_level(client, patient):
    htmx = {"HX-Request": "true"}
    block = client.get("/portal/regions?province=32", headers=htmx).text
    assert "32.73" in block
    assert "32.73.01" not in block
    block = client.get("/portal/regions?province=32&regency=32.73&district=32.73.01&village=",
                       headers=htmx).text
    assert "Gegerkalong" in block
    # A regency of the province chosen before falls away with it.
    assert "32.73.01" not in client.get("/portal/regions?province=11&regency=32.73", headers=htmx).text
    # Without script: a button shows the next level, and saves nothing.
    page = client.post("/portal/profile",
                       data={"go": "regions", "province": "32", "address": "Jalan Baru"}).text
    assert re.search(r'<option value="32\.73">', page)
    assert "Jalan Baru" in page


def test_a_pending_patient_completes_the_profile(client, sign_in, session):
    pending = factories.make_patient(state=PatientState.PENDING)
    sign_in(client, pending.user)
    assert client.post("/portal/profile", data={"phone": "081234567890"}).status_code == 303
    assert client.get("/portal/consultations/new").status_code == 200
    closed = factories.make_patient(state=PatientState.CLOSED)
    sign_in(client, closed.user)
    assert client.post("/portal/profile", data={"phone": "081234567890"}).status_code == 422


@pytest.mark.parametrize(("payer", "name", "number", "field"), [
    ("bpjs", "", "123", "payer_number"), ("bpjs", "", "00012345678901", "payer_number"),
    ("bpjs", "", "000123456789x", "payer_number"), ("insurance", "", "P-77", "payer_name")])
def test_a_wrong_card_is_told_at_the_field(client, session, sign_in, payer, name, number, field):
    patient = factories.make_patient()
    sign_in(client, patient.user)
    answer = client.post("/portal/profile/edit",
                         data={"payer": payer, "payer_name": name, "payer_number": number})
    assert answer.status_code == 422
    assert f'id="{field}-err"' in answer.text
    assert patient.payer_number is None


def test_a_right_card_is_kept_and_counts_as_complete(client, session, sign_in):
    patient = factories.make_patient()
    sign_in(client, patient.user)
    client.set_cookie("language", "en")
    client.post("/portal/profile/edit", data={"payer": "bpjs", "payer_name": "", "payer_number": ""})
    assert "card or policy number" in client.get("/portal/profile").text
    client.post("/portal/profile/edit", data={"payer": "bpjs", "payer_number": "0001 2345 67890"})
    assert patient.payer_number == "0001234567890"
    assert "card or policy number" not in client.get("/portal/profile").text
    assert client.post("/portal/profile/edit", data={"payer": "insurance", "payer_name": "Asuransi Sehat",
                                                     "payer_number": "P-77"}).status_code == 303
