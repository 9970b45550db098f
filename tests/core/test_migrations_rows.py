"""Rows of before the third revision follow its rules: lists, files, stocktakes, beds and patients, both ways.
So do the months of before the fourth one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from models import clock
from models.base import db
from models.beds import Bed, Stay
from models.documents import Attachment
from models.housekeeping import Cleaning
from models.imports import ListImport
from models.operations.clinic import merging
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.operations.stores import corrections, stocktake_counting
from models.people import User
from models.roles import Role
from models.stocktakes import Stocktake, StocktakeLine
from tests.support import factories

SECOND = "0002_733759f6372d"
THIRD = "0003_d2f0af3ea0ec"


def test_files_come_along_and_their_small_pictures_are_drawn_anew(newest: Flask) -> None:
    person = factories.make_user(Role.ADMIN)
    file = factories.saved(Attachment(document_type="asset", document_id=1, file_name="a.jpg",
                                      media_type="image/jpeg",
                                      size=5, sha256="0" * 64, content=b"whole", small=b"small",
                                      user_id=person.id))
    key = file.id
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=SECOND)
    flask_migrate.upgrade()
    assert tuple(db.session.execute(sa.select(Attachment.content, Attachment.small).where(
        Attachment.id == key)).one()) == (b"whole", None)
    db.session.remove()


def test_lists_that_were_brought_before_keep_what_they_say(newest: Flask) -> None:
    """An applied one has no preview to be held against; going back, a chosen sheet is not offered to be
    applied."""
    by = factories.make_user(Role.ADMIN)
    fields = {"kind": "work_unit", "file_name": "x.xlsx", "content": b"x", "sha256": "x",
              "uploaded_by_id": by.id}
    applied = factories.saved(ListImport(**fields, digest="d" * 64, new_rows=2, applied_at=clock.now(),
                                         applied_by_id=by.id))
    waiting = factories.saved(ListImport(**fields, digest="e" * 64, new_rows=2, sheet="Dua",
                                         sheets=["Satu", "Dua"]))
    plain = factories.saved(ListImport(**fields, digest="f" * 64, new_rows=2))
    keys = [applied.id, waiting.id, plain.id]
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=SECOND)
    with db.engine.begin() as connection:
        rows = dict(connection.execute(sa.text("SELECT id, new_rows FROM list_import")).all())
    assert [rows[key] for key in keys] == [2, 0, 2]
    flask_migrate.upgrade()
    lists = {each.id: each for each in db.session.scalars(sa.select(ListImport))}
    assert [lists[key].digest for key in keys] == ["-", "", ""]
    assert {each.sheet for each in lists.values()} == {None}
    assert {tuple(each.sheets) for each in lists.values()} == {()}
    db.session.remove()


def test_stocktakes_of_before_are_held_at_their_start_or_counted_again(newest: Flask) -> None:
    """Nothing is stuck: lines that moved while they were counted are newest, their figure in the note."""
    factories.make_chart()
    keeper, head = factories.make_user(Role.STORE_STAFF), factories.make_user(Role.FACILITIES_HEAD)
    papers: dict[str, tuple[int, int, int]] = {}
    began = datetime(2026, 11, 17, 3, tzinfo=UTC)
    for name in ("posted", "counting", "moved while counting", "submitted", "moved after", "moved before",
                 "draft", "cancelled"):
        store, items = factories.make_store(), [factories.make_item(), factories.make_item()]
        for item in items:
            factories.stock_up(store, item, 10, 100)
        clock.freeze(began)
        count = factories.saved(Stocktake(created_by=keeper, store=store))
        corrections.choose_items(count, [item.id for item in items])
        opened(count, by=keeper)
        if name != "draft":
            perform(count, "start", by=keeper)
        if name.endswith(("while counting", "before")):
            clock.freeze(began + timedelta(hours=1))
            factories.stock_up(store, items[0], 5, 50)
        clock.freeze(began + timedelta(hours=2))
        if name not in ("draft", "counting"):
            factories.write_counts(count, keeper, -1)
        elif name == "counting":
            stocktake_counting.count(count, count.lines[0].id, Decimal(9), seen=None, by=keeper)
        if name in ("posted", "submitted", "moved after", "moved before"):
            perform(count, "submit", by=keeper)
        if name == "moved after":
            clock.freeze(began + timedelta(hours=3))
            factories.stock_up(store, items[0], 5, 50)
        if name in ("posted", "cancelled"):
            perform(count, "approve" if name == "posted" else "cancel",
                    by=head if name == "posted" else keeper,
                    reason="x")
        papers[name] = (count.id, *sorted(line.id for line in count.lines))
    clock.freeze(None)
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=SECOND)
    with db.engine.begin() as connection:
        # as it was: every line expected what lay there at the start, or after the first of its moves
        last = ("SELECT min(m.id) FROM stock_move m JOIN stocktake s ON s.store_id = m.store_id "
                "WHERE s.id = stocktake_line.stocktake_id AND m.item_id = stocktake_line.item_id")
        ten = 10_000 if connection.dialect.name == "sqlite" else 10
        rules = _lifted(connection)
        connection.execute(
            sa.text(
                f"UPDATE stocktake_line SET last_move_id = ({last}), system_quantity = :ten "
                f"WHERE stocktake_id IN "
                "(SELECT id FROM stocktake WHERE state <> 'draft')"
            ),
            {"ten": ten},
        )
        connection.execute(sa.text("UPDATE stocktake_line SET counted_quantity = :ten WHERE stocktake_id = "
                                   ":draft"),
                           {"ten": ten, "draft": papers["draft"][0]})
        for rule in rules:
            connection.execute(sa.DDL(rule))
    flask_migrate.upgrade()
    states = {name: db.session.get_one(Stocktake, key[0]).state.value for name, key in papers.items()}
    assert states == {"posted": "posted", "counting": "counting", "moved while counting": "counting",
                      "submitted": "submitted", "moved after": "submitted", "moved before": "counting",
                      "draft": "draft", "cancelled": "cancelled"}
    found = {name: db.session.get_one(StocktakeLine, key[1]) for name, key in papers.items()}
    assert {name for name, line in found.items() if line.counted_quantity is None} == {
        "moved while counting", "moved before", "draft"}
    for name in ("moved while counting", "moved before"):
        assert (found[name].note, found[name].count_again) == ("Hitungan sebelumnya: 14", True)
        # did not move: stays
        assert db.session.get_one(StocktakeLine, papers[name][2]).counted_quantity == 10
    assert {line.counted_at for line in found.values()} == {None, began}
    posted = db.session.get_one(Stocktake, papers["posted"][0])
    assert posted.posted_on == posted.counted_on
    assert [name for name, check in checks.CHECKS
            if name.startswith(("stock", "documents")) and check(db.session)
            is not None] == []
    perform(db.session.get_one(Stocktake, papers["moved after"][0]), "approve",
            by=db.session.get_one(User, head.id))
    again = db.session.get_one(Stocktake, papers["moved before"][0])
    stocktake_counting.count(again, papers["moved before"][1], Decimal(14), seen=None,
                             by=db.session.get_one(User, keeper.id))
    perform(again, "submit", by=db.session.get_one(User, keeper.id))
    perform(again, "approve", by=db.session.get_one(User, head.id))
    assert checks.balances(db.session) is None
    db.session.rollback()
    db.session.remove()


def _lifted(connection: sa.Connection) -> list[str]:
    """Lift the rules of posted lines for this transaction; what brings them back."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        return []
    kept = connection.execute(sa.text(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'stocktake_line'")).all()
    for name, _sql in kept:
        connection.execute(sa.text(f"DROP TRIGGER {name}"))
    return [sql.replace("%", "%%") for _name, sql in kept]


#: What a bed was before (its state, whether its room is one of isolation, kind and state of its task), and
#: what it becomes: its state, what is due, and kind and state of its tasks.
BEDS_BEFORE = {
    "waits for inspection": ("needs_inspection", False, [("terminal", "finished")],
                             "needs_inspection", "terminal", [("terminal", "to_inspect")]),
    "inspection, cleaned less than was due": ("needs_inspection", True, [("routine", "finished")],
                                              "needs_cleaning", "isolation",
                                              [("routine", "finished"), ("isolation", "waiting")]),
    "inspection of nothing": ("needs_inspection", False, [], "needs_cleaning", "terminal",
                              [("terminal", "waiting")]),
    "sent back": ("needs_inspection", True, [("isolation", "waiting")],
                  "needs_cleaning", "isolation", [("isolation", "waiting")]),
    "sent back and started": ("needs_inspection", False, [("terminal", "in_progress")],
                              "cleaning", "terminal", [("terminal", "in_progress")]),
    "left during a cleaning": ("needs_cleaning", False, [("routine", "in_progress")],
                               "needs_cleaning", "terminal",
                               [("routine", "cancelled"), ("terminal", "waiting")]),
    "a routine one waits for isolation": ("needs_cleaning", True, [("routine", "waiting")],
                                          "needs_cleaning", "isolation", [("isolation", "waiting")]),
    "a routine one runs for isolation": ("cleaning", True, [("routine", "in_progress")],
                                         "needs_cleaning", "isolation",
                                         [("routine", "cancelled"), ("isolation", "waiting")]),
    "cancelled while dirty": ("needs_cleaning", False, [("terminal", "cancelled")],
                              "needs_cleaning", "terminal",
                              [("terminal", "cancelled"), ("terminal", "waiting")]),
    "right already": ("needs_cleaning", False, [("terminal", "waiting")],
                      "needs_cleaning", "terminal", [("terminal", "waiting")]),
    "being cleaned": ("cleaning", False, [("terminal", "in_progress")],
                      "cleaning", "terminal", [("terminal", "in_progress")]),
    "ready with a task": ("ready", False, [("terminal", "finished"), ("routine", "waiting")],
                          "ready", None, [("terminal", "finished"), ("routine", "cancelled")]),
    "out with a task": ("out_of_service", False, [("terminal", "waiting")],
                        "out_of_service", None, [("terminal", "cancelled")]),
    "occupied with one by hand": ("occupied", False, [("routine", "in_progress")],
                                  "occupied", None, [("routine", "in_progress")]),
    "ready": ("ready", False, [("isolation", "inspected")], "ready", None, [("isolation", "inspected")]),
}


@pytest.mark.parametrize("later", [False, True], ids=["first time", "after going back"])
def test_beds_and_their_cleanings_are_brought_to_the_new_rules(newest: Flask, later: bool) -> None:
    """Each dirty bed has one open task of the kind that is due afterwards, and `flask verify` finds
    nothing."""
    user = factories.make_user(Role.FRONT_OFFICE)
    keys = {name: factories.make_bed(is_isolation=isolation).id
            for name, (_state, isolation, *_rest) in BEDS_BEFORE.items()}
    busy, dirty, free = (factories.make_room(state=state).id
                         for state in ("needs_cleaning", "needs_cleaning", "ready"))
    factories.saved(Stay(bed_id=keys["occupied with one by hand"], outside_reference="X",
                         checked_in_by_id=user.id))
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=SECOND)
    with db.engine.begin() as connection:
        for name, (state, _isolation, tasks, *_after) in BEDS_BEFORE.items():
            _plant_bed(connection, keys[name], state, tasks, user.id)
        _plant_task(connection, f"NULL, {busy}, NULL", "routine", "in_progress")
        _plant_task(connection, f"NULL, {free}, NULL", "routine", "waiting")
    flask_migrate.upgrade()
    if later:
        flask_migrate.downgrade(revision=SECOND)
        flask_migrate.upgrade()
    for name, (*_before, state, due, tasks) in BEDS_BEFORE.items():
        bed = db.session.get(Bed, keys[name])
        found = db.session.scalars(sa.select(Cleaning).where(Cleaning.bed_id
                                                             == bed.id).order_by(Cleaning.id)).all()
        assert (name, bed.state, bed.cleaning_due, [(task.kind, task.state) for task in found]) == (
            name, state, due, tasks)
        assert all(task.needs_inspection for task in found if task.state in ("to_inspect", "inspected"))
    rooms = {key: list(db.session.scalars(sa.select(Cleaning.state).where(Cleaning.room_id == key).order_by(
        Cleaning.id))) for key in (busy, dirty, free)}
    assert rooms == {busy: ["cancelled", "waiting"], dirty: ["waiting"], free: ["cancelled"]}
    assert [(name, bad) for name, bad in checks.verify(db.session) if bad is not None] == []
    db.session.remove()


def _plant_bed(connection: Any, key: int, state: str, tasks: list[tuple[str, str]], user_id: int) -> None:
    connection.execute(sa.text(f"UPDATE bed SET state = '{state}' WHERE id = {key}"))
    if state != "ready":  # a bed that nobody ever moved has no history
        connection.execute(sa.text(
            "INSERT INTO document_event (document_type, document_id, transition, from_state, to_state, "
            "user_id, "
            f"occurred_at) VALUES ('bed', {key}, 'create', NULL, '{state}', {user_id}, CURRENT_TIMESTAMP)"))
    room = connection.scalar(sa.text(f"SELECT inpatient_room_id FROM bed WHERE id = {key}"))
    for kind, task in tasks:
        _plant_task(connection, f"{key}, NULL, {room}", kind, task)
    summary = {"needs_inspection": "cleaning"}.get(state, state)
    connection.execute(sa.text(f"UPDATE inpatient_room SET state = '{summary}' WHERE id = {room}"))


def _plant_task(connection: Any, places: str, kind: str, state: str) -> None:
    connection.execute(sa.text(
        "INSERT INTO cleaning (bed_id, room_id, inpatient_room_id, kind, state, requested_at, cost, "
        "checklist_done) "
        f"VALUES ({places}, '{kind}', '{state}', CURRENT_TIMESTAMP, 0, false)"))


def test_a_registration_that_was_rejected_before_holds_no_nik(newest: Flask) -> None:
    """Up: its number is free, and still said. Down: what holds no number says none, and no visit overlaps
    another."""
    rejected, patient = factories.make_patient(state="rejected"), factories.make_patient(nik="1:a",
                                                                                         nik_index="a")
    gone, kept, admin = factories.make_patient(), factories.make_patient(), factories.make_user(Role.ADMIN)
    when = clock.now() - timedelta(days=9)
    theirs, mine = (factories.make_consultation(patient=each, state="completed", starts_at=when,
                                                approved_at=when)
                    for each in (gone, kept))
    merging.merge(gone, kept, by=admin, held_twice=True)
    keys = rejected.id, patient.id, gone.id, theirs.id
    assert theirs.held_beside_id == mine.id
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=SECOND)
    with db.engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT patient_id FROM consultation WHERE id = :id"),
                                 {"id": keys[3]}) == keys[2]
        connection.execute(sa.text("UPDATE patient SET nik = '1:b', nik_index = 'b' WHERE id = :id"),
                           {"id": keys[0]})
    flask_migrate.upgrade()
    said = {row.id: (row.nik, row.nik_index) for row in db.session.execute(
        sa.text("SELECT id, nik, nik_index FROM patient")).all()}
    assert (said[keys[0]], said[keys[1]]) == (("1:b", None), ("1:a", "a"))
    db.session.remove()


