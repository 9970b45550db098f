"""The pages of merging, taking back and readmitting: what is shown, what is chosen, and who may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from models import clock
from models.clinic import Patient
from models.consultations import Consultation
from models.operations.clinic import merging
from models.operations.core.approvals import perform
from models.operations.people import nik
from models.roles import Role
from tests.support.factories import make_consultation, make_doctor, make_patient, make_user

BORN = date(1990, 5, 17)


@pytest.fixture
def two(session):
    return (make_patient(name="Siti Aminah", birth_date=BORN, phone="+628111", address="Jl. Melati 1",
                         allergies="Amoksisilin, udang"),
            make_patient(name="Siti Aminah", birth_date=BORN, phone="+628222", allergies="Latex"))


@pytest.fixture
def office(client, sign_in, session, two):
    session.commit()
    sign_in(client, Role.ADMIN)
    client.set_cookie("language", "en")
    return client


def test_the_page_says_what_will_be_joined_in_numbers_and_not_which(office, two):
    gone, kept = two
    page = office.get(f"/admin/patient/{gone.id}/merge?with={kept.id}").text
    assert "Allergies: 1 and 2" in page
    for word in ("Amoksisilin", "udang", "Latex", "cannot be taken back"):
        assert word not in page


def test_both_telephones_can_be_chosen_and_the_staying_one_is_the_default(office, two, session):
    gone, kept = two
    page = office.get(f"/admin/patient/{gone.id}/merge?with={kept.id}").text
    assert page.count('type="radio" name="phone"') == 2
    assert 'name="phone" value="kept" checked' in page
    assert 'name="address"' not in page  # one of them says nothing: nothing to choose
    office.post(f"/admin/patient/{gone.id}/merge", data={"with": kept.id, "phone": "gone"})
    session.expire_all()
    assert (kept.phone, kept.address) == ("+628111", "Jl. Melati 1")


def test_what_was_chosen_stays_when_the_merge_is_refused(office, two, session):
    gone, kept = two
    for patient in two:
        make_consultation(patient=patient, doctor=make_doctor(), state="completed", approved_at=clock.now(),
                          starts_at=clock.now() - timedelta(days=9))
    session.commit()
    page = office.get(f"/admin/patient/{gone.id}/merge?with={kept.id}").text
    assert 'name="held_twice"' in page
    answer = office.post(f"/admin/patient/{gone.id}/merge", data={"with": kept.id, "phone": "gone"})
    assert answer.status_code == 422
    assert 'name="phone" value="gone" checked' in answer.text
    assert office.post(f"/admin/patient/{gone.id}/merge",
                       data={"with": kept.id, "phone": "gone", "held_twice": "1"}).status_code == 303
    session.expire_all()
    marked = session.scalars(sa.select(Consultation).where(Consultation.held_beside_id.is_not(None))).one()
    assert "Held beside" in office.get(f"/admin/consultation/details/?id={marked.id}").text


def test_a_merge_is_taken_back_on_its_page(office, two, session):
    gone, kept = two
    make_consultation(patient=gone)
    session.commit()
    office.post(f"/admin/patient/{gone.id}/merge", data={"with": kept.id})
    address = f"/admin/patient/{gone.id}/unmerge"
    for record in two:
        assert address in office.get(f"/admin/patient/details/?id={record.id}").text
    page = office.get(address).text
    assert "Consultation: 1" in page
    assert "Amoksisilin" not in page
    empty = office.post(address, data={"reason": " "})
    assert (empty.status_code, 'id="e-reason"' in empty.text) == (422, True)
    assert session.get(Patient, gone.id).merged_into_id == kept.id
    answer = office.post(address, data={"reason": "Two people"})
    assert (answer.status_code, answer.location) == (303, f"/admin/patient/details/?id={gone.id}")
    session.expire_all()
    assert (gone.merged_into_id, gone.state, kept.allergies) == (None, "active", "Latex")
    assert "Two people" in office.get(f"/admin/patient/details/?id={kept.id}").text
    assert office.post(address, data={"reason": "Again"}).status_code == 422


def test_what_changed_since_is_named_before_and_after(office, two, session):
    gone, kept = two
    office.post(f"/admin/patient/{gone.id}/merge", data={"with": kept.id})
    session.expire_all()
    kept.address = "Jl. Mawar 2"
    session.commit()
    assert "Changed since, stays" in office.get(f"/admin/patient/{gone.id}/unmerge").text
    answer = office.post(f"/admin/patient/{gone.id}/unmerge", data={"reason": "Two people"},
                         follow_redirects=True)
    assert "Changed since the merge and left as it is: Address" in answer.text


def test_a_record_that_is_not_merged_says_so(office, two):
    assert "This record is not merged." in office.get(f"/admin/patient/{two[1].id}/unmerge").text
    assert office.get("/admin/patient/999999/unmerge").status_code == 404


def test_a_closed_patient_is_readmitted_on_the_steps_page(office, two, session):
    gone = two[0]
    perform(gone, "close", by=gone.user)
    session.commit()
    address = f"/admin/patient/{gone.id}/readmit"
    assert address in office.get(f"/admin/patient/details/?id={gone.id}").text
    page = office.get(address).text
    assert 'name="identity_checked"' in page
    assert 'name="guardian"' not in page
    form = {"version": str(gone.version), "identity_checked": "y"}
    answer = office.post(address, data=form)
    assert answer.status_code == 422
    assert "Without both consents" in answer.text
    assert 'name="identity_checked" value="y" checked' in answer.text
    assert office.post(address, data=form | {"consents_given": "y"}).status_code == 303
    session.expire_all()
    assert gone.state == "active"


def test_a_child_without_a_guardian_is_reinstated_with_another(office, session):
    guardian, aunt = make_patient(), make_patient(name="Tante Rina")
    child = make_patient(guardian=guardian, birth_date=date(2020, 1, 2), state="suspended")
    perform(guardian, "close", by=guardian.user)
    session.commit()
    address = f"/admin/patient/{child.id}/reinstate"
    assert 'name="guardian"' in office.get(address).text
    form = {"version": str(child.version)}
    answer = office.post(address, data=form | {"guardian": str(guardian.id)})
    assert answer.status_code == 422
    assert 'id="e-guardian"' in answer.text
    assert office.post(address, data=form | {"guardian": str(aunt.id)}).status_code == 303
    session.expire_all()
    assert (child.state, child.guardian_id) == ("active", aunt.id)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else_takes_back_or_readmits(client, sign_in, session, two, role):
    gone, kept = two
    closed = make_patient()
    perform(closed, "close", by=closed.user)
    merging.merge(gone, kept, by=make_user(Role.ADMIN))
    session.commit()
    sign_in(client, role)
    for address in (f"/admin/patient/{gone.id}/unmerge", f"/admin/patient/{closed.id}/readmit"):
        assert client.get(address).status_code in (302, 403, 404)
        assert client.post(address, data={"reason": "x", "version": "1"}).status_code in (302, 403, 404)
    session.expire_all()
    assert (gone.merged_into_id, closed.state) == (kept.id, "closed")


# ---------------------------------------------------------------- the portal

@pytest.mark.parametrize("state", ["rejected", "suspended"])
def test_who_was_rejected_or_suspended_finds_the_way_to_close(client, sign_in, session, state):
    patient = make_patient(state=state)
    session.commit()
    sign_in(client, patient.user)
    assert 'href="/portal/close"' in client.get("/portal/").text
    assert client.get("/portal/close").status_code == 200
    assert client.post("/portal/close", data={"sure": "1"}).status_code == 303
    session.expire_all()
    assert (patient.state, patient.user.is_active) == ("closed", False)


# ---------------------------------------------------------------- what is found, and what is shown beside

def test_a_closed_record_and_the_new_registration_are_a_likely_pair(office, two, session):
    closed = make_patient(name="Rini Wati", birth_date=BORN, state="closed", medical_record_number="00777001")
    new = make_patient(name="rini wati ", birth_date=BORN, state="pending")
    session.commit()
    page = office.get("/admin/patient/duplicates").text
    assert f"/admin/patient/{new.id}/merge?with={closed.id}" in page
    assert "same name and birth date" in page
    compared = office.get(f"/admin/patient/{new.id}/merge?with={closed.id}").text
    assert f"/admin/patient/{closed.id}/readmit" in compared
    assert "is closed" in compared
    for record, other in ((closed, new), (new, closed)):
        assert other.name in office.get(f"/admin/patient/details/?id={record.id}").text


def test_one_nik_in_two_records_is_a_likely_pair_whatever_they_are_called(office, session):
    holder = make_patient(name="Dewi Anggraini", birth_date=BORN)
    claims = make_patient(name="D. Anggreini", birth_date=date(1991, 1, 1), state="pending")
    nik.keep(holder, "3171015705900001", confirmed=True)
    session.flush()
    assert not nik.keep(claims, "3171015705900001", confirmed=True)
    session.commit()
    page = office.get("/admin/patient/duplicates").text
    assert "same NIK" in page
    assert f"/admin/patient/{claims.id}/merge?with={holder.id}" in page


def test_same_name_and_telephone_is_a_likely_pair_though_one_birth_date_was_mistyped(office, session):
    one = make_patient(name="Budi Hartono", birth_date=BORN, phone="+6281234567890")
    two = make_patient(name="Budi Hartono", birth_date=date(1909, 5, 17), phone="+6281234567890")
    make_patient(name="Sri Hartono", birth_date=date(1992, 3, 3), phone="+6281234567890")  # the wife
    session.commit()
    found = [pair for pair in merging.pairs() if "Hartono" in pair.one.name]
    assert [(pair.one.id, pair.two.id) for pair in found] == [(one.id, two.id)]


def test_rejected_and_merged_records_are_no_pairs(office, session):
    make_patient(name="Rina Sari", birth_date=BORN, state="rejected")
    make_patient(name="Rina Sari", birth_date=BORN)
    session.commit()
    assert "Rina Sari" not in office.get("/admin/patient/duplicates").text


def test_the_page_counts_what_hangs_on_each_record(office, two, session):
    gone, kept = two
    for days in range(3):
        make_consultation(patient=gone, starts_at=clock.now() + timedelta(days=1 + days))
    make_patient(guardian=kept)
    session.commit()
    assert merging.papers(gone, kept) == [
        {"consultations": 3, "stays": 0, "dependants": 0, "files": 0},
        {"consultations": 0, "stays": 0, "dependants": 1, "files": 0}]
    assert "Profiles that this person keeps" in office.get(
        f"/admin/patient/{gone.id}/merge?with={kept.id}").text
