"""Rows of a spreadsheet that are pasted into a document's lines: codes and names become choices, in one
answer with a fixed number of statements; what means nothing stays as it was pasted, with a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from models.organisation import Status
from models.roles import Role
from models.store_requests import StoreRequest
from tests.panel.test_views import statements
from tests.support import factories as make


@pytest.fixture
def nurse(client: Any, sign_in: Any) -> Any:
    result = make.make_user(Role.UNIT_USER)
    sign_in(client, result)
    return result


def ask(client: Any, columns: str, *rows: list[str], table: str = "store_request", **more: Any) -> list[Any]:
    answer = client.post(f"/admin/{table}/ajax/pasted/", json={
        "collection": "lines", "columns": columns.split(), "rows": list(rows), **more})
    assert answer.status_code == 200, answer.text
    return list(answer.json["rows"])


def test_codes_and_names_become_choices(client: Any, nurse: Any) -> None:
    """However it is written: the code, the name in other letters, both as lists write them, the bar code."""
    item = make.make_item({"box": "100"}, name="Spuit 3 ml", code="SP-03", barcode="8991234567895")
    for text in ("SP-03", "sp-03", " spuit 3 ML ", "SP-03 Spuit 3 ml", "8991234567895"):
        row, = ask(client, "item quantity unit", [text, "12,5", "BOX"])
        assert row["cells"][0] == {"value": str(item.id), "id": item.id, "text": "SP-03 Spuit 3 ml"}, text
        assert row["cells"][1] == {"value": "12,5"}
        assert row["units"]["value"] == make.unit_of(item, "box").id
        assert [each["text"] for each in row["units"]["options"]] == ["tablet", "box (100)"]


def test_what_means_nothing_stays_as_it_was_pasted(client: Any, nurse: Any) -> None:
    client.post("/language/en")
    make.make_item(name="Kasa", code="KS-1")
    make.make_item(name="Kasa", code="KS-2")
    make.make_item(name="Lama", code="OLD-1", status=Status.INACTIVE)
    known = make.make_item(code="KN-1")
    rows = ask(client, "item quantity unit", ["XX-9", "1", ""], ["Kasa", "2", ""], ["OLD-1", "3", ""],
               ["KN-1", "many", "crate"], ["", "", ""])
    said = [[cell.get("message") for cell in row["cells"]] for row in rows]
    assert said == [["“XX-9” is not in the list. Choose one.", None, None],
                    ["More than one is called “Kasa”. Choose one.", None, None],
                    ["“OLD-1” is not in the list. Choose one.", None, None],
                    [None, "Write a number, for example 12.5.",
                     "“crate” is no unit of measure of this item. Choose one."],
                    [None, None, None]]
    assert [row["cells"][0]["value"] for row in rows] == ["XX-9", "Kasa", "OLD-1", str(known.id), ""]
    assert rows[3]["cells"][1]["value"] == "many"
    assert rows[3]["cells"][2]["value"] == "crate"


def test_a_column_without_items_goes_by_what_the_rows_name(client: Any, nurse: Any) -> None:
    item = make.make_item({"box": "10"})
    row, = ask(client, "quantity unit", ["4", "box"], items=[str(item.id)])
    assert row["units"]["value"] == make.unit_of(item, "box").id
    assert "units" not in ask(client, "quantity", ["4"], items=[str(item.id)])[0]


def test_an_empty_unit_is_the_one_of_the_last_paper(client: Any, nurse: Any, session: Any) -> None:
    item = make.make_item({"box": "10"})
    request = make.make_store_request((item, 1), created_by=nurse)
    request.lines[0].unit = make.unit_of(item, "box")
    session.flush()
    row, = ask(client, "item quantity", [item.code, "1"])
    assert row["units"]["value"] == make.unit_of(item, "box").id


def test_a_hundred_rows_cost_no_more_statements_than_one(app: Any, client: Any, nurse: Any) -> None:
    codes = [make.make_item({"box": "10"}).code for _ in range(100)]
    ask(client, "item quantity unit", [codes[0], "1", "box"])

    def cost(number: int) -> int:
        with statements(app) as seen:
            rows = ask(client, "item quantity unit", *([code, "1", "box"] for code in codes[:number]))
        assert len(rows) == number
        assert all(row["cells"][0].get("id") for row in rows)
        return len(seen)

    assert cost(100) == cost(1)


def test_who_writes_none_of_these_learns_nothing(client: Any, sign_in: Any) -> None:
    make.make_item(code="SP-03")
    asked = {"collection": "lines", "columns": ["item"], "rows": [["SP-03"]]}
    sign_in(client, Role.DIRECTOR)
    assert client.post("/admin/store_request/ajax/pasted/", json=asked).status_code == 403
    sign_in(client, Role.PATIENT)
    assert client.post("/admin/store_request/ajax/pasted/", json=asked).status_code == 403


@pytest.mark.parametrize("sent", [
    None, [], "text", {}, {"collection": "nothing"}, {"collection": ["lines"]},
    {"collection": "lines"}, {"collection": "lines", "columns": 5, "rows": "x"},
    {"collection": "lines", "columns": ["state", None, {}], "rows": [["approved", 1, []], 7]},
    {"collection": "lines", "columns": ["item", "unit"], "rows": [["\x00", "\ud800"]], "items": ["9" * 40]},
    {"collection": "lines", "columns": ["quantity"], "rows": [["9" * 500], ["1e400"], ["NaN"]]}])
def test_nonsense_is_no_error_of_ours(client: Any, nurse: Any, sent: Any) -> None:
    assert client.post("/admin/store_request/ajax/pasted/", json=sent).status_code in (200, 404)


def test_days_are_read_as_people_write_them(client: Any, sign_in: Any) -> None:
    client.post("/language/en")
    sign_in(client, Role.STORE_STAFF)
    rows = ask(client, "batch_number expires_on", ["L1", "12/2030"], ["L2", "soon"], table="goods_receipt")
    assert rows[0]["cells"] == [{"value": "L1"}, {"value": "12/2030"}]  # as it stands on the box
    assert rows[1]["cells"][1]["value"] == "soon"
    assert rows[1]["cells"][1]["message"]


def test_a_form_that_comes_back_still_holds_what_was_pasted(client: Any, nurse: Any) -> None:
    """Nothing typed is lost: the unknown name stands in its cell, with the sentence."""
    store, item = make.make_store(), make.make_item()
    answer = client.post("/admin/store_request/new/", data={
        "urgency": "normal", "store": str(store.id), "lines-0-item": "Spuit tak dikenal",
        "lines-0-quantity": "5", "lines-1-item": str(item.id), "lines-1-quantity": "2",
        "lines-1-unit": "peti", "_save": "1"})
    assert answer.status_code == 422
    assert '<option value="Spuit tak dikenal" selected>Spuit tak dikenal</option>' in answer.text
    assert '<option value="peti" selected>peti</option>' in answer.text


def test_what_a_person_cannot_change_says_why(client: Any, nurse: Any) -> None:
    client.post("/language/en")
    page = client.get("/admin/store_request/new/").text
    assert "Your account belongs to this work unit, so its papers are made for it." in page
    assert 'aria-describedby="why-work_unit"' in page


def test_pasted_lines_are_kept_as_typed_ones_are(client: Any, nurse: Any, session: Any) -> None:
    """The way of the script: the answer's values are the form's values."""
    store, item = make.make_store(), make.make_item({"box": "100"}, code="SP-03")
    row, = ask(client, "item quantity unit", ["SP-03", "3", "box"])
    client.post("/admin/store_request/new/", data={
        "urgency": "normal", "store": str(store.id), "lines-0-item": row["cells"][0]["value"],
        "lines-0-quantity": row["cells"][1]["value"], "lines-0-unit": str(row["units"]["value"]),
        "_save": "1"})
    line = session.query(StoreRequest).one().lines[0]
    assert (line.item, line.quantity, line.factor) == (item, Decimal(3), Decimal(100))
