"""The pages of the exercises: who opens them, what is said of an answer, which hints are shown, and what is
kept of a student's work."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from markupsafe import escape

from models.base import db
from models.learning import ExerciseProgress
from models.operations.learning import progress
from models.people import User
from models.roles import Role
from portal.learn.exercises import files
from portal.learn.lab import engine, queries
from tests.learn.test_learn import statements

KEY = "stock-per-store"
PAGE = f"/learn/exercises/{KEY}"
EXERCISE = files.exercises()[KEY]
SOLUTION, WITHOUT_EMPTY, COUNTS_EMPTY = EXERCISE.solution, *EXERCISE.wrong
HEADERS = {"HX-Request": "true"}

pytestmark = pytest.mark.usefixtures("lab")


@pytest.fixture
def student(client, sign_in):
    """Somebody who learns, signed in and reading English."""
    person = sign_in(client, Role.STUDENT)
    client.set_cookie("language", "en")
    return person


def post(client, do="check", sql=SOLUTION, page=PAGE, **more):
    return client.post(page, data={"sql": sql, "do": do}, **more)


def mine(person, key=KEY):
    return progress.of(db.session, db.session.get(User, person.id)).get(key)


# ---------------------------------------------------------------- who

@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER, Role.ADMIN])
def test_learners_open_list_and_exercise(client, sign_in, role):
    sign_in(client, role)
    assert client.get("/learn/exercises").status_code == 200
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("role", [Role.PATIENT, Role.DOCTOR, Role.STORE_HEAD])
def test_others_do_not(client, sign_in, role):
    assert client.get(PAGE).status_code == 302
    assert post(client).status_code == 302
    sign_in(client, role)
    assert client.get("/learn/exercises").status_code == 403
    assert client.get(PAGE).status_code == 403
    assert post(client).status_code == 403
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ExerciseProgress)) == 0


def test_an_unknown_exercise_is_404(client, student):
    for key in ("nothing", "..%2Fselect", "select", "x" * 300):
        assert client.get(f"/learn/exercises/{key}").status_code == 404
        assert post(client, page=f"/learn/exercises/{key}").status_code == 404


def test_where_the_lab_is_switched_off_there_are_no_exercises(app, client, student):
    app.config["SQL_LAB"] = False
    assert client.get("/learn/exercises").status_code == 404
    assert client.get(PAGE).status_code == 404
    assert post(client).status_code == 404


def test_the_pages_make_the_same_few_statements_whatever_was_done(client, student):
    first = statements(client, "/learn/exercises"), statements(client, PAGE)
    for key in list(files.exercises())[:20]:
        progress.tried(db.session, student, key, "SELECT 1", solved=True)
    assert (statements(client, "/learn/exercises"), statements(client, PAGE)) == first
    assert max(first) <= 8


# ---------------------------------------------------------------- the page

@pytest.mark.parametrize("language", ["id", "en"])
def test_every_exercise_has_its_page_in_both_languages(client, sign_in, language):
    sign_in(client, Role.STUDENT)
    client.set_cookie("language", language)
    listed = client.get("/learn/exercises").text
    for exercise in files.exercises().values():
        assert f'href="/learn/exercises/{exercise.key}"' in listed
        page = client.get(f"/learn/exercises/{exercise.key}").text
        assert f'<h1 id="h-story">{escape(exercise.title[language])}</h1>' in page
        assert "`" not in page
        for column in exercise.columns:
            assert f"<code>{column}</code>" in page
        assert exercise.solution.splitlines()[0] not in page
        assert "[[" not in page


def test_previous_and_next_follow_the_chapters(client, student):
    keys = list(files.exercises())
    middle = client.get(f"/learn/exercises/{keys[8]}").text
    assert f'href="/learn/exercises/{keys[7]}" rel="prev"' in middle
    assert f'href="/learn/exercises/{keys[9]}" rel="next"' in middle
    assert 'rel="prev"' not in client.get(f"/learn/exercises/{keys[0]}").text
    assert 'rel="next"' not in client.get(f"/learn/exercises/{keys[-1]}").text


# ---------------------------------------------------------------- answers

def test_a_right_answer_is_kept_shows_the_solution_and_leads_on(client, student):
    answer = post(client)
    assert answer.status_code == 200
    for words in ("Right, on the data that you see and on other data.", "A solution", "What it teaches",
                  "Go on: Value per category", "1 solved"):
        assert words in answer.text
    row = mine(student)
    assert row.solved_at is not None
    assert (row.tries, row.last_sql) == (1, SOLUTION)
    listed = client.get("/learn/exercises").text
    assert "1 of 43 solved" in listed
    assert "1 of 7 solved" in listed


def test_right_here_and_wrong_elsewhere_is_a_sentence_without_rows(client, student):
    """The hidden hospital has a store without stock, called Gudang Kosong."""
    answer = post(client, sql=WITHOUT_EMPTY)
    assert answer.status_code == 200
    assert "Right here, wrong on other data." in answer.text
    assert "The first row that differs" not in answer.text
    assert "Kosong" not in answer.text
    assert mine(student).solved_at is None
    assert mine(student).tries == 1


def test_the_first_row_that_differs_is_shown_beside_the_one_that_is_wanted(client, student):
    text = post(client, sql=SOLUTION.replace("i.quantity > 0", "i.quantity > 100000")).text
    shown = re.findall(r"<tr>(?:<td[^>]*>[^<]*</td>)+</tr>", text)
    assert "Your query gives this row, which is not wanted:" in text
    assert "This row is wanted and not there:" in text
    assert shown[0].startswith("<tr><td>Gudang Farmasi</td><td class=\"r\">0</td>")
    assert shown[1].startswith("<tr><td>Gudang Farmasi</td>")
    assert shown[0] != shown[1]


@pytest.mark.parametrize(("sql", "said"), [
    ("", "Type a query first."), (" \n ", "Type a query first."),
    ("SELECT\n  id nothing FROM store", "Line 2, column 6:"),
    ("DELETE FROM store", "The lab is for reading"),
    ("SELECT * FROM sqlite_master", "Not allowed in the lab"),
    ("SELECT 'é'" + " " * 20_001, "at most 20000 characters"),
    ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT count(*) FROM n",
     "Stopped after one second"),
])
@pytest.mark.parametrize("do", ["check", "run"])
def test_what_cannot_run_is_422_with_a_sentence_and_what_was_typed(client, student, sql, said, do):
    answer = post(client, do, sql)
    assert answer.status_code == 422
    assert said in answer.text
    if sql.strip():
        assert f'">\n{escape(sql)}</textarea>' in answer.text


def test_what_was_typed_is_shown_as_text(client, student):
    typed = "SELECT '</textarea><script>alert(1)</script>' AS x, name FROM store"
    for do in ("run", "check", "hint"):
        page = post(client, do, typed).text
        assert "<script>alert" not in page
        assert "&lt;/textarea&gt;&lt;script&gt;" in page


def test_running_shows_rows_and_counts_no_try(client, student):
    text = post(client, "run", "SELECT id, name, NULL AS none FROM store").text
    assert '<td class="r">1</td><td>Gudang Farmasi</td><td class="muted">NULL</td>' in text
    assert "2 rows" in text
    assert 'id="exercise-check"' not in text
    assert mine(student) is None
    assert "No row answers this query." in post(client, "run", "SELECT id FROM store WHERE id < 0").text
    many = post(client, "run", "SELECT id FROM stock_move").text
    assert "Only the first 500 rows are shown." in many
    assert many.count('<tr><td class="r">') == 500


def test_number_of_columns_and_words_that_must_be_used_are_answered(client, student):
    assert "3 columns are wanted, your query gives 1." in post(client, sql="SELECT name FROM store").text
    plain = "SELECT id, moved_on, kind, quantity, quantity AS balance FROM stock_move WHERE id < 9"
    page = post(client, sql=plain, page="/learn/exercises/stock-card").text
    assert "This exercise wants to be solved with:" in page
    assert "<code>OVER</code>" in page


def test_rows_in_a_wrong_order_are_told_apart_from_wrong_rows(client, student):
    exercise = files.exercises()["ready-beds"]
    page = post(client, sql=exercise.wrong[1], page="/learn/exercises/ready-beds").text
    assert "The rows are right, the order is not. It differs first in row 1." in page


# ---------------------------------------------------------------- hints and what is kept

def test_hints_come_one_by_one_and_keep_what_was_typed(client, student):
    texts = [hint["en"].replace("`", "") for hint in EXERCISE.hints]

    def shown(page):
        plain = re.sub(r"</?code>", "", page).replace("&gt;", ">")
        return [text in plain for text in texts]

    assert shown(client.get(PAGE).text) == [False, False, False]
    for number in (1, 2, 3):
        answer = post(client, "hint", "SELECT half a query")
        assert answer.status_code == 200
        assert shown(answer.text) == [True] * number + [False] * (3 - number)
        assert "SELECT half a query" in answer.text
        assert mine(student).hints_used == number
    assert 'value="hint"' not in answer.text
    assert post(client, "hint", "").status_code == 200
    assert mine(student).hints_used == 3
    assert shown(client.get(PAGE).text) == [True, True, True]
    assert "A solution" not in client.get(PAGE).text


def test_the_last_query_is_there_when_the_student_comes_back(client, student):
    post(client, sql=COUNTS_EMPTY)
    page = client.get(PAGE).text
    assert "count(*) counts the empty row" in page
    listed = client.get("/learn/exercises").text
    assert "1 try" in listed
    assert "0 of 43 solved" in listed


def test_a_try_after_the_right_one_takes_nothing_away(client, student):
    post(client)
    solved_at = mine(student).solved_at
    post(client, sql=WITHOUT_EMPTY)
    assert mine(student).solved_at == solved_at
    assert "A solution" in client.get(PAGE).text


def test_progress_is_each_persons_own(client, student, sign_in):
    post(client)
    sign_in(client, Role.STUDENT)
    client.set_cookie("language", "en")
    assert "0 of 43 solved" in client.get("/learn/exercises").text
    assert "A solution" not in client.get(PAGE).text


def test_who_teaches_sees_hints_and_solution_at_once(client, sign_in):
    sign_in(client, Role.TEACHER)
    client.set_cookie("language", "en")
    page = client.get(PAGE).text
    assert "A solution" in page
    assert page.count("<li>") >= 3
    assert 'value="hint"' not in page


def test_htmx_gets_the_parts_that_change(client, student):
    part = post(client, headers=HEADERS).text
    assert part.lstrip().startswith('<div class="note ok" id="exercise-check">')
    assert "<html" not in part
    assert "<textarea" not in part
    assert re.search(r'id="exercise-help" hx-swap-oob="true"', part)
    assert re.search(r'id="exercise-count" hx-swap-oob="true"', part)
    assert "hx-swap-oob" not in client.get(PAGE).text
    assert post(client, sql="SELECT", headers=HEADERS).status_code == 422


def test_a_hint_leaves_the_last_result_in_its_place(client, student):
    answer = post(client, "hint", headers=HEADERS)
    assert answer.headers["HX-Reswap"] == "none"
    assert "HX-Reswap" not in post(client, "run", headers=HEADERS).headers


@pytest.mark.parametrize("do", ["check", "run"])
def test_who_asks_too_often_waits(app, client, student, monkeypatch, do):
    app.config["RATELIMIT_ENABLED"] = True
    few = queries.Throttle(f"lab-{do}", limit=1, window=queries.timedelta(minutes=1))
    monkeypatch.setattr(queries, "runs", few)
    assert post(client, do).status_code == 200
    answer = post(client, do)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "many queries in a minute." in answer.text
    assert "FROM store s" in answer.text


def test_a_check_while_the_lab_is_busy_is_no_try(client, student, monkeypatch):
    monkeypatch.setattr(engine, "run", lambda *_all, **_more: engine.Result(stopped="busy"))
    assert post(client).status_code == 503
    assert mine(student) is None
