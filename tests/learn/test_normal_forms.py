"""The page about normal forms shows each step's rows and its anomalies by running SQL, and judges
dependencies."""

from __future__ import annotations

import pytest

from models.roles import Role
from portal.learn.lab import engine, normal_forms, normal_steps
from portal.learn.lab.normal_steps import DEPENDENCY, PROOF, STEPS

pytestmark = pytest.mark.once

DEMOS = [(number, demo) for number, step in enumerate(STEPS) for demo in step.demos]
#: The one dependency that is shown because it does not hold.
FALSE = (1, "none")


@pytest.fixture
def learner(client, sign_in):
    sign_in(client, Role.STUDENT)
    client.post("/language/en", data={"next": "/learn/"})
    return client


def test_only_learners_come_in(client, sign_in):
    assert client.get("/learn/normal-forms").status_code == 302
    sign_in(client, Role.DOCTOR)
    assert client.get("/learn/normal-forms").status_code == 403


@pytest.mark.parametrize("number", range(4))
def test_every_step_shows_its_tables_with_all_rows(learner, number):
    page = learner.get(f"/learn/normal-forms?step={number}").text
    for table in STEPS[number].tables:
        assert f'<h3 class="mono">{table}</h3>' in page
    assert "SR-103" in page
    assert page.count("<textarea") == len(STEPS[number].demos)


@pytest.mark.parametrize(("number", "demo"), DEMOS, ids=[f"{number}-{demo.key}" for number, demo in DEMOS])
def test_every_statement_shows_what_it_says(app, number, demo):
    result = engine.run(demo.sql)
    assert result.is_complete, result
    holds = not result.rows
    assert holds == (demo.kind in (DEPENDENCY, PROOF) and (number, demo.key) != FALSE)


def test_each_step_takes_away_what_the_one_before_had(app):
    """Counted over whole tables: how often the name of an item, and that of a unit, are written down."""
    def written(column, tables):
        return sum(engine.run(f"SELECT count({column}) FROM {table}").rows[0][0] for table in tables)

    assert written("item_name", ["paper_1"]) > written("item_name", ["paper_2_item"])
    assert written("unit_name", ["paper_2_request"]) > written("unit_name", ["paper_3_unit"])
    assert written("keeper", ["paper_3_store"]) == 2


def test_a_changed_statement_runs_in_its_place(learner):
    sql = "SELECT item_code, count(DISTINCT measure) AS n FROM paper_1 GROUP BY item_code HAVING n > 1"
    part = learner.post("/learn/normal-forms?step=1", data={"key": "item", "sql": sql},
                        headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "holds in these rows" in part.text
    assert "<form" not in part.text
    false = learner.post("/learn/normal-forms?step=1", data={
        "key": "item", "sql": "SELECT request_no FROM paper_1 GROUP BY 1 HAVING count(*) > 1"})
    assert "does not hold" in false.text
    assert "SR-102" in false.text.split('id="r-item"')[1].split("</section>")[0]


def test_what_is_wrong_is_said_and_kept(learner):
    answer = learner.post("/learn/normal-forms?step=2",
                          data={"key": "unit", "sql": "SELECT unit_cod FROM paper_3_unit"})
    assert answer.status_code == 422
    assert "Did you mean unit_code" in answer.text
    assert "SELECT unit_cod FROM paper_3_unit" in answer.text
    assert learner.post("/learn/normal-forms?step=2", data={"key": "unit", "sql": ""}).status_code == 422


@pytest.mark.parametrize("address", ["?step=4", "?step=-1", "?step=x", "?step="])
def test_there_are_four_steps(learner, address):
    assert learner.get(f"/learn/normal-forms{address}").status_code == 404


def test_there_is_no_other_statement(learner):
    answer = learner.post("/learn/normal-forms?step=1", data={"key": "nothing", "sql": "SELECT 1"})
    assert answer.status_code == 404


def test_tables_of_the_steps_are_in_the_lab():
    assert {table for step in STEPS for table in step.tables} <= set(engine.TABLES)
    assert set(normal_steps.IN_THE_MODEL) <= set(engine.TABLES)


def test_a_statement_of_ours_is_run_once(app, monkeypatch):
    normal_forms.fixed("SELECT 1 AS one", "a")
    monkeypatch.setattr(engine, "run", lambda _sql: pytest.fail("run again"))
    assert normal_forms.fixed("SELECT 1 AS one", "a").rows == [[1]]


def test_when_all_are_at_work_the_page_comes_all_the_same_and_is_whole_the_next_time(learner, monkeypatch):
    monkeypatch.setattr(normal_forms, "_kept", {})
    with monkeypatch.context() as busy:
        busy.setattr(engine, "run", lambda _sql: engine.Result(stopped="busy"))
        page = learner.get("/learn/normal-forms?step=1")
        assert page.status_code == 200
        assert "The lab is answering others right now." in page.text
    assert "SR-103" in learner.get("/learn/normal-forms?step=1").text
