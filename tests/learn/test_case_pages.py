"""The pages of cases: what a student did in the own hospital is found there, written down once, and nobody
else's hospital counts."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models.base import db
from models.learning import CaseProgress, TaskKind
from models.operations.learning import progress, subjects
from models.roles import Role
from portal.learn.boxes import settings
from portal.learn.cases.stories import cases
from tests.panel.test_views import statements
from tests.support import factories as make

pytestmark = pytest.mark.once

RECALL = "/learn/cases/recall"


@pytest.fixture
def student(client: Any, sign_in: Any) -> Any:
    return sign_in(client, make.make_user(Role.STUDENT, language="en"))


def steps() -> list[tuple[str, str]]:
    return [(row.key, row.step) for row in db.session.scalars(sa.select(CaseProgress))]


def do_the_first_step(box: Any, go_in: Any) -> None:
    """The head of the store downloads the recall list of a batch in that hospital."""
    browser = go_in(box, Role.STORE_HEAD)
    assert browser.get("/admin/reports/recall/csv/?batch=B-1").status_code == 200


def test_a_step_done_in_the_own_hospital_is_found_and_written_down_once(
        house: Flask, client: Any, student: Any, new_box: Any, go_in: Any) -> None:
    box = new_box(student)
    page = client.get(RECALL).text
    assert "role=store_head" in page
    assert "Why the rule exists" not in page
    nothing = client.post(RECALL)
    assert (nothing.status_code, "does not show the next step yet" in nothing.text) == (422, True)
    do_the_first_step(box, go_in)
    answer = client.post(RECALL)
    assert (answer.status_code, answer.location) == (303, f"{RECALL}#step-list")
    assert steps() == [("recall", "list")]
    page = client.get(RECALL).text
    assert page.count("Why the rule exists") == 1
    assert cases()["recall"].step("list").why.en.split(".")[0] in page
    assert client.post(RECALL).status_code == 422
    assert steps() == [("recall", "list")]
    assert "1 of 6 steps" in client.get("/learn/cases").text


def test_another_students_hospital_does_not_count(house: Flask, client: Any, student: Any, new_box: Any,
                                                  go_in: Any) -> None:
    other = make.make_user(Role.STUDENT)
    new_box(student)
    do_the_first_step(new_box(other), go_in)
    assert client.post(RECALL).status_code == 422
    assert steps() == []


def test_what_was_done_in_the_hospital_before_does_not_count(house: Flask, client: Any, student: Any,
                                                             new_box: Any, go_in: Any) -> None:
    do_the_first_step(new_box(student), go_in)
    new_box(student)
    assert client.post(RECALL).status_code == 422
    assert steps() == []


def test_without_a_hospital_the_page_says_how_to_make_one(house: Flask, client: Any, student: Any) -> None:
    assert 'href="/learn/sandbox"' in client.get("/learn/cases").text
    answer = client.post(RECALL)
    assert (answer.status_code, "Make your practice hospital first" in answer.text) == (422, True)


def test_where_hospitals_are_off_it_says_so(house: Flask, client: Any, student: Any) -> None:
    house.config[settings.PORT] = 0
    assert "SANDBOX_PORT" in client.get(RECALL).text
    assert client.post(RECALL).status_code == 422


def test_a_broken_hospital_is_a_sentence_and_no_error(house: Flask, client: Any, student: Any,
                                                      new_box: Any) -> None:
    new_box(student).path.write_bytes(b"no database at all" * 100)
    answer = client.post(RECALL)
    assert (answer.status_code, "could not be read" in answer.text) == (422, True)


def test_every_case_has_its_page_with_all_its_steps_and_their_checks(house: Flask, client: Any,
                                                                     student: Any) -> None:
    listed = client.get("/learn/cases").text
    for case in cases().values():
        assert f'href="/learn/cases/{case.key}"' in listed
        page = client.get(f"/learn/cases/{case.key}").text
        assert page.count('<li id="step-') == len(case.steps)
        assert case.guideline in page
    assert client.get("/learn/cases/no-such-case").status_code == 404
    assert client.post("/learn/cases/no-such-case").status_code == 404


def test_a_finished_case_says_so(house: Flask, client: Any, student: Any) -> None:
    case = cases()["bed"]
    for step in case.steps:
        progress.case_step_done(db.session, student, "bed", step.key)
    db.session.commit()
    page = client.get("/learn/cases/bed").text
    assert "All steps are done" in page
    assert page.count("Why the rule exists") == len(case.steps)
    assert "Read it again" in client.get("/learn/cases").text


def test_only_learners_open_cases(client: Any, sign_in: Any) -> None:
    assert client.get("/learn/cases").status_code == 302
    sign_in(client, Role.STORE_STAFF)
    assert client.get(RECALL).status_code == 403
    assert client.post(RECALL).status_code == 403


def test_a_teacher_can_set_cases() -> None:
    known = subjects.known(TaskKind.CASE)
    assert list(known) == list(cases())
    assert known["bed"].address == "/learn/cases/bed"
    assert [key for key, _id, _en in known["bed"].steps] == [step.key for step in cases()["bed"].steps]


def test_the_pages_make_few_statements(app: Any, client: Any, student: Any) -> None:
    client.get("/learn/")
    for address in ("/learn/cases", RECALL):
        with statements(app) as seen:
            assert client.get(address).status_code == 200
        assert len(seen) <= 5, address
