"""Questions before a consultation: asked as data, danger signs call for 119 first, the doctor reads the
answers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.consultations import Consultation, ConsultationState, Triage
from models.operations.clinic import consultations, triage
from models.operations.clinic.slots import next_free
from tests.support import factories


@pytest.fixture
def form(session, client, sign_in):
    patient = factories.make_patient()
    doctor = factories.make_doctor(specialization=factories.make_specialization(code="Sp.JP"))
    sign_in(client, patient.user)
    client.set_cookie("language", "en")
    slot = next_free(doctor, patient=patient)[0]
    return {"patient": patient.id, "complaint": "Nyeri dada", "doctor": doctor.id, "onset": "days",
            "severity": "4", "starts_at": slot.starts_at.isoformat(), "consent_record": "1", "consent": "1"}


def step(client, data, name, **more):
    return client.post("/portal/consultations/new",
                       data={**data, "step": name, "go": "next", "shown": "1", **more})


def test_every_answer_is_known_and_every_danger_too():
    assert len(triage.BY_KEY) == len(triage.QUESTIONS)
    for question in triage.QUESTIONS:
        assert set(question.danger) | set(question.soon) <= set(question.answers)
    assert {each.key for each in triage.common()} == {"onset", "severity", "fever", "breath", "chest",
                                                      "faint"}
    assert "rest_pain" in {each.key for each in triage.specific("Sp.JP")}
    assert triage.specific("Sp.XY") == []


def test_since_when_and_how_bad_are_asked(client, form):
    answer = step(client, {**form, "onset": "", "severity": "99"}, "complaint")
    assert answer.status_code == 422
    for field in ("onset", "severity"):
        assert f'id="{field}-err"' in answer.text


def test_a_danger_sign_stops_until_it_is_confirmed(client, form):
    stopped = step(client, form, "complaint", chest="1")
    assert stopped.status_code == 422
    assert 'href="tel:119"' in stopped.text
    assert "call-now shown" in stopped.text
    on = step(client, form, "complaint", chest="1", danger_ok_complaint="1")
    assert on.status_code == 200
    assert 'name="danger_ok_complaint" value="1"' in on.text
    assert db.session.scalar(sa.select(Consultation)) is None


def test_the_doctors_own_questions_stop_too(client, form):
    page = step(client, form, "schedule")
    assert 'name="rest_pain"' in page.text
    assert 'name="blood_cough"' not in page.text
    stopped = step(client, form, "files", rest_pain="1")
    assert stopped.status_code == 422
    # what was confirmed before is another step's
    assert step(client, form, "files", rest_pain="1", danger_ok_complaint="1").status_code == 422
    assert step(client, form, "files", rest_pain="1", danger_ok_files="1").status_code == 200
    assert step(client, form, "consent", rest_pain="1").status_code == 422


def test_answers_are_kept_and_the_doctor_reads_them(client, form, app, sign_in):
    sent = step(client, form, "consent", fever="high", smokes="1", rest_pain="1", danger_ok_files="1")
    assert sent.status_code == 303
    found = db.session.scalar(sa.select(Consultation))
    assert found.triage == Triage.URGENT
    assert {each.question: each.answer for each in found.triage_answers} == {
        "onset": "days", "severity": "4", "fever": "high", "smokes": "1", "rest_pain": "1"}
    assert [each.question for each in found.triage_answers if each.is_danger] == ["rest_pain"]
    assert "Above 38.5" in client.get(sent.location).text
    found.approved_at = clock.now()
    db.session.execute(sa.text("UPDATE consultation SET state = :state").bindparams(
        state=ConsultationState.APPROVED.value))
    doctor = app.test_client()
    doctor.set_cookie("language", "en")
    sign_in(doctor, found.doctor.user)
    page = doctor.get(f"/admin/consultation/details/?id={found.id}").text
    assert "Pressure in the chest at rest" in page
    assert "Above 38.5" in page


@pytest.mark.parametrize(("answers", "level"), [
    ({}, Triage.ROUTINE), ({"severity": "6"}, Triage.ROUTINE), ({"severity": "7"}, Triage.SOON),
    ({"fever": "high"}, Triage.SOON), ({"breath": "1", "severity": "0"}, Triage.URGENT)])
def test_how_urgent_follows_from_the_answers(answers, level):
    assert triage.level(answers) == level


def test_a_moved_request_keeps_its_answers(session):
    consultation = factories.make_consultation()
    triage.keep(consultation, {"onset": "weeks", "breath": "1"})
    slot = next_free(consultation.doctor, after=consultation.ends_at)[0]
    moved = consultations.reschedule(consultation, slot.starts_at, by=consultation.patient.user)
    assert {each.question: each.is_danger for each in moved.triage_answers} == {"onset": False,
                                                                                "breath": True}
