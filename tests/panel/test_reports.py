"""Reports: each opens for its roles with what happened in it, in a fixed number of statements, and as
files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from models import clock
from models.base import db, one_transaction
from models.errors import NotAllowed
from models.goods_receipts import GoodsReceiptLine
from models.line_quantities import vat
from models.operations.core.approvals import perform
from models.operations.core.report_kit import REPORTS
from models.operations.purchasing import receipts
from models.operations.purchasing.shortages import make_purchase_requests, shortages
from models.operations.stores import stocktake_counting, stores
from models.operations.stores.reports_cards import abc_class
from models.people import User
from models.purchasing import PurchaseRequest, PurchaseRequestLine, PurchaseRequestState
from models.roles import Role
from models.stock import StockMove
from models.stocktakes import Stocktake, StocktakeLine, StockTransfer, StockTransferLine
from models.store_requests import Urgency
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine
from portal.web import report_pdf
from tests.panel.test_views import statements
from tests.support import factories as make
from tests.support.races import at_once, won
from tests.support.specified_rights import openers

#: The reports of the store that `Hospital` keeps; each other area shows its own in its own tests.
KEYS = [key for key in sorted(REPORTS) if REPORTS[key].area in {"inventory", "purchasing"}]


class Hospital:
    """A store that bought, delivered and counted: every report has something to say of it."""

    def __init__(self) -> None:
        make.make_chart()
        self.nurse = make.make_user(Role.UNIT_USER)
        self.keeper = make.make_user(Role.STORE_STAFF)
        self.store_head = make.make_user(Role.STORE_HEAD)
        self.buyer = make.make_user(Role.FACILITIES_STAFF)
        self.head = make.make_user(Role.FACILITIES_HEAD)
        self.payables = make.make_user(Role.PAYABLES)
        self.store, self.supplier = make.make_store(), make.make_supplier()
        self.batch = make.unique("BX")

    def bought(self, item: Any, quantity: int, price: int, receive: int, on: date | None = None) -> Any:
        """An order of `quantity` base units, of which `receive` came."""
        yesterday = clock.today() - timedelta(days=1)
        order = make.make_purchase_order((item, quantity, price), created_by=self.buyer, store=self.store,
                                         supplier=self.supplier, ordered_on=yesterday, expected_on=yesterday)
        for step, by in (("submit", self.buyer), ("approve", self.head), ("approve_payment", self.payables),
                         ("send", self.buyer)):
            perform(order, step, by=by)
        receipt = receipts.make_receipt(order, by=self.keeper)
        receipt.received_on = on or clock.today()
        for line in receipt.lines:
            line.received_quantity = Decimal(receive)
            line.batch_number, line.expires_on = self.batch, clock.today() + timedelta(days=20)
        perform(receipt, "post", by=self.keeper)
        return order

    def wanted(self, item: Any, quantity: int) -> Any:
        request = make.make_store_request((item, quantity), created_by=self.nurse, store=self.store)
        perform(request, "submit", by=self.nurse)
        perform(request, "approve", by=self.store_head)
        return request

    def delivered(self, item: Any, quantity: int, *, urgency: Urgency = Urgency.NORMAL) -> Any:
        request = self.wanted(item, quantity)
        request.urgency = urgency
        delivery = stores.make_delivery(request, by=self.keeper)
        if urgency == Urgency.URGENT:
            perform(delivery, "submit_urgent", by=self.keeper)
        else:
            perform(delivery, "submit", by=self.keeper)
            perform(delivery, "approve", by=self.head)
        perform(delivery, "deliver", by=self.keeper)
        return delivery

    def counted(self, item: Any, quantity: int) -> None:
        moved = db.session.scalars(sa.select(StockMove).filter_by(item_id=item.id)).first()
        count = make.saved(Stocktake(store=self.store, created_by=self.keeper, lines=[StocktakeLine(
            item=item, unit=make.unit_of(item), batch_id=moved.batch_id)]))
        perform(count, "start", by=self.keeper)
        stocktake_counting.count(count, count.lines[0].id, Decimal(quantity), seen=None, by=self.keeper)
        perform(count, "submit", by=self.keeper)
        perform(count, "approve", by=self.head)

    def charged(self, item: Any) -> None:
        """The supplier's invoice for what came of the item, approved and not paid."""
        line = db.session.scalars(sa.select(GoodsReceiptLine).filter_by(item_id=item.id)).first()
        bill = make.saved(SupplierInvoice(
            created_by=self.buyer, supplier=self.supplier, purchase_order=line.goods_receipt.purchase_order,
            supplier_number=make.unique("F"),
            vat_amount=vat(line.net_amount, line.goods_receipt.purchase_order.vat_percent),
            lines=[SupplierInvoiceLine(
                goods_receipt_line_id=line.id, item_id=item.id, unit_id=line.unit_id,
                quantity=line.received_quantity,
                unit_price=line.unit_price)]))
        perform(bill, "submit", by=self.buyer)
        perform(bill, "approve", by=self.payables)

    def on_its_way(self, item: Any) -> None:
        """Three of the item left for another store, which has not said that they came."""
        transfer = make.saved(StockTransfer(
            store=self.store, to_store=make.make_store(), created_by=self.keeper,
            lines=[StockTransferLine(item=item, unit=make.unit_of(item), quantity=Decimal(3),
                                     factor=Decimal(1))]))
        perform(transfer, "submit", by=self.keeper)
        perform(transfer, "approve", by=self.store_head)

    def item(self, **fields: Any) -> Any:
        return make.make_item({"box": "10"}, **fields)

    def lives(self) -> Any:
        """One item with a life: 100 of 150 came at 10 rupiah, 30 and 5 were delivered, 2 were lost."""
        item = self.item(minimum_stock=Decimal(200), controlled=True)
        self.bought(item, 150, 10, 100)
        self.delivered(item, 30)
        self.delivered(item, 5, urgency=Urgency.URGENT)
        self.counted(item, 63)
        return item


