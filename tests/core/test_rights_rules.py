"""Who sees which rows: the scopes of `models.rights` on rows of one's own and of others, and what adds up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_history import AssetMovement
from models.base import db
from models.consultations import Consultation
from models.monthly_reports import MonthlyPack, MonthlyPackState
from models.people import AccountStatus, User
from models.prescriptions import Prescription
from models.rights import (
    RIGHTS,
    TableRights,
    every,
    hidden,
    may,
    may_open,
    may_see,
    model_of,
    scope,
)
from models.roles import STAFF_ROLES, Role
from models.scopes import history_for
from models.stock import Shelf
from models.store_requests import DeliveryRequest
from tests.support import factories as make
from tests.support import grid

R = Role


def seen(user: User, table: str) -> set[int]:
    """Ids of the rows that the person sees."""
    model, criterion = model_of(table), scope(user, table)
    rows = sa.select(model.id)
    return set(db.session.scalars(rows if criterion is None else rows.where(criterion)))


# ---------------------------------------------------------------- units and stores

def test_requests_and_deliveries_of_the_own_unit(session: Any) -> None:
    mine, others = make.make_store_request(), make.make_store_request()
    deliveries = [make.saved(DeliveryRequest(created_by=make.make_user(R.STORE_STAFF), store_request=each,
                                             store_id=each.store_id)) for each in (mine, others)]
    author, stranger = mine.created_by, make.make_user(R.UNIT_USER, work_unit=None)
    assert author.work_unit_id not in (None, others.work_unit_id)
    assert seen(author, "store_request") == {mine.id}
    assert seen(author, "delivery_request") == {deliveries[0].id}
    assert seen(stranger, "store_request") | seen(stranger, "delivery_request") == set()
    assert seen(make.make_user(R.DIRECTOR), "store_request") == {mine.id, others.id}
    assert seen(make.make_user(R.UNIT_USER, R.DIRECTOR), "store_request") == {mine.id, others.id}
    assert seen(make.make_user(R.HOUSEKEEPING), "store_request") == set()


def test_movements_that_came_to_the_unit_or_left_it(session: Any) -> None:
    unit, other = make.make_work_unit(), make.make_work_unit()
    by, room = make.make_user(R.FACILITIES_STAFF), make.make_room()
    moves = [make.saved(AssetMovement(asset=make.make_asset(), moved_at=clock.now(), moved_by_id=by.id,
                                      to_room_id=room.id, from_work_unit_id=gone, to_work_unit_id=came)).id
             for gone, came in ((unit.id, other.id), (other.id, unit.id), (other.id, other.id))]
    assert seen(make.make_user(R.UNIT_USER, work_unit=unit), "asset_movement") == {*moves[:2]}
    assert seen(make.make_user(R.UNIT_USER, work_unit=None), "asset_movement") == set()
    assert seen(make.make_user(R.PAYABLES), "asset_movement") == {*moves}


def test_shelves_of_the_own_stores_and_of_stores_without_a_unit(session: Any) -> None:
    unit, item = make.make_work_unit(), make.make_item()
    mine, nobodys, others = (
        make.saved(Shelf(store=make.make_store(work_unit=each), item=item, location="A")).id
        for each in (unit, None, make.make_work_unit()))
    assert seen(make.make_user(R.STORE_STAFF, work_unit=unit), "shelf") == {mine, nobodys}
    assert seen(make.make_user(R.STORE_HEAD, work_unit=unit), "shelf") == {mine, nobodys, others}


# ---------------------------------------------------------------- doctors

def test_the_own_entry_and_hours(session: Any) -> None:
    mine, other = make.make_doctor(), make.make_doctor()
    assert seen(mine.user, "doctor") == {mine.id}
    assert seen(mine.user, "doctor_schedule") == {each.id for each in mine.schedules}
    assert seen(make.make_user(R.ADMIN), "doctor") == {mine.id, other.id}


@pytest.mark.parametrize(("state", "was_approved", "sees"), [
    ("requested", False, False), ("approved", True, True), ("in_progress", True, True),
    ("completed", True, True), ("no_show", True, True), ("cancelled", False, False),
    ("cancelled", True, True), ("rejected", False, False)])
def test_a_consultation_and_its_patient_from_the_approval_on(session: Any, state: str, was_approved: bool,
                                                             sees: bool) -> None:
    doctor = make.make_doctor()
    own = make.make_consultation(doctor=doctor, state=state,
                                 approved_at=clock.now() if was_approved else None)
    make.make_consultation(state="approved", approved_at=clock.now())
    assert seen(doctor.user, "consultation") == ({own.id} if sees else set())
    assert seen(doctor.user, "patient") == ({own.patient_id} if sees else set())


@pytest.mark.parametrize(("state", "completed", "before", "at", "after"), [
    ("requested", None, False, False, False), ("approved", None, True, True, True),
    ("in_progress", None, True, True, True), ("cancelled", None, False, False, False),
    ("no_show", None, False, False, False), ("completed", 0, True, True, False),
    ("completed", None, True, True, False)])
def test_earlier_visits_of_a_patient(session: Any, state: str, completed: int | None, before: bool, at: bool,
                                     after: bool) -> None:
    """Of any doctor: all while an own one goes on, afterwards what began until the own one was completed."""
    doctor, patient, noon = make.make_doctor(), make.make_patient(), clock.now() - timedelta(days=10)
    own = make.make_consultation(
        doctor=doctor, patient=patient, state=state, starts_at=noon, slot_minutes=1, approved_at=None,
        completed_at=None if completed is None else noon + timedelta(hours=1))
    end = own.completed_at or noon + timedelta(minutes=1)
    begin = {"before": noon - timedelta(days=1), "after": end + timedelta(minutes=1),
             **({"at": end} if completed is not None else {})}
    visits = {name: make.make_consultation(patient=patient, state="completed", slot_minutes=1,
                                           starts_at=starts) for name, starts in begin.items()}
    make.make_consultation(patient=patient, state="approved", starts_at=noon - timedelta(days=2))
    make.make_consultation(state="completed", starts_at=noon - timedelta(days=1))
    found = set(db.session.scalars(sa.select(Consultation.id).where(history_for(doctor.user, Consultation))))
    expected = {"before": before, "at": at, "after": after}
    assert found - {own.id} == {visits[name].id for name in visits if expected[name]}
    nobody = history_for(make.make_user(R.ADMIN), Consultation)
    assert db.session.scalars(sa.select(Consultation.id).where(nobody)).all() == []


def test_the_store_sees_prescriptions_once_they_are_issued(session: Any) -> None:
    visit = make.make_consultation(state="in_progress", approved_at=clock.now())
    draft, issued = (make.saved(Prescription(consultation=visit, store=make.make_store(), number=number,
                                             created_by=visit.doctor.user, prescribed_on=clock.today()))
                     for number in (None, "RX/2026/000009"))
    assert seen(make.make_user(R.STORE_STAFF), "prescription") == {issued.id}
    assert seen(visit.doctor.user, "prescription") == {draft.id, issued.id}
    assert seen(make.make_doctor().user, "prescription") == set()


def test_of_earlier_visits_only_prescriptions_that_were_issued(session: Any) -> None:
    doctor, patient = make.make_doctor(), make.make_patient()
    make.make_consultation(doctor=doctor, patient=patient, state="approved", approved_at=clock.now())
    visit = make.make_consultation(patient=patient, state="completed",
                                   starts_at=clock.now() - timedelta(days=9))
    _draft, issued = (make.saved(Prescription(consultation=visit, store=make.make_store(), number=number,
                                              created_by=visit.doctor.user, prescribed_on=clock.today()))
                      for number in (None, "RX/2026/000009"))
    found = session.scalars(sa.select(Prescription.id).where(history_for(doctor.user, Prescription))).all()
    assert found == [issued.id]


@pytest.mark.parametrize("state", list(MonthlyPackState))
def test_the_director_reads_a_pack_once_it_is_released(session: Any, state: MonthlyPackState) -> None:
    pack = grid.row_of(MonthlyPack)
    session.execute(sa.update(MonthlyPack).values(state=state))
    sees = {pack.id} if state == MonthlyPackState.RELEASED else set()
    assert seen(make.make_user(R.DIRECTOR), "monthly_pack") == sees


# ---------------------------------------------------------------- may

@pytest.mark.parametrize(("roles", "action", "table", "allowed"), [
    ((R.UNIT_USER,), "create", "store_request", True), ((R.STORE_HEAD,), "create", "store_request", False),
    ((R.STORE_HEAD,), "read", "store_request", True), ((R.STORE_HEAD,), "export", "store_request", True),
    ((R.HOUSEKEEPING,), "export", "store_request", False), ((R.ADMIN,), "edit", "patient", True),
    ((R.ADMIN,), "create", "patient", False), ((R.ADMIN,), "delete", "patient", False),
    ((R.ADMIN,), "read", "clinical_note", False), ((R.HOUSEKEEPING, R.DOCTOR), "read", "clinical_note", True),
    ((), "read", "item", False), ((R.ADMIN,), "read", "no_such_table", False)])
def test_what_a_role_may(session: Any, roles: tuple[Role, ...], action: str, table: str,
                         allowed: bool) -> None:
    person = make.make_user(*roles)
    assert may(person, action, table) is allowed
    person.status = AccountStatus.INACTIVE
    assert not may(person, action, table)


def test_pages(session: Any) -> None:
    doctor = make.make_user(R.DOCTOR)
    assert may_open(doctor, "desk")
    assert not may_open(doctor, "imports")
    assert not may_open(doctor, "no_such_page")
    doctor.status = AccountStatus.INACTIVE
    assert not may_open(doctor, "desk")


def test_what_is_hidden(session: Any) -> None:
    head, staff, payables = (make.make_user(role) for role in (R.STORE_HEAD, R.STORE_STAFF, R.PAYABLES))
    assert hidden(head, "prescription") == {"note"}
    assert hidden(staff, "prescription") == frozenset()
    assert hidden(head, "no_such_table") == frozenset()
    assert hidden(None, "prescription") > {"note", "lines.item"}
    assert hidden(make.make_user(R.HOUSEKEEPING), "supplier") == frozenset()
    assert not may_see(staff, "supplier", "bank_account")
    assert may_see(staff, "supplier", "name")
    assert may_see(payables, "supplier", "bank_account")
    assert not may_see(make.make_user(R.HOUSEKEEPING), "supplier", "name")


#: Of `rights.csv`, and of domain.md: what patient and doctor write stays between them.
NOT_SEEN: dict[tuple[Role, str], set[str]] = {
    (R.ADMIN, "consultation"): {"complaint", "triage_answers", "files", "rating_comment"},
    (R.ADMIN, "patient"): {"allergies", "files"},
    (R.ADMIN, "letter"): {"body", "kind", "sick_from", "sick_until", "referred_to"},
    (R.ADMIN, "prescription"): {
        "note", "allergies", "lines.item", "lines.unit", "lines.quantity", "lines.dose", "lines.frequency",
        "lines.duration_days", "lines.directions", "lines.allergy_reason", "lines.dose_quantity",
        "lines.dose_unit", "lines.times_a_day", "lines.every_hours", "lines.meal", "lines.is_if_needed",
        "lines.most_a_day", "lines.interaction_reason", "lines.warnings"},
    (R.ADMIN, "walk_in"): {"complaint", "answers"},
    (R.STORE_HEAD, "prescription"): {"note"},
    (R.STORE_HEAD, "supplier"): {"bank_account"}, (R.STORE_STAFF, "supplier"): {"bank_account"},
    (R.DIRECTOR, "supplier"): {"bank_account"},
    (R.DIRECTOR, "asset_auction_bid"): {"bidder_identity"}}


@pytest.mark.parametrize("role", list(Role))
def test_what_each_role_does_not_see_of_rows_that_it_reads(session: Any, role: Role) -> None:
    person = make.make_user(role)
    found = {(role, table): set(names) for table in RIGHTS if (names := hidden(person, table))}
    assert found == {cell: names for cell, names in NOT_SEEN.items() if cell[0] == role}


def test_a_table_is_no_record_of_a_patient_and_hides_nothing_unless_said() -> None:
    rights = TableRights("inventory", {R.ADMIN: every})
    assert (rights.clinical, rights.hidden, rights.roles) == (False, {}, {R.ADMIN})
    assert (rights.create, rights.edit, rights.delete) == (frozenset(), frozenset(), frozenset())


def test_reading_a_patients_record_is_recorded() -> None:
    assert {table for table, rights in RIGHTS.items() if rights.clinical} == {
        "stay", "bed_reservation", "patient", "patient_allergy", "consultation", "walk_in", "clinical_note",
        "diagnosis", "prescription", "letter"}


def test_a_table_is_known_by_its_name(session: Any) -> None:
    assert model_of("prescription") is Prescription
    with pytest.raises(KeyError):
        model_of("no_such_table")
    assert db.session.scalar(sa.select(sa.literal(1)).where(scope(make.make_user(R.ADMIN), "none"))) is None
    assert scope(make.make_user(*STAFF_ROLES), "item") is None
