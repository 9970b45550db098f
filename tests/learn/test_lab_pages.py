"""The SQL lab's page: what is asked is answered, what is wrong is said with its place, what is too much is
held off, and nothing but the lab's made-up rows is ever read."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

import pytest
from flask_babel import force_locale

from models.roles import Role
from portal.learn.lab import chart, engine, lab_file, plan_words, queries, statement, wording
from portal.learn.lab.engine import Result

pytestmark = pytest.mark.once

REQUESTS = ("SELECT w.name AS unit, count(*) AS requests FROM store_request r "
            "JOIN work_unit w ON w.id = r.work_unit_id GROUP BY w.id, w.name ORDER BY requests DESC, unit")


@pytest.fixture
def learner(client, sign_in):
    sign_in(client, Role.STUDENT)
    return client


def get(client, sql, **more):
    values = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    return client.get(f"/learn/sql?sql={quote(sql)}{values}")


# ---------------------------------------------------------------- who may, and the empty page

def test_only_learners_come_in(client, sign_in):
    assert client.get("/learn/sql").status_code == 302
    sign_in(client, Role.PATIENT)
    assert client.get("/learn/sql").status_code == 403
    assert client.post("/learn/sql", data={"sql": "SELECT 1"}).status_code == 403


def test_the_empty_page_lists_every_table_and_column(learner):
    page = learner.get("/learn/sql").text
    for table in engine.TABLES:
        assert f'data-table="{table}"' in page
    assert 'data-column="minimum_stock"' in page
    assert 'id="sql-result"' in page
    assert 'id="h-result"' not in page


# ---------------------------------------------------------------- asking

def test_an_address_runs_its_query_and_shows_rows_chart_and_plan(learner):
    answer = get(learner, REQUESTS)
    assert answer.status_code == 200
    for part in ("h-result", "h-chart", "h-plan"):
        assert f'id="{part}"' in answer.text
    assert "Rawat Inap Melati" in answer.text


def test_a_form_gets_the_same_and_an_address_that_can_be_shared(learner):
    whole = learner.post("/learn/sql", data={"sql": REQUESTS})
    part = learner.post("/learn/sql", data={"sql": REQUESTS}, headers={"HX-Request": "true"})
    assert "<html" in whole.text
    assert "<html" not in part.text
    shared = part.headers["HX-Push-Url"]
    assert "Rawat Inap Melati" in learner.get(shared).text
    assert 'hx-swap-oob="true"' in part.text


def test_a_query_too_long_for_an_address_still_runs(learner):
    long = f"SELECT 7 * 6 AS answer -- {'x' * 9_000}"
    part = learner.post("/learn/sql", data={"sql": long}, headers={"HX-Request": "true"})
    assert "HX-Push-Url" not in part.headers
    assert '<td class="r">42</td>' in part.text
    assert learner.post("/learn/sql", data={"sql": "SELECT 1" + " " * 20_001}).status_code == 422


def test_parameters_get_fields_and_what_is_missing_is_said(learner):
    sql = "SELECT count(*) AS many FROM item WHERE minimum_stock >= :least AND name <> ':no' -- :neither"
    asked_for = get(learner, sql)
    assert asked_for.status_code == 422
    assert 'name="p_least"' in asked_for.text
    assert 'name="p_no"' not in asked_for.text
    assert 'aria-invalid="true"' in asked_for.text
    assert "least" in asked_for.text
    many = get(learner, sql, p_least="0", format="csv").text
    none = get(learner, sql, p_least="1000000", format="csv").text
    assert int(many.splitlines()[1]) > 0
    assert int(none.splitlines()[1]) == 0


def test_rows_go_to_a_file_without_a_formula(learner):
    sql = "SELECT '=1+1' AS a, NULL AS b, 2.5 AS c UNION ALL SELECT 'x', 'y', 3"
    answer = get(learner, sql, format="csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows == [["a", "b", "c"], ["'=1+1", "", "2.5"], ["x", "y", "3"]]
    wrong = get(learner, "SELECT nothing", format="csv")
    assert wrong.status_code == 422
    assert "<html" in wrong.text


@pytest.mark.parametrize(("sql", "status", "word"), [
    ("", 422, "Type a query first."),
    ("SELECT pricee FROM item", 422, "Did you mean price_hint?"),
    ("SELECT * FROM itm", 422, "There is no table itm."),
    ("SELECT name\nFROM item\nWHER id = 1", 422, "Line 3, column 6"),
    ("DELETE FROM item", 422, "The lab is for reading"),
    ("PRAGMA table_info(item)", 422, "Not allowed in the lab"),
    ("SELECT id FROM document_event", 200, "Only the first 500 rows are shown."),
    ("SELECT name FROM item i JOIN store s", 422, "Several tables have a column name"),
    ("SELECT name FROM item WHERE count(*) > 1", 422, "stand in HAVING"),
    ("SELECT 1; SELECT 2", 422, "Run one query at a time"),
    ("SELECT * FROM item WHERE id = ?", 422, "Give parameters a name"),
    ("SELECT name FROM item UNION SELECT id, name FROM store", 422, "the same number of columns"),
    ("SELECT sum(x", 422, "The query ends too early"),
    ("SELECT 1 WHERE '", 422, "Is a quote missing?"),
])
def test_what_is_wrong_is_said_in_words(learner, sql, status, word):
    learner.post("/language/en", data={"next": "/learn/"})
    answer = learner.post("/learn/sql", data={"sql": sql})
    assert answer.status_code == status
    assert word in answer.text.replace("&#39;", "'")
    if sql and status == 422:
        assert sql.split()[0] in answer.text, "what was typed is kept"


def test_a_text_is_shown_as_text(learner):
    sql = "SELECT '<script>alert(1)</script>' AS \"<b>\", 1 AS one UNION ALL SELECT 'a', 2"
    page = get(learner, sql).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "<b>" not in page.split('id="h-result"')[1].split("</table>")[0]


@pytest.mark.parametrize("sql", [
    "SELECT 9e999 AS many UNION ALL SELECT 1", "SELECT NULL AS n UNION ALL SELECT NULL",
    "SELECT x'00ff' AS b",
    "SELECT -9223372036854775808 AS n UNION ALL SELECT 5",
    "EXPLAIN QUERY PLAN SELECT 1", "VALUES (1), (2)",
    "SELECT '\x00'", ";", "--", "SELECT 1 AS a, 2 AS a UNION SELECT 3, 4",
    "SELECT 1e300 AS a UNION SELECT -1e300"])
def test_odd_results_are_shown_or_refused(learner, sql):
    answer = learner.post("/learn/sql", data={"sql": sql, "x": "no such", "y": "column"})
    assert answer.status_code in (200, 422)


def test_who_asks_too_often_waits_and_other_people_do_not(app, client, sign_in, monkeypatch):
    app.config["RATELIMIT_ENABLED"] = True
    few = queries.Throttle("lab-test", limit=2, window=queries.timedelta(minutes=1))
    monkeypatch.setattr(queries, "runs", few)
    sign_in(client, Role.STUDENT)
    for _time in range(2):
        assert get(client, "SELECT 1").status_code == 200
    held = get(client, "SELECT 1")
    assert held.status_code == 429
    assert int(held.headers["Retry-After"]) > 0
    other = app.test_client()
    sign_in(other, Role.TEACHER)
    assert get(other, "SELECT 1").status_code == 200


def test_when_all_are_at_work_the_answer_is_to_come_again(learner, monkeypatch):
    monkeypatch.setattr(engine, "run", lambda *_args, **_more: Result(stopped="busy"))
    answer = get(learner, "SELECT 1")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"


def test_the_page_asks_the_hospital_for_nothing(learner):
    """The rows are the lab's: a patient of the application is not among them."""
    from tests.support.factories import make_user

    make_user(Role.STUDENT, name="Nobody Of The Lab")
    assert get(learner, "SELECT count(*) AS n FROM user WHERE name = 'Nobody Of The Lab'",
               format="csv").text.splitlines()[1] == "0"


