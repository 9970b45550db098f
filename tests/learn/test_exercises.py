"""The exercises: every file is complete, every solution is right and every planted wrong answer is found out;
what a student is told is the first row that differs on the data they see, and nothing of the hidden data."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import sqlite3
from pathlib import Path

import pytest

from portal.learn.exercises import check, files, judge
from portal.learn.exercises.judge import Outcome
from portal.learn.lab import engine, lab_file, schema
from portal.learn.lab.hospital import forms

pytestmark = pytest.mark.once

ALL = list(files.exercises().values())
WRONG = [(exercise, sql) for exercise in ALL for sql in exercise.wrong]
CHAPTERS = {"select": 8, "join": 8, "group": 7, "subquery": 7, "window": 7, "model": 6}


def base(**changes):
    """An exercise on the stores, to be judged."""
    plain = {"key": "of-this-test", "tables": ("store",), "columns": ("code", "name"), "decimals": {},
             "solution": "SELECT code, name FROM store WHERE id < 3 ORDER BY code"}
    return dataclasses.replace(files.exercises()["items-of-a-store"], **{**plain, **changes})


# ---------------------------------------------------------------- what comes with Rawat

def test_there_are_six_chapters_with_the_exercises_of_the_design():
    assert {chapter.key: len(exercises) for chapter, exercises in files.by_chapter()} == CHAPTERS
    for _chapter, exercises in files.by_chapter():
        assert [each.number for each in exercises] == list(range(1, len(exercises) + 1))


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.key)
def test_tables_and_columns_that_a_file_names_exist(exercise):
    assert set(exercise.tables) <= {*schema.TABLES, *forms.TABLES}
    for sql in (exercise.solution, *exercise.wrong):
        known = {*schema.TABLES, *forms.TABLES}
        named = {word for word in re.findall(r"\b(?:FROM|JOIN) (\w+)", sql) if word in known}
        assert named <= set(exercise.tables)


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.key)
def test_texts_are_different_in_the_two_languages_and_code_is_closed(exercise):
    for texts in (exercise.title, exercise.story, exercise.teaches):
        assert texts["id"] != texts["en"]
    for texts in (exercise.story, exercise.teaches, *exercise.hints):
        assert all(text.count("`") % 2 == 0 for text in texts.values())


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.key)
def test_a_solution_is_right_on_both_files(lab, exercise):
    assert judge.judge(exercise, exercise.solution).outcome is Outcome.RIGHT
    for file in (lab_file.VISIBLE, lab_file.HIDDEN):
        result = engine.run(exercise.solution, file=file)
        assert [name.lower() for name in result.columns] == list(exercise.columns)
        assert 0 < len(result.rows) < 400
        assert result.milliseconds < 500


@pytest.mark.parametrize(("exercise", "sql"), WRONG,
                         ids=[f"{exercise.key}-{number}" for exercise in ALL
                              for number, _sql in enumerate(exercise.wrong, 1)])
def test_a_planted_wrong_answer_runs_and_fails_on_the_hidden_file(lab, exercise, sql):
    result = engine.run(sql, file=lab_file.HIDDEN)
    assert result.is_complete
    order = judge.places_of(exercise, result.columns)
    assert order is not None
    given, wanted = judge.rows_of(exercise, result, order), judge.solved(exercise, lab_file.HIDDEN)
    assert given != wanted
    if not exercise.ordered:
        assert sorted(map(repr, given)) != sorted(map(repr, wanted))
    assert judge.judge(exercise, sql).outcome in (Outcome.ROWS, Outcome.ORDER, Outcome.HIDDEN)


def test_some_wrong_answers_are_found_out_by_the_hidden_file_alone(lab):
    assert judge.judge(*WRONG[0]).outcome is Outcome.ROWS
    found = {exercise.key for exercise, sql in WRONG if judge.judge(exercise, sql).outcome is Outcome.HIDDEN}
    assert {"stock-per-store", "journal-balances", "abc-classes", "which-constraint-refuses"} <= found


def test_the_hidden_file_breaks_the_hospitals_rules_only_where_it_is_planted(lab):
    with contextlib.closing(sqlite3.connect(lab_file.path(lab_file.HIDDEN))) as hidden:
        entries = hidden.execute("""SELECT entry_id FROM journal_line GROUP BY entry_id
            HAVING round(sum(debit) - sum(credit), 2) <> 0""").fetchall()
        places = hidden.execute("""SELECT 1 FROM stock_balance b WHERE round(b.quantity - coalesce((
            SELECT sum(m.quantity) FROM stock_move m WHERE m.store_id = b.store_id AND m.item_id = b.item_id
            AND m.batch_id = b.batch_id), 0), 3) <> 0""").fetchall()
        own = hidden.execute("""SELECT o.id FROM purchase_order o JOIN document_event e
            ON e.document_type = 'purchase_order' AND e.document_id = o.id AND e.transition = 'approve'
            WHERE e.user_id = o.created_by_id""").fetchall()
    assert (len(entries), len(places), len(own)) == (2, 3, 1)


# ---------------------------------------------------------------- what a student is told

def test_rows_come_in_any_order_where_the_exercise_does_not_ask_for_one(lab):
    turned = "SELECT code, name FROM store WHERE id < 3 ORDER BY code DESC"
    assert judge.judge(base(), turned).is_right
    verdict = judge.judge(base(ordered=True), turned)
    assert (verdict.outcome, verdict.place) == (Outcome.ORDER, 1)
    assert (verdict.extra[0], verdict.missing[0]) == ("GU", "GF")


def test_columns_are_known_by_their_names_else_by_their_places(lab):
    assert judge.judge(base(), "SELECT name, code FROM store WHERE id < 3").is_right
    assert judge.judge(base(), "SELECT code AS kode, name AS nama FROM store WHERE id < 3").is_right
    assert judge.judge(base(), "SELECT name AS a, code AS b FROM store WHERE id < 3").outcome is Outcome.ROWS
    assert judge.judge(base(), "SELECT code FROM store WHERE id < 3").outcome is Outcome.COLUMNS
    assert judge.judge(base(), "SELECT code, name, id FROM store").outcome is Outcome.COLUMNS


def test_the_first_row_too_much_and_the_first_that_lacks_are_told(lab):
    verdict = judge.judge(base(), "SELECT code, upper(name) AS name FROM store WHERE code = 'GF'")
    assert (verdict.outcome, verdict.given, verdict.wanted) == (Outcome.ROWS, 1, 2)
    assert verdict.extra == ("GF", "GUDANG FARMASI")
    assert verdict.missing == ("GF", "Gudang Farmasi")


def test_a_row_that_comes_twice_is_too_much(lab):
    twice = "SELECT code, name FROM store WHERE id < 3 UNION ALL SELECT code, name FROM store WHERE id = 1"
    verdict = judge.judge(base(), twice)
    assert (verdict.outcome, verdict.extra, verdict.missing) == (Outcome.ROWS, ("GF", "Gudang Farmasi"), None)


def test_nothing_of_the_hidden_file_is_told(lab):
    """The hidden hospital has a third store."""
    verdict = judge.judge(base(), "SELECT code, name FROM store")
    assert verdict.outcome is Outcome.HIDDEN
    assert (verdict.extra, verdict.missing) == (None, None)
    assert "GK" not in str(verdict)


@pytest.mark.parametrize(("places", "right"), [(2, True), (3, False)])
def test_numbers_are_compared_as_rounded_to_the_decimals_of_their_column(lab, places, right):
    exercise = base(decimals={"name": places}, solution="SELECT code, 1.23 AS name FROM store WHERE id < 3")
    verdict = judge.judge(exercise, "SELECT code, 1.2341 AS name FROM store WHERE id < 3")
    assert verdict.is_right is right


def test_half_is_rounded_up_and_sums_of_fractions_are_equal(lab):
    exercise = base(decimals={"name": 2},
                    solution="SELECT code, round(0.125, 2) AS name FROM store WHERE id = 1")
    assert judge.judge(exercise, "SELECT code, 0.125 AS name FROM store WHERE id = 1").is_right
    exercise = base(solution="SELECT code, 0.3 AS name FROM store WHERE id = 1")
    assert judge.judge(exercise, "SELECT code, 0.1 + 0.2 AS name FROM store WHERE id = 1").is_right


def test_a_whole_number_and_the_same_with_a_point_are_equal_and_a_text_is_not(lab):
    exercise = base(solution="SELECT code, 5 AS name FROM store WHERE id = 1")
    assert judge.judge(exercise, "SELECT code, 5.0 AS name FROM store WHERE id = 1").is_right
    assert not judge.judge(exercise, "SELECT code, '5' AS name FROM store WHERE id = 1").is_right
    assert not judge.judge(exercise, "SELECT code, NULL AS name FROM store WHERE id = 1").is_right


def test_words_that_must_or_must_not_be_used_are_looked_for_outside_of_texts_and_comments(lab):
    needs, forbids = base(must_use=("over",)), base(must_not=("join",))
    plain = "SELECT code, name FROM store WHERE id < 3"
    assert judge.judge(needs, plain + " -- over").words == ("over",)
    assert judge.judge(needs, plain + " AND code <> 'over'").outcome is Outcome.MUST_USE
    assert judge.judge(needs, "SELECT code, first_value(name) OVER (ORDER BY id ROWS CURRENT ROW) AS name"
                              " FROM store WHERE id < 3").is_right
    assert judge.judge(forbids, plain + " -- join").is_right
    joined = "SELECT a.code, a.name FROM store a JOIN store b ON a.id = b.id WHERE a.id < 3"
    assert judge.judge(forbids, joined).outcome is Outcome.MUST_NOT


@pytest.mark.parametrize("sql", ["SELECT", "SELECT nothing FROM store", "DELETE FROM store",
                                 "SELECT 1; SELECT 2", "SELECT * FROM sqlite_master"])
def test_what_does_not_run_is_no_answer(lab, sql):
    assert judge.judge(base(), sql).outcome is Outcome.NOT_RUN


def test_more_rows_than_are_shown_are_too_many(lab):
    verdict = judge.judge(base(), "SELECT m.kind, m.moved_on FROM stock_move m")
    assert verdict.outcome is Outcome.ROWS
    assert verdict.result.truncated


def test_a_solution_that_does_not_run_is_the_files_fault(lab):
    broken = base(key="broken", solution="SELECT code, name FROM no_such_table")
    with pytest.raises(judge.NoSolution, match="broken on visible: no such table"):
        judge.judge(broken, "SELECT code, name FROM store")


# ---------------------------------------------------------------- files

GOOD = (files.HERE / "select" / "ready-beds.toml").read_text(encoding="utf-8")


def written(folder: Path, text: str, name: str = "select/one.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("old", "new", "field"), [
    ("number = 2", "", "number"), ("number = 2", 'number = "2"', "number"),
    ("number = 2", "number = true", "number"),
    ('level = "easy"', 'level = "trivial"', "level"), ('tables = ["bed"]', "tables = []", "tables"),
    ('columns = ["id", "number", "state_since"]', 'columns = ["id", "ID"]', "columns"),
    ("ordered = true", 'ordered = "yes"', "ordered"), ("ordered = true", "orderd = true", "orderd"),
    ("ordered = true", "decimals = {price = 2}", "decimals.price"),
    ("ordered = true", "decimals = {id = 9}", "decimals.id"),
    ("ordered = true", "must_use = [1]", "must_use"),
    ("ordered = true", "next = ''", "next"),
    ('title.en = "Beds that are ready"', "", "title"),
    ('title.en = "Beds that are ready"', 'title.en = " "', "title.en"),
    ('title.en = "Beds that are ready"', 'title.de = "Betten"', "title"),
    ('[[hints]]\nid = "Lihat', '[[other]]\nid = "Lihat', "other"),
    ('id = "`ORDER BY state_since, id`"', "", "hints[3]"), ("wrong = [", "wrong = []\nmust_not = [", "wrong"),
    ("solution = ", "solution = ''\nmust_not = [] #", "TOML"), ("title.id = ", "title.id ", "TOML"),
])
def test_a_bad_file_names_itself_and_the_field(tmp_path, old, new, field):
    assert old in GOOD
    with pytest.raises(files.BadFile, match=r"^select/one\.toml: ") as caught:
        files.read(written(tmp_path, GOOD.replace(old, new, 1)))
    assert caught.value.field == field


def test_exactly_three_hints_are_needed(tmp_path):
    fewer = GOOD[:GOOD.rindex("[[hints]]")]
    with pytest.raises(files.BadFile, match="hints: there must be 3, not 2"):
        files.read(written(tmp_path, fewer))


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = written(tmp_path, GOOD)
    path.write_bytes(GOOD.replace("Tempat", "Témpat", 1).encode("latin-1"))
    with pytest.raises(files.BadFile, match="TOML"):
        files.read(path)


def test_keys_numbers_and_what_comes_next_are_checked_over_all_files(tmp_path):
    written(tmp_path, GOOD)
    written(tmp_path, GOOD, "join/two.toml")
    assert list(files.read_all(tmp_path)) == ["one", "two"]
    again = written(tmp_path, GOOD, "join/one.toml")
    with pytest.raises(files.BadFile, match="is used in select as well"):
        files.read_all(tmp_path)
    again.unlink()
    same = written(tmp_path, GOOD, "select/three.toml")
    with pytest.raises(files.BadFile, match="number: 2 is taken in this chapter"):
        files.read_all(tmp_path)
    same.write_text(GOOD.replace("number = 2", 'number = 3\nnext = "nowhere"', 1), encoding="utf-8")
    with pytest.raises(files.BadFile, match="next: there is no exercise nowhere"):
        files.read_all(tmp_path)


def test_the_order_is_that_of_chapters_and_numbers_unless_a_file_says_what_is_next(monkeypatch):
    keys = list(files.exercises())
    assert files.before_and_after(keys[0]) == (None, keys[1])
    assert files.before_and_after(keys[8]) == (keys[7], keys[9])
    assert files.before_and_after(keys[-1]) == (keys[-2], None)
    other = {**files.exercises(), keys[0]: dataclasses.replace(ALL[0], next=keys[5])}
    monkeypatch.setattr(files, "exercises", lambda: other)
    assert files.before_and_after(keys[0]) == (None, keys[5])


# ---------------------------------------------------------------- what a teacher is told

@pytest.mark.parametrize(("changes", "said"), [
    ({"tables": ("store", "patients")}, "tables: the lab has no table patients"),
    ({"solution": "SELECT code, name FROM store WHERE id < 0"},
     "solution: gives no rows on the visible file"),
    ({"solution": "SELECT code FROM store"}, "solution: select/of-this-test: gives the columns ['code']"),
    ({"must_use": ("over",)}, "solution: is not right (must_use)"),
    ({"wrong": ("SELECT code, name FROM store WHERE id <= 2", "SELECT 1, 2")},
     "wrong[1]: is right on the hidden file"),
    ({"wrong": ("SELECT code, name FROM stores", "SELECT 1, 2")}, "wrong[1]: does not run"),
])
def test_the_check_says_what_is_wrong_with_an_exercise(lab, changes, said):
    exercise = base(**{"wrong": ("SELECT 1, 2",) * 2, **changes})
    assert said in list(check.flaws(exercise))


def test_the_command_checks_every_file(lab):
    done = lab.test_cli_runner().invoke(args=["learn", "check-exercises"])
    assert (done.exit_code, done.output) == (0, "43 exercises are right.\n")


def test_the_command_names_the_file_that_is_wrong(lab, monkeypatch, tmp_path):
    written(tmp_path, GOOD.replace("ORDER BY state_since, id\n", "ORDER BY since, id\n", 1))
    kept = files.read_all
    monkeypatch.setattr(files, "read_all", lambda: kept(tmp_path))
    done = lab.test_cli_runner().invoke(args=["learn", "check-exercises"])
    assert done.exit_code == 1
    assert "select/one.toml: solution: select/one on visible: no such column: since" in done.output
    written(tmp_path, GOOD.replace("number = 2", "", 1))
    assert "select/one.toml: number: is missing" in lab.test_cli_runner().invoke(
        args=["learn", "check-exercises"]).output
