"""`tests/data/rights.csv` is the judge of who reads, creates, edits and deletes what, and of reports.

Expectations are read off that file, never off `models.rights`. What is not built yet stands in `NOT_BUILT` by
name; an entry that agrees by now fails, so the list only shrinks. Hidden columns are `test_rights_hidden`'s.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from models.errors import N_
from models.operations.core.report_kit import REPORTS, Report, declare
from models.rights import PAGES, RIGHTS
from models.roles import Role
from tests.support import factories as make
from tests.support import grid
from tests.support.specified_rights import NOT_BUILT, PANEL, ROWS

pytestmark = pytest.mark.once


REPORT = {(row.table.removeprefix("report:"), row.role) for row in ROWS if row.door == "report"}
OPEN_PAGES = {(row.table.removeprefix("page:"), row.role) for row in ROWS if row.door == "page"}
IMPORTS = {(row.table.removeprefix("action:imports/"), row.role) for row in ROWS
           if row.table.startswith("action:imports/")}

#: The tables of `NOT_BUILT`: one leaves when it is built, none comes. (A new role has a cell of each.)
TABLES_NOT_BUILT: set[str] = set()
#: Files of the tests that may know of `models.rights`, and the names that they take; all others ask the file.
KNOWING: dict[str, set[str]] = {
    "tests/core/test_rights_specification.py": {"RIGHTS", "PAGES"},  # compares them with the file
    "tests/core/test_rights_hidden.py": {"hidden"},  # of two roles: no row of the file says it
    "tests/clinic/test_treating_doctor.py": {"scope"},  # the criteria themselves
    "tests/core/test_rights_fit.py": {  # rows that fit no model
        "__file__", "Scope", "TableRights", "between_units", "every", "own_consultations", "own_doctor",
        "own_store", "own_unit", "refuse_unfit", "released"},
    "tests/core/test_rights_rules.py": {  # the rules themselves, against planted rows
        "RIGHTS", "TableRights", "every", "hidden", "may", "may_open", "may_see", "model_of",
        "scope"},
    "tests/core/test_facts.py": {"RIGHTS", "area_of"},  # the area of a table, not who may
    "tests/support/first_document.py": {"RIGHTS"},  # who goes the way of the README's document
}
#: Pages that are not of the panel: they have no entry in `PAGES`, and their own tests.
ELSEWHERE = frozenset({"asset_label", "healthz", "learn/join", "login", "portal/doctors", "portal/facilities",
                       "portal/specializations", "register", "verify"})
#: What the file calls the rows, by the scopes of `models.rights` that are not called so themselves.
SCOPES = {"every": "all", "own_stores_where_set": "all", "between_units": "own_unit",
          "own_unit_or_given": "own_unit", "own_doctor": "own",
          "given_or_taken": "own",
          "given_out": "issued", "treated_patients": "own_patients"}


# ---------------------------------------------------------------- tables

def declared(table: str, role: str) -> tuple[str, ...]:
    """Read, create, edit and delete of the code, in the words of the file."""
    rights = RIGHTS.get(table)
    if rights is None or Role(role) not in rights.read:
        return "none", "no", "no", "no"
    name = getattr(rights.read[Role(role)], "__name__", "")
    return (SCOPES.get(name, name), *("yes" if Role(role) in getattr(rights, act) else "no"
                                      for act in ("create", "edit", "delete")))


def specified(table: str, role: str) -> tuple[str, ...]:
    row = PANEL.get((table, role))
    return (row.read, row.create, row.edit, row.delete) if row is not None else ("none", "no", "no", "no")


def test_the_file_is_read_whole() -> None:
    assert len(ROWS) > 1000
    assert {row.role for row in ROWS} - {"*", "anonymous"} == {role.value for role in Role}


def test_tables_are_as_specified_in_both_directions() -> None:
    cells = {*PANEL, *((table, role.value) for table, rights in RIGHTS.items() for role in rights.read)}
    wrong = {f"{table}/{role}": (declared(table, role), specified(table, role))
             for table, role in sorted(cells)
             if declared(table, role) != specified(table, role)}
    assert {name: cell for name, cell in wrong.items() if name not in NOT_BUILT} == {}
    assert NOT_BUILT - wrong.keys() == set(), "these agree by now: take them off NOT_BUILT"
    assert {name.partition("/")[0] for name in NOT_BUILT} <= TABLES_NOT_BUILT


def test_nobody_writes_what_they_do_not_read() -> None:
    assert [table for table, rights in RIGHTS.items()
            if not (rights.create | rights.edit | rights.delete) <= rights.roles] == []


def test_readings_of_a_patients_record_are_written_down() -> None:
    assert {table for table, rights in RIGHTS.items() if rights.clinical} == grid.CLINICAL


def test_pages_are_as_specified_in_both_directions() -> None:
    built = {(page, role.value) for page, roles in PAGES.items() for role in roles}
    assert built == {cell for cell in OPEN_PAGES if cell[0] not in ELSEWHERE}
    assert {page for page, _role in OPEN_PAGES} & ELSEWHERE == ELSEWHERE
    assert not ELSEWHERE & PAGES.keys()


def test_lists_are_brought_by_whom_the_file_names(app: Any) -> None:
    """By its own rows, else by whoever may make and change the rows of the table."""
    from models.operations.setup.list_layouts import importers, kinds
    named = {kind for kind, _role in IMPORTS}
    expected = {role for role in IMPORTS if role[0] in kinds()} | {
        (table, role) for (table, role), row in PANEL.items()
        if table in kinds() and table not in named and row.create == row.edit == "yes"}
    assert {(kind, role.value) for kind in kinds() for role in importers(kind)} == expected
    assert named <= set(kinds())


# ---------------------------------------------------------------- who judges

def taken(path: Path) -> set[str]:
    """The names of `models.rights` that a file imports, or reaches through the module."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    named = {alias.name for node in nodes
             if isinstance(node, ast.ImportFrom) and node.module == "models.rights" for alias in node.names}
    whole = any(alias.name == "models.rights" for node in nodes if isinstance(node, ast.Import)
                for alias in node.names) or \
        any(alias.name == "rights" for node in nodes
            if isinstance(node, ast.ImportFrom) and node.module == "models" for alias in node.names)
    reached = {node.attr for node in nodes if isinstance(node, ast.Attribute)
               and ((isinstance(node.value, ast.Name) and node.value.id == "rights")
                    or (isinstance(node.value, ast.Attribute) and node.value.attr == "rights"))}
    return named | (reached or {"rights"} if whole else set())