# ---------------------------------------------------------------- words, parameters, plan, chart

def test_parameters_are_found_outside_of_texts_and_comments():
    sql = "SELECT :a, ':b', \":c\", /* :d */ @e, $f -- :g\n, :a, a::b, '12:30'"
    assert statement.parameters_of(sql) == ["a", "e", "f", "b"]


@pytest.mark.parametrize(("typed", "value"), [("5", 5), ("-2.50", -2.5), ("007", "007"), ("1e5", "1e5"),
                                              ("2026-06-01", "2026-06-01"), ("", ""), ("0", 0)])
def test_what_is_written_like_a_number_is_one(typed, value):
    assert statement.value_of(typed) == value


def words_of(sql, language="en"):
    with force_locale(language):
        result = engine.run(sql)
        return plan_words.steps(result.plan, sql, lab_file.path("visible"))


def test_the_plan_says_what_is_read_and_why(app):
    all_rows = engine.run("SELECT count(*) FROM stock_move").rows[0][0]
    scan = words_of("SELECT id FROM stock_move WHERE value > 5")[0]
    assert (scan.words, scan.name, scan.is_costly) == (f"Reads all {all_rows} rows", "stock_move", True)
    assert scan.reason == "No index serves what is asked of this table."
    assert words_of("SELECT id FROM stock_move WHERE value > 5", "id")[0].words == (
        f"Membaca seluruh {all_rows} baris")
    key = words_of("SELECT name FROM item i WHERE i.id = 5")[0]
    assert (key.words, key.name) == ("Finds the row", "item i")
    index = words_of("SELECT value FROM stock_move WHERE item_id = 5")[0]
    assert index.words == "Finds rows by an index"
    assert "ix_stock_move_item" in index.reason


