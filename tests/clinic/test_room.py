"""The consultation room: facts, note with drafts and versions, diagnoses, prescription, and why it cannot end
yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.activity import Activity, ActivityLog
from models.base import db
from models.consultations import ClinicalNote, Consultation, ConsultationState, NoteDraft
from models.operations.clinic.prescriptions import Medicine, prescribe
from models.operations.core.approvals import perform
from models.prescriptions import Prescription, PrescriptionState
from models.roles import Role
from tests.support import factories as make

SOAP = {"subjective": "Batuk tiga hari", "objective": "Suhu 37,4", "assessment": "ISPA", "plan": "Istirahat"}


@pytest.fixture
def visit(session: Any) -> Consultation:
    visit = make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000601",
                                   approved_at=clock.now(), started_at=clock.now())
    visit.patient.allergies, visit.patient.height_cm, visit.patient.weight_kg = "Amoxicillin", 160, 64
    db.session.commit()
    return visit


@pytest.fixture
def act(client: Any, sign_in: Any, visit: Consultation) -> Any:
    """`act("note", subjective="…")`: the doctor posts a form of the room."""
    sign_in(client, visit.doctor.user)

    def act(name: str, **data: Any) -> Any:
        fresh = db.session.get(Consultation, visit.id)
        return client.post(f"/admin/consultation/{fresh.id}/{name}",
                           data={"version": str(fresh.version), **data})

    return act


def page(client: Any, visit: Consultation, more: str = "") -> str:
    answer = client.get(f"/admin/consultation/details/?id={visit.id}{more}")
    assert answer.status_code == 200
    return answer.text


def medicine(name: str, stock: int = 50) -> Any:
    item = make.make_item(name=name)
    item.category.is_medicine = True
    if stock:
        make.stock_up(make.make_store(), item, stock, stock * 1000)
    db.session.commit()
    return item


def test_the_facts_of_the_patient_stand_beside_the_conversation(client: Any, act: Any,
                                                                visit: Consultation) -> None:
    before = make.make_consultation(
        doctor=make.make_doctor(), patient=visit.patient, state=ConsultationState.COMPLETED,
        number="KON/2025/000001",
        starts_at=clock.now() - timedelta(days=40), started_at=clock.now(), completed_at=clock.now())
    item = medicine("Amlodipin tablet 5 mg")
    before.state = ConsultationState.COMPLETED
    given = prescribe(before, [Medicine(make.unit_of(item), 30, "Pagi 1 tablet", duration_days=60)],
                      by=before.doctor.user)
    perform(given, "issue", by=before.doctor.user)
    db.session.commit()
    text = page(client, visit)
    for fact in ("Amoxicillin", "25", "36 tahun" if clock.today().year == 2026 else "tahun", visit.complaint,
                 "Amlodipin tablet 5 mg", "Pagi 1 tablet", before.doctor.name):
        assert fact in text
    read = db.session.execute(sa.select(ActivityLog.table_name).where(
        ActivityLog.activity == Activity.READ, ActivityLog.user_id == visit.doctor.user_id)).scalars().all()
    assert sorted(read) == ["consultation", "patient"]


def test_the_note_is_kept_while_typing_and_signed_in_versions(client: Any, act: Any,
                                                              visit: Consultation) -> None:
    assert "Draf disimpan" in act("draft", subjective="Batuk").json["text"]
    assert db.session.scalar(sa.select(NoteDraft.subjective)) == "Batuk"
    assert ">Batuk</textarea>" in page(client, visit)
    refused = act("note", **(SOAP | {"plan": " "}), go="sign")
    assert refused.status_code == 422
    assert 'id="e-note-plan"' in refused.text
    assert SOAP["assessment"] in refused.text  # what was typed is kept
    assert act("note", **SOAP, go="sign").status_code == 303
    assert db.session.scalar(sa.select(sa.func.count(NoteDraft.id))) == 0
    assert act("note", **(SOAP | {"plan": "Istirahat tiga hari"}), go="sign").status_code == 303
    kept = db.session.execute(sa.select(ClinicalNote.revision,
                                        ClinicalNote.plan).order_by(ClinicalNote.id)).all()
    assert [tuple(row) for row in kept] == [(1, "Istirahat"), (2, "Istirahat tiga hari")]
    text = page(client, visit)
    assert "versi 1" in text
    assert "versi 2" in text
    same = act("draft", **(SOAP | {"plan": "Istirahat tiga hari"}))
    assert same.json["text"] == "Tidak ada yang perlu ditandatangani"


def test_the_page_says_why_it_cannot_be_completed(client: Any, act: Any, visit: Consultation) -> None:
    text = page(client, visit)
    assert "Catatan belum ditulis" in text
    assert "Belum ada diagnosis" in text
    assert "is-missing" in text
    assert act("complete").status_code == 422
    act("note", **SOAP)
    act("diagnosis", code="J06.9", kind="secondary")
    assert "diagnosis utama" in act("complete").text
    act("diagnosis", code="R05", kind="primary")
    act("draft", **(SOAP | {"plan": "Lain"}))
    assert "belum ditandatangani" in act("complete").text
    act("note", **(SOAP | {"plan": "Lain"}))
    act("medicine", **{"rx-item": str(medicine("Parasetamol").id), "quantity": "10", "directions": "3 x 1"})
    assert "belum diterbitkan" in act("complete").text
    rx = db.session.scalars(sa.select(Prescription)).one()
    assert act("issue", prescription=rx.id, version=rx.version).status_code == 303
    assert "is-lacking" not in page(client, visit)
    assert act("complete").status_code == 303
    assert db.session.get(Consultation, visit.id).state == ConsultationState.COMPLETED


@pytest.mark.parametrize(("typed", "said"), [
    ("", "Pilih diagnosis"), ("Q99Z", "bukan kode ICD-10"), ("A91", "A97.9"),
    ("sakit ulu", "Maksud Anda K30")])
def test_a_wrong_code_is_said_at_the_field(act: Any, typed: str, said: str) -> None:
    answer = act("diagnosis", code=typed, kind="primary")
    assert answer.status_code == 422
    assert said in answer.text.split('id="e-diagnosis-code"')[1][:400]


def test_diagnoses_are_found_by_indonesian_words_and_withdrawn(client: Any, act: Any,
                                                               visit: Consultation) -> None:
    found = client.get("/admin/consultation/icd10?query=demam berdarah").json
    assert found[0]["id"] == "A97.9"
    assert act("diagnosis", code="demam berdarah", kind="primary").status_code == 303
    assert act("diagnosis", code="A97.9", kind="secondary").status_code == 422
    [live] = db.session.get(Consultation, visit.id).live_diagnoses
    assert "Demam berdarah" in page(client, visit)
    assert act("withdraw", diagnosis=live.id).status_code == 303
    assert act("withdraw", diagnosis=999_999).status_code == 404
    assert db.session.get(Consultation, visit.id).live_diagnoses == []
    assert "K29.7" in page(client, visit, "&icd=maag")  # the search that works without script


def test_medicines_show_stock_and_allergy_and_lines_come_and_go(client: Any, act: Any,
                                                                visit: Consultation) -> None:
    amoxicillin, other = medicine("Amoksisilin kapsul 500 mg", 40), medicine("Parasetamol tablet", 0)
    gloves = make.make_item(name="Sarung tangan amoks")
    db.session.commit()
    [hit] = client.get(f"/admin/consultation/medicines?of={visit.id}&query=amoks").json
    assert hit["id"] == amoxicillin.id
    assert "40 tablet" in hit["text"]
    assert "ALERGI: Amoxicillin" in hit["text"]
    line = {"rx-item": str(amoxicillin.id), "dose_quantity": "1,5", "dose_unit": "tablet",
            "rhythm": "d3", "meal": "after_meal", "duration_days": "5"}
    refused = act("medicine", **line)
    assert refused.status_code == 422
    assert 'id="e-medicine-allergy_reason"' in refused.text
    assert 'value="1,5"' in refused.text
    assert 'name="allergy_reason" maxlength="200" value="" autofocus' in " ".join(refused.text.split())
    assert 'href="#allergy_reason"' in refused.text  # the alert leads to the field
    assert act("medicine", **line, allergy_reason="Uji kulit negatif").status_code == 303
    # by name, without script
    assert act("medicine", **(line | {"rx-item": "Parasetamol tablet"})).status_code == 303
    for wrong, field in (({"rx-item": str(gloves.id)}, "item"), ({"rx-item": ""}, "item"),
                         ({"quantity": "x"}, "quantity"), ({"duration_days": "lima"}, "duration_days")):
        answer = act("medicine", **(line | wrong))
        assert answer.status_code == 422
        assert f'id="e-medicine-{field}"' in answer.text
    rx = db.session.scalars(sa.select(Prescription)).one()
    gone = next(each for each in rx.lines if each.item_id == other.id)
    assert (gone.quantity, gone.directions) == (23, "3 × sehari 1½ tablet sesudah makan, selama 5 hari")
    assert act("remove_line", line=gone.id).status_code == 303
    assert act("issue", prescription=rx.id, version=rx.version).status_code == 303
    rx = db.session.get(Prescription, rx.id)
    assert (rx.state, [each.item_id for each in rx.lines]) == (PrescriptionState.ISSUED, [amoxicillin.id])
    assert act("revoke", prescription=rx.id, version=rx.version).status_code == 422
    assert act("revoke", prescription=rx.id, version=rx.version, reason="Salah obat").status_code == 303


def test_another_doctor_and_other_roles_stay_outside(client: Any, act: Any, sign_in: Any,
                                                     visit: Consultation) -> None:
    forms = ("note", "draft", "diagnosis", "withdraw", "medicine", "remove_line", "issue", "revoke",
             "letter", "video")
    sign_in(client, make.make_doctor().user)
    assert {client.post(f"/admin/consultation/{visit.id}/{name}").status_code for name in forms} == {404}
    assert client.get(f"/admin/consultation/medicines?of={visit.id}&query=a").json is not None
    sign_in(client, Role.ADMIN)
    assert {client.post(f"/admin/consultation/{visit.id}/{name}", data=SOAP).status_code
            for name in ("note", "draft", "diagnosis", "letter", "video")} == {403}
    assert client.get("/admin/consultation/icd10?query=maag").status_code == 403
    assert visit.patient.name in page(client, visit)


@pytest.mark.parametrize(("address", "status"), [
    ("https://meet.example.org/abc", 303), ("", 303), ("http://meet.example.org", 422),
    ("javascript:alert(1)", 422),
    ('https://x" onclick="', 422)])
def test_the_video_link_is_an_address(act: Any, visit: Consultation, address: str, status: int) -> None:
    assert act("video", video_url=address).status_code == status
    assert db.session.get(Consultation, visit.id).video_url == (address or None if status == 303 else None)
