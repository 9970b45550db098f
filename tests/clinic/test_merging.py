"""Two records of one person become one: everything that hangs on a patient moves, nothing is lost or
deleted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from models import clock
from models.activity import ActivityLog
from models.base import db
from models.beds import Stay
from models.clinic import Patient, Payer, Sex
from models.consultations import Consultation
from models.errors import NotAllowed, Refused
from models.operations.clinic import merging, prescriptions
from models.operations.core import checks
from models.operations.people import nik
from models.outbox import Outbox
from models.people import AccountStatus
from models.roles import Role
from tests.clinic.test_prescriptions import medicine, take
from tests.support.factories import make_consultation, make_doctor, make_patient, make_user

BORN = date(1990, 5, 17)


@pytest.fixture
def two(session):
    """The record that goes and the one that stays."""
    kept = make_patient(name="Siti Aminah", birth_date=BORN, phone="+628111")
    gone = make_patient(name=" siti aminah", birth_date=BORN, phone="+628111", address="Jl. Melati 1",
                        height_cm=160)
    return gone, kept


@pytest.fixture
def admin(session):
    return make_user(Role.ADMIN)


def keys_to_patients():
    found = set()
    for table in db.metadata.tables.values():
        for column in table.columns:
            if any(key.column.table.name == "patient" and key.column.name == "id"
                   for key in column.foreign_keys):
                found.add((table.name, column.name))
    return found


def test_every_foreign_key_to_a_patient_is_dealt_with():
    """A new table that names a patient must say here what becomes of its rows."""
    assert keys_to_patients() == set(merging.KEYS)
    assert {table.name for table in db.metadata.tables.values() if "patient_id" in table.columns
            and (table.name, "patient_id") not in merging.KEYS} == set()
    assert set(merging.KEYS.values()) <= {"moves", "stays"}


def test_what_hangs_on_the_patient_moves(session, two, admin):
    gone, kept = two
    doctor = make_doctor()
    open_one = make_consultation(patient=gone, doctor=doctor)
    past = make_consultation(patient=gone, doctor=doctor, state="completed",
                             starts_at=clock.now() - timedelta(days=9))
    own = make_consultation(patient=kept, starts_at=clock.now() + timedelta(days=9))
    child = make_patient(guardian=gone, birth_date=date(2020, 1, 1))
    moved = merging.merge(gone, kept, by=admin)
    session.commit()
    session.expire_all()
    assert moved == {"consultation": 2, "patient": 1}
    assert {each.patient_id for each in (open_one, past, own)} == {kept.id}
    assert child.guardian_id == kept.id
    assert [bad for name, bad in checks.verify(session) if bad is not None and name.startswith(
        ("patients", "consultations: no doctor"))] == []


def test_a_stay_moves_too(session, two, admin):
    from tests.support.grid import row_of
    gone, kept = two
    stay = row_of(Stay)
    stay.patient_id = gone.id
    session.flush()
    assert merging.merge(gone, kept, by=admin)["stay"] == 1
    session.expire_all()
    assert stay.patient_id == kept.id


def test_the_record_that_goes_is_closed_and_points(session, two, admin):
    gone, kept = two
    merging.merge(gone, kept, by=admin)
    session.commit()
    session.expire_all()
    assert (gone.state, gone.merged_into_id) == ("closed", kept.id)
    assert gone.user.status == AccountStatus.INACTIVE
    assert kept.user.status == AccountStatus.ACTIVE
    assert all(consent.withdrawn_at for consent in gone.consents)
    assert not any(consent.withdrawn_at for consent in kept.consents)
    assert (kept.address, kept.height_cm) == ("Jl. Melati 1", 160)
    mails = session.scalars(sa.select(Outbox.template).where(Outbox.user_id == gone.user_id)).all()
    assert mails == ["registration_merged"]
    said = session.scalars(sa.select(ActivityLog.properties).where(
        ActivityLog.table_name == "patient", ActivityLog.changed_id == str(kept.id))).all()
    assert any(properties.get("merged", {}).get("patient") == gone.id for properties in said)


def test_the_nik_moves_and_is_found_again(session, two, admin):
    gone, kept = two
    nik.keep(gone, "3171015705900001", confirmed=True)
    session.flush()
    masked = nik.masked_of(gone)
    merging.merge(gone, kept, by=admin)
    assert nik.masked_of(kept) == masked
    assert (gone.nik, gone.nik_index) == (None, None)
    assert kept.nik_index == nik.index(nik.check("3171015705900001"))


def test_both_with_a_consultation_at_the_same_time_are_refused(session, two, admin):
    gone, kept = two
    make_consultation(patient=gone, doctor=make_doctor(), number="KON/2026/900003")
    make_consultation(patient=kept, doctor=make_doctor())
    with pytest.raises(Refused, match="KON/2026/900003"):
        merging.merge(gone, kept, by=admin)
    session.rollback()


@pytest.mark.parametrize("change", [
    {"sex": Sex.MALE}, {"birth_date": date(1991, 1, 1)}, {"state": "rejected"}, {"state": "closed"}])
def test_what_is_not_one_person_or_not_open_is_refused(session, two, admin, change):
    gone, kept = two
    other = make_patient(name=gone.name, **{"birth_date": BORN, **change})
    with pytest.raises(Refused):
        merging.merge(other, kept, by=admin)


def test_different_niks_guardian_and_child_and_itself_are_refused(session, two, admin):
    gone, kept = two
    nik.keep(gone, "3171015705900001", confirmed=True)
    nik.keep(kept, "3171015705900002", confirmed=True)
    session.flush()
    child = make_patient(name=kept.name, birth_date=BORN, guardian=kept)
    for one in (gone, child, kept):
        with pytest.raises(Refused):
            merging.merge(one, kept, by=admin)


def test_only_an_administrator_merges_and_never_the_own_record(session, two):
    gone, kept = two
    kept.user.user_roles.append(type(make_user(Role.ADMIN).user_roles[0])(role=Role.ADMIN))
    session.flush()
    for somebody in (make_user(Role.DOCTOR), kept.user):
        with pytest.raises(NotAllowed):
            merging.merge(gone, kept, by=somebody)


def test_likely_duplicates_are_found(session, two):
    gone, kept = two
    make_patient(name="Siti Aminah", birth_date=date(1991, 1, 1))
    phone = make_patient(name="S. Aminah", birth_date=BORN, phone="+628111")
    closed = make_patient(name="Siti Aminah", birth_date=BORN, state="closed")
    assert [each.patient.id for each in merging.like(gone)] == [kept.id, phone.id, closed.id]
    assert [len(each.reasons) for each in merging.like(gone)] == [3, 1, 1]
    assert (kept, gone) in [(pair.one, pair.two) for pair in merging.pairs()]
    assert len(merging.pairs()) == 5  # the closed one with each of the two, the telephone with each


# ---------------------------------------------------------------- the pages

def test_an_administrator_compares_and_merges(client, sign_in, session, two):
    gone, kept = two
    session.commit()
    sign_in(client, Role.ADMIN)
    assert f"/admin/patient/{gone.id}/merge?with={kept.id}" in client.get(
        f"/admin/patient/details/?id={gone.id}").get_data(as_text=True)
    assert f"/admin/patient/{gone.id}/merge?with={kept.id}" in client.get(
        "/admin/patient/duplicates"
    ).get_data(as_text=True)
    page = client.get(f"/admin/patient/{gone.id}/merge?with={kept.id}")
    assert page.status_code == 200
    assert "Jl. Melati 1" in page.get_data(as_text=True)
    answer = client.post(f"/admin/patient/{gone.id}/merge", data={"with": str(kept.id)})
    assert (answer.status_code, answer.location) == (303, f"/admin/patient/details/?id={kept.id}")
    assert client.post(f"/admin/patient/{gone.id}/merge", data={"with": str(kept.id)}).status_code == 422
    pointed = client.get(f"/admin/patient/details/?id={gone.id}").get_data(as_text=True)
    assert kept.medical_record_number in pointed


@pytest.mark.parametrize("other", ["", "0", "x", "9" * 30])
def test_another_record_that_is_none_is_not_found(client, sign_in, session, two, other):
    gone, _kept = two
    session.commit()
    sign_in(client, Role.ADMIN)
    assert client.get(f"/admin/patient/{gone.id}/merge?with={other}").status_code == 404
    assert client.post(f"/admin/patient/{gone.id}/merge", data={"with": other}).status_code == 404
    assert client.post(f"/admin/patient/{gone.id}/merge", data={"with": str(gone.id)}).status_code == 404


def test_a_doctor_neither_compares_nor_merges(client, sign_in, session, two):
    gone, kept = two
    doctor = make_doctor()
    for patient in two:
        make_consultation(patient=patient, doctor=doctor, approved_at=clock.now(), state="approved",
                          starts_at=clock.now() + timedelta(days=1 + patient.id))
    session.commit()
    sign_in(client, doctor.user)
    assert client.get("/admin/patient/duplicates").status_code == 403
    assert client.get(f"/admin/patient/{gone.id}/merge?with={kept.id}").status_code == 403
    assert client.post(f"/admin/patient/{gone.id}/merge", data={"with": str(kept.id)}).status_code == 403
    assert session.get(Patient, gone.id).merged_into_id is None
    assert {each.patient_id for each in session.scalars(sa.select(Consultation))} == {gone.id, kept.id}


# ---------------------------------------------------------------- nothing clinical is lost

@pytest.mark.parametrize(("kept_says", "gone_says", "joined"), [
    (None, "Amoksisilin, udang", "Amoksisilin, udang"), ("Udang", None, "Udang"), (None, None, None),
    ("Udang; debu", "amoksisilin,  UDANG", "Udang, debu, amoksisilin"), ("Latex", "latex", "Latex")])
def test_allergies_of_both_are_joined(two, admin, kept_says, gone_says, joined):
    gone, kept = two
    kept.allergies, gone.allergies = kept_says, gone_says
    merging.merge(gone, kept, by=admin)
    assert kept.allergies == joined
    assert gone.allergies == gone_says  # the record that goes keeps what was written in it


def test_after_a_merge_the_medicine_asks_for_a_reason(two, admin):
    """The finding, played to its end: the allergy stood in the record that went."""
    gone, kept = two
    gone.allergies = "Amoksisilin, udang"
    visit = make_consultation(patient=kept, state="in_progress", approved_at=clock.now())
    merging.merge(gone, kept, by=admin)
    drug = medicine("Amoksisilin kapsul 500 mg")
    with pytest.raises(Refused, match="Amoksisilin") as told:
        prescriptions.prescribe(visit, [take(drug, 15)], by=visit.doctor.user)
    assert told.value.field == "allergy_reason"


def test_the_payer_is_taken_as_a_whole_or_not_at_all(two, admin):
    gone, kept = two
    gone.payer, gone.payer_name, gone.payer_number = Payer.INSURANCE, "Sehat Sentosa", "SS-1"
    merging.merge(gone, kept, by=admin)
    assert (kept.payer, kept.payer_name, kept.payer_number) == (Payer.INSURANCE, "Sehat Sentosa", "SS-1")


def test_a_payer_is_never_mixed_of_two(two, admin):
    gone, kept = two
    kept.payer, kept.payer_number = Payer.BPJS, "0001234567890"
    gone.payer, gone.payer_name, gone.payer_number = Payer.INSURANCE, "Sehat Sentosa", "SS-1"
    merging.merge(gone, kept, by=admin)
    assert (kept.payer, kept.payer_name, kept.payer_number) == (Payer.BPJS, None, "0001234567890")


def test_the_page_tells_how_many_allergies_will_be_joined_and_not_which(client, sign_in, two):
    gone, kept = two
    gone.allergies, kept.allergies = "Amoksisilin, udang", "Latex"
    sign_in(client, Role.ADMIN)
    client.set_cookie("language", "en")
    page = client.get(f"/admin/patient/{gone.id}/merge?with={kept.id}").text
    assert "2 entries" in page
    assert "1 entry" in page
    for word in ("Amoksisilin", "udang", "Latex"):
        assert word not in page
