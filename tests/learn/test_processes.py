"""The data flow diagrams and the drawings of workflows: they say what the declarations say, nothing lies on
anything, and a live hospital shows structure only."""

from __future__ import annotations

import csv
import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from models.documents import WORKFLOWS, document_types
from models.roles import Role
from portal.learn import sketch
from portal.learn.processes import context, flows, level0, workflow_drawing
from portal.learn.processes.words import condition_word, rules_of, who_of
from tests.panel.test_views import statements
from tests.support import factories as make
from tests.support.specified_rights import readers

pytestmark = pytest.mark.once

FINAL = Path(__file__).parents[1] / "data" / "final-states.csv"
PARTS = [part.key for part in flows.PARTS]


@pytest.fixture
def said(app: Any) -> Any:
    """Words are said in a request, in Indonesian, whose words are the longer ones."""
    with app.test_request_context():
        yield


def apart(rects: list[sketch.Rect]) -> bool:
    return not any(one.meets(other) for one, other in itertools.combinations(rects, 2))


# ---------------------------------------------------------------- who takes part

@pytest.mark.parametrize("table", [name for name in WORKFLOWS if name != "maintenance_line"])
def test_every_workflow_belongs_to_one_part_of_the_papers(table: str) -> None:
    part = flows.part_of(table)
    assert part is not None
    assert [entry.key for entry in flows.PARTS if table in flows.workflows_of(entry)] == [part.key]


def test_an_arrow_stands_for_each_role_of_each_step() -> None:
    drawn = {(arrow.who, arrow.table, step) for part in flows.PARTS for arrow in flows.arrows_of(part)
             for step in arrow.steps}
    declared = {(role.value, table, step.name) for table, model in WORKFLOWS.items()
                if table != "maintenance_line" for step in model.workflow for role in step.roles}
    assert drawn == declared


def test_what_the_context_diagram_of_the_paper_names_is_there() -> None:
    """Figure 1 of the facilities paper: nine entities, and what each of them gives and gets."""
    carried = {(arrow.who, arrow.inward, arrow.table) for part in flows.PARTS
               for arrow in flows.arrows_of(part)}
    for who, inward, tables in (
            ("unit_user", True, ("store_request", "asset_plan", "maintenance", "unit_return")),
            ("unit_user", False, ("delivery_request",)),
            ("facilities_staff", True, ("purchase_order", "supplier_return", "spoilage", "stocktake",
                                        "asset_procurement", "maintenance", "asset_disposal")),
            ("facilities_head", False, ("delivery_request", "purchase_request", "purchase_order",
                                        "supplier_return", "spoilage", "stocktake", "asset_plan",
                                        "asset_procurement", "asset_disposal")),
            ("facilities_head", True, ("delivery_request", "purchase_request", "purchase_order",
                                       "maintenance", "asset_disposal", "asset_auction")),
            ("payables", False, ("purchase_order", "asset_procurement", "maintenance", "goods_receipt",
                                 "spoilage", "supplier_return", "stocktake")),
            ("receivables", True, ("asset_disposal", "asset_auction")),
            ("front_office", False, ("room", "bed")),
            ("housekeeping", True, ("cleaning",)),
            ("director", False, ("monthly_pack",)),
            ("supplier", False, ("purchase_order", "supplier_return"))):
        for table in tables:
            assert (who, inward, table) in carried, f"{who} {'gives' if inward else 'gets'} {table}"


def test_who_is_drawn_to_read_may_read() -> None:
    for part in flows.PARTS:
        for role, tables in part.readers:
            for table in tables:
                assert role in readers(table), f"{role} does not read {table}"


# ---------------------------------------------------------------- nothing lies on anything

