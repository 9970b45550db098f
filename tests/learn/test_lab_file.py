"""The lab's files are made by a program, the same everywhere, follow the data model and hold no secret."""

from __future__ import annotations

import re
import sqlite3

import pytest

from models.base import db
from portal.learn.lab import hospital, lab_file, paper, schema

pytestmark = pytest.mark.once

NAMES = ("visible", "hidden")
SECRET = re.compile(r"nik|hash|password|token|secret|bank|npwp|tax|email|phone|address|qr|verify|properties")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    for name in NAMES:
        lab_file.build(folder / f"{name}.sqlite3", name)
    opened = {name: sqlite3.connect(folder / f"{name}.sqlite3") for name in NAMES}
    yield opened
    for connection in opened.values():
        connection.close()


def test_the_same_rows_come_out_every_time(files, tmp_path):
    again = tmp_path / "again.sqlite3"
    lab_file.build(again, "visible")
    connection = sqlite3.connect(again)
    assert list(connection.iterdump()) == list(files["visible"].iterdump())
    connection.close()


@pytest.mark.parametrize("name", NAMES)
def test_no_table_is_empty(files, name):
    for table in (*schema.TABLES, *paper.ROWS):
        assert files[name].execute(f'SELECT count(*) FROM "{table}"').fetchone()[0], table


def test_tables_columns_and_keys_are_those_of_the_model(files):
    for table, names in schema.TABLES.items():
        model = db.metadata.tables[table]
        assert set(names.split()) <= set(model.columns.keys())
        keys = {(row[3], row[2]) for row in files["visible"].execute(f'PRAGMA foreign_key_list("{table}")')}
        wanted = {(column.name, key.column.table.name) for column in model.columns
                  for key in column.foreign_keys
                  if column.name in names.split() and key.column.table.name in schema.TABLES
                  and len(key.constraint.columns) == 1}
        assert keys == wanted, table


def test_nothing_secret_has_a_column():
    found = [f"{table}.{column}" for table, names in schema.TABLES.items() for column in names.split()
             if SECRET.search(column)]
    assert found == ["purchase_order.vat_percent"] or not found


def test_exact_numbers_are_real_decimals(files):
    hint, kind = files["visible"].execute(
        "SELECT price_hint, typeof(price_hint) FROM item WHERE price_hint IS NOT NULL LIMIT 1").fetchone()
    assert kind == "real"
    assert 0 < hint < 5_000_000
    declared = {row[1]: row[2] for row in files["visible"].execute("PRAGMA table_info(stock_move)")}
    assert (declared["quantity"], declared["moved_on"], declared["id"]) == ("REAL", "DATE", "INTEGER")


def test_ledger_and_journal_add_up(files):
    """In the hidden file some rows do not, on purpose: tests/learn/test_exercises.py counts them."""
    ask = files["visible"].execute
    assert ask("""SELECT e.id FROM journal_entry e JOIN journal_line l ON l.entry_id = e.id
                  GROUP BY e.id HAVING round(sum(debit) - sum(credit), 2) <> 0""").fetchall() == []
    assert ask("""SELECT b.item_id, b.batch_id FROM stock_balance b WHERE round(b.quantity - (
                  SELECT sum(m.quantity) FROM stock_move m WHERE m.store_id = b.store_id
                  AND m.item_id = b.item_id AND m.batch_id = b.batch_id), 3) <> 0""").fetchall() == []
    assert ask("""SELECT i.id FROM item i LEFT JOIN store_item s ON s.item_id = i.id
                  GROUP BY i.id HAVING round(i.stock_on_hand - coalesce(sum(s.quantity), 0), 3) <> 0"""
               ).fetchall() == []
    inventory = ask("""SELECT round(sum(debit - credit), 2) FROM journal_line l JOIN account a
                       ON a.id = l.account_id WHERE a.code = '117211'""").fetchone()[0]
    assert ask("SELECT round(sum(value), 2) FROM store_item").fetchone()[0] == inventory


@pytest.mark.parametrize("name", NAMES)
def test_nobody_approves_what_he_wrote(files, name):
    assert files[name].execute("""SELECT e.id FROM document_event e JOIN store_request r
        ON r.id = e.document_id WHERE e.document_type = 'store_request' AND e.transition = 'approve'
        AND e.user_id = r.created_by_id""").fetchall() == []


def test_the_hidden_file_has_other_rows_and_catches_what_the_visible_one_does_not(files):
    counts = {name: {table: files[name].execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
                     for table in ("item", "patient", "store_request", "bed", "asset")} for name in NAMES}
    assert all(counts["visible"][table] != counts["hidden"][table] for table in counts["visible"])
    ask = files["hidden"].execute
    assert ask("SELECT count(*) FROM item WHERE price_hint IS NULL").fetchone()[0]
    costs = [row[0] for row in ask("SELECT acquisition_cost FROM asset ORDER BY 1 DESC LIMIT 11")]
    assert costs[9] == costs[10]
    assert ask("SELECT 1 FROM patient GROUP BY name HAVING count(*) > 1").fetchone()


def test_another_model_or_hospital_is_another_file(monkeypatch):
    before = lab_file.digest()
    lab_file.digest.cache_clear()
    monkeypatch.setattr(schema, "statements", lambda: ("CREATE TABLE other (id INTEGER)",))
    assert lab_file.digest() != before
    lab_file.digest.cache_clear()


def test_a_file_is_built_once_and_an_old_one_goes(app, tmp_path):
    app.config["INSTANCE"] = tmp_path
    (tmp_path / "lab").mkdir()
    old = tmp_path / "lab" / "visible-0123.sqlite3"
    old.write_bytes(b"")
    first = lab_file.path("visible")
    assert not old.exists()
    built = first.stat().st_mtime_ns
    assert lab_file.path("visible") == first
    assert first.stat().st_mtime_ns == built
    assert set(hospital.SIZES) == set(NAMES)


def test_where_nothing_can_be_written_the_files_lie_elsewhere(app, tmp_path):
    (tmp_path / "instance").write_text("a file, no folder")
    app.config["INSTANCE"] = tmp_path / "instance"
    there = lab_file.path("hidden")
    assert there.exists()
    assert tmp_path not in there.parents
