"""Exported files: every cell says what its record says, whoever writes it, the database or Python."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import python_calamine
import sqlalchemy as sa
from flask_login import login_user

from backoffice.panel import export_rows, lists, rendering
from backoffice.panel.columns import key_of, mapped_tables
from models.base import db
from models.roles import Role
from portal.web import export, workbook
from tests.support import factories as make
from tests.support import grid
from tests.support.specified_rights import readers

#: Texts that break careless files: formulas, quotes, lines, markup, COPY's own words, letters by number.
HOSTILE = ("=1+1", "'=1", "-5", "@x", "\tx", 'a "b", c', "two\nlines", "carriage\rreturn", "<b>&amp;</b>",
           "\\N", "\\.", "a\\tb", "_x0041_", "_x", "\x0bcontrol", "  blanks  ", "é–☕", "100%", ":name",
           "%(x)s", "x" * 200)


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_rows(content: bytes) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def expected(view: Any, names: list[str]) -> list[list[Any]]:
    """What the records themselves say, as a spreadsheet holds it."""
    statement = sa.select(view.model).order_by(key_of(view.model)).options(*lists.eager(view.model, names))
    return [[rendering.plain(getattr(record, name)) for name in names]
            for record in db.session.scalars(statement).unique()]


def as_csv_text(value: Any) -> str:
    """By the rules for files of `docs/`: points in numbers, ISO days, no formula, nothing for nothing."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "" if value is None else str(export.safe(str(value)))


@pytest.mark.parametrize("table", [table for table in grid.tables() if table != "activity_log"])
def test_every_list_is_exported_as_its_records_say(app: Any, client: Any, sign_in: Any, table: str) -> None:
    model = mapped_tables()[table]
    make.make_chart()
    rows = [grid.row_of(model), grid.row_of(model)]
    if "lines" in sa.inspect(model).relationships:
        grid.add_lines(rows[0], 1)
    view = app.extensions["rawat_panel"][table]
    names = [name for name in view.every if name in view.column_export_list]
    columns = view.export_columns(sa.select(model), names)[1]
    assert all(column.is_plain for column in columns), table  # the whole file can be PostgreSQL's
    db.session.commit()

    with app.test_request_context():
        login_user(make.make_user(Role.ADMIN))
        content = {kind: b"".join(export_rows.written(
            *view.export_columns(sa.select(model).order_by(key_of(model)), names), names, kind))
            for kind in ("csv", "xlsx")}
        wanted = expected(view, names)
    assert csv_rows(content["csv"]) == [names, *([as_csv_text(value) for value in row] for row in wanted)]
    assert len(xlsx_rows(content["xlsx"])) == len(wanted) + 1

    sign_in(client, make.make_user(*readers(table)))
    assert client.get(f"/admin/{table}/export/csv/").status_code in (200, 403)


def test_texts_that_break_files_come_back_whole(app: Any, client: Any, sign_in: Any) -> None:
    items = [make.make_item(name=text) for text in HOSTILE]
    for item in items:
        make.make_supplier(name=item.name)
    db.session.commit()
    sign_in(client, Role.ADMIN)
    for kind, read in (("csv", csv_rows), ("xlsx", xlsx_rows)):
        head, *rows = read(client.get(f"/admin/item/export/{kind}/").data)
        names = [str(row[head.index("Nama")]) for row in rows][-len(HOSTILE):]
        lost = "" if kind == "xlsx" else "\x0b"  # XML has no such letter
        assert names == [str(export.safe(text)).replace("\x0b", lost) for text in HOSTILE], kind


@pytest.mark.parametrize("value", [Decimal("12.50"), Decimal("0.000001"), Decimal("999999999999.99"),
                                   Decimal("-3"), Decimal(0)])
def test_numbers_are_exact_and_stay_numbers(value: Decimal) -> None:
    assert workbook.cell(value) == f"<c><v>{value:f}</v></c>"


def test_days_and_moments_are_those_of_the_hospital() -> None:
    rows = [workbook.cell(date(2026, 11, 30)), workbook.cell(datetime(2026, 11, 30, 0, 5)),
            workbook.cell(date(1900, 2, 28)), workbook.cell(True)]
    content = b"".join(workbook.stream([("Sheet", ["a", "b", "c", "d"], ["".join(rows)])]))
    assert xlsx_rows(content)[1] == [date(2026, 11, 30), datetime(2026, 11, 30, 0, 5), "1900-02-28", True]


def test_a_moment_after_midnight_stands_on_the_hospitals_day(app: Any, client: Any, sign_in: Any) -> None:
    paper = make.make_store_request((make.make_item(), 1))
    paper.created_at = datetime(2026, 10, 31, 17, 30, tzinfo=UTC)  # half past midnight in Jakarta
    db.session.commit()
    sign_in(client, Role.ADMIN)
    for kind, read, wanted in (("csv", csv_rows, "2026-11-01 00:30:00"),
                               ("xlsx", xlsx_rows, datetime(2026, 11, 1, 0, 30))):
        rows = read(client.get(f"/admin/store_request/export/{kind}/").data)
        assert any(wanted in row for row in rows), kind


def test_a_filter_of_the_list_is_a_filter_of_the_file(client: Any, sign_in: Any) -> None:
    one, other = make.make_supplier(name="Kimia 100%"), make.make_supplier(name="Other")
    db.session.commit()
    sign_in(client, Role.ADMIN)
    for kind in ("csv", "xlsx"):
        answer = client.get(f"/admin/supplier/export/{kind}/?search=Kimia")
        rows = (csv_rows if kind == "csv" else xlsx_rows)(answer.data)
        assert any(one.name in row for row in rows)
        assert not any(other.name in row for row in rows)


def test_the_file_begins_before_its_rows_are_read(app: Any) -> None:
    view = app.extensions["rawat_panel"]["supplier"]
    make.make_supplier(name="First")
    db.session.commit()
    with app.test_request_context():
        body = export_rows.written(*view.export_columns(sa.select(view.model), ["name"]), ["Name"], "xlsx")
        assert next(body).startswith(b"PK")
        assert len(list(body)) > 1
