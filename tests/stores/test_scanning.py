"""Scanned codes: from what the scanner sends to the item, and what forms and pages say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import barcodes
from models.errors import Refused
from models.operations.stores import scans
from models.organisation import Status
from models.roles import Role
from models.stock import StockBatch
from tests.panel.test_views import statements
from tests.support import factories as make

EAN = barcodes.check_digit("299123456789")
BOX = barcodes.check_digit("1299123456789")


@pytest.fixture
def item(session: Any) -> Any:
    item = make.make_item({"box": "100"}, barcode=EAN, name="Amoksisilin 500 mg")
    make.unit_of(item, "box").barcode = BOX
    session.flush()
    return item


@pytest.mark.parametrize(("text", "batch", "expires_on", "count"), [
    (EAN, None, None, None),
    (f"(01)0{EAN}(10)B-77(17)271231", "B-77", date(2027, 12, 31), None),
    (f"010{EAN}1727123110B-77", "B-77", date(2027, 12, 31), None),
    (f"]d2010{EAN}10B-77\x1d1727123130100", "B-77", date(2027, 12, 31), Decimal(100)),
    (f"\x1d010{EAN}1728020010X", "X", date(2028, 2, 29), None),
    (f" 0{EAN}\n", None, None, None),
])
def test_codes_as_scanners_send_them(text: str, batch: Any, expires_on: Any, count: Any) -> None:
    scan = barcodes.read(text)
    assert EAN in scan.codes
    assert (scan.batch, scan.expires_on, scan.count) == (batch, expires_on, count)


@pytest.mark.parametrize("text", [
    "", "\x00\x1d", "]C1", "(01)", "(01)123(10)X", "01" + "9" * 14, f"010{EAN}17991399", "(10)only",
    "(" * 500,
    f"(01)0{EAN}(99", f"010{EAN}37x"])
def test_hostile_codes_are_read_as_text(text: str) -> None:
    scan = barcodes.read(text)
    assert scan.batch is None
    assert len(scan.shown) <= barcodes.MOST


NOTATIONS = {
    "control character": ("", "\x1d"), "data matrix": ("]d2", "\x1d"), "code 128": ("]C1", "\x1d"),
    "QR": ("]Q3", "\x1d"), "leading separator": ("\x1d", "\x1d"), "written out": ("", "<GS>"),
    "braces": ("]d2", "{GS}"), "FNC1": ("<FNC1>", "<FNC1>"), "caret": ("", "^]")}


@settings(max_examples=80, deadline=None)
@given(st.permutations(["01", "10", "17", "37", "21"]), st.sampled_from(["brackets", *NOTATIONS]),
       st.text("ABCXYZ0123456789-./", min_size=1, max_size=20),
       st.dates(date(2010, 1, 1), date(2070, 12, 31)), st.integers(1, 10**6), st.integers(0, 3))
def test_fields_in_any_order_and_notation_say_the_same(order: list[str], notation: str, batch: str, day: date,
                                                       count: int, left_out: int) -> None:
    """The last fields of the order may be missing; a label never is without its article."""
    value = {"01": f"0{EAN}", "10": batch, "17": f"{day:%y%m%d}", "37": str(count), "21": "S/1"}
    kept = [key for key in order if key == "01" or key not in order[len(order) - left_out:]]
    if notation == "brackets":
        text = "".join(f"({key}){value[key]}" for key in kept)
    else:
        before, separator = NOTATIONS[notation]
        text = before + "".join(key + value[key] + ("" if key in ("01", "17") else separator) for key in kept)
        if not before and separator not in text:
            text = "]d2" + text
    scan = barcodes.read(text)
    assert EAN in scan.codes
    assert scan.batch == (batch if "10" in kept else None)
    assert scan.expires_on == (day if "17" in kept else None)
    assert scan.count == (count if "37" in kept else None)


@pytest.mark.parametrize("text", [
    f"https://id.gs1.org/01/0{EAN}/10/B-77?17=271231", f"http://example.id/katalog/obat/01/0{EAN}/10/B-77?17=271200",
    f"HTTPS://EXAMPLE.ID/01/0{EAN}?10=B-77&17=271231&linkType=all", f"https://x.id/gtin/{EAN}/lot/B-77?exp=271231",
    f"https://x.id/?01={EAN}&10=B-77&17=271231", f"https://x.id/01/{EAN}/10/B%2D77?17=271231;99=x"])
def test_digital_links_of_any_domain(text: str) -> None:
    scan = barcodes.read(text)
    assert EAN in scan.codes
    assert (scan.batch, scan.expires_on) == ("B-77", date(2027, 12, 31))


def test_what_a_reader_without_separators_runs_together_is_not_guessed() -> None:
    """Where the batch ends and the expiry begins nobody knows: both are left to the clerk."""
    scan = barcodes.read(f"010{EAN}10AB1217271231")
    assert EAN in scan.codes
    assert (scan.batch, scan.expires_on) == (None, None)
    assert barcodes.read(f"010{EAN}1727123110AB12").batch == "AB12"


@pytest.mark.parametrize("text", [
    f"(01)0{EAN[:-1]}{(int(EAN[-1]) + 1) % 10}(10)B-77", f"]d2010{EAN[:-1]}{(int(EAN[-1]) + 1) % 10}17271231",
    f"{EAN[:-1]}{(int(EAN[-1]) + 1) % 10}", f"https://x.id/01/0{EAN[:-1]}{(int(EAN[-1]) + 1) % 10}"])
def test_a_wrong_check_digit_is_told(session: Any, item: Any, text: str) -> None:
    with pytest.raises(Refused, match="check digit"):
        scans.find(text)


def test_a_plain_code_that_looks_like_one_of_gs1_is_found(session: Any) -> None:
    """Sixteen digits of a house that happen to begin with 01, and codes whose check digit never was one."""
    first = make.make_item(barcode=f"010{EAN}")
    second = make.make_item(barcode="2991234567890")
    assert scans.find(f"010{EAN}").item == first
    assert scans.find("2991234567890").item == second


def test_an_item_is_found_by_barcode_packing_and_code(session: Any, item: Any) -> None:
    session.add(StockBatch(item=item, number="B-77", expires_on=date(2027, 12, 31)))
    session.flush()
    by_barcode, by_box, by_code = scans.find(EAN), scans.find(BOX), scans.find(item.code.lower())
    assert [found.item for found in (by_barcode, by_box, by_code)] == [item] * 3
    assert [found.unit for found in (by_barcode, by_box, by_code)] == [None, make.unit_of(item, "box"), None]
    assert scans.find(f"(01)0{EAN}(10)B-77").batch.number == "B-77"
    assert scans.find(f"(01){BOX}(10)NEW").batch is None


def test_what_stands_for_nothing_is_told(session: Any, item: Any) -> None:
    for code in ("", "4006381333931", "NO-SUCH"):
        with pytest.raises(Refused):
            scans.find(code)
    item.status = Status.INACTIVE
    session.flush()
    with pytest.raises(Refused, match="no longer used"):
        scans.find(EAN)


def test_forms_ask_what_a_code_stands_for(app: Any, client: Any, sign_in: Any, item: Any) -> None:
    sign_in(client, Role.STORE_STAFF)
    found = client.get("/admin/scan/find", query_string={"code": f"010{EAN}1727123110B-77"}).json
    assert found == {"id": item.id, "text": str(item), "code": f"0{EAN}", "base_unit": "tablet", "unit": None,
                     "batch": "B-77", "batch_id": None, "expires_on": "2027-12-31", "count": None}
    assert client.get(f"/admin/scan/find?code={BOX}").json["unit"] == make.unit_of(item, "box").id
    unknown = client.get("/admin/scan/find?code=4006381333931")
    assert unknown.status_code == 404
    assert "4006381333931" in unknown.json["message"]
    with statements(app) as seen:
        client.get(f"/admin/scan/find?code={EAN}")
    assert len(seen) <= 4, seen


def test_the_page_opens_the_item(client: Any, sign_in: Any, item: Any) -> None:
    store = make.make_store()
    make.stock_up(store, item, 30)
    sign_in(client, Role.STORE_STAFF)
    page = client.get(f"/admin/scan/?code={EAN}")
    assert f"/admin/item/details/?id={item.id}" in page.text
    assert store.name in page.text
    missing = client.get("/admin/scan/?code=4006381333931")
    assert missing.status_code == 404
    assert "4006381333931" in missing.text
    sign_in(client, Role.UNIT_USER)  # sees items, not what stores hold
    assert store.name not in client.get(f"/admin/scan/?code={EAN}").text


def test_only_pages_that_scan_may_use_the_camera(client: Any, sign_in: Any) -> None:
    sign_in(client, make.make_user(Role.STORE_STAFF, Role.UNIT_USER, Role.FACILITIES_STAFF))

    def camera(path: str) -> str:
        return client.get(path).headers["Permissions-Policy"].partition(",")[0]

    for path in ("/admin/scan/", *(f"/admin/{table}/new/" for table in (
            "store_request", "delivery_request", "purchase_request", "purchase_order", "goods_receipt",
            "unit_return", "supplier_return", "spoilage", "stocktake", "stock_transfer"))):
        assert camera(path) == "camera=(self)", path
    for path in ("/admin/", "/admin/item/", "/admin/item/new/", "/login"):
        assert camera(path) == "camera=()", path


def test_a_whole_code_comes_first_in_the_look_up(client: Any, sign_in: Any, item: Any) -> None:
    make.make_item(code=f"{item.code}-2", name="AAA")
    sign_in(client, Role.UNIT_USER)

    def found(text: str) -> list[tuple[int, bool]]:
        rows = client.get("/admin/store_request/ajax/lookup/",
                          query_string={"name": "lines-item", "query": text}).json
        return [(row["id"], row["exact"]) for row in rows]

    assert found(item.code.lower())[0] == (item.id, True)
    assert len(found(item.code)) == 2
    assert found(EAN) == [(item.id, True)]
    assert found("moksisil") == [(item.id, False)]
