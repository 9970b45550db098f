"""Each case can be played through: before a step its check says no, after it yes. What was done before the
case began does not count, and every screen that a step names is there for its role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import actor, clock
from models.asset_history import Calibration, CalibrationResult
from models.base import db
from models.depreciation import DepreciationRun
from models.housekeeping import Cleaning
from models.maintenance import MaintenanceKind
from models.monthly_reports import MonthlyPack
from models.operations.clinic import clinical, conversations, duty, prescriptions
from models.operations.core import activity
from models.operations.core.approvals import opened, perform
from models.operations.ledger import journal
from models.operations.purchasing import ordering, receipts
from models.operations.setup.demo.people import ACCOUNTS
from models.operations.stores import corrections, stocktake_counting, stores
from models.places import PhysicalCondition
from models.prescriptions import Prescription
from models.returns import Spoilage, SpoilageLine, UnitReturn, UnitReturnLine
from models.roles import Role
from models.stock import StockBatch
from models.stocktakes import Stocktake
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine
from portal.learn.cases import stories
from tests.support import factories as make

pytestmark = pytest.mark.once

CASES = list(stories.cases())
#: What plays a case: yields the key of each step before it does the step.
Play = Callable[["Cast"], Any]


class Cast:
    """People of every role, and a store."""

    def __init__(self) -> None:
        make.make_chart()
        self.people = {role: make.make_user(role) for role in Role}
        self.store = make.make_store()
        self.item = make.make_item(name="Parasetamol tablet 500 mg", batch_tracked=True)
        self.item.category.is_medicine = True
        make.stock_up(self.store, self.item, 100, 100_000, "B-7", clock.today() + timedelta(days=90))
        self.doctor = make.make_doctor(user=self.people[Role.DOCTOR])
        self.patient = make.make_patient(user=self.people[Role.PATIENT])

    def __getitem__(self, role: Role) -> Any:
        return self.people[role]

    def does(self, record: Any, step: str, role: Role, **given: Any) -> None:
        perform(record, step, by=self[role], **({"given": given} if given else {}))


@pytest.fixture
def cast(session: Any) -> Cast:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("practice hospitals are SQLite files")
    clock.freeze(datetime(2026, 11, 4, 9, tzinfo=clock.zone()))
    return Cast()


def later() -> None:
    clock.freeze(clock.now() + timedelta(minutes=5))


# ---------------------------------------------------------------- the plays

def bed(cast: Cast) -> Any:
    bed = make.make_inpatient_room().beds[0]
    yield "check_in"
    cast.does(bed, "check_in", Role.FRONT_OFFICE, guest="TAMU-1")
    yield "check_out"
    cast.does(bed, "check_out", Role.FRONT_OFFICE)
    task = db.session.scalars(sa.select(Cleaning).where(Cleaning.bed_id == bed.id)).one()
    task.needs_inspection = True
    yield "start"
    cast.does(task, "start", Role.HOUSEKEEPING)
    yield "finish"
    cast.does(task, "hand_over", Role.HOUSEKEEPING, checklist_done=True, cost=Decimal(25_000))
    yield "ready"
    accepts = next(step.name for step in task.workflow if step.target == "inspected")
    cast.does(task, accepts, Role.FACILITIES_STAFF)
    yield "next_guest"
    cast.does(bed, "check_in", Role.FRONT_OFFICE, guest="TAMU-2")


def invoice(cast: Cast) -> Any:
    from models.purchasing import PurchaseRequest, PurchaseRequestLine

    yield "request"
    item = make.make_item()
    request = make.saved(PurchaseRequest(created_by=cast[Role.STORE_STAFF], store=cast.store, lines=[
        PurchaseRequestLine(item=item, unit=make.unit_of(item), quantity=Decimal(5),
                            supplier=make.make_supplier(), estimated_price=Decimal(900))]))
    opened(request, by=cast[Role.STORE_STAFF])
    cast.does(request, "submit", Role.STORE_STAFF)
    yield "approve_request"
    cast.does(request, "approve", Role.FACILITIES_HEAD)
    yield "order"
    order = ordering.make_order(request, by=cast[Role.FACILITIES_STAFF])
    cast.does(order, "submit", Role.FACILITIES_STAFF)
    for key, step, role in (("approve_order", "approve", Role.FACILITIES_HEAD),
                            ("approve_payment", "approve_payment", Role.PAYABLES),
                            ("send", "send", Role.FACILITIES_STAFF)):
        yield key
        cast.does(order, step, role)
    yield "receive"
    receipt = receipts.make_receipt(order, by=cast[Role.STORE_STAFF])
    cast.does(receipt, "post", Role.STORE_STAFF)
    yield "invoice"
    line = receipt.lines[0]
    bill = make.saved(SupplierInvoice(
        created_by=cast[Role.FACILITIES_STAFF], supplier=order.supplier, purchase_order=order,
        supplier_number="F-1", vat_amount=Decimal(495), lines=[SupplierInvoiceLine(
            goods_receipt_line=line, item_id=line.item_id, unit_id=line.unit_id, quantity=Decimal(5),
            unit_price=Decimal(900))]))
    cast.does(bill, "submit", Role.FACILITIES_STAFF)
    yield "match"
    cast.does(bill, "approve", Role.PAYABLES)
    yield "pay"
    cast.does(bill, "pay", Role.PAYABLES, paid_on=clock.today(), payment_reference="BYR-1")


def delivered(cast: Cast, quantity: int = 10) -> Any:
    """A delivery of the item of the store to the unit."""
    request = make.make_store_request((cast.item, quantity), created_by=cast[Role.UNIT_USER],
                                      store=cast.store)
    cast.does(request, "submit", Role.UNIT_USER)
    cast.does(request, "approve", Role.STORE_HEAD)
    delivery = stores.make_delivery(request, by=cast[Role.STORE_STAFF])
    cast.does(delivery, "submit", Role.STORE_STAFF)
    cast.does(delivery, "approve", Role.FACILITIES_HEAD)
    cast.does(delivery, "deliver", Role.STORE_STAFF)
    return delivery


def stocktake(cast: Cast) -> Any:
    other = make.make_item()
    make.stock_up(cast.store, other, 4, 400)
    yield "start"
    count = make.saved(Stocktake(created_by=cast[Role.STORE_STAFF], store=cast.store))
    corrections.choose_items(count, [cast.item.id, other.id])
    opened(count, by=cast[Role.STORE_STAFF])
    cast.does(count, "start", Role.STORE_STAFF)
    first, *rest = sorted(count.lines, key=lambda line: line.item_id != cast.item.id)
    yield "count"
    stocktake_counting.count(count, first.id, Decimal(99), seen=None, by=cast[Role.STORE_STAFF])
    yield "meanwhile"
    delivered(cast)
    yield "rest"
    for line in rest:
        stocktake_counting.count(count, line.id, Decimal(4), seen=None, by=cast[Role.STORE_STAFF])
    yield "submit"
    cast.does(count, "submit", Role.STORE_STAFF)
    yield "approve"
    cast.does(count, "approve", Role.FACILITIES_HEAD)
    assert cast.item.stock_on_hand == 89


def placed(**fields: Any) -> Any:
    """An asset that stands in a room and belongs to a unit."""
    return make.make_asset(room=make.make_room(), work_unit=make.make_work_unit(), **fields)


def month(cast: Cast) -> Any:
    asset = placed(acquired_on=date(2026, 1, 5), acquisition_cost=Decimal(6_000_000))
    cast.does(asset, "put_into_use", Role.FACILITIES_STAFF)
    period = journal.close_period(2026, 9, by=cast[Role.PAYABLES])
    yield "run"
    run = make.saved(DepreciationRun(created_by=cast[Role.FACILITIES_STAFF], period_start=date(2026, 9, 1),
                                     period_end=date(2026, 9, 30)))
    opened(run, by=cast[Role.FACILITIES_STAFF])
    cast.does(run, "submit", Role.FACILITIES_STAFF)
    yield "approve_run"
    cast.does(run, "approve", Role.FACILITIES_HEAD)
    yield "pack"
    pack = make.saved(MonthlyPack(created_by=cast[Role.FACILITIES_STAFF], period=period, foreword="Tenang."))
    cast.does(pack, "submit", Role.FACILITIES_STAFF)
    yield "release"
    cast.does(pack, "approve", Role.FACILITIES_HEAD)
    yield "read"
    activity.record("exported", table_name="monthly_pack", changed_id=pack.id)


def seen_now(cast: Cast, *, is_on: bool = False) -> Any:
    """The doctor is on duty, the patient waits in the line and is taken; returns the consultation."""
    if not is_on:
        yield "duty"
        duty.switch_on(cast.doctor, time(20), by=cast[Role.DOCTOR])
    yield "ask"
    duty.join(cast.patient, "Demam sejak kemarin", by=cast[Role.PATIENT])
    yield "start"
    return duty.take_next(cast.doctor, by=cast[Role.DOCTOR])


def note(cast: Cast, consultation: Any) -> None:
    clinical.write_note(consultation, by=cast[Role.DOCTOR], subjective="a", objective="b", assessment="c",
                        plan="d")


def medicine(item: Any, **more: Any) -> prescriptions.Medicine:
    return prescriptions.Medicine(make.unit_of(item), Decimal(10), dose="1 tablet", frequency="3 x sehari",
                                  **more)


def issue(cast: Cast, consultation: Any) -> None:
    paper = prescriptions.draft_of(consultation)
    assert paper is not None
    cast.does(paper, "issue", Role.DOCTOR)


def dispense(cast: Cast, consultation: Any) -> None:
    paper = db.session.scalars(sa.select(Prescription).filter_by(consultation_id=consultation.id)).one()
    cast.does(paper, "dispense", Role.STORE_STAFF, store=cast.store, received_by="Ibu Sari")


def fever(cast: Cast) -> Any:
    consultation = yield from seen_now(cast)
    yield "talk"
    conversations.send_message(consultation, "Apakah leher kaku?", by=cast[Role.DOCTOR], client_id="a")
    yield "note"
    note(cast, consultation)
    yield "diagnosis"
    clinical.add_diagnosis(consultation, "R50.9", by=cast[Role.DOCTOR])
    yield "prescribe"
    prescriptions.add_line(consultation, medicine(cast.item), by=cast[Role.DOCTOR])
    issue(cast, consultation)
    yield "complete"
    cast.does(consultation, "complete", Role.DOCTOR)
    yield "dispense"
    dispense(cast, consultation)


def allergy(cast: Cast) -> Any:
    against = make.make_item(name="Amoksisilin kapsul 500 mg", batch_tracked=True)
    against.category.is_medicine = True
    make.stock_up(cast.store, against, 50, 50_000, "A-1", clock.today() + timedelta(days=90))
    duty.switch_on(cast.doctor, time(20), by=cast[Role.DOCTOR])
    yield "tell"
    cast.patient.allergies = "Amoksisilin"
    consultation = yield from seen_now(cast, is_on=True)
    yield "against"
    line = prescriptions.add_line(consultation, medicine(against, allergy_reason="Hanya ruam ringan dahulu"),
                                  by=cast[Role.DOCTOR])
    yield "instead"
    prescriptions.add_line(consultation, medicine(cast.item), by=cast[Role.DOCTOR])
    prescriptions.remove_line(line, by=cast[Role.DOCTOR])
    yield "complete"
    issue(cast, consultation)
    note(cast, consultation)
    clinical.add_diagnosis(consultation, "J02.9", by=cast[Role.DOCTOR])
    cast.does(consultation, "complete", Role.DOCTOR)
    yield "dispense"
    dispense(cast, consultation)


def recall(cast: Cast) -> Any:
    delivery = delivered(cast)
    batch = db.session.scalar(sa.select(StockBatch.id).where(StockBatch.number == "B-7"))
    yield "list"
    activity.record("exported", table_name="reports", properties={"report": "recall"})
    yield "return"
    line = delivery.lines[0]
    back = make.saved(UnitReturn(
        created_by=cast[Role.UNIT_USER], work_unit_id=cast[Role.UNIT_USER].work_unit_id, store=cast.store,
        lines=[UnitReturnLine(item=line.item, unit=line.unit, quantity=Decimal(4),
                              delivery_request_line_id=line.id)]))
    opened(back, by=cast[Role.UNIT_USER])
    cast.does(back, "submit", Role.UNIT_USER)
    yield "accept"
    cast.does(back, "accept", Role.STORE_STAFF)
    yield "write_off"
    off = make.saved(Spoilage(created_by=cast[Role.STORE_STAFF], store=cast.store, lines=[
        SpoilageLine(item=cast.item, unit=make.unit_of(cast.item), quantity=Decimal(94), batch_id=batch)]))
    opened(off, by=cast[Role.STORE_STAFF])
    cast.does(off, "submit", Role.STORE_STAFF)
    yield "approve"
    cast.does(off, "approve", Role.FACILITIES_HEAD)


def pump(cast: Cast) -> Any:
    asset = placed()
    cast.does(asset, "put_into_use", Role.FACILITIES_STAFF)
    yield "order"
    order = make.make_maintenance(asset, kind=MaintenanceKind.CALIBRATION,
                                  created_by=cast[Role.FACILITIES_STAFF])
    cast.does(order, "submit", Role.FACILITIES_STAFF)
    yield "approve"
    cast.does(order, "approve", Role.FACILITIES_HEAD)
    yield "start"
    cast.does(order, "start", Role.FACILITIES_STAFF)
    yield "certificate"
    make.saved(Calibration(asset=asset, certificate_number="KAL-7", calibrated_on=clock.today(),
                           result=CalibrationResult.FIT,
                           valid_until=clock.today() + timedelta(days=364),
                           maintenance_line_id=order.lines[0].id))
    yield "line_done"
    cast.does(order.lines[0], "finish", Role.FACILITIES_STAFF, result="Laik", cost=Decimal(0),
              condition_after=PhysicalCondition.GOOD)
    yield "back"
    cast.does(order, "finish", Role.FACILITIES_STAFF)


PLAYS: dict[str, Play] = {"bed": bed, "invoice": invoice, "stocktake": stocktake, "month": month,
                          "fever": fever, "allergy": allergy, "recall": recall, "pump": pump}
#: Steps in which the student looks at what the step before wrote: they are done with it.
LOOKED_AT = {("month", "posted"), ("recall", "nothing_left")}


def done(case: stories.Case, key: str, since: datetime) -> bool:
    db.session.commit()
    connection = db.session.connection().connection.dbapi_connection
    return stories.check(connection, case, case.step(key), since)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", CASES)
def test_a_case_is_played_through_and_each_step_is_seen_when_it_is_done(cast: Cast, key: str) -> None:
    case, play = stories.cases()[key], PLAYS[key](cast)
    with actor.acting(cast[Role.ADMIN].id, actor.Door.BACK_OFFICE):
        played = [next(play)]  # what was there before the case began
        db.session.commit()
        later()
        since = clock.now()
        assert not any(done(case, step.key, since) for step in case.steps)
        later()
        for step in play:
            assert done(case, played[-1], since), f"{played[-1]} was done and is not seen"
            assert not done(case, step, since), f"{step} is seen before it is done"
            later()
            played.append(step)
        assert done(case, played[-1], since), f"{played[-1]} was done and is not seen"
    assert [step.key for step in case.steps if (key, step.key) not in LOOKED_AT] == played
    assert all(done(case, step, since) for owner, step in LOOKED_AT if owner == key)
    later()
    assert not any(done(case, step.key, clock.now()) for step in case.steps)


def test_there_are_eight_cases_of_six_to_ten_steps_in_both_languages() -> None:
    assert len(CASES) >= 8
    for case in stories.cases().values():
        assert 6 <= len(case.steps) <= 10, case.key
        assert len({step.key for step in case.steps}) == len(case.steps)
        assert case.guideline
        for words in (case.title, case.story, *(part for step in case.steps for part in (step.do, step.why))):
            assert words.en.strip()
            assert words.id.strip()
            assert words.en != words.id or words is case.title


@pytest.mark.parametrize("key", CASES)
def test_every_screen_is_there_and_open_to_the_role(app: Any, client: Any, sign_in: Any, key: str) -> None:
    wrong = []
    for step in stories.cases()[key].steps:
        person = make.make_user(step.role)
        if step.role is Role.PATIENT:
            make.make_patient(user=person)
        if step.role is Role.DOCTOR:
            make.make_doctor(user=person)
        sign_in(client, person)
        answer = client.get(step.screen, follow_redirects=True)
        if answer.status_code != 200:
            wrong.append(f"{step.key}: {step.role} gets {answer.status_code} at {step.screen}")
    assert wrong == []


def test_the_doctor_that_a_case_names_is_the_one_that_can_be_played() -> None:
    name = ACCOUNTS["doctor"][0].split(",")[0]
    for key in ("fever", "allergy"):
        assert any(name in step.do.en and name in step.do.id for step in stories.cases()[key].steps)


def test_an_unknown_step_is_an_error() -> None:
    with pytest.raises(KeyError):
        stories.cases()["bed"].step("no such step")


def test_a_check_that_never_ends_is_given_up(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3
    from dataclasses import replace

    case = stories.cases()["bed"]
    endless = replace(case, mine="RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)")
    monkeypatch.setattr(stories, "MOST_WORK", 100_000)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        stories.check(sqlite3.connect(":memory:"), endless,
                      replace(case.steps[0], check="SELECT count(*) FROM n"))
