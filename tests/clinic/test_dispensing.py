"""The stores' queue of prescriptions: seen once issued, without clinical notes, given out through the
page."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.consultations import Consultation, ConsultationState
from models.errors import NotAllowed, Refused
from models.journal import JournalEntry, JournalLine
from models.operations.clinic import dispensing
from models.operations.clinic.clinical import add_diagnosis, write_note
from models.operations.clinic.prescriptions import Medicine, prescribe
from models.operations.core.approvals import perform
from models.organisation import Status
from models.outbox import Notice, Outbox
from models.prescriptions import Prescription, PrescriptionState
from models.roles import Role
from models.stock import StockBalance, Store
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


# ---------------------------------------------------------------- a part, the rest, and back

def issue(written: Prescription) -> Prescription:
    perform(written, "issue", by=written.doctor.user)
    db.session.commit()
    return written


def give(prescription: Prescription, step: str, by: Any, store: Store | None = None, now: int | None = None,
         reason: str = "") -> None:
    lines = {line.id: {"giving": Decimal(now)} for line in prescription.lines} if now is not None else None
    perform(prescription, step, by=by, reason=reason, given_lines=lines,
            given={"store": store, "received_by": "Bu Rina"} if store is not None else None)


def there(store: Store) -> Decimal:
    return db.session.scalar(sa.select(sa.func.sum(StockBalance.quantity)).where(
        StockBalance.store_id == store.id)) or Decimal(0)


def told(prescription: Prescription) -> list[str]:
    return list(db.session.scalars(sa.select(Notice.event).where(
        Notice.table_name == "prescription", Notice.record_id == prescription.id,
        Notice.user_id == prescription.patient.user_id).order_by(Notice.id)))


def test_a_part_is_given_and_the_rest_elsewhere(written: Prescription, store: Store) -> None:
    staff, line = make.make_user(Role.STORE_STAFF), written.lines[0]
    issue(written)
    give(written, "dispense_part", staff, store, 4)
    assert (written.state, line.left_quantity, there(store)) == (PrescriptionState.PARTLY_DISPENSED, 6, 26)
    assert told(written)[-1] == "prescription_partly"
    give(written, "dispense_part", staff, store, 1)  # from the same batch again
    other = make.make_store()
    make.stock_up(other, line.item, 9, 9_000, "B-2", clock.today() + timedelta(days=9))
    give(written, "dispense", staff, other)
    assert (written.state, line.left_quantity, there(other)) == (PrescriptionState.DISPENSED, 0, 4)
    assert [(row.quantity, row.store_id) for row in line.dispensings] == [
        (4, store.id), (1, store.id), (5, other.id)]
    assert dispensing.given_is_moved(db.session) is None
    assert dispensing.states_fit(db.session) is None


@pytest.mark.parametrize(("now", "words"), [(0, "at least one"), (10, "whole"), (11, "between 0 and 10"),
                                            (-1, "between 0 and 10")])
def test_a_part_is_more_than_nothing_and_less_than_all(written: Prescription, store: Store, now: int,
                                                       words: str) -> None:
    issue(written)
    with pytest.raises(Refused, match=words) as refusal:
        give(written, "dispense_part", make.make_user(Role.STORE_STAFF), store, now)
    assert refusal.value.field == "giving"


def test_the_rest_is_closed_with_a_reason_and_both_are_told(written: Prescription, store: Store) -> None:
    staff = make.make_user(Role.STORE_STAFF)
    issue(written)
    give(written, "dispense_part", staff, store, 4)
    with pytest.raises(Refused, match="reason"):
        perform(written, "close", by=staff)
    with pytest.raises(Refused, match="another doctor"):
        perform(written, "close", by=make.make_doctor().user, reason="x")
    perform(written, "close", by=written.doctor.user, reason="Keluhan hilang")
    assert (written.state, there(store)) == (PrescriptionState.DISPENSED, 26)
    assert told(written)[-1] == "prescription_closed"


def test_nothing_more_is_given_of_a_consultation_that_was_cancelled(session: Any, store: Store) -> None:
    """Nothing was signed in it, so the doctor may still cancel; what was given stays given."""
    make.make_chart()
    visit = make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000702")
    item = make.make_item(batch_tracked=True)
    item.category.is_medicine = True
    make.stock_up(store, item, 30, 30_000, "B-10", clock.today() + timedelta(days=60))
    drawn, issued, partly = (prescribe(visit, [Medicine(make.unit_of(item), Decimal(10), "3 x 1 tablet")],
                                       by=visit.doctor.user) for _ in range(3))
    issue(issued)
    give(issue(partly), "dispense_part", make.make_user(Role.STORE_STAFF), store, now=4)
    perform(visit, "cancel", by=visit.doctor.user, reason="Salah pasien")
    session.commit()
    assert [rx.state for rx in (drawn, issued, partly)] == [
        PrescriptionState.CANCELLED, PrescriptionState.CANCELLED, PrescriptionState.DISPENSED]
    assert partly.events[-1].note == "Salah pasien"
    assert there(store) == 26


def test_what_went_to_the_wrong_patient_comes_back_the_same_day(written: Prescription, store: Store) -> None:
    staff, head = make.make_user(Role.STORE_STAFF), make.make_user(Role.STORE_HEAD)
    issue(written)
    give(written, "dispense", staff, store)
    for other in (staff, written.doctor.user):
        with pytest.raises(NotAllowed):
            perform(written, "reverse", by=other, reason="Salah pasien")
    with pytest.raises(Refused, match="reason"):
        perform(written, "reverse", by=head)
    perform(written, "reverse", by=head, reason="Salah pasien, kemasan utuh")
    assert (written.state, there(store), written.store_id) == (PrescriptionState.ISSUED, 30, None)
    assert db.session.scalar(sa.select(sa.func.sum(JournalLine.debit - JournalLine.credit)).where(
        JournalLine.entry_id.in_(sa.select(JournalEntry.id).where(
            JournalEntry.document_type == "prescription")))) == 0
    assert dispensing.given_is_moved(db.session) is None
    give(written, "dispense", staff, store)  # and goes to the right one
    assert there(store) == 20


def test_yesterdays_is_not_taken_back(written: Prescription, store: Store) -> None:
    issue(written)
    give(written, "dispense", make.make_user(Role.STORE_STAFF), store)
    written.dispensed_at = clock.now() - timedelta(days=1)
    with pytest.raises(Refused, match="today"):
        perform(written, "reverse", by=make.make_user(Role.STORE_HEAD), reason="Terlambat")


def test_the_office_ends_it_only_when_its_doctor_is_gone(written: Prescription) -> None:
    admin = make.make_user(Role.ADMIN)
    issue(written)
    with pytest.raises(Refused, match="only when that doctor is gone"):
        perform(written, "cancel", by=admin, reason="Dokter pindah")
    written.doctor.status = Status.INACTIVE
    perform(written, "cancel", by=admin, reason="Dokter pindah")
    assert written.state == PrescriptionState.CANCELLED
    assert told(written)[-1] == "prescription_cancelled"


def test_what_nobody_fetches_is_told_and_ends(written: Prescription, store: Store,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    issue(written)
    assert written.valid_until == clock.today() + timedelta(days=30)
    assert dispensing.expire() == ""
    later = clock.now() + timedelta(days=27)
    clock.freeze(later)
    try:
        assert dispensing.expire() == "0 expired, 1 told"
        assert dispensing.expire() == ""  # told once
        clock.freeze(later + timedelta(days=3))
        assert dispensing.expire() == ""  # its last day is still its own
        clock.freeze(later + timedelta(days=4))
        with pytest.raises(Refused, match="days"):
            give(written, "dispense", make.make_user(Role.STORE_STAFF), store)
        assert dispensing.expire() == "1 expired, 0 told"
        assert written.state == PrescriptionState.EXPIRED
        assert told(written)[-2:] == ["prescription_expires", "prescription_expired"]
    finally:
        clock.freeze(None)


def test_the_patient_is_told_once_the_consultation_is_over_without_a_word_of_medicine(
        visit: Consultation, written: Prescription) -> None:
    add_diagnosis(visit, "J06.9", by=visit.doctor.user)
    issue(written)
    assert "prescription_ready" not in told(written)
    perform(visit, "complete", by=visit.doctor.user)
    assert told(written) == ["prescription_ready"]
    mails = db.session.scalars(sa.select(Outbox).where(Outbox.template == "prescription_ready")).all()
    assert mails
    assert all("Parasetamol" not in str(mail.params) for mail in mails)


def test_the_page_gives_a_part_and_all_when_all_was_typed(client: Any, sign_in: Any, written: Prescription,
                                                          store: Store) -> None:
    issue(written)
    sign_in(client, Role.STORE_STAFF)
    line = written.lines[0].id
    wrong = post(client, written, "dispense_part", store=store.id, **{f"lines-{line}-giving": "banyak"})
    assert wrong.status_code == 422
    assert post(client, written, "dispense_part", store=store.id,
                **{f"lines-{line}-giving": "4"}).status_code == 303
    fresh = db.session.get(Prescription, written.id)
    assert fresh.state == PrescriptionState.PARTLY_DISPENSED
    assert "6 tablet" in client.get(f"/admin/prescription/details/?id={written.id}").text
    assert post(client, written, "dispense_part", store=store.id,
                **{f"lines-{line}-giving": "6"}).status_code == 303
    assert db.session.get(Prescription, written.id).state == PrescriptionState.DISPENSED
    sign_in(client, Role.ADMIN)
    assert post(client, written, "dispense_part", store=store.id).status_code in (403, 404)
