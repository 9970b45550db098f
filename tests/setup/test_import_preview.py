"""The preview of a list: which sheet is read, what will be written, what is confirmed; applying writes just
that."""

from __future__ import annotations

import html
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import clock
from models.base import db, one_transaction
from models.errors import Refused
from models.imports import ListImport
from models.items import Item, ItemCategory, Supplier
from models.journal import Account, JournalLine
from models.operations.core import spoilt_codes
from models.operations.core.list_files import Row
from models.operations.setup import import_plan, imports
from models.organisation import WorkUnit
from models.people import User
from models.roles import Role
from models.stock import StockMove, Store, StoreItem
from tests.panel.test_views import statements
from tests.setup.test_imports import apply, bring, kept
from tests.support import factories as make
from tests.support.races import at_once, won

HEADS = ["store", "item", "batch_number", "expires_on", "quantity", "unit", "unit_price"]
UNTIL = "2028-12-31"


@pytest.fixture
def admin(client: Any, sign_in: Any, session: Any) -> Any:
    make.make_chart()
    client.set_cookie("language", "en")
    return sign_in(client, Role.ADMIN)


@pytest.fixture
def head(client: Any, sign_in: Any, session: Any) -> Any:
    make.make_chart()
    client.set_cookie("language", "en")
    return sign_in(client, Role.STORE_HEAD)


@pytest.fixture
def ground(session: Any) -> dict[str, Any]:
    return {"store": make.make_store(code="GF", name="Farmasi"),
            "other": make.make_store(code="GU", name="Umum"),
            "pills": make.make_item({"box": "100"}, code="P-1", name="Parasetamol", batch_tracked=True),
            "soap": make.make_item(code="S-1", name="Sabun", base_unit="liter", precision=3)}


