"""What stands in a person's inbox, role by role: papers of every kind in every state are planted, and what is
expected is read off the specification (`tests/data/workflows.csv`)."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.panel.inbox import waiting
from models.documents import WORKFLOWS
from models.operations.people import notices, turns
from models.roles import STAFF_ROLES, Role
from tests.support import factories as make
from tests.support import standing_papers as papers
from tests.support.specified_workflows import NOT_BUILT, SPECIFIED, Row

pytestmark = pytest.mark.once

#: Conditions that every planted paper fulfils; those of amounts and contents have tests of their own
#: (`tests/panel/test_inbox.py` has the limits).
PLAIN = ("", "not own")


def approvals(role: Role) -> list[Row]:
    """The steps of the specification by which this role says yes to another's paper."""
    left_out = {entry[:3] for entry in NOT_BUILT}
    return [row for (table, name, source), row in sorted(SPECIFIED.items())
            if name.startswith("approve") and role.value in row.roles
            and table in WORKFLOWS and table not in notices.NOT_PAPERS
            and (table, name, source) not in left_out
            and row.condition in PLAIN]


def of(role: Role, record: Any) -> Any:
    return next(person for person in papers.people_of(record)
                if person.has_role(role) and person.id != getattr(record, "created_by_id", None))


def is_there(user: Any, record: Any) -> bool:
    return any(row.id == record.id for row in waiting(user, limit=200, tables=(record.__tablename__,)))


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_what_a_role_approves_waits_for_it(session: Any, role: Role) -> None:
    """And not for whoever wrote it, where the specification says "not own"."""
    for row in approvals(role):
        record = papers.record_of(row.table)
        papers.put(record, type(record).workflow.states(row.source))
        assert is_there(of(role, record), record), row
        if "not own" in row.condition:
            author = record.created_by
            if not author.has_role(role):
                session.add(papers.UserRole(user_id=author.id, role=role))
                session.flush()
                session.expire_all()
            assert not is_there(author, record), row


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_nothing_waits_for_a_role_that_the_specification_gives_no_step(session: Any, role: Role) -> None:
    """A person with this one role: what the inbox shows of a state has a step of that role in it, or another
    paper is made from it."""
    wrong = []
    for table, model in sorted(WORKFLOWS.items()):
        if table in notices.NOT_PAPERS:
            continue
        record = papers.record_of(table)
        unit = turns.unit_of(record)
        person = make.make_user(role, **({"work_unit_id": unit} if unit else {}))
        for state in model.workflow.states:
            papers.put(record, state)
            may = any(source == state.value and role.value in row.roles
                      for (of_table, _name, source), row in SPECIFIED.items() if of_table == table)
            makes = (table, state) in notices.TO_MAKE and role in notices.TO_MAKE[table, state].roles
            if is_there(person, record) and not may and not makes:
                wrong.append((table, state.value))
    assert wrong == []


def test_the_specification_gives_approvals_to_test() -> None:
    assert len({row.table for role in STAFF_ROLES for row in approvals(role)}) >= 12
