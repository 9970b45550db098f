"""Labels of items, batches and shelves: what they say is read back by the scanner page; no letter is lost."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pypdf
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from models import barcodes
from models.base import db
from models.operations.stores import scans
from models.roles import Role
from models.stock import Shelf, StockBatch
from portal.web import pdf, pdf_letters
from portal.web.asset_label_sheets import SHEETS, Label, labels_pdf
from tests.purchasing.test_receipts import Cast
from tests.purchasing.test_receiving import form_of
from tests.support import factories as make

EAN = barcodes.check_digit("299123456789")
DAY = date(2027, 12, 31)


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([EAN, "", "8-X"]), st.text("ABxy019-/.() 药", min_size=1, max_size=20).map(str.strip),
       st.one_of(st.none(), st.dates(date(2010, 1, 1), date(2070, 12, 31))))
def test_what_a_label_carries_is_read_back(barcode: str, batch: str, day: date | None) -> None:
    if not batch or "(" in batch:  # a bracket may look like a field of its own
        batch = "B-1"
    scan = barcodes.read(barcodes.label_code("OBT-P-900", barcode, batch, day))
    assert (scan.batch, scan.expires_on) == (batch, day)
    assert (EAN in scan.codes) if barcode == EAN else scan.shown == "OBT-P-900"


@pytest.mark.parametrize("barcode", [None, EAN])
def test_the_scanner_page_reads_the_labels(client: Any, sign_in: Any, session: Any,
                                           barcode: str | None) -> None:
    item, store = make.make_item(barcode=barcode, name="Oksigen O₂ 药"), make.make_store()
    make.stock_up(store, item, 7, 70, "Lot 77x", DAY)
    batch = session.scalars(sa.select(StockBatch).where(StockBatch.item_id == item.id)).one()
    session.add(Shelf(store=store, item=item, location="A-03-2"))
    session.flush()
    code = barcodes.label_code(item.code, barcode, batch.number, DAY)
    assert (scans.find(code).item, scans.find(code).batch) == (item, batch)
    assert scans.find(barcodes.label_code(item.code, barcode)).item == item
    sign_in(client, Role.STORE_HEAD)
    page = client.get("/admin/scan/", query_string={"code": code})
    assert f"/admin/stock_batch/details/?id={batch.id}" in page.text
    shelf = client.get("/admin/scan/", query_string={"code": barcodes.shelf_code(store.code, "A-03-2")})
    assert shelf.status_code == 200
    assert f"/admin/item/details/?id={item.id}" in shelf.text
    nowhere = client.get("/admin/scan/", query_string={"code": barcodes.shelf_code(store.code, "Z-9")})
    assert nowhere.status_code == 404


def test_labels_of_each_page_print_as_often_as_wished(client: Any, sign_in: Any, session: Any) -> None:
    item, store = make.make_item(name="Oksigen O₂ 药"), make.make_store()
    make.stock_up(store, item, 7, 70, "BX-1", DAY)
    batch = session.scalars(sa.select(StockBatch).where(StockBatch.item_id == item.id)).one()
    shelf = make.saved(Shelf(store=store, item=item, location="A-03-2"))
    sign_in(client, Role.STORE_HEAD)
    for table, record, words in (("item", item, ["O2", "药"]), ("stock_batch", batch, ["BX-1", "31"]),
                                 ("shelf", shelf, ["A-03-2"])):
        own = f"/admin/{table}"
        assert f"{own}/labels/?ids={record.id}" in client.get(f"{own}/details/?id={record.id}").text
        assert f'name="n-{table}-{record.id}"' in client.get(f"{own}/labels/?ids={record.id}").text
        paper = client.get(f"{own}/labels/pdf?ids={record.id}&sheet=3x8&n-{table}-{record.id}=25")
        assert paper.mimetype == "application/pdf"
        assert len(pypdf.PdfReader(io.BytesIO(paper.data)).pages) == 2  # 24 on a sheet
        said = "".join(text_of(paper.data).split())
        assert all(word in said for word in words), said
        assert "■" not in said
    assert client.get("/admin/item/labels/pdf?ids=999999").status_code == 404
    sign_in(client, Role.UNIT_USER)
    assert client.get(f"/admin/stock_batch/labels/pdf?ids={batch.id}").status_code == 403


def test_after_a_receipt_its_batches_have_labels(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(batch_tracked=True), 10, 100)))
    sign_in(client, cast.keeper)
    answer = client.post("/admin/goods_receipt/new/", data=form_of(
        order, **{"lines-0-batch_number": "BX-9", "lines-0-expires_on": "12/2029"}))
    receipt = answer.location.rpartition("=")[2]
    page = client.get(f"/admin/goods_receipt/details/?id={receipt}")
    if "labels/?receipt=" not in page.text:
        client.post(f"/admin/goods_receipt/{receipt}/post", data={"version": "2"})
        page = client.get(f"/admin/goods_receipt/details/?id={receipt}")
    assert f"/admin/stock_batch/labels/?receipt={receipt}" in page.text
    paper = client.get(f"/admin/stock_batch/labels/pdf?receipt={receipt}")
    assert "BX-9" in text_of(paper.data)
    assert db.session.scalars(sa.select(StockBatch)).one().number == "BX-9"


def test_letters_beyond_the_fonts_are_written_somehow(app: Any) -> None:
    content = labels_pdf([Label("X-1", "O₂ m³ 药品 ≥5 μg", "Žižka ɸ", "X-1")], SHEETS["2x7"], owner="RS")
    text = text_of(content)
    for word in ("O", "药品", ">=5"):
        assert word in text
    assert "■" not in text
    html = pdf_letters.in_html("<style>b { }</style><p title='₂'>H₂O ≤ 5 &amp; 药</p>")
    assert html == ("<style>b { }</style><p title='₂'>H<sub>2</sub>O &lt;= 5 &amp; "
                    f'<span style="font-family: {pdf_letters.WIDE}">药</span></p>')
    assert pdf.qr_data_uri("药")
