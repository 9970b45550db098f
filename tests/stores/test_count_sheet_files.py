"""A workbook of several sheets with counted figures: the one written here is read, else the page asks."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from models.stocktakes import Stocktake
from tests.stores.test_counting import bring, count, keeper, of, shelf

__all__ = ["count", "keeper", "shelf"]  # fixtures


def workbook(count: Stocktake, shelf: Any, *figures: tuple[str, bool, int]) -> bytes:
    """Sheets by name, hidden or not, each with its figure for the soap."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        for name, hidden, figure in figures:
            sheet = made.add_worksheet(name)
            sheet.write_row(0, 0, ["Baris", "Kode barang", "Dihitung"])
            sheet.write_row(1, 0, [of(count, shelf["soap"]).id, shelf["soap"].code, figure])
            if hidden:
                sheet.hide()
            else:
                sheet.activate()
    return file.getvalue()


@pytest.fixture(autouse=True)
def _signed_in(client: Any, sign_in: Any, keeper: Any) -> None:
    sign_in(client, keeper)


def test_a_hidden_sheet_is_not_counted(client: Any, count: Stocktake, shelf: Any) -> None:
    content = workbook(count, shelf, ("lama", True, 9999), ("hitung", False, 4))
    assert bring(client, count, content, "hitung.xlsx").status_code == 303
    assert of(count, shelf["soap"]).counted_quantity == 4


@pytest.mark.parametrize("own", ["Lembar hitung", "Count sheet", "Sheet1"])
def test_of_several_sheets_the_one_that_was_written_here_is_read(client: Any, count: Stocktake, shelf: Any,
                                                                 own: str
                                                                 ) -> None:
    content = workbook(count, shelf, ("catatan", False, 9999), (own, False, 4))
    assert bring(client, count, content, "hitung.xlsx").status_code == 303
    assert of(count, shelf["soap"]).counted_quantity == 4


def test_of_sheets_with_other_names_the_page_asks(client: Any, count: Stocktake, shelf: Any) -> None:
    content = workbook(count, shelf, ("Pagi", False, 3), ("Sore", False, 4))
    answer = bring(client, count, content, "hitung.xlsx")
    assert answer.status_code == 422
    assert '<option value="Pagi">Pagi</option><option value="Sore">Sore</option>' in answer.text
    assert of(count, shelf["soap"]).counted_quantity is None
    assert bring(client, count, content, "hitung.xlsx", sheet="Nol").status_code == 422
    assert bring(client, count, content, "hitung.xlsx", sheet="Sore").status_code == 303
    assert of(count, shelf["soap"]).counted_quantity == 4


def test_the_workbook_that_goes_out_carries_the_name_that_is_looked_for(client: Any,
                                                                        count: Stocktake) -> None:
    from python_calamine import CalamineWorkbook

    from backoffice.stores import count_sheet

    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(f"/admin/stocktake/{count.id}/sheet.xlsx").data)
    )
    assert count_sheet.own_sheet((*book.sheet_names, "Catatan")) == book.sheet_names[0] != "Sheet1"