def test_no_other_test_takes_its_expectation_from_the_code() -> None:
    root = Path(__file__).parents[2]
    found = {path.relative_to(root).as_posix(): taken(path) for path in (root / "tests").rglob("*.py")}
    assert {name: names for name, names in found.items() if names} == KNOWING


# ---------------------------------------------------------------- reports

def test_reports_are_as_specified_in_both_directions() -> None:
    assert {(key, role.value) for key, report in REPORTS.items() for role in report.roles} == REPORT


def test_a_report_without_roles_is_refused() -> None:
    given: dict[str, Any] = {"key": "nobodys", "title": N_("Reports"), "area": "assets",
                             "select": lambda _asked: None,
                             "columns": ()}
    with pytest.raises(TypeError, match="roles"):
        Report(**given)
    with pytest.raises(ValueError, match="nobodys"):
        declare(Report(**given, roles=frozenset()))
    assert "nobodys" not in REPORTS


@pytest.mark.parametrize("role", list(Role))
def test_a_report_opens_for_its_roles_alone(client: Any, sign_in: Any, session: Any, role: Role) -> None:
    """Index, page and every file: 200 for who reads it (422 where the address asks nothing yet), else 403."""
    make.make_chart()
    sign_in(client, role)
    mine = {key for key, who in REPORT if who == role.value}
    assert ("reports", role.value) in OPEN_PAGES or not mine
    index = client.get("/admin/reports/")
    assert index.status_code == (200 if ("reports", role.value) in OPEN_PAGES else 403)
    wrong = [key for key in REPORTS if (f'href="/admin/reports/{key}/"' in index.text) != (key in mine)]
    for key, report in sorted(REPORTS.items()):
        has_to_ask = any(each.required and each.default is None for each in report.parameters)
        for part in ("", "csv/", "xlsx/", "pdf/"):
            status = client.get(f"/admin/reports/{key}/{part}").status_code
            wanted = 403 if key not in mine else 422 if part and has_to_ask else 200
            if status != wanted:
                wrong.append(f"{key}/{part}: {status}, not {wanted}")
    assert wrong == []
    assert client.get("/admin/reports/no_such_report/").status_code == (404 if mine else 403)