def book(*sheets: tuple[str, str, list[list[Any]]]) -> bytes:
    """A workbook of sheets: name, "visible" / "hidden" / "very hidden", rows."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        for name, how, rows in sheets:
            sheet = made.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
            if how == "visible":
                sheet.activate()
            elif how == "hidden":
                sheet.hide()
            else:
                sheet.very_hidden()
    return file.getvalue()


def opening(quantity: Any, unit: str = "tablet", price: Any = 250) -> list[list[Any]]:
    return [HEADS, ["GF", "P-1", "A-1", UNTIL, quantity, unit, price]]


def cells(page: str) -> list[list[str]]:
    """The cells of every row of every table, as text."""
    return [[re.sub(r"\s+", " ", re.sub("<[^>]+>", "", cell)).strip()
             for cell in re.findall(r"<td\b[^>]*>(.*?)</td>", row, re.DOTALL)]
            for row in re.findall(r"<tr\b[^>]*>(.*?)</tr>", page, re.DOTALL)]


def stock_of() -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    return {(row.store.code, row.item.code): (row.quantity, row.value) for row in db.session.scalars(
        sa.select(StoreItem).execution_options(populate_existing=True))}


# ---------------------------------------------------------------- which sheet


@pytest.mark.parametrize("how", ["hidden", "very hidden"])
def test_a_hidden_first_sheet_is_not_read(client: Any, head: Any, ground: Any, how: str) -> None:
    content = book(("lama", how, opening(9999)), ("Stok", "visible", opening(5, "box", 25_000)))
    brought = bring(client, "opening_stock", content, "stok.xlsx")
    assert kept(brought).sheet == "Stok"
    page = client.get(brought.location).text
    assert "sheet “Stok”" in page
    assert "9,999" not in page
    assert ["P-1 Parasetamol", "2", "Farmasi", "A-1", "31 Dec 2028", "5 box = 500 tablet", "Rp250",
            "Rp125,000"] \
        in cells(page)
    assert apply(client, brought).status_code == 303
    assert stock_of() == {("GF", "P-1"): (500, 125_000)}


def test_of_two_visible_sheets_the_page_asks_and_keeps_the_file(client: Any, head: Any, ground: Any,
                                                                session: Any
                                                                ) -> None:
    content = book(("Lama", "visible", opening(7)), ("Tersembunyi", "hidden", opening(9999)),
                   ("Stok", "visible", opening(5, "box", 25_000)))
    brought = bring(client, "opening_stock", content, "stok.xlsx")
    assert brought.status_code == 303
    waiting = kept(brought)
    assert (waiting.sheet, waiting.sheets, waiting.new_rows, waiting.plan) == (None, ["Lama", "Stok"], 0,
                                                                               None)
    page = client.get(brought.location).text
    assert re.findall(r"<option[^>]*>([^<]+)</option>", page[page.index('id="sheet"'):]) == ["Lama", "Stok"]
    assert "/apply" not in page
    assert "the sheet is not chosen yet" in client.get("/admin/imports/").text
    assert apply(client, brought).status_code == 422
    assert client.post(f"{brought.location}/look", data={"sheet": "Tersembunyi"}).status_code == 422
    assert client.post(f"{brought.location}/look", data={"sheet": "Lama"}).status_code == 303
    assert "7 tablet" in client.get(brought.location).text
    # chosen anew, without the file
    assert client.post(f"{brought.location}/look", data={"sheet": "Stok"}).status_code == 303
    page = client.get(brought.location).text
    assert '<option value="Stok" selected>Stok</option>' in page
    assert "5 box = " in page
    assert apply(client, brought).status_code == 303
    assert kept(brought).sheet == "Stok"
    assert stock_of() == {("GF", "P-1"): (500, 125_000)}
    assert "sheet “Stok”" in client.get("/admin/imports/").text
    # it was applied
    assert client.post(f"{brought.location}/look", data={"sheet": "Lama"}).status_code == 422


def test_a_sheet_that_is_no_such_list_is_told_and_the_other_can_be_chosen(client: Any, head: Any,
                                                                          ground: Any) -> None:
    content = book(("Catatan", "visible", [["Halo"], ["x"]]), ("Stok", "visible", opening(5)))
    brought = bring(client, "opening_stock", content, "stok.xlsx")
    answer = client.post(f"{brought.location}/look", data={"sheet": "Catatan"})
    assert answer.status_code == 422
    assert "Halo" in answer.text
    assert 'id="sheet"' in answer.text
    assert client.post(f"{brought.location}/look", data={"sheet": "Stok"}).status_code == 303
    assert kept(brought).new_rows == 1


def test_a_sheet_is_found_by_its_name_as_it_is_written(client: Any, head: Any, ground: Any) -> None:
    content = book((" Stok  <awal> ", "visible", opening(5)), ("Lain", "visible", opening(6)))
    brought = bring(client, "opening_stock", content, "stok.xlsx")
    page = client.get(brought.location).text
    name = html.unescape(re.findall(r'<option value="([^"]*)"', page[page.index('id="sheet"'):])[0])
    assert client.post(f"{brought.location}/look", data={"sheet": name}).status_code == 303
    assert kept(brought).sheet == " Stok  <awal> "
    assert "5 tablet" in client.get(brought.location).text


def test_an_empty_sheet_beside_the_list_is_no_question(client: Any, head: Any, ground: Any) -> None:
    brought = bring(client, "opening_stock",
                    book(("Sheet1", "visible", []), ("Stok", "visible", opening(5))), "s.xlsx")
    assert (kept(brought).sheet, kept(brought).new_rows) == ("Stok", 1)
    assert 'id="sheet"' not in client.get(brought.location).text


def test_a_workbook_whose_only_list_is_hidden_is_refused(client: Any, head: Any, ground: Any,
                                                         session: Any) -> None:
    answer = bring(client, "opening_stock",
                   book(("lama", "hidden", opening(9999)), ("Kosong", "visible", [])),
                   "stok.xlsx")
    assert answer.status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(ListImport)) == 0


def test_cells_beyond_the_headings_are_told_with_their_row_and_the_file_stays_named(client: Any,
                                                                                    admin: Any) -> None:
    answer = bring(client, "work_unit", "code,name\nA,Satu\nB,Dua,12\n", "unit kerja.csv")
    assert answer.status_code == 422
    assert "Row 3" in answer.text
    assert "is-invalid" in answer.text[answer.text.index('id="file"') - 200:]


# ---------------------------------------------------------------- what will be written


def test_first_stock_is_shown_in_quantities_and_value_by_store_over_all_rows(client: Any, head: Any,
                                                                             ground: Any
                                                                             ) -> None:
    for place in range(30):
        make.make_item(code=f"X-{place:02}", name=f"Barang {place:02}")
    rows = [["GF", "P-1", "A-1", UNTIL, 5, "box", 25_000], ["GF", "P-1", "A-2", UNTIL, 3, "tablet", "250,50"],
            ["GU", "S-1", None, None, "2,5", None, "10000,25"],
            *(["GF", f"X-{place:02}", None, None, 10, None, "0,1"] for place in range(30))]
    brought = bring(client, "opening_stock", book(("Stok", "visible", [HEADS, *rows])), "s.xlsx")
    page = client.get(brought.location).text
    shown = cells(page)
    assert ["Farmasi", "32", "31", "803 tablet", "Rp125,781.50"] in shown  # 125,000 + 751.50 + 30 × 1
    assert ["Umum", "1", "1", "2.5 liter", "Rp25,000.63"] in shown  # 25,000.625 to the sen
    assert any(row[-1:] == ["Rp150,782.13"] for row in shown)
    assert sum(row[0].startswith("X-") for row in shown if row) == 17  # of the first 20 rows
    assert "Rows 1 to 20 of 33." in page
    file = client.get(f"{brought.location}/rows.csv")
    lines = file.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 34
    assert lines[1] == f"2,New,Farmasi,P-1 Parasetamol,A-1,{UNTIL},5,box,25000,500,tablet,250,125000"
    client.set_cookie("language", "id")
    assert ["Umum", "1", "1", "2,5 liter", "Rp25.000,63"] in cells(client.get(brought.location).text)


def test_new_records_are_shown_as_they_will_stand(client: Any, admin: Any, session: Any) -> None:
    make.saved(ItemCategory(code="obat_x", name="Obat X"))
    text = ("code,name,category,base_unit,minimum_stock,price_hint,controlled\n"
            "A-1,Morfin,obat_x,ampul,\"1250,5\",\"2500,50\",ya\n")
    brought = bring(client, "item", text)
    row = next(row for row in cells(client.get(brought.location).text) if row and row[0] == "A-1")
    for word in ("Morfin", "Obat X", "ampul", "1,250.5", "Rp2,500.50", "Yes", "Active"):
        assert word in row, word
    client.set_cookie("language", "id")
    row = next(row for row in cells(client.get(brought.location).text) if row and row[0] == "A-1")
    for word in ("1.250,5", "Rp2.500,50", "Ya", "Aktif"):
        assert word in row, word
    assert apply(client, brought).status_code == 303
    item = session.scalars(sa.select(Item).where(Item.code == "A-1")).one()
    assert (item.category.name, item.minimum_stock, item.price_hint) == ("Obat X", Decimal("1250.5"),
                                                                         Decimal("2500.5"))
    assert "Morfin" in client.get(brought.location).text  # what was written stays to be read


def test_changes_are_shown_before_and_after_in_the_readers_language(client: Any, admin: Any,
                                                                    session: Any) -> None:
    make.make_item(code="A-1", name="Lama", minimum_stock=5)
    brought = bring(client, "item", "code,name,category,base_unit,minimum_stock\n"
                    f"A-1,Baru,{session.scalars(sa.select(ItemCategory.code)).first()},tablet,\"1.250,5\"\n")
    shown = cells(client.get(brought.location).text)
    assert ["A-1 Lama", "2", "Name", "Lama", "Baru"] in shown
    assert ["A-1 Lama", "2", "Minimum stock", "5", "1,250.5"] in shown
    assert (kept(brought).new_rows, kept(brought).changed_rows) == (0, 1)


def test_while_a_row_is_wrong_nothing_is_promised(client: Any, head: Any, ground: Any) -> None:
    text = f"{','.join(HEADS)}\nGF,P-1,A-1,{UNTIL},5,box,1\nGF,NONE,,,5,,1\n"
    brought = bring(client, "opening_stock", text)
    page = client.get(brought.location).text
    assert "h-new" not in page
    assert "Total value" not in page
    assert kept(brought).plan == {"rows": [], "asks": []}


# ---------------------------------------------------------------- applied is what was seen


def test_a_price_that_changed_since_the_preview_stops_the_list(client: Any, admin: Any, session: Any) -> None:
    item = make.make_item(code="A-1", name="Lama", price_hint=Decimal(100))
    brought = bring(client, "item", "code,name,category,base_unit,price_hint\n"
                    f"A-1,Baru,{item.category.code},tablet,300\n")
    seen = kept(brought).digest
    item.price_hint = Decimal(200)
    session.commit()
    answer = client.post(f"{brought.location}/apply", data={"digest": seen})
    assert answer.status_code == 409
    assert ["A-1 Lama", "2", "Price hint", "Rp100", "Rp200"] in cells(answer.text)
    session.refresh(item)
    assert (item.name, item.price_hint, kept(brought).applied_at) == ("Lama", 200, None)
    # the old page again does nothing either; the new preview applies
    assert client.post(f"{brought.location}/apply", data={"digest": seen}).status_code == 409
    again = re.search(r'name="digest" value="([0-9a-f]{64})"', answer.text)
    assert again is not None
    assert client.post(f"{brought.location}/apply", data={"digest": again[1]}).status_code == 303
    session.refresh(item)
    assert (item.name, item.price_hint) == ("Baru", 300)


def test_a_record_that_somebody_made_meanwhile_is_not_written_over(client: Any, admin: Any,
                                                                   session: Any) -> None:
    brought = bring(client, "work_unit", "code,name\nHD,Hemodialisis\n")
    assert kept(brought).new_rows == 1
    make.saved(WorkUnit(code="HD", name="Unit HD"))
    session.commit()
    answer = apply(client, brought)
    assert answer.status_code == 409
    assert session.scalars(sa.select(WorkUnit.name)).one() == "Unit HD"
    assert (kept(brought).new_rows, kept(brought).changed_rows) == (0, 1)
    assert ["Unit HD", "2", "Name", "Unit HD", "Hemodialisis"] in cells(answer.text)


def test_a_sheet_that_was_chosen_anew_in_another_window_stops_the_old_page(client: Any, head: Any,
                                                                           ground: Any) -> None:
    content = book(("Satu", "visible", opening(7)), ("Dua", "visible", opening(8)))
    brought = bring(client, "opening_stock", content, "s.xlsx")
    client.post(f"{brought.location}/look", data={"sheet": "Satu"})
    seen = kept(brought).digest
    client.post(f"{brought.location}/look", data={"sheet": "Dua"})
    assert client.post(f"{brought.location}/apply", data={"digest": seen}).status_code == 409
    assert stock_of() == {}
    assert apply(client, brought).status_code == 303
    assert stock_of()["GF", "P-1"][0] == 8


def test_a_press_without_a_preview_and_a_second_press_write_nothing(client: Any, head: Any, ground: Any,
                                                                    session: Any
                                                                    ) -> None:
    brought = bring(client, "opening_stock", book(("Stok", "visible", opening(5))), "s.xlsx")
    assert client.post(f"{brought.location}/apply").status_code == 409
    assert stock_of() == {}
    seen = kept(brought).digest
    assert client.post(f"{brought.location}/apply", data={"digest": seen}).status_code == 303
    assert client.post(f"{brought.location}/apply", data={"digest": seen}).status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(StockMove)) == 1


def test_of_two_people_with_the_same_list_one_wins(client: Any, sign_in: Any, session: Any,
                                                   ground: Any) -> None:
    make.make_chart()
    sign_in(client, Role.STORE_HEAD)
    first, second = (bring(client, "opening_stock", book(("Stok", "visible", opening(5))), "s.xlsx")
                     for _ in range(2))
    assert apply(client, first).status_code == 303
    sign_in(client, Role.STORE_HEAD)
    answer = apply(client, second)  # the same goods in a list of their own
    assert answer.status_code == 409
    assert "already" in answer.text or "sudah" in answer.text
    assert apply(client, first).status_code == 422
    assert stock_of()["GF", "P-1"][0] == 5


@pytest.mark.commits
@pytest.mark.parametrize("same", [True, False], ids=["one list", "two lists of the same goods"])
def test_applied_at_the_same_instant_the_goods_come_in_once(app: Any, session: Any, ground: Any,
                                                            same: bool) -> None:
    make.make_chart()
    people = [make.make_user(Role.STORE_HEAD).id for _ in range(2)]
    rows = (Row(2, {"store": "GF", "item": "P-1", "batch_number": "A-1", "expires_on": UNTIL, "quantity": "5",
                    "unit": "box", "unit_price": "25000"}),)
    lists = [imports.bring(session, "opening_stock", b"x", "x.csv", imports.Found(rows),
                           by=session.get_one(User, person))
             for person in people]
    seen = [(lists[0 if same else place].id, lists[0 if same else place].digest, person)
            for place, person in enumerate(people)]

    def press(key: int, digest: str, person: int) -> None:
        with one_transaction() as own:
            imports.apply(own, own.get_one(ListImport, key), rows, by=own.get_one(User, person), seen=digest)

    results = at_once(app, [partial(press, *each) for each in seen])
    assert len(won(results)) == 1
    assert stock_of() == {("GF", "P-1"): (500, 125_000)}
    assert session.scalar(sa.select(sa.func.count()).select_from(ListImport).where(
        ListImport.applied_at.is_not(None))) == 1


def test_the_database_keeps_no_applied_list_without_its_preview(session: Any) -> None:
    person = make.make_user(Role.ADMIN)
    for wrong in ({"digest": ""}, {"digest": "x", "wrong_rows": 1}):
        attempt = session.begin_nested()
        session.add(ListImport(kind="item", file_name="x", content=b"x", sha256="x",
                               uploaded_by_id=person.id,
                               applied_at=clock.now(), applied_by_id=person.id, **wrong))
        with pytest.raises(sa.exc.IntegrityError, match="ck_list_import_applied"):
            session.flush()
        attempt.rollback()


# ---------------------------------------------------------------- zeros in front


def test_a_code_that_a_spreadsheet_shortened_is_asked_for(client: Any, admin: Any, session: Any) -> None:
    make.make_item(code="0099", name="Ada")
    category = session.scalars(sa.select(ItemCategory.code)).first()
    content = book(("Barang", "visible",
                    [["code", "name", "category", "base_unit"], [99, "Ada", category, "tablet"],
                                          ["0100", "Lain", category, "tablet"]]))
    brought = bring(client, "item", content, "barang.xlsx")
    page = client.get(brought.location).text
    assert "Row 2, Code: 99. Did you mean 0099, which is there already?" in page
    assert "0100" not in page[page.index("h-asks"):page.index("</ul>", page.index("h-asks"))]
    digest = kept(brought).digest
    answer = client.post(f"{brought.location}/apply", data={"digest": digest})
    assert answer.status_code == 422
    assert 'name="codes_are_right"' in answer.text
    assert set(session.scalars(sa.select(Item.code))) == {"0099"}
    confirmed = client.post(f"{brought.location}/apply", data={"digest": digest, "codes_are_right": "1"})
    assert confirmed.status_code == 303
    assert set(session.scalars(sa.select(Item.code))) == {"0099", "0100", "99"}


@pytest.mark.parametrize(("known", "cell", "guess"), [
    ({"0099"}, Decimal(99), "0099"), ({"0099"}, "99", "0099"), ({"99"}, "0099", "99"),
    ({"1001", "1002"}, "99", "0099"), ({"1001", "1002"}, Decimal(1003), None), ({"1001"}, "1003", None),
    (set(), Decimal(99), "099"), (set(), "99", None), ({"A-1"}, "A-2", None), ({"0099"}, "0099", None),
    ({"7", "15"}, "16", None), ({"7", "15"}, Decimal(16), "016"), ({"99"}, Decimal(99), None)])
def test_which_codes_are_asked_for(session: Any, known: set[str], cell: Any, guess: str | None) -> None:
    for code in known:
        make.saved(WorkUnit(code=code, name=f"Unit {code}"))
    found = spoilt_codes.of_records(session, WorkUnit, (Row(7, {"code": cell, "name": "x"}),))
    assert [(doubt.row, doubt.known) for doubt in found] == ([(7, guess)] if guess else [])


@pytest.mark.parametrize(("column", "cell", "guess"), [
    ("npwp", Decimal("123456789012345"), "0123456789012345"), ("npwp", "12345678901234", "012345678901234"),
    ("npwp", "123456789012345", None), ("npwp", "0123456789012345", None),
    ("phone", Decimal("81234567890"), "081234567890"), ("phone", "81234567890", "081234567890"),
    ("phone", "081234567890", None), ("phone", Decimal("6281234567"), None), ("phone", "+6281234567", None),
    ("bank_account", Decimal("12345"), "012345"), ("bank_account", "12345", None)])
def test_numbers_of_suppliers_that_lost_their_zero_are_asked_for(session: Any, column: str, cell: Any,
                                                                 guess: Any
                                                                 ) -> None:
    found = spoilt_codes.of_records(session, Supplier, (Row(2, {"code": "S-1", "name": "x", column: cell}),))
    assert [doubt.known for doubt in found if doubt.column == column] == ([guess] if guess else [])


@pytest.mark.parametrize(("cell", "guess"), [
    (Decimal("8991234000015"), None), (Decimal("12345678"), None), (Decimal("712345678901"), "0712345678901"),
    ("712345678901", None), (Decimal("991234"), "00991234")])
def test_barcodes_as_numbers_have_the_length_of_a_barcode(session: Any, cell: Any, guess: Any) -> None:
    found = spoilt_codes.of_records(session, Item, (Row(2, {"code": "A", "barcode": cell}),))
    assert [doubt.known for doubt in found] == ([guess] if guess else [])


def test_one_statement_per_column_whatever_the_rows(app: Any, session: Any) -> None:
    with statements(app) as few:
        spoilt_codes.of_records(session, Supplier, (Row(2, {"code": "1", "phone": "81"}),))
    with statements(app) as many:
        spoilt_codes.of_records(session, Supplier,
                                tuple(Row(n, {"code": str(n), "phone": f"8{n}"}) for n in range(50)))
    assert len(few) == len(many) == 2


@pytest.mark.parametrize("cell", [1234567890123456, 8.1234567890123e19])
def test_a_number_of_more_than_fifteen_digits_has_lost_some_and_is_refused(client: Any, admin: Any,
                                                                           cell: Any) -> None:
    content = book(("S", "visible", [["code", "name", "npwp"], ["S-1", "PT Satu", cell],
                                     ["S-2", "PT Dua", "0123456789012345"]]))
    brought = bring(client, "supplier", content, "s.xlsx")
    assert [(row, column)
            for row, _word, column, _message, _params in kept(brought).findings] == [(2, "npwp")]
    assert "fifteen" in client.get(brought.location).text


@pytest.mark.parametrize("cell", ["8,99123E+12", "8.99123E+12", date(2026, 1, 2), Decimal("1234567890123456"),
                                  "1234567890123456.0"])
def test_text_that_a_spreadsheet_spoilt_is_no_code(cell: Any) -> None:
    with pytest.raises(Refused):
        spoilt_codes.check_text(cell)


@pytest.mark.parametrize("cell",
                         ["1234567890123456", "0012", "A1E+1", Decimal("123456789012345"), None, "BX.0"])
def test_text_that_is_whole_is_taken(cell: Any) -> None:
    spoilt_codes.check_text(cell)


def test_an_item_of_first_stock_with_a_twin_is_asked_for(client: Any, head: Any, ground: Any) -> None:
    make.make_item(code="99", name="Satu")
    make.make_item(code="0099", name="Dua")
    brought = bring(client, "opening_stock", book(("S", "visible", [
        ["store", "item", "quantity", "unit_price"], ["GF", 99, 1, 1]])), "s.xlsx")
    assert "Did you mean 0099, which is there already?" in client.get(brought.location).text
    assert apply(client, brought).status_code == 422
    assert stock_of() == {}


def test_a_wrong_row_says_which_code_it_may_mean(client: Any, head: Any, ground: Any, session: Any) -> None:
    make.make_item(code="0099", name="Dua")
    for kind, text in (("opening_stock", "store,item,quantity,unit_price\nGF,99,1,1\n"),
                       ("shelf", "store,item,location\nGF,99,A-1\n")):
        brought = bring(client, kind, text)
        assert kept(brought).wrong_rows == 1, kind
        page = client.get(brought.location).text
        assert "Row 2, Item: 99. Did you mean 0099, which is there already?" in page, kind
        assert 'name="codes_are_right"' not in page, kind


# ---------------------------------------------------------------- who


def test_only_those_who_may_bring_the_list_see_its_rows(client: Any, sign_in: Any, session: Any,
                                                        ground: Any) -> None:
    make.make_chart()
    sign_in(client, Role.STORE_HEAD)
    brought = bring(client, "opening_stock", book(("Stok", "visible", opening(5))), "s.xlsx")
    for role in (Role.ADMIN, Role.FACILITIES_STAFF):
        sign_in(client, role)
        assert client.get(brought.location).status_code == 404, role
        assert client.get(f"{brought.location}/rows.csv").status_code == 404, role
        assert client.post(f"{brought.location}/look", data={"sheet": "Stok"}).status_code == 404, role
    for role in (Role.STORE_STAFF, Role.UNIT_USER, Role.PAYABLES, Role.DIRECTOR):
        sign_in(client, role)
        assert client.get(f"{brought.location}/rows.csv").status_code == 403, role
        assert client.post(f"{brought.location}/look").status_code == 403, role
    sign_in(client, Role.STORE_HEAD)
    assert client.get(f"{brought.location}/rows.csv").status_code == 200


# ---------------------------------------------------------------- what is shown is what comes

LINES = st.lists(st.tuples(st.sampled_from(["GF", "GU"]), st.integers(0, 3), st.integers(1, 4),
                           st.decimals("0.001", "999.999", places=3), st.sampled_from(["", "box", "pak"]),
                           st.decimals("0", "99999.99", places=2)),
                 min_size=1, max_size=8, unique_by=lambda line: line[:3])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, back=st.integers(0, 20))
def test_what_the_preview_says_of_a_store_is_what_ledger_and_journal_gain(session: Any, lines: list[Any],
                                                                          back: int
                                                                          ) -> None:
    outer = session.begin_nested()
    try:
        make.make_chart()
        by = make.make_user(Role.STORE_HEAD)
        for code in ("GF", "GU"):
            make.make_store(code=code, name=code)
        items = [make.make_item({"box": "100", "pak": "12.5"}, code=f"I-{n}",
                                base_unit="gram" if n % 2 else "ml",
                                precision=3) for n in range(4)]
        rows = tuple(Row(place, {"store": store, "item": items[item].code, "batch_number": f"B{batch}",
                                 "expires_on": UNTIL, "quantity": quantity.quantize(Decimal("0.1")) + 1
                                 if unit else quantity, "unit": unit or None, "unit_price": price})
                     for place, (store, item, batch, quantity, unit, price) in enumerate(lines, 2))
        brought = imports.bring(session, "opening_stock", b"x", "x.csv", imports.Found(rows), by=by,
                                posted_on=clock.today() - timedelta(days=back))
        assert brought.wrong_rows == 0, brought.findings
        assert session.scalar(sa.select(sa.func.count()).select_from(StockMove)) == 0
        told = import_plan.totals(brought.plan or {})
        imports.apply(session, brought, rows, by=by, seen=brought.digest)
        gained = {(store, unit): (quantity, value) for store, unit, quantity, value in session.execute(
            sa.select(Store.name, Item.base_unit, sa.func.sum(StockMove.quantity),
                      sa.func.sum(StockMove.value))
            .join(StockMove, StockMove.store_id == Store.id).join(Item, Item.id == StockMove.item_id)
            .group_by(Store.name, Item.base_unit))}
        assert {(store.store, unit): quantity for store in told
                for unit, quantity in store.quantities.items()} == {
            key: quantity for key, (quantity, _value) in gained.items()}
        for store in told:
            assert store.value == sum(value for (name, _unit), (_quantity, value) in gained.items()
                                      if name == store.store)
        equity = session.execute(sa.select(sa.func.sum(JournalLine.credit),
                                           sa.func.sum(JournalLine.debit)).join(
            Account).where(Account.code == "391111")).one()
        assert (equity[0] or 0) - (equity[1] or 0) == sum(store.value for store in told)
    finally:
        outer.rollback()
