"""What a doctor sees of a patient, by how the own consultation stands: one planted patient for each, on every
door."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import Doctor, Patient
from models.consultations import ClinicalNote, Consultation, Diagnosis
from models.documents import Attachment
from models.operations.core import owned
from models.prescriptions import Letter, LetterKind, Prescription, PrescriptionLine, PrescriptionState
from models.rights import scope
from models.scopes import history_for
from tests.support import factories as make

Case = namedtuple("Case", "state approved seen past")
#: State of the own consultation, whether it was ever approved; whether the doctor sees consultation and
#: patient, and whether the earlier visits of other doctors. By domain.md: "sees a consultation once it is
#: approved, and a patient's earlier notes only while an own consultation is approved, in progress or was
#: completed".
TABLE = [
    Case("requested", False, False, False),
    Case("rescheduled", False, False, False),
    Case("rescheduled", True, True, False),
    Case("cancelled", False, False, False),
    Case("cancelled", True, True, False),
    Case("rejected", False, False, False),
    Case("approved", True, True, True),
    Case("in_progress", True, True, True),
    Case("completed", True, True, True),
    Case("no_show", True, True, False),
]
NAME, NOTE, PAST_NOTE, MEDICINE = (
    "Zubaidah Canaria",
    "Catatan sendiri", "Catatan lama orang lain", "Metformin kanaria",
)


@dataclass
class Planted:
    doctor: Doctor
    patient: Patient
    own: Consultation
    past: Consultation
    papers: dict[str, Any]


def _papers(visit: Consultation, note: str) -> dict[str, Any]:
    """Note, diagnosis, issued prescription, letter and file of a visit."""
    by = visit.doctor.user
    item = make.make_item(name=f"{MEDICINE} {visit.id}")
    prescription = make.saved(Prescription(
        consultation=visit, store=make.make_store(), created_by=by, number=make.unique("RX"),
        prescribed_on=clock.today(), state=PrescriptionState.DRAFT,
        lines=[PrescriptionLine(item=item, unit=make.unit_of(item), quantity=1, directions="3 x 1")]))
    prescription.state = PrescriptionState.ISSUED
    return {
        "clinical_note": make.saved(ClinicalNote(consultation=visit, subjective="-", objective="-",
                                                 assessment=note,
                                                 plan="-", author_id=by.id)),
        "diagnosis": make.saved(Diagnosis(consultation=visit, code="J06.9", name="ISPA",
                                          recorded_by_id=by.id)),
        "prescription": prescription,
        "letter": make.saved(Letter(consultation=visit, kind=LetterKind.REFERRAL,
                                    verify_code=make.unique("v"),
                                    body="Mohon diperiksa", referred_to="RS", author_id=by.id)),
        "file": make.saved(Attachment(document_type="consultation", document_id=visit.id,
                                      file_name="foto.pdf",
                                      media_type="application/pdf", size=4, sha256="0" * 64, content=b"%PDF",
                                      user_id=min(visit.patient.owner_ids)))}


@pytest.fixture(params=TABLE,
                ids=[f"{row.state}-{'after' if row.approved else 'without'}-approval" for row in TABLE])
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture
def planted(session: Any, case: Case) -> Planted:
    state, approved = case.state, case.approved
    doctor = make.make_doctor()
    patient = make.make_patient(name=NAME)
    past = make.make_consultation(patient=patient, state="completed",
                                  starts_at=clock.now() - timedelta(days=20),
                                  approved_at=clock.now() - timedelta(days=21), number="KON/2020/000001")
    own = make.make_consultation(patient=patient, doctor=doctor, state=state, number="KON/2020/000002",
                                 approved_at=clock.now() if approved else None,
                                 completed_at=clock.now() if state == "completed" else None)
    papers = _papers(own, NOTE)
    _papers(past, PAST_NOTE)
    db.session.commit()
    return Planted(doctor, patient, own, past, papers)


def test_patient_and_consultation_on_every_door(client: Any, sign_in: Any, planted: Planted,
                                                case: Case) -> None:
    sign_in(client, planted.doctor.user)
    ok = 200 if case.seen else 404
    for table, record in (("patient", planted.patient), ("consultation", planted.own)):
        address = f"details/?id={record.id}"
        assert client.get(f"/admin/{table}/{address}").status_code == ok, table
        assert (address in client.get(f"/admin/{table}/").text) is case.seen, table
        found = client.post(f"/admin/{table}/find", data={"search": "zubaidah"}).headers["Location"]
        assert (address in client.get(found).text) is case.seen, table
        assert (NAME in client.get(f"/admin/{table}/export/csv/").text) is case.seen, table
    box = client.post("/admin/search", data={"q": "zubaidah"}).headers["Location"]
    assert (f"/admin/patient/details/?id={planted.patient.id}" in client.get(box).text) is case.seen
    assert (
        client.get(f"/admin/consultation/{planted.own.id}/file?file={planted.papers['file'].id}").status_code
        == ok
    )
    assert client.get(f"/admin/consultation/{planted.past.id}/file?file=1").status_code == 404
    assert client.get(f"/admin/consultation/details/?id={planted.past.id}").status_code == 404


def test_own_papers_follow_the_consultation(client: Any, sign_in: Any, planted: Planted, case: Case) -> None:
    sign_in(client, planted.doctor.user)
    for table in ("clinical_note", "diagnosis", "prescription", "letter"):
        paper = planted.papers[table]
        assert client.get(f"/admin/{table}/details/?id={paper.id}").status_code == (200 if case.seen
                                                                                    else 404), table
    for table in ("letter", "prescription"):
        printed = client.get(f"/admin/{table}/{planted.papers[table].id}/print")
        assert printed.status_code == (200 if case.seen else 404), table
    user = planted.doctor.user
    assert (owned.own_consultation(user, planted.own.id) is not None) is case.seen
    assert (owned.own_attachment(user, planted.papers["file"].id) is not None) is case.seen


def test_earlier_visits_of_other_doctors(client: Any, sign_in: Any, planted: Planted, case: Case) -> None:
    sign_in(client, planted.doctor.user)
    page = client.get(f"/admin/consultation/details/?id={planted.own.id}")
    assert page.status_code == (200 if case.seen else 404)
    assert (PAST_NOTE in page.text) is case.past
    assert (f"{MEDICINE} {planted.past.id}" in page.text) is case.past
    user, keys = planted.doctor.user, {planted.past.id}
    for model in (ClinicalNote, Diagnosis, Prescription, Letter):
        rows = set(db.session.scalars(sa.select(model.consultation_id).where(history_for(user, model))))
        assert (keys <= rows) is case.past, model
        assert not keys & set(db.session.scalars(
            sa.select(model.consultation_id).where(scope(user, model.__tablename__)))), model
    assert (planted.past.id in set(db.session.scalars(
        sa.select(Consultation.id).where(history_for(user, Consultation))))) is case.past


def test_both_scopes_are_one_criterion(planted: Planted, case: Case) -> None:
    user = planted.doctor.user
    patients = set(db.session.scalars(sa.select(Patient.id).where(scope(user, "patient"))))
    of_consultations = set(db.session.scalars(
        sa.select(Consultation.patient_id).where(scope(user, "consultation"))))
    assert patients == of_consultations == ({planted.patient.id} if case.seen else set())


def test_what_comes_after_an_own_visit_is_not_its_history(session: Any) -> None:
    doctor, patient = make.make_doctor(), make.make_patient()
    make.make_consultation(patient=patient, doctor=doctor, state="completed", approved_at=clock.now(),
                           starts_at=clock.now() - timedelta(days=9),
                           completed_at=clock.now() - timedelta(days=9))
    later = make.make_consultation(patient=patient, state="completed",
                                   starts_at=clock.now() - timedelta(days=2))
    found = sa.select(Consultation.id).where(history_for(doctor.user, Consultation))
    assert later.id not in set(session.scalars(found))
    make.make_consultation(patient=patient, doctor=doctor, state="approved", approved_at=clock.now())
    assert later.id in set(session.scalars(found))


def test_nobody_but_a_doctor_has_a_history(session: Any) -> None:
    make.make_consultation(state="completed", starts_at=clock.now() - timedelta(days=2))
    admin = make.make_user(make.Role.ADMIN)
    assert list(session.scalars(sa.select(Consultation.id).where(history_for(admin, Consultation)))) == []
