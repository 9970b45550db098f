"""Registration, the administrator's decision, the profile, closing; and what `flask verify` says of the
clinic."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from models import clock
from models.clinic import ConsentKind, Patient, Sex
from models.consultations import Consultation
from models.errors import NotAllowed, Refused
from models.operations.clinic.checks import booked_once, completed, log, orphans, patients, record_numbers
from models.operations.clinic.patients import register, register_account, register_dependant, update_profile
from models.operations.core.approvals import perform
from models.operations.core.checks import CHECKS
from models.operations.people import nik
from models.operations.people.nik import NikDoubt
from models.outbox import Outbox
from models.roles import Role
from tests.support.factories import make_consultation, make_patient, make_user, unique

BOTH = tuple(ConsentKind)


@pytest.fixture(autouse=True)
def _keys():
    before = nik._keys
    nik.configure({"NIK_KEY": "11" * 32, "NIK_INDEX_KEY": "22" * 32})
    yield
    nik._keys = before


def registered(**fields) -> Patient:
    return register(**{"name": "Siti Aminah", "email": f"{unique('siti')}@Example.org",
                       "password_hash": "hash", "birth_date": date(1990, 5, 17), "sex": Sex.FEMALE,
                       "consents": BOTH, **fields})


def test_registering_makes_account_patient_consents_and_mail_in_one(session):
    patient = registered(number="3171015705900001", phone="0812 3456 7890", height_cm="160.5")
    assert (patient.state, patient.medical_record_number) == ("pending", None)
    assert patient.user.roles == {Role.PATIENT}
    assert patient.user.email == patient.user.email.lower()
    assert (patient.phone, patient.height_cm) == ("+6281234567890", Decimal("160.5"))
    assert {consent.kind for consent in patient.consents} == set(BOTH)
    assert [event.transition for event in patient.events] == ["create"]
    mail = session.scalars(sa.select(Outbox)).one()
    assert (mail.to_address, mail.template, mail.sent) == (patient.user.email, "registration_received", False)


@pytest.mark.parametrize(("fields", "field"), [
    ({"email": "nobody"}, "email"), ({"name": " "}, "name"), ({"phone": "12"}, "phone"),
    ({"phone": "0812 3456 ABCD"}, "phone"),
    ({"birth_date": date(2999, 1, 1)}, "birth_date"), ({"number": "123"}, "nik"),
    ({"height_cm": "9000"}, "height_cm"),
    ({"weight_kg": "6,5"}, "weight_kg"), ({"consents": (ConsentKind.PRIVACY,)}, "consent_telemedicine"),
    ({"medical_record_number": "1"}, "medical_record_number"), ({"state": "active"}, "state")])
def test_what_is_wrong_is_said_at_its_field(session, fields, field):
    with pytest.raises(Refused) as error, session.begin_nested():
        registered(**fields)
    assert error.value.field == field


def test_one_account_per_address_and_one_registration_per_account(session):
    first = registered(email="siti@example.org")
    with pytest.raises(Refused, match="already an account"):
        registered(email="SITI@example.org")
    with pytest.raises(Refused, match="already has"):
        register_account(first.user, birth_date=date(1990, 5, 17), sex=Sex.FEMALE, consents=BOTH)


def test_approval_gives_gapless_record_numbers_and_tells(session):
    admin = make_user(Role.ADMIN)
    given = []
    for _ in range(3):
        patient = registered()
        perform(patient, "approve", by=admin)
        given.append(patient.medical_record_number)
    assert given == ["00000001", "00000002", "00000003"]
    assert (
        session.scalars(sa.select(Outbox.template).order_by(Outbox.id.desc())).first()
        == "registration_approved"
    )
    assert patients(session) is record_numbers(session) is None


def test_a_refused_patient_is_told_why_and_can_be_reinstated(session):
    admin, patient = make_user(Role.ADMIN), registered()
    with pytest.raises(Refused, match="reason"):
        perform(patient, "reject", by=admin)
    perform(patient, "reject", by=admin, reason="The NIK is somebody else's")
    assert (patient.state, patient.decided_reason) == ("rejected", "The NIK is somebody else's")
    perform(patient, "reinstate", by=admin)
    assert (patient.state, patient.medical_record_number) == ("active", "00000001")


def test_nobody_decides_on_the_own_registration(session):
    admin = make_user(Role.ADMIN)
    patient = register_account(admin, birth_date=date(1990, 5, 17), sex=Sex.FEMALE, consents=BOTH)
    with pytest.raises(Refused, match="your own"):
        perform(patient, "approve", by=admin)


def test_a_guardian_keeps_a_child(session):
    admin, guardian = make_user(Role.ADMIN), registered()
    child = register_dependant(guardian, by=guardian.user, name="Budi", birth_date=date(2020, 1, 2),
                               sex=Sex.MALE,
                               consents=BOTH)
    assert child.consents[0].given_by_id == guardian.user_id
    with pytest.raises(NotAllowed):
        register_dependant(guardian, by=admin, name="Budi", birth_date=date(2020, 1, 2), sex=Sex.MALE,
                           consents=BOTH)
    with pytest.raises(Refused, match="guardian's"):
        perform(child, "approve", by=admin)
    perform(guardian, "approve", by=admin)
    perform(child, "approve", by=admin)
    with pytest.raises(Refused, match="dependants"):
        perform(guardian, "close", by=guardian.user)


def test_closing_withdraws_consents_and_cancels_what_is_open(session):
    patient = registered()
    perform(patient, "approve", by=make_user(Role.ADMIN))
    consultation = make_consultation(patient=patient)
    with pytest.raises(Refused, match="somebody else"):
        perform(patient, "close", by=make_patient().user)
    perform(patient, "close", by=patient.user)
    assert all(consent.withdrawn_at for consent in patient.consents)
    assert (consultation.state, patient.user.is_active) == ("cancelled", False)


def test_a_profile_is_written_by_its_owner_and_the_nik_only_once(session):
    patient = registered()
    update_profile(patient, {"weight_kg": "55.5", "address": " Jalan Melati 1 "}, by=patient.user,
                   number="3171015705900001")
    assert (patient.weight_kg, patient.address) == (Decimal("55.5"), "Jalan Melati 1")
    with pytest.raises(Refused, match="already recorded"):
        update_profile(patient, {}, by=patient.user, number="3171015705900002")
    with pytest.raises(NikDoubt):
        update_profile(patient, {}, by=make_user(Role.ADMIN), number="3171011705900003")
    update_profile(patient, {}, by=make_user(Role.ADMIN), number="3171015705900002")
    assert nik.of(patient) == "3171015705900002"
    with pytest.raises(NotAllowed):
        update_profile(patient, {"address": "x"}, by=make_patient().user)
    with pytest.raises(Refused):
        update_profile(patient, {"user_id": 1}, by=patient.user)


# ---------------------------------------------------------------- flask verify

def test_the_checks_are_registered_and_pass_on_an_honest_clinic(session):
    make_consultation()
    session.commit()
    assert {check for _, check in CHECKS} >= {log, booked_once, completed, patients, record_numbers,
                                              orphans}
    assert log(session) is booked_once(session) is completed(session) is orphans(session) is None


def test_each_check_names_what_is_wrong(session):
    make_consultation()
    assert patients(session) is record_numbers(session) is None
    make_patient(medical_record_number="00000007")
    assert record_numbers(session) == "00000007"
    lost = make_patient(medical_record_number=None)
    assert patients(session).id == lost.id
    make_consultation(state="completed", starts_at=clock.now() + timedelta(days=9))
    assert completed(session) is not None
    assert session.scalar(sa.select(sa.func.count()).select_from(Consultation)) == 2
