"""Every workflow is what `tests/data/workflows.csv` says: states, roles, reasons, whose; nothing else works.

What is not built yet, or built otherwise, stands line by line in `tests/data/not_built.csv`; the list only
shrinks.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest

import models  # noqa: F401  (declares every workflow)
from models.documents import WORKFLOWS
from models.errors import Conflict, NotAllowed, Refused, WrongState
from models.roles import Role
from models.workflow import (
    Transition,
    Workflow,
    approval_steps,
    author_or_colleague,
    author_steps,
    has_lines,
    not_own,
    own_document,
)
from tests.support.specified_workflows import (
    DIFFERENCES,
    DIVIDED,
    NOT_BUILT,
    SPECIFIED,
    cells,
    differences,
    lines,
)

DECLARED = {(table, name): [step for step in model.workflow if step.name == name]
            for table, model in sorted(WORKFLOWS.items()) for name in model.workflow.names}
IDS = [".".join(key) for key in DECLARED]
REASONED = [key for key, steps in DECLARED.items() if any(step.needs_reason is True for step in steps)]

#: As many lines as `not_built.csv` may have: lower it with every line that leaves, never raise it.
MOST_NOT_BUILT = 0


# ---------------------------------------------------------------- the file and the declarations

def test_the_specification_is_read_whole() -> None:
    rows = list(lines("workflows.csv"))
    assert len(rows) >= 247
    assert len({(row["table"], row["transition"]) for row in rows}) == len(rows)
    assert sum(len(row["from"].split()) for row in rows) == len(SPECIFIED)
    assert {role for row in SPECIFIED.values() for role in row.roles} <= {role.value for role in Role}


def test_the_code_is_as_specified_but_for_what_is_listed() -> None:
    """A difference that no line of `not_built.csv` names: mend the code, the list takes no new line."""
    assert sorted(differences(WORKFLOWS) - NOT_BUILT) == []


def test_what_is_built_has_left_the_list() -> None:
    """These lines of `not_built.csv` are not true any more: take them out."""
    assert sorted(NOT_BUILT - differences(WORKFLOWS)) == []


def test_the_list_of_what_is_not_built_only_shrinks() -> None:
    rows = list(lines("not_built.csv"))
    assert len(rows) == len(NOT_BUILT), "a line stands there twice"
    assert {what for *_cell, what in NOT_BUILT} <= DIFFERENCES.keys()
    assert len(rows) <= MOST_NOT_BUILT


def test_roles_that_take_turns_each_have_one() -> None:
    """Where the file divides a row's roles over its states, each of them takes it in some state."""
    built = cells(WORKFLOWS)
    for table, name in sorted({(row.table, row.name) for row in SPECIFIED.values()
                               if any(words in row.condition for words in DIVIDED)}):
        rows = [row for row in SPECIFIED.values() if (row.table, row.name) == (table, name)]
        taken = {role.value for cell, step in built.items() if cell[:2] == (table, name)
                 for role in step.roles}
        assert taken == set.union(*(set(row.roles) for row in rows)), (table, name)


@pytest.mark.parametrize("table", sorted(WORKFLOWS))
def test_no_state_is_declared_beside_the_file(table: str) -> None:
    named = {state for row in SPECIFIED.values() if row.table == table for state in (row.source, row.target)}
    assert {state.value for state in WORKFLOWS[table].workflow.states} <= named


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
        Transition("recall", (Paper.SUBMITTED,), Paper.DRAFT, author, when=own_document),
        Transition("reopen", (Paper.REJECTED,), Paper.DRAFT, author, when=author_or_colleague(author)),
        Transition("cancel", (Paper.DRAFT, Paper.SUBMITTED, Paper.REJECTED), Paper.CANCELLED, author,
                   needs_reason=True))


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
