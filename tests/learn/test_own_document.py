"""A learner's own document type: data that keeps to the house's rules, and becomes a table, pages, buttons,
inbox and paper in the practice hospital, and the Python that would do it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from models import clock
from models.people import User
from models.roles import Role
from portal.learn.boxes import Box
from portal.learn.own_document import declaration, forms, growing, kept, pages, rules
from portal.learn.own_document.definition import Kind, OwnField, OwnStep, OwnType, read, workflow_of
from tests.support import recipes

pytestmark = pytest.mark.once
VEHICLE = "vehicle_request"


@pytest.fixture
def student(user: Callable[..., User]) -> User:
    return user(Role.STUDENT, language="en")


def posted(own: OwnType) -> dict[str, str]:
    """What a browser sends for a type."""
    result = {}
    for name, value in forms.filled(own).items():
        if isinstance(value, str):
            result[name] = value
            continue
        for place, row in enumerate(value):
            result |= {f"{name}-{place}-{key}": "y" if cell is True else cell for key, cell in row.items()
                       if cell is not False}
    return result


def designed(client: Any, own: OwnType, **more: str) -> Any:
    return client.post("/learn/own-document", data=posted(own) | more)


def vehicle() -> OwnType:
    return pages.examples()[VEHICLE]


# ---------------------------------------------------------------- the rules

@pytest.mark.parametrize("name", sorted(pages.examples()))
def test_every_example_keeps_to_the_rules_and_has_a_workflow(app: Flask, name: str) -> None:
    own = pages.examples()[name]
    assert rules.flaws(own) == []
    assert [step.name for step in workflow_of(own)] == [step.name for step in own.steps]
    assert workflow_of(own).initial == "draft"


STEPS = {step.name: step for step in vehicle().steps}


def with_step(name: str, **changes: Any) -> OwnType:
    return replace(vehicle(), steps=tuple(replace(step, **changes) if step.name == name else step
                                          for step in vehicle().steps))


WRONG: dict[str, tuple[OwnType, str]] = {
    "a name that is a table's": (replace(vehicle(), name="item"), "name"),
    "a name with a quote": (replace(vehicle(), name='x"; drop table item; --'), "name"),
    "a word of Python": (replace(vehicle(), name="class"), "name"),
    "another document's prefix": (replace(vehicle(), prefix="SR"), "prefix"),
    "small letters as prefix": (replace(vehicle(), prefix="vr"), "prefix"),
    "no field": (replace(vehicle(), fields=()), "fields-0-name"),
    "a field that every document has": (replace(vehicle(), fields=(OwnField("state", Kind.TEXT),)),
                                        "fields-0-name"),
    "a field called as a form's own part": (replace(vehicle(), fields=(OwnField("errors", Kind.TEXT),)),
                                            "fields-0-name"),
    "two fields of one name": (replace(vehicle(), fields=(OwnField("a1", Kind.TEXT),) * 2), "fields-1-name"),
    "a choice of one": (replace(vehicle(), fields=(OwnField("a1", Kind.CHOICE, choices=("x",)),)),
                        "fields-0-choices"),
    "one state alone": (replace(vehicle(), states=("draft",)), "states-0-name"),
    "two states of one name": (replace(vehicle(), states=(*vehicle().states, "draft")), "states-6-name"),
    "a state that nothing reaches": (replace(vehicle(), states=(*vehicle().states, "lost")), "states-6-name"),
    "a step to nowhere": (with_step("submit", target="nowhere"), "steps-0-target"),
    "a step from nowhere": (with_step("submit", sources=("nowhere",)), "steps-0-sources"),
    "a step to where it was": (with_step("submit", target="draft"), "steps-0-target"),
    "a step that nobody takes": (with_step("submit", roles=()), "steps-0-role"),
    "a patient who decides": (with_step("approve", roles=("patient",)), "steps-1-role"),
    "the author's own approval": (with_step("approve", not_own=False), "steps-1-not_own"),
    "the author who is not the author": (with_step("approve", own_document=True), "steps-1-own_document"),
    "a number given late": (with_step("approve", numbers=True), "steps-1-numbers"),
    "no number at all": (with_step("submit", numbers=False), "steps-0-numbers"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_breaks_a_rule_is_named_at_its_field(app: Flask, what: str) -> None:
    own, at = WRONG[what]
    assert at in [place for place, _message, _given in rules.flaws(own)]


def test_a_state_from_which_nothing_ends_is_refused(app: Flask) -> None:
    """Where a document could go round for ever, the state is named."""
    steps = (OwnStep("submit", ("draft",), "submitted", ("unit_user",), numbers=True),
             OwnStep("send_back", ("submitted",), "draft", ("store_head",)))
    own = replace(vehicle(), states=("draft", "submitted"), steps=steps)
    assert {at for at, _message, _given in rules.flaws(own)} == {"states-0-name", "states-1-name"}


# ---------------------------------------------------------------- designing

def test_a_learner_designs_a_type_and_finds_its_sql_and_its_python(
        house: Flask, client: Any, sign_in: Any, student: User, new_box: Any) -> None:
    sign_in(client, student)
    box = new_box(student)
    begun = client.get(f"/learn/own-document?example={VEHICLE}").text
    assert 'value="vehicle_request"' in begun
    answer = designed(client, vehicle())
    assert (answer.status_code, answer.location) == (303, f"/learn/own-document?name={VEHICLE}")
    page = client.get(answer.location).text
    link = f"next=%2Fadmin%2F{VEHICLE}%2F&amp;role=unit_user"
    for word in ("CREATE", "VehicleRequest", "Transition", link):
        assert word in page
    with closing(box.read_only()) as connection:
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({VEHICLE})")}
    assert {"destination", "driver_id", "state", "version", "number"} <= columns
    assert read(client.get(f"/learn/own-document/{VEHICLE}.json").get_json()) == vehicle()


def test_what_was_typed_is_kept_when_something_is_wrong(house: Flask, client: Any, sign_in: Any,
                                                        student: User) -> None:
    sign_in(client, student)
    answer = designed(client, with_step("submit", target="nowhere"))
    assert answer.status_code == 422
    assert 'value="nowhere"' in answer.text
    assert "steps-0-target-err" in answer.text
    assert kept.types_of(student.id) == ()


def test_empty_rows_between_the_typed_ones_fall_away_and_errors_stay_at_their_row(
        house: Flask, client: Any, sign_in: Any, student: User) -> None:
    sign_in(client, student)
    data = posted(vehicle())
    late = {name.replace("fields-4-", "fields-7-"): value for name, value in data.items()}
    assert client.post("/learn/own-document", data=late).status_code == 303
    late |= {"former": VEHICLE, "fields-7-name": "Not A Name"}
    answer = client.post("/learn/own-document", data=late)
    assert (answer.status_code, 'value="Not A Name"' in answer.text) == (422, True)


def test_more_rows_are_given_and_nothing_is_kept_yet(house: Flask, client: Any, sign_in: Any,
                                                     student: User) -> None:
    sign_in(client, student)
    answer = designed(client, vehicle(), more="1")
    assert (answer.status_code, 'name="fields-6-name"' in answer.text) == (200, True)
    assert kept.types_of(student.id) == ()


def test_a_learner_has_five_and_sees_nobody_elses(house: Flask, client: Any, sign_in: Any, student: User,
                                                  user: Callable[..., User]) -> None:
    sign_in(client, student)
    for number in range(5):
        own = replace(vehicle(), name=f"paper_{number}", prefix=f"V{'ABCDE'[number]}")
        assert designed(client, own).status_code == 303
    refused = designed(client, vehicle())
    assert (refused.status_code, "5 document types" in refused.text) == (422, True)
    sign_in(client, user(Role.STUDENT))
    assert client.get("/learn/own-document?name=paper_0").status_code == 404
    assert client.post("/learn/own-document/delete", data={"name": "paper_0"}).status_code == 404
    assert len(kept.types_of(student.id)) == 5


def test_where_boxes_are_off_nothing_is_kept(house: Flask, client: Any, sign_in: Any, student: User) -> None:
    sign_in(client, student)
    house.config["SANDBOX_PORT"] = 0
    answer = designed(client, vehicle())
    assert (answer.status_code, "SANDBOX_PORT" in answer.text) == (422, True)
    assert 'value="destination"' in answer.text
    assert kept.types_of(student.id) == ()


# ---------------------------------------------------------------- in the practice hospital

@pytest.fixture
def grown(house: Flask, student: User, new_box: Any) -> Box:
    """A practice hospital in which the vehicle request has grown."""
    box: Box = new_box(student)
    kept.save(student.id, vehicle())
    return box


TRIP = {"destination": "RSUD Banyumas", "needed_on": "2026-12-01", "passengers": "3",
        "purpose": "official_trip"}


def made(browser: Any, **changes: str) -> str:
    """The address of a new request."""
    answer = browser.post(f"/admin/{VEHICLE}/new/", data=TRIP | changes)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def first_number() -> str:
    return f"VR/{clock.today().year}/000001"


def state_of(box: Box, key: int = 1) -> tuple[Any, ...]:
    with closing(box.read_only()) as connection:
        return tuple(connection.execute(f"SELECT state, number, version FROM {VEHICLE} WHERE id = ?",
                                        (key,)).fetchone())


def test_it_goes_its_whole_way_through_pages_inbox_and_buttons(grown: Box, go_in: Any) -> None:
    asks, decides = go_in(grown, Role.UNIT_USER), go_in(grown, Role.FACILITIES_HEAD)
    address = made(asks)
    assert "RSUD Banyumas" in asks.get(address).text
    assert f"/admin/{VEHICLE}/" in asks.get("/admin/").text
    assert address.replace("&", "&amp;") in asks.get("/admin/inbox/").text
    assert address not in decides.get("/admin/inbox/").text
    assert asks.post(f"/admin/{VEHICLE}/1/submit", data={"version": "1"}).status_code == 303
    assert state_of(grown) == ("submitted", first_number(), 2)
    assert first_number() in decides.get("/admin/inbox/").text
    assert asks.post(f"/admin/{VEHICLE}/1/approve", data={"version": "2"}).status_code == 403
    assert decides.post(f"/admin/{VEHICLE}/1/approve", data={"version": "1"}).status_code == 409
    assert decides.post(f"/admin/{VEHICLE}/1/approve", data={"version": "2"}).status_code == 303
    assert decides.post(f"/admin/{VEHICLE}/1/reject", data={"version": "3"}).status_code == 422
    assert go_in(grown, Role.FACILITIES_STAFF).post(f"/admin/{VEHICLE}/1/hand_back").status_code == 303
    assert state_of(grown) == ("returned", first_number(), 4)
    page = asks.get(address).text
    for word in ("Hand back", "Setujui", "Dibuat oleh"):  # its own name, and words that the house knows
        assert word in page
    paper = asks.get(f"/admin/{VEHICLE}/1/print")
    assert (paper.mimetype, paper.data[:4]) == ("application/pdf", b"%PDF")
    with closing(grown.read_only()) as connection:
        steps = connection.execute(
            "SELECT transition FROM document_event WHERE document_type = ? ORDER BY id",
            (VEHICLE,)).fetchall()
        [code] = connection.execute("SELECT verify_code FROM document_number WHERE document_type = ?",
                                    (VEHICLE,)).fetchone()
        logged = connection.execute("SELECT count(*) FROM activity_log WHERE table_name = ?",
                                    (VEHICLE,)).fetchone()[0]
    assert [name for name, in steps] == ["create", "submit", "approve", "hand_back"]
    assert first_number() in asks.get(f"/verify/{code}").text
    assert logged == 4


def test_a_refusal_asks_for_its_reason_and_the_author_takes_it_up_again(grown: Box, go_in: Any) -> None:
    asks, decides = go_in(grown, Role.UNIT_USER), go_in(grown, Role.FACILITIES_HEAD)
    made(asks)
    asks.post(f"/admin/{VEHICLE}/1/submit")
    assert decides.post(f"/admin/{VEHICLE}/1/reject", data={"reason": " "}).status_code == 422
    assert decides.post(f"/admin/{VEHICLE}/1/reject", data={"reason": "No driver"}).status_code == 303
    assert "No driver" in asks.get(f"/admin/{VEHICLE}/details/?id=1").text
    assert asks.post(f"/admin/{VEHICLE}/1/reopen").status_code == 303
    edited = asks.post(f"/admin/{VEHICLE}/edit/?id=1", data=TRIP | {"destination": "Puskesmas Ajibarang",
                                                                    "version": "4"})
    assert edited.status_code == 303
    assert asks.post(f"/admin/{VEHICLE}/1/submit").status_code == 303
    assert state_of(grown)[:2] == ("submitted", first_number())


def test_the_form_keeps_what_is_typed_and_names_the_field(grown: Box, go_in: Any) -> None:
    asks = go_in(grown, Role.UNIT_USER)
    answer = asks.post(f"/admin/{VEHICLE}/new/", data=TRIP | {"needed_on": "soon", "passengers": "many"})
    assert answer.status_code == 422
    assert 'id="e-needed_on"' in answer.text
    assert 'id="e-passengers"' in answer.text
    assert 'value="RSUD Banyumas"' in answer.text
    stale = f"/admin/{VEHICLE}/edit/?id=1"
    made(asks)
    assert asks.post(stale, data=TRIP | {"destination": "A", "version": "1"}).status_code == 303
    late = asks.post(stale, data=TRIP | {"destination": "B", "version": "1"})
    assert (late.status_code, 'value="B"' in late.text) == (409, True)


def test_other_roles_and_rows_that_are_not_there(grown: Box, go_in: Any, boxes: Flask) -> None:
    asks = go_in(grown, Role.UNIT_USER)
    made(asks)
    stranger = go_in(grown, Role.HOUSEKEEPING)
    for address in (f"/admin/{VEHICLE}/", f"/admin/{VEHICLE}/details/?id=1", f"/admin/{VEHICLE}/new/",
                    f"/admin/{VEHICLE}/1/print"):
        assert stranger.get(address).status_code == 403
        assert go_in(grown).get(address).location.startswith("/login")
    assert f"/admin/{VEHICLE}/" not in stranger.get("/admin/").text
    assert go_in(grown, Role.FACILITIES_HEAD).get(f"/admin/{VEHICLE}/new/").status_code == 403
    assert go_in(grown, Role.FACILITIES_HEAD).get(f"/admin/{VEHICLE}/edit/?id=1").status_code == 403
    for address in (f"/admin/{VEHICLE}/details/?id=99", f"/admin/{VEHICLE}/details/?id=x",
                    "/admin/no_such_type/", f"/admin/{VEHICLE}/{10**30}/print"):
        assert asks.get(address).status_code == 404
    assert asks.post(f"/admin/{VEHICLE}/1/no_such_step").status_code == 422


def test_it_is_in_its_learners_hospital_alone_and_stays_when_that_is_made_anew(
        grown: Box, student: User, user: Callable[..., User], new_box: Any, go_in: Any) -> None:
    made(go_in(grown, Role.UNIT_USER))
    other = go_in(new_box(user(Role.STUDENT)), Role.UNIT_USER)
    assert other.get(f"/admin/{VEHICLE}/").status_code == 404
    assert other.get("/admin/inbox/").status_code == 200
    again = go_in(new_box(student), Role.UNIT_USER)
    page = again.get(f"/admin/{VEHICLE}/")
    assert (page.status_code, "RSUD Banyumas" in page.text) == (200, False)


def test_a_changed_type_gets_a_new_table_and_the_old_papers_stay(grown: Box, student: User,
                                                                 go_in: Any) -> None:
    asks = go_in(grown, Role.UNIT_USER)
    made(asks)
    changed = replace(vehicle(), fields=(*vehicle().fields, OwnField("toll", Kind.MONEY)))
    assert kept.save(student.id, changed, VEHICLE).table == f"{VEHICLE}_2"
    assert kept.save(student.id, changed, VEHICLE).table == f"{VEHICLE}_2"  # nothing changed
    address = made(asks, toll="25.000,50")
    asks.post(f"/admin/{VEHICLE}/1/submit")
    assert "25.000,50" in asks.get(address).text
    with closing(grown.read_only()) as connection:
        assert connection.execute(f"SELECT count(*) FROM {VEHICLE}").fetchone() == (1,)
        assert connection.execute(f"SELECT toll, number FROM {VEHICLE}_2").fetchone() == (
            2500050, first_number())


def test_the_database_itself_keeps_the_rules_of_the_type(grown: Box, go_in: Any) -> None:
    made(go_in(grown, Role.UNIT_USER))
    with closing(sqlite3.connect(grown.path)) as connection:
        for wrong in ("state = 'lost'", "purpose = 'holiday'", "destination = NULL",
                      "state = 'approved', number = NULL"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(f"UPDATE {VEHICLE} SET {wrong}")


# ---------------------------------------------------------------- the declaration

@pytest.mark.parametrize("name", sorted(pages.examples()))
def test_the_declaration_is_python_in_the_style_of_the_house(name: str, tmp_path: Any) -> None:
    """It compiles, and ruff with the settings of this repository finds nothing."""
    text = declaration.model_file(pages.examples()[name])
    compile(text, f"{name}.py", "exec")
    file = tmp_path / f"{name}.py"
    file.write_text(text, encoding="utf-8")
    ran = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "--config",
                          str(recipes.ROOT / "pyproject.toml"), str(file)], capture_output=True, text=True,
                         check=False)
    assert ran.returncode == 0, ran.stdout


CHECK = """
import sqlalchemy as sa
import models
from models.base import db
from models import {name} as own
from models.documents import WORKFLOWS
model = WORKFLOWS["{name}"]
sa.orm.configure_mappers()
for step in model.workflow:
    print(step.name, *step.sources, step.target, *step.roles, *(c.code for c in step.conditions),
          step.needs_reason, step.numbers)
print(*sorted(column.name for column in model.__table__.columns))
"""


def test_the_declaration_says_what_the_type_says(app: Flask, tmp_path: Any) -> None:
    """Pasted into the models, it has the columns and the workflow that grew in the practice hospital."""
    own = pages.examples()["incident_report"]
    shutil.copytree(recipes.ROOT / "models", tmp_path / "models",
                    ignore=shutil.ignore_patterns("__pycache__", "demo"))
    (tmp_path / "models" / f"{own.name}.py").write_text(declaration.model_file(own), encoding="utf-8")
    ran = subprocess.run([sys.executable, "-c", CHECK.format(name=own.name)], cwd=tmp_path,
                         env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True,
                         check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    *steps, columns = ran.stdout.splitlines()
    assert steps == [" ".join(map(str, (
        step.name, *step.sources, step.target, *step.roles,
        *(condition.code for condition in step.conditions), step.needs_reason, step.numbers)))
        for step in workflow_of(own)]
    assert columns.split() == sorted(column.name for column in growing.table_of(own).columns)
