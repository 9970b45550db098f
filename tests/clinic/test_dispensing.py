"""The stores' queue of prescriptions: seen once issued, without clinical notes, given out through the
page."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import clock
from models.base import db
from models.consultations import Consultation, ConsultationState
from models.operations.clinic.clinical import write_note
from models.operations.clinic.prescriptions import Medicine, prescribe
from models.operations.core.approvals import perform
from models.prescriptions import Prescription, PrescriptionState
from models.roles import Role
from models.stock import Store
from tests.support import factories as make


@pytest.fixture
def visit(session: Any) -> Consultation:
    make.make_chart()
    visit = make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000701",
                                   complaint="Keluhan rahasia")
    visit.patient.allergies = "Sulfa"
    write_note(visit, by=visit.doctor.user, subjective="Catatan rahasia", objective="b", assessment="c",
               plan="d")
    return visit


@pytest.fixture
def store() -> Store:
    return make.make_store(name="Gudang Farmasi Uji")


@pytest.fixture
def written(visit: Consultation, store: Store) -> Prescription:
    item = make.make_item(name="Parasetamol tablet 500 mg", batch_tracked=True)
    item.category.is_medicine = True
    make.stock_up(store, item, 30, 30_000, "B-9", clock.today() + timedelta(days=60))
    return prescribe(visit, [Medicine(make.unit_of(item), Decimal(10), "3 x sehari 1 tablet")],
                     by=visit.doctor.user)


def post(client: Any, prescription: Prescription, step: str, **data: Any) -> Any:
    fresh = db.session.get(Prescription, prescription.id)
    return client.post(f"/admin/prescription/{fresh.id}/{step}", data={"version": fresh.version, **data})


def test_a_draft_is_not_the_stores(client: Any, sign_in: Any, written: Prescription) -> None:
    address = f"/admin/prescription/details/?id={written.id}"
    sign_in(client, Role.STORE_STAFF)
    assert client.get(address).status_code == 404
    assert post(client, written, "dispense").status_code == 404
    perform(written, "issue", by=written.doctor.user)
    db.session.commit()
    page = client.get(address)
    assert page.status_code == 200
    for seen in ("Parasetamol", "3 x sehari 1 tablet", "Sulfa", written.patient.name, "Gudang Farmasi Uji"):
        assert seen in page.text
    for hidden in ("Catatan rahasia", "Keluhan rahasia", "/admin/consultation/details"):
        assert hidden not in page.text
    assert client.get(f"/admin/consultation/details/?id={written.consultation_id}").status_code == 403


def test_from_the_queue_to_the_patient(client: Any, sign_in: Any, written: Prescription,
                                       store: Store) -> None:
    perform(written, "issue", by=written.doctor.user)
    db.session.commit()
    sign_in(client, Role.STORE_STAFF)
    assert written.patient.name in client.get("/admin/prescription/?state=issued").text
    assert f"/admin/prescription/details/?id={written.id}" in client.get("/admin/inbox/").text
    refused = post(client, written, "dispense", received_by="A")
    assert refused.status_code == 422
    assert "Pilih gudang" in refused.text
    empty = make.make_store()
    db.session.commit()
    assert "Parasetamol" in post(client, written, "dispense", store=empty.id).text
    assert db.session.get(Prescription, written.id).state == PrescriptionState.ISSUED
    assert post(client, written, "dispense", store=store.id, received_by="Bu Rina").status_code == 303
    page = client.get(f"/admin/prescription/details/?id={written.id}").text
    assert "B-9" in page
    assert "Bu Rina" in page
    assert post(client, written, "dispense", store=store.id).status_code == 422
    paper = client.get(f"/admin/prescription/{written.id}/print")
    assert paper.data.startswith(b"%PDF-")


def test_others_do_not_dispense(client: Any, sign_in: Any, written: Prescription, store: Store) -> None:
    perform(written, "issue", by=written.doctor.user)
    db.session.commit()
    sign_in(client, written.doctor.user)
    assert post(client, written, "dispense", store=store.id).status_code == 403
    for role in (Role.ADMIN, Role.STORE_HEAD, Role.PAYABLES):
        sign_in(client, role)
        assert post(client, written, "dispense", store=store.id).status_code in (403, 404)
    assert db.session.get(Prescription, written.id).state == PrescriptionState.ISSUED
