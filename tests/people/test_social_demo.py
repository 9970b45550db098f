"""Google and Facebook in the demonstration: both buttons lead to a page of our own that says what it is."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models.accounts import AccountIdentity
from models.base import db
from models.clinic import Patient
from models.roles import Role
from tests.support import factories

PERSON = {"name": "Sari Wulandari", "birth_date": "1991-08-14", "sex": "female", "consent_privacy": "2026-1",
          "consent_telemedicine": "2026-1", "email": "sari.wulandari@contoh.example"}


@pytest.fixture
def visitor(client: Any, session: Any) -> Any:
    client.set_cookie("language", "en")
    return client


@pytest.mark.parametrize("path", ["/login", "/register"])
@pytest.mark.parametrize("key", ["google", "facebook"])
def test_both_buttons_are_there_and_say_what_they_lead_to(visitor: Any, path: str, key: str) -> None:
    assert f'href="/login/{key}' in visitor.get(path).text
    page = visitor.get(f"/login/{key}", follow_redirects=True)
    assert page.status_code == 200
    assert "made-up person" in page.text
    assert "Sari Wulandari" in page.text


@pytest.mark.parametrize("key", ["google", "facebook"])
def test_a_newcomer_registers_and_comes_back_without_a_password(
        visitor: Any, app: Any, key: str) -> None:
    answer = visitor.post(f"/login/{key}/demo", data={"who": "sari"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login/new")
    assert "Sari Wulandari" in visitor.get("/login/new").text
    assert visitor.post("/login/new", data=PERSON).status_code == 303
    patient = db.session.scalars(sa.select(Patient)).one()
    assert patient.user is not None
    assert (patient.user.email_confirmed_at is not None) == (key == "google")
    again = app.test_client()
    assert again.post(f"/login/{key}/demo", data={"who": "sari"}).headers["Location"] == "/portal/"
    assert again.get("/portal/").status_code == 200


def test_a_demo_patient_is_asked_for_the_password_once(visitor: Any) -> None:
    user = factories.make_user(Role.PATIENT, is_demo=True, email="ratna@demo.rawat")
    factories.make_patient(user=user)
    db.session.commit()
    answer = visitor.post("/login/google/demo", data={"who": f"user-{user.id}"})
    assert answer.headers["Location"] == "/login/link"
    assert db.session.scalar(sa.select(AccountIdentity.id)) is None


def test_nobody_of_the_list_is_told_at_the_field(visitor: Any) -> None:
    for who in ("", "nobody", "user-1"):
        answer = visitor.post("/login/google/demo", data={"who": who})
        assert answer.status_code == 422
        assert 'id="who-err"' in answer.text


def test_outside_of_the_demonstration_it_does_not_exist(visitor: Any, app: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "RAWAT_ENV", "production")
    assert visitor.get("/login/google/demo").status_code == 404
    assert visitor.post("/login/google/demo", data={"who": "sari"}).status_code == 404
    assert visitor.get("/login/google").status_code == 404


def test_with_keys_the_real_one_is_meant(visitor: Any, app: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "GOOGLE_CLIENT_ID", "id")
    monkeypatch.setitem(app.config, "GOOGLE_CLIENT_SECRET", "secret")
    assert visitor.get("/login/google/demo").status_code == 404
    assert visitor.get("/login/facebook/demo").status_code == 200