def test_the_plan_words_sorts_subqueries_and_recursion(app):
    deep = [words_of(sql) for sql in (
        "SELECT name FROM item ORDER BY length(name)", "SELECT DISTINCT kind FROM stock_move",
        "SELECT name, (SELECT count(*) FROM item i WHERE i.category_id = c.id) FROM item_category c",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM t",
        "SELECT name FROM item UNION SELECT name FROM store",
        "SELECT a.id FROM stock_move a JOIN stock_move b ON a.quantity = b.quantity LIMIT 1")]

    def flat(steps):
        return [word for step in steps for word in (step.words, *flat(step.children))]

    seen = [word for steps in deep for word in flat(steps)]
    for word in ("Sorts the rows", "Keeps each row once", "Subquery, once for every row outside",
                 "The first rows of the recursion", "Puts the results of several queries together",
                 "Finds rows by an index made on the spot"):
        assert word in seen


def test_the_chart_takes_names_and_numbers_and_draws_below_zero():
    result = Result(columns=["id", "name", "value"], rows=[[1, "a", 5], [2, "b", -5], [3, None, None]])
    drawn = chart.draw(result)
    assert (drawn.x, drawn.y) == ("name", "value")
    above, below, nothing = drawn.bars
    assert above.x == drawn.zero
    assert round(below.x + below.width, 1) == drawn.zero
    assert (nothing.label, nothing.width) == ("NULL", 0)
    assert chart.draw(result, "id", "id").y == "id"
    assert chart.draw(Result(columns=["name"], rows=[["a"], ["b"]])) is None


def test_second_names_of_tables_are_known():
    sql = "SELECT 1 FROM item i, store AS s JOIN stock_move m ON 1 LEFT JOIN ward WHERE 1"
    assert plan_words.aliases(sql) == {"i": "item", "s": "store", "m": "stock_move"}
    assert wording.tables_in(sql) == ("item", "store", "stock_move", "ward")


@pytest.mark.parametrize("address", ["/learn/sql", "/learn/sql?sql=SELECT+1", "/learn/normal-forms"])
def test_a_server_without_the_lab_does_not_have_its_pages(app, learner, address):
    assert learner.get(address).status_code == 200
    app.config["SQL_LAB"] = False
    assert learner.get(address).status_code == 404


def test_the_home_leads_to_what_the_server_has(app, learner):
    def led_to():
        page, parts = learner.get("/learn/").text, ("sql", "normal-forms", "exercises", "dictionary")
        return {part for part in parts if f'"/learn/{part}"' in page}

    assert led_to() == {"sql", "normal-forms", "exercises", "dictionary"}
    app.config["SQL_LAB"] = False
    assert led_to() == {"dictionary"}
