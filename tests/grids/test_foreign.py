"""Another unit's, doctor's or patient's row does not exist: the same answer as for an id that never was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.panel.columns import mapped_tables
from models.roles import Role
from tests.panel.test_views import bare
from tests.support import factories as make
from tests.support import grid
from tests.support.specified_rights import rows_read

#: Role and table wherever a role sees some rows only.
SCOPED = [(role, table) for table in grid.tables() for role, rows in sorted(rows_read(table).items())
          if rows != "all"]
ABSENT = 888_888


def asks(view: Any, key: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address and form of everything that names a row of the view."""
    yield "GET", f"{view.url}/details/?id={key}", {}
    yield "GET", f"{view.url}/edit/?id={key}", {}
    yield "POST", f"{view.url}/edit/?id={key}", {"version": "1"}
    yield "POST", f"{view.url}/delete/", {"id": key, "version": "1"}
    yield "GET", f"{view.url}/{key}/print", {}
    yield "GET", f"{view.url}/{key}/file?file=1", {}
    yield "POST", f"{view.url}/{key}/files", {}
    yield "POST", f"{view.url}/{key}/comment", {"comment": "Mine?"}
    for name in view.model.workflow.names if hasattr(view.model, "workflow") else ():
        yield "GET", f"{view.url}/{key}/{name}", {}
        yield "POST", f"{view.url}/{key}/{name}", {"version": "1", "reason": "Because"}
    for make_ in view.makes:
        yield "POST", f"{view.url}/{key}/{make_.name}", {}
    for collection in view.lines:
        target = view.line_model(collection)
        for name in target.workflow.names if target is not None else ():
            yield "POST", f"{view.url}/{key}/{collection}/1/{name}", {"version": "1"}


def person(role: Role) -> Any:
    """Somebody of the role who has rows of their own elsewhere."""
    if role == Role.DOCTOR:
        return make.make_doctor().user
    return make.make_user(role)


def test_these_see_some_rows_only() -> None:
    assert {role for role, _table in SCOPED} == {
        Role.UNIT_USER, Role.DOCTOR, Role.STORE_STAFF, Role.STORE_HEAD, Role.ADMIN, Role.FACILITIES_STAFF,
        Role.DIRECTOR,
        # the delegations that they gave or took
        Role.FACILITIES_HEAD,
        # the faults that they reported
        Role.PAYABLES, Role.RECEIVABLES, Role.FRONT_OFFICE, Role.HOUSEKEEPING}
    assert len(SCOPED) >= 10


@pytest.mark.parametrize(("role", "table"), SCOPED)
def test_foreign_and_absent_look_the_same(app: Any, client: Any, sign_in: Any, role: Role,
                                          table: str) -> None:
    model, view = mapped_tables()[table], app.extensions["rawat_panel"][table]
    foreign = view.key(grid.row_of(model))
    sign_in(client, person(role))
    for there, nowhere in zip(asks(view, foreign), asks(view, ABSENT), strict=True):
        answers = [client.open(address, method=method, data=form if method == "POST" else None)
                   for method, address, form in (there, nowhere)]
        assert [answer.status_code for answer in answers] == [404, 404], there
        assert bare(answers[0]) == bare(answers[1]), there
    listed = client.get(f"/admin/{table}/").text
    assert f"details/?id={foreign}\"" not in listed


@pytest.mark.parametrize("table", sorted({table for _role, table in SCOPED}))
def test_patients_are_told_nothing(app: Any, client: Any, sign_in: Any, table: str) -> None:
    """The panel is not a patient's: the same refusal for what is there and what is not."""
    view = app.extensions["rawat_panel"][table]
    key = view.key(grid.row_of(mapped_tables()[table]))
    sign_in(client, make.make_patient().user)
    for there, nowhere in zip(asks(view, key), asks(view, ABSENT), strict=True):
        answers = [client.open(address, method=method, data=form if method == "POST" else None)
                   for method, address, form in (there, nowhere)]
        assert answers[0].status_code == answers[1].status_code == 403, there
        assert bare(answers[0]) == bare(answers[1]), there
