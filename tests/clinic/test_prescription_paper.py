"""The prescription on paper and in the portal: R/, numerals, signa, what to do with it; allergies that the
patient adds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import clock
from models.base import db
from models.clinic import Patient
from models.consultations import Consultation, ConsultationState
from models.operations.clinic.prescriptions import Medicine, prescribe
from models.operations.clinic.signa import Dose
from models.operations.core.approvals import perform
from models.prescriptions import Meal, Prescription, PrescriptionState
from models.roles import Role
from portal.web import prescription_paper
from tests.support import factories as make


@pytest.fixture
def issued(session: Any) -> Prescription:
    make.make_chart()
    doctor = make.make_doctor(name="dr. Rizky Amelia", sip_number="SIP-520002")
    child = make.make_patient(name="Bima", birth_date=clock.today() - timedelta(days=500),
                              allergies="Ponstan", weight_kg=Decimal("10.5"))
    visit = make.make_consultation(state=ConsultationState.COMPLETED, number="KON/2026/000611", doctor=doctor,
                                   patient=child)
    item = make.make_item(name="Amoksisilin kapsul 500 mg", base_unit="kapsul", code="OBT-K-001")
    item.category.is_medicine = True
    rx = prescribe(visit, [Medicine(make.unit_of(item), None, duration_days=5,
                                    taken=Dose(Decimal(1), "kapsul", 3, meal=Meal.AFTER))],
                   by=doctor.user)
    perform(rx, "issue", by=doctor.user)
    return rx


@pytest.mark.parametrize(("number", "numeral"), [
    (1, "I"), (4, "IV"), (9, "IX"), (15, "XV"), (40, "XL"), (90, "XC"), (1999, "MCMXCIX"), (0, ""),
    ("2.5", ""), (4000, "")])
def test_how_many_stands_in_roman_numerals(number: Any, numeral: str) -> None:
    assert prescription_paper.roman(Decimal(number)) == numeral


def test_the_sheet_says_what_a_pharmacy_needs(app: Any, issued: Prescription) -> None:
    with app.test_request_context("/"):
        sheet = prescription_paper.sheet(issued)
    [line] = sheet.lines
    assert (line.name, line.roman, line.amount) == ("Amoksisilin kapsul 500 mg", "XV", "15 kapsul")
    assert line.signa == "3 × sehari 1 kapsul sesudah makan, selama 5 hari"
    assert sheet.licence == "SIP-520002"  # not "SIP SIP-520002"
    assert sheet.allergies == "Ponstan"
    texts = [text for _label, text in sheet.patient]
    assert "10,5 kg" in texts  # of a child
    assert "16 bulan" in texts
    assert not any("OBT-K-001" in text for text in (*texts, line.name, line.signa))
    assert [text for text in sheet.fetch if "KTP" in text]


def test_who_only_ends_it_prints_no_medicine(app: Any, issued: Prescription) -> None:
    with app.test_request_context("/"):
        sheet = prescription_paper.sheet(issued, frozenset({"lines.item", "note", "allergies"}))
        assert (sheet.lines, sheet.allergies, sheet.note) == ([], "", "")
        assert prescription_paper.printed(issued).startswith(b"%PDF-")


def test_the_patient_reads_what_to_do_with_it(client: Any, sign_in: Any, issued: Prescription) -> None:
    db.session.commit()
    address = f"/portal/prescriptions/{issued.id}/fetch"
    sign_in(client, issued.patient.user)
    page = client.get(address).text
    for said in ("Apotek rumah sakit", "KTP", "3 × sehari 1 kapsul", issued.number):
        assert said in page
    assert client.get(f"/portal/prescriptions/{issued.id}").data.startswith(b"%PDF-")
    assert address in client.get("/portal/papers").text
    rx = db.session.get(Prescription, issued.id)
    perform(rx, "cancel", by=rx.doctor.user, reason="Salah")
    db.session.commit()
    assert client.get(address).status_code == 404
    sign_in(client, make.make_patient().user)
    assert client.get(address).status_code == 404


def test_allergies_are_added_and_ended_in_the_portal(client: Any, sign_in: Any) -> None:
    patient = make.make_patient()
    child = make.make_patient(guardian=patient)
    db.session.commit()
    sign_in(client, patient.user)
    assert "asam mefenamat" in client.get("/portal/allergies/names?said=ponst").text
    assert client.post("/portal/allergies", data={"said": " "}).status_code == 422
    assert client.post("/portal/allergies", data={
        "said": "Ponstan (asam mefenamat)", "reaction": "biduran", "severity": "severe"}).status_code == 303
    page = client.get("/portal/allergies").text
    assert "asam mefenamat" in page
    assert "biduran" in page
    assert "Ponstan" in client.get("/portal/profile").text
    [row] = db.session.get(Patient, patient.id).living_allergies
    refused = client.post("/portal/allergies", data={"allergy": row.id, "end_reason": ""})
    assert refused.status_code == 422
    ended = client.post("/portal/allergies", data={"allergy": row.id, "end_reason": "Salah"})
    assert ended.status_code == 303
    assert client.post("/portal/allergies", data={"allergy": row.id, "end_reason": "x"}).status_code == 404
    assert client.post(f"/portal/people/{child.id}/allergies", data={"said": "CTM"}).status_code == 303
    other = make.make_patient()
    db.session.commit()
    assert client.get(f"/portal/people/{other.id}/allergies").status_code == 404


def test_the_room_notes_allergies_and_puts_templates_in(client: Any, sign_in: Any,
                                                        session: Any) -> None:
    make.make_chart()
    visit: Consultation = make.make_consultation(state=ConsultationState.IN_PROGRESS,
                                                 number="KON/2026/000612")
    item = make.make_item(name="Parasetamol tablet 500 mg")
    item.category.is_medicine = True
    db.session.commit()
    sign_in(client, visit.doctor.user)
    room, page = f"/admin/consultation/{visit.id}", f"/admin/consultation/details/?id={visit.id}"
    assert client.get("/admin/consultation/allergens?query=ponst").json[0]["text"]
    assert client.post(f"{room}/allergy", data={"said": "CTM", "reaction": "ngantuk"}).status_code == 303
    assert "klorfeniramin" in client.get(page).text
    assert client.post(f"{room}/put").status_code == 404  # there is no last one
    assert client.post(f"{room}/medicine", data={"rx-item": item.id, "rhythm": "d3",
                                                 "duration_days": "3"}).status_code == 303
    rx = db.session.get(Consultation, visit.id).prescriptions[0]
    issued = client.post(f"{room}/issue", data={"prescription": rx.id, "version": rx.version})
    assert issued.status_code == 303
    assert client.post(f"{room}/keep", data={"prescription": rx.id,
                                             "template_name": "Demam"}).status_code == 303
    assert "Demam" in client.get(page).text
    template = client.get(page).text
    assert 'name="template"' in template
    sign_in(client, Role.STORE_STAFF)
    assert client.post(f"{room}/put", data={"line": 1}).status_code in (403, 404)
    assert db.session.get(Prescription, rx.id).state == PrescriptionState.ISSUED
