"""Prescriptions: medicines of the stores, allergies, dispensing through the ledger, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db, one_transaction
from models.consultations import Consultation, ConsultationState
from models.errors import NotAllowed, NotEnoughStock, Refused, WrongState
from models.items import Item
from models.journal import JournalEntry, JournalLine
from models.operations.clinic import allergies
from models.operations.clinic.prescriptions import (
    Medicine,
    add_line,
    available,
    prescribe,
    remove_line,
    search,
)
from models.operations.core import report_kit
from models.operations.core.approvals import perform
from models.people import User
from models.prescriptions import Prescription, PrescriptionState
from models.roles import Role
from models.stock import MoveKind, StockBalance, StockMove, Store
from tests.support import factories as make
from tests.support.races import at_once, won


@pytest.fixture
def visit(session: Any) -> Consultation:
    make.make_chart()
    return make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000801")


def medicine(name: str = "Parasetamol tablet 500 mg", **fields: Any) -> Item:
    item = make.make_item(name=name, units={"strip": "10"}, batch_tracked=True, **fields)
    item.category.is_medicine = True
    db.session.flush()
    return item


def take(item: Item, quantity: str | int = 10, **fields: Any) -> Medicine:
    fields = {"dose": "1 tablet", "frequency": "3 x sehari"} | fields
    return Medicine(make.unit_of(item, fields.pop("unit", None)), Decimal(quantity), **fields)


def issued(visit: Consultation, *lines: Medicine) -> Prescription:
    prescription = prescribe(visit, lines, by=visit.doctor.user)
    perform(prescription, "issue", by=visit.doctor.user)
    return prescription


def give(prescription: Prescription, store: Store, by: User | None = None, **given: Any) -> None:
    perform(prescription, "dispense", by=by or make.make_user(Role.STORE_STAFF),
            given={"store": store, **given})


# ---------------------------------------------------------------- writing

def test_lines_are_written_counted_and_taken_out(visit: Consultation) -> None:
    by, item = visit.doctor.user, medicine()
    line = add_line(visit, take(item, 2, unit="strip", duration_days=5), by=by)
    assert (line.directions, line.base_quantity) == ("3 x sehari, 1 tablet", 20)
    with pytest.raises(Refused, match="on the prescription already"):
        add_line(visit, take(item), by=by)
    add_line(visit, take(medicine("Amlodipin tablet 5 mg"), directions="Pagi, sesudah makan"), by=by)
    [draft] = visit.prescriptions
    remove_line(draft.lines[0], by=by)
    assert [each.item.name for each in draft.lines] == ["Amlodipin tablet 5 mg"]
    with pytest.raises(NotAllowed):
        add_line(visit, take(item), by=make.make_doctor().user)


@pytest.mark.parametrize(("wrong", "field"), [
    ({"quantity": 0}, "quantity"), ({"quantity": "1.5"}, "quantity"), ({"dose": ""}, "directions"),
    ({"duration_days": 0}, "duration_days"), ({"duration_days": 999}, "duration_days"),
    ({"dose": "x" * 61}, "dose")])
def test_what_is_wrong_is_said_at_the_field(visit: Consultation, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        add_line(visit, take(medicine(), **wrong), by=visit.doctor.user)
    assert refusal.value.field == field
    assert visit.prescriptions == []


def test_only_medicines_in_use_are_prescribed(visit: Consultation) -> None:
    gloves = make.make_item(name="Sarung tangan")
    with pytest.raises(Refused, match="no medicine"):
        add_line(visit, take(gloves), by=visit.doctor.user)
    retired = medicine("Codipront", status="inactive")
    with pytest.raises(Refused, match="no medicine"):
        add_line(visit, take(retired), by=visit.doctor.user)
    there = medicine("Obat uji satu")
    medicine("Obat uji dua")
    make.stock_up(make.make_store(), there, 40, 40_000, "B1", clock.today() + timedelta(days=90))
    make.stock_up(make.make_store(), there, 5, 5_000, "B0", clock.today() - timedelta(days=1))
    assert [(found.item.name, found.available) for found in search("obat uji")] == [
        ("Obat uji satu", 40), ("Obat uji dua", 0)]  # what can be given first, the expired left out
    assert search("sarung") == []
    assert search("100%_") == []


@pytest.mark.parametrize(("said", "name", "group"), [
    ("Amoxicillin", "Amoksisilin kapsul 500 mg", ""), ("penisilin", "Ampisilin injeksi 1 g", "penisilin"),
    ("alergi obat Sulfa, udang", "Kotrimoksazol tablet 480 mg", "sulfa"), ("Amoksisilin", "Ampisilin injeksi",
                                                                           "penisilin"),
    ("Aspirin", "Ibuprofen tablet 400 mg", "nsaid"), ("Ciprofloxacin", "Siprofloksasin tablet", "")])
def test_an_allergy_is_met_whatever_its_spelling(session: Any, said: str, name: str, group: str) -> None:
    met = allergies.warning(said, name)
    assert met is not None
    assert met.group == group


@pytest.mark.parametrize(("said", "name"), [
    (None, "Parasetamol"), ("", "Parasetamol"), ("udang", "Parasetamol"), ("penisilin", "Parasetamol tablet"),
    ("tidak ada", "Tidak ada obat"), ("Amoksisilin", "Salbutamol inhaler")])
def test_no_allergy_no_warning(session: Any, said: str | None, name: str) -> None:
    assert allergies.warning(said, name) is None


def test_an_allergy_wants_a_reason_that_stays_on_the_line(visit: Consultation) -> None:
    visit.patient.allergies, item = "Amoxicillin", medicine("Amoksisilin kapsul 500 mg")
    with pytest.raises(Refused, match="allergic to Amoxicillin") as refusal:
        add_line(visit, take(item), by=visit.doctor.user)
    assert refusal.value.field == "allergy_reason"
    line = add_line(visit, take(item, allergy_reason="Ruam ringan masa kecil, uji kulit negatif"),
                    by=visit.doctor.user)
    assert line.allergy_reason == "Ruam ringan masa kecil, uji kulit negatif"


# ---------------------------------------------------------------- dispensing

def test_dispensing_takes_the_earliest_expiry_and_posts_to_the_doctors_unit(visit: Consultation) -> None:
    account = make.make_account()
    visit.doctor.user.work_unit = make.make_work_unit(account=account)
    store, item, today = make.make_store(), medicine(), clock.today()
    make.stock_up(store, item, 15, 15_000, "LATE", today + timedelta(days=400))
    make.stock_up(store, item, 12, 12_000, "SOON", today + timedelta(days=20))
    prescription = issued(visit, take(item, 2, unit="strip"))
    staff = make.make_user(Role.STORE_STAFF)
    give(prescription, store, staff, received_by=" Ibu pasien ")
    moves = db.session.execute(sa.select(StockMove).where(StockMove.document_type == "prescription")
                               .order_by(StockMove.id)).scalars().all()
    assert [(move.batch.number, move.quantity, move.kind) for move in moves] == [
        ("SOON", -12, MoveKind.DISPENSING), ("LATE", -8, MoveKind.DISPENSING)]
    assert (prescription.state, prescription.received_by) == (PrescriptionState.DISPENSED, "Ibu pasien")
    debit = db.session.scalar(sa.select(JournalLine).join(JournalEntry).where(
        JournalEntry.document_type == "prescription", JournalLine.debit > 0))
    assert (debit.account_id, debit.debit) == (account.id, Decimal(20_000))
    assert available([item.id]) == {item.id: {store.id: 7}}
    for step in ("dispense", "cancel"):  # once given it is given
        with pytest.raises((WrongState, NotAllowed)):
            perform(prescription, step, by=staff, reason="again")


def test_too_little_or_expired_stock_is_refused_and_nothing_moves(visit: Consultation) -> None:
    store, item, other = make.make_store(), medicine(), medicine("Amlodipin")
    make.stock_up(store, item, 30, 30_000, "OLD", clock.today() - timedelta(days=1))
    make.stock_up(store, item, 9, 9_000, "NEW", clock.today() + timedelta(days=9))
    make.stock_up(store, other, 99, 99_000)
    before = db.session.scalar(sa.select(sa.func.count(StockMove.id)))
    prescription = issued(visit, take(other, 5), take(item, 10))
    with pytest.raises(NotEnoughStock,
                       match=r"asked 10 tablet, there are 9 unexpired"), db.session.begin_nested():
        give(prescription, store)
    db.session.expire_all()
    assert prescription.state == PrescriptionState.ISSUED
    assert db.session.scalar(sa.select(sa.func.count(StockMove.id))) == before


def test_who_may_dispense_and_where(visit: Consultation) -> None:
    store, item = make.make_store(), medicine(controlled=True)
    make.stock_up(store, item, 50, 50_000)
    prescription = prescribe(visit, [take(item)], by=visit.doctor.user)
    with pytest.raises(WrongState):
        give(prescription, store)  # a draft is the doctor's
    perform(prescription, "issue", by=visit.doctor.user)
    for role in (Role.DOCTOR, Role.STORE_HEAD, Role.ADMIN):
        with pytest.raises(NotAllowed):
            give(prescription, store, make.make_user(role))
    itself = make.make_user(Role.STORE_STAFF, Role.PATIENT)
    visit.patient.user = itself
    db.session.flush()
    with pytest.raises(Refused, match="your own"):
        give(prescription, store, itself)
    with pytest.raises(Refused, match="Choose the store"):
        perform(prescription, "dispense", by=make.make_user(Role.STORE_STAFF), given={})
    with pytest.raises(Refused, match="who received it") as refusal:
        give(prescription, store)
    assert refusal.value.field == "received_by"
    give(prescription, store, received_by="Pasien sendiri")
    values = {"from": None, "to": None, "store": None, "item": item.id}
    [moved] = [row for row in db.session.execute(report_kit.REPORTS["controlled"].select(values))
               if row.document_type == "prescription"]
    assert (moved.party, moved.patient) == (None, visit.patient.medical_record_number)


def test_a_recall_finds_the_patient(visit: Consultation) -> None:
    store, item = make.make_store(), medicine()
    make.stock_up(store, item, 50, 50_000, "RX-77", clock.today() + timedelta(days=50))
    give(issued(visit, take(item, 7)), store)
    rows = db.session.execute(report_kit.REPORTS["recall"].select({"batch": "rx-77", "item": None})).all()
    assert [(row.patient, row.quantity) for row in rows] == [(visit.patient.medical_record_number, 7)]


def test_cancelling_wants_a_reason_and_keeps_the_stock(visit: Consultation) -> None:
    item = medicine()
    prescription = issued(visit, take(item))
    with pytest.raises(Refused, match="reason"):
        perform(prescription, "cancel", by=visit.doctor.user)
    with pytest.raises(Refused, match="another doctor"):
        perform(prescription, "cancel", by=make.make_doctor().user, reason="Not mine")
    perform(prescription, "cancel", by=visit.doctor.user, reason="Diganti")
    with pytest.raises(WrongState):
        give(prescription, make.make_store())


@pytest.mark.commits
def test_two_dispense_the_last_boxes_at_once_and_one_gets_them(app: Any, session: Any) -> None:
    make.make_chart()
    store, item = make.make_store(), medicine()
    make.stock_up(store, item, 10, 10_000)
    keys = []
    for number in ("KON/2026/000811", "KON/2026/000812"):
        visit = make.make_consultation(state=ConsultationState.IN_PROGRESS, number=number)
        keys.append(issued(visit, take(item, 10)).id)
    staff = [make.make_user(Role.STORE_STAFF).id for _ in keys]
    store_id, item_id = store.id, item.id
    session.commit()

    def go(prescription_id: int, user_id: int) -> None:
        with one_transaction() as own:
            give(own.get(Prescription, prescription_id), own.get(Store, store_id), own.get(User, user_id))

    assert len(won(at_once(app, [partial(go, *pair) for pair in zip(keys, staff, strict=True)]))) == 1
    assert session.scalar(sa.select(StockBalance.quantity).where(StockBalance.item_id == item_id)) == 0
