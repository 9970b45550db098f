"""Every workflow is what `tests/data/workflows.csv` says: states, roles, reasons, whose; nothing else
works."""

from __future__ import annotations

import csv
import itertools
import re
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import models  # noqa: F401  (declares every workflow)
from models.documents import WORKFLOWS
from models.errors import Conflict, NotAllowed, Refused, WrongState
from models.roles import Role
from models.workflow import (
    Condition,
    Transition,
    Workflow,
    approval_steps,
    author_steps,
    has_lines,
    not_own,
    own_document,
)

ROWS = {(row["table"], row["transition"]): row for row in csv.DictReader(
    (Path(__file__).parents[1] / "data" / "workflows.csv").read_text(encoding="utf-8").splitlines())}
DECLARED = {(table, name): [step for step in model.workflow if step.name == name]
            for table, model in sorted(WORKFLOWS.items()) for name in model.workflow.names}
IDS = [".".join(key) for key in DECLARED]
REASONED = [key for key, steps in DECLARED.items() if any(step.needs_reason is True for step in steps)]


#: What the conditions of the file are called in the code.
CONDITIONS = {"not own": "not_own", "own document": "own_document", "another person": "another_person",
              "has lines": "has_lines", "own work unit": "own_work_unit"}


def test_nothing_of_the_file_is_missing() -> None:
    assert set(ROWS) - set(DECLARED) == set()


def test_nothing_is_declared_beside_the_file() -> None:
    assert set(DECLARED) <= set(ROWS)


@pytest.mark.parametrize("table", sorted(WORKFLOWS))
def test_states(table: str) -> None:
    named = {state for row in ROWS.values() if row["table"] == table
             for state in [*row["from"].split(), row["to"]]}
    assert {state.value for state in WORKFLOWS[table].workflow.states} == named


@pytest.mark.parametrize(("table", "name"), DECLARED, ids=IDS)
def test_transition_agrees_with_the_file(table: str, name: str) -> None:
    row, steps = ROWS[table, name], DECLARED[table, name]
    assert {source.value for step in steps for source in step.sources} == set(row["from"].split())
    assert {step.target.value for step in steps} == {row["to"]}
    roles = set() if row["role"].startswith("(by ") else set(row["role"].split())
    assert {role.value for step in steps for role in step.roles} == roles


@pytest.mark.parametrize(("table", "name"), DECLARED, ids=IDS)
def test_reason_agrees_with_the_file(table: str, name: str) -> None:
    wants = re.search(r"\breason\b(?P<unless> unless)?", ROWS[table, name]["condition"])
    for step in DECLARED[table, name]:
        if wants and wants["unless"]:
            assert isinstance(step.needs_reason, Condition)
        else:
            assert step.needs_reason is bool(wants)


@pytest.mark.parametrize(("table", "name"), DECLARED, ids=IDS)
def test_whose_document_agrees_with_the_file(table: str, name: str) -> None:
    words = ROWS[table, name]["condition"]
    wanted = {code for phrase, code in CONDITIONS.items() if re.search(rf"\b{phrase}\b", words)}
    for step in DECLARED[table, name]:
        has = {condition.code for condition in step.conditions} & set(CONDITIONS.values())
        assert has >= wanted
        assert ("own_document" in has) == ("own_document" in wanted)


class Paper(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    POSTED = "posted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


def test_the_steps_that_approval_documents_share() -> None:
    """Each row as a workflow would declare it by hand."""
    author, head = (Role.STORE_STAFF, Role.UNIT_USER), Role.STORE_HEAD
    assert approval_steps(Paper, author=author, approver=head) == (
        Transition("submit", (Paper.DRAFT,), Paper.SUBMITTED, author, when=has_lines, numbers=True),
        Transition("approve", (Paper.SUBMITTED,), Paper.APPROVED, head, when=not_own),
        Transition("reject", (Paper.SUBMITTED,), Paper.REJECTED, head, needs_reason=True))
    assert approval_steps(Paper, author=author, approver=head,
                          approved=Paper.POSTED)[1].target == Paper.POSTED
    assert author_steps(Paper, author=author) == (
        Transition("reopen", (Paper.REJECTED,), Paper.DRAFT, author, when=own_document),
        Transition("cancel", (Paper.DRAFT, Paper.SUBMITTED), Paper.CANCELLED, author, needs_reason=True))


# ---------------------------------------------------------------- state × role × transition


class Person(SimpleNamespace):
    id = 1

    def has_role(self, *roles: Role) -> bool:
        return self.role in roles


def bare(workflow: Workflow) -> Workflow:
    """The same table without conditions: those are tested beside their documents."""
    return Workflow(workflow.initial, *(replace(step, when=(), needs_reason=False) for step in workflow))


@pytest.mark.parametrize("table", sorted(WORKFLOWS))
def test_exactly_the_declared_cells_work(table: str) -> None:
    workflow = bare(WORKFLOWS[table].workflow)
    cells = {(source.value, role, step.name) for step in workflow for source in step.sources
             for role in step.roles}
    worked = set()
    for state, role, name in itertools.product(workflow.states, Role, workflow.names):
        try:
            step = workflow.require(SimpleNamespace(state=state), name, Person(role=role))
        except (NotAllowed, WrongState):
            continue
        assert step.name == name
        assert state in step.sources
        worked.add((state.value, role, name))
    assert worked == cells


@pytest.mark.parametrize(("table", "name"), DECLARED, ids=IDS)
def test_a_failing_condition_stops_the_step(table: str, name: str) -> None:
    for step in DECLARED[table, name]:
        for failing in range(len(step.conditions)):
            when = tuple(replace(condition, test=lambda _document, _user, stop=position == failing: not stop)
                         for position, condition in enumerate(step.conditions))
            with pytest.raises(Refused, match=re.escape(step.conditions[failing].refusal.split("%", 1)[0])):
                _require(step, Workflow(step.sources[0],
                                        replace(step, when=when, who=Role.ADMIN, needs_reason=False)))


@pytest.mark.parametrize(("table", "name"), REASONED, ids=[".".join(key) for key in REASONED])
def test_a_wanted_reason_is_asked_for(table: str, name: str) -> None:
    for step in DECLARED[table, name]:
        workflow = Workflow(step.sources[0], replace(step, when=(), who=Role.ADMIN))
        with pytest.raises(Refused) as refusal:
            _require(step, workflow, "  ")
        assert refusal.value.field == "reason"
        assert _require(step, workflow, "Broken").name == name


def test_a_stale_version_is_a_conflict() -> None:
    workflow = WORKFLOWS["asset_plan"].workflow
    plan = SimpleNamespace(state=workflow.initial, version=3, lines=["one"])
    with pytest.raises(Conflict):
        workflow.require(plan, "submit", Person(role=Role.UNIT_USER), version=2)
    assert workflow.require(plan, "submit", Person(role=Role.UNIT_USER), version=3)


def _require(step: Transition, workflow: Workflow, reason: str = "") -> Any:
    return workflow.require(SimpleNamespace(state=step.sources[0]), step.name, Person(role=Role.ADMIN),
                            reason)
