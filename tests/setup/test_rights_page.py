"""`/admin/rights/` shows what `tests/data/rights.csv` and `workflows.csv` say: in both languages, as XLSX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from models.activity import Activity, ActivityLog
from models.roles import Role
from tests.support.specified_rights import NOT_BUILT, PANEL, openers
from tests.support.specified_workflows import NOT_BUILT as STEPS_NOT_BUILT
from tests.support.specified_workflows import SPECIFIED

pytestmark = pytest.mark.once

#: What the file calls rows, as the page says it; rows that the file calls one word may be said closer.
SAID = {"all": {"all", "all; own stores where the setting says so"}, "own": {"own"},
        "own_unit": {"own work unit", "to or from the own work unit",
                     "own work unit, and what it gave away"},
        "own_store": {"own stores"}, "own_patients": {"own patients"},
        "own_consultations": {"own consultations"}, "issued": {"issued"}, "released": {"released"}}


def words_of(role: Role) -> str:
    return role.value.replace("_", " ").capitalize()


def workbook(client: Any, query: str = "") -> Any:
    answer = client.get(f"/admin/rights/?format=xlsx{query}")
    assert answer.status_code == 200
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    return CalamineWorkbook.from_filelike(BytesIO(answer.data))


def sheet(book: Any, place: int) -> list[dict[str, str]]:
    heads, *rows = book.get_sheet_by_index(place).to_python()
    return [dict(zip(heads, map(str, row), strict=True)) for row in rows]


def in_english(client: Any) -> None:
    client.post("/language/en")


@pytest.fixture
def admin(client: Any, sign_in: Any) -> Any:
    result = sign_in(client, Role.ADMIN)
    in_english(client)
    return result


def test_the_workbook_holds_every_right_of_the_specification_and_no_other(client: Any, admin: Any) -> None:
    built = {(row["Table name"], role.value): row[words_of(role)]
             for row in sheet(workbook(client), 0) for role in Role if row.get(words_of(role))}
    specified = {cell: row for cell, row in PANEL.items() if "/".join(cell) not in NOT_BUILT}
    assert built.keys() == specified.keys()
    wrong = {}
    for cell, row in specified.items():
        said = built[cell].split("; without ")[0]
        verbs = [verb for verb in ("create", "edit", "delete") if getattr(row, verb) == "yes"]
        if said not in {"; ".join([rows, *verbs]) for rows in SAID[row.read]}:
            wrong[cell] = (built[cell], row)
    assert wrong == {}


def test_the_workbook_names_the_columns_that_a_role_does_not_see(client: Any, admin: Any) -> None:
    rows = {row["Table name"]: row for row in sheet(workbook(client), 0)}
    assert rows["supplier"]["Director"] == "all; without Bank account"
    assert "without" not in rows["supplier"]["Payables"]
    assert "without Allergies, Lines: " in rows["prescription"]["Admin"]


def test_the_workbook_holds_every_step_of_the_specification_and_no_other(client: Any, admin: Any) -> None:
    built = {(row["Table name"], row["Step name"], role.value)
             for row in sheet(workbook(client), 1) for role in Role if row.get(words_of(role)) == "yes"}
    missing = {entry[:3] for entry in STEPS_NOT_BUILT if entry[3] == "step"}
    tables = {table for table, _step, _source in missing}
    assert built == {(row.table, row.name, role) for row in SPECIFIED.values() for role in row.roles
                     if row.table not in tables}


def cells(page: str) -> Iterator[tuple[str, str, str]]:
    """Row, column and text of each filled cell of the first table."""
    body = page.split('id="h-tables"')[1].split("</table>")[0]
    for row in body.split("<tr")[2:]:
        title = re.search(r'class="is-title">([^<]*)<', row)[1].strip()
        for label, text in re.findall(r'data-label="([^"]*)">(.*?)</td>', row, re.DOTALL):
            yield title, label, " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def test_the_page_shows_one_area_at_first_and_what_the_filters_ask_for(client: Any, admin: Any) -> None:
    first = set(cells(client.get("/admin/rights/").text))
    assert {title for title, *_rest in first} >= {"Items", "Stores"}
    assert "Suppliers" not in {title for title, *_rest in first}
    assert ("Items", "Admin", "all create, edit, delete") in first
    one = set(cells(client.get("/admin/rights/?role=director&area=purchasing").text))
    assert {label for _title, label, _text in one} == {"Director"}
    assert ("Suppliers", "Director", "all without Bank account") in one
    table = client.get("/admin/rights/?table=store_request").text
    assert {title for title, *_rest in cells(table)} == {"Store requests"}
    steps = table.split('id="h-steps"')[1]
    assert "Submitted → Approved" in steps
    assert "with a reason" in steps


@pytest.mark.parametrize("query", ["role=nobody", "table=alembic_version", "area=%00", "format=pdf",
                                   "role=&x"])
def test_an_address_that_names_nothing_shows_the_first_area(client: Any, admin: Any, query: str) -> None:
    answer = client.get(f"/admin/rights/?{query}")
    assert answer.status_code == 200
    assert "Items" in {title for title, *_rest in cells(answer.text)}


def test_a_role_without_anything_in_the_panel_is_told_so(client: Any, admin: Any) -> None:
    page = client.get("/admin/rights/?role=student&area=inventory").text
    assert "This role reads no table here." in page
    assert "This role takes no step here." in page


def test_who_reads_indonesian_finds_no_english(client: Any, sign_in: Any) -> None:
    sign_in(client, Role.ADMIN)
    client.post("/language/id")
    found = {(title, label): text for title, label, text in
             cells(client.get("/admin/rights/?table=supplier").text)}
    assert found["Pemasok", "Direktur Utama"] == "semua tanpa Rekening bank"


def test_taking_the_workbook_away_is_written_down(client: Any, session: Any, admin: Any) -> None:
    workbook(client, "&role=admin")
    row = session.query(ActivityLog).order_by(ActivityLog.id.desc()).first()
    assert (row.activity, row.table_name) == (Activity.EXPORTED, "rights")


@pytest.mark.parametrize("role", list(Role))
def test_the_page_opens_for_whom_the_specification_names(client: Any, sign_in: Any, role: Role) -> None:
    sign_in(client, role)
    assert client.get("/admin/rights/").status_code == (200 if role in openers("rights") else 403)