@pytest.fixture
def hospital(session: Any) -> Hospital:
    return Hospital()


@pytest.fixture
def old(session: Any) -> Iterator[None]:
    """Days of a hundred days ago, for stock that nobody used since."""
    clock.freeze(clock.now() - timedelta(days=200))
    yield
    clock.freeze(None)


def address(key: str, item: Any, batch: str, part: str = "") -> str:
    return f"/admin/reports/{key}/{part}?item={item.id}&batch={batch}&days=90" if key == "recall" \
        else f"/admin/reports/{key}/{part}?item={item.id}&days=90"


def found(client: Any, key: str, **values: Any) -> list[dict[str, str]]:
    """The rows of a report, as its CSV has them."""
    query = "&".join(f"{name}={value}" for name, value in values.items())
    client.set_cookie("language", "en")
    answer = client.get(f"/admin/reports/{key}/csv/?{query}")
    assert answer.status_code == 200, answer.data[:300]
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize("key", [key for key in KEYS if key != "slow_stock"])
def test_each_has_what_happened_and_answers_as_files(client: Any, sign_in: Any, hospital: Any,
                                                     key: str) -> None:
    item = hospital.lives()
    if key == "payables":
        hospital.charged(item)
    if key == "in_transit":
        hospital.on_its_way(item)
    sign_in(client, Role.FACILITIES_HEAD)
    page = client.get(address(key, item, hospital.batch)).get_data(as_text=True)
    name = hospital.supplier.name if key in ("on_time", "payables") else item.name
    assert "<tbody>" in page
    assert name in page
    rows = found(client, key, item=item.id, batch=hospital.batch)
    assert rows
    sheet = client.get(address(key, item, hospital.batch, "xlsx/"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    assert book[0] == list(rows[0])
    assert len(book) == len(rows) + 1
    paper = client.get(address(key, item, hospital.batch, "pdf/"))
    assert paper.mimetype == "application/pdf"
    text = PdfReader(io.BytesIO(paper.data)).pages[0].extract_text()
    assert next(iter(rows[0])) in text


def test_statements_do_not_grow_with_the_rows(app: Any, client: Any, sign_in: Any, hospital: Any) -> None:
    def costs() -> dict[str, int]:
        """Statements of each report, opened once before: what the test wrote is not the page's."""
        result = {}
        for key in KEYS:
            where = address(key, item, hospital.batch) + "&from=2020-01-01"
            assert client.get(where).status_code == 200, key
            with statements(app) as seen:
                assert client.get(where).status_code == 200, key
            result[key] = len(seen)
        return result

    item = hospital.lives()
    sign_in(client, Role.FACILITIES_HEAD)
    few = costs()
    for _ in range(3):
        hospital.charged(hospital.lives())
        hospital.delivered(item, 1)
    assert costs() == few
    assert max(few.values()) <= 9


def test_the_card_runs_its_balance_in_the_order_of_days(client: Any, sign_in: Any, hospital: Any) -> None:
    item = hospital.lives()
    sign_in(client, Role.STORE_STAFF)
    rows = found(client, "stock_card", item=item.id, store=hospital.store.id)
    assert [(row["In"], row["Out"], row["Balance"]) for row in reversed(rows)] == [
        ("100", "", "100"), ("", "30", "70"), ("", "5", "65"), ("", "2", "63")]
    assert [Decimal(row["Value"]) for row in reversed(rows)] == [1000, 700, 650, 630]
    assert rows[-1]["From or to"] == hospital.supplier.name
    assert rows[-2]["From or to"] == hospital.nurse.work_unit.name
    page = client.get(f"/admin/reports/stock_card/?item={item.id}").get_data(as_text=True)
    assert 'data-kind="balance"' in page
    assert 'data-minimum="200.000"' in page


def test_an_item_leads_to_its_card(client: Any, sign_in: Any, hospital: Any) -> None:
    item = hospital.item()
    for role, leads in ((Role.STORE_STAFF, True), (Role.UNIT_USER, False)):
        sign_in(client, role)
        page = client.get(f"/admin/item/details/?id={item.id}").get_data(as_text=True)
        assert (f"/admin/reports/stock_card/?item={item.id}" in page) is leads
        assert ('href="/admin/reports/"' in page) is leads


def test_a_move_dated_before_others_stands_in_its_place(client: Any, sign_in: Any, hospital: Any) -> None:
    item = hospital.item()
    make.stock_up(hospital.store, item, 10, 100)
    by = hospital.store_head
    moved = db.session.scalars(sa.select(StockMove).filter_by(item_id=item.id)).one()
    make.saved(StockMove(
        store_id=hospital.store.id, item_id=item.id, batch_id=moved.batch_id, quantity=Decimal(4),
        unit_cost=Decimal(1),
        value=Decimal(4), document_type="stocktake", document_id=0, line_id=1, kind="stocktake",
        user_id=by.id,
        moved_on=clock.today() - timedelta(days=3)))
    sign_in(client, Role.STORE_STAFF)
    assert [row["Balance"] for row in found(client, "stock_card", item=item.id)] == ["14", "4"]
    later = found(client, "stock_card", item=item.id, **{"from": clock.today() - timedelta(days=1)})
    assert [row["Balance"] for row in later] == ["14"], "what came before the period counts"


def test_stock_as_of_a_day_is_the_sum_of_the_moves_until_then(client: Any, sign_in: Any,
                                                              hospital: Any) -> None:
    items = []
    for days in (40, 20, 0):
        clock.freeze(None)
        clock.freeze(clock.now() - timedelta(days=days))
        for item in items:
            make.stock_up(hospital.store, item, 7, 77)
        items.append(hospital.item())
        make.stock_up(hospital.store, items[-1], 100, 1001)
    clock.freeze(None)
    sign_in(client, Role.PAYABLES)
    for days in (50, 40, 25, 20, 1, 0):
        day = clock.today() - timedelta(days=days)
        summed = {name: (quantity, value) for name, quantity, value in db.session.execute(
            sa.select(StockMove.item_id, sa.func.sum(StockMove.quantity), sa.func.sum(StockMove.value))
            .where(StockMove.moved_on <= day).group_by(StockMove.item_id))}
        rows = found(client, "stock_on_hand", as_of=day)
        read = {row["Item"]: (Decimal(row["Quantity"]), Decimal(row["Value"])) for row in rows}
        assert read == {str(item): summed[item.id] for item in items if item.id in summed}


def test_slow_stock_is_what_nobody_used_for_long(client: Any, sign_in: Any, hospital: Any, old: None) -> None:
    dead, used = hospital.item(), hospital.item()
    make.stock_up(hospital.store, dead, 5, 50)
    make.stock_up(hospital.store, used, 5, 50)
    clock.freeze(None)
    hospital.delivered(used, 1)
    sign_in(client, Role.STORE_HEAD)
    assert [row["Item"] for row in found(client, "slow_stock", days=180)] == [str(dead)]
    assert found(client, "slow_stock", days=365) == []


def test_usage_and_prices_and_on_time(client: Any, sign_in: Any, hospital: Any) -> None:
    item = hospital.lives()
    sign_in(client, Role.FACILITIES_HEAD)
    usage = found(client, "usage", item=item.id)
    assert [(row["Quantity"], Decimal(row["Value"]), row["Month"]) for row in usage] == [
        ("35", 350, f"{clock.today():%Y-%m}")]
    assert [row["Net per base unit"] for row in found(client, "prices", item=item.id)] == ["10"]
    assert [(row["Received"], row["Outstanding"])
            for row in found(client, "on_order", item=item.id)] == [("100", "50")]
    on_time = found(client, "on_time", supplier=hospital.supplier.id)
    assert [(row["Orders due"], row["Late"], row["Incomplete"]) for row in on_time] == [("1", "1", "1")]
    recall = found(client, "recall", batch=hospital.batch.lower())
    assert [(row["Work unit"], row["Quantity"]) for row in recall] == [(hospital.nurse.work_unit.name, "35")]
    assert [row["Variance"] for row in found(client, "stocktake_variance", item=item.id)] == ["-2"]


def test_a_class_is_of_the_value_before_the_item() -> None:
    class Row:
        def __init__(self, value: int, so_far: int) -> None:
            self.value, self.so_far, self.whole = value, so_far, 100

    assert [abc_class(Row(*each)) for each in ((79, 79), (10, 89), (7, 96), (4, 100))] == ["A", "A", "B", "C"]


def test_formulas_stay_text(client: Any, sign_in: Any, hospital: Any) -> None:
    item = hospital.item(code="=1+1", name="x")
    make.stock_up(hospital.store, item, 1, 1)
    sign_in(client, Role.STORE_HEAD)
    assert found(client, "stock_on_hand", item=item.id)[0]["Item"].startswith("'=1+1")


def test_nonsense_in_the_address_is_left_out_and_a_day_that_is_none_is_named(client: Any, sign_in: Any,
                                                                             hospital: Any) -> None:
    sign_in(client, Role.FACILITIES_HEAD)
    for key in KEYS:
        days = {each.name for each in REPORTS[key].parameters if each.kind == "date"}
        for name, query in (("from", "from=2026-13-01"), ("as_of", "as_of=9999-12-31")):
            wanted = 422 if name in days else 200
            assert client.get(f"/admin/reports/{key}/?{query}").status_code == wanted, (key, query)
        for query in ("item=abc&store=-1&page=0&days=x&batch=%00", "page=99999999999",
                      "item=999999999999999999999&supplier=1,2&work_unit=%27"):
            assert client.get(f"/admin/reports/{key}/?{query}").status_code == 200, (key, query)
        assert client.get(f"/admin/reports/{key}/json/").status_code == 404
    assert client.get("/admin/reports/recall/csv/").status_code == 422
    assert client.get("/admin/reports/lookup/?name=user").status_code == 404


def test_a_long_report_is_many_pages_and_stops(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_pdf, "MOST_ROWS", 300)
    rows = ([f"row {number} " + "word " * 30, "−1"] for number in range(400))
    paper = b"".join(report_pdf.as_pdf("Title", "facts", [("A", False, 2), ("B", True, 1)], rows,
                                       "more rows"))
    pages = PdfReader(io.BytesIO(paper)).pages
    assert len(pages) > 5
    assert "row 0 " in pages[0].extract_text()
    assert "-1" in pages[0].extract_text()
    assert "more rows" in pages[-1].extract_text()


# ---------------------------------------------------------------- shortages

def short(**values: Any) -> dict[int, Decimal]:
    return {row.item_id: row.shortage for row in db.session.execute(shortages(values))}


def test_a_shortage_is_what_is_missing_after_what_is_on_its_way(hospital: Any) -> None:
    item = hospital.item(minimum_stock=Decimal(50))
    assert short() == {item.id: 50}
    hospital.bought(item, 100, 10, 60)  # 60 there, 40 on order
    assert short() == {}
    hospital.wanted(item, 80)           # 60 + 40 - 80 = 20
    assert short() == {item.id: 30}
    hospital.delivered(item, 60)        # 0 there, 40 on order, 80 waited for
    assert short() == {item.id: 90}


def test_requests_are_made_by_store_and_last_supplier_and_not_twice(client: Any, sign_in: Any,
                                                                    hospital: Any) -> None:
    known, other = hospital.item(minimum_stock=Decimal(105)), hospital.item(minimum_stock=Decimal(7))
    order = hospital.bought(known, 100, 1000, 90)
    perform(order, "close", by=hospital.buyer, reason="the rest does not come")
    sign_in(client, hospital.keeper)
    answer = client.post("/admin/reports/shortages/requests")
    assert answer.status_code == 303
    assert answer.location.endswith("/admin/purchase_request/?state=draft")
    made = db.session.scalars(sa.select(PurchaseRequest).order_by(PurchaseRequest.id)).all()
    lines = {line.item_id: line for request in made for line in request.lines}
    assert {request.state for request in made} == {PurchaseRequestState.DRAFT}
    assert len(made) == 2
    assert (lines[known.id].supplier_id, lines[known.id].quantity, lines[known.id].estimated_price) == (
        hospital.supplier.id, 15, 1000)
    assert lines[known.id].purchase_request.store_id == hospital.store.id
    assert (lines[other.id].supplier_id, lines[other.id].quantity) == (None, 7)
    assert {request.created_by_id for request in made} == {hospital.keeper.id}
    assert client.post("/admin/reports/shortages/requests").status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PurchaseRequest)) == 2


