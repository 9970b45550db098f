"""A merge is taken back: exactly what moved goes back, what was changed or made since stays, and both are
told."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from models import clock
from models.activity import Activity, ActivityLog
from models.base import db, one_transaction
from models.beds import Stay
from models.clinic import Patient, Payer
from models.documents import Attachment
from models.duty import WalkIn
from models.errors import Conflict, NotAllowed, Refused
from models.merges import PatientMerge, PatientMergeMove
from models.operations.clinic import merge_undo, merging, patient_record
from models.operations.core import activity, checks
from models.operations.core.approvals import perform
from models.operations.people import credentials, nik
from models.outbox import Outbox
from models.people import AccountStatus, User
from models.roles import Role
from tests.support.factories import make_consultation, make_doctor, make_patient, make_user, saved
from tests.support.grid import row_of
from tests.support.races import at_once, won

BORN = date(1990, 5, 17)
NIK = "3171015705900001"


@pytest.fixture
def two(session):
    """The record that goes and the one that stays."""
    return (make_patient(name="Siti Aminah", birth_date=BORN, phone="+628111", address="Jl. Melati 1"),
            make_patient(name="Siti Aminah", birth_date=BORN, phone="+628222"))


@pytest.fixture
def admin(session):
    return make_user(Role.ADMIN)


def of_patients() -> list[sa.Table]:
    """Every table that names a patient, and what closing one changes; a new table falls under it by
    itself."""
    hangs = [table for table in db.metadata.sorted_tables if not table.name.startswith("patient_merge")
             and (table.name in ("patient", "user", "account_identity", "attachment") or any(
                 key.column.table.name in ("patient", "consultation") for key in table.foreign_keys))]
    assert {"patient", "consultation", "stay", "consent", "user", "diagnosis", "prescription"} <= {
        table.name for table in hangs}
    return hangs


def everything() -> dict[str, list]:
    """All rows of those tables, without the number of times that each was written."""
    db.session.flush()
    return {table.name: [tuple(row) for row in db.session.execute(
        sa.select(*(column for column in table.columns
                    if column.name != "version")).order_by(*table.primary_key))]
        for table in of_patients()}


def sound(session) -> list:
    return [(name, bad) for name, bad in checks.verify(session) if bad is not None and (
        name.startswith(("patients: a merged", "patients: an active", "consultations: no",
                         "consultations: two", "accounts")))]


def a_file(patient: Patient) -> Attachment:
    return saved(Attachment(document_type="patient", document_id=patient.id, file_name="ktp.pdf", size=3,
                            media_type="application/pdf", sha256="0" * 64, content=b"pdf",
                            user_id=patient.user_id))


def both_sides():
    text = st.sampled_from([None, "Udang", "Amoksisilin, debu"])
    return st.fixed_dictionaries({
        "allergies": text, "phone": st.sampled_from([None, "+628111", "+628999"]),
        "address": st.sampled_from([None, "Jl. Melati 1", "Jl. Mawar 2"]),
        "payer": st.sampled_from([Payer.SELF, Payer.BPJS]), "height_cm": st.sampled_from([None, 160]),
        "visits": st.integers(0, 2), "children": st.integers(0, 1), "has_nik": st.booleans(),
        "stays": st.booleans(), "files": st.booleans()})


def build(said: dict, *, state: str, days: int) -> Patient:
    patient = make_patient(name="Siti Aminah", birth_date=BORN, state=state, **{
        key: said[key] for key in ("allergies", "phone", "address", "payer", "height_cm")})
    for number in range(said["visits"]):
        make_consultation(patient=patient, starts_at=clock.now() + timedelta(days=days + number))
    for _ in range(said["children"]):
        make_patient(guardian=patient, birth_date=date(2020, 1, 1))
    if said["stays"]:
        row_of(Stay).patient_id = patient.id
    if said["files"]:
        a_file(patient)
    db.session.flush()
    return patient


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
          database=None)
@given(one=both_sides(), other=both_sides(), state=st.sampled_from(["active", "pending"]),
       take=st.sets(st.sampled_from(sorted(merging.TOGETHER))))
def test_merged_and_taken_back_is_as_before(session, one, other, state, take):
    assume(not (one["stays"] and other["stays"]))  # a test of its own
    with session.begin_nested() as inner:
        admin = make_user(Role.ADMIN)
        gone, kept = build(one, state=state, days=1), build(other, state="active", days=20)
        for patient, has in ((gone, one["has_nik"]), (kept, other["has_nik"] and not one["has_nik"])):
            if has:
                nik.keep(patient, NIK, confirmed=True)
        before = everything()
        moved = merging.merge(gone, kept, by=admin, take=take)
        assert sound(session) == []
        assert everything() != before
        done = merge_undo.take_back(gone, by=admin, reason="Two people")
        assert (done.moved, done.left) == (moved, ())
        session.expire_all()
        assert everything() == before
        assert sound(session) == []
        inner.rollback()


def test_one_person_lies_in_one_bed_and_waits_once(two, admin, session):
    gone, kept = two
    mine, theirs = row_of(Stay), row_of(Stay)
    mine.patient_id, theirs.patient_id = kept.id, gone.id
    session.commit()
    with pytest.raises(Refused, match="Both lie in a bed now") as told:
        merging.merge(gone, kept, by=admin)
    assert str(mine.bed) in str(told.value)
    theirs.ended_at = clock.now()
    session.add_all(WalkIn(patient=patient, complaint="Batuk", created_by_id=admin.id) for patient in two)
    session.commit()
    with pytest.raises(Refused, match="Both wait for a doctor"):
        merging.merge(gone, kept, by=admin)
    gone_place = session.scalar(sa.select(WalkIn).where(WalkIn.patient_id == gone.id))
    perform(gone_place, "leave", by=admin)
    session.commit()
    merging.merge(gone, kept, by=admin)
    assert {mine.patient_id, theirs.patient_id, gone_place.patient_id} == {kept.id}


def test_what_was_made_after_the_merge_stays_with_the_record_that_stayed(two, admin, session):
    gone, kept = two
    old = make_consultation(patient=gone)
    merging.merge(gone, kept, by=admin)
    new = make_consultation(patient=kept, starts_at=clock.now() + timedelta(days=9))
    done = merge_undo.take_back(gone, by=admin, reason="Two people")
    session.expire_all()
    assert (old.patient_id, new.patient_id) == (gone.id, kept.id)
    assert done.moved == {"consultation": 1}


def test_what_somebody_changed_since_is_left_and_told(two, admin):
    gone, kept = two
    gone.allergies = "Udang"
    merging.merge(gone, kept, by=admin)
    assert (kept.allergies, kept.address) == ("Udang", "Jl. Melati 1")
    kept.allergies = "Udang, kacang"
    done = merge_undo.take_back(gone, by=admin, reason="Two people")
    assert done.left == ("allergies",)
    assert (kept.allergies, kept.address) == ("Udang, kacang", None)
    assert gone.allergies == "Udang"


def test_a_visit_that_went_on_meanwhile_goes_back_as_it_is_now(two, admin, session):
    gone, kept = two
    visit = make_consultation(patient=gone)
    merging.merge(gone, kept, by=admin)
    perform(visit, "reject", by=admin, reason="No time")
    merge_undo.take_back(gone, by=admin, reason="Two people")
    session.expire_all()
    assert (visit.patient_id, visit.state) == (gone.id, "rejected")


def test_the_account_opens_again_but_nobody_is_signed_in_and_no_link_works(two, admin, session):
    gone, kept = two
    gone.user.password_hash = "hash"
    merging.merge(gone, kept, by=admin)
    assert gone.user.status == AccountStatus.INACTIVE
    merge_undo.take_back(gone, by=admin, reason="Two people")
    assert (gone.user.status, gone.user.password_hash) == (AccountStatus.ACTIVE, "hash")
    assert credentials.sessions_of(gone.user) == []
    assert not any(consent.withdrawn_at for consent in gone.consents)
    told = session.scalars(sa.select(Outbox.user_id).where(Outbox.template == "registration_unmerged")).all()
    assert set(told) == {gone.user_id, kept.user_id}


def test_a_closed_account_stays_closed(two, admin):
    """It was closed before the merge: taking that back does not open it."""
    gone, kept = two
    gone.user.status = AccountStatus.INACTIVE
    merging.merge(gone, kept, by=admin)
    merge_undo.take_back(gone, by=admin, reason="Two people")
    assert gone.user.status == AccountStatus.INACTIVE


def test_it_is_logged_in_both_directions_and_stands_in_the_history(two, admin, session):
    gone, kept = two
    merging.merge(gone, kept, by=admin)
    merge_undo.take_back(gone, by=admin, reason="Two people")
    session.commit()
    said = session.scalars(sa.select(ActivityLog.properties).where(
        ActivityLog.table_name == "patient", ActivityLog.changed_id == str(kept.id))).all()
    assert any(each.get("unmerged", {}).get("patient") == gone.id for each in said)
    assert [(each.transition, each.note) for each in gone.events][-1] == ("unmerge", "Two people")
    merge = session.scalars(sa.select(PatientMerge)).one()
    assert (merge.taken_back_by_id, merge.reason) == (admin.id, "Two people")


def test_no_clinical_word_and_no_nik_of_a_merge_stands_in_the_log(two, admin, session):
    gone, kept = two
    gone.allergies = "Udang"
    nik.keep(gone, NIK, confirmed=True)
    merging.merge(gone, kept, by=admin)
    session.commit()
    rows = session.scalars(sa.select(ActivityLog.properties).where(ActivityLog.table_name
                                                                   == "patient_merge_move"))
    assert not any("Udang" in str(row) or kept.nik_index in str(row) for row in rows)


def test_merges_of_merges_are_taken_back_newest_first(two, admin, session):
    gone, kept = two
    last = make_patient(name="Siti Aminah", birth_date=BORN)
    visit = make_consultation(patient=gone)
    merging.merge(gone, kept, by=admin)
    merging.merge(kept, last, by=admin)
    session.expire_all()
    assert (gone.merged_into_id, visit.patient_id) == (last.id, last.id)
    with pytest.raises(Refused, match="later"):
        merge_undo.take_back(gone, by=admin, reason="Two people")
    merge_undo.take_back(kept, by=admin, reason="Two people")
    assert (gone.merged_into_id, visit.patient_id, kept.state) == (kept.id, kept.id, "active")
    merge_undo.take_back(gone, by=admin, reason="Two people")
    assert (gone.merged_into_id, visit.patient_id, gone.state) == (None, gone.id, "active")
    assert sound(session) == []


def test_what_was_merged_before_it_was_kept_is_told_in_one_sentence(two, admin, session):
    gone, kept = two
    merging.merge(gone, kept, by=admin)
    session.execute(sa.delete(PatientMergeMove))
    session.execute(sa.delete(PatientMerge))
    with pytest.raises(Refused, match="before what moved was kept"):
        merge_undo.take_back(gone, by=admin, reason="Two people")


def test_a_merge_is_taken_back_once_and_can_be_made_anew(two, admin, session):
    gone, kept = two
    for _ in range(2):
        merging.merge(gone, kept, by=admin)
        merge_undo.take_back(gone, by=admin, reason="Two people")
    with pytest.raises(Refused, match="not merged"):
        merge_undo.take_back(gone, by=admin, reason="Two people")
    assert len(merge_undo.of(gone)) == 2


def test_a_nik_that_another_record_got_meanwhile_stays_a_question(two, admin):
    gone, kept = two
    nik.keep(gone, NIK, confirmed=True)
    merging.merge(gone, kept, by=admin)
    nik.keep(kept, None)
    third = make_patient(birth_date=BORN)
    nik.keep(third, NIK, confirmed=True)
    merge_undo.take_back(gone, by=admin, reason="Two people")
    assert (nik.of(gone), gone.nik_index) == (NIK, None)
    assert nik.holder_of(gone).id == third.id


def test_who_has_an_old_page_in_hand_is_told(two, admin, session):
    gone, kept = two
    merging.merge(gone, kept, by=admin)
    session.commit()
    assert (gone.version, kept.version) > (0, 0)
    session.execute(sa.update(Patient.__table__).where(Patient.__table__.c.id == kept.id).values(version=99))
    with pytest.raises(Conflict):
        merge_undo.take_back(gone, by=admin, reason="Two people")


def test_the_reason_is_asked_for_and_only_an_administrator_whom_it_is_not_about_may(two, admin):
    gone, kept = two
    merging.merge(gone, kept, by=admin)
    with pytest.raises(Refused) as told:
        merge_undo.take_back(gone, by=admin, reason=" ")
    assert told.value.field == "reason"
    for somebody in (make_user(Role.DOCTOR), kept.user, gone.user):
        with pytest.raises(NotAllowed):
            merge_undo.take_back(gone, by=somebody, reason="x")


# ---------------------------------------------------------------- two consultations at one time

@pytest.fixture
def held(two, session):
    """Each record was with another doctor at the same time; both visits are over."""
    gone, kept = two
    when = clock.now() - timedelta(days=9)
    return [make_consultation(patient=patient, doctor=make_doctor(), state="completed", starts_at=when,
                              number=number,
                              approved_at=when)
            for patient, number in ((gone, "KON/2026/900001"), (kept, "KON/2026/900002"))]


def test_both_held_is_refused_with_both_numbers_until_somebody_looked(two, admin, held):
    gone, kept = two
    with pytest.raises(Refused, match="KON/2026/900002, KON/2026/900001") as told:
        merging.merge(gone, kept, by=admin)
    assert told.value.field == "held_twice"


def test_both_held_is_kept_once_somebody_looked_and_goes_back(two, admin, held, session):
    gone, kept = two
    theirs, mine = held
    merging.merge(gone, kept, by=admin, held_twice=True)
    session.expire_all()
    assert (theirs.patient_id, theirs.held_beside_id, mine.held_beside_id) == (kept.id, mine.id, None)
    assert sound(session) == []
    merge_undo.take_back(gone, by=admin, reason="Two people")
    assert (theirs.patient_id, theirs.held_beside_id) == (gone.id, None)
    assert sound(session) == []


def test_no_other_booking_slips_in_that_way(two, admin, held, session):
    """The database still keeps patients from two doctors at once; a mark needs a completed visit."""
    _gone, kept = two
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        make_consultation(patient=kept, state="completed", starts_at=held[1].starts_at)
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        make_consultation(patient=kept, state="approved", held_beside_id=held[1].id,
                          starts_at=held[1].starts_at)


# ---------------------------------------------------------------- what is chosen

@pytest.mark.parametrize(("take", "phone", "address"), [
    ((), "+628222", "Jl. Melati 1"), (("phone",), "+628111", "Jl. Melati 1")])
def test_contacts_are_chosen_and_what_is_empty_is_filled(two, admin, session, take, phone, address):
    gone, kept = two
    assert merging.choices(gone, kept) == ["phone"]
    merging.merge(gone, kept, by=admin, take=take)
    assert (kept.phone, kept.address, gone.phone) == (phone, address, "+628111")
    rows = {(row.row_id, row.column_name): row.before
            for row in session.scalars(sa.select(PatientMergeMove).where(
        PatientMergeMove.table_name == "patient"))}
    assert rows[kept.id, "address"] is None
    # what the record that stays had is never lost
    assert rows.get((kept.id, "phone"), "+628222") == "+628222"


def test_files_of_the_record_go_along(two, admin, session):
    gone, kept = two
    file = a_file(gone)
    merging.merge(gone, kept, by=admin)
    session.expire_all()
    assert file.document_id == kept.id


# ---------------------------------------------------------------- two administrators at once

@pytest.mark.commits
def test_of_two_who_merge_at_once_one_does(app, two, session):
    gone, kept = (each.id for each in two)
    admins = [make_user(Role.ADMIN).id for _ in "12"]

    def act(who: int):
        with one_transaction():
            return merging.merge(db.session.get(Patient, gone), db.session.get(Patient, kept),
                                 by=db.session.get(User, who))

    assert len(won(at_once(app, [partial(act, who) for who in admins]))) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(PatientMerge)) == 1


@pytest.mark.commits
def test_of_two_who_take_back_at_once_one_does(app, two, admin, session):
    merging.merge(*two, by=admin)
    gone, admins = two[0].id, [admin.id, make_user(Role.ADMIN).id]

    def act(who: int):
        with one_transaction():
            return merge_undo.take_back(db.session.get(Patient, gone), by=db.session.get(User, who),
                                        reason="Two")

    assert len(won(at_once(app, [partial(act, who) for who in admins]))) == 1
    assert session.get(Patient, gone).state == "active"
    assert sound(session) == []


def test_who_read_the_record_that_went_is_shown_too(two, admin, session):
    """The person sees readings of the record before it was merged."""
    gone, kept = two
    activity.record(Activity.READ, table_name="patient", changed_id=gone.id, user_id=admin.id)
    merging.merge(gone, kept, by=admin)
    session.commit()
    assert [each.changed_id for each in patient_record.lookers(kept)].count(str(gone.id)) == 1
