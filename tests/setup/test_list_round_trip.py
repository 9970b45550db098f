"""What any table of master data exports comes back: unchanged it changes nothing, changed it changes just
that; and a list that was applied is taken back as a whole."""

from __future__ import annotations

import csv
import io
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from python_calamine import CalamineWorkbook

from backoffice.panel.columns import mapped_tables
from models.base import db
from models.operations.assets import entry
from models.operations.setup import list_layouts, user_list
from tests.setup.test_imports import apply, bring, kept
from tests.support import factories as make
from tests.support import grid

pytestmark = pytest.mark.once

TABLES = [kind for kind in list_layouts.kinds() if kind != "opening_stock"]
#: A text as people write it, and as nobody should: what a spreadsheet would run, quotes, ends of lines.
HARD = ["=1+1", "'=1+1", "+62 22", "Baris satu\nbaris dua", "a\u2028b, \"c\"; d", "0099", "-"]
#: Texts of one form only.
FORMED = {"bmn_code": "3070105001"}


def file_of(client: Any, table: str, kind: str) -> list[list[Any]]:
    """The export as cells."""
    answer = client.get(f"/admin/{table}/export/{kind}/")
    assert answer.status_code == 200
    if kind == "csv":
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def brought_back(client: Any, table: str, kind: str, grid_of: list[list[Any]]) -> Any:
    if kind == "csv":
        text = io.StringIO()
        csv.writer(text).writerows(grid_of)
        return bring(client, table, "\ufeff" + text.getvalue(), f"{table}.csv")
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False,
                                    "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(grid_of):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(place, column, cell.isoformat() if isinstance(cell, time) else cell)
    return bring(client, table, file.getvalue(), f"{table}.xlsx")


def rows(table: str) -> tuple[Any, Any]:
    """Two rows; one with every text that may be empty filled with something hard."""
    model = mapped_tables()[table]
    first, second = (make.unit_of(make.make_item({"box": "100"}), "box") if table == "unit_conversion"
                     else grid.row_of(model) for _place in range(2))
    texts = [name for name in list_layouts.layout(table).columns
             if (column := list_layouts.attributes(table)[name]).nullable and not column.foreign_keys
             and isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum)]
    for place, name in enumerate(texts):
        kind = list_layouts.attributes(table)[name].type
        setattr(first, name, FORMED.get(name) or HARD[place % len(HARD)][:kind.length or 99])
    db.session.commit()
    return first, second


@pytest.fixture
def importer(client: Any, sign_in: Any, session: Any) -> Any:
    make.make_chart()
    return lambda table: sign_in(client, min(list_layouts.importers(table)))


@pytest.mark.parametrize("table", TABLES)
def test_an_export_brought_back_changes_nothing(client: Any, importer: Any, table: str) -> None:
    """Of either format, and read in the other language than it was written in."""
    rows(table)
    importer(table)
    for kind, language, other in (("csv", "id", "en"), ("xlsx", "en", "id")):
        client.set_cookie("language", language)
        cells = file_of(client, table, kind)
        client.set_cookie("language", other)
        brought = kept(brought_back(client, table, kind, cells))
        assert (brought.new_rows, brought.changed_rows, brought.wrong_rows) == (0, 0, 0), brought.findings
        assert brought.same_rows == len(cells) - 1 >= 2
        assert brought.findings == []


def another(table: str, name: str, record: Any) -> Any:
    """Another value of that column, as a person writes it; None where the table lets none be tried."""
    column, value = list_layouts.attributes(table)[name], getattr(record, name)
    if name in list_layouts.references(table):
        return _other_record(list_layouts.references(table)[name].mapper.class_)
    if isinstance(value, Enum):
        return next((member.value for member in type(value) if member is not value), None)
    if isinstance(value, bool):
        return "tidak" if value else "ya"
    if isinstance(value, Decimal):
        return f"{value + 1:f}".rstrip("0").rstrip(".") if value % 1 else str(int(value) + 1)
    if isinstance(value, int):
        return str(value + 1)
    if isinstance(value, date):
        return (value + timedelta(days=1)).strftime("%d/%m/%Y")
    if isinstance(value, time):
        return value.replace(minute=45).strftime("%H.%M")
    if isinstance(column.type, sa.String) and (value is None or isinstance(value, str)):
        return "9" * min(column.type.length or 20, 16)
    return None


def _other_record(model: Any) -> Any:
    other = grid.row_of(model)
    db.session.commit()
    return next((getattr(other, name) for name in ("code", "number", "name")
                 if isinstance(getattr(other, name, None), str)), None)


#: Columns whose other value a rule of the table refuses, or that another column decides.
BOUND = {"normal_balance", "kind", "method", "is_medical_device", "tax_group", "weekday", "ends_at"}
#: What stands in the books of an asset, rights, and who a patient is are no list's to change.
BOUND_OF = {"asset": entry.FIXED, "user": user_list.FIXED, "doctor": {"user"},
            "patient": {*list_layouts.layout("patient").columns}}


def bound(table: str, name: str) -> bool:
    return name in BOUND or name in BOUND_OF.get(table, ())


@pytest.mark.parametrize(("table", "kind"), [
    (table, ("csv", "xlsx")[place % 2]) for place, table in enumerate(TABLES)])
def test_one_field_of_each_kind_changed_changes_just_that_and_is_taken_back(
        client: Any, importer: Any, table: str, kind: str) -> None:
    first, _second = rows(table)
    importer(table)
    layout = list_layouts.layout(table)
    wanted: dict[str, Any] = {}
    seen: set[str] = set()
    for name in layout.columns:
        if bound(table, name):
            continue
        of = "reference" if name in list_layouts.references(table) else type(getattr(first, name)).__name__
        cell = another(table, name, first) if of not in seen else None
        if cell is not None:
            wanted[name] = cell
            seen.add(of)
    client.set_cookie("language", "id")
    cells = file_of(client, table, kind)
    heads = client.get(f"/admin/imports/template/{table}.csv").data.decode("utf-8-sig").splitlines()[0]
    label = dict(zip(layout.names, (head.rstrip(" *") for head in next(csv.reader([heads]))), strict=True))
    row = next(row for row in cells[1:] if str(row[0]).removesuffix(".0") == str(first.id))
    for name, cell in wanted.items():
        row[cells[0].index(label[name])] = cell
    own = [name for name in layout.columns if hasattr(first, name)]
    before = {name: getattr(first, name) for name in own}
    brought = brought_back(client, table, kind, cells)
    plan = kept(brought).plan
    assert plan is not None
    assert kept(brought).findings == []
    assert [(found["word"], sorted(found["values"])) for found in plan["rows"]] == (
        [("changed", sorted(wanted))] if wanted else [])
    if not wanted:
        return
    assert apply(client, brought).status_code == 303
    db.session.refresh(first)
    assert {name for name in own if getattr(first, name) != before[name]} == set(wanted)
    assert client.post(f"{brought.location}/undo", data={"reason": "salah berkas"}).status_code == 303
    db.session.refresh(first)
    assert {name: getattr(first, name) for name in own} == before
