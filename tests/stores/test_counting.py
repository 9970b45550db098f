"""Counting a stocktake: chosen by category, counted line by line by several people, sheets out and back
in."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pypdf
import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from models import clock
from models.base import db, one_transaction
from models.errors import Conflict, NotAllowed, Refused
from models.items import ItemCategory
from models.operations.core import list_files
from models.operations.core.approvals import opened, perform
from models.operations.stores import stocktake_counting
from models.people import User
from models.roles import Role
from models.stock import StoreItem
from models.stocktakes import Stocktake, StocktakeLine, StocktakeState
from tests.support import factories as make
from tests.support.races import at_once, won


@pytest.fixture
def keeper(session: Any) -> Any:
    return make.make_user(Role.STORE_STAFF)


@pytest.fixture
def shelf(session: Any, keeper: Any) -> dict[str, Any]:
    """Two batches of tablets, of quantities that no id or token holds by chance; five of another category;
    one out."""
    store, pills = make.make_store(), make.make_item({"box": "100"}, name="Parasetamol",
                                                     barcode="2991234567897")
    soap, gone = make.make_item(name="Sabun"), make.make_item(name="Habis")
    make.stock_up(store, pills, 753_700, 7_537_000, "A-1", clock.today() + timedelta(days=200))
    make.stock_up(store, pills, 948_677, 9_486_770, "B-2", clock.today() + timedelta(days=400))
    make.stock_up(store, soap, 5, 50)
    make.saved(StoreItem(store=store, item=gone, quantity=0, value=0))
    return {"store": store, "pills": pills, "soap": soap, "gone": gone}


def draft(keeper: Any, store: Any) -> Stocktake:
    count = make.saved(Stocktake(created_by=keeper, store=store))
    opened(count, by=keeper)
    return count


@pytest.fixture
def count(shelf: Any, keeper: Any, session: Any) -> Stocktake:
    """Counting has begun: three lines."""
    count = draft(keeper, shelf["store"])
    stocktake_counting.choose(count, stocktake_counting.Choice(), by=keeper)
    perform(count, "start", by=keeper)
    session.refresh(count)
    return count


def of(count: Stocktake, item: Any, batch: str = "") -> StocktakeLine:
    return next(line for line in count.lines if line.item_id == item.id and line.batch.number == batch)


# ---------------------------------------------------------------- choosing


def test_items_are_chosen_by_store_and_category(client: Any, sign_in: Any, shelf: Any, keeper: Any) -> None:
    count = draft(keeper, shelf["store"])
    sign_in(client, keeper)
    page = client.get(f"/admin/stocktake/{count.id}/choose")
    assert shelf["pills"].category.name in page.text
    answer = client.post(f"/admin/stocktake/{count.id}/choose",
                         data={"which": "stock", "category": shelf["pills"].category_id})
    assert answer.status_code == 303
    assert [line.item for line in count.lines] == [shelf["pills"]]
    client.post(f"/admin/stocktake/{count.id}/choose", data={"which": "stock"})
    assert {line.item for line in count.lines} == {shelf["pills"], shelf["soap"]}
    client.post(f"/admin/stocktake/{count.id}/choose", data={"which": "all"})
    assert {line.item for line in count.lines} == {shelf["pills"], shelf["soap"], shelf["gone"]}
    again = client.post(f"/admin/stocktake/{count.id}/choose", data={"which": "all"})
    assert again.status_code == 422
    other = client.post(f"/admin/stocktake/{count.id}/choose", data={"category": make.saved(
        ItemCategory(code="none", name="Nothing here")).id})
    assert other.status_code == 422


def test_only_counters_choose_and_count(client: Any, sign_in: Any, count: Stocktake) -> None:
    for role in (Role.STORE_HEAD, Role.FACILITIES_HEAD, Role.DIRECTOR):
        sign_in(client, role)
        for part in ("choose", "count", "sheet", "sheet.pdf"):
            assert client.get(f"/admin/stocktake/{count.id}/{part}").status_code == 403, (role, part)
    sign_in(client, Role.UNIT_USER)
    assert client.get(f"/admin/stocktake/{count.id}/count").status_code == 403
    with pytest.raises(NotAllowed):
        stocktake_counting.count(count, count.lines[0].id, Decimal(1), seen=None,
                                 by=make.make_user(Role.STORE_HEAD))


# ---------------------------------------------------------------- line by line


def test_scan_quantity_next(client: Any, sign_in: Any, count: Stocktake, shelf: Any, keeper: Any) -> None:
    sign_in(client, keeper)
    own = f"/admin/stocktake/{count.id}"
    several = client.get(f"{own}/count?code=2991234567897")
    assert "A-1" in several.text
    assert "B-2" in several.text
    assert 'name="line"' not in several.text  # two batches: which one?
    line = of(count, shelf["pills"], "B-2")
    page = client.get(f"{own}/count", query_string={"code": f"(01)0{shelf['pills'].barcode}(10)B-2"})
    assert f'name="line" value="{line.id}"' in page.text
    assert not re.search(r"753\W?700|948\W?677", page.text)  # blind
    box, tablet = make.unit_of(shelf["pills"], "box"), make.unit_of(shelf["pills"])
    saved = client.post(f"{own}/count",
                        data={"line": line.id, f"q{box.id}": "", f"q{tablet.id}": "75", "seen": ""})
    assert saved.location.endswith(f"count?after={line.id}")
    assert (line.counted_quantity, line.counted_by_id) == (75, keeper.id)
    first = of(count, shelf["pills"], "A-1")
    client.post(f"{own}/count", data={"line": first.id, f"q{box.id}": "6", f"q{tablet.id}": "95", "seen": "",
                                      "code": "next one"})
    assert first.counted_quantity == 695
    after = client.get(f"{own}/count?after={first.id}")
    assert f'value="{of(count, shelf["soap"]).id}"' in after.text  # the only one still open


@pytest.mark.parametrize(("typed", "told"),
                         [("", "hitung"), ("many", "angka"), ("-1", "0"), ("1,5", "tablet"),
                                             ("9" * 25, "angka")])
def test_wrong_figures_are_told_and_kept(client: Any, sign_in: Any, count: Stocktake, shelf: Any, keeper: Any,
                                         typed: str, told: str) -> None:
    sign_in(client, keeper)
    line, tablet = of(count, shelf["soap"]), make.unit_of(shelf["soap"])
    answer = client.post(f"/admin/stocktake/{count.id}/count",
                         data={"line": line.id, f"q{tablet.id}": typed, "seen": ""})
    assert answer.status_code == 422
    assert told in answer.text
    if typed:
        assert f'value="{typed}"' in answer.text
    assert line.counted_quantity is None


def test_two_counters_do_not_write_over_each_other(client: Any, sign_in: Any, count: Stocktake, shelf: Any,
                                                   keeper: Any) -> None:
    other, line, tablet = (
        make.make_user(Role.FACILITIES_STAFF),
        of(count, shelf["soap"]), make.unit_of(shelf["soap"]),
    )
    own = f"/admin/stocktake/{count.id}/count"
    sign_in(client, other)
    assert client.post(own, data={"line": line.id, f"q{tablet.id}": "5", "seen": ""}).status_code == 303
    sign_in(client, keeper)
    late = client.post(own, data={"line": line.id, f"q{tablet.id}": "4", "seen": ""})
    assert late.status_code == 409
    assert other.name in late.text
    assert 'name="seen" value="5"' in late.text  # the next attempt is made knowingly
    assert line.counted_quantity == 5
    same = client.post(own, data={"line": line.id, f"q{tablet.id}": "5", "seen": ""})
    assert same.status_code == 303
    assert line.counted_by_id == other.id  # who agrees did not count it anew
    assert client.post(own, data={"line": line.id, f"q{tablet.id}": "4", "seen": "5"}).status_code == 303
    assert (line.counted_quantity, line.counted_by_id) == (4, keeper.id)


def test_lines_of_others_and_ended_counts(client: Any, sign_in: Any, count: Stocktake, keeper: Any) -> None:
    sign_in(client, keeper)
    stranger = draft(keeper, make.make_store())
    own = f"/admin/stocktake/{stranger.id}"
    assert client.post(f"{own}/count", data={"line": count.lines[0].id, "seen": ""}).status_code == 404
    for wrong in ("", "x", "9" * 30):
        assert client.post(f"{own}/count", data={"line": wrong}).status_code == 404
    assert client.get(f"{own}/count").status_code == 303  # not begun
    for line in count.lines:
        stocktake_counting.count(count, line.id, Decimal(1), seen=None, by=keeper)
    perform(count, "submit", by=keeper)
    assert client.get(f"/admin/stocktake/{count.id}/count").status_code == 303
    line = count.lines[0]
    late = client.post(f"/admin/stocktake/{count.id}/count",
                       data={"line": line.id, f"q{line.unit_id}": "9", "seen": "1"})
    assert late.status_code == 422
    assert line.counted_quantity == 1


def test_what_the_list_does_not_name_is_added(client: Any, sign_in: Any, count: Stocktake, shelf: Any,
                                              keeper: Any
                                              ) -> None:
    sign_in(client, keeper)
    own, stray = f"/admin/stocktake/{count.id}", make.make_item(name="Nyasar")
    page = client.get(f"{own}/count?code={stray.code}")
    assert f"{own}/found" in page.text
    assert client.post(f"{own}/found", data={"code": stray.code}).status_code == 303
    assert client.post(f"{own}/found", data={"code": stray.code}).status_code == 303  # once is enough
    assert [line.system_quantity for line in count.lines if line.item_id == stray.id] == [None]
    label = f"(01)0{shelf['pills'].barcode}(17)291231(10)C-3"
    client.post(f"{own}/found", data={"code": label})
    assert of(count, shelf["pills"], "C-3").batch.expires_on == date(2029, 12, 31)
    assert client.post(f"{own}/found", data={"code": "4006381333931"}).status_code == 422
    make.write_counts(count, keeper, *(3 if line.item_id == stray.id else 0 for line in count.lines))
    perform(count, "submit", by=keeper)
    make.stock_up(shelf["store"], stray, 2)  # a move made meanwhile survives
    perform(count, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    assert count.state == StocktakeState.POSTED
    assert stray.stock_on_hand == 5


# ---------------------------------------------------------------- sheets


def sheet(client: Any, count: Stocktake, kind: str, category: Any = "") -> Any:
    return client.get(f"/admin/stocktake/{count.id}/sheet.{kind}", query_string={"category": category})


def test_the_paper_is_blind_and_signed(client: Any, sign_in: Any, count: Stocktake, shelf: Any,
                                       keeper: Any) -> None:
    sign_in(client, keeper)
    pages = pypdf.PdfReader(io.BytesIO(sheet(client, count, "pdf").data)).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert len(pages) == 2  # a category on paper of its own
    for word in ("Parasetamol", "A-1", "B-2", "Sabun", shelf["store"].name, "Dihitung oleh"):
        assert word in text
    assert not re.search(r"753\W?700|948\W?677", text)
    assert "Sabun" not in pypdf.PdfReader(io.BytesIO(
        sheet(client, count, "pdf", shelf["pills"].category_id).data)).pages[0].extract_text()
    assert sheet(client, count, "exe").status_code == 404


def bring(client: Any, count: Stocktake, content: bytes, name: str = "hitung.csv", **more: Any) -> Any:
    return client.post(f"/admin/stocktake/{count.id}/sheet",
                       data={"file": (io.BytesIO(content), name)} | more)


def test_a_workbook_goes_out_and_comes_back(client: Any, sign_in: Any, count: Stocktake, shelf: Any,
                                            keeper: Any
                                            ) -> None:
    sign_in(client, keeper)
    book = sheet(client, count, "xlsx").data
    grid = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert len(grid) == 4
    assert not any(value in (753_700, 948_677, 5) for row in grid[1:] for value in row[1:])
    figures = {"A-1": "698,0", "B-2": "77", "": "4"}
    text = ";".join(grid[0]) + "\r\n" + "".join(
        ";".join([str(int(row[0])), row[1], row[2], row[3], str(row[4]), row[5], "", row[7], figures[row[5]],
                  "cek"])
        + "\r\n" for row in grid[1:])
    answer = bring(client, count, b"\xef\xbb\xbf" + text.encode())
    assert answer.status_code == 303
    assert [of(count, shelf["pills"], batch).counted_quantity for batch in ("A-1", "B-2")] == [698, 77]
    assert of(count, shelf["soap"]).counted_quantity == 4
    assert {line.note for line in count.lines} == {"cek"}


def test_all_rows_or_none_and_each_wrong_one_is_named(client: Any, sign_in: Any, count: Stocktake, shelf: Any,
                                                      keeper: Any) -> None:
    sign_in(client, keeper)
    pills, soap = of(count, shelf["pills"], "A-1"), of(count, shelf["soap"])
    text = (f"Baris,Kode barang,Dihitung\n{pills.id},,700\n{soap.id},{shelf['pills'].code},4\n999999,,1\n"
            f"{soap.id},,lima\n{pills.id},,701\n,NO-SUCH,3\n{soap.id},,\n")
    answer = bring(client, count, text.encode())
    assert answer.status_code == 422
    for number in (3, 4, 5, 6, 7):
        assert f"Baris {number}:" in answer.text, number
    assert "Baris 8:" not in answer.text  # not counted yet: left alone
    assert all(line.counted_quantity is None for line in count.lines)


def test_what_another_counted_is_not_lost_to_a_sheet(client: Any, sign_in: Any, count: Stocktake, shelf: Any,
                                                     keeper: Any) -> None:
    soap = of(count, shelf["soap"])
    stocktake_counting.count(count, soap.id, Decimal(5), seen=None, by=make.make_user(Role.FACILITIES_STAFF))
    sign_in(client, keeper)
    text = f"Line,Counted\n{soap.id},3\n".encode()
    assert bring(client, count, text).status_code == 422
    assert soap.counted_quantity == 5
    assert bring(client, count, text, replace="1").status_code == 303
    assert soap.counted_quantity == 3


def test_files_that_cannot_be_read_are_told(client: Any, sign_in: Any, count: Stocktake, keeper: Any) -> None:
    sign_in(client, keeper)
    for content, name in ((b"", "a.csv"), (b"\xff\xfe\x00", "a.csv"), (b"Baris;\xe9", "a.csv"),
                          (b"PK\x03\x04x", "a.xlsx"),
                          (b"Nama,Umur\nA,3\n", "a.csv"), (b"\xd0\xcf\x11\xe0" * 9, "a.xls"),
                          (b"\x00" * 50, "a.csv")):
        answer = bring(client, count, content, name)
        assert answer.status_code == 422, (content, name)
        assert "alert-danger" in answer.text
    assert client.post(f"/admin/stocktake/{count.id}/sheet").status_code == 422
    with pytest.raises(Refused):
        list_files.read(b"x" * (list_files.MOST_BYTES + 1), "a.csv")


@pytest.mark.commits
def test_two_count_one_line_at_once(app: Any, session: Any) -> None:
    """Of two figures for one line, written at the same moment by people who saw it empty, one is refused."""
    keepers = [make.make_user(Role.STORE_STAFF) for _ in range(2)]
    store, item = make.make_store(), make.make_item()
    make.stock_up(store, item, 10, 100)
    count = draft(keepers[0], store)
    stocktake_counting.choose(count, stocktake_counting.Choice(), by=keepers[0])
    perform(count, "start", by=keepers[0])
    ids = (count.id, count.lines[0].id, [keeper.id for keeper in keepers])
    session.commit()

    def one(place: int) -> int:
        with one_transaction():
            stocktake_counting.count(db.session.get_one(Stocktake, ids[0]), ids[1], Decimal(8 + place),
                                     seen=None,
                                     by=db.session.get_one(User, ids[2][place]))
        return place

    (winner,) = won(at_once(app, [partial(one, place) for place in range(2)], told=Conflict))
    assert session.scalar(sa.select(StocktakeLine.counted_quantity)) == 8 + winner