@pytest.mark.parametrize("key", PARTS)
def test_rows_of_a_part_keep_apart_and_words_stay_in_their_row(said: None, key: str) -> None:
    part = flows.BY_KEY[key]
    counts = {table: dict.fromkeys(("submitted", "approved", "delivered"), 9999)
              for table in flows.workflows_of(part)}
    drawing = level0.draw(part, counts, dict.fromkeys(flows.stores_of(part), "lebih dari 10.000 baris"))
    everything = sketch.Rect(0, 0, drawing.width, drawing.height)
    boxes = [entity.box for entity in drawing.entities] + [store.box for store in drawing.stores]
    assert apart([*boxes, drawing.process, *(flow.room for flow in drawing.flows)])
    assert all(everything.holds(box) for box in [*boxes, drawing.process])
    for flow in drawing.flows:
        assert flow.room.holds(flow.text)
        assert flow.text.bottom <= flow.y <= flow.room.bottom
        assert all(sketch.width(line, level0.SIZE) <= level0.FLOW - 32 for line in flow.lines)
    for box, lines, size, bold in (
            *((entity.box, entity.lines, level0.SIZE + 0.5, True) for entity in drawing.entities),
            *((store.box, [store.table, *store.lines], level0.SIZE, False) for store in drawing.stores)):
        assert all(sketch.width(line, size, bold=bold) <= box.width - 16 for line in lines)


def test_the_context_diagram_keeps_apart(said: None) -> None:
    drawing = context.draw()
    chips = [chip for each in drawing.outside for bundle in each.bundles for chip in bundle.chips]
    boxes = [each.box for each in drawing.outside]
    assert apart([*boxes, drawing.system, *(chip.box for chip in chips)])
    assert all(sketch.Rect(0, 0, drawing.width, drawing.height).holds(chip.box) for chip in chips)
    assert all(sketch.width(chip.text, context.SIZE) <= chip.box.width - 8 for chip in chips)
    assert drawing.width <= 1290  # what a screen of 1366 has for it


@pytest.mark.parametrize("table", list(WORKFLOWS))
def test_a_workflow_is_drawn_with_every_state_and_step_and_nothing_meets(said: None, table: str) -> None:
    workflow = WORKFLOWS[table].workflow
    drawing = workflow_drawing.draw(workflow, {})
    assert {node.state for node in drawing.nodes} == {state.value for state in workflow.states}
    assert [each.step for each in drawing.steps] == list(workflow)
    assert [node.state for node in drawing.nodes if node.is_initial] == [workflow.initial.value]
    middles = {node.state: node.middle for node in drawing.nodes}
    rows = [sketch.Rect(each.text.x, each.text.y, each.text.width, each.y + 6 - each.text.y)
            for each in drawing.steps]
    assert apart([*(node.box for node in drawing.nodes), *rows])
    assert all(sketch.Rect(0, 0, drawing.width, drawing.height).holds(row) for row in rows)
    for node in drawing.nodes:
        assert all(sketch.width(line, workflow_drawing.SIZE, bold=True) <= node.box.width - 8
                   for line in node.lines), node.lines
    for each in drawing.steps:
        assert each.text.bottom < each.y
        assert set(each.dots) == {middles[source.value] for source in each.step.sources} - {
            middles[each.step.target.value]}
        assert each.points


@pytest.mark.parametrize("table", list(WORKFLOWS))
def test_a_drawing_is_the_same_each_time(said: None, table: str) -> None:
    workflow = WORKFLOWS[table].workflow
    assert workflow_drawing.draw(workflow) == workflow_drawing.draw(workflow)


def test_final_states_are_those_that_no_step_leaves() -> None:
    with FINAL.open(encoding="utf-8") as file:
        specified = {(row["table"], row["state"]) for row in csv.DictReader(file) if row["final"] == "yes"
                     and not row["ways_out"]}
    known = {(table, state.value) for table, model in WORKFLOWS.items() for state in model.workflow.states}
    drawn = {(table, state) for table, model in WORKFLOWS.items()
             for state in workflow_drawing.final_states(model.workflow)}
    assert specified & known <= drawn


# ---------------------------------------------------------------- in words

def test_every_condition_says_what_must_hold(said: None) -> None:
    for model in WORKFLOWS.values():
        for step in model.workflow:
            assert who_of(step)
            assert all(rule.strip() for rule in rules_of(step))
            for condition in step.conditions:
                assert condition_word(condition) != condition.code


def test_lines_are_broken_between_words_and_no_wider_than_asked() -> None:
    assert sketch.wrapped("one two three", 10, 1000) == ["one two three"]
    assert sketch.wrapped("one two three", 10, 30) == ["one", "two", "three"]
    assert sketch.width("wide", 20) == 2 * sketch.width("wide", 10)


