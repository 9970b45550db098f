"""Who comes, moves and goes: one stay a guest, whatever beds it takes; a wrong press is taken back for a
time; what is entered late is entered with its time and a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.bed_reservations import BedReservation
from models.beds import Bed, BedState, DischargeOutcome, Stay, StayBed
from models.errors import AsksBack, Refused, WrongState
from models.facilities import ClassFacility
from models.housekeeping import OPEN_TASKS, Cleaning, CleaningKind
from models.operations.core.approvals import perform
from models.operations.core.checks import CHECKS
from models.operations.rooms import guests
from models.operations.rooms.cleaning import make_cleaning
from models.people import User
from models.places import RoomState
from models.roles import Role
from tests.support import factories

B = BedState
START = clock.day_bounds(clock.today())[0] + timedelta(hours=10)


@pytest.fixture
def desk(session: Any) -> User:
    clock.freeze(START)
    return factories.make_user(Role.FRONT_OFFICE)


def later(**much: float) -> datetime:
    """The clock goes on."""
    clock.freeze(clock.now() + timedelta(**much))
    return clock.now()


def come(bed: Bed, desk: User, guest: str = "FO-1", reason: str = "", **given: Any) -> Stay:
    perform(bed, "check_in", by=desk, reason=reason, given={"guest": guest, **given})
    assert bed.stay is not None
    return bed.stay


def open_tasks(bed: Bed) -> list[str]:
    return list(db.session.scalars(sa.select(Cleaning.kind).where(Cleaning.bed_id == bed.id,
                                                                  Cleaning.state.in_(OPEN_TASKS))))


def wrong(session: Any) -> list[str]:
    session.flush()
    return [name for name, test in CHECKS
            if name.startswith(("rooms:", "documents:")) and test(session) is not None]


def beds_of(stay: Stay) -> list[tuple[int, bool]]:
    """The beds of the stay, and whether it is there still."""
    return [(each.bed_id, each.ended_at is None) for each in stay.beds]


# ---------------------------------------------------------------- a wrong check-in

def test_a_wrong_check_in_is_taken_back_and_counts_nowhere(session: Any, desk: User) -> None:
    bed = factories.make_bed()
    stay = come(bed, desk)
    later(minutes=29)
    with pytest.raises(Refused, match="reason"):
        perform(bed, "undo_check_in", by=desk)
    perform(bed, "undo_check_in", by=desk, reason="The wrong bed")
    assert (bed.state, bed.guest, bed.stay) == (B.READY, None, None)
    assert stay.voided_at is not None
    assert (stay.beds, open_tasks(bed), wrong(session)) == ([], [], [])
    come(bed, desk)  # the same guest, in the same bed
    assert wrong(session) == []


def test_after_half_an_hour_a_check_in_stands(desk: User) -> None:
    bed = factories.make_bed()
    come(bed, desk)
    later(minutes=31)
    assert "undo_check_in" not in {step.name for step in bed.workflow.open_to(bed, desk)}
    with pytest.raises(Refused, match="30 minutes"):
        perform(bed, "undo_check_in", by=desk, reason="The wrong bed")


def test_a_cleaning_that_was_asked_for_meanwhile_goes_with_the_check_in(session: Any, desk: User) -> None:
    bed = factories.make_bed()
    come(bed, desk)
    make_cleaning(CleaningKind.ROUTINE, bed=bed, by=factories.make_user(Role.HOUSEKEEPING))
    perform(bed, "undo_check_in", by=desk, reason="The wrong bed")
    assert (open_tasks(bed), wrong(session)) == ([], [])


def test_the_reservation_of_a_check_in_that_is_taken_back_keeps_the_bed_again(session: Any,
                                                                              desk: User) -> None:
    bed = factories.make_bed()
    kept = factories.saved(BedReservation(bed=bed, guest_name="FO-1", created_by=desk,
                                          reserved_until=clock.now() + timedelta(hours=3)))
    stay = come(bed, desk)
    assert (kept.state, kept.stay_id) == ("used", stay.id)
    perform(bed, "undo_check_in", by=desk, reason="Not yet there")
    assert (kept.state, kept.stay_id) == ("held", None)


# ---------------------------------------------------------------- transfers

def test_a_transfer_is_one_stay_in_another_bed(session: Any, desk: User) -> None:
    patient = factories.make_patient()
    here, there = factories.make_inpatient_room(2, is_isolation=True).beds
    stay = come(here, desk, patient.medical_record_number)
    moment = later(hours=5)
    perform(here, "transfer", by=desk, given={"to_bed": there})
    assert (here.state, there.state, here.guest, there.guest) == (
        B.NEEDS_CLEANING, B.OCCUPIED, None, patient.medical_record_number)
    assert (there.stay, stay.ended_at, beds_of(stay)) == (stay, None, [(here.id, False), (there.id, True)])
    assert (stay.beds[0].ended_at, stay.beds[1].started_at) == (moment, moment)
    assert (open_tasks(here), open_tasks(there)) == ([CleaningKind.ISOLATION], [])
    assert session.scalar(sa.select(sa.func.count()).select_from(Stay)) == 1
    assert wrong(session) == []
    later(hours=5)
    perform(there, "check_out", by=desk)
    assert (stay.ended_at, stay.beds[-1].ended_at, stay.bed_id) == (clock.now(), clock.now(), there.id)
    assert wrong(session) == []


@pytest.mark.parametrize("why", ["none", "same", "dirty", "unfit"])
def test_a_transfer_wants_another_bed_that_is_ready_and_fit(desk: User, why: str) -> None:
    here, there = factories.make_bed(), factories.make_bed()
    come(here, desk)
    if why == "dirty":
        come(there, desk, "FO-2")
        perform(there, "check_out", by=desk)
    if why == "unfit":
        factories.saved(ClassFacility(room_class=there.inpatient_room.room_class, item=factories.make_item()))
    target = {"none": None, "same": here}.get(why, there)
    with pytest.raises(Refused) as refusal:
        perform(here, "transfer", by=desk, given={"to_bed": target})
    assert refusal.value.field == "to_bed"


def test_a_guest_who_was_moved_is_not_struck_out(desk: User) -> None:
    """The bed of arrival offers no undoing of a check-in: the stay is older."""
    here, there = factories.make_inpatient_room(2).beds
    come(here, desk)
    perform(here, "transfer", by=desk, given={"to_bed": there})
    assert {step.name for step in there.workflow.open_to(there, desk)} == {"check_out", "transfer"}
    with pytest.raises(Refused, match="another bed"):
        perform(there, "undo_check_in", by=desk, reason="Wrong")


def test_a_wrong_transfer_is_taken_back(session: Any, desk: User) -> None:
    here, there = factories.make_inpatient_room(2).beds
    stay = come(here, desk)
    later(hours=1)
    perform(here, "transfer", by=desk, given={"to_bed": there})
    later(minutes=20)
    perform(here, "undo_check_out", by=desk, reason="The wrong person")
    assert (here.state, there.state, here.guest, there.guest) == (B.OCCUPIED, B.READY, "FO-1", None)
    assert (beds_of(stay), open_tasks(here), wrong(session)) == ([(here.id, True)], [], [])
    perform(here, "transfer", by=desk, given={"to_bed": there})
    assert wrong(session) == []


def test_a_bed_in_which_somebody_lay_for_long_is_not_called_ready(desk: User) -> None:
    """So a transfer is taken back as long as a check-in, no longer."""
    here, there = factories.make_inpatient_room(2).beds
    come(here, desk)
    perform(here, "transfer", by=desk, given={"to_bed": there})
    later(minutes=31)
    with pytest.raises(Refused, match="another bed"):
        perform(here, "undo_check_out", by=desk, reason="The wrong person")


# ---------------------------------------------------------------- a wrong check-out

def test_a_wrong_check_out_is_taken_back(session: Any, desk: User) -> None:
    bed = factories.make_bed()
    stay = come(bed, desk)
    later(days=1)
    perform(bed, "check_out", by=desk, given={"outcome": DischargeOutcome.REFERRED})
    assert (stay.outcome, open_tasks(bed)) == (DischargeOutcome.REFERRED, [CleaningKind.TERMINAL])
    later(minutes=59)
    perform(bed, "undo_check_out", by=desk, reason="The bed beside it")
    assert (bed.state, bed.guest, bed.cleaning_due, bed.stay) == (B.OCCUPIED, "FO-1", None, stay)
    assert (stay.outcome, stay.checked_out_by_id, beds_of(stay)) == (None, None, [(bed.id, True)])
    assert (open_tasks(bed), wrong(session)) == ([], [])


@pytest.mark.parametrize("why", ["late", "started", "given back", "back elsewhere"])
def test_a_check_out_that_was_built_on_stands(session: Any, desk: User, why: str) -> None:
    bed, other = factories.make_bed(), factories.make_bed()
    come(bed, desk)
    perform(bed, "check_out", by=desk)
    cleaner = factories.make_user(Role.HOUSEKEEPING)
    task = session.scalars(sa.select(Cleaning).where(Cleaning.bed_id == bed.id)).one()
    if why == "late":
        later(minutes=61)
    if why in ("started", "given back"):
        perform(task, "start", by=cleaner)
    if why == "given back":
        perform(task, "give_back", by=cleaner, reason="End of my shift")
    if why == "back elsewhere":
        come(other, desk)
    with pytest.raises((Refused, WrongState)):
        perform(bed, "undo_check_out", by=desk, reason="Wrong")


def test_check_out_says_how_the_stay_ended(desk: User) -> None:
    bed = factories.make_bed()
    stay = come(bed, desk)
    perform(bed, "check_out", by=desk)
    assert stay.outcome == DischargeOutcome.HOME


# ---------------------------------------------------------------- typed later than it happened

def test_a_late_entry_has_its_time_and_a_reason(desk: User) -> None:
    bed = factories.make_bed()
    came = clock.now() - timedelta(hours=4)
    with pytest.raises(Refused) as refusal:
        come(bed, desk, happened_at=came)
    assert refusal.value.field == "reason"
    stay = come(bed, desk, reason="The network was away", happened_at=came)
    assert (stay.started_at, stay.beds[0].started_at) == (came, came)
    left = clock.now() - timedelta(hours=2)
    perform(bed, "check_out", by=desk, reason="The network was away", given={"happened_at": left})
    task = db.session.scalars(sa.select(Cleaning).where(Cleaning.bed_id == bed.id)).one()
    assert (stay.ended_at, task.requested_at) == (left, left)


@pytest.mark.parametrize(("hours", "words"), [(1, "still to come"), (-3, "not ready before")])
def test_nobody_came_in_the_future_or_while_the_bed_was_not_ready(session: Any, desk: User, hours: int,
                                                                  words: str) -> None:
    bed, cleaner = factories.make_bed(), factories.make_user(Role.HOUSEKEEPING)
    come(bed, desk)
    later(hours=1)
    perform(bed, "check_out", by=desk)
    task = session.scalars(sa.select(Cleaning).where(Cleaning.bed_id == bed.id)).one()
    perform(task, "start", by=cleaner)
    later(hours=1)
    perform(task, "finish", by=cleaner, given={"checklist_done": True, "cost": Decimal(1)})
    ready = later(hours=1) - timedelta(hours=1)
    with pytest.raises(Refused, match=words) as refusal:
        come(bed, desk, "FO-2", "Late", happened_at=clock.now() + timedelta(hours=hours))
    assert refusal.value.field == "happened_at"
    assert come(bed, desk, "FO-2", "Late", happened_at=ready).started_at == ready


def test_who_is_checked_in_anew_after_a_wrong_check_in_came_when_they_came(desk: User) -> None:
    """The moment at which a check-in was taken back is not the one at which the bed became ready."""
    bed, came = factories.make_bed(), clock.now() - timedelta(hours=1)
    come(bed, desk, "FO-1", "Late", happened_at=came)
    perform(bed, "undo_check_in", by=desk, reason="Another guest")
    assert come(bed, desk, "FO-2", "Late", happened_at=came).started_at == came


def test_nobody_leaves_before_they_came(desk: User) -> None:
    bed = factories.make_bed()
    come(bed, desk)
    later(hours=1)
    with pytest.raises(Refused) as refusal:
        perform(bed, "check_out", by=desk, reason="Late", given={
            "happened_at": clock.now() - timedelta(hours=2)})
    assert refusal.value.field == "happened_at"


def test_a_late_entry_does_not_overlap_the_guests_stay_elsewhere(desk: User) -> None:
    first, second = factories.make_bed(), factories.make_bed()
    come(first, desk)
    later(hours=3)
    perform(first, "check_out", by=desk)
    with pytest.raises(Refused, match="until") as refusal:
        come(second, desk, "FO-1", "Late", happened_at=clock.now() - timedelta(hours=1))
    assert refusal.value.field == "happened_at"


# ---------------------------------------------------------------- who it is

@pytest.mark.parametrize("typed", ["00000004", "00-00-00-04", " 0000 0004 "])
def test_a_record_number_names_the_patient_however_it_is_grouped(desk: User, typed: str) -> None:
    patient = factories.make_patient(medical_record_number="00000004")
    stay = come(factories.make_bed(), desk, typed)
    assert (stay.patient_id, stay.outside_reference, stay.guest) == (patient.id, None, "00000004")


@pytest.mark.parametrize("typed", ["0000004", "99999999", "12 34-5", "Ratna Dewi"])
def test_what_looks_like_a_number_or_a_name_asks_back(desk: User, typed: str) -> None:
    bed = factories.make_bed()
    factories.make_patient(name="Ratna Dewi Lestari")
    with pytest.raises(AsksBack) as question:
        come(bed, desk, typed)
    assert question.value.field == "guest"
    db.session.rollback()


def test_what_was_confirmed_is_an_outside_reference(desk: User) -> None:
    stay = come(factories.make_bed(), desk, "12 34-5", is_confirmed=True)
    assert (stay.patient_id, stay.outside_reference) == (None, "12 34-5")


def test_a_merged_record_number_means_the_record_that_was_kept(session: Any, desk: User) -> None:
    kept = factories.make_patient()
    gone = factories.make_patient(state="closed", medical_record_number="00000077", merged_into=kept)
    assert come(factories.make_bed(), desk, "00000077").patient_id == kept.id
    assert gone.id != kept.id


def test_one_guest_lies_in_one_bed(desk: User) -> None:
    patient = factories.make_patient()
    come(factories.make_bed(), desk, patient.medical_record_number)
    come(factories.make_bed(), desk, "FO-77")
    for guest, words in ((patient.medical_record_number, "another bed"), ("FO-77", "another bed"),
                         ("fo-77", "another bed")):
        with pytest.raises(Refused, match=words):
            come(factories.make_bed(), desk, guest)


@pytest.mark.parametrize("who", ["patient", "reference"])
def test_the_database_keeps_a_guest_out_of_a_second_bed(session: Any, desk: User, who: str) -> None:
    guest = {"patient": factories.make_patient()} if who == "patient" else {"outside_reference": "FO-9"}
    factories.saved(Stay(bed=factories.make_bed(), checked_in_by=desk, **guest))
    with pytest.raises(sa.exc.IntegrityError):
        factories.saved(Stay(bed=factories.make_bed(), checked_in_by=desk, **guest))


def test_the_database_keeps_a_stay_in_one_bed(session: Any, desk: User) -> None:
    stay = come(factories.make_bed(), desk)
    with pytest.raises(sa.exc.IntegrityError):
        factories.saved(StayBed(stay=stay, bed=factories.make_bed(), started_at=clock.now()))


def test_patients_are_found_by_number_and_name(session: Any) -> None:
    ratna = factories.make_patient(name="Ratna Dewi Lestari", medical_record_number="00000814")
    factories.make_patient(name="Budi", medical_record_number="00000999")
    factories.make_patient(name="Ratna Registered", state="pending")
    for text in ("ratna", "dewi rat", "00000814", "814", "0814"):
        assert guests.found(text) == [ratna], text
    assert (guests.found(""), guests.found("r"), guests.found("100%")) == ([], [], [])


# ---------------------------------------------------------------- rooms without beds

def test_a_wrong_use_of_a_room_is_taken_back_without_a_cleaning(session: Any, desk: User) -> None:
    room = factories.make_room()
    perform(room, "use", by=desk)
    later(minutes=29)
    perform(room, "undo_use", by=desk, reason="The other room")
    assert (room.state, wrong(session)) == (RoomState.READY, [])
    assert session.scalar(sa.select(Cleaning.id).where(Cleaning.room_id == room.id)) is None
    perform(room, "use", by=desk)
    later(minutes=31)
    with pytest.raises(Refused, match="30 minutes"):
        perform(room, "undo_use", by=desk, reason="The other room")


def test_a_unit_uses_its_own_rooms(session: Any, desk: User) -> None:
    unit = factories.make_work_unit()
    mine, others = factories.make_room(work_unit=unit), factories.make_room()
    nurse = factories.make_user(Role.UNIT_USER, work_unit=unit)
    for step, reason in (("use", ""), ("undo_use", "Wrong"), ("use", ""), ("leave", "")):
        perform(mine, step, by=nurse, reason=reason)
    with pytest.raises(Refused, match="another work unit"):
        perform(others, "use", by=nurse)
    perform(others, "use", by=desk)