def _months(connection: sa.Connection) -> list[tuple[int, int]]:
    return [tuple(row) for row in connection.execute(sa.text("SELECT year, month FROM period ORDER BY year"))]


def test_months_that_no_calendar_has_go_with_the_drafts_of_their_packs(newest: Flask) -> None:
    author = factories.make_user(Role.FACILITIES_STAFF).id
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=THIRD)
    with db.engine.begin() as connection:
        for year in (1999, 2026, 13468):
            connection.execute(sa.text("INSERT INTO period (year, month) VALUES (:year, 6)"), {"year": year})
        for year in (2026, 13468):
            connection.execute(sa.text(
                "INSERT INTO monthly_pack "
                "(period_id, created_by_id, prepared_on, state, created_at, version) "
                "SELECT id, :author, CURRENT_DATE, 'draft', CURRENT_TIMESTAMP, 1 FROM period "
                "WHERE year = :year"), {"author": author, "year": year})
        connection.execute(sa.text(
            "INSERT INTO document_event (document_type, document_id, transition, to_state, user_id, "
            "occurred_at) SELECT 'monthly_pack', id, 'create', 'draft', :author, CURRENT_TIMESTAMP "
            "FROM monthly_pack"), {"author": author})
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        assert _months(connection) == [(2026, 6)]
        assert connection.scalar(sa.text("SELECT count(*) FROM monthly_pack")) == 1
        assert connection.scalar(sa.text("SELECT count(*) FROM document_event "
                                         "WHERE document_type = 'monthly_pack'")) == 1


def test_a_month_of_another_year_with_entries_stops_the_upgrade(newest: Flask) -> None:
    """What was posted is not thrown away by a program: the name of the rule says where to look."""
    author = factories.make_user(Role.PAYABLES).id
    db.session.commit()
    db.session.remove()
    flask_migrate.downgrade(revision=THIRD)
    with db.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO period (year, month) VALUES (1999, 6)"))
        connection.execute(sa.text(
            "INSERT INTO journal_entry (period_id, posted_on, document_type, document_id, user_id, "
            "occurred_at) SELECT id, '1999-06-01', 'spoilage', 1, :author, CURRENT_TIMESTAMP FROM period"),
            {"author": author})
    with pytest.raises(sa.exc.IntegrityError, match="ck_period_year_sane"):
        flask_migrate.upgrade()
    db.session.remove()
    with db.engine.connect() as connection:
        assert _months(connection) == [(1999, 6)]
        assert "learning_class" not in sa.inspect(connection).get_table_names()