# ---------------------------------------------------------------- the pages

def test_every_part_opens_for_learners_and_for_nobody_else(client: Any, sign_in: Any) -> None:
    assert client.get("/learn/processes").status_code == 302
    sign_in(client, Role.STUDENT)
    for address in ("", *(f"?part={key}" for key in PARTS)):
        assert client.get(f"/learn/processes{address}").status_code == 200
    assert client.get("/learn/processes?part=nothing").status_code == 404
    sign_in(client, Role.UNIT_USER)
    assert client.get("/learn/processes").status_code == 403


@pytest.mark.parametrize("table", list(WORKFLOWS))
def test_every_workflow_has_its_page_with_a_row_for_each_step(client: Any, sign_in: Any, table: str) -> None:
    sign_in(client, make.make_user(Role.STUDENT, language="en"))
    page = client.get(f"/learn/processes/{table}").text
    steps = list(WORKFLOWS[table].workflow)
    assert len(re.findall(r'<tr id="step-\d+">', page)) == len(steps)
    assert page.count('class="stp') == len(steps)
    for step in steps:
        assert f"<code>{step.name}</code>" in page


def test_a_table_without_workflow_has_no_page(client: Any, sign_in: Any) -> None:
    sign_in(client, Role.STUDENT)
    assert client.get("/learn/processes/item").status_code == 404


def test_arrows_lead_to_the_panel_where_the_reader_may_open_it_else_to_the_dictionary(client: Any,
                                                                                      sign_in: Any) -> None:
    sign_in(client, Role.STUDENT)
    page = client.get("/learn/processes?part=inventory").text
    assert 'href="/learn/dictionary/purchase_order"' in page
    assert "/admin/" not in page
    sign_in(client, make.make_user(Role.STUDENT, Role.PAYABLES))
    page = client.get("/learn/processes?part=inventory").text
    assert 'href="/admin/purchase_order/"' in page
    drawing = page[page.index("<svg viewBox"):page.index("</figure>")]
    assert drawing.count('class="fl') == len(flows.arrows_of(flows.BY_KEY["inventory"]))
    linked = re.findall(r'<a class="(?:fl|st)[^"]*"\s+href="/(?:admin|learn)/', drawing)
    assert len(linked) == drawing.count("<a ")


def test_live_counts_stand_at_arrows_tables_and_states_of_training_data_only(
        app: Any, client: Any, sign_in: Any, session: Any) -> None:
    sign_in(client, make.make_user(Role.STUDENT, language="en"))
    for _ in range(2):
        make.make_store_request((make.make_item(), 1))
    addresses = ("/learn/processes?part=inventory", "/learn/processes/store_request")
    training = [client.get(address).text for address in addresses]
    app.config["RAWAT_ENV"] = "production"
    live = [client.get(address).text for address in addresses]
    assert [">2 rows<" in page for page in training] == [True, True]
    assert [">2 rows<" in page or ">0 rows<" in page for page in live] == [False, False]
    assert "Submitted 0" not in live[0]


def test_states_are_counted_in_one_statement_and_only_so_far(app: Any, session: Any,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        make.make_store_request((make.make_item(), 1))
    with statements(app) as seen:
        assert flows.state_counts(["store_request", "bed"]) == {"store_request": {"draft": 4}, "bed": {}}
    assert len(seen) == 1
    monkeypatch.setattr(flows.catalogue, "COUNTED_TO", 2)
    assert flows.state_counts(["store_request"]) == {"store_request": {"draft": 3}}


def test_pages_make_few_statements_whatever_they_show(app: Any, client: Any, sign_in: Any) -> None:
    sign_in(client, Role.STUDENT)
    client.get("/learn/")
    for address in ("/learn/processes", "/learn/processes?part=assets", "/learn/processes/purchase_order"):
        with statements(app) as seen:
            client.get(address)
        assert len(seen) <= 4, address


def test_a_new_document_type_stands_with_its_process_or_its_area(monkeypatch: pytest.MonkeyPatch) -> None:
    assert flows.part_of("inventory_round").key == "assets"
    assert flows.part_of("monthly_pack").key == "reports"
    monkeypatch.setattr(document_types()["inventory_round"], "process", "")
    assert flows.part_of("inventory_round").key == "assets", "its area"
