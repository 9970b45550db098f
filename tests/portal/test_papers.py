"""Papers as PDF: the owner's alone, verified by a code that tells nothing clinical; history; what updates
itself."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from models import clock
from models.base import db
from models.clinic import Patient, Relation
from models.consultations import Consultation, ConsultationState
from models.documents import DocumentNumber
from models.operations.clinic.clinical import add_diagnosis, write_note
from models.operations.clinic.prescriptions import Medicine, prescribe
from models.operations.core.approvals import opened, perform
from models.prescriptions import Letter, LetterKind, PrescriptionState
from models.roles import Role
from tests.support import factories


@pytest.fixture
def visit(session, client, sign_in) -> Consultation:
    """A completed consultation with note, diagnosis and both letters; its patient is signed in."""
    patient = factories.make_patient(name="Ratna Lestari", address="Jl. Melati 3")
    found = factories.make_consultation(patient=patient, state=ConsultationState.IN_PROGRESS,
                                        starts_at=clock.now() - timedelta(minutes=10),
                                        complaint="Batuk berdahak")
    opened(found, by=patient.user)
    by = found.doctor.user
    write_note(found, by=by, subjective="Batuk", objective="Suara napas bersih",
               assessment="Infeksi saluran napas",
               plan="Istirahat dan minum")
    add_diagnosis(found, "J06.9", by=by)
    for kind, code, given in (
            (LetterKind.SICK, "sick-code",
             {"sick_from": clock.today(), "sick_until": clock.today() + timedelta(2)}),
            (LetterKind.REFERRAL, "referral-code",
             {"referred_to": "RSUP Persahabatan", "body": "Mohon foto toraks."})):
        factories.saved(Letter(consultation_id=found.id, kind=kind, verify_code=code, author_id=by.id,
                               **given))
    item = factories.make_item(name="Parasetamol tablet 500 mg", batch_tracked=True)
    item.category.is_medicine = True
    rx = prescribe(found, [Medicine(factories.unit_of(item, None), Decimal(10), dose="1 tablet",
                                    frequency="3 x sehari")], by=by)
    perform(rx, "issue", by=by)
    perform(found, "complete", by=by)
    session.commit()
    session.expire_all()
    sign_in(client, patient.user)
    client.set_cookie("language", "en")
    return found


def text_of(answer) -> str:
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200, "application/pdf", "no-store")
    return " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).split())


def letters(visit: Consultation) -> dict[LetterKind, Letter]:
    return {each.kind: each for each in db.session.scalars(sa.select(Letter).where(
        Letter.consultation_id == visit.id))}


def test_the_summary_says_what_was_found(client, visit):
    code = db.session.scalar(sa.select(DocumentNumber.verify_code).where(DocumentNumber.document_id
                                                                         == visit.id))
    text = text_of(client.get(f"/portal/consultations/{visit.id}/summary"))
    for said in ("Ratna Lestari", "J06.9", "Istirahat dan minum", visit.doctor.name, visit.number,
                 f"/verify/{code}"):
        assert said in text


def test_a_diagnosis_is_said_in_the_readers_language(client, visit):
    page = f"/portal/consultations/{visit.id}"
    client.set_cookie("language", "id")
    assert "ISPA (Acute upper respiratory infection, unspecified, J06.9)" in client.get(page).text
    client.set_cookie("language", "en")
    english = client.get(page).text
    assert "Acute upper respiratory infection, unspecified (J06.9)" in english
    assert "ISPA" not in english


def test_the_sick_letter_says_how_long_and_not_why(client, visit):
    text = text_of(client.get(f"/portal/letters/{letters(visit)[LetterKind.SICK].id}"))
    assert "3 hari" in text  # in the language of the patient
    assert "Ratna Lestari" in text
    for clinical in ("J06.9", "Infeksi", "Batuk"):
        assert clinical not in text


def test_the_referral_says_to_whom(client, visit):
    text = text_of(client.get(f"/portal/letters/{letters(visit)[LetterKind.REFERRAL].id}"))
    assert "RSUP Persahabatan" in text
    assert "foto toraks" in text


def test_the_prescription_is_printed_once_it_is_given_out(client, visit):
    (rx,) = visit.prescriptions
    path = f"/portal/prescriptions/{rx.id}"
    text = text_of(client.get(path))
    for said in ("Parasetamol", rx.number, "Ratna Lestari"):
        assert said in text
    assert f'href="{path}"' in client.get(f"/portal/consultations/{visit.id}").text
    for state in (PrescriptionState.DRAFT, PrescriptionState.CANCELLED):
        db.session.execute(sa.text("UPDATE prescription SET state = :state").bindparams(state=state.value))
        assert client.get(path).status_code == 404


def test_all_of_them_stand_on_a_page(client, visit, sign_in):
    (rx,) = visit.prescriptions
    assert 'href="/portal/papers"' in client.get("/portal/").text
    page = client.get("/portal/papers").text
    paths = [f"/portal/prescriptions/{rx.id}",
             *(f"/portal/letters/{each.id}" for each in letters(visit).values())]
    for said in (*(f'href="{path}"' for path in paths), "Parasetamol", "RSUP Persahabatan",
                 visit.doctor.name):
        assert said in page
    db.session.execute(sa.text("UPDATE prescription SET state = 'draft'"))
    assert paths[0] not in client.get("/portal/papers").text
    sign_in(client, factories.make_patient().user)
    other = client.get("/portal/papers").text
    assert [path in other for path in paths] == [False] * 3
    assert other.count("None yet") == 2
    sign_in(client, visit.doctor.user)
    assert client.get("/portal/papers").status_code == 403


def test_papers_wait_for_the_end_and_a_guardian_sees_the_childs(client, visit, sign_in):
    (rx,) = visit.prescriptions
    guardian = factories.make_patient(name="Wali")
    visit.patient.guardian_id, visit.patient.user_id, visit.patient.relation = (
        guardian.id,
        None, Relation.CHILD,
    )
    db.session.flush()
    sign_in(client, guardian.user)
    page = client.get("/portal/papers").text
    assert f"/portal/prescriptions/{rx.id}" in page
    assert "for Ratna Lestari" in page
    client.post("/portal/people/switch", data={"patient": str(guardian.id)})
    assert f"/portal/prescriptions/{rx.id}" not in client.get("/portal/papers").text
    client.post("/portal/people/switch", data={"patient": ""})
    held = factories.make_consultation(patient=visit.patient, state=ConsultationState.IN_PROGRESS)
    letter = factories.saved(Letter(consultation_id=held.id, kind=LetterKind.REFERRAL, verify_code="held",
                                    referred_to="RSUP Fatmawati", author_id=held.doctor.user_id))
    assert f"/portal/letters/{letter.id}" not in client.get("/portal/papers").text


def test_the_page_leads_to_them(client, visit):
    page = client.get(f"/portal/consultations/{visit.id}").text
    for path in (f"/portal/consultations/{visit.id}/summary",
                 *(f"/portal/letters/{each.id}" for each in letters(visit).values())):
        assert f'href="{path}"' in page


def test_verifying_tells_nothing_clinical(client, visit, app):
    anybody = app.test_client()
    anybody.set_cookie("language", "en")
    for code in ("sick-code", "referral-code"):
        page = anybody.get(f"/verify/{code}")
        assert page.status_code == 200
        assert visit.number in page.text
        for secret in ("Ratna", visit.doctor.name, "Persahabatan", "J06", "Batuk"):
            assert secret not in page.text
    assert anybody.get("/verify/nothing").status_code == 404


@pytest.mark.parametrize("who", ["patient", "doctor", "admin"])
def test_nobody_elses_papers(client, visit, app, sign_in, who):
    other = app.test_client()
    sign_in(other,
            {"patient": factories.make_patient().user,
             "doctor": factories.make_user(Role.DOCTOR, Role.PATIENT),
                    "admin": factories.make_user(Role.ADMIN, Role.PATIENT)}[who])
    letter = letters(visit)[LetterKind.SICK].id
    for path in ("/portal/consultations/{}/summary", "/portal/letters/{}", "/portal/prescriptions/{}"):
        key = visit.id if "summary" in path else letter
        assert [other.get(path.format(each)).status_code for each in (key, key + 1000, 10**30)] == [404] * 3


def test_before_the_end_there_is_no_summary(client, session, sign_in):
    consultation = factories.make_consultation(state=ConsultationState.IN_PROGRESS)
    sign_in(client, consultation.patient.user)
    assert client.get(f"/portal/consultations/{consultation.id}/summary").status_code == 404


def test_a_guardian_prints_the_childs(client, session, sign_in, visit):
    guardian = factories.make_patient()
    visit.patient.guardian_id, visit.patient.relation = guardian.id, "child"
    visit.patient.user_id = None
    session.flush()
    sign_in(client, guardian.user)
    assert client.get(f"/portal/consultations/{visit.id}/summary").status_code == 200


# ---------------------------------------------------------------- what updates itself

def test_what_was_said_leaves_with_the_approval(client, session, sign_in):
    """"The request was sent" must not stand beside "approved"."""
    consultation = factories.make_consultation()
    opened(consultation, by=consultation.patient.user)
    sign_in(client, consultation.patient.user)
    version = consultation.version
    quiet = client.get(f"/portal/consultations/{consultation.id}/news?after=0&have={version}.0&open=0",
                       headers={"HX-Request": "true"})
    assert quiet.status_code == 204
    perform(consultation, "approve", by=factories.make_user(Role.ADMIN))
    news = client.get(f"/portal/consultations/{consultation.id}/news?after=0&have={version}.0&open=0",
                      headers={"HX-Request": "true"}).text
    assert '<div id="told"></div>' in news  # replaces what has its id
    assert 'id="told"' in client.get(f"/portal/consultations/{consultation.id}").text


# ---------------------------------------------------------------- history

def _past(patient: Patient, days: int,
          state: ConsultationState = ConsultationState.COMPLETED) -> Consultation:
    return factories.make_consultation(patient=patient, state=state,
                                       starts_at=clock.now() - timedelta(days=days),
                                       doctor=factories.make_doctor(name=f"dr. {days} {state.value}"))


def test_the_history_is_filtered(client, session, sign_in):
    patient = factories.make_patient()
    near, far, gone = _past(patient, 3), _past(patient, 90), _past(patient, 5, ConsultationState.CANCELLED)
    sign_in(client, patient.user)

    def shown(query: str) -> set[str]:
        page = client.get(f"/portal/consultations?{query}").text
        return {each.doctor.name for each in (near, far, gone) if each.doctor.name in page}
    everything = {each.doctor.name for each in (near, far, gone)}
    assert shown("") == everything
    assert shown("state=cancelled") == {gone.doctor.name}
    assert shown(f"since={clock.today() - timedelta(days=10)}") == {near.doctor.name, gone.doctor.name}
    assert shown(f"until={clock.today() - timedelta(days=10)}") == {far.doctor.name}
    assert shown(f"specialization={near.specialization_id}") == {near.doctor.name}
    for nonsense in ("state=requested", "state=x", "since=x", "until=0001-01-01x", "specialization=x"):
        assert shown(nonsense) == everything


def test_extreme_days_are_no_error_of_ours(client, session, sign_in):
    sign_in(client, factories.make_patient().user)
    for query in ("since=0001-01-01", "until=9999-12-31", "since=9999-12-31", "specialization=" + "9" * 30):
        assert client.get(f"/portal/consultations?{query}").status_code == 200
