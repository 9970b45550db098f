"""Every list of master data: its template is downloadable, in the docs, and brought as it stands it names
what it lacks."""

from __future__ import annotations

import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from models.operations.setup import list_layouts
from portal.web import list_heads
from tests.setup.test_imports import bring, kept
from tests.support import factories as make
from tests.support import list_docs

pytestmark = pytest.mark.once

KINDS = list_layouts.kinds()


def test_the_docs_have_every_template(app: Any) -> None:
    """Where this fails: python -m tests.support.list_docs."""
    with app.test_request_context():
        assert list_docs.FILE.read_text(encoding="utf-8") == list_docs.text()


def test_everything_that_a_hospital_brings_has_a_list() -> None:
    assert set(KINDS) >= {
        "user", "employee", "work_unit", "store", "shelf", "item", "item_category", "unit_conversion",
        "supplier", "supplier_price", "vendor", "account", "building", "room", "ward", "room_class",
        "inpatient_room", "bed", "asset", "asset_type", "asset_model", "doctor", "doctor_schedule", "patient",
        "specialization", "holiday", "opening_stock"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_template_comes_back_with_its_row_read(client: Any, sign_in: Any, session: Any, kind: str,
                                                 language: str) -> None:
    """All its headings are known, in both languages, and the row below them is one row: right, or wrong with
    the column said of each reason."""
    make.make_chart()
    session.commit()
    sign_in(client, min(list_layouts.importers(kind)))
    client.set_cookie("language", language)
    file = client.get(f"/admin/imports/template/{kind}.xlsx")
    assert file.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.data))
    heads = book.get_sheet_by_index(0).to_python()[0]
    assert len(heads) == len(list_layouts.layout(kind).names)
    assert len(book.sheet_names) == 2
    brought = kept(bring(client, kind, file.data, f"{kind}.xlsx"))
    assert brought.sheet is not None
    assert [found for found in brought.findings if found[1] == "ignored"] == []
    if brought.wrong_rows:
        known = {*list_layouts.layout(kind).names, "", None}
        assert {found[2] for found in brought.findings} <= known
    if list_layouts.layout(kind).example:
        assert brought.new_rows + brought.changed_rows + brought.same_rows + brought.wrong_rows == 1
    assert client.get(f"/admin/imports/{brought.id}").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_two_columns_of_a_list_have_no_heading_in_common(app: Any, kind: str) -> None:
    for language in ("en", "id"):
        with app.test_request_context(headers={"Accept-Language": language}):
            heads = [list_heads.heading(kind, name).lower() for name in list_layouts.layout(kind).names]
            assert len(set(heads)) == len(heads)
