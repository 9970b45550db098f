"""Break it: each attack is held by the rule that the page names, goes through when the rule is switched off
in the copy, and touches nothing but the copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models.base import db
from models.operations.learning import progress
from models.roles import Role
from models.workflow import Workflow, not_own
from portal.learn.boxes import settings, store
from portal.learn.breaking import worker
from portal.learn.breaking.labs import LABS, run
from portal.web.config import ROOT

pytestmark = pytest.mark.once

#: Of each experiment: how many go through with the rule, how many are refused, and the same without it.
#: (None: people are not what tells the difference; the sentences are.)
EXPECTED: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "double-booking": ((1, 5), (6, 0)),
    "two-doctors": ((1, 1), (2, 0)),
    "second-nik": ((1, 1), (2, 0)),
    "skipped-approval": ((0, 1), (1, 0)),
    "second-approval": ((1, 1), (2, 0)),
    "own-approval": ((0, 1), (1, 0)),
    "negative-stock": ((0, 1), (1, 0)),
    "edit-ledger": ((0, 1), (1, 0)),
    "forged-log": ((4, 0), (4, 0)),
    "other-record": ((0, 1), (1, 0)),
    "injection": ((0, 1), (1, 0)),
    "lost-update": ((1, 1), (2, 0)),
}


@pytest.fixture
def tried(boxes: Flask) -> Any:
    """`tried("double-booking", is_off=True)`: the experiment in the process of the boxes."""
    def tried(key: str, *, is_off: bool = False) -> dict[str, Any]:
        with boxes.app_context():
            return run(LABS[key], boxes, "en", is_off=is_off)
    return tried


def outcome(result: dict[str, Any]) -> tuple[int, int]:
    yes = sum(each["ok"] for each in result["seen"])
    return yes, len(result["seen"]) - yes


def rows() -> int:
    """How many rows the house has."""
    counts = (sa.select(sa.func.count()).select_from(table).scalar_subquery()
              for table in db.metadata.sorted_tables)
    return sum(db.session.execute(sa.select(*(count.label(f"n{place}")
                                              for place, count in enumerate(counts)))).one())


def test_every_experiment_is_expected_here() -> None:
    assert set(EXPECTED) == set(LABS)
    assert len(LABS) >= 10


@pytest.mark.parametrize("key", LABS)
def test_the_rule_holds_and_without_it_the_attack_goes_through(tried: Any, session: Any, key: str) -> None:
    session.commit()
    before = rows()
    held, broken = tried(key), tried(key, is_off=True)
    assert (outcome(held), outcome(broken)) == EXPECTED[key]
    if EXPECTED[key][0] == EXPECTED[key][1]:
        assert held["notices"] != broken["notices"]
    assert rows() == before
    assert list(settings.folder().glob("lab-*")) == []


@pytest.mark.parametrize("key", LABS)
def test_the_rule_is_read_from_what_runs(tried: Any, key: str) -> None:
    rule = tried(key)["rule"]
    assert LABS[key].name.partition(".")[2] in rule["text"] if "." in LABS[key].name else (
        LABS[key].name in rule["text"])
    if "file" in rule:
        lines = (ROOT / rule["file"]).read_text(encoding="utf-8").splitlines()
        assert lines[rule["line"] - 1] == rule["text"].splitlines()[0]


def test_people_are_told_in_words(tried: Any) -> None:
    refused = [each for each in tried("double-booking")["seen"] if not each["ok"]]
    assert all("was just taken" in each["text"] for each in refused)
    assert "another person" in tried("own-approval")["seen"][0]["text"] or \
        "somebody else must decide" in tried("own-approval")["seen"][0]["text"]


def test_a_refused_attack_leaves_no_half_row(tried: Any) -> None:
    counts = {table: (before, after) for table, before, after in tried("double-booking")["counts"]}
    assert {after - before for before, after in counts.values()} == {1}


def test_what_is_changed_past_the_ledger_is_found(tried: Any) -> None:
    assert any("every check is ok" in text for text in tried("edit-ledger")["notices"])
    assert any("balances by batch" in text for text in tried("edit-ledger", is_off=True)["notices"])


def test_a_forged_row_is_named(tried: Any) -> None:
    assert any("row 1: not the row that was sealed here" in text for text in tried("forged-log")["notices"])


def test_a_rule_is_back_after_the_experiment(tried: Any) -> None:
    before = Workflow.require, not_own.test
    for key in ("skipped-approval", "own-approval", "other-record"):
        tried(key, is_off=True)
    assert (Workflow.require, not_own.test) == before


# ---------------------------------------------------------------- pages

@pytest.fixture
def own_worker(house: Flask) -> Iterator[None]:
    yield
    worker.stop()


def test_learners_see_every_experiment(house: Flask, client: Any, sign_in: Any,
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "prepare", lambda: None)
    sign_in(client, Role.STUDENT)
    page = client.get("/learn/break").text
    for key in LABS:
        assert f'href="/learn/break/{key}"' in page
        assert client.get(f"/learn/break/{key}").status_code == 200
    assert client.get("/learn/break/nothing").status_code == 404
    assert client.post("/learn/break/nothing").status_code == 404


def test_the_page_shows_what_happened_in_the_experiments_own_process(
        house: Flask, client: Any, sign_in: Any, user: Any, own_worker: None) -> None:
    """Starts a process, which takes some seconds: the way that a press of the button goes."""
    student = user(Role.STUDENT, language="en")
    sign_in(client, student)
    held = client.post("/learn/break/own-approval", data={"off": "0"})
    broken = client.post("/learn/break/own-approval", data={"off": "1"})
    assert (held.status_code, broken.status_code) == (200, 200)
    assert "0 went through, 1 refused" in held.text
    assert "1 went through, 0 refused" in broken.text
    assert "models/workflow.py" in held.text
    assert set(progress.steps_done(db.session, student, f"{progress.LAB}own-approval")) == {
        progress.LAB_DONE}, "their teacher sees that they did it"


def test_where_nothing_can_be_copied_a_sentence_says_so(
        house: Flask, client: Any, sign_in: Any) -> None:
    store.template().unlink()
    sign_in(client, Role.STUDENT)
    answer = client.post("/learn/break/injection")
    assert (answer.status_code, "flask sandbox build" in answer.text) == (422, True)
    house.config[settings.PORT] = 0
    assert client.post("/learn/break/injection").status_code == 422
