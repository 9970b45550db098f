"""Every page of the portal opens, for those who may, small and with a fixed number of statements."""

from __future__ import annotations

import gzip

import pytest

from models.consultations import ConsultationState
from models.roles import Role
from tests.support import factories

PUBLIC = ("/register", "/portal/register", "/portal/doctors", "/portal/specializations", "/portal/facilities")
OWN = ("/portal/", "/portal/profile", "/portal/profile/edit", "/portal/consultations",
       "/portal/consultations/new", "/portal/waiting", "/portal/papers")


@pytest.mark.parametrize("path", PUBLIC)
def test_open_to_everybody(client, session, path):
    factories.make_doctor()
    answer = client.get(path)
    assert answer.status_code == 200
    assert "119" in answer.text


@pytest.mark.parametrize("path", OWN)
def test_own_pages_ask_for_sign_in_and_role(client, sign_in, session, path):
    assert client.get(path).headers["Location"].startswith("/login")
    sign_in(client, Role.STORE_HEAD)
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", OWN)
def test_own_pages_open(client, sign_in, session, path):
    patient = factories.make_patient()
    factories.make_consultation(patient=patient)
    sign_in(client, patient.user)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "119" in answer.text
    assert len(gzip.compress(answer.data)) <= 30_000


@pytest.mark.parametrize("state", list(ConsultationState))
def test_consultation_in_every_state(client, sign_in, session, state):
    consultation = factories.make_consultation(state=state)
    sign_in(client, consultation.patient.user)
    answer = client.get(f"/portal/consultations/{consultation.id}")
    assert answer.status_code == 200
    assert consultation.complaint in answer.text
    assert "119" in answer.text
