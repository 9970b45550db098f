"""The log that writes itself: what it holds, what it hides, what rollbacks take with them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from models import actor, clock
from models.activity import Activity, ActivityLog
from models.base import db
from models.operations.core.activity import MASK, record
from models.operations.core.log_proofs import verify_log
from tests.support.factories import (
    make_consultation,
    make_doctor,
    make_patient,
    make_specialization,
    make_user,
)


def rows(table: str | None = None) -> list[ActivityLog]:
    statement = sa.select(ActivityLog).order_by(ActivityLog.id)
    return list(db.session.scalars(statement.where(ActivityLog.table_name == table) if table else statement))


def filled(session, count: int = 4) -> list[ActivityLog]:
    for _ in range(count):
        make_specialization()
        session.commit()
    return rows()


def test_insert_update_and_delete_are_logged_with_old_and_new(session):
    person = make_user()
    session.commit()
    with actor.acting(person.id, "back_office", "192.0.2.7"):
        specialization = make_specialization(code="Sp.X", name="Old")
        session.commit()
        specialization.name = "New"
        session.commit()
        session.delete(specialization)
        session.commit()
    inserted, updated, deleted = rows("specialization")
    assert [row.activity for row in (inserted, updated, deleted)] == ["inserted", "updated", "deleted"]
    assert inserted.properties["new"]["code"] == "Sp.X"
    assert updated.properties == {"old": {"name": "Old"}, "new": {"name": "New"}}
    assert deleted.properties["old"]["name"] == "New"
    assert {row.changed_id for row in (inserted, updated, deleted)} == {str(specialization.id)}
    assert {(row.user_id, row.access, row.address) for row in (inserted, updated, deleted)} == {
        (person.id, actor.Door.BACK_OFFICE, "192.0.2.7")}


def test_the_old_value_is_known_even_if_it_was_not_loaded(session):
    specialization = make_specialization(name="Old")
    session.commit()
    session.expire_all()
    specialization.name = "New"
    session.commit()
    assert rows("specialization")[-1].properties == {"old": {"name": "Old"}, "new": {"name": "New"}}


def test_nothing_changed_nothing_logged(session):
    specialization = make_specialization(name="Same")
    session.commit()
    before = len(rows())
    specialization.name = "Same"
    session.commit()
    assert len(rows()) == before


def test_a_removed_line_is_logged(session):
    doctor = make_doctor()
    session.commit()
    doctor.schedules.pop()
    session.commit()
    assert rows("doctor_schedule")[-1].activity == Activity.DELETED


def test_secrets_and_what_patients_write_are_masked(session):
    make_patient(nik="1:canary", nik_index="canary", allergies="canary",
                 user=make_user(password_hash="canary"))
    consultation = make_consultation(complaint="canary")
    session.commit()
    consultation.complaint = "canary again"
    session.commit()
    assert rows("consultation")[-1].properties == {"old": {"complaint": MASK}, "new": {"complaint": MASK}}
    assert rows("patient")[0].properties["new"]["nik"] == MASK
    assert "canary" not in str([row.properties for row in rows()])


def test_derived_rows_and_the_log_itself_are_not_logged(session):
    make_consultation()
    session.commit()
    assert not {row.table_name for row in rows()} & {"activity_log", "number_counter"}


def test_record_notes_what_is_no_change(session):
    person = make_user()
    record(Activity.LOGGED_IN, user_id=person.id)
    record(Activity.READ, table_name="patient", changed_id=12, properties={"page": "details"})
    session.commit()
    signed_in, read = rows()[-2:]
    assert (signed_in.activity, signed_in.user_id) == ("logged_in", person.id)
    assert (read.activity, read.table_name, read.changed_id) == ("read", "patient", "12")
    with pytest.raises(ValueError, match="peeked"):
        record("peeked")


def test_a_rollback_takes_its_rows_with_it_and_leaves_the_others(session):
    make_specialization(code="before")
    inner = session.begin_nested()
    make_specialization(code="undone")
    record(Activity.EXPORTED)
    inner.rollback()
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        make_specialization(code="before")
    with session.begin_nested():
        make_specialization(code="kept")
    session.commit()
    assert [row.properties["new"]["code"] for row in rows("specialization")] == ["before", "kept"]
    make_specialization(code="gone")
    session.rollback()
    session.commit()
    assert len(rows()) == 2
    assert verify_log() is None


def test_the_time_is_the_hospitals_clock(session):
    clock.freeze(datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC))
    try:
        filled(session, 1)
    finally:
        clock.freeze(None)
    session.expire_all()
    assert rows()[-1].occurred_at == datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)
    assert verify_log() is None


@pytest.mark.commits
@pytest.mark.parametrize("statement",
                         ["UPDATE activity_log SET changed_id = '9'", "DELETE FROM activity_log"])
def test_the_database_itself_refuses_to_change_the_log(session, statement):
    filled(session)
    with pytest.raises(sa.exc.DBAPIError):
        session.execute(sa.text(statement))
    session.rollback()
    assert verify_log() is None
