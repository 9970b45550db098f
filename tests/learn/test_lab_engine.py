"""What a student types cannot leave the lab's file, change it, or hold the server up.

`tests/data/hostile-sql.tsv` names statements that try, and what stops each: `right`, `time`, `memory`,
`size`, `rows`, the parent (`ended`), nothing because it is harmless (`answered`); or it is none (`wrong`).
"""

from __future__ import annotations

import csv
import hashlib
import sqlite3
import threading
from pathlib import Path

import pytest

from portal.learn.lab import engine, lab_file

pytestmark = pytest.mark.once

with (Path(__file__).parents[1] / "data" / "hostile-sql.tsv").open(newline="") as _lines:
    HOSTILE = list(csv.DictReader(_lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def small_pool():
    """Children with less time, so that what runs into the clock does it soon."""
    pool = engine.Pool(1, engine.Limits(seconds=0.25))
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def file_with_a_secret(tmp_path_factory):
    """The visible file with a table and an index of words that nobody may read."""
    path = tmp_path_factory.mktemp("lab") / "file.sqlite3"
    lab_file.build(path, "visible")
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE hidden (answer TEXT)")
        connection.execute("INSERT INTO hidden VALUES ('forty-two')")
        connection.execute("CREATE VIRTUAL TABLE notes_fts USING fts5(body)")
        connection.execute("INSERT INTO notes_fts VALUES ('forty-two')")
    connection.close()
    return path


@pytest.fixture
def run(file_with_a_secret, small_pool):
    def asked(sql, parameters=None, **options):
        return engine.run_on(file_with_a_secret, sql, parameters, on=small_pool, **options)

    return asked


@pytest.mark.parametrize("row", HOSTILE, ids=[row["name"] for row in HOSTILE])
def test_a_hostile_statement_is_contained_and_the_next_one_works(row, run, file_with_a_secret):
    before = hashlib.sha256(file_with_a_secret.read_bytes()).digest()
    result = run(row["sql"])
    outcome = result.stopped or ("wrong" if result.problem else "answered")
    assert outcome in row["stopped"].split()
    assert "forty-two" not in str(result.rows)
    assert len(result.rows) <= 500
    following = run("SELECT name FROM store ORDER BY id LIMIT 1")
    assert following.rows == [["Gudang Farmasi"]]
    assert hashlib.sha256(file_with_a_secret.read_bytes()).digest() == before
    assert [path.name for path in file_with_a_secret.parent.iterdir()] == [file_with_a_secret.name]


def test_what_is_tried_is_tried_by_all_fifty_eight_statements():
    assert len(HOSTILE) == 58
    assert {"right", "time", "memory", "size", "rows"} <= {
        word for row in HOSTILE for word in row["stopped"].split()}


def test_a_hidden_table_is_not_even_counted_by_name(run):
    assert run("SELECT answer FROM hidden").stopped == "right"
    assert run("SELECT count(*) FROM hidden").stopped == "right"
    assert run("SELECT 1 FROM item, HIDDEN").stopped == "right"
    assert run("SELECT (SELECT count(*) FROM main.hidden) + 1 AS n").stopped == "right"
    assert run("SELECT count(*) FROM notes_fts_content").stopped == "right"
    assert run("SELECT count(*) FROM json_each('[1]')").stopped == "right"
    assert run("WITH counted AS (SELECT 1 FROM item) SELECT count(*) > 0 AS some FROM counted").rows == [[1]]
    assert run("SELECT count(*) FROM sqlite_master").stopped == "right"
    assert run("SELECT count(*) FROM pragma_database_list").stopped == "right"


def test_a_child_that_does_not_answer_is_ended_and_replaced(file_with_a_secret):
    pool = engine.Pool(1, engine.Limits(seconds=60, ended_after=0.3))
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    try:
        assert engine.run_on(file_with_a_secret, endless, on=pool).stopped == "ended"
        assert engine.run_on(file_with_a_secret, "SELECT 1 AS one", on=pool).rows == [[1]]
    finally:
        pool.close()


def test_who_finds_every_child_at_work_is_told_so(file_with_a_secret):
    pool = engine.Pool(1, engine.Limits(seconds=0.6, waits=0.01))
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    first: list[engine.Result] = []
    taken = threading.Event()
    original = engine.Worker.answer

    def noted(worker, ask):
        taken.set()
        return original(worker, ask)

    engine.Worker.answer = noted
    thread = threading.Thread(
        target=lambda: first.append(engine.run_on(file_with_a_secret, endless, on=pool)))
    try:
        thread.start()
        assert taken.wait(10)
        assert engine.run_on(file_with_a_secret, "SELECT 1", on=pool).stopped == "busy"
        thread.join()
        assert first[0].stopped == "time"
        assert engine.run_on(file_with_a_secret, "SELECT 1 AS one", on=pool).rows == [[1]]
    finally:
        engine.Worker.answer = original
        thread.join()
        pool.close()


def test_rows_and_bytes_are_cut_off(run):
    result = run("SELECT id FROM document_event ORDER BY id", limit_rows=7)
    assert [row[0] for row in result.rows] == [1, 2, 3, 4, 5, 6, 7]
    assert (result.truncated, result.stopped, result.is_complete) == (True, "rows", False)
    wide = run("SELECT printf('%5000s', 'x') AS wide FROM document_event")
    assert wide.stopped == "bytes"
    assert 50 < len(wide.rows) < 101


def test_parameters_are_values_and_never_sql(run):
    result = run("SELECT :word AS word, :number + 1 AS number", {"word": "x'; DROP TABLE item", "number": 41})
    assert result.rows == [["x'; DROP TABLE item", 42]]


def test_an_error_names_its_place(run):
    second = run("SELECT name FROM item WHERE name = 'FROM'\nGROUP BY name FROM item")
    assert (second.problem.line, second.problem.column) == (2, 15)
    column = run("SELECT name,\n       pricee\nFROM item")
    assert (column.problem.line, column.problem.column) == (2, 8)
    ends = run("SELECT name FROM item WHERE (")
    assert (ends.problem.line, ends.problem.column) == (1, 30)


def test_the_plan_is_a_tree(run):
    result = run("SELECT name, (SELECT count(*) FROM store_request r WHERE r.work_unit_id = w.id) "
                 "FROM work_unit w ORDER BY length(name)")
    assert [node.detail.split()[0] for node in result.plan] == ["SCAN", "CORRELATED", "USE"]
    assert [node.detail for node in result.plan[1].children] == [
        "SEARCH r USING COVERING INDEX ix_store_request_work_unit_id (work_unit_id=?)"]


def test_a_statement_stopped_by_the_clock_still_shows_its_plan(run):
    result = run("SELECT count(*) FROM stock_move a, stock_move b, stock_move c "
                 "WHERE a.value < b.value + c.value")
    assert result.stopped == "time"
    assert len(result.plan) == 3


def test_the_named_files_are_asked_in_the_application(app):
    there = {name: engine.run("SELECT count(*) FROM patient", file=name).rows[0][0]
             for name in ("visible", "hidden")}
    assert there["visible"] != there["hidden"]
    with pytest.raises(KeyError):
        engine.run("SELECT 1", file="../rawat")


def test_of_many_who_wait_most_are_told_soon(file_with_a_secret):
    """Two wait patiently, the others a moment: the server's threads are needed for other pages."""
    pool = engine.Pool(0, engine.Limits(waits=30, others_wait=0.01, patient=0))
    assert engine.run_on(file_with_a_secret, "SELECT 1", on=pool).stopped == "busy"


def test_a_child_that_cannot_be_started_is_tried_again(file_with_a_secret, monkeypatch):
    def nothing_left(*_args, **_more):
        raise OSError("no process left")

    with monkeypatch.context() as full:
        full.setattr(engine.subprocess, "Popen", nothing_left)
        pool = engine.Pool(1)
        assert engine.run_on(file_with_a_secret, "SELECT 1", on=pool).stopped == "ended"
    try:
        assert engine.run_on(file_with_a_secret, "SELECT 1 AS one", on=pool).rows == [[1]]
    finally:
        pool.close()
