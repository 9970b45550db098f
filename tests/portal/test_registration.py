"""Registration in the portal: signed in at once, refused at the fields, and addresses cannot be tried out."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from models.base import db
from models.clinic import ConsentKind, Patient, PatientState
from models.errors import Refused
from models.operations.clinic import patients
from models.organisation import Setting
from models.outbox import Outbox
from models.people import AccountStatus, User
from models.roles import Role
from portal import registration
from portal.web import passwords
from portal.web.guessing import password_guesses
from portal.web.throttle import Throttle
from tests.support import factories

FORM = {"name": "Siti Aminah", "email": "Siti@Example.org", "password": "melati putih 12",
        "birth_date": "1991-08-14", "sex": "female", "consent_privacy": "2026-1",
        "consent_telemedicine": "2026-1"}


@pytest.fixture(autouse=True)
def _uncounted(app):
    yield
    registration.tries.forget("127.0.0.1")


@pytest.mark.parametrize("path", ["/register", "/portal/register"])
def test_registers_and_signs_in(client, session, path):
    answer = client.post(path, data=FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/register/done")
    assert client.get("/register/done").status_code == 200
    assert client.get("/portal/").status_code == 302
    client.post("/login", data={"email": FORM["email"], "password": FORM["password"]})
    home = client.get("/portal/")
    assert home.status_code == 200
    assert "Siti Aminah" in home.text
    patient = db.session.scalar(sa.select(Patient).where(Patient.name == "Siti Aminah"))
    assert patient.state == PatientState.PENDING
    assert patient.user.email == "siti@example.org"
    assert patient.user.password_hash.startswith("$argon2id$")
    assert patient.user.roles == {Role.PATIENT}
    assert {(each.kind, each.text_version) for each in patient.consents} == {
        (ConsentKind.PRIVACY, "2026-1"), (ConsentKind.TELEMEDICINE, "2026-1")}
    assert client.get("/portal/profile/edit").status_code == 200


@pytest.mark.parametrize(("field", "value"), [
    ("name", ""), ("name", "x"), ("name", "a" * 201), ("email", "nobody"), ("email", ""),
    ("password", "short"),
    ("password", "p" * 201), ("password", "siti@example.org"), ("birth_date", "2999-01-01"),
    ("birth_date", "31/12/1990"), ("birth_date", "0001-01-01"), ("sex", "other"), ("sex", ""),
    ("consent_privacy", ""), ("consent_telemedicine", "")])
def test_wrong_input_is_told_at_the_field(client, session, field, value):
    answer = client.post("/register", data=FORM | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-err"' in answer.text
    assert 'id="form-errors"' in answer.text
    if field != "name":
        assert 'value="Siti Aminah"' in answer.text
    assert FORM["password"] not in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Patient)) == 0


def answers(client, email: str) -> tuple:
    """All that a browser sees of registering with the address."""
    first = client.post("/register", data=FORM | {"email": email})
    page = client.get(first.location)
    said = re.sub(r'(nonce|value)="[^"]*"', "", page.text)  # what is random in every page
    return (first.status_code, first.location, first.data, page.status_code, said,
            client.get("/portal/").status_code)


@pytest.mark.parametrize("known", ["a patient", "staff", "a closed account", "the same password"])
def test_the_answer_is_the_same_whatever_there_is_of_the_address(app, session, known):
    status = AccountStatus.INACTIVE if known == "a closed account" else AccountStatus.ACTIVE
    role = Role.STORE_HEAD if known == "staff" else Role.PATIENT
    password = FORM["password"] if known == "the same password" else "another one 99"
    owner = factories.make_user(role, status=status, password_hash=passwords.hashed(password))
    session.commit()
    people = db.session.scalar(sa.select(sa.func.count()).select_from(User))
    assert answers(app.test_client(), owner.email.upper()) == answers(app.test_client(), "nobody@example.org")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == people + 1
    mail = db.session.scalar(sa.select(Outbox).where(Outbox.user_id == owner.id))
    assert mail.template == ("registration_repeated_closed" if known == "a closed account"
                             else "registration_repeated")
    assert (mail.to_address, owner.name) == (owner.email, owner.name)


def test_both_take_the_same_work(client, session, monkeypatch):
    """One costly hash for a known address as for a new one."""
    made = []
    monkeypatch.setattr(passwords, "hashed", lambda password: made.append(password) or "hash")
    known = factories.make_user(Role.PATIENT)
    for email in (known.email, "nobody@example.org"):
        client.post("/register", data=FORM | {"email": email})
        assert made == [FORM["password"]]
        made.clear()


@pytest.mark.parametrize("is_known", [True, False])
def test_known_addresses_cannot_be_tried_out_and_the_owner_gets_one_mail_a_day(client, session, app,
                                                                               is_known):
    app.config["RATELIMIT_ENABLED"] = True
    email = factories.make_user(Role.PATIENT).email if is_known else "nobody@example.org"
    limit = password_guesses.of_account.limit
    codes = [client.post("/register", data=FORM | {"email": email}).status_code for _ in range(limit + 1)]
    assert codes == [303] * limit + [429]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outbox).where(
        Outbox.template == "registration_repeated")) == 1


def test_who_registers_twice_is_there_once(app, session):
    """The first answer was lost on a slow line, or the button was pressed twice."""
    assert [app.test_client().post("/register", data=FORM).status_code for _ in "12"] == [303, 303]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Patient)) == 1


def test_registering_tries_no_more_passwords_than_signing_in(client, session, app):
    app.config["RATELIMIT_ENABLED"] = True
    known = factories.make_user(Role.PATIENT, password_hash=passwords.hashed(FORM["password"]))
    for _ in range(password_guesses.of_account.limit):
        password_guesses.of_account.take(known.email.lower())
    assert client.post("/register", data=FORM | {"email": known.email}).status_code == 429


@pytest.fixture
def counted(app):
    """Tries are counted; the house lets three register from one address."""
    app.config["RATELIMIT_ENABLED"] = True
    factories.saved(Setting(key="registration.per_address", value="3"))
    three = Throttle(registration.tries.name, limit=3, window=registration.tries.window)
    yield
    three.forget("127.0.0.1")


def codes(client, count: int, **fields: str) -> list[int]:
    return [client.post("/register", data=FORM | {"email": f"warga{number}@example.org"} | fields).status_code
            for number in range(count)]


def test_the_house_says_how_many_register_from_one_address(client, session, counted):
    assert codes(client, 4) == [303, 303, 303, 429]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Patient)) == 3


def test_any_number_registers_from_an_address_that_the_house_knows(client, session, counted):
    factories.saved(Setting(key="registration.known_addresses", value="10.1.0.0/16, 127.0.0.0/8"))
    assert codes(client, 5) == [303] * 5


def test_another_network_than_the_known_one_is_counted(client, session, counted):
    factories.saved(Setting(key="registration.known_addresses", value="10.1.0.0/16"))
    assert codes(client, 4)[-1] == 429


def test_a_wrongly_filled_form_is_no_try(client, session, counted):
    assert codes(client, 5, birth_date="2999-01-01") == [422] * 5
    assert codes(client, 4) == [303, 303, 303, 429]


def test_extra_fields_change_nothing(client, session):
    client.post("/register", data=FORM | {"state": "active", "medical_record_number": "1", "role": "admin",
                                          "guardian_id": "1", "nik": "3273015408910004"})
    patient = db.session.scalar(sa.select(Patient).where(Patient.name == "Siti Aminah"))
    assert (patient.state, patient.medical_record_number, patient.nik) == (PatientState.PENDING, None, None)
    assert patient.user.roles == {Role.PATIENT}


@pytest.mark.parametrize("field", sorted(FORM))
@pytest.mark.parametrize("value",
                         ["\0", "a\0b", "\ud800".encode("utf-8", "surrogatepass"), "9" * 5000, "½²３"])
def test_garbage_is_no_error_of_ours(client, session, field, value):
    assert client.post("/register", data=FORM | {field: value}).status_code in (303, 422)


def test_signed_in_person_goes_home(client, sign_in, session):
    sign_in(client, Role.PATIENT)
    assert client.get("/register").headers["Location"] == "/portal/"


def test_a_refusal_without_a_field_of_the_form_is_told_all_the_same(client, session, monkeypatch):
    def refuses(**_values):
        raise Refused("The register is being moved today.", field="region_code")

    monkeypatch.setattr(patients, "register", refuses)
    answer = client.post("/register", data=FORM)
    assert answer.status_code == 422
    assert "The register is being moved today." in answer.text
    assert FORM["email"] in answer.text
