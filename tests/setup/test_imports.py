"""Lists brought in through the screens: looked at first, applied whole or not at all, hostile files told."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from python_calamine import CalamineWorkbook

from models import clock
from models.errors import Refused
from models.imports import ListImport
from models.items import Item, ItemCategory, Supplier, UnitConversion
from models.journal import Account, JournalEntry, JournalLine, Period
from models.operations.core import checks, list_files
from models.operations.core.approvals import perform
from models.operations.setup import list_layouts
from models.organisation import WorkUnit
from models.returns import Spoilage, SpoilageLine
from models.roles import Role
from models.stock import StockBatch, StockMove, StoreItem
from tests.support import factories as make


@pytest.fixture
def admin(client: Any, sign_in: Any, session: Any) -> Any:
    make.make_chart()
    return sign_in(client, Role.ADMIN)


@pytest.fixture
def head(client: Any, sign_in: Any, session: Any) -> Any:
    """What lies in the stores is brought by their head; an administrator posts nothing."""
    make.make_chart()
    return sign_in(client, Role.STORE_HEAD)


def book(*rows: list[Any]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        sheet = made.add_worksheet()
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(place, column, cell, day)
                else:
                    sheet.write(place, column, cell)
    return file.getvalue()


def bring(client: Any, kind: str, content: bytes | str, name: str = "daftar.csv", **more: Any) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post("/admin/imports/", data={"kind": kind, "file": (io.BytesIO(raw), name),
                                               "posted_on": clock.today().isoformat()} | more)


def apply(client: Any, brought: Any) -> Any:
    """Press the button of the preview as it stands now."""
    return client.post(f"{brought.location}/apply", data={"digest": kept(brought).digest})


def kept(brought: Any) -> ListImport:
    from models.base import db
    return db.session.get_one(ListImport, int(brought.location.rsplit("/", 1)[1]))


# ---------------------------------------------------------------- master data


def test_items_are_looked_at_then_applied(client: Any, admin: Any, session: Any) -> None:
    category = make.saved(ItemCategory(code="obat_x", name="Obat X"))
    old = make.make_item(code="OLD-1", name="Lama", category=category, minimum_stock=5)
    same = make.make_item(code="SAME", name="Sama", category=category)
    text = (
        "\ufeffKode;Nama;Kategori;Satuan dasar;Stok minimum;Per bets;Barcode\r\n"
        f"NEW-1;Parasetamol;obat_x;tablet;12,5;ya;2991234567897\r\n"
        "OLD-1;Lama sekali;Obat X;tablet;1.250,5;;\r\n"
        f"SAME;Sama;obat_x;{same.base_unit};;;\r\n"
    )
    heads = (
        client.get("/admin/imports/template/item.csv").data.decode("utf-8-sig").split("\r\n")[0].split(",")
    )
    for name in ("Kode *", "Nama *"):
        assert name in heads
    labels = dict(zip(list_layouts.layout("item").names, (head.rstrip(" *") for head in heads),
                      strict=True))
    for ours, name in (("Satuan dasar", "base_unit"), ("Stok minimum", "minimum_stock"),
                       ("Per bets", "batch_tracked"),
                       ("Kategori", "category")):
        text = text.replace(ours, labels[name])
    brought = bring(client, "item", text)
    assert brought.status_code == 303
    page = client.get(brought.location)
    assert "Lama sekali" in page.text
    assert (kept(brought).new_rows, kept(brought).changed_rows, kept(brought).same_rows) == (1, 1, 1)
    assert session.scalar(sa.select(Item).where(Item.code == "NEW-1")) is None
    session.refresh(old)
    assert (old.name, old.minimum_stock) == ("Lama", 5)
    assert apply(client, brought).status_code == 303
    new = session.scalars(sa.select(Item).where(Item.code == "NEW-1")).one()
    assert (new.name, new.minimum_stock, new.batch_tracked, new.barcode) == (
        "Parasetamol", Decimal("12.5"), True, "2991234567897")
    assert [unit.factor for unit in new.units] == [1]
    session.refresh(old)
    assert (old.name, old.minimum_stock) == ("Lama sekali", Decimal("1250.5"))
    assert apply(client, brought).status_code == 422  # once


def test_each_wrong_row_is_named_and_nothing_is_written(client: Any, admin: Any, session: Any) -> None:
    make.saved(ItemCategory(code="obat_x", name="Obat X"))
    taken = make.make_item(barcode="2991234567897")
    rows = ["A-1,Satu,obat_x,tablet,1", ",Dua,obat_x,tablet,1", "A-3,Tiga,none,tablet,1",
            "A-4,Empat,obat_x,tablet,x", "A-1,Lagi,obat_x,tablet,1", "A-6,Enam,obat_x,tablet,-5",
            f"A-7,{'n' * 300},obat_x,tablet,1",
            "A-8,,obat_x,tablet,1", "A-9,Sembilan,obat_x,tablet,1.250"]
    text = "code,name,category,base_unit,minimum_stock,barcode\n" + "\n".join(f"{row}," for row in rows)
    text += f"\nA-11,Sebelas,obat_x,tablet,1,{taken.barcode}\n"
    brought = bring(client, "item", text)
    assert brought.status_code == 303
    found = {each[0]: each for each in kept(brought).findings}
    assert sorted(found) == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert found[4][2] == "category"
    assert found[11][2] == "barcode"
    assert kept(brought).wrong_rows == 9
    page = client.get(brought.location).text
    assert "/apply" not in page
    assert taken.code in page
    assert apply(client, brought).status_code == 422
    assert session.scalar(sa.select(Item).where(Item.code == "A-1")) is None


@pytest.mark.parametrize(("kind", "text", "model", "code"), [
    ("supplier", "code,name,charges_vat,lead_time_days,status\nS-1,PT Satu,tidak,4,Aktif\n", Supplier, "S-1"),
    ("work_unit", "Kode,Nama\nHD,Hemodialisis\n", WorkUnit, "HD"),
    ("item_category", "code\tname\nherbal\tHerbal\n", ItemCategory, "herbal")])
def test_the_other_masters(client: Any, admin: Any, session: Any, kind: str, text: str, model: Any,
                           code: str) -> None:
    brought = bring(client, kind, text)
    assert kept(brought).wrong_rows == 0, kept(brought).findings
    assert apply(client, brought).status_code == 303
    assert session.scalars(sa.select(model).where(model.code == code)).one()


def test_units_of_items_come_by_item_and_name(client: Any, admin: Any, session: Any) -> None:
    item = make.make_item({"box": "100"})
    text = f"item,unit_name,factor\n{item.code},box,50\n{item.code},strip,10\n{item.code},tablet,7\n"
    wrong = bring(client, "unit_conversion", text)
    assert [each[0] for each in kept(wrong).findings if each[1] == "wrong"] == [4]  # the base unit is one
    fine = bring(client, "unit_conversion", text.rsplit("\n", 2)[0] + "\n")
    assert apply(client, fine).status_code == 303
    factors = dict(session.execute(sa.select(UnitConversion.unit_name, UnitConversion.factor)
                                   .where(UnitConversion.item_id == item.id)).all())
    assert factors == {"tablet": 1, "box": 50, "strip": 10}


@pytest.mark.parametrize("kind", list_layouts.kinds())
def test_every_template_can_be_brought(client: Any, sign_in: Any, session: Any, kind: str) -> None:
    """The headings of both kinds of file are known, in both languages."""
    make.make_chart()
    sign_in(client, min(list_layouts.importers(kind)))
    for language in ("id", "en"):
        client.set_cookie("language", language)
        for export_type in ("xlsx", "csv"):
            file = client.get(f"/admin/imports/template/{kind}.{export_type}").data
            assert bring(client, kind, file, f"t.{export_type}").status_code == 303


# ---------------------------------------------------------------- rights


def test_lists_are_for_those_who_may_write_the_table(client: Any, sign_in: Any, session: Any) -> None:
    admin = make.make_user(Role.ADMIN)
    sign_in(client, admin)
    brought = bring(client, "work_unit", "code,name\nX,Unit X\n")
    sign_in(client, Role.FACILITIES_STAFF)
    assert client.get(brought.location).status_code == 404
    assert apply(client, brought).status_code == 404
    assert bring(client, "work_unit", "code,name\nY,Unit Y\n").status_code == 422
    assert bring(client, "opening_stock", "x").status_code == 422
    assert client.get("/admin/imports/template/work_unit.csv").status_code == 404
    assert client.get("/admin/imports/template/item.csv").status_code == 200
    sign_in(client, Role.STORE_HEAD)
    assert client.get("/admin/imports/template/opening_stock.xlsx").status_code == 200
    assert client.get("/admin/imports/template/item.csv").status_code == 404
    for role in (Role.STORE_STAFF, Role.UNIT_USER, Role.PAYABLES):
        sign_in(client, role)
        assert client.get("/admin/imports/").status_code == 403, role


def test_an_administrator_posts_no_first_stock_and_makes_no_shelf_by_a_list(client: Any, admin: Any) -> None:
    page = client.get("/admin/imports/").text
    for kind in ("opening_stock", "shelf"):
        assert f'value="{kind}"' not in page
        assert bring(client, kind, "store,item\n").status_code == 422
        assert client.get(f"/admin/imports/template/{kind}.csv").status_code == 404


# ---------------------------------------------------------------- files


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (list_files.MOST_UNPACKED + 1))
    return file.getvalue()



def _far() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        sheet = made.add_worksheet()
        sheet.write(0, 0, "code")
        sheet.write(1_048_575, 16_383, "x")
    return file.getvalue()


FILES = {
    "nothing": b"", "spaces": b"  \n ", "only headings": b"code,name\n", "binary": bytes(range(256)) * 4,
    "latin": b"code;name\nA;caf\x81\n", "no zip": b"PK\x03\x04rubbish", "bomb": bomb(), "far": _far(),
    "twice": b"code,code\nA,B\n", "unknown": b"kode barang,colour\nA,C\n", "missing": b"code\nA\n",
    "quotes": b'code,name\n"A,B\n', "long field": b"code,name\nA," + b"x" * 200_000,
    "old": b"\xd0\xcf\x11\xe0" * 99,
    "other zip": (lambda file: (zipfile.ZipFile(file, "w").close(), file.getvalue())[1])(io.BytesIO()),
    "many": b"code,name\n" + b"A,B\n" * (list_files.MOST_ROWS + 1),
    "columns": (",".join(f"c{place}" for place in range(99)) + "\n1\n").encode(),
}


@pytest.mark.parametrize("name", list(FILES))
def test_hostile_and_broken_files_get_sentences(client: Any, admin: Any, session: Any, name: str) -> None:
    answer = bring(client, "work_unit", FILES[name],
                   "daftar.xlsx" if FILES[name][:2] == b"PK" else "daftar.csv")
    if answer.status_code == 303:  # it was a list, with wrong rows
        assert kept(answer).wrong_rows
    else:
        assert answer.status_code == 422
        assert "alert-danger" in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(WorkUnit)) == 0


def test_without_a_file_or_a_kind(client: Any, admin: Any) -> None:
    assert client.post("/admin/imports/", data={"kind": "item"}).status_code == 422
    assert bring(client, "", "code\n").status_code == 422
    assert bring(client, "setting", "key\n").status_code == 422
    for id in ("0", "x", "9" * 30):
        assert client.get(f"/admin/imports/{id}").status_code == 404


@pytest.mark.parametrize(("cell", "value"), [
    ("1250", "1250"), ("1250,5", "1250.5"), ("1.250,5", "1250.5"), ("1,250.5", "1250.5"),
    ("1.250.000", "1250000"),
    ("0,125", "0.125"), ("12,50", "12.50"), ("-3", "-3"), (" Rp12500 ", "12500"), (7, "7"),
    (Decimal("2.5"), "2.5")])
def test_numbers_as_people_write_them(cell: Any, value: str) -> None:
    assert list_files.number(cell) == Decimal(value)


@pytest.mark.parametrize("cell", ["1.250", "12,345", "x", "1,2,3", "1e5", "--1", True, "12 boxes", "٣"])
def test_what_could_be_two_numbers_or_none_is_refused(cell: Any) -> None:
    with pytest.raises(ValueError, match=re.escape(str(cell))):
        list_files.number(cell)


# ---------------------------------------------------------------- first stock


@pytest.fixture
def ground(session: Any) -> dict[str, Any]:
    return {"store": make.make_store(code="GF"), "other": make.make_store(code="GU"),
            "pills": make.make_item({"box": "100"}, code="P-1", batch_tracked=True),
            "soap": make.make_item(code="S-1", base_unit="liter", precision=3)}


def test_opening_stock_goes_through_the_ledger(client: Any, head: Any, session: Any, ground: Any) -> None:
    until = clock.today() + timedelta(days=400)
    content = book(["store", "item", "batch_number", "expires_on", "quantity", "unit", "unit_price"],
                   ["GF", "P-1", "A-1", until, 12, "box", 25_000],
                   ["GF", "P-1", "A-2", until.strftime("%d/%m/%Y"), 5, None, 250],
                   ["GU", "S-1", None, None, 2.5, None, 10_000.50])
    brought = bring(client, "opening_stock", content, "saldo.xlsx")
    assert kept(brought).wrong_rows == 0, kept(brought).findings
    assert session.scalar(sa.select(sa.func.count()).select_from(StockMove)) == 0
    assert apply(client, brought).status_code == 303
    held = {(row.store.code, row.item.code): (row.quantity, row.value)
            for row in session.scalars(sa.select(StoreItem))}
    assert held == {("GF", "P-1"): (1205, Decimal("301250.00")),
                    ("GU", "S-1"): (Decimal("2.5"), Decimal("25001.25"))}
    assert {batch.number: batch.expires_on for batch in session.scalars(sa.select(StockBatch))} == {
        "A-1": until, "A-2": until, "": None}
    entries = session.scalars(sa.select(JournalEntry)).all()
    assert {entry.document_type for entry in entries} == {"list_import"}
    equity = session.scalars(sa.select(Account).where(Account.code == "391111")).one()
    assert session.scalar(sa.select(sa.func.sum(JournalLine.credit)).where(
        JournalLine.account_id == equity.id)) == Decimal("326251.25")
    assert [name for name, wrong in checks.verify(session) if wrong] == []
    again = bring(client, "opening_stock", content, "saldo.xlsx")
    assert kept(again).wrong_rows == 3  # they have movements now


def test_opening_stock_is_refused_row_by_row(client: Any, head: Any, session: Any, ground: Any) -> None:
    make.stock_up(ground["other"], ground["soap"], 1)
    rows = ["GF,P-1,A-1,2099-12-31,10,box,100", "GF,P-1,,,10,,100", "XX,P-1,A,2099-12-31,1,,1",
            "GF,NONE,,,1,,1", "GU,S-1,,,1,,1", "GF,S-1,,,0,,1", "GF,S-1,,,1,drum,1",
            "GF,S-1,,,\"0,0005\",,1", "GF,S-1,,,1,,-1",
            "GF,P-1,A-1,2099-12-31,1,,1", "GF,P-1,A-1,2088-12-31,1,,1", "GF,S-1,,31 Dec,1,,1", "GF,S-1,,,1,,"]
    text = "store,item,batch_number,expires_on,quantity,unit,unit_price\n" + "\n".join(rows) + "\n"
    brought = bring(client, "opening_stock", text)
    assert [each[0] for each in kept(brought).findings] == list(range(3, 15))
    assert apply(client, brought).status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(StockMove)) == 1


def test_a_closed_period_takes_no_opening_stock(client: Any, head: Any, session: Any, ground: Any) -> None:
    before = clock.today().replace(day=1) - timedelta(days=1)
    make.saved(Period(year=before.year, month=before.month, closed_at=clock.now(), closed_by_id=head.id))
    text = "store,item,quantity,unit_price\nGF,S-1,1,1\n"
    brought = bring(client, "opening_stock", text, posted_on=before.isoformat())
    assert kept(brought).wrong_rows == 1
    future = bring(client, "opening_stock", text, posted_on=(clock.today() + timedelta(days=1)).isoformat())
    assert kept(future).wrong_rows == 1
    assert bring(client, "opening_stock", text, posted_on="soon").status_code == 422
    assert apply(client, brought).status_code == 422


def test_what_was_posted_after_looking_is_seen_when_applying(client: Any, head: Any, session: Any, ground: Any
                                                             ) -> None:
    brought = bring(client, "opening_stock", "store,item,quantity,unit_price\nGF,S-1,1,1\n")
    assert kept(brought).wrong_rows == 0
    make.stock_up(ground["store"], ground["soap"], 3, 30)
    assert apply(client, brought).status_code == 409
    assert (kept(brought).wrong_rows, kept(brought).new_rows) == (1, 0)  # looked at again
    assert session.scalars(sa.select(StoreItem.quantity)).one() == 3
    assert kept(brought).applied_at is None


def test_every_fault_of_a_row_is_told_and_the_row_counts_once(client: Any, head: Any, session: Any,
                                                              ground: Any
                                                              ) -> None:
    text = ("store,item,batch_number,expires_on,quantity,unit,unit_price\n"
            "XX,P-1,,soon,-1,drum,many\n"
            "GF,S-1,,,1,,1\n"
            ",NONE,,,,,\n")
    brought = kept(bring(client, "opening_stock", text))
    assert brought.wrong_rows == 2
    assert sorted((row, column) for row, _word, column, _message, _params in brought.findings) == [
        (2, "batch_number"), (2, "expires_on"), (2, "quantity"), (2, "store"), (2, "unit"), (2, "unit_price"),
        (4, "item"), (4, "quantity"), (4, "store"), (4, "unit_price")]


def test_every_fault_of_a_master_record_is_told(client: Any, admin: Any, session: Any) -> None:
    make.make_item(code="OLD-1", barcode="8991234567890")
    text = ("code,name,category,base_unit,precision,barcode,status\n"
            "NEW-1,,no_such_category,,abc,8991234567890,sleeping\n")
    brought = kept(bring(client, "item", text))
    assert brought.wrong_rows == 1
    assert sorted(column for _row, _word, column, _message, _params in brought.findings) == [
        "barcode", "base_unit", "category", "name", "precision", "status"]


# ---------------------------------------------------------------- first stock, taken back


def undo(client: Any, brought: Any, reason: str = "the wrong store") -> Any:
    return client.post(f"{brought.location}/undo", data={"reason": reason})


def test_first_stock_is_taken_back_by_opposite_moves_and_brought_again(client: Any, head: Any, session: Any,
                                                                       ground: Any) -> None:
    text = "store,item,quantity,unit_price\nGF,S-1,10,100\n"
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    brought = bring(client, "opening_stock", text, posted_on=yesterday)
    assert undo(client, brought).status_code == 422  # it was not applied
    apply(client, brought)
    assert undo(client, brought, " ").status_code == 422  # no reason
    assert undo(client, brought).status_code == 303
    assert undo(client, brought).status_code == 422  # a second click
    moves = session.scalars(sa.select(StockMove).order_by(StockMove.id)).all()
    assert [(move.quantity, move.value, move.moved_on.isoformat()) for move in moves] == [
        (10, 1000, yesterday), (-10, -1000, yesterday)]
    assert moves[1].reverses_id == moves[0].id
    sides = session.execute(sa.select(sa.func.sum(JournalLine.debit), sa.func.sum(JournalLine.credit)).join(
        Account).where(Account.code == "391111")).one()
    assert sides[0] == sides[1] == 1000
    assert "the wrong store" in client.get(brought.location).text
    corrected = bring(client, "opening_stock", text.replace("10,100", "12,100"), posted_on=yesterday)
    assert kept(corrected).findings == []
    assert apply(client, corrected).status_code == 303
    assert session.scalars(sa.select(StoreItem.quantity)).one() == 12
    assert [name for name, wrong in checks.verify(session) if wrong] == []


def test_first_stock_that_was_used_stays(client: Any, head: Any, session: Any, ground: Any) -> None:
    brought = bring(client, "opening_stock", "store,item,quantity,unit_price\nGF,S-1,10,100\n")
    apply(client, brought)
    keeper, approver = make.make_user(Role.STORE_STAFF), make.make_user(Role.FACILITIES_HEAD)
    soap = ground["soap"]
    spoilt = make.saved(Spoilage(created_by=keeper, store=ground["store"], lines=[
        SpoilageLine(item=soap, unit=make.unit_of(soap), quantity=Decimal(1))]))
    perform(spoilt, "submit", by=keeper)
    perform(spoilt, "approve", by=approver)
    answer = undo(client, brought)
    assert answer.status_code == 422
    assert "the wrong store" in answer.text  # what was typed stays
    assert session.scalars(sa.select(StoreItem.quantity)).one() == 9
    assert kept(brought).reversed_at is None


def test_the_template_of_opening_stock_is_a_workbook(client: Any, head: Any) -> None:
    file = client.get("/admin/imports/template/opening_stock.xlsx").data
    grid = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
    assert len(grid) == 2
    assert grid[0][0].endswith("*")


def test_reading_alone_refuses_too(session: Any) -> None:
    for content, name in ((_far(), "far.xlsx"), (b"x" * (list_files.MOST_BYTES + 1), "large.csv")):
        with pytest.raises(Refused):
            list_files.read(content, name)
