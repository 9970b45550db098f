"""How lists are written: letters, marks between cells, numbers, codes that lost zeros, empty cells, columns
that are not taken."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter

from models import clock
from models.base import db
from models.items import Item, ItemCategory
from models.operations.core import list_files
from models.roles import Role
from models.stock import StoreItem
from tests.setup.test_imports import apply, bring, kept
from tests.support import factories as make


@pytest.fixture
def admin(client: Any, sign_in: Any, session: Any) -> Any:
    make.make_chart()
    client.set_cookie("language", "en")
    return sign_in(client, Role.ADMIN)


@pytest.fixture
def old(session: Any) -> Item:
    category = make.saved(ItemCategory(code="obat", name="Obat"))
    return make.make_item(code="0099", name="Lama", category=category, minimum_stock=5,
                          description="keterangan", barcode="8991234567897")


# ---------------------------------------------------------------- letters and marks

LETTERS = "code;name\nA;Kafé\u2028biru – 5 µg\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_letters_and_marks_of_any_program(encoding: str, mark: str) -> None:
    read = list_files.read(LETTERS.replace(";", mark).encode(encoding), "x.csv")
    assert read.rows == (list_files.Row(2, {"code": "A", "name": "Kafé\u2028biru – 5 µg"}),)


def test_letters_of_windows() -> None:
    read = list_files.read("code;name\r\nA;Kafé – “5 µg”\r\n".encode("cp1252"), "x.csv")
    assert read.rows[0].cells["name"] == "Kafé – “5 µg”"


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_a_letter_that_ends_lines_elsewhere_does_not_split_a_row(end: str) -> None:
    read = list_files.read(f"code,name\nA,satu{end}dua\nB,tiga\n".encode(), "x.csv")
    assert [row.cells["code"] for row in read.rows] == ["A", "B"]
    assert read.rows[0].cells["name"] == f"satu{end}dua"


# ---------------------------------------------------------------- numbers

@pytest.mark.parametrize(("cell", "mark", "value"), [
    ("1.250", ",", "1250"), ("1.250", ".", "1.25"), ("1,250", ".", "1250"), ("1,250", ",", "1.25"),
    ("12.5", ",", "12.5"), ("1.250,5", ".", "1250.5")])
def test_what_could_be_two_numbers_is_the_one_of_the_persons_way(cell: str, mark: str, value: str) -> None:
    assert list_files.number(cell, mark) == Decimal(value)


def test_the_way_that_is_chosen_for_the_file_is_kept_with_it(client: Any, admin: Any, old: Item) -> None:
    text = "code,minimum_stock\n0099,1.250\n"
    assert kept(bring(client, "item", text)).wrong_rows == 1
    brought = bring(client, "item", text, decimal_mark=",")
    assert kept(brought).wrong_rows == 0
    assert apply(client, brought).status_code == 303
    db.session.refresh(old)
    assert old.minimum_stock == 1250


# ---------------------------------------------------------------- codes without their zeros

def answer(client: Any, brought: Any, **said: str) -> Any:
    return client.post(f"{brought.location}/look", data={"codes": "1"} | said)


def test_a_code_that_lost_its_zeros_is_said_to_be_the_old_one(client: Any, admin: Any, old: Item) -> None:
    brought = bring(client, "item", "code,name,category,base_unit\n99,Baru,obat,tablet\n")
    page = client.get(brought.location).text
    assert "Did you mean 0099, which is there already?" in page
    assert 'name="code-2-code"' in page
    assert kept(brought).new_rows == 1
    assert apply(client, brought).status_code == 422  # nobody said which
    assert answer(client, brought, **{"code-2-code": "known"}).status_code == 303
    assert (kept(brought).new_rows, kept(brought).changed_rows) == (0, 1)
    assert apply(client, brought).status_code == 303
    db.session.refresh(old)
    assert old.name == "Baru"
    assert db.session.scalars(sa.select(Item.code)).all() == ["0099"]


def test_or_to_be_right_as_it_is(client: Any, admin: Any, old: Item) -> None:
    brought = bring(client, "item", "code,name,category,base_unit\n99,Baru,obat,tablet\n")
    answer(client, brought, **{"code-2-code": "cell"})
    assert "Did you mean" not in client.get(brought.location).text
    assert apply(client, brought).status_code == 303
    assert set(db.session.scalars(sa.select(Item.code))) == {"0099", "99"}


def test_all_of_them_in_one_press_and_after_another_sheet_nothing_is_said(client: Any, admin: Any, old: Item
                                                                          ) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name in ("Satu", "Dua"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["code", "name"])
            sheet.write_row(1, 0, [99, f"Nama {name}"])
    brought = bring(client, "item", file.getvalue(), "x.xlsx")
    client.post(f"{brought.location}/look", data={"sheet": "Satu"})
    answer(client, brought, codes_all="known")
    assert kept(brought).changed_rows == 1
    client.post(f"{brought.location}/look", data={"sheet": "Dua"})
    assert "Did you mean 0099" in client.get(brought.location).text


def test_a_barcode_that_a_spreadsheet_rounded_is_refused(client: Any, admin: Any, old: Item) -> None:
    brought = bring(client, "item", "code,barcode\n0099,8.99123E+12\n")
    assert "has lost digits" in client.get(brought.location).text
    assert kept(brought).wrong_rows == 1


# ---------------------------------------------------------------- empty cells, and columns that are not taken

def test_an_empty_cell_leaves_the_value_and_a_word_empties_it(client: Any, admin: Any, old: Item) -> None:
    text = "code,description,barcode,name\n0099,(kosong),,\n"
    brought = bring(client, "item", text)
    assert apply(client, brought).status_code == 303
    db.session.refresh(old)
    assert (old.description, old.barcode, old.name) == (None, "8991234567897", "Lama")
    wrong = bring(client, "item", "code,name\n0099,(empty)\n")
    assert "cannot be emptied" in client.get(wrong.location).text


def test_columns_that_the_system_keeps_or_nobody_knows_are_named_and_not_written(client: Any, admin: Any,
                                                                                 old: Item) -> None:
    brought = bring(client, "item", f"No.,code,stock_on_hand,Catatan,minimum_stock\n{old.id},0099,500,x,6\n")
    page = client.get(brought.location).text
    assert "“500” is not taken: the system keeps this column itself" in page
    assert "there is no column “Catatan” here: it is not read" in page
    assert kept(brought).wrong_rows == 0
    assert apply(client, brought).status_code == 303
    db.session.refresh(old)
    assert (old.stock_on_hand, old.minimum_stock) == (0, 6)
    unchanged = bring(client, "item", f"No.,code,stock_on_hand\n{old.id},0099,0.000\n")
    assert kept(unchanged).findings == []


# ---------------------------------------------------------------- templates

def test_the_codes_beside_a_template_are_shown_and_never_read(client: Any, admin: Any, old: Item) -> None:
    from python_calamine import CalamineWorkbook
    file = client.get("/admin/imports/template/item.xlsx").data
    book = CalamineWorkbook.from_filelike(io.BytesIO(file))
    assert len(book.sheet_names) == 2
    codes = book.get_sheet_by_index(1).to_python()
    assert ["Category", "obat", "Obat"] in codes
    assert ["Status", "inactive", "Inactive"] in codes
    brought = bring(client, "item", file, "item.xlsx")
    assert not kept(brought).wants_sheet
    assert kept(brought).sheet == book.sheet_names[0]


# ---------------------------------------------------------------- first stock, on the command line too

def test_the_command_line_tells_quantities_and_values_and_keeps_who_brought_it(
        app: Any, session: Any, tmp_path: Any) -> None:
    make.make_chart()
    head = make.make_user(Role.STORE_HEAD).email
    make.make_store(code="GF", name="Farmasi")
    make.make_item({"box": "100"}, code="P-1", name="Parasetamol")
    file = tmp_path / "stok.csv"
    file.write_text("store;item;quantity;unit;unit_price\nGF;P-1;2;box;25000\n")
    session.commit()

    def run(*args: Any) -> Any:
        return app.test_cli_runner().invoke(args=["import", "opening_stock", str(file), *args])

    assert "--by" in run("--yes").output
    done = run("--yes", "--by", head, "--on", str(clock.today()))
    assert done.exit_code == 0, done.output
    assert "Farmasi: 1 row, 200 tablet, 50000 rupiah" in done.output
    assert "total: 50000 rupiah" in done.output
    assert session.scalars(sa.select(StoreItem.quantity)).one() == 200


def test_the_command_line_changes_by_code_and_says_what(app: Any, session: Any, old: Item, tmp_path: Any
                                                        ) -> None:
    file = tmp_path / "barang.csv"
    file.write_text("code,minimum_stock\n0099,7\n")
    session.commit()
    done = app.test_cli_runner().invoke(args=["import", "item", str(file), "--yes"])
    assert done.exit_code == 0, done.output
    assert "row 2: 0099 Lama: changed: minimum_stock 5 -> 7" in done.output
    again = app.test_cli_runner().invoke(args=["import", "item", str(file), "--yes"])
    assert "This file was brought in on" in again.output