def test_whole_packs_are_asked_for(hospital: Any) -> None:
    item = hospital.item(minimum_stock=Decimal(44))
    order = make.make_purchase_order((item, 1, 500), created_by=hospital.buyer, store=hospital.store,
                                     supplier=hospital.supplier)
    order.lines[0].unit = make.unit_of(item, "box")
    for step, by in (("submit", hospital.buyer), ("approve", hospital.head),
                     ("approve_payment", hospital.payables),
                     ("send", hospital.buyer)):
        perform(order, step, by=by)
    perform(receipts.make_receipt(order, by=hospital.keeper), "post", by=hospital.keeper)
    (request,) = make_purchase_requests(by=hospital.keeper)
    (line,) = request.lines
    assert (line.unit.unit_name, line.quantity, line.base_quantity) == ("box", 4, 40)
    assert short() == {}


def test_only_who_buys_makes_requests(client: Any, sign_in: Any, hospital: Any) -> None:
    hospital.item(minimum_stock=Decimal(5))
    for role in sorted(openers("reports") - {Role.STORE_STAFF, Role.FACILITIES_STAFF}):
        sign_in(client, role)
        assert client.post("/admin/reports/shortages/requests").status_code == 403
    with pytest.raises(NotAllowed):
        make_purchase_requests(by=hospital.head)


@pytest.mark.commits
def test_many_who_ask_at_once_make_one_request(app: Any, session: Any) -> None:
    hospital = Hospital()
    item = hospital.item(minimum_stock=Decimal(5))
    keeper = hospital.keeper.id
    session.commit()

    def ask() -> None:
        with one_transaction():
            make_purchase_requests(by=db.session.get(User, keeper))

    assert len(won(at_once(app, [ask] * 4))) == 1
    assert session.scalars(sa.select(PurchaseRequestLine.quantity).filter_by(item_id=item.id)).all() == [5]
